//! Publishing over WebRTC by WHIP (RFC 9725). The endpoint gets our offer by HTTP and gives its answer; sound and picture then
//! go straight to the media server over UDP. Nothing waits to be written here: what the network loses the receiver asks for
//! again. The rate is the encoder's; retrying is the supervisor's business. Each try has a fresh port: some servers take a new
//! session from the old port for the old session.

mod fragment;
mod links;
mod sending;
mod session;
mod settings;
mod turn;
mod way;

pub use settings::WhipSettings;

use crate::{
    Link, OutputError,
    kind::{DestinationKind, Driver, DriverFuture, Env, ProbeFuture, ProbeWish, Probed, Routes, Wants},
};
use media::{MediaError, PacketReceiver, StreamInfo, VideoCodec};
use project::KindInfo;
use rtc_peer::{IceServer, Peer, PeerOptions, PeerState, RtcError};
use serde_json::{Map, Value};
use session::Session;
use settings::{check, read, redacted_url, settings_from_url, shown};
use std::{
    net::{IpAddr, Ipv4Addr},
    sync::Arc,
    time::Duration,
};
use tokio::time;
use url::Url;
use way::Way;

/// How long the offer waits for candidates from STUN and TURN servers; without servers there is next to nothing to wait for.
const GATHER_LIMIT: Duration = Duration::from_secs(2);
/// Time from the answer to the first way that works.
const CONNECT_LIMIT: Duration = Duration::from_secs(12);
/// Time for the rest of the candidates to be found and sent.
const TRICKLE_LIMIT: Duration = Duration::from_secs(8);

/// `whip`: a server or service that takes WebRTC.
pub(crate) const KIND: DestinationKind = DestinationKind {
    info: KindInfo {
        check,
        ..KindInfo::of::<WhipSettings>(
            "whip",
            "WHIP (WebRTC)",
            "Streams over WebRTC with well under a second of delay, to services and servers that have a WHIP address.",
        )
    },
    schemes: &["whip", "whips"],
    from_url: settings_from_url,
    redacted_url,
    endpoint: |map| {
        let url = read(map, "settings")?.0.endpoint()?;
        Ok(url.host_str().map(str::to_owned).zip(url.port_or_known_default()))
    },
    wants: |map| Wants {
        layers: read(map, "settings").map_or(1, |(s, _)| usize::from(s.layers.clamp(1, 3))),
        // What the peer has payloads for; Wants::WEBRTC names what WebRTC could carry.
        video: &[VideoCodec::H264, VideoCodec::Hevc, VideoCodec::Av1],
        ..Wants::WEBRTC
    },
    check_streams,
    open,
};

fn check_streams(info: &StreamInfo) -> Result<(), OutputError> {
    let fits = info.video.as_ref().is_none_or(rtc_peer::can_carry_video)
        && info.audio.first().is_none_or(rtc_peer::can_carry_audio)
        && (info.video.is_some() || !info.audio.is_empty());
    if fits {
        return Ok(());
    }
    Err(OutputError::Unsupported {
        to: "The WHIP destination".into(),
        problem: "it needs H.264, HEVC or AV1 video without B-frames and Opus sound. Choose an encoder with Opus sound and 0 \
                  B-frames for it"
            .into(),
    })
}

fn open(map: &Map<String, Value>, env: &Env) -> Result<Box<dyn Driver>, OutputError> {
    let (settings, _) = read(map, "settings")?;
    Ok(Box::new(WhipDriver {
        endpoint: settings.endpoint()?,
        settings,
        named: vec![],
        bridges: vec![],
        routes: env.routes.clone(),
        way: None,
    }))
}

struct WhipDriver {
    endpoint: Url,
    settings: WhipSettings,
    /// STUN and TURN servers that the endpoint named the last time.
    named: Vec<IceServer>,
    /// Ways to TURN servers over TCP and TLS.
    bridges: Vec<turn::Bridge>,
    routes: Arc<dyn Routes>,
    /// Where the endpoint was found, and from which address of ours.
    way: Option<Way>,
}

/// Reads a `Link` header as an endpoint's answer has it.
pub(crate) fn read_links(value: &str) {
    let _ = links::ice_servers(value);
}

impl Driver for WhipDriver {
    /// Of several sizes none is replaced by another.
    fn goes_on(&self, _streams: &StreamInfo) -> bool {
        self.settings.layers <= 1
    }

