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
        json!({ "studio_mode": false, "preview": "a", "transition": { "kind": "cut", "duration_ms": 300 }, "swap": true, "progress": null })
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
    let long = json!({ "command": "set_transition", "kind": "fade", "duration_ms": 10001 });
    assert_eq!(rig.post("/api/command", &long).status, 422);
}

#[test]
fn the_document_has_no_secrets_and_lists_are_complete() {
    let rig = Rig::new();
    let answer = rig.get("/api/project");
    assert!(!answer.text().contains("hush"), "{}", answer.text());
    assert_eq!(answer.json()["secrets"], json!(["/destinations/0/settings/key"]));
    let kinds = rig.get("/api/kinds").json();
    for (list, id) in [("sources", "media"), ("destinations", "rtmp")] {
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
