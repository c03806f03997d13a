//! Closed captions and timed metadata, read by other programs than ours: FFmpeg takes the captions out of the recording and
//! out of what nginx-rtmp has kept, and the metadata out of what it is sent.

use crate::common::{KEY, Running, Show, browser::Browser, http, received, recording_server};
use serde_json::{Value, json};
use std::{fs, path::Path, process::Command};
use test_support::{
    ports::free_tcp,
    process::ChildGuard,
    rtmp_server::{Behaviour, RtmpServer},
};

/// What FFmpeg's decoder of CEA-608 reads, as the lines of an SRT file without numbers and times.
fn captions_in(file: &Path) -> Vec<String> {
    let filter = format!("movie={}[out0+subcc]", file.display());
    let out = Command::new("ffmpeg")
        .args([
            "-nostdin", "-v", "error", "-f", "lavfi", "-i", &filter, "-map", "0:1", "-f", "srt", "-",
        ])
        .output()
        .expect("ffmpeg runs");
    let text = String::from_utf8_lossy(&out.stdout).into_owned();
    let plain = |l: &str| {
        // Its SRT has font and position marks around the words.
        let mut words = String::new();
        let mut inside = false;
        for c in l.replace("\\h", " ").replace("{\\an7}", "").chars() {
            match c {
                '<' => inside = true,
                '>' => inside = false,
                c if !inside => words.push(c),
                _ => {}
            }
        }
        words.trim().to_owned()
    };
    let lines = text.lines().filter(|l| !l.contains("-->") && l.parse::<u32>().is_err());
    lines.map(plain).filter(|l| !l.is_empty()).collect()
}

/// The lines that GStreamer's decoder of CEA-708 draws, as they come; one that is drawn again with others below or above it
/// comes again. It passes over CEA-608.
fn service_in(file: &Path) -> Vec<String> {
    let demuxer = if file.extension().is_some_and(|e| e == "flv") {
        "flvdemux"
    } else {
        "matroskademux"
    };
    let pipeline = format!(
        "filesrc location={} ! {demuxer} ! h264parse ! avdec_h264 ! ccextractor name=e e.src ! queue ! o.video_sink \
         e.caption ! queue ! ccconverter ! closedcaption/x-cea-708,format=cc_data ! o.cc_sink \
         cc708overlay name=o ! videoconvert ! fakesink",
        file.display()
    );
    let out = Command::new("gst-launch-1.0")
        .arg("-q")
        .args(pipeline.split_whitespace())
        .envs([("GST_DEBUG", "cc708decoder:7"), ("GST_DEBUG_NO_COLOR", "1")])
        .output()
        .expect("gst-launch-1.0 runs");
    let log = String::from_utf8_lossy(&out.stderr).into_owned();
    let drawn = |l: &str| {
        let (_, markup) = l.split_once("adding row[")?.1.split_once(": ")?;
        let text = markup.rsplit_once("</span>").map_or(markup, |(t, _)| t);
        Some(text.rsplit_once('>').map_or(text, |(_, t)| t).trim().to_owned())
    };
    log.lines().filter_map(drawn).collect()
}

fn command(running: &mut Running, command: &Value) -> Value {
    let address = running.address();
    let answer = http::post(&address, "/api/command", &[], command);
    assert_eq!(answer.status, 200, "{command}: {}", answer.text());
    answer.json()
}

fn say(running: &mut Running, text: &str) -> Value {
    command(running, &json!({ "command": "caption", "text": text }))
}

fn waits_until_said(running: &mut Running) {
    running.waits("all captions are said", |r| {
        (r.state()["captions"]["waiting_s"].as_f64()? <= 0.0).then_some(())
    });
    // What is said last is in pictures that are still in the encoder, and stays a moment.
    let frames = |r: &mut Running| r.state()["canvases"][0]["frames_due"].as_u64();
    let now = frames(running).expect("frames");
    running.waits("a second of pictures more", |r| (frames(r)? > now + 30).then_some(()));
}

