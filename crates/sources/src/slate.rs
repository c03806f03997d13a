//! The picture a source shows while its file or device is missing: a quiet dark card with the source's name and the
//! reason, so that the person at the desk knows what to do and the audience sees nothing ugly.

use crate::{SourceContext, typeset};
use cosmic_text::Align;
use media::{AlphaMode, ColorInfo, MediaTime, PixelFormat, Plane, VideoFrame};

/// Largest slate, pixels: the compositor scales it up.
const LARGEST: (u32, u32) = (1280, 720);
const TOP: [f32; 3] = [30.0, 32.0, 38.0];
const BOTTOM: [f32; 3] = [21.0, 22.0, 27.0];
const EDGE: [f32; 3] = [52.0, 55.0, 63.0];
const ACCENT: [f32; 3] = [240.0, 180.0, 76.0];
const NAME: [f32; 3] = [238.0, 239.0, 242.0];
const REASON: [f32; 3] = [158.0, 162.0, 172.0];

/// The slate of a source, in the canvas's shape.
pub fn slate(context: &SourceContext, reason: &str) -> VideoFrame {
    let (w, h) = context.canvas;
    let scale = (f64::from(LARGEST.0) / f64::from(w.max(1)))
        .min(f64::from(LARGEST.1) / f64::from(h.max(1)))
        .min(1.0);
    let side = |v: u32| ((f64::from(v) * scale).round() as u32).clamp(16, LARGEST.0);
    draw(&context.name, reason, side(w), side(h))
}

/// A slate of any size (at least 1×1), opaque RGBA, time zero.
pub fn draw(name: &str, reason: &str, width: u32, height: u32) -> VideoFrame {
    let (w, h) = (width.clamp(1, 4096) as usize, height.clamp(1, 4096) as usize);
    let mut card = Card::new(w, h);
    let unit = (w.min(h * 16 / 9) as f32 / 1280.0).max(0.05);
    let column = (w as f32 * 0.72).max(8.0);
    let name = typeset::set(name, &setting(46.0 * unit, 600, column, h as u32 / 3));
    let reason = typeset::set(reason, &setting(25.0 * unit, 400, column, h as u32 / 3));
    let (bar, gap) = (5.0 * unit, 18.0 * unit);
    let total = bar + 26.0 * unit + name.height as f32 + gap + reason.height as f32;
    let mut y = ((h as f32 - total) / 2.0).max(0.0);
    card.pill(w as f32 / 2.0, y + bar / 2.0, 36.0 * unit, bar / 2.0, ACCENT);
    y += bar + 26.0 * unit;
    card.ink(&name, y as usize, NAME);
    y += name.height as f32 + gap;
    card.ink(&reason, y as usize, REASON);
    card.frame()
}

fn setting(size_px: f32, weight: u16, column: f32, tallest: u32) -> typeset::Setting<'static> {
    typeset::Setting {
        family: "",
        size_px: size_px.max(4.0),
        weight,
        italic: false,
        line_height: 1.36,
        wrap_px: Some(column),
        align: Align::Center,
        margin: [0; 4],
        limit: (column as u32 + 1, tallest.max(1)),
        equal_figures: false,
    }
}

struct Card {
    width: usize,
    height: usize,
    rgba: Vec<u8>,
}

impl Card {
    /// A soft vertical gradient with a hairline edge. Ordered dithering, else the gradient shows bands.
    fn new(width: usize, height: usize) -> Self {
        const BAYER: [[f32; 4]; 4] = [
            [0.0, 8.0, 2.0, 10.0],
            [12.0, 4.0, 14.0, 6.0],
            [3.0, 11.0, 1.0, 9.0],
            [15.0, 7.0, 13.0, 5.0],
        ];
        let mut rgba = Vec::with_capacity(width * height * 4);
        for y in 0..height {
            let down = y as f32 / height as f32;
            for x in 0..width {
                let edge = x == 0 || y == 0 || x + 1 == width || y + 1 == height;
                let dither = BAYER[y % 4][x % 4] / 16.0;
                for c in 0..3 {
                    let v = if edge {
                        EDGE[c]
                    } else {
                        TOP[c] + (BOTTOM[c] - TOP[c]) * down
                    };
                    rgba.push((v + dither) as u8);
                }
                rgba.push(255);
            }
        }
        Self { width, height, rgba }
    }

