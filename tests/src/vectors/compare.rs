//! Holds what a door answered against what a vector expects.

use doorward::{Policy, wire};
use serde_json::Value;

use super::{Expectation, Expected, ExpectedDiagnostic, Load};

/// One difference between an answer and an expectation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// What was compared: a key of `expect`, `decision`, `error`, or a diagnostic's place in the list.
    pub key: String,
    /// What the vector says.
    pub expected: String,
    /// What the door answered.
    pub got: String,
}

impl Mismatch {
    fn new(key: impl Into<String>, expected: impl Into<String>, got: impl Into<String>) -> Self {
        Self {
            key: key.into(),
            expected: expected.into(),
            got: got.into(),
        }
    }
}

/// Returns how the text `output` of a door differs from what a vector expects; empty when it does not.
#[must_use]
pub fn compare(expectation: &Expectation, output: &str) -> Vec<Mismatch> {
    match expectation {
        Expectation::Whole(whole) => {
            let got = without_policy_id(output);
            if got == *whole {
                Vec::new()
            } else {
                vec![Mismatch::new("decision", whole, got)]
            }
        }
        Expectation::Error(code) => {
            let got = parsed(output).and_then(|answer| {
                answer
                    .pointer("/error/code")
                    .and_then(Value::as_str)
                    .map(str::to_owned)
            });
            if got.as_ref() == Some(code) {
                Vec::new()
            } else {
                vec![Mismatch::new("error", code, output)]
            }
        }
        Expectation::Keys(expected) => match parsed(output) {
            Some(answer) if answer.get("effect").is_some() => compare_keys(expected, &answer),
            _ => vec![Mismatch::new(
                "effect",
                expected.effect.clone().unwrap_or_default(),
                output,
            )],
        },
    }
}

/// Returns how the diagnostics in `output` differ from the errors that a load entry expects; empty when they do not.
#[must_use]
pub fn compare_load(load: &Load, output: &str) -> Vec<Mismatch> {
    compare_diagnostics("errors", &load.errors, "error", output)
}

/// Returns how the warnings and the test run of a policy that loads differ from what a load entry expects; empty when they do not.
#[must_use]
pub fn compare_warnings(load: &Load, policy: &Policy) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    if let Some(warnings) = &load.warnings {
        mismatches.extend(compare_diagnostics(
            "warnings",
            warnings,
            "warning",
            &wire::diagnostics_json(policy.warnings()),
        ));
    }
    let tests = policy.run_tests();
    if let Some(ran) = load.tests_ran
        && tests.ran != ran
    {
        mismatches.push(Mismatch::new(
            "tests_ran",
            ran.to_string(),
            tests.ran.to_string(),
        ));
    }
    if let Some(failures) = &load.test_failures {
        mismatches.extend(compare_diagnostics(
            "test_failures",
            failures,
            "error",
            &wire::diagnostics_json(&tests.failures),
        ));
    }
    mismatches
}

