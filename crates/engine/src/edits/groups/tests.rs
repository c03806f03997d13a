//! Grouping and ungrouping, in and out: what is seen does not move.

use crate::{Command, edits};
use compositor::{DrawList, draw_list};
use media::{AlphaMode, VideoFrame};
use project::{Bounds, BoundsMode, Point, Project, Rgba, Scale, Scene, SceneItem};
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock};

fn frame(_: &str) -> Option<Arc<VideoFrame>> {
    static FRAME: LazyLock<Arc<VideoFrame>> = LazyLock::new(|| {
        let pixels = [200, 10, 10, 255].repeat(160 * 90);
        Arc::new(VideoFrame::rgba(160, 90, pixels, AlphaMode::Opaque).expect("a frame"))
    });
    Some(FRAME.clone())
}

fn project() -> Project {
    let at = |id: &str, x: f64, y: f64| SceneItem {
        id: id.into(),
        source: Some("cam".into()),
        position: Point { x, y },
        ..SceneItem::default()
    };
    let turned = SceneItem {
        rotation_deg: 30.0,
        scale: Scale { x: -1.5, y: 1.5 },
        ..at("turned", 700.0, 300.0)
    };
    let boxed = SceneItem {
        bounds: Some(Bounds::new(BoundsMode::Contain, 400.0, 400.0)),
        ..at("boxed", 1200.0, 100.0)
    };
    Project {
        sources: vec![project::Source {
            id: "cam".into(),
            ..project::Source::default()
        }],
        scenes: vec![Scene {
            items: vec![at("plain", 100.0, 60.0), turned, boxed, at("apart", 20.0, 900.0)],
            ..Scene::default()
        }],
        ..Project::default()
    }
}

fn run(p: &mut Project, command: Value) -> Result<Value, String> {
    let mut command: Command = serde_json::from_value(command).map_err(|e| e.to_string())?;
    edits::complete(p, &mut command, &|_| Some((160, 90)));
    let mut next = p.clone();
    let out = edits::apply(&mut next, command).map_err(|e| e.to_string())?;
    *p = next;
    Ok(Value::Object(out.0))
}

fn drawn(p: &Project) -> DrawList {
    draw_list(p, (1920, 1080), Rgba::BLACK, "main", &frame)
}

/// Where the corners of everything are seen, in the order of the document.
fn seen(p: &Project) -> Vec<[f32; 4]> {
    let list = drawn(p);
    let corners = |i: &compositor::DrawItem| {
        let (a, b) = i.canvas_from_picture.apply(i.crop[0], i.crop[1]);
        let (c, d) = i.canvas_from_picture.apply(i.crop[2], i.crop[3]);
        [a, b, c, d]
    };
    let mut out: Vec<_> = list.items.iter().map(corners).collect();
    out.sort_by(|a, b| a[0].total_cmp(&b[0]));
    out
}

fn same(a: &[[f32; 4]], b: &[[f32; 4]]) {
    assert_eq!(a.len(), b.len());
    for (a, b) in a.iter().zip(b) {
        assert!(a.iter().zip(b).all(|(a, b)| (a - b).abs() < 0.1), "{a:?} {b:?}");
    }
}

#[test]
fn grouping_moves_nothing_and_neither_does_ungrouping() {
    let mut p = project();
    let before = seen(&p);
    let made = run(
        &mut p,
        json!({"command": "group_items", "scene": "main", "items": ["plain", "turned", "boxed"]}),
    )
    .expect("grouped");
    let id = made["item"].as_str().expect("an id").to_owned();
    same(&seen(&p), &before);
    let group = p.scenes[0].item(&id).expect("there");
    let m = group.members.as_ref().expect("a group");
    assert_eq!(
        (group.position.x, group.position.y),
        (100.0, 60.0),
        "around what is in it"
    );
    assert_eq!(m.width, 1500.0);

    // Moved, turned and made smaller as one, and mirrored.
    let place = json!({"position": {"x": 900, "y": 500}, "rotation_deg": 15, "scale": {"x": -0.5, "y": 0.5}, "alignment": "center"});
    run(
        &mut p,
        json!({"command": "set_item", "scene": "main", "item": id, "changes": place}),
    )
    .expect("moved");
    let moved = seen(&p);
    assert!(moved.iter().zip(&before).any(|(a, b)| (a[0] - b[0]).abs() > 50.0));
    // Out of it alone, and in again.
    run(
        &mut p,
        json!({"command": "move_item", "scene": "main", "item": "turned", "index": 0, "parent": ""}),
    )
    .expect("out");
    assert_eq!(p.scenes[0].item("turned").expect("there").parent, "");
    same(&seen(&p), &moved);
    run(
        &mut p,
        json!({"command": "move_item", "scene": "main", "item": "turned", "index": 2, "parent": id}),
    )
    .expect("in");
    same(&seen(&p), &moved);
    // A group in the group.
    let inner = run(
        &mut p,
        json!({"command": "group_items", "scene": "main", "items": ["plain", "boxed"], "name": "Two"}),
    )
    .expect("grouped");
    assert_eq!(
        p.scenes[0]
            .item(inner["item"].as_str().expect("id"))
            .expect("there")
            .parent,
        id
    );
    same(&seen(&p), &moved);
    for group in [inner["item"].as_str().expect("id"), &id] {
        run(
            &mut p,
            json!({"command": "ungroup_items", "scene": "main", "item": group}),
        )
        .expect("apart");
        same(&seen(&p), &moved);
    }
    assert!(
        p.scenes[0]
            .items
            .iter()
            .all(|i| i.parent.is_empty() && i.members.is_none())
    );
}

