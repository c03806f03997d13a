//! Which sources are in the mix: those that no scene places anywhere (a microphone beside the picture) always, the
//! others while they are visible in the scene on show.

use project::Project;
use std::collections::HashSet;

/// Ids of the sources that are heard while `scenes` are on show.
pub(crate) fn heard(project: &Project, scenes: &[String]) -> HashSet<String> {
    let placed: HashSet<&str> = project
        .scenes
        .iter()
        .flat_map(|s| &s.items)
        .filter_map(|i| i.source.as_deref())
        .collect();
    let mut out: HashSet<String> = project
        .sources
        .iter()
        .filter(|s| !placed.contains(s.id.as_str()))
        .map(|s| s.id.clone())
        .collect();
    let mut seen = HashSet::new();
    let mut open: Vec<&str> = scenes.iter().map(String::as_str).collect();
    while let Some(id) = open.pop() {
        let Some(scene) = project.scene(id).filter(|s| seen.insert(s.id.as_str())) else {
            continue;
        };
        for item in scene.items.iter().filter(|i| i.visible) {
            out.extend(item.source.clone());
            open.extend(item.scene.as_deref());
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use project::{Scene, SceneItem, Source};

    #[test]
    fn visible_nested_and_unplaced_sources_are_heard() {
        let source = |id: &str| Source {
            id: id.into(),
            ..Source::default()
        };
        let item = |source: Option<&str>, scene: Option<&str>, visible| SceneItem {
            source: source.map(Into::into),
            scene: scene.map(Into::into),
            visible,
            ..SceneItem::default()
        };
        let scene = |id: &str, items| Scene {
            id: id.into(),
            items,
            ..Scene::default()
        };
        let p = Project {
            sources: ["mic", "film", "hidden", "inner", "other"].map(source).into(),
            scenes: vec![
                scene(
                    "a",
                    vec![
                        item(Some("film"), None, true),
                        item(Some("hidden"), None, false),
                        item(None, Some("b"), true),
                    ],
                ),
                scene("b", vec![item(Some("inner"), None, true), item(None, Some("a"), true)]),
                scene("c", vec![item(Some("other"), None, true)]),
            ],
            ..Project::default()
        };
        let got = heard(&p, &["a".into()]);
        assert_eq!(got, ["mic", "film", "inner"].map(String::from).into());
    }
}
