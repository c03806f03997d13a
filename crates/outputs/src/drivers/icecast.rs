//! Sending the show's sound to an Icecast server (2.4 or later): an HTTP PUT that never ends, with the password in Basic
//! authorisation and `ice-*` headers about the stream. The audio codec decides what is sent: Opus goes in Ogg, AAC in ADTS,
//! MP3 as it is. The first audio track is taken; pictures are passed over.

mod ask;

use crate::{
    Link, OutputError,
    error::io_words,
    kind::{DestinationKind, Driver, DriverFuture, Env, ProbeFuture, ProbeWish, Wants},
    wire::{self, Wire, basic},
};
use bytes::Bytes;
use codec::{StreamFormat, StreamMuxer, TrackLabel};
use media::{AudioCodec, Packet, PacketReceiver, Secret, StreamInfo, StreamKind};
use project::{DocError, KindInfo, Settings, Unknown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::time::Duration;
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    sync::watch,
    time,
};
use url::Url;

/// Time to be let in, to take a piece of the stream, or a new title.
const LIMIT: Duration = Duration::from_secs(10);
/// Time to hand over the rest at the end.
const FLUSH_LIMIT: Duration = Duration::from_millis(600);

/// `icecast`: internet radio.
pub(crate) const KIND: DestinationKind = DestinationKind {
    info: KindInfo {
        check: |map, path| read(map, path).map(|(_, unknown)| unknown),
        ..KindInfo::of::<IcecastSettings>(
            "icecast",
            "Icecast",
            "Sends the show's sound to an Icecast server, for internet radio.",
        )
    },
    schemes: &["icecast", "icecasts"],
    from_url,
    redacted_url: |map| read(map, "").map_or_else(|_| "icecast://****".into(), |(s, _)| s.shown()),
    endpoint: |map| {
        let (s, _) = read(map, "settings")?;
        s.filled()?;
        Ok(Some((s.host.trim().to_owned(), s.port)))
    },
    wants: |_| Wants::RADIO,
    check_streams: |info| sound_of(info).map(drop),
    open,
};

/// Settings of an Icecast destination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct IcecastSettings {
    /// Name or address of the server.
    pub host: String,
    /// TCP port of the server.
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    /// Encrypt the connection (TLS); the server's certificate must be good.
    pub tls: bool,
    /// The mount point listeners use: `/show`.
    pub mount: String,
    /// User name; servers call it `source` unless they were set up otherwise.
    pub user: String,
    /// The server's source password, or that of the mount point. Secret.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub password: Secret,
    /// Name of the station as listeners see it.
    pub station: String,
    /// What the station is about, in a sentence.
    pub description: String,
    /// Kind of music or talk.
    pub genre: String,
    /// The station's web page.
    pub website: String,
    /// List the station in public directories.
    pub public: bool,
    /// For a server of one's own: the PEM file of the certificate authority to trust instead of the system's.
    pub ca_file: String,
}

impl Default for IcecastSettings {
    fn default() -> Self {
        Self {
            host: String::new(),
            port: 8000,
            tls: false,
            mount: "/live".into(),
            user: "source".into(),
            password: Secret::default(),
            station: String::new(),
            description: String::new(),
            genre: String::new(),
            website: String::new(),
            public: false,
            ca_file: String::new(),
        }
    }
}

impl Settings for IcecastSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        let wrong = |field: &str, problem: &str| Err((field.to_owned(), problem.to_owned()));
        if !self.mount.starts_with('/') || self.mount.contains(['?', '#', ' ']) {
            return wrong("mount", "a mount point begins with / and has no spaces, as /live");
        }
        if self.host.contains(['/', '?', '@', ' ', '#']) {
            return wrong(
                "host",
                "write the server's name alone, without http:// and without a path",
            );
        }
        for (field, text) in [
            ("mount", &self.mount),
            ("user", &self.user),
            ("station", &self.station),
            ("description", &self.description),
            ("genre", &self.genre),
            ("website", &self.website),
        ] {
            if text.chars().any(char::is_control) {
                return wrong(field, "this must be one line");
            }
        }
        if self.user.contains(':') {
            return wrong("user", "a user name has no colon");
        }
        Ok(())
    }
}

