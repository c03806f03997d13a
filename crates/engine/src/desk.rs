//! The desk: what a person at the show has in hand and no document keeps. Studio mode with its preview, the transition, and
//! the fades that run. All of it is live state: not saved, not undone.
//!
//! **A fade** belongs to a canvas and leads to the scene the document names for it. It begins on the canvas' own grid and its
//! step is worked out from the exact time of each frame, never added up. A fade that leads elsewhere than the document (a
//! command put another scene on show) counts for nothing, so desk and document need not change in the same instant. A fade
//! that is interrupted stays below the next one as it was, so that the picture does not jump.

use crate::{Command, EngineError, Outcome, TransitionKind, plan::hint, show::Shared};
use arc_swap::ArcSwap;
use compositor::DrawList;
use media::{FrameRate, MediaTime};
use project::Project;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// A transition with its length.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Transition {
    /// How.
    pub kind: TransitionKind,
    /// How long, ms.
    pub duration_ms: u32,
}

impl Transition {
    /// At once. A fade, when one is chosen, takes 300 ms.
    pub const CUT: Self = Self {
        kind: TransitionKind::Cut,
        duration_ms: 300,
    };
    /// A short fade.
    pub const FADE: Self = Self {
        kind: TransitionKind::Fade,
        ..Self::CUT
    };
}

/// The longest transition, ms.
const LONGEST_MS: u32 = 10_000;

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
}

/// A running fade.
#[derive(Clone, Debug, PartialEq)]
struct Fade {
    /// What was on show when it began, bottom first: scenes and how solid they were.
    under: Vec<(String, f32)>,
    /// Where it leads.
    to: String,
    start: MediaTime,
    duration: MediaTime,
}

/// Fades interrupted by fades that still shine through; more of them and the lowest is let go.
const MOST_LAYERS: usize = 6;

impl Fade {
    fn progress(&self, t: MediaTime) -> f32 {
        let (done, all) = ((t - self.start).0.max(0), self.duration.0.max(1));
        (done as f64 / all as f64).min(1.0) as f32
    }
}

