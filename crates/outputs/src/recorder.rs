//! A recording: packets into a Matroska file, on a thread of its own.
//!
//! Nothing that happens to the file reaches the show: the disk may be full, slow, read-only or gone. What the disk does
//! not take waits in a queue of half a minute, then is dropped to a keyframe and counted. An existing file is never
//! overwritten. Times in the file begin at zero (give or take the few pictures that B-frames are ahead). It does not choose names (see `filename`) and does not encode.

use crate::{
    Fanout, OutputError,
    error::{io_words, plain},
};
use codec::{CodecError, Container, FileMuxer};
use media::{Clock, MediaTime, Packet, PacketReceiver, PacketSender, StreamInfo, queue::Received};
use parking_lot::{Condvar, Mutex};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

/// Media time that waits for a slow disk before frames are dropped.
const QUEUE_LIMIT: MediaTime = MediaTime::from_millis(30_000);
/// How long [`Recorder::stop`] waits for the disk.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// How often the thread looks up when no packets come.
const LOOK: Duration = Duration::from_secs(1);
/// How often what was written is pushed out to the disk, so that a crash loses little.
const FLUSH_EVERY: MediaTime = MediaTime::from_millis(1000);
/// Most tries for a name that is not taken.
const MOST_COPIES: u32 = 9999;

/// Where a recording stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RecordingState {
    /// The file is being made; no picture has come yet.
    #[default]
    Starting,
    /// Packets go into the file.
    Recording,
    /// Cut short; `error` says why.
    Failed,
    /// Complete.
    Finished,
}

/// What became of a recording so far.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RecordingStatus {
    /// The file, under the name it really has.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Video frames in it (audio packets when the show has no video).
    pub frames: u64,
    /// Video frames that the disk was too slow for.
    pub frames_dropped: u64,
    /// Its length in seconds.
    pub duration_s: f64,
    /// Where it stands.
    pub state: RecordingState,
    /// What went wrong, in a sentence for the creator.
    pub error: Option<String>,
}

/// Where packets are written to: a file, or a test's idea of a disk.
trait Sink {
    fn write(&mut self, packet: &Packet) -> Result<(), CodecError>;
    fn flush_to_disk(&mut self) -> Result<(), CodecError>;
    fn bytes(&self) -> u64;
    fn finish(self: Box<Self>) -> Result<u64, CodecError>;
}

/// Makes the file: its path, its streams, the time that becomes zero.
type OpenSink = fn(&Path, &StreamInfo, MediaTime) -> Result<Box<dyn Sink>, CodecError>;

impl Sink for FileMuxer {
    fn write(&mut self, packet: &Packet) -> Result<(), CodecError> {
        FileMuxer::write(self, packet)
    }
    fn flush_to_disk(&mut self) -> Result<(), CodecError> {
        FileMuxer::flush_to_disk(self)
    }
    fn bytes(&self) -> u64 {
        FileMuxer::bytes(self)
    }
    fn finish(self: Box<Self>) -> Result<u64, CodecError> {
        FileMuxer::finish(*self)
    }
}

/// A running recording. Dropping it lets the thread finish the file by itself.
pub struct Recorder {
    shared: Arc<Shared>,
}

struct Shared {
    status: Mutex<RecordingStatus>,
    /// Told when the thread is over.
    over: Condvar,
    queue: PacketSender,
    has_video: bool,
}

impl Recorder {
    /// Starts a recording into `path` (with its ending, `.mkv`). Returns at once: the folder and the file are made by the
    /// thread, so that a disk that does not answer holds up nobody; look at [`Recorder::status`].
    ///
    /// # Errors
    /// Only when the system gives no thread.
    pub fn start(path: PathBuf, fanout: &Fanout, clock: Arc<dyn Clock>) -> Result<Self, OutputError> {
        Self::start_with(path, fanout, clock, |path, info, origin| {
            Ok(Box::new(FileMuxer::create(path, Container::Matroska, info, origin)?))
        })
    }

    fn start_with(path: PathBuf, fanout: &Fanout, clock: Arc<dyn Clock>, open: OpenSink) -> Result<Self, OutputError> {
        let (packets, queue) = fanout.attach(QUEUE_LIMIT);
        let shared = Arc::new(Shared {
            status: Mutex::new(RecordingStatus {
                path: path.clone(),
                ..RecordingStatus::default()
            }),
            over: Condvar::new(),
            queue,
            has_video: fanout.info().video.is_some(),
        });
        let writer = Writer {
            shared: shared.clone(),
            info: fanout.info().clone(),
            packets,
            clock,
            open,
        };
        thread::Builder::new()
            .name("recorder".into())
            .spawn(move || writer.run(&path))
            .map_err(|source| OutputError::Thread {
                what: "the recording",
                source,
            })?;
        Ok(Self { shared })
    }

