//! The `image` kind: a PNG, JPEG, WebP or GIF file, moving ones with their own delays and loops. The file is looked at
//! now and then: a changed one is taken over, a missing or broken one has a slate until it is right. A picture that has
//! been shown stays when its file goes away in mid-show.

pub(crate) mod decode;

use self::decode::{Clip, Shot};
use crate::{
    Source, SourceContext, SourceError, SourceKind, SourceState,
    still::{hold, release},
    watch::{Watch, complaint},
    worker::{Link, Plan, start},
};
use media::MediaTime;
use project::{KindInfo, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Settings of the `image` kind.
#[derive(Clone, Debug, PartialEq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ImageSettings {
    /// The file: an absolute path, or one that starts from the project's folder.
    pub file: String,
}

impl Settings for ImageSettings {}

/// The registered kind.
pub const KIND: SourceKind = SourceKind {
    info: KindInfo::of::<ImageSettings>("image", "Image", "A PNG, JPEG, WebP or GIF file, still or moving."),
    video: true,
    audio: false,
    open,
    devices: None,
};

fn open(settings: &Map<String, Value>, ctx: SourceContext) -> Result<Box<dyn Source>, SourceError> {
    start::<ImageSettings>(
        settings,
        ctx,
        Plan {
            pictures: 4,
            sound: false,
            run,
        },
    )
}

/// How often the file is looked at.
const LOOK_EVERY: MediaTime = MediaTime::from_millis(1000);

fn run(link: &Link<ImageSettings>, mut s: ImageSettings) {
    loop {
        if s.file.is_empty() {
            link.wait_under_slate("No image is chosen yet. Choose a file in the source's settings.".into());
            while !link.interrupted() {
                link.stop.wait(std::time::Duration::from_secs(1));
            }
        } else {
            follow(link, &mut Watch::new(link.ctx.path(&s.file)));
        }
        match link.take_settings() {
            Some(new) => s = new,
            None => return,
        }
    }
}

/// Shows the file and its later versions until interrupted.
fn follow(link: &Link<ImageSettings>, watch: &mut Watch) {
    let mut shown = false;
    while !link.interrupted() {
        let loaded = match complaint(watch.path()) {
            Some(reason) => Err(reason),
            None => decode::load(watch.path()),
        };
        match loaded {
            Ok(clip) => {
                shown = true;
                link.set_notices(clip.notice.iter().cloned().collect());
                play(link, &clip, watch);
            }
            Err(reason) if shown => {
                link.set_notices(vec![format!("The last good picture stays on show. {reason}")]);
                wait_for_change(link, watch);
            }
            Err(reason) => {
                link.wait_under_slate(reason);
                wait_for_change(link, watch);
            }
        }
    }
}

fn wait_for_change(link: &Link<ImageSettings>, watch: &mut Watch) {
    loop {
        link.stop.wait_until(&*link.ctx.clock, link.now() + LOOK_EVERY);
        if link.interrupted() || watch.changed() {
            return;
        }
    }
}

/// Shows a loaded file until it changes.
fn play(link: &Link<ImageSettings>, clip: &Clip, watch: &mut Watch) {
    let Some(slot) = &link.slot else { return };
    if let [only] = &clip.shots[..] {
        hold(slot, &only.frame, link.now());
        link.set_state(SourceState::Ready);
        wait_for_change(link, watch);
        return;
    }
    release(slot);
    let mut next = clip.step_at(link.now() - link.ctx.start);
    let mut look = link.now() + LOOK_EVERY;
    while !link.interrupted() {
        if link.now() >= look {
            if watch.changed() {
                return;
            }
            look = link.now() + LOOK_EVERY;
        }
        if !link.picture_room() {
            link.set_state(SourceState::Ready);
            link.look_again();
            continue;
        }
        next = next.max(clip.step_at(link.now() - link.ctx.start));
        let (shot, at, last) = clip.step(next);
        if last {
            // The end of the last loop: it stays.
            slot.push(shot.frame.at(link.ctx.start + at).into());
            slot.push(shot.frame.at(MediaTime::MAX).into());
            link.set_state(SourceState::Ready);
            wait_for_change(link, watch);
            return;
        }
        link.push(shot.frame.at(link.ctx.start + at));
        next += 1;
    }
}

impl Clip {
    /// Time of one loop.
    fn length(&self) -> MediaTime {
        self.shots.last().map_or(MediaTime(1), |s| s.end).max(MediaTime(1))
    }

    /// The step (picture, counted through all loops) on show at a position; 0 before the start.
    fn step_at(&self, position: MediaTime) -> i64 {
        let (length, count) = (self.length().0, self.shots.len() as i64);
        let position = position.0.max(0);
        let (turn, rest) = (position / length, position % length);
        let inside = self.shots.partition_point(|s| s.end.0 <= rest) as i64;
        (turn * count + inside.min(count - 1)).min(self.last_step())
    }

    fn last_step(&self) -> i64 {
        self.loops
            .map_or(i64::MAX, |l| i64::from(l.max(1)) * self.shots.len() as i64 - 1)
    }

    /// The picture of a step, its position, and whether it is the very last.
    fn step(&self, step: i64) -> (&Shot, MediaTime, bool) {
        let count = self.shots.len();
        let (turn, inside) = (step / count as i64, (step % count as i64) as usize);
        let begin = inside
            .checked_sub(1)
            .map_or(MediaTime::ZERO, |before| self.shots[before].end);
        let at = MediaTime(self.length().0.saturating_mul(turn)) + begin;
        (&self.shots[inside], at, step >= self.last_step())
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
