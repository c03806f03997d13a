//! Owners of FFmpeg's objects, so that nothing leaks or is freed twice, and FFmpeg's error codes in words. No policy here.

use crate::CodecError;
use ffmpeg_sys_next::{
    self as sys, AVCodecContext, AVDictionary, AVFrame, AVPacket, AVPixelFormat, AVRational, AVSampleFormat,
};
use media::MediaTime;
use std::{
    ffi::{CStr, CString},
    ptr::NonNull,
};

pub(crate) const EAGAIN: i32 = -libc::EAGAIN;

/// What FFmpeg's error `code` means, in English.
pub(crate) fn text(code: i32) -> String {
    crate::log::start();
    ffmpeg_next::Error::from(code).to_string()
}

/// `code` when it is no error, else its words.
pub(crate) fn check(code: i32) -> Result<i32, String> {
    if code < 0 { Err(text(code)) } else { Ok(code) }
}

/// A C string; what follows a NUL byte is lost.
pub(crate) fn cstring(s: &str) -> CString {
    let bytes: Vec<u8> = s.bytes().take_while(|b| *b != 0).collect();
    CString::new(bytes).unwrap_or_default()
}

/// Text of a C string that lives as long as FFmpeg's tables; empty when null.
///
/// # Safety
/// `p` is null or a NUL-terminated string.
pub(crate) unsafe fn str_of(p: *const libc::c_char) -> String {
    if p.is_null() {
        return String::new();
    }
    // SAFETY: the caller's promise.
    unsafe { CStr::from_ptr(p) }.to_string_lossy().into_owned()
}

/// `ticks` of the time base `base`, rounded to the nearest nanosecond; saturates.
pub(crate) fn time_of(ticks: i64, base: AVRational) -> MediaTime {
    let den = i128::from(base.den.max(1));
    let n = i128::from(ticks) * i128::from(base.num) * 1_000_000_000;
    MediaTime(
        (2 * n + den)
            .div_euclid(2 * den)
            .clamp(i64::MIN.into(), i64::MAX.into()) as i64,
    )
}

/// `t` in ticks of the time base `base`, rounded to the nearest; saturates.
pub(crate) fn ticks_of(t: MediaTime, base: AVRational) -> i64 {
    let den = i128::from(base.num.max(1)) * 1_000_000_000;
    let n = i128::from(t.0) * i128::from(base.den);
    (2 * n + den)
        .div_euclid(2 * den)
        .clamp(i64::MIN.into(), i64::MAX.into()) as i64
}

/// FFmpeg's pixel format of that number, when there is one.
pub(crate) fn pixel_format(n: i32) -> Option<AVPixelFormat> {
    (0..AVPixelFormat::AV_PIX_FMT_NB as i32).contains(&n).then(|| {
        // SAFETY: the enum is `repr(i32)` and has every value from 0 to NB.
        unsafe { std::mem::transmute::<i32, AVPixelFormat>(n) }
    })
}

/// FFmpeg's sample format of that number, when there is one.
pub(crate) fn sample_format(n: i32) -> Option<AVSampleFormat> {
    (0..AVSampleFormat::AV_SAMPLE_FMT_NB as i32).contains(&n).then(|| {
        // SAFETY: the enum is `repr(i32)` and has every value from 0 to NB.
        unsafe { std::mem::transmute::<i32, AVSampleFormat>(n) }
    })
}

/// Reads a C enum as the number it is: a stream may hold a value our headers do not name, which a Rust enum must never.
macro_rules! raw_enum {
    ($place:expr) => {
        std::ptr::addr_of!($place).cast::<i32>().read()
    };
}
pub(crate) use raw_enum;

