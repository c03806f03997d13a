//! The mix by samples: placement, gains, ramps, meters and loudness.

use crate::signals::{at, block, feed, ramp, run, sine};
use media::{Clock, MediaTime, SystemClock, audio::BLOCK_FRAMES};
use mixer::{AudioFeed, FeedPolicy, Mixer, SourceMix};

fn one(f: AudioFeed, mix: SourceMix) -> Mixer {
    let mut m = Mixer::new(0.0);
    m.add("a", f, mix);
    m
}

#[test]
fn untouched_sound_comes_out_bit_exact_and_in_place() {
    let mut m = one(feed(1.0, ramp), SourceMix::default());
    let out = run(&mut m, 0, 50);
    for (i, f) in out.chunks(2).enumerate() {
        assert_eq!((f[0], f[1]), ramp(i as i64), "frame {i}");
    }
    assert_eq!(m.mix(at(24_000)).time, at(24_000));
}

#[test]
fn sync_offset_is_exact_to_the_sample() {
    // Also offsets that are not whole samples: they round to the nearest one, the same in every block.
    for (offset, frames) in [
        (MediaTime::from_millis(50), 2400),
        (MediaTime::from_millis(-50), -2400),
        (MediaTime(33_333_333), 1600),
        (MediaTime(1_010_417), 49),
        (MediaTime(10_416), 0),
    ] {
        let mix = SourceMix {
            sync_offset: offset,
            ..SourceMix::default()
        };
        let out = run(&mut one(feed(2.0, ramp), mix), 0, 90);
        for (i, f) in out.chunks(2).enumerate() {
            let from = i as i64 - frames;
            let want = if from < 0 { (0.0, 0.0) } else { ramp(from) };
            assert_eq!((f[0], f[1]), want, "offset {offset}, frame {i}");
        }
    }
}

#[test]
fn a_long_offset_finds_its_sound_in_a_small_device_feed() {
    let f = AudioFeed::new(MediaTime::from_millis(200), FeedPolicy::DropOldest);
    let mix = SourceMix {
        sync_offset: MediaTime::from_millis(3000),
        ..SourceMix::default()
    };
    let mut m = one(f.clone(), mix);
    let mut heard = 0;
    for b in 0..500 {
        f.push(&block(b * 480, 480, ramp));
        if b >= 2 {
            let out = m.mix(at((b - 2) * 480));
            for (i, s) in out.samples.chunks(2).enumerate() {
                let from = (b - 2) * 480 + i as i64 - 144_000;
                if from >= 0 {
                    assert_eq!(s[0], ramp(from).0, "{from}");
                    heard += 1;
                }
            }
        }
    }
    assert!(heard > 90_000);
    assert_eq!(f.level().dropped_frames, 0);
}

#[test]
fn gains_and_balance_are_exact() {
    for (volume_db, balance, left, right) in [
        (0.0, 0.0, 1.0, 1.0),
        (-6.0, 0.0, 0.501_187_2, 0.501_187_2),
        (12.0, 0.0, 3.981_071_7, 3.981_071_7),
        (0.0, 0.5, std::f32::consts::FRAC_1_SQRT_2, 1.0),
        (-20.0, -1.0, 0.1, 0.0),
        (-100.0, 0.0, 0.0, 0.0),
    ] {
        let mix = SourceMix {
            volume_db,
            balance,
            ..SourceMix::default()
        };
        let out = run(&mut one(feed(0.1, |_| (0.1, 0.1)), mix), 0, 3);
        for f in out.chunks(2) {
            assert!(
                (f[0] - 0.1 * left).abs() < 1e-7 && (f[1] - 0.1 * right).abs() < 1e-7,
                "{mix:?}: {f:?}"
            );
        }
    }
    let mut m = one(feed(0.1, |_| (0.1, 0.1)), SourceMix::default());
    m.set_master_db(6.0);
    assert!((m.mix(at(0)).samples[0] - 0.199_526_2).abs() < 1e-7, "master gain");
}

#[test]
fn sources_add_up_and_gaps_are_silence() {
    let mut m = Mixer::new(0.0);
    m.add("a", feed(1.0, |_| (0.25, 0.0)), SourceMix::default());
    m.add("b", feed(1.0, |_| (0.125, 0.5)), SourceMix::default());
    let holes = AudioFeed::new(MediaTime::from_millis(1000), FeedPolicy::DropOldest);
    holes.push(&block(100, 50, |_| (0.0625, 0.0)));
    holes.push(&block(700, 50, |_| (0.0625, 0.0)));
    m.add("c", holes, SourceMix::default());
    let out = run(&mut m, 0, 4);
    for (i, f) in out.chunks(2).enumerate() {
        let c = if (100..150).contains(&i) || (700..750).contains(&i) {
            0.0625
        } else {
            0.0
        };
        assert_eq!((f[0], f[1]), (0.375 + c, 0.5), "frame {i}");
    }
}

