//! The live playlist: its text, its window, and segments that another program can play.

use crate::show::{GOP, Show, made_up_info, until};
use bytes::Bytes;
use media::{ManualClock, MediaTime};
use outputs::{Backoff, DestinationHandle, DestinationState, Env, Fanout, HlsStore, codecs, destination_kind};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use test_support::ffprobe;

const INIT: Bytes = Bytes::from_static(b"init");

fn store_with(segments: &[i64]) -> HlsStore {
    let store = HlsStore::new();
    store.begin(&made_up_info(), INIT, MediaTime::from_millis(2000));
    for (i, ms) in segments.iter().enumerate() {
        store.push(Bytes::from(vec![i as u8]), MediaTime::from_millis(*ms));
    }
    store
}

#[test]
fn the_playlist_reads_as_the_standard_says() {
    assert_eq!(
        store_with(&[2000, 2040]).playlist(),
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:0\n\
         #EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init-1.mp4\"\n\
         #EXTINF:2.000000,\nseg-0.m4s\n#EXTINF:2.040000,\nseg-1.m4s\n"
    );
    assert_eq!(
        store_with(&[2000]).master_playlist(),
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n\
         #EXT-X-STREAM-INF:BANDWIDTH=655600,CODECS=\"avc1.64001f,mp4a.40.2\",RESOLUTION=64x48,FRAME-RATE=25.000\n\
         live.m3u8\n"
    );
}

#[test]
fn the_window_moves_and_the_target_covers_every_segment() {
    let store = store_with(&[2000, 4600, 2000, 2000, 2000, 2000, 2000, 2000, 2000, 2000]);
    let list = store.playlist();
    assert!(list.contains("#EXT-X-MEDIA-SEQUENCE:4\n"), "{list}");
    assert_eq!(list.matches("#EXTINF").count(), 6);
    assert!(
        list.contains("#EXT-X-TARGETDURATION:5\n"),
        "it may not fall again: {list}"
    );
    assert_eq!(store.segment(1), None);
    assert!(store.segment(2).is_some(), "kept for who read the list a moment ago");
    assert_eq!(store.segment(9), Some(Bytes::from_static(&[9])));
    assert_eq!(store.segment(10), None);
    store.end();
    assert!(store.playlist().ends_with("seg-9.m4s\n#EXT-X-ENDLIST\n"));
}

#[test]
fn a_new_show_is_not_taken_for_the_old_one() {
    let store = store_with(&[2000; 3]);
    assert_eq!(store.file("init-1.mp4").expect("there").bytes, INIT);
    store.end();
    store.begin(
        &made_up_info(),
        Bytes::from_static(b"other"),
        MediaTime::from_millis(2000),
    );
    assert!(store.file("live.m3u8").is_none(), "no list without segments");
    store.push(Bytes::from_static(b"new"), MediaTime::from_millis(2000));
    let list = store.file("live.m3u8").expect("there");
    let text = String::from_utf8(list.bytes.to_vec()).expect("text");
    assert!(text.contains("MEDIA-SEQUENCE:3\n") && text.contains("init-2.mp4") && !text.contains("ENDLIST"));
    assert!(!list.immutable);
    assert!(store.file("init-1.mp4").is_none() && store.file("seg-0.m4s").is_none());
    assert_eq!(store.file("seg-3.m4s").expect("there").content_type, "video/mp4");
    for nonsense in ["", "seg-.m4s", "seg-x.m4s", "../live.m3u8", "seg--1.m4s", "init-.mp4"] {
        assert!(store.file(nonsense).is_none(), "{nonsense}");
    }
}

#[test]
fn codecs_are_named_as_browsers_ask() {
    let mut info = made_up_info();
    assert_eq!(codecs(&info), "avc1.64001f,mp4a.40.2");
    info.audio[0].codec = media::AudioCodec::Opus;
    info.video = None;
    assert_eq!(codecs(&info), "opus");
}

#[tokio::test]
async fn waiting_for_a_segment_ends_with_it() {
    let store = Arc::new(store_with(&[2000]));
    store.wait_for(0).await;
    let waiting = tokio::spawn({
        let s = store.clone();
        async move { s.wait_for(1).await }
    });
    store.push(Bytes::new(), MediaTime::from_millis(2000));
    waiting.await.expect("it ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn segments_begin_at_keyframes_and_play_without_a_hole() {
    let show = Show::new(260);
    let env = Env {
        hls: Arc::new(HlsStore::new()),
        clock: Arc::new(ManualClock::new()),
    };
    let fanout = Fanout::new(show.info.clone());
    let kind = destination_kind("local").expect("local");
    let settings = json!({"segment_s": 2.0}).as_object().expect("object").clone();
    let rt = tokio::runtime::Handle::current();
    let d = DestinationHandle::start(&rt, kind, &settings, &fanout, &env, Backoff::standard(1)).expect("starts");
    for second in 0..11 {
        fanout.send_all(show.part(second * 25, (second + 1) * 25));
        until("taken", Duration::from_secs(10), || d.status().queued_ms < 1000).await;
    }
    fanout.end();
    until("over", Duration::from_secs(10), || {
        d.status().state == DestinationState::Stopped
    })
    .await;
    assert_eq!(d.status().frames_sent, 260, "{:?}", d.status());

    let dir = tempfile::tempdir().expect("folder");
    let init = env.hls.init().expect("init");
    let (mut whole, mut counted, mut last_dts) = (init.to_vec(), 0, f64::NEG_INFINITY);
    assert_eq!(env.hls.next_number(), 6);
    for n in 0..6 {
        let segment = env.hls.segment(n).expect("kept");
        whole.extend_from_slice(&segment);
        let file = dir.path().join(format!("{n}.mp4"));
        std::fs::write(&file, [&init[..], &segment].concat()).expect("write");
        let packets = ffprobe::packets(&file, "v:0").expect("ffprobe");
        assert!(packets[0].key, "segment {n} begins with a keyframe");
        assert!(packets[0].dts_s > last_dts, "segment {n} follows on");
        last_dts = packets.last().expect("packets").dts_s;
        let want = if n < 5 { 2 * GOP as usize } else { 10 };
        assert_eq!(packets.len(), want, "segment {n}");
        counted += packets.len();
    }
    assert_eq!(counted, 260);
    let file = dir.path().join("whole.mp4");
    std::fs::write(&file, whole).expect("write");
    assert_eq!(ffprobe::count_frames(&file, "v:0").expect("ffprobe"), 260);
    assert_eq!(ffprobe::decode_errors(&file).expect("ffmpeg"), "");
    let list = env.hls.playlist();
    assert!(
        list.contains("#EXT-X-TARGETDURATION:2\n") && list.contains("#EXT-X-ENDLIST"),
        "{list}"
    );
    assert_eq!(list.matches("#EXTINF:2.000000,").count(), 5, "{list}");
}
