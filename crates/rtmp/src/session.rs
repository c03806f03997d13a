//! One publication, from the handshake to the last packet, as a state machine over bytes. It does no I/O and has no sense
//! of time: the driver sends what [`PublishSession::take_output`] gives, feeds what arrives, and gives up when a state
//! lasts too long.

use crate::{
    Declared, PublishUrl, RtmpError, amf0,
    chunk_reader::ChunkReader,
    chunk_writer::{self, ChunkWriter, Message},
    command,
    enhanced::{AudioPart, Head, VideoPart},
    flv,
    reply::{self, Reply, Status},
};
use bytes::Bytes;
use media::{MediaTime, Packet, StreamInfo, StreamKind, VideoCodec};
use rml_rtmp::handshake::{Handshake, HandshakeProcessResult, PeerType};

/// Our chunk size. Large chunks cost less; SRS takes no more than 65536.
const CHUNK_SIZE: u32 = 60_000;
/// After how many bytes the server shall acknowledge (what other encoders ask for).
const WINDOW: u32 = 2_500_000;
/// Pings answered per call of `feed`; a server sends one every few seconds.
const MAX_PONGS: u32 = 16;

/// Message type ids (Adobe RTMP 1.0, sections 5.4 and 7.1).
mod kind {
    pub const ACKNOWLEDGEMENT: u8 = 3;
    pub const USER_CONTROL: u8 = 4;
    pub const WINDOW_SIZE: u8 = 5;
    pub const PEER_BANDWIDTH: u8 = 6;
    pub const AUDIO: u8 = 8;
    pub const VIDEO: u8 = 9;
    pub const COMMAND_AMF3: u8 = 17;
    pub const DATA: u8 = 18;
    pub const COMMAND: u8 = 20;
}

/// How far a session has come.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum SessionState {
    /// Waiting for the server's half of the handshake.
    Handshaking,
    /// `connect` is on its way: the server looks for the application.
    Connecting,
    /// The server has let us in, and that is all that was wanted: see [`PublishSession::greeting`].
    Greeted,
    /// `createStream` and `publish` are on their way: the server looks at the key.
    CreatingStream,
    /// Packets are welcome.
    Publishing,
    /// It is over: closed by us, refused, or failed.
    Closed,
}

/// One publication to one server.
///
/// `Handshaking → Connecting → CreatingStream → Publishing → Closed`; every state may end in `Closed`. The order of
/// commands is `connect`, then `releaseStream`, `FCPublish` and `createStream` together, then `publish`. Answers to
/// `releaseStream` and `FCPublish` are not waited for, since half of all servers never send them.
pub struct PublishSession {
    url: PublishUrl,
    info: StreamInfo,
    state: SessionState,
    handshake: Option<Box<Handshake>>,
    reader: ChunkReader,
    writer: ChunkWriter,
    stream: Option<u32>,
    /// Stop before the key is shown to anybody.
    only_greeting: bool,
    declared: Declared,
    /// How many audio tracks go out.
    tracks: usize,
    /// A request to go to another server, not yet taken.
    reconnect: Option<String>,
    /// Decoding time of the first packet: zero of the timestamps.
    origin: Option<MediaTime>,
    /// Timestamp of the last packet.
    last_ms: u32,
    received: u64,
    acknowledged: u64,
    window: u32,
    pongs: u32,
}

impl PublishSession {
    /// A session that has the first bytes for the server ready. Ask [`crate::check_streams`] first.
    pub fn new(url: &PublishUrl, info: &StreamInfo) -> Self {
        let mut handshake = Box::new(Handshake::new(PeerType::Client));
        let mut writer = ChunkWriter::new();
        let mut state = SessionState::Closed;
        if let Ok(hello) = handshake.generate_outbound_p0_and_p1() {
            writer.raw(&hello);
            state = SessionState::Handshaking;
        }
        Self {
            url: url.clone(),
            info: info.clone(),
            state,
            handshake: Some(handshake),
            reader: ChunkReader::new(),
            writer,
            stream: None,
            only_greeting: false,
            declared: Declared::default(),
            tracks: 1,
            reconnect: None,
            origin: None,
            last_ms: 0,
            received: 0,
            acknowledged: 0,
            window: WINDOW,
            pongs: 0,
        }
    }

