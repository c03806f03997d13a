//! The plan of a show: which encodes it takes, who shares them, what is sent in all, what the computer has to do for it, and
//! what could be saved. Worked out from the document before anything is opened, with what a running show has measured.

use crate::{
    encode::{CanvasFormat, Measure, needs_probing},
    iso::{Shows, parts},
    wants::{AudioWant, VideoWant, Want},
};
use codec::Availability;
use outputs::destination_kind;
use project::{Destination, Project, VideoCodecName};
use schemars::JsonSchema;
use serde::Serialize;

/// What a show takes.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Plan {
    /// Every distinct encode of a picture.
    pub encodes: Vec<PlannedEncode>,
    /// Distinct encodes of sound.
    pub sounds: usize,
    /// Who gets what.
    pub outputs: Vec<PlannedOutput>,
    /// What all destinations take together, kbit/s.
    pub uplink_kbps: u32,
    /// What encoding takes, in percent of one core, where every encode on the processor has been measured in this show.
    pub cpu_percent: Option<f64>,
    /// GPUs' encoders in use.
    pub sessions: Vec<Sessions>,
    /// What is otherwise than the document says, in words.
    pub changes: Vec<String>,
    /// What would save an encode, in words.
    pub merges: Vec<String>,
    /// What can't be planned, and why.
    pub problems: Vec<String>,
}

/// One encode.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlannedEncode {
    /// The encoder of the document it comes from.
    pub encoder: String,
    /// The canvas' id.
    pub canvas: String,
    /// `h264`, `hevc`, …
    pub codec: String,
    /// Which encoder makes it, as far as that is known without opening it.
    pub implementation: String,
    /// Whether a GPU does the work.
    pub hardware: bool,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
    /// Pictures a second.
    pub fps: f64,
    /// kbit/s; 0 where it follows from the picture.
    pub bitrate_kbps: u32,
    /// Mean time to encode a picture, ms, where this show has measured it.
    pub encode_ms: Option<f64>,
    /// Share of the time there is for a picture that encoding one takes, percent; at 100 it falls behind.
    pub load_percent: Option<f64>,
    /// Who gets it: names of destinations, and the recording.
    pub users: Vec<String>,
}

/// Somebody's part.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PlannedOutput {
    /// `destination:ID` or `recording`.
    pub subject: String,
    /// Name for people.
    pub name: String,
    /// Index in `encodes`; none when it gets sound only.
    pub encode: Option<usize>,
    /// Ids of its audio tracks.
    pub tracks: Vec<String>,
    /// kbit/s.
    pub kbps: u32,
}

/// Encodes on one kind of GPU encoder.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Sessions {
    /// `nvenc`, `qsv`, …
    pub implementation: String,
    /// Encodes at once.
    pub used: usize,
    /// How many its driver allows, where that is known.
    pub limit: Option<usize>,
}

/// NVIDIA's drivers allow this many encodes at once on GeForce cards (since 2024; fewer before).
const NVENC_SESSIONS: usize = 8;

/// What the planner may ask.
pub(crate) struct Known<'a> {
    pub(crate) formats: &'a [CanvasFormat],
    pub(crate) probes: &'a dyn Fn(VideoCodecName) -> Vec<Availability>,
    /// Measured encode times.
    pub(crate) measured: &'a dyn Fn(&Measure) -> Option<f64>,
}

