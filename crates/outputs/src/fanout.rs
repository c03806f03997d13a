//! One encoder's packets to many receivers.
//!
//! Isolation is the promise: [`Fanout::send`] never blocks, never awaits and never fails. A receiver that does not read
//! fills its own queue, which then drops to a keyframe and counts; nobody else notices. The only lock held while packets
//! are handed out is the one that keeps their order, for the length of the pushes.
//!
//! Audio encoders are ready tens to hundreds of milliseconds before the video encoder, so audio waits here for the video
//! of its time: every receiver gets both in decoding order, and one that joins begins with a keyframe and the sound that
//! belongs to it. Video never waits. This module does not know what the receivers do with the packets.

use crate::handover::{Gate, Side};
use media::{MediaTime, Packet, PacketQueue, PacketReceiver, PacketSender, StreamInfo};
use parking_lot::Mutex;
use std::{collections::VecDeque, sync::Arc};

/// Audio that waits for video longer than this (the video encoder hangs) goes out without it.
const AUDIO_WAITS_AT_MOST: MediaTime = MediaTime::from_millis(5000);
/// Keyframes that receivers ask for come at least this far apart: one that flaps must not spend everyone's bit rate.
const BETWEEN_ASKED_KEYFRAMES: MediaTime = MediaTime::from_millis(1000);
/// What came since a keyframe is kept this long, for receivers that begin there and catch up. It is less than what counts as
/// a connection that is too slow.
const KEPT: MediaTime = MediaTime::from_millis(500);
/// … and never more than this, bytes.
const MOST_KEPT: usize = 4 * 1024 * 1024;

type AskKeyframe = Arc<dyn Fn() + Send + Sync>;

/// Hands an encoder's packets to its receivers. Clones share everything.
#[derive(Clone)]
pub struct Fanout {
    inner: Arc<Inner>,
}

struct Inner {
    info: StreamInfo,
    state: Mutex<State>,
    ask_keyframe: Mutex<Option<AskKeyframe>>,
}

#[derive(Default)]
struct State {
    receivers: Vec<Subscriber>,
    held_audio: VecDeque<Arc<Packet>>,
    last_video: Option<MediaTime>,
    last_keyframe: Option<MediaTime>,
    keyframe: Wanted,
    /// What was handed out since the last keyframe, in order, while that is [`KEPT`].
    kept: Vec<Arc<Packet>>,
    kept_bytes: usize,
    ended: bool,
    stats: FanoutStats,
}

/// Where a receiver begins in a show that is running.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Begins {
    /// At the next keyframe, for which the encoder is asked.
    Next,
    /// At the last one, if that was a moment ago: what came since then comes at once. Else at the next, which may come sooner
    /// after the last one than others may ask for it: it is somebody who goes live, not one who flaps.
    Soon,
}

/// Where a wish for a keyframe stands.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Wanted {
    #[default]
    No,
    /// Too soon after the last one: the encoder will be asked later.
    Later,
    /// The encoder was asked.
    Asked,
}

struct Subscriber {
    queue: PacketSender,
    /// The first keyframe has been handed over; what came before is not counted as dropped.
    started: bool,
    /// It goes over to another fan-out, or comes from one.
    gate: Option<(Arc<Gate>, Side)>,
}

/// What went through so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub struct FanoutStats {
    /// Video packets handed out.
    pub video_packets: u64,
    /// Audio packets handed out.
    pub audio_packets: u64,
    /// Payload bytes handed out (once, however many receive them).
    pub bytes: u64,
    /// Times the encoder was asked for a keyframe.
    pub keyframes_asked: u64,
    /// Receivers now.
    pub receivers: usize,
}

impl Fanout {
    /// A fan-out of packets of these streams.
    pub fn new(info: StreamInfo) -> Self {
        Self {
            inner: Arc::new(Inner {
                info,
                state: Mutex::default(),
                ask_keyframe: Mutex::new(None),
            }),
        }
    }

