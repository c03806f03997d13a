//! A WHIP endpoint on aiortc (Debian's `python3-aiortc`), so that our WebRTC is tried against another stack than our own. It
//! decodes the stream and writes down what it got.

use crate::{ports, process::ChildGuard, wait_for};
use serde_json::{Map, Value, json};
use std::{fs, io, net::TcpStream, path::PathBuf, process::Command, time::Duration};
use tempfile::TempDir;

const PROGRAM: &str = include_str!("whip_endpoint.py");
const START_LIMIT: Duration = Duration::from_secs(20);

/// A running endpoint; ended on drop.
#[derive(Debug)]
pub struct WhipEndpoint {
    process: ChildGuard,
    dir: TempDir,
    port: u16,
}

impl WhipEndpoint {
    /// Starts one and waits until it takes connections. `options` (all may be left out):
    /// `token`: the bearer token wanted; `mode`: `redirect`, `status` (with `status`), `vp8` (takes no H.264), `empty`,
    /// `garbage` (no description), `deaf` (answers with an address nobody has); `link`: a `Link` header; `numbers`: read the
    /// number from the squares at the top of each picture; `media_port` with `shown_port`: media at this port, announced as
    /// that one, for a proxy between; `no_rtx`: does not know RTX, so repairs have to come in the stream itself.
    ///
    /// # Errors
    /// When the program does not start; the error shows what it printed.
    pub fn start(options: Value) -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("footlight-whip-").tempdir()?;
        let port = ports::free_tcp()?;
        let mut all: Map<String, Value> = options.as_object().cloned().unwrap_or_default();
        all.insert("port".into(), json!(port));
        all.insert("notes".into(), json!(dir.path().join("notes.json")));
        // Not whichever python comes first: Debian's packages belong to Debian's.
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-c", PROGRAM]).arg(Value::Object(all).to_string());
        let mut process = ChildGuard::spawn(command, &dir.path().join("log"), false)?;
        let up = wait_for(START_LIMIT, || {
            !process.is_running() || TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        if !up || !process.is_running() {
            return Err(process.error("did not start (is python3-aiortc installed?)"));
        }
        Ok(Self { process, dir, port })
    }

    /// The endpoint's address.
    pub fn url(&self) -> String {
        format!("whip://127.0.0.1:{}/whip/show", self.port)
    }

    /// What it has written down, at most a tenth of a second ago.
    pub fn notes(&self) -> Value {
        let file: PathBuf = self.dir.path().join("notes.json");
        let read = fs::read(file).ok();
        read.and_then(|b| serde_json::from_slice(&b).ok())
            .unwrap_or(Value::Null)
    }

    /// A number from the notes; 0 where there is none yet.
    pub fn count(&self, key: &str) -> u64 {
        self.notes()[key].as_u64().unwrap_or_default()
    }

    /// The end of the program's output.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Ends it as a crash would (SIGKILL).
    pub fn kill(&mut self) {
        self.process.kill();
    }
}
