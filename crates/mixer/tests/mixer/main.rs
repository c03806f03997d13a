//! The mixer's behaviour at its seams, by samples.

mod device;
mod feed;
mod limiter;
mod mix;
mod signals;
mod tracks;
