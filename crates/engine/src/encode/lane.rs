//! One encode on its own thread behind a short queue. Handing over never waits: an encoder that falls behind loses pictures
//! for itself alone, counted.

use super::{isolated::Isolated, scaled::Scaled};
use crate::{
    captions::Captioner,
    events::{EventLevel, EventLog},
    feed::Feed,
    wants::{AudioWant, VideoWant},
};
use codec::{AudioEncoder, CodecError, VideoEncoder};
use crossbeam_channel::{Receiver, Sender, TrySendError};
use media::{AudioBlock, Clock, FrameRate, MediaTime, Packet, StreamKind, VideoFrame};
use parking_lot::Mutex;
use std::sync::{
    Arc,
    atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed},
};

/// One video encode.
pub(crate) struct VideoLane {
    pub(crate) id: String,
    pub(crate) canvas: usize,
    pub(crate) implementation: String,
    pub(crate) want: VideoWant,
    /// The canvas' rate.
    pub(crate) rate: FrameRate,
    pub(crate) queue: Mutex<Option<Sender<Arc<VideoFrame>>>>,
    pub(crate) feeds: Mutex<Vec<Arc<Feed>>>,
    pub(crate) scaled: Option<Arc<Scaled>>,
    /// Brings the picture of a source into the encoder's form.
    pub(crate) isolated: Option<Isolated>,
    pub(crate) stream: media::VideoStream,
    pub(crate) force_key: Arc<AtomicBool>,
    /// Times at which keyframes are wanted.
    pub(crate) keys_at: Mutex<Vec<MediaTime>>,
    pub(crate) frames_in: AtomicU64,
    pub(crate) frames_out: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) bytes: AtomicU64,
    /// Time spent encoding, and pictures encoded in it.
    pub(crate) encode_ns: AtomicU64,
    pub(crate) encoded: AtomicU64,
    /// Engine time at which the picture in the encoder went in; `IDLE` between pictures.
    pub(crate) busy_since: AtomicI64,
    /// The rate its encoder is to keep to, kbit/s; 0 where it can't be changed.
    pub(crate) target_kbps: AtomicU32,
    pub(crate) failed: AtomicBool,
    /// Its failure has been counted.
    pub(crate) counted: AtomicBool,
}

/// Most keyframes wanted at times to come.
const MOST_KEYS: usize = 16;
/// No picture is in the encoder.
pub(crate) const IDLE: i64 = i64::MAX;

impl VideoLane {
    /// Whether it encodes this canvas' own picture.
    pub(crate) fn shows(&self, canvas: usize) -> bool {
        self.canvas == canvas && self.want.source.is_none()
    }

    /// Makes the first picture from `time` on a keyframe.
    pub(crate) fn key_at(&self, time: MediaTime) {
        let mut keys = self.keys_at.lock();
        if keys.len() < MOST_KEYS && !keys.contains(&time) {
            keys.push(time);
        }
    }

    /// Whether the picture of this time is to be a keyframe.
    fn takes_key(&self, time: MediaTime) -> bool {
        let mut keys = self.keys_at.lock();
        let before = keys.len();
        keys.retain(|t| *t > time);
        let due = keys.len() < before;
        drop(keys);
        self.force_key.swap(false, Relaxed) || due
    }

    /// How many have it who are no mere visitors.
    pub(crate) fn owners(&self) -> usize {
        self.feeds.lock().iter().filter(|f| !f.visiting).count()
    }

    /// Back to the rate of the project: whoever shares it now must get that.
    pub(crate) fn restore_rate(&self) {
        if self.target_kbps.load(Relaxed) > 0 {
            self.target_kbps.store(self.want.settings.bitrate_kbps, Relaxed);
        }
    }

    /// Hands over a picture; a full queue loses it, counted. Pictures between those wanted are not its own.
    pub(crate) fn offer(&self, frame: &Arc<VideoFrame>) {
        let every = i64::from(self.want.every);
        if every > 1 && self.rate.index_at(frame.time).rem_euclid(every) != 0 {
            return;
        }
        let queue = self.queue.lock();
        let Some(tx) = queue.as_ref() else { return };
        self.frames_in.fetch_add(1, Relaxed);
        match tx.try_send(frame.clone()) {
            Ok(()) | Err(TrySendError::Disconnected(_)) => {}
            Err(TrySendError::Full(_)) => {
                self.dropped.fetch_add(1, Relaxed);
            }
        }
    }

