//! The day's requests and worked decisions, as far as the oracle's scope reaches.

use super::{Answer, Basis, File, Oracle};
use serde_json::{Value, json};

const SAMPLE: &str = r#"
doorward = 1

[defaults]
"*"    = "deny"
"Bash" = "ask"

[roles]
admin    = ["reviewer"]
reviewer = ["user"]

[[rule]]
name   = "git-reads"
effect = "allow"
why    = "Looking at history never changes anything"
when.action  = "Bash"
when.command = ["git status", "git log", "git diff", "git show"]

[[rule]]
name   = "no-force-push"
effect = "deny"
when.command = ["git push -f", "git push --force"]
unless.cwd   = "~/scratch"

[[rule]]
name   = "keys-stay-private"
effect = "deny"
when.op   = ["file.read", "file.write"]
when.path = ["~/.ssh", "~/.aws"]

[[rule]]
name   = "apply-proposal"
effect = "allow"
when.action          = "proposal.apply"
when.resource.status = "approved"
require.approvals = { min = 2, role = "reviewer", except = ["resource.created_by"], max_age = "7d", bound = true }
require.auth      = { max_age = "5m" }
require.session   = { max_idle = "30m" }

[[rule]]
name   = "edit-own-task"
effect = "allow"
when.action = ["task.update", "task.delete"]
require.any_of = [ { resource.assignee = { same_as = "actor.id" } }, { actor.role = "admin" } ]

[[rule]]
name   = "api-rate"
effect = "deny"
when.action = { glob = "*.*" }
when.usage  = { counter = "api:{actor.id}", over = 30, per = "1m" }

[[rule]]
name    = "auto/cargo-test"
effect  = "allow"
expires = 2026-12-31
when.action  = "Bash"
when.command = "cargo test"
"#;

fn with(policy: &str, request: &Value) -> Answer {
    Oracle::new(&[File {
        name: "policy",
        layer: "user",
        trusted: false,
        text: policy,
    }])
    .decide(request)
}

fn facts() -> Value {
    json!({"now": 1_790_000_000, "cwd": "/home/user/project", "home": "/home/user", "project": "/home/user/project"})
}

fn bash(command: &str) -> Answer {
    with(
        SAMPLE,
        &json!({"action": "Bash", "input": {"command": command}, "facts": facts()}),
    )
}

fn rule(name: &str) -> Basis {
    Basis::Rule(name.to_owned())
}

fn gap(action: &str) -> Basis {
    Basis::Gap(action.to_owned())
}

type Short<'a> = (&'a str, Basis, Vec<(&'a str, &'a str, bool)>, Vec<&'a str>);

fn short(answer: &Answer) -> Short<'_> {
    let matched = answer
        .matched
        .iter()
        .map(|(rule, effect, certain)| (rule.as_str(), effect.as_str(), *certain))
        .collect();
    (
        &answer.effect,
        answer.basis.clone(),
        matched,
        answer.unknown.iter().map(String::as_str).collect(),
    )
}

#[test]
fn gaps_show_the_default() {
    let read = with(
        SAMPLE,
        &json!({"action": "Read", "input": {"file_path": "/home/user/project/README.md"}, "facts": facts()}),
    );
    assert_eq!(short(&read), ("deny", gap("Read"), vec![], vec![]));
    assert_eq!(
        short(&bash("npm test")),
        ("ask", gap("Bash"), vec![], vec![])
    );
    assert_eq!(
        short(&bash("echo hi")),
        ("ask", gap("Bash"), vec![], vec![])
    );
    let host = with(
        SAMPLE,
        &json!({"action": "run_shell_command", "input": {"command": "x"}, "facts": facts()}),
    );
    assert_eq!(short(&host), ("ask", gap("Bash"), vec![], vec![]));
}

#[test]
fn dev_null_is_no_leaf_and_a_compound_is_the_strictest() {
    assert_eq!(
        short(&bash("git status -sb 2>/dev/null")),
        (
            "allow",
            rule("git-reads"),
            vec![("git-reads", "allow", true)],
            vec![]
        )
    );
    let compound = bash("git status && rm -rf build");
    assert_eq!(
        short(&compound),
        (
            "ask",
            gap("Bash"),
            vec![("git-reads", "allow", true)],
            vec![]
        )
    );
    assert_eq!(compound.leaves.len(), 3);
    assert_eq!(bash("git status > test.log").effect, "ask");
    assert_eq!(bash("git log --output=x").effect, "ask");
    assert_eq!(bash("git log $X").effect, "ask");
    assert_eq!(bash("sudo git status").effect, "ask");
}

