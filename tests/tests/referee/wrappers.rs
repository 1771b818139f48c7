//! I11 with real wrappers: what they execute, by whatever option, is among the leaves.

use super::places::{referee_with, run};
use super::say;
use doorward::Effect;
use doorward_tests::referee::Referee;
use doorward_tests::referee::judge::{self, effect, strictness};
use doorward_tests::referee::wrappers::{Form, REAL, TARGET, Wrapper};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

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
    let text = include_str!("../../../core/data/programs.toml");
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
