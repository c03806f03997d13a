//! Sets text: from a string and a style to coverage masks of its glyphs. Used by the text source and the slate; knows
//! nothing of colours, shadows or files (that is `text::paint`).

use crate::fonts;
use cosmic_text::{
    Align, Attrs, Buffer, Family, FeatureTag, FontFeatures, FontSystem, Metrics, Shaping, Style, SwashCache,
    SwashContent, Weight, Wrap,
};

/// How text is set.
#[derive(Clone, Debug, PartialEq)]
pub struct Setting<'a> {
    /// Font family; the bundled one when empty or missing on this computer.
    pub family: &'a str,
    /// Font size, pixels.
    pub size_px: f32,
    /// CSS weight: 400 regular, 700 bold.
    pub weight: u16,
    /// Slanted.
    pub italic: bool,
    /// Distance of baselines as a factor of the size.
    pub line_height: f32,
    /// Lines break at this width, pixels; `None`: only at line ends.
    pub wrap_px: Option<f32>,
    /// How lines stand against each other.
    pub align: Align,
    /// Pixels around the ink that are kept empty (room for outline and shadow): left, top, right, bottom.
    pub margin: [u32; 4],
    /// Largest width and height of the result; the rest is cut off.
    pub limit: (u32, u32),
    /// Figures of equal width (a clock must not dance), where the font has them.
    pub equal_figures: bool,
}

/// Glyph coverage, with margins.
#[derive(Clone, Debug, Default)]
pub struct Ink {
    /// Width of both layers, pixels.
    pub width: usize,
    /// Height of both layers, pixels.
    pub height: usize,
    /// Coverage of plain glyphs, one byte a pixel.
    pub mask: Vec<u8>,
    /// Colour glyphs (emoji), premultiplied RGBA; `None` when there are none.
    pub color: Option<Vec<u8>>,
    /// Whether the text did not fit into the limit.
    pub clipped: bool,
    /// The family asked for, when it is not on this computer.
    pub missing_family: Option<String>,
    /// Glyphs no font has (boxes).
    pub missing_glyphs: usize,
    /// Lines as laid out.
    pub lines: usize,
}

/// Sets `text`. Slow (milliseconds): call it when something changed, not for every frame.
pub fn set(text: &str, s: &Setting<'_>) -> Ink {
    let (text, cut) = shortened(text, s);
    fonts::with(|fonts| {
        let (buffer, missing_family) = lay_out(fonts, text, s);
        let width = run_width(&buffer, s);
        let mut ink = raster(fonts, &buffer, width, s);
        ink.clipped |= cut;
        ink.missing_family = missing_family;
        ink
    })
}

/// Cuts what can't be visible before it costs time: lines below the limit, and absurdly long lines.
fn shortened<'t>(text: &'t str, s: &Setting<'_>) -> (&'t str, bool) {
    const MOST_BYTES: usize = 32 * 1024;
    let lines = (s.limit.1 as f32 / (s.size_px * s.line_height).max(1.0)) as usize + 1;
    let mut end = text
        .match_indices('\n')
        .nth(lines.saturating_sub(1))
        .map_or(text.len(), |(i, _)| i);
    end = end.min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (&text[..end], end < text.len())
}

fn lay_out(fonts: &mut FontSystem, text: &str, s: &Setting<'_>) -> (Buffer, Option<String>) {
    let found = fonts::has_family(fonts, s.family);
    let missing = (found.is_none() && !s.family.is_empty()).then(|| s.family.to_owned());
    let mut attrs = Attrs::new().weight(Weight(s.weight));
    attrs = attrs.family(found.as_deref().map_or(Family::Name(fonts::BUNDLED), Family::Name));
    if s.italic {
        attrs = attrs.style(Style::Italic);
    }
    if s.equal_figures {
        let mut features = FontFeatures::new();
        features.enable(FeatureTag::new(b"tnum"));
        attrs = attrs.font_features(features);
    }
    let mut buffer = Buffer::new(fonts, Metrics::relative(s.size_px.max(1.0), s.line_height.max(0.1)));
    buffer.set_wrap(Wrap::WordOrGlyph);
    // Tall enough that nothing is left unshaped; the raster stops at the limit.
    buffer.set_size(s.wrap_px, Some(s.limit.1 as f32 + s.size_px));
    buffer.set_text(text, &attrs, Shaping::Advanced, Some(s.align));
    buffer.shape_until_scroll(fonts, false);
    if s.wrap_px.is_none() {
        // Alignment needs a width: that of the longest line.
        let widest = buffer.layout_runs().map(|r| r.line_w).fold(0.0, f32::max).ceil();
        buffer.set_wrap(Wrap::None);
        buffer.set_size(Some(widest.max(1.0)), Some(s.limit.1 as f32 + s.size_px));
        buffer.shape_until_scroll(fonts, false);
    }
    (buffer, missing)
}

/// The width lines are aligned in.
fn run_width(buffer: &Buffer, s: &Setting<'_>) -> f32 {
    let widest = buffer.layout_runs().map(|r| r.line_w).fold(0.0, f32::max);
    s.wrap_px.map_or(widest, |w| w.max(widest)).ceil()
}

