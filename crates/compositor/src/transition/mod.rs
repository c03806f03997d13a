//! How one scene follows another on show, one file for each way and one line in [`LIST`]. A transition is a pure function:
//! the draw lists of both scenes and how far it is make one draw list. It knows no time, and neither renderer knows it.
//!
//! Lists come in as they were laid out, with what is off the canvas or covered still in them, so that a transition may follow a
//! picture to where it is hidden. Both have the size of the canvas.

mod fade;
mod fade_color;
mod move_items;
mod slide;
mod stinger;
mod wipe;

use crate::{
    Affine, DrawItem, DrawList, Picture, Style, cull,
    filters::{Filtered, Made},
};
use media::{MediaTime, VideoFrame};
use project::{DocError, KindInfo, Rgba, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{fmt::Debug, path::Path, sync::Arc};

/// Every transition. The first is taken where a project names none.
static LIST: &[TransitionKind] = &[
    fade::KIND,
    fade_color::KIND,
    slide::SLIDE,
    slide::SWIPE,
    slide::REVEAL,
    wipe::KIND,
    move_items::KIND,
    stinger::KIND,
];

/// One way to get from scene to scene, with its settings.
pub trait Transition: Debug + Send + Sync {
    /// The picture when it is `progress` of the way, between 0 and 1, from one scene to the other.
    fn list(&self, from: DrawList, to: DrawList, progress: f32) -> DrawList;

    /// The same with the pictures its films show then.
    fn list_with(&self, from: DrawList, to: DrawList, progress: f32, _films: &FilmPictures) -> DrawList {
        self.list(from, to, progress)
    }

    /// How much of the new scene is heard then, 0 to 1, as a part of its power; the old one has the rest.
    fn heard(&self, progress: f32) -> f32 {
        progress
    }

    /// How much is heard of both scenes together then, as a part of their power: what a dip leaves.
    fn left_of_both(&self, _progress: f32) -> f32 {
        1.0
    }

    /// The films it plays; none for most.
    fn films(&self) -> Option<Films> {
        None
    }

    /// For one that plays a film: itself on a film of this length, and how long it takes then. `None`: the film is missing or
    /// broken, and the scenes change where they would have, on a canvas of `picture_time`.
    fn on_film(&self, _film: Option<FilmLength>, _picture_time: MediaTime) -> Option<(Arc<dyn Transition>, MediaTime)> {
        None
    }

    /// Reads the files it names before it is taken; relative paths start from `dir`.
    ///
    /// # Errors
    /// A file that is no good: which setting names it, and what to do.
    fn make_ready(&mut self, _dir: &Path) -> Result<(), (String, String)> {
        Ok(())
    }
}

/// What a transition plays.
#[derive(Clone, Debug, PartialEq)]
pub struct Films {
    /// The file with the pictures, as the settings name it.
    pub file: String,
    /// The file with the track matte, where it is one of its own.
    pub matte: Option<String>,
    /// Gain of its sound, dB; none when it is not heard.
    pub volume_db: Option<f64>,
}

/// What is known of a film.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilmLength {
    /// From its first picture to the end of its last.
    pub length: MediaTime,
    /// How long one of its pictures is.
    pub picture_time: MediaTime,
}

/// What the films of a transition show at a moment.
#[derive(Clone, Debug, Default)]
pub struct FilmPictures {
    /// Of the film.
    pub picture: Option<Arc<VideoFrame>>,
    /// Of its matte, where that is a file of its own.
    pub matte: Option<Arc<VideoFrame>>,
}

type Make = fn(&Map<String, Value>, &str, &Path) -> Result<Arc<dyn Transition>, DocError>;

/// A registered transition.
pub struct TransitionKind {
    /// Its id, names and settings.
    pub info: KindInfo,
    /// Whether an item can come and go by it, and not only whole scenes.
    pub for_items: bool,
    make: Make,
    films: fn(&Map<String, Value>) -> Option<Films>,
}

impl TransitionKind {
    const fn of<S: Settings + Transition + 'static>(
        id: &'static str,
        name: &'static str,
        summary: &'static str,
    ) -> Self {
        Self {
            info: KindInfo::of::<S>(id, name, summary),
            for_items: true,
            make: |settings, path, dir| {
                let mut made = project::kind::parse::<S>(settings, path)?.settings;
                made.make_ready(dir).map_err(|(field, problem)| DocError {
                    found: settings.get(&field).map(Value::to_string).unwrap_or_default(),
                    path: format!("{path}.{field}"),
                    problem,
                })?;
                Ok(Arc::new(made))
            },
            films: |settings| project::kind::parse::<S>(settings, "").ok()?.settings.films(),
        }
    }

    /// The same for what needs an old scene to do something with.
    const fn for_scenes(self) -> Self {
        Self {
            for_items: false,
            ..self
        }
    }
}

