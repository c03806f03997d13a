//! Plays one opened file onto the engine's timeline: decodes just enough ahead, stamps, loops without a seam.
//!
//! Pictures and sound come out of the file mixed, but are read by two who do not wait for each other; so both go through
//! a short lane here, and neither lane ever blocks the other: a lane nobody reads is thinned out from its old end.
//!
//! **Loops.** A pass is as long as its pictures (last picture's time and duration), or as its sound where that is
//! clearly longer or there are no pictures. The next pass begins exactly there, pictures and sound both; what sound
//! reaches beyond is cut off. So picture and sound stay in step for ever, and all times come from the file's own times plus
//! whole passes.
//!
//! **Speed.** Times of the file are divided by it as they come in; sound is left out at any speed but its own.

use super::{AtEnd, LOOK_EVERY, MediaSettings};
use crate::{
    SourceState,
    still::{hold, release},
    watch::Watch,
    worker::{LOOK_AGAIN, Link},
};
use codec::{Decoded, MediaReader};
use media::{
    AlphaMode, AudioBlock, MediaTime, VideoFrame,
    audio::{CHANNELS, SAMPLE_RATE},
};
use std::collections::VecDeque;

/// How a play ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Stopped, or there are new settings.
    Interrupted,
    /// The file on disk is not the one any more.
    Changed,
    /// Played to its end; what is to stay is on show.
    Ended,
}

/// Most pictures that wait here for their sound (or for nobody).
const MOST_PICTURES: usize = 64;
/// … and the most memory they may take, bytes.
const MOST_PICTURE_BYTES: usize = 256 << 20;
/// Most sound that waits here: long, since decoders give their last pictures only at the end of the file, and in files
/// whose pictures end first there is only sound up to there.
const MOST_SOUND: MediaTime = MediaTime::from_millis(30_000);
/// A stream that is this far behind the other in a file has nothing at this place.
const APART: MediaTime = MediaTime::from_millis(1000);
/// Sound longer than the pictures by more than this is meant: the pass is as long as the sound.
const MEANT: MediaTime = MediaTime::from_millis(100);
/// A pass shorter than this is a still.
const SHORTEST_PASS: MediaTime = MediaTime::from_millis(100);
/// Further behind than this, it jumps instead of catching up.
const TOO_LATE: MediaTime = MediaTime::from_millis(1000);
/// Idle looks (of 8 ms) after which a full lane counts as unread.
const UNREAD_AFTER: u32 = 12;

/// What is known of one pass through the file; positions count from the in-point.
#[derive(Clone, Copy, Debug, Default)]
struct Pass {
    picture_end: Option<MediaTime>,
    sound_end: Option<MediaTime>,
    last_picture: Option<MediaTime>,
    pictures_over: bool,
    sound_over: bool,
}

/// Plays one opened file.
pub struct Player<'a, S> {
    link: &'a Link<S>,
    s: &'a MediaSettings,
    reader: MediaReader,
    /// Seconds of the file per second of show.
    speed: f64,
    has_pictures: bool,
    has_sound: bool,
    /// In- and out-point, times of the file; all others are times of the show.
    begin: MediaTime,
    out: Option<MediaTime>,
    picture_time: MediaTime,
    origin: MediaTime,
    pass: Pass,
    /// Passes in a row that gave nothing.
    empty_passes: u32,
    pictures: VecDeque<VideoFrame>,
    sound: VecDeque<AudioBlock>,
    /// The last picture decoded, also if it was too late to be shown.
    last: Option<VideoFrame>,
    /// Engine time up to which pictures were given away.
    given: MediaTime,
    over: Option<MediaTime>,
    /// Looks in a row at which nothing moved.
    idle: u32,
    /// Nobody takes pictures (sound): that lane is thinned out instead of waited for.
    pictures_unread: bool,
    sound_unread: bool,
    /// When it last jumped to where it should be.
    jumped: MediaTime,
}

impl<'a, S> Player<'a, S> {
    /// A player for a freshly opened file.
    pub fn new(link: &'a Link<S>, s: &'a MediaSettings, reader: MediaReader) -> Self {
        let info = reader.info();
        let rate = info.video.as_ref().and_then(|v| v.rate);
        let has_pictures = info.video.is_some();
        // What is only heard is always heard at its own speed.
        let speed = if has_pictures { s.speed } else { 1.0 };
        Self {
            speed,
            has_pictures,
            has_sound: info.audio.is_some() && s.audio && speed == 1.0,
            begin: MediaTime::from_secs_f64(s.in_point_s),
            out: s.out_point_s.map(MediaTime::from_secs_f64),
            picture_time: paced(rate.map_or(MediaTime::from_millis(40), |r| r.frame_duration()), speed),
            origin: MediaTime::ZERO,
            pass: Pass::default(),
            empty_passes: 0,
            pictures: VecDeque::new(),
            sound: VecDeque::new(),
            last: None,
            given: MediaTime(i64::MIN),
            over: None,
            idle: 0,
            pictures_unread: false,
            sound_unread: false,
            jumped: MediaTime(i64::MIN),
            link,
            s,
            reader,
        }
    }

