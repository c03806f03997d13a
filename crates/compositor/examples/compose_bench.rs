//! Prints the CPU time of one picture on the software renderer: `cargo run --release -p compositor --example compose_bench`.
//! Reads the process' own CPU time, so other programs disturb it little.
#![expect(clippy::print_stdout, reason = "a command-line tool")]

use compositor::{
    Affine, BlendMode, BlendSpace, DrawItem, DrawList, Picture, Renderer, filter_kinds,
    filters::{Hold, Store, Three, filtered},
    software::SoftwareRenderer,
};
use media::{
    AlphaMode, ColorInfo, ColorMatrix, ColorPrimaries, ColorRange, ColorTransfer, FramePool, MediaTime, PixelFormat,
    Plane, VideoFrame,
};
use project::Rgba;
use std::sync::Arc;

/// A frame of noise-free gradients; alpha is a ramp.
fn frame(format: PixelFormat, w: u32, h: u32, color: ColorInfo, alpha: AlphaMode) -> VideoFrame {
    let planes = (0..format.planes())
        .map(|i| {
            let (stride, rows) = format.plane_size(i, w, h);
            let data: Vec<u8> = (0..stride * rows)
                .map(|n| (n % stride * 160 / stride + 40 + n / stride % 30) as u8)
                .collect();
            Plane {
                data: data.into(),
                stride,
            }
        })
        .collect();
    VideoFrame::new(format, w, h, planes, color, alpha, MediaTime::ZERO).unwrap_or_else(|e| panic!("{e}"))
}

/// The same picture under a new id, as a decoder would give the next one.
fn next(f: &VideoFrame) -> Arc<VideoFrame> {
    Arc::new(VideoFrame {
        id: media::frame::next_frame_id(),
        ..f.clone()
    })
}

/// CPU seconds of this process so far, from the scheduler's count of nanoseconds.
fn cpu() -> f64 {
    let text = std::fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    text.split_whitespace()
        .next()
        .and_then(|n| n.parse::<f64>().ok())
        .unwrap_or(0.0)
        / 1e9
}

fn run(name: &str, pictures: u32, list: &dyn Fn() -> DrawList) {
    run_on((1920, 1080), name, pictures, list);
}

fn run_on((width, height): (u32, u32), name: &str, pictures: u32, list: &dyn Fn() -> DrawList) {
    let Ok(mut r) = SoftwareRenderer::new(width, height) else {
        return;
    };
    for _ in 0..10 {
        let _ = std::hint::black_box(r.render(&list(), MediaTime::ZERO));
    }
    // The best of some runs: what the machine can do when it is left alone.
    let best = (0..5).map(|_| {
        let start = cpu();
        for _ in 0..pictures {
            let _ = std::hint::black_box(r.render(&list(), MediaTime::ZERO));
        }
        (cpu() - start) * 1e3 / f64::from(pictures)
    });
    println!("{name:58} {:.3} ms", best.fold(f64::INFINITY, f64::min));
}