impl IcecastSettings {
    fn shown(&self) -> String {
        if self.host.trim().is_empty() {
            return "the Icecast destination without an address".into();
        }
        let scheme = if self.tls { "icecasts" } else { "icecast" };
        format!("{scheme}://{}:{}{}", self.host.trim(), self.port, self.mount)
    }

    fn filled(&self) -> Result<(), OutputError> {
        let missing = if self.host.trim().is_empty() {
            "set the server's name"
        } else if self.password.is_empty() {
            "set the server's source password"
        } else {
            return Ok(());
        };
        Err(OutputError::Config {
            to: self.shown(),
            problem: missing.into(),
        })
    }

    /// The file of authorities, where the connection is encrypted.
    fn trusted(&self) -> Option<&str> {
        self.tls.then_some(&*self.ca_file)
    }

    fn login(&self) -> String {
        basic(&self.user, self.password.reveal())
    }

    fn request(&self, sound: &Sound) -> String {
        let host = self.host.trim();
        let mut r = format!(
            "PUT {} HTTP/1.1\r\nHost: {host}:{}\r\nAuthorization: Basic {}\r\nUser-Agent: Footlight/{}\r\n\
             Content-Type: {}\r\nExpect: 100-continue\r\nIce-Public: {}\r\nIce-Bitrate: {}\r\n\
             Ice-Audio-Info: samplerate={};channels={};bitrate={}\r\n",
            self.mount,
            self.port,
            self.login(),
            env!("CARGO_PKG_VERSION"),
            sound.content_type,
            u8::from(self.public),
            sound.kbps,
            sound.info.audio[0].sample_rate,
            sound.info.audio[0].channels,
            sound.kbps,
        );
        for (name, value) in [
            ("Ice-Name", &self.station),
            ("Ice-Description", &self.description),
            ("Ice-Genre", &self.genre),
            ("Ice-URL", &self.website),
        ] {
            if !value.is_empty() {
                r.push_str(&format!("{name}: {value}\r\n"));
            }
        }
        r.push_str("\r\n");
        r
    }

    /// Tells listeners what is played (not for Ogg, which carries it inside).
    fn title_request(&self, title: &str) -> String {
        self.admin_request("updinfo", title)
    }
}

fn read(map: &Map<String, Value>, path: &str) -> Result<(IcecastSettings, Vec<Unknown>), DocError> {
    match project::kind::parse::<IcecastSettings>(map, path) {
        Ok(p) => Ok((p.settings, p.unknown)),
        Err(e) => Err(DocError {
            found: "****".into(),
            ..e
        }),
    }
}

fn from_url(url: &str) -> Result<Map<String, Value>, OutputError> {
    let wrong = |problem: &str| OutputError::Config {
        to: "icecast://****".into(),
        problem: format!(
            "{problem}. The address should look like icecast://source:PASSWORD@radio.example.com:8000/live"
        ),
    };
    let u = Url::parse(url.trim()).map_err(|_| wrong("the address can't be read"))?;
    let plain = |t: &str| -> String {
        url::form_urlencoded::parse(format!("x={}", t.replace('+', "%2B")).as_bytes())
            .next()
            .map_or_else(String::new, |(_, v)| v.into_owned())
    };
    let tls = u.scheme() == "icecasts" || u.query_pairs().any(|(k, v)| k == "tls" && v == "1");
    let s = IcecastSettings {
        host: u.host_str().unwrap_or_default().trim_matches(['[', ']']).to_owned(),
        port: u.port().unwrap_or(if tls { 443 } else { 8000 }),
        tls,
        mount: if u.path().len() > 1 {
            u.path().to_owned()
        } else {
            "/live".into()
        },
        user: if u.username().is_empty() {
            "source".into()
        } else {
            plain(u.username())
        },
        password: Secret::new(plain(u.password().unwrap_or_default())),
        ..IcecastSettings::default()
    };
    let map = match serde_json::to_value(&s) {
        Ok(Value::Object(m)) => m,
        _ => Map::new(),
    };
    read(&map, "settings")?;
    Ok(map)
}

