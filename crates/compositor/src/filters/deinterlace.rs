//! Deinterlace: makes whole pictures of interlaced ones, whose odd and even rows are two moments. It needs the frames before
//! and after, so whoever picks up a source's frames does it (see [`Hold::Woven`]), one frame late. The arithmetic is in
//! `weave`.

use super::{
    Filter, FilterKind, Hold, Sheet,
    kind::settings,
    weave::{self, Method},
};
use media::{Fields, FramePool, MediaTime, PixelFormat, Plane, VideoFrame};
use project::Settings;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// One line of the list of kinds.
pub const KIND: FilterKind = FilterKind::of::<Deinterlace>(
    "deinterlace",
    "Deinterlace",
    "Makes whole pictures of interlaced ones, a frame later. On sources only.",
    |s, _| {
        let weaving = Weaving {
            settings: settings(s)?,
            pool: FramePool::new(),
        };
        Ok(Box::new(Deinterlacer(Arc::new(weaving))))
    },
)
.for_sources();

/// Settings of a deinterlacer.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Deinterlace {
    /// How missing rows are made up.
    method: Way,
    /// How many pictures come of a frame.
    rate: Rate,
    /// Which rows came first.
    parity: Parity,
    /// Which frames are changed.
    frames: Which,
}

/// Ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Way {
    /// Edges are followed, and pictures before and after hold what stands still.
    Yadif,
    /// The same without its check of the rows above and below: a little sharper, with more mistakes.
    YadifNoSpatial,
    /// Smoother edges: motion decides between frames and a longer filter.
    #[default]
    Bwdif,
}

/// Rates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Rate {
    /// One: 25 from 50 fields a second.
    Frame,
    /// Two, one of each field: 50 from 50 fields a second.
    #[default]
    Field,
}

/// Orders of fields.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Parity {
    /// As the frame says; the upper where it does not.
    #[default]
    Auto,
    /// The first, third, … row.
    Top,
    /// The second, fourth, … row.
    Bottom,
}

/// Frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Which {
    /// Those that say that they are interlaced.
    #[default]
    Interlaced,
    /// All: for what says nothing, as most capture cards.
    All,
}

impl Settings for Deinterlace {}

#[derive(Debug)]
struct Deinterlacer(Arc<Weaving>);

impl Filter for Deinterlacer {
    fn hold(&self) -> Option<Hold> {
        Some(Hold::Woven(self.0.clone()))
    }
    fn apply(&self, sheet: Sheet, _: MediaTime) -> Sheet {
        sheet
    }
}

/// A deinterlacer ready for work.
pub struct Weaving {
    settings: Deinterlace,
    pool: FramePool,
}

impl std::fmt::Debug for Weaving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.settings.fmt(f)
    }
}

impl PartialEq for Weaving {
    fn eq(&self, other: &Self) -> bool {
        self.settings == other.settings
    }
}

/// Three frames in a row; the middle one is shown.
#[derive(Clone, Copy, Debug)]
pub struct Three<'a> {
    /// The one before; the middle one again where there is none.
    pub before: &'a VideoFrame,
    /// The one that is shown.
    pub now: &'a VideoFrame,
    /// The one after.
    pub after: &'a VideoFrame,
}

impl Weaving {
    /// Whether this frame is to be changed.
    pub fn wants(&self, f: &VideoFrame) -> bool {
        self.settings.frames == Which::All || f.fields != Fields::Progressive
    }

    /// Whether the second field is a picture of its own.
    pub fn doubles(&self) -> bool {
        self.settings.rate == Rate::Field
    }

