//! What a recording shall be: where, under which names, in which container, cut where.

use codec::{Container, Labels};
use media::MediaTime;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Gives the name of a recording's file, without folder and ending, by its number from 1.
pub type NameFile = Arc<dyn Fn(u32) -> String + Send + Sync>;
/// Gives the bytes free where a folder is; none when nobody knows. May block as long as the disk does.
pub type FreeBytes = Arc<dyn Fn(&Path) -> Option<u64> + Send + Sync>;

/// A recording to be started.
#[derive(Clone)]
pub struct RecordingPlan {
    /// Folders: the first one is used until it fails, stalls or fills up, then the next.
    pub folders: Vec<PathBuf>,
    /// Names of its files.
    pub name: NameFile,
    /// What file names end in, without the dot; may be empty.
    pub ending: String,
    /// Kind of file.
    pub container: Container,
    /// Title and names of tracks.
    pub labels: Labels,
    /// A new file begins after this time.
    pub split_after: Option<MediaTime>,
    /// A new file begins before one is larger than this.
    pub split_bytes: Option<u64>,
    /// Free space below which is warned.
    pub low_disk: u64,
    /// Free space at which the recording ends by itself, or goes on in the next folder.
    pub stop_disk: u64,
    /// Who knows the free space.
    pub free: FreeBytes,
}

impl RecordingPlan {
    /// Files `path`, `path - 2` and so on beside each other, in the container that the ending says (Matroska when it says
    /// nothing known), without any limits.
    pub fn of_path(path: &Path) -> Self {
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty());
        let ending = path.extension().unwrap_or_default().to_string_lossy().into_owned();
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Self {
            folders: vec![folder.unwrap_or(Path::new(".")).to_owned()],
            name: Arc::new(move |n| crate::filename::numbered(&stem, n)),
            container: Container::of_ending(&ending).unwrap_or(Container::Matroska),
            ending,
            labels: Labels::default(),
            split_after: None,
            split_bytes: None,
            low_disk: 0,
            stop_disk: 0,
            free: Arc::new(|_| None),
        }
    }

    /// The file of this number in a folder, before it is known whether the name is free.
    pub(super) fn path(&self, folder: usize, part: u32) -> PathBuf {
        let mut name = (self.name)(part);
        if !self.ending.is_empty() {
            name.push('.');
            name.push_str(&self.ending);
        }
        self.folders
            .get(folder)
            .map(PathBuf::as_path)
            .unwrap_or(Path::new("."))
            .join(name)
    }
}
