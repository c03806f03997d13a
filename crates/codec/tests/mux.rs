//! Containers: what ffprobe and our reader find in them, what a crash leaves, and whether sound stays with the picture.

mod common;

use codec::{Container, FileMuxer, FragmentMuxer};
use common::*;
use media::{AudioBlock, FrameRate, MediaTime, Packet, StreamInfo, StreamKind};
use project::{AudioCodecName, VideoEncoding};
use std::path::Path;

const START: i64 = 300; // frame 300 of the show: 10 s

/// Three seconds of a show from 10 s on, with clicks at 10.5 s, 11.25 s and 12 s, in the order an engine sends them.
fn show(codec: AudioCodecName) -> (StreamInfo, Vec<Packet>) {
    let settings = VideoEncoding {
        keyframe_interval_s: 1.0,
        b_frames: 3,
        bitrate_kbps: 500,
        ..VideoEncoding::default()
    };
    let (mut info, mut packets) = encode(&settings, FrameRate::whole(30), START..START + 90);
    let (sound, more) = encode_sound(codec, &clicks(480_000, 300, &[504_000, 540_000, 576_000]));
    info.audio = sound.audio;
    packets.extend(more);
    packets.sort_by_key(|p| p.dts);
    (info, packets)
}

fn origin() -> MediaTime {
    MediaTime::from_millis(10_000)
}

fn write(path: &Path, container: Container, (info, packets): &(StreamInfo, Vec<Packet>)) -> u64 {
    let mut m = FileMuxer::create(path, container, info, origin()).expect("creates");
    packets.iter().for_each(|p| m.write(p).expect("writes"));
    let bytes = m.finish().expect("finishes");
    assert_eq!(bytes, std::fs::metadata(path).expect("there").len());
    bytes
}

/// ffprobe says everything of a transport stream twice: of its programme and of the file.
fn once(file: &Path, sorted: &mut Vec<String>) {
    if file.extension().is_some_and(|e| e == "ts") {
        *sorted = sorted.iter().step_by(2).cloned().collect();
    }
}

fn check_with_ffprobe(file: &Path, audio: &str) {
    let entries = "codec_name,width,height,pix_fmt,color_range,color_space,color_transfer,color_primaries,avg_frame_rate,nb_read_frames";
    let mut v = ffprobe(
        &format!("-count_frames -select_streams v -show_entries stream={entries}"),
        file,
    );
    v.sort();
    once(file, &mut v);
    let mut want = [
        "h264", "320", "180", "yuv420p", "tv", "bt709", "bt709", "bt709", "30/1", "90",
    ];
    want.sort_unstable();
    assert_eq!(v, want, "{file:?}");
    let a = ffprobe(
        "-select_streams a -show_entries stream=codec_name,sample_rate,channels",
        file,
    );
    let mut a = a;
    a.sort();
    once(file, &mut a);
    let mut want = [audio, "48000", "2"];
    want.sort_unstable();
    assert_eq!(a, want, "{file:?}");
}

/// The clicks must lie at 0.5, 1.25 and 2 s after the first picture, to the millisecond.
fn check_sync(file: &Path) {
    let (frames, blocks) = read_all(&mut open(file));
    assert_eq!(frames.len(), 90);
    let rate = FrameRate::whole(30);
    let zero = frames[0].time;
    for (n, f) in frames.iter().enumerate() {
        let off = (f.time - zero - rate.time_of(n as i64)).0.abs();
        assert!(off <= 1_000_000, "picture {n} is {off} ns off");
    }
    for click in [500, 1250, 2000] {
        let at = (zero + MediaTime::from_millis(click)).to_ticks(48_000);
        let (found, level) = loudest(&blocks, at - 4800..at + 4800);
        assert!(level.abs() > 0.1, "{file:?}: a click, not noise: {level}");
        let off = found - at;
        assert!(
            off.abs() <= 48,
            "{file:?}: the click of {click} ms is {off} samples off"
        );
    }
}

#[test]
fn files_hold_what_was_sent() {
    let dir = tempfile::tempdir().expect("temp");
    for codec in [AudioCodecName::Aac, AudioCodecName::Opus] {
        let show = show(codec);
        for container in Container::ALL {
            if container.refusal(&show.0).is_some() {
                continue;
            }
            let path = dir.path().join(format!("{container:?}.{}", container.ending()));
            write(&path, container, &show);
            check_with_ffprobe(&path, if codec == AudioCodecName::Aac { "aac" } else { "opus" });
            check_sync(&path);
        }
    }
}

#[test]
fn a_finished_matroska_knows_its_length_and_seeks() {
    let dir = tempfile::tempdir().expect("temp");
    let path = dir.path().join("x.mkv");
    write(&path, Container::Matroska, &show(AudioCodecName::Aac));
    let mut r = open(&path);
    let d = r.info().duration.expect("known");
    assert!((2950..3200).contains(&d.as_millis()), "{d}");
    let first = read_all(&mut r).0[0].time;
    r.seek(first + MediaTime::from_millis(1990)).expect("seeks");
    assert_eq!(read_all(&mut r).0.len(), 30);
}

