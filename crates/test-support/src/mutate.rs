//! Hostile input without a fuzzer: real messages, changed by a generator with a fixed seed, so that every run tries the same.
//! What `fuzz/` finds in hours, this keeps from coming back in seconds.

use std::io::{self, Write};

/// Longest input made, bytes.
const LONGEST: usize = 16 * 1024;
/// Numbers that are often the end of something.
const EDGES: [u8; 9] = [0, 1, 2, 3, 9, 0x7f, 0x80, 0xfe, 0xff];

/// A generator of numbers (xorshift64*, Vigna 2016): small, and the same everywhere.
pub struct Rng(u64);

impl Rng {
    /// Any seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `n`; 0 when there is none.
    pub fn below(&mut self, n: usize) -> usize {
        if n == 0 {
            0
        } else {
            (self.next_u64() % n as u64) as usize
        }
    }
}

/// Gives `try_one` every message of `corpus` as it is, then `cases` changed ones: with bytes changed, cut out, doubled, put in
/// from another message, or lengths that lie.
///
/// # Panics
/// When `try_one` does; which case it was is printed.
pub fn cases(corpus: &[Vec<u8>], seed: u64, cases: usize, try_one: impl Fn(&[u8])) {
    corpus.iter().for_each(|m| try_one(m));
    let mut rng = Rng::new(seed);
    let mut input = vec![];
    for n in 0..cases {
        make(&mut input, corpus, &mut rng);
        let case = Case { n, input: &input };
        try_one(case.input);
        std::mem::forget(case);
    }
}

/// Says what was tried when a test panics.
struct Case<'a> {
    n: usize,
    input: &'a [u8],
}

impl Drop for Case<'_> {
    fn drop(&mut self) {
        let shown = &self.input[..self.input.len().min(400)];
        let (n, length) = (self.n, self.input.len());
        let _ = writeln!(io::stderr(), "case {n} of {length} bytes: {}", shown.escape_ascii());
    }
}

fn make(input: &mut Vec<u8>, corpus: &[Vec<u8>], rng: &mut Rng) {
    input.clear();
    if let Some(m) = corpus.get(rng.below(corpus.len())) {
        input.extend_from_slice(m);
    }
    for _ in 0..1 + rng.below(6) {
        change(input, corpus, rng);
    }
    input.truncate(LONGEST);
}

fn change(input: &mut Vec<u8>, corpus: &[Vec<u8>], rng: &mut Rng) {
    let at = rng.below(input.len());
    let end = (at + rng.below(64)).min(input.len());
    match rng.below(9) {
        0 => input.truncate(at),
        1 => drop(input.drain(at..end)),
        2 => {
            let piece = input[at..end].to_vec();
            input.splice(at..at, piece);
        }
        3 => {
            if let Some(other) = corpus.get(rng.below(corpus.len())) {
                let from = rng.below(other.len());
                let to = (from + rng.below(200)).min(other.len());
                input.splice(at..end, other[from..to].iter().copied());
            }
        }
        4 => {
            let edge = EDGES[rng.below(EDGES.len())];
            input[at..end].fill(edge);
        }
        5 => {
            let n = (rng.next_u64() >> rng.below(64)).to_be_bytes();
            let width = [1, 2, 3, 4, 8][rng.below(5)];
            for (b, new) in input[at..].iter_mut().zip(&n[8 - width..]) {
                *b = *new;
            }
        }
        6 => input.insert(at, EDGES[rng.below(EDGES.len())]),
        7 => {
            if let Some(b) = input.get_mut(at) {
                *b ^= 1 << rng.below(8);
            }
        }
        _ => {
            if let Some(b) = input.get_mut(at) {
                *b = rng.next_u64() as u8;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::RefCell;

    #[test]
    fn the_same_seed_makes_the_same_cases() {
        let corpus = vec![b"hello world".to_vec(), vec![], vec![0; 300]];
        let all = |seed| {
            let seen = RefCell::new(vec![]);
            cases(&corpus, seed, 500, |c| seen.borrow_mut().push(c.to_vec()));
            seen.into_inner()
        };
        let one = all(1);
        assert_eq!(one.len(), 503);
        assert_eq!(one, all(1));
        assert_ne!(one, all(2));
        assert!(one.iter().all(|c| c.len() <= LONGEST));
        let changed = one.iter().filter(|c| !corpus.contains(c)).count();
        assert!(changed > 350, "{changed}");
    }
}
