//! Three-dimensional tables of colours: the `.cube` text format (Adobe's specification 1.0) and tables drawn as an image.

use super::FilterError;

/// A cube of colours, red running fastest.
#[derive(Debug)]
pub struct Cube {
    /// Entries along each edge, 2 to [`LARGEST`].
    pub size: usize,
    /// R, G, B of each entry, 0 to 1.
    pub entries: Vec<[f32; 3]>,
    /// The colours of the first and the last entry, channel by channel.
    pub domain: ([f32; 3], [f32; 3]),
}

/// The largest cube: 129³ entries are 26 MB.
const LARGEST: usize = 129;

/// Reads a `.cube` file's text.
///
/// # Errors
/// What is wrong, in which line.
pub fn parse(file: &str, text: &str) -> Result<Cube, FilterError> {
    let mut size = None;
    let (mut low, mut high) = ([0.0; 3], [1.0; 3]);
    let mut entries: Vec<[f32; 3]> = vec![];
    for (i, line) in text.lines().enumerate() {
        let wrong = |what: String| FilterError::file(file, format!("line {}: {what}", i + 1));
        let line = line.trim();
        let mut words = line.split_whitespace();
        match words.next() {
            None => {}
            Some(w) if w.starts_with('#') || w == "TITLE" => {}
            Some("LUT_3D_SIZE") => {
                let n = words.next().and_then(|w| w.parse::<usize>().ok());
                size = Some(
                    n.filter(|n| (2..=LARGEST).contains(n))
                        .ok_or_else(|| wrong(format!("LUT_3D_SIZE must be a whole number from 2 to {LARGEST}")))?,
                );
            }
            Some("LUT_1D_SIZE") => {
                return Err(wrong(
                    "one-dimensional tables are not read; choose a 3D one (LUT_3D_SIZE)".into(),
                ));
            }
            Some("DOMAIN_MIN") => low = numbers(line, 1).ok_or_else(|| wrong("three numbers must follow".into()))?,
            Some("DOMAIN_MAX") => high = numbers(line, 1).ok_or_else(|| wrong("three numbers must follow".into()))?,
            Some(w) if w.starts_with(|c: char| c.is_ascii_alphabetic()) => {}
            Some(_) => {
                if entries.len() >= LARGEST.pow(3) {
                    return Err(wrong("there are more entries than any table has".into()));
                }
                entries.push(numbers(line, 0).ok_or_else(|| wrong("an entry is three numbers".into()))?);
            }
        }
    }
    let size = size.ok_or_else(|| FilterError::file(file, "is no 3D table: it has no LUT_3D_SIZE"))?;
    if entries.len() != size.pow(3) {
        let text = format!(
            "has {} entries; LUT_3D_SIZE {size} asks for {size}×{size}×{size} = {}",
            entries.len(),
            size.pow(3)
        );
        return Err(FilterError::file(file, text));
    }
    if (0..3).any(|i| high[i] <= low[i]) {
        return Err(FilterError::file(
            file,
            "DOMAIN_MAX must be above DOMAIN_MIN in every channel",
        ));
    }
    Ok(Cube {
        size,
        entries,
        domain: (low, high),
    })
}

/// Three finite numbers after some words.
fn numbers(line: &str, skip: usize) -> Option<[f32; 3]> {
    let mut words = line.split_whitespace().skip(skip).map(|w| w.parse::<f32>().ok());
    let mut next = || words.next().flatten().filter(|v| v.is_finite());
    Some([next()?, next()?, next()?])
}

