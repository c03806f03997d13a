//! What is in a file: choosing its streams, their description, and the time of its first sample. Nothing is decoded.

use crate::{decode::codec_name, ff, frames, location::Input};
use ffmpeg_sys_next::{self as sys, AVMediaType, AVRational, AVStream};
use media::{FrameRate, MediaTime};

/// The picture of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct VideoDesc {
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Average frame rate, when known.
    pub rate: Option<FrameRate>,
    /// FFmpeg's short codec name, such as `h264`.
    pub codec: String,
    /// Whether it can be transparent.
    pub has_alpha: bool,
}

/// The sound of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioDesc {
    /// FFmpeg's short codec name, such as `aac`.
    pub codec: String,
    /// Sample rate in the file, Hz (blocks always come at 48 kHz).
    pub sample_rate: u32,
    /// Channels in the file (blocks are always stereo).
    pub channels: u16,
}

/// What is in a file or comes from a device.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaInfo {
    /// How long it is, when known.
    pub duration: Option<MediaTime>,
    /// The picture, if any.
    pub video: Option<VideoDesc>,
    /// The sound, if any.
    pub audio: Option<AudioDesc>,
}

/// The streams of a file that we play.
#[derive(Clone, Copy)]
pub(crate) struct Streams {
    pub(crate) video: Option<*mut AVStream>,
    pub(crate) audio: Option<*mut AVStream>,
}

/// Chooses the best picture (never a cover image) and the best sound.
pub(crate) fn streams(input: &Input) -> Streams {
    let best = |kind| {
        // SAFETY: our open input; a non-negative result is an index into its streams.
        let i = unsafe { sys::av_find_best_stream(input.ptr(), kind, -1, -1, std::ptr::null_mut(), 0) };
        usize::try_from(i).ok().and_then(|i| input.streams().get(i).copied())
    };
    Streams {
        video: best(AVMediaType::AVMEDIA_TYPE_VIDEO)
            // SAFETY: a live stream.
            .filter(|s| unsafe { (**s).disposition } & sys::AV_DISPOSITION_ATTACHED_PIC == 0),
        audio: best(AVMediaType::AVMEDIA_TYPE_AUDIO),
    }
}

/// Describes the chosen streams.
pub(crate) fn describe(input: &Input, found: Streams) -> MediaInfo {
    // SAFETY: a number of our open input.
    let duration = unsafe { (*input.ptr()).duration };
    MediaInfo {
        duration: (duration > 0).then(|| MediaTime(duration.saturating_mul(1000))),
        video: found.video.map(|s| video(input, s)),
        audio: found.audio.map(|s| {
            // SAFETY: a live stream, which always has parameters.
            let p = unsafe { &*(*s).codecpar };
            AudioDesc {
                codec: codec_name(p.codec_id),
                sample_rate: p.sample_rate.max(0) as u32,
                channels: p.ch_layout.nb_channels.clamp(0, 64) as u16,
            }
        }),
    }
}

fn video(input: &Input, s: *mut AVStream) -> VideoDesc {
    // SAFETY: a live stream, which always has parameters.
    let (p, alpha_mode) = unsafe { (&*(*s).codecpar, ff::metadata((*s).metadata, c"alpha_mode")) };
    let layout = ff::pixel_format(p.format).and_then(frames::describe);
    VideoDesc {
        width: p.width.max(0) as u32,
        height: p.height.max(0) as u32,
        rate: rate_of(input, s),
        codec: codec_name(p.codec_id),
        has_alpha: alpha_mode.as_deref() == Some("1") || layout.is_some_and(|l| l.alpha),
    }
}

/// A stream's average frame rate.
pub(crate) fn rate_of(input: &Input, s: *const AVStream) -> Option<FrameRate> {
    // SAFETY: a live stream of our open input.
    let r: AVRational = unsafe { sys::av_guess_frame_rate(input.ptr(), s.cast_mut(), std::ptr::null_mut()) };
    FrameRate::new(u32::try_from(r.num).ok()?, u32::try_from(r.den).ok()?)
}

/// FFmpeg's time of the file's first sample: the earliest start of its picture and sound, whichever of them is read.
pub(crate) fn start(_input: &Input, found: Streams) -> MediaTime {
    [found.video, found.audio]
        .into_iter()
        .flatten()
        .filter_map(|s| {
            // SAFETY: a live stream of our open input.
            let (t, base) = unsafe { ((*s).start_time, (*s).time_base) };
            (t != sys::AV_NOPTS_VALUE).then(|| ff::time_of(t, base))
        })
        .min()
        .unwrap_or_default()
}
