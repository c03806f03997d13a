//! Which sources can be seen in scenes.

use project::Project;
use std::collections::HashSet;

/// Ids of the sources with a visible item in one of `scenes`, nested scenes included.
pub(crate) fn visible_sources<'a>(project: &'a Project, scenes: impl IntoIterator<Item = &'a str>) -> HashSet<&'a str> {
    let mut out = HashSet::new();
    let mut seen = HashSet::new();
    let mut open: Vec<&str> = scenes.into_iter().collect();
    while let Some(id) = open.pop() {
        let Some(scene) = project.scene(id).filter(|s| seen.insert(s.id.as_str())) else {
            continue;
        };
        for item in scene.shown_items() {
            out.extend(item.source.as_deref());
            open.extend(item.scene.as_deref());
        }
    }
    out
}
