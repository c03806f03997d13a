//! Programs and libraries by others that `installer/setup.sh` puts into `tests/peers`.

use std::{
    fs, io,
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

/// The player hls.js, to be run in a page: it makes `window.Hls`.
///
/// # Errors
/// When it is not there.
pub fn hls_js() -> io::Result<String> {
    let file = "../../tests/peers/node_modules/hls.js/dist/hls.min.js";
    let missing = |e: io::Error| {
        let text = format!("the package hls.js is not there ({e}): run installer/setup.sh");
        io::Error::other(text)
    };
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(file)).map_err(missing)
}
