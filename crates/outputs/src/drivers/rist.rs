//! Sending over RIST (VSF TR-06-1 and TR-06-2) with FFmpeg's librist: MPEG-TS on a thread of its own. FFmpeg tells nothing of
//! the line, so neither whether somebody receives nor how well is known here.

use super::blocking::{on_a_thread, send_to_url};
use crate::{
    Link, OutputError,
    kind::{DestinationKind, Driver, DriverFuture, Env, ProbeFuture, ProbeWish, Probed, Wants},
};
use codec::{StreamFormat, UrlTarget};
use media::{PacketReceiver, Secret, StreamInfo};
use project::{DocError, KindInfo, Settings, Unknown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{
    io::ErrorKind,
    net::{Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};
use tokio::{net::UdpSocket, time};

/// `rist`: a receiver of that protocol.
pub(crate) const KIND: DestinationKind = DestinationKind {
    info: KindInfo {
        check: |map, path| read(map, path).map(|(_, unknown)| unknown),
        ..KindInfo::of::<RistSettings>(
            "rist",
            "RIST",
            "Streams over RIST, which repairs a lossy line, to a receiver or to whoever connects to this computer.",
        )
    },
    schemes: &["rist"],
    from_url,
    redacted_url: |map| read(map, "").map_or_else(|_| "rist://****".into(), |(s, _)| s.shown()),
    endpoint: |map| read(map, "settings").map(|_| None).map_err(OutputError::from),
    wants: |_| Wants::MPEG_TS,
    check_streams: |info| {
        StreamFormat::MpegTs.check(info).map_err(|source| OutputError::Mux {
            what: "The RIST stream".into(),
            source,
        })
    },
    open,
};

/// Which part of RIST is spoken.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RistProfile {
    /// TR-06-1: two ports, no encryption.
    Simple,
    /// TR-06-2: one port, with encryption.
    #[default]
    Main,
}

/// Settings of a RIST destination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RistSettings {
    /// Name or address of the receiver; empty to wait on this computer for receivers that call.
    pub host: String,
    /// UDP port. The simple profile uses the next one too, and wants an even one.
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    /// Which part of RIST both sides speak.
    pub profile: RistProfile,
    /// How long the receiver waits for what was lost on the way, milliseconds.
    #[schemars(range(min = 50, max = 10000))]
    pub buffer_ms: u32,
    /// Encrypts the stream with AES-128 in the main profile; both sides need the same. Empty: not encrypted. Secret.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub secret: Secret,
}

impl Default for RistSettings {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 5000,
            profile: RistProfile::Main,
            buffer_ms: 1000,
            secret: Secret::default(),
        }
    }
}

impl Settings for RistSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        let wrong = |field: &str, problem: &str| Err((field.to_owned(), problem.to_owned()));
        if self.host.contains(['/', '?', '@', ' ', '#']) {
            return wrong(
                "host",
                "write the name or address alone, without rist:// and without a path",
            );
        }
        if self.profile == RistProfile::Simple && !self.port.is_multiple_of(2) {
            return wrong("port", "the simple profile wants an even port");
        }
        if self.profile == RistProfile::Simple && !self.secret.is_empty() {
            return wrong(
                "secret",
                "the simple profile has no encryption; choose the main profile",
            );
        }
        Ok(())
    }
}

impl RistSettings {
    fn shown(&self) -> String {
        let host = self.host.trim();
        let host = if host.contains(':') {
            format!("[{host}]")
        } else {
            host.to_owned()
        };
        format!("rist://{}{host}:{}", if host.is_empty() { "@" } else { "" }, self.port)
    }

    fn target(&self) -> UrlTarget {
        let mut options = vec![
            (
                "rist_profile".to_owned(),
                match self.profile {
                    RistProfile::Simple => "simple".to_owned(),
                    RistProfile::Main => "main".to_owned(),
                },
            ),
            ("buffer_size".to_owned(), self.buffer_ms.to_string()),
            ("pkt_size".to_owned(), "1316".to_owned()),
        ];
        if !self.secret.is_empty() {
            options.push(("encryption".into(), "128".into()));
            options.push(("secret".into(), self.secret.reveal().into()));
        }
        UrlTarget {
            url: self.shown(),
            format: "mpegts".into(),
            options,
            secrets: vec![self.secret.reveal().to_owned()],
        }
    }
}

