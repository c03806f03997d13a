//! Earlier versions of a project: `.footlight/history/project-000042.json`, the newest twenty, each as it was saved.

use super::disk;
use crate::{Project, read::read_document};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Versions kept.
pub(super) const KEPT: usize = 20;

/// The history of one project file.
pub(super) struct History {
    folder: PathBuf,
    stem: String,
}

impl History {
    pub fn of(file: &Path) -> Self {
        Self {
            folder: file.with_file_name(".footlight").join("history"),
            stem: file.file_stem().unwrap_or_default().to_string_lossy().into_owned(),
        }
    }

    /// Versions with their numbers, oldest first.
    fn versions(&self) -> Vec<(u64, PathBuf)> {
        let Ok(entries) = fs::read_dir(&self.folder) else {
            return vec![];
        };
        let number = |p: &Path| {
            let name = p.file_name()?.to_str()?;
            let digits = name
                .strip_prefix(&self.stem)?
                .strip_prefix('-')?
                .strip_suffix(".json")?;
            digits
                .bytes()
                .all(|b| b.is_ascii_digit())
                .then(|| digits.parse().ok())?
        };
        let mut all: Vec<(u64, PathBuf)> = entries
            .flatten()
            .filter_map(|e| number(&e.path()).map(|n| (n, e.path())))
            .collect();
        all.sort();
        all
    }

    /// Keeps a version, unless it equals the newest.
    pub fn keep(&self, bytes: &[u8]) -> io::Result<()> {
        let versions = self.versions();
        let newest = versions.last();
        if newest.is_some_and(|(_, p)| fs::read(p).is_ok_and(|b| b == bytes)) {
            return Ok(());
        }
        let next = newest.map_or(1, |(n, _)| n.saturating_add(1));
        disk::make_private_folder(&self.folder)?;
        disk::write_whole(
            &self.folder.join(format!("{}-{next:06}.json", self.stem)),
            bytes,
            &mut |_| Ok(()),
        )
    }

    /// Lets go of all but the newest twenty. A version that can't be removed stays; that harms nothing.
    pub fn trim(&self) {
        let versions = self.versions();
        let surplus = versions.len().saturating_sub(KEPT);
        for (_, path) in &versions[..surplus] {
            if let Err(e) = fs::remove_file(path) {
                tracing::warn!(path = %path.display(), error = %e, "an old version of the project could not be removed");
            }
        }
    }

    /// The newest version that opens.
    pub fn last_good(&self) -> Option<(Project, PathBuf)> {
        self.versions().into_iter().rev().find_map(|(_, path)| {
            let document = read_document(&fs::read(&path).ok()?).ok()?;
            Some((document.project, path))
        })
    }
}
