//! A destination goes over from one fan-out to another while it is live, without losing or repeating a picture: at a keyframe
//! of the new one. Which of the two encoders is ahead is not known, so each waits for the other there:
//!
//! ```text
//! old  ──▶──▶──▶──▶──┐ goes out once the new one has passed its time without a keyframe; from the keyframe's time on, not at all
//! new    held: [key]──▶──▶──┴──▶ … ──▶ goes out once the old one has got to the keyframe's time
//! ```
//! Both fan-outs call it under their own lock, so it takes no lock of theirs.

use media::{MediaTime, Packet, PacketSender};
use parking_lot::Mutex;
use std::{collections::VecDeque, sync::Arc};

/// Most packets that are held of either; an encoder that is so far behind is not waited for.
const MOST_HELD: usize = 1000;

/// Which fan-out a packet comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// The one that is left.
    Old,
    /// The one that is gone to.
    New,
}

/// Called once with the time of the first picture of the new fan-out.
type OnOver = Box<dyn FnOnce(MediaTime) + Send>;

/// Where the two fan-outs meet.
pub(crate) struct Gate {
    state: Mutex<State>,
    /// What waits of the old one is thrown away at the end.
    drop_backlog: bool,
}

#[derive(Default)]
struct State {
    /// Decoding time of the last picture of the old one that went out.
    last: Option<MediaTime>,
    /// Decoding time of the last picture of the new one, before its keyframe.
    passed: Option<MediaTime>,
    /// The keyframe at which it goes over.
    at: Option<MediaTime>,
    old: VecDeque<Arc<Packet>>,
    new: VecDeque<Arc<Packet>>,
    on_over: Option<OnOver>,
    outcome: Outcome,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Outcome {
    #[default]
    Open,
    Over,
    GivenUp,
}

impl Gate {
    pub(crate) fn new(drop_backlog: bool, on_over: OnOver) -> Arc<Self> {
        Arc::new(Self {
            state: Mutex::new(State {
                on_over: Some(on_over),
                ..State::default()
            }),
            drop_backlog,
        })
    }

    /// Takes a packet of one side; false when that side is to let go of the receiver.
    pub(crate) fn take(&self, side: Side, packet: &Arc<Packet>, queue: &PacketSender) -> bool {
        let mut s = self.state.lock();
        match (s.outcome, side) {
            (Outcome::Over, Side::Old) | (Outcome::GivenUp, Side::New) => false,
            (Outcome::Over, Side::New) => {
                queue.send(packet.clone());
                true
            }
            (Outcome::GivenUp, Side::Old) => {
                s.old.drain(..).for_each(|p| queue.send(p));
                queue.send(packet.clone());
                true
            }
            (Outcome::Open, Side::Old) => {
                s.old.push_back(packet.clone());
                self.go_on(&mut s, queue);
                s.outcome != Outcome::Over
            }
            (Outcome::Open, Side::New) => {
                s.arrive(packet);
                self.go_on(&mut s, queue);
                s.outcome != Outcome::GivenUp
            }
        }
    }

    /// Lets out of the old one what may go, and goes over when it is time.
    fn go_on(&self, s: &mut State, queue: &PacketSender) {
        while let Some(p) = s.old.front() {
            let (time, picture) = (p.dts, p.is_video());
            match (s.at, s.passed) {
                (Some(at), _) if time >= at && picture => return self.go_over(s, at, queue),
                // The new one has it too.
                (Some(at), _) if time >= at => {
                    s.old.pop_front();
                    continue;
                }
                // The new one may yet have its keyframe there.
                (None, Some(passed)) if time > passed => break,
                _ => {}
            }
            if picture {
                s.last = Some(time);
            }
            if let Some(p) = s.old.pop_front() {
                queue.send(p);
            }
        }
        if s.old.len().max(s.new.len()) > MOST_HELD {
            s.outcome = Outcome::GivenUp;
            s.new.clear();
            s.old.drain(..).for_each(|p| queue.send(p));
        }
    }

