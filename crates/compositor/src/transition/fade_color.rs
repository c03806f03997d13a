//! A dip to a colour: the old scene fades into it, then the new one out of it.

use super::{Transition, TransitionKind, as_one, blank};
use crate::{DrawItem, DrawList, cull};
use project::{Rgba, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) const KIND: TransitionKind = TransitionKind::of::<FadeColor>(
    "fade_color",
    "Fade to colour",
    "Into a colour, and out of it into the next scene.",
)
.for_scenes();

/// Settings of a dip to a colour.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct FadeColor {
    /// The colour in between.
    color: Rgba,
    /// When nothing but the colour is seen, as a part of the time.
    #[schemars(range(min = 0.05, max = 0.95))]
    middle: f32,
}

impl Default for FadeColor {
    fn default() -> Self {
        Self {
            color: Rgba::BLACK,
            middle: 0.5,
        }
    }
}

impl Settings for FadeColor {}

impl Transition for FadeColor {
    fn list(&self, from: DrawList, to: DrawList, progress: f32) -> DrawList {
        let middle = self.middle.clamp(0.05, 0.95);
        let (scene, solid) = if progress < middle {
            (from, progress / middle)
        } else if progress.is_nan() {
            (from, 0.0)
        } else {
            (to, 1.0 - (progress - middle) / (1.0 - middle))
        };
        let [r, g, b, _] = self.color.0;
        let paint = blank(&scene, Rgba([r, g, b, 255]));
        if solid >= 1.0 {
            return paint;
        }
        let mut list = cull(scene);
        if solid > 0.0 {
            list.items.push(DrawItem {
                opacity: solid,
                ..as_one(paint)
            });
        }
        list
    }

    /// Silence in the middle would be a hole; the scenes change over around it.
    fn heard(&self, progress: f32) -> f32 {
        progress.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{list, luma, square},
        *,
    };

    #[test]
    fn nothing_but_the_colour_is_seen_in_the_middle() {
        let dip = FadeColor {
            color: Rgba::WHITE,
            middle: 0.25,
        };
        let scene = || list([0, 0, 0, 255], vec![square(8, [90, 90, 90])]);
        let at = |p| luma(&dip.list(scene(), scene(), p));
        assert!(at(0.25).iter().flatten().all(|v| *v == 235));
        let half = at(0.125)[31][31];
        assert!(half.abs_diff(126) <= 2, "half way to white: {half}");
        assert_eq!(at(0.0), luma(&scene()));
        assert_eq!(at(1.0), luma(&scene()));
    }
}
