//! HEVC bytes (ITU-T H.265): from start codes to the length-prefixed form of ISO/IEC 14496-15, its configuration record
//! (`hvcC`), and what a sequence parameter set says. As in [`crate::h264`], every function takes bytes from anybody.

use crate::{
    CodecError,
    bits::Bits,
    h264::{AccessUnit, annexb_units, damaged},
};
use bytes::Bytes;

/// NAL unit types (H.265 table 7-1).
pub mod nal {
    /// First of the types of pictures where decoding can start (BLA, IDR, CRA, reserved ones).
    pub const IRAP_FIRST: u8 = 16;
    /// Last of them.
    pub const IRAP_LAST: u8 = 23;
    /// Video parameter set.
    pub const VPS: u8 = 32;
    /// Sequence parameter set.
    pub const SPS: u8 = 33;
    /// Picture parameter set.
    pub const PPS: u8 = 34;
    /// Access unit delimiter.
    pub const AUD: u8 = 35;
    /// Filler data.
    pub const FILLER: u8 = 38;
}

/// The type of a NAL unit; 63 (unspecified) when it is empty.
pub fn nal_type(unit: &[u8]) -> u8 {
    unit.first().map_or(63, |b| b >> 1 & 0x3f)
}

/// Converts one access unit from start codes to length prefixes, parameter sets, delimiters and filler left out. The result
/// may be empty.
pub fn annexb_to_hvcc(data: &[u8]) -> AccessUnit {
    let mut out = Vec::with_capacity(data.len() + 16);
    let mut keyframe = false;
    for unit in annexb_units(data) {
        match nal_type(unit) {
            nal::VPS | nal::SPS | nal::PPS | nal::AUD | nal::FILLER => continue,
            nal::IRAP_FIRST..=nal::IRAP_LAST => keyframe = true,
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

/// What a sequence parameter set says, as far as we use it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sps {
    /// General profile, tier and level: the twelve bytes as stored.
    pub profile_tier_level: [u8; 12],
    /// Temporal sub-layers, 1 to 7.
    pub temporal_layers: u8,
    /// Whether they are nested.
    pub temporal_nested: bool,
    /// 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4.
    pub chroma_format_idc: u8,
    /// Bits of a luma sample, 8 to 16.
    pub bit_depth_luma: u8,
    /// Bits of a chroma sample, 8 to 16.
    pub bit_depth_chroma: u8,
    /// Shown width in pixels.
    pub width: u32,
    /// Shown height in pixels.
    pub height: u32,
    /// Most pictures that precede another in decoding and follow it in showing.
    pub max_reorder_frames: u32,
}

impl Sps {
    /// Parses a sequence parameter set, its NAL header (two bytes) included.
    ///
    /// # Errors
    /// When it is of another type, cut short or says what can't be.
    pub fn parse(unit: &[u8]) -> Result<Self, CodecError> {
        if nal_type(unit) != nal::SPS || unit.len() < 3 {
            return Err(damaged("a sequence parameter set is of another type"));
        }
        Self::read(&mut Bits::new(&unit[2..])).ok_or(damaged("a sequence parameter set is cut short or impossible"))
    }

    fn read(b: &mut Bits) -> Option<Self> {
        b.u(4)?;
        let layers = b.u(3)? as u8;
        let temporal_nested = b.flag()?;
        let profile_tier_level = profile_tier_level(b, layers)?;
        b.ue_below(16)?;
        let chroma = b.ue_below(4)?;
        let separate = chroma == 3 && b.flag()?;
        let (wide, high) = (b.ue()?, b.ue()?);
        let crop = if b.flag()? {
            [b.ue()?, b.ue()?, b.ue()?, b.ue()?]
        } else {
            [0; 4]
        };
        let (luma_bits, chroma_bits) = (8 + b.ue_below(9)?, 8 + b.ue_below(9)?);
        b.ue_below(13)?;
        let first = if b.flag()? { 0 } else { layers };
        let mut reorder = 0;
        for _ in first..=layers {
            b.ue_below(17)?;
            reorder = b.ue_below(17)?;
            b.ue()?;
        }
        let array = if separate { 0 } else { chroma };
        let unit_x = if matches!(array, 1 | 2) { 2 } else { 1 };
        let unit_y = if array == 1 { 2 } else { 1 };
        let cropped = |size: u32, a: u32, b: u32, unit: u64| {
            let left = u64::from(size).checked_sub((u64::from(a) + u64::from(b)) * unit)?;
            u32::try_from(left).ok().filter(|n| (1..=65_535).contains(n))
        };
        Some(Self {
            profile_tier_level,
            temporal_layers: layers + 1,
            temporal_nested,
            chroma_format_idc: chroma as u8,
            bit_depth_luma: luma_bits as u8,
            bit_depth_chroma: chroma_bits as u8,
            width: cropped(wide, crop[0], crop[1], unit_x)?,
            height: cropped(high, crop[2], crop[3], unit_y)?,
            max_reorder_frames: reorder,
        })
    }
}

/// The general part (7.3.3), the sub-layers' skipped.
fn profile_tier_level(b: &mut Bits, layers: u8) -> Option<[u8; 12]> {
    let mut general = [0; 12];
    for byte in &mut general {
        *byte = b.u(8)? as u8;
    }
    let present: Vec<_> = (0..layers)
        .map(|_| Some((b.flag()?, b.flag()?)))
        .collect::<Option<_>>()?;
    if layers > 0 {
        b.u((8 - u32::from(layers)) * 2)?;
    }
    for (profile, level) in present {
        if profile {
            (0..11).try_for_each(|_| b.u(8).map(drop))?;
        }
        if level {
            b.u(8)?;
        }
    }
    Some(general)
}

/// The parameter sets of a stream.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct ParameterSets<'a> {
    /// Video parameter sets.
    pub vps: Vec<&'a [u8]>,
    /// Sequence parameter sets.
    pub sps: Vec<&'a [u8]>,
    /// Picture parameter sets.
    pub pps: Vec<&'a [u8]>,
}

/// The parameter sets of a stream with start codes.
pub fn parameter_sets(annexb: &[u8]) -> ParameterSets<'_> {
    let of = |t| annexb_units(annexb).filter(|u| nal_type(u) == t).collect();
    ParameterSets {
        vps: of(nal::VPS),
        sps: of(nal::SPS),
        pps: of(nal::PPS),
    }
}

