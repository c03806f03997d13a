//! The audio input kind against a private PulseAudio with null sinks: tones played into a sink are heard through its
//! monitor and through a microphone made of it.
#![cfg(target_os = "linux")]

use media::{Clock, FrameRate, MediaTime, SystemClock, audio::SAMPLE_RATE};
use serde_json::{Map, Value, json};
use sources::{Device, Source, SourceContext, SourceState, audio_input::KIND};
use std::{f64::consts::TAU, sync::Arc, time::Duration};
use test_support::{media_files::MediaFiles, process::ChildGuard, pulse::PulseServer, wait_for};

const LIMIT: Duration = Duration::from_secs(20);

/// A server that this process and no other uses.
fn server() -> PulseServer {
    let server = PulseServer::start().expect("PulseAudio");
    let mut env = server.env();
    // cpal sends an empty cookie where there is no file of it, on which PulseAudio hangs up.
    let cookie = std::path::Path::new(&env[0].1).join("cookie");
    std::fs::write(&cookie, [0; 256]).expect("cookie");
    env.push(("PULSE_COOKIE", cookie.display().to_string()));
    for (name, value) in env {
        // SAFETY: nextest runs each test in a process of its own; nothing has started a thread that reads the environment.
        unsafe { std::env::set_var(name, value) };
    }
    server
}

struct Opened {
    source: Box<dyn Source>,
    clock: Arc<SystemClock>,
}

impl Opened {
    fn new(settings: Value) -> Self {
        let clock = Arc::new(SystemClock::new());
        let ctx = SourceContext {
            id: "mic".into(),
            name: "Mic".into(),
            clock: clock.clone(),
            start: MediaTime::ZERO,
            rate: FrameRate::whole(30),
            canvas: (320, 180),
            project_dir: ".".into(),
        };
        let source = (KIND.open)(&map(settings), ctx).expect("right settings");
        assert!(source.ready(LIMIT), "it runs, or says why not");
        Self { source, clock }
    }
    fn becomes(&self, ready: bool) -> bool {
        wait_for(LIMIT, || (self.source.state() == SourceState::Ready) == ready)
    }
    fn reason(&self) -> String {
        match self.source.state() {
            SourceState::Waiting { reason } => reason,
            s => panic!("{s:?} instead of waiting"),
        }
    }
    /// The left side from `from` on, once it is there; and how much of it was sound and not a hole.
    fn hear(&self, from: MediaTime, ms: i64) -> (Vec<f32>, f64) {
        let feed = self.source.audio().expect("sound");
        let from = from.max(MediaTime::ZERO);
        let to = from + MediaTime::from_millis(ms);
        // Sound arrives some buffers late, or not at all.
        self.clock.sleep_until(to + MediaTime::from_millis(300));
        let mut out = vec![0.0; 2 * to.to_ticks(SAMPLE_RATE) as usize - 2 * from.to_ticks(SAMPLE_RATE) as usize];
        let stats = feed.read(from, &mut out);
        let filled = stats.filled_frames as f64 / (out.len() / 2) as f64;
        (out.chunks_exact(2).map(|s| s[0]).collect(), filled)
    }
    /// Waits until the sound is loud.
    fn hears_something(&self) -> bool {
        wait_for(LIMIT, || {
            let (s, _) = self.hear(self.clock.now() - MediaTime::from_millis(400), 100);
            level(&s) > 0.05
        })
    }
    /// Exactly that tone, without a hole. The player stumbles on a busy machine, so it is listened for a few times.
    fn hears_tone(&self, hz: f64) {
        let mut heard = vec![];
        let clean = (0..5).any(|_| {
            let (sound, filled) = self.hear(self.clock.now(), 1000);
            let found = frequency(&sound);
            heard.push((filled, found, purity(&sound, found)));
            heard
                .last()
                .is_some_and(|(filled, f, pure)| *filled == 1.0 && (f - hz).abs() < 0.3 && *pure > 0.99)
        });
        assert!(clean, "(part filled, Hz, purity): {heard:?} instead of {hz} Hz");
    }
}

