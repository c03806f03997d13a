//! Layouts: rules that place the members of an item, one file for each and one line in [`LIST`]. A rule is a pure function of
//! the members that are shown, its settings and the size of the layout. Members come in the document's order; the first has
//! the first cell.
//!
//! When the places change, members glide from where they are: the same function of the moment it began and the time asked for,
//! so that a picture of any moment is the same however many were drawn before it.

mod grid;
mod picture_in_picture;
mod side_by_side;
mod spotlight;
mod strip;

use crate::cue::ItemCues;
use media::MediaTime;
use project::{Alignment, Bounds, BoundsMode, KindInfo, Point, Scale, Scene, SceneItem, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Every layout, in the order people see them.
static LIST: &[LayoutKind] = &[
    grid::KIND,
    side_by_side::KIND,
    picture_in_picture::KIND,
    spotlight::KIND,
    strip::KIND,
];

/// More members than this are laid out as nobody could tell them apart.
const MOST: usize = 256;

/// A rectangle: x, y, width, height.
pub type Cell = [f64; 4];

/// A rule with its settings.
trait Rule {
    /// A cell for each member, in a layout of `w` × `h` pixels.
    fn cells(&self, members: &[&str], size: (f64, f64)) -> Vec<Cell>;
    /// How members fill their cells.
    fn fill(&self) -> Fill;
}

type Cells = fn(&Map<String, Value>, &[&str], (f64, f64)) -> (Vec<Cell>, Fill);

/// A registered layout.
pub struct LayoutKind {
    /// Its id, names and settings.
    pub info: KindInfo,
    cells: Cells,
}

impl LayoutKind {
    const fn of<S: Settings + Rule>(id: &'static str, name: &'static str, summary: &'static str) -> Self {
        Self {
            info: KindInfo::of::<S>(id, name, summary),
            cells: |settings, members, size| {
                let rule: S = read(settings);
                (rule.cells(members, size), rule.fill())
            },
        }
    }
}

/// Settings as they are needed for every picture: those that are wrong count as absent, and were told of when the document was read.
fn read<S: DeserializeOwned + Default>(settings: &Map<String, Value>) -> S {
    S::deserialize(settings).unwrap_or_default()
}

/// All kinds.
pub fn layout_kinds() -> &'static [LayoutKind] {
    LIST
}

/// How a member fills its cell.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Fill {
    /// All of the cell, what sticks out cut off.
    #[default]
    Cover,
    /// As large as fits.
    Contain,
    /// All of the cell, its shape not kept.
    Stretch,
}

/// A side of a layout.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Side {
    /// On the right.
    #[default]
    Right,
    /// On the left.
    Left,
    /// Above.
    Top,
    /// Below.
    Bottom,
}

/// What is left of a rectangle without its margins.
fn within([x, y, w, h]: Cell, margin: f64) -> Cell {
    let m = margin.max(0.0).min(w / 2.0).min(h / 2.0);
    [x + m, y + m, w - 2.0 * m, h - 2.0 * m]
}

/// A rectangle cut into `n` equal ones, side by side or below each other.
fn split([x, y, w, h]: Cell, n: usize, gap: f64, down: bool) -> Vec<Cell> {
    let (room, count) = (if down { h } else { w }, n.max(1) as f64);
    let gap = if n > 1 {
        gap.max(0.0).min(room / (count - 1.0))
    } else {
        0.0
    };
    let each = ((room - gap * (count - 1.0)) / count).max(0.0);
    (0..n)
        .map(|i| {
            let at = i as f64 * (each + gap);
            if down {
                [x, y + at, w, each]
            } else {
                [x + at, y, each, h]
            }
        })
        .collect()
}

/// The largest rectangle of a shape (width by height; 0 for any) in the middle of another.
fn shaped([x, y, w, h]: Cell, aspect: f64) -> Cell {
    if !(aspect > 0.0 && aspect.is_finite() && w > 0.0 && h > 0.0) {
        return [x, y, w, h];
    }
    let (nw, nh) = (w.min(h * aspect), h.min(w / aspect));
    [x + (w - nw) / 2.0, y + (h - nh) / 2.0, nw, nh]
}

