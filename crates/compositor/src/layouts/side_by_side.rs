//! Side by side: all members in one row, or one below the other; the first may be larger.

use super::{Cell, Fill, LayoutKind, Rule, Side, cut, shaped, split, within};
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) const KIND: LayoutKind = LayoutKind::of::<SideBySide>(
    "side_by_side",
    "Side by side",
    "All in one row, or one below the other.",
);

/// Settings of pictures side by side.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct SideBySide {
    /// One below the other.
    stacked: bool,
    /// The part of the room that the first one has; an equal one when 0.
    #[schemars(range(min = 0.0, max = 0.95))]
    first: f64,
    /// Pixels between cells.
    #[schemars(range(min = 0.0, max = 2000.0))]
    gap: f64,
    /// Pixels around all of them.
    #[schemars(range(min = 0.0, max = 2000.0))]
    margin: f64,
    /// Shape of a cell, width by height; whatever fills the layout when 0.
    #[schemars(range(min = 0.0, max = 20.0))]
    aspect: f64,
    /// How members fill their cells.
    fill: Fill,
}

impl Default for SideBySide {
    fn default() -> Self {
        Self {
            stacked: false,
            first: 0.0,
            gap: 16.0,
            margin: 0.0,
            aspect: 0.0,
            fill: Fill::Cover,
        }
    }
}

impl Settings for SideBySide {}

impl Rule for SideBySide {
    fn cells(&self, members: &[&str], (w, h): (f64, f64)) -> Vec<Cell> {
        let area = within([0.0, 0.0, w, h], self.margin);
        let cells = if self.first > 0.0 && members.len() > 1 {
            let side = if self.stacked { Side::Bottom } else { Side::Right };
            let (first, rest) = cut(area, side, 1.0 - self.first, self.gap);
            let mut cells = vec![first];
            cells.extend(split(rest, members.len() - 1, self.gap, self.stacked));
            cells
        } else {
            split(area, members.len(), self.gap, self.stacked)
        };
        cells.into_iter().map(|c| shaped(c, self.aspect)).collect()
    }
    fn fill(&self) -> Fill {
        self.fill
    }
}
