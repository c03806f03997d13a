//! What both muxers share: describing the streams to FFmpeg, and handing it packets with times it accepts. It owns no
//! output; whoever does calls it.

use crate::{
    CodecError, color,
    ff::{self, Dict, Packet as AvPacket},
    h264, id3, log,
};
use ffmpeg_sys_next::{self as sys, AVCodecID, AVFormatContext, AVMediaType, AVRational, AVStream};
use media::{AudioCodec, AudioStream, MediaTime, Packet, StreamInfo, StreamKind, VideoCodec, VideoStream};

use super::TrackLabel;

/// The state of an output whose header is written.
pub(super) struct Core {
    bases: Vec<AVRational>,
    has_video: bool,
    /// Where the first packet comes to lie.
    lead: MediaTime,
    /// How much later than told everything is written, once the first packet has come.
    shift: Option<MediaTime>,
    packet: AvPacket,
    last_dts: Vec<Option<i64>>,
    /// Which stream timed metadata is, where there is one.
    data: Option<usize>,
    /// What goes before each keyframe: the parameter sets of an encode that was gone over to under way, with their lengths.
    sets: Vec<u8>,
}

impl Core {
    /// Describes the streams and writes the header. The first packet will decode at `lead`.
    ///
    /// # Safety
    /// `ctx` is an output of the caller's with somewhere to write to, whose header is not written yet.
    pub(super) unsafe fn begin(
        ctx: *mut AVFormatContext,
        info: &StreamInfo,
        (labels, with_id3): (&[TrackLabel], bool),
        options: &[(&str, &str)],
        lead: MediaTime,
    ) -> Result<Self, String> {
        let packet = AvPacket::new().map_err(|e: CodecError| e.to_string())?;
        let mut dict = Dict::new();
        for (k, v) in options {
            dict.set(k, v);
        }
        // SAFETY: the caller's promise; the dictionary is ours before and after.
        let count = unsafe {
            if let Some(v) = &info.video {
                add_video(ctx, v)?;
            }
            for (i, a) in info.audio.iter().enumerate() {
                let stream = add_audio(ctx, a)?;
                if let Some(l) = labels.get(i) {
                    label(stream, l);
                }
            }
            if with_id3 {
                add_id3(ctx)?;
            }
            let code = sys::avformat_write_header(ctx, &mut dict.0);
            if code < 0 {
                return Err(log::explain(code));
            }
            (*ctx).nb_streams as usize
        };
        if let Some(unknown) = dict.leftover() {
            return Err(format!("it has no option `{unknown}`"));
        }
        // SAFETY: the streams made above; the muxer has now settled their time bases.
        let bases = (0..count)
            .map(|i| unsafe { (**(*ctx).streams.add(i)).time_base })
            .collect();
        Ok(Self {
            bases,
            has_video: info.video.is_some(),
            lead,
            shift: None,
            packet,
            last_dts: vec![None; count],
            data: with_id3.then(|| count - 1),
            sets: vec![],
        })
    }

    /// What comes from the next keyframe on is another encode in the same codec. MPEG-TS describes a stream by its codec only:
    /// the rest is in the parameter sets, which FFmpeg does not put before a keyframe that has its own.
    pub(super) fn change_video(&mut self, v: &VideoStream) -> Result<(), CodecError> {
        let mut sets = vec![];
        let mut put = |list: &[&[u8]]| {
            for s in list {
                sets.extend_from_slice(&(s.len() as u32).to_be_bytes());
                sets.extend_from_slice(s);
            }
        };
        match v.codec {
            VideoCodec::H264 => {
                let found = h264::record_parameter_sets(&v.extradata)?;
                put(&found.sps);
                put(&found.pps);
            }
            _ => {
                return Err(h264::damaged(
                    "only H.264 can change in the middle of a transport stream",
                ));
            }
        }
        self.sets = sets;
        Ok(())
    }

    /// Writes `p`, or gives FFmpeg's error code.
    ///
    /// # Safety
    /// `ctx` is the output it was begun with.
    pub(super) unsafe fn write(&mut self, ctx: *mut AVFormatContext, p: &Packet) -> Result<(), i32> {
        let index = match p.stream {
            StreamKind::Video if self.has_video => 0,
            StreamKind::Audio(n) => usize::from(n) + usize::from(self.has_video),
            StreamKind::Video => usize::MAX,
            StreamKind::Data => match self.data {
                Some(index) => index,
                None => return Ok(()),
            },
        };
        let Some(base) = self.bases.get(index).copied() else {
            return Err(-libc::EINVAL);
        };
        let tag = p.is_data().then(|| id3::tag(&p.data));
        let whole;
        let payload = match &tag {
            None if p.is_video() && p.keyframe && !self.sets.is_empty() => {
                whole = [&self.sets[..], &p.data].concat();
                &whole[..]
            }
            None => &p.data[..],
            Some(Some(tag)) => tag,
            Some(None) => return Ok(()),
        };
        let shift = *self.shift.get_or_insert(self.lead - p.dts);
        // Rounding to the container's ticks must not make two decoding times equal, nor one later than its picture.
        let mut dts = ff::ticks_of(p.dts + shift, base);
        if let Some(last) = self.last_dts[index] {
            dts = dts.max(last + 1);
        }
        self.last_dts[index] = Some(dts);
        self.packet.copy_from(payload).map_err(|_| -libc::ENOMEM)?;
        // SAFETY: our packet and the caller's output, whose header is written.
        let code = unsafe {
            let q = &mut *self.packet.ptr();
            q.stream_index = index as i32;
            q.pts = ff::ticks_of(p.pts + shift, base).max(dts);
            q.dts = dts;
            q.duration = ff::ticks_of(p.duration, base);
            q.flags = if p.keyframe { sys::AV_PKT_FLAG_KEY } else { 0 };
            // Packets come in decoding order already. This also runs the filter that makes H.264 and HEVC what
            // MPEG-TS wants: start codes, and the parameter sets before each keyframe.
            sys::av_write_frame(ctx, q)
        };
        if code < 0 { Err(code) } else { Ok(()) }
    }
}

