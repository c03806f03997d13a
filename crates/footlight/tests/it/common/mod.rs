//! Starts the program as a person does and waits for its end. [`Show`] makes a small project in a folder of its own and
//! runs it, [`Ended`] holds what it printed and its report.

pub mod browser;
pub mod film;
pub mod http;
pub mod screen;
pub mod sound;

use rustix::process::Signal;
use serde_json::{Value, json};
use std::{
    ffi::OsString,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;
use test_support::{
    nginx_rtmp::{NginxOptions, NginxRtmp},
    process::ChildGuard,
    pulse::PulseServer,
    wait_for,
};

/// Longest a show of these tests may take from start to end.
const RUN_LIMIT: Duration = Duration::from_secs(75);
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
    let home = env.iter().find(|v| v.0 == "HOME").map(|v| PathBuf::from(&v.1)).expect("a home");
    let cookie = home.join("cookie");
    fs::write(&cookie, [0; 256]).expect("cookie");
    env.push(("PULSE_COOKIE", cookie.display().to_string()));
    (pulse, env)
}

/// A project and how it is run.
pub struct Show {
    pub dir: TempDir,
    pub project: Value,
    args: Vec<OsString>,
    env: Vec<(String, String)>,
    /// A shell line that ends by running `"$@"`.
    wrapper: Option<String>,
}

impl Show {
    /// An empty black canvas, no destination, no recording.
    pub fn new() -> Self {
        let project = json!({
            "version": 1,
            "name": "Test show",
            "canvases": [{ "id": "main", "width": 640, "height": 360, "fps": 30, "scene": "main" }],
            "sources": [],
            "scenes": [{ "id": "main", "name": "Main", "items": [] }],
            "encoders": [{
                "id": "main",
                "canvas": "main",
                "video": {
                    "implementation": "x264", "preset": "ultrafast", "rate_control": "cbr", "bitrate_kbps": 1500,
                    "keyframe_interval_s": 1.0, "b_frames": 2
                },
                "audio": { "codec": "aac", "bitrate_kbps": 128 }
            }],
            "destinations": [],
        });
        Self {
            dir: tempfile::Builder::new()
                .prefix("footlight-e2e-")
                .tempdir()
                .expect("folder"),
            project,
            args: vec![],
            env: vec![],
            wrapper: None,
        }
    }

    /// The canvas filled by a counter of frames, so that every picture can be told from every other.
    pub fn counter() -> Self {
        let counter = json!({ "pattern": "counter", "sound": "tone" });
        Self::new()
            .source("counter", "test_pattern", counter)
            .item(json!({ "source": "counter" }))
    }

    pub fn source(mut self, id: &str, kind: &str, settings: Value) -> Self {
        push(
            &mut self.project["sources"],
            json!({ "id": id, "kind": kind, "settings": settings }),
        );
        self
    }

    /// Adds an item on top of the scene; its id is the source's.
    pub fn item(mut self, mut item: Value) -> Self {
        item["id"] = item["source"].clone();
        push(&mut self.project["scenes"][0]["items"], item);
        self
    }

    /// Adds a destination to the project.
    pub fn destination(mut self, id: &str, kind: &str, settings: Value) -> Self {
        push(
            &mut self.project["destinations"],
            json!({ "id": id, "kind": kind, "settings": settings }),
        );
        self
    }

    /// Adds an RTMP destination to the project.
    pub fn rtmp(self, id: &str, url: &str) -> Self {
        self.destination(id, "rtmp", json!({ "url": url }))
    }

    pub fn args<S: Into<OsString>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(Into::into));
        self
    }

    pub fn seconds(self, s: u32) -> Self {
        self.args(["--duration", &s.to_string()])
    }

    /// Records to [`Show::recording`].
    pub fn record(self) -> Self {
        let path = self.recording();
        self.args([OsString::from("--record"), path.into()])
    }

    pub fn recording(&self) -> PathBuf {
        self.dir.path().join("show.mkv")
    }

    pub fn env<V: Into<String>>(mut self, vars: impl IntoIterator<Item = (&'static str, V)>) -> Self {
        self.env.extend(vars.into_iter().map(|(k, v)| (k.to_owned(), v.into())));
        self
    }

    /// Runs the program from a shell line that ends in `"$@"`.
    pub fn within(mut self, shell_line: &str) -> Self {
        self.wrapper = Some(shell_line.to_owned());
        self
    }

    /// The project's folder.
    pub fn project_dir(&self) -> PathBuf {
        self.dir.path().join("project")
    }

    /// Writes `project.json` and gives its path.
    pub fn write(&self) -> PathBuf {
        let folder = self.project_dir();
        fs::create_dir_all(&folder).expect("project folder");
        let file = folder.join("project.json");
        fs::write(&file, serde_json::to_vec_pretty(&self.project).expect("JSON")).expect("project file");
        file
    }

    pub fn start(self) -> Running {
        self.write();
        self.start_as_written()
    }

    /// As [`Show::start`], with whatever lies in the project's folder.
    pub fn start_as_written(self) -> Running {
        let report = self.dir.path().join("report.json");
        let mut c = match &self.wrapper {
            None => program(),
            Some(line) => {
                let mut c = program();
                let exe = c.get_program().to_owned();
                let cleared: Vec<_> = c.get_envs().map(|(k, _)| k.to_owned()).collect();
                c = Command::new("sh");
                cleared.iter().for_each(|k| {
                    c.env_remove(k);
                });
                c.args(["-c", line, "sh"]).arg(exe);
                c
            }
        };
        c.arg("run").arg(self.project_dir());
        if !self.args.iter().any(|a| a == "--listen") {
            c.args(["--listen", "127.0.0.1:0"]);
        }
        c.arg("--report")
            .arg(&report)
            .args(&self.args)
            .envs(self.env.iter().cloned());
        let log = self.dir.path().join("output.log");
        let process = ChildGuard::spawn(c, &log, false).expect("the program starts");
        Running {
            process,
            log,
            report,
            dir: self.dir,
        }
    }

    pub fn run(self) -> Ended {
        self.start().ended()
    }
}

