//! Where media comes from, and opening it: a file or a capture device, with a way to break off a read that blocks.
//! Streams, decoding and time are `reader`'s.

use crate::{CodecError, ff, log};
use ff::{Dict, Packet};
use ffmpeg_sys_next::{self as sys, AVFormatContext};
use libc::{c_int, c_void};
use std::{
    path::PathBuf,
    ptr::NonNull,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

/// Where media comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// A file on disk.
    File(PathBuf),
    /// A capture device, through libavdevice.
    Device {
        /// FFmpeg's name of the device kind: `v4l2`, `x11grab`, `dshow`, `avfoundation`, `lavfi`, …
        format: String,
        /// The device as that kind names it: `/dev/video0`, `:0.0`, or a `lavfi` graph.
        name: String,
        /// Further options of that kind, such as `framerate` or `video_size`.
        options: Vec<(String, String)>,
    },
}

impl Location {
    pub(crate) fn describe(&self) -> String {
        match self {
            Self::File(p) => p.display().to_string(),
            Self::Device { format, name, .. } => format!("{format} {name}"),
        }
    }
    pub(crate) fn is_device(&self) -> bool {
        matches!(self, Self::Device { .. })
    }
}

/// Breaks off reads of one [`crate::MediaReader`], or writes of one [`crate::UrlMuxer`], from any thread.
#[derive(Clone, Debug, Default)]
pub struct Interrupter(Arc<AtomicBool>);

impl Interrupter {
    /// One that nobody has used yet, for [`crate::MediaReader::open_interruptible`].
    pub fn new() -> Self {
        Self::default()
    }
    /// One that `flag` sets off, for whoever has other waits to end with it.
    pub fn of(flag: Arc<AtomicBool>) -> Self {
        Self(flag)
    }
    /// Makes the read that is going on, and all later ones, return [`CodecError::Interrupted`].
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
    /// What FFmpeg's callback looks at.
    pub(crate) fn flag(&self) -> &Arc<AtomicBool> {
        &self.0
    }
}

/// An opened file or device.
pub(crate) struct Input {
    ctx: NonNull<AVFormatContext>,
    /// FFmpeg's interrupt callback points into it.
    interrupter: Interrupter,
}
// SAFETY: the context is ours alone and not tied to a thread.
unsafe impl Send for Input {}

impl Drop for Input {
    fn drop(&mut self) {
        let mut p = self.ctx.as_ptr();
        // SAFETY: ours, closed once.
        unsafe { sys::avformat_close_input(&mut p) }
    }
}

/// # Safety
/// `flag` is the `AtomicBool` of the `Interrupter` the input holds.
unsafe extern "C" fn interrupted(flag: *mut c_void) -> c_int {
    // SAFETY: see above; the input outlives every call.
    unsafe { &*flag.cast::<AtomicBool>() }.load(Ordering::Relaxed).into()
}

impl Input {
    /// Opens `location` and finds its streams.
    pub(crate) fn open(location: &Location, interrupter: Interrupter) -> Result<Self, CodecError> {
        log::start();
        log::forget_errors();
        let mut options = Dict::new();
        let (url, format) = match location {
            // Without the prefix a name such as `a:b.mp4` would be taken for a protocol.
            Location::File(p) => (file_url(p), std::ptr::null()),
            Location::Device {
                format,
                name,
                options: set,
            } => {
                for (k, v) in set {
                    options.set(k, v);
                }
                // SAFETY: looks a C string up in FFmpeg's table.
                let f = unsafe { sys::av_find_input_format(ff::cstring(format).as_ptr()) };
                if f.is_null() {
                    return Err(fail(location, format!("this FFmpeg has no `{format}` devices")));
                }
                (name.clone().into_bytes(), f)
            }
        };
        let input = Self::connect(location, url, format, &mut options, interrupter)?;
        if let Some(unknown) = options.leftover() {
            return Err(fail(location, format!("it has no option `{unknown}`")));
        }
        // Devices say all there is to know at once; waiting for more would only delay their first picture.
        if !location.is_device() {
            // SAFETY: our open context.
            let code = unsafe { sys::avformat_find_stream_info(input.ptr(), std::ptr::null_mut()) };
            if code < 0 {
                return Err(refused(location, code, &input.interrupter));
            }
        }
        Ok(input)
    }

