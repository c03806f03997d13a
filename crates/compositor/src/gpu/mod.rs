//! The GPU renderer: wgpu, for computers with a graphics card (and, slowly, for software rasterisers).
//!
//! Pictures are drawn straight into the planes of the encoder's format: one pass draws all items into luma (R8), one draws
//! them into 4:2:0 chroma (Rg8), in BT.709 limited codes. An *over* on codes is the same weighted mean as on R'G'B', so there
//! is no RGB canvas and no conversion pass, a picture that already is BT.709 YUV passes through exactly, and the result is
//! what the software renderer makes. Drawn pictures come back through a ring of buffers, one to two pictures late; nobody
//! ever waits for the picture just submitted.
//!
//! Filters are passes too (`effects`), from the planes of one nested canvas to another's, where every filter of a picture
//! has them; else the processor filters that picture and the result is uploaded.
//!
//! [`GpuContext`] is what the canvases of a process share, with the frames of their sources, and what windows will share; the
//! programme's planes are there as textures ([`GpuRenderer::canvas`]).

mod canvas;
mod context;
mod effects;
mod mixing;
mod painter;
mod pipelines;
mod placement;
mod plan;
mod readback;
mod recipe;
mod recovery;
mod ring;
mod sources;
mod textures;
mod uniforms;
mod workshop;

pub use canvas::Canvas;
pub use context::{AdapterSummary, GpuContext, adapter_summary, may_exist};
pub use effects::{Effect, Form, Image};
pub use pipelines::TargetKind;
pub(crate) use workshop::{run_effects, workshop_ready};

use crate::{CompositorError, DrawList, Rendered, Renderer, signature};
use media::{AlphaMode, ColorInfo, MediaTime, PixelFormat, Plane, VideoFrame};
use painter::Painter;
use recovery::Recovery;
use std::{collections::VecDeque, sync::Arc};

/// Pictures that may be handed in before one has to come out.
const MAX_BEHIND: usize = ring::RING - 1;

/// A picture that was handed in and has not come out yet.
enum Flight {
    /// On the GPU, in this slot of the ring.
    Drawing { slot: usize, time: MediaTime },
    /// The same as the picture before it.
    Repeat { time: MediaTime },
}

/// Draws one canvas on the graphics card. See the module's text.
pub struct GpuRenderer {
    size: (u32, u32),
    adapter: String,
    painter: Option<Painter>,
    recovery: Recovery,
    flights: VecDeque<Flight>,
    /// Of the list handed in last, when it was drawn.
    signature: Option<u64>,
    /// What came out last.
    last: Option<Arc<VideoFrame>>,
}

impl GpuRenderer {
    /// A renderer for a canvas of this size in pixels, on the best adapter of this computer; canvases share it, and each
    /// source's frames are uploaded once for all of them.
    ///
    /// # Errors
    /// [`CompositorError::NoGpu`] without an adapter, [`CompositorError::CanvasSize`] when it can't draw one that large.
    pub fn new(width: u32, height: u32) -> Result<Self, CompositorError> {
        Self::on(GpuContext::shared()?, width, height)
    }

    /// A renderer on a device that is there already.
    ///
    /// # Errors
    /// [`CompositorError::CanvasSize`] when the device can't draw one that large.
    pub fn on(context: Arc<GpuContext>, width: u32, height: u32) -> Result<Self, CompositorError> {
        let size = (width, height);
        let s = context.summary();
        let adapter = format!("{} ({})", s.name, s.backend);
        Ok(Self {
            size,
            adapter,
            painter: Some(Painter::new(context, size)?),
            recovery: Recovery::default(),
            flights: VecDeque::with_capacity(ring::RING + 1),
            signature: None,
            last: None,
        })
    }

    /// The device in use; another one after a loss, `None` while there is none.
    pub fn context(&self) -> Option<&Arc<GpuContext>> {
        self.painter.as_ref().map(Painter::context)
    }

    /// The programme as it was handed in last, for windows on the same device: BT.709 limited planes.
    pub fn canvas(&self) -> Option<&Canvas> {
        self.painter.as_ref().map(Painter::canvas)
    }

    /// How many frames were uploaded and how many sets of textures were made for them, on this device.
    pub fn upload_counts(&self) -> (u64, u64) {
        self.painter.as_ref().map_or((0, 0), Painter::upload_counts)
    }

