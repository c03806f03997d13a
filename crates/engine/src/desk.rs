//! The desk: what a person at the show has in hand and no document keeps. Studio mode with its preview, the transition that
//! is chosen, and the transitions that run. All of it is live state: not saved, not undone.
//!
//! **A transition** belongs to a canvas and leads to the scene the document names for it. It begins on the canvas' own grid and
//! its step is worked out from the exact time of each frame, never added up; held by hand (a T-bar) it is where the hand is.
//! One that leads elsewhere than the document (a command put another scene on show) counts for nothing, so desk and document need
//! not change in the same instant. One that is interrupted stays below the next as it was, so that the picture does not jump;
//! a film that plays is not stopped.
//!
//! **Copies.** With duplicate editing on, the main canvas shows its scene as the document had it when the scene came on show:
//! what is edited meanwhile is seen in the preview alone, until it is taken. What sources themselves play is theirs everywhere.

mod commands;
mod running;
mod showing;

pub(crate) use showing::{Showing, Sounding};

use crate::films::FilmView;
use arc_swap::ArcSwap;
use compositor::{DrawList, FilmPictures};
use media::MediaTime;
use project::{CUT, FADE, Project};
use running::{Running, Way};
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
    /// Whether the programme shows a copy of its scene, so that edits of it are seen in the preview alone.
    pub duplicate: bool,
    /// Whether the scene on show was edited since it came on show, so that taking it again changes the programme.
    pub edited: bool,
    /// The films of transitions, by the transition's id.
    pub films: BTreeMap<String, FilmView>,
}

#[derive(Clone, Debug)]
struct Hand {
    studio_mode: bool,
    preview: Option<String>,
    transition: Transition,
    /// Whether it takes as long as the project says of it, and not what stands beside it here.
    own_length: bool,
    swap: bool,
    duplicate: bool,
    /// The documents that the main canvas' scenes are shown from, by scene; as they are now where none is.
    copies: BTreeMap<String, Arc<Project>>,
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
                duplicate: false,
                copies: BTreeMap::new(),
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
            duplicate: hand.duplicate,
            edited: hand.is_edited(project, on_show),
            films: BTreeMap::new(),
        }
    }

    /// Id of the scene in preview.
    pub(crate) fn preview(&self, project: &Project) -> String {
        self.hand.load().preview(project).to_owned()
    }

    /// The document that the scene on show on the main canvas is taken from, where that is not the one of now.
    pub(crate) fn copy_on_show(&self, project: &Project) -> Option<Arc<Project>> {
        let on_show = project.canvases.first().map(|c| c.scene.as_str()).unwrap_or_default();
        self.hand.load().shows(0, on_show).copy
    }

    /// What canvas number `canvas` lets hear at `t` when the document puts `scene` on it. The last is `scene` itself.
    pub(crate) fn layers(&self, canvas: usize, scene: &str, t: MediaTime) -> Sounding {
        let hand = self.hand.load();
        match hand.running(canvas, scene, t) {
            Some(r) => r.heard(t),
            None => Sounding::of(hand.shows(canvas, scene)),
        }
    }

    /// Whether a transition runs on any canvas at `t`.
    pub(crate) fn is_moving(&self, project: &Project, t: MediaTime) -> bool {
        let hand = self.hand.load();
        let mut canvases = project.canvases.iter().enumerate();
        !hand.running.is_empty() && canvases.any(|(i, c)| hand.running(i, &c.scene, t).is_some())
    }

    /// The draw list of a canvas at `t`.
    pub(crate) fn list(&self, canvas: usize, scene: &str, t: MediaTime, drawing: &Drawing<'_>) -> DrawList {
        let hand = self.hand.load();
        compositor::cull(match hand.running(canvas, scene, t) {
            Some(r) => r.list(t, drawing),
            None => (drawing.scene)(&hand.shows(canvas, scene)),
        })
    }

    fn change(&self, change: impl Fn(&mut Hand)) {
        self.hand.rcu(|now| {
            let mut next = (**now).clone();
            change(&mut next);
            next
        });
    }

    /// Makes ready for `to` on a canvas that shows `from`, by a transition from `start` on, or by none. `copy`: the document
    /// as it is shown from then on, where the main canvas shows a copy.
    fn lead(
        &self,
        canvas: usize,
        (from, to): (&str, &str),
        start: MediaTime,
        by: Option<Way>,
        copy: Option<Arc<Project>>,
    ) {
        self.change(|hand| {
            let (before, was) = (hand.running(canvas, from, start).cloned(), hand.shows(canvas, from));
            if canvas == 0 {
                hand.copies.retain(|id, _| copy.is_some() && id == from);
                hand.copies.extend(copy.clone().map(|c| (to.to_owned(), c)));
            }
            let next = hand.shows(canvas, to);
            hand.running.remove(&canvas);
            if let Some(way) = by.clone().filter(|w| w.duration > MediaTime::ZERO && was != next) {
                let next = Running::new(before.as_deref(), (was, next), way, start);
                hand.running.insert(canvas, Arc::new(next));
            }
        });
    }
}

/// What a picture of a canvas is drawn from.
pub(crate) struct Drawing<'a> {
    /// Lays out a scene.
    pub(crate) scene: &'a dyn Fn(&Showing) -> DrawList,
    /// What the films of a transition show.
    pub(crate) film: &'a dyn Fn(&str) -> FilmPictures,
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
        let there = || self.shows(canvas, scene);
        self.running.get(&canvas).filter(|r| !r.is_over(t) && r.to == there())
    }

    /// A scene as a canvas shows it.
    fn shows(&self, canvas: usize, scene: &str) -> Showing {
        let copy = self.copies.get(scene).filter(|_| canvas == 0);
        Showing {
            copy: copy.cloned(),
            ..Showing::now(scene)
        }
    }

    /// Whether the copy of a scene on show looks otherwise than the document's.
    fn is_edited(&self, project: &Project, scene: &str) -> bool {
        let Some(copy) = self.copies.get(scene) else {
            return false;
        };
        let filters = |p: &Project| {
            p.sources
                .iter()
                .map(|s| (s.id.clone(), s.filters.clone()))
                .collect::<Vec<_>>()
        };
        copy.scenes != project.scenes || filters(copy) != filters(project)
    }

    /// The transition that brings `scene` on show, with its length where that is not its own; `None` for a cut.
    fn choose(&self, project: &Project, scene: &str, how: How) -> Option<(project::Transition, u32)> {
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
        // One that is gone since is a fade.
        let transition = project.transition(&id).unwrap_or_default();
        let ms = length.unwrap_or(transition.duration_ms).min(LONGEST_MS);
        (transition.kind != CUT).then_some((transition, ms))
    }
}

#[cfg(test)]
mod tests;
