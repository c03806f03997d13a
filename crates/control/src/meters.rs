//! The meters as a page gets them: numbers only, twenty times a second while somebody looks at the mixer.

use engine::{Level, Remote};
use serde_json::{Map, Value, json};

/// The message of this moment.
pub(crate) fn message(remote: &Remote) -> String {
    let m = remote.meters();
    let one = |l: &Level| -> Value { json!([tenth(l.peak_db[0]), tenth(l.peak_db[1]), tenth(l.rms_db[0]), tenth(l.rms_db[1])]) };
    let sources: Map<String, Value> = m.sources.iter().map(|(id, l)| (id.clone(), one(l))).collect();
    json!({
        "type": "meters",
        "at_s": m.at_s,
        "master": {
            "peak": m.master.peak_db.map(tenth),
            "rms": m.master.rms_db.map(tenth),
            "lufs_m": tenth(m.lufs_m),
            "lufs_s": tenth(m.lufs_s),
            "lufs_i": tenth(m.lufs_i),
            "true_peak": tenth(m.true_peak),
        },
        "sources": sources,
    })
    .to_string()
}

/// More is not seen, and a message of short numbers is short.
fn tenth(db: f32) -> f64 {
    (f64::from(db) * 10.0).round() / 10.0
}
