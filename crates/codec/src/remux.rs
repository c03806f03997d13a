//! A file into another container: the same packets, nothing encoded anew.

use crate::{
    Chapter, CodecError, Container, Interrupter, Location, ff,
    ff::{Dict, Packet as AvPacket},
    location::Input,
    log, mux,
};
use ffmpeg_next::format::context::{Output, StreamIo};
use ffmpeg_sys_next::{self as sys, AVMediaType};
use media::MediaTime;
use std::{fs::File, path::Path};

/// Writes the pictures and sounds of `from` into `to` (created, or emptied), whose container its ending says. MP4 and MOV
/// become ordinary files with their index in front.
///
/// # Errors
/// When a file can't be opened or written, or a stream does not fit the container.
pub fn remux(from: &Path, to: &Path) -> Result<(), CodecError> {
    let ending = to.extension().unwrap_or_default().to_string_lossy().into_owned();
    let container = Container::of_ending(&ending).ok_or_else(|| CodecError::Refused {
        reason: format!(
            "no container is written to files that end in `.{ending}`; there are mkv, mp4, mov, ts, flv and webm"
        ),
    })?;
    remux_as(from, to, container, &[])
}

/// How long a file is; zero when it does not say or nothing of it can be played.
pub(crate) fn length(path: &Path) -> MediaTime {
    Input::open(&Location::File(path.to_owned()), Interrupter::new()).map_or(MediaTime::ZERO, |i| i.length())
}

/// As [`remux`], with the container named and chapters added to those the file has.
pub(crate) fn remux_as(from: &Path, to: &Path, container: Container, chapters: &[Chapter]) -> Result<(), CodecError> {
    let mut input = Input::open(&Location::File(from.to_owned()), Interrupter::new())?;
    let refused = |reason: String| CodecError::Write {
        path: to.display().to_string(),
        reason,
    };
    let file = File::create(to).map_err(|e| refused(e.to_string()))?;
    // The index of an MP4 is moved to its front by reading the file again, which only FFmpeg's own files can.
    let kept = file.try_clone().map_err(|e| refused(e.to_string()))?;
    let io = StreamIo::from_write_seek(file).map_err(|e| refused(e.to_string()))?;
    log::forget_errors();
    let mut output = ffmpeg_next::format::output_to_stream(io, None, Some(container.format()))
        .map_err(|e| refused(e.to_string()))?;
    let places = streams(&input, &mut output).map_err(refused)?;
    // SAFETY: our output and our input, both open; chapters are copied.
    unsafe {
        let ctx = output.as_mut_ptr();
        sys::av_dict_copy(&raw mut (*ctx).metadata, (*input.ptr()).metadata, 0);
        if container.has_chapters() {
            mux::add_chapters(ctx, chapters, input.start().max(MediaTime::ZERO), input.length());
        }
    }
    let mut options = Dict::new();
    // SAFETY: our output with its streams; the dictionary is ours before and after.
    let code = unsafe { sys::avformat_write_header(output.as_mut_ptr(), &mut options.0) };
    if code < 0 {
        return Err(CodecError::Mux {
            container: container.name(),
            reason: log::explain(code),
        });
    }
    let copied = copy(&mut input, &mut output, &places);
    // SAFETY: our output, whose header is written; called once.
    let ended = unsafe { sys::av_write_trailer(output.as_mut_ptr()) };
    drop(output);
    copied.and(ff::check(ended).map(drop)).map_err(refused)?;
    kept.sync_all().map_err(|e| refused(e.to_string()))
}

/// Makes a stream in the output for each picture and sound of the input; says which became which.
fn streams(input: &Input, output: &mut Output) -> Result<Vec<Option<i32>>, String> {
    let mut places = vec![];
    let mut next = 0;
    for &from in input.streams() {
        // SAFETY: live streams of our input; the output's header is not written yet.
        let wanted = unsafe {
            let kind = ff::raw_enum!((*(*from).codecpar).codec_type);
            kind == AVMediaType::AVMEDIA_TYPE_VIDEO as i32 || kind == AVMediaType::AVMEDIA_TYPE_AUDIO as i32
        };
        if !wanted {
            places.push(None);
            continue;
        }
        // SAFETY: as above; the copied parameters belong to the new stream.
        unsafe {
            let to = sys::avformat_new_stream(output.as_mut_ptr(), std::ptr::null());
            if to.is_null() {
                return Err("out of memory".into());
            }
            ff::check(sys::avcodec_parameters_copy((*to).codecpar, (*from).codecpar))?;
            (*(*to).codecpar).codec_tag = 0;
            (*to).time_base = (*from).time_base;
            (*to).avg_frame_rate = (*from).avg_frame_rate;
            (*to).sample_aspect_ratio = (*from).sample_aspect_ratio;
            (*to).disposition = (*from).disposition;
            sys::av_dict_copy(&raw mut (*to).metadata, (*from).metadata, 0);
        }
        places.push(Some(next));
        next += 1;
    }
    if next == 0 {
        return Err("it has neither picture nor sound".into());
    }
    Ok(places)
}

fn copy(input: &mut Input, output: &mut Output, places: &[Option<i32>]) -> Result<(), String> {
    let mut packet = AvPacket::new().map_err(|e| e.to_string())?;
    loop {
        match input.read(&mut packet) {
            Ok(()) => {}
            Err(sys::AVERROR_EOF) => return Ok(()),
            // A file that was cut off ends in an error: what came before is kept.
            Err(code) => {
                tracing::debug!("the end of a file is damaged: {}", ff::text(code));
                return Ok(());
            }
        }
        // SAFETY: our packet; its stream index is one of the input's streams, as is each of `places` of the output's.
        unsafe {
            let p = packet.ptr();
            let from = (*p).stream_index;
            let Some(to) = usize::try_from(from)
                .ok()
                .and_then(|i| places.get(i).copied().flatten())
            else {
                continue;
            };
            let Some(&source) = input.streams().get(from as usize) else {
                continue;
            };
            let target = *(*output.as_mut_ptr()).streams.add(to as usize);
            sys::av_packet_rescale_ts(p, (*source).time_base, (*target).time_base);
            (*p).stream_index = to;
            (*p).pos = -1;
            ff::check(sys::av_interleaved_write_frame(output.as_mut_ptr(), p))?;
        }
    }
}
