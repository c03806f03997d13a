//! Colour conversion of one row at a time into BT.709 limited-range codes, in 16.16 fixed point. The numbers come from
//! [`crate::color`]; nothing here knows frames or placement.

use crate::color::{FromRgb, YuvMap};
use multiversion::multiversion;

/// Where R, G, B and A are in a 4-byte pixel read as a little-endian word: shifts in bits.
#[derive(Clone, Copy, Debug)]
pub struct Order {
    r: u32,
    b: u32,
}

impl Order {
    /// R, G, B, A in memory.
    pub const RGBA: Self = Self { r: 0, b: 16 };
    /// B, G, R, A in memory.
    pub const BGRA: Self = Self { r: 16, b: 0 };
}

/// What the alpha byte of RGB pixels means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RgbAlpha {
    /// Nothing: the pixel is opaque.
    Ignored,
    /// The colour is not yet multiplied by it.
    Straight,
    /// The colour is multiplied by it.
    Multiplied,
}

/// Factors of R, G, B and the offset for one of Y, U, V, all times 65536.
#[derive(Clone, Copy, Debug)]
pub struct RgbRow {
    k: [i32; 3],
    add: i32,
}

/// Fixed point with 16 fractional bits.
fn fixed(v: f64) -> i32 {
    (v * 65536.0).round() as i32
}

/// Factors for Y, U and V.
pub fn rgb_rows() -> [RgbRow; 3] {
    let from = FromRgb::bt709_limited();
    std::array::from_fn(|i| RgbRow {
        k: from.rows[i].map(fixed),
        add: fixed(from.add[i]),
    })
}

/// One component of a row of opaque pixels.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn rgb_opaque(out: &mut [u8], pixels: &[u8], order: Order, row: RgbRow) {
    let RgbRow { k: [kr, kg, kb], add } = row;
    for (o, px) in out.iter_mut().zip(pixels.chunks_exact(4)) {
        let w = u32::from_le_bytes([px[0], px[1], px[2], px[3]]);
        let (r, g, b) = ((w >> order.r) & 255, (w >> 8) & 255, (w >> order.b) & 255);
        let v = kr * r as i32 + kg * g as i32 + kb * b as i32 + add + 32768;
        *o = (v >> 16) as u8;
    }
}

/// One component of a row of straight-alpha pixels, premultiplied.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn rgb_straight(out: &mut [u8], pixels: &[u8], order: Order, row: RgbRow) {
    let RgbRow { k: [kr, kg, kb], add } = row;
    for (o, px) in out.iter_mut().zip(pixels.chunks_exact(4)) {
        let w = u32::from_le_bytes([px[0], px[1], px[2], px[3]]);
        let (r, g, b) = ((w >> order.r) & 255, (w >> 8) & 255, (w >> order.b) & 255);
        // Never negative: codes are 16 to 240. 24.8 bits times alpha, divided by 255 × 256.
        let v = (kr * r as i32 + kg * g as i32 + kb * b as i32 + add) as u32 >> 8;
        *o = ((v * (w >> 24) + 32640) / 65280) as u8;
    }
}

/// One component of a row of premultiplied pixels. Colour above alpha (broken input) is held to alpha.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn rgb_multiplied(out: &mut [u8], pixels: &[u8], order: Order, row: RgbRow) {
    let RgbRow { k: [kr, kg, kb], add } = row;
    let add = add / 255;
    for (o, px) in out.iter_mut().zip(pixels.chunks_exact(4)) {
        let w = u32::from_le_bytes([px[0], px[1], px[2], px[3]]);
        let (r, g, b) = ((w >> order.r) & 255, (w >> 8) & 255, (w >> order.b) & 255);
        let a = (w >> 24) as i32;
        let v = kr * r as i32 + kg * g as i32 + kb * b as i32 + add * a + 32768;
        *o = (v >> 16).clamp(0, a) as u8;
    }
}

