//! A grid: equal cells in rows, as large as they can be; the last row stands in the middle.

use super::{Cell, Fill, LayoutKind, Rule, shaped, split, within};
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) const KIND: LayoutKind = LayoutKind::of::<Grid>("grid", "Grid", "Equal cells in rows.");

/// Settings of a grid.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Grid {
    /// Cells side by side; as many as make them largest when 0.
    #[schemars(range(min = 0, max = 32))]
    columns: u32,
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

impl Default for Grid {
    fn default() -> Self {
        Self {
            columns: 0,
            gap: 16.0,
            margin: 0.0,
            aspect: 0.0,
            fill: Fill::Cover,
        }
    }
}

impl Settings for Grid {}

impl Grid {
    /// Columns with which a cell shows most of a 16:9 picture, or of the wished shape.
    fn best(&self, n: usize, [_, _, w, h]: Cell) -> usize {
        let aspect = if self.aspect > 0.0 { self.aspect } else { 16.0 / 9.0 };
        let area = |columns: usize| {
            let rows = n.div_ceil(columns) as f64;
            let columns = columns as f64;
            let (cw, ch) = (
                (w - self.gap * (columns - 1.0)) / columns,
                (h - self.gap * (rows - 1.0)) / rows,
            );
            let width = cw.min(ch * aspect).max(0.0);
            width * width / aspect
        };
        // The fewest of those that are equally good.
        (1..=n).rev().max_by(|a, b| area(*a).total_cmp(&area(*b))).unwrap_or(1)
    }
}

impl Rule for Grid {
    fn cells(&self, members: &[&str], (w, h): (f64, f64)) -> Vec<Cell> {
        let n = members.len();
        let area = within([0.0, 0.0, w, h], self.margin);
        let columns = match self.columns as usize {
            0 => self.best(n, area),
            given => given.min(n.max(1)),
        };
        let rows = split(area, n.div_ceil(columns), self.gap, true);
        let across = split(area, columns, self.gap, false);
        let mut out = Vec::with_capacity(n);
        for (r, row) in rows.iter().enumerate() {
            let here = (n - r * columns).min(columns);
            // What the missing ones leave is shared by both ends.
            let step = if columns > 1 { across[1][0] - across[0][0] } else { 0.0 };
            let push = step * (columns - here) as f64 / 2.0;
            out.extend(
                across[..here]
                    .iter()
                    .map(|c| shaped([c[0] + push, row[1], c[2], row[3]], self.aspect)),
            );
        }
        out
    }
    fn fill(&self) -> Fill {
        self.fill
    }
}
