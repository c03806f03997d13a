//! Starting, running and ending a show.

use crate::{
    EngineError, Event, EventLevel, Report, ShowOptions, Snapshot,
    air::Air,
    captions::Caption,
    desk::Desk,
    document::Restart,
    encode::{CanvasFormat, Encoders, Probes},
    events::EventLog,
    following::Following,
    health::Health,
    lines::{Line, Refused},
    pace::Pace,
    pictures::{OnShow, Pictures},
    plan,
    recording::Tape,
    replay::Buffer,
    rungs::Rung,
    sound::{SoundState, SoundThread},
    stage::{Stage, StageSetting},
    tick::{CanvasCounters, Ticker},
};
use arc_swap::ArcSwap;
use media::{Clock, FrameRate, MediaTime};
use outputs::{Env, HlsStore, RecordingStatus};
use parking_lot::Mutex;
use project::{Project, edit::History};
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::Relaxed},
    },
    thread::JoinHandle,
};

/// Time given to sources and encoders before the first picture is due.
const LEAD: MediaTime = MediaTime::from_millis(150);
/// The longest the first picture is held back for a source that is slow to open.
pub(crate) const PREROLL: MediaTime = MediaTime::from_millis(2500);

/// A running show. Dropping it ends it as [`Show::end`] does.
pub struct Show {
    pub(crate) shared: Arc<Shared>,
    threads: Mutex<Threads>,
    runtime: Option<tokio::runtime::Runtime>,
}

#[derive(Default)]
struct Threads {
    ticks: Vec<JoinHandle<MediaTime>>,
    sound: Option<JoinHandle<()>>,
    watch: Option<JoinHandle<()>>,
    saver: Option<JoinHandle<()>>,
    finished: bool,
}

/// What the threads and the handle share.
pub(crate) struct Shared {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) start: MediaTime,
    /// Engine time of the main canvas' first picture, once that is certain.
    pub(crate) first: Arc<OnceLock<MediaTime>>,
    pub(crate) project: Arc<ArcSwap<Project>>,
    pub(crate) project_dir: PathBuf,
    pub(crate) stage: Arc<Stage>,
    /// What a person has in hand: preview, transition, running fades.
    pub(crate) desk: Arc<Desk>,
    /// The newest programme frames, for the monitor.
    pub(crate) on_show: Arc<OnShow>,
    /// Pictures for people.
    pub(crate) pictures: Pictures,
    pub(crate) encoders: Encoders,
    /// What is captioned.
    pub(crate) captions: Arc<Caption>,
    /// Who watches over WebRTC.
    pub(crate) viewers: Arc<outputs::Viewers>,
    pub(crate) canvases: Vec<CanvasFormat>,
    pub(crate) counters: Vec<Arc<CanvasCounters>>,
    pub(crate) renderer: (String, String),
    /// What sources opened later get to know.
    pub(crate) setting: StageSetting,
    /// What can be undone; its lock is what lets one edit happen at a time.
    pub(crate) history: Mutex<History>,
    pub(crate) revision: AtomicU64,
    pub(crate) saved_revision: AtomicU64,
    /// Engine time of the last change of the document, ns.
    pub(crate) changed_at: AtomicI64,
    /// The show is about to start anew: edits made now would be lost.
    pub(crate) moving: AtomicBool,
    pub(crate) studio: Option<InStudio>,
    pub(crate) trials: AtomicU64,
    pub(crate) air: Mutex<Air>,
    pub(crate) health: Mutex<Health>,
    pub(crate) destinations: Mutex<BTreeMap<String, Line>>,
    /// Destinations that could not be started.
    pub(crate) refused: Mutex<BTreeMap<String, Refused>>,
    /// Destinations that are live in the place of another.
    pub(crate) standing_in: Mutex<BTreeSet<String>>,
    /// Rates of destinations that have their encoder to themselves.
    pub(crate) paces: Mutex<BTreeMap<String, Pace>>,
    /// Destinations that get another's encode, or may soon.
    pub(crate) rungs: Mutex<BTreeMap<String, Rung>>,
    /// Destinations between their old and their new settings.
    pub(crate) restarting: Mutex<BTreeSet<String>>,
    pub(crate) recorders: Mutex<Vec<Tape>>,
    pub(crate) recorded: Mutex<Vec<RecordingStatus>>,
    pub(crate) replay: Mutex<Option<Buffer>>,
    /// Marks made so far, to give them names.
    pub(crate) markers: AtomicU64,
    /// How the destinations stood when the show was ended, before they were closed.
    pub(crate) final_views: Mutex<Option<Vec<crate::DestinationView>>>,
    pub(crate) sound: Arc<Mutex<SoundState>>,
    pub(crate) env: Env,
    pub(crate) rt: tokio::runtime::Handle,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) ended: Arc<AtomicBool>,
    pub(crate) fps_now: Mutex<Vec<f64>>,
    pub(crate) log: EventLog,
    pub(crate) store: Option<project::ProjectStore>,
    /// The program to run for probing encoders.
    pub(crate) probe_exe: Option<PathBuf>,
    /// The folder with this user's settings.
    pub(crate) config_dir: Option<PathBuf>,
    /// Ids of the destinations that the options added.
    pub(crate) added_destinations: Vec<String>,
    /// The main canvas' rate in the document, before the options changed it.
    pub(crate) saved_rate: FrameRate,
    /// What the document records on its own, where the options say something else.
    pub(crate) saved_iso: Option<Vec<String>>,
}

