//! The queue between an encoder and one destination or recording.
//!
//! The sending side never blocks and never fails: isolation between destinations rests on this. The queue is bounded by
//! the media duration it holds. When it would grow beyond, everything queued of the video up to the next keyframe is
//! dropped and counted: a decoder must never see a picture whose reference is missing. Audio is dropped with the video
//! of the same time, so both stay together.

use crate::{MediaTime, Packet};
use parking_lot::{Condvar, Mutex};
use std::{
    collections::VecDeque,
    sync::Arc,
    task::{Context, Poll, Waker},
    time::Duration,
};

/// What a queue has seen so far.
#[derive(Clone, Copy, Default, Debug, PartialEq, Eq)]
pub struct QueueStats {
    /// Video packets offered.
    pub video_in: u64,
    /// Video packets dropped.
    pub video_dropped: u64,
    /// Audio packets dropped.
    pub audio_dropped: u64,
    /// Media duration queued now.
    pub queued: MediaTime,
    /// Bytes queued now.
    pub queued_bytes: usize,
}

/// Makes a queue; see [`PacketQueue::bounded`].
pub struct PacketQueue;

impl PacketQueue {
    /// A queue that holds at most `limit` of media time. The receiver gets nothing before the first video keyframe
    /// (nothing is held back when `has_video` is false).
    pub fn bounded(limit: MediaTime, has_video: bool) -> (PacketSender, PacketReceiver) {
        let state = State {
            waiting_for_key: has_video,
            ..State::default()
        };
        let shared = Arc::new(Shared {
            state: Mutex::new(state),
            arrived: Condvar::new(),
            limit,
            has_video,
        });
        (PacketSender(shared.clone()), PacketReceiver(shared))
    }
}

struct Shared {
    state: Mutex<State>,
    arrived: Condvar,
    limit: MediaTime,
    has_video: bool,
}

#[derive(Default)]
struct State {
    packets: VecDeque<Arc<Packet>>,
    waiting_for_key: bool,
    ended: bool,
    stats: QueueStats,
    waker: Option<Waker>,
}

/// The encoder's side. Cloning gives a second way in to the same queue.
#[derive(Clone)]
pub struct PacketSender(Arc<Shared>);

/// The destination's side.
pub struct PacketReceiver(Arc<Shared>);

impl State {
    fn drop_packet(&mut self, p: &Packet) {
        if p.is_video() {
            self.stats.video_dropped += 1;
        } else if !p.is_data() {
            self.stats.audio_dropped += 1;
        }
    }
    fn measure(&mut self) {
        let first = self.packets.iter().map(|p| p.dts).min();
        let last = self.packets.iter().map(|p| p.dts + p.duration).max();
        self.stats.queued = first.zip(last).map_or(MediaTime::ZERO, |(a, b)| b - a);
        self.stats.queued_bytes = self.packets.iter().map(|p| p.data.len()).sum();
    }
    fn span(&self) -> MediaTime {
        match (self.packets.front(), self.packets.back()) {
            (Some(a), Some(b)) => b.dts + b.duration - a.dts,
            _ => MediaTime::ZERO,
        }
    }
    /// The next packet; timed metadata is passed over unless it is wanted.
    fn next(&mut self, with_data: bool) -> Option<Arc<Packet>> {
        loop {
            let p = self.packets.pop_front()?;
            if with_data || !p.is_data() {
                return Some(p);
            }
        }
    }
    fn wake(&mut self, arrived: &Condvar) {
        arrived.notify_all();
        if let Some(w) = self.waker.take() {
            w.wake();
        }
    }
}

impl PacketSender {
    /// Offers a packet. Never blocks; may drop (see the module).
    pub fn send(&self, packet: Arc<Packet>) {
        let mut s = self.0.state.lock();
        if s.ended {
            return;
        }
        if packet.is_video() {
            s.stats.video_in += 1;
        }
        if s.waiting_for_key {
            if !(packet.is_video() && packet.keyframe) {
                s.drop_packet(&packet);
                return;
            }
            s.waiting_for_key = false;
        }
        s.packets.push_back(packet);
        if s.span() > self.0.limit {
            self.overflow(&mut s);
        }
        s.wake(&self.0.arrived);
    }

