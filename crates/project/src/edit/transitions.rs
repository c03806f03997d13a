//! Edits of transitions.

use super::{EditError, changed, ids, place};
use crate::{CUT, FADE, Project, SceneTransition, Transition};
use serde_json::{Map, Value};
use std::sync::LazyLock;

static TRANSITION: LazyLock<Value> = LazyLock::new(super::schema_of::<Transition>);

/// More than anybody tells apart.
const MOST: usize = 64;

/// Adds a transition of that kind; gives its id.
///
/// # Errors
/// There are too many.
pub fn add_transition(
    p: &mut Project,
    kind: &str,
    name: &str,
    settings: Map<String, Value>,
) -> Result<String, EditError> {
    if p.transitions.len() >= MOST {
        return Err(EditError::refused(format!("a project has at most {MOST} transitions")));
    }
    let taken = [CUT.to_owned(), FADE.to_owned()];
    let known = p.transitions.iter().map(|t| &t.id).chain(&taken);
    let id = ids::unique_id(&ids::slug(name, kind), known);
    let name = ids::unique_name(name, p.transitions.iter().map(|t| &t.name));
    p.transitions.push(Transition {
        id: id.clone(),
        name,
        kind: kind.to_owned(),
        settings,
        ..Transition::default()
    });
    Ok(id)
}

/// Changes fields of a transition; its id and kind stay.
///
/// # Errors
/// It is not there; a wrong value.
pub fn change_transition(p: &mut Project, id: &str, changes: &Map<String, Value>) -> Result<(), EditError> {
    let at = place("transition", id, p.transitions.iter().map(|t| &t.id))?;
    let next = changed(&p.transitions[at], changes, &TRANSITION, id)?;
    if next.id != id || next.kind != p.transitions[at].kind {
        return Err(EditError::refused(
            "a transition's id and kind can't be changed; add another one",
        ));
    }
    p.transitions[at] = next;
    Ok(())
}

/// Removes a transition. Scenes that insisted on it come as the others do.
///
/// # Errors
/// It is not there.
pub fn remove_transition(p: &mut Project, id: &str) -> Result<(), EditError> {
    let at = place("transition", id, p.transitions.iter().map(|t| &t.id))?;
    p.transitions.remove(at);
    for scene in &mut p.scenes {
        if scene.transition.as_ref().is_some_and(|t| t.transition == id) {
            scene.transition = None;
        }
    }
    Ok(())
}

/// Lets a scene come on show by a transition of its own, or by whatever is chosen.
///
/// # Errors
/// The scene or the transition is not there, or it takes too long.
pub fn set_scene_transition(p: &mut Project, scene: &str, to: Option<SceneTransition>) -> Result<(), EditError> {
    let at = place("scene", scene, p.scenes.iter().map(|s| &s.id))?;
    if let Some(t) = &to {
        let all: Vec<String> = p.transition_ids().map(str::to_owned).collect();
        place("transition", &t.transition, all.iter())?;
        let longest = Transition::LONGEST_MS;
        if t.duration_ms.is_some_and(|ms| ms > longest) {
            return Err(EditError::refused(format!("a transition takes at most {longest} ms")));
        }
    }
    p.scenes[at].transition = to;
    Ok(())
}
