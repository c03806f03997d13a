//! The GPU renderer's behaviour over time: order and times of pictures, repeats, uploads, device loss.

use crate::support::*;
use compositor::{CompositorError, DrawItem, DrawList, Rendered, Renderer, gpu::GpuRenderer, render_one};
use media::{MediaTime, VideoFrame};
use std::sync::Arc;

const W: u32 = 128;
const H: u32 = 72;

fn at(i: usize) -> MediaTime {
    MediaTime::from_millis(40 * i as i64)
}

fn scene(frame: &Arc<VideoFrame>) -> DrawList {
    list(W, H, vec![item(frame, place(1.0, 1.0, 0.0, 0.0, 0.0))])
}

/// A picture of one grey everywhere, so that its content says which one it is.
fn grey(code: u8) -> Arc<VideoFrame> {
    let px = vec![code; (W * H * 4) as usize];
    Arc::new(VideoFrame::rgba(W, H, px, media::AlphaMode::Opaque).expect("grey"))
}

fn luma_of(r: &Rendered) -> u8 {
    r.frame.planes[0].data[0]
}

/// Hands in all lists and gives everything that came out, with how many were under way at most.
fn run(gpu: &mut GpuRenderer, lists: &[DrawList]) -> (Vec<Rendered>, usize) {
    let (mut out, mut behind) = (vec![], 0);
    for (i, l) in lists.iter().enumerate() {
        out.extend(gpu.render(l, at(i)).expect("render"));
        behind = behind.max(i + 1 - out.len());
    }
    out.extend(std::iter::from_fn(|| gpu.drain()));
    assert_eq!(gpu.context().expect("a device").complaint(), None);
    (out, behind)
}

#[test]
fn every_picture_comes_out_once_in_order_with_its_time() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let codes: Vec<u8> = (0..20).map(|i| 10 * i).collect();
    let lists: Vec<_> = codes.iter().map(|c| scene(&grey(*c))).collect();
    let (out, behind) = run(&mut gpu, &lists);
    assert!(behind <= 2, "{behind} pictures behind");
    assert_eq!(out.len(), lists.len());
    for (i, r) in out.iter().enumerate() {
        assert_eq!((r.frame.time, r.drawn), (at(i), true));
        let want = 16.0 + f32::from(codes[i]) * 219.0 / 255.0;
        assert!(
            (f32::from(luma_of(r)) - want).abs() <= 1.0,
            "picture {i} is {}",
            luma_of(r)
        );
    }
    assert!(gpu.drain().is_none());
}

#[test]
fn unchanged_lists_repeat_the_last_picture_in_order() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let (a, b) = (scene(&grey(50)), scene(&grey(150)));
    let lists = [&a, &a, &b, &b, &b, &a].map(Clone::clone);
    let (out, _) = run(&mut gpu, &lists);
    let drawn: Vec<_> = out.iter().map(|r| r.drawn).collect();
    assert_eq!(drawn, [true, false, true, false, false, true]);
    let ids: Vec<_> = out.iter().map(|r| r.frame.id).collect();
    assert_eq!(
        (ids[0], ids[2], ids[2]),
        (ids[1], ids[3], ids[4]),
        "a repeat keeps the id"
    );
    assert!(ids[0] != ids[2] && ids[5] != ids[2]);
    assert!(
        out.iter().enumerate().all(|(i, r)| r.frame.time == at(i)),
        "each has its own time"
    );
    assert_eq!(out.iter().map(luma_of).collect::<Vec<_>>()[..2], [luma_of(&out[5]); 2]);
}

#[test]
fn still_pictures_are_uploaded_once_and_video_reuses_its_textures() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let still = overlay(W, H, 1);
    let lists: Vec<_> = (0..30)
        .map(|i| {
            let moving = video(64, 36, i);
            list(
                W,
                H,
                vec![
                    item(&still, place(1.0, 1.0, 0.0, 0.0, 0.0)),
                    item(&moving, place(1.0, 1.0, 0.0, 8.0, 8.0)),
                    item(&moving, place(0.5, 0.5, 0.0, 80.0, 8.0)),
                ],
            )
        })
        .collect();
    run(&mut gpu, &lists);
    let (uploads, created) = gpu.upload_counts();
    assert_eq!(uploads, 1 + 30, "the still once, the moving picture once a frame");
    assert_eq!(created, 2);
}

#[test]
fn a_hidden_still_comes_back_without_an_upload() {
    let Some(mut gpu) = renderer(W, H) else { return };
    // Two sources of the same size and format; the still must not lose its textures to the video.
    let still = video(64, 36, 100);
    let place = place(1.0, 1.0, 0.0, 0.0, 0.0);
    let with = |i: u32| list(W, H, vec![item(&video(64, 36, i), place), item(&still, place)]);
    let without = |i: u32| list(W, H, vec![item(&video(64, 36, i), place)]);
    let lists: Vec<_> = (0..4)
        .map(with)
        .chain((4..10).map(without))
        .chain((10..12).map(with))
        .collect();
    run(&mut gpu, &lists);
    assert_eq!(gpu.upload_counts(), (12 + 1, 2));
}

