//! What is drawn into: the luma and the chroma plane of the programme, or of a nested list, which is sampled afterwards. A
//! nested canvas keeps what was drawn into it, so a nested scene that does not change is drawn once.

use super::{
    pipelines::{Pipelines, TargetKind},
    placement::Plane,
    textures,
};
use crate::{DrawList, color::FromRgb};

/// Two planes to draw into.
#[derive(Clone)]
pub struct Canvas {
    /// The programme's or a nested list's.
    pub kind: TargetKind,
    /// Size in pixels.
    pub size: (u32, u32),
    /// Y, or Y and alpha.
    pub luma: wgpu::Texture,
    /// U and V, or U, V and alpha.
    pub chroma: wgpu::Texture,
    views: [wgpu::TextureView; 2],
}

impl Canvas {
    /// New planes; what is in them is undefined.
    pub fn new(device: &wgpu::Device, kind: TargetKind, size: (u32, u32)) -> Self {
        let usage =
            wgpu::TextureUsages::RENDER_ATTACHMENT | wgpu::TextureUsages::COPY_SRC | wgpu::TextureUsages::COPY_DST;
        let plane = |p: Plane| textures::new(device, "canvas", kind.format(p), p.size(size.0, size.1), usage);
        let (luma, chroma) = (plane(Plane::Luma), plane(Plane::Chroma));
        let views = [&luma, &chroma].map(|t| t.create_view(&Default::default()));
        Self {
            kind,
            size,
            luma,
            chroma,
            views,
        }
    }

    /// The plane's texture.
    pub fn texture(&self, plane: Plane) -> &wgpu::Texture {
        match plane {
            Plane::Luma => &self.luma,
            Plane::Chroma => &self.chroma,
        }
    }

    /// The plane as an attachment or texture.
    pub fn view(&self, plane: Plane) -> &wgpu::TextureView {
        match plane {
            Plane::Luma => &self.views[0],
            Plane::Chroma => &self.views[1],
        }
    }
}

/// What a plane is cleared to: the list's background as codes; the programme's is laid over black.
pub fn clear_color(list: &DrawList, kind: TargetKind, plane: Plane) -> wgpu::Color {
    let [r, g, b, a] = list.background.0.map(f64::from);
    let a = a / 255.0;
    let [y, u, v] = FromRgb::bt709_limited().yuv([r, g, b]).map(|c| c / 255.0 * a);
    let (rest, alpha) = match kind {
        TargetKind::Programme => (1.0 - a, 1.0),
        TargetKind::Nested => (0.0, a),
    };
    let (black, grey) = (rest * 16.0 / 255.0, rest * 128.0 / 255.0);
    let (r, g, b) = match plane {
        Plane::Luma => (y + black, alpha, 0.0),
        Plane::Chroma => (u + grey, v + grey, alpha),
    };
    wgpu::Color { r, g, b, a: alpha }
}

/// Pictures after which an unused canvas is dropped.
const KEEP_PICTURES: u64 = 150;

struct Slot {
    canvas: Canvas,
    bind_groups: [wgpu::BindGroup; 2],
    signature: u64,
    last_used: u64,
}

/// The canvases of nested lists.
#[derive(Default)]
pub struct NestedCanvases {
    slots: Vec<Slot>,
    /// Copies of what lies below items that mix with it, one for each kind and size of canvas.
    below: Vec<Canvas>,
    picture: u64,
}

/// A nested list's canvas.
pub struct Nested {
    /// What to draw into.
    pub canvas: Canvas,
    /// For sampling the luma and the chroma plane.
    pub bind_groups: [wgpu::BindGroup; 2],
    /// Whether the list is in it already.
    pub is_drawn: bool,
}

impl NestedCanvases {
    /// Starts a picture.
    pub fn begin(&mut self) {
        self.picture += 1;
        let oldest = self.picture.saturating_sub(KEEP_PICTURES);
        self.slots.retain(|s| s.last_used >= oldest);
    }

    /// Where the planes of a canvas are copied to be looked at while it is drawn into.
    pub fn below(&mut self, pipelines: &Pipelines, of: &Canvas) -> Canvas {
        if let Some(c) = self.below.iter().find(|c| c.kind == of.kind && c.size == of.size) {
            return c.clone();
        }
        let made = Canvas::new(pipelines.device(), of.kind, of.size);
        self.below.push(made.clone());
        made
    }

    /// The canvas for a list of this signature, as it was left when the list was drawn before; `None` when the card can't hold it.
    pub fn get(&mut self, pipelines: &Pipelines, size: (u32, u32), signature: u64) -> Option<Nested> {
        let known = self
            .slots
            .iter()
            .position(|s| s.signature == signature && s.canvas.size == size);
        let free = |s: &Slot| s.last_used < self.picture && s.canvas.size == size;
        let free = || {
            let candidates = self.slots.iter().enumerate().filter(|(_, s)| free(s));
            candidates.max_by_key(|(_, s)| s.last_used).map(|(i, _)| i)
        };
        let i = match known.or_else(free) {
            Some(i) => i,
            None => {
                self.slots.push(new_slot(pipelines, size)?);
                self.slots.len() - 1
            }
        };
        let slot = self.slots.get_mut(i)?;
        slot.signature = signature;
        slot.last_used = self.picture;
        Some(Nested {
            canvas: slot.canvas.clone(),
            bind_groups: slot.bind_groups.clone(),
            is_drawn: known.is_some(),
        })
    }
}

fn new_slot(pipelines: &Pipelines, size: (u32, u32)) -> Option<Slot> {
    let largest = pipelines.device().limits().max_texture_dimension_2d;
    if size.0 == 0 || size.1 == 0 || size.0.max(size.1) > largest {
        return None;
    }
    let canvas = Canvas::new(pipelines.device(), TargetKind::Nested, size);
    let bind = |p: Plane| pipelines.bind_textures(&[canvas.view(p).clone()]);
    Some(Slot {
        bind_groups: [bind(Plane::Luma)?, bind(Plane::Chroma)?],
        canvas,
        signature: 0,
        last_used: 0,
    })
}
