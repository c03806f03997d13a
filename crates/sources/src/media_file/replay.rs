//! The `replay` kind: instant replay. It shows nothing until it is handed a piece of the show that was just recorded, plays
//! that at its speed, and shows nothing again. Which piece is the engine's business ([`crate::Source::play`]); it is no part
//! of the project, so nothing is replayed when a project is opened.

use super::{AtEnd, KIND as MEDIA, MediaSettings, Outcome, Place, check_speed, idle, nothing, play, turn};
use crate::{
    Clip, Source, SourceContext, SourceError, SourceKind, SourceState,
    still::hold,
    watch::Watch,
    worker::{Link, Plan, start},
};
use project::{KindInfo, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Settings of the `replay` kind.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ReplaySettings {
    /// How much of the show is played again, seconds; at most what the replay buffer keeps.
    #[schemars(range(min = 1.0, max = 300.0))]
    pub seconds: f64,
    /// How fast: 0.5 is slow motion. Silent at any speed but 1.
    #[schemars(range(min = 0.1, max = 8.0))]
    pub speed: f64,
    /// Whether its sound is played.
    pub audio: bool,
    /// What stays when it has ended.
    pub at_end: AtEnd,
}

impl Default for ReplaySettings {
    fn default() -> Self {
        Self {
            seconds: 8.0,
            speed: 0.5,
            audio: true,
            at_end: AtEnd::Hide,
        }
    }
}

impl Settings for ReplaySettings {
    fn validate(&self) -> Result<(), (String, String)> {
        if !(1.0..=300.0).contains(&self.seconds) {
            return Err(("seconds".into(), "a replay is 1 to 300 seconds long".into()));
        }
        check_speed(self.speed)
    }
}

impl ReplaySettings {
    fn of(&self, clip: &Clip) -> MediaSettings {
        MediaSettings {
            file: clip.file.display().to_string(),
            in_point_s: clip.from_s.max(clip.length_s - self.seconds).max(0.0),
            audio: self.audio,
            speed: self.speed,
            at_end: self.at_end,
            ..MediaSettings::default()
        }
    }
}

/// The registered kind.
pub const KIND: SourceKind = SourceKind {
    info: KindInfo::of::<ReplaySettings>(
        "replay",
        "Instant replay",
        "The last seconds of the show once more, in slow motion if you like.",
    ),
    open,
    ..MEDIA
};

fn open(settings: &Map<String, Value>, ctx: SourceContext) -> Result<Box<dyn Source>, SourceError> {
    start::<ReplaySettings>(
        settings,
        ctx,
        Plan {
            pictures: 6,
            sound: true,
            run,
        },
    )
}

fn run(link: &Link<ReplaySettings>, mut s: ReplaySettings) {
    let mut now: Option<(Clip, Place)> = None;
    loop {
        now = match now {
            Some((clip, place)) => once(link, &s, clip, place),
            None => None,
        };
        if now.is_none() && !link.interrupted() {
            rest(link);
        }
        let new = link.take_settings();
        if let Some(clip) = link.take_clip() {
            link.set_notices(vec![]);
            now = Some((clip, Place::Fresh));
        } else if new.is_none() {
            return;
        }
        if let Some(new) = new {
            now = now.map(|(clip, place)| (clip, turn(place, false, link.now(), s.speed / new.speed)));
            s = new;
        }
    }
}

/// Plays it until the end or until there is news; what is still on show then, and since when. A file that is gone is told,
/// but never shows a slate: this is on the air.
fn once(link: &Link<ReplaySettings>, s: &ReplaySettings, clip: Clip, mut place: Place) -> Option<(Clip, Place)> {
    let mut watch = Watch::new(clip.file.clone());
    match play(link, &s.of(&clip), &mut place, &mut watch) {
        Ok(Outcome::Interrupted) => {}
        Ok(Outcome::Ended) if s.at_end == AtEnd::Hold => {
            link.set_state(SourceState::Ended);
            idle(link, || false);
        }
        Ok(Outcome::Ended | Outcome::Changed) => return None,
        Err(reason) => {
            link.set_notices(vec![reason]);
            return None;
        }
    }
    Some((clip, place))
}

/// Shows nothing until there is something.
fn rest(link: &Link<ReplaySettings>) {
    if let Some(slot) = &link.slot {
        hold(slot, &nothing(2, 2), link.now());
    }
    link.set_state(SourceState::Ended);
    idle(link, || false);
}
