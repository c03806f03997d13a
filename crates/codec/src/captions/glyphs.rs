//! The characters of CEA-608 (ANSI/CTA-608-E, 6.4.2 and its annex of extended characters): Western European letters and a
//! few signs. What it lacks can't be captioned; what looks alike is taken instead.

/// How a character is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Glyph {
    /// One byte, two of which share a pair.
    Basic(u8),
    /// A pair of its own.
    Special(u8, u8),
    /// A pair of its own that takes the place of the character before it, which players that know no extended characters show.
    Extended(u8, u8, u8),
}

/// Places 0x30 to 0x3f after 0x11; the tenth is a transparent space, which nobody writes.
const SPECIAL: &str = "®°½¿™¢£♪à\u{0}èâêîôû";
/// Places 0x20 to 0x3f after 0x12, and for each the nearest basic character.
const SPANISH_FRENCH: (&str, &str) = (
    "ÁÉÓÚÜü‘¡*\u{0}—©℠•“”ÀÂÇÈÊËëÎÏïÔÙùÛ«»",
    "AEOUUu'!.'-cs.\"\"AACEEEeIIiOUuU\"\"",
);
/// Places 0x20 to 0x3f after 0x13, and for each the nearest basic character.
const PORTUGUESE_GERMAN: (&str, &str) = ("ÃãÍÌìÒòÕõ{}\\^_|~ÄäÖöß¥¤¦ÅåØø┌┐└┘", "AaIIiOoOo()/'-!-AaOosY$!AaOo++++");

/// How `c` is written; none when CEA-608 has no such character.
pub(super) fn glyph(c: char) -> Option<Glyph> {
    let basic = match c {
        'á' => 0x2a,
        'é' => 0x5c,
        'í' => 0x5e,
        'ó' => 0x5f,
        'ú' => 0x60,
        'ç' => 0x7b,
        '÷' => 0x7c,
        'Ñ' => 0x7d,
        'ñ' => 0x7e,
        '█' => 0x7f,
        '’' => 0x27,
        // These places of ASCII hold the letters above.
        '*' | '\\' | '^' | '_' | '`' | '{' | '|' | '}' | '~' => 0,
        ' '..='z' => c as u8,
        _ => 0,
    };
    if basic != 0 {
        return Some(Glyph::Basic(basic));
    }
    if let Some(i) = place(SPECIAL, c) {
        return Some(Glyph::Special(0x11, 0x30 + i));
    }
    [(0x12, SPANISH_FRENCH), (0x13, PORTUGUESE_GERMAN)]
        .into_iter()
        .find_map(|(first, (chars, instead))| {
            let i = place(chars, c)?;
            let instead = *instead.as_bytes().get(usize::from(i))?;
            Some(Glyph::Extended(instead, first, 0x20 + i))
        })
}

fn place(chars: &str, c: char) -> Option<u8> {
    chars
        .chars()
        .zip(0u8..)
        .find(|(x, _)| *x == c && c != '\0')
        .map(|(_, i)| i)
}

/// What is written for characters that CEA-608 lacks and that have an equal; spaces of every kind become one.
fn equal(c: char) -> Option<&'static str> {
    Some(match c {
        '\u{2026}' => "...",
        '\u{2010}'..='\u{2013}' | '\u{2212}' => "-",
        '\u{2015}' => "—",
        '`' | '\u{201a}' | '\u{201b}' | '\u{2032}' | '‹' | '›' => "'",
        '\u{201e}' | '\u{201f}' | '\u{2033}' => "\"",
        '♫' | '♬' | '♩' => "♪",
        'œ' => "oe",
        'Œ' => "OE",
        'æ' => "ae",
        'Æ' => "AE",
        'ÿ' => "y",
        '×' => "x",
        '€' => "EUR",
        '·' => "•",
        _ if c.is_whitespace() => " ",
        // Marks that only say how a sign is to look, and direction marks.
        '\u{fe0e}' | '\u{fe0f}' | '\u{200b}'..='\u{200f}' | '\u{feff}' => "",
        _ => return None,
    })
}

/// The text in characters of CEA-608; what it lacks is left out.
pub(super) fn shown(text: &str) -> Vec<char> {
    let mut out = vec![];
    for c in text.chars() {
        if glyph(c).is_some() {
            out.push(c);
        } else {
            out.extend(equal(c).into_iter().flat_map(str::chars));
        }
    }
    out
}

/// The characters of `text` that CEA-608 has no sign for, each once, in order; at most 40.
pub fn what_cannot_be_shown(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if glyph(c).is_none() && equal(c).is_none() && !c.is_control() && !out.contains(c) {
            out.push(c);
        }
        if out.chars().count() == 40 {
            break;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_place_of_the_tables_has_its_stand_in() {
        assert_eq!(SPECIAL.chars().count(), 16);
        for (chars, instead) in [SPANISH_FRENCH, PORTUGUESE_GERMAN] {
            assert_eq!((chars.chars().count(), instead.len()), (32, 32), "{chars}");
            for c in instead.chars() {
                assert!(matches!(glyph(c), Some(Glyph::Basic(_))), "{c} must be basic");
            }
        }
        assert_eq!(glyph('A'), Some(Glyph::Basic(0x41)));
        assert_eq!(glyph('♪'), Some(Glyph::Special(0x11, 0x37)));
        assert_eq!(glyph('*'), Some(Glyph::Extended(b'.', 0x12, 0x28)));
        assert_eq!(glyph('ß'), Some(Glyph::Extended(b's', 0x13, 0x34)));
        assert_eq!(glyph('字'), None);
    }

    #[test]
    fn what_has_no_sign_is_named() {
        assert_eq!(what_cannot_be_shown("Grüße… – „ja“, 字幕 字 и"), "字幕и");
        assert_eq!(what_cannot_be_shown(""), "");
        let text: String = shown("a\u{a0}b… 字c").into_iter().collect();
        assert_eq!(text, "a b... c");
    }
}
