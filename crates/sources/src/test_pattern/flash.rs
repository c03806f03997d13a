//! White for exactly one frame at each full period, with a needle that runs towards the middle in between, so that eyes
//! know when to expect it. Dark otherwise: a flash is found by the mean brightness alone.

use super::Painter;
use crate::{sound::Flashes, yuv::Planes};
use media::{FramePool, MediaTime, VideoFrame};

const GROUND: [u8; 3] = [28, 130, 127];
const TRACK: [u8; 3] = [62, 130, 127];
const MARK: [u8; 3] = [150, 128, 128];
const NEEDLE: [u8; 3] = [170, 62, 160];
const WHITE: [u8; 3] = [235, 128, 128];

/// Flashes of a width and height.
pub struct Flash {
    size: (usize, usize),
    flashes: Flashes,
    pool: FramePool,
}

impl Flash {
    /// For a size in pixels and the frames that flash.
    pub fn new(size: (usize, usize), flashes: Flashes) -> Self {
        Self {
            size,
            flashes,
            pool: FramePool::new(),
        }
    }
}

impl Painter for Flash {
    fn paint(&mut self, n: i64) -> Option<VideoFrame> {
        let (w, h) = self.size;
        let mut p = Planes::new(&self.pool, w, h);
        if self.flashes.is_flash(n) {
            p.fill(WHITE);
            return p.freeze(&self.pool, MediaTime::ZERO);
        }
        p.fill(GROUND);
        let part = |side: usize, of: usize| (side / of).max(1);
        let (mid, line, tick) = (h / 2, part(h, 180), part(h, 9));
        let (left, right) = (w / 8, w - w / 8);
        p.rect((left, mid - line / 2), (right, mid + line.div_ceil(2)), TRACK);
        for i in 0..=10 {
            let x = left + (right - left) * i / 10;
            p.rect(
                (x - line / 2, mid - tick / 4),
                (x + line.div_ceil(2), mid + tick / 4),
                TRACK,
            );
        }
        p.rect((w / 2 - line, mid - tick), (w / 2 + line, mid + tick), MARK);
        // The middle at the flash: half a period before it at the left end, half a period after it at the right.
        let period = self.flashes.period.0.max(1);
        let along = (self.flashes.rate.time_of(n).0 + period / 2).rem_euclid(period) as f64 / period as f64;
        let x = left + ((right - left) as f64 * along) as usize;
        let half = part(h, 60);
        p.rect(
            (x.saturating_sub(half), mid - tick / 2),
            (x + half, mid + tick / 2),
            NEEDLE,
        );
        p.freeze(&self.pool, MediaTime::ZERO)
    }
}
