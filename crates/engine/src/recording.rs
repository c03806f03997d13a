//! Recordings of the show: started as the document says, cut, paused, marked and ended as a person wishes; and, at the
//! start, what an earlier run had to leave unfinished is made complete. What is recorded beside the programme is in `iso.rs`.

use crate::{
    EngineError, EventLevel, Outcome,
    encode::Lease,
    events::EventLog,
    health::free_bytes,
    iso::{Part, Place, Session, begin_sounds, parts},
    otio::Row,
    show::Shared,
};
use codec::{Container, Labels};
use media::MediaTime;
use outputs::{Beginning, Recorder, RecordingPlan, filename};
use project::{Project, RecordingFormat};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// A running recording with what keeps its encoders running.
pub(crate) struct Tape {
    pub(crate) recorder: Recorder,
    pub(crate) lease: Arc<Lease>,
    /// Where it belongs in a recording in several files.
    pub(crate) place: Option<Place>,
    /// Of the programme's: what files that join later are made from.
    pub(crate) base: Option<Arc<Base>>,
}

/// How the programme's recording was begun.
pub(crate) struct Base {
    name: String,
    pub(crate) plan: RecordingPlan,
    /// The path that was given for it.
    pub(crate) path: Option<PathBuf>,
    pub(crate) at: filename::WallTime,
    /// Where zero is written in its files, and so in all of them.
    pub(crate) lead: MediaTime,
}

impl Base {
    /// The programme as it was begun, for the manifest.
    pub(crate) fn programme(&self, lease: &Arc<Lease>) -> Ready {
        Ready {
            name: self.name.clone(),
            subject: String::new(),
            plan: self.plan.clone(),
            lease: lease.clone(),
        }
    }
}

impl Tape {
    /// Whether it records the programme.
    pub(crate) fn is_programme(&self) -> bool {
        self.place.as_ref().is_none_or(|p| p.programme)
    }
}

/// What is about to be recorded.
pub(crate) struct Ready {
    name: String,
    /// `source:ID` and so on; empty for the programme.
    subject: String,
    plan: RecordingPlan,
    lease: Arc<Lease>,
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
    name_of(&project.recording.file_name, project, source, counter, at)
}

fn name_of(pattern: &str, project: &Project, source: &str, counter: u32, at: filename::WallTime) -> String {
    let canvas = project.encoder(&project.recording.encoder).map(|e| e.canvas.as_str());
    let words = filename::Words {
        project: &project.name,
        canvas: canvas.unwrap_or_default(),
        source,
        counter,
    };
    filename::recording_name(pattern, words, at)
}

