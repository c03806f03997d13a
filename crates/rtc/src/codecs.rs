//! Which codecs go over WebRTC and how they are described in SDP.

use crate::RtcError;
use media::{AudioCodec, AudioStream, VideoCodec, VideoStream};
use rtc::{
    peer_connection::configuration::media_engine::{MIME_TYPE_H264, MIME_TYPE_OPUS, MIME_TYPE_RTX, MediaEngine},
    rtp_transceiver::rtp_sender::{RTCPFeedback, RTCRtpCodec, RTCRtpCodecParameters, RtpCodecKind},
};

/// Payload types (RFC 3551 leaves 96 to 127 to us).
const VIDEO_TYPE: u8 = 102;
const RTX_TYPE: u8 = 103;
const AUDIO_TYPE: u8 = 111;

/// Whether this video can be sent.
pub fn can_carry_video(video: &VideoStream) -> bool {
    video.codec == VideoCodec::H264
}

/// Whether this audio can be sent: Opus at 48 kHz, one or two channels (RFC 7587).
pub fn can_carry_audio(audio: &AudioStream) -> bool {
    audio.codec == AudioCodec::Opus && audio.channels <= 2
}

/// H.264 as almost every receiver knows it. The profile says constrained baseline whatever the stream has, as other
/// studios do: receivers decode by the parameter sets, but many compare this line letter by letter.
pub(crate) fn video(stream: &VideoStream) -> Result<RTCRtpCodec, RtcError> {
    if !can_carry_video(stream) {
        return Err(RtcError::CantSend {
            what: format!("{:?} video", stream.codec),
        });
    }
    let level = stream.extradata.get(3).copied().unwrap_or(0x1f).max(0x1f);
    Ok(RTCRtpCodec {
        mime_type: MIME_TYPE_H264.into(),
        clock_rate: 90_000,
        channels: 0,
        sdp_fmtp_line: format!("level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e0{level:02x}"),
        rtcp_feedback: ["ccm fir", "nack", "nack pli"].iter().map(|f| feedback(f)).collect(),
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
        rtcp_feedback: vec![],
    })
}

fn feedback(words: &str) -> RTCPFeedback {
    let (typ, parameter) = words.split_once(' ').unwrap_or((words, ""));
    RTCPFeedback {
        typ: typ.into(),
        parameter: parameter.into(),
    }
}

/// The codecs of a connection.
pub(crate) fn engine(video: Option<&RTCRtpCodec>, audio: Option<&RTCRtpCodec>) -> Result<MediaEngine, RtcError> {
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
    Ok(engine)
}
