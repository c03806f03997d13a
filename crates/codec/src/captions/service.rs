//! The same captions as digital television has them (ANSI/CTA-708-E): windows, pens and characters for caption service 1, in
//! service blocks inside caption channel packets (DTVCC). Decoders that read nothing else show these; they say the same as the
//! CEA-608 pairs beside them, line by line and page by page. When a packet goes out is for others to say.

use super::{Pair, carry::Unit, page::COLUMNS};

/// Bytes that one service block holds (6.2.1: five bits).
const BLOCK: usize = 31;
/// The service everybody shows first.
const SERVICE: u8 = 1;

const END_OF_TEXT: u8 = 0x03;
const CARRIAGE_RETURN: u8 = 0x0d;
/// What follows is of the second table of characters.
const EXTENDED: u8 = 0x10;
const DISPLAY_WINDOWS: u8 = 0x89;
const DELETE_WINDOWS: u8 = 0x8c;
const SET_PEN_LOCATION: u8 = 0x92;
const DEFINE_WINDOW_0: u8 = 0x98;

/// Predefined looks (8.4.11, tables 25 and 26): rolling up as NTSC captions do, popping on in the middle, and their pen.
const ROLLS_UP: u8 = 4;
const POPS_ON: u8 = 3;
const PEN: u8 = 1;

/// What is never parted: a command with its parameters, or one character.
pub type Code = Vec<u8>;

/// Takes everything off the screen.
pub fn erase() -> Vec<Code> {
    vec![vec![DELETE_WINDOWS, 0xff]]
}

/// A line below those before it, of which `rows` stay.
pub(super) fn rolling(line: &[char], rows: u8) -> Vec<Code> {
    let rows = rows.clamp(1, 15);
    let mut out = vec![window(true, rows, ROLLS_UP)];
    // A window that was there already keeps its text; in a new one the line must come lowest too.
    out.push(vec![SET_PEN_LOCATION, rows - 1, 0]);
    out.push(vec![CARRIAGE_RETURN]);
    out.extend(line.iter().map(|c| character(*c)));
    out.push(vec![END_OF_TEXT]);
    out
}

/// A page that is there at once.
pub(super) fn popping(lines: &[Vec<char>]) -> Vec<Code> {
    let rows = lines.len().clamp(1, 15) as u8;
    let mut out = erase();
    out.push(window(false, rows, POPS_ON));
    for (line, row) in lines.iter().zip(0..rows) {
        out.push(vec![SET_PEN_LOCATION, row, 0]);
        out.extend(line.iter().map(|c| character(*c)));
    }
    out.push(vec![DISPLAY_WINDOWS, 1]);
    // After that: some decoders draw what is visible at the end of a text, and only then.
    out.push(vec![END_OF_TEXT]);
    out
}

/// Window 0 (8.10.5.2), of so many rows, its lower middle in the lower middle of the safe area of a wide picture.
fn window(visible: bool, rows: u8, style: u8) -> Code {
    const LOCKED: u8 = 0b0001_1000;
    const LOWER_MIDDLE: u8 = 7;
    const LOWEST: u8 = 74;
    const MIDDLE: u8 = 105;
    vec![
        DEFINE_WINDOW_0,
        LOCKED | u8::from(visible) << 5,
        LOWEST,
        MIDDLE,
        LOWER_MIDDLE << 4 | (rows - 1),
        COLUMNS as u8 - 1,
        style << 3 | PEN,
    ]
}

/// Tables G0 (ASCII and a note), G1 (Latin-1) and G2; what none of them has is a hyphen.
fn character(c: char) -> Code {
    const G2: &str = "     …    Š Œ   █‘’“”•   ™š œ℠ Ÿ";
    const LINES: &str = "│┐└─┘┌";
    let find = |table: &str, first: u8| {
        let place = table.chars().zip(first..).find(|(x, _)| *x == c && c != ' ');
        place.map(|(_, code)| vec![EXTENDED, code])
    };
    match c {
        '♪' => vec![0x7f],
        ' '..='~' | '\u{a0}'..='\u{ff}' => vec![c as u32 as u8],
        _ => find(G2, 0x20).or_else(|| find(LINES, 0x7a)).unwrap_or(vec![b'-']),
    }
}

