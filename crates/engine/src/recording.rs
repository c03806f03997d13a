//! Recordings of the show: started as the document says, cut, paused, marked and ended as a person wishes; and, at the
//! start, what an earlier run had to leave unfinished is made complete.

use crate::{EngineError, EventLevel, Outcome, encode::Lease, events::EventLog, health::free_bytes, show::Shared};
use codec::{Container, Labels};
use media::MediaTime;
use outputs::{Recorder, RecordingPlan, filename};
use project::{Project, RecordingFormat};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// A running recording with what keeps its encoders running.
pub(crate) struct Tape {
    pub(crate) recorder: Recorder,
    pub(crate) lease: Arc<Lease>,
}

/// Where recordings go.
pub(crate) fn folder_of(project: &Project, project_dir: &Path) -> PathBuf {
    project_dir.join(&project.recording.folder)
}

/// Title and track names of files.
pub(crate) fn labels_of(project: &Project) -> Labels {
    Labels {
        title: project.name.clone(),
        tracks: project.recording.track_names.clone(),
    }
}

/// The name by the project's pattern, without folder and ending.
pub(crate) fn name_by(project: &Project, source: &str, counter: u32, at: filename::WallTime) -> String {
    let canvas = project.encoder(&project.recording.encoder).map(|e| e.canvas.as_str());
    let words = filename::Words {
        project: &project.name,
        canvas: canvas.unwrap_or_default(),
        source,
        counter,
    };
    filename::recording_name(&project.recording.file_name, words, at)
}

/// What the document wants; a path given goes before its folder, name and kind of file.
pub(crate) fn plan_of(project: &Arc<Project>, project_dir: &Path, path: Option<PathBuf>) -> RecordingPlan {
    let r = &project.recording;
    let mib = |n: u32| u64::from(n) << 20;
    let at = wall_time();
    let (named, folder) = match path {
        Some(folder) if folder.is_dir() => (None, folder),
        Some(file) => (Some(RecordingPlan::of_path(&file)), PathBuf::new()),
        None => (None, folder_of(project, project_dir)),
    };
    let container = Container::from(r.format);
    let p = project.clone();
    let base = named.unwrap_or_else(|| RecordingPlan {
        folders: vec![folder],
        name: Arc::new(move |n| name_by(&p, "program", n, at)),
        ending: container.ending().to_owned(),
        container,
        ..RecordingPlan::of_path(Path::new("recording"))
    });
    let mut folders = base.folders.clone();
    if !r.second_folder.is_empty() {
        folders.push(project_dir.join(&r.second_folder));
    }
    RecordingPlan {
        folders,
        labels: labels_of(project),
        split_after: (r.split_minutes > 0.0).then(|| MediaTime::from_secs_f64(r.split_minutes * 60.0)),
        split_bytes: (r.split_mib > 0).then(|| mib(r.split_mib)),
        low_disk: mib(r.low_disk_mib),
        stop_disk: mib(r.stop_disk_mib),
        free: Arc::new(free_bytes),
        ..base
    }
}

impl Shared {
    /// Starts a recording; by the project's pattern when no path is given.
    pub(crate) fn start_recording(&self, path: Option<PathBuf>) -> Result<(), EngineError> {
        self.put_away_ended_recordings();
        if !self.recorders.lock().is_empty() {
            return Err(EngineError::BadValue(
                "a recording is running already; stop it first".into(),
            ));
        }
        let project = self.project.load_full();
        let lease = self.encoders.feed(&project, &project.recording.encoder)?;
        let plan = plan_of(&project, &self.project_dir, path);
        let recorder = Recorder::start_plan(plan, &lease.feed.fanout, self.env.clock.clone())
            .map_err(|e| EngineError::BadValue(e.to_string()))?;
        self.recorders.lock().push(Tape { recorder, lease });
        self.begin_replay_with_show();
        Ok(())
    }

    /// Something is done with the recording that runs.
    fn with_recording(&self, act: impl Fn(&Recorder)) -> Result<(), EngineError> {
        let running = self.recorders.lock();
        let mut going = running.iter().filter(|t| t.recorder.status().is_running()).peekable();
        if going.peek().is_none() {
            return Err(EngineError::BadValue("no recording is running; start one first".into()));
        }
        going.for_each(|t| act(&t.recorder));
        Ok(())
    }

    /// Begins a new file; nothing is lost between the two.
    pub(crate) fn split_recording(&self) -> Result<(), EngineError> {
        let now = self.clock.now();
        self.with_recording(|r| r.split(now))
    }

    /// Stops the recording for a while.
    pub(crate) fn pause_recording(&self) -> Result<(), EngineError> {
        let now = self.clock.now();
        self.with_recording(|r| r.pause(now))
    }

    /// Goes on with a paused recording.
    pub(crate) fn resume_recording(&self) -> Result<(), EngineError> {
        let now = self.clock.now();
        self.with_recording(|r| {
            if r.is_paused() {
                r.resume(now);
            }
        })
    }

