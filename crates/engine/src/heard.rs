//! Which sources are in the mix: those that no scene places anywhere (a microphone beside the picture) always, the
//! others while they are visible in the scene on show.

use project::Project;
use std::collections::{HashMap, HashSet};

/// How much of each source is heard, as a part of its power: 1 for all of it. `canvases` has what each canvas shows, bottom
/// first, with how solid it is. What two scenes of a fade both have is heard throughout; the rest comes and goes with its scene.
pub(crate) fn shares(project: &Project, canvases: &[Vec<(String, f32)>]) -> HashMap<String, f32> {
    let mut all: HashMap<String, f32> = HashMap::new();
    for layers in canvases {
        let mut here: HashMap<String, f32> = HashMap::new();
        let mut left = 1.0;
        for (i, (scene, solid)) in layers.iter().enumerate().rev() {
            // The lowest one hides what is behind everything.
            let part = if i == 0 { left } else { left * solid };
            left -= part;
            for id in heard(project, std::slice::from_ref(scene)) {
                *here.entry(id).or_default() += part;
            }
        }
        for (id, share) in here {
            let most = all.entry(id).or_default();
            *most = most.max(share.min(1.0));
        }
    }
    all.retain(|_, share| *share > 0.0);
    all
}

/// Ids of the sources that are heard while `scenes` are on show.
fn heard(project: &Project, scenes: &[String]) -> HashSet<String> {
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
        for item in scene.shown_items() {
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
        assert_eq!(got, HashSet::from(["mic", "film", "inner"].map(String::from)));

        // A quarter of the way from a to c.
        let fading = [vec![("a".to_owned(), 1.0), ("c".to_owned(), 0.25)]];
        let shares = shares(&p, &fading);
        let share = |id: &str| shares.get(id).copied().unwrap_or_default();
        assert_eq!(["mic", "film", "other", "hidden"].map(share), [1.0, 0.75, 0.25, 0.0]);
    }
}
