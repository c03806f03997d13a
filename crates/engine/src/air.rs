//! On the air: going live and ending it, and when that was. A show is on the air while at least one destination takes it
//! or is on its way there; a recording alone is not.

use crate::{
    EngineError, EventLevel, Outcome,
    air_log::{AirLog, ShowReport},
    lines::on_air,
    show::Shared,
};
use media::MediaTime;
use project::Destination;
use serde_json::json;
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering::Relaxed},
};

/// What is known of being on the air.
#[derive(Default)]
pub(crate) struct Air {
    /// The log of the time on the air, while it lasts.
    log: Option<AirLog>,
    /// The report of the last time.
    last: Option<Arc<ShowReport>>,
    /// Whether going live began the recording, so that ending it ends that.
    began_recording: bool,
    /// The recording is being ended; the report waits for it.
    ending_recording: Arc<AtomicBool>,
}

impl Shared {
    /// Whether anybody gets the show, or is about to.
    pub(crate) fn is_on_air(&self) -> bool {
        let lines = self.destinations.lock();
        let any = lines.values().any(|l| on_air(l.handle.status().state));
        drop(lines);
        any || !self.restarting.lock().is_empty()
    }

    /// For how long, while on the air.
    pub(crate) fn on_air_since(&self) -> Option<MediaTime> {
        self.air.lock().log.as_ref().map(|l| l.started)
    }

    /// Goes on air: to the destinations named, or to the enabled ones. One that can't be started keeps no other from it.
    pub(crate) fn go_live(
        self: &Arc<Self>,
        wanted: Option<Vec<String>>,
        record: Option<bool>,
    ) -> Result<Outcome, EngineError> {
        let project = self.project.load_full();
        let wanted = match wanted {
            Some(ids) => ids
                .iter()
                .map(|id| self.destination(id))
                .collect::<Result<Vec<_>, _>>()?,
            None => {
                let goes = |d: &&Destination| d.enabled && !self.stands_by(&d.id);
                project.destinations.iter().filter(goes).cloned().collect()
            }
        };
        let record = record.unwrap_or(project.recording.enabled);
        if wanted.is_empty() {
            return Err(EngineError::BadValue(
                "no destination is on, so nobody would see the show; switch one on or add one".into(),
            ));
        }
        let (mut started, mut failed, mut first) = (vec![], vec![], None);
        for d in &wanted {
            match self.start_destination(d) {
                Ok(()) => started.push(json!(d.id)),
                Err(e) => {
                    self.log
                        .add(EventLevel::Error, format!("destination:{}", d.id), e.to_string());
                    failed.push(json!({"id": d.id, "message": e.to_string()}));
                    first.get_or_insert(e);
                }
            }
        }
        if let (true, Some(e)) = (started.is_empty(), first) {
            return Err(e);
        }
        let mut outcome = Outcome::none().with("started", started).with("failed", failed);
        self.put_away_ended_recordings();
        if record && self.recorders.lock().is_empty() {
            match self.start_recording(None) {
                Ok(()) => self.air.lock().began_recording = true,
                Err(e) => {
                    self.log.add(EventLevel::Error, "recording", e.to_string());
                    outcome = outcome.with("recording_failed", e.to_string());
                }
            }
        }
        self.begin_replay_with_show();
        self.look_at_air();
        Ok(outcome)
    }

    /// Goes off air: all destinations (delayed ones once what was said has gone out; asked again, at once), and the
    /// recording if going live began it. Returns at once.
    pub(crate) fn end_live(self: &Arc<Self>) {
        let ids: Vec<String> = self.destinations.lock().keys().cloned().collect();
        for id in &ids {
            self.finish_destination(id);
        }
        self.refused.lock().clear();
        let mut air = self.air.lock();
        if std::mem::take(&mut air.began_recording) {
            let ending = air.ending_recording.clone();
            ending.store(true, Relaxed);
            let me = self.clone();
            self.rt.spawn_blocking(move || {
                me.stop_recordings();
                ending.store(false, Relaxed);
            });
        }
    }

    /// Puts a marker into the report under way, and a chapter into the recording.
    pub(crate) fn mark(&self, name: Option<String>) -> Result<(), EngineError> {
        let now = self.clock.now();
        let name = name.unwrap_or_default();
        let recorded = self.mark_recording(&name);
        match &mut self.air.lock().log {
            Some(log) => {
                log.mark(now, name);
                Ok(())
            }
            None if recorded => Ok(()),
            None => Err(EngineError::BadValue(
                "the show is neither on the air nor recorded, so there is nothing to mark".into(),
            )),
        }
    }

    /// Notices going on and off the air and keeps the log of it; called four times a second and at once after commands.
    pub(crate) fn look_at_air(&self) {
        let on = self.is_on_air();
        self.end_replay_with_show(on);
        let now = self.clock.now();
        let mut air = self.air.lock();
        if on && air.log.is_none() {
            if self.studio.is_some() {
                // The loudness of the show, not of what was tried before it.
                self.sound.lock().reset_loudness = true;
            }
            air.log = Some(AirLog::begin(now, self));
        }
        if let Some(log) = &mut air.log {
            log.look(now, self);
        }
        if !on && !air.ending_recording.load(Relaxed) {
            self.finish_air(&mut air, now);
        }
    }

    /// The end of the show is the end of being on the air.
    pub(crate) fn end_air(&self) {
        let now = self.clock.now();
        let mut air = self.air.lock();
        if let Some(log) = &mut air.log {
            log.look(now, self);
        }
        self.finish_air(&mut air, now);
    }

    fn finish_air(&self, air: &mut Air, now: MediaTime) {
        let Some(log) = air.log.take() else { return };
        let report = Arc::new(log.report(now, false, self));
        air.last = Some(report.clone());
        if self.studio.is_none() {
            return;
        }
        if let Err(e) = crate::air_log::keep(&self.project_dir, &report) {
            let text = format!("the report of this show could not be kept: {e}");
            self.log.add(EventLevel::Warning, "show", text);
        }
    }

    /// The report of the show under way, else of the last one.
    pub(crate) fn show_report(&self) -> Option<Arc<ShowReport>> {
        let air = self.air.lock();
        match &air.log {
            Some(log) => Some(Arc::new(log.report(self.clock.now(), true, self))),
            None => air.last.clone(),
        }
    }
}