    /// Engine time of the in-point of the current pass.
    pub fn origin(&self) -> MediaTime {
        self.origin
    }

    /// Shows the one picture at a position after the in-point, silently.
    ///
    /// # Errors
    /// What is wrong with the file, for people.
    pub fn show_one(&mut self, at: MediaTime) -> Result<(), String> {
        self.origin = self.link.now();
        self.seek(at)?;
        let Some(slot) = &self.link.slot else { return Ok(()) };
        let mut frame = None;
        while let (None, true) = (&frame, self.has_pictures) {
            match self.reader.next().map_err(|e| e.to_string())? {
                Some(Decoded::Video(f)) => frame = Some(f),
                Some(Decoded::Audio(_)) => {}
                None => break,
            }
        }
        hold(slot, &frame.unwrap_or_else(|| nothing(2, 2)), self.link.now());
        self.link.set_state(SourceState::Ready);
        Ok(())
    }

    /// Plays with the in-point at engine time `origin`.
    ///
    /// # Errors
    /// What is wrong with the file, for people.
    pub fn play(&mut self, origin: MediaTime, watch: &mut Watch) -> Result<Outcome, String> {
        let link = self.link;
        self.origin = origin;
        if let Some(feed) = &link.feed {
            feed.clear();
        }
        if let Some(slot) = &link.slot {
            release(slot);
            if !self.has_pictures {
                hold(slot, &nothing(2, 2), link.now());
            }
        }
        self.join()?;
        let mut look = link.now() + LOOK_EVERY;
        while !link.interrupted() {
            if link.now() >= look {
                if watch.changed() {
                    return Ok(Outcome::Changed);
                }
                look = link.now() + LOOK_EVERY;
            }
            let given = self.give();
            if self.wants_more() {
                self.decode()?;
            } else if given {
                self.idle = 0;
            } else if self.over.is_some_and(|end| link.now() >= end) && self.pictures.is_empty() {
                return Ok(Outcome::Ended);
            } else {
                self.idle += 1;
                link.stop.wait(LOOK_AGAIN);
            }
        }
        Ok(Outcome::Interrupted)
    }

    fn seek(&mut self, at: MediaTime) -> Result<(), String> {
        let to = self.begin + paced(at.max(MediaTime::ZERO), 1.0 / self.speed);
        if to > MediaTime::ZERO || self.pass.picture_end.is_some() || self.pass.sound_end.is_some() {
            self.reader.seek(to).map_err(|e| e.to_string())?;
        }
        self.pass = Pass::default();
        Ok(())
    }

    /// The length of a pass, as the file's header has it.
    fn promised(&self) -> Option<MediaTime> {
        let whole = self.reader.info().duration.map(|d| d - self.begin);
        let piece = self.out.map(|o| o - self.begin);
        let length = paced(whole.into_iter().chain(piece).min()?, self.speed);
        (length > MediaTime::ZERO).then_some(length)
    }

