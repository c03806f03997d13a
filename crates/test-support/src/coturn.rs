//! A private TURN server (coturn) on loopback, with its own port, user and folder.

use crate::{
    ports,
    process::ChildGuard,
    tls_front::{Certificate, TestAuthority},
    wait_for,
};
use std::{io, net::TcpStream, path::PathBuf, process::Command, time::Duration};
use tempfile::TempDir;

/// Its only user.
pub const USER: &str = "studio";
/// The user's password.
pub const PASSWORD: &str = "open-sesame";

/// A running server; ended on drop.
#[derive(Debug)]
pub struct Coturn {
    port: u16,
    child: ChildGuard,
    _dir: TempDir,
}

impl Coturn {
    /// Starts one and waits until it takes connections. It relays to other programs of this computer.
    ///
    /// # Errors
    /// When it does not start; the error shows what it printed.
    pub fn start() -> io::Result<Self> {
        Self::launch(&[], None)
    }

    /// The same, which is not reached over UDP.
    ///
    /// # Errors
    /// When it does not start; the error shows what it printed.
    pub fn start_over_tcp() -> io::Result<Self> {
        Self::launch(&["--no-udp"], None)
    }

    /// The same, which speaks TLS too, with a certificate for `127.0.0.1` signed by `authority`.
    ///
    /// # Errors
    /// When it does not start; the error shows what it printed.
    pub fn start_with_tls(authority: &TestAuthority) -> io::Result<Self> {
        Self::launch(&["--no-udp"], Some(authority.sign(Certificate::Good)?))
    }

    fn launch(more: &[&str], tls: Option<(PathBuf, PathBuf)>) -> io::Result<Self> {
        let dir = tempfile::tempdir()?;
        let port = ports::free_tcp()?;
        let at = |name: &str| dir.path().join(name).display().to_string();
        let mut c = Command::new("/usr/bin/turnserver");
        c.args([
            "-n",
            "--listening-ip",
            "127.0.0.1",
            "--relay-ip",
            "127.0.0.1",
            "--listening-port",
        ]);
        c.arg(port.to_string());
        c.args(["--lt-cred-mech", "--realm", "studio.test", "--user"]);
        c.arg(format!("{USER}:{PASSWORD}"));
        c.args([
            "--allow-loopback-peers",
            "--no-dtls",
            "--no-cli",
            "--log-file",
            "stdout",
        ]);
        c.args(more);
        match &tls {
            Some((certificate, key)) => {
                c.arg("--cert").arg(certificate).arg("--pkey").arg(key);
                c.args(["--tls-listening-port", &ports::free_tcp()?.to_string()]);
            }
            None => {
                c.arg("--no-tls");
            }
        }
        c.args(["--pidfile", &at("pid"), "--userdb", &at("users")]);
        let mut child = ChildGuard::spawn(c, &dir.path().join("printed"), false)?;
        let answers = || TcpStream::connect(("127.0.0.1", port)).is_ok();
        if !wait_for(Duration::from_secs(10), || answers() || !child.is_running()) || !child.is_running() {
            return Err(child.error("did not start (is coturn installed?)"));
        }
        Ok(Self { port, child, _dir: dir })
    }

    /// Its address, as a setting takes it.
    pub fn url(&self) -> String {
        format!("turn:127.0.0.1:{}", self.port)
    }

    /// Its address over TCP.
    pub fn tcp_url(&self) -> String {
        format!("{}?transport=tcp", self.url())
    }

    /// Its address over TLS, where it was started so. It knows TLS at its one port when it hears it.
    pub fn tls_url(&self) -> String {
        format!("turns:127.0.0.1:{}?transport=tcp", self.port)
    }

    /// As a `Link` header names it (RFC 9725, 4.6).
    pub fn link(&self) -> String {
        format!(
            "<{}?transport=udp>; rel=\"ice-server\"; username=\"{USER}\"; credential=\"{PASSWORD}\"; credential-type=\"password\"",
            self.url()
        )
    }

    /// The end of what it printed.
    pub fn log(&self) -> String {
        self.child.log()
    }
}
