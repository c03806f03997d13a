//! Transitions on a running show: a film over the change, a scene edited while it is on show, a canvas that follows.

use crate::{Stand, until};
use engine::{PictureTap, Target};
use serde_json::{Value, json};
use std::{path::Path, process::Command};

/// Runs ffmpeg: the tests' independent maker of films.
fn ffmpeg(args: &str, out: &Path) {
    let status = Command::new("ffmpeg")
        .args(["-v", "error", "-y"])
        .args(args.split_whitespace())
        .arg(out)
        .status()
        .expect("ffmpeg is installed");
    assert!(status.success(), "ffmpeg {args}");
}

/// A studio with a black scene (`main`) and a white one (`other`) on a small canvas.
fn stand() -> Stand {
    let s = Stand::new();
    let size = json!({"width": 64, "height": 36, "fps": 25});
    s.run(json!({"command": "set_canvas", "id": "main", "changes": size}))
        .expect("smaller");
    until("the new show", || (s.studio.generation() == 2).then_some(()));
    s.run(json!({"command": "add_scene", "name": "Other"})).expect("added");
    for (name, color, scene) in [("Black", "#000000", "main"), ("White", "#ffffff", "other")] {
        s.run(json!({"command": "add_source", "kind": "color", "name": name, "settings": {"color": color}, "scene": scene}))
            .expect("added");
    }
    s
}

/// The luma of a program's middle, whenever there is a new picture.
fn look(s: &Stand, target: Target) -> (PictureTap, impl Fn(&PictureTap) -> Option<u8>) {
    let wish = engine::PictureWish {
        target,
        width: 64,
        height: 64,
        fps: 30,
    };
    let tap = s.remote().pictures(wish, || {});
    tap.ask();
    let luma = |tap: &PictureTap| {
        let picture = tap.take()?;
        tap.ask();
        let (w, h) = (picture.frame.width as usize, picture.frame.height as usize);
        Some(picture.frame.planes[0].row(h / 2, w)[w / 2])
    };
    (tap, luma)
}

fn wait_for(what: &str, seen: impl Fn() -> Option<u8>, range: std::ops::RangeInclusive<u8>) {
    until(what, || seen().filter(|v| range.contains(v)));
}

fn film_of(s: &Stand, id: &str) -> Value {
    s.state()["desk"]["films"][id].clone()
}

#[test]
fn a_stinger_plays_its_film_over_the_change() {
    let s = stand();
    let film = s.studio.projects().current.join("sting.mov");
    let sine = "-f lavfi -i aevalsrc=0.5*sin(2*PI*480*t)|0.5*sin(2*PI*480*t):s=48000:d=3";
    let grey = "-f lavfi -i color=0x808080:s=64x36:r=25:d=3";
    ffmpeg(&format!("{grey} {sine} -c:v png -c:a pcm_s16le"), &film);
    let settings = json!({"file": "sting.mov", "point_ms": 1500, "volume_db": -14.0});
    let add = json!({"command": "add_transition", "kind": "stinger", "name": "Sting", "settings": settings});
    let id = s.made(add, "transition");
    until("the film", || (film_of(&s, &id)["length_ms"] == 3000).then_some(()));
    assert_eq!(film_of(&s, &id)["state"], "ready");
    assert!(
        s.state()["sources"].as_array().is_some_and(|all| all.len() == 2),
        "it is no source"
    );
    s.run(json!({"command": "set_transition", "transition": id}))
        .expect("chosen");
    let (tap, luma) = look(&s, Target::Program(None));
    let seen = || luma(&tap);
    wait_for("the old scene", seen, 16..=20);
    s.run(json!({"command": "set_scene", "scene": "other"})).expect("taken");
    wait_for("the film", seen, 110..=140);
    // Half of full scale, 14 dB lower.
    until("its sound", || {
        let peak = s.state()["master"]["peak_db"][0].as_f64();
        peak.filter(|db| (db + 20.0).abs() < 1.0)
    });
    until("its progress", || {
        s.state()["desk"]["progress"].as_f64().filter(|p| *p > 0.5)
    });
    wait_for("the new scene", seen, 230..=235);
    // Gone, it is a cut at the same moment, and that is told.
    std::fs::remove_file(&film).expect("removed");
    s.run(json!({"command": "change_transition", "transition": id, "changes": {"settings": {"audio": false}}}))
        .expect("opened anew");
    until("a word", || {
        let reason = film_of(&s, &id)["reason"].as_str().map(str::to_owned);
        reason.filter(|r| r.contains("sting.mov is missing"))
    });
    s.run(json!({"command": "set_scene", "scene": "main"})).expect("taken");
    wait_for("the old scene again", seen, 16..=20);
    let told = s.remote().events_since(0);
    assert!(
        told.iter()
            .any(|e| e.message.contains("Sting") && e.message.contains("cut")),
        "{told:?}"
    );
}

