//! Pictures in, packets out, through any encoder of the list; [`crate::form`] says in which form.
//!
//! Time: a picture's time is that of a frame of the rate; the encoder counts frame numbers, and packets get their times
//! from these again, so nothing is rounded twice. Packets come out in decoding order; with B-frames the first decoding
//! times lie before the first picture.

use crate::{
    CodecError, color, convert,
    encoders::{self, EncoderKind, Setup, Threads},
    ff, form, frames, log,
    scale::Filler,
};
use ff::{BufferRef, Codec, Frame, Packet as AvPacket};
use ffmpeg_sys_next::{self as sys, AVPictureType, AVRational};
use media::{ColorInfo, FramePool, FrameRate, MediaTime, Packet, PixelFormat, StreamKind, VideoFrame, VideoStream};
use project::{RateControl, VideoCodecName, VideoEncoding};

/// An open video encoder. Use it from one thread at a time.
pub struct VideoEncoder {
    open: Open,
    kind: &'static EncoderKind,
    settings: VideoEncoding,
    stream: VideoStream,
    frame: Frame,
    packet: AvPacket,
    pool: FramePool,
    threads: Threads,
    /// The rate it was last told to keep to.
    kbps: Option<u32>,
    last_index: Option<i64>,
    last_dts: Option<MediaTime>,
    finished: bool,
}

/// The part that is opened again when the first picture has another layout.
struct Open {
    ctx: Codec,
    input: PixelFormat,
    upload: Option<BufferRef>,
    /// Converts to the encoder's own layout, where that is none of ours.
    native: Option<Filler>,
}

impl VideoEncoder {
    /// Opens the encoder `id` (see [`encoders::encoder_kinds`]) of `settings.codec` for pictures of `width`×`height` at `rate`.
    ///
    /// # Errors
    /// When there is no such encoder, it does not work on this computer, or the size is odd or out of range.
    pub fn open(
        id: &str,
        settings: &VideoEncoding,
        width: u32,
        height: u32,
        rate: FrameRate,
    ) -> Result<Self, CodecError> {
        log::start();
        let kind = encoders::find(settings.codec, id)?;
        let fits = |n: u32| (16..=media::frame::MAX_DIMENSION).contains(&n) && n.is_multiple_of(2);
        if !fits(width) || !fits(height) {
            return Err(CodecError::EncoderInput {
                name: kind.name.to_owned(),
                reason: format!("a canvas of {width}×{height}; width and height must be even and from 16 to 16384"),
            });
        }
        let input = kind.inputs.first().copied().unwrap_or(PixelFormat::I420);
        let threads = kind.begins_with(settings, (width, height), rate);
        let open = Open::new(kind, settings, (width, height), rate, input, threads)?;
        let mut stream = VideoStream {
            codec: settings.codec.codec(),
            width,
            height,
            rate,
            color: ColorInfo::BT709_LIMITED,
            bitrate: match settings.rate_control {
                _ if settings.codec.has_no_rate() => 0,
                RateControl::Crf => 0,
                _ => settings.bitrate_kbps.saturating_mul(1000),
            },
            extradata: bytes::Bytes::new(),
        };
        let mut headers = open.extradata().to_vec();
        if headers.is_empty() && settings.codec == VideoCodecName::Av1 {
            // libaom, and some drivers, only tell with the first picture.
            headers = Open::new(kind, settings, (width, height), rate, input, threads)?.first_packet(kind)?;
        }
        stream.extradata = form::record(&stream, &headers).map_err(|e| failed(kind, e.to_string()))?;
        Ok(Self {
            open,
            kind,
            settings: settings.clone(),
            stream,
            frame: Frame::new()?,
            packet: AvPacket::new()?,
            pool: FramePool::new(),
            threads,
            kbps: None,
            last_index: None,
            last_dts: None,
            finished: false,
        })
    }

    /// The layout that costs least; I420 and NV12 are both accepted.
    pub fn input_format(&self) -> PixelFormat {
        self.open.input
    }

    /// The stream it makes.
    pub fn stream(&self) -> &VideoStream {
        &self.stream
    }

