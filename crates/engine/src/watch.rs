//! Keeps an eye on the show: once a quarter second it looks for changes of state and says them in the event log, and
//! measures the frame rate. It only reads.

use crate::{EventLevel, films, show::Shared, stage::state_words};
use media::MediaTime;
use outputs::DestinationState;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Arc, atomic::Ordering::Relaxed},
};

const PERIOD: MediaTime = MediaTime::from_millis(250);
/// Looks that make up the window over which the frame rate is measured.
const WINDOW: usize = 5;

#[derive(Default)]
struct Seen {
    sources: BTreeMap<String, (&'static str, Option<String>)>,
    /// What sources said although they play.
    notices: BTreeMap<String, Vec<String>>,
    destinations: BTreeMap<String, DestinationState>,
    /// What was doubted of destinations that are live.
    doubts: BTreeMap<String, Option<String>>,
    recordings: BTreeMap<String, Option<String>>,
    /// Warnings of recordings that were told.
    warnings: BTreeMap<String, String>,
}

impl Shared {
    /// Runs until the show has ended.
    pub(crate) fn watch(self: &Arc<Self>) {
        let mut seen = Seen::default();
        let mut followed = crate::captions::Followed::default();
        let mut marks: VecDeque<(MediaTime, Vec<u64>)> = VecDeque::new();
        while !self.ended.load(Relaxed) {
            self.look(&mut seen);
            self.measure(&mut marks);
            self.look_at_standbys();
            self.look_at_pace();
            self.look_at_rungs();
            self.look_at_air();
            self.look_at_health();
            self.look_at_iso();
            self.look_at_manifest();
            self.look_at_captions(&mut followed);
            self.replace_failed_encoders();
            self.release_encoders();
            self.clock.sleep_until(self.clock.now() + PERIOD);
        }
        self.look(&mut seen);
    }

    fn measure(&self, marks: &mut VecDeque<(MediaTime, Vec<u64>)>) {
        let now: Vec<u64> = self
            .counters
            .iter()
            .map(|c| c.rendered.load(Relaxed) + c.repeated.load(Relaxed) + c.unseen.load(Relaxed))
            .collect();
        marks.push_back((self.clock.now(), now));
        if marks.len() > WINDOW {
            marks.pop_front();
        }
        if let (Some((t0, n0)), Some((t1, n1))) = (marks.front(), marks.back())
            && t1 > t0
        {
            let s = (*t1 - *t0).as_secs_f64();
            *self.fps_now.lock() = n0.iter().zip(n1).map(|(a, b)| (b - a) as f64 / s).collect();
        }
    }

    fn look(&self, seen: &mut Seen) {
        self.look_at_sources(seen);
        self.look_at_destinations(seen);
        for r in self.recording_states() {
            let path = r.path.display().to_string();
            if let Some(w) = r.warning
                && seen.warnings.insert(path.clone(), w.clone()).as_ref() != Some(&w)
            {
                self.log.add(EventLevel::Warning, "recording", w);
            }
            let before = seen.recordings.insert(path.clone(), r.error.clone());
            match (before, r.error) {
                (None, None) => self
                    .log
                    .add(EventLevel::Info, "recording", format!("recording to {path}")),
                (None | Some(None), Some(e)) => self.log.add(EventLevel::Error, "recording", e),
                _ => {}
            }
        }
    }

    fn look_at_sources(&self, seen: &mut Seen) {
        for (id, s) in self.stage.sources().iter() {
            let Some(source) = s.source.try_lock() else { continue };
            let now = state_words(&source.state());
            let notices = source.notices();
            drop(source);
            let name = s.name();
            let told = seen.notices.insert(id.to_string(), notices.clone()).unwrap_or_default();
            for n in notices.iter().filter(|n| !told.contains(n)) {
                self.log
                    .add(EventLevel::Warning, films::subject(id), format!("{}: {n}", name));
            }
            let before = seen.sources.insert(id.to_string(), now.clone());
            if before.as_ref() == Some(&now) {
                continue;
            }
            let subject = films::subject(id);
            match (now.0, now.1, before) {
                ("waiting", reason, _) => self.log.add(
                    EventLevel::Warning,
                    subject,
                    format!("{}: {}", name, reason.unwrap_or_else(|| "waiting".into())),
                ),
                ("ready", _, Some(("waiting", _))) => {
                    self.log.add(EventLevel::Info, subject, format!("{} is back", name))
                }
                ("ended", ..) => self.log.add(EventLevel::Info, subject, format!("{} has ended", name)),
                _ => {}
            }
        }
    }

    fn look_at_destinations(&self, seen: &mut Seen) {
        for d in self.destination_views() {
            let now = d.status.state;
            // A doubt about one that is live all the same comes a moment after the state.
            let doubt = d.status.reason.clone().filter(|_| now == DestinationState::Live);
            let told = seen.doubts.insert(d.id.clone(), doubt.clone()).flatten();
            let before = seen.destinations.insert(d.id.clone(), now);
            if before == Some(now) || (before.is_none() && now == DestinationState::Idle) {
                if let Some(doubt) = doubt.filter(|d| told.as_ref() != Some(d)) {
                    let subject = format!("destination:{}", d.id);
                    self.log
                        .add(EventLevel::Warning, subject, format!("{}: {doubt}", d.name));
                }
                continue;
            }
            let why = d.status.reason.map(|r| format!(": {r}")).unwrap_or_default();
            let (level, word) = match now {
                DestinationState::Live if doubt.is_some() => (EventLevel::Warning, "live"),
                DestinationState::Live => (EventLevel::Info, "live"),
                DestinationState::Degraded => (EventLevel::Warning, "too slow"),
                DestinationState::Connecting => (EventLevel::Info, "connecting"),
                DestinationState::Retrying => (EventLevel::Warning, "lost, trying again"),
                DestinationState::Failed => (EventLevel::Error, "failed"),
                DestinationState::Stopped => (EventLevel::Info, "ended"),
                DestinationState::Idle => (EventLevel::Info, "off"),
            };
            self.log.add(
                level,
                format!("destination:{}", d.id),
                format!("{} {word}{why}", d.name),
            );
        }
    }
}
