//! The commands and metadata a publisher sends, as AMF0 bodies. The order of commands and the choice of fields follow what
//! the Flash Media Live Encoder did, since that is what every service was built against.

use crate::{
    PublishUrl,
    amf0::{Value, Writer},
    fourcc::{self, FourCc},
};
use media::{AudioCodec, AudioStream, StreamInfo, VideoCodec};

/// Transaction of `connect`, fixed by the specification.
pub const CONNECT: f64 = 1.0;
const RELEASE_STREAM: f64 = 2.0;
const FC_PUBLISH: f64 = 3.0;
/// Transaction of `createStream`.
pub const CREATE_STREAM: f64 = 4.0;
/// Transaction of `publish`.
pub const PUBLISH: f64 = 5.0;
const FC_UNPUBLISH: f64 = 6.0;
const DELETE_STREAM: f64 = 7.0;

/// Services look for `FMLE/` to tell encoders from players.
const FLASH_VERSION: &str = concat!("FMLE/3.0 (compatible; Footlight/", env!("CARGO_PKG_VERSION"), ")");

/// FLV's number for AVC (E.4.3.1).
const AVC_ID: f64 = 7.0;
/// FLV's number for AAC (E.4.2.1).
const AAC_ID: f64 = 10.0;
/// FLV's number for MP3.
const MP3_ID: f64 = 2.0;

/// In a codec's capabilities: we encode it (Enhanced RTMP v2, `FourCcInfoMask.CanEncode`).
const CAN_ENCODE: f64 = 2.0;
/// `capsEx`: we follow a request to reconnect (1) and send several tracks (2).
const CAPS: f64 = 3.0;

fn text(s: &str) -> Value {
    Value::Text(s.to_owned())
}

/// What we can do with codecs: name and flags of each.
fn info_map(names: &[FourCc]) -> Value {
    let field = |n: &FourCc| (fourcc::text(*n), Value::Number(CAN_ENCODE));
    Value::Object(names.iter().map(field).collect())
}

/// Asks for the application, and declares what we can send (Enhanced RTMP v1 by a list, v2 by maps). Servers that know
/// neither pass over them.
pub fn connect(url: &PublishUrl) -> Vec<u8> {
    let tc_url = url.tc_url();
    let names = fourcc::VIDEO.iter().chain(&fourcc::AUDIO);
    let fields = [
        ("app", text(&url.app)),
        ("type", text("nonprivate")),
        ("flashVer", text(FLASH_VERSION)),
        ("swfUrl", text(&tc_url)),
        ("tcUrl", text(&tc_url)),
        (
            "fourCcList",
            Value::Array(names.map(|n| Value::Text(fourcc::text(*n))).collect()),
        ),
        ("videoFourCcInfoMap", info_map(&fourcc::VIDEO)),
        ("audioFourCcInfoMap", info_map(&fourcc::AUDIO)),
        ("capsEx", Value::Number(CAPS)),
    ];
    Writer::default()
        .text("connect")
        .number(CONNECT)
        .object(&fields)
        .finish()
}

fn with_key(name: &str, transaction: f64, key: &str) -> Vec<u8> {
    Writer::default()
        .text(name)
        .number(transaction)
        .null()
        .text(key)
        .finish()
}

/// Frees the key from a connection of ours that the server still holds.
pub fn release_stream(key: &str) -> Vec<u8> {
    with_key("releaseStream", RELEASE_STREAM, key)
}

/// Announces the key.
pub fn fc_publish(key: &str) -> Vec<u8> {
    with_key("FCPublish", FC_PUBLISH, key)
}

/// Asks for a message stream.
pub fn create_stream() -> Vec<u8> {
    Writer::default()
        .text("createStream")
        .number(CREATE_STREAM)
        .null()
        .finish()
}

/// Asks to publish live.
pub fn publish(key: &str) -> Vec<u8> {
    let w = Writer::default().text("publish").number(PUBLISH).null();
    w.text(key).text("live").finish()
}

/// Takes the announcement back.
pub fn fc_unpublish(key: &str) -> Vec<u8> {
    with_key("FCUnpublish", FC_UNPUBLISH, key)
}

