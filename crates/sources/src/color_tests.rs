//! Tests of colours and gradients.

use super::*;
use crate::harness::{LONG, Stage, ms, shown, until};
use serde_json::json;
use std::{path::Path, time::Duration};

#[test]
fn one_colour_is_exact_and_fills_the_canvas() {
    let stage = Stage::new(Path::new("/"));
    let s = stage.open(&KIND, json!({"color": "#ff0000"}));
    let f = shown(&*s, ms(0));
    assert_eq!((f.width, f.height), (320, 180));
    for (plane, want) in f.planes.iter().zip([63, 102, 240]) {
        assert!(plane.data.iter().all(|v| *v == want));
    }
    assert_eq!(shown(&*s, ms(10_000)).id, f.id);
}

#[test]
fn a_gradient_runs_along_its_angle() {
    let stage = Stage::new(Path::new("/"));
    let luma = |angle: f64, at: [(usize, usize); 2]| {
        let s = stage.open(
            &KIND,
            json!({"color": "#000000", "color2": "#ffffff", "angle_deg": angle}),
        );
        let f = shown(&*s, ms(0));
        at.map(|(x, y)| f.planes[0].data[y * f.planes[0].stride + x])
    };
    let [a, b] = luma(0.0, [(0, 90), (319, 90)]);
    assert!(a <= 17 && b >= 234, "{a} {b}");
    let [a, b] = luma(90.0, [(160, 0), (160, 179)]);
    assert!(a <= 17 && b >= 234, "{a} {b}");
    let [a, b] = luma(180.0, [(0, 90), (319, 90)]);
    assert!(a >= 234 && b <= 17, "{a} {b}");
    let [a, b] = luma(0.0, [(160, 0), (160, 179)]);
    assert!(a.abs_diff(b) <= 1);
}

#[test]
fn see_through_colours_keep_their_alpha() {
    let stage = Stage::new(Path::new("/"));
    let s = stage.open(&KIND, json!({"color": "#11223344", "width": 8, "height": 4}));
    let f = shown(&*s, ms(0));
    assert_eq!((f.width, f.height, f.alpha), (8, 4, AlphaMode::Straight));
    assert!(f.planes[0].data.chunks_exact(4).all(|p| p == [0x11, 0x22, 0x33, 0x44]));
}

#[test]
fn a_turning_gradient_rests_while_nobody_looks() {
    let stage = Stage::new(Path::new("/"));
    let s = stage.open(&KIND, json!({"color2": "#ffffff", "motion_s": 4.0}));
    let slot = s.video().expect("pictures");
    let full = |limit| slot.wait_beyond(MediaTime::MAX, limit);
    assert!(full(LONG), "it works ahead while somebody looks");
    for _ in 0..60 {
        slot.look_away();
    }
    slot.at(MediaTime::MAX);
    stage.clock.advance(Duration::from_millis(1500));
    assert!(slot.wait_beyond(ms(1400), LONG), "one in a second");
    assert!(!full(Duration::from_millis(200)), "and no more");
    slot.look();
    assert!(full(LONG), "at once again");
}

#[test]
fn a_turning_gradient_moves_and_can_be_stopped() {
    let stage = Stage::new(Path::new("/"));
    let mut s = stage.open(
        &KIND,
        json!({"color": "#000000", "color2": "#ffffff", "motion_s": 4.0, "angle_deg": 0.0}),
    );
    let left = |t: i64| shown(&*s, ms(t)).planes[0].data[90 * 320];
    assert!(left(0) <= 17);
    assert!(left(2000) >= 234, "half a turn later");
    let f = shown(&*s, ms(2500));
    assert!(f.time <= ms(2500) && f.time > ms(2400));
    let still = json!({"color": "#00ff00"});
    s.update(still.as_object().expect("map")).expect("right");
    until("green", || {
        s.video()
            .and_then(|v| v.at(ms(2600)))
            .is_some_and(|f| f.planes[0].data[0] == 173)
    });
    let wrong = json!({"motion_s": -1.0});
    assert!(s.update(wrong.as_object().expect("map")).is_err());
}
