//! Which of a source's pictures is shown, where its filters say another than the newest: later ones, or always the same.
//! Every canvas' tick asks here for the pictures it has just picked up; what was answered last is what the monitor sees.

use compositor::filters::{Hold, Store};
use media::{MediaTime, VideoFrame};
use parking_lot::Mutex;
use project::{Project, Source};
use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    sync::Arc,
};

/// Pictures kept of one source at most: half a second at 120 a second.
const MOST: usize = 64;

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
    shown: Option<Arc<VideoFrame>>,
}

/// How much later, and whether always the same; nothing where the newest is shown.
fn wanted(source: &Source, store: &Store) -> Option<(MediaTime, bool)> {
    let made = source.filters.iter().filter(|f| f.enabled).filter_map(|f| store.get(f));
    let mut out = None;
    for hold in made.filter_map(|m| m.filter.hold()) {
        let (later, still) = out.get_or_insert((MediaTime::ZERO, false));
        match hold {
            Hold::Later(by) => *later += by,
            Hold::Still => *still = true,
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
        for (source, (later, still)) in wanted {
            let Some((id, frame)) = pictures.get_key_value(source.id.as_str()) else {
                continue;
            };
            let (id, frame) = (id.clone(), frame.clone());
            let shown = kept.entry(id.clone()).or_default().next(frame, t, later, still);
            pictures.insert(id, shown);
        }
    }

    /// What was shown last of a source that has such filters.
    pub(crate) fn shown(&self, source: &str) -> Option<Arc<VideoFrame>> {
        self.kept.lock().get(source)?.shown.clone()
    }
}

impl Kept {
    fn next(&mut self, frame: Arc<VideoFrame>, t: MediaTime, later: MediaTime, still: bool) -> Arc<VideoFrame> {
        if self.recent.back().is_none_or(|(_, last)| last.id != frame.id) {
            self.recent.push_back((t, frame.clone()));
        }
        // The newest of those that are old enough; at the beginning the oldest there is.
        while self.recent.len() > MOST || self.recent.get(1).is_some_and(|(at, _)| *at <= t - later) {
            self.recent.pop_front();
        }
        let due = self.recent.front().map_or(frame, |(_, f)| f.clone());
        let shown = match still {
            true => self.still.get_or_insert(due).clone(),
            false => {
                self.still = None;
                due
            }
        };
        self.shown = Some(shown.clone());
        shown
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
}