    fn connect(
        location: &Location,
        url: Vec<u8>,
        format: *const sys::AVInputFormat,
        options: &mut Dict,
        interrupter: Interrupter,
    ) -> Result<Self, CodecError> {
        let url: Vec<u8> = url.into_iter().take_while(|b| *b != 0).chain([0]).collect();
        // SAFETY: a fresh context; `url` ends in NUL; on failure FFmpeg frees the context and sets it to null.
        let ctx = unsafe {
            let mut ctx = sys::avformat_alloc_context();
            if ctx.is_null() {
                return Err(CodecError::OutOfMemory {
                    doing: "opening a file",
                });
            }
            (*ctx).interrupt_callback = sys::AVIOInterruptCB {
                callback: Some(interrupted),
                opaque: Arc::as_ptr(&interrupter.0).cast_mut().cast(),
            };
            if location.is_device() {
                // Else a read that waits for the next picture could not be interrupted.
                (*ctx).flags |= sys::AVFMT_FLAG_NONBLOCK;
            }
            let code = sys::avformat_open_input(&mut ctx, url.as_ptr().cast(), format, &mut options.0);
            if code < 0 {
                return Err(refused(location, code, &interrupter));
            }
            ctx
        };
        let ctx = NonNull::new(ctx).ok_or(CodecError::OutOfMemory {
            doing: "opening a file",
        })?;
        Ok(Self { ctx, interrupter })
    }

    pub(crate) fn ptr(&self) -> *mut AVFormatContext {
        self.ctx.as_ptr()
    }
    pub(crate) fn interrupter(&self) -> &Interrupter {
        &self.interrupter
    }

    /// How long it is; zero when it does not say.
    pub(crate) fn length(&self) -> media::MediaTime {
        // SAFETY: a number of our open context, microseconds.
        media::MediaTime(unsafe { (*self.ptr()).duration }.clamp(0, i64::MAX / 1000) * 1000)
    }

    /// When it begins; zero when it does not say.
    pub(crate) fn start(&self) -> media::MediaTime {
        // SAFETY: a number of our open context, microseconds.
        let micros = unsafe { (*self.ptr()).start_time };
        media::MediaTime(if micros == sys::AV_NOPTS_VALUE {
            0
        } else {
            micros.saturating_mul(1000)
        })
    }

    /// All streams.
    pub(crate) fn streams(&self) -> &[*mut sys::AVStream] {
        // SAFETY: FFmpeg keeps `nb_streams` valid pointers at `streams`; only reading can add to them, which takes `&mut`.
        unsafe {
            let c = &*self.ptr();
            if c.streams.is_null() {
                &[]
            } else {
                std::slice::from_raw_parts(c.streams, c.nb_streams as usize)
            }
        }
    }

    /// The next packet, or FFmpeg's error code.
    pub(crate) fn read(&mut self, packet: &mut Packet) -> Result<(), i32> {
        packet.clear();
        // SAFETY: our context and our packet.
        match unsafe { sys::av_read_frame(self.ptr(), packet.ptr()) } {
            c if c < 0 => Err(c),
            _ => Ok(()),
        }
    }

    /// To a point near `micros` (FFmpeg's time, microseconds) and not after `latest` from which pictures can be decoded.
    pub(crate) fn seek(&mut self, micros: i64, latest: i64) -> Result<(), String> {
        // SAFETY: our context.
        let code = unsafe { sys::avformat_seek_file(self.ptr(), -1, i64::MIN, micros, latest, 0) };
        ff::check(code).map(drop)
    }
}

#[cfg(unix)]
fn file_url(p: &std::path::Path) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt;
    [b"file:", p.as_os_str().as_bytes()].concat()
}
#[cfg(not(unix))]
fn file_url(p: &std::path::Path) -> Vec<u8> {
    format!("file:{}", p.display()).into_bytes()
}

fn refused(location: &Location, code: i32, interrupter: &Interrupter) -> CodecError {
    if interrupter.is_set() {
        return CodecError::Interrupted {
            what: location.describe(),
        };
    }
    // For devices the log line names the trouble ("Device or resource busy"); for files the code is plainer.
    let reason = if location.is_device() {
        log::explain(code)
    } else {
        ff::text(code)
    };
    fail(location, reason)
}

fn fail(location: &Location, reason: String) -> CodecError {
    match location {
        Location::File(p) => CodecError::OpenFile {
            path: p.display().to_string(),
            reason,
        },
        Location::Device { format, name, .. } => CodecError::OpenDevice {
            format: format.clone(),
            name: name.clone(),
            reason,
        },
    }
}