    /// The streams the packets belong to.
    pub fn info(&self) -> &StreamInfo {
        &self.inner.info
    }

    /// Sets what is called when a receiver needs a keyframe. It must only raise a flag for the encoder: it is called from
    /// receivers' tasks and from [`Fanout::send`], and must not call the fan-out.
    pub fn on_keyframe_request(&self, ask: impl Fn() + Send + Sync + 'static) {
        *self.inner.ask_keyframe.lock() = Some(Arc::new(ask));
    }

    /// A new receiver whose queue holds at most `limit` of media time. It starts at the next video keyframe; if the show
    /// is already running the encoder is asked for one.
    pub fn subscribe(&self, limit: MediaTime) -> PacketReceiver {
        self.attach(limit, Begins::Next).0
    }

    /// As [`Fanout::subscribe`], with the queue's sending end, for its counters and for ending it early.
    pub(crate) fn attach(&self, limit: MediaTime, begins: Begins) -> (PacketReceiver, PacketSender) {
        let has_video = self.inner.info.video.is_some();
        let (queue, receiver) = PacketQueue::bounded(limit, has_video);
        let ask = {
            let mut s = self.inner.state.lock();
            s.receivers.retain(|r| !r.queue.is_ended());
            if s.ended {
                queue.end();
            }
            let soon = begins == Begins::Soon && has_video;
            let catches_up = soon && !s.kept.is_empty();
            if catches_up {
                s.kept.iter().for_each(|p| queue.send(p.clone()));
            }
            s.receivers.push(Subscriber {
                queue: queue.clone(),
                started: !has_video || catches_up,
                gate: None,
            });
            let waits = has_video && s.last_video.is_some() && !catches_up;
            waits && s.wish(begins)
        };
        if ask {
            self.call_encoder();
        }
        (receiver, queue)
    }

    /// The receiver with this queue leaves by this gate; false when there is none.
    pub(crate) fn leave_by(&self, queue: &PacketSender, gate: &Arc<Gate>) -> bool {
        let mut s = self.inner.state.lock();
        let found = s.receivers.iter_mut().find(|r| r.queue.is_same(queue));
        found.map(|r| r.gate = Some((gate.clone(), Side::Old))).is_some()
    }

    /// A receiver comes in by this gate, at a keyframe that would have come anyway.
    pub(crate) fn come_by(&self, queue: &PacketSender, gate: &Arc<Gate>) {
        let mut s = self.inner.state.lock();
        if s.ended {
            return;
        }
        s.receivers.push(Subscriber {
            queue: queue.clone(),
            started: true,
            gate: Some((gate.clone(), Side::New)),
        });
    }

    /// Hands a packet to every receiver. Never blocks. Callable from several threads (one per stream).
    pub fn send(&self, packet: Arc<Packet>) {
        let mut ask = false;
        {
            let mut s = self.inner.state.lock();
            if s.ended {
                return;
            }
            if packet.is_video() {
                ask = s.video_passes(&packet);
                s.release_audio(Some(packet.dts));
                s.push(&packet);
            } else if self.inner.info.video.is_none() || s.last_video.is_some_and(|v| packet.dts <= v) {
                s.push(&packet);
            } else {
                s.held_audio.push_back(packet);
                s.release_overdue_audio();
            }
        }
        if ask {
            self.call_encoder();
        }
    }

    /// Hands over what an encoder gave at once, in order.
    pub fn send_all(&self, packets: impl IntoIterator<Item = Packet>) {
        for p in packets {
            self.send(Arc::new(p));
        }
    }

    /// No more packets will come: receivers get what is queued, then the end.
    pub fn end(&self) {
        let mut s = self.inner.state.lock();
        s.release_audio(None);
        s.ended = true;
        for r in s.receivers.drain(..) {
            if r.gate.is_none_or(|(gate, side)| gate.ends(side, &r.queue)) {
                r.queue.end();
            }
        }
    }

