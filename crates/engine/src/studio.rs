//! The studio: one project at a time, shown by a show that runs whether or not it is on the air. It opens another project
//! by ending one show in order and starting the next, and starts a show anew when its canvases change. It knows no HTTP and
//! no window.

use crate::{
    Command, EngineError, EventLevel, Outcome, Remote, Show, ShowOptions,
    air_log::{self, ShowReport},
    document::Restart,
    places::{Places, Recent},
    repair::repair,
    report_list::ReportLine,
    show::InStudio,
};
use crossbeam_channel::{Receiver, Sender, bounded};
use media::{Clock, MediaTime};
use parking_lot::Mutex;
use project::{Opened, Project, ProjectStore, Version, bundle, edit::History};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;
use std::{
    path::{Path, PathBuf},
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
};

/// How long a command waits for the next show to begin, and how often it looks.
const PATIENCE: MediaTime = MediaTime::from_millis(5000);
const MOMENT: MediaTime = MediaTime::from_millis(10);

/// What a studio is opened with.
#[derive(Clone, Debug, Default)]
pub struct StudioOptions {
    /// The project to begin with; the most recent one when absent, else a new one.
    pub project: Option<PathBuf>,
    /// Where new projects go; `Footlight` in the user's documents when absent.
    pub projects_dir: Option<PathBuf>,
    /// Where preferences and the list of recent projects are; the user's configuration folder when absent.
    pub config_dir: Option<PathBuf>,
    /// Name of a new project; `Untitled` when empty.
    pub new_name: String,
    /// How shows are run. `store` and what begins by itself are the studio's business.
    pub show: ShowOptions,
}

/// The projects a person can choose from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Projects {
    /// The open project's folder.
    pub current: PathBuf,
    /// Those opened lately, newest first, the open one among them.
    pub recent: Vec<Recent>,
    /// Where new ones go; the page's preference `projects.folder` chooses another one.
    pub folder: PathBuf,
}

/// A running studio. Clones share it.
#[derive(Clone)]
pub struct Studio {
    inner: Arc<Inner>,
}

struct Inner {
    options: ShowOptions,
    places: Places,
    generation: AtomicU64,
    restart: Sender<Restart>,
    current: Mutex<Current>,
    /// One change of show at a time.
    changing: Mutex<()>,
    runtime: tokio::runtime::Handle,
    keeper: Mutex<Option<tokio::runtime::Runtime>>,
    over: AtomicBool,
}

struct Current {
    /// None only between two shows.
    show: Option<Show>,
    remote: Remote,
    dir: PathBuf,
}

/// A show to be started.
struct Next {
    project: Project,
    store: ProjectStore,
    history: History,
    revision: u64,
    changed: bool,
    /// What a person should know of it.
    words: Vec<(EventLevel, String)>,
}

impl Next {
    fn of(opened: Opened) -> Result<Self, EngineError> {
        let mut project = opened.project;
        let mut words: Vec<_> = opened
            .notices
            .into_iter()
            .map(|n| {
                let level = match n.severity {
                    media::Severity::Notice => EventLevel::Info,
                    _ => EventLevel::Warning,
                };
                (level, n.message)
            })
            .collect();
        let recovered = words.iter().any(|(level, _)| *level == EventLevel::Warning);
        let repaired = repair(&mut project);
        let changed = !repaired.is_empty() || recovered;
        words.extend(repaired.into_iter().map(|w| (EventLevel::Warning, w)));
        let fatal = crate::validate(&project)
            .into_iter()
            .find(|f| f.severity == media::Severity::Fatal);
        if let Some(f) = fatal {
            return Err(EngineError::Project(f.message));
        }
        Ok(Self {
            project,
            store: opened.store,
            history: History::default(),
            revision: 1 + u64::from(changed),
            changed,
            words,
        })
    }
}

