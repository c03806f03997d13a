//! The rest of the command line: how to begin, what there is, what would fail, and the end by Ctrl-C.

use crate::common::{KEY, Show, film, footlight, named, program, received, recording_server, sound_system};
use serde_json::{Value, json};
use test_support::{ffprobe, refusing_port, xvfb::Xvfb};

#[test]
fn a_bare_footlight_says_how_to_begin() {
    let out = footlight::<&str>([]);
    assert_eq!(out.code, Some(0), "{out:?}");
    for part in [
        "footlight run",
        "--destination",
        "footlight check",
        "footlight devices",
        "footlight encoders",
        "demo",
    ] {
        assert!(out.stdout.contains(part), "{part}: {out:?}");
    }
    let version = footlight(["--version"]);
    assert!(version.stdout.contains(env!("CARGO_PKG_VERSION")), "{version:?}");
    let help = footlight(["run", "--help"]);
    for option in [
        "--destination",
        "--record",
        "--duration",
        "--renderer",
        "--size",
        "--fps",
        "--listen",
        "--report",
    ] {
        assert!(help.stdout.contains(option), "{option}: {help:?}");
    }
}

#[test]
fn encoders_are_listed_each_with_a_reason_where_it_is_not_available() {
    let out = footlight(["encoders", "--json"]);
    assert_eq!(out.code, Some(0), "{out:?}");
    let list = out.json();
    let all = list.as_array().expect("a list");
    let x264 = named(&list, "x264").expect("x264");
    assert_eq!(
        (&x264["available"], &x264["hardware"]),
        (&json!(true), &json!(false)),
        "{x264}"
    );
    for id in ["nvenc", "vaapi", "qsv", "amf", "videotoolbox"] {
        let e = named(&list, id).unwrap_or_else(|| panic!("{id} in {list}"));
        let reason = e["reason"].as_str().unwrap_or_default();
        assert!(e["available"] == true || reason.len() > 10, "{e}");
        assert_eq!(e["hardware"], true, "{e}");
    }
    for codec in all.iter().map(|e| &e["codec"]) {
        let best = all.iter().filter(|e| e["codec"] == *codec && e["recommended"] == true);
        assert_eq!(best.count(), 1, "{codec}: {list}");
    }
    let words = footlight(["encoders"]).stdout;
    assert!(words.lines().count() >= all.len() && words.contains("x264"), "{words}");
}

#[test]
fn devices_are_listed_with_settings_to_paste() {
    let screen = Xvfb::start(320, 180, 24).expect("Xvfb");
    let (_pulse, env) = sound_system();
    let mut c = program();
    c.args(["devices", "--json"])
        .env("DISPLAY", screen.display())
        .envs(env.clone());
    let out = c.output().expect("the program starts");
    assert!(out.status.success(), "{out:?}");
    let list: Value = serde_json::from_slice(&out.stdout).expect("JSON");
    let all = list.as_array().expect("a list");
    let of = |kind: &str| all.iter().filter(|d| d["kind"] == kind).cloned().collect::<Vec<_>>();
    assert!(of("screen").iter().any(|d| d.to_string().contains("320")), "{list}");
    let inputs = of("audio_input");
    assert!(inputs.iter().any(|d| d.to_string().contains("fakemic")), "{list}");
    assert!(inputs.iter().any(|d| d["settings"]["capture"] == "desktop"), "{list}");
    for d in all {
        assert!(
            d["settings"].is_object() && d["name"].as_str().is_some_and(|n| !n.is_empty()),
            "{d}"
        );
    }
    // What was listed works when it is pasted.
    let fakemic = inputs
        .iter()
        .find(|d| d.to_string().contains("fakemic"))
        .expect("just seen");
    let show = Show::new().source("mic", "audio_input", fakemic["settings"].clone());
    let project = show.write();
    let mut c = program();
    c.arg("check").arg(project).arg("--json").envs(env.clone());
    let findings: Value = serde_json::from_slice(&c.output().expect("check").stdout).expect("JSON");
    let mic = findings
        .as_array()
        .and_then(|f| f.iter().find(|f| f["subject"] == "source:mic").cloned());
    assert_eq!(mic.map(|m| m["level"].clone()), Some(json!("pass")), "{findings}");
    // Nothing there is no error.
    let none = footlight(["devices"]);
    assert_eq!(none.code, Some(0), "{none:?}");
}

