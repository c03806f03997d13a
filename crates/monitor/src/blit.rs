//! Putting a 4:2:0 picture on the screen: its planes go into textures as they are, and one triangle draws them.

use media::{PixelFormat, Plane, VideoFrame};

/// The pipelines for one kind of surface.
pub(crate) struct Blitter {
    layout: wgpu::BindGroupLayout,
    sampler: wgpu::Sampler,
    planar: wgpu::RenderPipeline,
    nv12: wgpu::RenderPipeline,
}

/// The planes of one picture on the device, used again for the next one of the same shape.
pub(crate) struct Planes {
    format: PixelFormat,
    width: u32,
    height: u32,
    textures: Vec<wgpu::Texture>,
    group: wgpu::BindGroup,
}

impl Blitter {
    pub(crate) fn new(device: &wgpu::Device, surface: wgpu::TextureFormat) -> Self {
        let shader = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("blit"),
            source: wgpu::ShaderSource::Wgsl(include_str!("blit.wgsl").into()),
        });
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("picture"),
            entries: &[texture_entry(0), texture_entry(1), texture_entry(2), sampler_entry(3)],
        });
        let pipelines = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("blit"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let make = |nv12: bool| pipeline(device, &shader, &pipelines, surface, nv12);
        Self {
            planar: make(false),
            nv12: make(true),
            sampler: device.create_sampler(&wgpu::SamplerDescriptor {
                label: Some("bilinear"),
                mag_filter: wgpu::FilterMode::Linear,
                min_filter: wgpu::FilterMode::Linear,
                ..Default::default()
            }),
            layout,
        }
    }

    /// Brings a picture to the device, into `planes` where they have its shape. `None` for formats no canvas is made in.
    pub(crate) fn upload(
        &self,
        device: &wgpu::Device,
        queue: &wgpu::Queue,
        planes: Option<Planes>,
        frame: &VideoFrame,
    ) -> Option<Planes> {
        let same = |p: &Planes| (p.format, p.width, p.height) == (frame.format, frame.width, frame.height);
        let planes = match planes.filter(same) {
            Some(p) => p,
            None => self.make(device, frame)?,
        };
        for (i, (texture, plane)) in planes.textures.iter().zip(&frame.planes).enumerate() {
            write(
                queue,
                texture,
                plane,
                frame.format.plane_size(i, frame.width, frame.height),
            );
        }
        Some(planes)
    }

    /// Draws the picture over the pass's viewport.
    pub(crate) fn draw(&self, pass: &mut wgpu::RenderPass<'_>, planes: &Planes) {
        pass.set_pipeline(if planes.format == PixelFormat::Nv12 {
            &self.nv12
        } else {
            &self.planar
        });
        pass.set_bind_group(0, &planes.group, &[]);
        pass.draw(0..3, 0..1);
    }

    fn make(&self, device: &wgpu::Device, frame: &VideoFrame) -> Option<Planes> {
        let (w, h) = (frame.width, frame.height);
        let half = (w.div_ceil(2), h.div_ceil(2));
        let one = wgpu::TextureFormat::R8Unorm;
        let textures: Vec<_> = match frame.format {
            PixelFormat::I420 => [(w, h, one), (half.0, half.1, one), (half.0, half.1, one)]
                .map(|t| plane_texture(device, t))
                .into(),
            PixelFormat::Nv12 => [(w, h, one), (half.0, half.1, wgpu::TextureFormat::Rg8Unorm)]
                .map(|t| plane_texture(device, t))
                .into(),
            _ => return None,
        };
        let views: Vec<_> = textures.iter().map(|t| t.create_view(&Default::default())).collect();
        let entry = |i: usize| wgpu::BindGroupEntry {
            binding: i as u32,
            // With two planes the third is not looked at.
            resource: wgpu::BindingResource::TextureView(&views[i.min(views.len() - 1)]),
        };
        let sampler = wgpu::BindGroupEntry {
            binding: 3,
            resource: wgpu::BindingResource::Sampler(&self.sampler),
        };
        let group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("picture"),
            layout: &self.layout,
            entries: &[entry(0), entry(1), entry(2), sampler],
        });
        Some(Planes {
            format: frame.format,
            width: w,
            height: h,
            textures,
            group,
        })
    }
}

impl Planes {
    /// Pixels.
    pub(crate) fn size(&self) -> (u32, u32) {
        (self.width, self.height)
    }
}

fn write(queue: &wgpu::Queue, texture: &wgpu::Texture, plane: &Plane, (bytes, rows): (usize, usize)) {
    // A frame's planes were checked to hold this much when it was made.
    let needed = plane.stride * rows.saturating_sub(1) + bytes;
    let Some(data) = plane.data.get(..needed) else { return };
    let layout = wgpu::TexelCopyBufferLayout {
        offset: 0,
        bytes_per_row: u32::try_from(plane.stride).ok(),
        rows_per_image: None,
    };
    queue.write_texture(texture.as_image_copy(), data, layout, texture.size());
}

fn plane_texture(device: &wgpu::Device, (width, height, format): (u32, u32, wgpu::TextureFormat)) -> wgpu::Texture {
    device.create_texture(&wgpu::TextureDescriptor {
        label: Some("plane"),
        size: wgpu::Extent3d {
            width,
            height,
            depth_or_array_layers: 1,
        },
        mip_level_count: 1,
        sample_count: 1,
        dimension: wgpu::TextureDimension::D2,
        format,
        usage: wgpu::TextureUsages::TEXTURE_BINDING | wgpu::TextureUsages::COPY_DST,
        view_formats: &[],
    })
}

fn texture_entry(binding: u32) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty: wgpu::BindingType::Texture {
            sample_type: wgpu::TextureSampleType::Float { filterable: true },
            view_dimension: wgpu::TextureViewDimension::D2,
            multisampled: false,
        },
        count: None,
    }
}

fn sampler_entry(binding: u32) -> wgpu::BindGroupLayoutEntry {
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::FRAGMENT,
        ty: wgpu::BindingType::Sampler(wgpu::SamplerBindingType::Filtering),
        count: None,
    }
}

fn pipeline(
    device: &wgpu::Device,
    shader: &wgpu::ShaderModule,
    layout: &wgpu::PipelineLayout,
    surface: wgpu::TextureFormat,
    nv12: bool,
) -> wgpu::RenderPipeline {
    let constants = [("NV12", if nv12 { 1.0 } else { 0.0 })];
    let options = wgpu::PipelineCompilationOptions {
        constants: &constants,
        ..Default::default()
    };
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some("blit"),
        layout: Some(layout),
        vertex: wgpu::VertexState {
            module: shader,
            entry_point: Some("corner"),
            buffers: &[],
            compilation_options: options.clone(),
        },
        primitive: wgpu::PrimitiveState::default(),
        depth_stencil: None,
        multisample: wgpu::MultisampleState::default(),
        fragment: Some(wgpu::FragmentState {
            module: shader,
            entry_point: Some("draw"),
            targets: &[Some(surface.into())],
            compilation_options: options,
        }),
        multiview_mask: None,
        cache: None,
    })
}
