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
use media::{FrameRate, MediaTime};

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
    grid: Option<Grid>,
}

/// Where the pictures of a steady stream really lie when its clock is too coarse to say so: WebM, Matroska and FLV count
/// whole milliseconds, so that at 60 fps every third picture would come a tick of the show late and the one before it twice.
#[derive(Clone, Copy)]
struct Grid {
    rate: FrameRate,
    start: MediaTime,
    tick: MediaTime,
}

impl Grid {
    /// `None` where the clock can tell the pictures' times exactly, or is too coarse to guess from.
    fn new(rate: FrameRate, base: AVRational, start: MediaTime) -> Option<Self> {
        let (num, den) = (u32::try_from(base.num).ok()?, u32::try_from(base.den).ok()?);
        let ticks_a_picture = (
            u64::from(rate.den()) * u64::from(den),
            u64::from(rate.num()) * u64::from(num),
        );
        let (whole, rest) = (
            ticks_a_picture.0.checked_div(ticks_a_picture.1)?,
            ticks_a_picture.0.checked_rem(ticks_a_picture.1)?,
        );
        (rest != 0 && whole >= 4).then(|| Self {
            rate,
            start,
            tick: ff::time_of(1, base),
        })
    }
    /// `t`, or the grid's time when that rounds to it; pictures of an unsteady stream stay where they are.
    fn snap(self, t: MediaTime) -> MediaTime {
        let half = MediaTime(self.rate.frame_duration().0 / 2);
        let near = self.start + self.rate.time_of(self.rate.index_at(t - self.start + half));
        if (near - t).0.abs() <= self.tick.0 { near } else { t }
    }
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
        let rate = info::rate_of(input, stream);
        // SAFETY: the caller's promise.
        let (index, base, par) = unsafe { ((*stream).index, (*stream).time_base, &*(*stream).codecpar) };
        let threads = match o.threads {
            0 => threads_for(par.width, par.height, rate.unwrap_or_default()),
            n => n,
        };
        // SAFETY: the caller's promise.
        let decoder = unsafe { Decoder::open(stream, threads, l)? };
        // SAFETY: as above.
        let start = Some(unsafe { (*stream).start_time }).filter(|t| *t != sys::AV_NOPTS_VALUE);
        let start = ff::time_of(start.unwrap_or_default(), base);
        Ok(Self {
            grid: rate.and_then(|r| Grid::new(r, base, start)),
            index,
            base,
            decoder,
            intake: Intake::default(),
            step: rate.unwrap_or_default().frame_duration(),
            last: None,
            first: None,
        })
    }

    /// The position of a decoded picture.
    pub(crate) fn time_of(&mut self, frame: &Frame, origin: MediaTime) -> MediaTime {
        let time = match (stamp(frame), self.last) {
            (Some(t), _) => {
                let t = ff::time_of(t, self.base);
                self.grid.map_or(t, |g| g.snap(t)) - origin
            }
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

/// Decoder threads for pictures of this size and rate: one for each 1080p30's worth, at most one a core. More than needed
/// cost processor time for waking each other, a picture of delay each and its memory; a 1080p30 film takes a fifth of a core.
fn threads_for(width: i32, height: i32, rate: FrameRate) -> u32 {
    const ONE_THREAD: f64 = 1920.0 * 1088.0 * 30.0;
    let pixels = f64::from(width.max(0)) * f64::from(height.max(0)) * rate.as_f64();
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    ((pixels / ONE_THREAD).ceil() as u32).clamp(1, cores as u32)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn grid(rate: FrameRate, den: i32) -> Option<Grid> {
        Grid::new(rate, AVRational { num: 1, den }, MediaTime::ZERO)
    }

    #[test]
    fn milliseconds_are_put_back_on_the_pictures_they_were_rounded_from() {
        for rate in [
            FrameRate::whole(60),
            FrameRate::whole(24),
            FrameRate::new(30000, 1001).expect("rate"),
        ] {
            let g = grid(rate, 1000).expect("milliseconds are coarse");
            for i in 0..10_000 {
                let exact = rate.time_of(i);
                let written = MediaTime::from_millis((exact.0 + 500_000).div_euclid(1_000_000));
                assert_eq!(g.snap(written), exact, "picture {i} at {rate}");
            }
        }
    }

    #[test]
    fn a_decoder_gets_the_threads_its_pictures_need() {
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get) as u32;
        assert_eq!(threads_for(640, 360, FrameRate::whole(60)), 1);
        assert_eq!(threads_for(1920, 1080, FrameRate::whole(30)), 1);
        assert_eq!(threads_for(1920, 1080, FrameRate::whole(60)), 2.min(cores));
        assert_eq!(threads_for(3840, 2160, FrameRate::whole(60)), 8.min(cores));
        assert_eq!(threads_for(i32::MIN, 0, FrameRate::whole(30)), 1);
    }

    #[test]
    fn an_unsteady_picture_stays_and_an_exact_clock_is_believed() {
        let g = grid(FrameRate::whole(60), 1000).expect("coarse");
        assert_eq!(g.snap(MediaTime::from_millis(25)), MediaTime::from_millis(25));
        assert!(grid(FrameRate::whole(60), 90_000).is_none());
        assert!(grid(FrameRate::whole(25), 1000).is_none());
        assert!(grid(FrameRate::whole(500), 1000).is_none());
    }
}
