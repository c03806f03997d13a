//! Starts the program as a person does and waits for its end. [`Show`] makes a small project in a folder of its own and
//! runs it, [`Ended`] holds what it printed and its report.

pub mod browser;
pub mod film;
pub mod http;
mod running;
pub mod screen;
mod show;
pub mod sound;

pub use running::{Ended, Running};
pub use show::Show;

use serde_json::Value;
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use test_support::{
    nginx_rtmp::{NginxOptions, NginxRtmp},
    pulse::PulseServer,
    wait_for,
};

/// Longest for anything else to happen.
pub const LIMIT: Duration = Duration::from_secs(20);
/// A stream key that must be seen nowhere.
pub const KEY: &str = "k3y-of-nobodys-business";

/// What a command printed and how it ended.
#[derive(Debug)]
pub struct Printed {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Printed {
    pub fn all(&self) -> String {
        format!("{}{}", self.stdout, self.stderr)
    }
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e} in {self:?}"))
    }
}

/// The program, not started yet, away from this machine's own displays and sound.
pub fn program() -> Command {
    let mut c = Command::new(env!("CARGO_BIN_EXE_footlight"));
    for name in ["DISPLAY", "WAYLAND_DISPLAY", "PULSE_SERVER", "FOOTLIGHT_LOG"] {
        c.env_remove(name);
    }
    c
}

/// Runs the program to its end.
pub fn footlight<S: Into<OsString>>(args: impl IntoIterator<Item = S>) -> Printed {
    let out = program().args(args.into_iter().map(Into::into)).output();
    let out = out.expect("the program starts");
    Printed {
        code: out.status.code(),
        stdout: String::from_utf8_lossy(&out.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&out.stderr).into_owned(),
    }
}

/// A server that records what arrives.
pub fn recording_server() -> NginxRtmp {
    let options = NginxOptions {
        record: true,
        ..NginxOptions::default()
    };
    NginxRtmp::start(options).expect("nginx with its RTMP module")
}

/// A PulseAudio and what a program must have in its environment to use it. cpal sends an empty cookie where there is no
/// file of it, on which PulseAudio hangs up, so there is one.
pub fn sound_system() -> (PulseServer, Vec<(&'static str, String)>) {
    let pulse = PulseServer::start().expect("PulseAudio");
    let mut env = pulse.env();
    let home = env
        .iter()
        .find(|v| v.0 == "HOME")
        .map(|v| PathBuf::from(&v.1))
        .expect("a home");
    let cookie = home.join("cookie");
    fs::write(&cookie, [0; 256]).expect("cookie");
    env.push(("PULSE_COOKIE", cookie.display().to_string()));
    (pulse, env)
}

/// The entry of a list with this `id`.
pub fn named<'a>(list: &'a Value, id: &str) -> Option<&'a Value> {
    list.as_array()?.iter().find(|v| v["id"] == id)
}

/// Waits until the newest file that a server has recorded is complete, and gives it.
#[track_caller]
pub fn received(server: &NginxRtmp, frames: u64) -> PathBuf {
    let newest = || server.recordings().pop();
    let whole = |f: &Path| test_support::ffprobe::count_frames(f, "v:0").is_ok_and(|n| n == frames);
    let ok = wait_for(LIMIT, || newest().is_some_and(|f| whole(&f)));
    let counted = newest().map(|f| test_support::ffprobe::count_frames(&f, "v:0"));
    assert!(
        ok,
        "{frames} frames were made, at the server: {counted:?}; its log:\n{}",
        server.log()
    );
    newest().expect("just seen")
}
