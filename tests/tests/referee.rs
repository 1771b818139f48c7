//! The reader of commands against what bash really executes: I7, I8, I10 and I11 of the design's section 10 on generated scripts.
//!
//! Scripts run in the referee's place (`doorward_tests::referee`); where the system has no namespaces for it, one line says so and what needs
//! them passes. A failure prints its seed, the script, and the smallest tree that still fails.
//!
//! A long run: `DOORWARD_REFEREE_SCRIPTS=100000 cargo test -p doorward-tests --test referee`.
//! Other scripts: `DOORWARD_REFEREE_SEED=1000000`, the first seed.

#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

use doorward::Effect;
use doorward_tests::referee::disguises::{CONTROLS, Case, DISGUISES};
use doorward_tests::referee::judge::{self, effect, strictness};
use doorward_tests::referee::known::KNOWN;
use doorward_tests::referee::script::{Piece, Spelling, Style, compose, shrink::shrink};
use doorward_tests::referee::wrappers::{Form, REAL, TARGET, Wrapper};
use doorward_tests::referee::{Executed, Referee, Run};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Instant;

/// How many scripts run when nothing else is asked for.
const SCRIPTS: u64 = 2_400;

/// Writes one line past the test harness, which keeps what passing tests print.
fn say(line: &str) {
    let _ = writeln!(std::io::stderr(), "referee: {line}");
}

/// A place to run scripts in; `None` where there are no namespaces.
fn referee() -> Option<Referee> {
    referee_with(&[])
}

/// A place with real programs before the stubs.
fn referee_with(real: &[&str]) -> Option<Referee> {
    static SAID: OnceLock<()> = OnceLock::new();
    let launcher = Path::new(env!("CARGO_BIN_EXE_launcher"));
    match Referee::start_with(launcher, Path::new(env!("CARGO_BIN_EXE_stub")), real) {
        Ok(referee) => Some(referee),
        Err(error) if error.kind() == ErrorKind::Unsupported => {
            SAID.get_or_init(|| say(&format!("no namespaces here, 0 scripts ran ({error})")));
            None
        }
        Err(error) => panic!("the referee does not start: {error}"),
    }
}

