//! HDR to SDR: brings the light of PQ and HLG pictures to what a standard screen shows. See `light` for the formulas. It works
//! on the ten bits of a source's own picture, before any other filter. A source without this filter gets one with its
//! defaults; one that is turned off shows the codes as they are.

use super::{
    Filter, FilterKind, Made, Sheet,
    kind::settings,
    light::{Curve, Light},
    recolor::{Codes, recolored},
};
use crate::color::ToRgb;
use media::{ColorPrimaries, ColorTransfer, MediaTime, PixelFormat, VideoFrame};
use multiversion::multiversion;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, OnceLock};

/// Its id.
pub const ID: &str = "hdr_tone_map";

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<ToneMap>(
    ID,
    "HDR to SDR",
    "Brings the light of an HDR picture to what a standard screen shows. On sources only; other pictures stay as they are.",
    |s, _| Ok(Box::new(Mapping::new(settings::<ToneMap>(s)?))),
)
.for_sources();

/// Settings of a tone map.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct ToneMap {
    /// How highlights are brought under white.
    curve: Curve,
    /// The brightest light of the picture, nits: what its maker's screen could show; of HLG, what it is made for.
    #[schemars(range(min = 100.0, max = 10_000.0))]
    peak_nits: f64,
    /// How bright the standard screen's white is among them, nits: less makes the picture brighter.
    #[schemars(range(min = 80.0, max = 1000.0))]
    white_nits: f64,
}

impl Default for ToneMap {
    fn default() -> Self {
        Self {
            curve: Curve::default(),
            peak_nits: 1000.0,
            white_nits: 203.0,
        }
    }
}

impl Settings for ToneMap {}

/// Ready for work: the tables of a transfer curve are made when its first picture comes.
#[derive(Debug)]
pub struct Mapping {
    settings: ToneMap,
    tables: [OnceLock<Light>; 4],
}

/// Whether a picture's codes mean more light than a standard screen shows.
pub fn is_hdr(f: &VideoFrame) -> bool {
    matches!(f.color.transfer, ColorTransfer::Pq | ColorTransfer::Hlg)
}

/// The one of a source that has none of its own.
pub fn by_itself() -> Made {
    static MADE: OnceLock<Made> = OnceLock::new();
    let make = || Made::alone(Arc::new(Mapping::new(ToneMap::default())));
    MADE.get_or_init(make).clone()
}

impl Mapping {
    fn new(settings: ToneMap) -> Self {
        let tables = std::array::from_fn(|_| OnceLock::new());
        Self { settings, tables }
    }

    /// An HDR frame as a sheet of standard codes; `read` makes a sheet of one of 8 bits. `None` for every other frame.
    pub fn read(&self, f: &VideoFrame, read: impl FnOnce() -> Sheet) -> Option<Sheet> {
        if !is_hdr(f) {
            return None;
        }
        let (hlg, wide) = (
            f.color.transfer == ColorTransfer::Hlg,
            f.color.primaries == ColorPrimaries::Bt2020,
        );
        let light = self.tables[2 * usize::from(hlg) + usize::from(wide)].get_or_init(|| {
            let s = &self.settings;
            Light::new(f.color.transfer, f.color.primaries, s.curve, s.peak_nits, s.white_nits)
        });
        Some(match f.format {
            PixelFormat::P010 => recolored(&Words(f), None, false, &ToRgb::new(f.color), |row| light.row(row)),
            _ => super::recolor::recolor(&read(), false, |row| light.row(row)),
        })
    }
}

impl Filter for Mapping {
    fn tone(&self) -> Option<&Mapping> {
        Some(self)
    }
    fn apply(&self, sheet: Sheet, _: MediaTime) -> Sheet {
        // What comes here has standard codes already.
        sheet
    }
}

/// A frame of ten bits.
struct Words<'a>(&'a VideoFrame);

impl Words<'_> {
    fn rows(&self) -> usize {
        (self.0.height as usize).div_ceil(2)
    }
    fn pairs(&self, j: usize) -> &[u8] {
        let j = j.min(self.rows().saturating_sub(1));
        self.0.planes[1].row(j, (self.0.width as usize).div_ceil(2) * 4)
    }
    fn luma_row(&self, y: usize) -> &[u8] {
        let y = y.min((self.0.height as usize).saturating_sub(1));
        self.0.planes[0].row(y, self.0.width as usize * 2)
    }
}

