//! The encoders of a show: one per distinct encode, each on its own thread behind a short queue, started when the first
//! destination or recording asks for it, shared by all that ask for the same, and ended when the last of them is gone.

use crate::{
    EngineError,
    events::{EventLevel, EventLog},
    feed::Feed,
};
use arc_swap::ArcSwap;
use codec::{AudioEncoder, Availability, VideoEncoder};
use crossbeam_channel::{Receiver, Sender, TrySendError, bounded};
use media::{AudioBlock, FrameRate, Packet, StreamInfo, StreamKind, VideoFrame};
use outputs::Fanout;
use parking_lot::Mutex;
use project::{AudioEncoding, Project, VideoEncoding};
use std::{
    sync::{
        Arc, Weak,
        atomic::{AtomicBool, AtomicU64, Ordering::Relaxed},
    },
    thread::JoinHandle,
};

/// Seconds of pictures that may wait for an encoder: a busy moment of the machine costs no picture. Each may hold a whole
/// picture's memory, but the queue is nearly empty while all is well.
const VIDEO_QUEUE_S: f64 = 1.0;
/// Audio blocks (10 ms) that may wait.
const AUDIO_QUEUE: usize = 100;

/// One video encode.
pub(crate) struct VideoLane {
    pub(crate) id: String,
    pub(crate) canvas: usize,
    pub(crate) implementation: String,
    settings: VideoEncoding,
    queue: Mutex<Option<Sender<Arc<VideoFrame>>>>,
    feeds: Mutex<Vec<Arc<Feed>>>,
    stream: media::VideoStream,
    force_key: Arc<AtomicBool>,
    pub(crate) frames_in: AtomicU64,
    pub(crate) frames_out: AtomicU64,
    pub(crate) dropped: AtomicU64,
    pub(crate) bytes: AtomicU64,
    pub(crate) failed: AtomicBool,
}

