//! The CPU renderer: draws straight into I420 BT.709 limited range, what encoders take, with SIMD loops. It is the
//! reference that the GPU renderer is tested against.
//!
//! What is cheap: a lone frame that already is the canvas is handed through uncopied; a full-canvas frame under others is
//! copied row by row and only the rows that something touches are blended; a picture that stays the same stays converted and
//! scaled for the next picture; an unchanged list is not drawn at all.

mod axis;
mod canvas;
pub(crate) mod convert;
mod filtered;
mod image;
mod layer;
mod load;
mod mix;
mod resample;
mod rotate;
mod round;
pub(crate) mod rows;

pub(crate) use filtered::{halved_alpha, scaled_plane};
pub(crate) use load::narrowed;

use crate::{Affine, CompositorError, DrawItem, DrawList, Picture, Rendered, Renderer, signature};
use canvas::Canvas;
pub(crate) use image::View;
use image::{Image, Rect};
use layer::Placement;
use media::{AlphaMode, ColorInfo, ColorMatrix, ColorRange, FramePool, MediaTime, PixelFormat, VideoFrame, frame};
use project::{BlendMode, Sampling};
use std::{collections::HashMap, sync::Arc};

/// Lists nested deeper than this are left out; the project does not allow a scene in itself, so nobody gets here.
const MAX_DEPTH: u32 = 32;

/// The CPU renderer of one canvas.
pub struct SoftwareRenderer {
    width: u32,
    height: u32,
    /// Finished pictures.
    pictures: FramePool,
    /// Layers and what they are made of.
    layers: FramePool,
    cache: HashMap<Key, Cached>,
    /// What came out of filters, by signature, and when it was used last.
    filtered: HashMap<u64, (Option<Arc<VideoFrame>>, u64)>,
    /// Counts drawn pictures; a cached layer that was not used in the last one is let go.
    generation: u64,
    last: Option<(u64, Arc<VideoFrame>)>,
}

/// What a layer depends on. Even whole pixels of its position are not in it, unless it is clipped.
#[derive(PartialEq, Eq, Hash)]
struct Key {
    picture: (u8, u64),
    placement: [u64; 10],
    filter: Sampling,
    radius: u32,
    clip: Option<Rect>,
}

struct Cached {
    /// `None`: nothing is seen of it.
    layer: Option<Arc<Image>>,
    used: u64,
}

impl SoftwareRenderer {
    /// A renderer for a canvas of `width` × `height` pixels.
    ///
    /// # Errors
    /// A size of 0 or above [`frame::MAX_DIMENSION`].
    pub fn new(width: u32, height: u32) -> Result<Self, CompositorError> {
        let max = frame::MAX_DIMENSION;
        if width == 0 || height == 0 || width > max || height > max {
            return Err(CompositorError::CanvasSize { width, height, max });
        }
        Ok(Self {
            width,
            height,
            pictures: FramePool::new(),
            layers: FramePool::new(),
            cache: HashMap::new(),
            filtered: HashMap::new(),
            generation: 0,
            last: None,
        })
    }

    /// Draws the items, bottom first.
    fn draw(&mut self, canvas: &mut Canvas, list: &DrawList, depth: u32) {
        let size = Rect::size(list.width as usize, list.height as usize);
        let mut filled = false;
        for item in &list.items {
            let opacity = (item.opacity.clamp(0.0, 1.0) * 255.0 + 0.5) as u8;
            let Some((layer, moved)) = (opacity > 0).then(|| self.layer(item, &size, depth)).flatten() else {
                continue;
            };
            let covers = opacity == 255 && item.style.blend == BlendMode::Normal;
            let hidden = covers && hides(&layer, moved, &size);
            if !filled && !hidden {
                canvas.fill(list.background);
            }
            filled = true;
            canvas.blend(&layer, moved, opacity, &item.style);
        }
        if !filled {
            canvas.fill(list.background);
        }
    }

