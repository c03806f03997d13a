//! A private nginx with the RTMP module (Debian's `libnginx-mod-rtmp`) on loopback ports of its own, in one process and a
//! temporary folder; no root needed. Applications: `live` takes every key and records it where asked to; `refuse` asks an
//! HTTP endpoint (of the same nginx) and turns every key away with 403; `locked` takes only the key [`GOOD_KEY`].

use crate::{ports, process::ChildGuard, wait_for};
use rustix::process::Signal;
use std::{
    fs, io,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::{Duration, SystemTime},
};
use tempfile::TempDir;

/// The one key that the application `locked` takes.
pub const GOOD_KEY: &str = "good-key";

const MODULE: &str = "/usr/lib/nginx/modules/ngx_rtmp_module.so";
const START_LIMIT: Duration = Duration::from_secs(10);

/// What the server should do.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NginxOptions {
    /// Record everything published to `live` as FLV, see [`NginxRtmp::recordings`].
    pub record: bool,
    /// After how many seconds of silence the server pings, and hangs up when the ping is not answered; 0: never.
    pub ping_s: u32,
}

/// A running nginx; ended on drop.
#[derive(Debug)]
pub struct NginxRtmp {
    process: ChildGuard,
    dir: TempDir,
    port: u16,
}

impl NginxRtmp {
    /// Starts a server and waits until it takes connections.
    pub fn start(options: NginxOptions) -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("footlight-nginx-").tempdir()?;
        fs::create_dir(dir.path().join("recordings"))?;
        let port = ports::free_tcp()?;
        let config = config(dir.path(), port, ports::free_tcp()?, options);
        fs::write(dir.path().join("nginx.conf"), config)?;
        let process = launch(dir.path(), port)?;
        Ok(Self { process, dir, port })
    }

    /// The RTMP port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address for a key in the application `live`.
    pub fn url(&self, key: &str) -> String {
        self.url_in("live", key)
    }

    /// The address for a key in an application: `live`, `refuse` or `locked`.
    pub fn url_in(&self, app: &str, key: &str) -> String {
        format!("rtmp://127.0.0.1:{}/{app}/{key}", self.port)
    }

    /// Files recorded so far, oldest first. A publication in the same second and under the same key as another one
    /// writes into the same file. A file grows until the publication has ended.
    pub fn recordings(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.dir.path().join("recordings"))
            .into_iter()
            .flatten()
            .flatten();
        let mut files: Vec<(SystemTime, PathBuf)> = entries
            .filter_map(|e| Some((e.metadata().ok()?.created().ok()?, e.path())))
            .collect();
        files.sort();
        files.into_iter().map(|(_, path)| path).collect()
    }

    /// The end of the server's log.
    pub fn log(&self) -> String {
        self.process.log()
    }

    /// Ends the server in order (SIGTERM); its connections are closed.
    pub fn stop(&mut self) {
        self.process.terminate();
    }

    /// Ends the server as a crash would (SIGKILL).
    pub fn kill(&mut self) {
        self.process.kill();
    }

    /// Ends the server where it still runs and starts it again on the same port; recordings stay.
    pub fn restart(&mut self) -> io::Result<()> {
        self.stop();
        self.process = launch(self.dir.path(), self.port)?;
        Ok(())
    }

    /// Stops the process in its tracks (SIGSTOP): connections stay open and nothing is read any more.
    pub fn freeze(&mut self) {
        self.process.signal(Signal::STOP);
    }

    /// Lets a frozen server go on.
    pub fn thaw(&mut self) {
        self.process.signal(Signal::CONT);
    }
}

fn launch(dir: &Path, port: u16) -> io::Result<ChildGuard> {
    let mut command = Command::new("/usr/sbin/nginx");
    command
        .arg("-p")
        .arg(dir)
        .arg("-c")
        .arg(dir.join("nginx.conf"))
        .args(["-e", "stderr"]);
    let mut process = ChildGuard::spawn(command, &dir.join("log"), false)?;
    let up = wait_for(START_LIMIT, || {
        !process.is_running() || TcpStream::connect(("127.0.0.1", port)).is_ok()
    });
    if !up || !process.is_running() {
        return Err(process.error("did not start"));
    }
    Ok(process)
}

/// One process does it all (`master_process off`): its pid is the one to kill, and no worker can outlive it.
fn config(dir: &Path, port: u16, http: u16, options: NginxOptions) -> String {
    let dir = dir.display();
    let record = if options.record {
        format!("record all; record_path {dir}/recordings; record_unique on; record_suffix .flv;")
    } else {
        "record off;".to_owned()
    };
    let ping = match options.ping_s {
        0 => "ping 24h; ping_timeout 24h;".to_owned(),
        s => format!("ping {s}s; ping_timeout {s}s;"),
    };
    format!(
        "load_module {MODULE};
daemon off;
master_process off;
worker_processes 1;
pid {dir}/nginx.pid;
error_log stderr info;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy; fastcgi_temp_path {dir}/fastcgi;
  uwsgi_temp_path {dir}/uwsgi; scgi_temp_path {dir}/scgi;
  server {{
    listen 127.0.0.1:{http};
    location /refuse {{ return 403; }}
    location /locked {{ if ($arg_name != \"{GOOD_KEY}\") {{ return 403; }} return 200; }}
  }}
}}
rtmp {{
  server {{
    listen 127.0.0.1:{port};
    {ping}
    max_message 16M;
    notify_method get;
    application live {{ live on; {record} }}
    application refuse {{ live on; on_publish http://127.0.0.1:{http}/refuse; }}
    application locked {{ live on; on_publish http://127.0.0.1:{http}/locked; }}
  }}
}}
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ffprobe, media_files::MediaFiles, process};

    fn publish(file: &Path, url: &str) -> io::Result<Vec<u8>> {
        let mut c = Command::new("ffmpeg");
        c.args(["-v", "error", "-i"])
            .arg(file)
            .args(["-c", "copy", "-f", "flv", url]);
        process::run(&mut c)
    }

    #[test]
    fn records_what_ffmpeg_publishes_and_comes_back_after_a_restart() {
        let files = MediaFiles::new().expect("folder");
        let film = files.h264_mp4("film", 64, 48, 25, 50).expect("mp4");
        let options = NginxOptions {
            record: true,
            ..NginxOptions::default()
        };
        let mut server = NginxRtmp::start(options).expect("nginx");
        publish(&film, &server.url("first")).expect("publish");
        server.restart().expect("restart");
        publish(&film, &server.url("second")).expect("publish again");
        assert!(wait_for(Duration::from_secs(5), || server.recordings().len() == 2));
        let all_frames = |file: &Path| ffprobe::count_frames(file, "v:0").is_ok_and(|n| n == 50);
        for file in server.recordings() {
            assert!(
                wait_for(Duration::from_secs(10), || all_frames(&file)),
                "{}",
                server.log()
            );
        }
        server.stop();
        assert!(TcpStream::connect(("127.0.0.1", server.port())).is_err());
    }

    #[test]
    fn refuses_keys() {
        let files = MediaFiles::new().expect("folder");
        let film = files.h264_mp4("film", 64, 48, 25, 10).expect("mp4");
        let server = NginxRtmp::start(NginxOptions::default()).expect("nginx");
        assert!(publish(&film, &server.url_in("refuse", "a")).is_err());
        assert!(publish(&film, &server.url_in("locked", "wrong")).is_err());
        publish(&film, &server.url_in("locked", GOOD_KEY)).expect("the good key is taken");
        assert!(server.recordings().is_empty());
    }
}
