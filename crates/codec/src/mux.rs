//! Putting packets into containers with libavformat, for files ([`crate::FileMuxer`]) and for fragments in memory
//! ([`crate::FragmentMuxer`]).
//!
//! Time: containers can't hold times before zero, but sound begins by its run-up and B-frames by their delay before the
//! origin. Everything is therefore written later by one constant, the [`lead`], the same for all streams.

use crate::{CodecError, Container, color, container, ff, h264, log};
use ff::{Dict, Packet as AvPacket};
use ffmpeg_next::format::context::{Output, StreamIo};
use ffmpeg_sys_next::{self as sys, AVCodecParameters, AVMediaType, AVRational};
use media::{AudioCodec, AudioStream, MediaTime, Packet, StreamInfo, StreamKind, VideoCodec, VideoStream};

/// What a file says about itself beside its streams.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Labels {
    /// The file's title; none when empty.
    pub title: String,
    /// Names of the audio tracks, in track order; tracks beyond the list have none.
    pub tracks: Vec<String>,
}

/// A named moment of a file. It lasts until the next one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// From the first picture on.
    pub at: MediaTime,
    /// Its name.
    pub name: String,
}

/// How much later than told everything of these streams is written.
pub fn lead(info: &StreamInfo) -> MediaTime {
    let sound = info
        .audio
        .iter()
        .map(|a| MediaTime::from_ticks(a.initial_padding.into(), a.sample_rate))
        .max()
        .unwrap_or_default();
    let Some(v) = &info.video else { return sound };
    // Without a word from the stream: the most that H.264 allows.
    let reordered = h264::record_parameter_sets(&v.extradata)
        .and_then(|sets| h264::Sps::parse(sets.sps.first().copied().unwrap_or_default()))
        .ok()
        .and_then(|s| {
            if s.profile_idc == 66 {
                Some(0)
            } else {
                s.vui?.max_reorder_frames
            }
        })
        .unwrap_or(16);
    // Whole frames, so that picture times stay exact ticks of the stream's clock.
    let frames = v.rate.index_at(sound - MediaTime(1)) + 1;
    v.rate.time_of(frames.max(reordered.into()))
}

/// Matroska readers move Opus earlier by its run-up (RFC 9559, CodecDelay). FFmpeg's writer before
/// version 6 says how much in the file but leaves it to us to write it that much later.
fn codec_delay(container: Container, a: &AudioStream) -> MediaTime {
    // SAFETY: returns a number.
    let version = unsafe { sys::avformat_version() } >> 16;
    if matches!(container, Container::Matroska | Container::WebM) && a.codec == AudioCodec::Opus && version < 60 {
        MediaTime::from_ticks(a.initial_padding.into(), a.sample_rate)
    } else {
        MediaTime::ZERO
    }
}

/// An open container.
pub(crate) struct Muxer {
    output: Output,
    container: Container,
    bases: Vec<AVRational>,
    has_video: bool,
    shift: MediaTime,
    lead: MediaTime,
    /// What each stream is written later by in addition (see [`codec_delay`]).
    delays: Vec<MediaTime>,
    packet: AvPacket,
    last_dts: Vec<Option<i64>>,
    ended: bool,
}

