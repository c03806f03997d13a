//! A strip: all members small in a row at one side, the rest of the layout free.

use super::{Cell, Fill, LayoutKind, Rule, Side, within};
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) const KIND: LayoutKind =
    LayoutKind::of::<Strip>("strip", "Strip", "All small in a row at one side; the rest stays free.");

/// Where along its side a strip lies.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Along {
    /// At its beginning: on the left, or above.
    Start,
    /// In the middle.
    #[default]
    Middle,
    /// At its end.
    End,
}

/// Settings of a strip.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Strip {
    /// At which side.
    side: Side,
    /// Where along that side.
    along: Along,
    /// How thick it is, as a part of the layout; less when the members would not fit.
    #[schemars(range(min = 0.02, max = 1.0))]
    size: f64,
    /// Shape of a cell, width by height.
    #[schemars(range(min = 0.05, max = 20.0))]
    aspect: f64,
    /// Pixels between cells.
    #[schemars(range(min = 0.0, max = 2000.0))]
    gap: f64,
    /// Pixels between the strip and the edges.
    #[schemars(range(min = 0.0, max = 2000.0))]
    margin: f64,
    /// How members fill their cells.
    fill: Fill,
}

impl Default for Strip {
    fn default() -> Self {
        Self {
            side: Side::Bottom,
            along: Along::Middle,
            size: 0.22,
            aspect: 16.0 / 9.0,
            gap: 16.0,
            margin: 24.0,
            fill: Fill::Cover,
        }
    }
}

impl Settings for Strip {}

impl Rule for Strip {
    fn cells(&self, members: &[&str], (w, h): (f64, f64)) -> Vec<Cell> {
        let [x, y, room_x, room_y] = within([0.0, 0.0, w, h], self.margin);
        let n = members.len().max(1) as f64;
        let down = matches!(self.side, Side::Left | Side::Right);
        let (room, thick, most) = if down {
            (room_y, w * self.size, room_x)
        } else {
            (room_x, h * self.size, room_y)
        };
        let gap = if n > 1.0 { self.gap.min(room / (n - 1.0)) } else { 0.0 };
        // Along the strip by across it.
        let shape = if down { 1.0 / self.aspect } else { self.aspect };
        let thick = thick.min(most).min((room - gap * (n - 1.0)) / n / shape).max(0.0);
        let each = thick * shape;
        let long = each * n + gap * (n - 1.0);
        let push = match self.along {
            Along::Start => 0.0,
            Along::Middle => (room - long) / 2.0,
            Along::End => room - long,
        };
        (0..members.len())
            .map(|i| {
                let at = push + i as f64 * (each + gap);
                match self.side {
                    Side::Left => [x, y + at, thick, each],
                    Side::Right => [x + room_x - thick, y + at, thick, each],
                    Side::Top => [x + at, y, each, thick],
                    Side::Bottom => [x + at, y + room_y - thick, each, thick],
                }
            })
            .collect()
    }
    fn fill(&self) -> Fill {
        self.fill
    }
}
