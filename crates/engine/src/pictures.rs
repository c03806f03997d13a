//! Pictures for people: what the window, a tablet or a thumbnail shows of a running show. One thread serves all of them.
//!
//! * It can't touch the show. The programme's picture is the very frame the tick has delivered ([`OnShow`]), everything else
//!   is drawn here, small, from the pictures the tick has picked up (`peek`), so no source moves on because somebody looks.
//! * It costs what is looked at. Equal wishes are one job; a job is drawn only while somebody asks for its next picture, no
//!   oftener than wished; who has asked gets it only if it changed. Nobody asks: the thread sleeps.
//! * Nothing queues. There is one newest picture, and it goes to those who ask.

mod draw;
mod on_show;
mod view;
mod wish;

pub(crate) use draw::Look;
pub(crate) use on_show::OnShow;
pub(crate) use view::ShowView;
pub use wish::{PictureWish, Target};

use crossbeam_channel::{Receiver, RecvTimeoutError};
use draw::Job;
use media::{Clock, MediaTime, VideoFrame};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    },
    thread::JoinHandle,
};

/// A picture as somebody wished it: I420, BT.709 limited range, even size.
#[derive(Clone, Debug)]
pub struct MonitorPicture {
    /// Counts the pictures of this wish.
    pub sequence: u32,
    /// Nothing is on show: the picture is empty.
    pub blank: bool,
    /// The picture.
    pub frame: Arc<VideoFrame>,
}

/// Somebody who looks. Dropping it ends the wish.
pub struct PictureTap {
    viewer: Arc<Viewer>,
    board: Arc<Board>,
}

impl PictureTap {
    /// Asks for the next picture; the waker is called once it is there. Asking again before changes nothing.
    pub fn ask(&self) {
        self.viewer.asks.store(true, Relaxed);
        self.board.on_show.wake();
    }

    /// The picture that came, once.
    pub fn take(&self) -> Option<MonitorPicture> {
        self.viewer.ready.lock().take()
    }
}

impl Drop for PictureTap {
    fn drop(&mut self) {
        self.viewer.gone.store(true, Relaxed);
        self.board.on_show.wake();
    }
}

/// One tap as the thread sees it.
struct Viewer {
    wish: PictureWish,
    asks: AtomicBool,
    gone: AtomicBool,
    /// The sequence it got last; 0 before the first.
    seen: AtomicU32,
    ready: Mutex<Option<MonitorPicture>>,
    waker: Box<dyn Fn() + Send + Sync>,
}

/// What taps and thread share.
struct Board {
    viewers: Mutex<Vec<Arc<Viewer>>>,
    on_show: Arc<OnShow>,
    stop: AtomicBool,
}

/// The monitor of pictures of one show. Dropping it ends its thread.
pub(crate) struct Pictures {
    board: Arc<Board>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Pictures {
    /// A monitor without its thread yet.
    pub(crate) fn new(on_show: Arc<OnShow>) -> Self {
        Self {
            board: Arc::new(Board {
                viewers: Mutex::default(),
                on_show,
                stop: AtomicBool::new(false),
            }),
            thread: Mutex::new(None),
        }
    }

    /// Starts the thread.
    pub(crate) fn start(&self, look: Arc<dyn Look>, clock: Arc<dyn Clock>) -> std::io::Result<()> {
        let board = self.board.clone();
        let worker = Worker {
            wake: board.on_show.waker(),
            board,
            clock,
            jobs: HashMap::new(),
        };
        let thread = std::thread::Builder::new().name("pictures".into()).spawn(move || {
            lower_priority();
            worker.run(&*look);
        })?;
        *self.thread.lock() = Some(thread);
        Ok(())
    }

    /// A new wish; `waker` is called, on the monitor's thread, when a picture that was asked for is there.
    pub(crate) fn tap(&self, wish: PictureWish, waker: impl Fn() + Send + Sync + 'static) -> PictureTap {
        let viewer = Arc::new(Viewer {
            wish: wish.sane(),
            asks: AtomicBool::new(false),
            gone: AtomicBool::new(false),
            seen: AtomicU32::new(0),
            ready: Mutex::default(),
            waker: Box::new(waker),
        });
        self.board.viewers.lock().push(viewer.clone());
        PictureTap {
            viewer,
            board: self.board.clone(),
        }
    }

    /// Ends the thread; taps get nothing more.
    pub(crate) fn stop(&self) {
        self.board.stop.store(true, Relaxed);
        self.board.on_show.wake();
        if let Some(t) = self.thread.lock().take() {
            let _ = t.join();
        }
    }
}

impl Drop for Pictures {
    fn drop(&mut self) {
        self.stop();
    }
}

struct Worker {
    board: Arc<Board>,
    wake: Receiver<()>,
    clock: Arc<dyn Clock>,
    jobs: HashMap<PictureWish, Job>,
}

impl Worker {
    fn run(mut self, look: &dyn Look) {
        loop {
            let due = self.serve(look);
            if self.board.stop.load(Relaxed) {
                return;
            }
            let woken = match due {
                None => self.wake.recv().map_err(|_| RecvTimeoutError::Disconnected),
                Some(t) => {
                    let wait = (t - self.clock.now()).max(MediaTime::ZERO);
                    self.wake.recv_timeout(wait.to_duration())
                }
            };
            if woken == Err(RecvTimeoutError::Disconnected) {
                return;
            }
        }
    }

    /// Draws what is asked for and due, and hands it out. Gives the time something is due next; none when only a wake can
    /// change anything.
    fn serve(&mut self, look: &dyn Look) -> Option<MediaTime> {
        let viewers = self.viewers();
        let asked = |v: &Arc<Viewer>| v.asks.load(Relaxed);
        let program = |v: &Arc<Viewer>| matches!(v.wish.target, Target::Program(_));
        self.board.on_show.watch(
            viewers.iter().any(program),
            viewers.iter().any(|v| program(v) && asked(v)),
        );
        self.jobs.retain(|wish, _| viewers.iter().any(|v| v.wish == *wish));
        let mut next: Option<MediaTime> = None;
        for viewer in viewers.iter().filter(|v| asked(v)) {
            let job = self.jobs.entry(viewer.wish.clone()).or_default();
            let due = job.due(&viewer.wish, self.clock.now());
            if due.is_none_or(|t| t <= self.clock.now()) {
                job.draw(&viewer.wish, look, &self.board.on_show, self.clock.now());
            }
            if let Some(t) = job.due(&viewer.wish, self.clock.now()) {
                next = Some(next.map_or(t, |n| n.min(t)));
            }
            hand_out(viewer, job);
        }
        next
    }

    /// Those who still look.
    fn viewers(&self) -> Vec<Arc<Viewer>> {
        let mut viewers = self.board.viewers.lock();
        viewers.retain(|v| !v.gone.load(Relaxed));
        viewers.clone()
    }
}

/// Gives the job's picture to one who asked and has not seen it.
fn hand_out(viewer: &Viewer, job: &Job) {
    let Some(picture) = job.newest().filter(|p| p.sequence != viewer.seen.load(Relaxed)) else {
        return;
    };
    viewer.asks.store(false, Relaxed);
    viewer.seen.store(picture.sequence, Relaxed);
    *viewer.ready.lock() = Some(picture.clone());
    (viewer.waker)();
}

/// What people see may come a moment later than what is broadcast.
fn lower_priority() {
    #[cfg(target_os = "linux")]
    if let Err(e) = rustix::process::setpriority_process(Some(rustix::thread::gettid()), 5) {
        tracing::debug!("no lowered priority: {e}");
    }
}

#[cfg(test)]
mod tests;
