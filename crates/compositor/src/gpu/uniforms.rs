//! What the shader is told about one picture in one pass, byte for byte as `shader.wgsl` declares it.

use bytemuck::{Pod, Zeroable};

/// Bytes from one item to the next: the alignment every device takes for dynamic offsets.
pub const ITEM_STRIDE: usize = 256;

/// How one texture grid is sampled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct GridUniform {
    /// texel = picture · xy + zw
    pub from_picture: [f32; 4],
    /// First texel, and one after the last.
    pub bounds: [f32; 4],
    /// Texels per target pixel, 1 / texture size.
    pub texels: [f32; 4],
}

/// One item in one pass.
#[derive(Clone, Copy, Debug, Default, PartialEq, Pod, Zeroable)]
#[repr(C)]
pub struct ItemUniform {
    /// Clip-space x, y and picture x, y of the four corners of a triangle strip.
    pub corners: [[f32; 4]; 4],
    /// Where coverage ends: x0, y0, x1, y1 in picture pixels.
    pub crop: [f32; 4],
    /// Target pixels per picture pixel (x, y), opacity, unused.
    pub edge: [f32; 4],
    /// Main textures.
    pub main: GridUniform,
    /// The textures sampled beside them.
    pub second: GridUniform,
    /// Factors on the three components, and what is added, for the one or two components that are drawn.
    pub rows: [[f32; 4]; 2],
    /// What alpha adds to the two.
    pub by_alpha: [f32; 4],
    /// Canvas pixels per picture pixel (x, y), radius of the corners in canvas pixels, samples per canvas pixel.
    pub round: [f32; 4],
}

const _: () = assert!(size_of::<ItemUniform>() <= ITEM_STRIDE);

/// All items of a picture, ready to be written to the GPU at once.
#[derive(Default)]
pub struct UniformData {
    bytes: Vec<u8>,
}

impl UniformData {
    /// Starts over.
    pub fn clear(&mut self) {
        self.bytes.clear();
    }
    /// Adds an item and gives its offset in bytes.
    pub fn push(&mut self, item: &ItemUniform) -> u32 {
        let offset = self.bytes.len();
        self.bytes.extend_from_slice(bytemuck::bytes_of(item));
        self.bytes.resize(offset + ITEM_STRIDE, 0);
        offset as u32
    }
    /// Everything.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}