fn raster(fonts: &mut FontSystem, buffer: &Buffer, width: f32, s: &Setting<'_>) -> Ink {
    let [left, top, right, bottom] = s.margin;
    let height = buffer
        .layout_runs()
        .map(|r| r.line_top + r.line_height)
        .fold(0.0, f32::max);
    let (full_w, full_h) = (width as u32 + left + right, height.ceil() as u32 + top + bottom);
    let (w, h) = (full_w.clamp(1, s.limit.0) as usize, full_h.clamp(1, s.limit.1) as usize);
    let mut ink = Ink {
        width: w,
        height: h,
        mask: vec![0; w * h],
        clipped: full_w > s.limit.0 || full_h > s.limit.1,
        ..Ink::default()
    };
    let mut cache = SwashCache::new();
    for run in buffer.layout_runs() {
        ink.lines += 1;
        for glyph in run.glyphs {
            ink.missing_glyphs += usize::from(glyph.glyph_id == 0);
            let at = glyph.physical((left as f32, top as f32 + run.line_y.round()), 1.0);
            if at.y > h as i32 + 4096 {
                return ink;
            }
            if let Some(image) = cache.get_image(fonts, at.cache_key) {
                let p = image.placement;
                let corner = (at.x + p.left, at.y - p.top);
                blit(
                    &mut ink,
                    &image.data,
                    image.content,
                    corner,
                    (p.width as usize, p.height as usize),
                );
            }
        }
    }
    ink
}

/// Lays one glyph's picture over the layer it belongs to, cut at the edges.
fn blit(ink: &mut Ink, data: &[u8], content: SwashContent, corner: (i32, i32), size: (usize, usize)) {
    let (w, h) = (ink.width, ink.height);
    for (gy, gx) in (0..size.1).flat_map(|y| (0..size.0).map(move |x| (y, x))) {
        let (x, y) = (corner.0 + gx as i32, corner.1 + gy as i32);
        if x < 0 || y < 0 || x as usize >= w || y as usize >= h {
            continue;
        }
        let (from, to) = (gy * size.0 + gx, y as usize * w + x as usize);
        match content {
            SwashContent::Mask => {
                let c = data.get(from).copied().unwrap_or(0);
                ink.mask[to] = over(c, ink.mask[to], c);
            }
            SwashContent::Color | SwashContent::SubpixelMask => {
                let Some(&[r, g, b, a]) = data.get(from * 4..from * 4 + 4).and_then(|p| p.first_chunk()) else {
                    continue;
                };
                let layer = ink.color.get_or_insert_with(|| vec![0; w * h * 4]);
                for (d, c) in layer[to * 4..to * 4 + 4].iter_mut().zip([r, g, b, 255]) {
                    *d = over(mul(c, a), *d, a);
                }
            }
        }
    }
}

/// `a * b / 255`, rounded.
pub fn mul(a: u8, b: u8) -> u8 {
    ((u32::from(a) * u32::from(b) + 127) / 255) as u8
}

/// Premultiplied `src` of coverage `alpha` over `dst`.
pub fn over(src: u8, dst: u8, alpha: u8) -> u8 {
    src.saturating_add(mul(dst, 255 - alpha))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(wrap_px: Option<f32>) -> Setting<'static> {
        Setting {
            family: "",
            size_px: 40.0,
            weight: 400,
            italic: false,
            line_height: 1.2,
            wrap_px,
            align: Align::Left,
            margin: [0; 4],
            limit: (4096, 4096),
            equal_figures: false,
        }
    }
    fn inked(i: &Ink) -> usize {
        i.mask.iter().filter(|&&m| m > 128).count()
    }

    #[test]
    fn every_script_has_glyphs() {
        for text in [
            "Studio Ünïcode fi ffl",
            "中文：你好，世界。直播间",
            "日本語：こんにちは",
            "안녕하세요",
            "مرحبا بالعالم",
            "שלום עולם",
            "नमस्ते",
            "สวัสดี",
        ] {
            let ink = set(text, &plain(None));
            assert_eq!(ink.missing_glyphs, 0, "{text}");
            let coloured = ink
                .color
                .as_ref()
                .is_some_and(|c| c.chunks_exact(4).any(|p| p[3] > 128));
            assert!(inked(&ink) > 100 || coloured, "{text} is invisible");
        }
    }

    #[test]
    fn wrapping_makes_more_lines_and_no_wider_picture() {
        let text = "one two three four five six seven";
        let (long, short) = (set(text, &plain(None)), set(text, &plain(Some(200.0))));
        assert_eq!(long.lines, 1);
        assert!(short.lines >= 3, "{}", short.lines);
        assert_eq!(short.width, 200);
        assert_eq!(set("", &plain(None)).lines, 1);
    }

    #[test]
    fn right_to_left_text_starts_at_the_right() {
        let first_ink = |text: &str| {
            let s = Setting {
                align: Align::Right,
                ..plain(Some(600.0))
            };
            let ink = set(text, &s);
            let column = |x: usize| (0..ink.height).any(|y| ink.mask[y * ink.width + x] > 128);
            (0..ink.width).find(|&x| column(x))
        };
        assert!(first_ink("שלום").is_some_and(|x| x > 300));
    }

    #[test]
    fn a_book_is_cut_short() {
        let text = "A line of a very long text.\n".repeat(10_000);
        let ink = set(&text, &plain(None));
        assert!(ink.clipped);
        assert!(ink.height <= 4096 && ink.lines < 200, "{} lines", ink.lines);
        let endless = "x".repeat(1_000_000);
        assert!(set(&endless, &plain(Some(800.0))).clipped);
    }

    #[test]
    fn a_missing_family_is_told_and_replaced() {
        let ink = set(
            "Hello",
            &Setting {
                family: "No Such Font 9000",
                ..plain(None)
            },
        );
        assert_eq!(ink.missing_family.as_deref(), Some("No Such Font 9000"));
        assert!(inked(&ink) > 100);
        assert_eq!(
            set(
                "Hello",
                &Setting {
                    family: "inter",
                    ..plain(None)
                }
            )
            .missing_family,
            None
        );
    }
}
