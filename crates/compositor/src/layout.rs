//! Scene to draw list: where every visible item of a scene lies on the canvas, nested scenes resolved. Pure; what can't be
//! seen is taken out by [`crate::cull`] afterwards.

use crate::{
    Affine, Cues, DrawItem, DrawList, Picture, Style, adorn, appear,
    cue::Presence,
    cull::cull,
    filters::{self, Store},
    keyed::keyed,
    layouts,
    place::{place, place_in},
};
use media::{MediaTime, VideoFrame};
use project::{Filter, Members, Project, Rgba, Scene, SceneItem};
use std::{
    borrow::Cow,
    sync::{Arc, LazyLock},
};

/// Scenes nested deeper than this are left out.
const MAX_DEPTH: usize = 16;
/// More items than anybody places; scenes that hold each other many times would go on for ever.
const MAX_ITEMS: usize = 4096;

/// The draw list of a scene (by id, else by name) for a canvas of `canvas` pixels. `frames` gives a source's present frame, or
/// nothing while it has none. Hidden, empty, off-canvas and covered items are gone. An unknown scene gives the background alone;
/// a scene nested in itself is left out.
///
/// Filters find no files by relative paths and stand at time 0: see [`draw_list_at`].
pub fn draw_list(
    p: &Project,
    canvas: (u32, u32),
    background: Rgba,
    scene: &str,
    frames: &dyn Fn(&str) -> Option<Arc<VideoFrame>>,
) -> DrawList {
    cull(lay_out(p, canvas, background, scene, frames))
}

/// What a picture needs besides the document and the sources' pictures.
#[derive(Clone, Copy)]
pub struct Filtering<'a> {
    /// Where filters are kept ready.
    pub store: &'a Store,
    /// Engine time of the picture.
    pub time: MediaTime,
    /// What items' movements count their time from.
    pub cues: &'a Cues,
}

/// As [`draw_list`], with the filters of a project at a time.
pub fn draw_list_at(
    p: &Project,
    canvas: (u32, u32),
    background: Rgba,
    scene: &str,
    frames: &dyn Fn(&str) -> Option<Arc<VideoFrame>>,
    filtering: Filtering<'_>,
) -> DrawList {
    cull(lay_out_at(p, canvas, background, scene, frames, filtering))
}

/// For those who have no project folder.
static STORE: LazyLock<Store> = LazyLock::new(Store::default);
/// For those to whom nothing has happened.
static NO_CUES: LazyLock<Cues> = LazyLock::new(Cues::default);

/// As [`draw_list`], with what is off the canvas or covered still in it: for comparison in tests.
pub fn lay_out(
    p: &Project,
    canvas: (u32, u32),
    background: Rgba,
    scene: &str,
    frames: &dyn Fn(&str) -> Option<Arc<VideoFrame>>,
) -> DrawList {
    let filtering = Filtering {
        store: &STORE,
        time: MediaTime::ZERO,
        cues: &NO_CUES,
    };
    lay_out_at(p, canvas, background, scene, frames, filtering)
}

/// As [`draw_list_at`], with what is off the canvas or covered still in it: what transitions begin from.
pub fn lay_out_at(
    p: &Project,
    canvas: (u32, u32),
    background: Rgba,
    scene: &str,
    frames: &dyn Fn(&str) -> Option<Arc<VideoFrame>>,
    filtering: Filtering<'_>,
) -> DrawList {
    let mut layout = Layout {
        project: p,
        canvas,
        frames,
        filtering,
        open: vec![],
        left: MAX_ITEMS,
    };
    DrawList {
        width: canvas.0,
        height: canvas.1,
        background: over_black(background),
        items: p.scene(scene).map(|s| layout.whole(s)).unwrap_or_default(),
    }
}

/// A canvas is never seen through: transitions tell a canvas from a picture by itself by that.
fn over_black(Rgba([r, g, b, a]): Rgba) -> Rgba {
    let dimmed = |c: u8| ((u16::from(c) * u16::from(a) + 127) / 255) as u8;
    Rgba([dimmed(r), dimmed(g), dimmed(b), 255])
}