#[test]
fn keys_are_denied_to_the_read_tool_and_to_redirects() {
    let read = with(
        SAMPLE,
        &json!({"action": "Read", "input": {"file_path": "/home/user/.ssh/id_rsa"}, "facts": facts()}),
    );
    assert_eq!(
        short(&read),
        (
            "deny",
            rule("keys-stay-private"),
            vec![("keys-stay-private", "deny", true)],
            vec![]
        )
    );
    let redirect = bash("git diff > ../.ssh/authorized_keys");
    assert_eq!(
        short(&redirect),
        (
            "deny",
            rule("keys-stay-private"),
            vec![
                ("git-reads", "allow", true),
                ("keys-stay-private", "deny", true)
            ],
            vec![]
        )
    );
    let leaf = redirect.leaves.last().unwrap();
    assert_eq!(
        (
            leaf.op.as_deref(),
            leaf.text.as_str(),
            leaf.effect.as_deref()
        ),
        (
            Some("file.write"),
            "/home/user/.ssh/authorized_keys",
            Some("deny")
        )
    );
    let input = bash("git diff < ../.ssh/id_rsa");
    assert_eq!((input.effect.as_str(), input.leaves.len()), ("deny", 2));
    let patch = json!({"action": "apply_patch", "input": {"patch": "*** Begin Patch\n*** Update File: ~/.ssh/config\n*** End Patch"}, "facts": facts()});
    assert_eq!(with(SAMPLE, &patch).basis, rule("keys-stay-private"));
}

