//! Edits of the list of sources. What a kind's settings may be is checked by whoever opens the source.

use super::{EditError, check_label_color, ids, move_to, place};
use crate::{Project, Source};
use serde_json::{Map, Value};

/// Makes a source that no scene shows; gives its id. `name` is for people; the id comes from it.
pub fn add_source(p: &mut Project, kind: &str, name: &str, settings: Map<String, Value>) -> String {
    let id = new_id(p, name, kind);
    p.sources.push(Source {
        id: id.clone(),
        name: name.to_owned(),
        kind: kind.to_owned(),
        settings,
        ..Source::default()
    });
    id
}

pub(super) fn new_id(p: &Project, name: &str, kind: &str) -> String {
    let base = ids::slug(name, &ids::slug(kind, "source"));
    ids::unique_id(&base, p.sources.iter().map(|s| &s.id))
}

fn find<'a>(p: &'a mut Project, id: &str) -> Result<&'a mut Source, EditError> {
    let at = place("source", id, p.sources.iter().map(|s| &s.id))?;
    Ok(&mut p.sources[at])
}

/// Renames, colours or annotates a source; absent fields stay.
///
/// # Errors
/// It is not there; not a colour.
pub fn set_source(
    p: &mut Project,
    id: &str,
    name: Option<&str>,
    color: Option<&str>,
    notes: Option<&str>,
) -> Result<(), EditError> {
    let s = find(p, id)?;
    if let Some(color) = color {
        check_label_color(color)?;
        color.clone_into(&mut s.color);
    }
    if let Some(name) = name {
        name.clone_into(&mut s.name);
    }
    if let Some(notes) = notes {
        notes.clone_into(&mut s.notes);
    }
    Ok(())
}

/// Removes a source and its items in every scene.
///
/// # Errors
/// It is not there.
pub fn remove_source(p: &mut Project, id: &str) -> Result<(), EditError> {
    let at = place("source", id, p.sources.iter().map(|s| &s.id))?;
    p.sources.remove(at);
    for s in &mut p.scenes {
        s.items.retain(|i| i.source.as_deref() != Some(id));
    }
    Ok(())
}

/// Copies a source to the place after it; gives the copy's id.
///
/// # Errors
/// It is not there.
pub fn duplicate_source(p: &mut Project, id: &str) -> Result<String, EditError> {
    let at = place("source", id, p.sources.iter().map(|s| &s.id))?;
    let mut copy = p.sources[at].clone();
    copy.name = ids::unique_name(copy.label(), p.sources.iter().map(|s| &s.name));
    copy.id = new_id(p, &copy.name, &copy.kind);
    let made = copy.id.clone();
    p.sources.insert(at + 1, copy);
    Ok(made)
}

/// Moves a source in the list.
///
/// # Errors
/// It is not there.
pub fn move_source(p: &mut Project, id: &str, index: usize) -> Result<(), EditError> {
    let at = place("source", id, p.sources.iter().map(|s| &s.id))?;
    move_to(&mut p.sources, at, index);
    Ok(())
}

/// How a source is mixed; absent fields stay.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct AudioEdit {
    /// Gain, dB, -100 to 26.
    pub volume_db: Option<f64>,
    /// Not heard.
    pub muted: Option<bool>,
    /// -1 left to 1 right.
    pub balance: Option<f64>,
    /// -950 to 20000 ms.
    pub sync_offset_ms: Option<i32>,
}

/// Changes how a source is mixed.
///
/// # Errors
/// It is not there; out of range.
pub fn set_source_audio(p: &mut Project, id: &str, edit: AudioEdit) -> Result<(), EditError> {
    range("volume_db", edit.volume_db, -100.0, 26.0)?;
    range("balance", edit.balance, -1.0, 1.0)?;
    range("sync_offset_ms", edit.sync_offset_ms.map(f64::from), -950.0, 20_000.0)?;
    let a = &mut find(p, id)?.audio;
    a.volume_db = edit.volume_db.unwrap_or(a.volume_db);
    a.muted = edit.muted.unwrap_or(a.muted);
    a.balance = edit.balance.unwrap_or(a.balance);
    a.sync_offset_ms = edit.sync_offset_ms.unwrap_or(a.sync_offset_ms);
    Ok(())
}

/// Refuses a number out of range, by name.
pub(crate) fn range(name: &str, value: Option<f64>, min: f64, max: f64) -> Result<(), EditError> {
    match value {
        Some(v) if !(min..=max).contains(&v) => Err(EditError::refused(format!(
            "{name} is {v}; it must lie between {min} and {max}"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_name_the_field() {
        let e = range("balance", Some(f64::NAN), -1.0, 1.0)
            .expect_err("not a number")
            .to_string();
        assert!(e.contains("balance") && e.contains("-1"), "{e}");
        assert!(range("balance", Some(1.0), -1.0, 1.0).is_ok());
    }
}
