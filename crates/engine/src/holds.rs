//! Which of a source's pictures is shown, where its filters say another than the newest: later ones, always the same, or ones
//! made of the fields of an interlaced source. Every canvas' tick asks here for the pictures it has just picked up; what was
//! answered last is what the monitor sees.

use compositor::filters::{Hold, Store, Three, Weaving};
use media::{MediaTime, VideoFrame};
use parking_lot::Mutex;
use project::{Project, Source};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

/// Pictures kept of one source at most: half a second at 120 a second, and those that fields need.
const MOST: usize = 66;
/// Frames further apart than this are no series.
const SLOWEST: MediaTime = MediaTime::from_millis(200);

/// The pictures of a moment, by source.
pub(crate) type Pictures = BTreeMap<Arc<str>, Arc<VideoFrame>>;

/// What is kept of the sources that have such filters.
#[derive(Default)]
pub(crate) struct Holds {
    kept: Mutex<HashMap<Arc<str>, Kept>>,
}

#[derive(Default)]
struct Kept {
    /// When each was picked up, oldest first.
    recent: VecDeque<(MediaTime, Arc<VideoFrame>)>,
    still: Option<Arc<VideoFrame>>,
    woven: Option<Woven>,
    shown: Option<Arc<VideoFrame>>,
}

/// A picture made of fields: of which three frames, of the first field or the second, by what.
struct Woven {
    of: [u64; 3],
    second: bool,
    by: Arc<Weaving>,
    picture: Arc<VideoFrame>,
}

/// What the filters of a source ask for.
#[derive(Default)]
struct Wanted {
    later: MediaTime,
    still: bool,
    woven: Option<Arc<Weaving>>,
}

/// What is asked for; nothing where the newest picture is shown.
fn wanted(source: &Source, store: &Store) -> Option<Wanted> {
    let made = source.filters.iter().filter(|f| f.enabled).filter_map(|f| store.get(f));
    let mut out: Option<Wanted> = None;
    for hold in made.filter_map(|m| m.filter.hold()) {
        let wanted = out.get_or_insert_default();
        match hold {
            Hold::Later(by) => wanted.later += by,
            Hold::Still => wanted.still = true,
            Hold::Woven(by) => wanted.woven = Some(by),
        }
    }
    out
}

impl Holds {
    /// Exchanges pictures of time `t` for those that are to be shown.
    pub(crate) fn apply(&self, project: &Project, store: &Store, pictures: &mut Pictures, t: MediaTime) {
        let filtered = project.sources.iter().filter(|s| !s.filters.is_empty());
        let wanted: Vec<_> = filtered.filter_map(|s| Some((s, wanted(s, store)?))).collect();
        let mut kept = self.kept.lock();
        kept.retain(|id, _| wanted.iter().any(|(s, _)| *s.id == **id));
        for (source, wanted) in wanted {
            let Some((id, frame)) = pictures.get_key_value(source.id.as_str()) else {
                continue;
            };
            let (id, frame) = (id.clone(), frame.clone());
            let shown = kept.entry(id.clone()).or_default().next(frame, t, &wanted);
            pictures.insert(id, shown);
        }
    }

    /// What was shown last of a source that has such filters.
    pub(crate) fn shown(&self, source: &str) -> Option<Arc<VideoFrame>> {
        self.kept.lock().get(source)?.shown.clone()
    }
}

impl Kept {
    fn next(&mut self, frame: Arc<VideoFrame>, t: MediaTime, wanted: &Wanted) -> Arc<VideoFrame> {
        if self.recent.back().is_none_or(|(_, last)| last.id != frame.id) {
            self.recent.push_back((t, frame.clone()));
        }
        let t = t - wanted.later;
        // The newest of those that are old enough, at the beginning the oldest there is; fields need two more before it.
        let before = if wanted.woven.is_some() { 2 } else { 0 };
        while self.recent.len() > MOST || self.recent.get(1 + before).is_some_and(|(at, _)| *at <= t) {
            self.recent.pop_front();
        }
        let due = match &wanted.woven {
            Some(by) => self.weave(by, t),
            None => self.recent.front().map(|(_, f)| f.clone()),
        };
        let due = due.unwrap_or(frame);
        let shown = match wanted.still {
            true => self.still.get_or_insert(due).clone(),
            false => {
                self.still = None;
                due
            }
        };
        self.shown = Some(shown.clone());
        shown
    }

