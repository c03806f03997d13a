//! From a draw list to passes: which canvas planes are drawn in which order, with which pipelines, textures and uniforms.
//! Nested lists come before what shows them. Uploads happen on the way; nothing is submitted here.

use super::{
    canvas::{Canvas, Nested, NestedCanvases, clear_color},
    effects::{Effect, Work},
    pipelines::{PipelineKey, Pipelines, TargetKind},
    placement::{Placement, Plane, TexelGrid, Way},
    recipe::{Alpha, Recipe, SecondKind},
    sources::SourceTextures,
    uniforms::{GridUniform, ItemUniform, UniformData},
};
use crate::{
    Affine, DrawItem, DrawList, Filtered, Picture, Style, color::YuvMap, signature, software::SoftwareRenderer,
};
use media::MediaTime;
use project::Rgba;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// One picture in one plane.
pub struct Draw {
    /// What to draw with.
    pub pipeline: wgpu::RenderPipeline,
    /// The picture.
    pub textures: wgpu::BindGroup,
    /// Offset of its uniforms, bytes.
    pub uniform: u32,
}

/// One plane of one canvas.
pub struct Pass {
    /// What is drawn into.
    pub target: wgpu::TextureView,
    /// Planes that are copied before: source, target.
    pub copies: Vec<(wgpu::Texture, wgpu::Texture)>,
    /// What it is cleared to; `None` keeps what is there.
    pub clear: Option<wgpu::Color>,
    /// Pictures, bottom first.
    pub draws: Vec<Draw>,
    /// A layer that is mixed with what is there.
    pub mix: Option<Mix>,
    /// A filter's pass.
    pub effect: Option<EffectDraw>,
}

/// A pass of a filter over all of a plane.
pub struct EffectDraw {
    /// What to draw with.
    pub pipeline: wgpu::RenderPipeline,
    /// The picture's planes and what else it looks at.
    pub textures: wgpu::BindGroup,
    /// Where its numbers are, bytes.
    pub offsets: [u32; 2],
}

impl Pass {
    /// That goes on with what is in the plane.
    pub fn onto(target: &wgpu::TextureView) -> Self {
        Self {
            target: target.clone(),
            copies: vec![],
            clear: None,
            draws: vec![],
            mix: None,
            effect: None,
        }
    }

    /// Whether it changes nothing.
    pub fn is_idle(&self) -> bool {
        self.clear.is_none()
            && self.draws.is_empty()
            && self.copies.is_empty()
            && self.mix.is_none()
            && self.effect.is_none()
    }
}

/// A layer of the canvas' size mixed with the canvas.
pub struct Mix {
    /// What to mix with.
    pub pipeline: wgpu::RenderPipeline,
    /// The layer's planes and a copy of the canvas'.
    pub textures: wgpu::BindGroup,
    /// The samples the layer may touch: x, y, width, height.
    pub area: [u32; 4],
}

/// Whether the item is a frame that already is the programme, code by code: then its planes are copied where they have the
/// programme's layout. That is most of what a camera on the whole canvas costs on a software rasteriser.
fn is_the_canvas(item: &DrawItem, canvas: &Canvas) -> bool {
    let Picture::Frame(f) = &item.picture else { return false };
    canvas.kind == TargetKind::Programme
        && (f.width, f.height) == canvas.size
        && item.crop == [0.0, 0.0, f.width as f32, f.height as f32]
        && item.canvas_from_picture == Affine::IDENTITY
        && item.is_solid()
        && f.format.is_yuv()
        && YuvMap::new(f.color).is_none()
}

/// Everything needed to plan a picture.
pub struct Planner<'a> {
    /// For uploads.
    pub queue: &'a wgpu::Queue,
    /// Pipelines by key.
    pub pipelines: &'a mut Pipelines,
    /// Textures by frame.
    pub sources: &'a mut SourceTextures,
    /// Canvases of nested lists.
    pub nested: &'a mut NestedCanvases,
    /// Filters pictures.
    pub filters: &'a mut SoftwareRenderer,
    /// Filled with the uniforms of all items.
    pub uniforms: &'a mut UniformData,
    /// Filled with the numbers of effects.
    pub numbers: &'a mut Vec<u8>,
}

