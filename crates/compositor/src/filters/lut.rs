//! LUT: colours as a table says, from a `.cube` file or an image.

use super::{
    Filter, FilterError, FilterKind, Making, Sheet,
    cube::{self, Cube},
    kind::{read, read_image, settings},
    recolor::recolor,
};
use crate::gpu::{Effect, Form, Image};
use media::MediaTime;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{path::Path, sync::Arc};

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<Lut>(
    "lut",
    "LUT",
    "Colours as a table says: a .cube file, or a table drawn as a PNG.",
    make,
);

/// Settings of a LUT.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Lut {
    /// The table: a `.cube` file, or an image of 512×512 pixels or a row of tiles. Nothing changes without one.
    path: String,
    /// How much of it: 0 nothing, 1 all.
    #[schemars(range(min = 0.0, max = 1.0))]
    amount: f64,
}

impl Default for Lut {
    fn default() -> Self {
        Self {
            path: String::new(),
            amount: 1.0,
        }
    }
}

impl Settings for Lut {}

fn make(given: &Map<String, Value>, dir: &Path) -> Making {
    let s: Lut = settings(given)?;
    let cube = match s.path.as_str() {
        "" => None,
        path if path.to_lowercase().ends_with(".cube") => {
            let bytes = read(path, dir, 64 << 20)?;
            let text = std::str::from_utf8(&bytes)
                .map_err(|_| FilterError::file(path, "is no .cube table: it is not text"))?;
            Some(cube::parse(path, text)?)
        }
        path => {
            let (w, h, rgba) = read_image(path, dir, 4096)?;
            Some(cube::from_image(path, w as usize, h as usize, &rgba)?)
        }
    };
    let image = |c: &Cube| Arc::new(Image::Colors(c.size as u32, c.entries.clone()));
    Ok(Box::new(Look {
        image: cube.as_ref().filter(|c| c.size <= LARGEST_ON_GPU).map(image),
        cube,
        amount: s.amount as f32,
    }))
}

/// Ready for work.
#[derive(Debug)]
struct Look {
    cube: Option<Cube>,
    /// The same for a graphics card.
    image: Option<Arc<Image>>,
    amount: f32,
}

/// Between the eight neighbours, as `Cube::look` does it; tiles of blue side by side.
const PASS: &str = "
fn entry(p: vec3i) -> vec3f {
    let n = i32(settings[0].x);
    return textureLoad(fl_image, vec2i(p.x, p.y + p.z * n), 0).xyz;
}
fn change(c: vec4f) -> vec4f {
    let last = settings[0].x - 1.0;
    let at = clamp((c.xyz - settings[1].xyz) / (settings[2].xyz - settings[1].xyz), vec3f(0.0), vec3f(1.0)) * last;
    let low = min(vec3i(at), vec3i(i32(last) - 1));
    let t = at - vec3f(low);
    let a = mix(entry(low), entry(low + vec3i(1, 0, 0)), t.x);
    let b = mix(entry(low + vec3i(0, 1, 0)), entry(low + vec3i(1, 1, 0)), t.x);
    let d = mix(entry(low + vec3i(0, 0, 1)), entry(low + vec3i(1, 0, 1)), t.x);
    let e = mix(entry(low + vec3i(0, 1, 1)), entry(low + vec3i(1, 1, 1)), t.x);
    let color = mix(mix(a, b, t.y), mix(d, e, t.y), t.z);
    return vec4f(c.xyz + (color - c.xyz) * settings[0].y, c.w);
}";
/// The largest cube whose tiles, one under the other, every card takes: 64 × 64 rows.
const LARGEST_ON_GPU: usize = 64;

impl Filter for Look {
    fn on_gpu(&self) -> bool {
        self.cube.as_ref().is_none_or(|c| c.size <= LARGEST_ON_GPU)
    }
    fn effects(&self, size: (u32, u32)) -> Vec<Effect> {
        let Some((cube, image)) = self.cube.as_ref().zip(self.image.as_ref()) else {
            return vec![];
        };
        let ([a, b, c], [d, e, f]) = cube.domain;
        let numbers = [cube.size as f32, self.amount, 0.0, 0.0, a, b, c, 0.0, d, e, f];
        vec![Effect::new(Form::Color, PASS, &numbers, size).with(image.clone())]
    }
    fn apply(&self, s: Sheet, _: MediaTime) -> Sheet {
        let Some(cube) = self.cube.as_ref().filter(|_| self.amount > 0.0) else {
            return s;
        };
        recolor(&s, false, |row| {
            for ((r, g), b) in row.r.iter_mut().zip(&mut *row.g).zip(&mut *row.b) {
                let c = cube.look([*r, *g, *b]);
                *r += (c[0] - *r) * self.amount;
                *g += (c[1] - *g) * self.amount;
                *b += (c[2] - *b) * self.amount;
            }
        })
    }
}
