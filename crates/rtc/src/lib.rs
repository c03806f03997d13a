//! One thin WebRTC peer that sends pictures and sound which are encoded already: an offer or an answer, then access units in,
//! RTP out, and what the other side says of it (keyframe wishes, losses, round trip) back. The stack is the `webrtc` crate;
//! nothing of it shows in this crate's interface.
//!
//! It knows no scene, no encoder and no HTTP: who exchanges the descriptions, and how, is the caller's business. RTP
//! timestamps and sender reports both come from `MediaTime`, so sound and picture stay together however they were delayed
//! before they got here. There is no congestion control here: the rate is the encoder's. What the receiver's reports say of
//! the line is in [`PeerStats`], for whoever has the encoder.

mod codecs;
mod description;
mod error;
#[doc(hidden)]
pub mod hostile;
mod ice;
mod line;
mod packetise;
mod peer;
mod reports;
mod stream;
mod tracks;

pub use codecs::{can_carry_audio, can_carry_video, video_words};
pub use description::MAX_DESCRIPTION;
pub use error::RtcError;
pub use ice::{IceServer, StreamServer, candidates_of, is_local_name};
pub use packetise::{Av1Packetiser, H264Packetiser, HevcPacketiser, PAYLOAD_LIMIT};
pub use peer::{Peer, PeerOptions, PeerState};
pub use reports::PeerStats;
