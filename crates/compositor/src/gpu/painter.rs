//! Everything of one canvas that lives on one device: draws a list, starts its way back, and hands out what has arrived. When
//! the device is lost the whole painter is thrown away and another one made.

use super::{
    canvas::{Canvas, NestedCanvases},
    context::GpuContext,
    effects::Effect,
    pipelines::{Pipelines, TargetKind},
    plan::{Pass, Planner},
    readback::Readback,
    ring::Ring,
    sources::SourceTextures,
    uniforms::{ITEM_STRIDE, UniformData},
};
use crate::{CompositorError, DrawItem, DrawList, Picture, filters::Sheet, software::SoftwareRenderer};
use media::{MediaTime, VideoFrame};
use std::sync::Arc;

/// Items the uniform buffer has room for at first.
const FIRST_ITEMS: usize = 32;

/// One canvas on one device.
pub struct Painter {
    context: Arc<GpuContext>,
    pipelines: Pipelines,
    nested: NestedCanvases,
    canvas: Canvas,
    ring: Ring,
    uniforms: UniformData,
    /// Filters of items are done on the processor, on their pictures alone, and the results uploaded.
    filters: SoftwareRenderer,
    buffer: wgpu::Buffer,
    items: wgpu::BindGroup,
    /// Of effects: the numbers, where they go, and how they are bound.
    numbers: Vec<u8>,
    numbers_buffer: wgpu::Buffer,
    numbers_group: wgpu::BindGroup,
    readback: Readback,
}

impl Painter {
    /// Makes everything for a canvas of `size` pixels.
    ///
    /// # Errors
    /// [`CompositorError::CanvasSize`] when the card can't draw one that large, [`CompositorError::Gpu`] when the driver
    /// refuses our shaders.
    pub fn new(context: Arc<GpuContext>, size: (u32, u32)) -> Result<Self, CompositorError> {
        let device = context.device();
        let max = device.limits().max_texture_dimension_2d;
        let (width, height) = size;
        if width == 0 || height == 0 || width > max || height > max {
            return Err(CompositorError::CanvasSize { width, height, max });
        }
        // Another canvas may have had a complaint of its own.
        let earlier = context.complaint();
        let pipelines = Pipelines::new(device);
        let buffer = uniform_buffer(device, FIRST_ITEMS * ITEM_STRIDE);
        let numbers_buffer = uniform_buffer(device, FIRST_ITEMS * ITEM_STRIDE);
        let painter = Self {
            canvas: Canvas::new(device, TargetKind::Programme, size),
            ring: Ring::new(device, size),
            items: pipelines.bind_items(&buffer),
            numbers: vec![],
            numbers_group: pipelines.effects.bind_numbers(&numbers_buffer),
            numbers_buffer,
            readback: Readback::default(),
            pipelines,
            nested: NestedCanvases::default(),
            uniforms: UniformData::default(),
            filters: SoftwareRenderer::new(width, height)?,
            buffer,
            context,
        };
        painter.context.count_canvas(true);
        // A driver that can't even make these would draw nothing, picture after picture.
        match painter.context.complaint().filter(|c| earlier.as_ref() != Some(c)) {
            None => Ok(painter),
            Some(reason) => Err(CompositorError::Gpu {
                doing: "getting ready to draw",
                reason,
            }),
        }
    }

    /// The device.
    pub fn context(&self) -> &Arc<GpuContext> {
        &self.context
    }
    /// How many frames were uploaded and how many sets of textures made on this device.
    pub fn upload_counts(&self) -> (u64, u64) {
        self.context.sources().lock().counts()
    }
    /// The programme as it was drawn last.
    pub fn canvas(&self) -> &Canvas {
        &self.canvas
    }

    /// Draws the list and starts its way back; `None` when all buffers are under way (take one first).
    pub fn draw(&mut self, list: &DrawList) -> Option<usize> {
        let slot = self.ring.free()?;
        let context = self.context.clone();
        // Until everything is submitted, no other canvas may fill textures that this picture shows.
        let mut sources = context.sources().lock();
        let passes = self.plan(list, &mut sources);
        self.write_uniforms();
        let mut encoder = self.context.device().create_command_encoder(&Default::default());
        for pass in passes.iter().filter(|p| !p.is_idle()) {
            self.encode(&mut encoder, pass);
        }
        self.ring.record(slot, &mut encoder, &self.canvas);
        let submission = self.context.submit([encoder.finish()]);
        self.ring.submitted(slot, submission);
        Some(slot)
    }

    /// Lets finished work be noticed, without waiting.
    pub fn poll(&self) {
        // A device that fails here says so by the lost callback too.
        if let Err(e) = self.context.device().poll(wgpu::PollType::Poll) {
            tracing::debug!(target: "gpu", "polling: {e}");
        }
    }

    /// Whether [`Self::take`] would not wait.
    pub fn is_done(&self, slot: usize) -> bool {
        self.ring.is_done(slot)
    }

    /// The picture of a slot, waited for if need be.
    ///
    /// # Errors
    /// [`CompositorError::Gpu`] when the device was lost or hangs.
    pub fn take(&mut self, slot: usize, time: MediaTime) -> Result<VideoFrame, CompositorError> {
        self.ring.take(&self.context, slot, time)
    }

