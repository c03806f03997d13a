//! Saving and opening as it usually goes.

use crate::real;
use project::{Project, ProjectError, ProjectStore};
use serde_json::{Value, json};
use std::{fs, path::Path};

#[test]
fn what_is_saved_opens_the_same() {
    let dir = tempfile::tempdir().expect("folder");
    let inner = dir.path().join("shows/monday");
    let store = ProjectStore::create(&inner, &real()).expect("new");
    for path in [inner.as_path(), store.file()] {
        let opened = ProjectStore::open(path).expect("opens");
        assert_eq!(opened.project, real());
        assert!(opened.notices.is_empty(), "{:?}", opened.notices);
        assert_eq!(opened.dir, fs::canonicalize(&inner).expect("folder"));
    }
    assert!(matches!(
        ProjectStore::create(&inner, &real()),
        Err(ProjectError::Exists { .. })
    ));
}

#[test]
fn no_project_is_a_clear_error() {
    let dir = tempfile::tempdir().expect("folder");
    for path in [
        dir.path().to_owned(),
        dir.path().join("nothing"),
        dir.path().join("a/b.json"),
        "/".into(),
        "".into(),
    ] {
        let e = ProjectStore::open(&path).expect_err("nothing there");
        assert!(matches!(e, ProjectError::NotFound { .. }), "{path:?}: {e:?}");
    }
}

fn history(dir: &Path) -> Vec<String> {
    let entries = fs::read_dir(dir.join(".footlight/history")).expect("history");
    let mut names: Vec<String> = entries
        .map(|e| e.expect("entry").file_name().to_string_lossy().into_owned())
        .collect();
    names.sort();
    names
}

#[test]
fn the_newest_twenty_versions_are_kept() {
    let dir = tempfile::tempdir().expect("folder");
    let store = ProjectStore::create(dir.path(), &real()).expect("new");
    let mut p = real();
    for i in 1..=30 {
        p.name = format!("version {i}");
        store.save(&p).expect("saved");
        store.save(&p).expect("saving the same again makes no version");
    }
    let names = history(dir.path());
    assert_eq!(names.len(), 20);
    assert_eq!(names[0], "project-000011.json");
    let newest = fs::read_to_string(dir.path().join(".footlight/history/project-000030.json")).expect("newest");
    assert!(newest.contains("version 29"), "the one before the current");
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().expect("folder");
    let store = ProjectStore::create(dir.path(), &real()).expect("new");
    fs::set_permissions(store.file(), fs::Permissions::from_mode(0o644)).expect("opened up");
    fs::write(store.file(), "{").expect("damage");
    store.save(&real()).expect("saved");
    store.save(&Project::default()).expect("saved");
    for (file, mode) in [
        ("project.json", 0o600),
        ("project.json.broken-1", 0o600),
        (".footlight/history/project-000001.json", 0o600),
        (".footlight", 0o700),
    ] {
        let found = fs::metadata(dir.path().join(file)).expect(file).permissions().mode() & 0o777;
        assert_eq!(found, mode, "{file}: {found:o}");
    }
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link() {
    let dir = tempfile::tempdir().expect("folder");
    let real_dir = dir.path().join("real");
    ProjectStore::create(&real_dir, &real()).expect("new");
    let link = dir.path().join("link.json");
    std::os::unix::fs::symlink(real_dir.join("project.json"), &link).expect("link");
    let opened = ProjectStore::open(&link).expect("opens");
    opened.store.save(&Project::default()).expect("saved");
    assert!(fs::symlink_metadata(&link).expect("link").is_symlink());
    assert_eq!(
        ProjectStore::open(&real_dir).expect("opens").project,
        Project::default()
    );
}

#[test]
fn unknown_fields_survive_and_are_told() {
    let dir = tempfile::tempdir().expect("folder");
    let store = ProjectStore::create(dir.path(), &real()).expect("new");
    let mut doc: Value = serde_json::from_slice(&fs::read(store.file()).expect("bytes")).expect("json");
    let places = [
        "",
        "/canvases/0",
        "/sources/0",
        "/sources/0/audio",
        "/scenes/0",
        "/scenes/0/items/1",
        "/audio",
        "/encoders/0",
        "/encoders/0/video",
        "/encoders/0/audio",
        "/destinations/0",
        "/recording",
    ];
    for p in places {
        doc.pointer_mut(p).expect(p)["from_the_future"] = json!({"a": [1, 2.5, null], "ü": "x"});
    }
    doc["scenes"][0]["items"][0]["position"]["z"] = json!(3);
    doc["sources"][0]["settings"]["anything"] = json!(true);
    fs::write(store.file(), doc.to_string()).expect("written");

    let opened = ProjectStore::open(dir.path()).expect("opens");
    let mut told: Vec<&str> = opened.notices.iter().map(|n| n.path.as_str()).collect();
    told.sort_unstable();
    assert_eq!(told.len(), places.len() + 1, "{told:?}");
    assert!(
        told.contains(&"scenes[0].items[1].from_the_future") && told.contains(&"encoders[0].video.from_the_future")
    );
    let z = opened
        .notices
        .iter()
        .find(|n| n.path.ends_with("position.z"))
        .expect("z");
    assert!(z.message.contains("left out"), "{}", z.message);

    let mut p = opened.project;
    p.name = "changed".into();
    opened.store.save(&p).expect("saved");
    let again: Value = serde_json::from_slice(&fs::read(store.file()).expect("bytes")).expect("json");
    for p in places {
        assert_eq!(
            again.pointer(p).expect(p)["from_the_future"],
            json!({"a": [1, 2.5, null], "ü": "x"}),
            "{p}"
        );
    }
    assert_eq!(again["sources"][0]["settings"]["anything"], json!(true));
    assert_eq!(again["name"], "changed");
}

#[test]
fn what_could_not_be_opened_again_is_not_saved() {
    let dir = tempfile::tempdir().expect("folder");
    let store = ProjectStore::create(dir.path(), &real()).expect("new");
    let mut p = real();
    p.audio.master_db = f64::NAN;
    let e = store.save(&p).expect_err("not a number");
    assert!(
        e.to_string()
            .contains("audio.master_db: must be a number from -100 to 26"),
        "{e}"
    );
    p.audio.master_db = 500.0;
    assert!(store.save(&p).is_err());
    assert_eq!(ProjectStore::open(dir.path()).expect("opens").project, real());
}
