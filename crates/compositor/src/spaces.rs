//! The spaces of groups and layouts: where they lie on the canvas at rest, and how an item is carried from one space into
//! another so that it stays where it is seen. Pure; what movement does to it at a moment is not looked at.

use crate::{Affine, layouts, place::place_in};
use project::{Alignment, MAX_HELD, Scene, SceneItem};
use std::borrow::Cow;

/// An item as what holds it places it: a layout's member in its cell, any other as it is.
pub fn settled<'a>(scene: &'a Scene, item: &'a SceneItem) -> Cow<'a, SceneItem> {
    let holder = scene.item(&item.parent).filter(|h| h.layout().is_some());
    let spot = holder.and_then(|h| {
        let at = layouts::targets(scene, h).into_iter().find(|(id, ..)| *id == item.id);
        at.map(|(_, cell, mode)| layouts::Spot { cell, solid: 1.0, mode })
    });
    spot.map_or(Cow::Borrowed(item), |s| Cow::Owned(layouts::in_cell(item, &s)))
}

/// From pixels of the space of a group or layout (the scene itself when empty) to pixels of the canvas; `None` when that is not
/// there or has no size.
pub fn canvas_from_space(scene: &Scene, holder: &str) -> Option<Affine> {
    let mut out = Affine::IDENTITY;
    let mut at = holder;
    for _ in 0..=MAX_HELD {
        if at.is_empty() {
            return Some(out);
        }
        let item = scene.item(at)?;
        let members = item.members.as_ref()?;
        let (_, m) = place_in(&settled(scene, item), (members.width, members.height))?;
        out = m.after(&out);
        at = &item.parent;
    }
    None
}

/// An item that lies where it lay, seen through `m`. Exact unless `m` scales unevenly and the item is turned by other than
/// quarter turns, or fitted into its box by its shape: a rectangle can't be sheared, so it keeps its middle size then, and a
/// picture in its shape stays in its shape.
pub fn carried(item: &SceneItem, m: &Affine) -> SceneItem {
    let mut out = item.clone();
    let [a, b, c, d] = [m.a, m.b, m.c, m.d].map(f64::from);
    let across = a.hypot(b);
    let down = if across > 0.0 { (a * d - b * c) / across } else { 0.0 };
    let turn = b.atan2(a).to_degrees();
    let (x, y) = m.apply(item.position.x as f32, item.position.y as f32);
    (out.position.x, out.position.y) = (tidy(x.into()), tidy(y.into()));
    let mirrored = down < 0.0;
    let own = if mirrored {
        -item.rotation_deg
    } else {
        item.rotation_deg
    };
    out.rotation_deg = tidy_turn(turn + own);
    if mirrored {
        out.flip_y = !item.flip_y;
        out.alignment = upside_down(item.alignment);
    }
    let (kx, ky) = along(item.rotation_deg, across, down.abs());
    let k = (kx * ky).sqrt();
    match &mut out.bounds {
        Some(box_) => {
            (box_.width, box_.height) = (tidy(box_.width * kx), tidy(box_.height * ky));
            if mirrored {
                box_.alignment = upside_down(box_.alignment);
            }
        }
        None => (out.scale.x, out.scale.y) = (fine(item.scale.x * kx), fine(item.scale.y * ky)),
    }
    out.corner_radius = tidy(item.corner_radius * k);
    if let Some(border) = &mut out.border {
        border.width = tidy(border.width * k);
    }
    if let Some(s) = &mut out.shadow {
        (s.x, s.y, s.blur) = (tidy(s.x * k), tidy(s.y * k), tidy(s.blur * k));
    }
    out
}

/// Factors along an item's own edges when what is around it grows by (x, y).
fn along(deg: f64, x: f64, y: f64) -> (f64, f64) {
    let turned = deg.rem_euclid(180.0);
    if !(1e-6..=180.0 - 1e-6).contains(&turned) {
        (x, y)
    } else if (turned - 90.0).abs() < 1e-6 {
        (y, x)
    } else {
        ((x * y).sqrt(), (x * y).sqrt())
    }
}

fn upside_down(a: Alignment) -> Alignment {
    use Alignment::*;
    match a {
        TopLeft => BottomLeft,
        Top => Bottom,
        TopRight => BottomRight,
        BottomLeft => TopLeft,
        Bottom => Top,
        BottomRight => TopRight,
        same => same,
    }
}

