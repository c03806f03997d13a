//! The lines out of the show: destinations, started, ended and kept in step with the document. A change of one never
//! touches another. Recordings are in [`crate::recording`].

use crate::{
    EngineError, EventLevel, ShowOptions,
    encode::{CanvasFormat, Lease, OwnRate},
    plan::hint,
    show::Shared,
    wants::{AudioWant, Want},
};
use media::MediaTime;
use outputs::{Backoff, DestinationHandle, DestinationState, DestinationStatus, Terms, destination_kind};
use project::{Destination, Project, edit::MOST_DELAY_S};
use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering::Relaxed},
};

/// A destination that was started.
pub(crate) struct Line {
    pub(crate) handle: Arc<DestinationHandle>,
    /// What it was started with.
    made_of: MadeOf,
    /// Engine time of its start.
    pub(crate) begun: MediaTime,
    /// Keeps its encoders running; gone once it has ended.
    lease: Option<Arc<Lease>>,
    /// The same for lower sizes of the picture.
    layers: Vec<Arc<Lease>>,
}

/// Everything of the document that a running destination depends on.
#[derive(Clone, PartialEq)]
struct MadeOf {
    kind: String,
    settings: serde_json::Map<String, serde_json::Value>,
    delay: MediaTime,
    want: Option<Want>,
}

impl MadeOf {
    fn of(p: &Project, formats: &[CanvasFormat], d: &Destination) -> Self {
        Self {
            kind: d.kind.clone(),
            settings: d.settings.clone(),
            delay: MediaTime::from_secs_f64(d.delay_s.clamp(0.0, MOST_DELAY_S)),
            want: Want::of_destination(p, formats, d).ok(),
        }
    }
}

/// A destination that could not even be started.
pub(crate) struct Refused {
    why: String,
    made_of: MadeOf,
}

/// Whether a destination in this state is on the air, or on its way there.
pub(crate) fn on_air(state: DestinationState) -> bool {
    use DestinationState::{Connecting, Degraded, Live, Retrying};
    matches!(state, Connecting | Live | Degraded | Retrying)
}

impl Line {
    /// What it has to itself of the encoders, while it is under way.
    pub(crate) fn lease(&self) -> Option<&Arc<Lease>> {
        self.lease.as_ref()
    }

    /// The sound that it wants.
    pub(crate) fn sound(&self) -> Vec<AudioWant> {
        self.made_of.want.as_ref().map(|w| w.audio.clone()).unwrap_or_default()
    }

    /// The rate of its encoder, where nobody else has it.
    pub(crate) fn own_rate(&self) -> Option<OwnRate> {
        self.lease.as_ref()?.own_rate()
    }
}

impl Shared {
    /// Looks up a destination of the document.
    pub(crate) fn destination(&self, id: &str) -> Result<Destination, EngineError> {
        let project = self.project.load();
        let found = project.destinations.iter().find(|d| d.id == id).cloned();
        found.ok_or_else(|| EngineError::NotFound {
            what: "destination",
            id: id.into(),
            hint: hint(project.destinations.iter().map(|d| d.id.as_str())),
        })
    }

    /// Starts what begins with the show: enabled destinations that stand in for nobody, and the recording.
    pub(crate) fn start_outputs(&self, options: &ShowOptions) -> Result<(), EngineError> {
        let project = self.project.load_full();
        for d in project
            .destinations
            .iter()
            .filter(|d| d.enabled && !self.stands_by(&d.id))
        {
            if destination_kind(&d.kind).is_err() {
                let text = format!(
                    "{}: this version has no destination of kind `{}`, so nothing goes there",
                    d.label(),
                    d.kind
                );
                self.log.add(EventLevel::Error, format!("destination:{}", d.id), text);
                continue;
            }
            self.start_destination(d)?;
        }
        if options.record.is_some() || project.recording.enabled {
            if !project.recording.iso.is_empty() {
                // The size of a source's picture is that of its file, so it should be known.
                self.stage.wait_ready(&*self.clock, crate::show::PREROLL);
            }
            self.start_recording(options.record.clone())?;
        }
        Ok(())
    }

    /// Starts a destination that is not under way; what keeps it from starting is its state from then on.
    pub(crate) fn start_destination(&self, d: &Destination) -> Result<(), EngineError> {
        let started = self.try_start(d);
        let mut refused = self.refused.lock();
        match &started {
            Ok(()) => refused.remove(&d.id),
            Err(e) => {
                let made_of = MadeOf::of(&self.project.load(), &self.canvases, d);
                let why = e.to_string();
                refused.insert(d.id.clone(), Refused { why, made_of })
            }
        };
        started
    }

