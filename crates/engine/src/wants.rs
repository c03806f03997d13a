//! What a destination or the recording wants to have encoded, worked out from the document: its encoder, what it wishes
//! differently, and what its kind can carry. Equal wants share an encoder. Nothing is opened here.

use crate::{EngineError, encode::CanvasFormat, plan::hint};
use media::{AudioCodec, FrameRate, VideoCodec};
use outputs::{OutputError, Wants, destination_kind};
use project::{
    AudioCodecName, AudioEncoding, Destination, EncodeWish, Encoder, Project, ScaleFilter, VideoCodecName,
    VideoEncoding,
};

/// A lower size of a picture gets at least this, kbit/s.
const LEAST_LAYER_KBPS: u32 = 100;

/// A picture to be encoded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct VideoWant {
    /// Which canvas.
    pub(crate) canvas: usize,
    /// The picture of this source by itself, at the times of the canvas, in place of the canvas' own.
    pub(crate) source: Option<String>,
    /// Pixels, even.
    pub(crate) size: (u32, u32),
    /// How it gets that size; the default where it has it already.
    pub(crate) filter: ScaleFilter,
    /// Every n-th picture of the canvas.
    pub(crate) every: u32,
    pub(crate) settings: VideoEncoding,
}

impl VideoWant {
    /// Its frame rate, that of the canvas being `rate`.
    pub(crate) fn rate(&self, rate: FrameRate) -> FrameRate {
        let every = self.every.max(1);
        let slower = if rate.num().is_multiple_of(every) {
            FrameRate::new(rate.num() / every, rate.den())
        } else {
            FrameRate::new(rate.num(), rate.den().saturating_mul(every))
        };
        slower.unwrap_or(rate)
    }
}

/// A track to be encoded.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AudioWant {
    /// Its id.
    pub(crate) track: String,
    pub(crate) settings: AudioEncoding,
    /// For a file of sound alone that begins with others: when.
    pub(crate) begins: Option<Begin>,
}

/// When an encode is to begin, so that one of its packets begins at that very sample. Nobody else can have such an encode.
#[derive(Clone, Debug)]
pub(crate) struct Begin(pub(crate) outputs::Beginning);

impl PartialEq for Begin {
    fn eq(&self, other: &Self) -> bool {
        std::sync::Arc::ptr_eq(&self.0, &other.0)
    }
}

impl Begin {
    /// What is encoded first, of a block for `stream`; none before the beginning.
    pub(crate) fn trimmed(&self, block: &media::AudioBlock, stream: &media::AudioStream) -> Option<media::AudioBlock> {
        let from = *self.0.get()?;
        let (rate, frame) = (stream.sample_rate, i64::from(stream.frame_size.max(1)));
        // No packet may begin before the moment, not by half a sample.
        let sample = from.to_ticks(rate) + i64::from(media::MediaTime::from_ticks(from.to_ticks(rate), rate) < from);
        // A whole packet of run-up, and as much more as brings a packet's beginning to the moment.
        let run_up = 2 * frame - i64::from(stream.initial_padding).rem_euclid(frame);
        let first = sample - run_up;
        let at = block.time.to_ticks(rate);
        let skip = usize::try_from(first - at).unwrap_or(0);
        // A show that begins at the moment has no sound for the run-up.
        let lacks = usize::try_from(at - first).unwrap_or(0).min(2 * frame as usize);
        (skip < block.frames()).then(|| {
            let mut samples = vec![0.0; lacks * media::audio::CHANNELS];
            samples.extend_from_slice(&block.samples[skip * media::audio::CHANNELS..]);
            media::AudioBlock {
                time: media::MediaTime::from_ticks(at + skip as i64 - lacks as i64, rate),
                samples,
            }
        })
    }
}

/// Everything somebody wants.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Want {
    /// The encoder of the document it comes from.
    pub(crate) encoder: String,
    pub(crate) video: Option<VideoWant>,
    /// The same picture at lower sizes, largest first.
    pub(crate) layers: Vec<VideoWant>,
    pub(crate) audio: Vec<AudioWant>,
    /// What is otherwise than the document says, in words: the destination could not carry it.
    pub(crate) changes: Vec<String>,
}

