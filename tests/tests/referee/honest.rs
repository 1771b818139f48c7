//! Honest scripts are allowed.

use super::places::each;
use super::scripts::runs_payload;
use super::{say, scripts, seeds};
use doorward::Effect;
use doorward_tests::referee::everyday::{ASKED, EVERYDAY};
use doorward_tests::referee::judge::{self, effect};
use doorward_tests::referee::script::{Style, compose};
use std::sync::Mutex;

#[test]
fn words_that_are_only_data_are_allowed() {
    let count = scripts() / 10;
    let deny = judge::policy(&format!(
        "{}{}",
        judge::ALLOW,
        judge::rule("no", Effect::Deny, &["rm", "git push", "curl"])
    ));
    // Per kind: how many there are, how many are allowed; and those plain ones that are not.
    let found = Mutex::new(([(0_u64, 0_u64); 2], Vec::new()));
    let there = each(seeds(count), |places, seed| {
        let plain = seed % 2 == 0;
        let script = compose::control(seed, plain).write(Style::FULL);
        let run = places.run(false, &script);
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

/// Everyday scripts under a policy that allows every program in them and every write below the home directory.
#[test]
fn everyday_scripts_are_allowed() {
    let policy = judge::everyday();
    let asked: Vec<&str> = (EVERYDAY.iter())
        .filter(|script| effect(&policy, script) != Effect::Allow)
        .copied()
        .collect();
    say(&format!(
        "everyday scripts allowed: {} of {}",
        EVERYDAY.len() - asked.len(),
        EVERYDAY.len()
    ));
    let known: Vec<&str> = ASKED.iter().map(|(script, _)| *script).collect();
    assert_eq!(asked, known, "the scripts that are asked about");
}
