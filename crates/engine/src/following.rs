//! The picture of a canvas that follows the main one: the same scene, laid out as on the main canvas and brought over by the
//! canvas' rule. An item with a place of its own is first put where the rule brings it to that place, so that everything else
//! about it (filters, borders, what is nested in it) is as on the main canvas.

use compositor::{DrawList, Filtering};
use media::VideoFrame;
use parking_lot::Mutex;
use project::{Bounds, Canvas, FollowRule, ItemPlace, Point, Project, Scale, SceneItem};
use std::sync::Arc;

/// From the main canvas to one that follows it: the same factor both ways, then a shift.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Over {
    scale: f64,
    x: f64,
    y: f64,
}

impl Over {
    /// The space of a group or a layout, which has been brought over already.
    const NONE: Self = Self {
        scale: 1.0,
        x: 0.0,
        y: 0.0,
    };

    fn by(rule: FollowRule, main: (u32, u32), to: (u32, u32)) -> Self {
        let [mw, mh, w, h] = [main.0.max(1), main.1.max(1), to.0, to.1].map(f64::from);
        let (sx, sy) = (w / mw, h / mh);
        let scale = match rule {
            FollowRule::Fill => sx.max(sy),
            FollowRule::Fit => sx.min(sy),
        };
        Self {
            scale,
            x: (w - mw * scale) / 2.0,
            y: (h - mh * scale) / 2.0,
        }
    }

    fn point(&self, p: Point) -> Point {
        Point {
            x: p.x * self.scale + self.x,
            y: p.y * self.scale + self.y,
        }
    }

    fn back(&self, p: Point) -> Point {
        Point {
            x: (p.x - self.x) / self.scale,
            y: (p.y - self.y) / self.scale,
        }
    }

    /// The whole list on the other canvas.
    fn list(&self, mut list: DrawList, (width, height): (u32, u32)) -> DrawList {
        let (s, x, y) = (self.scale as f32, self.x as f32, self.y as f32);
        for item in &mut list.items {
            let m = &mut item.canvas_from_picture;
            (m.a, m.c, m.e) = (m.a * s, m.c * s, m.e * s + x);
            (m.b, m.d, m.f) = (m.b * s, m.d * s, m.f * s + y);
            item.style.radius *= s;
        }
        DrawList { width, height, ..list }
    }
}

/// An item where the canvas' rule brings it to its place.
fn placed(item: &SceneItem, place: &ItemPlace, over: &Over, sizes: ((u32, u32), (u32, u32))) -> SceneItem {
    let mut item = item.clone();
    // Where its own rule would have it, in the canvas' own pixels; then what is said of it.
    let held = !item.parent.is_empty();
    let over = if held { &Over::NONE } else { over };
    let rule = place.rule.filter(|_| !held);
    let own = rule.map_or(*over, |rule| Over::by(rule, sizes.0, sizes.1));
    let (grow, back) = (own.scale, 1.0 / over.scale);
    let times = |s: Scale, k: f64| Scale { x: s.x * k, y: s.y * k };
    let boxed = |b: Bounds, k: f64| Bounds {
        width: b.width * k,
        height: b.height * k,
        ..b
    };
    let position = place.position.unwrap_or_else(|| own.point(item.position));
    item.position = over.back(position);
    item.bounds = match (place.bounds, place.scale) {
        (Some(b), _) => Some(boxed(b, back)),
        (None, Some(_)) => None,
        (None, None) => item.bounds.map(|b| boxed(b, grow * back)),
    };
    item.scale = place
        .scale
        .map_or_else(|| times(item.scale, grow * back), |s| times(s, back));
    item.visible = place.visible.unwrap_or(item.visible);
    item.alignment = place.alignment.unwrap_or(item.alignment);
    item.rotation_deg = place.rotation_deg.unwrap_or(item.rotation_deg);
    item.crop = place.crop.unwrap_or(item.crop);
    item.opacity = place.opacity.unwrap_or(item.opacity);
    item
}

/// The document with the items of a canvas' own places where they have to be.
fn with_places(p: &Project, canvas: &Canvas, main: (u32, u32)) -> Project {
    let mut p = p.clone();
    let Some(follow) = &canvas.follow else { return p };
    let size = (canvas.width, canvas.height);
    let over = Over::by(follow.rule, main, size);
    for scene in &mut p.scenes {
        let Some(places) = follow.places.get(&scene.id) else {
            continue;
        };
        for item in &mut scene.items {
            if let Some(place) = places.get(&item.id) {
                *item = placed(item, place, &over, (main, size));
            }
        }
    }
    p
}

/// Documents kept with their items in place: those of the scenes of one transition and those they come from.
const KEPT: usize = 4;

/// Lays out scenes for canvases that follow, and keeps what follows from the document alone.
#[derive(Default)]
pub(crate) struct Following(Mutex<Vec<Placed>>);

/// A document with the items of a canvas' own places where they have to be.
struct Placed {
    of: Arc<Project>,
    canvas: Canvas,
    made: Arc<Project>,
}

impl Following {
    /// The scene `scene` of `p` as `canvas` (of the document of now) shows it; `main` is the size of the canvas it follows.
    pub(crate) fn lay_out(
        &self,
        p: &Arc<Project>,
        (canvas, main): (&Canvas, (u32, u32)),
        scene: &str,
        frames: &dyn Fn(&str) -> Option<Arc<VideoFrame>>,
        filtering: Filtering<'_>,
    ) -> DrawList {
        let Some(follow) = &canvas.follow else {
            let size = (canvas.width, canvas.height);
            return compositor::lay_out_at(p, size, canvas.background, scene, frames, filtering);
        };
        let placed = match follow.places.is_empty() {
            true => p.clone(),
            false => self.placed(p, canvas, main),
        };
        let list = compositor::lay_out_at(&placed, main, canvas.background, scene, frames, filtering);
        let size = (canvas.width, canvas.height);
        Over::by(follow.rule, main, size).list(list, size)
    }

    fn placed(&self, p: &Arc<Project>, canvas: &Canvas, main: (u32, u32)) -> Arc<Project> {
        let mut kept = self.0.lock();
        let same = |k: &&Placed| Arc::ptr_eq(&k.of, p) && k.canvas == *canvas;
        if let Some(known) = kept.iter().find(same) {
            return known.made.clone();
        }
        let made = Arc::new(with_places(p, canvas, main));
        if kept.len() >= KEPT {
            kept.remove(0);
        }
        kept.push(Placed {
            of: p.clone(),
            canvas: canvas.clone(),
            made: made.clone(),
        });
        made
    }
}

#[cfg(test)]
#[path = "following_tests.rs"]
mod tests;
