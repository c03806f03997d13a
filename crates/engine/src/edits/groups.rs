//! Edits of groups and layouts: what is put together or taken apart stays where it is seen. How spaces lie in each other is
//! the compositor's arithmetic; what holds what is `project::edit`.

use crate::{Changes, Command, EngineError, Outcome, plan::hint};
use compositor::{
    Affine,
    layouts::layout_kinds,
    place::place_in,
    spaces::{canvas_from_space, carried, settled},
};
use project::{
    DocError, Ease, KindInfo, Layout, Members, Point, Project, Scene, SceneItem,
    edit::{self, EditError},
};

/// Carries out an edit of groups.
pub(super) fn apply(p: &mut Project, command: Command) -> Result<Outcome, EngineError> {
    let done = Outcome::none();
    Ok(match command {
        Command::GroupItems {
            scene,
            items,
            name,
            layout,
            settings,
            frame,
        } => {
            let layout = layout.map(|kind| new_layout(&kind, settings)).transpose()?;
            let id = group(p, &scene, &items, name.as_deref(), layout, frame)?;
            done.with("item", id)
        }
        Command::UngroupItems { scene, item } => done.with("items", ungroup(p, &scene, &item)?),
        Command::MoveItem {
            scene,
            item,
            index,
            parent,
        } => {
            match parent {
                Some(parent) => put_into(p, &scene, &item, &parent, index)?,
                None => edit::move_item(p, &scene, &item, index)?,
            }
            done
        }
        Command::SetLayout {
            scene,
            item,
            kind,
            settings,
            duration_ms,
            easing,
            ..
        } => {
            set_layout(p, &scene, &item, kind.as_deref(), settings, (duration_ms, easing))?;
            done
        }
        other => return Err(super::no_edit(&other)),
    })
}

fn scene_of<'a>(p: &'a Project, scene: &str) -> Result<&'a Scene, EngineError> {
    p.scene(scene).ok_or_else(|| EngineError::NotFound {
        what: "scene",
        id: scene.into(),
        hint: hint(p.scenes.iter().map(|s| s.id.as_str())),
    })
}

fn item_of<'a>(s: &'a Scene, item: &str) -> Result<&'a SceneItem, EngineError> {
    s.item(item).ok_or_else(|| EngineError::NotFound {
        what: "item",
        id: item.into(),
        hint: hint(s.items.iter().map(|i| i.id.as_str())),
    })
}

fn item_mut<'a>(p: &'a mut Project, scene: &str, item: &str) -> Option<&'a mut SceneItem> {
    let at = p.scene(scene)?.id.clone();
    let s = p.scenes.iter_mut().find(|s| s.id == at)?;
    s.items.iter_mut().find(|i| i.id == item)
}

fn refused(text: String) -> EngineError {
    EngineError::BadValue(text)
}

/// The rule of that kind with its settings.
fn new_layout(kind: &str, settings: Option<Changes>) -> Result<Layout, EngineError> {
    let info = kind_of(kind)?;
    let mut all = (info.defaults)();
    all.extend(settings.unwrap_or_default());
    check(&info, &all)?;
    Ok(Layout {
        kind: kind.to_owned(),
        settings: all,
        ..Layout::default()
    })
}

fn kind_of(id: &str) -> Result<KindInfo, EngineError> {
    let known = layout_kinds().iter().find(|k| k.info.id == id).map(|k| k.info);
    known.ok_or_else(|| EngineError::NotFound {
        what: "kind of layout",
        id: id.into(),
        hint: hint(layout_kinds().iter().map(|k| k.info.id)),
    })
}

fn check(info: &KindInfo, settings: &Changes) -> Result<(), EngineError> {
    let unknown = (info.check)(settings, "settings").map_err(|e: DocError| EngineError::from(EditError::Wrong(e)))?;
    match unknown.first() {
        Some(u) => Err(refused(format!("{}: {} has no such setting", u.path, info.name))),
        None => Ok(()),
    }
}

/// The size of a space: the canvas' for a scene itself.
fn size_of_space(p: &Project, s: &Scene, parent: &str) -> (f64, f64) {
    let canvas = p.canvases.first().map(|c| (f64::from(c.width), f64::from(c.height)));
    let held = s.item(parent).and_then(|i| i.members.as_ref());
    held.map(|m| (m.width, m.height)).or(canvas).unwrap_or((1920.0, 1080.0))
}

