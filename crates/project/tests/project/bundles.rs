//! A project as one file: out and in again, and bundles made to do harm.

use crate::{map, real};
use project::{Project, ProjectError, Source, bundle};
use serde_json::json;
use std::{
    fs::{self, File},
    io::Write,
    path::Path,
};
use tempfile::tempdir;
use zip::{ZipWriter, write::SimpleFileOptions};

fn with_files(dir: &Path) -> Project {
    fs::create_dir_all(dir.join("pictures")).expect("folder");
    fs::write(dir.join("pictures/logo.png"), b"logo").expect("file");
    let far = dir.join("elsewhere");
    fs::create_dir_all(&far).expect("folder");
    fs::write(far.join("film.mp4"), b"film").expect("file");
    let source = |id: &str, file: String| Source {
        id: id.into(),
        kind: "ball".into(),
        settings: map(json!({"file": file, "text": "/etc/passwd"})),
        ..Source::default()
    };
    let mut p = real();
    p.sources.push(source("logo", "pictures/logo.png".into()));
    p.sources
        .push(source("film", far.join("film.mp4").display().to_string()));
    p.sources.push(source("lost", "gone.png".into()));
    p
}

#[test]
fn goes_out_and_comes_in_with_its_files() {
    let dir = tempdir().expect("folder");
    let project = with_files(&dir.path().join("show"));
    let file = dir.path().join("my show.footlight");
    let missing = bundle::export(&project, &dir.path().join("show"), &file).expect("written");
    assert_eq!(missing, ["gone.png"]);
    let into = dir.path().join("again");
    let back = bundle::import(&file, &into).expect("read");
    let named = |id: &str| {
        back.source(id).expect("there").settings["file"]
            .as_str()
            .expect("text")
            .to_owned()
    };
    assert_eq!(
        (named("logo").as_str(), named("film").as_str()),
        ("pictures/logo.png", "media/film.mp4")
    );
    assert_eq!(fs::read(into.join("media/film.mp4")).expect("file"), b"film");
    assert_eq!(project::ProjectStore::open(&into).expect("opens").project, back);
    assert!(matches!(bundle::import(&file, &into), Err(ProjectError::Exists { .. })));
}

fn hostile(dir: &Path, make: impl FnOnce(&mut ZipWriter<File>)) -> String {
    let file = dir.join("bad.footlight");
    let mut zip = ZipWriter::new(File::create(&file).expect("file"));
    make(&mut zip);
    zip.finish().expect("written");
    let into = dir.join("into");
    let e = bundle::import(&file, &into).expect_err("hostile").to_string();
    assert!(!into.exists(), "a refused bundle leaves nothing");
    let left: Vec<_> = fs::read_dir(dir)
        .expect("folder")
        .flatten()
        .map(|e| e.file_name())
        .collect();
    assert_eq!(left, ["bad.footlight"], "{left:?}");
    e
}

fn put(zip: &mut ZipWriter<File>, name: &str, bytes: &[u8]) {
    zip.start_file(name, SimpleFileOptions::default()).expect("entry");
    zip.write_all(bytes).expect("written");
}

#[test]
fn hostile_bundles_are_refused() {
    let document = serde_json::to_vec(&real()).expect("json");
    for name in [
        "../out.txt",
        "/etc/out",
        "a/../../out",
        "a\\..\\..\\out",
        "C:out",
        ".footlight/lock",
    ] {
        let dir = tempdir().expect("folder");
        let e = hostile(dir.path(), |z| {
            put(z, "project.json", &document);
            put(z, name, b"x");
        });
        assert!(e.contains("leads out"), "{name}: {e}");
    }
    let dir = tempdir().expect("folder");
    let e = hostile(dir.path(), |z| {
        put(z, "project.json", &document);
        z.add_symlink("link", "/etc/passwd", SimpleFileOptions::default())
            .expect("entry");
    });
    assert!(e.contains("link"), "{e}");
    let e = hostile(dir.path(), |z| {
        put(z, "project.json", &document);
        put(z, "media/a.png", b"x");
        put(z, "media/A.png", b"x");
    });
    assert!(e.contains("twice"), "{e}");
    let e = hostile(dir.path(), |z| {
        put(z, "project.json", &document);
        let zeros = vec![0; 1 << 20];
        z.start_file("media/bomb", SimpleFileOptions::default()).expect("entry");
        for _ in 0..200 {
            z.write_all(&zeros).expect("written");
        }
    });
    assert!(e.contains("far more"), "{e}");
    let e = hostile(dir.path(), |z| put(z, "readme.txt", b"x"));
    assert!(e.contains("no project.json"), "{e}");
    let e = hostile(dir.path(), |z| put(z, "project.json", b"{\"canvases\": 3}"));
    assert!(e.contains("canvases"), "{e}");
    fs::write(dir.path().join("bad.footlight"), b"not a zip").expect("file");
    assert!(bundle::import(&dir.path().join("bad.footlight"), &dir.path().join("x")).is_err());
}
