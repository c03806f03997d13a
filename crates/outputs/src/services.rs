//! The services a show can go to by name: servers, what each takes, what its keys look like. The list ships with Footlight
//! (`assets/services.json`); a newer one in the user's configuration folder is used instead when it is sound, so that a
//! service that moves needs no new Footlight. This module asks no network.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, collections::BTreeSet, fs, path::Path};

/// The list as shipped.
const SHIPPED: &str = include_str!("../../../assets/services.json");
/// Its name in the configuration folder.
pub const FILE_NAME: &str = "services.json";
/// The largest list read from a user's folder, bytes.
const MAX_FILE: u64 = 1024 * 1024;
/// Most services, and most servers of one.
const MAX_ENTRIES: usize = 500;

/// The list of services.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ServiceList {
    /// What this file is.
    pub about: String,
    /// Counts up with each change; the highest version is used.
    pub version: u32,
    /// The services, in the order they are offered.
    pub services: Vec<Service>,
}

/// One service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Service {
    /// Unique among services; kept in project files.
    pub id: String,
    /// Name for people.
    pub name: String,
    /// The kind of destination it is.
    pub kind: String,
    /// Whether it is offered.
    pub available: bool,
    /// Why not, when it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its servers, the best first.
    pub servers: Vec<Server>,
    /// The service gives each account or event an address of its own, which a person pastes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_address: bool,
    /// Its stream keys.
    pub key: Key,
    /// The most it takes.
    pub limits: Limits,
    /// The codecs it takes.
    #[serde(default)]
    pub codecs: Codecs,
    /// What it recommends.
    #[serde(default)]
    pub recommended: Vec<Recommended>,
    /// Its address for HLS by HTTP, with `{key}` where the key goes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hls: Option<String>,
}

/// One server of a service.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Server {
    /// Name for people.
    pub name: String,
    /// Its address, without a key.
    pub url: String,
    /// It takes the same show a second time, in case the first one fails.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub backup: bool,
}

/// A service's stream keys.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Key {
    /// The page where a person finds it.
    pub url: String,
    /// How to find it there, by language.
    #[serde(rename = "where")]
    pub place: BTreeMap<String, String>,
    /// What keys look like, as a regular expression; services change their keys, so another look is only doubted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pattern: Option<String>,
    /// What keys look like, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shape: Option<String>,
    /// Added to a key, the publication is a test that nobody sees.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub test_suffix: Option<String>,
}

/// The most a service takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Limits {
    /// Bit rate of the picture, kbit/s.
    pub video_kbps: u32,
    /// Bit rate of the sound, kbit/s.
    pub audio_kbps: u32,
    /// Height of the picture, pixels.
    pub height: u32,
    /// Pictures a second.
    pub fps: u32,
    /// Seconds between keyframes.
    pub keyframe_interval_s: f64,
}

/// The codecs a service takes, by their names in project files.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Codecs {
    /// For the picture: `h264`, `hevc`, `av1`, `vp9`.
    pub video: Vec<String>,
    /// For the sound: `aac`, `opus`, `mp3`.
    pub audio: Vec<String>,
}

impl Default for Codecs {
    fn default() -> Self {
        Self {
            video: vec!["h264".into()],
            audio: vec!["aac".into()],
        }
    }
}

/// Settings that a service recommends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Recommended {
    /// Height of the picture, pixels.
    pub height: u32,
    /// Pictures a second.
    pub fps: u32,
    /// Codec of the picture.
    pub codec: String,
    /// Bit rate of the picture, kbit/s.
    pub video_kbps: u32,
}

/// What a show would send to a service.
#[derive(Clone, Debug, PartialEq)]
pub struct Sent<'a> {
    /// Codec of the picture, as in project files.
    pub video_codec: &'a str,
    /// Highest bit rate of the picture, kbit/s; none when quality decides.
    pub video_kbps: Option<u32>,
    /// Seconds between keyframes.
    pub keyframe_interval_s: f64,
    /// Height, pixels.
    pub height: u32,
    /// Codec of the sound, as in project files.
    pub audio_codec: &'a str,
    /// Bit rate of the sound, kbit/s.
    pub audio_kbps: u32,
}

impl ServiceList {
    /// The list in use: the one in this configuration folder when it is sound and newer, else the one shipped.
    pub fn in_use(config: Option<&Path>) -> Self {
        let shipped = Self::shipped();
        let Some(file) = config.map(|c| c.join(FILE_NAME)).filter(|f| f.exists()) else {
            return shipped;
        };
        match Self::read(&file) {
            Ok(own) if own.version > shipped.version => own,
            Ok(own) => {
                tracing::debug!(
                    version = own.version,
                    "the list of services in {} is no newer",
                    file.display()
                );
                shipped
            }
            Err(e) => {
                tracing::warn!("the list of services {} can't be used: {e}", file.display());
                shipped
            }
        }
    }

