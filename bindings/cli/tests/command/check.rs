//! `doorward check`: diagnostics as people and as programs see them.

use crate::support::{Folder, GIT};

#[test]
fn a_sound_policy_is_counted() {
    let ended = Folder::with_policy(GIT).run(["check", "p.toml"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    assert_eq!(ended.out, "ok: 2 rules, 2 examples and 1 test hold\n");
}

#[test]
fn a_problem_is_shown_in_its_place() {
    let text = GIT.replace("remedy = ", "remdy = ");
    let ended = Folder::with_policy(&text).run(["check", "p.toml"]);
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    assert_eq!(
        ended.err,
        "\
error[unknown-key]: `rule` has no key `remdy`
  --> p.toml:19:1
   |
19 | remdy = \"open a merge request\"
   | ^^^^^
   |
   = help: did you mean `remedy`?

error: the policy does not load: 1 error
"
    );
}

#[test]
fn all_problems_of_all_files_are_shown_at_once() {
    let folder = Folder::with_policy("doorward = 1\noops = 1\nalas = 2\n");
    folder.file("work/q.toml", "doorward = 1\nwell = 1\n");
    folder.file("work/latin.toml", b"doorward = 1\n# \xe9\n");
    let ended = folder.run(["check", "p.toml", "q.toml", "gone.toml", "latin.toml"]);
    assert_eq!(
        ended.code, 2,
        "what could not be read outweighs what is wrong"
    );
    let heads: Vec<_> = ended
        .err
        .lines()
        .filter(|line| line.starts_with("error"))
        .collect();
    assert_eq!(heads.len(), 6, "{}", ended.err);
    assert_eq!(
        heads[0],
        "error[unreadable-file]: cannot read `gone.toml`: no such file or directory"
    );
    assert_eq!(
        heads[1],
        "error[unreadable-file]: cannot read `latin.toml`: byte 15 is not UTF-8"
    );
    assert!(ended.err.contains("--> latin.toml:2:3\n"), "{}", ended.err);
    assert_eq!(heads[5], "error: the policy does not load: 5 errors");
}

#[test]
fn a_test_that_fails_is_a_problem() {
    let text = GIT.replace(
        "expect = { effect = \"deny\"",
        "expect = { effect = \"ask\"",
    );
    let ended = Folder::with_policy(&text).run(["check", "p.toml"]);
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    assert!(ended.err.contains(" --> p.toml:2"), "{}", ended.err);
    assert!(
        ended.err.ends_with("error: 1 of 1 test failed\n"),
        "{}",
        ended.err
    );
}

#[test]
fn a_warning_is_shown_and_does_not_count() {
    let text = GIT.replace("remedy = ", "on_unknown = \"skip\"\nremedy = ");
    let ended = Folder::with_policy(&text).run(["check", "p.toml"]);
    assert_eq!(ended.code, 0);
    assert!(
        ended.err.starts_with("warning[lint-on-unknown-skip]: "),
        "{}",
        ended.err
    );
    assert_eq!(
        ended.out,
        "ok: 2 rules, 2 examples and 1 test hold, 1 warning\n"
    );
}

#[test]
fn json_is_one_line_with_the_counts() {
    let folder = Folder::with_policy(GIT);
    let ended = folder.run(["check", "--json", "p.toml"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    assert_eq!(
        ended.out,
        "{\"diagnostics\":[],\"rules\":2,\"examples\":2,\"tests\":1}\n"
    );
    folder.file("work/p.toml", "doorward = 1\n[[rules]]\n");
    let ended = folder.run(["check", "--json", "p.toml"]);
    assert_eq!((ended.code, ended.err.as_str()), (1, ""));
    let error = doorward_host::load(&[folder.path().join("work/p.toml")]).unwrap_err();
    let given = doorward::wire::diagnostics_json(error.diagnostics());
    let given = given.replace(&format!("{}/work/", folder.path().display()), "");
    let open = given.strip_suffix('}').unwrap();
    assert_eq!(
        ended.out,
        format!("{open},\"rules\":0,\"examples\":0,\"tests\":0}}\n")
    );
}

#[test]
fn the_layer_counts() {
    let folder = Folder::with_policy(GIT);
    let ended = folder.run(["check", "project=p.toml"]);
    assert_eq!(ended.code, 1);
    assert!(
        ended.err.contains("error[not-tighten-only]: "),
        "{}",
        ended.err
    );
    assert_eq!(folder.run(["check", "trusted=p.toml"]).code, 0);
}

#[test]
fn without_files_the_policy_in_force_here_is_checked() {
    let folder = Folder::new();
    let ended = folder.run(["check"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended
            .err
            .starts_with("error: no policy was found for this directory\nhelp: "),
        "{}",
        ended.err
    );
    folder.file("config/doorward/git.toml", GIT);
    assert_eq!(folder.run(["check"]).code, 0);
}

#[test]
fn colour_is_for_terminals_and_for_those_who_ask() {
    let folder = Folder::with_policy("doorward = 1\noops = 1\n");
    let escapes = |arguments: &[&str]| folder.run(arguments).err.contains('\u{1b}');
    assert!(!escapes(&["check", "p.toml"]));
    assert!(escapes(&["check", "p.toml", "--color", "always"]));
    assert!(!escapes(&["check", "p.toml", "--color=never"]));
}

#[test]
fn what_a_file_holds_cannot_reach_the_terminal_unescaped() {
    let folder = Folder::with_policy("doorward = 1\n\"\\u001b]0;x\" = 1 # \u{202e}\n");
    let ended = folder.run(["check", "p.toml"]);
    assert!(
        ended.code == 1 && !ended.err.contains(['\u{1b}', '\u{202e}']),
        "{}",
        ended.err
    );
}
