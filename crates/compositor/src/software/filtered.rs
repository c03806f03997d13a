//! Filters on one item's picture: it is brought into the form they work on, they change it, and what comes out is a frame
//! like any other. Both renderers do this here.

use super::{
    SoftwareRenderer,
    axis::Line,
    image::{Grid, Image, Part, Rect, View, new_plane},
    load,
    resample::resample,
    rows,
};
use crate::{
    Filtered, Picture,
    filters::{Layer, Sheet},
};
use media::{FramePool, VideoFrame};
use project::Sampling;
use std::sync::Arc;

impl SoftwareRenderer {
    /// What comes out of a picture's filters; the same frame as long as nothing changes. `None` when nothing does.
    pub(super) fn filtered(&mut self, f: &Arc<Filtered>, depth: u32) -> Option<Arc<VideoFrame>> {
        let (signature, used) = (f.signature(), self.generation);
        if let Some((frame, last)) = self.filtered.get_mut(&signature) {
            *last = used;
            return frame.clone();
        }
        let pool = self.layers.clone();
        let light = f.read(|frame| of_frame(&pool, frame));
        let frame = light.or_else(|| self.sheet(&f.picture, depth)).and_then(|sheet| {
            let made = f.apply(sheet).into_frame();
            made.inspect_err(|e| tracing::error!("a filtered picture is no picture: {e}"))
                .ok()
        });
        let frame = frame.map(Arc::new);
        self.filtered.insert(signature, (frame.clone(), used));
        frame
    }

    fn sheet(&mut self, picture: &Picture, depth: u32) -> Option<Sheet> {
        let pool = self.layers.clone();
        match picture {
            Picture::Frame(f) => Some(of_frame(&pool, f)),
            Picture::Filtered(inner) => Some(of_frame(&pool, &*self.filtered(inner, depth)?)),
            Picture::List(l) => Some(of_image(&pool, &*self.nested(l, depth)?)),
        }
    }

    /// For a renderer that draws itself and leaves filters to this one: the frame of a filtered picture.
    pub(crate) fn filter(&mut self, f: &Arc<Filtered>) -> Option<Arc<VideoFrame>> {
        self.filtered(f, 0)
    }

    /// Before the first and after the last [`Self::filter`] of a picture: what was not used in it is let go.
    pub(crate) fn next_picture(&mut self) {
        let now = self.generation;
        self.cache.retain(|_, c| c.used == now);
        self.filtered.retain(|_, f| f.1 == now);
        self.generation += 1;
    }
}

fn of_frame(pool: &FramePool, f: &VideoFrame) -> Sheet {
    let whole = Rect::size(f.width as usize, f.height as usize);
    of_image(pool, &load::load(pool, f, whole, true))
}

/// A whole picture's planes, chroma at half size, alpha not multiplied in.
fn of_image(pool: &FramePool, image: &Image) -> Sheet {
    let (luma, whole) = (&image.luma, image.luma.rect);
    let (w, h) = (whole.w(), whole.h());
    let small = Grid::C420.cover(whole);
    let mut chroma = image.chroma.clone();
    if chroma.grid != Grid::C420 {
        let x = Line::new(1.0, 0.0, (0.0, w as f64));
        let y = Line::new(1.0, 0.0, (0.0, h as f64));
        chroma = resample(pool, &chroma, (&x, &y, Sampling::Auto), Grid::C420, small, &whole);
    }
    let plane = |part: &Part, i: usize, neutral: u8| {
        let (view, rect) = (&part.colors[i], part.rect);
        match part.alpha.as_ref().filter(|_| part.premultiplied) {
            None => view.layer(rect.w(), rect.h()),
            Some(a) => {
                let n = rect.w();
                let straight = new_plane(pool, &rect, |y, out| {
                    unmultiply(out, view.row(0, y, n), a.row(0, y, n), neutral);
                });
                straight.layer(n, rect.h())
            }
        }
    };
    Sheet {
        y: plane(luma, 0, 16),
        u: plane(&chroma, 0, 128),
        v: plane(&chroma, 1, 128),
        a: luma.alpha.as_ref().map(|a| a.layer(w, h)),
    }
}

/// Colour divided by alpha; `neutral` where there is none.
fn unmultiply(out: &mut [u8], times: &[u8], alpha: &[u8], neutral: u8) {
    for ((o, p), a) in out.iter_mut().zip(times).zip(alpha) {
        let a = u32::from(*a);
        *o = match a {
            0 => neutral,
            255 => *p,
            _ => ((u32::from(*p) * 255 + a / 2) / a).min(255) as u8,
        };
    }
}

/// A plane of a picture of `from` pixels, `step` of them to a sample, brought to a picture of `to` pixels.
pub(crate) fn scaled_plane(
    plane: &Layer,
    from: (usize, usize),
    to: (usize, usize),
    step: u32,
    sampling: Sampling,
) -> Layer {
    let pool = FramePool::new();
    let grid = Grid { sx: step, sy: step };
    let line = |from: usize, to: usize| Line::new(to as f64 / from as f64, 0.0, (0.0, from as f64));
    let (x, y) = (line(from.0, to.0), line(from.1, to.1));
    let part = Part {
        grid,
        rect: grid.cover(Rect::size(from.0, from.1)),
        colors: vec![plane.view()],
        alpha: None,
        premultiplied: false,
    };
    let whole = Rect::size(to.0, to.1);
    let rect = grid.cover(whole);
    let out = resample(&pool, &part, (&x, &y, sampling), grid, rect, &whole);
    let view: &View = &out.colors[0];
    view.layer(rect.w(), rect.h())
}

/// Alpha at full size as chroma has it.
pub(crate) fn halved_alpha(a: &Layer) -> Layer {
    let (w, h) = (a.width.div_ceil(2), a.height.div_ceil(2));
    let mut sum = vec![0; a.width];
    Layer::make(w, h, |y, out| {
        rows::halve(out, a.row(2 * y), a.row(2 * y + 1), &mut sum)
    })
}
