//! Looking ahead at an FFmpeg address: as far as its protocol can be asked without anybody taking it for the show. Servers
//! (RTSP, FTP, SFTP, HTTP) are asked in their own words; who waits for one connection or for datagrams is left alone, and only
//! the name is looked up; a file's folder has to be there.

use crate::{
    OutputError,
    kind::Probed,
    wire::{self, Wire},
};
use std::path::Path;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::lookup_host,
};
use url::Url;

/// Longest first line of a server, bytes.
const MOST_LINE: usize = 512;

/// Asks at `url`; `to` is its name in messages.
pub(super) async fn look_ahead(url: &str, to: &str) -> Result<Probed, OutputError> {
    let unreachable = |why: String| OutputError::Unreachable { to: to.to_owned(), why };
    let Some((scheme, rest)) = url.split_once("://") else {
        return folder(url, to);
    };
    let scheme = scheme.to_ascii_lowercase();
    if scheme == "file" {
        return folder(rest, to);
    }
    let parsed = Url::parse(url.trim()).ok();
    let host = parsed.as_ref().and_then(|u| u.host_str()).unwrap_or_default();
    let host = host.trim_matches(['[', ']']).to_owned();
    if host.is_empty() {
        return Ok(passed("it is tried when the show goes live"));
    }
    let (usual, hello, answer) = match scheme.as_str() {
        "rtsp" => (554, "OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n", "RTSP/"),
        "ftp" => (21, "", "220"),
        "sftp" => (22, "", "SSH-"),
        "http" => (80, "HEAD / HTTP/1.0\r\n\r\n", "HTTP/"),
        "https" => (443, "HEAD / HTTP/1.0\r\n\r\n", "HTTP/"),
        _ => {
            let found = lookup_host((host.as_str(), 9)).await;
            if found.is_err() {
                return Err(unreachable(format!("there is no server named {host}")));
            }
            return Ok(passed(
                "the address leads somewhere; who is there can't be asked beforehand",
            ));
        }
    };
    let port = parsed.and_then(|u| u.port()).unwrap_or(usual);
    let mut wire = wire::connect((&host, port), (scheme == "https").then_some(""), to).await?;
    let line = first_line(&mut *wire, hello).await;
    match line {
        Some(l) if l.starts_with(answer) => Ok(passed("the server answers")),
        _ => Err(unreachable(format!(
            "what answers at {host}:{port} does not speak {}",
            scheme.to_uppercase()
        ))),
    }
}

async fn first_line(wire: &mut dyn Wire, hello: &str) -> Option<String> {
    wire.write_all(hello.as_bytes()).await.ok()?;
    wire.flush().await.ok()?;
    let mut line = vec![];
    while line.len() < MOST_LINE {
        match wire.read_u8().await.ok()? {
            b'\n' => break,
            b => line.push(b),
        }
    }
    Some(String::from_utf8_lossy(&line).into_owned())
}

fn folder(path: &str, to: &str) -> Result<Probed, OutputError> {
    let folder = Path::new(path).parent().filter(|p| !p.as_os_str().is_empty());
    if folder.is_none_or(Path::is_dir) {
        return Ok(passed("its folder is there"));
    }
    Err(OutputError::Config {
        to: to.to_owned(),
        problem: "its folder is not there. Make it, or choose another".into(),
    })
}

fn passed(words: &str) -> Probed {
    Probed {
        passed: words.into(),
        doubts: vec![],
    }
}
