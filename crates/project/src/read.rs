//! From the bytes of a `project.json` to a [`Project`], checked from top to bottom: text, JSON, version, types, ranges.
//! Never panics, whatever the bytes are. Writes nothing.

use crate::{Broken, DocError, Project, VERSION, kind, schema};
use serde_json::Value;
use std::sync::LazyLock;

/// No project is larger.
const MAX_BYTES: usize = 64 << 20;

static SCHEMA: LazyLock<Value> = LazyLock::new(|| {
    schemars::SchemaGenerator::default()
        .into_root_schema_for::<Project>()
        .into()
});

/// The JSON Schema of the document.
pub fn document_schema() -> &'static Value {
    &SCHEMA
}

/// A document as read.
#[derive(Clone, Debug)]
pub struct Document {
    /// The project.
    pub project: Project,
    /// Fields this build does not know.
    pub unknown: Vec<UnknownField>,
}

/// A field this build does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownField {
    /// JSON path.
    pub path: String,
    /// Whether it survives saving. The small fixed shapes (points, scales, crops, bounds) have no room for more.
    pub kept: bool,
}

/// Why bytes are no document of ours.
#[derive(Clone, Debug, PartialEq)]
pub enum Unreadable {
    /// Something is wrong with them.
    Broken(Broken),
    /// Nothing is wrong, but this build is too old for them.
    Newer {
        /// Their document version.
        found: u64,
    },
}

impl From<DocError> for Unreadable {
    fn from(e: DocError) -> Self {
        Self::Broken(Broken::Wrong(e))
    }
}
impl From<Broken> for Unreadable {
    fn from(e: Broken) -> Self {
        Self::Broken(e)
    }
}

/// Reads the bytes of a `project.json`.
///
/// # Errors
/// What is wrong with them and where, or that a newer Footlight made them.
pub fn read_document(bytes: &[u8]) -> Result<Document, Unreadable> {
    let value = read_json(bytes)?;
    check_version(&value)?;
    let unknown = schema::check(&SCHEMA, &value, "")?;
    let project: Project = kind::from_value(&value, "")?;
    let written = serde_json::to_value(&project).unwrap_or(Value::Null);
    let lost = kind::unknown_fields(&value, &written, "");
    let unknown = unknown
        .into_iter()
        .map(|u| UnknownField {
            kept: !lost.contains(&u),
            path: u.path,
        })
        .collect();
    Ok(Document { project, unknown })
}

fn read_json(bytes: &[u8]) -> Result<Value, Broken> {
    if bytes.len() > MAX_BYTES {
        return Err(Broken::TooLarge {
            limit_mb: (MAX_BYTES >> 20) as u64,
        });
    }
    let text = std::str::from_utf8(bytes).map_err(|e| {
        let (line, column) = place(&bytes[..e.valid_up_to()]);
        Broken::NotText { line, column }
    })?;
    // Some editors put a byte order mark in front.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if text.trim().is_empty() {
        return Err(Broken::Empty);
    }
    serde_json::from_str(text).map_err(|e| {
        let words = e.to_string();
        Broken::NotJson {
            line: e.line(),
            column: e.column(),
            problem: words.split(" at line ").next().unwrap_or(&words).to_owned(),
        }
    })
}

/// Line and column (in bytes, both from 1) just after `before`.
fn place(before: &[u8]) -> (usize, usize) {
    let line = before.iter().filter(|b| **b == b'\n').count() + 1;
    let column = before.iter().rev().take_while(|b| **b != b'\n').count() + 1;
    (line, column)
}

/// The version comes first: a newer document may be shaped in ways this build would take for mistakes.
fn check_version(value: &Value) -> Result<(), Unreadable> {
    match value.get("version").map(|v| (v, v.as_u64())) {
        None => Ok(()),
        Some((_, Some(v))) if v > u64::from(VERSION) => Err(Unreadable::Newer { found: v }),
        Some((_, Some(v))) if v >= 1 => Ok(()),
        Some((other, _)) => Err(DocError {
            path: "version".into(),
            found: kind::shorten(other, "version"),
            problem: format!("must be a whole number from 1 to {VERSION}"),
        }
        .into()),
    }
}

/// The bytes of a `project.json` that holds `project`, checked to be readable again.
///
/// # Errors
/// A value that could not be read again (out of range, not a number).
pub fn write_document(project: &Project) -> Result<Vec<u8>, DocError> {
    let failed = |problem: String| DocError {
        path: String::new(),
        found: "the project".into(),
        problem,
    };
    let mut bytes = serde_json::to_vec_pretty(project).map_err(|e| failed(e.to_string()))?;
    bytes.push(b'\n');
    match read_document(&bytes) {
        Ok(_) => Ok(bytes),
        Err(Unreadable::Broken(Broken::Wrong(e))) => Err(e),
        Err(Unreadable::Broken(other)) => Err(failed(other.to_string())),
        Err(Unreadable::Newer { found }) => Err(failed(format!("version {found} is newer than {VERSION}"))),
    }
}
