//! `cargo xtask schema`: writes what is generated from the settings types (JSON Schemas and the reference page), or with
//! `--check` fails when any of it is stale.

use crate::reference;
use anyhow::{Context, Result, bail};
use project::{KindInfo, Project};
use schemars::{SchemaGenerator, generate::SchemaSettings};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fs, path::Path};

/// Writes or checks everything that is generated.
pub(crate) fn run(check: bool) -> Result<()> {
    let sources: Vec<&KindInfo> = sources::source_kinds().iter().map(|k| &k.info).collect();
    let destinations: Vec<&KindInfo> = outputs::destination_kinds().iter().map(|k| &k.info).collect();
    let files = generate(&sources, &destinations)?;
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

/// Every generated file by path.
fn generate(sources: &[&KindInfo], destinations: &[&KindInfo]) -> Result<BTreeMap<String, String>> {
    let mut files = BTreeMap::new();
    let project = SchemaGenerator::default().into_root_schema_for::<Project>().to_value();
    files.insert("assets/schema/project.schema.json".to_owned(), pretty(&project)?);
    for (group, kinds) in [("source", sources), ("destination", destinations)] {
        for k in kinds {
            files.insert(
                format!("assets/schema/{group}-{}.schema.json", k.id),
                pretty(&(k.schema)().to_value())?,
            );
        }
    }
    files.insert("ui/src/api/schema.json".to_owned(), pretty(&api())?);
    files.insert(
        "docs/project-file.md".to_owned(),
        reference::page(&project, sources, destinations),
    );
    Ok(files)
}

/// Every type that goes between page and engine, as one schema: `ui` makes its types from it.
fn api() -> Value {
    let mut g = SchemaSettings::draft2020_12().for_serialize().into_generator();
    g.subschema_for::<control::messages::UiMessage>();
    g.subschema_for::<control::messages::UiWish>();
    g.subschema_for::<control::messages::PicturesWish>();
    g.subschema_for::<control::messages::DocumentMessage>();
    g.subschema_for::<control::lists::Kinds>();
    g.subschema_for::<control::answer::Problem>();
    g.subschema_for::<engine::Command>();
    g.subschema_for::<engine::Snapshot>();
    g.subschema_for::<engine::Event>();
    g.subschema_for::<engine::Finding>();
    g.subschema_for::<engine::Projects>();
    g.subschema_for::<engine::ReportLine>();
    g.subschema_for::<engine::ShowReport>();
    g.subschema_for::<Project>();
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Api",
        "description": "What goes between the page and the engine. Made by `cargo xtask schema`; do not change it by hand.",
        "$defs": g.take_definitions(true),
    })
}

fn pretty(v: &Value) -> Result<String> {
    Ok(serde_json::to_string_pretty(v)? + "\n")
}
