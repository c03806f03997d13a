//! What a driver tells its supervisor: connected, so many bytes written, this packet sent. Everything is counted with
//! atomics or locks that only this one destination uses.

use crate::{
    Fanout,
    status::{DestinationState, DestinationStatus, LineFigures, RateMeter},
};
use media::{Clock, MediaTime, Packet, PacketReceiver, PacketSender, StreamInfo};
use parking_lot::Mutex;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
};
use tokio::sync::watch;

const SLOW: &str = "The connection is slower than the stream: frames are being left out. Lower the bit rate or use a faster \
                    connection.";

/// State and figures of one destination, shared by its handle, its task and its driver.
pub(crate) struct Ledger {
    /// The destination's address, redacted.
    pub(crate) to: String,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) fanout: Mutex<Fanout>,
    /// From when on packets are of other streams than the driver was told, and of which.
    changed: Mutex<Option<(MediaTime, Fanout)>>,
    /// The queue's sending end: its counters, and ending it early.
    pub(crate) queue: PacketSender,
    pub(crate) queue_limit: MediaTime,
    /// Where packets wait before the queue, when the destination is delayed, and for how long.
    pub(crate) line: Option<PacketSender>,
    delay: MediaTime,
    pub(crate) state: Mutex<StateNow>,
    started: MediaTime,
    has_video: bool,
    bytes: AtomicU64,
    frames: AtomicU64,
    /// Frames taken from the queue whose connection died before they were written.
    lost: AtomicU64,
    rate: Mutex<RateMeter>,
    figures: Mutex<Option<LineFigures>>,
    /// What is being played, for listeners that see a title.
    pub(crate) title: watch::Sender<String>,
    /// The picture at lower sizes.
    layers: Vec<Fanout>,
}

/// Where the destination stands and why.
#[derive(Default)]
pub(crate) struct StateNow {
    pub(crate) state: DestinationState,
    pub(crate) reason: Option<String>,
    pub(crate) last_error: Option<String>,
    pub(crate) entered: MediaTime,
    pub(crate) retry_at: Option<MediaTime>,
    pub(crate) times_live: u32,
    /// What may be wrong with a destination that is live all the same.
    pub(crate) notice: Option<String>,
    /// What whoever started it has to say of it while it is live.
    pub(crate) remark: Option<String>,
    first_packet: Option<MediaTime>,
}

impl Ledger {
    pub(crate) fn new(
        to: String,
        clock: Arc<dyn Clock>,
        fanout: Fanout,
        queue: PacketSender,
        queue_limit: MediaTime,
    ) -> Self {
        Self {
            to,
            started: clock.now(),
            has_video: fanout.info().video.is_some(),
            clock,
            fanout: Mutex::new(fanout),
            changed: Mutex::default(),
            queue,
            queue_limit,
            line: None,
            delay: MediaTime::ZERO,
            state: Mutex::default(),
            bytes: AtomicU64::new(0),
            frames: AtomicU64::new(0),
            lost: AtomicU64::new(0),
            rate: Mutex::default(),
            figures: Mutex::default(),
            title: watch::Sender::default(),
            layers: vec![],
        }
    }

    /// The same with the picture at lower sizes, too.
    pub(crate) fn with_layers(mut self, layers: Vec<Fanout>) -> Self {
        self.layers = layers;
        self
    }

    /// The same, behind a line of delay.
    pub(crate) fn behind(mut self, line: Option<PacketSender>, delay: MediaTime) -> Self {
        (self.line, self.delay) = (line, delay);
        self
    }

    /// The streams that a connection begun now gets.
    pub(crate) fn streams(&self) -> StreamInfo {
        let fanout = self.fanout.lock();
        self.changed.lock().take();
        fanout.info().clone()
    }

    /// From the keyframe of this time on it gets the packets of another fan-out.
    pub(crate) fn goes_over(&self, at: MediaTime, to: Fanout) {
        let mut fanout = self.fanout.lock();
        *self.changed.lock() = Some((at, to.clone()));
        *fanout = to;
    }

