//! Wrong arguments, wrong addresses, and sources whose files are not what they should be.

use crate::common::{KEY, Show, film::Picture, footlight, received, recording_server};
use serde_json::json;
use std::{
    fs,
    net::TcpListener,
    path::{Path, PathBuf},
};
use test_support::{ffprobe, media_files::MediaFiles};

/// Runs a project with one wrong argument and gives what was said.
#[track_caller]
fn refused(args: &[&str]) -> String {
    let show = Show::counter();
    let project = show.write();
    let report = show.dir.path().join("report.json");
    let mut all = vec![
        "run".into(),
        project.into_os_string(),
        "--report".into(),
        report.clone().into_os_string(),
    ];
    all.extend(args.iter().map(Into::into));
    if !args.contains(&"--listen") {
        all.extend(["--listen".into(), "127.0.0.1:0".into()]);
    }
    let out = footlight(all);
    assert_eq!(out.code, Some(2), "{args:?}: {out:?}");
    assert!(
        fs::read(&report).unwrap_or_default().is_empty(),
        "no show, no report: {args:?}"
    );
    assert!(!out.all().contains("panicked"), "{out:?}");
    out.all()
}

#[test]
fn wrong_addresses_are_named_before_the_show_and_keys_are_not_repeated() {
    for (url, words) in [
        (format!("rtmp://127.0.0.1/{KEY}"), "no stream key"),
        ("rtmp://127.0.0.1".to_owned(), "no application"),
        ("rtmp://127.0.0.1/live/".to_owned(), "no stream key"),
        (format!("rtmp:///live/{KEY}"), "no host"),
        (format!("rtmp://127.0.0.1:99999/live/{KEY}"), "port"),
        (format!("gopher://127.0.0.1/live/{KEY}"), "`gopher`"),
        (format!("live/{KEY}"), "must begin with"),
        (KEY.to_owned(), "must begin with"),
        (String::new(), "must begin with"),
        (format!("rtmps://127.0.0.1/{KEY}"), "no stream key"),
        (format!("rtmp://user:{KEY}@127.0.0.1/live/{KEY}"), "user"),
    ] {
        let said = refused(&["--destination", &url]);
        assert!(said.contains(words), "{url}: `{words}` is not in: {said}");
        assert!(!said.contains(KEY), "{url}: the key is told: {said}");
    }
}

#[test]
fn wrong_sizes_rates_and_lengths_are_named() {
    for (option, value) in [
        ("--size", "1280"),
        ("--size", "0x0"),
        ("--size", "641x360"),
        ("--size", "99999x16"),
        ("--fps", "0"),
        ("--fps", "-30"),
        ("--fps", "thirty"),
        ("--fps", "30/0"),
        ("--fps", "100000"),
        ("--duration", "0"),
        ("--duration", "-1"),
        ("--duration", "soon"),
        ("--renderer", "crayon"),
        ("--listen", "nowhere"),
    ] {
        let said = refused(&[&format!("{option}={value}")]);
        assert!(
            said.contains(option) && said.contains(value),
            "{option} {value}: {said}"
        );
    }
    for args in [
        vec![],
        vec!["run"],
        vec!["fly"],
        vec!["render", "."],
        vec!["run", ".", "--speed", "2"],
    ]
    .into_iter()
    .skip(1)
    {
        assert_eq!(footlight(args.clone()).code, Some(2), "{args:?}");
    }
}

#[test]
fn a_port_that_is_taken_is_named() {
    let taken = TcpListener::bind("127.0.0.1:0").expect("port");
    let address = taken.local_addr().expect("address").to_string();
    let said = refused(&["--listen", &address]);
    assert!(said.contains(&address) && said.contains("--listen"), "{said}");
}

