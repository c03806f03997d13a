//! Streams to send: what ffprobe finds in them, segments that play by themselves, and writes that must end when told to.

mod common;

use codec::{CodecError, Interrupter, StreamFormat, StreamMuxer, TS_PACKET, TrackLabel, UrlMuxer, UrlTarget};
use common::*;
use media::{
    Clock, ErrorKind, FrameRate, MediaError, MediaTime, Packet, StreamInfo, StreamKind, SystemClock, VideoCodec,
};
use project::{AudioCodecName, VideoEncoding};
use std::{path::Path, time::Duration};

const START: i64 = 300;

/// Three seconds of a show from 10 s on: H.264 with B-frames, AAC, then Opus.
fn show() -> (StreamInfo, Vec<Packet>) {
    let settings = VideoEncoding {
        keyframe_interval_s: 1.0,
        b_frames: 3,
        bitrate_kbps: 500,
        ..VideoEncoding::default()
    };
    let (mut info, mut packets) = encode(&settings, FrameRate::whole(30), START..START + 90);
    for (i, codec) in [AudioCodecName::Aac, AudioCodecName::Opus].into_iter().enumerate() {
        let (sound, more) = encode_sound(codec, &clicks(480_000, 300, &[504_000, 540_000]));
        info.audio.extend(sound.audio);
        packets.extend(more.into_iter().map(|p| Packet {
            stream: StreamKind::Audio(i as u8),
            ..p
        }));
    }
    packets.sort_by_key(|p| p.dts);
    (info, packets)
}

/// One track of the show alone.
fn sound_only(track: u8) -> (StreamInfo, Vec<Packet>) {
    let (info, packets) = show();
    let info = StreamInfo {
        video: None,
        audio: vec![info.audio[usize::from(track)].clone()],
    };
    let packets = packets.into_iter().filter(|p| p.stream == StreamKind::Audio(track));
    let packets = packets.map(|p| Packet {
        stream: StreamKind::Audio(0),
        ..p
    });
    (info, packets.collect())
}

fn pack(format: StreamFormat, (info, packets): &(StreamInfo, Vec<Packet>), labels: &[TrackLabel]) -> Vec<u8> {
    let mut m = StreamMuxer::new(format, info, labels).expect("begins");
    let mut all = vec![];
    for p in packets {
        let bytes = m.write(p).expect("writes");
        assert!(format != StreamFormat::MpegTs || bytes.len().is_multiple_of(TS_PACKET));
        all.extend_from_slice(&bytes);
    }
    all.extend_from_slice(&m.finish().expect("finishes"));
    all
}

fn frames(file: &Path) -> u64 {
    let out = ffprobe(
        "-count_frames -select_streams v:0 -show_entries stream=nb_read_frames",
        file,
    );
    out[0].parse().expect("a number")
}

/// H.264 or HEVC and sound as FFmpeg's command line makes them, packet by packet.
fn demuxed(file: &Path, codec: VideoCodec) -> (StreamInfo, Vec<Packet>) {
    let (mut info, _) = show();
    info.audio.clear();
    let mut input = ffmpeg_next::format::input(file).expect("opens");
    let stream = input
        .streams()
        .best(ffmpeg_next::media::Type::Video)
        .expect("a picture");
    let (index, base) = (stream.index(), stream.time_base());
    // SAFETY: the parameters of a stream of an open input.
    let extradata = unsafe {
        let par = *stream.parameters().as_ptr();
        std::slice::from_raw_parts(par.extradata, par.extradata_size as usize).to_vec()
    };
    let video = info.video.as_mut().expect("video");
    video.codec = codec;
    video.extradata = extradata.into();
    let at = |t: Option<i64>| {
        let ticks = i128::from(t.expect("a time")) * i128::from(base.numerator()) * 1_000_000_000;
        MediaTime((ticks / i128::from(base.denominator())) as i64)
    };
    let packets = input
        .packets()
        .filter(|(s, _)| s.index() == index)
        .map(|(_, p)| Packet {
            stream: StreamKind::Video,
            data: p.data().expect("data").to_vec().into(),
            pts: at(p.pts()),
            dts: at(p.dts()),
            duration: MediaTime::from_millis(33),
            keyframe: p.is_key(),
        });
    (info, packets.collect())
}

