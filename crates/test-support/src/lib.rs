//! What tests share: real peers (nginx-rtmp, Xvfb, PulseAudio) started privately on loopback with their own ports and
//! folders and ended by pid, small media files, ffprobe, and one way to wait. Only tests use this crate; nothing here is
//! shipped. Functions give `io::Result` so that a test says `.expect("why")` and shows what the program printed.
//!
//! ```no_run
//! use std::time::Duration;
//! use test_support::{ffprobe, nginx_rtmp::{NginxOptions, NginxRtmp}, wait_for};
//! let server = NginxRtmp::start(NginxOptions { record: true, ..NginxOptions::default() }).expect("nginx");
//! let url = server.url("show");
//! // .. publish to `url` ..
//! assert!(wait_for(Duration::from_secs(5), || !server.recordings().is_empty()));
//! let frames = ffprobe::count_frames(&server.recordings()[0], "v:0").expect("ffprobe");
//! ```

pub mod coturn;
pub mod faults;
pub mod ffmpeg_rtmp;
pub mod ffprobe;
pub mod file_server;
pub mod icecast;
pub mod janus;
pub mod media_files;
pub mod mp4;
pub mod mutate;
pub mod net;
pub mod nginx_rtmp;
pub mod node_media_server;
pub mod peers;
pub mod ports;
pub mod process;
pub mod pulse;
pub mod rtmp_server;
pub mod tls_front;
mod wait;
pub mod whip_endpoint;
pub mod xvfb;

pub use net::{BlackHole, RefusingPort, black_hole_tcp, refusing_port};
pub use wait::wait_for;