#[test]
fn a_killed_recording_keeps_nearly_all() {
    let dir = tempfile::tempdir().expect("temp");
    let show = show(AudioCodecName::Aac);
    for (container, lost) in [
        (Container::Matroska, 20),
        (Container::FragmentedMp4, 14),
        (Container::HybridMp4, 14),
        (Container::MpegTs, 60),
    ] {
        let (path, copy) = (dir.path().join("x"), dir.path().join("copy"));
        let mut m = FileMuxer::create(&path, container, &show.0, origin()).expect("creates");
        let mut sent = 0;
        for p in &show.1 {
            m.write(p).expect("writes");
            sent += usize::from(p.is_video());
            if sent == 75 {
                break;
            }
        }
        // What a killed process leaves is what the system has at this moment.
        std::fs::copy(&path, &copy).expect("copies");
        let (frames, blocks) = read_all(&mut open(&copy));
        assert!(
            frames.len() + lost >= 75,
            "{container:?}: {} of 75 pictures",
            frames.len()
        );
        let end = blocks.last().map(AudioBlock::end).expect("sound");
        let least = if container == Container::MpegTs { 300 } else { 1400 };
        assert!(end.as_millis() > least, "{container:?}: sound until {end}");
        m.flush_to_disk().expect("syncs");
        assert!(m.bytes() > 1000);
        drop(m);
        assert_eq!(
            read_all(&mut open(&path)).0.len(),
            75,
            "{container:?}: dropping ends the file"
        );
    }
}

#[test]
fn full_disks_and_forbidden_folders_are_reported() {
    let (info, packets) = show(AudioCodecName::Aac);
    let e = FileMuxer::create(Path::new("/nowhere/x.mkv"), Container::Matroska, &info, origin())
        .err()
        .expect("no folder");
    assert!(
        e.to_string().contains("/nowhere/x.mkv") && e.to_string().contains("No such file"),
        "{e}"
    );
    // The kernel's own full disk.
    let failed = match FileMuxer::create(Path::new("/dev/full"), Container::Matroska, &info, origin()) {
        Err(e) => Some(e),
        Ok(mut m) => packets.iter().cycle().take(5000).find_map(|p| m.write(p).err()),
    };
    let e = failed.expect("noticed");
    assert!(e.to_string().contains("No space left"), "{e}");
    assert_eq!(media::MediaError::kind(&e), media::ErrorKind::Disk);
}

#[test]
fn fragments_play_after_the_init_segment() {
    let dir = tempfile::tempdir().expect("temp");
    for codec in [AudioCodecName::Aac, AudioCodecName::Opus] {
        let (info, packets) = show(codec);
        let mut m = FragmentMuxer::new(&info, origin()).expect("starts");
        let init = m.init_segment();
        assert_eq!(&init[4..8], b"ftyp");
        assert!(m.cut().expect("nothing yet").is_empty());
        let mut fragments = Vec::new();
        for p in &packets {
            if p.is_video() && p.keyframe {
                fragments.push(m.cut().expect("cuts"));
            }
            m.write(p).expect("writes");
        }
        fragments.push(m.cut().expect("cuts"));
        fragments.retain(|f| !f.is_empty());
        assert!((3..=4).contains(&fragments.len()), "{}", fragments.len());
        for f in &fragments {
            assert_eq!(&f[4..8], b"moof");
        }
        let path = dir.path().join("x.mp4");
        std::fs::write(&path, [&init[..], &fragments.concat()].concat()).expect("writes");
        check_with_ffprobe(&path, if codec == AudioCodecName::Aac { "aac" } else { "opus" });
        check_sync(&path);
        // A player that joins late has the init segment and the newest fragment only.
        std::fs::write(&path, [&init[..], &fragments[fragments.len() - 1]].concat()).expect("writes");
        let pts = ffprobe("-select_streams v -show_entries packet=pts_time", &path);
        let first: f64 = pts.iter().filter_map(|p| p.parse().ok()).fold(f64::MAX, f64::min);
        assert!((2.0..2.1).contains(&first), "absolute times: {first}");
    }
}

#[test]
fn sound_alone_and_unknown_tracks() {
    let dir = tempfile::tempdir().expect("temp");
    let (info, packets) = encode_sound(AudioCodecName::Aac, &clicks(480_000, 100, &[500_000]));
    let path = dir.path().join("x.mp4");
    let mut m = FileMuxer::create(&path, Container::FragmentedMp4, &info, origin()).expect("creates");
    packets.iter().for_each(|p| m.write(p).expect("writes"));
    let stray = Packet {
        stream: StreamKind::Video,
        ..packets[0].clone()
    };
    assert!(m.write(&stray).is_err(), "there is no picture in this file");
    m.finish().expect("finishes");
    let (frames, blocks) = read_all(&mut open(&path));
    assert!(frames.is_empty());
    assert!(blocks.last().expect("sound").end().as_millis() >= 1000);
}
