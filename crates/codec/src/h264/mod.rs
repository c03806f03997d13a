//! H.264 bytes: from the start-code form encoders write (ITU-T H.264 Annex B) to the length-prefixed form that MP4,
//! Matroska and RTMP carry (ISO/IEC 14496-15), and the configuration record that goes with it. [`sps`] reads what a
//! stream says of itself. Every function here takes bytes from anybody: none panics, none reads out of bounds.

pub mod sps;

pub use sps::Sps;

use crate::CodecError;
use bytes::Bytes;

/// NAL unit types (H.264 table 7-1).
pub mod nal {
    /// Slice of a picture that is no IDR picture.
    pub const SLICE: u8 = 1;
    /// Slice of an IDR picture.
    pub const IDR: u8 = 5;
    /// Supplemental enhancement information.
    pub const SEI: u8 = 6;
    /// Sequence parameter set.
    pub const SPS: u8 = 7;
    /// Picture parameter set.
    pub const PPS: u8 = 8;
    /// Access unit delimiter.
    pub const AUD: u8 = 9;
    /// Filler data.
    pub const FILLER: u8 = 12;
}

/// The type of a NAL unit; 0 (unspecified) when it is empty.
pub fn nal_type(unit: &[u8]) -> u8 {
    unit.first().map_or(0, |b| b & 0x1f)
}

/// The NAL units of a stream with start codes, in order, without empty ones.
pub fn annexb_units(data: &[u8]) -> impl Iterator<Item = &[u8]> {
    let mut rest = find_start_code(data).map(|(_, after)| &data[after..]);
    std::iter::from_fn(move || {
        loop {
            let at = rest?;
            let (unit, next) = match find_start_code(at) {
                Some((start, after)) => (&at[..start], Some(&at[after..])),
                None => (at, None),
            };
            rest = next;
            // Zeros after a unit belong to the byte stream (trailing_zero_8bits), not to the unit.
            let len = unit.iter().rposition(|b| *b != 0).map_or(0, |i| i + 1);
            if len > 0 {
                return Some(&unit[..len]);
            }
        }
    })
}

/// Where the first start code (00 00 01) begins and where what follows it begins.
fn find_start_code(data: &[u8]) -> Option<(usize, usize)> {
    let mut i = 0;
    while let Some(w) = data.get(i..i + 3) {
        // The third byte tells how far one may go on, so most bytes are never looked at.
        match (w, w[2]) {
            ([0, 0, 1], _) => return Some((i, i + 3)),
            (_, 1..) => i += 3,
            _ => i += 1,
        }
    }
    None
}

/// An access unit in length-prefixed form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessUnit {
    /// The units, each after its length in four bytes, big endian; without parameter sets, delimiters and filler.
    pub data: Bytes,
    /// Whether it holds an IDR picture.
    pub keyframe: bool,
}

/// Converts one access unit from start codes to length prefixes. Parameter sets and delimiters are left out: they are in
/// the configuration record. The result may be empty.
pub fn annexb_to_avcc(data: &[u8]) -> AccessUnit {
    let mut out = Vec::with_capacity(data.len() + 16);
    let mut keyframe = false;
    for unit in annexb_units(data) {
        match nal_type(unit) {
            nal::SPS | nal::PPS | nal::AUD | nal::FILLER => continue,
            nal::IDR => keyframe = true,
            _ => {}
        }
        let Ok(len) = u32::try_from(unit.len()) else { continue };
        out.extend_from_slice(&len.to_be_bytes());
        out.extend_from_slice(unit);
    }
    AccessUnit {
        data: out.into(),
        keyframe,
    }
}

/// The NAL units of a length-prefixed access unit. A length that does not fit ends it with an error.
pub fn avcc_units(mut data: &[u8]) -> impl Iterator<Item = Result<&[u8], CodecError>> {
    std::iter::from_fn(move || {
        if data.is_empty() {
            return None;
        }
        let split = data
            .split_first_chunk::<4>()
            .and_then(|(len, rest)| rest.split_at_checked(u32::from_be_bytes(*len) as usize));
        match split {
            Some((unit, rest)) => {
                data = rest;
                Some(Ok(unit))
            }
            None => {
                data = &[];
                Some(Err(damaged("a unit is longer than its packet")))
            }
        }
    })
}

