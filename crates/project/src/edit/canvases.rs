//! Edits of canvases, of how recordings are made and of captions.

use super::{EditError, changed, place, schema_of};
use crate::{Canvas, Captions, Project, Recording, validate::MAX_PIXELS};
use serde_json::{Map, Value};
use std::sync::LazyLock;

static CANVAS: LazyLock<Value> = LazyLock::new(schema_of::<Canvas>);
static CAPTIONS: LazyLock<Value> = LazyLock::new(schema_of::<Captions>);
static RECORDING: LazyLock<Value> = LazyLock::new(schema_of::<Recording>);

/// Changes fields of a canvas. Its id stays, and its scene: that is put on show, not edited.
///
/// # Errors
/// It is not there; a wrong value; a size no encoder takes.
pub fn set_canvas(p: &mut Project, id: &str, changes: &Map<String, Value>) -> Result<(), EditError> {
    let at = place("canvas", id, p.canvases.iter().map(|c| &c.id))?;
    let before = &p.canvases[at];
    let next = changed(before, changes, &CANVAS, id)?;
    if next.id != before.id || next.scene != before.scene {
        return Err(EditError::refused(
            "a canvas' id and scene can't be changed this way; put another scene on show instead",
        ));
    }
    if next.width % 2 != 0 || next.height % 2 != 0 {
        return Err(EditError::refused(format!(
            "{}×{} has an odd side; video needs even ones",
            next.width, next.height
        )));
    }
    if u64::from(next.width) * u64::from(next.height) > MAX_PIXELS {
        return Err(EditError::refused(format!(
            "{}×{} has more pixels than any encoder takes; 7680×4320 is the largest usual size",
            next.width, next.height
        )));
    }
    p.canvases[at] = next;
    Ok(())
}

/// Changes the captions.
///
/// # Errors
/// A wrong value; a source that is not there.
pub fn set_captions(p: &mut Project, changes: &Map<String, Value>) -> Result<(), EditError> {
    let next = changed(&p.captions, changes, &CAPTIONS, "captions")?;
    if !next.source.is_empty() {
        place("source", &next.source, p.sources.iter().map(|s| &s.id))?;
    }
    p.captions = next;
    Ok(())
}

/// Changes how recordings are made.
///
/// # Errors
/// A wrong value; an encoder that is not there.
pub fn set_recording(p: &mut Project, changes: &Map<String, Value>) -> Result<(), EditError> {
    let next = changed(&p.recording, changes, &RECORDING, "recording")?;
    for id in [&next.encoder, &next.iso_encoder] {
        if !id.is_empty() {
            place("encoder", id, p.encoders.iter().map(|e| &e.id))?;
        }
    }
    p.recording = next;
    Ok(())
}
