//! The render pipelines: one for every combination of format, sampling, alpha, plane and target that is met, made when first
//! needed (some milliseconds, once) and kept.

use super::{
    effects::Effects,
    mixing::Mixing,
    placement::{Plane, Way},
    recipe::{Alpha, MainKind, SecondKind},
    uniforms::ItemUniform,
};
use std::{collections::HashMap, num::NonZeroU64};

/// Which canvas is drawn into: the programme (opaque), or a nested list's (with alpha).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum TargetKind {
    /// Y in R8; U, V in Rg8.
    Programme,
    /// Y, alpha in Rg8; U, V, -, alpha in Rgba8; all premultiplied.
    Nested,
}

impl TargetKind {
    /// Texture format of a plane.
    pub fn format(self, plane: Plane) -> wgpu::TextureFormat {
        match (self, plane) {
            (Self::Programme, Plane::Luma) => wgpu::TextureFormat::R8Unorm,
            (Self::Programme, Plane::Chroma) | (Self::Nested, Plane::Luma) => wgpu::TextureFormat::Rg8Unorm,
            (Self::Nested, Plane::Chroma) => wgpu::TextureFormat::Rgba8Unorm,
        }
    }
}

/// What distinguishes pipelines.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct PipelineKey {
    pub target: TargetKind,
    pub plane: Plane,
    pub main: MainKind,
    pub main_way: Way,
    pub second: SecondKind,
    pub second_way: Way,
    pub alpha: Alpha,
    /// Whether coverage is worked out.
    pub edges: bool,
    /// Whether its corners are round.
    pub round: bool,
    /// Whether what is below shows through anywhere.
    pub blend: bool,
}

/// All pipelines of a device.
pub struct Pipelines {
    device: wgpu::Device,
    shader: wgpu::ShaderModule,
    layout: wgpu::PipelineLayout,
    item_layout: wgpu::BindGroupLayout,
    source_layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
    /// For items that do more than cover what is below.
    pub mixing: Mixing,
    /// Filters.
    pub effects: Effects,
    made: HashMap<PipelineKey, wgpu::RenderPipeline>,
}

impl Pipelines {
    /// The shader and layouts; pipelines come as needed.
    pub fn new(device: &wgpu::Device) -> Self {
        let shader = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("draw"),
            source: wgpu::ShaderSource::Wgsl(include_str!("shader.wgsl").into()),
        });
        let item_layout = item_layout(device);
        let source_layout = source_layout(device);
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("draw"),
            bind_group_layouts: &[Some(&item_layout), Some(&source_layout)],
            immediate_size: 0,
        });
        let sampler = device.create_sampler(&wgpu::SamplerDescriptor {
            label: Some("bilinear"),
            mag_filter: wgpu::FilterMode::Linear,
            min_filter: wgpu::FilterMode::Linear,
            ..Default::default()
        });
        Self {
            device: device.clone(),
            mixing: Mixing::new(device, &source_layout),
            effects: Effects::new(device, &source_layout),
            shader,
            layout,
            item_layout,
            source_layout,
            sampler,
            made: HashMap::new(),
        }
    }

    /// The device they belong to.
    pub fn device(&self) -> &wgpu::Device {
        &self.device
    }

    /// The pipeline for this combination.
    pub fn get(&mut self, key: PipelineKey) -> wgpu::RenderPipeline {
        if let Some(p) = self.made.get(&key) {
            return p.clone();
        }
        let p = self.make(key);
        self.made.insert(key, p.clone());
        p
    }

    /// Binds a uniform buffer of items, addressed by dynamic offset.
    pub fn bind_items(&self, buffer: &wgpu::Buffer) -> wgpu::BindGroup {
        self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("items"),
            layout: &self.item_layout,
            entries: &[wgpu::BindGroupEntry {
                binding: 0,
                resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                    buffer,
                    offset: 0,
                    size: ITEM_SIZE,
                }),
            }],
        })
    }

    /// Binds the one to four textures of a picture.
    pub fn bind_textures(&self, views: &[wgpu::TextureView]) -> Option<wgpu::BindGroup> {
        let first = views.first()?;
        let texture = |i: usize| wgpu::BindGroupEntry {
            binding: i as u32,
            // Shaders that need fewer textures don't look at the rest.
            resource: wgpu::BindingResource::TextureView(views.get(i).unwrap_or(first)),
        };
        let sampler = wgpu::BindGroupEntry {
            binding: 4,
            resource: wgpu::BindingResource::Sampler(&self.sampler),
        };
        Some(self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("picture"),
            layout: &self.source_layout,
            entries: &[texture(0), texture(1), texture(2), texture(3), sampler],
        }))
    }

    fn make(&self, key: PipelineKey) -> wgpu::RenderPipeline {
        let way = |w: Way| match w {
            Way::Nearest => 0.0,
            Way::Bilinear => 1.0,
            Way::Area => 2.0,
            Way::Mean => 3.0,
            Way::Bicubic => 4.0,
            Way::Lanczos => 5.0,
        };
        let with_alpha = matches!(key.main, MainKind::Rgba | MainKind::LumaAlpha | MainKind::ChromaAlpha);
        let flag = |b: bool| if b { 1.0 } else { 0.0 };
        let constants = [
            ("MAIN", f64::from(key.main as u32)),
            ("SECOND", f64::from(key.second as u32)),
            ("MAIN_WAY", way(key.main_way)),
            ("SECOND_WAY", way(key.second_way)),
            ("ALPHA", f64::from(key.alpha as u32)),
            ("CHROMA", flag(key.plane == Plane::Chroma)),
            ("EDGES", flag(key.edges)),
            ("ROUND", flag(key.round)),
            ("STRAIGHT", flag(key.alpha == Alpha::Straight && with_alpha)),
        ];
        let target = wgpu::ColorTargetState {
            format: key.target.format(key.plane),
            blend: key.blend.then_some(wgpu::BlendState::PREMULTIPLIED_ALPHA_BLENDING),
            write_mask: wgpu::ColorWrites::ALL,
        };
        let options = wgpu::PipelineCompilationOptions {
            constants: &constants,
            ..Default::default()
        };
        self.device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("draw"),
            layout: Some(&self.layout),
            vertex: wgpu::VertexState {
                module: &self.shader,
                entry_point: Some("corner"),
                buffers: &[],
                compilation_options: options.clone(),
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

const ITEM_SIZE: Option<NonZeroU64> = NonZeroU64::new(size_of::<ItemUniform>() as u64);

fn item_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("items"),
        entries: &[wgpu::BindGroupLayoutEntry {
            binding: 0,
            visibility: wgpu::ShaderStages::VERTEX,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: true,
                min_binding_size: ITEM_SIZE,
            },
            count: None,
        }],
    })
}

fn source_layout(device: &wgpu::Device) -> wgpu::BindGroupLayout {
    let entry = |binding: u32, ty: wgpu::BindingType| wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty,
        count: None,
    };
    let texture = wgpu::BindingType::Texture {
        sample_type: wgpu::TextureSampleType::Float { filterable: true },
        view_dimension: wgpu::TextureViewDimension::D2,
        multisampled: false,
    };
    let sampler = wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering);
    device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
        label: Some("picture"),
        entries: &[
            entry(0, texture),
            entry(1, texture),
            entry(2, texture),
            entry(3, texture),
            entry(4, sampler),
        ],
    })
}
