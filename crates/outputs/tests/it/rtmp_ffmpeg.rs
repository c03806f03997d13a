//! Enhanced RTMP to FFmpeg 8: as a server for HEVC, AV1, VP9 and Opus, and as the judge of several audio tracks (version 2), which
//! it reads but, as a server, never declares; those a server of our own takes, and FFmpeg reads what that one got.

use crate::{
    rtmp_nginx::{LIMIT, go_live, reaches},
    show::until,
};
use media::{AudioCodec, Packet, StreamKind, VideoCodec};
use outputs::{DestinationState as State, Fanout};
use serde_json::{Value, json};
use std::{fs, path::Path};
use test_support::{
    ffmpeg_rtmp::{FfmpegRtmp, read_flv},
    mp4,
    rtmp_server::{Arrived, Behaviour, RtmpServer},
};

const FRAMES: u32 = 50;

fn stream<'a>(found: &'a Value, kind: &str, n: usize) -> &'a Value {
    let all = found["streams"].as_array().into_iter().flatten();
    all.filter(|s| s["kind"] == kind).nth(n).unwrap_or(&Value::Null)
}

async fn ffmpeg_gets(video: VideoCodec, audio: AudioCodec, codecs: [&str; 2]) {
    let (info, packets) = mp4::encode(video, audio, FRAMES).expect("film");
    let sounds = packets.iter().filter(|p| !p.is_video()).count() as u64;
    let mut server = FfmpegRtmp::start().expect("FFmpeg 8");
    let fanout = Fanout::new(info);
    let d = go_live(&server.url(), &fanout, 1);
    reaches(&d, State::Live).await;
    fanout.send_all(packets);
    until("all sent", LIMIT, || d.status().frames_sent == u64::from(FRAMES)).await;
    fanout.end();
    reaches(&d, State::Stopped).await;
    let found = server.found(LIMIT).expect("what it got");
    let (picture, sound) = (stream(&found, "video", 0), stream(&found, "audio", 0));
    assert!(
        picture["codec"].as_str().is_some_and(|c| c.contains(codecs[0])),
        "{found}"
    );
    assert!(
        sound["codec"].as_str().is_some_and(|c| c.contains(codecs[1])),
        "{found}"
    );
    assert_eq!(
        (&picture["frames"], &picture["width"]),
        (&json!(FRAMES), &json!(128)),
        "{found}"
    );
    assert_eq!(
        (&picture["backwards"], &sound["backwards"], &found["errors"]),
        (&json!(0), &json!(0), &json!(0))
    );
    assert!(
        sound["packets"].as_u64().is_some_and(|n| n + 6 >= sounds),
        "{sounds}: {found}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ffmpeg_as_a_server_decodes_hevc_av1_vp9_and_opus() {
    ffmpeg_gets(VideoCodec::Hevc, AudioCodec::Opus, ["hevc", "opus"]).await;
    ffmpeg_gets(VideoCodec::Av1, AudioCodec::Aac, ["av1", "aac"]).await;
    ffmpeg_gets(VideoCodec::Vp9, AudioCodec::Opus, ["vp9", "opus"]).await;
}

/// What a server got, as a file (Adobe's FLV, version 10.1, annex E).
fn flv(arrived: &Arrived, path: &Path) {
    let mut out = b"FLV\x01\x05\0\0\0\x09\0\0\0\0".to_vec();
    for m in arrived.messages.iter().filter(|m| [8, 9].contains(&m.kind)) {
        let (size, time) = ((m.body.len() as u32).to_be_bytes(), m.time_ms.to_be_bytes());
        out.push(m.kind);
        out.extend(&size[1..]);
        out.extend(&time[1..]);
        out.extend([time[0], 0, 0, 0]);
        out.extend(&m.body);
        out.extend((m.body.len() as u32 + 11).to_be_bytes());
    }
    fs::write(path, out).expect("written");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_tracks_are_what_ffmpeg_understands() {
    for (video, audio, words) in [
        (VideoCodec::Hevc, AudioCodec::Opus, ["hevc", "opus"]),
        (VideoCodec::H264, AudioCodec::Aac, ["h264", "aac"]),
    ] {
        let (mut info, packets) = mp4::encode(video, audio, FRAMES).expect("film");
        let first = info.audio[0].clone();
        info.audio.extend([first.clone(), first]);
        let server = RtmpServer::start(Behaviour {
            codecs: vec!["*"],
            caps: 2,
            ..Behaviour::default()
        })
        .expect("server");
        let fanout = Fanout::new(info);
        let d = go_live(&server.url("show"), &fanout, 1);
        reaches(&d, State::Live).await;
        let also = |p: &Packet, i| Packet {
            stream: StreamKind::Audio(i),
            ..p.clone()
        };
        for p in packets {
            match p.stream {
                StreamKind::Audio(_) => fanout.send_all((0..3).map(|i| also(&p, i))),
                StreamKind::Video | StreamKind::Data => fanout.send_all([p]),
            }
        }
        until("all sent", LIMIT, || d.status().frames_sent == u64::from(FRAMES)).await;
        fanout.end();
        reaches(&d, State::Stopped).await;
        until("all arrived", LIMIT, || server.arrived()[0].closed).await;
        let dir = tempfile::tempdir().expect("folder");
        let path = dir.path().join("got.flv");
        flv(&server.arrived()[0], &path);
        let found = read_flv(&path).expect("FFmpeg 8 reads it");
        assert_eq!(stream(&found, "video", 0)["frames"], json!(FRAMES), "{found}");
        let samples = stream(&found, "audio", 0)["samples"].as_u64().unwrap_or_default();
        assert!(samples > 48_000, "{found}");
        for n in 0..3 {
            let s = stream(&found, "audio", n);
            assert!(
                s["codec"].as_str().is_some_and(|c| c.contains(words[1])),
                "{n}: {found}"
            );
            assert_eq!(s["samples"].as_u64(), Some(samples), "track {n} is whole: {found}");
        }
        assert_eq!(
            (&stream(&found, "audio", 3), &found["errors"]),
            (&&Value::Null, &json!(0)),
            "{found}"
        );
    }
}