fn group(
    p: &mut Project,
    scene: &str,
    items: &[String],
    name: Option<&str>,
    layout: Option<Layout>,
    frame: Option<[f64; 4]>,
) -> Result<String, EngineError> {
    let s = scene_of(p, scene)?;
    for id in items {
        item_of(s, id)?;
    }
    if items.is_empty() && layout.is_none() {
        return Err(refused("a group has items: name those that are to be in it".into()));
    }
    let tops = tops(s, items);
    // It takes the place of the topmost of them.
    let top = s.items.iter().rposition(|i| tops.contains(&i.id));
    let parent = top.map(|i| s.items[i].parent.clone()).unwrap_or_default();
    let index = top.map_or(s.items.len(), |i| i + 1);
    let whole = size_of_space(p, s, &parent);
    let [x, y, width, height] = match frame.filter(|_| layout.is_none()) {
        Some(f) if f.iter().all(|v| v.is_finite()) => [f[0], f[1], f[2].max(1.0), f[3].max(1.0)],
        _ => [0.0, 0.0, whole.0, whole.1],
    };
    let word = if layout.is_some() { "Layout" } else { "Group" };
    let name = match name {
        Some(name) => name.to_owned(),
        None => edit::unique_name(word, s.items.iter().map(|i| &i.name)),
    };
    for id in &tops {
        let at = scene_of(p, scene)?.items.iter().position(|i| i.id == *id);
        put_into(p, scene, id, &parent, at.unwrap_or_default())?;
    }
    let members = Members {
        width,
        height,
        layout,
        ..Members::default()
    };
    let made = edit::add_holder(p, scene, &name, members, &parent, index)?;
    if let Some(group) = item_mut(p, scene, &made) {
        group.position = Point { x, y };
    }
    for id in &tops {
        let at = scene_of(p, scene)?.items.iter().position(|i| i.id == *id);
        edit::hold_item(p, scene, id, &made, at.unwrap_or_default())?;
        if let Some(item) = item_mut(p, scene, id) {
            item.position.x -= x;
            item.position.y -= y;
        }
    }
    Ok(made)
}

/// Those that are held by no other of them.
fn tops(s: &Scene, items: &[String]) -> Vec<String> {
    let held = |id: &String| items.iter().any(|other| other != id && s.is_within(id, other));
    let in_order = s.items.iter().map(|i| &i.id).filter(|id| items.contains(id));
    in_order.filter(|id| !held(id)).cloned().collect()
}

fn ungroup(p: &mut Project, scene: &str, item: &str) -> Result<Vec<String>, EngineError> {
    let s = scene_of(p, scene)?;
    let gone = item_of(s, item)?.clone();
    let Some(members) = &gone.members else {
        return Err(refused(format!("{item} is no group and no layout")));
    };
    let map = place_in(&settled(s, &gone), (members.width, members.height)).map(|(_, m)| m);
    let freed: Vec<SceneItem> = s
        .members(&gone.id)
        .map(|i| freed(&gone, &settled(s, i), map.as_ref()))
        .collect();
    let ids = edit::dissolve(p, scene, item)?;
    for mut free in freed {
        free.parent.clone_from(&gone.parent);
        if let Some(slot) = item_mut(p, scene, &free.id) {
            *slot = free;
        }
    }
    Ok(ids)
}

/// A member as it is without its group.
fn freed(group: &SceneItem, member: &SceneItem, map: Option<&Affine>) -> SceneItem {
    let mut out = map.map_or_else(|| member.clone(), |m| carried(member, m));
    out.visible = member.visible && group.visible;
    out.locked = member.locked || group.locked;
    out.opacity = member.opacity * group.opacity;
    out
}

/// Puts an item into another space; it stays where it is seen. In a layout it goes where that puts it.
fn put_into(p: &mut Project, scene: &str, item: &str, parent: &str, index: usize) -> Result<(), EngineError> {
    let s = scene_of(p, scene)?;
    let now = item_of(s, item)?;
    if now.parent == parent {
        return Ok(edit::move_item(p, scene, item, index)?);
    }
    let at_rest = settled(s, now).into_owned();
    let from = canvas_from_space(s, &now.parent);
    let to = canvas_from_space(s, parent).and_then(|m| m.inverse());
    edit::hold_item(p, scene, item, parent, index)?;
    if let (Some(from), Some(to), Some(slot)) = (from, to, item_mut(p, scene, item)) {
        let parent = std::mem::take(&mut slot.parent);
        *slot = SceneItem {
            parent,
            ..carried(&at_rest, &to.after(&from))
        };
    }
    Ok(())
}

