//! Several drawn items as one picture: a group that fades or mixes as one, and an item on its way in or out by a transition,
//! which goes over the item's own rectangle as it goes over a canvas between scenes.

use crate::{
    Affine, DrawItem, DrawList, Picture, Transition,
    layout::{as_list, clipped, lying},
};
use project::Rgba;
use std::sync::Arc;

/// The upright rectangle around items, on even pixels, as far as it matters to a canvas of this size; `None` when it is empty.
fn around(items: &[DrawItem], m: &Affine, (w, h): (u32, u32)) -> Option<[f32; 4]> {
    let mut r = [f32::INFINITY, f32::INFINITY, f32::NEG_INFINITY, f32::NEG_INFINITY];
    for i in items {
        let b = m.after(&i.canvas_from_picture).bounds(i.crop);
        if b.iter().all(|v| v.is_finite()) {
            r = [r[0].min(b[0]), r[1].min(b[1]), r[2].max(b[2]), r[3].max(b[3])];
        }
    }
    // What is a whole canvas away can't come into sight by a transition over its own rectangle.
    let (w, h) = (w as f32, h as f32);
    let low = |v: f32, edge: f32| ((v.max(edge) / 2.0).floor() * 2.0).max(-8192.0);
    let high = |v: f32, edge: f32| ((v.min(edge) / 2.0).ceil() * 2.0).min(8192.0);
    let r = [low(r[0], -w), low(r[1], -h), high(r[2], 2.0 * w), high(r[3], 2.0 * h)];
    (r[0] < r[2] && r[1] < r[3]).then_some(r)
}

/// Items of a group's space as one picture on the canvas, drawn in the size it has there. `m` is from that space to the canvas.
pub(crate) fn gathered(mut items: Vec<DrawItem>, m: &Affine, canvas: (u32, u32)) -> Option<DrawItem> {
    let r = around(&items, m, canvas)?;
    let size = ((r[2] - r[0]) as u32, (r[3] - r[1]) as u32);
    let from_canvas = Affine::place(-r[0], -r[1]).after(m);
    let grown = m.a.hypot(m.b);
    for i in &mut items {
        i.canvas_from_picture = from_canvas.after(&i.canvas_from_picture);
        i.style.radius *= grown;
    }
    Some(lying(as_list(items, size), Affine::place(r[0], r[1])))
}

/// Items of which a transition shows the part `progress`: 0 nothing, 1 all of them.
pub(crate) fn appear(items: Vec<DrawItem>, how: &dyn Transition, progress: f32, canvas: (u32, u32)) -> Vec<DrawItem> {
    let Some(r) = around(&items, &Affine::IDENTITY, canvas) else {
        return vec![];
    };
    let Some(whole) = gathered(items, &Affine::IDENTITY, canvas) else {
        return vec![];
    };
    let (w, h) = (r[2] - r[0], r[3] - r[1]);
    let Picture::List(to) = whole.picture else {
        return vec![];
    };
    let nothing = DrawList {
        width: to.width,
        height: to.height,
        background: Rgba::TRANSPARENT,
        items: vec![],
    };
    let made = how.list(nothing, DrawList::clone(&to), progress);
    let back = Affine::place(r[0], r[1]);
    // Drawn straight on the canvas where nothing sticks out of the rectangle, and nothing mixes.
    let simple = made.background.0[3] == 0 && made.items.iter().all(|i| i.style.is_over());
    let flat: Option<Vec<_>> = simple
        .then(|| made.items.iter().map(|i| clipped(i, w, h)).collect())
        .flatten();
    match flat {
        Some(flat) => flat
            .into_iter()
            .flatten()
            .map(|i| DrawItem {
                canvas_from_picture: back.after(&i.canvas_from_picture),
                ..i
            })
            .collect(),
        None => vec![lying(Picture::List(Arc::new(made)), back)],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transition;
    use media::{AlphaMode, VideoFrame};
    use serde_json::json;

    fn how(kind: &str, settings: serde_json::Value) -> Arc<dyn Transition> {
        let settings = settings.as_object().cloned().expect("map");
        transition(kind, &settings, "t", std::path::Path::new(""))
            .expect("known")
            .expect("right")
    }

    /// A white square at (20, 10) on a black canvas, on its way.
    fn luma(how: &dyn Transition, p: f32, turned: bool) -> Vec<Vec<u8>> {
        let white = VideoFrame::rgba(16, 16, vec![255; 16 * 16 * 4], AlphaMode::Opaque).expect("frame");
        let mut item = DrawItem::whole(Arc::new(white), 20.0, 10.0);
        if turned {
            item.canvas_from_picture.b = 0.2;
        }
        let list = DrawList {
            width: 64,
            height: 48,
            background: Rgba([0, 0, 255, 255]),
            items: appear(vec![item], how, p, (64, 48)),
        };
        let mut r = crate::software::SoftwareRenderer::new(64, 48).expect("renderer");
        let frame = crate::render_one(&mut r, &list).expect("drawn");
        (0..48).map(|y| frame.planes[0].row(y, 64).to_vec()).collect()
    }

    #[test]
    fn every_way_goes_from_nothing_to_all_of_it_and_keeps_to_its_rectangle() {
        let blue = 32;
        for kind in crate::transition_kinds().iter().filter(|k| k.for_items) {
            let t = how(kind.info.id, json!({}));
            for turned in [false, true] {
                let (none, all) = (luma(t.as_ref(), 0.0, turned), luma(t.as_ref(), 0.9999, turned));
                assert!(
                    none.iter().flatten().all(|v| v.abs_diff(blue) < 6),
                    "{} {turned}",
                    kind.info.id
                );
                assert!(all[18][28] > 225, "{}: {}", kind.info.id, all[18][28]);
                let half = luma(t.as_ref(), 0.5, turned);
                for (y, row) in half.iter().enumerate() {
                    for (x, v) in row.iter().enumerate() {
                        let outside = !(17..40).contains(&x) || !(7..34).contains(&y);
                        assert!(
                            !outside || v.abs_diff(blue) < 4,
                            "{} {turned}: {v} at {x},{y}",
                            kind.info.id
                        );
                    }
                }
            }
        }
    }

    #[test]
    fn a_fade_is_as_solid_as_far_as_it_is() {
        let t = how("fade", json!({}));
        let v = luma(t.as_ref(), 0.25, false)[18][28];
        // A quarter of the way from blue's 32 to white's 235.
        assert!(v.abs_diff(83) <= 2, "{v}");
    }

    #[test]
    fn what_lies_nowhere_is_nothing() {
        let frame = VideoFrame::rgba(2, 2, vec![9; 16], AlphaMode::Opaque).expect("frame");
        let mut item = DrawItem::whole(Arc::new(frame), 0.0, 0.0);
        item.canvas_from_picture.e = f32::NAN;
        assert!(appear(vec![item], how("slide", json!({})).as_ref(), 0.5, (64, 48)).is_empty());
        assert!(appear(vec![], how("wipe", json!({})).as_ref(), 0.5, (64, 48)).is_empty());
    }
}
