//! The open sources of a show: where their pictures and sound are picked up. The set changes while the show runs: it is
//! replaced as a whole, so that the tick and the sound thread read it without waiting for anybody. What is to be open is
//! decided in `follow.rs`.

use crate::{EngineError, EventLevel, events::EventLog, films, holds::Holds};
use arc_swap::ArcSwap;
use compositor::{Cues, filters::Store};
use media::{Clock, FrameRate, FrameSlot, MediaTime, VideoFrame};
use mixer::AudioFeed;
use parking_lot::Mutex;
use project::Project;
use serde_json::{Map, Value};
use sources::{Source, SourceContext, SourceKind, SourceState, source_kinds};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

/// A source counts frames from the start of the show and the canvas from the start of the engine; rounded to nanoseconds
/// the two may lie one apart. Without this slack such a picture would come a whole frame late.
const ROUNDING: MediaTime = MediaTime(1000);

/// One open source.
pub(crate) struct LiveSource {
    pub(crate) kind: String,
    pub(crate) slot: Option<FrameSlot>,
    pub(crate) feed: Option<AudioFeed>,
    pub(crate) source: Mutex<Box<dyn Source>>,
    name: Mutex<String>,
    /// The settings in force.
    settings: Mutex<Map<String, Value>>,
}

impl LiveSource {
    /// Its name for people.
    pub(crate) fn name(&self) -> String {
        self.name.lock().clone()
    }

    pub(crate) fn rename(&self, name: &str) {
        let mut now = self.name.lock();
        if *now != name {
            name.clone_into(&mut now);
        }
    }

    /// The settings in force.
    pub(crate) fn settings(&self) -> Map<String, Value> {
        self.settings.lock().clone()
    }

    /// Whether these settings are in force.
    pub(crate) fn has_settings(&self, settings: &Map<String, Value>) -> bool {
        *self.settings.lock() == *settings
    }

    /// Puts settings in force.
    pub(crate) fn update(&self, settings: &Map<String, Value>) -> Result<(), EngineError> {
        let done = self.source.lock().update(settings);
        done.map_err(|error| EngineError::Source {
            name: self.name(),
            error,
        })?;
        settings.clone_into(&mut self.settings.lock());
        Ok(())
    }

    /// Width and height of its picture, once it is known.
    pub(crate) fn size(&self) -> Option<(u32, u32)> {
        let frame = self.slot.as_ref()?.peek()?;
        Some((frame.width, frame.height))
    }
}

/// The open sources by id at a moment.
pub(crate) type Sources = BTreeMap<Arc<str>, Arc<LiveSource>>;

/// The open sources.
#[derive(Default)]
pub(crate) struct Stage {
    sources: ArcSwap<Sources>,
    filters: Arc<Store>,
    /// What items' movements count their time from.
    cues: ArcSwap<Cues>,
    /// Pictures kept for filters that show them later.
    pub(crate) holds: Holds,
}

/// What every source of a stage gets to know.
#[derive(Clone)]
pub(crate) struct StageSetting {
    pub(crate) clock: Arc<dyn Clock>,
    /// Engine time of media position 0.
    pub(crate) start: MediaTime,
    pub(crate) rate: FrameRate,
    pub(crate) canvas: (u32, u32),
    pub(crate) project_dir: PathBuf,
}

impl StageSetting {
    pub(crate) fn new(project: &Project, project_dir: &Path, clock: Arc<dyn Clock>, start: MediaTime) -> Self {
        let main = project.canvases.first().cloned().unwrap_or_default();
        Self {
            clock,
            start,
            rate: main.fps,
            canvas: (main.width, main.height),
            project_dir: project_dir.to_owned(),
        }
    }

    /// Opens one source. May take a moment; nothing of the show waits for it.
    pub(crate) fn open(
        &self,
        id: &str,
        name: &str,
        kind: &'static SourceKind,
        settings: &Map<String, Value>,
    ) -> Result<LiveSource, EngineError> {
        let context = SourceContext {
            id: id.to_owned(),
            name: name.to_owned(),
            clock: self.clock.clone(),
            start: self.start,
            rate: self.rate,
            canvas: self.canvas,
            project_dir: self.project_dir.clone(),
        };
        let source = (kind.open)(settings, context).map_err(|error| EngineError::Source {
            name: name.to_owned(),
            error,
        })?;
        Ok(LiveSource {
            kind: kind.info.id.to_owned(),
            slot: source.video().cloned(),
            feed: source.audio().cloned(),
            source: Mutex::new(source),
            name: Mutex::new(name.to_owned()),
            settings: Mutex::new(settings.clone()),
        })
    }
}