/// The plan of `p`: of its enabled destinations, and of its recording when that is on.
pub(crate) fn plan(p: &Project, known: &Known<'_>) -> Plan {
    let mut plan = Plan::default();
    let mut wants: Vec<VideoWant> = vec![];
    let mut sounds: Vec<AudioWant> = vec![];
    for Wanted {
        subject,
        name,
        uplink,
        want,
    } in wanted(p, known.formats)
    {
        let want = match want {
            Ok(want) => want,
            Err(e) => {
                plan.problems.push(e);
                continue;
            }
        };
        let mut encodes = want.video.iter().chain(&want.layers).map(|v| {
            let at = wants.iter().position(|w| w == v).unwrap_or_else(|| {
                wants.push(v.clone());
                plan.encodes.push(planned(p, known, &want.encoder, v));
                wants.len() - 1
            });
            plan.encodes[at].users.push(name.clone());
            at
        });
        let encode = encodes.next();
        encodes.for_each(drop);
        for a in want
            .audio
            .iter()
            .filter(|a| !sounds.contains(a))
            .cloned()
            .collect::<Vec<_>>()
        {
            sounds.push(a);
        }
        let kbps = want.kbps(known.formats);
        if uplink {
            plan.uplink_kbps = plan.uplink_kbps.saturating_add(kbps);
        }
        plan.outputs.push(PlannedOutput {
            subject,
            name,
            encode,
            kbps,
            tracks: want.audio.iter().map(|a| a.track.clone()).collect(),
        });
        plan.changes.extend(want.changes);
    }
    plan.sounds = sounds.len();
    plan.sessions = sessions(&plan.encodes);
    plan.cpu_percent = cpu_percent(&plan.encodes);
    plan.merges = merges(&wants, &plan.encodes);
    plan
}

/// Somebody who gets a part of the show.
struct Wanted {
    subject: String,
    name: String,
    /// Whether it goes out over the network; the recording and what is served from here do not.
    uplink: bool,
    want: Result<Want, String>,
}

fn wanted(p: &Project, formats: &[CanvasFormat]) -> Vec<Wanted> {
    let words = |r: Result<Want, crate::EngineError>| r.map_err(|e| e.to_string());
    let served_here =
        |d: &Destination| destination_kind(&d.kind).is_ok_and(|k| matches!((k.endpoint)(&d.settings), Ok(None)));
    let enabled = p.destinations.iter().filter(|d| d.enabled);
    let mut all: Vec<Wanted> = enabled
        .map(|d| Wanted {
            subject: format!("destination:{}", d.id),
            name: d.label().to_owned(),
            uplink: !served_here(d),
            want: words(Want::of_destination(p, formats, d)),
        })
        .collect();
    if p.recording.enabled {
        all.push(Wanted {
            subject: "recording".into(),
            name: "the recording".into(),
            uplink: false,
            want: words(Want::of_encoder(p, formats, &p.recording.encoder)),
        });
        // How large a source's picture is shows only once it is open.
        let shows = |_: &str| Some(Shows::unknown());
        all.extend(parts(p, formats, &shows).into_iter().map(|part| Wanted {
            name: format!("the recording of {}", part.name),
            subject: part.subject,
            uplink: false,
            want: part.want,
        }));
    }
    all
}

fn planned(p: &Project, known: &Known<'_>, encoder: &str, v: &VideoWant) -> PlannedEncode {
    let s = &v.settings;
    let probes = if needs_probing(s) {
        (known.probes)(s.codec)
    } else {
        vec![]
    };
    let chosen = codec::choose(s.codec, &s.implementation, &probes);
    let implementation = chosen.map_or_else(|_| s.implementation.clone(), |(id, _)| id);
    let rate = known.formats.get(v.canvas).map_or(0.0, |f| v.rate(f.rate).as_f64());
    let encode_ms = (known.measured)(&Measure {
        codec: s.codec,
        implementation: implementation.clone(),
        size: v.size,
        preset: s.preset.clone(),
    });
    PlannedEncode {
        encoder: encoder.to_owned(),
        canvas: p.canvases.get(v.canvas).map(|c| c.id.clone()).unwrap_or_default(),
        codec: s.codec.id().into(),
        hardware: !codec::software_encoders(s.codec).any(|id| id == implementation),
        implementation,
        width: v.size.0,
        height: v.size.1,
        fps: rate,
        bitrate_kbps: if s.codec.has_no_rate() { 0 } else { s.bitrate_kbps },
        load_percent: encode_ms.map(|ms| ms * rate / 10.0),
        encode_ms,
        users: vec![],
    }
}

