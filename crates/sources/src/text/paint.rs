//! Colours for set text: plate, shadow, outline and letters into one premultiplied picture.

use super::{Background, TextAlign, TextSettings};
use crate::typeset::{self, Ink};
use cosmic_text::Align;
use media::{AlphaMode, ColorInfo, MediaTime, PixelFormat, Plane, VideoFrame};

/// Largest picture of text, pixels a side.
const LIMIT: u32 = 4096;

/// A drawn text.
pub struct Painted {
    /// The picture, time zero.
    pub frame: VideoFrame,
    /// The family asked for, when this computer lacks it.
    pub missing_family: Option<String>,
    /// Whether the text did not fit.
    pub clipped: bool,
}

/// Draws `text`. `clock`: its figures change, so they get equal widths.
pub fn paint(text: &str, s: &TextSettings, clock: bool) -> Painted {
    let ink = typeset::set(text, &setting(s, clock));
    let shape = silhouette(&ink);
    let (w, h) = (ink.width, ink.height);
    let mut picture = vec![0_u8; w * h * 4];
    if let Some(b) = &s.background {
        plate(&mut picture, w, h, b);
    }
    let stroked = s
        .outline
        .as_ref()
        .filter(|o| o.width_px > 0.0)
        .map(|o| (grown(&shape, w, h, o.width_px as f32), o));
    if let Some(shadow) = &s.shadow {
        let from = stroked.as_ref().map_or(&shape, |(line, _)| line);
        let mask = blurred(&moved(from, w, h, shadow.x_px, shadow.y_px), w, h, shadow.blur_px);
        tint(&mut picture, &mask, shadow.color.0);
    }
    if let Some((line, o)) = &stroked {
        tint(&mut picture, line, o.color.0);
    }
    tint(&mut picture, &ink.mask, s.color.0);
    for (d, c) in picture
        .chunks_exact_mut(4)
        .zip(ink.color.iter().flat_map(|c| c.chunks_exact(4)))
    {
        for i in 0..4 {
            d[i] = typeset::over(c[i], d[i], c[3]);
        }
    }
    Painted {
        frame: frame(w, h, picture),
        missing_family: ink.missing_family,
        clipped: ink.clipped,
    }
}

fn setting(s: &TextSettings, clock: bool) -> typeset::Setting<'_> {
    let outline = s.outline.as_ref().map_or(0.0, |o| o.width_px);
    let shadow = s.shadow.as_ref();
    let padding = s.background.as_ref().map_or(0, |b| b.padding_px);
    // The blur reaches 1.5 times its width.
    let room = |offset: f64| {
        let shade = shadow.map_or(0.0, |s| s.blur_px * 1.5 + offset);
        (outline + shade.max(0.0)).ceil() as u32
    };
    let (x, y) = shadow.map_or((0.0, 0.0), |s| (s.x_px, s.y_px));
    let margin = [room(-x), room(-y), room(x), room(y)].map(|m| m.max(padding));
    typeset::Setting {
        family: &s.family,
        size_px: s.size_px as f32,
        weight: s.weight,
        italic: s.italic,
        line_height: s.line_height as f32,
        wrap_px: (s.wrap_px > 0).then_some(s.wrap_px as f32),
        align: match s.align {
            TextAlign::Left => Align::Left,
            TextAlign::Center => Align::Center,
            TextAlign::Right => Align::Right,
        },
        margin,
        limit: (LIMIT, LIMIT),
        equal_figures: clock,
    }
}

fn frame(w: usize, h: usize, rgba: Vec<u8>) -> VideoFrame {
    VideoFrame {
        id: media::frame::next_frame_id(),
        format: PixelFormat::Rgba,
        width: w as u32,
        height: h as u32,
        planes: vec![Plane {
            data: rgba.into(),
            stride: w * 4,
        }],
        color: ColorInfo::SRGB,
        alpha: AlphaMode::Premultiplied,
        fields: media::Fields::Progressive,
        time: MediaTime::ZERO,
    }
}

/// Where letters and emoji are, together.
fn silhouette(ink: &Ink) -> Vec<u8> {
    let mut shape = ink.mask.clone();
    for (s, c) in shape.iter_mut().zip(ink.color.iter().flat_map(|c| c.chunks_exact(4))) {
        *s = (*s).max(c[3]);
    }
    shape
}

/// Lays a straight-alpha colour through a mask over a premultiplied picture.
fn tint(picture: &mut [u8], mask: &[u8], [r, g, b, a]: [u8; 4]) {
    for (d, &m) in picture.chunks_exact_mut(4).zip(mask).filter(|(_, m)| **m > 0) {
        let alpha = typeset::mul(m, a);
        for (d, c) in d.iter_mut().zip([r, g, b, 255]) {
            *d = typeset::over(typeset::mul(c, alpha), *d, alpha);
        }
    }
}

