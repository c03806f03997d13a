//! One file of a recording, written on a thread of its own: whatever the disk does, only this thread waits for it.

use super::{
    FreeBytes, RecordingState, RecordingStatus,
    place::{Note, reserve},
};
use crate::{OutputError, error::plain};
use codec::{CodecError, Container, FileMuxer, Labels};
use media::{Clock, MediaTime, Packet, PacketQueue, PacketReceiver, PacketSender, StreamInfo, queue::Received};
use parking_lot::{Condvar, Mutex};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

/// Media time that waits for a slow disk before frames are dropped.
pub(super) const QUEUE_LIMIT: MediaTime = MediaTime::from_millis(30_000);
/// How often the thread looks up when no packets come.
const LOOK: Duration = Duration::from_secs(1);
/// How often what was written is pushed out to the disk, so that a crash loses little, and its free space is asked for.
const FLUSH_EVERY: MediaTime = MediaTime::from_millis(1000);

/// Where packets are written to: a file, or a test's idea of a disk.
pub(super) trait Sink {
    fn write(&mut self, packet: &Packet) -> Result<(), CodecError>;
    fn flush_to_disk(&mut self) -> Result<(), CodecError>;
    fn bytes(&self) -> u64;
    fn finish(self: Box<Self>, chapters: &[(MediaTime, String)]) -> Result<u64, CodecError>;
}

/// Makes the file: its path, its streams, the time that becomes zero.
pub(super) type OpenSink =
    Arc<dyn Fn(&Path, &StreamInfo, MediaTime) -> Result<Box<dyn Sink>, CodecError> + Send + Sync>;

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
    fn finish(mut self: Box<Self>, chapters: &[(MediaTime, String)]) -> Result<u64, CodecError> {
        for (at, name) in chapters {
            self.add_chapter(*at, name);
        }
        FileMuxer::finish(*self)
    }
}

/// Files as `codec` writes them.
pub(super) fn files(container: Container, labels: Labels) -> OpenSink {
    Arc::new(move |path, info, origin| {
        Ok(Box::new(FileMuxer::create_labelled(
            path, container, info, origin, &labels,
        )?))
    })
}

/// What a tape needs to know.
pub(super) struct TapeSetup {
    pub(super) path: PathBuf,
    pub(super) part: u32,
    /// What becomes zero; the first packet when absent.
    pub(super) origin: Option<MediaTime>,
    pub(super) info: StreamInfo,
    pub(super) open: OpenSink,
    pub(super) free: FreeBytes,
    pub(super) clock: Arc<dyn Clock>,
}

/// A file that is written.
pub(super) struct Tape {
    pub(super) queue: PacketSender,
    /// What becomes zero; none before the first packet.
    pub(super) origin: Option<MediaTime>,
    pub(super) state: Arc<TapeState>,
}

/// What its thread says.
pub(super) struct TapeState {
    status: Mutex<RecordingStatus>,
    over: Condvar,
    has_video: bool,
    queue: PacketSender,
    progress: Mutex<Progress>,
    pub(super) chapters: Mutex<Vec<(MediaTime, String)>>,
}

/// How far a tape is.
#[derive(Clone, Copy)]
pub(super) struct Progress {
    /// When the disk took something last.
    pub(super) at: MediaTime,
    /// Decoding time of the last packet it took; none before the first.
    pub(super) written: Option<MediaTime>,
    /// Bytes free there.
    pub(super) free: Option<u64>,
}

impl Tape {
    pub(super) fn start(setup: TapeSetup) -> Result<Self, OutputError> {
        let has_video = setup.info.video.is_some();
        let (queue, packets) = PacketQueue::bounded(QUEUE_LIMIT, has_video);
        let state = Arc::new(TapeState {
            status: Mutex::new(RecordingStatus {
                path: setup.path.clone(),
                part: setup.part,
                ..RecordingStatus::default()
            }),
            over: Condvar::new(),
            has_video,
            queue: queue.clone(),
            progress: Mutex::new(Progress {
                at: setup.clock.now(),
                written: None,
                free: None,
            }),
            chapters: Mutex::default(),
        });
        let origin = setup.origin;
        let writer = Writer {
            setup,
            state: state.clone(),
            packets,
        };
        thread::Builder::new()
            .name("recorder-file".into())
            .spawn(move || writer.run())
            .map_err(|source| OutputError::Thread {
                what: "the recording",
                source,
            })?;
        Ok(Self { queue, origin, state })
    }
}

