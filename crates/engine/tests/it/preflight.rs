//! Looking ahead at destinations: real servers asked side by side, each with its own verdict, nobody seeing anything.

use crate::Stand;
use engine::{Finding, FindingLevel};
use media::{Clock, MediaTime, SystemClock};
use serde_json::json;
use std::{fs, process::Command, time::Duration};
use test_support::{
    black_hole_tcp,
    icecast::{Icecast, SOURCE_PASSWORD},
    nginx_rtmp::{NginxOptions, NginxRtmp},
    ports::free_udp,
    process::ChildGuard,
    refusing_port,
    rtmp_server::{Behaviour, RtmpServer, Step},
    tls_front::{Certificate, TestAuthority, TlsFront},
    wait_for,
};

const KEY: &str = "s3cret-key";

/// Levels and messages of a destination's findings.
fn of<'a>(all: &'a [Finding], id: &str) -> Vec<(FindingLevel, &'a str)> {
    let subject = format!("destination:{id}");
    let its = all.iter().filter(|f| f.subject == subject);
    its.map(|f| (f.level, f.message.as_str())).collect()
}

fn add(s: &Stand, name: &str, settings: serde_json::Value) -> String {
    let command = json!({"command": "add_destination", "kind": "rtmp", "name": name, "settings": settings});
    s.made(command, "destination")
}

#[test]
fn every_server_is_asked_at_once_and_each_has_its_own_verdict() {
    let s = Stand::new();
    let nginx = NginxRtmp::start(NginxOptions {
        record: true,
        ..NginxOptions::default()
    })
    .expect("nginx");
    let authority = TestAuthority::new().expect("authority");
    let front = TlsFront::start(&authority, Certificate::Expired, nginx.port()).expect("front");
    let secure = TlsFront::start(&authority, Certificate::Good, nginx.port()).expect("front");
    let (hole, nobody) = (black_hole_tcp().expect("hole"), refusing_port().expect("port"));
    let shut = RtmpServer::start(Behaviour {
        close_at: Some(Step::Connect),
        ..Behaviour::default()
    })
    .expect("server");
    let plain = |port: u16| json!({"url": format!("rtmp://127.0.0.1:{port}/live"), "key": KEY});
    let tls =
        |port: u16| json!({"url": format!("rtmps://127.0.0.1:{port}/live"), "key": KEY, "ca_file": authority.file()});
    let good = add(&s, "Good", plain(nginx.port()));
    let encrypted = add(&s, "Encrypted", tls(secure.port()));
    let bad = [
        (add(&s, "Expired", tls(front.port())), "expired"),
        (add(&s, "Hole", plain(hole.port())), "no answer within 5 s"),
        (add(&s, "Hole too", plain(hole.port())), "no answer within 5 s"),
        (add(&s, "Nobody", plain(nobody.port())), "nothing answers"),
        (add(&s, "Shut", plain(shut.port())), "application"),
    ];
    let clock = SystemClock::new();
    let all = s.remote().check();
    assert!(clock.now() < MediaTime::from_millis(10_000), "{:?}", clock.now());
    for (id, words) in [(&good, "lets Footlight in"), (&encrypted, "encrypted")] {
        let found = of(&all, id);
        assert!(
            matches!(found[..], [(FindingLevel::Pass, text)] if text.contains(words)),
            "{found:?}"
        );
    }
    for (id, words) in &bad {
        let found = of(&all, id);
        assert!(
            matches!(found[..], [(FindingLevel::Fail, text)] if text.contains(words)),
            "{words}: {found:?}"
        );
    }
    assert!(all.iter().all(|f| !f.message.contains(KEY)), "{all:?}");
    assert!(nginx.recordings().is_empty(), "a check publishes nothing");
}