macro_rules! owner {
    ($(#[$doc:meta])* $name:ident, $inner:ty, $free:path) => {
        $(#[$doc])*
        pub(crate) struct $name(NonNull<$inner>);
        // SAFETY: the object belongs to us alone and FFmpeg does not tie it to a thread.
        unsafe impl Send for $name {}
        impl $name {
            pub(crate) fn ptr(&self) -> *mut $inner {
                self.0.as_ptr()
            }
        }
        impl Drop for $name {
            fn drop(&mut self) {
                let mut p = self.ptr();
                // SAFETY: we own `p` and free it once.
                unsafe { $free(&mut p) }
            }
        }
    };
}

owner!(
    /// A picture or a run of samples.
    Frame,
    AVFrame,
    sys::av_frame_free
);
owner!(
    /// Encoded data.
    Packet,
    AVPacket,
    sys::av_packet_free
);
owner!(
    /// A decoder or an encoder.
    Codec,
    AVCodecContext,
    sys::avcodec_free_context
);
owner!(
    /// A counted reference to something of FFmpeg's.
    BufferRef,
    sys::AVBufferRef,
    sys::av_buffer_unref
);

// SAFETY: a `Frame` that is shared is only read (its planes and numbers); FFmpeg's own reference counts are atomic.
unsafe impl Sync for Frame {}

impl Frame {
    pub(crate) fn new() -> Result<Self, CodecError> {
        // SAFETY: no arguments; null is handled.
        NonNull::new(unsafe { sys::av_frame_alloc() })
            .map(Self)
            .ok_or(CodecError::OutOfMemory {
                doing: "making room for a picture",
            })
    }
    /// Gives back what the frame refers to; the frame itself stays usable.
    pub(crate) fn clear(&mut self) {
        // SAFETY: our frame.
        unsafe { sys::av_frame_unref(self.ptr()) }
    }
}

impl Packet {
    pub(crate) fn new() -> Result<Self, CodecError> {
        // SAFETY: no arguments; null is handled.
        NonNull::new(unsafe { sys::av_packet_alloc() })
            .map(Self)
            .ok_or(CodecError::OutOfMemory {
                doing: "making room for a packet",
            })
    }
    /// Gives back what the packet refers to; the packet itself stays usable.
    pub(crate) fn clear(&mut self) {
        // SAFETY: our packet.
        unsafe { sys::av_packet_unref(self.ptr()) }
    }
    /// The payload.
    pub(crate) fn data(&self) -> &[u8] {
        // SAFETY: FFmpeg keeps `size` bytes at `data` for as long as the packet holds its reference, which `&self` pins.
        unsafe {
            let p = &*self.ptr();
            if p.data.is_null() || p.size <= 0 {
                &[]
            } else {
                std::slice::from_raw_parts(p.data, p.size as usize)
            }
        }
    }
    /// Replaces the payload by a copy of `data` (with the padding FFmpeg's readers need).
    pub(crate) fn copy_from(&mut self, data: &[u8]) -> Result<(), CodecError> {
        let doing = "copying a packet";
        let len = i32::try_from(data.len()).map_err(|_| CodecError::OutOfMemory { doing })?;
        self.clear();
        // SAFETY: our packet; on success it has room for `len` bytes at `data`.
        unsafe {
            if sys::av_new_packet(self.ptr(), len) < 0 {
                return Err(CodecError::OutOfMemory { doing });
            }
            std::ptr::copy_nonoverlapping(data.as_ptr(), (*self.ptr()).data, data.len());
        }
        Ok(())
    }
}

impl Codec {
    /// A context for `codec`, not opened yet.
    ///
    /// # Safety
    /// `codec` comes from FFmpeg's tables.
    pub(crate) unsafe fn new(codec: *const sys::AVCodec) -> Result<Self, CodecError> {
        // SAFETY: the caller's promise; null is handled.
        NonNull::new(unsafe { sys::avcodec_alloc_context3(codec) })
            .map(Self)
            .ok_or(CodecError::OutOfMemory {
                doing: "opening a codec",
            })
    }
    /// Opens it.
    pub(crate) fn open(&mut self) -> Result<(), String> {
        // SAFETY: our context, made for a codec, so none needs to be named.
        check(unsafe { sys::avcodec_open2(self.ptr(), std::ptr::null(), std::ptr::null_mut()) }).map(drop)
    }
}

impl BufferRef {
    /// Takes over a reference; `None` when null.
    ///
    /// # Safety
    /// `p` is null or a reference that is ours.
    pub(crate) unsafe fn own(p: *mut sys::AVBufferRef) -> Option<Self> {
        NonNull::new(p).map(Self)
    }
    /// One more reference, for FFmpeg to own; null when out of memory.
    pub(crate) fn another(&self) -> *mut sys::AVBufferRef {
        // SAFETY: ours is valid.
        unsafe { sys::av_buffer_ref(self.ptr()) }
    }
}

/// Options by name, handed to FFmpeg when something is opened.
pub(crate) struct Dict(pub(crate) *mut AVDictionary);

impl Dict {
    pub(crate) fn new() -> Self {
        Self(std::ptr::null_mut())
    }
    pub(crate) fn set(&mut self, key: &str, value: &str) {
        // SAFETY: our dictionary (null is an empty one); FFmpeg copies both strings.
        unsafe { sys::av_dict_set(&mut self.0, cstring(key).as_ptr(), cstring(value).as_ptr(), 0) };
    }
    /// What is in it.
    pub(crate) fn entries(&self) -> Vec<(String, String)> {
        let mut found = vec![];
        let mut at = std::ptr::null_mut();
        loop {
            // SAFETY: our dictionary, unchanged meanwhile; an empty prefix with IGNORE_SUFFIX goes through all entries.
            unsafe {
                at = sys::av_dict_get(self.0, c"".as_ptr(), at, sys::AV_DICT_IGNORE_SUFFIX);
                if at.is_null() {
                    return found;
                }
                found.push((str_of((*at).key), str_of((*at).value)));
            }
        }
    }
    /// A name that is still there: an option nobody knew.
    pub(crate) fn leftover(&self) -> Option<String> {
        // SAFETY: an empty prefix with IGNORE_SUFFIX (2) matches the first entry; the key is a C string.
        unsafe {
            let e = sys::av_dict_get(self.0, c"".as_ptr(), std::ptr::null(), sys::AV_DICT_IGNORE_SUFFIX);
            (!e.is_null()).then(|| str_of((*e).key))
        }
    }
}

impl Drop for Dict {
    fn drop(&mut self) {
        // SAFETY: ours; null is fine.
        unsafe { sys::av_dict_free(&mut self.0) }
    }
}

/// The value of `key` in FFmpeg's metadata.
///
/// # Safety
/// `dict` is null or a live dictionary.
pub(crate) unsafe fn metadata(dict: *const AVDictionary, key: &CStr) -> Option<String> {
    // SAFETY: the caller's promise; null is an empty dictionary.
    unsafe {
        let e = sys::av_dict_get(dict, key.as_ptr(), std::ptr::null(), 0);
        (!e.is_null()).then(|| str_of((*e).value))
    }
}