/// Runs a script; again when a program that goes on behind it was still writing its log.
fn run(referee: &mut Referee, script: &str) -> Run {
    let mut ran = referee.run(script);
    for _ in 0..2 {
        if matches!(&ran, Err(error) if error.kind() == ErrorKind::InvalidData) {
            ran = referee.run(script);
        }
    }
    ran.unwrap_or_else(|error| panic!("{error}: {script}"))
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// Calls `work` for every seed, on as many threads as the machine has, each with its own place. False where there is none.
fn each_seed(count: u64, work: impl Fn(&mut Referee, u64) + Sync) -> bool {
    let first = number("DOORWARD_REFEREE_SEED", 0);
    let threads = std::thread::available_parallelism().map_or(1, |n| n.get() as u64);
    let done: Vec<bool> = std::thread::scope(|scope| {
        let work = &work;
        let workers: Vec<_> = (0..threads)
            .map(|thread| {
                scope.spawn(move || {
                    let Some(mut referee) = referee() else {
                        return false;
                    };
                    (first..first + count)
                        .filter(|seed| seed % threads == thread)
                        .for_each(|seed| work(&mut referee, seed));
                    true
                })
            })
            .collect();
        workers
            .into_iter()
            .map(|worker| worker.join().expect("a worker"))
            .collect()
    });
    done.into_iter().all(|there| there)
}

/// What a check found wrong with a tree; `None` when all is well.
type Check<'a> = dyn Fn(&mut Referee, &Piece) -> Option<String> + Sync + 'a;

/// Failures, shrunk, and the numbers of a run.
#[derive(Default)]
struct Report {
    failures: Mutex<Vec<String>>,
}

impl Report {
    fn check(&self, referee: &mut Referee, seed: u64, piece: &Piece, check: &Check<'_>) {
        let Some(what) = check(referee, piece) else {
            return;
        };
        let mut failures = self.failures.lock().expect("no failure while failing");
        if failures.len() >= 5 {
            failures.push(String::new());
            return;
        }
        let mut last = what.clone();
        shrink(piece, 200, &mut |smaller| match check(referee, smaller) {
            Some(what) => {
                last = what;
                true
            }
            None => false,
        });
        failures.push(format!("seed {seed}: {what}\n--- shrunk: {last}"));
    }

    fn finish(self, what: &str) {
        let failures = self
            .failures
            .into_inner()
            .expect("no failure while failing");
        let shown: Vec<_> = failures
            .iter()
            .filter(|text| !text.is_empty())
            .cloned()
            .collect();
        assert!(
            failures.is_empty(),
            "{what}: {} failures\n\n{}",
            failures.len(),
            shown.join("\n\n")
        );
    }
}

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
    let again = self::run(&mut referee, "while read -r l; do rm $l; done < notes.txt");
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

/// Programs that may run without an allow: filters that only turn standard input into standard output.
const NEUTRAL: &[&str] = &[
    "cat", "head", "tail", "grep", "sort", "uniq", "cut", "tr", "wc", "jq",
];

/// I11: what bash executes is a subset of the leaves.
fn executed_is_subset_of_leaves(script: &str, run: &Run) -> Option<String> {
    let names: BTreeSet<&str> = run.executed.iter().map(Executed::name).collect();
    for name in names {
        let effect = effect(&judge::denying(name), script);
        if strictness(effect) < strictness(Effect::Ask) {
            return Some(format!(
                "I11: bash executes `{name}`, which a rule denies; the answer is {effect}\n{script:?}"
            ));
        }
    }
    let argvs: BTreeSet<Vec<String>> = run.executed.iter().map(Executed::words).collect();
    for one in argvs.iter().filter(|words| {
        !words
            .first()
            .is_some_and(|name| NEUTRAL.contains(&name.as_str()))
    }) {
        let others: Vec<_> = argvs
            .iter()
            .filter(|words| tail(words) != tail(one))
            .cloned()
            .collect();
        // Words that no command text can express are allowed by no rule; that makes the policy stricter only.
        let policy = judge::allow_exactly(&others).or_else(|| judge::allow_exactly(&[]))?;
        if effect(&policy, script) == Effect::Allow {
            return Some(format!(
                "I11: bash executes {one:?}, which no rule allows; the answer is allow\n{script:?}"
            ));
        }
    }
    None
}

/// The words, the program without its folder.
fn tail(words: &[String]) -> (&str, &[String]) {
    let (program, rest) = words
        .split_first()
        .map_or(("", words), |(first, rest)| (first.as_str(), rest));
    (program.rsplit('/').next().unwrap_or(program), rest)
}

/// I11 for shrinking: without padding if that fails too.
fn check_i11(referee: &mut Referee, piece: &Piece) -> Option<String> {
    [false, true].into_iter().find_map(|padding| {
        let script = piece.write(Style {
            padding,
            ..Style::FULL
        });
        let run = run(referee, &script);
        executed_is_subset_of_leaves(&script, &run)
    })
}

/// I7 and I10: `changed` is never judged less strictly than `simple`, when bash executes the same for both.
fn never_raises(
    referee: &mut Referee,
    invariant: &str,
    simple: &str,
    changed: &str,
) -> Option<String> {
    for (index, policy) in various().iter().enumerate() {
        let before = effect(policy, simple);
        let after = effect(policy, changed);
        // A script that changes nothing needs no allow beside another command, and alone gets the default.
        if strictness(after) < strictness(before) && !changes_nothing(simple) {
            let sorted = |run: Run| {
                let mut argvs: Vec<_> = run.executed.iter().map(Executed::words).collect();
                argvs.sort();
                argvs
            };
            if sorted(run(referee, simple)) != sorted(run(referee, changed)) {
                return None;
            }
            return Some(format!(
                "{invariant}, policy {index}: {before} for {simple:?}\nbut {after} for {changed:?}"
            ));
        }
    }
    None
}

fn various() -> &'static [doorward::Policy] {
    static POLICIES: OnceLock<Vec<doorward::Policy>> = OnceLock::new();
    POLICIES.get_or_init(judge::various)
}

fn check_i7(referee: &mut Referee, piece: &Piece) -> Option<String> {
    let bare = Style {
        padding: false,
        ..Style::FULL
    };
    never_raises(referee, "I7", &piece.write(bare), &piece.write(Style::FULL))
}

