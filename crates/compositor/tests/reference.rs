//! The software renderer against a slow reference that composes in R'G'B' with f64, one pixel at a time, straight from the
//! rules on top of `compositor::draw`: no YUV, no rows, no integers. Smooth pictures, so that chroma at quarter size
//! loses nothing. No outliers are allowed.

#[path = "common/cases.rs"]
mod cases;
#[path = "common/pictures.rs"]
mod pictures;

use compositor::{
    BlendMode, BlendSpace, DrawItem, DrawList, Picture, Renderer, Sampling, render_one, software::SoftwareRenderer,
};
use media::{AlphaMode, ColorInfo, ColorRange, PixelFormat, VideoFrame};
use pictures::{Look, yuv};

/// Premultiplied R, G, B, A in 0–255, rows from the top.
struct Plain {
    w: usize,
    px: Vec<[f64; 4]>,
}

impl Plain {
    fn at(&self, x: f64, y: f64) -> [f64; 4] {
        self.px[y as usize * self.w + x as usize]
    }
}

/// A frame decoded by the definitions.
fn decode(f: &VideoFrame) -> Plain {
    let (w, h) = (f.width as usize, f.height as usize);
    let px = (0..w * h).map(|i| decode_pixel(f, i % w, i / w)).collect();
    Plain { w, px }
}

fn decode_pixel(f: &VideoFrame, x: usize, y: usize) -> [f64; 4] {
    let at = |p: usize, x: usize, y: usize| f64::from(f.planes[p].data[y * f.planes[p].stride + x]);
    let (rgb, a) = if f.format.is_yuv() {
        let (sx, sy) = match f.format {
            PixelFormat::I420 | PixelFormat::I420A | PixelFormat::Nv12 => (2, 2),
            PixelFormat::I422 => (2, 1),
            _ => (1, 1),
        };
        let chroma = |i: usize| {
            // Between the four samples around; clamped at the borders.
            let (px, py) = (x as f64 / sx as f64, ((y as f64 + 0.5) / sy as f64 - 0.5).max(0.0));
            let get = |cx: f64, cy: f64| {
                let cx = (cx as usize).min((f.width as usize).div_ceil(sx) - 1);
                let cy = (cy as usize).min((f.height as usize).div_ceil(sy) - 1);
                if f.format == PixelFormat::Nv12 {
                    at(1, 2 * cx + i, cy)
                } else {
                    at(1 + i, cx, cy)
                }
            };
            let row = |cy: f64| get(px.floor(), cy) * (1.0 - px.fract()) + get(px.floor() + 1.0, cy) * px.fract();
            row(py.floor()) * (1.0 - py.fract()) + row(py.floor() + 1.0) * py.fract()
        };
        let a = if f.format.has_alpha() { at(3, x, y) } else { 255.0 };
        (to_rgb([at(0, x, y), chroma(0), chroma(1)], f.color), a)
    } else {
        let (r, b) = if f.format == PixelFormat::Rgba { (0, 2) } else { (2, 0) };
        let a = if f.format.has_alpha() {
            at(0, 4 * x + 3, y)
        } else {
            255.0
        };
        ([at(0, 4 * x + r, y), at(0, 4 * x + 1, y), at(0, 4 * x + b, y)], a)
    };
    match f.alpha {
        AlphaMode::Opaque => [rgb[0], rgb[1], rgb[2], 255.0],
        AlphaMode::Premultiplied => [rgb[0], rgb[1], rgb[2], a],
        AlphaMode::Straight => [rgb[0] * a / 255.0, rgb[1] * a / 255.0, rgb[2] * a / 255.0, a],
    }
}

fn to_rgb([y, u, v]: [f64; 3], color: ColorInfo) -> [f64; 3] {
    let (kr, kb) = color.matrix.coefficients();
    let (y, cb, cr) = match color.range {
        ColorRange::Limited => ((y - 16.0) / 219.0, (u - 128.0) / 224.0, (v - 128.0) / 224.0),
        ColorRange::Full => (y / 255.0, (u - 128.0) / 255.0, (v - 128.0) / 255.0),
    };
    let (r, b) = (y + 2.0 * (1.0 - kr) * cr, y + 2.0 * (1.0 - kb) * cb);
    let g = (y - kr * r - kb * b) / (1.0 - kr - kb);
    [r, g, b].map(|c| c * 255.0)
}

