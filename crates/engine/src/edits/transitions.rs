//! Edits of transitions: what their kinds know is added here.

use crate::{Changes, Command, EngineError, Outcome, plan::hint};
use project::{
    DocError, KindInfo, Project, SceneTransition,
    edit::{self, EditError},
};

/// Carries out an edit of transitions.
pub(super) fn apply(p: &mut Project, command: Command) -> Result<Outcome, EngineError> {
    let done = Outcome::none();
    Ok(match command {
        Command::AddTransition { kind, name, settings } => {
            let info = kind_of(&kind)?;
            let mut all = (info.defaults)();
            all.extend(settings.unwrap_or_default());
            (info.check)(&all, "settings").map_err(refused)?;
            let name = name.as_deref().unwrap_or(info.name);
            done.with("transition", edit::add_transition(p, &kind, name, all)?)
        }
        Command::ChangeTransition {
            transition, changes, ..
        } => {
            change(p, &transition, &changes)?;
            done
        }
        Command::RemoveTransition { transition } => {
            edit::remove_transition(p, &transition)?;
            done
        }
        Command::AddQuickTransition {
            transition,
            name,
            duration_ms,
        } => {
            let name = name.unwrap_or_default();
            done.with("quick", edit::add_quick_transition(p, &transition, &name, duration_ms)?)
        }
        Command::ChangeQuickTransition { quick, changes, .. } => {
            edit::change_quick_transition(p, &quick, &changes)?;
            done
        }
        Command::RemoveQuickTransition { quick } => {
            edit::remove_quick_transition(p, &quick)?;
            done
        }
        Command::MoveQuickTransition { quick, index } => {
            edit::move_quick_transition(p, &quick, index)?;
            done
        }
        Command::SetSceneTransition {
            scene,
            transition,
            duration_ms,
        } => {
            let to = transition.map(|transition| SceneTransition {
                transition,
                duration_ms,
                ..SceneTransition::default()
            });
            edit::set_scene_transition(p, &scene, to)?;
            done
        }
        other => return Err(super::no_edit(&other)),
    })
}

fn change(p: &mut Project, id: &str, changes: &Changes) -> Result<(), EngineError> {
    edit::change_transition(p, id, changes)?;
    let Some(changed) = p.transitions.iter().find(|t| t.id == id) else {
        return Ok(());
    };
    // One of a kind of a newer Footlight is kept as it is.
    let unknown = match kind_of(&changed.kind) {
        Ok(info) => (info.check)(&changed.settings, "settings").map_err(refused)?,
        Err(_) => vec![],
    };
    match unknown.first() {
        Some(u) => Err(EngineError::BadValue(format!("{}: there is no such setting", u.path))),
        None => Ok(()),
    }
}

fn kind_of(id: &str) -> Result<KindInfo, EngineError> {
    let kinds = compositor::transition_kinds();
    let known = kinds.iter().find(|k| k.info.id == id).map(|k| k.info);
    known.ok_or_else(|| EngineError::NotFound {
        what: "kind of transition",
        id: id.into(),
        hint: hint(kinds.iter().map(|k| k.info.id)),
    })
}

fn refused(e: DocError) -> EngineError {
    EditError::Wrong(e).into()
}