impl Want {
    /// What whoever takes the encoder as it is wants (the recording): every track.
    ///
    /// # Errors
    /// The encoder or its canvas is not there.
    pub(crate) fn of_encoder(p: &Project, formats: &[CanvasFormat], id: &str) -> Result<Self, EngineError> {
        let encoder = find_encoder(p, id)?;
        let tracks = p.audio.all_tracks().into_iter();
        Ok(Self {
            encoder: encoder.id.clone(),
            video: Some(video_want(p, formats, encoder, &EncodeWish::default())?),
            layers: vec![],
            audio: tracks
                .map(|t| AudioWant {
                    track: t.id,
                    settings: encoder.audio.clone(),
                    begins: None,
                })
                .collect(),
            changes: vec![],
        })
    }

    /// What a destination wants, made to fit what its kind can carry.
    ///
    /// # Errors
    /// Its kind, its encoder or the canvas is not there.
    pub(crate) fn of_destination(p: &Project, formats: &[CanvasFormat], d: &Destination) -> Result<Self, EngineError> {
        let fail = |error: OutputError| EngineError::Destination {
            name: d.label().to_owned(),
            error,
        };
        let can = (destination_kind(&d.kind).map_err(fail)?.wants)(&d.settings);
        let encoder = find_encoder(p, &d.encoder)?;
        let mut changes = vec![];
        let video = if can.video.is_empty() {
            None
        } else {
            let mut want = video_want(p, formats, encoder, &d.encode)?;
            fit_video(&mut want.settings, &can, d.label(), &mut changes);
            Some(want)
        };
        let mut sound = encoder.audio.clone();
        sound.codec = d.encode.audio_codec.unwrap_or(sound.codec);
        sound.bitrate_kbps = d.encode.audio_bitrate_kbps.unwrap_or(sound.bitrate_kbps);
        fit_audio(&mut sound, &can, d.label(), &mut changes);
        let tracks = tracks_of(p, d, &can, &mut changes);
        let audio = tracks.into_iter().map(|track| AudioWant {
            track,
            settings: sound.clone(),
            begins: None,
        });
        Ok(Self {
            encoder: encoder.id.clone(),
            layers: video.iter().flat_map(|v| lower(v, can.layers)).collect(),
            video,
            audio: audio.collect(),
            changes,
        })
    }

    /// What viewers of the watch page want who see it over WebRTC: the encoder of the first destination of this kind (else the
    /// first there is), made to fit.
    ///
    /// # Errors
    /// The encoder or its canvas is not there.
    pub(crate) fn of_viewers(p: &Project, formats: &[CanvasFormat], kind: &str) -> Result<Self, EngineError> {
        let shown = p
            .destinations
            .iter()
            .find(|d| d.kind == kind)
            .cloned()
            .unwrap_or_default();
        let encoder = find_encoder(p, &shown.encoder)?;
        let can = Wants {
            video: &[VideoCodec::H264],
            ..Wants::WEBRTC
        };
        let mut changes = vec![];
        let mut video = video_want(p, formats, encoder, &shown.encode)?;
        fit_video(&mut video.settings, &can, "", &mut changes);
        let mut sound = encoder.audio.clone();
        fit_audio(&mut sound, &can, "", &mut changes);
        let tracks = tracks_of(p, &shown, &can, &mut changes).into_iter();
        Ok(Self {
            encoder: encoder.id.clone(),
            video: Some(video),
            layers: vec![],
            audio: tracks
                .take(1)
                .map(|track| AudioWant {
                    track,
                    settings: sound.clone(),
                    begins: None,
                })
                .collect(),
            changes: vec![],
        })
    }

    /// One of its pictures alone.
    pub(crate) fn only(&self, video: &VideoWant) -> Self {
        Self {
            encoder: self.encoder.clone(),
            video: Some(video.clone()),
            layers: vec![],
            audio: vec![],
            changes: vec![],
        }
    }

