//! One source's sound on the engine's timeline, between the thread that makes it and the mixer.
//!
//! Sound lies at absolute sample indices (engine time × 48000). Writers give blocks with times; a block whose time is
//! within two samples of the end of what is there continues it without a seam, since times are rounded. What overlaps
//! is trimmed, what is missing is silence. The feed changes no level and knows no device.

use media::{
    AudioBlock, MediaTime,
    audio::{CHANNELS, SAMPLE_RATE},
};
use parking_lot::{Condvar, Mutex};
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

/// Sample frames a block's time may be off and still continue the block before it.
const SNAP_FRAMES: i64 = 2;
/// Sound kept behind the reader (1 s), so that a sync offset can grow without a hole.
const HISTORY_FRAMES: i64 = SAMPLE_RATE as i64;
/// Buffers kept for reuse.
const SPARE: usize = 16;

/// What a full feed does with a new block.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum FeedPolicy {
    /// Throws away the oldest sound: for devices, which can't wait.
    DropOldest,
    /// The writer waits until the reader has moved on: for files.
    Wait,
}

/// What a read found.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct ReadStats {
    /// Sample frames that came from the source.
    pub filled_frames: usize,
    /// Sample frames of silence in place of sound that is not there.
    pub missing_frames: usize,
}

/// What a feed holds now.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct FeedStats {
    /// Sound ahead of the reader (zero when the reader is at or beyond the end).
    pub ahead: MediaTime,
    /// Engine time of the end of the sound, if there is any.
    pub end: Option<MediaTime>,
    /// Sample frames thrown away unread by [`FeedPolicy::DropOldest`].
    pub dropped_frames: u64,
}

/// One source's sound. Clones share it; any thread may write or read.
#[derive(Clone)]
pub struct AudioFeed {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    changed: Condvar,
    capacity: i64,
    policy: FeedPolicy,
    heard: AtomicBool,
}

#[derive(Default)]
struct State {
    /// In order of time, without overlap.
    segments: VecDeque<Segment>,
    /// End of the furthest read.
    read_end: Option<i64>,
    /// Frames the reader stays behind on purpose (a sync offset); the capacity grows by it.
    delay: i64,
    closed: bool,
    dropped: u64,
    spare: Vec<Vec<f32>>,
}

struct Segment {
    start: i64,
    samples: Vec<f32>,
}

impl Segment {
    fn end(&self) -> i64 {
        self.start + (self.samples.len() / CHANNELS) as i64
    }
}

impl State {
    fn start(&self) -> Option<i64> {
        self.segments.front().map(|s| s.start)
    }
    fn end(&self) -> Option<i64> {
        self.segments.back().map(Segment::end)
    }
    /// Frames ahead of the reader.
    fn ahead(&self) -> i64 {
        let Some((start, end)) = self.start().zip(self.end()) else {
            return 0;
        };
        (end - self.read_end.map_or(start, |r| r.max(start))).max(0)
    }
    fn recycle_front(&mut self) {
        if let Some(s) = self.segments.pop_front()
            && self.spare.len() < SPARE
        {
            self.spare.push(s.samples);
        }
    }
    fn clear(&mut self) {
        self.segments.clear();
        self.read_end = None;
    }

    /// Places frames at `start`; what lies before the end of what is there is trimmed.
    fn append(&mut self, mut start: i64, mut samples: &[f32], capacity: i64) {
        let frames = (samples.len() / CHANNELS) as i64;
        if let Some(end) = self.end() {
            if start + frames < end - capacity {
                // The timeline went back by more than the feed can hold (the sound before was misplaced): start again.
                self.clear();
            } else if (start - end).abs() <= SNAP_FRAMES {
                start = end;
            } else if start < end {
                let cut = (end - start).min(frames);
                samples = &samples[cut as usize * CHANNELS..];
                start += cut;
            }
        }
        if samples.is_empty() {
            return;
        }
        let mut kept = self.spare.pop().unwrap_or_default();
        kept.clear();
        kept.extend_from_slice(samples);
        self.segments.push_back(Segment { start, samples: kept });
    }
}

impl AudioFeed {
    /// A feed for `capacity` of sound ahead of the reader (at least 20 ms).
    pub fn new(capacity: MediaTime, policy: FeedPolicy) -> Self {
        Self {
            inner: Arc::new(Inner {
                state: Mutex::default(),
                changed: Condvar::new(),
                capacity: frames_of(capacity).max(960),
                policy,
                heard: AtomicBool::new(true),
            }),
        }
    }

