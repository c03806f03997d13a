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
    let value = |left: usize, i: usize, right: usize| {
        let nine = column(left) + column(i) + column(right);
        let more = (9 * i32::from(here[i]) - nine) * amount / (9 * 256);
        (i32::from(here[i]) + more).clamp(0, 255) as u8
    };
    for (i, o) in out.iter_mut().enumerate().take(n.saturating_sub(1)).skip(1) {
        *o = value(i - 1, i, i + 1);
    }
    if n > 0 {
        out[0] = value(0, 0, 1.min(n - 1));
        out[n - 1] = value(n.saturating_sub(2), n - 1, n - 1);
    }
}
