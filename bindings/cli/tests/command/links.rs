//! Links on the disk: what a call touches is judged where it really lies, however it is spelt.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use serde_json::{Value, json};

use crate::support::{Folder, claude};

/// What lies in the project may be read, written and listed; the keys and what lies outside may not.
const POLICY: &str = r#"
doorward = 1

[[rule]]
name = "keys"
effect = "deny"
when.path = ["~/.ssh", "./secret"]

[[rule]]
name = "inside"
effect = "allow"
when.op = ["file.read", "file.write", "file.delete"]
when.path = "./"

[[rule]]
name = "commands"
effect = "allow"
when.command = ["cat", "ls", "git status", "tee", "cp", "rm"]
"#;

fn folder() -> Folder {
    let folder = Folder::new();
    folder.file("config/doorward/policy.toml", POLICY);
    folder.file("home/.ssh/id", "");
    folder.file("home/.ssh/sub/x", "");
    folder.file("outside/a", "");
    folder.file("work/.git/HEAD", "");
    folder.file("work/src/a.rs", "");
    folder.file("work/secret/key", "");
    folder
}

fn link(folder: &Folder, target: impl AsRef<Path>, name: &str) {
    symlink(target, folder.path().join("work").join(name)).unwrap();
}

fn call_from(folder: &Folder, cwd: &str, tool: &str, input: Value) -> String {
    let mut hook = folder.doorward(["hook", "--host", "claude"]);
    hook.env("CLAUDE_PROJECT_DIR", folder.path().join("work"));
    claude(hook, &folder.path().join(cwd), tool, &input)
}

fn bash(folder: &Folder, command: &str) -> String {
    call_from(folder, "work", "Bash", json!({ "command": command }))
}

/// What every way to name one file says: the tools that read and write, an operand, both redirects.
fn every_way(folder: &Folder, file: &str) -> Vec<(String, String)> {
    let mut said = Vec::new();
    for tool in ["Read", "Write", "Edit"] {
        for path in [
            file.to_owned(),
            folder.path().join("work").join(file).display().to_string(),
        ] {
            let answer = call_from(folder, "work", tool, json!({ "file_path": path }));
            said.push((format!("{tool} {path}"), answer));
        }
    }
    for command in [
        format!("cat {file}"),
        format!("cat < {file}"),
        format!("ls > {file}"),
        format!("ls | tee -a {file}"),
        format!("for f in {file}; do cat \"$f\"; done"),
        format!("bash -c 'cat {file}'"),
        format!("cd src && cat ../{file}"),
        format!("cat \"$PWD\"/{file}"),
    ] {
        said.push((command.clone(), bash(folder, &command)));
    }
    said
}

fn all_begin(folder: &Folder, file: &str, effect: &str) {
    for (what, said) in every_way(folder, file) {
        assert!(said.starts_with(effect), "{what}: {said}");
    }
}

fn none_allowed(folder: &Folder, file: &str) {
    for (what, said) in every_way(folder, file) {
        // A command reads its operands on its own account: of those only a rule that restricts says something.
        let operand = what.contains("cat") || what.contains("tee");
        assert!(operand || !said.starts_with("allow"), "{what}: {said}");
    }
}

#[test]
fn an_honest_file_is_allowed_in_every_way() {
    let folder = folder();
    all_begin(&folder, "src/a.rs", "allow");
    all_begin(&folder, "src/new.rs", "allow");
    link(&folder, "src", "alias");
    link(&folder, "src/later.rs", "dangling");
    all_begin(&folder, "alias/a.rs", "allow");
    all_begin(&folder, "dangling", "allow");
}

#[test]
fn a_link_into_a_kept_place_is_denied_in_every_way() {
    let folder = folder();
    let ssh = folder.path().join("home/.ssh");
    link(&folder, ssh.join("id"), "file");
    link(&folder, &ssh, "directory");
    link(&folder, "../home/.ssh", "relative");
    link(&folder, "relative", "again");
    link(&folder, ssh.join("not-there"), "dangling");
    link(&folder, "secret", "inside");
    for file in [
        "file",
        "directory/id",
        "relative/id",
        "again/id",
        "again/not/there/yet",
        "dangling",
        "inside/key",
        "src/../inside/key",
    ] {
        all_begin(&folder, file, "deny");
    }
}

#[test]
fn a_link_out_of_the_project_is_not_allowed() {
    let folder = folder();
    link(&folder, folder.path().join("outside"), "out");
    link(&folder, "/", "root");
    link(&folder, "/proc/self/root/etc", "door");
    link(&folder, "/proc/self/cwd", "cwd");
    link(&folder, "/dev/fd/3", "descriptor");
    for file in [
        "out/a",
        "out/new",
        "root/etc/passwd",
        "door/passwd",
        "cwd/a",
        "descriptor",
    ] {
        none_allowed(&folder, file);
    }
}

