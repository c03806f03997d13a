//! Sending the show as HLS by HTTP: each segment, then the playlist, by PUT (or POST) to a server that hands them out, such as
//! YouTube's HLS ingest (`…&file=NAME` at the end of the address) or any web server that takes files.
//!
//! Only what this destination has put there is ever deleted, and only when asked to. Segment names begin with letters
//! chosen anew each time it is opened, so that no earlier show is overwritten. After a reconnect the numbering goes on and
//! the playlist says that the stream's clock starts over.

use crate::{
    Link, OutputError,
    error::io_words,
    kind::{DestinationKind, Driver, DriverFuture, Env, Wants},
    wire::{self, Wire, basic},
};
use bytes::Bytes;
use codec::{CodecError, FragmentMuxer, StreamFormat, StreamMuxer};
use media::{MediaTime, Packet, PacketReceiver, Secret, StreamInfo};
use project::{DocError, KindInfo, Settings, Unknown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{
    collections::VecDeque,
    fmt::Write as _,
    hash::{BuildHasher, Hasher},
    time::Duration,
};
use tokio::{io::AsyncWriteExt, time};
use url::Url;

/// Time for one file.
const LIMIT: Duration = Duration::from_secs(10);
/// Segments in the playlist. YouTube takes at most five that it has not fetched yet.
const WINDOW: usize = 5;
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

/// What is on the server.
struct Playlist {
    /// The last [`WINDOW`] segments.
    shown: VecDeque<Segment>,
    /// Older ones that are still there.
    kept: VecDeque<String>,
    /// Number of the first shown segment, and of breaks before it.
    first: u64,
    breaks: u64,
    next: u64,
    target_s: u64,
    /// How often the stream's clock started over.
    starts: u64,
}

struct Segment {
    name: String,
    duration: MediaTime,
    /// The stream's clock starts over here; with MP4, this init segment goes with it.
    begins: bool,
    init: Option<String>,
}

impl Playlist {
    fn new(segment: MediaTime) -> Self {
        Self {
            shown: VecDeque::new(),
            kept: VecDeque::new(),
            first: 0,
            breaks: 0,
            next: 0,
            target_s: whole_seconds(segment),
            starts: 0,
        }
    }

    fn push(&mut self, s: Segment) {
        self.target_s = self.target_s.max(whole_seconds(s.duration));
        self.shown.push_back(s);
        while self.shown.len() > WINDOW {
            if let Some(old) = self.shown.pop_front() {
                self.first += 1;
                self.breaks += u64::from(old.begins && self.first > 1);
                self.kept.push_back(old.name);
            }
        }
    }

    /// RFC 8216.
    fn text(&self, ended: bool) -> String {
        let mut t = format!(
            "#EXTM3U\n#EXT-X-VERSION:{}\n#EXT-X-TARGETDURATION:{}\n#EXT-X-MEDIA-SEQUENCE:{}\n",
            if self.shown.iter().any(|s| s.init.is_some()) {
                7
            } else {
                3
            },
            self.target_s.max(1),
            self.first
        );
        if self.breaks > 0 {
            let _ = writeln!(t, "#EXT-X-DISCONTINUITY-SEQUENCE:{}", self.breaks);
        }
        for (i, s) in self.shown.iter().enumerate() {
            if s.begins && self.first + i as u64 > 0 {
                t.push_str("#EXT-X-DISCONTINUITY\n");
            }
            if let Some(init) = s.init.as_ref().filter(|_| s.begins || i == 0) {
                let _ = writeln!(t, "#EXT-X-MAP:URI=\"{init}\"");
            }
            let _ = write!(t, "#EXTINF:{:.6},\n{}\n", s.duration.as_secs_f64(), s.name);
        }
        if ended {
            t.push_str("#EXT-X-ENDLIST\n");
        }
        t
    }
}

/// A duration as the target duration counts it: rounded up, since no segment may be longer (RFC 8216, 4.3.3.1).
fn whole_seconds(t: MediaTime) -> u64 {
    t.as_secs_f64().ceil().max(0.0) as u64
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
                link,
                wire: None,
            };
            // Connected before anything is there to be sent, so that a wrong address shows at once.
            upload.connect().await?;
            link.connected();
            let mut cutter = Cutter::new(info, settings)?;
            playlist.starts += 1;
            let mut init = None;
            if let Some(bytes) = cutter.init() {
                let name = format!("{}-init{}.mp4", prefix, playlist.starts);
                upload.put(&name, "video/mp4", &bytes).await?;
                init = Some(name);
            }
            let mut begins = true;
            loop {
                let packet = packets.recv().await;
                let ready = match &packet {
                    Some(p) => cutter.write(p),
                    None => cutter.finish(),
                };
                if let Some((bytes, duration)) = ready.map_err(muxing)? {
                    let (ending, media_type) = match settings.container {
                        HlsContainer::Ts => ("ts", "video/mp2t"),
                        HlsContainer::Fmp4 => ("m4s", "video/mp4"),
                    };
                    let name = format!("{}-{}.{ending}", prefix, playlist.next);
                    upload.put(&name, media_type, &bytes).await?;
                    playlist.next += 1;
                    playlist.push(Segment {
                        name,
                        duration,
                        begins: std::mem::take(&mut begins),
                        init: init.clone(),
                    });
                    put_playlist(playlist, &mut upload, packet.is_none()).await?;
                } else if packet.is_none() && !playlist.shown.is_empty() {
                    put_playlist(playlist, &mut upload, true).await?;
                }
                match packet {
                    Some(p) => link.sent(&p),
                    None => return Ok(()),
                }
            }
        })
    }
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

