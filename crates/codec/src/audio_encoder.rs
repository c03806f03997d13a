//! 48 kHz stereo blocks in; AAC, Opus, MP3, FLAC or PCM packets out, placed to the sample.
//!
//! Time: a packet's time is that of the first sample it carries. An encoder needs some samples of run-up
//! (`initial_padding`), so the first packet lies that much before the first sample given. Gaps between blocks are filled
//! with silence, overlaps are cut, so the packets' times always follow each other without holes.

use crate::{
    CodecError,
    ff::{self, Codec, Frame, Packet as AvPacket},
    log,
};
use ffmpeg_sys_next::{self as sys, AVRational, AVSampleFormat};
use media::{
    AudioBlock, AudioStream, MediaTime, Packet, StreamKind,
    audio::{BLOCK_FRAMES, CHANNELS, SAMPLE_RATE},
};
use project::{AudioCodecName, AudioEncoding};
use std::ffi::CStr;

/// Blocks this close to their place (samples) belong there; times are rounded to nanoseconds.
const SLACK: i64 = 2;
/// A gap longer than this (10 s) is skipped instead of filled.
const LONGEST_FILL: i64 = 10 * SAMPLE_RATE as i64;

/// An open audio encoder. Use it from one thread at a time.
pub struct AudioEncoder {
    ctx: Codec,
    stream: AudioStream,
    name: &'static str,
    format: AVSampleFormat,
    /// Interleaved samples that do not fill a packet yet.
    pending: Vec<f32>,
    /// Sample index of the first pending sample; `None` before the first block.
    start: Option<i64>,
    packet: AvPacket,
    frame: Frame,
    finished: bool,
}

impl AudioEncoder {
    /// Opens an encoder for 48 kHz stereo.
    ///
    /// # Errors
    /// When this FFmpeg lacks the encoder or it refuses the bit rate.
    pub fn open(settings: &AudioEncoding) -> Result<Self, CodecError> {
        log::start();
        log::forget_errors();
        let kind = kind_of(settings);
        let name = settings.codec.label();
        let ctx = open_codec(&kind, name)?;
        // SAFETY: our open encoder, which keeps its extradata.
        let stream = unsafe {
            let c = &*ctx.ptr();
            let extra = if c.extradata.is_null() {
                &[]
            } else {
                std::slice::from_raw_parts(c.extradata, c.extradata_size.max(0) as usize)
            };
            AudioStream {
                codec: settings.codec.codec(),
                sample_rate: SAMPLE_RATE,
                channels: CHANNELS as u16,
                bitrate: kind.bitrate,
                // PCM takes any number of samples: as many as a block of the mix has.
                frame_size: u32::try_from(c.frame_size)
                    .ok()
                    .filter(|n| *n > 0)
                    .unwrap_or(BLOCK_FRAMES as u32),
                initial_padding: c.initial_padding.max(0) as u32,
                extradata: match settings.codec {
                    AudioCodecName::Mp3 | AudioCodecName::Pcm => bytes::Bytes::new(),
                    _ => bytes::Bytes::copy_from_slice(extra),
                },
            }
        };
        let mut encoder = Self {
            ctx,
            stream,
            name,
            format: kind.format,
            pending: Vec::new(),
            start: None,
            packet: AvPacket::new()?,
            frame: Frame::new()?,
            finished: false,
        };
        encoder.describe_frame();
        Ok(encoder)
    }

    /// The stream it makes.
    pub fn stream(&self) -> &AudioStream {
        &self.stream
    }

    /// Encodes `block`. Packets that are ready are added to `out`.
    ///
    /// # Errors
    /// When the encoder fails, or after [`Self::finish`].
    pub fn encode(&mut self, block: &AudioBlock, out: &mut Vec<Packet>) -> Result<(), CodecError> {
        if self.finished {
            return Err(CodecError::EncoderInput {
                name: self.name.to_owned(),
                reason: "sound after its end".into(),
            });
        }
        let at = block.time.to_ticks(SAMPLE_RATE);
        let mut samples = &block.samples[..block.frames() * CHANNELS];
        let gap = self
            .start
            .map_or(0, |s| at - s - (self.pending.len() / CHANNELS) as i64);
        if self.start.is_none() {
            self.start = Some(at);
        } else if gap > LONGEST_FILL {
            self.send_rest(out)?;
            self.start = Some(at);
        } else if gap > SLACK {
            self.pending.resize(self.pending.len() + gap as usize * CHANNELS, 0.0);
        } else if gap < -SLACK {
            let skip = usize::try_from(-gap).unwrap_or(usize::MAX).saturating_mul(CHANNELS);
            samples = samples.get(skip..).unwrap_or_default();
        }
        self.pending.extend_from_slice(samples);
        self.send_full(out)
    }

