//! The hand-written tables: scripts that run `rm` in disguise, and honest ones that only look like it.

use super::places::{referee, run};
use super::say;
use doorward::Effect;
use doorward_tests::referee::disguises::{CONTROLS, Case, DISGUISES};
use doorward_tests::referee::judge::{self, effect, strictness};

#[test]
fn disguises_run_rm_and_controls_do_not() {
    let Some(mut referee) = referee() else { return };
    for case in DISGUISES {
        let run = run(&mut referee, case.script);
        assert!(
            run.executes("rm") && !run.timed_out,
            "{case:?}\n{}",
            run.messages
        );
    }
    for case in CONTROLS {
        let run = run(&mut referee, case.script);
        assert!(!run.executes("rm") && !run.timed_out, "{case:?}");
        assert_eq!(
            referee.syntax_error(case.script).expect("the launcher"),
            None,
            "{case:?}"
        );
    }
}

#[test]
fn no_disguise_is_allowed() {
    let policy = judge::denying("rm");
    let missed: Vec<_> = (DISGUISES.iter())
        .filter(|case| strictness(effect(&policy, case.script)) < strictness(Effect::Ask))
        .collect();
    let count = |cases: &[Case], wanted| {
        (cases.iter())
            .filter(|case| effect(&policy, case.script) == wanted)
            .count()
    };
    let denied = count(DISGUISES, Effect::Deny);
    let allowed = count(CONTROLS, Effect::Allow);
    say(&format!(
        "of {} disguises {denied} denied, {} asked, {} missed; {allowed} of {} honest controls allowed",
        DISGUISES.len(),
        DISGUISES.len() - denied - missed.len(),
        missed.len(),
        CONTROLS.len()
    ));
    assert!(missed.is_empty(), "{missed:#?}");
}