    /// A session that only asks for the application and stops in [`SessionState::Greeted`]: for looking whether a server
    /// is there and what it takes, without going live and without showing it the key.
    pub fn greeting(url: &PublishUrl) -> Self {
        Self {
            only_greeting: true,
            ..Self::new(url, &StreamInfo::default())
        }
    }

    /// What the server said it takes; nothing before it has answered `connect`.
    pub fn declared(&self) -> &Declared {
        &self.declared
    }

    /// What of our streams the server never declared, in sentences; empty when all is well, and before `Publishing`.
    pub fn doubts(&self) -> Vec<String> {
        match self.state {
            SessionState::Publishing => self.declared.doubts_of(&self.url.host, &self.info),
            _ => vec![],
        }
    }

    /// Whether packets of this stream go out: all video, and as many audio tracks as the server takes.
    pub fn carries(&self, stream: StreamKind) -> bool {
        match stream {
            StreamKind::Video => self.info.video.is_some(),
            StreamKind::Audio(i) => usize::from(i) < self.tracks,
            StreamKind::Data => true,
        }
    }

    /// The server's wish that we go on at another address (`NetConnection.Connect.ReconnectRequest`), once. The server
    /// goes on taking packets until we leave; see [`PublishUrl::successor`] for where to go.
    ///
    /// Errors: the wish can't be followed, and why.
    pub fn take_reconnect(&mut self) -> Option<Result<PublishUrl, RtmpError>> {
        let to = self.reconnect.take()?;
        Some(self.url.successor(Some(&to)))
    }

    /// How far it has come.
    pub fn state(&self) -> SessionState {
        self.state
    }

    /// Everything to be sent to the server now, in order; `None` when there is nothing. Take it after every call that
    /// changes the session.
    pub fn take_output(&mut self) -> Option<Bytes> {
        self.writer.take()
    }

