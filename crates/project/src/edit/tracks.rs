//! Edits of the audio tracks, and of which sources are in them.

use super::{EditError, ids, place};
use crate::{AudioTrack, MAX_AUDIO_TRACKS, Project};

/// Replaces the list of audio tracks. Those without an id get one from their name; what named a track that is gone forgets
/// it. An empty list means one track, the master.
///
/// # Errors
/// More than eight, two of the same id, or a gain out of range.
pub fn set_audio_tracks(p: &mut Project, mut tracks: Vec<AudioTrack>) -> Result<(), EditError> {
    if tracks.len() > MAX_AUDIO_TRACKS {
        return Err(EditError::refused(format!(
            "there can be at most {MAX_AUDIO_TRACKS} audio tracks"
        )));
    }
    for i in 0..tracks.len() {
        if tracks[i].id.trim().is_empty() {
            let base = ids::slug(&tracks[i].name, "track");
            tracks[i].id = ids::unique_id(&base, tracks.iter().map(|t| &t.id));
        }
        let id = &tracks[i].id;
        if tracks[..i].iter().any(|t| t.id == *id) {
            return Err(EditError::refused(format!("there are two audio tracks `{id}`")));
        }
        if !(-100.0..=26.0).contains(&tracks[i].volume_db) {
            return Err(EditError::refused("a track's gain must be from -100 to 26 dB"));
        }
    }
    p.audio.tracks = tracks;
    let there: Vec<_> = p.audio.all_tracks().into_iter().map(|t| t.id).collect();
    for s in &mut p.sources {
        if let Some(list) = &mut s.audio.tracks {
            list.retain(|t| there.contains(t));
        }
        s.audio.track_gains_db.retain(|t, _| there.contains(t));
    }
    for d in &mut p.destinations {
        d.audio_tracks.retain(|t| there.contains(t));
        if !there.contains(&d.vod_track) {
            d.vod_track.clear();
        }
    }
    Ok(())
}

/// Says which tracks a source is in; none given means all. A source in no track is heard nowhere.
///
/// # Errors
/// It, or a track, is not there.
pub fn set_source_tracks(p: &mut Project, id: &str, tracks: Option<Vec<String>>) -> Result<(), EditError> {
    let at = place("source", id, p.sources.iter().map(|s| &s.id))?;
    let there = p.audio.all_tracks();
    for track in tracks.iter().flatten() {
        place("audio track", track, there.iter().map(|t| &t.id))?;
    }
    // In all of them is the same as nothing said, and stays so when tracks are added.
    let all = |list: &Vec<String>| there.iter().all(|t| list.contains(&t.id));
    p.sources[at].audio.tracks = tracks.filter(|list| !all(list));
    Ok(())
}
