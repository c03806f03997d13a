//! What a kind of destination is and the list of those there are. Each kind is one file under `drivers/` and one line
//! in [`destination_kinds`]; nothing else matches on a kind's id.

use crate::{HlsStore, Link, OutputError, drivers};
use media::{AudioCodec, Clock, PacketReceiver, StreamInfo, VideoCodec};
use project::KindInfo;
use serde_json::{Map, Value};
use std::{
    future::Future,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket},
    pin::Pin,
    sync::Arc,
};

/// What drivers may use of the program around them.
#[derive(Clone)]
pub struct Env {
    /// Where the `local` destination puts its segments, and the server finds them.
    pub hls: Arc<HlsStore>,
    /// Engine time.
    pub clock: Arc<dyn Clock>,
    /// This computer's addresses.
    pub routes: Arc<dyn Routes>,
}

/// Which address of this computer leads somewhere. It changes when a cable is pulled or another network is joined.
pub trait Routes: Send + Sync {
    /// The address that packets to `there` come from now; none without a way there. Never blocks.
    fn own_address(&self, there: SocketAddr) -> Option<IpAddr>;
}

/// As the system routes them.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRoutes;

impl Routes for SystemRoutes {
    fn own_address(&self, there: SocketAddr) -> Option<IpAddr> {
        let any: SocketAddr = if there.is_ipv4() {
            (Ipv4Addr::UNSPECIFIED, 0).into()
        } else {
            (Ipv6Addr::UNSPECIFIED, 0).into()
        };
        // Connecting a UDP socket only looks the way up; nothing is sent.
        let socket = UdpSocket::bind(any).ok()?;
        socket.connect(there).ok()?;
        Some(socket.local_addr().ok()?.ip())
    }
}

/// What [`Driver::run`] gives.
pub type DriverFuture<'a> = Pin<Box<dyn Future<Output = Result<(), OutputError>> + Send + 'a>>;

/// What [`Driver::probe`] gives.
pub type ProbeFuture<'a> = Pin<Box<dyn Future<Output = Result<Option<Probed>, OutputError>> + Send + 'a>>;

/// What a destination would be asked to carry: for looking ahead without going live.
#[derive(Clone, Copy, Debug)]
pub struct ProbeWish<'a> {
    /// Codec of the picture, when there is one.
    pub video: Option<VideoCodec>,
    /// Codecs of the audio tracks.
    pub audio: &'a [AudioCodec],
    /// What the service wants added to a key so that a publication stays a test nobody sees; none: the key is not tried.
    pub test_suffix: Option<&'a str>,
}

/// What a server said to a look ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Probed {
    /// What is well, to stand behind the destination's name and a colon.
    pub passed: String,
    /// What may go wrong all the same, in sentences.
    pub doubts: Vec<String>,
}

/// Makes a driver from a kind's settings.
pub type OpenDriver = fn(&Map<String, Value>, &Env) -> Result<Box<dyn Driver>, OutputError>;

/// Finds host and port in a kind's settings.
pub type FindEndpoint = fn(&Map<String, Value>) -> Result<Option<(String, u16)>, OutputError>;

/// One protocol's way of sending a show. Retrying, stopping and counting are the supervisor's business.
pub trait Driver: Send {
    /// Connects, says so with [`Link::connected`], then sends packets until `packets` ends, and closes properly. May be
    /// called again after an error. Dropping the future must end the connection at once.
    ///
    /// # Errors
    /// Why the connection failed or ended; whether another try makes sense is the error's `retryable`.
    fn run<'a>(&'a mut self, info: &'a StreamInfo, packets: &'a PacketReceiver, link: &'a Link) -> DriverFuture<'a>;

    /// Whether it can go on under way with another encode of these streams' picture ([`Link::new_streams`]).
    fn goes_on(&self, _streams: &StreamInfo) -> bool {
        false
    }

    /// Whether it may begin with pictures that are a moment old and get them faster than they were made: over a protocol that
    /// carries times with the packets and takes what comes as fast as the line does.
    fn catches_up(&self) -> bool {
        false
    }

    /// Talks to the server as far as can be done without anybody seeing anything. None where this kind can't: then only
    /// its endpoint is tried. The caller limits the time.
    ///
    /// # Errors
    /// Why going live would fail.
    fn probe<'a>(&'a mut self, _wish: &'a ProbeWish<'a>) -> ProbeFuture<'a> {
        Box::pin(async { Ok(None) })
    }
}

/// What a kind can carry with its settings.
pub type FindWants = fn(&Map<String, Value>) -> Wants;

/// What a destination can carry. What the document asks for is kept where it fits; else the first of the list is made for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wants {
    /// Video codecs, preferred first; empty for sound only.
    pub video: &'static [VideoCodec],
    /// Audio codecs, preferred first; empty for no sound.
    pub audio: &'static [AudioCodec],
    /// Most B-frames in a row; none for no limit.
    pub max_b_frames: Option<u32>,
    /// Most audio tracks.
    pub audio_tracks: usize,
    /// In how many sizes it gets the picture at once, each half the width and height of the one before: 1 to 3.
    pub layers: usize,
}

