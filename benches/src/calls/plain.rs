//! The baseline: a loop over all rules, as a small permission hook does it.

use doorward::{Effect, Policy, Scratch};
use regex::Regex;

use super::{Call, Calls, Condition, Op};

/// The rules in a list, each condition tried in order.
#[derive(Debug)]
pub struct Loop {
    rules: Vec<(Effect, Vec<Test>)>,
}

#[derive(Debug)]
enum Test {
    In(usize, Vec<String>),
    Prefix(usize, String),
    Suffix(usize, String),
    Contains(usize, String),
    Matches(usize, Regex),
}

/// What a loop says of a request.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// The strictest effect of those that match.
    pub strictest: Option<Effect>,
    /// The rules that match, by number.
    pub matched: Vec<u32>,
}

impl Said {
    /// Returns what should happen.
    pub fn effect(&self) -> Effect {
        self.strictest.unwrap_or(Effect::Ask)
    }
}

impl Loop {
    /// Prepares the rules; `None` when a pattern is none.
    pub fn new(calls: &Calls) -> Option<Self> {
        let rule = |rule: &super::Rule| {
            let tests: Option<Vec<Test>> = rule.when.iter().map(test).collect();
            Some((rule.effect, tests?))
        };
        Some(Self {
            rules: calls.rules.iter().map(rule).collect::<Option<_>>()?,
        })
    }

    /// Judges a request by every rule; `said` is filled anew.
    pub fn judge(&self, call: &Call, said: &mut Said) {
        said.matched.clear();
        said.strictest = None;
        for (number, (effect, tests)) in (0..).zip(&self.rules) {
            if tests.iter().all(|test| test.holds(call)) {
                said.strictest = said.strictest.max(Some(*effect));
                said.matched.push(number);
            }
        }
    }

    /// Makes sure that `policy` says the same of every one of `calls`: the effect and the rules that match.
    ///
    /// # Panics
    ///
    /// When it does not.
    pub fn assert_same(&self, policy: &Policy, calls: &[Call]) {
        let mut scratch = Scratch::new();
        let mut said = Said::default();
        for call in calls {
            let request = call.read();
            assert!(request.is_ok(), "a request is wrong: {call:?}");
            let Ok(request) = request else { continue };
            let verdict = policy.decide_with(&mut scratch, &request);
            self.judge(call, &mut said);
            assert_eq!(verdict.effect(), said.effect(), "{call:?}");
            let matched: Vec<&str> = verdict.matched().map(|(rule, ..)| rule).collect();
            let expected: Vec<String> = said
                .matched
                .iter()
                .map(|n| format!("rule-{n:06}"))
                .collect();
            assert_eq!(matched, expected, "{call:?}");
        }
    }

    /// Judges a request by every condition of every rule and keeps the five that miss by the smallest share.
    pub fn judge_near(&self, call: &Call) -> (Option<Effect>, [(usize, u32); 5]) {
        let mut strictest = None;
        let mut nearest = [(usize::MAX, 0); 5];
        for (number, (effect, tests)) in (0..).zip(&self.rules) {
            let missing = tests.iter().filter(|test| !test.holds(call)).count();
            if missing == 0 {
                strictest = strictest.max(Some(*effect));
                continue;
            }
            let share = missing * 1000 / tests.len().max(1);
            if nearest.last().is_some_and(|last| share < last.0) {
                if let Some(last) = nearest.last_mut() {
                    *last = (share, number);
                }
                nearest.sort_by_key(|near| near.0);
            }
        }
        (strictest, nearest)
    }
}

fn test(condition: &Condition) -> Option<Test> {
    let field = condition.field;
    let first = || condition.values.first().cloned();
    Some(match condition.op {
        Op::In => Test::In(field, condition.values.clone()),
        Op::Prefix => Test::Prefix(field, first()?),
        Op::Suffix => Test::Suffix(field, first()?),
        Op::Contains => Test::Contains(field, first()?),
        Op::Regex | Op::Glob => Test::Matches(field, Regex::new(&condition.searched()?).ok()?),
    })
}

impl Test {
    fn holds(&self, call: &Call) -> bool {
        let value = |field: &usize| call.values.get(*field).map_or("", String::as_str);
        match self {
            Self::In(field, values) => values.iter().any(|wanted| wanted == value(field)),
            Self::Prefix(field, text) => value(field).starts_with(text.as_str()),
            Self::Suffix(field, text) => value(field).ends_with(text.as_str()),
            Self::Contains(field, text) => value(field).contains(text.as_str()),
            Self::Matches(field, regex) => regex.is_match(value(field)),
        }
    }
}
