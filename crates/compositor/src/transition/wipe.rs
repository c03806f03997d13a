//! A wipe: a pattern says when each pixel goes over from the old scene to the new one, from 0 (first) to 1 (last), and an edge
//! of the wished softness runs along it. With position `p`, softness `s` and the pattern's value `m` the new scene is seen by
//! `(p·(1 + s) - m) / s`, held between 0 and 1.

use super::{Easing, Transition, TransitionKind, masked};
use crate::{
    DrawList, Sampling,
    filters::{Filter, Layer, Made, Sheet, read_image},
    software::scaled_plane,
};
use media::MediaTime;
use parking_lot::Mutex;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{f32::consts::TAU, path::Path, sync::Arc};

pub(super) const KIND: TransitionKind = TransitionKind::of::<Wipe>(
    "wipe",
    "Wipe",
    "The new scene spreads over the old one along a pattern.",
);

/// Settings of a wipe.
#[derive(Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Wipe {
    /// Along what it spreads.
    pattern: Pattern,
    /// A grey image in place of the pattern, stretched over the picture: the new scene comes first where it is black and last
    /// where it is white. The pattern counts when there is none.
    image_file: String,
    /// How wide its edge is, as a part of the way: 0 sharp.
    #[schemars(range(min = 0.0, max = 1.0))]
    softness: f32,
    /// From the end of the pattern to its beginning; where it is white first.
    reverse: bool,
    /// How it begins and ends.
    easing: Easing,
    /// The image's brightness, once it is read.
    #[serde(skip)]
    grey: Option<Layer>,
    #[serde(skip)]
    kept: Mutex<Kept>,
}

/// The largest side of an image, pixels: as large as any canvas.
const MOST_PIXELS: u32 = 8192;

/// The brightness of an image's pixels; what is transparent counts as black.
fn grey(width: usize, height: usize, rgba: &[u8]) -> Layer {
    Layer::make(width, height, |y, row| {
        let pixels = rgba.get(4 * y * width..).unwrap_or(&[]).chunks_exact(4);
        for (o, px) in row.iter_mut().zip(pixels) {
            let [r, g, b, a] = [px[0], px[1], px[2], px[3]].map(f32::from);
            *o = ((0.2126 * r + 0.7152 * g + 0.0722 * b) * a / 255.0 + 0.5) as u8;
        }
    })
}

impl Settings for Wipe {}

/// When each pixel goes over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Pattern {
    /// From the left.
    #[default]
    Across,
    /// From above.
    Down,
    /// From the corner above on the left.
    Corner,
    /// From the middle in a circle.
    Circle,
    /// From the middle in a rectangle.
    Box,
    /// Like the hand of a clock, from above.
    Clock,
    /// Eight blinds side by side.
    Blinds,
    /// From the middle to both sides.
    Doors,
    /// In squares of a sixteenth of the width, in no order.
    Squares,
}

/// What was worked out for the last picture.
#[derive(Debug, Default)]
struct Kept {
    map: Option<Map>,
    made: Option<(u32, Made)>,
}

type Map = ((u32, u32), Arc<Vec<u16>>);

impl Wipe {
    /// When each pixel of a canvas goes over, row by row: 0 first, 65535 last.
    fn map(&self, size: (u32, u32)) -> Vec<u16> {
        let Some(grey) = &self.grey else {
            return self.pattern.map(size, self.reverse);
        };
        let (from, to) = ((grey.width, grey.height), (size.0 as usize, size.1 as usize));
        let scaled = scaled_plane(grey, from, to, 1, Sampling::Auto);
        let late = |v: &u8| u16::from(if self.reverse { 255 - v } else { *v }) * 257;
        (0..to.1).flat_map(|y| scaled.row(y).iter().map(late)).collect()
    }

    /// The mask at this position: the same one as long as the position and the size stay.
    fn mask(&self, size: (u32, u32), p: f32) -> Made {
        let mut kept = self.kept.lock();
        let kept = &mut *kept;
        if kept.map.as_ref().is_none_or(|m| m.0 != size) {
            *kept = Kept {
                map: Some((size, Arc::new(self.map(size)))),
                made: None,
            };
        }
        if let Some((_, made)) = kept.made.as_ref().filter(|m| m.0 == p.to_bits()) {
            return made.clone();
        }
        let map = kept.map.as_ref().map(|m| m.1.clone()).unwrap_or_default();
        // A sharp edge is still one step of the map wide.
        let soft = self.softness.clamp(1.0 / 1024.0, 1.0);
        let made = Made::alone(Arc::new(Mask {
            map,
            width: size.0 as usize,
            reached: p * (1.0 + soft),
            per_soft: 255.0 / soft,
        }));
        kept.made = Some((p.to_bits(), made.clone()));
        made
    }
}