    /// Mean time to encode a picture so far, ms.
    pub(crate) fn encode_ms(&self) -> Option<f64> {
        let n = self.encoded.load(Relaxed);
        (n > 0).then(|| self.encode_ns.load(Relaxed) as f64 / 1e6 / n as f64)
    }

    fn publish(&self, packets: &mut Vec<Packet>, captioner: Option<&mut Captioner>) {
        if packets.is_empty() {
            return;
        }
        if let Some(c) = captioner {
            packets.iter_mut().for_each(|p| c.comes_out(p));
        }
        self.frames_out.fetch_add(packets.len() as u64, Relaxed);
        self.bytes
            .fetch_add(packets.iter().map(|p| p.data.len() as u64).sum(), Relaxed);
        let shared: Vec<Arc<Packet>> = packets.drain(..).map(Arc::new).collect();
        for feed in self.feeds.lock().iter() {
            feed.push(shared.iter().cloned());
        }
    }

    fn encode(
        &self,
        encoder: &mut VideoEncoder,
        frame: &Arc<VideoFrame>,
        out: &mut Vec<Packet>,
        clock: &dyn Clock,
    ) -> Result<(), CodecError> {
        let begun = clock.now();
        self.busy_since.store(begun.0, Relaxed);
        let made = match (&self.isolated, &self.scaled) {
            (Some(i), _) => Some(i.picture(frame)?),
            (None, Some(s)) => Some(s.picture(frame)?),
            (None, None) => None,
        };
        let key = self.takes_key(frame.time);
        let done = encoder.encode(made.as_deref().unwrap_or(frame), key, out);
        self.busy_since.store(IDLE, Relaxed);
        self.encode_ns.fetch_add((clock.now() - begun).0.max(0) as u64, Relaxed);
        self.encoded.fetch_add(1, Relaxed);
        done
    }

    /// Whether one picture has been in the encoder for longer than `limit`: its driver hangs.
    pub(crate) fn hangs(&self, now: MediaTime, limit: MediaTime) -> bool {
        let since = self.busy_since.load(Relaxed);
        since != IDLE && now - MediaTime(since) > limit
    }

    pub(crate) fn run(
        &self,
        (mut encoder, mut captioner): (VideoEncoder, Option<Captioner>),
        frames: &Receiver<Arc<VideoFrame>>,
        clock: &dyn Clock,
        log: &EventLog,
    ) {
        let mut out = Vec::new();
        let mut result = Ok(());
        let mut kbps = self.target_kbps.load(Relaxed);
        let mut load = Load::new(self.want.rate(self.rate));
        for frame in frames {
            if encoder.can_spread() && load.is_too_much(frames.len()) {
                tracing::info!("encoder {}: one thread is too slow, it gets others to help", self.id);
                result = encoder.spread(&mut out);
                self.publish(&mut out, captioner.as_mut());
                if result.is_err() {
                    break;
                }
            }
            let wanted = self.target_kbps.load(Relaxed);
            if wanted != kbps {
                encoder.set_bitrate(wanted);
                kbps = wanted;
            }
            if let Some(c) = &mut captioner {
                c.goes_in(frame.time);
            }
            let begun = clock.now();
            result = self.encode(&mut encoder, &frame, &mut out, clock);
            load.add(clock.now() - begun);
            if result.is_err() {
                break;
            }
            self.publish(&mut out, captioner.as_mut());
        }
        if result.is_ok() {
            result = encoder.finish(&mut out);
            self.publish(&mut out, captioner.as_mut());
        }
        self.busy_since.store(IDLE, Relaxed);
        if let Err(e) = result {
            self.failed.store(true, Relaxed);
            // Nobody will empty the queue any more.
            self.queue.lock().take();
            log.add(
                EventLevel::Error,
                format!("encoder:{}", self.id),
                format!("encoder {} stopped: {e}", self.implementation),
            );
        }
        for feed in self.feeds.lock().iter() {
            feed.end_stream(StreamKind::Video);
        }
    }
}

/// How much of its time an encoder is at work, followed over about a second.
struct Load {
    period: f64,
    share: f64,
    /// Weight of one picture.
    weight: f64,
}

