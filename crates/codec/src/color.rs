//! Colour tags between FFmpeg and [`ColorInfo`]. Code points are ITU-T H.273's, as are FFmpeg's.

use crate::ff::{Codec, Frame, raw_enum};
use ffmpeg_sys_next::{AVChromaLocation, AVColorPrimaries, AVColorRange, AVColorSpace, AVColorTransferCharacteristic};
use media::{ColorInfo, ColorMatrix, ColorPrimaries, ColorRange, ColorTransfer, PixelFormat};

/// Range as tagged, if it is.
pub(crate) fn tagged_range(frame: &Frame) -> Option<ColorRange> {
    // SAFETY: a number of our frame.
    range(unsafe { raw_enum!((*frame.ptr()).color_range) })
}

fn range(n: i32) -> Option<ColorRange> {
    match n {
        1 => Some(ColorRange::Limited),
        2 => Some(ColorRange::Full),
        _ => None,
    }
}

/// Whether a frame is tagged as HDR: PQ or HLG.
pub(crate) fn is_hdr(frame: &Frame) -> bool {
    // SAFETY: a number of our frame.
    let transfer = unsafe { raw_enum!((*frame.ptr()).color_trc) };
    matches!(transfer, 16 | 18)
}

/// The colours of a decoded frame of a layout of ours; what is not tagged is guessed ([`ColorMatrix::guess`]).
pub(crate) fn of_frame(frame: &Frame, format: PixelFormat, height: u32) -> ColorInfo {
    // SAFETY: numbers of our frame.
    let (space, range, primaries, transfer) = unsafe {
        let f = frame.ptr();
        (
            raw_enum!((*f).colorspace),
            raw_enum!((*f).color_range),
            raw_enum!((*f).color_primaries),
            raw_enum!((*f).color_trc),
        )
    };
    let mut c = from_codes(space, range, primaries, transfer, height);
    if !format.is_yuv() {
        c.range = ColorRange::Full;
        if !matches!(c.transfer, ColorTransfer::Pq | ColorTransfer::Hlg) {
            c.transfer = ColorTransfer::Srgb;
        }
    }
    c
}

fn from_codes(space: i32, range_code: i32, primaries: i32, transfer: i32, height: u32) -> ColorInfo {
    let matrix = match space {
        1 | 7 => ColorMatrix::Bt709,
        4..=6 => ColorMatrix::Bt601,
        9 | 10 => ColorMatrix::Bt2020,
        _ => ColorMatrix::guess(height),
    };
    ColorInfo {
        matrix,
        range: range(range_code).unwrap_or(ColorRange::Limited),
        primaries: match primaries {
            4..=7 => ColorPrimaries::Bt601,
            9 => ColorPrimaries::Bt2020,
            _ if matrix == ColorMatrix::Bt2020 => ColorPrimaries::Bt2020,
            _ => ColorPrimaries::Bt709,
        },
        transfer: match transfer {
            13 => ColorTransfer::Srgb,
            16 => ColorTransfer::Pq,
            18 => ColorTransfer::Hlg,
            _ => ColorTransfer::Bt709,
        },
    }
}

/// FFmpeg's four names of our colours.
pub(crate) fn to_av(
    c: ColorInfo,
) -> (
    AVColorSpace,
    AVColorRange,
    AVColorPrimaries,
    AVColorTransferCharacteristic,
) {
    (
        match c.matrix {
            ColorMatrix::Bt709 => AVColorSpace::AVCOL_SPC_BT709,
            ColorMatrix::Bt601 => AVColorSpace::AVCOL_SPC_SMPTE170M,
            ColorMatrix::Bt2020 => AVColorSpace::AVCOL_SPC_BT2020_NCL,
        },
        match c.range {
            ColorRange::Limited => AVColorRange::AVCOL_RANGE_MPEG,
            ColorRange::Full => AVColorRange::AVCOL_RANGE_JPEG,
        },
        match c.primaries {
            ColorPrimaries::Bt709 => AVColorPrimaries::AVCOL_PRI_BT709,
            ColorPrimaries::Bt601 => AVColorPrimaries::AVCOL_PRI_SMPTE170M,
            ColorPrimaries::Bt2020 => AVColorPrimaries::AVCOL_PRI_BT2020,
        },
        match c.transfer {
            ColorTransfer::Bt709 => AVColorTransferCharacteristic::AVCOL_TRC_BT709,
            ColorTransfer::Srgb => AVColorTransferCharacteristic::AVCOL_TRC_IEC61966_2_1,
            ColorTransfer::Pq => AVColorTransferCharacteristic::AVCOL_TRC_SMPTE2084,
            ColorTransfer::Hlg => AVColorTransferCharacteristic::AVCOL_TRC_ARIB_STD_B67,
        },
    )
}

/// Tags a frame on its way to an encoder.
pub(crate) fn tag_frame(frame: &mut Frame, c: ColorInfo) {
    let (space, range, primaries, transfer) = to_av(c);
    // SAFETY: numbers of our frame.
    unsafe {
        let f = &mut *frame.ptr();
        f.colorspace = space;
        f.color_range = range;
        f.color_primaries = primaries;
        f.color_trc = transfer;
        f.chroma_location = AVChromaLocation::AVCHROMA_LOC_LEFT;
    }
}

/// Tags a stream before its encoder is opened.
pub(crate) fn tag_codec(codec: &mut Codec, c: ColorInfo) {
    let (space, range, primaries, transfer) = to_av(c);
    // SAFETY: numbers of our context, which is not open yet.
    unsafe {
        let ctx = &mut *codec.ptr();
        ctx.colorspace = space;
        ctx.color_range = range;
        ctx.color_primaries = primaries;
        ctx.color_trc = transfer;
        ctx.chroma_sample_location = AVChromaLocation::AVCHROMA_LOC_LEFT;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn our_colours_survive_the_way_there_and_back() {
        for c in [ColorInfo::BT709_LIMITED, ColorInfo::SRGB] {
            let (s, r, p, t) = to_av(c);
            assert_eq!(from_codes(s as i32, r as i32, p as i32, t as i32, 100), c);
        }
    }

    #[test]
    fn untagged_pictures_follow_the_rule() {
        let untagged = |h| from_codes(2, 0, 2, 2, h);
        assert_eq!(untagged(480).matrix, ColorMatrix::Bt601);
        assert_eq!(untagged(1080).matrix, ColorMatrix::Bt709);
        assert_eq!(untagged(1080).range, ColorRange::Limited);
        assert_eq!(from_codes(99, 7, 15, 200, 1080), ColorInfo::BT709_LIMITED);
    }
}
