//! How the numbers of a picture are to be read. Code points follow ITU-T H.273 where a number is needed.

/// Luma/chroma matrix (H.273 MatrixCoefficients).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ColorMatrix {
    /// ITU-R BT.709: HD. Kr 0.2126, Kb 0.0722.
    #[default]
    Bt709,
    /// ITU-R BT.601 (625 and 525 line): SD, most JPEG and webcams. Kr 0.299, Kb 0.114.
    Bt601,
    /// ITU-R BT.2020 non-constant luminance. Kr 0.2627, Kb 0.0593.
    Bt2020,
}

impl ColorMatrix {
    /// (Kr, Kb) of the matrix.
    pub const fn coefficients(self) -> (f64, f64) {
        match self {
            Self::Bt709 => (0.2126, 0.0722),
            Self::Bt601 => (0.299, 0.114),
            Self::Bt2020 => (0.2627, 0.0593),
        }
    }
    /// H.273 code point.
    pub const fn code(self) -> u8 {
        match self {
            Self::Bt709 => 1,
            Self::Bt601 => 6,
            Self::Bt2020 => 9,
        }
    }
    /// What an untagged YUV picture of this height is taken for: BT.601 up to 576 lines, BT.709 above. This is the rule
    /// of Footlight for untagged input (also FFmpeg's and most players').
    pub const fn guess(height: u32) -> Self {
        if height <= 576 { Self::Bt601 } else { Self::Bt709 }
    }
}

/// Code range of the samples.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ColorRange {
    /// Luma 16–235, chroma 16–240 (8 bit).
    #[default]
    Limited,
    /// 0–255.
    Full,
}

/// Colour primaries (H.273 ColourPrimaries).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ColorPrimaries {
    /// BT.709 and sRGB.
    #[default]
    Bt709,
    /// BT.601, 525 or 625 lines.
    Bt601,
    /// BT.2020.
    Bt2020,
}

/// Transfer characteristics (H.273 TransferCharacteristics).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub enum ColorTransfer {
    /// BT.709 camera curve, as broadcast.
    #[default]
    Bt709,
    /// sRGB display curve.
    Srgb,
    /// SMPTE ST 2084 (HDR10).
    Pq,
    /// ARIB STD-B67.
    Hlg,
}

/// The full description of a picture's colours.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default)]
pub struct ColorInfo {
    /// Luma/chroma matrix; ignored for RGB formats.
    pub matrix: ColorMatrix,
    /// Code range; RGB formats are always full.
    pub range: ColorRange,
    /// Primaries.
    pub primaries: ColorPrimaries,
    /// Transfer curve.
    pub transfer: ColorTransfer,
}

impl ColorInfo {
    /// What every canvas is made in: BT.709, limited range.
    pub const BT709_LIMITED: Self = Self {
        matrix: ColorMatrix::Bt709,
        range: ColorRange::Limited,
        primaries: ColorPrimaries::Bt709,
        transfer: ColorTransfer::Bt709,
    };
    /// sRGB images, text, screens.
    pub const SRGB: Self = Self {
        matrix: ColorMatrix::Bt709,
        range: ColorRange::Full,
        primaries: ColorPrimaries::Bt709,
        transfer: ColorTransfer::Srgb,
    };
}
