//! The list of destination kinds: what each of them says of itself, and addresses.

use crate::show::{made_up_info, stream_info};
use bytes::Bytes;
use media::{ErrorKind, ManualClock, MediaError};
use outputs::{Env, HlsStore, destination_kind, destination_kinds, from_url};
use serde_json::{Map, Value, json};
use std::{collections::HashSet, sync::Arc};

fn env() -> Env {
    Env {
        hls: Arc::new(HlsStore::new()),
        clock: Arc::new(ManualClock::new()),
        routes: Arc::new(outputs::SystemRoutes),
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
        let mut fits = made_up_info();
        fits.audio[0].codec = (k.wants)(&defaults).audio[0];
        assert!((k.check_streams)(&fits).is_ok(), "{}", k.info.id);
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
        ("local", json!({"segment_s": 2.0, "part_s": 0.33}))
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
        e.to_string().contains("carrier_pigeon") && e.to_string().contains("rtmp, srt, rist"),
        "{e}"
    );
}

#[test]
fn rtmps_is_an_address_like_another() {
    let (kind, settings) = from_url("rtmps://live.example.com/app/s3cret").expect("an address");
    assert!((kind.open)(&settings, &env()).is_ok());
    let endpoint = (kind.endpoint)(&settings).expect("an address");
    assert_eq!(endpoint, Some(("live.example.com".to_owned(), 443)));
    assert_eq!((kind.redacted_url)(&settings), "rtmps://live.example.com/app/****");
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
    let check = destination_kind("rtmp").expect("rtmp").check_streams;
    check(&info).expect("H.264 and AAC");
    info.audio[0].codec = media::AudioCodec::Opus;
    check(&info).expect("Opus, by Enhanced RTMP");
    info.video.as_mut().expect("video").codec = media::VideoCodec::ProRes;
    let e = check(&info).expect_err("ProRes");
    assert!(e.to_string().contains("H.264"), "{e}");
}

#[test]
fn the_other_protocols_take_addresses_and_show_no_secret() {
    for (url, kind, shown) in [
        (
            "srt://h.example.com:9?streamid=#!::r=HUSH,m=publish&passphrase=HUSH-HUSH-HUSH",
            "srt",
            "srt://h.example.com:9",
        ),
        ("srt://:9000?mode=listener", "srt", "srt://:9000 (waiting to be called)"),
        (
            "rist://h.example.com:6000?secret=HUSH-HUSH&buffer=300",
            "rist",
            "rist://h.example.com:6000",
        ),
        (
            "icecast://source:HUSH@h.example.com:8000/live",
            "icecast",
            "icecast://h.example.com:8000/live",
        ),
        (
            "hls+https://h.example.com/up?cid=HUSH&file=o.m3u8",
            "hls_push",
            "https://h.example.com:443/****",
        ),
        (
            "hls+http://h.example.com/HUSH/o.m3u8",
            "hls_push",
            "http://h.example.com:80/****",
        ),
        ("udp://239.0.0.1:5000?ttl=4", "custom", "udp://239.0.0.1:5000?****"),
        (
            "ftp://me:HUSH@h.example.com/HUSH.ts",
            "custom",
            "ftp://****@h.example.com/****",
        ),
    ] {
        let (found, settings) = from_url(url).expect(url);
        assert_eq!(found.info.id, kind, "{url}");
        assert_eq!((found.redacted_url)(&settings), shown);
        assert_eq!((found.info.check)(&settings, "d").expect(url), [], "{url}");
        assert!((found.open)(&settings, &env()).is_ok(), "{url}");
    }
    let (_, srt) = from_url("srt://h:9?streamid=#!::r=live/show,m=publish&pbkeylen=32").expect("an address");
    assert_eq!(srt["stream_id"], "#!::r=live/show,m=publish");
    assert_eq!(srt["key_length"], "256");
}

#[test]
fn wrong_settings_of_the_other_protocols_are_told_without_secrets() {
    for (kind, settings, field) in [
        ("srt", json!({"host": "h", "passphrase": "HUSH"}), "d.passphrase"),
        ("srt", json!({"host": "h", "port": 0}), "d.port"),
        (
            "srt",
            json!({"host": "h", "stream_id": "HUSH".repeat(200)}),
            "d.stream_id",
        ),
        ("srt", json!({"host": "h", "languages": "english"}), "d.languages"),
        ("rist", json!({"host": "rist://HUSH"}), "d.host"),
        (
            "rist",
            json!({"host": "h", "profile": "simple", "port": 5000, "secret": "HUSH"}),
            "d.secret",
        ),
        ("icecast", json!({"mount": "live", "password": "HUSH"}), "d.mount"),
        ("icecast", json!({"station": "a\r\nIce-Public: 1"}), "d.station"),
        ("custom", json!({"url": "x.ts", "options": "HUSH"}), "d.options"),
        ("custom", json!({"url": "x.ts", "secret": "HUSH"}), "d.secret"),
        ("hls_push", json!({"segment_s": 60.0}), "d.segment_s"),
    ] {
        let kind = destination_kind(kind).expect("a kind");
        let e = (kind.info.check)(&map(settings), "d").expect_err(field);
        assert_eq!(e.path, field, "{e}");
        assert!(!e.to_string().contains("HUSH"), "{e}");
    }
    for kind in ["srt", "icecast", "hls_push", "custom"] {
        let kind = destination_kind(kind).expect("a kind");
        let e = (kind.open)(&(kind.info.defaults)(), &env())
            .err()
            .expect("no address yet");
        assert_eq!(e.kind(), ErrorKind::Config, "{e}");
    }
    let mut av1 = made_up_info();
    av1.video.as_mut().expect("video").codec = media::VideoCodec::Av1;
    let e = (destination_kind("srt").expect("srt").check_streams)(&av1).expect_err("AV1 in TS");
    assert!(e.to_string().contains("AV1 has no place in MPEG-TS"), "{e}");
}
