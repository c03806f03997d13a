//! What a source kind, destination kind (or any other registered thing with settings) says of itself. The settings type
//! is the only description: schema, defaults, the form in the window and the reference page all come from it.

use crate::schema;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// A settings type: plain data with a default for every field. Do not skip fields when serialising.
pub trait Settings: Serialize + DeserializeOwned + JsonSchema + Default {
    /// Rules the types can't say; the error names the field (`"a.b"`) and what is allowed.
    ///
    /// # Errors
    /// (field path, sentence) of the first broken rule.
    fn validate(&self) -> Result<(), (String, String)> {
        Ok(())
    }
}

/// A wrong value in the document: where it is, what it is, and what is allowed there.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{path}: {problem} (found {found})")]
pub struct DocError {
    /// JSON path, as `sources[2].settings.width`.
    pub path: String,
    /// The value found there, shortened.
    pub found: String,
    /// What is wrong and what is allowed.
    pub problem: String,
}

impl media::MediaError for DocError {
    fn kind(&self) -> media::ErrorKind {
        media::ErrorKind::Config
    }
}

/// A field (or kind) that was kept although nothing here knows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// JSON path.
    pub path: String,
}

/// Settings as read, with what was not understood.
#[derive(Clone, Debug)]
pub struct Parsed<S> {
    /// The settings.
    pub settings: S,
    /// Fields nobody knows.
    pub unknown: Vec<Unknown>,
}

/// Checks settings found at a JSON path; gives the unknown fields.
pub type Check = fn(&Map<String, Value>, &str) -> Result<Vec<Unknown>, DocError>;

/// One registered kind.
#[derive(Clone, Copy)]
pub struct KindInfo {
    /// Stable id, `snake_case`.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// One sentence for people.
    pub summary: &'static str,
    /// JSON Schema of the settings.
    pub schema: fn() -> Schema,
    /// The settings of a new one.
    pub defaults: fn() -> Map<String, Value>,
    /// Checks settings found at a JSON path; gives the unknown fields.
    pub check: Check,
}

impl KindInfo {
    /// Describes a kind whose settings are `S`.
    pub const fn of<S: Settings>(id: &'static str, name: &'static str, summary: &'static str) -> Self {
        Self {
            id,
            name,
            summary,
            schema: schema_of::<S>,
            defaults: defaults_of::<S>,
            check: |v, path| parse::<S>(v, path).map(|p| p.unknown),
        }
    }
}

fn schema_of<S: JsonSchema>() -> Schema {
    SchemaGenerator::default().into_root_schema_for::<S>()
}

fn defaults_of<S: Settings>() -> Map<String, Value> {
    match serde_json::to_value(S::default()) {
        Ok(Value::Object(m)) => m,
        _ => Map::new(),
    }
}

/// Reads settings found at JSON path `path`. The ranges and choices of the type's schema are enforced ([`schema::check`]).
///
/// # Errors
/// The first wrong value: its path, what it is and what is allowed.
pub fn parse<S: Settings>(value: &Map<String, Value>, path: &str) -> Result<Parsed<S>, DocError> {
    let whole = Value::Object(value.clone());
    let mut unknown = schema::check(schema_of::<S>().as_value(), &whole, path)?;
    let settings: S = from_value(&whole, path)?;
    settings.validate().map_err(|(field, problem)| DocError {
        path: join(path, &field),
        found: found_at(&whole, &field),
        problem,
    })?;
    // Schemas may be vague where a type writes its own; what does not survive reading is unknown as well.
    let written = serde_json::to_value(&settings).unwrap_or(Value::Null);
    for u in unknown_fields(&whole, &written, path) {
        if !unknown.contains(&u) {
            unknown.push(u);
        }
    }
    Ok(Parsed { settings, unknown })
}

/// Reads a type from JSON found at `path`; errors name the place and the value.
pub(crate) fn from_value<T: DeserializeOwned>(value: &Value, path: &str) -> Result<T, DocError> {
    serde_path_to_error::deserialize(value).map_err(|e| {
        let inner = e.path().to_string();
        DocError {
            path: join(path, &inner),
            found: found_at(value, &inner),
            problem: e.inner().to_string(),
        }
    })
}

pub(crate) fn join(a: &str, b: &str) -> String {
    match (a, b) {
        (a, "" | ".") => a.to_owned(),
        ("", b) => b.to_owned(),
        (a, b) => format!("{a}.{b}"),
    }
}

