//! The program while it runs, and what it leaves behind.

use super::{LIMIT, http, named};
use rustix::process::Signal;
use serde_json::Value;
use std::{fs, path::PathBuf, time::Duration};
use tempfile::TempDir;
use test_support::{process::ChildGuard, wait_for};

/// Longest a show of these tests may take from start to end.
const RUN_LIMIT: Duration = Duration::from_secs(75);

/// A show on air.
pub struct Running {
    pub process: ChildGuard,
    log: PathBuf,
    report: PathBuf,
    dir: TempDir,
}

impl Running {
    /// `log` is where it prints to and `report` where it writes its report; `dir` holds both.
    pub fn new(process: ChildGuard, log: PathBuf, report: PathBuf, dir: TempDir) -> Self {
        Self {
            process,
            log,
            report,
            dir,
        }
    }

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
            _dir: self.dir,
        }
    }
}

/// A show that is over.
pub struct Ended {
    pub code: Option<i32>,
    pub output: String,
    /// Null when none was written.
    pub report: Value,
    _dir: TempDir,
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