#[test]
fn dots_behind_a_link_hold_in_either_reading() {
    let folder = folder();
    link(&folder, folder.path().join("home/.ssh/sub"), "l");
    fs::create_dir_all(folder.path().join("work/l2")).unwrap();
    // The kernel goes to `.ssh/id`, the text to `work/id`.
    all_begin(&folder, "l/../id", "deny");
    // The text goes to `work/secret`, the kernel to `.ssh/secret`.
    all_begin(&folder, "l/../secret", "deny");
    all_begin(&folder, "l2/../secret/key", "deny");
    all_begin(&folder, "l2/../src/a.rs", "allow");
    for command in [
        "cd l && cat ../id",
        "cd l/ && cat ./../id",
        "cd l && cat < ../id",
        "(cd l; ls > ../id)",
        "cd src/../l && cat ../id",
        "d=l; cat $d/../id",
        "for d in src l; do cat $d/../id; done",
    ] {
        let said = bash(&folder, command);
        assert!(said.starts_with("deny"), "{command}: {said}");
    }
    let said = call_from(
        &folder,
        "work",
        "Bash",
        json!({ "command": "cat id", "workdir": "l/.." }),
    );
    assert!(said.starts_with("deny"), "{said}");
}

#[test]
fn links_in_circles_and_closed_ways_allow_nothing() {
    let folder = folder();
    link(&folder, "b", "a");
    link(&folder, "a", "b");
    link(&folder, "self", "self");
    for file in ["a", "b/x", "self", "self/../src/a.rs"] {
        none_allowed(&folder, file);
    }
    let mut before = "src".to_owned();
    for index in 0..45 {
        let name = format!("chain{index}");
        link(&folder, &before, &name);
        before = name;
    }
    none_allowed(&folder, "chain44/a.rs");
    all_begin(&folder, "chain30/a.rs", "allow");
}

#[test]
fn what_a_glob_finds_is_followed() {
    let folder = folder();
    link(&folder, folder.path().join("home/.ssh"), "linked");
    for command in [
        "cat l*/id",
        "cat link?d/id",
        "cat [l]inked/id",
        "cat */id",
        "cat ./l*ed/id",
    ] {
        let said = bash(&folder, command);
        assert!(said.starts_with("deny"), "{command}: {said}");
    }
    assert!(!bash(&folder, "ls > l*/id").starts_with("allow"));
    let said = bash(&folder, "cat s*/*.rs");
    assert!(!said.starts_with("deny"), "{said}");
}

#[test]
fn a_directory_that_is_a_link_is_where_it_leads() {
    let folder = folder();
    link(&folder, folder.path().join("outside"), "out");
    link(&folder, "src", "alias");
    link(&folder, folder.path().join("home/.ssh"), "keys");
    assert!(bash(&folder, "cd alias && git status").starts_with("allow"));
    for command in [
        "cd out && git status",
        "git -C out status",
        "cd out && rm a",
        "pushd out && git status",
    ] {
        let said = bash(&folder, command);
        assert!(!said.starts_with("allow"), "{command}: {said}");
    }
    let ls =
        |cwd: &str, command: &str| call_from(&folder, cwd, "Bash", json!({ "command": command }));
    assert!(ls("work/alias", "git status").starts_with("allow"));
    assert!(!ls("work/out", "git status").starts_with("allow"));
    assert!(ls("work/keys", "cat id").starts_with("deny"));
    let read =
        |cwd: &str, path: &str| call_from(&folder, cwd, "Read", json!({ "file_path": path }));
    assert!(read("work/keys", "id").starts_with("deny"));
    assert!(!read("work/out", "a").starts_with("allow"));
}

#[test]
fn a_rule_about_a_link_holds_at_its_end() {
    let folder = folder();
    // The keys are kept elsewhere, and the home has a link to them.
    let (home, data) = (
        folder.path().join("home/.ssh"),
        folder.path().join("work/dotfiles"),
    );
    fs::rename(&home, &data).unwrap();
    symlink(&data, &home).unwrap();
    all_begin(&folder, "dotfiles/id", "deny");
    all_begin(&folder, "dotfiles/new", "deny");
    for command in ["rm -r dotfiles", "rm -rf .", "cp -r dotfiles /tmp/x"] {
        let said = bash(&folder, command);
        assert!(said.starts_with("deny"), "{command}: {said}");
    }
    all_begin(&folder, "src/a.rs", "allow");
}

#[test]
fn a_home_behind_a_link_keeps_what_rules_say_of_either_name() {
    let folder = folder();
    symlink(folder.path().join("home"), folder.path().join("house")).unwrap();
    let policy = POLICY.replace(
        "\"~/.ssh\"",
        &format!("\"{}\"", folder.path().join("home/.ssh").display()),
    );
    folder.file("config/doorward/policy.toml", policy);
    let mut hook = folder.doorward(["hook", "--host", "claude"]);
    hook.env("HOME", folder.path().join("house"));
    let input = json!({ "file_path": "~/.ssh/id" });
    let said = claude(hook, &folder.path().join("work"), "Read", &input);
    assert!(
        said.starts_with("deny: ") && said.contains("keys"),
        "{said}"
    );
}

#[test]
fn what_is_shown_of_a_path_hides_nothing() {
    let folder = folder();
    let said = call_from(
        &folder,
        "work",
        "Read",
        json!({ "file_path": "src/a\u{202e}\u{1b}[2K.rs" }),
    );
    assert!(!said.starts_with("allow"), "{said}");
    assert!(!said.contains(['\u{202e}', '\u{1b}']), "{said}");
}
