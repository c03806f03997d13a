//! Rows shared out among threads, where there is so much to do that starting them pays: some tens of microseconds against
//! several milliseconds.

use std::sync::OnceLock;

/// Samples from which a picture is worked on by several threads.
const LARGE: usize = 1 << 20;
/// Most of them: a show has other work as well.
const MOST: usize = 4;

/// How many bands a picture of so many samples is worked on in.
pub fn count(samples: usize) -> usize {
    static CORES: OnceLock<usize> = OnceLock::new();
    if samples < LARGE {
        return 1;
    }
    *CORES.get_or_init(|| std::thread::available_parallelism().map_or(1, |n| n.get().min(MOST)))
}

/// Calls what `begin` makes (once a band) with every row's number and its part of every plane; planes are given with the
/// bytes of a row, 0 for one that is not there.
pub fn in_bands<const N: usize, W>(
    bands: usize,
    rows: usize,
    planes: [(&mut [u8], usize); N],
    begin: impl Fn() -> W + Sync,
) where
    W: FnMut(usize, [&mut [u8]; N]),
{
    let per = rows.div_ceil(bands.max(1)).max(1);
    let begin = &begin;
    std::thread::scope(|scope| {
        let mut rest = planes;
        let mut first = 0;
        while first < rows {
            let n = per.min(rows - first);
            let mut parts: [(&mut [u8], usize); N] = std::array::from_fn(|_| Default::default());
            for (part, left) in parts.iter_mut().zip(&mut rest) {
                let (mine, others) = std::mem::take(&mut left.0).split_at_mut(n * left.1);
                (*part, left.0) = ((mine, left.1), others);
            }
            let start = first;
            first += n;
            let work = move || band(start, n, parts, begin());
            // The last one is this thread's.
            if first >= rows {
                work();
            } else {
                // One that can't be started leaves its rows as they are, which is one band of one picture.
                let started = std::thread::Builder::new()
                    .name("band".into())
                    .spawn_scoped(scope, work);
                if let Err(e) = started {
                    tracing::warn!("a thread for a filter could not be started: {e}");
                }
            }
        }
    });
}

fn band<const N: usize>(
    start: usize,
    rows: usize,
    planes: [(&mut [u8], usize); N],
    mut work: impl FnMut(usize, [&mut [u8]; N]),
) {
    let mut rest = planes;
    for y in start..start + rows {
        let mut row: [&mut [u8]; N] = std::array::from_fn(|_| Default::default());
        for (row, left) in row.iter_mut().zip(&mut rest) {
            let (mine, others) = std::mem::take(&mut left.0).split_at_mut(left.1);
            (*row, left.0) = (mine, others);
        }
        work(y, row);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_done_once_whatever_the_bands() {
        for bands in [1, 2, 3, 7, 50] {
            for rows in [0usize, 1, 2, 5, 16] {
                let (mut a, mut b) = (vec![0u8; rows * 3], vec![0u8; rows * 2]);
                in_bands(
                    bands,
                    rows,
                    [(&mut a[..], 3), (&mut b[..], 2), (&mut [][..], 0)],
                    || {
                        |y: usize, [a, b, none]: [&mut [u8]; 3]| {
                            assert!(none.is_empty());
                            a.iter_mut().chain(b).for_each(|v| *v += 1 + y as u8);
                        }
                    },
                );
                let want = |n: usize| -> Vec<u8> { (0..rows * n).map(|i| 1 + (i / n) as u8).collect() };
                assert_eq!((a, b), (want(3), want(2)), "{bands} bands of {rows} rows");
            }
        }
    }
}
