//! Image files to pictures. A file that would take absurd amounts of memory is refused before it does; nothing here
//! knows of time on the engine's clock.

use ::image::{
    AnimationDecoder, DynamicImage, Frames, ImageDecoder, ImageError, ImageFormat, ImageReader, Limits, RgbaImage,
    codecs::{gif::GifDecoder, png::PngDecoder, webp::WebPDecoder},
    metadata::LoopCount,
};
use media::{AlphaMode, MediaTime, VideoFrame, frame::MAX_DIMENSION};
use std::{fs, io::Cursor, path::Path};

/// Largest picture, pixels: a 100-megapixel photograph is more than any canvas shows.
const MOST_PIXELS: u64 = 100_000_000;
/// Largest file read into memory, bytes.
const MOST_FILE: u64 = 512 * 1024 * 1024;
/// Memory all pictures of a moving image may take, bytes; what is beyond is left out.
const MOST_CLIP: usize = 384 * 1024 * 1024;
/// Delays below this are taken for "as browsers do": 100 ms.
const SHORTEST_DELAY: MediaTime = MediaTime::from_millis(11);
const USUAL_DELAY: MediaTime = MediaTime::from_millis(100);

/// One picture of a moving image.
pub struct Shot {
    /// The picture, time zero.
    pub frame: VideoFrame,
    /// Position of its end in the loop.
    pub end: MediaTime,
}

/// A whole image file.
pub struct Clip {
    /// At least one.
    pub shots: Vec<Shot>,
    /// How many times it plays; `None` for ever.
    pub loops: Option<u32>,
    /// Something people should know.
    pub notice: Option<String>,
}

/// Reads a file.
///
/// # Errors
/// A sentence for people: what is wrong with the file and what to do.
pub fn load(path: &Path) -> Result<Clip, String> {
    let name = crate::watch::name(path);
    let size = fs::metadata(path)
        .map_err(|e| format!("The file {name} can't be read: {e}."))?
        .len();
    if size > MOST_FILE {
        return Err(format!(
            "The file {name} is too large for an image ({} MB). Use a media source.",
            size / 1_000_000
        ));
    }
    let data = fs::read(path).map_err(|e| format!("The file {name} can't be read: {e}."))?;
    decode(&data).map_err(|e| format!("The file {name} {e}"))
}

/// What follows "The file X".
fn decode(data: &[u8]) -> Result<Clip, String> {
    let format = ::image::guess_format(data).map_err(|_| NOT_AN_IMAGE.to_owned())?;
    check_size(data)?;
    let moving = match format {
        ImageFormat::Gif => GifDecoder::new(Cursor::new(data)).and_then(|d| limited(d).and_then(animated)),
        ImageFormat::WebP => match WebPDecoder::new(Cursor::new(data)) {
            Ok(d) if d.has_animation() => limited(d).and_then(animated),
            _ => Ok(None),
        },
        ImageFormat::Png => match PngDecoder::with_limits(Cursor::new(data), limits()) {
            Ok(d) if d.is_apng().unwrap_or(false) => d.apng().and_then(animated),
            _ => Ok(None),
        },
        _ => Ok(None),
    };
    match moving.map_err(|e| words(&e))? {
        Some(clip) => Ok(clip),
        None => still(data),
    }
}

const NOT_AN_IMAGE: &str = "is not an image Footlight can show. Save it as PNG, JPEG, WebP or GIF.";

fn words(e: &ImageError) -> String {
    match e {
        ImageError::Unsupported(_) => NOT_AN_IMAGE.to_owned(),
        ImageError::Limits(_) => "is too large to be shown. Make it smaller, 8000 pixels a side at most.".into(),
        other => format!("is damaged ({other}). Copy it again or save it anew."),
    }
}

fn limits() -> Limits {
    let mut l = Limits::default();
    l.max_image_width = Some(MAX_DIMENSION);
    l.max_image_height = Some(MAX_DIMENSION);
    l.max_alloc = Some(MOST_PIXELS * 8);
    l
}

