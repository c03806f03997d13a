//! Earlier versions of a project: `.footlight/history/project-000042.json`, the newest twenty, each as it was saved.

use super::disk;
use crate::{
    Project, ProjectError, VERSION,
    read::{Unreadable, read_document},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

/// Versions kept.
pub(super) const KEPT: usize = 20;

/// An earlier version of a project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Version {
    /// Names it, for going back to it.
    pub id: String,
    /// When it was saved, seconds since 1970.
    pub at_s: u64,
    /// Bytes.
    pub size: u64,
}

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
    /// `saved_at` is when it was saved, which the copy bears too.
    pub fn keep(&self, bytes: &[u8], saved_at: Option<SystemTime>) -> io::Result<()> {
        let versions = self.versions();
        let newest = versions.last();
        if newest.is_some_and(|(_, p)| fs::read(p).is_ok_and(|b| b == bytes)) {
            return Ok(());
        }
        let next = newest.map_or(1, |(n, _)| n.saturating_add(1));
        disk::make_private_folder(&self.folder)?;
        let copy = self.folder.join(format!("{}-{next:06}.json", self.stem));
        disk::write_whole(&copy, bytes, &mut |_| Ok(()))?;
        if let Some(t) = saved_at {
            // Only for people to read; without it the version is as good.
            let _ = fs::File::options()
                .append(true)
                .open(&copy)
                .and_then(|f| f.set_modified(t));
        }
        Ok(())
    }

    /// Whether the newest version was saved less than `spacing` before `saved_at`.
    pub fn is_newer_than(&self, saved_at: Option<SystemTime>, spacing: Duration) -> bool {
        let versions = self.versions();
        let newest = versions.last().and_then(|(_, p)| fs::metadata(p).ok()?.modified().ok());
        match (newest, saved_at) {
            (Some(newest), Some(at)) => at.duration_since(newest).is_ok_and(|d| d < spacing),
            _ => false,
        }
    }

    /// All versions, newest first.
    pub fn list(&self) -> Vec<Version> {
        let described = |(n, path): (u64, PathBuf)| {
            let meta = fs::metadata(&path).ok()?;
            let at = meta.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
            Some(Version {
                id: n.to_string(),
                at_s: at.as_secs(),
                size: meta.len(),
            })
        };
        self.versions().into_iter().rev().filter_map(described).collect()
    }

    /// The version of this id.
    pub fn read(&self, id: &str) -> Result<Project, ProjectError> {
        let known = self.versions().into_iter().find(|(n, _)| n.to_string() == id);
        let Some((_, path)) = known else {
            return Err(ProjectError::NotFound {
                path: self.folder.join(id),
            });
        };
        let bytes = fs::read(&path).map_err(disk::failed("reading", &path))?;
        match read_document(&bytes) {
            Ok(d) => Ok(d.project),
            Err(Unreadable::Broken(broken)) => Err(ProjectError::Broken { path, broken }),
            Err(Unreadable::Newer { found }) => Err(ProjectError::Newer {
                path,
                found,
                ours: VERSION,
            }),
        }
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
