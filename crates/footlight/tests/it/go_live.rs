//! The main job on real input: a screen, a film and sound devices, composed and encoded once, at two servers and on disk.

use crate::common::{
    KEY, Show, film::Picture, named, received, recording_server, screen::paint, sound::Sound, sound_system,
};
use serde_json::{Value, json};
use std::{
    io::Read,
    path::Path,
    process::{ChildStdout, Command},
};
use test_support::{ffprobe, media_files::MediaFiles, process::ChildGuard, xvfb::Xvfb};

const RED: [u8; 3] = [0xc0, 0x20, 0x20];
const GREEN: [u8; 3] = [0x20, 0xa0, 0x40];
const BLUE: [u8; 3] = [0x20, 0x40, 0xc0];
const WHITE: [u8; 3] = [0xf0, 0xf0, 0xf0];
const GROUND: [u8; 3] = [0x30, 0x38, 0x60];

fn rgb([r, g, b]: [u8; 3]) -> u32 {
    u32::from_be_bytes([0, r, g, b])
}

/// Four fields: the screen lies in the upper left quarter of the canvas, the film in the lower right one.
fn real_show(screen: &Xvfb, env: &[(&'static str, String)], film: &Path) -> Show {
    let fields = [
        (rgb(RED), [0, 0, 160, 90]),
        (rgb(GREEN), [160, 0, 160, 90]),
        (rgb(BLUE), [0, 90, 160, 90]),
        (rgb(WHITE), [160, 90, 160, 90]),
    ];
    paint(screen.display(), &fields);
    let mut show = Show::new()
        .source(
            "desk",
            "screen",
            json!({ "display": screen.display(), "cursor": false }),
        )
        .source("film", "media", json!({ "file": film, "loop": true }))
        .source("mic", "audio_input", json!({ "device": "fakemic" }))
        .item(json!({ "source": "desk" }))
        .item(json!({ "source": "film", "position": { "x": 320, "y": 180 } }))
        .env(env.to_vec());
    show.project["canvases"][0]["background"] = json!("#303860");
    show
}

/// Waits until there is sound at the microphone. A null sink takes sound in blocks of two seconds until somebody listens
/// who wants it sooner, so the listener stays for as long as what is returned.
fn listen_until_heard(env: &[(&'static str, String)], dir: &Path) -> (ChildGuard, ChildStdout) {
    let mut c = Command::new("parec");
    c.args([
        "--device=fakemic",
        "--rate=48000",
        "--channels=1",
        "--format=s16le",
        "--latency-msec=20",
    ]);
    c.envs(env.iter().cloned());
    let mut listener = ChildGuard::spawn(c, &dir.join("parec.log"), true).expect("parec");
    let mut sound = listener.take_output().expect("output");
    let mut block = [0; 960];
    let loud = |b: &[u8; 960]| b.chunks_exact(2).any(|s| i16::from_le_bytes([s[0], s[1]]) > 1000);
    while !loud(&block) {
        sound.read_exact(&mut block).expect("sound from the microphone");
    }
    (listener, sound)
}

#[test]
fn real_sources_reach_two_servers_and_a_recording_with_one_encode() {
    let screen = Xvfb::start(320, 180, 24).expect("Xvfb");
    let (pulse, env) = sound_system();
    let files = MediaFiles::new().expect("folder");
    let film = files
        .h264_mp4("film", 320, 180, 25, 220)
        .expect("film with a 440 Hz tone");
    let tone = files.tone_wav("tone", 1000, 60).expect("tone");
    let _playing = pulse.play(&tone, "mic").expect("paplay");
    let _listening = listen_until_heard(&env, files.path());
    let (a, b) = (recording_server(), recording_server());

    let show = real_show(&screen, &env, &film).rtmp("first", &a.url(KEY));
    let second = b.url(KEY);
    let ended = show
        .args(["--destination", &second])
        .record()
        .seconds(6)
        .run()
        .with_code(0);

    let frames = ended.frames_out();
    assert_eq!(ended.report["canvases"][0]["frames_due"], 180, "{ended}");
    let files = [ended.recording(), received(&a, frames), received(&b, frames)];
    for file in &files {
        assert_eq!(
            ffprobe::count_frames(file, "v:0").expect("count"),
            frames,
            "{}: {ended}",
            file.display()
        );
        assert_eq!(ffprobe::decode_errors(file).expect("decode"), "", "{}", file.display());
        has_colour_tags(file);
        shows_the_scene(file);
        sounds_right(file);
    }
    has_the_stable_keys(&ended.report);
    for d in ended.report["destinations"].as_array().expect("destinations") {
        assert_eq!(
            (&d["frames_sent"], &d["frames_dropped"]),
            (&json!(frames), &json!(0)),
            "{ended}"
        );
        assert!(
            d["url"]
                .as_str()
                .is_some_and(|u| u.starts_with("rtmp://127.0.0.1:") && u.contains("/live")),
            "{d}"
        );
        assert!(d["connected_s"].as_f64().is_some_and(|s| s > 4.0), "{d}");
        assert!(
            d["first_packet_ms"].as_f64().is_some_and(|ms| ms > 0.0 && ms < 4000.0),
            "{d}"
        );
        assert!(
            d["bytes_sent"].as_u64().is_some_and(|b| b > 100_000) && d["last_error"].is_null(),
            "{d}"
        );
    }
    let said = format!("{}{}", ended.output, ended.report);
    assert!(!said.contains(KEY), "the key is told: {ended}");
}

fn has_colour_tags(file: &Path) {
    let all = ffprobe::streams(file).expect("streams");
    let video = all["streams"]
        .as_array()
        .expect("list")
        .iter()
        .find(|s| s["codec_type"] == "video")
        .expect("video");
    assert_eq!(
        (&video["codec_name"], &video["width"], &video["height"]),
        (&json!("h264"), &json!(640), &json!(360))
    );
    for (key, value) in [
        ("color_space", "bt709"),
        ("color_transfer", "bt709"),
        ("color_primaries", "bt709"),
        ("color_range", "tv"),
        ("pix_fmt", "yuv420p"),
    ] {
        assert_eq!(video[key], value, "{key} of {}", file.display());
    }
}

fn shows_the_scene(file: &Path) {
    let (early, late) = (Picture::of_film(file, 60, 640), Picture::of_film(file, 100, 640));
    for picture in [&early, &late] {
        let fields = [
            ((80, 45), RED),
            ((240, 45), GREEN),
            ((80, 135), BLUE),
            ((240, 135), WHITE),
        ];
        for (place, color) in fields.into_iter().chain([((480, 90), GROUND), ((160, 270), GROUND)]) {
            picture.is(place, color, 8);
        }
    }
    let (film, ground) = ([320, 180, 320, 180], [0, 180, 320, 180]);
    assert!(early.differs(&late, film) > 4.0, "the film moves");
    assert!(early.differs(&late, ground) < 1.0, "nothing else does");
}

/// The film's 440 Hz and the microphone's 1 kHz, both an eighth of full scale less the 3 dB that FFmpeg takes off when it
/// makes stereo of them, and no other pitch.
fn sounds_right(file: &Path) {
    let sound = Sound::of(file);
    assert!(
        (sound.seconds() - 6.0).abs() < 0.15,
        "{} s of sound in {}",
        sound.seconds(),
        file.display()
    );
    for hz in [440.0, 1000.0] {
        let levels = sound.amplitudes(hz);
        assert!(
            levels.iter().all(|l| (0.08..0.097).contains(l)),
            "{hz} Hz at {levels:.3?} in {}",
            file.display()
        );
    }
    let levels = sound.amplitudes(700.0);
    assert!(
        levels.iter().all(|l| *l < 0.01),
        "700 Hz at {levels:.4?} in {}",
        file.display()
    );
}

/// The keys that issue 2 promises, then those that have come since. A key may be added here, none may go.
fn has_the_stable_keys(report: &Value) {
    let check = |v: &Value, promised: &[&str], since: &[&str]| {
        let mut got: Vec<_> = v.as_object().expect("an object").keys().map(String::as_str).collect();
        let mut want = [promised, since].concat();
        got.sort_unstable();
        want.sort_unstable();
        assert_eq!(got, want);
    };
    let top = [
        "version",
        "duration_s",
        "renderer",
        "adapter",
        "canvases",
        "encoders",
        "destinations",
        "recordings",
        "audio",
        "process",
    ];
    check(report, &top, &[]);
    let canvas = [
        "id",
        "width",
        "height",
        "fps",
        "frames_due",
        "frames_rendered",
        "frames_late",
        "frames_skipped",
    ];
    check(
        &report["canvases"][0],
        &canvas,
        &["frames_repeated", "frames_unseen", "compose_ms"],
    );
    let encoder = [
        "id",
        "codec",
        "implementation",
        "frames_in",
        "frames_out",
        "frames_dropped",
        "bitrate_kbps",
    ];
    check(
        &report["encoders"][0],
        &encoder,
        &["width", "height", "fps", "encode_ms", "target_kbps"],
    );
    let destination = [
        "id",
        "name",
        "url",
        "state",
        "connected_s",
        "bytes_sent",
        "frames_sent",
        "frames_dropped",
        "reconnects",
        "first_packet_ms",
        "last_error",
    ];
    check(&report["destinations"][0], &destination, &[]);
    check(
        &report["recordings"][0],
        &["path", "bytes", "frames", "duration_s"],
        &["error"],
    );
    check(&report["audio"], &["master_lufs", "peak_dbfs", "xruns"], &[]);
    check(&report["process"], &["cpu_s", "peak_rss_mib", "startup_ms"], &[]);
    assert!(report["process"]["cpu_s"].as_f64().is_some_and(|s| s > 0.1), "{report}");
    assert!(
        report["process"]["peak_rss_mib"].as_f64().is_some_and(|m| m > 10.0),
        "{report}"
    );
    assert!(
        report["audio"]["master_lufs"]
            .as_f64()
            .is_some_and(|l| (-30.0..-10.0).contains(&l)),
        "{report}"
    );
}

#[test]
fn destinations_of_equal_settings_share_one_encode_and_others_get_their_own() {
    let (a, b) = (recording_server(), recording_server());
    let mut show = Show::counter().rtmp("a", &a.url(KEY)).rtmp("b", &b.url(KEY)).seconds(3);
    let mut other = show.project["encoders"][0].clone();
    (other["id"], other["video"]["bitrate_kbps"]) = (json!("small"), json!(400));
    let mut same = show.project["encoders"][0].clone();
    same["id"] = json!("twin");
    show.project["encoders"]
        .as_array_mut()
        .expect("list")
        .extend([same, other]);
    show.project["destinations"][1]["encoder"] = json!("twin");
    show.project["recording"] = json!({ "enabled": true, "encoder": "small", "file_name": "small {project}" });
    let ended = show.run().with_code(0);
    let encoders = ended.report["encoders"].as_array().expect("encoders");
    assert_eq!(encoders.len(), 2, "{ended}");
    let out = |id| {
        named(&ended.report["encoders"], id)
            .and_then(|e| e["frames_out"].as_u64())
            .expect("frames_out")
    };
    received(&a, out("main"));
    received(&b, out("main"));
    let file = ended.recording();
    assert_eq!(ffprobe::count_frames(&file, "v:0").expect("count"), out("small"));
    assert!(
        file.ends_with("project/recordings/small Test show.mkv"),
        "{}",
        file.display()
    );
}
