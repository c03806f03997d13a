//! The thread behind every kind that captures from a device: it runs a capture until that fails, shows the reason as a
//! slate, and tries again by the engine's clock. It never tries another device, and knows nothing of any particular one.
//! A panic inside a capture (device libraries have them) counts as a failure of the device.

use crate::{
    Source, SourceContext, SourceError, SourceState,
    pace::Stop,
    slate,
    still::{hold, release},
};
use media::{FrameSlot, MediaTime, SlotPolicy, VideoFrame};
use mixer::{AudioFeed, FeedPolicy};
use parking_lot::{Condvar, Mutex};
use schemars::JsonSchema;
use serde_json::{Map, Value};
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// How long a lost device is left alone before the next try.
const RETRY: MediaTime = MediaTime::from_millis(2000);
/// Longest real time `stop` waits for a thread that hangs inside a device library before it is left to itself.
const STOP_LIMIT: Duration = Duration::from_secs(3);
/// Pictures a camera may be ahead of the show.
const SLOT_CAPACITY: usize = 16;
/// Sound that is kept for the mixer.
const FEED_CAPACITY: MediaTime = MediaTime::from_millis(2000);

/// One way to capture. It owns what must outlive a lost device (which one it was).
pub(crate) trait Capture: Send + 'static {
    /// The kind's settings.
    type Settings: project::Settings + Clone + PartialEq + Send + 'static;

    /// Captures until `link` says to end, which is `Ok`; what broke it, for people, is `Err`. Called again after a
    /// while, and with new settings.
    fn run(&mut self, settings: &Self::Settings, link: &Link) -> Result<(), String>;
}

/// What a capture gives a picture or sound to, and learns from when to end.
pub(crate) struct Link {
    /// What the source was opened with.
    pub ctx: SourceContext,
    slot: Option<FrameSlot>,
    feed: Option<AudioFeed>,
    stop: Stop,
    changed: AtomicBool,
    state: Mutex<State>,
    news: Condvar,
}

struct State {
    source: SourceState,
    /// Something was captured, or it is known that it has to be waited for.
    settled: bool,
    /// The thread has ended.
    ended: bool,
    /// Time of the last picture given to the slot; times must not go back.
    last: MediaTime,
}

impl Link {
    /// For pictures, or else for sound.
    pub fn new(ctx: SourceContext, video: bool) -> Self {
        let state = State {
            source: SourceState::Waiting {
                reason: format!("{} is starting", ctx.name),
            },
            settled: false,
            ended: false,
            last: MediaTime(i64::MIN),
        };
        Self {
            slot: video.then(|| FrameSlot::new(SLOT_CAPACITY, SlotPolicy::DropOldest)),
            feed: (!video).then(|| AudioFeed::new(FEED_CAPACITY, FeedPolicy::DropOldest)),
            stop: Stop::default(),
            changed: AtomicBool::new(false),
            state: Mutex::new(state),
            news: Condvar::new(),
            ctx,
        }
    }
    /// Engine time.
    pub fn now(&self) -> MediaTime {
        self.ctx.clock.now()
    }
    /// Whether the capture should end: stopped, or there are new settings.
    pub fn interrupted(&self) -> bool {
        self.stop.is_stopped() || self.changed.load(Ordering::Acquire)
    }
    /// Waits until the engine's clock reads `t`; false (at once) when the capture should end.
    pub fn wait_until(&self, t: MediaTime) -> bool {
        !self.interrupted() && self.stop.wait_until(&*self.ctx.clock, t) && !self.interrupted()
    }
    /// How the source is doing.
    pub fn state(&self) -> SourceState {
        self.state.lock().source.clone()
    }
    /// Adds a picture of a moving source, to be shown from its time on.
    pub fn push(&self, frame: VideoFrame) {
        self.give(frame, |slot, frame, fresh| {
            if fresh {
                release(slot);
            }
            slot.push(Arc::new(frame));
        });
    }
    /// Shows a picture from its time on until the next one comes, which may be never.
    pub fn show(&self, frame: VideoFrame) {
        self.give(frame, |slot, frame, _| hold(slot, &frame, frame.time));
    }
    fn give(&self, mut frame: VideoFrame, put: impl FnOnce(&FrameSlot, VideoFrame, bool)) {
        let Some(slot) = &self.slot else { return };
        let mut s = self.state.lock();
        let fresh = s.source != SourceState::Ready || !s.settled;
        frame.time = frame.time.max(s.last);
        s.last = frame.time;
        put(slot, frame, fresh);
        self.settle(&mut s, SourceState::Ready);
    }
    /// The device runs, although it may not have said anything yet.
    pub fn ready(&self) {
        self.settle(&mut self.state.lock(), SourceState::Ready);
    }
    /// Adds sound.
    pub fn push_sound(&self, block: &media::AudioBlock) {
        if let Some(feed) = &self.feed {
            feed.push(block);
        }
    }
    /// The device is lost: its place is taken by a slate that says why.
    fn wait_for_device(&self, reason: String) {
        let waiting = SourceState::Waiting { reason: reason.clone() };
        let mut s = self.state.lock();
        if s.source == waiting && s.settled {
            return;
        }
        tracing::warn!(source = %self.ctx.id, "{reason}");
        if let Some(slot) = &self.slot {
            let picture = slate::slate(&self.ctx, &reason);
            s.last = self.now().max(s.last);
            hold(slot, &picture, s.last);
        }
        self.settle(&mut s, waiting);
    }
    fn settle(&self, s: &mut State, state: SourceState) {
        if !s.settled || s.source != state {
            if s.settled && state == SourceState::Ready {
                tracing::info!(source = %self.ctx.id, "the device of {} is back", self.ctx.name);
            }
            s.source = state;
            s.settled = true;
            self.news.notify_all();
        }
    }
}