    fn try_start(&self, d: &Destination) -> Result<(), EngineError> {
        let fail = |error| EngineError::Destination {
            name: d.label().to_owned(),
            error,
        };
        let kind = destination_kind(&d.kind).map_err(fail)?;
        let project = self.project.load_full();
        let want = Want::of_destination(&project, &self.canvases, d)?;
        let lease = self.encoders.lease(&want)?;
        let layers = want.layers.iter().map(|v| self.encoders.lease(&want.only(v)));
        let layers = layers.collect::<Result<Vec<_>, _>>()?;
        for change in &want.changes {
            self.log
                .add(EventLevel::Info, format!("destination:{}", d.id), change.clone());
        }
        let mut running = self.destinations.lock();
        let over = |l: &Line| {
            matches!(
                l.handle.status().state,
                DestinationState::Stopped | DestinationState::Failed
            )
        };
        if running.get(&d.id).is_some_and(|l| !over(l)) {
            return Ok(());
        }
        // Destinations that were lost together must not come back in step.
        let seed =
            d.id.bytes()
                .fold(self.clock.now().0 as u64, |h, b| h.wrapping_mul(31) ^ u64::from(b));
        let made_of = MadeOf::of(&project, &self.canvases, d);
        let terms = Terms {
            backoff: Backoff::standard(seed),
            delay: made_of.delay,
            layers: layers.iter().map(|l| l.feed.fanout.clone()).collect(),
        };
        let fanout = &lease.feed.fanout;
        let handle = DestinationHandle::start(&self.rt, kind, &d.settings, fanout, &self.env, terms).map_err(fail)?;
        let line = Line {
            handle: Arc::new(handle),
            made_of,
            begun: self.clock.now(),
            lease: Some(lease),
            layers,
        };
        running.insert(d.id.clone(), line);
        Ok(())
    }

    /// Ends a destination once what is delayed has gone out; asked a second time, at once. Returns at once.
    pub(crate) fn finish_destination(&self, id: &str) {
        let handle = self.destinations.lock().get(id).map(|l| l.handle.clone());
        if handle.is_some_and(|h| h.finish()) {
            self.refused.lock().remove(id);
        } else {
            self.stop_destination(id);
        }
    }

    /// Ends a destination; returns at once.
    pub(crate) fn stop_destination(&self, id: &str) {
        let handle = self.destinations.lock().get(id).map(|l| l.handle.clone());
        if let Some(handle) = handle {
            self.rt.spawn(async move { handle.stop().await });
        }
        self.refused.lock().remove(id);
    }

    /// Tells the listeners of a destination (of all that are started, for none) what is being played.
    pub(crate) fn set_title(&self, title: &str, id: Option<&str>) -> Result<(), EngineError> {
        if title.chars().any(char::is_control) || title.chars().count() > 300 {
            return Err(EngineError::BadValue(
                "a title is one line of at most 300 characters".into(),
            ));
        }
        let id = id.map(|id| self.destination(id).map(|d| d.id)).transpose()?;
        for (other, line) in self.destinations.lock().iter() {
            if id.as_ref().is_none_or(|id| id == other) {
                line.handle.set_title(title);
            }
        }
        Ok(())
    }

    /// Tries again at once.
    pub(crate) fn retry_destination(&self, d: &Destination) -> Result<(), EngineError> {
        match self.destinations.lock().get(&d.id) {
            Some(l) if l.handle.status().state != DestinationState::Stopped => {
                l.handle.retry_now();
                Ok(())
            }
            _ => Err(EngineError::BadValue(format!(
                "`{}` is not started; start it first",
                d.label()
            ))),
        }
    }

    /// Ends destinations that the document does not have any more, and connects those anew that changed under way.
    pub(crate) fn follow_destinations(self: &Arc<Self>) {
        let project = self.project.load_full();
        let wanted = |id: &str| project.destinations.iter().find(|d| d.id == id);
        let (mut gone, mut changed) = (vec![], vec![]);
        for (id, line) in self.destinations.lock().iter() {
            match wanted(id) {
                None => gone.push(id.clone()),
                Some(d) if line.handle.status().state != DestinationState::Stopped => {
                    if line.made_of != MadeOf::of(&project, &self.canvases, d) {
                        changed.push(id.clone());
                    }
                }
                Some(_) => {}
            }
        }
        self.refused.lock().retain(|id, _| wanted(id).is_some());
        for (id, refused) in self.refused.lock().iter() {
            if wanted(id).is_some_and(|d| refused.made_of != MadeOf::of(&project, &self.canvases, d)) {
                changed.push(id.clone());
            }
        }
        for id in gone {
            if let Some(line) = self.destinations.lock().remove(&id) {
                self.rt.spawn(async move { line.handle.stop().await });
            }
        }
        for id in changed {
            self.restart_destination(id);
        }
    }

