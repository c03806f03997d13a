//! One HTTP/1.1 request at a time, for drivers that have a few things to say to a server (WHIP) rather than a stream. Every
//! answer is bounded in size and time; redirects are followed within reason; nothing outlives the future.

use crate::{OutputError, error::io_words, tls};
use bytes::Bytes;
use http_body_util::{BodyExt, Full, Limited};
use hyper::{
    HeaderMap, Method, Request, StatusCode,
    header::{AUTHORIZATION, HOST, HeaderName, HeaderValue, LOCATION, USER_AGENT},
};
use hyper_util::rt::TokioIo;
use media::Secret;
use std::time::Duration;
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::TcpStream,
    time,
};
use url::Url;

/// Time for a request with all its redirects.
const LIMIT: Duration = Duration::from_secs(10);
/// Longest answer read, bytes.
const MAX_ANSWER: usize = 64 * 1024;
/// Redirects followed.
const MAX_REDIRECTS: usize = 4;

/// A request.
#[derive(Clone)]
pub(crate) struct Ask<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    /// Sent as `Authorization: Bearer …` where not empty.
    pub(crate) token: &'a Secret,
    pub(crate) headers: Vec<(HeaderName, &'static str)>,
    pub(crate) body: Bytes,
    /// A PEM file with the one authority to trust; empty for the system's.
    pub(crate) ca_file: &'a str,
    /// The server's name in messages.
    pub(crate) to: &'a str,
}

/// An answer.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Where it came from, after redirects.
    pub(crate) url: Url,
}

impl Reply {
    /// A header's text.
    pub(crate) fn header(&self, name: HeaderName) -> Option<&str> {
        self.headers.get(name).and_then(|v| v.to_str().ok())
    }

    /// The beginning of the body as one line, for messages: servers say in it what they dislike.
    pub(crate) fn words(&self) -> String {
        let text = String::from_utf8_lossy(&self.body[..self.body.len().min(400)]);
        let plain: String = text
            .chars()
            .map(|c| if c.is_control() { ' ' } else { c })
            .take(160)
            .collect();
        plain.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}

/// Asks and gives the answer, whatever its status.
///
/// # Errors
/// The server can't be reached, or what it says is no HTTP.
pub(crate) async fn ask(mut ask: Ask<'_>) -> Result<Reply, OutputError> {
    let following = async {
        for _ in 0..=MAX_REDIRECTS {
            let reply = once(&ask).await?;
            let kept = matches!(
                reply.status,
                StatusCode::TEMPORARY_REDIRECT
                    | StatusCode::PERMANENT_REDIRECT
                    | StatusCode::MOVED_PERMANENTLY
                    | StatusCode::FOUND
            );
            let next = reply
                .header(LOCATION)
                .filter(|_| kept)
                .and_then(|l| ask.url.join(l).ok());
            match next {
                // A token goes on to where the server sends us, but never from an encrypted place to an open one.
                Some(next) if ask.url.scheme() == "https" && next.scheme() != "https" => {
                    return Err(lost(ask.to, "it sends us from an encrypted address to an open one"));
                }
                Some(next) if matches!(next.scheme(), "http" | "https") => ask.url = next,
                _ => return Ok(reply),
            }
        }
        Err(lost(ask.to, "it sends us from one address to the next without end"))
    };
    match time::timeout(LIMIT, following).await {
        Ok(reply) => reply,
        Err(_) => Err(OutputError::TimedOut {
            to: ask_name(&ask),
            step: "the answer to a request",
            seconds: LIMIT.as_secs(),
        }),
    }
}

fn ask_name(ask: &Ask<'_>) -> String {
    ask.to.to_owned()
}

fn lost(to: &str, why: &str) -> OutputError {
    OutputError::Unreachable {
        to: to.to_owned(),
        why: why.to_owned(),
    }
}

async fn once(ask: &Ask<'_>) -> Result<Reply, OutputError> {
    let host = ask
        .url
        .host_str()
        .unwrap_or_default()
        .trim_matches(['[', ']'])
        .to_owned();
    let port = ask.url.port_or_known_default().unwrap_or(80);
    let connected = TcpStream::connect((host.as_str(), port)).await;
    let socket = connected.map_err(|e| lost(ask.to, &io_words(&e)))?;
    let _ = socket.set_nodelay(true);
    if ask.url.scheme() == "https" {
        let socket = tls::encrypt(socket, &host, ask.ca_file, ask.to).await?;
        exchange(ask, socket).await
    } else {
        exchange(ask, socket).await
    }
}

async fn exchange<S: AsyncRead + AsyncWrite + Unpin>(ask: &Ask<'_>, socket: S) -> Result<Reply, OutputError> {
    let garbled = |e: &dyn std::fmt::Display| lost(ask.to, &format!("it does not answer as a web server does ({e})"));
    let begun = hyper::client::conn::http1::handshake(TokioIo::new(socket)).await;
    let (mut sender, connection) = begun.map_err(|e| garbled(&e))?;
    let request = request(ask)?;
    let asking = async {
        let response = sender.send_request(request).await.map_err(|e| garbled(&e))?;
        let (head, body) = response.into_parts();
        let body = Limited::new(body, MAX_ANSWER).collect().await;
        Ok(Reply {
            status: head.status,
            headers: head.headers,
            body: body.map_err(|e| garbled(&e))?.to_bytes(),
            url: ask.url.clone(),
        })
    };
    let moving = async {
        // Its errors come out of the request too.
        let _ = connection.await;
        std::future::pending::<()>().await;
    };
    tokio::select! {
        biased;
        reply = asking => reply,
        () = moving => Err(lost(ask.to, "it closed the connection")),
    }
}

fn request(ask: &Ask<'_>) -> Result<Request<Full<Bytes>>, OutputError> {
    let target = match ask.url.query() {
        Some(q) => format!("{}?{q}", ask.url.path()),
        None => ask.url.path().to_owned(),
    };
    let host = match ask.url.port() {
        Some(p) => format!("{}:{p}", ask.url.host_str().unwrap_or_default()),
        None => ask.url.host_str().unwrap_or_default().to_owned(),
    };
    let mut b = Request::builder()
        .method(ask.method.clone())
        .uri(target)
        .header(HOST, host);
    b = b.header(USER_AGENT, concat!("Footlight/", env!("CARGO_PKG_VERSION")));
    for (name, value) in &ask.headers {
        b = b.header(name, *value);
    }
    if !ask.token.is_empty() {
        let mut bearer =
            HeaderValue::try_from(format!("Bearer {}", ask.token.reveal())).map_err(|_| OutputError::Config {
                to: ask.to.to_owned(),
                problem: "the token holds characters that can't be sent. Copy it again from the service's page".into(),
            })?;
        bearer.set_sensitive(true);
        b = b.header(AUTHORIZATION, bearer);
    }
    b.body(Full::new(ask.body.clone())).map_err(|_| OutputError::Config {
        to: ask.to.to_owned(),
        problem: "the address can't be asked for. Copy it again from the service's page".into(),
    })
}
