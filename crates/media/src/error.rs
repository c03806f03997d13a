//! What all our errors can say of themselves, whichever crate they come from.

use std::error::Error;

/// What an error is about; `control` maps these to stable codes.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A setting, argument or document is wrong.
    Config,
    /// A server refused who we are (key, password, token).
    Auth,
    /// The network or the peer failed.
    Network,
    /// A camera, screen or sound device failed or is missing.
    Device,
    /// An encoder or decoder failed.
    Encoder,
    /// The GPU or its driver failed.
    Gpu,
    /// A file or disk failed.
    Disk,
    /// Something this build or machine can't do.
    Unsupported,
    /// Our own mistake.
    Bug,
}

impl ErrorKind {
    /// The stable lower-case name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::Auth => "auth",
            Self::Network => "network",
            Self::Device => "device",
            Self::Encoder => "encoder",
            Self::Gpu => "gpu",
            Self::Disk => "disk",
            Self::Unsupported => "unsupported",
            Self::Bug => "bug",
        }
    }
}

/// How bad it is for the show.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Severity {
    /// The show goes on as before.
    Notice,
    /// A part of the show is missing (a source, a destination).
    Degraded,
    /// The show can't go on.
    Fatal,
}

/// Implemented by every error enum of Footlight. The `Display` text says what happened, to what, and what to do.
pub trait MediaError: Error + Send + Sync + 'static {
    /// What it is about.
    fn kind(&self) -> ErrorKind;
    /// How bad it is for the show; a part is missing unless said otherwise.
    fn severity(&self) -> Severity {
        Severity::Degraded
    }
    /// Whether trying again later may help.
    fn retryable(&self) -> bool {
        matches!(self.kind(), ErrorKind::Network | ErrorKind::Device | ErrorKind::Disk)
    }
}
