//! The options of near misses, and when they are looked for.

#![expect(clippy::expect_used, reason = "a test fails by panicking")]

use doorward::{Audience, Config, Decision, Flips, Layer, Policy, Request, Source};

fn decide(config: Config, text: &str, request: &str) -> Decision {
    let policy = Policy::builder()
        .configure(config)
        .source(Source::new("policy", Layer::User, text))
        .build()
        .expect("the policy loads");
    policy.decide(&Request::from_json(request.as_bytes()).expect("a request"))
}

fn names(decision: &Decision) -> Vec<&str> {
    decision.near().iter().map(|near| &*near.rule).collect()
}

const TWO_WRONG: &str = "doorward = 1
[[rule]]
name = 'two-wrong'
effect = 'allow'
when.action = 'task.close'
when.resource.status = 'done'
when.resource.kind = 'bug'
";

const TASK: &str = r#"{"action":"task.close","resource":{"status":"open","kind":"feature"}}"#;

#[test]
fn as_many_conditions_may_fail_as_max_missing_says() {
    assert!(names(&decide(Config::new(), TWO_WRONG, TASK)).is_empty());
    let decision = decide(Config::new().max_missing(2), TWO_WRONG, TASK);
    assert_eq!(names(&decision), ["two-wrong"]);
    assert_eq!(decision.near()[0].missing.len(), 2);
    assert_eq!(decision.near()[0].flips, Some(Flips::Yes));
    let closed = TASK.replace("feature", "bug");
    assert_eq!(
        names(&decide(Config::new(), TWO_WRONG, &closed)),
        ["two-wrong"]
    );
    assert!(names(&decide(Config::new().max_missing(0), TWO_WRONG, &closed)).is_empty());
}

fn many(count: usize) -> String {
    let rule = |number: usize| {
        format!(
            "[[rule]]\nname = 'r{number:02}'\neffect = 'allow'\nwhen.action = 'task.close'\nrequire.auth = {{ max_age = '{number}m' }}\n"
        )
    };
    let rules: String = (1..=count).map(rule).collect();
    format!("doorward = 1\n{rules}")
}

#[test]
fn three_are_shown_of_eight_that_are_verified() {
    let text = many(12);
    assert_eq!(
        names(&decide(Config::new(), &text, TASK)),
        ["r01", "r02", "r03"]
    );
    assert_eq!(
        names(&decide(Config::new().near_shown(20), &text, TASK)).len(),
        8
    );
    let all = Config::new().near_shown(20).near_verified(20);
    assert_eq!(names(&decide(all, &text, TASK)).len(), 12);
    assert!(names(&decide(Config::new().near_shown(0), &text, TASK)).is_empty());
}

#[test]
fn what_flips_is_shown_before_what_does_not() {
    let text = format!(
        "{}[[rule]]\nname = 'z'\neffect = 'allow'\nwhen.action = 'task.close'\nwhen.resource.status = 'done'\n\
         [[rule]]\nname = 'freeze'\neffect = 'deny'\nwhen.action = 'task.close'\nunless.resource.status = 'done'\n",
        many(4)
    );
    let decision = decide(Config::new(), &text, TASK);
    assert_eq!(names(&decision), ["z", "freeze", "r01"]);
    assert_eq!(decision.near()[0].flips, Some(Flips::Yes));
    assert_eq!(decision.near()[1].flips, Some(Flips::Yes));
    assert_eq!(decision.near()[2].flips, Some(Flips::No));
}

#[test]
fn a_hidden_rule_is_shown_to_administrators() {
    let hidden = many(1).replace("when.action", "near = false\nwhen.action");
    assert!(names(&decide(Config::new(), &hidden, TASK)).is_empty());
    let admin = Config::new().audience(Audience::Admin);
    assert_eq!(names(&decide(admin, &hidden, TASK)), ["r01"]);
}

#[test]
fn nothing_is_looked_for_until_it_is_read() {
    let decision = decide(Config::new(), &many(3), TASK);
    // The cell that keeps what was found holds nothing.
    let empty = |decision: &Decision| format!("{decision:?}").contains("OnceBox(0x0)");
    assert!(empty(&decision));
    assert!(!decision.allowed() && decision.matched().is_empty() && empty(&decision));
    let copy = decision.clone();
    assert_eq!(decision.near().len(), 3);
    assert!(
        !empty(&decision) && !empty(&copy),
        "a copy shares what was found"
    );
    assert_eq!(decision, copy);
}

#[test]
fn decisions_that_differ_in_a_near_miss_alone_are_not_equal() {
    let text = many(1);
    let other = TASK.replacen('{', r#"{"actor":{"auth":{"age_s":500}},"#, 1);
    let (one, other) = (
        decide(Config::new(), &text, TASK),
        decide(Config::new(), &text, &other),
    );
    assert_eq!((one.effect(), one.basis()), (other.effect(), other.basis()));
    assert_ne!(one, other);
}

#[test]
fn a_pattern_too_large_to_explain_still_decides() {
    let text = "doorward = 1\n[[rule]]\nname = 'large'\neffect = 'allow'\nwhen.action = 'note.add'\n\
                when.input.text = { regex = '[ab]*a[ab]{13}' }\nrequire.auth = { max_age = '5m' }\n";
    let request = |text: &str| format!(r#"{{"action":"note.add","input":{{"text":"{text}"}}}}"#);
    assert!(names(&decide(Config::new(), text, &request("bbbbbbbbbbbbbbb"))).is_empty());
    assert_eq!(
        names(&decide(Config::new(), text, &request("abbbbbbbbbbbbb"))),
        ["large"]
    );
}
