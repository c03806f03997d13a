//! A film that waits for its cue: its first pictures and sounds are decoded beforehand and kept, and handed over by whoever
//! says "now", not by the maker's thread, so that the first picture is there whatever that thread is doing. The thread then
//! goes on behind them.

use crate::{still::has_room, worker::Link};
use media::{AudioBlock, MediaTime, VideoFrame, audio::SAMPLE_RATE};
use mixer::AudioFeed;
use parking_lot::Mutex;
use std::{sync::Arc, time::Duration};

/// What is known of a film that waits for its cue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FilmInfo {
    /// From its first picture to its end.
    pub length: MediaTime,
    /// How long one of its pictures is.
    pub picture_time: MediaTime,
}

/// The beginning of a film, with positions as times.
pub struct Head {
    /// Its first pictures, fewer than the slot takes.
    pub pictures: Vec<VideoFrame>,
    /// The sound up to there, less than the feed takes.
    pub sound: Vec<AudioBlock>,
    /// Whether it has any sound.
    pub has_sound: bool,
    /// The film it is the beginning of.
    pub info: FilmInfo,
}

/// Between who plays a film and the thread that decodes it.
#[derive(Default)]
pub struct Cue(Mutex<Now>);

#[derive(Default)]
struct Now {
    head: Option<Arc<Head>>,
    /// A cue the thread has not seen yet.
    begun: Option<MediaTime>,
}

impl Cue {
    /// What is known of the film; none while it is not ready.
    pub fn info(&self) -> Option<FilmInfo> {
        self.0.lock().head.as_ref().map(|h| h.info)
    }
    /// Puts a beginning in its place, or takes it away.
    pub fn set(&self, head: Option<Arc<Head>>) {
        self.0.lock().head = head;
    }
    /// Whether there is a cue that was not taken yet.
    pub fn is_begun(&self) -> bool {
        self.0.lock().begun.is_some()
    }
    /// The cue, once: engine time of the film's position 0.
    pub fn take(&self) -> Option<MediaTime> {
        self.0.lock().begun.take()
    }
}

impl<S> Link<S> {
    /// Plays the film with its position 0 at engine time `at`. What was played before ends.
    pub fn begin(&self, at: MediaTime) {
        let mut now = self.cue.0.lock();
        if let Some(head) = now.head.clone() {
            if let Some(slot) = &self.slot {
                slot.clear();
                let last = head.pictures.len().saturating_sub(1);
                let is_over = |p: &VideoFrame| at + p.time + head.info.picture_time <= self.now();
                for (i, p) in head.pictures.iter().enumerate() {
                    if i == last || !is_over(p) {
                        slot.push(Arc::new(p.at(at + p.time)));
                    }
                }
            }
            if let Some(feed) = self.feed.as_ref().filter(|_| head.has_sound) {
                feed.clear();
                for b in &head.sound {
                    feed.push(&moved(b, at));
                }
            }
        }
        now.begun = Some(at);
        drop(now);
        self.stop.poke();
    }

    /// Hands a picture on if there is room, and no cue has made it stale.
    pub fn offer_picture(&self, frame: &VideoFrame) -> bool {
        let now = self.cue.0.lock();
        match &self.slot {
            Some(slot) if now.begun.is_none() && has_room(slot) => slot.push(Arc::new(frame.clone())),
            _ => false,
        }
    }

    /// The same for sound, which has its engine time already.
    pub fn offer_sound(&self, block: &AudioBlock) -> bool {
        let now = self.cue.0.lock();
        match &self.feed {
            Some(feed) if now.begun.is_none() && feed_room(feed) => feed.push(block),
            _ => false,
        }
    }

    /// Nothing is shown any more, unless there is a cue.
    pub fn show_nothing(&self) {
        let now = self.cue.0.lock();
        if let Some(slot) = self.slot.as_ref().filter(|_| now.begun.is_none()) {
            slot.clear();
        }
    }

    /// Fills the feed with silence behind what is there, unless there is a cue: nobody waits for a film that does not play.
    pub fn offer_silence(&self) {
        const FRAMES: usize = SAMPLE_RATE as usize / 10;
        let now = self.cue.0.lock();
        let Some(feed) = self.feed.as_ref().filter(|_| now.begun.is_none()) else {
            return;
        };
        while feed_room(feed) {
            let late = self.now() - MediaTime::from_millis(100);
            let from = feed.level().end.map_or(late, |end| end.max(late));
            if !feed.push(&AudioBlock::silence(from, FRAMES)) {
                return;
            }
        }
    }
}

fn feed_room(feed: &AudioFeed) -> bool {
    // Nothing reaches up to MAX, so only a full (or closed) feed answers yes.
    !feed.wait_until(MediaTime::MAX, Duration::ZERO)
}

/// A block at its place on the engine's timeline.
pub fn moved(block: &AudioBlock, by: MediaTime) -> AudioBlock {
    let mut moved = block.clone();
    moved.time = block.time + by;
    moved
}