impl Studio {
    /// Opens a project and starts its show, off the air. Of the most recent projects the first that opens is taken when none
    /// is named.
    ///
    /// # Errors
    /// The named project does not open; no folder for a new one; no renderer.
    pub fn open(mut options: StudioOptions) -> Result<Self, EngineError> {
        let places = Places::new(options.projects_dir.clone(), options.config_dir.clone())?;
        options.show.config_dir = Some(places.config().to_owned());
        let next = match &options.project {
            Some(path) => Next::of(ProjectStore::open(path)?)?,
            None => most_recent(&places).map_or_else(|| fresh(&places, &options.new_name), Ok)?,
        };
        let keeper = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("studio-net")
            .enable_all()
            .build()?;
        let (restart, restarts) = bounded(1);
        let dir = next.store.dir().to_owned();
        let show = start(&options.show, next, 1, restart.clone())?;
        let remote = show.remote();
        places.opened(&dir, &remote.document().project.name);
        let inner = Arc::new(Inner {
            options: options.show,
            places,
            generation: AtomicU64::new(1),
            restart,
            current: Mutex::new(Current {
                show: Some(show),
                remote,
                dir,
            }),
            changing: Mutex::new(()),
            runtime: keeper.handle().clone(),
            keeper: Mutex::new(Some(keeper)),
            over: AtomicBool::new(false),
        });
        let watched = Arc::downgrade(&inner);
        std::thread::Builder::new()
            .name("studio".into())
            .spawn(move || start_anew_when_asked(&watched, &restarts))?;
        Ok(Self { inner })
    }

    /// The show now running; another one once [`Studio::generation`] has changed.
    pub fn remote(&self) -> Remote {
        self.inner.current.lock().remote.clone()
    }

    /// Carries out a command by the show now running. One that meets a show on its way out, since the canvas or the
    /// project changes, is carried out by the next show.
    ///
    /// # Errors
    /// As [`Remote::command`].
    pub fn command(&self, command: Command) -> Result<Outcome, EngineError> {
        let clock = &self.inner.options.clock;
        let deadline = clock.now() + PATIENCE;
        loop {
            match self.remote().command(command.clone()) {
                Err(EngineError::Ended) if !self.is_over() && clock.now() < deadline => {
                    // Held while the change is under way; before it has begun there is a moment in which it is not.
                    drop(self.inner.changing.lock());
                    clock.sleep_until(clock.now() + MOMENT);
                }
                done => return done,
            }
        }
    }

    /// Counts the shows.
    pub fn generation(&self) -> u64 {
        self.inner.generation.load(Relaxed)
    }

    /// An async runtime that lives as long as the studio, whatever show runs.
    pub fn runtime(&self) -> &tokio::runtime::Handle {
        &self.inner.runtime
    }

    /// Whether anybody gets the show, or is about to.
    pub fn is_on_air(&self) -> bool {
        self.remote().is_on_air()
    }

    /// Whether somebody asked for the end ([`crate::Command::EndShow`]) or it has come.
    pub fn is_over(&self) -> bool {
        let asked = self
            .inner
            .current
            .lock()
            .show
            .as_ref()
            .is_some_and(Show::stop_requested);
        asked || self.inner.over.load(Relaxed)
    }

    /// Ends the show in order and saves what is not saved. Asking again does nothing.
    pub fn end(&self) {
        let _one_at_a_time = self.inner.changing.lock();
        if self.inner.over.swap(true, Relaxed) {
            return;
        }
        let show = self.inner.current.lock().show.take();
        if let Some(show) = show {
            show.end();
        }
    }

    /// The open project and those opened lately.
    pub fn projects(&self) -> Projects {
        let current = self.inner.current.lock().dir.clone();
        Projects {
            recent: self.inner.places.recent(),
            folder: self.inner.places.projects(),
            current,
        }
    }

    /// Opens another project; the show of this one ends in order first.
    ///
    /// # Errors
    /// It does not open (this one then goes on); on the air.
    pub fn open_project(&self, path: &Path) -> Result<Projects, EngineError> {
        self.inner.change_to(Next::of(ProjectStore::open(path)?)?)?;
        Ok(self.projects())
    }

