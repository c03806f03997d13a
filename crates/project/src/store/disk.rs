//! Files written so that a crash or a power cut leaves either the old or the new one, never a mixture: written beside,
//! flushed, renamed, the folder flushed. All of mode 0600, since a project may hold stream keys.

use crate::ProjectError;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

/// Points between which a crash may come; tests stop there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    Locked,
    BrokenKept,
    HistoryKept,
    HistoryTrimmed,
    Created,
    HalfWritten,
    Written,
    Flushed,
    Renamed,
    Done,
}

/// Called at each step; an error ends the operation there, as a crash would.
pub(super) type Watch<'a> = &'a mut dyn FnMut(Step) -> io::Result<()>;

/// An error of the disk, told with what was done to what.
pub(super) fn failed<'a>(action: &'static str, path: &'a Path) -> impl FnOnce(io::Error) -> ProjectError + 'a {
    move |source| ProjectError::Disk {
        action,
        path: path.to_owned(),
        source,
    }
}

/// Writes a file all at once. What was there is replaced in one moment.
pub(super) fn write_whole(path: &Path, bytes: &[u8], watch: Watch<'_>) -> io::Result<()> {
    let beside = beside(path);
    let mut f = private().write(true).create(true).truncate(true).open(&beside)?;
    restrict(&f)?;
    watch(Step::Created)?;
    let (a, b) = bytes.split_at(bytes.len() / 2);
    f.write_all(a)?;
    watch(Step::HalfWritten)?;
    f.write_all(b)?;
    watch(Step::Written)?;
    f.sync_all()?;
    drop(f);
    watch(Step::Flushed)?;
    fs::rename(&beside, path)?;
    watch(Step::Renamed)?;
    flush_folder(path)
}

/// Writes a file that must not be there yet.
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.try_exists()? {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    write_whole(path, bytes, &mut |_| Ok(()))
}

/// A hidden name in the same folder (renaming works only within one file system). Saves are one at a time ([`lock`]), so one
/// name is enough, and a rest of a crash is written over.
fn beside(path: &Path) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.saving"))
}

/// Makes sure that a rename is on the disk.
fn flush_folder(path: &Path) -> io::Result<()> {
    match path.parent() {
        #[cfg(unix)]
        Some(folder) => File::open(if folder.as_os_str().is_empty() {
            Path::new(".")
        } else {
            folder
        })?
        .sync_all(),
        _ => Ok(()),
    }
}

/// Holds off other saves of the same project, also of other processes, while it lives. Where the file system knows no locks
/// (some network shares) it does without.
pub(super) fn lock(path: &Path) -> io::Result<File> {
    let f = private().write(true).create(true).truncate(false).open(path)?;
    let _ = f.lock();
    Ok(f)
}

/// A folder only its owner can look into.
pub(super) fn make_private_folder(path: &Path) -> io::Result<()> {
    fs::create_dir_all(path)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o700))?;
    }
    Ok(())
}

fn private() -> OpenOptions {
    let mut o = OpenOptions::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        o.mode(0o600);
    }
    o
}

/// The mode given at creation is not applied to a file that was there.
fn restrict(f: &File) -> io::Result<()> {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        f.set_permissions(fs::Permissions::from_mode(0o600))?;
    }
    Ok(())
}
