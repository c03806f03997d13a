//! From words to CEA-608 byte pairs: lines of 32 columns, in rows that roll up or in pages that pop on, with the control
//! codes that put them there (ANSI/CTA-608-E, 6.4 and 8.4). Everything is for channel CC1, in the first field. The same words for
//! CEA-708 are made in [`super::service`].
//!
//! Control codes are sent twice, as the standard asks: a receiver that missed the first takes the second. Every byte has
//! odd parity in its highest bit.

use super::{
    glyphs::{Glyph, glyph, shown},
    service::{self, Code},
};

/// Two bytes of one field, as they are carried.
pub type Pair = [u8; 2];

/// Columns of a row.
pub const COLUMNS: usize = 32;
/// Rows of a page that pops on.
const PAGE_ROWS: usize = 2;
/// A pair that says nothing.
pub const PADDING: Pair = [0x80, 0x80];
/// Takes what is on the screen away (EDM).
pub const ERASE: [Pair; 2] = [[0x94, 0x2c]; 2];

/// First bytes of control codes of CC1.
const MISC: u8 = 0x14;
/// Of the tab offsets.
const TAB: u8 = 0x17;
const BACKSPACE: u8 = 0x21;
const LOAD_POP_ON: u8 = 0x20;
const CARRIAGE_RETURN: u8 = 0x2d;
const ERASE_HIDDEN: u8 = 0x2e;
const SHOW_HIDDEN: u8 = 0x2f;

/// How captions come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Word by word into the lowest of two or three rows, which move up line by line.
    RollUp(u8),
    /// A page of two rows at once, in the middle.
    PopOn,
}

/// A piece that goes out together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// What is sent first.
    pub load: Vec<Pair>,
    /// What then shows it; empty where it shows as it comes.
    pub show: Vec<Pair>,
    /// The same for the service of CEA-708: it goes with `show`, or where that is empty with `load`.
    pub service: Vec<Code>,
    /// Characters a viewer has to read.
    pub characters: usize,
}

/// The pieces of a text, in order; none when nothing of it can be shown.
pub fn pages(text: &str, style: Style) -> Vec<Page> {
    let lines = lines(text);
    match style {
        Style::RollUp(rows) => lines.iter().map(|l| rolling(l, rows)).collect(),
        Style::PopOn => lines.chunks(PAGE_ROWS).map(popping).collect(),
    }
}

/// Lines that fit in a row, broken between words where that is possible.
fn lines(text: &str) -> Vec<Vec<char>> {
    let mut out = vec![];
    for paragraph in text.lines() {
        let mut line: Vec<char> = vec![];
        let words = shown(paragraph);
        for word in words.split(|c| *c == ' ').filter(|w| !w.is_empty()) {
            for part in word.chunks(COLUMNS) {
                if !line.is_empty() && line.len() + 1 + part.len() > COLUMNS {
                    out.push(std::mem::take(&mut line));
                }
                if !line.is_empty() {
                    line.push(' ');
                }
                line.extend(part);
            }
        }
        if !line.is_empty() {
            out.push(line);
        }
    }
    out
}

fn rolling(line: &[char], rows: u8) -> Page {
    let mut w = Writer::default();
    // RU2 and RU3 follow each other.
    w.control(MISC, 0x25 + rows.clamp(2, 3) - 2);
    w.control(MISC, CARRIAGE_RETURN);
    w.row(15, 0);
    w.text(line);
    Page {
        load: w.done(),
        show: vec![],
        service: service::rolling(line, rows.clamp(2, 3)),
        characters: line.len(),
    }
}

fn popping(lines: &[Vec<char>]) -> Page {
    let mut w = Writer::default();
    w.control(MISC, LOAD_POP_ON);
    w.control(MISC, ERASE_HIDDEN);
    for (line, row) in lines.iter().zip(16 - lines.len()..) {
        w.row(row, (COLUMNS - line.len()) / 2);
        w.text(line);
    }
    let mut show = Writer::default();
    show.control(MISC, SHOW_HIDDEN);
    Page {
        load: w.done(),
        show: show.done(),
        service: service::popping(lines),
        characters: lines.iter().map(Vec::len).sum(),
    }
}

/// `b` with odd parity.
fn odd(b: u8) -> u8 {
    let b = b & 0x7f;
    if b.count_ones().is_multiple_of(2) { b | 0x80 } else { b }
}

#[derive(Default)]
struct Writer {
    pairs: Vec<Pair>,
    /// A character that waits for its neighbour.
    half: Option<u8>,
}

impl Writer {
    fn done(mut self) -> Vec<Pair> {
        self.flush();
        self.pairs
    }

    fn flush(&mut self) {
        if let Some(c) = self.half.take() {
            self.pairs.push([odd(c), odd(0)]);
        }
    }

    fn control(&mut self, first: u8, second: u8) {
        self.flush();
        let pair = [odd(first), odd(second)];
        if self.pairs.last() == Some(&pair) {
            // A third one would be taken for a repetition: a space that is taken back at once comes between.
            self.pairs.push([odd(b' '), odd(0)]);
            self.pairs.extend([[odd(MISC), odd(BACKSPACE)]; 2]);
        }
        self.pairs.extend([pair; 2]);
    }

    /// Goes to a row (1 to 15) and column (0 to 31), in white.
    fn row(&mut self, row: usize, column: usize) {
        // The preamble address codes: rows 1 and 2 share a first byte, and so on; the order is history.
        const FIRST: [u8; 15] = [
            0x11, 0x11, 0x12, 0x12, 0x15, 0x15, 0x16, 0x16, 0x17, 0x17, 0x10, 0x13, 0x13, 0x14, 0x14,
        ];
        let lower: u8 = match row {
            11 => 0,
            12.. => u8::from(row % 2 == 1),
            _ => u8::from(row.is_multiple_of(2)),
        };
        let first = FIRST[row.clamp(1, 15) - 1];
        let indent = (column.min(COLUMNS - 1) / 4) as u8;
        self.control(first, 0x50 | lower << 5 | indent << 1);
        let rest = (column % 4) as u8;
        if rest > 0 {
            self.control(TAB, 0x20 | rest);
        }
    }

    fn text(&mut self, text: &[char]) {
        for g in text.iter().filter_map(|c| glyph(*c)) {
            match g {
                Glyph::Basic(b) => self.basic(b),
                Glyph::Special(a, b) => self.control(a, b),
                Glyph::Extended(instead, a, b) => {
                    self.basic(instead);
                    self.control(a, b);
                }
            }
        }
        self.flush();
    }

    fn basic(&mut self, b: u8) {
        match self.half.take() {
            Some(a) => self.pairs.push([odd(a), odd(b)]),
            None => self.half = Some(b),
        }
    }
}
