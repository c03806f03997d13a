//! The table of pictures that every renderer has to draw alike: one case for every property of a scene item, every pixel
//! format and colour description. A case is a scene of a project; it goes through `draw_list` as in the studio.

#[path = "filtering.rs"]
mod filtering;
#[path = "grouping.rs"]
mod grouping;

use super::pictures::{Look, See, card};
use compositor::{DrawList, draw_list};
use media::{AlphaMode, ColorInfo, ColorMatrix, ColorRange, PixelFormat, VideoFrame};
use project::{
    Alignment, BlendMode, BlendSpace, Border, Bounds, BoundsMode, Crop, Point, Project, Rgba, Sampling, Scale, Scene,
    SceneItem, Shadow,
};
use std::{collections::HashMap, sync::Arc};

pub const CANVAS: (u32, u32) = (96, 64);
pub const BACKGROUND: Rgba = Rgba([32, 64, 96, 255]);

/// One picture to draw.
pub struct Case {
    pub name: String,
    pub list: DrawList,
}

/// A case's name and the items of its scene.
type Named = (String, Vec<SceneItem>);

fn at(source: &str, x: f64, y: f64) -> SceneItem {
    SceneItem {
        source: Some(source.into()),
        position: Point { x, y },
        ..SceneItem::default()
    }
}

fn nested(scene: &str, x: f64, y: f64) -> SceneItem {
    SceneItem {
        source: None,
        scene: Some(scene.into()),
        ..at("", x, y)
    }
}

fn scaled(item: SceneItem, x: f64, y: f64) -> SceneItem {
    SceneItem {
        scale: Scale { x, y },
        ..item
    }
}

fn turned(item: SceneItem, deg: f64) -> SceneItem {
    SceneItem {
        rotation_deg: deg,
        ..item
    }
}

fn faded(item: SceneItem, opacity: f64) -> SceneItem {
    SceneItem { opacity, ..item }
}

fn aligned(item: SceneItem, alignment: Alignment) -> SceneItem {
    SceneItem { alignment, ..item }
}

fn cropped(item: SceneItem, left: u32, top: u32, right: u32, bottom: u32) -> SceneItem {
    SceneItem {
        crop: Crop {
            left,
            top,
            right,
            bottom,
        },
        ..item
    }
}

fn boxed(item: SceneItem, mode: BoundsMode, width: f64, height: f64) -> SceneItem {
    SceneItem {
        bounds: Some(Bounds::new(mode, width, height)),
        ..item
    }
}

fn lying(item: SceneItem, alignment: Alignment, overflow: bool) -> SceneItem {
    let bounds = item.bounds.map(|b| Bounds {
        alignment,
        overflow,
        ..b
    });
    SceneItem { bounds, ..item }
}

fn flipped(item: SceneItem, flip_x: bool, flip_y: bool) -> SceneItem {
    SceneItem { flip_x, flip_y, ..item }
}

fn filtered(item: SceneItem, scale_filter: Sampling) -> SceneItem {
    SceneItem { scale_filter, ..item }
}

fn mixing(item: SceneItem, blend: BlendMode, blend_space: BlendSpace) -> SceneItem {
    SceneItem {
        blend,
        blend_space,
        ..item
    }
}

const MIDDLE: Alignment = Alignment::Center;

