//! The way from a camera's driver to the show: a reading thread of its own, because drivers block and panic; decoding;
//! and the place of each picture in engine time. Notices a camera that is frozen. Knows no particular driver.

use crate::capture::{Link, panic_text};
use bytes::Bytes;
use codec::{Interrupter, JpegDecoder, RawFormat, frame_from_raw};
use crossbeam_channel::{Receiver, RecvTimeoutError, Sender, bounded};
use media::{MediaTime, VideoFrame};
use mixer::ClockMap;
use std::{
    panic::{AssertUnwindSafe, catch_unwind},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    thread::JoinHandle,
    time::Duration,
};

/// A camera that gives nothing for this long is frozen.
const FROZEN: MediaTime = MediaTime::from_millis(5000);
/// Longest a camera may take to open; some take seconds.
const SLOWEST_OPEN: MediaTime = MediaTime::from_millis(15_000);
/// How often it is looked whether the capture should end (real time).
const LOOK: Duration = Duration::from_millis(20);
/// Longest (real) time a reader may take to end before it counts as stuck.
const END_LIMIT: Duration = Duration::from_millis(1000);
/// How early a picture that makes its own time may be given to the show.
const LEAD: MediaTime = MediaTime::from_millis(50);
/// A made picture that is later than this gives up catching up.
const TOO_LATE: MediaTime = MediaTime::from_millis(1000);
/// Device time counts nanoseconds, so that no picture is due a rounding too late.
const STAMPS: u32 = 1_000_000_000;

/// One picture as the driver gives it.
pub enum Shot {
    /// An MJPEG picture.
    Jpeg {
        /// The bytes.
        data: Bytes,
        /// The device's time, counted from any start.
        stamp: Option<MediaTime>,
    },
    /// An uncompressed picture.
    Raw {
        /// How it lies in memory.
        format: RawFormat,
        /// Width, pixels.
        width: u32,
        /// Height, pixels.
        height: u32,
        /// The bytes, rows without padding.
        data: Bytes,
        /// The device's time, counted from any start.
        stamp: Option<MediaTime>,
    },
    /// A decoded picture; its time is the device's.
    Picture(VideoFrame),
}

enum News {
    Open,
    Shot(Shot),
    Failed(String),
}

/// Where a reading thread leaves what it reads.
pub struct Outbox {
    news: Sender<News>,
    closed: Arc<AtomicBool>,
}

impl Outbox {
    /// The device is open. False: nobody wants it any more.
    pub fn opened(&self) -> bool {
        self.give(News::Open)
    }
    /// A picture. Waits for room. False: nobody wants more.
    pub fn shot(&self, shot: Shot) -> bool {
        self.give(News::Shot(shot))
    }
    fn give(&self, news: News) -> bool {
        !self.closed.load(Ordering::Acquire) && self.news.send(news).is_ok()
    }
}

/// Where a camera failed, with the reason for people.
#[derive(Debug)]
pub enum Failed {
    /// It could not be opened.
    Opening(String),
    /// It was open, and broke.
    Running(String),
}

impl Failed {
    /// The reason.
    pub fn reason(self) -> String {
        match self {
            Self::Opening(r) | Self::Running(r) => r,
        }
    }
}

/// A reading thread that does not end.
pub struct Stuck(JoinHandle<()>);

impl Stuck {
    /// Whether it has ended after all.
    pub fn is_over(&self) -> bool {
        self.0.is_finished()
    }
}

/// A camera being read.
pub struct Shots {
    news: Receiver<News>,
    closed: Arc<AtomicBool>,
    interrupter: Interrupter,
    thread: JoinHandle<()>,
    /// It makes pictures as fast as they are taken; their own times say when they are due.
    free_running: bool,
}

