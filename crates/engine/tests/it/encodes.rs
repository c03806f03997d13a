//! Tracks, wishes and the plan from outside: what the document says is what comes out.

use crate::{Stand, member, until};
use serde_json::{Value, json};
use std::{path::Path, process::Command};

fn output(program: &str, args: &[&str]) -> String {
    let out = Command::new(program).args(args).output().expect("installed");
    let text = [out.stdout, out.stderr].concat();
    String::from_utf8_lossy(&text).into_owned()
}

/// The highest sample of an audio track, dBFS.
fn peak(file: &Path, track: usize) -> f64 {
    let (name, map) = (file.to_str().expect("text"), format!("0:a:{track}"));
    let args = [
        "-hide_banner",
        "-i",
        name,
        "-map",
        &map,
        "-af",
        "volumedetect",
        "-f",
        "null",
        "-",
    ];
    let text = output("/usr/bin/ffmpeg", &args);
    let at = text.find("max_volume: ").unwrap_or_else(|| panic!("{text}"));
    let number = text[at + 12..].split(' ').next().unwrap_or_default();
    number.parse().expect("a number")
}

fn tracks(s: &Stand) -> Vec<(String, f64)> {
    let state = s.state();
    let list = state["tracks"].as_array().cloned().unwrap_or_default();
    let level = |t: &Value| t["level"]["peak_db"][0].as_f64().unwrap_or(-120.0);
    list.iter()
        .map(|t| (t["id"].as_str().unwrap_or_default().to_owned(), level(t)))
        .collect()
}

/// Small pictures; the show starts anew with them.
fn resize(s: &Stand, width: u32, height: u32) {
    s.run(json!({"command": "set_canvas", "id": "main", "changes": {"width": width, "height": height}}))
        .expect("smaller");
    until("the show with the new size", || {
        let state = s.state();
        (state["canvases"][0]["width"] == json!(width) && state["running"] == json!(true)).then_some(())
    });
}

#[test]
fn a_recording_has_the_tracks_that_the_check_boxes_say() {
    let s = Stand::new();
    assert_eq!(tracks(&s).len(), 1, "without a word there is the master");
    resize(&s, 320, 180);
    s.run(json!({"command": "add_source", "kind": "tone", "name": "Music"}))
        .expect("added");
    s.run(json!({"command": "set_audio_tracks", "tracks": [
        {"id": "master", "name": "Live"}, {"name": "Archive"}]}))
        .expect("two tracks");
    s.run(json!({"command": "set_source_tracks", "source": "music", "tracks": ["master"]}))
        .expect("not in the archive");
    until("the tone in one track and not in the other", || {
        let t = tracks(&s);
        (t.len() == 2 && t[0].1 > -40.0 && t[1].1 < -100.0).then_some(())
    });
    assert_eq!(tracks(&s)[1].0, "archive");
    assert!(
        s.run(json!({"command": "set_source_tracks", "source": "music", "tracks": ["gone"]}))
            .is_err()
    );
    s.run(json!({"command": "start_recording"})).expect("records");
    let path = until("a second of recording", || {
        let state = s.state();
        let r = &state["recording"];
        (r["duration_s"].as_f64()? > 1.0).then(|| r["path"].as_str().map(std::path::PathBuf::from))?
    });
    s.run(json!({"command": "stop_recording"})).expect("ends");
    let file = path.as_path();
    assert!(peak(file, 0) > -40.0, "{}", peak(file, 0));
    assert!(peak(file, 1) < -80.0, "{}", peak(file, 1));
}

#[test]
fn a_destination_gets_the_size_it_wishes_and_the_plan_says_so() {
    let s = Stand::new();
    resize(&s, 640, 360);
    s.run(json!({"command": "add_source", "kind": "test_pattern", "name": "Bars", "scene": "main"}))
        .expect("added");
    let id = s.made(
        json!({"command": "add_destination", "kind": "local", "name": "Page"}),
        "destination",
    );
    let other = s.made(
        json!({"command": "add_destination", "kind": "rtmp", "name": "Twitch"}),
        "destination",
    );
    s.run(json!({"command": "set_destination_encode", "id": id, "changes":
        {"height": 180, "filter": "area", "every": 2, "bitrate_kbps": 500}}))
        .expect("a wish");
    assert!(
        s.run(json!({"command": "set_destination_encode", "id": id, "changes": {"canvas": "gone"}}))
            .is_err()
    );
    let plan = serde_json::to_value(s.remote().plan()).expect("json");
    assert_eq!(plan["encodes"].as_array().map(Vec::len), Some(2), "{plan}");
    assert_eq!(
        (&plan["encodes"][0]["width"], &plan["encodes"][0]["height"]),
        (&json!(320), &json!(180))
    );
    assert_eq!(plan["encodes"][1]["users"], json!(["Twitch"]));
    s.run(json!({"command": "start_destination", "id": id}))
        .expect("starts");
    let lane = until("its encode", || {
        let state = s.state();
        let e = state["encoders"].as_array()?.first().cloned()?;
        (e["frames_out"].as_u64()? > 20).then_some(e)
    });
    assert_eq!(
        (&lane["width"], &lane["height"], &lane["fps"]),
        (&json!(320), &json!(180), &json!(15.0))
    );
    assert!(lane["encode_ms"].as_f64().is_some_and(|ms| ms > 0.0));
    let measured = serde_json::to_value(s.remote().plan()).expect("json");
    assert!(
        measured["encodes"][0]["load_percent"].as_f64().is_some_and(|l| l > 0.0),
        "{measured}"
    );
    // Taken back one by one, it shares the other's.
    for field in ["height", "filter", "every", "bitrate_kbps"] {
        s.run(json!({"command": "set_destination_encode", "id": id, "changes": {field: null}}))
            .expect("taken back");
    }
    let plan = serde_json::to_value(s.remote().plan()).expect("json");
    assert_eq!(plan["encodes"].as_array().map(Vec::len), Some(1), "{plan}");
    until("the destination with the other encode", || {
        let state = s.state();
        let e = state["encoders"].as_array()?.first().cloned()?;
        let live = member(&state, "destinations", &id)?["state"] == "live";
        (e["width"] == json!(640) && live).then_some(())
    });
    let _ = other;
}

#[test]
fn a_codec_is_kept_where_it_fits_and_replaced_where_it_does_not() {
    let s = Stand::new();
    resize(&s, 320, 180);
    s.run(json!({"command": "add_source", "kind": "test_pattern", "name": "Bars", "scene": "main"}))
        .expect("added");
    let id = s.made(
        json!({"command": "add_destination", "kind": "local", "name": "Page"}),
        "destination",
    );
    s.run(json!({"command": "set_destination_encode", "id": id, "changes": {"codec": "vp9"}}))
        .expect("a wish it can't have");
    let plan = s.remote().plan();
    assert_eq!(plan.encodes[0].codec, "h264");
    assert!(plan.changes[0].contains("Page can't carry VP9"), "{:?}", plan.changes);
    s.run(json!({"command": "set_destination_encode", "id": id, "changes": {"codec": "hevc"}}))
        .expect("a wish");
    assert!(s.remote().plan().changes.is_empty());
    s.run(json!({"command": "start_destination", "id": id}))
        .expect("starts");
    until("HEVC", || {
        let state = s.state();
        let e = state["encoders"].as_array()?.first().cloned()?;
        (e["codec"] == "hevc" && e["implementation"] == "x265" && e["frames_out"].as_u64()? > 0).then_some(())
    });
}