fn read(map: &Map<String, Value>, path: &str) -> Result<(RistSettings, Vec<Unknown>), DocError> {
    match project::kind::parse::<RistSettings>(map, path) {
        Ok(p) => Ok((p.settings, p.unknown)),
        Err(e) => Err(DocError {
            found: "****".into(),
            ..e
        }),
    }
}

fn from_url(url: &str) -> Result<Map<String, Value>, OutputError> {
    let wrong = |problem: &str| OutputError::Config {
        to: "rist://****".into(),
        problem: format!("{problem}. The address should look like rist://receiver.example.com:5000"),
    };
    let rest = url.trim().split_once("://").map_or("", |(_, r)| r);
    let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
    let (host, port) = place
        .trim_end_matches('/')
        .rsplit_once(':')
        .ok_or_else(|| wrong("the port is missing"))?;
    let mut s = RistSettings {
        host: host.trim_start_matches('@').trim_matches(['[', ']']).to_owned(),
        port: port
            .parse()
            .map_err(|_| wrong("the port is a number from 1 to 65535"))?,
        ..RistSettings::default()
    };
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        match &*name {
            "secret" => s.secret = Secret::new(value),
            "buffer" | "buffer_size" => s.buffer_ms = value.parse().map_err(|_| wrong("`buffer` is a number"))?,
            "profile" | "rist_profile" => {
                s.profile = match &*value {
                    "0" | "simple" => RistProfile::Simple,
                    "1" | "main" => RistProfile::Main,
                    _ => return Err(wrong("`profile` is simple or main")),
                }
            }
            _ => {}
        }
    }
    let map = match serde_json::to_value(&s) {
        Ok(Value::Object(m)) => m,
        _ => Map::new(),
    };
    read(&map, "settings")?;
    Ok(map)
}

fn open(map: &Map<String, Value>, _env: &Env) -> Result<Box<dyn Driver>, OutputError> {
    let (settings, _) = read(map, "settings")?;
    Ok(Box::new(RistDriver {
        target: settings.target(),
        place: (settings.host.trim().to_owned(), settings.port),
    }))
}

struct RistDriver {
    target: UrlTarget,
    /// Host (empty for a listener) and port.
    place: (String, u16),
}

impl Driver for RistDriver {
    fn goes_on(&self, streams: &StreamInfo) -> bool {
        codec::can_change_in_ts(streams)
    }

    fn run<'a>(&'a mut self, info: &'a StreamInfo, _: &'a PacketReceiver, link: &'a Link) -> DriverFuture<'a> {
        let target = self.target.clone();
        Box::pin(on_a_thread("rist", info, link, move |feed| send_to_url(&feed, &target)))
    }

    fn probe<'a>(&'a mut self, _wish: &'a ProbeWish<'a>) -> ProbeFuture<'a> {
        let (host, port) = self.place.clone();
        Box::pin(async move {
            let to = format!("rist://{host}:{port}");
            let unreachable = |why: String| OutputError::Unreachable { to: to.clone(), why };
            if host.is_empty() {
                return Ok(Some(look("whoever calls at this port gets the show")));
            }
            let found = tokio::net::lookup_host((host.as_str(), port)).await;
            let found = found.map_err(|_| unreachable(format!("there is no receiver named {host}")))?;
            for a in found {
                if is_refused(a).await {
                    let why =
                        "nobody receives there. Check the address and the port (RIST uses UDP), and start the receiver";
                    return Err(unreachable(why.into()));
                }
            }
            Ok(Some(look(
                "the receiver's address is good; RIST receivers say nothing before the show",
            )))
        })
    }
}

/// How long a computer gets to say that nobody has the port.
const REFUSAL_LIMIT: Duration = Duration::from_millis(400);

/// Whether a computer says that nobody receives there. An empty datagram asks it, which receivers pass over.
async fn is_refused(to: SocketAddr) -> bool {
    let any: SocketAddr = if to.is_ipv4() {
        (Ipv4Addr::UNSPECIFIED, 0).into()
    } else {
        (Ipv6Addr::UNSPECIFIED, 0).into()
    };
    let Ok(socket) = UdpSocket::bind(any).await else {
        return false;
    };
    if socket.connect(to).await.is_err() || socket.send(&[]).await.is_err() {
        return false;
    }
    let answer = time::timeout(REFUSAL_LIMIT, socket.recv(&mut [0; 64])).await;
    matches!(answer, Ok(Err(e)) if e.kind() == ErrorKind::ConnectionRefused)
}

fn look(words: &str) -> Probed {
    Probed {
        passed: words.into(),
        doubts: vec![],
    }
}
