//! Sending the show as HLS by HTTP: each segment, then the playlist, by PUT (or POST) to a server that hands them out, such as
//! YouTube's HLS ingest (`…&file=NAME` at the end of the address) or any web server that takes files.
//!
//! Only what this destination has put there is ever deleted, and only when asked to. Segment names begin with letters
//! chosen anew each time it is opened, so that no earlier show is overwritten. After a reconnect the numbering goes on and
//! the playlist says that the stream's clock starts over.

mod segments;
mod upload;

use crate::{
    LineFigures, Link, OutputError,
    kind::{DestinationKind, Driver, DriverFuture, Env, ProbeFuture, ProbeWish, Probed, Wants},
};
use codec::{CodecError, StreamFormat};
use media::{MediaTime, PacketReceiver, Secret, StreamInfo};
use project::{DocError, KindInfo, Settings, Unknown};
use schemars::JsonSchema;
use segments::{Cutter, Playlist, Segment};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::hash::{BuildHasher, Hasher};
use upload::Upload;
use url::Url;

/// Segments kept on the server beyond the playlist, when old ones are deleted.
const KEPT_BESIDES: usize = 5;
/// The part of a query that names the file, as YouTube has it.
const FILE: &str = "file=";

/// `hls_push`: HLS by HTTP PUT.
pub(crate) const KIND: DestinationKind = DestinationKind {
    info: KindInfo {
        check: |map, path| read(map, path).map(|(_, unknown)| unknown),
        ..KindInfo::of::<HlsPushSettings>(
            "hls_push",
            "HLS upload",
            "Uploads the show as HLS segments and a playlist, as YouTube's HLS ingest and plain web servers take them.",
        )
    },
    schemes: &["hls+http", "hls+https"],
    from_url: |url| {
        let settings = HlsPushSettings {
            url: url.trim().trim_start_matches("hls+").to_owned(),
            ..HlsPushSettings::default()
        };
        settings.place()?;
        Ok(match serde_json::to_value(settings) {
            Ok(Value::Object(m)) => m,
            _ => Map::new(),
        })
    },
    redacted_url: |map| read(map, "").map_or_else(|_| "https://****".into(), |(s, _)| s.shown()),
    endpoint: |map| {
        let place = read(map, "settings")?.0.place()?;
        Ok(Some((place.host, place.port)))
    },
    wants: |_| Wants::HLS,
    check_streams,
    open,
};

/// How segments are packed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HlsContainer {
    /// MPEG-TS (`.ts`): H.264 or HEVC. What YouTube takes.
    #[default]
    Ts,
    /// Fragmented MP4 (`.m4s`): any codec that MP4 holds.
    Fmp4,
}

/// How files are sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "UPPERCASE")]
pub enum HlsMethod {
    /// HTTP PUT.
    #[default]
    Put,
    /// HTTP POST.
    Post,
}

/// Settings of an HLS upload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct HlsPushSettings {
    /// The playlist's address as the service gives it, key included: `https://a.upload.youtube.com/http_upload_hls?cid=KEY&copy=0&file=out.m3u8`,
    /// or `https://server/show/live.m3u8`. Segments go beside it.
    pub url: String,
    /// How segments are packed.
    pub container: HlsContainer,
    /// Length of a segment in seconds. A segment ends at the first keyframe after it; YouTube wants 1 to 4.
    #[schemars(range(min = 0.5, max = 10.0))]
    pub segment_s: f64,
    /// How files are sent.
    pub method: HlsMethod,
    /// User name, for servers that ask for a login.
    pub user: String,
    /// The login's password. Secret.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub password: Secret,
    /// Delete segments of this show from the server (HTTP DELETE) once they are no longer in the playlist. Nothing else is
    /// ever deleted.
    pub delete_old: bool,
    /// Carry timed metadata in MPEG-TS too, as a stream of ID3 tags; fragmented MP4 always does. Leave it off where the service
    /// does not ask for it.
    pub timed_metadata: bool,
    /// For a server of one's own: the PEM file of the certificate authority to trust instead of the system's.
    pub ca_file: String,
}

