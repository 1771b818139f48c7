//! Loading a policy.

use std::sync::LazyLock;

use doorward::{Diagnostic, Layer, Policy, PolicyError, Request, Severity, Source};

use crate::strictness;

/// Requests that every policy which loads decides.
static REQUESTS: LazyLock<Vec<Request>> = LazyLock::new(|| {
    [
        r#"{}"#,
        r#"{"action":"Bash","input":{"command":"git status && rm -rf build > log 2>&1"}}"#,
        r#"{"action":"Bash","input":{"command":"echo $(rm x)"},"facts":{"cwd":"/home/user/project","home":"/home/user"}}"#,
        r#"{"action":"Write","input":{"file_path":"~/.ssh/id_rsa"},"facts":{"home":"/home/user","now":1800000000}}"#,
        r#"{"action":"WebFetch","input":{"url":"https://docs.test:8443/a?b#c"}}"#,
        r#"{"actor":{"id":"ana","kind":"human","roles":["admin"],"auth":{"age_s":5,"method":"otp"}},
            "action":"proposal.apply","resource":{"type":"proposal","id":"7","status":"approved","owner":"ben"},
            "input":{"note":"x","path":"/etc/passwd"},"facts":{"now":1800000000,"usage":{},"approvals":[{"by":"cy",
            "roles":["reviewer"],"age_s":9,"digest":"d"}]}}"#,
    ]
    .iter()
    .map(|text| Request::from_json(text.as_bytes()).expect("a request"))
    .collect()
});

/// Denies everything, by a rule.
const DENY: &str =
    "doorward = 1\n[[rule]]\nname = 'zz/no'\neffect = 'deny'\nwhen.action = { glob = '*' }\n";

/// Checks that loading `data` never panics and says the same twice, that every problem has a place within the text,
/// and that a policy which loads decides, ignores comments and is tightened by a deny.
pub fn check(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    match (Policy::from_toml(text), Policy::from_toml(text)) {
        (Ok(policy), Ok(again)) => {
            assert_eq!(policy.id(), again.id());
            assert_eq!(policy.warnings(), again.warnings());
            loaded(text, &policy);
        }
        (Err(error), Err(again)) => {
            assert_eq!(error, again);
            refused(text, &error);
        }
        _ => panic!("the policy loads only sometimes"),
    }
}

fn refused(text: &str, error: &PolicyError) {
    let errors = error
        .diagnostics()
        .iter()
        .filter(|diagnostic| diagnostic.severity == Severity::Error);
    assert!(errors.count() > 0, "refused without an error");
    diagnostics(text, error.diagnostics());
}

fn diagnostics(text: &str, diagnostics: &[Diagnostic]) {
    for diagnostic in diagnostics {
        assert_eq!(diagnostic.file, "policy");
        assert!(!diagnostic.message.is_empty(), "{diagnostic:?}");
        assert!(
            diagnostic
                .code
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b == b'-'),
            "{diagnostic:?}"
        );
        let span = diagnostic.span.clone();
        assert!(
            text.get(span.clone()).is_some(),
            "not a place in the text: {diagnostic:?}"
        );
        let before = &text[..span.start];
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        let place = (diagnostic.line as usize, diagnostic.column as usize);
        assert_eq!(place, (line, column), "{diagnostic:?}");
    }
    let in_order = diagnostics.is_sorted_by_key(|d| (d.line, d.column));
    assert!(in_order, "{diagnostics:?}");
    let json = doorward::wire::diagnostics_json(diagnostics);
    let json: serde_json::Value = serde_json::from_str(&json).expect("diagnostics are JSON");
    assert_eq!(
        json["diagnostics"].as_array().map(Vec::len),
        Some(diagnostics.len())
    );
}

fn loaded(text: &str, policy: &Policy) {
    diagnostics(text, policy.warnings());
    let warnings_only = policy
        .warnings()
        .iter()
        .all(|diagnostic| diagnostic.severity == Severity::Warning);
    assert!(warnings_only, "a policy with errors loads");
    assert_eq!(policy.rules().count(), policy.rule_count());
    let report = policy.run_tests();
    assert!(report.failures.len() <= report.ran);
    diagnostics(text, &report.failures);

    let commented = Policy::from_toml(&format!("# first\n{text}\n# last")).expect("it loads");
    assert_eq!(commented.id(), policy.id(), "comments are no content");

    // I1: adding a deny never raises a decision. A name or a set may be taken, then there is nothing to compare.
    let tightened = Policy::builder()
        .source(Source::new("policy", Layer::User, text))
        .source(Source::new("zz", Layer::Auto, DENY))
        .build();
    for request in REQUESTS.iter() {
        let decision = policy.decide(request);
        let json = decision.to_json();
        assert_eq!(
            json,
            policy.clone().decide(request).to_json(),
            "decided twice"
        );
        serde_json::from_str::<serde_json::Value>(&json).expect("a decision is JSON");
        assert_eq!(decision.policy(), policy.id());
        if let Ok(tightened) = &tightened {
            let tighter = tightened.decide(request).effect();
            assert!(
                strictness(tighter) >= strictness(decision.effect()),
                "{json}"
            );
        }
    }
}
