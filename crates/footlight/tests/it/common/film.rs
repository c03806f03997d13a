//! What is to be seen in a file, in the judgement of FFmpeg: decoded pictures as RGB, and the numbers of the counter.

use std::{path::Path, process::Command};
use test_support::{ffprobe, process::run};

/// A decoded picture, RGB.
pub struct Picture {
    width: usize,
    rgb: Vec<u8>,
}

impl Picture {
    /// Picture number `n` of a file (from 0), `width` pixels wide.
    pub fn of_film(file: &Path, n: u64, width: usize) -> Self {
        // The colours as the file's own tags say.
        let filter = format!("select=eq(n\\,{n}),scale=out_range=pc,format=rgb24");
        let rgb = decode(file, &["-vf", &filter, "-frames:v", "1"]);
        assert!(!rgb.is_empty(), "no picture {n} in {}", file.display());
        Self { width, rgb }
    }

    pub fn of_png(file: &Path) -> Self {
        let image = image::open(file).expect("a PNG").to_rgb8();
        Self {
            width: image.width() as usize,
            rgb: image.into_raw(),
        }
    }

    pub fn size(&self) -> (usize, usize) {
        (self.width, self.rgb.len() / 3 / self.width)
    }

    pub fn at(&self, x: usize, y: usize) -> [u8; 3] {
        let i = (y * self.width + x) * 3;
        [self.rgb[i], self.rgb[i + 1], self.rgb[i + 2]]
    }

    /// Asserts the colour at a place, each channel within `tolerance`.
    #[track_caller]
    pub fn is(&self, (x, y): (usize, usize), color: [u8; 3], tolerance: u8) {
        let got = self.at(x, y);
        let far = got.iter().zip(color).any(|(a, b)| a.abs_diff(b) > tolerance);
        assert!(!far, "{got:?} instead of {color:?} at {x}, {y}");
    }

    /// Mean difference per channel from a picture of the same size, in a rectangle x, y, width, height.
    pub fn differs(&self, other: &Self, [x, y, w, h]: [usize; 4]) -> f64 {
        let places = (y..y + h).flat_map(|y| (x..x + w).map(move |x| (x, y)));
        let sum: u64 = places
            .flat_map(|(x, y)| self.at(x, y).into_iter().zip(other.at(x, y)))
            .map(|(a, b)| u64::from(a.abs_diff(b)))
            .sum();
        sum as f64 / (w * h * 3) as f64
    }
}

/// The numbers on the pictures of a film of the `counter` pattern, in the order they are shown. `None` where there is no
/// clear number. The strip of 34 fields is the lowest tenth; see `sources::test_pattern`.
pub fn counters(file: &Path) -> Vec<Option<u32>> {
    let filter = "crop=iw:ih/20:0:ih*37/40,scale=34:1:flags=area,format=gray";
    let gray = decode(file, &["-vf", filter, "-vsync", "passthrough"]);
    gray.chunks_exact(34).map(number).collect()
}

fn number(fields: &[u8]) -> Option<u32> {
    let bit = |v: u8| match v {
        0..=75 => Some(0_u32),
        176.. => Some(1),
        _ => None,
    };
    let framed = bit(fields[0])? == 1 && bit(fields[33])? == 0;
    let value = fields[1..33].iter().try_fold(0_u32, |n, v| Some(n << 1 | bit(*v)?));
    value.filter(|_| framed)
}

/// Asserts that a film of the counter misses no picture and shows none twice.
#[track_caller]
pub fn is_gapless(file: &Path) {
    let all = counters(file);
    assert!(all.len() > 10, "only {} pictures in {}", all.len(), file.display());
    for (i, pair) in all.windows(2).enumerate() {
        let follows = matches!(pair, [Some(a), Some(b)] if *b == a.wrapping_add(1));
        assert!(follows, "picture {i} of {}: {pair:?} are no neighbours", file.display());
    }
}

/// As [`is_gapless`], of a film that was cut off: the last picture may miss the B-frames shown before it, which come after
/// it in the file.
#[track_caller]
pub fn is_gapless_but_its_end(file: &Path, b_frames: usize) {
    let all = counters(file);
    assert!(all.len() > 10, "only {} pictures in {}", all.len(), file.display());
    let end = all.len() - 1 - b_frames;
    for (i, pair) in all[..end].windows(2).enumerate() {
        let follows = matches!(pair, [Some(a), Some(b)] if *b == a.wrapping_add(1));
        assert!(follows, "picture {i} of {}: {pair:?} are no neighbours", file.display());
    }
}

/// Mean brightness (0 to 255) of every picture and the time it is shown, seconds, in the file's own time.
pub fn brightness(file: &Path) -> Vec<(f64, u8)> {
    let gray = decode(
        file,
        &["-vf", "scale=1:1:flags=area,format=gray", "-vsync", "passthrough"],
    );
    let mut times: Vec<f64> = ffprobe::packets(file, "v:0")
        .expect("packets")
        .iter()
        .map(|p| p.pts_s)
        .collect();
    times.sort_by(f64::total_cmp);
    assert_eq!(
        times.len(),
        gray.len(),
        "every packet of {} gives a picture",
        file.display()
    );
    times.into_iter().zip(gray).collect()
}

fn decode(file: &Path, options: &[&str]) -> Vec<u8> {
    let mut c = Command::new("/usr/bin/ffmpeg");
    c.args(["-nostdin", "-v", "error", "-i"])
        .arg(file)
        .args(["-map", "0:v:0"])
        .args(options);
    run(c.args(["-f", "rawvideo", "-"])).expect("ffmpeg decodes it")
}