fn check_i10(referee: &mut Referee, piece: &Piece) -> Option<String> {
    let exact = Style {
        spelling: Spelling::Exact,
        padding: false,
    };
    never_raises(
        referee,
        "I10",
        &piece.write(Style::PLAIN),
        &piece.write(exact),
    )
}

/// The payload's programs that a script can execute.
fn runs_payload(run: &Run) -> bool {
    run.executed.iter().any(|one| match one.name() {
        "rm" | "curl" => true,
        "git" => one.argv.get(1).is_some_and(|word| word == b"push"),
        _ => false,
    })
}

#[test]
fn what_bash_executes_is_a_subset_of_the_leaves() {
    let count = number("DOORWARD_REFEREE_SCRIPTS", SCRIPTS) * 5 / 6;
    let (started, report) = (Instant::now(), Report::default());
    let hits = Mutex::new((0_u64, 0_u64));
    let there = each_seed(count, |referee, seed| {
        let piece = compose::attack(seed);
        let script = piece.write(Style::FULL);
        let run = run(referee, &script);
        {
            let mut hits = hits.lock().expect("no panic here");
            hits.0 += 1;
            hits.1 += u64::from(runs_payload(&run));
        }
        if executed_is_subset_of_leaves(&script, &run).is_some() {
            report.check(referee, seed, &piece, &check_i11);
        }
        report.check(referee, seed, &piece, &check_i7);
        report.check(referee, seed, &piece, &check_i10);
    });
    if !there {
        return;
    }
    let version = referee().map(|mut place| run(&mut place, "echo \"$BASH_VERSION\" >&2").messages);
    let version = version.unwrap_or_default();
    let (ran, hit) = hits.into_inner().expect("no panic here");
    let seconds = started.elapsed().as_secs_f64();
    say(&format!(
        "{ran} scripts ran in {seconds:.1} s under bash {}, {hit} of them executed their payload",
        version.trim()
    ));
    assert_eq!(ran, count, "every script runs");
    assert!(
        hit * 10 > ran * 8,
        "too few scripts execute their payload: {hit} of {ran}"
    );
    report.finish("I7, I10, I11");
}

/// The lines, by their places in the list, whose payload the real wrappers execute.
fn payloads_executed(referee: &mut Referee, lines: &[String]) -> BTreeSet<usize> {
    let script =
        |(index, line): (usize, &String)| line.replace(TARGET, &format!("{TARGET}{index}"));
    let all: Vec<String> = lines.iter().enumerate().map(script).collect();
    let mut runs = vec![run(referee, &all.join("\n"))];
    // Killed itself, bash has not come to the end of the lines; what a line has left behind does no harm.
    if runs.iter().any(|run| run.timed_out && run.status >= 256) {
        runs = all.iter().map(|line| run(referee, line)).collect();
    }
    let executed: BTreeSet<String> = (runs.iter())
        .flat_map(|run| &run.executed)
        .filter(|one| one.name() == "rm")
        .filter_map(|one| one.words().into_iter().nth(1))
        .collect();
    (0..lines.len())
        .filter(|index| executed.contains(&format!("{TARGET}{index}")))
        .collect()
}

