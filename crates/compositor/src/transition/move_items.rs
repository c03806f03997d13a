//! Pictures that both scenes have glide from the one place to the other; what only one of them has fades out or in.
//!
//! A picture is the same when it is the same frame (both scenes are drawn from one set of frames, so that is the same source)
//! or a nested scene that looks the same; the nth of several goes to the nth. Between two places the middle of the picture,
//! its size along its own edges, its angle (the short way round), what is cropped, and its opacity are interpolated each by
//! itself, so that a turning picture keeps its shape.

use super::{Easing, Transition, TransitionKind};
use crate::{Affine, DrawItem, DrawList, cull};
use project::{Rgba, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::f32::consts::{PI, TAU};

pub(super) const KIND: TransitionKind = TransitionKind::of::<Move>(
    "move",
    "Move",
    "What both scenes show glides from place to place; the rest fades.",
)
.for_scenes();

/// Settings of a move.
#[derive(Clone, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Move {
    /// How it begins and ends.
    easing: Easing,
}

impl Settings for Move {}

impl Transition for Move {
    fn list(&self, from: DrawList, to: DrawList, progress: f32) -> DrawList {
        let p = self.easing.at(progress);
        if p <= 0.0 {
            return from;
        }
        if p >= 1.0 {
            return to;
        }
        // An item by itself, on its way in or out, is on nothing.
        let alone = from.background == Rgba::TRANSPARENT && to.background == Rgba::TRANSPARENT;
        let background = match alone {
            true => Rgba::TRANSPARENT,
            false => blend(over_black(from.background), over_black(to.background), p),
        };
        let mut items = vec![];
        let mut old: Vec<Option<DrawItem>> = from.items.into_iter().map(Some).collect();
        let goes = partners(&old, &to.items);
        let mut next = 0;
        for (item, partner) in to.items.into_iter().zip(goes) {
            match partner {
                Some(i) => {
                    // What lay below it in the old scene and has no place in the new one stays below.
                    let up_to = i.max(next);
                    leaving(&mut items, &mut old, next..up_to, p);
                    next = up_to;
                    let was = old.get_mut(i).and_then(Option::take);
                    items.push(was.map_or_else(|| item.clone(), |was| between(&was, &item, p)));
                }
                None => items.push(DrawItem {
                    opacity: item.opacity * p,
                    ..item
                }),
            }
        }
        let end = old.len();
        leaving(&mut items, &mut old, next..end, p);
        cull(DrawList {
            background,
            items,
            width: to.width,
            height: to.height,
        })
    }
}

/// For each picture of the new scene the place of the same one in the old scene, each used once.
fn partners(old: &[Option<DrawItem>], new: &[DrawItem]) -> Vec<Option<usize>> {
    let keys: Vec<_> = old.iter().flatten().map(|i| i.picture.signature()).collect();
    let mut used = vec![false; keys.len()];
    let mut find = |k: (u8, u64)| {
        let i = (0..keys.len()).find(|i| keys[*i] == k && !used[*i])?;
        used[i] = true;
        Some(i)
    };
    new.iter().map(|i| find(i.picture.signature())).collect()
}

/// The old scene's pictures of that range that have no place in the new one, fading out.
fn leaving(items: &mut Vec<DrawItem>, old: &mut [Option<DrawItem>], range: std::ops::Range<usize>, p: f32) {
    let gone = old.get_mut(range).into_iter().flatten().filter_map(Option::take);
    items.extend(gone.map(|i| DrawItem {
        opacity: i.opacity * (1.0 - p),
        ..i
    }));
}

/// A picture on its way.
fn between(a: &DrawItem, b: &DrawItem, p: f32) -> DrawItem {
    let crop = std::array::from_fn(|i| mix(a.crop[i], b.crop[i], p));
    let (from, to) = (Pose::of(a), Pose::of(b));
    DrawItem {
        crop,
        canvas_from_picture: from.mixed(&to, p).map(crop),
        opacity: mix(a.opacity, b.opacity, p),
        ..b.clone()
    }
}

fn mix(a: f32, b: f32, p: f32) -> f32 {
    a + (b - a) * p
}

/// Where a picture lies, in numbers that can be interpolated.
struct Pose {
    /// The middle of its visible part on the canvas.
    middle: (f32, f32),
    /// Clockwise, radians.
    angle: f32,
    /// Canvas pixels to a picture pixel along its rows; negative when mirrored.
    across: f32,
    /// The same along its columns; negative when it stands on its head.
    down: f32,
    /// What its rows and columns lean towards each other, as a part of `down`.
    lean: f32,
}

impl Pose {
    fn of(item: &DrawItem) -> Self {
        let m = &item.canvas_from_picture;
        let [x0, y0, x1, y1] = item.crop;
        let middle = m.apply((x0 + x1) / 2.0, (y0 + y1) / 2.0);
        if m.is_upright() {
            // Exact, and mirroring stays what it is.
            let (across, down) = (m.a, m.d);
            return Self {
                middle,
                angle: 0.0,
                across,
                down,
                lean: 0.0,
            };
        }
        let across = m.a.hypot(m.b);
        let (cos, sin) = (m.a / across, m.b / across);
        Self {
            middle,
            angle: sin.atan2(cos),
            across,
            down: m.d * cos - m.c * sin,
            lean: m.c * cos + m.d * sin,
        }
    }

