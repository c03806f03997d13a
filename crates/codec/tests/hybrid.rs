//! Hybrid MP4: an ordinary file once it is closed, one that plays at every moment before, and repaired after a kill.

mod common;

use codec::{Container, FileMuxer, Labels, Repaired};
use common::*;
use media::{FrameRate, MediaTime, Packet, StreamInfo, StreamKind};
use project::{AudioCodecName, VideoEncoding};
use std::path::{Path, PathBuf};
use test_support::ffprobe::{count_frames, decode_errors, packets, streams};

/// Two seconds of picture with `b_frames` at `rate`, and sound in as many tracks as wished.
fn show(rate: FrameRate, b_frames: u32, tracks: u8) -> (StreamInfo, Vec<Packet>) {
    let settings = VideoEncoding {
        keyframe_interval_s: 0.7,
        b_frames,
        bitrate_kbps: 400,
        ..VideoEncoding::default()
    };
    let (mut info, mut all) = encode(&settings, rate, 0..rate.index_at(MediaTime::from_millis(2000)));
    let (sound, more) = encode_sound(AudioCodecName::Aac, &clicks(0, 200, &[24_000]));
    for track in 0..tracks {
        info.audio.push(sound.audio[0].clone());
        all.extend(more.iter().map(|p| Packet {
            stream: StreamKind::Audio(track),
            ..p.clone()
        }));
    }
    all.sort_by_key(|p| p.dts);
    (info, all)
}

fn record(
    path: &Path,
    container: Container,
    (info, packets): &(StreamInfo, Vec<Packet>),
    labels: &Labels,
) -> FileMuxer {
    let mut m = FileMuxer::create_labelled(path, container, info, MediaTime::ZERO, labels).expect("creates");
    packets.iter().for_each(|p| m.write(p).expect("writes"));
    m
}

/// The kinds of the boxes at the top of a file.
fn top(path: &Path) -> Vec<String> {
    let data = std::fs::read(path).expect("file");
    let (mut at, mut kinds) = (0, vec![]);
    while let Some(h) = data.get(at..at + 16) {
        let mut n = u64::from(u32::from_be_bytes(h[..4].try_into().expect("4")));
        if n == 1 {
            n = u64::from_be_bytes(h[8..].try_into().expect("8"));
        }
        kinds.push(String::from_utf8_lossy(&h[4..8]).into_owned());
        at += n as usize;
    }
    kinds
}

fn plays(path: &Path, frames: u64) {
    assert_eq!(decode_errors(path).expect("ffmpeg"), "", "{path:?}");
    assert_eq!(count_frames(path, "v:0").expect("frames"), frames, "{path:?}");
}

#[test]
fn every_sample_is_where_the_index_says() {
    let dir = tempfile::tempdir().expect("temp");
    let ntsc = FrameRate::new(30_000, 1001).expect("a rate");
    for (n, (rate, b_frames)) in [(FrameRate::whole(25), 0), (FrameRate::whole(60), 2), (ntsc, 3)]
        .into_iter()
        .enumerate()
    {
        for container in [Container::HybridMp4, Container::Mov] {
            let show = show(rate, b_frames, 1);
            let path = dir.path().join(format!("{n}.{}", container.ending()));
            record(&path, container, &show, &Labels::default())
                .finish()
                .expect("finishes");
            assert_eq!(top(&path), ["ftyp", "mdat", "moov"]);
            let sent: Vec<&Packet> = show.1.iter().filter(|p| p.is_video()).collect();
            let found = packets(&path, "v:0").expect("ffprobe");
            assert_eq!(found.len(), sent.len());
            for (f, p) in found.iter().zip(&sent) {
                // The first picture is at zero.
                let off = (f.pts_s - p.pts.as_secs_f64())
                    .abs()
                    .max((f.dts_s - p.dts.as_secs_f64()).abs());
                assert!(off < 0.0005, "{container:?} {rate:?}: {f:?} for {} {}", p.pts, p.dts);
                assert_eq!((f.size, f.key), (p.data.len() as u64, p.keyframe));
            }
            plays(&path, sent.len() as u64);
            let format = &streams(&path).expect("ffprobe")["format"];
            let seconds = |k: &str| {
                format[k]
                    .as_str()
                    .and_then(|t| t.parse::<f64>().ok())
                    .expect("a number")
            };
            assert!(
                seconds("start_time").abs() < 0.03 && (seconds("duration") - 2.0).abs() < 0.05,
                "{format}"
            );
        }
    }
}

/// Makes the chapters after Nero's unreadable, so that a player has only those after QuickTime.
fn without_chpl(path: &Path) {
    let mut bytes = std::fs::read(path).expect("read");
    let at = bytes.windows(4).rposition(|w| w == b"chpl").expect("chpl");
    bytes[at..at + 4].copy_from_slice(b"free");
    std::fs::write(path, bytes).expect("written");
}