    /// How far it is.
    pub fn status(&self) -> RecordingStatus {
        self.shared.status()
    }

    /// Ends the recording: writes what is queued and completes the file, for at most ten seconds. Blocks.
    pub fn stop(self) -> RecordingStatus {
        self.stop_within(STOP_LIMIT)
    }

    fn stop_within(self, limit: Duration) -> RecordingStatus {
        self.shared.queue.end();
        let mut s = self.shared.status.lock();
        let timed_out = self
            .shared
            .over
            .wait_while_for(&mut s, |s| s.is_running(), limit)
            .timed_out();
        if timed_out {
            s.state = RecordingState::Failed;
            let e = OutputError::DiskStalled {
                path: s.path.clone(),
                seconds: limit.as_secs(),
            };
            s.error = Some(e.to_string());
        }
        drop(s);
        self.shared.status()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.shared.queue.end();
    }
}

impl RecordingStatus {
    /// Whether it still goes on.
    pub fn is_running(&self) -> bool {
        matches!(self.state, RecordingState::Starting | RecordingState::Recording)
    }
}

impl Shared {
    fn status(&self) -> RecordingStatus {
        let q = self.queue.stats();
        let dropped = if self.has_video {
            q.video_dropped
        } else {
            q.audio_dropped
        };
        let mut s = self.status.lock().clone();
        // After a failure the queue is gone; what it dropped before is still what the disk was too slow for.
        s.frames_dropped = dropped;
        if dropped > 0 && s.error.is_none() {
            s.error = Some(format!(
                "The disk can't keep up: {dropped} frames are missing in {}. Record to a faster disk or with a lower bit \
                 rate.",
                s.path.display()
            ));
        }
        s
    }
}

/// The thread's part.
struct Writer {
    shared: Arc<Shared>,
    info: StreamInfo,
    packets: PacketReceiver,
    clock: Arc<dyn Clock>,
    open: OpenSink,
}

impl Writer {
    fn run(self, wanted: &Path) {
        let end = match reserve(wanted) {
            Ok(path) => {
                self.shared.status.lock().path.clone_from(&path);
                self.record(&path)
            }
            Err(e) => Err(e),
        };
        let mut s = self.shared.status.lock();
        // `stop` may have given up on us; then this is better news, or the reason.
        match end {
            Ok(()) => {
                s.state = RecordingState::Finished;
                s.error = None;
                tracing::info!(path = %s.path.display(), bytes = s.bytes, frames = s.frames, "recording finished");
            }
            Err(e) => {
                s.state = RecordingState::Failed;
                tracing::error!(path = %s.path.display(), error = %e, "recording failed");
                s.error = Some(e.to_string());
            }
        }
        self.shared.over.notify_all();
    }

    /// From the first packet to the last.
    fn record(&self, path: &Path) -> Result<(), OutputError> {
        let failed = |e: CodecError| write_error(path, e);
        let Some(first) = self.next() else {
            // Nothing came: an empty file helps nobody.
            let _ = fs::remove_file(path);
            return Ok(());
        };
        // The first picture (or sound) is zero; the muxer finds room before it for B-frames and the sound's run-up.
        let origin = first.pts;
        let mut muxer = (self.open)(path, &self.info, origin).map_err(failed)?;
        self.shared.status.lock().state = RecordingState::Recording;
        let mut flushed = self.clock.now();
        let mut packet = Some(first);
        while let Some(p) = packet {
            muxer.write(&p).map_err(failed)?;
            if self.clock.now() - flushed >= FLUSH_EVERY {
                muxer.flush_to_disk().map_err(failed)?;
                flushed = self.clock.now();
            }
            self.note(&p, origin, muxer.bytes());
            packet = self.next();
        }
        let bytes = muxer.finish().map_err(failed)?;
        self.shared.status.lock().bytes = bytes;
        Ok(())
    }

    fn next(&self) -> Option<Arc<Packet>> {
        loop {
            match self.packets.recv_timeout(LOOK) {
                Received::Packet(p) => return Some(p),
                Received::End => return None,
                Received::TimedOut => {}
            }
        }
    }

