//! Projects: new, opened, saved by themselves, brought back, out and in as one file, broken ones.

use crate::{Stand, options, until};
use engine::{Studio, StudioOptions};
use serde_json::{Value, json};
use std::{fs, path::Path};

fn on_disk(folder: &Path) -> Option<Value> {
    serde_json::from_slice(&fs::read(folder.join("project.json")).ok()?).ok()
}

#[test]
fn changes_are_saved_by_themselves() {
    let s = Stand::new();
    let folder = s.studio.projects().current;
    assert!(s.remote().document().saved);
    s.run(json!({"command": "add_scene", "name": "Pause"})).expect("added");
    assert!(!s.remote().document().saved);
    until("the saved project", || {
        on_disk(&folder).filter(|p| p["scenes"][1]["name"] == "Pause")
    });
    until("the word that it is saved", || {
        s.remote().document().saved.then_some(())
    });
    // What was not saved yet is saved at the end.
    s.run(json!({"command": "add_scene", "name": "End"})).expect("added");
    s.studio.end();
    assert_eq!(on_disk(&folder).expect("there")["scenes"][2]["name"], "End");
    let again = Studio::open(options(s.dir.path())).expect("the most recent");
    assert_eq!(again.projects().current, fs::canonicalize(&folder).expect("there"));
    assert_eq!(again.remote().document().project.scenes.len(), 3);
}

#[test]
fn another_project_takes_the_place_of_this_one() {
    let s = Stand::new();
    let first = s.studio.projects().current;
    s.run(json!({"command": "add_scene", "name": "Mine"})).expect("added");
    let old = s.remote();
    let all = s.studio.new_project("Abend: 2").expect("made");
    assert_eq!(s.studio.generation(), 2);
    assert!(all.current.ends_with("Abend 2"), "{all:?}");
    assert_eq!(all.recent.len(), 2);
    assert!(old.command(engine::Command::Undo).is_err(), "that show is over");
    assert_eq!(
        on_disk(&first).expect("there")["scenes"][1]["name"],
        "Mine",
        "saved before it went"
    );
    assert_eq!(s.state()["generation"], 2);
    // One that does not open leaves this one alone.
    let bad = s.dir.path().join("bad");
    fs::create_dir_all(&bad).expect("folder");
    fs::write(bad.join("project.json"), "{").expect("file");
    assert!(s.studio.open_project(&bad).is_err());
    assert!(s.studio.open_project(&s.dir.path().join("nowhere")).is_err());
    assert_eq!(s.studio.generation(), 2);
    s.run(json!({"command": "add_scene"})).expect("it still runs");
    s.studio.open_project(&first).expect("back");
    assert_eq!(s.remote().document().project.scenes[1].name, "Mine");
}

#[test]
fn groups_layouts_and_animations_by_commands_and_back() {
    let s = Stand::new();
    let settings = json!({"width": 320, "height": 180});
    for name in ["A", "B", "C"] {
        s.run(
            json!({"command": "add_source", "kind": "color", "name": name, "settings": settings, "scene": "main",
            "item": {"bounds": null, "alignment": "top_left", "position": {"x": 100, "y": 50}}}),
        )
        .expect("added");
    }
    until("the sources' sizes", || {
        let sources = s.state()["sources"].clone();
        sources.as_array()?.iter().all(|x| x["width"] == 320).then_some(())
    });
    let before = s.document()["scenes"][0]["items"].clone();
    let group = s
        .run(json!({"command": "group_items", "scene": "main", "items": ["a", "b"]}))
        .expect("grouped");
    let id = group.text("item").expect("an id").to_owned();
    let item = |id: &str| {
        let items = s.document()["scenes"][0]["items"].clone();
        items
            .as_array()
            .and_then(|all| all.iter().find(|i| i["id"] == id).cloned())
            .unwrap_or_default()
    };
    // Around what it holds, whose size only the running show knows.
    assert_eq!(item(&id)["members"], json!({"width": 320.0, "height": 180.0}));
    assert_eq!(
        (item("a")["parent"].clone(), item("a")["position"]["x"].clone()),
        (json!(id), json!(0.0))
    );
    s.run(json!({"command": "set_layout", "scene": "main", "item": id, "kind": "strip", "easing": "back"}))
        .expect("a layout");
    assert_eq!(item(&id)["members"]["layout"]["kind"], "strip");
    let keys = json!([{"keys": [{"at_ms": 500, "property": "opacity", "value": 0.5}]}]);
    s.run(json!({"command": "set_item", "scene": "main", "item": "c", "changes": {"animations": keys, "show": {"kind": "wipe"}}}))
        .expect("animated");
    s.run(json!({"command": "play_animation", "scene": "main", "item": "c"}))
        .expect("played");
    for (wrong, says) in [
        (
            json!({"command": "play_animation", "scene": "main", "item": "a"}),
            "no animation",
        ),
        (
            json!({"command": "play_animation", "scene": "main", "item": "c", "animation": "x"}),
            "x",
        ),
        (
            json!({"command": "play_animation", "scene": "main", "item": "nobody"}),
            "nobody",
        ),
        (
            json!({"command": "set_item", "scene": "main", "item": "c", "changes": {"animations": [{"keys": [{"value": 1e9}]}]}}),
            "value",
        ),
        (
            json!({"command": "set_item", "scene": "main", "item": "c", "changes": {"position": {"x": 1e300}}}),
            "position.x",
        ),
        (
            json!({"command": "set_item", "scene": "main", "item": "c", "changes": {"scale": {"x": 1e9}}}),
            "scale.x",
        ),
    ] {
        let e = s.run(wrong).expect_err("refused").to_string();
        assert!(e.contains(says), "{e}");
    }
    for _ in 0..3 {
        s.run(json!({"command": "undo"})).expect("undone");
    }
    assert_eq!(s.document()["scenes"][0]["items"], before);
}

