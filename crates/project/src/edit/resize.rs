//! Another size of the main canvas: what lies on it keeps its place and its size in relation to the whole picture. Coordinates
//! are pixels of the main canvas, so they are worked out anew, in the same step of undo.

use crate::{Alignment, Animation, Point, Project, SceneItem};

/// The way from one size of the canvas to another: all of the old picture, as large as fits, in the middle of the new one.
#[derive(Clone, Copy)]
struct Way {
    from: (f64, f64),
    to: (f64, f64),
    k: f64,
}

/// Lets every scene lie on a main canvas of the size `to` as it lay on one of the size `from`.
pub(super) fn resize(p: &mut Project, from: (u32, u32), to: (u32, u32)) {
    let float = |(w, h): (u32, u32)| (f64::from(w), f64::from(h));
    let (from, to) = (float(from), float(to));
    if from == to || from.0 <= 0.0 || from.1 <= 0.0 {
        return;
    }
    let way = Way {
        from,
        to,
        k: (to.0 / from.0).min(to.1 / from.1),
    };
    // What a group holds lies in the group, which is made larger or smaller as a whole.
    let tops = p.scenes.iter_mut().flat_map(|s| &mut s.items);
    tops.filter(|i| i.parent.is_empty()).for_each(|i| way.item(i));
}

impl Way {
    fn point(&self, p: Point) -> Point {
        Point {
            x: tidy(self.to.0 / 2.0 + (p.x - self.from.0 / 2.0) * self.k),
            y: tidy(self.to.1 / 2.0 + (p.y - self.from.1 / 2.0) * self.k),
        }
    }

    fn item(&self, item: &mut SceneItem) {
        if self.fills(item) {
            return self.fill(item);
        }
        item.position = self.point(item.position);
        match &mut item.bounds {
            Some(b) => (b.width, b.height) = (tidy(b.width * self.k), tidy(b.height * self.k)),
            // A nested scene grows with the canvas by itself.
            None if item.scene.is_some() => {}
            None => (item.scale.x, item.scale.y) = (fine(item.scale.x * self.k), fine(item.scale.y * self.k)),
        }
        item.corner_radius = tidy(item.corner_radius * self.k);
        if let Some(b) = &mut item.border {
            b.width = tidy(b.width * self.k);
        }
        if let Some(s) = &mut item.shadow {
            (s.x, s.y, s.blur) = (tidy(s.x * self.k), tidy(s.y * self.k), tidy(s.blur * self.k));
        }
        let nested = item.scene.is_some();
        item.animations.iter_mut().for_each(|a| self.keys(a, nested));
    }

    /// Whether its box is the whole canvas.
    fn fills(&self, item: &SceneItem) -> bool {
        let whole = |w: f64, h: f64| (w, h) == self.from;
        let boxed = item.bounds.is_some_and(|b| whole(b.width, b.height));
        let layout = item
            .members
            .as_ref()
            .is_some_and(|m| m.layout.is_some() && whole(m.width, m.height));
        let at_corner =
            item.alignment == Alignment::TopLeft && item.position == Point::default() && item.rotation_deg == 0.0;
        let plain = layout && item.bounds.is_none() && (item.scale.x, item.scale.y) == (1.0, 1.0);
        at_corner && (boxed || plain)
    }

    fn fill(&self, item: &mut SceneItem) {
        if let Some(b) = &mut item.bounds {
            (b.width, b.height) = self.to;
        } else if let Some(m) = &mut item.members {
            (m.width, m.height) = self.to;
        }
    }

    fn keys(&self, a: &mut Animation, nested: bool) {
        for key in &mut a.keys {
            let v = key.value;
            key.value = match key.property.as_str() {
                "position.x" => self.point(Point { x: v, y: 0.0 }).x,
                "position.y" => self.point(Point { x: 0.0, y: v }).y,
                "scale.x" | "scale.y" if !nested => fine(v * self.k),
                "bounds.width" | "bounds.height" | "corner_radius" => tidy(v * self.k),
                _ => v,
            };
        }
    }
}

fn tidy(v: f64) -> f64 {
    (v * 1000.0).round() / 1000.0
}

fn fine(v: f64) -> f64 {
    (v * 1e6).round() / 1e6
}

#[cfg(test)]
mod tests {
    use crate::{Bounds, BoundsMode, Layout, Members, Point, Project, Scale, Scene, SceneItem, edit::set_canvas};
    use serde_json::json;

    fn resized(items: Vec<SceneItem>, width: u32, height: u32) -> Vec<SceneItem> {
        let mut p = Project {
            scenes: vec![Scene {
                items,
                ..Scene::default()
            }],
            ..Project::default()
        };
        let changes = json!({"width": width, "height": height});
        set_canvas(&mut p, "main", changes.as_object().expect("map")).expect("resized");
        p.scenes.remove(0).items
    }

    fn items() -> Vec<SceneItem> {
        let full = SceneItem {
            bounds: Some(Bounds::new(BoundsMode::Contain, 1920.0, 1080.0)),
            ..SceneItem::default()
        };
        let small = SceneItem {
            position: Point { x: 1440.0, y: 810.0 },
            scale: Scale { x: 0.5, y: -0.5 },
            corner_radius: 30.0,
            ..SceneItem::default()
        };
        let layout = SceneItem {
            id: "l".into(),
            members: Some(Members {
                layout: Some(Layout::default()),
                ..Members::default()
            }),
            ..SceneItem::default()
        };
        let member = SceneItem {
            parent: "l".into(),
            ..small.clone()
        };
        vec![full, small, layout, member]
    }

    #[test]
    fn a_smaller_picture_of_the_same_shape_looks_the_same() {
        let got = resized(items(), 1280, 720);
        let b = got[0].bounds.expect("a box");
        assert_eq!((b.width, b.height, got[0].position), (1280.0, 720.0, Point::default()));
        assert_eq!(got[1].position, Point { x: 960.0, y: 540.0 });
        assert_eq!(
            (got[1].scale.x, got[1].scale.y, got[1].corner_radius),
            (0.333333, -0.333333, 20.0)
        );
        assert_eq!(
            got[2].members.as_ref().map(|m| (m.width, m.height)),
            Some((1280.0, 720.0))
        );
        assert_eq!(
            got[3].position,
            Point { x: 1440.0, y: 810.0 },
            "its layout's pixels are its own"
        );
    }

    #[test]
    fn another_shape_has_all_of_it_in_the_middle() {
        let got = resized(items(), 1080, 1920);
        // 1920 pixels become 1080, about the middle.
        assert_eq!(got[1].position, Point { x: 810.0, y: 1111.875 });
        assert_eq!(
            got[0].bounds.map(|b| (b.width, b.height)),
            Some((1080.0, 1920.0)),
            "what filled it fills it"
        );
    }

    #[test]
    fn the_same_size_changes_nothing() {
        assert_eq!(resized(items(), 1920, 1080), items());
    }
}
