//! Audio as the engine knows it: 48 kHz stereo float blocks on the engine's timeline.

use crate::MediaTime;

/// The engine's sample rate, Hz.
pub const SAMPLE_RATE: u32 = 48_000;
/// Channels of a track.
pub const CHANNELS: usize = 2;
/// Samples per channel in one mixer block: 10 ms.
pub const BLOCK_FRAMES: usize = 480;

/// A run of 48 kHz stereo samples. Full scale is ±1.0; values beyond are allowed until the limiter.
#[derive(Clone, Debug, PartialEq)]
pub struct AudioBlock {
    /// Engine time of the first sample.
    pub time: MediaTime,
    /// Interleaved left, right; length is twice the number of sample frames.
    pub samples: Vec<f32>,
}

impl AudioBlock {
    /// Silence of `frames` sample frames at `time`.
    pub fn silence(time: MediaTime, frames: usize) -> Self {
        Self {
            time,
            samples: vec![0.0; frames * CHANNELS],
        }
    }
    /// Sample frames (samples per channel).
    pub fn frames(&self) -> usize {
        self.samples.len() / CHANNELS
    }
    /// Engine time just after the last sample.
    pub fn end(&self) -> MediaTime {
        self.time + MediaTime::from_ticks(self.frames() as i64, SAMPLE_RATE)
    }
}
