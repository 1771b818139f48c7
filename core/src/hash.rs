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

/// Returns the hash of two hashes, in this order.
pub(crate) fn join(first: u64, second: u64) -> u64 {
    (first.rotate_left(23) ^ second).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}