#[test]
fn eight_tracks_with_names_title_and_chapters() {
    let dir = tempfile::tempdir().expect("temp");
    let show = show(FrameRate::whole(30), 2, 8);
    let names: Vec<String> = (1..=8).map(|n| format!("Spur {n}")).collect();
    let labels = Labels {
        title: "Sonntag".into(),
        tracks: names.clone(),
    };
    for container in [
        Container::Matroska,
        Container::HybridMp4,
        Container::Mov,
        Container::FragmentedMp4,
        Container::MpegTs,
    ] {
        let path = dir.path().join(format!("{container:?}.{}", container.ending()));
        let mut m = record(&path, container, &show, &labels);
        m.add_chapter(MediaTime::from_millis(1500), "Tor");
        m.add_chapter(MediaTime::ZERO, "Anpfiff");
        m.finish().expect("finishes");
        plays(&path, 60);
        let said = streams(&path).expect("ffprobe");
        let audio: Vec<_> = said["streams"]
            .as_array()
            .expect("list")
            .iter()
            .filter(|s| s["codec_type"] == "audio")
            .collect();
        assert_eq!(audio.len(), 8, "{container:?}");
        if container == Container::MpegTs {
            continue;
        }
        let name = |s: &serde_json::Value| {
            let tags = &s["tags"];
            let told = if container == Container::Matroska {
                &tags["title"]
            } else {
                &tags["handler_name"]
            };
            told.as_str().unwrap_or_default().to_owned()
        };
        assert_eq!(
            audio.iter().map(|s| name(s)).collect::<Vec<_>>(),
            names,
            "{container:?}: {said}"
        );
        assert_eq!(said["format"]["tags"]["title"], "Sonntag", "{container:?}");
        let chapters = ffprobe(
            "-show_chapters -show_entries chapter=start_time:chapter_tags=title",
            &path,
        );
        if matches!(container, Container::HybridMp4 | Container::Mov) {
            without_chpl(&path);
            let bare = ffprobe(
                "-show_chapters -show_entries chapter=start_time:chapter_tags=title",
                &path,
            );
            assert_eq!(bare, chapters, "{container:?}: QuickTime's chapters alone say the same");
            let chapter_track = said["streams"]
                .as_array()
                .expect("list")
                .iter()
                .filter(|s| s["codec_tag_string"] == "text");
            assert_eq!(chapter_track.count(), 1, "{said}");
        }
        if container.has_chapters() {
            let texts: Vec<_> = chapters.iter().filter(|l| l.parse::<f64>().is_err()).collect();
            assert_eq!(texts, ["Anpfiff", "Tor"], "{container:?}");
            let at: Vec<f64> = chapters.iter().filter_map(|l| l.parse().ok()).collect();
            assert!(
                at[0] < 0.2 && (at[1] - at[0] - 1.5).abs() < 0.01,
                "{container:?}: {at:?}"
            );
        } else {
            assert!(chapters.is_empty());
        }
    }
}

/// A file whose writer was killed after `frames` pictures, and what it is once closed.
fn interrupted(dir: &Path, show: &(StreamInfo, Vec<Packet>)) -> (PathBuf, Vec<u8>, Vec<u8>) {
    let path = dir.join("x.mp4");
    let mut m = record(&path, Container::HybridMp4, show, &Labels::default());
    m.flush_to_disk().expect("flushes");
    let open = std::fs::read(&path).expect("file");
    m.finish().expect("finishes");
    let closed = std::fs::read(&path).expect("file");
    (path, open, closed)
}

#[test]
fn a_kill_at_any_moment_of_the_close_leaves_a_file_that_plays() {
    let dir = tempfile::tempdir().expect("temp");
    let show = show(FrameRate::whole(30), 2, 2);
    let (path, open, closed) = interrupted(dir.path(), &show);
    assert_eq!(top(&path), ["ftyp", "mdat", "moov"]);
    // The index is appended; how much of it came onto the disk nobody knows.
    let index = &closed[open.len()..];
    let cuts = (0..12).map(|n| index.len() * n / 11);
    for length in cuts.chain([1, 7, 8, 9, index.len() - 1]) {
        std::fs::write(&path, [&open[..], &index[..length]].concat()).expect("writes");
        plays(&path, 60);
        let mended = codec::repair(&path, &[]).expect("repairs");
        assert!(
            matches!(mended, Repaired::Mended(l) if (2000..2100).contains(&l.as_millis())),
            "{mended:?}"
        );
        assert_eq!(
            std::fs::read(&path).expect("file"),
            closed,
            "with {length} bytes of the index"
        );
        assert_eq!(codec::repair(&path, &[]).expect("repairs"), Repaired::Whole);
    }
}