#[test]
fn transport_stream_holds_every_frame_and_all_tracks_with_their_languages() {
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("show.ts");
    let label = |l: &str| TrackLabel {
        language: l.into(),
        title: String::new(),
    };
    let show = show();
    let bytes = pack(StreamFormat::MpegTs, &show, &[label("eng"), label("deu")]);
    assert_eq!(bytes.len() % TS_PACKET, 0);
    std::fs::write(&file, &bytes).expect("write");
    assert_eq!(frames(&file), 90);
    let streams = ffprobe("-show_entries stream=codec_name:stream_tags=language", &file);
    // ffprobe lists the programme's streams, then all streams.
    assert!(
        streams.ends_with(&["h264", "aac", "eng", "opus", "deu"].map(String::from)),
        "{streams:?}"
    );
    for (stream, track) in [("a:0", 0), ("a:1", 1)] {
        let sent = show.1.iter().filter(|p| p.stream == StreamKind::Audio(track)).count();
        let got = ffprobe(
            &format!("-count_packets -select_streams {stream} -show_entries stream=nb_read_packets"),
            &file,
        );
        assert_eq!(got[0], sent.to_string());
    }
    assert_eq!(
        run(
            "/usr/bin/ffmpeg",
            &["-v", "error", "-i", file.to_str().expect("text"), "-f", "null", "-"]
        ),
        ""
    );
}

#[test]
fn hevc_becomes_a_transport_stream_and_av1_is_refused() {
    let dir = tempfile::tempdir().expect("folder");
    let (mp4, ts) = (dir.path().join("film.mp4"), dir.path().join("film.ts"));
    ffmpeg(
        "-f lavfi -i testsrc2=s=320x180:r=30:d=1 -c:v libx265 -x265-params log-level=none:keyint=15 -tag:v hvc1",
        &mp4,
    );
    let film = demuxed(&mp4, VideoCodec::Hevc);
    std::fs::write(&ts, pack(StreamFormat::MpegTs, &film, &[])).expect("write");
    assert_eq!((frames(&ts), film.1.len()), (30, 30));
    assert_eq!(
        ffprobe("-select_streams v -show_entries stream=codec_name", &ts)[0],
        "hevc"
    );

    let (mut info, _) = show();
    info.video.as_mut().expect("video").codec = VideoCodec::Av1;
    let e = StreamMuxer::new(StreamFormat::MpegTs, &info, &[])
        .err()
        .expect("refused");
    assert!(
        e.to_string()
            .contains("AV1 has no place in MPEG-TS. Choose H.264 or HEVC"),
        "{e}"
    );
    assert!(StreamFormat::MpegTs.check(&StreamInfo::default()).is_err());
}

#[test]
fn another_encode_of_another_size_takes_over_in_mid_stream() {
    let dir = tempfile::tempdir().expect("folder");
    let ts = dir.path().join("both.ts");
    let [large, small] = ["320x180", "160x90"].map(|size| {
        let film = dir.path().join(format!("{size}.mp4"));
        let source = format!("-f lavfi -i testsrc2=s={size}:r=30:d=1 -c:v libx264 -g 15 -bf 2");
        ffmpeg(&source, &film);
        demuxed(&film, VideoCodec::H264)
    });
    let mut muxer = StreamMuxer::new(StreamFormat::MpegTs, &large.0, &[]).expect("begins");
    let mut all = vec![];
    for (n, (info, packets)) in [&large, &small, &large].into_iter().enumerate() {
        muxer
            .change_video(info.video.as_ref().expect("video"))
            .expect("its headers are read");
        let later = MediaTime::from_millis(n as i64 * 1000);
        for p in packets {
            let p = Packet {
                pts: p.pts + later,
                dts: p.dts + later,
                ..p.clone()
            };
            all.extend_from_slice(&muxer.write(&p).expect("writes"));
        }
    }
    all.extend_from_slice(&muxer.finish().expect("finishes"));
    std::fs::write(&ts, &all).expect("write");
    let mut sizes = test_support::ffprobe::picture_sizes(&ts).expect("it decodes");
    assert_eq!(sizes.len(), 90, "every picture");
    sizes.dedup();
    assert_eq!(sizes, [(320, 180), (160, 90), (320, 180)]);
    assert_eq!(test_support::ffprobe::decode_errors(&ts).expect("ffmpeg"), "");
    let (info, _) = show();
    let mut muxer = StreamMuxer::new(StreamFormat::MpegTs, &info, &[]).expect("begins");
    let mut broken = info.video.expect("video");
    broken.extradata = vec![1, 2].into();
    assert!(muxer.change_video(&broken).is_err());
    // FFmpeg would put the old headers behind the new ones.
    broken.codec = VideoCodec::Hevc;
    assert!(muxer.change_video(&broken).is_err());
    assert!(!codec::can_change_in_ts(&StreamInfo {
        video: Some(broken),
        audio: vec![]
    }));
}

