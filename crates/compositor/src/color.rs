//! Colour arithmetic shared by both renderers: the matrices between YCbCr codes and R'G'B', and [`to_rgba`], the slow and
//! exact way from any frame to RGBA bytes for PNGs and tests. Primaries and transfer curves are not converted here: BT.601 and
//! sRGB pictures are near enough, HDR pictures are made SDR by the filter that is there for it.

use media::{AlphaMode, ColorInfo, ColorRange, PixelFormat, VideoFrame};

/// How to get from 8-bit YCbCr codes to R'G'B' in 0–255: `R = ys·(Y - y0) + rv·(V - 128)` and so on (ITU-T H.273, 8.3).
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(missing_docs, reason = "the formulas of `rgb` say it")]
pub struct ToRgb {
    pub y0: f64,
    pub ys: f64,
    pub rv: f64,
    pub gu: f64,
    pub gv: f64,
    pub bu: f64,
}

impl ToRgb {
    /// For pictures of this description.
    pub fn new(color: ColorInfo) -> Self {
        let (kr, kb) = color.matrix.coefficients();
        let kg = 1.0 - kr - kb;
        let (y0, ys, cs) = match color.range {
            ColorRange::Limited => (16.0, 255.0 / 219.0, 255.0 / 224.0),
            ColorRange::Full => (0.0, 1.0, 1.0),
        };
        let (rv, bu) = (2.0 * (1.0 - kr) * cs, 2.0 * (1.0 - kb) * cs);
        Self {
            y0,
            ys,
            rv,
            gu: -bu * kb / kg,
            gv: -rv * kr / kg,
            bu,
        }
    }
    /// R', G', B' of a code triple, 0–255, not clamped.
    pub fn rgb(&self, y: f64, u: f64, v: f64) -> [f64; 3] {
        let (y, u, v) = (self.ys * (y - self.y0), u - 128.0, v - 128.0);
        [y + self.rv * v, y + self.gu * u + self.gv * v, y + self.bu * u]
    }
}

/// How to get from R'G'B' in 0–255 to BT.709 limited-range codes: one row each for Y, U, V and what is added.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct FromRgb {
    /// Factors on R, G, B for Y, U, V.
    pub rows: [[f64; 3]; 3],
    /// Added to Y, U, V.
    pub add: [f64; 3],
}

impl FromRgb {
    /// BT.709, limited range: what every canvas is made in.
    pub fn bt709_limited() -> Self {
        let (kr, kb) = ColorInfo::BT709_LIMITED.matrix.coefficients();
        let kg = 1.0 - kr - kb;
        let (ys, cs) = (219.0 / 255.0, 224.0 / 255.0);
        let (cu, cv) = (cs / (2.0 * (1.0 - kb)), cs / (2.0 * (1.0 - kr)));
        Self {
            rows: [
                [ys * kr, ys * kg, ys * kb],
                [-cu * kr, -cu * kg, cu * (1.0 - kb)],
                [cv * (1.0 - kr), -cv * kg, -cv * kb],
            ],
            add: [16.0, 128.0, 128.0],
        }
    }
    /// Y, U, V codes of a colour, not rounded.
    pub fn yuv(&self, rgb: [f64; 3]) -> [f64; 3] {
        std::array::from_fn(|i| self.rows[i].iter().zip(rgb).map(|(k, c)| k * c).sum::<f64>() + self.add[i])
    }
}

/// How to get from one kind of YCbCr codes to BT.709 limited-range ones without R'G'B' between: each of the three is
/// `k[0]·Y + k[1]·U + k[2]·V + k[3]`. Grey stays grey, so the chroma rows have no Y and chroma converts at its own size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct YuvMap(pub [[f64; 4]; 3]);

impl YuvMap {
    /// The map for pictures of this description; `None` when they already are BT.709 limited.
    pub fn new(color: ColorInfo) -> Option<Self> {
        let out = ColorInfo::BT709_LIMITED;
        if color.matrix == out.matrix && color.range == out.range {
            return None;
        }
        let (to, from) = (ToRgb::new(color), FromRgb::bt709_limited());
        let origin = from.yuv(to.rgb(0.0, 0.0, 0.0));
        let step = [
            from.yuv(to.rgb(1.0, 0.0, 0.0)),
            from.yuv(to.rgb(0.0, 1.0, 0.0)),
            from.yuv(to.rgb(0.0, 0.0, 1.0)),
        ];
        let mut k = [[0.0; 4]; 3];
        for i in 0..3 {
            for j in 0..3 {
                k[i][j] = step[j][i] - origin[i];
            }
            k[i][3] = origin[i];
        }
        Some(Self(k))
    }
}

/// Any frame as straight RGBA, 4 bytes a pixel, rows tightly packed. Chroma is interpolated where it was sampled
/// (left-sited); premultiplied colour is divided by alpha. Exact to rounding, not fast.
pub fn to_rgba(f: &VideoFrame) -> Vec<u8> {
    let (w, h) = (f.width as usize, f.height as usize);
    let mut out = vec![0; w * h * 4];
    if w == 0 {
        return out;
    }
    let to = ToRgb::new(f.color);
    for (y, row) in out.chunks_exact_mut(w * 4).enumerate() {
        for (x, px) in row.chunks_exact_mut(4).enumerate() {
            let ([r, g, b], a) = pixel(f, &to, x, y);
            let (scale, a) = match f.alpha {
                AlphaMode::Opaque => (1.0, 255.0),
                AlphaMode::Straight => (1.0, a),
                AlphaMode::Premultiplied => (if a > 0.0 { 255.0 / a } else { 0.0 }, a),
            };
            px.copy_from_slice(&[byte(r * scale), byte(g * scale), byte(b * scale), byte(a)]);
        }
    }
    out
}

