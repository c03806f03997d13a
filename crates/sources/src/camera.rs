//! Cameras and capture cards. Two ways to the device: `nokhwa` (the system's own camera interface, opened by a name that
//! stays the same) and FFmpeg's `libavdevice`, for what the first can't do. A camera that is missing, busy, unplugged or
//! frozen shows a slate and is tried again; it is never replaced by another camera.

mod av;
mod choice;
mod native;
mod shots;

use crate::{
    Device, SourceError, SourceKind,
    capture::{Capture, CaptureSource, Link, RateText},
};
use choice::Found;
use media::FrameRate;
use project::{KindInfo, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};
use shots::{Failed, Shots, Stuck};

/// The kind `camera`.
pub const KIND: SourceKind = SourceKind {
    info: KindInfo::of::<CameraSettings>("camera", "Camera", "A webcam, capture card or another picture device."),
    video: true,
    audio: false,
    open: |settings, ctx| CaptureSource::open("camera", CameraCapture::default(), true, settings, ctx),
    devices: Some(devices),
};

/// Settings of a camera.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CameraSettings {
    /// The way to the device.
    pub backend: Backend,
    /// The camera: its id from the list of devices, its path or its name. Empty: the first camera there is when it is
    /// opened; from then on that one is meant. With `format`: the device as FFmpeg names it.
    pub device: String,
    /// FFmpeg's kind of device for `libavdevice`: `v4l2`, `dshow`, `avfoundation`, or `lavfi` (a test picture, with its
    /// graph as the device). Empty: the usual one of this system.
    pub format: String,
    /// Wanted width in pixels; 0 for the canvas's. The nearest size the camera has is taken.
    #[schemars(range(max = 16384))]
    pub width: u32,
    /// Wanted height in pixels; 0 for the canvas's.
    #[schemars(range(max = 16384))]
    pub height: u32,
    /// Wanted pictures a second: 30, 29.97 or "30000/1001"; `null` for the canvas's rate.
    #[schemars(with = "Option<RateText>")]
    pub fps: Option<FrameRate>,
}

/// The way to a camera.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Backend {
    /// `nokhwa`, and `libavdevice` for the same camera where that fails, or where a `format` is given.
    #[default]
    Auto,
    /// The system's camera interface.
    Nokhwa,
    /// FFmpeg's device library.
    Libavdevice,
}

impl Settings for CameraSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        let text = |field: &str, problem: &str| Err((field.into(), problem.into()));
        let name = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !self.format.chars().all(name) {
            return text(
                "format",
                "must be the name of a device kind of FFmpeg, such as v4l2, dshow or lavfi",
            );
        }
        if self.backend == Backend::Nokhwa && !self.format.is_empty() {
            return text(
                "format",
                "is for libavdevice only: leave it empty, or set `backend` to `libavdevice`",
            );
        }
        if !self.format.is_empty() && self.format != av::usual_format() && self.device.is_empty() {
            return text(
                "device",
                "must name the device, as this `format` has no list of devices",
            );
        }
        if (self.width == 0) != (self.height == 0) {
            return text("height", "must be given together with `width`, or both be 0");
        }
        if self.width.max(self.height) > media::frame::MAX_DIMENSION {
            return text("width", "must be at most 16384 pixels, and `height` too");
        }
        Ok(())
    }
}

/// What a camera is asked for; the nearest it has is taken.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Wish {
    width: u32,
    height: u32,
    rate: FrameRate,
    /// Size and rate were set by a person, not taken from the canvas.
    size_set: bool,
    rate_set: bool,
}

impl Wish {
    fn of(settings: &CameraSettings, link: &Link) -> Self {
        let size_set = settings.width > 0;
        let (width, height) = if size_set {
            (settings.width, settings.height)
        } else {
            link.ctx.canvas
        };
        Self {
            width,
            height,
            rate: settings.fps.unwrap_or(link.ctx.rate),
            size_set,
            rate_set: settings.fps.is_some(),
        }
    }
}

/// The capture of the kind `camera`.
#[derive(Default)]
struct CameraCapture {
    /// The device setting, and the camera it meant when it was first found.
    pinned: Option<(String, Found)>,
    /// A reader that hangs in its driver.
    stuck: Option<Stuck>,
}

impl Capture for CameraCapture {
    type Settings = CameraSettings;

    fn run(&mut self, settings: &CameraSettings, link: &Link) -> Result<(), String> {
        if self.stuck.as_ref().is_some_and(|s| !s.is_over()) {
            return Err(
                "The camera hangs and does not answer. Unplug it and plug it in again; if that does not help, \
                 restart Footlight"
                    .into(),
            );
        }
        self.stuck = None;
        let wish = Wish::of(settings, link);
        if settings.backend == Backend::Libavdevice || !settings.format.is_empty() {
            let (format, device, name) = self.av_device(settings)?;
            return self
                .show(av::start(&format, &device, wish), &name, link)
                .map_err(Failed::reason);
        }
        let found = self.find(&settings.device)?;
        match self.show(native::start(&found, wish), &found.name, link) {
            Err(Failed::Opening(reason)) if settings.backend == Backend::Auto && self.stuck.is_none() => {
                tracing::info!(source = %link.ctx.id, "{reason}; trying libavdevice");
                let second = av::start(av::usual_format(), &found.path, wish);
                self.show(second, &found.name, link).map_err(|e| match e {
                    Failed::Opening(_) => reason,
                    Failed::Running(r) => r,
                })
            }
            result => result.map_err(Failed::reason),
        }
    }
}

impl CameraCapture {
    fn show(&mut self, shots: Result<Shots, String>, name: &str, link: &Link) -> Result<(), Failed> {
        let shots = shots.map_err(Failed::Opening)?;
        let result = shots.show(name, link);
        self.stuck = shots.end();
        result
    }

    /// The camera that is meant, if it is there.
    fn find(&mut self, device: &str) -> Result<Found, String> {
        let there = native::list()?;
        if self.pinned.as_ref().is_some_and(|(d, _)| d != device) {
            self.pinned = None;
        }
        let found = choice::find(&there, device, self.pinned.as_ref().map(|(_, f)| f))?.clone();
        self.pinned.get_or_insert_with(|| (device.to_owned(), found.clone()));
        Ok(found)
    }

    /// FFmpeg's format and device, and the camera's name for people.
    fn av_device(&mut self, settings: &CameraSettings) -> Result<(String, String, String), String> {
        let (format, device) = (&settings.format, &settings.device);
        if !format.is_empty() && format != av::usual_format() {
            return Ok((format.clone(), device.clone(), device.clone()));
        }
        let usual = av::usual_format().to_owned();
        match self.find(device) {
            Ok(found) => Ok((usual, found.path, found.name)),
            // A device file that is no camera to the system's list may be one to FFmpeg.
            Err(_) if std::path::Path::new(device).exists() => Ok((usual, device.clone(), device.clone())),
            Err(reason) => Err(reason),
        }
    }
}

/// The cameras of this computer.
fn devices() -> Result<Vec<Device>, SourceError> {
    let failed = |reason| SourceError::Device {
        device: "The list of cameras".into(),
        reason,
    };
    let cameras = native::list().map_err(failed)?;
    let described = cameras
        .into_iter()
        .filter_map(|c| native::describe(&c).map(|detail| (c, detail)));
    let device = |(c, detail): (Found, String)| {
        let mut settings = Map::new();
        settings.insert("device".into(), json!(c.id));
        Device {
            kind: KIND.info.id.into(),
            id: c.id,
            name: c.name,
            detail,
            settings,
            facts: Map::new(),
        }
    };
    Ok(described.map(device).collect())
}
