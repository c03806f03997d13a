//! Cameras through nokhwa: V4L2, Media Foundation, AVFoundation. nokhwa only fetches the bytes; `codec` decodes them. Its
//! drivers panic on some devices, so it is only ever called with a net underneath.

use super::{
    Wish,
    choice::{self, Found, Mode},
    shots::{Outbox, Shot, Shots},
};
use crate::capture::panic_text;
use codec::{Interrupter, RawFormat};
use media::MediaTime;
use nokhwa::{
    Buffer, Camera,
    utils::{ApiBackend, CameraFormat, CameraIndex, CameraInfo, FrameFormat, RequestedFormat, RequestedFormatType},
};
use std::{
    collections::BTreeMap,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
};

/// What we can read.
const FORMATS: &[FrameFormat] = &[
    FrameFormat::YUYV,
    FrameFormat::NV12,
    FrameFormat::MJPEG,
    FrameFormat::RAWRGB,
    FrameFormat::GRAY,
];

/// The cameras there are, in the system's order.
///
/// # Errors
/// For people: the system does not say.
pub fn list() -> Result<Vec<Found>, String> {
    // Nothing of ours is shared with it.
    let result = catch_unwind(AssertUnwindSafe(|| {
        #[cfg(target_os = "macos")]
        ask_for_permission();
        nokhwa::query(ApiBackend::Auto)
    }));
    let infos = match result {
        Ok(Ok(infos)) => infos,
        Ok(Err(e)) => return Err(format!("The system gives no list of cameras: {e}")),
        Err(panic) => return Err(format!("The list of cameras failed badly ({})", panic_text(&*panic))),
    };
    let mut found: Vec<_> = infos.iter().map(identify).collect();
    found.sort_by(|a, b| a.index.cmp(&b.index));
    Ok(found)
}

#[cfg(target_os = "macos")]
fn ask_for_permission() {
    static ASKED: std::sync::Once = std::sync::Once::new();
    ASKED.call_once(|| nokhwa::nokhwa_initialize(|_granted| ()));
}

fn identify(info: &CameraInfo) -> Found {
    let (name, index) = (info.human_name(), info.index().clone());
    match &index {
        CameraIndex::Index(n) if cfg!(target_os = "linux") => {
            let path = format!("/dev/video{n}");
            let id = lasting_link(Path::new("/dev/v4l/by-id"), Path::new(&path)).unwrap_or_else(|| path.clone());
            Found { id, name, path, index }
        }
        // Windows and macOS give the device's own id as `misc`.
        _ => {
            let id = if info.misc().is_empty() {
                name.clone()
            } else {
                info.misc()
            };
            let path = if cfg!(target_os = "macos") {
                index.as_string()
            } else {
                name.clone()
            };
            Found { id, name, path, index }
        }
    }
}

/// udev's name for a device, which holds its maker and serial number.
fn lasting_link(folder: &Path, device: &Path) -> Option<String> {
    let target = device.canonicalize().ok()?;
    let links = folder.read_dir().ok()?.filter_map(|e| Some(e.ok()?.path()));
    let mut same: Vec<_> = links.filter(|l| l.canonicalize().is_ok_and(|t| t == target)).collect();
    same.sort();
    same.first().map(|l| l.display().to_string())
}

/// Sizes and rates for people; `None` when it is no camera (a device of meta data beside one).
pub fn describe(found: &Found) -> Option<String> {
    let look = || {
        let request = RequestedFormat::with_formats(RequestedFormatType::None, FORMATS);
        Camera::new(found.index.clone(), request)?.compatible_camera_formats()
    };
    match catch_unwind(AssertUnwindSafe(look)) {
        Ok(Ok(formats)) if formats.is_empty() => None,
        Ok(Ok(formats)) => Some(summary(&formats)),
        Ok(Err(e)) if e.to_string().contains("Failed to Fufill") => None,
        Ok(Err(e)) => Some(format!("in use, or not readable: {e}")),
        Err(_) => Some("its driver fails when asked for its sizes".into()),
    }
}

fn summary(formats: &[CameraFormat]) -> String {
    let mut sizes: BTreeMap<(u32, u32), Vec<u32>> = BTreeMap::new();
    for f in formats.iter().filter(|f| FORMATS.contains(&f.format())) {
        sizes.entry((f.width(), f.height())).or_default().push(f.frame_rate());
    }
    let one = |(&(w, h), rates): (&(u32, u32), &Vec<u32>)| {
        let mut rates = rates.clone();
        rates.sort_unstable();
        rates.dedup();
        let rates: Vec<_> = rates.iter().map(u32::to_string).collect();
        format!("{w} × {h} at {}", rates.join(", "))
    };
    sizes.iter().rev().map(one).collect::<Vec<_>>().join("; ")
}

