//! A fade from one picture to another as a draw list: the old list below, the new one over it with an opacity. Pure, like
//! the lists themselves; it knows no time. A cut is no list at all, only the new one.

use crate::{Affine, DrawItem, DrawList, Picture, Style};
use project::Rgba;
use std::sync::Arc;

/// `over` laid on `under` with `opacity` (0: only `under`, 1: only `over`). Both are canvases of the same size; the background
/// of `over` counts too, so that the last step of a fade is as small as all the others.
pub fn fade(mut under: DrawList, over: DrawList, opacity: f32) -> DrawList {
    // Not-a-number is no fade either.
    if opacity >= 1.0 {
        return over;
    }
    if opacity > 0.0 {
        let top = lone_cover(&over).unwrap_or_else(|| as_one(over));
        under.items.push(DrawItem { opacity, ..top });
    }
    under
}

/// The one solid picture that a list consists of, when it covers the whole canvas: it needs no canvas of its own.
fn lone_cover(list: &DrawList) -> Option<DrawItem> {
    let [item] = list.items.as_slice() else { return None };
    let [x0, y0, x1, y1] = item.bounds();
    let covers = x0 <= 0.0 && y0 <= 0.0 && x1 >= list.width as f32 && y1 >= list.height as f32;
    (item.is_solid() && covers).then(|| item.clone())
}

/// A list as one picture, on its background laid over black as a canvas has it.
fn as_one(list: DrawList) -> DrawItem {
    let [r, g, b, a] = list.background.0;
    let dimmed = |c: u8| ((u16::from(c) * u16::from(a) + 127) / 255) as u8;
    let list = DrawList {
        background: Rgba([dimmed(r), dimmed(g), dimmed(b), 255]),
        ..list
    };
    DrawItem {
        crop: [0.0, 0.0, list.width as f32, list.height as f32],
        canvas_from_picture: Affine::IDENTITY,
        opacity: 1.0,
        style: Style::default(),
        picture: Picture::List(Arc::new(list)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{render_one, software::SoftwareRenderer};
    use media::{AlphaMode, VideoFrame};

    fn list(background: [u8; 4], items: Vec<DrawItem>) -> DrawList {
        DrawList {
            width: 16,
            height: 16,
            background: Rgba(background),
            items,
        }
    }

    fn square(size: u32, rgb: [u8; 3]) -> DrawItem {
        let pixels: Vec<u8> = (0..size * size).flat_map(|_| [rgb[0], rgb[1], rgb[2], 255]).collect();
        let frame = VideoFrame::rgba(size, size, pixels, AlphaMode::Opaque).expect("frame");
        DrawItem::whole(Arc::new(frame), 0.0, 0.0)
    }

    /// Luma in the corner and in the far corner of the drawn list.
    fn luma(list: &DrawList) -> (i32, i32) {
        let mut r = SoftwareRenderer::new(16, 16).expect("renderer");
        let frame = render_one(&mut r, list).expect("drawn");
        (
            frame.planes[0].row(0, 16)[0].into(),
            frame.planes[0].row(15, 16)[15].into(),
        )
    }

    #[test]
    fn the_ends_are_the_scenes_themselves() {
        let (a, b) = (list([0, 0, 0, 255], vec![]), list([255; 4], vec![square(4, [9, 9, 9])]));
        assert!(fade(a.clone(), b.clone(), 0.0).items.is_empty());
        assert!(fade(a.clone(), b.clone(), f32::NAN).items.is_empty());
        let end = fade(a, b, 1.0);
        assert_eq!((end.items.len(), end.background), (1, Rgba([255; 4])));
    }

    #[test]
    fn backgrounds_and_items_fade_together() {
        let old = list([0, 0, 0, 255], vec![]);
        let new = list([255; 4], vec![square(4, [255, 255, 255])]);
        for step in 1..10 {
            let p = step as f32 / 10.0;
            let (near, far) = luma(&fade(old.clone(), new.clone(), p));
            let want = 16 + (219.0 * p).round() as i32;
            assert!(
                (near - want).abs() <= 2 && (far - want).abs() <= 2,
                "{p}: {near} {far} {want}"
            );
        }
    }

    #[test]
    fn a_lone_cover_needs_no_canvas_of_its_own() {
        let old = list([0, 0, 0, 255], vec![]);
        let whole = fade(old.clone(), list([0; 4], vec![square(16, [255, 0, 0])]), 0.5);
        assert!(matches!(whole.items.as_slice(), [i] if matches!(i.picture, Picture::Frame(_)) && i.opacity == 0.5));
        let part = fade(old, list([0; 4], vec![square(8, [255, 0, 0])]), 0.5);
        assert!(matches!(part.items.as_slice(), [i] if matches!(i.picture, Picture::List(_))));
    }

    #[test]
    fn a_translucent_background_is_laid_over_black() {
        let old = list([255; 4], vec![]);
        let dim = fade(old, list([255, 255, 255, 128], vec![]), 0.999);
        let (near, _) = luma(&dim);
        assert!((near - 126).abs() <= 3, "{near}");
    }
}
