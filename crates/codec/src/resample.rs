//! Decoded sound of any rate, layout and sample type into 48 kHz stereo float blocks, placed by sample index.
//!
//! Time: the first frame anchors the output; from then on blocks follow each other without gaps as long as the stream's
//! time stamps agree within [`TOLERANCE`] samples (containers round to milliseconds, sound must not). A larger
//! difference is a real gap or jump and anchors anew.

use crate::{CodecError, ff};
use ff::Frame;
use ffmpeg_sys_next::{self as sys, AVChannelLayout, AVChannelOrder, AVSampleFormat};
use media::{AudioBlock, MediaTime, audio::CHANNELS, audio::SAMPLE_RATE};

/// 10 ms: more than any container's rounding, less than one can hear out of step.
const TOLERANCE: i64 = 480;

#[derive(Clone, Copy, PartialEq)]
struct Shape {
    rate: i32,
    format: i32,
    channels: i32,
    mask: u64,
}

/// One stream's converter.
pub(crate) struct Resampler {
    swr: *mut sys::SwrContext,
    shape: Option<Shape>,
    /// Index (48 kHz) of the next sample to come out.
    next: Option<i64>,
    scratch: Vec<f32>,
}
// SAFETY: the context is ours alone and not tied to a thread.
unsafe impl Send for Resampler {}

impl Drop for Resampler {
    fn drop(&mut self) {
        self.reset();
    }
}

impl Resampler {
    pub(crate) fn new() -> Self {
        Self {
            swr: std::ptr::null_mut(),
            shape: None,
            next: None,
            scratch: Vec::new(),
        }
    }

    /// Forgets everything, as after a seek.
    pub(crate) fn reset(&mut self) {
        // SAFETY: ours; null is fine and it is null afterwards.
        unsafe { sys::swr_free(&mut self.swr) }
        self.shape = None;
        self.next = None;
    }

    /// Converts `frame`, whose first sample is at `time` (`None`: right after the one before).
    pub(crate) fn push(
        &mut self,
        frame: &Frame,
        time: Option<MediaTime>,
        out: &mut Vec<AudioBlock>,
    ) -> Result<(), CodecError> {
        let shape = shape_of(frame).ok_or_else(|| sound("its sample format is unknown"))?;
        if self.shape != Some(shape) {
            self.drain(out)?;
            self.configure(frame, shape)?;
        }
        // SAFETY: our open context.
        let delay = unsafe { sys::swr_get_delay(self.swr, i64::from(SAMPLE_RATE)) };
        let stamped = time.map(|t| t.to_ticks(SAMPLE_RATE) - delay);
        self.next = match (self.next, stamped) {
            (Some(n), Some(s)) if (n - s).abs() > TOLERANCE => Some(s),
            (None, s) => Some(s.unwrap_or(0)),
            (n, _) => n,
        };
        // SAFETY: the frame holds `nb_samples` samples of the shape the context was made for.
        let (data, samples) = unsafe { ((*frame.ptr()).extended_data, (*frame.ptr()).nb_samples) };
        self.convert(data, samples, out)
    }

    /// What the resampler still holds, at the end of a stream.
    pub(crate) fn drain(&mut self, out: &mut Vec<AudioBlock>) -> Result<(), CodecError> {
        if self.swr.is_null() || self.next.is_none() {
            return Ok(());
        }
        self.convert(std::ptr::null_mut(), 0, out)
    }