    /// Asks the encoder for a keyframe soon. Wishes that come together give one keyframe, and asked keyframes are at
    /// least a second apart. Does nothing without video.
    pub fn request_keyframe(&self) {
        if self.inner.info.video.is_none() {
            return;
        }
        let ask = self.inner.state.lock().wish(Begins::Next);
        if ask {
            self.call_encoder();
        }
    }

    /// Counters.
    pub fn stats(&self) -> FanoutStats {
        let s = self.inner.state.lock();
        FanoutStats {
            receivers: s.receivers.iter().filter(|r| !r.queue.is_ended()).count(),
            ..s.stats
        }
    }

    fn call_encoder(&self) {
        let ask = self.inner.ask_keyframe.lock().clone();
        if let Some(ask) = ask {
            ask();
        }
    }
}

impl State {
    /// Notes a video packet; true when the encoder is now to be asked for the keyframe that had to wait.
    fn video_passes(&mut self, p: &Packet) -> bool {
        self.last_video = Some(p.dts);
        if p.keyframe {
            self.last_keyframe = Some(p.dts);
            self.keyframe = Wanted::No;
            self.receivers.retain(|r| !r.queue.is_ended());
            return false;
        }
        let due = self.keyframe == Wanted::Later && !self.too_soon();
        if due {
            self.asked();
        }
        due
    }

    /// Somebody needs a keyframe; true when the encoder is to be asked for it now.
    fn wish(&mut self, begins: Begins) -> bool {
        if self.keyframe == Wanted::Asked || self.ended {
            return false;
        }
        let now = begins == Begins::Soon || !self.too_soon();
        if now {
            self.asked();
        } else {
            self.keyframe = Wanted::Later;
        }
        now
    }

    fn too_soon(&self) -> bool {
        match (self.last_keyframe, self.last_video) {
            (Some(key), Some(now)) => now - key < BETWEEN_ASKED_KEYFRAMES,
            _ => false,
        }
    }

    fn asked(&mut self) {
        self.keyframe = Wanted::Asked;
        self.stats.keyframes_asked += 1;
    }

    /// Hands out the audio that decodes before `until` (all of it for `None`).
    fn release_audio(&mut self, until: Option<MediaTime>) {
        // The tracks' encoders run side by side, so what is held is sorted only within each track.
        let held = std::mem::take(&mut self.held_audio);
        let (due, stay): (VecDeque<_>, _) = held.into_iter().partition(|p| until.is_none_or(|t| p.dts < t));
        self.held_audio = stay;
        for p in due {
            self.push(&p);
        }
    }

    fn release_overdue_audio(&mut self) {
        while let (Some(first), Some(last)) = (self.held_audio.front(), self.held_audio.back())
            && last.dts - first.dts > AUDIO_WAITS_AT_MOST
        {
            if let Some(p) = self.held_audio.pop_front() {
                self.push(&p);
            }
        }
    }

    /// Keeps a packet for those who come within a moment of its keyframe.
    fn keep(&mut self, packet: &Arc<Packet>) {
        let key = packet.is_video() && packet.keyframe;
        let late = |s: &Self| {
            s.last_keyframe
                .zip(s.last_video)
                .is_none_or(|(key, now)| now - key >= KEPT)
        };
        if key || late(self) || self.kept_bytes > MOST_KEPT {
            self.kept.clear();
            self.kept_bytes = 0;
        }
        // What lies before a keyframe, or after a gap, is no beginning.
        if key || !self.kept.is_empty() {
            self.kept.push(packet.clone());
            self.kept_bytes += packet.data.len();
        }
    }

