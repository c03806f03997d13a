//! The show follows the document while it runs.

use crate::{Stand, member, until};
use serde_json::{Value, json};
use std::time::{Duration, Instant};
use test_support::rtmp_server::{Behaviour, RtmpServer};

fn source(s: &Stand, id: &str) -> Option<Value> {
    member(&s.state(), "sources", id)
}

#[test]
fn sources_come_and_go_while_the_show_runs() {
    let s = Stand::new();
    let id = s.made(
        json!({"command": "add_source", "kind": "test_pattern", "name": "Bars", "scene": "main"}),
        "source",
    );
    assert_eq!(id, "bars");
    let seen = until("its picture", || {
        source(&s, "bars").filter(|x| x["width"] == json!(1920))
    });
    assert_eq!(
        (&seen["in_program"], &seen["heard"].is_boolean()),
        (&json!(true), &true)
    );
    s.run(json!({"command": "set_source", "source": "bars", "name": "Balken", "color": "#ff0000"}))
        .expect("renamed");
    assert_eq!(source(&s, "bars").expect("there")["name"], "Balken");
    s.run(json!({"command": "remove_source", "source": "bars"}))
        .expect("removed");
    assert_eq!(source(&s, "bars"), None);
    assert_eq!(s.document()["scenes"][0]["items"], json!([]));
    let label = s.made(json!({"command": "undo"}), "label");
    assert_eq!(label, "remove_source");
    until("the source that came back", || {
        source(&s, "bars").filter(|x| x["width"] == json!(1920) && x["name"] == "Balken")
    });
    assert_eq!(s.document()["scenes"][0]["items"][0]["source"], "bars");
}

#[test]
fn the_mixer_gains_and_loses_strips() {
    let s = Stand::new();
    s.run(json!({"command": "add_source", "kind": "tone", "name": "Tone"}))
        .expect("added");
    let loud = |s: &Stand, id: &str| {
        let x = source(s, id)?;
        (x["level"]["peak_db"][0].as_f64()? > -60.0).then_some(x)
    };
    let heard = until("the tone", || loud(&s, "tone"));
    assert_eq!(heard["heard"], true, "what no scene places is always heard");
    until("it in the master", || {
        (s.state()["master"]["peak_db"][0].as_f64()? > -60.0).then_some(())
    });
    s.run(json!({"command": "remove_source", "source": "tone"}))
        .expect("removed");
    until("silence", || {
        (s.state()["master"]["peak_db"][0].as_f64()? < -100.0).then_some(())
    });
    // What is tried is measured and not heard.
    let id = s.made(json!({"command": "try_source", "kind": "tone"}), "source");
    until("its level", || loud(&s, &id));
    assert!(s.state()["master"]["peak_db"][0].as_f64().expect("a level") < -100.0);
    let next = s.made(json!({"command": "try_source", "kind": "color"}), "source");
    assert_eq!(source(&s, &id), None, "one at a time");
    until("its picture", || source(&s, &next).filter(|x| x["width"].is_number()));
    s.run(json!({"command": "add_scene"})).expect("an edit leaves it alone");
    assert!(source(&s, &next).is_some());
    s.run(json!({"command": "drop_try"})).expect("dropped");
    assert_eq!(source(&s, &next), None);
    assert_eq!(s.document()["sources"], json!([]), "none of it is in the document");
}

#[test]
fn wrong_settings_change_nothing() {
    let s = Stand::new();
    s.run(json!({"command": "add_source", "kind": "color", "name": "C"}))
        .expect("added");
    let before = (s.document(), s.remote().revision());
    for c in [
        json!({"command": "set_source_settings", "source": "c", "settings": {"angle_deg": "steep"}}),
        json!({"command": "add_source", "kind": "color", "settings": {"color": "red"}}),
        json!({"command": "add_source", "kind": "nothing-of-ours"}),
        json!({"command": "remove_scene", "scene": "main"}),
        json!({"command": "set_canvas", "id": "main", "changes": {"width": 1921}}),
        json!({"command": "batch", "label": "x", "commands": [
            {"command": "add_scene", "name": "B"}, {"command": "remove_source", "source": "gone"}]}),
    ] {
        assert!(s.run(c.clone()).is_err(), "{c}");
    }
    assert_eq!((s.document(), s.remote().revision()), before);
}

#[test]
fn a_gesture_and_a_batch_are_one_step() {
    let s = Stand::new();
    s.run(json!({"command": "batch", "label": "Two things", "commands": [
        {"command": "add_source", "kind": "color", "name": "C", "scene": "main"},
        {"command": "add_scene", "name": "B"}]}))
        .expect("both");
    for x in 0..50 {
        s.run(json!({"command": "set_item", "scene": "main", "item": "c", "changes": {"position": {"x": x}}, "gesture": "d1"}))
            .expect("moved");
    }
    let d = s.remote().document();
    assert_eq!(d.undo.as_deref(), Some("set_item"));
    s.run(json!({"command": "undo"})).expect("the drag");
    assert_eq!(s.document()["scenes"][0]["items"][0]["position"]["x"], 0.0);
    s.run(json!({"command": "set_scene", "scene": "b"})).expect("on show");
    assert_eq!(
        s.remote().document().undo.as_deref(),
        Some("Two things"),
        "putting on show is no step"
    );
    s.run(json!({"command": "undo"})).expect("both");
    assert_eq!(s.document()["sources"], json!([]));
    assert_eq!(s.document()["canvases"][0]["scene"], "main", "scene B is gone");
    assert!(s.run(json!({"command": "undo"})).is_err());
    s.run(json!({"command": "redo"})).expect("again");
    assert_eq!(s.document()["scenes"].as_array().expect("list").len(), 2);
}

