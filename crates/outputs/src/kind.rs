//! What a kind of destination is and the list of those there are. Each kind is one file under `drivers/` and one line
//! in [`destination_kinds`]; nothing else matches on a kind's id.

use crate::{HlsStore, Link, OutputError, drivers};
use media::{AudioCodec, Clock, PacketReceiver, StreamInfo, VideoCodec};
use project::KindInfo;
use serde_json::{Map, Value};
use std::{future::Future, pin::Pin, sync::Arc};

/// What drivers may use of the program around them.
#[derive(Clone)]
pub struct Env {
    /// Where the `local` destination puts its segments, and the server finds them.
    pub hls: Arc<HlsStore>,
    /// Engine time.
    pub clock: Arc<dyn Clock>,
}

/// What [`Driver::run`] gives.
pub type DriverFuture<'a> = Pin<Box<dyn Future<Output = Result<(), OutputError>> + Send + 'a>>;

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

    /// What the encoder must give for this destination, whatever the one chosen for it says.
    fn wants(&self) -> Wants {
        Wants::default()
    }
}

/// What a destination can't do without. Empty lists and `None` say that anything will do.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Wants {
    /// Video codecs it takes, the best first.
    pub video: Vec<VideoCodec>,
    /// Audio codecs it takes, the best first.
    pub audio: Vec<AudioCodec>,
    /// Most B-frames in a row.
    pub max_b_frames: Option<u32>,
    /// The encoder must not look ahead: every picture of delay counts.
    pub low_delay: bool,
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
    /// Whether it can carry these streams.
    pub check_streams: fn(&StreamInfo) -> Result<(), OutputError>,
    /// A driver for these settings. Connects nowhere yet.
    pub open: OpenDriver,
}

static KINDS: &[DestinationKind] = &[drivers::rtmp::KIND, drivers::whip::KIND, drivers::local::KIND];

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
