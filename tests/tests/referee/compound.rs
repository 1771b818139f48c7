//! I8: a compound is the strictest of its parts.

use super::invariants::{changes_nothing, has_opaque, one_of_various};
use doorward_tests::referee::judge::{effect, strictness};
use doorward_tests::referee::script::{Style, compose};

const OPERATORS: &[&str] = &["&&", "||", "|", "&", ";", "\n", "|&"];

/// What is wrong with a compound of two scripts that leave nothing behind; `None` when all is well.
pub(super) fn i8(seed: u64) -> Option<String> {
    let (one, two) = compose::two_stateless(seed);
    let (one, two) = (one.write(Style::PLAIN), two.write(Style::PLAIN));
    let at = usize::try_from(seed).expect("64 bits");
    let operator = OPERATORS.get(at % OPERATORS.len()).expect("there are some");
    let both = format!("{} {} {}", grouped(&one), operator, grouped(&two));
    let policy = one_of_various(seed);
    let effect = |script: &str| effect(policy, script);
    let parts = strictness(effect(&one)).max(strictness(effect(&two)));
    let whole = strictness(effect(&both));
    // What is nothing but neutral commands is judged in full alone, and not beside others.
    let least = match (changes_nothing(&one), changes_nothing(&two)) {
        (true, false) => strictness(effect(&two)),
        (false, true) => strictness(effect(&one)),
        // A script without any command is judged as the request that it is; beside a neutral command it is not.
        (true, true) => strictness(effect(&one)).min(strictness(effect(&two))),
        _ => parts,
    };
    // Arithmetic may assign names that reach what follows.
    // Arithmetic may also run what is in a text that another part does not know.
    let unread = has_opaque(policy, &one) || has_opaque(policy, &two);
    let most = if unread || both.contains("((") || both.contains("<<'") {
        u8::MAX
    } else {
        parts
    };
    (!(least..=most).contains(&whole)).then(|| {
        format!(
            "I8: {} for {one:?}, {} for {two:?}, {} for {both:?}",
            effect(&one),
            effect(&two),
            effect(&both)
        )
    })
}

fn grouped(script: &str) -> String {
    format!("{{ {script}\n}}")
}