/// All kinds, in the order people see them.
pub fn transition_kinds() -> &'static [TransitionKind] {
    LIST
}

/// The transition of that kind with these settings, found at JSON path `path`, of a project in the folder `dir`; `None` for a
/// kind nobody knows.
///
/// # Errors
/// The first wrong setting, or a file that is no good.
pub fn transition(
    kind: &str,
    settings: &Map<String, Value>,
    path: &str,
    dir: &Path,
) -> Option<Result<Arc<dyn Transition>, DocError>> {
    let kind = LIST.iter().find(|k| k.info.id == kind)?;
    Some((kind.make)(settings, path, dir))
}

/// The films that a transition of that kind with these settings plays; none for most, and for wrong settings. No file is read.
pub fn films_of(kind: &str, settings: &Map<String, Value>) -> Option<Films> {
    let kind = LIST.iter().find(|k| k.info.id == kind)?;
    (kind.films)(settings)
}

/// A plain fade.
pub fn plain_fade() -> Arc<dyn Transition> {
    Arc::new(fade::Fade::default())
}

/// How a movement begins and ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Easing {
    /// Even: `p`.
    Linear,
    /// Begins slowly: `p³`.
    EaseIn,
    /// Ends slowly: `1 - (1 - p)³`.
    EaseOut,
    /// Begins and ends slowly: `3p² - 2p³`.
    #[default]
    EaseInOut,
}

impl Easing {
    /// Where a movement is (0 to 1) when the part `p` of its time has gone by.
    pub fn at(self, p: f32) -> f32 {
        // Not-a-number has not begun.
        let p = if p > 0.0 { p.min(1.0) } else { 0.0 };
        match self {
            Self::Linear => p,
            Self::EaseIn => p * p * p,
            Self::EaseOut => 1.0 - (1.0 - p).powi(3),
            Self::EaseInOut => p * p * (3.0 - 2.0 * p),
        }
    }
}

/// A list as one picture of the canvas' size, on its background laid over black as a canvas has it. One solid picture that
/// already is the canvas needs no canvas of its own. A list on nothing at all is no canvas but a picture by itself (an item on
/// its way in or out) and stays on nothing.
fn as_one(list: DrawList) -> DrawItem {
    let list = cull(list);
    let (w, h) = (list.width as f32, list.height as f32);
    if let [item] = list.items.as_slice()
        && item.is_solid()
        && item.bounds() == [0.0, 0.0, w, h]
    {
        return item.clone();
    }
    let [r, g, b, a] = list.background.0;
    let dimmed = |c: u8| ((u16::from(c) * u16::from(a) + 127) / 255) as u8;
    let background = match a {
        0 => Rgba::TRANSPARENT,
        _ => Rgba([dimmed(r), dimmed(g), dimmed(b), 255]),
    };
    let list = DrawList { background, ..list };
    DrawItem {
        crop: [0.0, 0.0, w, h],
        canvas_from_picture: Affine::IDENTITY,
        opacity: 1.0,
        picture: Picture::List(Arc::new(list)),
        style: Style::default(),
    }
}

/// A list as a picture of the canvas' own size.
fn whole(list: DrawList) -> Picture {
    let size = (list.width, list.height);
    let item = as_one(list);
    if item.canvas_from_picture == Affine::IDENTITY && item.picture.size() == size {
        return item.picture;
    }
    Picture::List(Arc::new(DrawList {
        width: size.0,
        height: size.1,
        background: Rgba::BLACK,
        items: vec![item],
    }))
}

/// The new scene over the old one where a mask of the canvas' size lets it be seen.
fn masked(from: DrawList, to: DrawList, mask: Made) -> DrawList {
    let (w, h) = (to.width as f32, to.height as f32);
    let mut list = cull(from);
    // The mask lies on the canvas, so what it masks has to be one.
    if let Some(f) = Filtered::new(whole(to), vec![mask], MediaTime::ZERO) {
        list.items.push(DrawItem {
            picture: Picture::Filtered(Arc::new(f)),
            crop: [0.0, 0.0, w, h],
            canvas_from_picture: Affine::IDENTITY,
            opacity: 1.0,
            style: Style::default(),
        });
    }
    list
}

