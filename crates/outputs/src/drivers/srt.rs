//! Sending over SRT: MPEG-TS in datagrams, as caller, listener or in rendezvous. The connection lives on a thread of its own;
//! the `srt` crate knows the protocol, `codec` makes the transport stream, the supervisor tries again.
//!
//! libsrt would drop what does not get through in time packet by packet, in the middle of pictures. So it is never given
//! more than it can still deliver: what a slow line does not take stays in the destination's queue, where whole groups of
//! pictures are dropped and counted.

mod ask;

use super::blocking::{Feed, on_a_thread};
use crate::{
    LineFigures, Link, OutputError,
    kind::{DestinationKind, Driver, DriverFuture, Env, ProbeFuture, ProbeWish, Wants},
};
use bytes::Bytes;
use codec::{StreamFormat, StreamMuxer, TS_PACKET, TrackLabel};
use media::{MediaTime, PacketReceiver, Secret, StreamInfo, queue::Received};
use project::{DocError, KindInfo, Settings, Unknown};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use srt::{Connection, KeyLength, Listener, Mode, Options, SrtError, Stats};
use std::time::Duration;

/// Time to let the last packets be played out at the other side. The supervisor gives 1.2 s.
const DRAIN: Duration = Duration::from_millis(900);
/// Time between two looks at the line.
const MEASURE: MediaTime = MediaTime::from_millis(200);
/// Losses are counted over this time.
const LOSS_OVER: MediaTime = MediaTime::from_millis(1000);
/// As much of the show is handed over between two looks, milliseconds.
const HANDED_MS: u32 = 100;
/// Below this libsrt never drops what is late, milliseconds (SRT_TLPKTDROP_MINTHRESHOLD_MS).
const NEVER_LATE_MS: u32 = 1000;

/// `srt`: a server, a player or another studio.
pub(crate) const KIND: DestinationKind = DestinationKind {
    info: KindInfo {
        check,
        ..KindInfo::of::<SrtSettings>(
            "srt",
            "SRT",
            "Streams over SRT, which repairs a lossy line, to a server or to whoever connects to this computer.",
        )
    },
    schemes: &["srt"],
    from_url: |url| {
        Ok(settings_of(&SrtSettings::from(
            Options::from_url(url).map_err(|e| wrong(&e))?,
        )))
    },
    redacted_url,
    // SRT uses UDP: whether somebody is there shows only when we call.
    endpoint: |map| read(map, "settings").map(|_| None).map_err(OutputError::from),
    wants: |_| Wants::MPEG_TS,
    check_streams,
    open,
};

/// Who calls whom.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum SrtMode {
    /// This computer calls the other side: the usual way to a server.
    #[default]
    Caller,
    /// This computer waits to be called: for players and decoders that fetch the show here.
    Listener,
    /// Both call each other at once, for two networks whose firewalls let nobody in.
    Rendezvous,
}

/// Strength of the encryption.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum SrtKeyLength {
    /// AES with a key of 128 bits.
    #[default]
    #[serde(rename = "128")]
    Aes128,
    /// AES with a key of 192 bits.
    #[serde(rename = "192")]
    Aes192,
    /// AES with a key of 256 bits.
    #[serde(rename = "256")]
    Aes256,
}

/// Settings of an SRT destination.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct SrtSettings {
    /// Name or address of the other side. As a listener: the address of this computer to listen on, empty for all.
    pub host: String,
    /// UDP port of the other side; as a listener the port of this computer.
    #[schemars(range(min = 1, max = 65535))]
    pub port: u16,
    /// Who calls whom.
    pub mode: SrtMode,
    /// How long the receiver waits for what was lost on the way, in milliseconds: about four times the time to the other
    /// side and back. The larger of both sides' values counts.
    #[schemars(range(min = 20, max = 10000))]
    pub latency_ms: u32,
    /// What the server files the stream under, exactly as the service gives it: `publish:show` or `#!::r=live/show,m=publish`.
    /// As a listener: only callers with this id are let in. Secret, as it often holds a key.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub stream_id: Secret,
    /// Encrypts the stream; both sides need the same, 10 to 79 characters. Empty: not encrypted. Secret.
    #[schemars(with = "String", extend("format" = "password", "writeOnly" = true))]
    pub passphrase: Secret,
    /// Strength of the encryption, in bits of the key.
    pub key_length: SrtKeyLength,
    /// Largest packet in bytes; 1316 holds seven packets of the transport stream and fits every network.
    #[schemars(range(min = 188, max = 1456))]
    pub packet_bytes: u32,
    /// Port of this computer in rendezvous; 0 for the same as the other side's.
    #[schemars(range(min = 0, max = 65535))]
    pub local_port: u16,
    /// As a caller, connect for a moment before going live, which tries stream id and passphrase too. Not for a receiver that
    /// takes one caller and then ends, nor while somebody else sends under the same stream id.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub try_connection: bool,
    /// Languages of the audio tracks for players that ask, as three-letter codes in their order: `eng, deu`.
    pub languages: String,
}