#[test]
fn what_follows_a_cut_plays_by_itself() {
    let dir = tempfile::tempdir().expect("folder");
    let (info, packets) = show();
    let mut m = StreamMuxer::new(StreamFormat::MpegTs, &info, &[]).expect("begins");
    let mut segments = vec![vec![]];
    for p in &packets {
        if p.is_video() && p.keyframe && p.dts > packets[0].dts {
            segments
                .last_mut()
                .expect("one")
                .extend_from_slice(&m.cut().expect("cuts"));
            segments.push(vec![]);
        }
        segments
            .last_mut()
            .expect("one")
            .extend_from_slice(&m.write(p).expect("writes"));
    }
    segments
        .last_mut()
        .expect("one")
        .extend_from_slice(&m.finish().expect("ends"));
    assert_eq!(segments.len(), 3);
    for (i, s) in segments.iter().enumerate() {
        // The tables come first, that of programmes among them (ISO/IEC 13818-1, 2.4.4.3: its packet identifier is 0)...
        let ids: Vec<_> = s.chunks(TS_PACKET).take(3).map(|p| (p[0], p[1] & 0x1f, p[2])).collect();
        assert!(ids.contains(&(0x47, 0, 0)), "segment {i}: {ids:?}");
        let file = dir.path().join(format!("{i}.ts"));
        std::fs::write(&file, s).expect("write");
        assert_eq!(frames(&file), 30, "segment {i}");
    }
    // ... and the whole is still one stream.
    let whole = dir.path().join("whole.ts");
    std::fs::write(&whole, segments.concat()).expect("write");
    assert_eq!(frames(&whole), 90);
}

#[test]
fn sound_alone_goes_into_ogg_and_adts() {
    let dir = tempfile::tempdir().expect("folder");
    for (track, format, name, codec) in [
        (1, StreamFormat::OggOpus, "show.ogg", "opus"),
        (0, StreamFormat::Adts, "show.aac", "aac"),
    ] {
        let sound = sound_only(track);
        let file = dir.path().join(name);
        std::fs::write(&file, pack(format, &sound, &[])).expect("write");
        assert_eq!(ffprobe("-show_entries stream=codec_name", &file), [codec]);
        let got = ffprobe("-count_packets -show_entries stream=nb_read_packets", &file);
        assert_eq!(got, [sound.1.len().to_string()], "{name}");
    }
    let (info, _) = sound_only(0);
    for wrong in [StreamFormat::OggOpus, StreamFormat::Mp3] {
        let e = wrong.check(&info).expect_err("AAC is neither");
        assert!(e.to_string().contains("as this destination's audio codec"), "{e}");
    }
    assert!(StreamFormat::Adts.check(&show().0).is_err(), "no picture in there");
}

#[test]
fn an_address_ffmpeg_knows_takes_the_show() {
    let dir = tempfile::tempdir().expect("folder");
    let file = dir.path().join("show.mkv");
    let (info, packets) = show();
    let target = UrlTarget {
        url: file.to_str().expect("text").into(),
        ..UrlTarget::default()
    };
    let mut m = UrlMuxer::open(&target, &info, Interrupter::new()).expect("opens");
    packets.iter().for_each(|p| m.write(p).expect("writes"));
    assert!(m.bytes() > 10_000);
    m.finish().expect("ends");
    assert_eq!(frames(&file), 90);
    let wrong = |url: &str, format: &str, options: &[(&str, &str)]| {
        let target = UrlTarget {
            url: url.into(),
            format: format.into(),
            options: options.iter().map(|(k, v)| ((*k).into(), (*v).into())).collect(),
            secrets: vec!["HUSH-HUSH".into()],
        };
        let e = UrlMuxer::open(&target, &info, Interrupter::new())
            .err()
            .expect("refused");
        assert!(!e.to_string().contains("HUSH"), "{e}");
        e
    };
    let there = dir.path().join("x.ts");
    let there = there.to_str().expect("text");
    for (e, words) in [
        (
            wrong("gopher2://x/HUSH-HUSH", "mpegts", &[]),
            "does not know this kind of address",
        ),
        (wrong(there, "no_such_format", &[]), "no format `no_such_format`"),
        (wrong("udp://127.0.0.1:9", "", &[]), "Set the format"),
        (wrong(there, "mpegts", &[("colour", "1")]), "no option `colour`"),
    ] {
        assert!(e.to_string().contains(words), "{e}");
        assert_eq!(e.kind(), ErrorKind::Config, "{e}");
    }
    let e = wrong("tcp://127.0.0.1:1/HUSH-HUSH", "mpegts", &[]);
    assert!(e.retryable() && matches!(e, CodecError::Url { .. }), "{e}");
}

