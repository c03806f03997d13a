//! Where a source leaves its pictures and the tick picks them up.

use crate::{MediaTime, VideoFrame};
use parking_lot::{Condvar, Mutex};
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    time::Duration,
};

/// Ticks for which a picture somebody looked at counts as looked at: about a second. Pictures for tiles are drawn twice a
/// second, and a maker must not fall asleep in between.
const ATTENTION: u32 = 30;

/// What happens when the slot is full.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum SlotPolicy {
    /// The oldest picture makes room: screens and cameras.
    DropOldest,
    /// The maker waits: files, which have all the time in the world.
    Wait,
}

/// A few pictures in order of time, made by one thread and read by the tick. Clones share the slot.
#[derive(Clone)]
pub struct FrameSlot {
    inner: Arc<Inner>,
}

struct Inner {
    state: Mutex<State>,
    changed: Condvar,
    capacity: usize,
    policy: SlotPolicy,
    /// Ticks left until nobody looks.
    attention: AtomicU32,
}

#[derive(Default)]
struct State {
    queue: VecDeque<Arc<VideoFrame>>,
    current: Option<Arc<VideoFrame>>,
    closed: bool,
    dropped: u64,
}

impl FrameSlot {
    /// A slot for `capacity` pictures besides the one on show.
    pub fn new(capacity: usize, policy: SlotPolicy) -> Self {
        Self {
            inner: Arc::new(Inner {
                state: Mutex::default(),
                changed: Condvar::new(),
                capacity: capacity.max(1),
                policy,
                attention: AtomicU32::new(ATTENTION),
            }),
        }
    }

    /// Adds a picture; times must not go back. Returns false once the slot is closed (the maker should end).
    pub fn push(&self, frame: Arc<VideoFrame>) -> bool {
        let mut s = self.inner.state.lock();
        while s.queue.len() >= self.inner.capacity && !s.closed {
            match self.inner.policy {
                SlotPolicy::DropOldest => {
                    s.queue.pop_front();
                    s.dropped += 1;
                }
                SlotPolicy::Wait => self.inner.changed.wait(&mut s),
            }
        }
        if s.closed {
            return false;
        }
        s.queue.push_back(frame);
        self.inner.changed.notify_all();
        true
    }

    /// The newest picture due at `t` (the earliest one if none is due yet and nothing was shown before). Never blocks on
    /// the maker; repeats the last picture when there is no newer one.
    pub fn at(&self, t: MediaTime) -> Option<Arc<VideoFrame>> {
        let mut s = self.inner.state.lock();
        let mut moved = false;
        while s.queue.front().is_some_and(|f| f.time <= t) {
            s.current = s.queue.pop_front();
            moved = true;
        }
        if moved {
            self.inner.changed.notify_all();
        }
        s.current.clone().or_else(|| s.queue.front().cloned())
    }

    /// The picture on show (the earliest one if none was shown yet), without moving on: for a second pair of eyes, such as a
    /// thumbnail, that must not touch the timing of the one that counts.
    pub fn peek(&self) -> Option<Arc<VideoFrame>> {
        let s = self.inner.state.lock();
        s.current.as_ref().or_else(|| s.queue.front()).cloned()
    }

    /// Somebody looks at these pictures now.
    pub fn look(&self) {
        self.inner.attention.store(ATTENTION, Relaxed);
    }

    /// A tick has gone by in which nothing was drawn from these pictures; after a second of such ticks nobody looks.
    pub fn look_away(&self) {
        let less = |n: u32| n.checked_sub(1);
        // Already zero: it stays so.
        let _ = self.inner.attention.fetch_update(Relaxed, Relaxed, less);
    }

    /// Whether anybody looks. Where nobody says either, as when drawing offline, somebody does. A maker whose pictures
    /// depend on nothing but the time may rest meanwhile.
    pub fn is_seen(&self) -> bool {
        self.inner.attention.load(Relaxed) > 0
    }

