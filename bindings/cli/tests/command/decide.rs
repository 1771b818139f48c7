//! `doorward decide`: streams, malformed input, exit codes.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use std::thread;

use crate::support::{Ended, Folder, GIT, bash};

const POLICY: [&str; 3] = ["decide", "--policy", "p.toml"];

/// What each line of stdout begins with: the effect, or the error's code.
fn answers(ended: &Ended) -> Vec<String> {
    ended
        .out
        .lines()
        .map(|line| {
            let rest = line
                .strip_prefix(r#"{"effect":""#)
                .or_else(|| line.strip_prefix(r#"{"error":{"code":""#));
            rest.unwrap().split('"').next().unwrap().to_owned()
        })
        .collect()
}

#[test]
fn one_request_is_decided_from_the_argument() {
    let ended = Folder::with_policy(GIT).run(["decide", "--policy", "p.toml", &bash("git push")]);
    assert!(
        ended.out.starts_with(
            r#"{"effect":"deny","basis":{"rule":"no-push","layer":"user","origin":"p.toml:15","why":"A push is reviewed first","remedy":"open a merge request"},"policy":"dw1-"#
        ),
        "{}",
        ended.out
    );
    assert_eq!(
        (ended.code, ended.out.lines().count(), ended.err.as_str()),
        (0, 1, "")
    );
}

#[test]
fn requests_on_stdin_are_answered_in_order_and_blank_lines_skipped() {
    let input = format!(
        "{}\n\n  \t\r\n{}\r\n{}",
        bash("git status"),
        bash("git push"),
        bash("ls")
    );
    let ended = Folder::with_policy(GIT).feed(POLICY, input.as_bytes());
    assert_eq!(answers(&ended), ["allow", "deny", "ask"]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
}

#[test]
fn no_request_at_all_is_nothing_to_answer() {
    let folder = Folder::with_policy(GIT);
    let ended = folder.feed(POLICY, b"");
    assert_eq!(
        (ended.code, ended.out.as_str(), ended.err.as_str()),
        (0, "", "")
    );
    let ended = folder.feed(["decide", "--policy", "p.toml", "--exit-code"], b"\n");
    assert_eq!(ended.code, 2, "never the code of an allow");
    assert_eq!(
        ended.err,
        "error: no request, so no effect to exit with\nhelp: write one request a line to stdin\n"
    );
}

#[test]
fn a_malformed_line_is_answered_in_its_place() {
    let input = format!(
        "{}\n{{\"action\":\"Bash\",\"action\":\"Read\"}}\n{}\n",
        bash("git status"),
        bash("git push")
    );
    let ended = Folder::with_policy(GIT).feed(POLICY, input.as_bytes());
    assert_eq!(answers(&ended), ["allow", "duplicate-key", "deny"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended
            .err
            .starts_with("error: 1 of 3 requests malformed, the first on line 2: "),
        "{}",
        ended.err
    );
}

#[test]
fn a_malformed_argument_is_answered_too() {
    let ended = Folder::with_policy(GIT).run(["decide", "--policy", "p.toml", "git push"]);
    assert_eq!(
        (answers(&ended), ended.code),
        (vec!["syntax".to_owned()], 2)
    );
}

#[test]
fn binary_garbage_is_an_error_a_line_and_never_an_allow() {
    let mut state = 7_u32;
    let garbage: Vec<u8> = (0..200_000)
        .map(|_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 24) as u8
        })
        .collect();
    let ended = Folder::with_policy(GIT).feed(POLICY, &garbage);
    assert_eq!(ended.code, 2);
    let blank = |line: &&[u8]| line.iter().all(|byte| b" \t\r".contains(byte));
    let lines = garbage
        .split(|byte| *byte == b'\n')
        .filter(|line| !blank(line))
        .count();
    assert_eq!(answers(&ended).len(), lines);
    assert!(
        ended
            .out
            .lines()
            .all(|line| line.starts_with(r#"{"error":{"code":""#))
    );
}

#[test]
fn deep_and_truncated_requests_are_errors() {
    let deep = format!(
        "{{\"input\":{}{}}}",
        "[".repeat(100_000),
        "]".repeat(100_000)
    );
    let input = format!(
        "{deep}\n{{\"action\":\"Bash\n[]\n{{\"action\":\"\\ud800\"}}\n{}\n",
        bash("git status")
    );
    let ended = Folder::with_policy(GIT).feed(POLICY, input.as_bytes());
    assert_eq!(answers(&ended)[0], "too-deep");
    assert_eq!(
        answers(&ended)[2..],
        ["not-an-object", "lone-surrogate", "allow"]
    );
    assert_eq!(ended.code, 2);
}

#[test]
fn an_endless_line_is_refused_without_being_kept() {
    let folder = Folder::with_policy(GIT);
    let mut child = folder
        .doorward(POLICY)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let block = vec![b'x'; 1 << 20];
    for _ in 0..96 {
        stdin.write_all(&block).unwrap();
    }
    stdin
        .write_all(format!("\n{}\n", bash("git status")).as_bytes())
        .unwrap();
    let (mut first, mut second) = (String::new(), String::new());
    out.read_line(&mut first).unwrap();
    out.read_line(&mut second).unwrap();
    assert!(
        first.starts_with(r#"{"error":{"code":"too-large""#),
        "{first}"
    );
    assert!(second.starts_with(r#"{"effect":"allow""#), "{second}");
    if let Ok(status) = fs::read_to_string(format!("/proc/{}/status", child.id())) {
        let peak = status
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:"))
            .unwrap();
        let peak_kib: u64 = peak.trim().trim_end_matches(" kB").parse().unwrap();
        assert!(
            peak_kib < 64 << 10,
            "96 MiB were written, {peak_kib} KiB are too many to keep"
        );
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn a_request_of_exactly_the_limit_is_decided_and_one_byte_more_is_not() {
    let folder = Folder::with_policy(GIT);
    let limit = 16 << 20;
    let request = bash("git status");
    let padded = |length: usize| format!("{request}{}\n", " ".repeat(length - request.len()));
    let ended = folder.feed(
        POLICY,
        format!("{}{}", padded(limit), padded(limit + 1)).as_bytes(),
    );
    assert_eq!(answers(&ended), ["allow", "too-large"]);
}

#[test]
fn each_line_is_answered_before_the_next_is_waited_for() {
    let folder = Folder::with_policy(GIT);
    let mut child = folder
        .doorward(POLICY)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    for (command, effect) in [("git status", "allow"), ("git push", "deny"), ("ls", "ask")] {
        // The next request's beginning is already there, and still this one is answered.
        stdin
            .write_all(format!("{}\n ", bash(command)).as_bytes())
            .unwrap();
        let mut line = String::new();
        out.read_line(&mut line).unwrap();
        assert!(
            line.starts_with(&format!("{{\"effect\":\"{effect}\"")),
            "{line}"
        );
    }
    drop(stdin);
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn a_request_file_may_span_lines() {
    let folder = Folder::with_policy(GIT);
    folder.file(
        "work/r.json",
        "{\n  \"action\": \"Bash\",\n  \"input\": { \"command\": \"git push\" }\n}\n",
    );
    let ended = folder.run(["decide", "--policy", "p.toml", "--request-file", "r.json"]);
    assert_eq!((answers(&ended), ended.code), (vec!["deny".to_owned()], 0));
    let ended = folder.feed(
        ["decide", "--policy", "p.toml", "--request-file", "-"],
        b"{\n\"action\":\"Read\"}",
    );
    assert_eq!((answers(&ended), ended.code), (vec!["deny".to_owned()], 0));
    let ended = folder.run([
        "decide",
        "--policy",
        "p.toml",
        "--request-file",
        "gone.json",
    ]);
    assert_eq!((ended.code, ended.out.as_str()), (2, ""));
    assert!(
        ended.err.starts_with("error: cannot read `gone.json`: "),
        "{}",
        ended.err
    );
}

#[test]
fn the_effect_is_the_exit_code_when_asked_for() {
    let folder = Folder::with_policy(&GIT.replace("\"*\" = \"deny\"", "\"*\" = \"pass\""));
    let code = |commands: &[&str]| {
        let input: String = commands
            .iter()
            .map(|command| bash(command) + "\n")
            .collect();
        folder
            .feed(
                ["decide", "--policy", "p.toml", "--exit-code"],
                input.as_bytes(),
            )
            .code
    };
    assert_eq!(code(&["git status"]), 0);
    assert_eq!(code(&["ls"]), 10);
    assert_eq!(code(&["git push"]), 11);
    assert_eq!(code(&["git status", "git push", "ls"]), 11);
    let other = r#"{"action":"WebSearch","input":{"query":"x"}}"#;
    assert_eq!(
        folder
            .run(["decide", "--policy", "p.toml", "--exit-code", other])
            .code,
        12
    );
    let input = format!("{}\nnot json\n", bash("git push"));
    assert_eq!(
        folder
            .feed(
                ["decide", "--policy", "p.toml", "--exit-code"],
                input.as_bytes()
            )
            .code,
        2
    );
}

#[test]
fn nothing_is_decided_by_a_policy_that_does_not_load() {
    let folder = Folder::with_policy("doorward = 1\noops = 1\n");
    let ended = folder.feed(POLICY, bash("git status").as_bytes());
    assert_eq!((ended.code, ended.out.as_str()), (1, ""));
    assert!(
        ended.err.starts_with("error[unknown-key]: "),
        "{}",
        ended.err
    );
    assert!(
        ended
            .err
            .ends_with("error: the policy does not load: 1 error\n"),
        "{}",
        ended.err
    );
}

#[test]
fn without_any_policy_nothing_is_decided() {
    let ended = Folder::new().feed(["decide"], bash("git status").as_bytes());
    assert_eq!((ended.code, ended.out.as_str()), (2, ""));
    assert!(
        ended
            .err
            .starts_with("error: no policy was found for this directory\nhelp: "),
        "{}",
        ended.err
    );
}

#[test]
fn the_policy_in_force_here_is_found() {
    let folder = Folder::new();
    folder.file("config/doorward/git.toml", GIT);
    let strict = "doorward = 1\n[[rule]]\nname = \"no-log\"\neffect = \"deny\"\nwhen.command = \"git log\"\n";
    folder.file("work/.doorward/team.toml", strict);
    let input = format!("{}\n{}\n", bash("git status"), bash("git log"));
    let ended = folder.feed(["decide"], input.as_bytes());
    assert_eq!(answers(&ended), ["allow", "deny"]);
    let origin = folder
        .path()
        .join("work/.doorward/team.toml")
        .display()
        .to_string();
    assert!(
        ended.out.contains(&format!(
            r#""rule":"project/no-log","layer":"project","origin":"{origin}:2""#
        )),
        "{}",
        ended.out
    );
}

#[test]
fn the_home_directory_stands_in_for_a_config_directory_that_is_not_absolute() {
    let folder = Folder::new();
    folder.file("home/.config/doorward/git.toml", GIT);
    let mut command = folder.doorward(["decide", &bash("git status")]);
    let ended = Ended::from(
        command
            .env("XDG_CONFIG_HOME", "config")
            .stdin(Stdio::null())
            .output()
            .unwrap(),
    );
    assert_eq!(answers(&ended), ["allow"]);
}

#[test]
fn several_policies_make_one() {
    let folder = Folder::with_policy(GIT);
    let no_log = "doorward = 1\n[[rule]]\nname = \"no-log\"\neffect = \"deny\"\nwhen.command = \"git log\"\n";
    folder.file("work/more/a.toml", no_log);
    folder.file(
        "work/theirs.toml",
        no_log
            .replace("no-log", "no-status")
            .replace("git log", "git status"),
    );
    let input = format!("{}\n{}\n", bash("git status"), bash("git log"));
    let ended = folder.feed(
        [
            "decide",
            "--policy",
            "p.toml",
            "--policy",
            "managed=more",
            "--policy",
            "project=theirs.toml",
        ],
        input.as_bytes(),
    );
    assert_eq!(answers(&ended), ["deny", "deny"]);
    assert!(
        ended
            .out
            .contains(r#""layer":"managed","origin":"more/a.toml:2""#),
        "{}",
        ended.out
    );
    assert!(
        ended
            .out
            .contains(r#""rule":"project/no-status","layer":"project""#),
        "{}",
        ended.out
    );
}

#[test]
fn a_reader_that_goes_away_ends_the_command_quietly() {
    let folder = Folder::with_policy(GIT);
    let mut child = folder
        .doorward(POLICY)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    stdin
        .write_all(format!("{}\n", bash("git push")).as_bytes())
        .unwrap();
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    drop(out);
    let writer = thread::spawn(move || {
        // Until the command is gone.
        while stdin
            .write_all(format!("{}\n", bash("git push")).as_bytes())
            .is_ok()
        {}
    });
    let mut err = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut err)
        .unwrap();
    assert_eq!((child.wait().unwrap().code(), err.as_str()), (Some(0), ""));
    writer.join().unwrap();
}

#[cfg(target_os = "linux")]
#[test]
fn answers_that_cannot_be_written_are_an_error() {
    let folder = Folder::with_policy(GIT);
    let full = fs::OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .unwrap();
    let mut command = folder.doorward(["decide", "--policy", "p.toml", &bash("git status")]);
    let output = command.stdin(Stdio::null()).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(
        String::from_utf8(output.stderr)
            .unwrap()
            .starts_with("error: cannot write: ")
    );
}