#[test]
fn a_blocked_write_ends_when_it_is_interrupted() {
    let hole = test_support::black_hole_tcp().expect("black hole");
    let (info, packets) = show();
    let target = UrlTarget {
        url: format!("tcp://127.0.0.1:{}", hole.port()),
        format: "mpegts".into(),
        ..UrlTarget::default()
    };
    let interrupter = Interrupter::new();
    let mut m = UrlMuxer::open(&target, &info, interrupter.clone()).expect("opens");
    let (done, over) = std::sync::mpsc::sync_channel(1);
    let writer = std::thread::Builder::new().name("writer".into()).spawn(move || {
        let mut show = 0;
        let result = loop {
            let later = MediaTime::from_millis(3000 * show);
            show += 1;
            let mut shifted = packets.iter().map(|p| Packet {
                pts: p.pts + later,
                dts: p.dts + later,
                ..p.clone()
            });
            if let Err(e) = shifted.try_for_each(|p| m.write(&p)) {
                break e;
            }
        };
        drop(m);
        done.send(result).expect("somebody waits");
    });
    // The other side takes nothing: once all buffers are full the writer hangs.
    assert!(over.recv_timeout(Duration::from_secs(3)).is_err(), "it hangs");
    let clock = SystemClock::new();
    interrupter.interrupt();
    let e = over.recv_timeout(Duration::from_secs(5)).expect("it ends");
    assert!(clock.now() < MediaTime::from_millis(500), "{:?}", clock.now());
    assert!(matches!(e, CodecError::Interrupted { .. }), "{e}");
    writer.expect("thread").join().expect("ends well");
}

#[test]
fn timed_metadata_is_a_stream_of_tags_with_the_pictures_of_its_moment() {
    let (info, mut packets) = show();
    let at = packets[packets.len() / 2].dts;
    let place = packets.iter().position(|p| p.dts >= at).expect("a place");
    let data = Packet {
        stream: StreamKind::Data,
        data: bytes::Bytes::from_static(br#"{"title":"Goal","score":3}"#),
        pts: at,
        dts: at,
        duration: MediaTime::ZERO,
        keyframe: false,
    };
    packets.insert(place, data);
    let dir = tempfile::tempdir().expect("folder");
    for (format, streams) in [(StreamFormat::MpegTs, 0), (StreamFormat::MpegTsWithId3, 1)] {
        let file = dir.path().join(format!("{streams}.ts"));
        std::fs::write(&file, pack(format, &(info.clone(), packets.clone()), &[])).expect("written");
        let found = ffprobe("-select_streams d -show_entries stream=codec_name", &file);
        // Named once by itself and once in its programme.
        assert_eq!(
            found.iter().any(|f| f == "timed_id3"),
            streams == 1,
            "{format:?}: {found:?}"
        );
        assert_eq!(frames(&file), 90);
        let said = ffprobe("-select_streams d -show_packets -show_data", &file).join("\n");
        assert_eq!(said.contains("TXXX"), streams == 1, "{said}");
        // FFmpeg's reader leaves the tag's first bytes out; players of HLS do not.
        let bytes = std::fs::read(&file).expect("read");
        assert_eq!(bytes.windows(6).any(|w| w == b"ID3\x04\0\0"), streams == 1);
        if streams == 1 {
            let first = ffprobe("-select_streams d -show_entries packet=pts_time", &file);
            let pictures = ffprobe("-select_streams v -show_entries packet=dts_time", &file);
            let number = |t: &String| t.parse::<f64>().ok();
            let begin = pictures.iter().filter_map(number).fold(f64::MAX, f64::min);
            let there = first.iter().find_map(number).expect("a time") - begin;
            let picture_dts = packets
                .iter()
                .filter(|p| p.is_video())
                .map(|p| p.dts)
                .min()
                .expect("pictures");
            assert!((there - (at - picture_dts).as_secs_f64()).abs() < 0.002, "{there} s");
        }
    }
}
