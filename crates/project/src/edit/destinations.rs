//! Edits of destinations and encoders. What a kind's settings may be is checked by the engine, which knows the kinds.

use super::{EditError, changed, ids, move_to, place, schema_of};
use crate::{Destination, EncodeWish, Encoder, Project, WhenSlow};
use serde_json::{Map, Value};
use std::sync::LazyLock;

static ENCODER: LazyLock<Value> = LazyLock::new(schema_of::<Encoder>);
static WISH: LazyLock<Value> = LazyLock::new(schema_of::<EncodeWish>);

/// A destination to be made.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NewDestination<'a> {
    /// Its kind.
    pub kind: &'a str,
    /// Name for people; its id comes from it.
    pub name: &'a str,
    /// Its settings.
    pub settings: Map<String, Value>,
    /// Whether it goes live with the show.
    pub enabled: bool,
    /// The encoder it carries; the first when empty.
    pub encoder: &'a str,
    /// Id of the service it is; empty for none.
    pub service: &'a str,
}

/// Adds a destination; gives its id.
///
/// # Errors
/// The encoder is not there.
pub fn add_destination(p: &mut Project, new: NewDestination<'_>) -> Result<String, EditError> {
    check_encoder(p, new.encoder)?;
    let base = ids::slug(new.name, &ids::slug(new.kind, "destination"));
    let id = ids::unique_id(&base, p.destinations.iter().map(|d| &d.id));
    p.destinations.push(Destination {
        id: id.clone(),
        name: new.name.to_owned(),
        kind: new.kind.to_owned(),
        service: new.service.to_owned(),
        enabled: new.enabled,
        encoder: new.encoder.to_owned(),
        settings: new.settings,
        ..Destination::default()
    });
    Ok(id)
}

fn check_encoder(p: &Project, id: &str) -> Result<(), EditError> {
    if !id.is_empty() {
        place("encoder", id, p.encoders.iter().map(|e| &e.id))?;
    }
    Ok(())
}

/// Changes of a destination; absent fields stay.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DestinationEdit {
    /// Name for people.
    pub name: Option<String>,
    /// Whether it goes live with the show.
    pub enabled: Option<bool>,
    /// The encoder it carries; empty for the first.
    pub encoder: Option<String>,
    /// All its settings anew; see [`super::secrets::merged`].
    pub settings: Option<Map<String, Value>>,
    /// Id of the service it is.
    pub service: Option<String>,
    /// How much later it gets the show, seconds; 0 to 600.
    pub delay_s: Option<f64>,
    /// What happens when its line is too slow.
    pub when_slow: Option<WhenSlow>,
    /// The destination it stands in for; empty for none.
    pub standby_for: Option<String>,
}

/// The longest delay, seconds.
pub const MOST_DELAY_S: f64 = 600.0;

/// Changes a destination.
///
/// # Errors
/// It, the encoder, or the one it is to stand in for is not there; it would stand in for itself; a delay out of range.
pub fn set_destination(p: &mut Project, id: &str, edit: DestinationEdit) -> Result<(), EditError> {
    let at = place("destination", id, p.destinations.iter().map(|d| &d.id))?;
    check_encoder(p, edit.encoder.as_deref().unwrap_or_default())?;
    if let Some(main) = edit.standby_for.as_deref().filter(|m| !m.is_empty()) {
        place("destination", main, p.destinations.iter().map(|d| &d.id))?;
        if main == id || chain(p, main).contains(&id) {
            return Err(EditError::refused("two destinations can't stand in for each other"));
        }
    }
    if let Some(s) = edit.delay_s
        && !(0.0..=MOST_DELAY_S).contains(&s)
    {
        return Err(EditError::refused(format!(
            "a delay of {s} s is out of range; use 0 to {MOST_DELAY_S} s"
        )));
    }
    let d = &mut p.destinations[at];
    d.delay_s = edit.delay_s.unwrap_or(d.delay_s);
    d.when_slow = edit.when_slow.unwrap_or(d.when_slow);
    d.standby_for = edit.standby_for.unwrap_or_else(|| std::mem::take(&mut d.standby_for));
    d.enabled = edit.enabled.unwrap_or(d.enabled);
    d.name = edit.name.unwrap_or_else(|| std::mem::take(&mut d.name));
    d.encoder = edit.encoder.unwrap_or_else(|| std::mem::take(&mut d.encoder));
    d.settings = edit.settings.unwrap_or_else(|| std::mem::take(&mut d.settings));
    d.service = edit.service.unwrap_or_else(|| std::mem::take(&mut d.service));
    Ok(())
}

/// The destinations that `id` stands in for, one through the other, nearest first; ends before it would repeat itself.
fn chain<'a>(p: &'a Project, id: &str) -> Vec<&'a str> {
    let next = |of: &str| {
        let d = p.destinations.iter().find(|d| d.id == of)?;
        (!d.standby_for.is_empty()).then_some(d.standby_for.as_str())
    };
    let mut all: Vec<&str> = vec![];
    let mut now = next(id);
    while let Some(main) = now.filter(|m| !all.contains(m)) {
        all.push(main);
        now = next(main);
    }
    all
}

/// The destination that `id` stands in for. None when it goes live by itself: it names nobody, nobody who is there, or it
/// would in the end stand in for itself (a document written by hand).
pub fn main_of<'a>(p: &'a Project, id: &str) -> Option<&'a str> {
    let chain = chain(p, id);
    let main = chain.first().copied()?;
    let there = p.destinations.iter().any(|d| d.id == main);
    (there && !chain.contains(&id)).then_some(main)
}

