//! A small random source, the same on every machine.

/// xorshift64*, seeded through one step of splitmix64.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A source for a seed; near seeds give unlike sources.
    #[must_use]
    pub fn new(seed: u64) -> Random {
        let mut z = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Random((z ^ (z >> 31)).max(1))
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    /// A number from 0 to `bound - 1`.
    pub fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound.max(1)).unwrap_or(u64::MAX);
        usize::try_from(self.next() % bound).unwrap_or_default()
    }

    /// A number from `low` to `high`, both included.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        let width = usize::try_from(high - low + 1).unwrap_or(1);
        low + i64::try_from(self.below(width)).unwrap_or_default()
    }

    /// True in `percent` of 100 cases.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of the words.
    #[expect(
        clippy::indexing_slicing,
        reason = "the number is below the length, and no list here is empty"
    )]
    pub fn pick<T: Copy>(&mut self, words: &[T]) -> T {
        words[self.below(words.len())]
    }

    /// Up to `most` different words, at least one.
    pub fn some<T: Copy + PartialEq>(&mut self, words: &[T], most: usize) -> Vec<T> {
        let mut out = vec![self.pick(words)];
        for _ in 1..=self.below(most) {
            let word = self.pick(words);
            if !out.contains(&word) {
                out.push(word);
            }
        }
        out
    }
}
