//! The text of a custom shader: whether it compiles, what can be set in it, and how settings become its uniform.
//!
//! A shader is WGSL with a function `fn shade(uv: vec2f) -> vec4f` (R'G'B' and alpha, straight, 0 to 1; `uv` runs from 0, 0 at
//! the upper left to 1, 1). It may call `pixel(uv)`, the picture there, and read `frame.size` (pixels), `frame.time` (seconds)
//! and, where it declares a `struct Settings`, `settings.NAME`. What stands in `///` comments over a member is its
//! description; lines that begin with `@` in them say more: `@name`, `@default`, `@range LOW HIGH`, `@switch`.

use super::FilterError;
use project::Rgba;
use serde_json::{Map, Value, json};
use wgpu::naga::{
    self,
    front::wgsl::{Frontend, Options},
    valid::{Capabilities, ValidationFlags, Validator},
};

/// Bytes a shader's settings may have.
pub const UNIFORM: usize = 256;
/// Bytes a shader's text may have.
pub const LONGEST: u64 = 64 << 10;
/// What a shader finds around its text; it comes after, so that lines keep their numbers.
const AROUND: &str = include_str!("shader_around.wgsl");
/// Settings of a shader that has none.
const NONE: &str = "\nstruct Settings { nothing: vec4f }\n";

/// What kind of number a setting is.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Sort {
    Number,
    Whole { signed: bool },
    Switch,
    Color,
}

/// One setting.
#[derive(Clone, Debug, PartialEq)]
struct Member {
    id: String,
    name: String,
    text: String,
    sort: Sort,
    offset: usize,
    range: Option<(f64, f64)>,
    default: Value,
}

/// A shader that compiles.
#[derive(Clone, Debug)]
pub struct Source {
    /// All of it, with what is around.
    pub code: String,
    /// What its first comment says it is called.
    pub name: Option<String>,
    /// Whether its picture changes as time goes by.
    pub moves: bool,
    members: Vec<Member>,
}

impl Source {
    /// Reads a shader; `file` is what it is called in messages.
    ///
    /// # Errors
    /// It does not compile, in which line and why; or it has settings that can't be set.
    pub fn parse(file: &str, text: &str) -> Result<Self, FilterError> {
        if text.len() as u64 > LONGEST {
            return Err(FilterError::file(file, format!("is longer than {} KiB", LONGEST >> 10)));
        }
        let has_settings = text.contains("struct Settings");
        let code = format!("{text}\n{AROUND}{}", if has_settings { "" } else { NONE });
        let (given, lines) = (code.clone(), text.lines().count());
        // Deep nesting takes more stack than a thread of the show has.
        let parsed = std::thread::Builder::new()
            .name("shader".into())
            .stack_size(16 << 20)
            .spawn(move || compile(&given, lines))
            .map_err(|e| FilterError::file(file, format!("could not be read ({e})")))?
            .join();
        let read = parsed.unwrap_or_else(|_| Err("is too deeply nested".into()));
        let (name, members) = read.map_err(|problem| FilterError::file(file, problem))?;
        Ok(Self {
            moves: text.contains("frame.time"),
            code,
            name,
            members: if has_settings { members } else { vec![] },
        })
    }

    /// The settings as a JSON Schema.
    pub fn schema(&self) -> Value {
        let fields = self.members.iter().map(|m| (m.id.clone(), m.schema()));
        json!({ "title": self.name, "type": "object", "properties": Map::from_iter(fields) })
    }

    /// The settings of a new one.
    pub fn defaults(&self) -> Map<String, Value> {
        self.members.iter().map(|m| (m.id.clone(), m.default.clone())).collect()
    }

    /// Settings as the shader takes them; what is not given has its default.
    ///
    /// # Errors
    /// A value of the wrong kind or out of its range.
    pub fn uniform(&self, file: &str, values: &Map<String, Value>) -> Result<Vec<u8>, FilterError> {
        let mut out = vec![0; UNIFORM];
        for m in &self.members {
            let value = values.get(&m.id).unwrap_or(&m.default);
            let bytes = m.bytes(value).map_err(|problem| FilterError::file(file, problem))?;
            if let Some(to) = out.get_mut(m.offset..m.offset + bytes.len()) {
                to.copy_from_slice(&bytes);
            }
        }
        Ok(out)
    }
}

