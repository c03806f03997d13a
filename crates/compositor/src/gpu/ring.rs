//! Finished pictures on their way back from the GPU: a ring of buffers that are filled by the GPU and mapped when it is done.
//! Luma rows come first, then rows of U/V pairs; rows are padded to 256 bytes as the GPU wants it, and stay padded in the
//! frame (its stride), so one copy does.

use super::{canvas::Canvas, context::GpuContext};
use crate::CompositorError;
use media::{AlphaMode, ColorInfo, FramePool, MediaTime, PixelFormat, Plane, VideoFrame};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU8, Ordering},
    },
    time::Duration,
};

/// Pictures that may be under way at once.
pub const RING: usize = 3;
/// A picture that takes longer than this never comes.
const PATIENCE: Duration = Duration::from_secs(3);

const WAITING: u8 = 0;
const READY: u8 = 1;
const FAILED: u8 = 2;

struct Slot {
    buffer: wgpu::Buffer,
    state: Arc<AtomicU8>,
    submission: Option<wgpu::SubmissionIndex>,
    busy: bool,
}

/// The ring.
pub struct Ring {
    slots: Vec<Slot>,
    size: (u32, u32),
    stride: usize,
    pool: FramePool,
}

impl Ring {
    /// Buffers for pictures of this size.
    pub fn new(device: &wgpu::Device, size: (u32, u32)) -> Self {
        let (w, h) = size;
        let row = (w.div_ceil(2) * 2) as usize;
        let stride = row.next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT as usize);
        let bytes = stride * (h + h.div_ceil(2)) as usize;
        let slot = |_| Slot {
            buffer: device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("picture"),
                size: bytes as u64,
                usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                mapped_at_creation: false,
            }),
            state: Arc::default(),
            submission: None,
            busy: false,
        };
        Self {
            slots: (0..RING).map(slot).collect(),
            size,
            stride,
            pool: FramePool::new(),
        }
    }

    /// A buffer nobody uses.
    pub fn free(&self) -> Option<usize> {
        self.slots.iter().position(|s| !s.busy)
    }

    /// Adds the copy of both planes into a buffer.
    pub fn record(&self, slot: usize, encoder: &mut wgpu::CommandEncoder, canvas: &Canvas) {
        let Some(s) = self.slots.get(slot) else { return };
        let mut copy = |texture: &wgpu::Texture, offset: usize| {
            let layout = wgpu::TexelCopyBufferLayout {
                offset: offset as u64,
                bytes_per_row: Some(self.stride as u32),
                rows_per_image: None,
            };
            let to = wgpu::TexelCopyBufferInfo {
                buffer: &s.buffer,
                layout,
            };
            encoder.copy_texture_to_buffer(texture.as_image_copy(), to, texture.size());
        };
        copy(&canvas.luma, 0);
        copy(&canvas.chroma, self.chroma_offset());
    }

    /// Asks for the buffer's contents after the commands were submitted.
    pub fn submitted(&mut self, slot: usize, submission: wgpu::SubmissionIndex) {
        let Some(s) = self.slots.get_mut(slot) else { return };
        s.state.store(WAITING, Ordering::Release);
        s.submission = Some(submission);
        s.busy = true;
        let state = s.state.clone();
        s.buffer.map_async(wgpu::MapMode::Read, .., move |r| {
            state.store(if r.is_ok() { READY } else { FAILED }, Ordering::Release);
        });
    }

    /// Whether the picture can be taken without waiting (or never comes).
    pub fn is_done(&self, slot: usize) -> bool {
        self.slots
            .get(slot)
            .is_none_or(|s| s.state.load(Ordering::Acquire) != WAITING)
    }

    /// The picture in a buffer, waited for if need be; the buffer is free afterwards.
    ///
    /// # Errors
    /// [`CompositorError::Gpu`] when the device was lost or hangs.
    pub fn take(&mut self, context: &GpuContext, slot: usize, time: MediaTime) -> Result<VideoFrame, CompositorError> {
        let failed = |reason: String| CompositorError::Gpu {
            doing: "reading the picture",
            reason,
        };
        let (stride, size, chroma) = (self.stride, self.size, self.chroma_offset());
        let Some(s) = self.slots.get_mut(slot) else {
            return Err(failed("there is no such buffer".into()));
        };
        s.busy = false;
        if s.state.load(Ordering::Acquire) == WAITING {
            let wait = wgpu::PollType::Wait {
                submission_index: s.submission.take(),
                timeout: Some(PATIENCE),
            };
            context.device().poll(wait).map_err(|e| failed(e.to_string()))?;
        }
        if s.state.load(Ordering::Acquire) != READY {
            return Err(failed("the picture was lost".into()));
        }
        let bytes = {
            let mapped = s.buffer.get_mapped_range(..).map_err(|e| failed(e.to_string()))?;
            let mut bytes = self.pool.take(mapped.len());
            bytes.copy_from_slice(&mapped);
            self.pool.freeze(bytes)
        };
        s.buffer.unmap();
        let plane = |data| Plane { data, stride };
        let planes = vec![plane(bytes.slice(..chroma)), plane(bytes.slice(chroma..))];
        let (color, alpha) = (ColorInfo::BT709_LIMITED, AlphaMode::Opaque);
        VideoFrame::new(PixelFormat::Nv12, size.0, size.1, planes, color, alpha, time).map_err(CompositorError::Frame)
    }

    fn chroma_offset(&self) -> usize {
        self.stride * self.size.1 as usize
    }
}
