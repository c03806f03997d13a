//! A container written to an address that FFmpeg opens itself: RIST, UDP, TCP, files, whatever this FFmpeg was built with.
//! Everything here blocks until the other side takes it, and ends at once when the [`Interrupter`] is used.

use super::core::Core;
use crate::{CodecError, Interrupter, StreamFormat, TrackLabel, ff, log};
use ff::Dict;
use ffmpeg_sys_next::{self as sys, AVFormatContext, AVIOInterruptCB};
use libc::{c_int, c_void};
use media::{MediaTime, Packet, StreamInfo, VideoStream};
use std::{
    ptr::NonNull,
    sync::{Arc, atomic::AtomicBool, atomic::Ordering},
};

/// Where to, and packed how.
#[derive(Clone, Default)]
pub struct UrlTarget {
    /// The address as FFmpeg takes it.
    pub url: String,
    /// FFmpeg's name of the container; empty to go by the address.
    pub format: String,
    /// Options of the protocol or the container, by FFmpeg's names.
    pub options: Vec<(String, String)>,
    /// Texts that never appear in a log or an error: keys and passwords in the address and the options.
    pub secrets: Vec<String>,
}

/// An open output.
pub struct UrlMuxer {
    // Dropped in this order: the header's state, the output, then what its callback looks at.
    core: Core,
    output: UrlOutput,
    interrupter: Interrupter,
    _secrets: log::Hidden,
}

struct UrlOutput {
    ctx: NonNull<AVFormatContext>,
    /// The trailer is owed.
    begun: bool,
    opened: bool,
}
// SAFETY: the context is ours alone and not tied to a thread.
unsafe impl Send for UrlOutput {}

impl Drop for UrlOutput {
    fn drop(&mut self) {
        let ctx = self.ctx.as_ptr();
        // SAFETY: ours; closed and freed once. A close that would block is broken off by the interrupt callback.
        unsafe {
            if self.opened {
                sys::avio_closep(&mut (*ctx).pb);
            }
            sys::avformat_free_context(ctx);
        }
    }
}

/// # Safety
/// `flag` is the `AtomicBool` of the `Interrupter` that the output's owner holds.
unsafe extern "C" fn interrupted(flag: *mut c_void) -> c_int {
    // SAFETY: see above; the owner outlives every call.
    unsafe { &*flag.cast::<AtomicBool>() }.load(Ordering::Relaxed).into()
}

impl UrlMuxer {
    /// Opens the address and writes the header; blocks until then.
    ///
    /// # Errors
    /// When FFmpeg does not know the container or the protocol, an option is unknown, the streams don't fit, nobody
    /// answers, or `interrupter` was used.
    pub fn open(target: &UrlTarget, info: &StreamInfo, interrupter: Interrupter) -> Result<Self, CodecError> {
        log::start();
        log::forget_errors();
        let secrets = log::hide(&target.secrets);
        let mut output = UrlOutput::allocate(target)?;
        // SAFETY: our context; the flag lives in an `Arc` that `Self` keeps, or the caller while this function runs.
        let format = unsafe {
            let ctx = &mut *output.ctx.as_ptr();
            ctx.interrupt_callback = AVIOInterruptCB {
                callback: Some(interrupted),
                opaque: Arc::as_ptr(interrupter.flag()).cast_mut().cast(),
            };
            ctx.max_delay = 100_000;
            (*ctx.oformat).name
        };
        // SAFETY: FFmpeg's static table of muxers.
        let name: String = unsafe { ff::str_of(format) };
        if name == "mpegts" || name == "rtp_mpegts" {
            StreamFormat::MpegTs.check(info)?;
        }
        let left = output.connect(target, &interrupter)?;
        let options: Vec<(&str, &str)> = left.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
        // Nothing may lie before zero in most containers, and sound may begin a little before the picture.
        let lead = MediaTime::from_millis(100);
        // SAFETY: our output, opened and without a header; `Self` keeps it as long as the core.
        let core = unsafe { Core::begin(output.ctx.as_ptr(), info, (&[] as &[TrackLabel], false), &options, lead) };
        let core = core.map_err(|reason| told(&interrupter, reason))?;
        output.begun = true;
        Ok(Self {
            core,
            output,
            interrupter,
            _secrets: secrets,
        })
    }

    /// Writes `packet`; blocks until the other side has taken it.
    ///
    /// # Errors
    /// When the connection or the disk failed, the stream is not among those announced, or the interrupter was used.
    pub fn write(&mut self, packet: &Packet) -> Result<(), CodecError> {
        // SAFETY: the output that the core was begun with.
        let written = unsafe { self.core.write(self.output.ctx.as_ptr(), packet) };
        written.map_err(|c| self.failed(c))?;
        // SAFETY: our output, opened; null for the kinds that have no writer of their own.
        let error = unsafe {
            let pb = (*self.output.ctx.as_ptr()).pb;
            if pb.is_null() {
                0
            } else {
                sys::avio_flush(pb);
                (*pb).error
            }
        };
        if error < 0 { Err(self.failed(error)) } else { Ok(()) }
    }

