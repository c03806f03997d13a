//! The destinations' part of looking ahead: each one's server is asked on a thread of its own, with a time limit of its own,
//! as far as can be done without anybody seeing anything; and what would be sent is held against what the service takes.

use crate::{FindingLevel, ShowOptions, plan, preflight::Findings};
use media::{AudioCodec, SystemClock, VideoCodec};
use outputs::{
    Driver, OutputError, ProbeWish, Probed,
    services::{Sent, Service, ServiceList},
};
use project::{Destination, Encoder, Project, RateControl};
use serde::Serialize;
use serde_json::Value;
use std::{
    io,
    net::{TcpStream, ToSocketAddrs},
    path::PathBuf,
    sync::Arc,
    thread::JoinHandle,
    time::Duration,
};

/// Time for one destination. All are asked at the same time, beside sources and encoders.
const ASK_LIMIT: Duration = Duration::from_secs(5);

/// What a server said: what is well and what is doubtful, or why it would fail.
type Answer = Result<Probed, String>;

/// Destinations that are being asked.
pub(crate) struct Asked {
    one_is_on: bool,
    known: Vec<Known>,
}

/// One destination: what can be said at once, and the thread that asks its server.
struct Known {
    subject: String,
    label: String,
    findings: Vec<(FindingLevel, String)>,
    answer: Option<io::Result<JoinHandle<Answer>>>,
}

/// Begins to ask every destination that is on.
pub(crate) fn ask_destinations(project: &Project, options: &ShowOptions) -> Asked {
    let services = ServiceList::in_use(config_dir(options).as_deref());
    let on = || project.destinations.iter().filter(|d| d.enabled);
    Asked {
        one_is_on: on().next().is_some(),
        known: on().map(|d| ask(project, d, options, &services)).collect(),
    }
}

/// Where the user's own list of services is.
pub(crate) fn config_dir(options: &ShowOptions) -> Option<PathBuf> {
    let system = || dirs::config_dir().map(|d| d.join("footlight"));
    options.config_dir.clone().or_else(system)
}

fn ask(project: &Project, d: &Destination, options: &ShowOptions, services: &ServiceList) -> Known {
    let mut known = Known {
        subject: format!("destination:{}", d.id),
        label: d.label().to_owned(),
        findings: vec![],
        answer: None,
    };
    let kind = match outputs::destination_kind(&d.kind) {
        Ok(kind) => kind,
        Err(e) => {
            known.findings.push((FindingLevel::Warn, e.to_string()));
            return known;
        }
    };
    let setting = |name: &str| d.settings.get(name).and_then(Value::as_str).unwrap_or_default();
    let service = services.find(&d.service, setting("url"));
    let encoder = project.encoders.iter().find(|e| e.id == d.encoder);
    let encoder = encoder.or(project.encoders.first());
    if let (Some(s), Some(e)) = (service, encoder) {
        hold_against(&mut known, s, e, project, options);
    }
    if let Some(odd) = service.and_then(|s| s.key_oddity(setting("key"))) {
        known.findings.push((FindingLevel::Warn, odd));
    }
    let opened = (kind.open)(&d.settings, &env()).and_then(|driver| Ok((driver, (kind.endpoint)(&d.settings)?)));
    match opened {
        Ok((driver, endpoint)) => {
            let wish = Wish {
                video: encoder.and_then(|e| video_codec(&word(&e.video.codec))),
                audio: encoder
                    .and_then(|e| audio_codec(&word(&e.audio.codec)))
                    .into_iter()
                    .collect(),
                test_suffix: service.and_then(|s| s.key.test_suffix.clone()),
            };
            let thread = std::thread::Builder::new().name("reach".into());
            known.answer = Some(thread.spawn(move || wish.ask(driver, endpoint)));
        }
        Err(e) => known.findings.push((FindingLevel::Fail, e.to_string())),
    }
    known
}

fn hold_against(known: &mut Known, service: &Service, e: &Encoder, project: &Project, options: &ShowOptions) {
    let canvas = project.canvases.iter().position(|c| c.id == e.canvas);
    let sizes = plan::output_sizes(project, options);
    let v = &e.video;
    let video_kbps = match v.rate_control {
        RateControl::Crf => None,
        RateControl::Vbr => Some(v.max_bitrate_kbps.unwrap_or(v.bitrate_kbps.saturating_mul(3) / 2)),
        _ => Some(v.bitrate_kbps),
    };
    let (video_codec, audio_codec) = (word(&v.codec), word(&e.audio.codec));
    let (refused, doubted) = service.objections(&Sent {
        video_codec: &video_codec,
        video_kbps,
        keyframe_interval_s: v.keyframe_interval_s,
        height: canvas.and_then(|i| sizes.get(i)).map_or(0, |s| s.1),
        audio_codec: &audio_codec,
        audio_kbps: e.audio.bitrate_kbps,
    });
    known
        .findings
        .extend(refused.into_iter().map(|t| (FindingLevel::Fail, t)));
    known
        .findings
        .extend(doubted.into_iter().map(|t| (FindingLevel::Warn, t)));
}

