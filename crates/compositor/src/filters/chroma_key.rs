//! Chroma key: takes a coloured wall away. The distance of each chroma sample from the key decides; it is smoothed with its
//! eight neighbours first, as a camera's 4:2:0 chroma is noisy, and the alpha that comes of it is brought to luma's size
//! between samples, so that edges stay soft. The wall's light on what is left is taken out of its chroma alone.

use super::{Filter, FilterKind, Layer, Sheet, kind::settings};
use crate::{
    color::FromRgb,
    gpu::{Effect, Form},
    software::convert,
};
use media::MediaTime;
use multiversion::multiversion;
use project::{Rgba, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<ChromaKey>(
    "chroma_key",
    "Chroma key",
    "Takes a green (or blue, or any coloured) wall away.",
    |s, _| Ok(Box::new(Key::new(&settings::<ChromaKey>(s)?))),
);

/// Settings of a chroma key. The numbers are shares of the whole range of chroma.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct ChromaKey {
    /// Colour of the wall.
    key: KeyColor,
    /// The wall's colour when it is of one's own choice.
    color: Rgba,
    /// How far from the wall's colour is still the wall.
    #[schemars(range(min = 0.001, max = 1.0))]
    similarity: f64,
    /// How far from there until nothing is taken away: soft edges.
    #[schemars(range(min = 0.001, max = 1.0))]
    smoothness: f64,
    /// How far from the wall's colour its light is taken out of what is left.
    #[schemars(range(min = 0.001, max = 1.0))]
    spill: f64,
}

/// Colours of walls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum KeyColor {
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Magenta.
    Magenta,
    /// Of one's own choice.
    Custom,
}

impl Default for ChromaKey {
    fn default() -> Self {
        Self {
            key: KeyColor::Green,
            color: Rgba([0, 255, 0, 255]),
            similarity: 0.4,
            smoothness: 0.08,
            spill: 0.1,
        }
    }
}

impl Settings for ChromaKey {}

/// Ready for work.
#[derive(Debug)]
struct Key {
    u: f32,
    v: f32,
    similarity: f32,
    per_smooth: f32,
    per_spill: f32,
}

/// Chroma codes of the whole range.
const RANGE: f32 = 224.0;

impl Key {
    fn new(s: &ChromaKey) -> Self {
        let rgb = match s.key {
            KeyColor::Green => [0, 255, 0],
            KeyColor::Blue => [0, 0, 255],
            KeyColor::Magenta => [255, 0, 255],
            KeyColor::Custom => [s.color.0[0], s.color.0[1], s.color.0[2]],
        };
        let [_, u, v] = FromRgb::bt709_limited().yuv(rgb.map(f64::from));
        Self {
            u: u as f32,
            v: v as f32,
            similarity: s.similarity as f32,
            per_smooth: (1.0 / s.smoothness) as f32,
            per_spill: (1.0 / s.spill) as f32,
        }
    }
}

/// Of each chroma sample: clean chroma, and alpha beside it.
const CHROMA_PASS: &str = "
fn far(p: vec2i) -> f32 {
    return length(straight_pair(chroma_at(p)) * 255.0 - settings[0].xy) / 224.0;
}
fn luma(p: vec2i) -> vec2f { return luma_at(p); }
fn chroma(p: vec2i) -> vec4f {
    var d = 0.0;
    for (var j = -1; j < 2; j++) {
        let row = far(p + vec2i(-1, j)) + 2.0 * far(p + vec2i(0, j)) + far(p + vec2i(1, j));
        d += row * select(0.25, 0.5, j == 0) * 0.25;
    }
    d -= settings[0].z;
    let solid = clamp(d * settings[0].w, 0.0, 1.0);
    let clean = clamp(d * settings[1].x, 0.0, 1.0);
    let c = chroma_at(p);
    return vec4f((straight_pair(c) - GREY) * clean * sqrt(clean) + GREY, solid * sqrt(solid), c.w);
}";
/// That alpha brought to luma's size, and both multiplied by it.
const ALPHA_PASS: &str = "
fn luma(p: vec2i) -> vec2f { return luma_at(p) * chroma_between(p).z; }
fn chroma(p: vec2i) -> vec4f {
    let a = drawn_alpha(p);
    return vec4f(chroma_at(p).xy * a, a, a);
}";

impl Filter for Key {
    fn on_gpu(&self) -> bool {
        true
    }
    fn effects(&self, size: (u32, u32)) -> Vec<Effect> {
        let numbers = [self.u, self.v, self.similarity, self.per_smooth, self.per_spill];
        vec![
            Effect::new(Form::Planes, CHROMA_PASS, &numbers, size),
            Effect::new(Form::Planes, ALPHA_PASS, &[], size),
        ]
    }
    fn keeps_opaque(&self) -> bool {
        false
    }
    fn apply(&self, s: Sheet, _: MediaTime) -> Sheet {
        let (cw, ch) = (s.u.width, s.u.height);
        // Rows of distances, each smoothed across, with one more above and below.
        let mut smooth = vec![0.0; cw * ch];
        let mut row = vec![0.0; cw];
        for (j, out) in smooth.chunks_exact_mut(cw).enumerate() {
            distance(&mut row, s.u.row(j), s.v.row(j), (self.u, self.v));
            across(out, &row);
        }
        let at = |j: usize| &smooth[j * cw..(j + 1) * cw];
        let mut alpha = vec![0; cw * ch];
        let mut v = vec![0; cw * ch];
        let u = Layer::make(cw, ch, |j, u| {
            let span = j * cw..(j + 1) * cw;
            let three = [at(j.saturating_sub(1)), at(j), at((j + 1).min(ch - 1))];
            if let (Some(a), Some(v)) = (alpha.get_mut(span.clone()), v.get_mut(span)) {
                keyed(self, three, [s.u.row(j), s.v.row(j)], [a, u, v]);
            }
        });
        let alpha = Layer::new(alpha.into(), cw, cw, ch);
        let mut wide = vec![0; s.width()];
        let out = Sheet {
            u,
            v: Layer::new(v.into(), cw, cw, ch),
            ..s
        };
        out.fade(|y, row| {
            let near = y / 2;
            let far = if y.is_multiple_of(2) {
                near.saturating_sub(1)
            } else {
                near + 1
            };
            convert::widen(&mut wide, alpha.row(near), alpha.row(far), true);
            lower(row, &wide);
        })
    }
}

