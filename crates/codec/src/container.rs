//! The containers recordings come in: what each is called, what fits into it, how FFmpeg's writer of it is set up.

use ffmpeg_sys_next::AVCodecID;
use media::{AudioCodec, StreamInfo, VideoCodec};
use project::RecordingFormat;

/// Most audio tracks of a recording.
pub const MOST_TRACKS: usize = 8;

/// Which container.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Container {
    /// Matroska: what was written before a crash stays playable.
    Matroska,
    /// Matroska's little sister for browsers: VP9 or AV1 with Opus.
    WebM,
    /// MP4 in fragments: crash-safe, and playable where Matroska is not.
    FragmentedMp4,
    /// MP4 in fragments while written, an ordinary MP4 once closed.
    HybridMp4,
    /// QuickTime, made as [`Container::HybridMp4`] is.
    Mov,
    /// MPEG transport stream.
    MpegTs,
    /// Flash video.
    Flv,
}

impl From<RecordingFormat> for Container {
    fn from(f: RecordingFormat) -> Self {
        match f {
            RecordingFormat::Mkv => Self::Matroska,
            RecordingFormat::Mp4 => Self::HybridMp4,
            RecordingFormat::FragmentedMp4 => Self::FragmentedMp4,
            RecordingFormat::Mov => Self::Mov,
            RecordingFormat::MpegTs => Self::MpegTs,
            RecordingFormat::Flv => Self::Flv,
            RecordingFormat::WebM => Self::WebM,
        }
    }
}

