//! Compares the answers of several doors with the vectors and with each other.

use std::collections::BTreeMap;
use std::fmt;

use super::Answer;
use crate::vectors::{Corpus, Mismatch, compare, compare_load};

/// How many failures a report prints.
const SHOWN: usize = 40;

/// The answers of one door.
#[derive(Debug)]
pub struct Door {
    /// The door's name.
    pub name: String,
    /// Its answers, in the order of the case file.
    pub answers: Vec<Answer>,
}

/// What comparing the doors found.
#[derive(Debug, Default)]
pub struct Report {
    passed: usize,
    failed: usize,
    failures: Vec<String>,
}

impl Report {
    /// Returns how many cases every door that ran them answered as expected and alike.
    #[must_use]
    pub fn passed(&self) -> usize {
        self.passed
    }

    /// Returns how many cases failed, plus one for each door that ran nothing.
    #[must_use]
    pub fn failed(&self) -> usize {
        self.failed
    }

    fn case(&mut self, name: &str, problems: Vec<String>) {
        if problems.is_empty() {
            self.passed += 1;
        } else {
            self.failed += 1;
            self.failures
                .push(format!("{name}\n{}", problems.join("\n")));
        }
    }
}

impl fmt::Display for Report {
    /// At most 40 failures, then the closing line `N passed, M failed`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for failure in self.failures.iter().take(SHOWN) {
            writeln!(f, "{failure}")?;
        }
        if self.failures.len() > SHOWN {
            writeln!(f, "and {} more", self.failures.len() - SHOWN)?;
        }
        write!(f, "{} passed, {} failed", self.passed, self.failed)
    }
}

/// Returns the report of `doors`: each case against its vector, if it is one, and against the other doors, byte for byte.
///
/// A case fails when a door has no answer to it, when no door ran it, or when it was skipped without a reason.
#[must_use]
pub fn check(corpus: &Corpus, doors: &[Door]) -> Report {
    let mut report = Report::default();
    let mut answers: BTreeMap<&str, BTreeMap<&str, &Answer>> = BTreeMap::new();
    let mut names: Vec<&str> = Vec::new();
    let expected = corpus.cases();
    names.extend(expected.iter().map(|case| case.name.as_str()));
    let listed: std::collections::BTreeSet<&str> = names.iter().copied().collect();
    for door in doors {
        if !door.answers.iter().any(|answer| answer.output.is_some()) {
            report.case(
                &format!("door {}", door.name),
                vec!["  it ran no case".to_owned()],
            );
        }
        for answer in &door.answers {
            let of_case = answers.entry(&answer.name).or_default();
            if of_case.is_empty() && !listed.contains(answer.name.as_str()) {
                names.push(&answer.name);
            }
            if of_case.insert(&door.name, answer).is_some() {
                report.case(
                    &answer.name,
                    vec![format!("  door {} answers it twice", door.name)],
                );
            }
        }
    }
    let vectors: BTreeMap<&str, &_> = corpus
        .vectors
        .iter()
        .map(|vector| (vector.name.as_str(), &vector.expectation))
        .collect();
    let loads: BTreeMap<&str, &_> = corpus
        .loads
        .iter()
        .map(|load| (load.name.as_str(), load))
        .collect();
    let none = BTreeMap::new();
    for name in names {
        let of_case = answers.get(name).unwrap_or(&none);
        let problems = case_problems(doors, of_case, |output| {
            match (vectors.get(name), loads.get(name)) {
                (Some(expectation), _) => compare(expectation, output),
                (None, Some(load)) => compare_load(load, output),
                (None, None) => Vec::new(),
            }
        });
        report.case(name, problems);
    }
    report
}