    /// Encodes what is left (the last packet may hold fewer samples). Nothing can be encoded afterwards.
    ///
    /// # Errors
    /// When the encoder fails.
    pub fn finish(&mut self, out: &mut Vec<Packet>) -> Result<(), CodecError> {
        if std::mem::replace(&mut self.finished, true) {
            return Ok(());
        }
        self.send_full(out)?;
        let rest = self.pending.len() / CHANNELS;
        if rest > 0 {
            self.send_frame(rest, out)?;
        }
        self.send(true, out)
    }

    fn send_full(&mut self, out: &mut Vec<Packet>) -> Result<(), CodecError> {
        let size = self.stream.frame_size as usize;
        while self.pending.len() >= size * CHANNELS {
            self.send_frame(size, out)?;
        }
        Ok(())
    }

    /// Sends all there is, the last frame filled up with silence.
    fn send_rest(&mut self, out: &mut Vec<Packet>) -> Result<(), CodecError> {
        let size = self.stream.frame_size as usize * CHANNELS;
        self.pending.resize(self.pending.len().next_multiple_of(size), 0.0);
        self.send_full(out)
    }

    fn describe_frame(&mut self) {
        // SAFETY: numbers of our frame; a default layout owns nothing.
        unsafe {
            let f = &mut *self.frame.ptr();
            f.format = self.format as i32;
            f.sample_rate = SAMPLE_RATE as i32;
            sys::av_channel_layout_default(&mut f.ch_layout, CHANNELS as i32);
        }
    }

    /// Encodes the first `n` pending sample frames.
    fn send_frame(&mut self, n: usize, out: &mut Vec<Packet>) -> Result<(), CodecError> {
        let Some(start) = self.start else {
            return Ok(());
        };
        self.frame.clear();
        self.describe_frame();
        // SAFETY: our frame gets memory for `n` samples of its format; nobody else has it yet.
        let code = unsafe {
            (*self.frame.ptr()).nb_samples = n as i32;
            (*self.frame.ptr()).pts = start;
            sys::av_frame_get_buffer(self.frame.ptr(), 0)
        };
        if code < 0 {
            return Err(CodecError::OutOfMemory {
                doing: "encoding sound",
            });
        }
        self.fill(n);
        self.pending.drain(..n * CHANNELS);
        self.start = Some(start + n as i64);
        self.send(false, out)
    }

    fn fill(&mut self, n: usize) {
        let samples = &self.pending[..n * CHANNELS];
        // SAFETY: `av_frame_get_buffer` gave each plane room for `n` samples, or one plane room for those of all channels.
        let planes = unsafe { (*self.frame.ptr()).data };
        match self.format {
            AVSampleFormat::AV_SAMPLE_FMT_FLTP => {
                for (c, plane) in planes.iter().enumerate().take(CHANNELS) {
                    // SAFETY: as above; planes do not overlap.
                    let dst = unsafe { std::slice::from_raw_parts_mut(plane.cast::<f32>(), n) };
                    for (d, s) in dst.iter_mut().zip(samples.chunks_exact(CHANNELS)) {
                        *d = s[c];
                    }
                }
            }
            AVSampleFormat::AV_SAMPLE_FMT_S32 => {
                // SAFETY: as above.
                let dst = unsafe { std::slice::from_raw_parts_mut(planes[0].cast::<i32>(), n * CHANNELS) };
                for (d, s) in dst.iter_mut().zip(samples) {
                    *d = to_24_bits(*s);
                }
            }
            _ => {
                // SAFETY: as above.
                let dst = unsafe { std::slice::from_raw_parts_mut(planes[0].cast::<f32>(), n * CHANNELS) };
                dst.copy_from_slice(samples);
            }
        }
    }

    fn send(&mut self, end: bool, out: &mut Vec<Packet>) -> Result<(), CodecError> {
        log::forget_errors();
        let frame = if end { std::ptr::null_mut() } else { self.frame.ptr() };
        // SAFETY: our open encoder; a frame of its format, or null at the end.
        let code = unsafe { sys::avcodec_send_frame(self.ctx.ptr(), frame) };
        if code < 0 && code != sys::AVERROR_EOF {
            return Err(self.failed(code));
        }
        loop {
            // SAFETY: our open encoder and our packet.
            match unsafe { sys::avcodec_receive_packet(self.ctx.ptr(), self.packet.ptr()) } {
                c if c == ff::EAGAIN || c == sys::AVERROR_EOF => return Ok(()),
                c if c < 0 => return Err(self.failed(c)),
                _ => out.extend(self.take_packet()),
            }
        }
    }

