//! The `media` kind: a video or sound file. Position p of the file (from the in-point) is shown and heard at engine time
//! `start + p`; opened late, it joins in where it would be. A missing or broken file has a slate until it is right, a
//! changed one is played anew. Decoding and timing are in `player`; this file is the settings and the way from slate to
//! show.

pub mod film;
mod player;
pub mod replay;

use self::player::{Outcome, Player, nothing, paced};
use crate::{
    Source, SourceContext, SourceError, SourceKind, SourceState,
    watch::{Watch, complaint, name},
    worker::{Link, Plan, start},
};
use codec::{Interrupter, Location, MediaReader, ReadOptions};
use media::MediaTime;
use project::{KindInfo, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::time::Duration;

/// What stays when a file has played to its end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AtEnd {
    /// The last picture stays.
    #[default]
    Hold,
    /// The picture goes.
    Hide,
}

/// Settings of the `media` kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct MediaSettings {
    /// The file: an absolute path, or one that starts from the project's folder.
    pub file: String,
    /// Plays again and again.
    pub r#loop: bool,
    /// Stands still on its picture, silent.
    pub paused: bool,
    /// Whether its sound is played.
    pub audio: bool,
    /// Where it begins, seconds into the file.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub in_point_s: f64,
    /// Where it ends, seconds into the file; absent: at its end.
    #[schemars(range(min = 0.0, max = 1_000_000.0))]
    pub out_point_s: Option<f64>,
    /// How fast its pictures go by: 0.5 is slow motion, 2 is twice as fast. Silent at any speed but 1.
    #[schemars(range(min = 0.1, max = 8.0))]
    pub speed: f64,
    /// What stays when it has ended.
    pub at_end: AtEnd,
}

impl Default for MediaSettings {
    fn default() -> Self {
        Self {
            file: String::new(),
            r#loop: false,
            paused: false,
            audio: true,
            in_point_s: 0.0,
            out_point_s: None,
            speed: 1.0,
            at_end: AtEnd::Hold,
        }
    }
}

impl Settings for MediaSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        let second = 0.0..=1_000_000.0;
        if !second.contains(&self.in_point_s) {
            return Err(("in_point_s".into(), "the in-point is 0 to 1000000 seconds".into()));
        }
        check_speed(self.speed)?;
        match self.out_point_s {
            Some(out) if !second.contains(&out) || out < self.in_point_s + 0.01 => {
                Err(("out_point_s".into(), "the out-point lies after the in-point".into()))
            }
            _ => Ok(()),
        }
    }
}

/// # Errors
/// A speed nobody can watch.
fn check_speed(speed: f64) -> Result<(), (String, String)> {
    if (0.1..=8.0).contains(&speed) {
        return Ok(());
    }
    Err(("speed".into(), "the speed is 0.1 to 8".into()))
}

impl MediaSettings {
    fn same_piece(&self, other: &Self) -> bool {
        self.file == other.file && self.in_point_s == other.in_point_s && self.out_point_s == other.out_point_s
    }
}

/// The registered kind.
pub const KIND: SourceKind = SourceKind {
    info: KindInfo::of::<MediaSettings>(
        "media",
        "Media file",
        "A video or sound file, once or in an endless loop.",
    ),
    video: true,
    audio: true,
    open,
    devices: None,
};

fn open(settings: &Map<String, Value>, ctx: SourceContext) -> Result<Box<dyn Source>, SourceError> {
    start::<MediaSettings>(
        settings,
        ctx,
        Plan {
            pictures: 6,
            sound: true,
            run,
        },
    )
}

/// How often the file is looked at.
const LOOK_EVERY: MediaTime = MediaTime::from_millis(2000);

/// Where the show is in the file.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// Engine time of the in-point (of the current loop).
    Running(MediaTime),
    /// Position after the in-point.
    Paused(MediaTime),
    /// At its beginning, as soon as the file is open.
    Fresh,
}

fn run(link: &Link<MediaSettings>, mut s: MediaSettings) {
    let mut place = if s.paused {
        Place::Paused(MediaTime::ZERO)
    } else {
        Place::Running(link.ctx.start)
    };
    loop {
        if s.file.is_empty() {
            link.wait_under_slate("No file is chosen yet. Choose a file in the source's settings.".into());
            idle(link, || false);
        } else {
            place = follow(link, &s, place);
        }
        let Some(new) = link.take_settings() else { return };
        place = match place {
            _ if !new.same_piece(&s) && new.paused => Place::Paused(MediaTime::ZERO),
            _ if !new.same_piece(&s) => Place::Fresh,
            Place::Fresh if new.paused => Place::Paused(MediaTime::ZERO),
            same => turn(same, new.paused, link.now(), s.speed / new.speed),
        };
        s = new;
    }
}

