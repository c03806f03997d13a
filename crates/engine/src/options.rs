//! What the person starting a show asks for beyond the project.

use compositor::RendererChoice;
use media::{FrameRate, SystemClock};
use std::path::PathBuf;

/// A destination named on the command line.
#[derive(Clone, Debug)]
pub struct ExtraDestination {
    /// Its URL with the key, as the person gave it.
    pub url: media::Secret,
}

/// How a show is run.
#[derive(Clone, Debug)]
pub struct ShowOptions {
    /// Destinations besides the project's.
    pub extra_destinations: Vec<ExtraDestination>,
    /// Record to this file (or into this folder), whatever the project says.
    pub record: Option<PathBuf>,
    /// Record these on their own besides, in place of what the project says; see [`project::Recording::iso`].
    pub iso: Vec<String>,
    /// End after this many seconds of show.
    pub duration_s: Option<f64>,
    /// Which renderer.
    pub renderer: RendererChoice,
    /// Another size for the main canvas; the scene is scaled to it.
    pub size: Option<(u32, u32)>,
    /// Another rate for the main canvas.
    pub fps: Option<FrameRate>,
    /// The show's clock; made when the process starts, so that start-up counts in the report.
    pub clock: SystemClock,
    /// Where `save_project` saves to; none refuses it.
    pub store: Option<project::ProjectStore>,
    /// How a scene follows another until the desk says otherwise.
    pub transition: crate::Transition,
    /// The program to run for probing hardware encoders (itself); none means software only.
    pub probe_exe: Option<PathBuf>,
    /// The folder with this user's settings, where a newer list of services may be; the system's usual one when absent.
    pub config_dir: Option<PathBuf>,
}

impl Default for ShowOptions {
    fn default() -> Self {
        Self {
            extra_destinations: vec![],
            record: None,
            iso: vec![],
            duration_s: None,
            renderer: RendererChoice::Auto,
            size: None,
            fps: None,
            clock: SystemClock::new(),
            store: None,
            transition: crate::Transition::cut(),
            probe_exe: None,
            config_dir: None,
        }
    }
}
