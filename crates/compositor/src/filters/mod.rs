//! Filters: what is done to a picture before it is placed. A kind is one file here and one line in [`filter_kinds`]; it says
//! its id, its name, its settings and how it changes a [`Sheet`], pure, on that picture alone. Both renderers call the same
//! code, so they agree to the bit; what comes out is kept while neither picture nor settings change.
//!
//! Pictures are worked on as they go to the encoder: BT.709 limited 4:2:0 codes with straight alpha at full size. A filter
//! that needs R'G'B' gets it sample by sample (`recolor`): luma with the chroma between its samples, chroma with the mean
//! of its luma.

mod blur;
mod chroma_key;
mod color_correction;
mod color_key;
mod crop;
mod cube;
mod image_mask;
mod kind;
mod luma_key;
mod lut;
mod recolor;
mod scale;
mod scroll;
mod shape_mask;
mod sharpen;
mod sheet;
mod store;

pub use kind::{Filter, FilterError, FilterKind, Making};
pub use sheet::{Layer, Sheet};
pub use store::{Made, Store};

use crate::Picture;
use media::MediaTime;
use std::{
    hash::{DefaultHasher, Hash, Hasher},
    sync::Arc,
};

/// Every kind of filter, in the order people see them.
pub fn filter_kinds() -> &'static [FilterKind] {
    KINDS
}

static KINDS: &[FilterKind] = &[
    chroma_key::KIND,
    color_key::KIND,
    luma_key::KIND,
    color_correction::KIND,
    lut::KIND,
    crop::KIND,
    scale::KIND,
    image_mask::KIND,
    shape_mask::KIND,
    blur::KIND,
    sharpen::KIND,
    scroll::KIND,
];

/// The kind of this id.
pub fn filter_kind(id: &str) -> Option<&'static FilterKind> {
    KINDS.iter().find(|k| k.info.id == id)
}

/// A picture with filters on it.
#[derive(Clone, Debug)]
pub struct Filtered {
    /// What is filtered.
    pub picture: Picture,
    /// The filters, in order.
    pub chain: Vec<Made>,
    /// When it is shown: for filters that move.
    pub time: MediaTime,
    /// Width and height of what comes out, pixels.
    size: (u32, u32),
    opaque: bool,
}

impl Filtered {
    /// A picture with filters on it; `None` when nothing is left of it.
    pub fn new(picture: Picture, chain: Vec<Made>, time: MediaTime) -> Option<Self> {
        let mut size = picture.size();
        let mut opaque = picture.is_opaque();
        for made in &chain {
            size = made.filter.size(size);
            opaque = opaque && made.filter.keeps_opaque();
            if size.0 == 0 || size.1 == 0 || size.0.max(size.1) > media::frame::MAX_DIMENSION {
                return None;
            }
        }
        Some(Self {
            picture,
            chain,
            time,
            size,
            opaque,
        })
    }
    /// Width and height of what comes out, pixels.
    pub fn size(&self) -> (u32, u32) {
        self.size
    }
    /// Whether no pixel of what comes out can be transparent.
    pub fn is_opaque(&self) -> bool {
        self.opaque
    }
    /// A number of everything that decides how it looks.
    pub fn signature(&self) -> u64 {
        let mut h = DefaultHasher::new();
        self.picture.signature().hash(&mut h);
        for made in &self.chain {
            made.id.hash(&mut h);
        }
        if self.chain.iter().any(|m| m.filter.moves()) {
            self.time.0.hash(&mut h);
        }
        h.finish()
    }
    /// What comes out of its picture as a sheet.
    pub fn apply(&self, sheet: Sheet) -> Sheet {
        let mut sheet = sheet;
        for made in &self.chain {
            sheet = made.filter.apply(sheet, self.time);
        }
        sheet
    }
}

/// A picture with those filters of a list on it that are on and known; the picture itself when there are none, nothing when
/// they leave nothing.
pub fn filtered(picture: Picture, filters: &[project::Filter], store: &Store, time: MediaTime) -> Option<Picture> {
    let chain: Vec<Made> = filters
        .iter()
        .filter(|f| f.enabled)
        .filter_map(|f| store.get(f))
        .collect();
    if chain.is_empty() {
        return Some(picture);
    }
    Filtered::new(picture, chain, time).map(|f| Picture::Filtered(Arc::new(f)))
}
