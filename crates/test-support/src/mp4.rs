//! Encoded packets of any codec for tests: the ffmpeg command line makes a short MP4, and a small reader of our own takes
//! its samples out as packets (ISO/IEC 14496-12: `stbl` and what is in it), in the forms that `media::Packet` has. Files
//! are our own, so what is not as expected is an error and nothing is recovered.

use crate::process::run;
use media::{
    AudioCodec, AudioStream, ColorInfo, FrameRate, MediaTime, Packet, StreamInfo, StreamKind, VideoCodec, VideoStream,
};
use std::{fs, io, path::Path, process::Command};

const SIZE: (u32, u32) = (128, 96);
const FPS: u32 = 25;

/// A second or so of a moving picture and a tone, by these codecs: `frames` pictures at 25 a second, a keyframe each
/// second.
pub fn encode(video: VideoCodec, audio: AudioCodec, frames: u32) -> io::Result<(StreamInfo, Vec<Packet>)> {
    let dir = tempfile::Builder::new().prefix("footlight-mp4-").tempdir()?;
    let path = dir.path().join("film.mp4");
    let picture = format!("testsrc2=size={}x{}:rate={FPS}", SIZE.0, SIZE.1);
    let seconds = (f64::from(frames) / f64::from(FPS)).to_string();
    let mut c = Command::new("/usr/bin/ffmpeg");
    c.args([
        "-nostdin", "-v", "error", "-y", "-threads", "1", "-f", "lavfi", "-i", &picture,
    ]);
    c.args([
        "-f",
        "lavfi",
        "-i",
        "sine=frequency=440:sample_rate=48000",
        "-frames:v",
        &frames.to_string(),
    ]);
    c.args([
        "-t", &seconds, "-pix_fmt", "yuv420p", "-g", "25", "-ac", "2", "-strict", "-2",
    ]);
    c.args(match video {
        VideoCodec::Hevc => &[
            "-c:v",
            "libx265",
            "-preset",
            "ultrafast",
            "-tag:v",
            "hvc1",
            "-x265-params",
            "log-level=error:keyint=25:min-keyint=25:scenecut=0:bframes=2",
        ][..],
        VideoCodec::Av1 => &[
            "-c:v",
            "libaom-av1",
            "-cpu-used",
            "8",
            "-usage",
            "realtime",
            "-b:v",
            "200k",
        ],
        VideoCodec::Vp9 => &[
            "-c:v",
            "libvpx-vp9",
            "-deadline",
            "realtime",
            "-cpu-used",
            "8",
            "-b:v",
            "200k",
        ],
        _ => &["-c:v", "libx264", "-preset", "veryfast", "-bf", "2"],
    });
    c.args(match audio {
        AudioCodec::Opus => ["-c:a", "libopus"],
        AudioCodec::Mp3 => ["-c:a", "libmp3lame"],
        _ => ["-c:a", "aac"],
    });
    run(c.arg(&path))?;
    read(&path, video, audio)
}

/// Streams and packets of such a file, in decoding order.
pub fn read(path: &Path, video: VideoCodec, audio: AudioCodec) -> io::Result<(StreamInfo, Vec<Packet>)> {
    let file = fs::read(path)?;
    let moov = find(&file, b"moov")?;
    let mut info = StreamInfo::default();
    let mut packets = vec![];
    for (name, trak) in boxes(moov) {
        if name != *b"trak" {
            continue;
        }
        let mdia = find(trak, b"mdia")?;
        let handler = find(mdia, b"hdlr")?;
        let is_video = handler.get(8..12) == Some(b"vide");
        let stbl = find(find(mdia, b"minf")?, b"stbl")?;
        let scale = be(find(mdia, b"mdhd")?, 12)?;
        if is_video {
            info.video = Some(video_stream(stbl, video)?);
        } else {
            info.audio.push(audio_stream(stbl, audio)?);
        }
        let stream = if is_video {
            StreamKind::Video
        } else {
            StreamKind::Audio(0)
        };
        packets.extend(samples(&file, stbl, scale, stream)?);
    }
    packets.sort_by_key(|p| (p.dts, !p.is_video()));
    Ok((info, packets))
}

