//! Congestion of a destination that shares its encoder: where its settings allow, it gets the lower encode of another
//! destination of the show for a while, and its own again when the line is better. It goes over at a keyframe, on the same
//! connection; nobody else notices, and no encoder is started for it.
//!
//! ```text
//! home ──too much waits──▶ on its way down ──▶ away ──nothing waits for a while, or its host has gone──▶ on its way up ──▶ home
//! ```

use crate::{
    EventLevel,
    encode::{Host, Lease},
    lines::Line,
    pace::{Signs, Waits},
    show::Shared,
};
use media::MediaTime;
use outputs::{DestinationState, HandOver};
use project::WhenSlow;
use std::{collections::BTreeSet, sync::Arc};

/// Too much must wait for this long.
const PATIENCE: MediaTime = MediaTime::from_millis(1000);
/// A way to another encode that takes longer is given up: keyframes are some seconds apart.
const WAY_LIMIT: MediaTime = MediaTime::from_millis(20_000);
/// Nothing has to wait for this long before it gets its own encode again …
const CALM: MediaTime = MediaTime::from_millis(15_000);
/// … and for this long after many that failed.
const MOST_CALM: MediaTime = MediaTime::from_millis(240_000);
/// Too much that waits so soon after going up means that it was too early.
const TOO_EARLY: MediaTime = MediaTime::from_millis(30_000);

/// Another's encode that is gone to or had.
struct Visit {
    host: Host,
    /// Whose it is.
    name: String,
    /// Keeps its output running.
    _lease: Arc<Lease>,
}

enum Stage {
    Home,
    /// The visit before, if it was away already, lasts until it is there.
    Down(HandOver, Visit, Option<Visit>),
    Away(Visit),
    /// The visit lasts until it is home.
    Up(HandOver, Visit),
}

/// Where one destination stands.
pub(crate) struct Rung {
    stage: Stage,
    /// When the destination was started; one started anew is home.
    begun: MediaTime,
    /// When the stage began.
    since: MediaTime,
    /// Since when too much, or nothing, waits.
    much_since: Option<MediaTime>,
    calm_since: Option<MediaTime>,
    calm: MediaTime,
    /// When it went home the last time.
    up_at: Option<MediaTime>,
}

/// What is to be done.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Nothing,
    Down,
    Up,
}

impl Rung {
    fn new(begun: MediaTime, now: MediaTime) -> Self {
        Self {
            stage: Stage::Home,
            begun,
            since: now,
            much_since: None,
            calm_since: None,
            calm: CALM,
            up_at: None,
        }
    }

    fn enter(&mut self, stage: Stage, now: MediaTime) {
        self.stage = stage;
        self.since = now;
        self.much_since = None;
        self.calm_since = None;
    }

    /// The encode that is visited.
    fn host(&self) -> Option<Host> {
        match &self.stage {
            Stage::Away(v) => Some(v.host.clone()),
            _ => None,
        }
    }

    /// What is to be done now, `home` being its own encode.
    fn step(&mut self, now: MediaTime, line: &Line, home: &Host, signs: &Signs, wanted: bool) -> Step {
        match &self.stage {
            // What is its own alone is turned down instead.
            Stage::Home if line.own_rate().is_some() => Step::Nothing,
            Stage::Home => self.look(now, signs.waits(home.kbps())),
            Stage::Away(v) if !wanted || !v.host.is_there() || line.own_rate().is_some() => Step::Up,
            Stage::Away(v) => {
                let kbps = v.host.kbps();
                self.look(now, signs.waits(kbps))
            }
            Stage::Down(..) | Stage::Up(..) => Step::Nothing,
        }
    }

    /// Looks at what waits and gives what should be done, from home or away.
    fn look(&mut self, now: MediaTime, waits: Waits) -> Step {
        match waits {
            Waits::TooMuch => {
                self.calm_since = None;
                self.much_since.get_or_insert(now);
            }
            Waits::Little => (self.much_since, self.calm_since) = (None, None),
            Waits::Nothing => {
                self.much_since = None;
                self.calm_since.get_or_insert(now);
            }
        }
        if self.much_since.is_some_and(|t| now - t >= PATIENCE) && now - self.since >= PATIENCE {
            if self.up_at.take().is_some_and(|t| now - t < TOO_EARLY) {
                self.calm = MediaTime((self.calm.0 * 2).min(MOST_CALM.0));
            }
            return Step::Down;
        }
        let away = matches!(self.stage, Stage::Away(_));
        if away && self.calm_since.is_some_and(|t| now - t >= self.calm) {
            return Step::Up;
        }
        Step::Nothing
    }
}

impl Shared {
    /// Destinations that don't get their own encode just now.
    pub(crate) fn away(&self) -> BTreeSet<String> {
        let rungs = self.rungs.lock();
        let away = rungs.iter().filter(|(_, r)| !matches!(r.stage, Stage::Home));
        away.map(|(id, _)| id.clone()).collect()
    }

