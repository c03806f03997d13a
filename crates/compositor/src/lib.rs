//! Scene to draw list to frame. [`draw_list`] turns a scene into a flat [`DrawList`] (pure); a [`Renderer`] draws it: on
//! the CPU straight in the encoder's YUV ([`software`]), or on wgpu ([`gpu`]). The CPU's picture is the reference.
//!
//! This crate knows no FFmpeg, no sockets, and not where frames come from.

mod adorn;
mod appear;
pub mod blend;
pub mod color;
mod cue;
pub mod cull;
pub mod draw;
pub mod error;
pub mod filters;
pub mod gpu;
mod keyed;
pub mod layout;
pub mod layouts;
pub mod place;
mod shape;
pub mod software;
pub mod spaces;
pub mod transition;

pub use color::to_rgba;
pub use cue::Cues;
pub use cull::cull;
pub use draw::{Affine, DrawItem, DrawList, Picture, Style, signature};
pub use error::CompositorError;
pub use filters::{FilterKind, Filtered, filter_kinds};
pub use layout::{Filtering, draw_list, draw_list_at, lay_out, lay_out_at};
pub use layouts::{LayoutKind, layout_kinds};
pub use project::{BlendMode, BlendSpace, Sampling};
pub use transition::{
    Easing, FilmLength, FilmPictures, Films, Transition, TransitionKind, films_of, plain_fade, transition,
    transition_kinds,
};

use media::{MediaTime, VideoFrame};
use std::sync::Arc;

/// One picture of the canvas.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// The picture; its `time` is the one it was asked for.
    pub frame: Arc<VideoFrame>,
    /// `false`: nothing has changed, the last picture is repeated (same frame id).
    pub drawn: bool,
}

/// Draws lists of one canvas size into frames for the encoders: BT.709, limited range, I420 or NV12.
pub trait Renderer: Send {
    /// `software` or `gpu`.
    fn name(&self) -> &'static str;
    /// What it runs on, for people: the processor or the graphics card.
    fn adapter(&self) -> String;
    /// Hands in the picture for `time` and gives the oldest finished one, which may be an earlier picture (the GPU works
    /// behind); `None` while the first ones are under way.
    ///
    /// # Errors
    /// A list of another canvas size, or a graphics card that failed.
    fn render(&mut self, list: &DrawList, time: MediaTime) -> Result<Option<Rendered>, CompositorError>;
    /// The oldest picture still under way, waited for; `None` when there is none.
    fn drain(&mut self) -> Option<Rendered>;
}

/// Which renderer to use.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum RendererChoice {
    /// The GPU where there is a real one, else the CPU.
    #[default]
    Auto,
    /// The GPU, even a software rasteriser.
    Gpu,
    /// The CPU.
    Software,
}

/// Makes a renderer for a canvas of `width` × `height` pixels, and says why when it is not the one asked for.
///
/// # Errors
/// Only a size nobody can draw; a missing graphics card falls back to the CPU.
pub fn create(
    choice: RendererChoice,
    width: u32,
    height: u32,
) -> Result<(Box<dyn Renderer>, Option<String>), CompositorError> {
    let software = || -> Result<Box<dyn Renderer>, CompositorError> {
        Ok(Box::new(software::SoftwareRenderer::new(width, height)?))
    };
    match choice {
        RendererChoice::Software => return Ok((software()?, None)),
        // Not having a graphics card is nothing to tell when nobody asked for one.
        RendererChoice::Auto if !gpu::may_exist() || gpu::adapter_summary().is_none_or(|a| a.is_cpu) => {
            return Ok((software()?, None));
        }
        RendererChoice::Auto | RendererChoice::Gpu => {}
    }
    match gpu::GpuRenderer::new(width, height) {
        Ok(gpu) => Ok((Box::new(gpu), None)),
        Err(e) => Ok((software()?, Some(e.to_string()))),
    }
}

/// Draws one list and waits for it: for stills, tests and offline work.
///
/// # Errors
/// As [`Renderer::render`].
pub fn render_one(r: &mut dyn Renderer, list: &DrawList) -> Result<Arc<VideoFrame>, CompositorError> {
    // Whatever is still under way belongs to somebody else's picture and comes out first.
    let mut last = r.render(list, MediaTime::ZERO)?;
    while let Some(next) = r.drain() {
        last = Some(next);
    }
    last.map(|p| p.frame)
        .ok_or(CompositorError::NoPicture { renderer: r.name() })
}
