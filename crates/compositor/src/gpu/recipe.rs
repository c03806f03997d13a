//! How a picture of each pixel format becomes BT.709 limited codes in each plane: which textures are sampled, on which grid,
//! and the linear formula on what was sampled. YUV goes straight to YUV: a BT.709 limited picture keeps its codes exactly.

use super::placement::{Plane, TexelGrid};
use crate::color::{FromRgb, YuvMap};
use media::{AlphaMode, PixelFormat, VideoFrame};

/// What the main textures hold; the numbers are `main_texel`'s in `shader.wgsl`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum MainKind {
    Rgba = 0,
    Luma = 1,
    LumaAlpha = 2,
    ChromaPlanes = 3,
    ChromaPairs = 4,
    ChromaAlpha = 5,
    NestedLuma = 6,
    NestedChroma = 7,
}

/// What is sampled beside them on its own grid.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum SecondKind {
    None = 0,
    ChromaPlanes = 1,
    ChromaPairs = 2,
    Alpha = 3,
}

/// How colour relates to alpha in the textures.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Alpha {
    Opaque = 0,
    Premultiplied = 1,
    Straight = 2,
}

/// Everything about one picture in one plane that does not depend on where it is placed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Recipe {
    /// Main textures.
    pub main: MainKind,
    /// Where their texels lie.
    pub main_grid: TexelGrid,
    /// What is sampled beside them.
    pub second: SecondKind,
    /// Where its texels lie.
    pub second_grid: TexelGrid,
    /// How colour relates to alpha.
    pub alpha: Alpha,
    /// Factors on the three sampled components, and what is added; two rows for U and V, one for Y.
    pub rows: [[f32; 4]; 2],
    /// What alpha (1 when opaque) adds.
    pub by_alpha: [f32; 4],
}

/// The offsets of BT.709 limited codes: black and no colour.
const BLACK: [f64; 3] = [16.0, 128.0, 128.0];
/// A smaller share of chroma in luma can't change a code.
const NO_SHARE: f64 = 1e-6;

impl Recipe {
    /// For a source's frame.
    pub fn of_frame(f: &VideoFrame, plane: Plane) -> Self {
        let alpha = match f.alpha {
            _ if f.is_opaque() => Alpha::Opaque,
            AlphaMode::Premultiplied => Alpha::Premultiplied,
            _ => Alpha::Straight,
        };
        if f.format.is_yuv() {
            of_yuv(f, plane, alpha)
        } else {
            let from = FromRgb::bt709_limited();
            let factors = from.rows.map(|[r, g, b]| [r, g, b, 0.0]);
            Self::new(MainKind::Rgba, TexelGrid::FULL, alpha, plane, factors, from.add)
        }
    }

    /// For a nested list that was drawn into a canvas of its own: premultiplied codes, offset included.
    pub fn of_nested(plane: Plane) -> Self {
        let (main, grid) = match plane {
            Plane::Luma => (MainKind::NestedLuma, TexelGrid::FULL),
            Plane::Chroma => (MainKind::NestedChroma, TexelGrid::C420),
        };
        Self::new(main, grid, Alpha::Premultiplied, plane, IDENTITY, [0.0; 3])
    }

    fn new(
        main: MainKind,
        grid: TexelGrid,
        alpha: Alpha,
        plane: Plane,
        factors: [[f64; 4]; 3],
        by_alpha: [f64; 3],
    ) -> Self {
        // The textures give 0..1 where the formulas have 0..255, which only the added numbers feel.
        let row = |i: usize| {
            let [a, b, c, add] = factors[i];
            [a, b, c, add / 255.0].map(|v| v as f32)
        };
        let plus = |i: usize| (by_alpha[i] / 255.0) as f32;
        let (rows, by_alpha) = match plane {
            Plane::Luma => ([row(0), [0.0; 4]], [plus(0), 0.0, 0.0, 0.0]),
            Plane::Chroma => ([row(1), row(2)], [plus(1), plus(2), 0.0, 0.0]),
        };
        Self {
            main,
            main_grid: grid,
            second: SecondKind::None,
            second_grid: TexelGrid::FULL,
            alpha,
            rows,
            by_alpha,
        }
    }
}

const IDENTITY: [[f64; 4]; 3] = [[1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.0, 0.0], [0.0, 0.0, 1.0, 0.0]];

