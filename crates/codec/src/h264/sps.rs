//! Reading a sequence parameter set (ITU-T H.264, 7.3.2.1.1 and Annex E) as far as size, colours and reordering go.

use super::{damaged, nal, nal_type};
use crate::{CodecError, bits::Bits};

/// What a sequence parameter set says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sps {
    /// Profile: 66 Baseline, 77 Main, 100 High, …
    pub profile_idc: u8,
    /// The six constraint flags and two zero bits, as stored.
    pub constraint_flags: u8,
    /// Level times ten.
    pub level_idc: u8,
    /// 0 monochrome, 1 4:2:0, 2 4:2:2, 3 4:4:4.
    pub chroma_format_idc: u8,
    /// Bits of a luma sample, 8 to 14.
    pub bit_depth_luma: u8,
    /// Bits of a chroma sample, 8 to 14.
    pub bit_depth_chroma: u8,
    /// Shown width in pixels.
    pub width: u32,
    /// Shown height in pixels.
    pub height: u32,
    /// Usability information, when there is any.
    pub vui: Option<Vui>,
}

/// Video usability information, as far as we use it.
#[derive(Clone, Debug, PartialEq, Eq, Default)]
pub struct Vui {
    /// Whether samples use the full range; `None` when not said.
    pub full_range: Option<bool>,
    /// H.273 code points of primaries, transfer and matrix; `None` when not said.
    pub color: Option<(u8, u8, u8)>,
    /// `num_units_in_tick` and `time_scale`; a frame lasts two ticks.
    pub timing: Option<(u32, u32)>,
    /// Most pictures that precede another in decoding and follow it in showing; `None` when not said.
    pub max_reorder_frames: Option<u32>,
}

impl Sps {
    /// Parses a sequence parameter set, its NAL header included.
    ///
    /// # Errors
    /// When it is of another type, cut short or says what can't be.
    pub fn parse(unit: &[u8]) -> Result<Self, CodecError> {
        if nal_type(unit) != nal::SPS {
            return Err(damaged("a sequence parameter set is of another type"));
        }
        Self::read(&mut Bits::new(&unit[1..])).ok_or(damaged("a sequence parameter set is cut short or impossible"))
    }

    fn read(b: &mut Bits) -> Option<Self> {
        let (profile_idc, constraint_flags, level_idc) = (b.u(8)? as u8, b.u(8)? as u8, b.u(8)? as u8);
        b.ue()?;
        let (mut chroma, mut luma_bits, mut chroma_bits, mut separate) = (1, 8, 8, false);
        if matches!(
            profile_idc,
            100 | 110 | 122 | 244 | 44 | 83 | 86 | 118 | 128 | 138 | 139 | 134 | 135
        ) {
            chroma = b.ue_below(4)?;
            separate = chroma == 3 && b.flag()?;
            luma_bits = 8 + b.ue_below(7)?;
            chroma_bits = 8 + b.ue_below(7)?;
            b.flag()?;
            if b.flag()? {
                skip_scaling_lists(b, if chroma == 3 { 12 } else { 8 })?;
            }
        }
        b.ue_below(13)?;
        skip_order_count(b)?;
        b.ue()?;
        b.flag()?;
        let (mbs_wide, map_units) = (u64::from(b.ue()?) + 1, u64::from(b.ue()?) + 1);
        let frames_only = b.flag()?;
        if !frames_only {
            b.flag()?;
        }
        b.flag()?;
        let crop = if b.flag()? {
            [b.ue()?, b.ue()?, b.ue()?, b.ue()?]
        } else {
            [0; 4]
        };
        let fields = if frames_only { 1 } else { 2 };
        let array = if separate { 0 } else { chroma };
        let unit_x = if matches!(array, 1 | 2) { 2 } else { 1 };
        let unit_y = if array == 1 { 2 } else { 1 } * fields;
        let cropped = |size: u64, a: u32, b: u32, unit: u64| {
            let left = size.checked_sub((u64::from(a) + u64::from(b)) * unit)?;
            u32::try_from(left).ok().filter(|n| (1..=65_535).contains(n))
        };
        Some(Self {
            profile_idc,
            constraint_flags,
            level_idc,
            chroma_format_idc: chroma as u8,
            bit_depth_luma: luma_bits as u8,
            bit_depth_chroma: chroma_bits as u8,
            width: cropped(mbs_wide * 16, crop[0], crop[1], unit_x)?,
            height: cropped(map_units * 16 * fields, crop[2], crop[3], unit_y)?,
            vui: if b.flag()? { Some(Vui::read(b)?) } else { None },
        })
    }
}

impl Vui {
    fn read(b: &mut Bits) -> Option<Self> {
        let mut vui = Self::default();
        if b.flag()? && b.u(8)? == 255 {
            b.u(32)?;
        }
        if b.flag()? {
            b.flag()?;
        }
        if b.flag()? {
            b.u(3)?;
            vui.full_range = Some(b.flag()?);
            if b.flag()? {
                vui.color = Some((b.u(8)? as u8, b.u(8)? as u8, b.u(8)? as u8));
            }
        }
        if b.flag()? {
            b.ue()?;
            b.ue()?;
        }
        if b.flag()? {
            vui.timing = Some((b.u(32)?, b.u(32)?));
            b.flag()?;
        }
        let nal_hrd = b.flag()?;
        if nal_hrd {
            skip_hrd(b)?;
        }
        let vcl_hrd = b.flag()?;
        if vcl_hrd {
            skip_hrd(b)?;
        }
        if nal_hrd || vcl_hrd {
            b.flag()?;
        }
        b.flag()?;
        if b.flag()? {
            b.flag()?;
            for _ in 0..4 {
                b.ue()?;
            }
            vui.max_reorder_frames = Some(b.ue_below(17)?);
        }
        Some(vui)
    }
}

fn skip_scaling_lists(b: &mut Bits, lists: usize) -> Option<()> {
    for i in 0..lists {
        if !b.flag()? {
            continue;
        }
        let (mut last, mut next) = (8i64, 8i64);
        for _ in 0..if i < 6 { 16 } else { 64 } {
            if next != 0 {
                next = (last + i64::from(b.se()?)).rem_euclid(256);
            }
            if next != 0 {
                last = next;
            }
        }
    }
    Some(())
}

fn skip_order_count(b: &mut Bits) -> Option<()> {
    match b.ue()? {
        0 => {
            b.ue()?;
        }
        1 => {
            b.flag()?;
            b.se()?;
            b.se()?;
            for _ in 0..b.ue_below(256)? {
                b.se()?;
            }
        }
        2 => {}
        _ => return None,
    }
    Some(())
}

fn skip_hrd(b: &mut Bits) -> Option<()> {
    let count = b.ue_below(32)? + 1;
    b.u(8)?;
    for _ in 0..count {
        b.ue()?;
        b.ue()?;
        b.flag()?;
    }
    b.u(20)?;
    Some(())
}
