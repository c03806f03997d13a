//! LUT: colours as a table says, from a `.cube` file or an image.

use super::{
    Filter, FilterError, FilterKind, Making, Sheet,
    cube::{self, Cube},
    kind::{read, read_image, settings},
    recolor::recolor,
};
use media::MediaTime;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::path::Path;

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
    Ok(Box::new(Look {
        cube,
        amount: s.amount as f32,
    }))
}

/// Ready for work.
#[derive(Debug)]
struct Look {
    cube: Option<Cube>,
    amount: f32,
}

impl Filter for Look {
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
