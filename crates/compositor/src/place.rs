//! Where one item lies: which part of its picture it shows, and where the picture's pixels go. Pure.

use crate::Affine;
use project::{Bounds, BoundsMode, SceneItem};

/// Which part of a picture of `size` pixels the item shows, and where the picture's pixels go. `None` when nothing is left of
/// it or a number makes no sense.
///
/// The item's rectangle is the cropped picture times |scale|, or its bounding box; its point named by `alignment` lies at
/// `position`; it turns about that point. A negative scale or a flip mirrors the picture inside that rectangle.
pub fn place(item: &SceneItem, size: (u32, u32)) -> Option<([f32; 4], Affine)> {
    place_in(item, (f64::from(size.0), f64::from(size.1)))
}

/// The same for something of any size.
pub fn place_in(item: &SceneItem, (w, h): (f64, f64)) -> Option<([f32; 4], Affine)> {
    let c = item.crop;
    let (x0, y0) = (f64::from(c.left), f64::from(c.top));
    let (x1, y1) = (w - f64::from(c.right), h - f64::from(c.bottom));
    // False for what is not a number, too.
    let finite = [item.scale.x, item.scale.y, item.position.x, item.position.y]
        .iter()
        .all(|v| v.is_finite());
    if !(finite && x0 < x1 && y0 < y1) {
        return None;
    }
    let flips = (item.flip_x, item.flip_y);
    // The rectangle that is aligned and turned.
    let (mut across, mut down) = ((x0, x1), (y0, y1));
    let (fx, fy) = item.alignment.fractions();
    let (sx, sy, left, top) = match item.bounds {
        Some(b) => {
            let (fx, fy) = (fx * b.width, fy * b.height);
            let (sx, sy) = fit(&b, x1 - x0, y1 - y0);
            let (ax, ay) = b.alignment.fractions();
            let left = boxed(&mut across, sx, b.width, ax, flips.0, b.overflow)?;
            let top = boxed(&mut down, sy, b.height, ay, flips.1, b.overflow)?;
            (sx, sy, left - fx, top - fy)
        }
        None => {
            let (sx, sy) = (item.scale.x.abs(), item.scale.y.abs());
            (sx, sy, -fx * (x1 - x0) * sx, -fy * (y1 - y0) * sy)
        }
    };
    let mirrored = |scale: f64, flip: bool| flip != (item.bounds.is_none() && scale < 0.0);
    let (sx, ex) = line(sx, across, left, mirrored(item.scale.x, flips.0));
    let (sy, ey) = line(sy, down, top, mirrored(item.scale.y, flips.1));
    let (sin, cos) = sin_cos(item.rotation_deg);
    let m = Affine {
        a: (cos * sx) as f32,
        b: (sin * sx) as f32,
        c: (-sin * sy) as f32,
        d: (cos * sy) as f32,
        e: (cos * ex - sin * ey + item.position.x) as f32,
        f: (sin * ex + cos * ey + item.position.y) as f32,
    };
    m.inverse()?;
    let crop = [across.0, down.0, across.1, down.1].map(|v| v as f32);
    (crop[0] < crop[2] && crop[1] < crop[3]).then_some((crop, m))
}

/// Factors that fit a picture of `w` × `h` into its box.
fn fit(b: &Bounds, w: f64, h: f64) -> (f64, f64) {
    let (fx, fy) = (b.width / w, b.height / h);
    let both = |f: f64| (f, f);
    match b.mode {
        BoundsMode::Stretch => (fx, fy),
        BoundsMode::Contain => both(fx.min(fy)),
        BoundsMode::Cover => both(fx.max(fy)),
        BoundsMode::Width => both(fx),
        BoundsMode::Height => both(fy),
        BoundsMode::MaxOnly => both(fx.min(fy).min(1.0)),
    }
}

