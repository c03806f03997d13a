//! Writing a recording to disk. What a killed process loses is at most what it had not yet been able to write: less than
//! a second. No naming of files and no thread: `outputs` has these.

use crate::{
    Chapter, CodecError, Container, Labels, ff,
    hybrid::{HybridFile, Trouble},
    mux::Muxer,
};
use ffmpeg_next::format::context::StreamIo;
use media::{MediaTime, Packet, StreamInfo, StreamKind};
use parking_lot::Mutex;
use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Longest fragment: what a killed process loses at most, beside what it was about to write.
const FRAGMENT: MediaTime = MediaTime::from_millis(400);
/// FFmpeg hands on what it has gathered at this size, if not asked before.
const BUFFER: usize = 256 * 1024;

/// A recording that is being written.
pub struct FileMuxer {
    /// None once it has ended.
    writer: Option<Writer>,
    container: Container,
    path: PathBuf,
    has_video: bool,
    fragment_start: Option<MediaTime>,
    /// Shown first: time zero of chapters.
    origin: MediaTime,
    end: MediaTime,
    chapters: Vec<Chapter>,
}

/// Who writes.
enum Writer {
    /// FFmpeg does all of it.
    Ffmpeg {
        muxer: Muxer,
        file: File,
        state: Arc<Mutex<Written>>,
    },
    /// FFmpeg makes the fragments, we the file.
    Hybrid(HybridFile),
}

#[derive(Default)]
struct Written {
    /// Size of the file.
    bytes: u64,
    /// Why the last write failed, in the system's words.
    error: Option<String>,
}

/// The file as FFmpeg writes to it.
struct Sink {
    file: File,
    at: u64,
    state: Arc<Mutex<Written>>,
}

impl Sink {
    fn note<T>(&self, r: std::io::Result<T>) -> std::io::Result<T> {
        if let Err(e) = &r {
            self.state.lock().error.get_or_insert_with(|| e.to_string());
        }
        r
    }
}

impl Write for Sink {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        let n = self.file.write(buf);
        let n = self.note(n)?;
        self.at += n as u64;
        let mut s = self.state.lock();
        s.bytes = s.bytes.max(self.at);
        Ok(n)
    }
    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

impl Seek for Sink {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let at = self.file.seek(to);
        self.at = self.note(at)?;
        Ok(self.at)
    }
}

impl FileMuxer {
    /// Creates `path` (or empties it) and writes the header. `origin` becomes time zero of the file; what lies before it
    /// is left out.
    ///
    /// # Errors
    /// When the file can't be created, or the streams don't fit the container.
    pub fn create(path: &Path, container: Container, info: &StreamInfo, origin: MediaTime) -> Result<Self, CodecError> {
        Self::create_labelled(path, container, info, origin, &Labels::default())
    }

    /// As [`FileMuxer::create`], with a title and names of tracks.
    ///
    /// # Errors
    /// As [`FileMuxer::create`].
    pub fn create_labelled(
        path: &Path,
        container: Container,
        info: &StreamInfo,
        origin: MediaTime,
        labels: &Labels,
    ) -> Result<Self, CodecError> {
        let refused = |reason: String| write_error(path, reason);
        let file = File::create(path).map_err(|e| refused(e.to_string()))?;
        let writer = match container {
            Container::HybridMp4 | Container::Mov => {
                Writer::Hybrid(HybridFile::new(file, container, info, origin, labels).map_err(|t| trouble(path, t))?)
            }
            _ => {
                let state = Arc::new(Mutex::new(Written::default()));
                let sink = Sink {
                    file: file.try_clone().map_err(|e| refused(e.to_string()))?,
                    at: 0,
                    state: state.clone(),
                };
                let io = StreamIo::from_write_seek_with_capacity(sink, BUFFER).map_err(|e| refused(e.to_string()))?;
                let muxer = Muxer::new(io, container, info, origin, labels)?;
                Writer::Ffmpeg { muxer, file, state }
            }
        };
        let mut this = Self {
            writer: Some(writer),
            container,
            path: path.to_owned(),
            has_video: info.video.is_some(),
            fragment_start: None,
            origin,
            end: origin,
            chapters: vec![],
        };
        // A file that can't be written to shall fail now, not at the first full buffer.
        this.hand_on()?;
        Ok(this)
    }

    /// Writes `packet`.
    ///
    /// # Errors
    /// When the disk is full or gone, or the packet's stream is not in the file.
    pub fn write(&mut self, packet: &Packet) -> Result<(), CodecError> {
        if self.container.in_fragments() && self.fragment_is_due(packet) {
            self.hand_on()?;
            self.fragment_start = Some(packet.dts);
        }
        let done = match &mut self.writer {
            Some(Writer::Ffmpeg { muxer, state, .. }) => {
                let interleave = !self.container.in_fragments();
                let written = muxer.write(packet, interleave);
                told(&self.path, self.container, state, written)
            }
            Some(Writer::Hybrid(h)) => h.write(packet).map_err(|t| trouble(&self.path, t)),
            None => Err(write_error(&self.path, "it has ended".into())),
        };
        self.end = self.end.max(packet.pts + packet.duration);
        done
    }

