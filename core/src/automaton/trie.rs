//! Everything that begins a text, found in one walk from its first byte.
//!
//! Ten thousand prefixes do not need ten thousand comparisons: they share beginnings, so a tree of what they have in
//! common answers with as many steps as the text goes along with any of them, and stops where it parts from the last.
//! That is tens of nanoseconds however many there are, which is why prefixes are kept out of the automaton over literals,
//! where each would cost a state a byte. Read from the end, the same tree finds suffixes and hosts.
//!
//! Chains without a fork are kept as one label. A node's children stand in a row, sorted by their first byte.

use alloc::vec::Vec;

/// Which end of a text a tree is read from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Forward,
    Backward,
}

/// A tree over the beginnings (or ends) of texts, with a list of numbers at each.
#[derive(Clone, Debug, Default)]
pub(super) struct Trie {
    nodes: Vec<Node>,
    labels: Vec<u8>,
    /// The first byte of each child's label, and the child.
    children: Vec<(u8, u32)>,
    values: Vec<u32>,
}

#[derive(Clone, Debug, Default)]
struct Node {
    label: (u32, u32),
    children: (u32, u32),
    values: (u32, u32),
    /// The length of the key that ends here, and of the shortest that does here or below.
    length: u32,
    shortest: u32,
}

impl Trie {
    /// Builds a tree from keys with one number each; a key may come several times.
    pub(super) fn build(mut keys: Vec<(Vec<u8>, u32)>, direction: Direction) -> Self {
        if direction == Direction::Backward {
            keys.iter_mut().for_each(|(key, _)| key.reverse());
        }
        keys.sort_unstable();
        keys.dedup();
        let mut trie = Self::default();
        if keys.is_empty() {
            return trie;
        }
        trie.nodes.push(Node::default());
        // Each open node with the keys below it and how many of their bytes lead to its end.
        let mut open: Vec<(u32, usize, usize, usize)> = alloc::vec![(0, 0, keys.len(), 0)];
        while let Some((node, mut from, to, depth)) = open.pop() {
            let all = keys.get(from..to).unwrap_or_default();
            let shortest = all.iter().map(|(key, _)| key.len()).min().unwrap_or(0);
            let first_value = position(trie.values.len());
            while let Some((key, value)) = keys.get(from).filter(|_| from < to)
                && key.len() == depth
            {
                trie.values.push(*value);
                from += 1;
            }
            let values = (first_value, position(trie.values.len()));
            let mut children = Vec::new();
            while from < to {
                let Some((first, _)) = keys.get(from) else {
                    break;
                };
                let byte = first.get(depth).copied().unwrap_or_default();
                let same = keys.get(from..to).unwrap_or_default();
                let count = same.partition_point(|(key, _)| key.get(depth) <= Some(&byte));
                // The keys are sorted, so what the first and the last share all of them do.
                let last = keys.get(from + count - 1).map_or(&[][..], |(key, _)| key);
                let shared = first.iter().zip(last).take_while(|(a, b)| a == b).count();
                let start = position(trie.labels.len());
                trie.labels
                    .extend_from_slice(first.get(depth..shared).unwrap_or_default());
                let child = position(trie.nodes.len());
                trie.nodes.push(Node {
                    label: (start, position(trie.labels.len())),
                    ..Node::default()
                });
                children.push((byte, child));
                open.push((child, from, from + count, shared));
                from += count;
            }
            let first_child = position(trie.children.len());
            trie.children.extend(children);
            if let Some(node) = trie.nodes.get_mut(node as usize) {
                node.values = values;
                node.length = position(depth);
                node.shortest = position(shortest);
                node.children = (first_child, position(trie.children.len()));
            }
        }
        trie
    }

    /// Calls `found` with each number whose key begins `text`, or ends it when the tree is read backward.
    #[inline]
    pub(super) fn walk(&self, text: &[u8], direction: Direction, mut found: impl FnMut(u32)) {
        let Some(mut node) = self.nodes.first() else {
            return;
        };
        let mut at = 0;
        loop {
            for value in slice(&self.values, node.values) {
                found(*value);
            }
            let Some(next) = nth(text, at, direction) else {
                return;
            };
            let children = slice(&self.children, node.children);
            let child = match children {
                [(byte, child)] if *byte == next => *child,
                [_] | [] => return,
                few if few.len() <= 8 => match few.iter().find(|(byte, _)| *byte == next) {
                    Some((_, child)) => *child,
                    None => return,
                },
                many => match many.binary_search_by_key(&next, |(byte, _)| *byte) {
                    Ok(found) => many.get(found).map_or(0, |(_, child)| *child),
                    Err(_) => return,
                },
            };
            let Some(below) = self.nodes.get(child as usize) else {
                return;
            };
            let label = slice(&self.labels, below.label);
            let fits = match direction {
                Direction::Forward => text.get(at..).is_some_and(|rest| rest.starts_with(label)),
                Direction::Backward => label
                    .iter()
                    .enumerate()
                    .all(|(index, byte)| nth(text, at + index, direction) == Some(*byte)),
            };
            if !fits {
                return;
            }
            at += label.len();
            node = below;
        }
    }
}