/// In one direction: where the picture begins, from where its box of `room` pixels begins, when `at` (0 to 1) of both lie on
/// each other. What sticks out is taken off `part`, unless it may overflow.
fn boxed(part: &mut (f64, f64), scale: f64, room: f64, at: f64, flipped: bool, overflow: bool) -> Option<f64> {
    let size = (part.1 - part.0) * scale;
    let start = (room - size) * at;
    // Rounding is no sticking out.
    if overflow || size <= room * (1.0 + 1e-9) {
        return size.is_finite().then_some(start);
    }
    let (before, after) = ((-start).max(0.0) / scale, (start + size - room).max(0.0) / scale);
    let (before, after) = if flipped { (after, before) } else { (before, after) };
    *part = (part.0 + before, part.1 - after);
    (part.0 < part.1).then_some(start.max(0.0))
}

/// Factor and offset of the map that puts `part`, scaled, at `start`, mirrored in place or not.
fn line(scale: f64, part: (f64, f64), start: f64, mirrored: bool) -> (f64, f64) {
    if mirrored {
        (-scale, start + scale * part.1)
    } else {
        (scale, start - scale * part.0)
    }
}

/// Sine and cosine of degrees, exact for quarter turns.
fn sin_cos(deg: f64) -> (f64, f64) {
    match deg.rem_euclid(360.0) {
        0.0 => (0.0, 1.0),
        90.0 => (1.0, 0.0),
        180.0 => (0.0, -1.0),
        270.0 => (-1.0, 0.0),
        r => r.to_radians().sin_cos(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use project::{Alignment, Bounds, Crop, Point, Scale};

    fn corner(item: &SceneItem, size: (u32, u32)) -> [f32; 4] {
        let (crop, m) = place(item, size).expect("placed");
        let (x0, y0) = m.apply(crop[0], crop[1]);
        let (x1, y1) = m.apply(crop[2], crop[3]);
        [x0, y0, x1, y1]
    }

    #[test]
    fn alignment_names_the_point_at_the_position() {
        let mut item = SceneItem {
            position: Point { x: 100.0, y: 50.0 },
            ..SceneItem::default()
        };
        assert_eq!(corner(&item, (40, 20)), [100.0, 50.0, 140.0, 70.0]);
        item.alignment = Alignment::BottomRight;
        assert_eq!(corner(&item, (40, 20)), [60.0, 30.0, 100.0, 50.0]);
        // Mirroring keeps the rectangle.
        item.scale = Scale { x: -2.0, y: 1.0 };
        assert_eq!(corner(&item, (40, 20)), [100.0, 30.0, 20.0, 50.0]);
        // Cropping is before scaling.
        item.crop = Crop {
            left: 10,
            ..Crop::default()
        };
        assert_eq!(corner(&item, (40, 20)), [100.0, 30.0, 40.0, 50.0]);
    }

    #[test]
    fn turning_is_clockwise_about_the_position() {
        let item = SceneItem {
            position: Point { x: 100.0, y: 50.0 },
            rotation_deg: 90.0,
            ..SceneItem::default()
        };
        assert_eq!(corner(&item, (40, 20)), [100.0, 50.0, 80.0, 90.0]);
    }

    #[test]
    fn bounds_fit_whatever_the_size() {
        let fit = |mode| SceneItem {
            bounds: Some(Bounds::new(mode, 100.0, 100.0)),
            ..SceneItem::default()
        };
        assert_eq!(corner(&fit(BoundsMode::Stretch), (40, 20)), [0.0, 0.0, 100.0, 100.0]);
        assert_eq!(corner(&fit(BoundsMode::Contain), (40, 20)), [0.0, 25.0, 100.0, 75.0]);
        assert_eq!(corner(&fit(BoundsMode::Cover), (40, 20)), [0.0, 0.0, 100.0, 100.0]);
        assert_eq!(
            place(&fit(BoundsMode::Cover), (40, 20)).expect("placed").0,
            [10.0, 0.0, 30.0, 20.0]
        );
    }

    #[test]
    fn every_way_of_fitting_and_where_in_the_box() {
        use BoundsMode::*;
        let fit = |mode, alignment, overflow, size| {
            let bounds = Bounds {
                alignment,
                overflow,
                ..Bounds::new(mode, 100.0, 60.0)
            };
            let item = SceneItem {
                bounds: Some(bounds),
                ..SceneItem::default()
            };
            let (crop, _) = place(&item, size).expect("placed");
            (corner(&item, size), crop)
        };
        let (middle, first, last) = (Alignment::Center, Alignment::TopLeft, Alignment::BottomRight);
        let whole = [0.0, 0.0, 40.0, 40.0];
        for (mode, alignment, overflow, place, crop) in [
            (Contain, first, false, [0.0, 0.0, 60.0, 60.0], whole),
            (Contain, last, false, [40.0, 0.0, 100.0, 60.0], whole),
            (Cover, first, false, [0.0, 0.0, 100.0, 60.0], [0.0, 0.0, 40.0, 24.0]),
            (Cover, last, false, [0.0, 0.0, 100.0, 60.0], [0.0, 16.0, 40.0, 40.0]),
            (Cover, last, true, [0.0, -40.0, 100.0, 60.0], whole),
            (Width, middle, false, [0.0, 0.0, 100.0, 60.0], [0.0, 8.0, 40.0, 32.0]),
            (Width, middle, true, [0.0, -20.0, 100.0, 80.0], whole),
            (Height, middle, false, [20.0, 0.0, 80.0, 60.0], whole),
            (MaxOnly, middle, false, [30.0, 10.0, 70.0, 50.0], whole),
            (Stretch, last, false, [0.0, 0.0, 100.0, 60.0], whole),
        ] {
            assert_eq!(
                fit(mode, alignment, overflow, (40, 40)),
                (place, crop),
                "{mode:?} {alignment:?} {overflow}"
            );
        }
        // Larger than the box, the last two differ.
        assert_eq!(fit(MaxOnly, first, false, (240, 240)).0, [0.0, 0.0, 60.0, 60.0]);
        assert_eq!(fit(Height, first, false, (240, 120)).0, [0.0, 0.0, 100.0, 60.0]);
        assert_eq!(fit(Height, first, false, (240, 120)).1, [0.0, 0.0, 200.0, 120.0]);
    }

    #[test]
    fn a_flip_keeps_the_rectangle_and_what_is_cut_off() {
        let item = SceneItem {
            bounds: Some(Bounds {
                alignment: Alignment::Left,
                ..Bounds::new(BoundsMode::Cover, 20.0, 20.0)
            }),
            flip_x: true,
            ..SceneItem::default()
        };
        // The picture is mirrored before it is put into the box, so its right end is what is seen.
        let (crop, m) = place(&item, (40, 20)).expect("placed");
        assert_eq!(
            (crop, m.apply(40.0, 0.0), m.apply(20.0, 20.0)),
            ([20.0, 0.0, 40.0, 20.0], (0.0, 0.0), (20.0, 20.0))
        );
        let twice = SceneItem {
            bounds: None,
            scale: Scale { x: -1.0, y: 1.0 },
            flip_y: true,
            ..item
        };
        assert_eq!(corner(&twice, (40, 20)), [0.0, 20.0, 40.0, 0.0]);
    }

    #[test]
    fn numbers_without_sense_place_nothing() {
        for wild in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0, 1e300] {
            let bounds = |mode| Some(Bounds::new(mode, wild, 100.0));
            for item in [
                SceneItem {
                    scale: Scale { x: wild, y: wild },
                    ..SceneItem::default()
                },
                SceneItem {
                    position: Point { x: wild, y: 0.0 },
                    ..SceneItem::default()
                },
                SceneItem {
                    rotation_deg: wild,
                    ..SceneItem::default()
                },
                SceneItem {
                    bounds: bounds(BoundsMode::Stretch),
                    ..SceneItem::default()
                },
                SceneItem {
                    bounds: bounds(BoundsMode::Cover),
                    ..SceneItem::default()
                },
                SceneItem {
                    bounds: bounds(BoundsMode::MaxOnly),
                    ..SceneItem::default()
                },
            ] {
                let Some((crop, m)) = place(&item, (40, 20)) else {
                    continue;
                };
                let numbers = [m.a, m.b, m.c, m.d, m.e, m.f];
                assert!(
                    numbers.iter().chain(&crop).all(|v| v.is_finite()),
                    "{item:?} {m:?} {crop:?}"
                );
            }
        }
    }
}
