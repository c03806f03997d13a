//! The encoders of a show: one per distinct encode, each on its own thread behind a short queue, started when the first
//! destination or recording asks for it, shared by all that ask for the same, and ended when the last of them is gone. One
//! that fails takes nobody with it: whoever asks anew gets another implementation.

mod isolated;
mod lane;
mod scaled;
#[cfg(test)]
mod tests;
mod visit;

pub(crate) use lane::{AudioLane, Mixed, VideoLane};
pub(crate) use visit::Host;

use crate::{
    EngineError,
    captions::{Caption, Captioner},
    events::{EventLevel, EventLog},
    feed::Feed,
    wants::{AudioWant, VideoWant, Want},
};
use arc_swap::ArcSwap;
use codec::{AudioEncoder, Availability, VideoEncoder};
use crossbeam_channel::bounded;
use isolated::Isolated;
use lane::IDLE;
use media::{Clock, FrameRate, MediaTime, Packet, StreamInfo};
use outputs::Fanout;
use parking_lot::Mutex;
use project::{Project, VideoCodecName, VideoEncoding};
use scaled::{ScaleKey, Scaled};
use std::{
    collections::HashMap,
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicI64, AtomicU32, AtomicU64, Ordering::Relaxed},
    },
    thread::JoinHandle,
};

/// Seconds of pictures that may wait for an encoder: a busy moment of the machine costs no picture. Each may hold a whole
/// picture's memory, but the queue is nearly empty while all is well.
const VIDEO_QUEUE_S: f64 = 1.0;
/// Audio blocks (10 ms) that may wait.
const AUDIO_QUEUE: usize = 100;
/// An encoder that sits on one picture for longer hangs.
const HANGS_AFTER: MediaTime = MediaTime::from_millis(10_000);
/// Times an implementation may fail in a show before it is not tried any more.
const MOST_FAILURES: u32 = 3;

/// How many pictures of this rate may wait.
fn queue_length(rate: FrameRate) -> usize {
    (rate.as_f64() * VIDEO_QUEUE_S).ceil().max(4.0) as usize
}

/// What the encoders of a canvas are opened for.
#[derive(Clone, Copy)]
pub(crate) struct CanvasFormat {
    pub(crate) size: (u32, u32),
    pub(crate) rate: FrameRate,
}

/// Finds out which encoders of a codec work here.
pub(crate) type Probes = Box<dyn Fn(VideoCodecName) -> Vec<Availability> + Send + Sync>;

/// Somebody's use of an output of the encoders: they run while it lives.
pub(crate) struct Lease {
    pub(crate) feed: Arc<Feed>,
    video: Option<Arc<VideoLane>>,
}

impl Lease {
    /// Asks for a keyframe at the first picture from this time on. The time should lie ahead: what is encoded stays.
    pub(crate) fn key_at(&self, time: MediaTime) {
        if let Some(v) = &self.video {
            v.key_at(time);
        }
    }

    /// The rate of its picture, where only who asks has that picture and it can be changed.
    pub(crate) fn own_rate(self: &Arc<Self>) -> Option<OwnRate> {
        let lane = self.video.as_ref()?;
        let alone = Arc::strong_count(self) == 1 && lane.owners() == 1;
        let now = lane.target_kbps.load(Relaxed);
        (alone && now > 0).then(|| OwnRate {
            lane: lane.clone(),
            full_kbps: lane.want.settings.bitrate_kbps,
        })
    }

    /// Whether its picture has stopped for good: whoever has it must ask for another.
    pub(crate) fn has_failed(&self) -> bool {
        self.video.as_ref().is_some_and(|v| v.failed.load(Relaxed))
    }
}

/// The rate of a picture that one destination has to itself.
pub(crate) struct OwnRate {
    lane: Arc<VideoLane>,
    /// As the project has it, kbit/s.
    pub(crate) full_kbps: u32,
}

impl OwnRate {
    pub(crate) fn set(&self, kbps: u32) {
        self.lane.target_kbps.store(kbps.max(1), Relaxed);
    }
}

/// An output with the lanes it comes from.
struct Output {
    video: Option<Arc<VideoLane>>,
    audio: Vec<Arc<AudioLane>>,
    lease: Weak<Lease>,
    feed: Arc<Feed>,
}

