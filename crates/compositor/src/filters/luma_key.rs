//! Luma key: takes away what is too dark or too bright, by luma alone.

use super::{Filter, FilterKind, Layer, Sheet, kind::settings};
use crate::gpu::{Effect, Form, Image};
use media::MediaTime;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<LumaKey>(
    "luma_key",
    "Luma key",
    "Takes away what is darker or brighter than wanted.",
    |s, _| Ok(Box::new(Key::new(&settings::<LumaKey>(s)?))),
);

/// Settings of a luma key; brightness is 0 black to 1 white.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct LumaKey {
    /// What is darker goes.
    #[schemars(range(min = 0.0, max = 1.0))]
    darkest: f64,
    /// How far above that until nothing is taken away.
    #[schemars(range(min = 0.0, max = 1.0))]
    dark_smoothness: f64,
    /// What is brighter goes.
    #[schemars(range(min = 0.0, max = 1.0))]
    brightest: f64,
    /// How far below that until nothing is taken away.
    #[schemars(range(min = 0.0, max = 1.0))]
    bright_smoothness: f64,
}

impl Default for LumaKey {
    fn default() -> Self {
        Self {
            darkest: 0.1,
            dark_smoothness: 0.05,
            brightest: 1.0,
            bright_smoothness: 0.0,
        }
    }
}

impl Settings for LumaKey {}

/// Alpha of every luma code.
#[derive(Debug)]
struct Key {
    /// Of each code of luma: how much of it is seen.
    alpha: [u8; 256],
    /// The same for a graphics card.
    image: Arc<Image>,
}

impl Key {
    fn new(s: &LumaKey) -> Self {
        // A step where there is no smoothness.
        let ramp = |over: f64, smooth: f64| {
            if smooth > 0.0 {
                (over / smooth).clamp(0.0, 1.0)
            } else {
                f64::from(u8::from(over >= 0.0))
            }
        };
        let alpha = std::array::from_fn(|code| {
            let v = ((code as f64 - 16.0) / 219.0).clamp(0.0, 1.0);
            let alpha = ramp(v - s.darkest, s.dark_smoothness) * ramp(s.brightest - v, s.bright_smoothness);
            (alpha * 255.0).round() as u8
        });
        let row = Layer::make(256, 1, |_, row| row.copy_from_slice(&alpha));
        Self {
            alpha,
            image: Arc::new(Image::Bytes(row)),
        }
    }
}

const PASS: &str = "
fn luma(p: vec2i) -> vec2f {
    let code = i32(straight_luma(p) * 255.0 + 0.5);
    return luma_at(p) * textureLoad(fl_image, vec2i(clamp(code, 0, 255), 0), 0).x;
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
        vec![Effect::new(Form::Planes, PASS, &[], size).with(self.image.clone())]
    }
    fn keeps_opaque(&self) -> bool {
        false
    }
    fn apply(&self, s: Sheet, _: MediaTime) -> Sheet {
        let luma = s.y.clone();
        s.fade(|y, row| {
            for (a, code) in row.iter_mut().zip(luma.row(y)) {
                let k = u32::from(self.alpha[usize::from(*code)]);
                *a = ((u32::from(*a) * k + 127) / 255) as u8;
            }
        })
    }
}
