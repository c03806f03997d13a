//! The bodies of RTMP audio and video messages: FLV tag bodies (Adobe Flash Video File Format 10.1, annex E.4). Only the
//! few bytes in front of the payload are made here; the payload itself goes into the chunk writer unchanged.

/// Frame type and codec of an AVC key picture.
const KEY_AVC: u8 = 0x17;
/// Frame type and codec of another AVC picture.
const INTER_AVC: u8 = 0x27;
/// AAC: the format's other bits are fixed to 44 kHz, 16 bit, stereo whatever the stream is (E.4.2.1).
const AAC: u8 = 0xaf;

/// In front of an AVCDecoderConfigurationRecord.
pub const AVC_SEQUENCE_HEADER: [u8; 5] = [KEY_AVC, 0, 0, 0, 0];
/// In front of an AudioSpecificConfig.
pub const AAC_SEQUENCE_HEADER: [u8; 2] = [AAC, 0];
/// In front of a raw AAC frame.
pub const AAC_RAW: [u8; 2] = [AAC, 1];

/// In front of one access unit of length-prefixed NAL units. `composition_ms` is presentation minus decoding time, cut to
/// the 24 bits it has.
pub fn avc_header(keyframe: bool, composition_ms: i64) -> [u8; 5] {
    let c = composition_ms.clamp(-0x80_0000, 0x7f_ffff).to_be_bytes();
    [if keyframe { KEY_AVC } else { INTER_AVC }, 1, c[5], c[6], c[7]]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn composition_time_is_24_bit_signed() {
        assert_eq!(avc_header(true, 0), [0x17, 1, 0, 0, 0]);
        assert_eq!(avc_header(false, 0x01_0203), [0x27, 1, 1, 2, 3]);
        assert_eq!(avc_header(false, -1), [0x27, 1, 0xff, 0xff, 0xff]);
        assert_eq!(avc_header(false, i64::MAX), [0x27, 1, 0x7f, 0xff, 0xff]);
        assert_eq!(avc_header(false, i64::MIN), [0x27, 1, 0x80, 0, 0]);
    }
}