impl Wants {
    /// RTMP as every server takes it.
    pub const RTMP: Self = Self {
        video: &[VideoCodec::H264],
        audio: &[AudioCodec::Aac],
        max_b_frames: None,
        audio_tracks: 1,
        layers: 1,
    };
    /// Enhanced RTMP, version 2.
    pub const ENHANCED_RTMP: Self = Self {
        video: &[VideoCodec::H264, VideoCodec::Hevc, VideoCodec::Av1, VideoCodec::Vp9],
        audio: &[AudioCodec::Aac, AudioCodec::Opus, AudioCodec::Flac, AudioCodec::Mp3],
        max_b_frames: None,
        audio_tracks: 8,
        layers: 1,
    };
    /// An MPEG transport stream, over SRT or RIST.
    pub const MPEG_TS: Self = Self {
        video: &[VideoCodec::H264, VideoCodec::Hevc],
        audio: &[AudioCodec::Aac, AudioCodec::Opus, AudioCodec::Mp3],
        max_b_frames: None,
        audio_tracks: 8,
        layers: 1,
    };
    /// Fragmented MP4 for players and browsers.
    pub const HLS: Self = Self {
        video: &[VideoCodec::H264, VideoCodec::Hevc, VideoCodec::Av1],
        audio: &[AudioCodec::Aac, AudioCodec::Opus],
        max_b_frames: None,
        audio_tracks: 1,
        layers: 1,
    };
    /// WebRTC: no B-frames, Opus.
    pub const WEBRTC: Self = Self {
        video: &[VideoCodec::H264, VideoCodec::Hevc, VideoCodec::Av1, VideoCodec::Vp9],
        audio: &[AudioCodec::Opus],
        max_b_frames: Some(0),
        audio_tracks: 1,
        layers: 1,
    };
    /// Internet radio.
    pub const RADIO: Self = Self {
        video: &[],
        audio: &[AudioCodec::Opus, AudioCodec::Mp3, AudioCodec::Aac],
        max_b_frames: None,
        audio_tracks: 1,
        layers: 1,
    };
    /// Whatever there is.
    pub const ANY: Self = Self {
        video: &[
            VideoCodec::H264,
            VideoCodec::Hevc,
            VideoCodec::Av1,
            VideoCodec::Vp9,
            VideoCodec::ProRes,
            VideoCodec::Ffv1,
        ],
        audio: &[
            AudioCodec::Aac,
            AudioCodec::Opus,
            AudioCodec::Mp3,
            AudioCodec::Flac,
            AudioCodec::Pcm,
        ],
        max_b_frames: None,
        audio_tracks: 8,
        layers: 1,
    };
}

/// One registered kind of destination.
pub struct DestinationKind {
    /// Id, name, settings.
    pub info: KindInfo,
    /// The URL schemes it takes, without `://`.
    pub schemes: &'static [&'static str],
    /// Settings from one address as people paste it.
    pub from_url: fn(&str) -> Result<Map<String, Value>, OutputError>,
    /// The destination's address as it may be shown and logged: without key or password.
    pub redacted_url: fn(&Map<String, Value>) -> String,
    /// The host and port it connects to, for checking before a show; none when it connects nowhere.
    pub endpoint: FindEndpoint,
    /// What it can carry with these settings: the engine has such streams made for it.
    pub wants: FindWants,
    /// Whether it can carry these streams.
    pub check_streams: fn(&StreamInfo) -> Result<(), OutputError>,
    /// A driver for these settings. Connects nowhere yet.
    pub open: OpenDriver,
}

static KINDS: &[DestinationKind] = &[
    drivers::rtmp::KIND,
    drivers::srt::KIND,
    drivers::rist::KIND,
    drivers::whip::KIND,
    drivers::icecast::KIND,
    drivers::hls_push::KIND,
    drivers::hls_folder::KIND,
    drivers::custom::KIND,
    drivers::local::KIND,
];

/// Every kind of destination.
pub fn destination_kinds() -> &'static [DestinationKind] {
    KINDS
}

/// The kind with this id.
///
/// # Errors
/// `UnknownKind`, with the ids there are.
pub fn destination_kind(id: &str) -> Result<&'static DestinationKind, OutputError> {
    KINDS
        .iter()
        .find(|k| k.info.id == id)
        .ok_or_else(|| OutputError::UnknownKind {
            kind: id.to_owned(),
            known: KINDS.iter().map(|k| k.info.id).collect::<Vec<_>>().join(", "),
        })
}

/// The kind and the settings that an address means.
///
/// # Errors
/// `UnknownScheme`, with the schemes there are, or what is wrong with the address.
pub fn from_url(url: &str) -> Result<(&'static DestinationKind, Map<String, Value>), OutputError> {
    let url = url.trim();
    let scheme = url.split_once(':').map_or("", |(s, _)| s).to_ascii_lowercase();
    match KINDS.iter().find(|k| k.schemes.contains(&scheme.as_str())) {
        Some(kind) => Ok((kind, (kind.from_url)(url)?)),
        None => Err(OutputError::UnknownScheme {
            // Never the whole address: it may hold a key.
            scheme: if scheme.is_empty() {
                "(no scheme)".into()
            } else {
                scheme
            },
            known: KINDS
                .iter()
                .flat_map(|k| k.schemes)
                .map(|s| format!("{s}://"))
                .collect::<Vec<_>>()
                .join(", "),
        }),
    }
}
