//! A way in for descriptions of strangers, for fuzzing (`fuzz/`) and for the tests that do the same with seeded mutations: all
//! that is read of an answer before the stack gets it. It takes anything, and fails only by panicking.

use crate::{candidates_of, description, ice::is_local_name};

/// An answer, or a part of one.
pub fn description(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    if description::check_length(&text).is_err() {
        return;
    }
    let kept = description::without_local_names(&text);
    assert!(kept.len() <= 2 * text.len() + 2);
    for (section, codec) in [("video", "H264"), ("video", "AV1"), ("audio", "opus")] {
        let _ = description::payload_type(&text, section, codec);
    }
    for c in candidates_of(&text) {
        let _ = is_local_name(&c);
    }
}