impl Container {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Matroska,
        Self::WebM,
        Self::FragmentedMp4,
        Self::HybridMp4,
        Self::Mov,
        Self::MpegTs,
        Self::Flv,
    ];

    /// Name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Matroska => "Matroska",
            Self::WebM => "WebM",
            Self::FragmentedMp4 | Self::HybridMp4 => "MP4",
            Self::Mov => "QuickTime (MOV)",
            Self::MpegTs => "MPEG-TS",
            Self::Flv => "FLV",
        }
    }

    /// What file names end in, without the dot.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Matroska => "mkv",
            Self::WebM => "webm",
            Self::FragmentedMp4 | Self::HybridMp4 => "mp4",
            Self::Mov => "mov",
            Self::MpegTs => "ts",
            Self::Flv => "flv",
        }
    }

    /// The container a file name asks for by its ending; MP4 is the one that ends as an ordinary file.
    pub fn of_ending(ending: &str) -> Option<Self> {
        let same = |c: &Self| c.ending().eq_ignore_ascii_case(ending) && *c != Self::FragmentedMp4;
        let known = Self::ALL.into_iter().find(same);
        known.or_else(|| ending.eq_ignore_ascii_case("m4v").then_some(Self::HybridMp4))
    }

    /// Whether it is written in fragments (moof and mdat).
    pub(crate) fn in_fragments(self) -> bool {
        matches!(self, Self::FragmentedMp4 | Self::HybridMp4 | Self::Mov)
    }

    /// Whether a file of it can name moments.
    pub fn has_chapters(self) -> bool {
        matches!(self, Self::Matroska | Self::WebM | Self::HybridMp4 | Self::Mov)
    }

    /// Why these streams can't go into this container, in a sentence with the remedy; none when they can.
    pub fn refusal(self, info: &StreamInfo) -> Option<String> {
        let name = self.name();
        let most = if self == Self::Flv { 1 } else { MOST_TRACKS };
        if info.audio.len() > most {
            let n = info.audio.len();
            return Some(format!(
                "{name} files hold {most} audio track{}, and this recording has {n}. Record as Matroska, or with fewer tracks.",
                if most == 1 { "" } else { "s" }
            ));
        }
        if let Some(v) = info.video.as_ref().filter(|v| !self.takes_video(v.codec)) {
            return Some(self.no_video(v.codec));
        }
        let sound = info.audio.iter().find(|a| !self.takes_audio(a.codec))?;
        Some(self.no_sound(sound.codec))
    }

    /// As [`Container::refusal`], by the names that codecs have in the project file; none for names it does not know.
    pub fn refusal_by_name(self, video: &str, audio: &str) -> Option<String> {
        let v = match video {
            "h264" => VideoCodec::H264,
            "hevc" => VideoCodec::Hevc,
            "av1" => VideoCodec::Av1,
            "vp9" => VideoCodec::Vp9,
            "prores" | "pro_res" => VideoCodec::ProRes,
            "ffv1" => VideoCodec::Ffv1,
            _ => return None,
        };
        if !self.takes_video(v) {
            return Some(self.no_video(v));
        }
        let a = match audio {
            "aac" => AudioCodec::Aac,
            "opus" => AudioCodec::Opus,
            "mp3" => AudioCodec::Mp3,
            "flac" => AudioCodec::Flac,
            "pcm" => AudioCodec::Pcm,
            _ => return None,
        };
        (!self.takes_audio(a)).then(|| self.no_sound(a))
    }

    fn no_video(self, codec: VideoCodec) -> String {
        let (file, codec) = (self.name(), video_name(codec));
        format!("{file} files can't hold {codec} video. Record as Matroska, or choose another video codec.")
    }

    fn no_sound(self, codec: AudioCodec) -> String {
        let (file, codec) = (self.name(), audio_name(codec));
        format!("{file} files can't hold {codec} sound. Record as Matroska, or choose another audio codec.")
    }

    fn takes_video(self, codec: VideoCodec) -> bool {
        use VideoCodec::{Av1, Ffv1, H264, Hevc, ProRes, Vp9};
        match self {
            Self::Matroska => true,
            Self::WebM => matches!(codec, Vp9 | Av1),
            Self::FragmentedMp4 | Self::HybridMp4 => matches!(codec, H264 | Hevc | Av1 | Vp9),
            Self::Mov => matches!(codec, H264 | Hevc | ProRes | Ffv1),
            Self::MpegTs => matches!(codec, H264 | Hevc),
            Self::Flv => codec == H264,
        }
    }

    fn takes_audio(self, codec: AudioCodec) -> bool {
        use AudioCodec::{Aac, Flac, Mp3, Opus, Pcm};
        match self {
            Self::Matroska => true,
            Self::WebM => codec == Opus,
            Self::FragmentedMp4 | Self::HybridMp4 => matches!(codec, Aac | Opus | Mp3 | Flac),
            Self::Mov => matches!(codec, Aac | Mp3 | Pcm),
            Self::MpegTs => matches!(codec, Aac | Opus | Mp3),
            Self::Flv => matches!(codec, Aac | Mp3),
        }
    }

    /// FFmpeg's name of its writer.
    pub(crate) fn format(self) -> &'static str {
        match self {
            Self::Matroska => "matroska",
            Self::WebM => "webm",
            Self::FragmentedMp4 | Self::HybridMp4 => "mp4",
            Self::Mov => "mov",
            Self::MpegTs => "mpegts",
            Self::Flv => "flv",
        }
    }

    /// Options of FFmpeg's writer.
    pub(crate) fn options(self) -> &'static [(&'static str, &'static str)] {
        match self {
            // A cluster is only on disk once it is complete: short ones lose little when the process is killed.
            Self::Matroska => &[("cluster_time_limit", "400"), ("write_crc32", "0")],
            Self::WebM => &[("cluster_time_limit", "400")],
            // `frag_discont` makes fragment times absolute (else each stream would start at its own zero, out of step).
            Self::FragmentedMp4 | Self::HybridMp4 | Self::Mov => &[
                (
                    "movflags",
                    "empty_moov+default_base_moof+frag_custom+frag_discont+skip_sidx",
                ),
                ("use_editlist", "0"),
            ],
            Self::MpegTs => &[],
            // The length at the start is filled in at the end; a keyframe index would need the whole file again.
            Self::Flv => &[("flvflags", "no_sequence_end")],
        }
    }
}

/// FFmpeg's number of a video codec.
pub(crate) fn video_id(codec: VideoCodec) -> AVCodecID {
    match codec {
        VideoCodec::Hevc => AVCodecID::AV_CODEC_ID_HEVC,
        VideoCodec::Av1 => AVCodecID::AV_CODEC_ID_AV1,
        VideoCodec::Vp9 => AVCodecID::AV_CODEC_ID_VP9,
        VideoCodec::ProRes => AVCodecID::AV_CODEC_ID_PRORES,
        VideoCodec::Ffv1 => AVCodecID::AV_CODEC_ID_FFV1,
        _ => AVCodecID::AV_CODEC_ID_H264,
    }
}

