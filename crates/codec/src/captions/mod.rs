//! Closed captions as television has them: words become the byte pairs of CEA-608 ([`page`], with the characters of
//! [`glyphs`]) and the first service of CEA-708 ([`service`]), and both travel inside the encoded picture ([`carry`]), where
//! recordings, services and players find them. When a pair goes out is for others to say.

mod carry;
mod glyphs;
mod page;
mod service;

pub use carry::{MOST_PAIRS, Unit, can_carry, with_captions};
pub use glyphs::what_cannot_be_shown;
pub use page::{COLUMNS, ERASE, PADDING, Page, Pair, Style, pages};
pub use service::{Code, erase, packets};

#[cfg(test)]
mod tests;
