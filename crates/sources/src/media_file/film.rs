//! Films of transitions: a video that stands ready and plays once, from its beginning, when it gets its cue
//! ([`crate::Source::begin`]). Its first pictures are decoded beforehand (see `cue`), so the first one is on time. It shows nothing
//! before and after, and never a slate: it is on the air. What is wrong with the file is told.
//!
//! It is no kind people choose: the engine opens one for each transition that plays a film.

use super::{LOOK_EVERY, player::nothing};
use crate::{
    Source, SourceContext, SourceError, SourceKind, SourceState,
    cue::{FilmInfo, Head, moved},
    image::decode,
    watch::{Watch, complaint, name},
    worker::{FEED_AHEAD, Link, Plan, start},
};
use codec::{Decoded, Interrupter, Location, MediaReader, ReadOptions};
use media::{AudioBlock, MediaTime, VideoFrame};
use project::{KindInfo, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::VecDeque, fs::File, io::Read as _, path::Path, sync::Arc, time::Duration};

/// Pictures decoded beforehand, and the most memory they take, bytes. One is always kept.
const AHEAD: usize = 8;
const AHEAD_BYTES: usize = 80 << 20;
/// Pictures the slot takes: more than are decoded beforehand.
const SLOT: usize = 12;
/// Sound decoded beforehand, less than a feed takes.
const SOUND_AHEAD: MediaTime = MediaTime(FEED_AHEAD.0 - MediaTime::from_millis(50).0);
/// Most pictures that wait here for their sound.
const MOST_PICTURES: usize = 24;
/// Pictures counted where a file does not say how long it is: two minutes at 60 a second.
const MOST_COUNTED: usize = 7_200;

/// Settings of a film.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct FilmSettings {
    /// The file: an absolute path, or one that starts from the project's folder.
    pub file: String,
    /// Whether its sound is played.
    pub audio: bool,
}

impl Settings for FilmSettings {}

/// The kind of films; not in the list of kinds.
pub static FILM: SourceKind = SourceKind {
    info: KindInfo::of::<FilmSettings>("film", "Film", "A video that plays once when it gets its cue."),
    video: true,
    audio: true,
    open,
    devices: None,
};

fn open(settings: &Map<String, Value>, ctx: SourceContext) -> Result<Box<dyn Source>, SourceError> {
    start::<FilmSettings>(
        settings,
        ctx,
        Plan {
            pictures: SLOT,
            sound: true,
            run,
        },
    )
}

fn run(link: &Link<FilmSettings>, mut s: FilmSettings) {
    loop {
        stand_by(link, &s);
        link.cue.set(None);
        link.show_nothing();
        let Some(new) = link.take_settings() else { return };
        s = new;
    }
}

/// Keeps the film ready and plays it, until stopped or until there are new settings.
fn stand_by(link: &Link<FilmSettings>, s: &FilmSettings) {
    let mut watch = Watch::new(link.ctx.path(&s.file));
    while !(link.stop.is_stopped() || link.has_settings()) {
        let why = match ready(link, s, watch.path()) {
            Ok(film) => serve(link, film, &mut watch).err(),
            Err(reason) => Some(reason),
        };
        link.on_stop(None);
        link.cue.set(None);
        if let Some(reason) = why {
            link.set_state(SourceState::Waiting { reason });
            wait(link, || watch.changed());
        }
    }
}

/// Waits until `done`, which is asked every two seconds, or until there is news; a cue for a film that is not there is none.
fn wait(link: &Link<FilmSettings>, mut done: impl FnMut() -> bool) {
    let mut over = false;
    while !over && !link.stop.is_stopped() && !link.has_settings() {
        link.cue.take();
        link.show_nothing();
        over = rest(link, &mut done);
    }
}

/// Keeps silent until there is news (false) or `done` (true).
fn rest(link: &Link<FilmSettings>, mut done: impl FnMut() -> bool) -> bool {
    let mut look = link.now() + LOOK_EVERY;
    while !link.interrupted() {
        if link.now() >= look {
            if done() {
                return true;
            }
            look = link.now() + LOOK_EVERY;
        }
        link.offer_silence();
        link.stop.wait(Duration::from_millis(100));
    }
    false
}

