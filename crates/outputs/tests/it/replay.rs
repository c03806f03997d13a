//! The replay buffer: what it keeps, what it takes, what is saved.

use crate::show::{GOP, Show};
use codec::{Container, Labels};
use media::MediaTime;
use outputs::{Fanout, Replay, ReplayPlan};
use std::time::Duration;
use test_support::{ffprobe, wait_for};

const LIMIT: Duration = Duration::from_secs(20);

fn keeps(plan: ReplayPlan, show: &Show, from: i64, to: i64) -> (Fanout, Replay) {
    let fanout = Fanout::new(show.info.clone());
    let replay = Replay::start(plan, &fanout).expect("thread");
    for n in from..to {
        fanout.send_all(show.second(n));
    }
    (fanout, replay)
}

#[test]
fn the_last_seconds_are_saved_without_stopping() {
    let show = Show::new(100);
    let dir = tempfile::tempdir().expect("folder");
    for on_disk in [false, true] {
        let spool = dir.path().join("spool");
        let plan = ReplayPlan {
            length: MediaTime::from_millis(3000),
            folder: on_disk.then(|| spool.clone()),
            ..ReplayPlan::default()
        };
        let (fanout, replay) = keeps(plan, &show, 0, 8);
        assert!(
            wait_for(LIMIT, || (3.0..4.2).contains(&replay.status().seconds)),
            "{:?}",
            replay.status()
        );
        let path = dir.path().join(format!("replay {on_disk}.mp4"));
        let s = replay
            .save(&path, Container::HybridMp4, &Labels::default())
            .expect("saved");
        assert_eq!(
            (ffprobe::count_frames(&s.path, "v:0").expect("frames"), s.path.as_path()),
            (s.frames, path.as_path())
        );
        assert!(s.frames as i64 >= 3 * GOP && s.frames as i64 <= 4 * GOP, "{}", s.frames);
        assert_eq!(ffprobe::decode_errors(&s.path).expect("ffmpeg"), "");
        fanout.send_all(show.second(8));
        fanout.send_all(show.second(9));
        let again = replay
            .save(&path, Container::Matroska, &Labels::default())
            .expect("saved again");
        assert_ne!(again.path, path, "nothing is overwritten");
        drop(replay);
        fanout.end();
        let left = || std::fs::read_dir(&spool).map_or(0, Iterator::count);
        assert!(
            wait_for(LIMIT, || left() == 0),
            "{} files of the buffer are left",
            left()
        );
    }
}

#[test]
fn the_ceiling_holds_whatever_comes() {
    let show = Show::new(100).inflated(20_000);
    let plan = ReplayPlan {
        length: MediaTime::from_millis(60_000),
        max_bytes: 2_000_000,
        folder: None,
    };
    let (_fanout, replay) = keeps(plan, &show, 0, 12);
    assert!(wait_for(LIMIT, || replay.status().seconds > 1.0));
    let s = replay.status();
    assert!(s.bytes <= 2_000_000 && s.bytes > 500_000, "{s:?}");
}

#[test]
fn an_empty_buffer_and_a_wrong_container_are_told() {
    let show = Show::new(25);
    let (_fanout, replay) = keeps(ReplayPlan::default(), &show, 0, 0);
    let dir = tempfile::tempdir().expect("folder");
    let e = replay
        .save(&dir.path().join("x.mkv"), Container::Matroska, &Labels::default())
        .expect_err("empty");
    assert!(e.to_string().contains("is empty"), "{e}");
    let e = replay
        .save(&dir.path().join("x.webm"), Container::WebM, &Labels::default())
        .expect_err("H.264");
    assert!(e.to_string().contains("WebM"), "{e}");
    assert_eq!(std::fs::read_dir(dir.path()).expect("folder").count(), 0);
}
