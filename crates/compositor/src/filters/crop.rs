//! Crop and pad: takes edges off a picture, or adds empty ones.

use super::{Filter, FilterKind, Layer, Sheet, kind::settings};
use crate::gpu::{Effect, Form};
use media::MediaTime;
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<Crop>(
    "crop",
    "Crop/pad",
    "Takes edges off a picture, or adds empty ones.",
    |s, _| Ok(Box::new(settings::<Crop>(s)?)),
);

/// Settings of a crop, in pixels of the picture: taken off, or added where negative. Odd numbers are rounded down to even
/// ones, as colour has half the picture's size.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
struct Crop {
    /// At the left.
    #[schemars(range(min = -8192, max = 16384))]
    left: i32,
    /// At the top.
    #[schemars(range(min = -8192, max = 16384))]
    top: i32,
    /// At the right.
    #[schemars(range(min = -8192, max = 16384))]
    right: i32,
    /// At the bottom.
    #[schemars(range(min = -8192, max = 16384))]
    bottom: i32,
}

impl Settings for Crop {}

/// Even, downwards.
fn even(v: i32) -> i64 {
    i64::from(v) & !1
}

const PASS: &str = "
fn luma(p: vec2i) -> vec2f {
    let q = p + vec2i(settings[0].xy);
    if any(q < vec2i(0)) || any(q >= vec2i(frame.picture)) {
        return vec2f(0.0);
    }
    return luma_at(q);
}
fn chroma(p: vec2i) -> vec4f {
    let a = drawn_alpha(p);
    return vec4f(straight_pair(chroma_at(p + vec2i(settings[0].xy) / 2)) * a, a, a);
}";

impl Filter for Crop {
    fn on_gpu(&self) -> bool {
        true
    }
    fn effects(&self, size: (u32, u32)) -> Vec<Effect> {
        let from = [even(self.left) as f32, even(self.top) as f32];
        vec![Effect::new(Form::Planes, PASS, &from, self.size(size))]
    }
    fn size(&self, (w, h): (u32, u32)) -> (u32, u32) {
        let left = |size: u32, a: i32, b: i32| (i64::from(size) - even(a) - even(b)).clamp(0, 1 << 20) as u32;
        (left(w, self.left, self.right), left(h, self.top, self.bottom))
    }
    fn keeps_opaque(&self) -> bool {
        [self.left, self.top, self.right, self.bottom].iter().all(|v| *v >= 0)
    }
    fn apply(&self, s: Sheet, _: MediaTime) -> Sheet {
        let (w, h) = self.size((s.width() as u32, s.height() as u32));
        let (w, h) = (w as usize, h as usize);
        let (x, y) = (even(self.left), even(self.top));
        let (cw, ch) = (w.div_ceil(2), h.div_ceil(2));
        let clear = (!self.keeps_opaque()).then(|| Layer::make(s.width(), s.height(), |_, row| row.fill(255)));
        Sheet {
            a: s.a.as_ref().or(clear.as_ref()).map(|a| cut(a, (x, y), (w, h), Some(0))),
            y: cut(&s.y, (x, y), (w, h), None),
            u: cut(&s.u, (x / 2, y / 2), (cw, ch), None),
            v: cut(&s.v, (x / 2, y / 2), (cw, ch), None),
        }
    }
}

/// The part of a plane that begins at `(x, y)`, with `empty` outside of it, or its edges on and on: what is not seen must
/// have the colour beside it, as colours are mixed with their neighbours when the picture is scaled.
fn cut(plane: &Layer, (x, y): (i64, i64), (w, h): (usize, usize), empty: Option<u8>) -> Layer {
    let last = plane.width.saturating_sub(1) as i64;
    Layer::make(w, h, |row, out| {
        let from = y + row as i64;
        let inside = from >= 0 && from < plane.height as i64;
        if let (Some(code), false) = (empty, inside) {
            return out.fill(code);
        }
        let source = plane.row(from.max(0) as usize);
        for (i, o) in (x..).zip(out.iter_mut()) {
            let at = source.get(i.clamp(0, last) as usize).copied().unwrap_or(0);
            *o = empty.filter(|_| i < 0 || i > last).unwrap_or(at);
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges_go_and_come() {
        let sheet = || Sheet {
            y: Layer::make(8, 6, |y, row| {
                row.iter_mut().enumerate().for_each(|(x, o)| *o = (10 * y + x) as u8)
            }),
            u: Layer::make(4, 3, |y, row| {
                row.iter_mut().enumerate().for_each(|(x, o)| *o = (10 * y + x) as u8)
            }),
            v: Layer::make(4, 3, |_, row| row.fill(9)),
            a: None,
        };
        let off = Crop {
            left: 2,
            top: 3,
            ..Crop::default()
        };
        let out = off.apply(sheet(), MediaTime::ZERO);
        assert_eq!((out.width(), out.height(), out.a.is_none()), (6, 4, true));
        assert_eq!((out.y.row(0)[0], out.u.row(0)[0]), (22, 11));
        let pad = Crop {
            right: -2,
            top: -2,
            ..Crop::default()
        };
        let out = pad.apply(sheet(), MediaTime::ZERO);
        assert_eq!((out.width(), out.height()), (10, 8));
        let a = out.a.expect("alpha");
        assert_eq!((a.row(0)[0], a.row(2)[7], a.row(2)[8]), (0, 255, 0));
        let all = Crop {
            left: 8,
            ..Crop::default()
        };
        assert_eq!(all.size((8, 6)).0, 0);
    }
}