#[test]
fn changes_do_not_click() {
    // Of a constant signal every step is a change of gain: none may exceed a 480th of the whole change.
    let mut m = one(feed(2.0, |_| (0.5, 0.5)), SourceMix::default());
    let mut out = run(&mut m, 0, 5);
    let muted = SourceMix {
        muted: true,
        ..SourceMix::default()
    };
    m.set("a", muted);
    out.extend(run(&mut m, 5, 10));
    assert!(out[out.len() - 2..].iter().all(|x| *x == 0.0), "muted");
    m.set(
        "a",
        SourceMix {
            balance: -1.0,
            ..SourceMix::default()
        },
    );
    out.extend(run(&mut m, 10, 15));
    m.set_master_db(-20.0);
    out.extend(run(&mut m, 15, 20));
    m.add("b", feed(2.0, |_| (0.25, 0.25)), SourceMix::default());
    out.extend(run(&mut m, 20, 25));
    m.remove("a");
    out.extend(run(&mut m, 25, 30));
    assert!(m.has("b") && !m.has("a"));
    let worst = out.windows(3).map(|w| (w[2] - w[0]).abs()).fold(0f32, f32::max);
    assert!(worst <= 0.5 / 480.0 + 1e-6, "step of {worst}");
    assert!(
        (out[out.len() - 2] - 0.025).abs() < 1e-6,
        "ends at b's level, master -20 dB"
    );
}

#[test]
fn a_change_of_sync_offset_crossfades() {
    let tone = |i| sine(100.0, 0.5)(i);
    let mut m = one(feed(2.0, tone), SourceMix::default());
    let mut out = run(&mut m, 0, 10);
    m.set(
        "a",
        SourceMix {
            sync_offset: MediaTime::from_millis(5), // half a period: the worst place
            ..SourceMix::default()
        },
    );
    out.extend(run(&mut m, 10, 20));
    let worst = out.windows(3).map(|w| (w[2] - w[0]).abs()).fold(0f32, f32::max);
    assert!(
        worst < 0.01,
        "a 100 Hz sine moves 0.0065 a sample at most; found {worst}"
    );
    assert!(
        (out[2 * 9000] - tone(9000 - 240).0).abs() < 1e-6,
        "arrived at the new place"
    );
}

#[test]
fn meters_read_a_sine_right() {
    let amplitude = 10f64.powf(-18.0 / 20.0);
    let mut m = one(feed(3.0, sine(1000.0, amplitude)), SourceMix::default());
    run(&mut m, 0, 100);
    for meter in [m.master_meter(), m.meters()[0].1] {
        for c in 0..2 {
            assert!((meter.peak_db[c] + 18.0).abs() < 0.05, "peak {meter:?}");
            assert!((meter.rms_db[c] + 21.01).abs() < 0.05, "rms {meter:?}");
        }
    }
    // The peak falls by 20 dB in 1.7 s.
    let silent = SourceMix {
        muted: true,
        ..SourceMix::default()
    };
    m.set("a", silent);
    run(&mut m, 100, 101);
    let before = m.master_meter().peak_db[0];
    run(&mut m, 101, 271);
    let after = m.master_meter();
    assert!((before - after.peak_db[0] - 20.0).abs() < 0.3, "{before} {after:?}");
    assert_eq!(after.rms_db, [-120.0; 2]);
    assert_eq!(Mixer::new(0.0).master_meter().peak_db, [-120.0; 2], "silence");
}

#[test]
fn a_look_in_ten_keeps_meters_and_feeds_in_step() {
    let tone = |i: i64| if i < 48_000 { sine(1000.0, 0.5)(i) } else { (0.0, 0.0) };
    let sound = feed(4.0, tone);
    let mut m = one(sound.clone(), SourceMix::default());
    run(&mut m, 0, 10);
    let glance = |m: &mut Mixer, b: i64| m.glance(at((b + 9) * BLOCK_FRAMES as i64), 9 * BLOCK_FRAMES);
    for b in (10..100).step_by(10) {
        glance(&mut m, b);
    }
    for meter in [m.master_meter(), m.meters()[0].1] {
        assert!((meter.peak_db[0] + 6.02).abs() < 0.05, "{meter:?}");
    }
    let before = sound.level().ahead;
    // One second of silence: the peak falls by 11.8 dB as if every block were measured.
    for b in (100..200).step_by(10) {
        glance(&mut m, b);
    }
    let fallen = -6.02 - m.master_meter().peak_db[0];
    assert!((fallen - 20.0 / 1.7).abs() < 0.3, "{fallen}");
    assert_eq!(
        before - sound.level().ahead,
        MediaTime::from_millis(1000),
        "it is read past"
    );
    assert_eq!(m.loudness().peak_dbfs.round(), -6.0, "only what was mixed is measured");
    // What is mixed next is right from its first sample on.
    let mut anew = one(feed(4.0, sine(440.0, 0.3)), SourceMix::default());
    let mut rested = one(feed(4.0, sine(440.0, 0.3)), SourceMix::default());
    run(&mut anew, 0, 20);
    run(&mut rested, 0, 10);
    glance(&mut rested, 10);
    assert_eq!(run(&mut rested, 20, 30), run(&mut anew, 20, 30));
}