impl Output {
    fn is_made_of(&self, video: Option<&Arc<VideoLane>>, audio: &[Arc<AudioLane>]) -> bool {
        let same_video = match (&self.video, video) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        same_video && self.audio.len() == audio.len() && self.audio.iter().zip(audio).all(|(a, b)| Arc::ptr_eq(a, b))
    }
}

/// Ended encoders kept for the report.
const ENDED_KEPT: usize = 32;

/// What tells encode times apart.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(crate) struct Measure {
    pub(crate) codec: VideoCodecName,
    pub(crate) implementation: String,
    pub(crate) size: (u32, u32),
    pub(crate) preset: String,
}

/// An encoder's thread, with the video lane it works for.
type Worker = (JoinHandle<()>, Option<Arc<VideoLane>>);

/// All encoders of a show.
pub(crate) struct Encoders {
    pub(crate) video: Arc<ArcSwap<Vec<Arc<VideoLane>>>>,
    pub(crate) audio: Arc<ArcSwap<Vec<Arc<AudioLane>>>>,
    /// Video lanes that have ended before the show.
    pub(crate) ended: Mutex<Vec<Arc<VideoLane>>>,
    outputs: Mutex<Vec<Output>>,
    threads: Mutex<Vec<Worker>>,
    scaled: Mutex<Vec<Weak<Scaled>>>,
    failures: Mutex<HashMap<(VideoCodecName, String), u32>>,
    /// Encode times of lanes that have ended, ms.
    measured: Mutex<HashMap<Measure, f64>>,
    canvases: Vec<CanvasFormat>,
    probes: Probes,
    clock: Arc<dyn Clock>,
    log: EventLog,
    captions: Arc<Caption>,
}

impl Encoders {
    pub(crate) fn new(canvases: Vec<CanvasFormat>, probes: Probes, clock: Arc<dyn Clock>, log: EventLog) -> Self {
        Self {
            video: Arc::default(),
            audio: Arc::default(),
            ended: Mutex::default(),
            outputs: Mutex::default(),
            threads: Mutex::default(),
            scaled: Mutex::default(),
            failures: Mutex::default(),
            measured: Mutex::default(),
            canvases,
            probes,
            clock,
            log,
            captions: Arc::default(),
        }
    }

    /// With the captions that go into the pictures of canvases.
    pub(crate) fn with_captions(mut self, captions: Arc<Caption>) -> Self {
        self.captions = captions;
        self
    }

    /// Puts a packet of timed data into every output. False when there is none.
    pub(crate) fn send_data(&self, packet: &Arc<Packet>) -> bool {
        let outputs = self.outputs.lock();
        for o in outputs.iter() {
            o.feed.push([packet.clone()]);
        }
        !outputs.is_empty()
    }

    /// The output of the project's encoder `id` (the first when empty) with all audio tracks, started now if nobody used
    /// it before.
    pub(crate) fn feed(&self, project: &Project, id: &str) -> Result<Arc<Lease>, EngineError> {
        self.lease(&Want::of_encoder(project, &self.canvases, id)?)
    }

    /// The output that somebody wants, started now if nobody had it before.
    pub(crate) fn lease(&self, want: &Want) -> Result<Arc<Lease>, EngineError> {
        // Held throughout, so that two askers never start the same encode twice.
        let mut outputs = self.outputs.lock();
        let video = want
            .video
            .as_ref()
            .map(|v| self.video_lane(&want.encoder, v))
            .transpose()?;
        let audio = want
            .audio
            .iter()
            .map(|a| self.audio_lane(a))
            .collect::<Result<Vec<_>, _>>()?;
        let same = |o: &&mut Output| !o.feed.visiting && o.is_made_of(video.as_ref(), &audio);
        if let Some(o) = outputs.iter_mut().find(same) {
            let lease = o.lease.upgrade().unwrap_or_else(|| {
                Arc::new(Lease {
                    feed: o.feed.clone(),
                    video: o.video.clone(),
                })
            });
            o.lease = Arc::downgrade(&lease);
            return Ok(lease);
        }
        let runs = video.as_ref().is_some_and(|v| v.frames_in.load(Relaxed) > 0);
        let lease = open_output(&mut outputs, video, audio, Feed::new);
        if runs {
            // Its fan-out is new and knows of no keyframe, so whoever comes would wait for the next one there is.
            lease.feed.fanout.request_keyframe();
        }
        Ok(lease)
    }