/// Weights of the picture's columns (or rows) for a position: two taps below 2 pixels a step, the footprint's mean from there.
fn taps(u: f64, step: f64, lo: f64, hi: f64, filter: Sampling) -> Vec<(f64, f64)> {
    let (first, last) = (lo.floor(), hi.ceil() - 1.0);
    let mut out = vec![];
    let sharp = matches!(filter, Sampling::Bicubic | Sampling::Lanczos);
    if filter == Sampling::Point {
        out.push((u.floor().clamp(first, last), 1.0));
    } else if sharp {
        let wide = step.max(1.0);
        let (from, to) = ((u - 3.0 * wide).floor() as i64, (u + 3.0 * wide).ceil() as i64);
        let weight = |k: i64| kernel(filter, ((k as f64 + 0.5 - u) / wide).abs());
        let all: f64 = (from..to).map(weight).sum();
        out.extend((from..to).map(|k| ((k as f64).clamp(first, last), weight(k) / all)));
    } else if filter != Sampling::Area && (step < 2.0 - 1e-6 || filter == Sampling::Bilinear) {
        let p = (u - 0.5).clamp(first, last);
        out.push((p.floor(), 1.0 - p.fract()));
        out.push(((p.floor() + 1.0).min(last), p.fract()));
    } else {
        let (a, b) = (u - step / 2.0, u + step / 2.0);
        let mut k = a.floor();
        while k < b {
            out.push((k.clamp(first, last), ((k + 1.0).min(b) - k.max(a)) / step));
            k += 1.0;
        }
    }
    out
}

fn kernel(filter: Sampling, x: f64) -> f64 {
    let sinc = |x: f64| {
        let p = std::f64::consts::PI * x;
        if x == 0.0 { 1.0 } else { p.sin() / p }
    };
    match filter {
        Sampling::Lanczos if x < 3.0 => sinc(x) * sinc(x / 3.0),
        Sampling::Bicubic if x < 1.0 => 1.5 * x.powi(3) - 2.5 * x.powi(2) + 1.0,
        Sampling::Bicubic if x < 2.0 => -0.5 * x.powi(3) + 2.5 * x.powi(2) - 4.0 * x + 2.0,
        _ => 0.0,
    }
}

fn overlap(u: f64, step: f64, lo: f64, hi: f64) -> f64 {
    (((u + step / 2.0).min(hi) - (u - step / 2.0).max(lo)) / step).clamp(0.0, 1.0)
}

fn draw(list: &DrawList) -> Plain {
    let (w, h) = (list.width as usize, list.height as usize);
    let [r, g, b, a] = list.background.0.map(f64::from);
    let back = [r * a / 255.0, g * a / 255.0, b * a / 255.0, a];
    let mut out = Plain {
        w,
        px: vec![back; w * h],
    };
    for item in &list.items {
        let picture = match &item.picture {
            Picture::Frame(f) => decode(f),
            Picture::List(l) => draw(l),
            // Left out below: what filters do is theirs to define.
            Picture::Filtered(_) => continue,
        };
        for i in 0..w * h {
            let seen = look(item, &picture, (i % w) as f64 + 0.5, (i / w) as f64 + 0.5);
            let px = &mut out.px[i];
            *px = mixed(item, seen, *px);
        }
    }
    out
}

/// An item's premultiplied colour on what is below it, by the formulas of the W3C's compositing: straight colours are mixed.
fn mixed(item: &DrawItem, over: [f64; 4], under: [f64; 4]) -> [f64; 4] {
    let (a, b) = (over[3] / 255.0, under[3] / 255.0);
    let alpha = a + b - a * b;
    if a <= 0.0 {
        return under;
    }
    let linear = item.style.space == BlendSpace::Linear;
    let bend = |v: f64| match linear {
        true if v <= 0.04045 => v / 12.92,
        true => ((v + 0.055) / 1.055).powf(2.4),
        false => v,
    };
    let back = |v: f64| match linear {
        true if v <= 0.003_130_8 => v * 12.92,
        true => 1.055 * v.powf(1.0 / 2.4) - 0.055,
        false => v,
    };
    let channel = |i: usize| {
        let straight = |c: f64, a: f64| bend(if a > 0.0 { (c / a / 255.0).clamp(0.0, 1.0) } else { 0.0 });
        let (s, d) = (straight(over[i], a), straight(under[i], b));
        let both = match item.style.blend {
            BlendMode::Normal => s,
            BlendMode::Additive => (s + d).min(1.0),
            BlendMode::Subtract => (d - s).max(0.0),
            BlendMode::Screen => 1.0 - (1.0 - s) * (1.0 - d),
            BlendMode::Multiply => s * d,
            BlendMode::Lighten => s.max(d),
            BlendMode::Darken => s.min(d),
        };
        let sum = a * (1.0 - b) * s + b * (1.0 - a) * d + a * b * both;
        back(sum / alpha) * alpha * 255.0
    };
    [channel(0), channel(1), channel(2), alpha * 255.0]
}