    /// The item's layer and how far it is to be moved; `None` when nothing is seen.
    fn layer(&mut self, item: &DrawItem, size: &Rect, depth: u32) -> Option<(Arc<Image>, (i64, i64))> {
        let mut placement = placement(item)?;
        let touched = placement.touched();
        if touched.and(size).is_empty() {
            return None;
        }
        let (moved, clip) = anchor(&mut placement, &touched, size);
        let whole = clip != *size;
        let key = key(item, &placement, (!whole).then_some(clip));
        let generation = self.generation;
        if let Some(f) = self.filtered.get_mut(&key.picture.1).filter(|_| key.picture.0 == 2) {
            // Kept for when the item is placed elsewhere.
            f.1 = generation;
        }
        if let Some(c) = self.cache.get_mut(&key) {
            c.used = generation;
            return c.layer.clone().map(|l| (l, moved));
        }
        let pool = self.layers.clone();
        let of_frame =
            |f: &VideoFrame| placement.layer(&pool, &clip, &mut |region, halve| load::load(&pool, f, region, halve));
        let layer = match &item.picture {
            Picture::Frame(f) => of_frame(f),
            Picture::Filtered(f) => of_frame(&*self.filtered(f, depth)?),
            Picture::List(l) => {
                let picture = self.nested(l, depth)?;
                // A nested scene is loaded whole; resampling counts from its first sample.
                placement.layer(&pool, &clip, &mut |_, _| (*picture).clone())
            }
        };
        let radius = item.style.radius;
        let layer = layer.map(|l| match radius > 0.0 {
            true => round::round(&pool, l, &placement, radius),
            false => l,
        });
        let layer = layer.map(Arc::new);
        let kept = layer.clone();
        self.cache.insert(
            key,
            Cached {
                layer: kept,
                used: generation,
            },
        );
        layer.map(|l| (l, moved))
    }

    /// A nested scene's picture, premultiplied.
    fn nested(&mut self, list: &Arc<DrawList>, depth: u32) -> Option<Arc<Image>> {
        let max = frame::MAX_DIMENSION;
        if depth >= MAX_DEPTH || list.width == 0 || list.height == 0 || list.width > max || list.height > max {
            return None;
        }
        let key = Key {
            picture: (1, signature(list)),
            placement: [0; 10],
            filter: Sampling::Auto,
            radius: 0,
            clip: None,
        };
        let used = self.generation;
        if let Some(c) = self.cache.get_mut(&key) {
            c.used = used;
            return c.layer.clone();
        }
        let mut canvas = Canvas::new(&self.layers, list.width, list.height, true);
        self.draw(&mut canvas, list, depth + 1);
        let layer = Some(Arc::new(canvas.into_image(&self.layers)));
        self.cache.insert(
            key,
            Cached {
                layer: layer.clone(),
                used,
            },
        );
        layer
    }

    /// Draws the whole picture.
    fn compose(&mut self, list: &DrawList, time: MediaTime) -> Result<VideoFrame, CompositorError> {
        self.generation += 1;
        let mut canvas = Canvas::new(&self.pictures, self.width, self.height, false);
        self.draw(&mut canvas, list, 0);
        let now = self.generation;
        self.cache.retain(|_, c| c.used == now);
        self.filtered.retain(|_, f| f.1 == now);
        canvas.into_frame(&self.pictures, time)
    }
}

impl Renderer for SoftwareRenderer {
    fn name(&self) -> &'static str {
        "software"
    }

    fn adapter(&self) -> String {
        format!("processor ({})", simd())
    }

    fn render(&mut self, list: &DrawList, time: MediaTime) -> Result<Option<Rendered>, CompositorError> {
        if (list.width, list.height) != (self.width, self.height) {
            return Err(CompositorError::WrongCanvas {
                list_width: list.width,
                list_height: list.height,
                width: self.width,
                height: self.height,
            });
        }
        let signature = signature(list);
        if let Some((_, frame)) = self.last.as_ref().filter(|(s, _)| *s == signature) {
            let frame = Arc::new(frame.at(time));
            return Ok(Some(Rendered { frame, drawn: false }));
        }
        let frame = match handed_through(list) {
            Some(f) => {
                self.cache.clear();
                self.filtered.clear();
                VideoFrame {
                    color: ColorInfo::BT709_LIMITED,
                    alpha: AlphaMode::Opaque,
                    ..f.at(time)
                }
            }
            None => self.compose(list, time)?,
        };
        let frame = Arc::new(frame);
        self.last = Some((signature, frame.clone()));
        Ok(Some(Rendered { frame, drawn: true }))
    }

    fn drain(&mut self) -> Option<Rendered> {
        None
    }
}

