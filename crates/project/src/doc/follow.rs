//! A canvas that follows the main one: it shows the same scene, by the same transitions, with every item at a place of its own.
//! A rule places what nobody has placed, so that a new item is where it is expected.

use super::{Alignment, Bounds, Crop, Extra, Point, Scale};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// How a canvas follows the main one.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Follow {
    /// Where items lie that have no place of their own here.
    pub rule: FollowRule,
    /// Places of single items: scene id, item id, place.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub places: BTreeMap<String, BTreeMap<String, ItemPlace>>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

/// How the main canvas' picture lies on one that follows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FollowRule {
    /// Its middle fills this canvas; what sticks out at two sides is cut off.
    #[default]
    Fill,
    /// All of it is seen, with the background at two sides.
    Fit,
}

/// The place of an item on a canvas that follows: what is absent is as the rule has it. Coordinates are pixels of this canvas.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ItemPlace {
    /// By which rule the rest of it is placed; the canvas' own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rule: Option<FollowRule>,
    /// Whether it is drawn here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub visible: Option<bool>,
    /// Where the point named by `alignment` lies.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub position: Option<Point>,
    /// Which point of it lies at `position`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alignment: Option<Alignment>,
    /// Factor on the size after cropping; given, it takes the place of a box.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<Scale>,
    /// A box it is fitted into.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bounds: Option<Bounds>,
    /// Clockwise, degrees.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = -36000.0, max = 36000.0))]
    pub rotation_deg: Option<f64>,
    /// Pixels of the source cut off at each edge.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crop: Option<Crop>,
    /// 0 invisible, 1 solid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 0.0, max = 1.0))]
    pub opacity: Option<f64>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl ItemPlace {
    /// Whether it says nothing.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}

impl super::Project {
    /// The canvas whose scene a canvas shows: the main one where it follows that, else itself.
    pub fn leading_canvas(&self, canvas: usize) -> usize {
        let follows = self.canvases.get(canvas).is_some_and(|c| c.follow.is_some());
        if follows { 0 } else { canvas }
    }
}
