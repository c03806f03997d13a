//! Every codec through FFmpeg's decoder, which gets nothing but our packets and our configuration record: what `media::packet`
//! promises is all a receiver needs.

use crate::{AudioEncoder, VideoEncoder, av1, encoders::software, ff, h264, hevc, reordered_frames};
use ff::{Codec, Frame, Packet as AvPacket};
use ffmpeg_sys_next::{self as sys, AVCodecID};
use media::{
    AlphaMode, AudioBlock, ColorInfo, FrameRate, MediaTime, Packet, PixelFormat, Plane, VideoFrame, VideoStream,
};
use project::{AudioCodecName, AudioEncoding, RateControl, VideoCodecName, VideoEncoding};

const W: u32 = 320;
const H: u32 = 180;
const FRAMES: i64 = 45;

/// A picture whose luma tells its number.
fn picture(format: PixelFormat, n: i64, rate: FrameRate) -> VideoFrame {
    let planes = (0..format.planes())
        .map(|i| {
            let (stride, rows) = format.plane_size(i, W, H);
            let data = vec![if i == 0 { luma(n) } else { 128 }; stride * rows].into();
            Plane { data, stride }
        })
        .collect();
    let (color, alpha) = (ColorInfo::BT709_LIMITED, AlphaMode::Opaque);
    VideoFrame::new(format, W, H, planes, color, alpha, rate.time_of(n)).expect("valid")
}

fn luma(n: i64) -> u8 {
    40 + (n * 4) as u8
}

fn encode(id: &str, s: &VideoEncoding, rate: FrameRate, forced: i64) -> (VideoStream, Vec<Packet>) {
    let mut e = VideoEncoder::open(id, s, W, H, rate).unwrap_or_else(|e| panic!("{id}: {e}"));
    let mut out = vec![];
    for n in 0..FRAMES {
        let format = if n % 2 == 0 {
            PixelFormat::I420
        } else {
            PixelFormat::Nv12
        };
        e.encode(&picture(format, n, rate), n == forced, &mut out)
            .expect("encodes");
    }
    e.finish(&mut out).expect("finishes");
    (e.stream().clone(), out)
}

/// FFmpeg's decoder for `id`, given a configuration record.
fn decoder(id: AVCodecID, extra: &[u8]) -> Codec {
    crate::init();
    // SAFETY: a look-up; the context is ours; extradata is allocated as FFmpeg wants it and then its own.
    unsafe {
        let codec = sys::avcodec_find_decoder(id);
        assert!(!codec.is_null(), "{id:?}");
        let mut ctx = Codec::new(codec).expect("memory");
        let mem = sys::av_mallocz(extra.len() + sys::AV_INPUT_BUFFER_PADDING_SIZE as usize).cast::<u8>();
        std::ptr::copy_nonoverlapping(extra.as_ptr(), mem, extra.len());
        let c = &mut *ctx.ptr();
        (c.extradata, c.extradata_size) = (mem, extra.len() as i32);
        (c.width, c.height) = (W as i32, H as i32);
        (c.sample_rate, c.sample_fmt) = (48_000, sys::AVSampleFormat::AV_SAMPLE_FMT_S32);
        sys::av_channel_layout_default(&mut c.ch_layout, 2);
        c.thread_count = 1;
        // Needed to know that a packet of raw ProRes is one.
        c.codec_tag = u32::from_le_bytes(*b"apcn");
        ctx.open().expect("opens");
        ctx
    }
}