enum Packer {
    Ts(StreamMuxer),
    /// Made with the first packet.
    Fmp4(Option<FragmentMuxer>),
}

/// Cuts the show into segments at keyframes.
struct Cutter {
    packer: Packer,
    gathered: Vec<u8>,
    segment: MediaTime,
    has_video: bool,
    begun: Option<MediaTime>,
    end: MediaTime,
}

impl Cutter {
    fn new(info: &StreamInfo, s: &HlsPushSettings) -> Result<Self, OutputError> {
        let packer = match s.container {
            HlsContainer::Ts => Packer::Ts(StreamMuxer::new(StreamFormat::MpegTs, info, &[]).map_err(muxing)?),
            HlsContainer::Fmp4 => Packer::Fmp4(Some(FragmentMuxer::new(info, MediaTime::ZERO).map_err(muxing)?)),
        };
        Ok(Self {
            packer,
            gathered: vec![],
            segment: MediaTime::from_secs_f64(s.segment_s),
            has_video: info.video.is_some(),
            begun: None,
            end: MediaTime::ZERO,
        })
    }

    fn init(&self) -> Option<Bytes> {
        match &self.packer {
            Packer::Fmp4(Some(m)) => Some(m.init_segment()),
            _ => None,
        }
    }

    /// Takes a packet and gives the segment that ends before it, if one does.
    fn write(&mut self, p: &Packet) -> Result<Option<(Bytes, MediaTime)>, CodecError> {
        let leads = p.is_video() || !self.has_video;
        // Half a picture early will do, as rates like 29.97 never hit whole seconds.
        let full = self
            .begun
            .is_some_and(|b| p.pts - b >= self.segment - MediaTime(p.duration.0 / 2));
        let ready = if leads && p.keyframe && full {
            self.cut(Some(p.pts))?
        } else {
            None
        };
        match &mut self.packer {
            Packer::Ts(m) => self.gathered.extend_from_slice(&m.write(p)?),
            Packer::Fmp4(Some(m)) => m.write(p)?,
            Packer::Fmp4(None) => {}
        }
        if leads {
            self.begun.get_or_insert(p.pts);
            self.end = self.end.max(p.pts + p.duration);
        }
        Ok(ready)
    }

    fn cut(&mut self, next: Option<MediaTime>) -> Result<Option<(Bytes, MediaTime)>, CodecError> {
        let Some(begun) = self.begun.take() else {
            return Ok(None);
        };
        let bytes = match &mut self.packer {
            Packer::Ts(m) => {
                self.gathered.extend_from_slice(&m.cut()?);
                std::mem::take(&mut self.gathered).into()
            }
            Packer::Fmp4(Some(m)) => m.cut()?,
            Packer::Fmp4(None) => Bytes::new(),
        };
        Ok(Some((bytes, next.unwrap_or(self.end) - begun)))
    }

    fn finish(&mut self) -> Result<Option<(Bytes, MediaTime)>, CodecError> {
        self.cut(None)
    }
}

/// The connection, kept open between files while the server allows.
struct Upload<'a> {
    settings: &'a HlsPushSettings,
    place: &'a Place,
    link: &'a Link,
    wire: Option<Box<dyn Wire>>,
}

