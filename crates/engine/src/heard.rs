//! Which sources are in the mix: those that no scene places anywhere (a microphone beside the picture) always, the
//! others while they are visible in the scene on show.

use crate::desk::Sounding;
use project::Project;
use std::collections::{HashMap, HashSet};

/// How much of each source is heard, as a part of its power: 1 for all of it. `canvases` has what each canvas lets hear. What two
/// scenes of a fade both have is heard throughout; the rest comes and goes with its scene. What no scene places is heard whatever
/// a transition leaves of the scenes.
pub(crate) fn shares(project: &Project, canvases: &[Sounding]) -> HashMap<String, f32> {
    let mut all: HashMap<String, f32> = HashMap::new();
    let beside: HashSet<String> = beside(project);
    for sounding in canvases {
        let mut here: HashMap<String, f32> = HashMap::new();
        let mut left = 1.0;
        for (i, (scene, solid)) in sounding.scenes.iter().enumerate().rev() {
            // The lowest one hides what is behind everything.
            let part = if i == 0 { left } else { left * solid };
            left -= part;
            for id in placed(scene.of(project), &scene.id) {
                if !beside.contains(&id) {
                    *here.entry(id).or_default() += part;
                }
            }
        }
        for (id, share) in here {
            let most = all.entry(id).or_default();
            *most = most.max((share * sounding.left).min(1.0));
        }
    }
    all.extend(beside.into_iter().map(|id| (id, 1.0)));
    all.retain(|_, share| *share > 0.0);
    all
}

/// Ids of the sources that no scene places.
fn beside(project: &Project) -> HashSet<String> {
    let items = project.scenes.iter().flat_map(|s| &s.items);
    let placed: HashSet<&str> = items.filter_map(|i| i.source.as_deref()).collect();
    let sources = project.sources.iter().map(|s| &s.id);
    sources.filter(|id| !placed.contains(id.as_str())).cloned().collect()
}

/// Ids of the sources that a scene shows, nested ones included.
fn placed(project: &Project, scene: &str) -> HashSet<String> {
    let mut out = HashSet::new();
    let mut seen = HashSet::new();
    let mut open: Vec<&str> = vec![scene];
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
    use crate::desk::Showing;
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
        let alone = Sounding::of(Showing::now("a"));
        let got: HashSet<String> = shares(&p, &[alone]).into_keys().collect();
        assert_eq!(got, HashSet::from(["mic", "film", "inner"].map(String::from)));

        // A quarter of the way from a to c.
        let fading = |left| Sounding {
            scenes: vec![(Showing::now("a"), 1.0), (Showing::now("c"), 0.25)],
            left,
        };
        let at = |left| {
            let shares = shares(&p, &[fading(left)]);
            ["mic", "film", "other", "hidden"].map(|id| shares.get(id).copied().unwrap_or_default())
        };
        assert_eq!(at(1.0), [1.0, 0.75, 0.25, 0.0]);
        assert_eq!(at(0.5), [1.0, 0.375, 0.125, 0.0], "a dip leaves the microphone alone");

        // A copy on show sounds as it was.
        let mut edited = p.clone();
        edited.scenes[0].items[0].visible = false;
        let copy = Showing {
            copy: Some(std::sync::Arc::new(p)),
            ..Showing::now("a")
        };
        let film = |scene| shares(&edited, &[Sounding::of(scene)]).contains_key("film");
        assert!(film(copy) && !film(Showing::now("a")));
    }
}
