//! The thread behind every kind that makes its pictures and sound itself (files, text, patterns; capture from devices is
//! `capture`). It starts the thread, hands it new settings, keeps its state for the engine and ends it. A panic in a
//! maker (picture libraries have them) becomes a slate, not the end of the show.

use crate::{
    Clip, Source, SourceContext, SourceError, SourceState,
    cue::{Cue, FilmInfo},
    pace::Stop,
    slate::slate,
    still::{has_room, hold},
};
use media::{AudioBlock, FrameSlot, MediaTime, SlotPolicy, VideoFrame, audio::SAMPLE_RATE};
use mixer::{AudioFeed, FeedPolicy};
use parking_lot::{Condvar, Mutex};
use project::Settings;
use serde_json::{Map, Value};
use std::{
    any::Any,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

/// How often a maker that waits for room looks again (real time): a fraction of what the slots hold.
pub const LOOK_AGAIN: Duration = Duration::from_millis(8);
/// The same while nobody looks and nobody listens: the feed holds five times as much.
const LOOK_SELDOM: Duration = Duration::from_millis(100);
/// From one picture to the next while nobody looks.
const REST: MediaTime = MediaTime::from_millis(1000);
/// Sound kept ahead of the mixer: no more than the pictures of a slot last, since a file's sound goes no further than its pictures
/// are decoded, and each of those is megabytes.
pub(crate) const FEED_AHEAD: MediaTime = MediaTime::from_millis(250);
/// Longest `stop` waits for a thread that hangs in the system (a dead network disk) before it is left to itself.
const STOP_LIMIT: Duration = Duration::from_secs(3);

/// What a maker's thread works with.
pub struct Link<S> {
    /// What the source was opened with.
    pub ctx: SourceContext,
    /// Where pictures go.
    pub slot: Option<FrameSlot>,
    /// Where sound goes.
    pub feed: Option<AudioFeed>,
    /// When to end.
    pub stop: Stop,
    fresh: Mutex<Option<S>>,
    clip: Mutex<Option<Clip>>,
    /// For films that wait for their cue.
    pub cue: Cue,
    status: Mutex<Status>,
    news: Condvar,
    /// Breaks off what the thread may be stuck in (reading from a disk that does not answer).
    unblock: Mutex<Option<Box<dyn Fn() + Send>>>,
}

struct Status {
    state: SourceState,
    notices: Vec<String>,
    settled: bool,
    ended: bool,
}

impl<S> Link<S> {
    /// Engine time.
    pub fn now(&self) -> MediaTime {
        self.ctx.clock.now()
    }
    /// What to call on stop, to end a read that blocks; `None` when there is none any more.
    pub fn on_stop(&self, unblock: Option<Box<dyn Fn() + Send>>) {
        *self.unblock.lock() = unblock;
        if self.stop.is_stopped() {
            self.unblock();
        }
    }
    fn unblock(&self) {
        if let Some(f) = &*self.unblock.lock() {
            f();
        }
    }
    /// New settings, once.
    pub fn take_settings(&self) -> Option<S> {
        self.fresh.lock().take()
    }
    /// What is to be played now, once.
    pub fn take_clip(&self) -> Option<Clip> {
        self.clip.lock().take()
    }
    /// Whether there are new settings.
    pub fn has_settings(&self) -> bool {
        self.fresh.lock().is_some()
    }
    /// Whether the maker should leave what it is doing: stopped, or there are new settings, another clip, or a cue.
    pub fn interrupted(&self) -> bool {
        self.stop.is_stopped() || self.has_settings() || self.clip.lock().is_some() || self.cue.is_begun()
    }
    /// The first picture or sound is there, and this is the state now.
    pub fn set_state(&self, state: SourceState) {
        let mut s = self.status.lock();
        if s.state != state {
            match &state {
                SourceState::Waiting { reason } => tracing::warn!(source = %self.ctx.id, "{}: {reason}", self.ctx.name),
                other => tracing::debug!(source = %self.ctx.id, "{} is now {other:?}", self.ctx.name),
            }
            s.state = state;
        }
        s.settled = true;
        self.news.notify_all();
    }
    /// Shows the slate with `reason` until the maker has something better.
    pub fn wait_under_slate(&self, reason: String) {
        let waiting = SourceState::Waiting { reason };
        let shown = {
            let s = self.status.lock();
            s.settled && s.state == waiting
        };
        if let (false, SourceState::Waiting { reason }, Some(slot)) = (shown, &waiting, &self.slot) {
            hold(slot, &slate(&self.ctx, reason), self.now());
        }
        self.set_state(waiting);
    }
    /// Things people should know although it plays.
    pub fn set_notices(&self, notices: Vec<String>) {
        let mut s = self.status.lock();
        for n in notices.iter().filter(|n| !s.notices.contains(n)) {
            tracing::warn!(source = %self.ctx.id, "{}: {n}", self.ctx.name);
        }
        s.notices = notices;
    }
    /// Whether a picture can be pushed without waiting.
    pub fn picture_room(&self) -> bool {
        self.slot.as_ref().is_some_and(has_room)
    }
    /// Whether a picture made now would be worth its while: somebody looks, or the last one, made at `last`, is a second old.
    /// For makers that can leave pictures out; the first one to look sees a picture at most that old until the next is made.
    pub fn is_worth_a_picture(&self, last: Option<MediaTime>) -> bool {
        let fresh = last.is_some_and(|t| self.now() - t < REST);
        !fresh || self.slot.as_ref().is_some_and(FrameSlot::is_seen)
    }
    /// Waits a moment for room or news, a longer one while nobody looks or listens. For makers whose pictures and sound follow
    /// from nothing but the time, so that they are right again at once.
    pub fn look_again(&self) {
        let seen = self.slot.as_ref().is_some_and(FrameSlot::is_seen);
        let heard = self.feed.as_ref().is_some_and(AudioFeed::is_heard);
        self.stop.wait(if seen || heard { LOOK_AGAIN } else { LOOK_SELDOM });
    }
    /// Whether sound can be pushed without waiting.
    pub fn sound_room(&self) -> bool {
        // Nothing reaches up to MAX, so only a full (or closed) feed answers yes.
        let full = |f: &AudioFeed| f.wait_until(MediaTime::MAX, Duration::ZERO);
        self.feed.as_ref().is_some_and(|f| !full(f))
    }
    /// Adds a picture; waits for room unless [`Link::picture_room`] has just said yes.
    pub fn push(&self, frame: VideoFrame) {
        if let Some(slot) = &self.slot {
            slot.push(Arc::new(frame));
        }
    }
    /// Fills the feed with silence up to its capacity, so that offline mixing need not wait for sound that never comes.
    pub fn push_silence(&self) {
        const FRAMES: usize = SAMPLE_RATE as usize / 10;
        while let Some(feed) = self.feed.as_ref().filter(|_| self.sound_room()) {
            let from = feed
                .level()
                .end
                .unwrap_or(MediaTime::ZERO)
                .max(self.now() - MediaTime::from_millis(100));
            if !feed.push(&AudioBlock::silence(from, FRAMES)) {
                return;
            }
        }
    }
}

/// What a source is made of; see [`start`].
pub struct Plan<S> {
    /// Pictures ahead of the show; 0 for a source without pictures. A still needs 2.
    pub pictures: usize,
    /// Whether it makes sound.
    pub sound: bool,
    /// The maker: runs until `link.stop`, takes new settings from the link.
    pub run: fn(&Link<S>, S),
}

/// Reads the settings and starts the maker's thread.
pub fn start<S: Settings + Send + 'static>(
    settings: &Map<String, Value>,
    ctx: SourceContext,
    plan: Plan<S>,
) -> Result<Box<dyn Source>, SourceError> {
    let settings = read::<S>(settings)?;
    let link = Arc::new(Link {
        slot: (plan.pictures > 0).then(|| FrameSlot::new(plan.pictures, SlotPolicy::Wait)),
        feed: plan.sound.then(|| AudioFeed::new(FEED_AHEAD, FeedPolicy::Wait)),
        stop: Stop::default(),
        fresh: Mutex::new(None),
        clip: Mutex::new(None),
        cue: Cue::default(),
        status: Mutex::new(Status {
            state: SourceState::Ready,
            notices: Vec::new(),
            settled: false,
            ended: false,
        }),
        news: Condvar::new(),
        unblock: Mutex::new(None),
        ctx,
    });
    let thread_link = link.clone();
    let thread = std::thread::Builder::new()
        .name(format!("source-{}", link.ctx.id))
        .spawn(move || supervise(&thread_link, settings, plan.run))
        .map_err(|e| SourceError::Thread { reason: e.to_string() })?;
    Ok(Box::new(Worker {
        link,
        thread: Some(thread),
    }))
}

