//! The referee's own test: what bash executes and writes for scripts that everyone can check by hand.

use super::places::{referee, run};
use doorward_tests::referee::Executed;
use doorward_tests::referee::known::KNOWN;
use std::time::Instant;

#[test]
fn the_referee_tells_what_bash_executes() {
    let Some(mut referee) = referee() else { return };
    for (script, expected) in KNOWN {
        let run = run(&mut referee, script);
        let mut argvs: Vec<_> = run.executed.iter().map(Executed::words).collect();
        argvs.sort();
        assert_eq!(argvs, *expected, "{script}\n{}", run.messages);
        assert!(!run.timed_out, "{script}");
    }
}

#[test]
fn the_referee_tells_where_and_what_changed() {
    let Some(mut referee) = referee() else { return };
    let run = run(
        &mut referee,
        "cd build && ~/bin/rm x > log; mkdir y; echo z >> ../notes.txt; > /usr/bin/rm",
    );
    assert_eq!(run.executed[0].program, "/home/user/bin/rm");
    assert_eq!(run.executed[0].directory, "/home/user/project/build");
    assert_eq!(run.executed[1].program, "/usr/bin/mkdir");
    assert_eq!(
        run.changed,
        [
            "/home/user/project/build/log",
            "/home/user/project/notes.txt"
        ]
    );
    let again = super::places::run(&mut referee, "while read -r l; do rm $l; done < notes.txt");
    assert_eq!(again.executed.len(), 2, "the folder is as it was");
}

#[test]
fn a_script_that_does_not_end_is_ended() {
    let Some(mut referee) = referee() else { return };
    let started = Instant::now();
    for script in ["rm x; while :; do :; done", "rm x; (while :; do :; done) &"] {
        let run = run(&mut referee, script);
        assert!(run.timed_out && run.executes("rm"), "{script}: {run:?}");
    }
    assert!(!run(&mut referee, "ls").timed_out);
    assert!(started.elapsed().as_secs() < 20);
}
