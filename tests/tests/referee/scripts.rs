//! I7 to I12 on generated scripts, each of which runs once for all of them.

use super::compound::i8;
use super::invariants::{i7, i9, i10, i11, i12};
use super::places::{Places, each, referee, run};
use super::report::Report;
use super::{say, scripts, seeds};
use doorward::Effect;
use doorward_tests::referee::Run;
use doorward_tests::referee::judge::{self, effect};
use doorward_tests::referee::script::{Piece, Style, compose};
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

/// What a run of all scripts found; `None` where there are no namespaces.
fn report() -> Option<&'static Report> {
    static REPORT: OnceLock<Option<Report>> = OnceLock::new();
    REPORT.get_or_init(run_all).as_ref()
}

/// The numbers of a run.
#[derive(Default)]
struct Statistics {
    ran: u64,
    executing: u64,
    hits: u64,
    writing: u64,
    timed_out: u64,
    /// How scripts that do what they are made for are answered when that is denied.
    answers: BTreeMap<&'static str, u64>,
}

fn run_all() -> Option<Report> {
    let (started, report) = (Instant::now(), Report::default());
    let statistics = Mutex::new(Statistics::default());
    let seeds = seeds(scripts());
    let count = seeds.end - seeds.start;
    let there = each(seeds, |places, seed| {
        let (piece, real) = compose::script(seed);
        let script = piece.write(Style::FULL);
        let run = places.run(real, &script);
        let hit = runs_payload(&run) || !run.written.is_empty();
        {
            let mut all = statistics.lock().expect("no panic here");
            all.ran += 1;
            all.executing += u64::from(!run.executed.is_empty());
            all.writing += u64::from(!run.written.is_empty());
            all.timed_out += u64::from(run.timed_out);
            all.hits += u64::from(hit);
        }
        if hit {
            let answer = effect(payloads_denied(), &script).as_str();
            let mut all = statistics.lock().expect("no panic here");
            *all.answers.entry(answer).or_default() += 1;
            drop(all);
            if answer == Effect::Allow.as_str() {
                let what =
                    format!("seed {seed}: it does what is denied and is allowed\n{script:?}");
                report.note("I11 and I12", what);
            }
        }
        let made = (seed, &piece);
        if i11(&script, &run).is_some() {
            report.check("I11", places, made, &|places, piece| {
                confirmed(places, piece, real, &|script, run| i11(script, run))
            });
        }
        if i12(&script, &run, real).is_some() {
            report.check("I12", places, made, &|places, piece| {
                confirmed(places, piece, real, &|script, run| i12(script, run, real))
            });
        }
        report.check("I7", places, made, &|places, piece| {
            i7(places, piece, real, seed)
        });
        report.check("I10", places, made, &|places, piece| {
            i10(places, piece, real, seed)
        });
        if let Some(what) = i8(seed) {
            report.note("I8", format!("seed {seed}: {what}"));
        }
        if let Some(what) = i9(seed) {
            report.note("I9", format!("seed {seed}: {what}"));
        }
    });
    if !there {
        return None;
    }
    let version = referee().map(|mut place| run(&mut place, "echo \"$BASH_VERSION\" >&2").messages);
    let version = version.unwrap_or_default();
    let all = statistics.into_inner().expect("no panic here");
    let seconds = started.elapsed().as_secs_f64();
    say(&format!(
        "{} scripts ran in {seconds:.1} s under bash {}: {} executed programs, {} wrote files, {} did what a deny forbids, answered {:?}; {} ran out of time",
        all.ran,
        version.trim(),
        all.executing,
        all.writing,
        all.hits,
        all.answers,
        all.timed_out,
    ));
    assert_eq!(all.ran, count, "every script runs");
    assert!(
        all.hits * 10 > all.ran * 7,
        "too few scripts do what they are made for: {} of {}",
        all.hits,
        all.ran
    );
    Some(report)
}

/// Denies every payload and every write below the home directory, and allows everything else.
fn payloads_denied() -> &'static doorward::Policy {
    static POLICY: OnceLock<doorward::Policy> = OnceLock::new();
    POLICY.get_or_init(|| {
        judge::policy(&format!(
            "{}{}[[rule]]\nname = \"kept\"\neffect = \"deny\"\nwhen.op = [\"file.write\", \"file.delete\"]\nwhen.path = [\"~/\", \"/tmp\"]\n",
            judge::ALLOW,
            judge::rule("no", Effect::Deny, &["rm", "git push", "curl"]),
        ))
    })
}

/// A check for shrinking: without padding if it fails so too.
fn confirmed(
    places: &mut Places,
    piece: &Piece,
    real: bool,
    check: &dyn Fn(&str, &Run) -> Option<String>,
) -> Option<String> {
    [false, true].into_iter().find_map(|padding| {
        let script = piece.write(Style {
            padding,
            ..Style::FULL
        });
        let run = places.run(real, &script);
        check(&script, &run)
    })
}

/// The payload's programs that a script can execute.
pub(super) fn runs_payload(run: &Run) -> bool {
    run.executed.iter().any(|one| match one.name() {
        "rm" | "curl" => true,
        "git" => one.argv.get(1).is_some_and(|word| word == b"push"),
        _ => false,
    })
}

#[test]
fn i7_padding_never_raises() {
    report().inspect(|report| report.assert("I7"));
}

#[test]
fn i8_a_compound_is_the_strictest_of_its_parts() {
    report().inspect(|report| report.assert("I8"));
}

#[test]
fn i9_a_wrapper_never_raises() {
    report().inspect(|report| report.assert("I9"));
}

#[test]
fn i10_respelling_never_raises() {
    report().inspect(|report| report.assert("I10"));
}

#[test]
fn i11_and_i12_no_script_that_does_what_is_denied_is_allowed() {
    report().inspect(|report| report.assert("I11 and I12"));
}

#[test]
fn i11_what_bash_executes_is_a_subset_of_the_leaves() {
    report().inspect(|report| report.assert("I11"));
}

#[test]
fn i12_what_is_opened_for_writing_is_a_subset_of_the_write_leaves() {
    report().inspect(|report| report.assert("I12"));
}

#[test]
fn reading_words_alone_misses_many_scripts() {
    let Some(mut referee) = referee() else { return };
    let (mut executing, mut missed) = (0, 0);
    for seed in 0..300 {
        let script = compose::attack(seed).write(Style::FULL);
        if run(&mut referee, &script).executes("rm") {
            let splits = |c: char| c.is_whitespace() || ";&|(){}".contains(c);
            executing += 1;
            missed += usize::from(!script.split(splits).any(|word| word == "rm"));
        }
    }
    say(&format!(
        "a reader that only splits words misses {missed} of {executing} scripts that run rm"
    ));
    assert!(missed * 4 > executing, "the scripts are too easy");
}