    fn run<'a>(&'a mut self, info: &'a StreamInfo, packets: &'a PacketReceiver, link: &'a Link) -> DriverFuture<'a> {
        Box::pin(async move {
            self.find_relay(link.to()).await?;
            let peer = self.open_peer(info, link).await?;
            let outcome = self.publish(&peer, info, packets, link).await;
            peer.close().await;
            outcome
        })
    }

    fn probe<'a>(&'a mut self, _wish: &'a ProbeWish<'a>) -> ProbeFuture<'a> {
        Box::pin(async move { self.look_ahead().await.map(Some) })
    }
}

impl WhipDriver {
    /// Asks the endpoint as far as can be done without a session.
    async fn look_ahead(&self) -> Result<Probed, OutputError> {
        let to = shown(&self.endpoint);
        let asked = session::ask(&self.settings, self.endpoint.clone(), &to).await?;
        let mut doubts = vec![];
        if asked.knows_nothing {
            doubts.push(
                "the server says that there is nothing at this address; some say so only before an offer. Compare \
                         the address with the service's page"
                    .to_owned(),
            );
        }
        let named = asked.ice_servers.iter().any(is_relay);
        if self.settings.relay_only && !self.relays() && !named {
            doubts.push(
                "only a relay may be used, but there is none. Name a TURN server, or let it send directly".to_owned(),
            );
        }
        let encrypted = if self.endpoint.scheme() == "https" {
            ", encrypted"
        } else {
            ""
        };
        Ok(Probed {
            passed: format!("the server answers{encrypted}"),
            doubts,
        })
    }

    /// Where only a relay may be used and none is known, the endpoint is asked for one: without it there is nothing to offer.
    async fn find_relay(&mut self, to: &str) -> Result<(), OutputError> {
        if !self.settings.relay_only || self.relays() {
            return Ok(());
        }
        self.named = session::ask(&self.settings, self.endpoint.clone(), to)
            .await?
            .ice_servers;
        if self.relays() {
            return Ok(());
        }
        Err(OutputError::Config {
            to: to.to_owned(),
            problem: "only a relay may be used, but there is none: the server names none. Name a TURN server \
                      (turn:host:port), or let it send directly"
                .into(),
        })
    }

    async fn open_peer(&mut self, info: &StreamInfo, link: &Link) -> Result<Peer, OutputError> {
        let to = link.to();
        self.way = find_way(&self.endpoint, &self.routes).await;
        let addresses = local_addresses(self.way.as_ref());
        let servers = self.settings.ice_servers().into_iter().chain(self.named.clone());
        let here = addresses.first().copied().filter(|a| !a.is_unspecified());
        let here = here.unwrap_or(Ipv4Addr::LOCALHOST.into());
        let bridged = turn::bridged(servers.collect(), here, &self.settings.ca_file, to).await;
        let (ice_servers, bridges) = bridged.map_err(|e| failed(RtcError::Local { why: e.to_string() }, to))?;
        self.bridges = bridges;
        let options = PeerOptions {
            video: info.video.clone(),
            layers: link.layers().iter().filter_map(|l| l.info().video.clone()).collect(),
            audio: info.audio.first().cloned(),
            ice_servers,
            addresses,
            relay_only: self.settings.relay_only,
        };
        Peer::open(&options).await.map_err(|e| failed(e, to))
    }

    async fn publish(
        &mut self,
        peer: &Peer,
        info: &StreamInfo,
        packets: &PacketReceiver,
        link: &Link,
    ) -> Result<(), OutputError> {
        let to = link.to();
        let offer = peer.offer(GATHER_LIMIT).await.map_err(|e| failed(e, to))?;
        let what = offered(info);
        let begun = Session::begin(&self.settings, self.endpoint.clone(), offer.clone(), &what, to).await;
        let (mut session, granted) = begun?;
        if granted.answer.trim().is_empty() {
            return Err(failed(
                RtcError::BadDescription {
                    why: "it is empty".into(),
                },
                to,
            ));
        }
        peer.accept(&granted.answer).await.map_err(|e| failed(e, to))?;
        let unknown = granted.ice_servers.iter().any(|s| !self.named.contains(s));
        self.named = granted.ice_servers;
        self.connect(peer, &mut session, &offer, unknown, to).await?;
        link.connected();
        // What waited while the connection came about is late for a live picture: begin with the next keyframe.
        packets.restart();
        link.request_keyframe();
        sending::send(peer, &session, packets, link, self.way.as_mut()).await?;
        session.end().await;
        Ok(())
    }

