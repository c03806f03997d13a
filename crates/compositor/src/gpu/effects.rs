//! Filters as passes on the graphics card: from the planes of a nested canvas (premultiplied BT.709 codes, chroma at half
//! size) to those of another. One effect is one piece of WGSL with what it needs; which texture holds what is said in
//! `effects.wgsl` and `shader_around.wgsl`.

use super::{
    canvas::Canvas,
    pipelines::{Pipelines, TargetKind},
    placement::Plane,
    plan::{EffectDraw, Pass},
    textures,
};
use crate::filters::Layer;
use std::{
    collections::HashMap,
    sync::{Arc, Weak},
};

/// Bytes of one effect's numbers, and from one to the next.
pub const NUMBERS: usize = 256;
const PRELUDE: &str = include_str!("effects.wgsl");
/// Pipelines of shaders are let go when there are more.
const MOST_PIPELINES: usize = 96;

/// How an effect's WGSL is called.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Form {
    /// `change(vec4f) -> vec4f`, R'G'B' and alpha, straight: sample by sample, as `recolor` does it.
    Color,
    /// `luma(vec2i) -> vec2f` (Y and alpha) and `chroma(vec2i) -> vec4f` (U, V, anything, alpha), premultiplied.
    Planes,
    /// A whole shader of somebody's own, see `shader_source`.
    Shader,
}

/// What a texture beside the picture holds.
#[derive(Debug)]
pub enum Image {
    /// One byte a texel.
    Bytes(Layer),
    /// R, G, B as numbers: width, texels.
    Colors(u32, Vec<[f32; 3]>),
}

/// One step of a filter.
#[derive(Clone, Debug)]
pub struct Effect {
    /// How it is called.
    pub form: Form,
    /// Its text.
    pub code: Arc<str>,
    /// Its settings as it declares them, at most [`NUMBERS`] bytes.
    pub settings: Vec<u8>,
    /// A texture beside the picture.
    pub image: Option<Arc<Image>>,
    /// Width and height of what comes out, pixels.
    pub size: (u32, u32),
}

impl Effect {
    /// One of our own, of settings that are all numbers.
    pub fn new(form: Form, code: &'static str, settings: &[f32], size: (u32, u32)) -> Self {
        Self {
            form,
            code: code.into(),
            settings: settings.iter().flat_map(|v| v.to_le_bytes()).collect(),
            image: None,
            size,
        }
    }
    /// With a texture.
    pub fn with(self, image: Arc<Image>) -> Self {
        Self {
            image: Some(image),
            ..self
        }
    }
}

/// Which pipeline.
#[derive(Clone, PartialEq, Eq, Hash)]
struct Key {
    form: Form,
    code: Arc<str>,
    entry: Entry,
}

/// Entry points.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Entry {
    Luma,
    Chroma,
    Shade,
    FromShade(Plane),
}

struct Held {
    of: Weak<Image>,
    view: wgpu::TextureView,
}

/// Pipelines and textures of effects, of one device.
pub struct Effects {
    device: wgpu::Device,
    numbers: wgpu::BindGroupLayout,
    layout: wgpu::PipelineLayout,
    modules: HashMap<(Form, Arc<str>), wgpu::ShaderModule>,
    made: HashMap<Key, wgpu::RenderPipeline>,
    images: Vec<Held>,
    /// What shaders draw into, by size.
    whole: Vec<(wgpu::Texture, wgpu::TextureView)>,
}

