//! Tests of test patterns: exact codes, the counter, flash and beep.

use super::*;
use crate::harness::{Stage, heard, mean_luma, ms, shown};
use serde_json::json;
use std::path::Path;

fn stage() -> Stage {
    Stage::new(Path::new("/"))
}

#[test]
fn bars_have_the_exact_codes() {
    let mut stage = stage();
    stage.context.canvas = (1920, 1080);
    let s = stage.open(&KIND, json!({}));
    let f = shown(&*s, ms(0));
    let at = |x: usize, y: usize| {
        [
            f.planes[0].data[y * f.planes[0].stride + x],
            f.planes[1].data[y / 2 * f.planes[1].stride + x / 2],
            f.planes[2].data[y / 2 * f.planes[2].stride + x / 2],
        ]
    };
    let bar = |i: usize| 240 + 206 * i + 103;
    let wanted = [
        [180, 128, 128],
        [168, 44, 136],
        [145, 147, 44],
        [133, 63, 52],
        [63, 193, 204],
        [51, 109, 212],
        [28, 212, 120],
    ];
    for (i, want) in wanted.into_iter().enumerate() {
        assert_eq!(at(bar(i), 300), want, "bar {i}");
    }
    assert_eq!(at(100, 300), [104, 128, 128]);
    assert_eq!(at(100, 680), [188, 154, 16]);
    assert_eq!(at(1900, 770), [63, 102, 240]);
    assert_eq!(at(1000, 700), [180, 128, 128]);
    assert!(at(300, 760)[0] < 40 && at(1600, 760)[0] > 200, "ramp");
    assert_eq!(shown(&*s, ms(3_600_000)).id, f.id, "a still is not drawn again");
}

#[test]
fn the_counter_is_read_back_at_exact_times() {
    for (num, den) in [(24_000, 1001), (60_000, 1001), (30, 1)] {
        let mut stage = stage();
        let rate = FrameRate::new(num, den).expect("rate");
        stage.context.rate = rate;
        stage.context.start = MediaTime(123_456_789);
        let s = stage.open(&KIND, json!({"pattern": "counter"}));
        for n in (0..200).chain([5000]) {
            if n == 5000 {
                stage.clock.set(stage.context.start + rate.time_of(n));
            }
            let f = shown(&*s, stage.context.start + rate.time_of(n));
            assert_eq!(read_counter(&f), Some(n as u32), "{rate}");
            assert_eq!(f.time, stage.context.start + rate.time_of(n));
        }
    }
}

#[test]
fn no_counter_is_read_where_there_is_none() {
    let s = stage().open(&KIND, json!({"pattern": "zone_plate"}));
    assert_eq!(read_counter(&shown(&*s, ms(0))), None);
    let s = stage().open(&KIND, json!({"pattern": "bars"}));
    assert_eq!(read_counter(&shown(&*s, ms(0))), None);
    for size in [(16, 16), (17, 33), (136, 77)] {
        let mut tiny = counter::Counter::new(size, FrameRate::whole(30));
        let f = tiny.paint(3).expect("any size is drawn");
        if size.0 >= 136 {
            assert_eq!(read_counter(&f), Some(3));
        }
    }
}

#[test]
fn flash_and_beep_come_together_to_the_sample() {
    let mut stage = stage();
    let rate = FrameRate::new(30_000, 1001).expect("rate");
    stage.context.rate = rate;
    let s = stage.open(&KIND, json!({"pattern": "flash_beep", "level_db": 0.0}));
    let flashes: Vec<i64> = (0..100)
        .filter(|n| mean_luma(&shown(&*s, rate.time_of(*n))) > 200.0)
        .collect();
    assert_eq!(flashes, [0, 30, 60, 90]);
    let sound = heard(&*s, ms(0), 48_000 * 3);
    let starts: Vec<usize> = (0..sound.len())
        .filter(|&i| sound[i] > 0.99 && (i == 0 || sound[i.saturating_sub(100)..i].iter().all(|v| *v == 0.0)))
        .collect();
    let wanted: Vec<usize> = [0, 30, 60].map(|n| rate.time_of(n).to_ticks(48_000) as usize).to_vec();
    assert_eq!(starts, wanted);
}

#[test]
fn pictures_and_sound_do_not_wait_for_each_other() {
    let stage = stage();
    let s = stage.open(&KIND, json!({"pattern": "counter", "sound": "tone", "level_db": 0.0}));
    // Only pictures are read…
    for n in 0..100 {
        assert_eq!(
            read_counter(&shown(&*s, FrameRate::whole(30).time_of(n))),
            Some(n as u32)
        );
    }
    let other = stage.open(&KIND, json!({"pattern": "counter", "sound": "tone", "level_db": 0.0}));
    // …and only sound.
    let sound = heard(&*other, ms(0), 48_000 * 3);
    for (i, v) in sound.iter().enumerate() {
        let want = (std::f64::consts::TAU * 1000.0 * i as f64 / 48_000.0).sin();
        assert!((f64::from(*v) - want).abs() < 1e-4, "sample {i}");
    }
}

#[test]
fn new_settings_take_effect_and_wrong_ones_do_not() {
    let stage = stage();
    let mut s = stage.open(&KIND, json!({"pattern": "bars"}));
    shown(&*s, ms(0));
    let bad = json!({"pattern": "bars", "period_s": 0.0});
    assert!(s.update(bad.as_object().expect("map")).is_err());
    let new = json!({"pattern": "counter"});
    s.update(new.as_object().expect("map")).expect("right");
    crate::harness::until("counter", || {
        s.video()
            .and_then(|v| v.at(ms(0)))
            .is_some_and(|f| read_counter(&f).is_some())
    });
    s.stop();
    assert!(s.video().is_some_and(media::FrameSlot::is_closed));
}

#[test]
fn a_silent_pattern_never_holds_up_the_mix() {
    let s = stage().open(&KIND, json!({"pattern": "bars"}));
    assert!(heard(&*s, ms(0), 48_000).iter().all(|v| *v == 0.0));
}
