//! TLS in front of a plain server: certificates made for the test by an authority of its own, and a private nginx that
//! decrypts and passes on (Debian's `libnginx-mod-stream`).

use crate::{ports, process::ChildGuard, wait_for};
use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, DnType, IsCa, KeyPair, date_time_ymd};
use std::{
    fs, io,
    net::TcpStream,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};
use tempfile::TempDir;

const MODULE: &str = "/usr/lib/nginx/modules/ngx_stream_module.so";
const START_LIMIT: Duration = Duration::from_secs(10);

/// How a server's certificate should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certificate {
    /// For `127.0.0.1` and `localhost`, valid for years.
    Good,
    /// For the same, expired since 2021.
    Expired,
    /// For the same, valid from the year 2090.
    Future,
    /// For `elsewhere.example.com` only.
    OtherName,
}

/// An authority, and the folder with what it signs.
pub struct TestAuthority {
    dir: TempDir,
    issuer: CertifiedIssuer<'static, KeyPair>,
}

impl TestAuthority {
    /// A new one that nobody trusts.
    pub fn new() -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("footlight-tls-").tempdir()?;
        let mut params = CertificateParams::new(Vec::new()).map_err(io::Error::other)?;
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        params
            .distinguished_name
            .push(DnType::CommonName, "Footlight test authority");
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let issuer = CertifiedIssuer::self_signed(params, key).map_err(io::Error::other)?;
        fs::write(dir.path().join("ca.pem"), issuer.pem())?;
        Ok(Self { dir, issuer })
    }

    /// The PEM file of the authority itself: what a client is to trust.
    pub fn file(&self) -> PathBuf {
        self.dir.path().join("ca.pem")
    }

    /// Makes a certificate: the PEM files of it and of its key.
    pub fn sign(&self, how: Certificate) -> io::Result<(PathBuf, PathBuf)> {
        let names = match how {
            Certificate::OtherName => vec!["elsewhere.example.com".to_owned()],
            _ => vec!["127.0.0.1".to_owned(), "localhost".to_owned()],
        };
        let mut params = CertificateParams::new(names).map_err(io::Error::other)?;
        let (from, to) = match how {
            Certificate::Expired => (2020, 2021),
            Certificate::Future => (2090, 2099),
            _ => (2020, 2099),
        };
        params.not_before = date_time_ymd(from, 1, 1);
        params.not_after = date_time_ymd(to, 1, 1);
        let key = KeyPair::generate().map_err(io::Error::other)?;
        let certificate = params.signed_by(&key, &self.issuer).map_err(io::Error::other)?;
        let path = |part: &str| self.dir.path().join(format!("{how:?}.{part}.pem"));
        fs::write(path("cert"), certificate.pem())?;
        fs::write(path("key"), key.serialize_pem())?;
        Ok((path("cert"), path("key")))
    }
}

/// A running front; ended on drop.
#[derive(Debug)]
pub struct TlsFront {
    process: ChildGuard,
    _dir: TempDir,
    port: u16,
}

impl TlsFront {
    /// Takes TLS on a port of its own, with this certificate, and passes what it decrypts to `to` on 127.0.0.1.
    pub fn start(authority: &TestAuthority, how: Certificate, to: u16) -> io::Result<Self> {
        let dir = tempfile::Builder::new().prefix("footlight-front-").tempdir()?;
        let port = ports::free_tcp()?;
        let (certificate, key) = authority.sign(how)?;
        let text = config(dir.path(), port, to, &certificate, &key);
        fs::write(dir.path().join("nginx.conf"), text)?;
        let mut command = Command::new("/usr/sbin/nginx");
        command
            .arg("-p")
            .arg(dir.path())
            .arg("-c")
            .arg(dir.path().join("nginx.conf"));
        command.args(["-e", "stderr"]);
        let mut process = ChildGuard::spawn(command, &dir.path().join("log"), false)?;
        let up = wait_for(START_LIMIT, || {
            !process.is_running() || TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        if !up || !process.is_running() {
            return Err(process.error("did not start"));
        }
        Ok(Self {
            process,
            _dir: dir,
            port,
        })
    }

    /// The port on 127.0.0.1 that takes TLS.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The end of the front's log.
    pub fn log(&self) -> String {
        self.process.log()
    }
}

fn config(dir: &Path, port: u16, to: u16, certificate: &Path, key: &Path) -> String {
    let (dir, certificate, key) = (dir.display(), certificate.display(), key.display());
    format!(
        "load_module {MODULE};
daemon off;
master_process off;
worker_processes 1;
pid {dir}/nginx.pid;
error_log stderr info;
events {{ worker_connections 256; }}
stream {{
  server {{
    listen 127.0.0.1:{port} ssl;
    ssl_certificate {certificate};
    ssl_certificate_key {key};
    ssl_protocols TLSv1.2 TLSv1.3;
    proxy_pass 127.0.0.1:{to};
  }}
}}
"
    )
}