fn map(v: Value) -> Map<String, Value> {
    v.as_object().expect("an object").clone()
}

fn level(s: &[f32]) -> f64 {
    (s.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / s.len().max(1) as f64).sqrt()
}

/// How strong a tone is in the sound: 1 when it is all of it, 0 when it is none.
fn purity(s: &[f32], hz: f64) -> f64 {
    let (mut re, mut im) = (0.0, 0.0);
    for (i, x) in s.iter().enumerate() {
        let (sin, cos) = (TAU * hz * i as f64 / f64::from(SAMPLE_RATE)).sin_cos();
        re += f64::from(*x) * cos;
        im += f64::from(*x) * sin;
    }
    (re * re + im * im).sqrt() / s.len() as f64 * 2f64.sqrt() / level(s).max(1e-9)
}

/// The tone of one frequency, from its rising zero crossings.
fn frequency(s: &[f32]) -> f64 {
    let mut at = vec![];
    for (i, w) in s.windows(2).enumerate() {
        if w[0] < 0.0 && w[1] >= 0.0 {
            at.push(i as f64 + f64::from(-w[0] / (w[1] - w[0])));
        }
    }
    let (Some(first), Some(last)) = (at.first(), at.last()) else {
        return 0.0;
    };
    (at.len() - 1) as f64 * f64::from(SAMPLE_RATE) / (last - first)
}

fn play(server: &PulseServer, files: &MediaFiles, hz: u32, sink: &str) -> ChildGuard {
    let tone = files.tone_wav(&format!("tone-{hz}"), hz, 60).expect("wav");
    server.play(&tone, sink).expect("paplay")
}

fn module(server: &PulseServer, with: &str) -> String {
    let list = server.pactl(&["list", "short", "modules"]).expect("pactl");
    let line = list
        .lines()
        .find(|l| l.contains(with))
        .unwrap_or_else(|| panic!("{with} in {list}"));
    line.split_whitespace().next().expect("a number").to_owned()
}

fn list() -> Vec<Device> {
    KIND.devices.expect("a list")().expect("devices")
}

#[test]
fn a_tone_is_captured_with_its_pitch_and_without_holes() {
    let server = server();
    let files = MediaFiles::new().expect("folder");
    let _tone = play(&server, &files, 440, "mic");
    let s = Opened::new(json!({ "device": "fakemic" }));
    assert_eq!(s.source.state(), SourceState::Ready);
    assert!(s.hears_something());
    s.hears_tone(440.0);
}

#[test]
fn desktop_sound_is_listed_by_name_and_heard() {
    let server = server();
    let files = MediaFiles::new().expect("folder");
    let all = list();
    let find = |id: &str| {
        all.iter()
            .find(|d| d.id == format!("pulseaudio:{id}"))
            .unwrap_or_else(|| panic!("{id}: {all:#?}"))
    };
    let desk = find("desk.monitor");
    assert!(desk.name.starts_with("Desktop sound: "), "{desk:?}");
    assert!(desk.detail.contains("what this computer plays"), "{desk:?}");
    let mic = find("fakemic");
    assert!(
        !mic.name.contains("Desktop sound") && mic.detail.contains("microphone"),
        "{mic:?}"
    );

    let _desk_tone = play(&server, &files, 1000, "desk");
    let _mic_tone = play(&server, &files, 300, "mic");
    let s = Opened::new(Value::Object(desk.settings.clone()));
    assert!(s.hears_something());
    s.hears_tone(1000.0);
}

