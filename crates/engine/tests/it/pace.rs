//! A destination's own encoder follows its line: down when a real server gets less than is sent, up again afterwards.

use crate::{Stand, member, until};
use media::{Clock, MediaTime, SystemClock};
use serde_json::{Value, json};
use std::net::UdpSocket;
use test_support::{
    faults::{Faults, TcpProxy, UdpProxy},
    janus::Janus,
    nginx_rtmp::{NginxOptions, NginxRtmp},
    whip_endpoint::WhipEndpoint,
};

/// What the encoder is set to, and what the line takes while it is slow, kbit/s.
const FULL: u32 = 1500;
const NARROW: u32 = 600;
/// How long one change of the line may take to be followed: steps of seconds, and a busy machine.
const LIMIT: MediaTime = MediaTime::from_millis(120_000);

/// A show of moving rings, which take every bit they are given.
pub(crate) fn rings(s: &Stand) {
    let g = s.studio.generation();
    s.run(json!({"command": "set_canvas", "id": "main", "changes": {"width": 640, "height": 360, "fps": 15}}))
        .expect("smaller");
    until("the show with the new size", || {
        (s.studio.generation() > g).then_some(())
    });
    s.run(
        json!({"command": "set_encoder", "id": "main", "changes": {"video": {"implementation": "x264",
        "preset": "ultrafast", "keyframe_interval_s": 2.0, "bitrate_kbps": FULL}, "audio": {"bitrate_kbps": 64}}}),
    )
    .expect("a rate");
    s.run(
        json!({"command": "add_source", "kind": "test_pattern", "name": "Rings", "scene": "main",
        "settings": {"pattern": "zone_plate", "sound": "tone"}}),
    )
    .expect("added");
}

/// Waits for a change of the line to be followed.
pub(crate) fn follows<T>(what: &str, mut done: impl FnMut() -> Option<T>) -> T {
    let clock = SystemClock::new();
    while clock.now() < LIMIT {
        if let Some(x) = done() {
            return x;
        }
        clock.sleep_until(clock.now() + MediaTime::from_millis(50));
    }
    panic!("{what}: not within two minutes");
}

fn target(s: &Stand) -> Option<u64> {
    s.state()["encoders"][0]["target_kbps"].as_u64()
}

fn destination(s: &Stand, id: &str) -> Value {
    member(&s.state(), "destinations", id).expect("there")
}

fn told(s: &Stand, words: &str) -> bool {
    let events = s.remote().events_since(0);
    events.iter().any(|e| e.message.contains(words))
}

/// Goes live, narrows the line and widens it again; `arrives` counts pictures decoded at the other end.
fn goes_down_and_up(s: &Stand, id: &str, line: impl Fn(bool), arrives: impl Fn() -> u64) {
    s.run(json!({"command": "start_destination", "id": id}))
        .expect("starts");
    until("live at the full rate", || {
        let d = destination(s, id);
        (d["state"] == "live" && d["bitrate_kbps"].as_f64()? > f64::from(FULL) * 0.7).then_some(())
    });
    assert_eq!(target(s), Some(u64::from(FULL)));
    line(true);
    follows("a rate that the line takes", || {
        let d = destination(s, id);
        let fits = target(s)? < u64::from(NARROW) && d["bitrate_kbps"].as_f64()? < f64::from(NARROW) * 1.1;
        fits.then_some(())
    });
    assert!(told(s, "takes less than 1500 kbit/s"));
    let before = arrives();
    follows("pictures through the narrow line", || {
        (arrives() > before + 60).then_some(())
    });
    let state = destination(s, id)["state"].clone();
    assert!(
        state == "live" || state == "degraded",
        "what had piled up may still go out: {state}"
    );
    line(false);
    follows("the full rate again", || {
        (target(s) == Some(u64::from(FULL))).then_some(())
    });
    assert!(told(s, "takes 1500 kbit/s again"));
    follows("it being sent", || {
        (destination(s, id)["bitrate_kbps"].as_f64()? > f64::from(FULL) * 0.7).then_some(())
    });
    let before = arrives();
    follows("pictures at the full rate", || (arrives() > before + 30).then_some(()));
    assert_eq!(destination(s, id)["state"], "live");
}

#[test]
fn whip_follows_its_receiver_down_and_up() {
    let s = Stand::new();
    rings(&s);
    let media = UdpSocket::bind("127.0.0.1:0")
        .and_then(|s| s.local_addr())
        .expect("a port");
    let proxy = UdpProxy::start(media, Faults::default(), 3).expect("proxy");
    let server = WhipEndpoint::start(json!({"media_port": media.port(), "shown_port": proxy.port()})).expect("aiortc");
    let id = s.made(
        json!({"command": "add_destination", "kind": "whip", "settings": {"url": server.url()}}),
        "destination",
    );
    let line = |narrow: bool| {
        proxy.set(Faults {
            bytes_per_second: narrow.then_some(NARROW * 125),
            ..Faults::default()
        });
    };
    goes_down_and_up(&s, &id, line, || server.count("frames"));
    let figures = destination(&s, &id)["line"].clone();
    assert!(figures["arriving_kbps"].as_f64() > Some(500.0), "{figures}");
    assert!(figures["waiting_ms"].is_number(), "{figures}");
}

#[test]
fn rtmp_follows_its_connection_down_and_up() {
    let s = Stand::new();
    rings(&s);
    let server = NginxRtmp::start(NginxOptions::default()).expect("nginx");
    let proxy = TcpProxy::start(([127, 0, 0, 1], server.port()).into(), Faults::default()).expect("proxy");
    let url = format!("rtmp://{}/live", proxy.address());
    let id = s.made(
        json!({"command": "add_destination", "kind": "rtmp", "settings": {"url": url, "key": "pace"}}),
        "destination",
    );
    let line = |narrow: bool| {
        proxy.set(Faults {
            bytes_per_second: narrow.then_some(NARROW * 125),
            ..Faults::default()
        });
    };
    let sent = || destination(&s, &id)["frames_sent"].as_u64().unwrap_or_default();
    goes_down_and_up(&s, &id, line, sent);
}

#[test]
fn whip_gives_no_more_than_the_receiver_asks_for() {
    let s = Stand::new();
    rings(&s);
    // Janus says by REMB what its room allows.
    let server = Janus::start(json!({"bitrate": 600_000})).expect("Janus");
    let id = s.made(
        json!({"command": "add_destination", "kind": "whip", "settings": {"url": server.url()}}),
        "destination",
    );
    s.run(json!({"command": "start_destination", "id": id}))
        .expect("starts");
    follows("what is asked for", || {
        let d = destination(&s, &id);
        let fits = target(&s)? <= 600 && d["bitrate_kbps"].as_f64()? < 800.0;
        (fits && d["line"]["wished_kbps"].as_f64()? < 700.0).then_some(())
    });
    let before = server.layer(0).0;
    follows("pictures at that rate", || {
        (server.layer(0).0 > before + 30).then_some(())
    });
    assert!(target(&s) >= Some(300), "and not much less: {:?}", target(&s));
}
