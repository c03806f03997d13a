//! Recordings in several files: cut, paused, taken over by a second folder; and what is counted is what was sent.

use crate::show::{FPS, GOP, Show};
use codec::Container;
use media::{Clock, FrameRate, MediaTime, Packet, StreamInfo, SystemClock};
use outputs::{Beginning, Fanout, Recorder, RecordingPlan, RecordingState, RecordingStatus};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use test_support::{ffprobe, wait_for};

const LIMIT: Duration = Duration::from_secs(20);

fn plan(dir: &Path, container: Container) -> RecordingPlan {
    RecordingPlan {
        container,
        ..RecordingPlan::of_path(&dir.join(format!("show.{}", container.ending())))
    }
}

fn start(plan: RecordingPlan, show: &Show) -> (Fanout, Recorder) {
    let fanout = Fanout::new(show.info.clone());
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let r = Recorder::start_plan(plan, &fanout, clock).expect("starts");
    (fanout, r)
}

fn seconds(n: i64) -> MediaTime {
    FrameRate::whole(FPS).time_of(n * GOP)
}

/// Ends it and gives its files.
fn ended(fanout: &Fanout, r: Recorder) -> Vec<RecordingStatus> {
    fanout.end();
    let all = |r: &Recorder| !r.files().is_empty() && r.files().iter().all(|f| !f.is_running());
    assert!(wait_for(LIMIT, || all(&r)), "{:?}", r.files());
    let files = r.files();
    assert_eq!(r.stop().state, files.last().expect("a file").state);
    files
}

/// How often each payload size and key flag came: packets of a stream, whatever the file they are in.
fn counted(files: &[PathBuf], stream: &str) -> BTreeMap<u64, u64> {
    let mut all = BTreeMap::new();
    for f in files {
        for p in ffprobe::packets(f, stream).expect("packets") {
            *all.entry(p.size).or_default() += 1;
        }
    }
    all
}

fn sent(packets: &[Packet], video: bool) -> BTreeMap<u64, u64> {
    let mut all = BTreeMap::new();
    for p in packets.iter().filter(|p| p.is_video() == video) {
        *all.entry(p.data.len() as u64).or_default() += 1;
    }
    all
}

#[test]
fn no_frame_is_lost_or_doubled_by_a_split() {
    let show = Show::new(150);
    for container in [
        Container::Matroska,
        Container::HybridMp4,
        Container::FragmentedMp4,
        Container::Mov,
    ] {
        let dir = tempfile::tempdir().expect("folder");
        let mut p = plan(dir.path(), container);
        p.split_after = Some(seconds(2));
        let (fanout, r) = start(p, &show);
        for n in 0..6 {
            if n == 5 {
                r.split(seconds(5));
            }
            fanout.send_all(show.part(n * GOP, (n + 1) * GOP));
        }
        let files = ended(&fanout, r);
        let paths: Vec<PathBuf> = files.iter().map(|f| f.path.clone()).collect();
        assert_eq!(
            files.iter().map(|f| f.frames).collect::<Vec<_>>(),
            [50, 50, 25, 25],
            "{container:?}"
        );
        for (n, f) in files.iter().enumerate() {
            assert_eq!(
                (f.state, f.part as usize, &f.error),
                (RecordingState::Finished, n + 1, &None)
            );
            assert_eq!(
                ffprobe::count_frames(&f.path, "v:0").expect("frames"),
                f.frames,
                "{container:?}"
            );
            assert_eq!(ffprobe::decode_errors(&f.path).expect("ffmpeg"), "");
            let name = f.path.file_stem().expect("name").to_string_lossy().into_owned();
            assert_eq!(
                name,
                if n == 0 {
                    "show".to_owned()
                } else {
                    format!("show - {}", n + 1)
                }
            );
        }
        assert!((files[3].total_s - 6.0).abs() < 0.2, "{}", files[3].total_s);
        assert_eq!(counted(&paths, "v:0"), sent(&show.packets, true), "{container:?}");
        assert_eq!(
            counted(&paths, "a:0").values().sum::<u64>(),
            sent(&show.packets, false).values().sum::<u64>(),
            "{container:?}"
        );
        assert_eq!(
            std::fs::read_dir(dir.path()).expect("folder").count(),
            4,
            "no notes are left"
        );
    }
}