    /// A frame after some effects, waited for.
    ///
    /// # Errors
    /// [`CompositorError::Gpu`] when the device was lost, hangs or can't hold the picture.
    pub fn run(
        &mut self,
        frame: &Arc<VideoFrame>,
        effects: &[Effect],
        time: MediaTime,
    ) -> Result<Sheet, CompositorError> {
        let failed = |reason: &str| CompositorError::Gpu {
            doing: "running a filter",
            reason: reason.into(),
        };
        let size = effects.last().map_or((frame.width, frame.height), |e| e.size);
        let context = self.context.clone();
        let mut sources = context.sources().lock();
        self.begin(&[], &mut sources);
        let last = self.nested.get(&self.pipelines, size, frame.id);
        let last = last.ok_or_else(|| failed("the picture is too large for it"))?.canvas;
        let mut passes = Vec::new();
        let picture = Picture::Frame(frame.clone());
        let done = self
            .planner(&mut sources)
            .run(&picture, effects, (&last, frame.id), time, &mut passes);
        done.ok_or_else(|| failed("the picture is too large for it"))?;
        self.write_uniforms();
        let mut encoder = self.context.device().create_command_encoder(&Default::default());
        for pass in passes.iter().filter(|p| !p.is_idle()) {
            self.encode(&mut encoder, pass);
        }
        let sheet = self.readback.take(&self.context, encoder, &last)?;
        match self.context.complaint() {
            None => Ok(sheet),
            Some(reason) => Err(failed(&reason)),
        }
    }

    fn begin(&mut self, items: &[DrawItem], sources: &mut SourceTextures) {
        self.uniforms.clear();
        self.numbers.clear();
        sources.begin(items);
        self.nested.begin();
        self.filters.next_picture();
    }

    fn planner<'a>(&'a mut self, sources: &'a mut SourceTextures) -> Planner<'a> {
        Planner {
            queue: self.context.queue(),
            pipelines: &mut self.pipelines,
            sources,
            nested: &mut self.nested,
            filters: &mut self.filters,
            uniforms: &mut self.uniforms,
            numbers: &mut self.numbers,
        }
    }

    fn plan(&mut self, list: &DrawList, sources: &mut SourceTextures) -> Vec<Pass> {
        self.begin(&list.items, sources);
        let canvas = self.canvas.clone();
        let mut passes = Vec::new();
        self.planner(sources).add(list, &canvas, &mut passes);
        passes
    }

    fn write_uniforms(&mut self) {
        let bytes = self.uniforms.bytes();
        if bytes.len() as u64 > self.buffer.size() {
            self.buffer = uniform_buffer(self.context.device(), bytes.len().next_power_of_two());
            self.items = self.pipelines.bind_items(&self.buffer);
        }
        if !bytes.is_empty() {
            self.context.queue().write_buffer(&self.buffer, 0, bytes);
        }
        let bytes = &self.numbers;
        if bytes.len() as u64 > self.numbers_buffer.size() {
            self.numbers_buffer = uniform_buffer(self.context.device(), bytes.len().next_power_of_two());
            self.numbers_group = self.pipelines.effects.bind_numbers(&self.numbers_buffer);
        }
        if !bytes.is_empty() {
            self.context.queue().write_buffer(&self.numbers_buffer, 0, bytes);
        }
    }

    fn encode(&self, encoder: &mut wgpu::CommandEncoder, pass: &Pass) {
        for (from, to) in &pass.copies {
            encoder.copy_texture_to_texture(from.as_image_copy(), to.as_image_copy(), to.size());
        }
        let load = pass.clear.map_or(wgpu::LoadOp::Load, wgpu::LoadOp::Clear);
        if pass.clear.is_none() && pass.draws.is_empty() && pass.mix.is_none() && pass.effect.is_none() {
            return;
        }
        let mut p = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
            label: Some("draw"),
            color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                view: &pass.target,
                depth_slice: None,
                resolve_target: None,
                ops: wgpu::Operations {
                    load,
                    store: wgpu::StoreOp::Store,
                },
            })],
            depth_stencil_attachment: None,
            timestamp_writes: None,
            occlusion_query_set: None,
            multiview_mask: None,
        });
        for d in &pass.draws {
            p.set_pipeline(&d.pipeline);
            p.set_bind_group(0, &self.items, &[d.uniform]);
            p.set_bind_group(1, &d.textures, &[]);
            p.draw(0..4, 0..1);
        }
        if let Some(e) = &pass.effect {
            p.set_pipeline(&e.pipeline);
            p.set_bind_group(0, &e.textures, &[]);
            p.set_bind_group(1, &self.numbers_group, &e.offsets);
            p.draw(0..4, 0..1);
        }
        if let Some(m) = &pass.mix {
            let [x, y, w, h] = m.area;
            p.set_scissor_rect(x, y, w, h);
            p.set_pipeline(&m.pipeline);
            p.set_bind_group(0, &m.textures, &[]);
            p.draw(0..4, 0..1);
        }
    }
}

impl Drop for Painter {
    fn drop(&mut self) {
        self.context.count_canvas(false);
    }
}

fn uniform_buffer(device: &wgpu::Device, size: usize) -> wgpu::Buffer {
    device.create_buffer(&wgpu::BufferDescriptor {
        label: Some("items"),
        size: size as u64,
        usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
        mapped_at_creation: false,
    })
}