/// Name and items of the cases about an item's own properties.
fn properties() -> Vec<(&'static str, Vec<SceneItem>)> {
    let card = || at("card", 20.0, 14.0);
    let glass = || at("glass", 20.0, 14.0);
    let middle = |source| aligned(at(source, 48.0, 32.0), MIDDLE);
    vec![
        ("wall", vec![at("wall", 0.0, 0.0)]),
        ("position", vec![card()]),
        ("position_odd", vec![at("card", 21.0, 15.0)]),
        (
            "position_odd_glass",
            vec![at("wall", 0.0, 0.0), at("glass_i420a", 21.0, 15.0)],
        ),
        ("position_fractional", vec![at("card", 20.4, 14.75)]),
        (
            "position_outside",
            vec![at("card", -15.0, 45.0), at("glass", 75.0, -9.0)],
        ),
        ("scale_up", vec![scaled(at("card", 4.0, 2.0), 2.0, 1.7)]),
        (
            "scale_up_glass",
            vec![at("wall", 0.0, 0.0), scaled(at("glass", 4.0, 2.0), 2.0, 1.7)],
        ),
        ("scale_half", vec![scaled(at("big", 0.0, 0.0), 0.5, 0.5)]),
        ("scale_two_thirds", vec![scaled(at("card", 11.0, 7.0), 0.66, 0.66)]),
        ("scale_third", vec![scaled(at("big", 8.0, 6.0), 0.3, 0.3)]),
        ("scale_tenth", vec![scaled(at("big", 40.5, 20.0), 0.1, 0.2)]),
        ("mirror_x", vec![scaled(card(), -1.0, 1.0)]),
        ("mirror_y", vec![scaled(glass(), 1.0, -1.0)]),
        ("mirror_both_scaled", vec![scaled(at("card", 5.0, 5.0), -1.5, -0.4)]),
        ("crop", vec![cropped(card(), 8, 4, 6, 10)]),
        ("crop_odd", vec![cropped(card(), 7, 3, 5, 9)]),
        (
            "crop_scaled",
            vec![cropped(scaled(at("glass", 3.0, 3.0), 2.0, 3.0), 7, 3, 5, 9)],
        ),
        ("rotation_90", vec![turned(at("card", 60.0, 10.0), 90.0)]),
        ("rotation_180", vec![turned(at("card", 60.0, 44.0), 180.0)]),
        ("rotation_270", vec![turned(at("glass", 30.0, 52.0), 270.0)]),
        ("rotation_30", vec![turned(middle("card"), 30.0)]),
        (
            "rotation_30_glass",
            vec![at("wall", 0.0, 0.0), turned(middle("glass_i420a"), 30.0)],
        ),
        (
            "rotation_minus_45_scaled",
            vec![turned(scaled(middle("card"), 1.4, -1.4), -45.0)],
        ),
        (
            "rotation_20_reduced",
            vec![turned(scaled(middle("big"), 0.25, 0.3), 20.0)],
        ),
        ("opacity", vec![at("wall", 0.0, 0.0), faded(card(), 0.5)]),
        ("opacity_glass", vec![at("wall", 0.0, 0.0), faded(glass(), 0.3)]),
        (
            "opacity_rotated",
            vec![at("wall", 0.0, 0.0), faded(turned(middle("card"), 60.0), 0.7)],
        ),
        (
            "bounds_stretch",
            vec![boxed(at("card", 6.0, 6.0), BoundsMode::Stretch, 80.0, 20.0)],
        ),
        (
            "bounds_contain",
            vec![boxed(at("card", 6.0, 6.0), BoundsMode::Contain, 80.0, 40.0)],
        ),
        (
            "bounds_cover",
            vec![boxed(at("card", 6.0, 6.0), BoundsMode::Cover, 80.0, 40.0)],
        ),
        (
            "bounds_cover_middle_turned",
            vec![turned(boxed(middle("card"), BoundsMode::Cover, 60.0, 20.0), 15.0)],
        ),
        (
            "bounds_contain_big",
            vec![boxed(
                aligned(at("big", 96.0, 64.0), Alignment::BottomRight),
                BoundsMode::Contain,
                50.0,
                50.0,
            )],
        ),
        (
            "order",
            vec![at("card", 10.0, 8.0), at("glass", 25.0, 16.0), at("card", 40.0, 24.0)],
        ),
        (
            "order_other_way",
            vec![at("card", 40.0, 24.0), at("glass", 25.0, 16.0), at("card", 10.0, 8.0)],
        ),
        (
            "hidden",
            vec![
                at("card", 10.0, 8.0),
                SceneItem {
                    visible: false,
                    ..at("card", 30.0, 20.0)
                },
            ],
        ),
        (
            "covered",
            vec![
                at("glass", 0.0, 0.0),
                at("card", 4.0, 4.0),
                at("wall", 0.0, 0.0),
                at("glass", 30.0, 20.0),
            ],
        ),
        ("same_alpha_glass", vec![at("wall", 0.0, 0.0), glass()]),
    ]
}

