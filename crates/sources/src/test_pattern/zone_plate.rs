//! Moving rings: a cosine whose frequency grows from nothing in the middle to the finest the pixels can carry at the
//! left and right edge. Bad scaling shows as further ring centres (aliases).

use super::Painter;
use crate::yuv::Planes;
use media::{FramePool, FrameRate, MediaTime, VideoFrame};

/// Rings are born in the middle, so many a second.
const RINGS_PER_SECOND: f64 = 1.0;
const TABLE_BITS: u32 = 10;

/// The rings of a width and height.
pub struct ZonePlate {
    size: (usize, usize),
    rate: FrameRate,
    pool: FramePool,
    table: Vec<u8>,
}

impl ZonePlate {
    /// For a size in pixels and a frame rate.
    pub fn new(size: (usize, usize), rate: FrameRate) -> Self {
        let steps = 1 << TABLE_BITS;
        let turn = |i: u32| f64::from(i) / f64::from(steps) * std::f64::consts::TAU;
        let table = (0..steps)
            .map(|i| (125.5 + 109.5 * turn(i).cos()).round() as u8)
            .collect();
        Self {
            size,
            rate,
            pool: FramePool::new(),
            table,
        }
    }
}

impl Painter for ZonePlate {
    fn paint(&mut self, n: i64) -> Option<VideoFrame> {
        let (w, h) = self.size;
        let mut p = Planes::new(&self.pool, w, h);
        // Phase r²/2w turns as 32-bit fractions, which wrap by themselves; half a cycle a pixel at r = w/2.
        let unit = (f64::from(u32::MAX) / (2.0 * w as f64)) as u32;
        let moved = self.rate.time_of(n).as_secs_f64() * RINGS_PER_SECOND;
        let phase = (moved.rem_euclid(1.0) * f64::from(u32::MAX)) as u32;
        let square = |i: usize, side: usize| {
            let d = i.abs_diff(side / 2) as u32;
            unit.wrapping_mul(d.wrapping_mul(d))
        };
        let columns: Vec<u32> = (0..w).map(|x| square(x, w)).collect();
        for (y, row) in p.y.chunks_exact_mut(w).enumerate() {
            let down = square(y, h).wrapping_sub(phase);
            for (v, c) in row.iter_mut().zip(&columns) {
                *v = self.table[(c.wrapping_add(down) >> (32 - TABLE_BITS)) as usize];
            }
        }
        p.u.fill(128);
        p.v.fill(128);
        p.freeze(&self.pool, MediaTime::ZERO)
    }
}
