//! Which camera is meant, and which of its sizes and rates comes nearest to what is wanted. Pure: it is told what there is.

use super::Wish;
use nokhwa::utils::CameraIndex;

/// A camera of this computer.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Stays the same when it is plugged in again, as far as the system has such a name.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// What libavdevice calls it.
    pub path: String,
    /// What nokhwa calls it, for now.
    pub index: CameraIndex,
}

/// The camera `device` (id, path or name) among those there are; with none given the `pinned` one, or the first. When one
/// is pinned no other is ever found, not even at the same path.
///
/// # Errors
/// For people: it is not there.
pub fn find<'a>(there: &'a [Found], device: &str, pinned: Option<&Found>) -> Result<&'a Found, String> {
    if let Some(p) = pinned {
        return there
            .iter()
            .find(|f| f.id == p.id && f.name == p.name)
            .ok_or_else(|| missing(&p.name, there));
    }
    if device.is_empty() {
        return there.first().ok_or_else(|| {
            "There is no camera. Plug one in, and allow Footlight to use the camera if the system asks".into()
        });
    }
    // An id is exact; a name may belong to two cameras and comes last.
    let by = |f: fn(&Found) -> &str| there.iter().find(|c| f(c) == device);
    by(|f| &f.id)
        .or_else(|| by(|f| &f.path))
        .or_else(|| by(|f| &f.name))
        .ok_or_else(|| missing(device, there))
}

fn missing(name: &str, there: &[Found]) -> String {
    let others: Vec<_> = there.iter().map(|f| f.name.as_str()).collect();
    let list = if others.is_empty() {
        "there is no camera".into()
    } else {
        format!("there is {}", others.join(", "))
    };
    format!("The camera {name} is not connected ({list}). Plug it in; it is shown as soon as it is there")
}

/// How a camera can send its pictures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mode {
    /// Pictures are compressed (MJPEG): decoding costs, and they are less good.
    pub compressed: bool,
    /// Width, pixels.
    pub width: u32,
    /// Height, pixels.
    pub height: u32,
    /// Pictures a second.
    pub fps: u32,
}

/// The place of the best mode: the size first (rather larger than smaller), then the rate, then uncompressed. Unless the
/// size was set by a person, a mode that is too slow loses to a smaller one that is not.
pub fn best(modes: &[Mode], wish: Wish) -> Option<usize> {
    let wanted = f64::from(wish.width) * f64::from(wish.height);
    let score = |m: &Mode| {
        let off = |have: u32, want: u32| {
            let (have, want) = (f64::from(have.max(1)), f64::from(want.max(1)));
            // Twice too small is as bad as four times too large.
            if have < want {
                2.0 * (want / have).log2()
            } else {
                (have / want).log2()
            }
        };
        let size = if wanted == 0.0 {
            0.0
        } else {
            off(m.width, wish.width) + off(m.height, wish.height)
        };
        let slow = off(m.fps, wish.rate.as_f64().round() as u32);
        let rate_weight = if wish.size_set && !wish.rate_set { 0.5 } else { 1.5 };
        let rate = if f64::from(m.fps) < wish.rate.as_f64() {
            slow * rate_weight
        } else {
            slow * 0.1
        };
        size + rate + if m.compressed { 0.01 } else { 0.0 }
    };
    let best = modes
        .iter()
        .enumerate()
        .min_by(|a, b| score(a.1).total_cmp(&score(b.1)));
    best.map(|(i, _)| i)
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::FrameRate;

    fn camera(id: &str, name: &str, n: u32) -> Found {
        Found {
            id: id.into(),
            name: name.into(),
            path: format!("/dev/video{n}"),
            index: CameraIndex::Index(n),
        }
    }

    #[test]
    fn a_camera_is_never_replaced_by_another() {
        let there = [camera("usb-a", "Cam A", 0), camera("usb-b", "Cam B", 2)];
        for device in ["usb-b", "/dev/video2", "Cam B"] {
            assert_eq!(find(&there, device, None).expect(device).id, "usb-b");
        }
        assert_eq!(find(&there, "", None).expect("the first").id, "usb-a");
        let e = find(&there, "Cam C", None).expect_err("not there");
        assert!(e.contains("Cam C is not connected (there is Cam A, Cam B)"), "{e}");

        // The pinned one is unplugged; another one takes its path.
        let pinned = camera("/dev/video0", "Cam A", 0);
        let swapped = [camera("/dev/video0", "Cam B", 0)];
        for device in ["", "/dev/video0"] {
            let e = find(&swapped, device, Some(&pinned)).expect_err("another camera");
            assert!(e.contains("Cam A is not connected"), "{e}");
        }
        assert!(find(&[], "", None).expect_err("none").contains("no camera"));
    }

    #[test]
    fn the_nearest_mode_is_taken() {
        let mode = |compressed, width, height, fps| Mode {
            compressed,
            width,
            height,
            fps,
        };
        let modes = [
            mode(false, 640, 480, 30),
            mode(false, 1280, 720, 10),
            mode(true, 1280, 720, 30),
            mode(false, 1920, 1080, 5),
            mode(true, 1920, 1080, 30),
            mode(true, 640, 480, 30),
        ];
        let wish = |width, height, fps, set| Wish {
            width,
            height,
            rate: FrameRate::whole(fps),
            size_set: set,
            rate_set: set,
        };
        let check = |w: Wish, expected: Mode| assert_eq!(modes[best(&modes, w).expect("one")], expected, "{w:?}");
        check(wish(1920, 1080, 30, false), modes[4]);
        check(wish(1280, 720, 30, false), modes[2]);
        check(wish(640, 480, 30, true), modes[0]);
        check(wish(1280, 720, 10, true), modes[1]);
        check(wish(1024, 576, 30, true), modes[2]);
        check(wish(3840, 2160, 60, false), modes[4]);
        assert_eq!(best(&[], wish(1, 1, 1, false)), None);
    }
}
