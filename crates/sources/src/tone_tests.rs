//! Tests of tones, noise and music.

use super::*;
use crate::harness::{Stage, heard, ms};
use serde_json::json;
use std::path::Path;

#[test]
fn a_tone_has_its_pitch_and_level_from_its_start() {
    let mut stage = Stage::new(Path::new("/"));
    stage.context.start = ms(1000);
    let s = stage.open(
        &KIND,
        json!({"sound": "sine", "frequency_hz": 480.0, "level_db": -6.0206}),
    );
    assert!(s.video().is_none());
    let sound = heard(&*s, ms(900), 48_000);
    assert!(sound[..4800].iter().all(|v| *v == 0.0), "nothing before its start");
    for (i, v) in sound[4800..].iter().enumerate() {
        let want = 0.5 * (std::f64::consts::TAU * 480.0 * i as f64 / 48_000.0).sin();
        assert!((f64::from(*v) - want).abs() < 1e-4, "sample {i}: {v} {want}");
    }
}

#[test]
fn opened_late_it_starts_now_without_making_up_hours() {
    let stage = Stage::new(Path::new("/"));
    stage.clock.set(ms(7_200_000));
    let s = stage.open(&KIND, json!({"sound": "sine", "frequency_hz": 480.0, "level_db": 0.0}));
    let sound = heard(&*s, ms(7_200_000), 4800);
    assert!(
        sound
            .iter()
            .zip(0..)
            .all(|(v, i)| (v - (std::f32::consts::TAU * 480.0 * i as f32 / 48_000.0).sin()).abs() < 1e-3)
    );
}

#[test]
fn out_of_range_settings_are_refused_by_name() {
    let wrong = json!({"frequency_hz": 5.0});
    let stage = Stage::new(Path::new("/"));
    let e = (KIND.open)(wrong.as_object().expect("map"), stage.context)
        .err()
        .expect("refused");
    assert!(e.to_string().contains("frequency_hz"), "{e}");
}
