//! Encoded pictures to RTP payloads, by codec. Parameter sets travel with each keyframe, since our packets don't carry them.

mod av1;
mod h264;
mod hevc;

pub use av1::Av1Packetiser;
pub use h264::H264Packetiser;
pub use hevc::HevcPacketiser;

use bytes::Bytes;
use media::{VideoCodec, VideoStream};

/// Largest RTP payload, bytes: with RTP and its extensions, SRTP, TURN, UDP and IPv6 headers it stays below the 1280 that
/// every network carries.
pub const PAYLOAD_LIMIT: usize = 1170;

/// The packetiser of a stream's codec.
#[derive(Clone, Debug)]
pub(crate) enum Packetiser {
    H264(H264Packetiser),
    Hevc(HevcPacketiser),
    Av1(Av1Packetiser),
}

impl Packetiser {
    /// None when the stream's codec has none, or its configuration can't be read.
    pub(crate) fn new(stream: &VideoStream) -> Option<Self> {
        match stream.codec {
            VideoCodec::H264 => H264Packetiser::new(&stream.extradata).map(Self::H264),
            VideoCodec::Hevc => HevcPacketiser::new(&stream.extradata).map(Self::Hevc),
            VideoCodec::Av1 => Av1Packetiser::new(&stream.extradata).map(Self::Av1),
            _ => None,
        }
    }

    /// The payloads of one picture.
    pub(crate) fn payloads(&self, unit: &Bytes, keyframe: bool) -> Vec<Bytes> {
        match self {
            Self::H264(p) => p.payloads(unit),
            Self::Hevc(p) => p.payloads(unit),
            Self::Av1(p) => p.payloads(unit, keyframe),
        }
    }
}

/// The NAL units of an access unit with four-byte lengths, up to the first length that can't be right.
fn nals(unit: &Bytes) -> impl Iterator<Item = Bytes> + '_ {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let length = unit.get(at..at + 4)?;
            let length = u32::from_be_bytes(length.try_into().ok()?) as usize;
            let (begin, end) = (at + 4, (at + 4).checked_add(length)?);
            if end > unit.len() {
                return None;
            }
            at = end;
            if length > 0 {
                return Some(unit.slice(begin..end));
            }
        }
    })
}
