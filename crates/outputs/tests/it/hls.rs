//! The live playlist: its text, its window, and segments that another program can play.

use crate::show::{GOP, Show, made_up_info, until};
use bytes::Bytes;
use media::{ManualClock, MediaTime};
use outputs::{
    Backoff, DestinationHandle, DestinationState, Env, Fanout, HlsStore, NotServed, codecs, destination_kind,
};
use serde_json::json;
use std::{sync::Arc, time::Duration};
use test_support::ffprobe;

const INIT: Bytes = Bytes::from_static(b"init");

fn store_with(segments: &[i64]) -> HlsStore {
    let store = HlsStore::new();
    store.begin(&made_up_info(), INIT, MediaTime::from_millis(2000), MediaTime::ZERO);
    for (i, ms) in segments.iter().enumerate() {
        push(&store, vec![i as u8], *ms);
    }
    store
}

/// A segment in one part.
fn push(store: &HlsStore, bytes: Vec<u8>, ms: i64) {
    store.push_part(bytes.into(), MediaTime::from_millis(ms), true);
    store.finish_segment(MediaTime::from_millis(ms));
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
        MediaTime::ZERO,
    );
    assert!(store.file("live.m3u8").is_none(), "no list without segments");
    push(&store, b"new".to_vec(), 2000);
    let list = store.file("live.m3u8").expect("there");
    let text = String::from_utf8(list.bytes.to_vec()).expect("text");
    assert!(text.contains("MEDIA-SEQUENCE:3\n") && text.contains("init-2.mp4") && !text.contains("ENDLIST"));
    assert!(!list.immutable);
    assert!(store.file("init-1.mp4").is_none() && store.file("seg-0.m4s").is_none());
    assert_eq!(store.file("seg-3.m4s").expect("there").content_type, "video/mp4");
    for nonsense in [
        "",
        "seg-.m4s",
        "seg-x.m4s",
        "../live.m3u8",
        "seg--1.m4s",
        "init-.mp4",
        "part-3.m4s",
        "part-3.9.m4s",
    ] {
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

/// One whole segment of two parts and a part of the next, half a second each.
fn in_parts() -> HlsStore {
    let store = HlsStore::new();
    let half = MediaTime::from_millis(500);
    store.begin(&made_up_info(), INIT, MediaTime::from_millis(1000), half);
    store.push_part(Bytes::from_static(b"ab"), half, true);
    store.push_part(Bytes::from_static(b"c"), half, false);
    store.finish_segment(MediaTime::from_millis(1000));
    store.push_part(Bytes::from_static(b"d"), half, true);
    store
}

#[test]
fn parts_are_listed_as_players_of_low_latency_read_them() {
    let store = in_parts();
    let whole = "#EXT-X-PART:DURATION=0.500000,URI=\"part-0.0.m4s\",INDEPENDENT=YES\n\
                 #EXT-X-PART:DURATION=0.500000,URI=\"part-0.1.m4s\"\n#EXTINF:1.000000,\nseg-0.m4s\n";
    assert_eq!(
        store.playlist(),
        format!(
            "#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-TARGETDURATION:1\n#EXT-X-PART-INF:PART-TARGET=0.500000\n\
             #EXT-X-SERVER-CONTROL:CAN-BLOCK-RELOAD=YES,PART-HOLD-BACK=1.500000\n#EXT-X-MEDIA-SEQUENCE:0\n\
             #EXT-X-INDEPENDENT-SEGMENTS\n#EXT-X-MAP:URI=\"init-1.mp4\"\n{whole}\
             #EXT-X-PART:DURATION=0.500000,URI=\"part-1.0.m4s\",INDEPENDENT=YES\n\
             #EXT-X-PRELOAD-HINT:TYPE=PART,URI=\"part-1.1.m4s\"\n"
        )
    );
    let part = |name: &str| store.file(name).map(|f| f.bytes);
    assert_eq!(part("part-0.0.m4s"), Some(Bytes::from_static(b"ab")));
    assert_eq!(part("part-0.1.m4s"), Some(Bytes::from_static(b"c")));
    assert_eq!(part("seg-0.m4s"), Some(Bytes::from_static(b"abc")));
    assert_eq!(part("part-1.0.m4s"), Some(Bytes::from_static(b"d")));
    assert_eq!(part("part-1.1.m4s"), None);
    store.end();
    let list = store.playlist();
    assert!(list.ends_with("seg-0.m4s\n#EXT-X-ENDLIST\n"), "{list}");
}

#[tokio::test]
async fn what_is_about_to_come_is_waited_for_and_nothing_else() {
    let store = Arc::new(in_parts());
    let ask = |name: &'static str, n, i| {
        let s = store.clone();
        tokio::spawn(async move { s.file_soon(name, n, i).await.map(|f| f.bytes) })
    };
    // There already.
    assert!(ask("live.m3u8", Some(0), None).await.expect("ends").is_ok());
    assert!(ask("live.m3u8", Some(1), Some(0)).await.expect("ends").is_ok());
    for (n, i) in [(Some(3), None), (Some(u64::MAX), Some(0)), (None, Some(1))] {
        let refused = ask("live.m3u8", n, i).await.expect("ends");
        assert_eq!(refused, Err(NotServed::TooFar), "{n:?} {i:?}");
    }
    for far in ["part-1.2.m4s", "part-2.0.m4s", "seg-7.m4s"] {
        assert_eq!(
            ask(far, None, None).await.expect("ends"),
            Err(NotServed::Missing),
            "{far}"
        );
    }
    let (part, list) = (ask("part-1.1.m4s", None, None), ask("live.m3u8", Some(1), None));
    tokio::task::yield_now().await;
    assert!(!part.is_finished() && !list.is_finished());
    store.push_part(Bytes::from_static(b"e"), MediaTime::from_millis(500), false);
    assert_eq!(part.await.expect("ends"), Ok(Bytes::from_static(b"e")));
    assert!(!list.is_finished(), "the segment is not whole");
    store.finish_segment(MediaTime::from_millis(1000));
    let list = String::from_utf8(list.await.expect("ends").expect("served").to_vec()).expect("text");
    assert!(list.contains("seg-1.m4s"), "{list}");
    // The end of the show is the end of waiting.
    let last = ask("live.m3u8", Some(2), Some(0));
    tokio::task::yield_now().await;
    store.end();
    let list = String::from_utf8(last.await.expect("ends").expect("served").to_vec()).expect("text");
    assert!(list.contains("#EXT-X-ENDLIST"), "{list}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn segments_begin_at_keyframes_and_play_without_a_hole() {
    let show = Show::new(260);
    let env = Env {
        hls: Arc::new(HlsStore::new()),
        clock: Arc::new(ManualClock::new()),
        routes: Arc::new(outputs::SystemRoutes),
    };
    let fanout = Fanout::new(show.info.clone());
    let kind = destination_kind("local").expect("local");
    let settings = json!({"segment_s": 2.0, "part_s": 0.5})
        .as_object()
        .expect("object")
        .clone();
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
        let parts: Vec<Bytes> = (0..)
            .map_while(|i| env.hls.file(&format!("part-{n}.{i}.m4s")))
            .map(|f| f.bytes)
            .collect();
        // Twelve pictures are not longer than half a second.
        assert_eq!(parts.len(), want.div_ceil(12), "segment {n}");
        assert_eq!(parts.concat(), segment, "segment {n}");
        counted += packets.len();
    }
    assert_eq!(counted, 260);
    let file = dir.path().join("whole.mp4");
    std::fs::write(&file, whole).expect("write");
    assert_eq!(ffprobe::count_frames(&file, "v:0").expect("ffprobe"), 260);
    assert_eq!(ffprobe::decode_errors(&file).expect("ffmpeg"), "");
    let list = env.hls.playlist();
    assert!(
        list.contains("#EXT-X-TARGETDURATION:2\n")
            && list.contains("PART-TARGET=0.480000\n")
            && list.contains("#EXT-X-ENDLIST"),
        "{list}"
    );
    assert_eq!(list.matches("#EXTINF:2.000000,").count(), 5, "{list}");
}