    /// What a delayed destination has to say: that it has not begun yet, or that it is to end and what is still to come.
    fn word_of_delay(&self, state: DestinationState) -> Option<String> {
        let line = self.line.as_ref()?;
        let ending = line.is_ended() && !self.queue.is_ended();
        match state {
            DestinationState::Connecting if self.queue.stats().video_in == 0 => {
                let left = (self.started + self.delay - self.clock.now()).max(MediaTime::ZERO);
                Some(format!("Delayed: this begins in {} s.", seconds(left)))
            }
            DestinationState::Live if ending => {
                let left = seconds(line.stats().queued.min(self.delay));
                Some(format!(
                    "The delayed part of the show is still going out: {left} s left."
                ))
            }
            _ => None,
        }
    }

    /// Goes to `state`, with the sentence that says why.
    pub(crate) fn enter(&self, state: DestinationState, reason: Option<String>, retry_at: Option<MediaTime>) {
        let mut s = self.state.lock();
        s.state = state;
        s.entered = self.clock.now();
        s.retry_at = retry_at;
        if reason.is_some() && !matches!(state, DestinationState::Stopped | DestinationState::Connecting) {
            s.last_error.clone_from(&reason);
        }
        s.reason = reason;
        s.notice = None;
    }

    pub(crate) fn current(&self) -> DestinationState {
        self.state.lock().state
    }

    /// Empties the queue after a connection ended and counts what was under way as lost.
    pub(crate) fn settle(&self, packets: &PacketReceiver) {
        if !self.has_video {
            packets.restart();
            return;
        }
        loop {
            packets.restart();
            let q = packets.stats();
            // A keyframe may have come in between; then look again.
            if q.queued_bytes == 0 {
                let left = q.video_in - q.video_dropped.min(q.video_in);
                self.lost.store(left.saturating_sub(self.frames.load(Relaxed)), Relaxed);
                return;
            }
        }
    }

    pub(crate) fn status(&self) -> DestinationStatus {
        let now = self.clock.now();
        let q = self.queue.stats();
        let dropped = if self.has_video {
            q.video_dropped
        } else {
            q.audio_dropped
        };
        let s = self.state.lock();
        let live = s.state == DestinationState::Live;
        let slow = live && q.queued.0 > self.queue_limit.0 / 2;
        DestinationStatus {
            state: if slow { DestinationState::Degraded } else { s.state },
            reason: s
                .reason
                .clone()
                .or_else(|| self.word_of_delay(s.state))
                .or_else(|| slow.then(|| SLOW.to_owned()))
                .or_else(|| s.notice.clone())
                .or_else(|| s.remark.clone().filter(|_| live)),
            connected_s: if live { (now - s.entered).as_secs_f64() } else { 0.0 },
            bytes_sent: self.bytes.load(Relaxed),
            frames_sent: self.frames.load(Relaxed),
            frames_dropped: dropped + self.lost.load(Relaxed),
            reconnects: s.times_live.saturating_sub(1),
            first_packet_ms: s.first_packet.map(|t| (t - self.started).as_secs_f64() * 1000.0),
            bitrate_kbps: if live { self.rate.lock().kbps(now) } else { 0.0 },
            queued_ms: q.queued.as_millis(),
            last_error: s.last_error.clone(),
            retry_in_s: s.retry_at.map(|t| (t - now).as_secs_f64().max(0.0)),
            line: *self.figures.lock(),
        }
    }
}

/// Whole seconds, rounded up.
fn seconds(t: MediaTime) -> i64 {
    (t.as_millis() + 999) / 1000
}

/// A driver's line to its supervisor, for one connection.
pub struct Link {
    ledger: Arc<Ledger>,
    packets: Arc<PacketReceiver>,
    /// What is queued is of no use to whoever connects next.
    stale: AtomicBool,
}

impl Link {
    pub(crate) fn new(ledger: Arc<Ledger>, packets: Arc<PacketReceiver>, first_try: bool) -> Self {
        Self {
            ledger,
            packets,
            stale: AtomicBool::new(!first_try),
        }
    }