fn main() {
    let ours = ColorInfo::BT709_LIMITED;
    let sd = ColorInfo {
        matrix: ColorMatrix::Bt601,
        range: ColorRange::Full,
        ..ours
    };
    let list = |items| DrawList {
        width: 1920,
        height: 1080,
        background: Rgba::BLACK,
        items,
    };
    let at = DrawItem::whole;
    let base = frame(PixelFormat::I420, 1920, 1080, ours, AlphaMode::Opaque);
    let small = frame(PixelFormat::I420A, 640, 360, ours, AlphaMode::Straight);
    let text = Arc::new(frame(PixelFormat::Rgba, 800, 100, ColorInfo::SRGB, AlphaMode::Straight));
    let logo = Arc::new(frame(PixelFormat::Rgba, 154, 154, ColorInfo::SRGB, AlphaMode::Straight));
    let show = |pip: DrawItem| {
        list(vec![
            at(next(&base), 0.0, 0.0),
            pip,
            at(text.clone(), 80.0, 940.0),
            at(logo.clone(), 60.0, 60.0),
        ])
    };
    let scaled = |f: &VideoFrame, s: f32, x: f32, y: f32| DrawItem {
        canvas_from_picture: Affine {
            a: s,
            d: s,
            ..Affine::place(x, y)
        },
        ..at(next(f), 0.0, 0.0)
    };
    let turned = |f: &VideoFrame| {
        let (sin, cos) = 30f32.to_radians().sin_cos();
        let m = Affine {
            a: cos,
            b: sin,
            c: -sin,
            d: cos,
            e: 900.0,
            f: 200.0,
        };
        DrawItem {
            canvas_from_picture: m,
            ..at(next(f), 0.0, 0.0)
        }
    };
    let pool = FramePool::new();
    run("copy of 3 MB alone, for comparison", 300, &|| {
        let mut b = pool.take(3_110_400);
        b[..2_073_600].copy_from_slice(&base.planes[0].data);
        b[2_073_600..2_592_000].copy_from_slice(&base.planes[1].data);
        b[2_592_000..].copy_from_slice(&base.planes[2].data);
        std::hint::black_box(pool.freeze(b));
        list(vec![])
    });
    run("full-canvas I420 alone (handed through)", 1000, &|| {
        list(vec![at(next(&base), 0.0, 0.0)])
    });
    run("the four-layer show", 300, &|| show(at(next(&small), 1220.0, 60.0)));
    run("the four-layer show, picture at odd coordinates", 100, &|| {
        show(at(next(&small), 1221.0, 61.0))
    });
    let base_pip = frame(PixelFormat::I420, 1280, 720, ours, AlphaMode::Opaque);
    run("720p shown at half size over 1080p", 100, &|| {
        show(scaled(&base_pip, 0.5, 1220.0, 60.0))
    });
    run("1080p shown at 672x378 over 1080p", 100, &|| {
        show(scaled(&base, 0.35, 1200.0, 600.0))
    });
    run("720p enlarged to the canvas", 50, &|| {
        list(vec![scaled(&base_pip, 1.5, 0.0, 0.0)])
    });
    let four_thirds = frame(PixelFormat::I420, 2560, 1440, ours, AlphaMode::Opaque);
    run("1440p reduced to the canvas", 50, &|| {
        list(vec![scaled(&four_thirds, 0.75, 0.0, 0.0)])
    });
    let three_halves = frame(PixelFormat::I420, 2880, 1620, ours, AlphaMode::Opaque);
    run("2880x1620 reduced to the canvas", 50, &|| {
        list(vec![scaled(&three_halves, 2.0 / 3.0, 0.0, 0.0)])
    });
    run("640x360 turned by 30 degrees over 1080p", 50, &|| show(turned(&small)));
    for (name, format, color) in [
        ("NV12 full canvas", PixelFormat::Nv12, ours),
        ("I422 BT.601 full range full canvas (MJPEG)", PixelFormat::I422, sd),
        ("I420 BT.601 full range full canvas", PixelFormat::I420, sd),
        ("BGRX full canvas (screen)", PixelFormat::Bgrx, ColorInfo::SRGB),
    ] {
        let f = frame(format, 1920, 1080, color, AlphaMode::Opaque);
        run(name, 50, &|| list(vec![at(next(&f), 0.0, 0.0)]));
    }
    let web = frame(PixelFormat::Bgra, 1920, 1080, ColorInfo::SRGB, AlphaMode::Premultiplied);
    run("BGRA full-canvas overlay over 1080p", 50, &|| {
        list(vec![at(next(&base), 0.0, 0.0), at(next(&web), 0.0, 0.0)])
    });
    let large = frame(PixelFormat::I420, 2560, 1440, ours, AlphaMode::Opaque);
    run("1440p brought to 1080p", 50, &|| {
        list(vec![scaled(&large, 0.75, 0.0, 0.0)])
    });
    second_canvas(&base, &small);
    keyed_camera(&list, &base);
    hdr(&list);
    fields(&list, &base);
    filters(&list);
    blends(&list, &base);
}

/// A second canvas, upright, of the same sources: the camera cut to its shape, a picture and a text under it.
fn second_canvas(base: &VideoFrame, small: &VideoFrame) {
    let text = Arc::new(frame(PixelFormat::Rgba, 800, 100, ColorInfo::SRGB, AlphaMode::Straight));
    let placed = |f: Arc<VideoFrame>, s: f32, x: f32, y: f32, crop: Option<[f32; 4]>| {
        let item = DrawItem::whole(f, 0.0, 0.0);
        DrawItem {
            crop: crop.unwrap_or(item.crop),
            canvas_from_picture: Affine {
                a: s,
                d: s,
                ..Affine::place(x, y)
            },
            ..item
        }
    };
    run_on((1080, 1920), "second canvas 1080x1920, each source scaled", 50, &|| {
        DrawList {
            width: 1080,
            height: 1920,
            background: Rgba::BLACK,
            items: vec![
                // 810 × 1080 of the camera, four thirds as large.
                placed(next(base), 4.0 / 3.0, -740.0, 0.0, Some([555.0, 0.0, 1365.0, 1080.0])),
                placed(next(small), 1.5, 60.0, 1450.0, None),
                placed(text.clone(), 1.2, 60.0, 1780.0, None),
            ],
        }
    });
}

