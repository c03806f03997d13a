//! Filters of the document: what is done to a picture before it is shown.

use super::{Extra, shown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Most filters of one source, item or scene.
pub const MAX_FILTERS: usize = 32;

/// One step on a picture. Filters of a list are done in order, each on what the one before it made.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Filter {
    /// Unique in its list.
    pub id: String,
    /// Name for people; the kind's when empty.
    pub name: String,
    /// Which kind it is: `chroma_key`, `color_correction`, `blur`, …
    pub kind: String,
    /// Whether it is done.
    pub enabled: bool,
    /// The kind's own settings.
    pub settings: Map<String, Value>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Filter {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            kind: String::new(),
            enabled: true,
            settings: Map::new(),
            extra: Extra::new(),
        }
    }
}

impl Filter {
    /// The name shown to people.
    pub fn label(&self) -> &str {
        shown(&self.name, &self.kind)
    }
}
