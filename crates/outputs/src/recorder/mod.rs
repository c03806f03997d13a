//! A recording: packets into files, on threads of their own.
//!
//! Nothing that happens to a file reaches the show: the disk may be full, slow, read-only or gone. What the disk does not
//! take waits in a queue of half a minute, then is dropped to a keyframe and counted; with a second folder the recording
//! goes on there instead. An existing file is never overwritten. Times in each file begin at zero (give or take the few
//! pictures that B-frames are ahead). It does not choose names (see [`crate::filename`]) and does not encode.

mod director;
mod mend;
mod place;
mod plan;
mod status;
mod tape;
#[cfg(test)]
mod tests;

pub use mend::{Mended, mend_recordings};
pub(crate) use place::reserve;
pub use plan::{Beginning, FreeBytes, NameFile, RecordingPlan};
pub use status::{RecordingState, RecordingStatus};
pub(crate) use tape::write_error;

use crate::{Fanout, OutputError, fanout::Begins};
use director::{Director, Now};
use media::{Clock, MediaTime, PacketSender};
use parking_lot::{Condvar, Mutex};
use std::{path::PathBuf, sync::Arc, thread, time::Duration};
use tape::{OpenSink, QUEUE_LIMIT, TapeState};

/// How long [`Recorder::stop`] waits for the disk.
const STOP_LIMIT: Duration = Duration::from_secs(10);
/// Most marks that wait for their moment.
const MOST_MARKS: usize = 1000;

/// A running recording. Dropping it lets its threads finish the files by themselves.
pub struct Recorder {
    shared: Arc<Shared>,
    fanout: Fanout,
}

struct Shared {
    queue: PacketSender,
    has_video: bool,
    /// Files in the order they were begun.
    files: Mutex<Vec<Arc<TapeState>>>,
    wishes: Mutex<Wishes>,
    stand: Mutex<Stand>,
    /// Told when the director is over.
    over: Condvar,
    first_path: PathBuf,
    /// Engine time of the first picture, moved on by every pause; none before it.
    zero: Mutex<Option<MediaTime>>,
}

/// What a person wants, each from a moment on.
#[derive(Default)]
struct Wishes {
    split: Option<MediaTime>,
    pause: Option<MediaTime>,
    resume: Option<MediaTime>,
    end: Option<MediaTime>,
    marks: Vec<(MediaTime, String)>,
}

impl Wishes {
    /// Whether something waits for a keyframe.
    fn is_waiting(&self, paused: bool) -> bool {
        if paused {
            self.resume.is_some()
        } else {
            self.split.is_some() || self.pause.is_some()
        }
    }
}

#[derive(Default)]
struct Stand {
    over: bool,
    paused: bool,
    /// The disk was nearly full.
    early: bool,
    error: Option<String>,
}

impl Recorder {
    /// Starts a recording into `path`, whose ending says the container (Matroska when it says nothing known). Returns at
    /// once: the folder and the file are made by a thread, so that a disk that does not answer holds up nobody; look at
    /// [`Recorder::status`].
    ///
    /// # Errors
    /// Only when the system gives no thread, or the streams don't fit the container.
    pub fn start(path: PathBuf, fanout: &Fanout, clock: Arc<dyn Clock>) -> Result<Self, OutputError> {
        Self::start_plan(RecordingPlan::of_path(&path), fanout, clock)
    }

    /// Starts a recording as planned; else as [`Recorder::start`].
    ///
    /// # Errors
    /// As [`Recorder::start`].
    pub fn start_plan(plan: RecordingPlan, fanout: &Fanout, clock: Arc<dyn Clock>) -> Result<Self, OutputError> {
        if let Some(reason) = plan.container.refusal(fanout.info()) {
            return Err(OutputError::Given(reason));
        }
        let open = tape::files(plan.container, plan.labels.clone());
        Self::start_with(plan, fanout, clock, open)
    }

    fn start_with(
        plan: RecordingPlan,
        fanout: &Fanout,
        clock: Arc<dyn Clock>,
        open: OpenSink,
    ) -> Result<Self, OutputError> {
        let (packets, queue) = fanout.attach(QUEUE_LIMIT, Begins::Next);
        let info = fanout.info().clone();
        let shared = Arc::new(Shared {
            queue,
            has_video: info.video.is_some(),
            files: Mutex::default(),
            wishes: Mutex::default(),
            stand: Mutex::default(),
            over: Condvar::new(),
            first_path: plan.path(0, 1),
            zero: Mutex::default(),
        });
        let director = Director {
            plan,
            shared: shared.clone(),
            info,
            packets,
            fanout: fanout.clone(),
            clock,
            open,
            now: Now::default(),
        };
        thread::Builder::new()
            .name("recorder".into())
            .spawn(move || director.run())
            .map_err(|source| OutputError::Thread {
                what: "the recording",
                source,
            })?;
        Ok(Self {
            shared,
            fanout: fanout.clone(),
        })
    }

    /// How far it is: the file under way, with the length and the lost frames of the whole recording.
    pub fn status(&self) -> RecordingStatus {
        self.shared.status()
    }

    /// Every file so far, the one under way last.
    pub fn files(&self) -> Vec<RecordingStatus> {
        self.shared.file_states()
    }

    /// Begins a new file with the first picture from `at` on (engine time); the encoder is asked for a keyframe. Nothing is
    /// lost between the files.
    pub fn split(&self, at: MediaTime) {
        self.shared.wishes.lock().split = Some(at);
        self.fanout.request_keyframe();
    }

    /// Leaves out what comes from `at` on (engine time), from the next keyframe.
    pub fn pause(&self, at: MediaTime) {
        let mut w = self.shared.wishes.lock();
        (w.pause, w.resume) = (Some(at), None);
        drop(w);
        self.shared.stand.lock().paused = true;
        self.fanout.request_keyframe();
    }

