//! The sound system: PulseAudio (or PipeWire's stand-in for it) where it runs, else what the system has. One connection
//! is kept for the whole process; asking again and again on new ones would use up the server's.

use super::{
    AudioInputSettings, Hears,
    choice::{self, Known},
};
#[cfg(target_os = "linux")]
use cpal::HostId;
use cpal::{
    Host,
    traits::{DeviceTrait as _, HostTrait as _},
};
use parking_lot::Mutex;
use std::sync::Arc;

static HOST: Mutex<Option<Arc<Host>>> = Mutex::new(None);

fn host() -> Arc<Host> {
    HOST.lock().get_or_insert_with(|| Arc::new(open())).clone()
}

fn open() -> Host {
    #[cfg(target_os = "linux")]
    match cpal::host_from_id(HostId::PulseAudio) {
        Ok(host) => return host,
        Err(e) => tracing::debug!("no PulseAudio: {e}"),
    }
    cpal::default_host()
}

/// Runs `f` with the sound system, a second time with a fresh connection when the first has broken, and every time
/// while only a stand-in for PulseAudio could be had.
fn with<R>(f: impl Fn(&Host) -> Result<R, cpal::Error>) -> Result<R, cpal::Error> {
    let kept = host();
    let first = f(&kept);
    if first.is_ok() && is_preferred(&kept) {
        return first;
    }
    forget(&kept);
    let second = f(&host());
    if second.is_err() {
        forget(&host());
    }
    second
}

fn forget(old: &Arc<Host>) {
    HOST.lock().take_if(|h| Arc::ptr_eq(h, old));
}

#[cfg(target_os = "linux")]
fn is_preferred(host: &Host) -> bool {
    host.id() == HostId::PulseAudio
}
#[cfg(not(target_os = "linux"))]
fn is_preferred(_: &Host) -> bool {
    true
}

type Listed = Vec<(Known, cpal::Device)>;

/// What can be listened to through `host`.
fn listed(host: &Host) -> Result<Listed, cpal::Error> {
    let mut found = Listed::new();
    for device in host.devices()? {
        let Ok(id) = device.id() else { continue };
        if !is_preferred(host) && is_plugin(id.id()) {
            continue;
        }
        let name = device
            .description()
            .map_or_else(|_| id.id().to_owned(), |d| d.name().to_owned());
        let monitor = is_monitor(id.id()) && cfg!(target_os = "linux");
        // Windows and macOS hear an output through itself, PulseAudio through the input called its monitor.
        let loopback = !cfg!(target_os = "linux") && device.supports_output() && !device.supports_input();
        if device.supports_input() || loopback {
            let desktop = monitor || loopback;
            let name = if desktop { desktop_name(&name) } else { name };
            found.push((
                Known {
                    id: id.to_string(),
                    name,
                    desktop,
                },
                device,
            ));
        }
    }
    Ok(found)
}

/// ALSA lists its converters and a source of zeros as devices, and each card six times over.
fn is_plugin(id: &str) -> bool {
    id != "default" && !id.starts_with("hw:") && !id.starts_with("sysdefault:")
}

fn is_monitor(id: &str) -> bool {
    id.ends_with(".monitor")
}

fn desktop_name(name: &str) -> String {
    format!("Desktop sound: {}", name.strip_prefix("Monitor of ").unwrap_or(name))
}

/// The id of the system's default device for `hears`.
fn default_of(host: &Host, hears: Hears) -> Option<String> {
    let device = match hears {
        Hears::Microphone => host.default_input_device()?,
        Hears::Desktop => host.default_output_device()?,
    };
    let id = device.id().ok()?.to_string();
    let monitor = hears == Hears::Desktop && cfg!(target_os = "linux");
    Some(if monitor { format!("{id}.monitor") } else { id })
}

fn words(e: cpal::Error) -> String {
    format!("The sound system does not answer ({e}). It is asked again; check that it runs")
}

/// All devices that can be listened to.
///
/// # Errors
/// For people: the sound system does not answer.
pub fn list() -> Result<Vec<Known>, String> {
    let all = with(listed).map_err(words)?;
    Ok(all.into_iter().map(|(k, _)| k).collect())
}

/// The id of the default device, if there is one.
pub fn default_id(hears: Hears) -> Option<String> {
    default_of(&host(), hears)
}

/// The device that is meant, if it is there.
///
/// # Errors
/// For people: it is not, or the sound system does not answer.
pub fn find(settings: &AudioInputSettings, pinned: Option<&Known>) -> Result<(Known, cpal::Device), String> {
    let look = |host: &Host| Ok((listed(host)?, default_of(host, settings.capture)));
    let (mut all, default) = with(look).map_err(words)?;
    let there: Vec<_> = all.iter().map(|(k, _)| k.clone()).collect();
    let found = choice::find(&there, settings, default.as_deref(), pinned)?;
    let at = there.iter().position(|k| k == found).ok_or("the device is gone")?;
    Ok(all.swap_remove(at))
}

/// Whether a device is (still) there.
pub fn is_there(known: &Known) -> bool {
    with(listed).is_ok_and(|all| all.iter().any(|(k, _)| k.id == known.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn converters_are_no_devices() {
        for id in [
            "null",
            "pulse",
            "lavrate",
            "speexrate",
            "dsnoop:CARD=PCH,DEV=0",
            "plughw:CARD=PCH,DEV=0",
        ] {
            assert!(is_plugin(id), "{id}");
        }
        for id in ["default", "sysdefault:CARD=PCH", "hw:CARD=USB,DEV=0"] {
            assert!(!is_plugin(id), "{id}");
        }
    }

    #[test]
    fn monitors_are_called_what_they_are() {
        assert!(is_monitor("alsa_output.pci-0000_00_1f.3.analog-stereo.monitor") && !is_monitor("fakemic"));
        assert_eq!(desktop_name("Monitor of Speakers"), "Desktop sound: Speakers");
        assert_eq!(desktop_name("Headset"), "Desktop sound: Headset");
    }
}