impl Shots {
    /// Starts the thread that runs `read`, which opens the device and reads until its outbox says no. `interrupter`
    /// breaks off what it waits for, if it heeds it.
    pub fn start(
        free_running: bool,
        interrupter: Interrupter,
        read: impl FnOnce(&Outbox) -> Result<(), String> + Send + 'static,
    ) -> Result<Self, String> {
        let (sender, news) = bounded(2);
        let closed = Arc::new(AtomicBool::new(false));
        let outbox = Outbox {
            news: sender,
            closed: closed.clone(),
        };
        let body = move || {
            // The reader is gone afterwards, whatever state it was in.
            let result = catch_unwind(AssertUnwindSafe(|| read(&outbox)));
            let reason = match result {
                Ok(Ok(())) => "The camera stopped sending pictures".to_owned(),
                Ok(Err(reason)) => reason,
                Err(panic) => format!("The camera's driver failed badly ({})", panic_text(&*panic)),
            };
            outbox.give(News::Failed(reason));
        };
        let thread = std::thread::Builder::new().name("camera-reader".into()).spawn(body);
        let thread =
            thread.map_err(|e| format!("The system gives no thread for the camera ({e}). Close other programs"))?;
        Ok(Self {
            news,
            closed,
            interrupter,
            thread,
            free_running,
        })
    }

    /// Gives the pictures to the show until told to end. `name` is the camera's for people.
    pub fn show(&self, name: &str, link: &Link) -> Result<(), Failed> {
        let mut darkroom = Darkroom::new(self.free_running);
        let (mut open, mut last) = (false, link.now());
        let mut trouble = None;
        loop {
            let fail = if open { Failed::Running } else { Failed::Opening };
            match self.news.recv_timeout(LOOK) {
                Ok(News::Open) => (open, last) = (true, link.now()),
                Ok(News::Shot(shot)) => match darkroom.develop(shot, link.now()) {
                    Ok(frame) => {
                        if self.free_running && !link.wait_until(frame.time - LEAD) {
                            return Ok(());
                        }
                        link.push(frame);
                        last = link.now();
                    }
                    // One damaged picture is no reason to stop; nothing but damaged ones is.
                    Err(e) => trouble = Some(e),
                },
                Ok(News::Failed(reason)) => return Err(fail(reason)),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return Err(fail("The camera's driver ended".into())),
            }
            if link.interrupted() {
                return Ok(());
            }
            if link.now() - last > if open { FROZEN } else { SLOWEST_OPEN } {
                return Err(fail(frozen(name, open, trouble)));
            }
        }
    }

    /// Ends the reading. Gives the thread back if it does not let go.
    pub fn end(self) -> Option<Stuck> {
        self.closed.store(true, Ordering::Release);
        self.interrupter.interrupt();
        // What is still on its way is taken so that the reader is not held up; the end of it is the reader's end.
        while let Ok(_news) = self.news.recv_timeout(END_LIMIT) {}
        match self.news.recv_timeout(Duration::ZERO) {
            Err(RecvTimeoutError::Disconnected) => None,
            _ => Some(Stuck(self.thread)),
        }
    }
}

fn frozen(name: &str, open: bool, trouble: Option<String>) -> String {
    match (open, trouble) {
        (false, _) => format!("The camera {name} does not answer. Unplug it and plug it in again"),
        (true, Some(e)) => format!("The pictures of the camera {name} can't be read: {e}"),
        (true, None) => format!("The camera {name} has stopped sending pictures. It is opened again"),
    }
}

/// Turns shots into frames on the engine's timeline.
struct Darkroom {
    jpeg: Option<JpegDecoder>,
    map: ClockMap,
    free_running: bool,
    /// Device time and engine time of the first picture.
    start: Option<(MediaTime, MediaTime)>,
}

impl Darkroom {
    fn new(free_running: bool) -> Self {
        Self {
            jpeg: None,
            map: ClockMap::new(STAMPS),
            free_running,
            start: None,
        }
    }

    fn develop(&mut self, shot: Shot, arrival: MediaTime) -> Result<VideoFrame, String> {
        let frame = match shot {
            Shot::Jpeg { data, stamp } => {
                let time = self.time(stamp, arrival);
                if self.jpeg.is_none() {
                    self.jpeg = Some(JpegDecoder::new().map_err(|e| e.to_string())?);
                }
                self.jpeg.as_mut().map(|d| d.decode(&data, time))
            }
            Shot::Raw {
                format,
                width,
                height,
                data,
                stamp,
            } => {
                let time = self.time(stamp, arrival);
                Some(frame_from_raw(format, width, height, &data, time))
            }
            Shot::Picture(frame) => {
                let time = self.time(Some(frame.time), arrival);
                Some(Ok(VideoFrame { time, ..frame }))
            }
        };
        frame.ok_or("no decoder")?.map_err(|e| e.to_string())
    }