fn of_yuv(f: &VideoFrame, plane: Plane, alpha: Alpha) -> Recipe {
    let mut factors = YuvMap::new(f.color).map_or(IDENTITY, |m| m.0);
    let mut by_alpha = [0.0; 3];
    for i in 0..3 {
        if alpha == Alpha::Premultiplied {
            // Frames hold offset + a·(code - offset); the canvas blends a·code.
            factors[i][3] -= BLACK[i];
            by_alpha[i] = BLACK[i];
        } else {
            by_alpha[i] = std::mem::take(&mut factors[i][3]);
        }
    }
    let pairs = f.format == PixelFormat::Nv12;
    let chroma_grid = match f.format {
        PixelFormat::I422 => TexelGrid::C422,
        PixelFormat::I444 | PixelFormat::I444A => TexelGrid::FULL,
        _ => TexelGrid::C420,
    };
    let clear = alpha != Alpha::Opaque;
    let (main, grid) = match (plane, clear, chroma_grid == TexelGrid::FULL) {
        (Plane::Luma, false, _) => (MainKind::Luma, TexelGrid::FULL),
        (Plane::Luma, true, _) => (MainKind::LumaAlpha, TexelGrid::FULL),
        (Plane::Chroma, true, true) => (MainKind::ChromaAlpha, chroma_grid),
        (Plane::Chroma, ..) if pairs => (MainKind::ChromaPairs, chroma_grid),
        (Plane::Chroma, ..) => (MainKind::ChromaPlanes, chroma_grid),
    };
    let mut recipe = Recipe::new(main, grid, alpha, plane, factors, by_alpha);
    let needs_chroma = factors[0][1].abs() > NO_SHARE || factors[0][2].abs() > NO_SHARE;
    if plane == Plane::Luma && needs_chroma {
        recipe.second = if pairs {
            SecondKind::ChromaPairs
        } else {
            SecondKind::ChromaPlanes
        };
        recipe.second_grid = chroma_grid;
    } else if plane == Plane::Chroma && clear && main != MainKind::ChromaAlpha {
        recipe.second = SecondKind::Alpha;
    }
    recipe
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::{ColorInfo, ColorMatrix, ColorRange, MediaTime, Plane as Samples};

    fn frame(format: PixelFormat, color: ColorInfo, alpha: AlphaMode) -> VideoFrame {
        let planes = (0..format.planes())
            .map(|i| {
                let (bytes, rows) = format.plane_size(i, 4, 4);
                Samples {
                    data: vec![0; bytes * rows].into(),
                    stride: bytes,
                }
            })
            .collect();
        VideoFrame::new(format, 4, 4, planes, color, alpha, MediaTime::ZERO).expect("frame")
    }

    #[test]
    fn our_own_codes_pass_unchanged() {
        let f = frame(PixelFormat::I420, ColorInfo::BT709_LIMITED, AlphaMode::Opaque);
        let luma = Recipe::of_frame(&f, Plane::Luma);
        assert_eq!((luma.main, luma.second), (MainKind::Luma, SecondKind::None));
        assert_eq!((luma.rows[0], luma.by_alpha), ([1.0, 0.0, 0.0, 0.0], [0.0; 4]));
    }

    #[test]
    fn luma_takes_chroma_only_across_matrices() {
        let full = ColorInfo {
            range: ColorRange::Full,
            ..ColorInfo::BT709_LIMITED
        };
        let bt601 = ColorInfo {
            matrix: ColorMatrix::Bt601,
            ..ColorInfo::BT709_LIMITED
        };
        for (color, want) in [(full, SecondKind::None), (bt601, SecondKind::ChromaPairs)] {
            let f = frame(PixelFormat::Nv12, color, AlphaMode::Opaque);
            assert_eq!(Recipe::of_frame(&f, Plane::Luma).second, want, "{color:?}");
        }
    }

    #[test]
    fn premultiplied_black_stays_nothing() {
        let f = frame(PixelFormat::I420A, ColorInfo::BT709_LIMITED, AlphaMode::Premultiplied);
        let r = Recipe::of_frame(&f, Plane::Luma);
        // Alpha 0 is stored as code 16 and must add nothing.
        assert!((r.rows[0][0] * 16.0 / 255.0 + r.rows[0][3]).abs() < 1e-6);
    }
}