    /// Waits until a picture later than `t` is queued, the slot is closed, or `limit` has passed; true if it need not wait
    /// any longer. For drawing offline and for starting a show with its first picture.
    pub fn wait_beyond(&self, t: MediaTime, limit: Duration) -> bool {
        let mut s = self.inner.state.lock();
        let ready =
            |s: &State| s.closed || s.queue.len() >= self.inner.capacity || s.queue.back().is_some_and(|f| f.time > t);
        if ready(&s) {
            return true;
        }
        self.inner.changed.wait_while_for(&mut s, |s| !ready(s), limit);
        ready(&s)
    }

    /// Throws away everything that is queued and shown: after a seek or a lost device.
    pub fn clear(&self) {
        let mut s = self.inner.state.lock();
        s.queue.clear();
        s.current = None;
        self.inner.changed.notify_all();
    }

    /// Ends the slot: a waiting maker returns. What is on show stays.
    pub fn close(&self) {
        self.inner.state.lock().closed = true;
        self.inner.changed.notify_all();
    }

    /// Whether [`FrameSlot::close`] was called.
    pub fn is_closed(&self) -> bool {
        self.inner.state.lock().closed
    }

    /// Pictures that made room for newer ones without ever being shown.
    pub fn dropped(&self) -> u64 {
        self.inner.state.lock().dropped
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AlphaMode;

    fn frame(ms: i64) -> Arc<VideoFrame> {
        Arc::new(
            VideoFrame::rgba(1, 1, vec![0; 4], AlphaMode::Opaque)
                .expect("frame")
                .at(MediaTime::from_millis(ms)),
        )
    }
    fn shown(s: &FrameSlot, ms: i64) -> Option<i64> {
        s.at(MediaTime::from_millis(ms)).map(|f| f.time.as_millis())
    }

    #[test]
    fn shows_the_newest_due_picture() {
        let s = FrameSlot::new(4, SlotPolicy::Wait);
        assert_eq!(shown(&s, 0), None);
        for t in [10, 20, 30] {
            assert!(s.push(frame(t)));
        }
        assert_eq!(shown(&s, 0), Some(10), "the first picture may come early");
        assert_eq!(shown(&s, 25), Some(20));
        assert_eq!(shown(&s, 1000), Some(30));
        assert_eq!(shown(&s, 2000), Some(30), "late source: repeat");
    }

    #[test]
    fn peeking_moves_nothing() {
        let s = FrameSlot::new(4, SlotPolicy::Wait);
        let peeked = || s.peek().map(|f| f.time.as_millis());
        assert_eq!(peeked(), None);
        for t in [10, 20, 30] {
            s.push(frame(t));
        }
        assert_eq!(peeked(), Some(10), "the earliest before anything was shown");
        assert_eq!(shown(&s, 20), Some(20));
        assert_eq!((peeked(), peeked()), (Some(20), Some(20)));
        assert_eq!(shown(&s, 20), Some(20), "the next one still waits for its time");
        s.close();
        assert_eq!(peeked(), Some(20), "what is on show stays");
    }

    #[test]
    fn nobody_looks_after_a_second_of_looking_away() {
        let s = FrameSlot::new(1, SlotPolicy::Wait);
        assert!(s.is_seen(), "as long as nobody says otherwise");
        for _ in 1..ATTENTION {
            s.look_away();
        }
        assert!(s.is_seen());
        s.look_away();
        s.look_away();
        assert!(!s.is_seen());
        s.clone().look();
        assert!(s.is_seen(), "at once");
    }

    #[test]
    fn full_slot_drops_the_oldest_or_waits() {
        let s = FrameSlot::new(2, SlotPolicy::DropOldest);
        for t in [10, 20, 30] {
            s.push(frame(t));
        }
        assert_eq!(s.dropped(), 1);
        let w = FrameSlot::new(1, SlotPolicy::Wait);
        w.push(frame(10));
        let w2 = w.clone();
        let maker = std::thread::Builder::new()
            .name("maker".into())
            .spawn(move || w2.push(frame(20)))
            .expect("thread");
        assert_eq!(shown(&w, 10), Some(10));
        assert!(maker.join().expect("maker ends"));
        w.close();
        assert!(!w.push(frame(30)));
    }
}
