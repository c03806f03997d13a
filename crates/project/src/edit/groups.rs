//! Edits of what holds what: groups and layouts, and which items are in them. Where things lie is not looked at here: whoever
//! moves an item from one space into another works that out.

use super::{EditError, ids, move_to, place, scene_mut, scene_place};
use crate::{MAX_HELD, Members, Project, Scene, SceneItem};
use std::collections::{HashMap, HashSet};

/// Makes an empty group or layout in `parent` (the scene itself when empty) at a place of the scene's list; gives its id.
///
/// # Errors
/// The scene or the parent is not there, or is full.
pub fn add_holder(
    p: &mut Project,
    scene: &str,
    name: &str,
    members: Members,
    parent: &str,
    index: usize,
) -> Result<String, EditError> {
    let s = scene_mut(p, scene)?;
    check_parent(s, "", parent)?;
    let kind = members.layout.as_ref().map_or("group", |_| "layout");
    let id = ids::unique_id(&ids::slug(name, kind), s.items.iter().map(|i| &i.id));
    let item = SceneItem {
        id: id.clone(),
        name: name.to_owned(),
        members: Some(members),
        parent: parent.to_owned(),
        ..SceneItem::default()
    };
    s.items.insert(index.min(s.items.len()), item);
    Ok(id)
}

/// Puts an item into a group or layout, or with an empty `parent` into the scene itself, at a place of the scene's list.
///
/// # Errors
/// One is not there; the parent holds nothing; it would be inside itself.
pub fn hold_item(p: &mut Project, scene: &str, item: &str, parent: &str, index: usize) -> Result<(), EditError> {
    let s = scene_mut(p, scene)?;
    let at = place("item", item, s.items.iter().map(|i| &i.id))?;
    check_parent(s, item, parent)?;
    parent.clone_into(&mut s.items[at].parent);
    move_to(&mut s.items, at, index);
    Ok(())
}

/// Refuses a parent that can't hold `item` (a new one when empty).
pub(super) fn check_parent(s: &Scene, item: &str, parent: &str) -> Result<(), EditError> {
    if parent.is_empty() {
        return Ok(());
    }
    let at = place("group", parent, s.items.iter().map(|i| &i.id))?;
    if s.items[at].members.is_none() {
        return Err(EditError::refused(format!(
            "{} is no group and no layout, so nothing can be put into it",
            label(&s.items[at])
        )));
    }
    if !item.is_empty() && s.is_within(parent, item) {
        let names: Vec<&str> = chain(s, parent, item);
        return Err(EditError::refused(format!(
            "{} can't be put into itself: {}",
            names.first().unwrap_or(&item),
            names.join(" -> ")
        )));
    }
    let (above, below) = (depth(s, parent), height(s, item));
    if above + below > MAX_HELD {
        return Err(EditError::refused(format!(
            "groups can be at most {MAX_HELD} deep in each other"
        )));
    }
    Ok(())
}

fn label(item: &SceneItem) -> &str {
    if item.name.is_empty() { &item.id } else { &item.name }
}

/// From `holder` down to `item`, which it holds, and `holder` again.
fn chain<'a>(s: &'a Scene, item: &'a str, holder: &'a str) -> Vec<&'a str> {
    let mut out = vec![];
    let mut at = item;
    while let Some(i) = s.item(at).filter(|_| out.len() <= MAX_HELD) {
        out.push(label(i));
        if at == holder {
            break;
        }
        at = &i.parent;
    }
    out.reverse();
    out.extend(s.item(holder).map(label));
    out
}

/// How many hold an item, itself counted.
fn depth(s: &Scene, item: &str) -> usize {
    let mut at = item;
    let mut n = 0;
    while let Some(i) = s.item(at).filter(|_| n <= MAX_HELD) {
        n += 1;
        at = &i.parent;
    }
    n
}

/// How many levels are below an item, its own not counted.
fn height(s: &Scene, item: &str) -> usize {
    let mut level: Vec<&str> = vec![item];
    for n in 0..=MAX_HELD {
        level = s
            .items
            .iter()
            .filter(|i| !i.parent.is_empty() && level.contains(&i.parent.as_str()))
            .map(|i| i.id.as_str())
            .collect();
        if level.is_empty() {
            return n;
        }
    }
    MAX_HELD
}

/// These items and all that they hold, by id.
pub(super) fn with_held(s: &Scene, items: &[String]) -> HashSet<String> {
    let mut out: HashSet<String> = items.iter().cloned().collect();
    loop {
        let more: Vec<String> = s
            .items
            .iter()
            .filter(|i| out.contains(&i.parent) && !out.contains(&i.id))
            .map(|i| i.id.clone())
            .collect();
        if more.is_empty() {
            return out;
        }
        out.extend(more);
    }
}