    fn blend(&mut self, x: usize, y: usize, color: [f32; 3], alpha: f32) {
        if x < self.width && y < self.height {
            let at = (y * self.width + x) * 4;
            for (d, c) in self.rgba[at..at + 3].iter_mut().zip(color) {
                *d = (f32::from(*d) + (c - f32::from(*d)) * alpha + 0.5) as u8;
            }
        }
    }

    /// A horizontal bar with round ends around (cx, cy).
    fn pill(&mut self, cx: f32, cy: f32, half_width: f32, radius: f32, color: [f32; 3]) {
        let straight = (half_width - radius).max(0.0);
        let rows = (cy - radius - 1.0).max(0.0) as usize..(cy + radius + 2.0) as usize;
        for y in rows {
            for x in (cx - half_width - 1.0).max(0.0) as usize..(cx + half_width + 2.0) as usize {
                let dx = ((x as f32 + 0.5 - cx).abs() - straight).max(0.0);
                let distance = dx.hypot(y as f32 + 0.5 - cy) - radius;
                self.blend(x, y, color, (0.5 - distance).clamp(0.0, 1.0));
            }
        }
    }

    /// Text centred in the card, its top at `top`.
    fn ink(&mut self, ink: &typeset::Ink, top: usize, color: [f32; 3]) {
        let left = self.width.saturating_sub(ink.width) / 2;
        for (i, &m) in ink.mask.iter().enumerate().filter(|(_, m)| **m > 0) {
            self.blend(left + i % ink.width, top + i / ink.width, color, f32::from(m) / 255.0);
        }
        for (i, p) in ink
            .color
            .iter()
            .flat_map(|c| c.chunks_exact(4))
            .enumerate()
            .filter(|(_, p)| p[3] > 0)
        {
            let straight = [p[0], p[1], p[2]].map(|c| f32::from(c) * 255.0 / f32::from(p[3]));
            self.blend(
                left + i % ink.width,
                top + i / ink.width,
                straight,
                f32::from(p[3]) / 255.0,
            );
        }
    }

    fn frame(self) -> VideoFrame {
        let plane = Plane {
            data: self.rgba.into(),
            stride: self.width * 4,
        };
        VideoFrame {
            id: media::frame::next_frame_id(),
            format: PixelFormat::Rgba,
            width: self.width as u32,
            height: self.height as u32,
            planes: vec![plane],
            color: ColorInfo::SRGB,
            alpha: AlphaMode::Opaque,
            fields: media::Fields::Progressive,
            time: MediaTime::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_who_and_why_at_any_size() {
        let (a, b) = (
            draw("Camera 2", "Unplugged.", 640, 360),
            draw("Camera 3", "Unplugged.", 640, 360),
        );
        assert_ne!(a.planes[0].data, b.planes[0].data, "the name is on it");
        assert_ne!(
            a.planes[0].data,
            draw("Camera 2", "Busy.", 640, 360).planes[0].data,
            "and the reason"
        );
        let bright = a.planes[0]
            .data
            .chunks_exact(4)
            .filter(|p| p[0] > 200 && p[2] > 200)
            .count();
        assert!(bright > 100, "name is readable: {bright}");
        for (w, h) in [(1, 1), (16, 900), (4000, 20), (0, 0)] {
            let f = draw("A name that is much too long for this", &"why ".repeat(500), w, h);
            assert_eq!((f.width, f.height), (w.max(1), h.max(1)));
        }
    }
}