#[test]
fn an_edited_scene_is_seen_on_air_when_it_is_taken() {
    let s = stand();
    s.run(json!({"command": "set_transition", "transition": "fade", "duration_ms": 200}))
        .expect("chosen");
    s.run(json!({"command": "set_studio_mode", "on": true, "duplicate": true}))
        .expect("on");
    let desk = || s.state()["desk"].clone();
    assert_eq!((&desk()["duplicate"], &desk()["edited"]), (&json!(true), &json!(false)));
    let (program, luma) = look(&s, Target::Program(None));
    let (preview, small) = look(&s, Target::Preview);
    wait_for("the programme", || luma(&program), 16..=20);
    let white = s.document()["sources"][1]["id"].clone();
    s.run(json!({"command": "add_item", "scene": "main", "source": white}))
        .expect("edited");
    wait_for("the edit in the preview", || small(&preview), 230..=235);
    assert_eq!(desk()["edited"], true);
    // Ten more pictures on the air, none of which has it.
    let frames = || s.state()["canvases"][0]["frames_due"].as_u64().expect("a number");
    let after = frames() + 10;
    until("ten pictures", || {
        assert!(luma(&program).is_none_or(|v| v <= 20), "the programme's own copy stays");
        (frames() > after).then_some(())
    });
    s.run(json!({"command": "take"})).expect("taken");
    wait_for("the edit on the air", || luma(&program), 230..=235);
    assert_eq!(desk()["edited"], false);
    assert_eq!(desk()["preview"], "main");
    // Off, the programme is the document's at once.
    s.run(json!({"command": "undo"})).expect("without it");
    assert_eq!(desk()["edited"], true);
    s.run(json!({"command": "set_studio_mode", "on": true, "duplicate": false}))
        .expect("off");
    wait_for("the document's scene", || luma(&program), 16..=20);
}

#[test]
fn a_canvas_follows_with_a_layout_of_its_own() {
    let s = stand();
    s.run(json!({"command": "add_canvas", "name": "Tall", "width": 36, "height": 64, "follow": "fill"}))
        .expect("added");
    until("the new show", || (s.studio.generation() == 3).then_some(()));
    let (tall, luma) = look(&s, Target::Program(Some("tall".into())));
    let seen = || luma(&tall);
    wait_for("the main canvas' scene", seen, 16..=20);
    s.run(json!({"command": "set_transition", "transition": "fade", "duration_ms": 200}))
        .expect("chosen");
    s.run(json!({"command": "set_scene", "scene": "other"})).expect("taken");
    wait_for("its next scene", seen, 230..=235);
    let item = s.document()["scenes"][1]["items"][0]["id"].clone();
    let hide = json!({"command": "set_canvas_item", "canvas": "tall", "scene": "other", "item": item,
        "changes": {"visible": false}});
    s.run(hide).expect("hidden there");
    wait_for("the background there", seen, 16..=20);
    let (main, luma_main) = look(&s, Target::Program(None));
    wait_for("it on the main canvas", || luma_main(&main), 230..=235);
    s.run(json!({"command": "undo"})).expect("undone");
    wait_for("it there again", seen, 230..=235);
    assert!(
        s.run(json!({"command": "set_scene", "canvas": "tall", "scene": "main"}))
            .is_err()
    );
    // From now on it has a scene of its own.
    s.run(json!({"command": "set_canvas", "id": "tall", "changes": {"follow": null}}))
        .expect("apart");
    s.run(json!({"command": "set_scene", "canvas": "tall", "scene": "main"}))
        .expect("its own");
    wait_for("its own scene", seen, 16..=20);
}