    /// Ends the encoders that nobody uses any more, and joins those that have ended.
    pub(crate) fn release_unused(&self) {
        self.end_hanging();
        self.count_failures(&self.video.load());
        let mut outputs = self.outputs.lock();
        outputs.retain(|o| {
            let used = o.lease.strong_count() > 0;
            if !used {
                if let Some(v) = &o.video {
                    v.feeds.lock().retain(|f| !Arc::ptr_eq(f, &o.feed));
                }
                for a in &o.audio {
                    a.feeds.lock().retain(|(f, _)| !Arc::ptr_eq(f, &o.feed));
                }
                o.feed.fanout.end();
            }
            used
        });
        self.retire(&outputs);
        drop(outputs);
        self.join_finished();
    }

    /// Lanes that are in no output any more get nothing further, and so end.
    fn retire(&self, outputs: &[Output]) {
        let lanes = self.video.load_full();
        let uses = |o: &Output, l: &Arc<VideoLane>| o.video.as_ref().is_some_and(|v| Arc::ptr_eq(v, l));
        let idle = |l: &Arc<VideoLane>| !outputs.iter().any(|o| uses(o, l));
        let (ended, going): (Vec<_>, Vec<_>) = lanes.iter().cloned().partition(idle);
        if !ended.is_empty() {
            self.video.store(Arc::new(going));
            for lane in &ended {
                lane.queue.lock().take();
                self.remember(lane);
            }
            let mut kept = self.ended.lock();
            kept.extend(ended);
            let surplus = kept.len().saturating_sub(ENDED_KEPT);
            kept.drain(..surplus);
        }
        let lanes = self.audio.load_full();
        let uses = |o: &Output, l: &Arc<AudioLane>| o.audio.iter().any(|a| Arc::ptr_eq(a, l));
        let idle = |l: &Arc<AudioLane>| !outputs.iter().any(|o| uses(o, l));
        let (ended, going): (Vec<_>, Vec<_>) = lanes.iter().cloned().partition(idle);
        if !ended.is_empty() {
            self.audio.store(Arc::new(going));
            for lane in ended {
                lane.queue.lock().take();
            }
        }
    }

    /// A driver that has sat on one picture for long will not come back: its users get another encoder.
    fn end_hanging(&self) {
        let now = self.clock.now();
        for lane in self.video.load().iter() {
            if !lane.failed.load(Relaxed) && lane.hangs(now, HANGS_AFTER) {
                lane.failed.store(true, Relaxed);
                lane.queue.lock().take();
                let text = format!("encoder {} does not answer any more", lane.implementation);
                self.log.add(EventLevel::Error, format!("encoder:{}", lane.id), text);
            }
        }
    }

    /// What encoding with these settings takes a picture, ms, as far as this show has measured it.
    pub(crate) fn measured_ms(&self, of: &Measure) -> Option<f64> {
        let lanes = self.video.load();
        let running = lanes.iter().find(|l| measure(l) == *of).and_then(|l| l.encode_ms());
        running.or_else(|| self.measured.lock().get(of).copied())
    }

    fn remember(&self, lane: &VideoLane) {
        if let Some(ms) = lane.encode_ms() {
            self.measured.lock().insert(measure(lane), ms);
        }
    }

    fn join_finished(&self) {
        let mut threads = self.threads.lock();
        let (over, going): (Vec<_>, Vec<_>) = threads.drain(..).partition(|(t, _)| t.is_finished());
        *threads = going;
        drop(threads);
        self.join_all(over);
    }

