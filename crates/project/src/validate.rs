//! What is wrong with a document as a whole although every value by itself is allowed: references to nothing, two of one
//! name, scenes inside themselves, kinds nobody knows, settings their kind refuses. Finds, corrects nothing.

use crate::{Filter, IsoPart, KindInfo, Project, SceneItem, store::severity_name};
use media::Severity;
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};

/// The most pixels a canvas has: what H.264 level 6.2 can carry (139264 macroblocks of 16 × 16).
pub const MAX_PIXELS: u64 = 139_264 * 256;

/// The kinds this build has.
#[derive(Clone, Copy)]
pub struct Registries<'a> {
    /// Source kinds.
    pub sources: &'a [KindInfo],
    /// Destination kinds.
    pub destinations: &'a [KindInfo],
    /// Transition kinds.
    pub transitions: &'a [KindInfo],
    /// Kinds of filters.
    pub filters: &'a [KindInfo],
    /// Rules by which layouts place their members.
    pub layouts: &'a [KindInfo],
}

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// [`Severity::Notice`]: odd; [`Severity::Degraded`]: a part will be missing; [`Severity::Fatal`]: the show can't start.
    #[serde(serialize_with = "severity_name")]
    pub severity: Severity,
    /// JSON path.
    pub path: String,
    /// What it is and what to do, in words for people.
    pub message: String,
}

/// Finds what is wrong, worst first, else in the order of the document.
pub fn validate(project: &Project, kinds: &Registries<'_>) -> Vec<Finding> {
    let mut f = Findings(vec![]);
    check_ids(project, &mut f);
    check_canvases(project, &mut f);
    check_sources(project, kinds.sources, &mut f);
    check_scenes(project, &mut f);
    check_transitions(project, kinds.transitions, &mut f);
    check_filters(project, kinds.filters, &mut f);
    check_nesting(project, &mut f);
    held::check(project, kinds, &mut f);
    check_encoders(project, &mut f);
    check_tracks(project, &mut f);
    check_destinations(project, kinds.destinations, &mut f);
    check_iso(project, &mut f);
    f.0.sort_by_key(|x| std::cmp::Reverse(x.severity));
    f.0
}

mod held;

struct Findings(Vec<Finding>);

impl Findings {
    fn add(&mut self, severity: Severity, path: String, message: impl Into<String>) {
        self.0.push(Finding {
            severity,
            path,
            message: message.into(),
        });
    }
}

fn check_ids(p: &Project, f: &mut Findings) {
    unique(f, "canvas", "canvases", p.canvases.iter().map(|x| &x.id));
    unique(f, "source", "sources", p.sources.iter().map(|x| &x.id));
    unique(f, "scene", "scenes", p.scenes.iter().map(|x| &x.id));
    unique(f, "transition", "transitions", p.transitions.iter().map(|x| &x.id));
    let quick = p.quick_transitions.iter().map(|x| &x.id);
    unique(f, "quick transition", "quick_transitions", quick);
    unique(f, "encoder", "encoders", p.encoders.iter().map(|x| &x.id));
    unique(f, "audio track", "audio.tracks", p.audio.tracks.iter().map(|x| &x.id));
    unique(f, "destination", "destinations", p.destinations.iter().map(|x| &x.id));
    for (i, scene) in p.scenes.iter().enumerate() {
        let mut seen = HashSet::new();
        for (k, item) in scene.items.iter().enumerate() {
            if !item.id.is_empty() && !seen.insert(&item.id) {
                let message = format!(
                    "scene {} has two items `{}`; give one another id",
                    scene.label(),
                    item.id
                );
                f.add(Severity::Notice, format!("scenes[{i}].items[{k}].id"), message);
            }
        }
    }
}

fn unique<'a>(f: &mut Findings, what: &str, list: &str, ids: impl Iterator<Item = &'a String>) {
    let mut seen: HashMap<&String, usize> = HashMap::new();
    for (i, id) in ids.enumerate() {
        let path = format!("{list}[{i}].id");
        if id.is_empty() {
            f.add(
                Severity::Fatal,
                path,
                format!("{what} number {} has no id; give it one", i + 1),
            );
        } else if let Some(first) = seen.get(id) {
            let message = format!("two of the {list} have the id `{id}` (also {list}[{first}]); give one another id");
            f.add(Severity::Fatal, path, message);
        } else {
            seen.insert(id, i);
        }
    }
}