impl Load {
    /// Share of the time above which the next hard scene would cost pictures.
    const MOST: f64 = 0.85;
    /// Pictures that wait tell the same, sooner; their time in seconds. The queue holds [`super::VIDEO_QUEUE_S`].
    const BACKLOG_S: f64 = 0.2;

    fn new(rate: FrameRate) -> Self {
        let fps = rate.as_f64();
        Self {
            period: 1e9 / fps,
            share: 0.0,
            weight: 1.0 / fps.max(1.0),
        }
    }

    fn add(&mut self, took: MediaTime) {
        self.share += (took.0.max(0) as f64 / self.period - self.share) * self.weight;
    }

    fn is_too_much(&self, waiting: usize) -> bool {
        self.share > Self::MOST || waiting as f64 * self.period / 1e9 > Self::BACKLOG_S
    }
}

/// One audio encode of a track.
pub(crate) struct AudioLane {
    pub(crate) want: AudioWant,
    pub(crate) queue: Mutex<Option<Sender<Arc<AudioBlock>>>>,
    /// Who gets it, as which of their tracks.
    pub(crate) feeds: Mutex<Vec<(Arc<Feed>, u8)>>,
    pub(crate) stream: media::AudioStream,
}

/// The tracks of one block, in the document's order.
pub(crate) struct Mixed<'a> {
    pub(crate) ids: &'a [String],
    pub(crate) blocks: &'a [Arc<AudioBlock>],
}

impl AudioLane {
    /// Hands over a block of its track; silence when the track is not there any more. Never waits.
    pub(crate) fn offer(&self, mixed: &Mixed<'_>) {
        let queue = self.queue.lock();
        let (Some(tx), Some(first)) = (queue.as_ref(), mixed.blocks.first()) else {
            return;
        };
        let place = mixed.ids.iter().position(|id| *id == self.want.track);
        let block = place.and_then(|i| mixed.blocks.get(i)).cloned();
        let block = block.unwrap_or_else(|| Arc::new(AudioBlock::silence(first.time, first.frames())));
        if tx.try_send(block).is_err() {
            tracing::warn!("the audio encoder is too slow: 10 ms of sound lost");
        }
    }

    fn publish(&self, out: &mut Vec<Packet>) {
        let shared: Vec<_> = out.drain(..).map(Arc::new).collect();
        if shared.is_empty() {
            return;
        }
        for (feed, index) in self.feeds.lock().iter() {
            match index {
                0 => feed.push(shared.iter().cloned()),
                // The payload is shared all the same.
                i => feed.push(shared.iter().map(|p| {
                    let mut renamed = Packet::clone(p);
                    renamed.stream = StreamKind::Audio(*i);
                    Arc::new(renamed)
                })),
            }
        }
    }

    pub(crate) fn run(&self, mut encoder: AudioEncoder, blocks: &Receiver<Arc<AudioBlock>>, log: &EventLog) {
        let mut out: Vec<Packet> = Vec::new();
        let mut result = Ok(());
        let mut waits = self.want.begins.as_ref();
        for mut block in blocks {
            if let Some(begin) = waits {
                let Some(first) = begin.trimmed(&block, encoder.stream()) else {
                    continue;
                };
                block = Arc::new(first);
                waits = None;
            }
            result = encoder.encode(&block, &mut out);
            if result.is_err() {
                break;
            }
            self.publish(&mut out);
        }
        if let Err(e) = result.and_then(|()| encoder.finish(&mut out)) {
            log.add(
                EventLevel::Error,
                "encoder:audio",
                format!("the sound encoder stopped: {e}"),
            );
        }
        self.publish(&mut out);
        for (feed, index) in self.feeds.lock().iter() {
            feed.end_stream(StreamKind::Audio(*index));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_load_is_too_much_when_it_lasts_or_pictures_wait() {
        let rate = FrameRate::whole(30);
        let mut load = Load::new(rate);
        for _ in 0..300 {
            load.add(MediaTime::from_millis(25));
        }
        assert!(!load.is_too_much(2), "three quarters of the time is fine");
        load.add(MediaTime::from_millis(120));
        assert!(!load.is_too_much(4), "one hard picture is, too");
        assert!(load.is_too_much(7), "pictures wait");
        for _ in 0..60 {
            load.add(MediaTime::from_millis(32));
        }
        assert!(load.is_too_much(0));
    }
}