/// How a frame rate is written in settings.
#[derive(JsonSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "only its schema is used")]
pub(crate) enum RateText {
    /// A number: 25, 29.97.
    Number(f64),
    /// A fraction: "30000/1001".
    Fraction(String),
}

/// A source that captures from a device on its own thread.
pub(crate) struct CaptureSource<C: Capture> {
    link: Arc<Link>,
    settings: Arc<Mutex<C::Settings>>,
    thread: Option<JoinHandle<()>>,
}

impl<C: Capture> CaptureSource<C> {
    /// Starts the thread `NAME-ID`. `video` says whether it makes pictures (else sound).
    pub fn open(
        name: &str,
        capture: C,
        video: bool,
        settings: &Map<String, Value>,
        ctx: SourceContext,
    ) -> Result<Box<dyn Source>, SourceError> {
        let settings = Arc::new(Mutex::new(read::<C::Settings>(settings)?));
        let link = Arc::new(Link::new(ctx, video));
        let (l, s) = (link.clone(), settings.clone());
        let thread = std::thread::Builder::new()
            .name(format!("{name}-{}", link.ctx.id))
            .spawn(move || supervise(capture, &s, &l))
            .map_err(|e| SourceError::Thread { reason: e.to_string() })?;
        Ok(Box::new(Self {
            link,
            settings,
            thread: Some(thread),
        }))
    }
}

fn read<S: project::Settings>(settings: &Map<String, Value>) -> Result<S, SourceError> {
    Ok(project::kind::parse::<S>(settings, "settings")?.settings)
}

fn supervise<C: Capture>(mut capture: C, settings: &Mutex<C::Settings>, link: &Link) {
    while !link.stop.is_stopped() {
        link.changed.store(false, Ordering::Release);
        let now = settings.lock().clone();
        // The capture is only ever used again through `run`, which opens everything anew.
        let result = catch_unwind(AssertUnwindSafe(|| capture.run(&now, link)));
        let reason = match result {
            Ok(Ok(())) => continue,
            Ok(Err(reason)) => reason,
            Err(panic) => format!(
                "The driver of the device of {} failed badly ({}). It is being opened again",
                link.ctx.name,
                panic_text(&*panic)
            ),
        };
        if link.stop.is_stopped() {
            break;
        }
        link.wait_for_device(reason);
        link.wait_until(link.now() + RETRY);
    }
    link.state.lock().ended = true;
    link.news.notify_all();
}

/// The words of a panic.
pub(crate) fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no words were given".into())
}

impl<C: Capture> Source for CaptureSource<C> {
    fn video(&self) -> Option<&FrameSlot> {
        self.link.slot.as_ref()
    }
    fn audio(&self) -> Option<&AudioFeed> {
        self.link.feed.as_ref()
    }
    fn state(&self) -> SourceState {
        self.link.state()
    }
    fn update(&mut self, settings: &Map<String, Value>) -> Result<(), SourceError> {
        let new = read::<C::Settings>(settings)?;
        let mut s = self.settings.lock();
        if *s != new {
            *s = new;
            self.link.changed.store(true, Ordering::Release);
            self.link.stop.poke();
        }
        Ok(())
    }
    fn stop(&mut self) {
        self.link.stop.stop();
        let Some(thread) = self.thread.take() else { return };
        let mut s = self.link.state.lock();
        self.link.news.wait_while_for(&mut s, |s| !s.ended, STOP_LIMIT);
        let ended = s.ended;
        drop(s);
        if ended {
            // It can't have panicked: `supervise` catches what its capture does.
            let _ = thread.join();
        } else {
            tracing::warn!(source = %self.link.ctx.id, "the device does not let go; its thread is left behind");
        }
    }
    fn ready(&self, limit: Duration) -> bool {
        let mut s = self.link.state.lock();
        self.link.news.wait_while_for(&mut s, |s| !s.settled, limit);
        s.settled
    }
}

impl<C: Capture> Drop for CaptureSource<C> {
    fn drop(&mut self) {
        self.stop();
    }
}