impl Default for SrtSettings {
    fn default() -> Self {
        let o = Options::default();
        Self {
            host: String::new(),
            port: 9000,
            mode: SrtMode::Caller,
            latency_ms: o.latency_ms,
            stream_id: Secret::default(),
            passphrase: Secret::default(),
            key_length: SrtKeyLength::Aes128,
            packet_bytes: 1316,
            local_port: 0,
            try_connection: false,
            languages: String::new(),
        }
    }
}

impl Settings for SrtSettings {
    fn validate(&self) -> Result<(), (String, String)> {
        // A destination not filled in yet is no fault of the document.
        let filled = Options {
            host: if self.host.is_empty() {
                "unset".into()
            } else {
                self.host.clone()
            },
            ..self.options()
        };
        filled.check().map_err(|(field, problem)| {
            let field = if field == "payload" { "packet_bytes" } else { field };
            (field.to_owned(), problem)
        })?;
        let fine = |l: &str| l.len() == 3 && l.bytes().all(|b| b.is_ascii_lowercase());
        match self.labels().iter().find(|l| !fine(&l.language)) {
            Some(_) => Err((
                "languages".into(),
                "write three small letters for each track, as eng or deu".into(),
            )),
            None => Ok(()),
        }
    }
}

impl From<Options> for SrtSettings {
    fn from(o: Options) -> Self {
        Self {
            host: o.host,
            port: o.port,
            mode: match o.mode {
                Mode::Caller => SrtMode::Caller,
                Mode::Listener => SrtMode::Listener,
                Mode::Rendezvous => SrtMode::Rendezvous,
            },
            latency_ms: o.latency_ms.clamp(20, 10_000),
            stream_id: o.stream_id,
            passphrase: o.passphrase,
            key_length: match o.key_length {
                KeyLength::Aes128 => SrtKeyLength::Aes128,
                KeyLength::Aes192 => SrtKeyLength::Aes192,
                KeyLength::Aes256 => SrtKeyLength::Aes256,
            },
            packet_bytes: u32::try_from(o.payload).unwrap_or(1316),
            local_port: o.local_port,
            try_connection: false,
            languages: String::new(),
        }
    }
}

impl SrtSettings {
    fn options(&self) -> Options {
        Options {
            mode: match self.mode {
                SrtMode::Caller => Mode::Caller,
                SrtMode::Listener => Mode::Listener,
                SrtMode::Rendezvous => Mode::Rendezvous,
            },
            host: self.host.trim().to_owned(),
            port: self.port,
            local_port: self.local_port,
            latency_ms: self.latency_ms,
            stream_id: self.stream_id.clone(),
            passphrase: self.passphrase.clone(),
            key_length: match self.key_length {
                SrtKeyLength::Aes128 => KeyLength::Aes128,
                SrtKeyLength::Aes192 => KeyLength::Aes192,
                SrtKeyLength::Aes256 => KeyLength::Aes256,
            },
            payload: self.packet_bytes as usize,
            ..Options::default()
        }
    }

    fn labels(&self) -> Vec<TrackLabel> {
        let languages = self
            .languages
            .split([',', ' '])
            .map(str::trim)
            .filter(|l| !l.is_empty());
        languages
            .map(|l| TrackLabel {
                language: l.to_owned(),
                title: String::new(),
            })
            .collect()
    }
}

fn wrong(e: &SrtError) -> OutputError {
    OutputError::Srt {
        to: "srt://****".into(),
        source: e.clone(),
    }
}

fn settings_of(s: &SrtSettings) -> Map<String, Value> {
    match serde_json::to_value(s) {
        Ok(Value::Object(m)) => m,
        _ => Map::new(),
    }
}

