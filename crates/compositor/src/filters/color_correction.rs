//! Colour correction: gamma, contrast, brightness, saturation, hue, opacity and tint, in this order. All but gamma is one
//! matrix on R'G'B'.

use super::{Filter, FilterKind, Sheet, kind::settings, recolor::recolor};
use crate::gpu::{Effect, Form};
use media::MediaTime;
use multiversion::multiversion;
use project::{Rgba, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<ColorCorrection>(
    "color_correction",
    "Colour correction",
    "Gamma, contrast, brightness, saturation, hue, opacity and tint.",
    |s, _| Ok(Box::new(Correction::new(&settings::<ColorCorrection>(s)?))),
);

/// Settings of a colour correction; 0 (white, 1) changes nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct ColorCorrection {
    /// Brighter (above 0) or darker middle tones.
    #[schemars(range(min = -3.0, max = 3.0))]
    gamma: f64,
    /// More (above 0) or less difference from middle grey.
    #[schemars(range(min = -4.0, max = 4.0))]
    contrast: f64,
    /// Added to every channel, as a share of the whole range.
    #[schemars(range(min = -1.0, max = 1.0))]
    brightness: f64,
    /// More (above 0) or less colour; -1 is black and white.
    #[schemars(range(min = -1.0, max = 5.0))]
    saturation: f64,
    /// Turns all colours around, degrees.
    #[schemars(range(min = -180.0, max = 180.0))]
    hue_deg: f64,
    /// 0 invisible, 1 solid.
    #[schemars(range(min = 0.0, max = 1.0))]
    opacity: f64,
    /// Colours are multiplied by this one.
    tint: Rgba,
}

impl Default for ColorCorrection {
    fn default() -> Self {
        Self {
            gamma: 0.0,
            contrast: 0.0,
            brightness: 0.0,
            saturation: 0.0,
            hue_deg: 0.0,
            opacity: 1.0,
            tint: Rgba::WHITE,
        }
    }
}

impl Settings for ColorCorrection {}

/// Steps of the table of gamma.
const STEPS: usize = 1023;

/// Ready for work.
#[derive(Debug)]
struct Correction {
    /// From R'G'B' and 1 to R'G'B'.
    matrix: [[f32; 4]; 3],
    /// Of 0 to 1 in [`STEPS`] steps; empty when gamma changes nothing.
    gamma: Vec<f32>,
    /// What gamma raises to.
    exponent: f32,
    opacity: u32,
}

/// Weights of luma in BT.709.
const LUMA: [f64; 3] = [0.2126, 0.7152, 0.0722];

impl Correction {
    fn new(s: &ColorCorrection) -> Self {
        // Negative settings are the inverse of positive ones.
        let factor = |v: f64| if v < 0.0 { 1.0 / (1.0 - v) } else { 1.0 + v };
        let exponent = if s.gamma < 0.0 {
            1.0 - s.gamma
        } else {
            1.0 / (1.0 + s.gamma)
        };
        let contrast = factor(s.contrast);
        let [tr, tg, tb, _] = s.tint.0.map(|c| f64::from(c) / 255.0);
        let turned = times(&hue(s.hue_deg), &saturation(1.0 + s.saturation));
        let matrix = std::array::from_fn(|i| {
            let tint = [tr, tg, tb][i];
            // Contrast about the middle and brightness before; hue and saturation keep grey where it is.
            let add = 0.5 - 0.5 * contrast + s.brightness;
            let row = turned[i].map(|v| v * tint);
            let sum: f64 = row.iter().sum();
            [row[0] * contrast, row[1] * contrast, row[2] * contrast, sum * add].map(|v| v as f32)
        });
        let gamma = if s.gamma == 0.0 {
            vec![]
        } else {
            (0..=STEPS)
                .map(|i| (i as f64 / STEPS as f64).powf(exponent) as f32)
                .collect()
        };
        Self {
            matrix,
            gamma,
            exponent: exponent as f32,
            opacity: (s.opacity * 255.0).round() as u32,
        }
    }
}

fn times(a: &[[f64; 3]; 3], b: &[[f64; 3]; 3]) -> [[f64; 3]; 3] {
    std::array::from_fn(|i| std::array::from_fn(|j| (0..3).map(|k| a[i][k] * b[k][j]).sum()))
}

/// Towards grey of the same luma (0) or away from it.
fn saturation(s: f64) -> [[f64; 3]; 3] {
    std::array::from_fn(|i| std::array::from_fn(|j| (1.0 - s) * LUMA[j] + if i == j { s } else { 0.0 }))
}