/// I11 with real wrappers: what they execute, by whatever option, is among the leaves.
#[test]
fn what_real_wrappers_execute_is_a_subset_of_the_leaves() {
    let names: Vec<&str> = REAL.iter().map(|wrapper| wrapper.name).collect();
    let Some(mut place) = referee_with(&names) else {
        return;
    };
    let listed = run(
        &mut place,
        "for f in /usr/local/bin/*; do echo ${f##*/} >&2; done",
    )
    .messages;
    let (present, missing): (Vec<&Wrapper>, Vec<&Wrapper>) =
        (REAL.iter()).partition(|wrapper| listed.lines().any(|name| name == wrapper.name));
    let text = include_str!("../../core/data/programs.toml");
    let table: toml::Table = text.parse().expect("TOML");
    let mut forms: Vec<_> = (present.iter())
        .flat_map(|wrapper| wrapper.forms(&table))
        .collect();
    for outer in &present {
        let within = |inner: &&Wrapper| outer.plain(&inner.plain(&format!("rm {TARGET}")));
        forms.push(Form {
            wrapper: outer.name,
            option: "around another".to_owned(),
            lines: present.iter().map(within).collect(),
        });
    }
    let (started, next) = (Instant::now(), AtomicUsize::new(0));
    let done = Mutex::new((BTreeMap::<&str, usize>::new(), 0, 0, BTreeSet::new()));
    let deny = judge::policy(&format!(
        "{}{}",
        judge::ALLOW,
        judge::rule("no", Effect::Deny, &[&format!("rm {TARGET}")])
    ));
    std::thread::scope(|scope| {
        for _ in 0..std::thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(|| {
                let mut place = referee_with(&names).expect("there was one before");
                while let Some(form) = forms.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let executed = payloads_executed(&mut place, &form.lines);
                    let mut done = done.lock().expect("no panic here");
                    *done.0.entry(form.wrapper).or_default() += usize::from(!executed.is_empty());
                    for line in executed.iter().filter_map(|index| form.lines.get(*index)) {
                        let effect = effect(&deny, line);
                        done.1 += 1;
                        done.2 += usize::from(effect == Effect::Deny);
                        if strictness(effect) < strictness(Effect::Ask) {
                            done.3.insert(format!(
                                "{}, {}: {effect} for {line}",
                                form.wrapper, form.option
                            ));
                        }
                    }
                }
            });
        }
    });
    let (by_wrapper, lines, denied, missed) = done.into_inner().expect("no panic here");
    let executed: usize = by_wrapper.values().sum();
    let missing: Vec<&str> = missing.iter().map(|wrapper| wrapper.name).collect();
    say(&format!(
        "{} forms of {} wrappers ran in {:.1} s, {executed} executed their payload, in {lines} lines, {denied} of them denied and the rest asked; not installed: {missing:?}",
        forms.len(),
        present.len(),
        started.elapsed().as_secs_f64()
    ));
    let idle: Vec<_> = by_wrapper
        .iter()
        .filter(|(_, count)| **count == 0)
        .collect();
    assert!(idle.is_empty(), "no form executes its payload: {idle:?}");
    let shown: Vec<_> = missed.iter().take(20).cloned().collect();
    assert!(
        missed.is_empty(),
        "I11: {} lines\n{}",
        missed.len(),
        shown.join("\n")
    );
}

