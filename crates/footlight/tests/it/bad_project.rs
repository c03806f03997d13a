//! Projects that are missing, cut off, mistyped, or made by somebody who knows more than we do.

use crate::common::{Ended, KEY, Printed, Show, footlight};
use serde_json::{Value, json};
use std::{fs, path::Path};

#[track_caller]
fn refused(project: &Path) -> Printed {
    let out = footlight(["run".as_ref(), project.as_os_str(), "--duration".as_ref(), "1".as_ref()]);
    assert_eq!(out.code, Some(2), "{out:?}");
    assert!(!out.all().contains("panicked"), "{out:?}");
    out
}

#[test]
fn a_project_that_is_not_there_is_named() {
    let show = Show::new();
    let nowhere = show.dir.path().join("nowhere");
    let said = refused(&nowhere).stderr;
    assert!(said.contains("nowhere") && said.contains("project.json"), "{said}");
    let empty = show.dir.path().join("empty folder");
    fs::create_dir(&empty).expect("folder");
    assert!(refused(&empty).stderr.contains("empty folder"));
    for command in ["render", "check"] {
        let mut args = vec![command.into(), nowhere.clone().into_os_string()];
        if command == "render" {
            args.extend(["--out".into(), show.dir.path().join("x.png").into_os_string()]);
        }
        let out = footlight(args);
        assert!(out.code == Some(2) && out.stderr.contains("nowhere"), "{out:?}");
    }
}

#[test]
fn a_cut_off_project_is_never_run_and_never_changed() {
    let show = Show::counter().rtmp("live", &format!("rtmp://127.0.0.1:1/live/{KEY}"));
    let file = show.write();
    let whole = fs::read(&file).expect("project");
    for share in [0, 1, 7, 30, 50, 75, 90, 99] {
        let cut = &whole[..(whole.len() - 1) * share / 100];
        fs::write(&file, cut).expect("cut");
        let said = refused(&file).all();
        assert!(said.contains("project.json"), "{share} %: {said}");
        assert!(said.contains("is empty") || said.contains("line"), "{share} %: {said}");
        assert!(!said.contains(KEY), "{share} %: {said}");
        assert_eq!(fs::read(&file).expect("project"), cut, "left as it was");
    }
    fs::write(&file, [&whole[..40], &[0xff, 0xfe], &whole[40..]].concat()).expect("bytes");
    assert!(refused(&file).stderr.contains("not text"));
}

#[test]
fn the_last_good_version_of_a_cut_off_project_is_run_with_a_clear_word() {
    let show = Show::counter().record().seconds(1);
    let file = show.write();
    let opened = project::ProjectStore::open(show.project_dir()).expect("project");
    let mut next = opened.project.clone();
    next.name = "Renamed".into();
    opened.store.save(&next).expect("save");
    let saved = fs::read(&file).expect("project");
    let cut = &saved[..saved.len() / 2];
    fs::write(&file, cut).expect("cut");
    let ended = show.start_as_written().ended().with_code(0);
    ended.says("The last good version was opened instead");
    assert_eq!(ended.report["canvases"][0]["frames_due"], 30, "{ended}");
    assert_eq!(fs::read(&file).expect("project"), cut, "the broken file stays as it is");
}

/// Runs with one value of the project changed.
fn with_value(pointer: &str, value: Value) -> Ended {
    let mut show = Show::counter().record().seconds(1);
    *show.project.pointer_mut(pointer).expect("a place in the project") = value;
    show.run()
}

#[test]
fn wrong_values_are_told_with_their_place_and_what_is_allowed() {
    let cases = [
        ("/canvases/0/width", json!("wide"), "canvases[0].width", "\"wide\"", ""),
        (
            "/canvases/0/width",
            json!(100_000),
            "canvases[0].width",
            "100000",
            "8192",
        ),
        ("/canvases/0/width", json!(641), "canvases[0].width", "641", "even"),
        ("/canvases/0/fps", json!(-1), "canvases[0].fps", "-1", ""),
        ("/canvases/0/scene", json!("gone"), "canvases[0].scene", "gone", "main"),
        (
            "/encoders/0/video/preset",
            json!(7),
            "encoders[0].video.preset",
            "7",
            "",
        ),
        (
            "/encoders/0/video/rate_control",
            json!("loud"),
            "encoders[0].video.rate_control",
            "loud",
            "cbr",
        ),
        (
            "/encoders/0/video/bitrate_kbps",
            json!(3),
            "encoders[0].video.bitrate_kbps",
            "3",
            "50",
        ),
        (
            "/encoders/0/canvas",
            json!("gone"),
            "encoders[0].canvas",
            "gone",
            "main",
        ),
        (
            "/sources/0/settings/pattern",
            json!("plaid"),
            "settings.pattern",
            "plaid",
            "flash_beep",
        ),
        ("/scenes/0/items", json!({}), "scenes[0].items", "{}", ""),
        ("/version", json!("one"), "version", "\"one\"", "1"),
        ("/version", json!(99), "", "99", "Update Footlight"),
    ];
    for (pointer, value, path, found, allowed) in cases {
        let ended = with_value(pointer, value).with_code(2);
        for part in [path, found, allowed] {
            assert!(
                ended.output.contains(part),
                "{pointer}: `{part}` is not said: {}",
                ended.output
            );
        }
    }
}

#[test]
fn unknown_fields_and_kinds_are_kept_told_and_passed_over() {
    let mut show = Show::counter()
        .source("orb", "crystal_ball", json!({ "question": "will it rain?" }))
        .item(json!({ "source": "orb" }))
        .record()
        .seconds(2);
    show.project["mood"] = json!("bright");
    show.project["canvases"][0]["curtain"] = json!({ "open": true });
    show.project["sources"][0]["settings"]["sparkle"] = json!(11);
    let project = show.project.clone();
    let file = show.write();
    let ended = show.run().with_code(0);
    for part in ["mood", "canvases[0].curtain", "sparkle", "crystal_ball"] {
        ended.says(part);
    }
    let now: Value = serde_json::from_slice(&fs::read(&file).expect("project")).expect("JSON");
    assert_eq!(now, project, "a run changes nothing in the project");
    crate::common::film::is_gapless(&ended.recording());
    let opened = project::ProjectStore::open(&file).expect("project");
    opened.store.save(&opened.project).expect("save");
    let saved: Value = serde_json::from_slice(&fs::read(&file).expect("project")).expect("JSON");
    for pointer in [
        "/mood",
        "/canvases/0/curtain/open",
        "/sources/0/settings/sparkle",
        "/sources/1/settings/question",
    ] {
        assert_eq!(
            saved.pointer(pointer),
            project.pointer(pointer),
            "{pointer} survives saving"
        );
    }
}

#[test]
fn scenes_inside_themselves_and_items_of_nothing_do_no_harm() {
    let mut show = Show::counter().record().seconds(2);
    let items = show.project["scenes"][0]["items"].as_array_mut().expect("items");
    items.extend([
        json!({ "scene": "main" }),
        json!({ "scene": "gone" }),
        json!({ "source": "gone" }),
        json!({}),
    ]);
    let ended = show.run().with_code(0);
    ended.says("inside itself");
    crate::common::film::is_gapless(&ended.recording());
}
