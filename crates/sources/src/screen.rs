//! The screen of this computer (X11): all of it, one monitor or a part, with or without the mouse pointer. A screen that
//! does not change costs next to nothing: no picture is made, and the last one stays on show.
//!
//! Wayland desktops are not captured here: their X11 window has no picture of the desktop, which is said on the slate.

#[cfg(target_os = "linux")]
mod area;
#[cfg(target_os = "linux")]
mod grab;
#[cfg(target_os = "linux")]
mod pointer;
#[cfg(target_os = "linux")]
mod shm;
#[cfg(target_os = "linux")]
use grab::{ScreenCapture, devices};

use crate::{
    SourceKind,
    capture::{CaptureSource, RateText},
};
use media::FrameRate;
use project::{KindInfo, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The kind `screen`.
pub const KIND: SourceKind = SourceKind {
    info: KindInfo::of::<ScreenSettings>(
        "screen",
        "Screen",
        "What is on a monitor of this computer, or on a part of it.",
    ),
    video: true,
    audio: false,
    open: |settings, ctx| CaptureSource::open("screen", ScreenCapture, true, settings, ctx),
    devices: Some(devices),
};

/// Settings of a screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct ScreenSettings {
    /// X11 display, as `:0`. Empty: the one Footlight runs on (`$DISPLAY`).
    pub display: String,
    /// Name of the monitor's output, as `HDMI-1`. Empty: all monitors in one picture. A monitor that is unplugged is
    /// waited for, never replaced by another.
    pub output: String,
    /// The part to show, counted from the top left corner of the monitor; `null` for all of it. What lies outside the
    /// monitor is left out.
    pub region: Option<Region>,
    /// Whether the mouse pointer is seen.
    pub cursor: bool,
    /// Most pictures a second: 30, 29.97 or "30000/1001"; `null` for the canvas's rate.
    #[schemars(with = "Option<RateText>")]
    pub fps: Option<FrameRate>,
}

impl Default for ScreenSettings {
    fn default() -> Self {
        Self {
            display: String::new(),
            output: String::new(),
            region: None,
            cursor: true,
            fps: None,
        }
    }
}

/// A part of a screen, pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Region {
    /// Distance of its left edge from the monitor's.
    pub x: u32,
    /// Distance of its top edge from the monitor's.
    pub y: u32,
    /// Width.
    #[schemars(range(min = 1, max = 16384))]
    pub width: u32,
    /// Height.
    #[schemars(range(min = 1, max = 16384))]
    pub height: u32,
}

impl Settings for ScreenSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        let size = 1..=media::frame::MAX_DIMENSION;
        match self.region {
            Some(r) if !size.contains(&r.width) => Err(("region.width".into(), "must be 1 to 16384 pixels".into())),
            Some(r) if !size.contains(&r.height) => Err(("region.height".into(), "must be 1 to 16384 pixels".into())),
            _ => Ok(()),
        }
    }
}

#[cfg(not(target_os = "linux"))]
mod unsupported {
    use super::ScreenSettings;
    use crate::{
        Device, SourceError,
        capture::{Capture, Link},
    };

    const REASON: &str = "Footlight can capture screens only on Linux with X11 so far. Use a capture card as a camera, \
         or stream the screen from another program";

    pub struct ScreenCapture;
    impl Capture for ScreenCapture {
        type Settings = ScreenSettings;
        fn run(&mut self, _: &ScreenSettings, _: &Link) -> Result<(), String> {
            Err(REASON.into())
        }
    }
    pub fn devices() -> Result<Vec<Device>, SourceError> {
        Err(SourceError::Unsupported {
            what: "screen capture".into(),
            reason: REASON.into(),
        })
    }
}
#[cfg(not(target_os = "linux"))]
use unsupported::{ScreenCapture, devices};
