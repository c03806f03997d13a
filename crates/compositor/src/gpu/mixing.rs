//! Pipelines for items that mix with what is below them in another way than covering it: `blend.wgsl`, one pipeline for
//! every combination of mode, plane and target that is met.

use super::{pipelines::TargetKind, placement::Plane};
use crate::Style;
use project::{BlendMode, BlendSpace};
use std::collections::HashMap;

/// What distinguishes pipelines.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
struct Key {
    target: TargetKind,
    plane: Plane,
    mode: BlendMode,
    space: BlendSpace,
}

/// All of them, of one device.
pub struct Mixing {
    device: wgpu::Device,
    shader: wgpu::ShaderModule,
    layout: wgpu::PipelineLayout,
    made: HashMap<Key, wgpu::RenderPipeline>,
}

impl Mixing {
    /// The shader; pipelines come as needed. `textures` is the layout of four textures and a sampler.
    pub fn new(device: &wgpu::Device, textures: &wgpu::BindGroupLayout) -> Self {
        Self {
            shader: device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some("blend"),
                source: wgpu::ShaderSource::Wgsl(include_str!("blend.wgsl").into()),
            }),
            layout: device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
                label: Some("blend"),
                bind_group_layouts: &[Some(textures)],
                immediate_size: 0,
            }),
            device: device.clone(),
            made: HashMap::new(),
        }
    }

    /// The pipeline that mixes as `style` says into a plane.
    pub fn get(&mut self, target: TargetKind, plane: Plane, style: &Style) -> wgpu::RenderPipeline {
        let (mode, space) = (style.blend, style.space);
        let key = Key {
            target,
            plane,
            mode,
            space,
        };
        if let Some(p) = self.made.get(&key) {
            return p.clone();
        }
        let p = self.make(key);
        self.made.insert(key, p.clone());
        p
    }

    fn make(&self, key: Key) -> wgpu::RenderPipeline {
        let flag = |b: bool| if b { 1.0 } else { 0.0 };
        let constants = [
            ("MODE", f64::from(key.mode as u32)),
            ("LINEAR", flag(key.space == BlendSpace::Linear)),
            ("CHROMA", flag(key.plane == Plane::Chroma)),
            ("CLEAR", flag(key.target == TargetKind::Nested)),
        ];
        let options = wgpu::PipelineCompilationOptions {
            constants: &constants,
            ..Default::default()
        };
        let target = wgpu::ColorTargetState {
            format: key.target.format(key.plane),
            blend: None,
            write_mask: wgpu::ColorWrites::ALL,
        };
        self.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("blend"),
            layout: Some(&self.layout),
            vertex: wgpu::VertexState {
                module: &self.shader,
                entry_point: Some("corner"),
                buffers: &[],
                compilation_options: Default::default(),
            },
            primitive: wgpu::PrimitiveState {
                topology: wgpu::PrimitiveTopology::TriangleStrip,
                ..Default::default()
            },
            depth_stencil: None,
            multisample: Default::default(),
            fragment: Some(wgpu::FragmentState {
                module: &self.shader,
                entry_point: Some("draw"),
                targets: &[Some(target)],
                compilation_options: options,
            }),
            multiview_mask: None,
            cache: None,
        })
    }
}
