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
