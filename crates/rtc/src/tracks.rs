//! The tracks of a connection: one for sound, one for the picture, which may carry it in several sizes, each as a stream of its own
//! with a name (simulcast, RFC 8853).

use crate::{
    PeerOptions, RtcError,
    packetise::Packetiser,
    reports::{MOST_LAYERS, Rid},
    stream::{RtpStream, random},
};
use media::VideoStream;
use parking_lot::Mutex;
use rtc::{
    media_stream::MediaStreamTrack,
    rtp_transceiver::rtp_sender::{
        RTCRtpCodec, RTCRtpCodingParameters, RTCRtpEncodingParameters, RTCRtpRtxParameters, RtpCodecKind,
    },
};
use std::sync::{Arc, atomic::AtomicU8};
use webrtc::media_stream::track_local::static_rtp::TrackLocalStaticRTP;

/// The names of the sizes (RFC 8851), largest first.
const RIDS: [&str; MOST_LAYERS] = ["h", "m", "l"];
/// Ticks a second of every video codec.
const VIDEO_CLOCK: u32 = 90_000;

/// One track of the connection.
pub(crate) struct Lane {
    pub(crate) track: Arc<TrackLocalStaticRTP>,
    pub(crate) rtp: Mutex<RtpStream>,
    /// Zero until the other side has answered.
    pub(crate) payload_type: AtomicU8,
}

/// A lower size of the video, beside the first on the same track.
pub(crate) struct Layer {
    pub(crate) rtp: Mutex<RtpStream>,
    pub(crate) packetiser: Packetiser,
}

/// The lower sizes, each with a stream of its own.
pub(crate) fn layers(options: &PeerOptions) -> Result<Vec<Layer>, RtcError> {
    let codec = options.video.as_ref().map(|v| v.codec);
    let fits = |l: &&VideoStream| Some(l.codec) == codec;
    let layers = options.layers.iter().filter(fits).take(MOST_LAYERS - 1).map(|l| {
        let packetiser = Packetiser::new(l).ok_or_else(|| RtcError::CantSend {
            what: "video whose encoder gave no parameter sets".into(),
        })?;
        Ok(Layer {
            rtp: Mutex::new(RtpStream::new(VIDEO_CLOCK)),
            packetiser,
        })
    });
    layers.collect()
}

/// A track, with the marks of its streams where there are several.
pub(crate) fn lane(kind: RtpCodecKind, codec: &RTCRtpCodec, lower: &[u32]) -> (Lane, Vec<Rid>) {
    let rtp = RtpStream::new(codec.clock_rate);
    let video = kind == RtpCodecKind::Video;
    let several = !lower.is_empty();
    let mut rids = vec![];
    let all = [rtp.ssrc].into_iter().chain(lower.iter().copied());
    let codings = all.zip(RIDS).map(|(ssrc, rid)| {
        let rtx = video.then(|| random() | 1);
        if several {
            rids.push(Rid {
                ssrc,
                rtx: rtx.unwrap_or_default(),
                rid,
            });
        }
        RTCRtpEncodingParameters {
            rtp_coding_parameters: RTCRtpCodingParameters {
                rid: if several { rid.into() } else { String::new() },
                ssrc: Some(ssrc),
                rtx: rtx.map(|ssrc| RTCRtpRtxParameters { ssrc }),
                ..RTCRtpCodingParameters::default()
            },
            codec: codec.clone(),
            ..RTCRtpEncodingParameters::default()
        }
    });
    let codings: Vec<_> = codings.collect();
    let name = format!("footlight-{kind}");
    let track = MediaStreamTrack::new("footlight".into(), name.clone(), name, kind, codings);
    let lane = Lane {
        track: Arc::new(TrackLocalStaticRTP::new(track)),
        rtp: Mutex::new(rtp),
        payload_type: AtomicU8::new(0),
    };
    (lane, rids)
}
