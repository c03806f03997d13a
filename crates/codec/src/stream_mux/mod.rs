//! Packets into a container that is sent rather than kept: MPEG-TS for SRT, RIST and HLS, Ogg, MP3 and ADTS for Icecast
//! ([`StreamMuxer`], bytes in memory, never blocks), and any container to any address FFmpeg knows ([`UrlMuxer`], which
//! blocks and is for a thread of its own). No sockets of our own and no retrying: `outputs` has these.

mod core;
mod url;

pub use url::{UrlMuxer, UrlTarget};

use self::core::Core;
use crate::{CodecError, ff};
use bytes::Bytes;
use ffmpeg_next::format::context::{Output, StreamIo};
use ffmpeg_sys_next as sys;
use media::{AudioCodec, MediaTime, Packet, StreamInfo, VideoCodec, VideoStream};
use parking_lot::Mutex;
use std::{io::Write, sync::Arc};

/// Size of an MPEG-TS packet in bytes (ISO/IEC 13818-1, 2.4.3.2).
pub const TS_PACKET: usize = 188;

/// How a sent stream is packed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum StreamFormat {
    /// MPEG transport stream: H.264 or HEVC, and any number of AAC, Opus or MP3 tracks.
    MpegTs,
    /// The same, with a stream of timed metadata (ID3), as HLS has it.
    MpegTsWithId3,
    /// Ogg with one Opus track.
    OggOpus,
    /// MP3 frames, nothing around them.
    Mp3,
    /// AAC frames with ADTS headers (ISO/IEC 14496-3, 1.A.2.2).
    Adts,
}

impl StreamFormat {
    /// The name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MpegTs | Self::MpegTsWithId3 => "MPEG-TS",
            Self::OggOpus => "Ogg",
            Self::Mp3 => "an MP3 stream",
            Self::Adts => "an AAC stream",
        }
    }

    fn muxer(self) -> &'static str {
        match self {
            Self::MpegTs | Self::MpegTsWithId3 => "mpegts",
            Self::OggOpus => "ogg",
            Self::Mp3 => "mp3",
            Self::Adts => "adts",
        }
    }

    fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            // A listener hears a page once it is complete: 0.2 s of delay instead of one second.
            Self::OggOpus => &[("page_duration", "200000")],
            // Both would be written for a file, and again at every reconnect.
            Self::Mp3 => &[("write_xing", "0"), ("id3v2_version", "0")],
            Self::MpegTs | Self::MpegTsWithId3 | Self::Adts => &[],
        }
    }

    fn is_ts(self) -> bool {
        matches!(self, Self::MpegTs | Self::MpegTsWithId3)
    }

    fn takes_audio(self, codec: AudioCodec) -> bool {
        match self {
            Self::MpegTs | Self::MpegTsWithId3 => matches!(codec, AudioCodec::Aac | AudioCodec::Opus | AudioCodec::Mp3),
            Self::OggOpus => codec == AudioCodec::Opus,
            Self::Mp3 => codec == AudioCodec::Mp3,
            Self::Adts => codec == AudioCodec::Aac,
        }
    }

    /// Whether it can carry these streams.
    ///
    /// # Errors
    /// A sentence that names the stream that has no place in it, and what to choose instead.
    pub fn check(self, info: &StreamInfo) -> Result<(), CodecError> {
        let no = |reason: &str| {
            Err(CodecError::Mux {
                container: self.name(),
                reason: reason.into(),
            })
        };
        if info.video.is_none() && info.audio.is_empty() {
            return no("there is neither picture nor sound");
        }
        match (&info.video, self) {
            (Some(v), Self::MpegTs | Self::MpegTsWithId3) => match v.codec {
                VideoCodec::H264 | VideoCodec::Hevc => {}
                VideoCodec::Av1 => return no("AV1 has no place in MPEG-TS. Choose H.264 or HEVC for this destination"),
                _ => return no("it carries H.264 or HEVC. Choose one of these for this destination"),
            },
            (Some(_), _) => return no("it carries no picture"),
            (None, _) => {}
        }
        if !self.is_ts() && info.audio.len() > 1 {
            return no("it carries one audio track");
        }
        if info.audio.iter().any(|a| !self.takes_audio(a.codec)) {
            return no(match self {
                Self::MpegTs | Self::MpegTsWithId3 => {
                    "its sound must be AAC, Opus or MP3. Choose one of these for this destination"
                }
                Self::OggOpus => "its sound must be Opus. Choose Opus as this destination's audio codec",
                Self::Mp3 => "its sound must be MP3. Choose MP3 as this destination's audio codec",
                Self::Adts => "its sound must be AAC. Choose AAC as this destination's audio codec",
            });
        }
        Ok(())
    }
}

/// What an audio track is called in the container, where it has room for that.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrackLabel {
    /// Language as ISO 639-2 writes it, three letters; empty when unknown.
    pub language: String,
    /// Name for people; empty for none.
    pub title: String,
}

/// Whether the picture of these streams can go over to another encode in the middle of a transport stream. Not HEVC: FFmpeg puts
/// the headers that the stream began with behind those that come with a keyframe.
pub fn can_change_in_ts(info: &StreamInfo) -> bool {
    info.video.as_ref().is_some_and(|v| v.codec == VideoCodec::H264)
}