/// A rectangle cut in two at `side`: the rest, and the part at that side, which takes `share` of it.
fn cut([x, y, w, h]: Cell, side: Side, share: f64, gap: f64) -> (Cell, Cell) {
    let share = if share.is_finite() { share.clamp(0.0, 1.0) } else { 0.5 };
    let one = |room: f64| {
        let gap = gap.clamp(0.0, room.max(0.0));
        let part = (room - gap) * share;
        (room - gap - part, part, gap)
    };
    match side {
        Side::Left | Side::Right => {
            let (rest, part, gap) = one(w);
            match side {
                Side::Right => ([x, y, rest, h], [x + rest + gap, y, part, h]),
                _ => ([x + part + gap, y, rest, h], [x, y, part, h]),
            }
        }
        Side::Top | Side::Bottom => {
            let (rest, part, gap) = one(h);
            match side {
                Side::Bottom => ([x, y, w, rest], [x, y + rest + gap, w, part]),
                _ => ([x, y + part + gap, w, rest], [x, y, w, part]),
            }
        }
    }
}

/// Edges on even pixels, so that pictures are copied, not softened; nothing gets out of the layout or over another.
fn even([x, y, w, h]: Cell, size: (f64, f64)) -> Cell {
    let edge = |v: f64, most: f64| {
        let v = (v / 2.0).round() * 2.0;
        // Settings without sense may give what is no number.
        if v.is_finite() {
            v.clamp(0.0, most.max(0.0))
        } else {
            0.0
        }
    };
    let (x0, y0) = (edge(x, size.0), edge(y, size.1));
    let (x1, y1) = (edge(x + w, size.0).max(x0), edge(y + h, size.1).max(y0));
    [x0, y0, x1 - x0, y1 - y0]
}

/// Where the shown members of a layout lie at rest, with how they fill their cells. Empty for what is no layout.
pub(crate) fn targets<'a>(scene: &'a Scene, item: &'a SceneItem) -> Vec<(&'a str, Cell, BoundsMode)> {
    let Some((members, layout)) = item.members.as_ref().and_then(|m| Some((m, m.layout.as_ref()?))) else {
        return vec![];
    };
    let shown = scene.members(&item.id).filter(|i| i.visible).take(MOST);
    let ids: Vec<&str> = shown.map(|i| i.id.as_str()).collect();
    let sane = |v: f64| if v.is_finite() { v.clamp(1.0, 1e5) } else { 1.0 };
    let size = (sane(members.width), sane(members.height));
    // One of a newer Footlight looks like the first of ours.
    let kind = LIST.iter().find(|k| k.info.id == layout.kind).unwrap_or(&LIST[0]);
    let (cells, fill) = (kind.cells)(&layout.settings, &ids, size);
    let mode = match fill {
        Fill::Cover => BoundsMode::Cover,
        Fill::Contain => BoundsMode::Contain,
        Fill::Stretch => BoundsMode::Stretch,
    };
    let cells = cells.into_iter().map(|c| even(c, size));
    ids.into_iter().zip(cells).map(|(id, c)| (id, c, mode)).collect()
}

/// Where a member is at a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Spot {
    pub(crate) cell: Cell,
    /// How solid it is: 0 to 1.
    pub(crate) solid: f64,
    pub(crate) mode: BoundsMode,
}

/// Members on their way from where they were.
#[derive(Clone, Debug)]
pub(crate) struct Glide {
    start: MediaTime,
    from: Vec<(String, Spot)>,
}

impl Glide {
    pub(crate) fn new(start: MediaTime, from: &[(&str, Spot)]) -> Self {
        Self {
            start,
            from: from.iter().map(|(id, s)| ((*id).to_owned(), *s)).collect(),
        }
    }
}

