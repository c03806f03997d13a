//! The cases of groups and layouts, and of moments of what moves: the document, what happened, and the time make the picture.

use super::{BACKGROUND, CANVAS, Case, at, boxed, cropped, faded, project, scaled, turned};
use compositor::{Cues, Filtering, cull, filters::Store, lay_out_at};
use media::{MediaTime, VideoFrame};
use project::{
    After, Animation, BoundsMode, Ease, ItemTransition, Key, Layout, Members, Project, Scene, SceneItem, Trigger,
};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};

/// A group of the size of half the canvas.
fn group(id: &str, x: f64, y: f64) -> SceneItem {
    SceneItem {
        id: id.into(),
        source: None,
        members: Some(Members {
            width: 48.0,
            height: 32.0,
            ..Members::default()
        }),
        ..at("", x, y)
    }
}

fn within(group: &str, id: &str, item: SceneItem) -> SceneItem {
    SceneItem {
        id: id.into(),
        parent: group.into(),
        ..item
    }
}

fn wall() -> SceneItem {
    at("wall", 0.0, 0.0)
}

/// On the wall, a group with two pictures that overlap, the second one partly outside.
fn grouped(how: impl FnOnce(SceneItem) -> SceneItem) -> Vec<SceneItem> {
    vec![
        wall(),
        how(group("g", 20.0, 14.0)),
        within("g", "a", scaled(at("card", 2.0, 2.0), 0.6, 0.6)),
        within("g", "b", turned(scaled(at("glass", 30.0, 6.0), 0.7, 0.7), 20.0)),
    ]
}

/// A group in a group.
fn twice() -> Vec<SceneItem> {
    let mut items = grouped(|g| turned(g, 10.0));
    items.push(within("g", "inner", scaled(group("", 20.0, 4.0), 0.5, -0.5)));
    items.push(within("inner", "c", at("card", 0.0, 0.0)));
    items.push(within("inner", "d", faded(at("glass_i420a", 20.0, 10.0), 0.7)));
    items
}

fn settings(v: Value) -> serde_json::Map<String, Value> {
    v.as_object().cloned().unwrap_or_default()
}

fn layout(kind: &str, given: Value, members: &[(&str, &str, bool)]) -> Vec<SceneItem> {
    let mut item = group("l", 0.0, 0.0);
    item.members = Some(Members {
        width: CANVAS.0.into(),
        height: CANVAS.1.into(),
        layout: Some(Layout {
            kind: kind.into(),
            settings: settings(given),
            duration_ms: 1000,
            easing: Ease::Linear,
            ..Layout::default()
        }),
        ..Members::default()
    });
    let mut items = vec![item];
    items.extend(members.iter().map(|(id, source, visible)| SceneItem {
        visible: *visible,
        ..within("l", id, at(source, 0.0, 0.0))
    }));
    items
}

const FOUR: [(&str, &str, bool); 4] = [
    ("a", "card", true),
    ("b", "big", true),
    ("c", "glass", true),
    ("d", "wall", true),
];

fn keys(list: &[(u32, &str, f64, Ease)]) -> Vec<Animation> {
    vec![Animation {
        trigger: Trigger::Shown,
        after: After::Stay,
        keys: list
            .iter()
            .map(|(at_ms, property, value, easing)| Key {
                at_ms: *at_ms,
                property: (*property).into(),
                value: *value,
                easing: *easing,
                ..Key::default()
            })
            .collect(),
        ..Animation::default()
    }]
}

fn animated() -> Vec<SceneItem> {
    let glide = keys(&[
        (0, "position.x", -40.0, Ease::Linear),
        (400, "position.x", 30.0, Ease::Back),
        (0, "rotation_deg", -90.0, Ease::Linear),
        (400, "rotation_deg", 0.0, Ease::Out),
        (0, "opacity", 0.0, Ease::Linear),
        (200, "opacity", 1.0, Ease::Linear),
        (400, "crop.left", 0.0, Ease::Linear),
        (800, "crop.left", 20.0, Ease::In),
    ]);
    vec![
        wall(),
        SceneItem {
            id: "a".into(),
            animations: glide,
            ..at("card", 30.0, 14.0)
        },
    ]
}

/// How an item is hidden by a transition.
fn hiding(kind: &str, given: Value) -> (Vec<SceneItem>, Vec<SceneItem>) {
    let how = ItemTransition {
        kind: kind.into(),
        duration_ms: 1000,
        settings: settings(given),
        ..ItemTransition::default()
    };
    let item = |visible| SceneItem {
        id: "a".into(),
        visible,
        hide: Some(how.clone()),
        ..turned(scaled(at("card", 44.0, 4.0), 0.9, 0.9), 20.0)
    };
    (vec![wall(), item(true)], vec![wall(), item(false)])
}

/// Name, the items before (none when nothing happened), the items, and the time since, ms.
type Moment = (String, Option<Vec<SceneItem>>, Vec<SceneItem>, i64);

