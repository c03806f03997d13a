//! What can go wrong on an SRT connection. No stream id and no passphrase is ever part of a text.

use media::{ErrorKind, MediaError};

/// Why the other side said no (SRT_REJECT_REASON, and the servers' codes of SRT's access control).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Refusal {
    /// The passphrases differ.
    WrongPassphrase,
    /// One side encrypts, the other does not.
    Unsecure,
    /// The server does not let us in (401, 403).
    NotAllowed,
    /// The server knows no such stream (404), or does not understand the stream id (400, 405, 406).
    UnknownStream,
    /// Somebody sends this stream already (409, 423).
    Busy,
    /// The server has no room, or is going down (402, 5xx).
    Overloaded,
    /// The two versions or settings of SRT don't go together.
    Incompatible,
    /// It gave no reason, or one of its own.
    Other(i32),
}

impl Refusal {
    /// From the code of `srt_getrejectreason`.
    pub(crate) fn of(code: i32) -> Self {
        match code {
            10 => Self::WrongPassphrase,
            11 => Self::Unsecure,
            4 | 8 | 12..=15 => Self::Incompatible,
            5 | 3 => Self::Overloaded,
            1401 | 1403 => Self::NotAllowed,
            1400 | 1404..=1406 | 1415 => Self::UnknownStream,
            1409 | 1423 => Self::Busy,
            1402 | 1500..=1599 => Self::Overloaded,
            other => Self::Other(other),
        }
    }

    fn words(self) -> String {
        match self {
            Self::WrongPassphrase => "the passphrase is not the one it expects. Enter its passphrase again".into(),
            Self::Unsecure => "one side has a passphrase and the other has none. Set the same on both".into(),
            Self::NotAllowed => "it does not let us in. Check the stream id and that the account may go live".into(),
            Self::UnknownStream => "it knows no such stream. Check the stream id".into(),
            Self::Busy => "somebody sends this stream already".into(),
            Self::Overloaded => "it has no room for us now".into(),
            Self::Incompatible => {
                "its SRT settings don't go together with ours. Use live mode without a packet filter".into()
            }
            Self::Other(2) => {
                "it gave no reason. Check the stream id, and that the stream is not on the air already".into()
            }
            Self::Other(code) => format!("its reason has the code {code}. Check the stream id"),
        }
    }
}

/// Why a connection did not come about or ended.
#[derive(Clone, PartialEq, Eq, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SrtError {
    /// The address can't be used.
    #[error("The SRT address can't be used: {problem}. It should look like {example}.")]
    Address {
        /// What is missing or wrong.
        problem: String,
        /// An address that would do.
        example: &'static str,
    },
    /// The name leads nowhere.
    #[error("there is no server named {host}")]
    NoSuchHost {
        /// The name.
        host: String,
    },
    /// Our own port can't be had.
    #[error("port {port} of this computer can't be used: {why}. Choose another port")]
    Port {
        /// The port.
        port: u16,
        /// Why.
        why: String,
    },
    /// The other side said no.
    #[error("it refused the connection: {}", refusal.words())]
    Refused {
        /// Why.
        refusal: Refusal,
    },
    /// Nobody answered.
    #[error(
        "nobody answered within {seconds} s. Check the address and the port (SRT uses UDP), and that the other side waits for a connection"
    )]
    NoAnswer {
        /// How long was tried, seconds.
        seconds: u64,
    },
    /// The connection ended.
    #[error("the other side closed it or has not been heard for 5 s")]
    Lost,
    /// The caller's flag was raised.
    #[error("it was stopped")]
    Stopped,
    /// libsrt did not do what it was asked.
    #[error("SRT failed while {doing}: {why}")]
    Library {
        /// What was going on.
        doing: &'static str,
        /// libsrt's words.
        why: String,
    },
}

impl MediaError for SrtError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::Address { .. } | Self::Port { .. } => ErrorKind::Config,
            Self::Refused { refusal } => match refusal {
                Refusal::WrongPassphrase | Refusal::Unsecure | Refusal::NotAllowed => ErrorKind::Auth,
                Refusal::Incompatible => ErrorKind::Config,
                _ => ErrorKind::Network,
            },
            Self::NoSuchHost { .. } | Self::NoAnswer { .. } | Self::Lost | Self::Stopped | Self::Library { .. } => {
                ErrorKind::Network
            }
        }
    }
    fn retryable(&self) -> bool {
        // Our own last socket may still hold the port for a moment.
        self.kind() == ErrorKind::Network || matches!(self, Self::Port { .. })
    }
}
