//! `footlight render`: single pictures, the same from both renderers.

use crate::common::{Show, film::Picture, footlight};
use serde_json::json;
use std::path::PathBuf;
use test_support::media_files::MediaFiles;

/// Renders with these further arguments.
#[track_caller]
fn render(show: &Show, args: &[&str]) -> Picture {
    let project = show.write();
    let out: PathBuf = show.dir.path().join("frame.png");
    let mut all = vec![
        "render".into(),
        project.into_os_string(),
        "--out".into(),
        out.clone().into_os_string(),
    ];
    all.extend(args.iter().map(Into::into));
    let printed = footlight(all);
    assert_eq!(printed.code, Some(0), "{args:?}: {printed:?}");
    Picture::of_png(&out)
}

fn colours(files: &MediaFiles) -> Show {
    let veil = files.png("veil", 100, 100, [255, 0, 0, 128]).expect("PNG");
    let mut show = Show::new()
        .source("ground", "color", json!({ "color": "#204080" }))
        .source(
            "box",
            "color",
            json!({ "color": "#e0c020", "width": 200, "height": 100 }),
        )
        .source("veil", "image", json!({ "file": veil }))
        .source("title", "text", json!({ "text": "Footlight", "size_px": 48 }))
        .item(json!({ "source": "ground" }))
        .item(json!({ "source": "box", "position": { "x": 40, "y": 30 } }))
        .item(json!({ "source": "veil", "position": { "x": 420, "y": 30 }, "scale": { "x": 2, "y": 1 } }))
        .item(json!({ "source": "title", "position": { "x": 320, "y": 280 }, "alignment": "center" }));
    show.project["scenes"].as_array_mut().expect("scenes").push(json!({
        "id": "tilted", "name": "Tilted",
        "items": [{ "source": "box", "position": { "x": 320, "y": 180 }, "alignment": "center", "rotation_deg": 90 }]
    }));
    show
}

#[test]
fn both_renderers_draw_the_colours_and_agree() {
    let files = MediaFiles::new().expect("folder");
    let show = colours(&files);
    let pictures = ["software", "gpu"].map(|r| render(&show, &["--renderer", r]));
    for p in &pictures {
        assert_eq!(p.size(), (640, 360));
        for (place, color) in [
            ((10, 10), [0x20, 0x40, 0x80]),
            ((140, 80), [0xe0, 0xc0, 0x20]),
            ((236, 126), [0xe0, 0xc0, 0x20]),
            ((520, 80), [0x90, 0x20, 0x40]),
            ((630, 350), [0x20, 0x40, 0x80]),
        ] {
            p.is(place, color, 4);
        }
    }
    let [a, b] = &pictures;
    let far = (0..360).flat_map(|y| (0..640).map(move |x| (x, y)));
    let far = far
        .filter(|&(x, y)| a.at(x, y).iter().zip(b.at(x, y)).any(|(a, b)| a.abs_diff(b) > 12))
        .count();
    assert!(far < 640 * 360 / 200, "{far} pixels differ between the renderers");
    assert!(a.differs(b, [0, 0, 640, 360]) < 1.0);
}

#[test]
fn a_scene_is_found_by_id_or_name() {
    let files = MediaFiles::new().expect("folder");
    let show = colours(&files);
    for (name, renderer) in [("tilted", "software"), ("Tilted", "gpu")] {
        let p = render(&show, &["--scene", name, "--renderer", renderer]);
        p.is((320, 90), [0xe0, 0xc0, 0x20], 4);
        p.is((320, 270), [0xe0, 0xc0, 0x20], 4);
        p.is((240, 180), [0, 0, 0], 4);
        p.is((140, 80), [0, 0, 0], 4);
    }
    let project = show.write().into_os_string();
    let out = show.dir.path().join("x.png").into_os_string();
    let printed = footlight([
        "render".into(),
        project,
        "--scene".into(),
        "Gone".into(),
        "--out".into(),
        out,
    ]);
    assert_eq!(printed.code, Some(2), "{printed:?}");
    assert!(
        printed.stderr.contains("Gone") && printed.stderr.contains("tilted"),
        "{printed:?}"
    );
}