    /// Puts a chapter into the recording that runs; false when none does.
    pub(crate) fn mark_recording(&self, name: &str) -> bool {
        let now = self.clock.now();
        let count = self.markers.fetch_add(1, std::sync::atomic::Ordering::Relaxed) + 1;
        let name = if name.is_empty() {
            format!("Marker {count}")
        } else {
            name.to_owned()
        };
        self.with_recording(|r| r.mark(now, &name)).is_ok()
    }

    /// Recordings that have failed by themselves make room for a new one.
    pub(crate) fn put_away_ended_recordings(&self) {
        let mut running = self.recorders.lock();
        let (going, ended): (Vec<_>, Vec<_>) = running.drain(..).partition(|t| t.recorder.status().is_running());
        *running = going;
        drop(running);
        self.keep_recorded(ended);
    }

    /// Ends the recording; returns when the file is complete.
    pub(crate) fn stop_recordings(&self) {
        let running: Vec<Tape> = self.recorders.lock().drain(..).collect();
        self.keep_recorded(running);
    }

    pub(crate) fn keep_recorded(&self, tapes: Vec<Tape>) {
        for t in tapes {
            self.recorded.lock().extend(t.recorder.stop_with_files());
        }
    }

    /// Makes complete what an earlier run left cut off, in the background.
    pub(crate) fn mend_recordings(&self) {
        let project = self.project.load();
        let mut folders = vec![folder_of(&project, &self.project_dir)];
        if !project.recording.second_folder.is_empty() {
            folders.push(self.project_dir.join(&project.recording.second_folder));
        }
        let log = self.log.clone();
        let run = move || folders.iter().for_each(|f| mend(f, &log));
        if let Err(e) = std::thread::Builder::new().name("mend".into()).spawn(run) {
            tracing::warn!("recordings that were cut off are not mended: {e}");
        }
    }

    /// Copies a recording into another kind of file, beside it. Gives the new file's name. Runs in the background.
    pub(crate) fn remux_recording(&self, file: &str, format: RecordingFormat) -> Result<Outcome, EngineError> {
        let from = self.recorded_file(file)?;
        let container = Container::from(format);
        let to = free_name(&from.with_extension(container.ending()));
        let name = to.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let log = self.log.clone();
        self.rt.spawn_blocking(move || match codec::remux(&from, &to) {
            Ok(()) => log.add(EventLevel::Info, "recording", format!("{} is written", to.display())),
            Err(e) => {
                let _ = std::fs::remove_file(&to);
                log.add(
                    EventLevel::Error,
                    "recording",
                    format!("{} could not be copied: {e}", from.display()),
                );
            }
        });
        Ok(Outcome::none().with("file", name))
    }

    /// A complete recording of this show by its name: of those it has made, or in the project's folders of recordings.
    fn recorded_file(&self, file: &str) -> Result<PathBuf, EngineError> {
        let plain = Path::new(file).file_name().is_some_and(|n| n == file);
        let states = self.recording_states();
        let running = |p: &Path| states.iter().any(|s| s.path == p && s.is_running());
        let made = states
            .iter()
            .map(|s| s.path.clone())
            .filter(|p| p.file_name().is_some_and(|n| n == file));
        let project = self.project.load();
        let mut kept = vec![folder_of(&project, &self.project_dir)];
        if !project.recording.second_folder.is_empty() {
            kept.push(self.project_dir.join(&project.recording.second_folder));
        }
        let found = made.chain(kept.into_iter().map(|f| f.join(file))).find(|p| p.is_file());
        match found.filter(|_| plain) {
            Some(p) if running(&p) => Err(EngineError::BadValue(format!(
                "{file} is still being recorded; stop it first"
            ))),
            Some(p) => Ok(p),
            None => Err(EngineError::NotFound {
                what: "recording",
                id: file.into(),
                hint: crate::plan::hint(states.iter().filter_map(|s| s.path.file_name()?.to_str())),
            }),
        }
    }
}

fn mend(folder: &Path, log: &EventLog) {
    for m in outputs::mend_recordings(folder) {
        let level = if m.ok { EventLevel::Info } else { EventLevel::Warning };
        log.add(level, "recording", m.message);
    }
}

/// The path, or the next one with a number that is not there yet.
pub(crate) fn free_name(wanted: &Path) -> PathBuf {
    let stem = wanted.file_stem().unwrap_or_default().to_string_lossy();
    let ending = wanted.extension().unwrap_or_default().to_string_lossy();
    let mut path = wanted.to_owned();
    let mut n = 2;
    while path.exists() && n < 10_000 {
        path = wanted.with_file_name(format!("{stem} ({n}).{ending}"));
        n += 1;
    }
    path
}

/// Now, where this computer is.
pub(crate) fn wall_time() -> filename::WallTime {
    let now = jiff::Zoned::now();
    filename::WallTime::from_unix(now.timestamp().as_second(), now.offset().seconds())
}
