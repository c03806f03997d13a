//! Drivers whose libraries block (libsrt, FFmpeg) do their work on a thread of their own, never on tokio's. The future of
//! such a driver only waits for the thread; dropping it raises the flag that every wait in the thread looks at.

use crate::{Link, OutputError};
use codec::{CodecError, Interrupter, UrlMuxer, UrlTarget};
use media::{PacketReceiver, StreamInfo, queue::Received};
use parking_lot::Mutex;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    time::Duration,
};
use tokio::sync::oneshot;

/// How often a thread without packets looks after its connection.
pub(super) const LOOK: Duration = Duration::from_millis(100);

/// The wish to end, and the lock that keeps a thread from saying anything after it.
#[derive(Clone, Default)]
struct Stop {
    flag: Arc<AtomicBool>,
    gate: Arc<Mutex<()>>,
}

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        let _gate = self.0.gate.lock();
        self.0.flag.store(true, Relaxed);
    }
}

struct StopOnDrop(Stop);

/// What a driver has on its thread.
pub(super) struct Feed {
    pub(super) info: StreamInfo,
    pub(super) link: Link,
    packets: Arc<PacketReceiver>,
    stop: Stop,
}

impl Feed {
    /// Nobody waits for this thread any more.
    pub(super) fn is_over(&self) -> bool {
        self.stop.flag.load(Relaxed)
    }

    /// Ends FFmpeg's waits together with this thread.
    pub(super) fn interrupter(&self) -> Interrupter {
        Interrupter::of(self.stop.flag.clone())
    }

    /// As [`Link::connected`]; does nothing when it is over.
    pub(super) fn connected(&self) {
        let _gate = self.stop.gate.lock();
        if !self.is_over() {
            self.link.connected();
        }
    }

    /// As [`Link::waiting`]; does nothing when it is over.
    pub(super) fn waiting(&self, words: &str) {
        let _gate = self.stop.gate.lock();
        if !self.is_over() {
            self.link.waiting(words);
        }
    }

    /// What comes next, within [`LOOK`].
    pub(super) fn next(&self) -> Received {
        self.packets.recv_timeout(LOOK)
    }
}

/// Does `work` on a thread called `name` and waits for it.
pub(super) async fn on_a_thread(
    name: &'static str,
    info: &StreamInfo,
    link: &Link,
    work: impl FnOnce(Feed) -> Result<(), OutputError> + Send + 'static,
) -> Result<(), OutputError> {
    let stop = Stop::default();
    let (done, over) = oneshot::channel();
    let (line, packets) = link.for_a_thread();
    let feed = Feed {
        info: info.clone(),
        link: line,
        packets,
        stop: stop.clone(),
    };
    let _stop = StopOnDrop(stop);
    let run = move || {
        // Nobody may wait any more.
        let _ = done.send(work(feed));
    };
    let thread = std::thread::Builder::new().name(name.into()).spawn(run);
    let thread = thread.map_err(|source| OutputError::Thread {
        what: "a destination",
        source,
    })?;
    match over.await {
        Ok(result) => result,
        // It panicked: the supervisor tells that of a task.
        Err(_) => match thread.join() {
            Err(fault) => std::panic::resume_unwind(fault),
            Ok(()) => Ok(()),
        },
    }
}

/// Sends the show to an address that FFmpeg opens, until it ends.
pub(super) fn send_to_url(feed: &Feed, target: &UrlTarget) -> Result<(), OutputError> {
    let failed = |source: CodecError| OutputError::Url {
        to: feed.link.to().to_owned(),
        source: Box::new(source),
    };
    let mut muxer = UrlMuxer::open(target, &feed.info, feed.interrupter()).map_err(failed)?;
    feed.connected();
    let mut told = 0;
    loop {
        match feed.next() {
            Received::Packet(p) => {
                if feed.is_over() {
                    return Ok(());
                }
                // Only drivers whose container can do so go over to another encode.
                if let Some(v) = feed.link.new_streams(&p).and_then(|s| s.video) {
                    muxer.change_video(&v).map_err(failed)?;
                }
                muxer.write(&p).map_err(failed)?;
                let bytes = muxer.bytes();
                // Containers that keep no count are taken at their payload.
                let wrote = if bytes > told {
                    bytes - told
                } else {
                    p.data.len() as u64
                };
                told = told.max(bytes);
                feed.link.wrote(usize::try_from(wrote).unwrap_or(0));
                feed.link.sent(&p);
            }
            Received::TimedOut if feed.is_over() => return Ok(()),
            Received::TimedOut => {}
            Received::End => return muxer.finish().map_err(failed),
        }
    }
}
