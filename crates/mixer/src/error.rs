//! What can go wrong in the mixer: little, since everything but the device's format is checked where it is typed in.

use media::{ErrorKind, MediaError};

/// The mixer's errors.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum MixerError {
    /// A device offers a format we can't follow.
    #[error(
        "the sound device offers {rate} Hz with {channels} channels; 2000 to 768000 Hz and 1 to 64 channels can be used. Choose another format in the system's sound settings"
    )]
    DeviceFormat {
        /// Samples a second.
        rate: u32,
        /// Channels.
        channels: u16,
    },
    /// The resampler could not be made.
    #[error("the sound of this device ({rate} Hz) can't be converted to 48000 Hz: {why}. Choose another format")]
    Resampler {
        /// Samples a second.
        rate: u32,
        /// The resampler's words.
        why: String,
    },
}

impl MediaError for MixerError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Device
    }
    fn retryable(&self) -> bool {
        false
    }
}