/// A show inside a studio, which stays when the show changes: nothing goes out by itself, what is wrong with the project is
/// told instead of refused, and changes are saved by themselves.
pub(crate) struct InStudio {
    pub(crate) generation: u64,
    /// Where to ask for a new start with other canvases.
    pub(crate) restart: crossbeam_channel::Sender<Restart>,
    /// What could be undone before this start.
    pub(crate) history: History,
    /// The document's revision at this start.
    pub(crate) revision: u64,
    /// Whether the document differs from the file.
    pub(crate) changed: bool,
}

impl Show {
    /// Opens everything and starts. `project_dir` is what relative paths in the project are relative to.
    ///
    /// # Errors
    /// Wrong settings, no encoder or no renderer. A missing file, device or server is no error: the show starts without
    /// and says so.
    pub fn start(project: Project, project_dir: &Path, options: &ShowOptions) -> Result<Self, EngineError> {
        Self::start_in(None, project, project_dir, options)
    }

    pub(crate) fn start_in(
        mut studio: Option<InStudio>,
        project: Project,
        project_dir: &Path,
        options: &ShowOptions,
    ) -> Result<Self, EngineError> {
        let saved_rate = project.canvases.first().map(|c| c.fps).unwrap_or_default();
        let saved_iso = (!options.iso.is_empty()).then(|| project.recording.iso.clone());
        let in_document = project.destinations.len();
        let mut project = plan::apply_options(project, options)?;
        project::edit::fill_in_ids(&mut project);
        let added_destinations = project.destinations[in_document..]
            .iter()
            .map(|d| d.id.clone())
            .collect();
        let sizes = plan::output_sizes(&project, options);
        let main_rate = project.canvases[0].fps;
        let clock: Arc<dyn Clock> = Arc::new(options.clock.clone());
        // What takes long comes before the start is fixed: a film begins to play at it, seen or not.
        let probes = probes(options);
        let wanted = project
            .encoders
            .iter()
            .filter(|e| crate::encode::needs_probing(&e.video));
        let codecs: BTreeSet<_> = wanted.map(|e| e.video.codec).collect();
        for codec in codecs.into_iter().filter(|_| studio.is_none()) {
            probes(codec);
        }
        let opened: Result<Vec<_>, _> = sizes
            .iter()
            .map(|&(w, h)| compositor::create(options.renderer, w, h))
            .collect();
        let (renderers, doubts): (Vec<_>, Vec<_>) = opened?.into_iter().unzip();
        let start = main_rate.time_of(main_rate.index_at(clock.now() + LEAD) + 1);
        let log = EventLog::new(clock.clone(), start);
        for why in doubts.into_iter().flatten() {
            log.add(EventLevel::Warning, "show", why);
        }
        let setting = StageSetting::new(&project, project_dir, clock.clone(), start);
        let stage = Arc::new(Stage::open(&project, &setting, Some(&log), studio.is_some(), |_| true)?);
        let canvases: Vec<_> = project
            .canvases
            .iter()
            .zip(&sizes)
            .map(|(c, &size)| CanvasFormat { size, rate: c.fps })
            .collect();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .thread_name("network")
            .enable_all()
            .build()?;
        let revision = studio.as_ref().map_or(1, |s| s.revision);
        let saved = revision - u64::from(studio.as_ref().is_some_and(|s| s.changed));
        let on_show = Arc::new(OnShow::new(canvases.len()));
        let captions: Arc<Caption> = Arc::default();
        captions.set_enabled(project.captions.enabled);
        let shared = Arc::new(Shared {
            start,
            first: Arc::default(),
            setting,
            history: Mutex::new(
                studio
                    .as_mut()
                    .map(|s| std::mem::take(&mut s.history))
                    .unwrap_or_default(),
            ),
            revision: AtomicU64::new(revision),
            saved_revision: AtomicU64::new(saved),
            changed_at: AtomicI64::new(clock.now().0),
            moving: AtomicBool::new(false),
            studio,
            trials: AtomicU64::new(0),
            air: Mutex::default(),
            health: Mutex::default(),
            refused: Mutex::default(),
            standing_in: Mutex::default(),
            paces: Mutex::default(),
            rungs: Mutex::default(),
            restarting: Mutex::default(),
            desk: Arc::new(Desk::new(options.transition.clone())),
            pictures: Pictures::new(on_show.clone()),
            on_show,
            project_dir: project_dir.to_owned(),
            stage,
            encoders: Encoders::new(canvases.clone(), probes, clock.clone(), log.clone())
                .with_captions(captions.clone()),
            captions,
            counters: canvases.iter().map(|_| Arc::default()).collect(),
            renderer: (renderers[0].name().to_owned(), renderers[0].adapter()),
            fps_now: Mutex::new(vec![0.0; canvases.len()]),
            canvases,
            destinations: Mutex::default(),
            recorders: Mutex::default(),
            recorded: Mutex::default(),
            replay: Mutex::default(),
            markers: AtomicU64::new(0),
            final_views: Mutex::default(),
            sound: Arc::default(),
            viewers: Arc::default(),
            env: Env {
                hls: Arc::new(HlsStore::new()),
                clock: clock.clone(),
                routes: Arc::new(outputs::SystemRoutes),
            },
            rt: runtime.handle().clone(),
            stop: Arc::default(),
            ended: Arc::default(),
            project: Arc::new(ArcSwap::from_pointee(project)),
            clock,
            log,
            store: options.store.clone(),
            probe_exe: options.probe_exe.clone(),
            config_dir: options.config_dir.clone(),
            added_destinations,
            saved_rate,
            saved_iso,
        });
        shared.mend_recordings();
        if shared.studio.is_none() {
            shared.start_outputs(options)?;
        }
        let threads = Mutex::new(start_threads(&shared, renderers, options)?);
        Ok(Self {
            shared,
            threads,
            runtime: Some(runtime),
        })
    }

