//! Scene to draw list: where every visible item of a scene lies on the canvas, nested scenes resolved. Pure; what can't be
//! seen is taken out by [`crate::cull`] afterwards.

use crate::{
    Affine, DrawItem, DrawList, Picture, Style, adorn,
    cull::cull,
    filters::{self, Store},
};
use media::{MediaTime, VideoFrame};
use project::{Bounds, BoundsMode, Filter, Project, Rgba, Scene, SceneItem};
use std::sync::{Arc, LazyLock};

/// Scenes nested deeper than this are left out.
const MAX_DEPTH: usize = 16;
/// More items than anybody places; scenes that hold each other many times would go on for ever.
const MAX_ITEMS: usize = 4096;

/// The draw list of a scene (by id, else by name) for a canvas of `canvas` pixels. `frames` gives a source's present frame, or
/// nothing while it has none. Hidden, empty, off-canvas and covered items are gone. An unknown scene gives the background alone;
/// a scene nested in itself is left out.
///
/// Filters find no files by relative paths and stand at time 0: see [`draw_list_at`].
pub fn draw_list(
    p: &Project,
    canvas: (u32, u32),
    background: Rgba,
    scene: &str,
    frames: &dyn Fn(&str) -> Option<Arc<VideoFrame>>,
) -> DrawList {
    cull(lay_out(p, canvas, background, scene, frames))
}

/// What filters need besides the document.
#[derive(Clone, Copy)]
pub struct Filtering<'a> {
    /// Where they are kept ready.
    pub store: &'a Store,
    /// Engine time: some move.
    pub time: MediaTime,
}

/// As [`draw_list`], with the filters of a project at a time.
pub fn draw_list_at(
    p: &Project,
    canvas: (u32, u32),
    background: Rgba,
    scene: &str,
    frames: &dyn Fn(&str) -> Option<Arc<VideoFrame>>,
    filtering: Filtering<'_>,
) -> DrawList {
    cull(lay_out_at(p, canvas, background, scene, frames, filtering))
}

/// For those who have no project folder.
static STORE: LazyLock<Store> = LazyLock::new(Store::default);

/// As [`draw_list`], with what is off the canvas or covered still in it: for comparison in tests.
pub fn lay_out(
    p: &Project,
    canvas: (u32, u32),
    background: Rgba,
    scene: &str,
    frames: &dyn Fn(&str) -> Option<Arc<VideoFrame>>,
) -> DrawList {
    let filtering = Filtering {
        store: &STORE,
        time: MediaTime::ZERO,
    };
    lay_out_at(p, canvas, background, scene, frames, filtering)
}

/// As [`draw_list_at`], with what is off the canvas or covered still in it: what transitions begin from.
pub fn lay_out_at(
    p: &Project,
    canvas: (u32, u32),
    background: Rgba,
    scene: &str,
    frames: &dyn Fn(&str) -> Option<Arc<VideoFrame>>,
    filtering: Filtering<'_>,
) -> DrawList {
    let mut layout = Layout {
        project: p,
        canvas,
        frames,
        filtering,
        open: vec![],
        left: MAX_ITEMS,
    };
    DrawList {
        width: canvas.0,
        height: canvas.1,
        background,
        items: p.scene(scene).map(|s| layout.whole(s)).unwrap_or_default(),
    }
}

struct Layout<'a> {
    project: &'a Project,
    canvas: (u32, u32),
    frames: &'a dyn Fn(&str) -> Option<Arc<VideoFrame>>,
    filtering: Filtering<'a>,
    /// Ids of the scenes around the present one.
    open: Vec<&'a str>,
    /// Items that may still be placed.
    left: usize,
}

impl<'a> Layout<'a> {
    /// A scene on the canvas: its items, or all of them as one picture where the scene has filters.
    fn whole(&mut self, scene: &'a Scene) -> Vec<DrawItem> {
        let items = self.items(scene);
        if items.is_empty() || scene.filters.iter().all(|f| !f.enabled) {
            return items;
        }
        let Some(picture) = self.filtered(self.list(items), &scene.filters) else {
            return vec![];
        };
        let (w, h) = picture.size();
        vec![DrawItem {
            crop: [0.0, 0.0, w as f32, h as f32],
            canvas_from_picture: Affine::IDENTITY,
            opacity: 1.0,
            style: Style::default(),
            picture,
        }]
    }

    /// Items as a picture of the canvas' size.
    fn list(&self, items: Vec<DrawItem>) -> Picture {
        let (width, height) = self.canvas;
        Picture::List(Arc::new(DrawList {
            width,
            height,
            background: Rgba::TRANSPARENT,
            items,
        }))
    }

    fn filtered(&self, picture: Picture, filters: &[Filter]) -> Option<Picture> {
        filters::filtered(picture, filters, self.filtering.store, self.filtering.time)
    }

    fn items(&mut self, scene: &'a Scene) -> Vec<DrawItem> {
        if self.open.len() >= MAX_DEPTH || self.open.contains(&scene.id.as_str()) {
            return vec![];
        }
        self.open.push(&scene.id);
        let mut out = vec![];
        for item in &scene.items {
            if self.left == 0 {
                break;
            }
            self.left -= 1;
            // Not-a-number is not above 0 either.
            if item.visible && item.opacity > 0.0 {
                self.item(item, &mut out);
            }
        }
        self.open.pop();
        out
    }

