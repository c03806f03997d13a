//! A small project in a folder of its own and how it is run.

use super::{Ended, Running, program};
use serde_json::{Value, json};
use std::{ffi::OsString, fs, path::PathBuf, process::Command};
use tempfile::TempDir;
use test_support::process::ChildGuard;

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
        Running::new(process, log, report, self.dir)
    }

    pub fn run(self) -> Ended {
        self.start().ended()
    }
}

fn push(list: &mut Value, v: Value) {
    list.as_array_mut().expect("a list").push(v);
}
