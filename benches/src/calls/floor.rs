//! The floor: what merely touching a request costs, without deciding anything.
//!
//! An Aho-Corasick automaton over one literal of each `regex`, `glob` and `contains` runs over the fields that have such
//! conditions, and the fields that are compared for equality are looked up in a table each. No engine over these rules
//! that looks at every byte can be much faster, so it is the unit in which deciding is measured.

use std::collections::HashSet;

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError};
use regex_syntax::hir::{Hir, HirKind};

use super::{Call, Calls, Condition, Op};

type Texts = HashSet<String, foldhash::fast::FixedState>;

/// Two walks over a request.
#[derive(Debug)]
pub struct Floor {
    literals: AhoCorasick,
    bare_count: usize,
    scanned: Vec<usize>,
    equal: Vec<(usize, Texts)>,
}

impl Floor {
    /// Prepares both.
    ///
    /// # Errors
    ///
    /// When there are more literals than an automaton can hold.
    pub fn new(calls: &Calls) -> Result<Self, BuildError> {
        let mut literals: Vec<Vec<u8>> = patterns(calls).map(longest_literal).collect();
        let all = literals.len();
        literals.retain(|literal| literal.len() > 1);
        let bare_count = all - literals.len();
        literals.sort_unstable();
        literals.dedup();
        let mut scanned: Vec<usize> = patterns(calls).map(|condition| condition.field).collect();
        scanned.sort_unstable();
        scanned.dedup();
        let mut equal: Vec<(usize, Texts)> = Vec::new();
        let conditions = calls.rules.iter().flat_map(|rule| &rule.when);
        for condition in conditions.filter(|condition| condition.op == Op::In) {
            let values = condition.values.iter().cloned();
            match equal
                .iter_mut()
                .find(|(field, _)| *field == condition.field)
            {
                Some((_, texts)) => texts.extend(values),
                None => equal.push((condition.field, values.collect())),
            }
        }
        Ok(Self {
            literals: AhoCorasick::builder()
                .kind(Some(AhoCorasickKind::DFA))
                .build(&literals)?,
            bare_count,
            scanned,
            equal,
        })
    }

    /// Returns how many patterns have no literal of two bytes or more: nothing finds them but trying.
    pub fn bare_count(&self) -> usize {
        self.bare_count
    }

    /// Walks over the literals of a request; returns how many it holds.
    pub fn scan(&self, call: &Call) -> usize {
        let fields = self.scanned.iter().filter_map(|at| call.values.get(*at));
        fields
            .map(|text| self.literals.find_overlapping_iter(text).count())
            .sum()
    }

    /// Looks up the fields that are compared for equality; returns how many are known.
    pub fn look_up(&self, call: &Call) -> usize {
        let known = |(at, texts): &&(usize, Texts)| {
            call.values
                .get(*at)
                .is_some_and(|text| texts.contains(text))
        };
        self.equal.iter().filter(known).count()
    }
}

/// Returns the conditions that look for something anywhere in a text.
pub(super) fn patterns(calls: &Calls) -> impl Iterator<Item = &Condition> {
    let conditions = calls.rules.iter().flat_map(|rule| &rule.when);
    conditions.filter(|condition| matches!(condition.op, Op::Regex | Op::Glob | Op::Contains))
}

/// Returns the longest literal that every match of a pattern holds, of those that are plain to see.
pub(super) fn longest_literal(condition: &Condition) -> Vec<u8> {
    fn walk(hir: &Hir, best: &mut Vec<u8>) {
        match hir.kind() {
            HirKind::Literal(literal) if literal.0.len() > best.len() => *best = literal.0.to_vec(),
            HirKind::Concat(parts) => parts.iter().for_each(|part| walk(part, best)),
            HirKind::Capture(capture) => walk(&capture.sub, best),
            HirKind::Repetition(repetition) if repetition.min > 0 => walk(&repetition.sub, best),
            _ => {}
        }
    }
    let first = condition.values.first().map_or("", String::as_str);
    let Some(pattern) = condition.searched() else {
        return first.into();
    };
    let mut best = Vec::new();
    if let Ok(hir) = regex_syntax::parse(&pattern) {
        walk(&hir, &mut best);
    }
    best
}
