//! Shows to send: made-up packets for tests of the plumbing, and real H.264 and AAC, as ffmpeg encodes them, for tests
//! with real peers. Also the one way to wait in async tests.

use bytes::Bytes;
use media::{
    AudioCodec, AudioStream, ColorInfo, FrameRate, MediaTime, Packet, StreamInfo, StreamKind, VideoCodec, VideoStream,
};
use std::{path::Path, time::Duration};

/// Frames a second of every show here.
pub const FPS: u32 = 25;
/// Frames between keyframes.
pub const GOP: i64 = 25;

pub fn stream_info(avcc: Bytes, asc: Bytes) -> StreamInfo {
    StreamInfo {
        video: Some(VideoStream {
            codec: VideoCodec::H264,
            width: 64,
            height: 48,
            rate: FrameRate::whole(FPS),
            color: ColorInfo::BT709_LIMITED,
            bitrate: 500_000,
            extradata: avcc,
        }),
        audio: vec![AudioStream {
            codec: AudioCodec::Aac,
            sample_rate: 48_000,
            channels: 2,
            bitrate: 96_000,
            frame_size: 1024,
            initial_padding: 1024,
            extradata: asc,
        }],
    }
}

/// Streams for made-up packets.
pub fn made_up_info() -> StreamInfo {
    stream_info(
        Bytes::from_static(&[1, 0x64, 0x00, 0x1f, 0xff, 0xe0, 0]),
        Bytes::from_static(&[0x11, 0x90]),
    )
}

/// Video frame `n` of a made-up show: a keyframe every second.
pub fn frame(n: i64) -> Packet {
    let t = FrameRate::whole(FPS).time_of(n);
    Packet {
        stream: StreamKind::Video,
        data: Bytes::from(vec![0x55; 2000]),
        pts: t,
        dts: t,
        duration: MediaTime::from_millis(40),
        keyframe: n % GOP == 0,
    }
}

/// Audio packet `n` of a made-up show: 1024 samples.
pub fn sound(n: i64) -> Packet {
    let t = MediaTime::from_ticks(n * 1024, 48_000);
    Packet {
        stream: StreamKind::Audio(0),
        data: Bytes::from_static(&[0x21; 200]),
        pts: t,
        dts: t,
        duration: MediaTime::from_ticks(1024, 48_000),
        keyframe: true,
    }
}

/// A real show.
pub struct Show {
    pub info: StreamInfo,
    /// In decoding order.
    pub packets: Vec<Packet>,
}

impl Show {
    /// `frames` pictures of H.264 with B-frames and AAC beside them.
    pub fn new(frames: u32) -> Self {
        let files = test_support::media_files::MediaFiles::new().expect("folder");
        let flv = files
            .h264_flv("show", 64, 48, FPS, frames)
            .expect("ffmpeg makes a film");
        let show = Self::from_flv(&flv);
        assert_eq!(show.frames(), u64::from(frames), "the film is what was asked for");
        show
    }

    pub fn frames(&self) -> u64 {
        self.packets.iter().filter(|p| p.is_video()).count() as u64
    }

    /// Makes every picture `bytes` larger with a filler NAL unit (ITU-T H.264, 7.3.2.7), to fill buffers quickly.
    pub fn inflated(mut self, bytes: usize) -> Self {
        for p in self.packets.iter_mut().filter(|p| p.is_video()) {
            let mut data = p.data.to_vec();
            data.extend_from_slice(&(bytes as u32 + 2).to_be_bytes());
            data.push(0x0c);
            data.resize(data.len() + bytes, 0xff);
            data.push(0x80);
            p.data = data.into();
        }
        self
    }

    /// The packets whose decoding time lies in video frames `from..to`.
    pub fn part(&self, from: i64, to: i64) -> Vec<Packet> {
        let at = |n| FrameRate::whole(FPS).time_of(n);
        let within = |p: &&Packet| p.dts >= at(from) && p.dts < at(to);
        self.packets.iter().filter(within).cloned().collect()
    }

    /// Second `n` of a show that begins again and again.
    pub fn second(&self, n: i64) -> Vec<Packet> {
        let length = self.frames() as i64 / GOP;
        let (round, n) = (n / length, n % length);
        let later = FrameRate::whole(FPS).time_of(round * length * GOP);
        let mut packets = self.part(n * GOP, (n + 1) * GOP);
        for p in &mut packets {
            p.pts += later;
            p.dts += later;
        }
        packets
    }

    fn from_flv(path: &Path) -> Self {
        let file = Bytes::from(std::fs::read(path).expect("film"));
        let (mut avcc, mut asc, mut packets) = (Bytes::new(), Bytes::new(), vec![]);
        let mut at = 13;
        while at + 11 <= file.len() {
            let head = &file[at..at + 11];
            let size = u32::from_be_bytes([0, head[1], head[2], head[3]]) as usize;
            let ms = i64::from(u32::from_be_bytes([head[7], head[4], head[5], head[6]]));
            let body = file.slice(at + 11..at + 11 + size);
            at += 11 + size + 4;
            match (head[0], body.get(1)) {
                (9, Some(0)) => avcc = body.slice(5..),
                (8, Some(0)) => asc = body.slice(2..),
                (9, Some(1)) => packets.push(flv_video(&body, ms)),
                (8, Some(1)) => packets.push(Packet {
                    data: body.slice(2..),
                    pts: MediaTime::from_millis(ms),
                    dts: MediaTime::from_millis(ms),
                    ..sound(0)
                }),
                _ => {}
            }
        }
        packets.sort_by_key(|p| p.dts);
        Self {
            info: stream_info(avcc, asc),
            packets,
        }
    }
}

fn flv_video(body: &Bytes, ms: i64) -> Packet {
    let composition = i64::from(i32::from_be_bytes([body[2], body[3], body[4], 0]) >> 8);
    Packet {
        data: body.slice(5..),
        pts: MediaTime::from_millis(ms + composition),
        dts: MediaTime::from_millis(ms),
        keyframe: body[0] >> 4 == 1,
        ..frame(0)
    }
}

/// Looks at a condition every 10 ms until it holds; fails the test after `limit`. In paused runtimes this is virtual time.
pub async fn until(what: &str, limit: Duration, mut holds: impl FnMut() -> bool) {
    let mut look = tokio::time::interval(Duration::from_millis(10));
    let looking = async {
        while !holds() {
            look.tick().await;
        }
    };
    let in_time = tokio::time::timeout(limit, looking).await.is_ok();
    assert!(in_time, "not within {limit:?}: {what}");
}
