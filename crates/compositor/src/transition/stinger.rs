//! A stinger: a film with alpha is played over the change, and the scenes change where it hides them, or bit by bit where its
//! track matte says so. This file knows no file: the pictures come from whoever plays the film ([`FilmPictures`]). Without
//! them (the film is missing or broken) it is a cut at the same moment.
//!
//! Film and matte are laid over the whole canvas: as large as covers it, the middle of them where the shapes differ. The
//! matte's luma is stretched from black to white of its range: white shows the new scene.

use super::{FilmLength, FilmPictures, Films, Transition, TransitionKind, masked};
use crate::{
    Affine, DrawItem, DrawList, Picture, Sampling, Style, cull,
    filters::{Filter, Layer, Made, Sheet},
    software::{rows::multiply_into, scaled_plane},
};
use media::{ColorRange, MediaTime, PixelFormat, VideoFrame};
use parking_lot::Mutex;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

pub(super) const KIND: TransitionKind = TransitionKind::of::<Stinger>(
    "stinger",
    "Stinger",
    "A video with transparency plays over the change, with its sound.",
)
.for_scenes();

/// Settings of a stinger.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Stinger {
    /// The video: an absolute path, or one that starts from the project's folder. It says how long the transition takes.
    file: String,
    /// How the moment is given at which the scenes change.
    point_by: PointBy,
    /// When the scenes change, ms into the video.
    #[schemars(range(min = 0, max = 20_000))]
    point_ms: u32,
    /// At which picture of the video the scenes change, counted from 0.
    #[schemars(range(min = 0, max = 4_800))]
    point_frame: u32,
    /// Where its track matte is: pictures whose brightness says where the new scene is seen.
    matte: Matte,
    /// The video with the matte.
    matte_file: String,
    /// The new scene is seen where the matte is black.
    invert_matte: bool,
    /// Whether its sound is heard.
    audio: bool,
    /// Gain of its sound, dB.
    #[schemars(range(min = -100.0, max = 26.0))]
    volume_db: f64,
    /// What becomes of the scenes' sound.
    scenes_sound: ScenesSound,
}

/// How the moment is given at which the scenes change.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum PointBy {
    /// By time.
    #[default]
    Time,
    /// By picture.
    Frame,
}

/// Where a track matte is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Matte {
    /// There is none: the scenes change at once.
    #[default]
    None,
    /// In the right half of the video; the left half is what is seen.
    Beside,
    /// In the lower half of the video; the upper half is what is seen.
    Below,
    /// In a video of its own, played beside the other.
    File,
    /// The video is nothing else, and is not seen itself.
    Only,
}

/// What becomes of the scenes' sound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum ScenesSound {
    /// The one goes over into the other all the way.
    #[default]
    Crossfade,
    /// The old one fades out up to where the scenes change, then the new one fades in.
    FadeOutIn,
    /// They change with the picture.
    Cut,
}

impl Default for Stinger {
    fn default() -> Self {
        Self {
            file: String::new(),
            point_by: PointBy::default(),
            point_ms: 500,
            point_frame: 15,
            matte: Matte::default(),
            matte_file: String::new(),
            invert_matte: false,
            audio: true,
            volume_db: 0.0,
            scenes_sound: ScenesSound::default(),
        }
    }
}

impl Settings for Stinger {
    fn validate(&self) -> Result<(), (String, String)> {
        if self.matte == Matte::File && self.matte_file.is_empty() && !self.file.is_empty() {
            let text = "the matte is in a file of its own: name it, or choose another place for the matte";
            return Err(("matte_file".into(), text.into()));
        }
        Ok(())
    }
}

/// Before anything is known of the film it changes half way.
impl Transition for Stinger {
    fn list(&self, from: DrawList, to: DrawList, progress: f32) -> DrawList {
        if progress >= 0.5 { to } else { from }
    }

    fn films(&self) -> Option<Films> {
        Some(Films {
            file: self.file.clone(),
            matte: (self.matte == Matte::File).then(|| self.matte_file.clone()),
            volume_db: self.audio.then_some(self.volume_db),
        })
    }

