//! Why a show can't start or a command can't be carried out.

use media::{ErrorKind, MediaError, Severity};

/// Errors of the engine.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EngineError {
    /// The project can't be played as it is.
    #[error("{0}")]
    Project(String),
    /// The project can't be opened or saved.
    #[error(transparent)]
    Store(#[from] project::ProjectError),
    /// No encoder could be opened.
    #[error("the picture can't be encoded: {0}")]
    Encoder(#[from] codec::CodecError),
    /// No renderer could be made.
    #[error("the picture can't be drawn: {0}")]
    Compositor(#[from] compositor::CompositorError),
    /// A destination's settings are wrong.
    #[error("destination `{name}`: {error}")]
    Destination {
        /// Its name.
        name: String,
        /// What is wrong.
        error: outputs::OutputError,
    },
    /// A source's settings are wrong.
    #[error("source `{name}`: {error}")]
    Source {
        /// Its name.
        name: String,
        /// What is wrong.
        error: sources::SourceError,
    },
    /// A command names something that isn't there.
    #[error("there is no {what} `{id}` in this project{hint}")]
    NotFound {
        /// `scene`, `source`, …
        what: &'static str,
        /// The id asked for.
        id: String,
        /// What there is instead.
        hint: String,
    },
    /// A command's value is out of range.
    #[error("{0}")]
    BadValue(String),
    /// The operating system gave no thread or runtime.
    #[error("the system refused a thread: {0}; close other programs and try again")]
    System(#[from] std::io::Error),
    /// Something this build or this show can't do.
    #[error("{0}")]
    Unsupported(String),
    /// The show has ended.
    #[error("the show has ended")]
    Ended,
}

impl MediaError for EngineError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Store(e) => e.kind(),
            Self::Encoder(e) => e.kind(),
            Self::Compositor(e) => e.kind(),
            Self::Destination { error, .. } => error.kind(),
            Self::Source { error, .. } => error.kind(),
            Self::System(_) => ErrorKind::Bug,
            Self::Unsupported(_) => ErrorKind::Unsupported,
            _ => ErrorKind::Config,
        }
    }
    fn severity(&self) -> Severity {
        match self {
            Self::NotFound { .. } | Self::BadValue(_) | Self::Unsupported(_) | Self::Ended => Severity::Notice,
            _ => Severity::Fatal,
        }
    }
    fn retryable(&self) -> bool {
        false
    }
}
