//! Documents of any shape: wrong values are named with path, value and what is allowed; nothing panics.

use crate::real;
use project::{
    Broken, Project, Registries,
    read::{Unreadable, read_document, write_document},
    validate,
};
use proptest::prelude::*;
use serde_json::{Value, json};

fn wrong(doc: &Value) -> String {
    match read_document(doc.to_string().as_bytes()) {
        Err(Unreadable::Broken(Broken::Wrong(e))) => e.to_string(),
        other => panic!("{doc}: {other:?}"),
    }
}

#[test]
fn wrong_values_say_where_what_and_what_is_allowed() {
    for (doc, words) in [
        (
            json!({"canvases": [{"width": 8}]}),
            "canvases[0].width: must be a whole number from 16 to 8192 (found 8)",
        ),
        (
            json!({"canvases": [{"width": 1920.5}]}),
            "canvases[0].width: must be a whole number from 16 to 8192 (found 1920.5)",
        ),
        (
            json!({"canvases": [{"fps": 0}]}),
            "canvases[0].fps: frame rate 0 is out of range: 1 to 1000 (found 0)",
        ),
        (
            json!({"canvases": [{"fps": true}]}),
            "canvases[0].fps: must be a number or a text (found true)",
        ),
        (
            json!({"canvases": [{"background": "blue"}]}),
            "canvases[0].background: `blue` is not a colour: write #rrggbb or #rrggbbaa (found \"blue\")",
        ),
        (
            json!({"sources": [{"audio": {"volume_db": 40}}]}),
            "sources[0].audio.volume_db: must be a number from -100 to 26 (found 40)",
        ),
        (
            json!({"sources": [{}, {"settings": []}]}),
            "sources[1].settings: must be a group of fields in { } (found [])",
        ),
        (
            json!({"scenes": [{"items": [{"opacity": -0.1}]}]}),
            "scenes[0].items[0].opacity: must be a number from 0 to 1 (found -0.1)",
        ),
        (
            json!({"scenes": [{"items": [{"visible": "yes"}]}]}),
            "scenes[0].items[0].visible: must be true or false (found \"yes\")",
        ),
        (
            json!({"scenes": [{"items": [{"source": 3}]}]}),
            "scenes[0].items[0].source: must be a text or null (found 3)",
        ),
        (
            json!({"scenes": [{"items": [{"crop": {"left": -1}}]}]}),
            "scenes[0].items[0].crop.left: must be a whole number from 0 to 4294967295 (found -1)",
        ),
        (
            json!({"scenes": [{"items": [{"bounds": {"mode": "contain", "width": 10}}]}]}),
            "scenes[0].items[0].bounds.height: must be a number from 1 to 100000 (found nothing)",
        ),
        (
            json!({"scenes": [{"items": [{"bounds": {"mode": "fit", "width": 10, "height": 1}}]}]}),
            "scenes[0].items[0].bounds.mode: must be one of \"stretch\", \"contain\", \"cover\", \"width\", \"height\", \"max_only\" (found \"fit\")",
        ),
        (
            json!({"encoders": [{"video": {"rate_control": "abr"}}]}),
            "encoders[0].video.rate_control: must be one of \"cbr\", \"vbr\", \"crf\" (found \"abr\")",
        ),
        (
            json!({"encoders": [{"video": {"max_bitrate_kbps": 1}}]}),
            "encoders[0].video.max_bitrate_kbps: must be a whole number from 50 to 300000 or null (found 1)",
        ),
        (
            json!({"audio": {"limiter_dbfs": 1}}),
            "audio.limiter_dbfs: must be a number from -20 to 0 (found 1)",
        ),
        (
            json!({"destinations": [{"enabled": null}]}),
            "destinations[0].enabled: must be true or false (found null)",
        ),
        (json!({"name": ["a"]}), "name: must be a text (found [\"a\"])"),
    ] {
        assert_eq!(wrong(&doc), words);
    }
    let preset = wrong(&json!({"encoders": [{"video": {"preset": "warp"}}]}));
    assert!(
        preset.starts_with("encoders[0].video.preset: must be one of \"ultrafast\""),
        "{preset}"
    );
}