struct Layout<'a> {
    project: &'a Project,
    canvas: (u32, u32),
    frames: &'a dyn Fn(&str) -> Option<Arc<VideoFrame>>,
    filtering: Filtering<'a>,
    /// Ids of the scenes around the present one.
    open: Vec<&'a str>,
    /// Items that may still be placed.
    left: usize,
}

impl<'a> Layout<'a> {
    /// A scene on the canvas: its items, or all of them as one picture where the scene has filters.
    fn whole(&mut self, scene: &'a Scene) -> Vec<DrawItem> {
        let items = self.items(scene);
        if items.is_empty() || scene.filters.iter().all(|f| !f.enabled) {
            return items;
        }
        let Some(picture) = self.filtered(as_list(items, self.canvas), &scene.filters) else {
            return vec![];
        };
        vec![lying(picture, Affine::IDENTITY)]
    }

    fn filtered(&self, picture: Picture, filters: &[Filter]) -> Option<Picture> {
        filters::filtered(picture, filters, self.filtering.store, self.filtering.time)
    }

    fn items(&mut self, scene: &'a Scene) -> Vec<DrawItem> {
        if self.open.len() >= MAX_DEPTH || self.open.contains(&scene.id.as_str()) {
            return vec![];
        }
        self.open.push(&scene.id);
        let mut out = vec![];
        for item in scene.members("") {
            self.item(scene, item, None, 0, &mut out);
        }
        self.open.pop();
        out
    }

    /// An item as it is at this moment, in the space of what holds it; `spot` is where a layout puts it, `depth` how many hold it.
    fn item(
        &mut self,
        scene: &'a Scene,
        item: &'a SceneItem,
        spot: Option<&layouts::Spot>,
        depth: usize,
        out: &mut Vec<DrawItem>,
    ) {
        if self.left == 0 || depth > project::MAX_HELD {
            return;
        }
        self.left -= 1;
        let (t, cues) = (self.filtering.time, self.filtering.cues.of(scene, item));
        let presence = match (cues.presence(t), spot) {
            // A layout still shows one that is fading away.
            (Presence::Gone, Some(_)) => Presence::Whole,
            (presence, _) => presence,
        };
        if matches!(presence, Presence::Gone) {
            return;
        }
        let mut now = keyed(item, &cues, t);
        if let Some(spot) = spot {
            now = Cow::Owned(layouts::in_cell(&now, spot));
        }
        if now.opacity <= 0.0 || now.opacity.is_nan() {
            return;
        }
        let mark = out.len();
        self.shown(scene, item, &now, depth, out);
        if let Presence::Partly(how, progress) = presence {
            let items = out.split_off(mark);
            out.extend(appear::appear(items, how.as_ref(), progress, self.canvas));
        }
    }

    /// What an item shows; `item` is as the document has it, `now` as it is at this moment.
    fn shown(&mut self, scene: &'a Scene, item: &'a SceneItem, now: &SceneItem, depth: usize, out: &mut Vec<DrawItem>) {
        let frame = item.source.as_ref().and_then(|id| (self.frames)(id));
        if let Some(frame) = frame {
            let of_source = item.source.as_ref().and_then(|id| self.project.source(id));
            let of_source = of_source.map_or(&[][..], |s| &s.filters);
            let picture = self.filtered(Picture::Frame(frame), of_source);
            let picture = picture.and_then(|p| self.filtered(p, &now.filters));
            push(now, picture.and_then(|p| placed(now, p)), out);
        } else if let Some(scene) = item.scene.as_ref().and_then(|id| self.project.scene(id)) {
            self.nested(now, scene, out);
        } else if let Some(members) = &item.members {
            let held = self.held(scene, item, depth + 1);
            self.group(now, members, held, out);
        }
    }

