//! The connection below an RTMP session: TCP, and TLS over it for `rtmps://`.

use crate::{OutputError, error::io_words, tls};
use rtmp::PublishUrl;
use std::{
    io,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpStream, lookup_host},
    time,
};
use tokio_rustls::client::TlsStream;

/// Time to find the server, connect to it and agree on encryption.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// The kernel holds at most about this much that is not yet on the wire, bytes: the rest is to wait in our queue.
#[cfg(target_os = "linux")]
const KERNEL_AHEAD: u32 = 128 * 1024;

/// An open connection.
pub(super) enum Wire {
    Plain(TcpStream),
    Tls(Box<TlsStream<TcpStream>>),
}

/// Connects, within ten seconds in all. `ca_file` as in [`tls::encrypt`]; `to` is the destination, redacted.
///
/// # Errors
/// Nobody there, too late, or not to be trusted.
pub(super) async fn connect(address: &PublishUrl, ca_file: &str, to: &str) -> Result<Wire, OutputError> {
    let connecting = async {
        let socket = reach(address, to).await?;
        // Neither is worth failing for.
        let _ = socket.set_nodelay(true);
        #[cfg(target_os = "linux")]
        let _ = socket2::SockRef::from(&socket).set_tcp_notsent_lowat(KERNEL_AHEAD);
        if !address.tls {
            return Ok(Wire::Plain(socket));
        }
        let encrypted = tls::encrypt(socket, &address.host, ca_file, to).await?;
        Ok(Wire::Tls(Box::new(encrypted)))
    };
    let late = |_| OutputError::TimedOut {
        to: to.to_owned(),
        // A server that does not speak TLS may take its first bytes for the beginning of something else, and wait.
        step: if address.tls {
            "the encrypted connection; perhaps it wants rtmp:// instead of rtmps://"
        } else {
            "the connection"
        },
        seconds: CONNECT_LIMIT.as_secs(),
    };
    time::timeout(CONNECT_LIMIT, connecting).await.map_err(late)?
}

async fn reach(address: &PublishUrl, to: &str) -> Result<TcpStream, OutputError> {
    let unreachable = |why: String| OutputError::Unreachable { to: to.to_owned(), why };
    let mut last = None;
    let addresses = lookup_host((address.host.as_str(), address.port))
        .await
        .map_err(|_| unreachable(format!("there is no server named {}", address.host)))?;
    for a in addresses {
        match TcpStream::connect(a).await {
            Ok(s) => return Ok(s),
            Err(e) => last = Some(e),
        }
    }
    Err(unreachable(last.map_or_else(
        || format!("{} has no address", address.host),
        |e| io_words(&e),
    )))
}

impl AsyncRead for Wire {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_read(cx, buf),
            Self::Tls(s) => Pin::new(s).poll_read(cx, buf),
        }
    }
}

impl AsyncWrite for Wire {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_write(cx, bytes),
            Self::Tls(s) => Pin::new(s).poll_write(cx, bytes),
        }
    }
    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_flush(cx),
            Self::Tls(s) => Pin::new(s).poll_flush(cx),
        }
    }
    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        match self.get_mut() {
            Self::Plain(s) => Pin::new(s).poll_shutdown(cx),
            Self::Tls(s) => Pin::new(s).poll_shutdown(cx),
        }
    }
}