/// Ways of fitting into a box, and flips.
fn fittings() -> Vec<(&'static str, Vec<SceneItem>)> {
    let boxed = |mode, w, h| boxed(at("card", 20.0, 10.0), mode, w, h);
    vec![
        ("bounds_width", vec![boxed(BoundsMode::Width, 60.0, 30.0)]),
        (
            "bounds_width_overflow",
            vec![lying(boxed(BoundsMode::Width, 60.0, 30.0), MIDDLE, true)],
        ),
        ("bounds_height", vec![boxed(BoundsMode::Height, 20.0, 40.0)]),
        (
            "bounds_height_last",
            vec![lying(
                boxed(BoundsMode::Height, 60.0, 40.0),
                Alignment::BottomRight,
                false,
            )],
        ),
        ("bounds_max_only", vec![boxed(BoundsMode::MaxOnly, 60.0, 50.0)]),
        ("bounds_max_only_small", vec![boxed(BoundsMode::MaxOnly, 30.0, 50.0)]),
        (
            "bounds_contain_first",
            vec![lying(boxed(BoundsMode::Contain, 70.0, 40.0), Alignment::TopLeft, false)],
        ),
        (
            "bounds_cover_last",
            vec![lying(
                boxed(BoundsMode::Cover, 70.0, 30.0),
                Alignment::BottomRight,
                false,
            )],
        ),
        (
            "bounds_cover_overflow_turned",
            vec![turned(
                lying(boxed(BoundsMode::Cover, 40.0, 20.0), Alignment::Top, true),
                12.0,
            )],
        ),
        ("flip_x", vec![flipped(at("card", 20.0, 14.0), true, false)]),
        (
            "flip_y_glass",
            vec![at("wall", 0.0, 0.0), flipped(at("glass", 20.0, 14.0), false, true)],
        ),
        (
            "flip_both_turned",
            vec![turned(
                flipped(aligned(at("card", 48.0, 32.0), MIDDLE), true, true),
                25.0,
            )],
        ),
        (
            "flip_bounds_cropped",
            vec![flipped(
                cropped(
                    lying(boxed(BoundsMode::Cover, 50.0, 20.0), Alignment::Left, false),
                    4,
                    2,
                    9,
                    3,
                ),
                true,
                false,
            )],
        ),
    ]
}

const FILTERS: [(&str, Sampling); 5] = [
    ("point", Sampling::Point),
    ("bilinear", Sampling::Bilinear),
    ("bicubic", Sampling::Bicubic),
    ("lanczos", Sampling::Lanczos),
    ("area", Sampling::Area),
];

/// Every scale filter enlarging, reducing, and with alpha.
fn filterings() -> Vec<Named> {
    FILTERS
        .into_iter()
        .flat_map(|(name, f)| {
            let up = filtered(scaled(at("card", 5.0, 3.0), 2.0, 1.73), f);
            let down = filtered(scaled(at("big", 10.0, 4.0), 0.37, 0.41), f);
            let glass = filtered(scaled(flipped(at("glass", 8.0, 3.0), true, false), 1.93, 1.93), f);
            [
                (format!("filter_{name}_up"), vec![up]),
                (format!("filter_{name}_down"), vec![down]),
                (format!("filter_{name}_glass"), vec![at("wall", 0.0, 0.0), glass]),
            ]
        })
        .collect()
}

const MODES: [(&str, BlendMode); 7] = [
    ("normal", BlendMode::Normal),
    ("additive", BlendMode::Additive),
    ("subtract", BlendMode::Subtract),
    ("screen", BlendMode::Screen),
    ("multiply", BlendMode::Multiply),
    ("lighten", BlendMode::Lighten),
    ("darken", BlendMode::Darken),
];

