//! Destinations that stand in for others: a backup server, or another service altogether. One goes live while the one it
//! stands in for does not work, and off again once that has held for a while. Looked at four times a second, so a takeover
//! costs the audience about the time a connection takes, less than a GOP.

use crate::{EventLevel, lines::on_air, show::Shared};
use outputs::DestinationState;
use project::edit::main_of;

/// How long the main destination must hold before its stand-in goes off again, seconds.
const HELD_S: f64 = 10.0;
/// A first connection may take this long, seconds, before the stand-in begins.
const PATIENCE_S: f64 = 3.0;

/// What is to become of a stand-in.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    Begin,
    End,
    Stay,
}

/// How the main destination stands: none when it was never started.
#[derive(Clone, Copy)]
struct Main {
    state: DestinationState,
    connected_s: f64,
    /// Seconds since it was started or last left a working state.
    trying_s: f64,
    was_live: bool,
}

fn step(main: Option<Main>, standing_in: bool) -> Step {
    use DestinationState::{Connecting, Degraded, Failed, Idle, Live, Retrying, Stopped};
    let Some(main) = main else {
        return if standing_in { Step::End } else { Step::Stay };
    };
    match main.state {
        Retrying | Failed if !standing_in => Step::Begin,
        Connecting if !standing_in && (main.was_live || main.trying_s >= PATIENCE_S) => Step::Begin,
        Live | Degraded if standing_in && main.connected_s >= HELD_S => Step::End,
        Stopped | Idle if standing_in => Step::End,
        _ => Step::Stay,
    }
}

impl Shared {
    /// Whether a destination goes live only in the place of another.
    pub(crate) fn stands_by(&self, id: &str) -> bool {
        main_of(&self.project.load(), id).is_some()
    }

    /// Begins and ends stand-ins as their main destinations fail and come back.
    pub(crate) fn look_at_standbys(&self) {
        let project = self.project.load_full();
        let mut standing = self.standing_in.lock();
        standing.retain(|id| project.destinations.iter().any(|d| d.id == *id));
        for d in project.destinations.iter().filter(|d| d.enabled) {
            let Some(main) = main_of(&project, &d.id) else { continue };
            let running = self.is_under_way(&d.id);
            // One that a person started by hand is that person's to end; and of a main destination that is just being
            // connected anew nothing is known.
            if running && !standing.contains(&d.id) || self.restarting.lock().contains(main) {
                continue;
            }
            let now = self.main_now(main);
            let name = |id: &str| {
                project
                    .destinations
                    .iter()
                    .find(|x| x.id == id)
                    .map_or(id, |x| x.label())
                    .to_owned()
            };
            match step(now, standing.contains(&d.id)) {
                Step::Begin => {
                    let text = format!("{} does not work just now: {} takes over", name(main), d.label());
                    self.log.add(EventLevel::Warning, format!("destination:{}", d.id), text);
                    // Begun once for each failure of its main destination, whatever becomes of it.
                    standing.insert(d.id.clone());
                    if let Err(e) = self.start_destination(d) {
                        let whom = format!("destination:{}", d.id);
                        self.log.add(EventLevel::Error, whom, e.to_string());
                    }
                }
                Step::End => {
                    if running && now.is_some_and(|m| on_air(m.state)) {
                        let text = format!("{} works again: {} goes back to standing by", name(main), d.label());
                        self.log.add(EventLevel::Info, format!("destination:{}", d.id), text);
                    }
                    self.stop_destination(&d.id);
                    standing.remove(&d.id);
                }
                Step::Stay => {}
            }
        }
    }

    fn is_under_way(&self, id: &str) -> bool {
        let state = self.destinations.lock().get(id).map(|l| l.handle.status().state);
        state.is_some_and(on_air)
    }

    fn main_now(&self, id: &str) -> Option<Main> {
        let now = self.clock.now();
        let status = self.destinations.lock().get(id).map(|l| (l.handle.status(), l.begun));
        let refused = self.refused.lock().contains_key(id);
        let (status, begun) = match status {
            Some(found) => found,
            None if refused => (outputs::DestinationStatus::default(), now),
            None => return None,
        };
        Some(Main {
            state: if refused {
                DestinationState::Failed
            } else {
                status.state
            },
            connected_s: status.connected_s,
            trying_s: (now - begun).as_secs_f64(),
            was_live: status.first_packet_ms.is_some(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use DestinationState::{Connecting, Degraded, Failed, Live, Retrying, Stopped};

    fn main(state: DestinationState, connected_s: f64) -> Option<Main> {
        Some(Main {
            state,
            connected_s,
            trying_s: 1.0,
            was_live: false,
        })
    }

    #[test]
    fn a_stand_in_begins_when_its_main_does_not_work_and_ends_when_it_has_held() {
        assert_eq!(
            step(None, false),
            Step::Stay,
            "a show without the main one has no need of it"
        );
        assert_eq!(
            step(main(Connecting, 0.0), false),
            Step::Stay,
            "it has a moment to connect"
        );
        for state in [Retrying, Failed] {
            assert_eq!(step(main(state, 0.0), false), Step::Begin);
            assert_eq!(step(main(state, 0.0), true), Step::Stay);
        }
        for state in [Live, Degraded] {
            assert_eq!(step(main(state, 1.0), false), Step::Stay);
            assert_eq!(step(main(state, 9.0), true), Step::Stay, "it may fail again at once");
            assert_eq!(step(main(state, 10.0), true), Step::End);
        }
        assert_eq!(step(main(Stopped, 0.0), true), Step::End);
        let slow = |was_live, trying_s| {
            Some(Main {
                state: Connecting,
                connected_s: 0.0,
                trying_s,
                was_live,
            })
        };
        assert_eq!(step(slow(false, 3.0), false), Step::Begin);
        assert_eq!(step(slow(true, 0.0), false), Step::Begin, "it was lost a moment ago");
        assert_eq!(step(slow(true, 0.0), true), Step::Stay);
    }
}
