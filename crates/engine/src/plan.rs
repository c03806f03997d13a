//! What a show is about to run, worked out from the project and the options before anything is opened.

use crate::{EngineError, ShowOptions};
use project::{Destination, Project};

/// ", there are: a, b" for an error message.
pub(crate) fn hint<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    let ids: Vec<_> = ids.collect();
    if ids.is_empty() {
        ": it has none".into()
    } else {
        format!("; it has: {}", ids.join(", "))
    }
}

/// What is wrong with a project as a whole, judged by the kinds this build has.
pub fn validate(project: &Project) -> Vec<project::Finding> {
    let sources: Vec<_> = sources::source_kinds().iter().map(|k| k.info).collect();
    let destinations: Vec<_> = outputs::destination_kinds().iter().map(|k| k.info).collect();
    let transitions: Vec<_> = compositor::transition_kinds().iter().map(|k| k.info).collect();
    let filters: Vec<_> = compositor::filter_kinds().iter().map(|k| k.info).collect();
    let layouts: Vec<_> = compositor::layout_kinds().iter().map(|k| k.info).collect();
    project::validate(
        project,
        &project::Registries {
            sources: &sources,
            destinations: &destinations,
            transitions: &transitions,
            filters: &filters,
            layouts: &layouts,
        },
    )
}

/// The project as it will run: size, rate and destinations from the options put in.
///
/// # Errors
/// A wrong URL, something to record on its own that is not there, or a project without a canvas, scene or encoder.
pub(crate) fn apply_options(mut project: Project, options: &ShowOptions) -> Result<Project, EngineError> {
    if project.canvases.is_empty() {
        return Err(EngineError::Project(
            "the project has no canvas; add one to `canvases`".into(),
        ));
    }
    if project.encoders.is_empty() {
        project.encoders.push(project::Encoder {
            canvas: project.canvases[0].id.clone(),
            ..Default::default()
        });
    }
    if let Some(fps) = options.fps {
        project.canvases[0].fps = fps;
    }
    if !options.iso.is_empty() {
        if options.record.is_none() && !project.recording.enabled {
            let text = "nothing is recorded, so nothing can be recorded on its own besides: say where to record to";
            return Err(EngineError::BadValue(text.into()));
        }
        project.recording.iso.clone_from(&options.iso);
        crate::iso::check(&project)?;
    }
    for (i, extra) in options.extra_destinations.iter().enumerate() {
        project
            .destinations
            .push(from_url(extra.url.reveal(), i + 1, &project)?);
    }
    Ok(project)
}

fn from_url(url: &str, n: usize, project: &Project) -> Result<Destination, EngineError> {
    let fail = |error| EngineError::Destination {
        name: format!("number {n} of the command line"),
        error,
    };
    let (kind, settings) = outputs::from_url(url).map_err(fail)?;
    let id = (n..)
        .map(|n| format!("cli-{n}"))
        .find(|id| project.destinations.iter().all(|d| d.id != *id))
        .unwrap_or_default();
    let name = (kind.redacted_url)(&settings);
    Ok(Destination {
        id,
        name,
        kind: kind.info.id.into(),
        settings,
        ..Destination::default()
    })
}

/// The output size of each canvas: the option's for the first, even numbers everywhere.
pub(crate) fn output_sizes(project: &Project, options: &ShowOptions) -> Vec<(u32, u32)> {
    project
        .canvases
        .iter()
        .enumerate()
        .map(|(i, c)| options.size.filter(|_| i == 0).unwrap_or((c.width, c.height)))
        .map(|(w, h)| (w.max(16) & !1, h.max(16) & !1))
        .collect()
}
