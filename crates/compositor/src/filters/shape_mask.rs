//! Shape mask: a rectangle, rounded or not, or an ellipse says where a picture is seen.

use super::{Filter, FilterKind, Layer, Sheet, kind::settings, masking};
use crate::{gpu::Effect, shape::Rounded, software::rows};
use media::MediaTime;
use parking_lot::Mutex;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<ShapeMask>(
    "shape_mask",
    "Shape mask",
    "A circle, an ellipse or a rounded rectangle says where the picture is seen.",
    |s, _| {
        Ok(Box::new(Mask {
            shape: settings::<ShapeMask>(s)?,
            drawn: Mutex::default(),
            sized: masking::Sized::default(),
        }))
    },
);

/// Settings of a shape mask.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct ShapeMask {
    /// Which shape.
    shape: Shape,
    /// Its middle across, as a share of the picture's width.
    #[schemars(range(min = -1.0, max = 2.0))]
    x: f64,
    /// Its middle downwards, as a share of the picture's height.
    #[schemars(range(min = -1.0, max = 2.0))]
    y: f64,
    /// Its width, as a share of the picture's; of a circle, the shorter side counts.
    #[schemars(range(min = 0.0, max = 4.0))]
    width: f64,
    /// Its height, as a share of the picture's; a circle has none.
    #[schemars(range(min = 0.0, max = 4.0))]
    height: f64,
    /// Radius of a rectangle's corners, as a share of its shorter side: 0 sharp, 0.5 round.
    #[schemars(range(min = 0.0, max = 0.5))]
    corners: f64,
    /// Width of its soft edge, pixels.
    #[schemars(range(min = 0.0, max = 500.0))]
    feather: f64,
    /// Shows what it would hide, and hides the rest.
    invert: bool,
}

/// Shapes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Shape {
    /// As wide as high.
    Circle,
    /// As wide and high as said.
    Ellipse,
    /// A rectangle.
    Rectangle,
}

impl Default for ShapeMask {
    fn default() -> Self {
        Self {
            shape: Shape::Circle,
            x: 0.5,
            y: 0.5,
            width: 1.0,
            height: 1.0,
            corners: 0.1,
            feather: 0.0,
            invert: false,
        }
    }
}

impl Settings for ShapeMask {}

/// Ready for work: the mask is drawn once for a size.
#[derive(Debug)]
struct Mask {
    shape: ShapeMask,
    drawn: Mutex<Option<Layer>>,
    sized: masking::Sized,
}

impl Filter for Mask {
    fn on_gpu(&self) -> bool {
        true
    }
    fn effects(&self, size: (u32, u32)) -> Vec<Effect> {
        let (w, h) = (size.0 as usize, size.1 as usize);
        vec![masking::effect(self.sized.get(size, || self.shape.draw(w, h)), size)]
    }
    fn keeps_opaque(&self) -> bool {
        false
    }
    fn apply(&self, s: Sheet, _: MediaTime) -> Sheet {
        let (w, h) = (s.width(), s.height());
        let mut drawn = self.drawn.lock();
        let mask = drawn.take().filter(|m| (m.width, m.height) == (w, h));
        let mask = mask.unwrap_or_else(|| self.shape.draw(w, h));
        *drawn = Some(mask.clone());
        drop(drawn);
        s.fade(|y, row| rows::multiply_into(row, mask.row(y)))
    }
}

impl ShapeMask {
    /// How much of each pixel of a picture is seen.
    fn draw(&self, width: usize, height: usize) -> Layer {
        let (w, h) = (width as f64, height as f64);
        let (mut sx, mut sy) = (self.width * w, self.height * h);
        if self.shape == Shape::Circle {
            sx = self.width * w.min(h);
            sy = sx;
        }
        let middle = [(self.x * w) as f32, (self.y * h) as f32];
        let half = [(sx / 2.0) as f32, (sy / 2.0) as f32];
        let soft = (self.feather as f32).max(1.0);
        let radius = match self.shape {
            Shape::Rectangle => (self.corners * sx.min(sy)) as f32,
            _ => half[0].min(half[1]),
        };
        let round = Rounded { half, radius };
        let ellipse = self.shape == Shape::Ellipse && half[0] != half[1];
        Layer::make(width, height, |y, row| {
            let dy = y as f32 + 0.5 - middle[1];
            for (x, o) in row.iter_mut().enumerate() {
                let dx = x as f32 + 0.5 - middle[0];
                let distance = if ellipse {
                    oval(dx, dy, half)
                } else {
                    round.distance(dx, dy)
                };
                let shown = ((0.5 - distance / soft).clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
                *o = if self.invert { 255 - shown } else { shown };
            }
        })
    }
}

/// About how far a point is from an ellipse's edge, pixels; negative inside (first order: exact at the edge).
fn oval(x: f32, y: f32, [a, b]: [f32; 2]) -> f32 {
    if a <= 0.0 || b <= 0.0 {
        return f32::INFINITY;
    }
    let k = (x / a).hypot(y / b);
    let slope = (x / (a * a)).hypot(y / (b * b));
    if slope > 0.0 { k * (k - 1.0) / slope } else { -a.min(b) }
}