/// The same picture of the file, halted or going on, at a speed that differs by `slower`.
fn turn(place: Place, paused: bool, now: MediaTime, slower: f64) -> Place {
    let at = match place {
        Place::Running(origin) => now - origin,
        Place::Paused(at) => at,
        Place::Fresh => return Place::Fresh,
    };
    let at = paced(at.max(MediaTime::ZERO), 1.0 / slower);
    match place {
        _ if paused => Place::Paused(at),
        Place::Running(origin) if slower == 1.0 => Place::Running(origin),
        _ => Place::Running(now - at),
    }
}

/// Keeps silent until interrupted (false) or `done` (true), which is asked every [`LOOK_EVERY`].
fn idle<S>(link: &Link<S>, mut done: impl FnMut() -> bool) -> bool {
    let mut look = link.now() + LOOK_EVERY;
    while !link.interrupted() {
        if link.now() >= look {
            if done() {
                return true;
            }
            look = link.now() + LOOK_EVERY;
        }
        link.push_silence();
        link.stop.wait(Duration::from_millis(20));
    }
    false
}

/// Plays the file and its later versions until interrupted; says where it was then.
fn follow<S>(link: &Link<S>, s: &MediaSettings, mut place: Place) -> Place {
    let mut watch = Watch::new(link.ctx.path(&s.file));
    while !link.interrupted() {
        match play(link, s, &mut place, &mut watch) {
            Ok(Outcome::Interrupted) => {}
            Ok(Outcome::Ended) => {
                link.set_state(SourceState::Ended);
                if idle(link, || watch.changed()) {
                    settle(link, &mut watch);
                    place = restart(s);
                }
            }
            Ok(Outcome::Changed) => {
                settle(link, &mut watch);
                place = restart(s);
            }
            Err(reason) => {
                link.wait_under_slate(reason);
                if idle(link, || watch.changed()) {
                    settle(link, &mut watch);
                }
                // From its beginning, whenever it comes.
                place = restart(s);
            }
        }
    }
    place
}

fn restart(s: &MediaSettings) -> Place {
    if s.paused {
        Place::Paused(MediaTime::ZERO)
    } else {
        Place::Fresh
    }
}

/// Waits until a changing file (being copied) has come to rest.
fn settle<S>(link: &Link<S>, watch: &mut Watch) {
    const REST: MediaTime = MediaTime::from_millis(200);
    loop {
        link.stop.wait_until(&*link.ctx.clock, link.now() + REST);
        if link.interrupted() || !watch.changed() {
            return;
        }
    }
}

/// Opens the file and plays it; an error says what is wrong with it, for people.
fn play<S>(link: &Link<S>, s: &MediaSettings, place: &mut Place, watch: &mut Watch) -> Result<Outcome, String> {
    if let Some(reason) = complaint(watch.path()) {
        return Err(reason);
    }
    let interrupter = Interrupter::new();
    let handle = interrupter.clone();
    link.on_stop(Some(Box::new(move || handle.interrupt())));
    let options = ReadOptions {
        video: true,
        audio: s.audio,
        threads: 0,
    };
    let file = Location::File(watch.path().to_owned());
    let reader = MediaReader::open_interruptible(&file, options, interrupter).map_err(|e| {
        tracing::debug!(source = %link.ctx.id, "{e}");
        // The audience sees the slate: no folders on it.
        e.to_string()
            .replace(&watch.path().display().to_string(), &name(watch.path()))
    })?;
    let mut player = Player::new(link, s, reader);
    let outcome = match *place {
        Place::Paused(at) => player.show_one(at).map(|()| {
            if idle(link, || watch.changed()) {
                Outcome::Changed
            } else {
                Outcome::Interrupted
            }
        }),
        Place::Running(_) | Place::Fresh => {
            let origin = if let Place::Running(origin) = *place {
                origin
            } else {
                link.now()
            };
            let outcome = player.play(origin, watch);
            *place = Place::Running(player.origin());
            outcome
        }
    };
    link.on_stop(None);
    outcome
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
