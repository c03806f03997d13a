//! The desk: what a person at the show has in hand and no document keeps. Studio mode with its preview, the transition that
//! is chosen, and the transitions that run. All of it is live state: not saved, not undone.
//!
//! **A transition** belongs to a canvas and leads to the scene the document names for it. It begins on the canvas' own grid and
//! its step is worked out from the exact time of each frame, never added up; held by hand (a T-bar) it is where the hand is.
//! One that leads elsewhere than the document (a command put another scene on show) counts for nothing, so desk and document need
//! not change in the same instant. One that is interrupted stays below the next as it was, so that the picture does not jump.

mod running;

use crate::{Command, EngineError, Outcome, plan::hint, show::Shared};
use arc_swap::ArcSwap;
use compositor::DrawList;
use media::{FrameRate, MediaTime};
use project::{CUT, FADE, Project};
use running::Running;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// A transition that is chosen, with its length.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Transition {
    /// Id of one of the project's, `cut` or `fade`.
    pub id: String,
    /// How long, ms.
    pub duration_ms: u32,
}

impl Transition {
    /// At once. Whatever is chosen next takes 300 ms unless it says otherwise.
    pub fn cut() -> Self {
        Self {
            id: CUT.into(),
            duration_ms: 300,
        }
    }
    /// A short fade.
    pub fn fade() -> Self {
        Self {
            id: FADE.into(),
            ..Self::cut()
        }
    }
}

/// The longest transition, ms.
const LONGEST_MS: u32 = project::Transition::LONGEST_MS;

/// The desk in a snapshot.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct DeskState {
    /// Whether preview and programme are apart.
    pub studio_mode: bool,
    /// The scene in preview: the programme's own when nothing else was chosen.
    pub preview: String,
    /// How the next scene comes.
    pub transition: Transition,
    /// Whether the preview takes the old programme's scene after a take.
    pub swap: bool,
    /// How far the running transition of the main canvas is, 0 to 1; none when none runs.
    pub progress: Option<f32>,
    /// Whether a hand holds it there, as a T-bar does.
    pub held: bool,
}

#[derive(Clone, Debug)]
struct Hand {
    studio_mode: bool,
    preview: Option<String>,
    transition: Transition,
    /// Whether it takes as long as the project says of it, and not what stands beside it here.
    own_length: bool,
    swap: bool,
    /// By canvas.
    running: BTreeMap<usize, Arc<Running>>,
}

/// How a scene comes on show.
enum How {
    Cut,
    /// As chosen, or as the scene itself insists on.
    Chosen,
    /// By this one, whatever is chosen; its own length when there is none.
    By(String, Option<u32>),
}

/// The desk of a show. Reading it takes no lock.
pub(crate) struct Desk {
    hand: ArcSwap<Hand>,
}

impl Desk {
    /// A desk with studio mode off and this transition.
    pub(crate) fn new(transition: Transition) -> Self {
        Self {
            hand: ArcSwap::from_pointee(Hand {
                studio_mode: false,
                preview: None,
                transition,
                own_length: false,
                swap: true,
                running: BTreeMap::new(),
            }),
        }
    }

    /// How it stands at `t`.
    pub(crate) fn state(&self, project: &Project, t: MediaTime) -> DeskState {
        let hand = self.hand.load();
        let on_show = project.canvases.first().map(|c| c.scene.as_str()).unwrap_or_default();
        let running = hand.running(0, on_show, t);
        DeskState {
            studio_mode: hand.studio_mode,
            preview: hand.preview(project).to_owned(),
            transition: hand.transition(project),
            swap: hand.swap,
            progress: running.map(|r| r.progress(t)),
            held: running.is_some_and(|r| r.held.is_some()),
        }
    }

    /// Id of the scene in preview.
    pub(crate) fn preview(&self, project: &Project) -> String {
        self.hand.load().preview(project).to_owned()
    }

