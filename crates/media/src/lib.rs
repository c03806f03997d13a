//! What every crate of Footlight shares: time and clocks, video frames, audio blocks, encoded packets, colour
//! descriptions, bounded queues with a stated drop policy, secrets, and the trait all our errors implement.
//!
//! This crate knows no codec, no GPU, no socket and no async runtime.

pub mod audio;
pub mod clock;
pub mod color;
pub mod error;
pub mod frame;
pub mod packet;
pub mod queue;
pub mod secret;
pub mod slot;
pub mod time;

pub use audio::AudioBlock;
pub use clock::{Clock, ManualClock, SystemClock};
pub use color::{ColorInfo, ColorMatrix, ColorPrimaries, ColorRange, ColorTransfer};
pub use error::{ErrorKind, MediaError, Severity};
pub use frame::{AlphaMode, Fields, FramePool, PixelFormat, Plane, VideoFrame};
pub use packet::{AudioCodec, AudioStream, Packet, StreamInfo, StreamKind, VideoCodec, VideoStream};
pub use queue::{PacketQueue, PacketReceiver, PacketSender, QueueStats};
pub use secret::Secret;
pub use slot::{FrameSlot, SlotPolicy};
pub use time::{FrameRate, MediaTime};
