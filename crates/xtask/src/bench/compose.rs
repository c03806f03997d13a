//! What composing alone costs: no decoding, no encoding, the software renderer on the main thread, by the process' own CPU time.
//! The rows of issue 5 that name a figure, with it.

use compositor::{
    Affine, DrawItem, DrawList, Picture, Renderer as _,
    filters::{Store, filtered},
    software::SoftwareRenderer,
};
use media::{AlphaMode, ColorInfo, MediaTime, PixelFormat, Plane, VideoFrame};
use project::Rgba;
use std::{fs, hint::black_box, sync::Arc};

/// A frame of gradients without noise; alpha is a ramp, mostly solid or clear as in a real overlay.
pub(crate) fn frame(format: PixelFormat, (w, h): (u32, u32), color: ColorInfo, alpha: AlphaMode) -> VideoFrame {
    let planes = (0..format.planes()).map(|i| {
        let (stride, rows) = format.plane_size(i, w, h);
        let value = |n: usize| (n % stride * 160 / stride + 40 + n / stride % 30) as u8;
        let data: Vec<u8> = (0..stride * rows).map(value).collect();
        Plane {
            data: data.into(),
            stride,
        }
    });
    let made = VideoFrame::new(format, w, h, planes.collect(), color, alpha, MediaTime::ZERO);
    made.unwrap_or_else(|e| panic!("a picture for the bench: {e}"))
}

/// The same pixels as a picture nobody has seen, as a decoder would give the next one.
pub(crate) fn next(f: &VideoFrame) -> Arc<VideoFrame> {
    Arc::new(VideoFrame {
        id: media::frame::next_frame_id(),
        ..f.clone()
    })
}

/// A picture `k` times as large at a place.
pub(crate) fn scaled(f: Arc<VideoFrame>, k: f32, x: f32, y: f32) -> DrawItem {
    DrawItem {
        canvas_from_picture: Affine {
            a: k,
            d: k,
            ..Affine::place(x, y)
        },
        ..DrawItem::whole(f, 0.0, 0.0)
    }
}

/// The pictures of the four-layer show.
pub(crate) struct Show {
    film: VideoFrame,
    overlay: VideoFrame,
    text: Arc<VideoFrame>,
    logo: Arc<VideoFrame>,
}

impl Show {
    pub(crate) fn new() -> Self {
        let ours = ColorInfo::BT709_LIMITED;
        let still = |size| Arc::new(frame(PixelFormat::Rgba, size, ColorInfo::SRGB, AlphaMode::Straight));
        Self {
            film: frame(PixelFormat::I420, (1920, 1080), ours, AlphaMode::Opaque),
            overlay: frame(PixelFormat::I420A, (640, 360), ours, AlphaMode::Straight),
            text: still((800, 100)),
            logo: still((154, 154)),
        }
    }

    /// On a canvas of `size`, all of it `k` times as large and moved by `x`.
    pub(crate) fn list(&self, (width, height): (u32, u32), k: f32, x: f32) -> DrawList {
        let at = |f: Arc<VideoFrame>, px: f32, py: f32| scaled(f, k, px * k + x, py * k);
        DrawList {
            width,
            height,
            background: Rgba::BLACK,
            items: vec![
                at(next(&self.film), 0.0, 0.0),
                at(next(&self.overlay), 1220.0, 60.0),
                at(self.text.clone(), 80.0, 940.0),
                at(self.logo.clone(), 60.0, 60.0),
            ],
        }
    }
}

/// CPU seconds of this thread so far, from the scheduler's count of nanoseconds.
fn cpu() -> f64 {
    let text = fs::read_to_string("/proc/self/schedstat").unwrap_or_default();
    let first = text.split_whitespace().next().and_then(|n| n.parse::<f64>().ok());
    first.unwrap_or(0.0) / 1e9
}

/// CPU milliseconds a picture: the best of five runs, which is what the machine can do when it is left alone.
fn measure(size: (u32, u32), pictures: u32, list: &dyn Fn() -> DrawList) -> Option<f64> {
    let mut r = SoftwareRenderer::new(size.0, size.1).ok()?;
    for _ in 0..10 {
        let _ = black_box(r.render(&list(), MediaTime::ZERO));
    }
    let runs = (0..5).map(|_| {
        let start = cpu();
        for _ in 0..pictures {
            let _ = black_box(r.render(&list(), MediaTime::ZERO));
        }
        (cpu() - start) * 1e3 / f64::from(pictures)
    });
    runs.reduce(f64::min)
}

fn line(what: &str, to_reach: f64, ms: Option<f64>) {
    let ms = ms.unwrap_or(f64::NAN);
    let word = if ms <= to_reach { "" } else { "  MISSED" };
    println!("{what:<58} {ms:>8.3} ms {to_reach:>8.2} ms{word}");
}

/// Prints the table.
pub(super) fn run() {
    println!("\nComposing alone, CPU a picture, software renderer (best of five runs), beside what is to be reached:");
    let (full, tall) = ((1920, 1080), (1080, 1920));
    let show = Show::new();
    let plain = |items| DrawList {
        width: full.0,
        height: full.1,
        background: Rgba::BLACK,
        items,
    };
    line(
        "the four layers, 1080p",
        0.5,
        measure(full, 300, &|| show.list(full, 1.0, 0.0)),
    );
    let film = |f: &VideoFrame, k| plain(vec![scaled(next(f), k, 0.0, 0.0)]);
    line(
        "one full-screen 1080p file",
        0.05,
        measure(full, 1000, &|| film(&show.film, 1.0)),
    );
    let large = frame(
        PixelFormat::I420,
        (2560, 1440),
        ColorInfo::BT709_LIMITED,
        AlphaMode::Opaque,
    );
    line(
        "the same from 1440p, scaled",
        4.0,
        measure(full, 60, &|| film(&large, 0.75)),
    );
    let still = show.list(full, 1.0, 0.0);
    line(
        "a static scene of the four layers",
        0.02,
        measure(full, 1000, &|| still.clone()),
    );
    // The middle of the show fills the upright canvas.
    let (k, x) = (1920.0 / 1080.0, (1080.0 - 1920.0 * 1920.0 / 1080.0) / 2.0);
    let second = measure(tall, 60, &|| show.list(tall, k, x));
    line("a second canvas of 1080x1920, each layer scaled", 3.0, second);
    keyed();
}

/// What the chroma key adds to placing a camera's picture.
fn keyed() {
    let camera = frame(
        PixelFormat::I420,
        (640, 360),
        ColorInfo::BT709_LIMITED,
        AlphaMode::Opaque,
    );
    let store = Store::default();
    let key = project::Filter {
        kind: "chroma_key".into(),
        ..project::Filter::default()
    };
    let list = || {
        let picture = Picture::Frame(next(&camera));
        let keyed = filtered(picture, std::slice::from_ref(&key), &store, MediaTime::ZERO);
        let item = keyed.map(|picture| DrawItem {
            picture,
            ..DrawItem::whole(next(&camera), 40.0, 40.0)
        });
        DrawList {
            width: 1920,
            height: 1080,
            background: Rgba::BLACK,
            items: item.into_iter().collect(),
        }
    };
    line(
        "chroma key on a camera of 640x360, placed",
        1.0,
        measure((1920, 1080), 200, &list),
    );
}