#[test]
fn a_canvas_of_another_size_is_refused() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let e = gpu.render(&list(W, H + 1, vec![]), at(0)).expect_err("wrong size");
    assert!(matches!(e, CompositorError::WrongCanvas { list_height: 73, .. }), "{e}");
    assert!(GpuRenderer::new(0, 10).is_err());
}

#[test]
fn nonsense_items_are_left_out() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let f = video(32, 32, 1);
    let whole = item(&f, place(1.0, 1.0, 0.0, 0.0, 0.0));
    let clean = render_one(&mut gpu, &list(W, H, vec![])).expect("picture");
    let bad = vec![
        item(&f, place(0.0, 0.0, 0.0, 5.0, 5.0)),
        item(&f, place(f32::NAN, 1.0, 0.0, 0.0, 0.0)),
        item(&f, place(1.0, 1.0, 0.0, f32::INFINITY, 0.0)),
        item(&f, place(1.0, 1.0, 0.0, 1e9, 0.0)),
        DrawItem {
            crop: [10.0, 10.0, 10.0, 20.0],
            ..whole.clone()
        },
        DrawItem {
            crop: [f32::NAN; 4],
            ..whole.clone()
        },
        DrawItem {
            opacity: 0.0,
            ..whole.clone()
        },
        DrawItem {
            opacity: f32::NAN,
            ..whole
        },
    ];
    let got = render_one(&mut gpu, &list(W, H, bad)).expect("picture");
    assert_eq!(compare(&clean, &got, 0).outliers, 0);
}

#[test]
fn a_lost_device_is_replaced_while_the_last_picture_is_repeated() {
    let Some(mut gpu) = renderer(W, H) else { return };
    let (a, b) = (scene(&grey(60)), scene(&grey(180)));
    let before = render_one(&mut gpu, &a).expect("picture");
    gpu.context().expect("a device").device().destroy();

    let (mut asked, mut out) = (0, vec![]);
    // The new device takes as long as it takes; every picture asked for meanwhile must come.
    while !out.iter().any(|r: &Rendered| r.drawn) {
        out.extend(
            gpu.render(&b, at(asked))
                .expect("no error while the card is coming back"),
        );
        asked += 1;
        assert!(asked < 5_000_000, "the device never came back");
        std::thread::yield_now();
    }
    out.extend(std::iter::from_fn(|| gpu.drain()));
    assert_eq!(out.len(), asked);
    assert!(
        out.iter().enumerate().all(|(i, r)| r.frame.time == at(i)),
        "in order, none missing"
    );
    let first_new = out.iter().position(|r| r.drawn).expect("drawn");
    assert!(first_new > 0, "the loss was noticed");
    for r in &out[..first_new] {
        assert_eq!(
            (r.frame.id, &r.frame.planes[0].data),
            (before.id, &before.planes[0].data)
        );
    }
    let want = render_one(&mut renderer(W, H).expect("adapter"), &b).expect("picture");
    assert_eq!(compare(&want, &out[first_new].frame, 0).outliers, 0);
}

#[test]
fn a_device_lost_before_the_first_picture_gives_black_not_an_error() {
    let Some(mut gpu) = renderer(W, H) else { return };
    gpu.context().expect("a device").device().destroy();
    let r = gpu.render(&scene(&grey(200)), at(0)).expect("no error");
    let r = r.or_else(|| gpu.drain()).expect("a picture");
    assert_eq!(r.frame.time, at(0));
    assert!(!r.drawn && luma_of(&r) == 16);
}

#[test]
fn canvases_share_one_upload_of_each_frame() {
    let Some(mut wide) = renderer(W, H) else { return };
    let device = wide.context().expect("a device").clone();
    let mut tall = GpuRenderer::on(device, H, W).expect("a canvas");
    let still = overlay(40, 30, 3);
    for i in 0..12 {
        let moving = video(64, 36, i);
        let items = |x: f32| {
            vec![
                item(&still, place(1.0, 1.0, 0.0, x, 0.0)),
                item(&moving, place(0.5, 0.5, 0.0, 8.0, x)),
            ]
        };
        let a = render_one(&mut wide, &list(W, H, items(4.0))).expect("picture");
        let b = render_one(&mut tall, &list(H, W, items(8.0))).expect("picture");
        assert_eq!((a.width, b.width), (W, H));
        if i == 11 {
            let (uploads, created) = wide.upload_counts();
            assert_eq!((uploads, wide.upload_counts()), (1 + 12, tall.upload_counts()));
            assert!(created <= 4, "{created} sets of textures");
            let mut alone = renderer(H, W).expect("adapter");
            let again = render_one(&mut alone, &list(H, W, items(8.0))).expect("picture");
            assert_eq!(compare(&again, &b, 0).outliers, 0);
        }
    }
}