fn sessions(encodes: &[PlannedEncode]) -> Vec<Sessions> {
    let mut all: Vec<Sessions> = vec![];
    for e in encodes.iter().filter(|e| e.hardware) {
        match all.iter_mut().find(|s| s.implementation == e.implementation) {
            Some(s) => s.used += 1,
            None => all.push(Sessions {
                implementation: e.implementation.clone(),
                used: 1,
                limit: (e.implementation == "nvenc").then_some(NVENC_SESSIONS),
            }),
        }
    }
    all
}

/// The sum of the encodes on the processor; none when one of them has not been measured.
fn cpu_percent(encodes: &[PlannedEncode]) -> Option<f64> {
    encodes.iter().filter(|e| !e.hardware).map(|e| e.load_percent).sum()
}

/// Pairs of encodes that are nearly the same.
fn merges(wants: &[VideoWant], encodes: &[PlannedEncode]) -> Vec<String> {
    let mut all = vec![];
    for (i, a) in wants.iter().enumerate() {
        for (j, b) in wants.iter().enumerate().skip(i + 1) {
            if let Some(change) = difference(a, b) {
                let users: Vec<_> = encodes[i].users.iter().chain(&encodes[j].users).cloned().collect();
                all.push(format!(
                    "{} would share one encode if all of them {change}",
                    join(&users)
                ));
            }
        }
    }
    all
}

/// What both would have to do to be equal; none when they differ in more than people would want to give up.
fn difference(a: &VideoWant, b: &VideoWant) -> Option<String> {
    if a.canvas != b.canvas || a.source != b.source || a.settings.codec != b.settings.codec {
        return None;
    }
    let mut parts = vec![];
    let (sa, sb) = (&a.settings, &b.settings);
    if sa.bitrate_kbps != sb.bitrate_kbps || sa.max_bitrate_kbps != sb.max_bitrate_kbps {
        parts.push(format!("used {} kbit/s", sa.bitrate_kbps.min(sb.bitrate_kbps)));
    }
    if a.size != b.size || a.filter != b.filter {
        let (w, h) = a.size.min(b.size);
        parts.push(format!("were {w}×{h}"));
    }
    if a.every != b.every {
        parts.push("had the same frame rate".into());
    }
    if sa.b_frames != sb.b_frames {
        parts.push(format!("had {} B-frames", sa.b_frames.min(sb.b_frames)));
    }
    if (sa.keyframe_interval_s, &sa.preset, sa.profile) != (sb.keyframe_interval_s, &sb.preset, sb.profile)
        || (sa.rate_control, &sa.implementation) != (sb.rate_control, &sb.implementation)
    {
        parts.push("had the same other settings".into());
    }
    (1..=2).contains(&parts.len()).then(|| parts.join(" and "))
}

/// "a", "a and b", "a, b and c".
fn join(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} and {last}", most.join(", ")),
    }
}