#[test]
fn the_asked_moment_is_drawn() {
    let files = MediaFiles::new().expect("folder");
    let mut show = Show::new()
        .source("sync", "test_pattern", json!({ "pattern": "flash_beep" }))
        .item(json!({ "source": "sync" }));
    let luma = |show: &Show, at: &str| render(show, &["--at", at]).at(10, 10)[1];
    assert!(luma(&show, "2.0") > 240, "a flash at full seconds");
    assert!(luma(&show, "2.04") < 60, "one frame long");
    assert!(luma(&show, "1.95") < 60);
    assert!(luma(&show, "3601") > 240, "also after an hour");

    let film = files.h264_mp4("film", 640, 360, 25, 50).expect("film");
    show = Show::new()
        .source("film", "media", json!({ "file": film, "loop": true }))
        .item(json!({ "source": "film" }));
    for (at, n) in [("0", 0), ("1.0", 25), ("1.5", 37), ("3.0", 25)] {
        let (ours, theirs) = (render(&show, &["--at", at]), Picture::of_film(&film, n, 640));
        let differs = ours.differs(&theirs, [0, 0, 640, 360]);
        assert!(differs < 3.0, "{differs} from picture {n} of the film at {at} s");
    }
}

#[test]
fn a_moment_of_an_animation_and_a_layout_are_drawn() {
    let keys = json!([{ "id": "in", "keys": [
        { "at_ms": 0, "property": "position.x", "value": 0, "easing": "linear" },
        { "at_ms": 1000, "property": "position.x", "value": 400, "easing": "linear" }
    ]}]);
    let yellow = json!({ "color": "#e0c020", "width": 100, "height": 100 });
    let mut show = Show::new()
        .source("ground", "color", json!({ "color": "#204080" }))
        .source("box", "color", yellow)
        .item(json!({ "source": "ground" }))
        .item(json!({ "source": "box", "position": { "x": 10, "y": 30 }, "animations": keys }));
    show.project["scenes"].as_array_mut().expect("scenes").push(json!({
        "id": "pair", "name": "Pair",
        "items": [
            { "id": "l", "members": { "width": 640, "height": 360, "layout": { "kind": "side_by_side", "settings": { "gap": 40 } } } },
            { "id": "a", "source": "box", "parent": "l" },
            { "id": "b", "source": "ground", "parent": "l" }
        ]
    }));
    for renderer in ["software", "gpu"] {
        let half = render(&show, &["--at", "0.5", "--renderer", renderer]);
        half.is((250, 80), [0xe0, 0xc0, 0x20], 4);
        half.is((190, 80), [0x20, 0x40, 0x80], 4);
        let over = render(&show, &["--at", "2", "--renderer", renderer]);
        over.is((60, 80), [0xe0, 0xc0, 0x20], 4);
        let pair = render(&show, &["--scene", "pair", "--renderer", renderer]);
        pair.is((296, 180), [0xe0, 0xc0, 0x20], 4);
        pair.is((320, 180), [0, 0, 0], 4);
        pair.is((344, 180), [0x20, 0x40, 0x80], 4);
    }
}

#[test]
fn wrong_moments_and_names_are_told() {
    let show = Show::counter();
    let project = show.write().into_os_string();
    for (at, out, words) in [
        ("-1", "x.png", "-1"),
        ("soon", "x.png", "soon"),
        ("0", "x.doc", ".png"),
        ("0", "no/x.png", "x.png"),
    ] {
        let out = show.dir.path().join(out).into_os_string();
        let printed = footlight([
            "render".into(),
            project.clone(),
            format!("--at={at}").into(),
            "--out".into(),
            out,
        ]);
        assert_eq!(printed.code, Some(2), "{printed:?}");
        assert!(printed.stderr.contains(words), "{printed:?}");
    }
}