type Read = (Option<String>, Vec<Member>);

fn compile(code: &str, lines: usize) -> Result<Read, String> {
    let options = Options {
        parse_doc_comments: true,
        capabilities: Capabilities::empty(),
    };
    let at = |line: Option<u32>| match line {
        // What is around is ours; it fails where something the shader must have is missing.
        Some(n) if n as usize <= lines => format!("line {n}: "),
        _ => String::new(),
    };
    let module = Frontend::new_with_options(options).parse(code).map_err(|e| {
        let line = e.location(code).map(|l| l.line_number);
        let notes: String = e.notes().map(|n| format!("; {n}")).collect();
        format!("does not compile: {}{}{notes}", at(line), e.message())
    })?;
    let checked = Validator::new(ValidationFlags::all(), Capabilities::empty()).validate(&module);
    checked.map_err(|e| {
        let line = e.location(code).map(|l| l.line_number);
        // What lies at the bottom says what is wrong.
        let inner: &dyn std::error::Error = e.as_inner();
        let last = std::iter::successors(Some(inner), |e| e.source())
            .last()
            .unwrap_or(inner);
        format!("does not compile: {}{last}", at(line))
    })?;
    Ok((name(code), members(&module)?))
}

/// What a comment on top says: `// @name Something`.
fn name(code: &str) -> Option<String> {
    let said = code.lines().take_while(|l| l.starts_with("//"));
    said.filter_map(|l| l.trim_start_matches('/').trim().strip_prefix("@name "))
        .map(|n| n.trim().to_owned())
        .next()
}

fn members(module: &naga::Module) -> Result<Vec<Member>, String> {
    let is_settings = |t: &naga::Type| t.name.as_deref() == Some("Settings");
    let Some((handle, ty)) = module.types.iter().find(|(_, t)| is_settings(t)) else {
        return Ok(vec![]);
    };
    let naga::TypeInner::Struct { members, span } = &ty.inner else {
        return Ok(vec![]);
    };
    if *span as usize > UNIFORM {
        return Err(format!("its Settings have {span} bytes, at most {UNIFORM} are taken"));
    }
    let comments = module.doc_comments.as_ref();
    let said = |i: usize| comments.and_then(|c| c.struct_members.get(&(handle, i)).cloned());
    let each = members.iter().enumerate().map(|(i, m)| {
        let inner = &module.types[m.ty].inner;
        member(m, inner, &said(i).unwrap_or_default())
    });
    each.collect()
}

fn member(m: &naga::StructMember, ty: &naga::TypeInner, comments: &[String]) -> Result<Member, String> {
    use naga::{ScalarKind, TypeInner, VectorSize};
    let id = m.name.clone().unwrap_or_default();
    let lines: Vec<&str> = comments
        .iter()
        .flat_map(|c| c.lines())
        .map(|l| l.trim().trim_start_matches('/').trim())
        .collect();
    let tag = |name: &str| lines.iter().find_map(|l| l.strip_prefix(name)).map(str::trim);
    let sort = match ty {
        TypeInner::Scalar(s) if s.width == 4 => match s.kind {
            ScalarKind::Float => Sort::Number,
            ScalarKind::Uint if tag("@switch").is_some() => Sort::Switch,
            ScalarKind::Uint => Sort::Whole { signed: false },
            ScalarKind::Sint => Sort::Whole { signed: true },
            _ => return Err(unset(&id)),
        },
        TypeInner::Vector {
            size: VectorSize::Quad,
            scalar,
        } if scalar.kind == ScalarKind::Float && scalar.width == 4 => Sort::Color,
        _ => return Err(unset(&id)),
    };
    let wrong = |what: &str| format!("its setting `{id}` has a wrong {what}");
    let range = match tag("@range") {
        None => None,
        Some(text) => {
            let numbers: Vec<f64> = text.split_whitespace().filter_map(|w| w.parse().ok()).collect();
            match numbers[..] {
                [low, high] if low.is_finite() && high.is_finite() && low < high => Some((low, high)),
                _ => return Err(wrong("@range: two numbers, the lower one first")),
            }
        }
    };
    let mut member = Member {
        name: tag("@name").map_or_else(|| id.replace('_', " "), str::to_owned),
        text: lines
            .iter()
            .filter(|l| !l.starts_with('@'))
            .copied()
            .collect::<Vec<_>>()
            .join(" "),
        sort,
        offset: m.offset as usize,
        range,
        default: sort.nothing(),
        id: id.clone(),
    };
    if let Some(text) = tag("@default") {
        let value = match sort {
            Sort::Color => Value::String(text.to_owned()),
            _ => serde_json::from_str(text).map_err(|_| wrong("@default"))?,
        };
        member.bytes(&value).map_err(|_| wrong("@default"))?;
        member.default = value;
    } else if let Some((low, high)) = range {
        member.default = match sort {
            Sort::Number => json!(0f64.clamp(low, high)),
            _ => json!(0f64.clamp(low, high) as i64),
        };
    }
    Ok(member)
}