    /// The picture of the first or the second field of the middle frame, a new one. `None` when its memory makes no sense.
    pub fn weave(&self, frames: Three<'_>, second: bool) -> Option<VideoFrame> {
        let now = &crate::software::narrowed(&self.pool, frames.now);
        let like = |f: &VideoFrame| {
            let f = crate::software::narrowed(&self.pool, f);
            let same = (f.format, f.width, f.height) == (now.format, now.width, now.height);
            if same { f } else { now.clone() }
        };
        let (before, after) = (like(frames.before), like(frames.after));
        let top_first = match (self.settings.parity, now.fields) {
            (Parity::Bottom, _) | (Parity::Auto, Fields::BottomFirst) => false,
            (Parity::Top, _) | (Parity::Auto, _) => true,
        };
        let method = match self.settings.method {
            Way::Yadif => Method::Yadif { spatial: true },
            Way::YadifNoSpatial => Method::Yadif { spatial: false },
            Way::Bwdif => Method::Bwdif,
        };
        let weave = weave::Weave {
            method,
            second,
            // The rows that are there: of the first field, or of the second.
            kept: usize::from(top_first == second),
        };
        let planes = (0..now.format.planes()).map(|i| {
            let (bytes, rows) = now.format.plane_size(i, now.width, now.height);
            let step = match now.format {
                PixelFormat::Nv12 if i == 1 => 2,
                f if f.is_yuv() => 1,
                _ => 4,
            };
            let mut out = self.pool.take(bytes * rows);
            let three = [&before.planes[i], &now.planes[i], &after.planes[i]];
            weave.plane(&mut out, three, (bytes, rows), step);
            Plane {
                data: self.pool.freeze(out),
                stride: bytes,
            }
        });
        let (color, alpha) = (now.color, now.alpha);
        VideoFrame::new(
            now.format,
            now.width,
            now.height,
            planes.collect(),
            color,
            alpha,
            now.time,
        )
        .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::{AlphaMode, ColorInfo};
    use serde_json::json;

    fn weaving(settings: serde_json::Value) -> Weaving {
        Weaving {
            settings: serde_json::from_value(settings).expect("settings"),
            pool: FramePool::new(),
        }
    }

    /// What is seen at moment `t` (in fields) at a pixel: an edge that moves two pixels a field, over a slope.
    fn scene(x: usize, y: usize, t: i64) -> u8 {
        let edge = 10 + 2 * t;
        if (x as i64) < edge { 200 } else { (40 + 2 * y) as u8 }
    }

    /// A frame whose rows are two moments.
    fn woven(format: PixelFormat, n: i64, top_first: bool, w: u32, h: u32) -> VideoFrame {
        let planes = (0..format.planes()).map(|i| {
            let (stride, rows) = format.plane_size(i, w, h);
            let across = if i == 0 { stride / w as usize } else { 1 };
            let at = |y: usize, x: usize| {
                let late = y.is_multiple_of(2) != top_first;
                scene(x / across, y, 2 * n + i64::from(late))
            };
            Plane {
                data: (0..rows * stride)
                    .map(|k| at(k / stride, k % stride))
                    .collect::<Vec<u8>>()
                    .into(),
                stride,
            }
        });
        let f = VideoFrame::new(
            format,
            w,
            h,
            planes.collect(),
            ColorInfo::BT709_LIMITED,
            AlphaMode::Opaque,
            MediaTime::ZERO,
        );
        VideoFrame {
            fields: if top_first {
                Fields::TopFirst
            } else {
                Fields::BottomFirst
            },
            ..f.expect("frame")
        }
    }

    #[test]
    fn both_fields_of_a_moving_edge_are_whole_pictures() {
        for method in ["yadif", "yadif_no_spatial", "bwdif"] {
            for top_first in [true, false] {
                let by = weaving(json!({"method": method}));
                let frames: Vec<_> = (0..3).map(|n| woven(PixelFormat::I420, n, top_first, 64, 32)).collect();
                let three = Three {
                    before: &frames[0],
                    now: &frames[1],
                    after: &frames[2],
                };
                for second in [false, true] {
                    let out = by.weave(three, second).expect("a picture");
                    assert_eq!(out.fields, Fields::Progressive);
                    let t = 2 + i64::from(second);
                    let wrong = (0..32usize)
                        .flat_map(|y| (0..64usize).map(move |x| (x, y)))
                        .filter(|(x, y)| out.planes[0].row(*y, 64)[*x].abs_diff(scene(*x, *y, t)) > 3)
                        .count();
                    // Woven as it comes, two pixels of every other row would be wrong: 64 here.
                    assert!(
                        wrong <= 4,
                        "{method}, top first {top_first}, second {second}: {wrong} pixels"
                    );
                }
            }
        }
    }

    #[test]
    fn what_stands_still_stays_as_sharp_as_it_is() {
        // Single rows of light that a picture of one field could not have.
        let plane = |w: usize, h: usize| Plane {
            data: (0..h)
                .flat_map(|y| vec![if y % 4 == 1 { 220 } else { 30 }; w])
                .collect::<Vec<u8>>()
                .into(),
            stride: w,
        };
        let planes = vec![plane(40, 24), plane(20, 12), plane(20, 12)];
        let f = VideoFrame::new(
            PixelFormat::I420,
            40,
            24,
            planes,
            ColorInfo::BT709_LIMITED,
            AlphaMode::Opaque,
            MediaTime::ZERO,
        )
        .expect("frame");
        let three = Three {
            before: &f,
            now: &f,
            after: &f,
        };
        for method in ["yadif", "yadif_no_spatial", "bwdif"] {
            let by = weaving(json!({"method": method, "frames": "all"}));
            for second in [false, true] {
                let out = by.weave(three, second).expect("a picture");
                for y in 5..19 {
                    assert_eq!(out.planes[0].row(y, 40), f.planes[0].row(y, 40), "{method}, row {y}");
                }
            }
        }
    }

    #[test]
    fn every_layout_and_size_is_taken() {
        for (w, h) in [(1, 1), (2, 2), (5, 3), (17, 9), (64, 5)] {
            for format in [
                PixelFormat::I420,
                PixelFormat::Nv12,
                PixelFormat::I422,
                PixelFormat::I444,
                PixelFormat::Rgba,
                PixelFormat::Bgrx,
            ] {
                for method in ["yadif", "bwdif"] {
                    let by = weaving(json!({"method": method}));
                    let (f, other) = (woven(format, 1, true, w, h), woven(PixelFormat::I420, 0, true, 8, 8));
                    let out = by
                        .weave(
                            Three {
                                before: &other,
                                now: &f,
                                after: &f,
                            },
                            true,
                        )
                        .expect("a picture");
                    assert_eq!((out.format, out.width, out.height), (format, w, h));
                }
            }
        }
        let auto = weaving(json!({}));
        let mut f = woven(PixelFormat::I420, 0, true, 4, 4);
        assert!(auto.wants(&f) && auto.doubles());
        f.fields = Fields::Progressive;
        assert!(!auto.wants(&f) && weaving(json!({"frames": "all"})).wants(&f));
        assert!(!weaving(json!({"rate": "frame"})).doubles());
    }
}