impl Default for HlsPushSettings {
    fn default() -> Self {
        Self {
            url: String::new(),
            container: HlsContainer::Ts,
            segment_s: 2.0,
            method: HlsMethod::Put,
            user: String::new(),
            password: Secret::default(),
            delete_old: false,
            timed_metadata: false,
            ca_file: String::new(),
        }
    }
}

impl Settings for HlsPushSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        if !(0.5..=10.0).contains(&self.segment_s) {
            return Err(("segment_s".into(), "a segment lasts 0.5 to 10 seconds".into()));
        }
        if self.user.contains(|c: char| c == ':' || c.is_control()) {
            return Err(("user".into(), "a user name has no colon and is one line".into()));
        }
        Ok(())
    }
}

/// Where the files go.
#[derive(Clone, Debug, PartialEq)]
struct Place {
    host: String,
    port: u16,
    tls: bool,
    /// What comes before and after a file's name in a request.
    head: String,
    tail: String,
    /// The playlist's own name.
    playlist: String,
}

impl Place {
    fn target(&self, name: &str) -> String {
        format!("{}{name}{}", self.head, self.tail)
    }
}

impl HlsPushSettings {
    fn ts_format(&self) -> StreamFormat {
        if self.timed_metadata {
            StreamFormat::MpegTsWithId3
        } else {
            StreamFormat::MpegTs
        }
    }

    fn place(&self) -> Result<Place, OutputError> {
        let wrong = |problem: &str| OutputError::Config {
            to: "The HLS upload".into(),
            problem: format!("{problem}. Copy the playlist's address from the service; it ends with .m3u8"),
        };
        let u = Url::parse(self.url.trim()).map_err(|_| wrong("its address can't be read"))?;
        let tls = match u.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(wrong("its address must begin with https:// or http://")),
        };
        let host = u.host_str().ok_or_else(|| wrong("its address names no server"))?;
        let in_query = u.query().and_then(|q| {
            let at = if q.starts_with(FILE) { 0 } else { q.find("&file=")? + 1 } + FILE.len();
            let end = q[at..].find('&').map_or(q.len(), |i| at + i);
            Some((
                format!("{}?{}", u.path(), &q[..at]),
                q[at..end].to_owned(),
                q[end..].to_owned(),
            ))
        });
        let (head, playlist, tail) = in_query.unwrap_or_else(|| {
            let (folder, name) = u.path().rsplit_once('/').unwrap_or(("", ""));
            let tail = u.query().map_or_else(String::new, |q| format!("?{q}"));
            (format!("{folder}/"), name.to_owned(), tail)
        });
        if !playlist.ends_with(".m3u8") {
            return Err(wrong("its address names no playlist"));
        }
        Ok(Place {
            host: host.trim_matches(['[', ']']).to_owned(),
            port: u.port_or_known_default().unwrap_or(443),
            tls,
            head,
            tail,
            playlist,
        })
    }

    fn shown(&self) -> String {
        match self.place() {
            Ok(p) => format!("{}://{}:{}/****", if p.tls { "https" } else { "http" }, p.host, p.port),
            Err(_) if self.url.trim().is_empty() => "the HLS upload without an address".into(),
            Err(_) => "https://****".into(),
        }
    }
}

fn read(map: &Map<String, Value>, path: &str) -> Result<(HlsPushSettings, Vec<Unknown>), DocError> {
    match project::kind::parse::<HlsPushSettings>(map, path) {
        Ok(p) => Ok((p.settings, p.unknown)),
        Err(e) => Err(DocError {
            found: "****".into(),
            ..e
        }),
    }
}

fn check_streams(info: &StreamInfo) -> Result<(), OutputError> {
    if info.video.is_none() && info.audio.is_empty() {
        return Err(OutputError::Unsupported {
            to: "The HLS upload".into(),
            problem: "there is neither picture nor sound to send. Choose an encoder with video or audio".into(),
        });
    }
    Ok(())
}