    /// The list as shipped.
    pub fn shipped() -> Self {
        // A test holds it to be sound.
        serde_json::from_str(SHIPPED).unwrap_or_default()
    }

    fn read(file: &Path) -> Result<Self, String> {
        let size = fs::metadata(file).map_err(|e| e.to_string())?.len();
        if size > MAX_FILE {
            return Err("it is far too large".into());
        }
        let bytes = fs::read(file).map_err(|e| e.to_string())?;
        let list: Self = serde_json::from_slice(&bytes).map_err(|e| e.to_string())?;
        list.check()?;
        Ok(list)
    }

    /// Whether the list can be used.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn check(&self) -> Result<(), String> {
        if self.services.is_empty() || self.services.len() > MAX_ENTRIES {
            return Err(format!("it has {} services", self.services.len()));
        }
        let mut ids = BTreeSet::new();
        for s in &self.services {
            if s.id.is_empty() || !ids.insert(&s.id) {
                return Err(format!("the id `{}` is missing or there twice", s.id));
            }
            s.check().map_err(|e| format!("{}: {e}", s.id))?;
        }
        Ok(())
    }

    /// The service of this id, else the one that has this server.
    pub fn find(&self, id: &str, url: &str) -> Option<&Service> {
        let by_id = self.services.iter().find(|s| s.id == id && !id.is_empty());
        by_id.or_else(|| {
            let has = |s: &&Service| !url.is_empty() && s.servers.iter().any(|server| server.url == url);
            self.services.iter().find(has)
        })
    }
}

impl Service {
    fn check(&self) -> Result<(), String> {
        let kind = crate::destination_kind(&self.kind).map_err(|e| e.to_string())?;
        if self.servers.len() > MAX_ENTRIES || (self.servers.is_empty() && !self.own_address) {
            return Err(format!("it has {} servers", self.servers.len()));
        }
        for server in &self.servers {
            let mut settings = (kind.info.defaults)();
            settings.insert("url".into(), server.url.clone().into());
            settings.insert("key".into(), "key".into());
            (kind.info.check)(&settings, "").map_err(|e| format!("{}: {e}", server.url))?;
        }
        if !self.key.url.starts_with("https://") {
            return Err("the page with the key is not https://".into());
        }
        if let Some(pattern) = &self.key.pattern {
            regex_lite::Regex::new(pattern).map_err(|e| format!("the pattern of its keys: {e}"))?;
        }
        let l = &self.limits;
        let sane = l.video_kbps >= 500 && l.audio_kbps >= 32 && l.height >= 240 && l.fps >= 15;
        if !sane || !(0.5..=20.0).contains(&l.keyframe_interval_s) || self.codecs.video.is_empty() {
            return Err("its limits make no sense".into());
        }
        Ok(())
    }

    /// What is odd about a key; none when nothing is, or there is none.
    pub fn key_oddity(&self, key: &str) -> Option<String> {
        let key = key.trim();
        if key.is_empty() {
            return None;
        }
        if key.chars().any(char::is_whitespace) {
            return Some("the stream key has a space in it. Copy it again".into());
        }
        let pattern = self
            .key
            .pattern
            .as_deref()
            .and_then(|p| regex_lite::Regex::new(p).ok())?;
        let shape = self.key.shape.as_deref().unwrap_or("another form");
        (!pattern.is_match(key)).then(|| {
            format!(
                "the stream key does not look like one of {} ({shape}). Copy it again from {}",
                self.name, self.key.url
            )
        })
    }