fn video_id(codec: VideoCodec) -> AVCodecID {
    match codec {
        VideoCodec::Hevc => AVCodecID::AV_CODEC_ID_HEVC,
        VideoCodec::Av1 => AVCodecID::AV_CODEC_ID_AV1,
        VideoCodec::Vp9 => AVCodecID::AV_CODEC_ID_VP9,
        VideoCodec::ProRes => AVCodecID::AV_CODEC_ID_PRORES,
        VideoCodec::Ffv1 => AVCodecID::AV_CODEC_ID_FFV1,
        _ => AVCodecID::AV_CODEC_ID_H264,
    }
}

fn audio_id(codec: AudioCodec) -> AVCodecID {
    match codec {
        AudioCodec::Opus => AVCodecID::AV_CODEC_ID_OPUS,
        AudioCodec::Mp3 => AVCodecID::AV_CODEC_ID_MP3,
        AudioCodec::Flac => AVCodecID::AV_CODEC_ID_FLAC,
        AudioCodec::Pcm => AVCodecID::AV_CODEC_ID_PCM_S24LE,
        _ => AVCodecID::AV_CODEC_ID_AAC,
    }
}

/// # Safety
/// As [`Core::begin`].
unsafe fn add_stream(ctx: *mut AVFormatContext, base: AVRational, extra: &[u8]) -> Result<*mut AVStream, String> {
    let memory = || "out of memory".to_owned();
    let size = i32::try_from(extra.len()).map_err(|_| memory())?;
    // SAFETY: the caller's promise; extradata is allocated as FFmpeg wants it (padded with zeros) and owned by it.
    unsafe {
        let s = sys::avformat_new_stream(ctx, std::ptr::null());
        if s.is_null() {
            return Err(memory());
        }
        (*s).time_base = base;
        if !extra.is_empty() {
            let mem = sys::av_mallocz(extra.len() + sys::AV_INPUT_BUFFER_PADDING_SIZE as usize).cast::<u8>();
            if mem.is_null() {
                return Err(memory());
            }
            std::ptr::copy_nonoverlapping(extra.as_ptr(), mem, extra.len());
            (*(*s).codecpar).extradata = mem;
            (*(*s).codecpar).extradata_size = size;
        }
        Ok(s)
    }
}

/// # Safety
/// As [`Core::begin`].
unsafe fn add_video(ctx: *mut AVFormatContext, v: &VideoStream) -> Result<(), String> {
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
        par.codec_id = video_id(v.codec);
        par.width = i32::try_from(v.width).unwrap_or(0);
        par.height = i32::try_from(v.height).unwrap_or(0);
        par.bit_rate = v.bitrate.into();
        par.sample_aspect_ratio = AVRational { num: 1, den: 1 };
        (par.color_space, par.color_range) = (space, range);
        (par.color_primaries, par.color_trc) = (primaries, transfer);
    }
    Ok(())
}

/// # Safety
/// As [`Core::begin`].
unsafe fn add_audio(ctx: *mut AVFormatContext, a: &AudioStream) -> Result<*mut AVStream, String> {
    let rate = i32::try_from(a.sample_rate).map_err(|e| e.to_string())?;
    // SAFETY: the caller's promise; numbers of a stream that is ours to describe.
    unsafe {
        let s = add_stream(ctx, AVRational { num: 1, den: rate }, &a.extradata)?;
        let par = &mut *(*s).codecpar;
        par.codec_type = AVMediaType::AVMEDIA_TYPE_AUDIO;
        par.codec_id = audio_id(a.codec);
        par.sample_rate = rate;
        par.bit_rate = a.bitrate.into();
        par.frame_size = i32::try_from(a.frame_size).unwrap_or(0);
        par.initial_padding = i32::try_from(a.initial_padding).unwrap_or(0);
        sys::av_channel_layout_default(&mut par.ch_layout, a.channels.into());
        Ok(s)
    }
}

/// The stream of ID3 tags.
///
/// # Safety
/// As [`Core::begin`].
unsafe fn add_id3(ctx: *mut AVFormatContext) -> Result<(), String> {
    // SAFETY: the caller's promise; numbers of a stream that is ours to describe.
    unsafe {
        let s = add_stream(ctx, AVRational { num: 1, den: 90_000 }, &[])?;
        (*(*s).codecpar).codec_type = AVMediaType::AVMEDIA_TYPE_DATA;
        (*(*s).codecpar).codec_id = AVCodecID::AV_CODEC_ID_TIMED_ID3;
    }
    Ok(())
}

/// # Safety
/// `stream` belongs to an output whose header is not written yet.
unsafe fn label(stream: *mut AVStream, l: &TrackLabel) {
    for (key, value) in [(c"language", &l.language), (c"title", &l.title)] {
        if !value.is_empty() {
            // SAFETY: the caller's promise; FFmpeg copies both strings.
            unsafe { sys::av_dict_set(&mut (*stream).metadata, key.as_ptr(), ff::cstring(value).as_ptr(), 0) };
        }
    }
}
