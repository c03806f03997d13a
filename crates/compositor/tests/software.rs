//! What the software renderer promises beyond the picture: no copies where none are needed, no drawing when nothing
//! changes, and no panic or long work whatever the numbers.

#[path = "common/pictures.rs"]
mod pictures;

use compositor::{
    Affine, CompositorError, DrawItem, DrawList, Picture, Renderer, RendererChoice, Style, create, render_one,
    software::SoftwareRenderer, to_rgba,
};
use media::{AlphaMode, ColorInfo, MediaError, MediaTime, PixelFormat, VideoFrame};
use pictures::{Look, See, card};
use project::Rgba;
use proptest::prelude::*;
use std::sync::Arc;

fn opaque(w: usize, h: usize) -> Arc<VideoFrame> {
    let c = card(w, h, Look::Smooth, See::Solid);
    Arc::new(c.frame(PixelFormat::I420, ColorInfo::BT709_LIMITED, AlphaMode::Opaque))
}

fn glass(w: usize, h: usize) -> Arc<VideoFrame> {
    let c = card(w, h, Look::Sharp, See::Glass);
    Arc::new(c.frame(PixelFormat::Rgba, ColorInfo::SRGB, AlphaMode::Straight))
}

fn list(w: u32, h: u32, items: Vec<DrawItem>) -> DrawList {
    DrawList {
        width: w,
        height: h,
        background: Rgba::BLACK,
        items,
    }
}

fn renderer(w: u32, h: u32) -> SoftwareRenderer {
    SoftwareRenderer::new(w, h).expect("a canvas of that size")
}

#[test]
fn a_lone_full_frame_is_handed_through_uncopied() {
    let mut r = renderer(64, 48);
    let f = opaque(64, 48);
    let t = MediaTime::from_millis(40);
    let out = r
        .render(&list(64, 48, vec![DrawItem::whole(f.clone(), 0.0, 0.0)]), t)
        .expect("drawn")
        .expect("at once");
    assert!(out.drawn);
    assert_eq!((out.frame.id, out.frame.time), (f.id, t));
    assert_eq!(out.frame.planes[0].data.as_ptr(), f.planes[0].data.as_ptr());
}

#[test]
fn under_others_a_full_frame_is_exact_where_nothing_lies_on_it() {
    let f = opaque(64, 48);
    let items = vec![
        DrawItem::whole(f.clone(), 0.0, 0.0),
        DrawItem::whole(glass(20, 10), 30.0, 20.0),
    ];
    let out = render_one(&mut renderer(64, 48), &list(64, 48, items)).expect("drawn");
    assert_ne!(out.id, f.id);
    for plane in 0..3 {
        let (s, w, h) = if plane == 0 { (1, 64, 48) } else { (2, 32, 24) };
        for y in 0..h {
            let (got, want) = (out.planes[plane].row(y, w), f.planes[plane].row(y, w));
            let touched = if (20..30).contains(&(y * s)) {
                30 / s..50 / s
            } else {
                0..0
            };
            for x in (0..w).filter(|x| !touched.contains(x)) {
                assert_eq!(got[x], want[x], "plane {plane} at {x}, {y}");
            }
        }
    }
}

#[test]
fn nothing_new_is_not_drawn_again() {
    let mut r = renderer(64, 48);
    let items = vec![
        DrawItem::whole(opaque(64, 48), 0.0, 0.0),
        DrawItem::whole(glass(20, 10), 30.0, 20.0),
    ];
    let l = list(64, 48, items);
    let mut shown = |l: &DrawList, ms| {
        r.render(l, MediaTime::from_millis(ms))
            .expect("drawn")
            .expect("at once")
    };
    let first = shown(&l, 0);
    let again = shown(&l, 33);
    assert!(first.drawn && !again.drawn);
    assert_eq!(
        (again.frame.id, again.frame.time),
        (first.frame.id, MediaTime::from_millis(33))
    );
    let mut moved = l.clone();
    moved.items[1].canvas_from_picture.e += 0.5;
    let third = shown(&moved, 66);
    assert!(third.drawn && third.frame.id != first.frame.id);
}

#[test]
fn a_kept_layer_draws_what_a_new_one_does() {
    // The same static picture moved about, faded and left out for a while: as if drawn for the first time.
    let (base, logo) = (opaque(64, 48), glass(21, 13));
    let mut kept = renderer(64, 48);
    for (x, y, opacity) in [
        (0.0, 0.0, 1.0),
        (8.0, 6.0, 1.0),
        (8.5, 6.0, 0.5),
        (-7.0, 40.0, 1.0),
        (9.0, 7.0, 0.25),
        (8.0, 6.0, 1.0),
    ] {
        let logo = DrawItem {
            opacity,
            ..DrawItem::whole(logo.clone(), x, y)
        };
        let l = list(64, 48, vec![DrawItem::whole(base.clone(), 0.0, 0.0), logo]);
        let a = render_one(&mut kept, &l).expect("drawn");
        let b = render_one(&mut renderer(64, 48), &l).expect("drawn");
        assert!(to_rgba(&a) == to_rgba(&b), "at {x}, {y}");
    }
}