#[test]
fn the_default_is_that_of_the_moment_and_a_new_default_changes_nothing() {
    let server = server();
    let files = MediaFiles::new().expect("folder");
    let default = |what: &str, device: &str| server.pactl(&[&format!("set-default-{what}"), device]).expect("pactl");
    default("sink", "desk");
    default("source", "desk.monitor");
    let s = Opened::new(json!({ "capture": "desktop" }));
    // The server moves recordings from the old default to the new one; the source goes back to what it found.
    default("source", "mic.monitor");
    default("sink", "mic");
    let _desk_tone = play(&server, &files, 1000, "desk");
    let _mic_tone = play(&server, &files, 300, "mic");
    assert!(s.becomes(true) && s.hears_something());
    s.hears_tone(1000.0);
    let recordings = server.pactl(&["list", "short", "source-outputs"]).expect("pactl");
    let sources = server.pactl(&["list", "short", "sources"]).expect("pactl");
    let desk = sources
        .lines()
        .find(|l| l.contains("desk.monitor"))
        .and_then(|l| l.split('\t').next());
    assert!(
        recordings.lines().any(|l| l.split('\t').nth(1) == desk),
        "{recordings}\n{sources}"
    );
}

#[test]
fn an_unplugged_microphone_is_waited_for_and_no_other_is_heard_meanwhile() {
    let server = server();
    let files = MediaFiles::new().expect("folder");
    // What the server would move us to.
    let _other = play(&server, &files, 1000, "desk");
    server.pactl(&["set-default-source", "desk.monitor"]).expect("pactl");
    let _tone = play(&server, &files, 440, "mic");
    let s = Opened::new(json!({ "device": "fakemic" }));
    assert!(s.hears_something());

    let before = s.clock.now();
    server
        .pactl(&["unload-module", &module(&server, "source_name=fakemic")])
        .expect("pactl");
    assert!(s.becomes(false));
    assert!(s.clock.now() - before < MediaTime::from_millis(1000), "noticed at once");
    assert!(s.reason().contains("unplugged"), "{}", s.reason());
    let (sound, _) = s.hear(before - MediaTime::from_millis(200), 1200);
    let alien = sound
        .chunks(480)
        .filter(|c| level(c) > 0.01 && purity(c, 1000.0) > 0.7)
        .count();
    assert_eq!(alien, 0, "blocks of 10 ms with the other device's tone");
    let (sound, filled) = s.hear(s.clock.now() - MediaTime::from_millis(300), 300);
    assert!(
        level(&sound) < 1e-6 && filled < 0.1,
        "silence while it is away: {}",
        level(&sound)
    );
    assert!(wait_for(LIMIT, || s.reason().contains("fakemic")
        || s.reason().contains("is not there")));

    let again = [
        "load-module",
        "module-remap-source",
        "source_name=fakemic",
        "master=mic.monitor",
    ];
    server.pactl(&again).expect("pactl");
    assert!(s.becomes(true));
    assert!(s.hears_something());
    s.hears_tone(440.0);
}

#[test]
fn a_missing_device_is_never_replaced() {
    let server = server();
    let files = MediaFiles::new().expect("folder");
    let _tone = play(&server, &files, 440, "mic");
    let mut s = Opened::new(json!({ "device": "Studio Microphone" }));
    assert!(s.reason().contains("Studio Microphone is not there"), "{}", s.reason());
    // Longer than it takes to be tried again.
    let (sound, filled) = s.hear(s.clock.now(), 2500);
    assert_eq!((level(&sound), filled), (0.0, 0.0));
    assert_ne!(s.source.state(), SourceState::Ready);
    s.source
        .update(&map(json!({ "device": "fakemic" })))
        .expect("right settings");
    assert!(s.becomes(true) && s.hears_something());
    let stopping = s.clock.now();
    s.source.stop();
    assert!(s.clock.now() - stopping < MediaTime::from_millis(1000), "ends quickly");
}

#[test]
fn a_sound_system_that_ends_is_waited_for() {
    let mut server = server();
    let s = Opened::new(json!({ "device": "fakemic" }));
    assert_eq!(s.source.state(), SourceState::Ready);
    server.stop();
    assert!(s.becomes(false));
    assert!(
        s.reason().contains("back") || s.reason().contains("again"),
        "{}",
        s.reason()
    );
}
