//! Encoded data on its way to destinations and recordings.

use crate::{ColorInfo, FrameRate, MediaTime};
use bytes::Bytes;
use std::sync::Arc;

/// Video codecs we name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum VideoCodec {
    /// ITU-T H.264.
    H264,
    /// ITU-T H.265 (HEVC).
    Hevc,
    /// AOMedia AV1.
    Av1,
    /// VP9.
    Vp9,
    /// Apple ProRes, for recordings.
    ProRes,
    /// FFV1, lossless, for recordings.
    Ffv1,
}

/// Audio codecs we name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum AudioCodec {
    /// AAC-LC.
    Aac,
    /// Opus.
    Opus,
    /// MPEG-1/2 layer III.
    Mp3,
    /// FLAC, lossless.
    Flac,
    /// Uncompressed, 24 bits a sample, for recordings.
    Pcm,
}

/// A video stream, as known once its encoder is open.
#[derive(Clone, PartialEq, Debug)]
pub struct VideoStream {
    /// Codec.
    pub codec: VideoCodec,
    /// Width in pixels.
    pub width: u32,
    /// Height in pixels.
    pub height: u32,
    /// Frame rate.
    pub rate: FrameRate,
    /// Colour tags.
    pub color: ColorInfo,
    /// Target bit rate in bit/s (0 when quality-driven).
    pub bitrate: u32,
    /// Codec configuration: for H.264 the AVCDecoderConfigurationRecord, for HEVC the HEVCDecoderConfigurationRecord
    /// (ISO/IEC 14496-15), for AV1 the AV1CodecConfigurationRecord, for VP9 the VPCodecConfigurationRecord; empty for ProRes.
    pub extradata: Bytes,
}

/// An audio stream, as known once its encoder is open.
#[derive(Clone, PartialEq, Debug)]
pub struct AudioStream {
    /// Codec.
    pub codec: AudioCodec,
    /// Sample rate, Hz.
    pub sample_rate: u32,
    /// Channels.
    pub channels: u16,
    /// Bit rate in bit/s.
    pub bitrate: u32,
    /// Samples per packet and channel (1024 for AAC, 960 for Opus at 20 ms).
    pub frame_size: u32,
    /// Samples the decoder must throw away at the start.
    pub initial_padding: u32,
    /// Codec configuration: AudioSpecificConfig for AAC, OpusHead for Opus, STREAMINFO for FLAC; else empty.
    pub extradata: Bytes,
}

/// What one output carries: at most one video stream and any number of audio tracks.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct StreamInfo {
    /// The video stream.
    pub video: Option<VideoStream>,
    /// The audio tracks, in track order.
    pub audio: Vec<AudioStream>,
}

/// Which stream of an output a packet belongs to.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum StreamKind {
    /// The video stream.
    Video,
    /// Audio track by index.
    Audio(u8),
    /// Timed metadata: a JSON object. Only who asks for it gets it ([`crate::PacketReceiver::recv_with_data`]).
    Data,
}

/// One encoded access unit. H.264 and HEVC are length-prefixed (four bytes, big endian), without parameter sets in-band; AV1
/// is one temporal unit of OBUs with sizes, without its temporal delimiter.
#[derive(Clone, PartialEq, Debug)]
pub struct Packet {
    /// Stream it belongs to.
    pub stream: StreamKind,
    /// Payload; never empty.
    pub data: Bytes,
    /// Presentation time on the engine's timeline.
    pub pts: MediaTime,
    /// Decoding time; never later than `pts`, strictly rising within a stream.
    pub dts: MediaTime,
    /// How long it lasts.
    pub duration: MediaTime,
    /// Decoding can start here (always true for audio).
    pub keyframe: bool,
}

impl Packet {
    /// Whether this is timed metadata.
    pub fn is_data(&self) -> bool {
        self.stream == StreamKind::Data
    }

    /// Whether this is a video packet.
    pub fn is_video(&self) -> bool {
        self.stream == StreamKind::Video
    }
}

/// Packets are shared between all who receive them.
pub type SharedPacket = Arc<Packet>;