/// What the item adds to the canvas point, premultiplied.
fn look(item: &DrawItem, picture: &Plain, x: f64, y: f64) -> [f64; 4] {
    let m = item.canvas_from_picture;
    let [a, b, c, d, e, f] = [m.a, m.b, m.c, m.d, m.e, m.f].map(f64::from);
    let det = a * d - b * c;
    let (u, v) = ((d * (x - e) - c * (y - f)) / det, (a * (y - f) - b * (x - e)) / det);
    let (su, sv) = ((d / det).hypot(c / det), (b / det).hypot(a / det));
    let [x0, y0, x1, y1] = item.crop.map(f64::from);
    let strength = overlap(u, su, x0, x1) * overlap(v, sv, y0, y1) * f64::from(item.opacity);
    let mut sum = [0.0; 4];
    if strength > 0.0 {
        let filter = if b == 0.0 && c == 0.0 {
            item.style.filter
        } else {
            Sampling::Auto
        };
        for (ky, wy) in taps(v, sv, y0, y1, filter) {
            for (kx, wx) in taps(u, su, x0, x1, filter) {
                let px = picture.at(kx, ky);
                (0..4).for_each(|i| sum[i] += px[i] * wx * wy * strength);
            }
        }
    }
    sum
}

/// The largest difference of luma, and of chroma beyond what edges allow: the renderer weighs an item's edge by the two
/// columns of a chroma sample, the mean here by ¼ ½ ¼, so up to a quarter (and rounding) of the local contrast is fine.
fn differences(codes: &[[f64; 3]], frame: &VideoFrame) -> (f64, f64) {
    let (w, h) = (frame.width as usize, frame.height as usize);
    let at = |x: usize, y: usize, p: usize| codes[y.min(h - 1) * w + x.min(w - 1)][p];
    let mut worst = (0.0f64, 0.0f64);
    for (i, code) in codes.iter().enumerate() {
        let got = f64::from(frame.planes[0].row(i / w, w)[i % w]);
        worst.0 = worst.0.max((code[0] - got).abs());
    }
    for (p, cx, cy) in (1..3).flat_map(|p| (0..w * h / 4).map(move |i| (p, i % (w / 2), i / (w / 2)))) {
        let (x, y) = (2 * cx, 2 * cy);
        let sum = |y: usize| at(x.saturating_sub(1), y, p) + 2.0 * at(x, y, p) + at(x + 1, y, p);
        let around = (0..5).flat_map(|dx| (0..4).map(move |dy| (dx, dy)));
        let (mut low, mut high) = (f64::INFINITY, f64::NEG_INFINITY);
        for v in around.map(|(dx, dy)| at((x + dx).saturating_sub(2), (y + dy).saturating_sub(1), p)) {
            (low, high) = (low.min(v), high.max(v));
        }
        let got = f64::from(frame.planes[p].row(cy, w / 2)[cx]);
        let off = ((sum(y) + sum(y + 1)) / 8.0 - got).abs();
        worst.1 = worst.1.max(off - 0.27 * (high - low));
    }
    worst
}

#[test]
fn every_case_has_the_colours_of_the_definitions() {
    let mut r = SoftwareRenderer::new(cases::CANVAS.0, cases::CANVAS.1).expect("a canvas of that size");
    let mut failures = vec![];
    // Filters, and corners and what is made like a filter's picture.
    let theirs = [
        "filter_kind",
        "filters_",
        "corners",
        "border",
        "shadow",
        "group_rounded",
        "group_filtered",
        "hide_wipe",
    ];
    let of_filters = |name: &str| theirs.iter().any(|t| name.starts_with(t));
    for case in cases::all(Look::Smooth).into_iter().filter(|c| !of_filters(&c.name)) {
        let frame = render_one(&mut r as &mut dyn Renderer, &case.list).expect("drawn");
        let codes = draw(&case.list)
            .px
            .into_iter()
            .map(|p| yuv([p[0], p[1], p[2]], ColorInfo::BT709_LIMITED));
        let (luma, chroma) = differences(&codes.collect::<Vec<_>>(), &frame);
        // A nested scene that is not flattened goes through 4:2:0 twice.
        let limit = match case.name.as_str() {
            n if n.starts_with("nested") || n.starts_with("group_") => 6.0,
            // Edges of several pictures on their way lie in one chroma sample.
            n if n.starts_with("layout_other_order") => 15.0,
            _ => 3.0,
        };
        // Near black, where the difference is held to 0, the colours around a sample are no mean of what they make.
        let (most, limit) = if case.name.starts_with("blend_subtract") {
            (5.0, 6.5)
        } else {
            (2.01, limit)
        };
        if luma > most || chroma > limit {
            failures.push(format!(
                "{}: luma is off by up to {luma:.2}, chroma by {chroma:.2}",
                case.name
            ));
        }
    }
    assert!(
        failures.is_empty(),
        "{} cases:\n{}",
        failures.len(),
        failures.join("\n")
    );
}
