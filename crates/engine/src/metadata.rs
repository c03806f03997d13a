//! Timed metadata: names and values that go out with the pictures of a moment, for players and pages that know them.

use crate::{Changes, EngineError, show::Shared};
use media::{MediaTime, Packet, StreamKind};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// Most fields of one command.
const MOST_FIELDS: usize = 32;
/// Most bytes of all of them, as JSON.
const MOST_BYTES: usize = 4096;
/// Longest name, bytes.
const LONGEST_NAME: usize = 64;
/// The furthest that may be looked ahead, ms.
const MOST_AHEAD_MS: u32 = 600_000;

/// The fields as they travel, or what is wrong with them.
fn packed(fields: &Changes) -> Result<Vec<u8>, String> {
    if fields.is_empty() || fields.len() > MOST_FIELDS {
        return Err(format!("timed metadata has 1 to {MOST_FIELDS} fields"));
    }
    let name_fits = |n: &String| !n.is_empty() && n.len() <= LONGEST_NAME && !n.chars().any(char::is_control);
    if let Some(wrong) = fields.keys().find(|n| !name_fits(n)) {
        let shown: String = wrong.chars().take(20).collect();
        return Err(format!(
            "`{shown}` can't be a field's name: it has 1 to {LONGEST_NAME} bytes in one line"
        ));
    }
    let plain = |v: &Value| matches!(v, Value::String(_) | Value::Number(_) | Value::Bool(_));
    if let Some((name, _)) = fields.iter().find(|(_, v)| !plain(v)) {
        return Err(format!("`{name}` must be a text, a number or true or false"));
    }
    let bytes = serde_json::to_vec(fields).map_err(|e| e.to_string())?;
    if bytes.len() > MOST_BYTES {
        return Err(format!(
            "timed metadata has at most {MOST_BYTES} bytes; this is {}",
            bytes.len()
        ));
    }
    Ok(bytes)
}

impl Shared {
    /// Sends fields with the pictures of now, or of `after_ms` from now.
    pub(crate) fn metadata(self: &Arc<Self>, fields: &Changes, after_ms: u32) -> Result<(), EngineError> {
        let bytes = packed(fields).map_err(EngineError::BadValue)?;
        if after_ms > MOST_AHEAD_MS {
            let text = format!("after_ms is {after_ms}; it must lie between 0 and {MOST_AHEAD_MS}");
            return Err(EngineError::BadValue(text));
        }
        if after_ms == 0 {
            return self.send_metadata(bytes);
        }
        let me = self.clone();
        self.rt.spawn(async move {
            tokio::time::sleep(Duration::from_millis(after_ms.into())).await;
            // Whoever asked has gone on; a show that ended meanwhile needs none.
            let _ = me.send_metadata(bytes);
        });
        Ok(())
    }

    fn send_metadata(&self, json: Vec<u8>) -> Result<(), EngineError> {
        let now = self.clock.now();
        let packet = Arc::new(Packet {
            stream: StreamKind::Data,
            data: json.into(),
            pts: now,
            dts: now,
            duration: MediaTime::ZERO,
            keyframe: false,
        });
        if self.encoders.send_data(&packet) {
            return Ok(());
        }
        Err(EngineError::BadValue(
            "the show is neither on the air nor recorded, so nobody would get this metadata".into(),
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_small_flat_fields_are_taken() {
        let of = |v: Value| packed(v.as_object().expect("an object"));
        assert!(of(json!({"title": "A – B", "n": 1.5, "on": true})).is_ok());
        let long = "x".repeat(5000);
        for wrong in [
            json!({}),
            json!({"": 1}),
            json!({"a": [1]}),
            json!({"a": null}),
            json!({"a": long}),
        ] {
            assert!(of(wrong.clone()).is_err(), "{wrong}");
        }
        let many: Value = (0..33)
            .map(|i| (i.to_string(), json!(i)))
            .collect::<serde_json::Map<_, _>>()
            .into();
        assert!(of(many).is_err());
    }
}
