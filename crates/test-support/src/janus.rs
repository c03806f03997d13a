//! A private Janus (Debian's `janus`) on loopback with its VideoRoom, and a WHIP endpoint in front of it that speaks Janus' own
//! API: another WebRTC stack than ours (libnice, OpenSSL, libsrtp), with simulcast, HEVC, AV1 and ICE restarts. What Janus hands
//! on is decoded by FFmpeg 8 (the Python package `av`, in `tests/peers/python`) and written down.

use crate::{peers::pyav, ports, process::ChildGuard, process::run, wait_for};
use serde_json::{Map, Value, json};
use std::{
    fs, io,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

const PROGRAM: &str = include_str!("janus_whip.py");
const START_LIMIT: Duration = Duration::from_secs(20);
const FOLDER: &str = "/usr/lib/x86_64-linux-gnu/janus";

/// Janus leaves out loopback interfaces, and tests must not use others: so it is told that there are none.
const NO_LOOPBACK: &str = r#"
#define _GNU_SOURCE
#include <dlfcn.h>
#include <ifaddrs.h>
#include <net/if.h>
int getifaddrs(struct ifaddrs **all) {
    int (*real)(struct ifaddrs **) = (int (*)(struct ifaddrs **))dlsym(RTLD_NEXT, "getifaddrs");
    int r = real(all);
    for (struct ifaddrs *i = r == 0 ? *all : 0; i; i = i->ifa_next) i->ifa_flags &= ~IFF_LOOPBACK;
    return r;
}
"#;

/// A running Janus and its endpoint; ended on drop.
#[derive(Debug)]
pub struct Janus {
    endpoint: ChildGuard,
    janus: ChildGuard,
    dir: TempDir,
    port: u16,
}

impl Janus {
    /// Starts both and waits until they take connections. `options`: `codec`: `h264`, `h265` or `av1`; `layers`: how many
    /// layers of simulcast are looked at; `bitrate`: what Janus asks for by REMB, bit/s; `restarts`: false to refuse ICE
    /// restarts; `media_port` with `shown_ports`: Janus' media at this port, announced as the first of these, and after a
    /// restart as the second, for proxies between.
    ///
    /// # Errors
    /// When a program is not there or does not start; the error shows what it printed.
    pub fn start(options: Value) -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("footlight-janus-").tempdir()?;
        let (api, port) = (ports::free_tcp()?, ports::free_tcp()?);
        let mut janus = launch(dir.path(), api, options["media_port"].as_u64())?;
        ready(&mut janus, api, "Janus did not start (is janus installed?)")?;
        let layers = options["layers"].as_u64().unwrap_or(1);
        let mut all: Map<String, Value> = options.as_object().cloned().unwrap_or_default();
        let video = (0..layers).map(|_| ports::free_udp()).collect::<io::Result<Vec<_>>>()?;
        all.entry("codec").or_insert(json!("h264"));
        all.insert("port".into(), json!(port));
        all.insert("janus".into(), json!(api));
        all.insert("folder".into(), json!(dir.path()));
        all.insert("pyav".into(), json!(pyav()?));
        all.insert("video_ports".into(), json!(video));
        all.insert("audio_port".into(), json!(ports::free_udp()?));
        all.insert("notes".into(), json!(dir.path().join("notes.json")));
        let mut command = Command::new("/usr/bin/python3");
        command.args(["-c", PROGRAM]).arg(Value::Object(all).to_string());
        let mut endpoint = ChildGuard::spawn(command, &dir.path().join("endpoint.log"), false)?;
        ready(
            &mut endpoint,
            port,
            "the endpoint did not start (is python3-aiohttp installed?)",
        )?;
        Ok(Self {
            endpoint,
            janus,
            dir,
            port,
        })
    }

    /// The endpoint's address.
    pub fn url(&self) -> String {
        format!("whip://127.0.0.1:{}/whip/show", self.port)
    }

    /// What it has written down, at most a tenth of a second ago.
    pub fn notes(&self) -> Value {
        let read = fs::read(self.dir.path().join("notes.json")).ok();
        read.and_then(|b| serde_json::from_slice(&b).ok())
            .unwrap_or(Value::Null)
    }

    /// A number from the notes; 0 where there is none yet.
    pub fn count(&self, key: &str) -> u64 {
        self.notes()[key].as_u64().unwrap_or_default()
    }

    /// Pictures decoded of a layer, with the width of the last one.
    pub fn layer(&self, n: usize) -> (u64, u64) {
        let layer = &self.notes()["layers"][n];
        (
            layer["frames"].as_u64().unwrap_or_default(),
            layer["width"].as_u64().unwrap_or_default(),
        )
    }

    /// The end of both programs' output.
    pub fn log(&self) -> String {
        format!("{}\n{}\n{}", self.endpoint.log(), self.janus.log(), self.notes())
    }
}