/// The settings; nothing secret is in the error.
fn read(map: &Map<String, Value>, path: &str) -> Result<(SrtSettings, Vec<Unknown>), DocError> {
    match project::kind::parse::<SrtSettings>(map, path) {
        Ok(p) => Ok((p.settings, p.unknown)),
        Err(e) => Err(DocError {
            found: "****".into(),
            ..e
        }),
    }
}

fn check(map: &Map<String, Value>, path: &str) -> Result<Vec<Unknown>, DocError> {
    read(map, path).map(|(_, unknown)| unknown)
}

fn redacted_url(map: &Map<String, Value>) -> String {
    match read(map, "") {
        Ok((s, _)) if s.mode == SrtMode::Listener => format!("srt://{} (waiting to be called)", s.options().endpoint()),
        Ok((s, _)) if s.host.trim().is_empty() => "the SRT destination without an address".into(),
        Ok((s, _)) => format!("srt://{}", s.options().endpoint()),
        Err(_) => "srt://****".into(),
    }
}

fn check_streams(info: &StreamInfo) -> Result<(), OutputError> {
    StreamFormat::MpegTs.check(info).map_err(|source| OutputError::Mux {
        what: "The SRT stream".into(),
        source,
    })
}

fn open(map: &Map<String, Value>, _env: &Env) -> Result<Box<dyn Driver>, OutputError> {
    let (settings, _) = read(map, "settings")?;
    let options = settings.options();
    options.check().map_err(|(_, problem)| OutputError::Config {
        to: redacted_url(map),
        problem,
    })?;
    Ok(Box::new(SrtDriver {
        options,
        labels: settings.labels(),
        try_connection: settings.try_connection,
    }))
}

struct SrtDriver {
    options: Options,
    labels: Vec<TrackLabel>,
    /// Looking ahead connects.
    try_connection: bool,
}

impl Driver for SrtDriver {
    fn goes_on(&self, streams: &StreamInfo) -> bool {
        codec::can_change_in_ts(streams)
    }

    fn run<'a>(&'a mut self, info: &'a StreamInfo, _: &'a PacketReceiver, link: &'a Link) -> DriverFuture<'a> {
        let (options, labels) = (self.options.clone(), self.labels.clone());
        Box::pin(on_a_thread("srt", info, link, move |feed| {
            let line = Line {
                feed: &feed,
                options: &options,
                labels: &labels,
            };
            match line.work() {
                Err(OutputError::Srt {
                    source: SrtError::Stopped,
                    ..
                }) => Ok(()),
                result => result,
            }
        }))
    }

    fn probe<'a>(&'a mut self, _wish: &'a ProbeWish<'a>) -> ProbeFuture<'a> {
        let (options, connects) = (self.options.clone(), self.try_connection);
        Box::pin(async move {
            let to = format!("srt://{}", options.endpoint());
            let gone = to.clone();
            let asked = tokio::task::spawn_blocking(move || ask::look_ahead(&options, connects, to)).await;
            let fault = |e: tokio::task::JoinError| OutputError::Lost {
                to: gone,
                why: e.to_string(),
            };
            asked.map_err(fault)?.map(Some)
        })
    }
}

/// One run of the driver, on its thread.
struct Line<'a> {
    feed: &'a Feed,
    options: &'a Options,
    labels: &'a [TrackLabel],
}

