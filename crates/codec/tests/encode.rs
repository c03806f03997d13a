//! Encoding: order and times of packets, parameter sets, keyframes, formats, and what a decoder makes of it.

mod common;

use codec::{Container, FileMuxer, VideoEncoder, h264};
use common::*;
use media::{FrameRate, MediaError, MediaTime, Packet, PixelFormat};
use project::{AudioCodecName, H264Profile, RateControl, VideoEncoding};

fn settings() -> VideoEncoding {
    VideoEncoding {
        bitrate_kbps: 800,
        b_frames: 3,
        keyframe_interval_s: 1.0,
        ..VideoEncoding::default()
    }
}

#[test]
fn packets_are_in_decoding_order_with_exact_times() {
    for rate in [FrameRate::whole(30), FrameRate::new(30000, 1001).expect("valid")] {
        let (info, packets) = encode(&settings(), rate, 1000..1100);
        assert_eq!(packets.len(), 100);
        assert!(packets.iter().any(|p| p.dts < p.pts), "B-frames are reordered");
        for p in &packets {
            assert!(p.dts <= p.pts);
            assert_eq!(p.pts, rate.time_of(rate.index_at(p.pts)), "a picture's own time");
        }
        assert!(packets.windows(2).all(|w| w[0].dts < w[1].dts), "strictly rising");
        let mut pts: Vec<_> = packets.iter().map(|p| rate.index_at(p.pts)).collect();
        pts.sort_unstable();
        assert_eq!(pts, (1000..1100).collect::<Vec<_>>());
        // A keyframe every second of frames, from the first on, and nowhere else.
        let keys: Vec<_> = packets
            .iter()
            .filter(|p| p.keyframe)
            .map(|p| rate.index_at(p.pts))
            .collect();
        assert_eq!(keys, [1000, 1030, 1060, 1090]);
        let v = info.video.expect("video");
        assert_eq!(v.bitrate, 800_000);
    }
}

#[test]
fn payloads_are_length_prefixed_without_parameter_sets() {
    let (info, packets) = encode(&settings(), FrameRate::whole(30), 0..40);
    for p in &packets {
        let units: Vec<&[u8]> = h264::avcc_units(&p.data).map(|u| u.expect("well-formed")).collect();
        assert!(units.iter().all(|u| !matches!(h264::nal_type(u), 7..=9)));
        let idr = units.iter().any(|u| h264::nal_type(u) == h264::nal::IDR);
        assert_eq!(idr, p.keyframe);
    }
    let extradata = info.video.expect("video").extradata;
    let sets = h264::record_parameter_sets(&extradata).expect("a record");
    let sps = h264::Sps::parse(sets.sps[0]).expect("parses");
    assert_eq!((sps.width, sps.height, sps.profile_idc), (W, H, 100));
    let vui = sps.vui.expect("there");
    assert_eq!((vui.full_range, vui.color), (Some(false), Some((1, 1, 1))));
    assert_eq!(vui.max_reorder_frames, Some(2));
}

#[test]
fn keyframes_come_when_forced() {
    let rate = FrameRate::whole(25);
    let s = VideoEncoding {
        keyframe_interval_s: 20.0,
        ..settings()
    };
    let mut e = VideoEncoder::open("x264", &s, W, H, rate).expect("opens");
    let mut out = Vec::new();
    for n in 0..60 {
        e.encode(&picture(PixelFormat::I420, n, rate), n == 17 || n == 18, &mut out)
            .expect("encodes");
    }
    e.finish(&mut out).expect("finishes");
    let keys: Vec<_> = out
        .iter()
        .filter(|p| p.keyframe)
        .map(|p| rate.index_at(p.pts))
        .collect();
    assert_eq!(keys, [0, 17, 18]);
}

#[test]
fn work_is_spread_under_way_without_losing_a_picture() {
    let rate = FrameRate::whole(30);
    let mut e = VideoEncoder::open("x264", &settings(), W, H, rate).expect("opens");
    assert!(e.can_spread(), "small pictures begin on one thread");
    let mut out = Vec::new();
    for n in 0..80 {
        if n == 45 {
            e.set_bitrate(400);
            e.spread(&mut out).expect("spreads");
            assert!(!e.can_spread());
            assert_eq!(out.len(), 45, "all that it held");
        }
        e.encode(&picture(PixelFormat::I420, n, rate), false, &mut out)
            .expect("encodes");
    }
    e.finish(&mut out).expect("finishes");
    let mut times: Vec<_> = out.iter().map(|p| rate.index_at(p.pts)).collect();
    times.sort_unstable();
    assert_eq!(times, (0..80).collect::<Vec<_>>());
    let dts: Vec<_> = out.iter().map(|p| rate.index_at(p.dts)).collect();
    assert!(
        dts.windows(2).all(|w| w[0] + 1 == w[1]),
        "decoding times go on evenly: {dts:?}"
    );
    let keys = out.iter().filter(|p| p.keyframe).map(|p| rate.index_at(p.pts));
    assert_eq!(keys.collect::<Vec<_>>(), [0, 30, 45, 75]);

    let large = VideoEncoder::open("x264", &settings(), 1920, 1080, FrameRate::whole(60)).expect("opens");
    assert!(!large.can_spread(), "no try where one thread can't do");
}

