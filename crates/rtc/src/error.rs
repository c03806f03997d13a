//! What can go wrong with a peer. The texts are half sentences that begin after the other side's name, since only the caller
//! knows who that is: "… gave an answer that can't be used: …".

use media::{ErrorKind, MediaError};

/// Errors of a peer.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RtcError {
    /// A description from the other side can't be read or does not fit ours.
    #[error("gave a description that can't be used: {why}")]
    BadDescription {
        /// What is wrong with it.
        why: String,
    },
    /// The other side takes none of what we send.
    #[error("does not take {what}")]
    NotTaken {
        /// The stream it refused.
        what: &'static str,
    },
    /// These streams can't be sent this way.
    #[error("can't be sent {what}")]
    CantSend {
        /// The stream.
        what: String,
    },
    /// No socket, no certificate: this computer's side failed.
    #[error("can't be talked to from this computer: {why}")]
    Local {
        /// What the stack says.
        why: String,
    },
    /// The connection is over.
    #[error("is no longer connected")]
    Closed,
}

impl MediaError for RtcError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotTaken { .. } | Self::CantSend { .. } => ErrorKind::Unsupported,
            _ => ErrorKind::Network,
        }
    }
}

impl RtcError {
    pub(crate) fn local(e: impl std::fmt::Display) -> Self {
        Self::Local { why: e.to_string() }
    }

    pub(crate) fn description(e: impl std::fmt::Display) -> Self {
        Self::BadDescription { why: e.to_string() }
    }
}
