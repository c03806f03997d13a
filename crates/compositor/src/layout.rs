//! Scene to draw list: where every visible item of a scene lies on the canvas, nested scenes resolved. Pure; what can't be
//! seen is taken out by [`crate::cull`] afterwards.

use crate::{Affine, DrawItem, DrawList, Picture, cull::cull};
use media::VideoFrame;
use project::{BoundsMode, Project, Rgba, Scene, SceneItem};
use std::sync::Arc;

/// Scenes nested deeper than this are left out.
const MAX_DEPTH: usize = 16;
/// More items than anybody places; scenes that hold each other many times would go on for ever.
const MAX_ITEMS: usize = 4096;

/// The draw list of a scene (by id, else by name) for a canvas of `canvas` pixels. `frames` gives a source's present frame, or
/// nothing while it has none. Hidden, empty, off-canvas and covered items are gone. An unknown scene gives the background alone;
/// a scene nested in itself is left out.
pub fn draw_list(
    p: &Project,
    canvas: (u32, u32),
    background: Rgba,
    scene: &str,
    frames: &dyn Fn(&str) -> Option<Arc<VideoFrame>>,
) -> DrawList {
    cull(lay_out(p, canvas, background, scene, frames))
}

/// As [`draw_list`], with what is off the canvas or covered still in it: for comparison in tests.
pub fn lay_out(
    p: &Project,
    canvas: (u32, u32),
    background: Rgba,
    scene: &str,
    frames: &dyn Fn(&str) -> Option<Arc<VideoFrame>>,
) -> DrawList {
    let mut layout = Layout {
        project: p,
        canvas,
        frames,
        open: vec![],
        left: MAX_ITEMS,
    };
    DrawList {
        width: canvas.0,
        height: canvas.1,
        background,
        items: p.scene(scene).map(|s| layout.items(s)).unwrap_or_default(),
    }
}

struct Layout<'a> {
    project: &'a Project,
    canvas: (u32, u32),
    frames: &'a dyn Fn(&str) -> Option<Arc<VideoFrame>>,
    /// Ids of the scenes around the present one.
    open: Vec<&'a str>,
    /// Items that may still be placed.
    left: usize,
}

impl<'a> Layout<'a> {
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
            let size = (frame.width, frame.height);
            out.extend(placed(item, Picture::Frame(frame), size));
        } else if let Some(scene) = item.scene.as_ref().and_then(|id| self.project.scene(id)) {
            self.nested(item, scene, out);
        }
    }

    /// A nested scene: its items put into the parent where that draws the same, else a list to be drawn by itself.
    fn nested(&mut self, item: &'a SceneItem, scene: &'a Scene, out: &mut Vec<DrawItem>) {
        let (width, height) = self.canvas;
        let list = DrawList {
            width,
            height,
            background: Rgba::TRANSPARENT,
            items: self.items(scene),
        };
        if list.items.is_empty() {
            return;
        }
        let items = list.items.clone();
        let Some(whole) = placed(item, Picture::List(Arc::new(list)), self.canvas) else {
            return;
        };
        let (w, h) = (width as f32, height as f32);
        let plain = whole.opacity == 1.0 && whole.crop == [0.0, 0.0, w, h] && whole.canvas_from_picture.is_upright();
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

/// The draw item of a picture of `size` pixels.
fn placed(item: &SceneItem, picture: Picture, size: (u32, u32)) -> Option<DrawItem> {
    let (crop, canvas_from_picture) = place(item, size)?;
    Some(DrawItem {
        picture,
        crop,
        canvas_from_picture,
        opacity: item.opacity.min(1.0) as f32,
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
/// The item's rectangle is the cropped picture times |scale| (or what `bounds` makes of it); its point named by `alignment`
/// lies at `position`; it turns about that point. A negative scale mirrors the picture inside that rectangle.
pub fn place(item: &SceneItem, size: (u32, u32)) -> Option<([f32; 4], Affine)> {
    let (w, h) = (f64::from(size.0), f64::from(size.1));
    let c = item.crop;
    let (mut x0, mut y0) = (f64::from(c.left), f64::from(c.top));
    let (mut x1, mut y1) = (w - f64::from(c.right), h - f64::from(c.bottom));
    if x0 >= x1 || y0 >= y1 {
        return None;
    }
    let (mut sx, mut sy) = (item.scale.x, item.scale.y);
    // The rectangle that is aligned and turned; the picture lies in its middle.
    let (mut bw, mut bh) = ((x1 - x0) * sx.abs(), (y1 - y0) * sy.abs());
    if let Some(b) = item.bounds {
        (bw, bh) = (b.width, b.height);
        let (fx, fy) = (bw / (x1 - x0), bh / (y1 - y0));
        (sx, sy) = match b.mode {
            BoundsMode::Stretch => (fx, fy),
            BoundsMode::Contain => (fx.min(fy), fx.min(fy)),
            BoundsMode::Cover => (fx.max(fy), fx.max(fy)),
        };
        if b.mode == BoundsMode::Cover {
            let (dx, dy) = (((x1 - x0) - bw / sx) / 2.0, ((y1 - y0) - bh / sy) / 2.0);
            (x0, x1, y0, y1) = (x0 + dx, x1 - dx, y0 + dy, y1 - dy);
        }
    }
    let (iw, ih) = ((x1 - x0) * sx.abs(), (y1 - y0) * sy.abs());
    let (fx, fy) = item.alignment.fractions();
    // The picture's left (right, when mirrored) edge from the anchor, before turning.
    let left = (bw - iw) / 2.0 - fx * bw + if sx < 0.0 { iw } else { 0.0 };
    let top = (bh - ih) / 2.0 - fy * bh + if sy < 0.0 { ih } else { 0.0 };
    let (ex, ey) = (left - sx * x0, top - sy * y0);
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
    let crop = [x0, y0, x1, y1].map(|v| v as f32);
    (crop[0] < crop[2] && crop[1] < crop[3]).then_some((crop, m))
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
            bounds: Some(Bounds {
                mode,
                width: 100.0,
                height: 100.0,
            }),
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
}