#[test]
fn a_users_newer_list_gives_rules_and_a_test_mark_for_keys() {
    let s = Stand::new();
    let server = RtmpServer::start(Behaviour::default()).expect("server");
    let url = format!("rtmp://127.0.0.1:{}/live", server.port());
    let list = json!({"about": "", "version": 1000, "services": [{
        "id": "ours", "name": "Ours", "kind": "rtmp", "available": true,
        "servers": [{"name": "One", "url": url}],
        "key": {"url": "https://example.com", "where": {"en": "There."}, "pattern": "^ours_", "shape": "ours_…",
            "test_suffix": "?bandwidthtest=true"},
        "limits": {"video_kbps": 1000, "audio_kbps": 64, "height": 240, "fps": 30, "keyframe_interval_s": 1.0},
        "codecs": {"video": ["av1"], "audio": ["aac"]}}]});
    fs::write(s.dir.path().join("config/services.json"), list.to_string()).expect("written");
    assert_eq!(s.remote().services().services.len(), 1);
    let id = add(&s, "Ours", json!({"url": url, "key": KEY}));
    let all = s.remote().check();
    let found = of(&all, &id);
    let has = |level, words: &str| found.iter().any(|(l, t)| *l == level && t.contains(words));
    assert!(has(FindingLevel::Pass, "takes the key"), "{found:?}");
    assert!(has(FindingLevel::Fail, "does not take H264"), "{found:?}");
    for words in [
        "more than the 1000",
        "too seldom",
        "lines are more",
        "sound is more",
        "does not look like",
    ] {
        assert!(has(FindingLevel::Warn, words), "{words}: {found:?}");
    }
    let arrived = &server.arrived()[0];
    let publish = arrived
        .bodies(20)
        .into_iter()
        .find(|b| b.windows(7).any(|w| w == b"publish"));
    let text = String::from_utf8_lossy(&publish.expect("publish")).into_owned();
    assert!(text.contains("s3cret-key?bandwidthtest=true"), "{text}");
    assert!(
        arrived.bodies(9).is_empty() && arrived.bodies(8).is_empty(),
        "nothing to see"
    );
}

fn add_kind(s: &Stand, kind: &str, name: &str, settings: serde_json::Value) -> String {
    let command = json!({"command": "add_destination", "kind": kind, "name": name, "settings": settings});
    s.made(command, "destination")
}