impl Transition for Wipe {
    fn list(&self, from: DrawList, to: DrawList, progress: f32) -> DrawList {
        let p = self.easing.at(progress);
        if p <= 0.0 {
            return from;
        }
        if p >= 1.0 {
            return to;
        }
        let mask = self.mask((to.width, to.height), p);
        masked(from, to, mask)
    }

    fn make_ready(&mut self, dir: &Path) -> Result<(), (String, String)> {
        self.grey = match self.image_file.as_str() {
            "" => None,
            file => {
                let read = read_image(file, dir, MOST_PIXELS);
                let (w, h, rgba) = read.map_err(|e| ("image_file".to_owned(), e.to_string()))?;
                Some(grey(w as usize, h as usize, &rgba))
            }
        };
        Ok(())
    }
}

impl Pattern {
    /// When each pixel of a canvas goes over, row by row: 0 first, 65535 last.
    fn map(self, (width, height): (u32, u32), reverse: bool) -> Vec<u16> {
        let (w, h) = (width as f32, height as f32);
        let far = (w / 2.0).hypot(h / 2.0);
        let at = |x: u32, y: u32| {
            let (x, y) = (x as f32 + 0.5, y as f32 + 0.5);
            // From the middle, each side reaching 1.
            let (u, v) = (2.0 * x / w - 1.0, 2.0 * y / h - 1.0);
            match self {
                Self::Across => x / w,
                Self::Down => y / h,
                Self::Corner => (x / w + y / h) / 2.0,
                Self::Circle => (x - w / 2.0).hypot(y - h / 2.0) / far,
                Self::Box => u.abs().max(v.abs()),
                Self::Clock => (x - w / 2.0).atan2(h / 2.0 - y).rem_euclid(TAU) / TAU,
                Self::Blinds => (x / w * 8.0).fract(),
                Self::Doors => u.abs(),
                Self::Squares => {
                    let side = (w / 16.0).max(1.0);
                    order((x / side) as u32, (y / side) as u32)
                }
            }
        };
        let all = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        all.map(|(x, y)| {
            let m = at(x, y).clamp(0.0, 1.0);
            ((if reverse { 1.0 - m } else { m }) * 65535.0) as u16
        })
        .collect()
    }
}

/// A place in no order that anybody sees, 0 to 1, for a square: the mixing steps of the SplitMix64 generator.
fn order(x: u32, y: u32) -> f32 {
    let mut z = (u64::from(y) << 32 | u64::from(x)).wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
}

/// How much of the new scene is seen.
#[derive(Debug)]
struct Mask {
    map: Arc<Vec<u16>>,
    width: usize,
    /// How far the edge has come, in the pattern's values.
    reached: f32,
    per_soft: f32,
}

