//! Sound: one feed per source on the engine's timeline, the mix of all feeds with volume, balance, mute and sync offset,
//! the limiter, meters and loudness, and the resampler that makes a device's sound follow the engine's clock.
//!
//! Pure and sample-exact: this crate opens no device, starts no thread and reads no clock; time is a parameter. Sound is
//! 48 kHz interleaved stereo `f32` throughout ([`media::audio`]); full scale is ±1.0.

mod clock_map;
mod error;
mod feed;
pub mod gain;
mod limiter;
mod loudness;
mod meter;
mod mix;
mod resampler;
mod source;

pub use clock_map::ClockMap;
pub use error::MixerError;
pub use feed::{AudioFeed, FeedPolicy, FeedStats, ReadStats};
pub use limiter::{LOOKAHEAD_FRAMES, Limiter};
pub use loudness::Loudness;
pub use meter::{FLOOR_DB, Meter, MeterState};
pub use mix::Mixer;
pub use resampler::DeviceResampler;
pub use source::SourceMix;
