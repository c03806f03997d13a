//! A private Icecast server on loopback, with its own port, passwords and folder.

use crate::{ports, process::ChildGuard, wait_for};
use std::{fs, io, net::TcpStream, os::unix::fs::chown, process::Command, time::Duration};
use tempfile::TempDir;

/// The password of sources.
pub const SOURCE_PASSWORD: &str = "open-sesame";
/// `nobody` of Debian and most others: Icecast does not run as root.
const NOBODY: u32 = 65534;

/// A running server; ended on drop.
#[derive(Debug)]
pub struct Icecast {
    port: u16,
    child: ChildGuard,
    dir: TempDir,
}

impl Icecast {
    /// Starts one and waits until it answers.
    pub fn start() -> io::Result<Self> {
        let dir = tempfile::tempdir()?;
        let port = ports::free_tcp()?;
        let path = dir.path().display().to_string();
        let config = dir.path().join("icecast.xml");
        fs::write(&config, configuration(port, &path))?;
        let mut c = Command::new("/usr/bin/icecast2");
        c.arg("-c").arg(&config);
        if rustix::process::getuid().is_root() {
            use std::os::unix::process::CommandExt;
            chown(dir.path(), Some(NOBODY), Some(NOBODY))?;
            chown(&config, Some(NOBODY), Some(NOBODY))?;
            c.uid(NOBODY).gid(NOBODY);
        }
        let mut child = ChildGuard::spawn(c, &dir.path().join("printed"), false)?;
        let answers = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        if !wait_for(Duration::from_secs(10), || answers() || !child.is_running()) || !child.is_running() {
            return Err(child.error("did not start"));
        }
        Ok(Self { port, child, dir })
    }

    /// Its port on 127.0.0.1.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address sources send to.
    pub fn source_url(&self, mount: &str, password: &str) -> String {
        format!("icecast://source:{password}@127.0.0.1:{}/{mount}", self.port)
    }

    /// The address listeners use.
    pub fn listen_url(&self, mount: &str) -> String {
        format!("http://127.0.0.1:{}/{mount}", self.port)
    }

    /// What it tells of its streams (JSON).
    pub fn status(&self) -> io::Result<String> {
        let mut c = Command::new("/usr/bin/curl");
        c.args(["-sf", &format!("http://127.0.0.1:{}/status-json.xsl", self.port)]);
        Ok(String::from_utf8_lossy(&crate::process::run(&mut c)?).into_owned())
    }

    /// The end of its error log.
    pub fn log(&self) -> String {
        fs::read_to_string(self.dir.path().join("error.log")).unwrap_or_default() + &self.child.log()
    }
}

fn configuration(port: u16, dir: &str) -> String {
    format!(
        "<icecast><limits><clients>20</clients><sources>5</sources><burst-on-connect>0</burst-on-connect></limits>
        <authentication><source-password>{SOURCE_PASSWORD}</source-password><relay-password>x</relay-password>
        <admin-user>admin</admin-user><admin-password>admin-sesame</admin-password></authentication>
        <hostname>127.0.0.1</hostname>
        <listen-socket><port>{port}</port><bind-address>127.0.0.1</bind-address></listen-socket>
        <fileserve>1</fileserve>
        <paths><basedir>/usr/share/icecast2</basedir><logdir>{dir}</logdir><webroot>/usr/share/icecast2/web</webroot>
        <adminroot>/usr/share/icecast2/admin</adminroot></paths>
        <logging><accesslog>access.log</accesslog><errorlog>error.log</errorlog><loglevel>3</loglevel></logging>
        <security><chroot>0</chroot></security></icecast>"
    )
}
