//! Going on and off the air, and what is written down of it.

use crate::{Stand, member, until};
use media::{Clock, MediaTime, SystemClock};
use serde_json::{Value, json};
use test_support::{
    faults::{Faults, TcpProxy},
    nginx_rtmp::{NginxOptions, NginxRtmp},
};

fn small(s: &Stand) {
    let g = s.studio.generation();
    s.run(json!({"command": "set_canvas", "id": "main", "changes": {"width": 320, "height": 180, "fps": 15}}))
        .expect("smaller");
    until("the show with the new size", || {
        (s.studio.generation() > g).then_some(())
    });
    s.run(json!({"command": "set_encoder", "id": "main",
        "changes": {"video": {"implementation": "x264", "preset": "ultrafast", "keyframe_interval_s": 0.5}}}))
        .expect("software");
}

fn destination(s: &Stand, id: &str) -> Value {
    member(&s.state(), "destinations", id).expect("there")
}

fn live(s: &Stand, id: &str) -> Value {
    until("the destination live", || {
        Some(destination(s, id)).filter(|d| d["state"] == "live")
    })
}

#[test]
fn goes_live_and_ends_with_a_report() {
    let s = Stand::new();
    small(&s);
    let e = s
        .run(json!({"command": "go_live"}))
        .expect_err("nowhere to go")
        .to_string();
    assert!(e.contains("destination"), "{e}");
    assert!(s.run(json!({"command": "mark"})).is_err(), "not on the air");
    let watch = s.made(
        json!({"command": "add_destination", "kind": "local", "name": "Watch",
        "settings": {"segment_s": 0.5}}),
        "destination",
    );
    // Another one can't be reached, and keeps nobody from anything.
    s.run(json!({"command": "add_destination", "kind": "rtmp", "name": "Far"}))
        .expect("half filled in");
    let told = s.run(json!({"command": "go_live", "record": true})).expect("live");
    assert_eq!(
        (told.0["started"].clone(), told.0["failed"][0]["id"].clone()),
        (json!([watch]), json!("far"))
    );
    let state = s.state();
    assert_eq!(
        (&state["on_air"], &state["desk"]["studio_mode"]),
        (&json!(true), &json!(false))
    );
    assert_eq!(destination(&s, "far")["state"], "failed");
    live(&s, &watch);
    s.run(json!({"command": "mark", "name": "Goal"})).expect("marked");
    let e = s
        .run(json!({"command": "set_canvas", "id": "main", "changes": {"width": 640}}))
        .expect_err("on the air");
    assert!(e.to_string().contains("off air"), "{e}");
    assert!(s.studio.new_project("Other").is_err(), "not while on the air");
    until("frames on the disk", || {
        s.state()["recording"]["frames"].as_u64().filter(|n| *n > 5)
    });
    let report = s.studio.show_report().expect("under way");
    assert!(report.under_way && report.destinations.iter().any(|d| d.id == watch));
    s.run(json!({"command": "end_live"})).expect("ended");
    let report = until("the report", || s.studio.show_report().filter(|r| !r.under_way));
    assert_eq!(report.markers[0].name, "Goal");
    assert!(
        report.recordings[0].frames > 5 && report.recordings[0].path.is_file(),
        "{:?}",
        report.recordings
    );
    let d = report.destinations.iter().find(|d| d.id == watch).expect("in it");
    assert!(
        d.frames_sent > 0 && d.spans.iter().any(|s| s.state == outputs::DestinationState::Live),
        "{d:?}"
    );
    until("the state off air", || {
        (s.state()["on_air"] == json!(false)).then_some(())
    });
    let kept = s.studio.reports();
    assert_eq!((kept.len(), kept[0].trouble), (1, 1));
    assert_eq!(
        s.studio.report(&kept[0].id).expect("there")["markers"][0]["name"],
        "Goal"
    );
    assert_eq!(s.studio.report("../project"), None);
    until("no encoder without use", || {
        (s.state()["encoders"] == json!([])).then_some(())
    });
}