fn odd(what: &str) -> io::Error {
    io::Error::other(format!("the MP4 has {what}"))
}

/// The boxes in a box's contents: name and contents of each.
fn boxes(mut rest: &[u8]) -> Vec<([u8; 4], &[u8])> {
    let mut out = vec![];
    while let Some((head, _)) = rest.split_first_chunk::<8>() {
        let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]) as usize;
        let size = if size < 8 { rest.len() } else { size.min(rest.len()) };
        out.push(([head[4], head[5], head[6], head[7]], &rest[8..size]));
        rest = &rest[size..];
    }
    out
}

fn find<'a>(inside: &'a [u8], name: &[u8; 4]) -> io::Result<&'a [u8]> {
    let found = boxes(inside).into_iter().find(|(n, _)| n == name);
    found
        .map(|(_, b)| b)
        .ok_or_else(|| odd(&format!("no {}", String::from_utf8_lossy(name))))
}

fn be(bytes: &[u8], at: usize) -> io::Result<u32> {
    let four = bytes.get(at..at + 4).ok_or_else(|| odd("a table cut short"))?;
    Ok(u32::from_be_bytes([four[0], four[1], four[2], four[3]]))
}

/// The contents of a box inside the only sample entry, whose own fields take `fields` bytes.
fn entry<'a>(stbl: &'a [u8], fields: usize, name: &[u8; 4]) -> io::Result<&'a [u8]> {
    let entries = find(stbl, b"stsd")?.get(8..).unwrap_or_default();
    let (_, entry) = boxes(entries)
        .into_iter()
        .next()
        .ok_or_else(|| odd("no sample entry"))?;
    find(entry.get(fields..).unwrap_or_default(), name)
}

fn video_stream(stbl: &[u8], codec: VideoCodec) -> io::Result<VideoStream> {
    let name = match codec {
        VideoCodec::Hevc => b"hvcC",
        VideoCodec::Av1 => b"av1C",
        VideoCodec::Vp9 => b"vpcC",
        _ => b"avcC",
    };
    Ok(VideoStream {
        codec,
        width: SIZE.0,
        height: SIZE.1,
        rate: FrameRate::whole(FPS),
        color: ColorInfo::BT709_LIMITED,
        bitrate: 200_000,
        extradata: entry(stbl, 78, name)?.to_vec().into(),
    })
}

fn audio_stream(stbl: &[u8], codec: AudioCodec) -> io::Result<AudioStream> {
    let extradata = match codec {
        AudioCodec::Opus => opus_head(entry(stbl, 28, b"dOps")?)?,
        AudioCodec::Aac => {
            let esds = entry(stbl, 28, b"esds")?;
            // DecoderSpecificInfo: tag 5, a length in up to four bytes, and the AudioSpecificConfig.
            let at = esds
                .windows(5)
                .position(|w| w[..4] == [5, 0x80, 0x80, 0x80])
                .ok_or_else(|| odd("no config"))?;
            esds[at + 5..at + 5 + usize::from(esds[at + 4])].to_vec()
        }
        _ => vec![],
    };
    Ok(AudioStream {
        codec,
        sample_rate: 48_000,
        channels: 2,
        bitrate: 96_000,
        frame_size: if codec == AudioCodec::Opus { 960 } else { 1024 },
        initial_padding: 0,
        extradata: extradata.into(),
    })
}

/// `dOps` (Opus in ISOBMFF, 4.3.2) as `OpusHead` (RFC 7845, 5.1): little endian, and version 1.
fn opus_head(dops: &[u8]) -> io::Result<Vec<u8>> {
    let d: [u8; 11] = dops
        .get(..11)
        .and_then(|d| d.try_into().ok())
        .ok_or_else(|| odd("a short dOps"))?;
    let mut head = b"OpusHead\x01".to_vec();
    head.extend([d[1], d[3], d[2], d[7], d[6], d[5], d[4], d[9], d[8], d[10]]);
    Ok(head)
}