/// The HEVCDecoderConfigurationRecord (ISO/IEC 14496-15, 8.3.3.1) of these parameter sets, for four-byte lengths.
///
/// # Errors
/// When a set is missing, too many or too long, or the first sequence parameter set can't be read.
pub fn hvcc_record(sets: &ParameterSets<'_>) -> Result<Bytes, CodecError> {
    let first = sets.sps.first().ok_or(damaged("it has no sequence parameter set"))?;
    if sets.vps.is_empty() || sets.pps.is_empty() {
        return Err(damaged("it has no video or picture parameter set"));
    }
    let lists = [(nal::VPS, &sets.vps), (nal::SPS, &sets.sps), (nal::PPS, &sets.pps)];
    if lists
        .iter()
        .any(|(_, l)| l.len() > 64 || l.iter().any(|s| s.len() > usize::from(u16::MAX)))
    {
        return Err(damaged("it has too many or too long parameter sets"));
    }
    let parsed = Sps::parse(first)?;
    let mut r = vec![1];
    r.extend_from_slice(&parsed.profile_tier_level);
    // No word about spatial segmentation, parallelism and the mean frame rate; the numbers' upper bits are ones.
    r.extend_from_slice(&[0xf0, 0, 0xfc, 0xfc | parsed.chroma_format_idc]);
    r.extend_from_slice(&[
        0xf8 | (parsed.bit_depth_luma - 8),
        0xf8 | (parsed.bit_depth_chroma - 8),
        0,
        0,
    ]);
    r.push((parsed.temporal_layers & 7) << 3 | u8::from(parsed.temporal_nested) << 2 | 3);
    r.push(lists.len() as u8);
    for (kind, list) in lists {
        // All sets of the kind are here: none comes in the stream.
        r.push(0x80 | kind);
        r.extend_from_slice(&(list.len() as u16).to_be_bytes());
        for s in list {
            r.extend_from_slice(&(s.len() as u16).to_be_bytes());
            r.extend_from_slice(s);
        }
    }
    Ok(r.into())
}

/// Bytes of a record before its first parameter set.
const HEAD: usize = 23;

/// The parameter sets of a configuration record.
///
/// # Errors
/// When it is cut short or of another version.
pub fn record_parameter_sets(record: &[u8]) -> Result<ParameterSets<'_>, CodecError> {
    if record.first() != Some(&1) {
        return Err(damaged("its configuration record has an unknown version"));
    }
    read_record(record).ok_or(damaged("its configuration record is cut short"))
}

fn read_record(record: &[u8]) -> Option<ParameterSets<'_>> {
    let (head, mut rest) = record.split_at_checked(HEAD)?;
    let mut sets = ParameterSets::default();
    for _ in 0..head[HEAD - 1] {
        let (array, after) = rest.split_first_chunk::<3>()?;
        rest = after;
        for _ in 0..u16::from_be_bytes([array[1], array[2]]) {
            let (len, after) = rest.split_first_chunk::<2>()?;
            let (set, after) = after.split_at_checked(u16::from_be_bytes(*len).into())?;
            rest = after;
            match array[0] & 0x3f {
                nal::VPS => sets.vps.push(set),
                nal::SPS => sets.sps.push(set),
                nal::PPS => sets.pps.push(set),
                _ => {}
            }
        }
    }
    Some(sets)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn garbage_never_panics(data in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = Sps::parse(&data);
            let _ = record_parameter_sets(&data);
            let _ = annexb_to_hvcc(&data);
            let mut sps = vec![nal::SPS << 1, 1];
            sps.extend_from_slice(&data);
            let _ = Sps::parse(&sps);
            let _ = hvcc_record(&ParameterSets { vps: vec![&data], sps: vec![&sps], pps: vec![&data] });
        }
    }

    #[test]
    fn a_record_without_all_sets_is_refused() {
        assert!(hvcc_record(&ParameterSets::default()).is_err());
        assert!(record_parameter_sets(&[1; 10]).is_err());
        assert!(record_parameter_sets(&[]).is_err());
    }
}