/// (time, mean luma of the middle row, samples) of everything that comes out.
fn decode(mut ctx: Codec, packets: &[Packet]) -> Vec<(i64, u32, i32)> {
    let mut out = vec![];
    let mut p = AvPacket::new().expect("memory");
    let frame = Frame::new().expect("memory");
    for packet in packets.iter().map(Some).chain([None]) {
        let sent = match packet {
            Some(q) => {
                p.copy_from(&q.data).expect("memory");
                // SAFETY: our packet and our decoder.
                unsafe {
                    ((*p.ptr()).pts, (*p.ptr()).dts) = (q.pts.0, q.dts.0);
                    (*p.ptr()).flags = i32::from(q.keyframe);
                    sys::avcodec_send_packet(ctx.ptr(), p.ptr())
                }
            }
            // SAFETY: our decoder; null asks it for the rest.
            None => unsafe { sys::avcodec_send_packet(ctx.ptr(), std::ptr::null()) },
        };
        assert!(sent >= 0, "{}", ff::text(sent));
        // SAFETY: our decoder and our frame, whose first plane has at least a row.
        while unsafe { sys::avcodec_receive_frame(ctx.ptr(), frame.ptr()) } >= 0 {
            // SAFETY: our frame, which holds a picture or sound now.
            let f = unsafe { &*frame.ptr() };
            out.push((f.pts, mean(f), f.nb_samples));
        }
    }
    let _ = &mut ctx;
    out
}

fn mean(f: &sys::AVFrame) -> u32 {
    if f.width == 0 {
        return 0;
    }
    let ten_bits = f.format == sys::AVPixelFormat::AV_PIX_FMT_YUV422P10LE as i32;
    let bytes = f.width as usize * if ten_bits { 2 } else { 1 };
    // SAFETY: a row in the middle of a decoded picture.
    let row = unsafe {
        let start = f.data[0].add(f.linesize[0] as usize * (f.height / 2) as usize);
        std::slice::from_raw_parts(start, bytes)
    };
    if ten_bits {
        let sum: u32 = row
            .chunks_exact(2)
            .map(|b| u32::from(u16::from_le_bytes([b[0], b[1]])))
            .sum();
        sum / 4 / f.width as u32
    } else {
        row.iter().map(|b| u32::from(*b)).sum::<u32>() / f.width as u32
    }
}

fn av_id(codec: VideoCodecName) -> AVCodecID {
    match codec {
        VideoCodecName::H264 => AVCodecID::AV_CODEC_ID_H264,
        VideoCodecName::Hevc => AVCodecID::AV_CODEC_ID_HEVC,
        VideoCodecName::Av1 => AVCodecID::AV_CODEC_ID_AV1,
        VideoCodecName::Vp9 => AVCodecID::AV_CODEC_ID_VP9,
        VideoCodecName::ProRes => AVCodecID::AV_CODEC_ID_PRORES,
        VideoCodecName::Ffv1 => AVCodecID::AV_CODEC_ID_FFV1,
    }
}

fn settings(codec: VideoCodecName, rate_control: RateControl) -> VideoEncoding {
    VideoEncoding {
        codec,
        rate_control,
        bitrate_kbps: 1500,
        crf: 20.0,
        keyframe_interval_s: 1.0,
        preset: "ultrafast".into(),
        ..VideoEncoding::default()
    }
}

/// Encodes, decodes and compares; gives the stream and its packets.
fn round_trip(id: &str, s: &VideoEncoding, rate: FrameRate) -> (VideoStream, Vec<Packet>) {
    let (stream, packets) = encode(id, s, rate, 17);
    let what = format!("{id} {:?}", s.rate_control);
    assert_eq!(packets.len() as i64, FRAMES, "{what}");
    assert!(packets[0].keyframe, "{what}");
    assert!(packets.iter().all(|p| p.dts <= p.pts && !p.data.is_empty()), "{what}");
    assert!(packets.windows(2).all(|w| w[0].dts < w[1].dts), "{what}");
    let seen = decode(decoder(av_id(s.codec), &stream.extradata), &packets);
    let times: Vec<_> = seen.iter().map(|s| s.0).collect();
    let wanted: Vec<_> = (0..FRAMES).map(|n| rate.time_of(n).0).collect();
    assert_eq!(times, wanted, "{what}");
    for (n, (_, y, _)) in seen.iter().enumerate() {
        let want = u32::from(luma(n as i64));
        let off = if s.codec == VideoCodecName::Ffv1 { 0 } else { 6 };
        assert!(y.abs_diff(want) <= off, "{what} picture {n}: {y} instead of {want}");
    }
    (stream, packets)
}

