//! The feed: placement, trimming, policies, waiting.

use crate::signals::{at, block, ramp};
use media::MediaTime;
use mixer::{AudioFeed, FeedPolicy, ReadStats};
use proptest::prelude::*;
use std::time::Duration;

const LONG: Duration = Duration::from_secs(20);

fn read(f: &AudioFeed, start: i64, frames: usize) -> (Vec<f32>, ReadStats) {
    let mut out = vec![9.0; frames * 2];
    let stats = f.read(at(start), &mut out);
    (out.chunks(2).map(|f| f[0]).collect(), stats)
}

#[test]
fn sound_lies_where_its_time_says() {
    let f = AudioFeed::new(MediaTime::from_millis(1000), FeedPolicy::DropOldest);
    f.push(&block(1000, 100, ramp));
    f.push(&block(1200, 100, ramp));
    let (out, stats) = read(&f, 950, 400);
    for (i, x) in out.iter().enumerate() {
        let n = 950 + i as i64;
        let there = (1000..1100).contains(&n) || (1200..1300).contains(&n);
        assert_eq!(*x, if there { ramp(n).0 } else { 0.0 }, "frame {n}");
    }
    assert_eq!((stats.filled_frames, stats.missing_frames), (200, 200));
    assert_eq!(read(&f, 990, 20).0[10], ramp(1000).0, "may be read again");
    assert_eq!(read(&f, -500, 10).1.filled_frames, 0);
}

#[test]
fn rounded_times_leave_no_seam_and_overlap_is_trimmed() {
    let f = AudioFeed::new(MediaTime::from_millis(5000), FeedPolicy::DropOldest);
    // 441 of 44100 Hz are 480; times rounded down to the microsecond, with one frame of jitter either way.
    for b in 0..100i64 {
        let mut x = block(b * 480, 480, ramp);
        x.time = MediaTime((x.time.0 / 1000) * 1000 + [0, 20_833, -20_833][(b % 3) as usize]);
        f.push(&x);
    }
    let (out, stats) = read(&f, 0, 48_000);
    assert_eq!(stats.missing_frames, 0);
    assert!(out.iter().enumerate().all(|(i, x)| *x == ramp(i as i64).0));
    // Half of it is there already.
    f.push(&block(47_760, 480, |_| (0.9, 0.9)));
    let (out, _) = read(&f, 47_760, 480);
    assert!(
        out[..240]
            .iter()
            .enumerate()
            .all(|(i, x)| *x == ramp(47_760 + i as i64).0)
    );
    assert!(out[240..].iter().all(|x| *x == 0.9));
}

#[test]
fn a_misplaced_block_does_not_silence_the_source_for_ever() {
    let f = AudioFeed::new(MediaTime::from_millis(500), FeedPolicy::DropOldest);
    f.push(&block(48_000 * 3600, 480, ramp));
    f.push(&block(0, 480, ramp));
    assert_eq!(read(&f, 0, 480).1.filled_frames, 480);
}

#[test]
fn a_full_feed_drops_the_oldest() {
    let f = AudioFeed::new(MediaTime::from_millis(100), FeedPolicy::DropOldest);
    for b in 0..20 {
        assert!(f.push(&block(b * 480, 480, ramp)));
    }
    let level = f.level();
    assert_eq!(level.dropped_frames, 10 * 480);
    assert_eq!(level.ahead, MediaTime::from_millis(100));
    assert_eq!(level.end, Some(at(9600)));
    assert_eq!(read(&f, 0, 9600).1.filled_frames, 4800);
}

#[test]
fn a_waiting_writer_goes_on_when_the_reader_does_and_ends_when_closed() {
    let f = AudioFeed::new(MediaTime::from_millis(40), FeedPolicy::Wait);
    let writer = {
        let f = f.clone();
        std::thread::Builder::new()
            .name("writer".into())
            .spawn(move || (0..).take_while(|b| f.push(&block(b * 480, 480, ramp))).count())
            .expect("thread")
    };
    for b in 0..50 {
        assert!(f.wait_until(at((b + 1) * 480), LONG), "block {b}");
        let (out, stats) = read(&f, b * 480, 480);
        assert_eq!(stats.filled_frames, 480);
        assert_eq!(out[7], ramp(b * 480 + 7).0);
        assert!(f.level().ahead <= MediaTime::from_millis(50), "bounded");
    }
    f.close();
    assert!(writer.join().expect("writer") >= 50);
    assert!(!f.push(&block(0, 1, ramp)) && f.is_closed());
    assert!(
        f.wait_until(MediaTime::MAX, Duration::ZERO),
        "closed: nothing to wait for"
    );
}

#[test]
fn waiting_for_what_is_not_there_ends_with_its_limit() {
    let f = AudioFeed::new(MediaTime::from_millis(100), FeedPolicy::Wait);
    assert!(!f.wait_until(at(480), Duration::from_millis(1)));
    f.push(&block(0, 480, ramp));
    assert!(f.wait_until(at(480), Duration::ZERO));
    f.clear();
    assert_eq!(read(&f, 0, 10).1.filled_frames, 0);
    assert_eq!(f.level().end, None);
}

#[test]
fn odd_blocks_are_harmless() {
    let f = AudioFeed::new(MediaTime::ZERO, FeedPolicy::DropOldest);
    f.push(&media::AudioBlock {
        time: MediaTime::ZERO,
        samples: vec![0.5; 5],
    });
    f.push(&media::AudioBlock {
        time: at(2),
        samples: vec![],
    });
    assert_eq!(read(&f, 0, 4).0, [0.5, 0.5, 0.0, 0.0]);
    assert_eq!(f.read(MediaTime::ZERO, &mut []), ReadStats::default());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// Against the obvious model: each sample index belongs to the first block that covered it.
    #[test]
    fn placement_agrees_with_the_model(blocks in prop::collection::vec((3i64..300, 1usize..200), 1..40)) {
        let f = AudioFeed::new(MediaTime::from_millis(2000), FeedPolicy::DropOldest);
        let mut model = vec![0f32; 30_000];
        let (mut end, mut start) = (0i64, 0i64);
        for (k, (gap, len)) in blocks.into_iter().enumerate() {
            start += gap;
            let value = (k + 1) as f32 / 64.0;
            let placed = if (start - end).abs() <= 2 && k > 0 { end } else { start };
            f.push(&block(start, len, |_| (value, value)));
            for i in placed.max(end)..placed + len as i64 {
                model[i as usize] = value;
            }
            end = end.max(placed + len as i64);
        }
        let (out, _) = read(&f, 0, 30_000);
        prop_assert_eq!(out, model);
    }
}
