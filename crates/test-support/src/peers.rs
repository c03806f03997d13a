//! Programs and libraries by others that `installer/setup.sh` puts into `tests/peers`.

use std::{
    io,
    path::{Path, PathBuf},
};

/// The folder with the Python package `av` (PyAV), which brings an FFmpeg of its own, newer than Debian's.
///
/// # Errors
/// When it is not there.
pub fn pyav() -> io::Result<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/peers/python");
    if folder.join("av").is_dir() {
        return folder.canonicalize();
    }
    Err(io::Error::other(
        "the Python package av is not there: run installer/setup.sh",
    ))
}
