//! A private X display in memory (Xvfb), with a number of the server's own choice (`-displayfd`).

use crate::process::ChildGuard;
use std::{
    io::{self, BufRead, BufReader},
    process::Command,
};
use tempfile::TempDir;

/// A running Xvfb; ended on drop.
#[derive(Debug)]
pub struct Xvfb {
    process: ChildGuard,
    display: String,
    _dir: TempDir,
}

impl Xvfb {
    /// Starts a display with one screen of `width` × `height` pixels and `depth` bits (24 is the usual), and waits until
    /// it takes connections.
    pub fn start(width: u32, height: u32, depth: u32) -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("footlight-xvfb-").tempdir()?;
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", &format!("{width}x{height}x{depth}")]);
        command.args(["-nolisten", "tcp", "-noreset", "-ac"]);
        let mut process = ChildGuard::spawn(command, &dir.path().join("log"), true)?;
        let mut number = String::new();
        if let Some(output) = process.take_output() {
            // Ends with the number, or with the end of file when Xvfb gives up.
            BufReader::new(output).read_line(&mut number)?;
        }
        if number.trim().is_empty() {
            return Err(process.error("did not start"));
        }
        Ok(Self {
            process,
            display: format!(":{}", number.trim()),
            _dir: dir,
        })
    }

    /// The display's name for `DISPLAY`, such as `:3`.
    pub fn display(&self) -> &str {
        &self.display
    }

    /// Ends the display; its clients lose their connection.
    pub fn stop(&mut self) {
        self.process.terminate();
    }
}

impl Drop for Xvfb {
    fn drop(&mut self) {
        // In order, so that it removes its lock and its socket from /tmp.
        self.process.terminate();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::process::run;
    use std::path::Path;

    #[test]
    fn displays_have_their_own_number_and_size() {
        let a = Xvfb::start(320, 200, 24).expect("Xvfb");
        let b = Xvfb::start(640, 480, 24).expect("Xvfb");
        assert_ne!(a.display(), b.display());
        let grab = |x: &Xvfb, size: &str| {
            let mut c = Command::new("ffmpeg");
            c.args(["-v", "error", "-f", "x11grab", "-video_size", size, "-i", x.display()]);
            run(c.args(["-frames:v", "1", "-pix_fmt", "gray", "-f", "rawvideo", "-"]))
        };
        assert_eq!(grab(&a, "320x200").expect("grab").len(), 320 * 200);
        assert_eq!(grab(&b, "640x480").expect("grab").len(), 640 * 480);
        assert!(grab(&a, "640x480").is_err(), "larger than the screen");
        let socket = format!("/tmp/.X11-unix/X{}", &a.display()[1..]);
        assert!(Path::new(&socket).exists());
        drop(a);
        assert!(!Path::new(&socket).exists());
    }
}
