//! A spotlight: one member large, the others in a row beside it.

use super::{Cell, Fill, LayoutKind, Rule, Side, cut, shaped, split, within};
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) const KIND: LayoutKind =
    LayoutKind::of::<Spotlight>("spotlight", "Spotlight", "One large, the others in a row beside it.");

/// Settings of a spotlight.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Spotlight {
    /// Id of the member that is large; the first when empty or hidden.
    member: String,
    /// Where the others are.
    side: Side,
    /// The part of the room that the large one has.
    #[schemars(range(min = 0.3, max = 0.95))]
    share: f64,
    /// Pixels between cells.
    #[schemars(range(min = 0.0, max = 2000.0))]
    gap: f64,
    /// Pixels around all of them.
    #[schemars(range(min = 0.0, max = 2000.0))]
    margin: f64,
    /// Shape of the small cells, width by height; whatever fills their row when 0.
    #[schemars(range(min = 0.0, max = 20.0))]
    aspect: f64,
    /// How members fill their cells.
    fill: Fill,
}

impl Default for Spotlight {
    fn default() -> Self {
        Self {
            member: String::new(),
            side: Side::Right,
            share: 0.75,
            gap: 16.0,
            margin: 0.0,
            aspect: 0.0,
            fill: Fill::Cover,
        }
    }
}

impl Settings for Spotlight {}

impl Rule for Spotlight {
    fn cells(&self, members: &[&str], (w, h): (f64, f64)) -> Vec<Cell> {
        let area = within([0.0, 0.0, w, h], self.margin);
        if members.len() < 2 {
            return members.iter().map(|_| area).collect();
        }
        let lit = members.iter().position(|m| *m == self.member).unwrap_or(0);
        let (large, row) = cut(area, self.side, 1.0 - self.share, self.gap);
        let down = matches!(self.side, Side::Left | Side::Right);
        let mut cells: Vec<Cell> = split(row, members.len() - 1, self.gap, down)
            .into_iter()
            .map(|c| shaped(c, self.aspect))
            .collect();
        cells.insert(lit, large);
        cells
    }
    fn fill(&self) -> Fill {
        self.fill
    }
}