fn keys(packets: &[Packet], rate: FrameRate) -> Vec<i64> {
    packets
        .iter()
        .filter(|p| p.keyframe)
        .map(|p| rate.index_at(p.pts))
        .collect()
}

const LOSSY: [RateControl; 3] = [RateControl::Cbr, RateControl::Vbr, RateControl::Crf];

#[test]
fn hevc_decodes_from_its_record() {
    let rate = FrameRate::new(30_000, 1001).expect("rate");
    for rate_control in LOSSY {
        let s = settings(VideoCodecName::Hevc, rate_control);
        let (stream, packets) = round_trip("x265", &s, rate);
        assert_eq!(
            keys(&packets, rate),
            [0, 17],
            "the next one is a second after the forced one"
        );
        assert!(packets.iter().any(|p| p.dts < p.pts), "B-frames are reordered");
        let sets = hevc::record_parameter_sets(&stream.extradata).expect("a record");
        assert_eq!((sets.vps.len(), sets.sps.len(), sets.pps.len()), (1, 1, 1));
        let sps = hevc::Sps::parse(sets.sps[0]).expect("parses");
        assert_eq!(
            (sps.width, sps.height, sps.bit_depth_luma, sps.chroma_format_idc),
            (W, H, 8, 1)
        );
        assert!(
            (1..=4).contains(&reordered_frames(&stream)),
            "{}",
            sps.max_reorder_frames
        );
        for p in &packets {
            let kinds: Vec<_> = h264::avcc_units(&p.data)
                .map(|u| hevc::nal_type(u.expect("fits")))
                .collect();
            assert!(kinds.iter().all(|k| !(32..=35).contains(k)), "{kinds:?}");
        }
    }
    let s = VideoEncoding {
        b_frames: 0,
        ..settings(VideoCodecName::Hevc, RateControl::Cbr)
    };
    let (stream, packets) = round_trip("x265", &s, rate);
    assert!(packets.iter().all(|p| p.dts == p.pts));
    assert_eq!(reordered_frames(&stream), 0);
}

#[test]
fn av1_decodes_from_its_record() {
    let rate = FrameRate::whole(30);
    for id in ["svtav1", "aom"] {
        for rate_control in LOSSY {
            let (stream, packets) = round_trip(id, &settings(VideoCodecName::Av1, rate_control), rate);
            let at = keys(&packets, rate);
            assert!(at.contains(&0), "{id} {rate_control:?}: {at:?}");
            assert!(
                at.windows(2).all(|w| w[1] - w[0] <= 30),
                "{id} {rate_control:?}: {at:?}"
            );
            assert!(packets.iter().all(|p| p.dts == p.pts));
            let record = &stream.extradata;
            assert_eq!(
                (record[0], record[1] >> 5, record[2] & 0x7c),
                (0x81, 0, 0x0c),
                "8 bits, 4:2:0"
            );
            for p in &packets {
                let units: Vec<_> = av1::obus(&p.data).map(|u| u.expect("fits").kind).collect();
                assert!(!units.contains(&av1::obu::TEMPORAL_DELIMITER), "{units:?}");
            }
        }
    }
}

#[test]
fn vp9_prores_and_ffv1_decode() {
    let rate = FrameRate::whole(30);
    for rate_control in LOSSY {
        let (stream, packets) = round_trip("vpx", &settings(VideoCodecName::Vp9, rate_control), rate);
        assert_eq!(keys(&packets, rate)[..2], [0, 17]);
        assert_eq!(stream.extradata.len(), 8);
    }
    for codec in [VideoCodecName::ProRes, VideoCodecName::Ffv1] {
        let (stream, packets) = round_trip(software(codec), &settings(codec, RateControl::Cbr), rate);
        assert!(packets.iter().all(|p| p.keyframe));
        assert_eq!(stream.bitrate, 0);
        assert_eq!(stream.extradata.is_empty(), codec == VideoCodecName::ProRes);
    }
}

