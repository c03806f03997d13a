//! The only user of FFmpeg: decode, encode, mux, hardware probing.
//!
//! Files and devices become pictures and sound through [`MediaReader`]; pictures and sound become packets through
//! [`VideoEncoder`] and [`AudioEncoder`]; packets become files through [`FileMuxer`], fragments through
//! [`FragmentMuxer`] and streams to send through [`StreamMuxer`] and [`UrlMuxer`]. Which encoders really work on this computer is found out by [`probe_all`] in child processes, since
//! a broken driver may crash or hang whoever asks it.
//!
//! This crate knows no scenes and no sockets.

mod audio_encoder;
pub mod av1;
mod bits;
pub mod captions;
mod color;
mod container;
mod convert;
mod decode;
mod encoders;
pub mod error;
mod ff;
mod file;
mod form;
mod fragment;
mod frames;
pub mod h264;
pub mod hevc;
mod hybrid;
mod id3;
mod info;
mod jpeg;
mod location;
mod log;
mod mp4;
mod mux;
mod probe;
mod raw;
mod reader;
mod remux;
mod repair;
mod resample;
#[cfg(test)]
mod roundtrip_tests;
mod scale;
mod stream_mux;
mod streams;
mod video_encoder;
pub mod vp9;

pub use audio_encoder::AudioEncoder;
pub use container::{Container, MOST_TRACKS};
pub use encoders::{EncoderKind, encoder_kinds};
pub use error::CodecError;
pub use file::FileMuxer;
pub use form::reordered_frames;
pub use fragment::FragmentMuxer;
pub use info::{AudioDesc, MediaInfo, VideoDesc};
pub use jpeg::JpegDecoder;
pub use location::{Interrupter, Location};
pub use mux::{Chapter, Labels, lead};
pub use probe::{Availability, choose, probe_all, probe_codec, probe_in_process, software_encoders};
pub use raw::{RawFormat, frame_from_raw};
pub use reader::{Decoded, MediaReader, ReadOptions};
pub use remux::remux;
pub use repair::{Repaired, repair};
pub use scale::Rescaler;
pub use stream_mux::{StreamFormat, StreamMuxer, TS_PACKET, TrackLabel, UrlMuxer, UrlTarget, can_change_in_ts};
pub use video_encoder::VideoEncoder;

/// Starts FFmpeg and sends its log lines to `tracing` (target `ffmpeg`). Everything here does so by itself when first
/// used; calling it early only decides when. Idempotent.
pub fn init() {
    log::start();
}
