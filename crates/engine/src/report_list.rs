//! The list of past shows of a project.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

/// A finished show in a list.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ReportLine {
    /// Names it.
    pub id: String,
    /// The project's name then.
    pub project: String,
    /// When it went on the air, seconds since 1970.
    pub started_unix_s: f64,
    /// For how long, seconds.
    pub on_air_s: f64,
    /// How many destinations took part.
    pub destinations: usize,
    /// How many of them lost pictures, came back or failed.
    pub trouble: usize,
}

impl ReportLine {
    /// Reads it out of a whole report.
    pub(crate) fn of(id: &str, report: &Value) -> Option<Self> {
        let destinations = report["destinations"].as_array()?;
        let troubled = |d: &&Value| {
            ["frames_dropped", "reconnects"].iter().any(|k| d[k].as_u64() > Some(0)) || d["last_error"].is_string()
        };
        Some(Self {
            id: id.to_owned(),
            project: report["project"].as_str().unwrap_or_default().to_owned(),
            started_unix_s: report["started_unix_s"].as_f64()?,
            on_air_s: report["on_air_s"].as_f64()?,
            destinations: destinations.len(),
            trouble: destinations.iter().filter(troubled).count(),
        })
    }
}
