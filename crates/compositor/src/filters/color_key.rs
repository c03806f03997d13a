//! Colour key: takes everything of about one colour away, by its distance in R'G'B'.

use super::{Filter, FilterKind, Sheet, kind::settings, recolor::recolor};
use crate::gpu::{Effect, Form};
use media::MediaTime;
use multiversion::multiversion;
use project::{Rgba, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<ColorKey>(
    "color_key",
    "Colour key",
    "Takes everything of one colour away: black behind a logo, white paper.",
    |s, _| Ok(Box::new(Key::new(&settings::<ColorKey>(s)?))),
);

/// Settings of a colour key.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct ColorKey {
    /// The colour that goes.
    color: Rgba,
    /// How far from it is still the colour, as a share of the whole range.
    #[schemars(range(min = 0.001, max = 1.0))]
    similarity: f64,
    /// How far from there until nothing is taken away: soft edges.
    #[schemars(range(min = 0.001, max = 1.0))]
    smoothness: f64,
}

impl Default for ColorKey {
    fn default() -> Self {
        Self {
            color: Rgba([0, 0, 0, 255]),
            similarity: 0.08,
            smoothness: 0.05,
        }
    }
}

impl Settings for ColorKey {}

/// Ready for work.
#[derive(Debug)]
struct Key {
    color: [f32; 3],
    similarity: f32,
    per_smooth: f32,
}

impl Key {
    fn new(s: &ColorKey) -> Self {
        let [r, g, b, _] = s.color.0;
        Self {
            color: [r, g, b].map(|c| f32::from(c) / 255.0),
            similarity: s.similarity as f32,
            per_smooth: (1.0 / s.smoothness) as f32,
        }
    }
}

const PASS: &str = "
fn luma(p: vec2i) -> vec2f {
    let c = rgb_of(straight_luma(p), straight_pair(chroma_between(p)));
    let d = length(c - settings[0].xyz) * 0.57735027;
    return luma_at(p) * clamp((d - settings[0].w) * settings[1].x, 0.0, 1.0);
}
fn chroma(p: vec2i) -> vec4f {
    let a = drawn_alpha(p);
    return vec4f(straight_pair(chroma_at(p)) * a, a, a);
}";

impl Filter for Key {
    fn on_gpu(&self) -> bool {
        true
    }
    fn effects(&self, size: (u32, u32)) -> Vec<Effect> {
        let [r, g, b] = self.color;
        vec![Effect::new(
            Form::Planes,
            PASS,
            &[r, g, b, self.similarity, self.per_smooth],
            size,
        )]
    }
    fn keeps_opaque(&self) -> bool {
        false
    }
    fn apply(&self, s: Sheet, _: MediaTime) -> Sheet {
        let out = recolor(&s, true, |row| alpha(row.a, row.r, row.g, row.b, self));
        Sheet { a: out.a, ..s }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn alpha(a: &mut [f32], r: &[f32], g: &[f32], b: &[f32], k: &Key) {
    let [kr, kg, kb] = k.color;
    // The longest way through the cube of colours is 1.
    let per = 1.0 / 3f32.sqrt();
    for (((a, r), g), b) in a.iter_mut().zip(r).zip(g).zip(b) {
        let (r, g, b) = (r - kr, g - kg, b - kb);
        let d = (r * r + g * g + b * b).sqrt() * per;
        *a *= ((d - k.similarity) * k.per_smooth).clamp(0.0, 1.0);
    }
}
