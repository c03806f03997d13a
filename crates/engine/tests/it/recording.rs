//! Recordings, replays and screenshots of a studio, by its commands.

use crate::{Stand, until};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use test_support::ffprobe;

/// A small canvas with something to see, so that the encoder has little to do.
fn stand(recording: Value) -> Stand {
    let s = Stand::new();
    s.run(json!({"command": "set_canvas", "id": "main", "changes": {"width": 320, "height": 180}}))
        .expect("smaller");
    until("the show with the new canvas", || {
        (s.state()["canvases"][0]["width"] == 320
            && s.run(json!({"command": "add_source", "kind": "test_pattern", "scene": "main"}))
                .is_ok())
        .then_some(())
    });
    s.run(json!({"command": "set_recording", "changes": recording}))
        .expect("set");
    s
}

fn seconds(s: &Stand) -> f64 {
    s.state()["recording"]["total_s"].as_f64().unwrap_or(0.0)
}

fn files(s: &Stand) -> Vec<PathBuf> {
    let state = s.state();
    let all = state["recordings"].as_array().expect("list");
    all.iter()
        .map(|r| PathBuf::from(r["path"].as_str().expect("a path")))
        .collect()
}

fn sound(file: &Path) {
    assert_eq!(ffprobe::decode_errors(file).expect("ffmpeg"), "", "{file:?}");
}

#[test]
fn split_pause_mark_and_stop() {
    let s = stand(json!({"format": "mp4", "track_names": ["Mix"], "file_name": "{project} {canvas} {counter}"}));
    for c in ["split_recording", "pause_recording", "resume_recording", "save_replay"] {
        let e = s.run(json!({"command": c})).expect_err(c).to_string();
        assert!(e.contains("start"), "{c}: {e}");
    }
    s.run(json!({"command": "start_recording"})).expect("starts");
    until("a second of it", || (seconds(&s) > 1.0).then_some(()));
    s.run(json!({"command": "mark", "name": "Tor"}))
        .expect("marked while only recording");
    s.run(json!({"command": "split_recording"})).expect("split");
    until("the second file", || {
        (s.state()["recording"]["part"] == 2).then_some(())
    });
    s.run(json!({"command": "pause_recording"})).expect("paused");
    until("the pause", || {
        (s.state()["recording"]["state"] == "paused").then_some(())
    });
    s.run(json!({"command": "resume_recording"})).expect("resumed");
    until("it going on", || {
        (s.state()["recording"]["state"] == "recording").then_some(())
    });
    let before = seconds(&s);
    until("more of it", || (seconds(&s) > before + 0.5).then_some(()));
    s.run(json!({"command": "stop_recording"})).expect("stops");
    let files = files(&s);
    assert_eq!(files.len(), 2, "{files:?}");
    for (f, end) in files.iter().zip(["main 001.mp4", "main 002.mp4"]) {
        assert!(f.to_string_lossy().ends_with(end), "{f:?}");
        sound(f);
        let said = ffprobe::streams(f).expect("ffprobe");
        assert_eq!(said["streams"][1]["tags"]["handler_name"], "Mix", "{said}");
    }
    assert_eq!(s.state()["recording"], Value::Null);
    let name = files[0].file_name().expect("name").to_string_lossy().into_owned();
    let copy = s.made(
        json!({"command": "remux_recording", "file": name, "format": "mkv"}),
        "file",
    );
    let copy = files[0].with_file_name(copy);
    until("the copy", || copy.is_file().then_some(()));
    for wrong in ["../project.json", "/etc/passwd", "gone.mkv"] {
        assert!(
            s.run(json!({"command": "remux_recording", "file": wrong, "format": "mkv"}))
                .is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn a_replay_is_saved_while_all_goes_on() {
    let s = stand(json!({"replay": {"seconds": 2}}));
    s.run(json!({"command": "start_replay"})).expect("starts");
    until("two seconds", || {
        (s.state()["replay"]["seconds"].as_f64()? > 2.0).then_some(())
    });
    let file = s.made(json!({"command": "save_replay"}), "file");
    sound(Path::new(&file));
    assert!(ffprobe::count_frames(Path::new(&file), "v:0").expect("frames") >= 59);
    assert_eq!(s.state()["replay"]["saved"], file.as_str());
    s.run(json!({"command": "stop_replay"})).expect("stops");
    assert_eq!(s.state()["replay"], Value::Null);
}

#[test]
fn screenshots_of_programme_scene_and_source() {
    let s = stand(json!({}));
    let source = s.document()["sources"][0]["id"].as_str().expect("a source").to_owned();
    let targets = [
        "program".to_owned(),
        "program:main".to_owned(),
        "scene:main".to_owned(),
        format!("source:{source}"),
    ];
    for target in &targets {
        let file = until("a picture", || {
            s.run(json!({"command": "screenshot", "target": target}))
                .ok()?
                .text("file")
                .map(str::to_owned)
        });
        let said = ffprobe::streams(Path::new(&file)).expect("ffprobe");
        assert_eq!(said["streams"][0]["codec_name"], "png", "{target}");
        if !target.starts_with("source") {
            assert_eq!(
                (&said["streams"][0]["width"], &said["streams"][0]["height"]),
                (&json!(320), &json!(180)),
                "{target}"
            );
        }
    }
    for wrong in ["source:gone", "scene:gone", "program:gone", "file:/etc/passwd"] {
        assert!(
            s.run(json!({"command": "screenshot", "target": wrong})).is_err(),
            "{wrong}"
        );
    }
}

#[test]
fn what_does_not_fit_is_refused_and_shown_beforehand() {
    let s = stand(json!({"format": "webm", "enabled": true}));
    let e = s
        .run(json!({"command": "start_recording"}))
        .expect_err("H.264 in WebM")
        .to_string();
    assert!(e.contains("WebM files can't hold H.264 video"), "{e}");
    let project = s.remote().document().project;
    let found = engine::check(&project, s.dir.path(), &engine::ShowOptions::default());
    assert!(
        found
            .iter()
            .any(|f| f.subject == "recording" && f.message.contains("WebM files")),
        "{found:?}"
    );
}
