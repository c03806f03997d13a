//! Sources and tracks in files of their own: the same pictures as the programme's, from the same one to the same one, and a
//! manifest that says so.

use crate::common::{Ended, Running, Show, film, http};
use serde_json::{Value, json};
use std::{
    fs,
    path::{Path, PathBuf},
};
use test_support::ffprobe;

/// Two counters, one of them smaller and on no scene; both show the same number at the same time.
fn two_counters() -> Show {
    let small = json!({ "pattern": "counter", "sound": "tone", "width": 320, "height": 180 });
    let mut show = Show::counter().source("small", "test_pattern", small);
    show.project["sources"][1]["name"] = json!("Camera #2");
    show
}

/// The first picture's time in a file, seconds.
fn start(file: &Path) -> f64 {
    let packets = ffprobe::packets(file, "v:0").expect("packets");
    packets.iter().map(|p| p.pts_s).fold(f64::MAX, f64::min)
}

/// Kinds and codecs of a file's streams.
fn streams(file: &Path) -> Vec<(String, u64)> {
    let said = ffprobe::streams(file).expect("streams");
    let all = said["streams"].as_array().expect("a list").iter();
    all.map(|s| {
        let kind = s["codec_type"].as_str().unwrap_or_default().to_owned();
        (kind, s["width"].as_u64().unwrap_or_default())
    })
    .collect()
}

/// A track of a manifest: its kind, its name, and its clips' files and lengths.
type Track = (String, String, Vec<(PathBuf, f64)>);

/// What a manifest says, having checked its form.
#[track_caller]
fn manifest(file: &Path) -> Vec<Track> {
    let t: Value = serde_json::from_slice(&fs::read(file).expect("the manifest")).expect("JSON");
    assert_eq!(
        (&t["OTIO_SCHEMA"], &t["tracks"]["OTIO_SCHEMA"]),
        (&json!("Timeline.1"), &json!("Stack.1"))
    );
    let tracks = t["tracks"]["children"].as_array().expect("tracks");
    tracks
        .iter()
        .map(|track| {
            assert_eq!(track["OTIO_SCHEMA"], "Track.1");
            let children = track["children"].as_array().expect("clips").iter();
            let clips = children.filter(|c| c["OTIO_SCHEMA"] != "Gap.1").map(|clip| {
                assert_eq!(clip["OTIO_SCHEMA"], "Clip.2");
                assert_eq!(clip["source_range"]["start_time"]["value"], 0.0, "all begin at once");
                let media = &clip["media_references"]["DEFAULT_MEDIA"];
                assert_eq!(media["available_range"], clip["source_range"]);
                let url = media["target_url"].as_str().expect("a URL");
                let path = file.with_file_name(url.replace("%20", " ").replace("%23", "#"));
                assert!(path.is_file(), "{}", path.display());
                (
                    path,
                    clip["source_range"]["duration"]["value"].as_f64().expect("a length"),
                )
            });
            let text = |key: &str| track[key].as_str().expect(key).to_owned();
            (text("kind"), text("name"), clips.collect())
        })
        .collect()
}

