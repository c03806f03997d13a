//! Edits of the layouts of canvases that follow the main one.

use super::{EditError, changed, place, scene_place};
use crate::{ItemPlace, Project};
use serde_json::{Map, Value};
use std::sync::LazyLock;

static PLACE: LazyLock<Value> = LazyLock::new(super::schema_of::<ItemPlace>);

/// Changes the place of an item on a canvas that follows; `null` takes a field back to the rule, no changes at all everything.
///
/// # Errors
/// The canvas, scene or item is not there; the canvas does not follow; a wrong value.
pub fn set_canvas_item(
    p: &mut Project,
    canvas: &str,
    scene: &str,
    item: &str,
    changes: &Map<String, Value>,
) -> Result<(), EditError> {
    let at = place("canvas", canvas, p.canvases.iter().map(|c| &c.id))?;
    let scene = &p.scenes[scene_place(p, scene)?];
    place("item", item, scene.items.iter().map(|i| &i.id))?;
    let scene = scene.id.clone();
    let Some(follow) = &mut p.canvases[at].follow else {
        return Err(EditError::refused(format!(
            "the canvas `{canvas}` shows a scene of its own, so its items lie as the scene has them; let it follow the main \
             canvas first"
        )));
    };
    let now = follow
        .places
        .get(&scene)
        .and_then(|p| p.get(item))
        .cloned()
        .unwrap_or_default();
    let next = if changes.is_empty() {
        ItemPlace::default()
    } else {
        changed(&now, changes, &PLACE, item)?
    };
    let places = follow.places.entry(scene.clone()).or_default();
    if next.is_none() {
        places.remove(item);
    } else {
        places.insert(item.to_owned(), next);
    }
    if places.is_empty() {
        follow.places.remove(&scene);
    }
    Ok(())
}

/// Takes out the places of items that are gone, so that a later item of the same id does not inherit them.
pub fn forget_stale_places(p: &mut Project) {
    let scenes = &p.scenes;
    for follow in p.canvases.iter_mut().filter_map(|c| c.follow.as_mut()) {
        follow.places.retain(|id, places| {
            let scene = scenes.iter().find(|s| s.id == *id);
            let there = |item: &String| scene.is_some_and(|s| s.items.iter().any(|i| i.id == *item));
            places.retain(|item, _| there(item));
            !places.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Follow, FollowRule, SceneItem, edit};

    fn project() -> Project {
        let mut p = Project::default();
        p.scenes[0].items = ["a", "b"]
            .map(|id| SceneItem {
                id: id.into(),
                ..SceneItem::default()
            })
            .into();
        let rule = Some(FollowRule::Fit);
        edit::add_canvas(&mut p, Some("tall"), (1080, 1920), None, rule).expect("added");
        p
    }

    fn set(p: &mut Project, item: &str, changes: Value) -> Result<(), EditError> {
        set_canvas_item(
            p,
            "tall",
            "main",
            item,
            &changes.as_object().cloned().unwrap_or_default(),
        )
    }

    fn follow(p: &Project) -> &Follow {
        p.canvases[1].follow.as_ref().expect("it follows")
    }

    #[test]
    fn an_item_gets_a_place_of_its_own_and_gives_it_back() {
        let mut p = project();
        assert_eq!(follow(&p).rule, FollowRule::Fit);
        set(
            &mut p,
            "a",
            serde_json::json!({"position": {"x": 5.0, "y": 7.0}, "visible": false}),
        )
        .expect("set");
        set(&mut p, "a", serde_json::json!({"position": {"x": 6.0}})).expect("set");
        let place = &follow(&p).places["main"]["a"];
        assert_eq!(place.position.map(|p| (p.x, p.y)), Some((6.0, 7.0)));
        assert_eq!(place.visible, Some(false));
        set(&mut p, "a", serde_json::json!({"position": null})).expect("set");
        assert_eq!(follow(&p).places["main"]["a"].position, None);
        set(&mut p, "a", serde_json::json!({})).expect("back to the rule");
        assert!(follow(&p).places.is_empty());
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let mut p = project();
        for (item, changes) in [
            ("gone", serde_json::json!({"visible": false})),
            ("a", serde_json::json!({"source": "x"})),
            ("a", serde_json::json!({"opacity": 2.0})),
            ("a", serde_json::json!({"rule": "zoom"})),
        ] {
            assert!(set(&mut p, item, changes).is_err());
        }
        let changes = serde_json::json!({"visible": false});
        let changes = changes.as_object().expect("map");
        assert!(set_canvas_item(&mut p, "gone", "main", "a", changes).is_err());
        let error = set_canvas_item(&mut p, "main", "main", "a", changes).expect_err("it leads");
        assert!(error.to_string().contains("follow"), "{error}");
        let main = serde_json::json!({"follow": {"rule": "fit"}});
        assert!(edit::set_canvas(&mut p, "main", main.as_object().expect("map")).is_err());
        assert!(follow(&p).places.is_empty());
    }

    #[test]
    fn places_of_items_that_are_gone_are_forgotten() {
        let mut p = project();
        for item in ["a", "b"] {
            set(&mut p, item, serde_json::json!({"visible": false})).expect("set");
        }
        p.scenes[0].items.remove(0);
        forget_stale_places(&mut p);
        assert_eq!(follow(&p).places["main"].keys().collect::<Vec<_>>(), ["b"]);
        p.scenes[0].id = "other".into();
        forget_stale_places(&mut p);
        assert!(follow(&p).places.is_empty());
    }
}
