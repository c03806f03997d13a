//! The inner loops: blends of one row of samples. They are plain loops that the compiler turns into AVX-512, AVX2 or NEON
//! code; `multiversion` picks at run time. Slices of unequal length are blended up to the shortest.
//!
//! With `p` premultiplied colour (code × alpha / 255), `s` straight colour, `a` alpha, `o` opacity, all in 0–255:
//! * premultiplied over: `d ← p + d·(255 - a)/255`
//! * straight over: `d ← (s·a + d·(255 - a))/255`
//! * with opacity, `p` and `a` become `p·o/255` and `a·o/255` first.
//!
//! The codes are blended as they are, offsets (16, 128) included: an *over* is a weighted mean with weights that sum to 1, so
//! the offset stays. Divisions by 255 are exact to rounding: `(v + 128 + ((v + 128) >> 8)) >> 8` for v up to 65 025.

use multiversion::multiversion;

/// v / 255 to the nearest, for v in 0..=65025.
#[inline(always)]
fn div255(v: u16) -> u16 {
    let v = v + 128;
    (v + (v >> 8)) >> 8
}

/// Premultiplied over.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn over(dst: &mut [u8], p: &[u8], a: &[u8]) {
    for ((d, p), a) in dst.iter_mut().zip(p).zip(a) {
        let below = div255(u16::from(*d) * (255 - u16::from(*a)));
        *d = (u16::from(*p) + below).min(255) as u8;
    }
}

/// Premultiplied over, with opacity.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn over_faded(dst: &mut [u8], p: &[u8], a: &[u8], o: u8) {
    let o = u16::from(o);
    for ((d, p), a) in dst.iter_mut().zip(p).zip(a) {
        let (p, a) = (div255(u16::from(*p) * o), div255(u16::from(*a) * o));
        *d = (p + div255(u16::from(*d) * (255 - a))).min(255) as u8;
    }
}

/// Straight over.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn over_straight(dst: &mut [u8], s: &[u8], a: &[u8]) {
    for ((d, s), a) in dst.iter_mut().zip(s).zip(a) {
        let a = u16::from(*a);
        *d = div255(u16::from(*s) * a + u16::from(*d) * (255 - a)) as u8;
    }
}

/// Straight over, with opacity.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn over_straight_faded(dst: &mut [u8], s: &[u8], a: &[u8], o: u8) {
    let o = u16::from(o);
    for ((d, s), a) in dst.iter_mut().zip(s).zip(a) {
        let a = div255(u16::from(*a) * o);
        *d = div255(u16::from(*s) * a + u16::from(*d) * (255 - a)) as u8;
    }
}

/// An opaque row over, with opacity.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn over_solid_faded(dst: &mut [u8], s: &[u8], o: u8) {
    let o = u16::from(o);
    for (d, s) in dst.iter_mut().zip(s) {
        *d = div255(u16::from(*s) * o + u16::from(*d) * (255 - o)) as u8;
    }
}

/// `out ← s·a/255`: premultiplies, or multiplies alpha by coverage.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn multiply(out: &mut [u8], s: &[u8], a: &[u8]) {
    for ((o, s), a) in out.iter_mut().zip(s).zip(a) {
        *o = div255(u16::from(*s) * u16::from(*a)) as u8;
    }
}

/// `row ← row·a/255`.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn multiply_into(row: &mut [u8], a: &[u8]) {
    for (o, a) in row.iter_mut().zip(a) {
        *o = div255(u16::from(*o) * u16::from(*a)) as u8;
    }
}

/// `row ← row·k/255`.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn scale_by(row: &mut [u8], k: u8) {
    for o in row {
        *o = div255(u16::from(*o) * u16::from(k)) as u8;
    }
}

/// Two full-size rows to one row of left-sited 4:2:0 samples: weights ¼ ½ ¼ around column 2i, ½ ½ down. The first and
/// last columns are repeated outwards. `sum` is scratch of at least the rows' length; `out` has ceil(len / 2) samples.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn halve(out: &mut [u8], top: &[u8], bottom: &[u8], sum: &mut [u16]) {
    let n = top.len().min(bottom.len()).min(sum.len());
    let sum = &mut sum[..n];
    for ((s, t), b) in sum.iter_mut().zip(top).zip(bottom) {
        *s = u16::from(*t) + u16::from(*b);
    }
    if n == 0 {
        return;
    }
    let clamped = |i: usize| {
        let at = |k: usize| sum[k.min(n - 1)];
        ((at((2 * i).saturating_sub(1)) + 2 * at(2 * i) + at(2 * i + 1) + 4) >> 3) as u8
    };
    let count = n.div_ceil(2).min(out.len());
    // Samples 2i-1, 2i and 2i+1 for i from 1; both ends by hand.
    let pairs = sum.get(1..).unwrap_or(&[]).chunks_exact(2);
    let next = sum.get(3..).unwrap_or(&[]).chunks_exact(2);
    let middle = next.len();
    for (o, (l, r)) in out.iter_mut().skip(1).zip(pairs.zip(next)) {
        *o = ((l[0] + 2 * l[1] + r[0] + 4) >> 3) as u8;
    }
    out[0] = clamped(0);
    for (i, o) in out.iter_mut().enumerate().take(count).skip(middle + 1) {
        *o = clamped(i);
    }
}

/// Interleaved pairs apart.
#[multiversion(targets("x86_64+avx512f+avx512bw+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub fn deinterleave(pairs: &[u8], first: &mut [u8], second: &mut [u8]) {
    for ((p, a), b) in pairs.chunks_exact(2).zip(first).zip(second) {
        *a = p[0];
        *b = p[1];
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_by_255_is_exact() {
        for v in 0..=65025u16 {
            assert_eq!(div255(v), ((f64::from(v) / 255.0) + 0.5).floor() as u16, "{v}");
        }
    }

    #[test]
    fn premultiplied_and_straight_agree() {
        for a in 0..=255u8 {
            for (s, d) in [(235u8, 16u8), (16, 235), (128, 128), (255, 0), (0, 255)] {
                let (mut x, mut y, mut p) = ([d], [d], [0]);
                multiply(&mut p, &[s], &[a]);
                over(&mut x, &p, &[a]);
                over_straight(&mut y, &[s], &[a]);
                assert!(x[0].abs_diff(y[0]) <= 1, "{s} over {d} at {a}: {} {}", x[0], y[0]);
            }
        }
    }

    #[test]
    fn halving_is_left_sited() {
        // What the weights say, written slowly, for even and odd lengths down to 1.
        for n in 1..40usize {
            let top: Vec<u8> = (0..n).map(|i| (i * 97 % 256) as u8).collect();
            let bottom: Vec<u8> = (0..n).map(|i| (i * 53 % 241) as u8).collect();
            let mut out = vec![0; n.div_ceil(2)];
            halve(&mut out, &top, &bottom, &mut vec![0; n]);
            for (i, o) in out.iter().enumerate() {
                let at = |k: isize| {
                    let k = k.clamp(0, n as isize - 1) as usize;
                    u16::from(top[k]) + u16::from(bottom[k])
                };
                let k = 2 * i as isize;
                let want = (at(k - 1) + 2 * at(k) + at(k + 1) + 4) >> 3;
                assert_eq!(u16::from(*o), want, "length {n}, sample {i}");
            }
        }
    }
}
