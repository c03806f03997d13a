//! Puts the packets of one output in order of decoding time before they fan out.
//!
//! The video encoder looks ahead and so answers later than the audio encoder; a destination must get both in step. A
//! packet is let go once every stream has one at or after its time. A stream that falls silent holds the others up for
//! at most [`PATIENCE`], then they go on without it.

use media::{MediaTime, Packet, StreamKind};
use outputs::Fanout;
use parking_lot::Mutex;
use std::{collections::VecDeque, sync::Arc};

/// The longest a packet waits for the other stream.
const PATIENCE: MediaTime = MediaTime::from_millis(3000);

/// One output: its packets in order, and who gets them.
pub(crate) struct Feed {
    pub(crate) fanout: Fanout,
    inner: Mutex<Interleaver>,
}

impl Feed {
    pub(crate) fn new(fanout: Fanout) -> Self {
        let audio = fanout.info().audio.len();
        Self {
            fanout,
            inner: Mutex::new(Interleaver::new(audio)),
        }
    }

    /// Adds packets of one stream and passes on what is in order now. Never blocks on a destination.
    pub(crate) fn push(&self, packets: impl IntoIterator<Item = Arc<Packet>>) {
        let mut inner = self.inner.lock();
        for p in packets {
            inner.push(p);
        }
        while let Some(p) = inner.pop() {
            self.fanout.send(p);
        }
    }

    /// A stream has ended; after the last one everything is passed on and the destinations see the end.
    pub(crate) fn end_stream(&self, stream: StreamKind) {
        let mut inner = self.inner.lock();
        inner.end(stream);
        while let Some(p) = inner.pop() {
            self.fanout.send(p);
        }
        if inner.all_ended() {
            self.fanout.end();
        }
    }
}

struct Lane {
    packets: VecDeque<Arc<Packet>>,
    ended: bool,
}

/// The ordering itself: lane 0 is video, the others are the audio tracks.
struct Interleaver {
    lanes: Vec<Lane>,
}

impl Interleaver {
    fn new(audio_tracks: usize) -> Self {
        Self {
            lanes: (0..=audio_tracks)
                .map(|_| Lane {
                    packets: VecDeque::new(),
                    ended: false,
                })
                .collect(),
        }
    }

    fn index(stream: StreamKind) -> usize {
        match stream {
            StreamKind::Video => 0,
            StreamKind::Audio(n) => 1 + n as usize,
        }
    }

    fn push(&mut self, p: Arc<Packet>) {
        if let Some(lane) = self.lanes.get_mut(Self::index(p.stream)) {
            lane.packets.push_back(p);
        }
    }

    fn end(&mut self, stream: StreamKind) {
        if let Some(lane) = self.lanes.get_mut(Self::index(stream)) {
            lane.ended = true;
        }
    }

    fn all_ended(&self) -> bool {
        self.lanes.iter().all(|l| l.ended)
    }

    /// The next packet in order, if it is known to be the next.
    fn pop(&mut self) -> Option<Arc<Packet>> {
        let (i, head) = self
            .lanes
            .iter()
            .enumerate()
            .filter_map(|(i, l)| l.packets.front().map(|p| (i, p.dts)))
            .min_by_key(|&(_, dts)| dts)?;
        let complete = self.lanes.iter().all(|l| l.ended || !l.packets.is_empty());
        let waited = self.lanes[i].packets.back().is_some_and(|b| b.dts - head > PATIENCE);
        if complete || waited {
            self.lanes[i].packets.pop_front()
        } else {
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn p(ms: i64, stream: StreamKind) -> Arc<Packet> {
        let t = MediaTime::from_millis(ms);
        Arc::new(Packet {
            stream,
            data: Bytes::from_static(b"x"),
            pts: t,
            dts: t,
            duration: MediaTime::from_millis(20),
            keyframe: true,
        })
    }
    fn drain(i: &mut Interleaver) -> Vec<(i64, bool)> {
        std::iter::from_fn(|| i.pop())
            .map(|p| (p.dts.as_millis(), p.is_video()))
            .collect()
    }

    #[test]
    fn audio_waits_for_the_slower_picture() {
        let mut i = Interleaver::new(1);
        for t in [0, 20, 40] {
            i.push(p(t, StreamKind::Audio(0)));
        }
        assert_eq!(drain(&mut i), []);
        i.push(p(10, StreamKind::Video));
        assert_eq!(drain(&mut i), [(0, false), (10, true)]);
        i.push(p(50, StreamKind::Video));
        assert_eq!(drain(&mut i), [(20, false), (40, false)]);
        i.end(StreamKind::Audio(0));
        assert_eq!(drain(&mut i), [(50, true)]);
    }

    #[test]
    fn a_stalled_encoder_does_not_hold_the_other_for_ever() {
        let mut i = Interleaver::new(1);
        for t in 0..200 {
            i.push(p(t * 20, StreamKind::Audio(0)));
        }
        let got = drain(&mut i);
        assert_eq!(got.first(), Some(&(0, false)));
        assert!((45..60).contains(&got.len()), "{}", got.len());
    }
}
