//! Notices that a file appeared, changed or went away, by looking at it now and then. No system notification: those
//! miss network disks and files replaced by rename.

use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

/// What tells one version of a file from another.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Stamp {
    modified: Option<SystemTime>,
    len: u64,
    /// Inode where there is one: a file replaced by rename within the clock's resolution.
    id: u64,
}

/// A file that is looked at.
#[derive(Debug)]
pub struct Watch {
    path: PathBuf,
    seen: Option<Stamp>,
}

impl Watch {
    /// Looks at `path` for the first time.
    pub fn new(path: PathBuf) -> Self {
        let seen = stamp(&path);
        Self { path, seen }
    }
    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }
    /// Looks again; true if the file is not what it was at the last look.
    pub fn changed(&mut self) -> bool {
        let now = stamp(&self.path);
        let changed = now != self.seen;
        self.seen = now;
        changed
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    let m = fs::metadata(path).ok()?;
    #[cfg(unix)]
    let id = std::os::unix::fs::MetadataExt::ino(&m);
    #[cfg(not(unix))]
    let id = 0;
    Some(Stamp {
        modified: m.modified().ok(),
        len: m.len(),
        id,
    })
}

/// A file's name without its folders: what a slate says is seen by the audience.
pub fn name(path: &Path) -> String {
    path.file_name()
        .map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

/// What is wrong with a file that can't be opened, for people; `None` if it is a readable, non-empty file.
pub fn complaint(path: &Path) -> Option<String> {
    let shown = name(path);
    match fs::metadata(path) {
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => {
            Some(format!("The file {shown} is missing. Put it there or choose another."))
        }
        Err(e) if e.kind() == std::io::ErrorKind::PermissionDenied => Some(format!(
            "The file {shown} may not be read. Change its permissions or choose another."
        )),
        Err(e) => Some(format!("The file {shown} can't be reached: {e}.")),
        Ok(m) if m.is_dir() => Some(format!("{shown} is a folder. Choose a file.")),
        Ok(m) if m.is_file() && m.len() == 0 => {
            Some(format!("The file {shown} is empty. Copy it again or choose another."))
        }
        Ok(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sees_a_file_come_change_and_go() {
        let dir = tempfile::tempdir().expect("dir");
        let path = dir.path().join("a");
        let mut w = Watch::new(path.clone());
        assert!(!w.changed());
        assert!(complaint(&path).is_some_and(|c| c.contains("missing")));
        fs::write(&path, "").expect("write");
        assert!(w.changed() && !w.changed());
        assert!(complaint(&path).is_some_and(|c| c.contains("empty")));
        fs::write(&path, "two").expect("write");
        assert!(w.changed() && !w.changed());
        assert_eq!(complaint(&path), None);
        fs::write(dir.path().join("b"), "new").expect("write");
        fs::rename(dir.path().join("b"), &path).expect("rename");
        assert!(w.changed(), "same length, replaced by rename");
        fs::remove_file(&path).expect("remove");
        assert!(w.changed() && !w.changed());
    }
}
