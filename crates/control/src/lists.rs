//! What can be chosen from: kinds of sources and destinations, the devices of this computer, encoders.

use crate::{Site, answer::slowly};
use axum::{Json, extract::State, response::Response};
use project::KindInfo;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::{Map, Value};
use std::{sync::Arc, time::Duration};

/// A kind of source, destination, transition or filter, with everything a form needs.
#[derive(Serialize, JsonSchema)]
pub struct Kind {
    /// Its id.
    pub id: &'static str,
    /// Name for people.
    pub name: &'static str,
    /// One sentence for people.
    pub summary: &'static str,
    /// JSON Schema of its settings.
    #[schemars(with = "Map<String, Value>")]
    pub schema: Schema,
    /// The settings of a new one.
    pub defaults: Map<String, Value>,
    /// Whether it can make pictures (a source), or carries them.
    pub video: bool,
    /// Whether it can make sound (a source), or carries it.
    pub audio: bool,
    /// Of a destination: the URL schemes it takes, without `://`.
    pub schemes: &'static [&'static str],
    /// Of a filter: whether it can be on sources alone.
    pub sources_only: bool,
    /// Of a transition: whether an item can come and go by it.
    pub for_items: bool,
}

/// All kinds.
#[derive(Serialize, JsonSchema)]
pub struct Kinds {
    /// Of sources.
    pub sources: Vec<Kind>,
    /// Of destinations.
    pub destinations: Vec<Kind>,
    /// Of transitions between scenes.
    pub transitions: Vec<Kind>,
    /// Of filters.
    pub filters: Vec<Kind>,
    /// Of layouts.
    pub layouts: Vec<Kind>,
}

/// Every kind of this build.
pub fn kinds() -> Kinds {
    let kind = |info: &KindInfo, video, audio, schemes| Kind {
        id: info.id,
        name: info.name,
        summary: info.summary,
        schema: (info.schema)(),
        defaults: (info.defaults)(),
        video,
        audio,
        schemes,
        sources_only: false,
        for_items: false,
    };
    Kinds {
        sources: sources::source_kinds()
            .iter()
            .map(|k| kind(&k.info, k.video, k.audio, &[]))
            .collect(),
        destinations: outputs::destination_kinds()
            .iter()
            .map(|k| kind(&k.info, true, true, k.schemes))
            .collect(),
        transitions: compositor::transition_kinds()
            .iter()
            .map(|k| Kind {
                for_items: k.for_items,
                ..kind(&k.info, true, false, &[])
            })
            .collect(),
        filters: engine::filter_kinds()
            .iter()
            .map(|k| Kind {
                sources_only: k.sources_only,
                ..kind(&k.info, true, false, &[])
            })
            .collect(),
        layouts: compositor::layout_kinds()
            .iter()
            .map(|k| kind(&k.info, true, false, &[]))
            .collect(),
    }
}

/// `GET /api/kinds`
pub(crate) async fn get_kinds() -> Json<Kinds> {
    Json(kinds())
}

/// The devices of this computer by what they are.
#[derive(Serialize, Default, JsonSchema)]
pub struct Devices {
    /// What gives pictures.
    pub cameras: Vec<sources::Device>,
    /// What gives sound.
    pub microphones: Vec<sources::Device>,
    /// Displays.
    pub screens: Vec<sources::Device>,
    /// Other kinds that have devices.
    pub other: Vec<sources::Device>,
    /// What could not be listed, and why.
    pub problems: Vec<String>,
}

/// `GET /api/fonts`
pub(crate) async fn fonts() -> Response {
    slowly(|| Ok(serde_json::json!({ "families": sources::font_families() }))).await
}

/// `GET /api/devices`
pub(crate) async fn devices() -> Response {
    slowly(|| Ok(find_devices())).await
}

fn find_devices() -> Devices {
    let mut all = Devices::default();
    for kind in sources::source_kinds() {
        let Some(list) = kind.devices else { continue };
        let found = match list() {
            Ok(found) => found,
            Err(e) => {
                all.problems.push(format!("{}: {e}", kind.info.name));
                continue;
            }
        };
        match (kind.video, kind.audio, kind.info.id) {
            (_, _, "screen") => all.screens.extend(found),
            (true, ..) => all.cameras.extend(found),
            (false, true, _) => all.microphones.extend(found),
            _ => all.other.extend(found),
        }
    }
    all
}

/// How long a probe of the encoders may take.
const PROBE: Duration = Duration::from_secs(5);

/// `GET /api/encoders`
pub(crate) async fn encoders(State(site): State<Arc<Site>>) -> Response {
    slowly(move || {
        let exe = site.house.probe_exe().or_else(|| std::env::current_exe().ok());
        Ok(exe.map(|exe| codec::probe_all(&exe, PROBE)).unwrap_or_default())
    })
    .await
}