impl Line<'_> {
    fn work(&self) -> Result<(), OutputError> {
        if self.options.mode != Mode::Listener {
            let c = Connection::open(self.options, &|| self.feed.is_over()).map_err(|e| self.failed(e))?;
            self.feed.connected();
            return self.send_show(&c);
        }
        let listener = Listener::bind(self.options).map_err(|e| self.failed(e))?;
        loop {
            self.feed.waiting("waiting for somebody to connect");
            let c = listener.accept(&|| self.feed.is_over() || self.feed.link.is_ending());
            let c = c.map_err(|e| self.failed(e))?;
            self.feed.connected();
            match self.send_show(&c) {
                // A viewer who leaves is no failure: the next may come.
                Err(OutputError::Srt {
                    source: SrtError::Lost, ..
                }) => tracing::info!(destination = self.feed.link.to(), "the viewer has left"),
                result => return result,
            }
        }
    }

    fn failed(&self, source: SrtError) -> OutputError {
        OutputError::Srt {
            to: self.feed.link.to().to_owned(),
            source,
        }
    }

    fn muxing(&self, source: codec::CodecError) -> OutputError {
        OutputError::Mux {
            what: "The SRT stream".into(),
            source,
        }
    }

    fn send_show(&self, c: &Connection) -> Result<(), OutputError> {
        let mut muxer =
            StreamMuxer::new(StreamFormat::MpegTs, &self.feed.info, self.labels).map_err(|e| self.muxing(e))?;
        let mut datagrams = Datagrams::new(self.options.payload);
        let mut meter = Meter::of(&self.feed.info);
        loop {
            self.measure(c, &mut meter)?;
            match self.feed.next() {
                Received::Packet(_) if self.feed.is_over() => return Ok(()),
                Received::Packet(p) => {
                    if let Some(new) = self.feed.link.new_streams(&p) {
                        meter = Meter::of(&new);
                        if let Some(v) = &new.video {
                            muxer.change_video(v).map_err(|e| self.muxing(e))?;
                        }
                    }
                    let bytes = muxer.write(&p).map_err(|e| self.muxing(e))?;
                    // A picture goes out whole; the sound between two pictures with the next.
                    let whole = p.is_video() || self.feed.info.video.is_none();
                    for d in datagrams.add(&bytes, whole) {
                        self.send(c, &d)?;
                        meter.handed += d.len() as u64;
                    }
                    self.feed.link.sent(&p);
                }
                Received::TimedOut if self.feed.is_over() => return Ok(()),
                Received::TimedOut if c.has_ended() => return Err(self.failed(SrtError::Lost)),
                Received::TimedOut => {}
                Received::End => {
                    let rest = muxer.finish().map_err(|e| self.muxing(e))?;
                    for d in datagrams.add(&rest, true) {
                        self.send(c, &d)?;
                    }
                    c.drain(DRAIN, &|| self.feed.is_over());
                    return Ok(());
                }
            }
        }
    }

    fn send(&self, c: &Connection, datagram: &[u8]) -> Result<(), OutputError> {
        while !c.send(datagram).map_err(|e| self.failed(e))? {
            if self.feed.is_over() {
                return Err(self.failed(SrtError::Stopped));
            }
            c.wait_for_room();
        }
        self.feed.link.wrote(datagram.len());
        Ok(())
    }

    /// Tells the figures now and then, and waits while the line has enough to do.
    fn measure(&self, c: &Connection, meter: &mut Meter) -> Result<(), OutputError> {
        loop {
            let now = self.feed.link.clock().now();
            if !meter.is_due(now) {
                return Ok(());
            }
            meter.next = Some(now + MEASURE);
            meter.handed = 0;
            let Some(s) = c.stats() else {
                return Err(self.failed(SrtError::Lost));
            };
            let sent = s.packets_sent.max(1);
            self.feed.link.line(LineFigures {
                rtt_ms: Some(s.rtt_ms),
                loss_percent: Some(s.packets_lost as f64 * 100.0 / sent as f64),
                packets_lost: Some(s.packets_lost),
                packets_repeated: Some(s.packets_repeated),
                packets_late: Some(s.packets_late),
                bandwidth_kbps: Some(s.bandwidth_kbps),
                unacknowledged_ms: Some(s.unacknowledged_ms),
                latency_ms: Some(s.latency_ms),
                loss_now_percent: meter.loss_now(now, &s),
                encrypted: Some(c.is_encrypted()),
                ..LineFigures::default()
            });
            let most = s.latency_ms.max(NEVER_LATE_MS) / 10 * 7;
            // What was handed over in one go is all of the same age, however long the line takes for it.
            let full = meter.bytes_in(most).is_some_and(|b| s.unacknowledged_bytes > b);
            meter.behind = full || s.unacknowledged_ms > most;
            if !meter.behind {
                return Ok(());
            }
            if self.feed.is_over() {
                return Err(self.failed(SrtError::Stopped));
            }
            if c.has_ended() {
                return Err(self.failed(SrtError::Lost));
            }
            c.pause();
        }
    }
}

/// When the line is looked at, and what was seen.
#[derive(Default)]
struct Meter {
    next: Option<MediaTime>,
    /// The line had too much unacknowledged at the last look.
    behind: bool,
    /// What the streams are told to take, bit/s; 0 where they keep to a quality instead.
    bits: u64,
    /// Handed over since the last look, bytes.
    handed: u64,
    /// When, and what had been sent and lost then; and the share that got lost in the second before, percent.
    second: Option<(MediaTime, u64, u64)>,
    loss: Option<f64>,
}

