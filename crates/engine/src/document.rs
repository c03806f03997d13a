//! The document of a running show: every change of it goes through here, one after the other. A change makes a new
//! document; readers see it at their next frame. What the change means for open sources and destinations is put in force
//! with it (`follow.rs`, `lines.rs`), so a document that can't be shown is never published.

use crate::{Command, EngineError, Outcome, edits, plan::hint, show::Shared};
use project::{EditError, Project, edit::History};
use std::{
    path::PathBuf,
    sync::{Arc, atomic::Ordering::Relaxed},
};

/// The document as it is now, with what the window shows about it.
#[derive(Clone, Debug)]
pub struct DocumentState {
    /// Goes up with every change.
    pub revision: u64,
    /// The document.
    pub project: Arc<Project>,
    /// What undo would take back: a command's name, or the label of a batch.
    pub undo: Option<String>,
    /// What redo would do again.
    pub redo: Option<String>,
    /// Whether the file holds all of it.
    pub saved: bool,
    /// The project's folder.
    pub path: PathBuf,
}

/// A show that is to start anew with another document, since its canvases changed.
pub(crate) struct Restart {
    pub(crate) project: Project,
    pub(crate) history: History,
    pub(crate) revision: u64,
}

/// How strictly a new document is taken.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Strictness {
    /// Anything that can't be put in force refuses it.
    Refuse,
    /// It was in force before (undo, an earlier version): what fails is told, the rest goes on.
    Tell,
}

impl From<EditError> for EngineError {
    fn from(e: EditError) -> Self {
        match e {
            EditError::NotFound { what, id, known } => Self::NotFound {
                what,
                id,
                hint: hint(known.iter().map(String::as_str)),
            },
            other => Self::BadValue(other.to_string()),
        }
    }
}

impl Shared {
    /// The document as it is now.
    pub(crate) fn document(&self) -> DocumentState {
        let history = self.history.lock();
        let revision = self.revision.load(Relaxed);
        DocumentState {
            revision,
            project: self.project.load_full(),
            undo: history.undo_label().map(str::to_owned),
            redo: history.redo_label().map(str::to_owned),
            saved: self.saved_revision.load(Relaxed) == revision,
            path: self.project_dir.clone(),
        }
    }

    /// Makes and publishes a document that differs in live state only (what is on show): not a step to undo.
    pub(crate) fn live_edit(
        &self,
        change: impl Fn(&mut Project) -> Result<(), EngineError>,
    ) -> Result<(), EngineError> {
        let _one_at_a_time = self.history.lock();
        let now = self.project.load_full();
        let mut next = (*now).clone();
        change(&mut next)?;
        if next != *now {
            self.publish(next);
        }
        Ok(())
    }

    fn publish(&self, next: Project) {
        // First when things happened: until the document names them they change nothing.
        self.follow_cues(&next);
        self.project.store(Arc::new(next));
        self.changed_at.store(self.clock.now().0, Relaxed);
        self.revision.fetch_add(1, Relaxed);
    }

    /// Carries out a command that edits the document.
    pub(crate) fn edit(self: &Arc<Self>, mut command: Command) -> Result<Outcome, EngineError> {
        let size = |id: &str| self.stage.sources().get(id)?.size();
        edits::complete(&self.project.load(), &mut command, &size);
        let gesture = edits::gesture(&command).map(str::to_owned);
        let label = edits::label(&command);
        // Only who edits filters is to blame for one that is no good.
        let strict = matches!(&command, Command::AddFilter { .. } | Command::SetFilter { .. });
        self.change(&label, gesture.as_deref(), |p| {
            let done = edits::apply(p, command)?;
            project::edit::forget_stale_places(p);
            let ready = self.ready_filters(&self.project.load(), p);
            if strict {
                ready?;
            }
            Ok(done)
        })
    }

    /// Makes one step: changes the document and puts the change in force, or neither.
    pub(crate) fn change<T>(
        self: &Arc<Self>,
        label: &str,
        gesture: Option<&str>,
        change: impl FnOnce(&mut Project) -> Result<T, EngineError>,
    ) -> Result<T, EngineError> {
        let mut history = self.history.lock();
        let now = self.project.load_full();
        let mut next = (*now).clone();
        let made = change(&mut next)?;
        if next == *now {
            return Ok(made);
        }
        if self.needs_restart(&now, &next) {
            let mut steps = history.clone();
            steps.record(&now, label, gesture);
            self.start_anew(next, steps)?;
        } else {
            self.put_in_force(&now, next, Strictness::Refuse)?;
            history.record(&now, label, gesture);
            history.forget_if_nothing(&self.project.load());
        }
        Ok(made)
    }