/// The frame that already is the picture: alone, opaque, I420 BT.709 limited, the canvas' size, in place.
fn handed_through(list: &DrawList) -> Option<&VideoFrame> {
    let [item] = list.items.as_slice() else { return None };
    let Picture::Frame(f) = &item.picture else { return None };
    let same_size = (f.width, f.height) == (list.width, list.height);
    let whole = item.crop == [0.0, 0.0, f.width as f32, f.height as f32];
    let in_place = item.canvas_from_picture == Affine::IDENTITY && item.is_solid();
    let ours =
        f.format == PixelFormat::I420 && f.color.matrix == ColorMatrix::Bt709 && f.color.range == ColorRange::Limited;
    (same_size && whole && in_place && ours).then_some(f)
}

/// Whether nothing of what is below the layer can be seen.
fn hides(layer: &Image, moved: (i64, i64), size: &Rect) -> bool {
    let at = layer.luma.rect.moved(moved.0, moved.1);
    layer.parts().iter().all(|p| p.alpha.is_none()) && at.and(size) == *size
}

/// Where the item goes, in double precision; `None` when it can't be drawn (flat, not a number, nothing left).
fn placement(item: &DrawItem) -> Option<Placement> {
    let m = &item.canvas_from_picture;
    m.inverse()?;
    let (w, h) = item.picture.size();
    let clamp = |v: f32, end: u32| f64::from(v).clamp(0.0, f64::from(end));
    let c = item.crop;
    let crop = [clamp(c[0], w), clamp(c[1], h), clamp(c[2], w), clamp(c[3], h)];
    // False for what is not a number, too.
    (crop[0] < crop[2] && crop[1] < crop[3]).then(|| Placement {
        a: m.a.into(),
        b: m.b.into(),
        c: m.c.into(),
        d: m.d.into(),
        e: m.e.into(),
        f: m.f.into(),
        crop,
        size: (w, h),
        filter: item.style.filter,
    })
}

/// Moves a layer that is no larger than the canvas to the origin, by even pixels, and gives the way back and the pixels to
/// make: all of it, so that it can move about without being made again. A larger one stays and is made of canvas pixels only,
/// as is any on a canvas of odd size, whose last chroma samples are cut in two.
fn anchor(placement: &mut Placement, touched: &Rect, size: &Rect) -> ((i64, i64), Rect) {
    if touched.w() > size.w() || touched.h() > size.h() || size.even() != *size {
        return ((0, 0), *size);
    }
    let (x, y) = (touched.x0 & !1, touched.y0 & !1);
    placement.e -= x as f64;
    placement.f -= y as f64;
    let around = touched.moved(-x, -y).even();
    let clip = Rect {
        x0: -2,
        y0: -2,
        x1: around.x1 + 2,
        y1: around.y1 + 2,
    };
    ((x, y), clip)
}

fn key(item: &DrawItem, p: &Placement, clip: Option<Rect>) -> Key {
    let [x0, y0, x1, y1] = p.crop;
    Key {
        picture: item.picture.signature(),
        placement: [p.a, p.b, p.c, p.d, p.e, p.f, x0, y0, x1, y1].map(f64::to_bits),
        filter: p.filter,
        radius: item.style.radius.to_bits(),
        clip,
    }
}

/// The widest instructions the row loops use here.
fn simd() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512bw") && std::arch::is_x86_feature_detected!("avx512vl") {
            "AVX-512"
        } else if std::arch::is_x86_feature_detected!("avx2") {
            "AVX2"
        } else {
            "SSE2"
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    {
        std::env::consts::ARCH
    }
}
