//! Edits of what is in a scene. An item shows a source or another scene that is there, and no scene ends up inside itself.

use super::{EditError, changed, groups, ids, move_to, place, scene_mut, scene_place, schema_of, sources};
use crate::{Alignment, Bounds, BoundsMode, Point, Project, SceneItem, Source};
use serde_json::{Map, Value};
use std::{
    collections::{HashMap, HashSet},
    sync::LazyLock,
};

static ITEM: LazyLock<Value> = LazyLock::new(schema_of::<SceneItem>);

/// What an item shows.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Shown<'a> {
    /// A source by id.
    Source(&'a str),
    /// Another scene by id.
    Scene(&'a str),
}

/// Where a new item lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    /// As large as fits into the canvas.
    Fit,
    /// In the middle, in its own size.
    Centre,
}

/// Places something on top in a scene; `changes` go over what `placement` says. Gives the item's id.
///
/// # Errors
/// Scene or what is to be shown is not there; a scene would be inside itself; wrong fields.
pub fn add_item(
    p: &mut Project,
    scene: &str,
    shown: Shown<'_>,
    placement: Placement,
    changes: Option<&Map<String, Value>>,
) -> Result<String, EditError> {
    let at = scene_place(p, scene)?;
    let mut item = placed(p, placement);
    let label = match shown {
        Shown::Source(id) => {
            let i = place("source", id, p.sources.iter().map(|s| &s.id))?;
            item.source = Some(id.to_owned());
            p.sources[i].id.clone()
        }
        Shown::Scene(id) => {
            let i = scene_place(p, id)?;
            let inner = p.scenes[i].id.clone();
            check_nesting(p, &p.scenes[at].id, &inner)?;
            item.scene = Some(inner.clone());
            inner
        }
    };
    if let Some(changes) = changes {
        let parent = changes.get("parent").and_then(Value::as_str).unwrap_or_default();
        groups::check_parent(&p.scenes[at], "", parent)?;
        parent.clone_into(&mut item.parent);
        item = apply(&item, changes, &label)?;
    }
    let items = &mut p.scenes[at].items;
    item.id = ids::unique_id(&ids::slug(&label, "item"), items.iter().map(|i| &i.id));
    let id = item.id.clone();
    items.push(item);
    Ok(id)
}

fn placed(p: &Project, placement: Placement) -> SceneItem {
    let (w, h) = p
        .canvases
        .first()
        .map_or((1920.0, 1080.0), |c| (f64::from(c.width), f64::from(c.height)));
    match placement {
        Placement::Fit => SceneItem {
            bounds: Some(Bounds::new(BoundsMode::Contain, w, h)),
            ..SceneItem::default()
        },
        Placement::Centre => SceneItem {
            position: Point { x: w / 2.0, y: h / 2.0 },
            alignment: Alignment::Center,
            ..SceneItem::default()
        },
    }
}

/// Refuses to put `inner` into `outer` when `outer` is in it, at any depth; names the way.
fn check_nesting(p: &Project, outer: &str, inner: &str) -> Result<(), EditError> {
    // Each with the place of the one it was reached from.
    let mut seen: Vec<(&str, Option<usize>)> = vec![(inner, None)];
    let mut known: HashSet<&str> = HashSet::from([inner]);
    let mut next = 0;
    while let Some(&(id, _)) = seen.get(next) {
        if id == outer {
            let mut way = vec![];
            let mut at = Some(next);
            while let Some((id, from)) = at.and_then(|i| seen.get(i)) {
                way.push(p.scene(id).map_or(*id, |s| s.label()));
                at = *from;
            }
            let name = |id| p.scene(id).map_or(id, |s| s.label());
            way.push(name(outer));
            way.reverse();
            return Err(EditError::refused(format!(
                "{} can't be placed in {}: it would be inside itself ({})",
                name(inner),
                name(outer),
                way.join(" -> ")
            )));
        }
        let items = p.scenes.iter().filter(|s| s.id == id).flat_map(|s| &s.items);
        for inside in items.filter_map(|i| i.scene.as_deref()) {
            if known.insert(inside) {
                seen.push((inside, Some(next)));
            }
        }
        next += 1;
    }
    Ok(())
}

/// The item with fields changed. What it is and what it shows stays.
fn apply(item: &SceneItem, changes: &Map<String, Value>, what: &str) -> Result<SceneItem, EditError> {
    let next = changed(item, changes, &ITEM, what)?;
    if next.id != item.id || next.source != item.source || next.scene != item.scene {
        return Err(EditError::refused(
            "an item's id, source and scene can't be changed; add another item instead",
        ));
    }
    if next.members.is_some() != item.members.is_some() {
        return Err(EditError::refused(
            "an item does not become a group or stop being one; use group_items and ungroup_items",
        ));
    }
    if next.parent != item.parent {
        return Err(EditError::refused(
            "which group an item is in is not one of its fields to change; use move_item with `parent`",
        ));
    }
    Ok(next)
}

/// Changes fields of an item, named as in the document; absent ones stay.
///
/// # Errors
/// It is not there; a field it does not have or that can't be changed; a wrong value.
pub fn set_item(p: &mut Project, scene: &str, item: &str, changes: &Map<String, Value>) -> Result<(), EditError> {
    let s = scene_mut(p, scene)?;
    let at = place("item", item, s.items.iter().map(|i| &i.id))?;
    s.items[at] = apply(&s.items[at], changes, item)?;
    Ok(())
}

