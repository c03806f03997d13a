//! Reading files and devices: pictures and 48 kHz stereo sound with their position, exact seeking, damage survived.
//!
//! Positions count from the file's first sample (picture or sound, whichever is earlier), so the two keep their distance.
//! A reader never sleeps for time to pass: it gives what the file holds as fast as it is asked; pacing is the caller's.

use crate::{
    CodecError, MediaInfo,
    decode::Sent,
    ff::{self, Packet},
    info,
    location::{Input, Interrupter, Location},
    resample,
    streams::{Picture, Sound, one_may_fail, stamp},
};
use ffmpeg_sys_next::{self as sys, AVDiscard, AVRational, AVStream};
use media::{AudioBlock, Clock, MediaTime, SystemClock, VideoFrame, audio::SAMPLE_RATE};
use std::collections::VecDeque;

/// What to read and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ReadOptions {
    /// Decode the picture.
    pub video: bool,
    /// Decode the sound.
    pub audio: bool,
    /// Decoder threads; 0: as many as pictures of this size and rate need.
    pub threads: u32,
}

impl Default for ReadOptions {
    fn default() -> Self {
        Self {
            video: true,
            audio: true,
            threads: 0,
        }
    }
}

/// One decoded piece.
#[derive(Clone, Debug)]
pub enum Decoded {
    /// A picture; its time is its position in the file.
    Video(VideoFrame),
    /// Sound; its time is its position in the file.
    Audio(AudioBlock),
}

impl Decoded {
    /// Position in the file.
    pub fn time(&self) -> MediaTime {
        match self {
            Self::Video(f) => f.time,
            Self::Audio(b) => b.time,
        }
    }
}

/// Failed reads or packets in a row, without a picture or sound in between, after which a file counts as ended.
const GIVE_UP_AFTER: u32 = 2_000;
/// A device that has nothing yet is asked again after this.
const POLL: MediaTime = MediaTime(1_000_000);

/// No file's decoding times begin earlier than this before its first picture, microseconds.
const BEFORE_THE_START: i64 = 10_000_000;
/// Sound that is still missing when this many pictures are ready has ended earlier.
const ENOUGH_PICTURES: usize = 24;
/// A picture that is still missing when this many blocks of sound (some ten seconds) are ready has ended earlier.
const ENOUGH_BLOCKS: usize = 500;

/// Reads one file or device. Use it from one thread at a time.
pub struct MediaReader {
    // Decoders go before the input whose parameters they were made from.
    video: Option<Picture>,
    audio: Option<Sound>,
    input: Input,
    location: Location,
    info: MediaInfo,
    /// FFmpeg's time of position 0; known later for devices.
    origin: Option<MediaTime>,
    packet: Packet,
    ready: VecDeque<Decoded>,
    blocks: Vec<AudioBlock>,
    /// Nothing before this is given out.
    from: MediaTime,
    ended: bool,
    corrupt: u64,
    /// Packets and failed reads since something came out.
    fruitless: u32,
}

impl MediaReader {
    /// Opens `location`.
    ///
    /// # Errors
    /// When it is missing or not media, has nothing of what `options` ask for, or needs a decoder that is not there.
    pub fn open(location: &Location, options: ReadOptions) -> Result<Self, CodecError> {
        Self::open_interruptible(location, options, Interrupter::new())
    }

