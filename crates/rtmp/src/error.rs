//! What can go wrong when publishing over RTMP. Nothing here ever holds a stream key: addresses are shown as the host's
//! name, and a server's words are cleaned of the key before they are kept.

use crate::SessionState;
use media::{ErrorKind, MediaError};
use thiserror::Error;

/// Why an address, a packet or a session was no good.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum RtmpError {
    /// The address can't be used; the text says what is missing or wrong.
    #[error("The RTMP address can't be used: {problem}. It should look like {example}.")]
    Address {
        /// What is missing or wrong.
        problem: String,
        /// An address that would do.
        example: &'static str,
    },
    /// The server does not know the application (the first part of the path).
    #[error("{host} has no application \"{app}\" ({words}). Check the path of the address with the service.")]
    UnknownApp {
        /// The server.
        host: String,
        /// The application we asked for.
        app: String,
        /// The server's own words.
        words: String,
    },
    /// The server said no.
    #[error("{host} refused the stream: {words}. Check the stream key and that the account may go live.")]
    Refused {
        /// The server.
        host: String,
        /// The server's own words, its code first.
        words: String,
        /// The server says that somebody publishes under this key already: often our own last connection, which it has
        /// not missed yet, so trying again may help.
        busy: bool,
    },
    /// The connection was closed while we waited for an answer.
    #[error("{host} closed the connection {when}. {advice}.")]
    HungUp {
        /// The server.
        host: String,
        /// What we had just done.
        when: &'static str,
        /// What to look at.
        advice: &'static str,
        /// The key or the account is the likely reason.
        key_suspected: bool,
    },
    /// The server ended a running stream.
    #[error("{host} ended the stream: {words}.")]
    Ended {
        /// The server.
        host: String,
        /// The server's own words.
        words: String,
    },
    /// The server sent something that is not RTMP, or too much of it.
    #[error("{host} does not answer like an RTMP server ({problem}). Check the address and the port.")]
    Protocol {
        /// The server.
        host: String,
        /// What was wrong.
        problem: String,
    },
    /// The stream can't be carried by RTMP.
    #[error("RTMP can't carry {what}. {advice}.")]
    Unsupported {
        /// What it can't carry.
        what: String,
        /// What to do.
        advice: &'static str,
    },
    /// A packet was given while the session was not publishing.
    #[error(
        "A packet for {host} came while the session was not live; this is a mistake of Footlight's, please report it."
    )]
    NotPublishing {
        /// The server.
        host: String,
    },
}

impl MediaError for RtmpError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Address { .. } | Self::UnknownApp { .. } => ErrorKind::Config,
            Self::Refused { .. } => ErrorKind::Auth,
            Self::HungUp {
                key_suspected: true, ..
            } => ErrorKind::Auth,
            Self::HungUp { .. } | Self::Ended { .. } | Self::Protocol { .. } => ErrorKind::Network,
            Self::Unsupported { .. } => ErrorKind::Unsupported,
            Self::NotPublishing { .. } => ErrorKind::Bug,
        }
    }

    fn retryable(&self) -> bool {
        match self {
            Self::Refused { busy, .. } => *busy,
            // Without a reason given it may as well be a server that restarts.
            Self::HungUp { .. } => true,
            _ => matches!(self.kind(), ErrorKind::Network),
        }
    }
}

impl RtmpError {
    /// What it means that a server closed the connection in this state.
    pub(crate) fn hung_up(host: &str, state: SessionState) -> Self {
        let (when, advice) = match state {
            SessionState::Handshaking => (
                "before saying a word",
                "Check the address, the port, and whether it must be rtmps://",
            ),
            SessionState::Connecting => (
                "when asked for the application",
                "Check the path of the address with the service",
            ),
            SessionState::Greeted => (
                "after it had let us in",
                "Check the network and the service's own status page",
            ),
            SessionState::CreatingStream => (
                "when it saw the stream key, without giving a reason",
                "Check the stream key and that the account may go live",
            ),
            SessionState::Publishing | SessionState::Closed => (
                "in the middle of the stream",
                "Check the network and the service's own status page",
            ),
        };
        Self::HungUp {
            host: host.to_owned(),
            when,
            advice,
            key_suspected: state == SessionState::CreatingStream,
        }
    }
}
