//! Any address and any container that this computer's FFmpeg can write: `udp://`, `tcp://`, `rtp://`, a file. For what has no
//! kind of its own; what goes wrong is said in FFmpeg's words. On a thread of its own, as FFmpeg blocks.

mod ask;

use super::blocking::{on_a_thread, send_to_url};
use crate::{
    Link, OutputError,
    kind::{DestinationKind, Driver, DriverFuture, Env, ProbeFuture, ProbeWish, Wants},
};
use codec::UrlTarget;
use media::{PacketReceiver, Secret, StreamInfo};
use project::{DocError, KindInfo, Settings, Unknown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

/// Where the secret goes in the address and the options.
const PLACE: &str = "{secret}";

/// `custom`: an address of FFmpeg's.
pub(crate) const KIND: DestinationKind = DestinationKind {
    info: KindInfo {
        check: |map, path| read(map, path).map(|(_, unknown)| unknown),
        ..KindInfo::of::<CustomSettings>(
            "custom",
            "FFmpeg address",
            "Streams to any address and in any container that this computer's FFmpeg knows: UDP, TCP, RTP, a file.",
        )
    },
    schemes: &["udp", "tcp", "rtp", "rtsp", "file", "ftp", "sftp"],
    from_url,
    redacted_url: |map| read(map, "").map_or_else(|_| "****".into(), |(s, _)| redacted(&s.url)),
    endpoint: |map| read(map, "settings").map(|_| None).map_err(OutputError::from),
    wants: |_| Wants::ANY,
    check_streams,
    open,
};

/// Settings of a custom destination.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct CustomSettings {
    /// The address as FFmpeg takes it: `udp://239.0.0.1:5000`, `tcp://host:9000`, `/srv/show.ts`. Where `{secret}` stands in
    /// it, the secret below is put.
    pub url: String,
    /// FFmpeg's name of the container, such as `mpegts`, `flv`, `matroska`; empty to go by the address.
    pub format: String,
    /// Options of FFmpeg's protocol or container as `name=value`, separated by spaces: `ttl=4 pkt_size=1316`.
    pub options: String,
    /// A key or password, put where `{secret}` stands in the address or an option. Secret.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub secret: Secret,
}

impl Settings for CustomSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        let wrong = |field: &str, problem: &str| Err((field.to_owned(), problem.to_owned()));
        if self
            .options
            .split_whitespace()
            .any(|o| !o.contains('=') || o.starts_with('='))
        {
            return wrong("options", "write each option as name=value, with spaces between them");
        }
        let named = |text: &str| text.contains(PLACE);
        if !self.secret.is_empty() && !named(&self.url) && !named(&self.options) {
            return wrong(
                "secret",
                "write {secret} in the address or an option, where it is to be put",
            );
        }
        Ok(())
    }
}

impl CustomSettings {
    fn target(&self) -> UrlTarget {
        let filled = |text: &str| text.replace(PLACE, self.secret.reveal());
        let url = filled(self.url.trim());
        let options = self.options.split_whitespace().filter_map(|o| o.split_once('='));
        let options: Vec<_> = options.map(|(k, v)| (k.to_owned(), filled(v))).collect();
        let mut secrets = vec![self.secret.reveal().to_owned()];
        // What the address hides when it is shown must not come back in FFmpeg's words.
        if let Some((_, rest)) = url.split_once("://") {
            let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
            secrets.push(query.to_owned());
            secrets.extend(place.rsplit_once('@').map(|(login, _)| login.to_owned()));
            secrets.extend(place.split_once('/').map(|(_, path)| path.to_owned()));
        }
        UrlTarget {
            format: self.format.trim().to_owned(),
            options,
            secrets,
            url,
        }
    }
}

