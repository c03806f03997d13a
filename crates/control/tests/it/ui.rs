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
fn a_page_with_a_big_show_is_told_only_what_changed() {
    let rig = Rig::new();
    let mut page = rig.socket("/api/ui");
    page.say(&json!({ "changes": true }));
    let whole = page.of("project");
    // Once it has heard of an edit as a change it hears of all of them so; it may have been told of one before it asked.
    rig.command(json!({ "command": "add_scene", "name": "New" }));
    let said = (0..20)
        .map(|_| page.json())
        .find(|m| m["type"] == "change" || m["type"] == "project");
    let said = said.expect("a message about the document");
    assert_eq!(said["type"], "change", "{said}");
    assert!(said["revision"].as_u64() > whole["revision"].as_u64());
    assert_eq!(
        (&said["changes"][0]["do"], &said["undo"]),
        (&json!("splice"), &json!("add_scene"))
    );
    assert_eq!(said["changes"][0]["put"][0]["name"], "New", "{said}");
    assert!(!said.to_string().contains("hush"));
    // Another project is told whole.
    assert_eq!(rig.post("/api/projects", &json!({ "new": "Other" })).status, 200);
    assert_eq!(page.of("project")["project"]["name"], "Other");
}

#[test]
fn a_hidden_page_hears_of_changes_but_not_of_counters() {
    let rig = Rig::new();
    let mut page = rig.socket("/api/ui");
    page.of("state");
    page.say(&json!({ "hidden": true }));
    // The first one after it is hidden, then the counters of three seconds later.
    let elapsed = |m: &serde_json::Value| m["state"]["elapsed_s"].as_f64().expect("seconds");
    let rested = wait_for(Duration::from_secs(40), || {
        let (a, b) = (page.of("state"), page.of("state"));
        elapsed(&b) - elapsed(&a) > 2.5
    });
    assert!(rested, "the state comes seldom");
    rig.command(json!({ "command": "set_scene", "scene": "b" }));
    assert!((0..4).any(|_| page.of("state")["state"]["canvases"][0]["scene"] == "b"));
    page.say(&json!({ "hidden": false }));
    let often = wait_for(Duration::from_secs(40), || {
        let (a, b) = (page.of("state"), page.of("state"));
        elapsed(&b) - elapsed(&a) < 2.0
    });
    assert!(often, "shown again, it comes often");
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
