//! Cameras through FFmpeg's libavdevice: v4l2, dshow, avfoundation, and `lavfi`, which makes a test picture.

use super::{
    Wish,
    shots::{Shot, Shots},
};
use codec::{Decoded, Interrupter, Location, MediaReader, ReadOptions};

/// FFmpeg's name of the kind of camera this system has.
pub const fn usual_format() -> &'static str {
    if cfg!(target_os = "windows") {
        "dshow"
    } else if cfg!(target_os = "macos") {
        "avfoundation"
    } else {
        "v4l2"
    }
}

/// Starts reading `device`. Devices are asked for the wished size and rate where a person has set them; else FFmpeg takes
/// what the device is set to.
pub fn start(format: &str, device: &str, wish: Wish) -> Result<Shots, String> {
    let location = location(format, device, wish);
    let interrupter = Interrupter::new();
    let stop = interrupter.clone();
    let made = format == "lavfi";
    Shots::start(made, interrupter, move |out| {
        let options = ReadOptions {
            video: true,
            audio: false,
            threads: 1,
        };
        let mut reader = MediaReader::open_interruptible(&location, options, stop).map_err(|e| e.to_string())?;
        if !out.opened() {
            return Ok(());
        }
        while let Some(piece) = reader.next().map_err(|e| e.to_string())? {
            if let Decoded::Video(frame) = piece
                && !out.shot(Shot::Picture(frame))
            {
                return Ok(());
            }
        }
        Ok(())
    })
}

fn location(format: &str, device: &str, wish: Wish) -> Location {
    let mut options = vec![];
    if format != "lavfi" {
        if wish.size_set {
            options.push(("video_size".into(), format!("{}x{}", wish.width, wish.height)));
        }
        // AVFoundation refuses to open without a rate it has; its default of 29.97 is none.
        if wish.rate_set || format == "avfoundation" {
            options.push(("framerate".into(), wish.rate.to_string()));
        }
    }
    let name = if format == "dshow" && !device.contains('=') {
        format!("video={device}")
    } else {
        device.to_owned()
    };
    Location::Device {
        format: format.to_owned(),
        name,
        options,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::FrameRate;

    #[test]
    fn devices_are_named_as_ffmpeg_wants_them() {
        let wish = |set| Wish {
            width: 640,
            height: 480,
            rate: FrameRate::whole(25),
            size_set: set,
            rate_set: set,
        };
        let check = |format: &str, device: &str, set, expected_name: &str, expected: &[(&str, &str)]| {
            let Location::Device { name, options, .. } = location(format, device, wish(set)) else {
                panic!("a device");
            };
            let options: Vec<_> = options.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
            assert_eq!((name.as_str(), &options[..]), (expected_name, expected));
        };
        let both = [("video_size", "640x480"), ("framerate", "25")];
        check("v4l2", "/dev/video0", true, "/dev/video0", &both);
        check("v4l2", "/dev/video0", false, "/dev/video0", &[]);
        check("dshow", "Cam Link", true, "video=Cam Link", &both);
        check("dshow", "video=Cam Link", false, "video=Cam Link", &[]);
        check("avfoundation", "0", false, "0", &[("framerate", "25")]);
        check("lavfi", "testsrc2", true, "testsrc2", &[]);
    }
}
