//! Edits of the filters of sources, items and scenes. What a kind's settings may be is checked by whoever knows the kinds.

use super::{EditError, ids, move_to, place, scene_mut};
use crate::{Filter, MAX_FILTERS, Project};
use serde_json::{Map, Value};

/// Whose filters are meant.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Filtered<'a> {
    /// A source, wherever it is shown.
    Source(&'a str),
    /// One item of a scene.
    Item {
        /// The scene.
        scene: &'a str,
        /// The item's id.
        item: &'a str,
    },
    /// A whole scene.
    Scene(&'a str),
}

/// The filters of something.
///
/// # Errors
/// It is not there.
pub fn filters_mut<'a>(p: &'a mut Project, of: Filtered<'_>) -> Result<&'a mut Vec<Filter>, EditError> {
    Ok(match of {
        Filtered::Source(id) => {
            let at = place("source", id, p.sources.iter().map(|s| &s.id))?;
            &mut p.sources[at].filters
        }
        Filtered::Item { scene, item } => {
            let s = scene_mut(p, scene)?;
            let at = place("item", item, s.items.iter().map(|i| &i.id))?;
            &mut s.items[at].filters
        }
        Filtered::Scene(id) => &mut scene_mut(p, id)?.filters,
    })
}

/// Adds a filter at a place of the list, at the end when absent; gives its id. `name` is for people, the id comes from the kind.
///
/// # Errors
/// What is to be filtered is not there, or has as many filters as anybody needs.
pub fn add_filter(
    p: &mut Project,
    of: Filtered<'_>,
    kind: &str,
    name: &str,
    settings: Map<String, Value>,
    index: Option<usize>,
) -> Result<String, EditError> {
    let list = filters_mut(p, of)?;
    if list.len() >= MAX_FILTERS {
        return Err(EditError::refused(format!(
            "there are {MAX_FILTERS} filters already; remove one first"
        )));
    }
    let id = ids::unique_id(&ids::slug(kind, "filter"), list.iter().map(|f| &f.id));
    let filter = Filter {
        id: id.clone(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        settings,
        ..Filter::default()
    };
    list.insert(index.unwrap_or(list.len()).min(list.len()), filter);
    Ok(id)
}

/// Takes a filter away.
///
/// # Errors
/// It is not there.
pub fn remove_filter(p: &mut Project, of: Filtered<'_>, filter: &str) -> Result<(), EditError> {
    let list = filters_mut(p, of)?;
    let at = place("filter", filter, list.iter().map(|f| &f.id))?;
    list.remove(at);
    Ok(())
}

/// Moves a filter in its list; beyond the end means to the end.
///
/// # Errors
/// It is not there.
pub fn move_filter(p: &mut Project, of: Filtered<'_>, filter: &str, index: usize) -> Result<(), EditError> {
    let list = filters_mut(p, of)?;
    let at = place("filter", filter, list.iter().map(|f| &f.id))?;
    move_to(list, at, index);
    Ok(())
}

/// Renames a filter, turns it on or off, replaces its settings; absent ones stay.
///
/// # Errors
/// It is not there.
pub fn set_filter(
    p: &mut Project,
    of: Filtered<'_>,
    filter: &str,
    name: Option<&str>,
    enabled: Option<bool>,
    settings: Option<Map<String, Value>>,
) -> Result<(), EditError> {
    let list = filters_mut(p, of)?;
    let at = place("filter", filter, list.iter().map(|f| &f.id))?;
    let f = &mut list[at];
    if let Some(name) = name {
        name.clone_into(&mut f.name);
    }
    f.enabled = enabled.unwrap_or(f.enabled);
    f.settings = settings.unwrap_or_else(|| std::mem::take(&mut f.settings));
    Ok(())
}