fn unset(id: &str) -> String {
    format!(
        "its setting `{id}` is of a type that can't be set; use f32, i32, u32 (with @switch for on and off) or vec4f (a colour)"
    )
}

impl Sort {
    fn nothing(self) -> Value {
        match self {
            Self::Number => json!(0.0),
            Self::Whole { .. } => json!(0),
            Self::Switch => json!(false),
            Self::Color => json!("#ffffff"),
        }
    }
}

impl Member {
    fn schema(&self) -> Value {
        let mut out = match self.sort {
            Sort::Number => json!({ "type": "number" }),
            Sort::Whole { signed: true } => json!({ "type": "integer" }),
            Sort::Whole { signed: false } => json!({ "type": "integer", "minimum": 0 }),
            Sort::Switch => json!({ "type": "boolean" }),
            Sort::Color => json!({ "type": "string", "format": "color" }),
        };
        out["title"] = json!(self.name);
        out["default"] = self.default.clone();
        if !self.text.is_empty() {
            out["description"] = json!(self.text);
        }
        if let Some((low, high)) = self
            .range
            .filter(|_| matches!(self.sort, Sort::Number | Sort::Whole { .. }))
        {
            (out["minimum"], out["maximum"]) = (json!(low), json!(high));
        }
        out
    }

    fn bytes(&self, value: &Value) -> Result<Vec<u8>, String> {
        let wrong = |what: String| format!("its setting `{}` must be {what}, not {value}", self.id);
        let within = |v: f64| self.range.is_none_or(|(low, high)| (low..=high).contains(&v));
        let range = self
            .range
            .map_or(String::new(), |(low, high)| format!(" from {low} to {high}"));
        Ok(match self.sort {
            Sort::Number => {
                let v = value.as_f64().filter(|v| within(*v) && (*v as f32).is_finite());
                let v = v.ok_or_else(|| wrong(format!("a number{range}")))?;
                (v as f32).to_le_bytes().to_vec()
            }
            Sort::Whole { signed } => {
                let v = value.as_i64().filter(|v| within(*v as f64));
                let v = v.filter(|v| {
                    if signed {
                        i32::try_from(*v).is_ok()
                    } else {
                        u32::try_from(*v).is_ok()
                    }
                });
                let v = v.ok_or_else(|| wrong(format!("a whole number{range}")))?;
                (v as u32).to_le_bytes().to_vec()
            }
            Sort::Switch => {
                let v = value.as_bool().ok_or_else(|| wrong("true or false".into()))?;
                u32::from(v).to_le_bytes().to_vec()
            }
            Sort::Color => {
                let v = serde_json::from_value::<Rgba>(value.clone());
                let Rgba(c) = v.map_err(|_| wrong("a colour such as \"#ff8000\"".into()))?;
                c.iter().flat_map(|c| (f32::from(*c) / 255.0).to_le_bytes()).collect()
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GLOW: &str = "// @name Glow
struct Settings {
    /// How strong it is.
    /// @range 0 2
    /// @default 0.5
    strength: f32,
    /// @name Number of rays
    rays: u32,
    /// @switch
    turned: u32,
    /// @default #ff8000
    color: vec4f,
}
fn shade(uv: vec2f) -> vec4f {
    return pixel(uv) * settings.strength + settings.color * f32(settings.rays + settings.turned) * frame.time;
}
";

    fn says(text: &str) -> String {
        Source::parse("x.wgsl", text).expect_err("wrong").to_string()
    }

    #[test]
    fn uniforms_become_settings() {
        let s = Source::parse("glow.wgsl", GLOW).expect("compiles");
        assert_eq!((s.name.as_deref(), s.moves), (Some("Glow"), true));
        let schema = s.schema();
        let of = |id: &str| schema["properties"][id].clone();
        assert_eq!(
            of("strength"),
            json!({"type": "number", "title": "strength", "default": 0.5, "description": "How strong it is.", "minimum": 0.0, "maximum": 2.0})
        );
        assert_eq!(
            (of("rays")["title"].as_str(), of("turned")["type"].as_str()),
            (Some("Number of rays"), Some("boolean"))
        );
        assert_eq!(of("color")["format"], "color");
        assert_eq!(s.defaults()["color"], "#ff8000");
        let values = json!({"strength": 2.0, "turned": true, "rays": 7});
        let bytes = s
            .uniform("glow.wgsl", values.as_object().expect("object"))
            .expect("right");
        let number = |at: usize| f32::from_le_bytes([bytes[at], bytes[at + 1], bytes[at + 2], bytes[at + 3]]);
        assert_eq!((number(0), bytes[4], bytes[8], number(16)), (2.0, 7, 1, 1.0));
        for (wrong, what) in [
            (json!({"strength": 2.1}), "from 0 to 2"),
            (json!({"strength": "NaN"}), "a number"),
            (json!({"rays": -1}), "a whole number"),
            (json!({"turned": 1}), "true or false"),
            (json!({"color": "red!"}), "a colour"),
        ] {
            let said = s
                .uniform("glow.wgsl", wrong.as_object().expect("object"))
                .expect_err("wrong")
                .to_string();
            assert!(said.contains(what), "{said}");
        }
    }

    #[test]
    fn mistakes_are_told_with_their_line() {
        let said = says("fn shade(uv: vec2f) -> vec4f {\n    return pixel(uv) * strengh;\n}\n");
        assert!(said.contains("line 2") && said.contains("strengh"), "{said}");
        let said = says("fn shade(uv: vec2f) -> vec4f {\n    let a = 1.0;\n    return uv;\n}\n");
        assert!(said.contains("does not compile"), "{said}");
        assert!(says("").contains("shade"), "{}", says(""));
        assert!(says("not a shader").contains("line 1"));
        let deep = format!(
            "fn shade(uv: vec2f) -> vec4f {{ return {}pixel(uv){}; }}",
            "(".repeat(9000),
            ")".repeat(9000)
        );
        assert!(says(&deep).contains("x.wgsl"));
        assert!(says(&" ".repeat(70_000)).contains("64 KiB"));
        let said = says(
            "struct Settings { where_to: vec2f }\nfn shade(uv: vec2f) -> vec4f { return pixel(uv + settings.where_to); }",
        );
        assert!(said.contains("where_to") && said.contains("can't be set"), "{said}");
        let said = says(
            "struct Settings { \n /// @range 2 1\n a: f32 }\nfn shade(uv: vec2f) -> vec4f { return pixel(uv) * settings.a; }",
        );
        assert!(said.contains("@range"), "{said}");
    }

    #[test]
    fn nothing_to_set_is_fine() {
        let s = Source::parse("x.wgsl", "fn shade(uv: vec2f) -> vec4f { return pixel(1.0 - uv); }").expect("compiles");
        assert!(s.defaults().is_empty() && !s.moves && s.name.is_none());
        assert_eq!(s.schema()["properties"], json!({}));
    }
}
