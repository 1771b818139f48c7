//! What is plain to see about a rule's scope without deciding anything.

use alloc::string::String;
use alloc::vec::Vec;

use crate::catalogue::{Catalogue, Verb};
use crate::condition::Condition;
use crate::request::leaf::Op;

/// Says why no leaf of any request can satisfy all of `when`, if that is so.
pub(super) fn contradiction(when: &[Condition], catalogue: &Catalogue) -> Option<String> {
    let mut possible: Vec<Op> = Op::ALL.to_vec();
    for condition in when {
        if let Condition::Op(ops) = condition {
            possible.retain(|op| ops.contains(op));
        }
    }
    let has = |test: fn(&Condition) -> bool| when.iter().any(test);
    let named_op = has(|condition| matches!(condition, Condition::Op(_)));
    let path = has(|condition| matches!(condition, Condition::Path(_)));
    let url = has(|condition| matches!(condition, Condition::Url(_)));
    let command = has(|condition| matches!(condition, Condition::Command(_)));
    if path && url {
        return Some("no leaf has both a path and a URL".into());
    }
    if path
        && named_op
        && !possible
            .iter()
            .any(|op| matches!(op, Op::FileRead | Op::FileWrite | Op::FileDelete))
    {
        return Some("a path is read, written or deleted, which `op` rules out".into());
    }
    if url && named_op && !possible.contains(&Op::NetFetch) {
        return Some("a URL is fetched, which `op` rules out".into());
    }
    let names: Vec<&str> = when
        .iter()
        .filter_map(Condition::only_actions)
        .flatten()
        .collect();
    let none_does_any_of = |verbs: &[Verb]| {
        !names.is_empty()
            && names.iter().all(|name| {
                catalogue
                    .action(name)
                    .is_some_and(|spec| !spec.does.iter().any(|(verb, _)| verbs.contains(verb)))
            })
    };
    if command && none_does_any_of(&[Verb::Run]) {
        return Some("none of these actions runs a command".into());
    }
    // A command can touch paths and URLs, and a URL may name a file.
    if path
        && none_does_any_of(&[
            Verb::Read,
            Verb::Write,
            Verb::Delete,
            Verb::Run,
            Verb::Fetch,
        ])
    {
        return Some("none of these actions touches a path".into());
    }
    if url && none_does_any_of(&[Verb::Fetch, Verb::Run]) {
        return Some("none of these actions fetches a URL".into());
    }
    None
}

/// Whether a scope has both a command and a path, at its top or in one branch.
pub(super) fn has_command_and_path(when: &[Condition]) -> bool {
    let command = when
        .iter()
        .any(|condition| matches!(condition, Condition::Command(_)));
    let path = when
        .iter()
        .any(|condition| matches!(condition, Condition::Path(_)));
    let in_branch = when.iter().any(|condition| match condition {
        Condition::AnyOf(branches) => branches.iter().any(|branch| has_command_and_path(branch)),
        _ => false,
    });
    command && path || in_branch
}
