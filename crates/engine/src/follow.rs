//! Sources follow the document: what it gains is opened, what it loses is closed, what changed is told. Opening and
//! closing happen on the thread of the command; the tick and the sound thread only see another set.

use crate::{
    EngineError, EventLevel, Outcome,
    document::Strictness,
    edits::new_source,
    films,
    show::Shared,
    stage::{LiveSource, Sources, StageSetting, kind_of, tell_unknown},
};
use media::MediaTime;
use project::{Project, Source};
use serde_json::{Map, Value};
use std::{
    borrow::Cow,
    sync::{Arc, atomic::Ordering::Relaxed},
};

/// From the opening of a source to its position 0: what a file needs to have its first picture ready.
const LEAD: MediaTime = MediaTime::from_millis(150);

/// What is left to do once the document is published.
pub(crate) struct Followed {
    /// The sources of the new document.
    open: Sources,
    /// Those that are in no document any more.
    closing: Vec<Arc<LiveSource>>,
}

/// Settings that were put in force and go back if a later source refuses.
type Updated = Vec<(Arc<LiveSource>, Map<String, Value>)>;

impl Shared {
    /// Opens what `next` has and the stage lacks, and changes what is open. Nothing is closed yet.
    ///
    /// # Errors
    /// With [`Strictness::Refuse`], what a kind says of its settings; everything is as before then.
    pub(crate) fn open_sources(&self, now: &Project, next: &Project, how: Strictness) -> Result<Followed, EngineError> {
        let before = self.stage.sources();
        let mut open: Sources = before.iter().filter(|(id, _)| id.starts_with('~')).map(pair).collect();
        let mut updated: Updated = vec![];
        let (known, next) = (films::open_in(now), films::open_in(next));
        for s in &next {
            match self.follow_one(s, before.get(s.id.as_str()), &known, &mut updated) {
                Ok(Some(live)) => {
                    open.insert(s.id.as_str().into(), live);
                }
                Ok(None) => {}
                Err(e) if how == Strictness::Tell => {
                    self.log.add(EventLevel::Error, films::subject(&s.id), e.to_string());
                    if let Some(live) = before.get(s.id.as_str()).filter(|l| l.kind == s.kind) {
                        open.insert(s.id.as_str().into(), live.clone());
                    }
                }
                Err(e) => {
                    // They took these settings before, so they take them again.
                    for (live, settings) in updated {
                        let _ = live.update(&settings);
                    }
                    return Err(e);
                }
            }
        }
        for s in &next {
            if let Some(live) = open.get(s.id.as_str()) {
                live.rename(s.label());
            }
        }
        let gone = |id: &str, s: &Arc<LiveSource>| open.get(id).is_none_or(|o| !Arc::ptr_eq(o, s));
        let closing = before
            .iter()
            .filter(|(id, s)| gone(id, s))
            .map(|(_, s)| s.clone())
            .collect();
        // New ones are open before the document shows them; the old ones stay until it does not any more.
        let both = before.iter().map(pair).chain(open.iter().map(pair)).collect();
        self.stage.replace(both);
        Ok(Followed { open, closing })
    }

    fn follow_one(
        &self,
        s: &Source,
        open: Option<&Arc<LiveSource>>,
        now: &[Cow<'_, Source>],
        updated: &mut Updated,
    ) -> Result<Option<Arc<LiveSource>>, EngineError> {
        let same = |old: &Source| old.id == s.id && old.kind == s.kind && old.settings == s.settings;
        let known_before = now.iter().any(|old| same(old));
        let Some(kind) = films::kind(&s.kind) else {
            if !known_before {
                tell_unknown(&self.log, s);
            }
            return Ok(None);
        };
        match open.filter(|live| live.kind == s.kind) {
            Some(live) if live.has_settings(&s.settings) => Ok(Some(live.clone())),
            Some(live) => {
                let before = live.settings();
                live.update(&s.settings)?;
                updated.push((live.clone(), before));
                Ok(Some(live.clone()))
            }
            // It could not be opened with these settings; they have not changed.
            None if known_before => Ok(None),
            None => {
                let setting = self.setting_now();
                Ok(Some(Arc::new(setting.open(&s.id, s.label(), kind, &s.settings)?)))
            }
        }
    }

    /// What a source opened now gets to know: its beginning lies on the grid of the show.
    fn setting_now(&self) -> StageSetting {
        let rate = self.setting.rate;
        StageSetting {
            start: rate.time_of(rate.index_at(self.clock.now() + LEAD) + 1),
            ..self.setting.clone()
        }
    }

    /// Closes what the published document does not have any more.
    pub(crate) fn close_sources(&self, followed: Followed) {
        self.stage.replace(followed.open);
        self.end_sources(followed.closing);
    }

    /// Ends sources that are on no stage. One whose device hangs takes seconds; nobody waits for it.
    fn end_sources(&self, sources: Vec<Arc<LiveSource>>) {
        if !sources.is_empty() {
            self.rt.spawn_blocking(move || {
                for s in sources {
                    s.source.lock().stop();
                }
            });
        }
    }

    /// Opens a source that is not in the document; the one tried before ends.
    pub(crate) fn try_source(&self, kind: &str, settings: Option<Map<String, Value>>) -> Result<Outcome, EngineError> {
        let (name, settings) = new_source(kind, settings)?;
        let Some(kind) = kind_of(kind) else {
            return Err(EngineError::BadValue("there is no such kind of source".into()));
        };
        let _one_at_a_time = self.history.lock();
        self.drop_tried();
        let id = format!("~try-{}", self.trials.fetch_add(1, Relaxed) + 1);
        let live = self.setting_now().open(&id, name, kind, &settings)?;
        let mut open = Sources::clone(&self.stage.sources());
        open.insert(id.as_str().into(), Arc::new(live));
        self.stage.replace(open);
        Ok(Outcome::none().with("source", id))
    }

    /// Ends what is being tried.
    pub(crate) fn drop_try(&self) {
        let _one_at_a_time = self.history.lock();
        self.drop_tried();
    }

    fn drop_tried(&self) {
        let now = self.stage.sources();
        let (tried, open): (Sources, Sources) = now.iter().map(pair).partition(|(id, _)| id.starts_with('~'));
        if !tried.is_empty() {
            self.stage.replace(open);
            self.end_sources(tried.into_values().collect());
        }
    }
}

fn pair<'a>((id, s): (&'a Arc<str>, &'a Arc<LiveSource>)) -> (Arc<str>, Arc<LiveSource>) {
    (id.clone(), s.clone())
}
