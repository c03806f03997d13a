//! A wipe: a pattern says when each pixel goes over from the old scene to the new one, from 0 (first) to 1 (last), and an edge
//! of the wished softness runs along it. With position `p`, softness `s` and the pattern's value `m` the new scene is seen by
//! `(p·(1 + s) - m) / s`, held between 0 and 1.

use super::{Easing, Transition, TransitionKind, as_one};
use crate::{
    Affine, DrawItem, DrawList, Picture,
    filters::{Filter, Filtered, Made, Sheet},
};
use media::MediaTime;
use parking_lot::Mutex;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{f32::consts::TAU, sync::Arc};

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
    /// How wide its edge is, as a part of the way: 0 sharp.
    #[schemars(range(min = 0.0, max = 1.0))]
    softness: f32,
    /// From the end of the pattern to its beginning.
    reverse: bool,
    /// How it begins and ends.
    easing: Easing,
    #[serde(skip)]
    kept: Mutex<Kept>,
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
    /// The mask at this position: the same one as long as the position and the size stay.
    fn mask(&self, size: (u32, u32), p: f32) -> Made {
        let mut kept = self.kept.lock();
        let kept = &mut *kept;
        if kept.map.as_ref().is_none_or(|m| m.0 != size) {
            *kept = Kept {
                map: Some((size, Arc::new(self.pattern.map(size, self.reverse)))),
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
        let size = (to.width, to.height);
        let (w, h) = (size.0 as f32, size.1 as f32);
        let mut list = crate::cull(from);
        // The pattern lies on the canvas, so what it masks has to be one.
        let new = whole(to);
        if let Some(f) = Filtered::new(new, vec![self.mask(size, p)], MediaTime::ZERO) {
            list.items.push(DrawItem {
                picture: Picture::Filtered(Arc::new(f)),
                crop: [0.0, 0.0, w, h],
                canvas_from_picture: Affine::IDENTITY,
                opacity: 1.0,
                style: crate::Style::default(),
            });
        }
        list
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
        background: project::Rgba::BLACK,
        items: vec![item],
    }))
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
    fn a_held_wipe_is_one_picture() {
        let w = wipe(Pattern::Clock, 0.1, false);
        let (from, to) = (list([0, 0, 0, 255], vec![]), list([255; 4], vec![]));
        let made = |p| crate::signature(&w.list(from.clone(), to.clone(), p));
        assert_eq!(made(0.3), made(0.3));
        assert_ne!(made(0.3), made(0.4));
    }
}