/// A turn about the grey axis of the cube of colours.
fn hue(deg: f64) -> [[f64; 3]; 3] {
    let (sin, cos) = deg.to_radians().sin_cos();
    let third = (1.0 - cos) / 3.0;
    let (plus, minus) = (third + sin / 3f64.sqrt(), third - sin / 3f64.sqrt());
    let same = cos + third;
    [[same, minus, plus], [plus, same, minus], [minus, plus, same]]
}

const PASS: &str = "
fn change(c: vec4f) -> vec4f {
    var v = c.xyz;
    if settings[3].y != 1.0 {
        v = pow(clamp(v, vec3f(0.0), vec3f(1.0)), vec3f(settings[3].y));
    }
    let one = vec4f(v, 1.0);
    return vec4f(dot(settings[0], one), dot(settings[1], one), dot(settings[2], one), c.w * settings[3].x);
}";

impl Filter for Correction {
    fn on_gpu(&self) -> bool {
        true
    }
    fn effects(&self, size: (u32, u32)) -> Vec<Effect> {
        let mut numbers = self.matrix.concat();
        numbers.extend([self.opacity.min(255) as f32 / 255.0, self.exponent]);
        vec![Effect::new(Form::Color, PASS, &numbers, size)]
    }
    fn keeps_opaque(&self) -> bool {
        self.opacity >= 255
    }
    fn apply(&self, s: Sheet, _: MediaTime) -> Sheet {
        let out = recolor(&s, false, |row| {
            if !self.gamma.is_empty() {
                for channel in [&mut *row.r, &mut *row.g, &mut *row.b] {
                    curve(channel, &self.gamma);
                }
            }
            turn(row.r, row.g, row.b, &self.matrix);
        });
        match self.opacity {
            255.. => out,
            o => out.fade(|_, row| {
                row.iter_mut()
                    .for_each(|a| *a = ((u32::from(*a) * o + 127) / 255) as u8)
            }),
        }
    }
}

fn curve(row: &mut [f32], table: &[f32]) {
    for v in row {
        let at = (v.clamp(0.0, 1.0) * STEPS as f32 + 0.5) as usize;
        *v = table.get(at).copied().unwrap_or(1.0);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn turn(r: &mut [f32], g: &mut [f32], b: &mut [f32], m: &[[f32; 4]; 3]) {
    for ((r, g), b) in r.iter_mut().zip(g).zip(b) {
        let (x, y, z) = (*r, *g, *b);
        let to = |k: &[f32; 4]| k[0] * x + k[1] * y + k[2] * z + k[3];
        (*r, *g, *b) = (to(&m[0]), to(&m[1]), to(&m[2]));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::Layer, *};

    fn one(s: &ColorCorrection, code: [u8; 3]) -> [u8; 3] {
        let plane = |v, n| Layer::make(n, n, |_, row| row.fill(v));
        let sheet = Sheet {
            y: plane(code[0], 4),
            u: plane(code[1], 2),
            v: plane(code[2], 2),
            a: None,
        };
        let out = Correction::new(s).apply(sheet, MediaTime::ZERO);
        [out.y.row(1)[1], out.u.row(0)[0], out.v.row(0)[0]]
    }

    #[test]
    fn nothing_set_changes_nothing_and_grey_stays_grey() {
        let none = ColorCorrection::default();
        for code in [[16, 128, 128], [235, 128, 128], [120, 100, 150], [90, 100, 190]] {
            let got = one(&none, code);
            assert!(
                got.iter().zip(code).all(|(a, b)| a.abs_diff(b) <= 1),
                "{code:?} {got:?}"
            );
        }
        let turned = ColorCorrection {
            hue_deg: 77.0,
            saturation: 2.0,
            ..none
        };
        assert_eq!(one(&turned, [126, 128, 128]), [126, 128, 128]);
    }

    #[test]
    fn each_setting_does_what_it_says() {
        let base = ColorCorrection::default();
        let luma = |s: ColorCorrection| one(&s, [125, 128, 128])[0];
        assert!(
            luma(ColorCorrection {
                gamma: 1.0,
                ..base.clone()
            }) > 160
        );
        assert!(
            luma(ColorCorrection {
                gamma: -1.0,
                ..base.clone()
            }) < 80
        );
        assert_eq!(
            luma(ColorCorrection {
                brightness: 1.0,
                ..base.clone()
            }),
            235
        );
        // 125 lies a little below the middle, and moves away from it.
        let contrast = luma(ColorCorrection {
            contrast: 3.0,
            ..base.clone()
        });
        assert!((121..125).contains(&contrast), "{contrast}");
        let grey = ColorCorrection {
            saturation: -1.0,
            ..base.clone()
        };
        assert_eq!(one(&grey, [81, 90, 220])[1..], [128, 128]);
        let red = ColorCorrection {
            tint: Rgba([255, 0, 0, 255]),
            ..base
        };
        assert_eq!(one(&red, [235, 128, 128]), [63, 102, 240]);
    }
}