/// Takes a group or layout away; what it held comes into what held it. Gives their ids.
///
/// # Errors
/// It is not there, or holds nothing by its nature.
pub fn dissolve(p: &mut Project, scene: &str, item: &str) -> Result<Vec<String>, EditError> {
    let s = scene_mut(p, scene)?;
    let at = place("item", item, s.items.iter().map(|i| &i.id))?;
    if s.items[at].members.is_none() {
        return Err(EditError::refused(format!("{} is no group", label(&s.items[at]))));
    }
    let gone = s.items.remove(at);
    // They are drawn where the group was.
    let place = s.items[..at].iter().filter(|i| i.parent != gone.id).count();
    let (mut free, mut rest): (Vec<SceneItem>, Vec<SceneItem>) = std::mem::take(&mut s.items)
        .into_iter()
        .partition(|i| i.parent == gone.id);
    free.iter_mut().for_each(|i| i.parent.clone_from(&gone.parent));
    let ids = free.iter().map(|i| i.id.clone()).collect();
    rest.splice(place..place, free);
    s.items = rest;
    Ok(ids)
}

/// Copies an item and all that it holds, above the original; gives the copy's id.
pub(super) fn duplicate(p: &mut Project, scene: &str, item: &str) -> Result<String, EditError> {
    let at = scene_place(p, scene)?;
    let s = &mut p.scenes[at];
    let top = place("item", item, s.items.iter().map(|i| &i.id))?;
    let held = with_held(s, &[item.to_owned()]);
    let mut copies: Vec<SceneItem> = s.items.iter().filter(|i| held.contains(&i.id)).cloned().collect();
    let mut names: HashMap<String, String> = HashMap::new();
    for copy in &mut copies {
        let taken = s.items.iter().map(|i| &i.id).chain(names.values());
        let id = ids::unique_id(&copy.id, taken);
        names.insert(std::mem::replace(&mut copy.id, id.clone()), id);
    }
    for copy in &mut copies {
        if let Some(parent) = names.get(&copy.parent) {
            copy.parent.clone_from(parent);
        }
    }
    let after = top + 1;
    s.items.splice(after..after, copies);
    Ok(names.remove(item).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::edit::{duplicate_items, remove_items, set_item};

    fn project() -> Project {
        let item = |id: &str, parent: &str, holds: bool| SceneItem {
            id: id.into(),
            parent: parent.into(),
            members: holds.then(Members::default),
            ..SceneItem::default()
        };
        Project {
            scenes: vec![Scene {
                id: "s".into(),
                items: vec![
                    item("g", "", true),
                    item("h", "g", true),
                    item("a", "h", false),
                    item("b", "", false),
                ],
                ..Scene::default()
            }],
            ..Project::default()
        }
    }

    #[test]
    fn nothing_is_put_into_itself_and_the_chain_is_named() {
        let mut p = project();
        let e = hold_item(&mut p, "s", "g", "h", 0).expect_err("a ring").to_string();
        assert!(e.contains("g -> h -> g"), "{e}");
        let e = hold_item(&mut p, "s", "g", "g", 0).expect_err("itself").to_string();
        assert!(e.contains("g -> g"), "{e}");
        let e = hold_item(&mut p, "s", "b", "a", 0)
            .expect_err("holds nothing")
            .to_string();
        assert!(e.contains("no group"), "{e}");
        let e = hold_item(&mut p, "s", "b", "x", 0).expect_err("not there").to_string();
        assert!(e.contains("`x`"), "{e}");
        hold_item(&mut p, "s", "b", "h", 1).expect("put in");
        let order: Vec<_> = p.scenes[0]
            .items
            .iter()
            .map(|i| (i.id.as_str(), i.parent.as_str()))
            .collect();
        assert_eq!(order, [("g", ""), ("b", "h"), ("h", "g"), ("a", "h")]);
        // Not by the back door either.
        let changes = serde_json::json!({"parent": "h"});
        let e = set_item(&mut p, "s", "g", changes.as_object().expect("map")).expect_err("refused");
        assert!(e.to_string().contains("move_item"), "{e}");
    }

    #[test]
    fn groups_are_not_endless() {
        let mut p = project();
        let mut parent = "h".to_owned();
        for n in 0..MAX_HELD {
            match add_holder(&mut p, "s", "deep", Members::default(), &parent, 99) {
                Ok(id) => parent = id,
                Err(e) => {
                    assert!(e.to_string().contains("deep"), "{e}");
                    return assert!(n > MAX_HELD - 4);
                }
            }
        }
        panic!("no end");
    }

    #[test]
    fn copies_and_removals_take_what_is_held_along() {
        let mut p = project();
        let made = duplicate_items(&mut p, "s", &["g".into()]).expect("copied");
        let s = &p.scenes[0];
        assert_eq!((made.len(), s.items.len()), (1, 7));
        let copy = s.item(&made[0]).expect("there");
        let inner = s.members(&copy.id).next().expect("copied along");
        assert_eq!(s.members(&inner.id).count(), 1);
        assert_ne!(inner.id, "h");
        remove_items(&mut p, "s", &["g".into(), "a".into()]).expect("removed");
        let left: Vec<_> = p.scenes[0].items.iter().map(|i| i.id.as_str()).collect();
        assert_eq!(left.len(), 4);
        assert!(!left.contains(&"h") && !left.contains(&"a"), "{left:?}");
        assert_eq!(dissolve(&mut p, "s", &made[0]).expect("dissolved").len(), 1);
        assert!(p.scenes[0].shown_items().count() == 3);
    }
}