    /// Encodes `frame` (BT.709 limited, I420 or NV12, of the size the encoder was opened for), whose time is that of a
    /// frame of the rate and later than the one before. `force_key` makes it a keyframe. Packets that are ready are added
    /// to `out`; the encoder may hold some back.
    ///
    /// # Errors
    /// When the picture is not such a one, or the encoder fails.
    pub fn encode(&mut self, frame: &VideoFrame, force_key: bool, out: &mut Vec<Packet>) -> Result<(), CodecError> {
        let index = self.check(frame)?;
        if frame.format != self.open.input && self.last_index.is_none() && self.kind.inputs.contains(&frame.format) {
            self.open_again(frame.format)?;
        }
        if frame.format == self.open.input {
            frames::lend(frame, &mut self.frame)?;
        } else {
            frames::lend(&convert::chroma(frame, self.open.input, &self.pool)?, &mut self.frame)?;
        }
        if let Some(native) = &mut self.open.native {
            self.frame = native.run(&self.frame)?;
        }
        if let Some(surfaces) = &self.open.upload {
            self.frame = upload(surfaces, &self.frame, self.kind)?;
        }
        // SAFETY: numbers of our frame.
        unsafe {
            let f = &mut *self.frame.ptr();
            f.pts = index;
            f.pict_type = if force_key {
                AVPictureType::AV_PICTURE_TYPE_I
            } else {
                AVPictureType::AV_PICTURE_TYPE_NONE
            };
        }
        self.last_index = Some(index);
        let sent = self.send(false, out);
        self.frame.clear();
        sent
    }

    /// Whether it encodes in the caller's thread alone and could take others to help, see [`VideoEncoder::spread`].
    pub fn can_spread(&self) -> bool {
        self.threads == Threads::One && !self.finished
    }

    /// Divides the work among threads from the next picture on, for when one can't keep up: what it still holds is added
    /// to `out`, and the stream goes on with a keyframe under the same headers. Takes as long as encoding some ten
    /// pictures. Nothing happens where [`VideoEncoder::can_spread`] says no.
    ///
    /// # Errors
    /// When the encoder fails, or can't be opened again.
    pub fn spread(&mut self, out: &mut Vec<Packet>) -> Result<(), CodecError> {
        if !self.can_spread() {
            return Ok(());
        }
        if self.last_index.is_some() {
            self.send(true, out)?;
        }
        self.threads = Threads::Many;
        self.open_again(self.open.input)?;
        debug_assert_eq!(
            form::record(&self.stream, self.open.extradata()).ok().as_ref(),
            Some(&self.stream.extradata),
            "threads must not show in the headers"
        );
        if let Some(kbps) = self.kbps {
            self.set_bitrate(kbps);
        }
        Ok(())
    }

    fn open_again(&mut self, input: PixelFormat) -> Result<(), CodecError> {
        let size = (self.stream.width, self.stream.height);
        self.open = Open::new(self.kind, &self.settings, size, self.stream.rate, input, self.threads)?;
        Ok(())
    }

    /// Whether [`VideoEncoder::set_bitrate`] has an effect: the encoder keeps to a rate and takes another one under way.
    pub fn has_steerable_rate(&self) -> bool {
        self.kind.takes_new_rates() && self.settings.rate_control != RateControl::Crf
    }

    /// Keeps to another rate from the next picture on, kbit/s. A variable rate's ceiling moves with it. Nothing happens
    /// where the encoder can't do that.
    pub fn set_bitrate(&mut self, kbps: u32) {
        if !self.has_steerable_rate() || self.finished {
            return;
        }
        self.kbps = Some(kbps);
        let bits = i64::from(kbps.max(1)) * 1000;
        // SAFETY: numbers of our open context, which FFmpeg reads when it gets the next picture.
        unsafe {
            let c = &mut *self.open.ctx.ptr();
            let ceiling = if c.bit_rate > 0 {
                (i128::from(c.rc_max_rate) * i128::from(bits) / i128::from(c.bit_rate)) as i64
            } else {
                bits
            };
            c.bit_rate = bits;
            c.rc_max_rate = ceiling.max(bits);
            c.rc_buffer_size = i32::try_from(c.rc_max_rate).unwrap_or(i32::MAX);
        }
    }

    /// Fetches what the encoder still holds. Nothing can be encoded afterwards.
    ///
    /// # Errors
    /// When the encoder fails.
    pub fn finish(&mut self, out: &mut Vec<Packet>) -> Result<(), CodecError> {
        if std::mem::replace(&mut self.finished, true) {
            return Ok(());
        }
        self.send(true, out)
    }

