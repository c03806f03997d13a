//! The light of HDR pictures: what PQ and HLG codes mean (ITU-R BT.2100), how much of it a standard screen can show, and the
//! tables that do it quickly.
//!
//! 1. R'G'B' become light: PQ by its EOTF in nits; HLG by its inverse OETF and the OOTF of a screen of the given peak.
//! 2. The largest of R, G and B is brought under what the screen has by the chosen curve; all three by the same factor, so
//!    hue stays. The curve of ITU-R BT.2390 keeps everything below its knee as it is and bends in PQ; Reinhard's and Hable's
//!    bend in light; `clip` cuts.
//! 3. BT.2020 becomes BT.709 by matrix; what that makes negative is drawn towards the grey of its own luminance.
//! 4. The light becomes codes for a screen of gamma 2.4 (ITU-R BT.1886).

use super::recolor::Row;
use media::{ColorPrimaries, ColorTransfer};
use multiversion::multiversion;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How highlights are brought under white.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Curve {
    /// ITU-R BT.2390: only what is bright bends.
    #[default]
    Bt2390,
    /// Reinhard: everything bends a little.
    Reinhard,
    /// Hable: as film does.
    Hable,
    /// Cut off at white.
    Clip,
}

/// The brightest PQ can say, nits.
pub const PQ_PEAK: f64 = 10_000.0;
/// Steps of the tables.
const STEPS: usize = 1023;
/// From linear BT.2020 to linear BT.709 (ITU-R BT.2087, inverted).
const TO_709: [[f32; 3]; 3] = [
    [1.660_491, -0.587_641, -0.072_850],
    [-0.124_550, 1.132_9, -0.008_349],
    [-0.018_151, -0.100_579, 1.118_73],
];
const LUMA_2020: [f32; 3] = [0.2627, 0.6780, 0.0593];
const LUMA_709: [f32; 3] = [0.2126, 0.7152, 0.0722];

/// Light in nits of a PQ code from 0 to 1 (SMPTE ST 2084).
pub fn pq_light(code: f64) -> f64 {
    let p = code.clamp(0.0, 1.0).powf(1.0 / M2);
    PQ_PEAK * ((p - C1).max(0.0) / (C2 - C3 * p)).powf(1.0 / M1)
}

/// The PQ code of light in nits.
pub fn pq_code(nits: f64) -> f64 {
    let y = (nits / PQ_PEAK).clamp(0.0, 1.0).powf(M1);
    ((C1 + C2 * y) / (1.0 + C3 * y)).powf(M2)
}

const M1: f64 = 2610.0 / 16384.0;
const M2: f64 = 2523.0 / 4096.0 * 128.0;
const C1: f64 = 3424.0 / 4096.0;
const C2: f64 = 2413.0 / 4096.0 * 32.0;
const C3: f64 = 2392.0 / 4096.0 * 32.0;

/// The light of the scene, 0 to 1, of an HLG code from 0 to 1 (ARIB STD-B67).
pub fn hlg_scene(code: f64) -> f64 {
    let (a, b, c) = (0.178_832_77, 0.284_668_92, 0.559_910_73);
    let code = code.clamp(0.0, 1.0);
    if code <= 0.5 {
        code * code / 3.0
    } else {
        (((code - c) / a).exp() + b) / 12.0
    }
}

impl Curve {
    /// What becomes of light of `nits` in a picture whose brightest is `peak`, on a screen whose white is `white`.
    pub fn bend(self, nits: f64, peak: f64, white: f64) -> f64 {
        let (x, most) = (nits / white, peak / white);
        if most <= 1.0 {
            return nits.min(white);
        }
        let hable = |v: f64| ((v * (0.15 * v + 0.05) + 0.004) / (v * (0.15 * v + 0.5) + 0.06)) - 0.004 / 0.06;
        match self {
            Self::Bt2390 => bt2390(nits, peak, white),
            Self::Reinhard => white * (x * (1.0 + x / (most * most)) / (1.0 + x)).min(1.0),
            // Its scale is that of film, where white is about two.
            Self::Hable => white * (hable(2.0 * x) / hable(2.0 * most)).clamp(0.0, 1.0),
            Self::Clip => nits.min(white),
        }
    }
}

/// The EETF of ITU-R BT.2390-8, 5.4.1, for a picture whose black is black.
fn bt2390(nits: f64, peak: f64, white: f64) -> f64 {
    let whole = pq_code(peak);
    let e = (pq_code(nits) / whole).min(1.0);
    let most = pq_code(white) / whole;
    let knee = 1.5 * most - 0.5;
    if e < knee {
        return nits.min(white);
    }
    let t = (e - knee) / (1.0 - knee);
    let (t2, t3) = (t * t, t * t * t);
    let bent = (2.0 * t3 - 3.0 * t2 + 1.0) * knee + (t3 - 2.0 * t2 + t) * (1.0 - knee) + (-2.0 * t3 + 3.0 * t2) * most;
    pq_light(bent * whole).min(white)
}

