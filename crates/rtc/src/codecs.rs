//! Which codecs go over WebRTC and how they are described in SDP.

use crate::{
    RtcError,
    reports::{MID, NUMBER, REPAIRED_RID, RID, SENT_AT},
};
use media::{AudioCodec, AudioStream, VideoCodec, VideoStream};
use rtc::{
    peer_connection::configuration::media_engine::{
        MIME_TYPE_AV1, MIME_TYPE_H264, MIME_TYPE_HEVC, MIME_TYPE_OPUS, MIME_TYPE_RTX, MediaEngine,
    },
    rtp_transceiver::rtp_sender::{
        RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RTCRtpHeaderExtensionCapability, RtpCodecKind,
    },
};

/// Payload types (RFC 3551 leaves 96 to 127 to us).
const VIDEO_TYPE: u8 = 102;
const RTX_TYPE: u8 = 103;
const AUDIO_TYPE: u8 = 111;

/// What we make use of when a receiver of video sends it.
const VIDEO_FEEDBACK: [&str; 5] = ["goog-remb", "transport-cc", "ccm fir", "nack", "nack pli"];

/// How a video codec is called.
pub(crate) struct VideoName {
    /// In descriptions.
    pub(crate) sdp: &'static str,
    mime: &'static str,
    /// For people.
    pub(crate) words: &'static str,
}

/// The names of a codec that can be sent.
pub(crate) fn video_name(codec: VideoCodec) -> Option<VideoName> {
    let (sdp, mime, words) = match codec {
        VideoCodec::H264 => ("H264", MIME_TYPE_H264, "H.264 video"),
        VideoCodec::Hevc => ("H265", MIME_TYPE_HEVC, "HEVC video"),
        VideoCodec::Av1 => ("AV1", MIME_TYPE_AV1, "AV1 video"),
        _ => return None,
    };
    Some(VideoName { sdp, mime, words })
}

/// How a video codec that can be sent is called in a sentence: `HEVC video`.
pub fn video_words(codec: VideoCodec) -> Option<&'static str> {
    video_name(codec).map(|n| n.words)
}

/// Whether this video can be sent.
pub fn can_carry_video(video: &VideoStream) -> bool {
    video_name(video.codec).is_some()
}

/// Whether this audio can be sent: Opus at 48 kHz, one or two channels (RFC 7587).
pub fn can_carry_audio(audio: &AudioStream) -> bool {
    audio.codec == AudioCodec::Opus && audio.channels <= 2
}

/// The video of a stream, as receivers know it.
pub(crate) fn video(stream: &VideoStream) -> Result<RTCRtpCodec, RtcError> {
    let name = video_name(stream.codec).ok_or_else(|| RtcError::CantSend {
        what: format!("{:?} video", stream.codec),
    })?;
    let byte = |i: usize| stream.extradata.get(i).copied().unwrap_or_default();
    let parameters = match stream.codec {
        // The profile says constrained baseline whatever the stream has, as other studios do: receivers decode by the
        // parameter sets, but many compare this line letter by letter.
        VideoCodec::H264 => {
            let level = byte(3).max(0x1f);
            format!("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e0{level:02x}")
        }
        // RFC 7798, 7.1, out of the configuration record.
        VideoCodec::Hevc => {
            let (profile, tier, level) = (byte(1) & 0x1f, byte(1) >> 5 & 1, byte(12).max(93));
            format!("level-id={level};profile-id={profile};tier-flag={tier};tx-mode=SRST")
        }
        // As the AV1 payload format has it (7.2.1).
        _ => {
            let (profile, level, tier) = (byte(1) >> 5, byte(1) & 0x1f, byte(2) >> 7);
            format!("level-idx={level};profile={profile};tier={tier}")
        }
    };
    Ok(RTCRtpCodec {
        mime_type: name.mime.into(),
        clock_rate: 90_000,
        channels: 0,
        sdp_fmtp_line: parameters,
        rtcp_feedback: VIDEO_FEEDBACK.iter().map(|f| feedback(f)).collect(),
    })
}

/// Opus, always said to be stereo at 48 kHz (RFC 7587, 4.1); `stereo=1` makes browsers decode both channels.
pub(crate) fn audio(stream: &AudioStream) -> Result<RTCRtpCodec, RtcError> {
    if !can_carry_audio(stream) {
        return Err(RtcError::CantSend {
            what: format!("{:?} sound", stream.codec),
        });
    }
    Ok(RTCRtpCodec {
        mime_type: MIME_TYPE_OPUS.into(),
        clock_rate: 48_000,
        channels: 2,
        sdp_fmtp_line: "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1".into(),
        rtcp_feedback: vec![feedback("transport-cc")],
    })
}

fn feedback(words: &str) -> RTCPFeedback {
    let (typ, parameter) = words.split_once(' ').unwrap_or((words, ""));
    RTCPFeedback {
        typ: typ.into(),
        parameter: parameter.into(),
    }
}

/// The codecs of a connection, and what packets carry beside them.
pub(crate) fn engine(
    video: Option<&RTCRtpCodec>,
    audio: Option<&RTCRtpCodec>,
    simulcast: bool,
) -> Result<MediaEngine, RtcError> {
    let mut engine = MediaEngine::default();
    let mut add = |codec: RTCRtpCodec, payload_type, kind| {
        let parameters = RTCRtpCodecParameters {
            rtp_codec: codec,
            payload_type,
        };
        engine.register_codec(parameters, kind).map_err(RtcError::local)
    };
    if let Some(v) = video {
        add(v.clone(), VIDEO_TYPE, RtpCodecKind::Video)?;
        let rtx = RTCRtpCodec {
            mime_type: MIME_TYPE_RTX.into(),
            clock_rate: 90_000,
            channels: 0,
            sdp_fmtp_line: format!("apt={VIDEO_TYPE}"),
            rtcp_feedback: vec![],
        };
        add(rtx, RTX_TYPE, RtpCodecKind::Video)?;
    }
    if let Some(a) = audio {
        add(a.clone(), AUDIO_TYPE, RtpCodecKind::Audio)?;
    }
    let always = [
        (SENT_AT, RtpCodecKind::Video),
        (NUMBER, RtpCodecKind::Video),
        (NUMBER, RtpCodecKind::Audio),
    ];
    let layered = [MID, RID, REPAIRED_RID].map(|uri| (uri, RtpCodecKind::Video));
    for (uri, kind) in always.into_iter().chain(layered.into_iter().filter(|_| simulcast)) {
        let capability = RTCRtpHeaderExtensionCapability { uri: uri.into() };
        let registered = engine.register_header_extension(capability, kind, None);
        registered.map_err(RtcError::local)?;
    }
    Ok(engine)
}