impl VideoLane {
    /// Hands over a picture; a full queue loses it, counted.
    pub(crate) fn offer(&self, frame: &Arc<VideoFrame>) {
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

    fn publish(&self, packets: &mut Vec<Packet>) {
        if packets.is_empty() {
            return;
        }
        self.frames_out.fetch_add(packets.len() as u64, Relaxed);
        self.bytes
            .fetch_add(packets.iter().map(|p| p.data.len() as u64).sum(), Relaxed);
        let shared: Vec<Arc<Packet>> = packets.drain(..).map(Arc::new).collect();
        for feed in self.feeds.lock().iter() {
            feed.push(shared.iter().cloned());
        }
    }

    fn run(&self, mut encoder: VideoEncoder, frames: &Receiver<Arc<VideoFrame>>, log: &EventLog) {
        let mut out = Vec::new();
        let mut result = Ok(());
        for frame in frames {
            result = encoder.encode(&frame, self.force_key.swap(false, Relaxed), &mut out);
            if result.is_err() {
                break;
            }
            self.publish(&mut out);
        }
        if result.is_ok() {
            result = encoder.finish(&mut out);
            self.publish(&mut out);
        }
        if let Err(e) = result {
            self.failed.store(true, Relaxed);
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

/// One audio encode of the master track.
pub(crate) struct AudioLane {
    settings: AudioEncoding,
    queue: Mutex<Option<Sender<Arc<AudioBlock>>>>,
    feeds: Mutex<Vec<Arc<Feed>>>,
    stream: media::AudioStream,
}

impl AudioLane {
    /// Hands over a block of the master track; never waits.
    pub(crate) fn offer(&self, block: &Arc<AudioBlock>) {
        if let Some(tx) = self.queue.lock().as_ref()
            && tx.try_send(block.clone()).is_err()
        {
            tracing::warn!("the audio encoder is too slow: 10 ms of sound lost");
        }
    }

    fn run(&self, mut encoder: AudioEncoder, blocks: &Receiver<Arc<AudioBlock>>, log: &EventLog) {
        let mut out: Vec<Packet> = Vec::new();
        let publish = |out: &mut Vec<Packet>| {
            let shared: Vec<_> = out.drain(..).map(Arc::new).collect();
            for feed in self.feeds.lock().iter() {
                feed.push(shared.iter().cloned());
            }
        };
        let mut result = Ok(());
        for block in blocks {
            result = encoder.encode(&block, &mut out);
            if result.is_err() {
                break;
            }
            publish(&mut out);
        }
        if let Err(e) = result.and_then(|()| encoder.finish(&mut out)) {
            log.add(
                EventLevel::Error,
                "encoder:audio",
                format!("the sound encoder stopped: {e}"),
            );
        }
        publish(&mut out);
        for feed in self.feeds.lock().iter() {
            feed.end_stream(StreamKind::Audio(0));
        }
    }
}

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

/// Somebody's use of an output of the encoders: they run while it lives.
pub(crate) struct Lease {
    pub(crate) feed: Arc<Feed>,
}

/// An output with the lanes it comes from.
struct Output {
    video: Arc<VideoLane>,
    audio: Arc<AudioLane>,
    lease: Weak<Lease>,
    feed: Arc<Feed>,
}

/// Ended encoders kept for the report.
const ENDED_KEPT: usize = 32;

/// All encoders of a show.
pub(crate) struct Encoders {
    pub(crate) video: Arc<ArcSwap<Vec<Arc<VideoLane>>>>,
    pub(crate) audio: Arc<ArcSwap<Vec<Arc<AudioLane>>>>,
    /// Video lanes that have ended before the show.
    pub(crate) ended: Mutex<Vec<Arc<VideoLane>>>,
    outputs: Mutex<Vec<Output>>,
    threads: Mutex<Vec<JoinHandle<()>>>,
    canvases: Vec<CanvasFormat>,
    probes: Box<dyn Fn() -> Vec<Availability> + Send + Sync>,
    log: EventLog,
}

impl Encoders {
    pub(crate) fn new(
        canvases: Vec<CanvasFormat>,
        probes: Box<dyn Fn() -> Vec<Availability> + Send + Sync>,
        log: EventLog,
    ) -> Self {
        Self {
            video: Arc::default(),
            audio: Arc::default(),
            ended: Mutex::default(),
            outputs: Mutex::default(),
            threads: Mutex::default(),
            canvases,
            probes,
            log,
        }
    }

    /// The output of the project's encoder `id` (the first when empty), started now if nobody used it before.
    pub(crate) fn feed(&self, project: &Project, id: &str) -> Result<Arc<Lease>, EngineError> {
        let encoder = project.encoder(id).ok_or_else(|| EngineError::NotFound {
            what: "encoder",
            id: id.to_owned(),
            hint: crate::plan::hint(project.encoders.iter().map(|e| e.id.as_str())),
        })?;
        let canvas = project
            .canvases
            .iter()
            .position(|c| c.id == encoder.canvas)
            .ok_or_else(|| EngineError::NotFound {
                what: "canvas",
                id: encoder.canvas.clone(),
                hint: crate::plan::hint(project.canvases.iter().map(|c| c.id.as_str())),
            })?;
        // Held throughout, so that two askers never start the same encode twice.
        let mut outputs = self.outputs.lock();
        let video = self.video_lane(&encoder.id, canvas, &encoder.video)?;
        let audio = self.audio_lane(&encoder.audio)?;
        let same = |o: &&mut Output| Arc::ptr_eq(&o.video, &video) && Arc::ptr_eq(&o.audio, &audio);
        if let Some(o) = outputs.iter_mut().find(same) {
            let lease = o
                .lease
                .upgrade()
                .unwrap_or_else(|| Arc::new(Lease { feed: o.feed.clone() }));
            o.lease = Arc::downgrade(&lease);
            return Ok(lease);
        }
        let info = StreamInfo {
            video: Some(video.stream.clone()),
            audio: vec![audio.stream.clone()],
        };
        let key = video.force_key.clone();
        let fanout = Fanout::new(info);
        fanout.on_keyframe_request(move || key.store(true, Relaxed));
        let feed = Arc::new(Feed::new(fanout));
        video.feeds.lock().push(feed.clone());
        audio.feeds.lock().push(feed.clone());
        let lease = Arc::new(Lease { feed: feed.clone() });
        outputs.push(Output {
            video,
            audio,
            lease: Arc::downgrade(&lease),
            feed,
        });
        Ok(lease)
    }

    /// Ends the encoders that nobody uses any more, and joins those that have ended.
    pub(crate) fn release_unused(&self) {
        let mut outputs = self.outputs.lock();
        outputs.retain(|o| {
            let used = o.lease.strong_count() > 0;
            if !used {
                o.video.feeds.lock().retain(|f| !Arc::ptr_eq(f, &o.feed));
                o.audio.feeds.lock().retain(|f| !Arc::ptr_eq(f, &o.feed));
                o.feed.fanout.end();
            }
            used
        });
        let lanes = self.video.load_full();
        let idle = |l: &Arc<VideoLane>| !outputs.iter().any(|o| Arc::ptr_eq(&o.video, l));
        let (ended, going): (Vec<_>, Vec<_>) = lanes.iter().cloned().partition(idle);
        if !ended.is_empty() {
            self.video.store(Arc::new(going));
            for lane in &ended {
                lane.queue.lock().take();
            }
            let mut kept = self.ended.lock();
            kept.extend(ended);
            let surplus = kept.len().saturating_sub(ENDED_KEPT);
            kept.drain(..surplus);
        }
        let lanes = self.audio.load_full();
        let idle = |l: &Arc<AudioLane>| !outputs.iter().any(|o| Arc::ptr_eq(&o.audio, l));
        let (ended, going): (Vec<_>, Vec<_>) = lanes.iter().cloned().partition(idle);
        if !ended.is_empty() {
            self.audio.store(Arc::new(going));
            for lane in ended {
                lane.queue.lock().take();
            }
        }
        drop(outputs);
        self.join_finished();
    }

    fn join_finished(&self) {
        let mut threads = self.threads.lock();
        let (over, going): (Vec<_>, Vec<_>) = threads.drain(..).partition(JoinHandle::is_finished);
        *threads = going;
        drop(threads);
        self.join_all(over);
    }

    fn video_lane(&self, id: &str, canvas: usize, settings: &VideoEncoding) -> Result<Arc<VideoLane>, EngineError> {
        let lanes = self.video.load();
        // One that has failed is not used again: whoever comes anew may find an encoder that works.
        let same = |l: &&Arc<VideoLane>| l.canvas == canvas && l.settings == *settings && !l.failed.load(Relaxed);
        if let Some(lane) = lanes.iter().find(same) {
            return Ok(lane.clone());
        }
        let format = self.canvases[canvas];
        let (implementation, encoder) = self.open_video(id, settings, format)?;
        let (tx, rx) = bounded(queue_length(format.rate));
        let lane = Arc::new(VideoLane {
            id: id.to_owned(),
            canvas,
            implementation,
            settings: settings.clone(),
            queue: Mutex::new(Some(tx)),
            feeds: Mutex::default(),
            stream: encoder.stream().clone(),
            force_key: Arc::default(),
            frames_in: AtomicU64::new(0),
            frames_out: AtomicU64::new(0),
            dropped: AtomicU64::new(0),
            bytes: AtomicU64::new(0),
            failed: AtomicBool::new(false),
        });
        let (worker, log) = (lane.clone(), self.log.clone());
        let thread = std::thread::Builder::new()
            .name(format!("encode-{id}"))
            .spawn(move || worker.run(encoder, &rx, &log))?;
        self.threads.lock().push(thread);
        self.video
            .store(Arc::new(lanes.iter().cloned().chain([lane.clone()]).collect()));
        Ok(lane)
    }

    /// Opens the wanted encoder, or the software one with a word in the log.
    fn open_video(
        &self,
        id: &str,
        settings: &VideoEncoding,
        f: CanvasFormat,
    ) -> Result<(String, VideoEncoder), EngineError> {
        let probes = if settings.implementation == SOFTWARE {
            vec![]
        } else {
            (self.probes)()
        };
        let (chosen, why) = codec::choose(&settings.implementation, &probes)?;
        if let Some(why) = why {
            self.log.add(EventLevel::Warning, format!("encoder:{id}"), why);
        }
        match VideoEncoder::open(&chosen, settings, f.size.0, f.size.1, f.rate) {
            Ok(e) => Ok((chosen, e)),
            Err(e) if chosen != SOFTWARE => {
                self.log.add(
                    EventLevel::Warning,
                    format!("encoder:{id}"),
                    format!("{chosen} could not be opened ({e}); encoding on the processor instead"),
                );
                Ok((
                    SOFTWARE.to_owned(),
                    VideoEncoder::open(SOFTWARE, settings, f.size.0, f.size.1, f.rate)?,
                ))
            }
            Err(e) => Err(e.into()),
        }
    }

    fn audio_lane(&self, settings: &AudioEncoding) -> Result<Arc<AudioLane>, EngineError> {
        let lanes = self.audio.load();
        if let Some(lane) = lanes.iter().find(|l| l.settings == *settings) {
            return Ok(lane.clone());
        }
        let encoder = AudioEncoder::open(settings)?;
        let (tx, rx) = bounded(AUDIO_QUEUE);
        let lane = Arc::new(AudioLane {
            settings: settings.clone(),
            queue: Mutex::new(Some(tx)),
            feeds: Mutex::default(),
            stream: encoder.stream().clone(),
        });
        let (worker, log) = (lane.clone(), self.log.clone());
        let thread = std::thread::Builder::new()
            .name("encode-audio".into())
            .spawn(move || worker.run(encoder, &rx, &log))?;
        self.threads.lock().push(thread);
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

    /// Waits for the encoders to end; call both `end_*` first.
    pub(crate) fn join(&self) {
        let all: Vec<_> = self.threads.lock().drain(..).collect();
        self.join_all(all);
    }

    fn join_all(&self, threads: Vec<JoinHandle<()>>) {
        for t in threads {
            if t.join().is_err() {
                self.log
                    .add(EventLevel::Error, "encoder", "an encoder ended in a fault");
            }
        }
    }
}

/// The encoder that is always there.
const SOFTWARE: &str = "x264";

/// Whether it takes a probe of this computer's hardware to know which encoder this one will be.
pub(crate) fn needs_probing(encoder: &project::Encoder) -> bool {
    encoder.video.implementation != SOFTWARE
}
