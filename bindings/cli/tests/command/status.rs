//! `doorward status`: each fault has its exit code.

use serde_json::{Value, json};

use crate::support::{Ended, Folder};

fn json_of(ended: &Ended) -> Value {
    assert!(!ended.out.is_empty(), "{ended:?}");
    serde_json::from_str(&ended.out).unwrap()
}

fn set_up() -> Folder {
    let folder = Folder::new();
    let ended = folder.run(["init", "--host", "claude", "--host", "cursor", "--write"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    folder
}

#[test]
fn a_machine_that_is_set_up_is_well() {
    let folder = set_up();
    let ended = folder.run(["status"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        ended.out.starts_with("status    all is well\n")
            && ended.out.contains("Claude Code answers"),
        "{}",
        ended.out
    );
    let status = json_of(&folder.run(["status", "--json"]));
    assert_eq!(status["ok"], true);
    assert_eq!(status["policy"]["standing"], "found");
    assert!(status["policy"]["rules"].as_u64().unwrap() > 20);
    assert_eq!(status["files"][0]["holds"], true);
    let claude = &status["hooks"][0];
    assert_eq!(
        (
            claude["host"].as_str(),
            &claude["registered"],
            &claude["answers"]
        ),
        (Some("claude"), &json!(true), &json!(true))
    );
    // The call that tries a hook is no error.
    assert_eq!(status["last_error"], Value::Null);
}

#[test]
fn a_broken_policy_is_1_and_the_last_good_one_is_named() {
    let folder = set_up();
    let rules = json_of(&folder.run(["status", "--json"]))["policy"]["rules"].clone();
    folder.file("config/doorward/policy.toml", "doorward = 1\n[[rulez]]\n");
    let ended = folder.run(["status"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.out.contains("the policy does not load")
            && ended.out.contains("BROKEN")
            && ended.out.contains("the last one that loaded"),
        "{}",
        ended.out
    );
    let status = json_of(&folder.run(["status", "--json"]));
    assert_eq!(
        (&status["policy"]["standing"], &status["policy"]["rules"]),
        (&json!("last-good"), &rules)
    );
    assert_eq!(status["files"][0]["holds"], false);
    assert_eq!(status["problems"][0]["code"], "unknown-key");
    assert_eq!(status["faults"], json!(["broken-policy"]));
}

#[test]
fn a_broken_policy_with_none_before_it_blocks_every_call() {
    let folder = Folder::new();
    folder.file("config/doorward/policy.toml", "doorward = 1\n[[rulez]]\n");
    folder.run(["init", "--host", "claude", "--write"]);
    let ended = folder.run(["status", "--json"]);
    assert_eq!(
        (ended.code, &json_of(&ended)["policy"]["standing"]),
        (1, &json!("none"))
    );
}

#[test]
fn no_hook_is_4_and_no_policy_is_3() {
    let folder = Folder::new();
    folder.file("config/doorward/policy.toml", "doorward = 1\n");
    assert_eq!(folder.run(["status"]).code, 4);
    let folder = Folder::new();
    folder.run(["init", "--host", "claude", "--write"]);
    std::fs::remove_file(folder.path().join("config/doorward/policy.toml")).unwrap();
    let ended = folder.run(["status"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.out.contains("starter"));
}

#[test]
fn a_hook_that_does_not_answer_is_5() {
    for command in [
        "/nowhere/doorward hook --host claude",
        "true doorward hook",
        "echo nonsense # doorward hook",
        "exit 1; doorward hook",
        "cat /dev/null; echo '{}' # doorward hook",
    ] {
        let folder = set_up();
        let settings = json!({ "hooks": { "PreToolUse": [{ "matcher": "*", "hooks": [{ "type": "command", "command": command }] }] } });
        folder.file("home/.claude/settings.json", settings.to_string());
        let ended = folder.run(["status", "--json"]);
        assert_eq!(ended.code, 5, "{command}: {ended:?}");
        assert_eq!(json_of(&ended)["hooks"][0]["answers"], false);
    }
}

#[test]
fn a_command_of_a_repository_is_not_run() {
    let folder = set_up();
    let made = folder.path().join("made");
    let command = format!("touch {}; doorward hook --host claude", made.display());
    let settings = json!({ "hooks": { "PreToolUse": [{ "matcher": "*", "hooks": [{ "type": "command", "command": command }] }] } });
    folder.file("work/.claude/settings.json", settings.to_string());
    let ended = folder.run(["status", "--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let status = json_of(&ended);
    let theirs = status["hooks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|hook| hook["command"] == command)
        .unwrap();
    assert_eq!(theirs["answers"], Value::Null);
    assert!(!made.exists());
}

#[test]
fn a_file_that_cannot_be_read_is_2() {
    let folder = set_up();
    folder.file("home/.claude/settings.json", "{");
    assert_eq!(folder.run(["status"]).code, 2);
    let folder = set_up();
    folder.file("config/doorward/z.toml", b"\xff");
    assert_eq!(folder.run(["status"]).code, 2);
}

#[test]
fn the_last_error_is_shown() {
    let folder = set_up();
    folder.feed(
        ["hook", "--host", "claude"],
        b"{\"hook_event_name\":\"PreToolUse\",",
    );
    let status = json_of(&folder.run(["status", "--json"]));
    assert_eq!(status["last_error"]["host"], "claude");
    assert!(
        status["last_error"]["reason"]
            .as_str()
            .unwrap()
            .contains("cannot be read")
    );
    assert!(folder.run(["status"]).out.contains("cannot be read"));
}