#[test]
fn a_moment_of_a_transition_and_of_a_canvas_is_drawn_without_a_show() {
    let dir = tempfile::tempdir().expect("folder");
    ffmpeg(
        "-f lavfi -i color=0x808080:s=64x36:r=25:d=1 -c:v png",
        &dir.path().join("film.mov"),
    );
    // Black on the left, white on the right, all the time.
    let halves = "-f lavfi -i color=black:s=64x36:r=25:d=1,format=gray,geq=lum=255*gte(X\\,W/2)";
    ffmpeg(&format!("{halves} -c:v png"), &dir.path().join("matte.mov"));
    let source = |id: &str, color: &str| {
        let settings = json!({"color": color, "width": 64, "height": 36});
        json!({"id": id, "kind": "color", "settings": settings})
    };
    let scene = |id: &str| json!({"id": id, "name": id, "items": [{"id": "all", "source": id}]});
    let stinger = |id: &str, matte: &str| {
        let settings =
            json!({"file": if matte == "only" { "matte.mov" } else { "film.mov" }, "matte": matte, "point_ms": 500});
        json!({"id": id, "kind": "stinger", "settings": settings})
    };
    let project: project::Project = serde_json::from_value(json!({
        "canvases": [
            {"id": "main", "width": 64, "height": 36, "fps": 25, "scene": "a"},
            {"id": "tall", "width": 36, "height": 64, "fps": 25, "follow": {"rule": "fit"}, "background": "#808080"},
        ],
        "sources": [source("a", "#000000"), source("b", "#ffffff")],
        "scenes": [scene("a"), scene("b")],
        "transitions": [stinger("sting", "none"), stinger("split", "only"), stinger("gone", "none")],
    }))
    .expect("a project");
    let mut project = project;
    project.transitions[2].settings.insert("file".into(), json!("gone.mov"));
    let draw = |canvas: Option<&str>, way: Option<(&str, f32)>| {
        let midway = way.map(|(transition, progress)| engine::Midway {
            from: "a".into(),
            transition: transition.into(),
            progress,
        });
        let moment = engine::Moment {
            canvas,
            scene: Some("b"),
            at_s: 2.0,
            midway: midway.as_ref(),
        };
        let software = compositor::RendererChoice::Software;
        let drawn = engine::render_frame(&project, dir.path(), &moment, software).expect("drawn");
        let (w, h) = (drawn.frame.width as usize, drawn.frame.height as usize);
        let at = |x: usize, y: usize| drawn.frame.planes[0].row(y, w)[x];
        ([at(w / 4, h / 2), at(3 * w / 4, h / 2), at(w / 2, 2)], drawn.notices)
    };
    for p in [0.0, 0.3, 0.9] {
        let ([left, right, _], notices) = draw(None, Some(("sting", p)));
        assert!(
            (110..140).contains(&left) && (110..140).contains(&right),
            "the film covers all at {p}"
        );
        assert!(notices.is_empty(), "{notices:?}");
    }
    let ([left, right, _], _) = draw(None, Some(("split", 0.2)));
    assert!(left < 20 && right > 230, "by its matte: {left} {right}");
    for (p, white) in [(0.4, false), (1.0, true)] {
        let ([left, ..], notices) = draw(None, Some(("gone", p)));
        assert_eq!(left > 200, white, "a cut at {p}");
        assert!(notices.iter().any(|n| n.contains("gone.mov")), "{notices:?}");
    }
    let ([middle, _, above], _) = draw(Some("tall"), None);
    assert!(
        middle > 230 && (120..132).contains(&above),
        "fitted between its background: {middle} {above}"
    );
}
