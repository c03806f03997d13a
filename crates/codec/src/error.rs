//! Everything that can go wrong with media, in words for the people who make shows. It knows nothing of who asked; the
//! caller adds which source or destination it was.

use media::{ErrorKind, MediaError, Severity};

/// What went wrong in FFmpeg's world.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CodecError {
    /// A file can't be opened.
    #[error("can't open `{path}`: {reason}. Check that the file is there and is a video, sound or picture file")]
    OpenFile {
        /// The file.
        path: String,
        /// What FFmpeg says.
        reason: String,
    },
    /// A capture device can't be opened.
    #[error(
        "can't open the {format} device `{name}`: {reason}. Check that it is plugged in and that no other program uses it"
    )]
    OpenDevice {
        /// FFmpeg's name of the device kind.
        format: String,
        /// The device.
        name: String,
        /// What FFmpeg says.
        reason: String,
    },
    /// The file has neither picture nor sound.
    #[error("`{what}` has no {wanted} that could be played")]
    NoStream {
        /// File or device.
        what: String,
        /// `picture`, `sound`, or both.
        wanted: &'static str,
    },
    /// This FFmpeg can't decode the codec.
    #[error(
        "`{what}` is in the format {codec}, which this computer's FFmpeg can't decode. Convert the file, to H.264 for example"
    )]
    NoDecoder {
        /// File or device.
        what: String,
        /// Codec name.
        codec: String,
    },
    /// Reading broke off.
    #[error("reading `{what}` broke off: {reason}")]
    Read {
        /// File or device.
        what: String,
        /// What FFmpeg says.
        reason: String,
        /// Whether it is a device.
        device: bool,
    },
    /// Somebody called `Interrupter::interrupt`.
    #[error("reading `{what}` was stopped")]
    Interrupted {
        /// File or device.
        what: String,
    },
    /// A position can't be reached.
    #[error("can't go to {position} in `{what}`: {reason}")]
    Seek {
        /// File or device.
        what: String,
        /// Where to.
        position: media::MediaTime,
        /// What FFmpeg says.
        reason: String,
    },
    /// A picture can't be decoded or read.
    #[error("a picture can't be read: {reason}")]
    Picture {
        /// Why.
        reason: String,
    },
    /// Sound can't be decoded or converted.
    #[error("the sound can't be read: {reason}")]
    Sound {
        /// Why.
        reason: String,
    },
    /// No encoder of that name.
    #[error("there is no {codec} encoder called `{id}`; there are: {known}, and `auto`")]
    UnknownEncoder {
        /// What was asked for.
        id: String,
        /// The codec it was asked for.
        codec: &'static str,
        /// The ids there are.
        known: String,
    },
    /// An encoder can't be used on this computer.
    #[error("the encoder {name} can't be used: {reason}")]
    EncoderUnavailable {
        /// Name for people.
        name: String,
        /// Why.
        reason: String,
    },
    /// An encoder that worked has failed.
    #[error("the encoder {name} failed: {reason}")]
    Encode {
        /// Name for people.
        name: String,
        /// What FFmpeg says.
        reason: String,
    },
    /// A picture or sound the encoder was not opened for.
    #[error("the encoder {name} was given something it was not opened for: {reason}")]
    EncoderInput {
        /// Name for people.
        name: String,
        /// What.
        reason: String,
    },
    /// A file can't be written.
    #[error("can't write `{path}`: {reason}. Check the folder, its permissions and the space left on the disk")]
    Write {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
    /// Packets that can't be put into the container.
    #[error("can't put the stream into {container}: {reason}")]
    Mux {
        /// Container name.
        container: &'static str,
        /// Why.
        reason: String,
    },
    /// An address that FFmpeg opens can't be opened or written to.
    #[error("it could not be sent: {reason}")]
    Url {
        /// Why; no secret is in it.
        reason: String,
        /// Trying again would end the same way.
        lasting: bool,
    },
    /// Streams that no file of this kind can hold.
    #[error("{reason}")]
    Refused {
        /// The sentence, with the remedy.
        reason: String,
    },
    /// A file of the MP4 family that is not as it should be.
    #[error("`{path}` can't be put right: {reason}")]
    Mp4 {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// An H.264 stream that breaks the rules.
    #[error("this video stream is damaged: {reason}")]
    Bitstream {
        /// What is wrong.
        reason: &'static str,
    },
    /// FFmpeg could not get memory.
    #[error("out of memory while {doing}")]
    OutOfMemory {
        /// What was going on.
        doing: &'static str,
    },
}

impl MediaError for CodecError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::OpenFile { .. } | Self::Seek { .. } | Self::Write { .. } | Self::Mp4 { .. } => ErrorKind::Disk,
            Self::OpenDevice { .. } => ErrorKind::Device,
            Self::Read { device: true, .. } => ErrorKind::Device,
            Self::Read { .. } => ErrorKind::Disk,
            Self::NoStream { .. } | Self::UnknownEncoder { .. } | Self::Interrupted { .. } => ErrorKind::Config,
            Self::NoDecoder { .. } | Self::EncoderUnavailable { .. } | Self::Refused { .. } => ErrorKind::Unsupported,
            Self::EncoderInput { .. } => ErrorKind::Bug,
            Self::Url { lasting: true, .. } => ErrorKind::Config,
            Self::Url { lasting: false, .. } => ErrorKind::Network,
            _ => ErrorKind::Encoder,
        }
    }

    fn severity(&self) -> Severity {
        match self {
            Self::Interrupted { .. } => Severity::Notice,
            Self::OutOfMemory { .. } => Severity::Fatal,
            _ => Severity::Degraded,
        }
    }
}