    /// Adds a block at its time. Returns false once the feed is closed (the maker should end). With
    /// [`FeedPolicy::Wait`] it blocks while the feed is full.
    pub fn push(&self, block: &AudioBlock) -> bool {
        let samples = &block.samples[..block.frames() * CHANNELS];
        let inner = &*self.inner;
        let mut s = inner.state.lock();
        if inner.policy == FeedPolicy::Wait {
            inner
                .changed
                .wait_while(&mut s, |s| !s.closed && s.ahead() >= inner.capacity + s.delay);
        }
        if s.closed {
            return false;
        }
        s.append(frames_of(block.time), samples, inner.capacity);
        while inner.policy == FeedPolicy::DropOldest && s.ahead() > inner.capacity + s.delay && s.segments.len() > 1 {
            let read = s.read_end.unwrap_or(i64::MIN);
            let front = s.segments.front().map_or(0, |f| (f.end() - f.start.max(read)).max(0));
            s.dropped += front as u64;
            s.recycle_front();
        }
        inner.changed.notify_all();
        true
    }

    /// Fills `out` (interleaved stereo) with the sound from `time` on, silence where there is none. Reading does not use
    /// the sound up: it may be read again, up to a second back. Never blocks on the writer.
    pub fn read(&self, time: MediaTime, out: &mut [f32]) -> ReadStats {
        self.read_at(frames_of(time), out)
    }

    /// [`AudioFeed::read`] from a sample index (engine time × 48000).
    pub fn read_at(&self, start: i64, out: &mut [f32]) -> ReadStats {
        let frames = out.len() / CHANNELS;
        let end = start.saturating_add(frames as i64);
        let mut s = self.inner.state.lock();
        let mut done = 0; // frames of `out` written
        for g in &s.segments {
            if g.end() <= start {
                continue;
            }
            if g.start >= end {
                break;
            }
            let from = g.start.max(start);
            let n = (g.end().min(end) - from) as usize;
            let at = (from - start) as usize;
            out[done * CHANNELS..at * CHANNELS].fill(0.0);
            let skip = (from - g.start) as usize * CHANNELS;
            out[at * CHANNELS..(at + n) * CHANNELS].copy_from_slice(&g.samples[skip..skip + n * CHANNELS]);
            done = at + n;
        }
        out[done * CHANNELS..].fill(0.0);
        let filled = s
            .segments
            .iter()
            .map(|g| (g.end().min(end) - g.start.max(start)).max(0))
            .sum::<i64>() as usize;
        let kept = HISTORY_FRAMES + s.delay;
        // A reader that goes back beyond what is kept has jumped.
        let furthest = s.read_end.filter(|r| r - kept <= end).map_or(end, |r| r.max(end));
        s.read_end = Some(furthest);
        let keep_from = furthest - kept;
        while s.segments.front().is_some_and(|g| g.end() <= keep_from) {
            s.recycle_front();
        }
        self.inner.changed.notify_all();
        ReadStats {
            filled_frames: filled,
            missing_frames: frames - filled,
        }
    }

    /// Waits until there is sound up to `t`, the feed is full or closed, or `limit` has passed; true if it need not wait any
    /// longer. For mixing offline and for starting a show with its first sound.
    pub fn wait_until(&self, t: MediaTime, limit: Duration) -> bool {
        let want = frames_of(t);
        let capacity = self.inner.capacity;
        let ready = |s: &State| s.closed || s.end().is_some_and(|e| e >= want) || s.ahead() >= capacity + s.delay;
        let mut s = self.inner.state.lock();
        if !ready(&s) {
            self.inner.changed.wait_while_for(&mut s, |s| !ready(s), limit);
        }
        ready(&s)
    }

    /// Tells the feed that its reader stays `offset` behind (a positive sync offset), so that it holds that much more.
    pub fn set_delay(&self, offset: MediaTime) {
        self.inner.state.lock().delay = frames_of(offset).max(0);
        self.inner.changed.notify_all();
    }

    /// Throws away all sound: after a seek or a lost device. Times may start anywhere afterwards.
    pub fn clear(&self) {
        self.inner.state.lock().clear();
        self.inner.changed.notify_all();
    }

    /// Says whether anybody hears or measures this sound now.
    pub fn listen(&self, heard: bool) {
        self.inner.heard.store(heard, Relaxed);
    }

    /// Whether anybody hears or measures this sound. Where nobody says either, as when mixing offline, somebody does. The
    /// sound is needed all the same, it is read in larger steps: its maker may look for room less often.
    pub fn is_heard(&self) -> bool {
        self.inner.heard.load(Relaxed)
    }

    /// Ends the feed: a waiting writer returns, nothing more is taken. What is there stays readable.
    pub fn close(&self) {
        self.inner.state.lock().closed = true;
        self.inner.changed.notify_all();
    }

    /// Whether [`AudioFeed::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.inner.state.lock().closed
    }

    /// How much it holds now.
    pub fn level(&self) -> FeedStats {
        let s = self.inner.state.lock();
        FeedStats {
            ahead: MediaTime::from_ticks(s.ahead(), SAMPLE_RATE),
            end: s.end().map(|e| MediaTime::from_ticks(e, SAMPLE_RATE)),
            dropped_frames: s.dropped,
        }
    }
}

/// A time as sample frames, to nearest.
pub(crate) fn frames_of(t: MediaTime) -> i64 {
    t.to_ticks(SAMPLE_RATE)
}