/// Starts reading a camera in its mode nearest to the wish.
pub fn start(found: &Found, wish: Wish) -> Result<Shots, String> {
    let found = found.clone();
    // nokhwa can't be interrupted: a reader that hangs is left to itself.
    Shots::start(false, Interrupter::new(), move |out| read(&found, wish, out))
}

fn read(found: &Found, wish: Wish, out: &Outbox) -> Result<(), String> {
    let name = &found.name;
    let refused = |e: nokhwa::NokhwaError| {
        format!("The camera {name} can't be opened: {e}. Close other programs that use it, or choose another size")
    };
    let request = RequestedFormat::with_formats(RequestedFormatType::None, FORMATS);
    let mut camera = Camera::new(found.index.clone(), request).map_err(refused)?;
    let known = |f: &CameraFormat| FORMATS.contains(&f.format());
    let formats: Vec<_> = camera
        .compatible_camera_formats()
        .map_err(refused)?
        .into_iter()
        .filter(known)
        .collect();
    let modes: Vec<_> = formats.iter().map(mode).collect();
    if let Some(format) = choice::best(&modes, wish).and_then(|i| formats.get(i)) {
        let exact = RequestedFormat::with_formats(RequestedFormatType::Exact(*format), FORMATS);
        camera.set_camera_requset(exact).map_err(refused)?;
    }
    camera.open_stream().map_err(refused)?;
    let mut open = out.opened();
    while open {
        let buffer = camera
            .frame()
            .map_err(|e| format!("The camera {name} was lost: {e}. Check that it is plugged in"))?;
        open = match shot(&buffer) {
            Some(shot) => out.shot(shot),
            None => {
                return Err(format!(
                    "The camera {name} sends pictures in a way that was not asked for"
                ));
            }
        };
    }
    Ok(())
}

fn mode(f: &CameraFormat) -> Mode {
    Mode {
        compressed: f.format() == FrameFormat::MJPEG,
        width: f.width(),
        height: f.height(),
        fps: f.frame_rate(),
    }
}

fn shot(buffer: &Buffer) -> Option<Shot> {
    let stamp = buffer.capture_timestamp().map(MediaTime::from_duration);
    let data = buffer.buffer_bytes();
    let format = match buffer.source_frame_format() {
        FrameFormat::MJPEG => return Some(Shot::Jpeg { data, stamp }),
        FrameFormat::YUYV => RawFormat::Yuyv,
        FrameFormat::NV12 => RawFormat::Nv12,
        FrameFormat::RAWRGB => RawFormat::Rgb24,
        FrameFormat::GRAY => RawFormat::Gray,
        FrameFormat::RAWBGR => return None,
    };
    let size = buffer.resolution();
    Some(Shot::Raw {
        format,
        width: size.width(),
        height: size.height(),
        data,
        stamp,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_told_largest_first() {
        let f = |w, h, format, fps| CameraFormat::new_from(w, h, format, fps);
        let all = [
            f(640, 480, FrameFormat::YUYV, 30),
            f(1920, 1080, FrameFormat::MJPEG, 60),
            f(1920, 1080, FrameFormat::MJPEG, 30),
            f(1920, 1080, FrameFormat::YUYV, 30),
            f(320, 200, FrameFormat::RAWBGR, 30),
        ];
        assert_eq!(summary(&all), "1920 × 1080 at 30, 60; 640 × 480 at 30");
    }

    #[cfg(unix)]
    #[test]
    fn a_lasting_name_is_found_by_its_target() {
        let dir = tempfile::tempdir().expect("folder");
        let device = dir.path().join("video3");
        std::fs::write(&device, "").expect("file");
        let folder = dir.path().join("by-id");
        assert_eq!(lasting_link(&folder, &device), None);
        std::fs::create_dir(&folder).expect("folder");
        std::os::unix::fs::symlink("../video4", folder.join("usb-other")).expect("link");
        std::os::unix::fs::symlink("../video3", folder.join("usb-maker_cam_123")).expect("link");
        assert!(lasting_link(&folder, &device).is_some_and(|l| l.ends_with("by-id/usb-maker_cam_123")));
    }
}
