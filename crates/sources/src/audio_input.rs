//! Microphones and other inputs, and what this computer plays ("desktop sound", the monitor of an output). A device that
//! is missing or breaks is waited for in silence; it is never replaced by another one, least of all by the default.
//!
//! Sound goes from the device's callback through a ring without locks to a thread of ours, is fitted to the engine's clock
//! and left in the source's feed.

mod choice;
mod device;
#[cfg(target_os = "linux")]
mod guard;
mod hosts;
#[cfg(target_os = "linux")]
mod pulse;
mod stream;

use crate::{
    Device, SourceError, SourceKind,
    capture::{Capture, CaptureSource, Link},
};
use choice::Known;
use media::MediaTime;
use project::{KindInfo, Settings};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, json};

/// The kind `audio_input`.
pub const KIND: SourceKind = SourceKind {
    info: KindInfo::of::<AudioInputSettings>(
        "audio_input",
        "Audio input",
        "A microphone or line input, or what this computer plays.",
    ),
    video: false,
    audio: true,
    open: |settings, ctx| CaptureSource::open("audio-input", AudioCapture::default(), false, settings, ctx),
    devices: Some(devices),
};

/// Settings of an audio input.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct AudioInputSettings {
    /// What is heard.
    pub capture: Hears,
    /// The device: its id from the list of devices, or its name. Empty: the system's default when the source is opened;
    /// from then on that device is meant, whatever the default becomes. A device that is named but missing is waited
    /// for, never replaced.
    pub device: String,
}

/// What an audio input hears.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Hears {
    /// A microphone or line input.
    #[default]
    Microphone,
    /// What is played through an output of this computer.
    Desktop,
}

impl Settings for AudioInputSettings {}

/// How often it is looked whether the device is still there.
const LOOK: MediaTime = MediaTime::from_millis(2000);
/// How often captured sound is taken on.
const TAKE: MediaTime = MediaTime::from_millis(10);

/// The capture of the kind `audio_input`.
#[derive(Default)]
struct AudioCapture {
    /// The settings, and the device they meant when it was first found.
    pinned: Option<(AudioInputSettings, Known)>,
}

impl Capture for AudioCapture {
    type Settings = AudioInputSettings;

    fn run(&mut self, settings: &AudioInputSettings, link: &Link) -> Result<(), String> {
        if self.pinned.as_ref().is_some_and(|(s, _)| s != settings) {
            self.pinned = None;
        }
        let pinned = self.pinned.as_ref().map(|(_, k)| k);
        let (known, device) = hosts::find(settings, pinned)?;
        // It watches before the device is opened, so that nothing is missed in between.
        #[cfg(target_os = "linux")]
        let guard = guard::Guard::watch(&known)?;
        let lost = || {
            format!(
                "{} was unplugged or switched off. It is heard again as soon as it is back",
                known.name
            )
        };
        let mut stream = stream::Listening::start(&device, &known, link)?;
        self.pinned.get_or_insert_with(|| (settings.clone(), known.clone()));
        link.ready();
        let mut look = link.now() + LOOK;
        while link.wait_until(link.now() + TAKE) {
            #[cfg(target_os = "linux")]
            if guard.as_ref().is_some_and(guard::Guard::is_lost) {
                return Err(lost());
            }
            stream.take(link)?;
            if link.now() >= look {
                look = link.now() + LOOK;
                if !hosts::is_there(&known) {
                    return Err(lost());
                }
            }
        }
        Ok(())
    }
}

/// The inputs of this computer, and the outputs whose sound can be heard.
fn devices() -> Result<Vec<Device>, SourceError> {
    let failed = |reason| SourceError::Device {
        device: "The list of sound devices".into(),
        reason,
    };
    let defaults = [Hears::Microphone, Hears::Desktop].map(|h| (h, hosts::default_id(h)));
    let describe = |k: Known| {
        let hears = if k.desktop { Hears::Desktop } else { Hears::Microphone };
        let default = defaults.iter().any(|(h, id)| *h == hears && id.as_ref() == Some(&k.id));
        let what = if k.desktop {
            "what this computer plays"
        } else {
            "microphone or input"
        };
        let mut settings = Map::new();
        settings.insert("capture".into(), json!(hears));
        settings.insert("device".into(), json!(k.id));
        let mut facts = Map::new();
        facts.insert("default".into(), json!(default));
        facts.insert("monitor".into(), json!(k.desktop));
        Device {
            kind: KIND.info.id.into(),
            facts,
            detail: if default {
                format!("{what}, the default")
            } else {
                what.into()
            },
            id: k.id,
            name: k.name,
            settings,
        }
    };
    Ok(hosts::list().map_err(failed)?.into_iter().map(describe).collect())
}