    /// What canvas number `canvas` lets hear at `t` when the document puts `scene` on it: scenes, bottom first, and how much of
    /// each is heard over what is below. The last is `scene` itself.
    pub(crate) fn layers(&self, canvas: usize, scene: &str, t: MediaTime) -> Vec<(String, f32)> {
        match self.hand.load().running(canvas, scene, t) {
            Some(r) => r.heard(t),
            None => vec![(scene.to_owned(), 1.0)],
        }
    }

    /// Whether a transition runs on any canvas at `t`.
    pub(crate) fn is_moving(&self, project: &Project, t: MediaTime) -> bool {
        let hand = self.hand.load();
        let mut canvases = project.canvases.iter().enumerate();
        !hand.running.is_empty() && canvases.any(|(i, c)| hand.running(i, &c.scene, t).is_some())
    }

    /// The draw list of a canvas at `t`; `draw` lays out a scene.
    pub(crate) fn list(&self, canvas: usize, scene: &str, t: MediaTime, draw: &dyn Fn(&str) -> DrawList) -> DrawList {
        compositor::cull(match self.hand.load().running(canvas, scene, t) {
            Some(r) => r.list(t, draw),
            None => draw(scene),
        })
    }

    fn change(&self, change: impl Fn(&mut Hand)) {
        self.hand.rcu(|now| {
            let mut next = (**now).clone();
            change(&mut next);
            next
        });
    }

    /// Makes ready for `to` on a canvas that shows `from`: a transition of this length, or none.
    fn lead(
        &self,
        canvas: usize,
        (from, to): (&str, &str),
        start: MediaTime,
        by: Option<(Arc<dyn compositor::Transition>, MediaTime)>,
    ) {
        self.change(|hand| {
            let before = hand.running(canvas, from, start).cloned();
            hand.running.remove(&canvas);
            let Some((how, duration)) = by.clone().filter(|b| b.1 > MediaTime::ZERO && from != to) else {
                return;
            };
            let next = Running::new(before.as_deref(), (from, to), how, (start, duration));
            hand.running.insert(canvas, Arc::new(next));
        });
    }
}

impl Hand {
    fn preview<'a>(&'a self, project: &'a Project) -> &'a str {
        let chosen = self.preview.as_deref().filter(|_| self.studio_mode);
        let there = chosen.and_then(|id| project.scenes.iter().find(|s| s.id == id));
        let on_show = || project.canvases.first().map(|c| c.scene.as_str());
        there.map(|s| s.id.as_str()).or_else(on_show).unwrap_or_default()
    }

    /// What is chosen, with the length it has now.
    fn transition(&self, project: &Project) -> Transition {
        let own = project.transitions.iter().find(|t| t.id == self.transition.id);
        let length = own.filter(|_| self.own_length).map(|t| t.duration_ms);
        Transition {
            id: self.transition.id.clone(),
            duration_ms: length.unwrap_or(self.transition.duration_ms),
        }
    }

    /// The transition that runs on a canvas at `t`.
    fn running(&self, canvas: usize, scene: &str, t: MediaTime) -> Option<&Arc<Running>> {
        self.running.get(&canvas).filter(|r| r.to == scene && !r.is_over(t))
    }

    /// What brings `scene` on show.
    fn choose(&self, project: &Project, scene: &str, how: How) -> Option<(Arc<dyn compositor::Transition>, MediaTime)> {
        let (id, length) = match how {
            How::Cut => return None,
            How::By(id, length) => (id, length),
            How::Chosen => {
                let own = project.scene(scene).and_then(|s| s.transition.as_ref());
                match own.filter(|t| project.transition(&t.transition).is_some()) {
                    Some(own) => (own.transition.clone(), own.duration_ms),
                    None => (self.transition.id.clone(), Some(self.transition(project).duration_ms)),
                }
            }
        };
        // One that is gone since, or that this version does not know, is a fade.
        let transition = project.transition(&id).unwrap_or_default();
        if transition.kind == CUT {
            return None;
        }
        let made = compositor::transition(&transition.kind, &transition.settings, &id);
        let by = made.and_then(Result::ok).unwrap_or_else(compositor::plain_fade);
        let ms = length.unwrap_or(transition.duration_ms).min(LONGEST_MS);
        Some((by, MediaTime::from_millis(ms.into())))
    }
}

