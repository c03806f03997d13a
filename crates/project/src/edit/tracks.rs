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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Destination, Source};

    fn track(id: &str, name: &str) -> AudioTrack {
        AudioTrack {
            id: id.into(),
            name: name.into(),
            ..AudioTrack::default()
        }
    }

    fn project() -> Project {
        Project {
            sources: vec![Source {
                id: "mic".into(),
                ..Source::default()
            }],
            destinations: vec![Destination {
                id: "yt".into(),
                audio_tracks: vec!["vod".into(), "master".into()],
                vod_track: "vod".into(),
                ..Destination::default()
            }],
            ..Project::default()
        }
    }

    #[test]
    fn a_document_without_a_word_is_as_before() {
        let p = Project::default();
        let ids: Vec<_> = p.audio.all_tracks().into_iter().map(|t| t.id).collect();
        assert_eq!(ids, ["master"]);
        let text = serde_json::to_string(&project().sources[0]).expect("json");
        assert!(!text.contains("track"), "nothing new is written: {text}");
        assert_eq!(project().sources[0].audio.gain_in("anything"), Some(0.0));
    }

    #[test]
    fn who_named_a_track_that_is_gone_forgets_it() {
        let mut p = project();
        set_audio_tracks(
            &mut p,
            vec![
                track("master", "Live"),
                track("vod", "Archive"),
                track("", "Music only"),
            ],
        )
        .expect("three");
        assert_eq!(p.audio.tracks[2].id, "music-only");
        set_source_tracks(&mut p, "mic", Some(vec!["vod".into()])).expect("in one");
        assert_eq!(
            (p.sources[0].audio.gain_in("vod"), p.sources[0].audio.gain_in("master")),
            (Some(0.0), None)
        );
        set_audio_tracks(&mut p, vec![track("master", "Live")]).expect("one");
        assert_eq!(p.sources[0].audio.tracks, Some(vec![]), "it was in none of those left");
        assert_eq!(p.destinations[0].audio_tracks, ["master"]);
        assert_eq!(p.destinations[0].vod_track, "");
    }

    #[test]
    fn in_all_of_them_is_nothing_said() {
        let mut p = project();
        set_audio_tracks(&mut p, vec![track("a", ""), track("b", "")]).expect("two");
        set_source_tracks(&mut p, "mic", Some(vec!["b".into(), "a".into()])).expect("both");
        assert_eq!(p.sources[0].audio.tracks, None);
        assert!(set_source_tracks(&mut p, "mic", Some(vec!["c".into()])).is_err());
        assert!(set_source_tracks(&mut p, "nobody", None).is_err());
    }

    #[test]
    fn wrong_lists_are_refused_whole() {
        let mut p = project();
        let before = p.clone();
        let nine = (0..9).map(|n| track(&n.to_string(), "")).collect();
        assert!(set_audio_tracks(&mut p, nine).is_err_and(|e| e.to_string().contains('8')));
        assert!(set_audio_tracks(&mut p, vec![track("a", ""), track("a", "")]).is_err());
        let loud = AudioTrack {
            volume_db: 99.0,
            ..track("a", "")
        };
        assert!(set_audio_tracks(&mut p, vec![loud]).is_err());
        assert_eq!(p, before);
    }
}
