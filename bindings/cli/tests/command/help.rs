//! What the command says about itself.

use crate::support::Folder;

#[test]
fn every_command_shows_an_example_and_its_exit_codes() {
    let folder = Folder::new();
    for command in [
        &["--help"][..],
        &["check", "--help"],
        &["decide", "--help"],
        &["explain", "--help"],
        &["digest", "--help"],
        &["hook", "--help"],
        &["init", "--help"],
        &["status", "--help"],
    ] {
        let ended = folder.run(command);
        assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{command:?}");
        assert!(
            ended.out.contains("Examples:\n  doorward ") && ended.out.contains("Exit codes"),
            "{}",
            ended.out
        );
    }
}

#[test]
fn the_version_names_the_policy_format() {
    let ended = Folder::new().run(["--version"]);
    assert_eq!(
        ended.out,
        format!("doorward {} (policy format 1)\n", env!("CARGO_PKG_VERSION"))
    );
}

#[test]
fn wrong_usage_ends_with_2() {
    let folder = Folder::new();
    for arguments in [
        &[][..],
        &["decied"],
        &["explain"],
        &["digest", "{}"],
        &["decide", "--nope"],
        &["decide", "{}", "--request-file", "x"],
        &["hook", "--host", "emacs"],
        &["init", "--template", "none"],
    ] {
        let ended = folder.run(arguments);
        assert_eq!((ended.code, ended.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!ended.err.is_empty());
    }
}
