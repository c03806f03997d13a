//! One connection to one server: an RTMP session and the bytes on their way to it and back. Reading and writing go on side
//! by side; what waits to be written is bounded to little more than one picture.

use super::wire::{self, Wire};
use crate::{Link, OutputError, error::io_words};
use bytes::{Buf, Bytes};
use media::Packet;
use rtmp::{PublishSession, PublishUrl, RtmpError, SessionState};
use std::{collections::VecDeque, io, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, ReadHalf, WriteHalf},
    time::{self, Instant},
};

/// Time from the connection to the server's permission to publish.
const PUBLISH_LIMIT: Duration = Duration::from_secs(10);
/// A server that takes nothing for this long while we have something is given up.
const STALL_LIMIT: Duration = Duration::from_secs(10);
/// Time to hand over the rest and say goodbye at the end.
const FLUSH_LIMIT: Duration = Duration::from_millis(600);
/// Time to let the server close first, so that nothing of ours is lost in a reset.
const LINGER_LIMIT: Duration = Duration::from_millis(400);
/// Packets are taken from the queue only while less than this waits to be written, bytes.
const WRITE_AHEAD: usize = 64 * 1024;
/// More answers than this to a server that does not read them means that it floods us, bytes.
const ANSWERS_LIMIT: usize = 1024 * 1024;

/// Bytes that wait to be written, and the packet that is through once they are.
struct Piece {
    bytes: Bytes,
    packet: Option<Arc<Packet>>,
}

/// A connection and its session.
pub(super) struct Conversation {
    read: ReadHalf<Wire>,
    write: WriteHalf<Wire>,
    pub(super) session: PublishSession,
    /// The destination, redacted.
    to: String,
    waiting: VecDeque<Piece>,
    waiting_bytes: usize,
    /// Something was written that the encryption may still hold.
    unflushed: bool,
    /// When the server last took something, or got something to take.
    progress: Instant,
    input: Vec<u8>,
}

/// Something that happened on the wire.
enum Io {
    Read(usize),
    Wrote(usize),
    Flushed,
    WriteFailed(io::Error),
}

/// Writes what it can of `front`; when there is nothing, pushes out what the encryption holds.
async fn write_some(write: &mut WriteHalf<Wire>, front: &[u8]) -> io::Result<Io> {
    if front.is_empty() {
        write.flush().await.map(|()| Io::Flushed)
    } else {
        write.write(front).await.map(Io::Wrote)
    }
}

impl Conversation {
    /// Connects and converses until the session is in `until` ([`SessionState::Publishing`], or an earlier state).
    /// What is written is counted in `link`; none beside another conversation.
    pub(super) async fn open(
        address: &PublishUrl,
        ca_file: &str,
        session: PublishSession,
        until: SessionState,
        to: &str,
        link: Option<&Link>,
    ) -> Result<Self, OutputError> {
        let (read, write) = tokio::io::split(wire::connect(address, ca_file, to).await?);
        let mut c = Self {
            read,
            write,
            session,
            to: to.to_owned(),
            waiting: VecDeque::new(),
            waiting_bytes: 0,
            unflushed: false,
            progress: Instant::now(),
            input: vec![0; 16 * 1024],
        };
        c.collect(None);
        let asking = async {
            while c.session.state() != until {
                c.step(link).await?;
            }
            Ok::<(), OutputError>(())
        };
        match time::timeout(PUBLISH_LIMIT, asking).await {
            Ok(asked) => asked.map(|()| c),
            Err(_) => Err(OutputError::TimedOut {
                to: to.to_owned(),
                step: "the permission to publish",
                seconds: PUBLISH_LIMIT.as_secs(),
            }),
        }
    }

    /// Whether another packet may be given to [`Conversation::send`].
    pub(super) fn has_room(&self) -> bool {
        self.waiting_bytes < WRITE_AHEAD
    }

