//! The watch page over WebRTC: a browser sees and hears the show a fraction of a second after it happens, viewers come and go
//! without the encoder of anybody else noticing, and a page that WebRTC can't reach plays HLS.

use crate::common::{LIMIT, Running, Show, browser::Browser, film, http};
use serde_json::{Value, json};
use test_support::wait_for;

/// Before the page: keeps hold of its connection.
const KEEP_HOLD: &str = r"(() => {
  const Original = window.RTCPeerConnection;
  window.RTCPeerConnection = class extends Original {
    constructor(...options) {
      super(...options);
      window.connection = this;
    }
  };
})()";

/// In the page: notes when a flash is seen, when a beep is heard, and what the show's clock said meanwhile.
const WITNESS: &str = r"(() => {
  const video = document.querySelector('video'), canvas = document.createElement('canvas');
  canvas.width = canvas.height = 16;
  const ink = canvas.getContext('2d', { willReadFrequently: true });
  Object.assign(window, { flashes: [], clocks: [], beeps: [], apart: [] });
  let bright = false;
  const look = () => {
    ink.drawImage(video, 0, 0, 16, 16);
    const mean = ink.getImageData(0, 0, 16, 16).data.reduce((a, b) => a + b) / 1024;
    if (mean > 160 && !bright) flashes.push(performance.now());
    bright = mean > 160;
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  const sound = new AudioContext(), ear = sound.createAnalyser();
  sound.createMediaStreamSource(video.srcObject).connect(ear);
  const wave = new Float32Array(256);
  let loud = false;
  setInterval(() => {
    ear.getFloatTimeDomainData(wave);
    const now = wave.some((s) => Math.abs(s) > 0.05);
    if (now && !loud) beeps.push(performance.now());
    loud = now;
  }, 4);
  const ask = async () => {
    const state = await (await fetch('/api/state')).json();
    clocks.push([performance.now(), state.elapsed_s * 1000]);
    setTimeout(ask, clocks.length < 400 ? 7 : 500);
  };
  ask();
  // What is played at this moment, by the studio's clock: picture minus sound.
  setInterval(async () => {
    const played = {};
    (await connection.getStats()).forEach((r) => {
      if (r.type === 'inbound-rtp' && r.estimatedPlayoutTimestamp) played[r.kind] = r.estimatedPlayoutTimestamp;
    });
    if (played.video && played.audio) apart.push(played.video - played.audio);
  }, 250);
})()";

/// In the page: notes which number of the counter is seen when, and what the show's clock said meanwhile.
const COUNTER_WITNESS: &str = r"(() => {
  const video = document.querySelector('video'), canvas = document.createElement('canvas');
  canvas.width = 34, canvas.height = 1;
  const ink = canvas.getContext('2d', { willReadFrequently: true });
  Object.assign(window, { seen: [], clocks: [] });
  const look = () => {
    const { videoWidth: w, videoHeight: h } = video;
    ink.drawImage(video, 0, h * 37 / 40, w, h / 20, 0, 0, 34, 1);
    const gray = ink.getImageData(0, 0, 34, 1).data.filter((_, i) => i % 4 === 1);
    const bits = [...gray].map((v) => (v < 76 ? 0 : v > 175 ? 1 : NaN));
    const number = bits.slice(1, 33).reduce((n, b) => n * 2 + b, 0);
    if (bits[0] === 1 && bits[33] === 0 && !Number.isNaN(number)) seen.push([performance.now(), number]);
    video.requestVideoFrameCallback(look);
  };
  video.requestVideoFrameCallback(look);
  const ask = async () => {
    const state = await (await fetch('/api/state')).json();
    clocks.push([performance.now(), state.elapsed_s * 1000]);
    setTimeout(ask, clocks.length < 400 ? 7 : 500);
  };
  ask();
})()";

/// A page that is to find no WebRTC.
const NO_WEBRTC: &str = "window.RTCPeerConnection = class { constructor() { throw new Error('none here'); } }";

fn show() -> Show {
    Show::new()
        .source("sync", "test_pattern", json!({ "pattern": "flash_beep" }))
        .item(json!({ "source": "sync" }))
        .destination("here", "local", json!({}))
}

fn on_air(show: Show) -> (Running, String) {
    let mut running = show.start();
    let address = running.address();
    running.waits_for_destination("here", "live");
    (running, address)
}

/// The watch page in a browser that runs `script` before the page's own.
fn watch(address: &str, script: &str, size: (u32, u32)) -> Browser {
    let mut browser = Browser::open(&format!("http://{address}/watch/watch.css"), size);
    browser.call("Page.enable", json!({}));
    browser.call("Page.addScriptToEvaluateOnNewDocument", json!({ "source": script }));
    browser.call("Page.navigate", json!({ "url": format!("http://{address}/watch") }));
    browser
}

