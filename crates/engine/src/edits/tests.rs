//! Commands as edits: what comes back, what is refused, what stays secret.

use super::*;
use serde_json::json;

fn map(v: Value) -> serde_json::Map<String, Value> {
    v.as_object().expect("object").clone()
}

fn command(v: Value) -> Command {
    serde_json::from_value(v).expect("a command")
}

#[test]
fn a_source_comes_with_its_item() {
    let mut p = Project::default();
    let made = apply(
        &mut p,
        command(json!({"command": "add_source", "kind": "color", "scene": "main"})),
    )
    .expect("made");
    assert_eq!(
        (made.text("source"), made.text("item")),
        (Some("colour"), Some("colour"))
    );
    let made = apply(
        &mut p,
        command(
            json!({"command": "add_source", "kind": "text", "name": "標題", "scene": "main",
        "settings": {"text": "hi"}, "item": {"opacity": 0.5}}),
        ),
    )
    .expect("made");
    assert_eq!(made.text("source"), Some("text"));
    let item = &p.scenes[0].items[1];
    assert_eq!(
        (item.opacity, item.alignment, item.bounds),
        (0.5, project::Alignment::Center, None)
    );
    let e = apply(
        &mut p,
        command(json!({"command": "add_source", "kind": "color", "settings": {"angle_deg": "x"}})),
    );
    assert!(e.expect_err("wrong").to_string().contains("angle_deg"));
}

#[test]
fn a_batch_holds_edits_only() {
    let mut p = Project::default();
    let c = command(json!({"command": "batch", "label": "x", "commands": [
        {"command": "add_scene", "name": "B"}, {"command": "end_show"}]}));
    let e = apply(&mut p, c).expect_err("no edit").to_string();
    assert!(e.contains("end_show"), "{e}");
}

#[test]
fn a_key_that_comes_back_empty_stays() {
    let mut p = Project::default();
    let made = apply(
        &mut p,
        command(
            json!({"command": "add_destination", "kind": "rtmp", "name": "My stream",
        "settings": {"url": "rtmp://h.example/app", "key": "secret-1"}}),
        ),
    )
    .expect("made");
    assert_eq!(made.text("destination"), Some("my-stream"));
    let mut set = |settings: Value| {
        apply(
            &mut p,
            command(json!({"command": "set_destination", "id": "my-stream", "settings": settings})),
        )
        .map(drop)?;
        Ok::<_, EngineError>(p.destinations[0].settings.clone())
    };
    let s = set(json!({"key": "", "url": "rtmp://other.example/app"})).expect("set");
    assert_eq!(s, map(json!({"url": "rtmp://other.example/app", "key": "secret-1"})));
    let s = set(json!({"key": null})).expect("cleared");
    assert_eq!(s["key"], "");
    // The key in the address: shown with stars, and back again.
    set(json!({"url": "rtmp://h.example/app/secret-2"})).expect("set");
    let s = set(json!({"url": "rtmp://h.example/app/****"})).expect("set");
    assert_eq!(s["url"], "rtmp://h.example/app/secret-2");
}

#[test]
fn filters_come_go_and_change_places() {
    let mut p = Project::default();
    let mut run = |v: Value| apply(&mut p, command(v)).map(|o| o.text("filter").map(str::to_owned));
    run(json!({"command": "add_source", "kind": "color", "scene": "main"})).expect("made");
    let key =
        run(json!({"command": "add_filter", "source": "colour", "kind": "chroma_key", "settings": {"spill": 0.3}}));
    assert_eq!(key.expect("made").as_deref(), Some("chroma-key"));
    let blur = run(json!({"command": "add_filter", "source": "colour", "kind": "blur", "index": 0}));
    assert_eq!(blur.expect("made").as_deref(), Some("blur"));
    run(json!({"command": "add_filter", "scene": "main", "item": "colour", "kind": "sharpen"})).expect("on an item");
    run(json!({"command": "add_filter", "scene": "main", "kind": "scroll", "name": "Run"})).expect("on a scene");
    run(json!({"command": "set_filter", "source": "colour", "filter": "chroma-key", "enabled": false, "settings": {"similarity": 0.2}}))
        .expect("set");
    run(json!({"command": "move_filter", "source": "colour", "filter": "blur", "index": 9})).expect("moved");
    for (wrong, says) in [
        (
            json!({"command": "add_filter", "source": "colour", "kind": "magic"}),
            "chroma_key",
        ),
        (json!({"command": "add_filter", "kind": "blur"}), "name a `source`"),
        (
            json!({"command": "add_filter", "item": "colour", "kind": "blur"}),
            "with its `scene`",
        ),
        (
            json!({"command": "add_filter", "scene": "main", "kind": "freeze"}),
            "on the source",
        ),
        (
            json!({"command": "add_filter", "source": "gone", "kind": "blur"}),
            "gone",
        ),
        (
            json!({"command": "set_filter", "source": "colour", "filter": "blur", "settings": {"radius": 1e9}}),
            "0 to 200",
        ),
        (
            json!({"command": "set_filter", "source": "colour", "filter": "blur", "settings": {"radius": "far"}}),
            "radius",
        ),
        (
            json!({"command": "remove_filter", "source": "colour", "filter": "none"}),
            "none",
        ),
    ] {
        let said = run(wrong.clone()).expect_err("refused").to_string();
        assert!(said.contains(says), "{wrong}: {said}");
    }
    run(json!({"command": "remove_filter", "scene": "main", "item": "colour", "filter": "sharpen"})).expect("gone");
    let s = &p.sources[0].filters;
    assert_eq!(
        (s[0].kind.as_str(), s[0].enabled, s[1].kind.as_str()),
        ("chroma_key", false, "blur")
    );
    assert_eq!(
        (&s[0].settings["spill"], &s[0].settings["similarity"]),
        (&json!(0.3), &json!(0.2))
    );
    assert!(p.scenes[0].items[0].filters.is_empty());
    assert_eq!(p.scenes[0].filters[0].label(), "Run");
}