#[test]
fn servers_of_every_kind_are_asked_in_their_own_words() {
    let s = Stand::new();
    let icecast = Icecast::start().expect("icecast");
    let authority = TestAuthority::new().expect("authority");
    let front = TlsFront::start(&authority, Certificate::Good, icecast.port()).expect("front");
    let [srt, quiet, locked, barred] = [0; 4].map(|_| free_udp().expect("port"));
    let _locks = [locked, barred].map(|port| {
        let mut c = Command::new("/usr/bin/srt-live-transmit");
        let place = format!("srt://127.0.0.1:{port}?mode=listener&passphrase=correct-horse");
        c.args([&place, "file://con"]);
        ChildGuard::spawn(c, &s.dir.path().join(format!("{port}.log")), true).expect("srt-live-transmit")
    });
    let mut c = Command::new("/usr/bin/srt-live-transmit");
    c.args([&format!("srt://127.0.0.1:{srt}?mode=listener"), "file://con"]);
    let mut listener = ChildGuard::spawn(c, &s.dir.path().join("srt.log"), true).expect("srt-live-transmit");
    let nobody = refusing_port().expect("port");
    let radio =
        |port: u16, password: &str| json!({"host": "127.0.0.1", "port": port, "mount": "/show", "password": password});
    let mut secure = radio(front.port(), SOURCE_PASSWORD);
    (secure["tls"], secure["ca_file"]) = (json!(true), json!(authority.file()));
    let mut untrusted = secure.clone();
    untrusted["ca_file"] = json!("");
    let list =
        |scheme: &str, port: u16| json!({"url": format!("{scheme}://127.0.0.1:{port}/show/live.m3u8?key={KEY}")});
    let mut trusted = list("https", front.port());
    trusted["ca_file"] = json!(authority.file());
    let folder = s.dir.path().join("www/show");
    let tried = |port: u16, passphrase: &str| {
        json!({"host": "127.0.0.1", "port": port, "passphrase": passphrase, "stream_id": "#!::r=live/show",
            "try_connection": true})
    };
    let good = [
        (
            add_kind(&s, "icecast", "Radio", radio(icecast.port(), SOURCE_PASSWORD)),
            "takes the password",
        ),
        (
            add_kind(&s, "icecast", "Encrypted radio", secure),
            "takes the password, encrypted",
        ),
        (
            add_kind(&s, "hls_push", "Upload", list("http", icecast.port())),
            "the server answers",
        ),
        (
            add_kind(&s, "hls_push", "Encrypted upload", trusted),
            "the server answers, encrypted",
        ),
        (
            add_kind(&s, "hls_folder", "Folder", json!({"folder": folder})),
            "can be written",
        ),
        (
            add_kind(&s, "srt", "Line", json!({"host": "127.0.0.1", "port": srt})),
            "an SRT listener answers",
        ),
        (
            add_kind(&s, "srt", "Locked line", tried(locked, "correct-horse")),
            "takes the connection",
        ),
        (
            add_kind(
                &s,
                "srt",
                "Waiting",
                json!({"mode": "listener", "port": free_udp().expect("port")}),
            ),
            "is free",
        ),
        (
            add_kind(&s, "custom", "File", json!({"url": s.dir.path().join("x.ts")})),
            "folder is there",
        ),
        (add_kind(&s, "local", "Page", json!({})), ""),
    ];
    let bad = [
        (
            add_kind(&s, "icecast", "Wrong password", radio(icecast.port(), "hush")),
            "does not take the password",
        ),
        (add_kind(&s, "icecast", "Stranger", untrusted), "not trusted here"),
        (
            add_kind(&s, "icecast", "No radio", radio(nobody.port(), "x")),
            "refused",
        ),
        (
            add_kind(&s, "hls_push", "No upload", list("http", nobody.port())),
            "refused",
        ),
        (
            add_kind(&s, "srt", "No line", json!({"host": "127.0.0.1", "port": quiet})),
            "nobody answered",
        ),
        (
            add_kind(&s, "srt", "Wrong passphrase", tried(barred, "battery-hush")),
            "passphrase is not the one",
        ),
        (
            add_kind(&s, "rist", "No receiver", json!({"host": "127.0.0.1", "port": quiet})),
            "nobody receives",
        ),
        (
            add_kind(&s, "custom", "No folder", json!({"url": "/nowhere/at/all/x.ts"})),
            "folder is not there",
        ),
        (
            add_kind(
                &s,
                "custom",
                "No server",
                json!({"url": "rtsp://no-such-host.invalid/x"}),
            ),
            "no server",
        ),
        (
            add_kind(
                &s,
                "custom",
                "Not RTSP",
                json!({"url": format!("rtsp://127.0.0.1:{}/x", icecast.port())}),
            ),
            "RTSP",
        ),
    ];
    // A caller that came too early would see nobody.
    let there = |port| srt::ask("127.0.0.1", port, Duration::from_millis(300)).is_ok();
    for port in [srt, locked, barred] {
        assert!(wait_for(Duration::from_secs(20), || there(port)));
    }
    let clock = SystemClock::new();
    let all = s.remote().check();
    assert!(clock.now() < MediaTime::from_millis(10_000), "{:?}", clock.now());
    for (id, words) in &good {
        let found = of(&all, id);
        let well = found
            .iter()
            .any(|(l, text)| *l == FindingLevel::Pass && text.contains(words));
        assert!(
            well && found.iter().all(|f| f.0 == FindingLevel::Pass),
            "{words}: {found:?}"
        );
    }
    for (id, words) in &bad {
        let found = of(&all, id);
        let told = found
            .iter()
            .any(|(l, text)| *l == FindingLevel::Fail && text.contains(words));
        assert!(told, "{words}: {found:?}");
    }
    assert!(
        all.iter()
            .all(|f| !f.message.contains(KEY) && !f.message.contains("hush")),
        "{all:?}"
    );
    assert!(
        listener.is_running(),
        "a receiver that takes one caller still waits for it"
    );
}
