//! Destinations don't hurt each other: whatever one of them does, the others and the recording get every picture.

use crate::common::{KEY, Show, film, received, recording_server};
use serde_json::json;
use test_support::{
    black_hole_tcp, ffprobe,
    nginx_rtmp::{NginxOptions, NginxRtmp},
    refusing_port,
};

#[test]
fn five_bad_destinations_cost_the_good_ones_nothing() {
    let (a, b) = (recording_server(), recording_server());
    let mut frozen = NginxRtmp::start(NginxOptions::default()).expect("nginx");
    let refusing = NginxRtmp::start(NginxOptions::default()).expect("nginx");
    let (hole, closed) = (black_hole_tcp().expect("port"), refusing_port().expect("port"));
    let show = Show::counter()
        .rtmp("hole", &format!("rtmp://127.0.0.1:{}/live/{KEY}", hole.port()))
        .rtmp("a", &a.url(KEY))
        .rtmp("closed", &format!("rtmp://127.0.0.1:{}/live/{KEY}", closed.port()))
        .rtmp("refuse", &refusing.url_in("refuse", KEY))
        .rtmp("locked", &refusing.url_in("locked", KEY))
        .rtmp("frozen", &frozen.url(KEY))
        .rtmp("b", &b.url(KEY))
        .record()
        .seconds(13);
    let mut running = show.start();
    running.waits_for_destination("frozen", "live");
    // Accepted, and from now on it reads nothing any more.
    frozen.freeze();
    let ended = running.ended().with_code(3);
    frozen.thaw();

    let frames = ended.frames_out();
    assert_eq!(ended.report["encoders"][0]["frames_dropped"], 0, "{ended}");
    assert_eq!(ended.report["canvases"][0]["frames_due"], 390, "{ended}");
    for file in [ended.recording(), received(&a, frames), received(&b, frames)] {
        assert_eq!(
            ffprobe::count_frames(&file, "v:0").expect("count"),
            frames,
            "{}",
            file.display()
        );
        film::is_gapless(&file);
    }
    for id in ["a", "b"] {
        let d = ended.destination(id);
        assert_eq!(
            (&d["frames_sent"], &d["frames_dropped"], &d["reconnects"]),
            (&json!(frames), &json!(0), &json!(0)),
            "{d}"
        );
        assert_eq!((&d["state"], &d["last_error"]), (&json!("live"), &json!(null)), "{d}");
    }
    assert!(hole.accepted() > 0, "the black hole was tried");
    says_what_happened(&ended, "hole", &["connecting", "retrying"], "did not answer");
    says_what_happened(&ended, "closed", &["connecting", "retrying"], "refused");
    says_what_happened(&ended, "refuse", &["failed", "retrying"], "stream key");
    says_what_happened(&ended, "locked", &["failed", "retrying"], "stream key");
    let d = ended.destination("frozen");
    assert!(
        d["frames_dropped"].as_u64().is_some_and(|n| n > 30),
        "its queue is bounded: {d}"
    );
    assert!(!format!("{}{}", ended.output, ended.report).contains(KEY), "{ended}");
}

#[track_caller]
fn says_what_happened(ended: &crate::common::Ended, id: &str, states: &[&str], words: &str) {
    let d = ended.destination(id);
    assert!(states.iter().any(|s| d["state"] == *s), "{d}");
    assert_eq!(d["frames_sent"], 0, "{d}");
    assert!(d["last_error"].as_str().is_some_and(|e| e.contains(words)), "{d}");
}
