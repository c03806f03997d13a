//! A small binding to libsrt (Secure Reliable Transport, draft-sharabayko-srt): one connection at a time, as caller,
//! listener or in rendezvous, with its figures.
//!
//! Sockets are non-blocking and each has an epoll of its own, so that closing one never wakes or breaks another. What has
//! to be waited for ([`Connection::open`], [`Listener::accept`]) is for a thread of its own and asks fifty times a second
//! whether to go on; nothing here is for an async task. This crate knows no media: what is sent is datagrams.

mod address;
mod ask;
mod connection;
mod error;
mod log;
mod options;
mod socket;
mod stats;
mod sys;

pub use ask::ask;
pub use connection::{Connection, Listener};
pub use error::{Refusal, SrtError};
pub use options::{KeyLength, LARGEST_PAYLOAD, LONGEST_STREAM_ID, Mode, Options, PASSPHRASE_LENGTH};
pub use stats::Stats;
