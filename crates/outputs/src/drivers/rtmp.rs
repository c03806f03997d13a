//! Publishing over RTMP: the address and its key, and the socket around `rtmp::PublishSession`.
//!
//! Reading and writing go on side by side on one task. What waits to be written here is bounded to little more than one
//! picture, so what a slow server does not take stays in the destination's queue, where it is dropped to a keyframe and
//! counted. A server that stops reading, floods us or goes dead ends in an error within ten seconds. Retrying is the
//! supervisor's business; the protocol is the `rtmp` crate's.

use crate::{
    Link, OutputError,
    error::io_words,
    kind::{DestinationKind, Driver, DriverFuture, Env, Wants},
};
use bytes::{Buf, Bytes};
use media::{MediaError, Packet, PacketReceiver, Secret, StreamInfo, StreamKind};
use project::{DocError, KindInfo, Settings, Unknown};
use rtmp::{PublishSession, PublishUrl, RtmpError, SessionState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpStream, lookup_host, tcp},
    time::{self, Instant},
};

/// Time to find the server and connect to it.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// Time from the connection to the server's permission to publish.
const PUBLISH_LIMIT: Duration = Duration::from_secs(10);
/// A server that takes nothing for this long while we have something is given up.
const STALL_LIMIT: Duration = Duration::from_secs(10);
/// Time to hand over the rest and say goodbye at the end.
const FLUSH_LIMIT: Duration = Duration::from_millis(600);
/// Time to let the server close first, so that nothing of ours is lost in a reset.
const LINGER_LIMIT: Duration = Duration::from_millis(400);
/// Packets are taken from the queue only while less than this waits to be written, bytes.
const WRITE_AHEAD: usize = 64 * 1024;
/// The kernel holds at most about this much that is not yet on the wire, bytes: the rest is to wait in our queue.
#[cfg(target_os = "linux")]
const KERNEL_AHEAD: u32 = 128 * 1024;
/// More answers than this to a server that does not read them means that it floods us, bytes.
const ANSWERS_LIMIT: usize = 1024 * 1024;

/// `rtmp`: a server or service that takes RTMP.
pub(crate) const KIND: DestinationKind = DestinationKind {
    info: KindInfo {
        check,
        ..KindInfo::of::<RtmpSettings>(
            "rtmp",
            "RTMP",
            "Streams to a service or server that takes RTMP, such as Twitch, YouTube or nginx.",
        )
    },
    schemes: &["rtmp", "rtmps"],
    from_url: settings_from_url,
    redacted_url,
    endpoint: |map| {
        let address = read(map, "settings")?.0.address()?;
        Ok(Some((address.host, address.port)))
    },
    wants: |_| Wants::RTMP,
    check_streams: |info| Ok(rtmp::check_streams(info)?),
    open,
};

/// Settings of an RTMP destination.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RtmpSettings {
    /// The server's address as the service gives it: `rtmp://live.example.com/app`. It may end with the key when `key` is
    /// empty.
    pub url: String,
    /// The stream key. Secret.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub key: Secret,
}

impl Settings for RtmpSettings {}

impl RtmpSettings {
    fn address(&self) -> Result<PublishUrl, RtmpError> {
        PublishUrl::parse(&self.url, Some(&self.key))
    }
}

fn read(map: &Map<String, Value>, path: &str) -> Result<(RtmpSettings, Vec<Unknown>), DocError> {
    match project::kind::parse::<RtmpSettings>(map, path) {
        Ok(p) => Ok((p.settings, p.unknown)),
        // What was found may be a key or an address with a key in it.
        Err(e) => Err(DocError {
            found: "****".into(),
            ..e
        }),
    }
}

/// As `KindInfo::of` checks, with the address taken apart and nothing secret in the error. An empty address is a
/// destination not filled in yet: no fault of the document.
fn check(map: &Map<String, Value>, path: &str) -> Result<Vec<Unknown>, DocError> {
    let (settings, unknown) = read(map, path)?;
    match settings.address() {
        Err(e) if !settings.url.is_empty() => Err(DocError {
            path: if path.is_empty() {
                "url".into()
            } else {
                format!("{path}.url")
            },
            found: "****".into(),
            problem: e.to_string(),
        }),
        _ => Ok(unknown),
    }
}

