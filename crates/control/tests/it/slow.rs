//! Pages that do not read what they are sent: they are let go, and nobody else waits for them.

use crate::rig::{LIMIT, Rig, Socket};
use media::{Clock, MediaTime, SystemClock};
use serde_json::json;
use std::time::Duration;
use test_support::wait_for;

/// More than the server's patience and a round of looking, seconds.
const LONG_ENOUGH: f64 = 8.0;
/// How long a page that reads may wait for an answer on a busy machine.
const PROMPT: MediaTime = MediaTime::from_millis(3000);

/// Lets the show run on, with a page beside that reads all the time and must not notice anything.
fn others_go_on(rig: &Rig, seconds: f64) {
    let clock = SystemClock::new();
    let mut page = rig.socket("/api/ui");
    let elapsed = || rig.studio.remote().snapshot().elapsed_s;
    let then = elapsed();
    let done = wait_for(LIMIT, || {
        let asked = clock.now();
        page.of("state");
        rig.command(json!({ "command": "set_master_volume", "volume_db": 0.0 }));
        assert!(clock.now() - asked < PROMPT, "a page that reads was kept waiting");
        elapsed() >= then + seconds
    });
    assert!(done, "the show stands still");
}

/// Whether the server has ended this socket, once all that was under way has been read.
fn was_let_go(mut page: Socket) -> bool {
    wait_for(LIMIT, || page.read_on(Duration::from_secs(2)).is_err())
}

#[test]
fn a_window_that_does_not_read_is_let_go() {
    let rig = Rig::new();
    let asleep = rig.socket("/api/ui");
    rig.command(json!({ "command": "add_source", "kind": "text", "name": "Long" }));
    // Each change sends the whole document: far more than the buffers between us take.
    for n in 0..12 {
        let text = format!("{n}").repeat(1 << 20);
        rig.command(json!({ "command": "set_source", "source": "long", "notes": text }));
        others_go_on(&rig, 0.2);
    }
    others_go_on(&rig, LONG_ENOUGH);
    assert!(was_let_go(asleep), "it is still fed");
}

#[test]
fn a_page_that_asks_for_pictures_and_does_not_take_them_is_let_go() {
    let rig = Rig::new();
    let mut asleep = rig.socket("/api/pictures");
    asleep.say(&json!({ "want": [{ "id": 1, "target": "program", "width": 320, "height": 180, "fps": 60 }] }));
    // It says it has drawn them all, and reads none.
    let gone = wait_for(LIMIT, || asleep.try_say(&json!({ "ack": 1 })).is_err());
    assert!(gone, "it is still fed");
    others_go_on(&rig, 0.5);
}
