//! Recordings as another program finds them, and disks that are full, closed or slow.

use crate::show::{Show, frame, made_up_info};
use media::{Clock, SystemClock};
use outputs::{Fanout, Recorder, RecordingState, RecordingStatus};
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::Arc,
    time::Duration,
};
use test_support::{ffprobe, wait_for};

/// Tells the child of [`a_full_disk_is_told_and_the_show_goes_on`] where its tiny disk is.
const TINY_DISK: &str = "FOOTLIGHT_TEST_TINY_DISK";
const LIMIT: Duration = Duration::from_secs(20);

fn clock() -> Arc<dyn Clock> {
    Arc::new(SystemClock::new())
}

fn record(show: &Show, path: PathBuf) -> RecordingStatus {
    let fanout = Fanout::new(show.info.clone());
    let r = Recorder::start(path, &fanout, clock()).expect("thread");
    fanout.send_all(show.packets.iter().cloned());
    fanout.end();
    r.stop()
}

#[test]
fn a_recording_holds_every_frame_and_begins_at_zero() {
    let mut show = Show::new(100);
    // As in a show that has been running for an hour.
    let hour = media::MediaTime::from_millis(3_600_000);
    for p in &mut show.packets {
        p.pts += hour;
        p.dts += hour;
    }
    let dir = tempfile::tempdir().expect("folder");
    let wanted = dir.path().join("new/folder/My show.mkv");
    let s = record(&show, wanted.clone());
    assert_eq!((s.state, s.error.as_deref()), (RecordingState::Finished, None));
    assert_eq!(
        (s.path.as_path(), s.frames, s.frames_dropped),
        (wanted.as_path(), 100, 0)
    );
    assert_eq!(s.bytes, std::fs::metadata(&wanted).expect("file").len());
    assert!((s.duration_s - 4.0).abs() < 0.15, "{}", s.duration_s);
    assert_eq!(ffprobe::count_frames(&wanted, "v:0").expect("ffprobe"), 100);
    assert_eq!(ffprobe::decode_errors(&wanted).expect("ffmpeg"), "");
    let seconds = |v: &serde_json::Value| v.as_str().and_then(|t| t.parse::<f64>().ok()).expect("a number");
    let format = &ffprobe::streams(&wanted).expect("ffprobe")["format"];
    // Two B-frames' worth of room, no more: the hour before is gone.
    assert!((0.0..0.1).contains(&seconds(&format["start_time"])), "{format}");
    assert!((seconds(&format["duration"]) - s.duration_s).abs() < 0.15, "{format}");
}

#[test]
fn an_existing_file_is_never_overwritten() {
    let show = Show::new(25);
    let dir = tempfile::tempdir().expect("folder");
    let wanted = dir.path().join("show.mkv");
    std::fs::write(&wanted, "precious").expect("write");
    for name in ["show (2).mkv", "show (3).mkv"] {
        let s = record(&show, wanted.clone());
        assert_eq!((s.state, s.path), (RecordingState::Finished, dir.path().join(name)));
    }
    assert_eq!(std::fs::read_to_string(&wanted).expect("read"), "precious");
}

#[test]
fn a_recording_of_nothing_leaves_no_file() {
    let dir = tempfile::tempdir().expect("folder");
    let fanout = Fanout::new(made_up_info());
    let r = Recorder::start(dir.path().join("show.mkv"), &fanout, clock()).expect("thread");
    let s = r.stop();
    assert_eq!((s.state, s.frames), (RecordingState::Finished, 0));
    assert_eq!(std::fs::read_dir(dir.path()).expect("folder").count(), 0);
}

#[test]
fn a_path_that_can_not_be_written_is_told() {
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("file");
    std::fs::write(&file, "x").expect("write");
    for (path, words) in [
        (file.join("show.mkv"), "can't be made"),
        (PathBuf::from("/proc/nowhere/show.mkv"), "can't be made"),
        (PathBuf::from("/proc/show.mkv"), "can't be made"),
    ] {
        let fanout = Fanout::new(made_up_info());
        let r = Recorder::start(path.clone(), &fanout, clock()).expect("thread");
        assert!(wait_for(LIMIT, || r.status().state == RecordingState::Failed));
        let error = r.status().error.expect("a sentence");
        assert!(
            error.contains(words) && error.contains("Choose another folder"),
            "{error}"
        );
        assert!(!error.contains("os error"), "{error}");
        fanout.send_all((0..50).map(frame));
        assert_eq!(fanout.stats().video_packets, 50, "the show goes on");
        assert_eq!(r.stop().state, RecordingState::Failed);
    }
}

/// Runs itself again as a child that sees a disk of 512 KiB.
#[test]
fn a_full_disk_is_told_and_the_show_goes_on() {
    if let Some(disk) = std::env::var_os(TINY_DISK) {
        return fill(Path::new(&disk));
    }
    let dir = tempfile::tempdir().expect("folder");
    let me = std::env::current_exe().expect("this test");
    let script = "mount -t tmpfs -o size=512k none \"$0\" && exec \"$1\" --exact --nocapture \
                  recording::a_full_disk_is_told_and_the_show_goes_on";
    let run = |flags: &[&str]| {
        Command::new("unshare")
            .args(flags)
            .args(["sh", "-c", script])
            .args([dir.path(), &me])
            .env(TINY_DISK, dir.path())
            .output()
            .expect("unshare runs")
    };
    // A namespace of one's own needs no root; where that is forbidden, root may still mount.
    let mut out = run(&["-Urm"]);
    if !out.status.success() && !String::from_utf8_lossy(&out.stdout).contains("running 1 test") {
        out = run(&["-m"]);
    }
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&out.stdout),
        String::from_utf8_lossy(&out.stderr)
    );
    assert!(out.status.success() && said.contains("1 passed"), "{said}");
}

fn fill(disk: &Path) {
    let show = Show::new(250).inflated(10_000);
    let fanout = Fanout::new(show.info.clone());
    let other = fanout.subscribe(media::MediaTime::from_millis(60_000));
    let r = Recorder::start(disk.join("show.mkv"), &fanout, clock()).expect("thread");
    fanout.send_all(show.packets.iter().cloned());
    assert!(
        wait_for(LIMIT, || r.status().state == RecordingState::Failed),
        "{:?}",
        r.status()
    );
    let s = r.stop();
    let error = s.error.expect("a sentence");
    assert!(error.starts_with("The disk is full"), "{error}");
    assert!(
        error.contains("show.mkv") && error.contains("Free some space"),
        "{error}"
    );
    assert_eq!(other.stats().video_in, 250, "the others have it all");
    let left = ffprobe::packets(&disk.join("show.mkv"), "v:0").expect("what was written can be read");
    assert!(left.len() > 10, "{} frames are in the file", left.len());
}
