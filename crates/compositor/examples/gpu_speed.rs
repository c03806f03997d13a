//! How long the GPU renderer takes for a picture of a four-layer show: a camera that fills the canvas, a larger screen made
//! small in a corner, a still logo with straight alpha and a still lower third. Camera and screen change every picture.
//!
//! `cargo run --release -p compositor --example gpu_speed [height, default 720] [one case] [pictures]`

use compositor::{Affine, DrawItem, DrawList, Renderer, gpu, software::SoftwareRenderer};
use media::{AlphaMode, Clock, ColorInfo, MediaTime, PixelFormat, Plane, SystemClock, VideoFrame};
use project::Rgba;
use std::{io::Write, sync::Arc};

const PICTURES: i64 = 150;

fn frame(format: PixelFormat, w: u32, h: u32, color: ColorInfo, alpha: AlphaMode, seed: u8) -> Arc<VideoFrame> {
    let planes = (0..format.planes())
        .map(|i| {
            let (stride, rows) = format.plane_size(i, w, h);
            let data: Vec<u8> = (0..stride * rows).map(|k| (k / 7 % 200) as u8 ^ seed).collect();
            Plane {
                data: data.into(),
                stride,
            }
        })
        .collect();
    let made = VideoFrame::new(format, w, h, planes, color, alpha, MediaTime::ZERO);
    Arc::new(made.unwrap_or_else(|e| std::panic::panic_any(e)))
}

fn placed(f: &Arc<VideoFrame>, scale: f32, x: f32, y: f32) -> DrawItem {
    let canvas_from_picture = Affine {
        a: scale,
        d: scale,
        e: x,
        f: y,
        ..Affine::IDENTITY
    };
    DrawItem {
        canvas_from_picture,
        ..DrawItem::whole(f.clone(), 0.0, 0.0)
    }
}

struct Show {
    size: (u32, u32),
    cameras: Vec<Arc<VideoFrame>>,
    screens: Vec<Arc<VideoFrame>>,
    logo: Arc<VideoFrame>,
    title: Arc<VideoFrame>,
}

impl Show {
    fn new(w: u32, h: u32) -> Self {
        let (opaque, bt709) = (AlphaMode::Opaque, ColorInfo::BT709_LIMITED);
        Self {
            size: (w, h),
            cameras: (0..4)
                .map(|i| frame(PixelFormat::I420, w, h, bt709, opaque, i))
                .collect(),
            screens: (0..4)
                .map(|i| frame(PixelFormat::Bgrx, w * 3 / 2, h * 3 / 2, ColorInfo::SRGB, opaque, i))
                .collect(),
            logo: frame(PixelFormat::Rgba, w / 5, h / 5, ColorInfo::SRGB, AlphaMode::Straight, 9),
            title: frame(
                PixelFormat::Rgba,
                w * 4 / 5,
                h / 6,
                ColorInfo::SRGB,
                AlphaMode::Premultiplied,
                3,
            ),
        }
    }
    /// `layers` of the four; pictures get fresh ids so that nothing is taken for unchanged.
    fn list(&self, i: i64, layers: &[usize]) -> DrawList {
        let (w, h) = (self.size.0 as f32, self.size.1 as f32);
        let fresh = |v: &[Arc<VideoFrame>]| {
            let f = &v[i as usize % v.len()];
            Arc::new(VideoFrame {
                id: media::frame::next_frame_id(),
                ..(**f).clone()
            })
        };
        let all = [
            placed(&fresh(&self.cameras), 1.0, 0.0, 0.0),
            placed(&fresh(&self.screens), 0.24, w * 0.6, h * 0.05),
            placed(&self.logo, 1.0, 20.0, 20.0),
            placed(&self.title, 1.0, (w * 0.1).floor(), (h * 0.8).floor()),
            placed(&self.cameras[0], 1.0, 0.0, 0.0),
            placed(&self.screens[0], 0.24, w * 0.6, h * 0.05),
        ];
        let items = layers.iter().map(|l| all[*l].clone()).collect();
        DrawList {
            width: self.size.0,
            height: self.size.1,
            background: Rgba::BLACK,
            items,
        }
    }
}

/// Processor time of this process so far, seconds.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let fields: Vec<&str> = stat.rsplit(')').next().unwrap_or_default().split_whitespace().collect();
    let ticks = |i: usize| fields.get(i).and_then(|s| s.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let height: u32 = std::env::args().nth(1).map_or(Ok(720), |a| a.parse())?;
    let only = std::env::args().nth(2);
    let pictures = std::env::args().nth(3).map_or(Ok(PICTURES), |a| a.parse())?;
    let show = Show::new(height * 16 / 9, height);
    let (w, h) = show.size;
    let clock = SystemClock::new();
    let mut out = std::io::stdout();
    let renderers: [Box<dyn Renderer>; 2] = [
        Box::new(gpu::GpuRenderer::new(w, h)?),
        Box::new(SoftwareRenderer::new(w, h)?),
    ];
    for mut r in renderers {
        writeln!(out, "{} on {}, {w}x{h}", r.name(), r.adapter())?;
        let cases: [(&str, &[usize]); 9] = [
            ("all four", &[0, 1, 2, 3]),
            ("nothing", &[]),
            ("camera", &[0]),
            ("screen in the corner", &[1]),
            ("logo", &[2]),
            ("title", &[3]),
            ("camera, logo", &[0, 2]),
            ("camera standing still", &[4]),
            ("screen standing still", &[5]),
        ];
        for (name, layers) in cases.into_iter().filter(|c| only.as_ref().is_none_or(|o| c.0 == o)) {
            let mut draw = |from: i64, to: i64| -> Result<(), compositor::CompositorError> {
                for i in from..to {
                    let mut list = show.list(i, layers);
                    list.background = Rgba([i as u8, 0, 0, 255]);
                    r.render(&list, MediaTime::from_millis(i))?;
                }
                while r.drain().is_some() {}
                Ok(())
            };
            draw(0, 10)?;
            let (t0, c0) = (clock.now(), cpu_s());
            draw(10, 10 + pictures)?;
            let wall_ms = (clock.now() - t0).as_secs_f64() * 1e3 / pictures as f64;
            let cpu_ms = (cpu_s() - c0) * 1e3 / pictures as f64;
            writeln!(
                out,
                "  {name:22} {wall_ms:6.2} ms a picture, {cpu_ms:6.2} ms of processor"
            )?;
        }
    }
    Ok(())
}