impl Effects {
    /// Layouts; pipelines come as needed. `pictures` is the layout of four textures and a sampler.
    pub fn new(device: &wgpu::Device, pictures: &wgpu::BindGroupLayout) -> Self {
        let entry = |binding| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty: wgpu::BindingType::Buffer {
                ty: wgpu::BufferBindingType::Uniform,
                has_dynamic_offset: true,
                min_binding_size: None,
            },
            count: None,
        };
        let numbers = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("effect"),
            entries: &[entry(0), entry(1)],
        });
        let layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("effect"),
            bind_group_layouts: &[Some(pictures), Some(&numbers)],
            immediate_size: 0,
        });
        Self {
            device: device.clone(),
            numbers,
            layout,
            modules: HashMap::new(),
            made: HashMap::new(),
            images: vec![],
            whole: vec![],
        }
    }

    /// Binds the numbers of effects, addressed by two dynamic offsets.
    pub fn bind_numbers(&self, buffer: &wgpu::Buffer) -> wgpu::BindGroup {
        let entry = |binding| wgpu::BindGroupEntry {
            binding,
            resource: wgpu::BindingResource::Buffer(wgpu::BufferBinding {
                buffer,
                offset: 0,
                size: std::num::NonZeroU64::new(NUMBERS as u64),
            }),
        };
        self.device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("effect"),
            layout: &self.numbers,
            entries: &[entry(0), entry(1)],
        })
    }

    fn pipeline(&mut self, effect: &Effect, entry: Entry) -> wgpu::RenderPipeline {
        // What is drawn from a shader's picture is the same for all of them.
        let ours = matches!(entry, Entry::FromShade(_));
        let (form, code) = match ours {
            true => (Form::Planes, Arc::from(NOTHING)),
            false => (effect.form, effect.code.clone()),
        };
        let key = Key {
            form,
            code: code.clone(),
            entry,
        };
        if let Some(p) = self.made.get(&key) {
            return p.clone();
        }
        if self.made.len() >= MOST_PIPELINES {
            self.made.clear();
            self.modules.clear();
        }
        let device = &self.device;
        let module = self.modules.entry((form, code.clone())).or_insert_with(|| {
            let text = match form {
                Form::Shader => code.to_string(),
                Form::Color => format!("{PRELUDE}{COLOR}{code}"),
                Form::Planes => format!("{PRELUDE}{PLANES}{code}"),
            };
            device.create_shader_module(wgpu::ShaderModuleDescriptor {
                label: Some("effect"),
                source: wgpu::ShaderSource::Wgsl(text.into()),
            })
        });
        let (name, format) = match entry {
            Entry::Luma => ("fl_luma_pass", TargetKind::Nested.format(Plane::Luma)),
            Entry::Chroma => ("fl_chroma_pass", TargetKind::Nested.format(Plane::Chroma)),
            Entry::Shade => ("fl_shade", wgpu::TextureFormat::Rgba8Unorm),
            Entry::FromShade(p @ Plane::Luma) => ("fl_luma_of_whole", TargetKind::Nested.format(p)),
            Entry::FromShade(p @ Plane::Chroma) => ("fl_chroma_of_whole", TargetKind::Nested.format(p)),
        };
        let made = pipeline(device, &self.layout, module, name, format);
        self.made.insert(key, made.clone());
        made
    }

    fn image(&mut self, queue: &wgpu::Queue, image: &Arc<Image>) -> wgpu::TextureView {
        self.images.retain(|h| h.of.strong_count() > 0);
        let same = |h: &&Held| std::ptr::eq(h.of.as_ptr(), Arc::as_ptr(image));
        if let Some(h) = self.images.iter().find(same) {
            return h.view.clone();
        }
        let view = upload(&self.device, queue, image);
        self.images.push(Held {
            of: Arc::downgrade(image),
            view: view.clone(),
        });
        view
    }

    fn whole(&mut self, size: (u32, u32)) -> wgpu::TextureView {
        if let Some((_, v)) = self.whole.iter().find(|(t, _)| (t.width(), t.height()) == size) {
            return v.clone();
        }
        if self.whole.len() >= 4 {
            self.whole.remove(0);
        }
        let usage = wgpu::TextureUsages::RENDER_ATTACHMENT;
        let texture = textures::new(&self.device, "shader", wgpu::TextureFormat::Rgba8Unorm, size, usage);
        let view = texture.create_view(&Default::default());
        self.whole.push((texture, view.clone()));
        view
    }
}

/// An effect without a text of its own.
const NOTHING: &str =
    "fn luma(p: vec2i) -> vec2f { return vec2f(0.0); }\nfn chroma(p: vec2i) -> vec4f { return vec4f(0.0); }\n";
const COLOR: &str = "@fragment\nfn fl_luma_pass(@builtin(position) at: vec4f) -> @location(0) vec4f { return fl_color_luma(at); }\n@fragment\nfn fl_chroma_pass(@builtin(position) at: vec4f) -> @location(0) vec4f { return fl_color_chroma(at); }\n";
const PLANES: &str = "@fragment\nfn fl_luma_pass(@builtin(position) at: vec4f) -> @location(0) vec4f { let c = luma(vec2i(floor(at.xy))); return vec4f(c, 0.0, c.y); }\n@fragment\nfn fl_chroma_pass(@builtin(position) at: vec4f) -> @location(0) vec4f { return chroma(vec2i(floor(at.xy))); }\nfn change(c: vec4f) -> vec4f { return c; }\n";

fn pipeline(
    device: &wgpu::Device,
    layout: &wgpu::PipelineLayout,
    module: &wgpu::ShaderModule,
    entry: &str,
    format: wgpu::TextureFormat,
) -> wgpu::RenderPipeline {
    let target = wgpu::ColorTargetState {
        format,
        blend: None,
        write_mask: wgpu::ColorWrites::ALL,
    };
    device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
        label: Some("effect"),
        layout: Some(layout),
        vertex: wgpu::VertexState {
            module,
            entry_point: Some("fl_corner"),
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
            module,
            entry_point: Some(entry),
            targets: &[Some(target)],
            compilation_options: Default::default(),
        }),
        multiview_mask: None,
        cache: None,
    })
}

