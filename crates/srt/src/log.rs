//! libsrt's own log lines into `tracing` (target `srt`), at its warnings and above: no passphrase is in these.

use crate::sys;
use std::{
    ffi::{CStr, c_char, c_int, c_void},
    sync::Once,
};

/// `LOG_WARNING` of syslog.
const WARNING: c_int = 4;

/// Starts libsrt and its log; does so once however often it is called. It is never ended: FFmpeg counts on it too.
pub(crate) fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // SAFETY: no arguments; the handler is thread-safe and lives as long as the process.
        unsafe {
            sys::srt_startup();
            sys::srt_setloglevel(WARNING);
            sys::srt_setloghandler(std::ptr::null_mut(), Some(line));
        }
    });
}

extern "C" fn line(
    _: *mut c_void,
    _level: c_int,
    _file: *const c_char,
    _line: c_int,
    area: *const c_char,
    text: *const c_char,
) {
    let read = |p: *const c_char| {
        if p.is_null() {
            return String::new();
        }
        // SAFETY: libsrt hands over C strings that live for the call.
        unsafe { CStr::from_ptr(p) }.to_string_lossy().into_owned()
    };
    tracing::debug!(target: "srt", "{}: {}", read(area), read(text).trim());
}
