//! `doorward init`: templates, and the hook in the hosts' settings.

use std::fs;

use serde_json::Value;

use crate::support::Folder;

#[test]
fn each_template_is_written_and_checks_clean() {
    for template in ["claude", "homestead", "strict"] {
        let folder = Folder::new();
        let ended = folder.run(["init", "--template", template, "--host", "claude"]);
        assert_eq!(ended.code, 0, "{ended:?}");
        let path = folder.path().join("config/doorward/policy.toml");
        let checked = folder.run(["check", path.to_str().unwrap()]);
        assert_eq!(
            (checked.code, checked.err.as_str()),
            (0, ""),
            "{template}: {checked:?}"
        );
        let printed = folder.run(["init", "--template", template, "--output", "-"]);
        assert_eq!(printed.out, fs::read_to_string(path).unwrap());
        // Printed and not written.
        assert!(
            ended.out.contains("hook --host claude")
                && !folder.path().join("home/.claude").exists()
        );
    }
}

#[test]
fn a_policy_that_is_there_stays() {
    let folder = Folder::new();
    folder.file("config/doorward/policy.toml", "doorward = 1\n");
    let read = || fs::read_to_string(folder.path().join("config/doorward/policy.toml")).unwrap();
    let ended = folder.run(["init"]);
    assert_eq!(
        (ended.code, read().as_str()),
        (0, "doorward = 1\n"),
        "{ended:?}"
    );
    let ended = folder.run(["init", "--template", "strict"]);
    assert_eq!(
        (ended.code, ended.out.as_str(), read().as_str()),
        (1, "", "doorward = 1\n")
    );
    let ended = folder.run(["init", "--template", "strict", "--force"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(read().contains("strict") || read().contains("nobody watches"));
    let backup = folder.path().join("config/doorward/policy.toml.backup");
    assert_eq!(fs::read_to_string(&backup).unwrap(), "doorward = 1\n");
    assert!(
        ended.out.contains(backup.to_str().unwrap()),
        "{}",
        ended.out
    );
    // A backup is no policy, and the next one does not overwrite it.
    assert_eq!(folder.run(["check"]).code, 0);
    assert_eq!(
        folder.run(["init", "--template", "claude", "--force"]).code,
        0
    );
    assert_eq!(fs::read_to_string(&backup).unwrap(), "doorward = 1\n");
}

#[test]
fn the_hook_goes_into_each_hosts_settings_and_names_its_host() {
    let folder = Folder::new();
    let ended = folder.run([
        "init", "--host", "claude", "--host", "codex", "--host", "gemini", "--host", "cursor",
        "--host", "opencode", "--write",
    ]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let read = |path: &str| fs::read_to_string(folder.path().join(path)).unwrap();
    let json = |path: &str| serde_json::from_str::<Value>(&read(path)).unwrap();
    let program = env!("CARGO_BIN_EXE_doorward");
    let of = |host: &str| Value::from(format!("{program} hook --host {host}"));
    let claude = json("home/.claude/settings.json");
    assert_eq!(claude["hooks"]["PreToolUse"][0]["matcher"], "*");
    assert_eq!(
        claude["hooks"]["PreToolUse"][0]["hooks"][0]["command"],
        of("claude")
    );
    assert_eq!(
        json("home/.codex/hooks.json")["hooks"]["PreToolUse"][0]["hooks"][0]["command"],
        of("codex")
    );
    let gemini = json("home/.gemini/settings.json");
    assert_eq!(
        gemini["hooks"]["BeforeTool"][0]["hooks"][0]["command"],
        of("gemini")
    );
    assert_eq!(
        gemini["hooks"]["BeforeTool"][0]["hooks"][0]["timeout"],
        30_000
    );
    let cursor = json("home/.cursor/hooks.json");
    assert_eq!(cursor["version"], 1);
    for event in [
        "preToolUse",
        "beforeShellExecution",
        "beforeMCPExecution",
        "beforeReadFile",
    ] {
        assert_eq!(
            cursor["hooks"][event][0]["command"],
            of("cursor"),
            "{event}"
        );
    }
    assert!(read("config/opencode/plugins/doorward.js").contains("doorward/opencode"));
    // Again changes nothing, and leaves no backup behind.
    let again = folder.run([
        "init", "--host", "claude", "--host", "cursor", "--write", "--json",
    ]);
    let done: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!(done["hosts"][0]["written"], "unchanged");
    assert_eq!(done["hosts"][1]["written"], "unchanged");
    assert!(
        !folder
            .path()
            .join("home/.claude/settings.json.backup")
            .exists()
    );
}

#[test]
fn what_else_stands_in_the_settings_stays() {
    let folder = Folder::new();
    let before = r#"{
  // mine
  "model": "opus",
  "hooks": {
    "PreToolUse": [
      { "matcher": "Bash", "hooks": [{ "type": "command", "command": "mine.sh" }] },
      { "matcher": "*", "hooks": [{ "type": "command", "command": "/old/doorward hook --host claude" }] }
    ],
    "Stop": [],
  },
}
"#;
    folder.file("home/.claude/settings.json", before);
    let ended = folder.run(["init", "--host", "claude", "--write"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let after = fs::read_to_string(folder.path().join("home/.claude/settings.json")).unwrap();
    let program = env!("CARGO_BIN_EXE_doorward");
    assert_eq!(after, before.replace("/old/doorward", program));
    assert_eq!(
        fs::read_to_string(folder.path().join("home/.claude/settings.json.backup")).unwrap(),
        before
    );
}

#[test]
fn settings_that_are_not_understood_are_left_alone() {
    for (text, why) in [
        ("{", "is no JSON"),
        (r#"{"hooks": 3}"#, "has no list of hooks"),
        (r#"{"hooks": {"PreToolUse": {}}}"#, "has no list of hooks"),
        ("[]", "has no list of hooks"),
    ] {
        let folder = Folder::new();
        folder.file("home/.claude/settings.json", text);
        let ended = folder.run(["init", "--host", "claude", "--write"]);
        assert_eq!(ended.code, 2, "{text}");
        assert!(ended.err.contains(why), "{text}: {}", ended.err);
        assert_eq!(
            fs::read_to_string(folder.path().join("home/.claude/settings.json")).unwrap(),
            text
        );
    }
}

#[test]
fn the_hosts_of_this_machine_are_found() {
    let folder = Folder::new();
    folder.file("home/.codex/config.toml", "");
    folder.file("home/.cursor/x", "");
    let ended = folder.run(["init", "--json"]);
    let done: Value = serde_json::from_str(&ended.out).unwrap();
    let hosts: Vec<&str> = done["hosts"]
        .as_array()
        .unwrap()
        .iter()
        .map(|host| host["host"].as_str().unwrap())
        .collect();
    assert_eq!(hosts, ["codex", "cursor"]);
}
