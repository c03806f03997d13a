//! The desk on a manual clock: which scenes a frame shows, and how solid, by its exact time.

use super::*;
use commands::on_grid;
use compositor::Picture;
use media::{Clock, FrameRate, ManualClock};
use project::{Canvas, Rgba, Scene};
use serde_json::json;
use std::{path::Path, time::Duration};

fn fade() -> Option<Way> {
    Some(Way {
        how: compositor::plain_fade(),
        duration: MediaTime::from_millis(400),
        film: None,
    })
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

/// A scene as a plain background of its own colour; another one where it is a copy with a name of its own.
fn draw(showing: &Showing) -> DrawList {
    let copy = showing.copy.as_ref().map(|p| p.name.as_bytes()[0]);
    let grey = copy.unwrap_or(showing.id.as_bytes()[0]);
    DrawList {
        width: 16,
        height: 16,
        background: Rgba([grey, grey, grey, 255]),
        items: vec![],
    }
}

/// A film that shows a picture of one pixel more in width for each letter of the transition.
fn film(transition: &str) -> compositor::FilmPictures {
    let w = transition.len() as u32;
    let pixels = vec![255; w as usize * 4];
    let frame = media::VideoFrame::rgba(w, 1, pixels, media::AlphaMode::Straight).expect("frame");
    compositor::FilmPictures {
        picture: Some(Arc::new(frame)),
        matte: None,
    }
}

fn listed(desk: &Desk, canvas: usize, scene: &str, t: MediaTime) -> DrawList {
    let drawing = Drawing {
        scene: &draw,
        film: &film,
    };
    desk.list(canvas, scene, t, &drawing)
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
    desk.lead(0, ("a", "b"), on_grid(rate, clock.now()), fade(), None);
    assert_eq!(
        shown(&listed(&desk, 0, "a", rate.time_of(901))),
        [('a', 1.0)],
        "not in the document yet"
    );
    for n in 1..=11 {
        let t = rate.time_of(900 + n);
        let step = (t - rate.time_of(900)).0 as f64 / 400e6;
        assert_eq!(
            shown(&listed(&desk, 0, "b", t)),
            [('a', 1.0), ('b', step as f32)],
            "frame {n}"
        );
    }
    // 400 ms are 11.99 frames of 29.97.
    assert_eq!(shown(&listed(&desk, 0, "b", rate.time_of(912))), [('b', 1.0)]);
    assert_eq!(desk.layers(0, "b", rate.time_of(912)), Sounding::of(Showing::now("b")));
}

#[test]
fn a_fade_that_is_interrupted_goes_on_from_what_is_on_show() {
    let rate = FrameRate::whole(25);
    let desk = desk();
    desk.lead(0, ("a", "b"), rate.time_of(10), fade(), None);
    assert_eq!(
        shown(&listed(&desk, 0, "b", rate.time_of(13))),
        [('a', 1.0), ('b', 0.3)]
    );
    desk.lead(0, ("b", "a"), rate.time_of(13), fade(), None);
    let at = |n| shown(&listed(&desk, 0, "a", rate.time_of(n)));
    assert_eq!(at(13), [('a', 1.0), ('b', 0.3)], "no jump");
    assert_eq!(at(14), [('a', 1.0), ('b', 0.3), ('a', 0.1)]);
    assert_eq!(at(23), [('a', 1.0)]);
    // A cut in the middle ends it.
    desk.lead(0, ("a", "c"), rate.time_of(30), fade(), None);
    desk.lead(0, ("c", "b"), rate.time_of(32), None, None);
    assert_eq!(shown(&listed(&desk, 0, "b", rate.time_of(33))), [('b', 1.0)]);
}

#[test]
fn hammering_take_stays_bounded() {
    let desk = desk();
    let scenes = ["a", "b"];
    for n in 0..200 {
        let (from, to) = (scenes[n % 2], scenes[(n + 1) % 2]);
        desk.lead(0, (from, to), MediaTime::from_millis(n as i64), fade(), None);
        assert!(desk.layers(0, to, MediaTime::from_millis(n as i64 + 1)).scenes.len() <= 8);
    }
}

#[test]
fn a_scene_put_on_show_by_somebody_else_ends_the_fade() {
    let desk = desk();
    desk.lead(0, ("a", "b"), MediaTime::ZERO, fade(), None);
    let t = MediaTime::from_millis(100);
    assert_eq!(shown(&listed(&desk, 0, "c", t)), [('c', 1.0)]);
    assert_eq!(desk.layers(0, "c", t), Sounding::of(Showing::now("c")));
    assert_eq!(shown(&listed(&desk, 1, "b", t)), [('b', 1.0)], "another canvas");
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
    desk.lead(0, ("a", "b"), MediaTime::ZERO, fade(), None);
    let progress = |p: &Project, ms| desk.state(p, MediaTime::from_millis(ms)).progress;
    assert_eq!(progress(&p, 100), None);
    p.canvases[0].scene = "b".into();
    assert_eq!(progress(&p, 100), Some(0.25));
    assert_eq!(progress(&p, 400), None);
}

/// A stinger of one second whose scenes change half way.
fn stinger(id: &str) -> Option<Way> {
    let settings = json!({"file": "a.webm", "point_ms": 500});
    let made = compositor::transition("stinger", settings.as_object().expect("map"), "s", Path::new(""));
    let film = compositor::FilmLength {
        length: MediaTime::from_millis(1000),
        picture_time: MediaTime::from_millis(40),
    };
    let how = made.expect("known").expect("right");
    let (how, duration) = how.on_film(Some(film), film.picture_time).expect("it plays a film");
    Some(Way {
        how,
        duration,
        film: Some(id.to_owned()),
    })
}

/// The scene below and the widths of the films above it.
fn seen(desk: &Desk, scene: &str, ms: i64) -> (char, Vec<u32>) {
    let list = listed(desk, 0, scene, MediaTime::from_millis(ms));
    let films = list.items.iter().map(|i| i.picture.size().0).collect();
    (char::from(list.background.0[0]), films)
}

#[test]
fn a_film_is_there_from_its_first_moment_and_plays_on_when_it_is_interrupted() {
    let ms = MediaTime::from_millis;
    let desk = desk();
    desk.lead(0, ("a", "b"), ms(1000), stinger("sss"), None);
    assert_eq!(seen(&desk, "b", 960), ('a', vec![]), "not yet");
    assert_eq!(seen(&desk, "b", 1000), ('a', vec![3]), "its first picture");
    assert_eq!(seen(&desk, "b", 1480), ('a', vec![3]));
    assert_eq!(seen(&desk, "b", 1500), ('b', vec![3]), "the scenes have changed");
    // Another film begins: the first plays to its end below it.
    desk.lead(0, ("b", "c"), ms(1600), stinger("ssss"), None);
    assert_eq!(seen(&desk, "c", 1600), ('b', vec![3, 4]));
    assert_eq!(seen(&desk, "c", 2040), ('b', vec![4]), "the first one is over");
    assert_eq!(seen(&desk, "c", 2100), ('c', vec![4]));
    // The same film again has its pictures once.
    desk.lead(0, ("c", "a"), ms(2200), stinger("ssss"), None);
    assert_eq!(seen(&desk, "a", 2300), ('c', vec![4]));
    assert_eq!(seen(&desk, "a", 3200), ('a', vec![]));
}

#[test]
fn a_scene_is_shown_as_it_was_when_it_came_until_it_is_taken_again() {
    let ms = MediaTime::from_millis;
    let desk = desk();
    let copy = |name: &str| {
        let mut p = project();
        p.name = name.into();
        Some(Arc::new(p))
    };
    let at = |scene: &str, t| shown(&listed(&desk, 0, scene, ms(t)));
    desk.lead(0, ("a", "b"), ms(0), fade(), copy("1"));
    assert_eq!(at("b", 200), [('a', 1.0), ('1', 0.5)]);
    assert_eq!(at("b", 500), [('1', 1.0)]);
    // Taken again it goes over from the one to the other.
    desk.lead(0, ("b", "b"), ms(1000), fade(), copy("2"));
    assert_eq!(at("b", 1100), [('1', 1.0), ('2', 0.25)]);
    assert_eq!(at("b", 1500), [('2', 1.0)]);
    let heard = desk.layers(0, "b", ms(1200));
    assert_eq!(heard.scenes.len(), 2);
    assert_eq!(heard.scenes[0].0.copy.as_ref().map(|p| p.name.as_str()), Some("1"));
    // Whatever else comes on show is the document's.
    assert_eq!(at("c", 1600), [('c', 1.0)]);
    let list = listed(&desk, 1, "b", ms(1600));
    assert_eq!(shown(&list), [('b', 1.0)], "another canvas shows the document's");
    desk.lead(0, ("b", "c"), ms(2000), None, None);
    assert_eq!(at("b", 2100), [('b', 1.0)], "and so does this one from now on");
}

#[test]
fn only_a_change_of_what_is_seen_counts_as_edited() {
    let (desk, mut p) = (desk(), project());
    let edited = |p: &Project| desk.state(p, MediaTime::ZERO).edited;
    desk.lead(0, ("b", "a"), MediaTime::ZERO, None, Some(Arc::new(p.clone())));
    assert!(!edited(&p));
    p.name = "another".into();
    assert!(!edited(&p));
    p.scenes[0].items.push(project::SceneItem::default());
    assert!(edited(&p));
}