    fn note(&self, p: &Packet, origin: MediaTime, bytes: u64) {
        let mut s = self.shared.status.lock();
        s.bytes = bytes;
        s.frames += u64::from(p.is_video() || !self.shared.has_video);
        s.duration_s = s.duration_s.max((p.pts + p.duration - origin).as_secs_f64());
    }
}

/// Makes the folder and an empty file that was not there before: `name.mkv`, else `name (2).mkv` and so on.
fn reserve(wanted: &Path) -> Result<PathBuf, OutputError> {
    let folder = wanted
        .parent()
        .filter(|p| !p.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    fs::create_dir_all(folder).map_err(|e| OutputError::Folder {
        path: folder.to_owned(),
        why: io_words(&e),
    })?;
    let stem = wanted.file_stem().unwrap_or_default().to_string_lossy();
    let ending = wanted
        .extension()
        .map_or_else(String::new, |e| format!(".{}", e.to_string_lossy()));
    for copy in 1..=MOST_COPIES {
        let path = match copy {
            1 => wanted.to_owned(),
            n => folder.join(format!("{stem} ({n}){ending}")),
        };
        match fs::OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(_) => return Ok(path),
            Err(e) if e.kind() == io::ErrorKind::AlreadyExists => {}
            Err(e) => {
                return Err(OutputError::Create {
                    path,
                    why: io_words(&e),
                });
            }
        }
    }
    Err(OutputError::Create {
        path: wanted.to_owned(),
        why: "there are too many files of that name".into(),
    })
}

/// The muxer's error in the disk's terms.
fn write_error(path: &Path, e: CodecError) -> OutputError {
    let path = path.to_owned();
    match e {
        CodecError::Write { reason, .. } if reason.to_ascii_lowercase().contains("no space left") => {
            OutputError::DiskFull { path }
        }
        CodecError::Write { reason, .. } => OutputError::Write {
            path,
            why: plain(&reason),
        },
        source => OutputError::Mux {
            what: format!("The recording {}", path.display()),
            source,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use media::{ManualClock, StreamKind, SystemClock};
    use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
    use test_support::wait_for;

    /// The only disk of these tests hangs until it is let go.
    static LET_GO: AtomicBool = AtomicBool::new(false);

    struct Hanging;

    impl Sink for Hanging {
        fn write(&mut self, _: &Packet) -> Result<(), CodecError> {
            assert!(wait_for(Duration::from_secs(60), || LET_GO.load(SeqCst)));
            Ok(())
        }
        fn flush_to_disk(&mut self) -> Result<(), CodecError> {
            Ok(())
        }
        fn bytes(&self) -> u64 {
            0
        }
        fn finish(self: Box<Self>) -> Result<u64, CodecError> {
            Ok(0)
        }
    }

    fn second_of_sound(n: i64) -> Packet {
        let t = MediaTime::from_millis(n * 1000);
        Packet {
            stream: StreamKind::Audio(0),
            data: Bytes::from_static(b"sound"),
            pts: t,
            dts: t,
            duration: MediaTime::from_millis(1000),
            keyframe: true,
        }
    }

    #[test]
    fn a_disk_that_hangs_holds_up_nobody_and_is_told() {
        let dir = tempfile::tempdir().expect("folder");
        let fanout = Fanout::new(StreamInfo::default());
        let other = fanout.subscribe(MediaTime::from_millis(1_000_000));
        let clock = Arc::new(ManualClock::new());
        let r = Recorder::start_with(dir.path().join("show.mkv"), &fanout, clock, |_, _, _| {
            Ok(Box::new(Hanging))
        })
        .expect("thread");
        let watch = SystemClock::new();
        fanout.send_all((0..200).map(second_of_sound));
        assert!(watch.now() < MediaTime::from_millis(1000), "{}", watch.now());
        let s = r.status();
        assert!(s.frames_dropped >= 160, "30 s are queued: {s:?}");
        assert!(s.error.is_some_and(|e| e.starts_with("The disk can't keep up")));
        assert_eq!(other.stats().audio_dropped, 0);
        let s = r.stop_within(Duration::from_millis(50));
        assert_eq!(s.state, RecordingState::Failed);
        assert!(s.error.is_some_and(|e| e.contains("has not taken the end")));
        LET_GO.store(true, SeqCst);
    }
}
