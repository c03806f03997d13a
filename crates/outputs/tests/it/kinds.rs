//! The list of destination kinds: what each of them says of itself, and addresses.

use crate::show::{made_up_info, stream_info};
use bytes::Bytes;
use media::{ErrorKind, ManualClock, MediaError};
use outputs::{Env, HlsStore, OutputError, destination_kind, destination_kinds, from_url};
use serde_json::{Map, Value, json};
use std::{collections::HashSet, sync::Arc};

fn env() -> Env {
    Env {
        hls: Arc::new(HlsStore::new()),
        clock: Arc::new(ManualClock::new()),
    }
}

fn map(v: Value) -> Map<String, Value> {
    v.as_object().expect("object").clone()
}

#[test]
fn every_kind_describes_itself() {
    let mut ids = HashSet::new();
    let mut schemes = HashSet::new();
    for k in destination_kinds() {
        assert!(ids.insert(k.info.id), "{} twice", k.info.id);
        for s in k.schemes {
            assert!(schemes.insert(s), "{s} twice");
        }
        let defaults = (k.info.defaults)();
        assert_eq!((k.info.check)(&defaults, "s").expect("defaults are fine"), []);
        let schema = (k.info.schema)().to_value();
        for (name, _) in &defaults {
            let described = schema["properties"][name]["description"].as_str();
            assert!(
                described.is_some_and(|d| d.len() > 10),
                "{}.{name} is described",
                k.info.id
            );
        }
        assert!(k.info.name.len() > 2 && k.info.summary.ends_with('.'));
        assert!((k.check_streams)(&made_up_info()).is_ok());
        assert!((k.check_streams)(&media::StreamInfo::default()).is_err());
        assert_eq!(destination_kind(k.info.id).expect("there").info.id, k.info.id);
    }
}

#[test]
fn addresses_become_settings() {
    let (kind, settings) = from_url(" rtmp://Live.Example.com/app/s3cret?a=b ").expect("an address");
    assert_eq!(kind.info.id, "rtmp");
    assert_eq!(
        Value::Object(settings.clone()),
        json!({"url": "rtmp://live.example.com/app", "key": "s3cret?a=b"})
    );
    let shown = (kind.redacted_url)(&settings);
    assert!(
        shown.starts_with("rtmp://live.example.com/app") && !shown.contains("s3cret"),
        "{shown}"
    );
    assert!((kind.open)(&settings, &env()).is_ok());
    let (kind, settings) = from_url("local:").expect("an address");
    assert_eq!(
        (kind.info.id, Value::Object(settings)),
        ("local", json!({"segment_s": 2.0}))
    );
}

#[test]
fn unknown_addresses_are_told_without_their_keys() {
    for (url, scheme) in [
        ("gopher://x/s3cret", "gopher"),
        ("/app/s3cret", "(no scheme)"),
        ("", "(no scheme)"),
    ] {
        let e = from_url(url).err().expect("unknown");
        let text = e.to_string();
        assert!(
            text.contains(scheme) && text.contains("rtmp://") && text.contains("local://"),
            "{text}"
        );
        assert!(!text.contains("s3cret"), "{text}");
        assert_eq!(e.kind(), ErrorKind::Config);
    }
    let e = destination_kind("carrier_pigeon").err().expect("unknown");
    assert!(
        e.to_string().contains("carrier_pigeon") && e.to_string().contains("rtmp, whip, local"),
        "{e}"
    );
}

#[test]
fn rtmps_is_told_to_be_missing() {
    let (kind, settings) = from_url("rtmps://live.example.com/app/s3cret").expect("an address");
    let e = (kind.open)(&settings, &env()).err().expect("not built in");
    assert!(matches!(e, OutputError::Unsupported { .. }));
    assert!(
        e.to_string().contains("RTMPS") && e.to_string().contains("not built into"),
        "{e}"
    );
    assert!(!e.to_string().contains("s3cret") && !e.retryable());
}

#[test]
fn wrong_rtmp_settings_are_told_without_their_keys() {
    let kind = destination_kind("rtmp").expect("rtmp");
    for (settings, field) in [
        (json!({"url": "http://x/app", "key": "s3cret"}), "d.url"),
        (json!({"url": "rtmp://x/app/s3cret", "key": {"s3cret": 1}}), "d.key"),
        (json!({"url": ["s3cret"]}), "d.url"),
    ] {
        let e = (kind.info.check)(&map(settings.clone()), "d").expect_err("wrong");
        assert_eq!(e.path, field, "{settings}");
        assert!(!e.to_string().contains("s3cret"), "{e}");
        assert!(!(kind.redacted_url)(&map(settings)).contains("s3cret"));
    }
    let unknown = (kind.info.check)(&map(json!({"url": "rtmp://x/app/k", "colour": 1})), "d").expect("fine");
    assert_eq!(unknown[0].path, "d.colour");
    assert!((kind.open)(&(kind.info.defaults)(), &env()).is_err(), "no address yet");
    let wrong = (destination_kind("local").expect("local").info.check)(&map(json!({"segment_s": 0})), "d");
    assert_eq!(wrong.expect_err("too short").path, "d.segment_s");
}

#[test]
fn rtmp_tells_what_it_can_not_carry() {
    let mut info = stream_info(Bytes::from_static(&[1, 2, 3, 4]), Bytes::from_static(&[1]));
    info.audio[0].codec = media::AudioCodec::Opus;
    let e = (destination_kind("rtmp").expect("rtmp").check_streams)(&info).expect_err("Opus");
    assert!(e.to_string().contains("AAC"), "{e}");
}