/// How far each sample is from the key, 0 to about 1.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn distance(out: &mut [f32], u: &[u8], v: &[u8], (ku, kv): (f32, f32)) {
    for ((o, u), v) in out.iter_mut().zip(u).zip(v) {
        let (du, dv) = (f32::from(*u) - ku, f32::from(*v) - kv);
        *o = (du * du + dv * dv).sqrt() / RANGE;
    }
}

/// Weights ¼ ½ ¼, the ends repeated.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn across(out: &mut [f32], row: &[f32]) {
    let n = row.len().min(out.len());
    for i in 1..n.saturating_sub(1) {
        out[i] = 0.25 * (row[i - 1] + row[i + 1]) + 0.5 * row[i];
    }
    if n > 0 {
        out[0] = 0.75 * row[0] + 0.25 * row[1.min(n - 1)];
        out[n - 1] = if n > 1 {
            0.75 * row[n - 1] + 0.25 * row[n - 2]
        } else {
            row[0]
        };
    }
}

/// Alpha, and chroma without the wall's light, of one row of chroma samples.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn keyed(k: &Key, [above, here, below]: [&[f32]; 3], [su, sv]: [&[u8]; 2], [a, u, v]: [&mut [u8]; 3]) {
    let n = a.len();
    let (above, here, below) = (&above[..n], &here[..n], &below[..n]);
    let (su, sv, u, v) = (&su[..n], &sv[..n], &mut u[..n], &mut v[..n]);
    for i in 0..n {
        let d = 0.25 * (above[i] + below[i]) + 0.5 * here[i] - k.similarity;
        let hold = |x: f32| x.clamp(0.0, 1.0);
        let (solid, clean) = (hold(d * k.per_smooth), hold(d * k.per_spill));
        a[i] = (solid * solid.sqrt() * 255.0 + 0.5) as i32 as u8;
        let keep = clean * clean.sqrt();
        u[i] = ((f32::from(su[i]) - 128.0) * keep + 128.5) as i32 as u8;
        v[i] = ((f32::from(sv[i]) - 128.0) * keep + 128.5) as i32 as u8;
    }
}

/// Alpha times eighths of alpha.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn lower(row: &mut [u8], eighths: &[u16]) {
    for (o, e) in row.iter_mut().zip(eighths) {
        *o = ((u32::from(*o) * u32::from(*e) + 1020) / 2040) as u8;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plane(w: usize, h: usize, f: impl Fn(usize, usize) -> f64) -> Layer {
        Layer::make(w, h, |y, row| {
            row.iter_mut().enumerate().for_each(|(x, o)| *o = f(x, y).round() as u8)
        })
    }

    /// Noise of ±`size`, the same every time.
    fn noise(x: usize, y: usize, size: f64) -> f64 {
        let n = (x as u32).wrapping_mul(0x9E37_79B1) ^ (y as u32).wrapping_mul(0x85EB_CA77);
        let n = (n ^ (n >> 15)).wrapping_mul(0x2C1B_3C6D);
        (f64::from((n >> 8) & 0xFFFF) / 32768.0 - 1.0) * size
    }

    #[test]
    fn a_noisy_wall_goes_and_a_face_stays() {
        let from = FromRgb::bt709_limited();
        // A wall as cameras see it, with a shadow, and skin in the right half.
        let (wall, skin) = (from.yuv([60.0, 190.0, 75.0]), from.yuv([205.0, 150.0, 120.0]));
        let (w, h) = (64, 48);
        let color = |x: usize| if x < w / 2 { wall } else { skin };
        let chroma = |i: usize| plane(w / 2, h / 2, |x, y| color(2 * x)[i] + noise(x + 7 * i, y, 6.0));
        let sheet = Sheet {
            y: plane(w, h, |x, y| color(x)[0] - y as f64 + noise(x, y, 10.0)),
            u: chroma(1),
            v: chroma(2),
            a: None,
        };
        let settings = ChromaKey {
            similarity: 0.32,
            ..ChromaKey::default()
        };
        let out = Key::new(&settings).apply(sheet, MediaTime::ZERO);
        let a = out.a.expect("alpha");
        for y in 0..h {
            assert!(a.row(y)[..w / 2 - 4].iter().all(|a| *a < 8), "row {y}: {:?}", a.row(y));
            assert!(
                a.row(y)[w / 2 + 4..].iter().all(|a| *a > 247),
                "row {y}: {:?}",
                a.row(y)
            );
        }
    }
}
