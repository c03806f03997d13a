//! Rounded corners of a layer: its alpha is lowered where the corners are; colours that are multiplied by alpha go with it.

use super::{
    image::{Image, Part, new_plane},
    layer::Placement,
    rows,
};
use media::FramePool;

/// The item's rectangle in canvas pixels about its middle.
struct Corners {
    /// From canvas pixels to the rectangle's own, about its middle.
    u: [f64; 3],
    v: [f64; 3],
    /// Where corners begin.
    from: [f32; 2],
    radius: f32,
}

/// The layer with corners of this radius, canvas pixels.
pub fn round(pool: &FramePool, image: Image, p: &Placement, radius: f32) -> Image {
    let Some(corners) = Corners::new(p, radius) else {
        return image;
    };
    Image {
        luma: corners.part(pool, image.luma),
        chroma: corners.part(pool, image.chroma),
    }
}

impl Corners {
    fn new(p: &Placement, radius: f32) -> Option<Self> {
        let det = p.a * p.d - p.b * p.c;
        let (sx, sy) = (p.a.hypot(p.b), p.c.hypot(p.d));
        let [x0, y0, x1, y1] = p.crop;
        let half = [(x1 - x0) * sx / 2.0, (y1 - y0) * sy / 2.0];
        let radius = f64::from(radius).min(half[0]).min(half[1]);
        if !(det.is_normal() && radius > 0.0) {
            return None;
        }
        let (cx, cy) = ((x0 + x1) / 2.0, (y0 + y1) / 2.0);
        let (mx, my) = (p.a * cx + p.c * cy + p.e, p.b * cx + p.d * cy + p.f);
        // The inverse, times the scale of each side.
        let (ua, uc) = (p.d / det * sx, -p.c / det * sx);
        let (va, vc) = (-p.b / det * sy, p.a / det * sy);
        Some(Self {
            u: [ua, uc, -(ua * mx + uc * my)],
            v: [va, vc, -(va * mx + vc * my)],
            from: half.map(|h| (h - radius) as f32),
            radius: radius as f32,
        })
    }

    /// Fills a row with how much of each sample is inside, 0 to 255; gives whether any is not.
    fn row(&self, out: &mut [u8], x: f64, y: f64, step: f64) -> bool {
        let (mut u, mut v) = (
            self.u[0] * x + self.u[1] * y + self.u[2],
            self.v[0] * x + self.v[1] * y + self.v[2],
        );
        let (du, dv) = (self.u[0] * step, self.v[0] * step);
        if dv == 0.0 && v.abs() <= f64::from(self.from[1]) {
            return false;
        }
        let per = (1.0 / step) as f32;
        for o in out {
            let (cx, cy) = ((u.abs() as f32) - self.from[0], (v.abs() as f32) - self.from[1]);
            *o = if cx > 0.0 && cy > 0.0 {
                let outside = (cx * cx + cy * cy).sqrt() - self.radius;
                ((0.5 - outside * per).clamp(0.0, 1.0) * 255.0 + 0.5) as u8
            } else {
                255
            };
            (u, v) = (u + du, v + dv);
        }
        true
    }

    fn part(&self, pool: &FramePool, part: Part) -> Part {
        let step = f64::from(part.grid.sx);
        let (w, rect) = (part.rect.w(), part.rect);
        let mut cover = vec![255; w];
        let mut lower = |y: usize, row: &mut [u8]| {
            // The middle of the sample's pixels.
            let at = |k: i64| (k as f64 + 0.5) * step;
            if self.row(&mut cover, at(rect.x0), at(rect.y0 + y as i64), step) {
                rows::multiply_into(row, &cover);
            }
        };
        let alpha = new_plane(pool, &rect, |y, row| {
            match &part.alpha {
                Some(a) => row.copy_from_slice(a.row(0, y, w)),
                None => row.fill(255),
            }
            lower(y, row);
        });
        let multiplied = part.premultiplied && part.alpha.is_some();
        let colors = match multiplied {
            false => part.colors.clone(),
            true => part
                .colors
                .iter()
                .map(|c| {
                    new_plane(pool, &rect, |y, row| {
                        row.copy_from_slice(c.row(0, y, w));
                        lower(y, row);
                    })
                })
                .collect(),
        };
        Part {
            colors,
            alpha: Some(alpha),
            premultiplied: multiplied,
            ..part
        }
    }
}
