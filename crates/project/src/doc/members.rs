//! Groups and layouts: items that hold other items of their scene. A group has a space of its own, in which its members lie, and
//! moves, scales, turns and fades as one; a layout is a group that places its members by a rule.
//!
//! All items of a scene are in one list, in the order of drawing; `parent` says which of them is held by which.

use super::{Ease, Extra, Scene, SceneItem};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Items held by items held by items, at most so many in one another.
pub const MAX_HELD: usize = 16;

/// What makes an item a group or a layout.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Members {
    /// Width of the space its members lie in, in its own pixels.
    #[schemars(range(min = 1.0, max = 100_000.0))]
    pub width: f64,
    /// Height of that space.
    #[schemars(range(min = 1.0, max = 100_000.0))]
    pub height: f64,
    /// The rule that places its members; each lies where it says itself when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub layout: Option<Layout>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Members {
    fn default() -> Self {
        Self {
            width: 1920.0,
            height: 1080.0,
            layout: None,
            extra: Extra::new(),
        }
    }
}

/// A rule by which a layout places its members, and how it gets from one picture to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Layout {
    /// Which rule it is: `grid`, `side_by_side`, `picture_in_picture`, `spotlight`, `strip`.
    pub kind: String,
    /// The rule's own settings.
    pub settings: Map<String, Value>,
    /// How long members glide to their new places when one comes or goes or the rule changes, ms.
    #[schemars(range(min = 0, max = 20_000))]
    pub duration_ms: u32,
    /// How that begins and ends.
    pub easing: Ease,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Layout {
    fn default() -> Self {
        Self {
            kind: "grid".into(),
            settings: Map::new(),
            duration_ms: 400,
            easing: Ease::InOut,
            extra: Extra::new(),
        }
    }
}

impl SceneItem {
    /// The rule it places its members by, if it is a layout.
    pub fn layout(&self) -> Option<&Layout> {
        self.members.as_ref()?.layout.as_ref()
    }
}

impl Scene {
    /// An item by id.
    pub fn item(&self, id: &str) -> Option<&SceneItem> {
        self.items.iter().find(|i| i.id == id)
    }

    /// What a group or layout holds itself, in the order of drawing; with an empty id what is in the scene itself. An item whose
    /// parent is not there, or holds nothing, is in nothing.
    pub fn members<'a>(&'a self, parent: &'a str) -> impl Iterator<Item = &'a SceneItem> {
        self.items.iter().filter(move |i| i.parent == parent)
    }

    /// Whether the item and all that hold it are visible. An item inside itself, or held by nothing that is there, is not.
    pub fn is_shown(&self, item: &SceneItem) -> bool {
        let mut at = item;
        for _ in 0..=MAX_HELD {
            if !at.visible {
                return false;
            }
            if at.parent.is_empty() {
                return true;
            }
            match self.item(&at.parent).filter(|p| p.members.is_some()) {
                Some(parent) => at = parent,
                None => return false,
            }
        }
        false
    }

    /// Its items that are shown.
    pub fn shown_items(&self) -> impl Iterator<Item = &SceneItem> {
        self.items.iter().filter(|i| self.is_shown(i))
    }

    /// Whether `item` is `holder` or is held by it, at any depth.
    pub fn is_within(&self, item: &str, holder: &str) -> bool {
        let mut at = item;
        for _ in 0..=self.items.len() {
            if at == holder {
                return true;
            }
            match self.item(at) {
                Some(i) if !i.parent.is_empty() => at = &i.parent,
                _ => return false,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, parent: &str, holds: bool) -> SceneItem {
        SceneItem {
            id: id.into(),
            parent: parent.into(),
            members: holds.then(Members::default),
            ..SceneItem::default()
        }
    }

    #[test]
    fn what_hides_a_group_hides_what_it_holds() {
        let mut scene = Scene {
            items: vec![
                item("outer", "", true),
                item("inner", "outer", true),
                item("leaf", "inner", false),
                item("lost", "nobody", false),
                item("odd", "leaf", false),
                item("ring", "ring", true),
            ],
            ..Scene::default()
        };
        let shown = |s: &Scene| s.shown_items().map(|i| i.id.clone()).collect::<Vec<_>>();
        assert_eq!(shown(&scene), ["outer", "inner", "leaf"]);
        assert!(scene.is_within("leaf", "outer") && !scene.is_within("outer", "leaf"));
        assert!(scene.is_within("ring", "ring"));
        scene.items[0].visible = false;
        assert!(shown(&scene).is_empty());
    }
}