/// A picture no encoder can predict.
fn noise(n: i64, rate: FrameRate) -> media::VideoFrame {
    let mut f = picture(PixelFormat::I420, n, rate);
    let mut seed = n as u64 + 1;
    for plane in &mut f.planes {
        let bytes: Vec<u8> = (0..plane.data.len())
            .map(|_| {
                // Knuth's MMIX generator.
                seed = seed
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                (seed >> 56) as u8
            })
            .collect();
        plane.data = bytes.into();
    }
    f
}

#[test]
fn another_rate_is_kept_from_the_next_pictures_on() {
    let rate = FrameRate::whole(25);
    for rate_control in [RateControl::Cbr, RateControl::Vbr] {
        let s = VideoEncoding {
            rate_control,
            ..settings()
        };
        let mut e = VideoEncoder::open("x264", &s, W, H, rate).expect("opens");
        assert!(e.has_steerable_rate());
        let mut out = Vec::new();
        for n in 0..300 {
            if n == 150 {
                e.set_bitrate(200);
            }
            e.encode(&noise(n, rate), false, &mut out).expect("encodes");
        }
        e.finish(&mut out).expect("finishes");
        let kbps = |from: i64, to: i64| {
            let part = out.iter().filter(|p| (from..to).contains(&rate.index_at(p.pts)));
            part.map(|p| p.data.len() as f64 * 8.0 / 1000.0).sum::<f64>() / ((to - from) as f64 / 25.0)
        };
        // A second for the buffer of each rate.
        let (before, after) = (kbps(25, 150), kbps(200, 300));
        assert!((500.0..1250.0).contains(&before), "{rate_control:?}: {before} kbit/s");
        assert!((100.0..320.0).contains(&after), "{rate_control:?}: {after} kbit/s");
    }
    let quality = VideoEncoding {
        rate_control: RateControl::Crf,
        ..settings()
    };
    let e = VideoEncoder::open("x264", &quality, W, H, rate).expect("opens");
    assert!(!e.has_steerable_rate(), "it keeps a quality, no rate");
}

#[test]
fn nv12_and_i420_give_the_same_stream() {
    let rate = FrameRate::whole(30);
    let encode = |formats: [PixelFormat; 2]| {
        let mut e = VideoEncoder::open("x264", &settings(), W, H, rate).expect("opens");
        let mut out = Vec::new();
        for n in 0..20 {
            e.encode(&picture(formats[n as usize % 2], n, rate), false, &mut out)
                .expect("encodes");
        }
        e.finish(&mut out).expect("finishes");
        out
    };
    let a = encode([PixelFormat::I420, PixelFormat::I420]);
    let data = |v: &[Packet]| v.iter().map(|p| p.data.clone()).collect::<Vec<_>>();
    assert_eq!(data(&a), data(&encode([PixelFormat::Nv12, PixelFormat::Nv12])));
    assert_eq!(
        data(&a),
        data(&encode([PixelFormat::Nv12, PixelFormat::I420])),
        "changing on the way"
    );
}

#[test]
fn pictures_survive_encoding() {
    let dir = tempfile::tempdir().expect("temp");
    let rate = FrameRate::whole(30);
    for (profile, rate_control) in [
        (H264Profile::Baseline, RateControl::Crf),
        (H264Profile::Main, RateControl::Vbr),
        (H264Profile::High, RateControl::Cbr),
    ] {
        let s = VideoEncoding {
            profile,
            rate_control,
            bitrate_kbps: 3000,
            crf: 15.0,
            ..settings()
        };
        let (info, packets) = encode(&s, rate, 0..45);
        let path = dir.path().join("x.mkv");
        let mut m = FileMuxer::create(&path, Container::Matroska, &info, MediaTime::ZERO).expect("creates");
        packets.iter().for_each(|p| m.write(p).expect("writes"));
        m.finish().expect("finishes");
        let (frames, _) = read_all(&mut open(&path));
        assert_eq!(frames.len(), 45, "{profile:?}");
        for (n, f) in frames.iter().enumerate() {
            let want = 16 + (n * 7 % 200) as u8;
            let got = f.planes[0].row(150, W as usize)[100];
            assert!(
                got.abs_diff(want) <= 4,
                "{profile:?} picture {n}: {got} instead of {want}"
            );
        }
    }
}

