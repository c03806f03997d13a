//! Edits of transitions.

use super::{EditError, changed, ids, move_to, place};
use crate::{CUT, FADE, Project, QuickTransition, SceneTransition, Transition};
use serde_json::{Map, Value};
use std::sync::LazyLock;

static TRANSITION: LazyLock<Value> = LazyLock::new(super::schema_of::<Transition>);

static QUICK: LazyLock<Value> = LazyLock::new(super::schema_of::<QuickTransition>);

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
    p.quick_transitions.retain(|q| q.transition != id);
    Ok(())
}

/// Puts a transition at hand; gives the button's id.
///
/// # Errors
/// The transition is not there; there are too many; it takes too long.
pub fn add_quick_transition(
    p: &mut Project,
    transition: &str,
    name: &str,
    duration_ms: Option<u32>,
) -> Result<String, EditError> {
    if p.quick_transitions.len() >= QuickTransition::MOST {
        let most = QuickTransition::MOST;
        return Err(EditError::refused(format!(
            "there are at most {most} quick transitions; remove one first"
        )));
    }
    let made = QuickTransition {
        id: ids::unique_id(&ids::slug(name, transition), p.quick_transitions.iter().map(|q| &q.id)),
        name: name.to_owned(),
        transition: transition.to_owned(),
        duration_ms,
        ..QuickTransition::default()
    };
    check_quick(p, &made)?;
    let id = made.id.clone();
    p.quick_transitions.push(made);
    Ok(id)
}

/// Changes fields of a transition at hand; its id stays.
///
/// # Errors
/// It is not there; a wrong value; a transition that is not there.
pub fn change_quick_transition(p: &mut Project, id: &str, changes: &Map<String, Value>) -> Result<(), EditError> {
    let at = place("quick transition", id, p.quick_transitions.iter().map(|q| &q.id))?;
    let next = changed(&p.quick_transitions[at], changes, &QUICK, id)?;
    if next.id != id {
        return Err(EditError::refused("a quick transition's id can't be changed"));
    }
    check_quick(p, &next)?;
    p.quick_transitions[at] = next;
    Ok(())
}

/// Takes a transition from hand; the transition itself stays.
///
/// # Errors
/// It is not there.
pub fn remove_quick_transition(p: &mut Project, id: &str) -> Result<(), EditError> {
    let at = place("quick transition", id, p.quick_transitions.iter().map(|q| &q.id))?;
    p.quick_transitions.remove(at);
    Ok(())
}

/// Moves a transition at hand in their row, which is the order of their keys.
///
/// # Errors
/// It is not there.
pub fn move_quick_transition(p: &mut Project, id: &str, index: usize) -> Result<(), EditError> {
    let at = place("quick transition", id, p.quick_transitions.iter().map(|q| &q.id))?;
    move_to(&mut p.quick_transitions, at, index);
    Ok(())
}

fn check_quick(p: &Project, quick: &QuickTransition) -> Result<(), EditError> {
    let all: Vec<String> = p.transition_ids().map(str::to_owned).collect();
    place("transition", &quick.transition, all.iter())?;
    let longest = Transition::LONGEST_MS;
    if quick.duration_ms.is_some_and(|ms| ms > longest) {
        return Err(EditError::refused(format!("a transition takes at most {longest} ms")));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn transitions_at_hand_come_change_move_and_go() {
        let mut p = Project::default();
        let slide = add_transition(&mut p, "slide", "Push", Map::new()).expect("room");
        let first = add_quick_transition(&mut p, &slide, "", None).expect("added");
        let second = add_quick_transition(&mut p, FADE, "Slow", Some(2000)).expect("added");
        assert!(add_quick_transition(&mut p, "none", "", None).is_err());
        assert!(add_quick_transition(&mut p, CUT, "", Some(20_001)).is_err());
        let change = |v: Value| v.as_object().cloned().unwrap_or_default();
        let renamed = change(serde_json::json!({"name": "Very slow", "duration_ms": 4000}));
        change_quick_transition(&mut p, &second, &renamed).expect("changed");
        assert_eq!(p.quick_transitions[1].name, "Very slow");
        change_quick_transition(&mut p, &second, &change(serde_json::json!({"duration_ms": null}))).expect("changed");
        assert_eq!(p.quick_transitions[1].duration_ms, None);
        for wrong in [
            serde_json::json!({"id": "x"}),
            serde_json::json!({"transition": "none"}),
            serde_json::json!({"duration_ms": -1}),
        ] {
            assert!(change_quick_transition(&mut p, &second, &change(wrong)).is_err());
        }
        move_quick_transition(&mut p, &second, 0).expect("moved");
        assert_eq!(p.quick_transitions[0].id, second);
        remove_transition(&mut p, &slide).expect("removed");
        assert!(
            p.quick_transitions.iter().all(|q| q.id != first),
            "its button went with it"
        );
        remove_quick_transition(&mut p, &second).expect("removed");
        assert!(remove_quick_transition(&mut p, &second).is_err());
        for _ in 0..QuickTransition::MOST {
            add_quick_transition(&mut p, CUT, "", None).expect("room");
        }
        assert!(add_quick_transition(&mut p, CUT, "", None).is_err());
    }
}