fn settings_from_url(url: &str) -> Result<Map<String, Value>, OutputError> {
    let address = PublishUrl::parse(url, None)?;
    let settings = RtmpSettings {
        url: address.tc_url(),
        key: address.key,
    };
    Ok(match serde_json::to_value(settings) {
        Ok(Value::Object(m)) => m,
        _ => Map::new(),
    })
}

fn redacted_url(map: &Map<String, Value>) -> String {
    match read(map, "") {
        Ok((s, _)) if s.url.trim().is_empty() => "the RTMP destination without an address".into(),
        Ok((s, _)) => s.address().map_or_else(|_| "rtmp://****".into(), |a| a.redacted()),
        Err(_) => "rtmp://****".into(),
    }
}

fn open(map: &Map<String, Value>, _env: &Env) -> Result<Box<dyn Driver>, OutputError> {
    let (settings, _) = read(map, "settings")?;
    let address = settings.address()?;
    if address.tls {
        return Err(OutputError::Unsupported {
            to: address.redacted(),
            problem:
                "RTMPS (RTMP over TLS) is not built into this Footlight yet. Use the service's rtmp:// address if it \
                      has one"
                    .into(),
        });
    }
    Ok(Box::new(RtmpDriver { address }))
}

struct RtmpDriver {
    address: PublishUrl,
}

impl Driver for RtmpDriver {
    fn run<'a>(&'a mut self, info: &'a StreamInfo, packets: &'a PacketReceiver, link: &'a Link) -> DriverFuture<'a> {
        Box::pin(async move {
            let mut socket = connect(&self.address, link.to()).await?;
            let mut c = Conversation::new(&mut socket, PublishSession::new(&self.address, info), link);
            let asked = time::timeout(PUBLISH_LIMIT, c.ask()).await;
            asked.map_err(|_| OutputError::TimedOut {
                to: link.to().to_owned(),
                step: "the permission to publish",
                seconds: PUBLISH_LIMIT.as_secs(),
            })??;
            link.connected();
            c.publish(packets).await?;
            c.say_goodbye().await;
            Ok(())
        })
    }
}

async fn connect(address: &PublishUrl, to: &str) -> Result<TcpStream, OutputError> {
    let unreachable = |why: String| OutputError::Unreachable { to: to.to_owned(), why };
    let found = async {
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
    };
    let socket = time::timeout(CONNECT_LIMIT, found)
        .await
        .map_err(|_| OutputError::TimedOut {
            to: to.to_owned(),
            step: "the connection",
            seconds: CONNECT_LIMIT.as_secs(),
        })??;
    // Neither is worth failing for.
    let _ = socket.set_nodelay(true);
    #[cfg(target_os = "linux")]
    let _ = socket2::SockRef::from(&socket).set_tcp_notsent_lowat(KERNEL_AHEAD);
    Ok(socket)
}

/// Bytes that wait to be written, and the packet that is through once they are.
struct Piece {
    bytes: Bytes,
    packet: Option<Arc<Packet>>,
}

struct Conversation<'a> {
    read: tcp::ReadHalf<'a>,
    write: tcp::WriteHalf<'a>,
    session: PublishSession,
    link: &'a Link,
    waiting: VecDeque<Piece>,
    waiting_bytes: usize,
    /// When the server last took something, or got something to take.
    progress: Instant,
    input: Vec<u8>,
}

impl<'a> Conversation<'a> {
    fn new(socket: &'a mut TcpStream, session: PublishSession, link: &'a Link) -> Self {
        let (read, write) = socket.split();
        let mut c = Self {
            read,
            write,
            session,
            link,
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            progress: Instant::now(),
            input: vec![0; 16 * 1024],
        };
        c.collect(None);
        c
    }

    /// Handshake and commands, until the server lets us publish.
    async fn ask(&mut self) -> Result<(), OutputError> {
        while self.session.state() != SessionState::Publishing {
            self.step(None).await?;
        }
        Ok(())
    }

    /// Sends packets until their end.
    async fn publish(&mut self, packets: &PacketReceiver) -> Result<(), OutputError> {
        while self.step(Some(packets)).await? {}
        Ok(())
    }