    /// Engine time of a picture: a device's stamps are free of the jitter of arrival, made pictures follow their own time
    /// from the moment they began.
    fn time(&mut self, stamp: Option<MediaTime>, arrival: MediaTime) -> MediaTime {
        let Some(stamp) = stamp else { return arrival };
        let (first, began) = *self.start.get_or_insert((stamp, arrival));
        let since = stamp - first;
        if self.free_running {
            let due = began + since;
            if arrival - due <= TOO_LATE {
                return due;
            }
            self.start = Some((stamp, arrival));
            return arrival;
        }
        self.map.observe(since.0, arrival);
        self.map.time_of(since.0 as f64).unwrap_or(arrival).min(arrival)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SourceContext, SourceState};
    use media::{AlphaMode, FrameRate, ManualClock};

    fn link(clock: &ManualClock) -> Arc<Link> {
        let ctx = SourceContext {
            id: "cam".into(),
            name: "Cam".into(),
            clock: Arc::new(clock.clone()),
            start: MediaTime::ZERO,
            rate: FrameRate::whole(30),
            canvas: (64, 36),
            project_dir: ".".into(),
        };
        Arc::new(Link::new(ctx, true))
    }
    fn picture(ms: i64) -> Shot {
        let f = VideoFrame::rgba(2, 2, vec![9; 16], AlphaMode::Opaque).expect("frame");
        Shot::Picture(f.at(MediaTime::from_millis(ms)))
    }
    fn shown(shots: Shots, link: Arc<Link>) -> JoinHandle<(Result<(), Failed>, Shots)> {
        let body = move || (shots.show("Eye", &link), shots);
        std::thread::Builder::new()
            .name("show".into())
            .spawn(body)
            .expect("thread")
    }

    #[test]
    fn a_frozen_camera_is_noticed_and_a_stuck_driver_told_apart() {
        let clock = ManualClock::new();
        let link = link(&clock);
        let (hang, release) = bounded::<()>(0);
        let shots = Shots::start(false, Interrupter::new(), move |out| {
            out.opened();
            out.shot(picture(0));
            let _ = release.recv();
            Ok(())
        });
        let show = shown(shots.expect("thread"), link.clone());
        assert!(test_support::wait_for(Duration::from_secs(10), || link.state() == SourceState::Ready));
        clock.advance(Duration::from_millis(5001));
        let (result, shots) = show.join().expect("no panic");
        let e = result.expect_err("frozen").reason();
        assert!(e.contains("Eye has stopped sending"), "{e}");
        let stuck = shots.end().expect("the reader hangs");
        assert!(!stuck.is_over());
        drop(hang);
        assert!(test_support::wait_for(Duration::from_secs(10), || stuck.is_over()));
    }

    #[test]
    fn a_panic_of_the_driver_is_a_reason() {
        let shots = Shots::start(false, Interrupter::new(), |out| {
            out.opened();
            std::panic::resume_unwind(Box::new("index out of bounds"));
        });
        let (result, shots) = shown(shots.expect("thread"), link(&ManualClock::new()))
            .join()
            .expect("no panic");
        let Err(Failed::Running(e)) = result else {
            panic!("{result:?}")
        };
        assert!(e.contains("failed badly (index out of bounds)"), "{e}");
        assert!(shots.end().is_none());
    }

    #[test]
    fn device_stamps_take_the_jitter_out() {
        let mut d = Darkroom::new(false);
        let mut worst = 0;
        for i in 0..300i64 {
            let true_ms = i * 33;
            let arrival = MediaTime::from_millis(true_ms + 20 + (i * 7) % 11);
            let t = d.time(Some(MediaTime::from_millis(77_000_000 + true_ms)), arrival);
            assert!(t <= arrival);
            if i > 60 {
                worst = worst.max((t - MediaTime::from_millis(true_ms + 20)).0.abs());
            }
        }
        assert!(worst < 1_500_000, "{worst} ns");
    }
}
