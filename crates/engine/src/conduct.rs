//! Carrying out commands: which part of the show each one is for.

use crate::{Command, EngineError, Outcome, edits::canvas_index, plan::hint, show::Shared};
use std::sync::{Arc, atomic::Ordering::Relaxed};

impl Shared {
    /// Carries out a command; what it made is in the outcome.
    pub(crate) fn conduct(self: &Arc<Self>, command: Command) -> Result<Outcome, EngineError> {
        // On its way out to make room for the next one, it is as good as ended: nothing may be changed that would be lost.
        if self.ended.load(Relaxed) || self.moving.load(Relaxed) {
            return Err(EngineError::Ended);
        }
        match command {
            c @ (Command::SetScene { .. }
            | Command::SetStudioMode { .. }
            | Command::SetPreview { .. }
            | Command::SetTransition { .. }
            | Command::SetTransitionPosition { .. }
            | Command::Take { .. }
            | Command::Cut) => self.desk_command(c),
            Command::Undo => self.turn_back(false),
            Command::Redo => self.turn_back(true),
            Command::TrySource { kind, settings } => self.try_source(&kind, settings),
            Command::GoLive { destinations, record } => self.go_live(destinations, record),
            Command::SaveReplay => self.save_replay().map(|r| r.1),
            Command::PlayReplay { source } => self.play_replay(source.as_deref()),
            Command::Screenshot { target } => self.screenshot(target.as_deref()),
            Command::RemuxRecording { file, format } => self.remux_recording(&file, format),
            Command::Caption { text } => self.caption(&text),
            Command::DropTry
            | Command::PlayAnimation { .. }
            | Command::SplitRecording
            | Command::PauseRecording
            | Command::ResumeRecording
            | Command::StartReplay
            | Command::StopReplay
            | Command::EndLive
            | Command::Mark { .. }
            | Command::StartDestination { .. }
            | Command::StopDestination { .. }
            | Command::RetryDestination { .. }
            | Command::SetTitle { .. }
            | Command::Metadata { .. }
            | Command::StartRecording { .. }
            | Command::StopRecording
            | Command::SaveProject
            | Command::EndShow => self.act(command).map(|()| Outcome::none()),
            edit => self.edit(edit),
        }
    }

    /// What happens at once, gives nothing back and can't be undone.
    fn act(self: &Arc<Self>, command: Command) -> Result<(), EngineError> {
        match command {
            Command::DropTry => self.drop_try(),
            Command::PlayAnimation { scene, item, animation } => self.play_animation(&scene, &item, animation)?,
            Command::EndLive => self.end_live(),
            Command::Mark { name } => self.mark(name)?,
            Command::StartDestination { id } => {
                let d = self.destination(&id)?;
                self.start_destination(&d)?;
                self.look_at_air();
            }
            Command::StopDestination { id } => {
                let d = self.destination(&id)?;
                self.finish_destination(&d.id);
            }
            Command::RetryDestination { id } => {
                let d = self.destination(&id)?;
                self.retry_destination(&d)?;
            }
            Command::SetTitle { title, id } => self.set_title(&title, id.as_deref())?,
            Command::Metadata { fields, after_ms } => self.metadata(&fields, after_ms.unwrap_or(0))?,
            Command::StartRecording { path } => self.start_recording(path)?,
            Command::StopRecording => self.stop_recordings(),
            Command::SplitRecording => self.split_recording()?,
            Command::PauseRecording => self.pause_recording()?,
            Command::ResumeRecording => self.resume_recording()?,
            Command::StartReplay => self.start_replay(false)?,
            Command::StopReplay => self.stop_replay(),
            Command::SaveProject => self.save_project(false)?,
            _ => self.stop.store(true, Relaxed),
        }
        Ok(())
    }

    /// Puts a scene on show at once.
    pub(crate) fn put_on_show(&self, canvas: Option<&str>, scene: &str) -> Result<(), EngineError> {
        self.live_edit(|p| {
            let i = canvas_index(p, canvas)?;
            let known = p.scene(scene).map(|s| s.id.clone());
            let id = known.ok_or_else(|| EngineError::NotFound {
                what: "scene",
                id: scene.into(),
                hint: hint(p.scenes.iter().map(|s| s.id.as_str())),
            })?;
            p.canvases[i].scene = id;
            Ok(())
        })
    }
}
