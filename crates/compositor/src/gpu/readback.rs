//! Both planes of a nested canvas back to the processor, waited for: for effects on a sheet.

use super::{canvas::Canvas, context::GpuContext, workshop::sheet_of};
use crate::{CompositorError, filters::Sheet};
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// A picture that takes longer than this never comes.
const PATIENCE: Duration = Duration::from_secs(3);

/// A buffer that is kept for the next picture of its size.
#[derive(Default)]
pub struct Readback {
    buffer: Option<wgpu::Buffer>,
}

impl Readback {
    /// Submits what was recorded and gives the canvas' picture.
    ///
    /// # Errors
    /// [`CompositorError::Gpu`] when the device was lost or hangs.
    pub fn take(
        &mut self,
        context: &GpuContext,
        mut encoder: wgpu::CommandEncoder,
        canvas: &Canvas,
    ) -> Result<Sheet, CompositorError> {
        let failed = |reason: String| CompositorError::Gpu {
            doing: "reading a filtered picture",
            reason,
        };
        let aligned = |bytes: u32| bytes.next_multiple_of(wgpu::COPY_BYTES_PER_ROW_ALIGNMENT);
        let (luma, chroma) = (&canvas.luma, &canvas.chroma);
        let strides = [aligned(2 * luma.width()), aligned(4 * chroma.width())];
        let second = u64::from(strides[0]) * u64::from(luma.height());
        let size = second + u64::from(strides[1]) * u64::from(chroma.height());
        let kept = self.buffer.take().filter(|b| b.size() == size);
        let buffer = kept.unwrap_or_else(|| {
            context.device().create_buffer(&wgpu::BufferDescriptor {
                label: Some("filtered"),
                size,
                usage: wgpu::BufferUsages::COPY_DST | wgpu::BufferUsages::MAP_READ,
                mapped_at_creation: false,
            })
        });
        for (texture, offset, stride) in [(luma, 0, strides[0]), (chroma, second, strides[1])] {
            let layout = wgpu::TexelCopyBufferLayout {
                offset,
                bytes_per_row: Some(stride),
                rows_per_image: None,
            };
            let to = wgpu::TexelCopyBufferInfo {
                buffer: &buffer,
                layout,
            };
            encoder.copy_texture_to_buffer(texture.as_image_copy(), to, texture.size());
        }
        let submission = context.submit([encoder.finish()]);
        let mapped = Arc::new(AtomicBool::new(false));
        let done = mapped.clone();
        buffer.map_async(wgpu::MapMode::Read, .., move |r| {
            done.store(r.is_ok(), Ordering::Release)
        });
        let wait = wgpu::PollType::Wait {
            submission_index: Some(submission),
            timeout: Some(PATIENCE),
        };
        context.device().poll(wait).map_err(|e| failed(e.to_string()))?;
        if !mapped.load(Ordering::Acquire) {
            return Err(failed("the picture was lost".into()));
        }
        let sheet = {
            let bytes = buffer.get_mapped_range(..).map_err(|e| failed(e.to_string()))?;
            sheet_of(canvas.size, &bytes, strides.map(|s| s as usize))
        };
        buffer.unmap();
        self.buffer = Some(buffer);
        Ok(sheet)
    }
}
