//! `regex::RegexSet`, with a cache large enough that it does not start again.

use regex::{RegexSet, RegexSetBuilder};

use super::frame::{Frame, Matcher};
use crate::calls::Calls;

impl Matcher for RegexSet {
    fn scan(&mut self, text: &str, found: &mut Vec<u32>) {
        let numbers = self.matches(text).into_iter();
        found.extend(numbers.map(|number| u32::try_from(number).expect("there are fewer")));
    }
}

/// Compiles the rules.
pub fn new(calls: &Calls) -> Frame {
    Frame::new(calls, |patterns| {
        let set = RegexSetBuilder::new(patterns)
            .size_limit(8 << 30)
            .dfa_size_limit(64 << 20)
            .build();
        Box::new(set.expect("the patterns are regular expressions"))
    })
}