    /// What all its streams take together, kbit/s; an estimate where the rate follows from what is encoded.
    pub(crate) fn kbps(&self, formats: &[CanvasFormat]) -> u32 {
        let picture = |v: &VideoWant| {
            let rate = formats.get(v.canvas).map_or(30.0, |f| v.rate(f.rate).as_f64());
            let pixels = f64::from(v.size.0) * f64::from(v.size.1) * rate;
            match v.settings.codec {
                // Apple's figure for ProRes 422; FFV1 makes about half of what it is given.
                VideoCodecName::ProRes => (pixels * 1.97 / 1000.0) as u32,
                VideoCodecName::Ffv1 => (pixels * 6.0 / 1000.0) as u32,
                _ => v.settings.bitrate_kbps,
            }
        };
        let video: u32 = self.video.iter().chain(&self.layers).map(picture).sum();
        let sound = |a: &AudioWant| match a.settings.codec {
            AudioCodecName::Pcm => 2304,
            AudioCodecName::Flac => 1500,
            AudioCodecName::Mp3 => a.settings.bitrate_kbps.min(320),
            _ => a.settings.bitrate_kbps,
        };
        self.audio.iter().map(sound).sum::<u32>() + video
    }
}

fn find_encoder<'a>(p: &'a Project, id: &str) -> Result<&'a Encoder, EngineError> {
    p.encoder(id).ok_or_else(|| EngineError::NotFound {
        what: "encoder",
        id: id.to_owned(),
        hint: hint(p.encoders.iter().map(|e| e.id.as_str())),
    })
}

fn video_want(p: &Project, formats: &[CanvasFormat], e: &Encoder, wish: &EncodeWish) -> Result<VideoWant, EngineError> {
    let id = if wish.canvas.is_empty() {
        &e.canvas
    } else {
        &wish.canvas
    };
    let at = p.canvases.iter().position(|c| c.id == *id);
    let (canvas, format) = at
        .and_then(|i| Some((i, formats.get(i)?)))
        .ok_or_else(|| EngineError::NotFound {
            what: "canvas",
            id: id.clone(),
            hint: hint(p.canvases.iter().map(|c| c.id.as_str())),
        })?;
    let mut settings = e.video.clone();
    if let Some(codec) = wish.codec.filter(|c| *c != settings.codec) {
        settings.codec = codec;
        settings.implementation = "auto".into();
    }
    if let Some(kbps) = wish.bitrate_kbps {
        settings.bitrate_kbps = kbps;
        settings.max_bitrate_kbps = None;
    }
    let size = wished_size(format.size, wish);
    Ok(VideoWant {
        canvas,
        source: None,
        size,
        // Whoever need not scale shares an encoder whatever the filter.
        filter: wish.filter.filter(|_| size != format.size).unwrap_or_default(),
        every: wish.every.unwrap_or(1).clamp(1, 10),
        settings,
    })
}

/// The picture in all but the first of so many sizes: half the width and height each time, at a quarter of the rate, but not below
/// what a picture needs to be one.
fn lower(v: &VideoWant, layers: usize) -> impl Iterator<Item = VideoWant> {
    let v = v.clone();
    (1..layers.clamp(1, 3)).map(move |n| {
        let half = |side: u32| ((side >> n).max(16) + 1) & !1;
        let mut lower = v.clone();
        lower.size = (half(v.size.0), half(v.size.1));
        lower.settings.bitrate_kbps = (v.settings.bitrate_kbps >> (2 * n)).max(LEAST_LAYER_KBPS);
        lower.settings.max_bitrate_kbps = None;
        lower
    })
}

/// The size wished for: what is absent follows from the canvas' shape. Even, and in the range of every encoder.
fn wished_size(canvas: (u32, u32), wish: &EncodeWish) -> (u32, u32) {
    let part = |n: u32, of: u32, other: u32| (f64::from(n) * f64::from(other) / f64::from(of.max(1))).round() as u32;
    let (w, h) = match (wish.width, wish.height) {
        (Some(w), Some(h)) => (w, h),
        (Some(w), None) => (w, part(w, canvas.0, canvas.1)),
        (None, Some(h)) => (part(h, canvas.1, canvas.0), h),
        (None, None) => canvas,
    };
    let even = |n: u32| (n.clamp(16, 8192) + 1) & !1;
    (even(w), even(h))
}

