//! What a server said it takes, in its answer to `connect` (Enhanced RTMP v2, "Enhancing NetConnection connect Command").
//! Most servers say nothing: those of before 2023, and many of version 1, which take HEVC and AV1 all the same.

use crate::{
    amf0::Value,
    fourcc::{self, FourCc},
};
use media::{AudioCodec, AudioStream, StreamInfo, VideoCodec};

/// Most codecs kept of a declaration.
const MAX_NAMES: usize = 64;
/// Flags of a codec that mean that it is welcome: the server decodes it (1) or hands it on (4).
const WELCOME: u32 = 0x01 | 0x04;
/// Bits of `capsEx`.
const RECONNECT: u32 = 0x01;
const MULTITRACK: u32 = 0x02;

/// A server's declarations; empty where it made none.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Declared {
    names: Vec<FourCc>,
    any: bool,
    caps: u32,
}

impl Declared {
    /// Reads the arguments of `_result`: the properties may be in either of its two objects.
    pub(crate) fn read(arguments: &[Value]) -> Self {
        let mut d = Self::default();
        for a in arguments {
            if let Some(Value::Array(list)) = a.get("fourCcList") {
                list.iter().filter_map(Value::text).for_each(|n| d.add(n));
            }
            for map in ["videoFourCcInfoMap", "audioFourCcInfoMap"] {
                if let Some(Value::Object(fields)) = a.get(map) {
                    let welcome = fields.iter().filter(|(_, flags)| bits(flags) & WELCOME != 0);
                    welcome.for_each(|(n, _)| d.add(n));
                }
            }
            d.caps |= a.get("capsEx").map_or(0, bits);
        }
        d
    }

    fn add(&mut self, name: &str) {
        if name == "*" {
            self.any = true;
        } else if let (Ok(name), true) = (name.as_bytes().try_into(), self.names.len() < MAX_NAMES) {
            self.names.push(name);
        }
    }

    fn takes(&self, name: Option<FourCc>) -> bool {
        name.is_some_and(|n| self.any || self.names.contains(&n))
    }

    /// Whether it takes this video codec: H.264 always, others where declared.
    pub fn takes_video(&self, codec: VideoCodec) -> bool {
        codec == VideoCodec::H264 || self.takes(fourcc::of_video(codec))
    }

    /// Whether it takes this audio codec: AAC and MP3 always, others where declared.
    pub fn takes_audio(&self, codec: AudioCodec) -> bool {
        matches!(codec, AudioCodec::Aac | AudioCodec::Mp3) || self.takes(fourcc::of_audio(codec))
    }

    /// Whether it takes several tracks.
    pub fn takes_tracks(&self) -> bool {
        self.caps & MULTITRACK != 0
    }

    /// Whether it may ask us to go to another server.
    pub fn may_reconnect(&self) -> bool {
        self.caps & RECONNECT != 0
    }

    /// How many of these audio tracks can be sent to it: all where it takes several, else the first.
    pub(crate) fn audio_tracks(&self, audio: &[AudioStream]) -> usize {
        let most = if self.takes_tracks() { usize::from(u8::MAX) } else { 1 };
        let named = audio.iter().take_while(|a| fourcc::of_audio(a.codec).is_some());
        named.count().min(most)
    }

    /// What of these streams the server `host` never declared, in sentences for the creator; empty when all is well.
    pub fn doubts(&self, host: &str, video: Option<VideoCodec>, audio: &[AudioCodec]) -> Vec<String> {
        let mut out = vec![];
        if let Some(v) = video.filter(|v| !self.takes_video(*v)) {
            out.push(format!(
                "{host} never said that it takes {} video: it may show nothing. Choose H.264 for this destination if the \
                 picture stays away.",
                fourcc::spoken_video(v)
            ));
        }
        if let Some(a) = audio.first().filter(|a| !self.takes_audio(**a)) {
            out.push(format!(
                "{host} never said that it takes {} sound: it may be silent. Choose AAC for this destination if nothing is \
                 heard.",
                fourcc::spoken_audio(*a)
            ));
        }
        if audio.len() > 1 && !self.takes_tracks() {
            out.push(format!(
                "{host} never said that it takes several audio tracks: only the first is sent."
            ));
        }
        out
    }

    pub(crate) fn doubts_of(&self, host: &str, info: &StreamInfo) -> Vec<String> {
        let audio: Vec<_> = info.audio.iter().map(|a| a.codec).collect();
        self.doubts(host, info.video.as_ref().map(|v| v.codec), &audio)
    }
}

/// A number of flags; 0 for what is none.
fn bits(v: &Value) -> u32 {
    match v.number() {
        Some(n) if (0.0..=f64::from(u32::MAX)).contains(&n) => n as u32,
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(fields: &[(&str, Value)]) -> Value {
        Value::Object(fields.iter().map(|(n, v)| ((*n).to_owned(), v.clone())).collect())
    }
    fn text(s: &str) -> Value {
        Value::Text(s.into())
    }

    #[test]
    fn reads_lists_maps_and_flags_of_either_object() {
        let first = object(&[
            (
                "fourCcList",
                Value::Array(vec![text("hvc1"), Value::Nothing, text("toolong")]),
            ),
            ("capsEx", Value::Number(3.0)),
        ]);
        let maps = [("av01", 4.0), ("vp09", 2.0), ("x", -1.0)];
        let map = object(&maps.map(|(n, f)| (n, Value::Number(f))));
        let second = object(&[
            ("videoFourCcInfoMap", map),
            ("audioFourCcInfoMap", object(&[("Opus", Value::Number(7.0))])),
        ]);
        let d = Declared::read(&[first, second]);
        assert!(d.takes_video(VideoCodec::Hevc) && d.takes_video(VideoCodec::Av1) && d.takes_audio(AudioCodec::Opus));
        assert!(!d.takes_video(VideoCodec::Vp9), "it can only encode VP9");
        assert!(d.takes_tracks() && d.may_reconnect());
        let two = [AudioCodec::Opus, AudioCodec::Aac];
        assert_eq!(d.doubts("h", Some(VideoCodec::Hevc), &two), Vec::<String>::new());
    }

    #[test]
    fn a_star_is_everything_and_silence_is_h264_and_aac() {
        let star = object(&[("videoFourCcInfoMap", object(&[("*", Value::Number(4.0))]))]);
        let d = Declared::read(&[star]);
        assert!(
            d.takes_video(VideoCodec::Vp9) && d.takes_audio(AudioCodec::Opus) && !d.takes_video(VideoCodec::ProRes)
        );
        let d = Declared::read(&[Value::Nothing, object(&[("capsEx", Value::Number(f64::NAN))])]);
        assert!(d.takes_video(VideoCodec::H264) && d.takes_audio(AudioCodec::Aac) && !d.takes_video(VideoCodec::Hevc));
        let doubts = d.doubts("h", Some(VideoCodec::Av1), &[AudioCodec::Opus, AudioCodec::Opus]);
        assert_eq!(doubts.len(), 3);
        assert!(
            doubts[0].contains("AV1") && doubts[1].contains("Opus") && doubts[2].contains("only the first"),
            "{doubts:?}"
        );
        assert_eq!(
            d.doubts("h", Some(VideoCodec::H264), &[AudioCodec::Aac]),
            Vec::<String>::new()
        );
    }
}