    fn go_over(&self, s: &mut State, at: MediaTime, queue: &PacketSender) {
        s.outcome = Outcome::Over;
        s.old.clear();
        if self.drop_backlog {
            queue.restart();
        }
        if let Some(f) = s.on_over.take() {
            f(at);
        }
        s.new.drain(..).for_each(|p| queue.send(p));
    }

    /// Whether the receiver has gone over, or will not any more.
    pub(crate) fn is_over(&self) -> bool {
        self.state.lock().outcome != Outcome::Open
    }

    /// One side's show has ended: whether that is the receiver's end.
    pub(crate) fn ends(&self, side: Side, queue: &PacketSender) -> bool {
        let mut s = self.state.lock();
        if s.outcome == Outcome::Over {
            return side == Side::New;
        }
        if side == Side::Old {
            s.old.drain(..).for_each(|p| queue.send(p));
        }
        side == Side::Old
    }

    fn give_up(&self) {
        let mut s = self.state.lock();
        if s.outcome == Outcome::Open {
            s.outcome = Outcome::GivenUp;
            s.new.clear();
        }
    }
}

impl State {
    /// Takes a packet of the new one.
    fn arrive(&mut self, packet: &Arc<Packet>) {
        match self.at {
            Some(at) if packet.dts >= at => self.new.push_back(packet.clone()),
            None if packet.is_video() => {
                if packet.keyframe && self.last.is_none_or(|l| packet.dts > l) {
                    self.at = Some(packet.dts);
                    self.new.push_back(packet.clone());
                } else {
                    self.passed = Some(packet.dts);
                }
            }
            _ => {}
        }
    }
}

/// A destination on its way to another fan-out. Dropped before it is there, it stays where it was.
pub struct HandOver {
    gate: Arc<Gate>,
}

impl HandOver {
    pub(crate) fn new(gate: Arc<Gate>) -> Self {
        Self { gate }
    }

    /// Whether it has gone over.
    pub fn is_over(&self) -> bool {
        self.gate.state.lock().outcome == Outcome::Over
    }
}

impl Drop for HandOver {
    fn drop(&mut self) {
        self.gate.give_up();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Fanout, fanout::Begins};
    use bytes::Bytes;
    use media::{FrameRate, PacketReceiver, StreamInfo, StreamKind, VideoCodec, VideoStream, queue::Received};
    use std::time::Duration;

    fn fanout() -> Fanout {
        let video = VideoStream {
            codec: VideoCodec::H264,
            width: 16,
            height: 16,
            rate: FrameRate::whole(10),
            color: media::ColorInfo::BT709_LIMITED,
            bitrate: 0,
            extradata: Bytes::new(),
        };
        Fanout::new(StreamInfo {
            video: Some(video),
            audio: vec![],
        })
    }

    /// Picture `n` at 10 a second, or sound of that time; `whose` is its content.
    fn packet(n: i64, stream: StreamKind, whose: &'static str, keyframe: bool) -> Arc<Packet> {
        let t = MediaTime::from_millis(n * 100);
        Arc::new(Packet {
            stream,
            data: Bytes::from_static(whose.as_bytes()),
            pts: t,
            dts: t,
            duration: MediaTime::from_millis(100),
            keyframe,
        })
    }

    /// What is in the queue, as `a0 b1 …`, sound in brackets.
    fn queued(rx: &PacketReceiver) -> String {
        let mut all = vec![];
        while let Received::Packet(p) = rx.recv_timeout(Duration::ZERO) {
            let text = format!("{}{}", String::from_utf8_lossy(&p.data), p.dts.as_millis() / 100);
            all.push(if p.is_video() { text } else { format!("[{text}]") });
        }
        all.join(" ")
    }

