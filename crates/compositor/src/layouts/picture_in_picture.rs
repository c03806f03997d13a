//! Picture in picture: the first member fills the layout, the others lie small over it in a corner.

use super::{Cell, Fill, LayoutKind, Rule, split, within};
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub(super) const KIND: LayoutKind = LayoutKind::of::<PictureInPicture>(
    "picture_in_picture",
    "Picture in picture",
    "The first fills everything, the others lie small over it in a corner.",
);

/// A corner of a layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Corner {
    /// Above on the left.
    TopLeft,
    /// Above on the right.
    TopRight,
    /// Below on the left.
    BottomLeft,
    /// Below on the right.
    #[default]
    BottomRight,
}

/// Settings of a picture in a picture.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct PictureInPicture {
    /// Where the small ones lie; several side by side.
    corner: Corner,
    /// Width of a small one as a part of the layout's; less when they would not fit.
    #[schemars(range(min = 0.02, max = 1.0))]
    size: f64,
    /// Shape of a small one, width by height.
    #[schemars(range(min = 0.05, max = 20.0))]
    aspect: f64,
    /// Pixels between small ones.
    #[schemars(range(min = 0.0, max = 2000.0))]
    gap: f64,
    /// Pixels between a small one and the edge.
    #[schemars(range(min = 0.0, max = 2000.0))]
    margin: f64,
    /// How members fill their cells.
    fill: Fill,
}

impl Default for PictureInPicture {
    fn default() -> Self {
        Self {
            corner: Corner::BottomRight,
            size: 0.28,
            aspect: 16.0 / 9.0,
            gap: 16.0,
            margin: 32.0,
            fill: Fill::Cover,
        }
    }
}

impl Settings for PictureInPicture {}

impl Rule for PictureInPicture {
    fn cells(&self, members: &[&str], (w, h): (f64, f64)) -> Vec<Cell> {
        let whole = [0.0, 0.0, w, h];
        let small = members.len().saturating_sub(1);
        let mut out: Vec<Cell> = members.iter().take(1).map(|_| whole).collect();
        if small == 0 {
            return out;
        }
        let [x, y, room, high] = within(whole, self.margin);
        let gaps = (self.gap * (small - 1) as f64).min(room);
        let each = (w * self.size)
            .min((room - gaps) / small as f64)
            .min(high * self.aspect)
            .max(0.0);
        let (wide, tall) = (each * small as f64 + gaps, each / self.aspect);
        let left = matches!(self.corner, Corner::TopLeft | Corner::BottomLeft);
        let top = matches!(self.corner, Corner::TopLeft | Corner::TopRight);
        let at = [
            if left { x } else { x + room - wide },
            if top { y } else { y + high - tall },
            wide,
            tall,
        ];
        let mut cells = split(at, small, self.gap, false);
        // The first of them is nearest to its corner.
        if !left {
            cells.reverse();
        }
        out.extend(cells);
        out
    }
    fn fill(&self) -> Fill {
        self.fill
    }
}