/// Opens the file and decodes its beginning.
fn ready(link: &Link<FilmSettings>, s: &FilmSettings, path: &Path) -> Result<Film, String> {
    if s.file.is_empty() {
        return Err("No film is chosen yet. Choose one in the transition's settings.".into());
    }
    if let Some(reason) = complaint(path) {
        return Err(reason);
    }
    let mut film = Film::open(link, s, path)?;
    film.fill(AHEAD)?;
    let first = film.pictures.front();
    let bytes = first.map_or(1, |f| f.planes.iter().map(|p| p.data.len()).sum::<usize>().max(1));
    let keep = (AHEAD_BYTES / bytes).clamp(1, AHEAD).min(film.pictures.len());
    if keep == 0 {
        return Err(format!("The file {} has no pictures. Choose another.", name(path)));
    }
    let head = Head {
        pictures: film.pictures.drain(..keep).collect(),
        sound: film.sound_ahead(),
        has_sound: film.has_sound,
        info: film.info,
    };
    film.head = Arc::new(head);
    link.cue.set(Some(film.head.clone()));
    link.set_state(SourceState::Ready);
    Ok(film)
}

/// Waits for cues and plays; ends with new settings or another file.
fn serve(link: &Link<FilmSettings>, mut film: Film, watch: &mut Watch) -> Result<(), String> {
    let mut fresh = true;
    while !link.stop.is_stopped() && !link.has_settings() {
        let Some(at) = link.cue.take() else {
            if !fresh {
                film.behind_the_head()?;
                fresh = true;
            }
            if rest(link, || watch.changed()) {
                return Ok(());
            }
            continue;
        };
        if !std::mem::take(&mut fresh) {
            film.behind_the_head()?;
        }
        film.play(link, at)?;
    }
    Ok(())
}

/// Where pictures and sound come from.
enum Tape {
    /// Anything FFmpeg reads.
    Reader(Box<MediaReader>),
    /// The pictures of a moving image, and which comes next.
    Shots(Vec<decode::Shot>, usize),
}

struct Film {
    tape: Tape,
    head: Arc<Head>,
    info: FilmInfo,
    has_sound: bool,
    /// Decoded and not handed on, with positions as times.
    pictures: VecDeque<VideoFrame>,
    sound: VecDeque<AudioBlock>,
    ended: bool,
}

impl Film {
    fn open(link: &Link<FilmSettings>, s: &FilmSettings, path: &Path) -> Result<Self, String> {
        let (tape, info, has_sound) = if is_image(path) {
            let shots = decode::load(path)?.shots;
            let length = shots.last().map_or(MediaTime::ZERO, |s| s.end);
            if shots.len() < 2 {
                let text = "is a picture that does not move. Choose a video or a moving image";
                return Err(format!("The file {} {text}.", name(path)));
            }
            let picture_time = MediaTime(length.0 / shots.len() as i64);
            (Tape::Shots(shots, 0), FilmInfo { length, picture_time }, false)
        } else {
            let mut reader = reader(link, s.audio, path)?;
            let Some(video) = reader.info().video.clone() else {
                return Err(format!("The file {} has no pictures. Choose another.", name(path)));
            };
            let picture_time = video.rate.map_or(MediaTime::from_millis(40), |r| r.frame_duration());
            let has_sound = s.audio && reader.info().audio.is_some();
            let length = match reader.info().duration.filter(|d| *d > MediaTime::ZERO) {
                Some(length) => length,
                None => counted(&mut reader, picture_time)?,
            };
            let info = FilmInfo { length, picture_time };
            (Tape::Reader(Box::new(reader)), info, has_sound)
        };
        let head = Head {
            pictures: vec![],
            sound: vec![],
            has_sound,
            info,
        };
        Ok(Self {
            tape,
            head: Arc::new(head),
            info,
            has_sound,
            pictures: VecDeque::new(),
            sound: VecDeque::new(),
            ended: false,
        })
    }

    /// Decodes one piece; false at the end.
    fn decode(&mut self) -> Result<bool, String> {
        let piece = match &mut self.tape {
            Tape::Shots(shots, next) => {
                let begin = next
                    .checked_sub(1)
                    .and_then(|i| shots.get(i))
                    .map_or(MediaTime::ZERO, |s| s.end);
                let shot = shots.get(*next).map(|s| Decoded::Video(s.frame.at(begin)));
                *next += 1;
                shot
            }
            Tape::Reader(r) => r.next().map_err(|e| e.to_string())?,
        };
        match piece {
            Some(Decoded::Video(f)) => self.pictures.push_back(f),
            Some(Decoded::Audio(b)) if self.has_sound => self.sound.push_back(b),
            Some(Decoded::Audio(_)) => {}
            None => self.ended = true,
        }
        Ok(!self.ended)
    }

    /// Decodes until so many pictures are there, and the sound beside them.
    fn fill(&mut self, pictures: usize) -> Result<(), String> {
        let lacks = |f: &Self| {
            let sound = f.has_sound && f.sound.is_empty() && f.pictures.len() < MOST_PICTURES;
            f.pictures.len() < pictures || sound
        };
        while !self.ended && lacks(self) {
            self.decode()?;
        }
        Ok(())
    }

