//! Custom shader: a picture goes through WGSL of somebody's own, whose uniforms are its settings. See `shader_source` for what
//! a shader looks like. It runs on the graphics card, or on the program that stands in for one; the software renderer has it
//! done there too, on this picture's pixels alone.

use super::{
    Filter, FilterError, FilterKind, Making, Sheet,
    kind::{read, settings},
    shader_source::{LONGEST, Source},
};
use crate::gpu::{self, Effect, Form};
use media::MediaTime;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{path::Path, sync::Arc};

/// Its id.
pub const ID: &str = "shader";

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<Custom>(
    ID,
    "Shader",
    "A look of one's own, written in WGSL; three are there to begin with.",
    make,
);

/// Settings of a shader.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Custom {
    /// Which shader.
    shader: Which,
    /// The file, when it is of one's own. Nothing changes without one.
    path: String,
    /// What can be set in it, by the names of its `Settings`; what is not there has its default.
    values: Map<String, Value>,
}

/// Shaders.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Which {
    /// The corners get darker.
    #[default]
    Vignette,
    /// As on a tube.
    ScanLines,
    /// Large squares of one colour.
    Mosaic,
    /// A `.wgsl` file.
    File,
}

impl Settings for Custom {}

impl Custom {
    /// What it is called in messages, and its text; `None` where no file is named.
    fn text(&self, dir: &Path) -> Result<Option<(String, String)>, FilterError> {
        let ours = |name: &str, text: &str| Ok(Some((name.to_owned(), text.to_owned())));
        match self.shader {
            Which::Vignette => ours("vignette", include_str!("../../../../assets/shaders/vignette.wgsl")),
            Which::ScanLines => ours("scan_lines", include_str!("../../../../assets/shaders/scan_lines.wgsl")),
            Which::Mosaic => ours("mosaic", include_str!("../../../../assets/shaders/mosaic.wgsl")),
            Which::File if self.path.is_empty() => Ok(None),
            Which::File => {
                let bytes = read(&self.path, dir, LONGEST)?;
                let text = String::from_utf8(bytes)
                    .map_err(|_| FilterError::file(&self.path, "is no shader: it is not text"))?;
                Ok(Some((self.path.clone(), text)))
            }
        }
    }
}

/// What can be set in the shader that these settings name: a JSON Schema and the defaults.
///
/// # Errors
/// Wrong settings; the shader can't be read or does not compile.
pub fn form(given: &Map<String, Value>, dir: &Path) -> Result<(Value, Map<String, Value>), FilterError> {
    let custom: Custom = settings(given)?;
    Ok(match custom.text(dir)? {
        Some((file, text)) => {
            let source = Source::parse(&file, &text)?;
            (source.schema(), source.defaults())
        }
        None => (serde_json::json!({ "type": "object", "properties": {} }), Map::new()),
    })
}

fn make(given: &Map<String, Value>, dir: &Path) -> Making {
    let custom: Custom = settings(given)?;
    let Some((file, text)) = custom.text(dir)? else {
        return Ok(Box::new(Shader(None)));
    };
    let source = Source::parse(&file, &text)?;
    let uniform = source.uniform(&file, &custom.values)?;
    gpu::workshop_ready().map_err(FilterError::NoGpu)?;
    Ok(Box::new(Shader(Some(Ready {
        moves: source.moves,
        code: source.code.into(),
        uniform,
    }))))
}

#[derive(Debug)]
struct Shader(Option<Ready>);

/// Ready for work.
#[derive(Debug)]
struct Ready {
    code: Arc<str>,
    uniform: Vec<u8>,
    moves: bool,
}

impl Filter for Shader {
    fn keeps_opaque(&self) -> bool {
        self.0.is_none()
    }
    fn moves(&self) -> bool {
        self.0.as_ref().is_some_and(|r| r.moves)
    }
    fn on_gpu(&self) -> bool {
        true
    }
    fn effects(&self, size: (u32, u32)) -> Vec<Effect> {
        let one = |r: &Ready| Effect {
            form: Form::Shader,
            code: r.code.clone(),
            settings: r.uniform.clone(),
            image: None,
            size,
        };
        self.0.iter().map(one).collect()
    }
    fn apply(&self, sheet: Sheet, time: MediaTime) -> Sheet {
        let size = (sheet.width() as u32, sheet.height() as u32);
        match self.effects(size).as_slice() {
            [] => sheet,
            effects => gpu::run_effects(&sheet, effects, time).unwrap_or(sheet),
        }
    }
}