/// Every blend mode: opaque, translucent, faded, at odd places, on light; and in a nested scene, where nothing may be below.
fn mixings() -> Vec<Named> {
    let wall = || at("wall", 0.0, 0.0);
    let mut out: Vec<Named> = MODES
        .into_iter()
        .flat_map(|(name, mode)| {
            let mix = |item, space| mixing(item, mode, space);
            let (srgb, linear) = (BlendSpace::Srgb, BlendSpace::Linear);
            let glass = mix(at("glass", 40.0, 5.0), srgb);
            let faded = mix(faded(scaled(at("card", 11.0, 31.0), 0.9, 0.9), 0.6), srgb);
            let both = vec![
                wall(),
                mix(at("card", 4.0, 4.0), linear),
                mix(turned(at("glass_i420a", 60.0, 12.0), 20.0), linear),
            ];
            [
                (
                    format!("blend_{name}"),
                    vec![wall(), mix(at("card", 4.0, 2.0), srgb), glass, faded],
                ),
                (format!("blend_{name}_linear"), both),
            ]
        })
        .collect();
    out.push((
        "blend_nested".into(),
        vec![wall(), faded(nested("mixed", 0.0, 0.0), 0.9)],
    ));
    out.push((
        "blend_nested_whole".into(),
        vec![
            wall(),
            mixing(nested("inner", 0.0, 0.0), BlendMode::Screen, BlendSpace::Srgb),
        ],
    ));
    out.push((
        "blend_alone".into(),
        vec![mixing(wall(), BlendMode::Multiply, BlendSpace::Srgb)],
    ));
    out
}

fn rounded(item: SceneItem, corner_radius: f64) -> SceneItem {
    SceneItem { corner_radius, ..item }
}

fn adorned(item: SceneItem, border: Option<f64>, shadow: Option<(f64, f64, f64)>) -> SceneItem {
    SceneItem {
        border: border.map(|width| Border {
            width,
            color: Rgba([240, 240, 255, 255]),
        }),
        shadow: shadow.map(|(x, y, blur)| Shadow {
            x,
            y,
            blur,
            color: Rgba([0, 0, 0, 200]),
        }),
        ..item
    }
}

/// Round corners, borders and shadows.
fn adornments() -> Vec<(&'static str, Vec<SceneItem>)> {
    let wall = || at("wall", 0.0, 0.0);
    let card = || at("card", 20.0, 14.0);
    let middle = || aligned(at("card", 48.0, 32.0), MIDDLE);
    vec![
        ("corners", vec![wall(), rounded(card(), 9.0)]),
        (
            "corners_odd_scaled",
            vec![wall(), rounded(scaled(at("card", 21.0, 9.5), 1.3, 1.3), 200.0)],
        ),
        (
            "corners_glass",
            vec![wall(), rounded(scaled(at("glass", 12.0, 9.0), 1.5, 1.5), 12.0)],
        ),
        ("corners_turned", vec![wall(), rounded(turned(middle(), 30.0), 10.0)]),
        (
            "corners_cropped_faded",
            vec![
                wall(),
                faded(
                    rounded(cropped(scaled(at("card", 11.0, 9.0), -2.0, 1.5), 4, 3, 6, 5), 8.0),
                    0.7,
                ),
            ],
        ),
        (
            "corners_nested",
            vec![wall(), rounded(scaled(nested("inner", 10.0, 8.0), 0.75, 0.75), 14.0)],
        ),
        ("border", vec![wall(), adorned(card(), Some(3.0), None)]),
        (
            "border_round",
            vec![wall(), adorned(rounded(card(), 8.0), Some(4.0), None)],
        ),
        (
            "border_turned",
            vec![wall(), adorned(rounded(turned(middle(), -20.0), 6.0), Some(2.5), None)],
        ),
        (
            "shadow",
            vec![wall(), adorned(rounded(card(), 5.0), None, Some((3.0, 4.0, 8.0)))],
        ),
        (
            "shadow_hard_turned",
            vec![
                wall(),
                adorned(turned(middle(), 15.0), Some(2.0), Some((5.0, 5.0, 0.0))),
            ],
        ),
        (
            "shadow_faded_nested",
            vec![
                wall(),
                faded(
                    adorned(
                        scaled(nested("inner", 20.0, 10.0), 0.5, 0.5),
                        Some(2.0),
                        Some((0.0, 3.0, 6.0)),
                    ),
                    0.6,
                ),
            ],
        ),
    ]
}