#[test]
fn lists_of_other_canvases_and_impossible_sizes_are_refused() {
    let e = renderer(64, 48)
        .render(&list(64, 50, vec![]), MediaTime::ZERO)
        .expect_err("another size");
    assert!(matches!(e, CompositorError::WrongCanvas { .. }), "{e}");
    let e = SoftwareRenderer::new(0, 48).err().expect("no width");
    assert_eq!(e.kind(), media::ErrorKind::Config);
    assert!(SoftwareRenderer::new(20_000, 48).is_err());
}

#[test]
fn the_asked_renderer_is_made_or_the_reason_given() {
    let (r, why) = create(RendererChoice::Software, 64, 48).expect("made");
    assert_eq!((r.name(), why), ("software", None));
    for choice in [RendererChoice::Auto, RendererChoice::Gpu] {
        let (r, why) = create(choice, 64, 48).expect("made");
        assert!(choice == RendererChoice::Auto || r.name() == "gpu" || why.is_some());
        assert!(!r.adapter().is_empty());
    }
}

/// Numbers nobody means.
fn odd() -> impl Strategy<Value = f32> {
    prop_oneof![
        Just(0.0f32),
        Just(-0.0),
        Just(f32::NAN),
        Just(f32::INFINITY),
        Just(f32::NEG_INFINITY),
        Just(f32::MAX),
        Just(f32::MIN),
        Just(f32::MIN_POSITIVE),
        Just(1e-30),
        Just(1e30),
        Just(-1e9),
        Just(1e-4),
        Just(-1.0),
        Just(1.0),
        Just(0.5),
        Just(3e7),
        -100.0f32..100.0,
        -3.0f32..3.0,
    ]
}

prop_compose! {
    fn wild(frames: Vec<Arc<VideoFrame>>)(
        which in 0..frames.len() + 1, m in prop::array::uniform6(odd()), upright in any::<bool>(),
        crop in prop_oneof![Just(None), prop::array::uniform4(odd()).prop_map(Some)], opacity in odd(),
    ) -> DrawItem {
        let picture = match frames.get(which) {
            Some(f) => Picture::Frame(f.clone()),
            None => Picture::List(Arc::new(DrawList {
                background: Rgba::TRANSPARENT,
                ..list(64, 48, vec![DrawItem::whole(frames[0].clone(), m[4], m[5])])
            })),
        };
        let (w, h) = picture.size();
        let [a, mut b, mut c, d, e, f] = m;
        if upright {
            (b, c) = (0.0, 0.0);
        }
        let crop = crop.unwrap_or([0.0, 0.0, w as f32, h as f32]);
        DrawItem { picture, crop, canvas_from_picture: Affine { a, b, c, d, e, f }, opacity, style: Style::default() }
    }
}

fn some_frames() -> Vec<Arc<VideoFrame>> {
    let glass = |format, w, h| {
        Arc::new(card(w, h, Look::Sharp, See::Glass).frame(format, ColorInfo::BT709_LIMITED, AlphaMode::Premultiplied))
    };
    vec![
        opaque(64, 48),
        glass(PixelFormat::I420A, 33, 17),
        glass(PixelFormat::Bgra, 1, 1),
        glass(PixelFormat::I444A, 3, 2),
        opaque(1, 1),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, rng_seed: proptest::test_runner::RngSeed::Fixed(11), ..ProptestConfig::default() })]

    #[test]
    fn no_numbers_make_it_panic(items in prop::collection::vec(wild(some_frames()), 1..4)) {
        let l = list(64, 48, items);
        let a = render_one(&mut renderer(64, 48), &l).expect("drawn");
        // Taking out what can't be seen makes no difference to nonsense either.
        let b = render_one(&mut renderer(64, 48), &compositor::cull(l)).expect("drawn");
        prop_assert!(to_rgba(&a) == to_rgba(&b));
    }
}

#[test]
fn odd_canvases_and_one_pixel_canvases_draw() {
    for (w, h) in [(1, 1), (1, 9), (63, 47), (2, 2)] {
        let base = opaque(w as usize, h as usize);
        let items = vec![
            DrawItem::whole(base, 0.0, 0.0),
            DrawItem::whole(glass(20, 10), 0.5, -3.0),
        ];
        let out = render_one(&mut renderer(w, h), &list(w, h, items)).expect("drawn");
        assert_eq!((out.width, out.height), (w, h));
    }
}

#[test]
fn frames_of_16k_are_no_trouble() {
    // One plane of zeros serves for all: 16 384 × 16 384 of memory would be too much for a test.
    let size = media::frame::MAX_DIMENSION;
    let row = bytes::Bytes::from(vec![90u8; size as usize * 4]);
    let wide = VideoFrame::rgba(size, 1, row.clone(), AlphaMode::Straight).expect("one row");
    let tall = VideoFrame::rgba(1, size, row, AlphaMode::Straight).expect("one column");
    for f in [wide, tall].map(Arc::new) {
        for s in [1.0, 0.004, 1e-6, 300.0, -0.01] {
            for b in [0.0, s / 3.0] {
                let m = Affine {
                    a: s,
                    b,
                    c: -b,
                    d: s,
                    e: 20.0,
                    f: 20.0,
                };
                let item = DrawItem {
                    canvas_from_picture: m,
                    ..DrawItem::whole(f.clone(), 0.0, 0.0)
                };
                render_one(&mut renderer(64, 48), &list(64, 48, vec![item])).expect("drawn");
            }
        }
    }
}