/// Bytes gathered until they are taken.
#[derive(Clone, Default)]
struct Memory(Arc<Mutex<Vec<u8>>>);

impl Write for Memory {
    fn write(&mut self, buf: &[u8]) -> std::io::Result<usize> {
        self.0.lock().extend_from_slice(buf);
        Ok(buf.len())
    }
    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

/// Packs packets in memory.
pub struct StreamMuxer {
    format: StreamFormat,
    core: Core,
    output: Output,
    memory: Memory,
}

impl StreamMuxer {
    /// Begins a stream. `labels` go with the audio tracks in their order; there may
    /// be fewer.
    ///
    /// # Errors
    /// When the format can't carry these streams.
    pub fn new(format: StreamFormat, info: &StreamInfo, labels: &[TrackLabel]) -> Result<Self, CodecError> {
        format.check(info)?;
        crate::log::start();
        crate::log::forget_errors();
        let broken = |reason: String| CodecError::Mux {
            container: format.name(),
            reason,
        };
        let memory = Memory::default();
        let io = StreamIo::from_write(memory.clone()).map_err(|e| broken(e.to_string()))?;
        let mut output =
            ffmpeg_next::format::output_to_stream(io, None, Some(format.muxer())).map_err(|e| broken(e.to_string()))?;
        // SAFETY: our output, whose header is not written yet; it lives as long as `core`, which `Self` drops first.
        let core = unsafe {
            let ctx = output.as_mut_ptr();
            // Decoders may hold this much before they show it; audio frames are gathered for no longer than this either.
            (*ctx).max_delay = 100_000;
            let with_id3 = format == StreamFormat::MpegTsWithId3;
            Core::begin(ctx, info, (labels, with_id3), format.options(), lead(format, info))
        }
        .map_err(broken)?;
        Ok(Self {
            format,
            core,
            output,
            memory,
        })
    }

    /// Adds `packet` and gives what is ready to be sent: for MPEG-TS whole TS packets, at the beginning with the tables.
    ///
    /// # Errors
    /// When its stream is not among those announced, or the packet is damaged.
    pub fn write(&mut self, packet: &Packet) -> Result<Bytes, CodecError> {
        // SAFETY: the output that `core` was begun with.
        let written = unsafe { self.core.write(self.output.as_mut_ptr(), packet) };
        written.map_err(|c| self.broken(c))?;
        Ok(self.take())
    }

    /// What comes from the next keyframe on is another encode of the same picture in the same codec, perhaps of another size.
    /// MPEG-TS can do that in mid-stream with H.264; the other formats hold no picture.
    ///
    /// # Errors
    /// When its headers can't be read, or it is not H.264 ([`can_change_in_ts`]).
    pub fn change_video(&mut self, stream: &VideoStream) -> Result<(), CodecError> {
        self.core.change_video(stream)
    }

    /// Gives what is still gathered, and makes what follows playable by itself (MPEG-TS repeats its tables): where a
    /// segment ends.
    ///
    /// # Errors
    /// When memory is short.
    pub fn cut(&mut self) -> Result<Bytes, CodecError> {
        // SAFETY: our output, whose header is written; null asks it to hand on what it holds.
        let code = unsafe { sys::av_write_frame(self.output.as_mut_ptr(), std::ptr::null_mut()) };
        if code < 0 {
            return Err(self.broken(code));
        }
        if self.format.is_ts() {
            // SAFETY: as above; the option exists in every version and both strings are C strings.
            unsafe {
                sys::av_opt_set(
                    (*self.output.as_mut_ptr()).priv_data,
                    c"mpegts_flags".as_ptr(),
                    c"+resend_headers".as_ptr(),
                    0,
                );
            }
        }
        Ok(self.take())
    }

    /// Ends the stream and gives its last bytes.
    ///
    /// # Errors
    /// When memory is short.
    pub fn finish(mut self) -> Result<Bytes, CodecError> {
        // SAFETY: our output, whose header is written; `self` is used up, so it is called once.
        let code = unsafe { sys::av_write_trailer(self.output.as_mut_ptr()) };
        if code < 0 {
            return Err(self.broken(code));
        }
        Ok(self.take())
    }

    fn take(&mut self) -> Bytes {
        // SAFETY: our output; its writer is `memory`, whose lock is not held here.
        unsafe { sys::avio_flush((*self.output.as_mut_ptr()).pb) };
        std::mem::take(&mut *self.memory.0.lock()).into()
    }

    fn broken(&self, code: i32) -> CodecError {
        CodecError::Mux {
            container: self.format.name(),
            reason: ff::text(code),
        }
    }
}

/// Where the first packet comes to lie.
fn lead(format: StreamFormat, info: &StreamInfo) -> MediaTime {
    match format {
        // B-frames are shown later than they decode and sound may begin a little earlier; TS clocks may start anywhere.
        StreamFormat::MpegTs | StreamFormat::MpegTsWithId3 => MediaTime::from_millis(1000),
        // Ogg's Opus begins before zero, by what the decoder throws away (RFC 7845, 4.3).
        StreamFormat::OggOpus => {
            let padding = info.audio.first();
            let padding = padding.map(|a| MediaTime::from_ticks(a.initial_padding.into(), a.sample_rate));
            MediaTime::ZERO - padding.unwrap_or_default()
        }
        StreamFormat::Mp3 | StreamFormat::Adts => MediaTime::ZERO,
    }
}