    /// Lets congested destinations step down to an encode that is there, and up again.
    pub(crate) fn look_at_rungs(&self) {
        use DestinationState::{Degraded, Live, Stopped};
        let (now, project) = (self.clock.now(), self.project.load_full());
        let mut rungs = self.rungs.lock();
        let lines = self.destinations.lock();
        rungs.retain(|id, r| {
            let line = lines.get(id);
            line.is_some_and(|l| l.begun == r.begun && l.handle.status().state != Stopped)
        });
        for (id, line) in lines.iter() {
            let Some(d) = project.destinations.iter().find(|d| d.id == *id) else {
                continue;
            };
            let status = line.handle.status();
            let wanted = d.when_slow == WhenSlow::StepDown;
            if !(wanted || rungs.contains_key(id)) || !matches!(status.state, Live | Degraded) {
                continue;
            }
            let rung = rungs.entry(id.clone()).or_insert_with(|| Rung::new(line.begun, now));
            self.move_on(d.label(), id, rung, line, now);
            let Some(host) = line.lease().and_then(|l| l.host()) else {
                continue;
            };
            let signs = Signs::of(&status);
            match rung.step(now, line, &host, &signs, wanted) {
                Step::Nothing => {}
                Step::Up => step_up(rung, line, now),
                Step::Down => {
                    let from = rung.host().unwrap_or(host);
                    let others = lines.iter().filter(|(other, _)| *other != id);
                    let name = |id: &str| {
                        project
                            .destinations
                            .iter()
                            .find(|d| d.id == id)
                            .map(|d| d.label().to_owned())
                    };
                    let below = others.filter_map(|(other, l)| Some((l.lease()?.step_below(&from)?, name(other)?)));
                    if let Some((host, name)) = best(below.collect(), signs.taken_kbps()) {
                        self.step_down(rung, line, host, name, now);
                    }
                }
            }
        }
    }

    /// Ends ways that have been gone, or that lead nowhere.
    fn move_on(&self, label: &str, id: &str, rung: &mut Rung, line: &Line, now: MediaTime) {
        let late = now - rung.since > WAY_LIMIT;
        let say = |level, text: String| self.log.add(level, format!("destination:{id}"), text);
        match std::mem::replace(&mut rung.stage, Stage::Home) {
            Stage::Down(way, visit, _) if way.is_over() => {
                let words = visit.host.words();
                let text = format!(
                    "{label}: the connection is too slow for it; it gets the picture of {} ({words}) until it is better",
                    visit.name
                );
                say(EventLevel::Warning, text);
                let remark = format!(
                    "The connection is slow: it gets the picture of {} for now ({words}).",
                    visit.name
                );
                line.handle.remark(Some(remark));
                rung.enter(Stage::Away(visit), now);
            }
            Stage::Up(way, visit) if way.is_over() => {
                drop(visit);
                let words = line
                    .lease()
                    .and_then(|l| l.host())
                    .map_or_else(String::new, |h| h.words());
                say(
                    EventLevel::Info,
                    format!("{label}: it gets its own picture again ({words})"),
                );
                line.handle.remark(None);
                rung.up_at = Some(now);
                rung.enter(Stage::Home, now);
            }
            // It stays where it was; dropping the way does that.
            Stage::Down(_, _, None) if late => rung.enter(Stage::Home, now),
            Stage::Down(_, _, Some(before)) if late => rung.enter(Stage::Away(before), now),
            Stage::Up(_, visit) if late => rung.enter(Stage::Away(visit), now),
            other => rung.stage = other,
        }
    }

    fn step_down(&self, rung: &mut Rung, line: &Line, host: Host, name: String, now: MediaTime) {
        match self.encoders.visit(&host, &line.sound()) {
            Ok(lease) => {
                if let Some(way) = line.handle.hand_over(&lease.feed.fanout, true) {
                    let before = match std::mem::replace(&mut rung.stage, Stage::Home) {
                        Stage::Away(v) => Some(v),
                        _ => None,
                    };
                    rung.enter(
                        Stage::Down(
                            way,
                            Visit {
                                host,
                                name,
                                _lease: lease,
                            },
                            before,
                        ),
                        now,
                    );
                }
            }
            Err(error) => tracing::warn!(%error, "a lower encode could not be shared"),
        }
    }
}

fn step_up(rung: &mut Rung, line: &Line, now: MediaTime) {
    let Some(lease) = line.lease() else { return };
    if let Stage::Away(visit) = std::mem::replace(&mut rung.stage, Stage::Home) {
        match line.handle.hand_over(&lease.feed.fanout, false) {
            Some(way) => rung.enter(Stage::Up(way, visit), now),
            None => rung.stage = Stage::Away(visit),
        }
    }
}

/// The best that the line carries, else the lowest.
fn best(mut below: Vec<(Host, String)>, carries_kbps: f64) -> Option<(Host, String)> {
    below.sort_by_key(|(h, _)| h.kbps());
    let fits = below.iter().rposition(|(h, _)| f64::from(h.kbps()) <= carries_kbps);
    (!below.is_empty()).then(|| below.swap_remove(fits.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn ms(n: i64) -> MediaTime {
        MediaTime::from_millis(n)
    }

    #[test]
    fn down_after_a_moment_and_not_for_a_hiccup() {
        let mut r = Rung::new(ms(0), ms(0));
        assert_eq!(r.look(ms(5000), Waits::TooMuch), Step::Nothing);
        assert_eq!(r.look(ms(5500), Waits::Little), Step::Nothing);
        assert_eq!(r.look(ms(6000), Waits::TooMuch), Step::Nothing);
        assert_eq!(r.look(ms(7000), Waits::TooMuch), Step::Down);
        assert_eq!(r.look(ms(60_000), Waits::Nothing), Step::Nothing, "home is home");
    }

    #[test]
    fn going_up_too_early_makes_the_next_time_later() {
        let mut r = Rung::new(ms(0), ms(0));
        r.up_at = Some(ms(0));
        assert_eq!(r.look(ms(2000), Waits::TooMuch), Step::Nothing);
        assert_eq!(r.look(ms(3000), Waits::TooMuch), Step::Down);
        assert_eq!(r.calm, ms(30_000));
        r.up_at = Some(ms(100_000));
        assert_eq!(r.look(ms(200_000), Waits::TooMuch), Step::Down);
        assert_eq!(r.calm, ms(30_000), "that had held");
    }
}
