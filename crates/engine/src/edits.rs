//! From a command to an edit of the document: what the kinds know is added here (defaults, secrets, how a new source is
//! placed), the rest is `project::edit`.

mod canvases;
mod groups;
mod transitions;

use crate::{Changes, Command, EngineError, Outcome, plan::hint, stage::kind_of};
use outputs::{DestinationKind, destination_kind};
use project::{
    Project,
    edit::{self, AudioEdit, DestinationEdit, NewDestination, Placement, Shown, secrets},
};
use serde_json::Value;

/// What a step is called in the list of what can be undone: the command's name, or a batch's own label.
pub(crate) fn label(command: &Command) -> String {
    if let Command::Batch { label, .. } = command {
        return label.clone();
    }
    let tagged = serde_json::to_value(command).unwrap_or_default();
    tagged["command"].as_str().unwrap_or_default().to_owned()
}

/// Edits with an equal gesture are one step.
pub(crate) fn gesture(command: &Command) -> Option<&str> {
    match command {
        Command::SetItem { gesture, .. }
        | Command::SetItems { gesture, .. }
        | Command::SetSourceSettings { gesture, .. }
        | Command::SetSourceAudio { gesture, .. }
        | Command::SetFilter { gesture, .. }
        | Command::SetLayout { gesture, .. }
        | Command::SetBackground { gesture, .. }
        | Command::ChangeTransition { gesture, .. }
        | Command::ChangeQuickTransition { gesture, .. }
        | Command::SetCanvasItem { gesture, .. }
        | Command::SetMasterVolume { gesture, .. } => gesture.as_deref(),
        _ => None,
    }
}

/// Puts into a command what only a running show knows: the rectangle around what is grouped.
pub(crate) fn complete(p: &Project, command: &mut Command, size: &dyn Fn(&str) -> Option<(u32, u32)>) {
    match command {
        Command::GroupItems {
            scene, items, frame, ..
        } if frame.is_none() => {
            *frame = groups::frame(p, scene, items, size);
        }
        Command::Batch { commands, .. } => commands.iter_mut().for_each(|c| complete(p, c, size)),
        _ => {}
    }
}

/// Carries out an edit on a copy of the document.
///
/// # Errors
/// What it names is not there, its values are wrong, or it is no edit at all.
pub(crate) fn apply(p: &mut Project, command: Command) -> Result<Outcome, EngineError> {
    let done = Outcome::none();
    match command {
        Command::Batch { commands, .. } => {
            let results: Result<Vec<Value>, EngineError> = commands
                .into_iter()
                .map(|c| Ok(Value::Object(apply(p, c)?.0)))
                .collect();
            Ok(done.with("results", results?))
        }
        c @ (Command::AddScene { .. }
        | Command::RemoveScene { .. }
        | Command::SetSceneProperties { .. }
        | Command::DuplicateScene { .. }
        | Command::MoveScene { .. }) => scenes(p, c),
        c @ (Command::AddItem { .. }
        | Command::RemoveItems { .. }
        | Command::DuplicateItems { .. }
        | Command::SetItem { .. }
        | Command::SetItems { .. }
        | Command::PasteItems { .. }) => items(p, c),
        c @ (Command::GroupItems { .. }
        | Command::UngroupItems { .. }
        | Command::MoveItem { .. }
        | Command::SetLayout { .. }) => groups::apply(p, c),
        c @ (Command::AddFilter { .. }
        | Command::SetFilter { .. }
        | Command::RemoveFilter { .. }
        | Command::MoveFilter { .. }) => crate::filtering::edit(p, c),
        c @ (Command::AddDestination { .. }
        | Command::SetDestination { .. }
        | Command::SetDestinationEncode { .. }
        | Command::SetDestinationTracks { .. }
        | Command::RemoveDestination { .. }
        | Command::MoveDestination { .. }
        | Command::AddEncoder { .. }
        | Command::SetEncoder { .. }
        | Command::RemoveEncoder { .. }) => destinations(p, c),
        c @ (Command::AddTransition { .. }
        | Command::ChangeTransition { .. }
        | Command::RemoveTransition { .. }
        | Command::AddQuickTransition { .. }
        | Command::ChangeQuickTransition { .. }
        | Command::RemoveQuickTransition { .. }
        | Command::MoveQuickTransition { .. }
        | Command::SetSceneTransition { .. }) => transitions::apply(p, c),
        Command::SetRecording { changes } => Ok(edit::set_recording(p, &changes)?).map(|()| done),
        c @ (Command::AddCanvas { .. }
        | Command::RemoveCanvas { .. }
        | Command::SetCanvas { .. }
        | Command::SetCanvasItem { .. }) => canvases::apply(p, c),
        Command::SetCaptions { changes } => Ok(edit::set_captions(p, &changes)?).map(|()| done),
        Command::SetBackground { canvas, color, .. } => {
            let i = canvas_index(p, canvas.as_deref())?;
            p.canvases[i].background = color;
            Ok(done)
        }
        Command::SetMasterVolume { volume_db, .. } => {
            if !(-100.0..=26.0).contains(&volume_db) {
                let text = format!("volume_db is {volume_db}; it must lie between -100 and 26");
                return Err(EngineError::BadValue(text));
            }
            p.audio.master_db = volume_db;
            Ok(done)
        }
        Command::SetAudioTracks { tracks } => Ok(edit::set_audio_tracks(p, tracks)?).map(|()| done),
        Command::SetProject { name } => {
            p.name = name.unwrap_or_else(|| std::mem::take(&mut p.name));
            Ok(done)
        }
        other => sources(p, other),
    }
}

