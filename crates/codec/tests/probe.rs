//! Probing encoders through children that work, refuse, crash, hang or do not exist.

use codec::{Availability, choose, encoder_kinds, probe_all, probe_codec, probe_in_process};
use media::{Clock, SystemClock};
use project::VideoCodecName::{self, Av1, H264, Hevc, Vp9};
use std::{os::unix::fs::PermissionsExt, path::PathBuf, time::Duration};

fn script(dir: &tempfile::TempDir, body: &str) -> PathBuf {
    let path = dir.path().join("probe.sh");
    std::fs::write(
        &path,
        format!("#!/bin/sh\n[ \"$1\" = __probe-encoder ] || exit 9\ncase $2 in\n{body}\nesac\n"),
    )
    .expect("writes");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("marks");
    path
}

fn find<'a>(list: &'a [Availability], id: &str) -> &'a Availability {
    list.iter().find(|a| a.id == id).expect("listed")
}

#[test]
fn every_way_to_fail_is_reported_in_time() {
    let dir = tempfile::tempdir().expect("temp");
    let exe = script(
        &dir,
        "h264/x264) exit 0;;
         h264/nvenc) kill -SEGV $$;;
         h264/qsv) sleep 100;;
         h264/vaapi) exec yes nonsense >&2;;
         vp9/vpx) exit 0;;
         vp9/qsv) sleep 100 & echo 'no GPU here' >&2; exit 1;;
         *) exit 3;;",
    );
    let clock = SystemClock::new();
    let list = probe_codec(&exe, H264, Duration::from_millis(1500));
    let took = clock.now();
    assert!(
        took.as_millis() < 4000,
        "all at once, and none is waited for longer: {took}"
    );
    assert_eq!(list.len(), of(H264));
    let reason = |id| find(&list, id).reason.clone().expect("a reason");
    assert!(find(&list, "x264").available && find(&list, "x264").recommended);
    assert!(reason("nvenc").contains("crashed"), "{}", reason("nvenc"));
    assert!(
        reason("qsv").contains("did not answer within 1.5 s"),
        "{}",
        reason("qsv")
    );
    assert!(
        reason("vaapi").contains("did not answer") || reason("vaapi").contains("crashed"),
        "{}",
        reason("vaapi")
    );
    assert!(
        list.iter()
            .all(|a| a.available != a.reason.is_some() && (a.recommended == (a.id == "x264")))
    );
    let vp9 = probe_codec(&exe, Vp9, Duration::from_secs(5));
    let reason = |id| find(&vp9, id).reason.clone().expect("a reason");
    assert_eq!(reason("qsv"), "no GPU here");
    assert!(reason("vaapi").contains('3'), "{}", reason("vaapi"));
    // Remembered.
    std::fs::remove_file(&exe).expect("removes");
    assert_eq!(probe_codec(&exe, H264, Duration::from_secs(1)), list);
}

/// Encoders of the list that make `codec`.
fn of(codec: VideoCodecName) -> usize {
    encoder_kinds().iter().filter(|k| k.codec == codec).count()
}

#[test]
fn every_codec_has_its_own_choice() {
    let dir = tempfile::tempdir().expect("temp");
    let exe = script(&dir, "h264/x264|h264/nvenc|hevc/x265|av1/aom) exit 0;;\n*) exit 1;;");
    let list = probe_all(&exe, Duration::from_secs(5));
    assert_eq!(list.len(), encoder_kinds().len());
    let best = |codec| choose(codec, "auto", &list).expect("known").0;
    assert_eq!((best(H264).as_str(), best(Hevc).as_str()), ("nvenc", "x265"));
    assert_eq!(best(Av1), "aom", "the software one that works");
    let (id, why) = choose(Hevc, "nvenc", &list).expect("known");
    assert_eq!(id, "x265", "NVENC works for H.264 only");
    assert!(why.expect("told").contains("NVENC"));
    let (id, why) = choose(Hevc, "x264", &list).expect("left behind by another codec");
    assert_eq!(id, "x265");
    assert!(why.expect("told").contains("HEVC"));
}

#[test]
fn hardware_that_works_is_recommended() {
    let dir = tempfile::tempdir().expect("temp");
    let exe = script(&dir, "h264/x264|h264/vaapi) exit 0;;\n*) exit 1;;");
    let list = probe_codec(&exe, H264, Duration::from_secs(5));
    assert!(find(&list, "vaapi").recommended && !find(&list, "x264").recommended);
    assert_eq!(choose(H264, "auto", &list).expect("known"), ("vaapi".to_owned(), None));
    assert_eq!(choose(H264, "x264", &list).expect("known").0, "x264");
    let (id, why) = choose(H264, "nvenc", &list).expect("known");
    assert_eq!(id, "x264");
    assert!(why.expect("told").contains("NVENC"));
}

#[test]
fn a_missing_program_leaves_software() {
    let list = probe_all(&PathBuf::from("/nowhere/footlight"), Duration::from_secs(5));
    assert!(list.iter().all(|a| {
        !a.available
            && a.reason
                .as_ref()
                .is_some_and(|r| r.contains("/nowhere/footlight") || r.contains("built without"))
    }));
    assert_eq!(choose(H264, "auto", &list).expect("known"), ("x264".to_owned(), None));
    assert_eq!(choose(H264, "auto", &[]).expect("known").0, "x264");
    assert!(choose(H264, "h264", &list).is_err());
}

/// Software works everywhere; hardware that does not must say something better than a number.
#[test]
fn in_process_probes_work_or_say_why() {
    for id in [
        "x264",
        "h264/x264",
        "hevc/x265",
        "vp9/vpx",
        "prores/prores",
        "ffv1/ffv1",
    ] {
        probe_in_process(id).unwrap_or_else(|e| panic!("{id}: {e}"));
    }
    assert!(probe_in_process("mjpeg/x264").is_err_and(|e| e.to_string().contains("hevc/…")));
    for kind in encoder_kinds().iter().filter(|k| k.hardware) {
        if let Err(e) = probe_in_process(&format!("{}/{}", kind.codec.id(), kind.id)) {
            let text = e.to_string();
            assert!(text.contains(kind.name) && text.len() > kind.name.len() + 40, "{text}");
        }
    }
}
