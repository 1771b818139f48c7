//! Broken payloads, by the thousand: whatever comes in, what goes out is an answer that the host knows.

#![expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test stops where something is not as expected"
)]

use std::fs;
use std::path::PathBuf;

use doorward_host::hook::{Answer, Hook, Host};
use doorward_host::{Places, PolicyFile};
use serde_json::Value;

const PAYLOADS: &str = include_str!("../../cli/tests/payloads.jsonl");

/// Returns the deciding payloads, each with its host.
fn deciding() -> Vec<(Host, String)> {
    let lines = PAYLOADS
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    let decides = |payload: &Value| {
        let event = payload["hook_event_name"].as_str();
        event.is_none_or(|event| {
            event.to_ascii_lowercase().starts_with("pretooluse")
                || event == "PermissionRequest"
                || event.to_ascii_lowercase().starts_with("before")
        })
    };
    lines
        .filter(|line| decides(&line["payload"]))
        .map(|line| {
            (
                line["host"].as_str().unwrap().parse().unwrap(),
                line["payload"].to_string(),
            )
        })
        .collect()
}

/// Returns a hook under whose policy everything is allowed.
fn permissive(name: &str) -> (Hook, PathBuf) {
    let folder =
        std::env::temp_dir().join(format!("doorward-answers-{}-{name}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let policy = folder.join("p.toml");
    fs::write(&policy, "doorward = 1\n[defaults]\n'*' = 'allow'\n").unwrap();
    let places = Places::default().home(&folder);
    (
        Hook::new(places).policy(vec![PolicyFile::user(policy)]),
        folder,
    )
}

fn blocks(host: Host, answer: &Answer) -> bool {
    if answer.code == 2 {
        return answer.stdout.is_empty() && !answer.stderr.is_empty();
    }
    if host == Host::OpenCode {
        return !answer.stdout.is_empty();
    }
    let Ok(said) = serde_json::from_str::<Value>(&answer.stdout) else {
        return false;
    };
    let specific = &said["hookSpecificOutput"];
    let places = [
        &specific["permissionDecision"],
        &specific["decision"]["behavior"],
        &said["decision"],
        &said["permission"],
    ];
    answer.code == 0 && places.into_iter().filter(|place| *place == "deny").count() == 1
}

#[test]
fn half_a_payload_blocks_wherever_it_is_cut() {
    let (hook, folder) = permissive("cut");
    let mut tried = 0;
    for (host, payload) in deciding() {
        for end in 0..payload.len() {
            let answer = hook.answer(Some(host), &payload.as_bytes()[..end]);
            assert!(blocks(host, &answer), "{host} at {end}: {answer:?}");
            tried += 1;
        }
        assert!(
            !blocks(host, &hook.answer(Some(host), payload.as_bytes())),
            "{host}: the whole one is allowed"
        );
    }
    assert!(tried > 2_000, "{tried}");
    fs::remove_dir_all(folder).unwrap();
}

#[test]
fn a_byte_that_is_another_never_leads_to_an_answer_that_no_host_knows() {
    let (hook, folder) = permissive("flip");
    let mut dice: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut roll = move |below: usize| {
        dice ^= dice << 13;
        dice ^= dice >> 7;
        dice ^= dice << 17;
        usize::try_from(dice % u64::try_from(below).unwrap()).unwrap()
    };
    for (host, payload) in deciding() {
        for _ in 0..300 {
            let mut bytes = payload.clone().into_bytes();
            for _ in 0..=roll(3) {
                let at = roll(bytes.len());
                bytes[at] = u8::try_from(roll(256)).unwrap();
            }
            for named in [Some(host), None] {
                let answer = hook.answer(named, &bytes);
                let shown = String::from_utf8_lossy(&bytes);
                assert!(
                    !answer.stdout.contains("defect of its own"),
                    "{shown}: {answer:?}"
                );
                let known = match answer.code {
                    2 => answer.stdout.is_empty() && !answer.stderr.is_empty(),
                    0 if answer.stdout.is_empty() || host == Host::OpenCode => true,
                    0 => serde_json::from_str::<Value>(&answer.stdout)
                        .is_ok_and(|said| said.is_object()),
                    _ => false,
                };
                assert!(known, "{shown}: {answer:?}");
            }
        }
    }
    fs::remove_dir_all(folder).unwrap();
}