fn scenes(p: &mut Project, command: Command) -> Result<Outcome, EngineError> {
    let done = Outcome::none();
    Ok(match command {
        Command::AddScene { name, after } => done.with("scene", edit::add_scene(p, name.as_deref(), after.as_deref())?),
        Command::RemoveScene { scene } => {
            edit::remove_scene(p, &scene)?;
            done
        }
        Command::SetSceneProperties { scene, name, color } => {
            edit::set_scene_properties(p, &scene, name.as_deref(), color.as_deref())?;
            done
        }
        Command::DuplicateScene { scene, name } => {
            done.with("scene", edit::duplicate_scene(p, &scene, name.as_deref())?)
        }
        Command::MoveScene { scene, index } => {
            edit::move_scene(p, &scene, index)?;
            done
        }
        other => return Err(no_edit(&other)),
    })
}

fn items(p: &mut Project, command: Command) -> Result<Outcome, EngineError> {
    let done = Outcome::none();
    Ok(match command {
        Command::AddItem {
            scene,
            source,
            nested,
            item,
        } => {
            let (shown, placement) = match (source.as_deref(), nested.as_deref()) {
                (Some(id), None) => (
                    Shown::Source(id),
                    p.source(id).map_or(Placement::Centre, |s| placement(&s.kind)),
                ),
                (None, Some(id)) => (Shown::Scene(id), Placement::Fit),
                _ => {
                    let text = "an item shows one thing: name a source or a nested scene";
                    return Err(EngineError::BadValue(text.into()));
                }
            };
            done.with("item", edit::add_item(p, &scene, shown, placement, item.as_ref())?)
        }
        Command::RemoveItems { scene, items } => {
            edit::remove_items(p, &scene, &items)?;
            done
        }
        Command::DuplicateItems { scene, items } => done.with("items", edit::duplicate_items(p, &scene, &items)?),
        Command::SetItem {
            scene, item, changes, ..
        } => {
            edit::set_item(p, &scene, &item, &changes)?;
            done
        }
        Command::SetItems { scene, changes, .. } => {
            for c in changes {
                edit::set_item(p, &scene, &c.item, &c.changes)?;
            }
            done
        }
        Command::PasteItems { scene, items, sources } => {
            let sources = sources.unwrap_or_default();
            done.with("items", edit::paste_items(p, &scene, &items, &sources)?)
        }
        other => return Err(no_edit(&other)),
    })
}

/// How a new item of a kind lies in its scene: a picture as large as fits, words in their own size.
fn placement(kind: &str) -> Placement {
    let words = kind_of(kind).is_some_and(|k| (k.info.defaults)().contains_key("text"));
    if words { Placement::Centre } else { Placement::Fit }
}

