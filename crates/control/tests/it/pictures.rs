//! Pictures for people.

use crate::rig::{LIMIT, Rig, Socket};
use media::{AlphaMode, ColorInfo, MediaTime, PixelFormat, Plane, VideoFrame};
use serde_json::json;
use std::time::Duration;
use test_support::wait_for;
use tungstenite::Message;

struct Picture {
    id: u32,
    width: u32,
    height: u32,
    sequence: u32,
    flags: u32,
    planes: Vec<u8>,
}

impl Picture {
    fn read(bytes: &[u8]) -> Self {
        let word = |at: usize| u32::from_le_bytes(bytes[at..at + 4].try_into().expect("four"));
        let half = |at: usize| u32::from(u16::from_le_bytes(bytes[at..at + 2].try_into().expect("two")));
        let (width, height) = (half(4), half(6));
        assert_eq!(bytes.len() as u32, 16 + width * height * 3 / 2, "{width}x{height}");
        Self {
            id: word(0),
            width,
            height,
            sequence: word(8),
            flags: word(12),
            planes: bytes[16..].to_vec(),
        }
    }

    fn next(page: &mut Socket, limit: Duration) -> Option<Self> {
        match page.next(limit)? {
            Message::Binary(b) => Some(Self::read(&b)),
            other => panic!("{other:?}"),
        }
    }

    /// The number on a picture of the counter.
    fn counter(&self) -> Option<u32> {
        let luma = self.planes[..(self.width * self.height) as usize].to_vec();
        let size = (self.width / 2 * self.height / 2) as usize;
        let plane = |data: Vec<u8>, stride: u32| Plane {
            data: data.into(),
            stride: stride as usize,
        };
        let planes = vec![
            plane(luma, self.width),
            plane(vec![128; size], self.width / 2),
            plane(vec![128; size], self.width / 2),
        ];
        let (w, h) = (self.width, self.height);
        let frame = VideoFrame::new(
            PixelFormat::I420,
            w,
            h,
            planes,
            ColorInfo::BT709_LIMITED,
            AlphaMode::Opaque,
            MediaTime::ZERO,
        );
        sources::read_counter(&frame.expect("a frame"))
    }
}

fn want(id: u32, target: &str, width: u32, height: u32) -> serde_json::Value {
    json!({ "id": id, "target": target, "width": width, "height": height, "fps": 30 })
}

#[test]
fn every_target_has_its_size_and_the_next_picture_waits_for_the_ack() {
    let rig = Rig::new();
    let mut page = rig.socket("/api/pictures");
    page.say(&json!({ "want": [
        want(1, "program", 160, 160), want(2, "preview", 4000, 4000), want(3, "scene:b", 64, 64),
        want(4, "source:count", 100, 300), want(5, "scene:gone", 64, 64),
    ] }));
    let mut sizes = [(0, 0, 0); 6];
    for _ in 0..5 {
        let p = Picture::next(&mut page, LIMIT).expect("a picture");
        sizes[p.id as usize] = (p.width, p.height, p.flags);
    }
    let want = [
        (0, 0, 0),
        (160, 90, 0),
        (320, 180, 0),
        (64, 36, 0),
        (100, 56, 0),
        (64, 36, 1),
    ];
    assert_eq!(sizes, want);
    assert!(
        Picture::next(&mut page, Duration::from_millis(700)).is_none(),
        "nothing was acknowledged"
    );
    page.say(&json!({ "ack": 1 }));
    assert_eq!(Picture::next(&mut page, LIMIT).map(|p| p.id), Some(1));
}

#[test]
fn a_picture_that_does_not_change_is_sent_once() {
    let rig = Rig::new();
    let mut page = rig.socket("/api/pictures");
    page.say(&json!({ "want": [want(1, "scene:b", 64, 64)] }));
    assert!(Picture::next(&mut page, LIMIT).is_some());
    page.say(&json!({ "ack": 1 }));
    assert!(Picture::next(&mut page, Duration::from_millis(700)).is_none());
    let changes = json!({ "color": "#ff0000" });
    rig.command(json!({ "command": "set_source_settings", "source": "still", "settings": changes }));
    let changed = Picture::next(&mut page, LIMIT).expect("it changed");
    assert_eq!(changed.sequence, 2);
}

#[test]
fn a_slow_page_gets_the_newest_picture() {
    let rig = Rig::new();
    let mut page = rig.socket("/api/pictures");
    page.say(&json!({ "want": [want(1, "program", 320, 180)] }));
    let first = Picture::next(&mut page, LIMIT)
        .expect("a picture")
        .counter()
        .expect("a number");
    let due = || rig.studio.remote().snapshot().canvases[0].frames_due;
    let then = due();
    assert!(wait_for(LIMIT, || due() >= then + 45));
    page.say(&json!({ "ack": 1 }));
    let next = Picture::next(&mut page, LIMIT)
        .expect("a picture")
        .counter()
        .expect("a number");
    assert!(next >= first + 40, "{first} then {next}");
}

#[test]
fn what_is_put_on_show_is_seen_and_wishes_follow_to_another_project() {
    let rig = Rig::new();
    let mut page = rig.socket("/api/pictures");
    page.say(&json!({ "want": [want(1, "program", 320, 180)] }));
    assert!(Picture::next(&mut page, LIMIT).is_some_and(|p| p.counter().is_some()));
    rig.command(json!({ "command": "set_scene", "scene": "b" }));
    let changed = wait_for(LIMIT, || {
        page.say(&json!({ "ack": 1 }));
        Picture::next(&mut page, LIMIT).is_some_and(|p| p.counter().is_none())
    });
    assert!(changed);
    page.say(&json!({ "ack": 1 }));
    assert_eq!(rig.post("/api/projects", &json!({ "new": "Other" })).status, 200);
    let empty = wait_for(LIMIT, || {
        let p = Picture::next(&mut page, LIMIT);
        page.say(&json!({ "ack": 1 }));
        p.is_some_and(|p| p.flags == 1)
    });
    assert!(empty, "the new project shows nothing yet");
}

#[test]
fn nonsense_is_answered_in_words() {
    let rig = Rig::new();
    let mut page = rig.socket("/api/pictures");
    for text in [
        json!({ "want": [want(1, "film:x", 9, 9)] }),
        json!({ "want": 7 }),
        json!([1]),
        json!({ "want": vec![want(1, "program", 9, 9); 65] }),
    ] {
        page.say(&text);
        assert!(page.json()["error"].is_string(), "{text}");
    }
    page.say(&json!({ "ack": 99 }));
    page.say(&json!({ "want": [want(1, "program", 2, 2)] }));
    assert!(Picture::next(&mut page, LIMIT).is_some());
}
