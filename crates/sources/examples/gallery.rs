//! Draws what this crate draws itself (slate, text, patterns) as PNG files into a folder, to be looked at:
//! `cargo run -p sources --example gallery -- /tmp/gallery`.

use media::{FrameRate, ManualClock, MediaTime, PixelFormat, VideoFrame};
use serde_json::{Value, json};
use sources::{SourceContext, source_kinds};
use std::{path::Path, sync::Arc, time::Duration};

fn main() {
    let folder = std::env::args().nth(1).unwrap_or_else(|| "gallery".into());
    let folder = Path::new(&folder);
    if let Err(e) = std::fs::create_dir_all(folder).and_then(|()| draw_all(folder)) {
        tracing::error!("can't write into {}: {e}", folder.display());
    }
}

fn draw_all(folder: &Path) -> std::io::Result<()> {
    let lower = json!({"text": "Ada Lovelace\nMathematician · لندن · 東京", "size_px": 52.0, "line_height": 1.3,
        "background": {"padding_px": 28, "radius_px": 18.0}, "shadow": {}});
    let loud = json!({"text": "Live in {elapsed}", "size_px": 110.0, "weight": 700, "color": "#ffd34d",
        "outline": {"width_px": 7.0, "color": "#1a1320"}, "shadow": {"y_px": 8.0, "blur_px": 14.0}});
    let scripts = json!({"text": "مرحبا بالعالم שלום\n中文：你好，世界 日本語 한국어\nनमस्ते สวัสดี fi ffl 😀",
        "size_px": 54.0, "weight": 400, "align": "center"});
    let gradient = json!({"color": "#1b2a5e", "color2": "#c2456b", "angle_deg": 35.0});
    for (name, kind, settings) in [
        ("slate", "media", json!({"file": "opening titles.mp4"})),
        ("text_lower_third", "text", lower),
        ("text_outline", "text", loud),
        ("text_scripts", "text", scripts),
        ("color_gradient", "color", gradient),
        ("bars", "test_pattern", json!({"pattern": "bars"})),
        ("zone_plate", "test_pattern", json!({"pattern": "zone_plate"})),
        ("counter", "test_pattern", json!({"pattern": "counter"})),
        ("flash_beep", "test_pattern", json!({"pattern": "flash_beep"})),
    ] {
        if let Some(frame) = picture(kind, &settings) {
            write(&folder.join(format!("{name}.png")), &frame)?;
        }
    }
    Ok(())
}

/// The picture of a source 3.4 seconds in.
fn picture(kind: &str, settings: &Value) -> Option<Arc<VideoFrame>> {
    let clock = ManualClock::new();
    let now = MediaTime::from_millis(3400);
    clock.set(now);
    let context = SourceContext {
        id: "gallery".into(),
        name: "Opening titles".into(),
        clock: Arc::new(clock),
        start: MediaTime::ZERO,
        rate: FrameRate::whole(30),
        canvas: (1280, 720),
        project_dir: "/home/ada/Shows/Tuesday".into(),
    };
    let kind = source_kinds().iter().find(|k| k.info.id == kind)?;
    let source = (kind.open)(settings.as_object()?, context).ok()?;
    source.ready(Duration::from_secs(10));
    let slot = source.video()?;
    slot.wait_beyond(now, Duration::from_secs(10));
    slot.at(now)
}

/// Over a checkerboard, so that transparency is seen. BT.709 limited range for YUV.
fn write(path: &Path, f: &VideoFrame) -> std::io::Result<()> {
    let (w, h) = (f.width as usize, f.height as usize);
    let mut rgb = Vec::with_capacity(w * h * 3);
    for (y, x) in (0..h).flat_map(|y| (0..w).map(move |x| (y, x))) {
        let check = if (x / 16 + y / 16) % 2 == 0 { 96.0 } else { 120.0 };
        let at = |plane: usize, x: usize, y: usize| f32::from(f.planes[plane].data[y * f.planes[plane].stride + x]);
        let pixel = if f.format == PixelFormat::Rgba {
            let a = at(0, x * 4 + 3, y) / 255.0;
            [0, 1, 2].map(|c| at(0, x * 4 + c, y) + check * (1.0 - a))
        } else {
            let (l, cb, cr) = (
                (at(0, x, y) - 16.0) / 219.0,
                at(1, x / 2, y / 2) - 128.0,
                at(2, x / 2, y / 2) - 128.0,
            );
            let (cb, cr) = (cb / 224.0, cr / 224.0);
            [l + 1.5748 * cr, l - 0.1873 * cb - 0.4681 * cr, l + 1.8556 * cb].map(|v| v * 255.0)
        };
        rgb.extend(pixel.map(|v| v.round().clamp(0.0, 255.0) as u8));
    }
    image::save_buffer(path, &rgb, f.width, f.height, image::ColorType::Rgb8).map_err(std::io::Error::other)
}