    /// Reads or writes once, whatever can be done first. May be dropped at any time without losing a byte. What is
    /// written is counted in `link`.
    ///
    /// # Errors
    /// The server refused, ended, closed, or has taken nothing for too long.
    pub(super) async fn step(&mut self, link: Option<&Link>) -> Result<(), OutputError> {
        let front = self.waiting.front().map_or(&[][..], |p| &p.bytes[..]);
        let busy = !front.is_empty() || self.unflushed;
        let write = &mut self.write;
        let io = tokio::select! {
            got = self.read.read(&mut self.input) => match got {
                Ok(n) if n > 0 => Io::Read(n),
                Ok(_) => return Err(self.session.hung_up().into()),
                Err(e) => return Err(self.broken(&e)),
            },
            wrote = write_some(write, front), if busy => wrote.unwrap_or_else(Io::WriteFailed),
            () = time::sleep_until(self.progress + STALL_LIMIT), if busy => {
                return Err(OutputError::Stalled { to: self.to.clone(), seconds: STALL_LIMIT.as_secs() });
            }
        };
        match io {
            Io::Read(n) => {
                let fed = self.session.feed(&self.input[..n]);
                self.collect(None);
                fed?;
                self.check_answers()
            }
            Io::Wrote(n) => {
                self.wrote(n, link);
                Ok(())
            }
            Io::Flushed => {
                self.unflushed = false;
                self.progress = Instant::now();
                Ok(())
            }
            Io::WriteFailed(e) => Err(self.last_words(&e).await),
        }
    }

    /// Queues a packet of a publishing session.
    pub(super) fn send(&mut self, packet: Arc<Packet>) -> Result<(), OutputError> {
        if self.session.carries(packet.stream) {
            self.session.send(&packet)?;
            self.collect(Some(packet));
        }
        Ok(())
    }

    /// Writes what is left and the farewell, and lets the server close first. Errors no longer matter to anybody.
    pub(super) async fn say_goodbye(&mut self, link: Option<&Link>) {
        self.say_goodbye_within(FLUSH_LIMIT, link).await;
    }

    /// As [`Conversation::say_goodbye`], with more or less time to write what is left.
    pub(super) async fn say_goodbye_within(&mut self, limit: Duration, link: Option<&Link>) {
        self.session.close();
        self.collect(None);
        let flush = async {
            while !self.waiting.is_empty() || self.unflushed {
                if let Err(e) = self.step(link).await {
                    tracing::debug!(destination = self.to, error = %e, "goodbye");
                    return;
                }
            }
            let _ = self.write.shutdown().await;
        };
        if time::timeout(limit, flush).await.is_ok() {
            let quiet = async { while let Ok(1..) = self.read.read(&mut self.input).await {} };
            let _ = time::timeout(LINGER_LIMIT, quiet).await;
        }
    }

    /// Queues what the session wants written.
    fn collect(&mut self, packet: Option<Arc<Packet>>) {
        if let Some(bytes) = self.session.take_output() {
            if self.waiting.is_empty() {
                self.progress = Instant::now();
            }
            self.waiting_bytes += bytes.len();
            self.waiting.push_back(Piece { bytes, packet });
        }
    }

    fn check_answers(&self) -> Result<(), OutputError> {
        let ours = self.waiting.iter().filter(|p| p.packet.is_none());
        if ours.map(|p| p.bytes.len()).sum::<usize>() > ANSWERS_LIMIT {
            return Err(OutputError::Lost {
                to: self.to.clone(),
                why: "the server asks without end and reads no answer".into(),
            });
        }
        Ok(())
    }

    fn wrote(&mut self, n: usize, link: Option<&Link>) {
        self.progress = Instant::now();
        self.unflushed = true;
        if let Some(link) = link {
            link.wrote(n);
        }
        self.waiting_bytes -= n.min(self.waiting_bytes);
        let Some(front) = self.waiting.front_mut() else { return };
        front.bytes.advance(n.min(front.bytes.len()));
        if front.bytes.is_empty()
            && let Some(Piece { packet: Some(p), .. }) = self.waiting.pop_front()
            && let Some(link) = link
        {
            link.sent(&p);
        }
    }

    /// The error for a connection that broke under us.
    fn broken(&mut self, e: &io::Error) -> OutputError {
        if self.session.state() < SessionState::Publishing {
            return self.session.hung_up().into();
        }
        OutputError::Lost {
            to: self.to.clone(),
            why: io_words(e),
        }
    }

    /// A server that refuses says why and closes; the write may fail before its words were read.
    async fn last_words(&mut self, e: &io::Error) -> OutputError {
        let words = async {
            while let Ok(n @ 1..) = self.read.read(&mut self.input).await {
                self.session.feed(&self.input[..n])?;
            }
            Ok::<(), RtmpError>(())
        };
        match time::timeout(LINGER_LIMIT, words).await {
            Ok(Err(said)) => said.into(),
            _ => self.broken(e),
        }
    }
}
