//! One hash for the tables of a policy and for the values that requests bring to them.
//!
//! A policy's author fills the tables and a request only looks into them, so nobody can make a table slow for others: an
//! entry whose hash collides costs one comparison more. The seed is fixed, since a decision must not depend on chance.

use core::hash::{BuildHasher, Hasher};

use foldhash::fast::FixedState;

/// Longer texts are not hashed ahead; no table of exact texts has a key that long.
pub(crate) const LONGEST_HASHED: usize = 128;

const STATE: FixedState = FixedState::with_seed(0xd00d_4a9d);

/// Returns the hash of some bytes.
pub(crate) fn hash_of(bytes: &[u8]) -> u64 {
    let mut hasher = STATE.build_hasher();
    hasher.write(bytes);
    hasher.finish()
}

/// A short text as one number, by which two of them are compared at once.
///
/// A text of up to 15 bytes is the number itself, with its length in the highest byte. Of a longer one it is a hash, with
/// 255 there, so equal numbers are equal texts only after a look at both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Packed(u128);

impl Packed {
    pub(crate) fn new(text: &str) -> Self {
        let bytes = text.as_bytes();
        let mut packed = [0; 16];
        match (packed.get_mut(..bytes.len()), u8::try_from(bytes.len())) {
            (Some(room), Ok(length)) if length < 16 => {
                room.copy_from_slice(bytes);
                packed[15] = length;
            }
            _ => {
                let [a, b, c, d, e, f, g, h] = hash_of(bytes).to_le_bytes();
                packed = [a, b, c, d, e, f, g, h, 0, 0, 0, 0, 0, 0, 0, u8::MAX];
            }
        }
        Self(u128::from_le_bytes(packed))
    }

    /// Whether equal numbers are equal texts.
    pub(crate) fn is_exact(self) -> bool {
        self.0 >> 120 != 0xff
    }
}

/// Returns the hash of two hashes, in this order.
pub(crate) fn join(first: u64, second: u64) -> u64 {
    (first.rotate_left(23) ^ second).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
