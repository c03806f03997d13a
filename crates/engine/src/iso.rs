//! Recording sources, canvases and audio tracks each into a file of its own (ISO), beside the programme: what there is to
//! record, how it is encoded, and the manifest that puts the files together.
//!
//! All files begin with the picture of the same moment, which is zero in all of them, are cut, paused and ended at the same
//! pictures, and lie on the engine's one clock, so that nothing drifts. One that can't be recorded keeps no other from it.

use crate::{
    EngineError, EventLevel,
    alone::track_of,
    encode::CanvasFormat,
    events::EventLog,
    otio::{self, Row},
    plan::hint,
    recording::Tape,
    show::Shared,
    wants::{AudioWant, Begin, VideoWant, Want},
};
use media::{FrameRate, MediaTime};
use outputs::{Beginning, RecordingStatus};
use parking_lot::Mutex;
use project::{AudioEncoding, IsoPart, Project, RateControl, ScaleFilter, VideoEncoding};
use std::{
    collections::BTreeMap,
    path::PathBuf,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};

/// A common beginning or cut lies this far ahead, so that no encoder has passed it.
const AHEAD: MediaTime = MediaTime::from_millis(150);
/// How long the last pictures may take through their encoders.
const LAST_PICTURES: Duration = Duration::from_secs(4);
/// How often the manifest of a running recording is written, so that one is there after a crash.
const REFRESH: MediaTime = MediaTime::from_millis(10_000);

/// What a source has to record.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shows {
    pub(crate) picture: bool,
    /// Pixels, once known.
    pub(crate) size: Option<(u32, u32)>,
    pub(crate) sound: bool,
}

impl Shows {
    /// Of a source that is not open.
    pub(crate) fn unknown() -> Self {
        Self {
            picture: true,
            size: None,
            sound: true,
        }
    }
}

/// One thing to record on its own.
pub(crate) struct Part {
    /// `source:ID`, `canvas:ID` or `track:ID`.
    pub(crate) subject: String,
    /// Name for people, and in the file's name.
    pub(crate) name: String,
    /// What is encoded for it, or why it can't be.
    pub(crate) want: Result<Want, String>,
}

/// Lets files of sound alone begin with the others, to the sample.
pub(crate) fn begin_sounds(parts: &mut [Part], begins: &Beginning) {
    for want in parts.iter_mut().filter_map(|p| p.want.as_mut().ok()) {
        if want.video.is_none() {
            for a in &mut want.audio {
                a.begins = Some(Begin(begins.clone()));
            }
        }
    }
}

/// What the document wants recorded on its own, each thing once. `shows` says what an open source has.
pub(crate) fn parts(p: &Project, formats: &[CanvasFormat], shows: &dyn Fn(&str) -> Option<Shows>) -> Vec<Part> {
    let mut parts: Vec<Part> = vec![];
    let mut add = |part: Part| {
        if parts.iter().all(|known| known.subject != part.subject) {
            parts.push(part);
        }
    };
    for entry in &p.recording.iso {
        match IsoPart::of(entry) {
            IsoPart::Sources => p.sources.iter().for_each(|s| add(source(p, formats, &s.id, shows))),
            IsoPart::Source(id) => add(source(p, formats, id, shows)),
            IsoPart::Canvas(id) => add(canvas(p, formats, id)),
            IsoPart::Track(id) => add(track(p, id)),
        }
    }
    parts
}

fn source(p: &Project, formats: &[CanvasFormat], id: &str, shows: &dyn Fn(&str) -> Option<Shows>) -> Part {
    let known = p.source(id);
    let name = known.map_or(id, |s| s.label()).to_owned();
    let want = match (known, shows(id), formats.first()) {
        (None, ..) => Err(missing("source", id, p.sources.iter().map(|s| s.id.as_str()))),
        (Some(_), Some(s), Some(main)) if s.picture || s.sound => {
            let video = s.picture.then(|| VideoWant {
                source: Some(id.to_owned()),
                ..picture(p, 0, even(s.size.unwrap_or(main.size)))
            });
            let sound = s.sound.then(|| track_of(id));
            Ok(want(p, format!("iso:{id}"), video, sound))
        }
        _ => Err(format!("{name} is not open, so there is nothing of it to record")),
    };
    Part {
        subject: format!("source:{id}"),
        name,
        want,
    }
}