    fn on_film(&self, film: Option<FilmLength>, picture_time: MediaTime) -> Option<(Arc<dyn Transition>, MediaTime)> {
        let picture_time = film.map_or(picture_time, |f| f.picture_time);
        let point = match self.point_by {
            PointBy::Time => MediaTime::from_millis(self.point_ms.into()),
            PointBy::Frame => MediaTime(picture_time.0.saturating_mul(self.point_frame.into())),
        };
        let longest = MediaTime::from_millis(project::Transition::LONGEST_MS.into());
        let length = film.map_or(point, |f| f.length).clamp(MediaTime(1), longest);
        let playing = Playing {
            settings: self.clone(),
            cut: (point.0.min(length.0) as f64 / length.0 as f64) as f32,
            kept: Mutex::default(),
        };
        Some((Arc::new(playing), length))
    }
}

/// A stinger whose film is known (or known to be missing).
#[derive(Debug)]
struct Playing {
    settings: Stinger,
    /// Where the scenes change, as a part of the way.
    cut: f32,
    /// The mask of the last picture of the matte.
    kept: Mutex<Option<(MaskOf, Made)>>,
}

/// What a mask was made of: the picture's id, the canvas' width and height.
type MaskOf = (u64, u32, u32);

impl Transition for Playing {
    fn list(&self, from: DrawList, to: DrawList, progress: f32) -> DrawList {
        self.list_with(from, to, progress, &FilmPictures::default())
    }

    fn list_with(&self, from: DrawList, to: DrawList, progress: f32, films: &FilmPictures) -> DrawList {
        let canvas = (to.width, to.height);
        let mut list = match self.mask(films, canvas) {
            Some(mask) => masked(from, to, mask),
            None if progress >= self.cut => cull(to),
            None => cull(from),
        };
        if self.settings.matte != Matte::Only
            && let Some(film) = &films.picture
        {
            list.items.push(covering(film, self.settings.seen(film), canvas));
        }
        list
    }

    fn heard(&self, progress: f32) -> f32 {
        match self.settings.scenes_sound {
            ScenesSound::Crossfade => progress.clamp(0.0, 1.0),
            _ if progress >= self.cut => 1.0,
            _ => 0.0,
        }
    }

    fn left_of_both(&self, progress: f32) -> f32 {
        let part = |done: f32, all: f32| if all > 0.0 { (done / all).clamp(0.0, 1.0) } else { 1.0 };
        match self.settings.scenes_sound {
            ScenesSound::FadeOutIn if progress < self.cut => 1.0 - part(progress, self.cut),
            ScenesSound::FadeOutIn => part(progress - self.cut, 1.0 - self.cut),
            _ => 1.0,
        }
    }

    fn films(&self) -> Option<Films> {
        self.settings.films()
    }
}

impl Playing {
    /// Where the new scene is seen, by the matte; `None` where there is none or it shows nothing.
    fn mask(&self, films: &FilmPictures, canvas: (u32, u32)) -> Option<Made> {
        let frame = match self.settings.matte {
            Matte::None => return None,
            Matte::File => films.matte.as_ref()?,
            _ => films.picture.as_ref()?,
        };
        let key = (frame.id, canvas.0, canvas.1);
        let mut kept = self.kept.lock();
        if let Some((_, made)) = kept.as_ref().filter(|k| k.0 == key) {
            return Some(made.clone());
        }
        let area = middle(self.settings.matte_area(frame), canvas);
        let luma = luma(frame, area, self.settings.invert_matte)?;
        let size = (canvas.0 as usize, canvas.1 as usize);
        let mask = scaled_plane(&luma, (luma.width, luma.height), size, 1, Sampling::Auto);
        let made = Made::alone(Arc::new(Seen(mask)));
        *kept = Some((key, made.clone()));
        Some(made)
    }
}

impl Stinger {
    /// The part of its picture that is seen: x0, y0, x1, y1.
    fn seen(&self, film: &VideoFrame) -> [f32; 4] {
        let (w, h) = (film.width as f32, film.height as f32);
        match self.matte {
            Matte::Beside => [0.0, 0.0, (film.width / 2).max(1) as f32, h],
            Matte::Below => [0.0, 0.0, w, (film.height / 2).max(1) as f32],
            _ => [0.0, 0.0, w, h],
        }
    }

