//! Whatever is edited in whatever order, the document stays whole, and undo gives back exactly what was.

use crate::{map, real};
use project::{
    Project, Registries, SceneItem, Source,
    edit::{self, DestinationEdit, EditError, History, NewDestination, Placement, Shown},
    read::{read_document, write_document},
    validate,
};
use proptest::prelude::*;
use serde_json::json;

/// References, ids and nesting; kinds are somebody else's.
fn assert_whole(p: &Project) {
    let kinds = Registries {
        sources: &[],
        destinations: &[],
        transitions: &[],
        filters: &[],
        layouts: &[],
    };
    let wrong: Vec<_> = validate(p, &kinds)
        .into_iter()
        .filter(|f| !f.path.ends_with(".kind"))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    let ids = p.scenes.iter().flat_map(|s| &s.items).all(|i| !i.id.is_empty());
    assert!(ids, "an item without id");
    let bytes = write_document(p).expect("can be written");
    assert_eq!(read_document(&bytes).expect("can be read").project, *p);
}

/// One random edit; what it names is picked from what is there (or not there).
fn edit_once(p: &mut Project, op: u8, a: usize, b: usize) -> Result<(), EditError> {
    let scene = p.scenes[a % p.scenes.len()].id.clone();
    let other = p.scenes[b % p.scenes.len()].id.clone();
    let source = p.sources.get(b % 7).map_or("gone".into(), |s| s.id.clone());
    let items = &p.scenes[a % p.scenes.len()].items;
    let item = items.get(b % 5).map_or("gone".into(), |i| i.id.clone());
    let destination = p.destinations.get(b % 3).map_or("gone".into(), |d| d.id.clone());
    let name = ["Kamera", "攝影機", "🎬 🎬", "", "مرحبا", "a/b\\c\"d\u{202e}"][b % 6];
    match op {
        0 => edit::add_scene(p, Some(name), Some(&scene)).map(drop),
        1 => edit::remove_scene(p, &scene),
        2 => edit::duplicate_scene(p, &scene, None).map(drop),
        3 => edit::move_scene(p, &scene, b),
        4 => {
            edit::add_source(p, "ball", name, map(json!({"size": b})));
            Ok(())
        }
        5 => edit::remove_source(p, &source),
        6 => edit::duplicate_source(p, &source).map(drop),
        7 => edit::add_item(p, &scene, Shown::Source(&source), Placement::Fit, None).map(drop),
        8 => edit::add_item(p, &scene, Shown::Scene(&other), Placement::Centre, None).map(drop),
        9 => edit::remove_items(p, &scene, &[item]),
        10 => edit::duplicate_items(p, &scene, &[item]).map(drop),
        11 => edit::move_item(p, &scene, &item, b),
        12 => edit::set_item(
            p,
            &scene,
            &item,
            &map(json!({"position": {"x": b}, "locked": true, "name": name})),
        ),
        13 => {
            let copied = p.scenes[b % p.scenes.len()].items.clone();
            let sources = p.sources.clone();
            edit::paste_items(p, &scene, &copied, &sources).map(drop)
        }
        14 => edit::add_destination(
            p,
            NewDestination {
                kind: "hole",
                name,
                ..NewDestination::default()
            },
        )
        .map(drop),
        15 => edit::remove_destination(p, &destination),
        16 => edit::set_destination(
            p,
            &destination,
            DestinationEdit {
                name: Some(name.into()),
                enabled: Some(b < 4),
                ..DestinationEdit::default()
            },
        ),
        17 => edit::add_encoder(p, None, Some(&map(json!({"video": {"bitrate_kbps": 100 + b}})))).map(drop),
        18 => {
            let id = p.encoders[b % p.encoders.len()].id.clone();
            edit::remove_encoder(p, &id)
        }
        19 => edit::set_source(p, &source, Some(name), Some("#102030"), Some(name)),
        20 => edit::move_source(p, &source, a),
        _ => edit::set_scene_properties(p, &scene, Some(name), Some("")),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    #[test]
    fn the_document_stays_whole_and_comes_back(ops in prop::collection::vec((0u8..22, 0usize..9, 0usize..9), 1..60)) {
        let mut now = real();
        edit::fill_in_ids(&mut now);
        let mut history = History::default();
        let mut was = vec![now.clone()];
        for (op, a, b) in ops {
            let mut next = now.clone();
            if edit_once(&mut next, op, a, b).is_ok() && next != now {
                assert_whole(&next);
                history.record(&now, "edit", None);
                was.push(next.clone());
                now = next;
            }
        }
        // What is on show is carried along, so it is compared without.
        let plain = |p: &Project| {
            let mut p = p.clone();
            p.canvases[0].scene.clear();
            p
        };
        for expected in was.iter().rev().skip(1) {
            let (before, _) = history.undo(&now).expect("as many steps as edits");
            assert_whole(&before);
            prop_assert_eq!(plain(&before), plain(expected));
            now = before;
        }
        prop_assert!(history.undo(&now).is_none());
        for expected in was.iter().skip(1) {
            let (after, _) = history.redo(&now).expect("as many steps as edits");
            assert_whole(&after);
            prop_assert_eq!(plain(&after), plain(expected));
            now = after;
        }
    }
}

fn whole() -> Project {
    let mut p = real();
    edit::fill_in_ids(&mut p);
    p
}

#[test]
fn the_last_scene_stays_and_the_canvas_shows_a_neighbour() {
    let mut p = whole();
    edit::remove_scene(&mut p, "main").expect("there is another");
    assert_eq!(p.canvases[0].scene, "end");
    assert!(p.scenes[0].items.is_empty(), "the item that showed it is gone");
    let e = edit::remove_scene(&mut p, "end").expect_err("the last").to_string();
    assert!(e.contains("The end"), "{e}");
}

#[test]
fn no_scene_ends_up_inside_itself() {
    let mut p = whole();
    for (outer, inner) in [("main", "end"), ("main", "main")] {
        let e = edit::add_item(&mut p, outer, Shown::Scene(inner), Placement::Fit, None).expect_err("a ring");
        assert!(e.to_string().contains("inside itself"), "{e}");
    }
    let ring = SceneItem {
        scene: Some("end".into()),
        ..SceneItem::default()
    };
    assert!(edit::paste_items(&mut p, "main", &[ring], &[]).is_err());
}

#[test]
fn undo_does_not_switch_what_is_on_show() {
    let (mut p, mut h) = (whole(), History::default());
    h.record(&p, "rename", None);
    p.name = "new".into();
    p.canvases[0].scene = "end".into();
    let (back, _) = h.undo(&p).expect("a step");
    assert_eq!(
        (back.name.as_str(), back.canvases[0].scene.as_str()),
        ("Bühne 1", "end")
    );
    // A scene that is not there any more can't stay on show.
    let mut p = back;
    h.record(&p, "add", None);
    p.canvases[0].scene = edit::add_scene(&mut p, Some("New"), None).expect("added");
    let (back, _) = h.undo(&p).expect("a step");
    assert_eq!(back.canvases[0].scene, "end");
}

#[test]
fn pasted_items_bring_their_sources() {
    let mut p = whole();
    let items = p.scenes[0].items.clone();
    let sources = p.sources.clone();
    edit::remove_source(&mut p, "cam").expect("there");
    let made = edit::paste_items(&mut p, "end", &items, &sources).expect("pasted");
    assert_eq!(made.len(), 2);
    let again = p.sources.iter().find(|s| s.name == "Größe cam ♪").expect("made again");
    assert_eq!(again.settings, map(json!({"size": 12})));
    assert!(
        edit::paste_items(
            &mut p,
            "end",
            &[SceneItem {
                source: Some("x".into()),
                ..SceneItem::default()
            }],
            &[]
        )
        .is_err()
    );
    assert_whole(&p);
    // The same id of another kind is another source.
    let other = Source {
        kind: "cube".into(),
        ..p.sources[0].clone()
    };
    let n = p.sources.len();
    let item = SceneItem {
        source: Some(other.id.clone()),
        ..SceneItem::default()
    };
    edit::paste_items(&mut p, "main", &[item], &[other]).expect("pasted");
    assert_eq!(p.sources.len(), n + 1);
}

#[test]
fn long_and_strange_names_survive() {
    let mut p = whole();
    for name in ["x".repeat(500), "שלום עולם".repeat(50), "👩‍👩‍👧‍👦".repeat(40)] {
        let id = edit::add_scene(&mut p, Some(&name), None).expect("added");
        assert!(id.len() < 50, "{id}");
        assert_eq!(p.scene(&id).expect("there").name, name);
    }
    assert_whole(&p);
}

#[test]
fn items_are_checked_as_the_document_is() {
    let mut p = whole();
    for (changes, word) in [
        (json!({"opacity": 2}), "opacity"),
        (json!({"rotation": 2}), "no such field"),
        (json!({"position": {"z": 2}}), "no such field"),
        (json!({"source": "title"}), "can't be changed"),
        (json!({"bounds": {"width": 3}}), "mode"),
    ] {
        let e = edit::set_item(&mut p, "main", "cam", &map(changes))
            .expect_err(word)
            .to_string();
        assert!(e.contains(word), "{e}");
    }
    edit::set_item(
        &mut p,
        "main",
        "cam",
        &map(json!({"bounds": {"mode": "cover", "width": 3, "height": 4}})),
    )
    .expect("box");
    edit::set_item(&mut p, "main", "cam", &map(json!({"bounds": {"width": 9}}))).expect("a part of the box");
    assert_eq!(p.scenes[0].items[0].bounds.expect("box").height, 4.0);
    edit::set_item(&mut p, "main", "cam", &map(json!({"bounds": null}))).expect("no box");
    assert_eq!(p.scenes[0].items[0].bounds, None);
}