fn numbers(v: &Value) -> Vec<f64> {
    v.as_array().into_iter().flatten().filter_map(Value::as_f64).collect()
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Milliseconds by which the page's clock is ahead of the show's.
fn offset(clocks: &Value) -> f64 {
    let lead = |c: &Value| Some(c[0].as_f64()? - c[1].as_f64()?);
    // The clock moves in whole pictures: the smallest difference was read just after one.
    let all = clocks.as_array().into_iter().flatten().filter_map(lead);
    all.fold(f64::MAX, f64::min)
}

/// Milliseconds from a flash's picture being due in the studio to its being seen in the page, for each flash.
fn delays(browser: &mut Browser) -> Vec<f64> {
    let offset = offset(&browser.eval("clocks"));
    // Of 30 pictures a second the first is number 5 of the engine's grid (150 ms), and number 30 flashes: the 26th.
    let flash_at = 26_000.0 / 30.0;
    numbers(&browser.eval("flashes"))
        .iter()
        .map(|f| (f - offset - flash_at).rem_euclid(1000.0))
        .collect()
}

#[test]
#[expect(clippy::print_stdout, reason = "figures for people")]
fn a_browser_sees_and_hears_the_show_at_once() {
    let (mut running, address) = on_air(show());
    let mut browser = watch(&address, KEEP_HOLD, (1280, 760));
    browser.waits("document.querySelector('video')?.srcObject?.getTracks().length === 2");
    browser.waits("document.querySelector('video').videoWidth === 640 && document.querySelector('#curtain').hidden");
    browser.eval(WITNESS);
    // On a busy machine it takes the browser a while to bring sound and picture together.
    browser.waits("apart.length >= 8 && Math.abs(apart.slice(-8).reduce((a, b) => a + b) / 8) < 120");
    browser.eval("for (const list of [flashes, beeps, clocks, apart]) list.length = 0");
    browser.waits("flashes.length >= 8 && beeps.length >= 6 && clocks.length >= 200 && apart.length >= 20");
    let delay = median(delays(&mut browser));
    let apart = median(numbers(&browser.eval("apart")));
    println!("WHEP, picture due to picture seen: median {delay:.0} ms; picture before sound {apart:.0} ms");
    // Far above what it is on an idle machine: the tests run side by side.
    assert!(delay < 800.0, "{delay} ms");
    assert!(apart.abs() < 300.0, "{apart} ms");
    let state = running.state();
    assert_eq!(
        state["encoders"].as_array().map(Vec::len),
        Some(2),
        "one more encoder while it is watched: {state}"
    );
    drop(browser);
    running.waits("the viewers' encoder is let go", |r| {
        (r.state()["encoders"].as_array()?.len() == 1).then_some(())
    });
    running.interrupt();
    running.ended().with_code(0);
}

#[test]
fn several_viewers_share_one_encoder_and_leave_no_trace() {
    let (mut running, address) = on_air(show());
    let url = format!("http://{address}/watch");
    let mut viewers: Vec<Browser> = (0..2).map(|_| Browser::open(&url, (640, 400))).collect();
    for v in &mut viewers {
        v.waits("document.querySelector('video')?.srcObject && document.querySelector('#curtain').hidden");
    }
    let pictures = |b: &mut Browser| {
        b.eval("document.querySelector('video').getVideoPlaybackQuality().totalVideoFrames")
            .as_u64()
            .unwrap_or_default()
    };
    for v in &mut viewers {
        let before = pictures(v);
        assert!(wait_for(LIMIT, || pictures(v) > before + 60), "the picture moves");
    }
    assert_eq!(running.state()["encoders"].as_array().map(Vec::len), Some(2));
    viewers.truncate(1);
    let before = pictures(&mut viewers[0]);
    assert!(
        wait_for(LIMIT, || pictures(&mut viewers[0]) > before + 60),
        "it goes on"
    );
    running.interrupt();
    let ended = running.ended().with_code(0);
    assert_eq!(ended.destination("here")["frames_dropped"], 0, "{ended}");
}

#[test]
fn a_page_that_gets_no_webrtc_plays_hls() {
    let (mut running, address) = on_air(show());
    let mut browser = watch(&address, NO_WEBRTC, (640, 400));
    browser.waits("document.querySelector('video')?.currentTime > 1 && document.querySelector('#curtain').hidden");
    assert_eq!(browser.eval("document.querySelector('video').srcObject === null"), true);
    running.interrupt();
    running.ended().with_code(0);
}

#[test]
#[expect(clippy::print_stdout, reason = "figures for people")]
fn low_latency_hls_is_a_few_seconds_behind() {
    let (mut running, address) = on_air(Show::counter().destination("here", "local", json!({})).record());
    let mut browser = watch(&address, NO_WEBRTC, (640, 400));
    browser.waits("document.querySelector('video')?.currentTime > 1 && document.querySelector('#curtain').hidden");
    assert_eq!(browser.eval("document.querySelector('video').srcObject === null"), true);
    browser.eval(COUNTER_WITNESS);
    // Past the beginning, in which the page still finds its place.
    browser.waits("seen.length >= 120 && clocks.length >= 200");
    browser.eval("seen.length = 0");
    browser.waits("seen.length >= 120");
    let offset = offset(&browser.eval("clocks"));
    let seen = browser.eval("seen");
    drop(browser);
    running.interrupt();
    let ended = running.ended().with_code(0);
    let first = film::counters(&ended.recording())
        .into_iter()
        .flatten()
        .next()
        .expect("a number");
    let delay = |s: &Value| {
        let due = (s[1].as_f64()? - f64::from(first)) * 1000.0 / 30.0;
        Some(s[0].as_f64()? - offset - due)
    };
    let delays: Vec<f64> = seen.as_array().into_iter().flatten().filter_map(delay).collect();
    let delay = median(delays);
    println!("LL-HLS, picture due to picture seen: median {delay:.0} ms");
    // Far above what it is on an idle machine: the tests run side by side.
    assert!((0.0..6000.0).contains(&delay), "{delay} ms");
}

#[test]
fn what_is_no_offer_is_refused_with_a_sentence() {
    let (mut running, address) = on_air(show());
    running.waits("something to watch", |_| {
        (http::get(&address, "/hls/master.m3u8").status == 200).then_some(())
    });
    let answer = http::post(&address, "/whep", &[], &json!({ "not": "an offer" }));
    assert_eq!(answer.status, 422, "{}", answer.text());
    assert!(answer.text().contains("no session description"), "{}", answer.text());
    let stranger = http::post(&address, "/whep", &[("Origin", "https://evil.example")], &json!({}));
    assert_eq!(stranger.status, 403);
    running.interrupt();
    running.ended().with_code(0);
}
