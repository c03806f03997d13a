//! The WebSocket a page lives on.

use crate::rig::Rig;
use serde_json::json;
use std::time::Duration;
use test_support::wait_for;

#[test]
fn a_page_hears_who_it_is_then_the_document_then_the_state() {
    let rig = Rig::new();
    let mut page = rig.socket("/api/ui");
    let hello = page.json();
    assert_eq!((&hello["type"], &hello["generation"]), (&json!("hello"), &json!(1)));
    assert!(
        hello["can"].as_array().is_some_and(|c| c.contains(&json!("projects"))),
        "{hello}"
    );
    let first = page.json();
    assert_eq!(first["type"], "project", "{first}");
    assert_eq!(first["secrets"], json!(["/destinations/0/settings/key"]));
    assert!(!first.to_string().contains("hush"));
    let state = page.of("state");
    assert_eq!(state["state"]["canvases"][0]["scene"], "a");

    rig.command(json!({ "command": "add_scene", "name": "New" }));
    let changed = page.of("project");
    assert!(changed["revision"].as_u64() > first["revision"].as_u64());
    assert!(changed["undo"].is_string(), "{changed}");
    rig.command(json!({ "command": "set_scene", "scene": "b" }));
    let on_show = (0..20).any(|_| page.of("state")["state"]["canvases"][0]["scene"] == "b");
    assert!(on_show);
}

#[test]
fn meters_come_only_when_wanted() {
    let rig = Rig::new();
    let mut page = rig.socket("/api/ui");
    let silent = (0..12).all(|_| page.json()["type"] != "meters");
    assert!(silent);
    page.say(&json!({ "meters": true }));
    let m = page.of("meters");
    assert_eq!(m["master"]["peak"].as_array().map(Vec::len), Some(2), "{m}");
    assert!(m["sources"]["count"].as_array().is_none_or(|l| l.len() == 4), "{m}");
    page.say(&json!({ "meters": false }));
    page.say(&json!("nonsense"));
    assert!(wait_for(Duration::from_secs(20), || (0..10)
        .all(|_| page.json()["type"] != "meters")));
}

#[test]
fn a_page_follows_to_another_project() {
    let rig = Rig::new();
    let mut page = rig.socket("/api/ui");
    page.of("state");
    assert_eq!(rig.post("/api/projects", &json!({ "new": "Other" })).status, 200);
    let there = (0..20).any(|_| page.of("project")["project"]["name"] == "Other");
    assert!(there);
}
