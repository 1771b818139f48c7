//! Days of work through the template `claude`: what must not prompt, what must, and what must not happen.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use std::fs;
use std::path::Path;

use doorward::{Effect, Policy, Request};
use doorward_tests::reference::root;
use serde::Deserialize;
use serde_json::json;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Days {
    day: Vec<Session>,
    stop: Vec<Session>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Session {
    name: String,
    #[serde(default)]
    allow: Vec<Step>,
    #[serde(default)]
    pass: Vec<Step>,
    #[serde(default)]
    ask: Vec<Step>,
    #[serde(default)]
    deny: Vec<Step>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Step {
    Command(String),
    Call {
        tool: String,
        input: serde_json::Value,
    },
}

impl Step {
    fn request(&self) -> Request {
        let (tool, input) = match self {
            Self::Command(command) => ("Bash".to_owned(), json!({ "command": command })),
            Self::Call { tool, input } => (tool.clone(), input.clone()),
        };
        let request = json!({
            "actor": { "id": "claude", "kind": "agent", "roles": [] },
            "action": tool,
            "input": input,
            "facts": { "now": 1_790_000_000, "home": "/home/dev", "cwd": "/home/dev/app", "project": "/home/dev/app" },
        });
        Request::from_json(request.to_string().as_bytes()).expect("a request")
    }

    fn shown(&self) -> String {
        match self {
            Self::Command(command) => command.clone(),
            Self::Call { tool, input } => format!("{tool} {input}"),
        }
    }
}

fn days() -> Days {
    let text = fs::read_to_string(root().join("tests/days/claude.toml")).expect("the days");
    toml::from_str(&text).expect("the days are well formed")
}

fn template(name: &str) -> Policy {
    let path = Path::new("bindings/host/policies").join(name);
    Policy::from_toml(&fs::read_to_string(root().join(path)).expect("the template"))
        .expect("it loads")
}

/// Returns what gets another effect than `wanted`.
fn strays<'s>(
    policy: &Policy,
    steps: &'s [Step],
    wanted: &'s [Effect],
) -> impl Iterator<Item = String> + use<'s> {
    let policy = policy.clone();
    steps.iter().filter_map(move |step| {
        let decision = policy.decide(&step.request());
        (!wanted.contains(&decision.effect()))
            .then(|| format!("{} ({wanted:?}): {}", step.shown(), decision.to_json()))
    })
}

#[test]
fn a_working_day_prompts_only_where_a_person_should_decide() {
    let policy = template("claude.toml");
    let mut wrong: Vec<String> = Vec::new();
    let mut lines = Vec::new();
    for day in days().day {
        assert!(day.deny.is_empty(), "work is not denied");
        wrong.extend(strays(&policy, &day.allow, &[Effect::Allow]));
        wrong.extend(strays(&policy, &day.pass, &[Effect::Pass]));
        wrong.extend(strays(&policy, &day.ask, &[Effect::Ask]));
        let asked = day.ask.len();
        let all = day.allow.len() + day.pass.len() + asked;
        // Where prompts are many, people click them away.
        assert!(
            asked * 100 <= all * 20,
            "{}: {asked} prompts in {all} calls",
            day.name
        );
        lines.push(format!("{}: {asked} prompts in {all} calls", day.name));
    }
    println!("{}", lines.join("\n"));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_must_not_happen_is_stopped() {
    let policy = template("claude.toml");
    let mut wrong: Vec<String> = Vec::new();
    for stop in days().stop {
        assert!(
            stop.allow.is_empty() && stop.pass.is_empty(),
            "{}",
            stop.name
        );
        wrong.extend(strays(&policy, &stop.deny, &[Effect::Deny]));
        wrong.extend(strays(&policy, &stop.ask, &[Effect::Ask, Effect::Deny]));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_rule_of_a_template_has_its_reason_and_its_examples() {
    for name in [
        "claude.toml",
        "homestead.toml",
        "strict.toml",
        "starter.toml",
    ] {
        let policy = template(name);
        let report = policy.run_tests();
        assert!(
            report.ran > 0 && report.failures.is_empty(),
            "{name}: {:?}",
            report.failures
        );
        assert!(
            policy.warnings().is_empty(),
            "{name}: {:?}",
            policy.warnings()
        );
        let path = root().join("bindings/host/policies").join(name);
        let text: toml::Table = fs::read_to_string(path)
            .expect("the template")
            .parse()
            .expect("TOML");
        let rules = text["rule"].as_array().expect("rules");
        for rule in rules {
            for key in ["why", "examples"] {
                assert!(
                    rule.get(key).is_some(),
                    "{name}: {:?} has no {key}",
                    rule["name"]
                );
            }
        }
        assert_eq!(rules.len(), policy.rule_count());
    }
}
