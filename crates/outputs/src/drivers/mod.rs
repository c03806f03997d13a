//! One file per kind of destination; the list is in `kind.rs`.

pub mod local;
pub mod rtmp;
pub mod whip;
