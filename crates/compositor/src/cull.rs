//! Takes out of a draw list what can't be seen: what is transparent, flat, off the canvas, or covered by one solid picture
//! above. What is left draws the very same picture.

use crate::{DrawItem, DrawList};

/// The list without what can't be seen.
pub fn cull(mut list: DrawList) -> DrawList {
    let canvas = [0.0, 0.0, f64::from(list.width), f64::from(list.height)];
    let mut covered: Vec<[f64; 4]> = vec![];
    let mut keep = vec![false; list.items.len()];
    for (item, keep) in list.items.iter().zip(&mut keep).rev() {
        let Some(seen) = touched(item, canvas) else {
            continue;
        };
        if covered.iter().any(|c| contains(c, &seen)) {
            continue;
        }
        *keep = true;
        if !item.style.is_over() {
            // It looks at the colours around each of its samples, which may lie under a picture above it.
            covered = covered.iter().filter_map(|c| shrunk(*c, canvas)).collect();
        }
        covered.extend(solid(item, canvas));
    }
    let mut keep = keep.into_iter();
    list.items.retain(|_| keep.next().unwrap_or(true));
    list
}

/// The item's upright rectangle on the canvas, edges very near whole pixels put on them, as the renderers do.
fn extent(item: &DrawItem) -> [f64; 4] {
    let m = &item.canvas_from_picture;
    let [a, b, c, d, e, f] = [m.a, m.b, m.c, m.d, m.e, m.f].map(f64::from);
    let (w, h) = item.picture.size();
    let [w, h] = [w, h].map(f64::from);
    let [x0, y0, x1, y1] = item.crop.map(f64::from);
    let (x0, y0, x1, y1) = (x0.clamp(0.0, w), y0.clamp(0.0, h), x1.clamp(0.0, w), y1.clamp(0.0, h));
    let mut out = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for (x, y) in [(x0, y0), (x1, y0), (x0, y1), (x1, y1)] {
        let (x, y) = (a * x + c * y + e, b * x + d * y + f);
        out = [out[0].min(x), out[1].min(y), out[2].max(x), out[3].max(y)];
    }
    out.map(|v| {
        if (v - v.round()).abs() < 1.0 / 1024.0 {
            v.round()
        } else {
            v
        }
    })
}

/// The canvas pixels the item may change, grown to whole chroma samples; `None` when there are none.
fn touched(item: &DrawItem, canvas: [f64; 4]) -> Option<[f64; 4]> {
    let c = item.crop;
    let drawable = item.opacity > 0.0 && c[0] < c[2] && c[1] < c[3] && item.canvas_from_picture.inverse().is_some();
    if !drawable {
        return None;
    }
    // A turned edge is softened over its neighbours, in chroma by two pixels.
    let margin = if item.canvas_from_picture.is_upright() {
        0.0
    } else {
        2.0
    };
    let e = extent(item);
    let r = [
        ((e[0] - margin) / 2.0).floor() * 2.0,
        ((e[1] - margin) / 2.0).floor() * 2.0,
        ((e[2] + margin) / 2.0).ceil() * 2.0,
        ((e[3] + margin) / 2.0).ceil() * 2.0,
    ];
    let r = [
        r[0].max(canvas[0]),
        r[1].max(canvas[1]),
        r[2].min(canvas[2]),
        r[3].min(canvas[3]),
    ];
    (r[0] < r[2] && r[1] < r[3]).then_some(r)
}

/// The canvas pixels of which the item hides all that is below, whole chroma samples only.
fn solid(item: &DrawItem, canvas: [f64; 4]) -> Option<[f64; 4]> {
    if !item.is_solid() {
        return None;
    }
    let e = extent(item);
    let low = |v: f64, edge: f64| if v <= edge { edge } else { (v / 2.0).ceil() * 2.0 };
    let high = |v: f64, edge: f64| if v >= edge { edge } else { (v / 2.0).floor() * 2.0 };
    let r = [
        low(e[0], canvas[0]),
        low(e[1], canvas[1]),
        high(e[2], canvas[2]),
        high(e[3], canvas[3]),
    ];
    (r[0] < r[2] && r[1] < r[3]).then_some(r)
}

/// The rectangle without two pixels at each edge that is not the canvas' own.
fn shrunk(r: [f64; 4], canvas: [f64; 4]) -> Option<[f64; 4]> {
    let low = |i: usize| if r[i] <= canvas[i] { r[i] } else { r[i] + 2.0 };
    let high = |i: usize| if r[i] >= canvas[i] { r[i] } else { r[i] - 2.0 };
    let r = [low(0), low(1), high(2), high(3)];
    (r[0] < r[2] && r[1] < r[3]).then_some(r)
}

fn contains(outer: &[f64; 4], inner: &[f64; 4]) -> bool {
    outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3]
}