    fn feed(f: &Fanout, whose: &'static str, n: i64, keyframe: bool) {
        f.send(packet(n, StreamKind::Video, whose, keyframe));
        f.send(packet(n, StreamKind::Audio(0), whose, true));
    }

    fn over(
        a: &Fanout,
        b: &Fanout,
        queue: &PacketSender,
        drop_backlog: bool,
    ) -> (HandOver, Arc<Mutex<Option<MediaTime>>>) {
        let told = Arc::new(Mutex::new(None));
        let tell = told.clone();
        let gate = Gate::new(drop_backlog, Box::new(move |t| *tell.lock() = Some(t)));
        assert!(a.leave_by(queue, &gate));
        b.come_by(queue, &gate);
        (HandOver::new(gate), told)
    }

    #[test]
    fn nothing_is_lost_or_repeated_whoever_is_ahead() {
        for ahead in [-2i64, 0, 3] {
            let (a, b) = (fanout(), fanout());
            let (rx, queue) = a.attach(MediaTime::from_millis(60_000), Begins::Next);
            let mut way = None;
            for n in 0..16 {
                feed(&a, "a", n, n % 4 == 0);
                if n == 1 {
                    way = Some(over(&a, &b, &queue, false));
                }
                if n + ahead >= 0 {
                    feed(&b, "b", n + ahead, (n + ahead) % 5 == 0);
                }
            }
            let (way, told) = way.expect("begun");
            assert!(way.is_over(), "{ahead}");
            let got = queued(&rx);
            let at = told.lock().expect("told").as_millis() / 100;
            assert!(at == 5 || at == 10, "at a keyframe of the new one: {at}");
            let pictures: Vec<_> = got.split(' ').filter(|w| !w.starts_with('[')).collect();
            let sounds: Vec<_> = got.split(' ').filter(|w| w.starts_with('[')).collect();
            for (n, w) in pictures.iter().enumerate() {
                let whose = if (n as i64) < at { "a" } else { "b" };
                assert_eq!(*w, format!("{whose}{n}"), "{ahead}: {got}");
            }
            for (n, w) in sounds.iter().enumerate() {
                let whose = if (n as i64) < at { "a" } else { "b" };
                assert_eq!(*w, format!("[{whose}{n}]"), "{ahead}: {got}");
            }
            assert!(pictures.len() >= 13 && sounds.len() >= 13, "{ahead}: {got}");
            a.end();
            assert!(!queue.is_ended(), "the one it left is no end of its own");
            b.end();
            assert!(queue.is_ended());
        }
    }

    #[test]
    fn a_backlog_can_be_left_behind() {
        let (a, b) = (fanout(), fanout());
        let (rx, queue) = a.attach(MediaTime::from_millis(60_000), Begins::Next);
        (0..4).for_each(|n| feed(&a, "a", n, n == 0));
        let (_way, _) = over(&a, &b, &queue, true);
        feed(&a, "a", 4, true);
        (4..8).for_each(|n| feed(&b, "b", n, n == 6));
        (5..8).for_each(|n| feed(&a, "a", n, false));
        assert_eq!(queued(&rx), "b6 [b6] b7 [b7]");
        assert!(queue.stats().video_dropped >= 6, "counted");
    }

    #[test]
    fn given_up_it_stays_where_it_was() {
        let (a, b) = (fanout(), fanout());
        let (rx, queue) = a.attach(MediaTime::from_millis(60_000), Begins::Next);
        feed(&a, "a", 0, true);
        let (way, told) = over(&a, &b, &queue, true);
        feed(&a, "a", 1, false);
        feed(&b, "b", 2, true);
        drop(way);
        feed(&b, "b", 3, false);
        (2..4).for_each(|n| feed(&a, "a", n, false));
        assert_eq!(queued(&rx), "a0 [a0] a1 [a1] a2 [a2] a3 [a3]");
        assert!(told.lock().is_none());
        b.end();
        assert!(!queue.is_ended());
    }
}
