//! RTMP publishing without I/O: addresses, handshake, chunks, commands and FLV bodies.
//!
//! A [`PublishSession`] takes the bytes a server sent, gives the bytes to send to it, and takes encoded packets once the
//! server lets us publish. It opens no socket, starts no thread, knows no clock and encrypts nothing: the driver in
//! `outputs` owns connection, TLS and time limits. Everything a server sends is taken for hostile: what we keep of it is
//! bounded, and nothing it sends can make us panic.
//!
//! Of `rml_rtmp` only the handshake is used. Its chunk reader, message parser and AMF0 reader panic or recurse without
//! limit on bad input (a command of fewer than three values, two interleaved messages, nested arrays), and its chunk
//! writer grows its buffer in small steps; ours are small and are tested against it.

mod amf0;
mod chunk_reader;
mod chunk_writer;
mod command;
mod declared;
pub mod enhanced;
mod error;
mod flv;
pub mod fourcc;
#[doc(hidden)]
pub mod hostile;
mod reply;
mod session;
mod streams;
mod url;

pub use declared::Declared;
pub use error::RtmpError;
pub use session::{PublishSession, SessionState};
pub use streams::check_streams;
pub use url::{DEFAULT_PORT, DEFAULT_TLS_PORT, PublishUrl};