/// Everything of one transfer curve and one choice of settings, as tables.
#[derive(Debug)]
pub struct Light {
    /// From a code to light: of PQ as a share of its peak, of HLG of the scene's.
    linear: Vec<f32>,
    /// HLG only: what light is multiplied by, by the square root of the scene's luminance.
    screen: Option<Vec<f32>>,
    /// What light (1 is the peak of PQ) is multiplied by so that white is 1, by its fourth root.
    factor: Vec<f32>,
    /// From the square root of light to a code.
    code: Vec<f32>,
    wide: bool,
}

fn table(value: impl Fn(f64) -> f64) -> Vec<f32> {
    (0..=STEPS).map(|i| value(i as f64 / STEPS as f64) as f32).collect()
}

impl Light {
    /// For pictures of these codes, whose brightest is `peak` nits, on a screen whose white is `white` nits of them.
    pub fn new(transfer: ColorTransfer, primaries: ColorPrimaries, curve: Curve, peak: f64, white: f64) -> Self {
        let hlg = transfer == ColorTransfer::Hlg;
        let gamma = 1.2 + 0.42 * (peak / 1000.0).log10();
        Self {
            linear: match hlg {
                true => table(hlg_scene),
                false => table(|c| pq_light(c) / PQ_PEAK),
            },
            screen: hlg.then(|| table(|root| peak / PQ_PEAK * (root * root).max(1e-6).powf(gamma - 1.0))),
            factor: table(|root| {
                let nits = PQ_PEAK * root.max(1.0 / STEPS as f64).powi(4);
                curve.bend(nits.min(peak), peak, white) / white / (nits / PQ_PEAK)
            }),
            code: table(|root| root.powf(2.0 / 2.4)),
            wide: primaries == ColorPrimaries::Bt2020,
        }
    }

    /// A row of HDR codes becomes one for a standard screen.
    pub fn row(&self, row: &mut Row<'_>) {
        for channel in [&mut *row.r, &mut *row.g, &mut *row.b] {
            look(channel, &self.linear);
        }
        if let Some(screen) = &self.screen {
            luminance(row.a, row.r, row.g, row.b);
            scale(row, screen);
        }
        largest(row.a, row.r, row.g, row.b);
        scale(row, &self.factor);
        if self.wide {
            narrow(row.r, row.g, row.b);
        }
        for channel in [&mut *row.r, &mut *row.g, &mut *row.b] {
            root(channel);
            look(channel, &self.code);
        }
        row.a.fill(1.0);
    }
}

/// Values of 0 to 1 become what the table has there, between two entries.
fn look(row: &mut [f32], table: &[f32]) {
    for v in row {
        let at = v.clamp(0.0, 1.0) * STEPS as f32;
        let first = (at as usize).min(STEPS - 1);
        *v = match table.get(first..first + 2) {
            Some(&[a, b]) => a + (b - a) * (at - first as f32),
            _ => 1.0,
        };
    }
}

