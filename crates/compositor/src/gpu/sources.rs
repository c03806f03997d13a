//! Frames of sources as textures. A frame is uploaded once, however often and wherever it is shown; a source's next frame goes
//! into the textures its last one leaves free, so steady running creates none. Textures nobody has used for a while are dropped.

use super::{pipelines::Pipelines, placement::Plane, textures};
use crate::software::narrowed;
use crate::{DrawItem, Picture};
use media::{FramePool, PixelFormat, VideoFrame};
use std::borrow::Cow;

/// Pictures after which unused textures are dropped: some seconds.
const KEEP_PICTURES: u64 = 150;

/// The textures of one frame.
struct Slot {
    format: PixelFormat,
    size: (u32, u32),
    planes: Vec<wgpu::Texture>,
    bind_group: wgpu::BindGroup,
    frame_id: u64,
    uploaded: u64,
    last_used: u64,
}

/// All frames that are on the GPU.
#[derive(Default)]
pub struct SourceTextures {
    slots: Vec<Slot>,
    picture: u64,
    uploads: u64,
    created: u64,
    pool: FramePool,
    /// Canvases besides the one that draws: what they drew with in their last picture is not taken away.
    others: u64,
}

impl SourceTextures {
    /// Says how many canvases draw with these textures in turn.
    pub fn share(&mut self, canvases: usize) {
        self.others = canvases.saturating_sub(1) as u64;
    }

    /// Starts a picture: what it shows keeps its textures, and what was not shown for long loses them.
    pub fn begin(&mut self, items: &[DrawItem]) {
        self.picture += 1;
        self.keep(items);
        let oldest = self.picture.saturating_sub(KEEP_PICTURES * (self.others + 1));
        self.slots.retain(|s| s.last_used >= oldest);
    }

    fn keep(&mut self, items: &[DrawItem]) {
        for item in items {
            match &item.picture {
                Picture::List(inner) => self.keep(&inner.items),
                Picture::Filtered(f) => {
                    if let Picture::List(inner) = &f.picture {
                        self.keep(&inner.items);
                    }
                }
                Picture::Frame(f) => {
                    if let Some(s) = self.slots.iter_mut().find(|s| s.frame_id == f.id) {
                        s.last_used = self.picture;
                    }
                }
            }
        }
    }

    /// The frame's textures, uploaded if they are not there yet; `None` when the card can't hold a picture that large.
    pub fn get(&mut self, queue: &wgpu::Queue, pipelines: &Pipelines, f: &VideoFrame) -> Option<wgpu::BindGroup> {
        if let Some(s) = self.slots.iter_mut().find(|s| s.frame_id == f.id) {
            s.last_used = self.picture;
            return Some(s.bind_group.clone());
        }
        // Words of 16 bits are no texture that every card can mix.
        let f = &narrowed(&self.pool, f);
        let size = (f.width, f.height);
        let oldest = self.picture.saturating_sub(self.others);
        let free = |s: &&mut Slot| s.format == f.format && s.size == size && s.last_used < oldest;
        // The newest of those used last is the same source's last frame; older ones are pictures that may be shown again.
        let found = self
            .slots
            .iter_mut()
            .filter(free)
            .max_by_key(|s| (s.last_used, s.uploaded));
        let slot = match found {
            Some(s) => s,
            None => {
                self.slots.push(new_slot(pipelines, f)?);
                self.created += 1;
                self.slots.last_mut()?
            }
        };
        for (i, texture) in slot.planes.iter().enumerate() {
            upload(queue, texture, f, i);
        }
        self.uploads += 1;
        slot.frame_id = f.id;
        slot.uploaded = self.uploads;
        slot.last_used = self.picture;
        Some(slot.bind_group.clone())
    }

    /// The texture of the item's frame that has the layout of a programme's plane: one channel of Y, or U and V in pairs.
    pub fn same_plane(&self, item: &DrawItem, plane: Plane) -> Option<wgpu::Texture> {
        let Picture::Frame(f) = &item.picture else { return None };
        let slot = self.slots.iter().find(|s| s.frame_id == f.id)?;
        match plane {
            Plane::Luma if f.format.is_yuv() && slot.format == f.format => slot.planes.first().cloned(),
            Plane::Chroma if f.format == PixelFormat::Nv12 => slot.planes.get(1).cloned(),
            _ => None,
        }
    }

    /// Frames uploaded and texture sets created since the start, for tests and statistics.
    pub fn counts(&self) -> (u64, u64) {
        (self.uploads, self.created)
    }
}

fn plane_format(format: PixelFormat, plane: usize) -> wgpu::TextureFormat {
    match (format, plane) {
        (PixelFormat::Rgba, _) => wgpu::TextureFormat::Rgba8Unorm,
        (PixelFormat::Bgra | PixelFormat::Bgrx, _) => wgpu::TextureFormat::Bgra8Unorm,
        (PixelFormat::Nv12, 1) => wgpu::TextureFormat::Rg8Unorm,
        _ => wgpu::TextureFormat::R8Unorm,
    }
}

fn bytes_per_texel(format: wgpu::TextureFormat) -> usize {
    match format {
        wgpu::TextureFormat::R8Unorm => 1,
        wgpu::TextureFormat::Rg8Unorm => 2,
        _ => 4,
    }
}

fn new_slot(pipelines: &Pipelines, f: &VideoFrame) -> Option<Slot> {
    let device = pipelines.device();
    let largest = device.limits().max_texture_dimension_2d;
    if f.width > largest || f.height > largest {
        tracing::warn!(target: "gpu", "a picture of {}×{} is too large for the graphics card (at most {largest}×{largest}) and is left out; scale it down", f.width, f.height);
        return None;
    }
    let planes: Vec<_> = (0..f.format.planes())
        .map(|i| {
            let format = plane_format(f.format, i);
            let (bytes, rows) = f.format.plane_size(i, f.width, f.height);
            let size = ((bytes / bytes_per_texel(format)) as u32, rows as u32);
            textures::new(
                device,
                "source",
                format,
                size,
                wgpu::TextureUsages::COPY_DST | wgpu::TextureUsages::COPY_SRC,
            )
        })
        .collect();
    let views: Vec<_> = planes.iter().map(|t| t.create_view(&Default::default())).collect();
    Some(Slot {
        format: f.format,
        size: (f.width, f.height),
        bind_group: pipelines.bind_textures(&views)?,
        planes,
        frame_id: 0,
        uploaded: 0,
        last_used: 0,
    })
}

fn upload(queue: &wgpu::Queue, texture: &wgpu::Texture, f: &VideoFrame, plane: usize) {
    let (bytes, rows) = f.format.plane_size(plane, f.width, f.height);
    let p = &f.planes[plane];
    let aligned = p.stride.is_multiple_of(bytes_per_texel(texture.format()));
    let (data, stride) = if aligned {
        (Cow::Borrowed(&p.data[..]), p.stride)
    } else {
        // Rows that begin in the middle of a texel can't be uploaded as they are.
        let tight: Vec<u8> = (0..rows).flat_map(|y| p.row(y, bytes)).copied().collect();
        (Cow::Owned(tight), bytes)
    };
    let layout = wgpu::TexelCopyBufferLayout {
        offset: 0,
        bytes_per_row: Some(stride as u32),
        rows_per_image: None,
    };
    queue.write_texture(texture.as_image_copy(), &data, layout, texture.size());
}