/// Ends the message stream.
pub fn delete_stream(stream: u32) -> Vec<u8> {
    let w = Writer::default().text("deleteStream").number(DELETE_STREAM).null();
    w.number(f64::from(stream)).finish()
}

fn video_id(codec: VideoCodec) -> f64 {
    match codec {
        VideoCodec::H264 => AVC_ID,
        other => fourcc::of_video(other).map_or(0.0, fourcc::number),
    }
}

fn audio_id(codec: AudioCodec) -> f64 {
    match codec {
        AudioCodec::Aac => AAC_ID,
        AudioCodec::Mp3 => MP3_ID,
        other => fourcc::of_audio(other).map_or(0.0, fourcc::number),
    }
}

/// What is said of the audio tracks after the first: number and properties of each.
fn more_tracks(tracks: &[AudioStream]) -> Value {
    let track = |(i, a): (usize, &AudioStream)| {
        let id = fourcc::of_audio(a.codec).map_or(0.0, fourcc::number);
        let fields = [
            ("audiocodecid", id),
            ("audiodatarate", f64::from(a.bitrate) / 1000.0),
            ("channels", f64::from(a.channels)),
            ("samplerate", f64::from(a.sample_rate)),
        ];
        let fields = fields.map(|(n, v)| (n.to_owned(), Value::Number(v)));
        (i.to_string(), Value::Object(fields.to_vec()))
    };
    Value::Object(tracks.iter().enumerate().skip(1).map(track).collect())
}

/// `onTextData` with the fields of a JSON object, as Flash Media Server had it and players and FFmpeg read it: those for
/// subtitles and tickers look for `text`. None when it is no such object.
pub fn timed_data(json: &[u8]) -> Option<Vec<u8>> {
    let serde_json::Value::Object(fields) = serde_json::from_slice(json).ok()? else {
        return None;
    };
    let fields: Vec<(&str, Value)> = fields
        .iter()
        .map(|(name, v)| {
            let value = match v {
                serde_json::Value::Bool(b) => Value::Bool(*b),
                serde_json::Value::Number(n) => Value::Number(n.as_f64().unwrap_or_default()),
                serde_json::Value::String(s) => text(s),
                other => Value::Text(other.to_string()),
            };
            (name.as_str(), value)
        })
        .collect();
    Some(Writer::default().text("onTextData").ecma_array(&fields).finish())
}

/// `@setDataFrame onMetaData` for a stream of which so many audio tracks go out: sizes in pixels, rates in kbit/s, as FLV
/// has them (E.5); codecs that FLV has no number for by their four letters.
pub fn metadata(info: &StreamInfo, audio_tracks: usize) -> Vec<u8> {
    let mut fields = vec![("duration", Value::Number(0.0))];
    if let Some(v) = &info.video {
        fields.extend([
            ("width", Value::Number(f64::from(v.width))),
            ("height", Value::Number(f64::from(v.height))),
            ("framerate", Value::Number(v.rate.as_f64())),
            ("videocodecid", Value::Number(video_id(v.codec))),
            ("videodatarate", Value::Number(f64::from(v.bitrate) / 1000.0)),
        ]);
    }
    if let Some(a) = info.audio.first() {
        fields.extend([
            ("audiocodecid", Value::Number(audio_id(a.codec))),
            ("audiodatarate", Value::Number(f64::from(a.bitrate) / 1000.0)),
            ("audiosamplerate", Value::Number(f64::from(a.sample_rate))),
            ("audiosamplesize", Value::Number(16.0)),
            ("audiochannels", Value::Number(f64::from(a.channels))),
            ("stereo", Value::Bool(a.channels > 1)),
        ]);
    }
    if let Some(tracks @ [_, _, ..]) = info.audio.get(..audio_tracks) {
        fields.push(("audioTrackIdInfoMap", more_tracks(tracks)));
    }
    fields.push(("encoder", text("Footlight")));
    let w = Writer::default().text("@setDataFrame").text("onMetaData");
    w.ecma_array(&fields).finish()
}