    /// As [`super::StreamMuxer::change_video`], for MPEG-TS.
    ///
    /// # Errors
    /// When its headers can't be read.
    pub fn change_video(&mut self, stream: &VideoStream) -> Result<(), CodecError> {
        self.core.change_video(stream)
    }

    /// Bytes handed to the other side so far; 0 for containers that keep no count.
    pub fn bytes(&self) -> u64 {
        // SAFETY: our output, opened.
        unsafe {
            let pb = (*self.output.ctx.as_ptr()).pb;
            if pb.is_null() {
                0
            } else {
                u64::try_from((*pb).bytes_written.max((*pb).pos)).unwrap_or(0)
            }
        }
    }

    /// Writes the container's end.
    ///
    /// # Errors
    /// When the connection or the disk failed, or the interrupter was used.
    pub fn finish(mut self) -> Result<(), CodecError> {
        self.output.begun = false;
        // SAFETY: our output, whose header is written; `self` is used up, so it is called once.
        let code = unsafe { sys::av_write_trailer(self.output.ctx.as_ptr()) };
        if code < 0 { Err(self.failed(code)) } else { Ok(()) }
    }

    fn failed(&self, code: i32) -> CodecError {
        told(&self.interrupter, log::explain(code))
    }
}

impl Drop for UrlMuxer {
    fn drop(&mut self) {
        if self.output.begun {
            // Frees what the container keeps for its end; nothing may block any more.
            self.interrupter.interrupt();
            // SAFETY: our output, whose header is written and whose trailer is not.
            unsafe { sys::av_write_trailer(self.output.ctx.as_ptr()) };
        }
    }
}

impl UrlOutput {
    fn allocate(target: &UrlTarget) -> Result<Self, CodecError> {
        let (url, format) = (ff::cstring(&target.url), ff::cstring(&target.format));
        let format = if target.format.is_empty() {
            std::ptr::null()
        } else {
            format.as_ptr()
        };
        let mut ctx = std::ptr::null_mut();
        // SAFETY: C strings that outlive the call; `ctx` is set on success only.
        let code = unsafe { sys::avformat_alloc_output_context2(&mut ctx, std::ptr::null_mut(), format, url.as_ptr()) };
        match NonNull::new(ctx) {
            Some(ctx) if code >= 0 => Ok(Self {
                ctx,
                begun: false,
                opened: false,
            }),
            _ if target.format.is_empty() => Err(CodecError::Url {
                reason: "its address does not say which container to use. Set the format, such as mpegts".into(),
                lasting: true,
            }),
            _ => Err(CodecError::Url {
                reason: format!("this computer's FFmpeg has no format `{}`", target.format),
                lasting: true,
            }),
        }
    }

    /// Opens the address, unless the container does so itself, and gives the options that were not the protocol's.
    fn connect(&mut self, target: &UrlTarget, interrupter: &Interrupter) -> Result<Vec<(String, String)>, CodecError> {
        let ctx = self.ctx.as_ptr();
        // SAFETY: our context and FFmpeg's static table.
        let opens_itself = unsafe { (*(*ctx).oformat).flags & sys::AVFMT_NOFILE != 0 };
        if opens_itself {
            return Ok(target.options.clone());
        }
        let mut options = Dict::new();
        // A side that takes nothing is given up after this, microseconds; FFmpeg's own answer would be to wait for ever.
        options.set("rw_timeout", "10000000");
        for (k, v) in &target.options {
            options.set(k, v);
        }
        let url = ff::cstring(&target.url);
        // SAFETY: our context and dictionary; the callback was set above and outlives the writer.
        let code = unsafe {
            sys::avio_open2(
                &mut (*ctx).pb,
                url.as_ptr(),
                sys::AVIO_FLAG_WRITE,
                &(*ctx).interrupt_callback,
                &mut options.0,
            )
        };
        if code < 0 {
            return Err(match code {
                sys::AVERROR_PROTOCOL_NOT_FOUND => CodecError::Url {
                    reason: "this computer's FFmpeg does not know this kind of address".into(),
                    lasting: true,
                },
                _ => told(interrupter, log::explain(code)),
            });
        }
        self.opened = true;
        let left = options.entries();
        Ok(left.into_iter().filter(|(k, _)| k != "rw_timeout").collect())
    }
}

fn told(interrupter: &Interrupter, reason: String) -> CodecError {
    if interrupter.is_set() {
        return CodecError::Interrupted {
            what: "the stream".into(),
        };
    }
    // What FFmpeg refuses before it sends anything will be refused again.
    let lasting = [
        "has no option",
        "nvalid argument",
        "not supported",
        "could not find tag",
        "ncorrect codec",
    ];
    let lasting = lasting.iter().any(|w| reason.contains(w));
    CodecError::Url { reason, lasting }
}
