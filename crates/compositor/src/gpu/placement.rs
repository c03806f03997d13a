//! Where an item's quad lies in the luma or the chroma plane of a canvas, and how its textures are sampled there. Pure
//! arithmetic by the rules on top of [`crate::draw`]; knows no GPU object.
//!
//! Chroma sample `k` of a canvas stands for pixels `2k` and `2k + 1`, so its square ends where theirs do (coverage); its value
//! is taken at the middle of pixel `2k` across and between the two rows down (left-sited sampling).

use super::uniforms::GridUniform;
use crate::{Affine, DrawItem};
use project::Sampling;

/// Which plane of a canvas is drawn.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Plane {
    /// One sample a pixel.
    Luma,
    /// One sample for two by two pixels.
    Chroma,
}

impl Plane {
    /// Size of the plane of a canvas, samples.
    pub fn size(self, width: u32, height: u32) -> (u32, u32) {
        match self {
            Self::Luma => (width, height),
            Self::Chroma => (width.div_ceil(2), height.div_ceil(2)),
        }
    }
    fn pixels_per_sample(self) -> f64 {
        match self {
            Self::Luma => 1.0,
            Self::Chroma => 2.0,
        }
    }
}

/// Where the texels of a texture lie in its picture: one for every `sx` × `sy` pixels; two across are left-sited.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct TexelGrid {
    /// Pixels per texel across.
    pub sx: u32,
    /// Pixels per texel down.
    pub sy: u32,
}

impl TexelGrid {
    /// One texel a pixel.
    pub const FULL: Self = Self { sx: 1, sy: 1 };
    /// Chroma of 4:2:0.
    pub const C420: Self = Self { sx: 2, sy: 2 };
    /// Chroma of 4:2:2.
    pub const C422: Self = Self { sx: 2, sy: 1 };
}

/// How a grid is sampled.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Way {
    /// Every target sample is one texel.
    Nearest,
    /// Four texels.
    Bilinear,
    /// All texels under the target sample in directions with two or more of them, else the neighbours.
    Area,
    /// All texels under the target sample.
    Mean,
    /// Catmull-Rom.
    Bicubic,
    /// Lanczos 3.
    Lanczos,
}

/// Most texels per target sample that are looked at in one direction; a picture shrunk further is thinned out.
const MAX_FOOTPRINT: f64 = 64.0;
/// What counts as lying on a whole number, pixels: a small part of what one bit of an 8-bit sample can show.
const NEAR: f64 = 1.0 / 1024.0;

/// An item's place in one plane.
#[derive(Clone, Debug)]
pub struct Placement {
    /// As the shader takes them.
    pub corners: [[f32; 4]; 4],
    /// Where coverage ends, picture pixels.
    pub crop: [f32; 4],
    /// Plane samples per picture pixel, for coverage.
    pub edge: [f32; 2],
    /// Whether coverage matters at all.
    pub soft: bool,
    /// Canvas pixels per picture pixel (x, y), radius of the corners, samples of the plane per canvas pixel; radius 0: sharp.
    pub round: [f32; 4],
    /// From samples of the plane to picture pixels, for coverage.
    picture_from_plane: Affine64,
    /// What has to be added, in picture pixels, to get from there to where the value is taken.
    siting: [f64; 2],
    bounds: [f64; 4],
    filter: Sampling,
}

#[derive(Clone, Copy, Debug)]
struct Affine64 {
    x: [f64; 3],
    y: [f64; 3],
}

impl Affine64 {
    fn of(m: &Affine) -> Self {
        let [a, b, c, d, e, f] = [m.a, m.b, m.c, m.d, m.e, m.f].map(f64::from);
        Self {
            x: [a, c, e],
            y: [b, d, f],
        }
    }
    fn apply(&self, p: [f64; 2]) -> [f64; 2] {
        [self.x, self.y].map(|r| r[0] * p[0] + r[1] * p[1] + r[2])
    }
    fn inverse(&self) -> Option<Self> {
        let det = self.x[0] * self.y[1] - self.x[1] * self.y[0];
        if !det.is_finite() || det.abs() < 1e-12 {
            return None;
        }
        let (a, c) = (self.y[1] / det, -self.x[1] / det);
        let (b, d) = (-self.y[0] / det, self.x[0] / det);
        let m = Self {
            x: [a, c, -(a * self.x[2] + c * self.y[2])],
            y: [b, d, -(b * self.x[2] + d * self.y[2])],
        };
        m.x.iter().chain(&m.y).all(|v| v.is_finite()).then_some(m)
    }
    fn scaled_input(&self, k: f64) -> Self {
        let row = |r: [f64; 3]| [r[0] * k, r[1] * k, r[2]];
        Self {
            x: row(self.x),
            y: row(self.y),
        }
    }
}

fn is_whole(v: f64) -> bool {
    (v - v.round()).abs() < NEAR
}