/// The one track that is sent, and how.
struct Sound {
    info: StreamInfo,
    format: StreamFormat,
    content_type: &'static str,
    kbps: u32,
}

fn sound_of(info: &StreamInfo) -> Result<Sound, OutputError> {
    let unsupported = |problem: &str| OutputError::Unsupported {
        to: "Icecast".into(),
        problem: problem.into(),
    };
    let track = info.audio.first();
    let track = track.ok_or_else(|| unsupported("there is no sound to send. Choose an encoder with audio"))?;
    let (format, content_type) = match track.codec {
        AudioCodec::Opus => (StreamFormat::OggOpus, "audio/ogg"),
        AudioCodec::Mp3 => (StreamFormat::Mp3, "audio/mpeg"),
        AudioCodec::Aac => (StreamFormat::Adts, "audio/aac"),
        _ => {
            return Err(unsupported(
                "its sound must be Opus, MP3 or AAC. Choose one of these as the audio codec",
            ));
        }
    };
    Ok(Sound {
        info: StreamInfo {
            video: None,
            audio: vec![track.clone()],
        },
        format,
        content_type,
        kbps: track.bitrate / 1000,
    })
}

fn open(map: &Map<String, Value>, _env: &Env) -> Result<Box<dyn Driver>, OutputError> {
    let (settings, _) = read(map, "settings")?;
    settings.filled()?;
    Ok(Box::new(IcecastDriver { settings }))
}

struct IcecastDriver {
    settings: IcecastSettings,
}

impl Driver for IcecastDriver {
    fn run<'a>(&'a mut self, info: &'a StreamInfo, packets: &'a PacketReceiver, link: &'a Link) -> DriverFuture<'a> {
        Box::pin(async move {
            let sound = sound_of(info)?;
            let mut wire = self.ask(&sound, link).await?;
            link.connected();
            let mut source = Source {
                settings: &self.settings,
                link,
                titles: link.title(),
                muxer: None,
                sound,
            };
            source.send(&mut *wire, packets).await?;
            Ok(())
        })
    }

    fn probe<'a>(&'a mut self, _wish: &'a ProbeWish<'a>) -> ProbeFuture<'a> {
        Box::pin(async move { self.look_ahead().await.map(Some) })
    }
}

impl IcecastDriver {
    /// Connects and is let in.
    async fn ask(&self, sound: &Sound, link: &Link) -> Result<Box<dyn Wire>, OutputError> {
        let s = &self.settings;
        let to = link.to();
        let mut wire = wire::connect((s.host.trim(), s.port), s.trusted(), to).await?;
        let asking = async {
            let request = s.request(sound);
            wire.write_all(request.as_bytes())
                .await
                .map_err(|e| OutputError::Lost {
                    to: to.to_owned(),
                    why: io_words(&e),
                })?;
            wire::answer(&mut *wire, to).await
        };
        let head = time::timeout(LIMIT, asking).await.map_err(|_| OutputError::TimedOut {
            to: to.to_owned(),
            step: "the permission to send",
            seconds: LIMIT.as_secs(),
        })??;
        let unreachable = |why: String| OutputError::Unreachable { to: to.to_owned(), why };
        match head.status {
            100 | 200..=299 => Ok(wire),
            401 => Err(s.wrong_password(to)),
            403 => Err(unreachable(format!(
                "it said \"{}\". Somebody may be sending to this mount point already, or it takes no {}",
                head.reason, sound.content_type
            ))),
            status => Err(unreachable(format!("it said \"{status} {}\"", head.reason))),
        }
    }
}

/// One connection that was let in.
struct Source<'a> {
    settings: &'a IcecastSettings,
    link: &'a Link,
    titles: watch::Receiver<String>,
    muxer: Option<StreamMuxer>,
    sound: Sound,
}