    /// What of a show this service would not take or not like, in sentences to stand behind its name and a colon: first
    /// what it refuses, then what it only advises against.
    pub fn objections(&self, sent: &Sent<'_>) -> (Vec<String>, Vec<String>) {
        let (mut refused, mut doubted) = (vec![], vec![]);
        let takes = |list: &[String], codec: &str| list.iter().any(|c| c == codec);
        if !takes(&self.codecs.video, sent.video_codec) {
            refused.push(format!(
                "{} does not take {} video. Choose an encoder with {}",
                self.name,
                sent.video_codec.to_uppercase(),
                self.codecs.video.join(", ")
            ));
        }
        if !takes(&self.codecs.audio, sent.audio_codec) {
            refused.push(format!(
                "{} does not take {} sound. Choose an encoder with {}",
                self.name,
                sent.audio_codec.to_uppercase(),
                self.codecs.audio.join(", ")
            ));
        }
        let l = &self.limits;
        if let Some(rate) = sent.video_kbps.filter(|r| *r > l.video_kbps) {
            doubted.push(format!(
                "{rate} kbit/s is more than the {} that {} takes",
                l.video_kbps, self.name
            ));
        }
        if sent.keyframe_interval_s > l.keyframe_interval_s {
            doubted.push(format!(
                "a keyframe every {} s is too seldom, {} wants one every {} s",
                sent.keyframe_interval_s, self.name, l.keyframe_interval_s
            ));
        }
        if sent.height > l.height {
            doubted.push(format!(
                "{} lines are more than the {} that {} takes",
                sent.height, l.height, self.name
            ));
        }
        if sent.audio_kbps > l.audio_kbps {
            doubted.push(format!(
                "{} kbit/s of sound is more than the {} that {} takes",
                sent.audio_kbps, l.audio_kbps, self.name
            ));
        }
        (refused, doubted)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shipped_list_is_sound_and_has_whom_people_stream_to() {
        let list: ServiceList = serde_json::from_str(SHIPPED).expect("of this form");
        list.check().expect("sound");
        for id in [
            "youtube", "twitch", "facebook", "kick", "tiktok", "trovo", "x", "linkedin", "restream",
        ] {
            let s = list.find(id, "").expect(id);
            assert!(
                s.available && s.key.place.len() == 3 && !s.recommended.is_empty(),
                "{id}"
            );
            for r in &s.recommended {
                assert!(
                    r.video_kbps <= s.limits.video_kbps && s.codecs.video.contains(&r.codec),
                    "{id}: {r:?}"
                );
            }
            let backups = s.servers.iter().filter(|server| server.backup).count();
            assert!(s.own_address || backups < s.servers.len(), "{id}");
        }
        for id in ["youtube", "facebook", "kick"] {
            let first = &list.find(id, "").expect(id).servers[0].url;
            assert!(first.starts_with("rtmps://"), "{first}");
        }
        assert_eq!(
            list.find("", "rtmp://live.twitch.tv/app").map(|s| s.id.as_str()),
            Some("twitch")
        );
        assert_eq!(list.find("", ""), None);
        assert_eq!(list.find("no-such", "rtmp://h/app"), None);
    }

    #[test]
    fn a_newer_list_of_the_users_is_used_and_a_broken_one_is_not() {
        let dir = tempfile::tempdir().expect("folder");
        let shipped = ServiceList::shipped();
        let in_use = |text: &str| {
            fs::write(dir.path().join(FILE_NAME), text).expect("written");
            ServiceList::in_use(Some(dir.path()))
        };
        assert_eq!(ServiceList::in_use(Some(dir.path())), shipped, "there is none");
        let mut newer = shipped.clone();
        newer.version += 1;
        newer.services.truncate(1);
        let text = serde_json::to_string(&newer).expect("JSON");
        assert_eq!(in_use(&text), newer);
        let mut same = newer.clone();
        same.version = shipped.version;
        assert_eq!(in_use(&serde_json::to_string(&same).expect("JSON")), shipped);
        type Break = fn(&mut ServiceList);
        let broken: [(&str, Break); 6] = [
            ("twice", |l| l.services.push(l.services[0].clone())),
            ("kind", |l| l.services[0].kind = "pigeon".into()),
            ("address", |l| l.services[0].servers[0].url = "http://x".into()),
            ("pattern", |l| l.services[0].key.pattern = Some("(".into())),
            ("limits", |l| l.services[0].limits.video_kbps = 0),
            ("empty", |l| l.services.clear()),
        ];
        for (what, spoil) in broken {
            let mut l = newer.clone();
            spoil(&mut l);
            assert_eq!(in_use(&serde_json::to_string(&l).expect("JSON")), shipped, "{what}");
        }
        assert_eq!(in_use("{"), shipped);
        assert_eq!(in_use(&" ".repeat(MAX_FILE as usize + 1)), shipped);
    }

    #[test]
    fn keys_and_encoders_are_held_against_the_service() {
        let list = ServiceList::shipped();
        let twitch = list.find("twitch", "").expect("twitch");
        assert_eq!(twitch.key_oddity("live_123_abc"), None);
        assert_eq!(twitch.key_oddity(""), None);
        assert!(twitch.key_oddity("live_123 abc").is_some_and(|t| t.contains("space")));
        assert!(
            twitch
                .key_oddity("abcd-efgh")
                .is_some_and(|t| t.contains("Twitch") && !t.contains("abcd"))
        );
        let good = Sent {
            video_codec: "h264",
            video_kbps: Some(6000),
            keyframe_interval_s: 2.0,
            height: 1080,
            audio_codec: "aac",
            audio_kbps: 160,
        };
        assert_eq!(twitch.objections(&good), (vec![], vec![]));
        let bad = Sent {
            video_codec: "hevc",
            video_kbps: Some(9000),
            keyframe_interval_s: 4.0,
            height: 2160,
            audio_codec: "opus",
            audio_kbps: 500,
        };
        let (refused, doubted) = twitch.objections(&bad);
        assert_eq!((refused.len(), doubted.len()), (2, 4), "{refused:?} {doubted:?}");
        let youtube = list.find("youtube", "").expect("youtube");
        assert!(
            youtube
                .objections(&Sent {
                    video_codec: "hevc",
                    ..good
                })
                .0
                .is_empty()
        );
    }
}