/// A value's word in project files.
fn word(value: &impl Serialize) -> String {
    let json = serde_json::to_value(value).ok();
    json.and_then(|v| Some(v.as_str()?.to_owned())).unwrap_or_default()
}

fn video_codec(word: &str) -> Option<VideoCodec> {
    Some(match word {
        "h264" => VideoCodec::H264,
        "hevc" | "h265" => VideoCodec::Hevc,
        "av1" => VideoCodec::Av1,
        "vp9" => VideoCodec::Vp9,
        _ => return None,
    })
}

fn audio_codec(word: &str) -> Option<AudioCodec> {
    Some(match word {
        "aac" => AudioCodec::Aac,
        "opus" => AudioCodec::Opus,
        "mp3" => AudioCodec::Mp3,
        _ => return None,
    })
}

/// What a destination needs to take its settings apart; nothing is sent.
fn env() -> outputs::Env {
    outputs::Env {
        hls: Arc::new(outputs::HlsStore::new()),
        clock: Arc::new(SystemClock::new()),
        routes: Arc::new(outputs::SystemRoutes),
    }
}

/// What a server is asked, on its own thread.
struct Wish {
    video: Option<VideoCodec>,
    audio: Vec<AudioCodec>,
    test_suffix: Option<String>,
}

impl Wish {
    fn ask(self, mut driver: Box<dyn Driver>, endpoint: Option<(String, u16)>) -> Answer {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|e| e.to_string())?;
        let wish = ProbeWish {
            video: self.video,
            audio: &self.audio,
            test_suffix: self.test_suffix.as_deref(),
        };
        let asked = runtime.block_on(async { tokio::time::timeout(ASK_LIMIT, driver.probe(&wish)).await });
        // A name that is looked up without end must not hold the answer back.
        runtime.shutdown_background();
        match asked {
            Ok(Ok(Some(probed))) => Ok(probed),
            Ok(Ok(None)) => endpoint
                .map_or(Ok(()), |(host, port)| reach(&host, port))
                .map(|()| answers()),
            Ok(Err(e)) => Err(told(&e)),
            Err(_) => Err(format!("no answer within {} s", ASK_LIMIT.as_secs())),
        }
    }
}

fn told(e: &OutputError) -> String {
    e.to_string()
}

fn answers() -> Probed {
    Probed {
        passed: "answers".into(),
        doubts: vec![],
    }
}

fn reach(host: &str, port: u16) -> Result<(), String> {
    let addresses: Vec<_> = (host, port)
        .to_socket_addrs()
        .map_err(|_| format!("`{host}` is not known; check the address and this computer's network"))?
        .collect();
    let mut last = format!("`{host}` has no address");
    for a in addresses {
        match TcpStream::connect_timeout(&a, ASK_LIMIT) {
            Ok(_) => return Ok(()),
            Err(e) => last = format!("nothing answers at {host}:{port} ({e}); is the server running?"),
        }
    }
    Err(last)
}

impl Asked {
    /// Waits for the answers and says what was found.
    pub(crate) fn gather(self, found: &mut Findings) {
        if !self.one_is_on {
            found.add(
                FindingLevel::Warn,
                "project",
                "no destination is on: nobody would see this show",
            );
        }
        for k in self.known {
            for (level, text) in k.findings {
                found.add(
                    level,
                    k.subject.as_str(),
                    format!("{}: {}", k.label, text.trim_end_matches('.')),
                );
            }
            let Some(answer) = k.answer else { continue };
            let fault = |_| Err("the check ended in a fault".to_owned());
            let answer = answer
                .map_err(|e| e.to_string())
                .and_then(|t| t.join().unwrap_or_else(fault));
            match answer {
                Ok(probed) => {
                    found.add(
                        FindingLevel::Pass,
                        k.subject.as_str(),
                        format!("{}: {}", k.label, probed.passed),
                    );
                    for doubt in probed.doubts {
                        found.add(FindingLevel::Warn, k.subject.as_str(), format!("{}: {doubt}", k.label));
                    }
                }
                Err(e) => found.add(FindingLevel::Fail, k.subject.as_str(), format!("{}: {e}", k.label)),
            }
        }
    }
}