    fn push(&mut self, packet: &Arc<Packet>) {
        if packet.is_video() {
            self.stats.video_packets += 1;
        } else if !packet.is_data() {
            self.stats.audio_packets += 1;
        }
        self.stats.bytes += packet.data.len() as u64;
        self.keep(packet);
        self.receivers.retain_mut(|r| {
            if let Some((gate, side)) = &r.gate {
                let stays = gate.take(*side, packet, &r.queue);
                if gate.is_over() {
                    r.gate = None;
                }
                return stays;
            }
            r.started |= packet.is_video() && packet.keyframe;
            if r.started {
                r.queue.send(packet.clone());
            }
            true
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use media::{ColorInfo, FrameRate, StreamKind, VideoCodec, VideoStream, queue::Received};
    use std::{
        sync::atomic::{AtomicU32, Ordering::SeqCst},
        time::Duration,
    };

    fn packet(ms: i64, stream: StreamKind, keyframe: bool) -> Packet {
        let t = MediaTime::from_millis(ms);
        Packet {
            stream,
            data: Bytes::from_static(b"x"),
            pts: t,
            dts: t,
            duration: MediaTime::from_millis(40),
            keyframe,
        }
    }

    /// A fan-out that has run until `until`, with a keyframe at 0, and how often its encoder was asked for another.
    fn running(until: i64) -> (Fanout, Arc<AtomicU32>) {
        let fanout = Fanout::new(StreamInfo {
            video: Some(VideoStream {
                codec: VideoCodec::H264,
                width: 16,
                height: 16,
                rate: FrameRate::whole(25),
                color: ColorInfo::BT709_LIMITED,
                bitrate: 0,
                extradata: Bytes::new(),
            }),
            audio: vec![],
        });
        let asked = Arc::new(AtomicU32::new(0));
        let count = asked.clone();
        fanout.on_keyframe_request(move || {
            count.fetch_add(1, SeqCst);
        });
        fanout.send(packet(-40, StreamKind::Video, false).into());
        for ms in (0..=until).step_by(40) {
            fanout.send(packet(ms - 20, StreamKind::Audio(0), true).into());
            fanout.send(packet(ms, StreamKind::Video, ms == 0).into());
        }
        (fanout, asked)
    }

    fn got(rx: &PacketReceiver) -> Vec<i64> {
        let mut all = vec![];
        while let Received::Packet(p) = rx.recv_timeout(Duration::ZERO) {
            all.push(p.dts.as_millis());
        }
        all
    }

    const LIMIT: MediaTime = MediaTime::from_millis(5000);

    #[test]
    fn who_comes_a_moment_after_a_keyframe_begins_with_it() {
        let (f, asked) = running(200);
        let (rx, _queue) = f.attach(LIMIT, Begins::Soon);
        f.send(packet(240, StreamKind::Video, false).into());
        let all: Vec<i64> = [0].into_iter().chain((20..=200).step_by(20)).chain([240]).collect();
        assert_eq!(got(&rx), all, "in order, once, sound included");
        assert_eq!(asked.load(SeqCst), 0);
    }

    #[test]
    fn who_comes_later_gets_a_keyframe_at_once_and_those_who_wait_with_others_later() {
        let (f, asked) = running(600);
        let (patient, _a) = f.attach(LIMIT, Begins::Next);
        assert_eq!(asked.load(SeqCst), 0, "too soon after the last one");
        let (rx, _b) = f.attach(LIMIT, Begins::Soon);
        let (another, _c) = f.attach(LIMIT, Begins::Soon);
        assert_eq!(asked.load(SeqCst), 1, "both get the same one");
        f.send(packet(640, StreamKind::Video, false).into());
        f.send(packet(680, StreamKind::Video, true).into());
        for rx in [rx, another, patient] {
            assert_eq!(got(&rx), [680]);
        }
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let (f, _) = running(480);
        let big = Packet {
            data: vec![0; MOST_KEPT].into(),
            ..packet(485, StreamKind::Video, false)
        };
        f.send(big.into());
        assert!(f.inner.state.lock().kept_bytes > MOST_KEPT);
        f.send(packet(490, StreamKind::Video, false).into());
        let s = f.inner.state.lock();
        assert!(s.kept.is_empty() && s.kept_bytes == 0);
    }
}