#[test]
fn an_unknown_host_is_told_and_the_others_get_the_show() {
    let server = recording_server();
    let url = format!("rtmp://no-such-host.invalid/live/{KEY}");
    let ended = Show::counter()
        .rtmp("good", &server.url("a"))
        .rtmp("lost", &url)
        .record()
        .seconds(4)
        .run()
        .with_code(3);
    let error = ended.destination("lost")["last_error"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(error.contains("no-such-host.invalid"), "{ended}");
    assert_eq!(
        ffprobe::count_frames(&ended.recording(), "v:0").expect("count"),
        ended.frames_out()
    );
    received(&server, ended.frames_out());
    assert!(!format!("{}{}", ended.output, ended.report).contains(KEY), "{ended}");
}

/// Makes files that are not what their names say.
fn broken_files(files: &MediaFiles) -> Vec<(&'static str, PathBuf)> {
    let film = files.h264_mp4("film", 320, 180, 25, 50).expect("film");
    let whole = fs::read(&film).expect("film");
    let put = |name: &str, bytes: &[u8]| {
        let path = files.path().join(name);
        fs::write(&path, bytes).expect("file");
        path
    };
    let mut scratched = whole.clone();
    // The pictures lie in the middle; the index at the end stays whole.
    for b in scratched[2000..].iter_mut().step_by(97).take(400) {
        *b ^= 0x5a;
    }
    vec![
        ("media", put("cut.mp4", &whole[..whole.len() / 2])),
        ("media", put("scratched.mp4", &scratched)),
        ("media", put("noise.mp4", &noise(200_000))),
        ("media", put("empty.mp4", b"")),
        ("media", files.path().to_owned()),
        ("image", put("empty.png", b"")),
        ("image", put("noise.png", &noise(5000))),
        (
            "image",
            put("lies.png", b"\x89PNG\r\n\x1a\n and then nothing of the kind"),
        ),
    ]
}

/// Bytes without order, the same each time.
fn noise(n: usize) -> Vec<u8> {
    let mut x = 1_u32;
    let mut step = || {
        x = x.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (x >> 24) as u8
    };
    std::iter::repeat_with(&mut step).take(n).collect()
}

#[test]
fn broken_media_and_images_become_slates_and_the_show_goes_on() {
    let files = MediaFiles::new().expect("folder");
    let mut show = Show::counter();
    for (i, (kind, path)) in broken_files(&files).into_iter().enumerate() {
        let id = format!("broken-{i}");
        let bounds = json!({ "mode": "stretch", "width": 60, "height": 40 });
        show = show
            .source(&id, kind, json!({ "file": path, "loop": kind == "media" }))
            .item(json!({ "source": id, "position": { "x": 10 + 70 * i, "y": 10 }, "bounds": bounds }));
    }
    let ended = show.record().seconds(5).run().with_code(0);
    assert_eq!(ended.report["canvases"][0]["frames_due"], 150, "{ended}");
    assert_eq!(
        ffprobe::count_frames(&ended.recording(), "v:0").expect("count"),
        ended.frames_out()
    );
    crate::common::film::is_gapless(&ended.recording());
    for i in [2, 3, 4, 5, 6, 7] {
        ended.says(&format!("broken-{i}"));
    }
}

#[test]
fn a_missing_file_has_a_slate_until_it_comes() {
    let files = MediaFiles::new().expect("folder");
    let white = files.png("white", 64, 36, [255; 4]).expect("PNG");
    let show = Show::new().source("late", "image", json!({ "file": "late.png" }));
    let bounds = json!({ "mode": "stretch", "width": 640, "height": 360 });
    let show = show
        .item(json!({ "source": "late", "bounds": bounds }))
        .record()
        .seconds(8);
    let wanted = show.project_dir().join("late.png");
    let mut running = show.start();
    running.waits("a word about it", |r| {
        let s = r.state()["sources"][0].clone();
        (s["state"] == "waiting" && s["reason"].as_str().is_some_and(|t| t.contains("late.png"))).then_some(())
    });
    running.waits("a second of the slate", |r| {
        r.state()["elapsed_s"].as_f64().filter(|s| *s > 1.0)
    });
    // Whole at once, as programs save files.
    let half = wanted.with_extension("tmp");
    fs::copy(white, &half)
        .and_then(|_| fs::rename(&half, &wanted))
        .expect("the file comes");
    running.waits("its picture", |r| {
        (r.state()["sources"][0]["state"] == "ready").then_some(())
    });
    let ended = running.ended().with_code(0);
    let slate = Picture::of_film(&ended.recording(), 20, 640);
    let last = Picture::of_film(&ended.recording(), 235, 640);
    last.is((20, 20), [255; 3], 6);
    last.is((320, 180), [255; 3], 6);
    assert!(slate.at(20, 20)[1] < 128, "a slate is dark: {:?}", slate.at(20, 20));
    assert!(
        slate.differs(&Picture::of_film(&ended.recording(), 21, 640), [0, 0, 640, 360]) < 1.0,
        "it stands still"
    );
    ended.says("late.png");
    ended.says("is back");
}

/// Whether anything is drawn in white between the rows.
fn has_ink(picture: &Picture, rows: std::ops::Range<usize>) -> bool {
    rows.into_iter().any(|y| (0..640).any(|x| picture.at(x, y)[1] > 180))
}

#[test]
fn endless_text_and_a_missing_font_are_drawn_as_well_as_can_be() {
    let long: String = (0..10_000).map(|i| format!("Line {i} of a very long text\n")).collect();
    let show = Show::new()
        .source("long", "text", json!({ "text": long, "size_px": 24 }))
        .source(
            "font",
            "text",
            json!({ "text": "This font is not there", "family": "No Such Font", "size_px": 40 }),
        )
        .item(json!({ "source": "long", "position": { "x": 0, "y": 100 } }))
        .item(json!({ "source": "font", "position": { "x": 20, "y": 20 } }))
        .record()
        .seconds(3);
    let ended = show.run().with_code(0);
    assert_eq!(ended.report["canvases"][0]["frames_due"], 90, "{ended}");
    let picture = Picture::of_film(&ended.recording(), 80, 640);
    assert!(has_ink(&picture, 20..80), "the text whose font is missing");
    assert!(has_ink(&picture, 110..350), "the long text");
    ended.says("No Such Font");
}

#[test]
fn odd_destinations_of_a_project_do_not_end_the_show() {
    let server = recording_server();
    let show = Show::counter()
        .rtmp("good", &server.url("a"))
        .destination("odd", "pigeon", json!({ "loft": "north", "key": KEY }))
        .seconds(2);
    let ended = show.run().with_code(0);
    received(&server, ended.frames_out());
    ended.says("pigeon");
    assert!(!ended.output.contains(KEY), "{ended}");
    assert!(Path::new(env!("CARGO_BIN_EXE_footlight")).exists());
}