fn check_canvases(p: &Project, f: &mut Findings) {
    if p.canvases.is_empty() {
        f.add(
            Severity::Fatal,
            "canvases".into(),
            "there is no canvas; add one with a width, a height and fps",
        );
    }
    for (i, c) in p.canvases.iter().enumerate() {
        for (side, size) in [("width", c.width), ("height", c.height)] {
            if size % 2 != 0 {
                let message = format!(
                    "canvas `{}` has an odd {side} of {size}; video needs an even one: {} or {}",
                    c.id,
                    size - 1,
                    size + 1
                );
                f.add(Severity::Fatal, format!("canvases[{i}].{side}"), message);
            }
        }
        if u64::from(c.width) * u64::from(c.height) > MAX_PIXELS {
            let message = format!(
                "canvas `{}` of {}×{} has more pixels than any encoder takes ({MAX_PIXELS}); 7680×4320 is the largest usual size",
                c.id, c.width, c.height
            );
            f.add(Severity::Fatal, format!("canvases[{i}]"), message);
        }
        if i == 0 && c.follow.is_some() {
            let message = "the first canvas is the programme, which others follow; its `follow` counts for nothing";
            f.add(Severity::Notice, "canvases[0].follow".into(), message);
        }
        if p.scene(&c.scene).is_none() && (i == 0 || c.follow.is_none()) {
            let message = format!(
                "canvas `{}` shows the scene `{}`, which is not there; {}",
                c.id,
                c.scene,
                choices(p.scenes.iter().map(|s| &s.id))
            );
            f.add(Severity::Fatal, format!("canvases[{i}].scene"), message);
        }
    }
}

/// "choose one of …".
fn choices<'a>(ids: impl Iterator<Item = &'a String>) -> String {
    let ids: Vec<String> = ids.map(|i| format!("`{i}`")).collect();
    if ids.is_empty() {
        "there is none to choose".into()
    } else {
        format!("choose {}", ids.join(" or "))
    }
}

fn check_kind(
    f: &mut Findings,
    kinds: &[KindInfo],
    path: &str,
    label: &str,
    kind: &str,
    settings: &Map<String, Value>,
) {
    let Some(info) = kinds.iter().find(|k| k.id == kind) else {
        let known: Vec<&str> = kinds.iter().map(|k| k.id).collect();
        let message = format!(
            "{label}: this version of Footlight does not know the kind `{kind}` (it knows {}). It is kept as it is, and left out of the show",
            known.join(", ")
        );
        return f.add(Severity::Degraded, format!("{path}.kind"), message);
    };
    match (info.check)(settings, &format!("{path}.settings")) {
        Ok(unknown) => {
            for u in unknown {
                let message = format!(
                    "{label}: {} has no setting of this name. It is kept as it is; check the spelling",
                    info.name
                );
                f.add(Severity::Notice, u.path, message);
            }
        }
        Err(e) => f.add(Severity::Degraded, e.path.clone(), format!("{label}: {e}")),
    }
}

fn check_sources(p: &Project, kinds: &[KindInfo], f: &mut Findings) {
    for (i, s) in p.sources.iter().enumerate() {
        check_kind(f, kinds, &format!("sources[{i}]"), s.label(), &s.kind, &s.settings);
    }
}

fn check_filters(p: &Project, kinds: &[KindInfo], f: &mut Findings) {
    let mut list = |path: &str, label: &str, filters: &[Filter]| {
        for (i, x) in filters.iter().enumerate() {
            let label = format!("{label}, filter {}", x.label());
            check_kind(f, kinds, &format!("{path}.filters[{i}]"), &label, &x.kind, &x.settings);
        }
    };
    for (i, s) in p.sources.iter().enumerate() {
        list(&format!("sources[{i}]"), s.label(), &s.filters);
    }
    for (i, s) in p.scenes.iter().enumerate() {
        list(&format!("scenes[{i}]"), s.label(), &s.filters);
        for (k, item) in s.items.iter().enumerate() {
            let label = format!("{}, item {}", s.label(), k + 1);
            list(&format!("scenes[{i}].items[{k}]"), &label, &item.filters);
        }
    }
}

