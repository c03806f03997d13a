//! Taking out what can't be seen never changes the picture, and equal signatures mean equal pictures.

#[path = "common/pictures.rs"]
mod pictures;

use compositor::{DrawList, cull, layout::lay_out, render_one, signature, software::SoftwareRenderer};
use media::{AlphaMode, ColorInfo, PixelFormat, VideoFrame};
use pictures::{Look, See, card};
use project::{
    Alignment, BlendMode, BlendSpace, Border, Bounds, BoundsMode, Crop, Filter, Layout, Members, Point, Project, Rgba,
    Sampling, Scale, Scene, SceneItem, Shadow,
};
use proptest::prelude::*;
use std::sync::{Arc, OnceLock};

const W: u32 = 64;
const H: u32 = 48;

fn frame(id: &str) -> Option<Arc<VideoFrame>> {
    static FRAMES: OnceLock<[Arc<VideoFrame>; 4]> = OnceLock::new();
    let frames = FRAMES.get_or_init(|| {
        let ours = ColorInfo::BT709_LIMITED;
        [
            card(W as usize, H as usize, Look::Smooth, See::Solid).frame(PixelFormat::I420, ours, AlphaMode::Opaque),
            card(30, 22, Look::Sharp, See::Solid).frame(PixelFormat::Nv12, ours, AlphaMode::Opaque),
            card(31, 23, Look::Sharp, See::Glass).frame(PixelFormat::Rgba, ColorInfo::SRGB, AlphaMode::Straight),
            card(28, 20, Look::Sharp, See::Glass).frame(PixelFormat::I420A, ours, AlphaMode::Straight),
        ]
        .map(Arc::new)
    });
    id.parse::<usize>().ok().and_then(|i| frames.get(i)).cloned()
}

fn number(whole: std::ops::Range<i32>) -> impl Strategy<Value = f64> {
    // Whole numbers and quarters; edges must meet often.
    (whole, prop_oneof![4 => Just(0.0), 1 => Just(0.25), 1 => Just(0.5)]).prop_map(|(w, f)| f64::from(w) + f)
}

prop_compose! {
    fn item(nested: bool)(
        source in 0..if nested { 5usize } else { 4 },
        x in number(-20..60), y in number(-20..44),
        scale in prop_oneof![3 => Just(1.0), 1 => Just(0.5), 1 => Just(2.0), 1 => Just(-1.0), 1 => Just(0.37)],
        tall in prop_oneof![3 => Just(1.0), 1 => Just(1.5)],
        turn in prop_oneof![6 => Just(0.0), 1 => Just(90.0), 1 => Just(33.0)],
        middle in any::<bool>(), visible in prop::bool::weighted(0.9),
        opacity in prop_oneof![4 => Just(1.0), 1 => Just(0.5), 1 => Just(0.0)],
        crop in prop_oneof![3 => Just(0u32), 1 => 0u32..20],
        bounds in prop_oneof![8 => Just(None), 1 => Just(Some(BoundsMode::Cover)), 1 => Just(Some(BoundsMode::Stretch)), 1 => Just(Some(BoundsMode::Width)), 1 => Just(Some(BoundsMode::MaxOnly))],
        (flip_x, overflow) in (any::<bool>(), any::<bool>()),
        blend in prop_oneof![8 => Just(BlendMode::Normal), 1 => Just(BlendMode::Multiply), 1 => Just(BlendMode::Screen), 1 => Just(BlendMode::Subtract)],
        (radius, border, shadow) in (prop_oneof![5 => Just(0.0), 1 => Just(7.0)], prop::bool::weighted(0.1), prop::bool::weighted(0.1)),
        filter in prop_oneof![12 => Just(None), 1 => Just(Some(("crop", "{\"left\": 4, \"top\": -6}"))), 1 => Just(Some(("shape_mask", "{}"))), 1 => Just(Some(("blur", "{\"radius\": 4}")))],
        linear in prop::bool::weighted(0.1),
        scale_filter in prop_oneof![4 => Just(Sampling::Auto), 1 => Just(Sampling::Point), 1 => Just(Sampling::Lanczos)],
    ) -> SceneItem {
        SceneItem {
            source: (source < 4).then(|| source.to_string()),
            scene: (source == 4).then(|| "inner".into()),
            position: Point { x, y },
            scale: Scale { x: scale, y: scale * tall },
            rotation_deg: turn,
            alignment: if middle { Alignment::Center } else { Alignment::TopLeft },
            visible,
            opacity,
            crop: Crop { left: crop, ..Crop::default() },
            bounds: bounds.map(|mode| Bounds { overflow, ..Bounds::new(mode, 64.0, 48.0) }),
            flip_x,
            blend,
            blend_space: if linear { BlendSpace::Linear } else { BlendSpace::Srgb },
            scale_filter,
            corner_radius: radius,
            filters: filter.iter().map(|(kind, settings)| Filter {
                kind: (*kind).into(),
                settings: serde_json::from_str(settings).expect("an object"),
                ..Filter::default()
            }).collect(),
            border: border.then(Border::default),
            shadow: shadow.then(Shadow::default),
            ..SceneItem::default()
        }
    }
}

