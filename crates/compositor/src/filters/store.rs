//! Filters made of their settings, kept: a draw list is made anew for every picture, its filters are not. Files that
//! settings name are read when a filter is first made, which whoever edits the project does before the show sees the edit.

use super::{Filter, FilterError, filter_kind};
use parking_lot::Mutex;
use serde_json::{Map, Value};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering::Relaxed},
    },
};

/// Filters kept that nobody uses any more.
const SPARE: usize = 64;

/// A filter ready for work.
#[derive(Clone, Debug)]
pub struct Made {
    /// Another one for every other settings.
    pub id: u64,
    /// What it does.
    pub filter: Arc<dyn Filter>,
}

impl Made {
    /// One that stands in no project.
    pub(crate) fn alone(filter: Arc<dyn Filter>) -> Self {
        Self {
            id: NEXT.fetch_add(1, Relaxed),
            filter,
        }
    }
}

struct Entry {
    kind: String,
    settings: Map<String, Value>,
    /// `Err`: it can't be made of these.
    made: Result<Made, FilterError>,
    used: u64,
}

/// The filters of a project.
#[derive(Default)]
pub struct Store {
    dir: PathBuf,
    entries: Mutex<HashMap<u64, Entry>>,
    clock: AtomicU64,
}

static NEXT: AtomicU64 = AtomicU64::new(1);

impl Store {
    /// For a project whose relative paths start from `dir`.
    pub fn new(dir: &Path) -> Self {
        Self {
            dir: dir.to_owned(),
            ..Self::default()
        }
    }

    /// Where relative paths start.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// The filter ready for work; nothing when it can't be made (see [`Self::check`]).
    pub fn get(&self, filter: &project::Filter) -> Option<Made> {
        self.made(&filter.kind, &filter.settings).ok()
    }

    /// Makes a filter ready and says what is wrong with it.
    ///
    /// # Errors
    /// An unknown kind, wrong settings, a file that is no good.
    pub fn check(&self, kind: &str, settings: &Map<String, Value>) -> Result<(), FilterError> {
        // A file that was wrong may have been put right.
        let key = key(kind, settings);
        self.entries.lock().retain(|k, e| *k != key || e.made.is_ok());
        self.made(kind, settings).map(drop)
    }

    /// How many are kept.
    #[cfg(test)]
    pub(super) fn entries(&self) -> usize {
        self.entries.lock().len()
    }

    fn made(&self, kind: &str, settings: &Map<String, Value>) -> Result<Made, FilterError> {
        let now = self.clock.fetch_add(1, Relaxed);
        let key = key(kind, settings);
        let mut entries = self.entries.lock();
        if let Some(e) = entries
            .get_mut(&key)
            .filter(|e| e.kind == kind && e.settings == *settings)
        {
            e.used = now;
            return e.made.clone();
        }
        let known = filter_kind(kind).ok_or_else(|| FilterError::Unknown(kind.to_owned()));
        let made = known.and_then(|k| (k.make)(settings, &self.dir)).map(|filter| Made {
            id: NEXT.fetch_add(1, Relaxed),
            filter: filter.into(),
        });
        if entries.len() >= SPARE {
            // Those in a draw list live on there.
            let oldest = entries.iter().min_by_key(|(_, e)| e.used).map(|(k, _)| *k);
            oldest.and_then(|k| entries.remove(&k));
        }
        let entry = Entry {
            kind: kind.to_owned(),
            settings: settings.clone(),
            made: made.clone(),
            used: now,
        };
        entries.insert(key, entry);
        made
    }
}

fn key(kind: &str, settings: &Map<String, Value>) -> u64 {
    use std::hash::{DefaultHasher, Hash, Hasher};
    let mut h = DefaultHasher::new();
    (kind, settings).hash(&mut h);
    h.finish()
}
