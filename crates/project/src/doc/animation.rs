//! Movement of items in the document: values keyed over time, and how an item appears and disappears.

use super::{Extra, SceneItem, shown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Most animations of one item.
pub const MAX_ANIMATIONS: usize = 16;
/// Most keys of one animation.
pub const MAX_KEYS: usize = 256;

/// Values of an item that change over time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Animation {
    /// Unique in its item.
    pub id: String,
    /// Name for people; the id when empty.
    pub name: String,
    /// What begins it.
    pub trigger: Trigger,
    /// How long after that it begins, ms.
    #[schemars(range(min = 0, max = 3_600_000))]
    pub delay_ms: u32,
    /// What holds once its last key has gone by.
    pub after: After,
    /// The values, in any order.
    #[schemars(length(max = 256))]
    pub keys: Vec<Key>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Animation {
    fn default() -> Self {
        Self {
            id: String::new(),
            name: String::new(),
            trigger: Trigger::default(),
            delay_ms: 0,
            after: After::default(),
            keys: vec![],
            extra: Extra::new(),
        }
    }
}

impl Animation {
    /// The name shown to people.
    pub fn label(&self) -> &str {
        shown(&self.name, &self.id)
    }
    /// From its beginning to its last key, ms.
    pub fn length_ms(&self) -> u32 {
        self.keys.iter().map(|k| k.at_ms).max().unwrap_or_default()
    }
}

/// What begins an animation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Trigger {
    /// The item, or the group it is in, is shown.
    #[default]
    Shown,
    /// Its scene comes on show.
    OnAir,
    /// Nothing: it goes round and round from the beginning of the show.
    Loop,
    /// A command alone. A command begins the others again, too.
    Command,
}

/// What holds after an animation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// The item's own values.
    #[default]
    Own,
    /// The values of the last keys.
    Stay,
}

/// A value at a time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Key {
    /// When, ms after the beginning.
    #[schemars(range(min = 0, max = 3_600_000))]
    pub at_ms: u32,
    /// Which value: `position.x`, `position.y`, `scale.x`, `scale.y`, `rotation_deg`, `opacity`, `corner_radius`, `crop.left`,
    /// `crop.top`, `crop.right`, `crop.bottom`, `bounds.width`, `bounds.height`, or `filters.ID.SETTING` of a number among the
    /// settings of one of the item's filters.
    pub property: String,
    /// How much, in the unit of that value.
    #[schemars(range(min = -100_000.0, max = 100_000.0))]
    pub value: f64,
    /// How the value gets here from the key before; before the first one it is already here.
    pub easing: Ease,
    /// The curve of `bezier`: x and y of its two handles, 0 to 1 in x.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bezier: Option<[f64; 4]>,
    /// Unknown fields, kept.
    #[serde(flatten)]
    #[schemars(skip)]
    pub extra: Extra,
}

impl Default for Key {
    fn default() -> Self {
        Self {
            at_ms: 0,
            property: "opacity".into(),
            value: 1.0,
            easing: Ease::InOut,
            bezier: None,
            extra: Extra::new(),
        }
    }
}

impl Key {
    /// Where its movement is (0 to 1, beyond for some) when the part `p` of its time has gone by.
    pub fn eased(&self, p: f64) -> f64 {
        match (self.easing, self.bezier) {
            (Ease::Bezier, Some(handles)) => bezier(handles, p),
            (easing, _) => easing.at(p),
        }
    }
}

/// The values of an item that can be keyed, besides those of its filters.
pub const KEYED: &[&str] = &[
    "position.x",
    "position.y",
    "scale.x",
    "scale.y",
    "rotation_deg",
    "opacity",
    "corner_radius",
    "crop.left",
    "crop.top",
    "crop.right",
    "crop.bottom",
    "bounds.width",
    "bounds.height",
];

impl SceneItem {
    /// Whether that can be keyed: one of [`KEYED`], or a number among the settings of one of its filters.
    pub fn has_value(&self, property: &str) -> bool {
        match property.strip_prefix("filters.").and_then(|p| p.split_once('.')) {
            Some((id, setting)) => {
                let filter = self.filters.iter().find(|f| f.id == id);
                let value = filter.map(|f| f.settings.get(setting));
                // One that is not written has its default.
                value.is_some_and(|v| v.is_none_or(Value::is_number))
            }
            None => KEYED.contains(&property),
        }
    }
}

/// How a movement begins and ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Ease {
    /// Even: `p`.
    Linear,
    /// Begins slowly: `p³`.
    #[serde(rename = "ease_in")]
    In,
    /// Ends slowly: `1 - (1 - p)³`.
    #[serde(rename = "ease_out")]
    Out,
    /// Begins and ends slowly: `3p² - 2p³`.
    #[default]
    #[serde(rename = "ease_in_out")]
    InOut,
    /// Goes a tenth too far and comes back.
    Back,
    /// Falls, and bounces three times.
    Bounce,
    /// Stays, and jumps at the end.
    Hold,
    /// The curve CSS calls `cubic-bezier`.
    Bezier,
}