impl Meter {
    fn of(info: &StreamInfo) -> Self {
        // Without a rate for the picture that of the sound says nothing.
        let video = info.video.as_ref().map_or(1, |v| u64::from(v.bitrate));
        let sound: u64 = info.audio.iter().map(|a| u64::from(a.bitrate)).sum();
        Self {
            bits: if video == 0 { 0 } else { video + sound },
            ..Self::default()
        }
    }

    /// Share of the packets that got lost lately. A line that drops what is too much for it shows only so: the receiver does not
    /// wait for what comes too late, and acknowledges the rest.
    fn loss_now(&mut self, now: MediaTime, s: &Stats) -> Option<f64> {
        let (at, sent, lost) = *self.second.get_or_insert((now, s.packets_sent, s.packets_lost));
        if now - at >= LOSS_OVER {
            let of = s.packets_sent.saturating_sub(sent).max(1);
            let share = s.packets_lost.saturating_sub(lost) as f64 * 100.0 / of as f64;
            // What is reported lost more than once counts more than once.
            self.loss = Some(share.min(100.0));
            self.second = Some((now, s.packets_sent, s.packets_lost));
        }
        self.loss
    }

    /// Bytes of so many milliseconds of the show; none when its rate is not known.
    fn bytes_in(&self, ms: u32) -> Option<u64> {
        (self.bits > 0).then(|| self.bits / 8 * u64::from(ms) / 1000)
    }

    /// Between two looks no more is handed over than could not do any harm: what had piled up would else go in one go.
    fn is_due(&self, now: MediaTime) -> bool {
        let much = self.bytes_in(HANDED_MS).is_some_and(|b| self.handed >= b);
        self.behind || much || self.next.is_none_or(|t| now >= t)
    }
}

/// Cuts the transport stream into datagrams of whole TS packets.
struct Datagrams {
    rest: Vec<u8>,
    most: usize,
}

impl Datagrams {
    fn new(payload: usize) -> Self {
        Self {
            rest: vec![],
            most: (payload / TS_PACKET).max(1) * TS_PACKET,
        }
    }

    /// What can go out now; with `whole` nothing stays behind.
    fn add(&mut self, bytes: &[u8], whole: bool) -> Vec<Bytes> {
        self.rest.extend_from_slice(bytes);
        let keep = if whole { 0 } else { self.rest.len() % self.most };
        let ready = Bytes::from(self.rest.drain(..self.rest.len() - keep).collect::<Vec<_>>());
        (0..ready.len())
            .step_by(self.most)
            .map(|i| ready.slice(i..(i + self.most).min(ready.len())))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_looked_at_by_time_and_by_what_it_was_given() {
        let at = MediaTime::from_millis;
        let mut m = Meter {
            bits: 8_000_000,
            ..Meter::default()
        };
        assert!(m.is_due(at(0)), "at once");
        m.next = Some(at(200));
        m.handed = 99_999;
        assert!(!m.is_due(at(100)) && m.is_due(at(200)));
        m.handed = 100_000;
        assert!(m.is_due(at(100)), "a tenth of a second of the show");
        assert_eq!(m.bytes_in(700), Some(700_000));
        assert_eq!(Meter::default().bytes_in(700), None);
        let seen = |sent, lost| Stats {
            packets_sent: sent,
            packets_lost: lost,
            ..Stats::default()
        };
        assert_eq!(m.loss_now(at(0), &seen(100, 50)), None);
        assert_eq!(m.loss_now(at(900), &seen(190, 50)), None);
        assert_eq!(m.loss_now(at(1000), &seen(200, 75)), Some(25.0));
        assert_eq!(m.loss_now(at(1500), &seen(250, 75)), Some(25.0));
        assert_eq!(m.loss_now(at(2000), &seen(300, 75)), Some(0.0));
    }

    #[test]
    fn datagrams_hold_whole_packets_and_nothing_stays_behind_a_picture() {
        let mut d = Datagrams::new(1316);
        assert!(d.add(&[1; 188 * 3], false).is_empty());
        let sizes = |v: Vec<Bytes>| v.iter().map(Bytes::len).collect::<Vec<_>>();
        assert_eq!(sizes(d.add(&[2; 188 * 5], false)), [1316]);
        assert_eq!(sizes(d.add(&[3; 188 * 8], true)), [1316, 376]);
        assert!(d.add(&[], true).is_empty());
    }
}
