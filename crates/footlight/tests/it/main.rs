//! The `footlight` program against real peers: nginx-rtmp, Xvfb, PulseAudio, Chromium and ffprobe. One file per theme;
//! `common` starts the program and reads what it left behind. Every show is small (640×360 at 30 frames a second, x264
//! `ultrafast`), so that two cores show the behaviour and not their own limits.

#![cfg(target_os = "linux")]

mod bad_input;
mod bad_project;
mod captions;
mod cli;
mod common;
mod disk;
mod go_live;
mod iso;
mod isolation;
mod reconnect;
mod recording;
mod render;
mod sync;
mod watch_page;
mod watch_webrtc;
mod whip;
