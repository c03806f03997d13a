//! A source by itself as an encoder wants it: whatever the source delivers (any layout, colours, size, transparent or not) is
//! drawn on black, as large as fits, by the renderer on the processor, on the encoder's own thread. A picture that already is
//! what the encoder takes goes through uncopied.

use codec::CodecError;
use compositor::{Affine, CompositorError, DrawItem, DrawList, Renderer, software::SoftwareRenderer};
use media::VideoFrame;
use parking_lot::Mutex;
use std::sync::Arc;

/// The picture of one source at one size.
pub(crate) struct Isolated {
    size: (u32, u32),
    renderer: Mutex<SoftwareRenderer>,
}

impl Isolated {
    pub(crate) fn new(size: (u32, u32)) -> Result<Self, CompositorError> {
        Ok(Self {
            size,
            renderer: Mutex::new(SoftwareRenderer::new(size.0, size.1)?),
        })
    }

    /// `frame` at this size, of the same time.
    pub(crate) fn picture(&self, frame: &Arc<VideoFrame>) -> Result<Arc<VideoFrame>, CodecError> {
        let list = DrawList {
            width: self.size.0,
            height: self.size.1,
            background: project::Rgba::BLACK,
            items: vec![fitted(frame, self.size)],
        };
        let drawn = self.renderer.lock().render(&list, frame.time);
        let fail = |reason: String| CodecError::EncoderInput {
            name: "of a source by itself".into(),
            reason,
        };
        let drawn = drawn.map_err(|e| fail(e.to_string()))?;
        // The renderer on the processor is never behind.
        drawn
            .map(|d| d.frame)
            .ok_or_else(|| fail("no picture was drawn".into()))
    }
}

/// The whole of a frame, as large as fits, in the middle.
fn fitted(frame: &Arc<VideoFrame>, (width, height): (u32, u32)) -> DrawItem {
    let (w, h) = (frame.width as f32, frame.height as f32);
    let scale = (width as f32 / w).min(height as f32 / h);
    let (x, y) = ((width as f32 - w * scale) / 2.0, (height as f32 - h * scale) / 2.0);
    let mut item = DrawItem::whole(frame.clone(), x, y);
    item.canvas_from_picture = Affine {
        a: scale,
        d: scale,
        ..item.canvas_from_picture
    };
    item
}

#[cfg(test)]
mod tests {
    use super::*;
    use media::{AlphaMode, MediaTime, PixelFormat};

    #[test]
    fn whatever_a_source_delivers_fits_in_the_middle_of_black() {
        let white = VideoFrame::rgba(10, 10, vec![255; 400], AlphaMode::Opaque).expect("a picture");
        let at = MediaTime::from_millis(40);
        let isolated = Isolated::new((64, 32)).expect("a size");
        let f = isolated.picture(&Arc::new(white.at(at))).expect("drawn");
        assert_eq!((f.width, f.height, f.format, f.time), (64, 32, PixelFormat::I420, at));
        let row = f.planes[0].row(16, 64);
        // 32 pixels wide in the middle; BT.709 limited: black is 16, white 235.
        assert_eq!((row[2], row[32], row[61]), (16, 235, 16), "{row:?}");
    }
}