    /// Keeps what lies from the newest queued keyframe on, if that fits in half the limit; else drops all and waits for the next one.
    fn overflow(&self, s: &mut State) {
        let newest_key = if self.0.has_video {
            s.packets.iter().rposition(|p| p.is_video() && p.keyframe)
        } else {
            Some(s.packets.len() / 2)
        };
        let cut = match newest_key {
            Some(i)
                if i > 0
                    && s.packets
                        .back()
                        .is_some_and(|b| b.dts + b.duration - s.packets[i].dts <= MediaTime(self.0.limit.0 / 2)) =>
            {
                i
            }
            _ => s.packets.len(),
        };
        for p in s.packets.drain(..cut).collect::<Vec<_>>() {
            s.drop_packet(&p);
        }
        s.waiting_for_key = self.0.has_video && s.packets.is_empty();
    }

    /// Throws away what is queued and waits for the next keyframe, as [`PacketReceiver::restart`] does.
    pub fn restart(&self) {
        let mut s = self.0.state.lock();
        for p in s.packets.drain(..).collect::<Vec<_>>() {
            s.drop_packet(&p);
        }
        s.waiting_for_key = self.0.has_video;
    }

    /// Whether both are ways into the same queue.
    pub fn is_same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }

    /// No more packets will come: the receiver gets what is queued, then the end.
    pub fn end(&self) {
        let mut s = self.0.state.lock();
        s.ended = true;
        s.wake(&self.0.arrived);
    }

    /// Whether the queue was ended from either side.
    pub fn is_ended(&self) -> bool {
        self.0.state.lock().ended
    }

    /// Counters.
    pub fn stats(&self) -> QueueStats {
        let mut s = self.0.state.lock();
        s.measure();
        s.stats
    }
}

/// What a receiver finds.
#[derive(Debug, PartialEq)]
pub enum Received {
    /// The next packet.
    Packet(Arc<Packet>),
    /// Nothing came in time.
    TimedOut,
    /// The sender ended and all was taken.
    End,
}

impl PacketReceiver {
    /// The next packet of picture or sound, waiting at most `limit`. For writer threads.
    pub fn recv_timeout(&self, limit: Duration) -> Received {
        let mut s = self.0.state.lock();
        if s.packets.is_empty() && !s.ended {
            self.0
                .arrived
                .wait_while_for(&mut s, |s| s.packets.is_empty() && !s.ended, limit);
        }
        match s.next(false) {
            Some(p) => Received::Packet(p),
            None if s.ended => Received::End,
            None => Received::TimedOut,
        }
    }

    /// The next packet of picture or sound for an async task; `None` at the end.
    pub fn poll_recv(&self, cx: &mut Context<'_>) -> Poll<Option<Arc<Packet>>> {
        self.poll(cx, false)
    }