#[test]
fn a_kill_while_writing_costs_the_last_fragment_at_most() {
    let dir = tempfile::tempdir().expect("temp");
    let show = show(FrameRate::whole(30), 2, 2);
    let (path, file, _) = interrupted(dir.path(), &show);
    let mut seed: u64 = 20_261_123;
    for _ in 0..12 {
        // After "Numerical Recipes", quick and dirty generator.
        seed = seed
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let cut = (seed >> 33) as usize % file.len();
        std::fs::write(&path, &file[..cut]).expect("writes");
        match codec::repair(&path, &[]).expect("repairs") {
            // Killed within the header or before the first fragment.
            Repaired::Empty | Repaired::Whole => assert!(cut < 8000, "{cut} bytes hold something"),
            Repaired::Mended(length) => {
                let frames = count_frames(&path, "v:0").expect("frames");
                assert_eq!(decode_errors(&path).expect("ffmpeg"), "");
                assert_eq!(top(&path), ["ftyp", "mdat", "moov"]);
                // As much of the time as of the bytes, give or take two fragments.
                let share = 60.0 * cut as f64 / file.len() as f64;
                assert!(frames as f64 > share - 30.0, "{frames} frames of {share}, {length}");
            }
        }
    }
}

#[test]
fn other_files_are_repaired_by_copy_and_left_alone_when_whole() {
    let dir = tempfile::tempdir().expect("temp");
    let show = show(FrameRate::whole(30), 2, 1);
    let path = dir.path().join("x.mkv");
    let m = record(&path, Container::Matroska, &show, &Labels::default());
    let cut = std::fs::read(&path).expect("file");
    drop(m);
    std::fs::write(&path, &cut[..cut.len() - 100]).expect("writes");
    let mark = codec::Chapter {
        at: MediaTime::from_millis(500),
        name: "Tor".into(),
    };
    let Repaired::Mended(length) = codec::repair(&path, &[mark]).expect("repairs") else {
        panic!("it is mended");
    };
    assert!(length.as_millis() > 1000, "{length}");
    assert_eq!(decode_errors(&path).expect("ffmpeg"), "");
    assert!(
        streams(&path).expect("ffprobe")["format"]["duration"].is_string(),
        "its length is known"
    );
    let said = ffprobe("-show_chapters -show_entries chapter_tags=title", &path);
    assert_eq!(said.last().map(String::as_str), Some("Tor"));
    assert_eq!(
        std::fs::read_dir(dir.path()).expect("folder").count(),
        1,
        "no copy is left"
    );
    // A fragmented file that was closed, an ordinary one, and one that is none at all.
    let whole = dir.path().join("y.mp4");
    record(&whole, Container::FragmentedMp4, &show, &Labels::default())
        .finish()
        .expect("finishes");
    assert_eq!(codec::repair(&whole, &[]).expect("repairs"), Repaired::Whole);
    std::fs::write(&whole, b"").expect("writes");
    assert_eq!(codec::repair(&whole, &[]).expect("repairs"), Repaired::Empty);
}

#[test]
fn remuxing_keeps_every_packet() {
    let dir = tempfile::tempdir().expect("temp");
    let show = show(FrameRate::whole(30), 2, 2);
    let from = dir.path().join("x.mkv");
    let mut m = record(&from, Container::Matroska, &show, &Labels::default());
    m.add_chapter(MediaTime::from_millis(500), "Tor");
    m.finish().expect("finishes");
    for ending in ["mp4", "mov", "ts", "mkv"] {
        let to = dir.path().join(format!("copy.{ending}"));
        codec::remux(&from, &to).expect("remuxes");
        plays(&to, 60);
        let sizes = |p: &Path, s: &str| {
            packets(p, s)
                .expect("packets")
                .iter()
                .map(|p| p.key)
                .collect::<Vec<_>>()
        };
        for s in ["v:0", "a:0", "a:1"] {
            assert_eq!(sizes(&to, s).len(), sizes(&from, s).len(), "{ending} {s}");
        }
    }
    let e = codec::remux(&from, &dir.path().join("x.webm")).expect_err("H.264 in WebM");
    assert!(
        e.to_string().contains("WebM") || e.to_string().contains("Only VP8"),
        "{e}"
    );
    assert!(codec::remux(&from, &dir.path().join("x.avi")).is_err());
    assert!(codec::remux(&dir.path().join("gone.mkv"), &dir.path().join("y.mkv")).is_err());
}

#[test]
fn what_does_not_fit_is_refused_before_it_begins() {
    let dir = tempfile::tempdir().expect("temp");
    let (info, _) = show(FrameRate::whole(30), 0, 1);
    let e = FileMuxer::create(&dir.path().join("x.webm"), Container::WebM, &info, MediaTime::ZERO)
        .err()
        .expect("refused");
    assert!(e.to_string().contains("WebM files can't hold H.264 video"), "{e}");
}