    /// Makes a new project of this name in the folder for projects and opens it.
    ///
    /// # Errors
    /// The disk; on the air.
    pub fn new_project(&self, name: &str) -> Result<Projects, EngineError> {
        self.inner.refuse_on_air()?;
        self.inner.change_to(fresh(&self.inner.places, name)?)?;
        Ok(self.projects())
    }

    /// Unpacks a bundle into a folder (one of its name in the folder for projects when absent) and opens it.
    ///
    /// # Errors
    /// It is no bundle, or a hostile one; the folder is in use; the disk; on the air.
    pub fn import(&self, file: &Path, into: Option<&Path>) -> Result<Projects, EngineError> {
        self.inner.refuse_on_air()?;
        let into = match into {
            Some(into) => into.to_owned(),
            None => {
                let name = file.file_stem().unwrap_or_default().to_string_lossy();
                self.inner.places.new_folder(&name)?
            }
        };
        bundle::import(file, &into)?;
        self.open_project(&into)
    }

    /// Writes the project as it is now, without secrets, into a bundle.
    ///
    /// # Errors
    /// The disk.
    pub fn export(&self, to: &Path) -> Result<Projects, EngineError> {
        let document = self.remote().document();
        let clean = crate::shown::for_others(&document.project);
        let missing = bundle::export(&clean, &document.path, to)?;
        if !missing.is_empty() {
            let text = format!("not in the bundle, since they are not there: {}", missing.join(", "));
            self.remote().0.log.add(EventLevel::Warning, "project", text);
        }
        Ok(self.projects())
    }

    /// Earlier versions of the project, newest first.
    pub fn history(&self) -> Vec<Version> {
        self.store().map(|s| s.versions()).unwrap_or_default()
    }

    /// Goes back to an earlier version. That is an edit like any other: it can be undone.
    ///
    /// # Errors
    /// There is no such version; it does not open.
    pub fn restore(&self, id: &str) -> Result<(), EngineError> {
        let store = self.store();
        let store = store.ok_or_else(|| EngineError::BadValue("this project has no history".into()))?;
        let mut earlier = store.version(id)?;
        repair(&mut earlier);
        project::edit::fill_in_ids(&mut earlier);
        self.remote().0.go_back_to(earlier)
    }

    fn store(&self) -> Option<ProjectStore> {
        self.remote().0.store.clone()
    }

    /// The page's own settings: one JSON object, `{}` at first.
    pub fn preferences(&self) -> Value {
        self.inner.places.preferences()
    }

    /// Keeps the page's own settings.
    ///
    /// # Errors
    /// Not an object, larger than 256 kB; the disk.
    pub fn set_preferences(&self, preferences: &Value) -> Result<(), EngineError> {
        self.inner.places.set_preferences(preferences)
    }

    /// The report of the time on the air under way, else of the last one of this session.
    pub fn show_report(&self) -> Option<Arc<ShowReport>> {
        self.remote().show_report()
    }

    /// Past shows of this project, newest first.
    pub fn reports(&self) -> Vec<ReportLine> {
        let dir = self.inner.current.lock().dir.clone();
        let files = air_log::files(&dir);
        files
            .into_iter()
            .filter_map(|(id, _)| ReportLine::of(&id, &self.report(&id)?))
            .collect()
    }

    /// The whole report of a past show of this project.
    pub fn report(&self, id: &str) -> Option<Value> {
        let dir = self.inner.current.lock().dir.clone();
        // Only what is in the list: an id is no path.
        let (_, file) = air_log::files(&dir).into_iter().find(|(known, _)| known == id)?;
        serde_json::from_slice(&std::fs::read(file).ok()?).ok()
    }
}

fn most_recent(places: &Places) -> Option<Next> {
    let recent = places.recent();
    recent
        .iter()
        .find_map(|r| Next::of(ProjectStore::open(&r.path).ok()?).ok())
}

fn fresh(places: &Places, name: &str) -> Result<Next, EngineError> {
    let mut project = Project::default();
    if !name.trim().is_empty() {
        name.trim().clone_into(&mut project.name);
    }
    let folder = places.new_folder(&project.name)?;
    ProjectStore::create(&folder, &project)?;
    Next::of(ProjectStore::open(&folder)?)
}