#[test]
fn a_slow_connection_turns_its_own_encoder_down() {
    let s = Stand::new();
    small(&s);
    s.run(json!({"command": "set_encoder", "id": "main", "changes": {"video": {"bitrate_kbps": 1500, "rate_control": "cbr"}}}))
        .expect("a rate");
    s.run(json!({"command": "add_source", "kind": "test_pattern", "scene": "main", "settings": {"pattern": "zone_plate"}}))
        .expect("something that takes its bits");
    let server = NginxRtmp::start(NginxOptions::default()).expect("nginx");
    let slow = Faults {
        bytes_per_second: Some(50_000),
        ..Faults::default()
    };
    let proxy = TcpProxy::start(([127, 0, 0, 1], server.port()).into(), slow).expect("proxy");
    let url = format!("rtmp://{}/live", proxy.address());
    s.run(
        json!({"command": "add_destination", "kind": "rtmp", "name": "Slow", "settings": {"url": url, "key": "key"}}),
    )
    .expect("added");
    s.run(json!({"command": "go_live"})).expect("live");
    until("the encoder turned down", || {
        let said = serde_json::to_string(&s.remote().events_since(0)).expect("json");
        said.contains("Slow: the connection takes less than 1500").then_some(())
    });
    // What is made now fits through: what waited drains away, and stays away.
    until("nothing waiting", || {
        let d = destination(&s, "slow");
        (d["queued_ms"].as_i64()? < 200 && d["state"] == "live").then_some(())
    });
    let lost = destination(&s, "slow")["frames_dropped"].clone();
    let sent = destination(&s, "slow")["frames_sent"].as_u64().expect("a number");
    until("two seconds of it", || {
        (destination(&s, "slow")["frames_sent"].as_u64()? >= sent + 30).then_some(())
    });
    let d = destination(&s, "slow");
    assert_eq!(d["frames_dropped"], lost, "{d}");
    assert!(d["bitrate_kbps"].as_f64().expect("a number") < 500.0, "{d}");
}

#[test]
fn destinations_change_while_on_the_air() {
    let s = Stand::new();
    small(&s);
    for name in ["A", "B"] {
        s.run(json!({"command": "add_destination", "kind": "local", "name": name, "settings": {"segment_s": 0.5}}))
            .expect("added");
    }
    s.run(json!({"command": "go_live"})).expect("live");
    let sent = |id: &str| destination(&s, id)["frames_sent"].as_u64().unwrap_or_default();
    until("frames", || (sent("a") > 20).then_some(()));
    let before = (sent("a"), sent("b"));
    s.run(json!({"command": "set_destination", "id": "a", "settings": {"segment_s": 1.0}}))
        .expect("changed");
    until("the new connection", || (sent("a") < before.0).then_some(()));
    live(&s, "a");
    assert!(sent("b") >= before.1, "the other one went on");
    // An encoder of their own for A; B keeps the old one.
    let e = s.made(
        json!({"command": "add_encoder", "changes": {"video": {"bitrate_kbps": 300}}}),
        "encoder",
    );
    s.run(json!({"command": "set_destination", "id": "a", "encoder": e}))
        .expect("changed");
    until("two encoders", || {
        (s.state()["encoders"].as_array()?.len() == 2).then_some(())
    });
    live(&s, "a");
    let e = s
        .run(json!({"command": "remove_encoder", "id": "main"}))
        .expect_err("in use")
        .to_string();
    assert!(e.contains('B'), "{e}");
    s.run(json!({"command": "remove_destination", "id": "a"}))
        .expect("removed");
    assert_eq!(member(&s.state(), "destinations", "a"), None);
    until("one encoder", || {
        (s.state()["encoders"].as_array()?.len() == 1).then_some(())
    });
    assert_eq!(destination(&s, "b")["state"], "live");
    assert_eq!(s.state()["on_air"], true);
    s.run(json!({"command": "stop_destination", "id": "b"}))
        .expect("stopped");
    until("off air", || (s.state()["on_air"] == json!(false)).then_some(()));
}

