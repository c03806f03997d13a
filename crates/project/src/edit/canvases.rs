//! Edits of canvases, of how recordings are made and of captions.

use super::{EditError, changed, ids, place, resize, schema_of};
use crate::{Canvas, Captions, Follow, FollowRule, Project, Recording, validate::MAX_PIXELS};
use serde_json::{Map, Value};
use std::sync::LazyLock;

/// More canvases than this no computer draws.
const MAX_CANVASES: usize = 8;

static CANVAS: LazyLock<Value> = LazyLock::new(schema_of::<Canvas>);
static CAPTIONS: LazyLock<Value> = LazyLock::new(schema_of::<Captions>);
static RECORDING: LazyLock<Value> = LazyLock::new(schema_of::<Recording>);

/// Changes fields of a canvas. On another size of the main one everything keeps its place and size in relation to it. Its id stays, and its scene: that is put on show, not edited.
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
    check_size(next.width, next.height)?;
    let (from, to) = ((before.width, before.height), (next.width, next.height));
    if at == 0 && next.follow.is_some() {
        return Err(EditError::refused(
            "the first canvas is the programme, which others follow; it follows none",
        ));
    }
    p.canvases[at] = next;
    // Items lie in pixels of the main canvas.
    if at == 0 {
        resize::resize(p, from, to);
    }
    Ok(())
}

fn check_size(width: u32, height: u32) -> Result<(), EditError> {
    if !(16..=8192).contains(&width) || !(16..=8192).contains(&height) {
        return Err(EditError::refused(format!(
            "{width}×{height} is no size for a canvas; each side has 16 to 8192 pixels"
        )));
    }
    if !width.is_multiple_of(2) || !height.is_multiple_of(2) {
        return Err(EditError::refused(format!(
            "{width}×{height} has an odd side; video needs even ones"
        )));
    }
    if u64::from(width) * u64::from(height) > MAX_PIXELS {
        return Err(EditError::refused(format!(
            "{width}×{height} has more pixels than any encoder takes; 7680×4320 is the largest usual size"
        )));
    }
    Ok(())
}

/// Adds a canvas that is like the first one but for its size and what else is given; gives its id. With `follow` it shows the
/// first one's scene.
///
/// # Errors
/// A size no encoder takes; a scene that is not there; more than eight.
pub fn add_canvas(
    p: &mut Project,
    name: Option<&str>,
    (width, height): (u32, u32),
    scene: Option<&str>,
    follow: Option<FollowRule>,
) -> Result<String, EditError> {
    check_size(width, height)?;
    if p.canvases.len() >= MAX_CANVASES {
        return Err(EditError::refused(format!(
            "there can be at most {MAX_CANVASES} canvases"
        )));
    }
    let mut made = p.canvases.first().cloned().unwrap_or_default();
    if let Some(scene) = scene {
        place("scene", scene, p.scenes.iter().map(|s| &s.id))?;
        scene.clone_into(&mut made.scene);
    }
    let base = ids::slug(name.unwrap_or_default(), "canvas");
    made.id = ids::unique_id(&base, p.canvases.iter().map(|c| &c.id));
    (made.width, made.height) = (width, height);
    made.follow = follow.map(|rule| Follow {
        rule,
        ..Follow::default()
    });
    p.canvases.push(made);
    Ok(p.canvases.last().map(|c| c.id.clone()).unwrap_or_default())
}

/// Removes a canvas.
///
/// # Errors
/// It is not there; it is the first one; an encoder or a destination names it.
pub fn remove_canvas(p: &mut Project, id: &str) -> Result<(), EditError> {
    let at = place("canvas", id, p.canvases.iter().map(|c| &c.id))?;
    if at == 0 {
        return Err(EditError::refused("the first canvas is the programme; it stays"));
    }
    if let Some(e) = p.encoders.iter().find(|e| e.canvas == id) {
        return Err(EditError::refused(format!(
            "the encoder `{}` encodes the canvas `{id}`; give it another canvas first",
            e.id
        )));
    }
    if let Some(d) = p.destinations.iter().find(|d| d.encode.canvas == id) {
        return Err(EditError::refused(format!(
            "{} gets the canvas `{id}`; give it another canvas first",
            d.label()
        )));
    }
    p.canvases.remove(at);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Destination, Encoder};

    #[test]
    fn canvases_come_and_go() {
        let mut p = Project::default();
        let first = p.canvases[0].clone();
        assert_eq!(
            add_canvas(&mut p, Some("Tall one"), (1080, 1920), None, None).as_deref(),
            Ok("tall-one")
        );
        let made = p.canvases[1].clone();
        assert_eq!((made.width, made.height, made.fps), (1080, 1920, first.fps));
        assert_eq!(made.scene, first.scene);
        assert_eq!(
            add_canvas(&mut p, Some("直播"), (640, 360), None, None).as_deref(),
            Ok("canvas")
        );
        for (size, scene) in [
            ((1081, 1920), None),
            ((8, 8), None),
            ((8192, 8192), None),
            ((640, 360), Some("gone")),
        ] {
            assert!(
                add_canvas(&mut p, None, size, scene, None).is_err(),
                "{size:?} {scene:?}"
            );
        }
        assert!(remove_canvas(&mut p, &first.id).is_err(), "the first one stays");
        assert!(remove_canvas(&mut p, "gone").is_err());
        p.encoders.push(Encoder {
            id: "tall".into(),
            canvas: "tall-one".into(),
            ..Encoder::default()
        });
        let error = remove_canvas(&mut p, "tall-one").expect_err("it is encoded");
        assert!(error.to_string().contains("`tall`"), "{error}");
        p.encoders.pop();
        p.destinations.push(Destination {
            id: "reels".into(),
            ..Destination::default()
        });
        p.destinations[0].encode.canvas = "tall-one".into();
        let error = remove_canvas(&mut p, "tall-one").expect_err("it is sent");
        assert!(error.to_string().contains("reels"), "{error}");
        p.destinations.clear();
        assert_eq!(remove_canvas(&mut p, "tall-one"), Ok(()));
        assert_eq!(p.canvases.len(), 2);
        for _ in 2..8 {
            add_canvas(&mut p, None, (640, 360), None, None).expect("room for eight");
        }
        assert!(add_canvas(&mut p, None, (640, 360), None, None).is_err());
    }
}
