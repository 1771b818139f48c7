//! Deciding requests under fixed policies: the first byte picks the policy, the rest is the request.

use std::sync::LazyLock;

use doorward::{Basis, Decision, Effect, Layer, Policy, Request, Source, wire};
use serde_json::Value;

use crate::strictness;

/// Actions that run their `input.command` and that no policy here reads as text.
const RUNS: [&str; 5] = ["Bash", "run_shell_command", "shell", "Shell", "job.run"];

const DENIES: &str = "doorward = 1
[[rule]]
name = 'zz/deny-removal'
effect = 'deny'
when.command = ['rm', 'git push', 'curl']
[[rule]]
name = 'zz/deny-etc'
effect = 'deny'
when.path = ['/etc', '~/.ssh', './secret']
[[rule]]
name = 'zz/deny-host'
effect = 'deny'
when.url = { host = '*.evil.test' }
[[rule]]
name = 'zz/deny-agents'
effect = 'deny'
when.action = ['proposal.apply', 'task.update', 'Read']
when.actor.kind = 'agent'
";

const ALLOWS: &str = "doorward = 1
[[rule]]
name = 'zz/allow-all'
effect = 'allow'
when.action = { glob = '*' }
";

/// One policy, the same from its files in reverse, with more denies, and with an allow of everything.
struct Case {
    policy: Policy,
    reversed: Policy,
    tightened: Policy,
    loosened: Policy,
    /// Without rules and defaults nothing is ever allowed.
    bare: bool,
}

static CASES: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let bare = "doorward = 1\n";
    let agent = include_str!("../policies/agent.toml");
    let governance = include_str!("../policies/governance.toml");
    let declared = include_str!("../policies/declared.toml");
    let project = include_str!("../policies/project.toml");
    vec![
        Case::new(&[Source::new("bare", Layer::User, bare)], true),
        Case::new(&[Source::new("agent", Layer::User, agent)], false),
        Case::new(
            &[Source::new("governance", Layer::Managed, governance)],
            false,
        ),
        Case::new(&[Source::new("declared", Layer::User, declared)], false),
        Case::new(
            &[
                Source::new("governance", Layer::Managed, governance),
                Source::new("agent", Layer::User, agent),
                Source::new("project", Layer::Project, project),
            ],
            false,
        ),
    ]
});

impl Case {
    fn new(sources: &[Source], bare: bool) -> Self {
        let build = |sources: Vec<Source>| {
            sources
                .into_iter()
                .fold(Policy::builder(), |builder, source| builder.source(source))
                .build()
                .unwrap_or_else(|error| panic!("{error}"))
        };
        let with = |name: &str, text: &str| {
            let mut all = sources.to_vec();
            all.push(Source::new(name, Layer::Auto, text));
            build(all)
        };
        Self {
            policy: build(sources.to_vec()),
            reversed: build(sources.iter().rev().cloned().collect()),
            tightened: with("denies", DENIES),
            loosened: with("allows", ALLOWS),
            bare,
        }
    }
}

/// Checks that a decision is well-formed JSON, the same at every repetition, and obeys the invariants of design
/// section 10 that one request can show: I1, I2, I3, I4, I7 (spaces), I13.
pub fn check(data: &[u8]) {
    let Some((first, bytes)) = data.split_first() else {
        return;
    };
    let case = &CASES[usize::from(*first) % CASES.len()];
    let policy = &case.policy;
    let line = wire::decide_line(policy, bytes);
    let parsed: Value = serde_json::from_str(&line).expect("an answer is JSON");
    let Ok(request) = Request::from_json(bytes) else {
        assert!(parsed["error"]["code"].is_string(), "{line}");
        assert!(parsed.get("effect").is_none(), "{line}");
        return;
    };
    let decision = policy.decide(&request);
    assert_eq!(decision.to_json(), line, "every way in decides the same");
    well_formed(policy, &decision, &parsed);

    assert_eq!(
        case.reversed.decide(&request).to_json(),
        line,
        "I3: the order of files"
    );
    let tighter = case.tightened.decide(&request).effect();
    assert!(
        strictness(tighter) >= strictness(decision.effect()),
        "I1: adding a deny raises {line}"
    );
    if matches!(decision.basis(), Basis::Rule(_))
        && matches!(decision.effect(), Effect::Deny | Effect::Ask)
    {
        let looser = case.loosened.decide(&request).effect();
        assert_eq!(
            looser,
            decision.effect(),
            "I2: adding an allow changes {line}"
        );
    }
    if case.bare {
        assert_eq!(
            decision.effect(),
            Effect::Deny,
            "I4: without rules nothing is allowed"
        );
    }
    rewritten(policy, bytes, &line);
}

fn well_formed(policy: &Policy, decision: &Decision, parsed: &Value) {
    assert_eq!(parsed["effect"], decision.effect().as_str());
    assert_eq!(parsed["policy"], policy.id());
    assert_eq!(decision.allowed(), decision.effect() == Effect::Allow);
    assert_eq!(
        parsed["basis"]["rule"].as_str(),
        decision.basis().rule(),
        "{parsed}"
    );
    let names = decision.matched().iter().map(|matched| &matched.rule);
    assert!(names.is_sorted(), "{parsed}");
    assert!(decision.unknown().is_sorted(), "{parsed}");
    assert_ne!(
        decision.leaves().len(),
        1,
        "leaves are listed when there is more than one"
    );
    let strictest = decision
        .leaves()
        .iter()
        .filter_map(|leaf| leaf.effect)
        .max_by_key(|effect| strictness(*effect));
    if let Some(strictest) = strictest {
        assert_eq!(strictest, decision.effect(), "the strictest leaf decides");
    }
    if let Some(rule) = decision.basis().rule() {
        let fired = decision
            .matched()
            .iter()
            .find(|matched| *matched.rule == *rule);
        assert!(fired.is_some(), "the basis fired: {parsed}");
    }
}

/// Writes the request differently where that means the same, and decides again.
fn rewritten(policy: &Policy, bytes: &[u8], line: &str) {
    let mut value: Value =
        serde_json::from_slice(bytes).expect("serde_json accepts what we accept");
    let again = |value: &Value| wire::decide_line(policy, value.to_string().as_bytes());
    // serde_json reads `-0` as a float, and a digest over a float does not exist.
    if !bytes.windows(2).any(|pair| pair == b"-0") {
        assert_eq!(
            again(&value),
            line,
            "keys in another order, text escaped otherwise"
        );
        drop_nulls(&mut value);
        assert_eq!(again(&value), line, "I13: null is absent");
    }
    let runs = value
        .get("action")
        .and_then(Value::as_str)
        .is_some_and(|action| RUNS.contains(&action));
    let command = value
        .pointer_mut("/input/command")
        .filter(|command| command.is_string());
    if let (true, Some(command)) = (runs, command) {
        // A backslash would take the space into a word.
        let text = command.as_str().unwrap_or_default().to_owned();
        if !text.ends_with('\\') {
            *command = format!(" \t{text}  ").into();
            assert_eq!(again(&value), line, "I7: spaces around a command");
        }
    }
}

fn drop_nulls(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(drop_nulls),
        Value::Object(entries) => {
            entries.retain(|_, value| !value.is_null());
            entries.values_mut().for_each(drop_nulls);
        }
        _ => {}
    }
}