/// Single precision is good to a thousandth of a pixel.
fn tidy(v: f64) -> f64 {
    (v * 1000.0).round() / 1000.0
}

fn fine(v: f64) -> f64 {
    (v * 1e6).round() / 1e6
}

fn tidy_turn(deg: f64) -> f64 {
    let turn = tidy(deg).rem_euclid(360.0);
    if turn > 180.0 { turn - 360.0 } else { turn }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::place::place;
    use project::{Bounds, BoundsMode, Crop, Members, Point, Scale};
    use proptest::prelude::*;

    fn alignment(n: usize) -> Alignment {
        use Alignment::*;
        [
            TopLeft,
            Top,
            TopRight,
            Left,
            Center,
            Right,
            BottomLeft,
            Bottom,
            BottomRight,
        ][n]
    }

    prop_compose! {
        fn item()(
            (x, y) in (-500.0..500.0f64, -500.0..500.0f64), k in 0.1..4.0f64, tall in 0.3..3.0f64, (mx, my) in (any::<bool>(), any::<bool>()),
            deg in prop_oneof![Just(0.0), Just(90.0), Just(-90.0), -180.0..180.0f64], at in 0..9usize, inner in 0..9usize,
            mode in prop_oneof![Just(None), Just(Some(BoundsMode::Contain)), Just(Some(BoundsMode::Cover)), Just(Some(BoundsMode::Stretch)), Just(Some(BoundsMode::Width))],
            left in 0..20u32, flip in any::<bool>(),
        ) -> SceneItem {
            let sign = |m: bool| if m { -1.0 } else { 1.0 };
            SceneItem {
                position: Point { x, y },
                scale: Scale { x: k * sign(mx), y: k * tall * sign(my) },
                rotation_deg: deg,
                alignment: alignment(at),
                bounds: mode.map(|m| Bounds { alignment: alignment(inner), ..Bounds::new(m, 300.0 * k, 200.0 * k * tall) }),
                crop: Crop { left, ..Crop::default() },
                flip_x: flip,
                ..SceneItem::default()
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(3), ..ProptestConfig::default() })]

        #[test]
        fn what_is_carried_is_seen_where_it_was(inner in item(), outer in item(), even in any::<bool>()) {
            let mut outer = outer;
            outer.crop = Crop::default();
            outer.bounds = None;
            let shaped = inner.bounds.is_some_and(|b| b.mode != BoundsMode::Stretch);
            if even || shaped || inner.rotation_deg % 90.0 != 0.0 {
                outer.scale.y = outer.scale.y.signum() * outer.scale.x.abs();
            }
            let (_, m) = place_in(&outer, (640.0, 360.0)).expect("placed");
            let (crop, before) = place(&inner, (160, 90)).expect("placed");
            let Some((crop_after, after)) = place(&carried(&inner, &m), (160, 90)) else { panic!("lost") };
            for k in 0..4 {
                prop_assert!((crop[k] - crop_after[k]).abs() < 0.1, "{crop:?} {crop_after:?}");
            }
            for (x, y) in [(crop[0], crop[1]), (crop[2], crop[3])] {
                let (was, is) = (m.after(&before).apply(x, y), after.apply(x, y));
                let far = (was.0 - is.0).hypot(was.1 - is.1);
                // Positions are rounded to a thousandth, angles too: a thousandth of a degree over 5000 pixels is a tenth.
                prop_assert!(far < 0.3, "{was:?} {is:?}");
            }
        }
    }

    #[test]
    fn spaces_in_spaces_are_followed_and_rings_are_not() {
        let holder = |id: &str, parent: &str, x: f64, k: f64| SceneItem {
            id: id.into(),
            parent: parent.into(),
            position: Point { x, y: 0.0 },
            scale: Scale { x: k, y: k },
            members: Some(Members {
                width: 100.0,
                height: 100.0,
                ..Members::default()
            }),
            ..SceneItem::default()
        };
        let scene = Scene {
            items: vec![
                holder("a", "", 10.0, 2.0),
                holder("b", "a", 5.0, 0.5),
                holder("c", "c", 0.0, 1.0),
            ],
            ..Scene::default()
        };
        let m = canvas_from_space(&scene, "b").expect("there");
        assert_eq!((m.apply(0.0, 0.0), m.apply(10.0, 4.0)), ((20.0, 0.0), (30.0, 4.0)));
        assert!(canvas_from_space(&scene, "c").is_none() && canvas_from_space(&scene, "x").is_none());
    }
}
