//! Filters: what is done to a picture before it is placed. A kind is one file here and one line in [`filter_kinds`]; it says
//! its id, its name, its settings and how it changes a [`Sheet`], pure, on that picture alone; and, where it can, the same as
//! passes on a graphics card ([`Filter::effects`]), which the GPU renderer takes when all of a list can. What comes out is
//! kept while neither picture nor settings change.
//!
//! Pictures are worked on as they go to the encoder: BT.709 limited 4:2:0 codes with straight alpha at full size. A filter
//! that needs R'G'B' gets it sample by sample (`recolor`): luma with the chroma between its samples, chroma with the mean
//! of its luma.

mod bands;
mod blur;
mod chroma_key;
mod color_correction;
mod color_key;
mod crop;
mod cube;
mod deinterlace;
mod freeze;
mod image_mask;
mod kind;
mod light;
mod luma_key;
mod lut;
mod masking;
mod recolor;
mod render_delay;
mod scale;
mod scroll;
mod shader;
mod shader_source;
mod shape_mask;
mod sharpen;
mod sheet;
mod store;
mod tone_map;
mod weave;

pub use deinterlace::{Three, Weaving};
pub(crate) use kind::read_image;
pub use kind::{Filter, FilterError, FilterKind, Hold, Making};
pub use shader::form as shader_form;
pub use sheet::{Layer, Sheet};
pub use store::{Made, Store};

use crate::{Picture, gpu::Effect};
use media::{MediaTime, VideoFrame};
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
    tone_map::KIND,
    crop::KIND,
    scale::KIND,
    image_mask::KIND,
    shape_mask::KIND,
    blur::KIND,
    sharpen::KIND,
    scroll::KIND,
    shader::KIND,
    deinterlace::KIND,
    render_delay::KIND,
    freeze::KIND,
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
    on_gpu: bool,
}

impl Filtered {
    /// A picture with filters on it; `None` when nothing is left of it.
    pub fn new(picture: Picture, chain: Vec<Made>, time: MediaTime) -> Option<Self> {
        let mut size = picture.size();
        let mut opaque = picture.is_opaque();
        let on_gpu = !chain.is_empty() && chain.iter().all(|m| m.filter.on_gpu());
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
            on_gpu,
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
    /// Whether a graphics card can do all of it.
    pub(crate) fn on_gpu(&self) -> bool {
        self.on_gpu
    }
    /// All its filters as passes on a graphics card.
    pub(crate) fn effects(&self) -> Vec<Effect> {
        let mut size = self.picture.size();
        let mut out = vec![];
        for made in &self.chain {
            out.extend(made.filter.effects(size));
            size = made.filter.size(size);
        }
        out
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
    /// An HDR frame as a sheet of standard codes, where the first filter that knows how makes one of it.
    pub(crate) fn read(&self, sheet: impl FnOnce(&VideoFrame) -> Sheet) -> Option<Sheet> {
        let Picture::Frame(f) = &self.picture else { return None };
        self.chain.iter().find_map(|m| m.filter.tone())?.read(f, || sheet(f))
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
    let made = filters.iter().filter(|f| f.enabled).filter_map(|f| store.get(f));
    let mut chain: Vec<Made> = made.filter(|m| m.filter.hold().is_none()).collect();
    let hdr = matches!(&picture, Picture::Frame(f) if tone_map::is_hdr(f));
    // One that is there and off is somebody's wish.
    if hdr && !filters.iter().any(|f| f.kind == tone_map::ID) {
        chain.insert(0, tone_map::by_itself());
    }
    // An HDR picture whose light nobody maps is marked as looked at, so that the next list does not begin again.
    if chain.is_empty() && !hdr {
        return Some(picture);
    }
    Filtered::new(picture, chain, time).map(|f| Picture::Filtered(Arc::new(f)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{collections::HashSet, path::Path};

    fn sheet(w: usize, h: usize, alpha: bool) -> Sheet {
        let plane = |w, h| {
            Layer::make(w, h, |y, row| {
                row.iter_mut()
                    .enumerate()
                    .for_each(|(x, o)| *o = (40 + 7 * x + 5 * y) as u8)
            })
        };
        let small = || plane(w.div_ceil(2), h.div_ceil(2));
        Sheet {
            y: plane(w, h),
            u: small(),
            v: small(),
            a: alpha.then(|| plane(w, h)),
        }
    }

    #[test]
    fn every_kind_is_sound_and_takes_pictures_of_every_size() {
        let mut ids = HashSet::new();
        for kind in filter_kinds() {
            let id = kind.info.id;
            assert!(ids.insert(id), "two kinds are called {id}");
            let defaults = (kind.info.defaults)();
            if id == shader::ID && crate::gpu::adapter_summary().is_none() {
                continue;
            }
            assert_eq!((kind.info.check)(&defaults, "settings").expect(id), [], "{id}");
            let filter = (kind.make)(&defaults, Path::new("")).expect(id);
            for (w, h) in [(1, 1), (2, 1), (1, 7), (3, 5), (16, 2), (33, 17)] {
                for alpha in [false, true] {
                    let out = filter.apply(sheet(w, h, alpha), MediaTime::from_millis(1234));
                    let (ow, oh) = filter.size((w as u32, h as u32));
                    assert_eq!((out.width() as u32, out.height() as u32), (ow, oh), "{id} on {w}×{h}");
                    assert!(
                        alpha || !filter.keeps_opaque() || out.a.is_none(),
                        "{id} is not as opaque as it says"
                    );
                    out.into_frame().unwrap_or_else(|e| panic!("{id} on {w}×{h}: {e}"));
                }
            }
        }
    }

    #[test]
    fn the_store_keeps_filters_and_says_what_is_wrong() {
        let store = Store::default();
        let filter = |kind: &str, settings: serde_json::Value| project::Filter {
            kind: kind.into(),
            settings: settings.as_object().cloned().unwrap_or_default(),
            ..project::Filter::default()
        };
        let blur = filter("blur", serde_json::json!({"radius": 3.0}));
        let first = store.get(&blur).expect("made").id;
        assert_eq!(store.get(&blur).expect("kept").id, first);
        let other = filter("blur", serde_json::json!({"radius": 4.0}));
        assert_ne!(store.get(&other).expect("made").id, first);
        for (kind, settings, says) in [
            ("magic", serde_json::json!({}), "magic"),
            ("blur", serde_json::json!({"radius": -1}), "0 to 200"),
            ("blur", serde_json::json!({"radius": "NaN"}), "radius"),
            ("lut", serde_json::json!({"path": "/none.cube"}), "can't be read"),
        ] {
            let wrong = filter(kind, settings);
            assert!(store.get(&wrong).is_none());
            let said = store
                .check(&wrong.kind, &wrong.settings)
                .expect_err("wrong")
                .to_string();
            assert!(said.contains(says), "{said}");
        }
        for n in 0..500 {
            store
                .get(&filter("sharpen", serde_json::json!({"amount": f64::from(n) / 500.0})))
                .expect("made");
        }
        assert!(store.entries() <= 64, "what nobody uses is let go");
    }
}