/// What the document wants; a path given goes before its folder, name and kind of file.
fn plan_of(project: &Arc<Project>, project_dir: &Path, path: Option<PathBuf>, at: filename::WallTime) -> RecordingPlan {
    let r = &project.recording;
    let mib = |n: u32| u64::from(n) << 20;
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

/// The plan of a part, from the programme's: its own name, beside it, in a container that takes it. `path` is what was given
/// for the programme.
pub(crate) fn plan_beside(
    plan: &RecordingPlan,
    project: &Arc<Project>,
    part: &str,
    (path, at): (Option<&Path>, filename::WallTime),
    lease: &Lease,
) -> RecordingPlan {
    let pattern = match path.filter(|p| !p.is_dir()).and_then(Path::file_stem) {
        // Its words are the person's own, not ours to replace.
        Some(stem) => stem.to_string_lossy().replace('{', "(") + " - {source}",
        None if project.recording.file_name.contains("{source}") => project.recording.file_name.clone(),
        None => project.recording.file_name.clone() + " - {source}",
    };
    let (p, part) = (project.clone(), part.to_owned());
    let fits = plan.container.refusal(lease.feed.fanout.info()).is_none();
    let container = if fits { plan.container } else { Container::Matroska };
    RecordingPlan {
        labels: Labels {
            title: format!("{} - {part}", project.name),
            tracks: vec![],
        },
        name: Arc::new(move |n| name_of(&pattern, &p, &part, n, at)),
        ending: if fits {
            plan.ending.clone()
        } else {
            container.ending().to_owned()
        },
        container,
        ..plan.clone()
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
        let at = wall_time();
        let plan = plan_of(&project, &self.project_dir, path.clone(), at);
        let begins = self.common_beginning();
        let beside = self.parts_beside(&project, &plan, (path.as_deref(), at), &begins);
        let programme = Ready {
            name: project.name.clone(),
            subject: String::new(),
            plan,
            lease,
        };
        self.start_tapes((programme, beside), (path, at), begins)?;
        self.begin_replay_with_show();
        Ok(())
    }

    /// What is to be recorded beside the programme, its encoders running. What can't be is told.
    fn parts_beside(
        &self,
        project: &Arc<Project>,
        plan: &RecordingPlan,
        named: (Option<&Path>, filename::WallTime),
        begins: &Beginning,
    ) -> Vec<Ready> {
        let ready = |part: Part| -> Result<Ready, String> {
            let want = part.want?;
            let lease = self.encoders.lease(&want).map_err(|e| e.to_string())?;
            Ok(Ready {
                plan: plan_beside(plan, project, &part.name, named, &lease),
                name: part.name,
                subject: part.subject,
                lease,
            })
        };
        let mut all = vec![];
        let mut wanted = parts(project, &self.canvases, &|id| self.shows(id));
        begin_sounds(&mut wanted, begins);
        for part in wanted {
            let name = part.name.clone();
            match ready(part) {
                Ok(r) => all.push(r),
                Err(e) => {
                    let text = format!("{name} is not recorded on its own: {e}");
                    self.log.add(EventLevel::Error, "recording", text);
                }
            }
        }
        all
    }

    /// Starts the recorders; those that belong together with the same picture.
    fn start_tapes(
        &self,
        (mut programme, mut beside): (Ready, Vec<Ready>),
        (path, at): (Option<PathBuf>, filename::WallTime),
        begins: Beginning,
    ) -> Result<(), EngineError> {
        let mut session = None;
        if !beside.is_empty() {
            let lead = |r: &Ready| codec::lead(r.lease.feed.fanout.info());
            let latest = beside.iter().map(lead).fold(lead(&programme), MediaTime::max);
            for r in beside.iter_mut().chain([&mut programme]) {
                r.plan.begins = Some(begins.clone());
                r.plan.later = latest - lead(r);
            }
            session = Some(self.session(&programme, &beside));
        }
        let start = |r: &Ready, row: usize, programme: bool| {
            let recorder = Recorder::start_plan(r.plan.clone(), &r.lease.feed.fanout, self.env.clock.clone());
            recorder.map_err(|e| e.to_string()).map(|recorder| Tape {
                recorder,
                lease: r.lease.clone(),
                place: session.clone().map(|session| Place {
                    session,
                    row,
                    programme,
                }),
                base: None,
            })
        };
        // The programme's is the last in the list, as people expect of what they started.
        let mut main = start(&programme, beside.len(), true).map_err(EngineError::BadValue)?;
        main.base = Some(Arc::new(Base {
            name: programme.name.clone(),
            plan: programme.plan.clone(),
            path,
            at,
            lead: codec::lead(programme.lease.feed.fanout.info()) + programme.plan.later,
        }));
        let mut tapes = vec![];
        for (row, r) in beside.iter().enumerate() {
            match start(r, row, false) {
                Ok(t) => tapes.push(t),
                Err(e) => {
                    let text = format!("{} is not recorded on its own: {e}", r.name);
                    self.log.add(EventLevel::Error, "recording", text);
                }
            }
        }
        tapes.push(main);
        if let Some(begins) = &programme.plan.begins {
            self.begin_together(begins, &tapes);
        }
        self.recorders.lock().extend(tapes);
        Ok(())
    }

    /// The manifest of a recording in several files.
    pub(crate) fn session(&self, programme: &Ready, beside: &[Ready]) -> Arc<Session> {
        let subjects = beside.iter().map(|r| r.subject.clone()).collect();
        let rows = beside.iter().chain([programme]).map(|r| {
            let info = r.lease.feed.fanout.info();
            Row {
                name: r.name.clone(),
                rate: info.video.as_ref().map(|v| v.rate),
                sound: !info.audio.is_empty(),
                begins_s: 0.0,
                files: vec![],
            }
        });
        let name = (programme.plan.name)(1);
        let folder = programme.plan.folders.first().cloned().unwrap_or_default();
        let wanted = folder.join(format!("{name}.otio"));
        Arc::new(Session::new(wanted, name, rows.collect(), subjects, self.clock.now()))
    }

    /// Something is done with the recording that runs.
    fn with_recording(&self, act: impl Fn(&Tape, bool)) -> Result<(), EngineError> {
        let running = self.recorders.lock();
        let going: Vec<&Tape> = running.iter().filter(|t| t.recorder.status().is_running()).collect();
        if going.is_empty() {
            return Err(EngineError::BadValue("no recording is running; start one first".into()));
        }
        let together = going.len() > 1;
        going.into_iter().for_each(|t| act(t, together));
        Ok(())
    }

    /// The recording that runs is cut, at the same picture in all its files.
    fn cut_recording(&self, cut: impl Fn(&Recorder, MediaTime)) -> Result<(), EngineError> {
        let (now, soon) = (self.clock.now(), self.picture_soon());
        self.with_recording(|t, together| {
            if together {
                t.lease.key_at(soon);
            }
            cut(&t.recorder, if together { soon } else { now });
        })
    }

    /// Begins a new file; nothing is lost between the two.
    pub(crate) fn split_recording(&self) -> Result<(), EngineError> {
        self.cut_recording(Recorder::split)
    }

    /// Stops the recording for a while.
    pub(crate) fn pause_recording(&self) -> Result<(), EngineError> {
        self.cut_recording(Recorder::pause)
    }

    /// Goes on with a paused recording.
    pub(crate) fn resume_recording(&self) -> Result<(), EngineError> {
        self.cut_recording(|r, now| {
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
        self.with_recording(|t, _| t.recorder.mark(now, &name)).is_ok()
    }

    /// Recordings that have failed by themselves make room for a new one; what goes on beside an ended one ends too.
    pub(crate) fn put_away_ended_recordings(&self) {
        let mut running = self.recorders.lock();
        let goes = |t: &Tape| t.recorder.status().is_running();
        let programme = running.iter().any(|t| t.is_programme() && goes(t));
        let (going, ended): (Vec<_>, Vec<_>) = running.drain(..).partition(|t| programme && goes(t));
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
        self.end_together(&tapes);
        let mut sessions: Vec<Arc<Session>> = vec![];
        for t in tapes {
            let files = t.recorder.stop_with_files();
            if let Some(p) = t.place {
                p.session.update(p.row, &files);
                sessions.push(p.session);
            }
            self.recorded.lock().extend(files);
        }
        sessions.dedup_by(|a, b| Arc::ptr_eq(a, b));
        for s in sessions {
            s.write(&self.log, true);
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
