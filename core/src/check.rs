//! Checks a policy against its own examples and tests.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use crate::condition::Truth;
use crate::decision::Decision;
use crate::decision::combine::{Extent, Setting, fires, scope};
use crate::error::Diagnostic;
use crate::policy::Policy;
use crate::request::Request;
use crate::request::leaf::Leaf;
use crate::rule::{Effect, Example, ExampleShape, PolicyTest, Rule};
use crate::value::{Value, canonical_json};

/// What running a policy's `[[test]]` entries gave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestReport {
    /// How many tests ran.
    pub ran: usize,
    /// One error, `failing-test`, for each that failed.
    pub failures: Vec<Diagnostic>,
}

impl Policy {
    /// Runs the policy's `[[test]]` entries: decides each request with the whole policy and compares the keys that the
    /// test expects. Facts that a test does not give are those of examples: a home, a project and an empty `usage`.
    pub fn run_tests(&self) -> TestReport {
        let failures = self
            .tests()
            .iter()
            .filter_map(|test| run(self, test))
            .collect();
        TestReport {
            ran: self.tests().len(),
            failures,
        }
    }
}

fn run(policy: &Policy, test: &PolicyTest) -> Option<Diagnostic> {
    let name = if test.name.is_empty() {
        "the test".into()
    } else {
        format!("the test `{}`", test.name)
    };
    let failed = |message: String, hint: Option<String>| {
        Some(Diagnostic {
            message,
            hint,
            ..test.failure.clone()
        })
    };
    let Value::Table(fields) = test.request.clone() else {
        return None;
    };
    let request = with_facts(Request::from_fields(fields));
    let decision = policy.decide(&request);
    let wrong = differences(&decision, &test.expect);
    if wrong.is_empty() {
        return None;
    }
    failed(
        format!("{name} fails: {}", wrong.join("; ")),
        Some(format!("the decision is {}", decision.to_json())),
    )
}

fn differences(decision: &Decision, expect: &Value) -> Vec<String> {
    let Value::Table(expect) = expect else {
        return Vec::new();
    };
    let names =
        |names: &mut dyn Iterator<Item = String>| Value::List(names.map(Value::Text).collect());
    let text = |text: Option<&str>| text.map_or(Value::Null, Value::from);
    let mut wrong = Vec::new();
    for (key, wanted) in expect {
        let got = match key.as_str() {
            "effect" => decision.effect().as_str().into(),
            "rule" => text(decision.basis().rule()),
            "gap" => text(decision.basis().gap()),
            "matched" => names(
                &mut decision
                    .matched()
                    .iter()
                    .map(|matched| matched.rule.to_string()),
            ),
            "unknown" => names(&mut decision.unknown().iter().cloned()),
            "shadow" => names(
                &mut decision
                    .shadow()
                    .iter()
                    .map(|shadow| shadow.rule.to_string()),
            ),
            "near" => names(&mut decision.near().iter().map(|near| near.rule.to_string())),
            _ => names(
                &mut decision
                    .close_calls()
                    .iter()
                    .map(|call| call.rule.to_string()),
            ),
        };
        if got != *wanted {
            wrong.push(format!(
                "`{key}` is {}, expected {}",
                canonical_json(&got),
                canonical_json(wanted)
            ));
        }
    }
    wrong
}

/// Returns what is wrong with an example of a rule, and what to do about it.
pub(crate) fn failing_example(
    policy: &Policy,
    rule: &Rule,
    example: &Example,
) -> Option<(String, String)> {
    let shown = match &example.value {
        Value::Text(text) => format!("`{text}`"),
        value => canonical_json(value),
    };
    let Some(request) = request(policy, example) else {
        let action = example.action.as_deref().unwrap_or_default();
        let message =
            format!("{shown}: the action `{action}` has no command, path or URL for it to be");
        return Some((
            message,
            "write the example as a request: `{ action = .., input = { .. } }`".to_string(),
        ));
    };
    let request = with_facts(request);
    let setting = Setting::new(policy, &request);
    let leaves = setting.leaves();
    let holds = |leaf: &Leaf| {
        let (outcome, _) = scope(rule, Extent::Scope, &setting.scene(&leaves, leaf));
        match rule.effect {
            Effect::Allow | Effect::Pass => outcome == Truth::True,
            Effect::Deny | Effect::Ask => fires(rule.effect, outcome, leaf).is_some(),
        }
    };
    let restricts = rule.effect.restricts();
    let matches = if restricts {
        leaves.iter().any(holds)
    } else {
        leaves.iter().filter(|leaf| leaf.in_full).all(holds)
    };
    if matches == example.matches {
        return None;
    }
    let name = &rule.name;
    if matches {
        return Some((
            format!("{shown} must not match `{name}`, and does"),
            "narrow the rule, or remove the example".into(),
        ));
    }
    let blocking = leaves
        .iter()
        .find(|leaf| leaf.in_full && !holds(leaf))
        .filter(|_| !restricts && leaves.len() > 1);
    let hint = match blocking {
        Some(leaf) => format!("it does not cover `{}`", leaf.text()),
        None => "widen the rule, or remove the example".into(),
    };
    Some((format!("{shown} must match `{name}`, and does not"), hint))
}

/// Returns the request that an example stands for: a text is the command, path or URL of the action.
fn request(policy: &Policy, example: &Example) -> Option<Request> {
    let text = match &example.value {
        Value::Table(fields) => return Some(Request::from_fields(fields.clone())),
        value => value.clone(),
    };
    let action = example.action.as_deref().unwrap_or(match example.shape {
        ExampleShape::Command => "Bash",
        ExampleShape::ReadPath => "Read",
        ExampleShape::WritePath => "Write",
        ExampleShape::Url => "WebFetch",
    });
    let (_, field) = policy.declared().catalogue.action(action)?.does.first()?;
    let mut value = text;
    for key in field.keys().iter().rev() {
        value = Value::Table(BTreeMap::from([(key.to_string(), value)]));
    }
    let fields = [
        ("action".to_string(), action.into()),
        (field.root().as_str().to_string(), value),
    ];
    Some(Request::from_fields(fields.into()))
}

/// Adds the facts that examples and tests have unless they give their own. The time is never assumed.
fn with_facts(request: Request) -> Request {
    request
        .with_default_fact("home", "/home/user".into())
        .with_default_fact("cwd", "/home/user/project".into())
        .with_default_fact("project", "/home/user/project".into())
        .with_default_fact("usage", Value::Table(BTreeMap::new()))
}