    /// The sound that goes with the beginning.
    fn sound_ahead(&mut self) -> Vec<AudioBlock> {
        let mut out = vec![];
        while let Some(b) = self.sound.pop_front_if(|b| b.end() <= SOUND_AHEAD) {
            out.push(b);
        }
        out
    }

    /// Makes the next piece the one that follows what is kept of the beginning.
    fn behind_the_head(&mut self) -> Result<(), String> {
        match &mut self.tape {
            Tape::Shots(_, next) => *next = 0,
            Tape::Reader(r) => r.seek(MediaTime::ZERO).map_err(|e| e.to_string())?,
        }
        self.pictures.clear();
        self.sound.clear();
        self.ended = false;
        self.fill(self.head.pictures.len())?;
        self.pictures.drain(..self.head.pictures.len().min(self.pictures.len()));
        let heard = self.head.sound.last().map_or(MediaTime::ZERO, AudioBlock::end);
        self.sound.retain(|b| b.end() > heard);
        Ok(())
    }

    /// Plays what follows the beginning, until the end, a new cue or new settings.
    fn play(&mut self, link: &Link<FilmSettings>, at: MediaTime) -> Result<(), String> {
        let end = at + self.info.length;
        let mut gone = false;
        while !link.interrupted() {
            // The next one says when a picture is over.
            self.fill(2)?;
            let mut given = self.give(link, at);
            if self.ended && self.pictures.is_empty() {
                if !gone {
                    // Beyond its end it shows nothing, whoever looks when.
                    gone = link.offer_picture(&nothing(2, 2).at(end));
                    given |= gone;
                }
                if self.sound.is_empty() && link.now() >= end {
                    link.show_nothing();
                    return Ok(());
                }
            }
            if !self.has_sound || self.ended && self.sound.is_empty() {
                link.offer_silence();
            }
            if !given {
                link.stop.wait(Duration::from_millis(4));
            }
        }
        Ok(())
    }

    /// Hands on what there is room for; pictures that are over are left out. Whether there was anything.
    fn give(&mut self, link: &Link<FilmSettings>, at: MediaTime) -> bool {
        let mut any = false;
        while let Some(p) = self.pictures.front() {
            let time = at + p.time;
            if self.pictures.len() < 2 && !self.ended {
                break;
            }
            let over = self.pictures.get(1).is_some_and(|next| at + next.time <= link.now());
            if !over && !link.offer_picture(&p.at(time)) {
                break;
            }
            self.pictures.pop_front();
            any = true;
        }
        while let Some(b) = self.sound.front() {
            if !link.offer_sound(&moved(b, at)) {
                break;
            }
            self.sound.pop_front();
            any = true;
        }
        any
    }
}

fn reader(link: &Link<FilmSettings>, audio: bool, path: &Path) -> Result<MediaReader, String> {
    let interrupter = Interrupter::new();
    let handle = interrupter.clone();
    link.on_stop(Some(Box::new(move || handle.interrupt())));
    let options = ReadOptions {
        video: true,
        audio,
        threads: 0,
    };
    let file = Location::File(path.to_owned());
    MediaReader::open_interruptible(&file, options, interrupter)
        .map_err(|e| e.to_string().replace(&path.display().to_string(), &name(path)))
}

/// How long a file is that does not say so.
fn counted(reader: &mut MediaReader, picture_time: MediaTime) -> Result<MediaTime, String> {
    let (mut end, mut pictures) = (MediaTime::ZERO, 0);
    while let Some(piece) = reader.next().map_err(|e| e.to_string())? {
        if let Decoded::Video(f) = piece {
            end = end.max(f.time + picture_time);
            pictures += 1;
        }
        if pictures >= MOST_COUNTED {
            break;
        }
    }
    reader.seek(MediaTime::ZERO).map_err(|e| e.to_string())?;
    Ok(end)
}

/// Whether it is a moving image (FFmpeg does not read all of them): WebP, GIF or PNG by its first bytes.
fn is_image(path: &Path) -> bool {
    let mut first = [0; 12];
    let read = File::open(path).and_then(|mut f| f.read_exact(&mut first));
    let webp = first.starts_with(b"RIFF") && first.ends_with(b"WEBP");
    read.is_ok() && (webp || first.starts_with(b"GIF8") || first.starts_with(b"\x89PNG"))
}

#[cfg(test)]
#[path = "film_tests.rs"]
mod tests;
