//! Filters of the running show: edits of their lists, and whether what they name can be used. They are made ready before
//! the tick sees them, so that no file is read while a picture is due.

use crate::{
    Changes, Command, EngineError, EventLevel, Outcome, edits::no_edit, events::EventLog, plan::hint, show::Shared,
};
use compositor::filters::{Store, filter_kind, filter_kinds};
use project::{
    Filter, Project,
    edit::{self, Filtered},
};

/// What can be set in a shader.
#[derive(serde::Serialize, schemars::JsonSchema)]
pub struct ShaderForm {
    /// JSON Schema of the shader's own settings, the `values` of the filter.
    pub schema: serde_json::Value,
    /// Those of a new one.
    pub defaults: Changes,
}

impl crate::state::Remote {
    /// What can be set in the shader that a filter's settings name.
    ///
    /// # Errors
    /// Wrong settings; a shader that can't be read or does not compile, with the line.
    pub fn shader_form(&self, settings: &Changes) -> Result<ShaderForm, EngineError> {
        let dir = self.0.stage.filters().dir().to_owned();
        let (schema, defaults) =
            compositor::filters::shader_form(settings, &dir).map_err(|e| EngineError::BadValue(e.to_string()))?;
        Ok(ShaderForm { schema, defaults })
    }
}

/// Carries out an edit of a list of filters.
///
/// # Errors
/// What it names is not there; settings its kind refuses.
pub(crate) fn edit(p: &mut Project, command: Command) -> Result<Outcome, EngineError> {
    let done = Outcome::none();
    Ok(match command {
        Command::AddFilter {
            source,
            scene,
            item,
            kind,
            name,
            settings,
            index,
        } => {
            let of = whose(&source, &scene, &item)?;
            if let Some(k) = filter_kind(&kind).filter(|k| k.sources_only && !matches!(of, Filtered::Source(_))) {
                let text = format!(
                    "{} chooses among a source's pictures: put it on the source",
                    k.info.name
                );
                return Err(EngineError::BadValue(text));
            }
            let all = settings_of(&kind, None, settings)?;
            let name = name.unwrap_or_default();
            done.with("filter", edit::add_filter(p, of, &kind, &name, all, index)?)
        }
        Command::SetFilter {
            source,
            scene,
            item,
            filter,
            name,
            enabled,
            settings,
            ..
        } => {
            let of = whose(&source, &scene, &item)?;
            let settings = match settings {
                None => None,
                Some(changes) => {
                    let list = edit::filters_mut(p, of)?;
                    let now = list.iter().find(|f| f.id == filter);
                    let now = now.map(|f| (f.kind.clone(), f.settings.clone()));
                    now.map(|(kind, now)| settings_of(&kind, Some(now), Some(changes)))
                        .transpose()?
                }
            };
            edit::set_filter(p, of, &filter, name.as_deref(), enabled, settings)?;
            done
        }
        Command::RemoveFilter {
            source,
            scene,
            item,
            filter,
        } => {
            edit::remove_filter(p, whose(&source, &scene, &item)?, &filter)?;
            done
        }
        Command::MoveFilter {
            source,
            scene,
            item,
            filter,
            index,
        } => {
            edit::move_filter(p, whose(&source, &scene, &item)?, &filter, index)?;
            done
        }
        other => return Err(no_edit(&other)),
    })
}

fn whose<'a>(
    source: &'a Option<String>,
    scene: &'a Option<String>,
    item: &'a Option<String>,
) -> Result<Filtered<'a>, EngineError> {
    match (source, scene, item) {
        (Some(id), None, None) => Ok(Filtered::Source(id)),
        (None, Some(scene), Some(item)) => Ok(Filtered::Item { scene, item }),
        (None, Some(scene), None) => Ok(Filtered::Scene(scene)),
        _ => {
            let text = "filters belong to one thing: name a `source`, a `scene`, or an `item` with its `scene`";
            Err(EngineError::BadValue(text.into()))
        }
    }
}

/// Settings with changes put in, checked by their kind; those of a kind nobody knows are kept as they come.
fn settings_of(kind: &str, now: Option<Changes>, changes: Option<Changes>) -> Result<Changes, EngineError> {
    let known = filter_kind(kind);
    let known = match (known, &now) {
        (None, None) => {
            return Err(EngineError::NotFound {
                what: "kind of filter",
                id: kind.into(),
                hint: hint(filter_kinds().iter().map(|k| k.info.id)),
            });
        }
        (known, _) => known,
    };
    let mut all = now.unwrap_or_else(|| known.map_or_else(Changes::new, |k| (k.info.defaults)()));
    all.extend(changes.unwrap_or_default());
    if let Some(k) = known {
        (k.info.check)(&all, "settings").map_err(|e| EngineError::BadValue(format!("{}: {e}", k.info.name)))?;
    }
    Ok(all)
}

/// Every filter of a document that is on, with the label of what it is on.
fn all(p: &Project) -> impl Iterator<Item = (&str, &Filter)> {
    let sources = p.sources.iter().map(|s| (s.label(), &s.filters));
    let scenes = p.scenes.iter().map(|s| (s.label(), &s.filters));
    let items = p
        .scenes
        .iter()
        .flat_map(|s| s.items.iter().map(|i| (s.label(), &i.filters)));
    sources
        .chain(scenes)
        .chain(items)
        .flat_map(|(label, list)| list.iter().map(move |f| (label, f)))
        .filter(|(_, f)| f.enabled)
}

/// Makes the filters of a document ready; tells of those that can't be used, without which their pictures are shown.
pub(crate) fn make_ready(p: &Project, store: &Store, log: Option<&EventLog>) {
    for (label, f) in all(p) {
        if let (Err(e), Some(log)) = (store.check(&f.kind, &f.settings), log) {
            let text = format!("{label}, filter {}: {e}", f.label());
            log.add(EventLevel::Warning, "show", text);
        }
    }
}

impl Shared {
    /// Makes the filters ready that are in the next document and not in this one.
    ///
    /// # Errors
    /// One can't be used.
    pub(crate) fn ready_filters(&self, now: &Project, next: &Project) -> Result<(), EngineError> {
        let store = self.stage.filters();
        for (label, f) in all(next) {
            let known = all(now).any(|(_, n)| n.kind == f.kind && n.settings == f.settings);
            if !known {
                store
                    .check(&f.kind, &f.settings)
                    .map_err(|e| EngineError::BadValue(format!("{label}, filter {}: {e}", f.label())))?;
            }
        }
        Ok(())
    }
}
