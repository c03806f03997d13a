//! Streams, addresses and packets that the tests share.

use bytes::Bytes;
use media::{
    AudioCodec, AudioStream, ColorInfo, FrameRate, MediaTime, Packet, StreamInfo, StreamKind, VideoCodec, VideoStream,
};
use rtmp::PublishUrl;

pub const KEY: &str = "live_s3cret?token=7";
pub const AVCC: &[u8] = &[1, 100, 0, 31, 0xff, 0xe1, 0, 2, 0x67, 0x64, 1, 0, 1, 0x68];
pub const AAC_CONFIG: &[u8] = &[0x11, 0x90];

pub fn url() -> PublishUrl {
    PublishUrl::parse(&format!("rtmp://127.0.0.1/live/{KEY}"), None).expect("a good address")
}

pub fn info() -> StreamInfo {
    StreamInfo {
        video: Some(VideoStream {
            codec: VideoCodec::H264,
            width: 1280,
            height: 720,
            rate: FrameRate::new(30_000, 1001).expect("rate"),
            color: ColorInfo::BT709_LIMITED,
            bitrate: 4_500_000,
            extradata: Bytes::from_static(AVCC),
        }),
        audio: vec![AudioStream {
            codec: AudioCodec::Aac,
            sample_rate: 48_000,
            channels: 2,
            bitrate: 160_000,
            frame_size: 1024,
            initial_padding: 1024,
            extradata: Bytes::from_static(AAC_CONFIG),
        }],
    }
}

pub fn video(dts_us: i64, pts_us: i64, keyframe: bool, data: Vec<u8>) -> Packet {
    Packet {
        stream: StreamKind::Video,
        data: data.into(),
        pts: MediaTime(pts_us * 1000),
        dts: MediaTime(dts_us * 1000),
        duration: MediaTime::from_millis(33),
        keyframe,
    }
}

pub fn audio(track: u8, dts_us: i64, data: Vec<u8>) -> Packet {
    Packet {
        stream: StreamKind::Audio(track),
        data: data.into(),
        pts: MediaTime(dts_us * 1000),
        dts: MediaTime(dts_us * 1000),
        duration: MediaTime::from_millis(21),
        keyframe: true,
    }
}