impl Planner<'_> {
    /// Adds the passes that draw `list` into `canvas`.
    pub fn add(&mut self, list: &DrawList, canvas: &Canvas, passes: &mut Vec<Pass>) {
        let mut planes = [Plane::Luma, Plane::Chroma].map(|plane| {
            let mut pass = Pass::onto(canvas.view(plane));
            pass.clear = Some(clear_color(list, canvas.kind, plane));
            pass.draws.reserve(list.items.len());
            (plane, pass)
        });
        for item in list.items.iter().filter(|i| i.opacity > 0.0) {
            // A picture far off the canvas is not worth an upload.
            if Placement::new(item, Plane::Luma, canvas.size).is_none() {
                continue;
            }
            if !item.style.is_over() {
                let next = [Plane::Luma, Plane::Chroma].map(|p| (p, Pass::onto(canvas.view(p))));
                passes.extend(std::mem::replace(&mut planes, next).map(|(_, pass)| pass));
                self.mix(item, canvas, passes);
                continue;
            }
            let Some(textures) = self.textures(item, passes) else {
                continue;
            };
            let fills = is_the_canvas(item, canvas);
            for ((plane, pass), textures) in planes.iter_mut().zip(textures) {
                let below_all = pass.draws.is_empty() && pass.clear.is_some();
                let same = (fills && below_all)
                    .then(|| self.sources.same_plane(item, *plane))
                    .flatten();
                match same {
                    Some(source) => {
                        pass.clear = None;
                        pass.copies.push((source, canvas.texture(*plane).clone()));
                    }
                    None => pass.draws.extend(self.draw(item, *plane, canvas, textures)),
                }
            }
        }
        passes.extend(planes.map(|(_, pass)| pass));
    }

    /// Adds the passes that draw an item by itself, copy what is below it, and mix the two.
    fn mix(&mut self, item: &DrawItem, canvas: &Canvas, passes: &mut Vec<Pass>) {
        let (width, height) = canvas.size;
        let mut alone = item.clone();
        (alone.style.blend, alone.style.space) = Default::default();
        let list = DrawList {
            width,
            height,
            background: Rgba::TRANSPARENT,
            items: vec![alone],
        };
        let Some(layer) = self.nested.get(self.pipelines, canvas.size, signature(&list)) else {
            return;
        };
        if !layer.is_drawn {
            self.add(&list, &layer.canvas, passes);
        }
        let below = self.nested.below(self.pipelines, canvas);
        let views = [&layer.canvas, &below].map(|c| [Plane::Luma, Plane::Chroma].map(|p| c.view(p).clone()));
        let Some(textures) = self.pipelines.bind_textures(views.as_flattened()) else {
            return;
        };
        for plane in [Plane::Luma, Plane::Chroma] {
            let Some(area) = area(item, plane, canvas.size) else {
                return;
            };
            let mut pass = Pass::onto(canvas.view(plane));
            if plane == Plane::Luma {
                // Both planes look at both as they were.
                let both = [Plane::Luma, Plane::Chroma];
                pass.copies = both
                    .map(|p| (canvas.texture(p).clone(), below.texture(p).clone()))
                    .into();
            }
            pass.mix = Some(Mix {
                pipeline: self.pipelines.mixing.get(canvas.kind, plane, &item.style),
                textures: textures.clone(),
                area,
            });
            passes.push(pass);
        }
    }

    /// The item's picture for the luma and for the chroma pass; draws nested lists first.
    fn textures(&mut self, item: &DrawItem, passes: &mut Vec<Pass>) -> Option<[wgpu::BindGroup; 2]> {
        match &item.picture {
            Picture::Frame(f) => {
                let group = self.sources.get(self.queue, self.pipelines, f)?;
                Some([group.clone(), group])
            }
            Picture::Filtered(f) if f.on_gpu() => Some(self.effects(f, passes)?.bind_groups),
            Picture::Filtered(f) => {
                let frame = self.filters.filter(f)?;
                let group = self.sources.get(self.queue, self.pipelines, &frame)?;
                Some([group.clone(), group])
            }
            Picture::List(list) => {
                let size = (list.width, list.height);
                let nested = self.nested.get(self.pipelines, size, signature(list))?;
                if !nested.is_drawn {
                    self.add(list, &nested.canvas, passes);
                }
                Some(nested.bind_groups)
            }
        }
    }

    /// A picture after its filters, in a canvas of its own; what was drawn there for the same picture and filters is kept.
    fn effects(&mut self, f: &Arc<Filtered>, passes: &mut Vec<Pass>) -> Option<Nested> {
        let last = self.nested.get(self.pipelines, f.size(), f.signature())?;
        if !last.is_drawn {
            self.run(&f.picture, &f.effects(), (&last.canvas, f.signature()), f.time, passes)?;
        }
        Some(last)
    }

    /// Adds the passes of effects on a picture, into a canvas; canvases between go by numbers made of `signature`. A picture
    /// that nothing is done to is copied.
    pub fn run(
        &mut self,
        picture: &Picture,
        effects: &[Effect],
        (last, signature): (&Canvas, u64),
        time: MediaTime,
        passes: &mut Vec<Pass>,
    ) -> Option<()> {
        let mut from = self.whole(picture, passes)?;
        let count = effects.len();
        if count == 0 {
            let mut pass = Pass::onto(last.view(Plane::Luma));
            pass.copies = [Plane::Luma, Plane::Chroma]
                .map(|p| (from.texture(p).clone(), last.texture(p).clone()))
                .into();
            passes.push(pass);
        }
        for (i, effect) in effects.iter().enumerate() {
            let to = match i + 1 == count {
                true => last.clone(),
                false => {
                    let mut h = DefaultHasher::new();
                    (signature, i).hash(&mut h);
                    self.nested.get(self.pipelines, effect.size, h.finish())?.canvas
                }
            };
            let mut work = Work {
                queue: self.queue,
                pipelines: &mut *self.pipelines,
                numbers: &mut *self.numbers,
            };
            work.add(effect, &from, &to, time.as_secs_f64() as f32, passes)?;
            from = to;
        }
        Some(())
    }

    /// A picture by itself, pixel by pixel, as planes.
    fn whole(&mut self, picture: &Picture, passes: &mut Vec<Pass>) -> Option<Canvas> {
        let (width, height) = picture.size();
        let item = DrawItem {
            picture: picture.clone(),
            crop: [0.0, 0.0, width as f32, height as f32],
            canvas_from_picture: Affine::IDENTITY,
            opacity: 1.0,
            style: Style::default(),
        };
        let list = match picture {
            Picture::List(list) => list.clone(),
            _ => Arc::new(DrawList {
                width,
                height,
                background: Rgba::TRANSPARENT,
                items: vec![item],
            }),
        };
        let nested = self.nested.get(self.pipelines, (width, height), signature(&list))?;
        if !nested.is_drawn {
            self.add(&list, &nested.canvas, passes);
        }
        Some(nested.canvas)
    }

    fn draw(&mut self, item: &DrawItem, plane: Plane, canvas: &Canvas, textures: wgpu::BindGroup) -> Option<Draw> {
        let place = Placement::new(item, plane, canvas.size)?;
        let recipe = match &item.picture {
            Picture::Frame(f) => Recipe::of_frame(f, plane),
            Picture::Filtered(f) if f.on_gpu() => Recipe::of_nested(plane),
            Picture::Filtered(f) => Recipe::of_frame(&*self.filters.filter(f)?, plane),
            Picture::List(_) => Recipe::of_nested(plane),
        };
        let (w, h) = item.picture.size();
        let texels = |g: TexelGrid| (w.div_ceil(g.sx), h.div_ceil(g.sy));
        let (main_way, main) = place.grid(recipe.main_grid, texels(recipe.main_grid));
        let (second_way, second) = match recipe.second {
            SecondKind::None => (Way::Nearest, GridUniform::default()),
            _ => place.grid(recipe.second_grid, texels(recipe.second_grid)),
        };
        let opacity = item.opacity.min(1.0);
        let key = PipelineKey {
            target: canvas.kind,
            plane,
            main: recipe.main,
            main_way,
            second: recipe.second,
            second_way,
            alpha: recipe.alpha,
            edges: place.soft,
            round: place.round[2] > 0.0,
            blend: recipe.alpha != Alpha::Opaque || place.soft || opacity < 1.0,
        };
        let uniform = self.uniforms.push(&ItemUniform {
            corners: place.corners,
            crop: place.crop,
            edge: [place.edge[0], place.edge[1], opacity, 0.0],
            main,
            second,
            rows: recipe.rows,
            by_alpha: recipe.by_alpha,
            round: place.round,
        });
        Some(Draw {
            pipeline: self.pipelines.get(key),
            textures,
            uniform,
        })
    }
}

/// The samples of a plane that an item may touch, generously; `None` when there are none.
fn area(item: &DrawItem, plane: Plane, canvas: (u32, u32)) -> Option<[u32; 4]> {
    let (w, h) = plane.size(canvas.0, canvas.1);
    let k = match plane {
        Plane::Luma => 1.0,
        Plane::Chroma => 2.0,
    };
    let b = item.bounds().map(|v| v / k);
    let low = |v: f32, end: u32| (v - 2.0).clamp(0.0, end as f32) as u32;
    let high = |v: f32, end: u32| (v + 3.0).clamp(0.0, end as f32) as u32;
    let (x0, y0, x1, y1) = (low(b[0], w), low(b[1], h), high(b[2], w), high(b[3], h));
    (x0 < x1 && y0 < y1).then(|| [x0, y0, x1 - x0, y1 - y0])
}
