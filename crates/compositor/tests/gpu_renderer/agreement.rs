//! The GPU renderer draws what the software renderer draws: every pixel format, matrix, range and alpha mode; copies, scaling
//! both ways, rotation, mirroring, crops, opacity, backgrounds, nested lists and odd canvases.

use crate::support::*;
use compositor::{DrawItem, DrawList, gpu::GpuRenderer, render_one, software::SoftwareRenderer};
use media::{AlphaMode, ColorInfo, ColorMatrix, ColorRange, PixelFormat, VideoFrame};
use project::Rgba;
use std::sync::Arc;

const W: u32 = 160;
const H: u32 = 96;

/// Draws with both and compares; at most `outliers` per thousand samples may be off by more than `tolerance`.
fn check(gpu: &mut GpuRenderer, what: &str, list: &DrawList, tolerance: u8, outliers: usize) -> Vec<String> {
    let mut software = SoftwareRenderer::new(list.width, list.height).expect("software");
    let want = render_one(&mut software, list).expect("software picture");
    let got = render_one(gpu, list).expect("gpu picture");
    assert_eq!(gpu.context().expect("a device").complaint(), None, "{what}");
    assert_eq!((got.format, got.color), (PixelFormat::Nv12, ColorInfo::BT709_LIMITED));
    let d = compare(&want, &got, tolerance);
    let allowed = d.samples * outliers / 1000;
    if d.outliers > allowed {
        return vec![format!("{what}: {d:?}, allowed {allowed} (software, gpu)")];
    }
    vec![]
}

fn none_failed(failures: Vec<String>) {
    assert!(
        failures.is_empty(),
        "{} differ:\n{}",
        failures.len(),
        failures.join("\n")
    );
}

/// Placements of a 96×64 picture with the tolerance and the allowed outliers (per thousand) of each.
fn placements() -> Vec<(&'static str, compositor::Affine, u8, usize)> {
    vec![
        ("copy", place(1.0, 1.0, 0.0, 32.0, 16.0), 1, 1),
        ("copy on odd pixels", place(1.0, 1.0, 0.0, 33.0, 15.0), 2, 2),
        ("copy off the canvas", place(1.0, 1.0, 0.0, -40.0, 60.0), 1, 1),
        ("fraction", place(1.0, 1.0, 0.0, 20.25, 10.6), 2, 4),
        ("larger", place(1.6, 1.4, 0.0, 4.0, 2.0), 2, 2),
        ("smaller", place(0.7, 0.6, 0.0, 11.0, 9.0), 2, 4),
        ("third", place(0.31, 0.33, 0.0, 24.0, 20.0), 2, 4),
        ("half", place(0.5, 0.5, 0.0, 24.0, 20.0), 2, 2),
        ("mirrored", place(-1.0, 1.0, 0.0, 130.0, 8.0), 2, 2),
        ("turned", place(1.0, 1.0, 17.0, 40.0, 6.0), 3, 12),
    ]
}

fn every_placement(gpu: &mut GpuRenderer, what: &str, frame: &Arc<VideoFrame>) -> Vec<String> {
    placements()
        .into_iter()
        .flat_map(|(name, m, tolerance, outliers)| {
            let scene = list(W, H, vec![item(frame, m)]);
            check(gpu, &format!("{what}, {name}"), &scene, tolerance, outliers)
        })
        .collect()
}

#[test]
fn yuv_formats_matrices_and_ranges() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let mut failures = vec![];
    for format in [
        PixelFormat::I420,
        PixelFormat::Nv12,
        PixelFormat::I422,
        PixelFormat::I444,
    ] {
        for matrix in [ColorMatrix::Bt709, ColorMatrix::Bt601, ColorMatrix::Bt2020] {
            for range in [ColorRange::Limited, ColorRange::Full] {
                let f = picture(format, 96, 64, color(matrix, range), AlphaMode::Opaque, 1);
                failures.extend(every_placement(
                    &mut gpu,
                    &format!("{format:?} {matrix:?} {range:?}"),
                    &f,
                ));
            }
        }
    }
    none_failed(failures);
}

#[test]
fn rgb_formats_and_alpha_modes() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let mut failures = vec![];
    for format in [PixelFormat::Rgba, PixelFormat::Bgra, PixelFormat::Bgrx] {
        for alpha in [AlphaMode::Opaque, AlphaMode::Straight, AlphaMode::Premultiplied] {
            let f = picture(format, 96, 64, ColorInfo::SRGB, alpha, 2);
            failures.extend(every_placement(&mut gpu, &format!("{format:?} {alpha:?}"), &f));
        }
    }
    none_failed(failures);
}

#[test]
fn yuv_with_alpha() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let mut failures = vec![];
    for format in [PixelFormat::I420A, PixelFormat::I444A] {
        for alpha in [AlphaMode::Opaque, AlphaMode::Straight] {
            for matrix in [ColorMatrix::Bt709, ColorMatrix::Bt601] {
                let f = picture(format, 96, 64, color(matrix, ColorRange::Limited), alpha, 3);
                failures.extend(every_placement(
                    &mut gpu,
                    &format!("{format:?} {matrix:?} {alpha:?}"),
                    &f,
                ));
            }
        }
    }
    none_failed(failures);
}

