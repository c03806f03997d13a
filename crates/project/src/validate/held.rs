//! What can be wrong with groups, layouts and the movement of items.

use super::{Findings, Registries, check_kind};
use crate::{Project, Scene, SceneItem};
use media::Severity;

/// Finds what is wrong with what holds what, and with how items move.
pub(super) fn check(p: &Project, kinds: &Registries<'_>, f: &mut Findings) {
    for (i, scene) in p.scenes.iter().enumerate() {
        for (k, item) in scene.items.iter().enumerate() {
            let (path, label) = (
                format!("scenes[{i}].items[{k}]"),
                format!("{}, item {}", scene.label(), k + 1),
            );
            if let Some(problem) = parent_problem(scene, item) {
                f.add(
                    Severity::Degraded,
                    format!("{path}.parent"),
                    format!("{label}: {problem}"),
                );
            }
            if let Some(layout) = item.layout() {
                let at = format!("{path}.members.layout");
                check_kind(f, kinds.layouts, &at, &label, &layout.kind, &layout.settings);
            }
            for (name, way) in [("show", &item.show), ("hide", &item.hide)] {
                if let Some(way) = way {
                    let at = format!("{path}.{name}");
                    check_kind(f, kinds.transitions, &at, &label, &way.kind, &way.settings);
                }
            }
            check_keys(item, &path, &label, f);
        }
    }
}

fn parent_problem(scene: &Scene, item: &SceneItem) -> Option<String> {
    if item.parent.is_empty() {
        return None;
    }
    let Some(parent) = scene.item(&item.parent) else {
        return Some(format!("there is no group `{}`; nothing is drawn", item.parent));
    };
    if parent.members.is_none() {
        return Some(format!("`{}` is no group; nothing is drawn", item.parent));
    }
    if !scene.is_within(&parent.id, &item.id) {
        return None;
    }
    let mut names = vec![item.id.as_str()];
    let mut at = &parent.id;
    while at != &item.id && names.len() <= scene.items.len() {
        names.insert(1, at);
        at = &scene.item(at)?.parent;
    }
    names.push(&item.id);
    Some(format!(
        "a group is inside itself: {}; none of them is drawn. Take one of them out",
        names.join(" -> ")
    ))
}

/// Keys of values that an item does not have do nothing.
fn check_keys(item: &SceneItem, path: &str, label: &str, f: &mut Findings) {
    for (a, animation) in item.animations.iter().enumerate() {
        for (n, key) in animation.keys.iter().enumerate() {
            if !item.has_value(&key.property) {
                let message = format!(
                    "{label}, animation {}: the item has no value `{}` that could be keyed",
                    animation.label(),
                    key.property
                );
                f.add(
                    Severity::Notice,
                    format!("{path}.animations[{a}].keys[{n}].property"),
                    message,
                );
            }
        }
    }
}