/// The parameter sets of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ParameterSets<'a> {
    /// Sequence parameter sets.
    pub sps: Vec<&'a [u8]>,
    /// Picture parameter sets.
    pub pps: Vec<&'a [u8]>,
}

/// The parameter sets of a stream with start codes.
pub fn parameter_sets(annexb: &[u8]) -> ParameterSets<'_> {
    let of = |t| annexb_units(annexb).filter(|u| nal_type(u) == t).collect();
    ParameterSets {
        sps: of(nal::SPS),
        pps: of(nal::PPS),
    }
}

/// The AVCDecoderConfigurationRecord (ISO/IEC 14496-15, 5.3.3.1) of these parameter sets, for four-byte lengths.
///
/// # Errors
/// When a set is missing, empty, too many or too long, or the first sequence parameter set can't be read.
pub fn avcc_record(sps: &[&[u8]], pps: &[&[u8]]) -> Result<Bytes, CodecError> {
    let first = sps.first().ok_or(damaged("it has no sequence parameter set"))?;
    if pps.is_empty() {
        return Err(damaged("it has no picture parameter set"));
    }
    if sps.len() > 31 || pps.len() > 255 || sps.iter().chain(pps).any(|s| s.len() > usize::from(u16::MAX)) {
        return Err(damaged("it has too many or too long parameter sets"));
    }
    let parsed = Sps::parse(first)?;
    let mut r = vec![
        1,
        parsed.profile_idc,
        parsed.constraint_flags,
        parsed.level_idc,
        0xff,
        0xe0 | sps.len() as u8,
    ];
    let sets = |r: &mut Vec<u8>, list: &[&[u8]]| {
        for s in list {
            r.extend_from_slice(&(s.len() as u16).to_be_bytes());
            r.extend_from_slice(s);
        }
    };
    sets(&mut r, sps);
    r.push(pps.len() as u8);
    sets(&mut r, pps);
    if matches!(parsed.profile_idc, 100 | 110 | 122 | 144) {
        r.extend_from_slice(&[
            0xfc | parsed.chroma_format_idc,
            0xf8 | (parsed.bit_depth_luma - 8),
            0xf8 | (parsed.bit_depth_chroma - 8),
            0,
        ]);
    }
    Ok(r.into())
}

/// The parameter sets of a configuration record.
///
/// # Errors
/// When it is cut short or of another version.
pub fn record_parameter_sets(record: &[u8]) -> Result<ParameterSets<'_>, CodecError> {
    let short = || damaged("its configuration record is cut short");
    let (head, mut rest) = record.split_first_chunk::<6>().ok_or_else(short)?;
    if head[0] != 1 {
        return Err(damaged("its configuration record has an unknown version"));
    }
    let sps = take_sets(&mut rest, head[5] & 0x1f).ok_or_else(short)?;
    let (count, after) = rest.split_first().ok_or_else(short)?;
    rest = after;
    let pps = take_sets(&mut rest, *count).ok_or_else(short)?;
    Ok(ParameterSets { sps, pps })
}

/// Takes `n` parameter sets, each after its length in two bytes.
fn take_sets<'a>(rest: &mut &'a [u8], n: u8) -> Option<Vec<&'a [u8]>> {
    (0..n)
        .map(|_| {
            let (len, after) = rest.split_first_chunk::<2>()?;
            let (set, after) = after.split_at_checked(u16::from_be_bytes(*len).into())?;
            *rest = after;
            Some(set)
        })
        .collect()
}

pub(crate) fn damaged(reason: &'static str) -> CodecError {
    CodecError::Bitstream { reason }
}

#[cfg(test)]
mod tests;