    fn poll(&self, cx: &mut Context<'_>, with_data: bool) -> Poll<Option<Arc<Packet>>> {
        let mut s = self.0.state.lock();
        match s.next(with_data) {
            Some(p) => Poll::Ready(Some(p)),
            None if s.ended => Poll::Ready(None),
            None => {
                s.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }

    /// The next packet for an async task, timed metadata among them; `None` at the end. Cancel-safe.
    pub async fn recv_with_data(&self) -> Option<Arc<Packet>> {
        std::future::poll_fn(|cx| self.poll(cx, true)).await
    }

    /// The next packet of picture or sound for an async task; `None` at the end. Cancel-safe.
    pub async fn recv(&self) -> Option<Arc<Packet>> {
        std::future::poll_fn(|cx| self.poll_recv(cx)).await
    }

    /// Throws away what is queued and waits for the next keyframe: before (re)connecting.
    pub fn restart(&self) {
        let mut s = self.0.state.lock();
        for p in s.packets.drain(..).collect::<Vec<_>>() {
            s.drop_packet(&p);
        }
        s.waiting_for_key = self.0.has_video;
    }

    /// Counters.
    pub fn stats(&self) -> QueueStats {
        let mut s = self.0.state.lock();
        s.measure();
        s.stats
    }
}

impl Drop for PacketReceiver {
    fn drop(&mut self) {
        let mut s = self.0.state.lock();
        s.ended = true;
        s.packets.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::StreamKind;
    use bytes::Bytes;

    fn packet(ms: i64, keyframe: bool, stream: StreamKind) -> Arc<Packet> {
        let t = MediaTime::from_millis(ms);
        Arc::new(Packet {
            stream,
            data: Bytes::from_static(b"x"),
            pts: t,
            dts: t,
            duration: MediaTime::from_millis(100),
            keyframe,
        })
    }
    fn drain(rx: &PacketReceiver) -> Vec<i64> {
        let mut got = vec![];
        while let Received::Packet(p) = rx.recv_timeout(Duration::ZERO) {
            got.push(p.dts.as_millis());
        }
        got
    }

    #[test]
    fn nothing_before_the_first_keyframe() {
        let (tx, rx) = PacketQueue::bounded(MediaTime::from_millis(1000), true);
        tx.send(packet(0, true, StreamKind::Audio(0)));
        tx.send(packet(0, false, StreamKind::Video));
        tx.send(packet(100, true, StreamKind::Video));
        tx.send(packet(100, true, StreamKind::Audio(0)));
        assert_eq!(drain(&rx), [100, 100]);
        assert_eq!((tx.stats().video_in, tx.stats().video_dropped), (2, 1));
    }

    #[test]
    fn timed_data_comes_only_to_who_asks_for_it() {
        let send = |tx: &PacketSender| {
            tx.send(packet(0, true, StreamKind::Video));
            tx.send(packet(0, false, StreamKind::Data));
            tx.send(packet(100, false, StreamKind::Video));
            tx.end();
        };
        let (tx, rx) = PacketQueue::bounded(MediaTime::from_millis(1000), true);
        send(&tx);
        assert_eq!(drain(&rx), [0, 100]);
        let (tx, rx) = PacketQueue::bounded(MediaTime::from_millis(1000), true);
        send(&tx);
        let mut cx = Context::from_waker(Waker::noop());
        let mut got = vec![];
        while let Poll::Ready(Some(p)) = rx.poll(&mut cx, true) {
            got.push(p.stream);
        }
        assert_eq!(got, [StreamKind::Video, StreamKind::Data, StreamKind::Video]);
        assert_eq!(tx.stats().audio_dropped, 0);
    }

    #[test]
    fn overflow_drops_to_a_keyframe_and_counts() {
        let (tx, rx) = PacketQueue::bounded(MediaTime::from_millis(1000), true);
        for i in 0..25 {
            tx.send(packet(i * 100, i % 4 == 0, StreamKind::Video));
        }
        let got = drain(&rx);
        assert_eq!(got[0] % 400, 0, "starts at a keyframe: {got:?}");
        assert!(got.windows(2).all(|w| w[1] - w[0] == 100), "no hole: {got:?}");
        let s = tx.stats();
        assert_eq!(s.video_in, s.video_dropped + got.len() as u64);
        assert!(s.queued <= MediaTime::from_millis(1000));
    }

    #[test]
    fn one_long_gop_is_dropped_whole() {
        let (tx, rx) = PacketQueue::bounded(MediaTime::from_millis(1000), true);
        for i in 0..30 {
            tx.send(packet(i * 100, i % 20 == 0, StreamKind::Video));
        }
        assert_eq!(drain(&rx).first(), Some(&2000));
    }

    #[test]
    fn end_comes_after_what_is_queued() {
        let (tx, rx) = PacketQueue::bounded(MediaTime::from_millis(1000), true);
        tx.send(packet(0, true, StreamKind::Video));
        tx.end();
        assert!(matches!(rx.recv_timeout(Duration::ZERO), Received::Packet(_)));
        assert_eq!(rx.recv_timeout(Duration::ZERO), Received::End);
    }
}
