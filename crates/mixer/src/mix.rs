//! The tracks: each a sum of sources with gain, limiter and meter of its own, all from one pass over the sources. The first is
//! the master, whose loudness is measured. One call makes one block of 10 ms of each.
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

/// One mix of the sources.
struct Track {
    /// Gain besides the master's, dB.
    db: f32,
    /// The gain applied last.
    gain: f32,
    limiter: Limiter,
    meter: MeterState,
    sum: Vec<f32>,
}

impl Track {
    fn new(db: f32, gain: f32, limiter_dbfs: f32) -> Self {
        Self {
            db,
            gain,
            limiter: Limiter::new(limiter_dbfs),
            meter: MeterState::default(),
            sum: vec![],
        }
    }
}

/// Mixes sources into tracks.
pub struct Mixer {
    channels: Vec<Channel>,
    master_db: f32,
    limiter_dbfs: f32,
    /// At least one.
    tracks: Vec<Track>,
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
            limiter_dbfs,
            tracks: vec![Track::new(0.0, 1.0, limiter_dbfs)],
            loudness: LoudnessMeter::new(),
            next_read: None,
            own: vec![],
            other: vec![],
        }
    }

    /// Sets the master gain, dB, of all tracks; ramps over the next block.
    pub fn set_master_db(&mut self, db: f32) {
        self.master_db = db;
        self.settle();
    }

    /// Sets how many tracks there are, by the gain of each besides the master's, dB; ramps over the next block. There is
    /// always one. A new one carries every source until [`Mixer::set_sends`] says otherwise.
    pub fn set_tracks(&mut self, gains_db: &[f32]) {
        let wanted = gains_db.len().max(1);
        while self.tracks.len() < wanted {
            let db = gains_db.get(self.tracks.len()).copied().unwrap_or_default();
            let gain = gain::from_db(self.master_db + db);
            self.tracks.push(Track::new(db, gain, self.limiter_dbfs));
        }
        self.tracks.truncate(wanted);
        for (t, db) in self.tracks.iter_mut().zip(gains_db) {
            t.db = *db;
        }
        self.settle();
    }

    /// Before the first block gains hold at once.
    fn settle(&mut self) {
        if self.next_read.is_none() {
            for t in &mut self.tracks {
                t.gain = gain::from_db(self.master_db + t.db);
            }
        }
    }

    /// Sets the limiters' ceiling, dBFS (-20 to 0).
    pub fn set_limiter(&mut self, dbfs: f32) {
        self.limiter_dbfs = dbfs;
        for t in &mut self.tracks {
            t.limiter.set_ceiling(dbfs);
        }
    }

    /// Says what a source adds to each track: its gain there in dB besides its own, or none where it is not in it; tracks
    /// beyond the list get it unchanged. Ramps over the next block. False when there is no such source.
    pub fn set_sends(&mut self, id: &str, sends_db: &[Option<f32>]) -> bool {
        let found = self.channels.iter_mut().find(|c| c.id == id && !c.leaving);
        found.map(|c| c.set_sends(sends_db)).is_some()
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

    /// The block of the master at `time`; see [`Mixer::mix_tracks`].
    pub fn mix(&mut self, time: MediaTime) -> AudioBlock {
        self.advance(time);
        self.block(0, time)
    }

    /// The block of 480 frames at `time` of every track. Blocks usually follow each other; after a jump in time the limiters
    /// start anew.
    pub fn mix_tracks(&mut self, time: MediaTime) -> Vec<AudioBlock> {
        self.advance(time);
        (0..self.tracks.len()).map(|i| self.block(i, time)).collect()
    }

    /// Looks in at `time` while nobody listens: the feeds' writers go on, and a block is measured by the meters, which have
    /// missed `passed` frames before it. Nothing is given out and the loudness is not measured; the next block that is mixed
    /// begins anew, as after a jump in time.
    pub fn glance(&mut self, time: MediaTime, passed: usize) {
        let channels = self.channels.iter_mut().map(|c| &mut c.meter);
        let tracks = self.tracks.iter_mut().map(|t| &mut t.meter);
        channels.chain(tracks).for_each(|m| m.pass(passed));
        // What they still hold was heard long ago.
        self.tracks.iter_mut().for_each(|t| t.limiter.reset());
        self.sum(frames_of(time), BLOCK_FRAMES);
        for t in &mut self.tracks {
            t.meter.add(&t.sum);
        }
        self.next_read = Some(i64::MIN);
    }

    fn block(&self, track: usize, time: MediaTime) -> AudioBlock {
        let samples = self.tracks[track].sum.clone();
        AudioBlock { time, samples }
    }

    fn advance(&mut self, time: MediaTime) {
        let start = frames_of(time);
        let ahead = start + LOOKAHEAD_FRAMES as i64;
        if self.next_read != Some(ahead) {
            for t in &mut self.tracks {
                t.limiter.reset();
            }
            self.sum(start, LOOKAHEAD_FRAMES);
        }
        self.sum(ahead, BLOCK_FRAMES);
        self.next_read = Some(ahead + BLOCK_FRAMES as i64);
        for t in &mut self.tracks {
            t.meter.add(&t.sum);
        }
        self.loudness.add(&self.tracks[0].sum);
    }

    /// All sources, the gains and the limiters, into the tracks' sums.
    fn sum(&mut self, start: i64, frames: usize) {
        let len = frames * CHANNELS;
        self.own.resize(len, 0.0);
        self.other.resize(len, 0.0);
        for t in &mut self.tracks {
            t.sum.clear();
            t.sum.resize(len, 0.0);
        }
        for c in &mut self.channels {
            c.read(start, &mut self.own, &mut self.other);
            for (i, t) in self.tracks.iter_mut().enumerate() {
                c.send(i, &self.own, &mut t.sum);
            }
            c.sent(self.tracks.len());
        }
        self.channels.retain(|c| !c.leaving);
        for t in &mut self.tracks {
            let target = gain::from_db(self.master_db + t.db);
            apply(&mut t.sum, [t.gain; CHANNELS], [target; CHANNELS]);
            t.gain = target;
            t.limiter.process(&mut t.sum);
        }
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
        self.tracks[0].meter.show()
    }

    /// Every track after its limiter, the master first.
    pub fn track_meters(&self) -> Vec<Meter> {
        self.tracks.iter().map(|t| t.meter.show()).collect()
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