#[test]
fn constant_bit_rate_is_kept() {
    let dir = tempfile::tempdir().expect("temp");
    let noise = dir.path().join("n.mkv");
    ffmpeg(
        "-f lavfi -i testsrc2=s=320x180:r=30:d=6,noise=alls=40:allf=t -c:v ffv1 -pix_fmt yuv420p",
        &noise,
    );
    let rate = FrameRate::whole(30);
    let s = VideoEncoding {
        bitrate_kbps: 1000,
        ..settings()
    };
    let mut e = VideoEncoder::open("x264", &s, W, H, rate).expect("opens");
    let mut out = Vec::new();
    for (n, f) in read_all(&mut open(&noise)).0.iter().enumerate() {
        e.encode(&f.at(rate.time_of(n as i64)), false, &mut out)
            .expect("encodes");
    }
    e.finish(&mut out).expect("finishes");
    let bits: usize = out.iter().map(|p| p.data.len() * 8).sum();
    let kbps = bits as f64 / 6.0 / 1000.0;
    assert!((850.0..1150.0).contains(&kbps), "{kbps} kbit/s");
    // No second (in decoding order) may take more than the rate and the one-second buffer allow.
    for second in out.chunks(30) {
        let bits: usize = second.iter().map(|p| p.data.len() * 8).sum();
        assert!(bits < 2_000_000, "{bits} bits in a second");
    }
}

#[test]
fn wrong_pictures_are_refused_in_words() {
    let rate = FrameRate::whole(30);
    let mut e = VideoEncoder::open("x264", &settings(), W, H, rate).expect("opens");
    let mut out = Vec::new();
    e.encode(&picture(PixelFormat::I420, 5, rate), false, &mut out)
        .expect("encodes");
    let err = e
        .encode(&picture(PixelFormat::I420, 5, rate), false, &mut out)
        .expect_err("again");
    assert!(err.to_string().contains("after a later one"), "{err}");
    let err = e
        .encode(&picture(PixelFormat::Rgba, 6, rate), false, &mut out)
        .expect_err("layout");
    assert!(err.to_string().contains("Rgba"), "{err}");
    let err = VideoEncoder::open("x264", &settings(), 333, H, rate)
        .err()
        .expect("odd");
    assert!(err.to_string().contains("even"), "{err}");
    let err = VideoEncoder::open("quantum", &settings(), W, H, rate)
        .err()
        .expect("unknown");
    assert!(
        err.to_string().contains("x264") && err.kind() == media::ErrorKind::Config,
        "{err}"
    );
    e.finish(&mut out).expect("finishes");
    e.finish(&mut out).expect("twice is fine");
    assert_eq!(out.len(), 1);
    assert!(e.encode(&picture(PixelFormat::I420, 9, rate), false, &mut out).is_err());
}

#[test]
fn sound_packets_are_placed_to_the_sample() {
    for (codec, size) in [(AudioCodecName::Aac, 1024), (AudioCodecName::Opus, 960)] {
        let start = 96_000;
        let (info, packets) = encode_sound(codec, &clicks(start, 100, &[]));
        let s = &info.audio[0];
        assert_eq!((s.frame_size, s.sample_rate, s.channels), (size, 48_000, 2));
        assert!(s.initial_padding > 0 && !s.extradata.is_empty());
        let first = packets[0].pts.to_ticks(48_000);
        assert_eq!(first, start - i64::from(s.initial_padding), "{codec:?}");
        for (n, p) in packets.iter().enumerate() {
            assert_eq!(
                p.pts.to_ticks(48_000),
                first + n as i64 * i64::from(size),
                "{codec:?}: no holes"
            );
            assert!(p.keyframe && p.pts == p.dts && !p.data.is_empty());
        }
        let end = packets
            .last()
            .map(|p| (p.pts + p.duration).to_ticks(48_000))
            .expect("some");
        assert!(end >= start + 48_000, "{codec:?}: all samples are in");
    }
}

#[test]
fn gaps_in_sound_are_filled_and_overlaps_cut() {
    let mut blocks = clicks(0, 50, &[]);
    blocks.extend(clicks(30_000, 50, &[]));
    blocks.extend(clicks(53_520, 50, &[]));
    let (_, packets) = encode_sound(AudioCodecName::Aac, &blocks);
    assert!(
        packets
            .windows(2)
            .all(|w| w[1].pts.to_ticks(48_000) - w[0].pts.to_ticks(48_000) == 1024)
    );
    let end = packets
        .last()
        .map(|p| (p.pts + p.duration).to_ticks(48_000))
        .expect("some");
    assert!((77_520..77_520 + 1024).contains(&end), "{end}");
}
