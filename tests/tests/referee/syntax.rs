//! A script that bash refuses is never allowed, and neither is one that is too deep to be read.

use super::places::each;
use super::{say, scripts, seeds};
use doorward::Effect;
use doorward_tests::referee::judge::{self, effect, strictness};
use doorward_tests::referee::script::compose;
use std::sync::Mutex;

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
fn a_syntax_error_is_never_an_allow() {
    let count = scripts() / 25;
    let policy = judge::everything_by_rule();
    let found = Mutex::new((0_u64, 0_u64, Vec::new()));
    let there = each(seeds(count), |places, seed| {
        let script = compose::broken(seed);
        let complaint = places.stubs().syntax_error(&script).expect("the launcher");
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