    /// Notices a lost device and works on getting another.
    fn check_device(&mut self) {
        if self.painter.as_ref().is_some_and(|p| p.context().is_lost()) {
            tracing::warn!(target: "gpu", "the graphics card was lost; the last picture is repeated until it is back");
            self.drop_painter();
        }
        if self.painter.is_none() {
            self.painter = self.recovery.step(self.size);
        }
    }

    /// What was on the lost device is replaced by repeats of the last picture that came out.
    fn drop_painter(&mut self) {
        self.painter = None;
        self.signature = None;
        for f in &mut self.flights {
            if let Flight::Drawing { time, .. } = *f {
                *f = Flight::Repeat { time };
            }
        }
    }

    /// Hands the list in.
    fn start(&mut self, list: &DrawList, time: MediaTime) {
        let wanted = signature(list);
        let unchanged = self.signature == Some(wanted);
        let slot = match &mut self.painter {
            Some(p) if !unchanged => p.draw(list),
            _ => None,
        };
        let flight = match slot {
            Some(slot) => {
                self.signature = Some(wanted);
                Flight::Drawing { slot, time }
            }
            None => Flight::Repeat { time },
        };
        self.flights.push_back(flight);
    }

    /// The oldest picture, waited for.
    fn finish(&mut self) -> Option<Rendered> {
        let (slot, time) = match self.flights.pop_front()? {
            Flight::Drawing { slot, time } => (Some(slot), time),
            Flight::Repeat { time } => (None, time),
        };
        let drawn = slot.and_then(|slot| {
            let painter = self.painter.as_mut()?;
            painter
                .take(slot, time)
                .inspect_err(|e| tracing::warn!(target: "gpu", "{e}"))
                .ok()
        });
        if let Some(frame) = drawn {
            let frame = Arc::new(frame);
            self.last = Some(frame.clone());
            return Some(Rendered { frame, drawn: true });
        }
        if slot.is_some() {
            // It was submitted and did not come back: the device is no good, whatever it says.
            if let Some(p) = &self.painter {
                p.context().give_up();
            }
            self.drop_painter();
        }
        let before = match &self.last {
            Some(f) => f.at(time),
            None => black(self.size, time)?,
        };
        let frame = Arc::new(before);
        self.last = Some(frame.clone());
        Some(Rendered { frame, drawn: false })
    }

    fn front_is_done(&self) -> bool {
        match self.flights.front() {
            None => false,
            Some(Flight::Repeat { .. }) => true,
            Some(Flight::Drawing { slot, .. }) => self.painter.as_ref().is_none_or(|p| p.is_done(*slot)),
        }
    }
}

impl Renderer for GpuRenderer {
    fn name(&self) -> &'static str {
        "gpu"
    }

    fn adapter(&self) -> String {
        self.adapter.clone()
    }

    fn render(&mut self, list: &DrawList, time: MediaTime) -> Result<Option<Rendered>, CompositorError> {
        let (width, height) = self.size;
        if (list.width, list.height) != self.size {
            return Err(CompositorError::WrongCanvas {
                list_width: list.width,
                list_height: list.height,
                width,
                height,
            });
        }
        self.check_device();
        if let (None, Some(e)) = (&self.painter, self.recovery.failure()) {
            return Err(e.clone());
        }
        self.start(list, time);
        if let Some(p) = &self.painter {
            p.poll();
        }
        if self.front_is_done() || self.flights.len() > MAX_BEHIND {
            return Ok(self.finish());
        }
        Ok(None)
    }

    fn drain(&mut self) -> Option<Rendered> {
        self.finish()
    }
}

/// What is shown when the device is lost before the first picture came out.
fn black(size: (u32, u32), time: MediaTime) -> Option<VideoFrame> {
    let (w, h) = size;
    let plane = |i: usize, code: u8| {
        let (stride, rows) = PixelFormat::Nv12.plane_size(i, w, h);
        Plane {
            data: vec![code; stride * rows].into(),
            stride,
        }
    };
    let planes = vec![plane(0, 16), plane(1, 128)];
    VideoFrame::new(
        PixelFormat::Nv12,
        w,
        h,
        planes,
        ColorInfo::BT709_LIMITED,
        AlphaMode::Opaque,
        time,
    )
    .ok()
}