fn open(map: &Map<String, Value>, _env: &Env) -> Result<Box<dyn Driver>, OutputError> {
    let (settings, _) = read(map, "settings")?;
    let place = settings.place()?;
    // A new name for each show, from the system's random numbers.
    let name = std::collections::hash_map::RandomState::new().build_hasher().finish();
    Ok(Box::new(HlsPush {
        playlist: Playlist::new(MediaTime::from_secs_f64(settings.segment_s)),
        prefix: format!("{:08x}", name as u32),
        place,
        settings,
    }))
}

struct HlsPush {
    settings: HlsPushSettings,
    place: Place,
    prefix: String,
    playlist: Playlist,
}

impl Driver for HlsPush {
    fn run<'a>(&'a mut self, info: &'a StreamInfo, packets: &'a PacketReceiver, link: &'a Link) -> DriverFuture<'a> {
        Box::pin(async move {
            let Self {
                settings,
                place,
                prefix,
                playlist,
            } = self;
            let mut upload = Upload {
                settings,
                place,
                to: link.to(),
                wrote: &|n| link.wrote(n),
                wire: None,
            };
            // Connected before anything is there to be sent, so that a wrong address shows at once.
            upload.connect().await?;
            link.connected();
            // A segment is as long as its keyframes lie apart, if that is more than what was asked for.
            let mut piece = MediaTime::from_secs_f64(settings.segment_s);
            tell_piece(link, piece);
            let mut part = Part::begin(info, &mut upload, playlist, prefix).await?;
            loop {
                let packet = packets.recv_with_data().await;
                if let Some(new) = packet.as_deref().and_then(|p| link.new_streams(p)) {
                    // Another encode has other headers: its segments begin a part of their own.
                    part.end(&mut upload, playlist, prefix, false).await?;
                    part = Part::begin(&new, &mut upload, playlist, prefix).await?;
                }
                match packet {
                    Some(p) => {
                        let ready = part.cutter.write(&p).map_err(muxing)?;
                        if let Some((_, duration)) = ready.as_ref().filter(|(_, d)| *d > piece) {
                            piece = *duration;
                            tell_piece(link, piece);
                        }
                        part.put(ready, &mut upload, playlist, (prefix, false)).await?;
                        link.sent(&p);
                    }
                    None => return part.end(&mut upload, playlist, prefix, true).await,
                }
            }
        })
    }

    fn goes_on(&self, _streams: &StreamInfo) -> bool {
        true
    }

    fn probe<'a>(&'a mut self, _wish: &'a ProbeWish<'a>) -> ProbeFuture<'a> {
        Box::pin(async move { self.look_ahead().await.map(Some) })
    }
}

/// What is uploaded of one stream, from where its clock starts over.
struct Part {
    cutter: Cutter,
    init: Option<String>,
    begins: bool,
}

impl Part {
    async fn begin(
        info: &StreamInfo,
        upload: &mut Upload<'_>,
        playlist: &mut Playlist,
        prefix: &str,
    ) -> Result<Self, OutputError> {
        let cutter = Cutter::new(info, upload.settings)?;
        playlist.starts += 1;
        let mut init = None;
        if let Some(bytes) = cutter.init() {
            let name = format!("{}-init{}.mp4", prefix, playlist.starts);
            upload.put(&name, "video/mp4", &bytes).await?;
            init = Some(name);
        }
        Ok(Self {
            cutter,
            init,
            begins: true,
        })
    }

