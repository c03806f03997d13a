//! A private Node-Media-Server (npm, `tests/peers`): takes Enhanced RTMP version 1 (HEVC, AV1, VP9, Opus) and gives what
//! it got as FLV over HTTP. Made by others, so a witness that what we send is what the world understands.

use crate::{ports, process::ChildGuard, wait_for};
use std::{
    env, fs, io,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

const START_LIMIT: Duration = Duration::from_secs(20);

/// A running server; ended on drop.
#[derive(Debug)]
pub struct NodeMediaServer {
    process: ChildGuard,
    dir: TempDir,
    rtmp: u16,
    http: u16,
}

/// One viewer, who writes down what comes.
#[derive(Debug)]
pub struct Viewer {
    process: ChildGuard,
    file: PathBuf,
}

impl NodeMediaServer {
    /// Starts a server and waits until it takes connections.
    pub fn start() -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("footlight-nms-").tempdir()?;
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let program = root.join("tests/peers/node_modules/node-media-server/bin/app.js");
        if !program.exists() {
            return Err(io::Error::other(
                "node-media-server is not there: run installer/setup.sh",
            ));
        }
        let (rtmp, http) = (ports::free_tcp()?, ports::free_tcp()?);
        let data = dir.path().join("data");
        let config = serde_json::json!({
            "bind": "127.0.0.1", "rtmp": {"port": rtmp}, "http": {"port": http}, "store": {"path": data},
            "record": {"auto": false}, "webadmin": {"enable": false}, "auth": {"play": false, "publish": false},
        });
        fs::write(dir.path().join("config.json"), config.to_string())?;
        let own = root.join(".tools/node/bin/node");
        let node = if own.exists() { own } else { PathBuf::from("node") };
        let mut command = Command::new(node);
        command.arg(program).arg("-c").arg(dir.path().join("config.json"));
        command.current_dir(dir.path());
        let mut process = ChildGuard::spawn(command, &dir.path().join("log"), false)?;
        let up = wait_for(START_LIMIT, || {
            let all = [rtmp, http]
                .iter()
                .all(|p| TcpStream::connect(("127.0.0.1", *p)).is_ok());
            all || !process.is_running()
        });
        if !up || !process.is_running() {
            return Err(process.error("did not start"));
        }
        Ok(Self {
            process,
            dir,
            rtmp,
            http,
        })
    }

    /// The address for a key.
    pub fn url(&self, key: &str) -> String {
        format!("rtmp://127.0.0.1:{}/live/{key}", self.rtmp)
    }

    /// Begins to watch a key by HTTP-FLV, before or while it is published.
    pub fn watch(&self, key: &str) -> io::Result<Viewer> {
        let file = self.dir.path().join(format!("{key}.flv"));
        let mut command = Command::new("curl");
        command.args(["-sN", "-o"]).arg(&file);
        command.arg(format!("http://127.0.0.1:{}/live/{key}.flv", self.http));
        let process = ChildGuard::spawn(command, &self.dir.path().join("curl"), false)?;
        let seen = || self.log().contains(&format!("start play /live/{key}"));
        if !wait_for(START_LIMIT, seen) {
            return Err(self.process.error("gives no stream"));
        }
        Ok(Viewer { process, file })
    }

    /// The end of the server's log.
    pub fn log(&self) -> String {
        self.process.log()
    }
}

impl Viewer {
    /// What has come so far: an FLV file.
    pub fn bytes(&self) -> Vec<u8> {
        fs::read(&self.file).unwrap_or_default()
    }

    /// Goes away.
    pub fn stop(mut self) {
        self.process.kill();
    }
}

/// The tags of an FLV file that may end in the middle of one: (type, time in ms, body).
pub fn flv_tags(file: &[u8]) -> Vec<(u8, u32, Vec<u8>)> {
    let mut out = vec![];
    let mut rest = file.get(13..).unwrap_or_default();
    while let Some((head, after)) = rest.split_first_chunk::<11>() {
        let size = u32::from_be_bytes([0, head[1], head[2], head[3]]) as usize;
        let Some(body) = after.get(..size) else { break };
        out.push((
            head[0],
            u32::from_be_bytes([head[7], head[4], head[5], head[6]]),
            body.to_vec(),
        ));
        rest = after.get(size + 4..).unwrap_or_default();
    }
    out
}