/// Checks a show's project; gives the exit code and the findings.
fn check(show: &Show) -> (Option<i32>, Vec<Value>) {
    let out = footlight(["check".into(), show.write().into_os_string(), "--json".into()]);
    let list = out.json();
    (out.code, list.as_array().expect("findings").clone())
}

#[test]
fn check_tells_what_would_fail_and_nothing_else() {
    let server = recording_server();
    let good = |show: Show| show.rtmp("server", &server.url(KEY));
    let (code, findings) = check(&good(Show::counter()));
    assert_eq!(code, Some(0), "{findings:?}");
    assert!(findings.iter().all(|f| f["level"] == "pass"), "{findings:?}");
    for subject in ["source:counter", "encoder:main", "destination:server"] {
        assert!(
            findings.iter().any(|f| f["subject"] == subject),
            "{subject}: {findings:?}"
        );
    }

    let closed = refusing_port().expect("port");
    let mut bad = good(Show::counter())
        .source("logo", "image", json!({ "file": "gone.png" }))
        .source("film", "media", json!({ "file": "gone.mp4" }))
        .rtmp("closed", &format!("rtmp://127.0.0.1:{}/live/{KEY}", closed.port()));
    bad.project["recording"] = json!({ "enabled": true, "folder": "/proc/nowhere" });
    let (code, findings) = check(&bad);
    assert_eq!(code, Some(2), "{findings:?}");
    let mut failed: Vec<_> = findings
        .iter()
        .filter(|f| f["level"] == "fail")
        .filter_map(|f| f["subject"].as_str())
        .collect();
    failed.sort_unstable();
    assert_eq!(
        failed,
        ["destination:closed", "recording", "source:film", "source:logo"],
        "{findings:?}"
    );
    let said = json!(findings).to_string();
    assert!(said.contains("gone.png") && said.contains("gone.mp4"), "{said}");
    assert!(!said.contains(KEY), "{said}");
    assert!(server.recordings().is_empty(), "a check publishes nothing");
}

#[test]
fn ctrl_c_ends_the_show_in_order() {
    let server = recording_server();
    let mut running = Show::counter().rtmp("server", &server.url(KEY)).record().start();
    running.waits_for_destination("server", "live");
    running.waits("two seconds of show", |r| {
        r.state()["elapsed_s"].as_f64().filter(|s| *s > 2.0)
    });
    running.interrupt();
    let ended = running.ended().with_code(0);
    let frames = ended.frames_out();
    for file in [ended.recording(), received(&server, frames)] {
        assert_eq!(ffprobe::count_frames(&file, "v:0").expect("count"), frames);
        assert_eq!(ffprobe::decode_errors(&file).expect("decode"), "");
        film::is_gapless(&file);
    }
    let format = ffprobe::streams(&ended.recording()).expect("streams");
    let length: f64 = format["format"]["duration"]
        .as_str()
        .and_then(|d| d.parse().ok())
        .expect("a length in the file");
    assert!(
        (length - frames as f64 / 30.0).abs() < 0.2,
        "{length} s of {frames} pictures"
    );
    ended.says("The show ran for");
}

#[test]
fn another_size_and_rate_are_what_arrives() {
    let show = Show::counter().record().seconds(2).args([
        "--size",
        "320x180",
        "--fps",
        "30000/1001",
        "--renderer",
        "software",
    ]);
    let ended = show.run().with_code(0);
    let canvas = &ended.report["canvases"][0];
    assert_eq!(
        (&canvas["width"], &canvas["height"]),
        (&json!(320), &json!(180)),
        "{ended}"
    );
    assert_eq!(ended.report["renderer"], "software");
    let streams = ffprobe::streams(&ended.recording()).expect("streams");
    let video = &streams["streams"][0];
    assert_eq!((&video["width"], &video["height"]), (&json!(320), &json!(180)));
    let packets = ffprobe::packets(&ended.recording(), "v:0").expect("packets");
    let mut times: Vec<f64> = packets.iter().map(|p| p.pts_s).collect();
    times.sort_by(f64::total_cmp);
    let span = (times[times.len() - 1] - times[0]) / (times.len() - 1) as f64;
    assert!(
        (span - 1001.0 / 30_000.0).abs() < 0.0002,
        "{span} s from picture to picture"
    );
    film::is_gapless(&ended.recording());
}
