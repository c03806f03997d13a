//! Closed captions as television has them: words become the byte pairs of CEA-608 ([`page`], with the characters of
//! [`glyphs`]), and byte pairs travel inside the encoded picture ([`carry`]), where recordings, services and players find
//! them. When a pair goes out is for others to say.

mod carry;
mod glyphs;
mod page;

pub use carry::{MOST_PAIRS, can_carry, with_captions};
pub use glyphs::what_cannot_be_shown;
pub use page::{COLUMNS, ERASE, PADDING, Page, Pair, Style, pages};

#[cfg(test)]
mod tests;
