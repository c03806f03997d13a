//! A destination whose line is too slow gets the lower encode of another one of the show, and its own again afterwards, on the
//! same connection and without anybody else noticing.

use crate::{
    Stand, member,
    pace::{follows, rings},
    until,
};
use serde_json::{Value, json};
use std::{net::UdpSocket, path::Path, process::Command, time::Duration};
use test_support::{
    faults::{Faults, TcpProxy, UdpProxy},
    ffprobe,
    file_server::FileServer,
    nginx_rtmp::{NginxOptions, NginxRtmp},
    ports::free_udp,
    process::ChildGuard,
    wait_for,
    whip_endpoint::WhipEndpoint,
};

fn destination(s: &Stand, id: &str) -> Value {
    member(&s.state(), "destinations", id).expect("there")
}

/// WHIP destinations of these names at servers that decode what comes.
fn add_whip(s: &Stand, name: &str, url: &str) -> String {
    let command = json!({"command": "add_destination", "kind": "whip", "name": name, "settings": {"url": url}});
    s.made(command, "destination")
}

#[test]
fn whip_goes_over_to_another_size_under_way() {
    let s = Stand::new();
    rings(&s);
    let media = UdpSocket::bind("127.0.0.1:0")
        .and_then(|s| s.local_addr())
        .expect("a port");
    let proxy = UdpProxy::start(media, Faults::default(), 3).expect("proxy");
    let behind = json!({"media_port": media.port(), "shown_port": proxy.port()});
    let [far, same, small] = [behind, json!({}), json!({})].map(|o| WhipEndpoint::start(o).expect("aiortc"));
    let slow = add_whip(&s, "slow", &far.url());
    let (_, lower) = (add_whip(&s, "same", &same.url()), add_whip(&s, "small", &small.url()));
    s.run(json!({"command": "set_destination", "id": slow, "when_slow": "step_down"}))
        .expect("set");
    s.run(json!({"command": "set_destination_encode", "id": lower, "changes": {"bitrate_kbps": 300, "height": 180}}))
        .expect("a lower encode");
    s.run(json!({"command": "go_live"})).expect("live");
    let width = |server: &WhipEndpoint| server.count("width");
    follows("pictures everywhere", || {
        ([&far, &same, &small].map(width) == [640, 640, 320]).then_some(())
    });
    proxy.set(Faults {
        bytes_per_second: Some(90_000),
        ..Faults::default()
    });
    follows("the smaller picture", || (width(&far) == 320).then_some(()));
    proxy.set(Faults::default());
    follows("its own again", || (width(&far) == 640).then_some(()));
    let before = far.count("frames");
    follows("pictures of its own", || {
        (far.count("frames") > before + 30).then_some(())
    });
    assert_eq!(
        (far.count("posts"), width(&same), width(&small)),
        (1, 640, 320),
        "one session all the while"
    );
}

fn add(s: &Stand, name: &str, url: &str) -> String {
    let command =
        json!({"command": "add_destination", "kind": "rtmp", "name": name, "settings": {"url": url, "key": name}});
    s.made(command, "destination")
}

