//! The desk on a manual clock: which scenes a frame shows, and how solid, by its exact time.

use super::*;
use compositor::Picture;
use media::{Clock, ManualClock};
use project::{Canvas, Rgba, Scene};
use std::time::Duration;

/// What leads to the next scene.
type By = Option<(Arc<dyn compositor::Transition>, MediaTime)>;

fn fade() -> By {
    Some((compositor::plain_fade(), MediaTime::from_millis(400)))
}

fn desk() -> Desk {
    Desk::new(Transition::fade())
}

fn project() -> Project {
    let scene = |id: &str| Scene {
        id: id.into(),
        name: id.to_uppercase(),
        ..Scene::default()
    };
    Project {
        canvases: vec![Canvas {
            scene: "a".into(),
            ..Canvas::default()
        }],
        scenes: ["a", "b", "c"].map(scene).into(),
        ..Project::default()
    }
}

/// A scene as a plain background of its own colour.
fn draw(scene: &str) -> DrawList {
    let grey = scene.as_bytes()[0];
    DrawList {
        width: 16,
        height: 16,
        background: Rgba([grey, grey, grey, 255]),
        items: vec![],
    }
}

/// The scenes of a list, bottom first, with their opacity.
fn shown(list: &DrawList) -> Vec<(char, f32)> {
    let mut out = vec![(char::from(list.background.0[0]), 1.0)];
    for i in &list.items {
        let Picture::List(l) = &i.picture else {
            panic!("a scene")
        };
        out.push((char::from(l.background.0[0]), i.opacity));
    }
    out
}

#[test]
fn a_fade_steps_by_the_exact_time_of_each_frame() {
    let rate = FrameRate::new(30_000, 1001).expect("rate");
    let clock = ManualClock::new();
    let desk = desk();
    // Somewhere inside frame 900, half a minute into the show.
    clock.set(rate.time_of(900));
    clock.advance(Duration::from_micros(7_300));
    desk.lead(0, ("a", "b"), on_grid(rate, clock.now()), fade());
    assert_eq!(
        shown(&desk.list(0, "a", rate.time_of(901), &draw)),
        [('a', 1.0)],
        "not in the document yet"
    );
    for n in 1..=11 {
        let t = rate.time_of(900 + n);
        let step = (t - rate.time_of(900)).0 as f64 / 400e6;
        assert_eq!(
            shown(&desk.list(0, "b", t, &draw)),
            [('a', 1.0), ('b', step as f32)],
            "frame {n}"
        );
    }
    // 400 ms are 11.99 frames of 29.97.
    assert_eq!(shown(&desk.list(0, "b", rate.time_of(912), &draw)), [('b', 1.0)]);
    assert_eq!(desk.layers(0, "b", rate.time_of(912)), [("b".to_owned(), 1.0)]);
}

#[test]
fn a_fade_that_is_interrupted_goes_on_from_what_is_on_show() {
    let rate = FrameRate::whole(25);
    let desk = desk();
    desk.lead(0, ("a", "b"), rate.time_of(10), fade());
    assert_eq!(
        shown(&desk.list(0, "b", rate.time_of(13), &draw)),
        [('a', 1.0), ('b', 0.3)]
    );
    desk.lead(0, ("b", "a"), rate.time_of(13), fade());
    let at = |n| shown(&desk.list(0, "a", rate.time_of(n), &draw));
    assert_eq!(at(13), [('a', 1.0), ('b', 0.3)], "no jump");
    assert_eq!(at(14), [('a', 1.0), ('b', 0.3), ('a', 0.1)]);
    assert_eq!(at(23), [('a', 1.0)]);
    // A cut in the middle ends it.
    desk.lead(0, ("a", "c"), rate.time_of(30), fade());
    desk.lead(0, ("c", "b"), rate.time_of(32), None);
    assert_eq!(shown(&desk.list(0, "b", rate.time_of(33), &draw)), [('b', 1.0)]);
}

#[test]
fn hammering_take_stays_bounded() {
    let desk = desk();
    let scenes = ["a", "b"];
    for n in 0..200 {
        let (from, to) = (scenes[n % 2], scenes[(n + 1) % 2]);
        desk.lead(0, (from, to), MediaTime::from_millis(n as i64), fade());
        assert!(desk.layers(0, to, MediaTime::from_millis(n as i64 + 1)).len() <= 8);
    }
}

#[test]
fn a_scene_put_on_show_by_somebody_else_ends_the_fade() {
    let desk = desk();
    desk.lead(0, ("a", "b"), MediaTime::ZERO, fade());
    let t = MediaTime::from_millis(100);
    assert_eq!(shown(&desk.list(0, "c", t, &draw)), [('c', 1.0)]);
    assert_eq!(desk.layers(0, "c", t), [("c".to_owned(), 1.0)]);
    assert_eq!(shown(&desk.list(1, "b", t, &draw)), [('b', 1.0)], "another canvas");
}

#[test]
fn the_preview_is_the_programme_until_chosen_and_when_it_is_gone() {
    let (desk, mut p) = (desk(), project());
    let preview = |p: &Project| desk.state(p, MediaTime::ZERO).preview;
    assert_eq!(preview(&p), "a");
    desk.change(|h| {
        h.studio_mode = true;
        h.preview = Some("b".into());
    });
    assert_eq!(preview(&p), "b");
    p.scenes.retain(|s| s.id != "b");
    assert_eq!(preview(&p), "a");
    p.canvases.clear();
    assert_eq!(preview(&p), "");
}

#[test]
fn progress_is_that_of_the_running_fade() {
    let (desk, mut p) = (desk(), project());
    desk.lead(0, ("a", "b"), MediaTime::ZERO, fade());
    let progress = |p: &Project, ms| desk.state(p, MediaTime::from_millis(ms)).progress;
    assert_eq!(progress(&p, 100), None);
    p.canvases[0].scene = "b".into();
    assert_eq!(progress(&p, 100), Some(0.25));
    assert_eq!(progress(&p, 400), None);
}