/// Recordings that belong together: one of picture and sound, one of sound alone, begun and ended at the same times though they
/// were started and asked at others.
#[test]
fn what_belongs_together_begins_and_ends_together() {
    let show = Show::new(150);
    let alone = StreamInfo {
        video: None,
        ..show.info.clone()
    };
    let dir = tempfile::tempdir().expect("folder");
    // When each second's first picture is shown: a little after it is decoded.
    let keys: Vec<MediaTime> = show
        .packets
        .iter()
        .filter(|p| p.is_video() && p.keyframe)
        .map(|p| p.pts)
        .collect();
    let begins = Beginning::default();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock::new());
    let both = [("show", show.info.clone()), ("sound", alone)].map(|(name, info)| {
        let fanout = Fanout::new(info);
        let plan = RecordingPlan {
            begins: Some(begins.clone()),
            ..RecordingPlan::of_path(&dir.path().join(format!("{name}.mkv")))
        };
        let r = Recorder::start_plan(plan, &fanout, clock.clone()).expect("starts");
        (fanout, r)
    });
    for n in 0..6 {
        for (fanout, r) in &both {
            let has_video = fanout.info().video.is_some();
            match n {
                // Nothing of the first second is taken: nobody has said when it begins.
                1 => begins.set(keys[2]).unwrap_or_default(),
                4 => r.end_at(keys[4]),
                _ => {}
            }
            let part = show.part(n * GOP, (n + 1) * GOP).into_iter();
            fanout.send_all(part.filter(|p| has_video || !p.is_video()));
        }
    }
    for (_, r) in both {
        assert!(r.waits_for_end(LIMIT), "it ends by itself: {:?}", r.status());
        let s = r.stop();
        assert_eq!((s.state, s.error), (RecordingState::Finished, None));
        assert!((s.duration_s - 2.0).abs() < 0.03, "{}", s.duration_s);
        // Where the file's own time has what became zero.
        let mut zero = 1024.0 / 48_000.0;
        if s.path.ends_with("show.mkv") {
            let pictures = ffprobe::packets(&s.path, "v:0").expect("packets");
            zero = pictures.iter().map(|p| p.pts_s).fold(f64::MAX, f64::min);
            assert_eq!(ffprobe::count_frames(&s.path, "v:0").expect("frames"), 2 * GOP as u64);
            assert_eq!(ffprobe::decode_errors(&s.path).expect("ffmpeg"), "");
        }
        let sound = ffprobe::packets(&s.path, "a:0").expect("packets");
        // 2 s of 1024 samples, and the file's own rounding.
        assert!((93..=95).contains(&sound.len()), "{}", sound.len());
        let after = sound[0].pts_s - zero;
        assert!((-0.001..0.022).contains(&after), "nothing from before: {after}");
    }
}

#[test]
fn files_are_cut_by_size() {
    let show = Show::new(150).inflated(20_000);
    let dir = tempfile::tempdir().expect("folder");
    let mut p = plan(dir.path(), Container::HybridMp4);
    p.split_bytes = Some(2_000_000);
    let (fanout, r) = start(p, &show);
    // The size is known as the disk takes it.
    for n in 0..6 {
        fanout.send_all(show.part(n * GOP, (n + 1) * GOP));
        let frames = |r: &Recorder| r.files().iter().map(|f| f.frames).sum::<u64>();
        assert!(
            wait_for(LIMIT, || frames(&r) as i64 >= (n + 1) * GOP - 1),
            "{:?}",
            r.files()
        );
    }
    let files = ended(&fanout, r);
    assert!(files.len() > 1, "{files:?}");
    assert!(files.iter().all(|f| f.bytes <= 2_000_000), "{files:?}");
    assert_eq!(files.iter().map(|f| f.frames).sum::<u64>(), 150);
}

