//! What can go wrong on the way out, in words for creators: what happened, to which destination or file, what to do.
//! The names of destinations in these texts are redacted addresses; no key is ever part of a message.

use media::{ErrorKind, MediaError};
use std::path::PathBuf;

/// Errors of destinations and recordings.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OutputError {
    /// No destination kind has this id.
    #[error("There is no destination kind `{kind}`; this Footlight has: {known}.")]
    UnknownKind {
        /// The id asked for.
        kind: String,
        /// The ids there are, joined by commas.
        known: String,
    },
    /// No destination kind takes this address.
    #[error("`{scheme}` is not an address Footlight can stream to; it must begin with one of: {known}.")]
    UnknownScheme {
        /// What stood before `://`, or the start of the address.
        scheme: String,
        /// The beginnings there are, joined by commas.
        known: String,
    },
    /// The settings of a destination are wrong.
    #[error("The settings of this destination can't be used: {0}.")]
    Settings(#[from] project::DocError),
    /// The address or key of a destination is wrong.
    #[error("{to}: {problem}.")]
    Config {
        /// The destination, redacted.
        to: String,
        /// What is wrong and what to write instead.
        problem: String,
    },
    /// Something this build can't do.
    #[error("{to}: {problem}.")]
    Unsupported {
        /// The destination, redacted.
        to: String,
        /// What is not there and what to use instead.
        problem: String,
    },
    /// The server did not accept who we are.
    #[error("{to} refused the stream: {why}. Check the stream key, then try again.")]
    Auth {
        /// The destination, redacted.
        to: String,
        /// The server's words.
        why: String,
    },
    /// The server did not accept the token.
    #[error("{to} refused the stream: {why}. Check the token and the address, then try again.")]
    Token {
        /// The destination, redacted.
        to: String,
        /// The server's words.
        why: String,
    },
    /// No connection came about.
    #[error("{to} can't be reached: {why}.")]
    Unreachable {
        /// The destination, redacted.
        to: String,
        /// Why.
        why: String,
    },
    /// The encrypted connection did not come about.
    #[error("{to}: {problem}.")]
    Tls {
        /// The destination, redacted.
        to: String,
        /// What is wrong and what to do.
        problem: String,
        /// It may pass by itself.
        passes: bool,
    },
    /// A step took too long.
    #[error("{to} did not answer within {seconds} s ({step}).")]
    TimedOut {
        /// The destination, redacted.
        to: String,
        /// What was waited for.
        step: &'static str,
        /// How long, seconds.
        seconds: u64,
    },
    /// The connection ended by itself.
    #[error("The connection to {to} was lost: {why}.")]
    Lost {
        /// The destination, redacted.
        to: String,
        /// Why.
        why: String,
    },
    /// The peer takes no more data.
    #[error("{to} has stopped taking the stream: nothing could be sent for {seconds} s.")]
    Stalled {
        /// The destination, redacted.
        to: String,
        /// How long, seconds.
        seconds: u64,
    },
    /// The RTMP conversation failed; its own text names the server.
    #[error(transparent)]
    Rtmp(#[from] rtmp::RtmpError),
    /// An SRT connection did not come about or ended.
    #[error("{to}: {source}.")]
    Srt {
        /// The destination, redacted.
        to: String,
        /// Why.
        source: srt::SrtError,
    },
    /// An address that FFmpeg opens could not be sent to.
    #[error("{to}: {source}.")]
    Url {
        /// The destination, redacted.
        to: String,
        /// Why.
        source: Box<codec::CodecError>,
    },
    /// The server did not accept the password.
    #[error("{to} refused the stream: {why}.")]
    Password {
        /// The destination, redacted.
        to: String,
        /// Why, and what to do.
        why: String,
    },
    /// Making the stream's container failed.
    #[error("{what} could not be written: {source}")]
    Mux {
        /// The file or stream.
        what: String,
        /// What the muxer says.
        source: codec::CodecError,
    },
    /// A folder for recordings can't be made.
    #[error("The folder {} can't be made: {why}. Choose another folder for recordings.", path.display())]
    Folder {
        /// The folder.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// A recording can't be begun.
    #[error("The recording {} can't be made: {why}. Choose another folder for recordings.", path.display())]
    Create {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The disk is full.
    #[error("The disk is full: {} ends here. Free some space, then start the recording again.", path.display())]
    DiskFull {
        /// The file.
        path: PathBuf,
    },
    /// A recording was cut short by its disk.
    #[error("The recording {} could not go on: {why}. Check the disk, then start the recording again.", path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        why: String,
    },
    /// The disk did not take the end of the recording in time.
    #[error("The disk has not taken the end of {} within {seconds} s; the file may miss its last seconds.", path.display())]
    DiskStalled {
        /// The file.
        path: PathBuf,
        /// How long was waited, seconds.
        seconds: u64,
    },
    /// Something that is told as it is.
    #[error("{0}")]
    Given(String),
    /// The system gave no thread.
    #[error("The system gave no thread for {what}: {source}. Close other programs and try again.")]
    Thread {
        /// What it was for.
        what: &'static str,
        /// What the system says.
        source: std::io::Error,
    },
}

impl MediaError for OutputError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::UnknownKind { .. } | Self::UnknownScheme { .. } | Self::Settings(_) | Self::Config { .. } => {
                ErrorKind::Config
            }
            Self::Tls { passes: false, .. } => ErrorKind::Config,
            Self::Tls { passes: true, .. } => ErrorKind::Network,
            Self::Unsupported { .. } => ErrorKind::Unsupported,
            Self::Auth { .. } | Self::Token { .. } => ErrorKind::Auth,
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::Lost { .. } | Self::Stalled { .. } => {
                ErrorKind::Network
            }
            Self::Rtmp(source) => source.kind(),
            Self::Srt { source, .. } => source.kind(),
            Self::Url { source, .. } => source.kind(),
            Self::Password { .. } => ErrorKind::Auth,
            Self::Mux { source, .. } => source.kind(),
            Self::Folder { .. }
            | Self::Create { .. }
            | Self::DiskFull { .. }
            | Self::Write { .. }
            | Self::Given(_)
            | Self::DiskStalled { .. } => ErrorKind::Disk,
            Self::Thread { .. } => ErrorKind::Bug,
        }
    }
    fn retryable(&self) -> bool {
        match self {
            Self::Rtmp(source) => source.retryable(),
            Self::Srt { source, .. } => source.retryable(),
            Self::Url { source, .. } => source.retryable(),
            Self::Mux { source, .. } => source.retryable(),
            _ => self.kind() == ErrorKind::Network,
        }
    }
}