/// Changes what a destination wants differently from its encoder: absent fields stay, `null` takes one back.
///
/// # Errors
/// It, or the canvas, is not there; a wrong value.
pub fn set_destination_encode(p: &mut Project, id: &str, changes: &Map<String, Value>) -> Result<(), EditError> {
    let at = place("destination", id, p.destinations.iter().map(|d| &d.id))?;
    let mut now = p.destinations[at].encode.clone();
    let (cleared, set): (Map<_, _>, Map<_, _>) = changes.clone().into_iter().partition(|(_, v)| v.is_null());
    if !cleared.is_empty() {
        let mut left = serde_json::to_value(&now).unwrap_or_default();
        if let Some(fields) = left.as_object_mut() {
            fields.retain(|name, _| !cleared.contains_key(name));
        }
        now = serde_json::from_value(left).unwrap_or_default();
    }
    let next = changed(&now, &set, &WISH, id)?;
    if !next.canvas.is_empty() {
        place("canvas", &next.canvas, p.canvases.iter().map(|c| &c.id))?;
    }
    p.destinations[at].encode = next;
    Ok(())
}

/// Chooses the audio tracks of a destination (the first track when empty) and that of its archive (none when empty).
///
/// # Errors
/// It, or a track, is not there.
pub fn set_destination_tracks(
    p: &mut Project,
    id: &str,
    tracks: Option<Vec<String>>,
    vod: Option<String>,
) -> Result<(), EditError> {
    let at = place("destination", id, p.destinations.iter().map(|d| &d.id))?;
    let there = p.audio.all_tracks();
    for track in tracks.iter().flatten().chain(vod.iter().filter(|v| !v.is_empty())) {
        place("audio track", track, there.iter().map(|t| &t.id))?;
    }
    let d = &mut p.destinations[at];
    d.audio_tracks = tracks.unwrap_or_else(|| std::mem::take(&mut d.audio_tracks));
    d.vod_track = vod.unwrap_or_else(|| std::mem::take(&mut d.vod_track));
    Ok(())
}

/// Removes a destination. One that stood in for it goes live by itself from then on.
///
/// # Errors
/// It is not there.
pub fn remove_destination(p: &mut Project, id: &str) -> Result<(), EditError> {
    let at = place("destination", id, p.destinations.iter().map(|d| &d.id))?;
    p.destinations.remove(at);
    for d in p.destinations.iter_mut().filter(|d| d.standby_for == id) {
        d.standby_for.clear();
    }
    Ok(())
}

/// Moves a destination in the list.
///
/// # Errors
/// It is not there.
pub fn move_destination(p: &mut Project, id: &str, index: usize) -> Result<(), EditError> {
    let at = place("destination", id, p.destinations.iter().map(|d| &d.id))?;
    move_to(&mut p.destinations, at, index);
    Ok(())
}

/// Adds an encoder that begins as `like` (the first when absent); gives its id.
///
/// # Errors
/// `like` is not there; wrong changes.
pub fn add_encoder(
    p: &mut Project,
    like: Option<&str>,
    changes: Option<&Map<String, Value>>,
) -> Result<String, EditError> {
    let mut new = match like {
        Some(id) => p.encoders[place("encoder", id, p.encoders.iter().map(|e| &e.id))?].clone(),
        None => p.encoders.first().cloned().unwrap_or_default(),
    };
    new.id = ids::unique_id(&new.id, p.encoders.iter().map(|e| &e.id));
    let id = new.id.clone();
    p.encoders.push(new);
    if let Some(changes) = changes {
        set_encoder(p, &id, changes)?;
    }
    Ok(id)
}

/// Changes fields of an encoder; its id stays.
///
/// # Errors
/// It, or the canvas, is not there; a wrong value.
pub fn set_encoder(p: &mut Project, id: &str, changes: &Map<String, Value>) -> Result<(), EditError> {
    let at = place("encoder", id, p.encoders.iter().map(|e| &e.id))?;
    let next = changed(&p.encoders[at], changes, &ENCODER, id)?;
    if next.id != id {
        return Err(EditError::refused("an encoder's id can't be changed"));
    }
    place("canvas", &next.canvas, p.canvases.iter().map(|c| &c.id))?;
    p.encoders[at] = next;
    Ok(())
}

/// Removes an encoder.
///
/// # Errors
/// It is not there, the last one, or somebody uses it.
pub fn remove_encoder(p: &mut Project, id: &str) -> Result<(), EditError> {
    let at = place("encoder", id, p.encoders.iter().map(|e| &e.id))?;
    if p.encoders.len() == 1 {
        return Err(EditError::refused("this is the only encoder; a show needs one"));
    }
    // The first one is also the one of everybody who names none.
    let uses = |named: &str| named == id || (at == 0 && named.is_empty());
    if let Some(d) = p.destinations.iter().find(|d| uses(&d.encoder)) {
        return Err(EditError::refused(format!(
            "{} uses this encoder; give it another one first",
            d.label()
        )));
    }
    if uses(&p.recording.encoder) || p.recording.iso_encoder == id {
        return Err(EditError::refused(
            "the recording uses this encoder; give it another one first",
        ));
    }
    p.encoders.remove(at);
    Ok(())
}