impl Muxer {
    /// Writes the header for `info` to `io`.
    pub(crate) fn new(
        io: StreamIo,
        container: Container,
        info: &StreamInfo,
        origin: MediaTime,
        labels: &Labels,
    ) -> Result<Self, CodecError> {
        log::start();
        log::forget_errors();
        let broken = |reason: String| CodecError::Mux {
            container: container.name(),
            reason,
        };
        if let Some(reason) = container.refusal(info) {
            return Err(CodecError::Refused { reason });
        }
        let mut output = ffmpeg_next::format::output_to_stream(io, None, Some(container.format()))
            .map_err(|e| broken(e.to_string()))?;
        add_streams(&mut output, container, info).map_err(broken)?;
        // SAFETY: our output with the streams just made; its header is not written yet.
        unsafe { label(output.as_mut_ptr(), info, labels) };
        let mut options = Dict::new();
        for (k, v) in container.options() {
            options.set(k, v);
        }
        // SAFETY: our output.
        let ctx = unsafe { output.as_mut_ptr() };
        // SAFETY: our output with its streams; the dictionary is ours before and after.
        let (code, count) = unsafe {
            (*ctx).avoid_negative_ts = 0;
            (*ctx).flags |= sys::AVFMT_FLAG_BITEXACT;
            (*ctx).max_interleave_delta = 1_000_000;
            (
                sys::avformat_write_header(ctx, &mut options.0),
                (*ctx).nb_streams as usize,
            )
        };
        if code < 0 {
            return Err(broken(log::explain(code)));
        }
        // SAFETY: the streams made above; the muxer has now settled their time bases.
        let bases = (0..count)
            .map(|i| unsafe { (**(*ctx).streams.add(i)).time_base })
            .collect();
        Ok(Self {
            output,
            container,
            bases,
            has_video: info.video.is_some(),
            shift: lead(info) - origin,
            lead: lead(info),
            delays: info
                .video
                .iter()
                .map(|_| MediaTime::ZERO)
                .chain(info.audio.iter().map(|a| codec_delay(container, a)))
                .collect(),
            packet: AvPacket::new()?,
            last_dts: vec![None; count],
            ended: false,
        })
    }

    /// Writes `p`. Sound from before the origin (beyond its run-up) is left out.
    pub(crate) fn write(&mut self, p: &Packet, interleave: bool) -> Result<(), i32> {
        let index = match p.stream {
            StreamKind::Video if self.has_video => 0,
            StreamKind::Audio(n) => usize::from(n) + usize::from(self.has_video),
            StreamKind::Video | StreamKind::Data => usize::MAX,
        };
        let Some(base) = self.bases.get(index).copied() else {
            return Err(-libc::EINVAL);
        };
        let shift = self.shift + self.delays.get(index).copied().unwrap_or_default();
        let (pts, dts) = (p.pts + shift, p.dts + shift);
        if pts < MediaTime::ZERO {
            return Ok(());
        }
        let pts = ff::ticks_of(pts, base);
        // Rounding (Matroska counts milliseconds) must not make two decoding times equal, nor one later than its picture.
        let least = self.last_dts[index].map_or(0, |d| d + 1);
        let dts = ff::ticks_of(dts, base).max(least);
        self.last_dts[index] = Some(dts);
        self.packet.copy_from(&p.data).map_err(|_| -libc::ENOMEM)?;
        // SAFETY: our packet and our output, whose header is written.
        let code = unsafe {
            let q = &mut *self.packet.ptr();
            q.stream_index = index as i32;
            q.pts = pts.max(dts);
            q.dts = dts;
            q.duration = ff::ticks_of(p.duration, base);
            q.flags = if p.keyframe { sys::AV_PKT_FLAG_KEY } else { 0 };
            if interleave {
                sys::av_interleaved_write_frame(self.output.as_mut_ptr(), q)
            } else {
                sys::av_write_frame(self.output.as_mut_ptr(), q)
            }
        };
        if code < 0 { Err(code) } else { Ok(()) }
    }

    /// Where a moment lies in the file.
    pub(crate) fn place(&self, time: MediaTime) -> MediaTime {
        time + self.shift
    }

    /// Hands everything complete to the writer behind the container; with fragments, ends the fragment.
    pub(crate) fn flush(&mut self) -> Result<(), i32> {
        // SAFETY: our output, whose header is written; null asks it to flush.
        let code = unsafe {
            let ctx = self.output.as_mut_ptr();
            let code = sys::av_write_frame(ctx, std::ptr::null_mut());
            sys::avio_flush((*ctx).pb);
            code
        };
        if code < 0 { Err(code) } else { Ok(()) }
    }

    /// Writes what belongs at the end; later calls do nothing.
    pub(crate) fn end(&mut self) -> Result<(), i32> {
        if std::mem::replace(&mut self.ended, true) {
            return Ok(());
        }
        // SAFETY: our output, whose header is written; called once.
        let code = unsafe {
            let ctx = self.output.as_mut_ptr();
            let code = sys::av_write_trailer(ctx);
            sys::avio_flush((*ctx).pb);
            code
        };
        if code < 0 { Err(code) } else { Ok(()) }
    }