    /// What a group or a layout holds, in its own space.
    fn held(&mut self, scene: &'a Scene, item: &'a SceneItem, depth: usize) -> Vec<DrawItem> {
        let mut out = vec![];
        if item.layout().is_none() {
            for member in scene.members(&item.id) {
                self.item(scene, member, None, depth, &mut out);
            }
            return out;
        }
        let (t, cues) = (self.filtering.time, self.filtering.cues.of(scene, item));
        let spots = layouts::spots(scene, item, &cues, t);
        // In the order of drawing, whichever way they go.
        for member in scene.members(&item.id) {
            let spot = spots.iter().find(|(id, _)| *id == member.id).map(|(_, s)| s);
            match spot {
                Some(spot) => self.item(scene, member, Some(spot), depth, &mut out),
                None if self.filtering.cues.of(scene, member).is_leaving(t) => {
                    // Its way out takes longer than the glide: it stays where it stood at rest.
                    if let Some(spot) = layouts::last_spot(scene, item, &cues, member) {
                        self.item(scene, member, Some(&spot), depth, &mut out);
                    }
                }
                None => {}
            }
        }
        out
    }

    /// A group: its members put into what is around it where that draws the same, else a picture of them.
    fn group(&mut self, item: &SceneItem, members: &Members, held: Vec<DrawItem>, out: &mut Vec<DrawItem>) {
        if held.is_empty() {
            return;
        }
        let size = (members.width, members.height);
        if is_boxed(item) {
            let size = [size.0, size.1].map(|v| if v >= 1.0 { v.round().min(8192.0) as u32 } else { 0 });
            if size.contains(&0) {
                return;
            }
            let picture = self.filtered(as_list(held, (size[0], size[1])), &item.filters);
            return push(item, picture.and_then(|p| placed(item, p)), out);
        }
        let Some((_, m)) = place_in(item, size) else { return };
        let style = style_of(item);
        let opacity = item.opacity.min(1.0) as f32;
        let alone = held.len() == 1 && style.is_over();
        if (opacity == 1.0 || alone) && style.is_over() && held.iter().all(|i| fits_in(i, &m)) {
            let grown = m.a.hypot(m.b);
            out.extend(held.into_iter().map(|i| DrawItem {
                canvas_from_picture: m.after(&i.canvas_from_picture),
                opacity: i.opacity * opacity,
                style: Style {
                    radius: i.style.radius * grown,
                    ..i.style
                },
                ..i
            }));
        } else if let Some(whole) = appear::gathered(held, &m, self.canvas) {
            out.push(DrawItem {
                opacity,
                style,
                ..whole
            });
        }
    }

    /// A nested scene: its items put into the parent where that draws the same, else a list to be drawn by itself.
    fn nested(&mut self, item: &SceneItem, scene: &'a Scene, out: &mut Vec<DrawItem>) {
        let items = self.items(scene);
        if items.is_empty() {
            return;
        }
        let list = as_list(items.clone(), self.canvas);
        let picture = self.filtered(list, &scene.filters);
        let picture = picture.and_then(|p| self.filtered(p, &item.filters));
        let Some(whole) = picture.and_then(|p| placed(item, p)) else {
            return;
        };
        let adorned = item.border.is_some() || item.shadow.is_some();
        if adorned || matches!(whole.picture, Picture::Filtered(_)) {
            return push(item, Some(whole), out);
        }
        let (w, h) = (self.canvas.0 as f32, self.canvas.1 as f32);
        let alone = whole.opacity == 1.0 && whole.style == Style::default() && whole.crop == [0.0, 0.0, w, h];
        // What mixes with what is below it does so inside its scene only.
        let simple = |i: &DrawItem| i.style.is_over() && i.style.radius == 0.0;
        let plain = alone && whole.canvas_from_picture.is_upright() && items.iter().all(simple);
        let flat: Option<Vec<_>> = plain
            .then(|| items.iter().map(|i| clipped(i, w, h)).collect())
            .flatten();
        match flat {
            Some(flat) => out.extend(flat.into_iter().flatten().map(|i| DrawItem {
                canvas_from_picture: whole.canvas_from_picture.after(&i.canvas_from_picture),
                ..i
            })),
            None => out.push(whole),
        }
    }
}