fn sources(p: &mut Project, command: Command) -> Result<Outcome, EngineError> {
    let done = Outcome::none();
    Ok(match command {
        Command::AddSource {
            kind,
            name,
            settings,
            scene,
            item,
        } => {
            let (kind_name, settings) = new_source(&kind, settings)?;
            let name = name.unwrap_or_else(|| edit::unique_name(kind_name, p.sources.iter().map(|s| &s.name)));
            let source = edit::add_source(p, &kind, &name, settings);
            placed(p, done.with("source", source.as_str()), &source, scene, item)?
        }
        Command::SetSource {
            source,
            name,
            color,
            notes,
        } => {
            edit::set_source(p, &source, name.as_deref(), color.as_deref(), notes.as_deref())?;
            done
        }
        Command::RemoveSource { source } => {
            edit::remove_source(p, &source)?;
            done
        }
        Command::DuplicateSource { source, scene } => {
            let copy = edit::duplicate_source(p, &source)?;
            placed(p, done.with("source", copy.as_str()), &copy, scene, None)?
        }
        Command::MoveSource { source, index } => {
            edit::move_source(p, &source, index)?;
            done
        }
        Command::SetSourceSettings { source, settings, .. } => {
            set_source_settings(p, &source, &settings)?;
            done
        }
        Command::SetSourceAudio {
            source,
            volume_db,
            muted,
            balance,
            sync_offset_ms,
            ..
        } => {
            let change = AudioEdit {
                volume_db,
                muted,
                balance,
                sync_offset_ms,
            };
            edit::set_source_audio(p, &source, change)?;
            done
        }
        Command::SetSourceTracks { source, tracks } => {
            edit::set_source_tracks(p, &source, tracks)?;
            done
        }
        other => return Err(no_edit(&other)),
    })
}

fn placed(
    p: &mut Project,
    outcome: Outcome,
    source: &str,
    scene: Option<String>,
    item: Option<Changes>,
) -> Result<Outcome, EngineError> {
    let Some(scene) = scene else { return Ok(outcome) };
    let how = p.source(source).map_or(Placement::Centre, |s| placement(&s.kind));
    let made = edit::add_item(p, &scene, Shown::Source(source), how, item.as_ref())?;
    Ok(outcome.with("item", made))
}

/// Name of the kind and the settings of a new source of it.
///
/// # Errors
/// An unknown kind; settings it refuses.
pub(crate) fn new_source(kind: &str, settings: Option<Changes>) -> Result<(&'static str, Changes), EngineError> {
    let known = kind_of(kind).ok_or_else(|| EngineError::NotFound {
        what: "kind of source",
        id: kind.into(),
        hint: hint(sources::source_kinds().iter().map(|k| k.info.id)),
    })?;
    let mut all = (known.info.defaults)();
    all.extend(settings.unwrap_or_default());
    (known.info.check)(&all, "settings").map_err(|e| EngineError::Source {
        name: known.info.name.into(),
        error: e.into(),
    })?;
    Ok((known.info.name, all))
}

fn set_source_settings(p: &mut Project, id: &str, settings: &Changes) -> Result<(), EngineError> {
    let s = find(&mut p.sources, "source", id, |s| &s.id)?;
    let schema = kind_of(&s.kind).map_or(Value::Null, |k| (k.info.schema)().into());
    let next = secrets::merged(&s.settings, settings, &schema);
    if let Some(kind) = kind_of(&s.kind) {
        (kind.info.check)(&next, "settings").map_err(|e| EngineError::Source {
            name: s.label().to_owned(),
            error: e.into(),
        })?;
    }
    s.settings = next;
    Ok(())
}

fn destinations(p: &mut Project, command: Command) -> Result<Outcome, EngineError> {
    let done = Outcome::none();
    Ok(match command {
        c @ Command::AddDestination { .. } => add_destination(p, c)?,
        c @ Command::SetDestination { .. } => {
            set_destination(p, c)?;
            done
        }
        Command::SetDestinationEncode { id, changes } => {
            edit::set_destination_encode(p, &id, &changes)?;
            done
        }
        Command::SetDestinationTracks {
            id,
            audio_tracks,
            vod_track,
        } => {
            edit::set_destination_tracks(p, &id, audio_tracks, vod_track)?;
            done
        }
        Command::RemoveDestination { id } => {
            edit::remove_destination(p, &id)?;
            done
        }
        Command::MoveDestination { id, index } => {
            edit::move_destination(p, &id, index)?;
            done
        }
        Command::AddEncoder { like, changes } => {
            done.with("encoder", edit::add_encoder(p, like.as_deref(), changes.as_ref())?)
        }
        Command::SetEncoder { id, changes } => {
            edit::set_encoder(p, &id, &changes)?;
            done
        }
        Command::RemoveEncoder { id } => {
            edit::remove_encoder(p, &id)?;
            done
        }
        other => return Err(no_edit(&other)),
    })
}