    fn fragment_is_due(&mut self, p: &Packet) -> bool {
        let start = *self.fragment_start.get_or_insert(p.dts);
        let leads = p.is_video() || !self.has_video && p.stream == StreamKind::Audio(0);
        leads && p.dts > start && (p.dts - start >= FRAGMENT || p.is_video() && p.keyframe)
    }

    /// Gives everything complete to the system.
    fn hand_on(&mut self) -> Result<(), CodecError> {
        match &mut self.writer {
            Some(Writer::Ffmpeg { muxer, state, .. }) => {
                let flushed = muxer.flush();
                told(&self.path, self.container, state, flushed)
            }
            Some(Writer::Hybrid(h)) => h.cut().map_err(|t| trouble(&self.path, t)),
            None => Ok(()),
        }
    }

    /// Names a moment: `at` is a time as packets have it. Where the container has no chapters nothing comes of it.
    pub fn add_chapter(&mut self, at: MediaTime, name: &str) {
        let at = (at - self.origin).max(MediaTime::ZERO);
        self.chapters.push(Chapter {
            at,
            name: name.to_owned(),
        });
        self.chapters.sort_by_key(|c| c.at);
    }

    /// Makes sure that what was written so far survives a power cut. Slow; for the writer thread.
    ///
    /// # Errors
    /// When the disk is full or gone.
    pub fn flush_to_disk(&mut self) -> Result<(), CodecError> {
        // The container's own buffer is handed on by itself; ending a Matroska cluster early would only cost space.
        if self.container.in_fragments() {
            self.hand_on()?;
            self.fragment_start = None;
        }
        let synced = match &self.writer {
            Some(Writer::Ffmpeg { file, .. }) => file.sync_data(),
            Some(Writer::Hybrid(h)) => h.sync(),
            None => Ok(()),
        };
        synced.map_err(|e| write_error(&self.path, e.to_string()))
    }

    /// Size of the file so far, bytes.
    pub fn bytes(&self) -> u64 {
        match &self.writer {
            Some(Writer::Ffmpeg { state, .. }) => state.lock().bytes,
            Some(Writer::Hybrid(h)) => h.bytes(),
            None => 0,
        }
    }

    /// Writes the index, the chapters and the duration, makes all of it safe on disk and gives the size, bytes.
    ///
    /// # Errors
    /// When the disk is full or gone; what was written before stays.
    pub fn finish(mut self) -> Result<u64, CodecError> {
        match self.writer.take() {
            Some(Writer::Ffmpeg { mut muxer, file, state }) => {
                muxer.add_chapters(&self.chapters, self.end - self.origin);
                let ended = muxer.end();
                told(&self.path, self.container, &state, ended)?;
                file.sync_all().map_err(|e| write_error(&self.path, e.to_string()))?;
                Ok(state.lock().bytes)
            }
            Some(Writer::Hybrid(h)) => h.finish(&self.chapters).map_err(|t| trouble(&self.path, t)),
            None => Ok(0),
        }
    }
}

fn told(path: &Path, container: Container, state: &Mutex<Written>, r: Result<(), i32>) -> Result<(), CodecError> {
    // FFmpeg reports a failed write late or not at all; the sink knows at once.
    let from_system = state.lock().error.clone();
    match (r, from_system) {
        (Ok(()), None) => Ok(()),
        (_, Some(e)) => Err(write_error(path, e)),
        (Err(code), None) => Err(CodecError::Mux {
            container: container.name(),
            reason: ff::text(code),
        }),
    }
}

fn trouble(path: &Path, t: Trouble) -> CodecError {
    match t {
        Trouble::Mux(e) => e,
        Trouble::Disk(e) => write_error(path, e.to_string()),
    }
}

fn write_error(path: &Path, reason: String) -> CodecError {
    CodecError::Write {
        path: path.display().to_string(),
        reason,
    }
}

impl Drop for FileMuxer {
    /// A recording that is dropped is ended as well as it can be.
    fn drop(&mut self) {
        match self.writer.take() {
            Some(Writer::Ffmpeg { mut muxer, .. }) => {
                if let Err(code) = muxer.end() {
                    tracing::warn!("ending `{}` failed: {}", self.path.display(), ff::text(code));
                }
            }
            Some(Writer::Hybrid(mut h)) => {
                // What could not be written whole is taken away before the end is tried.
                h.give_up();
                if let Err(t) = h.finish(&self.chapters) {
                    tracing::warn!("ending the recording failed: {}", trouble(&self.path, t));
                }
            }
            None => {}
        }
    }
}
