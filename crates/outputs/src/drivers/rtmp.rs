//! Publishing over RTMP and RTMPS: the address and its key, and what this kind of destination is. The conversation with a
//! server is in `conversation`, a whole publication (which may move from one server to another) in `publish`, TCP and TLS
//! in `wire`; the protocol is the `rtmp` crate's, and trying again is the supervisor's business.
//!
//! Reading and writing go on side by side on one task. What waits to be written here is bounded to little more than one
//! picture, so what a slow server does not take stays in the destination's queue, where it is dropped to a keyframe and
//! counted. A server that stops reading, floods us or goes dead ends in an error within ten seconds.

mod conversation;
mod publish;
mod wire;

use crate::{
    Link, OutputError, ProbeFuture, ProbeWish, Probed,
    kind::{DestinationKind, Driver, DriverFuture, Env, Wants},
};
use conversation::Conversation;
use media::{PacketReceiver, Secret, StreamInfo};
use project::{DocError, KindInfo, Settings, Unknown};
use publish::Publication;
use rtmp::{PublishSession, PublishUrl, RtmpError, SessionState};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// `rtmp`: a server or service that takes RTMP.
pub(crate) const KIND: DestinationKind = DestinationKind {
    info: KindInfo {
        check,
        ..KindInfo::of::<RtmpSettings>(
            "rtmp",
            "RTMP",
            "Streams to a service or server that takes RTMP or RTMPS, such as Twitch, YouTube or nginx.",
        )
    },
    schemes: &["rtmp", "rtmps"],
    from_url: settings_from_url,
    redacted_url,
    endpoint: |map| {
        let address = read(map, "settings")?.0.address()?;
        Ok(Some((address.host, address.port)))
    },
    wants: |_| Wants::ENHANCED_RTMP,
    check_streams: |info| Ok(rtmp::check_streams(info)?),
    open,
};

/// Settings of an RTMP destination.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct RtmpSettings {
    /// The server's address as the service gives it: `rtmp://live.example.com/app`, or encrypted
    /// `rtmps://live.example.com/app`. It may end with the key when `key` is empty.
    #[schemars(title = "Address")]
    pub url: String,
    /// The stream key. Secret.
    #[schemars(title = "Stream key", with = "String", extend("format" = "password", "writeOnly" = true))]
    pub key: Secret,
    /// For an `rtmps://` server of one's own: a PEM file with the certificate of the authority that signed its certificate.
    /// Only that authority is trusted then. Empty for services on the internet: what this computer trusts is trusted.
    #[schemars(title = "Certificate authority")]
    #[serde(skip_serializing_if = "String::is_empty")]
    pub ca_file: String,
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
        ..RtmpSettings::default()
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
    Ok(Box::new(RtmpDriver {
        address,
        ca_file: settings.ca_file,
    }))
}

struct RtmpDriver {
    address: PublishUrl,
    ca_file: String,
}

impl Driver for RtmpDriver {
    fn goes_on(&self, _streams: &StreamInfo) -> bool {
        true
    }

    fn catches_up(&self) -> bool {
        true
    }

    fn run<'a>(&'a mut self, info: &'a StreamInfo, packets: &'a PacketReceiver, link: &'a Link) -> DriverFuture<'a> {
        Box::pin(async move {
            let publication = Publication {
                address: self.address.clone(),
                ca_file: &self.ca_file,
                info,
                link,
            };
            let conversation = publication.open().await?;
            link.connected();
            link.notice(publish::notice(&conversation));
            publication.run(conversation, packets).await
        })
    }

    fn probe<'a>(&'a mut self, wish: &'a ProbeWish<'a>) -> ProbeFuture<'a> {
        Box::pin(async move {
            match wish.test_suffix {
                Some(suffix) => self.try_key(suffix).await.map(Some),
                None => self.greet(wish).await.map(Some),
            }
        })
    }
}

impl RtmpDriver {
    /// Asks for the application and leaves: nobody sees anything, and the key is not used.
    async fn greet(&self, wish: &ProbeWish<'_>) -> Result<Probed, OutputError> {
        let to = self.address.redacted();
        let session = PublishSession::greeting(&self.address);
        let mut c = Conversation::open(&self.address, &self.ca_file, session, SessionState::Greeted, &to, None).await?;
        let doubts = c.session.declared().doubts(&self.address.host, wish.video, wish.audio);
        c.say_goodbye(None).await;
        Ok(Probed {
            passed: if self.address.tls {
                "the server answers, encrypted, and lets Footlight in".into()
            } else {
                "the server answers and lets Footlight in".into()
            },
            doubts,
        })
    }

    /// Publishes nothing under the key marked as a test, where the service has such a mark.
    async fn try_key(&self, suffix: &str) -> Result<Probed, OutputError> {
        let to = self.address.redacted();
        let mut address = self.address.clone();
        let key = address.key.reveal();
        // A key may have a query of its own already.
        let joined = match (key.contains('?'), suffix.strip_prefix('?')) {
            (true, Some(more)) => format!("{key}&{more}"),
            _ => format!("{key}{suffix}"),
        };
        address.key = Secret::new(joined);
        let session = PublishSession::new(&address, &StreamInfo::default());
        let mut c = Conversation::open(&address, &self.ca_file, session, SessionState::Publishing, &to, None).await?;
        c.say_goodbye(None).await;
        Ok(Probed {
            passed: "the server takes the key (tried with its test mark, nobody saw it)".into(),
            doubts: vec![],
        })
    }
}
