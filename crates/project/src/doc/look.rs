//! How an item of the document looks once it is placed: how it is scaled, mirrored and mixed with what is below it.

use crate::Rgba;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How a picture is brought to another size. A picture shown pixel by pixel is not filtered at all, and one that is turned
/// by other than quarter turns always is as with `auto`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Sampling {
    /// Between neighbours; the mean of what a pixel covers from half size down.
    #[default]
    Auto,
    /// The nearest pixel: hard edges, for pixel art.
    Point,
    /// Between the four neighbours, whatever the size: soft, flickers when much smaller.
    Bilinear,
    /// Sixteen neighbours, Catmull-Rom: sharper.
    Bicubic,
    /// Thirty-six neighbours, Lanczos 3: the sharpest, with a trace of ringing at hard edges.
    Lanczos,
    /// The mean of what a pixel covers: for whole factors, and for much smaller pictures.
    Area,
}

/// How an item mixes with what is below it: `B` of the colour below `d` and the item's colour `s`, 0 black to 1. Where the
/// item is translucent with alpha `a`, the result is `(1 - a)·d + a·B(d, s)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlendMode {
    /// Covers it: `s`.
    #[default]
    Normal,
    /// Adds light: `min(1, d + s)`.
    Additive,
    /// Takes light away: `max(0, d - s)`.
    Subtract,
    /// Lightens like two projectors: `d + s - d·s`.
    Screen,
    /// Darkens like two slides: `d·s`.
    Multiply,
    /// The lighter of the two, channel by channel: `max(d, s)`.
    Lighten,
    /// The darker of the two, channel by channel: `min(d, s)`.
    Darken,
}

/// The numbers that are mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BlendSpace {
    /// The values as they are stored and sent, as image editors do.
    #[default]
    Srgb,
    /// Amounts of light (the sRGB curve undone before and put back after): as lamps mix.
    Linear,
}

/// A line around an item, outside of its rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Border {
    /// How wide it is, canvas pixels.
    #[schemars(range(min = 0.0, max = 500.0))]
    pub width: f64,
    /// Its colour.
    pub color: Rgba,
}

impl Default for Border {
    fn default() -> Self {
        Self {
            width: 4.0,
            color: Rgba::WHITE,
        }
    }
}

/// A shadow of an item's rectangle, below it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Shadow {
    /// How far it lies to the right, canvas pixels, along the item's own edges.
    #[schemars(range(min = -1000.0, max = 1000.0))]
    pub x: f64,
    /// How far it lies downwards.
    #[schemars(range(min = -1000.0, max = 1000.0))]
    pub y: f64,
    /// How far its edge spreads, canvas pixels: 0 is hard.
    #[schemars(range(min = 0.0, max = 500.0))]
    pub blur: f64,
    /// Its colour; how dark it is, is its alpha.
    pub color: Rgba,
}

impl Default for Shadow {
    fn default() -> Self {
        Self {
            x: 0.0,
            y: 8.0,
            blur: 24.0,
            color: Rgba([0, 0, 0, 160]),
        }
    }
}
