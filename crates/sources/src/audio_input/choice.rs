//! Which sound device is meant. Pure: it is told what there is.

use super::{AudioInputSettings, Hears};

/// A sound device that can be listened to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Stays the same when it is plugged in again: `host:name`.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// It is the sound of an output, not a microphone.
    pub desktop: bool,
}

/// The device the settings mean: the `pinned` one, else the one they name, else the `default` (an id).
///
/// # Errors
/// For people: it is not there.
pub fn find<'a>(
    there: &'a [Known],
    settings: &AudioInputSettings,
    default: Option<&str>,
    pinned: Option<&Known>,
) -> Result<&'a Known, String> {
    let desktop = settings.capture == Hears::Desktop;
    let fitting = || there.iter().filter(|k| k.desktop == desktop);
    if let Some(p) = pinned {
        return there
            .iter()
            .find(|k| k.id == p.id)
            .ok_or_else(|| missing(&p.name, fitting()));
    }
    let wanted = settings.device.as_str();
    if wanted.is_empty() {
        // The system's default input may be the monitor of an output, which is no microphone.
        let default = fitting().find(|k| Some(k.id.as_str()) == default);
        return default.or_else(|| fitting().next()).ok_or_else(|| {
            match desktop {
                true => "This computer has no output whose sound could be heard. Check its sound settings",
                false => "There is no microphone. Plug one in, or choose another device in the settings",
            }
            .into()
        });
    }
    // An id is exact, the system's own name nearly so; a name for people may belong to two devices and comes last.
    let by = |is: &dyn Fn(&&Known) -> bool| there.iter().find(is);
    by(&|k| k.id == wanted)
        .or_else(|| by(&|k| k.id.split_once(':').is_some_and(|(_, name)| name == wanted)))
        .or_else(|| fitting().find(|k| k.name == wanted))
        .ok_or_else(|| missing(wanted, fitting()))
}

fn missing<'a>(name: &str, there: impl Iterator<Item = &'a Known>) -> String {
    let names: Vec<_> = there.map(|k| k.name.as_str()).collect();
    let list = if names.is_empty() {
        "there is none".into()
    } else {
        format!("there is {}", names.join(", "))
    };
    format!(
        "The sound device {name} is not there ({list}). Plug it in or switch it on; it is heard as soon as it is back"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known(id: &str, name: &str, desktop: bool) -> Known {
        Known {
            id: id.into(),
            name: name.into(),
            desktop,
        }
    }

    #[test]
    fn a_named_device_is_never_replaced() {
        let there = [
            known("pulseaudio:desk.monitor", "Desktop sound: Speakers", true),
            known("pulseaudio:usb", "USB Microphone", false),
            known("pulseaudio:pci", "Line In", false),
        ];
        let check = |capture, device: &str, default, pinned: Option<&Known>, expected: Result<usize, &str>| {
            let settings = AudioInputSettings {
                capture,
                device: device.into(),
            };
            match (find(&there, &settings, default, pinned), expected) {
                (Ok(k), Ok(i)) => assert_eq!(k, &there[i]),
                (Err(e), Err(part)) => assert!(e.contains(part), "{e}"),
                (a, e) => panic!("{a:?} instead of {e:?}"),
            }
        };
        let (mic, desk) = (Hears::Microphone, Hears::Desktop);
        check(mic, "", Some("pulseaudio:pci"), None, Ok(2));
        check(mic, "", Some("pulseaudio:desk.monitor"), None, Ok(1));
        check(desk, "", Some("pulseaudio:desk.monitor"), None, Ok(0));
        for device in ["pulseaudio:pci", "pci", "Line In"] {
            check(mic, device, Some("pulseaudio:usb"), None, Ok(2));
        }
        check(
            mic,
            "Nobody",
            Some("pulseaudio:usb"),
            None,
            Err("Nobody is not there (there is USB Microphone, Line In)"),
        );
        let gone = known("pulseaudio:gone", "Old Microphone", false);
        check(
            mic,
            "",
            Some("pulseaudio:usb"),
            Some(&gone),
            Err("Old Microphone is not there"),
        );
        check(mic, "", Some("pulseaudio:usb"), Some(&there[2]), Ok(2));
    }
}
