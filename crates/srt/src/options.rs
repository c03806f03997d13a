//! How a connection is made: who calls whom, the delay, the encryption.

use crate::SrtError;
use media::Secret;
use std::time::Duration;

/// What libsrt takes as a stream id, bytes (SRTO_STREAMID).
pub const LONGEST_STREAM_ID: usize = 512;
/// Characters of a passphrase, least and most (SRTO_PASSPHRASE).
pub const PASSPHRASE_LENGTH: std::ops::RangeInclusive<usize> = 10..=79;
/// Largest datagram: what fits into an Ethernet frame beside the headers (SRTO_PAYLOADSIZE), bytes.
pub const LARGEST_PAYLOAD: usize = 1456;
/// Longest delay that makes sense, milliseconds.
pub(crate) const LONGEST_LATENCY_MS: u32 = 60_000;

/// Who calls whom.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Mode {
    /// We call the other side.
    #[default]
    Caller,
    /// The other side calls us.
    Listener,
    /// Both call each other at the same time, through firewalls that let answers in.
    Rendezvous,
}

/// How strong the encryption is.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum KeyLength {
    /// AES-128.
    #[default]
    Aes128,
    /// AES-192.
    Aes192,
    /// AES-256.
    Aes256,
}

impl KeyLength {
    /// In bytes, as libsrt counts.
    pub const fn bytes(self) -> i32 {
        match self {
            Self::Aes128 => 16,
            Self::Aes192 => 24,
            Self::Aes256 => 32,
        }
    }

    /// The length of so many bytes or bits.
    pub const fn of(n: u32) -> Option<Self> {
        match n {
            16 | 128 => Some(Self::Aes128),
            24 | 192 => Some(Self::Aes192),
            32 | 256 => Some(Self::Aes256),
            _ => None,
        }
    }
}

/// How a connection is made.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Options {
    /// Who calls whom.
    pub mode: Mode,
    /// The other side's name or address; for a listener our own address to listen on, empty for all.
    pub host: String,
    /// The other side's port; for a listener our own.
    pub port: u16,
    /// Our own port in rendezvous; 0 for the same as the other side's.
    pub local_port: u16,
    /// How long the receiver waits for what was lost, milliseconds. The larger of both sides' counts.
    pub latency_ms: u32,
    /// What the other side files the stream under; often a key. Empty for none. A listener takes only callers that give it.
    pub stream_id: Secret,
    /// Encrypts the stream; empty for none.
    pub passphrase: Secret,
    /// How strongly.
    pub key_length: KeyLength,
    /// Most bytes of a datagram.
    pub payload: usize,
    /// How long a caller tries, and how long both sides of a rendezvous look for each other.
    pub connect_limit: Duration,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            mode: Mode::Caller,
            host: String::new(),
            port: 0,
            local_port: 0,
            latency_ms: 200,
            stream_id: Secret::default(),
            passphrase: Secret::default(),
            key_length: KeyLength::default(),
            payload: 1316,
            connect_limit: Duration::from_secs(5),
        }
    }
}

impl Options {
    /// Whether libsrt can be given these.
    ///
    /// # Errors
    /// The field's name and a sentence about the first that it can't.
    pub fn check(&self) -> Result<(), (&'static str, String)> {
        if self.port == 0 {
            return Err(("port", "set the port, 1 to 65535".into()));
        }
        if self.host.trim().is_empty() && self.mode != Mode::Listener {
            return Err(("host", "set the name or address of the other side".into()));
        }
        if self.latency_ms > LONGEST_LATENCY_MS {
            return Err(("latency_ms", format!("the delay is 0 to {LONGEST_LATENCY_MS} ms")));
        }
        if self.stream_id.reveal().len() > LONGEST_STREAM_ID {
            return Err((
                "stream_id",
                format!("a stream id has at most {LONGEST_STREAM_ID} bytes"),
            ));
        }
        let letters = self.passphrase.reveal().len();
        if letters > 0 && !PASSPHRASE_LENGTH.contains(&letters) {
            return Err((
                "passphrase",
                format!(
                    "a passphrase has {} to {} characters",
                    PASSPHRASE_LENGTH.start(),
                    PASSPHRASE_LENGTH.end()
                ),
            ));
        }
        if !(188..=LARGEST_PAYLOAD).contains(&self.payload) {
            return Err(("payload", format!("a packet has 188 to {LARGEST_PAYLOAD} bytes")));
        }
        Ok(())
    }

    /// `host:port`, as it may be shown.
    pub fn endpoint(&self) -> String {
        if self.host.contains(':') {
            format!("[{}]:{}", self.host, self.port)
        } else {
            format!("{}:{}", self.host, self.port)
        }
    }

    /// Takes an address as people paste it: `srt://host:port?streamid=…&passphrase=…`. Stream ids that begin with `#!::`
    /// survive, written as they are or percent-encoded; `;` and `,` inside them too.
    ///
    /// # Errors
    /// What is wrong with it, without anything that may be secret.
    pub fn from_url(url: &str) -> Result<Self, SrtError> {
        crate::address::parse(url)
    }
}