fn push(list: &mut Value, v: Value) {
    list.as_array_mut().expect("a list").push(v);
}

/// A show on air.
pub struct Running {
    pub process: ChildGuard,
    log: PathBuf,
    report: PathBuf,
    pub dir: TempDir,
}

impl Running {
    /// Everything printed so far.
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&fs::read(&self.log).unwrap_or_default()).into_owned()
    }

    /// Waits until the program has printed where it serves its page; gives `127.0.0.1:PORT`.
    pub fn address(&mut self) -> String {
        let find = |text: &str| Some(text.split_once("http://")?.1.split_once("/watch")?.0.to_owned());
        self.waits("the address of the watch page", |r| find(&r.output()));
        find(&self.output()).expect("just seen")
    }

    /// The state as the API gives it.
    pub fn state(&mut self) -> Value {
        let address = self.address();
        http::get(&address, "/api/state").json()
    }

    /// Waits until the state of a destination is this one.
    pub fn waits_for_destination(&mut self, id: &str, state: &str) {
        self.waits(&format!("{id} is {state}"), |r| {
            let now = r.state();
            let d = named(&now["destinations"], id)?.clone();
            (d["state"] == state).then_some(d)
        });
    }

    /// Waits for something to happen while the show runs.
    pub fn waits<T>(&mut self, what: &str, mut look: impl FnMut(&mut Self) -> Option<T>) -> T {
        let mut seen = None;
        let ok = wait_for(LIMIT, || {
            seen = look(self);
            seen.is_some() || !self.process.is_running()
        });
        match seen {
            Some(v) if ok => v,
            _ => panic!("waited in vain for: {what}; printed:\n{}", self.output()),
        }
    }

    pub fn interrupt(&mut self) {
        self.process.signal(Signal::INT);
    }

    pub fn ended(mut self) -> Ended {
        let Some(status) = self.process.wait(RUN_LIMIT) else {
            panic!("still running after {RUN_LIMIT:?}; printed:\n{}", self.output());
        };
        let report = fs::read(&self.report).ok().filter(|r| !r.is_empty());
        let report = report.map_or(Value::Null, |r| serde_json::from_slice(&r).expect("the report is JSON"));
        Ended {
            code: status.code(),
            output: self.output(),
            report,
            dir: self.dir,
        }
    }
}

/// A show that is over.
pub struct Ended {
    pub code: Option<i32>,
    pub output: String,
    /// Null when none was written.
    pub report: Value,
    pub dir: TempDir,
}

impl Ended {
    /// The show came to its end with this exit code and a report.
    #[track_caller]
    pub fn with_code(self, code: i32) -> Self {
        assert!(
            self.code == Some(code),
            "exit code {:?} instead of {code}; {self}",
            self.code
        );
        assert!(code == 2 || self.report.is_object(), "no report; {self}");
        self
    }

    /// Pictures that came out of the only encoder.
    #[track_caller]
    pub fn frames_out(&self) -> u64 {
        let encoders = self.report["encoders"].as_array().expect("encoders");
        assert_eq!(encoders.len(), 1, "one encode for all; {self}");
        encoders[0]["frames_out"].as_u64().expect("frames_out")
    }

    /// A destination's part of the report, by id.
    #[track_caller]
    pub fn destination(&self, id: &str) -> &Value {
        named(&self.report["destinations"], id).unwrap_or_else(|| panic!("no destination {id}; {self}"))
    }

    /// The recorded file, by the report.
    #[track_caller]
    pub fn recording(&self) -> PathBuf {
        PathBuf::from(self.report["recordings"][0]["path"].as_str().expect("a recording"))
    }

    #[track_caller]
    pub fn says(&self, part: &str) {
        assert!(self.output.contains(part), "`{part}` is not said; {self}");
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "printed:\n{}\nreport: {:#}", self.output, self.report)
    }
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