#[test]
fn a_new_size_starts_the_show_anew_and_undo_brings_the_old_one_back() {
    let s = Stand::new();
    s.run(json!({"command": "add_source", "kind": "color", "name": "C", "scene": "main"}))
        .expect("added");
    s.run(json!({"command": "set_canvas", "id": "main", "changes": {"width": 640, "height": 360, "fps": 25}}))
        .expect("smaller");
    // Sent while one show makes room for the next: it is not lost.
    let wish = json!({"command": "add_scene", "name": "Meanwhile"});
    s.studio
        .command(serde_json::from_value(wish).expect("a command"))
        .expect("carried out");
    until("the new show", || (s.studio.generation() == 2).then_some(()));
    assert_eq!(s.remote().document().project.scenes[1].name, "Meanwhile");
    s.run(json!({"command": "undo"})).expect("without it");
    let canvas = &s.state()["canvases"][0];
    assert_eq!((&canvas["width"], &canvas["fps"]), (&json!(640), &json!(25.0)));
    until("pictures", || {
        s.state()["canvases"][0]["frames_due"].as_u64().filter(|n| *n > 0)
    });
    assert_eq!(s.remote().document().undo.as_deref(), Some("set_canvas"));
    s.run(json!({"command": "undo"})).expect("the old size");
    until("the old size", || (s.studio.generation() == 3).then_some(()));
    assert_eq!(s.state()["canvases"][0]["width"], 1920);
    s.run(json!({"command": "undo"})).expect("before that");
    assert_eq!(s.document()["sources"], json!([]));
}

#[test]
fn a_canvas_is_added_shows_its_own_scene_and_goes_again() {
    let s = Stand::new();
    s.run(json!({"command": "add_scene", "name": "Tall"})).expect("added");
    s.run(json!({"command": "add_canvas", "name": "Tall", "width": 360, "height": 640, "scene": "tall"}))
        .expect("a second shape");
    until("the new show", || (s.studio.generation() == 2).then_some(()));
    let canvases = || s.state()["canvases"].clone();
    until("both", || {
        (canvases().as_array().map(Vec::len) == Some(2)).then_some(())
    });
    assert_eq!(canvases()[1]["id"], "tall");
    assert_eq!(
        (&canvases()[1]["width"], &canvases()[1]["scene"]),
        (&json!(360), &json!("tall"))
    );
    s.run(json!({"command": "set_scene", "canvas": "tall", "scene": "main"}))
        .expect("another scene");
    until("it on that canvas alone", || {
        (canvases()[1]["scene"] == "main").then_some(())
    });
    assert!(s.run(json!({"command": "remove_canvas", "id": "main"})).is_err());
    s.run(json!({"command": "remove_canvas", "id": "tall"}))
        .expect("removed");
    until("the show without it", || (s.studio.generation() == 3).then_some(()));
    assert_eq!(s.document()["canvases"].as_array().map(Vec::len), Some(1));
    s.run(json!({"command": "undo"})).expect("it comes back");
    until("both again", || {
        (s.document()["canvases"].as_array().map(Vec::len) == Some(2)).then_some(())
    });
}

#[test]
fn earlier_versions_come_back() {
    let s = Stand::new();
    s.run(json!({"command": "add_scene", "name": "B"})).expect("added");
    s.run(json!({"command": "save_project"})).expect("saved");
    s.run(json!({"command": "set_scene", "scene": "b"})).expect("on show");
    s.run(json!({"command": "remove_scene", "scene": "main"}))
        .expect("removed");
    s.run(json!({"command": "save_project"})).expect("saved");
    let versions = s.studio.history();
    assert_eq!(versions.len(), 2, "{versions:?}");
    assert!(versions[0].at_s > 1_700_000_000 && versions[0].size > 100);
    s.studio.restore(&versions[0].id).expect("back");
    assert_eq!(s.remote().document().project.scenes.len(), 2);
    assert_eq!(s.document()["canvases"][0]["scene"], "b", "what is on show stays");
    s.run(json!({"command": "undo"})).expect("not that after all");
    assert_eq!(s.remote().document().project.scenes.len(), 1);
    assert!(s.studio.restore("999").is_err() && s.studio.restore("../../x").is_err());
}

