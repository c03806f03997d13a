//! The form of packets and configuration records of every video codec, as `media::packet` promises it: what an encoder writes
//! becomes that here, and what a record says of reordering is read here.

use crate::{
    CodecError, av1, h264,
    h264::{AccessUnit, damaged},
    hevc, vp9,
};
use bytes::Bytes;
use media::{VideoCodec, VideoStream};

/// The configuration record of a stream whose encoder gives `headers` (start codes, a record, or OBUs).
///
/// # Errors
/// When something of it is missing or damaged.
pub(crate) fn record(v: &VideoStream, headers: &[u8]) -> Result<Bytes, CodecError> {
    let copy = || Bytes::copy_from_slice(headers);
    let is_record = headers.first() == Some(&1);
    match v.codec {
        VideoCodec::H264 if is_record => h264::record_parameter_sets(headers).map(|_| copy()),
        VideoCodec::H264 => {
            let sets = h264::parameter_sets(headers);
            h264::avcc_record(&sets.sps, &sets.pps)
        }
        VideoCodec::Hevc if is_record => hevc::hvcc_record(&hevc::record_parameter_sets(headers)?),
        VideoCodec::Hevc => hevc::hvcc_record(&hevc::parameter_sets(headers)),
        // A record of its own begins with marker and version.
        VideoCodec::Av1 if headers.first() == Some(&0x81) => av1::av1c_record(headers.get(4..).unwrap_or_default()),
        VideoCodec::Av1 => av1::av1c_record(headers),
        VideoCodec::Vp9 => Ok(vp9::vpcc_record(v.width, v.height, v.rate)),
        VideoCodec::Ffv1 if headers.is_empty() => Err(damaged("it has no header")),
        VideoCodec::Ffv1 => Ok(copy()),
        _ => Ok(Bytes::new()),
    }
}

/// What an encoder wrote for one picture. `key`: it says that decoding can start there.
///
/// # Errors
/// When it is no such thing.
pub(crate) fn unit(codec: VideoCodec, data: &[u8], key: bool) -> Result<AccessUnit, CodecError> {
    Ok(match codec {
        VideoCodec::H264 => h264::annexb_to_avcc(data),
        VideoCodec::Hevc => hevc::annexb_to_hvcc(data),
        VideoCodec::Av1 => AccessUnit {
            data: av1::temporal_unit(data)?,
            keyframe: key,
        },
        _ => AccessUnit {
            data: Bytes::copy_from_slice(data),
            keyframe: key,
        },
    })
}

/// Whether pictures of this codec may be decoded in another order than they are shown.
pub(crate) fn reorders(codec: VideoCodec) -> bool {
    matches!(codec, VideoCodec::H264 | VideoCodec::Hevc)
}

/// Most pictures that precede another in decoding and follow it in showing, from the stream's record; without a word from
/// it, the most that its codec allows.
pub fn reordered_frames(v: &VideoStream) -> u32 {
    match v.codec {
        VideoCodec::H264 => h264::record_parameter_sets(&v.extradata)
            .and_then(|sets| h264::Sps::parse(sets.sps.first().copied().unwrap_or_default()))
            .ok()
            .and_then(|s| match s.profile_idc {
                66 => Some(0),
                _ => s.vui?.max_reorder_frames,
            })
            .unwrap_or(16),
        VideoCodec::Hevc => hevc::record_parameter_sets(&v.extradata)
            .and_then(|sets| hevc::Sps::parse(sets.sps.first().copied().unwrap_or_default()))
            .map_or(16, |s| s.max_reorder_frames),
        _ => 0,
    }
}