/// Another rule for a layout, or other settings of its rule; `none` makes it a plain group whose members stay where they are.
fn set_layout(
    p: &mut Project,
    scene: &str,
    item: &str,
    kind: Option<&str>,
    settings: Option<Changes>,
    (duration_ms, easing): (Option<u32>, Option<Ease>),
) -> Result<(), EngineError> {
    let s = scene_of(p, scene)?;
    let at = item_of(s, item)?;
    let Some(members) = &at.members else {
        return Err(refused(format!("{item} is no group and no layout")));
    };
    if kind == Some("none") {
        let settled: Vec<SceneItem> = s.members(item).map(|i| settled(s, i).into_owned()).collect();
        for member in settled {
            if let Some(slot) = item_mut(p, scene, &member.id) {
                *slot = member;
            }
        }
        let members = item_mut(p, scene, item).and_then(|i| i.members.as_mut());
        members.into_iter().for_each(|m| m.layout = None);
        return Ok(());
    }
    let mut next = members.layout.clone().unwrap_or_default();
    let info = kind_of(kind.unwrap_or(&next.kind))?;
    let mut all = (info.defaults)();
    // What both kinds have stays as it was chosen, where the new one takes it; what nobody chose is the new one's own.
    let unchosen = kind_of(&next.kind).map(|k| (k.defaults)()).unwrap_or_default();
    let same_kind = info.id == next.kind;
    for (key, value) in next
        .settings
        .iter()
        .filter(|(k, v)| same_kind || unchosen.get(*k) != Some(v))
    {
        let Some(own) = all.get(key).cloned() else { continue };
        all.insert(key.clone(), value.clone());
        if check(&info, &all).is_err() {
            all.insert(key.clone(), own);
        }
    }
    all.extend(settings.unwrap_or_default());
    check(&info, &all)?;
    info.id.clone_into(&mut next.kind);
    next.settings = all;
    if let Some(ms) = duration_ms {
        if ms > 20_000 {
            return Err(refused(format!("duration_ms is {ms}; it must lie between 0 and 20000")));
        }
        next.duration_ms = ms;
    }
    next.easing = easing.unwrap_or(next.easing);
    let members = item_mut(p, scene, item).and_then(|i| i.members.as_mut());
    members.into_iter().for_each(|m| m.layout = Some(next.clone()));
    Ok(())
}

/// The rectangle around items in the space of the topmost of them, on whole pixels; `size` gives the size of what a source shows.
pub(crate) fn frame(
    p: &Project,
    scene: &str,
    items: &[String],
    size: &dyn Fn(&str) -> Option<(u32, u32)>,
) -> Option<[f64; 4]> {
    let s = p.scene(scene)?;
    let tops = tops(s, items);
    let parent = s
        .items
        .iter()
        .rev()
        .find(|i| tops.contains(&i.id))
        .map(|i| i.parent.clone())?;
    let into = canvas_from_space(s, &parent)?.inverse()?;
    let canvas = p.canvases.first().map(|c| (f64::from(c.width), f64::from(c.height)));
    let mut r = [f64::INFINITY, f64::INFINITY, f64::NEG_INFINITY, f64::NEG_INFINITY];
    for item in s.items.iter().filter(|i| tops.contains(&i.id)) {
        let source = item
            .source
            .as_deref()
            .and_then(size)
            .map(|(w, h)| (f64::from(w), f64::from(h)));
        let held = item.members.as_ref().map(|m| (m.width, m.height));
        let nested = item.scene.as_ref().and(canvas);
        let placed = source
            .or(held)
            .or(nested)
            .and_then(|size| place_in(&settled(s, item), size));
        let Some((crop, m)) = placed else { continue };
        let m = into.after(&canvas_from_space(s, &item.parent)?).after(&m);
        let b = m.bounds(crop).map(f64::from);
        r = [r[0].min(b[0]), r[1].min(b[1]), r[2].max(b[2]), r[3].max(b[3])];
    }
    // A hair over a pixel is no pixel more.
    let (low, high) = (|v: f64| (v + 0.01).floor(), |v: f64| (v - 0.01).ceil());
    let (x, y) = (low(r[0]), low(r[1]));
    let frame = [x, y, high(r[2]) - x, high(r[3]) - y];
    let sane = frame.iter().all(|v| v.abs() < 1e5) && frame[2] >= 1.0 && frame[3] >= 1.0;
    sane.then_some(frame)
}

#[cfg(test)]
mod tests;