    fn mixed(&self, to: &Self, p: f32) -> Self {
        // The short way round.
        let turn = (to.angle - self.angle + PI).rem_euclid(TAU) - PI;
        Self {
            middle: (mix(self.middle.0, to.middle.0, p), mix(self.middle.1, to.middle.1, p)),
            angle: self.angle + turn * p,
            across: mix(self.across, to.across, p),
            down: mix(self.down, to.down, p),
            lean: mix(self.lean, to.lean, p),
        }
    }

    /// The map that lays a picture with this visible part there.
    fn map(&self, crop: [f32; 4]) -> Affine {
        let (sin, cos) = if self.angle == 0.0 {
            (0.0, 1.0)
        } else {
            self.angle.sin_cos()
        };
        let m = Affine {
            a: cos * self.across,
            b: sin * self.across,
            c: cos * self.lean - sin * self.down,
            d: sin * self.lean + cos * self.down,
            e: 0.0,
            f: 0.0,
        };
        let (x, y) = m.apply((crop[0] + crop[2]) / 2.0, (crop[1] + crop[3]) / 2.0);
        Affine {
            e: self.middle.0 - x,
            f: self.middle.1 - y,
            ..m
        }
    }
}

/// A background as a canvas has it.
fn over_black(c: Rgba) -> [f32; 3] {
    let [r, g, b, a] = c.0.map(f32::from);
    [r, g, b].map(|v| v * a / 255.0)
}

fn blend(a: [f32; 3], b: [f32; 3], p: f32) -> Rgba {
    let [r, g, b] = std::array::from_fn(|i| mix(a[i], b[i], p).round().clamp(0.0, 255.0) as u8);
    Rgba([r, g, b, 255])
}

#[cfg(test)]
mod tests {
    use super::{
        super::tests::{list, square},
        *,
    };

    fn at(item: &DrawItem, x: f32, y: f32, scale: f32) -> DrawItem {
        DrawItem {
            canvas_from_picture: Affine {
                a: scale,
                d: scale,
                ..Affine::place(x, y)
            },
            ..item.clone()
        }
    }

    fn even() -> Move {
        Move { easing: Easing::Linear }
    }

    #[test]
    fn what_both_have_glides_and_grows() {
        let cam = square(8, [1, 2, 3]);
        let from = list([0, 0, 0, 255], vec![at(&cam, 0.0, 0.0, 1.0)]);
        let to = list([200, 0, 0, 255], vec![at(&cam, 8.0, 16.0, 2.0)]);
        let half = even().list(from, to, 0.5);
        assert_eq!(half.background, Rgba([100, 0, 0, 255]));
        // From (0, 0)–(8, 8) to (8, 16)–(24, 32).
        assert_eq!(half.items.len(), 1);
        assert_eq!(half.items[0].bounds(), [4.0, 8.0, 16.0, 20.0]);
        assert_eq!(half.items[0].opacity, 1.0);
    }

    #[test]
    fn what_only_one_has_fades_and_keeps_its_place_among_the_others() {
        let [below, cam, above, new] = [1, 2, 3, 4].map(|n| square(8, [n, n, n]));
        let from = list(
            [0, 0, 0, 255],
            vec![
                at(&below, 0.0, 0.0, 1.0),
                at(&cam, 0.0, 0.0, 1.0),
                at(&above, 2.0, 2.0, 1.0),
            ],
        );
        let to = list([0, 0, 0, 255], vec![at(&cam, 16.0, 0.0, 1.0), at(&new, 0.0, 16.0, 1.0)]);
        let made = even().list(from, to, 0.25);
        let seen: Vec<_> = made.items.iter().map(|i| (i.picture.signature(), i.opacity)).collect();
        assert_eq!(
            seen,
            [
                (below.picture.signature(), 0.75),
                (cam.picture.signature(), 1.0),
                (new.picture.signature(), 0.25),
                (above.picture.signature(), 0.75)
            ]
        );
    }

    #[test]
    fn a_turning_picture_keeps_its_shape_and_goes_the_short_way() {
        let cam = square(8, [1, 2, 3]);
        let turned = |deg: f32| {
            let (sin, cos) = deg.to_radians().sin_cos();
            DrawItem {
                canvas_from_picture: Affine {
                    a: cos,
                    b: sin,
                    c: -sin,
                    d: cos,
                    e: 16.0,
                    f: 16.0,
                },
                ..cam.clone()
            }
        };
        let scene = |deg| list([0, 0, 0, 255], vec![turned(deg)]);
        let half = even().list(scene(-170.0), scene(170.0), 0.5);
        let m = half.items[0].canvas_from_picture;
        assert!(
            (m.a + 1.0).abs() < 1e-5 && (m.d + 1.0).abs() < 1e-5 && m.b.abs() < 1e-5,
            "{m:?}"
        );
        let quarter = even().list(scene(0.0), scene(90.0), 0.5).items[0].canvas_from_picture;
        assert!(
            (quarter.a.hypot(quarter.b) - 1.0).abs() < 1e-5,
            "no shrinking on the way: {quarter:?}"
        );
    }

    #[test]
    fn two_of_one_source_go_each_to_its_own_place() {
        let cam = square(8, [1, 2, 3]);
        let pair = |a: f32, b: f32| list([0, 0, 0, 255], vec![at(&cam, a, 0.0, 1.0), at(&cam, b, 16.0, 1.0)]);
        let made = even().list(pair(0.0, 0.0), pair(8.0, 16.0), 0.5);
        let x: Vec<f32> = made.items.iter().map(|i| i.bounds()[0]).collect();
        assert_eq!(x, [4.0, 8.0]);
    }
}