#[test]
fn a_slow_line_gets_a_lower_encode_that_is_there_and_its_own_again() {
    let s = Stand::new();
    rings(&s);
    let server = NginxRtmp::start(NginxOptions {
        record: true,
        ..NginxOptions::default()
    })
    .expect("nginx");
    let proxy = TcpProxy::start(([127, 0, 0, 1], server.port()).into(), Faults::default()).expect("proxy");
    let direct = format!("rtmp://127.0.0.1:{}/live", server.port());
    let slow = add(&s, "slow", &format!("rtmp://{}/live", proxy.address()));
    let (same, small) = (add(&s, "same", &direct), add(&s, "small", &direct));
    s.run(json!({"command": "set_destination", "id": slow, "when_slow": "step_down"}))
        .expect("set");
    s.run(json!({"command": "set_destination_encode", "id": small, "changes": {"bitrate_kbps": 400, "height": 180}}))
        .expect("a lower encode");
    s.run(json!({"command": "go_live"})).expect("live");
    until("all live", || {
        let all = [&slow, &same, &small].map(|id| destination(&s, id)["state"] == "live");
        all.iter().all(|l| *l).then_some(())
    });
    let encoders = || s.state()["encoders"].as_array().map(Vec::len);
    assert_eq!(encoders(), Some(2));
    let narrow = Faults {
        bytes_per_second: Some(100_000),
        ..Faults::default()
    };
    proxy.set(narrow);
    let told = |words: &str| s.remote().events_since(0).iter().any(|e| e.message.contains(words));
    follows("the step down", || {
        told("it gets the picture of small (320×180, 400 kbit/s)").then_some(())
    });
    follows("a rate that fits", || {
        let d = destination(&s, &slow);
        let fits = d["state"] == "live" && d["bitrate_kbps"].as_f64()? < 800.0 && d["queued_ms"].as_i64()? < 700;
        fits.then_some(())
    });
    let reason = destination(&s, &slow)["reason"].as_str().unwrap_or_default().to_owned();
    assert!(reason.contains("the picture of small for now"), "{reason}");
    assert_eq!(encoders(), Some(2), "no encoder was started for it");
    proxy.set(Faults::default());
    follows("its own picture again", || {
        told("slow: it gets its own picture again (640×360, 1500 kbit/s)").then_some(())
    });
    let sent = || destination(&s, &slow)["frames_sent"].as_u64().unwrap_or_default();
    let before = sent();
    follows("pictures of its own", || (sent() > before + 60).then_some(()));
    for id in [&slow, &same, &small] {
        let d = destination(&s, id);
        assert_eq!((&d["state"], &d["reconnects"]), (&json!("live"), &json!(0)), "{d}");
    }
    for id in [&same, &small] {
        assert_eq!(
            destination(&s, id)["frames_dropped"],
            0,
            "the neighbours got everything"
        );
    }
    for e in s.state()["encoders"].as_array().expect("encoders") {
        assert!(
            e["target_kbps"] == 1500 || e["target_kbps"] == 400,
            "no encoder was turned down: {e}"
        );
    }
    s.run(json!({"command": "end_live"})).expect("ends");
    until("the end", || (s.state()["on_air"] == false).then_some(()));
    let recording = |key: &str| {
        server
            .recordings()
            .into_iter()
            .find(|p| p.to_string_lossy().contains(key))
    };
    assert!(
        wait_for(Duration::from_secs(20), || recording("slow").is_some()),
        "{}",
        server.log()
    );
    let file = recording("slow").expect("what the server got");
    let sizes = ffprobe::picture_sizes(&file).expect("it decodes");
    let mut order = vec![];
    sizes.iter().for_each(|size| {
        if order.last() != Some(size) {
            order.push(*size);
        }
    });
    assert_eq!(order, [(640, 360), (320, 180), (640, 360)], "down and up, each once");
}

/// The sizes of pictures in the order they come.
fn sizes_in(file: &Path) -> Vec<(u32, u32)> {
    let mut sizes = ffprobe::picture_sizes(file).unwrap_or_default();
    sizes.dedup();
    sizes
}

const OWN: (u32, u32) = (640, 360);
const LOWER: (u32, u32) = (320, 180);