#[test]
fn two_sources_and_a_track_are_recorded_beside_the_programme() {
    let show = two_counters().record().args(["--iso", "all,track:master"]).seconds(5);
    let file = show.recording();
    let ended = show.run().with_code(0);
    let beside = |name: &str| file.with_file_name(format!("show - {name}.mkv"));
    let (counter, small, mix) = (beside("counter"), beside("Camera #2"), beside("master"));
    assert_eq!(
        streams(&counter),
        [("video".to_owned(), 640), ("audio".to_owned(), 0)],
        "{ended}"
    );
    assert_eq!(streams(&small), [("video".to_owned(), 320), ("audio".to_owned(), 0)]);
    assert_eq!(streams(&mix), [("audio".to_owned(), 0)]);
    let due = ended.report["canvases"][0]["frames_due"].as_u64().expect("frames");
    let shown = film::counters(&file);
    assert_eq!(shown.len() as u64, due, "{ended}");
    for own in [&counter, &small] {
        assert_eq!(film::counters(own), shown, "{}: picture by picture", own.display());
        assert_eq!(ffprobe::decode_errors(own).expect("decode"), "");
    }
    for own in [&counter, &small] {
        assert!(
            (start(own) - start(&file)).abs() < 0.001,
            "at the same time of the file too"
        );
    }
    // Matroska counts milliseconds.
    let first = ffprobe::packets(&mix, "a:0").expect("packets");
    let first = first.iter().map(|p| p.pts_s).fold(f64::MAX, f64::min);
    assert!(
        (first - start(&file)).abs() < 0.002,
        "sound alone begins with the picture: {first} s"
    );
    let tracks = manifest(&file.with_extension("otio"));
    let named: Vec<_> = tracks.iter().map(|(kind, name, _)| format!("{kind} {name}")).collect();
    assert_eq!(
        named,
        [
            "Video counter",
            "Video Camera #2",
            "Video Test show",
            "Audio counter",
            "Audio Camera #2",
            "Audio master",
            "Audio Test show"
        ]
    );
    for (kind, name, clips) in &tracks {
        let unit = if kind == "Video" { 1.0 } else { 48_000.0 / 30.0 };
        let frames = clips[0].1 / unit;
        // An encoder of sound runs out with up to three packets.
        let most = if kind == "Video" { 0.5 } else { 3.0 };
        assert!((frames - due as f64).abs() <= most, "{kind} {name}: {frames} of {due}");
    }
    assert_eq!(ended.report["recordings"].as_array().map(Vec::len), Some(4), "{ended}");
}

/// Does something by the API.
#[track_caller]
fn does(running: &mut Running, command: &str) {
    let address = running.address();
    let answer = http::post(&address, "/api/command", &[], &json!({ "command": command }));
    assert_eq!(answer.status, 200, "{command}: {}", answer.text());
}

/// Waits until the recording's file number `part` is longer than this.
fn waits_for(running: &mut Running, part: u64, seconds: f64) {
    running.waits(&format!("{seconds} s of file {part}"), |r| {
        let now = r.state()["recording"].clone();
        let there = now["part"] == part && now["state"] == "recording";
        (there && now["duration_s"].as_f64()? > seconds).then_some(())
    });
}

fn recorded(ended: &Ended) -> Vec<PathBuf> {
    let all = ended.report["recordings"].as_array().expect("recordings").iter();
    all.map(|r| PathBuf::from(r["path"].as_str().expect("a path")))
        .collect()
}

#[test]
fn begun_cut_paused_and_ended_by_hand_all_files_hold_the_same_pictures() {
    let mut show = two_counters();
    show.project["recording"] =
        json!({ "iso": ["counter", "source:small"], "file_name": "{project}", "format": "mp4" });
    let mut running = show.start();
    running.waits("the show runs", |r| {
        (r.state()["canvases"][0]["frames_rendered"].as_u64()? > 40).then_some(())
    });
    does(&mut running, "start_recording");
    waits_for(&mut running, 1, 1.0);
    does(&mut running, "split_recording");
    waits_for(&mut running, 2, 0.7);
    does(&mut running, "pause_recording");
    running.waits("the pause", |r| {
        let all = r.state()["recordings"].clone();
        let paused = all.as_array()?.iter().filter(|f| f["state"] == "paused").count();
        (paused == 3).then_some(())
    });
    does(&mut running, "resume_recording");
    let before = running.state()["recording"]["duration_s"].as_f64().unwrap_or(0.0);
    waits_for(&mut running, 2, before + 0.7);
    does(&mut running, "stop_recording");
    does(&mut running, "end_show");
    let ended = running.ended().with_code(0);
    let files = recorded(&ended);
    let part = |name: &str| {
        let found = files.iter().find(|f| f.file_name().is_some_and(|n| n == name));
        found.unwrap_or_else(|| panic!("no {name} in {files:?}"))
    };
    let mut lengths = vec![];
    for cut in ["", " - 2"] {
        let programme = film::counters(part(&format!("Test show{cut}.mp4")));
        lengths.push(programme.len() as f64);
        assert!(programme.len() > 30, "{ended}");
        for own in ["counter", "Camera #2"] {
            let own = part(&format!("Test show - {own}{cut}.mp4"));
            assert_eq!(film::counters(own), programme, "{}: picture by picture", own.display());
        }
    }
    let second = film::counters(part("Test show - 2.mp4"));
    let gaps = second.windows(2).filter(|p| p[1] != p[0].map(|n| n + 1)).count();
    assert_eq!(gaps, 1, "the pause, and nothing else, is left out");
    let tracks = manifest(&part("Test show.mp4").with_extension("otio"));
    for (_, name, clips) in tracks.iter().filter(|t| t.0 == "Video") {
        let frames: Vec<f64> = clips.iter().map(|c| c.1).collect();
        assert_eq!(frames, lengths, "{name}");
    }
}

