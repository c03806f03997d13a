//! Whole pictures that move across the canvas: both (slide), the new one over the old (swipe), or the old one off the new
//! (reveal). They move by whole even pixels, so that no picture is softened under way.

use super::{Easing, Transition, TransitionKind, as_one, blank};
use crate::{Affine, DrawItem, DrawList};
use project::{Rgba, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) const SLIDE: TransitionKind =
    TransitionKind::of::<Slide>("slide", "Slide", "The new scene pushes the old one off the picture.");
pub(super) const SWIPE: TransitionKind = TransitionKind::of::<Swipe>(
    "swipe",
    "Swipe",
    "The new scene comes in over the old one, which stays.",
);
pub(super) const REVEAL: TransitionKind =
    TransitionKind::of::<Reveal>("reveal", "Reveal", "The old scene goes off and the new one lies below.").for_scenes();

/// Where pictures move to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Direction {
    /// To the left.
    #[default]
    Left,
    /// To the right.
    Right,
    /// Upwards.
    Up,
    /// Downwards.
    Down,
}

impl Direction {
    /// A canvas' picture moved by `part` of its size in this direction.
    fn moved(self, list: DrawList, part: f32) -> DrawItem {
        let (x, y) = match self {
            Self::Left => (-1.0, 0.0),
            Self::Right => (1.0, 0.0),
            Self::Up => (0.0, -1.0),
            Self::Down => (0.0, 1.0),
        };
        // Rounded from whole pictures on, so that what goes and what comes leave no gap and never overlap.
        let whole = part.floor();
        let even = |size: u32| ((part - whole) * size as f32 / 2.0).round() * 2.0 + whole * size as f32;
        let by = Affine::place(x * even(list.width), y * even(list.height));
        let item = as_one(list);
        DrawItem {
            canvas_from_picture: by.after(&item.canvas_from_picture),
            ..item
        }
    }
}

/// A moving transition's settings, once for each of them.
macro_rules! moving {
    ($($(#[$doc:meta])* $name:ident => |$s:ident, $from:ident, $to:ident, $p:ident| $items:expr;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
        #[serde(default)]
        struct $name {
            /// Where it moves to.
            direction: Direction,
            /// How it begins and ends.
            easing: Easing,
        }

        impl Settings for $name {}

        impl Transition for $name {
            fn list(&self, $from: DrawList, $to: DrawList, progress: f32) -> DrawList {
                // An item by itself moves on nothing.
                let below = if $to.background == Rgba::TRANSPARENT { Rgba::TRANSPARENT } else { Rgba::BLACK };
                let mut list = blank(&$from, below);
                let ($s, $p) = (self.direction, self.easing.at(progress));
                list.items.extend($items);
                list
            }
        }
    )*};
}

moving! {
    /// Settings of a slide.
    Slide => |to_where, from, to, p| [to_where.moved(from, p), to_where.moved(to, p - 1.0)];
    /// Settings of a swipe.
    Swipe => |to_where, from, to, p| [as_one(from), to_where.moved(to, p - 1.0)];
    /// Settings of a reveal.
    Reveal => |to_where, from, to, p| [as_one(to), to_where.moved(from, p)];
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{list, luma},
        *,
    };

    fn scenes() -> (DrawList, DrawList) {
        (list([0, 0, 0, 255], vec![]), list([255; 4], vec![]))
    }

    /// Columns of the first row, or rows of the first column, that are the new scene's.
    fn white(list: &DrawList) -> (Vec<usize>, Vec<usize>) {
        let drawn = luma(list);
        let across = (0..drawn.len()).filter(|x| drawn[0][*x] > 200).collect();
        let down = (0..drawn.len()).filter(|y| drawn[*y][0] > 200).collect();
        (across, down)
    }

    #[test]
    fn the_new_scene_comes_from_where_it_moves_away_from() {
        for (direction, columns, rows) in [
            (Direction::Left, 24..32, None),
            (Direction::Right, 0..8, None),
            (Direction::Up, 0..0, Some(24..32)),
            (Direction::Down, 0..32, Some(0..8)),
        ] {
            let swipe = Swipe {
                direction,
                easing: Easing::Linear,
            };
            let (from, to) = scenes();
            let (across, down) = white(&swipe.list(from, to, 0.25));
            assert_eq!(across, columns.collect::<Vec<_>>(), "{direction:?}");
            if let Some(rows) = rows {
                assert_eq!(down, rows.collect::<Vec<_>>(), "{direction:?}");
            }
        }
    }

    #[test]
    fn a_reveal_takes_the_old_scene_away_and_a_slide_moves_both() {
        let (from, to) = scenes();
        let easing = Easing::Linear;
        let direction = Direction::Left;
        let reveal = Reveal { direction, easing };
        let (across, _) = white(&reveal.list(from.clone(), to.clone(), 0.75));
        assert_eq!(across, (8..32).collect::<Vec<_>>());
        let slide = Slide { direction, easing };
        let made = slide.list(from, to, 0.5);
        let x: Vec<f32> = made.items.iter().map(|i| i.canvas_from_picture.e).collect();
        assert_eq!(x, [-16.0, 16.0]);
    }

    #[test]
    fn a_slide_leaves_no_gap_at_any_moment() {
        for direction in [Direction::Left, Direction::Right, Direction::Up, Direction::Down] {
            let slide = Slide {
                direction,
                easing: Easing::Linear,
            };
            for n in 1..200 {
                let (from, to) = scenes();
                let made = slide.list(from, to, n as f32 / 200.0);
                let at: Vec<_> = made.items.iter().map(|i| i.canvas_from_picture).collect();
                let apart = (at[0].e - at[1].e).abs() + (at[0].f - at[1].f).abs();
                assert_eq!(apart, 32.0, "{direction:?} at {n}");
            }
        }
    }
}