    /// Names moments of the file; where the container can, they are written with the end. `end` is the file's length
    /// from the first picture on.
    pub(crate) fn add_chapters(&mut self, chapters: &[Chapter], end: MediaTime) {
        if !self.container.has_chapters() || self.container.in_fragments() {
            return;
        }
        // Everything in the file lies later by the lead.
        // SAFETY: our output, whose end is not written yet.
        unsafe { add_chapters(self.output.as_mut_ptr(), chapters, self.lead, end) };
    }
}

/// Adds chapters whose times begin at `zero` of a file that lasts until `end` from there on.
///
/// # Safety
/// `ctx` is an output whose end is not written yet.
pub(crate) unsafe fn add_chapters(ctx: *mut sys::AVFormatContext, all: &[Chapter], zero: MediaTime, end: MediaTime) {
    for (n, c) in all.iter().enumerate() {
        let until = all.get(n + 1).map_or(end, |next| next.at).max(c.at);
        // SAFETY: the caller's promise.
        unsafe { add_chapter(ctx, n as i64 + 1, c.at + zero, until + zero, &c.name) };
    }
}

/// # Safety
/// `ctx` is an output whose end is not written yet.
unsafe fn add_chapter(ctx: *mut sys::AVFormatContext, id: i64, start: MediaTime, end: MediaTime, name: &str) {
    // SAFETY: the caller's promise. The list grows by one pointer; FFmpeg frees the list, the chapter and its names with
    // the context.
    unsafe {
        let size = (*ctx).nb_chapters as usize * std::mem::size_of::<*mut sys::AVChapter>();
        let list = sys::av_realloc(
            (*ctx).chapters.cast(),
            size + std::mem::size_of::<*mut sys::AVChapter>(),
        );
        if list.is_null() {
            return;
        }
        (*ctx).chapters = list.cast();
        let c = sys::av_mallocz(std::mem::size_of::<sys::AVChapter>()).cast::<sys::AVChapter>();
        if c.is_null() {
            return;
        }
        (*c).id = id;
        (*c).time_base = AVRational { num: 1, den: 1000 };
        (*c).start = start.as_millis();
        (*c).end = end.as_millis();
        set(&raw mut (*c).metadata, "title", name);
        *(*ctx).chapters.add((*ctx).nb_chapters as usize) = c;
        (*ctx).nb_chapters += 1;
    }
}

/// # Safety
/// `dict` points to null or a live dictionary.
unsafe fn set(dict: *mut *mut sys::AVDictionary, key: &str, value: &str) {
    if !value.is_empty() {
        // SAFETY: the caller's promise; FFmpeg copies both strings.
        unsafe { sys::av_dict_set(dict, ff::cstring(key).as_ptr(), ff::cstring(value).as_ptr(), 0) };
    }
}

/// # Safety
/// `ctx` is an output with the streams of `info`, whose header is not written yet.
unsafe fn label(ctx: *mut sys::AVFormatContext, info: &StreamInfo, labels: &Labels) {
    let first = usize::from(info.video.is_some());
    // SAFETY: the caller's promise; the streams are those of `info`, in its order.
    unsafe {
        set(&raw mut (*ctx).metadata, "title", &labels.title);
        for (n, name) in labels.tracks.iter().take(info.audio.len()).enumerate() {
            let s = *(*ctx).streams.add(first + n);
            // Matroska and MP4 read the one, QuickTime's players the other.
            set(&raw mut (*s).metadata, "title", name);
            set(&raw mut (*s).metadata, "handler_name", name);
        }
    }
}

