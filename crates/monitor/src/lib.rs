//! Native projector and multiview windows: programme, preview, a scene, a source or another canvas alone and clean, or a
//! multiview with labels, tally and meters; full screen on a display of the person's choice.
//!
//! The windows run on their own thread with winit, beside whatever runs the studio's window. Video is blitted by an own
//! pipeline from the I420 or NV12 pictures the engine already makes; egui draws labels, frames and meters only, since on
//! a software rasteriser its shader costs four times a blit.
//!
//! **One device per side.** The windows open a wgpu device of their own and upload the picture they are given. The engine
//! keeps no picture on its device that outlives a tick (the GPU renderer reads its frames back for the encoders), so a
//! shared device would save one upload of a monitor-sized picture, and would cost a lock: `Surface::configure` fails while
//! another thread submits to the same queue. With one queue on one thread there is nothing to lock, a lost device takes no
//! show with it, and the renderer without a GPU is served the same way.
//!
//! What it does not do: it knows no scene and no command. It asks [`Gallery`] for pictures and for a [`Board`] of labels.

mod blit;
mod events;
mod fonts;
mod gallery;
mod gpu;
mod grid;
mod overlay;
mod thread;
mod view;
mod window;

pub use gallery::{Board, Gallery, Picture, Tally, Tile, Wake};
pub use thread::{Display, Monitors, Opened};
pub use view::{Target, View};

/// Why a window can't be opened.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MonitorError {
    /// The display asked for is gone.
    #[error("there is no display {0} any more; choose another one")]
    NoDisplay(usize),
    /// The windowing system refuses.
    #[error("the window can't be opened: {0}")]
    Window(String),
    /// Nothing here can draw into a window.
    #[error("nothing on this computer can draw into the window: {0}")]
    Graphics(String),
    /// The thread of the windows has ended.
    #[error("projector windows have ended; start Footlight again to open one")]
    Ended,
}
