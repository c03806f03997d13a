//! Edits of the document: one function each, pure, from a document to the next. Ids are made here, references are kept
//! whole here, and nothing here knows that a show runs.
//!
//! A function that fails may leave the document half changed: give it a copy, and throw the copy away.

mod canvases;
mod destinations;
mod filters;
mod follow;
mod groups;
pub mod history;
mod ids;
mod items;
mod resize;
mod scenes;
pub mod secrets;
mod sources;
mod tracks;
mod transitions;

pub use canvases::{add_canvas, remove_canvas, set_canvas, set_captions, set_recording};
pub use destinations::{
    DestinationEdit, MOST_DELAY_S, NewDestination, add_destination, add_encoder, main_of, move_destination,
    remove_destination, remove_encoder, set_destination, set_destination_encode, set_destination_tracks, set_encoder,
};
pub use filters::{Filtered, add_filter, filters_mut, move_filter, remove_filter, set_filter};
pub use follow::{forget_stale_places, set_canvas_item};
pub use groups::{add_holder, dissolve, hold_item};
pub use history::History;
pub use ids::{fill_in_ids, slug, unique_id, unique_name};
pub use items::{Placement, Shown, add_item, duplicate_items, move_item, paste_items, remove_items, set_item};
pub use scenes::{add_scene, carry_program, duplicate_scene, move_scene, remove_scene, set_scene_properties};
pub use sources::{AudioEdit, add_source, duplicate_source, move_source, remove_source, set_source, set_source_audio};
pub use tracks::{set_audio_tracks, set_source_tracks};
pub use transitions::{
    add_quick_transition, add_transition, change_quick_transition, change_transition, move_quick_transition,
    remove_quick_transition, remove_transition, set_scene_transition,
};

use crate::{DocError, Project, Scene, kind, schema};
use schemars::JsonSchema;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

/// Why an edit can't be made.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EditError {
    /// It names something that isn't there.
    #[error("there is no {what} `{id}`")]
    NotFound {
        /// `scene`, `source`, …
        what: &'static str,
        /// The id asked for.
        id: String,
        /// What there is instead.
        known: Vec<String>,
    },
    /// It would break the document; in words.
    #[error("{0}")]
    Refused(String),
    /// A wrong value.
    #[error(transparent)]
    Wrong(#[from] DocError),
}

impl EditError {
    pub(crate) fn refused(why: impl Into<String>) -> Self {
        Self::Refused(why.into())
    }
}

/// The place of `id` in a list.
pub(crate) fn place<'a>(
    what: &'static str,
    id: &str,
    mut ids: impl Iterator<Item = &'a String> + Clone,
) -> Result<usize, EditError> {
    let known = ids.clone();
    ids.position(|x| x == id).ok_or_else(|| EditError::NotFound {
        what,
        id: id.to_owned(),
        known: known.cloned().collect(),
    })
}

/// The place of a scene, by id, else by name.
pub(crate) fn scene_place(p: &Project, id: &str) -> Result<usize, EditError> {
    place("scene", id, p.scenes.iter().map(|s| &s.id)).or_else(|e| p.scenes.iter().position(|s| s.name == id).ok_or(e))
}

pub(crate) fn scene_mut<'a>(p: &'a mut Project, id: &str) -> Result<&'a mut Scene, EditError> {
    let i = scene_place(p, id)?;
    Ok(&mut p.scenes[i])
}

/// Moves an element; beyond the end means to the end.
pub(crate) fn move_to<T>(list: &mut Vec<T>, from: usize, to: usize) {
    let x = list.remove(from);
    list.insert(to.min(list.len()), x);
}

/// `value` with some fields changed, named as in the document, and checked as the document is. Objects are changed field
/// by field; `null` takes an optional field away. `what` begins the error's path.
///
/// # Errors
/// A field it does not have; a value of the wrong type or out of range.
pub(crate) fn changed<T>(value: &T, changes: &Map<String, Value>, schema: &Value, what: &str) -> Result<T, EditError>
where
    T: Serialize + DeserializeOwned,
{
    let failed = |e: serde_json::Error| EditError::refused(format!("{what}: {e}"));
    let before = serde_json::to_value(value).map_err(failed)?;
    let mut whole = before.clone();
    merge(&mut whole, changes);
    // Fields of a newer Footlight that were there stay; new ones are mistakes.
    let kept = schema::check(schema, &before, what).unwrap_or_default();
    let unknown = schema::check(schema, &whole, what)?;
    if let Some(u) = unknown.iter().find(|u| !kept.contains(u)) {
        return Err(EditError::refused(format!("{}: there is no such field", u.path)));
    }
    Ok(kind::from_value(&whole, what)?)
}

/// Puts `changes` into `into`, objects field by field.
pub(crate) fn merge(into: &mut Value, changes: &Map<String, Value>) {
    let Value::Object(into) = into else { return };
    for (k, v) in changes {
        match (into.get_mut(k), v) {
            (Some(old @ Value::Object(_)), Value::Object(new)) => merge(old, new),
            _ => {
                into.insert(k.clone(), v.clone());
            }
        }
    }
}

/// The JSON Schema of a part of the document.
pub(crate) fn schema_of<T: JsonSchema>() -> Value {
    schemars::SchemaGenerator::default().into_root_schema_for::<T>().into()
}

/// Refuses what is no colour of a label.
pub(crate) fn check_label_color(color: &str) -> Result<(), EditError> {
    if color.is_empty() || color.parse::<crate::Rgba>().is_ok() {
        return Ok(());
    }
    let shown: String = color.chars().take(40).collect();
    Err(EditError::refused(format!(
        "`{shown}` is not a colour: write #rrggbb, or nothing for none"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn merge_keeps_what_is_not_named() {
        let mut v = json!({"position": {"x": 1, "y": 2}, "opacity": 1.0});
        merge(&mut v, json!({"position": {"x": 5}}).as_object().expect("object"));
        assert_eq!(v, json!({"position": {"x": 5, "y": 2}, "opacity": 1.0}));
    }
}