    fn video_lane(&self, id: &str, want: &VideoWant) -> Result<Arc<VideoLane>, EngineError> {
        let lanes = self.video.load();
        // One that has failed is not used again: whoever comes anew may find an encoder that works.
        let same = |l: &&Arc<VideoLane>| l.want == *want && !l.failed.load(Relaxed);
        if let Some(lane) = lanes.iter().find(same) {
            lane.restore_rate();
            return Ok(lane.clone());
        }
        let format = self.canvases[want.canvas];
        let rate = want.rate(format.rate);
        self.count_failures(&lanes);
        let (implementation, encoder) = self.open_video(id, &want.settings, want.size, rate)?;
        let of_canvas = want.source.is_none();
        let scaled = (of_canvas && want.size != format.size)
            .then(|| self.scaled(want))
            .transpose()?;
        let isolated = (!of_canvas).then(|| Isolated::new(want.size)).transpose()?;
        let (tx, rx) = bounded(queue_length(rate));
        let lane = Arc::new(VideoLane {
            id: id.to_owned(),
            canvas: want.canvas,
            implementation,
            want: want.clone(),
            rate: format.rate,
            queue: Mutex::new(Some(tx)),
            feeds: Mutex::default(),
            scaled,
            isolated,
            stream: encoder.stream().clone(),
            force_key: Arc::default(),
            keys_at: Mutex::default(),
            frames_in: AtomicU64::new(0),
            frames_out: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            encode_ns: AtomicU64::new(0),
            encoded: AtomicU64::new(0),
            busy_since: AtomicI64::new(IDLE),
            target_kbps: AtomicU32::new(if encoder.has_steerable_rate() {
                want.settings.bitrate_kbps
            } else {
                0
            }),
            failed: AtomicBool::new(false),
            counted: AtomicBool::new(false),
        });
        let captioner = of_canvas
            .then(|| Captioner::new(&self.captions, lane.stream.codec))
            .flatten();
        let (worker, log, clock) = (lane.clone(), self.log.clone(), self.clock.clone());
        let thread = std::thread::Builder::new()
            .name(format!("encode-{id}"))
            .spawn(move || worker.run((encoder, captioner), &rx, &*clock, &log))?;
        self.threads.lock().push((thread, Some(lane.clone())));
        self.video
            .store(Arc::new(lanes.iter().cloned().chain([lane.clone()]).collect()));
        Ok(lane)
    }

    /// The canvas at the size wanted, shared with whoever has it already.
    fn scaled(&self, want: &VideoWant) -> Result<Arc<Scaled>, EngineError> {
        let key = ScaleKey {
            canvas: want.canvas,
            size: want.size,
            filter: want.filter,
        };
        let mut known = self.scaled.lock();
        known.retain(|s| s.strong_count() > 0);
        if let Some(s) = known.iter().filter_map(Weak::upgrade).find(|s| s.key == key) {
            return Ok(s);
        }
        let new = Arc::new(Scaled::new(key)?);
        known.push(Arc::downgrade(&new));
        Ok(new)
    }

    /// Counts lanes that have failed, each once.
    fn count_failures(&self, lanes: &[Arc<VideoLane>]) {
        let failed: Vec<_> = lanes.iter().filter(|l| l.failed.load(Relaxed)).collect();
        let mut counts = self.failures.lock();
        for lane in failed {
            if !lane.counted.swap(true, Relaxed) {
                let key = (lane.want.settings.codec, lane.implementation.clone());
                *counts.entry(key).or_default() += 1;
            }
        }
    }

    /// Opens the wanted encoder, or another one with a word in the log.
    fn open_video(
        &self,
        id: &str,
        settings: &VideoEncoding,
        (width, height): (u32, u32),
        rate: FrameRate,
    ) -> Result<(String, VideoEncoder), EngineError> {
        let warn = |text| self.log.add(EventLevel::Warning, format!("encoder:{id}"), text);
        let (chosen, why, candidates) = self.candidates(settings)?;
        if let Some(why) = why {
            warn(why);
        }
        let mut last = None;
        for name in candidates {
            match VideoEncoder::open(&name, settings, width, height, rate) {
                Ok(e) => {
                    if name != chosen {
                        warn(format!("{name} encodes instead of {chosen}"));
                    }
                    return Ok((name, e));
                }
                Err(e) => {
                    warn(format!("{name} could not be opened: {e}"));
                    last = Some(e);
                }
            }
        }
        Err(match last {
            Some(e) => e.into(),
            None => EngineError::BadValue(format!(
                "{chosen} stopped {MOST_FAILURES} times in this show; choose another encoder for it in the settings"
            )),
        })
    }