impl Plan {
    /// What people ought to know of it, one sentence each; true for those that are a doubt.
    pub fn remarks(&self) -> Vec<(bool, String)> {
        let mut all = vec![];
        if !self.encodes.is_empty() || self.sounds > 0 {
            let n = self.encodes.len();
            let many = if n == 1 {
                "one encode".to_owned()
            } else {
                format!("{n} encodes")
            };
            let cpu = self.cpu_percent.filter(|p| *p > 0.0);
            let cpu = cpu.map_or(String::new(), |p| format!(", about {p:.0} % of a core for encoding"));
            let up = f64::from(self.uplink_kbps) / 1000.0;
            all.push((
                false,
                format!("the plan: {many} of the picture, {up:.1} Mbit/s of upload{cpu}"),
            ));
        }
        for s in &self.sessions {
            if let Some(limit) = s.limit.filter(|l| s.used > *l) {
                let text = format!(
                    "{} would encode {} times at once; its driver allows {limit}",
                    s.implementation, s.used
                );
                all.push((true, text));
            }
        }
        for e in self.encodes.iter().filter(|e| e.load_percent.is_some_and(|l| l > 85.0)) {
            let text = format!(
                "encoding {}×{} with {} takes {:.0} % of the time there is; choose a faster preset or a smaller size",
                e.width,
                e.height,
                e.implementation,
                e.load_percent.unwrap_or_default()
            );
            all.push((true, text));
        }
        all.extend(self.changes.iter().map(|c| (true, c.clone())));
        all.extend(self.merges.iter().map(|m| (false, m.clone())));
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::FrameRate;

    const FORMATS: [CanvasFormat; 1] = [CanvasFormat {
        size: (1920, 1080),
        rate: FrameRate::whole(30),
    }];

    fn destination(name: &str, change: impl FnOnce(&mut Destination)) -> Destination {
        let mut d = Destination {
            id: name.to_lowercase(),
            name: name.into(),
            ..Destination::default()
        };
        change(&mut d);
        d
    }

    fn project(destinations: Vec<Destination>) -> Project {
        Project {
            destinations,
            ..Project::default()
        }
    }

    fn planned_with(p: &Project, measured: &dyn Fn(&Measure) -> Option<f64>) -> Plan {
        let probes = |_| vec![];
        plan(
            p,
            &Known {
                formats: &FORMATS,
                probes: &probes,
                measured,
            },
        )
    }

    #[test]
    fn equal_wants_share_and_unequal_ones_are_proposed() {
        let mut p = project(vec![
            destination("YouTube", |_| {}),
            destination("Twitch", |d| d.encode.bitrate_kbps = Some(6000)),
            destination("Kick", |_| {}),
            destination("Off", |d| d.enabled = false),
        ]);
        p.recording.enabled = true;
        let got = planned_with(&p, &|_| None);
        assert_eq!(got.encodes.len(), 2);
        assert_eq!(got.encodes[0].users, ["YouTube", "Kick", "the recording"]);
        assert_eq!(got.encodes[1].users, ["Twitch"]);
        assert_eq!((got.sounds, got.outputs.len()), (1, 4));
        assert_eq!(
            got.uplink_kbps,
            4500 + 6000 + 4500 + 3 * 160,
            "the recording goes nowhere"
        );
        assert_eq!(
            got.merges,
            ["YouTube, Kick, the recording and Twitch would share one encode if all of them used 4500 kbit/s"]
        );
        assert_eq!(got.cpu_percent, None, "nothing has been measured");
        assert!(!got.encodes[0].hardware && got.encodes[0].implementation == "x264");
        // Once the proposal is followed there is one encode, and nothing to propose.
        p.destinations[1].encode.bitrate_kbps = None;
        let got = planned_with(&p, &|_| None);
        assert_eq!((got.encodes.len(), got.merges.len()), (1, 0));
    }

    #[test]
    fn measured_times_make_an_estimate_and_a_warning() {
        let p = project(vec![
            destination("A", |_| {}),
            destination("B", |d| d.encode.height = Some(720)),
        ]);
        let got = planned_with(&p, &|m| Some(if m.size.1 == 1080 { 32.0 } else { 10.0 }));
        assert_eq!(got.encodes[0].load_percent.map(f64::round), Some(96.0));
        assert_eq!(got.cpu_percent.map(f64::round), Some(126.0));
        let doubts: Vec<_> = got.remarks().into_iter().filter(|r| r.0).map(|r| r.1).collect();
        assert_eq!(doubts.len(), 1, "{doubts:?}");
        assert!(
            doubts[0].contains("1920×1080") && doubts[0].contains("96 %"),
            "{doubts:?}"
        );
    }

    #[test]
    fn what_cannot_be_planned_is_a_problem_and_no_fault() {
        let p = project(vec![
            destination("A", |d| d.encoder = "gone".into()),
            destination("B", |d| d.encode.canvas = "gone".into()),
            destination("C", |d| d.kind = "gone".into()),
        ]);
        let got = planned_with(&p, &|_| None);
        assert_eq!((got.problems.len(), got.encodes.len()), (3, 0), "{:?}", got.problems);
    }
}