/// Takes items out of a scene, with what they hold; sources stay.
///
/// # Errors
/// One is not there.
pub fn remove_items(p: &mut Project, scene: &str, items: &[String]) -> Result<(), EditError> {
    let s = scene_mut(p, scene)?;
    for id in items {
        place("item", id, s.items.iter().map(|i| &i.id))?;
    }
    let gone = groups::with_held(s, items);
    s.items.retain(|i| !gone.contains(&i.id));
    Ok(())
}

/// Copies items with what they hold, each copy above its original; gives the copies' ids in the order asked. What is held by
/// another of them is copied with that one alone.
///
/// # Errors
/// One is not there.
pub fn duplicate_items(p: &mut Project, scene: &str, items: &[String]) -> Result<Vec<String>, EditError> {
    let at = scene_place(p, scene)?;
    let s = &p.scenes[at];
    for id in items {
        place("item", id, s.items.iter().map(|i| &i.id))?;
    }
    let held = |id: &String| items.iter().any(|other| other != id && s.is_within(id, other));
    let tops: Vec<&String> = items.iter().filter(|id| !held(id)).collect();
    tops.into_iter()
        .cloned()
        .collect::<Vec<_>>()
        .iter()
        .map(|id| groups::duplicate(p, scene, id))
        .collect()
}

/// Moves an item in the order of drawing; the last is on top.
///
/// # Errors
/// It is not there.
pub fn move_item(p: &mut Project, scene: &str, item: &str, index: usize) -> Result<(), EditError> {
    let s = scene_mut(p, scene)?;
    let at = place("item", item, s.items.iter().map(|i| &i.id))?;
    move_to(&mut s.items, at, index);
    Ok(())
}

/// Puts copied items on top of a scene; gives their new ids. A source that is not in this project (any more), or is of
/// another kind here, is made again from `copied`.
///
/// # Errors
/// The scene or something shown is not there; a scene would be inside itself; wrong values.
pub fn paste_items(
    p: &mut Project,
    scene: &str,
    items: &[SceneItem],
    copied: &[Source],
) -> Result<Vec<String>, EditError> {
    let at = scene_place(p, scene)?;
    let mut again: HashMap<&str, String> = HashMap::new();
    let mut made = vec![];
    let mut names: HashMap<&str, String> = HashMap::new();
    let first = p.scenes[at].items.len();
    for pasted in items {
        let item = pasted;
        // Values come from outside and are checked as the document is.
        let mut item: SceneItem = changed(item, &Map::new(), &ITEM, "items")?;
        match (item.source.as_deref(), item.scene.as_deref()) {
            (None, None) if item.members.is_some() => {}
            _ if item.members.is_some() => return Err(EditError::refused("a group shows nothing but its members")),
            (Some(id), None) => {
                let from = copied.iter().find(|s| s.id == id);
                item.source = Some(pasted_source(p, id, from, &mut again)?);
            }
            (None, Some(id)) => {
                place("scene", id, p.scenes.iter().map(|s| &s.id))?;
                check_nesting(p, &p.scenes[at].id, id)?;
            }
            _ => return Err(EditError::refused("an item shows one source or one scene")),
        }
        let base = if item.id.is_empty() { "item" } else { &item.id };
        item.id = ids::unique_id(&ids::slug(base, "item"), p.scenes[at].items.iter().map(|i| &i.id));
        names.insert(&pasted.id, item.id.clone());
        made.push(item.id.clone());
        p.scenes[at].items.push(item);
    }
    settle(&mut p.scenes[at], first, &names);
    Ok(made)
}

/// What was pasted from `first` on is held by what was pasted with it, or by nothing; `names` has the new ids.
fn settle(s: &mut crate::Scene, first: usize, names: &HashMap<&str, String>) {
    for i in s.items.iter_mut().skip(first) {
        i.parent = names.get(i.parent.as_str()).cloned().unwrap_or_default();
    }
    // A ring, or one held by what holds nothing, is let loose.
    for n in first..s.items.len() {
        let (id, parent) = (s.items[n].id.clone(), s.items[n].parent.clone());
        if groups::check_parent(s, &id, &parent).is_err() {
            s.items[n].parent.clear();
        }
    }
}

fn pasted_source<'a>(
    p: &mut Project,
    id: &str,
    from: Option<&'a Source>,
    again: &mut HashMap<&'a str, String>,
) -> Result<String, EditError> {
    match (p.source(id), from) {
        (Some(here), Some(from)) if here.kind != from.kind => {}
        (Some(_), _) => return Ok(id.to_owned()),
        (None, Some(_)) => {}
        (None, None) => {
            place("source", id, p.sources.iter().map(|s| &s.id))?;
        }
    }
    let Some(from) = from else { return Ok(id.to_owned()) };
    if let Some(done) = again.get(from.id.as_str()) {
        return Ok(done.clone());
    }
    let made = sources::add_source(p, &from.kind, from.label(), from.settings.clone());
    if let Some(s) = p.sources.last_mut() {
        s.audio.clone_from(&from.audio);
        s.color.clone_from(&from.color);
        s.notes.clone_from(&from.notes);
    }
    again.insert(&from.id, made.clone());
    Ok(made)
}
