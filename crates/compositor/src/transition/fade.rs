//! A fade: the old scene below, the new one over it with an opacity.

use super::{Easing, Transition, TransitionKind, as_one};
use crate::{DrawItem, DrawList, cull};
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) const KIND: TransitionKind = TransitionKind::of::<Fade>("fade", "Fade", "Out of one scene into the other.");

/// Settings of a fade.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub(super) struct Fade {
    /// How it begins and ends.
    easing: Easing,
}

impl Default for Fade {
    fn default() -> Self {
        Self { easing: Easing::Linear }
    }
}

impl Settings for Fade {}

impl Transition for Fade {
    fn list(&self, from: DrawList, to: DrawList, progress: f32) -> DrawList {
        fade(from, to, self.easing.at(progress))
    }

    fn heard(&self, progress: f32) -> f32 {
        self.easing.at(progress)
    }
}

/// `over` laid on `under` with `opacity` (0: only `under`, 1: only `over`). The background of `over` counts too, so that the last
/// step of a fade is as small as all the others.
pub(super) fn fade(under: DrawList, over: DrawList, opacity: f32) -> DrawList {
    // Not-a-number is no fade either.
    if opacity >= 1.0 {
        return over;
    }
    let mut under = cull(under);
    if opacity > 0.0 {
        let top = as_one(over);
        under.items.push(DrawItem { opacity, ..top });
    }
    under
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{SIZE, list, luma as rows, square},
        *,
    };
    use crate::Picture;
    use project::Rgba;

    /// Luma in the corner and in the far corner of the drawn list.
    fn luma(list: &DrawList) -> (i32, i32) {
        let drawn = rows(list);
        (drawn[0][0].into(), drawn[SIZE as usize - 1][SIZE as usize - 1].into())
    }

    #[test]
    fn the_ends_are_the_scenes_themselves() {
        let (a, b) = (list([0, 0, 0, 255], vec![]), list([255; 4], vec![square(4, [9, 9, 9])]));
        assert!(fade(a.clone(), b.clone(), 0.0).items.is_empty());
        assert!(fade(a.clone(), b.clone(), f32::NAN).items.is_empty());
        let end = fade(a, b, 1.0);
        assert_eq!((end.items.len(), end.background), (1, Rgba([255; 4])));
    }

    #[test]
    fn backgrounds_and_items_fade_together() {
        let old = list([0, 0, 0, 255], vec![]);
        let new = list([255; 4], vec![square(4, [255, 255, 255])]);
        for step in 1..10 {
            let p = step as f32 / 10.0;
            let (near, far) = luma(&fade(old.clone(), new.clone(), p));
            let want = 16 + (219.0 * p).round() as i32;
            assert!(
                (near - want).abs() <= 2 && (far - want).abs() <= 2,
                "{p}: {near} {far} {want}"
            );
        }
    }

    #[test]
    fn a_lone_cover_needs_no_canvas_of_its_own() {
        let old = list([0, 0, 0, 255], vec![]);
        let whole = fade(old.clone(), list([0; 4], vec![square(SIZE, [255, 0, 0])]), 0.5);
        assert!(matches!(whole.items.as_slice(), [i] if matches!(i.picture, Picture::Frame(_)) && i.opacity == 0.5));
        let part = fade(old, list([0; 4], vec![square(8, [255, 0, 0])]), 0.5);
        assert!(matches!(part.items.as_slice(), [i] if matches!(i.picture, Picture::List(_))));
    }

    #[test]
    fn a_translucent_background_is_laid_over_black() {
        let old = list([255; 4], vec![]);
        let dim = fade(old, list([255, 255, 255, 128], vec![]), 0.999);
        let (near, _) = luma(&dim);
        assert!((near - 126).abs() <= 3, "{near}");
    }
}