/// The time of the newest frame due at `now`: a transition that begins there has its first step in the next frame.
fn on_grid(rate: FrameRate, now: MediaTime) -> MediaTime {
    rate.time_of(rate.index_at(now))
}

impl Shared {
    /// Carries out the commands of the desk: `set_scene`, `set_studio_mode`, `set_preview`, `set_transition`,
    /// `set_transition_position`, `take`, `cut`.
    pub(crate) fn desk_command(&self, command: Command) -> Result<Outcome, EngineError> {
        match command {
            Command::SetScene { canvas, scene } => {
                let studio = self.desk.hand.load().studio_mode;
                let how = if studio { How::Cut } else { How::Chosen };
                self.lead_to(canvas.as_deref(), &scene, how)?;
            }
            Command::Take {
                transition: None,
                duration_ms: None,
            } => self.take_with(How::Chosen)?,
            Command::Take {
                transition,
                duration_ms,
            } => {
                let id = match transition {
                    Some(id) => self.transition_id(&id)?,
                    None => self.desk.hand.load().transition.id.clone(),
                };
                self.take_with(How::By(id, duration_ms.map(allowed).transpose()?))?;
            }
            Command::Cut => self.take_with(How::Cut)?,
            Command::SetPreview { scene } => self.set_preview(&scene)?,
            Command::SetStudioMode { on, swap } => self.set_studio_mode(on, swap),
            Command::SetTransition {
                transition,
                duration_ms,
            } => self.set_transition(&transition, duration_ms)?,
            Command::SetTransitionPosition { position } => self.hold(position)?,
            _ => return Err(EngineError::Unsupported("the desk has no such command".into())),
        }
        Ok(Outcome::none())
    }

    fn take_with(&self, how: How) -> Result<(), EngineError> {
        let hand = self.desk.hand.load_full();
        if !hand.studio_mode {
            let text = "studio mode is off, so there is no preview to take; turn it on first";
            return Err(EngineError::BadValue(text.into()));
        }
        let project = self.project.load_full();
        let preview = hand.preview(&project).to_owned();
        let before = project.canvases.first().map(|c| c.scene.clone()).unwrap_or_default();
        self.lead_to(None, &preview, how)?;
        if before != preview {
            // Without swap the preview stays what is on show now: it is chosen, not followed.
            let next = if hand.swap { before } else { preview };
            self.desk.change(|h| h.preview = Some(next.clone()));
        }
        Ok(())
    }

    /// Puts a scene on show with a transition.
    fn lead_to(&self, canvas: Option<&str>, scene: &str, how: How) -> Result<(), EngineError> {
        let project = self.project.load_full();
        let to = scene_id(&project, scene)?;
        let wanted = |id: &str| canvas.is_none_or(|c| c == id);
        if let Some((i, c)) = project.canvases.iter().enumerate().find(|(_, c)| wanted(&c.id)) {
            let rate = self.canvases.get(i).map(|f| f.rate).unwrap_or_default();
            // First the desk: the transition counts only from the moment the document names its scene.
            let start = on_grid(rate, self.clock.now());
            let by = self.desk.hand.load().choose(&project, &to, how);
            self.desk.lead(i, (&c.scene, &to), start, by);
        }
        self.put_on_show(canvas, &to)
    }

