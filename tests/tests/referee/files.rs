//! I11 and I12 on scripts from files: those that are kept here, written by hand to be nasty, and those that somebody brings.

use super::invariants::{i11, i12};
use super::places::each;
use super::report::Report;
use super::{number, say};
use doorward_tests::referee::judge;
use std::sync::atomic::{AtomicU64, Ordering};

/// Runs scripts and checks each; `real` where some programs are the real ones.
fn check(what: &str, scripts: &[&str], real: bool) {
    let policy = std::env::var("DOORWARD_REFEREE_POLICY").ok();
    let policy =
        policy.map(|path| judge::policy(&std::fs::read_to_string(path).expect("a policy")));
    let report = Report::default();
    let [executing, writing, timed_out] = [const { AtomicU64::new(0) }; 3];
    let there = each(0..scripts.len() as u64, |places, index| {
        let index = usize::try_from(index).expect("an index");
        let script = scripts.get(index).expect("within the list");
        let run = places.run(real, script);
        if let Some(policy) = &policy {
            let said = policy.decide(&judge::request(script));
            say(&format!("{script:?}\n{}", said.to_json()));
        }
        executing.fetch_add(u64::from(!run.executed.is_empty()), Ordering::Relaxed);
        writing.fetch_add(u64::from(!run.written.is_empty()), Ordering::Relaxed);
        timed_out.fetch_add(u64::from(run.timed_out), Ordering::Relaxed);
        let wrong = [i11(script, &run), i12(script, &run, real)];
        for wrong in wrong.into_iter().flatten() {
            report.note("I11 and I12", wrong);
        }
    });
    if !there {
        return;
    }
    say(&format!(
        "of {} scripts of {what} {} executed programs, {} wrote files, {} ran out of time",
        scripts.len(),
        executing.into_inner(),
        writing.into_inner(),
        timed_out.into_inner()
    ));
    report.assert("I11 and I12");
}

/// The scripts of a text, parted by lines of `%%`.
fn parted(text: &str) -> Vec<&str> {
    text.trim_end_matches('\n').split("\n%%\n").collect()
}

#[test]
fn kept_scripts_of_the_shell() {
    let scripts = parted(include_str!("../../scripts/shell.txt"));
    assert!(scripts.len() > 1_000);
    check("the shell", &scripts, false);
}

#[test]
fn kept_scripts_of_programs() {
    let scripts = parted(include_str!("../../scripts/programs.txt"));
    assert!(scripts.len() > 200);
    check("programs", &scripts, true);
}

/// Scripts that somebody else composed, parted by NUL characters.
#[test]
fn scripts_of_a_file() {
    let Ok(path) = std::env::var("DOORWARD_REFEREE_FILE") else {
        return;
    };
    let text = std::fs::read_to_string(path).expect("a file of scripts");
    let scripts: Vec<&str> = text.split('\0').filter(|one| !one.is_empty()).collect();
    check("a file", &scripts, number("DOORWARD_REFEREE_REAL", 0) != 0);
}