fn case_problems(
    doors: &[Door],
    answers: &BTreeMap<&str, &Answer>,
    compare: impl Fn(&str) -> Vec<Mismatch>,
) -> Vec<String> {
    let mut problems = Vec::new();
    let mut first: Option<(&str, &str)> = None;
    for door in doors {
        let Some(answer) = answers.get(door.name.as_str()) else {
            problems.push(format!("  {}: no answer", door.name));
            continue;
        };
        match (&answer.output, &answer.skipped) {
            (Some(output), _) => match first {
                None => {
                    first = Some((&door.name, output));
                    let said = compare(output);
                    problems.extend(said.iter().map(|one| {
                        format!(
                            "  {}: {}\n    expected {}\n    got      {}",
                            door.name, one.key, one.expected, one.got
                        )
                    }));
                }
                Some((_, same)) if same == output => {}
                Some((other, different)) => {
                    problems.push(format!(
                        "  {other} and {} differ\n    {other} {different}\n    {} {output}",
                        door.name, door.name
                    ));
                }
            },
            (None, Some(reason)) if !reason.trim().is_empty() => {}
            (None, _) => problems.push(format!("  {}: skipped without a reason", door.name)),
        }
    }
    if first.is_none() && problems.is_empty() {
        problems.push("  no door ran it".to_owned());
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vectors::{Expectation, Expected, Vector};

    const DENY: &str = r#"{"effect":"deny","basis":{"gap":"a"},"policy":"dw1-0"}"#;

    fn corpus() -> Corpus {
        let expectation = Expectation::Keys(Box::new(Expected {
            effect: Some("deny".to_owned()),
            ..Expected::default()
        }));
        let name = "one".to_owned();
        let vector = Vector {
            name,
            topic: String::new(),
            source: String::new(),
            covers: Vec::new(),
            sources: Vec::new(),
            request: b"{}".to_vec(),
            expectation,
        };
        Corpus {
            vectors: vec![vector],
            loads: Vec::new(),
        }
    }

    fn door(name: &str, answers: &[(&str, Result<&str, &str>)]) -> Door {
        let answers = answers.iter().map(|(name, answer)| Answer {
            name: (*name).to_owned(),
            output: answer.ok().map(str::to_owned),
            skipped: answer.err().map(str::to_owned),
        });
        Door {
            name: name.to_owned(),
            answers: answers.collect(),
        }
    }

    fn failed(doors: &[Door]) -> usize {
        check(&corpus(), doors).failed()
    }

    #[test]
    fn doors_that_agree_with_the_vector_pass() {
        let report = check(
            &corpus(),
            &[
                door("a", &[("one", Ok(DENY))]),
                door("b", &[("one", Ok(DENY))]),
            ],
        );
        assert_eq!(
            (
                report.passed(),
                report.failed(),
                report.to_string().as_str()
            ),
            (1, 0, "1 passed, 0 failed")
        );
    }

    #[test]
    fn every_way_to_fail_is_a_failure() {
        let other = DENY.replace("deny", "ask");
        assert_eq!(
            failed(&[door("a", &[("one", Ok(&other))])]),
            1,
            "not as expected"
        );
        assert_eq!(
            failed(&[
                door("a", &[("one", Ok(DENY))]),
                door("b", &[("one", Ok(&DENY.replace('0', "1")))])
            ]),
            1,
            "doors differ"
        );
        assert_eq!(
            failed(&[
                door("a", &[("one", Ok(DENY))]),
                door("b", &[("two", Ok(DENY))])
            ]),
            2,
            "no answer"
        );
        assert_eq!(
            failed(&[
                door("a", &[("one", Err(" "))]),
                door("b", &[("one", Ok(DENY))])
            ]),
            2,
            "ran nothing, no reason"
        );
        assert_eq!(
            failed(&[door("a", &[("one", Err("why")), ("two", Ok(DENY))])]),
            1,
            "no door ran it"
        );
        assert_eq!(
            failed(&[door("a", &[("one", Ok(DENY)), ("one", Ok(DENY))])]),
            1,
            "twice"
        );
    }

    #[test]
    fn a_reason_makes_a_skip_good() {
        assert_eq!(
            failed(&[
                door("a", &[("one", Err("bytes")), ("two", Ok(DENY))]),
                door("b", &[("one", Ok(DENY)), ("two", Ok(DENY))])
            ]),
            0
        );
    }
}