impl Source<'_> {
    async fn send(&mut self, wire: &mut dyn Wire, packets: &PacketReceiver) -> Result<(), OutputError> {
        let mut said = [0; 256];
        // A title that was set before is told at the beginning.
        let mut title = self.titles.borrow_and_update().clone();
        if !title.is_empty() && self.sound.format != StreamFormat::OggOpus {
            tell_title(self.settings, self.link, &title).await;
        }
        loop {
            let packet = tokio::select! {
                p = packets.recv() => p,
                n = wire.read(&mut said) => match n {
                    Ok(1..) => continue,
                    Ok(_) => return Err(lost(self.link, "the server closed it")),
                    Err(e) => return Err(lost(self.link, &io_words(&e))),
                },
                Ok(()) = self.titles.changed() => {
                    title = self.titles.borrow_and_update().clone();
                    if self.sound.format == StreamFormat::OggOpus {
                        // A new logical stream in the same Ogg (RFC 3533, 4), with the title in its comments.
                        let rest = self.end_of_stream()?;
                        write(self.link, wire, &rest).await?;
                    } else {
                        tell_title(self.settings, self.link, &title).await;
                    }
                    continue;
                }
            };
            let Some(p) = packet else {
                let rest = self.end_of_stream()?;
                let _ = time::timeout(FLUSH_LIMIT, async {
                    let _ = wire.write_all(&rest).await;
                    let _ = wire.shutdown().await;
                })
                .await;
                return Ok(());
            };
            if p.stream == StreamKind::Audio(0) {
                let bytes = self.pack(&p, &title)?;
                write(self.link, wire, &bytes).await?;
            }
            self.link.sent(&p);
        }
    }

    fn pack(&mut self, p: &Packet, title: &str) -> Result<Bytes, OutputError> {
        if self.muxer.is_none() {
            let label = TrackLabel {
                title: title.to_owned(),
                ..TrackLabel::default()
            };
            let made = StreamMuxer::new(self.sound.format, &self.sound.info, &[label]);
            self.muxer = Some(made.map_err(muxing)?);
        }
        match &mut self.muxer {
            Some(m) => m.write(p).map_err(muxing),
            None => Ok(Bytes::new()),
        }
    }

    fn end_of_stream(&mut self) -> Result<Bytes, OutputError> {
        self.muxer
            .take()
            .map_or(Ok(Bytes::new()), |m| m.finish().map_err(muxing))
    }
}

async fn write(link: &Link, wire: &mut dyn Wire, bytes: &[u8]) -> Result<(), OutputError> {
    let written = time::timeout(LIMIT, async {
        wire.write_all(bytes).await?;
        wire.flush().await
    });
    match written.await {
        Ok(Ok(())) => {
            link.wrote(bytes.len());
            Ok(())
        }
        Ok(Err(e)) => Err(lost(link, &io_words(&e))),
        Err(_) => Err(OutputError::Stalled {
            to: link.to().to_owned(),
            seconds: LIMIT.as_secs(),
        }),
    }
}

/// A title that does not get through is no reason to end the show: it is told in the log.
async fn tell_title(s: &IcecastSettings, link: &Link, title: &str) {
    let telling = async {
        let mut wire = wire::connect((s.host.trim(), s.port), s.trusted(), link.to()).await?;
        let request = s.title_request(title);
        let asked = wire.write_all(request.as_bytes()).await;
        asked.map_err(|e| lost(link, &io_words(&e)))?;
        wire::answer(&mut *wire, link.to()).await
    };
    let why = match time::timeout(Duration::from_secs(2), telling).await {
        Ok(Ok(head)) if (200..300).contains(&head.status) => return,
        Ok(Ok(head)) => format!("it said \"{} {}\"", head.status, head.reason),
        Ok(Err(e)) => e.to_string(),
        Err(_) => "it did not answer".into(),
    };
    tracing::warn!(destination = link.to(), "the title was not taken: {why}");
}

fn lost(link: &Link, why: &str) -> OutputError {
    OutputError::Lost {
        to: link.to().to_owned(),
        why: why.to_owned(),
    }
}

fn muxing(source: codec::CodecError) -> OutputError {
    OutputError::Mux {
        what: "The Icecast stream".into(),
        source,
    }
}