#[test]
fn an_undeclared_path_asks_and_the_request_is_a_gap() {
    let answer = with(
        SAMPLE,
        &json!({"action": "mcp__filesystem__read_file", "input": {"path": "~/.ssh/id_rsa"}, "facts": facts()}),
    );
    assert_eq!(
        short(&answer),
        (
            "deny",
            gap("mcp__filesystem__read_file"),
            vec![("keys-stay-private", "ask", false)],
            vec!["op"]
        )
    );
    let leaves: Vec<_> = answer
        .leaves
        .iter()
        .map(|leaf| {
            (
                leaf.op.as_deref(),
                leaf.text.as_str(),
                leaf.effect.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        leaves,
        [
            (None, "mcp__filesystem__read_file", Some("deny")),
            (None, "/home/user/.ssh/id_rsa", Some("ask"))
        ]
    );
}

#[test]
fn an_opaque_line_makes_a_deny_ask_and_missing_facts_make_it_deny() {
    assert_eq!(
        short(&bash("$X push -f")),
        (
            "ask",
            rule("no-force-push"),
            vec![("no-force-push", "ask", false)],
            vec!["command"]
        )
    );
    let bare = with(
        SAMPLE,
        &json!({"action": "Bash", "input": {"command": "git push -f"}}),
    );
    assert_eq!(
        short(&bare),
        (
            "deny",
            rule("no-force-push"),
            vec![("no-force-push", "deny", false)],
            vec!["cwd"]
        )
    );
    let scratch = json!({"action": "Bash", "input": {"command": "git push -f"}, "facts": {"cwd": "/home/user/scratch", "home": "/home/user"}});
    assert_eq!(
        short(&with(SAMPLE, &scratch)),
        ("ask", gap("Bash"), vec![], vec![])
    );
    let job = json!({"action": "job.run", "input": {"command": "git push --force origin main"}, "facts": {"usage": {}, "cwd": "/", "home": "/home/user"}});
    assert_eq!(with(SAMPLE, &job).basis, rule("no-force-push"));
}

#[test]
fn a_proposal_waits_for_two_people() {
    let approval = |by: &str, age: i64, digest: &str| json!({"by": by, "roles": ["admin"], "age_s": age, "digest": digest});
    let request = |approvals: Value, auth: i64| {
        json!({
            "actor": {"id": "eva", "roles": ["user"], "auth": {"age_s": auth, "method": "password"},
                      "session": {"id": "s1", "age_s": 4000, "idle_s": 60, "revoked": false}},
            "action": "proposal.apply",
            "resource": {"type": "proposal", "id": "p7", "digest": "9f", "created_by": "viktor", "status": "approved"},
            "facts": {"now": 1_790_000_000, "approvals": approvals, "usage": {}}
        })
    };
    let both = json!([approval("ana", 3600, "9f"), approval("ben", 60, "9f")]);
    assert_eq!(with(SAMPLE, &request(both.clone(), 100)).effect, "allow");
    assert_eq!(
        with(SAMPLE, &request(both, 1200)).basis,
        gap("proposal.apply")
    );
    for other in [
        approval("viktor", 60, "9f"),
        approval("ana", 60, "9f"),
        approval("ben", 604_801, "9f"),
        approval("ben", 60, "9e"),
        approval("", 60, "9f"),
    ] {
        assert_eq!(
            with(
                SAMPLE,
                &request(json!([approval("ana", 3600, "9f"), other]), 100)
            )
            .effect,
            "deny",
            "{other}"
        );
    }
}

#[test]
fn own_tasks_and_the_rate() {
    let request = |assignee: &str, usage: Value| {
        json!({"actor": {"id": "ana", "roles": ["user"]}, "action": "task.update", "resource": {"type": "task", "id": "t1", "assignee": assignee},
               "facts": {"now": 1_790_000_000, "usage": usage}})
    };
    assert_eq!(
        short(&with(SAMPLE, &request("ana", json!({})))),
        (
            "allow",
            rule("edit-own-task"),
            vec![("edit-own-task", "allow", true)],
            vec![]
        )
    );
    assert_eq!(
        short(&with(SAMPLE, &request("ben", json!({})))),
        ("deny", gap("task.update"), vec![], vec![])
    );
    let at = |n: i64| json!({"api:ana/1m": {"n": n, "reset_s": 12}});
    assert_eq!(with(SAMPLE, &request("ana", at(29))).effect, "allow");
    assert_eq!(
        with(SAMPLE, &request("ana", at(30))).basis,
        rule("api-rate")
    );
    let without = with(SAMPLE, &request("ana", Value::Null));
    assert_eq!(
        short(&without),
        (
            "deny",
            rule("api-rate"),
            vec![
                ("api-rate", "deny", false),
                ("edit-own-task", "allow", true)
            ],
            vec!["facts.usage"]
        )
    );
}

#[test]
fn an_expired_allow_is_off_from_the_first_second_of_the_next_day() {
    let at = |now: i64| {
        with(
            SAMPLE,
            &json!({"action": "Bash", "input": {"command": "cargo test"}, "facts": {"now": now}}),
        )
    };
    assert_eq!(at(1_798_761_599).basis, rule("auto/cargo-test"));
    assert_eq!(at(1_798_761_600).basis, gap("Bash"));
}

#[test]
fn layers_defaults_and_tighten_only_files() {
    let managed = "doorward = 1\n[defaults]\n\"mcp__*\" = \"ask\"\n[[rule]]\nname = \"a\"\neffect = \"allow\"\nwhen.action = \"task.read\"\n";
    let user = "doorward = 1\n[defaults]\n\"*\" = \"pass\"\n\"mcp__git*\" = \"allow\"\n";
    let project = "doorward = 1\n[sets]\nours = [\"x\"]\n[[rule]]\nname = \"b\"\neffect = \"deny\"\nwhen.actor.id = { in_set = \"ours\" }\n";
    let file = |name, layer, text| File {
        name,
        layer,
        trusted: false,
        text,
    };
    let oracle = Oracle::new(&[
        file("m", "managed", managed),
        file("u", "user", user),
        file("p", "project", project),
    ]);
    let decide =
        |action: &str, id: &str| oracle.decide(&json!({"action": action, "actor": {"id": id}}));
    assert_eq!(decide("mcp__git__log", "y").effect, "ask");
    assert_eq!(decide("other", "y").effect, "pass");
    assert_eq!(decide("task.read", "y").basis, rule("a"));
    assert_eq!(decide("task.read", "x").basis, rule("project/b"));
}

#[test]
fn shadow_skip_and_trees() {
    let policy = r#"
doorward = 1
[[rule]]
name = "all"
effect = "allow"
when.op = { not = "net.fetch" }
[[rule]]
name = "shadow"
effect = "deny"
mode = "shadow"
when.op = "file.read"
[[rule]]
name = "skip"
effect = "deny"
on_unknown = "skip"
when.resource.type = "job"
[[rule]]
name = "tree"
effect = "deny"
when.path = "~/.ssh"
"#;
    let grep = with(
        policy,
        &json!({"action": "Grep", "input": {"path": "~"}, "facts": facts()}),
    );
    assert_eq!(
        short(&grep),
        (
            "ask",
            rule("tree"),
            vec![("all", "allow", true), ("tree", "ask", false)],
            vec!["path"]
        )
    );
    assert_eq!(grep.shadow, [("shadow".to_owned(), "deny".to_owned())]);
    assert_eq!(
        with(
            policy,
            &json!({"action": "Grep", "input": {"path": "src"}, "facts": facts()})
        )
        .effect,
        "allow"
    );
}
