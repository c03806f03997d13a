//! `cargo xtask schema`: writes what is generated from the settings types (JSON Schemas and the reference page), or with
//! `--check` fails when any of it is stale.

use crate::reference::{self, Group};
use anyhow::{Context, Result, bail};
use project::Project;
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, fs, path::Path};

/// Writes or checks everything that is generated.
pub(crate) fn run(check: bool) -> Result<()> {
    let files = generate(&groups())?;
    let mut stale = vec![];
    for (path, text) in &files {
        let path = Path::new(path);
        if fs::read_to_string(path).is_ok_and(|old| old == *text) {
            continue;
        }
        if check {
            stale.push(path.display().to_string());
            continue;
        }
        if let Some(dir) = path.parent() {
            fs::create_dir_all(dir)?;
        }
        fs::write(path, text).with_context(|| path.display().to_string())?;
        println!("wrote {}", path.display());
    }
    if !stale.is_empty() {
        bail!(
            "stale: {}; run `cargo xtask schema` and commit what it writes",
            stale.join(", ")
        );
    }
    println!("schemas: fine");
    Ok(())
}

/// What is registered with settings and described in the reference of the project file.
fn groups() -> [Group; 4] {
    let group = |title, word, kinds| Group { title, word, kinds };
    [
        group(
            "Sources",
            "source",
            sources::source_kinds().iter().map(|k| &k.info).collect(),
        ),
        group(
            "Destinations",
            "destination",
            outputs::destination_kinds().iter().map(|k| &k.info).collect(),
        ),
        group(
            "Transitions",
            "transition",
            compositor::transition_kinds().iter().map(|k| &k.info).collect(),
        ),
        group(
            "Layouts",
            "layout",
            compositor::layout_kinds().iter().map(|k| &k.info).collect(),
        ),
    ]
}

/// Filters, which have a page of their own.
fn filters() -> Group {
    Group {
        title: "Kinds",
        word: "filter",
        kinds: engine::filter_kinds().iter().map(|k| &k.info).collect(),
    }
}

/// Every generated file by path.
fn generate(groups: &[Group]) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let project = SchemaGenerator::default().into_root_schema_for::<Project>().to_value();
    files.insert("assets/schema/project.schema.json".to_owned(), pretty(&project)?);
    let services = SchemaGenerator::default().into_root_schema_for::<outputs::services::ServiceList>();
    files.insert(
        "assets/schema/services.schema.json".to_owned(),
        pretty(&services.to_value())?,
    );
    let filters = filters();
    for group in groups.iter().chain([&filters]) {
        for k in &group.kinds {
            files.insert(
                format!("assets/schema/{}-{}.schema.json", group.word, k.id),
                pretty(&(k.schema)().to_value())?,
            );
        }
    }
    files.insert("ui/src/api/schema.json".to_owned(), pretty(&api())?);
    files.insert("docs/project-file.md".to_owned(), reference::page(&project, groups));
    files.insert("docs/filters.md".to_owned(), reference::filters(&filters));
    Ok(files)
}

/// Every type that goes between page and engine, as one schema: `ui` makes its types from it.
fn api() -> Value {
    let mut out = SchemaSettings::draft2020_12().for_serialize().into_generator();
    out.subschema_for::<control::messages::UiMessage>();
    out.subschema_for::<control::messages::DocumentMessage>();
    out.subschema_for::<control::lists::Kinds>();
    out.subschema_for::<control::answer::Problem>();
    out.subschema_for::<engine::Snapshot>();
    out.subschema_for::<engine::Event>();
    out.subschema_for::<engine::Finding>();
    out.subschema_for::<engine::Plan>();
    out.subschema_for::<engine::Projects>();
    out.subschema_for::<engine::ReportLine>();
    out.subschema_for::<engine::ShowReport>();
    out.subschema_for::<Project>();
    out.subschema_for::<project::Version>();
    out.subschema_for::<control::lists::Devices>();
    out.subschema_for::<codec::Availability>();
    let mut into = SchemaSettings::draft2020_12().into_generator();
    into.subschema_for::<engine::Command>();
    into.subschema_for::<control::messages::UiWish>();
    into.subschema_for::<control::messages::PicturesWish>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Api",
        "description": "What goes between the page and the engine. Made by `cargo xtask schema`; do not change it by hand.",
        "$defs": both_ways(out.take_definitions(true), into.take_definitions(true)),
    })
}

/// What is sent out has all its fields, what is taken in may lack those with a default: where a type goes both ways and
/// differs, the one that is taken in is called `…Input`.
fn both_ways(mut out: Map<String, Value>, into: Map<String, Value>) -> Map<String, Value> {
    let other: Vec<String> = into
        .keys()
        .filter(|k| out.get(*k).is_some_and(|o| *o != into[*k]))
        .cloned()
        .collect();
    for (name, mut schema) in into {
        rename(&mut schema, &other);
        let name = if other.contains(&name) {
            format!("{name}Input")
        } else {
            name
        };
        out.insert(name, schema);
    }
    out
}

fn rename(schema: &mut Value, names: &[String]) {
    match schema {
        Value::Object(m) => {
            for (key, v) in m {
                match v.as_str().and_then(|r| r.strip_prefix("#/$defs/")) {
                    Some(name) if key == "$ref" && names.iter().any(|n| n == name) => {
                        *v = Value::String(format!("#/$defs/{name}Input"));
                    }
                    _ => rename(v, names),
                }
            }
        }
        Value::Array(a) => a.iter_mut().for_each(|v| rename(v, names)),
        _ => {}
    }
}

fn pretty(v: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(v)? + "\n")
}