/// I7 past the limit of nesting: what lies too deep is not read, so it is never allowed.
#[test]
fn depth_past_the_limit_never_allows() {
    let policy = judge::denying("rm");
    let nests = [
        ("{ ", ";}"),
        ("( ", ")"),
        (": $( ", ")"),
        (": \"$( ", ")\""),
        ("cat <( ", ")"),
        (": ${v:-$( ", ")}"),
        (": $(( y[$( ", ")] ))"),
        ("if :; then ", "; fi"),
        ("case a in a) ", ";; esac"),
        ("f() { ", "; }; f"),
    ];
    for (before, after) in nests {
        for depth in [1, 8, 63, 64, 65, 100, 1_000, 5_000] {
            let script = format!("{}rm x{}", before.repeat(depth), after.repeat(depth));
            let effect = effect(&policy, &script);
            assert!(
                strictness(effect) >= strictness(Effect::Ask),
                "{effect} for {depth} times {before:?}"
            );
        }
    }
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

#[test]
fn words_that_are_only_data_are_allowed() {
    let count = number("DOORWARD_REFEREE_SCRIPTS", SCRIPTS) / 6;
    let deny = judge::policy(&format!(
        "{}{}",
        judge::ALLOW,
        judge::rule("no", Effect::Deny, &["rm", "git push", "curl"])
    ));
    // Per kind: how many there are, how many are allowed; and those plain ones that are not.
    let found = Mutex::new(([(0_u64, 0_u64); 2], Vec::new()));
    let there = each_seed(count, |referee, seed| {
        let plain = seed % 2 == 0;
        let script = compose::control(seed, plain).write(Style::FULL);
        let run = run(referee, &script);
        if runs_payload(&run) {
            // Quoting may be lost on the way in; such a script is no control.
            assert!(
                !plain,
                "a plain control executes the payload: seed {seed}\n{script}"
            );
            return;
        }
        let allowed = effect(&deny, &script) == Effect::Allow;
        let mut found = found.lock().expect("no panic here");
        let kind = &mut found.0[usize::from(!plain)];
        kind.0 += 1;
        kind.1 += u64::from(allowed);
        if plain && !allowed {
            found.1.push(format!("seed {seed}: {script:?}"));
        }
    });
    if !there {
        return;
    }
    let ([plain, other], refused) = found.into_inner().expect("no panic here");
    say(&format!(
        "honest controls allowed: {} of {} without expansions, {} of {} with",
        plain.1, plain.0, other.1, other.0
    ));
    assert!(plain.0 + other.0 >= count * 95 / 100, "too few controls");
    let shown: Vec<_> = refused.iter().take(5).cloned().collect();
    assert!(
        refused.is_empty(),
        "{} honest controls refused\n{}",
        refused.len(),
        shown.join("\n")
    );
}

#[test]
fn a_compound_is_the_strictest_of_its_parts() {
    let count = number("DOORWARD_REFEREE_SCRIPTS", SCRIPTS) / 4;
    let mut failures = Vec::new();
    for seed in 0..count {
        let (one, two) = compose::two_stateless(seed);
        let (one, two) = (one.write(Style::PLAIN), two.write(Style::PLAIN));
        let (left, right) = (grouped(&one), grouped(&two));
        for operator in ["&&", "||", "|", "&", ";", "\n"] {
            let both = format!("{left} {operator} {right}");
            for (index, policy) in various().iter().enumerate() {
                let effect = |script: &str| effect(policy, script);
                let parts = strictness(effect(&one)).max(strictness(effect(&two)));
                let whole = strictness(effect(&both));
                // What is nothing but neutral commands is judged in full alone, and not beside others.
                let least = match (changes_nothing(&one), changes_nothing(&two)) {
                    (true, false) => strictness(effect(&two)),
                    (false, true) => strictness(effect(&one)),
                    _ => parts,
                };
                // Arithmetic may assign names that reach what follows.
                let most = if both.contains("((") { u8::MAX } else { parts };
                if !(least..=most).contains(&whole) {
                    failures.push(format!(
                        "I8, seed {seed}, policy {index}: {} for {one:?}, {} for {two:?}, {} for {both:?}",
                        effect(&one), effect(&two), effect(&both)
                    ));
                }
            }
        }
    }
    let shown: Vec<_> = failures.iter().take(5).cloned().collect();
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        shown.join("\n")
    );
}

/// Whether a script is nothing but neutral commands: beside an allowed command it needs no allow.
fn changes_nothing(script: &str) -> bool {
    let policy = "doorward = 1\n[[rule]]\nname = 'one'\neffect = 'allow'\nwhen.command = 'xyzzy'\n";
    let policy = doorward::Policy::from_toml(policy).expect("a policy");
    effect(&policy, &format!("xyzzy\n{}", grouped(script))) == Effect::Allow
}

fn grouped(script: &str) -> String {
    format!("{{ {script}\n}}")
}

#[test]
fn a_syntax_error_is_never_an_allow() {
    let count = number("DOORWARD_REFEREE_SCRIPTS", SCRIPTS) / 4;
    let policy = judge::everything_by_rule();
    let found = Mutex::new((0_u64, 0_u64, Vec::new()));
    let there = each_seed(count, |referee, seed| {
        let script = compose::broken(seed);
        let complaint = referee.syntax_error(&script).expect("the launcher");
        let effect = effect(&policy, &script);
        let mut found = found.lock().expect("no panic here");
        match complaint {
            Some(complaint) => {
                found.0 += 1;
                if effect == Effect::Allow {
                    found
                        .2
                        .push(format!("seed {seed}: {script:?}\n{complaint}"));
                }
            }
            None => found.1 += 1,
        }
    });
    if !there {
        return;
    }
    let (broken, whole, allowed) = found.into_inner().expect("no panic here");
    say(&format!(
        "{broken} scripts with a syntax error, {whole} damaged ones without"
    ));
    assert!(broken * 3 > count, "too few syntax errors");
    let shown: Vec<_> = allowed.iter().take(8).cloned().collect();
    assert!(
        allowed.is_empty(),
        "{} allowed\n{}",
        allowed.len(),
        shown.join("\n")
    );
}
