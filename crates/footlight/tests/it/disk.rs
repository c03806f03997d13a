//! The recording's disk fails; the show does not.

use crate::common::{Ended, KEY, Show, film, received, recording_server};
use std::{fs, path::Path, process::Command};
use test_support::{ffprobe, nginx_rtmp::NginxRtmp};

/// The server has every picture, and the report says what became of the recording.
#[track_caller]
fn only_the_recording_suffered(ended: &Ended, server: &NginxRtmp, words: &str) {
    film::is_gapless(&received(server, ended.frames_out()));
    let d = ended.destination("server");
    assert_eq!((&d["frames_dropped"], &d["reconnects"]), (&0.into(), &0.into()), "{d}");
    let error = ended.report["recordings"][0]["error"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(error.contains(words), "`{words}` is not in `{error}`; {ended}");
    ended.says(words);
}

#[test]
fn a_recording_that_can_not_be_made_harms_nobody() {
    let server = recording_server();
    for (path, words) in [("a file/show.mkv", "can't be made"), ("/proc/show.mkv", "show.mkv")] {
        let show = Show::counter().rtmp("server", &server.url(KEY)).seconds(2);
        fs::write(show.dir.path().join("a file"), b"here first").expect("file");
        let path = show.dir.path().join(path);
        let ended = show.args(["--record".into(), path.into_os_string()]).run().with_code(3);
        only_the_recording_suffered(&ended, &server, words);
    }
}

#[test]
fn a_folder_to_record_into_gets_a_file_named_by_the_project() {
    let show = Show::counter().seconds(1);
    let folder = show.dir.path().join("films");
    fs::create_dir(&folder).expect("folder");
    let ended = show
        .args(["--record".into(), folder.clone().into_os_string()])
        .run()
        .with_code(0);
    let file = ended.recording();
    let name = file.file_name().expect("a name").to_string_lossy();
    assert_eq!(file.parent(), Some(folder.as_path()));
    assert!(name.starts_with("Test show 2") && name.ends_with(".mkv"), "{name}");
    film::is_gapless(&file);
}

#[test]
fn an_existing_file_is_never_written_over() {
    let show = Show::counter().record().seconds(1);
    let first = show.recording();
    fs::write(&first, b"somebody's work").expect("file");
    let ended = show.run().with_code(0);
    assert_eq!(fs::read(&first).expect("file"), b"somebody's work");
    assert_ne!(ended.recording(), first);
    assert_eq!(
        ffprobe::count_frames(&ended.recording(), "v:0").expect("count"),
        ended.frames_out()
    );
}

#[test]
fn a_file_that_may_not_grow_ends_the_recording_only() {
    let server = recording_server();
    // 512 blocks of 512 bytes; the signal that comes with it is to be ignored, so that the write itself fails.
    let limited = r#"trap '' XFSZ; ulimit -f 512; exec "$@""#;
    let show = Show::counter()
        .rtmp("server", &server.url(KEY))
        .record()
        .seconds(6)
        .within(limited);
    let ended = show.run().with_code(3);
    only_the_recording_suffered(&ended, &server, "file too large");
    plays_to_its_end(&ended.recording());
}

#[test]
fn a_full_disk_ends_the_recording_only() {
    let server = recording_server();
    let mut show = Show::counter().rtmp("server", &server.url(KEY)).seconds(6);
    // Else the recording would end complete before the disk is full.
    show.project["recording"] = serde_json::json!({"low_disk_mib": 0, "stop_disk_mib": 0});
    let disk = show.dir.path().join("disk");
    fs::create_dir(&disk).expect("folder");
    // A disk of 300 KB in a namespace of the program's own: needs no rights, and is gone with the program. What was
    // recorded is copied out by the shell.
    let line = format!(
        r#"exec unshare --user --map-root-user --mount sh -c 'mount -t tmpfs -o size=300k disk "{0}" || exit 77
        "$@"; code=$?; cp "{0}/show.mkv" "{0}.mkv"; exit $code' sh "$@""#,
        disk.display()
    );
    let may = Command::new("unshare")
        .args(["--user", "--map-root-user", "--mount", "true"])
        .status();
    if !may.is_ok_and(|s| s.success()) {
        // Some systems allow no namespaces; the limit on a file's size stands in, in the test above.
        return;
    }
    let copy = disk.with_extension("mkv");
    let record = disk.join("show.mkv").into_os_string();
    let ended = show.args(["--record".into(), record]).within(&line).run().with_code(3);
    only_the_recording_suffered(&ended, &server, "disk is full");
    plays_to_its_end(&copy);
}

/// What was recorded before the end of the disk can be played.
#[track_caller]
fn plays_to_its_end(file: &Path) {
    let frames = ffprobe::count_frames(file, "v:0").expect("count");
    assert!(frames > 10, "{frames} pictures in {}", file.display());
    film::is_gapless_but_its_end(file, 2);
}
