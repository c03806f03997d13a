//! Enhanced RTMP to a server of others: HEVC, AV1 and VP9 with Opus or AAC go to Node-Media-Server, come back by its
//! HTTP-FLV, and FFmpeg decodes every picture of what came back.

use crate::{
    rtmp_nginx::{LIMIT, go_live, reaches},
    show::until,
};
use media::{AudioCodec, Packet, StreamInfo, VideoCodec};
use outputs::{DestinationState as State, Fanout};
use std::{fs, path::Path};
use test_support::{
    ffprobe, mp4,
    node_media_server::{NodeMediaServer, flv_tags},
};

const FRAMES: u32 = 50;
/// Most packets of sound that are later than the last picture.
const LATE: usize = 6;

/// The way a body begins, without its times.
fn head(codec: VideoCodec) -> &'static [u8; 4] {
    match codec {
        VideoCodec::Hevc => b"hvc1",
        VideoCodec::Av1 => b"av01",
        _ => b"vp09",
    }
}

/// Payloads of the coded video bodies: the first byte's lower half is 1 (with composition time for HEVC) or 3 (without).
fn pictures(tags: &[(u8, u32, Vec<u8>)], codec: VideoCodec) -> Vec<Vec<u8>> {
    let coded = tags
        .iter()
        .filter(|(kind, _, body)| *kind == 9 && matches!(body[0] & 0x0f, 1 | 3));
    coded
        .map(|(_, _, body)| {
            assert!(body[0] & 0x80 != 0 && body[1..5] == *head(codec), "{:?}", &body[..5]);
            let timed = codec == VideoCodec::Hevc && body[0] & 0x0f == 1;
            body[if timed { 8 } else { 5 }..].to_vec()
        })
        .collect()
}

/// NAL units with start codes instead of lengths (ITU-T H.265, annex B), the parameter sets of the record first.
fn annex_b(record: &[u8], pictures: &[Vec<u8>]) -> Vec<u8> {
    let mut out = vec![];
    let mut at = 23;
    for _ in 0..record[22] {
        let count = u16::from_be_bytes([record[at + 1], record[at + 2]]);
        at += 3;
        for _ in 0..count {
            let size = usize::from(u16::from_be_bytes([record[at], record[at + 1]]));
            out.extend([0, 0, 0, 1]);
            out.extend(&record[at + 2..at + 2 + size]);
            at += 2 + size;
        }
    }
    for picture in pictures {
        let mut rest = &picture[..];
        while let Some((size, after)) = rest.split_first_chunk::<4>() {
            let size = u32::from_be_bytes(*size) as usize;
            out.extend([0, 0, 0, 1]);
            out.extend(&after[..size]);
            rest = &after[size..];
        }
    }
    out
}

/// What came, as a file that FFmpeg reads by itself.
fn file_of(dir: &Path, info: &StreamInfo, pictures: &[Vec<u8>]) -> std::path::PathBuf {
    let video = info.video.as_ref().expect("video");
    let (name, bytes) = match video.codec {
        VideoCodec::Hevc => ("back.hevc", annex_b(&video.extradata, pictures)),
        // Low-overhead OBUs, each temporal unit behind its delimiter.
        VideoCodec::Av1 => (
            "back.obu",
            pictures.iter().flat_map(|p| [&[0x12, 0][..], p].concat()).collect(),
        ),
        _ => {
            let mut ivf = [
                &b"DKIF\0\0\x20\0VP90"[..],
                &[128, 0, 96, 0, 25, 0, 0, 0, 1, 0, 0, 0],
                &[0; 8],
            ]
            .concat();
            for (i, p) in pictures.iter().enumerate() {
                ivf.extend((p.len() as u32).to_le_bytes());
                ivf.extend((i as u64).to_le_bytes());
                ivf.extend(p);
            }
            ("back.ivf", ivf)
        }
    };
    let path = dir.join(name);
    fs::write(&path, bytes).expect("written");
    path
}

async fn round_trip(server: &NodeMediaServer, video: VideoCodec, audio: AudioCodec, key: &str) {
    let (info, packets) = mp4::encode(video, audio, FRAMES).expect("film");
    let viewer = server.watch(key).expect("viewer");
    let fanout = Fanout::new(info.clone());
    let d = go_live(&server.url(key), &fanout, 1);
    reaches(&d, State::Live).await;
    let reason = d.status().reason.expect("this server declares nothing");
    assert!(reason.contains("never said"), "{reason}");
    fanout.send_all(packets.clone());
    let sent: Vec<&Packet> = packets.iter().filter(|p| p.is_video()).collect();
    let sounds = packets.len() - sent.len();
    until("everything is back", LIMIT, || {
        let back = flv_tags(&viewer.bytes());
        // Without the heads of the streams. Sound later than the last picture waits for the next one.
        let pictures = |(kind, _, body): &&(u8, u32, Vec<u8>)| *kind == 9 && matches!(body[0] & 0x0f, 1 | 3);
        let heard = |(kind, _, body): &&(u8, u32, Vec<u8>)| *kind == 8 && matches!(body[0], 0x91 | 0xaf);
        back.iter().filter(pictures).count() == sent.len() && back.iter().filter(heard).count() + LATE >= sounds
    })
    .await;
    let tags = flv_tags(&viewer.bytes());
    let back = pictures(&tags, video);
    assert_eq!(back.len(), FRAMES as usize);
    assert!(
        back.iter().zip(&sent).all(|(b, s)| b[..] == s.data[..]),
        "every picture byte for byte"
    );
    let start = tags
        .iter()
        .find(|(kind, _, body)| *kind == 9 && body[0] == 0x90)
        .expect("sequence start");
    let record = &info.video.as_ref().expect("video").extradata;
    assert!(start.2.ends_with(record), "the configuration record");
    let opus: Vec<_> = tags
        .iter()
        .filter(|(kind, _, body)| *kind == 8 && body.starts_with(b"\x91Opus"))
        .collect();
    if audio == AudioCodec::Opus {
        assert!(
            opus.len() > 50 && opus.len() + LATE >= sounds,
            "{} of {sounds}",
            opus.len()
        );
        assert!(
            tags.iter()
                .any(|(_, _, body)| body.starts_with(b"\x90OpusOpusHead\x01\x02"))
        );
    }
    let dir = tempfile::tempdir().expect("folder");
    let file = file_of(dir.path(), &info, &back);
    assert_eq!(ffprobe::count_frames(&file, "v:0").expect("ffprobe"), u64::from(FRAMES));
    assert_eq!(ffprobe::decode_errors(&file).expect("ffmpeg"), "");
    fanout.end();
    reaches(&d, State::Stopped).await;
    assert_eq!(
        (d.status().frames_sent, d.status().frames_dropped),
        (u64::from(FRAMES), 0)
    );
    viewer.stop();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hevc_av1_and_vp9_come_back_whole_from_node_media_server() {
    let server = NodeMediaServer::start().expect("node-media-server");
    round_trip(&server, VideoCodec::Hevc, AudioCodec::Opus, "hevc").await;
    round_trip(&server, VideoCodec::Av1, AudioCodec::Aac, "av1").await;
    round_trip(&server, VideoCodec::Vp9, AudioCodec::Opus, "vp9").await;
}