#[test]
fn srt_and_an_hls_upload_go_over_under_way_too() {
    let s = Stand::new();
    rings(&s);
    let dir = tempfile::tempdir().expect("folder");
    let nginx = NginxRtmp::start(NginxOptions::default()).expect("nginx");
    let (udp, got) = (free_udp().expect("port"), dir.path().join("got.ts"));
    let mut c = Command::new("/usr/bin/srt-live-transmit");
    c.args(["-q", &format!("srt://127.0.0.1:{udp}?mode=listener"), "file://con"]);
    let _receiver = ChildGuard::spawn(c, &got, false).expect("srt-live-transmit");
    let line = UdpProxy::start(([127, 0, 0, 1], udp).into(), Faults::default(), 5).expect("proxy");
    let files = FileServer::start().expect("server");
    let web = TcpProxy::start(([127, 0, 0, 1], files.port()).into(), Faults::default()).expect("proxy");
    let add = |kind: &str, name: &str, settings: Value| {
        let command = json!({"command": "add_destination", "kind": kind, "name": name, "settings": settings});
        s.made(command, "destination")
    };
    let srt = add("srt", "srt", json!({"host": "127.0.0.1", "port": line.port()}));
    let url = format!("http://{}/show/live.m3u8", web.address());
    let hls = add("hls_push", "hls", json!({"url": url, "segment_s": 1.0}));
    let direct = format!("rtmp://127.0.0.1:{}/live", nginx.port());
    let small = add("rtmp", "small", json!({"url": direct, "key": "small"}));
    for slow in [&srt, &hls] {
        s.run(json!({"command": "set_destination", "id": slow, "when_slow": "step_down"}))
            .expect("set");
    }
    s.run(json!({"command": "set_destination_encode", "id": small, "changes": {"bitrate_kbps": 300, "height": 180}}))
        .expect("a lower encode");
    s.run(json!({"command": "go_live"})).expect("live");
    until("all live", || {
        let all = [&srt, &hls, &small].map(|id| destination(&s, id)["state"] == "live");
        all.iter().all(|l| *l).then_some(())
    });
    let narrow = Faults {
        bytes_per_second: Some(90_000),
        ..Faults::default()
    };
    line.set(narrow);
    web.set(narrow);
    let told = |name: &str, words: &str| {
        let all = s.remote().events_since(0);
        all.iter()
            .any(|e| e.message.contains(&format!("{name}: {words}")))
            .then_some(())
    };
    for name in ["srt", "hls"] {
        follows(&format!("{name} steps down"), || {
            told(name, "the connection is too slow for it")
        });
    }
    // Some of it has to arrive before the line is good again.
    let before = [&srt, &hls].map(|id| destination(&s, id)["frames_sent"].as_u64());
    follows("lower pictures are sent", || {
        let now = [&srt, &hls].map(|id| destination(&s, id)["frames_sent"].as_u64());
        now.iter()
            .zip(&before)
            .all(|(n, b)| *n > b.map(|b| b + 90))
            .then_some(())
    });
    line.set(Faults::default());
    web.set(Faults::default());
    for name in ["srt", "hls"] {
        follows(&format!("{name} has its own again"), || {
            told(name, "it gets its own picture again")
        });
    }
    follows("pictures of its own over SRT", || {
        (sizes_in(&got) == [OWN, LOWER, OWN]).then_some(())
    });
    for id in [&srt, &hls, &small] {
        let d = destination(&s, id);
        assert_eq!((&d["state"], &d["reconnects"]), (&json!("live"), &json!(0)), "{d}");
    }
    assert_eq!(destination(&s, &small)["frames_dropped"], 0);
    s.run(json!({"command": "end_live"})).expect("ends");
    until("the end", || (s.state()["on_air"] == false).then_some(()));
    let uploaded = files.files();
    let playlist = String::from_utf8_lossy(&uploaded["live.m3u8"]).into_owned();
    assert!(playlist.ends_with("#EXT-X-ENDLIST\n"), "{playlist}");
    let number = |name: &str| name.split(['-', '.']).nth(1).and_then(|n| n.parse::<u64>().ok());
    let mut segments: Vec<_> = uploaded.iter().filter(|(n, _)| n.ends_with(".ts")).collect();
    segments.sort_by_key(|(name, _)| number(name));
    let mut sizes = vec![];
    for (name, bytes) in segments {
        let file = dir.path().join(name);
        std::fs::write(&file, bytes).expect("written");
        // Each has one encode only.
        let of_one = sizes_in(&file);
        assert_eq!(of_one.len(), 1, "{name}: {of_one:?}");
        sizes.extend(of_one);
    }
    sizes.dedup();
    assert_eq!(sizes, [OWN, LOWER, OWN]);
}