    /// Goes to where the file should be now.
    fn join(&mut self) -> Result<(), String> {
        let now = self.link.now();
        self.jumped = now;
        let at = (now - self.origin).max(MediaTime::ZERO);
        let to = match self.promised() {
            Some(length) if self.s.r#loop => {
                self.origin += MediaTime(at.0 / length.0 * length.0);
                now - self.origin
            }
            // Beyond its end: the last pictures, for the one that stays.
            Some(length) if at >= length => length - TOO_LATE.max(self.picture_time),
            _ => at,
        };
        // The picture on show at `to` may have begun up to one picture's time earlier.
        self.seek((to - self.picture_time + MediaTime(1)).max(MediaTime::ZERO))
    }

    fn picture_bytes(&self) -> usize {
        let one = self
            .pictures
            .front()
            .map_or(0, |f| f.planes.iter().map(|p| p.data.len()).sum());
        one * self.pictures.len()
    }
    fn pictures_full(&self) -> bool {
        self.pictures.len() >= MOST_PICTURES || self.picture_bytes() > MOST_PICTURE_BYTES
    }
    fn sound_waiting(&self) -> MediaTime {
        let frames: usize = self.sound.iter().map(AudioBlock::frames).sum();
        MediaTime::from_ticks(frames as i64, SAMPLE_RATE)
    }

    /// Whether the next block of sound may go: never beyond the pictures decoded so far, since the pass may end there.
    fn sound_may_go(&self) -> bool {
        let Some(next) = self.sound.front() else { return false };
        let sure = self.pass.picture_end.map(|e| self.origin + e);
        !self.has_pictures
            || self.over.is_some()
            || next.time < self.origin
            || sure.is_some_and(|sure| next.end() <= sure)
            || self.sound_waiting() > APART
    }

    /// Hands on what there is room for; whether there was anything.
    fn give(&mut self) -> bool {
        let link = self.link;
        let mut any = false;
        while !self.pictures.is_empty() && link.picture_room() {
            let Some(frame) = self.pictures.pop_front() else { break };
            self.given = frame.time;
            self.pictures_unread = false;
            link.push(frame);
            any = true;
        }
        while self.sound_may_go() && link.sound_room() {
            let (Some(block), Some(feed)) = (self.sound.pop_front(), &link.feed) else {
                break;
            };
            self.sound_unread = false;
            any |= feed.push(&block);
        }
        if !self.has_sound || self.over.is_some() && self.sound.is_empty() {
            link.push_silence();
        }
        if any {
            link.set_state(SourceState::Ready);
        }
        any | self.bridge()
    }

    /// Where one stream has a gap or has ended before the other, fills it with silence or the last picture again, so
    /// that offline drawing and mixing do not wait.
    fn bridge(&mut self) -> bool {
        let link = self.link;
        if self.over.is_some() {
            return false;
        }
        let reach = self.pictures.back().map_or(self.given, |f| f.time);
        if let Some(feed) = link
            .feed
            .as_ref()
            .filter(|_| self.has_sound && self.sound.is_empty() && link.sound_room())
        {
            let end = feed
                .level()
                .end
                .unwrap_or(self.origin)
                .max(link.now() - MediaTime::from_millis(100));
            if self.pass.picture_end.is_some() && (reach > end + APART || self.pictures_full() && reach > end) {
                return feed.push(&AudioBlock::silence(end, SAMPLE_RATE as usize / 50));
            }
        }
        let heard = self.pass.sound_end.map_or(MediaTime(i64::MIN), |e| self.origin + e);
        if let Some(last) = self.last.clone()
            && self.has_pictures
            && self.pictures.is_empty()
            && heard > self.given + APART
            && self.sound_waiting() > MOST_SOUND
            && link.picture_room()
        {
            self.given += MediaTime::from_millis(500);
            link.push(last.at(self.given));
            return true;
        }
        false
    }

    /// Whether to decode on: somebody can take what is not there, and the other lane has room (or nobody reads it).
    fn wants_more(&mut self) -> bool {
        if self.over.is_some() {
            return false;
        }
        let pictures = self.has_pictures && self.pictures.is_empty() && self.link.picture_room();
        let sound = self.has_sound && !self.sound_may_go() && self.link.sound_room();
        let stuck = self.idle >= UNREAD_AFTER;
        if sound && self.pictures_full() {
            self.pictures_unread |= stuck;
            if !self.pictures_unread {
                return false;
            }
            self.pictures.pop_front();
        }
        if pictures && self.sound_waiting() > MOST_SOUND {
            self.sound_unread |= stuck;
            if !self.sound_unread {
                return false;
            }
            self.sound.pop_front();
        }
        pictures || sound
    }

    fn decode(&mut self) -> Result<(), String> {
        match self.reader.next() {
            Ok(Some(Decoded::Video(f))) => self.take_picture(f)?,
            Ok(Some(Decoded::Audio(b))) if self.has_sound => self.take_sound(b)?,
            Ok(Some(Decoded::Audio(_))) => {}
            Ok(None) => return self.end_pass(None),
            Err(_) if self.link.interrupted() => return Ok(()),
            Err(e) => return self.end_pass(Some(e.to_string())),
        }
        let pictures_over = self.pass.pictures_over || !self.has_pictures;
        let sound_over = self.pass.sound_over || !self.has_sound;
        if pictures_over && sound_over {
            self.end_pass(None)
        } else {
            Ok(())
        }
    }

    fn take_picture(&mut self, frame: VideoFrame) -> Result<(), String> {
        if self.out.is_some_and(|out| frame.time >= out) {
            self.pass.pictures_over = true;
            // A sound that ended before is not waited for until the end of the file.
            self.pass.sound_over |= self.out.is_some_and(|out| frame.time > out + APART);
            return Ok(());
        }
        let at = paced(frame.time - self.begin, self.speed);
        if self.reader.info().video.as_ref().is_none_or(|v| v.rate.is_none())
            && let Some(before) = self.pass.last_picture
        {
            self.picture_time = (at - before).max(MediaTime(1));
        }
        self.pass.last_picture = Some(at);
        self.pass.picture_end = Some(at + self.picture_time);
        let frame = frame.at(self.origin + at);
        self.last = Some(frame.clone());
        let now = self.link.now();
        if frame.time < self.given {
            return Ok(()); // Its place was taken by a repeated one.
        }
        if frame.time + self.picture_time > now {
            self.pictures.push_back(frame);
            return Ok(());
        }
        self.hurry(frame.time)
    }

    /// What came last was due at `due`: if that is hopelessly late, jumps to where the file should be.
    fn hurry(&mut self, due: MediaTime) -> Result<(), String> {
        let now = self.link.now();
        if due + TOO_LATE >= now || self.jumped + TOO_LATE + TOO_LATE >= now {
            return Ok(());
        }
        self.pictures.clear();
        self.sound.clear();
        self.join()
    }

    fn take_sound(&mut self, mut block: AudioBlock) -> Result<(), String> {
        if let Some(out) = self.out {
            cut(&mut block, out);
            if block.samples.is_empty() {
                self.pass.sound_over = true;
                self.pass.pictures_over |= block.time > out + APART;
                return Ok(());
            }
        }
        block.time = block.time - self.begin;
        self.pass.sound_end = Some(block.end());
        block.time += self.origin;
        let end = block.end();
        if end + TOO_LATE > self.link.now() {
            self.sound.push_back(block);
        } else if !self.has_pictures {
            return self.hurry(end);
        }
        Ok(())
    }

    /// The file (or the piece of it) is through: begins again, or ends.
    fn end_pass(&mut self, trouble: Option<String>) -> Result<(), String> {
        let through = self.pass.pictures_over || self.pass.sound_over;
        let length = match (self.pass.picture_end, self.pass.sound_end) {
            (Some(_), _) | (_, Some(_)) if through => self.out.map(|o| paced(o - self.begin, self.speed)),
            (Some(p), Some(s)) if s > p + MEANT => Some(s),
            (Some(p), _) => Some(p),
            (None, s) => s,
        };
        let Some(length) = length.filter(|l| *l > MediaTime::ZERO) else {
            return self.empty_pass(trouble);
        };
        self.empty_passes = 0;
        if let Some(trouble) = trouble {
            self.link.set_notices(vec![trouble]);
        }
        let end = self.origin + length;
        self.sound.iter_mut().for_each(|b| cut(b, end));
        self.sound.retain(|b| !b.samples.is_empty());
        if self.s.r#loop && length >= SHORTEST_PASS {
            self.origin = end;
            self.seek(MediaTime::ZERO)
        } else {
            self.over = Some(end);
            self.leave(end);
            Ok(())
        }
    }

    /// Nothing came: perhaps it joined in behind the end. Once more from the beginning, then it is broken.
    fn empty_pass(&mut self, trouble: Option<String>) -> Result<(), String> {
        self.empty_passes += 1;
        if self.empty_passes > 1 {
            let name = &self.s.file;
            return Err(trouble.unwrap_or_else(|| {
                format!("The file {name} has neither pictures nor sound that could be played. Choose another.")
            }));
        }
        let now = self.link.now();
        let past = self.promised().is_some_and(|length| now - self.origin >= length);
        if self.s.r#loop || !past {
            self.origin = now;
        }
        self.pass.picture_end = Some(MediaTime::ZERO); // makes `seek` really seek
        self.seek(MediaTime::ZERO)
    }

    /// Queues what stays after the end, until for ever: nothing later is ever waited for.
    fn leave(&mut self, end: MediaTime) {
        let Some(last) = self.last.take() else { return };
        let (stays, from) = match self.s.at_end {
            AtEnd::Hold => (last.clone(), last.time.max(self.given)),
            AtEnd::Hide => (nothing(last.width, last.height), end),
        };
        self.pictures.push_back(stays.at(from));
        self.pictures.push_back(stays.at(MediaTime::MAX));
    }
}

/// How long `t` of a file lasts at a speed.
pub fn paced(t: MediaTime, speed: f64) -> MediaTime {
    if speed == 1.0 {
        return t; // exact
    }
    MediaTime((t.0 as f64 / speed).round() as i64)
}

/// A picture that can't be seen.
pub fn nothing(width: u32, height: u32) -> VideoFrame {
    let data = vec![0; width as usize * height as usize * 4];
    VideoFrame {
        id: media::frame::next_frame_id(),
        format: media::PixelFormat::Rgba,
        width,
        height,
        planes: vec![media::Plane {
            data: data.into(),
            stride: width as usize * 4,
        }],
        color: media::ColorInfo::SRGB,
        alpha: AlphaMode::Straight,
        fields: media::Fields::Progressive,
        time: MediaTime::ZERO,
    }
}

/// Cuts off what a block has at or after `end`.
fn cut(block: &mut AudioBlock, end: MediaTime) {
    let keep = (end.to_ticks(SAMPLE_RATE) - block.time.to_ticks(SAMPLE_RATE)).max(0) as usize;
    block.samples.truncate(keep.min(block.frames()) * CHANNELS);
}