fn fit_video(s: &mut VideoEncoding, can: &Wants, who: &str, changes: &mut Vec<String>) {
    let fits = |c: VideoCodecName| can.video.contains(&c.codec());
    if !fits(s.codec)
        && let Some(codec) = can.video.first().and_then(|c| video_name(*c))
    {
        changes.push(format!(
            "{who} can't carry {}, so {} is encoded for it",
            s.codec.label(),
            codec.label()
        ));
        s.codec = codec;
        s.implementation = "auto".into();
    }
    let reorders = matches!(s.codec, VideoCodecName::H264 | VideoCodecName::Hevc);
    if let Some(most) = can.max_b_frames.filter(|m| reorders && s.b_frames > *m) {
        let text = if most == 0 {
            format!("{who} takes no B-frames, so they are left out for it")
        } else {
            format!("{who} takes {most} B-frames at most")
        };
        changes.push(text);
        s.b_frames = most;
    }
    // Whoever takes none at all is WebRTC, where every picture of delay counts.
    s.low_delay |= can.max_b_frames == Some(0);
}

fn fit_audio(s: &mut AudioEncoding, can: &Wants, who: &str, changes: &mut Vec<String>) {
    if !can.audio.contains(&s.codec.codec())
        && let Some(codec) = can.audio.first().and_then(|c| audio_name(*c))
    {
        changes.push(format!(
            "{who} can't carry {} sound, so {} is encoded for it",
            s.codec.label(),
            codec.label()
        ));
        s.codec = codec;
    }
}

/// The ids of its tracks, without those that are not there, each once; the archive's last.
fn tracks_of(p: &Project, d: &Destination, can: &Wants, changes: &mut Vec<String>) -> Vec<String> {
    if can.audio.is_empty() {
        return vec![];
    }
    let there = p.audio.all_tracks();
    let exists = |id: &&String| there.iter().any(|t| t.id == **id);
    let mut tracks: Vec<String> = vec![];
    for id in d.audio_tracks.iter().filter(exists) {
        if !tracks.contains(id) {
            tracks.push(id.clone());
        }
    }
    if tracks.is_empty() {
        tracks.extend(there.first().map(|t| t.id.clone()));
    }
    let most = can.audio_tracks.max(1);
    if tracks.len() > most {
        let which = if most == 1 {
            "only the first is".to_owned()
        } else {
            format!("the first {most} are")
        };
        changes.push(format!(
            "{} can't carry {} audio tracks; {which} sent",
            d.label(),
            tracks.len()
        ));
        tracks.truncate(most);
    }
    if let Some(vod) = Some(&d.vod_track).filter(exists).filter(|v| !tracks.contains(v)) {
        if tracks.len() < most {
            tracks.push(vod.clone());
        } else {
            changes.push(format!("{} has no room for a track of the archive's", d.label()));
        }
    }
    tracks
}

fn video_name(codec: VideoCodec) -> Option<VideoCodecName> {
    VideoCodecName::ALL.into_iter().find(|n| n.codec() == codec)
}

fn audio_name(codec: AudioCodec) -> Option<AudioCodecName> {
    use AudioCodecName::{Aac, Flac, Mp3, Opus, Pcm};
    [Aac, Opus, Mp3, Flac, Pcm].into_iter().find(|n| n.codec() == codec)
}

#[cfg(test)]
mod tests {
    use super::*;
    use project::AudioTrack;

    const FORMATS: [CanvasFormat; 1] = [CanvasFormat {
        size: (1920, 1080),
        rate: FrameRate::whole(60),
    }];

    fn destination(kind: &str) -> Destination {
        Destination {
            id: kind.into(),
            kind: kind.into(),
            ..Destination::default()
        }
    }

    fn want(p: &Project, d: &Destination) -> Want {
        Want::of_destination(p, &FORMATS, d).expect("a want")
    }

