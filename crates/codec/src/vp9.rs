//! VP9's configuration record (VP Codec ISO Media File Format Binding 1.0, 2.2): VP9 has no headers of its own, so it is made
//! from what the encoder was told.

use bytes::Bytes;
use media::FrameRate;

/// Levels with the most luma samples a second and the largest picture they allow.
const LEVELS: [(u8, u64, u64); 14] = [
    (10, 829_440, 36_864),
    (11, 2_764_800, 73_728),
    (20, 4_608_000, 122_880),
    (21, 9_216_000, 245_760),
    (30, 20_736_000, 552_960),
    (31, 36_864_000, 983_040),
    (40, 83_558_400, 2_228_224),
    (41, 160_432_128, 2_228_224),
    (50, 311_951_360, 8_912_896),
    (51, 588_251_136, 8_912_896),
    (52, 1_176_502_272, 8_912_896),
    (60, 1_176_502_272, 35_651_584),
    (61, 2_353_004_544, 35_651_584),
    (62, 4_706_009_088, 35_651_584),
];

/// The level times ten that pictures of this size and rate need.
pub fn level(width: u32, height: u32, rate: FrameRate) -> u8 {
    let size = u64::from(width) * u64::from(height);
    let samples = (size as f64 * rate.as_f64()).ceil() as u64;
    let fits = |&&(_, rate, picture): &&(u8, u64, u64)| samples <= rate && size <= picture;
    LEVELS.iter().find(fits).map_or(62, |l| l.0)
}

/// The VPCodecConfigurationRecord (without the box's version and flags) of 8-bit 4:2:0 BT.709 in limited range.
pub fn vpcc_record(width: u32, height: u32, rate: FrameRate) -> Bytes {
    // Profile 0; 8 bits, chroma beside the left luma sample (0), limited range; BT.709 three times; no further data.
    vec![0, level(width, height, rate), 8 << 4, 1, 1, 1, 0, 0].into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_are_those_of_the_table() {
        assert_eq!(level(1280, 720, FrameRate::whole(30)), 31);
        assert_eq!(level(1920, 1080, FrameRate::whole(30)), 40);
        assert_eq!(level(1920, 1080, FrameRate::whole(60)), 41);
        assert_eq!(level(3840, 2160, FrameRate::whole(60)), 51);
        assert_eq!(level(16_384, 16_384, FrameRate::whole(240)), 62);
    }
}