fn canvas(p: &Project, formats: &[CanvasFormat], id: &str) -> Part {
    let at = p.canvases.iter().position(|c| c.id == id);
    let want = match at.and_then(|i| Some((i, formats.get(i)?))) {
        Some((i, format)) => {
            let master = p.audio.all_tracks().first().map(|t| t.id.clone());
            Ok(want(
                p,
                format!("iso:canvas:{id}"),
                Some(picture(p, i, format.size)),
                master,
            ))
        }
        None => Err(missing("canvas", id, p.canvases.iter().map(|c| c.id.as_str()))),
    };
    Part {
        subject: format!("canvas:{id}"),
        name: id.to_owned(),
        want,
    }
}

fn track(p: &Project, id: &str) -> Part {
    let tracks = p.audio.all_tracks();
    let known = tracks.iter().find(|t| t.id == id);
    let want = match known {
        Some(t) => Ok(want(p, format!("iso:track:{id}"), None, Some(t.id.clone()))),
        None => Err(missing("audio track", id, tracks.iter().map(|t| t.id.as_str()))),
    };
    Part {
        subject: format!("track:{id}"),
        name: known.map_or(id, |t| t.label()).to_owned(),
        want,
    }
}

fn missing<'a>(what: &str, id: &str, there: impl Iterator<Item = &'a str>) -> String {
    format!("there is no {what} `{id}`{}", hint(there))
}

fn want(p: &Project, encoder: String, video: Option<VideoWant>, track: Option<String>) -> Want {
    let audio = track.map(|track| AudioWant {
        track,
        settings: sound(p),
        begins: None,
    });
    Want {
        encoder,
        video,
        layers: vec![],
        audio: audio.into_iter().collect(),
        changes: vec![],
    }
}

fn picture(p: &Project, canvas: usize, size: (u32, u32)) -> VideoWant {
    let r = &p.recording;
    let chosen = p.encoder(&r.iso_encoder).filter(|_| !r.iso_encoder.is_empty());
    VideoWant {
        canvas,
        source: None,
        size,
        filter: ScaleFilter::default(),
        every: 1,
        settings: chosen.map_or_else(light, |e| e.video.clone()),
    }
}

fn sound(p: &Project) -> AudioEncoding {
    let r = &p.recording;
    let id = if r.iso_encoder.is_empty() {
        &r.encoder
    } else {
        &r.iso_encoder
    };
    p.encoder(id).map(|e| e.audio.clone()).unwrap_or_default()
}

/// What costs the processor least and an editor likes: x264 at its fastest, at a quality one does not see, without pictures
/// that wait for later ones.
fn light() -> VideoEncoding {
    VideoEncoding {
        implementation: "x264".into(),
        rate_control: RateControl::Crf,
        crf: 20.0,
        preset: "ultrafast".into(),
        keyframe_interval_s: 1.0,
        b_frames: 0,
        ..VideoEncoding::default()
    }
}

/// A size every encoder takes.
fn even((w, h): (u32, u32)) -> (u32, u32) {
    let side = |n: u32| n.clamp(16, 8192) & !1;
    (side(w), side(h))
}

/// Checks what a person typed.
///
/// # Errors
/// Something named is not there.
pub(crate) fn check(p: &Project) -> Result<(), EngineError> {
    for entry in &p.recording.iso {
        let tracks = p.audio.all_tracks();
        let (what, id, there): (_, _, Vec<&str>) = match IsoPart::of(entry) {
            IsoPart::Sources => continue,
            IsoPart::Source(id) => ("source", id, p.sources.iter().map(|s| s.id.as_str()).collect()),
            IsoPart::Canvas(id) => ("canvas", id, p.canvases.iter().map(|c| c.id.as_str()).collect()),
            IsoPart::Track(id) => ("audio track", id, tracks.iter().map(|t| t.id.as_str()).collect()),
        };
        if !there.contains(&id) {
            return Err(EngineError::NotFound {
                what,
                id: id.to_owned(),
                hint: hint(there.into_iter()),
            });
        }
    }
    Ok(())
}