    /// The part of a picture that is the matte.
    fn matte_area(&self, frame: &VideoFrame) -> [f32; 4] {
        let (w, h) = (frame.width as f32, frame.height as f32);
        match self.matte {
            Matte::Beside => [(frame.width / 2) as f32, 0.0, w, h],
            Matte::Below => [0.0, (frame.height / 2) as f32, w, h],
            _ => [0.0, 0.0, w, h],
        }
    }
}

/// The middle of an area in the shape of a canvas.
fn middle([x0, y0, x1, y1]: [f32; 4], canvas: (u32, u32)) -> [f32; 4] {
    let (w, h) = (x1 - x0, y1 - y0);
    let shape = canvas.0.max(1) as f32 / canvas.1.max(1) as f32;
    let (keep_w, keep_h) = (w.min(h * shape), h.min(w / shape));
    let (dx, dy) = ((w - keep_w) / 2.0, (h - keep_h) / 2.0);
    [x0 + dx, y0 + dy, x1 - dx, y1 - dy]
}

/// An area of a frame over the whole canvas.
fn covering(frame: &Arc<VideoFrame>, area: [f32; 4], canvas: (u32, u32)) -> DrawItem {
    let crop = middle(area, canvas);
    let (a, d) = (
        canvas.0 as f32 / (crop[2] - crop[0]),
        canvas.1 as f32 / (crop[3] - crop[1]),
    );
    DrawItem {
        picture: Picture::Frame(frame.clone()),
        crop,
        canvas_from_picture: Affine {
            a,
            d,
            ..Affine::place(-crop[0] * a, -crop[1] * d)
        },
        opacity: 1.0,
        style: Style::default(),
    }
}

/// The brightness of whole pixels of an area, 0 to 255 over its range.
fn luma(frame: &VideoFrame, area: [f32; 4], invert: bool) -> Option<Layer> {
    let within = |v: f32, most: u32| (v.round().max(0.0) as usize).min(most as usize);
    let (x0, x1) = (within(area[0], frame.width), within(area[2], frame.width));
    let (y0, y1) = (within(area[1], frame.height), within(area[3], frame.height));
    let (w, h) = (x1.checked_sub(x0)?, y1.checked_sub(y0)?);
    if w == 0 || h == 0 {
        return None;
    }
    let plane = frame.planes.first()?;
    let rgb: Option<[usize; 3]> = match frame.format {
        PixelFormat::Rgba => Some([0, 1, 2]),
        PixelFormat::Bgra | PixelFormat::Bgrx => Some([2, 1, 0]),
        _ => None,
    };
    let limited = rgb.is_none() && frame.color.range == ColorRange::Limited;
    let shown = |v: f32| {
        let v = if limited { (v - 16.0) * 255.0 / 219.0 } else { v };
        let v = (v.clamp(0.0, 255.0) + 0.5) as u8;
        if invert { 255 - v } else { v }
    };
    let table: [u8; 256] = std::array::from_fn(|v| shown(v as f32));
    Some(Layer::make(w, h, |y, out| match rgb {
        None => {
            let row = plane.row(y0 + y, x1);
            out.iter_mut()
                .zip(row.iter().skip(x0))
                .for_each(|(o, v)| *o = table[usize::from(*v)]);
        }
        Some([r, g, b]) => {
            let row = plane.row(y0 + y, 4 * x1);
            for (o, px) in out.iter_mut().zip(row.chunks_exact(4).skip(x0)) {
                let [r, g, b] = [px[r], px[g], px[b]].map(f32::from);
                *o = shown(0.2126 * r + 0.7152 * g + 0.0722 * b);
            }
        }
    }))
}

/// Shows a picture where a plane is white.
#[derive(Debug)]
struct Seen(Layer);

impl Filter for Seen {
    fn keeps_opaque(&self) -> bool {
        false
    }
    fn apply(&self, sheet: Sheet, _: MediaTime) -> Sheet {
        sheet.fade(|y, row| multiply_into(row, self.0.row(y)))
    }
}

#[cfg(test)]
#[path = "stinger_tests.rs"]
mod tests;