fn check_scenes(p: &Project, f: &mut Findings) {
    for (i, scene) in p.scenes.iter().enumerate() {
        for (k, item) in scene.items.iter().enumerate() {
            if let Some(problem) = item_problem(p, item) {
                let message = format!("scene {}, item {}: {problem}", scene.label(), k + 1);
                f.add(Severity::Degraded, format!("scenes[{i}].items[{k}]"), message);
            }
        }
    }
}

fn check_transitions(p: &Project, kinds: &[KindInfo], f: &mut Findings) {
    for (i, t) in p.transitions.iter().enumerate() {
        let path = format!("transitions[{i}]");
        check_kind(f, kinds, &path, t.label(), &t.kind, &t.settings);
    }
    for (i, q) in p.quick_transitions.iter().enumerate() {
        if p.transition(&q.transition).is_none() {
            let message = format!(
                "the quick transition `{}` takes by `{}`, which is not there; remove it or choose another",
                q.id, q.transition
            );
            f.add(Severity::Notice, format!("quick_transitions[{i}].transition"), message);
        }
    }
    for (i, scene) in p.scenes.iter().enumerate() {
        let Some(wanted) = scene.transition.as_ref().map(|t| &t.transition) else {
            continue;
        };
        if p.transition(wanted).is_none() {
            let message = format!(
                "scene {} comes by the transition `{wanted}`, which is not there; it comes as the others do",
                scene.label()
            );
            f.add(Severity::Notice, format!("scenes[{i}].transition.transition"), message);
        }
    }
}

fn item_problem(p: &Project, item: &SceneItem) -> Option<String> {
    match (&item.source, &item.scene) {
        (None, None) if item.members.is_some() => None,
        (None, None) => Some("names neither a source nor a scene; nothing is drawn".into()),
        (Some(_), Some(_)) => Some("names a source and a scene; leave one out".into()),
        (Some(s), None) if p.source(s).is_none() => Some(format!(
            "there is no source `{s}`; nothing is drawn. {}",
            choices(p.sources.iter().map(|s| &s.id))
        )),
        (None, Some(s)) if p.scene(s).is_none() => Some(format!(
            "there is no scene `{s}`; nothing is drawn. {}",
            choices(p.scenes.iter().map(|s| &s.id))
        )),
        _ => None,
    }
}

/// Scenes that contain themselves, each ring once. Iterative, so that a chain of any length does no harm.
fn check_nesting(p: &Project, f: &mut Findings) {
    let index: HashMap<&str, usize> = p
        .scenes
        .iter()
        .enumerate()
        .rev()
        .map(|(i, s)| (s.id.as_str(), i))
        .collect();
    let index_of = |id: &str| {
        index
            .get(id)
            .copied()
            .or_else(|| p.scenes.iter().position(|s| s.name == id))
    };
    // 0 not seen, 1 on the chain, 2 done.
    let mut state = vec![0u8; p.scenes.len()];
    for start in 0..p.scenes.len() {
        let mut chain: Vec<(usize, usize)> = vec![];
        if state[start] == 0 {
            state[start] = 1;
            chain.push((start, 0));
        }
        while let Some(&mut (scene, ref mut next)) = chain.last_mut() {
            let Some(item) = p.scenes[scene].items.get(*next) else {
                state[scene] = 2;
                chain.pop();
                continue;
            };
            let at = *next;
            *next += 1;
            match item.scene.as_deref().and_then(index_of) {
                Some(inner) if state[inner] == 0 => {
                    state[inner] = 1;
                    chain.push((inner, 0));
                }
                Some(inner) if state[inner] == 1 => {
                    let ring = chain.iter().map(|c| c.0).skip_while(|c| *c != inner).chain([inner]);
                    let names: Vec<&str> = ring.map(|c| p.scenes[c].label()).collect();
                    let message = format!(
                        "a scene is inside itself: {}; the innermost is left out. Take one of them out",
                        names.join(" -> ")
                    );
                    f.add(
                        Severity::Degraded,
                        format!("scenes[{scene}].items[{at}].scene"),
                        message,
                    );
                }
                _ => {}
            }
        }
    }
}