/// These codes in caption channel packets, numbered from `sequence` on, which is moved (two bits, so that receivers notice what
/// was lost). A packet has one service block: it could have several, but not every decoder looks beyond the first.
pub fn packets(codes: &[Code], sequence: &mut u8) -> Vec<Unit> {
    let mut out = vec![];
    let mut block: Vec<u8> = vec![];
    for code in codes.iter().filter(|c| c.len() <= BLOCK) {
        if block.len() + code.len() > BLOCK {
            packet(&mut out, &std::mem::take(&mut block), sequence);
        }
        block.extend_from_slice(code);
    }
    packet(&mut out, &block, sequence);
    out
}

fn packet(out: &mut Vec<Unit>, block: &[u8], sequence: &mut u8) {
    if block.is_empty() {
        return;
    }
    // A whole packet has an even number of bytes; an empty service block fills it.
    let pairs = (2 + block.len()).div_ceil(2);
    let mut bytes = vec![(*sequence & 3) << 6 | pairs as u8, SERVICE << 5 | block.len() as u8];
    bytes.extend_from_slice(block);
    bytes.resize(2 * pairs, 0);
    *sequence = (*sequence + 1) & 3;
    for (i, p) in bytes.chunks_exact(2).enumerate() {
        let pair: Pair = [p[0], p[1]];
        out.push(if i == 0 { Unit::Begin(pair) } else { Unit::More(pair) });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A caption channel packet of these codes, as bytes.
    fn bytes(units: &[Unit]) -> Vec<Vec<u8>> {
        let mut all: Vec<Vec<u8>> = vec![];
        for u in units {
            match u {
                Unit::Begin(p) => all.push(p.to_vec()),
                Unit::More(p) => all.last_mut().expect("begun").extend(p),
                Unit::Field(_) => panic!("no pair of CEA-608"),
            }
        }
        all
    }

    #[test]
    fn a_line_is_a_window_a_pen_and_characters() {
        let mut sequence = 3;
        let line: Vec<char> = "Hé♪…".chars().collect();
        let all = bytes(&packets(&rolling(&line, 2), &mut sequence));
        let codes = [
            0x98, 0x38, 74, 105, 0x71, 31, 0x21, 0x92, 1, 0, 0x0d, b'H', 0xe9, 0x7f, 0x10, 0x25, 0x03,
        ];
        let mut want = vec![3 << 6 | 10, 1 << 5 | codes.len() as u8];
        want.extend(codes);
        want.push(0);
        assert_eq!(all, [want]);
        assert_eq!(sequence, 0);
    }

    #[test]
    fn long_pages_take_several_packets_and_no_command_is_parted() {
        let wide: Vec<Vec<char>> = vec!["“”".repeat(16).chars().collect(); 2];
        let codes = popping(&wide);
        let mut sequence = 0;
        let all = bytes(&packets(&codes, &mut sequence));
        let mut joined = vec![];
        for (n, p) in all.iter().enumerate() {
            assert_eq!(p[0] >> 6, n as u8 & 3);
            assert_eq!(p.len(), 2 * usize::from(p[0] & 0x3f));
            let length = usize::from(p[1] & 0x1f);
            assert_eq!(p[1] >> 5, 1);
            let block = &p[2..2 + length];
            assert_ne!(
                block.last(),
                Some(&EXTENDED),
                "its character would be in the next packet"
            );
            assert!(p[2 + length..].iter().all(|b| *b == 0));
            joined.extend_from_slice(block);
        }
        assert_eq!(joined, codes.concat());
        assert!(packets(&[], &mut sequence).is_empty());
    }

    #[test]
    fn every_letter_has_its_code() {
        for (c, code) in [
            ('A', vec![0x41]),
            ('ÿ', vec![0xff]),
            ('’', vec![0x10, 0x32]),
            ('™', vec![0x10, 0x39]),
            ('Ÿ', vec![0x10, 0x3f]),
            ('┌', vec![0x10, 0x7f]),
            ('—', vec![b'-']),
        ] {
            assert_eq!(character(c), code, "{c}");
        }
    }
}