#[test]
fn loudness_of_a_known_sine() {
    // EBU Tech 3341 case 1: a stereo sine of 997 Hz at -23 dBFS reads -23.0 LUFS, ±0.1 LU.
    let amplitude = 10f64.powf(-23.0 / 20.0);
    let mut m = one(feed(22.0, sine(997.0, amplitude)), SourceMix::default());
    assert_eq!(m.loudness().integrated_lufs, -120.0);
    run(&mut m, 0, 2000);
    let l = m.loudness();
    assert!((l.integrated_lufs + 23.0).abs() <= 0.1, "{l:?}");
    assert!((l.momentary_lufs + 23.0).abs() <= 0.1, "{l:?}");
    assert!((l.peak_dbfs + 23.0).abs() <= 0.05, "{l:?}");
    m.reset_loudness();
    assert_eq!(m.loudness().peak_dbfs, -120.0);
}

#[test]
fn broken_sound_of_one_source_does_not_spread() {
    let mut m = Mixer::new(-1.0);
    m.add("good", feed(2.0, sine(440.0, 0.25)), SourceMix::default());
    let broken = |i: i64| match i % 7 {
        0 => (f32::NAN, f32::INFINITY),
        1 => (f32::NEG_INFINITY, f32::NAN),
        2 => (f32::MAX, f32::MIN),
        3 => (f32::MIN_POSITIVE / 2.0, -f32::MIN_POSITIVE / 4.0),
        _ => (0.0, 0.0),
    };
    m.add(
        "bad",
        feed(2.0, broken),
        SourceMix {
            volume_db: f32::INFINITY,
            ..SourceMix::default()
        },
    );
    m.add(
        "worse",
        feed(2.0, broken),
        SourceMix {
            volume_db: f32::NAN,
            balance: f32::NAN,
            ..SourceMix::default()
        },
    );
    m.set_master_db(f32::NAN);
    m.set_master_db(0.0);
    let out = run(&mut m, 0, 100);
    for (i, f) in out.chunks(2).enumerate() {
        assert!(
            (f[0] - sine(440.0, 0.25)(i as i64).0).abs() < 1e-6,
            "frame {i}: {}",
            f[0]
        );
    }
    assert!(m.loudness().integrated_lufs.is_finite());
    assert!(
        m.meters()
            .iter()
            .all(|(_, v)| v.peak_db.iter().chain(&v.rms_db).all(|x| x.is_finite()))
    );
}

#[test]
fn jumps_in_time_and_extreme_times_are_harmless() {
    let f = feed(1.0, ramp);
    let extreme = SourceMix {
        sync_offset: MediaTime(i64::MIN),
        ..SourceMix::default()
    };
    let mut m = one(f.clone(), extreme);
    for t in [0, i64::MAX, i64::MIN, -480, 4800] {
        assert_eq!(m.mix(MediaTime(t)).samples.len(), 960);
    }
    m.set("a", SourceMix::default());
    m.mix(at(0));
    f.push(&block(0, 48_000, ramp));
    m.mix(at(480));
    let out = m.mix(at(9600));
    let want = [ramp(9600).0, ramp(9600).1, ramp(9601).0, ramp(9601).1];
    assert_eq!(out.samples[..4], want, "in place again");
}

#[test]
fn eight_sources_are_cheap() {
    let mut m = Mixer::new(-1.0);
    for s in 0..8 {
        let f = feed(5.0, sine(200.0 + 100.0 * f64::from(s), 0.3));
        m.add(
            &format!("s{s}"),
            f,
            SourceMix {
                volume_db: -3.0,
                ..SourceMix::default()
            },
        );
    }
    let clock = SystemClock::new();
    let mut took: Vec<i64> = (0..400)
        .map(|b| {
            let t = clock.now();
            m.mix(at(b * BLOCK_FRAMES as i64));
            (clock.now() - t).0
        })
        .collect();
    took.sort_unstable();
    let (median, worst) = (took[200] / 1000, took[399] / 1000);
    #[expect(clippy::print_stdout, reason = "a figure for people")]
    {
        println!("8 sources, limiter at work: median {median} µs, worst {worst} µs a block");
    }
    // Ten times the aim, so that a busy machine does not fail it.
    assert!(median < 1000, "median {median} µs");
}
