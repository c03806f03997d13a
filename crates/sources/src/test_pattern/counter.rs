//! The frame's number in large figures, its time below, and along the bottom edge the number in binary, which survives
//! scaling and encoding: [`read_counter`] finds it again, so that tests can count frames at the far end.

use super::Painter;
use crate::{typeset, yuv::Planes};
use cosmic_text::Align;
use media::{FramePool, FrameRate, MediaTime, PixelFormat, VideoFrame};

const GROUND: [u8; 3] = [33, 133, 126];
const TRACK: [u8; 3] = [54, 134, 125];
const FIGURES: u8 = 228;
const SMALL: u8 = 142;
const ACCENT: [u8; 3] = [166, 72, 158];
const WHITE: [u8; 3] = [235, 128, 128];
const BLACK: [u8; 3] = [16, 128, 128];

/// Fields of the strip: white, 32 bits (highest first), black.
const FIELDS: usize = 34;
/// The strip is the lowest tenth of the picture.
const STRIP: usize = 10;

/// Counters of a width and height.
pub struct Counter {
    size: (usize, usize),
    rate: FrameRate,
    pool: FramePool,
    large: Figures,
    small: Figures,
}

impl Counter {
    /// For a size in pixels and a frame rate.
    pub fn new(size: (usize, usize), rate: FrameRate) -> Self {
        let unit = size.1.min(size.0 * 9 / 16) as f32;
        Self {
            size,
            rate,
            pool: FramePool::new(),
            large: Figures::new(unit * 0.30, 700),
            small: Figures::new(unit * 0.07, 600),
        }
    }

    /// Hours, minutes, seconds and the frame in the second, after the frame's time.
    fn clock(&self, n: i64) -> String {
        let s = (self.rate.time_of(n).0 / 1_000_000_000).max(0);
        let first = self.rate.index_at(MediaTime(s * 1_000_000_000) - MediaTime(1)) + 1;
        format!(
            "{:02}:{:02}:{:02}:{:02}",
            s / 3600,
            s / 60 % 60,
            s % 60,
            (n - first).max(0)
        )
    }
}

impl Painter for Counter {
    fn paint(&mut self, n: i64) -> Option<VideoFrame> {
        let (w, h) = self.size;
        let mut p = Planes::new(&self.pool, w, h);
        p.fill(GROUND);
        let number = n.max(0).to_string();
        self.large.draw(&mut p, &number, h * 36 / 100, FIGURES);
        self.small.draw(&mut p, &self.clock(n), h * 62 / 100, SMALL);
        // One second of road: a frame dropped or shown twice is a hitch everybody sees.
        let part = self.rate.time_of(n).0.rem_euclid(1_000_000_000) as f64 / 1e9;
        let (left, right, y, thick) = (w / 6, w - w / 6, h * 76 / 100, (h / 90).max(1));
        p.rect((left, y), (right, y + thick), TRACK);
        p.rect(
            (left, y),
            (left + ((right - left) as f64 * part) as usize, y + thick),
            ACCENT,
        );
        strip(&mut p, n);
        p.freeze(&self.pool, MediaTime::ZERO)
    }
}

fn strip(p: &mut Planes, n: i64) {
    let (w, h) = (p.width, p.height);
    let top = h - h / STRIP;
    for field in 0..FIELDS {
        let white = match field {
            0 => true,
            f if f + 1 == FIELDS => false,
            f => (n as u32) >> (32 - f) & 1 == 1,
        };
        let (x0, x1) = (w * field / FIELDS, w * (field + 1) / FIELDS);
        p.rect((x0, top), (x1, h), if white { WHITE } else { BLACK });
    }
}

/// The frame number on a picture of the `counter` pattern that fills the whole picture, at any size and in any format;
/// `None` when there is no clear strip. The number is modulo 2³².
pub fn read_counter(frame: &VideoFrame) -> Option<u32> {
    let (w, h) = (frame.width as usize, frame.height as usize);
    // Brightness: luma, or green of RGB.
    let (step, offset) = match frame.format {
        PixelFormat::Rgba | PixelFormat::Bgra | PixelFormat::Bgrx => (4, 1),
        _ => (1, 0),
    };
    let y = h - h / STRIP / 2 - 1;
    let at = |field: usize| {
        let x = (w * field + w / 2) / FIELDS;
        let near = [(0, 0), (1, 0), (0, 1), (1, 1)].map(|(dx, dy)| {
            let (x, y) = ((x + dx).min(w - 1), (y + dy).min(h - 1));
            u32::from(frame.planes[0].row(y, w * step)[x * step + offset])
        });
        match near.iter().sum::<u32>() / 4 {
            0..=75 => Some(false),
            176.. => Some(true),
            _ => None,
        }
    };
    if at(0)? && !at(FIELDS - 1)? {
        (1..FIELDS - 1).try_fold(0_u32, |n, f| Some(n << 1 | u32::from(at(f)?)))
    } else {
        None
    }
}

/// Ready-made figures of one size, each as wide as the widest so that the number does not dance.
struct Figures {
    glyphs: Vec<typeset::Ink>,
    advance: usize,
}

const GLYPHS: &str = "0123456789:";

impl Figures {
    fn new(size_px: f32, weight: u16) -> Self {
        let setting = typeset::Setting {
            family: "",
            size_px: size_px.max(4.0),
            weight,
            italic: false,
            line_height: 1.2,
            wrap_px: None,
            align: Align::Left,
            margin: [0; 4],
            limit: (4096, 4096),
            equal_figures: true,
        };
        let glyphs: Vec<_> = GLYPHS.chars().map(|c| typeset::set(&c.to_string(), &setting)).collect();
        let advance = glyphs.iter().map(|g| g.width).max().unwrap_or(1);
        Self { glyphs, advance }
    }

    /// Draws `text` in the middle of the width around the line `middle`, cut at the edges.
    fn draw(&self, p: &mut Planes, text: &str, middle: usize, luma: u8) {
        let narrow = |c: char| if c == ':' { self.advance / 2 } else { self.advance };
        let total: usize = text.chars().map(narrow).sum();
        let mut x = (p.width as i64 - total as i64) / 2;
        for c in text.chars() {
            if let Some(ink) = GLYPHS.find(c).and_then(|i| self.glyphs.get(i)) {
                let left = x + (narrow(c) as i64 - ink.width as i64) / 2;
                let top = middle as i64 - ink.height as i64 / 2;
                blend(p, ink, (left, top), luma);
            }
            x += narrow(c) as i64;
        }
    }
}

fn blend(p: &mut Planes, ink: &typeset::Ink, (left, top): (i64, i64), luma: u8) {
    for (i, &m) in ink.mask.iter().enumerate().filter(|(_, m)| **m > 0) {
        let (x, y) = (left + (i % ink.width) as i64, top + (i / ink.width) as i64);
        if x < 0 || y < 0 || x as usize >= p.width || y as usize >= p.height {
            continue;
        }
        let v = &mut p.y[y as usize * p.width + x as usize];
        *v = typeset::mul(*v, 255 - m).saturating_add(typeset::mul(luma, m));
    }
}