#[test]
fn a_pause_leaves_no_gap_and_marks_are_chapters() {
    let show = Show::new(150);
    for container in [Container::Matroska, Container::HybridMp4] {
        let dir = tempfile::tempdir().expect("folder");
        let (fanout, r) = start(plan(dir.path(), container), &show);
        r.mark(seconds(1), "Tor");
        r.pause(seconds(2));
        assert!(r.is_paused());
        fanout.send_all(show.part(0, 3 * GOP));
        r.resume(seconds(4));
        fanout.send_all(show.part(3 * GOP, 6 * GOP));
        let files = ended(&fanout, r);
        let path = &files[0].path;
        assert_eq!((files.len(), files[0].frames), (1, 100), "{container:?}");
        assert_eq!(ffprobe::decode_errors(path).expect("ffmpeg"), "");
        let times: Vec<f64> = ffprobe::packets(path, "v:0")
            .expect("packets")
            .iter()
            .map(|p| p.pts_s)
            .collect();
        let mut shown = times.clone();
        shown.sort_by(f64::total_cmp);
        assert!(
            shown.windows(2).all(|w| (w[1] - w[0] - 0.04).abs() < 0.002),
            "{container:?}: {shown:?}"
        );
        let sound: Vec<f64> = ffprobe::packets(path, "a:0")
            .expect("packets")
            .iter()
            .map(|p| p.pts_s)
            .collect();
        assert!(
            sound.windows(2).all(|w| w[1] > w[0] && w[1] - w[0] < 0.05),
            "{container:?}: {sound:?}"
        );
        assert!((files[0].duration_s - 4.0).abs() < 0.1, "{}", files[0].duration_s);
        let chapters = test_support::process::run(
            std::process::Command::new("/usr/bin/ffprobe")
                .args(["-v", "error", "-show_chapters", "-of", "json"])
                .arg(path),
        )
        .expect("ffprobe");
        let json: serde_json::Value = serde_json::from_slice(&chapters).expect("json");
        assert_eq!(json["chapters"][0]["tags"]["title"], "Tor", "{container:?}: {json}");
    }
}

#[test]
fn the_second_folder_takes_over_without_losing_a_picture() {
    let show = Show::new(100);
    let dir = tempfile::tempdir().expect("folder");
    std::fs::write(dir.path().join("file"), "in the way").expect("write");
    let mut p = plan(dir.path(), Container::Matroska);
    p.folders = vec![dir.path().join("file/folder"), dir.path().join("second")];
    let (fanout, r) = start(p, &show);
    fanout.send_all(show.packets[..20].iter().cloned());
    assert!(wait_for(LIMIT, || r.files().len() == 2), "{:?}", r.files());
    fanout.send_all(show.packets[20..].iter().cloned());
    let files = ended(&fanout, r);
    assert_eq!(files[0].state, RecordingState::Failed);
    assert_eq!((files[1].state, files[1].frames), (RecordingState::Finished, 100));
    assert!(files[1].path.starts_with(dir.path().join("second")));
    assert_eq!(ffprobe::count_frames(&files[1].path, "v:0").expect("frames"), 100);
}

#[test]
fn a_disk_that_fills_up_ends_the_recording_complete_or_moves_it() {
    let show = Show::new(150);
    for second in [false, true] {
        let dir = tempfile::tempdir().expect("folder");
        let mut p = plan(dir.path(), Container::HybridMp4);
        p.folders = vec![dir.path().join("first")];
        if second {
            p.folders.push(dir.path().join("second"));
        }
        (p.low_disk, p.stop_disk) = (100 << 20, 10 << 20);
        // Nearly full in the first folder from the first look on.
        p.free = Arc::new(|f| Some(if f.ends_with("first") { 5 << 20 } else { 50 << 20 }));
        let (fanout, r) = start(p, &show);
        let clock = SystemClock::new();
        let mut n = 0;
        while clock.now() < MediaTime::from_millis(15_000) && r.files().iter().all(|f| f.warning.is_none()) {
            fanout.send_all(show.second(n));
            n += 1;
            clock.sleep_until(clock.now() + MediaTime::from_millis(150));
        }
        if second {
            assert!(wait_for(LIMIT, || {
                fanout.send_all(show.second(n));
                n += 1;
                r.files().len() == 2
            }));
        } else {
            assert!(wait_for(LIMIT, || !r.status().is_running()), "{:?}", r.status());
        }
        let files = ended(&fanout, r);
        assert_eq!(files.len(), 1 + usize::from(second), "{files:?}");
        let warning = files[0].warning.clone().expect("a warning");
        assert!(warning.contains("nearly full"), "{warning}");
        for f in &files {
            assert_eq!((f.state, &f.error), (RecordingState::Finished, &None));
            assert_eq!(ffprobe::count_frames(&f.path, "v:0").expect("frames"), f.frames);
        }
        if second {
            assert_eq!(files.iter().map(|f| f.frames).sum::<u64>() as i64, n * GOP);
        }
    }
}