    /// Waits until media can flow, and sends candidates that were found late.
    async fn connect(
        &self,
        peer: &Peer,
        session: &mut Session,
        offer: &str,
        unknown: bool,
        to: &str,
    ) -> Result<(), OutputError> {
        let mut state = peer.state();
        let known = rtc_peer::candidates_of(offer).len();
        let late = async {
            if session.patches() && time::timeout(TRICKLE_LIMIT, peer.gathered()).await.is_ok() {
                let (all, _) = peer.candidates();
                let fragment = all.get(known..).filter(|c| !c.is_empty());
                if let Some(f) = fragment.and_then(|c| fragment::of(offer, c, true)) {
                    session.trickle(f).await;
                }
            }
            std::future::pending::<()>().await;
        };
        let connecting = async {
            loop {
                match *state.borrow_and_update() {
                    PeerState::Connected => return true,
                    PeerState::Failed | PeerState::Closed => return false,
                    _ => {}
                }
                if state.changed().await.is_err() {
                    return false;
                }
            }
        };
        let connected = tokio::select! {
            biased;
            c = time::timeout(CONNECT_LIMIT, connecting) => c.unwrap_or(false),
            () = late => false,
        };
        if connected {
            Ok(())
        } else {
            Err(self.no_way(unknown, to))
        }
    }

    /// Why no way was found, as far as can be told.
    fn no_way(&self, unknown: bool, to: &str) -> OutputError {
        if let Some(failure) = self.bridges.iter().find_map(turn::Bridge::failure) {
            return OutputError::Unreachable {
                to: to.to_owned(),
                why: format!("no direct way was found, and the TURN server can't be used: {failure}"),
            };
        }
        let why = if unknown {
            "the server named relays that Footlight did not know yet; the next try uses them"
        } else if self.relays() {
            "neither a direct way nor one over the TURN server was found. Check the TURN server's address, name and password"
        } else {
            "the server answered, but nothing gets through to it over UDP. Try another network, or name a TURN server"
        };
        OutputError::Unreachable {
            to: to.to_owned(),
            why: why.to_owned(),
        }
    }

    fn relays(&self) -> bool {
        let own = self.settings.ice_servers();
        own.iter().chain(&self.named).any(is_relay)
    }
}

fn is_relay(s: &IceServer) -> bool {
    s.is_turn() && (s.is_usable() || s.over_stream().is_some())
}

/// What is offered, in words.
fn offered(info: &StreamInfo) -> String {
    let video = info.video.as_ref().and_then(|v| rtc_peer::video_words(v.codec));
    let sound = info.audio.first().map(|_| "Opus sound");
    let all: Vec<_> = video.into_iter().chain(sound).collect();
    all.join(" and ")
}

fn failed(e: RtcError, to: &str) -> OutputError {
    let to = to.to_owned();
    match e {
        RtcError::NotTaken { what } => OutputError::Unsupported {
            to,
            problem: format!(
                "the server's answer does not take {what}. Ask the service which codecs it takes over WHIP, or choose \
                 H.264 for this destination: nearly all take that"
            ),
        },
        RtcError::CantSend { what } => OutputError::Unsupported {
            to,
            problem: format!(
                "WebRTC can't carry {what}. Choose an encoder with H.264, HEVC or AV1 video and Opus sound for it"
            ),
        },
        e if e.retryable() => OutputError::Lost {
            to,
            why: format!("the server {e}"),
        },
        e => OutputError::Unsupported {
            to,
            problem: format!("the server {e}"),
        },
    }
}

/// Where to send from: the address that leads to the endpoint, and every other one but loopback.
fn local_addresses(way: Option<&Way>) -> Vec<IpAddr> {
    let any = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    match way.map(Way::from) {
        None => vec![any],
        Some(ip) if ip.is_loopback() => vec![ip],
        Some(ip) => vec![ip, any],
    }
}

/// The way to the endpoint.
async fn find_way(endpoint: &Url, routes: &Arc<dyn Routes>) -> Option<Way> {
    let host = endpoint.host_str()?.trim_matches(['[', ']']).to_owned();
    let port = endpoint.port_or_known_default()?;
    let mut found = tokio::net::lookup_host((host, port)).await.ok()?;
    Way::find(found.next()?, routes.clone())
}
