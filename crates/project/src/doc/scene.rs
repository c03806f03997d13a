//! Scenes of the document: which sources (or other scenes) lie where.

use super::{
    Animation, BlendMode, BlendSpace, Border, Extra, Filter, ItemTransition, Members, Sampling, SceneTransition, Shadow,
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An arrangement of sources.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Scene {
    /// Unique among scenes.
    pub id: String,
    /// Name for people; the id when empty.
    pub name: String,
    /// Colour of its label: `#rrggbb`, or empty for none.
    pub color: String,
    /// What is in it, drawn in this order: the last is on top.
    pub items: Vec<SceneItem>,
    /// How it comes on show, whatever transition is chosen; as chosen when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transition: Option<SceneTransition>,
    /// What is done to the whole picture of it, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub filters: Vec<Filter>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Scene {
    fn default() -> Self {
        Self {
            id: "main".into(),
            name: "Main".into(),
            color: String::new(),
            items: vec![],
            transition: None,
            filters: vec![],
            extra: Extra::new(),
        }
    }
}

/// A source (or another scene) placed in a scene. Coordinates are pixels of the canvas, y downwards.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SceneItem {
    /// Unique in its scene.
    pub id: String,
    /// Its own label; the source's name when empty.
    pub name: String,
    /// The source's id. Exactly one of `source`, `scene` and `members` is set.
    pub source: Option<String>,
    /// A nested scene's id.
    pub scene: Option<String>,
    /// Set: it is a group or a layout and shows the items whose `parent` it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub members: Option<Members>,
    /// Id of the group or layout of this scene that holds it; none when empty. Coordinates are pixels of that one then.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub parent: String,
    /// Whether it is drawn (and, for a source with sound, heard).
    pub visible: bool,
    /// Not to be moved by the mouse: a guard against accidents, not a rule.
    pub locked: bool,
    /// Where the point named by `alignment` lies.
    pub position: Point,
    /// Which point of the item lies at `position`, and about which it turns.
    pub alignment: Alignment,
    /// Factor on the size after cropping; negative mirrors. Ignored when `bounds` is set.
    pub scale: Scale,
    /// Left and right change places, inside the item's own rectangle (once more when `scale` mirrors too).
    pub flip_x: bool,
    /// Top and bottom change places.
    pub flip_y: bool,
    /// Clockwise, degrees.
    #[schemars(range(min = -36000.0, max = 36000.0))]
    pub rotation_deg: f64,
    /// Pixels of the source cut off at each edge.
    pub crop: Crop,
    /// A box the item is fitted into, whatever the source's size.
    pub bounds: Option<Bounds>,
    /// 0 invisible, 1 solid.
    #[schemars(range(min = 0.0, max = 1.0))]
    pub opacity: f64,
    /// How its picture is brought to size.
    pub scale_filter: Sampling,
    /// How it mixes with what is below.
    pub blend: BlendMode,
    /// Which numbers are mixed.
    pub blend_space: BlendSpace,
    /// Radius of its corners, canvas pixels: 0 sharp.
    #[schemars(range(min = 0.0, max = 5000.0))]
    pub corner_radius: f64,
    /// A line around it.
    pub border: Option<Border>,
    /// A shadow below it.
    pub shadow: Option<Shadow>,
    /// What is done to its picture here, after what is done to the source everywhere, in order.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 32))]
    pub filters: Vec<Filter>,
    /// How it appears when it is shown; at once when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub show: Option<ItemTransition>,
    /// How it disappears when it is hidden; at once when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hide: Option<ItemTransition>,
    /// Values of it that change over time.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 16))]
    pub animations: Vec<Animation>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for SceneItem {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            source: None,
            scene: None,
            members: None,
            parent: String::new(),
            visible: true,
            locked: false,
            position: Point::default(),
            alignment: Alignment::TopLeft,
            scale: Scale::default(),
            flip_x: false,
            flip_y: false,
            rotation_deg: 0.0,
            crop: Crop::default(),
            bounds: None,
            opacity: 1.0,
            scale_filter: Sampling::default(),
            blend: BlendMode::default(),
            blend_space: BlendSpace::default(),
            corner_radius: 0.0,
            border: None,
            shadow: None,
            filters: vec![],
            show: None,
            hide: None,
            animations: vec![],
            extra: Extra::new(),
        }
    }
}

/// A point in canvas pixels.
#[derive(Clone, Copy, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Point {
    /// To the right.
    #[schemars(range(min = -100_000.0, max = 100_000.0))]
    pub x: f64,
    /// Downwards.
    #[schemars(range(min = -100_000.0, max = 100_000.0))]
    pub y: f64,
}

/// A factor for each direction.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Scale {
    /// Horizontal factor.
    #[schemars(range(min = -100.0, max = 100.0))]
    pub x: f64,
    /// Vertical factor.
    #[schemars(range(min = -100.0, max = 100.0))]
    pub y: f64,
}

impl Default for Scale {
    fn default() -> Self {
        Self { x: 1.0, y: 1.0 }
    }
}

/// Pixels of the source cut off at each edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Crop {
    /// From the left.
    pub left: u32,
    /// From the top.
    pub top: u32,
    /// From the right.
    pub right: u32,
    /// From the bottom.
    pub bottom: u32,
}

/// A point of a rectangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Alignment {
    #[default]
    TopLeft,
    Top,
    TopRight,
    Left,
    Center,
    Right,
    BottomLeft,
    Bottom,
    BottomRight,
}

impl Alignment {
    /// The point as fractions of width and height.
    pub const fn fractions(self) -> (f64, f64) {
        match self {
            Self::TopLeft => (0.0, 0.0),
            Self::Top => (0.5, 0.0),
            Self::TopRight => (1.0, 0.0),
            Self::Left => (0.0, 0.5),
            Self::Center => (0.5, 0.5),
            Self::Right => (1.0, 0.5),
            Self::BottomLeft => (0.0, 1.0),
            Self::Bottom => (0.5, 1.0),
            Self::BottomRight => (1.0, 1.0),
        }
    }
}

/// A box an item is fitted into.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Bounds {
    /// How it is fitted.
    pub mode: BoundsMode,
    /// Width of the box in canvas pixels.
    #[schemars(range(min = 1.0, max = 100_000.0))]
    pub width: f64,
    /// Height of the box in canvas pixels.
    #[schemars(range(min = 1.0, max = 100_000.0))]
    pub height: f64,
    /// Where the picture lies in the box, when it has another shape.
    #[serde(default = "centre")]
    pub alignment: Alignment,
    /// What sticks out of the box is shown too, not cut off.
    #[serde(default)]
    pub overflow: bool,
}

/// How documents of older versions lie in their box.
const fn centre() -> Alignment {
    Alignment::Center
}

impl Bounds {
    /// A box with the picture in its middle, cut off at its edges.
    pub const fn new(mode: BoundsMode, width: f64, height: f64) -> Self {
        Self {
            mode,
            width,
            height,
            alignment: Alignment::Center,
            overflow: false,
        }
    }
}

/// How an item is fitted into its box.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum BoundsMode {
    /// Fills the box, aspect ratio not kept.
    Stretch,
    /// As large as fits, aspect ratio kept.
    Contain,
    /// Fills the box, aspect ratio kept; what sticks out is cut off (or shown, with `overflow`).
    Cover,
    /// As wide as the box, aspect ratio kept.
    Width,
    /// As high as the box, aspect ratio kept.
    Height,
    /// As it is, made smaller only when it does not fit.
    MaxOnly,
}