    /// As [`Self::open`]; `interrupter` can already break off the opening.
    ///
    /// # Errors
    /// As [`Self::open`].
    pub fn open_interruptible(
        location: &Location,
        options: ReadOptions,
        interrupter: Interrupter,
    ) -> Result<Self, CodecError> {
        let input = Input::open(location, interrupter)?;
        let found = info::streams(&input);
        // SAFETY: a live stream of `input`.
        let picture = |s: *mut AVStream| unsafe { Picture::open(&input, s, options, location) };
        // SAFETY: a live stream of `input`.
        let sound = |s: *mut AVStream| unsafe { Sound::open(s, options, location) };
        let video = found.video.filter(|_| options.video).map(picture);
        let audio = found.audio.filter(|_| options.audio).map(sound);
        let (video, audio) = one_may_fail(video, audio)?;
        if video.is_none() && audio.is_none() {
            return Err(CodecError::NoStream {
                what: location.describe(),
                wanted: match (options.video, options.audio) {
                    (true, false) => "picture",
                    (false, true) => "sound",
                    _ => "picture and no sound",
                },
            });
        }
        let wanted = [video.as_ref().map(|v| v.index), audio.as_ref().map(|a| a.index)];
        for s in input.streams() {
            // SAFETY: live streams of `input`.
            unsafe {
                if !wanted.contains(&Some((**s).index)) {
                    (**s).discard = AVDiscard::AVDISCARD_ALL;
                }
            }
        }
        Ok(Self {
            info: info::describe(&input, found),
            origin: (!location.is_device()).then(|| info::start(&input, found)),
            video,
            audio,
            input,
            location: location.clone(),
            packet: Packet::new()?,
            ready: VecDeque::new(),
            blocks: Vec::new(),
            from: MediaTime(i64::MIN),
            ended: false,
            corrupt: 0,
            fruitless: 0,
        })
    }

    /// What is in it.
    pub fn info(&self) -> &MediaInfo {
        &self.info
    }

    /// Damaged packets skipped so far.
    pub fn corrupt_packets(&self) -> u64 {
        self.corrupt
    }

    /// A handle that breaks off reads from another thread.
    pub fn interrupter(&self) -> Interrupter {
        self.input.interrupter().clone()
    }

