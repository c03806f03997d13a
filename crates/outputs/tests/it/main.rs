//! Tests of `outputs` at its seams: scripted drivers in virtual time, real files, a real nginx-rtmp.

mod hls;
mod isolation;
mod kinds;
mod live;
mod recording;
mod rtmp_nginx;
mod script;
mod show;
mod supervision;
mod whip;