/// Where the members of a layout are at `t`: those that are shown, and those that still fade away.
pub(crate) fn spots<'a>(
    scene: &'a Scene,
    item: &'a SceneItem,
    cues: &ItemCues<'a>,
    t: MediaTime,
) -> Vec<(&'a str, Spot)> {
    let at_rest = targets(scene, item)
        .into_iter()
        .map(|(id, cell, mode)| (id, Spot { cell, solid: 1.0, mode }));
    let (Some(glide), Some(layout)) = (cues.glide(), item.layout()) else {
        return at_rest.collect();
    };
    let duration = MediaTime::from_millis(layout.duration_ms.into());
    let gone_by = t - glide.start;
    if gone_by >= duration {
        return at_rest.collect();
    }
    let p = layout.easing.at(gone_by.0.max(0) as f64 / duration.0.max(1) as f64);
    let before = |id: &str| glide.from.iter().find(|(f, _)| f == id).map(|(_, s)| *s);
    let mut out: Vec<(&str, Spot)> = at_rest
        .map(|(id, to)| match before(id) {
            Some(from) => (id, between(&from, &to, p)),
            None => (
                id,
                Spot {
                    solid: own_way(scene, id, true).unwrap_or(p.clamp(0.0, 1.0)),
                    ..to
                },
            ),
        })
        .collect();
    for (id, from) in &glide.from {
        // Those that were taken out of the document are gone; a hidden one fades where it was.
        let Some(member) = scene.members(&item.id).find(|m| m.id == *id && !m.visible) else {
            continue;
        };
        let solid = own_way(scene, id, false).unwrap_or(from.solid * (1.0 - p.clamp(0.0, 1.0)));
        out.push((&member.id, Spot { solid, ..*from }));
    }
    out
}

/// Where a member that is on its way out was; nothing when nobody knows any more.
pub(crate) fn last_spot(scene: &Scene, item: &SceneItem, cues: &ItemCues<'_>, member: &SceneItem) -> Option<Spot> {
    let known = cues
        .glide()
        .and_then(|g| g.from.iter().find(|(id, _)| *id == member.id));
    let before = || {
        // Nothing glided: it lies where it would be shown again.
        let mut shown = scene.clone();
        shown
            .items
            .iter_mut()
            .filter(|i| i.id == member.id)
            .for_each(|i| i.visible = true);
        let at = targets(&shown, item).into_iter().find(|(id, ..)| *id == member.id);
        at.map(|(_, cell, mode)| Spot { cell, solid: 1.0, mode })
    };
    known.map(|(_, s)| *s).or_else(before)
}

/// One that comes or goes by a transition of its own does not fade besides.
fn own_way(scene: &Scene, id: &str, comes: bool) -> Option<f64> {
    let item = scene.item(id)?;
    let own = if comes { &item.show } else { &item.hide };
    own.as_ref().map(|_| 1.0)
}

fn between(from: &Spot, to: &Spot, p: f64) -> Spot {
    let mix = |a: f64, b: f64| a + (b - a) * p;
    let mut cell = [0, 1, 2, 3].map(|i| mix(from.cell[i], to.cell[i]));
    cell[2] = cell[2].max(0.0);
    cell[3] = cell[3].max(0.0);
    Spot {
        cell,
        solid: mix(from.solid, to.solid).clamp(0.0, 1.0),
        mode: to.mode,
    }
}

/// A member as its layout has it: in its cell, upright. What it cuts off, its corners and everything else stay its own.
pub(crate) fn in_cell(member: &SceneItem, spot: &Spot) -> SceneItem {
    let [x, y, w, h] = spot.cell;
    let alignment = member.bounds.map_or(Alignment::Center, |b| b.alignment);
    SceneItem {
        position: Point { x, y },
        alignment: Alignment::TopLeft,
        scale: Scale::default(),
        rotation_deg: 0.0,
        bounds: Some(Bounds {
            alignment,
            ..Bounds::new(spot.mode, w, h)
        }),
        opacity: member.opacity * spot.solid,
        ..member.clone()
    }
}

#[cfg(test)]
mod tests;