    /// The frame number of a picture, once it is known to be one we can take.
    fn check(&self, f: &VideoFrame) -> Result<i64, CodecError> {
        let index = self.stream.rate.index_at(f.time);
        let wrong = if self.finished {
            "a picture after its end".to_owned()
        } else if (f.width, f.height) != (self.stream.width, self.stream.height) {
            format!(
                "a picture of {}×{} instead of {}×{}",
                f.width, f.height, self.stream.width, self.stream.height
            )
        } else if !matches!(f.format, PixelFormat::I420 | PixelFormat::Nv12) {
            format!("a picture of the layout {:?} instead of I420 or NV12", f.format)
        } else if self.last_index.is_some_and(|l| l >= index) {
            format!("a picture for {} after a later one", f.time)
        } else {
            return Ok(index);
        };
        Err(CodecError::EncoderInput {
            name: self.kind.name.to_owned(),
            reason: wrong,
        })
    }

    fn send(&mut self, end: bool, out: &mut Vec<Packet>) -> Result<(), CodecError> {
        log::forget_errors();
        let frame = if end { std::ptr::null_mut() } else { self.frame.ptr() };
        // SAFETY: our open encoder; a frame of the size and layout it was opened for, or null at the end.
        let code = unsafe { sys::avcodec_send_frame(self.open.ctx.ptr(), frame) };
        if code < 0 && code != sys::AVERROR_EOF {
            return Err(failed(self.kind, log::explain(code)));
        }
        loop {
            // SAFETY: our open encoder and our packet.
            match unsafe { sys::avcodec_receive_packet(self.open.ctx.ptr(), self.packet.ptr()) } {
                c if c == ff::EAGAIN || c == sys::AVERROR_EOF => return Ok(()),
                c if c < 0 => return Err(failed(self.kind, log::explain(c))),
                _ => out.extend(self.take_packet()?),
            }
        }
    }

    /// The packet just received, in our form; `None` when it holds no picture.
    fn take_packet(&mut self) -> Result<Option<Packet>, CodecError> {
        // SAFETY: numbers of our packet.
        let (pts, dts, flags) = unsafe {
            let p = &*self.packet.ptr();
            (p.pts, p.dts, p.flags)
        };
        let key = flags & sys::AV_PKT_FLAG_KEY != 0;
        let unit = form::unit(self.stream.codec, self.packet.data(), key);
        self.packet.clear();
        let unit = unit.map_err(|e| failed(self.kind, e.to_string()))?;
        if unit.data.is_empty() || pts == sys::AV_NOPTS_VALUE {
            return Ok(None);
        }
        let rate = self.stream.rate;
        let time = rate.time_of(pts);
        // Some drivers leave decoding times out or repeat one; they must rise and never be later than the picture.
        let dts = if dts == sys::AV_NOPTS_VALUE || !form::reorders(self.stream.codec) {
            time
        } else {
            rate.time_of(dts).min(time)
        };
        let dts = self.last_dts.map_or(dts, |last| dts.max(last + MediaTime(1)));
        self.last_dts = Some(dts);
        Ok(Some(Packet {
            stream: StreamKind::Video,
            data: unit.data,
            pts: time,
            dts,
            duration: rate.time_of(pts + 1) - time,
            keyframe: unit.keyframe,
        }))
    }
}

