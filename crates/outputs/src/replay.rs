//! The replay buffer: the newest part of the show, in memory or in files of its own, saved when somebody asks and without
//! stopping. It never takes more than its ceiling: what is oldest goes first, a group of pictures at a time.

use crate::{
    Fanout, OutputError, RecordingState, RecordingStatus,
    fanout::Begins,
    recorder::{reserve, write_error},
};
use bytes::Bytes;
use codec::{Container, FileMuxer, Labels};
use media::{MediaTime, Packet, PacketSender, StreamInfo, queue::Received};
use parking_lot::Mutex;
use schemars::JsonSchema;
use serde::Serialize;
use std::{
    collections::VecDeque,
    fs::{self, File},
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::Duration,
};

/// Media that may wait for the buffer's thread.
const QUEUE_LIMIT: MediaTime = MediaTime::from_millis(10_000);
/// How often the thread looks up when no packets come.
const LOOK: Duration = Duration::from_secs(1);
/// On disk the buffer lies in files of about this size, so that old ones can go.
const SPOOL_BYTES: u64 = 8 << 20;

/// A replay buffer to be started.
#[derive(Clone, Debug)]
pub struct ReplayPlan {
    /// How much time it keeps.
    pub length: MediaTime,
    /// Most bytes it takes.
    pub max_bytes: u64,
    /// Kept in this folder; in memory when absent.
    pub folder: Option<PathBuf>,
}

/// How a replay buffer does.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct ReplayStatus {
    /// What would be saved now, seconds.
    pub seconds: f64,
    /// What it takes, bytes.
    pub bytes: u64,
    /// The file saved last.
    pub saved: Option<PathBuf>,
    /// What went wrong last, in a sentence.
    pub error: Option<String>,
}

/// A running replay buffer. Dropping it forgets everything.
pub struct Replay {
    shared: Arc<Mutex<Ring>>,
    queue: PacketSender,
    info: StreamInfo,
}

impl Replay {
    /// Begins to keep what comes.
    ///
    /// # Errors
    /// Only when the system gives no thread.
    pub fn start(plan: ReplayPlan, fanout: &Fanout) -> Result<Self, OutputError> {
        let (packets, queue) = fanout.attach(QUEUE_LIMIT, Begins::Next);
        let has_video = fanout.info().video.is_some();
        let shared = Arc::new(Mutex::new(Ring {
            plan,
            has_video,
            ..Ring::default()
        }));
        let ring = shared.clone();
        thread::Builder::new()
            .name("replay".into())
            .spawn(move || {
                loop {
                    match packets.recv_timeout(LOOK) {
                        Received::Packet(p) => ring.lock().push(&p),
                        Received::End => return,
                        Received::TimedOut => {}
                    }
                }
            })
            .map_err(|source| OutputError::Thread {
                what: "the replay buffer",
                source,
            })?;
        Ok(Self {
            shared,
            queue,
            info: fanout.info().clone(),
        })
    }

    /// How it does.
    pub fn status(&self) -> ReplayStatus {
        let r = self.shared.lock();
        ReplayStatus {
            seconds: r.length().as_secs_f64(),
            bytes: r.bytes,
            saved: r.saved.clone(),
            error: r.error.clone(),
        }
    }

    /// Writes what it holds, from its oldest keyframe on, into `path` (or the next free name). The buffer goes on. Blocks
    /// as long as the disk does.
    ///
    /// # Errors
    /// When nothing is there yet, the streams don't fit the container, or the disk is full or gone.
    pub fn save(&self, path: &Path, container: Container, labels: &Labels) -> Result<RecordingStatus, OutputError> {
        if let Some(reason) = container.refusal(&self.info) {
            return Err(OutputError::Given(reason));
        }
        // References and counted files only: the lock is held for a moment.
        let entries: Vec<Entry> = self.shared.lock().entries.iter().cloned().collect();
        let saved = self.write(path, container, labels, &entries);
        let mut r = self.shared.lock();
        match &saved {
            Ok(s) => {
                r.saved = Some(s.path.clone());
                r.error = None;
            }
            Err(e) => r.error = Some(e.to_string()),
        }
        saved
    }

    fn write(
        &self,
        path: &Path,
        container: Container,
        labels: &Labels,
        entries: &[Entry],
    ) -> Result<RecordingStatus, OutputError> {
        let Some(first) = entries.first() else {
            return Err(OutputError::Given(
                "The replay buffer is empty; wait a moment, then save again.".into(),
            ));
        };
        let origin = first.packet.pts;
        let path = reserve(path)?;
        let failed = |e| write_error(&path, e);
        let mut file = FileMuxer::create_labelled(&path, container, &self.info, origin, labels).map_err(failed)?;
        let mut frames = 0;
        let mut end = origin;
        for e in entries {
            let packet = e.read().map_err(|why| OutputError::Write {
                path: path.clone(),
                why: crate::error::io_words(&why),
            })?;
            frames += u64::from(packet.is_video());
            end = end.max(packet.pts + packet.duration);
            file.write(&packet).map_err(failed)?;
        }
        let bytes = file.finish().map_err(failed)?;
        let length = (end - origin).as_secs_f64();
        Ok(RecordingStatus {
            bytes,
            frames,
            duration_s: length,
            total_s: length,
            state: RecordingState::Finished,
            part: 1,
            path,
            ..RecordingStatus::default()
        })
    }
}

