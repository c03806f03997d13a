//! Pictures in the canvas's own format (I420, BT.709, limited range), for kinds that draw themselves.

use media::{AlphaMode, ColorInfo, FramePool, MediaTime, PixelFormat, Plane, VideoFrame};

/// sRGB (0–255 each, gamma-coded) to BT.709 limited-range Y, Cb, Cr codes, not rounded. ITU-R BT.709-6, item 3 and 4.
pub fn bt709(rgb: [f64; 3]) -> [f64; 3] {
    let [r, g, b] = rgb.map(|v| v / 255.0);
    let y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
    [
        16.0 + 219.0 * y,
        128.0 + 224.0 * (b - y) / 1.8556,
        128.0 + 224.0 * (r - y) / 1.5748,
    ]
}

/// The three planes of a picture being drawn, tightly packed.
pub struct Planes {
    /// Width, pixels.
    pub width: usize,
    /// Height, pixels.
    pub height: usize,
    /// Luma, `width * height`.
    pub y: Vec<u8>,
    /// Cb at half size (rounded up).
    pub u: Vec<u8>,
    /// Cr at half size.
    pub v: Vec<u8>,
}

impl Planes {
    /// Planes from the pool; contents are whatever was there before.
    pub fn new(pool: &FramePool, width: usize, height: usize) -> Self {
        let chroma = width.div_ceil(2) * height.div_ceil(2);
        Self {
            width,
            height,
            y: pool.take(width * height),
            u: pool.take(chroma),
            v: pool.take(chroma),
        }
    }
    /// Makes it all one colour.
    pub fn fill(&mut self, [y, u, v]: [u8; 3]) {
        self.y.fill(y);
        self.u.fill(u);
        self.v.fill(v);
    }
    /// Fills a rectangle (x0, y0)–(x1, y1), cut at the edges. Chroma samples belong to the pixel at their left top.
    pub fn rect(&mut self, (x0, y0): (usize, usize), (x1, y1): (usize, usize), [y, u, v]: [u8; 3]) {
        let (x1, y1) = (x1.min(self.width), y1.min(self.height));
        if x0 >= x1 || y0 >= y1 {
            return;
        }
        for row in self.y.chunks_exact_mut(self.width).take(y1).skip(y0) {
            row[x0..x1].fill(y);
        }
        let cw = self.width.div_ceil(2);
        let (cx, cy) = (x0.div_ceil(2)..x1.div_ceil(2), y0.div_ceil(2)..y1.div_ceil(2));
        for plane in [(&mut self.u, u), (&mut self.v, v)] {
            for row in plane.0.chunks_exact_mut(cw).take(cy.end).skip(cy.start) {
                row[cx.clone()].fill(plane.1);
            }
        }
    }
    /// The finished picture; its memory returns to the pool. `None` only for impossible sizes.
    pub fn freeze(self, pool: &FramePool, time: MediaTime) -> Option<VideoFrame> {
        let (w, cw) = (self.width, self.width.div_ceil(2));
        let plane = |data, stride| Plane {
            data: pool.freeze(data),
            stride,
        };
        let planes = vec![plane(self.y, w), plane(self.u, cw), plane(self.v, cw)];
        let (width, height) = (self.width as u32, self.height as u32);
        VideoFrame::new(
            PixelFormat::I420,
            width,
            height,
            planes,
            ColorInfo::BT709_LIMITED,
            AlphaMode::Opaque,
            time,
        )
        .ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn primaries_have_the_codes_of_the_book() {
        let code = |r, g, b| bt709([r, g, b]).map(|v| v.round() as u8);
        assert_eq!(code(255.0, 255.0, 255.0), [235, 128, 128]);
        assert_eq!(code(0.0, 0.0, 0.0), [16, 128, 128]);
        assert_eq!(code(255.0, 0.0, 0.0), [63, 102, 240]);
        assert_eq!(code(0.0, 255.0, 0.0), [173, 42, 26]);
        assert_eq!(code(0.0, 0.0, 255.0), [32, 240, 118]);
        assert_eq!(code(191.25, 191.25, 0.0), [168, 44, 136], "75 % yellow");
    }

    #[test]
    fn rectangles_are_cut_at_the_edge() {
        let pool = FramePool::new();
        let mut p = Planes::new(&pool, 5, 3);
        p.fill([16, 128, 128]);
        p.rect((2, 0), (99, 99), [200, 10, 20]);
        p.rect((7, 7), (9, 9), [1, 1, 1]);
        assert_eq!(p.y, [16, 16, 200, 200, 200].repeat(3));
        assert_eq!(p.u, [128, 10, 10].repeat(2));
        assert!(p.freeze(&pool, MediaTime::ZERO).is_some());
    }
}