fn ready(child: &mut ChildGuard, port: u16, what: &str) -> io::Result<()> {
    let up = wait_for(START_LIMIT, || {
        !child.is_running() || TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    if up && child.is_running() {
        return Ok(());
    }
    Err(child.error(what))
}

fn launch(dir: &Path, api: u16, media_port: Option<u64>) -> io::Result<ChildGuard> {
    let (least, most) = media_port.map_or((20_000, 40_000), |p| (p, p));
    let config = dir.join("config");
    fs::create_dir(&config)?;
    let others = |folder: &str, wanted: &str| -> io::Result<String> {
        let names =
            fs::read_dir(Path::new(FOLDER).join(folder))?.filter_map(|e| e.ok()?.file_name().into_string().ok());
        let unwanted = names.filter(|n| n.ends_with(".so") && n != wanted);
        Ok(unwanted.collect::<Vec<_>>().join(","))
    };
    let main = format!(
        "general: {{ configs_folder = \"{0}\" plugins_folder = \"{FOLDER}/plugins\" transports_folder = \"{FOLDER}/transports\" \
         events_folder = \"{FOLDER}/events\" loggers_folder = \"{FOLDER}/loggers\" interface = \"127.0.0.1\" debug_level = 4 \
         debug_colors = false protected_folders = [] }}\n\
         media: {{ rtp_port_range = \"{least}-{most}\" }}\n\
         nat: {{ ice_enforce_list = \"lo\" ignore_mdns = true }}\n\
         plugins: {{ disable = \"{1}\" }}\ntransports: {{ disable = \"{2}\" }}\nloggers: {{ disable = \"libjanus_jsonlog.so\" }}\n\
         events: {{ broadcast = false }}\n",
        config.display(),
        others("plugins", "libjanus_videoroom.so")?,
        others("transports", "libjanus_http.so")?,
    );
    let http = format!(
        "general: {{ json = \"compact\" base_path = \"/janus\" http = true port = {api} ip = \"127.0.0.1\" https = false }}\n\
         admin: {{ admin_http = false }}\n"
    );
    fs::write(config.join("janus.jcfg"), main)?;
    fs::write(config.join("janus.transport.http.jcfg"), http)?;
    fs::write(config.join("janus.plugin.videoroom.jcfg"), "general: {}\n")?;
    let mut command = Command::new("/usr/bin/janus");
    command.env("LD_PRELOAD", no_loopback(dir)?);
    command.arg("-F").arg(&config).arg("-C").arg(config.join("janus.jcfg"));
    ChildGuard::spawn(command, &dir.join("janus.log"), false)
}

fn no_loopback(dir: &Path) -> io::Result<PathBuf> {
    let (source, library) = (dir.join("no_loopback.c"), dir.join("no_loopback.so"));
    fs::write(&source, NO_LOOPBACK)?;
    run(Command::new("cc")
        .args(["-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(&source)
        .arg("-ldl"))?;
    Ok(library)
}