/// The header's promise, before any pixel is decoded.
fn check_size(data: &[u8]) -> Result<(), String> {
    let reader = ImageReader::new(Cursor::new(data))
        .with_guessed_format()
        .map_err(|e| format!("can't be read: {e}."))?;
    let (w, h) = reader.into_dimensions().map_err(|e| words(&e))?;
    if w == 0 || h == 0 {
        return Err("is damaged (it has no size). Save it anew.".into());
    }
    if w > MAX_DIMENSION || h > MAX_DIMENSION || u64::from(w) * u64::from(h) > MOST_PIXELS {
        return Err(format!(
            "is too large to be shown ({w}×{h} pixels). Make it smaller, 8000 pixels a side at most."
        ));
    }
    Ok(())
}

fn still(data: &[u8]) -> Result<Clip, String> {
    let decoded = (|| {
        let mut reader = ImageReader::new(Cursor::new(data)).with_guessed_format()?;
        reader.limits(limits());
        let mut decoder = reader.into_decoder()?;
        let orientation = decoder.orientation()?;
        let mut image = DynamicImage::from_decoder(decoder)?;
        image.apply_orientation(orientation);
        Ok(image.into_rgba8())
    })();
    let frame = frame(decoded.map_err(|e: ImageError| words(&e))?)?;
    Ok(Clip {
        shots: vec![Shot {
            frame,
            end: USUAL_DELAY,
        }],
        loops: None,
        notice: None,
    })
}

fn frame(image: RgbaImage) -> Result<VideoFrame, String> {
    let (w, h) = image.dimensions();
    let data = image.into_raw();
    let alpha = if data.chunks_exact(4).all(|p| p[3] == 255) {
        AlphaMode::Opaque
    } else {
        AlphaMode::Straight
    };
    VideoFrame::rgba(w, h, data, alpha).map_err(|e| format!("can't be shown: {e}."))
}

fn limited<D: ImageDecoder>(mut decoder: D) -> Result<D, ImageError> {
    decoder.set_limits(limits())?;
    Ok(decoder)
}

/// The pictures of a moving image; `None` if it has only one. What comes before a broken picture is kept.
fn animated<'a>(decoder: impl AnimationDecoder<'a>) -> Result<Option<Clip>, ImageError> {
    let loops = match decoder.loop_count() {
        LoopCount::Infinite => None,
        LoopCount::Finite(n) => Some(n.get()),
    };
    collect(decoder.into_frames(), loops)
}

fn collect(frames: Frames<'_>, loops: Option<u32>) -> Result<Option<Clip>, ImageError> {
    let mut clip = Clip {
        shots: Vec::new(),
        loops,
        notice: None,
    };
    let (mut bytes, mut end) = (0, MediaTime::ZERO);
    for shot in frames {
        let shot = match shot {
            Ok(s) => s,
            Err(e) if clip.shots.is_empty() => return Err(e),
            Err(e) => {
                clip.notice = Some(format!("The image is damaged after picture {}: {e}.", clip.shots.len()));
                break;
            }
        };
        let (numer, denom) = shot.delay().numer_denom_ms();
        let delay = MediaTime(i64::from(numer) * 1_000_000 / i64::from(denom.max(1)));
        end += if delay < SHORTEST_DELAY { USUAL_DELAY } else { delay };
        let image = shot.into_buffer();
        bytes += image.as_raw().len();
        if bytes > MOST_CLIP && !clip.shots.is_empty() {
            let n = clip.shots.len();
            clip.notice = Some(format!(
                "The image is long: only its first {n} pictures play. Use it as a video instead."
            ));
            break;
        }
        match frame(image) {
            Ok(frame) => clip.shots.push(Shot { frame, end }),
            Err(_) => break,
        }
    }
    Ok((clip.shots.len() > 1).then_some(clip))
}
