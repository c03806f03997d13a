//! A server in memory: rml_rtmp's handshake and server session, answering as told.

use bytes::Bytes;
use rml_rtmp::{
    handshake::{Handshake, HandshakeProcessResult, PeerType},
    sessions::{ServerSession, ServerSessionConfig, ServerSessionEvent as Event, ServerSessionResult, StreamMetadata},
};
use rtmp::{PublishSession, RtmpError};

/// What the server says to `connect` and `publish`: yes, or no with a code and words.
#[derive(Clone, Copy, Default)]
pub struct Answers {
    pub connect: Option<(&'static str, &'static str)>,
    pub publish: Option<(&'static str, &'static str)>,
}

/// What has arrived.
#[derive(Default)]
pub struct Arrived {
    pub app: String,
    pub key: String,
    pub metadata: Option<StreamMetadata>,
    /// (timestamp in ms, FLV body)
    pub video: Vec<(u32, Bytes)>,
    pub audio: Vec<(u32, Bytes)>,
    pub acknowledged: Vec<u32>,
    pub pongs: Vec<u32>,
    pub finished: bool,
    pub commands: Vec<String>,
}

pub struct Peer {
    handshake: Option<Handshake>,
    session: Option<ServerSession>,
    config: ServerSessionConfig,
    answers: Answers,
    out: Vec<u8>,
    /// Says nothing more when what it gets makes no sense, instead of failing the test.
    tolerant: bool,
    pub arrived: Arrived,
}

impl Peer {
    pub fn new(answers: Answers) -> Self {
        Self {
            handshake: Some(Handshake::new(PeerType::Server)),
            session: None,
            config: ServerSessionConfig::new(),
            answers,
            out: Vec::new(),
            tolerant: false,
            arrived: Arrived::default(),
        }
    }

    /// Asks for an acknowledgement every so many bytes.
    pub fn with_window(mut self, bytes: u32) -> Self {
        self.config.window_ack_size = bytes;
        self
    }

    /// For sessions that were told nonsense.
    pub fn tolerant(mut self) -> Self {
        self.tolerant = true;
        self
    }

    pub fn take_output(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    pub fn ping(&mut self) -> u32 {
        let session = self.session.as_mut().expect("connected");
        let (packet, time) = session.send_ping_request().expect("ping");
        self.out.extend(packet.bytes);
        time.value
    }

    pub fn feed(&mut self, bytes: &[u8]) {
        let Some(handshake) = &mut self.handshake else {
            return self.feed_session(bytes);
        };
        match handshake.process_bytes(bytes) {
            Err(e) => assert!(self.tolerant, "a good handshake: {e}"),
            Ok(HandshakeProcessResult::InProgress { response_bytes }) => self.out.extend(response_bytes),
            Ok(HandshakeProcessResult::Completed {
                response_bytes,
                remaining_bytes,
            }) => {
                self.out.extend(response_bytes);
                self.handshake = None;
                let (session, first) = ServerSession::new(self.config.clone()).expect("session");
                self.session = Some(session);
                self.results(first);
                self.feed_session(&remaining_bytes);
            }
        }
    }

    fn feed_session(&mut self, bytes: &[u8]) {
        let session = self.session.as_mut().expect("after the handshake");
        match session.handle_input(bytes) {
            Ok(results) => self.results(results),
            Err(e) => assert!(self.tolerant, "valid input: {e}"),
        }
    }

    fn results(&mut self, results: Vec<ServerSessionResult>) {
        for r in results {
            match r {
                ServerSessionResult::OutboundResponse(p) => self.out.extend(p.bytes),
                ServerSessionResult::RaisedEvent(e) => self.event(e),
                ServerSessionResult::UnhandleableMessageReceived(m) => panic!("message {m:?}"),
            }
        }
    }

    fn event(&mut self, event: Event) {
        let a = &mut self.arrived;
        match event {
            Event::ConnectionRequested { request_id, app_name } => {
                a.app = app_name;
                self.answer(request_id, self.answers.connect);
            }
            Event::PublishStreamRequested {
                request_id, stream_key, ..
            } => {
                a.key = stream_key;
                self.answer(request_id, self.answers.publish);
            }
            Event::StreamMetadataChanged { metadata, .. } => a.metadata = Some(metadata),
            Event::VideoDataReceived { data, timestamp, .. } => a.video.push((timestamp.value, data)),
            Event::AudioDataReceived { data, timestamp, .. } => a.audio.push((timestamp.value, data)),
            Event::AcknowledgementReceived { bytes_received } => a.acknowledged.push(bytes_received),
            Event::PingResponseReceived { timestamp } => a.pongs.push(timestamp.value),
            Event::PublishStreamFinished { .. } => a.finished = true,
            Event::UnhandleableAmf0Command { command_name, .. } => a.commands.push(command_name),
            Event::ReleaseStreamRequested { .. } => a.commands.push("releaseStream".into()),
            _ => {}
        }
    }

    fn answer(&mut self, request: u32, no: Option<(&str, &str)>) {
        let session = self.session.as_mut().expect("connected");
        let results = match no {
            None => session.accept_request(request),
            Some((code, words)) => session.reject_request(request, code, words),
        };
        match results {
            Ok(results) => self.results(results),
            Err(e) => assert!(self.tolerant, "answer: {e}"),
        }
    }
}

/// Carries bytes to and fro in pieces of at most `piece` bytes, until neither side has anything to say.
pub fn exchange(session: &mut PublishSession, peer: &mut Peer, piece: usize) -> Result<(), RtmpError> {
    loop {
        let sent = session.take_output();
        if let Some(bytes) = &sent {
            bytes.chunks(piece).for_each(|b| peer.feed(b));
        }
        let back = peer.take_output();
        if sent.is_none() && back.is_empty() {
            return Ok(());
        }
        for b in back.chunks(piece) {
            session.feed(b)?;
        }
    }
}
