//! Scale and aspect: brings a picture to a size of its own before it is placed: fewer pixels for the filters after it, a
//! pixelated look, or another shape.

use super::{Filter, FilterKind, Layer, Sheet, kind::settings};
use crate::software::scaled_plane;
use media::MediaTime;
use project::{Sampling, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<Scale>(
    "scale",
    "Scale/aspect",
    "Brings a picture to another size or shape before it is placed.",
    |s, _| Ok(Box::new(settings::<Scale>(s)?)),
);

/// Settings of a scale.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Scale {
    /// Width in pixels; 0 follows the height, or stays.
    #[schemars(range(min = 0, max = 8192))]
    width: u32,
    /// Height in pixels; 0 follows the width, or stays.
    #[schemars(range(min = 0, max = 8192))]
    height: u32,
    /// How it is brought to size.
    scale_filter: Sampling,
}

impl Default for Scale {
    fn default() -> Self {
        Self {
            width: 0,
            height: 0,
            scale_filter: Sampling::Auto,
        }
    }
}

impl Settings for Scale {}

impl Filter for Scale {
    fn size(&self, (w, h): (u32, u32)) -> (u32, u32) {
        let like =
            |of: u32, a: u32, b: u32| (u64::from(of) * u64::from(a) / u64::from(b.max(1))).clamp(2, 16_384) as u32;
        // Even, as colour has half the size.
        let even = |v: u32| v.div_ceil(2) * 2;
        match (self.width, self.height) {
            (0, 0) => (w, h),
            (width, 0) => (even(width), even(like(h, width, w))),
            (0, height) => (even(like(w, height, h)), even(height)),
            (width, height) => (even(width), even(height)),
        }
    }
    fn apply(&self, s: Sheet, _: MediaTime) -> Sheet {
        let from = (s.width(), s.height());
        let (w, h) = self.size((from.0 as u32, from.1 as u32));
        let to = (w as usize, h as usize);
        if from == to {
            return s;
        }
        let bring = |p: &Layer, step: u32| scaled_plane(p, from, to, step, self.scale_filter);
        Sheet {
            y: bring(&s.y, 1),
            u: bring(&s.u, 2),
            v: bring(&s.v, 2),
            a: s.a.as_ref().map(|a| bring(a, 1)),
        }
    }
}
