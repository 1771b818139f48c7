//! `doorward explain`: what a person reads.

use std::process::Stdio;

use crate::support::{Ended, Folder, GIT};

const POLICY: [&str; 3] = ["explain", "--policy", "p.toml"];

fn explain(policy: &str, subject: &[&str]) -> Ended {
    Folder::with_policy(policy).run(POLICY.iter().chain(subject))
}

#[test]
fn a_rule_that_decides_is_named_with_why_remedy_and_origin() {
    let ended = explain(GIT, &["git push"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    assert_eq!(
        ended.out,
        "\
deny  git push

because   no-push denies it
why       A push is reviewed first
remedy    open a merge request
where     p.toml:15 (layer user)
"
    );
}

#[test]
fn leaves_are_listed_with_the_rule_that_decided_each() {
    let ended = explain(GIT, &["git status && rm -rf /build; git log > /x/log.txt"]);
    assert_eq!(
        ended.out,
        "\
ask  git status && rm -rf /build; git log > /x/log.txt

because   no rule is about `rm -rf /build`: a gap, so the default for `Bash` decides: ask
leaves    ├ allow  git status           git-reads
          ├ ask    rm -rf /build        no rule: a gap
          │ └ -      deletes /build     nothing is against it
          └ allow  git log              git-reads
            └ ask    writes /x/log.txt  no rule: a gap
next      a person decides; to settle it for good, write a rule that is about it
"
    );
}

#[test]
fn a_command_that_cannot_be_read_says_what_could_not_be_told() {
    let ended = explain(GIT, &["git $X"]);
    assert_eq!(
        ended.out,
        "\
ask  git $X

because   something about it is unknown, so it may be a case for no-push
where     p.toml:15 (layer user)
unknown   command: it has words or a script that cannot be known from the line, such as `$X`
next      a person decides; with all of it written out, rules can judge the command
"
    );
}

#[test]
fn an_opaque_leaf_says_why() {
    let ended = explain(GIT, &["git log | sh"]);
    assert_eq!(
        ended.out,
        "\
ask  git log | sh

because   something about `sh` is unknown, so it may be a case for no-push
where     p.toml:15 (layer user)
leaves    ├ allow  git log  git-reads
          └ ask    sh       no-push; opaque: a shell runs a script that is not known from the line
unknown   command: part of what it runs is opaque, as said above
next      a person decides; with all of it written out, rules can judge the command
"
    );
}

#[test]
fn words_after_two_dashes_are_one_command() {
    let ended = explain(GIT, &["--", "git", "push", "-f", "origin", "a b"]);
    assert!(
        ended.out.starts_with("deny  git push -f origin 'a b'\n"),
        "{}",
        ended.out
    );
    // A separator given as a word is a word.
    let ended = explain(GIT, &["--", "git", "status", "&&", "git", "push"]);
    assert!(
        ended.out.starts_with("allow  git status '&&' git push\n"),
        "{}",
        ended.out
    );
}

#[test]
fn a_request_is_explained_too() {
    let ended = explain(
        GIT,
        &[r#"{"action":"Read","input":{"file_path":"/etc/passwd"}}"#],
    );
    assert!(
        ended.out.contains(
            "because   no rule is about it: a gap, so the default for `Read` decides: deny\n"
        ),
        "{}",
        ended.out
    );
    assert!(
        ended.out.ends_with(
            "next      write an allow rule that is about it, or change the default for `Read`\n"
        ),
        "{}",
        ended.out
    );
}

#[test]
fn facts_of_this_machine_are_added_where_absent() {
    let policy = "doorward = 1\n[[rule]]\nname = \"here\"\neffect = \"allow\"\nwhen.action = \"Bash\"\nwhen.facts.now = { min = 1700000000 }\nwhen.facts.cwd = { suffix = \"/work\" }\nwhen.facts.home = { suffix = \"/home\" }\nwhen.facts.project = { same_as = \"facts.cwd\" }\n";
    assert_eq!(explain(policy, &["--exit-code", "ls"]).code, 0);
    let elsewhere = r#"{"action":"Bash","input":{"command":"ls"},"facts":{"cwd":"/"}}"#;
    assert_eq!(explain(policy, &["--exit-code", elsewhere]).code, 11);
}

#[test]
fn json_is_the_decision() {
    let ended = explain(GIT, &["--json", "git push"]);
    assert_eq!(
        (ended.code, ended.err.as_str(), ended.out.lines().count()),
        (0, "", 1)
    );
    assert!(
        ended
            .out
            .starts_with(r#"{"effect":"deny","basis":{"rule":"no-push","#),
        "{}",
        ended.out
    );
}

#[test]
fn without_any_policy_the_starter_answers_and_says_so() {
    let folder = Folder::new();
    let ended = folder.run(["explain", "git push --force"]);
    assert!(
        ended
            .out
            .starts_with("deny  git push --force\n\nbecause   no-force-push denies it\n"),
        "{}",
        ended.out
    );
    assert!(
        ended.out.contains("where     built-in starter:"),
        "{}",
        ended.out
    );
    assert_eq!(
        ended.err,
        "\
note: no policy was found for this directory; this is what the built-in starter policy says
help: write your own to `~/.config/doorward/policy.toml`, or name one with --policy
"
    );
    assert_eq!(ended.code, 0);
}

#[test]
fn a_policy_that_does_not_load_is_not_replaced_by_the_starter() {
    let folder = Folder::new();
    folder.file("config/doorward/p.toml", "doorward = 1\noops = 1\n");
    let ended = folder.run(["explain", "ls"]);
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    folder.file("config/doorward/p.toml", b"\xff");
    assert_eq!(folder.run(["explain", "ls"]).code, 2);
}

#[test]
fn a_malformed_request_is_an_error() {
    let ended = explain(GIT, &[r#"{ "ls"; }"#]);
    assert_eq!((ended.code, ended.out.as_str()), (2, ""));
    assert!(
        ended.err.starts_with("error: the request is not JSON"),
        "{}",
        ended.err
    );
    assert!(
        ended
            .err
            .contains("\nhelp: an argument that begins with `{\"` is read as a request"),
        "{}",
        ended.err
    );
    let ended = explain(GIT, &["{ git push; }"]);
    assert!(
        ended.out.starts_with("deny  { git push; }"),
        "{}",
        ended.out
    );
    let ended = explain(GIT, &["--json", "{"]);
    assert!(
        ended.code == 2 && ended.out.starts_with(r#"{"error":{"code":"truncated""#),
        "{}",
        ended.out
    );
}

#[test]
fn the_effect_is_the_exit_code_when_asked_for() {
    let code = |command| explain(GIT, &["--exit-code", command]).code;
    assert_eq!(
        (code("git log"), code("make"), code("git push")),
        (0, 10, 11)
    );
}

#[test]
fn colour_needs_a_terminal_or_a_wish() {
    let folder = Folder::with_policy(GIT);
    let escapes = |arguments: &[&str], variable: Option<(&str, &str)>| {
        let mut command = folder.doorward(POLICY.iter().chain(arguments));
        command.envs(variable).stdin(Stdio::null());
        Ended::from(command.output().unwrap())
            .out
            .contains('\u{1b}')
    };
    assert!(!escapes(&["git push"], None));
    assert!(escapes(&["--color=always", "git push"], None));
    assert!(escapes(&["git push"], Some(("CLICOLOR_FORCE", "1"))));
    let mut command = folder.doorward(POLICY.iter().chain(&["git push"]));
    command
        .env("CLICOLOR_FORCE", "1")
        .env("NO_COLOR", "1")
        .stdin(Stdio::null());
    assert!(
        !Ended::from(command.output().unwrap())
            .out
            .contains('\u{1b}')
    );
}

#[test]
fn nothing_that_is_shown_can_steer_a_terminal() {
    let policy = GIT.replace("A push is reviewed first", "\\u001b[2Jno \\u202e");
    let ended = explain(&policy, &["git push \u{1b}]0;x\u{7} 'a\nb' \u{202e}"]);
    assert!(
        ended
            .out
            .contains("  git push \\u{1b}]0;x\\u{7} 'a\\nb' \\u{202e}\n"),
        "{}",
        ended.out
    );
    let ended = explain(&policy, &["git push"]);
    assert!(
        ended.out.contains("why       \\u{1b}[2Jno \\u{202e}\n"),
        "{}",
        ended.out
    );
}

#[test]
fn a_near_miss_has_a_caret_under_the_byte_where_it_died() {
    let ended = explain(GIT, &["cd /x; git lgo --oneline | head"]);
    assert_eq!(
        ended.out,
        "\
ask  cd /x; git lgo --oneline | head

because   no rule is about `cd /x`: a gap, so the default for `Bash` decides: ask
leaves    ├ ask    cd /x              no rule: a gap
          ├ ask    git lgo --oneline  no rule: a gap; in /x
          └ -      head               nothing is against it; in /x
near      git-reads (allow) nearly fits; mended, it may be allowed:
          - command [\"git status\",\"git log\"]
            cd /x; git lgo --oneline | head
                        ^ expected `og`
            input.command = \"cd /x; git log --oneline | head\"
next      a person decides; to settle it for good, write a rule that is about it
"
    );
}

#[test]
fn what_a_rule_waits_for_is_said_in_its_own_words() {
    let policy = "doorward = 1\n[[rule]]\nname = \"apply\"\neffect = \"allow\"\nwhen.action = \"proposal.apply\"\n\
        require.approvals = { min = 2, role = \"reviewer\", except = [\"resource.created_by\"] }\n\
        require.auth = { max_age = \"5m\" }\n\
        require.usage = { counter = \"apply\", max = 3, per = \"1h\" }\n";
    let request = r#"{"action":"proposal.apply","actor":{"id":"eva","auth":{"age_s":301}},"resource":{"created_by":"viktor"},"facts":{"approvals":[{"by":"viktor","roles":["reviewer"]},{"by":"","roles":["reviewer"]}],"usage":{"apply/1h":{"n":3,"reset_s":90}}}}"#;
    let ended = explain(policy, &[request]);
    let near = ended.out.split_once("near").unwrap().1;
    assert_eq!(
        near,
        "      apply (allow) is about it and waits for this; mended, it is allowed:
          - approvals {\"min\":2,\"role\":\"reviewer\",\"except\":[\"resource.created_by\"]}; 0 of 2 count, viktor does not: self, nobody does not: unnamed
          - auth {\"max_age\":\"5m\"}; it is 301 s
            actor.auth.age_s = 300
          - usage {\"counter\":\"apply\",\"max\":3,\"per\":\"1h\"}; 4 of 3, 0 left, in 90 s
            facts.usage = {\"apply/1h\":{\"n\":2,\"reset_s\":90}}
next      get what is missing above, and ask again
"
    );
}

#[test]
fn an_allowed_command_that_was_nearly_denied_says_so() {
    let policy = format!(
        "{}\n[[rule]]\nname = \"no-patch\"\neffect = \"deny\"\nwhen.command = {{ run = \"git log\", any_flag = \"--patch\" }}\n",
        GIT.replace("[[test]]", "[[rule]]")
            .split("[[rule]]\nname = \"a push")
            .next()
            .unwrap()
    );
    let ended = explain(&policy, &["git log --pacth"]);
    assert!(
        ended.out.starts_with("allow  git log --pacth\n"),
        "{}",
        ended.out
    );
    assert!(
        ended.out.contains(
            "\
close     no-patch nearly applied (deny)
          - command {\"any_flag\":\"--patch\"}
            git log --pacth
                        ^ expected `tch`
"
        ),
        "{}",
        ended.out
    );
}

#[test]
fn a_caret_stands_right_below_text_that_is_long_wide_or_steers() {
    let policy = "doorward = 1\n[[rule]]\nname = \"r\"\neffect = \"allow\"\nwhen.action = \"doc.open\"\nwhen.input.name = { suffix = \".draft\" }\n";
    let name = format!("{}\u{1b}[2J\u{e9}.drfat", "x".repeat(200));
    let request = doc_request(&name);
    let ended = explain(policy, &[&request]);
    let lines: Vec<&str> = ended.out.lines().collect();
    let caret = lines
        .iter()
        .position(|line| line.contains("^ expected `aft`"))
        .unwrap();
    let (text, mark) = (lines[caret - 1], lines[caret]);
    assert!(!ended.out.contains('\u{1b}'));
    assert!(text.trim_start().starts_with('\u{2026}'), "{text}");
    let column = mark.chars().position(|c| c == '^').unwrap();
    assert_eq!(text.chars().skip(column).collect::<String>(), "fat");
}

/// A request whose `input.name` is `name`.
fn doc_request(name: &str) -> String {
    let escaped = name.replace('\u{1b}', "\\u001b");
    format!(r#"{{"action":"doc.open","input":{{"name":"{escaped}"}}}}"#)
}
