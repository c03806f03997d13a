//! Tests of texts: styling, scripts, placeholders, files that change.

use super::*;
use crate::harness::{LONG, Stage, ms, shown, step_until, waits};
use media::{AlphaMode, FrameRate};
use serde_json::json;
use std::{fs, path::Path};

fn picture(settings: Value) -> VideoFrame {
    let stage = Stage::new(Path::new("/"));
    VideoFrame::clone(&shown(&*stage.open(&KIND, settings), ms(0)))
}

/// Pixels (x, y, [r, g, b, a]) of a text's picture.
fn pixels(f: &VideoFrame) -> impl Iterator<Item = (usize, usize, [u8; 4])> + '_ {
    let w = f.width as usize;
    let px = f.planes[0].data.chunks_exact(4).enumerate();
    px.map(move |(i, p)| (i % w, i / w, [p[0], p[1], p[2], p[3]]))
}

fn count(f: &VideoFrame, is: impl Fn([u8; 4]) -> bool) -> usize {
    pixels(f).filter(|(_, _, p)| is(*p)).count()
}

#[test]
fn letters_have_their_colour_and_nothing_around_them() {
    let f = picture(json!({"text": "Hello", "size_px": 60.0, "color": "#ff8000"}));
    assert_eq!(f.alpha, AlphaMode::Premultiplied);
    assert!(
        f.height == 75 && f.width > 100 && f.width < 200,
        "{}×{}",
        f.width,
        f.height
    );
    assert!(count(&f, |p| p == [255, 128, 0, 255]) > 500);
    assert!(count(&f, |p| p == [0; 4]) > 1000);
    assert_eq!(count(&f, |p| p[0] > p[3] || p[1] > p[3]), 0, "premultiplied");
    let half = picture(json!({"text": "Hello", "color": "#ffffff80"}));
    assert_eq!(count(&half, |p| p[3] > 128), 0);
    let none = picture(json!({"text": ""}));
    assert_eq!(count(&none, |p| p[3] > 0), 0);
}

#[test]
fn weight_and_slant_change_the_letters() {
    let dark = |s: Value| count(&picture(s), |p| p[3] > 128);
    let regular = dark(json!({"text": "HHHH", "weight": 400}));
    assert!(dark(json!({"text": "HHHH", "weight": 700})) > regular * 5 / 4);
    let upright = picture(json!({"text": "HHHH", "weight": 400}));
    let slanted = picture(json!({"text": "HHHH", "weight": 400, "italic": true}));
    assert_ne!(upright.planes[0].data, slanted.planes[0].data);
}

#[test]
fn an_outline_surrounds_every_letter_by_its_width() {
    let f = picture(json!({"text": "I", "size_px": 80.0, "outline": {"width_px": 6.0, "color": "#ff0000"}}));
    let y = f.height as usize / 2;
    let row: Vec<[u8; 4]> = pixels(&f).filter(|p| p.1 == y).map(|p| p.2).collect();
    let red = row.iter().filter(|p| p[0] > 200 && p[1] < 60).count();
    assert!((10..=13).contains(&red), "6 px on either side: {red}");
    assert!(row.contains(&[255; 4]));
}

#[test]
fn a_shadow_lies_where_it_is_thrown_and_is_not_cut_off() {
    let f = picture(json!({"text": "I", "size_px": 80.0,
        "shadow": {"x_px": 20.0, "y_px": 10.0, "blur_px": 10.0, "color": "#0000ff"}}));
    let centre = |is: &dyn Fn([u8; 4]) -> u32| {
        let (mut n, mut sx, mut sy) = (0_u64, 0_u64, 0_u64);
        for (x, y, p) in pixels(&f) {
            let weight = u64::from(is(p));
            n += weight;
            sx += weight * x as u64;
            sy += weight * y as u64;
        }
        (sx as f64 / n as f64, sy as f64 / n as f64)
    };
    let letter = centre(&|p| u32::from(p[0]));
    let shade = centre(&|p| if p[0] == 0 { u32::from(p[3]) } else { 0 });
    assert!((shade.0 - letter.0 - 20.0).abs() < 3.0, "{letter:?} {shade:?}");
    assert!((shade.1 - letter.1 - 10.0).abs() < 3.0, "{letter:?} {shade:?}");
    let edge = pixels(&f).filter(|(x, y, _)| *x + 1 == f.width as usize || *y + 1 == f.height as usize);
    assert!(
        edge.map(|(_, _, p)| p[3]).max().is_some_and(|a| a < 6),
        "fades out before the edge"
    );
}

