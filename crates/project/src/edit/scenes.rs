//! Edits of the list of scenes. There is always at least one, and every canvas shows one that is there.

use super::{EditError, check_label_color, ids, move_to, place, scene_place};
use crate::{Project, Scene};

/// Makes an empty scene after `after` (a scene's id; at the end when absent); gives its id.
///
/// # Errors
/// `after` is not there.
pub fn add_scene(p: &mut Project, name: Option<&str>, after: Option<&str>) -> Result<String, EditError> {
    let at = match after {
        Some(a) => scene_place(p, a)? + 1,
        None => p.scenes.len(),
    };
    let name = name.map_or_else(
        || ids::unique_name("Scene", p.scenes.iter().map(|s| &s.name)),
        str::to_owned,
    );
    let id = ids::unique_id(&ids::slug(&name, "scene"), p.scenes.iter().map(|s| &s.id));
    let scene = Scene {
        id: id.clone(),
        name,
        ..Scene::default()
    };
    p.scenes.insert(at, scene);
    Ok(id)
}

/// Removes a scene and the items that show it. Canvases that show it show its neighbour instead.
///
/// # Errors
/// It is not there, or the last one.
pub fn remove_scene(p: &mut Project, id: &str) -> Result<(), EditError> {
    let at = place("scene", id, p.scenes.iter().map(|s| &s.id))?;
    if p.scenes.len() == 1 {
        return Err(EditError::refused(format!(
            "{} is the only scene; make another one before you remove it",
            p.scenes[at].label()
        )));
    }
    p.scenes.remove(at);
    let neighbour = p.scenes[at.min(p.scenes.len() - 1)].id.clone();
    for c in p.canvases.iter_mut().filter(|c| c.scene == id) {
        c.scene.clone_from(&neighbour);
    }
    for s in &mut p.scenes {
        s.items.retain(|i| i.scene.as_deref() != Some(id));
    }
    Ok(())
}

/// Renames or colours a scene.
///
/// # Errors
/// It is not there; not a colour.
pub fn set_scene_properties(
    p: &mut Project,
    id: &str,
    name: Option<&str>,
    color: Option<&str>,
) -> Result<(), EditError> {
    let at = place("scene", id, p.scenes.iter().map(|s| &s.id))?;
    let scene = &mut p.scenes[at];
    if let Some(name) = name {
        name.clone_into(&mut scene.name);
    }
    if let Some(color) = color {
        check_label_color(color)?;
        color.clone_into(&mut scene.color);
    }
    Ok(())
}

/// Copies a scene with its items to the place after it; the sources are shared. Gives the copy's id.
///
/// # Errors
/// It is not there.
pub fn duplicate_scene(p: &mut Project, id: &str, name: Option<&str>) -> Result<String, EditError> {
    let at = place("scene", id, p.scenes.iter().map(|s| &s.id))?;
    let mut copy = p.scenes[at].clone();
    copy.name = name.map_or_else(
        || ids::unique_name(copy.label(), p.scenes.iter().map(|s| &s.name)),
        str::to_owned,
    );
    copy.id = ids::unique_id(&ids::slug(&copy.name, "scene"), p.scenes.iter().map(|s| &s.id));
    let made = copy.id.clone();
    p.scenes.insert(at + 1, copy);
    Ok(made)
}

/// Moves a scene in the list.
///
/// # Errors
/// It is not there.
pub fn move_scene(p: &mut Project, id: &str, index: usize) -> Result<(), EditError> {
    let at = place("scene", id, p.scenes.iter().map(|s| &s.id))?;
    move_to(&mut p.scenes, at, index);
    Ok(())
}

/// Lets `to` show what `from` shows, canvas by canvas, where that scene is there too: what is on show is not an edit, so
/// taking one back does not switch it.
pub fn carry_program(from: &Project, to: &mut Project) {
    let known: Vec<String> = to.scenes.iter().map(|s| s.id.clone()).collect();
    for c in &mut to.canvases {
        let shown = from.canvases.iter().find(|f| f.id == c.id).map(|f| &f.scene);
        if let Some(shown) = shown.filter(|s| known.contains(s)) {
            c.scene.clone_from(shown);
        } else if !known.contains(&c.scene)
            && let Some(first) = known.first()
        {
            c.scene.clone_from(first);
        }
    }
}
