//! Colours as people write them: `#rrggbb` or `#rrggbbaa`, sRGB, straight alpha.

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{borrow::Cow, fmt, str::FromStr};

/// An sRGB colour with straight alpha, one byte a channel.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Rgba(pub [u8; 4]);

impl Rgba {
    /// Opaque black.
    pub const BLACK: Self = Self([0, 0, 0, 255]);
    /// Opaque white.
    pub const WHITE: Self = Self([255; 4]);
    /// Nothing at all.
    pub const TRANSPARENT: Self = Self([0; 4]);
}
impl Default for Rgba {
    fn default() -> Self {
        Self::BLACK
    }
}
impl fmt::Display for Rgba {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [r, g, b, a] = self.0;
        if a == 255 {
            write!(f, "#{r:02x}{g:02x}{b:02x}")
        } else {
            write!(f, "#{r:02x}{g:02x}{b:02x}{a:02x}")
        }
    }
}
impl FromStr for Rgba {
    type Err = String;
    fn from_str(s: &str) -> Result<Self, String> {
        let bad = || format!("`{s}` is not a colour: write #rrggbb or #rrggbbaa");
        let hex = s
            .strip_prefix('#')
            .filter(|h| h.is_ascii() && (h.len() == 6 || h.len() == 8))
            .ok_or_else(bad)?;
        let mut c = [255; 4];
        for (i, v) in c.iter_mut().enumerate().take(hex.len() / 2) {
            *v = u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).map_err(|_| bad())?;
        }
        Ok(Self(c))
    }
}
impl Serialize for Rgba {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}
impl<'de> Deserialize<'de> for Rgba {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        String::deserialize(d)?.parse().map_err(serde::de::Error::custom)
    }
}
impl JsonSchema for Rgba {
    fn schema_name() -> Cow<'static, str> {
        "Color".into()
    }
    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "format": "color", "pattern": "^#([0-9a-fA-F]{6}|[0-9a-fA-F]{8})$" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_and_writes_hex() {
        for (s, c) in [("#102030", [16, 32, 48, 255]), ("#10203040", [16, 32, 48, 64])] {
            assert_eq!(s.parse::<Rgba>().expect(s).0, c);
            assert_eq!(Rgba(c).to_string(), s);
        }
        for s in ["", "#", "102030", "#10203", "#gggggg", "#1020304", "#ééé"] {
            assert!(s.parse::<Rgba>().is_err(), "{s}");
        }
    }
}