impl Filter for Mask {
    fn keeps_opaque(&self) -> bool {
        false
    }
    fn apply(&self, sheet: Sheet, _: MediaTime) -> Sheet {
        sheet.fade(|y, row| {
            let map = self.map.get(y * self.width..).unwrap_or(&[]);
            for (o, m) in row.iter_mut().zip(map) {
                let seen = (self.reached - f32::from(*m) / 65535.0) * self.per_soft;
                *o = (seen.clamp(0.0, 255.0) * f32::from(*o) / 255.0 + 0.5) as u8;
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{SIZE, list, luma},
        *,
    };

    const ALL: [Pattern; 9] = [
        Pattern::Across,
        Pattern::Down,
        Pattern::Corner,
        Pattern::Circle,
        Pattern::Box,
        Pattern::Clock,
        Pattern::Blinds,
        Pattern::Doors,
        Pattern::Squares,
    ];

    fn wipe(pattern: Pattern, softness: f32, reverse: bool) -> Wipe {
        Wipe {
            pattern,
            softness,
            reverse,
            easing: Easing::Linear,
            ..Wipe::default()
        }
    }

    fn at(w: &Wipe, p: f32) -> Vec<Vec<u8>> {
        let (from, to) = (list([0, 0, 0, 255], vec![]), list([255; 4], vec![]));
        luma(&w.list(from, to, p))
    }

    #[test]
    fn it_spreads_from_the_left_and_the_other_way_round() {
        let row = |w: &Wipe| at(w, 0.25)[SIZE as usize / 2].clone();
        let (there, back) = (
            row(&wipe(Pattern::Across, 0.0, false)),
            row(&wipe(Pattern::Across, 0.0, true)),
        );
        assert!(
            there[..8].iter().all(|v| *v > 230) && there[8..].iter().all(|v| *v < 20),
            "{there:?}"
        );
        assert!(
            back[24..].iter().all(|v| *v > 230) && back[..24].iter().all(|v| *v < 20),
            "{back:?}"
        );
        let soft = row(&wipe(Pattern::Across, 0.5, false));
        assert!(soft.windows(2).all(|w| w[0] >= w[1]), "{soft:?}");
        assert!(soft.iter().filter(|v| (30..220).contains(*v)).count() >= 8, "{soft:?}");
    }

    #[test]
    fn every_pattern_goes_over_evenly_and_never_back() {
        for pattern in ALL {
            let w = wipe(pattern, 0.0, false);
            let mut before = vec![vec![0; SIZE as usize]; SIZE as usize];
            for step in 1..20 {
                let now = at(&w, step as f32 / 20.0);
                let back = before.iter().flatten().zip(now.iter().flatten()).filter(|(b, n)| b > n);
                assert_eq!(back.count(), 0, "{pattern:?} at {step}");
                before = now;
            }
            let half = at(&w, 0.5);
            let seen = half.iter().flatten().filter(|v| **v > 128).count() as f32 / (SIZE * SIZE) as f32;
            assert!((0.2..0.8).contains(&seen), "{pattern:?}: {seen}");
        }
    }

    #[test]
    fn an_image_of_ones_own_says_when_each_pixel_goes_over() {
        let dir = tempfile::tempdir().expect("dir");
        // Black on the right, white on the left, grey between.
        let pixels: Vec<u8> = (0..SIZE * SIZE)
            .map(|i| 255 - (i % SIZE * 255 / (SIZE - 1)) as u8)
            .collect();
        let file = dir.path().join("own.png");
        image::save_buffer(&file, &pixels, SIZE, SIZE, image::ExtendedColorType::L8).expect("written");
        let made = |settings: serde_json::Value| {
            let settings = settings.as_object().expect("map").clone();
            super::super::transition("wipe", &settings, "settings", dir.path()).expect("known")
        };
        let row = |t: &dyn Transition, p| {
            luma(&t.list(list([0, 0, 0, 255], vec![]), list([255; 4], vec![]), p))[SIZE as usize / 2].clone()
        };
        let easing = "linear";
        let sharp = made(serde_json::json!({"image_file": "own.png", "easing": easing})).expect("read");
        let quarter = row(&*sharp, 0.25);
        assert!(
            quarter[25..].iter().all(|v| *v > 230) && quarter[..23].iter().all(|v| *v < 20),
            "{quarter:?}"
        );
        let back = made(serde_json::json!({"image_file": "own.png", "reverse": true, "easing": easing})).expect("read");
        let other = row(&*back, 0.25);
        assert!(
            other[..7].iter().all(|v| *v > 230) && other[9..].iter().all(|v| *v < 20),
            "{other:?}"
        );
        let soft = made(serde_json::json!({"image_file": "own.png", "softness": 0.5, "easing": easing})).expect("read");
        let between = row(&*soft, 0.5).iter().filter(|v| (30..220).contains(*v)).count();
        assert!(between >= 8, "{between}");
        let missing = made(serde_json::json!({"image_file": "gone.png"})).expect_err("it is not there");
        assert_eq!(missing.path, "settings.image_file");
        assert!(missing.problem.contains("gone.png"), "{missing}");
    }

    #[test]
    fn a_held_wipe_is_one_picture() {
        let w = wipe(Pattern::Clock, 0.1, false);
        let (from, to) = (list([0, 0, 0, 255], vec![]), list([255; 4], vec![]));
        let made = |p| crate::signature(&w.list(from.clone(), to.clone(), p));
        assert_eq!(made(0.3), made(0.3));
        assert_ne!(made(0.3), made(0.4));
    }
}
