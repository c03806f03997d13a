//! Makes a device's sound follow the engine's clock: any rate and channels in, 48 kHz stereo blocks on the engine's timeline
//! out, without a seam between them.
//!
//! A [`ClockMap`] says where in engine time the device's samples lie. The resampler's ratio follows it softly: the
//! measured drift, plus what takes a remaining error out within about twenty seconds, smoothed over two, so that the pitch
//! moves by a few parts per million and never jumps. When the map anchors anew (the device stopped and came back, or sound
//! was lost) the output starts anew at the right time; the hole is for the feed to fill with silence.

use crate::{ClockMap, MixerError, clock_map::Observed, gain};
use media::{
    AudioBlock, MediaTime,
    audio::{CHANNELS, SAMPLE_RATE},
};
use rubato::{
    Adjustable, Async, FixedAsync, Resampler, SincInterpolationParameters, SincInterpolationType, WindowFunction,
    audioadapter_buffers::direct::InterleavedSlice,
};

/// Taps of the interpolation filter.
const SINC_LEN: usize = 64;
/// Time in which an error is taken out, seconds.
const CATCH_UP_S: f64 = 20.0;
/// The most that is done about an error, as a change of speed (500 ppm: not heard).
const MAX_CATCH_UP: f64 = 500e-6;
/// Smoothing of the ratio, seconds.
const SMOOTH_S: f64 = 2.0;
/// How far the ratio may be from nominal; above what drift and catching up can ask for.
const MAX_RELATIVE: f64 = 1.01;

/// Turns a device's buffers into blocks on the engine's timeline.
pub struct DeviceResampler {
    rate: u32,
    channels: usize,
    /// Channels resampled: 1 or 2.
    lanes: usize,
    inner: Async<f32>,
    map: ClockMap,
    /// Interleaved samples waiting for a whole chunk.
    waiting: Vec<f32>,
    result: Vec<f32>,
    chunk: usize,
    /// Device frames taken in.
    pushed: i64,
    /// Device frames given to the resampler.
    consumed: i64,
    /// Sample index of the next output frame.
    next_out: Option<i64>,
    /// Change of the ratio in use.
    adjust: f64,
}

impl DeviceResampler {
    /// For a device of `device_rate` Hz (2000 to 768000) and `channels` (1 to 64) channels. One channel is heard on both
    /// sides; of more than two the first two are taken.
    ///
    /// # Errors
    /// A rate or number of channels outside those.
    pub fn new(device_rate: u32, channels: u16) -> Result<Self, MixerError> {
        if !(2000..=768_000).contains(&device_rate) || !(1..=64).contains(&channels) {
            return Err(MixerError::DeviceFormat {
                rate: device_rate,
                channels,
            });
        }
        let lanes = usize::from(channels).min(CHANNELS);
        let chunk = (device_rate / 200) as usize;
        let filter = SincInterpolationParameters::new(SINC_LEN, WindowFunction::BlackmanHarris2)
            // Straight lines between 512 points a sample: errors of about -110 dB at 20 kHz, (2π·f/rate/512)²/8.
            .oversampling_factor(512)
            .interpolation(SincInterpolationType::Linear);
        let ratio = f64::from(SAMPLE_RATE) / f64::from(device_rate);
        let inner = Async::new_sinc(ratio, MAX_RELATIVE, &filter, chunk, lanes, FixedAsync::Input).map_err(|e| {
            MixerError::Resampler {
                rate: device_rate,
                why: e.to_string(),
            }
        })?;
        Ok(Self {
            rate: device_rate,
            channels: usize::from(channels),
            lanes,
            result: vec![0.0; inner.output_frames_max() * lanes],
            inner,
            map: ClockMap::new(device_rate),
            waiting: Vec::new(),
            chunk,
            pushed: 0,
            consumed: 0,
            next_out: None,
            adjust: 0.0,
        })
    }