/// One second of a tone, at a time of its own.
fn tone(start: i64) -> Vec<AudioBlock> {
    let block = |b: i64| {
        let samples = (0..960)
            .map(|i| ((b * 480 + i / 2) as f32 * 0.05).sin() * 0.4)
            .collect();
        AudioBlock {
            time: MediaTime::from_ticks(start + b * 480, 48_000),
            samples,
        }
    };
    (0..100).map(block).collect()
}

#[test]
fn every_sound_codec_decodes_with_all_its_samples() {
    for (codec, id, frame) in [
        (AudioCodecName::Aac, AVCodecID::AV_CODEC_ID_AAC, 1024),
        (AudioCodecName::Opus, AVCodecID::AV_CODEC_ID_OPUS, 960),
        (AudioCodecName::Mp3, AVCodecID::AV_CODEC_ID_MP3, 1152),
        (AudioCodecName::Flac, AVCodecID::AV_CODEC_ID_FLAC, 4608),
        (AudioCodecName::Pcm, AVCodecID::AV_CODEC_ID_PCM_S24LE, 480),
    ] {
        let mut e = AudioEncoder::open(&AudioEncoding {
            codec,
            ..AudioEncoding::default()
        })
        .unwrap_or_else(|e| panic!("{codec:?}: {e}"));
        let mut packets = vec![];
        tone(96_000)
            .iter()
            .for_each(|b| e.encode(b, &mut packets).expect("encodes"));
        e.finish(&mut packets).expect("finishes");
        let s = e.stream().clone();
        assert_eq!(s.frame_size, frame, "{codec:?}");
        let first = packets[0].pts.to_ticks(48_000);
        assert_eq!(first, 96_000 - i64::from(s.initial_padding), "{codec:?}");
        let end = packets
            .last()
            .map(|p| (p.pts + p.duration).to_ticks(48_000))
            .expect("some");
        assert!(
            end >= 144_000 && end <= 144_000 + 2 * i64::from(frame),
            "{codec:?}: {end}"
        );
        let lossless = matches!(codec, AudioCodecName::Flac | AudioCodecName::Pcm);
        assert!(
            !lossless || (first, end) == (96_000, 144_000),
            "{codec:?}: {first} {end}"
        );
        let samples: i64 = decode(decoder(id, &s.extradata), &packets)
            .iter()
            .map(|d| i64::from(d.2))
            .sum();
        // Decoders leave the run-up out themselves where they know of it.
        let run_up = i64::from(s.initial_padding);
        assert!(
            samples + run_up >= 48_000 && samples <= 48_000 + run_up + 2 * i64::from(frame),
            "{codec:?}: {samples}"
        );
    }
}

#[test]
fn pictures_are_rescaled_with_every_filter() {
    use project::ScaleFilter::{Area, Bicubic, Bilinear, Lanczos};
    let rate = FrameRate::whole(30);
    for filter in [Bilinear, Bicubic, Lanczos, Area] {
        for format in [PixelFormat::I420, PixelFormat::Nv12] {
            for (w, h) in [(160, 90), (640, 360), (202, 78)] {
                let mut r = crate::Rescaler::new(w, h, filter).expect("makes");
                let got = r.run(&picture(format, 7, rate)).expect("scales");
                assert_eq!((got.width, got.height, got.format), (w, h, format));
                assert_eq!((got.time, got.color), (rate.time_of(7), ColorInfo::BT709_LIMITED));
                for y in [0, h as usize / 2, h as usize - 1] {
                    let row = got.planes[0].row(y, w as usize);
                    assert!(row.iter().all(|p| p.abs_diff(luma(7)) <= 1), "{filter:?} {w}×{h}");
                }
            }
            let mut same = crate::Rescaler::new(W, H, filter).expect("makes");
            let before = picture(format, 1, rate);
            let after = same.run(&before).expect("has it already");
            assert_eq!(after.planes[0].data.as_ptr(), before.planes[0].data.as_ptr(), "shared");
        }
    }
}
