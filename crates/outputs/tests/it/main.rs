//! Tests of `outputs` at its seams: scripted drivers in virtual time, real files, a real nginx-rtmp.

mod hls;
mod hls_folder;
mod isolation;
mod killed;
mod kinds;
mod live;
mod mutations;
mod other_peers;
mod peers;
mod recording;
mod recording_parts;
mod replay;
mod rtmp_ffmpeg;
mod rtmp_moves;
mod rtmp_nginx;
mod rtmp_node;
mod rtmps;
mod script;
mod show;
mod srt_peers;
mod supervision;
mod tls_uploads;
mod whip;
mod whip_janus;
mod whip_relays;