#[test]
fn an_edit_race_loses_nothing() {
    let s = Stand::new();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                for _ in 0..25 {
                    s.run(json!({"command": "add_scene"})).expect("added");
                }
            });
        }
    });
    assert_eq!(s.remote().document().project.scenes.len(), 101);
}

#[test]
fn sound_rests_while_nobody_asks_for_levels_and_is_right_when_somebody_does() {
    let s = Stand::new();
    let tone = json!({"command": "add_source", "kind": "tone", "scene": "main", "settings": {"level_db": -12}});
    s.run(tone).expect("added");
    let id = s.document()["sources"][0]["id"].as_str().expect("id").to_owned();
    let peak = |state: &serde_json::Value| {
        let all = state["sources"].as_array().expect("sources");
        let one = all.iter().find(|x| x["id"] == id.as_str()).expect("the tone");
        one["level"]["peak_db"][0].as_f64().expect("a level")
    };
    until("its level", || (peak(&s.state()) > -12.2).then_some(()));
    // Nobody asks: loudness is no more measured, levels are.
    let glance = || serde_json::to_value(s.remote().glance()).expect("json");
    let lufs = || s.remote().glance().lufs;
    until("rest", || {
        let before = lufs();
        let unseen = || glance()["canvases"][0]["frames_unseen"].as_u64();
        let from = unseen();
        until("half a second", || (unseen() > from.map(|f| f + 15)).then_some(()));
        (before.is_some() && lufs() == before && peak(&glance()) > -12.2).then_some(())
    });
    s.run(json!({"command": "set_source_audio", "source": id, "volume_db": -20}))
        .expect("turned down");
    until("the new level without anybody asking", || {
        (peak(&glance()) < -30.0).then_some(())
    });
    let before = lufs();
    until("loudness again for those who ask", || {
        s.remote().meters();
        (lufs() != before).then_some(())
    });
}

#[test]
fn off_the_air_pictures_are_drawn_only_for_those_who_look() {
    let s = Stand::new();
    s.run(json!({"command": "add_source", "kind": "color", "scene": "main"}))
        .expect("added");
    let count = |what: &str| s.state()["canvases"][0][what].as_u64().unwrap_or_default();
    let drawn = || count("frames_rendered") + count("frames_repeated");
    until("frames nobody sees", || (count("frames_unseen") > 20).then_some(()));
    assert_eq!(drawn(), 0);
    let wish = engine::PictureWish {
        target: engine::Target::Program(None),
        width: 64,
        height: 36,
        fps: 30,
    };
    let tap = s.remote().pictures(wish, || {});
    tap.ask();
    let picture = until("its picture", || tap.take());
    assert!(!picture.blank && drawn() > 0);
    let rate = until("the canvas' pace", || {
        s.state()["canvases"][0]["fps_now"].as_f64().filter(|f| *f > 1.0)
    });
    assert!(rate > 5.0, "unseen frames keep the pace: {rate}");
    drop(tap);
    until("nothing more drawn", || {
        let (before, unseen) = (drawn(), count("frames_unseen"));
        until("ten more", || (count("frames_unseen") > unseen + 10).then_some(()));
        (drawn() == before).then_some(())
    });
}

/// From the command to go live until a picture or sound is at the server. On two busy cores: far more than it takes on an idle
/// machine, and less than a keyframe's distance, for which nobody may be waiting.
const FIRST_PACKET: Duration = Duration::from_secs(8);

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "what the server saw is compared with the machine's own time"
)]
fn going_live_waits_for_nothing_but_the_encoder() {
    let s = Stand::new();
    s.run(
        json!({"command": "set_encoder", "id": "main", "changes": {"video": {"implementation": "x264",
        "preset": "veryfast", "keyframe_interval_s": 20.0}}}),
    )
    .expect("rare keyframes");
    let server = RtmpServer::start(Behaviour::default()).expect("server");
    let add = |name: &str, more: Value| {
        let settings = json!({"url": format!("rtmp://127.0.0.1:{}/live", server.port()), "key": name});
        let id = s.made(
            json!({"command": "add_destination", "kind": "rtmp", "name": name, "settings": settings}),
            "destination",
        );
        s.run(json!({"command": "set_destination_encode", "id": id, "changes": more}))
            .expect("a wish");
        id
    };
    // The last has the same picture with other sound: an output of its own of an encoder that runs.
    let ids = [
        add("a", json!({})),
        add("b", json!({})),
        add("c", json!({"audio_bitrate_kbps": 96})),
    ];
    for (n, id) in [&ids[0], &ids[1], &ids[2], &ids[0]].into_iter().enumerate() {
        if n == 3 {
            s.run(json!({"command": "stop_destination", "id": id})).expect("ends");
            until("its end", || {
                (member(&s.state(), "destinations", id)?["state"] == "stopped").then_some(())
            });
        }
        let begun = Instant::now();
        s.run(json!({"command": "go_live", "destinations": [id], "record": false}))
            .expect("live");
        let came = until("the first packet", || server.arrived().get(n)?.first_media);
        let took = came.duration_since(begun);
        assert!(took < FIRST_PACKET, "{n}: {took:?}");
        let first = server.arrived()[n]
            .bodies(9)
            .into_iter()
            .find(|b| b[0] & 0xf == 7 && b[1] == 1);
        assert_eq!(first.map(|b| b[0]), Some(0x17), "{n}: it begins with a keyframe");
    }
    assert_eq!(s.state()["encoders"].as_array().map(Vec::len), Some(1));
}
