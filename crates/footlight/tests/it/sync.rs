//! Picture and sound belong together at the receiver: a flash and a beep that leave at the same moment.

use crate::common::{Show, film, received, recording_server, sound::Sound};
use serde_json::json;
use std::path::Path;

/// (flash, offset of its beep) in seconds for every flash that is wholly in the file.
fn offsets(file: &Path) -> Vec<(f64, f64)> {
    let bright = film::brightness(file);
    let flashes: Vec<f64> = bright.iter().filter(|(_, luma)| *luma > 128).map(|f| f.0).collect();
    let sound = Sound::of(file);
    let beeps: Vec<f64> = sound.onsets().into_iter().map(|s| sound.time_of(s)).collect();
    let nearest = |t: f64| beeps.iter().map(|b| b - t).min_by(|a, b| a.abs().total_cmp(&b.abs()));
    let (first, last) = (bright.first().map_or(0.0, |f| f.0), bright.last().map_or(0.0, |f| f.0));
    let inside = flashes.iter().filter(|t| **t > first + 0.2 && **t < last - 0.2);
    inside.map(|&t| (t, nearest(t).unwrap_or(f64::NAN))).collect()
}

fn in_step(file: &Path) {
    let all = offsets(file);
    assert!(all.len() >= 9, "flashes in {}: {all:?}", file.display());
    for pair in all.windows(2) {
        let apart = pair[1].0 - pair[0].0;
        assert!(
            (apart - 1.0).abs() < 0.0021,
            "one flash a second in {}: {all:?}",
            file.display()
        );
    }
    for (flash, offset) in &all {
        assert!(
            offset.abs() <= 0.020,
            "{offset} s at {flash} s in {}: {all:?}",
            file.display()
        );
    }
    let drift = all[all.len() - 1].1 - all[0].1;
    assert!(
        drift.abs() <= 0.003,
        "drifts by {drift} s in {}: {all:?}",
        file.display()
    );
}

#[test]
fn flash_and_beep_arrive_together_and_do_not_drift() {
    let server = recording_server();
    let ended = Show::new()
        .source("sync", "test_pattern", json!({ "pattern": "flash_beep" }))
        .item(json!({ "source": "sync" }))
        .rtmp("server", &server.url("sync"))
        .record()
        .seconds(11)
        .run()
        .with_code(0);
    in_step(&received(&server, ended.frames_out()));
    in_step(&ended.recording());
}
