//! What both masks share: a plane of the picture's size that alpha is multiplied by.

use super::Layer;
use crate::gpu::{Effect, Form, Image};
use parking_lot::Mutex;
use std::sync::Arc;

const PASS: &str = "
fn luma(p: vec2i) -> vec2f {
    return luma_at(p) * textureLoad(fl_image, held(p, fl_image), 0).x;
}
fn chroma(p: vec2i) -> vec4f {
    let a = drawn_alpha(p);
    return vec4f(straight_pair(chroma_at(p)) * a, a, a);
}";

/// A picture seen through a mask of its size, on a graphics card.
pub fn effect(mask: Arc<Image>, size: (u32, u32)) -> Effect {
    Effect::new(Form::Planes, PASS, &[], size).with(mask)
}

/// A mask made for the size of the last picture.
#[derive(Debug, Default)]
pub struct Sized(Mutex<Option<Kept>>);

/// A size, pixels, and the mask of it.
type Kept = ((u32, u32), Arc<Image>);

impl Sized {
    /// The one of this size, made where it is another's.
    pub fn get(&self, size: (u32, u32), make: impl FnOnce() -> Layer) -> Arc<Image> {
        let mut kept = self.0.lock();
        if let Some((_, image)) = kept.as_ref().filter(|(s, _)| *s == size) {
            return image.clone();
        }
        let image = Arc::new(Image::Bytes(make()));
        *kept = Some((size, image.clone()));
        image
    }
}