#[test]
fn our_own_video_is_copied_exactly() {
    let Some(mut gpu) = renderer(W, H) else { return };
    for format in [PixelFormat::I420, PixelFormat::Nv12] {
        let f = picture(format, W, H, ColorInfo::BT709_LIMITED, AlphaMode::Opaque, 4);
        let got = render_one(&mut gpu, &list(W, H, vec![item(&f, place(1.0, 1.0, 0.0, 0.0, 0.0))])).expect("picture");
        assert_eq!(planes(&f), planes(&got), "{format:?}");
    }
}

#[test]
fn layers_with_crop_and_opacity() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let camera = video(W, H, 5);
    let logo = overlay(48, 32, 6);
    let guest = picture(
        PixelFormat::Nv12,
        64,
        48,
        color(ColorMatrix::Bt601, ColorRange::Full),
        AlphaMode::Opaque,
        7,
    );
    let scene = list(
        W,
        H,
        vec![
            item(&camera, place(1.0, 1.0, 0.0, 0.0, 0.0)),
            DrawItem {
                crop: [8.0, 6.0, 56.0, 40.0],
                ..item(&guest, place(1.25, 1.25, 0.0, 20.0, 10.0))
            },
            DrawItem {
                opacity: 0.4,
                ..item(&camera, place(0.25, 0.25, 0.0, 110.0, 60.0))
            },
            DrawItem {
                opacity: 0.7,
                ..item(&logo, place(1.0, 1.0, 0.0, 90.0, 8.0))
            },
            DrawItem {
                crop: [3.0, 5.0, 41.0, 29.0],
                opacity: 0.9,
                ..item(&logo, place(1.0, 1.0, -30.0, 30.0, 60.0))
            },
        ],
    );
    none_failed(check(&mut gpu, "five layers", &scene, 3, 6));
}

#[test]
fn nested_lists_keep_their_transparency() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let (cam, logo) = (video(96, 64, 8), overlay(48, 32, 9));
    let inner = |logo_opacity: f32| DrawList {
        width: 128,
        height: 80,
        background: Rgba::TRANSPARENT,
        items: vec![
            item(&cam, place(1.0, 1.0, 0.0, 16.0, 8.0)),
            DrawItem {
                opacity: logo_opacity,
                ..item(&logo, place(1.0, 1.0, 0.0, 70.0, 40.0))
            },
        ],
    };
    let scene = list(
        W,
        H,
        vec![
            item(&video(W, H, 10), place(1.0, 1.0, 0.0, 0.0, 0.0)),
            nested(inner(1.0), place(1.0, 1.0, 0.0, 4.0, 6.0), 0.8),
            nested(inner(0.5), place(0.45, 0.45, 0.0, 95.0, 50.0), 1.0),
        ],
    );
    let mut failures = check(&mut gpu, "two nested", &scene, 3, 8);
    let deep = DrawList {
        items: vec![nested(inner(0.6), place(0.75, 0.75, 0.0, 5.0, 3.0), 0.5)],
        ..inner(1.0)
    };
    let scene = list(W, H, vec![nested(deep, place(1.0, 1.0, 10.0, 20.0, 2.0), 1.0)]);
    failures.extend(check(&mut gpu, "nested in nested, turned", &scene, 3, 15));
    none_failed(failures);
}

#[test]
fn odd_canvases_and_backgrounds() {
    let mut failures = vec![];
    for (w, h) in [(101, 77), (1, 1), (3, 2)] {
        let Some(mut gpu) = renderer(w, h) else { return };
        for background in [Rgba([200, 30, 90, 255]), Rgba([255, 255, 255, 100]), Rgba::TRANSPARENT] {
            let empty = DrawList {
                background,
                ..list(w, h, vec![])
            };
            failures.extend(check(&mut gpu, &format!("{w}×{h} {background}"), &empty, 1, 0));
        }
        let f = picture(PixelFormat::Bgrx, w, h, ColorInfo::SRGB, AlphaMode::Opaque, 11);
        let full = list(w, h, vec![item(&f, place(1.0, 1.0, 0.0, 0.0, 0.0))]);
        failures.extend(check(&mut gpu, &format!("{w}×{h} full"), &full, 2, 0));
    }
    none_failed(failures);
}

#[test]
fn a_checkerboard_is_reduced_to_grey() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let size = 16 * 40;
    let px = |i: usize| {
        if (i % size + i / size).is_multiple_of(2) {
            [255; 4]
        } else {
            [0, 0, 0, 255]
        }
    };
    let data: Vec<u8> = (0..size * size).flat_map(px).collect();
    let f = Arc::new(VideoFrame::rgba(size as u32, size as u32, data, AlphaMode::Opaque).expect("board"));
    let scene = list(W, H, vec![item(&f, place(0.1, 0.1, 0.0, 0.0, 0.0))]);
    let got = render_one(&mut gpu, &scene).expect("picture");
    let luma = &planes(&got)[0];
    // Middle grey is 16 + 219/2.
    for y in 2..60 {
        for x in 2..60 {
            let v = luma[y * W as usize + x];
            assert!(v.abs_diff(126) <= 2, "({x}, {y}) is {v}");
        }
    }
}
