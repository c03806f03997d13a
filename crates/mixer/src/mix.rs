//! The master track: the sum of all sources, master gain, limiter, meters. One call makes one block of 10 ms.
//!
//! **Latency: none on the timeline.** The limiter looks 5 ms ahead, and the mixer makes up for it by reading every feed 5 ms
//! further than the block it returns: `mix(t)` gives the sound of `[t, t + 10 ms)` and reads the feeds up to
//! `t + 15 ms`. So call it when the clock shows `t + 15 ms` (plus what the devices need) or later; a feed that ends earlier
//! has a hole there.

use crate::{
    AudioFeed, LOOKAHEAD_FRAMES, Limiter, Loudness, Meter, MeterState, SourceMix,
    feed::frames_of,
    gain,
    loudness::LoudnessMeter,
    source::{Channel, apply},
};
use media::{
    AudioBlock, MediaTime,
    audio::{BLOCK_FRAMES, CHANNELS, SAMPLE_RATE},
};

/// Mixes sources into the master track.
pub struct Mixer {
    channels: Vec<Channel>,
    master_db: f32,
    master_gain: f32,
    limiter: Limiter,
    meter: MeterState,
    loudness: LoudnessMeter,
    /// Sample index the feeds are read at next; none before the first block.
    next_read: Option<i64>,
    own: Vec<f32>,
    other: Vec<f32>,
}

impl Mixer {
    /// How far ahead of the end of its block [`Mixer::mix`] reads the feeds.
    pub const LOOKAHEAD: MediaTime = MediaTime((LOOKAHEAD_FRAMES as i64 * 1_000_000_000) / SAMPLE_RATE as i64);

    /// A mixer without sources; the limiter's ceiling in dBFS (-20 to 0).
    pub fn new(limiter_dbfs: f32) -> Self {
        Self {
            channels: vec![],
            master_db: 0.0,
            master_gain: 1.0,
            limiter: Limiter::new(limiter_dbfs),
            meter: MeterState::default(),
            loudness: LoudnessMeter::new(),
            next_read: None,
            own: vec![],
            other: vec![],
        }
    }

    /// Sets the master gain, dB; ramps over the next block.
    pub fn set_master_db(&mut self, db: f32) {
        self.master_db = db;
        if self.next_read.is_none() {
            self.master_gain = gain::from_db(db);
        }
    }

    /// Sets the limiter's ceiling, dBFS (-20 to 0).
    pub fn set_limiter(&mut self, dbfs: f32) {
        self.limiter.set_ceiling(dbfs);
    }

    /// Adds a source; one of the same id is replaced. In a running mix it fades in over one block.
    pub fn add(&mut self, id: &str, feed: AudioFeed, mix: SourceMix) {
        self.remove(id);
        let running = self.next_read.is_some();
        self.channels.push(Channel::new(id, feed, mix, running));
    }

    /// Changes how a source is mixed; ramps over the next block. False when there is no such source.
    pub fn set(&mut self, id: &str, mix: SourceMix) -> bool {
        let found = self.channels.iter_mut().find(|c| c.id == id && !c.leaving);
        found.map(|c| c.set(mix)).is_some()
    }

    /// Takes a source out; in a running mix it fades out over the next block. False when there is no such source.
    pub fn remove(&mut self, id: &str) -> bool {
        let Some(i) = self.channels.iter().position(|c| c.id == id && !c.leaving) else {
            return false;
        };
        if self.next_read.is_some() {
            self.channels[i].leaving = true;
        } else {
            self.channels.remove(i);
        }
        true
    }

    /// Whether there is a source of this id.
    pub fn has(&self, id: &str) -> bool {
        self.channels.iter().any(|c| c.id == id && !c.leaving)
    }

    /// The block of 480 frames at `time`. Blocks usually follow each other; after a jump in time the limiter starts anew.
    pub fn mix(&mut self, time: MediaTime) -> AudioBlock {
        let start = frames_of(time);
        let ahead = start + LOOKAHEAD_FRAMES as i64;
        if self.next_read != Some(ahead) {
            self.limiter.reset();
            let mut first = vec![0.0; LOOKAHEAD_FRAMES * CHANNELS];
            self.sum(start, &mut first);
            self.limiter.process(&mut first);
        }
        let mut samples = vec![0.0; BLOCK_FRAMES * CHANNELS];
        self.sum(ahead, &mut samples);
        self.limiter.process(&mut samples);
        self.next_read = Some(ahead + BLOCK_FRAMES as i64);
        self.meter.add(&samples);
        self.loudness.add(&samples);
        AudioBlock { time, samples }
    }

    /// All sources and the master gain, before the limiter.
    fn sum(&mut self, start: i64, out: &mut [f32]) {
        self.own.resize(out.len(), 0.0);
        self.other.resize(out.len(), 0.0);
        for c in &mut self.channels {
            c.add_to(start, out, &mut self.own, &mut self.other);
        }
        self.channels.retain(|c| !c.leaving);
        let target = gain::from_db(self.master_db);
        apply(out, [self.master_gain; CHANNELS], [target; CHANNELS]);
        self.master_gain = target;
    }

    /// What each source adds to the mix (after volume, balance and mute), in the order they were added.
    pub fn meters(&self) -> Vec<(String, Meter)> {
        let shown = self.channels.iter().filter(|c| !c.leaving);
        shown.map(|c| (c.id.clone(), c.meter.show())).collect()
    }

    /// Blocks in which the sound of a source broke off or set in, since the mixer was made: devices and files that do not
    /// keep up show here, and so does the end of a file.
    pub fn underruns(&self) -> u64 {
        self.channels.iter().map(|c| c.underruns).sum()
    }

    /// The master track after the limiter.
    pub fn master_meter(&self) -> Meter {
        self.meter.show()
    }

    /// Loudness of the master track since the start or [`Mixer::reset_loudness`].
    pub fn loudness(&self) -> Loudness {
        self.loudness.show()
    }

    /// Starts the loudness measurement anew.
    pub fn reset_loudness(&mut self) {
        self.loudness = LoudnessMeter::new();
    }
}
