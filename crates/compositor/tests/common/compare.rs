//! Comparison of RGBA images with reference PNGs: a tolerance per channel and a count of pixels beyond it, never a mean.

use image::RgbaImage;
use std::path::{Path, PathBuf};

/// How far a picture may be from its reference.
#[derive(Clone, Copy)]
pub struct Tolerance {
    /// Most difference of a channel, 0–255.
    pub channel: u8,
    /// Most pixels with more.
    pub outliers: usize,
    /// Most difference of a channel of those.
    pub worst: u8,
}

/// How far two pictures are apart: the pixels beyond a tolerance, and the largest difference of a channel.
pub fn difference(a: &[u8], b: &[u8], channel: u8) -> (usize, u8) {
    assert_eq!(a.len(), b.len(), "pictures of different sizes");
    let worst = |(a, b): (&[u8], &[u8])| a.iter().zip(b).map(|(a, b)| a.abs_diff(*b)).max().unwrap_or(0);
    let each: Vec<u8> = a.chunks(4).zip(b.chunks(4)).map(worst).collect();
    (
        each.iter().filter(|d| **d > channel).count(),
        each.iter().copied().max().unwrap_or(0),
    )
}

fn references() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden")
}

fn save(path: &Path, w: u32, h: u32, rgba: &[u8]) {
    let image = RgbaImage::from_raw(w, h, rgba.to_vec()).expect("4 bytes a pixel");
    image.save(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
}

/// Compares with `tests/golden/<name>.png`. A missing reference is written and counts as a failure; a failure leaves actual,
/// expected and diff (16 times enlarged differences) in the target folder.
///
/// # Errors
/// What is wrong, for the test's message.
pub fn with_reference(name: &str, by: &str, w: u32, h: u32, actual: &[u8], t: Tolerance) -> Result<(), String> {
    let path = references().join(format!("{name}.png"));
    if !path.exists() && by != "software" {
        return Err(format!(
            "{name}: there is no reference; the software renderer's test writes it"
        ));
    }
    if !path.exists() {
        save(&path, w, h, actual);
        return Err(format!(
            "{name}: there was no reference; look at {} and commit it if it is right",
            path.display()
        ));
    }
    let expected = image::open(&path).map_err(|e| format!("{name}: {e}"))?.to_rgba8();
    if expected.dimensions() != (w, h) {
        return Err(format!("{name}: {w}×{h}, the reference is {:?}", expected.dimensions()));
    }
    let (outliers, worst) = difference(actual, expected.as_raw(), t.channel);
    if outliers <= t.outliers && worst <= t.worst {
        return Ok(());
    }
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("golden");
    std::fs::create_dir_all(&folder).map_err(|e| e.to_string())?;
    let file = |kind: &str| folder.join(format!("{name}-{by}-{kind}.png"));
    let diff: Vec<u8> = actual
        .iter()
        .zip(expected.as_raw())
        .enumerate()
        .map(|(i, (a, b))| {
            if i % 4 == 3 {
                255
            } else {
                a.abs_diff(*b).saturating_mul(16)
            }
        })
        .collect();
    save(&file("actual"), w, h, actual);
    save(&file("expected"), w, h, expected.as_raw());
    save(&file("diff"), w, h, &diff);
    Err(format!(
        "{name}: {outliers} pixels differ by more than {}, at most by {worst}; see {}",
        t.channel,
        file("diff").display()
    ))
}
