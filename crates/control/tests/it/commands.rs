//! What commands answer, and the lists.

use crate::rig::Rig;
use serde_json::json;

#[test]
fn commands_give_what_they_made_or_say_why_not() {
    let rig = Rig::new();
    let made = rig.command(json!({ "command": "add_scene", "name": "Interview" }));
    let scene = made["scene"].as_str().expect("an id").to_owned();
    assert_eq!(made["ok"], true);
    let made = rig.command(json!({ "command": "add_source", "kind": "color", "scene": scene }));
    assert!(made["source"].is_string() && made["item"].is_string(), "{made}");
    let answer = |body| {
        let a = rig.post("/api/command", &body);
        (a.status, a.json()["code"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(answer(json!({ "command": "fly" })), (400, "config".into()));
    assert_eq!(
        answer(json!({ "command": "take" })),
        (422, "config".into()),
        "no studio mode"
    );
    assert_eq!(
        answer(json!({ "command": "set_scene", "scene": "nowhere" })),
        (404, "config".into())
    );
    assert_eq!(rig.ask("POST", "/api/command", &[], b"{").status, 400);
    assert_eq!(rig.get("/api/command").status, 405);
    rig.command(json!({ "command": "undo" }));
    let document = rig.get("/api/project").json();
    assert!(document["redo"].is_string(), "{document}");
}

#[test]
fn the_desk_takes_swaps_and_cuts() {
    let rig = Rig::new();
    let desk = || rig.get("/api/state").json()["desk"].clone();
    let on_show = || rig.get("/api/state").json()["canvases"][0]["scene"].clone();
    assert_eq!(
        desk(),
        json!({ "studio_mode": false, "preview": "a", "transition": { "id": "cut", "duration_ms": 300 }, "swap": true, "progress": null, "held": false, "duplicate": false, "edited": false, "films": {} })
    );
    rig.command(json!({ "command": "set_studio_mode", "on": true }));
    rig.command(json!({ "command": "set_transition", "kind": "fade", "duration_ms": 10000 }));
    rig.command(json!({ "command": "set_preview", "scene": "b" }));
    assert_eq!((desk()["preview"].clone(), on_show()), (json!("b"), json!("a")));
    rig.command(json!({ "command": "take" }));
    assert_eq!((desk()["preview"].clone(), on_show()), (json!("a"), json!("b")));
    let progress = desk()["progress"].as_f64().expect("it fades");
    assert!((0.0..1.0).contains(&progress), "{progress}");
    rig.command(json!({ "command": "cut" }));
    assert_eq!((desk()["progress"].clone(), on_show()), (json!(null), json!("a")));
    rig.command(json!({ "command": "set_studio_mode", "on": true, "swap": false }));
    rig.command(json!({ "command": "cut" }));
    assert_eq!((desk()["preview"].clone(), on_show()), (json!("b"), json!("b")));
    let long = json!({ "command": "set_transition", "kind": "fade", "duration_ms": 20001 });
    assert_eq!(rig.post("/api/command", &long).status, 422);
}

#[test]
fn transitions_are_made_chosen_held_and_insisted_on() {
    let rig = Rig::new();
    let desk = || rig.get("/api/state").json()["desk"].clone();
    let on_show = || rig.get("/api/state").json()["canvases"][0]["scene"].clone();
    let made = rig.command(
        json!({ "command": "add_transition", "kind": "slide", "name": "Push", "settings": { "direction": "up" } }),
    );
    assert_eq!(made["transition"], "push");
    let changes = json!({ "duration_ms": 12000, "settings": { "direction": "down" } });
    rig.command(json!({ "command": "change_transition", "transition": "push", "changes": changes }));
    for wrong in [
        json!({ "command": "add_transition", "kind": "teleport" }),
        json!({ "command": "change_transition", "transition": "push", "changes": { "settings": { "direction": "inside" } } }),
        json!({ "command": "change_transition", "transition": "push", "changes": { "kind": "fade" } }),
        json!({ "command": "set_transition", "transition": "pull" }),
        json!({ "command": "set_scene_transition", "scene": "a", "transition": "pull" }),
        json!({ "command": "set_transition_position", "position": 1.5 }),
    ] {
        let status = rig.post("/api/command", &wrong).status;
        assert!([404, 422].contains(&status), "{wrong}: {status}");
    }
    rig.command(json!({ "command": "set_transition", "transition": "push" }));
    assert_eq!(desk()["transition"], json!({ "id": "push", "duration_ms": 12000 }));

    // A hand pushes the preview half way on show, and takes it back.
    rig.command(json!({ "command": "set_studio_mode", "on": true }));
    rig.command(json!({ "command": "set_preview", "scene": "b" }));
    let push = |position: f64| rig.command(json!({ "command": "set_transition_position", "position": position }));
    push(0.25);
    push(0.5);
    assert_eq!(
        (desk()["progress"].clone(), desk()["held"].clone()),
        (json!(0.5), json!(true))
    );
    assert_eq!((on_show(), desk()["preview"].clone()), (json!("b"), json!("a")));
    push(0.0);
    assert_eq!(
        (on_show(), desk()["preview"].clone(), desk()["progress"].clone()),
        (json!("a"), json!("b"), json!(null))
    );
    push(0.75);
    push(1.0);
    assert_eq!(
        (on_show(), desk()["progress"].clone(), desk()["held"].clone()),
        (json!("b"), json!(null), json!(false))
    );

    // For this once by another one, and always by its own.
    rig.command(json!({ "command": "take", "transition": "cut" }));
    assert_eq!((on_show(), desk()["progress"].clone()), (json!("a"), json!(null)));
    rig.command(json!({ "command": "set_scene_transition", "scene": "b", "transition": "cut" }));
    rig.command(json!({ "command": "take" }));
    assert_eq!((on_show(), desk()["progress"].clone()), (json!("b"), json!(null)));
    rig.command(json!({ "command": "set_scene_transition", "scene": "b" }));
    rig.command(json!({ "command": "remove_transition", "transition": "push" }));
    // What is gone comes as a fade.
    rig.command(json!({ "command": "take" }));
    assert!(desk()["progress"].as_f64().is_some_and(|p| p < 1.0));
}

#[test]
fn the_document_has_no_secrets_and_lists_are_complete() {
    let rig = Rig::new();
    let answer = rig.get("/api/project");
    assert!(!answer.text().contains("hush"), "{}", answer.text());
    assert_eq!(answer.json()["secrets"], json!(["/destinations/0/settings/key"]));
    let kinds = rig.get("/api/kinds").json();
    for (list, id) in [("sources", "media"), ("destinations", "rtmp"), ("transitions", "slide")] {
        let found = kinds[list].as_array().expect("a list").iter().find(|k| k["id"] == id);
        let kind = found.unwrap_or_else(|| panic!("{id}"));
        assert!(
            kind["schema"]["properties"].is_object() && kind["defaults"].is_object(),
            "{kind}"
        );
    }
    let devices = rig.get("/api/devices").json();
    assert!(devices["cameras"].is_array() && devices["microphones"].is_array() && devices["screens"].is_array());
    let findings = rig.get("/api/check").json();
    assert!(
        findings
            .as_array()
            .expect("a list")
            .iter()
            .any(|f| f["subject"] == "source:count" && f["level"] == "pass"),
        "{findings}"
    );
}

#[test]
fn projects_history_and_preferences_are_kept() {
    let rig = Rig::new();
    let put = rig.ask("PUT", "/api/preferences", &[], br#"{"theme":"light"}"#);
    assert_eq!(
        (put.status, rig.get("/api/preferences").json()),
        (200, json!({ "theme": "light" }))
    );
    assert_eq!(rig.ask("PUT", "/api/preferences", &[], b"[]").status, 422);
    let huge = format!(r#"{{"x":"{}"}}"#, "y".repeat(300_000));
    assert_eq!(rig.ask("PUT", "/api/preferences", &[], huge.as_bytes()).status, 422);
    let before = rig.studio.generation();
    let made = rig.post("/api/projects", &json!({ "new": "Second" }));
    assert_eq!(made.status, 200, "{}", made.text());
    assert!(rig.studio.generation() > before);
    assert_eq!(rig.get("/api/project").json()["project"]["name"], "Second");
    let back = rig.post("/api/projects", &json!({ "open": rig.project_dir() }));
    assert_eq!(
        back.json()["recent"].as_array().map(Vec::len),
        Some(2),
        "{}",
        back.text()
    );
    assert_eq!(rig.post("/api/projects", &json!({ "open": "/nowhere" })).status, 422);
    assert_eq!(
        rig.post("/api/projects", &json!({ "open": "/a", "new": "b" })).status,
        422
    );
    assert!(rig.get("/api/history").json().is_array());
    assert_eq!(rig.get("/api/show-report").status, 404);
    assert_eq!(rig.get("/api/reports").json(), json!([]));
    assert_eq!(rig.get("/api/reports/..%2f..%2fproject.json").status, 404);
}