/// Reads a table drawn as an image: tiles of n × n pixels, red to the right, green downwards, one for every step of blue;
/// side by side in one row (n² × n pixels), or in a square (512 × 512 pixels for n = 64).
///
/// # Errors
/// An image of another size.
pub fn from_image(file: &str, w: usize, h: usize, rgba: &[u8]) -> Result<Cube, FilterError> {
    let root = |v: usize| (2..=LARGEST).find(|n| n * n == v);
    let square = (2usize..=11).find(|m| m.pow(3) == w).map(|m| m * m);
    let (size, tiles) = match (w == h, square, root(w)) {
        (true, Some(n), _) => (n, w / n),
        (false, _, Some(n)) if h == n => (n, n),
        _ => {
            let text = format!(
                "is {w}×{h} pixels large, which is no table of colours; tables are 512×512 (64 steps), or a row of square tiles such as 256×16, 1024×32 or 4096×64"
            );
            return Err(FilterError::file(file, text));
        }
    };
    let mut entries = Vec::with_capacity(size.pow(3));
    for b in 0..size {
        for g in 0..size {
            for r in 0..size {
                let (x, y) = ((b % tiles) * size + r, (b / tiles) * size + g);
                let px = rgba.get(4 * (y * w + x)..4 * (y * w + x) + 3).unwrap_or(&[0, 0, 0]);
                entries.push([px[0], px[1], px[2]].map(|c| f32::from(c) / 255.0));
            }
        }
    }
    Ok(Cube {
        size,
        entries,
        domain: ([0.0; 3], [1.0; 3]),
    })
}

impl Cube {
    /// The colour it makes of one, between its eight neighbours.
    #[inline]
    pub fn look(&self, rgb: [f32; 3]) -> [f32; 3] {
        let last = (self.size - 1) as f32;
        let (low, high) = self.domain;
        let mut first = [0; 3];
        let mut share = [0.0; 3];
        for i in 0..3 {
            let at = ((rgb[i] - low[i]) / (high[i] - low[i])).clamp(0.0, 1.0) * last;
            first[i] = (at as usize).min(self.size - 2);
            share[i] = at - first[i] as f32;
        }
        let n = self.size;
        let base = first[0] + n * (first[1] + n * first[2]);
        let get = |i: usize| self.entries.get(i).copied().unwrap_or_default();
        let mix = |a: [f32; 3], b: [f32; 3], t: f32| std::array::from_fn(|i| a[i] + (b[i] - a[i]) * t);
        let row = |i: usize| -> [f32; 3] { mix(get(i), get(i + 1), share[0]) };
        let side = |i: usize| -> [f32; 3] { mix(row(i), row(i + n), share[1]) };
        mix(side(base), side(base + n * n), share[2])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(n: usize) -> String {
        let mut text = format!("TITLE \"same\"\n# nothing\nLUT_3D_SIZE {n}\nDOMAIN_MIN 0 0 0\nDOMAIN_MAX 1 1 1\n");
        let at = |i: usize| i as f32 / (n - 1) as f32;
        for i in 0..n.pow(3) {
            text += &format!("{} {} {}\n", at(i % n), at(i / n % n), at(i / n / n));
        }
        text
    }

    #[test]
    fn the_identity_changes_nothing() {
        let cube = parse("same.cube", &identity(5)).expect("a table");
        for c in [[0.0, 0.0, 0.0], [1.0, 1.0, 1.0], [0.2, 0.63, 0.9], [-1.0, 2.0, 0.5]] {
            let got = cube.look(c);
            let want = c.map(|v: f32| v.clamp(0.0, 1.0));
            assert!(got.iter().zip(want).all(|(a, b)| (a - b).abs() < 1e-5), "{c:?} {got:?}");
        }
    }

    #[test]
    fn what_is_no_table_says_why() {
        let wrong = |text: &str| parse("x.cube", text).expect_err("wrong").to_string();
        assert_eq!(wrong(""), "x.cube: is no 3D table: it has no LUT_3D_SIZE");
        assert_eq!(
            wrong("LUT_3D_SIZE 1"),
            "x.cube: line 1: LUT_3D_SIZE must be a whole number from 2 to 129"
        );
        assert_eq!(
            wrong("LUT_3D_SIZE 2\n0 0 zero"),
            "x.cube: line 2: an entry is three numbers"
        );
        assert_eq!(
            wrong("LUT_3D_SIZE 2\n0 0 0"),
            "x.cube: has 1 entries; LUT_3D_SIZE 2 asks for 2×2×2 = 8"
        );
        assert!(wrong("LUT_3D_SIZE 2\n0 0 nan").contains("line 2"));
        assert!(wrong("LUT_1D_SIZE 16").contains("choose a 3D one"));
        let image = |w, h| from_image("x.png", w, h, &vec![0; w * h * 4]);
        assert!(image(100, 100).expect_err("wrong").to_string().contains("512×512"));
        assert_eq!(image(512, 512).expect("right").size, 64);
        assert_eq!(image(256, 16).expect("right").size, 16);
    }
}
