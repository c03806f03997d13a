//! The replay buffer of the show: begun by hand or with the show, saved on a word.

use crate::{
    EngineError, EventLevel, Outcome,
    encode::Lease,
    recording::{folder_of, labels_of, name_by, wall_time},
    show::Shared,
};
use codec::Container;
use media::MediaTime;
use outputs::{Replay, ReplayPlan, ReplayStatus};
use std::sync::Arc;

/// A running replay buffer with what keeps its encoders running.
pub(crate) struct Buffer {
    replay: Arc<Replay>,
    _lease: Arc<Lease>,
    /// It began by itself, and ends so.
    with_show: bool,
}

impl Shared {
    /// Begins to keep the last seconds; does nothing when that is under way.
    pub(crate) fn start_replay(&self, with_show: bool) -> Result<(), EngineError> {
        let mut slot = self.replay.lock();
        if slot.is_some() {
            return Ok(());
        }
        let project = self.project.load();
        let r = &project.recording;
        let lease = self.encoders.feed(&project, &r.encoder)?;
        let plan = ReplayPlan {
            length: MediaTime::from_millis(i64::from(r.replay.seconds.max(1)) * 1000),
            max_bytes: u64::from(r.replay.max_mib.max(1)) << 20,
            folder: r.replay.on_disk.then(|| folder_of(&project, &self.project_dir)),
        };
        let replay = Replay::start(plan, &lease.feed.fanout).map_err(|e| EngineError::BadValue(e.to_string()))?;
        *slot = Some(Buffer {
            replay: Arc::new(replay),
            _lease: lease,
            with_show,
        });
        Ok(())
    }

    /// With the show, when the project says so; what keeps it from starting is only told.
    pub(crate) fn begin_replay_with_show(&self) {
        if self.project.load().recording.replay.enabled
            && let Err(e) = self.start_replay(true)
        {
            self.log.add(EventLevel::Error, "replay", e.to_string());
        }
    }

    /// One that began with the show ends with it.
    pub(crate) fn end_replay_with_show(&self, on_air: bool) {
        let idle = !on_air && self.recorders.lock().is_empty();
        let mut slot = self.replay.lock();
        if idle && slot.as_ref().is_some_and(|b| b.with_show) {
            *slot = None;
        }
    }

    /// Forgets the last seconds.
    pub(crate) fn stop_replay(&self) {
        self.replay.lock().take();
    }

    /// Writes the last seconds into the recording folder. Gives `file`; the buffer goes on.
    pub(crate) fn save_replay(&self) -> Result<Outcome, EngineError> {
        let replay = self.replay.lock().as_ref().map(|b| b.replay.clone());
        let replay =
            replay.ok_or_else(|| EngineError::BadValue("the replay buffer is not running; start it first".into()))?;
        let project = self.project.load();
        let container = Container::from(project.recording.format);
        let name = format!(
            "{} replay.{}",
            name_by(&project, "replay", 1, wall_time()),
            container.ending()
        );
        let path = folder_of(&project, &self.project_dir).join(name);
        let saved = replay
            .save(&path, container, &labels_of(&project))
            .map_err(|e| EngineError::BadValue(e.to_string()))?;
        let file = saved.path.display().to_string();
        let text = format!("the last {:.0} s are saved: {file}", saved.duration_s);
        self.log.add(EventLevel::Info, "replay", text);
        self.recorded.lock().push(saved);
        Ok(Outcome::none().with("file", file))
    }

    /// How the buffer does; none while it does not run.
    pub(crate) fn replay_status(&self) -> Option<ReplayStatus> {
        let replay = self.replay.lock().as_ref().map(|b| b.replay.clone());
        replay.map(|r| r.status())
    }
}