    /// The picture of the fields at time `t`, one frame late; the frame itself where it is not to be changed.
    fn weave(&mut self, by: &Arc<Weaving>, t: MediaTime) -> Option<Arc<VideoFrame>> {
        let last = self.recent.iter().rposition(|(at, _)| *at <= t).unwrap_or(0);
        let (seen, newest) = self.recent.get(last)?.clone();
        let frame = |back: usize| self.recent.get(last.saturating_sub(back)).map(|(_, f)| f.clone());
        let (middle, first) = (frame(1)?, frame(2)?);
        let apart = (newest.time - middle.time).min(SLOWEST);
        let apart = if apart > MediaTime::ZERO { apart } else { SLOWEST };
        // Nothing has come for long: the source stands still, on its newest frame.
        let waits = t - seen > MediaTime(apart.0 * 5 / 2);
        let [before, now, after] = match waits {
            true => [middle, newest.clone(), newest],
            false => [first, middle, newest],
        };
        if !by.wants(&now) {
            // One frame late only where there may be fields.
            return Some(if by.wants(&after) { now } else { after });
        }
        let second = by.doubles() && (waits || t - seen >= MediaTime(apart.0 / 2));
        let of = [&before, &now, &after].map(|f| f.id);
        if let Some(w) = self
            .woven
            .as_ref()
            .filter(|w| w.of == of && w.second == second && w.by == *by)
        {
            return Some(w.picture.clone());
        }
        let three = Three {
            before: &before,
            now: &now,
            after: &after,
        };
        let picture = Arc::new(by.weave(three, second)?);
        self.woven = Some(Woven {
            of,
            second,
            by: by.clone(),
            picture: picture.clone(),
        });
        Some(picture)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::AlphaMode;
    use serde_json::json;

    fn frame(ms: i64) -> Arc<VideoFrame> {
        let f = VideoFrame::rgba(2, 2, vec![9; 16], AlphaMode::Opaque).expect("frame");
        Arc::new(f.at(MediaTime::from_millis(ms)))
    }

    fn project(filters: &[(&str, serde_json::Value)]) -> Project {
        let filters = filters.iter().map(|(kind, settings)| project::Filter {
            kind: (*kind).into(),
            settings: settings.as_object().cloned().unwrap_or_default(),
            ..project::Filter::default()
        });
        Project {
            sources: vec![Source {
                id: "cam".into(),
                filters: filters.collect(),
                ..Source::default()
            }],
            ..Project::default()
        }
    }

    fn shown(h: &Holds, p: &Project, ms: i64) -> i64 {
        let mut pictures = Pictures::from([("cam".into(), frame(ms)), ("other".into(), frame(ms))]);
        h.apply(p, &Store::default(), &mut pictures, MediaTime::from_millis(ms));
        assert_eq!(pictures["other"].time.as_millis(), ms, "only what has the filter");
        pictures["cam"].time.as_millis()
    }

    #[test]
    fn later_is_later_and_still_is_still() {
        let (holds, none) = (Holds::default(), project(&[]));
        assert_eq!(shown(&holds, &none, 0), 0);
        let later = project(&[("render_delay", json!({"delay_ms": 100}))]);
        let times: Vec<i64> = (0..10).map(|i| shown(&holds, &later, 40 * i)).collect();
        assert_eq!(times, [0, 0, 0, 0, 40, 80, 120, 160, 200, 240]);
        assert_eq!(holds.shown("cam").map(|f| f.time.as_millis()), Some(240));
        let still = project(&[("freeze", json!({}))]);
        let stands = shown(&holds, &still, 400);
        assert!((401..500).all(|ms| shown(&holds, &still, ms) == stands));
        assert_eq!(shown(&holds, &none, 500), 500);
        assert!(holds.shown("cam").is_none(), "nothing is kept for nobody");
        assert_eq!(shown(&holds, &still, 600), 600, "another time, another picture");
    }

    /// A frame of 25 a second whose odd and even rows are two moments, as bright as their number.
    fn fields(n: i64) -> Arc<VideoFrame> {
        let plane = |w: usize, h: usize| media::Plane {
            data: (0..h)
                .flat_map(|y| vec![(40 + 8 * n + 4 * (y as i64 % 2)) as u8; w])
                .collect::<Vec<u8>>()
                .into(),
            stride: w,
        };
        let planes = vec![plane(16, 16), plane(8, 8), plane(8, 8)];
        let (color, alpha) = (media::ColorInfo::BT709_LIMITED, AlphaMode::Opaque);
        let f = VideoFrame::new(
            media::PixelFormat::I420,
            16,
            16,
            planes,
            color,
            alpha,
            MediaTime::from_millis(40 * n),
        );
        Arc::new(VideoFrame {
            fields: media::Fields::TopFirst,
            ..f.expect("frame")
        })
    }

    #[test]
    fn fields_become_pictures_at_twice_the_rate() {
        let (holds, store) = (Holds::default(), Store::default());
        let show = |p: &Project, ms: i64, frame: &Arc<VideoFrame>| {
            let mut pictures = Pictures::from([("cam".into(), frame.clone())]);
            holds.apply(p, &store, &mut pictures, MediaTime::from_millis(ms));
            pictures["cam"].clone()
        };
        let frames: Vec<_> = (0..6).map(fields).collect();
        // Fifty looks a second: each field is one picture, in order, a frame late.
        let twice = project(&[("deinterlace", json!({}))]);
        let seen: Vec<u8> = (0..12)
            .map(|i| show(&twice, 20 * i, &frames[i as usize / 2]).planes[0].row(8, 16)[3])
            .collect();
        assert_eq!(seen[4..], [48, 52, 56, 60, 64, 68, 72, 76], "{seen:?}");
        // A source that stands still is shown up to its last field.
        let last = show(&twice, 1000, &frames[5]);
        assert_eq!(last.planes[0].row(8, 16)[3], 84);
        assert_eq!(show(&twice, 1020, &frames[5]).id, last.id, "made once");
        // One picture a frame, and none where frames say that they are whole.
        let once = project(&[("deinterlace", json!({"rate": "frame"}))]);
        let ids: Vec<u64> = (0..8)
            .map(|i| show(&once, 2000 + 20 * i, &frames[i as usize / 2]).id)
            .collect();
        assert!(ids[2..].chunks(2).all(|p| p[0] == p[1]) && ids[4] != ids[6]);
        show(&twice, 3000, &frame(3000));
        let whole = frame(3040);
        assert_eq!(show(&twice, 3040, &whole).id, whole.id);
    }
}