/// How many pictures later than the rest a track of a manifest begins.
fn begins_later(manifest: &Path, name: &str) -> usize {
    let t: Value = serde_json::from_slice(&fs::read(manifest).expect("the manifest")).expect("JSON");
    let tracks = t["tracks"]["children"].as_array().expect("tracks").iter();
    let mut its = tracks.filter(|t| t["name"] == name && t["kind"] == "Video");
    let first = its.next().expect("the track")["children"][0].clone();
    assert_eq!(first["OTIO_SCHEMA"], "Gap.1", "{name}: {first}");
    first["source_range"]["duration"]["value"].as_f64().expect("a length") as usize
}

#[test]
fn what_is_added_while_a_recording_runs_joins_it_on_the_same_clock() {
    let mut show = two_counters();
    show.project["recording"] = json!({ "file_name": "{project}", "format": "mp4" });
    let mut running = show.start();
    running.waits("the show runs", |r| {
        (r.state()["canvases"][0]["frames_rendered"].as_u64()? > 20).then_some(())
    });
    does(&mut running, "start_recording");
    waits_for(&mut running, 1, 0.7);
    let address = running.address();
    let command = |c: Value| {
        let answer = http::post(&address, "/api/command", &[], &c);
        assert_eq!(answer.status, 200, "{c}: {}", answer.text());
    };
    // A pause before it counts for neither.
    does(&mut running, "pause_recording");
    running.waits("the pause", |r| {
        (r.state()["recording"]["state"] == "paused").then_some(())
    });
    does(&mut running, "resume_recording");
    running.waits("it goes on", |r| {
        (r.state()["recording"]["state"] == "recording").then_some(())
    });
    command(json!({ "command": "set_recording", "changes": { "iso": ["small", "track:master"] } }));
    let long = |r: &mut Running, name: &str, frames: u64| {
        let all = r.state()["recordings"].clone();
        let its = all
            .as_array()?
            .iter()
            .find(|f| f["path"].as_str().is_some_and(|p| p.contains(name)))?
            .clone();
        (its["frames"].as_u64()? > frames).then_some(())
    };
    running.waits("the added source is recorded", |r| long(r, "Camera #2", 30));
    does(&mut running, "stop_recording");
    does(&mut running, "end_show");
    let ended = running.ended().with_code(0);
    let files = recorded(&ended);
    let part = |name: &str| {
        let found = files.iter().find(|f| f.file_name().is_some_and(|n| n == name));
        found.unwrap_or_else(|| panic!("no {name} in {files:?}; {ended}"))
    };
    let programme = film::counters(part("Test show.mp4"));
    let own = film::counters(part("Test show - Camera #2.mp4"));
    let later = begins_later(&part("Test show.mp4").with_extension("otio"), "Camera #2");
    assert!(
        later > 15 && later < programme.len(),
        "{later} of {}; {ended}",
        programme.len()
    );
    assert_eq!(own, programme[later..], "from {later} on, picture by picture; {ended}");
    ended.says("Camera #2 is recorded on its own from here on");
}

#[test]
fn what_is_not_there_is_refused_and_so_is_nothing_to_record_to() {
    for (args, words) in [
        (
            vec!["--iso", "camera-nine", "--record", "/tmp/never.mkv"],
            "camera-nine",
        ),
        (vec!["--iso", "all"], "nothing is recorded"),
    ] {
        let ended = two_counters().args(args).seconds(1).run();
        assert_ne!(ended.code, Some(0), "{ended}");
        ended.says(words);
    }
}
