//! How scenes follow each other: the transitions a project has besides the plain cut and fade, and those that scenes insist on.

use super::{Extra, shown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// The transition that every project has: at once.
pub const CUT: &str = "cut";
/// The other one that every project has: a fade.
pub const FADE: &str = "fade";

/// A transition with its settings, ready to be taken.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Transition {
    /// Unique among transitions; neither `cut` nor `fade`, which are always there.
    pub id: String,
    /// Name for people; the id when empty.
    pub name: String,
    /// Which kind it is: `fade`, `slide`, `move`, …
    pub kind: String,
    /// How long it takes, ms.
    #[schemars(range(min = 0, max = 20_000))]
    pub duration_ms: u32,
    /// The kind's own settings.
    pub settings: Map<String, Value>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Transition {
    /// The longest, ms.
    pub const LONGEST_MS: u32 = 20_000;

    /// The name shown to people.
    pub fn label(&self) -> &str {
        shown(&self.name, &self.id)
    }
}

impl Default for Transition {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            kind: FADE.into(),
            duration_ms: 300,
            settings: Map::new(),
            extra: Extra::new(),
        }
    }
}

/// A transition at hand: a button that takes the preview by it, whatever is chosen.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct QuickTransition {
    /// Unique among them.
    pub id: String,
    /// What stands on the button; the transition's name when empty.
    pub name: String,
    /// A transition's id, `cut` or `fade`.
    pub transition: String,
    /// How long it takes, ms; the transition's own length when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 20_000))]
    pub duration_ms: Option<u32>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl QuickTransition {
    /// The most of a project: more than keys and room for buttons.
    pub const MOST: usize = 20;
}

/// The transition by which a scene comes on show, whatever is chosen.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SceneTransition {
    /// A transition's id, `cut` or `fade`.
    pub transition: String,
    /// How long it takes then, ms; its own length when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0, max = 20_000))]
    pub duration_ms: Option<u32>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl super::Project {
    /// The transition of that id, `cut` and `fade` among them, else the one of that name.
    pub fn transition(&self, id: &str) -> Option<Transition> {
        let own = self.transitions.iter().find(|t| t.id == id);
        let plain = || {
            [CUT, FADE].contains(&id).then(|| Transition {
                id: id.into(),
                kind: id.into(),
                ..Transition::default()
            })
        };
        let named = || self.transitions.iter().find(|t| t.name == id).cloned();
        own.cloned().or_else(plain).or_else(named)
    }

    /// Ids of all transitions, `cut` and `fade` first.
    pub fn transition_ids(&self) -> impl Iterator<Item = &str> {
        let own = self.transitions.iter().map(|t| t.id.as_str());
        [CUT, FADE]
            .into_iter()
            .chain(own.filter(|id| ![CUT, FADE].contains(id)))
    }
}