/// Each colour times what the table has for the row's alpha, which is free for numbers here.
fn scale(row: &mut Row<'_>, table: &[f32]) {
    look(row.a, table);
    times(row.r, row.g, row.b, row.a);
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn times(r: &mut [f32], g: &mut [f32], b: &mut [f32], k: &[f32]) {
    for (((r, g), b), k) in r.iter_mut().zip(g).zip(b).zip(k) {
        (*r, *g, *b) = (*r * k, *g * k, *b * k);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn luminance(out: &mut [f32], r: &[f32], g: &[f32], b: &[f32]) {
    let [kr, kg, kb] = LUMA_2020;
    for (((o, r), g), b) in out.iter_mut().zip(r).zip(g).zip(b) {
        *o = (kr * r + kg * g + kb * b).max(0.0).sqrt();
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn largest(out: &mut [f32], r: &[f32], g: &[f32], b: &[f32]) {
    for (((o, r), g), b) in out.iter_mut().zip(r).zip(g).zip(b) {
        *o = r.max(*g).max(*b).max(0.0).sqrt().sqrt();
    }
}

/// BT.2020 to BT.709; colours it does not have keep their luminance and lose saturation until it has them.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn narrow(r: &mut [f32], g: &mut [f32], b: &mut [f32]) {
    for ((r, g), b) in r.iter_mut().zip(g).zip(b) {
        let c = [*r, *g, *b];
        let m: [f32; 3] = std::array::from_fn(|i| TO_709[i][0] * c[0] + TO_709[i][1] * c[1] + TO_709[i][2] * c[2]);
        let grey = LUMA_709[0] * m[0] + LUMA_709[1] * m[1] + LUMA_709[2] * m[2];
        let low = m[0].min(m[1]).min(m[2]);
        let high = m[0].max(m[1]).max(m[2]);
        // How much of the way from grey is left: 1 where nothing is out of range.
        let below = if low < 0.0 { grey / (grey - low).max(1e-9) } else { 1.0 };
        let above = if high > 1.0 {
            (1.0 - grey).max(0.0) / (high - grey).max(1e-9)
        } else {
            1.0
        };
        let keep = below.min(above).clamp(0.0, 1.0);
        (*r, *g, *b) = (
            grey + (m[0] - grey) * keep,
            grey + (m[1] - grey) * keep,
            grey + (m[2] - grey) * keep,
        );
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn root(row: &mut [f32]) {
    for v in row {
        *v = v.clamp(0.0, 1.0).sqrt();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn curves_have_the_values_of_their_standards() {
        // BT.2408: reference white of 203 nits is PQ 0.58, 1000 nits 0.75; HLG 0.75 is 26 % of the scene's light.
        assert!((pq_code(203.0) - 0.5807).abs() < 1e-3 && (pq_code(1000.0) - 0.7518).abs() < 1e-3);
        assert!((pq_light(pq_code(123.4)) - 123.4).abs() < 1e-6);
        assert!((pq_light(1.0) - 10_000.0).abs() < 1e-6 && pq_light(0.0) == 0.0);
        assert!((hlg_scene(0.75) - 0.265).abs() < 1e-3 && (hlg_scene(1.0) - 1.0).abs() < 1e-6);
        assert!((hlg_scene(0.5) - 1.0 / 12.0).abs() < 1e-9);
    }

    #[test]
    fn every_curve_rises_and_ends_at_white() {
        for curve in [Curve::Bt2390, Curve::Reinhard, Curve::Hable, Curve::Clip] {
            for (peak, white) in [
                (1000.0, 203.0),
                (4000.0, 100.0),
                (300.0, 203.0),
                (203.0, 203.0),
                (100.0, 203.0),
            ] {
                let bent: Vec<f64> = (0..=100)
                    .map(|i| curve.bend(peak * f64::from(i) / 100.0, peak, white))
                    .collect();
                assert!(bent.windows(2).all(|w| w[1] >= w[0] - 1e-9), "{curve:?} {peak} {white}");
                let end = peak.min(white);
                assert!(
                    bent[0].abs() < 1e-6 && (bent[100] - end).abs() < 0.01 * end,
                    "{curve:?}: {:?}",
                    bent[100]
                );
            }
        }
        // Below the knee BT.2390 leaves light as it is.
        assert_eq!(Curve::Bt2390.bend(50.0, 1000.0, 203.0), 50.0);
    }

    /// The exact formulas, one colour at a time.
    fn exact(code: [f64; 3], hlg: bool, curve: Curve, peak: f64, white: f64) -> [f64; 3] {
        let mut c = code.map(|v| if hlg { hlg_scene(v) } else { pq_light(v) });
        if hlg {
            let y: f64 = c.iter().zip(LUMA_2020).map(|(c, k)| c * f64::from(k)).sum();
            let gamma = 1.2 + 0.42 * (peak / 1000.0_f64).log10();
            c = c.map(|v| v * peak * y.max(1e-6).powf(gamma - 1.0));
        }
        let most = c[0].max(c[1]).max(c[2]).max(1e-6);
        let k = curve.bend(most.min(peak), peak, white) / white / most;
        let c = c.map(|v| v * k);
        let m: [f64; 3] = std::array::from_fn(|i| (0..3).map(|j| f64::from(TO_709[i][j]) * c[j]).sum());
        let grey: f64 = m.iter().zip(LUMA_709).map(|(c, k)| c * f64::from(k)).sum();
        let (low, high) = (m[0].min(m[1]).min(m[2]), m[0].max(m[1]).max(m[2]));
        let below = if low < 0.0 { grey / (grey - low) } else { 1.0 };
        let above = if high > 1.0 { (1.0 - grey) / (high - grey) } else { 1.0 };
        m.map(|v| (grey + (v - grey) * below.min(above)).clamp(0.0, 1.0).powf(1.0 / 2.4))
    }

    #[test]
    fn the_tables_agree_with_the_formulas() {
        let steps = [0.0, 0.05, 0.1, 0.25, 0.4, 0.5, 0.58, 0.65, 0.75, 0.9, 1.0];
        for (transfer, curve) in [
            (ColorTransfer::Pq, Curve::Bt2390),
            (ColorTransfer::Pq, Curve::Hable),
            (ColorTransfer::Hlg, Curve::Bt2390),
            (ColorTransfer::Hlg, Curve::Reinhard),
        ] {
            let hlg = transfer == ColorTransfer::Hlg;
            let light = Light::new(transfer, ColorPrimaries::Bt2020, curve, 1000.0, 203.0);
            for i in 0..steps.len().pow(3) {
                let [r, g, b] = [i, i / 11, i / 121].map(|k| steps[k % 11]);
                let (mut x, mut y, mut z, mut a) = ([r as f32], [g as f32], [b as f32], [1.0]);
                light.row(&mut Row {
                    r: &mut x,
                    g: &mut y,
                    b: &mut z,
                    a: &mut a,
                });
                let want = exact([r, g, b], hlg, curve, 1000.0, 203.0);
                let got = [x[0], y[0], z[0]].map(f64::from);
                let worst = got.iter().zip(want).map(|(g, w)| (g - w).abs()).fold(0.0, f64::max);
                // One code of eight bits, a little more in the dark where codes are steep.
                assert!(
                    worst < 1.5 / 255.0,
                    "{transfer:?} {curve:?} {:?}: {got:?} for {want:?}",
                    [r, g, b]
                );
                assert_eq!(a, [1.0]);
            }
        }
    }
}
