//! Filters as passes on the graphics card against the same filters on the processor, kind by kind; and sources that change
//! under them.

use crate::support::*;
use compositor::{
    DrawItem, Picture, Renderer,
    filters::{Store, filtered},
    render_one,
    software::SoftwareRenderer,
};
use media::{AlphaMode, ColorInfo, ColorMatrix, ColorRange, MediaTime, PixelFormat, VideoFrame};
use project::Filter;
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};

const W: u32 = 160;
const H: u32 = 96;

fn filter(kind: &str, settings: Value) -> Filter {
    Filter {
        kind: kind.into(),
        settings: settings.as_object().cloned().unwrap_or_default(),
        ..Filter::default()
    }
}

/// A table that bends every channel, and a mask, in a folder of their own.
fn files(dir: &Path) {
    let n = 9;
    let mut cube = format!("LUT_3D_SIZE {n}\n");
    let at = |i: usize| i as f64 / (n - 1) as f64;
    for i in 0..n * n * n {
        let (r, g, b) = (at(i % n), at(i / n % n), at(i / n / n));
        cube += &format!("{:.6} {:.6} {:.6}\n", r.powf(0.8), 0.9 * g + 0.1 * r, b * 0.8);
    }
    std::fs::write(dir.join("look.cube"), cube).expect("written");
    let mask = image::RgbaImage::from_fn(40, 30, |x, _| {
        image::Rgba([(6 * x) as u8, (6 * x) as u8, (6 * x) as u8, 255])
    });
    mask.save(dir.join("mask.png")).expect("written");
}

/// Kind, settings, the largest difference there may be, and how many samples may differ by more.
fn kinds() -> Vec<(&'static str, Value, u8, usize)> {
    vec![
        (
            "chroma_key",
            json!({"key": "custom", "color": "#808080", "similarity": 0.15, "smoothness": 0.3}),
            2,
            0,
        ),
        (
            "color_key",
            json!({"color": "#808080", "similarity": 0.1, "smoothness": 0.4}),
            2,
            6,
        ),
        (
            "luma_key",
            json!({"darkest": 0.3, "dark_smoothness": 0.3, "brightest": 0.9, "bright_smoothness": 0.2}),
            2,
            6,
        ),
        (
            "color_correction",
            json!({"contrast": 0.3, "saturation": 0.4, "hue_deg": 25.0, "brightness": 0.02}),
            2,
            0,
        ),
        (
            "color_correction",
            json!({"gamma": 0.5, "opacity": 0.7, "tint": "#ffd0a0"}),
            2,
            4,
        ),
        ("lut", json!({"path": "look.cube", "amount": 0.8}), 2, 0),
        ("crop", json!({"left": 6, "top": 4, "right": 10, "bottom": 2}), 1, 0),
        ("crop", json!({"left": -8, "top": -4, "right": 4}), 2, 0),
        ("image_mask", json!({"path": "mask.png", "by": "brightness"}), 2, 0),
        ("shape_mask", json!({"feather": 6.0}), 2, 4),
        ("sharpen", json!({"amount": 0.6}), 2, 0),
        ("blur", json!({"radius": 7.0}), 3, 20),
        ("shader", json!({"shader": "vignette"}), 1, 0),
        ("shader", json!({"shader": "mosaic", "values": {"size": 8.0}}), 1, 0),
    ]
}

fn scene(frame: &Arc<VideoFrame>, filters: &[Filter], store: &Store) -> compositor::DrawList {
    let picture = filtered(
        Picture::Frame(frame.clone()),
        filters,
        store,
        MediaTime::from_millis(700),
    )
    .expect("a picture");
    let (w, h) = picture.size();
    let over = DrawItem {
        picture,
        crop: [0.0, 0.0, w as f32, h as f32],
        ..item(frame, place(1.0, 1.0, 0.0, 32.0, 16.0))
    };
    list(W, H, vec![item(&video(W, H, 20), place(1.0, 1.0, 0.0, 0.0, 0.0)), over])
}

