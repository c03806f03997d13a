//! Golden images of every transition at three moments, on both renderers: of every kind as a new one is, of every pattern of
//! a wipe, of an image of one's own, and of stingers with every kind of matte.

#[path = "common/compare.rs"]
mod compare;
#[path = "common/pictures.rs"]
mod pictures;

use compare::{Tolerance, difference, with_reference};
use compositor::{
    Affine, CompositorError, DrawItem, DrawList, FilmLength, FilmPictures, Renderer, Transition, cull,
    gpu::GpuRenderer, render_one, software::SoftwareRenderer, to_rgba, transition, transition_kinds,
};
use media::{AlphaMode, ColorInfo, MediaTime, PixelFormat, VideoFrame};
use pictures::{Look, See, card};
use project::Rgba;
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};

const CANVAS: (u32, u32) = (96, 64);
const MOMENTS: [f32; 3] = [0.25, 0.5, 0.75];

struct Case {
    name: String,
    list: DrawList,
}

fn made(kind: &str, settings: &Value, dir: &Path) -> Arc<dyn Transition> {
    let settings = settings.as_object().expect("a map");
    let made = transition(kind, settings, "settings", dir).expect("a known kind");
    made.unwrap_or_else(|e| panic!("{kind}: {e}"))
}

/// What both scenes show.
fn camera() -> Arc<VideoFrame> {
    Arc::new(card(40, 30, Look::Sharp, See::Solid).frame(
        PixelFormat::I420,
        ColorInfo::BT709_LIMITED,
        AlphaMode::Opaque,
    ))
}

fn scene(background: [u8; 4], items: Vec<DrawItem>) -> DrawList {
    DrawList {
        width: CANVAS.0,
        height: CANVAS.1,
        background: Rgba(background),
        items,
    }
}

fn placed(frame: Arc<VideoFrame>, k: f32, x: f32, y: f32) -> DrawItem {
    DrawItem {
        canvas_from_picture: Affine {
            a: k,
            d: k,
            ..Affine::place(x, y)
        },
        ..DrawItem::whole(frame, 0.0, 0.0)
    }
}

/// From a blue scene with a small camera and a title to a green one with the camera large.
fn scenes(camera: &Arc<VideoFrame>, title: &Arc<VideoFrame>) -> (DrawList, DrawList) {
    let from = vec![
        placed(camera.clone(), 0.8, 4.0, 6.0),
        placed(title.clone(), 1.0, 52.0, 30.0),
    ];
    let to = vec![placed(camera.clone(), 1.6, 28.0, 10.0)];
    (scene([30, 50, 120, 255], from), scene([40, 110, 60, 255], to))
}

/// A film of a band that comes over the canvas, beside or above its matte where it has one: white up to the band's middle.
fn film(size: (u32, u32), progress: f32, matte: &str) -> VideoFrame {
    let (w, h) = (CANVAS.0, CANVAS.1);
    let edge = |y: u32| (progress * (w + 40) as f32) as i64 - 20 + i64::from(y % 8);
    let mut pixels = Vec::with_capacity((size.0 * size.1 * 4) as usize);
    for y in 0..size.1 {
        for x in 0..size.0 {
            let (fx, fy) = (x % w, y % h);
            let is_matte = matte == "only" || (x >= w || y >= h);
            let far = i64::from(fx) - edge(fy);
            pixels.extend(match is_matte {
                true if far < 0 => [255; 4],
                true => [0, 0, 0, 255],
                false if far.abs() < 12 => [240, 200, 40, 255],
                false if far.abs() < 16 => [240, 200, 40, 120],
                false => [0, 0, 0, 0],
            });
        }
    }
    VideoFrame::rgba(size.0, size.1, pixels, AlphaMode::Straight).expect("frame")
}

fn stinger(matte: &str, progress: f32) -> (Arc<dyn Transition>, FilmPictures) {
    let (w, h) = CANVAS;
    let settings = json!({"file": "film.mov", "point_ms": 500, "matte": matte, "matte_file": "matte.mov"});
    let plain = made("stinger", &settings, Path::new(""));
    let length = FilmLength {
        length: MediaTime::from_millis(1000),
        picture_time: MediaTime::from_millis(40),
    };
    let (how, _) = plain
        .on_film(Some(length), length.picture_time)
        .expect("it plays a film");
    let size = match matte {
        "beside" => (2 * w, h),
        "below" => (w, 2 * h),
        _ => (w, h),
    };
    let films = FilmPictures {
        picture: Some(Arc::new(film(size, progress, matte))),
        matte: (matte == "file").then(|| Arc::new(film(size, progress, "only"))),
    };
    (how, films)
}