impl Placement {
    /// The place of `item` in a plane of a canvas of `canvas` pixels; `None` when nothing of it can be seen.
    pub fn new(item: &DrawItem, plane: Plane, canvas: (u32, u32)) -> Option<Self> {
        let (w, h) = item.picture.size();
        let ends = [w, h, w, h].map(f64::from);
        let crop = [0, 1, 2, 3].map(|i| f64::from(item.crop[i]).clamp(0.0, ends[i]));
        // False for what is not a number, too.
        let sane = crop[0] < crop[2] && crop[1] < crop[3];
        let forward = Affine64::of(&item.canvas_from_picture);
        let back = forward.inverse().filter(|_| sane)?;
        let k = plane.pixels_per_sample();
        let picture_from_plane = back.scaled_input(k);
        // Picture pixels per sample of the plane, along each of the picture's directions.
        let step = [picture_from_plane.x, picture_from_plane.y].map(|r| r[0].hypot(r[1]));
        let upright = item.canvas_from_picture.is_upright();
        let radius = f64::from(item.style.radius).max(0.0);
        let open = if upright && radius == 0.0 {
            open_sides(&forward, crop, canvas)
        } else {
            [false; 4]
        };
        let soft = radius > 0.0
            || !(0..4).all(|i| {
                let row = if i % 2 == 0 { forward.x } else { forward.y };
                open[i] || upright && is_whole((row[i % 2] * crop[i] + row[2]) / k)
            });
        let mut quad = crop;
        let mut covered = crop;
        for i in 0..4 {
            let outwards = if i < 2 { -1.0 } else { 1.0 };
            if soft || open[i] {
                quad[i] += outwards * 0.5 * step[i % 2];
            }
            if open[i] {
                covered[i] += outwards * 1e6;
            }
        }
        let size = plane.size(canvas.0, canvas.1);
        let siting = match plane {
            Plane::Luma => [0.0, 0.0],
            Plane::Chroma => [-0.5 * back.x[0], -0.5 * back.y[0]],
        };
        Some(Self {
            corners: corners(&forward, quad, k, size)?,
            crop: covered.map(|v| v as f32),
            edge: step.map(|s| (1.0 / s) as f32),
            soft,
            round: rounding(&forward, crop, radius, k),
            picture_from_plane,
            siting,
            bounds: crop,
            filter: if upright { item.style.filter } else { Sampling::Auto },
        })
    }

    /// How a texture of this grid, `size` texels large, is sampled.
    pub fn grid(&self, grid: TexelGrid, size: (u32, u32)) -> (Way, GridUniform) {
        let (kx, ky) = (1.0 / f64::from(grid.sx), 1.0 / f64::from(grid.sy));
        // Left-sited: texel k is on pixel 2k, so half a pixel further left than the middle of its two.
        let left = if grid.sx == 2 { 0.25 } else { 0.0 };
        let shift = [self.siting[0] * kx + left, self.siting[1] * ky];
        let m = &self.picture_from_plane;
        let rows = [m.x.map(|v| v * kx), m.y.map(|v| v * ky)];
        let texels = rows.map(|r| r[0].hypot(r[1]).min(MAX_FOOTPRINT));
        let ends = [size.0, size.1].map(f64::from);
        let first = [0, 1].map(|i| (self.bounds[i] * [kx, ky][i] + 1e-3).floor().clamp(0.0, ends[i] - 1.0));
        let last = [0, 1].map(|i| {
            (self.bounds[i + 2] * [kx, ky][i] - 1e-3)
                .ceil()
                .clamp(first[i] + 1.0, ends[i])
        });
        let uniform = GridUniform {
            from_picture: [kx, ky, shift[0], shift[1]].map(|v| v as f32),
            bounds: [first[0], first[1], last[0], last[1]].map(|v| v as f32),
            texels: [texels[0], texels[1], 1.0 / ends[0], 1.0 / ends[1]].map(|v| v as f32),
        };
        let way = if one_to_one(&rows, shift) {
            Way::Nearest
        } else {
            match self.filter {
                Sampling::Point => Way::Nearest,
                Sampling::Bicubic => Way::Bicubic,
                Sampling::Lanczos => Way::Lanczos,
                Sampling::Area => Way::Mean,
                Sampling::Bilinear => Way::Bilinear,
                Sampling::Auto if texels.iter().all(|t| *t < 1.999) => Way::Bilinear,
                Sampling::Auto => Way::Area,
            }
        };
        (way, uniform)
    }
}

/// Whether the middle of every target sample is the middle of a texel and neighbours stay neighbours.
fn one_to_one(rows: &[[f64; 3]; 2], shift: [f64; 2]) -> bool {
    (0..2).all(|i| {
        let r = rows[i];
        let unit = |v: f64| (v.abs() - 1.0).abs() < 1e-5;
        let none = |v: f64| v.abs() < 1e-5;
        let straight = unit(r[0]) && none(r[1]) || none(r[0]) && unit(r[1]);
        straight && is_whole(0.5 * (r[0] + r[1]) + r[2] + shift[i] - 0.5)
    })
}

