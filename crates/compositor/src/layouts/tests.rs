//! Layouts by their promises: members inside, apart, at exact moments, and still once they are there.

use super::*;
use crate::Cues;
use project::{Ease, ItemTransition, Layout, Members, Project};
use proptest::prelude::*;
use serde_json::json;
use std::collections::HashSet;

fn settings(value: serde_json::Value) -> Map<String, Value> {
    value.as_object().cloned().expect("a map")
}

fn cells(kind: &str, given: &Map<String, Value>, ids: &[&str], size: (f64, f64)) -> Vec<Cell> {
    let kind = LIST.iter().find(|k| k.info.id == kind).expect("known");
    (kind.cells)(given, ids, size)
        .0
        .into_iter()
        .map(|c| even(c, size))
        .collect()
}

fn overlap(a: &Cell, b: &Cell) -> bool {
    a[0] < b[0] + b[2] && b[0] < a[0] + a[2] && a[1] < b[1] + b[3] && b[1] < a[1] + a[3]
}

/// Settings a kind may be given, out of its own schema: defaults with some numbers and choices changed.
fn given() -> impl Strategy<Value = (usize, Map<String, Value>)> {
    let n = || prop_oneof![Just(0.0), 0.0..1.0f64, 1.0..40.0f64, Just(2000.0)];
    let aspect = prop_oneof![Just(0.05), Just(1.0), Just(16.0 / 9.0), Just(20.0)];
    let words = (0..4usize, 0..4usize, any::<bool>(), 0..33u32);
    (0..LIST.len(), n(), n(), 0.02..0.95f64, aspect, words).prop_map(
        |(kind, gap, margin, part, aspect, (side, corner, stacked, columns))| {
            let side_word = ["right", "left", "top", "bottom"][side];
            let corner_word = ["top_left", "top_right", "bottom_left", "bottom_right"][corner];
            let along = ["start", "middle", "end"][side % 3];
            let all = settings(json!({
                "gap": gap, "margin": margin, "size": part, "share": part.max(0.3), "first": part, "aspect": aspect,
                "side": side_word, "corner": corner_word, "stacked": stacked, "columns": columns, "member": "b",
                "along": along,
            }));
            let mut own = (LIST[kind].info.defaults)();
            for (k, v) in &mut own {
                v.clone_from(all.get(k).unwrap_or(&v.clone()));
            }
            (kind, own)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(5), ..ProptestConfig::default() })]

    #[test]
    fn members_stay_inside_and_off_each_other((kind, given) in given(), n in 0..24usize, w in 1..2000u32, h in 1..1200u32) {
        let info = &LIST[kind].info;
        prop_assert!((info.check)(&given, "settings").is_ok_and(|unknown| unknown.is_empty()), "{given:?}");
        let names: Vec<String> = (0..n).map(|i| char::from(b'a' + i as u8).to_string()).collect();
        let ids: Vec<&str> = names.iter().map(String::as_str).collect();
        let size = (f64::from(w), f64::from(h));
        let cells = cells(info.id, &given, &ids, size);
        prop_assert_eq!(cells.len(), n);
        for (i, c) in cells.iter().enumerate() {
            prop_assert!(c.iter().all(|v| v.is_finite() && *v >= 0.0), "{c:?}");
            prop_assert!(c[0] + c[2] <= size.0 && c[1] + c[3] <= size.1, "{c:?} in {size:?}");
            // Over the first picture of a picture in picture the others lie by right.
            let first = usize::from(info.id == "picture_in_picture");
            for other in cells.iter().take(i).skip(first) {
                prop_assert!(!overlap(c, other), "{c:?} over {other:?}");
            }
        }
    }
}

#[test]
fn every_kind_is_declared_once_and_takes_settings_without_sense() {
    let mut seen = HashSet::new();
    for k in LIST {
        assert!(seen.insert(k.info.id), "{}", k.info.id);
        assert_eq!((k.info.check)(&(k.info.defaults)(), "settings").expect(k.info.id), []);
        for wild in [
            json!({"gap": 1e300, "margin": -1e300}),
            json!({"size": -1, "aspect": 0, "share": 7}),
            json!({"gap": "x"}),
        ] {
            for n in [0, 1, 3] {
                let ids = ["a", "b", "c"];
                for c in cells(k.info.id, &settings(wild.clone()), &ids[..n], (0.5, 1e5)) {
                    assert!(c.iter().all(|v| v.is_finite()), "{} {wild}: {c:?}", k.info.id);
                }
            }
        }
    }
}

