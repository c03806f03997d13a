//! A minimal FLV reader: the packets of a file that FFmpeg made, for publishing.

use bytes::Bytes;
use media::{
    AudioCodec, AudioStream, ColorInfo, FrameRate, MediaTime, Packet, StreamInfo, StreamKind, VideoCodec, VideoStream,
};

/// Streams and packets of an FLV file with H.264 and 48 kHz stereo AAC, in the order of the file.
pub fn read(file: &[u8], width: u32, height: u32, fps: u32) -> (StreamInfo, Vec<Packet>) {
    let mut info = StreamInfo::default();
    let mut packets = Vec::new();
    let mut rest = &file[9 + 4..];
    while rest.len() >= 11 {
        let kind = rest[0];
        let length = u32::from_be_bytes([0, rest[1], rest[2], rest[3]]) as usize;
        let time_ms = i64::from(u32::from_be_bytes([rest[7], rest[4], rest[5], rest[6]]));
        let body = &rest[11..11 + length];
        rest = &rest[11 + length + 4..];
        match (kind, body) {
            (9, [0x17, 0, _, _, _, config @ ..]) => info.video = Some(video(config, width, height, fps)),
            (9, [first, 1, a, b, c, data @ ..]) => {
                let composition = i64::from(i32::from_be_bytes([*a, *b, *c, 0]) >> 8);
                packets.push(packet(StreamKind::Video, time_ms, composition, first >> 4 == 1, data));
            }
            (8, [0xaf, 0, config @ ..]) => info.audio.push(audio(config)),
            (8, [0xaf, 1, data @ ..]) => packets.push(packet(StreamKind::Audio(0), time_ms, 0, true, data)),
            _ => {}
        }
    }
    (info, packets)
}

fn packet(stream: StreamKind, dts_ms: i64, composition_ms: i64, keyframe: bool, data: &[u8]) -> Packet {
    Packet {
        stream,
        data: Bytes::copy_from_slice(data),
        pts: MediaTime::from_millis(dts_ms + composition_ms),
        dts: MediaTime::from_millis(dts_ms),
        duration: MediaTime::ZERO,
        keyframe,
    }
}

fn video(config: &[u8], width: u32, height: u32, fps: u32) -> VideoStream {
    VideoStream {
        codec: VideoCodec::H264,
        width,
        height,
        rate: FrameRate::whole(fps),
        color: ColorInfo::BT709_LIMITED,
        bitrate: 500_000,
        extradata: Bytes::copy_from_slice(config),
    }
}

fn audio(config: &[u8]) -> AudioStream {
    AudioStream {
        codec: AudioCodec::Aac,
        sample_rate: 48_000,
        channels: 2,
        bitrate: 96_000,
        frame_size: 1024,
        initial_padding: 1024,
        extradata: Bytes::copy_from_slice(config),
    }
}