fn stills() -> Vec<Moment> {
    let still = |name: &str, items| (name.to_owned(), None, items, 0);
    let mut out = vec![
        still("group", grouped(|g| g)),
        still(
            "group_moved_scaled",
            grouped(|g| {
                scaled(
                    SceneItem {
                        position: project::Point { x: 5.0, y: 3.0 },
                        ..g
                    },
                    1.5,
                    1.25,
                )
            }),
        ),
        still("group_turned", grouped(|g| turned(g, 33.0))),
        still(
            "group_mirrored",
            grouped(|g| {
                scaled(
                    SceneItem {
                        position: project::Point { x: 70.0, y: 14.0 },
                        ..g
                    },
                    -1.0,
                    1.0,
                )
            }),
        ),
        still("group_faded", grouped(|g| faded(g, 0.5))),
        still("group_faded_turned", grouped(|g| faded(turned(g, 20.0), 0.7))),
        still("group_cropped", grouped(|g| cropped(g, 6, 4, 4, 2))),
        still("group_in_a_box", grouped(|g| boxed(g, BoundsMode::Stretch, 70.0, 30.0))),
        still(
            "group_rounded",
            grouped(|g| SceneItem {
                corner_radius: 8.0,
                border: Some(project::Border {
                    width: 2.0,
                    ..project::Border::default()
                }),
                ..g
            }),
        ),
        still(
            "group_filtered",
            grouped(|g| SceneItem {
                filters: vec![project::Filter {
                    kind: "color_correction".into(),
                    settings: settings(json!({"saturation": 0.0})),
                    ..project::Filter::default()
                }],
                ..g
            }),
        ),
        still("group_in_group", twice()),
    ];
    for (name, kind, given) in [
        ("layout_grid", "grid", json!({"gap": 4})),
        (
            "layout_grid_three",
            "grid",
            json!({"gap": 4, "margin": 4, "columns": 3, "aspect": 1.0, "fill": "contain"}),
        ),
        ("layout_side_by_side", "side_by_side", json!({"gap": 2, "first": 0.4})),
        (
            "layout_picture_in_picture",
            "picture_in_picture",
            json!({"margin": 4, "gap": 2, "corner": "top_right"}),
        ),
        (
            "layout_spotlight",
            "spotlight",
            json!({"gap": 2, "member": "c", "share": 0.7}),
        ),
        (
            "layout_strip",
            "strip",
            json!({"gap": 2, "margin": 2, "size": 0.3, "along": "end"}),
        ),
    ] {
        out.push(still(name, layout(kind, given, &FOUR)));
    }
    out
}

fn moments() -> Vec<Moment> {
    let mut out = vec![];
    for ms in [0, 100, 300, 600, 800] {
        out.push((format!("animation_at_{ms}"), None, animated(), ms));
    }
    let mut three = FOUR;
    three[1].2 = false;
    let grid = |members: &[(&str, &str, bool)]| layout("grid", json!({"gap": 4}), members);
    let turned_round = [FOUR[3], FOUR[2], FOUR[1], FOUR[0]];
    for ms in [0, 250, 600, 1000] {
        out.push((format!("layout_one_goes_at_{ms}"), Some(grid(&FOUR)), grid(&three), ms));
    }
    out.push((
        "layout_other_order_at_500".into(),
        Some(grid(&FOUR)),
        grid(&turned_round),
        500,
    ));
    out.push((
        "layout_other_rule_at_500".into(),
        Some(grid(&FOUR)),
        layout("spotlight", json!({"gap": 2}), &FOUR),
        500,
    ));
    for (kind, given) in [
        ("fade", json!({})),
        ("slide", json!({"direction": "down", "easing": "linear"})),
        ("wipe", json!({"pattern": "circle", "easing": "linear"})),
    ] {
        let (before, after) = hiding(kind, given);
        out.push((format!("hide_{kind}_at_400"), Some(before), after, 400));
    }
    out
}

/// All of them.
pub fn cases(frames: &HashMap<String, Arc<VideoFrame>>) -> Vec<Case> {
    let scene = |items| Scene {
        id: "case".into(),
        items,
        ..Scene::default()
    };
    let with = |items| {
        let mut p = project();
        p.scenes.push(scene(items));
        p
    };
    let (store, start) = (Store::default(), MediaTime::from_millis(5000));
    let draw = |p: &Project, cues: &Cues, time: MediaTime| {
        let filtering = Filtering {
            store: &store,
            time,
            cues,
        };
        cull(lay_out_at(
            p,
            CANVAS,
            BACKGROUND,
            "case",
            &|id| frames.get(id).cloned(),
            filtering,
        ))
    };
    let all = stills().into_iter().chain(moments());
    all.map(|(name, before, items, ms)| {
        let p = with(items);
        let list = match before {
            Some(before) => {
                let cues = Cues::default().follow(&with(before), &p, start);
                draw(&p, &cues, start + MediaTime::from_millis(ms))
            }
            None => draw(&p, &Cues::default(), MediaTime::from_millis(ms)),
        };
        Case { name, list }
    })
    .collect()
}
