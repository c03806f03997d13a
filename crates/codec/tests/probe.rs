//! Probing encoders through children that work, refuse, crash, hang or do not exist.

use codec::{Availability, choose, encoder_kinds, probe_all, probe_in_process};
use media::{Clock, SystemClock};
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
        "x264) exit 0;;
         nvenc) kill -SEGV $$;;
         qsv) sleep 100;;
         amf) sleep 100 & echo 'no AMF here' >&2; exit 1;;
         vaapi) exec yes nonsense >&2;;
         *) exit 3;;",
    );
    let clock = SystemClock::new();
    let list = probe_all(&exe, Duration::from_millis(1500));
    let took = clock.now();
    assert!(
        took.as_millis() < 4000,
        "all at once, and none is waited for longer: {took}"
    );
    assert_eq!(list.len(), encoder_kinds().len());
    let reason = |id| find(&list, id).reason.clone().expect("a reason");
    assert!(find(&list, "x264").available && find(&list, "x264").recommended);
    assert!(reason("nvenc").contains("crashed"), "{}", reason("nvenc"));
    assert!(
        reason("qsv").contains("did not answer within 1.5 s"),
        "{}",
        reason("qsv")
    );
    assert_eq!(reason("amf"), "no AMF here");
    assert!(
        reason("vaapi").contains("did not answer") || reason("vaapi").contains("crashed"),
        "{}",
        reason("vaapi")
    );
    assert!(reason("videotoolbox").contains('3'), "{}", reason("videotoolbox"));
    assert!(
        list.iter()
            .all(|a| a.available != a.reason.is_some() && (a.recommended == (a.id == "x264")))
    );
    // Remembered.
    std::fs::remove_file(&exe).expect("removes");
    assert_eq!(probe_all(&exe, Duration::from_secs(1)), list);
}

#[test]
fn hardware_that_works_is_recommended() {
    let dir = tempfile::tempdir().expect("temp");
    let exe = script(&dir, "x264|vaapi) exit 0;;\n*) exit 1;;");
    let list = probe_all(&exe, Duration::from_secs(5));
    assert!(find(&list, "vaapi").recommended && !find(&list, "x264").recommended);
    assert_eq!(choose("auto", &list).expect("known"), ("vaapi".to_owned(), None));
    assert_eq!(choose("x264", &list).expect("known").0, "x264");
    let (id, why) = choose("nvenc", &list).expect("known");
    assert_eq!(id, "x264");
    assert!(why.expect("told").contains("NVENC"));
}

#[test]
fn a_missing_program_leaves_software() {
    let list = probe_all(&PathBuf::from("/nowhere/footlight"), Duration::from_secs(5));
    assert!(
        list.iter()
            .all(|a| !a.available && a.reason.as_ref().is_some_and(|r| r.contains("/nowhere/footlight")))
    );
    assert_eq!(choose("auto", &list).expect("known"), ("x264".to_owned(), None));
    assert_eq!(choose("auto", &[]).expect("known").0, "x264");
    assert!(choose("h264", &list).is_err());
}

/// Software works everywhere; hardware that does not must say something better than a number.
#[test]
fn in_process_probes_work_or_say_why() {
    probe_in_process("x264").expect("software works");
    for kind in encoder_kinds().iter().filter(|k| k.hardware) {
        if let Err(e) = probe_in_process(kind.id) {
            let text = e.to_string();
            assert!(text.contains(kind.name) && text.len() > kind.name.len() + 40, "{text}");
        }
    }
}
