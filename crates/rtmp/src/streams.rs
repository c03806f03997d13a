//! What RTMP can carry: the question to ask before a session is opened.

use crate::RtmpError;
use media::{AudioCodec, StreamInfo, VideoCodec};

/// Whether RTMP can carry these streams: H.264 video, AAC as the first audio track (the only one that is sent), or one of
/// the two alone, each with its codec configuration.
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
        if !matches!(v.codec, VideoCodec::H264) {
            return no("this video codec", "Choose an H.264 encoder for this destination");
        }
        // configurationVersion is 1 (ISO/IEC 14496-15, 5.3.3.1); Annex B would begin with 0.
        if v.extradata.first() != Some(&1) {
            return no("H.264 without an avcC configuration", "Choose another encoder");
        }
    }
    if let Some(a) = info.audio.first() {
        if a.codec != AudioCodec::Aac {
            return no("this audio codec", "Choose AAC for this destination");
        }
        if a.extradata.is_empty() {
            return no("AAC without its configuration", "Choose another encoder");
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
    fn takes_h264_and_aac_and_nothing_else() {
        let aac = || audio(AudioCodec::Aac, &[0x11, 0x90]);
        let opus = || audio(AudioCodec::Opus, b"OpusHead");
        let ok = |video, audio| check_streams(&StreamInfo { video, audio });
        ok(video(&[1, 100]), vec![aac()]).expect("both");
        ok(video(&[1, 100]), vec![]).expect("video alone");
        ok(None, vec![aac()]).expect("audio alone");
        ok(None, vec![aac(), opus()]).expect("other tracks are left out");
        for (v, a) in [
            (None, vec![]),
            (video(&[1]), vec![opus()]),
            (video(&[0, 0, 0, 1]), vec![]),
            (video(&[]), vec![]),
            (None, vec![audio(AudioCodec::Aac, &[])]),
        ] {
            let e = ok(v, a).expect_err("refused");
            assert_eq!((e.kind(), e.retryable()), (ErrorKind::Unsupported, false));
        }
    }
}