impl Drop for Tape {
    fn drop(&mut self) {
        self.queue.end();
    }
}

impl TapeState {
    pub(super) fn progress(&self) -> Progress {
        *self.progress.lock()
    }

    /// Media that waits for the disk.
    pub(super) fn queued(&self) -> MediaTime {
        self.queue.stats().queued
    }

    pub(super) fn status(&self) -> RecordingStatus {
        let q = self.queue.stats();
        let dropped = if self.has_video {
            q.video_dropped
        } else {
            q.audio_dropped
        };
        let mut s = self.status.lock().clone();
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

    /// Changes what it says.
    pub(super) fn note(&self, change: impl FnOnce(&mut RecordingStatus)) {
        change(&mut self.status.lock());
    }

    /// Waits until the file is complete or has failed; false when that takes too long.
    pub(super) fn wait(&self, limit: Duration) -> bool {
        let mut s = self.status.lock();
        !self.over.wait_while_for(&mut s, |s| s.is_running(), limit).timed_out()
    }
}

/// The thread's part.
struct Writer {
    setup: TapeSetup,
    state: Arc<TapeState>,
    packets: PacketReceiver,
}

impl Writer {
    fn run(self) {
        let end = match reserve(&self.setup.path) {
            Ok(path) => {
                self.state.note(|s| s.path.clone_from(&path));
                let mut note = Note::write(&path);
                let end = self.record(&path, &mut note);
                if end.is_ok() {
                    note.remove();
                }
                end
            }
            Err(e) => Err(e),
        };
        let mut s = self.state.status.lock();
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
        self.state.over.notify_all();
    }

    /// From the first packet to the last.
    fn record(&self, path: &Path, note: &mut Note) -> Result<(), OutputError> {
        let failed = |e: CodecError| write_error(path, e);
        let clock = &self.setup.clock;
        let Some(first) = self.next() else {
            // Nothing came: an empty file helps nobody.
            let _ = fs::remove_file(path);
            return Ok(());
        };
        let origin = self.setup.origin.unwrap_or(first.pts);
        let mut sink = (self.setup.open)(path, &self.setup.info, origin).map_err(failed)?;
        self.state.note(|s| {
            if s.state == RecordingState::Starting {
                s.state = RecordingState::Recording;
            }
        });
        let mut flushed = clock.now();
        let mut noted = 0;
        let mut packet = Some(first);
        while let Some(p) = packet {
            sink.write(&p).map_err(failed)?;
            if clock.now() - flushed >= FLUSH_EVERY {
                sink.flush_to_disk().map_err(failed)?;
                let free = path.parent().and_then(|f| (self.setup.free)(f));
                self.state.progress.lock().free = free;
                flushed = clock.now();
            }
            self.took(&p, origin, sink.bytes());
            noted = self.note_chapters(noted, origin, note);
            packet = self.next();
        }
        self.note_chapters(noted, origin, note);
        let chapters = self.state.chapters.lock().clone();
        let bytes = sink.finish(&chapters).map_err(failed)?;
        self.state.note(|s| s.bytes = bytes);
        Ok(())
    }

    fn note_chapters(&self, noted: usize, origin: MediaTime, note: &mut Note) -> usize {
        let all = self.state.chapters.lock();
        for (at, name) in all.iter().skip(noted) {
            note.add_chapter((*at - origin).max(MediaTime::ZERO), name);
        }
        all.len()
    }

    fn next(&self) -> Option<Arc<Packet>> {
        loop {
            match self.packets.recv_timeout(LOOK) {
                Received::Packet(p) => return Some(p),
                Received::End => return None,
                // Nothing to write is no stall.
                Received::TimedOut => self.state.progress.lock().at = self.setup.clock.now(),
            }
        }
    }

    fn took(&self, p: &Packet, origin: MediaTime, bytes: u64) {
        {
            let mut progress = self.state.progress.lock();
            progress.at = self.setup.clock.now();
            progress.written = Some(p.dts);
        }
        let has_video = self.state.has_video;
        self.state.note(|s| {
            s.bytes = bytes;
            s.frames += u64::from(p.is_video() || !has_video);
            s.duration_s = s.duration_s.max((p.pts + p.duration - origin).as_secs_f64());
        });
    }
}

/// The muxer's error in the disk's terms.
pub(crate) fn write_error(path: &Path, e: CodecError) -> OutputError {
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
