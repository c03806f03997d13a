//! Where things lie on a canvas of 9:16 that follows one of 16:9.

use super::*;
use compositor::filters::Store;
use media::{AlphaMode, MediaTime};
use project::{Follow, Scene, Source};
use serde_json::json;

const MAIN: (u32, u32) = (160, 90);

fn project(follow: Follow) -> Arc<Project> {
    let item = |source: &str, x: f64, y: f64| SceneItem {
        id: source.into(),
        source: Some(source.into()),
        position: Point { x, y },
        ..SceneItem::default()
    };
    let source = |id: &str| Source {
        id: id.into(),
        ..Source::default()
    };
    let canvas = |id: &str, width, height, follow| Canvas {
        id: id.into(),
        width,
        height,
        follow,
        ..Canvas::default()
    };
    Arc::new(Project {
        canvases: vec![
            canvas("main", MAIN.0, MAIN.1, None),
            canvas("tall", 90, 160, Some(follow)),
        ],
        sources: ["back", "logo"].map(source).into(),
        scenes: vec![Scene {
            items: vec![item("back", 0.0, 0.0), item("logo", 120.0, 10.0)],
            ..Scene::default()
        }],
        ..Project::default()
    })
}

fn frame((w, h): (u32, u32)) -> Arc<VideoFrame> {
    let pixels = vec![255; (w * h * 4) as usize];
    Arc::new(VideoFrame::rgba(w, h, pixels, AlphaMode::Opaque).expect("frame"))
}

/// Where the background and the logo (20 × 10 pixels) lie, to a hundredth of a pixel; `None` for what is not drawn.
fn lies(p: &Arc<Project>) -> [Option<[f32; 4]>; 2] {
    let (back, logo) = (frame(MAIN), frame((20, 10)));
    let frames = |id: &str| Some(if id == "back" { back.clone() } else { logo.clone() });
    let store = Store::default();
    let filtering = Filtering {
        store: &store,
        time: MediaTime::ZERO,
        cues: &compositor::Cues::default(),
    };
    let following = Following::default();
    let list = following.lay_out(p, (&p.canvases[1], MAIN), "main", &frames, filtering);
    assert_eq!((list.width, list.height), (90, 160));
    [back.id, logo.id].map(|id| {
        let item = list.items.iter().find(|i| i.picture.signature().1 == id)?;
        Some(item.bounds().map(|v| (v * 100.0).round() / 100.0))
    })
}

fn place(v: serde_json::Value) -> Follow {
    serde_json::from_value(json!({"places": {"main": {"logo": v}}})).expect("a layout")
}

#[test]
fn the_rule_places_what_nobody_has_placed() {
    let fill = lies(&project(Follow::default()));
    // 160 high: 16/9 times as large, the middle 90 of 284.4 columns are seen.
    assert_eq!(fill[0], Some([-97.22, 0.0, 187.22, 160.0]));
    assert_eq!(
        fill[1],
        Some([116.11, 17.78, 151.67, 35.56]),
        "it lies beside this canvas"
    );
    let fit = lies(&project(Follow {
        rule: FollowRule::Fit,
        ..Follow::default()
    }));
    assert_eq!(fit[0], Some([0.0, 54.69, 90.0, 105.31]));
    assert_eq!(fit[1], Some([67.5, 60.31, 78.75, 65.94]));
}

#[test]
fn an_item_lies_where_it_was_put() {
    let p = project(place(
        json!({"position": {"x": 30.0, "y": 140.0}, "scale": {"x": 2.0, "y": 1.0}}),
    ));
    assert_eq!(
        lies(&p),
        [Some([-97.22, 0.0, 187.22, 160.0]), Some([30.0, 140.0, 70.0, 150.0])]
    );
    let bounds = json!({"mode": "stretch", "width": 80.0, "height": 20.0});
    let boxed = project(place(json!({"position": {"x": 5.0, "y": 5.0}, "bounds": bounds})));
    assert_eq!(lies(&boxed)[1], Some([5.0, 5.0, 85.0, 25.0]));
    // Moved alone it keeps the size the rule gives it; by a rule of its own it is as large as that has it.
    let moved = project(place(json!({"position": {"x": 0.0, "y": 0.0}})));
    assert_eq!(lies(&moved)[1], Some([0.0, 0.0, 35.56, 17.78]));
    let fitted = project(place(json!({"rule": "fit"})));
    assert_eq!(lies(&fitted)[1], Some([67.5, 60.31, 78.75, 65.94]));
    let hidden = project(place(json!({"visible": false})));
    assert_eq!(lies(&hidden)[1], None);
    assert!(lies(&hidden)[0].is_some());
}

#[test]
fn what_was_worked_out_for_a_document_is_kept_for_it_alone() {
    let following = Following::default();
    let p = project(place(json!({"visible": false})));
    let canvas = &p.canvases[1];
    let first = following.placed(&p, canvas, MAIN);
    assert!(Arc::ptr_eq(&first, &following.placed(&p, canvas, MAIN)));
    let mut other = canvas.clone();
    other.follow = Some(place(json!({"visible": true})));
    assert!(!Arc::ptr_eq(&first, &following.placed(&p, &other, MAIN)));
    for _ in 0..20 {
        following.placed(&project(Follow::default()), canvas, MAIN);
    }
    assert!(following.0.lock().len() <= KEPT);
}
