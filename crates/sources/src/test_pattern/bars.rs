//! Colour bars after SMPTE RP 219-2002 (HD, 75 %), in the 8-bit codes of its table. The four rows are 7/12, 1/12, 1/12
//! and 3/12 of the height; between the grey edges (1/8 of the width each) seven bars share the rest.

use super::Painter;
use crate::yuv::Planes;
use media::{FramePool, MediaTime, VideoFrame};

type Code = [u8; 3];
const GRAY_40: Code = [104, 128, 128];
const GRAY_15: Code = [49, 128, 128];
const WHITE_75: Code = [180, 128, 128];
const YELLOW_75: Code = [168, 44, 136];
const CYAN_75: Code = [145, 147, 44];
const GREEN_75: Code = [133, 63, 52];
const MAGENTA_75: Code = [63, 193, 204];
const RED_75: Code = [51, 109, 212];
const BLUE_75: Code = [28, 212, 120];
const CYAN: Code = [188, 154, 16];
const BLUE: Code = [32, 240, 118];
const YELLOW: Code = [219, 16, 138];
const RED: Code = [63, 102, 240];
const WHITE: Code = [235, 128, 128];
const BLACK: Code = [16, 128, 128];
/// Blacker than black by 2 %, and 2 % and 4 % above: only the last is to be seen on a monitor set right.
const MINUS_2: Code = [12, 128, 128];
const PLUS_2: Code = [20, 128, 128];
const PLUS_4: Code = [25, 128, 128];

/// The bars of a width and height.
pub struct Bars(pub (usize, usize));

impl Painter for Bars {
    fn still(&self) -> bool {
        true
    }
    fn paint(&mut self, _: i64) -> Option<VideoFrame> {
        let pool = FramePool::new();
        let (w, h) = self.0;
        let mut p = Planes::new(&pool, w, h);
        let edge = w as f64 / 8.0;
        let bar = w as f64 * 0.75 / 7.0;
        let row = |n: f64| (h as f64 * n / 12.0).round() as usize;
        let top = [WHITE_75, YELLOW_75, CYAN_75, GREEN_75, MAGENTA_75, RED_75, BLUE_75].map(|c| (bar, c));
        fields(&mut p, (0, row(7.0)), &wrap((edge, GRAY_40), &top, (edge, GRAY_40)));
        let second = [(bar, WHITE), (bar * 6.0, WHITE_75)];
        fields(&mut p, (row(7.0), row(8.0)), &wrap((edge, CYAN), &second, (edge, BLUE)));
        fields(
            &mut p,
            (row(8.0), row(9.0)),
            &[(edge, YELLOW), (bar * 7.0, BLACK), (edge, RED)],
        );
        ramp(&mut p, (row(8.0), row(9.0)), edge, bar * 7.0);
        let third = bar / 3.0;
        let pluge = [
            (bar * 1.5, BLACK),
            (bar * 2.0, WHITE),
            (bar * 5.0 / 6.0, BLACK),
            (third, MINUS_2),
            (third, BLACK),
            (third, PLUS_2),
            (third, BLACK),
            (third, PLUS_4),
            (bar, BLACK),
        ];
        fields(&mut p, (row(9.0), h), &wrap((edge, GRAY_15), &pluge, (edge, GRAY_15)));
        p.freeze(&pool, MediaTime::ZERO)
    }
}

fn wrap(left: (f64, Code), middle: &[(f64, Code)], right: (f64, Code)) -> Vec<(f64, Code)> {
    std::iter::once(left)
        .chain(middle.iter().copied())
        .chain(std::iter::once(right))
        .collect()
}

/// Fields of given widths from left to right; the last reaches the edge. Borders lie on even pixels, so that no chroma
/// sample belongs to two fields.
fn fields(p: &mut Planes, (y0, y1): (usize, usize), fields: &[(f64, Code)]) {
    let even = |x: f64| (x / 2.0).round() as usize * 2;
    let mut x = 0.0;
    for (i, (width, code)) in fields.iter().enumerate() {
        let end = if i + 1 == fields.len() {
            p.width
        } else {
            even(x + width)
        };
        p.rect((even(x), y0), (end, y1), *code);
        x += width;
    }
}

/// Luma from black to white.
fn ramp(p: &mut Planes, (y0, y1): (usize, usize), left: f64, width: f64) {
    let (x0, x1) = (left.round() as usize, (left + width).round() as usize);
    for row in p.y.chunks_exact_mut(p.width).take(y1).skip(y0) {
        for (i, v) in row[x0..x1].iter_mut().enumerate() {
            *v = (16.0 + 219.0 * i as f64 / width + 0.5) as u8;
        }
    }
}
