//! Sounds of sources by themselves, for files of single sources: each at its own level, whatever the faders do, and with its
//! own delay, so that it fits its picture. A source that is closed, or has no sound, is silent.

use crate::{
    encode::AudioLane,
    stage::{LiveSource, Sources},
};
use media::{AudioBlock, MediaTime};
use mixer::{Mixer, SourceMix};
use project::Project;
use std::{collections::BTreeMap, sync::Arc};

/// What names of such sounds begin with; no id of a document's does.
const PREFIX: &str = "~source:";

/// The name of a source's sound by itself, where others name a track.
pub(crate) fn track_of(source: &str) -> String {
    format!("{PREFIX}{source}")
}

/// One source.
struct Solo {
    mixer: Mixer,
    /// What it reads from.
    open: Option<Arc<LiveSource>>,
}

/// All sources whose sound is encoded by itself, by the name of their sound.
#[derive(Default)]
pub(crate) struct Solos(BTreeMap<String, Solo>);

impl Solos {
    /// Adds the 10 ms at `time` of every sound that some encoder wants by itself.
    pub(crate) fn mix(
        &mut self,
        lanes: &[Arc<AudioLane>],
        stage: &Sources,
        project: &Project,
        time: MediaTime,
        (ids, blocks): (&mut Vec<String>, &mut Vec<Arc<AudioBlock>>),
    ) {
        let wanted = |id: &str| lanes.iter().any(|l| l.want.track == id);
        self.0.retain(|id, _| wanted(id));
        for lane in lanes.iter().filter(|l| l.want.track.starts_with(PREFIX)) {
            self.0.entry(lane.want.track.clone()).or_insert_with(|| Solo {
                mixer: Mixer::new(0.0),
                open: None,
            });
        }
        for (track, solo) in &mut self.0 {
            let id = &track[PREFIX.len()..];
            solo.follow(id, stage.get(id), project);
            ids.push(track.clone());
            blocks.push(Arc::new(solo.mixer.mix(time)));
        }
    }
}

impl Solo {
    /// Reads from the source as it is open now.
    fn follow(&mut self, id: &str, now: Option<&Arc<LiveSource>>, project: &Project) {
        let offset = project.source(id).map_or(0, |s| s.audio.sync_offset_ms);
        let mix = SourceMix {
            sync_offset: MediaTime::from_millis(offset.into()),
            ..SourceMix::default()
        };
        let same = match (&self.open, now) {
            (Some(a), Some(b)) => Arc::ptr_eq(a, b),
            (None, None) => true,
            _ => false,
        };
        if same {
            self.mixer.set(id, mix);
            return;
        }
        self.mixer.remove(id);
        if let Some(feed) = now.and_then(|s| s.feed.clone()) {
            self.mixer.add(id, feed, mix);
        }
        self.open = now.cloned();
    }
}