#[test]
fn secrets_stay_out_of_errors() {
    for doc in [
        json!({"destinations": [{"settings": "rtmp", "key": "live_1"}, {"enabled": {"key": "live_1"}}]}),
        json!({"destinations": {"settings": {"key": "live_1", "url": "rtmp://h/a/live_1"}}}),
    ] {
        assert!(!wrong(&doc).contains("live_1"), "{}", wrong(&doc));
    }
}

#[test]
fn small_documents_are_filled_with_defaults() {
    let d = read_document(b"\xef\xbb\xbf{ \"name\": \"Small\" }").expect("reads, with a byte order mark");
    assert_eq!(
        d.project,
        Project {
            name: "Small".into(),
            ..Project::default()
        }
    );
    assert!(d.unknown.is_empty());
    assert!(read_document(b"{}").is_ok());
}

#[test]
fn deep_nesting_is_refused() {
    let deep = "[".repeat(100_000);
    assert!(matches!(
        read_document(deep.as_bytes()),
        Err(Unreadable::Broken(Broken::NotJson { .. }))
    ));
    let mut p = real();
    p.extra
        .insert("deep".into(), (0..100).fold(json!(1), |v, _| json!([v])));
    assert!(write_document(&p).is_ok());
    p.extra
        .insert("deep".into(), (0..200).fold(json!(1), |v, _| json!([v])));
    assert!(write_document(&p).is_err(), "it could not be opened again");
}

/// Any JSON, with keys and values of our documents among the others.
fn any_json() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "version",
        "name",
        "canvases",
        "sources",
        "scenes",
        "audio",
        "encoders",
        "destinations",
        "recording",
        "id",
        "kind",
        "settings",
        "items",
        "scene",
        "source",
        "width",
        "height",
        "fps",
        "video",
        "position",
        "bounds",
        "mode",
        "main",
        "cover",
        "#102030",
        "30000/1001",
        "x",
        "",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (-5i64..5000).prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        words.clone().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 80, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::vec((words.clone(), inner), 0..10)
                .prop_map(|v| Value::Object(v.into_iter().map(|(k, v)| (k.to_owned(), v)).collect())),
        ]
    })
}

const NOTHING: Registries<'static> = Registries {
    sources: &[],
    destinations: &[],
    transitions: &[],
    filters: &[],
    layouts: &[],
};

/// Reading never panics; what can be read is validated without a panic and written and read again the same.
fn survive(bytes: &[u8]) {
    if let Ok(d) = read_document(bytes) {
        validate(&d.project, &NOTHING);
        let again = write_document(&d.project).expect("what was read can be written");
        assert_eq!(read_document(&again).expect("and read").project, d.project);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn any_json_is_survived(v in any_json()) {
        survive(v.to_string().as_bytes());
    }

    #[test]
    fn a_real_document_with_one_part_replaced_is_survived(v in any_json(), at in any::<prop::sample::Index>()) {
        let mut doc = serde_json::to_value(real()).expect("json");
        let places = ["/version", "/canvases", "/canvases/0/fps", "/sources/0", "/sources/0/settings", "/scenes/0/items", "/scenes/0/items/0/bounds", "/scenes/0/items/0/position", "/encoders/0/video", "/destinations/0/settings", "/recording"];
        if let Some(place) = doc.pointer_mut(places[at.index(places.len())]) {
            *place = v;
        }
        survive(doc.to_string().as_bytes());
    }

    #[test]
    fn bytes_changed_anywhere_are_survived(changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6)) {
        let mut bytes = write_document(&real()).expect("bytes");
        for (at, b) in changes {
            let i = at.index(bytes.len());
            bytes[i] = b;
        }
        survive(&bytes);
    }
}
