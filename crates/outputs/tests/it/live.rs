//! A show that is encoded while it runs, for destinations whose delay matters: each picture carries its number in squares along
//! its top, and when it was made is written down.

use codec::{AudioEncoder, Rescaler, VideoEncoder};
use media::{
    AlphaMode, AudioBlock, Clock, ColorInfo, FrameRate, MediaTime, PixelFormat, Plane, StreamInfo, SystemClock,
    VideoFrame,
};
use outputs::Fanout;
use parking_lot::Mutex;
use project::{AudioCodecName, AudioEncoding, ScaleFilter, VideoCodecName, VideoEncoding};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
    },
    thread::JoinHandle,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

const W: u32 = 640;
const H: u32 = 360;
/// Pictures a second.
pub const FPS: u32 = 30;

/// A running show with H.264 without B-frames and Opus; ends on drop.
pub struct Live {
    pub fanout: Fanout,
    /// The same picture at half and a quarter of the size, by the same clock.
    pub lower: Vec<Fanout>,
    made: Arc<Mutex<Vec<u128>>>,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Live {
    /// Begins one of this rate, kbit/s.
    pub fn start(kbps: u32) -> Self {
        Self::by("x264", "ultrafast", kbps)
    }

    /// The same by another encoder.
    pub fn by(encoder: &str, preset: &str, kbps: u32) -> Self {
        Self::of(encoder, preset, kbps, 1)
    }

    /// The same in so many sizes.
    pub fn in_sizes(kbps: u32, sizes: u32) -> Self {
        Self::of("x264", "ultrafast", kbps, sizes)
    }

    fn of(encoder: &str, preset: &str, kbps: u32, sizes: u32) -> Self {
        let video = VideoEncoding {
            codec: match encoder {
                "x265" => VideoCodecName::Hevc,
                "svtav1" => VideoCodecName::Av1,
                _ => VideoCodecName::H264,
            },
            bitrate_kbps: kbps,
            b_frames: 0,
            low_delay: true,
            keyframe_interval_s: 2.0,
            preset: preset.into(),
            ..VideoEncoding::default()
        };
        let sound = AudioEncoding {
            codec: AudioCodecName::Opus,
            ..AudioEncoding::default()
        };
        let lower = (1..sizes).map(|n| Lower::new(&video, n)).collect::<Vec<_>>();
        let video = VideoEncoder::open(encoder, &video, W, H, FrameRate::whole(FPS)).expect(encoder);
        let sound = AudioEncoder::open(&sound).expect("opus");
        let fanout = Fanout::new(StreamInfo {
            video: Some(video.stream().clone()),
            audio: vec![sound.stream().clone()],
        });
        let (made, over, key) = (
            Arc::default(),
            Arc::<AtomicBool>::default(),
            Arc::<AtomicBool>::default(),
        );
        let asked = key.clone();
        fanout.on_keyframe_request(move || asked.store(true, Relaxed));
        let studio = Studio {
            video,
            sound,
            fanout: fanout.clone(),
            made: Arc::clone(&made),
            over: over.clone(),
            key,
            lower,
        };
        let fanouts = studio.lower.iter().map(|l| l.fanout.clone()).collect();
        let thread = std::thread::Builder::new()
            .name("live".into())
            .spawn(move || studio.run())
            .expect("thread");
        Self {
            fanout,
            lower: fanouts,
            made,
            over,
            thread: Some(thread),
        }
    }

    /// Milliseconds from the making of each of these pictures to when it was seen: (number, nanoseconds since 1970).
    pub fn delays_ms(&self, seen: &serde_json::Value) -> Vec<f64> {
        let made = self.made.lock();
        let pairs = seen.as_array().into_iter().flatten();
        pairs
            .filter_map(|p| {
                let made = *made.get(p[0].as_u64()? as usize)?;
                Some((u128::from(p[1].as_u64()?) as f64 - made as f64) / 1e6)
            })
            .collect()
    }

    /// Pictures made so far.
    pub fn pictures(&self) -> usize {
        self.made.lock().len()
    }
}

impl Drop for Live {
    fn drop(&mut self) {
        self.over.store(true, Relaxed);
        if let Some(t) = self.thread.take() {
            let _ = t.join();
        }
    }
}

struct Studio {
    video: VideoEncoder,
    sound: AudioEncoder,
    fanout: Fanout,
    made: Arc<Mutex<Vec<u128>>>,
    over: Arc<AtomicBool>,
    key: Arc<AtomicBool>,
    lower: Vec<Lower>,
}

/// The picture at a lower size.
struct Lower {
    rescaler: Rescaler,
    encoder: VideoEncoder,
    fanout: Fanout,
    key: Arc<AtomicBool>,
}

impl Lower {
    fn new(video: &VideoEncoding, n: u32) -> Self {
        let settings = VideoEncoding {
            bitrate_kbps: video.bitrate_kbps >> (2 * n),
            ..video.clone()
        };
        let (w, h) = (W >> n, H >> n);
        let encoder = VideoEncoder::open("x264", &settings, w, h, FrameRate::whole(FPS)).expect("x264");
        let fanout = Fanout::new(StreamInfo {
            video: Some(encoder.stream().clone()),
            audio: vec![],
        });
        let key = Arc::<AtomicBool>::default();
        let asked = key.clone();
        fanout.on_keyframe_request(move || asked.store(true, Relaxed));
        Self {
            rescaler: Rescaler::new(w, h, ScaleFilter::Bilinear).expect("scaler"),
            encoder,
            fanout,
            key,
        }
    }

