//! What can go wrong in a source. Nothing here is fatal to the show: a source that fails shows a slate and tries again.

use media::{ErrorKind, MediaError, Severity};
use project::DocError;
use std::path::PathBuf;

/// Errors of sources. A missing file or device is no error of `open`: the source waits for it under a slate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The settings don't say what they should.
    #[error("the settings of this source are wrong: {0}")]
    Settings(#[from] DocError),
    /// A file can't be read.
    #[error("the file {} can't be used: {reason}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        reason: String,
    },
    /// A camera, screen or sound device can't be used.
    #[error("{device} can't be used: {reason}")]
    Device {
        /// Which device, as people know it.
        device: String,
        /// What is wrong and what to do.
        reason: String,
    },
    /// This computer or this build can't do it.
    #[error("{what} is not possible here: {reason}")]
    Unsupported {
        /// What was asked for.
        what: String,
        /// Why not, and what to do.
        reason: String,
    },
    /// Decoding failed.
    #[error(transparent)]
    Codec(#[from] codec::CodecError),
    /// The system refused us a thread.
    #[error(
        "the source could not be started, the system gave it no thread ({reason}): close other programs and try again"
    )]
    Thread {
        /// The system's words.
        reason: String,
    },
    /// Our own mistake.
    #[error("this is a mistake in Footlight, please report it: {0}")]
    Bug(String),
}

impl MediaError for SourceError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Settings(_) => ErrorKind::Config,
            Self::File { .. } => ErrorKind::Disk,
            Self::Device { .. } => ErrorKind::Device,
            Self::Unsupported { .. } => ErrorKind::Unsupported,
            Self::Codec(e) => e.kind(),
            Self::Thread { .. } | Self::Bug(_) => ErrorKind::Bug,
        }
    }
    fn severity(&self) -> Severity {
        Severity::Degraded
    }
}