/// The value at a dotted path, for an error message.
fn found_at(v: &Value, path: &str) -> String {
    let mut at = v;
    for part in path.split(['.', '[', ']']).filter(|p| !p.is_empty()) {
        let next = part
            .parse::<usize>()
            .ok()
            .and_then(|i| at.get(i))
            .or_else(|| at.get(part));
        match next {
            Some(n) => at = n,
            None => return "nothing".into(),
        }
    }
    shorten(at, path)
}

/// A value for an error message: at most 60 characters, secrets hidden. `path` is where it is.
pub(crate) fn shorten(value: &Value, path: &str) -> String {
    let name = path.rsplit('.').next().unwrap_or(path);
    let text = hidden(value, name).to_string();
    if text.chars().count() > 60 {
        format!("{}…", text.chars().take(60).collect::<String>())
    } else {
        text
    }
}

/// Whether a field of this name may hold a secret (URLs may have keys inside).
fn is_secret(name: &str) -> bool {
    const SECRETS: [&str; 6] = ["key", "password", "passphrase", "token", "secret", "url"];
    let name = name.split('[').next().unwrap_or(name).to_lowercase();
    name.split('_').any(|word| SECRETS.contains(&word))
}

/// The value without what may be a secret: error messages are logged and shown on screen.
fn hidden(value: &Value, name: &str) -> Value {
    match value {
        Value::Object(m) => Value::Object(m.iter().map(|(k, v)| (k.clone(), hidden(v, k))).collect()),
        Value::Array(a) => Value::Array(a.iter().map(|v| hidden(v, name)).collect()),
        Value::Null | Value::Bool(_) => value.clone(),
        _ if is_secret(name) => Value::String("****".into()),
        _ => value.clone(),
    }
}

/// Keys of `given` that `known` (the same data read and written again) does not have.
pub fn unknown_fields(given: &Value, known: &Value, path: &str) -> Vec<Unknown> {
    match (given, known) {
        (Value::Object(g), Value::Object(k)) => g
            .iter()
            .flat_map(|(key, v)| match k.get(key) {
                Some(kv) => unknown_fields(v, kv, &join(path, key)),
                None => vec![Unknown { path: join(path, key) }],
            })
            .collect(),
        (Value::Array(g), Value::Array(k)) => g
            .iter()
            .zip(k)
            .enumerate()
            .flat_map(|(i, (g, k))| unknown_fields(g, k, &format!("{path}[{i}]")))
            .collect(),
        _ => vec![],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(default)]
    struct Ball {
        #[schemars(range(min = 1, max = 300))]
        size: u32,
        pattern: Pattern,
    }
    impl Default for Ball {
        fn default() -> Self {
            Self {
                size: 22,
                pattern: Pattern::Plain,
            }
        }
    }
    #[derive(Serialize, Deserialize, JsonSchema)]
    #[serde(rename_all = "snake_case")]
    enum Pattern {
        Plain,
        Striped,
    }
    impl Settings for Ball {}

    #[test]
    fn errors_name_the_path_and_value() {
        let m = serde_json::json!({"size": "big"});
        let e = parse::<Ball>(m.as_object().expect("map"), "sources[2].settings")
            .err()
            .expect("wrong type");
        assert_eq!(
            (e.path.as_str(), e.found.as_str()),
            ("sources[2].settings.size", "\"big\"")
        );
    }

    #[test]
    fn ranges_and_choices_are_enforced() {
        let wrong = |v: Value| {
            parse::<Ball>(v.as_object().expect("map"), "b")
                .err()
                .expect("wrong")
                .to_string()
        };
        assert_eq!(
            wrong(serde_json::json!({"size": 301})),
            "b.size: must be a whole number from 1 to 300 (found 301)"
        );
        assert_eq!(
            wrong(serde_json::json!({"pattern": "checks"})),
            "b.pattern: must be one of \"plain\", \"striped\" (found \"checks\")"
        );
    }

    #[test]
    fn secrets_are_not_in_errors() {
        let v = serde_json::json!({"stream_key": 1234, "inner": {"password": "hunter2", "size": 1}});
        for path in ["", "stream_key", "inner"] {
            let text = found_at(&v, path);
            assert!(!text.contains("1234") && !text.contains("hunter2"), "{text}");
        }
    }

    #[test]
    fn unknown_fields_are_reported() {
        let m = serde_json::json!({"size": 3, "colour": "red"});
        let p = parse::<Ball>(m.as_object().expect("map"), "s").expect("fine");
        assert_eq!(p.settings.size, 3);
        assert_eq!(
            p.unknown,
            [Unknown {
                path: "s.colour".into()
            }]
        );
    }
}