/// FFmpeg's number of an audio codec.
pub(crate) fn audio_id(codec: AudioCodec) -> AVCodecID {
    match codec {
        AudioCodec::Opus => AVCodecID::AV_CODEC_ID_OPUS,
        AudioCodec::Mp3 => AVCodecID::AV_CODEC_ID_MP3,
        AudioCodec::Flac => AVCodecID::AV_CODEC_ID_FLAC,
        AudioCodec::Pcm => AVCodecID::AV_CODEC_ID_PCM_S24LE,
        _ => AVCodecID::AV_CODEC_ID_AAC,
    }
}

fn video_name(codec: VideoCodec) -> &'static str {
    match codec {
        VideoCodec::H264 => "H.264",
        VideoCodec::Hevc => "HEVC",
        VideoCodec::Av1 => "AV1",
        VideoCodec::Vp9 => "VP9",
        VideoCodec::ProRes => "ProRes",
        VideoCodec::Ffv1 => "FFV1",
        _ => "this",
    }
}

fn audio_name(codec: AudioCodec) -> &'static str {
    match codec {
        AudioCodec::Aac => "AAC",
        AudioCodec::Opus => "Opus",
        AudioCodec::Mp3 => "MP3",
        AudioCodec::Flac => "FLAC",
        AudioCodec::Pcm => "uncompressed",
        _ => "this",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use media::{AudioStream, ColorInfo, FrameRate, VideoStream};

    fn streams(video: VideoCodec, audio: AudioCodec, tracks: usize) -> StreamInfo {
        StreamInfo {
            video: Some(VideoStream {
                codec: video,
                width: 16,
                height: 16,
                rate: FrameRate::whole(30),
                color: ColorInfo::BT709_LIMITED,
                bitrate: 0,
                extradata: Bytes::new(),
            }),
            audio: vec![
                AudioStream {
                    codec: audio,
                    sample_rate: 48_000,
                    channels: 2,
                    bitrate: 0,
                    frame_size: 1024,
                    initial_padding: 0,
                    extradata: Bytes::new(),
                };
                tracks
            ],
        }
    }

    #[test]
    fn what_does_not_fit_is_told_with_a_remedy() {
        use Container as C;
        for (c, v, a, tracks, words) in [
            (C::Matroska, VideoCodec::ProRes, AudioCodec::Pcm, 8, None),
            (C::HybridMp4, VideoCodec::H264, AudioCodec::Aac, 8, None),
            (C::Mov, VideoCodec::ProRes, AudioCodec::Pcm, 1, None),
            (
                C::WebM,
                VideoCodec::H264,
                AudioCodec::Opus,
                1,
                Some("can't hold H.264 video"),
            ),
            (
                C::WebM,
                VideoCodec::Vp9,
                AudioCodec::Aac,
                1,
                Some("can't hold AAC sound"),
            ),
            (
                C::HybridMp4,
                VideoCodec::Ffv1,
                AudioCodec::Aac,
                1,
                Some("can't hold FFV1 video"),
            ),
            (
                C::Flv,
                VideoCodec::H264,
                AudioCodec::Aac,
                2,
                Some("hold 1 audio track,"),
            ),
            (
                C::Matroska,
                VideoCodec::H264,
                AudioCodec::Aac,
                9,
                Some("hold 8 audio tracks,"),
            ),
        ] {
            let said = c.refusal(&streams(v, a, tracks));
            match words {
                None => assert_eq!(said, None, "{c:?}"),
                Some(w) => assert!(
                    said.as_deref().is_some_and(|s| s.contains(w) && s.contains("Matroska")),
                    "{said:?}"
                ),
            }
        }
    }

    #[test]
    fn endings_name_containers() {
        for c in Container::ALL {
            assert_eq!(
                Container::of_ending(&c.ending().to_uppercase()).map(Container::ending),
                Some(c.ending())
            );
        }
        assert_eq!(Container::of_ending("mp4"), Some(Container::HybridMp4));
        assert_eq!(Container::of_ending("avi"), None);
    }
}
