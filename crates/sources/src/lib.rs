//! Capture and playback kinds, one file each.
//!
//! A source makes pictures into a [`media::FrameSlot`], sound into a [`mixer::AudioFeed`], or both, each stamped with
//! engine time. It knows nothing of scenes or outputs. This file is only the list of kinds.

pub mod audio_input;
pub mod camera;
mod capture;
pub mod color;
mod cue;
mod error;
mod fonts;
#[cfg(test)]
mod harness;
pub mod image;
mod kind;
#[cfg(test)]
mod kinds_tests;
pub mod media_file;
mod music;
mod pace;
pub mod screen;
pub mod slate;
mod sound;
mod still;
pub mod test_pattern;
pub mod text;
pub mod tone;
mod typeset;
mod watch;
mod worker;
mod yuv;

pub use cue::FilmInfo;
pub use error::SourceError;
pub use fonts::families as font_families;
pub use kind::{Clip, Device, DeviceList, Opened, Source, SourceContext, SourceKind, SourceState};
pub use test_pattern::read_counter;

/// Every kind of source, in the order people see them.
pub fn source_kinds() -> &'static [SourceKind] {
    KINDS
}

static KINDS: &[SourceKind] = &[
    screen::KIND,
    camera::KIND,
    audio_input::KIND,
    media_file::KIND,
    media_file::replay::KIND,
    image::KIND,
    text::KIND,
    color::KIND,
    test_pattern::KIND,
    tone::KIND,
];