    /// The destination takes the stream from now on. Packets read after this begin with a keyframe: after an earlier
    /// failure the queue is emptied and the encoder asked for one; the first try keeps what has been waiting.
    pub fn connected(&self) {
        if self.stale.load(Relaxed) {
            self.packets.restart();
            self.request_keyframe();
        }
        *self.ledger.rate.lock() = RateMeter::default();
        self.ledger.state.lock().times_live += 1;
        self.ledger.enter(DestinationState::Live, None, None);
        tracing::info!(destination = %self.ledger.to, "live");
    }

    /// The server wants a keyframe soon. The encoder is asked; wishes that come together give one. Not for a delayed
    /// destination: one made now would reach it too late to help.
    pub fn request_keyframe(&self) {
        if self.ledger.line.is_none() {
            // In a statement of its own: the lock must not be held while the fan-out's is taken.
            let fanout = self.ledger.fanout.lock().clone();
            fanout.request_keyframe();
        }
    }

    /// The streams that this packet and those after it belong to, when they are not those that the driver was told before:
    /// another encode of the same picture, in the same codecs. Asked with every packet of a driver that can go on so
    /// ([`crate::Driver::goes_on`]).
    pub fn new_streams(&self, packet: &Packet) -> Option<StreamInfo> {
        if !(packet.is_video() && packet.keyframe) {
            return None;
        }
        let mut changed = self.ledger.changed.lock();
        let due = changed.as_ref().is_some_and(|(at, _)| packet.dts >= *at);
        due.then(|| changed.take().map(|(_, f)| f.info().clone())).flatten()
    }

    /// The picture at lower sizes, largest first, for kinds that asked for it. Subscribe when connected.
    pub fn layers(&self) -> &[Fanout] {
        &self.ledger.layers
    }

    /// Nobody is there yet, and that is no failure: `words` say what is waited for. Whoever comes gets the show from then on.
    pub fn waiting(&self, words: &str) {
        self.stale.store(true, Relaxed);
        self.ledger
            .enter(DestinationState::Connecting, Some(words.to_owned()), None);
    }

    /// What is known of the line now.
    pub fn line(&self, figures: LineFigures) {
        *self.ledger.figures.lock() = Some(figures);
    }

    /// What is being played, now and when it changes; empty for nothing in particular.
    pub fn title(&self) -> watch::Receiver<String> {
        self.ledger.title.subscribe()
    }

    /// The same line and its packets, for a thread that outlives a borrow.
    pub(crate) fn for_a_thread(&self) -> (Self, Arc<PacketReceiver>) {
        let link = Self {
            ledger: self.ledger.clone(),
            packets: self.packets.clone(),
            stale: AtomicBool::new(self.stale.load(Relaxed)),
        };
        (link, self.packets.clone())
    }

    /// Whether no more packets will come than are queued.
    pub(crate) fn is_ending(&self) -> bool {
        self.ledger.queue.is_ended()
    }

    /// Engine time.
    pub(crate) fn clock(&self) -> &dyn Clock {
        &*self.ledger.clock
    }

    /// Says what may be wrong although the destination is live, in a sentence for the creator; `None` takes it back. Ends
    /// with the connection.
    pub fn notice(&self, notice: Option<String>) {
        if let Some(text) = &notice {
            tracing::warn!(destination = %self.ledger.to, "{text}");
        }
        self.ledger.state.lock().notice = notice;
    }

    /// Bytes were taken by the network (or stored).
    pub fn wrote(&self, bytes: usize) {
        self.ledger.bytes.fetch_add(bytes as u64, Relaxed);
        self.ledger.rate.lock().add(self.ledger.clock.now(), bytes as u64);
    }

    /// A packet has been handed over completely.
    pub fn sent(&self, packet: &Packet) {
        if packet.is_video() || !self.ledger.has_video && !packet.is_data() {
            self.ledger.frames.fetch_add(1, Relaxed);
        }
        let mut s = self.ledger.state.lock();
        if s.first_packet.is_none() {
            s.first_packet = Some(self.ledger.clock.now());
        }
    }

    /// The destination's address as it may be shown: no key in it.
    pub fn to(&self) -> &str {
        &self.ledger.to
    }
}