/// An empty canvas like this one.
fn blank(like: &DrawList, background: Rgba) -> DrawList {
    DrawList {
        width: like.width,
        height: like.height,
        background,
        items: vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{render_one, software::SoftwareRenderer};
    use media::{AlphaMode, VideoFrame};

    pub(super) const SIZE: u32 = 32;

    pub(super) fn list(background: [u8; 4], items: Vec<DrawItem>) -> DrawList {
        DrawList {
            width: SIZE,
            height: SIZE,
            background: Rgba(background),
            items,
        }
    }

    pub(super) fn square(size: u32, rgb: [u8; 3]) -> DrawItem {
        let pixels: Vec<u8> = (0..size * size).flat_map(|_| [rgb[0], rgb[1], rgb[2], 255]).collect();
        let frame = VideoFrame::rgba(size, size, pixels, AlphaMode::Opaque).expect("frame");
        DrawItem::whole(Arc::new(frame), 0.0, 0.0)
    }

    /// The drawn list's luma.
    pub(super) fn luma(list: &DrawList) -> Vec<Vec<u8>> {
        let mut r = SoftwareRenderer::new(SIZE, SIZE).expect("renderer");
        let frame = render_one(&mut r, list).expect("drawn");
        (0..SIZE as usize)
            .map(|y| frame.planes[0].row(y, SIZE as usize).to_vec())
            .collect()
    }

    /// Each kind with the settings of a new one.
    fn all() -> Vec<(&'static str, Arc<dyn Transition>)> {
        let make =
            |k: &TransitionKind| (k.make)(&(k.info.defaults)(), "settings", Path::new("")).expect("defaults are valid");
        LIST.iter().map(|k| (k.info.id, make(k))).collect()
    }

    #[test]
    fn every_transition_goes_from_the_one_picture_to_the_other() {
        let from = list([200, 0, 0, 255], vec![square(8, [0, 0, 255])]);
        let to = list([0, 40, 0, 255], vec![square(16, [255, 255, 0])]);
        let (first, last) = (luma(&from), luma(&to));
        let far = |a: &[Vec<u8>], b: &[Vec<u8>]| {
            let pixels = a.iter().flatten().zip(b.iter().flatten());
            pixels.map(|(a, b)| u32::from(a.abs_diff(*b))).sum::<u32>() / (SIZE * SIZE)
        };
        for (id, t) in all() {
            let at = |p| luma(&cull(t.list(from.clone(), to.clone(), p)));
            assert!(far(&at(0.001), &first) <= 2, "{id} begins at the old scene");
            assert!(far(&at(0.999), &last) <= 2, "{id} ends at the new one");
            assert!(t.heard(0.0) == 0.0 && t.heard(1.0) == 1.0, "{id}");
        }
    }

    #[test]
    fn no_progress_and_no_size_upsets_a_transition() {
        let odd = |w, h| DrawList {
            width: w,
            height: h,
            ..list([9; 4], vec![square(8, [1, 2, 3]), square(64, [3, 2, 1])])
        };
        for (_, t) in all() {
            for (w, h) in [(SIZE, SIZE), (1, 1), (3, 7)] {
                for p in [f32::NAN, -1.0, 0.0, 0.5, 1.0, 7.0, f32::INFINITY] {
                    let made = t.list(odd(w, h), odd(w, h), p);
                    assert_eq!((made.width, made.height), (w, h));
                    assert!(
                        made.items
                            .iter()
                            .all(|i| i.opacity.is_finite() && (0.0..=1.0).contains(&i.opacity))
                    );
                }
            }
        }
    }

    #[test]
    fn settings_are_checked_and_an_unknown_kind_is_nobody() {
        assert!(transition("teleport", &Map::new(), "t", Path::new("")).is_none());
        let wrong = serde_json::json!({"direction": "sideways"});
        let wrong = wrong.as_object().expect("map");
        let e = transition("slide", wrong, "transitions[0].settings", Path::new("")).expect("known");
        assert!(e.is_err_and(|e| e.path == "transitions[0].settings.direction"));
    }

    #[test]
    fn easings_rise_from_end_to_end() {
        for e in [Easing::Linear, Easing::EaseIn, Easing::EaseOut, Easing::EaseInOut] {
            assert_eq!((e.at(0.0), e.at(1.0), e.at(f32::NAN), e.at(9.0)), (0.0, 1.0, 0.0, 1.0));
            assert!(
                (0..100).all(|i| e.at(i as f32 / 100.0) < e.at((i + 1) as f32 / 100.0)),
                "{e:?}"
            );
        }
    }
}