    /// Uploads a segment, if there is one, and the playlist with it.
    async fn put(
        &mut self,
        ready: Option<(bytes::Bytes, MediaTime)>,
        upload: &mut Upload<'_>,
        playlist: &mut Playlist,
        (prefix, ended): (&str, bool),
    ) -> Result<(), OutputError> {
        let Some((bytes, duration)) = ready else { return Ok(()) };
        let (ending, media_type) = match upload.settings.container {
            HlsContainer::Ts => ("ts", "video/mp2t"),
            HlsContainer::Fmp4 => ("m4s", "video/mp4"),
        };
        let name = format!("{}-{}.{ending}", prefix, playlist.next);
        upload.put(&name, media_type, &bytes).await?;
        playlist.next += 1;
        playlist.push(Segment {
            name,
            duration,
            begins: std::mem::take(&mut self.begins),
            init: self.init.clone(),
        });
        put_playlist(playlist, upload, ended).await
    }

    /// Uploads what is left; `ended` for the end of the show.
    async fn end(
        &mut self,
        upload: &mut Upload<'_>,
        playlist: &mut Playlist,
        prefix: &str,
        ended: bool,
    ) -> Result<(), OutputError> {
        let ready = self.cutter.finish().map_err(muxing)?;
        if ready.is_none() && ended && !playlist.shown.is_empty() {
            return put_playlist(playlist, upload, true).await;
        }
        self.put(ready, upload, playlist, (prefix, ended)).await
    }
}

impl HlsPush {
    /// Asks for the playlist, which is not there yet: that tells whether the server is there and lets us in. Nothing is put.
    async fn look_ahead(&self) -> Result<Probed, OutputError> {
        let to = self.settings.shown();
        let mut upload = Upload {
            settings: &self.settings,
            place: &self.place,
            to: &to,
            wrote: &|_| {},
            wire: None,
        };
        let (status, reason) = upload.look().await?;
        let encrypted = if self.place.tls { ", encrypted" } else { "" };
        let mut doubts = vec![];
        if matches!(status, 401 | 403) {
            let why = format!(
                "it said \"{status} {reason}\". Check the address with its key, and user and password where the server asks for \
                 them"
            );
            return Err(OutputError::Password { to, why });
        }
        if status >= 500 {
            doubts.push(format!(
                "the server has trouble of its own: it said \"{status} {reason}\""
            ));
        }
        Ok(Probed {
            passed: format!("the server answers{encrypted}"),
            doubts,
        })
    }
}

fn tell_piece(link: &Link, piece: MediaTime) {
    link.line(LineFigures {
        piece_ms: Some(piece.as_secs_f64() * 1000.0),
        ..LineFigures::default()
    });
}

async fn put_playlist(playlist: &mut Playlist, upload: &mut Upload<'_>, ended: bool) -> Result<(), OutputError> {
    let text = playlist.text(ended);
    let name = upload.place.playlist.clone();
    upload
        .put(&name, "application/vnd.apple.mpegurl", text.as_bytes())
        .await?;
    if !upload.settings.delete_old {
        playlist.kept.clear();
    }
    while playlist.kept.len() > KEPT_BESIDES {
        if let Some(old) = playlist.kept.pop_front() {
            upload.delete(&old).await?;
        }
    }
    Ok(())
}

fn muxing(source: CodecError) -> OutputError {
    OutputError::Mux {
        what: "The HLS upload".into(),
        source,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_go_where_the_service_wants_them() {
        let place = |url: &str| {
            HlsPushSettings {
                url: url.into(),
                ..HlsPushSettings::default()
            }
            .place()
        };
        let p = place("https://a.upload.youtube.com/http_upload_hls?cid=KEY&copy=0&file=out.m3u8").expect("fine");
        assert_eq!(p.target("x.ts"), "/http_upload_hls?cid=KEY&copy=0&file=x.ts");
        assert_eq!((p.playlist.as_str(), p.port, p.tls), ("out.m3u8", 443, true));
        let p = place("http://h:8080/show/live.m3u8?token=T").expect("fine");
        assert_eq!(p.target("x.ts"), "/show/x.ts?token=T");
        assert_eq!((p.playlist.as_str(), p.port), ("live.m3u8", 8080));
        for wrong in ["", "ftp://h/x.m3u8", "http://h/hush", "http://h/?cid=hush"] {
            assert!(!place(wrong).expect_err("wrong").to_string().contains("hush"));
        }
    }
}
