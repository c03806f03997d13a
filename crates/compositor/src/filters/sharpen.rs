//! Sharpen: adds what a soft copy of luma lacks. Colour stays, so edges get no coloured rims.

use super::{Filter, FilterKind, Layer, Sheet, kind::settings};
use crate::gpu::{Effect, Form};
use media::MediaTime;
use multiversion::multiversion;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<Sharpen>("sharpen", "Sharpen", "Makes edges clearer.", |s, _| {
    Ok(Box::new(settings::<Sharpen>(s)?))
});

/// Settings of a sharpen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Sharpen {
    /// How much: 0 nothing, 1 very much.
    #[schemars(range(min = 0.0, max = 1.0))]
    amount: f64,
}

impl Default for Sharpen {
    fn default() -> Self {
        Self { amount: 0.25 }
    }
}

impl Settings for Sharpen {}

const PASS: &str = "
fn luma(p: vec2i) -> vec2f {
    let here = straight_luma(p);
    var nine = 0.0;
    for (var j = -1; j < 2; j++) {
        for (var i = -1; i < 2; i++) {
            nine += straight_luma(p + vec2i(i, j));
        }
    }
    let a = luma_at(p).y;
    return vec2f(clamp(here + (9.0 * here - nine) * settings[0].x / 9.0, 0.0, 1.0) * a, a);
}
fn chroma(p: vec2i) -> vec4f { return chroma_at(p); }";

impl Filter for Sharpen {
    fn on_gpu(&self) -> bool {
        true
    }
    fn effects(&self, size: (u32, u32)) -> Vec<Effect> {
        let amount = (self.amount * 4.0 * 256.0).round() as f32 / 256.0;
        vec![Effect::new(Form::Planes, PASS, &[amount], size)]
    }
    fn apply(&self, s: Sheet, _: MediaTime) -> Sheet {
        // In 256ths of the difference from the mean of nine.
        let amount = (self.amount * 4.0 * 256.0).round() as i32;
        if amount == 0 {
            return s;
        }
        let y = Layer::make(s.width(), s.height(), |y, out| {
            sharper(out, s.y.row(y.saturating_sub(1)), s.y.row(y), s.y.row(y + 1), amount);
        });
        Sheet { y, ..s }
    }
}

#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn sharper(out: &mut [u8], above: &[u8], here: &[u8], below: &[u8], amount: i32) {
    let n = out.len();
    let (above, here, below) = (&above[..n], &here[..n], &below[..n]);
    let column = |i: usize| i32::from(above[i]) + i32::from(here[i]) + i32::from(below[i]);
    let value = |left: i32, middle: i32, right: i32, here: u8| {
        let here = i32::from(here);
        // Divided as a number with a fraction, which many lanes do at once; the integer part is the same.
        let more = ((9 * here - left - middle - right) * amount) as f32 / (9.0 * 256.0);
        (here + more as i32).clamp(0, 255) as u8
    };
    if n == 0 {
        return;
    }
    let (first, last) = (column(0), column(n - 1));
    let (next, before) = (column(1.min(n - 1)), column(n.saturating_sub(2)));
    if let Some(inner) = n.checked_sub(2).filter(|m| *m > 0) {
        let three = |k: usize| (&above[k..][..inner], &here[k..][..inner], &below[k..][..inner]);
        let (l, m, r) = (three(0), three(1), three(2));
        let out = &mut out[1..][..inner];
        for (i, o) in out.iter_mut().enumerate() {
            let sum = |c: (&[u8], &[u8], &[u8])| i32::from(c.0[i]) + i32::from(c.1[i]) + i32::from(c.2[i]);
            *o = value(sum(l), sum(m), sum(r), m.1[i]);
        }
    }
    out[0] = value(first, first, next, here[0]);
    out[n - 1] = value(before, last, last, here[n - 1]);
}