fn pixels(list: &DrawList) -> Vec<Vec<u8>> {
    let mut r = SoftwareRenderer::new(W, H).expect("a canvas of that size");
    let f = render_one(&mut r, list).expect("drawn");
    let sizes = [(W, H), (W / 2, H / 2), (W / 2, H / 2)];
    f.planes
        .iter()
        .zip(sizes)
        .flat_map(|(p, (w, h))| (0..h as usize).map(move |y| p.row(y, w as usize).to_vec()))
        .collect()
}

/// Which items hold others, and how: for each of the first two whether it is a group or a layout, and for the rest who holds them.
type Held = ([Option<Option<&'static str>>; 2], [u8; 8]);

fn held() -> impl Strategy<Value = Held> {
    let holder = || prop_oneof![3 => Just(None), 2 => Just(Some(None)), 1 => Just(Some(Some("grid"))), 1 => Just(Some(Some("picture_in_picture")))];
    ([holder(), holder()], prop::array::uniform8(0u8..4))
}

/// The first two items hold some of the others, where they are to; the second may be in the first.
fn hold(mut items: Vec<SceneItem>, (holders, parents): &Held) -> Vec<SceneItem> {
    for (n, item) in items.iter_mut().enumerate() {
        item.id = format!("i{n}");
        let holder = holders.get(n).copied().flatten();
        if let Some(layout) = holder {
            (item.source, item.scene) = (None, None);
            item.members = Some(Members {
                width: 50.0,
                height: 36.0,
                layout: layout.map(|kind| Layout {
                    kind: kind.into(),
                    ..Layout::default()
                }),
                ..Members::default()
            });
        }
        let parent = usize::from(parents[n % 8]);
        if parent < n.min(2) && holders[parent].is_some() {
            item.parent = format!("i{parent}");
        }
    }
    items
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(7), ..ProptestConfig::default() })]

    #[test]
    fn culled_lists_draw_the_same(items in prop::collection::vec(item(true), 1..7), inner in prop::collection::vec(item(false), 1..4), held in held()) {
        let items = hold(items, &held);
        let scene = |id: &str, items| Scene { id: id.into(), items, ..Scene::default() };
        let p = Project { scenes: vec![scene("s", items), scene("inner", inner)], ..Project::default() };
        let all = lay_out(&p, (W, H), Rgba([200, 30, 120, 255]), "s", &frame);
        let culled = cull(all.clone());
        prop_assert!(culled.items.len() <= all.items.len());
        prop_assert!(pixels(&all) == pixels(&culled), "{} items of {} left", culled.items.len(), all.items.len());
        prop_assert_eq!(signature(&all), signature(&all.clone()));
    }
}

#[test]
fn covered_hidden_and_outside_items_are_gone() {
    let at = |source: &str, x: f64| SceneItem {
        source: Some(source.into()),
        position: Point { x, y: 0.0 },
        ..SceneItem::default()
    };
    let items = vec![
        at("1", 3.0),
        at("0", 0.0),
        at("2", 64.0),
        SceneItem {
            visible: false,
            ..at("1", 0.0)
        },
        at("none", 0.0),
        at("3", 5.0),
    ];
    let p = Project {
        scenes: vec![Scene {
            id: "s".into(),
            items,
            ..Scene::default()
        }],
        ..Project::default()
    };
    let list = compositor::draw_list(&p, (W, H), Rgba::BLACK, "s", &frame);
    assert_eq!(list.items.len(), 2, "{:?}", list.items);
    // An opaque picture at an odd place mixes the chroma at its edge with what is below: that must stay.
    let p = Project {
        scenes: vec![Scene {
            id: "s".into(),
            items: vec![at("1", 1.0), at("1", 1.0)],
            ..Scene::default()
        }],
        ..Project::default()
    };
    assert_eq!(
        compositor::draw_list(&p, (W, H), Rgba::BLACK, "s", &frame).items.len(),
        2
    );
}