/// Name and items of the cases with the nested scenes `inner` and `inner2`.
fn nestings() -> Vec<(&'static str, Vec<SceneItem>)> {
    let wall = || at("wall", 0.0, 0.0);
    let middle = || aligned(nested("inner", 48.0, 32.0), MIDDLE);
    vec![
        ("nested", vec![wall(), nested("inner", 0.0, 0.0)]),
        ("nested_moved", vec![wall(), nested("inner", 15.0, 9.0)]),
        (
            "nested_scaled",
            vec![wall(), scaled(nested("inner", 40.0, 20.0), 0.5, 0.5)],
        ),
        ("nested_faded", vec![wall(), faded(nested("inner", 0.0, 0.0), 0.5)]),
        ("nested_faded_odd", vec![wall(), faded(nested("inner", 5.0, 3.0), 0.8)]),
        (
            "nested_faded_scaled",
            vec![wall(), faded(scaled(nested("inner", 10.0, 4.0), 0.75, 0.75), 0.8)],
        ),
        ("nested_turned", vec![wall(), turned(middle(), 30.0)]),
        (
            "nested_turned_faded",
            vec![wall(), faded(turned(scaled(middle(), 0.6, 0.6), 200.0), 0.6)],
        ),
        (
            "nested_cropped",
            vec![wall(), cropped(nested("inner", 20.0, 10.0), 20, 10, 10, 5)],
        ),
        ("nested_twice", vec![wall(), faded(nested("inner2", 0.0, 0.0), 0.9)]),
        ("nested_in_itself", vec![wall(), nested("loop", 0.0, 0.0)]),
    ]
}

fn alignments() -> Vec<Named> {
    use Alignment::*;
    [
        TopLeft,
        Top,
        TopRight,
        Left,
        Center,
        Right,
        BottomLeft,
        Bottom,
        BottomRight,
    ]
    .into_iter()
    .map(|a| {
        let item = turned(scaled(aligned(at("card", 48.0, 32.0), a), 0.8, 0.8), 10.0);
        (
            format!("align_{a:?}").to_lowercase(),
            vec![item, scaled(aligned(at("dot", 48.0, 32.0), MIDDLE), 1.0, 1.0)],
        )
    })
    .collect()
}

const FORMATS: [PixelFormat; 9] = [
    PixelFormat::I420,
    PixelFormat::I420A,
    PixelFormat::Nv12,
    PixelFormat::I422,
    PixelFormat::I444,
    PixelFormat::I444A,
    PixelFormat::Rgba,
    PixelFormat::Bgra,
    PixelFormat::Bgrx,
];

fn color(matrix: ColorMatrix, range: ColorRange) -> ColorInfo {
    ColorInfo {
        matrix,
        range,
        ..ColorInfo::BT709_LIMITED
    }
}