    /// Takes the last edit back, or does again what was taken back.
    pub(crate) fn turn_back(self: &Arc<Self>, redo: bool) -> Result<Outcome, EngineError> {
        let mut history = self.history.lock();
        let now = self.project.load_full();
        let mut steps = history.clone();
        let turned = if redo { steps.redo(&now) } else { steps.undo(&now) };
        let word = if redo { "do again" } else { "undo" };
        let (next, label) = turned.ok_or_else(|| EngineError::BadValue(format!("there is nothing to {word}")))?;
        if self.needs_restart(&now, &next) {
            self.start_anew(next, steps)?;
        } else {
            self.put_in_force(&now, next, Strictness::Tell)?;
            *history = steps;
        }
        Ok(Outcome::none().with("label", label))
    }

    /// Puts an earlier version in force, as a step that can be undone. What it shows stays on show where it can.
    pub(crate) fn go_back_to(self: &Arc<Self>, mut earlier: Project) -> Result<(), EngineError> {
        let mut history = self.history.lock();
        let now = self.project.load_full();
        project::edit::carry_program(&now, &mut earlier);
        let mut steps = history.clone();
        steps.record(&now, "restore", None);
        if self.needs_restart(&now, &earlier) {
            return self.start_anew(earlier, steps);
        }
        self.put_in_force(&now, earlier, Strictness::Tell)?;
        *history = steps;
        Ok(())
    }

    /// Sources first, since they may refuse; then everybody sees the document; then the destinations follow. The history
    /// is locked by the caller.
    fn put_in_force(self: &Arc<Self>, now: &Project, next: Project, how: Strictness) -> Result<(), EngineError> {
        let followed = self.open_sources(now, &next, how)?;
        self.publish(next);
        self.close_sources(followed);
        self.follow_destinations();
        Ok(())
    }

    /// Whether the threads of this show were made for other canvases.
    fn needs_restart(&self, now: &Project, next: &Project) -> bool {
        let made_for = |p: &Project| -> Vec<_> {
            let canvases = p.canvases.iter();
            canvases.map(|c| (c.id.clone(), c.width, c.height, c.fps)).collect()
        };
        made_for(now) != made_for(next)
    }

    fn start_anew(&self, project: Project, history: History) -> Result<(), EngineError> {
        let Some(studio) = &self.studio else {
            return Err(EngineError::Unsupported(
                "the size and rate of a canvas can't be changed while this show runs; end it and change the project"
                    .into(),
            ));
        };
        if self.is_on_air() || !self.recorders.lock().is_empty() {
            return Err(EngineError::BadValue(
                "the size and rate of a canvas can be changed only off air: end the show and the recording first"
                    .into(),
            ));
        }
        let restart = Restart {
            project,
            history,
            revision: self.revision.load(Relaxed) + 1,
        };
        if studio.restart.try_send(restart).is_err() {
            return Err(EngineError::BadValue(
                "the show is starting anew; try again in a moment".into(),
            ));
        }
        // What comes now would be lost.
        self.moving.store(true, Relaxed);
        Ok(())
    }

    /// Writes the document into its folder.
    pub(crate) fn save_project(&self, autosave: bool) -> Result<(), EngineError> {
        let store = self.store.as_ref();
        let store = store.ok_or_else(|| EngineError::BadValue("this show has no folder to be saved in".into()))?;
        let revision = self.revision.load(Relaxed);
        let mut project = (*self.project.load_full()).clone();
        // What the command line added is of this run only.
        project
            .destinations
            .retain(|d| !self.added_destinations.contains(&d.id));
        project.canvases[0].fps = self.saved_rate;
        if let Some(iso) = &self.saved_iso {
            project.recording.iso.clone_from(iso);
        }
        let done = if autosave {
            store.autosave(&project)
        } else {
            store.save(&project)
        };
        done.map_err(EngineError::Store)?;
        self.saved_revision.fetch_max(revision, Relaxed);
        Ok(())
    }
}