    fn take_packet(&mut self) -> Option<Packet> {
        // SAFETY: numbers of our packet.
        let (pts, duration) = unsafe { ((*self.packet.ptr()).pts, (*self.packet.ptr()).duration) };
        let data = bytes::Bytes::copy_from_slice(self.packet.data());
        self.packet.clear();
        if data.is_empty() {
            return None;
        }
        let samples = if duration > 0 {
            duration
        } else {
            self.stream.frame_size.into()
        };
        let time = MediaTime::from_ticks(pts, SAMPLE_RATE);
        Some(Packet {
            stream: StreamKind::Audio(0),
            data,
            pts: time,
            dts: time,
            duration: MediaTime::from_ticks(pts + samples, SAMPLE_RATE) - time,
            keyframe: true,
        })
    }

    fn failed(&self, code: i32) -> CodecError {
        CodecError::Encode {
            name: self.name.to_owned(),
            reason: log::explain(code),
        }
    }
}

/// A sample in the upper 24 bits of 32, rounded to the nearest; what is not a number is silence.
fn to_24_bits(x: f32) -> i32 {
    const FULL: f64 = 8_388_608.0;
    let n = (f64::from(x) * FULL).round().clamp(-FULL, FULL - 1.0) as i32;
    n << 8
}

/// What FFmpeg is to be asked for.
struct Kind {
    ffmpeg_name: &'static CStr,
    format: AVSampleFormat,
    /// bit/s.
    bitrate: u32,
}

/// MP3's rates at 48 kHz, kbit/s.
const MP3_RATES: [u32; 14] = [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320];

fn kind_of(settings: &AudioEncoding) -> Kind {
    use AVSampleFormat::{AV_SAMPLE_FMT_FLT as FLT, AV_SAMPLE_FMT_FLTP as FLTP, AV_SAMPLE_FMT_S32 as S32};
    let asked = settings.bitrate_kbps.clamp(16, 512) * 1000;
    let near = |r: &&u32| (**r * 1000).abs_diff(asked);
    let (ffmpeg_name, format, bitrate) = match settings.codec {
        AudioCodecName::Aac => (c"aac", FLTP, asked),
        AudioCodecName::Opus => (c"libopus", FLT, asked),
        AudioCodecName::Mp3 => (
            c"libmp3lame",
            FLTP,
            MP3_RATES.iter().min_by_key(near).map_or(asked, |r| r * 1000),
        ),
        // Lossless: about two thirds of what goes in, which is known only afterwards.
        AudioCodecName::Flac => (c"flac", S32, 1_500_000),
        AudioCodecName::Pcm => (c"pcm_s24le", S32, SAMPLE_RATE * CHANNELS as u32 * 24),
    };
    Kind {
        ffmpeg_name,
        format,
        bitrate,
    }
}

/// FFmpeg's encoder, open for 48 kHz stereo.
fn open_codec(kind: &Kind, name: &str) -> Result<Codec, CodecError> {
    let unavailable = |reason: String| CodecError::EncoderUnavailable {
        name: name.to_owned(),
        reason,
    };
    // SAFETY: a look-up in FFmpeg's static table.
    let av = unsafe { sys::avcodec_find_encoder_by_name(kind.ffmpeg_name.as_ptr()) };
    if av.is_null() {
        return Err(unavailable("this computer's FFmpeg was built without it".into()));
    }
    // SAFETY: `av` is from FFmpeg's table; the context is ours and not open yet.
    let ctx = unsafe {
        let ctx = Codec::new(av)?;
        let c = &mut *ctx.ptr();
        c.sample_fmt = kind.format;
        c.sample_rate = SAMPLE_RATE as i32;
        c.bit_rate = kind.bitrate.into();
        // A word to FLAC: of the 32 bits of a sample, 24 say something.
        c.bits_per_raw_sample = 24;
        c.time_base = AVRational {
            num: 1,
            den: SAMPLE_RATE as i32,
        };
        c.flags |= sys::AV_CODEC_FLAG_GLOBAL_HEADER as i32;
        sys::av_channel_layout_default(&mut c.ch_layout, CHANNELS as i32);
        ctx
    };
    // SAFETY: our context, made for `av` and not open yet.
    let code = unsafe { sys::avcodec_open2(ctx.ptr(), av, std::ptr::null_mut()) };
    if code < 0 {
        Err(unavailable(log::explain(code)))
    } else {
        Ok(ctx)
    }
}