impl Trie {
    /// Calls `found` with each number whose key does not begin `text` and shares at least half of its bytes with the
    /// beginning of it, the most alike first; with ends when the tree is read backward. Looks at up to `steps` nodes.
    pub(super) fn touched(
        &self,
        text: &[u8],
        direction: Direction,
        mut steps: usize,
        room: &mut Vec<(u32, u32)>,
        mut found: impl FnMut(u32),
    ) {
        // Where keys leave the text: a node below which they do, and how far they went along.
        room.clear();
        let (mut at, mut here) = (0, 0_u32);
        while let Some(node) = self.nodes.get(here as usize) {
            let next = nth(text, at, direction);
            let mut taken = None;
            for (byte, child) in slice(&self.children, node.children) {
                if Some(*byte) == next {
                    taken = Some(*child);
                } else {
                    room.push((*child, position(at)));
                }
            }
            let Some((child, below)) = taken.and_then(|child| {
                let below = self.nodes.get(child as usize)?;
                Some((child, below))
            }) else {
                break;
            };
            let label = slice(&self.labels, below.label);
            let same =
                |(index, byte): &(usize, &u8)| nth(text, at + index, direction) == Some(**byte);
            let shared = label.iter().enumerate().take_while(same).count();
            at += shared;
            if shared < label.len() {
                room.push((child, position(at)));
                break;
            }
            here = child;
        }
        while let Some((number, along)) = room.pop() {
            let Some(node) = self.nodes.get(number as usize) else {
                continue;
            };
            let longest = along.saturating_mul(2);
            if node.shortest > longest {
                continue;
            }
            let Some(left) = steps.checked_sub(1) else {
                return;
            };
            steps = left;
            if node.length <= longest {
                slice(&self.values, node.values)
                    .iter()
                    .copied()
                    .for_each(&mut found);
            }
            let children = slice(&self.children, node.children).iter().rev();
            room.extend(children.map(|(_, child)| (*child, along)));
        }
    }
}

fn nth(text: &[u8], at: usize, direction: Direction) -> Option<u8> {
    let index = match direction {
        Direction::Forward => at,
        Direction::Backward => text.len().checked_sub(at + 1)?,
    };
    text.get(index).copied()
}

fn slice<T>(all: &[T], range: (u32, u32)) -> &[T] {
    all.get(range.0 as usize..range.1 as usize).unwrap_or(&[])
}

/// A position in a table. Policies are bounded far below what 32 bits count; beyond that a table would be cut, and a
/// policy that large does not load.
pub(super) fn position(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Direction, Trie};

    fn found(keys: &[&str], direction: Direction, text: &str) -> Vec<u32> {
        let keys = keys.iter().enumerate();
        let keys = keys.map(|(at, key)| (key.as_bytes().to_vec(), u32::try_from(at).unwrap()));
        let trie = Trie::build(keys.collect(), direction);
        let mut found = Vec::new();
        trie.walk(text.as_bytes(), direction, |value| found.push(value));
        found.sort_unstable();
        found
    }

    #[test]
    fn every_beginning_is_found() {
        let keys = ["git", "git push", "git push -f", "gh", "", "git pull", "g"];
        assert_eq!(
            found(&keys, Direction::Forward, "git push -x"),
            [0, 1, 4, 6]
        );
        assert_eq!(found(&keys, Direction::Forward, "gh"), [3, 4, 6]);
        assert_eq!(found(&keys, Direction::Forward, "ls"), [4]);
        assert_eq!(found(&keys, Direction::Forward, ""), [4]);
    }

    #[test]
    fn what_shares_half_of_its_bytes_is_touched_the_most_alike_first() {
        let keys = [
            "git push --force",
            "git pull",
            "git",
            "gh",
            "git push",
            "cargo",
            "git push --xyz",
        ];
        let numbered = keys
            .iter()
            .zip(0..)
            .map(|(key, at)| (key.as_bytes().to_vec(), at));
        let trie = Trie::build(numbered.collect(), Direction::Forward);
        let touched = |text: &str, steps: usize| {
            let mut found = Vec::new();
            trie.touched(
                text.as_bytes(),
                Direction::Forward,
                steps,
                &mut Vec::new(),
                |at| found.push(at),
            );
            found
        };
        assert_eq!(touched("git push -f", 99), [0, 6, 1, 3]);
        assert_eq!(touched("git push -f", 1).len(), 0);
        assert_eq!(touched("carg", 99), [5]);
        assert!(touched("cxxx", 99).is_empty());
    }

    #[test]
    fn every_end_is_found() {
        let keys = [".example.com", ".com", "x.example.com", "example.org"];
        assert_eq!(
            found(&keys, Direction::Backward, "x.example.com"),
            [0, 1, 2]
        );
        assert!(found(&keys, Direction::Backward, "com").is_empty());
    }

    #[test]
    fn many_children_are_searched_by_halves() {
        let keys: Vec<alloc::string::String> =
            (b'a'..=b'z').map(|c| char::from(c).into()).collect();
        let keys: Vec<&str> = keys.iter().map(|key| key.as_str()).collect();
        for (at, key) in keys.iter().enumerate() {
            assert_eq!(
                found(&keys, Direction::Forward, key),
                [u32::try_from(at).unwrap()]
            );
        }
    }

    #[test]
    fn one_key_may_have_many_numbers() {
        assert_eq!(
            found(&["a", "a", "ab"], Direction::Forward, "abc"),
            [0, 1, 2]
        );
    }
}