#[test]
fn what_is_said_is_in_the_recording_and_at_the_server() {
    for (codec, style, fps) in [("h264", "roll_up_2", json!(30)), ("hevc", "pop_on", json!(25))] {
        let server = recording_server();
        let mut show = Show::counter();
        if codec == "h264" {
            show = show.rtmp("server", &server.url(KEY));
        }
        show.project["canvases"][0]["fps"] = fps;
        show.project["captions"] = json!({ "enabled": true, "style": style });
        let video = &mut show.project["encoders"][0]["video"];
        video["codec"] = json!(codec);
        video["implementation"] = json!("auto");
        let mut running = show.record().start();
        running.waits("the recording runs", |r| {
            (r.state()["recording"]["duration_s"].as_f64()? > 0.3).then_some(())
        });
        let answer = say(&mut running, "Good evening – a naïve Füchsin says hi 字");
        assert_eq!(answer["missing"], "字", "{answer}");
        waits_until_said(&mut running);
        say(&mut running, "the second line");
        waits_until_said(&mut running);
        // FFmpeg tells of a line when it goes.
        say(&mut running, "");
        waits_until_said(&mut running);
        running.interrupt();
        let ended = running.ended().with_code(0);
        let mut files = vec![ended.recording()];
        if codec == "h264" {
            files.push(received(&server, ended.frames_out()));
        }
        for file in files {
            let read = captions_in(&file).join(" ");
            for words in ["Good evening - a naïve", "Füchsin says hi", "the second line"] {
                assert!(read.contains(words), "{codec} {}: {read:?}; {ended}", file.display());
            }
            assert_eq!(
                test_support::ffprobe::decode_errors(&file).expect("ffmpeg"),
                "",
                "{}",
                file.display()
            );
            if codec == "h264" {
                let drawn = service_in(&file).join("|");
                for words in ["Good evening - a naïve Füchsin", "says hi", "the second line"] {
                    assert!(drawn.contains(words), "{}: {drawn:?}; {ended}", file.display());
                }
            }
        }
    }
}

#[test]
fn a_file_is_followed_and_captions_can_be_off() {
    let mut show = Show::counter().record();
    let text = show.dir.path().join("speech.txt");
    fs::write(&text, "before the show\n").expect("written");
    show.project["captions"] = json!({ "file": text, "style": "roll_up_3" });
    let mut running = show.start();
    let address = running.address();
    let refused = http::post(
        &address,
        "/api/command",
        &[],
        &json!({ "command": "caption", "text": "x" }),
    );
    assert!(
        refused.status == 422 && refused.text().contains("captions are off"),
        "{}",
        refused.text()
    );
    command(
        &mut running,
        &json!({ "command": "set_captions", "changes": { "enabled": true } }),
    );
    running.waits("captions are on", |r| {
        (r.state()["captions"]["enabled"] == true).then_some(())
    });
    // Nobody says when the file was looked at first: what is added later than that is said, once.
    let mut added = 0;
    running.waits("a line of the file is said", |r| {
        added += 1;
        let old = fs::read_to_string(&text).expect("read");
        fs::write(&text, format!("{old}line number {added}\n")).expect("written");
        r.state()["captions"]["last"]
            .as_str()?
            .starts_with("line number")
            .then_some(())
    });
    waits_until_said(&mut running);
    say(&mut running, "");
    waits_until_said(&mut running);
    running.interrupt();
    let ended = running.ended().with_code(0);
    let read = captions_in(&ended.recording()).join(" ");
    assert!(
        read.contains("line number") && !read.contains("before the show"),
        "{read}; {ended}"
    );
}

/// An FFmpeg that is called, reads all that comes, and says what it finds in it.
fn ffmpeg_listens(port: u16, log: &Path) -> ChildGuard {
    let mut c = Command::new("ffmpeg");
    c.args(["-nostdin", "-nostats", "-v", "debug", "-listen", "1", "-i"]);
    c.arg(format!("rtmp://127.0.0.1:{port}/live/key"));
    c.args(["-map", "0", "-c", "copy", "-f", "null", "-"]);
    ChildGuard::spawn(c, log, false).expect("ffmpeg")
}

