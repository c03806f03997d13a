//! FFmpeg's log lines into `tracing` (target `ffmpeg`): errors and warnings only, and never the same line twice in a row
//! from one thread, since a damaged file repeats itself thousands of times. The last error line of a thread is kept, as
//! FFmpeg's error codes alone ("Generic error in an external library") explain little.

use ffmpeg_sys_next as sys;
use libc::{c_char, c_int, c_void};
use parking_lot::Mutex;
use std::{cell::RefCell, sync::Once};

#[derive(Default)]
struct Seen {
    last: String,
    repeats: u32,
    first_error: Option<String>,
}

thread_local! {
    static SEEN: RefCell<Seen> = RefCell::default();
}

/// Starts FFmpeg's log and devices; does so once however often it is called.
pub(crate) fn start() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        // Registers the devices and the texts of FFmpeg's error codes; on supported versions it can't fail.
        if let Err(e) = ffmpeg_next::init() {
            tracing::error!("FFmpeg did not start: {e}");
        }
        listen();
    });
}

#[cfg(all(target_arch = "x86_64", unix))]
fn listen() {
    // SAFETY: the callback is thread-safe and lives as long as the process.
    unsafe {
        sys::av_log_set_level(sys::AV_LOG_WARNING);
        sys::av_log_set_callback(Some(line));
    }
}

/// C's `va_list` differs from system to system; elsewhere FFmpeg's errors go to the standard error output.
#[cfg(not(all(target_arch = "x86_64", unix)))]
fn listen() {
    // SAFETY: sets a number.
    unsafe { sys::av_log_set_level(sys::AV_LOG_ERROR) }
}

/// Texts that must not be seen in any line, and how many want each hidden.
static HIDDEN: Mutex<Vec<(String, usize)>> = Mutex::new(Vec::new());

/// Keeps texts out of the log for as long as it lives.
pub(crate) struct Hidden(Vec<String>);

/// Stars in the place of `secrets` in every line from now on, whichever thread of FFmpeg's writes it. Texts of less than
/// four letters can't be told from others and stay.
pub(crate) fn hide(secrets: &[String]) -> Hidden {
    let mine: Vec<String> = secrets.iter().filter(|s| s.chars().count() >= 4).cloned().collect();
    let mut all = HIDDEN.lock();
    for s in &mine {
        match all.iter_mut().find(|(t, _)| t == s) {
            Some((_, n)) => *n += 1,
            None => all.push((s.clone(), 1)),
        }
    }
    // The longest first: one may be a part of another.
    all.sort_by_key(|(t, _)| std::cmp::Reverse(t.len()));
    Hidden(mine)
}

impl Drop for Hidden {
    fn drop(&mut self) {
        let mut all = HIDDEN.lock();
        for s in &self.0 {
            if let Some((_, n)) = all.iter_mut().find(|(t, _)| t == s) {
                *n -= 1;
            }
        }
        all.retain(|(_, n)| *n > 0);
    }
}

fn starred(text: &str) -> String {
    HIDDEN
        .lock()
        .iter()
        .fold(text.to_owned(), |t, (secret, _)| t.replace(secret.as_str(), "****"))
}

/// Forgets this thread's errors, before something whose failure shall be explained.
pub(crate) fn forget_errors() {
    SEEN.with_borrow_mut(|s| s.first_error = None);
}

/// What FFmpeg said about `code`: the first error line since [`forget_errors`], else the code's own words.
pub(crate) fn explain(code: i32) -> String {
    let line = SEEN.with_borrow_mut(|s| s.first_error.take());
    match line {
        Some(l) if !l.is_empty() => l,
        _ => crate::ff::text(code),
    }
}

#[cfg(all(target_arch = "x86_64", unix))]
/// # Safety
/// Called by FFmpeg with what `av_log_format_line2` needs.
unsafe extern "C" fn line(ctx: *mut c_void, level: c_int, fmt: *const c_char, args: *mut sys::__va_list_tag) {
    // The upper bits may hold a colour; nearly all calls end here, so they must cost nothing.
    let level = level & 0xff;
    if level > sys::AV_LOG_WARNING || fmt.is_null() {
        return;
    }
    let mut buf = [0 as c_char; 1024];
    let mut prefix: c_int = 1;
    // SAFETY: FFmpeg's own arguments, passed on; the buffer's true size is given and the result is NUL-terminated.
    unsafe { sys::av_log_format_line2(ctx, level, fmt, args, buf.as_mut_ptr(), buf.len() as c_int, &mut prefix) };
    let bytes: Vec<u8> = buf.iter().map(|c| *c as u8).take_while(|b| *b != 0).collect();
    let text = String::from_utf8_lossy(&bytes);
    let text = &starred(plain(text.trim()));
    if text.is_empty() {
        return;
    }
    // A thread that is ending has no thread-local any more; its line is passed on unfiltered.
    let repeated = SEEN.try_with(|s| s.try_borrow_mut().is_ok_and(|mut s| note(&mut s, level, text)));
    if repeated.unwrap_or(false) {
        return;
    }
    if level <= sys::AV_LOG_ERROR {
        tracing::warn!(target: "ffmpeg", "{text}");
    } else {
        tracing::info!(target: "ffmpeg", "{text}");
    }
}

/// The line without its `[libx264 @ 0x5581…]` prefixes.
fn plain(mut s: &str) -> &str {
    while let Some(rest) = s.strip_prefix('[')
        && let Some((_, after)) = rest.split_once("] ")
    {
        s = after;
    }
    s
}

/// Remembers a line; true when it repeats the one before.
fn note(s: &mut Seen, level: c_int, text: &str) -> bool {
    if level <= sys::AV_LOG_ERROR && s.first_error.is_none() {
        s.first_error = Some(text.to_owned());
    }
    if s.last == text {
        s.repeats += 1;
        return true;
    }
    if s.repeats > 0 {
        tracing::info!(target: "ffmpeg", "the last line came {} more times", s.repeats);
    }
    s.repeats = 0;
    text.clone_into(&mut s.last);
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_stars_while_somebody_wants_them_hidden() {
        let one = hide(&["hush-hush".into(), "key".into()]);
        let two = hide(&["hush-hush".into()]);
        assert_eq!(starred("tcp://me:hush-hush@h key"), "tcp://me:****@h key");
        drop(one);
        assert_eq!(starred("hush-hush"), "****");
        drop(two);
        assert_eq!(starred("hush-hush"), "hush-hush");
    }

    #[test]
    fn prefixes_go_and_repeats_are_counted() {
        assert_eq!(
            plain("[h264_nvenc @ 0x1] [x @ 2] Cannot load libcuda.so.1"),
            "Cannot load libcuda.so.1"
        );
        assert_eq!(plain("[odd"), "[odd");
        let mut s = Seen::default();
        assert!(!note(&mut s, sys::AV_LOG_ERROR, "bad"));
        assert!(note(&mut s, sys::AV_LOG_ERROR, "bad"));
        assert!(!note(&mut s, sys::AV_LOG_ERROR, "worse"));
        assert_eq!(s.first_error.as_deref(), Some("bad"));
    }
}