/// The address without what may be secret in it: login, path and query of a server; files are shown as they are.
fn redacted(url: &str) -> String {
    let url = url.trim();
    let Some((scheme, rest)) = url.split_once("://") else {
        return if url.is_empty() {
            "the destination without an address".into()
        } else {
            url.to_owned()
        };
    };
    if scheme.eq_ignore_ascii_case("file") {
        return url.to_owned();
    }
    let (place, query) = rest.split_once('?').map_or((rest, ""), |(p, _)| (p, "?****"));
    let (host, path) = place
        .split_once('/')
        .map_or((place, ""), |(h, p)| (h, if p.is_empty() { "/" } else { "/****" }));
    let host = host.rsplit_once('@').map_or_else(
        || host.to_owned(),
        |(_, h)| {
            if host.starts_with('@') {
                host.to_owned()
            } else {
                format!("****@{h}")
            }
        },
    );
    format!("{scheme}://{host}{path}{query}")
}

fn read(map: &Map<String, Value>, path: &str) -> Result<(CustomSettings, Vec<Unknown>), DocError> {
    match project::kind::parse::<CustomSettings>(map, path) {
        Ok(p) => Ok((p.settings, p.unknown)),
        Err(e) => Err(DocError {
            found: "****".into(),
            ..e
        }),
    }
}

fn from_url(url: &str) -> Result<Map<String, Value>, OutputError> {
    let scheme = url.split_once(':').map_or("", |(s, _)| s).to_ascii_lowercase();
    let settings = CustomSettings {
        url: url.trim().to_owned(),
        // These carry bytes of any kind; MPEG-TS is what the other side expects.
        format: match scheme.as_str() {
            "udp" | "tcp" => "mpegts".into(),
            "rtp" => "rtp_mpegts".into(),
            "rtsp" => "rtsp".into(),
            _ => String::new(),
        },
        ..CustomSettings::default()
    };
    Ok(match serde_json::to_value(settings) {
        Ok(Value::Object(m)) => m,
        _ => Map::new(),
    })
}

fn check_streams(info: &StreamInfo) -> Result<(), OutputError> {
    if info.video.is_none() && info.audio.is_empty() {
        return Err(OutputError::Unsupported {
            to: "The FFmpeg address".into(),
            problem: "there is neither picture nor sound to send. Choose an encoder with video or audio".into(),
        });
    }
    Ok(())
}

fn open(map: &Map<String, Value>, _env: &Env) -> Result<Box<dyn Driver>, OutputError> {
    let (settings, _) = read(map, "settings")?;
    if settings.url.trim().is_empty() {
        return Err(OutputError::Config {
            to: redacted(""),
            problem: "set the address, such as udp://239.0.0.1:5000".into(),
        });
    }
    Ok(Box::new(CustomDriver {
        target: settings.target(),
    }))
}

struct CustomDriver {
    target: UrlTarget,
}

impl Driver for CustomDriver {
    fn run<'a>(&'a mut self, info: &'a StreamInfo, _: &'a PacketReceiver, link: &'a Link) -> DriverFuture<'a> {
        let target = self.target.clone();
        Box::pin(on_a_thread("custom output", info, link, move |feed| {
            send_to_url(&feed, &target)
        }))
    }

    fn probe<'a>(&'a mut self, _wish: &'a ProbeWish<'a>) -> ProbeFuture<'a> {
        Box::pin(async move {
            let to = redacted(&self.target.url);
            ask::look_ahead(&self.target.url, &to).await.map(Some)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_secret_is_shown() {
        for (url, shown) in [
            ("udp://239.0.0.1:5000?pkt_size=1316", "udp://239.0.0.1:5000?****"),
            ("ftp://me:hush@h/hush/x.ts", "ftp://****@h/****"),
            ("tcp://h:9", "tcp://h:9"),
            ("rtsp://h:8554/hush", "rtsp://h:8554/****"),
            ("/srv/show.ts", "/srv/show.ts"),
        ] {
            assert_eq!(redacted(url), shown);
        }
        let s = CustomSettings {
            url: "ftp://me:{secret}@h/show".into(),
            options: "a={secret} b=2".into(),
            secret: Secret::new("hush-hush"),
            ..CustomSettings::default()
        };
        let t = s.target();
        assert_eq!(t.url, "ftp://me:hush-hush@h/show");
        assert_eq!(
            t.options,
            [("a".into(), "hush-hush".into()), ("b".into(), "2".to_owned())]
        );
        assert!(t.secrets.contains(&"me:hush-hush".to_owned()) && t.secrets.contains(&"show".to_owned()));
    }
}