    /// The state at this moment.
    pub fn snapshot(&self) -> Snapshot {
        self.shared.snapshot()
    }

    /// What happened after event number `seq` (0 for everything kept).
    pub fn events_since(&self, seq: u64) -> Vec<Event> {
        self.shared.log.since(seq)
    }

    /// A handle for servers and other threads.
    pub fn remote(&self) -> crate::state::Remote {
        crate::state::Remote(self.shared.clone())
    }

    /// Asks the show to end; [`Show::end`] then waits for it.
    pub fn request_stop(&self) {
        self.shared.stop.store(true, Relaxed);
    }

    /// Whether the show was asked to end.
    pub fn stop_requested(&self) -> bool {
        self.shared.stop.load(Relaxed)
    }

    /// Whether the pictures have ended: by request, by length, or since nothing encodes any more.
    pub fn is_over(&self) -> bool {
        self.threads.lock().ticks.iter().all(JoinHandle::is_finished)
    }

    /// Ends the show in order: pictures, sound, encoders, destinations, recording. Gives the report; asking again gives
    /// it again.
    pub fn end(&self) -> Report {
        self.request_stop();
        let mut threads = self.threads.lock();
        if !threads.finished {
            threads.finished = true;
            self.finish(&mut threads);
        }
        self.shared.report()
    }

