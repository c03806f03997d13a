//! HLS in a folder: parts while it goes on, whole segments that FFmpeg plays, and nobody else's files touched.

use crate::{
    peers::{LIMIT, reaches, send_paced, show, start, taken},
    show::{GOP, until},
};
use outputs::{DestinationState as State, Fanout};
use serde_json::{Value, json};
use std::fs;
use test_support::ffprobe::{count_frames, decode_errors};

fn settings(v: Value) -> serde_json::Map<String, Value> {
    v.as_object().expect("settings").clone()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_has_parts_while_it_goes_on_and_a_playable_show_at_the_end() {
    let (show, frames) = show(5);
    let dir = tempfile::tempdir().expect("folder");
    let folder = dir.path().join("www/show");
    fs::create_dir_all(&folder).expect("made");
    for (name, text) in [("seg-41.m4s", "earlier"), ("mine.txt", "mine")] {
        fs::write(folder.join(name), text).expect("written");
    }
    let fanout = Fanout::new(show.info.clone());
    let all = json!({"folder": folder, "segment_s": 1.0, "part_s": 0.2, "delete_old": true});
    let d = start("hls_folder", &settings(all), &fanout);
    reaches(&d, State::Live).await;
    let list = || fs::read_to_string(folder.join("live.m3u8")).unwrap_or_default();
    let sending = send_paced(&fanout, show.packets.clone(), 2.0);
    let looking = until("parts of a segment under way", LIMIT, || {
        let text = list();
        let last = text.lines().last().unwrap_or_default().to_owned();
        let named = last.strip_prefix("#EXT-X-PART:").and_then(|l| l.split('"').nth(1));
        named.is_some_and(|n| folder.join(n).is_file())
    });
    tokio::join!(sending, looking);
    let text = list();
    assert!(
        text.contains("#EXT-X-PART-INF") && !text.contains("CAN-BLOCK-RELOAD") && !text.contains("PRELOAD"),
        "no plain web server can hold a request back: {text}"
    );
    taken(&d, frames).await;
    fanout.end();
    reaches(&d, State::Stopped).await;
    let text = list();
    assert!(
        text.ends_with("#EXT-X-ENDLIST\n") && text.contains("seg-42.m4s"),
        "{text}"
    );
    let master = folder.join("master.m3u8");
    assert_eq!(decode_errors(&master).expect("ffmpeg"), "");
    assert_eq!(count_frames(&master, "v:0").expect("frames"), frames);
    for (name, words) in [("seg-41.m4s", "earlier"), ("mine.txt", "mine")] {
        assert_eq!(fs::read_to_string(folder.join(name)).expect("there"), words);
    }
    let unfinished = fs::read_dir(&folder).expect("list").filter_map(Result::ok);
    let hidden = unfinished
        .filter(|e| e.file_name().to_string_lossy().starts_with('.'))
        .count();
    assert_eq!(hidden, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_player_wants_any_more_goes() {
    let (show, frames) = show(20);
    let dir = tempfile::tempdir().expect("folder");
    let fanout = Fanout::new(show.info.clone());
    let all = json!({"folder": dir.path(), "segment_s": 0.5, "part_s": 0.2});
    let d = start("hls_folder", &settings(all), &fanout);
    reaches(&d, State::Live).await;
    // Faster than it happened, and in step with the disk.
    for second in show
        .packets
        .chunk_by(|a, b| !(b.is_video() && b.keyframe && a.dts < b.dts))
    {
        let before = d.status().frames_sent;
        let pictures = second.iter().filter(|p| p.is_video()).count() as u64;
        fanout.send_all(second.iter().cloned());
        until("it is written", LIMIT, || {
            d.status().frames_sent + 1 >= before + pictures.min(GOP as u64)
        })
        .await;
    }
    taken(&d, frames).await;
    let names = || -> Vec<String> {
        let entries = fs::read_dir(dir.path()).expect("list").filter_map(Result::ok);
        entries.map(|e| e.file_name().to_string_lossy().into_owned()).collect()
    };
    until("the first segment is gone", LIMIT, || {
        !names().contains(&"seg-0.m4s".to_owned())
    })
    .await;
    assert!(names().len() < 90, "{:?}", names());
    fanout.end();
    reaches(&d, State::Stopped).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_folder_that_cannot_be_is_told() {
    let (show, _) = show(1);
    let fanout = Fanout::new(show.info.clone());
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("file");
    fs::write(&file, "x").expect("written");
    let d = start("hls_folder", &settings(json!({"folder": file.join("show")})), &fanout);
    until("a reason", LIMIT, || d.status().last_error.is_some()).await;
    let said = d.status().last_error.unwrap_or_default();
    assert!(said.contains("file/show"), "{said}");
    d.stop().await;
}
