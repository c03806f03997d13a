//! What the drivers over HTTP share (Icecast, HLS): a connection with or without TLS, and reading a server's answer to a
//! request. Everything read is bounded; time limits are the caller's. No redirects: a stream is not sent to strangers.

use crate::{OutputError, error::io_words, tls};
use std::time::Duration;
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite},
    net::{TcpStream, lookup_host},
    time,
};

/// Time to find the server, connect and agree on the encryption.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Longest head of an answer, bytes.
const MOST_HEAD: usize = 16 * 1024;

/// Bytes both ways.
pub(crate) trait Wire: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Wire for T {}

/// Connects to a host and port, encrypted where `ca_file` is given: the file of the one authority to trust, or empty for the
/// system's.
///
/// # Errors
/// Nobody is there, or the encryption failed.
pub(crate) async fn connect(
    (host, port): (&str, u16),
    ca_file: Option<&str>,
    to: &str,
) -> Result<Box<dyn Wire>, OutputError> {
    let connecting = async {
        let unreachable = |why: String| OutputError::Unreachable { to: to.to_owned(), why };
        let addresses = lookup_host((host, port)).await;
        let addresses: Vec<_> = addresses
            .map_err(|_| unreachable(format!("there is no server named {host}")))?
            .collect();
        let socket = TcpStream::connect(&*addresses).await;
        let socket = socket.map_err(|e| unreachable(io_words(&e)))?;
        // Not worth failing for.
        let _ = socket.set_nodelay(true);
        let wire: Box<dyn Wire> = match ca_file {
            Some(file) => Box::new(tls::encrypt(socket, host, file, to).await?),
            None => Box::new(socket),
        };
        Ok(wire)
    };
    time::timeout(CONNECT_LIMIT, connecting)
        .await
        .map_err(|_| OutputError::TimedOut {
            to: to.to_owned(),
            step: "the connection",
            seconds: CONNECT_LIMIT.as_secs(),
        })?
}

/// The head of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Head {
    pub(crate) status: u16,
    /// The server's word for the status, as it may be shown.
    pub(crate) reason: String,
    /// Bytes that follow.
    pub(crate) length: usize,
    /// The server closes after this answer.
    pub(crate) closes: bool,
}

/// Reads the head of an answer, and its body, which is thrown away.
///
/// # Errors
/// The server hung up, or what it says is no answer.
pub(crate) async fn answer(wire: &mut dyn Wire, to: &str) -> Result<Head, OutputError> {
    let head = answer_without_body(wire, to).await?;
    let mut left = head.length.min(1024 * 1024);
    let mut room = [0; 1024];
    while left > 0 {
        let n = left.min(room.len());
        match wire.read(&mut room[..n]).await {
            Ok(n @ 1..) => left -= n,
            _ => break,
        }
    }
    Ok(head)
}

/// Reads the head of an answer alone.
///
/// # Errors
/// As [`answer`].
pub(crate) async fn answer_without_body(wire: &mut dyn Wire, to: &str) -> Result<Head, OutputError> {
    let lost = |why: &str| OutputError::Lost {
        to: to.to_owned(),
        why: why.to_owned(),
    };
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() >= MOST_HEAD {
            return Err(lost("its answer has no end"));
        }
        // An answer comes once in seconds: byte by byte is quick enough, and takes nothing of what follows.
        head.push(wire.read_u8().await.map_err(|e| match e.kind() {
            std::io::ErrorKind::UnexpectedEof => lost("the server closed it without an answer"),
            _ => lost(&io_words(&e)),
        })?);
    }
    parse(&head).ok_or_else(|| lost("what answers there is no web server"))
}

pub(crate) fn parse(head: &[u8]) -> Option<Head> {
    let text = String::from_utf8_lossy(head);
    let mut lines = text.lines();
    let mut first = lines.next()?.splitn(3, ' ');
    first.next().filter(|v| v.starts_with("HTTP/1."))?;
    let status = first.next()?.parse().ok().filter(|s| (100..600).contains(s))?;
    let reason: String = first
        .next()
        .unwrap_or("")
        .chars()
        .filter(|c| !c.is_control())
        .take(80)
        .collect();
    let (mut length, mut closes, mut told) = (0, false, false);
    for (name, value) in lines.filter_map(|l| l.split_once(':')) {
        let value = value.trim();
        if name.eq_ignore_ascii_case("content-length") {
            length = value.parse().ok()?;
            told = true;
        } else if name.eq_ignore_ascii_case("connection") && value.eq_ignore_ascii_case("close")
            || name.eq_ignore_ascii_case("transfer-encoding")
        {
            // A body in chunks is not read: the next request gets a connection of its own.
            closes = true;
        }
    }
    Some(Head {
        status,
        reason: reason.trim().to_owned(),
        length,
        closes: closes || !told && !matches!(status, 100..200 | 204 | 304),
    })
}

/// `user:password` as the Basic scheme wants it (RFC 7617): base64.
pub(crate) fn basic(user: &str, password: &str) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let text = format!("{user}:{password}");
    let mut out = String::new();
    for three in text.as_bytes().chunks(3) {
        let bits = three.iter().fold(0_u32, |b, x| (b << 8) | u32::from(*x)) << (8 * (3 - three.len()));
        for i in 0..4 {
            let letter = char::from(LETTERS[((bits >> (18 - 6 * i)) & 63) as usize]);
            out.push(if i <= three.len() { letter } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn heads_are_read_and_garbage_is_not() {
        let head = |t: &str| parse(t.as_bytes());
        let h =
            head("HTTP/1.1 403 Mountpoint in use\r\nContent-Length: 12\r\nConnection: Close\r\n\r\n").expect("a head");
        assert_eq!(
            (h.status, h.reason.as_str(), h.length, h.closes),
            (403, "Mountpoint in use", 12, true)
        );
        assert!(!head("HTTP/1.1 100 Continue\r\n\r\n").expect("a head").closes);
        for garbage in [
            "",
            "\r\n\r\n",
            "ICY 200 OK\r\n\r\n",
            "HTTP/1.1 x\r\n\r\n",
            "HTTP/1.1 999999 x\r\n\r\n",
        ] {
            assert_eq!(head(garbage), None, "{garbage}");
        }
    }

    #[test]
    fn logins_are_written_as_the_rfc_has_it() {
        assert_eq!(basic("Aladdin", "open sesame"), "QWxhZGRpbjpvcGVuIHNlc2FtZQ==");
        assert_eq!(basic("a", "b"), "YTpi");
        assert_eq!(basic("source", "x"), "c291cmNlOng=");
    }
}
