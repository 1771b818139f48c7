//! Exact texts, and combinations of them: one look into a table, whatever its size.
//!
//! A rule that only asks for equal values (`this action on that type by this role`) has nothing to search for. Filed
//! under one of its values it would share a list with every rule that asks for the same one, and a policy of ten
//! thousand such rules has lists of hundreds. So such rules are grouped by *which* fields they ask about, as routers
//! group packet filters (tuple space search, Srinivasan, Suri and Varghese, 1999), and a group is one table keyed by all
//! those values together: one look a group, and policies have few groups.
//!
//! Tables hold hashes. What is found is evaluated as any candidate is, so a collision costs time and nothing else.

use alloc::vec::Vec;

use hashbrown::HashTable;

use super::trie::position;
use crate::hash::{LONGEST_HASHED, hash_of};

/// From hashes to lists of numbers.
#[derive(Clone, Debug, Default)]
pub(super) struct Exact {
    table: HashTable<(u64, u32, u32)>,
    values: Vec<u32>,
    /// Whether some key is longer than what requests bring hashed.
    long: bool,
}

impl Exact {
    pub(super) fn build(mut keys: Vec<(u64, u32)>, long: bool) -> Self {
        keys.sort_unstable();
        keys.dedup();
        let mut built = Self {
            long,
            ..Self::default()
        };
        let mut rest = keys.as_slice();
        while let Some((hash, _)) = rest.first() {
            let count = rest.partition_point(|(other, _)| other <= hash);
            let (same, after) = rest.split_at(count);
            let from = position(built.values.len());
            built.values.extend(same.iter().map(|(_, value)| *value));
            let to = position(built.values.len());
            built
                .table
                .insert_unique(*hash, (*hash, from, to), |entry| entry.0);
            rest = after;
        }
        built
    }

    pub(super) fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// Returns the numbers filed under a hash.
    #[inline]
    pub(super) fn get(&self, hash: u64) -> &[u32] {
        match self.table.find(hash, |entry| entry.0 == hash) {
            Some((_, from, to)) => self.values.get(*from as usize..*to as usize).unwrap_or(&[]),
            None => &[],
        }
    }

    /// Returns the numbers filed under a text; `hash` is its hash if it is short.
    #[inline]
    pub(super) fn get_text(&self, text: &str, hash: u64) -> &[u32] {
        if text.len() <= LONGEST_HASHED {
            self.get(hash)
        } else if self.long {
            self.get(hash_of(text.as_bytes()))
        } else {
            &[]
        }
    }
}