#[test]
fn timed_metadata_reaches_an_rtmp_server_and_players_of_hls() {
    let dir = tempfile::tempdir().expect("folder");
    let (log, port) = (dir.path().join("ffmpeg.log"), free_tcp().expect("port"));
    let _ffmpeg = ffmpeg_listens(port, &log);
    let ours = RtmpServer::start(Behaviour::default()).expect("server");
    let mut running = Show::counter()
        .rtmp("server", &format!("rtmp://127.0.0.1:{port}/live/key"))
        .rtmp("bytes", &format!("rtmp://127.0.0.1:{}/live/key", ours.port()))
        .destination("here", "local", json!({ "segment_s": 0.5 }))
        .start();
    running.waits_for_destination("server", "live");
    running.waits_for_destination("bytes", "live");
    running.waits("segments", |r| {
        let address = r.address();
        (http::get(&address, "/hls/live.m3u8").status == 200).then_some(())
    });
    let fields = json!({ "text": "Goal for the blues", "score": 3 });
    command(&mut running, &json!({ "command": "metadata", "fields": fields }));
    let refused = json!({ "command": "metadata", "fields": {} });
    let address = running.address();
    assert_eq!(http::post(&address, "/api/command", &[], &refused).status, 422);
    let tag = running.waits("the tag in a segment", |_| {
        let list = http::get(&address, "/hls/live.m3u8").text();
        let names = list.lines().filter(|l| l.starts_with("seg-"));
        let found = names
            .map(|n| http::get(&address, &format!("/hls/{n}")).body)
            .find(|b| b.windows(4).any(|w| w == b"emsg"))?;
        Some(String::from_utf8_lossy(&found).into_owned())
    });
    for part in [
        "https://aomedia.org/emsg/ID3",
        "TXXX",
        "Goal for the blues",
        "score\u{0}3",
    ] {
        assert!(tag.contains(part), "{part}");
    }
    running.interrupt();
    let ended = running.ended().with_code(0);
    let read = || fs::read_to_string(&log).unwrap_or_default();
    // As one of the streams it began with, or as one that came later.
    let found = |log: &str| log.contains("New subtitle stream") || log.contains("Subtitle: text");
    let ok = test_support::wait_for(crate::common::LIMIT, || found(&read()));
    assert!(ok, "FFmpeg finds the text; {}\n{ended}", read());
    let arrived = ours.arrived();
    let bodies = arrived[0].bodies(18);
    let body = bodies.iter().find(|b| b.windows(10).any(|w| w == b"onTextData"));
    let body = body.unwrap_or_else(|| panic!("no onTextData in {bodies:?}"));
    let fields = b"\0\x04text\x02\0\x12Goal for the blues\0\x05score\0\x40\x08\0\0\0\0\0\0";
    assert!(
        body.windows(fields.len()).any(|w| w == fields),
        "{}",
        body.escape_ascii()
    );
}

/// In the page: hls.js plays the show, and every cue it makes of timed metadata is noted once.
const HLS_JS_PLAYS: &str = r"(() => {
  const video = document.createElement('video');
  video.muted = true;
  document.body.append(video);
  window.cues = [];
  const seen = new Set();
  setInterval(() => {
    for (const track of video.textTracks) {
      if (track.kind !== 'metadata') continue;
      track.mode = 'hidden';
      for (const cue of track.cues ?? []) {
        if (seen.has(cue)) continue;
        seen.add(cue);
        cues.push({ key: cue.value?.key, info: cue.value?.info, data: cue.value?.data, at: cue.startTime });
      }
    }
  }, 50);
  const hls = new Hls({ enableWorker: false });
  window.trouble = [];
  hls.on(Hls.Events.ERROR, (_, e) => trouble.push(e.details));
  hls.loadSource('/hls/live.m3u8');
  hls.attachMedia(video);
  video.play();
})()";

#[test]
fn hls_js_makes_cues_of_timed_metadata() {
    let mut running = Show::counter()
        .destination("here", "local", json!({ "segment_s": 1.0 }))
        .start();
    let address = running.address();
    running.waits("segments", |_| {
        (http::get(&address, "/hls/live.m3u8").status == 200).then_some(())
    });
    // A page of the same origin that has nothing of its own.
    let mut browser = Browser::open(&format!("http://{address}/watch/watch.css"), (640, 480));
    browser.waits("location.pathname === '/watch/watch.css' && document.readyState === 'complete'");
    browser.eval(&test_support::peers::hls_js().expect("hls.js"));
    browser.eval(HLS_JS_PLAYS);
    browser.waits("document.querySelector('video').currentTime > 0.5");
    let fields = json!({ "text": "Goal for the blues", "title": "The final" });
    command(&mut running, &json!({ "command": "metadata", "fields": fields }));
    browser.waits("cues.some((c) => c.key === 'TXXX' && c.info === 'text' && c.data === 'Goal for the blues')");
    browser.waits("cues.some((c) => c.key === 'TIT2' && c.data === 'The final')");
    // It lies where the picture of that moment is, which is ahead of what is shown by the length of the buffer at most.
    let apart = browser.eval("cues.at(-1).at - document.querySelector('video').currentTime");
    let apart = apart.as_f64().expect("a time");
    assert!(apart.abs() < 30.0, "{apart} s; {}", browser.eval("trouble.join()"));
    let cues = browser.eval("cues.length").as_u64();
    assert!(cues >= Some(2), "each field once");
}