/// The settings, checked.
fn read<S: Settings>(settings: &Map<String, Value>) -> Result<S, SourceError> {
    Ok(project::kind::parse::<S>(settings, "settings")?.settings)
}

fn supervise<S>(link: &Link<S>, first: S, run: fn(&Link<S>, S)) {
    let mut next = Some(first);
    while let Some(settings) = next.take() {
        // After a panic nothing of the maker is used again but the link, whose locks don't poison.
        let result = catch_unwind(AssertUnwindSafe(|| run(link, settings)));
        if link.stop.is_stopped() {
            break;
        }
        if let Err(panic) = result {
            let words = panic_words(&*panic);
            link.wait_under_slate(format!(
                "This is a mistake in Footlight, please report it ({words}). Changing the source's settings starts it again."
            ));
        }
        while !link.interrupted() {
            link.push_silence();
            link.stop.wait(Duration::from_millis(50));
        }
        next = link.take_settings();
    }
    link.status.lock().ended = true;
    link.news.notify_all();
}

fn panic_words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().map(|s| (*s).to_owned());
    text.or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "no words were given".into())
}

/// A source whose thread is a maker.
struct Worker<S> {
    link: Arc<Link<S>>,
    thread: Option<JoinHandle<()>>,
}

impl<S: Settings + Send + 'static> Source for Worker<S> {
    fn video(&self) -> Option<&FrameSlot> {
        self.link.slot.as_ref()
    }
    fn audio(&self) -> Option<&AudioFeed> {
        self.link.feed.as_ref()
    }
    fn state(&self) -> SourceState {
        self.link.status.lock().state.clone()
    }
    fn notices(&self) -> Vec<String> {
        self.link.status.lock().notices.clone()
    }
    fn update(&mut self, settings: &Map<String, Value>) -> Result<(), SourceError> {
        let new = read::<S>(settings)?;
        *self.link.fresh.lock() = Some(new);
        self.link.stop.poke();
        Ok(())
    }
    fn play(&mut self, clip: Clip) {
        *self.link.clip.lock() = Some(clip);
        self.link.stop.poke();
    }
    fn begin(&mut self, at: MediaTime) {
        self.link.begin(at);
    }
    fn film(&self) -> Option<FilmInfo> {
        self.link.cue.info()
    }
    fn stop(&mut self) {
        self.finish();
    }
    fn ready(&self, limit: Duration) -> bool {
        let mut s = self.link.status.lock();
        self.link.news.wait_while_for(&mut s, |s| !s.settled, limit);
        s.settled
    }
}

impl<S> Worker<S> {
    fn finish(&mut self) {
        let link = &self.link;
        link.stop.stop();
        link.unblock();
        if let Some(slot) = &link.slot {
            slot.close();
        }
        if let Some(feed) = &link.feed {
            feed.close();
        }
        let Some(thread) = self.thread.take() else { return };
        let mut s = link.status.lock();
        link.news.wait_while_for(&mut s, |s| !s.ended, STOP_LIMIT);
        let ended = s.ended;
        drop(s);
        if ended {
            // It can't have panicked: `supervise` catches what its maker does.
            let _ = thread.join();
        } else {
            tracing::warn!(source = %link.ctx.id, "{} hangs in the system; its thread is left behind", link.ctx.name);
        }
    }
}

impl<S> Drop for Worker<S> {
    fn drop(&mut self) {
        self.finish();
    }
}
