//! What RTMP can carry: the question to ask before a session is opened. Whether a certain server takes it is known only
//! once it has answered, see [`crate::Declared`].

use crate::{RtmpError, fourcc};
use media::{AudioCodec, StreamInfo, VideoCodec};

/// Whether RTMP can carry these streams: H.264, HEVC, AV1 or VP9 video; AAC, Opus or MP3 as the first audio track (further
/// ones are sent where the server takes several, and left out where they can't be); or one of the two alone, each with its
/// codec configuration.
///
/// Errors: [`RtmpError::Unsupported`].
pub fn check_streams(info: &StreamInfo) -> Result<(), RtmpError> {
    let no = |what: &str, advice| {
        Err(RtmpError::Unsupported {
            what: what.to_owned(),
            advice,
        })
    };
    if info.video.is_none() && info.audio.is_empty() {
        return no("nothing", "Choose an encoder with video or audio");
    }
    if let Some(v) = &info.video {
        let name = fourcc::spoken_video(v.codec);
        if fourcc::of_video(v.codec).is_none() {
            return no(name, "Choose an H.264, HEVC or AV1 encoder for this destination");
        }
        // The first byte is a version: 1 for avcC and hvcC (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1; Annex B would begin
        // with 0), 1 with a marker bit for av1C (AV1 in ISOBMFF, 2.3.3). VP9's record begins with the profile.
        let version = v.extradata.first().copied();
        let configured = match v.codec {
            VideoCodec::Av1 => version == Some(0x81),
            VideoCodec::Vp9 => version.is_some(),
            _ => version == Some(1),
        };
        if !configured {
            return no(
                &format!("{name} without its configuration record"),
                "Choose another encoder",
            );
        }
    }
    if let Some(a) = info.audio.first() {
        let name = fourcc::spoken_audio(a.codec);
        if fourcc::of_audio(a.codec).is_none() {
            return no(name, "Choose AAC or Opus for this destination");
        }
        if a.extradata.is_empty() && a.codec != AudioCodec::Mp3 {
            return no(&format!("{name} without its configuration"), "Choose another encoder");
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use media::{AudioStream, ColorInfo, ErrorKind, FrameRate, MediaError, VideoStream};

    fn video(extradata: &'static [u8]) -> Option<VideoStream> {
        Some(VideoStream {
            codec: VideoCodec::H264,
            width: 64,
            height: 48,
            rate: FrameRate::whole(30),
            color: ColorInfo::BT709_LIMITED,
            bitrate: 0,
            extradata: Bytes::from_static(extradata),
        })
    }
    fn audio(codec: AudioCodec, extradata: &'static [u8]) -> AudioStream {
        AudioStream {
            codec,
            sample_rate: 48_000,
            channels: 2,
            bitrate: 128_000,
            frame_size: 1024,
            initial_padding: 0,
            extradata: Bytes::from_static(extradata),
        }
    }

    #[test]
    fn takes_what_flv_has_a_number_or_a_name_for() {
        let aac = || audio(AudioCodec::Aac, &[0x11, 0x90]);
        let opus = || audio(AudioCodec::Opus, b"OpusHead");
        let ok = |video, audio| check_streams(&StreamInfo { video, audio });
        ok(video(&[1, 100]), vec![aac()]).expect("both");
        ok(video(&[1, 100]), vec![]).expect("video alone");
        ok(None, vec![aac()]).expect("audio alone");
        ok(None, vec![aac(), opus()]).expect("other tracks are left out");
        ok(video(&[1]), vec![opus()]).expect("Opus");
        ok(None, vec![audio(AudioCodec::Mp3, b"")]).expect("MP3 has no configuration");
        let of = |codec, extradata| video(extradata).map(|v| VideoStream { codec, ..v });
        for (codec, extradata) in [
            (VideoCodec::Hevc, &[1, 1][..]),
            (VideoCodec::Av1, &[0x81, 4]),
            (VideoCodec::Vp9, &[0, 10, 0x82]),
        ] {
            ok(of(codec, extradata), vec![]).expect("by name");
            assert!(ok(of(codec, &[]), vec![]).is_err(), "{codec:?} without its record");
        }
        assert!(ok(of(VideoCodec::Hevc, &[0, 0, 0, 1]), vec![]).is_err(), "Annex B");
        assert!(ok(of(VideoCodec::ProRes, &[]), vec![]).is_err());
        for (v, a) in [
            (None, vec![]),
            (video(&[1]), vec![audio(AudioCodec::Flac, b"fLaC")]),
            (video(&[1]), vec![audio(AudioCodec::Opus, b"")]),
            (video(&[0, 0, 0, 1]), vec![]),
            (video(&[]), vec![]),
            (None, vec![audio(AudioCodec::Aac, &[])]),
        ] {
            let e = ok(v, a).expect_err("refused");
            assert_eq!((e.kind(), e.retryable()), (ErrorKind::Unsupported, false));
        }
    }
}
