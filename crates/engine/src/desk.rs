//! The desk: which scene is on show, which one waits in the preview, and how one follows the other. Live state: neither
//! part of the document nor undone.

use crate::{Command, EngineError, Outcome, show::Shared};

impl Shared {
    /// Carries out the commands of the desk: `set_scene`, `set_studio_mode`, `set_preview`, `set_transition`, `take`, `cut`.
    pub(crate) fn desk_command(&self, command: Command) -> Result<Outcome, EngineError> {
        match command {
            Command::SetScene { canvas, scene } => {
                self.put_on_show(canvas.as_deref(), &scene)?;
                Ok(Outcome::none())
            }
            _ => Err(EngineError::Unsupported("this version has no studio mode yet".into())),
        }
    }
}
