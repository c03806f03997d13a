//! Kinds of recordings from the command line, and what the next start says of one that was killed.

use crate::common::{Show, film, footlight};
use rustix::process::Signal;
use serde_json::json;
use std::{fs, path::PathBuf};
use test_support::{ffprobe, wait_for};

#[test]
fn the_ending_says_the_kind_of_file() {
    for (name, format) in [
        ("show.mp4", "mov,mp4"),
        ("show.mov", "mov,mp4"),
        ("show.ts", "mpegts"),
        ("show.flv", "flv"),
    ] {
        let show = Show::counter().seconds(1);
        let path = show.dir.path().join(name);
        let ended = show
            .args(["--record".into(), path.clone().into_os_string()])
            .run()
            .with_code(0);
        assert_eq!(ended.recording(), path);
        let said = ffprobe::streams(&path).expect("ffprobe");
        let found = said["format"]["format_name"].as_str().unwrap_or_default().to_owned();
        assert!(found.starts_with(format), "{name}: {found}");
        assert_eq!(ffprobe::decode_errors(&path).expect("ffmpeg"), "", "{name}");
        assert_eq!(
            ffprobe::count_frames(&path, "v:0").expect("frames"),
            ended.frames_out(),
            "{name}"
        );
    }
}

#[test]
fn what_does_not_fit_is_told_before_the_show() {
    let show = Show::counter().seconds(1);
    let path = show.dir.path().join("show.webm");
    let ended = show.args(["--record".into(), path.clone().into_os_string()]).run();
    assert_eq!(ended.code, Some(2), "{ended}");
    ended.says("WebM files can't hold H.264 video");
    assert!(!path.exists());
}

#[test]
fn a_remux_holds_the_same_pictures_and_overwrites_nothing() {
    let ended = Show::counter().record().seconds(1).run().with_code(0);
    let from = ended.recording();
    let to = from.with_extension("mp4");
    let run = || {
        footlight([
            "remux".into(),
            from.clone().into_os_string(),
            to.clone().into_os_string(),
        ])
    };
    assert_eq!(run().code, Some(0));
    film::is_gapless(&to);
    let again = run();
    assert_eq!(again.code, Some(2), "{again:?}");
    assert!(again.stderr.contains("is there already"), "{again:?}");
}

#[test]
fn a_killed_show_is_mended_by_the_next_and_told() {
    let mut show = Show::counter();
    show.project["recording"] = json!({"enabled": true, "folder": "tapes", "file_name": "show", "format": "mp4"});
    let folder = show.project_dir().join("tapes");
    let project = show.project_dir();
    let recorded = || -> PathBuf { folder.join("show.mp4") };
    let mut running = show.start();
    let ok = wait_for(crate::common::LIMIT, || {
        fs::metadata(recorded()).is_ok_and(|m| m.len() > 60_000)
    });
    assert!(ok, "{}", running.output());
    running.process.signal(Signal::KILL);
    let _dead = running.process.wait(crate::common::LIMIT);
    assert_eq!(
        fs::read_dir(&folder).expect("folder").count(),
        2,
        "the file and its note"
    );
    let next = footlight([
        "run".into(),
        project.into_os_string(),
        "--duration".into(),
        "1".into(),
        "--listen".into(),
        "127.0.0.1:0".into(),
    ]);
    assert!(next.all().contains("is complete again"), "{next:?}");
    assert_eq!(ffprobe::decode_errors(&recorded()).expect("ffmpeg"), "");
    assert!(ffprobe::count_frames(&recorded(), "v:0").expect("frames") > 10);
}
