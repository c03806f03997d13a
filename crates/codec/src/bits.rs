//! Reading the bits of parameter sets and sequence headers, from anybody: nothing panics and nothing is read out of bounds.

/// A reader of bits, most significant first; every read ends with `None` at the end of the data.
pub(crate) struct Bits<'a> {
    data: &'a [u8],
    at: usize,
    zeros: u8,
    byte: u8,
    left: u8,
    /// Whether a 3 after two zeros is no data (NAL units).
    emulation: bool,
}

impl<'a> Bits<'a> {
    /// Bits of a NAL unit's payload, emulation prevention bytes (the 3 in 00 00 03) left out.
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self {
            data,
            at: 0,
            zeros: 0,
            byte: 0,
            left: 0,
            emulation: true,
        }
    }

    /// Bits of data without emulation prevention (AV1).
    pub(crate) fn plain(data: &'a [u8]) -> Self {
        Self {
            emulation: false,
            ..Self::new(data)
        }
    }

    fn refill(&mut self) -> Option<()> {
        if self.emulation && self.zeros >= 2 && self.data.get(self.at) == Some(&3) {
            self.at += 1;
            self.zeros = 0;
        }
        self.byte = *self.data.get(self.at)?;
        self.at += 1;
        self.zeros = if self.byte == 0 {
            self.zeros.saturating_add(1)
        } else {
            0
        };
        self.left = 8;
        Some(())
    }

    /// One bit.
    pub(crate) fn flag(&mut self) -> Option<bool> {
        if self.left == 0 {
            self.refill()?;
        }
        self.left -= 1;
        Some(self.byte >> self.left & 1 == 1)
    }

    /// `n` bits, at most 32.
    pub(crate) fn u(&mut self, n: u32) -> Option<u32> {
        (0..n).try_fold(0u32, |v, _| Some(v << 1 | u32::from(self.flag()?)))
    }

    /// Exp-Golomb (H.264 9.1).
    pub(crate) fn ue(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some(((1u64 << zeros) - 1) as u32 + self.u(zeros)?)
    }

    /// Exp-Golomb below `limit`.
    pub(crate) fn ue_below(&mut self, limit: u32) -> Option<u32> {
        self.ue().filter(|v| *v < limit)
    }

    /// Signed Exp-Golomb.
    pub(crate) fn se(&mut self) -> Option<i32> {
        let k = i64::from(self.ue()?);
        Some(if k % 2 == 1 { (k + 1) / 2 } else { -(k / 2) } as i32)
    }
}
