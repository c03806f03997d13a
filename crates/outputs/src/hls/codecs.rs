//! Streams in the words of a CODECS attribute (RFC 6381), which browsers want to know before anything else.

use media::{AudioCodec, StreamInfo, VideoCodec};
use std::fmt::Write as _;

/// The streams as a CODECS attribute (RFC 6381): `avc1.64001f,mp4a.40.2`.
pub fn codecs(info: &StreamInfo) -> String {
    let video = info.video.iter().map(|v| video_codec(v.codec, &v.extradata));
    let audio = info.audio.iter().take(1).map(|a| match a.codec {
        AudioCodec::Aac => "mp4a.40.2".to_owned(),
        AudioCodec::Opus => "opus".to_owned(),
        AudioCodec::Mp3 => "mp4a.40.34".to_owned(),
        AudioCodec::Flac => "fLaC".to_owned(),
        AudioCodec::Pcm => "ipcm".to_owned(),
        _ => "unknown".to_owned(),
    });
    video.chain(audio).collect::<Vec<_>>().join(",")
}

/// A video codec with what its configuration record says of profile and level.
fn video_codec(codec: VideoCodec, record: &[u8]) -> String {
    match codec {
        // Profile, constraints and level: bytes 1 to 3 of the AVCDecoderConfigurationRecord.
        VideoCodec::H264 => match record.get(1..4) {
            Some(&[p, c, l]) => format!("avc1.{p:02x}{c:02x}{l:02x}"),
            _ => "avc1".into(),
        },
        VideoCodec::Hevc => record.first_chunk().map_or("hvc1".into(), hevc_codec),
        // AV1-ISOBMFF, 5: profile, level and tier, bits.
        VideoCodec::Av1 => match record.get(1..3) {
            Some(&[a, b]) => {
                let tier = if b & 0x80 == 0 { 'M' } else { 'H' };
                let bits = match b >> 5 & 3 {
                    0 => 8,
                    2 => 10,
                    _ => 12,
                };
                format!("av01.{}.{:02}{tier}.{bits:02}", a >> 5, a & 31)
            }
            _ => "av01".into(),
        },
        // VP Codec ISO Media File Format Binding, 3: profile, level, bits.
        VideoCodec::Vp9 => match record.get(..3) {
            Some(&[p, l, b]) => format!("vp09.{p:02}.{l:02}.{:02}", b >> 4),
            _ => "vp09".into(),
        },
        VideoCodec::ProRes => "apcn".into(),
        VideoCodec::Ffv1 => "FFV1".into(),
        _ => "unknown".into(),
    }
}

/// ISO/IEC 14496-15, E.3: profile, compatibility with its bits reversed, tier and level, constraints without zeros at the end.
fn hevc_codec(record: &[u8; 13]) -> String {
    let space = ["", "A", "B", "C"][usize::from(record[1] >> 6)];
    let tier = if record[1] & 0x20 == 0 { 'L' } else { 'H' };
    let compatible = u32::from_be_bytes([record[2], record[3], record[4], record[5]]).reverse_bits();
    let mut text = format!("hvc1.{space}{}.{compatible:X}.{tier}{}", record[1] & 31, record[12]);
    let used = record[6..12].iter().rposition(|b| *b != 0).map_or(0, |i| i + 1);
    for b in &record[6..6 + used] {
        // Writing to a String can't fail.
        let _ = write!(text, ".{b:X}");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_are_written_as_browsers_read_them() {
        let hvcc = [1, 1, 0x60, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 93, 0xf0];
        assert_eq!(video_codec(VideoCodec::Hevc, &hvcc), "hvc1.1.6.L93.90");
        assert_eq!(video_codec(VideoCodec::Av1, &[0x81, 0x08, 0x0c, 0]), "av01.0.08M.08");
        assert_eq!(video_codec(VideoCodec::Av1, &[0x81, 0x2d, 0xcc, 0]), "av01.1.13H.10");
        assert_eq!(
            video_codec(VideoCodec::Vp9, &[0, 41, 0x80, 1, 1, 1, 0, 0]),
            "vp09.00.41.08"
        );
        for codec in [VideoCodec::H264, VideoCodec::Hevc, VideoCodec::Av1, VideoCodec::Vp9] {
            assert_eq!(video_codec(codec, &[]).len(), 4, "a record that is cut short says less");
        }
    }
}