/// A recording in several files, for its manifest.
pub(crate) struct Session {
    /// Where the manifest is to be, before it is known whether the name is free.
    wanted: PathBuf,
    name: String,
    rows: Mutex<Vec<Row>>,
    /// What is recorded, or could not be: `source:ID` and so on.
    pub(crate) subjects: Mutex<Vec<String>>,
    /// Sources that came while it runs, whose picture's size is not known yet: since when.
    pub(crate) waiting: Mutex<BTreeMap<String, MediaTime>>,
    /// Where it is, and what it held last.
    written: Mutex<Option<PathBuf>>,
    busy: AtomicBool,
    at: Mutex<MediaTime>,
}

impl Session {
    pub(crate) fn new(wanted: PathBuf, name: String, rows: Vec<Row>, subjects: Vec<String>, now: MediaTime) -> Self {
        Self {
            wanted,
            name,
            rows: Mutex::new(rows),
            subjects: Mutex::new(subjects),
            waiting: Mutex::default(),
            written: Mutex::default(),
            busy: AtomicBool::new(false),
            at: Mutex::new(now),
        }
    }

    /// One more row; gives its number.
    pub(crate) fn add(&self, row: Row) -> usize {
        let mut rows = self.rows.lock();
        rows.push(row);
        rows.len() - 1
    }

    /// Says how far row `index` is.
    pub(crate) fn update(&self, index: usize, files: &[RecordingStatus]) {
        if let Some(row) = self.rows.lock().get_mut(index) {
            let held = files.iter().filter(|f| f.frames > 0);
            let length = |f: &RecordingStatus| if f.picture_s > 0.0 { f.picture_s } else { f.duration_s };
            row.files = held.map(|f| (f.path.clone(), length(f))).collect();
        }
    }

    /// Writes the manifest; one after the other.
    pub(crate) fn write(&self, log: &EventLog, last: bool) {
        let rows: Vec<Row> = self.rows.lock().clone();
        if rows.iter().all(|r| r.files.is_empty()) {
            return;
        }
        let mut written = self.written.lock();
        let path = written
            .clone()
            .unwrap_or_else(|| crate::recording::free_name(&self.wanted));
        match otio::write(&path, &self.name, &rows) {
            Ok(()) => {
                if last {
                    let text = format!("{} opens the files together in an editor", path.display());
                    log.add(EventLevel::Info, "recording", text);
                }
                *written = Some(path);
            }
            Err(e) => {
                let text = format!("the manifest {} could not be written: {e}", path.display());
                log.add(EventLevel::Error, "recording", text);
            }
        }
    }
}

/// What a tape has to do with a recording in several files.
#[derive(Clone)]
pub(crate) struct Place {
    pub(crate) session: Arc<Session>,
    /// Its row in the manifest.
    pub(crate) row: usize,
    /// It is the programme, not something beside it.
    pub(crate) programme: bool,
}

impl Shared {
    /// What an open source has to record.
    pub(crate) fn shows(&self, id: &str) -> Option<Shows> {
        let sources = self.stage.sources();
        let s = sources.get(id)?;
        Some(Shows {
            picture: s.slot.is_some(),
            size: s.size(),
            sound: s.feed.is_some(),
        })
    }

    /// When recordings that belong together begin: with the show's first picture while that has not come, else when
    /// [`Shared::begin_together`] says so.
    pub(crate) fn common_beginning(&self) -> Beginning {
        match self.first.get() {
            None => self.first.clone(),
            Some(_) => Arc::new(OnceLock::new()),
        }
    }

    /// All of them are waiting: they begin with the same picture, soon.
    pub(crate) fn begin_together(&self, begins: &Beginning, tapes: &[Tape]) {
        if Arc::ptr_eq(begins, &self.first) {
            return;
        }
        let at = self.picture_soon();
        for t in tapes {
            t.lease.key_at(at);
        }
        let _ = begins.set(at);
    }

    /// The time of a picture of the main canvas that no encoder has yet.
    pub(crate) fn picture_soon(&self) -> MediaTime {
        let rate: FrameRate = self.canvases[0].rate;
        let soon = self.clock.now() + AHEAD;
        let soon = self.first.get().map_or(soon, |first| soon.max(*first));
        rate.time_of(rate.index_at(soon - MediaTime(1)) + 1)
    }