/// Returns how the diagnostics of one severity in `output` (`{"diagnostics":[..]}`) differ from a list.
fn compare_diagnostics(
    key: &str,
    expected: &[ExpectedDiagnostic],
    severity: &str,
    output: &str,
) -> Vec<Mismatch> {
    let answer = parsed(output);
    let Some(all) = answer
        .as_ref()
        .and_then(|answer| answer.get("diagnostics"))
        .and_then(Value::as_array)
    else {
        return vec![Mismatch::new(key, "diagnostics", output)];
    };
    let got: Vec<&Value> = all
        .iter()
        .filter(|one| one.get("severity").and_then(Value::as_str) == Some(severity))
        .collect();
    if got.len() != expected.len() {
        let codes: Vec<&str> = expected
            .iter()
            .map(|one| one.code.as_deref().unwrap_or("?"))
            .collect();
        return vec![Mismatch::new(
            format!("number of {key}"),
            format!("{} ({})", expected.len(), codes.join(", ")),
            output,
        )];
    }
    let mut mismatches = Vec::new();
    for (at, (expected, got)) in expected.iter().zip(got).enumerate() {
        let mut differ = |name: &str, wanted: &dyn std::fmt::Display, holds: bool| {
            if !holds {
                mismatches.push(Mismatch::new(
                    format!("{key}[{at}].{name}"),
                    wanted.to_string(),
                    got.to_string(),
                ));
            }
        };
        let text = |name: &str| got.get(name).and_then(Value::as_str);
        let number = |name: &str| got.get(name).and_then(Value::as_u64);
        if let Some(code) = &expected.code {
            differ("code", code, text("code") == Some(code));
        }
        if let Some(file) = &expected.file {
            differ("file", file, text("file") == Some(file));
        }
        if let Some(line) = expected.line {
            differ("line", &line, number("line") == Some(line));
        }
        if let Some(column) = expected.column {
            differ("column", &column, number("column") == Some(column));
        }
        if let Some(part) = &expected.message {
            differ(
                "message",
                part,
                text("message").is_some_and(|message| message.contains(part.as_str())),
            );
        }
        if let Some(part) = &expected.hint {
            differ(
                "hint",
                part,
                text("hint").is_some_and(|hint| hint.contains(part.as_str())),
            );
        }
    }
    mismatches
}

/// Returns a decision's text with the 32 digits of its policy id replaced by `*`.
#[must_use]
pub fn without_policy_id(output: &str) -> String {
    const BEFORE: &str = "\"policy\":\"dw1-";
    let Some((head, rest)) = output.split_once(BEFORE) else {
        return output.to_owned();
    };
    let digits = rest
        .bytes()
        .take_while(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(byte))
        .count();
    match rest.get(digits..) {
        Some(tail) if digits == 32 => format!("{head}{BEFORE}*{tail}"),
        _ => output.to_owned(),
    }
}

fn parsed(output: &str) -> Option<Value> {
    serde_json::from_str(output).ok()
}

fn compare_keys(expected: &Expected, answer: &Value) -> Vec<Mismatch> {
    let mut mismatches = Vec::new();
    let at = |pointer: &str| {
        answer
            .pointer(pointer)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let mut text = |key: &str, wanted: &Option<String>, got: Option<String>| {
        if let Some(wanted) = wanted
            && got.as_ref() != Some(wanted)
        {
            mismatches.push(Mismatch::new(
                key,
                wanted,
                format!("{} in {answer}", got.as_deref().unwrap_or("nothing")),
            ));
        }
    };
    text("effect", &expected.effect, at("/effect"));
    text("rule", &expected.rule, at("/basis/rule"));
    text("gap", &expected.gap, at("/basis/gap"));
    text("layer", &expected.layer, at("/basis/layer"));
    text("origin", &expected.origin, at("/basis/origin"));

    let mut list = |key: &str, wanted: &Option<Vec<String>>, got: Vec<String>| {
        if let Some(wanted) = wanted
            && got != *wanted
        {
            mismatches.push(Mismatch::new(
                key,
                format!("{wanted:?}"),
                format!("{got:?} in {answer}"),
            ));
        }
    };
    list(
        "matched",
        &expected.matched,
        column(answer, "matched", "rule"),
    );
    list(
        "matched_as",
        &expected.matched_as,
        column(answer, "matched", "effect"),
    );
    list("shadow", &expected.shadow, column(answer, "shadow", "rule"));
    list(
        "leaf_texts",
        &expected.leaf_texts,
        column(answer, "leaves", "text"),
    );
    list(
        "leaf_ops",
        &expected.leaf_ops,
        column(answer, "leaves", "op"),
    );
    list(
        "leaf_effects",
        &expected.leaf_effects,
        column(answer, "leaves", "effect"),
    );
    let unknown = items(answer, "unknown")
        .iter()
        .map(|field| field.as_str().unwrap_or_default().to_owned());
    list("unknown", &expected.unknown, unknown.collect());

    if let Some(wanted) = expected.leaves {
        let got = items(answer, "leaves").len();
        if got != wanted {
            mismatches.push(Mismatch::new(
                "leaves",
                wanted.to_string(),
                format!("{got} in {answer}"),
            ));
        }
    }
    if let Some(wanted) = expected.certain {
        let rule = answer.pointer("/basis/rule");
        let entry = items(answer, "matched")
            .iter()
            .find(|entry| entry.get("rule") == rule);
        let got = entry.map(|entry| {
            entry
                .get("certain")
                .and_then(Value::as_bool)
                .unwrap_or(true)
        });
        if got != Some(wanted) {
            mismatches.push(Mismatch::new(
                "certain",
                wanted.to_string(),
                format!("{got:?} in {answer}"),
            ));
        }
    }
    mismatches
}

fn items<'a>(answer: &'a Value, key: &str) -> &'a [Value] {
    answer
        .get(key)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Returns one key of every entry of a list, the empty text where it is absent.