/// Whether a group shows its own rectangle: one that is cut, rounded, framed or filtered. Others show whatever their members are.
fn is_boxed(item: &SceneItem) -> bool {
    let cut = item.crop != project::Crop::default() || item.corner_radius > 0.0;
    cut || item.border.is_some() || item.shadow.is_some() || item.filters.iter().any(|f| f.enabled)
}

/// Whether an item of a group looks the same when it is drawn where the group's map `m` puts it, not in the group's picture.
fn fits_in(i: &DrawItem, m: &Affine) -> bool {
    let (sx, sy) = (m.a.hypot(m.b), m.c.hypot(m.d));
    // A circle made longer one way is none.
    let even = (sx - sy).abs() <= 1e-4 * sx.max(sy);
    i.style.is_over() && (i.style.radius == 0.0 || even)
}

/// Items as a picture of their own.
pub(crate) fn as_list(items: Vec<DrawItem>, (width, height): (u32, u32)) -> Picture {
    Picture::List(Arc::new(DrawList {
        width,
        height,
        background: Rgba::TRANSPARENT,
        items,
    }))
}

/// The whole of a picture.
pub(crate) fn lying(picture: Picture, canvas_from_picture: Affine) -> DrawItem {
    let (w, h) = picture.size();
    DrawItem {
        crop: [0.0, 0.0, w as f32, h as f32],
        canvas_from_picture,
        opacity: 1.0,
        style: Style::default(),
        picture,
    }
}

/// An item with its shadow and its border below it.
fn push(item: &SceneItem, drawn: Option<DrawItem>, out: &mut Vec<DrawItem>) {
    if let Some(drawn) = drawn {
        out.extend(item.shadow.as_ref().and_then(|s| adorn::shadow(&drawn, s)));
        out.extend(item.border.as_ref().and_then(|b| adorn::border(&drawn, b)));
        out.push(drawn);
    }
}

/// The draw item of a picture.
fn placed(item: &SceneItem, picture: Picture) -> Option<DrawItem> {
    let (crop, canvas_from_picture) = place(item, picture.size())?;
    Some(DrawItem {
        picture,
        crop,
        canvas_from_picture,
        opacity: item.opacity.min(1.0) as f32,
        style: style_of(item),
    })
}

fn style_of(item: &SceneItem) -> Style {
    Style {
        filter: item.scale_filter,
        blend: item.blend,
        space: item.blend_space,
        radius: item.corner_radius.clamp(0.0, 1e5) as f32,
    }
}

/// The item with what sticks out of a canvas of `w` × `h` cropped away: `Some(None)` when nothing is left, `None` when a
/// crop can't do it (turned and sticking out).
pub(crate) fn clipped(item: &DrawItem, w: f32, h: f32) -> Option<Option<DrawItem>> {
    let b = item.bounds();
    if b[0] >= 0.0 && b[1] >= 0.0 && b[2] <= w && b[3] <= h {
        return Some(Some(item.clone()));
    }
    if b[2] <= 0.0 || b[3] <= 0.0 || b[0] >= w || b[1] >= h {
        return Some(None);
    }
    let m = item.canvas_from_picture;
    let inverse = m.inverse()?;
    if !m.is_upright() {
        return None;
    }
    let seen = inverse.bounds([0.0, 0.0, w, h]);
    let c = item.crop;
    let crop = [
        c[0].max(seen[0]),
        c[1].max(seen[1]),
        c[2].min(seen[2]),
        c[3].min(seen[3]),
    ];
    let left = crop[0] < crop[2] && crop[1] < crop[3];
    Some(left.then(|| DrawItem { crop, ..item.clone() }))
}
