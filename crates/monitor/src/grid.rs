//! Where the pictures of a window lie: pure arithmetic, in pixels.

/// A rectangle in pixels of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Area {
    pub(crate) x: f32,
    pub(crate) y: f32,
    pub(crate) width: f32,
    pub(crate) height: f32,
}

/// Tiles of a multiview beyond this many are left out: they would be too small to tell apart.
pub(crate) const MOST_TILES: usize = 72;
/// Room between neighbouring pictures, pixels.
const GAP: f32 = 2.0;

impl Area {
    pub(crate) fn of_size((width, height): (u32, u32)) -> Self {
        Self {
            x: 0.0,
            y: 0.0,
            width: width as f32,
            height: height as f32,
        }
    }

    /// The largest area of this shape in the middle of it, on whole pixels.
    pub(crate) fn fit(self, width: u32, height: u32) -> Self {
        let (w, h) = (width.max(1) as f32, height.max(1) as f32);
        let scale = (self.width / w).min(self.height / h);
        let (fit_w, fit_h) = ((w * scale).round(), (h * scale).round());
        Self {
            x: (self.x + (self.width - fit_w) / 2.0).round(),
            y: (self.y + (self.height - fit_h) / 2.0).round(),
            width: fit_w.max(1.0),
            height: fit_h.max(1.0),
        }
    }

    /// Its size in whole even pixels, at least 2: the size pictures are asked for in.
    pub(crate) fn even(self) -> (u32, u32) {
        let even = |v: f32| (v.max(2.0) as u32) & !1;
        (even(self.width), even(self.height))
    }

    fn cell(self, columns: usize, rows: usize, i: usize) -> Self {
        let (width, height) = (self.width / columns as f32, self.height / rows as f32);
        Self {
            x: self.x + (i % columns) as f32 * width,
            y: self.y + (i / columns) as f32 * height,
            width,
            height,
        }
    }

    fn inset(self, by: f32) -> Self {
        Self {
            x: self.x + by,
            y: self.y + by,
            width: (self.width - 2.0 * by).max(1.0),
            height: (self.height - 2.0 * by).max(1.0),
        }
    }
}

/// Preview, programme and `tiles` small pictures: the two share the upper half, the tiles the lower one in half as many
/// rows as columns, so that all have the window's shape.
pub(crate) fn multiview(size: (u32, u32), tiles: usize) -> Vec<Area> {
    let whole = Area::of_size(size).fit(16, 9);
    let (upper, lower) = (whole.cell(1, 2, 0), whole.cell(1, 2, 1));
    let tiles = tiles.min(MOST_TILES);
    let columns = (2..=6).map(|n| n * 2).find(|n| n * n / 2 >= tiles).unwrap_or(12);
    let big = (0..2).map(|i| upper.cell(2, 1, i));
    let small = (0..tiles).map(|i| lower.cell(columns, columns / 2, i));
    big.chain(small).map(|a| a.inset(GAP)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_picture_keeps_its_shape_in_the_middle() {
        let at = |size, w, h| Area::of_size(size).fit(w, h);
        assert_eq!(at((1920, 1080), 16, 9), Area::of_size((1920, 1080)));
        let tall = at((1920, 1080), 9, 16);
        assert_eq!((tall.width, tall.height, tall.y), (608.0, 1080.0, 0.0));
        assert_eq!(tall.x, 656.0);
        assert_eq!(at((100, 100), 0, 0).width, 100.0, "no size is no reason to stop");
        assert_eq!(Area::of_size((641, 1)).even(), (640, 2));
    }

    #[test]
    fn pictures_of_a_multiview_stay_inside_and_apart() {
        for size in [(1280, 720), (1920, 1080), (700, 900), (40, 30), (1, 1)] {
            for tiles in [0, 1, 8, 9, 18, 19, 32, 72, 200] {
                let areas = multiview(size, tiles);
                assert_eq!(areas.len(), 2 + tiles.min(MOST_TILES));
                if size.0 < 100 {
                    continue;
                }
                for (i, a) in areas.iter().enumerate() {
                    assert!(a.x >= 0.0 && a.y >= 0.0, "{a:?}");
                    assert!(
                        a.x + a.width <= size.0 as f32 && a.y + a.height <= size.1 as f32,
                        "{a:?}"
                    );
                    let apart = |b: &Area| {
                        a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y
                    };
                    assert!(areas[i + 1..].iter().all(apart), "{size:?} {tiles}");
                }
            }
        }
    }
}