    /// Takes bytes from the server, in pieces of any size. After an error the session is closed; what is left to be sent
    /// should still be.
    ///
    /// Errors: refused, ended, or not RTMP at all.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), RtmpError> {
        if self.state == SessionState::Closed {
            return Ok(());
        }
        self.received += bytes.len() as u64;
        self.pongs = 0;
        let result = if self.state == SessionState::Handshaking {
            self.feed_handshake(bytes)
        } else {
            self.feed_chunks(bytes)
        };
        match result {
            Ok(()) => self.acknowledge(),
            Err(_) => self.state = SessionState::Closed,
        }
        result
    }

    /// The server has closed the connection: closes the session and says what that means in its state.
    pub fn hung_up(&mut self) -> RtmpError {
        let error = RtmpError::hung_up(&self.url.host, self.state);
        self.state = SessionState::Closed;
        error
    }

    /// Sends one packet. Metadata and codec configuration have gone out before it by themselves. The first packet should
    /// be a video key frame where there is video. Tracks that the server does not take are left out.
    ///
    /// Timestamps are ms of decoding time since the first packet; a packet of before that (audio, by a few ms) gets 0.
    ///
    /// Errors: not publishing, or a packet over 16 MiB.
    pub fn send(&mut self, packet: &Packet) -> Result<(), RtmpError> {
        let (SessionState::Publishing, Some(stream)) = (self.state, self.stream) else {
            return Err(RtmpError::NotPublishing {
                host: self.url.host.clone(),
            });
        };
        if packet.data.len() + Head::MAX > chunk_writer::MAX_MESSAGE {
            return Err(RtmpError::Unsupported {
                what: format!("a picture of {} bytes", packet.data.len()),
                advice: "Choose a lower bit rate",
            });
        }
        if packet.data.is_empty() {
            return Ok(());
        }
        let origin = *self.origin.get_or_insert(packet.dts);
        let dts_ms = (packet.dts - origin).as_millis().max(0);
        let time_ms = dts_ms as u32; // modulo 2³²: wraps after 49 days, as RTMP has it
        match packet.stream {
            StreamKind::Video => {
                let part = VideoPart::Frames {
                    keyframe: packet.keyframe,
                    composition_ms: (packet.pts - origin).as_millis() - dts_ms,
                };
                self.video(stream, time_ms, part, &packet.data);
            }
            StreamKind::Audio(i) => self.audio(stream, time_ms, AudioPart::Frames, i, &packet.data),
            StreamKind::Data => {
                if let Some(body) = command::timed_data(&packet.data) {
                    self.media(chunk_writer::DATA, kind::DATA, stream, time_ms, &[&body]);
                }
            }
        }
        self.last_ms = time_ms;
        Ok(())
    }

    fn video(&mut self, stream: u32, time_ms: u32, part: VideoPart, payload: &[u8]) {
        let Some(v) = &self.info.video else { return };
        let Some(head) = flv::video_head(v, part) else { return };
        let between = match (v.codec, part) {
            (VideoCodec::Vp9, VideoPart::SequenceStart) => flv::vp9_prefix(payload),
            _ => &[],
        };
        let parts = [head.as_slice(), between, payload];
        self.media(chunk_writer::VIDEO, kind::VIDEO, stream, time_ms, &parts);
    }

    fn audio(&mut self, stream: u32, time_ms: u32, part: AudioPart, track: u8, payload: &[u8]) {
        if usize::from(track) >= self.tracks {
            return;
        }
        let Some(a) = self.info.audio.get(usize::from(track)) else {
            return;
        };
        if let Some(head) = flv::audio_head(a, part, track) {
            let parts = [head.as_slice(), payload];
            self.media(chunk_writer::AUDIO, kind::AUDIO, stream, time_ms, &parts);
        }
    }

    /// What is sent from now on belongs to these streams: another encode in the same codecs. Metadata and codec configuration go
    /// out at once; the next packet must be a key frame. Does nothing before `Publishing`, or when a codec is another.
    pub fn change_streams(&mut self, info: &StreamInfo) {
        let codec = |i: &StreamInfo| i.video.as_ref().map(|v| v.codec);
        let (SessionState::Publishing, Some(stream)) = (self.state, self.stream) else {
            return;
        };
        if codec(info) == codec(&self.info) && info.audio == self.info.audio {
            self.info = info.clone();
            self.headers_at(stream, self.last_ms);
        }
    }

    /// Says goodbye (`FCUnpublish`, `deleteStream`) and closes the session. Take the output once more afterwards.
    pub fn close(&mut self) {
        if let (Some(stream), true) = (self.stream, self.state < SessionState::Closed) {
            if self.state == SessionState::Publishing && self.origin.is_some() {
                self.video(stream, self.last_ms, VideoPart::SequenceEnd, &[]);
            }
            self.command(0, &command::fc_unpublish(self.url.key.reveal()));
            self.command(0, &command::delete_stream(stream));
        }
        self.state = SessionState::Closed;
    }

    fn feed_handshake(&mut self, bytes: &[u8]) -> Result<(), RtmpError> {
        let Some(handshake) = &mut self.handshake else {
            return self.feed_chunks(bytes);
        };
        match handshake.process_bytes(bytes) {
            Ok(HandshakeProcessResult::InProgress { response_bytes }) => {
                self.writer.raw(&response_bytes);
                Ok(())
            }
            Ok(HandshakeProcessResult::Completed {
                response_bytes,
                remaining_bytes,
            }) => {
                self.handshake = None;
                self.writer.raw(&response_bytes);
                self.command(0, &command::connect(&self.url));
                self.state = SessionState::Connecting;
                self.feed_chunks(&remaining_bytes)
            }
            Err(_) => Err(self.protocol("its handshake is of another protocol")),
        }
    }

    fn feed_chunks(&mut self, mut bytes: &[u8]) -> Result<(), RtmpError> {
        while self.state != SessionState::Closed {
            match self.reader.read(&mut bytes) {
                Ok(None) => break,
                Ok(Some(m)) => self.message(m.kind, &m.body)?,
                Err(problem) => return Err(self.protocol(problem)),
            }
        }
        Ok(())
    }

    fn message(&mut self, kind: u8, body: &[u8]) -> Result<(), RtmpError> {
        match (kind, body) {
            (kind::USER_CONTROL, [0, 6, time @ ..]) if time.len() >= 4 => self.pong(&time[..4]),
            (kind::WINDOW_SIZE, &[a, b, c, d, ..]) => self.window = u32::from_be_bytes([a, b, c, d]),
            (kind::PEER_BANDWIDTH, [..]) => self.writer.control(kind::WINDOW_SIZE, &WINDOW.to_be_bytes()),
            (kind::COMMAND, body) | (kind::COMMAND_AMF3, [0, body @ ..]) => {
                return self.reply(reply::read(&amf0::read_all(body)));
            }
            _ => {}
        }
        Ok(())
    }

    fn reply(&mut self, reply: Reply) -> Result<(), RtmpError> {
        match (reply, self.state) {
            (
                Reply::Result {
                    transaction,
                    status,
                    declared,
                    ..
                },
                SessionState::Connecting,
            ) if transaction == command::CONNECT => {
                self.tracks = declared.audio_tracks(&self.info.audio);
                self.declared = declared;
                self.connected(&status)
            }
            (
                Reply::Result {
                    transaction, number, ..
                },
                SessionState::CreatingStream,
            ) if transaction == command::CREATE_STREAM => self.stream_created(number),
            (Reply::Error { transaction, status }, SessionState::Connecting) if transaction == command::CONNECT => {
                Err(self.refused(&status))
            }
            // Some servers refuse `publish` by transaction 0. Errors of releaseStream and FCPublish (2, 3) mean nothing.
            (Reply::Error { transaction, status }, SessionState::CreatingStream)
                if [0.0, command::CREATE_STREAM, command::PUBLISH].contains(&transaction) =>
            {
                Err(self.refused(&status))
            }
            (Reply::Status(status), _) => self.status(&status),
            (Reply::Close, _) => Err(self.ended("it is closing the connection".to_owned())),
            _ => Ok(()),
        }
    }

    fn connected(&mut self, status: &Status) -> Result<(), RtmpError> {
        if !status.code.is_empty() && status.code != "NetConnection.Connect.Success" {
            return Err(self.refused(status));
        }
        if self.only_greeting {
            self.state = SessionState::Greeted;
            return Ok(());
        }
        self.writer.control(kind::WINDOW_SIZE, &WINDOW.to_be_bytes());
        self.writer.set_chunk_size(CHUNK_SIZE);
        self.command(0, &command::release_stream(self.url.key.reveal()));
        self.command(0, &command::fc_publish(self.url.key.reveal()));
        self.command(0, &command::create_stream());
        self.state = SessionState::CreatingStream;
        Ok(())
    }

    fn stream_created(&mut self, number: Option<f64>) -> Result<(), RtmpError> {
        if self.stream.is_some() {
            return Ok(());
        }
        match number {
            Some(n) if n.fract() == 0.0 && (0.0..=f64::from(u32::MAX)).contains(&n) => {
                self.stream = Some(n as u32);
                self.command(n as u32, &command::publish(self.url.key.reveal()));
                Ok(())
            }
            _ => Err(self.protocol("it gave no number for our stream")),
        }
    }

    fn status(&mut self, status: &Status) -> Result<(), RtmpError> {
        let code = status.code.as_str();
        match self.state {
            SessionState::Publishing if code == "NetConnection.Connect.ReconnectRequest" => {
                self.reconnect = Some(status.tc_url.clone());
                Ok(())
            }
            SessionState::CreatingStream if code == "NetStream.Publish.Start" => {
                let Some(stream) = self.stream else {
                    return Err(self.protocol("it starts a stream that it has not numbered"));
                };
                self.state = SessionState::Publishing;
                self.headers_at(stream, 0);
                Ok(())
            }
            // A server that can't record still sends the show on.
            _ if code.starts_with("NetStream.Record.") => Ok(()),
            SessionState::Publishing => {
                let over = code == "NetStream.Unpublish.Success"
                    || code == "NetConnection.Connect.Closed"
                    || (status.is_error() && (code.contains(".Publish.") || code.starts_with("NetConnection.")));
                if over {
                    return Err(self.ended(status.words(self.url.key.reveal())));
                }
                Ok(())
            }
            _ if status.is_error() => Err(self.refused(status)),
            _ => Ok(()),
        }
    }

    /// Metadata and codec configuration.
    fn headers_at(&mut self, stream: u32, time_ms: u32) {
        let metadata = command::metadata(&self.info, self.tracks);
        self.media(chunk_writer::DATA, kind::DATA, stream, time_ms, &[&metadata]);
        if let Some(extradata) = self.info.video.as_ref().map(|v| v.extradata.clone()) {
            self.video(stream, time_ms, VideoPart::SequenceStart, &extradata);
        }
        let tracks: Vec<Bytes> = self.info.audio.iter().map(|a| a.extradata.clone()).collect();
        for (i, extradata) in (0..=u8::MAX).zip(tracks) {
            self.audio(stream, time_ms, AudioPart::SequenceStart, i, &extradata);
        }
    }

    fn media(&mut self, chunk_stream: u8, kind: u8, stream: u32, time_ms: u32, parts: &[&[u8]]) {
        self.writer.write(&Message {
            chunk_stream,
            kind,
            stream,
            time_ms,
            parts,
        });
    }

    fn command(&mut self, stream: u32, body: &[u8]) {
        self.media(chunk_writer::COMMAND, kind::COMMAND, stream, 0, &[body]);
    }

    fn pong(&mut self, time: &[u8]) {
        if self.pongs < MAX_PONGS {
            self.pongs += 1;
            let mut body = [0, 7, 0, 0, 0, 0];
            body[2..].copy_from_slice(time);
            self.writer.control(kind::USER_CONTROL, &body);
        }
    }

    /// At most once per call of `feed`, however small the server's window is.
    fn acknowledge(&mut self) {
        let due = self.received - self.acknowledged >= u64::from(self.window.max(1));
        if due && self.state > SessionState::Handshaking && self.state < SessionState::Closed {
            self.acknowledged = self.received;
            let count = self.received as u32; // modulo 2³², as RTMP has it
            self.writer.control(kind::ACKNOWLEDGEMENT, &count.to_be_bytes());
        }
    }

    fn refused(&self, status: &Status) -> RtmpError {
        let host = self.url.host.clone();
        let words = status.words(self.url.key.reveal());
        if status.code == "NetConnection.Connect.InvalidApp" {
            let app = self.url.app.split('?').next().unwrap_or_default().to_owned();
            return RtmpError::UnknownApp { host, app, words };
        }
        RtmpError::Refused {
            host,
            words,
            busy: status.says_busy(),
        }
    }

    fn ended(&self, words: String) -> RtmpError {
        RtmpError::Ended {
            host: self.url.host.clone(),
            words,
        }
    }

    fn protocol(&self, problem: &str) -> RtmpError {
        RtmpError::Protocol {
            host: self.url.host.clone(),
            problem: problem.to_owned(),
        }
    }
}