fn check_encoders(p: &Project, f: &mut Findings) {
    for (i, e) in p.encoders.iter().enumerate() {
        if !p.canvases.iter().any(|c| c.id == e.canvas) {
            let message = format!(
                "encoder `{}` encodes the canvas `{}`, which is not there; {}",
                e.id,
                e.canvas,
                choices(p.canvases.iter().map(|c| &c.id))
            );
            f.add(Severity::Fatal, format!("encoders[{i}].canvas"), message);
        }
        if let Some(max) = e.video.max_bitrate_kbps.filter(|m| *m < e.video.bitrate_kbps) {
            let message = format!(
                "encoder `{}`: the highest bit rate ({max} kbit/s) is below the target ({} kbit/s)",
                e.id, e.video.bitrate_kbps
            );
            f.add(
                Severity::Notice,
                format!("encoders[{i}].video.max_bitrate_kbps"),
                message,
            );
        }
    }
}

/// Tracks that somebody names and that are not there are left out; the first one takes their place.
fn check_tracks(p: &Project, f: &mut Findings) {
    let there = p.audio.all_tracks();
    let missing = |id: &String| there.iter().all(|t| t.id != *id);
    for (i, d) in p.destinations.iter().enumerate() {
        let named = d
            .audio_tracks
            .iter()
            .chain(Some(&d.vod_track).filter(|v| !v.is_empty()));
        for id in named.filter(|id| missing(id)) {
            let message = format!(
                "{}: there is no audio track `{id}`; {}",
                d.label(),
                choices(there.iter().map(|t| &t.id))
            );
            f.add(Severity::Degraded, format!("destinations[{i}].audio_tracks"), message);
        }
    }
}

fn check_destinations(p: &Project, kinds: &[KindInfo], f: &mut Findings) {
    let no_encoder = |id: &str| {
        p.encoder(id).is_none().then(|| match id {
            "" => "there is no encoder; add one".to_owned(),
            id => format!(
                "there is no encoder `{id}`; {}",
                choices(p.encoders.iter().map(|e| &e.id))
            ),
        })
    };
    for (i, d) in p.destinations.iter().enumerate() {
        check_kind(f, kinds, &format!("destinations[{i}]"), d.label(), &d.kind, &d.settings);
        if let Some(problem) = no_encoder(&d.encoder) {
            f.add(
                Severity::Degraded,
                format!("destinations[{i}].encoder"),
                format!("{}: {problem}", d.label()),
            );
        }
    }
    if p.recording.enabled
        && let Some(problem) = no_encoder(&p.recording.encoder)
    {
        f.add(
            Severity::Degraded,
            "recording.encoder".into(),
            format!("recording: {problem}"),
        );
    }
}

/// What is to be recorded on its own and is not there has no file.
fn check_iso(p: &Project, f: &mut Findings) {
    let r = &p.recording;
    for (i, entry) in r.iso.iter().enumerate() {
        let (what, missing, there) = match IsoPart::of(entry) {
            IsoPart::Sources => continue,
            IsoPart::Source(id) => {
                let there = choices(p.sources.iter().map(|s| &s.id));
                (format!("source `{id}`"), p.source(id).is_none(), there)
            }
            IsoPart::Canvas(id) => {
                let there = choices(p.canvases.iter().map(|c| &c.id));
                (format!("canvas `{id}`"), p.canvases.iter().all(|c| c.id != *id), there)
            }
            IsoPart::Track(id) => {
                let tracks = p.audio.all_tracks();
                let there = choices(tracks.iter().map(|t| &t.id));
                (format!("audio track `{id}`"), tracks.iter().all(|t| t.id != *id), there)
            }
        };
        if missing {
            let message = format!("the {what}, to be recorded on its own, is not there; {there}");
            f.add(Severity::Degraded, format!("recording.iso[{i}]"), message);
        }
    }
    if !r.iso_encoder.is_empty() && p.encoder(&r.iso_encoder).is_none() {
        let message = format!(
            "there is no encoder `{}` for what is recorded on its own; {}",
            r.iso_encoder,
            choices(p.encoders.iter().map(|e| &e.id))
        );
        f.add(Severity::Degraded, "recording.iso_encoder".into(), message);
    }
}