fn add_destination(p: &mut Project, command: Command) -> Result<Outcome, EngineError> {
    let Command::AddDestination {
        kind,
        name,
        settings,
        enabled,
        encoder,
        service,
    } = command
    else {
        return Err(no_edit(&command));
    };
    let known = destination_kind(&kind).map_err(|error| EngineError::Destination {
        name: kind.clone(),
        error,
    })?;
    let mut all = (known.info.defaults)();
    let given = settings.unwrap_or_default().into_iter().filter(|(_, v)| !v.is_null());
    all.extend(given);
    check_destination(known, known.info.name, &all)?;
    let name = name.unwrap_or_else(|| edit::unique_name(known.info.name, p.destinations.iter().map(|d| &d.name)));
    let new = NewDestination {
        kind: &kind,
        name: &name,
        settings: all,
        enabled: enabled.unwrap_or(true),
        encoder: encoder.as_deref().unwrap_or_default(),
        service: service.as_deref().unwrap_or_default(),
    };
    Ok(Outcome::none().with("destination", edit::add_destination(p, new)?))
}

/// Checks types and ranges only: a destination may be filled in bit by bit, and one without its key says so when it is to
/// start.
fn check_destination(kind: &DestinationKind, name: &str, settings: &Changes) -> Result<(), EngineError> {
    let whole = Value::Object(settings.clone());
    let checked = project::schema::check((kind.info.schema)().as_value(), &whole, "settings");
    checked.map(drop).map_err(|e| EngineError::Destination {
        name: name.to_owned(),
        // What was found may be a key.
        error: project::DocError {
            found: "****".into(),
            ..e
        }
        .into(),
    })
}

fn set_destination(p: &mut Project, command: Command) -> Result<(), EngineError> {
    let Command::SetDestination {
        id,
        name,
        enabled,
        encoder,
        settings,
        service,
        delay_s,
        when_slow,
        standby_for,
    } = command
    else {
        return Err(no_edit(&command));
    };
    let d = find(&mut p.destinations, "destination", &id, |d| &d.id)?;
    let settings = match (settings, destination_kind(&d.kind)) {
        (None, _) => None,
        (Some(mut changes), Ok(kind)) => {
            // The page was shown an address without the key in it; unchanged, it means the one that is there.
            if let Some((field, shown)) = crate::shown::hidden_address(kind, &d.settings)
                && changes.get(field).and_then(Value::as_str) == Some(shown.as_str())
            {
                changes.remove(field);
            }
            let next = secrets::merged(&d.settings, &changes, (kind.info.schema)().as_value());
            check_destination(kind, d.label(), &next)?;
            Some(next)
        }
        (Some(changes), Err(_)) => {
            // Nothing is known of these, so all of it was shown as empty: what comes back so stays.
            let mut next = d.settings.clone();
            next.extend(changes.into_iter().filter(|(_, v)| v.as_str() != Some("")));
            Some(next)
        }
    };
    let change = DestinationEdit {
        name,
        enabled,
        encoder,
        settings,
        service,
        delay_s,
        when_slow,
        standby_for,
    };
    Ok(edit::set_destination(p, &id, change)?)
}

pub(crate) fn no_edit(command: &Command) -> EngineError {
    EngineError::BadValue(format!(
        "`{}` does not edit the project, so it can't be part of a batch",
        label(command)
    ))
}

/// The place of a canvas; the first when `id` is absent.
pub(crate) fn canvas_index(p: &Project, id: Option<&str>) -> Result<usize, EngineError> {
    let Some(id) = id else { return Ok(0) };
    p.canvases
        .iter()
        .position(|c| c.id == id)
        .ok_or_else(|| EngineError::NotFound {
            what: "canvas",
            id: id.into(),
            hint: hint(p.canvases.iter().map(|c| c.id.as_str())),
        })
}

fn find<'a, T>(
    all: &'a mut [T],
    what: &'static str,
    id: &str,
    key: impl Fn(&T) -> &String,
) -> Result<&'a mut T, EngineError> {
    let Some(i) = all.iter().position(|x| key(x) == id) else {
        return Err(EngineError::NotFound {
            what,
            id: id.into(),
            hint: hint(all.iter().map(|x| key(x).as_str())),
        });
    };
    Ok(&mut all[i])
}

#[cfg(test)]
mod tests;
