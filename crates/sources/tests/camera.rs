//! The camera kind: FFmpeg's `lavfi` stands in for a camera; no test needs (or touches) a real one.

use media::{Clock, FrameRate, ManualClock, MediaTime, PixelFormat, SystemClock, VideoFrame};
use serde_json::{Map, Value, json};
use sources::{Source, SourceContext, SourceState, camera::KIND};
use std::{sync::Arc, time::Duration};
use test_support::wait_for;

const LIMIT: Duration = Duration::from_secs(15);

fn map(v: Value) -> Map<String, Value> {
    v.as_object().expect("an object").clone()
}

fn open(settings: Value, clock: Arc<dyn Clock>) -> Box<dyn Source> {
    let ctx = SourceContext {
        id: "cam".into(),
        name: "Camera".into(),
        clock,
        start: MediaTime::ZERO,
        rate: FrameRate::whole(30),
        canvas: (320, 180),
        project_dir: ".".into(),
    };
    (KIND.open)(&map(settings), ctx).expect("right settings")
}

fn lavfi(graph: &str) -> Value {
    json!({ "backend": "libavdevice", "format": "lavfi", "device": graph })
}

fn reason(s: &dyn Source) -> String {
    match s.state() {
        SourceState::Waiting { reason } => reason,
        s => panic!("{s:?} instead of waiting"),
    }
}

fn shown(s: &dyn Source, at: MediaTime) -> Arc<VideoFrame> {
    s.video().expect("video").at(at).expect("a picture")
}

#[test]
fn pictures_come_at_the_cameras_rate_with_their_own_times() {
    let clock = Arc::new(ManualClock::new());
    let mut s = open(lavfi("testsrc2=size=640x360:rate=30"), clock.clone());
    assert!(s.ready(LIMIT));
    let slot = s.video().expect("video");
    let first = shown(&*s, MediaTime::ZERO);
    assert_eq!((first.width, first.height), (640, 360));
    let rate = FrameRate::whole(30);
    let mut ids = vec![];
    for n in 0..60 {
        let t = rate.time_of(n);
        clock.set(t);
        assert!(slot.wait_beyond(t, LIMIT), "a picture after {t}");
        let f = slot.at(t).expect("a picture");
        // FFmpeg counts in millionths of a second.
        assert!((f.time - t).0.abs() < 2000, "picture {n} is of {} at {t}", f.time);
        ids.push(f.id);
    }
    ids.dedup();
    assert_eq!(ids.len(), 60, "each picture is another one");
    assert_eq!(slot.dropped(), 0);
    s.stop();
}

#[test]
fn a_free_running_camera_keeps_to_the_clock() {
    let clock = Arc::new(SystemClock::new());
    let s = open(lavfi("testsrc2=size=320x180:rate=50"), clock.clone());
    assert!(s.ready(LIMIT));
    let from = shown(&*s, clock.now()).time;
    clock.sleep_until(from + MediaTime::from_millis(1000));
    let now = clock.now();
    let f = shown(&*s, now);
    let late = now - f.time;
    assert!(
        late >= MediaTime::ZERO && late < MediaTime::from_millis(200),
        "{late} late"
    );
}

#[test]
fn the_offline_drawer_gets_pictures_beyond_a_standing_clock() {
    let clock = Arc::new(ManualClock::new());
    let s = open(lavfi("testsrc2=size=64x36:rate=25"), clock);
    assert!(s.ready(LIMIT));
    assert!(s.video().expect("video").wait_beyond(MediaTime::ZERO, LIMIT));
}

#[test]
fn what_can_not_be_opened_is_waited_for_under_a_slate_and_new_settings_help() {
    let mut s = open(lavfi("nosuchfilter=1"), Arc::new(SystemClock::new()));
    assert!(s.ready(LIMIT));
    assert!(reason(&*s).contains("nosuchfilter"), "{}", reason(&*s));
    let slate = shown(&*s, MediaTime::from_millis(60_000));
    assert_eq!((slate.format, slate.width, slate.height), (PixelFormat::Rgba, 320, 180));
    s.update(&map(lavfi("color=red:size=64x36:rate=30")))
        .expect("right settings");
    assert!(wait_for(LIMIT, || s.state() == SourceState::Ready));
    assert_eq!(shown(&*s, MediaTime::from_millis(60_000)).width, 64);
}

#[test]
fn a_camera_that_ends_is_opened_again() {
    let s = open(
        lavfi("testsrc2=size=64x36:rate=30:duration=0.2"),
        Arc::new(SystemClock::new()),
    );
    assert!(s.ready(LIMIT));
    assert!(wait_for(LIMIT, || s.state() != SourceState::Ready));
    assert!(reason(&*s).contains("stopped sending"), "{}", reason(&*s));
    assert!(
        wait_for(LIMIT, || s.state() == SourceState::Ready),
        "it is back by itself"
    );
}

#[test]
fn a_missing_camera_is_waited_for_and_never_replaced() {
    for backend in ["auto", "nokhwa", "libavdevice"] {
        let settings = json!({ "backend": backend, "device": "No Such Camera 4711" });
        let s = open(settings, Arc::new(SystemClock::new()));
        assert!(s.ready(LIMIT));
        let text = reason(&*s);
        assert!(
            text.contains("No Such Camera 4711 is not connected"),
            "{backend}: {text}"
        );
        assert_eq!(
            shown(&*s, MediaTime::from_millis(60_000)).format,
            PixelFormat::Rgba,
            "{backend}"
        );
    }
    let list = KIND.devices.expect("a list")().expect("the list works without cameras");
    assert!(
        list.iter()
            .all(|d| !d.id.is_empty() && !d.name.is_empty() && d.settings.contains_key("device"))
    );
    if list.is_empty() {
        let s = open(json!({}), Arc::new(SystemClock::new()));
        assert!(s.ready(LIMIT));
        assert!(reason(&*s).contains("There is no camera"), "{}", reason(&*s));
    }
}

#[test]
fn wrong_settings_are_refused_with_their_place() {
    let check = |settings: Value, place: &str| {
        let e = (KIND.info.check)(&map(settings), "sources[0].settings").expect_err("wrong");
        assert_eq!(e.path, format!("sources[0].settings.{place}"));
    };
    check(json!({ "backend": "magic" }), "backend");
    check(json!({ "format": "lavfi" }), "device");
    check(json!({ "format": "../x", "device": "y" }), "format");
    check(json!({ "backend": "nokhwa", "format": "v4l2" }), "format");
    check(json!({ "width": 640 }), "height");
    check(json!({ "fps": 0 }), "fps");
}
