//! How an item's colour mixes with the one below it, beyond simply covering it: the arithmetic of the seven ways, shared by
//! both renderers (`gpu/blend.wgsl` has it once more), after the W3C's compositing specification.
//!
//! With colours `s` (the item's) and `d` (below), each 0 to 1, and alphas `a` and `b`, the result is
//! `a·(1 - b)·s + b·(1 - a)·d + a·b·B(d, s)`, its alpha `a + b - a·b`. Canvases have `b = 1`, nested scenes may not. `B` is
//! named by [`BlendMode`]. It works on R'G'B' of BT.709, held to 0..1; with [`BlendSpace::Linear`] on the amounts of light
//! that the sRGB curve (IEC 61966-2-1) makes of them.
//!
//! Canvases are 4:2:0: luma is mixed with chroma interpolated between its samples, chroma with the luma around it (weights
//! ¼ ½ ¼ across, ½ ½ down). Samples that the item does not touch keep their codes.

use project::{BlendMode, BlendSpace};

/// `a·b·B` of premultiplied colours: `s` is `a·s`, `d` is `b·d`.
#[inline(always)]
pub fn both(mode: BlendMode, s: f32, a: f32, d: f32, b: f32) -> f32 {
    let (over, under) = (s * b, d * a);
    match mode {
        BlendMode::Normal => over,
        BlendMode::Additive => (over + under).min(a * b),
        BlendMode::Subtract => (under - over).max(0.0),
        BlendMode::Screen => over + under - s * d,
        BlendMode::Multiply => s * d,
        BlendMode::Lighten => over.max(under),
        BlendMode::Darken => over.min(under),
    }
}

/// One channel of the result, premultiplied, from premultiplied colours.
#[inline(always)]
pub fn mixed(mode: BlendMode, s: f32, a: f32, d: f32, b: f32) -> f32 {
    s * (1.0 - b) + d * (1.0 - a) + both(mode, s, a, d, b)
}

/// Light of a value of the sRGB curve, both 0 to 1.
pub fn light(v: f32) -> f32 {
    if v <= 0.04045 {
        v / 12.92
    } else {
        ((v + 0.055) / 1.055).powf(2.4)
    }
}

/// The value of the sRGB curve of an amount of light, both 0 to 1.
pub fn curve(v: f32) -> f32 {
    if v <= 0.003_130_8 {
        v * 12.92
    } else {
        1.055 * v.powf(1.0 / 2.4) - 0.055
    }
}

/// Whether the mix is the usual one: [`BlendMode::Normal`] on the values as they are.
pub fn is_over(mode: BlendMode, space: BlendSpace) -> bool {
    mode == BlendMode::Normal && space == BlendSpace::Srgb
}

#[cfg(test)]
mod tests {
    use super::*;
    use BlendMode::*;

    #[test]
    fn opaque_colours_mix_as_the_modes_say() {
        for (mode, want) in [
            (Normal, 0.25),
            (Additive, 1.0),
            (Subtract, 0.55),
            (Screen, 0.85),
            (Multiply, 0.2),
            (Lighten, 0.8),
            (Darken, 0.25),
        ] {
            let got = mixed(mode, 0.25, 1.0, 0.8, 1.0);
            assert!((got - want).abs() < 1e-6, "{mode:?}: {got}");
        }
    }

    #[test]
    fn nothing_over_something_and_something_over_nothing() {
        for mode in [Normal, Additive, Subtract, Screen, Multiply, Lighten, Darken] {
            assert_eq!(mixed(mode, 0.0, 0.0, 0.6, 0.75), 0.6, "{mode:?}");
            assert_eq!(mixed(mode, 0.6, 0.75, 0.0, 0.0), 0.6, "{mode:?}");
        }
    }

    #[test]
    fn the_curve_and_back() {
        for i in 0..=255 {
            let v = i as f32 / 255.0;
            assert!((curve(light(v)) - v).abs() < 1e-5, "{v}");
        }
    }
}