impl Drop for Replay {
    fn drop(&mut self) {
        self.queue.end();
    }
}

/// What is kept.
#[derive(Default)]
struct Ring {
    plan: ReplayPlan,
    has_video: bool,
    entries: VecDeque<Entry>,
    bytes: u64,
    spool: Option<Arc<Spool>>,
    spools: u64,
    saved: Option<PathBuf>,
    error: Option<String>,
}

impl Default for ReplayPlan {
    fn default() -> Self {
        Self {
            length: MediaTime::from_millis(30_000),
            max_bytes: 512 << 20,
            folder: None,
        }
    }
}

/// One packet; on disk its payload is in a file.
#[derive(Clone)]
struct Entry {
    packet: Arc<Packet>,
    stored: Option<Stored>,
}

#[derive(Clone)]
struct Stored {
    spool: Arc<Spool>,
    at: u64,
    length: usize,
}

/// A file of the buffer; gone with its last packet.
struct Spool {
    path: PathBuf,
    file: Mutex<(File, u64)>,
}

impl Drop for Spool {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

impl Entry {
    fn bytes(&self) -> u64 {
        self.stored.as_ref().map_or(self.packet.data.len(), |s| s.length) as u64
    }

    /// The whole packet.
    fn read(&self) -> io::Result<Arc<Packet>> {
        let Some(s) = &self.stored else {
            return Ok(self.packet.clone());
        };
        let mut data = vec![0; s.length];
        let mut file = s.spool.file.lock();
        let (f, end) = &mut *file;
        f.seek(SeekFrom::Start(s.at))?;
        let read = f.read_exact(&mut data);
        f.seek(SeekFrom::Start(*end))?;
        read?;
        Ok(Arc::new(Packet {
            data: data.into(),
            ..Packet::clone(&self.packet)
        }))
    }
}

impl Ring {
    fn push(&mut self, p: &Arc<Packet>) {
        let begins = p.keyframe && (p.is_video() || !self.has_video);
        if self.entries.is_empty() && !begins {
            return;
        }
        match self.store(p, begins) {
            Ok(entry) => {
                self.bytes += entry.bytes();
                self.entries.push_back(entry);
            }
            Err(e) => {
                // A hole would be seen: it begins again at the next keyframe.
                let why = crate::error::io_words(&e);
                self.error = Some(format!(
                    "The replay buffer can't be kept on the disk: {why}. Choose another folder, or keep it in memory."
                ));
                self.entries.clear();
                self.spool = None;
                self.bytes = 0;
            }
        }
        while self.is_over() && self.drop_oldest() {}
    }

    fn store(&mut self, p: &Arc<Packet>, begins: bool) -> io::Result<Entry> {
        let Some(folder) = self.plan.folder.clone() else {
            return Ok(Entry {
                packet: p.clone(),
                stored: None,
            });
        };
        let full = self.spool.as_ref().is_none_or(|s| s.file.lock().1 >= SPOOL_BYTES);
        if full && (begins || self.spool.is_none()) {
            self.spools += 1;
            fs::create_dir_all(&folder)?;
            let path = folder.join(format!(".footlight-replay-{}-{}", std::process::id(), self.spools));
            let file = File::options()
                .read(true)
                .write(true)
                .create(true)
                .truncate(true)
                .open(&path)?;
            self.spool = Some(Arc::new(Spool {
                path,
                file: Mutex::new((file, 0)),
            }));
        }
        let Some(spool) = self.spool.clone() else {
            return Err(io::Error::other("no file"));
        };
        let at = {
            let mut file = spool.file.lock();
            let (f, end) = &mut *file;
            f.write_all(&p.data)?;
            let at = *end;
            *end += p.data.len() as u64;
            at
        };
        Ok(Entry {
            packet: Arc::new(Packet {
                data: Bytes::new(),
                ..Packet::clone(p)
            }),
            stored: Some(Stored {
                spool,
                at,
                length: p.data.len(),
            }),
        })
    }

    fn length(&self) -> MediaTime {
        match (self.entries.front(), self.entries.back()) {
            (Some(a), Some(b)) => b.packet.dts + b.packet.duration - a.packet.dts,
            _ => MediaTime::ZERO,
        }
    }

    /// Whether the oldest group is not needed any more, or there is too much.
    fn is_over(&self) -> bool {
        if self.bytes > self.plan.max_bytes {
            return true;
        }
        let (Some(second), Some(last)) = (self.second_key(), self.entries.back()) else {
            return false;
        };
        last.packet.dts + last.packet.duration - self.entries[second].packet.dts >= self.plan.length
    }

    /// Where the second group begins.
    fn second_key(&self) -> Option<usize> {
        let key = |e: &Entry| e.packet.keyframe && (e.packet.is_video() || !self.has_video);
        self.entries.iter().skip(1).position(key).map(|i| i + 1)
    }

    /// Drops the oldest group; false when nothing is left to drop.
    fn drop_oldest(&mut self) -> bool {
        let until = self.second_key().unwrap_or(self.entries.len());
        for e in self.entries.drain(..until).collect::<Vec<_>>() {
            self.bytes -= e.bytes();
        }
        if self.entries.is_empty() {
            self.spool = None;
        }
        until > 0
    }
}