/// The registered kind of this id.
pub(crate) fn kind_of(id: &str) -> Option<&'static SourceKind> {
    source_kinds().iter().find(|k| k.info.id == id)
}

/// Says that a source of an unknown kind is left out.
pub(crate) fn tell_unknown(log: &EventLog, s: &project::Source) {
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

impl Stage {
    /// Opens the sources that `wanted` accepts. A source of an unknown kind is left out with a word in the log; so is, where
    /// `lenient`, one with wrong settings.
    pub(crate) fn open(
        project: &Project,
        setting: &StageSetting,
        log: Option<&EventLog>,
        lenient: bool,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Self, EngineError> {
        let mut sources = Sources::new();
        for s in films::open_in(project).iter().filter(|s| wanted(&s.id)) {
            let Some(kind) = films::kind(&s.kind) else {
                if let Some(log) = log {
                    tell_unknown(log, s);
                }
                continue;
            };
            match (setting.open(&s.id, s.label(), kind, &s.settings), log) {
                (Ok(live), _) => {
                    sources.insert(s.id.as_str().into(), Arc::new(live));
                }
                (Err(e), Some(log)) if lenient => {
                    log.add(EventLevel::Error, films::subject(&s.id), e.to_string());
                }
                (Err(e), _) => return Err(e),
            }
        }
        let filters = Arc::new(Store::new(&setting.project_dir));
        crate::filtering::make_ready(project, &filters, log);
        Ok(Self {
            sources: ArcSwap::from_pointee(sources),
            filters,
            cues: ArcSwap::from_pointee(Cues::beginning(project, &setting.project_dir, setting.start)),
            holds: Holds::default(),
        })
    }

    /// The filters of the project, ready for work.
    pub(crate) fn filters(&self) -> Arc<Store> {
        self.filters.clone()
    }

    /// What items' movements count their time from.
    pub(crate) fn cues(&self) -> Arc<Cues> {
        self.cues.load_full()
    }

    /// Puts other cues in force. Only one thread at a time may do so; the callers hold the document's lock.
    pub(crate) fn cue(&self, cues: Cues) {
        self.cues.store(Arc::new(cues));
    }

    /// The sources open now.
    pub(crate) fn sources(&self) -> Arc<Sources> {
        self.sources.load_full()
    }

    /// Where an open source leaves its pictures.
    pub(crate) fn slot(&self, id: &str) -> Option<FrameSlot> {
        self.sources.load().get(id)?.slot.clone()
    }

    /// Puts another set of sources in force. Only one thread at a time may do so; the callers hold the document's lock.
    pub(crate) fn replace(&self, sources: Sources) {
        self.sources.store(Arc::new(sources));
    }

    /// Waits until every source has its first picture, or waits for something itself, at most `limit` in all.
    pub(crate) fn wait_ready(&self, clock: &dyn Clock, limit: MediaTime) {
        let deadline = clock.now() + limit;
        for s in self.sources.load().values() {
            let left = (deadline - clock.now()).to_duration().max(Duration::from_millis(1));
            s.source.lock().ready(left);
        }
    }

    /// Takes the pictures due at `t`, of all sources, so that hidden ones stay in step too.
    pub(crate) fn pictures(&self, t: MediaTime) -> BTreeMap<Arc<str>, Arc<VideoFrame>> {
        let t = t + ROUNDING;
        self.sources
            .load()
            .iter()
            .filter_map(|(id, s)| Some((id.clone(), s.slot.as_ref()?.at(t)?)))
            .collect()
    }

    /// Tells the makers of pictures whether anything was drawn from them in this tick.
    pub(crate) fn seen(&self, seen: bool) {
        for slot in self.sources.load().values().filter_map(|s| s.slot.as_ref()) {
            if seen {
                slot.look();
            } else {
                slot.look_away();
            }
        }
    }

    /// Ends all sources.
    pub(crate) fn stop(&self) {
        for s in self.sources.load().values() {
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