fn upload(device: &wgpu::Device, queue: &wgpu::Queue, image: &Image) -> wgpu::TextureView {
    let (format, size, bytes): (_, (u32, u32), Vec<u8>) = match image {
        Image::Bytes(l) => {
            let rows = (0..l.height).flat_map(|y| l.row(y)).copied();
            (
                wgpu::TextureFormat::R8Unorm,
                (l.width as u32, l.height as u32),
                rows.collect(),
            )
        }
        Image::Colors(width, colors) => {
            let texels = colors
                .iter()
                .flat_map(|c| [c[0], c[1], c[2], 1.0].map(half).map(u16::to_le_bytes));
            let height = (colors.len() as u32) / (*width).max(1);
            (
                wgpu::TextureFormat::Rgba16Float,
                (*width, height),
                texels.flatten().collect(),
            )
        }
    };
    let texture = textures::new(device, "image", format, size, wgpu::TextureUsages::COPY_DST);
    let layout = wgpu::TexelCopyBufferLayout {
        offset: 0,
        bytes_per_row: Some((bytes.len() as u32) / size.1.max(1)),
        rows_per_image: None,
    };
    queue.write_texture(texture.as_image_copy(), &bytes, layout, texture.size());
    texture.create_view(&Default::default())
}

/// A number of 16 bits, of a finite one from 0 to 60000; what is too small is 0.
fn half(v: f32) -> u16 {
    let v = v.clamp(0.0, 60_000.0);
    let bits = v.to_bits();
    let exponent = (bits >> 23) as i32 - 127 + 15;
    if exponent <= 0 {
        // Steps of 2^-24.
        return (v * 16_777_216.0 + 0.5) as u16;
    }
    ((((exponent as u32) << 10) | ((bits >> 13) & 0x3FF)) + ((bits >> 12) & 1)) as u16
}

/// What effects are planned with.
pub struct Work<'a> {
    /// For uploads.
    pub queue: &'a wgpu::Queue,
    /// Binds textures, has the effects.
    pub pipelines: &'a mut Pipelines,
    /// Filled with the numbers of effects.
    pub numbers: &'a mut Vec<u8>,
}

impl Work<'_> {
    /// Adds the passes of one effect, from one canvas to another; nothing when a texture can't be bound.
    pub fn add(
        &mut self,
        effect: &Effect,
        from: &Canvas,
        to: &Canvas,
        time_s: f32,
        passes: &mut Vec<Pass>,
    ) -> Option<()> {
        let offsets = self.push(effect, from, time_s);
        let image = effect.image.as_ref();
        let image = image.map(|i| self.pipelines.effects.image(self.queue, i));
        let (luma, chroma) = (from.view(Plane::Luma).clone(), from.view(Plane::Chroma).clone());
        let image = image.unwrap_or_else(|| luma.clone());
        let whole = (effect.form == Form::Shader).then(|| self.pipelines.effects.whole(effect.size));
        let mut draw = |target: &wgpu::TextureView, entry: Entry, drawn: &wgpu::TextureView| {
            let views = [luma.clone(), chroma.clone(), image.clone(), drawn.clone()];
            let mut pass = Pass::onto(target);
            pass.clear = Some(wgpu::Color::TRANSPARENT);
            pass.effect = Some(EffectDraw {
                textures: self.pipelines.bind_textures(&views)?,
                pipeline: self.pipelines.effects.pipeline(effect, entry),
                offsets,
            });
            passes.push(pass);
            Some(())
        };
        if let Some(whole) = whole {
            draw(&whole, Entry::Shade, &luma)?;
            draw(to.view(Plane::Luma), Entry::FromShade(Plane::Luma), &whole)?;
            return draw(to.view(Plane::Chroma), Entry::FromShade(Plane::Chroma), &whole);
        }
        draw(to.view(Plane::Luma), Entry::Luma, &luma)?;
        draw(to.view(Plane::Chroma), Entry::Chroma, to.view(Plane::Luma))
    }

    /// Where the numbers of an effect are: of its picture, and its settings.
    fn push(&mut self, effect: &Effect, from: &Canvas, time_s: f32) -> [u32; 2] {
        let start = self.numbers.len();
        let (w, h) = effect.size;
        let frame = [w as f32, h as f32, from.size.0 as f32, from.size.1 as f32, time_s];
        self.numbers.extend(frame.iter().flat_map(|v| v.to_le_bytes()));
        self.numbers.resize(start + NUMBERS, 0);
        let settings = &effect.settings;
        self.numbers
            .extend_from_slice(settings.get(..settings.len().min(NUMBERS)).unwrap_or(&[]));
        self.numbers.resize(start + 2 * NUMBERS, 0);
        [start as u32, (start + NUMBERS) as u32]
    }
}

#[cfg(test)]
mod tests {
    use super::half;

    #[test]
    fn numbers_of_sixteen_bits_are_near() {
        for (v, bits) in [
            (0.0, 0),
            (1.0, 0x3C00),
            (0.5, 0x3800),
            (2.0, 0x4000),
            (65504.0f32, 0x7B53),
        ] {
            assert_eq!(half(v), bits, "{v}");
        }
        // A tenth, and one too small for anything but steps of 2^-24.
        assert_eq!((half(0.1), half(3e-7)), (0x2E66, 5));
    }
}