    /// One thing that happens: something read, something written, a packet, or nothing for too long. False when the
    /// packets have ended.
    async fn step(&mut self, packets: Option<&PacketReceiver>) -> Result<bool, OutputError> {
        let room = self.waiting_bytes < WRITE_AHEAD;
        let next = async {
            match packets {
                Some(p) => p.recv().await,
                None => std::future::pending().await,
            }
        };
        let front = self.waiting.front().map_or(&[][..], |p| &p.bytes[..]);
        tokio::select! {
            got = self.read.read(&mut self.input) => match got {
                Ok(n) if n > 0 => {
                    let fed = self.session.feed(&self.input[..n]);
                    self.collect(None);
                    fed?;
                    self.check_answers()?;
                }
                Ok(_) => return Err(self.session.hung_up().into()),
                Err(e) => return Err(self.broken(&e)),
            },
            wrote = self.write.write(front), if !front.is_empty() => match wrote {
                Ok(n) => self.wrote(n),
                Err(e) => return Err(self.last_words(&e).await),
            },
            packet = next, if room => match packet {
                Some(p) => self.media(p)?,
                None => return Ok(false),
            },
            () = time::sleep_until(self.progress + STALL_LIMIT), if !front.is_empty() => {
                return Err(OutputError::Stalled { to: self.link.to().to_owned(), seconds: STALL_LIMIT.as_secs() });
            }
        }
        Ok(true)
    }

    fn media(&mut self, packet: Arc<Packet>) -> Result<(), OutputError> {
        if matches!(packet.stream, StreamKind::Audio(i) if i > 0) {
            return Ok(());
        }
        self.session.send(&packet)?;
        self.collect(Some(packet));
        Ok(())
    }

    /// Queues what the session wants written.
    fn collect(&mut self, packet: Option<Arc<Packet>>) {
        if let Some(bytes) = self.session.take_output() {
            if self.waiting.is_empty() {
                self.progress = Instant::now();
            }
            self.waiting_bytes += bytes.len();
            self.waiting.push_back(Piece { bytes, packet });
        }
    }

    fn check_answers(&self) -> Result<(), OutputError> {
        let answers: usize = self
            .waiting
            .iter()
            .filter(|p| p.packet.is_none())
            .map(|p| p.bytes.len())
            .sum();
        if answers > ANSWERS_LIMIT {
            return Err(OutputError::Lost {
                to: self.link.to().to_owned(),
                why: "the server asks without end and reads no answer".into(),
            });
        }
        Ok(())
    }

    fn wrote(&mut self, n: usize) {
        self.progress = Instant::now();
        self.link.wrote(n);
        self.waiting_bytes -= n.min(self.waiting_bytes);
        let Some(front) = self.waiting.front_mut() else { return };
        front.bytes.advance(n.min(front.bytes.len()));
        if front.bytes.is_empty()
            && let Some(Piece { packet: Some(p), .. }) = self.waiting.pop_front()
        {
            self.link.sent(&p);
        }
    }

    /// The error for a connection that broke under us.
    fn broken(&mut self, e: &std::io::Error) -> OutputError {
        if self.session.state() < SessionState::Publishing {
            return self.session.hung_up().into();
        }
        OutputError::Lost {
            to: self.link.to().to_owned(),
            why: io_words(e),
        }
    }

    /// A server that refuses says why and closes; the write may fail before its words were read.
    async fn last_words(&mut self, e: &std::io::Error) -> OutputError {
        let words = async {
            while let Ok(n @ 1..) = self.read.read(&mut self.input).await {
                self.session.feed(&self.input[..n])?;
            }
            Ok::<(), RtmpError>(())
        };
        match time::timeout(LINGER_LIMIT, words).await {
            Ok(Err(said)) => said.into(),
            _ => self.broken(e),
        }
    }

    /// Writes what is left and the farewell, and lets the server close first. Errors no longer matter to anybody.
    async fn say_goodbye(&mut self) {
        self.session.close();
        self.collect(None);
        let flush = async {
            while !self.waiting.is_empty() {
                if let Err(e) = self.step(None).await {
                    tracing::debug!(destination = self.link.to(), error = %e, kind = e.kind().name(), "goodbye");
                    return;
                }
            }
            let _ = self.write.shutdown().await;
        };
        if time::timeout(FLUSH_LIMIT, flush).await.is_ok() {
            let quiet = async { while let Ok(1..) = self.read.read(&mut self.input).await {} };
            let _ = time::timeout(LINGER_LIMIT, quiet).await;
        }
    }
}
