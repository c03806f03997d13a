//! What can go wrong when pictures are put together. Messages are for the person who makes the show.

use media::{ErrorKind, MediaError, Severity};

/// Errors of this crate.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum CompositorError {
    /// No usable graphics card.
    #[error("this computer has no graphics card that Footlight can draw with ({reason}); choose the software renderer")]
    NoGpu {
        /// What the graphics system said.
        reason: String,
    },
    /// The graphics card or its driver failed while drawing.
    #[error("the graphics card failed while {doing} ({reason}); switch to the software renderer or update the driver")]
    Gpu {
        /// What it was doing, as a verb phrase: "drawing the picture".
        doing: &'static str,
        /// What the graphics system said.
        reason: String,
    },
    /// A canvas of a size nobody can draw.
    #[error("a canvas of {width}×{height} can't be drawn; choose a size from 1×1 to {max}×{max}")]
    CanvasSize {
        /// Asked width, pixels.
        width: u32,
        /// Asked height, pixels.
        height: u32,
        /// Largest width or height, pixels.
        max: u32,
    },
    /// A draw list made for another canvas than the renderer's.
    #[error(
        "a picture laid out for {list_width}×{list_height} was given to a canvas of {width}×{height}; this is a mistake of Footlight, please report it"
    )]
    WrongCanvas {
        /// Width of the draw list.
        list_width: u32,
        /// Height of the draw list.
        list_height: u32,
        /// Width of the renderer's canvas.
        width: u32,
        /// Height of the renderer's canvas.
        height: u32,
    },
    /// A renderer gave no picture although everything was handed to it.
    #[error("the {renderer} renderer gave no picture; this is a mistake of Footlight, please report it")]
    NoPicture {
        /// Which renderer.
        renderer: &'static str,
    },
    /// A picture could not be made of the drawn planes.
    #[error("the drawn picture is not valid ({0}); this is a mistake of Footlight, please report it")]
    Frame(String),
}

impl MediaError for CompositorError {
    fn kind(&self) -> ErrorKind {
        match self {
            Self::NoGpu { .. } | Self::Gpu { .. } => ErrorKind::Gpu,
            Self::CanvasSize { .. } => ErrorKind::Config,
            Self::WrongCanvas { .. } | Self::NoPicture { .. } | Self::Frame(_) => ErrorKind::Bug,
        }
    }
    fn severity(&self) -> Severity {
        Severity::Fatal
    }
}