impl OutputError {
    /// Whether a server had a say in it; else the network did not lead there.
    pub(crate) fn server_answered(&self) -> bool {
        !matches!(self, Self::Unreachable { .. } | Self::TimedOut { .. })
    }
}

/// The system's words for an I/O error without its number, first letter small: to stand inside a sentence.
pub(crate) fn io_words(e: &std::io::Error) -> String {
    use std::io::ErrorKind as K;
    match e.kind() {
        K::ConnectionRefused => "nothing answers there (connection refused)".into(),
        K::ConnectionReset | K::BrokenPipe | K::ConnectionAborted => "the other side closed it".into(),
        K::HostUnreachable | K::NetworkUnreachable => "there is no way to it from this network".into(),
        K::PermissionDenied => "this user may not write there".into(),
        K::ReadOnlyFilesystem => "the disk is read-only".into(),
        K::StorageFull | K::QuotaExceeded => "the disk is full".into(),
        K::FileTooLarge => "the file is larger than this disk or user allows".into(),
        K::NotADirectory => "a part of the path is a file, not a folder".into(),
        K::NotFound => "a folder of the path is missing".into(),
        _ => plain(&e.to_string()),
    }
}

/// A system's error text without its number, first letter small.
pub(crate) fn plain(text: &str) -> String {
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut c = text.chars();
    c.next()
        .map_or_else(String::new, |f| f.to_lowercase().chain(c).collect())
}