    fn encode(&mut self, picture: &VideoFrame) {
        let small = self.rescaler.run(picture).expect("scaled");
        let mut out = vec![];
        self.encoder
            .encode(&small, self.key.swap(false, Relaxed), &mut out)
            .expect("x264");
        self.fanout.send_all(out);
    }
}

impl Studio {
    fn run(mut self) {
        let clock = SystemClock::new();
        let (rate, mut block) = (FrameRate::whole(FPS), 0);
        for n in 0.. {
            clock.sleep_until(rate.time_of(n));
            if self.over.load(Relaxed) {
                break;
            }
            let mut out = vec![];
            while MediaTime::from_millis(block * 10) <= rate.time_of(n) {
                self.sound.encode(&tone(block), &mut out).expect("opus");
                block += 1;
            }
            self.fanout.send_all(out);
            let mut out = vec![];
            self.made.lock().push(unix_ns());
            let picture = picture(n);
            self.video
                .encode(&picture, self.key.swap(false, Relaxed), &mut out)
                .expect("encoded");
            self.fanout.send_all(out);
            self.lower.iter_mut().for_each(|l| l.encode(&picture));
        }
        self.fanout.end();
        self.lower.iter().for_each(|l| l.fanout.end());
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "compared with what another process read off the same computer's clock"
)]
fn unix_ns() -> u128 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or(Duration::ZERO)
        .as_nanos()
}

fn tone(block: i64) -> AudioBlock {
    let mut b = AudioBlock::silence(MediaTime::from_millis(block * 10), 480);
    for (i, s) in b.samples.iter_mut().enumerate() {
        let t = (block * 480 + i as i64 / 2) as f32 / 48_000.0;
        *s = 0.3 * (t * 440.0 * std::f32::consts::TAU).sin();
    }
    b
}

/// The number in sixteen squares, and below them something that moves and has detail.
fn picture(n: i64) -> VideoFrame {
    let planes = (0..PixelFormat::I420.planes()).map(|i| {
        let (stride, rows) = PixelFormat::I420.plane_size(i, W, H);
        let mut data = vec![128; stride * rows];
        if i == 0 {
            let side = W as usize / 16;
            for (at, y) in data.iter_mut().enumerate() {
                let (x, row) = (at % stride, at / stride);
                *y = if row < side {
                    if n >> (15 - x / side) & 1 == 1 { 235 } else { 16 }
                } else {
                    16 + ((x * x / 40 + row * 3 + n as usize * 7) % 200) as u8
                };
            }
        }
        Plane {
            data: data.into(),
            stride,
        }
    });
    let time = FrameRate::whole(FPS).time_of(n);
    VideoFrame::new(
        PixelFormat::I420,
        W,
        H,
        planes.collect(),
        ColorInfo::BT709_LIMITED,
        AlphaMode::Opaque,
        time,
    )
    .expect("picture")
}