    fn finish(&self, threads: &mut Threads) {
        let s = &self.shared;
        let ends: Vec<MediaTime> = threads.ticks.drain(..).filter_map(|t| t.join().ok()).collect();
        *s.final_views.lock() = Some(s.destination_views());
        s.end_air();
        s.pictures.stop();
        s.stop_replay();
        s.encoders.end_video();
        s.sound_end()
            .store(ends.into_iter().max().unwrap_or(MediaTime::ZERO).0, Relaxed);
        if let Some(t) = threads.sound.take()
            && t.join().is_err()
        {
            s.log.add(EventLevel::Error, "show", "the sound ended in a fault");
        }
        s.encoders.end_audio();
        s.encoders.join();
        s.stop_destinations();
        s.stop_recordings();
        s.stage.stop();
        s.ended.store(true, Relaxed);
        for t in [threads.watch.take(), threads.saver.take()].into_iter().flatten() {
            let _ = t.join();
        }
    }

    /// The async runtime the outputs run on; `control` may use it too.
    pub fn runtime(&self) -> &tokio::runtime::Handle {
        &self.shared.rt
    }
}

impl Drop for Show {
    fn drop(&mut self) {
        self.end();
        if let Some(rt) = self.runtime.take() {
            rt.shutdown_background();
        }
    }
}

fn probes(options: &ShowOptions) -> Probes {
    let exe = options.probe_exe.clone();
    Box::new(move |codec| {
        exe.as_deref()
            .map(|exe| codec::probe_codec(exe, codec, std::time::Duration::from_secs(5)))
            .unwrap_or_default()
    })
}

fn start_threads(
    s: &Arc<Shared>,
    renderers: Vec<Box<dyn compositor::Renderer>>,
    options: &ShowOptions,
) -> Result<Threads, EngineError> {
    // In a studio nobody watches yet, and a window wants to be usable at once.
    if s.studio.is_none() {
        s.stage.wait_ready(&*s.clock, PREROLL);
    }
    // Sources that were slow have used up the lead; the show then begins a little later on its own grid.
    let begin = s.clock.now().max(s.start);
    let main = s.canvases[0].rate;
    let _ = s.first.set(main.time_of(first_frame(main, begin)));
    let mut threads = Threads::default();
    for (i, renderer) in renderers.into_iter().enumerate() {
        let format = s.canvases[i];
        let first = first_frame(format.rate, begin);
        let ticker = Ticker {
            canvas: i,
            size: format.size,
            rate: format.rate,
            first,
            end: options
                .duration_s
                .map(|d| first + (d * format.rate.as_f64()).round().max(1.0) as i64),
            clock: s.clock.clone(),
            project: s.project.clone(),
            stage: s.stage.clone(),
            desk: s.desk.clone(),
            following: Following::default(),
            on_show: s.on_show.clone(),
            idles: s.studio.is_some(),
            lanes: s.encoders.video.clone(),
            counters: s.counters[i].clone(),
            stop: s.stop.clone(),
            log: s.log.clone(),
        };
        threads.ticks.push(
            std::thread::Builder::new()
                .name(format!("tick-{i}"))
                .spawn(move || ticker.run(renderer))?,
        );
    }
    let sound = SoundThread {
        clock: s.clock.clone(),
        start: begin,
        end: s.sound_end(),
        project: s.project.clone(),
        stage: s.stage.clone(),
        desk: s.desk.clone(),
        lanes: s.encoders.audio.clone(),
        state: s.sound.clone(),
        idles: s.studio.is_some(),
    };
    threads.sound = Some(
        std::thread::Builder::new()
            .name("sound".into())
            .spawn(move || sound.run())?,
    );
    s.pictures
        .start(Arc::new(crate::pictures::ShowView::of(s)), s.clock.clone())?;
    let watched = s.clone();
    threads.watch = Some(
        std::thread::Builder::new()
            .name("watch".into())
            .spawn(move || watched.watch())?,
    );
    if s.studio.is_some() && s.store.is_some() {
        let saved = s.clone();
        threads.saver = Some(
            std::thread::Builder::new()
                .name("autosave".into())
                .spawn(move || saved.keep_saved())?,
        );
    }
    Ok(threads)
}

/// The first frame on the grid at or after `t`.
fn first_frame(rate: FrameRate, t: MediaTime) -> i64 {
    rate.index_at(t - MediaTime(1)) + 1
}

impl Shared {
    /// Where the sound thread learns when to end.
    fn sound_end(&self) -> Arc<AtomicI64> {
        self.sound.lock().end.clone()
    }
}
