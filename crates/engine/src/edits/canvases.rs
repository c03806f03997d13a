//! Edits of canvases and of the layouts of those that follow.

use crate::{Command, EngineError, Outcome};
use project::{Project, edit};

/// Carries out an edit of canvases.
pub(super) fn apply(p: &mut Project, command: Command) -> Result<Outcome, EngineError> {
    let done = Outcome::none();
    Ok(match command {
        Command::AddCanvas {
            name,
            width,
            height,
            scene,
            follow,
        } => {
            let size = (width, height);
            let id = edit::add_canvas(p, name.as_deref(), size, scene.as_deref(), follow)?;
            done.with("canvas", id)
        }
        Command::RemoveCanvas { id } => {
            edit::remove_canvas(p, &id)?;
            done
        }
        Command::SetCanvas { id, changes } => {
            edit::set_canvas(p, &id, &changes)?;
            done
        }
        Command::SetCanvasItem {
            canvas,
            scene,
            item,
            changes,
            ..
        } => {
            edit::set_canvas_item(p, &canvas, &scene, &item, &changes)?;
            done
        }
        other => return Err(super::no_edit(&other)),
    })
}