/// A keyed camera over a whole picture, as a show has it; less what the picture alone takes is the key and its blend.
fn keyed_camera(list: &dyn Fn(Vec<DrawItem>) -> DrawList, base: &VideoFrame) {
    let camera = frame(PixelFormat::I420, 640, 360, ColorInfo::BT709_LIMITED, AlphaMode::Opaque);
    let store = Store::default();
    let key = project::Filter {
        kind: "chroma_key".into(),
        ..project::Filter::default()
    };
    run("chroma key of a 640x360 camera over 1080p", 100, &|| {
        let item = DrawItem::whole(next(&camera), 40.0, 40.0);
        let picture = filtered(
            item.picture.clone(),
            std::slice::from_ref(&key),
            &store,
            MediaTime::ZERO,
        );
        let keyed = picture.map(|picture| DrawItem { picture, ..item });
        let whole = DrawItem::whole(next(base), 0.0, 0.0);
        list(std::iter::once(whole).chain(keyed).collect())
    });
}

/// A whole picture in HDR10, of ten bits.
fn hdr(list: &dyn Fn(Vec<DrawItem>) -> DrawList) {
    let color = ColorInfo {
        matrix: ColorMatrix::Bt2020,
        range: ColorRange::Limited,
        primaries: ColorPrimaries::Bt2020,
        transfer: ColorTransfer::Pq,
    };
    let f = frame(PixelFormat::P010, 1920, 1080, color, AlphaMode::Opaque);
    let store = Store::default();
    run("1080p HDR10 made SDR", 20, &|| {
        let picture = filtered(Picture::Frame(next(&f)), &[], &store, MediaTime::ZERO);
        let item = picture.map(|picture| DrawItem {
            picture,
            ..DrawItem::whole(next(&f), 0.0, 0.0)
        });
        list(item.into_iter().collect())
    });
}

/// One field of a whole picture.
fn fields(list: &dyn Fn(Vec<DrawItem>) -> DrawList, base: &VideoFrame) {
    for method in ["yadif", "bwdif"] {
        let mut filter = project::Filter {
            kind: "deinterlace".into(),
            ..project::Filter::default()
        };
        filter.settings.insert("method".into(), method.into());
        let made = Store::default().get(&filter);
        let Some(Hold::Woven(by)) = made.and_then(|m| m.filter.hold()) else {
            continue;
        };
        run(&format!("1080i made whole by {method}, a field"), 20, &|| {
            let three = Three {
                before: base,
                now: base,
                after: base,
            };
            let woven = by.weave(three, true).map(Arc::new);
            list(woven.into_iter().map(|f| DrawItem::whole(f, 0.0, 0.0)).collect())
        });
    }
}

/// Every kind of filter with its defaults on a camera's picture, laid on nothing.
fn filters(list: &dyn Fn(Vec<DrawItem>) -> DrawList) {
    let camera = frame(PixelFormat::I420, 640, 360, ColorInfo::BT709_LIMITED, AlphaMode::Opaque);
    run("a 640x360 picture without a filter", 300, &|| {
        list(vec![DrawItem::whole(next(&camera), 40.0, 40.0)])
    });
    let store = Store::default();
    for kind in filter_kinds() {
        let filter = project::Filter {
            kind: kind.info.id.into(),
            settings: (kind.info.defaults)(),
            ..project::Filter::default()
        };
        run(&format!("the same with {}", kind.info.id), 100, &|| {
            let picture = Picture::Frame(next(&camera));
            let picture = filtered(picture, std::slice::from_ref(&filter), &store, MediaTime::ZERO);
            let item = picture.map(|picture| DrawItem {
                picture,
                ..DrawItem::whole(next(&camera), 40.0, 40.0)
            });
            list(item.into_iter().collect())
        });
    }
}

/// Blend modes over a full canvas.
fn blends(list: &dyn Fn(Vec<DrawItem>) -> DrawList, base: &VideoFrame) {
    let camera = frame(PixelFormat::I420, 640, 360, ColorInfo::BT709_LIMITED, AlphaMode::Opaque);
    for (blend, space) in [
        (BlendMode::Normal, BlendSpace::Srgb),
        (BlendMode::Multiply, BlendSpace::Srgb),
        (BlendMode::Multiply, BlendSpace::Linear),
    ] {
        run(&format!("640x360 over 1080p, {blend:?} {space:?}"), 50, &|| {
            let mut over = DrawItem::whole(next(&camera), 40.0, 40.0);
            (over.style.blend, over.style.space) = (blend, space);
            list(vec![DrawItem::whole(next(base), 0.0, 0.0), over])
        });
    }
}
