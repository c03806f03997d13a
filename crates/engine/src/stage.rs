//! The open sources of a show: where their pictures and sound are picked up.

use crate::{EngineError, EventLevel, events::EventLog};
use media::{Clock, FrameRate, FrameSlot, MediaTime, VideoFrame};
use mixer::AudioFeed;
use parking_lot::Mutex;
use project::Project;
use sources::{Source, SourceContext, SourceKind, SourceState, source_kinds};
use std::{collections::BTreeMap, path::Path, sync::Arc, time::Duration};

/// A source counts frames from the start of the show and the canvas from the start of the engine; rounded to nanoseconds
/// the two may lie one apart. Without this slack such a picture would come a whole frame late.
const ROUNDING: MediaTime = MediaTime(1000);

/// One open source.
pub(crate) struct LiveSource {
    pub(crate) name: String,
    pub(crate) kind: String,
    pub(crate) slot: Option<FrameSlot>,
    pub(crate) feed: Option<AudioFeed>,
    pub(crate) source: Mutex<Box<dyn Source>>,
}

/// All open sources by id.
#[derive(Default)]
pub(crate) struct Stage {
    pub(crate) sources: BTreeMap<String, LiveSource>,
}

/// What every source of a stage gets to know.
pub(crate) struct StageSetting<'a> {
    pub(crate) clock: Arc<dyn Clock>,
    /// Engine time of the show's first picture.
    pub(crate) start: MediaTime,
    pub(crate) rate: FrameRate,
    pub(crate) canvas: (u32, u32),
    pub(crate) project_dir: &'a Path,
}

/// The registered kind of this id.
pub(crate) fn kind_of(id: &str) -> Option<&'static SourceKind> {
    source_kinds().iter().find(|k| k.info.id == id)
}

impl Stage {
    /// Opens the sources that `wanted` accepts. A source of an unknown kind is left out with a word in the log.
    pub(crate) fn open(
        project: &Project,
        setting: &StageSetting<'_>,
        log: Option<&EventLog>,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, EngineError> {
        let mut sources = BTreeMap::new();
        for s in project.sources.iter().filter(|s| wanted(&s.id)) {
            let Some(kind) = kind_of(&s.kind) else {
                if let Some(log) = log {
                    log.add(
                        EventLevel::Warning,
                        format!("source:{}", s.id),
                        format!(
                            "{}: this version has no source of kind `{}`, so it is not shown",
                            s.label(),
                            s.kind
                        ),
                    );
                }
                continue;
            };
            let context = SourceContext {
                id: s.id.clone(),
                name: s.label().to_owned(),
                clock: setting.clock.clone(),
                start: setting.start,
                rate: setting.rate,
                canvas: setting.canvas,
                project_dir: setting.project_dir.to_owned(),
            };
            let source = (kind.open)(&s.settings, context).map_err(|error| EngineError::Source {
                name: s.label().to_owned(),
                error,
            })?;
            let live = LiveSource {
                name: s.label().to_owned(),
                kind: s.kind.clone(),
                slot: source.video().cloned(),
                feed: source.audio().cloned(),
                source: Mutex::new(source),
            };
            sources.insert(s.id.clone(), live);
        }
        Ok(Self { sources })
    }

    /// Waits until every source has its first picture, or waits for something itself, at most `limit` in all.
    pub(crate) fn wait_ready(&self, clock: &dyn Clock, limit: MediaTime) {
        let deadline = clock.now() + limit;
        for s in self.sources.values() {
            let left = (deadline - clock.now()).to_duration().max(Duration::from_millis(1));
            s.source.lock().ready(left);
        }
    }

    /// Takes the pictures due at `t`, of all sources, so that hidden ones stay in step too.
    pub(crate) fn pictures(&self, t: MediaTime) -> BTreeMap<&str, Arc<VideoFrame>> {
        let t = t + ROUNDING;
        self.sources
            .iter()
            .filter_map(|(id, s)| Some((id.as_str(), s.slot.as_ref()?.at(t)?)))
            .collect()
    }

    /// Ends all sources.
    pub(crate) fn stop(&self) {
        for s in self.sources.values() {
            s.source.lock().stop();
        }
    }
}

/// A source's state as (word, reason).
pub(crate) fn state_words(state: &SourceState) -> (&'static str, Option<String>) {
    match state {
        SourceState::Ready => ("ready", None),
        SourceState::Waiting { reason } => ("waiting", Some(reason.clone())),
        SourceState::Ended => ("ended", None),
    }
}
