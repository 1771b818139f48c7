//! Named files and directories become one policy, or every problem at once.

use std::fs;

use crate::support::{Folder, rule};
use doorward::{Effect, Layer, Policy, PolicyError, Request};
use doorward_host::{MAX_FILE_BYTES, PolicyFile, STARTER, load, load_layered, starter};

fn effect(policy: &Policy, command: &str) -> Effect {
    let request = format!(r#"{{"action":"Bash","input":{{"command":"{command}"}}}}"#);
    policy
        .decide(&Request::from_json(request.as_bytes()).unwrap())
        .effect()
}

fn codes(error: &PolicyError) -> Vec<&'static str> {
    error
        .diagnostics()
        .iter()
        .map(|diagnostic| diagnostic.code)
        .collect()
}

#[test]
fn a_directory_stands_for_its_visible_toml_files() {
    let folder = Folder::new();
    folder.file("b.toml", rule("b", "allow", "git log"));
    folder.file("a.toml", rule("a", "allow", "git status"));
    folder.file(".#a.toml", "not a policy");
    folder.file("notes.txt", "not a policy");
    let policy = load(&[folder.path()]).unwrap();
    assert_eq!(policy.rule_count(), 2);
    assert_eq!(
        (effect(&policy, "git status"), effect(&policy, "git log")),
        (Effect::Allow, Effect::Allow)
    );
}

#[test]
fn files_of_a_directory_are_taken_in_byte_order_of_their_names() {
    let folder = Folder::new();
    for name in ["b.toml", "B.toml", "ä.toml", "a-.toml", "a.toml"] {
        folder.file(name, "doorward = 1\noops = 1\n");
    }
    let error = load(&[folder.path()]).unwrap_err();
    let names: Vec<_> = error
        .diagnostics()
        .iter()
        .map(|diagnostic| diagnostic.file.rsplit('/').next().unwrap().to_owned())
        .collect();
    assert_eq!(names, ["B.toml", "a-.toml", "a.toml", "b.toml", "ä.toml"]);
}

#[test]
fn a_file_is_named_as_given() {
    let folder = Folder::new();
    let path = folder.file("sub/p.toml", rule("no-push", "deny", "git push"));
    let as_given = folder.path().join("sub/../sub/p.toml");
    let policy = load(&[&as_given]).unwrap();
    let request =
        Request::from_json(br#"{"action":"Bash","input":{"command":"git push"}}"#).unwrap();
    assert!(
        policy
            .decide(&request)
            .to_json()
            .contains(&format!("\"origin\":\"{}:3\"", as_given.display()))
    );
    assert!(path.exists());
}

#[test]
fn unreadable_files_and_load_errors_come_together() {
    let folder = Folder::new();
    let bad = folder.file("bad.toml", "doorward = 1\noops = 1\n");
    let latin = folder.file("latin.toml", b"doorward = 1\n# caf\xe9\n");
    let huge = folder.file("huge.toml", vec![b'#'; MAX_FILE_BYTES + 1]);
    let missing = folder.path().join("missing.toml");
    let error = load(&[&bad, &latin, &huge, &missing]).unwrap_err();
    let seen: Vec<_> = error
        .diagnostics()
        .iter()
        .map(|d| (d.code, d.file.clone(), d.line, d.column))
        .collect();
    let name = |path: &std::path::Path| path.display().to_string();
    assert_eq!(
        seen,
        [
            ("unreadable-file", name(&latin), 2, 6),
            ("too-large", name(&huge), 1, 1),
            ("unreadable-file", name(&missing), 0, 0),
            ("unknown-key", name(&bad), 2, 1),
        ]
    );
}

#[test]
fn a_file_of_exactly_the_limit_is_read() {
    let folder = Folder::new();
    let mut text = rule("a", "allow", "git status");
    text.push_str(&"#".repeat(MAX_FILE_BYTES - text.len()));
    assert_eq!(
        load(&[folder.file("p.toml", text)]).unwrap().rule_count(),
        1
    );
}

#[test]
fn a_missing_file_never_leaves_a_policy_of_the_others() {
    let folder = Folder::new();
    let good = folder.file("good.toml", rule("a", "allow", "git status"));
    assert_eq!(
        codes(&load(&[good, folder.path().join("gone.toml")]).unwrap_err()),
        ["unreadable-file"]
    );
}

#[test]
fn nothing_to_load_is_an_error() {
    let folder = Folder::new();
    assert_eq!(
        codes(&load(&[folder.path()]).unwrap_err()),
        ["no-policy-found"]
    );
    assert_eq!(codes(&load::<&str>(&[]).unwrap_err()), ["no-policy-found"]);
}

#[cfg(unix)]
#[test]
fn what_a_directory_holds_must_be_regular_files() {
    let folder = Folder::new();
    folder.directory("d.toml");
    std::os::unix::fs::symlink("/dev/zero", folder.path().join("endless.toml")).unwrap();
    std::os::unix::fs::symlink("nowhere", folder.path().join("dangling.toml")).unwrap();
    let error = load(&[folder.path()]).unwrap_err();
    assert_eq!(codes(&error), ["unreadable-file"; 3]);
    assert!(
        error.diagnostics()[2]
            .message
            .ends_with("it is not a regular file")
    );
}

#[test]
fn a_project_file_may_only_tighten_unless_it_is_trusted() {
    let folder = Folder::new();
    let path = folder.file("p.toml", rule("team", "allow", "git status"));
    let project = PolicyFile::new(Layer::Project, &path);
    assert_eq!(
        codes(&load_layered(std::slice::from_ref(&project)).unwrap_err()),
        ["not-tighten-only"]
    );
    assert_eq!(
        effect(
            &load_layered(&[project.trusted(true)]).unwrap(),
            "git status"
        ),
        Effect::Allow
    );
}

#[test]
fn the_strictest_layer_wins() {
    let folder = Folder::new();
    let user = PolicyFile::user(folder.file("user.toml", rule("push", "allow", "git push")));
    let managed = PolicyFile::new(
        Layer::Managed,
        folder.file("managed.toml", rule("no-push", "deny", "git push")),
    );
    assert_eq!(
        effect(
            &load_layered(std::slice::from_ref(&user)).unwrap(),
            "git push"
        ),
        Effect::Allow
    );
    assert_eq!(
        effect(&load_layered(&[user, managed]).unwrap(), "git push"),
        Effect::Deny
    );
}

#[test]
fn the_starter_checks_clean() {
    let policy = starter().unwrap();
    assert_eq!(policy.warnings(), []);
    let report = policy.run_tests();
    assert_eq!(report.failures, []);
    assert!(report.ran > 0 && policy.example_count() > 0);
    assert!(
        STARTER.matches("\nwhy ").count() == policy.rule_count(),
        "every rule says why"
    );
    assert!(
        STARTER.matches("\nexamples.match").count() == policy.rule_count(),
        "every rule has examples"
    );
}

#[test]
fn a_relative_path_is_read_from_the_working_directory() {
    // The test runs in the package's own directory.
    let policy = load(&["policies/starter.toml"]).unwrap();
    assert_eq!(policy.id(), starter().unwrap().id());
    assert!(fs::exists("policies/starter.toml").unwrap());
}
