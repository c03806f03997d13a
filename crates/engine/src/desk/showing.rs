//! What a canvas shows and lets hear, by scenes.

use project::Project;
use std::sync::Arc;

/// A scene as a canvas shows it: as the document has it now, or as it was when it came on show.
#[derive(Clone, Debug)]
pub(crate) struct Showing {
    /// The scene's id.
    pub(crate) id: String,
    /// The document it is taken from, where that is not the one of now.
    pub(crate) copy: Option<Arc<Project>>,
}

impl Showing {
    /// As the document has it.
    pub(crate) fn now(id: &str) -> Self {
        Self {
            id: id.to_owned(),
            copy: None,
        }
    }

    /// The document it is taken from.
    pub(crate) fn of<'a>(&'a self, now: &'a Project) -> &'a Project {
        self.copy.as_deref().unwrap_or(now)
    }
}

impl PartialEq for Showing {
    fn eq(&self, other: &Self) -> bool {
        let same = match (&self.copy, &other.copy) {
            (None, None) => true,
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            _ => false,
        };
        same && self.id == other.id
    }
}

/// What a canvas lets hear.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sounding {
    /// Scenes, bottom first, and how much of each is heard over what is below, as a part of its power.
    pub(crate) scenes: Vec<(Showing, f32)>,
    /// How much is heard of what the scenes place, all in all.
    pub(crate) left: f32,
}

impl Sounding {
    /// One scene alone.
    pub(crate) fn of(scene: Showing) -> Self {
        Self {
            scenes: vec![(scene, 1.0)],
            left: 1.0,
        }
    }
}