impl Ease {
    /// Where a movement is when the part `p` of its time has gone by: 0 at 0, 1 at 1.
    pub fn at(self, p: f64) -> f64 {
        // Not-a-number has not begun.
        let p = if p > 0.0 { p.min(1.0) } else { 0.0 };
        match self {
            Self::Linear => p,
            Self::In => p * p * p,
            Self::Out => 1.0 - (1.0 - p).powi(3),
            Self::InOut => p * p * (3.0 - 2.0 * p),
            // Penner's curve with s = 1.70158: a tenth beyond the end.
            Self::Back => 1.0 + 2.701_58 * (p - 1.0).powi(3) + 1.701_58 * (p - 1.0).powi(2),
            Self::Bounce => bounce(p),
            Self::Hold => f64::from(u8::from(p >= 1.0)),
            Self::Bezier => bezier([0.25, 0.1, 0.25, 1.0], p),
        }
    }
}

/// Penner's bounce: parabolas of falling height, 7.5625 = 2.75².
fn bounce(p: f64) -> f64 {
    let arc = |p: f64, up: f64| 7.5625 * p * p + up;
    match p * 2.75 {
        t if t < 1.0 => arc(p, 0.0),
        t if t < 2.0 => arc(p - 1.5 / 2.75, 0.75),
        t if t < 2.5 => arc(p - 2.25 / 2.75, 0.9375),
        _ => arc(p - 2.625 / 2.75, 0.984_375).min(1.0),
    }
}

/// CSS Easing Functions Level 1, cubic Bézier: y where x is `p`, x found by halving.
fn bezier([x1, y1, x2, y2]: [f64; 4], p: f64) -> f64 {
    if p <= 0.0 || p.is_nan() {
        return 0.0;
    }
    if p >= 1.0 {
        return 1.0;
    }
    let sane = |v: f64, most: f64| if v.is_finite() { v.clamp(-most + 1.0, most) } else { 0.0 };
    let (x1, x2) = (sane(x1, 1.0), sane(x2, 1.0));
    let (y1, y2) = (sane(y1, 10.0), sane(y2, 10.0));
    let at = |a: f64, b: f64, t: f64| 3.0 * a * t * (1.0 - t).powi(2) + 3.0 * b * t * t * (1.0 - t) + t * t * t;
    let (mut low, mut high) = (0.0, 1.0);
    for _ in 0..48 {
        let middle = (low + high) / 2.0;
        if at(x1, x2, middle) < p {
            low = middle;
        } else {
            high = middle;
        }
    }
    at(y1, y2, (low + high) / 2.0)
}

/// How an item appears when it is shown, or disappears when it is hidden.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ItemTransition {
    /// Which kind of transition it is: `fade`, `slide`, `wipe`, …
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

impl Default for ItemTransition {
    fn default() -> Self {
        Self {
            kind: super::FADE.into(),
            duration_ms: 300,
            settings: Map::new(),
            extra: Extra::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Ease; 8] = [
        Ease::Linear,
        Ease::In,
        Ease::Out,
        Ease::InOut,
        Ease::Back,
        Ease::Bounce,
        Ease::Hold,
        Ease::Bezier,
    ];

    #[test]
    fn every_easing_goes_from_0_to_1_and_takes_any_number() {
        for e in ALL {
            assert!(e.at(0.0).abs() < 1e-9, "{e:?}");
            assert!((e.at(1.0) - 1.0).abs() < 1e-9, "{e:?}");
            assert_eq!((e.at(f64::NAN), e.at(-3.0)), (e.at(0.0), e.at(0.0)), "{e:?}");
            assert_eq!(e.at(9.0), e.at(1.0), "{e:?}");
            assert!(
                (0..=100).all(|i| (-0.2..1.2).contains(&e.at(f64::from(i) / 100.0))),
                "{e:?}"
            );
        }
        assert!((0..100).any(|i| Ease::Back.at(f64::from(i) / 100.0) > 1.05));
        assert_eq!(Ease::Hold.at(0.999), 0.0);
    }

    #[test]
    fn a_bezier_is_the_curve_of_css() {
        // A straight line, and the value that browsers compute for `ease` at the half.
        assert!((bezier([0.0, 0.0, 1.0, 1.0], 0.3) - 0.3).abs() < 1e-9);
        assert!((bezier([0.25, 0.1, 0.25, 1.0], 0.5) - 0.802_403).abs() < 1e-4);
        for wild in [f64::NAN, f64::INFINITY, -1e300, 1e300] {
            assert!(bezier([wild; 4], 0.5).is_finite(), "{wild}");
        }
    }
}