/// A shader made of a text, for tests and tools.
#[cfg(test)]
pub fn of_text(text: &str) -> super::Made {
    let source = Source::parse("test.wgsl", text).expect("a shader");
    super::Made::alone(Arc::new(Shader(Some(Ready {
        moves: source.moves,
        uniform: source.uniform("test.wgsl", &Map::new()).expect("defaults"),
        code: source.code.into(),
    }))))
}

#[cfg(test)]
mod tests {
    use super::{super::Layer, *};
    use serde_json::json;

    fn sheet(w: usize, h: usize) -> Sheet {
        let plane = |w: usize, h: usize, k: usize| {
            Layer::make(w, h, |y, row| {
                row.iter_mut().enumerate().for_each(|(x, o)| *o = (k + x + 2 * y) as u8)
            })
        };
        let small = || plane(w.div_ceil(2), h.div_ceil(2), 112);
        Sheet {
            y: plane(w, h, 80),
            u: small(),
            v: small(),
            a: None,
        }
    }

    #[test]
    fn a_shader_that_changes_nothing_changes_nothing() {
        if gpu::adapter_summary().is_none() {
            return;
        }
        let same = of_text("fn shade(uv: vec2f) -> vec4f { return pixel(uv); }");
        for (w, h) in [(32, 20), (33, 17), (1, 1)] {
            let s = sheet(w, h);
            let out = same.filter.apply(s.clone(), MediaTime::ZERO);
            assert!(out.a.as_ref().expect("alpha").row(h / 2).iter().all(|a| *a == 255));
            for (a, b) in [(&s.y, &out.y), (&s.u, &out.u), (&s.v, &out.v)] {
                assert_eq!((a.width, a.height), (b.width, b.height));
                for y in 0..a.height {
                    // Chroma goes to full size and back, which rounds its corners off.
                    let far = a.row(y).iter().zip(b.row(y)).map(|(a, b)| a.abs_diff(*b)).max();
                    assert!(far.unwrap_or(0) <= 2, "{w}×{h}: {:?} {:?}", a.row(y), b.row(y));
                }
            }
        }
    }

    #[test]
    fn it_is_told_time_size_and_settings() {
        if gpu::adapter_summary().is_none() {
            return;
        }
        let text = "struct Settings {\n/// @default 0.5\nbright: f32 }\nfn shade(uv: vec2f) -> vec4f {
            let right = select(0.0, settings.bright, frame.size.x == 32.0 && frame.time > 1.9 && uv.x > 0.5);
            return vec4f(vec3f(right), select(1.0, 0.5, uv.x > 0.5)); }";
        let made = of_text(text);
        assert!(made.filter.moves());
        let out = made.filter.apply(sheet(32, 20), MediaTime::from_millis(2000));
        let (y, a) = (out.y.row(7), out.a.as_ref().expect("alpha").row(7).to_vec());
        assert_eq!((y[3], a[3]), (16, 255));
        assert!(y[28].abs_diff(126) <= 1 && a[28].abs_diff(128) <= 1, "{y:?} {a:?}");
    }

    #[test]
    fn ours_compile_and_a_broken_file_says_where() {
        let dir = tempfile::tempdir().expect("a folder");
        for which in ["vignette", "scan_lines", "mosaic"] {
            let given = json!({ "shader": which });
            let (schema, defaults) = form(given.as_object().expect("object"), dir.path()).expect(which);
            assert!(defaults.len() >= 3 && schema["properties"].as_object().expect("fields").len() == defaults.len());
        }
        std::fs::write(
            dir.path().join("mine.wgsl"),
            "// mine\nfn shade(uv: vec2f) -> vec4f {\n  return nothing;\n}\n",
        )
        .expect("written");
        let given = json!({ "shader": "file", "path": "mine.wgsl" });
        let said = form(given.as_object().expect("object"), dir.path())
            .expect_err("broken")
            .to_string();
        assert!(said.contains("mine.wgsl") && said.contains("line 3"), "{said}");
        assert!(form(json!({ "shader": "file" }).as_object().expect("object"), dir.path()).is_ok());
    }
}