#[test]
fn a_plate_has_padding_and_round_corners() {
    let f = picture(json!({"text": "Live", "background":
        {"color": "#00ff00", "padding_px": 30, "radius_px": 20.0}}));
    let bare = picture(json!({"text": "Live"}));
    assert_eq!((f.width, f.height), (bare.width + 60, bare.height + 60));
    let at = |x: usize, y: usize| pixels(&f).find(|p| (p.0, p.1) == (x, y)).map(|p| p.2);
    assert_eq!(at(0, 0), Some([0; 4]));
    assert_eq!(at(20, 0), Some([0, 255, 0, 255]));
    assert_eq!(at(0, 20), Some([0, 255, 0, 255]));
    assert_eq!(at(6, 6), Some([0, 255, 0, 255]), "just inside the arc");
    assert_eq!(at(5, 4).map(|p| p[3] < 200), Some(true), "on the arc");
}

#[test]
fn a_file_is_read_and_read_again() {
    let dir = tempfile::tempdir().expect("dir");
    let path = dir.path().join("a.txt");
    let stage = Stage::new(dir.path());
    let s = stage.open(&KIND, json!({"file": "a.txt"}));
    assert!(s.ready(LONG) && waits(&*s));
    fs::write(&path, "one\r\n").expect("write");
    step_until(&stage, "the file comes", || s.state() == SourceState::Ready);
    let one = shown(&*s, ms(1_000_000));
    let same = picture(json!({"text": "one"}));
    assert_eq!(one.planes[0].data, same.planes[0].data, "without the line end");
    fs::write(&path, [0xFF, 0xFE, b't', 0, b'w', 0, b'o', 0]).expect("write");
    let two = picture(json!({"text": "two"}));
    step_until(&stage, "the change", || {
        shown(&*s, ms(2_000_000)).planes[0].data == two.planes[0].data
    });
    fs::remove_file(&path).expect("remove");
    step_until(&stage, "the loss", || !s.notices().is_empty());
    assert_eq!(shown(&*s, ms(3_000_000)).planes[0].data, two.planes[0].data);
}

#[test]
fn elapsed_time_changes_on_the_second_and_works_offline() {
    let mut stage = Stage::new(Path::new("/"));
    stage.context.start = ms(400);
    let s = stage.open(&KIND, json!({"text": "{elapsed}", "size_px": 20.0}));
    let mut ids = Vec::new();
    for n in 0..150 {
        let t = FrameRate::whole(30).time_of(n);
        stage.clock.set(t);
        ids.push((t, shown(&*s, t).id));
    }
    ids.dedup_by_key(|(_, id)| *id);
    let changes: Vec<i64> = ids.iter().skip(1).map(|(t, _)| t.as_millis()).collect();
    assert_eq!(changes, [1400, 2400, 3400, 4400], "at the first tick of each second");
    let widths: Vec<u32> = (0..4).map(|i| shown(&*s, ms(5000 + 1000 * i)).width).collect();
    assert!(
        widths.iter().all(|w| *w == widths[0]),
        "a clock does not dance: {widths:?}"
    );
}

#[test]
fn a_clock_shows_the_time_of_day() {
    let stage = Stage::new(Path::new("/"));
    let s = stage.open(&KIND, json!({"text": "{time}"}));
    let (a, b) = (shown(&*s, ms(0)), shown(&*s, ms(1000)));
    assert_ne!(a.id, b.id);
    assert!(b.time > ms(0) && b.time <= ms(1000));
}

#[test]
fn ten_thousand_lines_are_cut_quickly_and_told() {
    let stage = Stage::new(Path::new("/"));
    let s = stage.open(
        &KIND,
        json!({"text": "A line of a very long text.\n".repeat(10_000), "family": "No Such Font"}),
    );
    let f = shown(&*s, ms(0));
    assert!(f.height <= 4096);
    let notices = s.notices().join(" ");
    assert!(
        notices.contains("too long") && notices.contains("No Such Font"),
        "{notices}"
    );
}

#[test]
fn new_settings_are_drawn_and_wrong_ones_refused() {
    let stage = Stage::new(Path::new("/"));
    let mut s = stage.open(&KIND, json!({"text": "{elapsed}"}));
    shown(&*s, ms(0));
    let new = json!({"text": "new"});
    s.update(new.as_object().expect("map")).expect("right");
    let want = picture(new);
    crate::harness::until("new text", || shown(&*s, ms(0)).planes[0].data == want.planes[0].data);
    for wrong in [
        json!({"size_px": 0}),
        json!({"color": "red"}),
        json!({"outline": {"width_px": -1}}),
    ] {
        assert!(s.update(wrong.as_object().expect("map")).is_err(), "{wrong}");
    }
}