/// A rectangle with round corners, as large as the picture.
fn plate(picture: &mut [u8], w: usize, h: usize, b: &Background) {
    let radius = (b.radius_px as f32).clamp(0.0, w.min(h) as f32 / 2.0);
    let mut mask = vec![255_u8; w * h];
    let corner = radius.ceil() as usize;
    for y in (0..h).filter(|y| *y < corner || *y + corner >= h) {
        for x in (0..w).filter(|x| *x < corner || *x + corner >= w) {
            let inside = |v: usize, side: usize| {
                let from_edge = (v as f32 + 0.5).min(side as f32 - v as f32 - 0.5);
                (radius - from_edge).max(0.0)
            };
            let distance = inside(x, w).hypot(inside(y, h)) - radius;
            mask[y * w + x] = ((0.5 - distance).clamp(0.0, 1.0) * 255.0).round() as u8;
        }
    }
    tint(picture, &mask, b.color.0);
}

fn moved(mask: &[u8], w: usize, h: usize, x: f64, y: f64) -> Vec<u8> {
    let (dx, dy) = (x.round() as isize, y.round() as isize);
    let mut out = vec![0; mask.len()];
    for row in 0..h {
        let from = row as isize - dy;
        if from < 0 || from as usize >= h || dx.unsigned_abs() >= w {
            continue;
        }
        let n = w - dx.unsigned_abs();
        let (to_x, from_x) = (dx.max(0) as usize, (-dx).max(0) as usize);
        let source = from as usize * w + from_x;
        out[row * w + to_x..][..n].copy_from_slice(&mask[source..source + n]);
    }
    out
}

/// Nearly Gaussian blur whose visible reach is about 1.5 × `width`: three box blurs each way.
fn blurred(mask: &[u8], w: usize, h: usize, width: f64) -> Vec<u8> {
    let radius = (width / 2.0).round() as usize;
    let mut m = mask.to_vec();
    if radius == 0 {
        return m;
    }
    let mut line = vec![0_u8; w.max(h)];
    for _ in 0..3 {
        for y in 0..h {
            box_blur(&mut m, y * w, 1, w, radius, &mut line);
        }
        for x in 0..w {
            box_blur(&mut m, x, w, h, radius, &mut line);
        }
    }
    m
}

/// One box blur along `n` samples that lie `step` apart; outside is empty.
fn box_blur(m: &mut [u8], start: usize, step: usize, n: usize, radius: usize, line: &mut [u8]) {
    for (i, v) in line[..n].iter_mut().enumerate() {
        *v = m[start + i * step];
    }
    let size = (2 * radius + 1) as u32;
    let mut sum: u32 = line[..radius.min(n)].iter().map(|v| u32::from(*v)).sum();
    for i in 0..n {
        sum += line[..n].get(i + radius).map_or(0, |v| u32::from(*v));
        m[start + i * step] = ((sum + size / 2) / size) as u8;
        sum -= i.checked_sub(radius).map_or(0, |j| u32::from(line[j]));
    }
}

/// The mask grown by `width` pixels in every direction, edges smooth: exact distances to the shape (Felzenszwalb and
/// Huttenlocher, "Distance Transforms of Sampled Functions", 2012), the shape's own half-covered pixels taken as
/// parts of a pixel.
fn grown(mask: &[u8], w: usize, h: usize, width: f32) -> Vec<u8> {
    const FAR: f32 = 1e9;
    let mut d: Vec<f32> = mask
        .iter()
        .map(|m| match m {
            0 => FAR,
            m => (0.5 - f32::from(*m) / 255.0).max(0.0).powi(2),
        })
        .collect();
    let mut scratch = Scratch::new(w.max(h));
    for x in 0..w {
        scratch.transform(&mut d, x, w, h);
    }
    for y in 0..h {
        scratch.transform(&mut d, y * w, 1, w);
    }
    d.into_iter()
        .map(|d| ((width + 0.5 - d.sqrt()).clamp(0.0, 1.0) * 255.0).round() as u8)
        .collect()
}

/// Memory of the one-dimensional distance transform.
struct Scratch {
    f: Vec<f32>,
    /// Positions of the parabolas of the lower envelope, and where each begins to rule.
    parabola: Vec<usize>,
    border: Vec<f32>,
}

impl Scratch {
    fn new(n: usize) -> Self {
        Self {
            f: vec![0.0; n],
            parabola: vec![0; n],
            border: vec![0.0; n + 1],
        }
    }

    fn transform(&mut self, d: &mut [f32], start: usize, step: usize, n: usize) {
        for i in 0..n {
            self.f[i] = d[start + i * step];
        }
        let f = &self.f[..n];
        if f.iter().all(|v| *v >= 1e9) {
            return;
        }
        let meet = |p: usize, q: usize| {
            let (pf, qf) = (p as f32, q as f32);
            (f[q] + qf * qf - f[p] - pf * pf) / (2.0 * (qf - pf))
        };
        let mut k = 0;
        self.parabola[0] = 0;
        (self.border[0], self.border[1]) = (f32::NEG_INFINITY, f32::INFINITY);
        for q in 1..n {
            let mut s = meet(self.parabola[k], q);
            while k > 0 && s <= self.border[k] {
                k -= 1;
                s = meet(self.parabola[k], q);
            }
            k += 1;
            self.parabola[k] = q;
            (self.border[k], self.border[k + 1]) = (s, f32::INFINITY);
        }
        k = 0;
        for q in 0..n {
            while self.border[k + 1] < q as f32 {
                k += 1;
            }
            let p = self.parabola[k];
            let away = q as f32 - p as f32;
            d[start + q * step] = away * away + f[p];
        }
    }
}
