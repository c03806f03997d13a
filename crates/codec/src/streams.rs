//! The picture and the sound of one input as `reader` decodes them: decoder, converter and clock of each.

use crate::{
    CodecError, ReadOptions,
    decode::Decoder,
    ff::{self, Frame},
    frames::Intake,
    info,
    location::{Input, Location},
    resample::Resampler,
};
use ffmpeg_sys_next::{self as sys, AVRational, AVStream};
use media::MediaTime;

/// The picture stream that is read.
pub(crate) struct Picture {
    pub(crate) index: i32,
    pub(crate) base: AVRational,
    pub(crate) decoder: Decoder,
    pub(crate) intake: Intake,
    /// Distance of pictures, for those without a time of their own.
    pub(crate) step: MediaTime,
    pub(crate) last: Option<MediaTime>,
    /// The first picture since the last seek, given out or not.
    pub(crate) first: Option<MediaTime>,
}

/// The sound stream that is read.
pub(crate) struct Sound {
    pub(crate) index: i32,
    pub(crate) base: AVRational,
    pub(crate) decoder: Decoder,
    pub(crate) resampler: Resampler,
    /// The first sound since the last seek, given out or not.
    pub(crate) first: Option<MediaTime>,
}

impl Picture {
    /// # Safety
    /// `stream` is a live stream of `input`.
    pub(crate) unsafe fn open(
        input: &Input,
        stream: *const AVStream,
        o: ReadOptions,
        l: &Location,
    ) -> Result<Self, CodecError> {
        // SAFETY: the caller's promise.
        let (index, base, decoder) = unsafe {
            (
                (*stream).index,
                (*stream).time_base,
                Decoder::open(stream, o.threads, l)?,
            )
        };
        let rate = info::rate_of(input, stream).unwrap_or_default();
        Ok(Self {
            index,
            base,
            decoder,
            intake: Intake::default(),
            step: rate.frame_duration(),
            last: None,
            first: None,
        })
    }

    /// The position of a decoded picture.
    pub(crate) fn time_of(&mut self, frame: &Frame, origin: MediaTime) -> MediaTime {
        let time = match (stamp(frame), self.last) {
            (Some(t), _) => ff::time_of(t, self.base) - origin,
            (None, Some(last)) => last + self.step,
            (None, None) => MediaTime::ZERO,
        };
        self.last = Some(time);
        self.first = self.first.or(self.last);
        time
    }
}

impl Sound {
    /// # Safety
    /// `stream` is a live stream of an open input.
    pub(crate) unsafe fn open(stream: *const AVStream, o: ReadOptions, l: &Location) -> Result<Self, CodecError> {
        // SAFETY: the caller's promise. Sound decoders gain nothing from threads.
        let (index, base, decoder) = unsafe {
            (
                (*stream).index,
                (*stream).time_base,
                Decoder::open(stream, o.threads.max(1), l)?,
            )
        };
        Ok(Self {
            index,
            base,
            decoder,
            resampler: Resampler::new(),
            first: None,
        })
    }
}

/// A file whose sound can't be decoded still has its picture, and the other way round.
pub(crate) fn one_may_fail(
    video: Option<Result<Picture, CodecError>>,
    audio: Option<Result<Sound, CodecError>>,
) -> Result<(Option<Picture>, Option<Sound>), CodecError> {
    Ok(match (video.transpose(), audio.transpose()) {
        (Ok(v), Ok(a)) => (v, a),
        (Ok(Some(v)), Err(e)) => {
            tracing::warn!("playing without sound: {e}");
            (Some(v), None)
        }
        (Err(e), Ok(Some(a))) => {
            tracing::warn!("playing without picture: {e}");
            (None, Some(a))
        }
        (Err(e), _) | (_, Err(e)) => return Err(e),
    })
}

/// A frame's time in its stream's ticks.
pub(crate) fn stamp(frame: &Frame) -> Option<i64> {
    // SAFETY: a number of our frame.
    let t = unsafe { (*frame.ptr()).best_effort_timestamp };
    (t != sys::AV_NOPTS_VALUE).then_some(t)
}
