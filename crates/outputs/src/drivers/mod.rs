//! One file per kind of destination; the list is in `kind.rs`. `blocking` is what those share that block.

mod blocking;
pub mod custom;
pub mod hls_folder;
pub mod hls_push;
pub mod icecast;
pub mod local;
pub mod rist;
pub mod rtmp;
pub mod srt;
pub mod whip;