impl Upload<'_> {
    async fn connect(&mut self) -> Result<(), OutputError> {
        let p = self.place;
        self.wire = Some(wire::connect(&p.host, p.port, p.tls, self.link.to()).await?);
        Ok(())
    }

    async fn put(&mut self, name: &str, media_type: &str, bytes: &[u8]) -> Result<(), OutputError> {
        let method = match self.settings.method {
            HlsMethod::Put => "PUT",
            HlsMethod::Post => "POST",
        };
        let status = self.request(method, name, media_type, bytes).await?;
        self.link.wrote(bytes.len());
        let to = self.link.to().to_owned();
        match status.0 {
            200..=299 => Ok(()),
            401 | 403 => Err(OutputError::Password {
                to,
                why: format!(
                    "it said \"{} {}\". Check the address with its key, and user and password where the server asks for them",
                    status.0, status.1
                ),
            }),
            404 | 405 => Err(OutputError::Config {
                to,
                problem: format!(
                    "it takes no files there (\"{} {}\"). Check the address",
                    status.0, status.1
                ),
            }),
            _ => Err(OutputError::Lost {
                to,
                why: format!("it said \"{} {}\"", status.0, status.1),
            }),
        }
    }

    /// Whether it is gone is of no importance to the show.
    async fn delete(&mut self, name: &str) -> Result<(), OutputError> {
        let (status, reason) = self.request("DELETE", name, "", &[]).await?;
        if !(200..300).contains(&status) {
            tracing::debug!(
                destination = self.link.to(),
                "{name} was not deleted: {status} {reason}"
            );
        }
        Ok(())
    }

    async fn request(
        &mut self,
        method: &str,
        name: &str,
        media_type: &str,
        body: &[u8],
    ) -> Result<(u16, String), OutputError> {
        // A connection that has been idle may have been closed meanwhile: then once more on a new one.
        let fresh = self.wire.is_none();
        match self.try_request(method, name, media_type, body).await {
            Err(OutputError::Lost { .. }) if !fresh => self.try_request(method, name, media_type, body).await,
            other => other,
        }
    }

    async fn try_request(
        &mut self,
        method: &str,
        name: &str,
        media_type: &str,
        body: &[u8],
    ) -> Result<(u16, String), OutputError> {
        if self.wire.is_none() {
            self.connect().await?;
        }
        let Some(mut wire) = self.wire.take() else {
            return Ok((0, String::new()));
        };
        let head = self.head(method, name, media_type, body.len());
        let to = self.link.to();
        let sending = async {
            let lost = |e: std::io::Error| OutputError::Lost {
                to: to.to_owned(),
                why: io_words(&e),
            };
            wire.write_all(head.as_bytes()).await.map_err(lost)?;
            wire.write_all(body).await.map_err(lost)?;
            wire.flush().await.map_err(lost)?;
            wire::answer(&mut *wire, to).await
        };
        let answer = time::timeout(LIMIT, sending).await.map_err(|_| OutputError::Stalled {
            to: to.to_owned(),
            seconds: LIMIT.as_secs(),
        })??;
        if !answer.closes {
            self.wire = Some(wire);
        }
        Ok((answer.status, answer.reason))
    }

    fn head(&self, method: &str, name: &str, media_type: &str, length: usize) -> String {
        let p = self.place;
        let mut h = format!(
            "{method} {} HTTP/1.1\r\nHost: {}:{}\r\nUser-Agent: Footlight/{}\r\nContent-Length: {length}\r\n",
            p.target(name),
            p.host,
            p.port,
            env!("CARGO_PKG_VERSION"),
        );
        if !media_type.is_empty() {
            h.push_str(&format!("Content-Type: {media_type}\r\n"));
        }
        if !self.settings.password.is_empty() {
            let login = basic(&self.settings.user, self.settings.password.reveal());
            h.push_str(&format!("Authorization: Basic {login}\r\n"));
        }
        h.push_str("\r\n");
        h
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

    #[test]
    fn the_playlist_moves_on_and_tells_where_the_clock_starts_over() {
        let mut p = Playlist::new(MediaTime::from_millis(2000));
        let segment = |n: u64, begins| Segment {
            name: format!("{n}.m4s"),
            duration: MediaTime::from_millis(2000),
            begins,
            init: Some(if n < 4 { "init1.mp4".into() } else { "init2.mp4".into() }),
        };
        for n in 0..6 {
            p.push(segment(n, n == 0 || n == 4));
        }
        let t = p.text(false);
        assert!(
            t.contains("#EXT-X-MEDIA-SEQUENCE:1\n") && !t.contains("DISCONTINUITY-SEQUENCE"),
            "{t}"
        );
        assert!(
            t.contains("#EXT-X-MAP:URI=\"init1.mp4\"\n#EXTINF:2.000000,\n1.m4s\n"),
            "{t}"
        );
        assert!(
            t.contains("#EXT-X-DISCONTINUITY\n#EXT-X-MAP:URI=\"init2.mp4\"\n#EXTINF:2.000000,\n4.m4s\n"),
            "{t}"
        );
        for n in 6..10 {
            p.push(segment(n, false));
        }
        let t = p.text(true);
        assert!(
            t.contains("#EXT-X-DISCONTINUITY-SEQUENCE:1\n") && t.ends_with("#EXT-X-ENDLIST\n"),
            "{t}"
        );
        assert!(!t.contains("#EXT-X-DISCONTINUITY\n"), "{t}");
    }
}