    /// Goes on, from the next keyframe after `at` (engine time). The file's time has no gap.
    pub fn resume(&self, at: MediaTime) {
        let mut w = self.shared.wishes.lock();
        w.resume = Some(at);
        drop(w);
        self.fanout.request_keyframe();
    }

    /// Ends with the last picture before the first keyframe from `at` on (engine time), for which the caller asks the encoder:
    /// recordings that belong together end alike. Whoever ends it waits, see [`Recorder::waits_for_end`].
    pub fn end_at(&self, at: MediaTime) {
        self.shared.wishes.lock().end = Some(at);
    }

    /// Waits until everything that belongs into the recording has come, at most `limit`; false when that takes longer. Blocks.
    pub fn waits_for_end(&self, limit: Duration) -> bool {
        let mut stand = self.shared.stand.lock();
        !self
            .shared
            .over
            .wait_while_for(&mut stand, |s| !s.over, limit)
            .timed_out()
    }

    /// How long the recording is at `at` (engine time), pauses left out; none before its first picture.
    pub fn elapsed(&self, at: MediaTime) -> Option<MediaTime> {
        let zero = *self.shared.zero.lock();
        zero.map(|zero| (at - zero).max(MediaTime::ZERO))
    }

    /// Whether it is paused, or about to be.
    pub fn is_paused(&self) -> bool {
        self.shared.stand.lock().paused
    }

    /// Names a moment (engine time): a chapter, where the container has such.
    pub fn mark(&self, at: MediaTime, name: &str) {
        let mut w = self.shared.wishes.lock();
        if w.marks.len() < MOST_MARKS {
            w.marks.push((at, name.to_owned()));
        }
    }

    /// Ends the recording: writes what is queued and completes the files, for at most ten seconds. Blocks.
    pub fn stop(self) -> RecordingStatus {
        self.stop_within(STOP_LIMIT)
    }

    /// As [`Recorder::stop`]; gives every file, or what it says of itself when it never came to one.
    pub fn stop_with_files(self) -> Vec<RecordingStatus> {
        let shared = self.shared.clone();
        let last = self.stop();
        let mut files = shared.file_states();
        let earlier: u64 = files.iter().rev().skip(1).map(|f| f.frames_dropped).sum();
        match files.last_mut() {
            Some(f) => {
                // What was lost before it came to a file counts for the last one.
                f.frames_dropped = last.frames_dropped.saturating_sub(earlier);
                f.error = last.error;
            }
            None => files.push(last),
        }
        files
    }

    fn stop_within(self, limit: Duration) -> RecordingStatus {
        self.shared.queue.end();
        let mut stand = self.shared.stand.lock();
        let timed_out = self
            .shared
            .over
            .wait_while_for(&mut stand, |s| !s.over, limit)
            .timed_out();
        drop(stand);
        let files = self.shared.files.lock().clone();
        for f in files {
            if timed_out || !f.wait(limit) {
                f.note(|s| {
                    s.state = RecordingState::Failed;
                    let e = OutputError::DiskStalled {
                        path: s.path.clone(),
                        seconds: limit.as_secs(),
                    };
                    s.error = Some(e.to_string());
                });
            }
        }
        self.shared.status()
    }
}

impl Drop for Recorder {
    fn drop(&mut self) {
        self.shared.queue.end();
    }
}

impl Shared {
    fn is_over(&self) -> bool {
        self.stand.lock().early
    }

    fn set_paused(&self, paused: bool) {
        self.stand.lock().paused = paused;
    }

    /// The disk is nearly full: no more packets are taken, the files complete themselves.
    fn finish_early(&self) {
        self.stand.lock().early = true;
    }

    /// The director is over.
    fn end(&self, error: Option<OutputError>) {
        let mut s = self.stand.lock();
        s.over = true;
        s.paused = false;
        s.error = error.map(|e| e.to_string());
        drop(s);
        self.over.notify_all();
    }

    fn file_states(&self) -> Vec<RecordingStatus> {
        let files = self.files.lock().clone();
        let mut total = 0.0;
        let mut all: Vec<RecordingStatus> = files
            .iter()
            .map(|f| {
                let mut s = f.status();
                total += s.duration_s;
                s.total_s = total;
                s
            })
            .collect();
        let stand = self.stand.lock();
        if let Some(last) = all
            .last_mut()
            .filter(|s| stand.paused && s.state == RecordingState::Recording)
        {
            last.state = RecordingState::Paused;
        }
        all
    }

    fn status(&self) -> RecordingStatus {
        let files = self.file_states();
        let q = self.queue.stats();
        // After a failure the queue is gone; what it dropped before is still what the disk was too slow for.
        let missed = if self.has_video {
            q.video_dropped
        } else {
            q.audio_dropped
        };
        let dropped = missed + files.iter().map(|f| f.frames_dropped).sum::<u64>();
        let stand = self.stand.lock();
        let mut s = files.last().cloned().unwrap_or_else(|| RecordingStatus {
            path: self.first_path.clone(),
            // Nothing came before its end.
            state: match (stand.over, &stand.error) {
                (true, Some(_)) => RecordingState::Failed,
                (true, None) => RecordingState::Finished,
                _ => RecordingState::Starting,
            },
            part: 1,
            ..RecordingStatus::default()
        });
        s.frames_dropped = dropped;
        if s.error.is_none() {
            s.error.clone_from(&stand.error);
        }
        if missed > 0 && s.error.is_none() {
            let path = s.path.display();
            s.error = Some(format!(
                "The disk or this computer can't keep up: {missed} frames are missing in {path}."
            ));
        }
        s
    }
}
