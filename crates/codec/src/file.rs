//! Writing a recording to disk. What a killed process loses is at most what it had not yet been able to write: less than
//! a second. No naming of files and no thread: `outputs` has these.

use crate::{CodecError, Container, ff, mux::Muxer};
use ffmpeg_next::format::context::StreamIo;
use media::{MediaTime, Packet, StreamInfo, StreamKind};
use parking_lot::Mutex;
use std::{
    fs::File,
    io::{Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Longest fragment when keyframes are far apart.
const FRAGMENT: MediaTime = MediaTime::from_millis(1000);
/// FFmpeg hands on what it has gathered at this size, if not asked before.
const BUFFER: usize = 256 * 1024;

/// A recording that is being written.
pub struct FileMuxer {
    muxer: Muxer,
    path: PathBuf,
    file: File,
    state: Arc<Mutex<Written>>,
    has_video: bool,
    fragment_start: Option<MediaTime>,
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
        let refused = |reason: String| CodecError::Write {
            path: path.display().to_string(),
            reason,
        };
        let file = File::create(path).map_err(|e| refused(e.to_string()))?;
        let state = Arc::new(Mutex::new(Written::default()));
        let sink = Sink {
            file: file.try_clone().map_err(|e| refused(e.to_string()))?,
            at: 0,
            state: state.clone(),
        };
        let io = StreamIo::from_write_seek_with_capacity(sink, BUFFER).map_err(|e| refused(e.to_string()))?;
        let muxer = Muxer::new(io, container, info, origin)?;
        let mut this = Self {
            muxer,
            path: path.to_owned(),
            file,
            state,
            has_video: info.video.is_some(),
            fragment_start: None,
        };
        // A file that can't be written to shall fail now, not at the first full buffer.
        let flushed = this.muxer.flush();
        this.told(flushed)?;
        Ok(this)
    }

    /// Writes `packet`.
    ///
    /// # Errors
    /// When the disk is full or gone, or the packet's stream is not in the file.
    pub fn write(&mut self, packet: &Packet) -> Result<(), CodecError> {
        let fragments = self.muxer.container() == Container::FragmentedMp4;
        if fragments && self.fragment_is_due(packet) {
            let flushed = self.muxer.flush();
            self.told(flushed)?;
            self.fragment_start = Some(packet.dts);
        }
        let written = self.muxer.write(packet, !fragments);
        self.told(written)
    }

    fn fragment_is_due(&mut self, p: &Packet) -> bool {
        let start = *self.fragment_start.get_or_insert(p.dts);
        let leads = p.is_video() || !self.has_video && p.stream == StreamKind::Audio(0);
        leads && p.dts > start && (p.dts - start >= FRAGMENT || p.is_video() && p.keyframe)
    }

    /// Makes sure that what was written so far survives a power cut. Slow; for the writer thread.
    ///
    /// # Errors
    /// When the disk is full or gone.
    pub fn flush_to_disk(&mut self) -> Result<(), CodecError> {
        // The container's own buffer is handed on by itself; ending a Matroska cluster early would only cost space.
        if self.muxer.container() == Container::FragmentedMp4 {
            let flushed = self.muxer.flush();
            self.told(flushed)?;
            self.fragment_start = None;
        }
        self.file.sync_data().map_err(|e| self.failed(e.to_string()))
    }

    /// Size of the file so far, bytes.
    pub fn bytes(&self) -> u64 {
        self.state.lock().bytes
    }

    /// Writes the index and the duration, makes all of it safe on disk and gives the size, bytes.
    ///
    /// # Errors
    /// When the disk is full or gone; what was written before stays.
    pub fn finish(mut self) -> Result<u64, CodecError> {
        let ended = self.muxer.end();
        self.told(ended)?;
        self.file.sync_all().map_err(|e| self.failed(e.to_string()))?;
        Ok(self.bytes())
    }

    fn told(&self, r: Result<(), i32>) -> Result<(), CodecError> {
        // FFmpeg reports a failed write late or not at all; the sink knows at once.
        let from_system = self.state.lock().error.clone();
        match (r, from_system) {
            (Ok(()), None) => Ok(()),
            (_, Some(e)) => Err(self.failed(e)),
            (Err(code), None) => Err(CodecError::Mux {
                container: self.muxer.container().name(),
                reason: ff::text(code),
            }),
        }
    }

    fn failed(&self, reason: String) -> CodecError {
        CodecError::Write {
            path: self.path.display().to_string(),
            reason,
        }
    }
}

impl Drop for FileMuxer {
    /// A recording that is dropped is ended as well as it can be.
    fn drop(&mut self) {
        if let Err(code) = self.muxer.end() {
            tracing::warn!("ending `{}` failed: {}", self.path.display(), ff::text(code));
        }
    }
}