    /// Takes a buffer of interleaved samples whose last one was captured (or handed over) at engine time `arrival`, and
    /// appends the sound that is ready to `out`: blocks without gaps, except after a new anchor. About 5 ms of sound plus
    /// half the filter (32 samples) stay inside.
    pub fn push(&mut self, interleaved: &[f32], arrival: MediaTime, out: &mut Vec<AudioBlock>) {
        let frames = interleaved.len() / self.channels;
        if frames == 0 {
            return;
        }
        let before = self.pushed;
        self.pushed += frames as i64;
        if self.map.observe(self.pushed, arrival) == Observed::Anchored {
            self.inner.reset();
            self.waiting.clear();
            self.consumed = before;
            self.next_out = None;
            self.adjust = self.map.slope();
        }
        for f in interleaved.chunks_exact(self.channels) {
            self.waiting.extend(f.iter().take(self.lanes).map(|x| gain::clean(*x)));
        }
        self.convert(out);
    }

    /// How much faster than its nominal rate the device runs, parts per million (negative: slower).
    pub fn drift_ppm(&self) -> f64 {
        self.map.drift_ppm()
    }

    /// Device sample that the next output frame lies at. The filter needs half its length beyond it; the resampler stops within
    /// one output frame of the last possible one.
    fn position(&self) -> f64 {
        let step = f64::from(self.rate) / f64::from(SAMPLE_RATE);
        self.consumed as f64 - (SINC_LEN / 2) as f64 + 0.5 * step
    }

    fn convert(&mut self, out: &mut Vec<AudioBlock>) {
        let start = match self.next_out {
            Some(s) => s,
            None => match self.map.time_of(self.position()) {
                Some(t) => t.to_ticks(SAMPLE_RATE),
                None => return,
            },
        };
        let mut samples = Vec::new();
        let mut done = 0;
        let size = self.chunk * self.lanes;
        while self.waiting.len() - done >= size {
            self.steer(start + (samples.len() / CHANNELS) as i64);
            let made = self.convert_chunk(done);
            done += size;
            self.consumed += self.chunk as i64;
            let made = &self.result[..made * self.lanes];
            if self.lanes == 1 {
                samples.extend(made.iter().flat_map(|x| [*x; CHANNELS]));
            } else {
                samples.extend_from_slice(made);
            }
        }
        self.waiting.drain(..done);
        if samples.is_empty() {
            return;
        }
        self.next_out = Some(start + (samples.len() / CHANNELS) as i64);
        out.push(AudioBlock {
            time: MediaTime::from_ticks(start, SAMPLE_RATE),
            samples,
        });
    }

    /// One chunk of `waiting` from `from` into `result`; gives the frames made. The buffers have the right sizes by
    /// construction; should the resampler refuse them nonetheless, the chunk is lost and the map corrects the hole.
    fn convert_chunk(&mut self, from: usize) -> usize {
        let input = &self.waiting[from..from + self.chunk * self.lanes];
        let room = self.result.len() / self.lanes;
        let (Ok(input), Ok(mut output)) = (
            InterleavedSlice::new(input, self.lanes, self.chunk),
            InterleavedSlice::new_mut(&mut self.result, self.lanes, room),
        ) else {
            return 0;
        };
        self.inner
            .process_into_buffer(&input, &mut output, None)
            .map_or(0, |(_, made)| made)
    }

    /// Sets the ratio for the next chunk, whose first output frame is `out_index`.
    fn steer(&mut self, out_index: i64) {
        let Some(should) = self.map.time_of(self.position()) else {
            return;
        };
        let error_s = (should - MediaTime::from_ticks(out_index, SAMPLE_RATE)).as_secs_f64();
        let wanted = self.map.slope() + (error_s / CATCH_UP_S).clamp(-MAX_CATCH_UP, MAX_CATCH_UP);
        let chunk_s = self.chunk as f64 / f64::from(self.rate);
        self.adjust += (wanted - self.adjust) * chunk_s / SMOOTH_S;
        // In bounds by construction: |slope| + MAX_CATCH_UP < MAX_RELATIVE - 1.
        let _ = self.inner.set_resample_ratio_relative(1.0 + self.adjust, true);
    }
}