    fn configure(&mut self, frame: &Frame, shape: Shape) -> Result<(), CodecError> {
        let format = ff::sample_format(shape.format).ok_or_else(|| sound("its sample format is unknown"))?;
        // SAFETY: layouts are plain values here (a native order owns nothing); the context is ours.
        let code = unsafe {
            sys::swr_free(&mut self.swr);
            let mut input: AVChannelLayout = std::mem::zeroed();
            if shape.mask == 0 {
                sys::av_channel_layout_default(&mut input, shape.channels);
            } else {
                sys::av_channel_layout_copy(&mut input, &(*frame.ptr()).ch_layout);
            }
            let mut output: AVChannelLayout = std::mem::zeroed();
            // One channel goes to both sides unchanged (see `convert`); swresample would lower it by 3 dB.
            sys::av_channel_layout_default(&mut output, shape.channels.min(CHANNELS as i32));
            let mut code = sys::swr_alloc_set_opts2(
                &mut self.swr,
                &mut output,
                AVSampleFormat::AV_SAMPLE_FMT_FLT,
                SAMPLE_RATE as i32,
                &mut input,
                format,
                shape.rate,
                0,
                std::ptr::null_mut(),
            );
            if code >= 0 {
                code = sys::swr_init(self.swr);
            }
            sys::av_channel_layout_uninit(&mut input);
            code
        };
        if code < 0 {
            self.reset();
            return Err(sound(&ff::text(code)));
        }
        self.shape = Some(shape);
        Ok(())
    }

    fn convert(&mut self, data: *mut *mut u8, samples: i32, out: &mut Vec<AudioBlock>) -> Result<(), CodecError> {
        let channels = self.shape.map_or(CHANNELS, |s| (s.channels as usize).min(CHANNELS));
        // SAFETY: our open context.
        let room = unsafe { sys::swr_get_out_samples(self.swr, samples) }.clamp(0, 1 << 24);
        self.scratch.resize(room as usize * channels, 0.0);
        let mut dst = [self.scratch.as_mut_ptr().cast::<u8>()];
        // SAFETY: the output has room for `room` samples of each channel; the input is FFmpeg's own or null to drain.
        let n = unsafe { sys::swr_convert(self.swr, dst.as_mut_ptr(), room, data.cast(), samples) };
        let n = ff::check(n).map_err(|e| sound(&e))? as usize;
        let Some(next) = self.next.as_mut().filter(|_| n > 0) else {
            return Ok(());
        };
        let got = &self.scratch[..n * channels];
        let samples = match channels {
            1 => got.iter().flat_map(|s| [*s, *s]).collect(),
            _ => got.to_vec(),
        };
        out.push(AudioBlock {
            time: MediaTime::from_ticks(*next, SAMPLE_RATE),
            samples,
        });
        *next += n as i64;
        Ok(())
    }
}

fn shape_of(frame: &Frame) -> Option<Shape> {
    // SAFETY: numbers of our frame; the mask is only read where the order says it is one.
    let s = unsafe {
        let f = &*frame.ptr();
        Shape {
            rate: f.sample_rate,
            format: f.format,
            channels: f.ch_layout.nb_channels,
            mask: if f.ch_layout.order == AVChannelOrder::AV_CHANNEL_ORDER_NATIVE {
                f.ch_layout.u.mask
            } else {
                0
            },
        }
    };
    (s.rate > 0 && (1..=64).contains(&s.channels)).then_some(s)
}

fn sound(reason: &str) -> CodecError {
    CodecError::Sound {
        reason: reason.to_owned(),
    }
}

/// `block` without what lies before sample `from`; `None` when nothing is left.
pub(crate) fn trim(mut block: AudioBlock, from: i64) -> Option<AudioBlock> {
    let skip = from - block.time.to_ticks(SAMPLE_RATE);
    if skip <= 0 {
        return Some(block);
    }
    let skip = usize::try_from(skip).unwrap_or(usize::MAX);
    if skip >= block.frames() {
        return None;
    }
    block.samples.drain(..skip * CHANNELS);
    block.time = MediaTime::from_ticks(from, SAMPLE_RATE);
    Some(block)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trimming_is_exact_to_the_sample() {
        let block = AudioBlock {
            time: MediaTime::from_ticks(100, SAMPLE_RATE),
            samples: (0..20).map(|n| n as f32).collect(),
        };
        let b = trim(block.clone(), 103).expect("some is left");
        assert_eq!(
            (b.time, b.samples[0], b.frames()),
            (MediaTime::from_ticks(103, SAMPLE_RATE), 6.0, 7)
        );
        assert_eq!(trim(block.clone(), 50), Some(block.clone()));
        assert_eq!(trim(block, 110), None);
    }
}