#[test]
fn a_group_fades_hides_and_is_gone_as_one() {
    let mut p = project();
    let made = run(
        &mut p,
        json!({"command": "group_items", "scene": "main", "items": ["plain", "turned"]}),
    )
    .expect("grouped");
    let id = made["item"].as_str().expect("an id").to_owned();
    let set = |p: &mut Project, changes: Value| {
        run(
            p,
            json!({"command": "set_item", "scene": "main", "item": id, "changes": changes}),
        )
    };
    set(&mut p, json!({"opacity": 0.5})).expect("faded");
    // One picture of both, so that what overlaps does not shine through.
    let list = drawn(&p);
    assert_eq!(list.items.len(), 3);
    assert!(
        list.items
            .iter()
            .any(|i| i.opacity == 0.5 && matches!(i.picture, compositor::Picture::List(_)))
    );
    set(&mut p, json!({"visible": false, "opacity": 1.0})).expect("hidden");
    assert_eq!(drawn(&p).items.len(), 2);
    let e = set(&mut p, json!({"parent": "boxed"})).expect_err("refused");
    assert!(e.contains("move_item"), "{e}");
    run(&mut p, json!({"command": "ungroup_items", "scene": "main", "item": id})).expect("apart");
    assert!(
        !p.scenes[0].item("plain").expect("there").visible,
        "what was not seen stays unseen"
    );
}

#[test]
fn a_layout_places_what_is_in_it_and_gives_it_back_there() {
    let mut p = project();
    let ask = json!({"command": "group_items", "scene": "main", "items": ["plain", "boxed"], "layout": "side_by_side", "settings": {"gap": 0}});
    let id = run(&mut p, ask).expect("made")["item"].as_str().expect("id").to_owned();
    let halves = seen(&p);
    assert_eq!(halves[0], [0.0, 0.0, 960.0, 1080.0]);
    assert_eq!(
        halves.iter().filter(|h| h[0] == 960.0 && h[2] == 1920.0).count(),
        1,
        "{halves:?}"
    );
    let set = |p: &mut Project, what: Value| {
        let mut command = json!({"command": "set_layout", "scene": "main", "item": id});
        command
            .as_object_mut()
            .expect("map")
            .extend(what.as_object().cloned().expect("map"));
        run(p, command)
    };
    set(&mut p, json!({"kind": "picture_in_picture"})).expect("another rule");
    let layout = p.scenes[0]
        .item(&id)
        .and_then(|i| i.layout())
        .expect("a layout")
        .clone();
    assert_eq!(layout.settings["gap"], json!(0), "what both rules have stays");
    assert!(!layout.settings.contains_key("stacked"));
    for (wrong, says) in [
        (json!({"kind": "circle"}), "circle"),
        (json!({"settings": {"corners": 1}}), "corners"),
        (json!({"settings": {"size": 7}}), "size"),
        (json!({"duration_ms": 50_000}), "20000"),
    ] {
        let e = set(&mut p, wrong).expect_err("refused");
        assert!(e.contains(says), "{e}");
    }
    set(
        &mut p,
        json!({"kind": "side_by_side", "easing": "bounce", "duration_ms": 900}),
    )
    .expect("back");
    set(&mut p, json!({"kind": "none"})).expect("a group");
    same(&seen(&p), &halves);
    run(&mut p, json!({"command": "ungroup_items", "scene": "main", "item": id})).expect("apart");
    same(&seen(&p), &halves);
}

#[test]
fn what_makes_no_sense_is_refused() {
    let mut p = project();
    for (command, says) in [
        (
            json!({"command": "group_items", "scene": "main", "items": []}),
            "a group has items",
        ),
        (
            json!({"command": "group_items", "scene": "main", "items": ["nobody"]}),
            "nobody",
        ),
        (json!({"command": "group_items", "scene": "none", "items": []}), "none"),
        (
            json!({"command": "group_items", "scene": "main", "items": [], "layout": "spiral"}),
            "spiral",
        ),
        (
            json!({"command": "ungroup_items", "scene": "main", "item": "plain"}),
            "no group",
        ),
        (
            json!({"command": "move_item", "scene": "main", "item": "plain", "index": 0, "parent": "boxed"}),
            "no group",
        ),
        (
            json!({"command": "set_layout", "scene": "main", "item": "plain", "kind": "grid"}),
            "no group",
        ),
    ] {
        let e = run(&mut p, command).expect_err("refused");
        assert!(e.contains(says), "{e}");
    }
    let a = run(
        &mut p,
        json!({"command": "group_items", "scene": "main", "items": ["plain"], "name": "A"}),
    )
    .expect("made");
    let b = run(
        &mut p,
        json!({"command": "group_items", "scene": "main", "items": [a["item"]], "name": "B"}),
    )
    .expect("made");
    let ring = json!({"command": "move_item", "scene": "main", "item": b["item"], "index": 0, "parent": a["item"]});
    let e = run(&mut p, ring).expect_err("refused");
    assert!(e.contains("B -> A -> B"), "{e}");
}
