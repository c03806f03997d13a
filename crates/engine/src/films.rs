//! The films of transitions: opened and closed with the document like sources, and kept ready, so that a transition begins
//! with their first picture. They are no sources of the project: nobody places or lists them. A film that is missing or broken is
//! told; its transition is a cut at the same moment then.

use crate::{
    EventLevel,
    desk::DeskState,
    preflight::{FindingLevel, Findings},
    show::Shared,
    stage::{LiveSource, Stage, kind_of, state_words},
};
use compositor::{FilmLength, FilmPictures, films_of};
use media::{MediaTime, VideoFrame};
use mixer::SourceMix;
use project::{Project, Source};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};
use sources::{SourceKind, media_file::film::FILM};
use std::{borrow::Cow, collections::BTreeMap, sync::Arc};

const PICTURE: &str = "transition:";
const MATTE: &str = "transition-matte:";

/// A film of a transition, as people are told of it.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FilmView {
    /// `ready`, or `waiting` while it can't be played.
    pub state: String,
    /// Why it can't be played and what to do.
    pub reason: Option<String>,
    /// How long it is, ms; none while that is not known.
    pub length_ms: Option<i64>,
}

/// Whether an open source is the film of a transition.
pub(crate) fn is_film(id: &str) -> bool {
    id.starts_with(PICTURE) || id.starts_with(MATTE)
}

/// What the events and findings of an open source are about.
pub(crate) fn subject(id: &str) -> String {
    match id.strip_prefix(MATTE) {
        Some(transition) => format!("{PICTURE}{transition}"),
        None if is_film(id) => id.to_owned(),
        None => format!("source:{id}"),
    }
}

/// Ids under which the films of a transition are open.
pub(crate) fn ids(transition: &str) -> [String; 2] {
    [PICTURE, MATTE].map(|p| format!("{p}{transition}"))
}

/// The kind of an open source or film of that kind's id.
pub(crate) fn kind(id: &str) -> Option<&'static SourceKind> {
    if id == FILM.info.id { Some(&FILM) } else { kind_of(id) }
}

/// Everything of a document that is open while it is shown: its sources and the films of its transitions.
pub(crate) fn open_in(p: &Project) -> Vec<Cow<'_, Source>> {
    let mut all: Vec<_> = p
        .sources
        .iter()
        .filter(|s| s.kind != FILM.info.id)
        .map(Cow::Borrowed)
        .collect();
    for t in &p.transitions {
        let Some(films) = films_of(&t.kind, &t.settings) else {
            continue;
        };
        let film = |id: &str, file: &str, audio: bool| {
            let settings = [("file", Value::from(file)), ("audio", Value::from(audio))];
            Cow::Owned(Source {
                id: id.to_owned(),
                name: t.label().to_owned(),
                kind: FILM.info.id.to_owned(),
                settings: settings
                    .map(|(k, v)| (k.to_owned(), v))
                    .into_iter()
                    .collect::<Map<_, _>>(),
                ..Source::default()
            })
        };
        let [picture, matte] = ids(&t.id);
        all.push(film(&picture, &films.file, films.volume_db.is_some()));
        all.extend(films.matte.map(|file| film(&matte, &file, false)));
    }
    all
}

/// How the sound of an open film is mixed; `None` for what is no film.
pub(crate) fn mix(p: &Project, id: &str) -> Option<SourceMix> {
    if !is_film(id) {
        return None;
    }
    let transition = id
        .strip_prefix(PICTURE)
        .and_then(|id| p.transitions.iter().find(|t| t.id == id));
    let volume = transition.and_then(|t| films_of(&t.kind, &t.settings)?.volume_db);
    Some(SourceMix {
        volume_db: volume.unwrap_or_default() as f32,
        muted: volume.is_none(),
        ..SourceMix::default()
    })
}

/// What the films of a transition show, out of the pictures of a moment.
pub(crate) fn pictures(all: &BTreeMap<Arc<str>, Arc<VideoFrame>>, transition: &str) -> FilmPictures {
    // What a film shows behind its end is the smallest picture there is.
    let [picture, matte] = ids(transition).map(|id| all.get(id.as_str()).filter(|f| f.width > 2).cloned());
    FilmPictures { picture, matte }
}

impl Stage {
    fn live(&self, id: &str) -> Option<Arc<LiveSource>> {
        self.sources().get(id).cloned()
    }

    /// What is known of the film of a transition; none while it can't be played.
    pub(crate) fn film(&self, transition: &str) -> Option<FilmLength> {
        let [picture, _] = ids(transition);
        let info = self.live(&picture)?.source.lock().film()?;
        Some(FilmLength {
            length: info.length,
            picture_time: info.picture_time,
        })
    }

    /// Plays the films of a transition from engine time `at` on. Their first pictures are there when this returns.
    pub(crate) fn begin_films(&self, transition: &str, at: MediaTime) {
        for film in ids(transition).iter().filter_map(|id| self.live(id)) {
            film.source.lock().begin(at);
        }
    }

    /// The films of transitions, by the transition's id; the worse one where there are two.
    pub(crate) fn films(&self) -> BTreeMap<String, FilmView> {
        let mut out = BTreeMap::new();
        for (id, s) in self.sources().iter() {
            let (Some(name), picture) = (
                id.strip_prefix(PICTURE).or(id.strip_prefix(MATTE)),
                id.starts_with(PICTURE),
            ) else {
                continue;
            };
            let Some(source) = s.source.try_lock() else { continue };
            let (state, reason) = state_words(&source.state());
            let length_ms = source.film().filter(|_| picture).map(|f| f.length.as_millis());
            let view = out.entry(name.to_owned()).or_insert_with(|| FilmView {
                state: state.to_owned(),
                reason: None,
                length_ms: None,
            });
            view.length_ms = view.length_ms.or(length_ms);
            if reason.is_some() {
                (view.state, view.reason) = (state.to_owned(), reason);
            }
        }
        out
    }
}

impl Shared {
    /// How the desk stands now.
    pub(crate) fn desk_state(&self) -> DeskState {
        DeskState {
            films: self.stage.films(),
            ..self.desk.state(&self.project.load(), self.clock.now())
        }
    }

    /// Says that a transition is taken otherwise than it should be.
    pub(crate) fn tell_of_transition(&self, t: &project::Transition, why: &str) {
        let text = format!("{}: {why}", t.label());
        self.log.add(EventLevel::Warning, format!("{PICTURE}{}", t.id), text);
    }
}

/// Adds how the films of a document's transitions are doing to what was found.
pub(crate) fn report(live: &LiveSource, id: &str, found: &mut Findings) {
    let name = live.name();
    match live.source.lock().state() {
        sources::SourceState::Waiting { reason } => found.add(
            FindingLevel::Warn,
            subject(id),
            format!("{name}: {reason} The scenes change by a cut until then."),
        ),
        _ => found.add(FindingLevel::Pass, subject(id), format!("the film of {name} is there")),
    }
}
