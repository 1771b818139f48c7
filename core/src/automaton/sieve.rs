//! A quick look that spares most texts the pass over every byte.
//!
//! A text that holds a literal holds every few bytes of it. So a window of a few bytes is looked at in every `stride`, and
//! a bit says whether any literal has these: one multiplication and one bit for several bytes, where the automaton takes
//! a dependent step for each. Only when a bit is set does the automaton run. Each literal is represented by the part of it
//! that other literals share least, because a bit that `/home/` sets would be met by half of all texts.
//!
//! The shortest literal bounds both: `stride + window - 1` bytes of it must be looked at, so that one of its windows falls
//! on a multiple of the stride wherever it stands. Long windows let fewer texts through by chance, long strides take fewer
//! looks; windows come first, up to eight bytes. Letters are looked at in lower case.

use alloc::vec::Vec;

use hashbrown::HashMap;

/// No text is looked at in longer strides, in bytes.
const LONGEST_STRIDE: usize = 8;

/// With a shorter stride than that the automaton is as fast.
const SHORTEST_STRIDE: usize = 2;

/// The stride that windows leave room for before they grow.
const GOOD_STRIDE: usize = 3;

const SHORTEST_WINDOW: usize = 4;

/// As many bytes as are read at once.
const LONGEST_WINDOW: usize = 8;

/// So many bits for each window, so that few texts set one by chance.
const BITS_A_WINDOW: usize = 48;

const LEAST_BITS: u32 = 12;
const MOST_BITS: u32 = 21;

/// Which windows stand in some literal.
#[derive(Debug, Default)]
pub(super) struct Sieve {
    bits: Vec<u64>,
    shift: u32,
    /// 0 when every text goes through.
    stride: usize,
    window: usize,
    /// The bits of a window's bytes in a number of eight.
    mask: u64,
}

impl Sieve {
    /// Builds a sieve over literals in lower case.
    pub(super) fn build(literals: &[Vec<u8>]) -> Self {
        let shortest = literals.iter().map(Vec::len).min().unwrap_or(0);
        let window = (shortest + 1)
            .saturating_sub(GOOD_STRIDE)
            .clamp(SHORTEST_WINDOW, LONGEST_WINDOW);
        let stride = (shortest + 1).saturating_sub(window).min(LONGEST_STRIDE);
        if stride < SHORTEST_STRIDE {
            return Self::default();
        }
        let count = literals.len().saturating_mul(stride * BITS_A_WINDOW);
        let size = (usize::BITS - count.leading_zeros()).clamp(LEAST_BITS, MOST_BITS);
        let mut sieve = Self {
            bits: alloc::vec![0; 1 << (size - 6)],
            shift: 64 - size,
            stride,
            window,
            mask: u64::MAX >> (64 - 8 * window.min(LONGEST_WINDOW)),
        };
        let mut shared_by: HashMap<u64, u32, foldhash::fast::FixedState> = HashMap::default();
        for window in literals.iter().flat_map(|literal| sieve.windows(literal)) {
            *shared_by.entry(window).or_insert(0) += 1;
        }
        for literal in literals {
            let all: Vec<u64> = sieve.windows(literal).collect();
            // Of all stretches that are long enough, the one whose commonest window is rarest.
            let common = |stretch: &&[u64]| {
                let counts = stretch.iter().filter_map(|window| shared_by.get(window));
                counts.max().copied()
            };
            let best = all.windows(stride).min_by_key(common).unwrap_or(&[]);
            best.iter().for_each(|window| sieve.set(*window));
        }
        sieve
    }

    /// Whether a text can hold a literal.
    #[inline]
    pub(super) fn lets_through(&self, text: &[u8]) -> bool {
        if self.stride == 0 {
            return true;
        }
        let mut rest = text;
        while let Some((eight, _)) = rest.split_first_chunk::<LONGEST_WINDOW>() {
            if self.has(self.fold(*eight)) {
                return true;
            }
            rest = rest.get(self.stride..).unwrap_or_default();
        }
        while rest.len() >= self.window {
            if self.has(self.fold(padded(rest))) {
                return true;
            }
            rest = rest.get(self.stride..).unwrap_or_default();
        }
        false
    }

    /// Returns every window of a text.
    fn windows(&self, text: &[u8]) -> impl Iterator<Item = u64> {
        text.windows(self.window)
            .map(|window| self.fold(padded(window)))
    }

    /// Returns the first bytes of eight as a number, the same for a letter in both cases.
    #[inline]
    fn fold(&self, eight: [u8; LONGEST_WINDOW]) -> u64 {
        (u64::from_le_bytes(eight) | 0x2020_2020_2020_2020) & self.mask
    }

    #[inline]
    fn place(&self, window: u64) -> (usize, u64) {
        let bit = window.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift;
        (
            usize::try_from(bit >> 6).unwrap_or_default(),
            1 << (bit & 63),
        )
    }

    fn set(&mut self, window: u64) {
        let (word, bit) = self.place(window);
        if let Some(word) = self.bits.get_mut(word) {
            *word |= bit;
        }
    }

    #[inline]
    fn has(&self, window: u64) -> bool {
        let (word, bit) = self.place(window);
        self.bits.get(word).is_none_or(|word| word & bit != 0)
    }
}

/// Returns the first eight bytes of a text, zeros behind a shorter one.
fn padded(text: &[u8]) -> [u8; LONGEST_WINDOW] {
    let mut eight = [0; LONGEST_WINDOW];
    eight
        .iter_mut()
        .zip(text)
        .for_each(|(to, from)| *to = *from);
    eight
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::Sieve;

    #[test]
    fn every_text_with_a_literal_goes_through_wherever_it_stands() {
        let literals = ["amber-otter", "/srv/quartz-api", "deploy"];
        let bytes: Vec<Vec<u8>> = literals
            .iter()
            .map(|text| text.as_bytes().to_vec())
            .collect();
        let sieve = Sieve::build(&bytes);
        for literal in literals {
            for before in 0..20 {
                let text = alloc::format!("{}{}!", ".".repeat(before), literal);
                assert!(sieve.lets_through(text.as_bytes()), "{text}");
                assert!(sieve.lets_through(text.to_ascii_uppercase().as_bytes()));
            }
        }
    }

    #[test]
    fn most_other_texts_do_not() {
        let sieve = Sieve::build(&[b"amber-otter".to_vec()]);
        assert!(!sieve.lets_through(b"git commit -m 'a word or two about nothing much'"));
        assert!(!sieve.lets_through(b"amb"));
    }

    #[test]
    fn a_short_literal_lets_everything_through() {
        assert!(Sieve::build(&[b"rm".to_vec()]).lets_through(b"ls"));
    }
}