/// Every source of the table, and the cases that show one format or colour description each.
fn sources(look: Look) -> (HashMap<String, Arc<VideoFrame>>, Vec<Named>) {
    let ours = ColorInfo::BT709_LIMITED;
    let mut map = HashMap::new();
    let mut cases = vec![];
    let mut add = |name: &str, f: VideoFrame| map.insert(name.to_owned(), Arc::new(f));
    let solid = card(40, 30, look, See::Solid);
    let glass = card(40, 30, look, See::Glass);
    let (opaque, straight) = (AlphaMode::Opaque, AlphaMode::Straight);
    add("card", solid.frame(PixelFormat::I420, ours, opaque));
    add("glass", glass.frame(PixelFormat::Rgba, ColorInfo::SRGB, straight));
    add("glass_i420a", glass.frame(PixelFormat::I420A, ours, straight));
    add(
        "presenter",
        filtering::presenter(40, 30).frame(PixelFormat::I420, ours, opaque),
    );
    add(
        "wall",
        card(96, 64, look, See::Solid).frame(PixelFormat::I420, ours, opaque),
    );
    add(
        "big",
        card(192, 128, look, See::Solid).frame(PixelFormat::Bgrx, ColorInfo::SRGB, opaque),
    );
    add(
        "dot",
        card(4, 4, look, See::Solid).frame(PixelFormat::I444, ours, opaque),
    );
    let under = || at("wall", 0.0, 0.0);
    for format in FORMATS {
        let info = if format.is_yuv() { ours } else { ColorInfo::SRGB };
        let name = format!("format_{format:?}").to_lowercase();
        add(&name, solid.frame(format, info, opaque));
        // Once sample by sample and once enlarged.
        let items = vec![at(&name, 2.0, 2.0), scaled(at(&name, 44.0, 10.0), 1.2, 1.7)];
        cases.push((name, items));
        for mode in [AlphaMode::Straight, AlphaMode::Premultiplied] {
            if format.has_alpha() {
                let name = format!("alpha_{format:?}_{mode:?}").to_lowercase();
                add(&name, glass.frame(format, info, mode));
                let items = vec![under(), at(&name, 2.0, 2.0), scaled(at(&name, 45.0, 11.0), 1.2, 1.7)];
                cases.push((name, items));
            }
        }
    }
    for matrix in [ColorMatrix::Bt601, ColorMatrix::Bt709, ColorMatrix::Bt2020] {
        for range in [ColorRange::Limited, ColorRange::Full] {
            for (format, mode) in [
                (PixelFormat::I420, opaque),
                (PixelFormat::I422, opaque),
                (PixelFormat::I444A, straight),
            ] {
                let name = format!("color_{matrix:?}_{range:?}_{format:?}").to_lowercase();
                let picture = if mode == opaque { &solid } else { &glass };
                add(&name, picture.frame(format, color(matrix, range), mode));
                cases.push((
                    name.clone(),
                    vec![under(), at(&name, 6.0, 8.0), scaled(at(&name, 47.0, 9.0), 1.2, 1.7)],
                ));
            }
        }
    }
    (map, cases)
}

fn project() -> Project {
    let scene = |id: &str, items| Scene {
        id: id.into(),
        items,
        ..Scene::default()
    };
    let inner = vec![
        at("card", 6.0, 4.0),
        at("glass_i420a", 30.0, 20.0),
        turned(at("glass", 60.0, 26.0), 40.0),
    ];
    let inner2 = vec![
        scaled(nested("inner", 4.0, 4.0), 0.9, 0.9),
        faded(nested("inner", 30.0, 10.0), 0.5),
    ];
    let mixed = vec![
        at("glass", 10.0, 8.0),
        mixing(at("card", 30.0, 20.0), BlendMode::Multiply, BlendSpace::Srgb),
        mixing(at("glass_i420a", 41.0, 5.0), BlendMode::Additive, BlendSpace::Linear),
    ];
    Project {
        scenes: vec![
            scene("inner", inner),
            scene("inner2", inner2),
            scene("mixed", mixed),
            scene("loop", vec![at("card", 10.0, 10.0), nested("loop", 20.0, 20.0)]),
        ],
        ..Project::default()
    }
}

/// All cases, from cards of one look.
pub fn all(look: Look) -> Vec<Case> {
    let (frames, formats) = sources(look);
    let named = |v: Vec<(&'static str, Vec<SceneItem>)>| v.into_iter().map(|(n, i)| (n.to_owned(), i));
    let scenes = named(properties())
        .chain(named(nestings()))
        .chain(named(fittings()))
        .chain(named(adornments()))
        .chain(filterings())
        .chain(mixings())
        .chain(filtering::cases())
        .chain(alignments())
        .chain(formats);
    let base = project();
    scenes
        .map(|(name, items)| {
            let mut p = base.clone();
            p.scenes.push(Scene {
                id: "case".into(),
                items,
                ..Scene::default()
            });
            let list = draw_list(&p, CANVAS, BACKGROUND, "case", &|id| frames.get(id).cloned());
            Case { name, list }
        })
        .chain(grouping::cases(&frames))
        .collect()
}
