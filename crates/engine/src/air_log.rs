//! What is written down while a show is on the air, and the report that becomes of it: one look a second, thinned out as
//! the evening grows long, so that a report stays small.

use crate::{CanvasReport, Event, show::Shared};
use media::MediaTime;
use outputs::{DestinationState, DestinationStatus, LineFigures};
use schemars::JsonSchema;
use serde::Serialize;
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
};

/// Most points of a curve; beyond that every second one goes.
const MOST_POINTS: usize = 2000;
/// Most changes of state, events and markers of one show.
const MOST_LINES: usize = 1000;
/// Reports kept in a project's folder.
const KEPT: usize = 100;

/// A show on the air, from its beginning to its end.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ShowReport {
    /// Names it in the list of reports.
    pub id: String,
    /// The project's name.
    pub project: String,
    /// Whether it still goes on.
    pub under_way: bool,
    /// When it went on the air, seconds since 1970.
    pub started_unix_s: f64,
    /// How long it was on the air (so far), seconds.
    pub on_air_s: f64,
    /// Footlight's version.
    pub version: String,
    /// Every destination that took part.
    pub destinations: Vec<AirDestination>,
    /// The recordings that ran meanwhile.
    pub recordings: Vec<AirRecording>,
    /// The sound.
    pub loudness: AirLoudness,
    /// The pictures, since the engine started.
    pub canvases: Vec<CanvasReport>,
    /// This process.
    pub process: AirProcess,
    /// What a person marked.
    pub markers: Vec<AirMarker>,
    /// What happened; `at_s` since it went on the air.
    pub events: Vec<Event>,
}

/// One destination of a show.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct AirDestination {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its kind.
    pub kind: String,
    /// Where, without the key.
    pub url: String,
    /// Seconds it was live in all.
    pub live_s: f64,
    /// Bytes sent.
    pub bytes_sent: u64,
    /// Pictures sent.
    pub frames_sent: u64,
    /// Pictures it did not get.
    pub frames_dropped: u64,
    /// Times it came back.
    pub reconnects: u32,
    /// The last thing that went wrong.
    pub last_error: Option<String>,
    /// What the protocol last knew of its line, where it knows anything.
    pub line: Option<LineFigures>,
    /// How it stood, one after the other.
    pub spans: Vec<AirSpan>,
    /// [seconds since the beginning, kbit/s].
    pub bitrate: Vec<(f64, f64)>,
    /// [seconds since the beginning, pictures it did not get so far].
    pub dropped: Vec<(f64, f64)>,
}

/// How a destination stood for a while.
#[derive(Clone, Copy, Debug, Serialize, JsonSchema)]
pub struct AirSpan {
    /// The state.
    pub state: DestinationState,
    /// From, seconds since the beginning.
    pub from_s: f64,
    /// To, seconds since the beginning.
    pub to_s: f64,
}

/// One recording of a show.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AirRecording {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Its length, seconds.
    pub duration_s: f64,
    /// Pictures in it.
    pub frames: u64,
    /// Pictures the disk was too slow for.
    pub frames_dropped: u64,
    /// What went wrong.
    pub error: Option<String>,
    /// When it was first seen, seconds since the beginning.
    pub from_s: f64,
    /// When it was last seen running.
    pub to_s: f64,
}

/// The sound of a show.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct AirLoudness {
    /// Integrated, LUFS; none when silent.
    pub integrated_lufs: Option<f64>,
    /// Highest true peak, dBTP; none when silent.
    pub max_true_peak_dbtp: Option<f64>,
    /// [seconds since the beginning, short-term LUFS or none when silent].
    pub short_term: Vec<(f64, Option<f64>)>,
    /// [seconds since the beginning, highest peak of the master, dBFS].
    pub peak: Vec<(f64, f64)>,
}

/// What the process used.
#[derive(Clone, Copy, Debug, Default, Serialize, JsonSchema)]
pub struct AirProcess {
    /// Highest memory so far, MiB.
    pub peak_rss_mib: f64,
    /// CPU seconds while on the air.
    pub cpu_s: f64,
}

/// A place marked by a person.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct AirMarker {
    /// Seconds since the beginning.
    pub at_s: f64,
    /// What it marks.
    pub name: String,
}

/// One destination's line in the log.
#[derive(Default)]
struct Track {
    shown: AirDestination,
    last: DestinationStatus,
    /// Figures of earlier starts; each start counts from zero.
    before: (u64, u64, u64, u32),
}

