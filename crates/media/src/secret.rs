//! Text that must never be seen: stream keys, tokens, passphrases.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A secret string. `Debug` and `Display` print stars; only [`Secret::reveal`] gives the text.
///
/// Serialising writes the text itself, since the project's own private file must be able to keep it; exports, logs and
/// reports must leave the field out (see `outputs::url`).
#[derive(Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(s: impl Into<String>) -> Self {
        Self(s.into())
    }
    /// The text itself, for the wire.
    pub fn reveal(&self) -> &str {
        &self.0
    }
    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.0.is_empty() { "(empty)" } else { "****" })
    }
}
impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}
impl From<String> for Secret {
    fn from(s: String) -> Self {
        Self(s)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn never_printed() {
        let s = Secret::new("live_123");
        assert!(!format!("{s} {s:?} {:?}", Some(&s)).contains("123"));
        assert_eq!(s.reveal(), "live_123");
    }
}
