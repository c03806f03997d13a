//! Cases of the table about filters: every kind on a source's picture, with its defaults and with other settings; several in a
//! row; on a scene; on nested and on translucent pictures.

use super::{Named, at, faded, nested, scaled, turned};
use crate::pictures::Card;
use project::{Filter, SceneItem};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Someone in front of a green wall with noise and a shadow, as a camera sees it.
pub fn presenter(w: usize, h: usize) -> Card {
    let px = (0..w * h)
        .map(|i| {
            let (x, y) = (i % w, i / w);
            let (fx, fy) = (x as f64 / w as f64 - 0.5, y as f64 / h as f64 - 0.55);
            let noise = f64::from((x * 7919 + y * 104_729 + x * y * 31) as u32 % 13) - 6.0;
            let head = (fx / 0.16).hypot((fy + 0.12) / 0.2) < 1.0;
            let body = fy > 0.1 && (fx / 0.3).hypot((fy - 0.5) / 0.42) < 1.0;
            let [r, g, b] = match (head, body) {
                (true, _) => [205.0, 150.0, 120.0],
                (_, true) => [60.0, 70.0, 150.0],
                _ => [60.0 - 40.0 * fx, 180.0 - 60.0 * fx, 70.0 - 30.0 * fx],
            };
            [r + noise, g + noise, b + noise, 255.0].map(|v: f64| v.clamp(0.0, 255.0).round())
        })
        .collect();
    Card { w, h, px }
}

fn on(item: SceneItem, filters: &[(&str, Value)]) -> SceneItem {
    let filters = filters.iter().map(|(kind, settings)| Filter {
        kind: (*kind).into(),
        settings: settings.as_object().cloned().unwrap_or_default(),
        ..Filter::default()
    });
    SceneItem {
        filters: filters.collect(),
        ..item
    }
}

/// Kind, what is special, settings.
fn kinds() -> Vec<(&'static str, &'static str, Value)> {
    let file = |name: &str| json!(files().join(name));
    vec![
        ("chroma_key", "", json!({})),
        (
            "chroma_key",
            "_soft",
            json!({"key": "custom", "color": "#46b446", "similarity": 0.2, "smoothness": 0.2, "spill": 0.5}),
        ),
        ("color_key", "", json!({"color": "#14141f", "similarity": 0.1})),
        (
            "luma_key",
            "",
            json!({"darkest": 0.3, "brightest": 0.8, "bright_smoothness": 0.1}),
        ),
        (
            "color_correction",
            "",
            json!({"gamma": 0.4, "contrast": 0.3, "brightness": 0.05, "saturation": 0.6, "hue_deg": 25.0}),
        ),
        (
            "color_correction",
            "_tint",
            json!({"saturation": -1.0, "tint": "#ffd080", "opacity": 0.7}),
        ),
        ("lut", "", json!({"path": file("warm.cube")})),
        ("lut", "_png", json!({"path": file("swap.png"), "amount": 0.6})),
        ("crop", "", json!({"left": 6, "top": 4, "right": 10, "bottom": 2})),
        ("crop", "_pad", json!({"left": -8, "top": -4, "right": 4})),
        ("scale", "", json!({"width": 10, "scale_filter": "area"})),
        (
            "scale",
            "_shape",
            json!({"width": 40, "height": 16, "scale_filter": "lanczos"}),
        ),
        ("image_mask", "", json!({"path": file("mask.png"), "by": "brightness"})),
        (
            "image_mask",
            "_alpha",
            json!({"path": file("mask.png"), "invert": true}),
        ),
        ("shape_mask", "", json!({})),
        (
            "shape_mask",
            "_rectangle",
            json!({"shape": "rectangle", "width": 0.8, "height": 0.7, "corners": 0.3, "feather": 3.0}),
        ),
        (
            "shape_mask",
            "_ellipse",
            json!({"shape": "ellipse", "x": 0.4, "width": 0.7, "invert": true}),
        ),
        ("blur", "", json!({"radius": 6.0})),
        ("sharpen", "", json!({"amount": 0.8})),
        ("scroll", "", json!({"speed_x": 0.0})),
    ]
}

/// Where the files are that settings name; they are made here.
fn files() -> PathBuf {
    static DONE: std::sync::OnceLock<PathBuf> = std::sync::OnceLock::new();
    DONE.get_or_init(|| {
        let dir = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("filter-files-{}", std::process::id()));
        std::fs::create_dir_all(&dir).expect("a folder");
        std::fs::write(dir.join("warm.cube"), warm()).expect("written");
        // A row of tiles, red and blue exchanged.
        let n = 16u32;
        let swap = image::RgbaImage::from_fn(n * n, n, |x, y| {
            let (r, g, b) = (x % n, y, x / n);
            image::Rgba([b, g, r, 15].map(|v| (v * 17) as u8))
        });
        swap.save(dir.join("swap.png")).expect("written");
        let mask = image::RgbaImage::from_fn(20, 20, |x, y| {
            let white = (255 * x / 19) as u8;
            image::Rgba([white, white, white, if (5..15).contains(&y) { 255 } else { 0 }])
        });
        mask.save(dir.join("mask.png")).expect("written");
        dir
    })
    .clone()
}

fn warm() -> String {
    let n = 9;
    let mut text = format!("TITLE \"warm\"\nLUT_3D_SIZE {n}\n");
    let at = |i: usize| i as f64 / (n - 1) as f64;
    for i in 0..n * n * n {
        let (r, g, b) = (at(i % n), at(i / n % n), at(i / n / n));
        text += &format!("{:.6} {:.6} {:.6}\n", r.powf(0.8), g.powf(0.95), b * 0.8);
    }
    text
}

/// The cases.
pub fn cases() -> Vec<Named> {
    let wall = || at("wall", 0.0, 0.0);
    let mut out: Vec<Named> = kinds()
        .into_iter()
        .map(|(kind, more, settings)| {
            let source = if kind == "chroma_key" { "presenter" } else { "card" };
            let item = on(scaled(at(source, 6.0, 4.0), 1.6, 1.6), &[(kind, settings)]);
            (format!("filter_kind_{kind}{more}"), vec![wall(), item])
        })
        .collect();
    let key = ("chroma_key", json!({}));
    let blur = ("blur", json!({"radius": 3.0}));
    let round = ("shape_mask", json!({}));
    let paler = ("color_correction", json!({"saturation": -0.6}));
    let mut list = |name: &str, items| out.push((format!("filters_{name}"), items));
    list(
        "in_a_row",
        vec![
            wall(),
            on(
                scaled(at("presenter", 4.0, 2.0), 1.8, 1.8),
                &[key.clone(), paler.clone(), blur.clone()],
            ),
        ],
    );
    list(
        "pixel_by_pixel",
        vec![wall(), on(at("presenter", 20.0, 14.0), std::slice::from_ref(&key))],
    );
    list(
        "turned",
        vec![
            wall(),
            turned(faded(on(at("presenter", 40.0, 5.0), &[key, round.clone()]), 0.8), 20.0),
        ],
    );
    list(
        "glass",
        vec![
            wall(),
            on(at("glass", 10.0, 8.0), std::slice::from_ref(&blur)),
            on(at("glass_i420a", 50.0, 20.0), std::slice::from_ref(&paler)),
        ],
    );
    list("nested", vec![wall(), on(nested("inner", 4.0, 2.0), &[blur, round])]);
    list(
        "formats",
        vec![
            on(at("format_i444", 4.0, 4.0), std::slice::from_ref(&paler)),
            on(at("format_nv12", 50.0, 4.0), &[paler]),
        ],
    );
    out
}