    /// A hand on the T-bar: the preview comes on show as far as it is pushed, goes back with it, and is there at the end.
    fn hold(&self, position: f32) -> Result<(), EngineError> {
        if !(0.0..=1.0).contains(&position) {
            let text = format!("position is {position}; it must lie between 0 and 1");
            return Err(EngineError::BadValue(text));
        }
        let project = self.project.load_full();
        let on_show = project.canvases.first().map(|c| c.scene.clone()).unwrap_or_default();
        let held = || {
            let hand = self.desk.hand.load();
            let running = hand.running(0, &on_show, self.clock.now()).cloned();
            running.filter(|r| r.held.is_some())
        };
        match held() {
            None if position == 0.0 => return Ok(()),
            None => {
                let hand = self.desk.hand.load_full();
                let preview = hand.preview(&project).to_owned();
                let cuts = hand.choose(&project, &preview, How::Chosen).is_none();
                // There is no half of a cut.
                self.take_with(if cuts { How::By(FADE.into(), None) } else { How::Chosen })?;
            }
            Some(running) if position == 0.0 => {
                let (from, to) = (running.from.clone(), running.to.clone());
                self.put_on_show(None, &from)?;
                self.desk.change(|h| {
                    h.running.remove(&0);
                    h.preview = Some(to.clone());
                });
                return Ok(());
            }
            Some(_) => {}
        }
        self.desk.change(|h| {
            if position >= 1.0 {
                h.running.remove(&0);
            } else if let Some(r) = h.running.get_mut(&0) {
                *r = Arc::new(r.at(position));
            }
        });
        Ok(())
    }

    fn set_preview(&self, scene: &str) -> Result<(), EngineError> {
        if !self.desk.hand.load().studio_mode {
            let text = "studio mode is off, so there is no preview; turn it on first";
            return Err(EngineError::BadValue(text.into()));
        }
        let id = scene_id(&self.project.load(), scene)?;
        self.desk.change(|h| h.preview = Some(id.clone()));
        Ok(())
    }

    /// Takes preview and programme apart, or together again. What is on show stays.
    fn set_studio_mode(&self, on: bool, swap: Option<bool>) {
        let project = self.project.load();
        let on_show = project.canvases.first().map(|c| c.scene.clone());
        self.desk.change(|h| {
            if on && !h.studio_mode {
                h.preview.clone_from(&on_show);
            }
            h.studio_mode = on;
            h.swap = swap.unwrap_or(h.swap);
        });
    }

    /// Chooses how the next scene comes. Without a length one of the project's takes its own, a plain one the last chosen.
    fn set_transition(&self, id: &str, duration_ms: Option<u32>) -> Result<(), EngineError> {
        let project = self.project.load();
        let id = self.transition_id(id)?;
        let length = duration_ms.map(allowed).transpose()?;
        let own = project.transitions.iter().any(|t| t.id == id);
        self.desk.change(|h| {
            h.own_length = own && length.is_none();
            h.transition.id.clone_from(&id);
            h.transition.duration_ms = length.unwrap_or(h.transition.duration_ms);
        });
        Ok(())
    }

    /// The id of a transition by its id or name.
    fn transition_id(&self, wanted: &str) -> Result<String, EngineError> {
        let project = self.project.load();
        let known = project.transition(wanted).map(|t| t.id);
        known.ok_or_else(|| EngineError::NotFound {
            what: "transition",
            id: wanted.into(),
            hint: hint(project.transition_ids()),
        })
    }
}

fn allowed(ms: u32) -> Result<u32, EngineError> {
    if ms > LONGEST_MS {
        let text = format!("duration_ms is {ms}; it must lie between 0 and {LONGEST_MS}");
        return Err(EngineError::BadValue(text));
    }
    Ok(ms)
}

impl crate::Remote {
    /// How the desk stands now.
    pub fn desk(&self) -> DeskState {
        self.0.desk.state(&self.0.project.load(), self.0.clock.now())
    }
}

fn scene_id(project: &Project, scene: &str) -> Result<String, EngineError> {
    let known = project.scene(scene).map(|s| s.id.clone());
    known.ok_or_else(|| EngineError::NotFound {
        what: "scene",
        id: scene.into(),
        hint: hint(project.scenes.iter().map(|s| s.id.as_str())),
    })
}

#[cfg(test)]
mod tests;
