//! The built-in watch page: what it serves, what it lets pages do, and that a browser really plays the show.

use crate::common::{KEY, Running, Show, browser::Browser, http, recording_server};
use serde_json::json;
use std::path::Path;
use test_support::wait_for;

fn show() -> Show {
    let mut show = Show::new()
        .source("sync", "test_pattern", json!({ "pattern": "flash_beep" }))
        .source(
            "ground",
            "color",
            json!({ "color": "#204080", "color2": "#802040", "motion_s": 8 }),
        )
        .source("title", "text", json!({ "text": "The second scene", "size_px": 48 }))
        .item(json!({ "source": "sync" }))
        .destination("here", "local", json!({}));
    show.project["scenes"].as_array_mut().expect("scenes").push(json!({
        "id": "second", "name": "Second scene", "items": [
            { "id": "ground", "source": "ground" },
            { "id": "title", "source": "title", "position": { "x": 320, "y": 180 }, "alignment": "center" }
        ]
    }));
    show
}

/// Starts a show and waits until its stream is there.
fn on_air(show: Show) -> (Running, String) {
    let mut running = show.start();
    let address = running.address();
    running.waits("the stream", |_| {
        (http::get(&address, "/hls/live.m3u8").status == 200).then_some(())
    });
    (running, address)
}

#[test]
fn a_browser_plays_the_show_from_the_page() {
    let (mut running, address) = on_air(show().record());
    let mut browser = Browser::open(&format!("http://{address}/watch"), (1280, 760));
    let command = json!({ "command": "set_scene", "scene": "Second scene" });
    assert_eq!(http::post(&address, "/api/command", &[], &command).status, 200);
    browser.waits("document.querySelector('video')?.currentTime > 0 && !document.querySelector('video').paused");
    let time = |b: &mut Browser| {
        b.eval("document.querySelector('video').currentTime")
            .as_f64()
            .expect("a time")
    };
    let first = time(&mut browser);
    assert!(
        wait_for(crate::common::LIMIT, || time(&mut browser) > first + 3.0),
        "it plays on from {first} s"
    );
    let size =
        browser.eval("[document.querySelector('video').videoWidth, document.querySelector('video').videoHeight]");
    assert_eq!(size, json!([640, 360]));
    let decoded = browser.eval("document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames");
    assert!(decoded.as_u64().is_some_and(|n| n > 30), "{decoded} pictures decoded");
    browser.waits("document.body.innerText.includes('On air')");
    browser.waits("document.body.innerText.includes('Second scene')");
    let errors = browser.eval("document.querySelector('video').error === null");
    assert_eq!(errors, true);
    browser.screenshot(&Path::new(env!("CARGO_TARGET_TMPDIR")).join("watch.png"));
    running.interrupt();
    running.ended().with_code(0);
}

#[test]
fn the_page_its_state_and_its_stream_are_served() {
    let (mut running, address) = on_air(show());
    let page = http::get(&address, "/watch");
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html; charset=utf-8")
    );
    assert!(page.text().contains("<video"), "{}", page.text());
    assert!(page.header("content-security-policy").contains("default-src 'none'"));
    assert_eq!(http::get(&address, "/").status, 307);
    for (path, status) in [
        ("/watch/watch.js", 200),
        ("/watch/watch.css", 200),
        ("/watch/../Cargo.toml", 404),
        ("/nothing", 404),
    ] {
        assert_eq!(http::get(&address, path).status, status, "{path}");
    }
    let list = http::get(&address, "/hls/live.m3u8");
    assert_eq!(list.header("content-type"), "application/vnd.apple.mpegurl");
    let named = |t: &str| {
        t.lines()
            .filter(|l| l.ends_with(".m4s"))
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let segment = named(&list.text()).pop().expect("a segment");
    let bytes = http::get(&address, &format!("/hls/{segment}"));
    assert!(
        bytes.status == 200 && bytes.body.windows(4).any(|w| w == b"moof"),
        "{segment}"
    );
    assert_eq!(http::get(&address, "/hls/seg-999999.m4s").status, 404);
    assert!(http::get(&address, "/hls/master.m3u8").text().contains("avc1."));
    let state = running.state();
    assert_eq!(
        (&state["running"], &state["project"]),
        (&json!(true), &json!("Test show")),
        "{state}"
    );
    assert_eq!(state["destinations"][0]["state"], "live", "{state}");
    running.interrupt();
    let ended = running.ended().with_code(0);
    assert!(
        ended.destination("here")["frames_sent"]
            .as_u64()
            .is_some_and(|n| n > 30),
        "{ended}"
    );
    ended.says("Watch at http://127.0.0.1:");
}

#[test]
fn commands_steer_the_show_and_other_sites_may_not() {
    let server = recording_server();
    let (mut running, address) = on_air(show().rtmp("server", &server.url(KEY)));
    let set = json!({ "command": "set_scene", "scene": "second" });
    for (header, value) in [
        ("Origin", "https://evil.example"),
        ("Origin", "null"),
        ("Host", "evil.example"),
    ] {
        let answer = http::post(&address, "/api/command", &[(header, value)], &set);
        assert_eq!(
            (answer.status, &answer.json()["code"]),
            (403, &json!("forbidden")),
            "{header} {value}"
        );
    }
    assert_eq!(running.state()["canvases"][0]["scene"], "main");
    let own = format!("http://{address}");
    assert_eq!(
        http::post(&address, "/api/command", &[("Origin", &own)], &set).status,
        200
    );
    assert_eq!(running.state()["canvases"][0]["scene"], "second");

    for (command, status, words) in [
        (json!({ "command": "set_scene", "scene": "gone" }), 404, "gone"),
        (json!({ "command": "fly" }), 400, "fly"),
        (json!({ "command": "set_master_volume", "volume_db": 99 }), 422, "99"),
        (json!([]), 400, ""),
    ] {
        let answer = http::post(&address, "/api/command", &[], &command);
        assert!(
            answer.status == status && answer.text().contains(words),
            "{command}: {} {}",
            answer.status,
            answer.text()
        );
    }
    running.waits_for_destination("server", "live");
    let stop = json!({ "command": "stop_destination", "id": "server" });
    assert_eq!(http::post(&address, "/api/command", &[], &stop).status, 200);
    running.waits_for_destination("server", "stopped");
    assert!(!running.state().to_string().contains(KEY), "the key is in the state");
    assert_eq!(
        http::post(&address, "/api/command", &[], &json!({ "command": "end_show" })).status,
        200
    );
    let ended = running.ended().with_code(0);
    assert_eq!(ended.destination("here")["state"], "live", "{ended}");
    assert_eq!(ended.destination("server")["state"], "stopped", "{ended}");
}