fn cases() -> Vec<Case> {
    let dir = tempfile::tempdir().expect("dir");
    let grey: Vec<u8> = (0..48 * 32u32).map(|i| ((i % 48 * 5) ^ (i / 48 * 8)) as u8).collect();
    image::save_buffer(dir.path().join("own.png"), &grey, 48, 32, image::ExtendedColorType::L8).expect("written");
    let title = card(40, 20, Look::Smooth, See::Glass).frame(PixelFormat::Rgba, ColorInfo::SRGB, AlphaMode::Straight);
    let (camera, title) = (camera(), Arc::new(title));
    let mut all = vec![];
    let mut add = |name: &str, p: f32, how: &dyn Transition, films: &FilmPictures| {
        let (from, to) = scenes(&camera, &title);
        all.push(Case {
            name: format!("transition_{name}_{}", (p * 100.0) as u32),
            list: cull(how.list_with(from, to, p, films)),
        });
    };
    let none = FilmPictures::default();
    let patterns = [
        "across", "down", "corner", "circle", "box", "clock", "blinds", "doors", "squares",
    ];
    for p in MOMENTS {
        for kind in transition_kinds().iter().filter(|k| k.info.id != "stinger") {
            let id = kind.info.id;
            add(
                id,
                p,
                &*made(id, &Value::Object((kind.info.defaults)()), dir.path()),
                &none,
            );
        }
        for pattern in patterns {
            let settings = json!({"pattern": pattern, "softness": 0.2, "easing": "linear"});
            add(
                &format!("wipe_{pattern}"),
                p,
                &*made("wipe", &settings, dir.path()),
                &none,
            );
        }
        let own = json!({"image_file": "own.png", "softness": 0.1, "easing": "linear"});
        add("wipe_own", p, &*made("wipe", &own, dir.path()), &none);
        for matte in ["none", "beside", "below", "file", "only"] {
            let (how, films) = stinger(matte, p);
            add(&format!("stinger_{matte}"), p, &*how, &films);
        }
    }
    all
}

fn check(r: &mut dyn Renderer, tolerance: impl Fn(&str) -> Tolerance) {
    let mut failures = vec![];
    for case in cases() {
        let frame = render_one(r, &case.list).unwrap_or_else(|e| panic!("{}: {e}", case.name));
        let rgba = to_rgba(&frame);
        if let Err(e) = with_reference(
            &case.name,
            r.name(),
            frame.width,
            frame.height,
            &rgba,
            tolerance(&case.name),
        ) {
            failures.push(e);
        }
    }
    assert!(
        failures.is_empty(),
        "{} cases failed:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

fn gpu() -> Option<GpuRenderer> {
    match GpuRenderer::new(CANVAS.0, CANVAS.1) {
        Ok(r) => Some(r),
        Err(CompositorError::NoGpu { .. }) => None,
        Err(e) => panic!("{e}"),
    }
}

#[test]
fn software_draws_every_transition_as_committed() {
    let mut r = SoftwareRenderer::new(CANVAS.0, CANVAS.1).expect("a canvas of that size");
    check(&mut r, |_| Tolerance {
        channel: 2,
        outliers: 0,
        worst: 2,
    });
}

#[test]
fn gpu_draws_every_transition_as_committed() {
    // No adapter at all: nothing to compare. Continuous integration installs lavapipe.
    let Some(mut r) = gpu() else { return };
    check(&mut r, |name| {
        // What comes out of a mask is 4:2:0 with alpha, as with filters.
        let masked = name.contains("wipe") || (name.contains("stinger") && !name.contains("none"));
        Tolerance {
            channel: 5,
            outliers: if masked { 400 } else { 12 },
            worst: if masked { 60 } else { 16 },
        }
    });
}

#[test]
fn no_two_moments_look_alike() {
    let mut r = SoftwareRenderer::new(CANVAS.0, CANVAS.1).expect("a canvas of that size");
    let all = cases();
    let mut drawn = |c: &Case| to_rgba(&render_one(&mut r, &c.list).expect("drawn"));
    for case in all.iter().filter(|c| c.name.ends_with("_25")) {
        let stem = case.name.trim_end_matches("_25");
        let later = all
            .iter()
            .find(|c| c.name == format!("{stem}_75"))
            .expect("its third moment");
        let (pixels, _) = difference(&drawn(case), &drawn(later), 8);
        assert!(pixels > 300, "{stem}: only {pixels} pixels differ");
    }
}