#[test]
fn out_and_in_as_one_file_without_secrets() {
    let s = Stand::new();
    let folder = s.studio.projects().current;
    fs::create_dir_all(folder.join("media")).expect("folder");
    fs::write(folder.join("media/a.txt"), "words").expect("file");
    s.run(json!({"command": "add_source", "kind": "text", "name": "T", "settings": {"file": "media/a.txt"}}))
        .expect("added");
    s.run(json!({"command": "add_destination", "kind": "rtmp", "name": "Y",
        "settings": {"url": "rtmp://h.example/app", "key": "HUSH1"}}))
        .expect("added");
    s.run(json!({"command": "add_destination", "kind": "rtmp", "name": "Z",
        "settings": {"url": "rtmp://h.example/app/HUSH2"}}))
        .expect("added");
    let file = s.dir.path().join("Our show.footlight");
    s.studio.export(&file).expect("written");
    let g = s.studio.generation();
    let all = s.studio.import(&file, None).expect("read");
    assert_eq!(s.studio.generation(), g + 1);
    assert!(all.current.ends_with("Our show"), "{all:?}");
    assert_eq!(
        fs::read_to_string(all.current.join("media/a.txt")).expect("file"),
        "words"
    );
    let text = s.document().to_string();
    assert!(!text.contains("HUSH"), "{text}");
    assert_eq!(
        s.document()["destinations"][1]["settings"]["url"],
        "rtmp://h.example/app"
    );
}

#[test]
fn a_damaged_project_opens_as_it_was_last_and_says_so() {
    let dir = tempfile::tempdir().expect("folder");
    let folder = dir.path().join("p");
    fs::create_dir_all(&folder).expect("folder");
    let store = project::ProjectStore::create(&folder, &project::Project::default()).expect("made");
    let next = project::Project {
        name: "Two".into(),
        ..project::Project::default()
    };
    store.save(&next).expect("saved");
    fs::write(folder.join("project.json"), "{ \"name\": ").expect("damaged");
    let open = |folder: &Path| {
        Studio::open(StudioOptions {
            project: Some(folder.to_owned()),
            ..options(dir.path())
        })
    };
    let studio = open(&folder).expect("opens");
    let events = studio.remote().events_since(0);
    assert!(
        events.iter().any(|e| e.message.contains("last good version")),
        "{events:?}"
    );
    drop(studio);
    // Kinds of tomorrow and settings that are wrong are kept, told and left out.
    fs::write(
        folder.join("project.json"),
        r#"{"canvases": [], "sources": [{"id": "x", "kind": "hologram", "settings": {"a": 1}},
            {"id": "y", "kind": "color", "settings": {"color": 3}}], "scenes": []}"#,
    )
    .expect("file");
    let studio = open(&folder).expect("opens");
    let events = studio.remote().events_since(0);
    for word in ["hologram", "no canvas", "color"] {
        assert!(events.iter().any(|e| e.message.contains(word)), "{word}: {events:?}");
    }
    let p = studio.remote().document().project;
    assert_eq!((p.sources[0].settings["a"].clone(), p.sources.len()), (json!(1), 2));
    // The wrong one is put right while it runs.
    let right = json!({"command": "set_source_settings", "source": "y", "settings": {"color": "#102030"}});
    studio
        .remote()
        .command(serde_json::from_value(right).expect("a command"))
        .expect("put right");
    until("its picture", || {
        let s = studio.remote().snapshot();
        s.sources.iter().find(|x| x.id == "y" && x.width.is_some()).map(drop)
    });
}

#[test]
fn a_filter_that_cannot_work_is_refused_and_one_that_can_is_one_step() {
    let s = Stand::new();
    s.run(json!({"command": "add_source", "kind": "test_pattern", "name": "Bars", "scene": "main"}))
        .expect("added");
    let wrong =
        s.run(json!({"command": "add_filter", "source": "bars", "kind": "lut", "settings": {"path": "none.cube"}}));
    let said = format!("{:?}", wrong.expect_err("no such file"));
    assert!(said.contains("none.cube") && said.contains("Bars"), "{said}");
    fs::write(s.studio.projects().current.join("bad.cube"), "LUT_3D_SIZE 2\n0 0 0\n").expect("written");
    let wrong =
        s.run(json!({"command": "add_filter", "source": "bars", "kind": "lut", "settings": {"path": "bad.cube"}}));
    assert!(format!("{:?}", wrong.expect_err("too short")).contains("2×2×2 = 8"));
    s.run(json!({"command": "add_filter", "source": "bars", "kind": "blur"}))
        .expect("added");
    let filters = || s.remote().document().project.sources[0].filters.len();
    assert_eq!(filters(), 1);
    s.run(json!({"command": "undo"})).expect("back");
    assert_eq!(filters(), 0);
    s.run(json!({"command": "redo"})).expect("again");
    assert_eq!(filters(), 1);
}