    #[test]
    fn equal_wishes_are_equal_wants() {
        let p = Project::default();
        let plain = want(&p, &destination("rtmp"));
        let mut same = destination("rtmp");
        // A filter that has nothing to do, and a rate that is the encoder's own.
        same.encode.filter = Some(ScaleFilter::Lanczos);
        same.encode.bitrate_kbps = Some(4500);
        same.encode.height = Some(1080);
        assert_eq!(want(&p, &same).video, plain.video);
        same.encode.height = Some(720);
        let smaller = want(&p, &same).video.expect("video");
        assert_eq!((smaller.size, smaller.filter), ((1280, 720), ScaleFilter::Lanczos));
    }

    #[test]
    fn lower_sizes_are_halves_at_a_quarter_of_the_rate() {
        let p = Project::default();
        let mut d = destination("whip");
        assert_eq!(want(&p, &d).layers, []);
        d.settings.insert("layers".into(), 3.into());
        let w = want(&p, &d);
        let sizes: Vec<_> = w.layers.iter().map(|l| (l.size, l.settings.bitrate_kbps)).collect();
        assert_eq!(sizes, [((960, 540), 1125), ((480, 270), 281)]);
        let alone = w.kbps(&FORMATS) - 1125 - 281;
        d.settings.insert("layers".into(), 1.into());
        assert_eq!(want(&p, &d).kbps(&FORMATS), alone, "they count");
    }

    #[test]
    fn every_second_picture_is_half_the_rate() {
        let p = Project::default();
        let mut d = destination("rtmp");
        d.encode.every = Some(2);
        let v = want(&p, &d).video.expect("video");
        assert_eq!(v.rate(FORMATS[0].rate), FrameRate::whole(30));
        let ntsc = FrameRate::new(60_000, 1001).expect("rate");
        assert_eq!(v.rate(ntsc), FrameRate::new(30_000, 1001).expect("rate"));
    }

    #[test]
    fn what_a_kind_cannot_carry_is_replaced_and_said() {
        let mut s = VideoEncoding {
            codec: VideoCodecName::ProRes,
            implementation: "prores".into(),
            ..VideoEncoding::default()
        };
        let mut words = vec![];
        fit_video(&mut s, &Wants::WEBRTC, "Booth", &mut words);
        assert_eq!(
            (s.codec, s.b_frames, s.implementation.as_str()),
            (VideoCodecName::H264, 0, "auto")
        );
        assert_eq!(words.len(), 2, "{words:?}");
        let mut a = AudioEncoding::default();
        fit_audio(&mut a, &Wants::WEBRTC, "Booth", &mut words);
        assert_eq!(a.codec, AudioCodecName::Opus);
        assert!(words[2].contains("Booth") && words[2].contains("Opus"), "{words:?}");
        let mut unchanged = vec![];
        fit_video(&mut VideoEncoding::default(), &Wants::RTMP, "x", &mut unchanged);
        assert!(unchanged.is_empty());
    }

    #[test]
    fn tracks_are_those_chosen_that_are_there() {
        let track = |id: &str| AudioTrack {
            id: id.into(),
            ..AudioTrack::default()
        };
        let mut p = Project::default();
        p.audio.tracks = vec![track("live"), track("vod"), track("voice")];
        let mut d = destination("rtmp");
        let ids = |d: &Destination, can: &Wants| {
            let mut words = vec![];
            (tracks_of(&p, d, can, &mut words), words.len())
        };
        assert_eq!(
            ids(&d, &Wants::MPEG_TS),
            (vec!["live".into()], 0),
            "the first by default"
        );
        d.audio_tracks = vec!["voice".into(), "gone".into(), "live".into(), "voice".into()];
        d.vod_track = "vod".into();
        let all = ["voice", "live", "vod"].map(str::to_owned).to_vec();
        assert_eq!(ids(&d, &Wants::MPEG_TS), (all, 0));
        assert_eq!(
            ids(&d, &Wants::RTMP),
            (vec!["voice".into()], 2),
            "and what is missing is said"
        );
        assert_eq!(
            Want::of_encoder(&p, &FORMATS, "").expect("a want").audio.len(),
            3,
            "recordings take all"
        );
    }
}