#[test]
fn every_pass_draws_what_the_processor_does() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let mut software = SoftwareRenderer::new(W, H).expect("a canvas");
    let dir = tempfile::tempdir().expect("a folder");
    files(dir.path());
    let store = Store::new(dir.path());
    let opaque = video(96, 64, 21);
    let clear = picture(
        PixelFormat::I420A,
        96,
        64,
        ColorInfo::BT709_LIMITED,
        AlphaMode::Straight,
        22,
    );
    let odd = video(33, 17, 23);
    let mut failures = vec![];
    for (kind, settings, tolerance, outliers) in kinds() {
        let filters = [filter(kind, settings.clone())];
        assert!(
            store.get(&filters[0]).expect(kind).filter.on_gpu(),
            "{kind} has no passes"
        );
        for (name, frame, more) in [("opaque", &opaque, 0), ("odd", &odd, 4), ("clear", &clear, 60)] {
            let list = scene(frame, &filters, &store);
            let a = render_one(&mut gpu, &list).expect("drawn");
            let b = render_one(&mut software, &list).expect("drawn");
            let d = compare(&a, &b, tolerance);
            if d.outliers > outliers + more || d.largest > tolerance + 12 {
                failures.push(format!("{kind} {settings} on {name}: {d:?}"));
            }
        }
    }
    assert_eq!(gpu.context().expect("a device").complaint(), None);
    assert!(
        failures.is_empty(),
        "{} differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn a_row_of_filters_stays_on_the_card_and_is_drawn_once() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let mut software = SoftwareRenderer::new(W, H).expect("a canvas");
    let store = Store::default();
    let filters = [
        filter("color_correction", json!({"saturation": 0.5})),
        filter("blur", json!({"radius": 3.0})),
        filter("shape_mask", json!({})),
        filter("crop", json!({"left": 10})),
    ];
    let list = scene(&video(96, 64, 24), &filters, &store);
    let a = render_one(&mut gpu, &list).expect("drawn");
    let d = compare(&a, &render_one(&mut software, &list).expect("drawn"), 3);
    assert!(d.outliers <= 20, "{d:?}");
    // Two frames were uploaded: what lies below, and what is filtered. Nothing came back to be uploaded again.
    assert_eq!(gpu.upload_counts().0, 2);
    // Elsewhere, the filtered picture is there already.
    let mut moved = list;
    moved.items[1].canvas_from_picture.e += 8.0;
    render_one(&mut gpu, &moved).expect("drawn");
    assert_eq!(gpu.upload_counts().0, 2);
}

#[test]
fn a_source_may_change_size_and_format_under_its_filters() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let mut software = SoftwareRenderer::new(W, H).expect("a canvas");
    let store = Store::default();
    let chains = [
        vec![],
        vec![
            filter("shape_mask", json!({})),
            filter("color_correction", json!({"saturation": -0.5})),
        ],
        vec![filter("scale", json!({"width": 40})), filter("sharpen", json!({}))],
    ];
    let sd = color(ColorMatrix::Bt601, ColorRange::Full);
    let frames = [
        video(96, 64, 1),
        picture(
            PixelFormat::Nv12,
            96,
            64,
            ColorInfo::BT709_LIMITED,
            AlphaMode::Opaque,
            2,
        ),
        picture(PixelFormat::I422, 50, 30, sd, AlphaMode::Opaque, 3),
        overlay(7, 5, 4),
        picture(
            PixelFormat::I444A,
            120,
            80,
            ColorInfo::BT709_LIMITED,
            AlphaMode::Straight,
            5,
        ),
        video(1, 1, 6),
        picture(PixelFormat::Bgrx, 64, 48, ColorInfo::SRGB, AlphaMode::Opaque, 7),
        video(96, 64, 8),
    ];
    for (n, chain) in chains.iter().enumerate() {
        for frame in &frames {
            let list = scene(frame, chain, &store);
            let a = render_one(&mut gpu, &list).expect("drawn");
            let b = render_one(&mut software, &list).expect("drawn");
            let d = compare(&a, &b, 3);
            let (w, h) = (frame.width, frame.height);
            assert!(d.outliers <= 60, "chain {n}, {:?} {w}×{h}: {d:?}", frame.format);
        }
    }
    assert_eq!(gpu.context().expect("a device").complaint(), None);
}

#[test]
fn a_shader_that_does_not_compile_leaves_its_item_as_it_is() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let dir = tempfile::tempdir().expect("a folder");
    std::fs::write(
        dir.path().join("bad.wgsl"),
        "fn shade(uv: vec2f) -> vec4f {\n return oh;\n}",
    )
    .expect("written");
    let store = Store::new(dir.path());
    let bad = filter("shader", json!({"shader": "file", "path": "bad.wgsl"}));
    let said = store.check(&bad.kind, &bad.settings).expect_err("broken").to_string();
    assert!(
        said.contains("bad.wgsl") && said.contains("line 2") && said.contains("oh"),
        "{said}"
    );
    let frame = video(96, 64, 25);
    let with = render_one(&mut gpu, &scene(&frame, &[bad], &store)).expect("drawn");
    let without = render_one(&mut gpu, &scene(&frame, &[], &store)).expect("drawn");
    assert_eq!(compare(&with, &without, 0).outliers, 0);
}

#[test]
fn filters_come_back_after_the_device_was_lost() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let store = Store::default();
    let list = scene(
        &video(96, 64, 26),
        &[filter("blur", json!({})), filter("shader", json!({}))],
        &store,
    );
    let before = render_one(&mut gpu, &list).expect("drawn");
    gpu.context().expect("a device").device().destroy();
    let mut tries = 0u32;
    let again = loop {
        let done = gpu
            .render(&list, MediaTime::ZERO)
            .expect("no error while it comes back");
        if let Some(r) = done.filter(|r| r.drawn) {
            break r.frame;
        }
        tries += 1;
        assert!(tries < 5_000_000, "the device never came back");
        std::thread::yield_now();
    };
    assert_eq!(compare(&before, &again, 0).outliers, 0);
}
