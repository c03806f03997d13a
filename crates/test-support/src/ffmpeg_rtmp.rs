//! FFmpeg 8 as a witness for Enhanced RTMP: as a server that somebody publishes to (it listens for one publisher), and as the
//! reader of FLV made of what another server got. It comes with the Python package `av` (`tests/peers/python`).

use crate::{peers::pyav, ports, process::ChildGuard, process::run};
use serde_json::Value;
use std::{io, path::Path, process::Command, time::Duration};
use tempfile::TempDir;

const PROGRAM: &str = include_str!("ffmpeg_rtmp.py");

/// A server for one publisher.
#[derive(Debug)]
pub struct FfmpegRtmp {
    process: ChildGuard,
    port: u16,
    _dir: TempDir,
}

fn python(of: &str) -> io::Result<Command> {
    let mut command = Command::new("/usr/bin/python3");
    command.env("PYTHONPATH", pyav()?).args(["-c", PROGRAM, of]);
    Ok(command)
}

fn last_line(text: &str) -> io::Result<Value> {
    let line = text.lines().rev().find(|l| l.starts_with('{'));
    serde_json::from_str(line.ok_or_else(|| io::Error::other(text.to_owned()))?).map_err(io::Error::other)
}

impl FfmpegRtmp {
    /// Starts one. It takes a connection some moments later; publishers have to try again until then.
    ///
    /// # Errors
    /// When it can't be started.
    pub fn start() -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("footlight-ffmpeg-").tempdir()?;
        let port = ports::free_tcp()?;
        let mut command = python(&format!("rtmp://127.0.0.1:{port}/live/show"))?;
        command.arg("listen");
        let process = ChildGuard::spawn(command, &dir.path().join("log"), false)?;
        Ok(Self {
            process,
            port,
            _dir: dir,
        })
    }

    /// The address to publish to.
    pub fn url(&self) -> String {
        format!("rtmp://127.0.0.1:{}/live/show", self.port)
    }

    /// Waits until its publisher has gone and gives what it got: `streams`, each with `kind`, `codec`, `packets`, `frames` that
    /// were decoded, `backwards` (packets earlier than the one before), and `errors`.
    ///
    /// # Errors
    /// It has not ended in time, or found nothing.
    pub fn found(&mut self, limit: Duration) -> io::Result<Value> {
        if self.process.wait(limit).is_none() {
            return Err(self.process.error("FFmpeg still waits"));
        }
        last_line(&self.process.log())
    }
}

/// What FFmpeg 8 finds in an FLV file, as [`FfmpegRtmp::found`].
///
/// # Errors
/// It can't be read.
pub fn read_flv(file: &Path) -> io::Result<Value> {
    let printed = run(&mut python(&file.display().to_string())?)?;
    last_line(&String::from_utf8_lossy(&printed))
}