    fn item(&mut self, item: &'a SceneItem, out: &mut Vec<DrawItem>) {
        let frame = item.source.as_ref().and_then(|id| (self.frames)(id));
        if let Some(frame) = frame {
            let of_source = item.source.as_ref().and_then(|id| self.project.source(id));
            let of_source = of_source.map_or(&[][..], |s| &s.filters);
            let picture = self.filtered(Picture::Frame(frame), of_source);
            let picture = picture.and_then(|p| self.filtered(p, &item.filters));
            push(item, picture.and_then(|p| placed(item, p)), out);
        } else if let Some(scene) = item.scene.as_ref().and_then(|id| self.project.scene(id)) {
            self.nested(item, scene, out);
        }
    }

    /// A nested scene: its items put into the parent where that draws the same, else a list to be drawn by itself.
    fn nested(&mut self, item: &'a SceneItem, scene: &'a Scene, out: &mut Vec<DrawItem>) {
        let items = self.items(scene);
        if items.is_empty() {
            return;
        }
        let list = self.list(items.clone());
        let picture = self.filtered(list, &scene.filters);
        let picture = picture.and_then(|p| self.filtered(p, &item.filters));
        let Some(whole) = picture.and_then(|p| placed(item, p)) else {
            return;
        };
        let adorned = item.border.is_some() || item.shadow.is_some();
        if adorned || matches!(whole.picture, Picture::Filtered(_)) {
            return push(item, Some(whole), out);
        }
        let (w, h) = (self.canvas.0 as f32, self.canvas.1 as f32);
        let alone = whole.opacity == 1.0 && whole.style == Style::default() && whole.crop == [0.0, 0.0, w, h];
        // What mixes with what is below it does so inside its scene only.
        let simple = |i: &DrawItem| i.style.is_over() && i.style.radius == 0.0;
        let plain = alone && whole.canvas_from_picture.is_upright() && items.iter().all(simple);
        let flat: Option<Vec<_>> = plain
            .then(|| items.iter().map(|i| clipped(i, w, h)).collect())
            .flatten();
        match flat {
            Some(flat) => out.extend(flat.into_iter().flatten().map(|i| DrawItem {
                canvas_from_picture: whole.canvas_from_picture.after(&i.canvas_from_picture),
                ..i
            })),
            None => out.push(whole),
        }
    }
}

/// An item with its shadow and its border below it.
fn push(item: &SceneItem, drawn: Option<DrawItem>, out: &mut Vec<DrawItem>) {
    if let Some(drawn) = drawn {
        out.extend(item.shadow.as_ref().and_then(|s| adorn::shadow(&drawn, s)));
        out.extend(item.border.as_ref().and_then(|b| adorn::border(&drawn, b)));
        out.push(drawn);
    }
}

/// The draw item of a picture.
fn placed(item: &SceneItem, picture: Picture) -> Option<DrawItem> {
    let (crop, canvas_from_picture) = place(item, picture.size())?;
    Some(DrawItem {
        picture,
        crop,
        canvas_from_picture,
        opacity: item.opacity.min(1.0) as f32,
        style: Style {
            filter: item.scale_filter,
            blend: item.blend,
            space: item.blend_space,
            radius: item.corner_radius.clamp(0.0, 1e5) as f32,
        },
    })
}

/// The item with what sticks out of a canvas of `w` × `h` cropped away: `Some(None)` when nothing is left, `None` when a
/// crop can't do it (turned and sticking out).
fn clipped(item: &DrawItem, w: f32, h: f32) -> Option<Option<DrawItem>> {
    let b = item.bounds();
    if b[0] >= 0.0 && b[1] >= 0.0 && b[2] <= w && b[3] <= h {
        return Some(Some(item.clone()));
    }
    if b[2] <= 0.0 || b[3] <= 0.0 || b[0] >= w || b[1] >= h {
        return Some(None);
    }
    let m = item.canvas_from_picture;
    let inverse = m.inverse()?;
    if !m.is_upright() {
        return None;
    }
    let seen = inverse.bounds([0.0, 0.0, w, h]);
    let c = item.crop;
    let crop = [
        c[0].max(seen[0]),
        c[1].max(seen[1]),
        c[2].min(seen[2]),
        c[3].min(seen[3]),
    ];
    let left = crop[0] < crop[2] && crop[1] < crop[3];
    Some(left.then(|| DrawItem { crop, ..item.clone() }))
}

/// Which part of a picture of `size` pixels the item shows, and where the picture's pixels go. `None` when nothing is left of
/// it or a number makes no sense.
///
/// The item's rectangle is the cropped picture times |scale|, or its bounding box; its point named by `alignment` lies at
/// `position`; it turns about that point. A negative scale or a flip mirrors the picture inside that rectangle.
pub fn place(item: &SceneItem, size: (u32, u32)) -> Option<([f32; 4], Affine)> {
    let (w, h) = (f64::from(size.0), f64::from(size.1));
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
