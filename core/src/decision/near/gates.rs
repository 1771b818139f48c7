//! What must hold for a rule to be about a request at all.
//!
//! Gates are asked of every rule, so they are cheap and make nothing: no text, no list.

use crate::catalogue::Root;
use crate::command::{CommandPattern, Word};
use crate::condition::command::CommandCondition;
use crate::condition::{Condition, Scene, Truth};
use crate::request::leaf::{Op, Subject};
use crate::rule::Rule;

/// What a typo may cost, in half edits.
pub(super) const TYPO: usize = 4;

/// Whether all gates of a rule hold on a leaf: `action`, `op`, `resource.type`, and the program and subcommand of
/// `command`, in which one typo still counts.
pub(in crate::decision) fn hold(rule: &Rule, scene: &Scene<'_>) -> bool {
    rule.when.iter().all(|condition| match condition {
        Condition::Command(command) => names_program(command, scene),
        condition if is_gate(condition) => condition.truth(scene, rule.skip_missing) == Truth::True,
        _ => true,
    })
}

/// Whether a condition is a gate, or has one among its keys.
pub(in crate::decision) fn is_gate(condition: &Condition) -> bool {
    match condition {
        Condition::Action(_) | Condition::Op(_) | Condition::Command(_) => true,
        Condition::Field(field) => {
            field.path.root() == Root::Resource
                && matches!(field.path.keys(), [key] if &**key == "type")
        }
        _ => false,
    }
}

/// Whether a leaf runs the program, and the subcommand, of one of a condition's texts.
fn names_program(command: &CommandCondition, scene: &Scene<'_>) -> bool {
    let Some(words) = words(command, scene) else {
        return false;
    };
    let mut texts = command.run.iter().chain(&command.exact).peekable();
    texts.peek().is_none() || texts.any(|text| typo(text, words, command.carried).is_some())
}

/// Returns the words that a condition on a command reads.
pub(super) fn words<'s>(command: &CommandCondition, scene: &Scene<'s>) -> Option<&'s [Word]> {
    let runs = matches!(
        scene.leaf.op,
        Subject::Known(Op::ProcExec) | Subject::Unknown(_)
    );
    match &scene.leaf.command {
        Subject::Known(words) if command.carried || runs => Some(words),
        _ => None,
    }
}

/// Returns what the typo in the program and subcommand of a command costs, in half edits; `None` when they are others.
pub(super) fn typo(text: &CommandPattern, words: &[Word], carried: bool) -> Option<usize> {
    let wanted = text.words();
    let program = words.first()?.as_exact()?;
    let program = if carried {
        program.rsplit('/').next().unwrap_or(program)
    } else {
        program
    };
    let spent = near(program, wanted.first()?, TYPO)?;
    let Some(subcommand) = wanted.get(1).filter(|word| !word.starts_with('-')) else {
        return Some(spent);
    };
    let (_, more) = subcommand_of(words, subcommand, TYPO - spent)?;
    Some(spent + more)
}

/// Returns where the word that stands for `wanted` is, and what it costs: the first word that is no option, or the value
/// of one.
pub(super) fn subcommand_of(words: &[Word], wanted: &str, most: usize) -> Option<(usize, usize)> {
    let mut after_option = false;
    for (at, word) in words.iter().enumerate().skip(1) {
        let text = word.as_exact()?;
        if text.starts_with('-') {
            after_option = true;
            continue;
        }
        match near(text, wanted, most) {
            Some(cost) => return Some((at, cost)),
            None if after_option => after_option = false,
            None => return None,
        }
    }
    None
}

/// A word shorter than this, in bytes, is another word when two of its letters are.
const SHORT: usize = 5;

/// Returns what it costs to turn one word into another, if that is at most `most` half edits. Of a short word only one
/// slip is a typo: a letter too many, too few or wrong, or two that changed places. `git` is no typo of `cat`.
pub(super) fn near(from: &str, to: &str, most: usize) -> Option<usize> {
    use crate::automaton::witness::EDIT;
    let cost = within(from.as_bytes(), to.as_bytes(), most)?;
    let slip = cost <= EDIT || to.len() >= SHORT || is_swapped(from.as_bytes(), to.as_bytes());
    slip.then_some(cost)
}

/// Whether two neighbours changed places, and nothing else.
fn is_swapped(from: &[u8], to: &[u8]) -> bool {
    let same = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    match (from.get(same..), to.get(same..)) {
        (Some([a, b, from @ ..]), Some([c, d, to @ ..])) => a == d && b == c && from == to,
        _ => false,
    }
}

/// Like the cost of [`crate::automaton::witness`], without a table: it branches where the texts differ, at most as often
/// as `most` allows.
fn within(from: &[u8], to: &[u8], most: usize) -> Option<usize> {
    use crate::automaton::witness::{replace, single};
    let same = from.iter().zip(to).take_while(|(a, b)| a == b).count();
    let (from, to) = (from.get(same..)?, to.get(same..)?);
    let then = |cost: usize, from: &[u8], to: &[u8]| {
        let left = most.checked_sub(cost)?;
        within(from, to, left).map(|more| cost + more)
    };
    match (from.split_first(), to.split_first()) {
        (None, None) => Some(0),
        (Some((a, rest)), None) => then(single(*a), rest, to),
        (None, Some((b, rest))) => then(single(*b), from, rest),
        (Some((a, after)), Some((b, before))) => {
            let replaced = replace(*a, *b).and_then(|cost| then(cost, after, before));
            let removed = then(single(*a), after, to);
            let added = then(single(*b), from, before);
            [replaced, removed, added].into_iter().flatten().min()
        }
    }
}
