//! One source in the mix: reads its feed, applies volume, balance, mute and sync offset without zipper noise, meters what it
//! adds, and adds it to each track with the gain it has there. Changes of gain ramp linearly over one read; a change of sync offset crossfades old and new place.

use crate::{AudioFeed, MeterState, feed::frames_of, gain};
use media::{MediaTime, audio::CHANNELS};

/// How a source is mixed.
#[derive(Clone, Copy, PartialEq, Debug, Default)]
pub struct SourceMix {
    /// Gain in dB; -100 and less is silence, +26 the most.
    pub volume_db: f32,
    /// Not heard.
    pub muted: bool,
    /// -1 left, 0 middle, 1 right; see [`gain::balance`].
    pub balance: f32,
    /// Later (positive) or earlier. Earlier needs sound that is already there; what is not is silence.
    pub sync_offset: MediaTime,
}

impl SourceMix {
    /// Factors for left and right.
    pub fn gains(&self) -> [f32; CHANNELS] {
        if self.muted {
            return [0.0; CHANNELS];
        }
        let volume = gain::from_db(self.volume_db);
        gain::balance(self.balance).map(|b| b * volume)
    }
}

pub(crate) struct Channel {
    pub id: String,
    pub feed: AudioFeed,
    pub mix: SourceMix,
    pub meter: MeterState,
    /// Fades out with the next read and is gone then.
    pub leaving: bool,
    gains: [f32; CHANNELS],
    /// Factor in each track, now and after the next read; 1 beyond the lists.
    sends: Vec<f32>,
    next_sends: Vec<f32>,
    offset: i64,
    /// Blocks in which sound broke off or set in: the feed did not keep up.
    pub underruns: u64,
}

impl Channel {
    /// `fade_in`: starts from silence (a source that joins a running mix) instead of at its gain.
    pub fn new(id: &str, feed: AudioFeed, mix: SourceMix, fade_in: bool) -> Self {
        feed.set_delay(mix.sync_offset);
        Self {
            id: id.to_owned(),
            feed,
            mix,
            meter: MeterState::default(),
            leaving: false,
            gains: if fade_in { [0.0; CHANNELS] } else { mix.gains() },
            sends: vec![],
            next_sends: vec![],
            offset: frames_of(mix.sync_offset),
            underruns: 0,
        }
    }

    pub fn set(&mut self, mix: SourceMix) {
        self.mix = mix;
        self.feed.set_delay(mix.sync_offset);
    }

    /// Sets the gain in each track, dB; none: not in it. A source that was not heard yet has them at once.
    pub fn set_sends(&mut self, sends_db: &[Option<f32>]) {
        self.next_sends = sends_db.iter().map(|db| db.map_or(0.0, gain::from_db)).collect();
        if self.sends.is_empty() {
            self.sends = self.next_sends.clone();
        }
    }

    /// Adds what was read to the sum of a track.
    pub fn send(&self, track: usize, own: &[f32], sum: &mut [f32]) {
        let factor = |list: &[f32]| list.get(track).copied().unwrap_or(1.0);
        let (from, to) = (factor(&self.sends), factor(&self.next_sends));
        if (from, to) == (1.0, 1.0) {
            for (s, o) in sum.iter_mut().zip(own) {
                *s += o;
            }
        } else if (from, to) != (0.0, 0.0) {
            let step = (to - from) / (sum.len() / CHANNELS).max(1) as f32;
            let frames = sum.chunks_exact_mut(CHANNELS).zip(own.chunks_exact(CHANNELS));
            for (i, (s, o)) in frames.enumerate() {
                let k = from + step * (i + 1) as f32;
                s[0] += o[0] * k;
                s[1] += o[1] * k;
            }
        }
    }

    /// All tracks have what was read.
    pub fn sent(&mut self, tracks: usize) {
        self.next_sends.resize(tracks, 1.0);
        self.sends.clone_from(&self.next_sends);
    }

    /// Reads this source's sound from sample index `start` into `own` (interleaved stereo), its gains applied; `other` is
    /// scratch of the same length.
    pub fn read(&mut self, start: i64, own: &mut [f32], other: &mut [f32]) {
        let offset = frames_of(self.mix.sync_offset);
        // Always read, also when silent: the feed's writer waits for its reader.
        let got = self.feed.read_at(start - self.offset, own);
        self.underruns += u64::from(got.filled_frames > 0 && got.missing_frames > 0);
        clean_all(own);
        if offset != self.offset {
            self.feed.read_at(start - offset, other);
            clean_all(other);
            crossfade(own, other);
            self.offset = offset;
        }
        let target = if self.leaving {
            [0.0; CHANNELS]
        } else {
            self.mix.gains()
        };
        apply(own, self.gains, target);
        self.gains = target;
        self.meter.add(own);
    }
}

fn clean_all(samples: &mut [f32]) {
    for x in samples {
        *x = gain::clean(*x);
    }
}

/// Linear crossfade from `a` to `b`, result in `a`.
fn crossfade(a: &mut [f32], b: &[f32]) {
    let step = 1.0 / (a.len() / CHANNELS).max(1) as f32;
    for (i, (a, b)) in a.chunks_exact_mut(CHANNELS).zip(b.chunks_exact(CHANNELS)).enumerate() {
        let k = (i + 1) as f32 * step;
        for (a, b) in a.iter_mut().zip(b) {
            *a += (*b - *a) * k;
        }
    }
}

/// Multiplies by gains that go linearly from `from` (before the first frame) to `to` (at the last frame).
pub(crate) fn apply(samples: &mut [f32], from: [f32; CHANNELS], to: [f32; CHANNELS]) {
    if from == to {
        if to == [1.0; CHANNELS] {
            return;
        }
        for f in samples.chunks_exact_mut(CHANNELS) {
            f[0] *= to[0];
            f[1] *= to[1];
        }
        return;
    }
    let frames = (samples.len() / CHANNELS).max(1);
    let step = [0, 1].map(|c| (to[c] - from[c]) / frames as f32);
    for (i, f) in samples.chunks_exact_mut(CHANNELS).enumerate() {
        // The last frame has the target itself, not a rounded sum.
        let g = if i + 1 == frames {
            to
        } else {
            [0, 1].map(|c| from[c] + step[c] * (i + 1) as f32)
        };
        f[0] *= g[0];
        f[1] *= g[1];
    }
}