#[test]
fn places_are_what_people_expect() {
    let hd = (1920.0, 1080.0);
    let plain = |kind: &str, ids: &[&str], s: serde_json::Value| cells(kind, &settings(s), ids, hd);
    let none = json!({"gap": 0, "margin": 0});
    assert_eq!(plain("grid", &["a"], none.clone()), [[0.0, 0.0, 1920.0, 1080.0]]);
    let four = plain("grid", &["a", "b", "c", "d"], none.clone());
    assert_eq!(four[3], [960.0, 540.0, 960.0, 540.0]);
    let three = plain("grid", &["a", "b", "c"], none.clone());
    assert_eq!(three[2], [480.0, 540.0, 960.0, 540.0], "the last row is in the middle");
    let two = plain("side_by_side", &["a", "b"], json!({"gap": 20, "first": 0.0}));
    assert_eq!(two, [[0.0, 0.0, 950.0, 1080.0], [970.0, 0.0, 950.0, 1080.0]]);
    let pip = plain("picture_in_picture", &["a", "b"], json!({"size": 0.25, "margin": 40}));
    assert_eq!(pip, [[0.0, 0.0, 1920.0, 1080.0], [1400.0, 770.0, 480.0, 270.0]]);
    let lit = plain(
        "spotlight",
        &["a", "b", "c"],
        json!({"member": "c", "gap": 0, "share": 0.75}),
    );
    assert_eq!(lit[2], [0.0, 0.0, 1440.0, 1080.0]);
    assert_eq!(lit[0], [1440.0, 0.0, 480.0, 540.0]);
    let strip = plain("strip", &["a", "b"], json!({"size": 0.25, "gap": 0, "margin": 0}));
    assert_eq!(strip, [[480.0, 810.0, 480.0, 270.0], [960.0, 810.0, 480.0, 270.0]]);
}

fn scene(kind: &str, members: &[(&str, bool)]) -> Scene {
    let layout = Layout {
        kind: kind.into(),
        settings: settings(json!({"gap": 0, "margin": 0})),
        duration_ms: 1000,
        easing: Ease::Linear,
        ..Layout::default()
    };
    let mut items = vec![SceneItem {
        id: "layout".into(),
        members: Some(Members {
            width: 1600.0,
            height: 900.0,
            layout: Some(layout),
            ..Members::default()
        }),
        ..SceneItem::default()
    }];
    items.extend(members.iter().map(|(id, visible)| SceneItem {
        id: (*id).into(),
        source: Some((*id).into()),
        parent: "layout".into(),
        visible: *visible,
        ..SceneItem::default()
    }));
    Scene {
        items,
        ..Scene::default()
    }
}

fn project(scene: &Scene) -> Project {
    Project {
        scenes: vec![scene.clone()],
        ..Project::default()
    }
}

fn at(scene: &Scene, cues: &Cues, ms: i64) -> Vec<(String, Cell, f64)> {
    let item = &scene.items[0];
    let spots = spots(scene, item, &cues.of(scene, item), MediaTime::from_millis(ms));
    spots
        .into_iter()
        .map(|(id, s)| (id.to_owned(), s.cell, s.solid))
        .collect()
}

#[test]
fn members_glide_when_one_comes_or_goes() {
    let both = scene("side_by_side", &[("a", true), ("b", true)]);
    let one = scene("side_by_side", &[("a", true), ("b", false)]);
    let t0 = MediaTime::from_millis(5000);
    let cues = Cues::default().follow(&project(&one), &project(&both), t0);
    // Before, at the first moment, half-way, and at the end: exactly.
    assert_eq!(at(&both, &cues, 5000)[0], ("a".into(), [0.0, 0.0, 1600.0, 900.0], 1.0));
    assert_eq!(at(&both, &cues, 5500)[0], ("a".into(), [0.0, 0.0, 1200.0, 900.0], 1.0));
    assert_eq!(at(&both, &cues, 5500)[1], ("b".into(), [800.0, 0.0, 800.0, 900.0], 0.5));
    assert_eq!(at(&both, &cues, 6000), at(&both, &Cues::default(), 0));

    // Taken back half-way, it goes back from there.
    let back = cues.follow(&project(&both), &project(&one), MediaTime::from_millis(5500));
    assert_eq!(at(&one, &back, 5500)[0].1, [0.0, 0.0, 1200.0, 900.0]);
    assert_eq!(at(&one, &back, 5500)[1], ("b".into(), [800.0, 0.0, 800.0, 900.0], 0.5));
    assert_eq!(at(&one, &back, 6000)[0].1, [0.0, 0.0, 1400.0, 900.0]);
    assert_eq!(at(&one, &back, 6000)[1].2, 0.25);
    assert_eq!(at(&one, &back, 6500).len(), 1);
}