    /// Lets recordings that belong together end with the same picture. Returns when that has come through the encoders.
    pub(crate) fn end_together(&self, tapes: &[Tape]) {
        let goes = |t: &&Tape| t.place.is_some() && t.recorder.status().is_running() && !t.lease.has_failed();
        let together: Vec<&Tape> = tapes.iter().filter(goes).collect();
        if together.len() < 2 {
            return;
        }
        let at = self.picture_soon();
        for t in &together {
            t.lease.key_at(at);
            t.recorder.end_at(at);
        }
        let deadline = self.clock.now() + MediaTime::from_duration(LAST_PICTURES);
        for t in together {
            let left = (deadline - self.clock.now()).max(MediaTime::ZERO);
            t.recorder.waits_for_end(left.to_duration());
        }
    }

    /// Keeps the manifest of a running recording fresh, without waiting for the disk.
    pub(crate) fn look_at_manifest(&self) {
        let now = self.clock.now();
        let tapes = self.recorders.lock();
        let Some(session) = tapes.iter().find_map(|t| t.place.as_ref()).map(|p| p.session.clone()) else {
            return;
        };
        if now - *session.at.lock() < REFRESH || session.busy.swap(true, Relaxed) {
            return;
        }
        *session.at.lock() = now;
        for t in tapes.iter() {
            if let Some(p) = &t.place {
                p.session.update(p.row, &t.recorder.files());
            }
        }
        drop(tapes);
        let log = self.log.clone();
        self.rt.spawn_blocking(move || {
            session.write(&log, false);
            session.busy.store(false, Relaxed);
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use project::Source;

    const FORMATS: [CanvasFormat; 1] = [CanvasFormat {
        size: (640, 360),
        rate: FrameRate::whole(30),
    }];

    fn project(iso: &[&str]) -> Project {
        let named = |id: &str| Source {
            id: id.into(),
            ..Source::default()
        };
        let mut p = Project {
            sources: vec![named("cam"), named("mic")],
            ..Project::default()
        };
        p.canvases[0].id = "main".into();
        p.recording.iso = iso.iter().map(|s| (*s).to_owned()).collect();
        p
    }

    fn shows(id: &str) -> Option<Shows> {
        let all = Shows {
            picture: true,
            size: Some((1279, 721)),
            sound: true,
        };
        match id {
            "cam" => Some(all),
            "mic" => Some(Shows { picture: false, ..all }),
            _ => None,
        }
    }

    #[test]
    fn everything_named_is_recorded_once_and_what_is_not_there_is_told() {
        let p = project(&["mic", "all", "source:cam", "canvas:main", "track:nope", "gone"]);
        let parts = parts(&p, &FORMATS, &shows);
        let subjects: Vec<&str> = parts.iter().map(|p| p.subject.as_str()).collect();
        assert_eq!(
            subjects,
            ["source:mic", "source:cam", "canvas:main", "track:nope", "source:gone"]
        );
        let mic = parts[0].want.as_ref().expect("sound alone");
        assert!(mic.video.is_none() && mic.audio[0].track == "~source:mic");
        let cam = parts[1].want.as_ref().expect("both");
        let video = cam.video.as_ref().expect("a picture");
        assert_eq!(
            (video.source.as_deref(), video.size),
            (Some("cam"), (1278, 720)),
            "even"
        );
        let canvas = parts[2]
            .want
            .as_ref()
            .expect("a canvas")
            .video
            .as_ref()
            .expect("a picture");
        assert_eq!((canvas.source.as_ref(), canvas.size), (None, (640, 360)));
        for (part, words) in parts[3..].iter().zip(["audio track `nope`", "source `gone`"]) {
            let why = part.want.as_ref().expect_err("not there");
            assert!(why.contains(words), "{why}");
        }
    }

    #[test]
    fn files_of_their_own_take_the_settings_of_the_encoder_that_is_named() {
        let mut p = project(&["canvas:main"]);
        let codec = |p: &Project| {
            let part = parts(p, &FORMATS, &shows).remove(0);
            part.want.expect("a canvas").video.expect("a picture").settings.preset
        };
        assert_eq!(codec(&p), "ultrafast");
        p.encoders[0].id = "fine".into();
        p.encoders[0].video.preset = "slow".into();
        p.recording.iso_encoder = "fine".into();
        assert_eq!(codec(&p), "slow");
    }
}
