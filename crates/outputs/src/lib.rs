//! Packet fan-out, the destination supervisor, recorders and output drivers.
//!
//! An encoder's packets go into a [`Fanout`]; each destination ([`DestinationHandle`]) and each recording ([`Recorder`])
//! takes them from its own bounded queue, in its own task or thread. Whatever one of them does (stall, fail, reconnect),
//! neither the encoder nor any other of them notices. The kinds of destinations are listed in [`destination_kinds`].
//!
//! This crate knows no scenes and no windows.

mod backoff;
mod delay;
mod drivers;
mod error;
mod fanout;
pub mod filename;
mod handover;
mod hls;
#[doc(hidden)]
pub mod hostile;
mod http;
mod kind;
mod link;
mod recorder;
mod replay;
pub mod services;
mod status;
mod supervisor;
mod tls;
mod whep;
mod wire;

pub use backoff::Backoff;
pub use drivers::{
    custom::CustomSettings, hls_push::HlsPushSettings, icecast::IcecastSettings, local::LocalSettings,
    rist::RistSettings, rtmp::RtmpSettings, srt::SrtSettings, whip::WhipSettings,
};
pub use error::OutputError;
pub use fanout::{Fanout, FanoutStats};
pub use handover::HandOver;
pub use hls::{HlsStore, NotServed, Served, codecs};
pub use kind::{
    DestinationKind, Driver, DriverFuture, Env, FindEndpoint, FindWants, OpenDriver, ProbeFuture, ProbeWish, Probed,
    Routes, SystemRoutes, Wants, destination_kind, destination_kinds, from_url,
};
pub use link::Link;
pub use recorder::{
    Beginning, FreeBytes, Mended, NameFile, Recorder, RecordingPlan, RecordingState, RecordingStatus, mend_recordings,
};
pub use replay::{Replay, ReplayPlan, ReplayStatus};
pub use status::{DestinationState, DestinationStatus, LineFigures};
pub use supervisor::{DestinationHandle, QUEUE_LIMIT, Terms};
pub use whep::{Admitted, Viewers};

/// The id of the destination behind the watch page.
pub const WATCH_PAGE: &str = drivers::local::KIND.info.id;
