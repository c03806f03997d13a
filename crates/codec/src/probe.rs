//! Finding out which encoders really work here. A driver may be missing, crash or hang, so every encoder is tried in a
//! child process of our own program (`exe __probe-encoder <codec>/<id>`), all of a codec at once and with a time limit; the
//! child encodes two pictures ([`probe_in_process`]), ends with status 0, or says why not on its standard error output.
//! What this FFmpeg was built without needs no child.

use crate::{
    CodecError, VideoEncoder,
    encoders::{self, EncoderKind},
};
use media::{AlphaMode, Clock, ColorInfo, FrameRate, MediaTime, PixelFormat, Plane, SystemClock, VideoFrame};
use parking_lot::{Condvar, Mutex};
use project::{VideoCodecName, VideoEncoding};
use std::{
    collections::HashMap,
    io::Read,
    path::{Path, PathBuf},
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, OnceLock},
    time::Duration,
};

/// Whether an encoder can be used on this computer.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize, schemars::JsonSchema)]
pub struct Availability {
    /// What the settings call it.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// The codec it makes.
    pub codec: String,
    /// Whether a GPU does the work.
    pub hardware: bool,
    /// Whether it encoded two pictures just now.
    pub available: bool,
    /// Why it is not available.
    pub reason: Option<String>,
    /// Whether `auto` takes it for its codec.
    pub recommended: bool,
}

/// Encodes two pictures with the encoder `what` (`hevc/nvenc`; without a codec, one for H.264): the child's part of
/// [`probe_all`].
///
/// # Errors
/// When the encoder does not work here. It may also crash or hang: call it in a process made for it.
pub fn probe_in_process(what: &str) -> Result<(), CodecError> {
    let (codec, id) = what.split_once('/').unwrap_or(("h264", what));
    let named = VideoCodecName::ALL.into_iter().find(|c| c.id() == codec);
    let settings = VideoEncoding {
        codec: named.ok_or_else(|| CodecError::UnknownEncoder {
            id: what.to_owned(),
            codec: "video",
            known: VideoCodecName::ALL.map(VideoCodecName::id).join("/…, ") + "/…",
        })?,
        bitrate_kbps: 2000,
        ..VideoEncoding::default()
    };
    let rate = FrameRate::whole(30);
    let mut encoder = VideoEncoder::open(id, &settings, 640, 360, rate)?;
    let mut packets = Vec::new();
    for n in 0..2 {
        let frame = gray(encoder.input_format(), 640, 360, rate.time_of(n))?;
        encoder.encode(&frame, n == 0, &mut packets)?;
    }
    encoder.finish(&mut packets)?;
    if packets.len() == 2 && packets[0].keyframe {
        return Ok(());
    }
    Err(CodecError::Encode {
        name: id.to_owned(),
        reason: format!("two pictures became {} packets", packets.len()),
    })
}

/// A grey picture.
fn gray(format: PixelFormat, w: u32, h: u32, time: MediaTime) -> Result<VideoFrame, CodecError> {
    let planes = (0..format.planes())
        .map(|i| {
            let (stride, rows) = format.plane_size(i, w, h);
            Plane {
                data: vec![128; stride * rows].into(),
                stride,
            }
        })
        .collect();
    VideoFrame::new(format, w, h, planes, ColorInfo::BT709_LIMITED, AlphaMode::Opaque, time).map_err(crate::frames::bad)
}

/// Tries every encoder of every codec as [`probe_codec`] does, one codec after the other.
pub fn probe_all(exe: &Path, limit: Duration) -> Vec<Availability> {
    let each = VideoCodecName::ALL.into_iter();
    each.flat_map(|codec| probe_codec(exe, codec, limit)).collect()
}

/// Tries every encoder of `codec` in a child process (`exe __probe-encoder <codec>/<id>`), each for at most `limit`. The
/// answers are kept for the life of this process, since hardware does not come and go.
pub fn probe_codec(exe: &Path, codec: VideoCodecName, limit: Duration) -> Vec<Availability> {
    type Known = HashMap<(PathBuf, VideoCodecName), Vec<Availability>>;
    static KNOWN: OnceLock<Mutex<Known>> = OnceLock::new();
    // The lock is held while probing, so that two callers don't probe at once.
    let mut known = KNOWN.get_or_init(Mutex::default).lock();
    let key = (exe.to_owned(), codec);
    if let Some(answers) = known.get(&key) {
        return answers.clone();
    }
    let answers = probe(exe, codec, limit);
    known.insert(key, answers.clone());
    answers
}

fn probe(exe: &Path, codec: VideoCodecName, limit: Duration) -> Vec<Availability> {
    let clock = SystemClock::new();
    let deadline = clock.now() + MediaTime::from_duration(limit);
    let children: Vec<_> = encoders::makers(codec).map(|k| (k, Probe::start(exe, k))).collect();
    let mut list: Vec<Availability> = children
        .into_iter()
        .map(|(kind, started)| {
            let result = started.and_then(|p| p.wait(&clock, deadline, limit));
            Availability {
                id: kind.id.to_owned(),
                name: kind.name.to_owned(),
                codec: kind.codec.id().to_owned(),
                hardware: kind.hardware,
                available: result.is_ok(),
                reason: result.err(),
                recommended: false,
            }
        })
        .collect();
    let best = automatic(codec, &list);
    for a in &mut list {
        a.recommended = a.available && a.id == best;
    }
    list
}

/// How often children are looked after.
const LOOK_EVERY: MediaTime = MediaTime::from_millis(5);
/// Most that is read of what a child says.
const LONGEST_ANSWER: usize = 64 * 1024;