/// A table of (count, value) runs, as one value a sample.
fn runs(table: &[u8]) -> io::Result<Vec<u32>> {
    let mut out = vec![];
    for i in 0..be(table, 4)? as usize {
        let value = be(table, 12 + i * 8)?;
        out.extend((0..be(table, 8 + i * 8)?).map(|_| value));
    }
    Ok(out)
}

/// Where every sample begins in the file.
fn places(stbl: &[u8], sizes: &[u32]) -> io::Result<Vec<usize>> {
    let (stsc, stco) = (find(stbl, b"stsc")?, find(stbl, b"stco")?);
    let entries = be(stsc, 4)? as usize;
    let mut out = vec![];
    for chunk in 0..be(stco, 4)? {
        let mut per_chunk = 0;
        for e in 0..entries {
            if be(stsc, 8 + e * 12)? <= chunk + 1 {
                per_chunk = be(stsc, 12 + e * 12)?;
            }
        }
        let mut at = be(stco, 8 + chunk as usize * 4)? as usize;
        for _ in 0..per_chunk {
            let size = sizes.get(out.len()).ok_or_else(|| odd("more samples than sizes"))?;
            out.push(at);
            at += *size as usize;
        }
    }
    Ok(out)
}

fn samples(file: &[u8], stbl: &[u8], scale: u32, stream: StreamKind) -> io::Result<Vec<Packet>> {
    let stsz = find(stbl, b"stsz")?;
    let count = be(stsz, 8)? as usize;
    let fixed = be(stsz, 4)?;
    let size = |i: usize| if fixed > 0 { Ok(fixed) } else { be(stsz, 12 + i * 4) };
    let sizes: Vec<u32> = (0..count).map(size).collect::<io::Result<_>>()?;
    let durations = runs(find(stbl, b"stts")?)?;
    let offsets = find(stbl, b"ctts").and_then(runs).unwrap_or_else(|_| vec![0; count]);
    let keys: Option<Vec<u32>> = match find(stbl, b"stss") {
        Ok(stss) => Some(
            (0..be(stss, 4)? as usize)
                .map(|i| be(stss, 8 + i * 4))
                .collect::<io::Result<_>>()?,
        ),
        Err(_) => None,
    };
    let mut ticks = 0_i64;
    let mut out = vec![];
    for (i, at) in places(stbl, &sizes)?.into_iter().enumerate() {
        let data = file
            .get(at..at + sizes[i] as usize)
            .ok_or_else(|| odd("a sample outside the file"))?;
        out.push(Packet {
            stream,
            data: data.to_vec().into(),
            dts: MediaTime::from_ticks(ticks, scale),
            pts: MediaTime::from_ticks(ticks + i64::from(offsets[i]), scale),
            duration: MediaTime::from_ticks(i64::from(durations[i]), scale),
            keyframe: keys.as_ref().is_none_or(|k| k.contains(&(i as u32 + 1))),
        });
        ticks += i64::from(durations[i]);
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_what_ffmpeg_writes() {
        let (info, packets) = encode(VideoCodec::Hevc, AudioCodec::Opus, 30).expect("film");
        let video: Vec<_> = packets.iter().filter(|p| p.is_video()).collect();
        assert_eq!(video.len(), 30);
        assert_eq!(info.video.expect("video").extradata[0], 1);
        assert!(info.audio[0].extradata.starts_with(b"OpusHead\x01\x02"));
        assert!(video[0].keyframe && !video[1].keyframe && video[25].keyframe);
        assert!(video.iter().any(|p| p.pts > p.dts) && video.windows(2).all(|w| w[0].dts < w[1].dts));
        let (info, _) = encode(VideoCodec::Av1, AudioCodec::Aac, 5).expect("film");
        assert_eq!(info.video.expect("video").extradata[0], 0x81);
        assert_eq!(info.audio[0].extradata[..2], [0x11, 0x90]);
    }
}