    /// The chosen encoder, why it is not the one that was wanted, and what to try in this order: it, then those that need
    /// no hardware; one that failed in this show comes last, and not at all when it failed too often.
    fn candidates(&self, settings: &VideoEncoding) -> Result<(String, Option<String>, Vec<String>), EngineError> {
        let codec = settings.codec;
        let failures = self.failures.lock().clone();
        let failed = |name: &str| failures.get(&(codec, name.to_owned())).copied().unwrap_or_default();
        let mut probes = if needs_probing(settings) {
            (self.probes)(codec)
        } else {
            vec![]
        };
        for p in probes.iter_mut().filter(|p| failed(&p.id) > 0) {
            p.available = false;
            p.reason = Some("it stopped during this show".into());
        }
        let (chosen, why) = codec::choose(codec, &settings.implementation, &probes)?;
        let mut list = vec![chosen.clone()];
        list.extend(
            codec::software_encoders(codec)
                .filter(|s| *s != chosen)
                .map(str::to_owned),
        );
        list.retain(|name| failed(name) < MOST_FAILURES);
        list.sort_by_key(|name| failed(name));
        Ok((chosen, why, list))
    }

    fn audio_lane(&self, want: &AudioWant) -> Result<Arc<AudioLane>, EngineError> {
        let lanes = self.audio.load();
        if let Some(lane) = lanes.iter().find(|l| l.want == *want) {
            return Ok(lane.clone());
        }
        let encoder = AudioEncoder::open(&want.settings)?;
        let (tx, rx) = bounded(AUDIO_QUEUE);
        let lane = Arc::new(AudioLane {
            want: want.clone(),
            queue: Mutex::new(Some(tx)),
            feeds: Mutex::default(),
            stream: encoder.stream().clone(),
        });
        let (worker, log) = (lane.clone(), self.log.clone());
        let thread = std::thread::Builder::new()
            .name("encode-audio".into())
            .spawn(move || worker.run(encoder, &rx, &log))?;
        self.threads.lock().push((thread, None));
        self.audio
            .store(Arc::new(lanes.iter().cloned().chain([lane.clone()]).collect()));
        Ok(lane)
    }

    /// No more pictures come: the video encoders empty themselves.
    pub(crate) fn end_video(&self) {
        for lane in self.video.load().iter() {
            lane.queue.lock().take();
        }
    }

    /// No more sound comes.
    pub(crate) fn end_audio(&self) {
        for lane in self.audio.load().iter() {
            lane.queue.lock().take();
        }
    }

    /// Waits for the encoders to end; call both `end_*` first. One whose driver hangs is not waited for.
    pub(crate) fn join(&self) {
        let all: Vec<_> = self.threads.lock().drain(..).collect();
        self.join_all(all);
    }

    fn join_all(&self, threads: Vec<Worker>) {
        for (t, lane) in threads {
            let hangs = |l: &Arc<VideoLane>| l.hangs(self.clock.now(), HANGS_AFTER);
            if !t.is_finished() && lane.as_ref().is_some_and(hangs) {
                continue;
            }
            if t.join().is_err() {
                self.log
                    .add(EventLevel::Error, "encoder", "an encoder ended in a fault");
            }
        }
    }
}

/// A new output of these lanes.
fn open_output(
    outputs: &mut Vec<Output>,
    video: Option<Arc<VideoLane>>,
    audio: Vec<Arc<AudioLane>>,
    feed: impl FnOnce(Fanout) -> Feed,
) -> Arc<Lease> {
    let fanout = Fanout::new(StreamInfo {
        video: video.as_ref().map(|v| v.stream.clone()),
        audio: audio.iter().map(|a| a.stream.clone()).collect(),
    });
    if let Some(v) = &video {
        let key = v.force_key.clone();
        fanout.on_keyframe_request(move || key.store(true, Relaxed));
    }
    let feed = Arc::new(feed(fanout));
    if let Some(v) = &video {
        v.feeds.lock().push(feed.clone());
    }
    for (lane, index) in audio.iter().zip(0u8..) {
        lane.feeds.lock().push((feed.clone(), index));
    }
    let lease = Arc::new(Lease {
        feed: feed.clone(),
        video: video.clone(),
    });
    outputs.push(Output {
        video,
        audio,
        lease: Arc::downgrade(&lease),
        feed,
    });
    lease
}

fn measure(lane: &VideoLane) -> Measure {
    Measure {
        codec: lane.want.settings.codec,
        implementation: lane.implementation.clone(),
        size: lane.want.size,
        preset: lane.want.settings.preset.clone(),
    }
}

/// Whether it takes a probe of this computer's hardware to know which encoder this one will be.
pub(crate) fn needs_probing(video: &VideoEncoding) -> bool {
    !codec::software_encoders(video.codec).any(|s| s == video.implementation)
}