#[test]
fn members_glide_when_they_change_places_or_the_rule_does() {
    let first = scene("side_by_side", &[("a", true), ("b", true)]);
    let swapped = scene("side_by_side", &[("b", true), ("a", true)]);
    let cues = Cues::default().follow(&project(&first), &project(&swapped), MediaTime::ZERO);
    for (id, cell, solid) in at(&swapped, &cues, 500) {
        assert_eq!((cell, solid), ([400.0, 0.0, 800.0, 900.0], 1.0), "{id} is half-way");
    }
    let stacked = {
        let mut s = first.clone();
        let layout = s.items[0]
            .members
            .as_mut()
            .and_then(|m| m.layout.as_mut())
            .expect("a layout");
        layout.settings.insert("stacked".into(), json!(true));
        s
    };
    let cues = Cues::default().follow(&project(&first), &project(&stacked), MediaTime::ZERO);
    assert_eq!(at(&stacked, &cues, 500)[1].1, [400.0, 225.0, 1200.0, 675.0]);
    // One that is taken out is gone; the other still glides.
    let alone = scene("side_by_side", &[("a", true)]);
    let cues = Cues::default().follow(&project(&first), &project(&alone), MediaTime::ZERO);
    assert_eq!(at(&alone, &cues, 500), [("a".into(), [0.0, 0.0, 1200.0, 900.0], 1.0)]);
    // What is no change of places begins nothing.
    let mut named = first.clone();
    named.items[1].name = "A".into();
    let cues = Cues::default().follow(&project(&first), &project(&named), MediaTime::ZERO);
    assert!(cues.of(&named, &named.items[0]).glide().is_none());
}

#[test]
fn a_member_with_a_transition_of_its_own_does_not_fade_besides() {
    let mut both = scene("grid", &[("a", true), ("b", true)]);
    both.items[2].show = Some(ItemTransition::default());
    let mut one = both.clone();
    one.items[2].visible = false;
    let cues = Cues::default().follow(&project(&one), &project(&both), MediaTime::ZERO);
    assert_eq!(at(&both, &cues, 100)[1].2, 1.0);
}

/// The signature of the drawn list of a scene of four pictures at a moment.
fn drawn(p: &Project, cues: &Cues, ms: i64) -> u64 {
    static FRAME: std::sync::LazyLock<std::sync::Arc<media::VideoFrame>> = std::sync::LazyLock::new(|| {
        let pixels = vec![200; 64 * 36 * 4];
        std::sync::Arc::new(media::VideoFrame::rgba(64, 36, pixels, media::AlphaMode::Opaque).expect("frame"))
    });
    let store = crate::filters::Store::default();
    let filtering = crate::Filtering {
        store: &store,
        time: MediaTime::from_millis(ms),
        cues,
    };
    let frames = |_: &str| Some(FRAME.clone());
    crate::signature(&crate::draw_list_at(
        p,
        (1600, 900),
        project::Rgba::BLACK,
        "main",
        &frames,
        filtering,
    ))
}

#[test]
fn what_has_come_to_rest_is_the_same_list_again() {
    let mut both = scene("spotlight", &[("a", true), ("b", true), ("c", true)]);
    both.items[1].animations = vec![project::Animation {
        keys: vec![
            project::Key::default(),
            project::Key {
                at_ms: 400,
                value: 0.5,
                ..project::Key::default()
            },
        ],
        after: project::After::Stay,
        ..project::Animation::default()
    }];
    both.items[2].show = Some(ItemTransition::default());
    // A faded group beside it, which is a picture of its own.
    let group = SceneItem {
        id: "g".into(),
        opacity: 0.5,
        members: Some(Members::default()),
        ..SceneItem::default()
    };
    let held = |id: &str| SceneItem {
        id: id.into(),
        source: Some(id.into()),
        parent: "g".into(),
        ..SceneItem::default()
    };
    both.items.extend([group, held("x"), held("y")]);
    let mut one = both.clone();
    one.items[2].visible = false;
    let (one, both) = (project(&one), project(&both));
    let cues = Cues::default().follow(&one, &both, MediaTime::from_millis(10_000));
    let moving: HashSet<u64> = (0..10).map(|i| drawn(&both, &cues, 10_000 + i * 100)).collect();
    assert_eq!(moving.len(), 10, "each moment of a movement is another picture");
    let resting: HashSet<u64> = (0..50).map(|i| drawn(&both, &cues, 11_000 + i * 33)).collect();
    assert_eq!(resting.len(), 1);
    assert_eq!(
        resting,
        HashSet::from([drawn(&both, &Cues::default(), 60_000)]),
        "and as if nothing had happened"
    );
}