/// Nearest byte.
pub(crate) fn byte(v: f64) -> u8 {
    // `as` saturates and makes NaN 0.
    (v + 0.5) as u8
}

/// Colour (as stored) and alpha of one pixel, 0–255.
fn pixel(f: &VideoFrame, to: &ToRgb, x: usize, y: usize) -> ([f64; 3], f64) {
    let at = |plane: usize, x: usize, y: usize| f.planes[plane].data[y * f.planes[plane].stride + x];
    let alpha = |plane: usize| f64::from(at(plane, x, y));
    let full = if f.format.has_alpha() && f.format.is_yuv() {
        alpha(3)
    } else {
        255.0
    };
    let px = |i: usize| f64::from(at(0, 4 * x + i, y));
    match f.format {
        PixelFormat::Rgba => ([px(0), px(1), px(2)], px(3)),
        PixelFormat::Bgra => ([px(2), px(1), px(0)], px(3)),
        PixelFormat::Bgrx => ([px(2), px(1), px(0)], 255.0),
        PixelFormat::P010 => {
            let word = |plane: usize, x: usize, y: usize| {
                let word = u16::from_le_bytes([at(plane, 2 * x, y), at(plane, 2 * x + 1, y)]);
                (word.saturating_add(128) >> 8) as u8
            };
            let c = |i: usize| chroma(f, x, y, 2, 2, |cx, cy| word(1, 2 * cx + i, cy));
            (to.rgb(f64::from(word(0, x, y)), c(0), c(1)), full)
        }
        PixelFormat::Nv12 => {
            let c = |i: usize| chroma(f, x, y, 2, 2, |cx, cy| at(1, 2 * cx + i, cy));
            (to.rgb(alpha(0), c(0), c(1)), full)
        }
        _ => {
            let (sx, sy) = match f.format {
                PixelFormat::I420 | PixelFormat::I420A => (2, 2),
                PixelFormat::I422 => (2, 1),
                _ => (1, 1),
            };
            let c = |i: usize| chroma(f, x, y, sx, sy, |cx, cy| at(i, cx, cy));
            (to.rgb(alpha(0), c(1), c(2)), full)
        }
    }
}

/// Chroma at luma sample (x, y), between the samples around it: chroma column `i` lies on luma column `sx·i`, chroma row `j`
/// in the middle of its `sy` luma rows.
fn chroma(f: &VideoFrame, x: usize, y: usize, sx: usize, sy: usize, at: impl Fn(usize, usize) -> u8) -> f64 {
    let (cw, ch) = ((f.width as usize).div_ceil(sx), (f.height as usize).div_ceil(sy));
    let px = x as f64 / sx as f64;
    let py = ((y as f64 + 0.5) / sy as f64 - 0.5).max(0.0);
    let (x0, y0) = (px as usize, py as usize);
    let (fx, fy) = (px - x0 as f64, py - y0 as f64);
    let get = |x: usize, y: usize| f64::from(at(x.min(cw - 1), y.min(ch - 1)));
    let row = |y: usize| get(x0, y) * (1.0 - fx) + get(x0 + 1, y) * fx;
    row(y0) * (1.0 - fy) + row(y0 + 1) * fy
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::ColorMatrix;

    #[test]
    fn matrices_are_each_others_inverse() {
        let (to, from) = (ToRgb::new(ColorInfo::BT709_LIMITED), FromRgb::bt709_limited());
        for rgb in [
            [0.0, 0.0, 0.0],
            [255.0, 255.0, 255.0],
            [255.0, 0.0, 0.0],
            [10.0, 200.0, 90.0],
        ] {
            let [y, u, v] = from.yuv(rgb);
            let back = to.rgb(y, u, v);
            assert!(
                back.iter().zip(rgb).all(|(a, b)| (a - b).abs() < 1e-9),
                "{rgb:?} {back:?}"
            );
        }
        // BT.709 table values: red is 63, 102, 240 in limited range.
        let red = from.yuv([255.0, 0.0, 0.0]).map(f64::round);
        assert_eq!(red, [63.0, 102.0, 240.0]);
    }

    #[test]
    fn grey_has_no_chroma_in_any_matrix() {
        for matrix in [ColorMatrix::Bt709, ColorMatrix::Bt601, ColorMatrix::Bt2020] {
            for range in [ColorRange::Limited, ColorRange::Full] {
                let color = ColorInfo {
                    matrix,
                    range,
                    ..ColorInfo::default()
                };
                let Some(YuvMap(k)) = YuvMap::new(color) else {
                    assert_eq!(color, ColorInfo::BT709_LIMITED);
                    continue;
                };
                for row in &k[1..] {
                    assert!(row[0].abs() < 1e-9, "{color:?}: chroma depends on luma");
                    assert!(
                        (row[1] * 128.0 + row[2] * 128.0 + row[3] - 128.0).abs() < 1e-9,
                        "{color:?}"
                    );
                }
            }
        }
    }
}
