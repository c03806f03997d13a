//! Image mask: an image says where a picture is seen, by its alpha or its brightness. It is stretched over the picture.

use super::{
    Filter, FilterKind, Layer, Making, Sheet,
    kind::{read_image, settings},
    masking,
};
use crate::{gpu::Effect, software::scaled_plane};
use media::MediaTime;
use project::{Sampling, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::Path;

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<ImageMask>(
    "image_mask",
    "Image mask",
    "An image says where the picture is seen.",
    make,
);

/// Settings of an image mask.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct ImageMask {
    /// The image, stretched over the picture. Nothing is hidden without one.
    path: String,
    /// What of it counts.
    by: By,
    /// Shows what it would hide, and hides the rest.
    invert: bool,
}

/// What of an image counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum By {
    /// Its alpha: solid shows, clear hides.
    #[default]
    Alpha,
    /// Its brightness: white shows, black hides.
    Brightness,
}

impl Settings for ImageMask {}

fn make(given: &Map<String, Value>, dir: &Path) -> Making {
    let s: ImageMask = settings(given)?;
    if s.path.is_empty() {
        return Ok(Box::new(Mask::new(None)));
    }
    let (w, h, rgba) = read_image(&s.path, dir, 8192)?;
    let (w, h) = (w as usize, h as usize);
    let plane = Layer::make(w, h, |y, row| {
        let px = rgba.get(4 * y * w..).unwrap_or(&[]).chunks_exact(4);
        for (o, px) in row.iter_mut().zip(px) {
            let [r, g, b, a] = [px[0], px[1], px[2], px[3]].map(f32::from);
            let shown = match s.by {
                By::Alpha => a,
                By::Brightness => (0.2126 * r + 0.7152 * g + 0.0722 * b) * a / 255.0,
            };
            let shown = (shown + 0.5) as u8;
            *o = if s.invert { 255 - shown } else { shown };
        }
    });
    Ok(Box::new(Mask::new(Some(plane))))
}

/// Ready for work.
#[derive(Debug)]
struct Mask {
    mask: Option<Layer>,
    sized: masking::Sized,
}

impl Mask {
    fn new(mask: Option<Layer>) -> Self {
        let sized = masking::Sized::default();
        Self { mask, sized }
    }
}

/// The mask at a picture's size.
fn fitted(mask: &Layer, to: (usize, usize)) -> Layer {
    scaled_plane(mask, (mask.width, mask.height), to, 1, Sampling::Auto)
}

impl Filter for Mask {
    fn on_gpu(&self) -> bool {
        true
    }
    fn effects(&self, size: (u32, u32)) -> Vec<Effect> {
        let image = |m: &Layer| self.sized.get(size, || fitted(m, (size.0 as usize, size.1 as usize)));
        let effect = |m: &Layer| masking::effect(image(m), size);
        self.mask.iter().map(effect).collect()
    }
    fn keeps_opaque(&self) -> bool {
        self.mask.is_none()
    }
    fn apply(&self, s: Sheet, _: MediaTime) -> Sheet {
        let Some(mask) = &self.mask else { return s };
        let mask = fitted(mask, (s.width(), s.height()));
        s.fade(|y, row| crate::software::rows::multiply_into(row, mask.row(y)))
    }
}