fn column(answer: &Value, list: &str, key: &str) -> Vec<String> {
    items(answer, list)
        .iter()
        .map(|entry| {
            entry
                .get(key)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DECISION: &str = r#"{"effect":"deny","basis":{"rule":"a","layer":"user","origin":"policy:3"},"policy":"dw1-0123456789abcdef0123456789abcdef","matched":[{"rule":"a","effect":"deny","certain":false}],"unknown":["command"]}"#;

    #[test]
    fn only_the_policy_id_is_replaced() {
        let whole = DECISION.replace("dw1-0123456789abcdef0123456789abcdef", "dw1-*");
        assert_eq!(compare(&Expectation::Whole(whole.clone()), DECISION), []);
        assert_eq!(
            compare(
                &Expectation::Whole(whole.replace("policy:3", "policy:4")),
                DECISION
            )
            .len(),
            1
        );
        assert_eq!(
            without_policy_id("{\"policy\":\"dw1-0123\"}"),
            "{\"policy\":\"dw1-0123\"}"
        );
    }

    #[test]
    fn every_key_that_differs_is_a_mismatch() {
        let right = Expected {
            effect: Some("deny".to_owned()),
            rule: Some("a".to_owned()),
            certain: Some(false),
            leaves: Some(0),
            unknown: Some(vec!["command".to_owned()]),
            ..Expected::default()
        };
        assert_eq!(compare(&Expectation::Keys(Box::new(right)), DECISION), []);
        let wrong = Expected {
            effect: Some("ask".to_owned()),
            gap: Some("Bash".to_owned()),
            certain: Some(true),
            leaves: Some(2),
            shadow: Some(vec!["b".to_owned()]),
            ..Expected::default()
        };
        assert_eq!(
            compare(&Expectation::Keys(Box::new(wrong)), DECISION).len(),
            5
        );
    }

    #[test]
    fn an_error_is_never_a_decision() {
        let error = r#"{"error":{"code":"syntax","message":"x"}}"#;
        assert_eq!(compare(&Expectation::Error("syntax".to_owned()), error), []);
        assert_eq!(
            compare(&Expectation::Error("truncated".to_owned()), error).len(),
            1
        );
        assert_eq!(
            compare(
                &Expectation::Keys(Box::new(Expected {
                    effect: Some("deny".to_owned()),
                    ..Expected::default()
                })),
                error
            )
            .len(),
            1
        );
    }

    #[test]
    fn a_warning_does_not_count_as_an_error() {
        let output = r#"{"diagnostics":[{"severity":"warning","code":"lint-a","line":1},{"severity":"error","code":"bad-name","line":3,"hint":"use lower case"}]}"#;
        let expected = |line| {
            [ExpectedDiagnostic {
                code: Some("bad-name".to_owned()),
                line: Some(line),
                hint: Some("lower".to_owned()),
                ..ExpectedDiagnostic::default()
            }]
        };
        assert_eq!(
            compare_diagnostics("errors", &expected(3), "error", output),
            []
        );
        assert_eq!(
            compare_diagnostics("errors", &expected(4), "error", output).len(),
            1
        );
        assert_eq!(compare_diagnostics("errors", &[], "error", output).len(), 1);
    }
}
