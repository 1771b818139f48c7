//! A warm policy decides, reads plain command lines, and collects candidates, without allocating.

use doorward::{Policy, Request, Scratch};
use doorward_benches::calls::{Call, Calls};
use doorward_benches::counting::{self, Counting};

#[global_allocator]
static ALLOCATOR: Counting = Counting;

// Rules about commands: what a path condition takes to be judged is another matter.
#[test]
fn a_warm_verdict_on_a_plain_line_allocates_nothing() {
    let policy = Policy::from_toml(
        r#"
        doorward = 1
        [[rule]]
        name = "look"
        effect = "allow"
        when.command = ["git status", "ls", "cat"]
        "#,
    )
    .expect("the policy loads");
    policy.warm();
    let lines = [
        "git status -s",
        "ls -la src",
        "cargo test --locked",
        "git log --oneline -20 --author=ana -- core/src/command/programs",
        "cat core/src/request/split.rs README.md ./benches/src/calls/mod.rs /etc/hosts",
        "npm run build",
        "frobnicate --level 7 widget",
        "git diff --stat main",
        "rm -rf build/a-directory-with-a-rather-long-name/and-one-more",
        "python3 -V",
        "time npm test",
        "CI=1 npm test",
        "git add src/a,b README.md++ core/@types/x=y",
        "ls / ./ src//main/",
        "grep -rn needle-of-more-than-twenty-four-bytes src tests",
    ];
    let facts = [
        r#"{"cwd":"/home/ana/work","home":"/home/ana","project":"/home/ana/work"}"#,
        "{}",
    ];
    let request = |line: &&str, facts: &str| {
        let json = format!(r#"{{"action":"Bash","input":{{"command":"{line}"}},"facts":{facts}}}"#);
        Request::from_json(json.as_bytes()).expect("a request")
    };
    let mut scratch = Scratch::new();
    for facts in facts {
        let requests: Vec<Request> = lines.iter().map(|line| request(line, facts)).collect();
        // Warm, and with a line in between that is not plain.
        let other = request(&"cd web && npm test | tail -3", facts);
        for request in requests.iter().chain([&other]).chain(&requests) {
            policy.decide_with(&mut scratch, request);
        }
        for (request, line) in requests.iter().zip(lines) {
            let before = counting::count();
            policy.decide_with(&mut scratch, request);
            assert_eq!(counting::count() - before, 0, "`{line}` allocates");
        }
    }
}

#[test]
fn a_warm_verdict_and_its_candidates_allocate_nothing() {
    let mut decided = 0;
    for rule_count in [10, 100, 1000] {
        let calls = Calls::generate(rule_count, 2000, 1);
        let policy = calls.policy().expect("the workload loads");
        policy.warm();
        let requests = calls.read_requests().expect("the workload is requests");
        let mut scratch = Scratch::new();
        for request in &requests {
            policy.decide_near_with(&mut scratch, request);
        }
        let before = counting::count();
        drop(calls.requests.first().map(Call::read));
        assert!(counting::count() > before, "the counter counts");
        let mut wrong = Vec::with_capacity(requests.len());
        for (request, call) in requests.iter().zip(&calls.requests) {
            let before = counting::count();
            policy.decide_with(&mut scratch, request);
            policy.decide_near_with(&mut scratch, request);
            let allocations = counting::count() - before;
            if allocations > 0 {
                wrong.push((allocations, call));
            }
            decided += 1;
        }
        assert!(
            wrong.is_empty(),
            "{rule_count} rules: {} of {} decisions allocate, as this one: {:?}",
            wrong.len(),
            requests.len(),
            wrong.first()
        );
    }
    assert_eq!(decided, 6000);
    println!("{decided} decisions, no allocation");
}
