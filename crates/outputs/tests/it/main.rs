//! Tests of `outputs` at its seams: scripted drivers in virtual time, real files, a real nginx-rtmp.

mod hls;
mod isolation;
mod killed;
mod kinds;
mod recording;
mod recording_parts;
mod replay;
mod rtmp_nginx;
mod script;
mod show;
mod supervision;