/// Describes the streams to an output whose header is not written yet.
fn add_streams(output: &mut Output, container: Container, info: &StreamInfo) -> Result<(), String> {
    // SAFETY: our output.
    let ctx = unsafe { output.as_mut_ptr() };
    if let Some(v) = &info.video {
        // SAFETY: as above, and its header is not written yet.
        unsafe { add_video(ctx, container, v) }?;
    }
    for a in &info.audio {
        // SAFETY: as above.
        unsafe { add_audio(ctx, a) }?;
    }
    Ok(())
}

/// # Safety
/// `ctx` is an output whose header is not written yet.
unsafe fn add_stream(
    ctx: *mut sys::AVFormatContext,
    base: AVRational,
    extra: &[u8],
) -> Result<*mut sys::AVStream, String> {
    // SAFETY: the caller's promise; extradata is allocated as FFmpeg wants it (padded with zeros) and owned by it.
    unsafe {
        let s = sys::avformat_new_stream(ctx, std::ptr::null());
        if s.is_null() {
            return Err("out of memory".into());
        }
        (*s).time_base = base;
        let par: &mut AVCodecParameters = &mut *(*s).codecpar;
        let mem = sys::av_mallocz(extra.len() + sys::AV_INPUT_BUFFER_PADDING_SIZE as usize).cast::<u8>();
        if mem.is_null() {
            return Err("out of memory".into());
        }
        std::ptr::copy_nonoverlapping(extra.as_ptr(), mem, extra.len());
        par.extradata = mem;
        par.extradata_size = i32::try_from(extra.len()).unwrap_or(0);
        Ok(s)
    }
}

/// # Safety
/// As [`add_stream`].
unsafe fn add_video(ctx: *mut sys::AVFormatContext, container: Container, v: &VideoStream) -> Result<(), String> {
    let num = i32::try_from(v.rate.num()).map_err(|e| e.to_string())?;
    let den = i32::try_from(v.rate.den()).map_err(|e| e.to_string())?;
    let (space, range, primaries, transfer) = color::to_av(v.color);
    // SAFETY: the caller's promise; numbers of a stream that is ours to describe.
    unsafe {
        let s = add_stream(ctx, AVRational { num: den, den: num }, &v.extradata)?;
        (*s).avg_frame_rate = AVRational { num, den };
        (*s).r_frame_rate = (*s).avg_frame_rate;
        let par = &mut *(*s).codecpar;
        par.codec_type = AVMediaType::AVMEDIA_TYPE_VIDEO;
        par.codec_id = container::video_id(v.codec);
        if v.codec == VideoCodec::Hevc && container.in_fragments() {
            // Parameter sets are in the header only, which QuickTime wants to be told.
            par.codec_tag = u32::from_le_bytes(*b"hvc1");
        }
        par.width = v.width as i32;
        par.height = v.height as i32;
        par.bit_rate = v.bitrate.into();
        par.sample_aspect_ratio = AVRational { num: 1, den: 1 };
        (par.color_space, par.color_range) = (space, range);
        (par.color_primaries, par.color_trc) = (primaries, transfer);
        par.chroma_location = sys::AVChromaLocation::AVCHROMA_LOC_LEFT;
    }
    Ok(())
}

/// # Safety
/// As [`add_stream`].
unsafe fn add_audio(ctx: *mut sys::AVFormatContext, a: &AudioStream) -> Result<(), String> {
    let rate = i32::try_from(a.sample_rate).map_err(|e| e.to_string())?;
    // SAFETY: the caller's promise; numbers of a stream that is ours to describe.
    unsafe {
        let s = add_stream(ctx, AVRational { num: 1, den: rate }, &a.extradata)?;
        let par = &mut *(*s).codecpar;
        par.codec_type = AVMediaType::AVMEDIA_TYPE_AUDIO;
        par.codec_id = container::audio_id(a.codec);
        if a.codec == AudioCodec::Pcm {
            par.bits_per_coded_sample = 24;
            par.block_align = 3 * i32::from(a.channels);
        }
        par.sample_rate = rate;
        par.bit_rate = a.bitrate.into();
        par.frame_size = a.frame_size as i32;
        par.initial_padding = a.initial_padding as i32;
        sys::av_channel_layout_default(&mut par.ch_layout, a.channels.into());
    }
    Ok(())
}