fn rounding(forward: &Affine64, crop: [f64; 4], radius: f64, pixels_per_sample: f64) -> [f32; 4] {
    let (sx, sy) = (forward.x[0].hypot(forward.y[0]), forward.x[1].hypot(forward.y[1]));
    let most = ((crop[2] - crop[0]) * sx).min((crop[3] - crop[1]) * sy) / 2.0;
    [sx, sy, radius.min(most), 1.0 / pixels_per_sample].map(|v| v as f32)
}

/// Which sides (x0, y0, x1, y1) of an upright crop lie on or beyond the edge of the canvas, where nothing shows the end.
fn open_sides(forward: &Affine64, crop: [f64; 4], canvas: (u32, u32)) -> [bool; 4] {
    [0, 1, 2, 3].map(|i| {
        let (row, end) = if i % 2 == 0 {
            (forward.x, canvas.0)
        } else {
            (forward.y, canvas.1)
        };
        let at = row[i % 2] * crop[i] + row[2];
        // A mirrored picture has its first side on the far end.
        if (i < 2) == (row[i % 2] > 0.0) {
            at < NEAR
        } else {
            at > f64::from(end) - NEAR
        }
    })
}

fn corners(forward: &Affine64, quad: [f64; 4], pixels_per_sample: f64, size: (u32, u32)) -> Option<[[f32; 4]; 4]> {
    let [x0, y0, x1, y1] = quad;
    let points = [[x0, y0], [x1, y0], [x0, y1], [x1, y1]].map(|p| {
        let [x, y] = forward.apply(p).map(|v| v / pixels_per_sample);
        [
            2.0 * x / f64::from(size.0) - 1.0,
            1.0 - 2.0 * y / f64::from(size.1),
            p[0],
            p[1],
        ]
    });
    let outside = |i: usize, sign: f64| points.iter().all(|p| p[i] * sign >= 1.0);
    if outside(0, 1.0) || outside(0, -1.0) || outside(1, 1.0) || outside(1, -1.0) {
        return None;
    }
    Some(points.map(|p| p.map(|v| v as f32)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::{AlphaMode, VideoFrame};
    use std::sync::Arc;

    fn placed(size: (u32, u32), m: Affine, plane: Plane) -> Option<Placement> {
        let data = vec![0; (size.0 * size.1 * 4) as usize];
        let f = VideoFrame::rgba(size.0, size.1, data, AlphaMode::Opaque).expect("frame");
        let item = DrawItem {
            canvas_from_picture: m,
            ..DrawItem::whole(Arc::new(f), 0.0, 0.0)
        };
        Placement::new(&item, plane, (64, 48))
    }

    fn scaled(k: f32) -> Affine {
        Affine {
            a: k,
            d: k,
            ..Affine::place(8.0, 8.0)
        }
    }

    #[test]
    fn only_edges_between_samples_are_soft() {
        let soft = |x: f32, plane| placed((16, 16), Affine::place(x, 4.0), plane).expect("seen").soft;
        for (x, luma, chroma) in [(4.0, false, false), (5.0, false, true), (4.5, true, true)] {
            assert_eq!((soft(x, Plane::Luma), soft(x, Plane::Chroma)), (luma, chroma), "at {x}");
        }
        // Beyond the canvas nobody sees whether an edge is soft.
        let all_over = placed((80, 80), Affine::place(-7.3, -8.1), Plane::Chroma).expect("seen");
        assert!(!all_over.soft);
    }

    #[test]
    fn copies_take_single_texels() {
        let way = |m, plane, grid: TexelGrid| placed((32, 32), m, plane).expect("seen").grid(grid, (32, 32)).0;
        let even = Affine::place(4.0, 6.0);
        assert_eq!(way(even, Plane::Luma, TexelGrid::FULL), Way::Nearest);
        assert_eq!(way(even, Plane::Chroma, TexelGrid::C420), Way::Nearest);
        assert_eq!(
            way(even, Plane::Chroma, TexelGrid::FULL),
            Way::Area,
            "four pixels make a chroma sample"
        );
        assert_eq!(
            way(Affine::place(5.0, 6.0), Plane::Chroma, TexelGrid::C420),
            Way::Bilinear
        );
        assert_eq!(way(scaled(0.7), Plane::Luma, TexelGrid::FULL), Way::Bilinear);
        assert_eq!(way(scaled(0.5), Plane::Luma, TexelGrid::FULL), Way::Area);
    }

    #[test]
    fn what_cannot_be_seen_has_no_place() {
        for m in [
            Affine::place(64.5, 0.0),
            Affine::place(0.0, -17.0),
            scaled(0.0),
            scaled(f32::NAN),
        ] {
            assert!(placed((16, 16), m, Plane::Luma).is_none(), "{m:?}");
        }
    }
}