#[derive(Clone, Debug)]
struct Hand {
    studio_mode: bool,
    preview: Option<String>,
    transition: Transition,
    swap: bool,
    /// By canvas.
    fades: BTreeMap<usize, Arc<Fade>>,
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
                swap: true,
                fades: BTreeMap::new(),
            }),
        }
    }

    /// How it stands at `t`.
    pub(crate) fn state(&self, project: &Project, t: MediaTime) -> DeskState {
        let hand = self.hand.load();
        let on_show = project.canvases.first().map(|c| c.scene.as_str()).unwrap_or_default();
        DeskState {
            studio_mode: hand.studio_mode,
            preview: hand.preview(project).to_owned(),
            transition: hand.transition,
            swap: hand.swap,
            progress: hand.fade(0, on_show, t).map(|f| f.progress(t)),
        }
    }

    /// Id of the scene in preview.
    pub(crate) fn preview(&self, project: &Project) -> String {
        self.hand.load().preview(project).to_owned()
    }

    /// What canvas number `canvas` shows at `t` when the document puts `scene` on it: scenes, bottom first, and how solid they
    /// are. The last is `scene` itself.
    pub(crate) fn layers(&self, canvas: usize, scene: &str, t: MediaTime) -> Vec<(String, f32)> {
        self.hand.load().layers(canvas, scene, t)
    }

    /// Whether a fade runs on any canvas at `t`.
    pub(crate) fn is_fading(&self, project: &Project, t: MediaTime) -> bool {
        let hand = self.hand.load();
        let mut canvases = project.canvases.iter().enumerate();
        !hand.fades.is_empty() && canvases.any(|(i, c)| hand.fade(i, &c.scene, t).is_some())
    }

    /// The draw list of a canvas at `t`; `draw` gives that of a scene.
    pub(crate) fn list(&self, canvas: usize, scene: &str, t: MediaTime, draw: &dyn Fn(&str) -> DrawList) -> DrawList {
        let hand = self.hand.load();
        match hand.fade(canvas, scene, t) {
            None => draw(scene),
            Some(fade) => {
                let mut layers = fade.under.iter();
                let lowest = layers.next().map_or_else(|| draw(scene), |(id, _)| draw(id));
                let below = layers.fold(lowest, |list, (id, o)| compositor::fade(list, draw(id), *o));
                compositor::fade(below, draw(scene), fade.progress(t))
            }
        }
    }

    fn change(&self, change: impl Fn(&mut Hand)) {
        self.hand.rcu(|now| {
            let mut next = (**now).clone();
            change(&mut next);
            next
        });
    }

    /// Makes ready for `to` on a canvas that shows `from`: a fade of this length, or none.
    fn lead(&self, canvas: usize, (from, to): (&str, &str), start: MediaTime, transition: Transition) {
        let duration = MediaTime::from_millis(transition.duration_ms.into());
        let fades = transition.kind == TransitionKind::Fade && duration > MediaTime::ZERO && from != to;
        self.change(|hand| {
            let under = hand.layers(canvas, from, start);
            hand.fades.remove(&canvas);
            if fades {
                let fade = Fade {
                    under,
                    to: to.to_owned(),
                    start,
                    duration,
                };
                hand.fades.insert(canvas, Arc::new(fade));
            }
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

    /// The fade that runs on a canvas at `t`.
    fn fade(&self, canvas: usize, scene: &str, t: MediaTime) -> Option<&Arc<Fade>> {
        self.fades
            .get(&canvas)
            .filter(|f| f.to == scene && t < f.start + f.duration)
    }

    fn layers(&self, canvas: usize, scene: &str, t: MediaTime) -> Vec<(String, f32)> {
        let mut layers = vec![];
        if let Some(fade) = self.fade(canvas, scene, t) {
            layers.clone_from(&fade.under);
            layers.push((scene.to_owned(), fade.progress(t)));
        } else {
            layers.push((scene.to_owned(), 1.0));
        }
        let over = layers.len().saturating_sub(MOST_LAYERS);
        layers.drain(..over);
        layers.retain(|(_, o)| *o > 0.0);
        layers
    }
}

/// The time of the newest frame due at `now`: a fade that begins there has its first step in the next frame.
fn on_grid(rate: FrameRate, now: MediaTime) -> MediaTime {
    rate.time_of(rate.index_at(now))
}

impl Shared {
    /// Carries out the commands of the desk: `set_scene`, `set_studio_mode`, `set_preview`, `set_transition`, `take`, `cut`.
    pub(crate) fn desk_command(&self, command: Command) -> Result<Outcome, EngineError> {
        let cut = |t: Transition| Transition {
            kind: TransitionKind::Cut,
            ..t
        };
        match command {
            Command::SetScene { canvas, scene } => {
                let hand = self.desk.hand.load_full();
                let how = if hand.studio_mode {
                    cut(hand.transition)
                } else {
                    hand.transition
                };
                self.lead_to(canvas.as_deref(), &scene, how)?;
            }
            Command::Take => self.take_with(|t| t)?,
            Command::Cut => self.take_with(cut)?,
            Command::SetPreview { scene } => self.set_preview(&scene)?,
            Command::SetStudioMode { on, swap } => self.set_studio_mode(on, swap),
            Command::SetTransition { kind, duration_ms } => self.set_transition(Transition { kind, duration_ms })?,
            _ => return Err(EngineError::Unsupported("the desk has no such command".into())),
        }
        Ok(Outcome::none())
    }

    fn take_with(&self, how: impl Fn(Transition) -> Transition) -> Result<(), EngineError> {
        let hand = self.desk.hand.load_full();
        if !hand.studio_mode {
            let text = "studio mode is off, so there is no preview to take; turn it on first";
            return Err(EngineError::BadValue(text.into()));
        }
        let project = self.project.load_full();
        let preview = hand.preview(&project).to_owned();
        let before = project.canvases.first().map(|c| c.scene.clone()).unwrap_or_default();
        self.lead_to(None, &preview, how(hand.transition))?;
        if before != preview {
            // Without swap the preview stays what is on show now: it is chosen, not followed.
            let next = if hand.swap { before } else { preview };
            self.desk.change(|h| h.preview = Some(next.clone()));
        }
        Ok(())
    }

    /// Puts a scene on show with a transition.
    fn lead_to(&self, canvas: Option<&str>, scene: &str, transition: Transition) -> Result<(), EngineError> {
        let project = self.project.load_full();
        let to = scene_id(&project, scene)?;
        let wanted = |id: &str| canvas.is_none_or(|c| c == id);
        if let Some((i, c)) = project.canvases.iter().enumerate().find(|(_, c)| wanted(&c.id)) {
            let rate = self.canvases.get(i).map(|f| f.rate).unwrap_or_default();
            // First the desk: the fade counts only from the moment the document names its scene.
            let start = on_grid(rate, self.clock.now());
            self.desk.lead(i, (&c.scene, &to), start, transition);
        }
        self.put_on_show(canvas, &to)
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

    fn set_transition(&self, transition: Transition) -> Result<(), EngineError> {
        let ms = transition.duration_ms;
        if ms > LONGEST_MS {
            let text = format!("duration_ms is {ms}; it must lie between 0 and {LONGEST_MS}");
            return Err(EngineError::BadValue(text));
        }
        self.desk.change(|h| h.transition = transition);
        Ok(())
    }
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
