//! Rounded rectangles by distance: what corners, borders, shadows and masks are made of, in both renderers.

/// A rectangle about the origin with rounded corners.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rounded {
    /// Half its width and half its height.
    pub half: [f32; 2],
    /// Radius of its corners, at most the shorter half.
    pub radius: f32,
}

impl Rounded {
    /// How far a point is outside of it; negative inside. A rectangle without area is infinitely far.
    #[inline(always)]
    pub fn distance(&self, x: f32, y: f32) -> f32 {
        let [hw, hh] = self.half;
        let r = self.radius.min(hw).min(hh).max(0.0);
        if hw <= 0.0 || hh <= 0.0 {
            return f32::INFINITY;
        }
        let (x, y) = (x.abs() - (hw - r), y.abs() - (hh - r));
        let (ox, oy) = (x.max(0.0), y.max(0.0));
        (ox * ox + oy * oy).sqrt() + x.max(y).min(0.0) - r
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_are_to_the_nearest_edge() {
        let r = Rounded {
            half: [10.0, 6.0],
            radius: 2.0,
        };
        for ((x, y), want) in [
            ((0.0, 0.0), -6.0),
            ((12.0, 0.0), 2.0),
            ((0.0, -9.0), 3.0),
            ((10.0, 6.0), 2f32.sqrt() * 2.0 - 2.0),
        ] {
            assert!((r.distance(x, y) - want).abs() < 1e-5, "{x} {y}: {}", r.distance(x, y));
        }
    }
}
