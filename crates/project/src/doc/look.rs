//! How an item of the document looks once it is placed: how it is scaled, mirrored and mixed with what is below it.

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
