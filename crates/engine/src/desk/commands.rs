//! The commands of the desk: what a person at the show does with scenes, preview and transitions.

use super::{DeskState, How, LONGEST_MS, Way};
use crate::{Command, EngineError, Outcome, edits::canvas_index, plan::hint, show::Shared};
use media::{FrameRate, MediaTime};
use project::{FADE, Project};
use std::sync::Arc;

/// Time a film has from its cue to its first picture: it is there at once, the frame of that time must not be drawn already.
const CUE: MediaTime = MediaTime::from_millis(10);

/// The time of the newest frame due at `now`: a transition that begins there has its first step in the next frame.
pub(super) fn on_grid(rate: FrameRate, now: MediaTime) -> MediaTime {
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
            Command::SetStudioMode { on, swap, duplicate } => self.set_studio_mode(on, swap, duplicate),
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
        let i = canvas_index(&project, canvas)?;
        if project.leading_canvas(i) != i {
            let text = format!(
                "the canvas `{}` follows the main one, so it shows that one's scene",
                project.canvases[i].id
            );
            return Err(EngineError::BadValue(text));
        }
        let Some(from) = project.canvases.get(i).map(|c| c.scene.clone()) else {
            return Ok(());
        };
        let hand = self.desk.hand.load_full();
        let rate = self.canvases.get(i).map(|f| f.rate).unwrap_or_default();
        let chosen = hand.choose(&project, &to, how);
        // What takes long (files) comes before the moment is fixed.
        let way = chosen.map(|(t, ms)| self.way(&t, ms, rate));
        let start = match way.as_ref().and_then(|w| w.film.as_ref()) {
            Some(film) => {
                let at = rate.time_of(rate.index_at(self.clock.now() + CUE) + 1);
                self.stage.begin_films(film, at);
                at
            }
            None => on_grid(rate, self.clock.now()),
        };
        // Taken again unchanged it is no other one.
        let copy = (i == 0 && hand.studio_mode && hand.duplicate).then(|| match hand.copies.get(&to) {
            Some(same) if from == to && !hand.is_edited(&project, &to) => same.clone(),
            _ => project.clone(),
        });
        // First the desk: the transition counts only from the moment the document names its scene.
        self.desk.lead(i, (&from, &to), start, way, copy);
        self.put_on_show(canvas, &to)
    }

    /// A transition made ready.
    fn way(&self, t: &project::Transition, ms: u32, rate: FrameRate) -> Way {
        let made = compositor::transition(&t.kind, &t.settings, "settings", &self.project_dir);
        let how = match made {
            Some(Ok(how)) => how,
            Some(Err(e)) => {
                self.tell_of_transition(t, &format!("{e}; the scenes fade instead"));
                compositor::plain_fade()
            }
            // A kind of a newer Footlight.
            None => compositor::plain_fade(),
        };
        let film = self.stage.film(&t.id).filter(|_| how.films().is_some());
        match how.films().and_then(|_| how.on_film(film, rate.frame_duration())) {
            Some((how, duration)) => {
                if film.is_none() {
                    self.tell_of_transition(t, "its film can't be played, so the scenes change by a cut");
                }
                Way {
                    how,
                    duration,
                    film: film.map(|_| t.id.clone()),
                }
            }
            None => Way {
                how,
                duration: MediaTime::from_millis(ms.into()),
                film: None,
            },
        }
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
                let chosen = hand.choose(&project, &preview, How::Chosen);
                let film = |t: &project::Transition| compositor::films_of(&t.kind, &t.settings).is_some();
                // There is no half of a cut, and no hand moves a film.
                let can = chosen.is_some_and(|(t, _)| !film(&t));
                self.take_with(if can { How::Chosen } else { How::By(FADE.into(), None) })?;
            }
            Some(running) if position == 0.0 => {
                let (from, to) = (running.from.clone(), running.to.clone());
                self.put_on_show(None, &from.id)?;
                self.desk.change(|h| {
                    h.running.remove(&0);
                    h.preview = Some(to.id.clone());
                    h.copies.remove(&to.id);
                    h.copies.extend(from.copy.clone().map(|c| (from.id.clone(), c)));
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

    /// Takes preview and programme apart, or together again. The scene on show stays; without duplicate editing it is the
    /// document's at once.
    fn set_studio_mode(&self, on: bool, swap: Option<bool>, duplicate: Option<bool>) {
        let project = self.project.load_full();
        let on_show = project.canvases.first().map(|c| c.scene.clone());
        self.desk.change(|h| {
            if on && !h.studio_mode {
                h.preview.clone_from(&on_show);
            }
            h.studio_mode = on;
            h.swap = swap.unwrap_or(h.swap);
            h.duplicate = duplicate.unwrap_or(h.duplicate);
            if !(on && h.duplicate) {
                h.copies.clear();
            } else if h.copies.is_empty() {
                h.copies.extend(on_show.clone().map(|id| (id, project.clone())));
            }
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
        self.0.desk_state()
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