fn start(options: &ShowOptions, next: Next, generation: u64, restart: Sender<Restart>) -> Result<Show, EngineError> {
    let options = ShowOptions {
        extra_destinations: vec![],
        record: None,
        duration_s: None,
        size: None,
        fps: None,
        store: Some(next.store.clone()),
        ..options.clone()
    };
    let studio = InStudio {
        generation,
        restart,
        history: next.history,
        revision: next.revision,
        changed: next.changed,
    };
    let show = Show::start_in(Some(studio), next.project, next.store.dir(), &options)?;
    for (level, word) in next.words {
        show.shared.log.add(level, "project", word);
    }
    Ok(show)
}

impl Inner {
    fn refuse_on_air(&self) -> Result<(), EngineError> {
        let remote = self.current.lock().remote.clone();
        if remote.is_on_air() || !remote.0.recorders.lock().is_empty() {
            return Err(EngineError::BadValue(
                "another project can be opened only off air: end the show and the recording first".into(),
            ));
        }
        Ok(())
    }

    /// Ends the show that runs and starts another project's. When that fails this one starts again.
    fn change_to(&self, next: Next) -> Result<(), EngineError> {
        let _one_at_a_time = self.changing.lock();
        self.refuse_on_air()?;
        let store = next.store.clone();
        let back = self.end_current();
        if let Err(e) = self.start_next(next) {
            if let Some(back) = back {
                self.start_next(back)?;
            }
            return Err(e);
        }
        let name = self.current.lock().remote.document().project.name.clone();
        self.places.opened(store.dir(), &name);
        Ok(())
    }

    /// Ends the show that runs; gives what it takes to start it again.
    fn end_current(&self) -> Option<Next> {
        let (show, remote) = {
            let mut current = self.current.lock();
            (current.show.take(), current.remote.clone())
        };
        show?.end();
        let document = remote.document();
        Some(Next {
            project: (*document.project).clone(),
            store: remote.0.store.clone()?,
            history: remote.0.history.lock().clone(),
            revision: document.revision,
            changed: !document.saved,
            words: vec![],
        })
    }

    fn start_next(&self, next: Next) -> Result<(), EngineError> {
        if self.over.load(Relaxed) {
            return Err(EngineError::Ended);
        }
        let dir = next.store.dir().to_owned();
        let generation = self.generation.load(Relaxed) + 1;
        let show = start(&self.options, next, generation, self.restart.clone())?;
        let mut current = self.current.lock();
        current.remote = show.remote();
        current.show = Some(show);
        current.dir = dir;
        self.generation.store(generation, Relaxed);
        Ok(())
    }

    /// Starts the same project's show with other canvases.
    fn start_anew(&self, wanted: Restart) {
        let _one_at_a_time = self.changing.lock();
        let Some(back) = self.end_current() else { return };
        let next = Next {
            project: wanted.project,
            store: back.store.clone(),
            history: wanted.history,
            revision: wanted.revision.max(back.revision + 1),
            changed: true,
            words: vec![],
        };
        let Err(e) = self.start_next(next) else { return };
        let text = format!("the show could not start with these sizes, so it has the old ones again: {e}");
        let back = Next {
            words: vec![(EventLevel::Error, text)],
            ..back
        };
        if let Err(e) = self.start_next(back) {
            tracing::error!("the show could not be started again: {e}");
        }
    }
}

/// The studio's own thread: a show can't end itself from one of its commands.
fn start_anew_when_asked(studio: &Weak<Inner>, restarts: &Receiver<Restart>) {
    while let Ok(wanted) = restarts.recv() {
        let Some(inner) = studio.upgrade() else { return };
        inner.start_anew(wanted);
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        if let Some(show) = self.current.get_mut().show.take() {
            show.end();
        }
        // Dropping a runtime inside another one's thread would panic.
        if let Some(keeper) = self.keeper.get_mut().take() {
            keeper.shutdown_background();
        }
    }
}
