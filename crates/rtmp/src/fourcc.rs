//! The four letters by which Enhanced RTMP names codecs (Veovera, "Enhanced RTMP v2", 2024), and which of our codecs need
//! them: H.264, AAC and MP3 have numbers in FLV itself and go out as every server has known them for twenty years.

use media::{AudioCodec, VideoCodec};

/// A codec's name on the wire.
pub type FourCc = [u8; 4];

/// Every video codec that we can send under a name, the preferred first: what `connect` declares.
pub const VIDEO: [FourCc; 4] = [*b"av01", *b"hvc1", *b"vp09", *b"avc1"];
/// Every audio codec that we can send under a name.
pub const AUDIO: [FourCc; 3] = [*b"Opus", *b"mp4a", *b".mp3"];

/// The name of a video codec; none for those that RTMP can't carry.
pub const fn of_video(codec: VideoCodec) -> Option<FourCc> {
    match codec {
        VideoCodec::H264 => Some(*b"avc1"),
        VideoCodec::Hevc => Some(*b"hvc1"),
        VideoCodec::Av1 => Some(*b"av01"),
        VideoCodec::Vp9 => Some(*b"vp09"),
        _ => None,
    }
}

/// The name of an audio codec; none for those that RTMP can't carry.
pub const fn of_audio(codec: AudioCodec) -> Option<FourCc> {
    match codec {
        AudioCodec::Aac => Some(*b"mp4a"),
        AudioCodec::Opus => Some(*b"Opus"),
        AudioCodec::Mp3 => Some(*b".mp3"),
        _ => None,
    }
}

/// A name as `onMetaData` has it: a number, the first letter highest.
pub fn number(name: FourCc) -> f64 {
    f64::from(u32::from_be_bytes(name))
}

/// A name as text; it is ASCII by construction.
pub fn text(name: FourCc) -> String {
    name.iter().map(|b| char::from(*b)).collect()
}

/// A video codec's name for people.
pub const fn spoken_video(codec: VideoCodec) -> &'static str {
    match codec {
        VideoCodec::H264 => "H.264",
        VideoCodec::Hevc => "HEVC",
        VideoCodec::Av1 => "AV1",
        VideoCodec::Vp9 => "VP9",
        VideoCodec::ProRes => "ProRes",
        VideoCodec::Ffv1 => "FFV1",
        _ => "this video codec",
    }
}

/// An audio codec's name for people.
pub const fn spoken_audio(codec: AudioCodec) -> &'static str {
    match codec {
        AudioCodec::Aac => "AAC",
        AudioCodec::Opus => "Opus",
        AudioCodec::Mp3 => "MP3",
        AudioCodec::Flac => "FLAC",
        AudioCodec::Pcm => "uncompressed sound",
        _ => "this audio codec",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_those_of_the_specification() {
        assert_eq!(number(*b"av01"), 1_635_135_537.0);
        assert_eq!(number(*b"Opus"), 1_332_770_163.0);
        assert_eq!(text(*b".mp3"), ".mp3");
    }
}