#[test]
fn a_stand_in_takes_over_while_its_main_destination_is_down() {
    let s = Stand::new();
    small(&s);
    let mut server = NginxRtmp::start(NginxOptions::default()).expect("nginx");
    s.run(
        json!({"command": "add_destination", "kind": "rtmp", "name": "Main", "settings": {"url": server.url("key")}}),
    )
    .expect("added");
    s.run(json!({"command": "add_destination", "kind": "local", "name": "Spare", "settings": {"segment_s": 0.5}}))
        .expect("added");
    let stands = |id: &str, main: &str| s.run(json!({"command": "set_destination", "id": id, "standby_for": main}));
    stands("spare", "main").expect("stands by");
    // One that can't take over keeps nobody from it, and is not tried again and again.
    s.run(json!({"command": "add_destination", "kind": "rtmp", "name": "Broken"}))
        .expect("half filled in");
    stands("broken", "main").expect("stands by");
    for (id, main) in [("main", "spare"), ("main", "main"), ("spare", "nobody")] {
        assert!(stands(id, main).is_err(), "{id} for {main}");
    }
    let told = s.run(json!({"command": "go_live"})).expect("live");
    assert_eq!(told.0["started"], json!(["main"]), "a stand-in stays off");
    live(&s, "main");
    server.kill();
    let clock = SystemClock::new();
    live(&s, "spare");
    // A look every 0.25 s and a connection; the rest is for a busy machine.
    let took = clock.now();
    assert!(took < MediaTime::from_millis(5000), "{took:?}");
    server.restart().expect("nginx again");
    live(&s, "main");
    until("the stand-in off again", || {
        (destination(&s, "spare")["state"] == "stopped").then_some(())
    });
    assert_eq!(destination(&s, "main")["state"], "live");
    let said = serde_json::to_string(&s.remote().events_since(0)).expect("json");
    for once in ["Spare takes over", "Broken takes over", "Main works again"] {
        assert_eq!(said.matches(once).count(), 1, "{once}: {said}");
    }
    s.run(json!({"command": "remove_destination", "id": "main"}))
        .expect("removed");
    assert_eq!(
        s.document()["destinations"][0]["standby_for"],
        "",
        "it is a main one now"
    );
}

#[test]
fn a_delayed_destination_gets_the_end_of_the_show_too() {
    let s = Stand::new();
    small(&s);
    s.run(json!({"command": "add_destination", "kind": "local", "name": "Late", "settings": {"segment_s": 0.5}}))
        .expect("added");
    let delay = |seconds: f64| s.run(json!({"command": "set_destination", "id": "late", "delay_s": seconds}));
    assert!(delay(601.0).is_err() && delay(-1.0).is_err());
    delay(2.0).expect("delayed");
    s.run(json!({"command": "go_live"})).expect("live");
    let waiting = until("the wait for the delay", || {
        Some(destination(&s, "late")).filter(|d| d["state"] == "connecting")
    });
    assert!(
        waiting["reason"].as_str().is_some_and(|r| r.starts_with("Delayed")),
        "{waiting}"
    );
    live(&s, "late");
    let sent = || destination(&s, "late")["frames_sent"].as_u64().unwrap_or_default();
    until("frames", || (sent() > 5).then_some(()));
    s.run(json!({"command": "end_live"})).expect("ended");
    let before = sent();
    assert_eq!(
        s.state()["on_air"],
        true,
        "the audience still sees the last two seconds"
    );
    until("the end", || {
        (destination(&s, "late")["state"] == "stopped").then_some(())
    });
    assert!(sent() >= before + 15, "{before} then {}", sent());
}

#[test]
fn the_check_tells_what_a_running_show_knows() {
    let s = Stand::new();
    let of = |subject: &str| {
        let all = s.remote().check();
        let found = all.into_iter().find(|f| f.subject == subject);
        found.map(|f| (f.level, f.remedy.is_some()))
    };
    assert_eq!(
        of("program"),
        Some((engine::FindingLevel::Warn, true)),
        "an empty scene"
    );
    s.run(json!({"command": "add_source", "kind": "color", "scene": "main"}))
        .expect("added");
    assert_eq!(of("program"), Some((engine::FindingLevel::Pass, false)));
    assert_eq!(of("source:colour"), Some((engine::FindingLevel::Pass, false)));
    s.run(json!({"command": "set_recording", "changes": {"enabled": true}}))
        .expect("set");
    until("the room on the disk", || s.state()["disk_free_bytes"].as_u64());
    assert!(of("recording").is_some());
    assert!(of("computer").is_some());
}
