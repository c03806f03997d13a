//! What every kind of filter declares, and what one filter can do.

use super::{Sheet, Weaving, tone_map::Mapping};
use crate::gpu::Effect;
use media::{ErrorKind, MediaError, MediaTime, Severity};
use project::{KindInfo, Settings};
use serde_json::{Map, Value};
use std::{fmt::Debug, path::Path, sync::Arc};

/// One filter with its settings. Pure: the same sheet and time give the same sheet.
pub trait Filter: Send + Sync + Debug {
    /// Width and height of what comes out of a picture of `size` pixels; 0 when nothing does.
    fn size(&self, size: (u32, u32)) -> (u32, u32) {
        size
    }
    /// Whether what comes out of an opaque picture is opaque.
    fn keeps_opaque(&self) -> bool {
        true
    }
    /// Whether it changes by itself as time goes by.
    fn moves(&self) -> bool {
        false
    }
    /// What it does to the order of a source's pictures instead of to a picture; whoever picks them up does that.
    fn hold(&self) -> Option<Hold> {
        None
    }
    /// What it makes of the light of HDR frames, before anything else is done to them.
    fn tone(&self) -> Option<&Mapping> {
        None
    }
    /// Whether a graphics card can do it by [`Self::effects`].
    fn on_gpu(&self) -> bool {
        false
    }
    /// The same as passes on a graphics card, of a picture of `size` pixels.
    fn effects(&self, _size: (u32, u32)) -> Vec<Effect> {
        vec![]
    }
    /// The picture changed, at engine time `time`.
    fn apply(&self, sheet: Sheet, time: MediaTime) -> Sheet;
}

/// Which of a source's pictures is shown.
#[derive(Clone, Debug, PartialEq)]
pub enum Hold {
    /// The one of this long ago.
    Later(MediaTime),
    /// The same all the time.
    Still,
    /// One made of the fields of the last, one frame later.
    Woven(Arc<Weaving>),
}

/// A filter ready for work, or why its settings or files are no good.
pub type Making = Result<Box<dyn Filter>, FilterError>;

/// One kind of filter: one file of this folder and one line in [`super::filter_kinds`].
#[derive(Clone, Copy)]
pub struct FilterKind {
    /// Id, name, settings.
    pub info: KindInfo,
    /// Makes one of its settings; relative paths in them start from the folder.
    pub make: fn(&Map<String, Value>, &Path) -> Making,
    /// Whether it chooses among a source's pictures, and so can be on nothing but sources.
    pub sources_only: bool,
}

impl FilterKind {
    /// Describes a kind whose settings are `S`.
    pub const fn of<S: Settings>(
        id: &'static str,
        name: &'static str,
        summary: &'static str,
        make: fn(&Map<String, Value>, &Path) -> Making,
    ) -> Self {
        Self {
            info: KindInfo::of::<S>(id, name, summary),
            make,
            sources_only: false,
        }
    }

    /// The same for sources alone.
    pub const fn for_sources(self) -> Self {
        Self {
            sources_only: true,
            ..self
        }
    }
}

/// The settings of a filter.
///
/// # Errors
/// The first wrong value.
pub fn settings<S: Settings>(given: &Map<String, Value>) -> Result<S, FilterError> {
    Ok(project::parse_settings::<S>(given, "settings")?.settings)
}

/// Why a filter can't work.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum FilterError {
    /// Wrong settings.
    #[error(transparent)]
    Settings(#[from] project::DocError),
    /// A file that can't be read, or is not what it should be.
    #[error("{file}: {problem}")]
    File {
        /// The file, as it was given.
        file: String,
        /// What is wrong and what to do.
        problem: String,
    },
    /// Nothing to run a shader with.
    #[error(
        "shaders need a graphics card, or a program that stands in for one, and this computer has neither ({0}); install Mesa's Vulkan drivers (mesa-vulkan-drivers)"
    )]
    NoGpu(String),
    /// A kind this build does not have.
    #[error("this version of Footlight does not know the filter `{0}`; the picture is shown without it")]
    Unknown(String),
}

impl FilterError {
    /// Something wrong with a file.
    pub fn file(file: &str, problem: impl Into<String>) -> Self {
        Self::File {
            file: file.to_owned(),
            problem: problem.into(),
        }
    }
}

impl MediaError for FilterError {
    fn kind(&self) -> ErrorKind {
        ErrorKind::Config
    }
    fn severity(&self) -> Severity {
        Severity::Degraded
    }
}

/// The bytes of a file a setting names, at most `most` of them.
///
/// # Errors
/// It can't be read, or is larger.
pub fn read(file: &str, dir: &Path, most: u64) -> Result<Vec<u8>, FilterError> {
    let path = dir.join(file);
    let failed = |e: std::io::Error| FilterError::file(file, format!("can't be read ({e}); choose another file"));
    let size = std::fs::metadata(&path).map_err(failed)?.len();
    if size > most {
        let text = format!("is {size} bytes large, at most {most} are read; choose a smaller file");
        return Err(FilterError::file(file, text));
    }
    std::fs::read(&path).map_err(failed)
}

/// The pixels of an image file a setting names: width, height and straight R, G, B, A.
///
/// # Errors
/// It can't be read, is no image, or is larger than `most` pixels to a side.
pub fn read_image(file: &str, dir: &Path, most: u32) -> Result<(u32, u32, Vec<u8>), FilterError> {
    let bytes = read(file, dir, 64 << 20)?;
    let failed = |e: image::ImageError| FilterError::file(file, format!("is no image that can be read ({e})"));
    let mut reader = image::ImageReader::new(std::io::Cursor::new(&bytes))
        .with_guessed_format()
        .map_err(|e| FilterError::file(file, e.to_string()))?;
    let mut limits = image::Limits::default();
    (limits.max_image_width, limits.max_image_height) = (Some(most), Some(most));
    reader.limits(limits);
    let image = reader.decode().map_err(failed)?.to_rgba8();
    Ok((image.width(), image.height(), image.into_raw()))
}
