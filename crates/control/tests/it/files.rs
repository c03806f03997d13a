//! Files dropped into the page.

use crate::rig::Rig;
use std::{fs, io::Write, net::TcpStream};
use test_support::wait_for;

fn names(rig: &Rig) -> Vec<String> {
    let mut all: Vec<_> = fs::read_dir(rig.project_dir().join("media"))
        .into_iter()
        .flatten()
        .map(|e| e.expect("entry").file_name().into_string().expect("text"))
        .collect();
    all.sort();
    all
}

#[test]
fn files_land_in_the_media_folder_whatever_they_are_called() {
    let rig = Rig::new();
    let store = |name: &str, body: &[u8]| {
        let answer = rig.ask("POST", &format!("/api/files?name={name}"), &[], body);
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        answer.json()["path"].as_str().expect("a path").to_owned()
    };
    let big: Vec<u8> = (0..5_000_000_u32).map(|i| (i * 7 + (i >> 8)) as u8).collect();
    assert_eq!(store("film.mp4", &big), "media/film.mp4");
    assert_eq!(fs::read(rig.project_dir().join("media/film.mp4")).expect("file"), big);
    assert_eq!(store("film.mp4", b"other"), "media/film-2.mp4");
    for (name, want) in [
        ("..%2F..%2Fproject.json", "media/project.json"),
        ("%2Fetc%2Fpasswd", "media/passwd"),
        ("..%5C..%5Cboot.ini", "media/boot.ini"),
        ("a%00b.png", "media/ab.png"),
        (".ssh", "media/ssh"),
        ("", "media/file"),
        ("NUL.txt", "media/_NUL.txt"),
    ] {
        assert_eq!(store(name, b"x"), want, "{name}");
    }
    let project = fs::read_to_string(rig.project_dir().join("project.json")).expect("project");
    assert!(project.contains("\"version\""), "the project was not written over");
}

#[test]
fn what_breaks_off_leaves_nothing() {
    let rig = Rig::new();
    let mut socket = TcpStream::connect(rig.address()).expect("connect");
    let head = format!(
        "POST /api/files?name=half.bin HTTP/1.1\r\nHost: {}\r\nContent-Length: 1000000\r\n\r\n",
        rig.address()
    );
    socket.write_all(head.as_bytes()).expect("sent");
    socket.write_all(&[7; 100_000]).expect("sent");
    assert!(
        wait_for(crate::rig::LIMIT, || !names(&rig).is_empty()),
        "it is on its way"
    );
    drop(socket);
    assert!(
        wait_for(crate::rig::LIMIT, || names(&rig).is_empty()),
        "{:?}",
        names(&rig)
    );
}

#[test]
fn strangers_store_nothing() {
    let rig = Rig::with(true);
    assert_eq!(rig.ask("POST", "/api/files?name=a.png", &[], b"x").status, 403);
    assert!(names(&rig).is_empty());
}