    /// The next picture or sound in the order of the file; `None` at its end (seeking back is possible then).
    ///
    /// # Errors
    /// [`CodecError::Interrupted`]; or reading broke off. Damage is skipped and counted instead.
    #[expect(
        clippy::should_implement_trait,
        reason = "a fallible read that can be resumed by seeking is no iterator"
    )]
    pub fn next(&mut self) -> Result<Option<Decoded>, CodecError> {
        loop {
            if let Some(d) = self.ready.pop_front() {
                self.fruitless = 0;
                return Ok(Some(d));
            }
            if self.input.interrupter().is_set() {
                return Err(self.interrupted());
            }
            if self.ended || self.fruitless > GIVE_UP_AFTER {
                return Ok(None);
            }
            self.step()?;
        }
    }

    /// Goes to `to`: the next pieces start exactly there (sound cut to the sample; the first picture is the first whose
    /// time is not before `to`). Beyond the end nothing follows.
    ///
    /// # Errors
    /// When the file can't be read there, or it is a device.
    pub fn seek(&mut self, to: MediaTime) -> Result<(), CodecError> {
        let Some(origin) = self.origin.filter(|_| !self.location.is_device()) else {
            return Err(self.seek_failed(to, "a live device has no past".into()));
        };
        let to = to.max(MediaTime::ZERO);
        // Indexes are by decoding time, and sound needs some milliseconds of run-up; should that not be enough, go back
        // further.
        for margin_ms in [250, 2_000, 10_000, i64::MAX / 2_000_000] {
            let target = (to - MediaTime::from_millis(margin_ms)).max(MediaTime::ZERO);
            self.jump(target, origin, to)?;
            if target == MediaTime::ZERO || self.starts_before(to)? {
                break;
            }
        }
        Ok(())
    }

    fn jump(&mut self, target: MediaTime, origin: MediaTime, to: MediaTime) -> Result<(), CodecError> {
        let start = origin.0.div_euclid(1000);
        let mut done = Err(String::new());
        if target > MediaTime::ZERO {
            let micros = (target + origin).0.div_euclid(1000);
            done = self.input.seek(micros, micros);
        }
        if done.is_err() {
            // No index, or nothing before `target`: from the beginning, whose decoding times lie before its pictures.
            done = self
                .input
                .seek(start - BEFORE_THE_START, start)
                .or_else(|_| self.rewind());
        }
        done.map_err(|reason| self.seek_failed(to, reason))?;
        if let Some(v) = &mut self.video {
            v.decoder.flush();
            v.last = None;
            v.first = None;
        }
        if let Some(a) = &mut self.audio {
            a.decoder.flush();
            a.resampler.reset();
            a.first = None;
        }
        self.ready.clear();
        self.from = to;
        self.ended = false;
        self.fruitless = 0;
        Ok(())
    }

    /// To the first byte, for files without any time stamps.
    fn rewind(&mut self) -> Result<(), String> {
        // SAFETY: our open input.
        ff::check(unsafe { sys::av_seek_frame(self.input.ptr(), -1, 0, sys::AVSEEK_FLAG_BYTE) }).map(drop)
    }

    /// Whether decoding started early enough that nothing from `to` on is missing: the first piece of every stream read
    /// lies at or before it.
    fn starts_before(&mut self, to: MediaTime) -> Result<bool, CodecError> {
        loop {
            let video = self.video.as_ref().map_or(Some(to), |v| v.first);
            let audio = self.audio.as_ref().map_or(Some(to), |a| a.first);
            if video.is_some_and(|t| t > to) || audio.is_some_and(|t| t > to) {
                return Ok(false);
            }
            let settled = video.is_some() && audio.is_some();
            let other_ended = self.ready.len()
                >= if video.is_some() {
                    ENOUGH_PICTURES
                } else {
                    ENOUGH_BLOCKS
                };
            if settled || other_ended {
                return Ok(true);
            }
            // MPEG-TS may land behind the last keyframe, from where no picture comes.
            if self.ended || self.fruitless > GIVE_UP_AFTER {
                return Ok(video.is_some());
            }
            if self.input.interrupter().is_set() {
                return Err(self.interrupted());
            }
            self.step()?;
        }
    }

    /// Reads one packet and decodes it.
    fn step(&mut self) -> Result<(), CodecError> {
        match self.input.read(&mut self.packet) {
            Ok(()) => self.decode_packet(),
            Err(code) if code == ff::EAGAIN => {
                let clock = SystemClock::new();
                clock.sleep_until(clock.now() + POLL);
                Ok(())
            }
            Err(sys::AVERROR_EOF) => self.end(),
            Err(_) if self.input.interrupter().is_set() => Err(self.interrupted()),
            Err(sys::AVERROR_INVALIDDATA) => {
                self.count_corrupt();
                Ok(())
            }
            Err(code) if self.location.is_device() => Err(self.broke_off(code)),
            // A file that can't be read further has ended for the show; what was read stays good.
            Err(code) => {
                tracing::warn!("{}", self.broke_off(code));
                self.count_corrupt();
                self.end()
            }
        }
    }

    fn decode_packet(&mut self) -> Result<(), CodecError> {
        // SAFETY: numbers of our packet.
        let (index, pts, dts) = unsafe {
            let p = &*self.packet.ptr();
            (p.stream_index, p.pts, p.dts)
        };
        self.fruitless += 1;
        if self.origin.is_none() {
            let base = self.base_of(index);
            let first = if pts == sys::AV_NOPTS_VALUE { dts } else { pts };
            self.origin = Some(if first == sys::AV_NOPTS_VALUE {
                MediaTime::ZERO
            } else {
                ff::time_of(first, base)
            });
        }
        if let Some(v) = self.video.as_mut().filter(|v| v.index == index) {
            let sent = v.decoder.send(Some(&self.packet));
            self.note(sent);
            self.fetch_pictures();
        } else if let Some(a) = self.audio.as_mut().filter(|a| a.index == index) {
            let sent = a.decoder.send(Some(&self.packet));
            self.note(sent);
            self.fetch_sound();
        }
        Ok(())
    }

    /// Gets out what the decoders still hold.
    fn end(&mut self) -> Result<(), CodecError> {
        if let Some(v) = &mut self.video {
            v.decoder.send(None);
            self.fetch_pictures();
        }
        if let Some(a) = &mut self.audio {
            a.decoder.send(None);
            self.fetch_sound();
        }
        if let Some(a) = &mut self.audio
            && a.resampler.drain(&mut self.blocks).is_ok()
        {
            self.offer_blocks();
        }
        self.ended = true;
        Ok(())
    }

    fn fetch_pictures(&mut self) {
        let origin = self.origin.unwrap_or_default();
        let mut damaged = 0;
        while let Some(v) = &mut self.video {
            match v.decoder.receive() {
                Ok(Some(frame)) => {
                    let time = v.time_of(&frame, origin);
                    // Pictures before the point sought need no conversion.
                    if time < self.from {
                        self.fruitless = 0;
                        continue;
                    }
                    match v.intake.take(frame, time) {
                        Ok(f) => self.offer(Decoded::Video(f)),
                        Err(_) => damaged += 1,
                    }
                }
                Ok(None) => break,
                Err(_) => damaged += 1,
            }
            if damaged > GIVE_UP_AFTER {
                break;
            }
        }
        self.corrupt += u64::from(damaged);
    }

    fn fetch_sound(&mut self) {
        let origin = self.origin.unwrap_or_default();
        let mut damaged = 0;
        while let Some(a) = &mut self.audio {
            match a.decoder.receive() {
                Ok(Some(frame)) => {
                    let time = stamp(&frame).map(|t| ff::time_of(t, a.base) - origin);
                    a.first = a.first.or(time);
                    if a.resampler.push(&frame, time, &mut self.blocks).is_err() {
                        damaged += 1;
                    }
                    self.fruitless = 0;
                }
                Ok(None) => break,
                Err(_) => damaged += 1,
            }
            if damaged > GIVE_UP_AFTER {
                break;
            }
        }
        self.corrupt += u64::from(damaged);
        self.offer_blocks();
    }

    fn offer_blocks(&mut self) {
        for block in std::mem::take(&mut self.blocks) {
            self.offer(Decoded::Audio(block));
        }
    }

    /// Makes a piece ready unless it lies before the point sought.
    fn offer(&mut self, piece: Decoded) {
        let piece = match piece {
            Decoded::Video(f) => (f.time >= self.from).then_some(Decoded::Video(f)),
            Decoded::Audio(b) if self.from.0 == i64::MIN => Some(Decoded::Audio(b)),
            Decoded::Audio(b) => resample::trim(b, first_sample(self.from)).map(Decoded::Audio),
        };
        self.ready.extend(piece);
    }

    fn base_of(&self, index: i32) -> AVRational {
        let v = self.video.as_ref().filter(|v| v.index == index).map(|v| v.base);
        let a = self.audio.as_ref().filter(|a| a.index == index).map(|a| a.base);
        v.or(a).unwrap_or(AVRational { num: 1, den: 1_000_000 })
    }

    fn note(&mut self, sent: Sent) {
        if sent == Sent::Corrupt {
            self.corrupt += 1;
        }
    }
    fn count_corrupt(&mut self) {
        self.corrupt += 1;
        self.fruitless += 1;
    }
    fn interrupted(&self) -> CodecError {
        CodecError::Interrupted {
            what: self.location.describe(),
        }
    }
    fn broke_off(&self, code: i32) -> CodecError {
        CodecError::Read {
            what: self.location.describe(),
            reason: ff::text(code),
            device: self.location.is_device(),
        }
    }
    fn seek_failed(&self, position: MediaTime, reason: String) -> CodecError {
        CodecError::Seek {
            what: self.location.describe(),
            position,
            reason,
        }
    }
}

/// The first sample that is not before `t`.
fn first_sample(t: MediaTime) -> i64 {
    let i = t.to_ticks(SAMPLE_RATE);
    if MediaTime::from_ticks(i, SAMPLE_RATE) < t {
        i + 1
    } else {
        i
    }
}