impl Open {
    fn new(
        kind: &'static EncoderKind,
        settings: &VideoEncoding,
        (width, height): (u32, u32),
        rate: FrameRate,
        input: PixelFormat,
        threads: Threads,
    ) -> Result<Self, CodecError> {
        log::forget_errors();
        let codec = kind.find_in_ffmpeg();
        if codec.is_null() {
            return Err(kind.unavailable(format!("this computer's FFmpeg was built without {}", kind.ffmpeg_name)));
        }
        // SAFETY: `codec` is from FFmpeg's table; the context is ours and not open yet.
        let mut ctx = unsafe { Codec::new(codec)? };
        // SAFETY: numbers of our context.
        unsafe {
            let c = &mut *ctx.ptr();
            c.width = width as i32;
            c.height = height as i32;
            c.pix_fmt = kind.native.unwrap_or_else(|| frames::av_format(input));
            c.time_base = ratio(rate.den(), rate.num());
            c.framerate = ratio(rate.num(), rate.den());
            c.sample_aspect_ratio = ratio(1, 1);
            c.flags |= sys::AV_CODEC_FLAG_GLOBAL_HEADER as i32;
        }
        color::tag_codec(&mut ctx, ColorInfo::BT709_LIMITED);
        let mut setup = Setup {
            ctx: &mut ctx,
            kind,
            settings,
            width,
            height,
            rate,
            threads,
            upload: None,
        };
        setup.common();
        (kind.prepare)(&mut setup)?;
        let upload = setup.upload.take();
        // SAFETY: our context, made for `codec` and not open yet.
        let code = unsafe { sys::avcodec_open2(ctx.ptr(), codec, std::ptr::null_mut()) };
        if code < 0 {
            return Err(kind.unavailable(log::explain(code)));
        }
        let native = kind.native.map(|to| Filler::new(to, (width, height)));
        Ok(Self {
            ctx,
            input,
            upload,
            native,
        })
    }

    /// The headers of the stream, as the encoder writes them.
    fn extradata(&self) -> &[u8] {
        // SAFETY: FFmpeg keeps `extradata_size` bytes there while the encoder is open, which `&self` pins.
        unsafe {
            let c = &*self.ctx.ptr();
            if c.extradata.is_null() {
                &[]
            } else {
                std::slice::from_raw_parts(c.extradata, c.extradata_size.max(0) as usize)
            }
        }
    }
}

impl Open {
    /// What a grey picture is encoded to. The encoder is used up.
    fn first_packet(self, kind: &EncoderKind) -> Result<Vec<u8>, CodecError> {
        let mut frame = Frame::new()?;
        let packet = AvPacket::new()?;
        // SAFETY: our frame gets memory for a picture of the encoder's layout and size, nobody else has it yet, and every
        // plane has `linesize` bytes for each of its rows.
        unsafe {
            let (c, f) = (&*self.ctx.ptr(), &mut *frame.ptr());
            (f.format, f.width, f.height, f.pts) = (frames::av_format(self.input) as i32, c.width, c.height, 0);
            if sys::av_frame_get_buffer(f, 0) < 0 {
                return Err(CodecError::OutOfMemory {
                    doing: "opening an encoder",
                });
            }
            for i in 0..self.input.planes() {
                let (_, rows) = self.input.plane_size(i, c.width as u32, c.height as u32);
                std::ptr::write_bytes(f.data[i], 128, f.linesize[i].max(0) as usize * rows);
            }
        }
        if let Some(surfaces) = &self.upload {
            frame = upload(surfaces, &frame, kind)?;
        }
        // SAFETY: our open encoder, a frame of its size and layout, then the end; our packet.
        let code = unsafe {
            match sys::avcodec_send_frame(self.ctx.ptr(), frame.ptr()) {
                0 => {
                    sys::avcodec_send_frame(self.ctx.ptr(), std::ptr::null());
                    sys::avcodec_receive_packet(self.ctx.ptr(), packet.ptr())
                }
                c => c,
            }
        };
        if code < 0 {
            return Err(failed(kind, log::explain(code)));
        }
        Ok(packet.data().to_vec())
    }
}

fn ratio(num: u32, den: u32) -> AVRational {
    AVRational {
        num: i32::try_from(num).unwrap_or(i32::MAX),
        den: i32::try_from(den).unwrap_or(i32::MAX),
    }
}

/// A surface of the GPU with the picture in `frame`.
fn upload(surfaces: &BufferRef, frame: &Frame, kind: &EncoderKind) -> Result<Frame, CodecError> {
    let surface = Frame::new()?;
    // SAFETY: `surfaces` is an initialised frames context; both frames are ours and of its size and layout.
    let code = unsafe {
        match sys::av_hwframe_get_buffer(surfaces.ptr(), surface.ptr(), 0) {
            c if c < 0 => c,
            _ => sys::av_hwframe_transfer_data(surface.ptr(), frame.ptr(), 0),
        }
    };
    if code < 0 {
        return Err(failed(kind, format!("uploading a picture: {}", log::explain(code))));
    }
    Ok(surface)
}

fn failed(kind: &EncoderKind, reason: String) -> CodecError {
    CodecError::Encode {
        name: kind.name.to_owned(),
        reason,
    }
}