/// How long a child's words are waited for once it has ended.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// A child at work.
struct Probe {
    child: Child,
    answer: Arc<Answer>,
}

/// What a child says, as far as it has come.
#[derive(Default)]
struct Answer {
    state: Mutex<(Vec<u8>, bool)>,
    complete: Condvar,
}

impl Answer {
    fn read(&self, mut from: impl Read) {
        let mut buf = [0; 4096];
        while let Ok(n @ 1..) = from.read(&mut buf) {
            let mut s = self.state.lock();
            s.0.extend_from_slice(&buf[..n]);
            if s.0.len() >= LONGEST_ANSWER {
                break;
            }
        }
        self.state.lock().1 = true;
        self.complete.notify_all();
    }

    /// All of it, or what has come after `limit`.
    fn text(&self, limit: Duration) -> String {
        let mut s = self.state.lock();
        self.complete.wait_while_for(&mut s, |s| !s.1, limit);
        String::from_utf8_lossy(&s.0).into_owned()
    }
}

impl Probe {
    fn start(exe: &Path, kind: &EncoderKind) -> Result<Self, String> {
        if kind.find_in_ffmpeg().is_null() {
            return Err(format!("this computer's FFmpeg was built without {}", kind.ffmpeg_name));
        }
        let mut command = Command::new(exe);
        command
            .arg("__probe-encoder")
            .arg(format!("{}/{}", kind.codec.id(), kind.id));
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        // A group of its own, so that what the child starts ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command
            .spawn()
            .map_err(|e| format!("it could not be tried: `{}` did not start ({e})", exe.display()))?;
        let answer = Arc::new(Answer::default());
        if let Some(pipe) = child.stderr.take() {
            let answer = answer.clone();
            let read = move || answer.read(pipe);
            // Without the thread there is only no reason to tell.
            let _ = std::thread::Builder::new()
                .name(format!("probe {}", kind.id))
                .spawn(read);
        }
        Ok(Self { child, answer })
    }

    fn wait(mut self, clock: &dyn Clock, deadline: MediaTime, limit: Duration) -> Result<(), String> {
        loop {
            match self.child.try_wait() {
                Ok(Some(status)) if status.success() => return Ok(()),
                Ok(Some(status)) => return Err(self.why(status)),
                Ok(None) if clock.now() >= deadline => {
                    self.end();
                    return Err(format!("its driver did not answer within {} s", limit.as_secs_f64()));
                }
                Ok(None) => clock.sleep_until(clock.now() + LOOK_EVERY),
                Err(e) => {
                    self.end();
                    return Err(format!("it could not be tried: {e}"));
                }
            }
        }
    }

    fn end(&mut self) {
        // SAFETY: sends a signal to the group that our child leads; it has not been waited for, so the number is its own.
        #[cfg(unix)]
        unsafe {
            libc::kill(-(self.child.id() as i32), libc::SIGKILL);
        }
        // It may have ended by itself just now.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }

    /// Why a child that has ended did not succeed.
    fn why(&mut self, status: ExitStatus) -> String {
        #[cfg(unix)]
        if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
            return format!("its driver crashed (signal {signal})");
        }
        // The pipe is closed with the child, unless the child has left others behind; those are not waited for.
        let said = self.answer.text(LAST_WORDS);
        let line = said.lines().rev().map(str::trim).find(|l| !l.is_empty());
        line.map_or_else(|| format!("it does not work here ({status})"), str::to_owned)
    }
}

/// What `auto` takes for `codec`: the first hardware encoder that works, else a software one.
fn automatic(codec: VideoCodecName, probes: &[Availability]) -> String {
    let works = |hardware: bool| {
        let fits = move |p: &&Availability| p.available && p.hardware == hardware && p.codec == codec.id();
        probes.iter().find(fits).map(|p| p.id.clone())
    };
    let software = || encoders::software(codec).to_owned();
    works(true).or_else(|| works(false)).unwrap_or_else(software)
}

/// Which encoder of `codec` to open for the setting `wanted` (`auto`, or an id), and, when it is not the one that was wanted,
/// why.
///
/// # Errors
/// [`CodecError::UnknownEncoder`].
pub fn choose(
    codec: VideoCodecName,
    wanted: &str,
    probes: &[Availability],
) -> Result<(String, Option<String>), CodecError> {
    if wanted == "auto" || wanted.is_empty() {
        return Ok((automatic(codec, probes), None));
    }
    let kind = match encoders::find(codec, wanted) {
        Ok(kind) => kind,
        // Left behind when the codec was changed.
        Err(_) if encoders::is_known(wanted) => {
            let id = automatic(codec, probes);
            let why = format!("{wanted} makes no {}, so {id} encodes instead", codec.label());
            return Ok((id, Some(why)));
        }
        Err(e) => return Err(e),
    };
    if !kind.hardware {
        return Ok((wanted.to_owned(), None));
    }
    let why = match probes.iter().find(|p| p.id == wanted && p.codec == codec.id()) {
        Some(p) if p.available => return Ok((wanted.to_owned(), None)),
        Some(p) => p.reason.clone().unwrap_or_default(),
        None => "it has not been tried on this computer".to_owned(),
    };
    Ok((
        encoders::software(codec).to_owned(),
        Some(format!(
            "{} can't be used ({why}), so the processor encodes instead",
            kind.name
        )),
    ))
}

/// The encoders of `codec` that need no hardware, best first.
pub fn software_encoders(codec: VideoCodecName) -> impl Iterator<Item = &'static str> {
    encoders::makers(codec).filter(|k| !k.hardware).map(|k| k.id)
}
