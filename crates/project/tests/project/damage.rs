//! Damaged files: nothing is overwritten, the last good version opens, and the message says what and where.

use crate::real;
use media::Severity;
use project::{ProjectError, ProjectStore, read::read_document};
use std::fs;

#[test]
fn cut_off_at_every_byte() {
    let dir = tempfile::tempdir().expect("folder");
    let mut p = real();
    p.name = "before".into();
    let store = ProjectStore::create(dir.path(), &p).expect("new");
    store.save(&real()).expect("saved");
    let whole = fs::read(store.file()).expect("bytes");
    let bare = tempfile::tempdir().expect("folder");
    let bare_file = bare.path().join("project.json");
    for n in 0..whole.len() {
        fs::write(store.file(), &whole[..n]).expect("cut");
        let opened = ProjectStore::open(dir.path()).expect("the last good version opens");
        // Without the closing line break it is still whole.
        let want = if n + 1 == whole.len() { "Bühne 1" } else { "before" };
        assert_eq!(opened.project.name, want, "cut at {n}");
        assert_eq!(opened.notices.len(), usize::from(n + 1 != whole.len()), "cut at {n}");
        assert_eq!(
            fs::read(store.file()).expect("bytes"),
            &whole[..n],
            "opening changes nothing"
        );
        // With no history there is nothing to open: a clear error, and still nothing changed.
        let readable = read_document(&whole[..n]).is_ok();
        assert_eq!(readable, n + 1 == whole.len(), "cut at {n}");
        if n % 64 == 0 {
            fs::write(&bare_file, &whole[..n]).expect("cut");
            let e = ProjectStore::open(bare.path()).expect_err("nothing to open");
            assert!(matches!(e, ProjectError::Broken { .. }), "cut at {n}: {e:?}");
            assert_eq!(fs::read(&bare_file).expect("bytes"), &whole[..n]);
        }
    }
}

#[test]
fn damage_of_all_kinds_is_told_and_kept() {
    let cases: [(&[u8], &str); 9] = [
        (b"", "project.json is empty"),
        (b" \n\t ", "project.json is empty"),
        (
            b"{\n  \"name\": \"x\",\n  nonsense\n}",
            "not valid JSON at line 3, column 3: key must be a string",
        ),
        (
            b"{\"name\": \"\xff\xfe\"}",
            "not text: the bytes at line 1, column 11 are no UTF-8",
        ),
        (
            b"[1, 2]",
            "wrong value at : must be a group of fields in { } (found [1,2])",
        ),
        (
            b"{\"sources\": {}}",
            "wrong value at sources: must be a list (found {})",
        ),
        (
            b"{\"canvases\": [{\"width\": \"wide\"}]}",
            "wrong value at canvases[0].width: must be a whole number from 16 to 8192 (found \"wide\")",
        ),
        (
            b"{\"version\": 0}",
            "wrong value at version: must be a whole number from 1 to 1 (found 0)",
        ),
        (b"\0\0\0\0\0\0\0\0", "not valid JSON at line 1, column 1"),
    ];
    for (bytes, words) in cases {
        let dir = tempfile::tempdir().expect("folder");
        let store = ProjectStore::create(dir.path(), &real()).expect("new");
        let mut second = real();
        second.name = "second".into();
        store.save(&second).expect("saved");
        fs::write(store.file(), bytes).expect("damage");
        let opened = ProjectStore::open(dir.path()).expect("opens");
        assert_eq!(opened.project.name, "Bühne 1");
        let notice = &opened.notices[0];
        assert_eq!(notice.severity, Severity::Degraded);
        assert!(notice.message.contains(words), "{}", notice.message);
        assert!(
            notice.message.contains(".footlight/history/project-000001.json"),
            "{}",
            notice.message
        );
        assert_eq!(fs::read(store.file()).expect("bytes"), bytes, "opening changes nothing");
        opened.store.save(&opened.project).expect("saved");
        let copy = dir.path().join("project.json.broken-1");
        assert_eq!(fs::read(copy).expect("copy"), bytes);
        assert!(ProjectStore::open(dir.path()).expect("opens").notices.is_empty());
    }
}

#[test]
fn a_second_damage_gets_its_own_copy_and_history_skips_broken_versions() {
    let dir = tempfile::tempdir().expect("folder");
    let store = ProjectStore::create(dir.path(), &real()).expect("new");
    for (i, damage) in ["{", "{{"].into_iter().enumerate() {
        fs::write(store.file(), damage).expect("damage");
        store.save(&real()).expect("saved");
        let copy = dir.path().join(format!("project.json.broken-{}", i + 1));
        assert_eq!(fs::read_to_string(copy).expect("copy"), damage);
    }
    let mut p = real();
    p.name = "newer".into();
    store.save(&p).expect("saved");
    let history = dir.path().join(".footlight/history");
    fs::write(history.join("project-000007.json"), "{ broken").expect("damage");
    fs::write(history.join("project-notes.json"), "{}").expect("stray");
    fs::write(store.file(), "x").expect("damage");
    let opened = ProjectStore::open(dir.path()).expect("opens");
    assert_eq!(opened.project.name, "Bühne 1");
    assert!(
        opened.notices[0].message.contains("project-000001.json"),
        "{}",
        opened.notices[0].message
    );
}

#[test]
fn a_lost_file_comes_back_from_its_history() {
    let dir = tempfile::tempdir().expect("folder");
    let store = ProjectStore::create(dir.path(), &real()).expect("new");
    let mut p = real();
    p.name = "second".into();
    store.save(&p).expect("saved");
    fs::remove_file(store.file()).expect("lost");
    let opened = ProjectStore::open(dir.path()).expect("opens");
    assert!(
        opened.notices[0].message.starts_with("project.json is missing"),
        "{:?}",
        opened.notices
    );
    opened.store.save(&opened.project).expect("saved");
    assert_eq!(ProjectStore::open(dir.path()).expect("opens").project, real());
}

#[test]
fn a_newer_document_is_left_alone() {
    let dir = tempfile::tempdir().expect("folder");
    let store = ProjectStore::create(dir.path(), &real()).expect("new");
    let newer = br#"{"version": 7, "sources": "shaped in a new way"}"#;
    fs::write(store.file(), newer).expect("newer");
    let e = ProjectStore::open(dir.path()).expect_err("newer");
    assert!(matches!(e, ProjectError::Newer { found: 7, ours: 1, .. }), "{e:?}");
    assert!(e.to_string().contains("Update Footlight"), "{e}");
    assert!(store.save(&real()).is_err(), "not saved over");
    assert_eq!(fs::read(store.file()).expect("bytes"), newer);
    assert!(!dir.path().join("project.json.broken-1").exists());
}