/// The log of a show on the air.
pub(crate) struct AirLog {
    pub(crate) started: MediaTime,
    started_unix_s: f64,
    id: String,
    tracks: BTreeMap<String, Track>,
    recordings: BTreeMap<PathBuf, (f64, f64)>,
    loudness: AirLoudness,
    markers: Vec<AirMarker>,
    events: Vec<Event>,
    seen_event: u64,
    next_sample: MediaTime,
    /// Seconds between two points of a curve.
    spacing_s: i64,
    cpu_before_s: f64,
}

impl AirLog {
    pub(crate) fn begin(now: MediaTime, s: &Shared) -> Self {
        let wall = jiff::Zoned::now();
        Self {
            started: now,
            started_unix_s: wall.timestamp().as_millisecond() as f64 / 1000.0,
            id: wall.strftime("%Y-%m-%d-%H%M%S").to_string(),
            tracks: BTreeMap::new(),
            recordings: BTreeMap::new(),
            loudness: AirLoudness::default(),
            markers: vec![],
            events: vec![],
            // What led to it belongs to it: the commands' own lines came a moment before.
            seen_event: s.log.last_seq(),
            next_sample: now,
            spacing_s: 1,
            cpu_before_s: crate::process_use().cpu_s,
        }
    }

    fn seconds(&self, t: MediaTime) -> f64 {
        (t - self.started).as_secs_f64().max(0.0)
    }

    pub(crate) fn mark(&mut self, now: MediaTime, name: String) {
        if self.markers.len() < MOST_LINES {
            let at_s = self.seconds(now);
            self.markers.push(AirMarker { at_s, name });
        }
    }

    /// Writes down how everything stands.
    pub(crate) fn look(&mut self, now: MediaTime, s: &Shared) {
        let at_s = self.seconds(now);
        let sample = now >= self.next_sample;
        if sample {
            self.next_sample = now + MediaTime::from_millis(self.spacing_s * 1000);
        }
        for view in s.destination_views() {
            let known = self.tracks.contains_key(&view.id);
            if !known && view.status.state == DestinationState::Idle {
                continue;
            }
            let track = self.tracks.entry(view.id.clone()).or_default();
            (track.shown.id, track.shown.name) = (view.id, view.name);
            (track.shown.kind, track.shown.url) = (view.kind, view.url);
            track.look(at_s, view.status, sample);
        }
        for r in s.recording_states() {
            let running = r.is_running();
            match self.recordings.get_mut(&r.path) {
                Some(seen) if running => seen.1 = at_s,
                None if running => {
                    self.recordings.insert(r.path, (at_s, at_s));
                }
                _ => {}
            }
        }
        for mut e in s.log.since(self.seen_event) {
            self.seen_event = e.seq;
            e.at_s += (s.start - self.started).as_secs_f64();
            if self.events.len() < MOST_LINES {
                self.events.push(e);
            }
        }
        if sample {
            self.look_at_sound(at_s, s);
            self.thin_out();
        }
    }

    fn look_at_sound(&mut self, at_s: f64, s: &Shared) {
        let sound = s.sound.lock();
        let audible = |db: f64| (db.is_finite() && db > -119.0).then_some(db);
        let loudness = sound.loudness.as_ref();
        self.loudness.integrated_lufs = loudness.and_then(|l| audible(l.integrated_lufs));
        self.loudness.max_true_peak_dbtp = loudness.and_then(|l| audible(l.true_peak_dbtp));
        let short = loudness.and_then(|l| audible(l.short_term_lufs));
        self.loudness.short_term.push((at_s, short));
        let peak = sound.master.map_or(-120.0, |m| m.peak_db[0].max(m.peak_db[1]));
        self.loudness.peak.push((at_s, f64::from(peak)));
    }

    /// Keeps the curves short: every second point goes, and from then on half as many come.
    fn thin_out(&mut self) {
        if self.loudness.short_term.len() <= MOST_POINTS {
            return;
        }
        self.spacing_s *= 2;
        halve(&mut self.loudness.short_term);
        halve(&mut self.loudness.peak);
        for t in self.tracks.values_mut() {
            halve(&mut t.shown.bitrate);
            halve(&mut t.shown.dropped);
        }
    }

