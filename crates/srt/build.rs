//! Finds libsrt. On Debian and Ubuntu it must be the GnuTLS build (`libsrt-gnutls-dev`): FFmpeg is linked to that one, and
//! two copies of the library in one process would take each other's symbols.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    match pkg_config::Config::new().atleast_version("1.4.4").probe("srt") {
        Ok(_) => {}
        Err(e) => println!("cargo::error=libsrt is missing: install libsrt-gnutls-dev (see installer/setup.sh). {e}"),
    }
}