    /// Ends a destination and starts it as the document has it then. Changes that come meanwhile are taken along.
    fn restart_destination(self: &Arc<Self>, id: String) {
        if !self.restarting.lock().insert(id.clone()) {
            return;
        }
        let me = self.clone();
        self.rt.spawn(async move {
            let handle = me.destinations.lock().get(&id).map(|l| l.handle.clone());
            if let Some(handle) = handle {
                handle.stop().await;
            }
            let again = me.clone();
            let name = id.clone();
            // Opening an encoder takes a moment.
            let _ = me.rt.spawn_blocking(move || again.start_again(&name)).await;
            me.restarting.lock().remove(&id);
            // Once more for what changed after the last look.
            me.follow_destinations();
        });
    }

    fn start_again(&self, id: &str) {
        if self.stop.load(Relaxed) {
            return;
        }
        let Ok(d) = self.destination(id) else { return };
        if let Err(e) = self.start_destination(&d) {
            self.log
                .add(EventLevel::Error, format!("destination:{id}"), e.to_string());
        }
    }

    /// State and figures of a destination, also of one that is not started.
    pub(crate) fn destination_status(&self, id: &str) -> DestinationStatus {
        let status = self.destinations.lock().get(id).map(|l| l.handle.status());
        let mut status = status.unwrap_or_default();
        if self.restarting.lock().contains(id) {
            status.state = DestinationState::Connecting;
            status.reason = None;
        } else if let Some(refused) = self.refused.lock().get(id) {
            status.state = DestinationState::Failed;
            status.last_error = Some(refused.why.clone());
            status.reason = Some(refused.why.clone());
        }
        status
    }

    /// Whoever got its picture from an encoder that has failed gets it from another one: destinations connect anew, a
    /// recording goes on in another file.
    pub(crate) fn replace_failed_encoders(self: &Arc<Self>) {
        if self.stop.load(Relaxed) {
            return;
        }
        let failed = |l: &Line| l.lease.iter().chain(&l.layers).any(|l| l.has_failed());
        let hit = |l: &Line| failed(l) && on_air(l.handle.status().state);
        let lines = self.destinations.lock();
        let lost: Vec<_> = lines.iter().filter(|(_, l)| hit(l)).map(|(id, _)| id.clone()).collect();
        drop(lines);
        for id in lost {
            self.restart_destination(id);
        }
        let mut tapes = self.recorders.lock();
        let programme = tapes.iter().any(|t| t.is_programme() && t.lease.has_failed());
        // What is recorded beside the programme begins anew with it.
        let (lost, going): (Vec<_>, Vec<_>) = tapes.drain(..).partition(|t| programme || t.lease.has_failed());
        *tapes = going;
        drop(tapes);
        if lost.is_empty() {
            return;
        }
        if !programme {
            self.keep_recorded(lost);
            return;
        }
        let folder = lost
            .iter()
            .find_map(|t| t.recorder.status().path.parent().map(PathBuf::from));
        self.keep_recorded(lost);
        if let Err(e) = self.start_recording(folder) {
            let text = format!("the recording could not go on with another encoder: {e}");
            self.log.add(EventLevel::Error, "recording", text);
        }
    }

    /// Lets go of encoders that nobody uses any more.
    pub(crate) fn release_encoders(&self) {
        for line in self.destinations.lock().values_mut() {
            if line.lease.is_some() && line.handle.status().state == DestinationState::Stopped {
                line.lease = None;
                line.layers.clear();
            }
        }
        self.encoders.release_unused();
    }

    /// Lets every destination send what it still has, then closes it.
    pub(crate) fn stop_destinations(&self) {
        let running: Vec<_> = self.destinations.lock().values().map(|l| l.handle.clone()).collect();
        let ending: Vec<_> = running
            .into_iter()
            .map(|h| self.rt.spawn(async move { h.stop().await }))
            .collect();
        self.rt.block_on(async {
            for e in ending {
                let _ = e.await;
            }
        });
    }
}