impl Codes for Words<'_> {
    fn size(&self) -> (usize, usize) {
        (self.0.width as usize, self.0.height as usize)
    }
    fn luma(&self, y: usize, out: &mut [f32]) {
        words(out, self.luma_row(y), 0, 2);
    }
    fn chroma(&self, j: usize, u: &mut [f32], v: &mut [f32]) {
        words(u, self.pairs(j), 0, 4);
        words(v, self.pairs(j), 2, 4);
    }
    fn between(&self, near: usize, far: usize, u: &mut [f32], v: &mut [f32]) {
        let n = u.len().div_ceil(2);
        let (mut a, mut b) = (vec![0.0; n], vec![0.0; n]);
        for (out, first) in [(u, 0), (v, 2)] {
            words(&mut a, self.pairs(near), first, 4);
            words(&mut b, self.pairs(far), first, 4);
            widen(out, &mut a, &b);
        }
    }
    fn mean(&self, j: usize, out: &mut [f32]) {
        let n = self.0.width as usize;
        let (mut a, mut b) = (vec![0.0; n], vec![0.0; n]);
        words(&mut a, self.luma_row(2 * j), 0, 2);
        words(&mut b, self.luma_row(2 * j + 1), 0, 2);
        halve(out, &mut a, &b);
    }
}

/// One word of every `step` bytes, in steps of 8 bits.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn words(out: &mut [f32], bytes: &[u8], first: usize, step: usize) {
    for (o, w) in out.iter_mut().zip(bytes.chunks_exact(step)) {
        *o = f32::from(u16::from_le_bytes([w[first], w[first + 1]])) / 256.0;
    }
}

/// Chroma at luma's width: ¾ of `near` and ¼ of `far`, means between samples.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn widen(out: &mut [f32], near: &mut [f32], far: &[f32]) {
    for (n, f) in near.iter_mut().zip(far) {
        *n = 0.75 * *n + 0.25 * f;
    }
    let last = near.last().copied().unwrap_or(0.0);
    let next = near.iter().skip(1).chain(std::iter::once(&last));
    for ((o, a), b) in out.chunks_mut(2).zip(near.iter()).zip(next) {
        for (o, v) in o.iter_mut().zip([*a, 0.5 * (a + b)]) {
            *o = v;
        }
    }
}

/// Luma where chroma has its samples: ¼ ½ ¼ across of the mean of both rows.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn halve(out: &mut [f32], top: &mut [f32], bottom: &[f32]) {
    for (t, b) in top.iter_mut().zip(bottom) {
        *t = 0.5 * (*t + b);
    }
    let n = top.len();
    for (i, o) in out.iter_mut().enumerate() {
        let at = |k: usize| top[k.min(n - 1)];
        *o = 0.25 * at((2 * i).saturating_sub(1)) + 0.5 * at(2 * i) + 0.25 * at(2 * i + 1);
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::{Layer, light::pq_code},
        *,
    };
    use crate::color::FromRgb;
    use media::{AlphaMode, ColorInfo, ColorMatrix, ColorRange, Plane};

    const HDR10: ColorInfo = ColorInfo {
        matrix: ColorMatrix::Bt2020,
        range: ColorRange::Limited,
        primaries: ColorPrimaries::Bt2020,
        transfer: ColorTransfer::Pq,
    };

    /// A frame of one grey of `nits`.
    fn grey(nits: f64) -> VideoFrame {
        let y = 16.0 + 219.0 * pq_code(nits);
        let word = |code: f64| ((code * 4.0).round() as u16) << 6;
        let plane = |code: f64, n: usize, stride: usize| Plane {
            data: std::iter::repeat_n(word(code).to_le_bytes(), n)
                .flatten()
                .collect::<Vec<u8>>()
                .into(),
            stride,
        };
        let planes = vec![plane(y, 15, 10), plane(128.0, 12, 12)];
        VideoFrame::new(
            PixelFormat::P010,
            5,
            3,
            planes,
            HDR10,
            AlphaMode::Opaque,
            MediaTime::ZERO,
        )
        .expect("frame")
    }

    #[test]
    fn greys_have_the_light_they_say_and_stay_grey() {
        let map = Mapping::new(ToneMap::default());
        for nits in [0.0, 1.0, 20.0, 50.0, 80.0] {
            let out = map.read(&grey(nits), || unreachable!("ten bits")).expect("HDR");
            let want = FromRgb::bt709_limited().yuv([255.0 * (nits / 203.0).powf(1.0 / 2.4); 3])[0];
            assert!(
                (f64::from(out.y.row(1)[2]) - want).abs() <= 1.5,
                "{nits}: {} {want}",
                out.y.row(1)[2]
            );
            assert_eq!((out.u.row(0)[0], out.v.row(1)[2]), (128, 128));
            assert!(out.a.is_none());
        }
        let peak = map.read(&grey(1000.0), || unreachable!("ten bits")).expect("HDR");
        assert!(peak.y.row(0)[0] >= 234, "{}", peak.y.row(0)[0]);
    }

    #[test]
    fn standard_pictures_are_left_alone() {
        let mut f = grey(50.0);
        f.color = ColorInfo::BT709_LIMITED;
        let map = Mapping::new(ToneMap::default());
        assert!(map.read(&f, || unreachable!("not asked")).is_none());
        let layer = |n| Layer::make(n, n, |_, row| row.fill(90));
        let sheet = Sheet {
            y: layer(2),
            u: layer(1),
            v: layer(1),
            a: None,
        };
        assert_eq!(map.apply(sheet, MediaTime::ZERO).y.row(0), [90, 90]);
    }
}
