//! The mixer's behaviour at its seams, by samples.

mod common;
mod device;
mod feed;
mod limiter;
mod mix;