    /// The report as it is now.
    pub(crate) fn report(&self, now: MediaTime, under_way: bool, s: &Shared) -> ShowReport {
        let recording = |r: outputs::RecordingStatus| {
            let (from_s, to_s) = *self.recordings.get(&r.path)?;
            Some(AirRecording {
                path: r.path,
                bytes: r.bytes,
                duration_s: r.duration_s,
                frames: r.frames,
                frames_dropped: r.frames_dropped,
                error: r.error,
                from_s,
                to_s,
            })
        };
        let used = crate::process_use();
        ShowReport {
            id: self.id.clone(),
            project: s.project.load().name.clone(),
            under_way,
            started_unix_s: self.started_unix_s,
            on_air_s: self.seconds(now),
            version: env!("CARGO_PKG_VERSION").into(),
            destinations: self.tracks.values().map(|t| t.shown.clone()).collect(),
            recordings: s.recording_states().into_iter().filter_map(recording).collect(),
            loudness: self.loudness.clone(),
            canvases: s.canvas_reports(),
            process: AirProcess {
                peak_rss_mib: used.peak_rss_mib,
                cpu_s: used.cpu_s - self.cpu_before_s,
            },
            markers: self.markers.clone(),
            events: self.events.clone(),
        }
    }
}

impl Track {
    fn look(&mut self, at_s: f64, status: DestinationStatus, sample: bool) {
        let d = &mut self.shown;
        match d.spans.last_mut() {
            Some(span) => {
                if matches!(span.state, DestinationState::Live | DestinationState::Degraded) {
                    d.live_s += (at_s - span.to_s).max(0.0);
                }
                span.to_s = at_s;
                if span.state != status.state && d.spans.len() < MOST_LINES {
                    d.spans.push(AirSpan::at(status.state, at_s));
                }
            }
            None => d.spans.push(AirSpan::at(status.state, at_s)),
        }
        if status.bytes_sent < self.last.bytes_sent || status.frames_sent < self.last.frames_sent {
            let l = &self.last;
            let b = self.before;
            let reconnects = b.3 + l.reconnects;
            self.before = (
                b.0 + l.bytes_sent,
                b.1 + l.frames_sent,
                b.2 + l.frames_dropped,
                reconnects,
            );
        }
        d.bytes_sent = self.before.0 + status.bytes_sent;
        d.frames_sent = self.before.1 + status.frames_sent;
        d.frames_dropped = self.before.2 + status.frames_dropped;
        d.reconnects = self.before.3 + status.reconnects;
        if status.last_error.is_some() {
            d.last_error.clone_from(&status.last_error);
        }
        d.line = status.line.or(d.line);
        if sample {
            d.bitrate.push((at_s, status.bitrate_kbps));
            d.dropped.push((at_s, d.frames_dropped as f64));
        }
        self.last = status;
    }
}

impl AirSpan {
    fn at(state: DestinationState, at_s: f64) -> Self {
        Self {
            state,
            from_s: at_s,
            to_s: at_s,
        }
    }
}

fn halve<T>(points: &mut Vec<T>) {
    let mut n = 0;
    points.retain(|_| {
        n += 1;
        n % 2 == 1
    });
}

/// Where reports of a project are.
pub(crate) fn folder(project_dir: &Path) -> PathBuf {
    project_dir.join("reports")
}

/// Puts a report into the project's folder and lets go of the oldest.
pub(crate) fn keep(project_dir: &Path, report: &ShowReport) -> io::Result<()> {
    let folder = folder(project_dir);
    fs::create_dir_all(&folder)?;
    let text = serde_json::to_vec_pretty(report)?;
    let file = folder.join(format!("show-{}.json", report.id));
    let beside = folder.join(format!(".show-{}.saving", report.id));
    fs::write(&beside, text)?;
    fs::rename(&beside, &file)?;
    let all = files(project_dir);
    for (_, old) in all.iter().skip(KEPT) {
        fs::remove_file(old)?;
    }
    Ok(())
}

/// Ids and files of the reports, newest first.
pub(crate) fn files(project_dir: &Path) -> Vec<(String, PathBuf)> {
    let Ok(entries) = fs::read_dir(folder(project_dir)) else {
        return vec![];
    };
    let id = |p: &Path| {
        let name = p.file_name()?.to_str()?;
        Some(name.strip_prefix("show-")?.strip_suffix(".json")?.to_owned())
    };
    let mut all: Vec<_> = entries
        .flatten()
        .filter_map(|e| Some((id(&e.path())?, e.path())))
        .collect();
    all.sort_by(|a, b| b.0.cmp(&a.0));
    all
}