/// Two rows of pixels as one row of left-sited 4:2:0 chroma (weights as in [`super::rows::halve`]): the pixels are averaged
/// before they are converted, two channels to a word. `multiplied`: premultiplied pixels, else opaque ones.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn rgb_halved(
    [u, v]: [&mut [u8]; 2],
    [top, bottom]: [&[u8]; 2],
    order: Order,
    rows: [RgbRow; 2],
    multiplied: bool,
    [even, odd]: [&mut [u32]; 2],
) {
    const TWO: u32 = 0x00FF_00FF;
    // Sums of two rows: bytes 0 and 2 in `even`, 1 and 3 in `odd`, each in its half of a word.
    let pixels = top.chunks_exact(4).zip(bottom.chunks_exact(4));
    for (((t, b), e), o) in pixels.zip(even.iter_mut()).zip(odd.iter_mut()) {
        let t = u32::from_le_bytes([t[0], t[1], t[2], t[3]]);
        let b = u32::from_le_bytes([b[0], b[1], b[2], b[3]]);
        *e = (t & TWO) + (b & TWO);
        *o = ((t >> 8) & TWO) + ((b >> 8) & TWO);
    }
    let n = (top.len().min(bottom.len()) / 4).min(even.len()).min(odd.len());
    let convert = |e: u32, o: u32, row: RgbRow| {
        let (r, g, b) = ((e >> order.r) & 0xFFFF, o & 0xFFFF, (e >> order.b) & 0xFFFF);
        let a = if multiplied { (o >> 16) as i32 } else { 8 * 255 };
        // Eight times the colour: 19 fractional bits, brought down to 16 (sums stay below 2^31).
        let [kr, kg, kb] = row.k;
        let c = (kr * r as i32 + kg * g as i32 + kb * b as i32 + (row.add / 255) * a + (1 << 18)) >> 19;
        c.clamp(0, (a + 4) >> 3) as u8
    };
    let at = |s: &[u32], k: usize| s[k.min(n - 1)];
    let around = |s: &[u32], i: usize| at(s, (2 * i).saturating_sub(1)) + 2 * at(s, 2 * i) + at(s, 2 * i + 1);
    let count = n.div_ceil(2).min(u.len()).min(v.len());
    if n == 0 {
        return;
    }
    let (e, o) = (&even[..n], &odd[..n]);
    let middle = n.saturating_sub(3) / 2;
    let (e1, e3) = (e[1..].chunks_exact(2), e[3.min(n)..].chunks_exact(2));
    let (o1, o3) = (o[1..].chunks_exact(2), o[3.min(n)..].chunks_exact(2));
    let outputs = u.iter_mut().zip(v.iter_mut()).skip(1);
    for ((u, v), ((e1, e3), (o1, o3))) in outputs.zip(e1.zip(e3).zip(o1.zip(o3))) {
        let (e, o) = (e1[0] + 2 * e1[1] + e3[0], o1[0] + 2 * o1[1] + o3[0]);
        *u = convert(e, o, rows[0]);
        *v = convert(e, o, rows[1]);
    }
    // Both ends, where a neighbour is missing.
    for i in (0..1).chain(middle + 1..count) {
        let (e, o) = (around(e, i), around(o, i));
        (u[i], v[i]) = (convert(e, o, rows[0]), convert(e, o, rows[1]));
    }
}

/// The alpha byte of a row of pixels.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn rgb_alpha(out: &mut [u8], pixels: &[u8]) {
    for (o, px) in out.iter_mut().zip(pixels.chunks_exact(4)) {
        *o = px[3];
    }
}

/// A [`YuvMap`] in fixed point: factors of Y, U, V and the offset.
#[derive(Clone, Copy, Debug)]
pub struct YuvFixed(pub [[i32; 4]; 3]);

impl YuvFixed {
    /// Of a map.
    pub fn new(map: &YuvMap) -> Self {
        Self(map.0.map(|r| r.map(fixed)))
    }
}

/// Converts a row of both chromas.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn yuv_chroma(out: &mut [u8], u: &[u8], v: &[u8], k: [i32; 4]) {
    for ((o, u), v) in out.iter_mut().zip(u).zip(v) {
        let c = k[1] * i32::from(*u) + k[2] * i32::from(*v) + k[3] + 32768;
        *o = (c >> 16).clamp(0, 255) as u8;
    }
}

/// Converts a row of luma. `u` and `v` are chroma at luma's size in eighths (see [`widen`]).
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn yuv_luma(out: &mut [u8], y: &[u8], u: &[u16], v: &[u16], k: [i32; 4]) {
    // Thirteen bits for the chroma factors, as the chroma brings three.
    let (ku, kv) = ((k[1] + 4) >> 3, (k[2] + 4) >> 3);
    for (((o, y), u), v) in out.iter_mut().zip(y).zip(u).zip(v) {
        let c = k[0] * i32::from(*y) + ku * i32::from(*u) + kv * i32::from(*v) + k[3] + 32768;
        *o = (c >> 16).clamp(0, 255) as u8;
    }
}

/// Two chroma rows, `near` weighing ¾ and `far` ¼, in eighths and at luma's width: between two samples, their mean.
/// With `double` off the row already has luma's width.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn widen(out: &mut [u16], near: &[u8], far: &[u8], double: bool) {
    let mix = |n: u8, f: u8| 3 * u16::from(n) + u16::from(f);
    if !double {
        for ((o, n), f) in out.iter_mut().zip(near).zip(far) {
            *o = 2 * mix(*n, *f);
        }
        return;
    }
    let len = near.len().min(far.len());
    let (near, far) = (&near[..len], &far[..len]);
    let (next_n, next_f) = (near.get(1..).unwrap_or(&[]), far.get(1..).unwrap_or(&[]));
    let pairs = near.iter().zip(far).zip(next_n.iter().zip(next_f));
    for (o, ((n, f), (nn, nf))) in out.chunks_exact_mut(2).zip(pairs) {
        let (here, there) = (mix(*n, *f), mix(*nn, *nf));
        o[0] = 2 * here;
        o[1] = here + there;
    }
    if len > 0 {
        let last = 2 * mix(near[len - 1], far[len - 1]);
        out.iter_mut().skip(2 * (len - 1)).take(2).for_each(|o| *o = last);
    }
}

/// From a premultiplied row as frames have it (`offset + a·(code - offset)`) to ours (`a·code`), in place.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn rebase(row: &mut [u8], a: &[u8], offset: u8) {
    let offset = i32::from(offset);
    for (v, a) in row.iter_mut().zip(a) {
        let a = i32::from(*a);
        let r = i32::from(*v) - offset + (offset * a * 257 + 32896) / 65536;
        *v = r.clamp(0, a) as u8;
    }
}
