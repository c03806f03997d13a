//! Generated input pictures, and their exact encoding into every pixel format (independent of the code under test).

use media::{AlphaMode, ColorInfo, ColorRange, MediaTime, PixelFormat, Plane, VideoFrame};

/// Straight R, G, B, A of every pixel, 0–255, rows from the top.
pub struct Card {
    pub w: usize,
    pub h: usize,
    pub px: Vec<[f64; 4]>,
}

/// What a card looks like.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Look {
    /// Quarters of strong colours, a dark frame, a white corner mark and a fine checkerboard: for eyes.
    Sharp,
    /// Gentle gradients, in which chroma at quarter size loses next to nothing: for arithmetic.
    Smooth,
}

/// What a pixel's alpha is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum See {
    /// Opaque.
    Solid,
    /// From clear on the left to solid on the right, and a clear window in the middle of a sharp card.
    Glass,
}

pub fn card(w: usize, h: usize, look: Look, see: See) -> Card {
    let px = (0..w * h)
        .map(|i| {
            let (x, y) = (i % w, i / w);
            let (fx, fy) = (x as f64 / (w - 1).max(1) as f64, y as f64 / (h - 1).max(1) as f64);
            let [r, g, b] = match look {
                Look::Sharp => sharp(x, y, w, h),
                Look::Smooth => [40.0 + 160.0 * fx, 60.0 + 120.0 * fy, 200.0 - 90.0 * fx - 60.0 * fy],
            };
            let window = look == Look::Sharp && (x * 2).abs_diff(w) < w / 3 && (y * 2).abs_diff(h) < h / 3;
            let a = match see {
                See::Solid => 255.0,
                See::Glass if window => 0.0,
                See::Glass => (255.0 * fx).round(),
            };
            [r.round(), g.round(), b.round(), a]
        })
        .collect();
    Card { w, h, px }
}

fn sharp(x: usize, y: usize, w: usize, h: usize) -> [f64; 3] {
    let edge = x.min(y).min(w - 1 - x).min(h - 1 - y);
    if edge < 2 {
        return [20.0, 20.0, 20.0];
    }
    if x < 10 && y < 10 {
        return [250.0, 250.0, 250.0];
    }
    if x + 12 > w && y + 12 > h {
        return if (x + y).is_multiple_of(2) {
            [240.0; 3]
        } else {
            [30.0; 3]
        };
    }
    match (2 * x < w, 2 * y < h) {
        (true, true) => [220.0, 60.0, 50.0],
        (false, true) => [60.0, 190.0, 70.0],
        (true, false) => [60.0, 90.0, 220.0],
        (false, false) => [230.0, 200.0, 60.0],
    }
}

/// Y, U, V of R, G, B by the definitions of the standards (BT.709-6 item 3, BT.601-7, BT.2020-2).
pub fn yuv(rgb: [f64; 3], color: ColorInfo) -> [f64; 3] {
    let (kr, kb) = color.matrix.coefficients();
    let [r, g, b] = rgb.map(|c| c / 255.0);
    let y = kr * r + (1.0 - kr - kb) * g + kb * b;
    let (cb, cr) = ((b - y) / (2.0 * (1.0 - kb)), (r - y) / (2.0 * (1.0 - kr)));
    match color.range {
        ColorRange::Limited => [16.0 + 219.0 * y, 128.0 + 224.0 * cb, 128.0 + 224.0 * cr],
        ColorRange::Full => [255.0 * y, 128.0 + 255.0 * cb, 128.0 + 255.0 * cr],
    }
}

fn byte(v: f64) -> u8 {
    (v + 0.5).clamp(0.0, 255.0) as u8
}

impl Card {
    fn at(&self, x: isize, y: isize) -> [f64; 4] {
        let x = x.clamp(0, self.w as isize - 1) as usize;
        let y = y.clamp(0, self.h as isize - 1) as usize;
        self.px[y * self.w + x]
    }
    /// Colour as stored (multiplied by alpha, when asked for).
    fn stored(&self, x: isize, y: isize, alpha: AlphaMode) -> [f64; 3] {
        let [r, g, b, a] = self.at(x, y);
        let k = if alpha == AlphaMode::Premultiplied {
            a / 255.0
        } else {
            1.0
        };
        [r * k, g * k, b * k]
    }
    /// Left-sited chroma: ¼ ½ ¼ across, the mean of the rows down.
    fn chroma(&self, x: usize, y: usize, (sx, sy): (usize, usize), c: ColorInfo, alpha: AlphaMode, i: usize) -> u8 {
        let taps: &[(isize, f64)] = if sx == 2 {
            &[(-1, 0.25), (0, 0.5), (1, 0.25)]
        } else {
            &[(0, 1.0)]
        };
        let mut sum = 0.0;
        for row in 0..sy {
            for (dx, weight) in taps {
                let p = self.stored((x * sx) as isize + dx, (y * sy + row) as isize, alpha);
                sum += weight / sy as f64 * yuv(p, c)[i];
            }
        }
        byte(sum)
    }

    /// The card as a frame.
    pub fn frame(&self, format: PixelFormat, color: ColorInfo, alpha: AlphaMode) -> VideoFrame {
        let (w, h) = (self.w as u32, self.h as u32);
        let planes = (0..format.planes())
            .map(|i| {
                let (bytes, rows) = format.plane_size(i, w, h);
                // Rows are longer than they must be, as decoders' are.
                let stride = bytes + 6;
                let mut data = vec![0xEE; stride * rows];
                for (y, row) in data.chunks_exact_mut(stride).enumerate() {
                    for (n, out) in row[..bytes].iter_mut().enumerate() {
                        *out = self.sample(format, i, n, y, color, alpha);
                    }
                }
                Plane {
                    data: data.into(),
                    stride,
                }
            })
            .collect();
        VideoFrame::new(format, w, h, planes, color, alpha, MediaTime::ZERO).expect("planes are large enough")
    }

    fn sample(&self, f: PixelFormat, plane: usize, n: usize, y: usize, c: ColorInfo, alpha: AlphaMode) -> u8 {
        let at = |x: usize| (x as isize, y as isize);
        let rgba = |x: usize, i: usize| {
            let (x, y) = at(x);
            if i == 3 {
                self.at(x, y)[3]
            } else {
                self.stored(x, y, alpha)[i]
            }
        };
        match (f, plane) {
            (PixelFormat::Rgba, _) => byte(rgba(n / 4, n % 4)),
            (PixelFormat::Bgra, _) => byte(rgba(n / 4, [2, 1, 0, 3][n % 4])),
            (PixelFormat::Bgrx, _) if n % 4 == 3 => 0x11,
            (PixelFormat::Bgrx, _) => byte(rgba(n / 4, [2, 1, 0][n % 4])),
            (_, 0) => byte(yuv(self.stored(n as isize, y as isize, alpha), c)[0]),
            (_, 3) => byte(self.at(n as isize, y as isize)[3]),
            (PixelFormat::Nv12, _) => self.chroma(n / 2, y, (2, 2), c, alpha, 1 + n % 2),
            (PixelFormat::I420 | PixelFormat::I420A, i) => self.chroma(n, y, (2, 2), c, alpha, i),
            (PixelFormat::I422, i) => self.chroma(n, y, (2, 1), c, alpha, i),
            (_, i) => self.chroma(n, y, (1, 1), c, alpha, i),
        }
    }
}
