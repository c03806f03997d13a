//! Byte pairs inside an encoded picture: `cc_data()` of ATSC A/53 part 4 (6.2.3, the structure CEA-708 defines) in user data
//! registered by ITU-T T.35, as an SEI message of H.264 and HEVC or a metadata OBU of AV1. The pixels' bytes are not touched.

use super::Pair;
use crate::{
    CodecError,
    av1::{self, Obu, obu},
    h264, hevc,
};
use bytes::Bytes;
use media::VideoCodec;

/// Most pairs that one picture can carry.
pub const MOST_PAIRS: usize = 31;

/// A byte pair and what it is of (`cc_type` of CEA-708, 4.4).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// CEA-608, in the first field.
    Field(Pair),
    /// The beginning of a caption channel packet of CEA-708.
    Begin(Pair),
    /// More of such a packet.
    More(Pair),
}

impl Unit {
    /// As `cc_data` has it: valid, its type, its bytes.
    fn bytes(self) -> [u8; 3] {
        match self {
            Self::Field(p) => [0xfc, p[0], p[1]],
            Self::More(p) => [0xfe, p[0], p[1]],
            Self::Begin(p) => [0xff, p[0], p[1]],
        }
    }
}

/// SEI message `user_data_registered_itu_t_t35` (H.264 D.1.6, H.265 D.2.6).
const REGISTERED_USER_DATA: u8 = 4;
/// `metadata_type` of ITU-T T.35 in AV1 (6.7.2).
const METADATA_T35: u8 = 4;
/// Prefix SEI of HEVC: its NAL header of two bytes.
const HEVC_SEI: [u8; 2] = [39 << 1, 1];

/// Whether pictures of this codec can carry captions.
pub fn can_carry(codec: VideoCodec) -> bool {
    matches!(codec, VideoCodec::H264 | VideoCodec::Hevc | VideoCodec::Av1)
}

/// `picture` (in the form of [`media::Packet`]) with these pairs, those of CEA-608 before the others; what is beyond
/// [`MOST_PAIRS`] is left out.
/// A picture of a codec that can't carry any comes back as it is.
///
/// # Errors
/// When `picture` is no such thing.
pub fn with_captions(codec: VideoCodec, picture: &Bytes, pairs: &[Unit]) -> Result<Bytes, CodecError> {
    if pairs.is_empty() || !can_carry(codec) {
        return Ok(picture.clone());
    }
    let data = user_data(pairs);
    match codec {
        VideoCodec::H264 => nal(picture, &sei(&[h264::nal::SEI], &data), |u| {
            (1..=h264::nal::IDR).contains(&h264::nal_type(u))
        }),
        VideoCodec::Hevc => nal(picture, &sei(&HEVC_SEI, &data), |u| hevc::nal_type(u) < hevc::nal::VPS),
        _ => metadata(picture, &data),
    }
}

/// The T.35 message: country and provider code, the structure's name, and the pairs.
fn user_data(pairs: &[Unit]) -> Vec<u8> {
    let pairs = &pairs[..pairs.len().min(MOST_PAIRS)];
    let mut d = vec![0xb5, 0x00, 0x31];
    d.extend_from_slice(b"GA94");
    // cc_data follows, to be processed.
    d.extend_from_slice(&[3, 0xc0 | pairs.len() as u8, 0xff]);
    for p in pairs {
        d.extend_from_slice(&p.bytes());
    }
    d.push(0xff);
    d
}

/// A NAL unit with one SEI message.
fn sei(header: &[u8], data: &[u8]) -> Vec<u8> {
    let mut out = header.to_vec();
    let mut zeros = 0;
    let mut put = |b: u8| {
        if zeros >= 2 && b <= 3 {
            out.push(3);
            zeros = 0;
        }
        zeros = if b == 0 { zeros + 1 } else { 0 };
        out.push(b);
    };
    put(REGISTERED_USER_DATA);
    // At most 10 + 3 × 31 + 1 bytes: one byte says how many.
    put(data.len() as u8);
    data.iter().copied().for_each(&mut put);
    put(0x80);
    out
}

/// Puts a unit before the first one that belongs to the picture itself.
fn nal(picture: &Bytes, unit: &[u8], is_slice: impl Fn(&[u8]) -> bool) -> Result<Bytes, CodecError> {
    let mut out = Vec::with_capacity(picture.len() + unit.len() + 4);
    let mut placed = false;
    for u in h264::avcc_units(picture) {
        let u = u?;
        if !placed && is_slice(u) {
            placed = true;
            push(&mut out, unit);
        }
        push(&mut out, u);
    }
    Ok(out.into())
}

fn push(out: &mut Vec<u8>, unit: &[u8]) {
    out.extend_from_slice(&(unit.len() as u32).to_be_bytes());
    out.extend_from_slice(unit);
}

fn metadata(picture: &Bytes, data: &[u8]) -> Result<Bytes, CodecError> {
    let mut payload = vec![METADATA_T35];
    payload.extend_from_slice(data);
    payload.push(0x80);
    let unit = Obu {
        kind: obu::METADATA,
        extension: None,
        payload: &payload,
    };
    let mut out = Vec::with_capacity(picture.len() + payload.len() + 3);
    let mut placed = false;
    for u in av1::obus(picture) {
        let u = u?;
        if !placed && u.kind != obu::SEQUENCE_HEADER && u.kind != obu::METADATA {
            placed = true;
            av1::write(&mut out, &unit);
        }
        av1::write(&mut out, &u);
    }
    Ok(out.into())
}
