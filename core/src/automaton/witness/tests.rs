//! Distances, approaches and corrections, held against plain tables.

use std::string::String;

use super::{Tail, Witness, cost};
use crate::condition::text::Pattern;
use crate::limits::Limits;

fn literal(text: &str) -> Witness {
    Witness::of_literal(text.as_bytes(), false, Tail::End)
}

fn regex(pattern: &str) -> Pattern {
    Pattern::regex(pattern, &Limits::default()).unwrap()
}

#[test]
fn the_nearest_text_costs_what_the_whole_table_says() {
    let words = [
        "",
        "a",
        "git",
        "gti",
        "cat",
        "Cat",
        "cargo test",
        "cargo tset",
        "a/b",
        "ab",
        "a.b c",
        "x|y;z",
    ];
    for from in words {
        for to in words {
            let found = literal(to).nearest(from.as_bytes(), 60, false);
            let expected = cost(from.as_bytes(), to.as_bytes()).unwrap();
            assert_eq!(
                found,
                Some((expected, String::from(to))),
                "{from:?} to {to:?}"
            );
            if expected > 0 {
                let less = literal(to).nearest(from.as_bytes(), expected - 1, false);
                assert_eq!(less, None, "{from:?} to {to:?}");
            }
        }
    }
}

#[test]
fn costs_are_half_for_case_and_more_for_separators() {
    assert_eq!(cost(b"drop", b"DROP"), Some(4));
    assert_eq!(cost(b"tset", b"test"), Some(4));
    assert_eq!(cost(b"a b", b"ab"), Some(5));
    // A separator is taken out and another put in.
    assert_eq!(cost(b"a b", b"a/b"), Some(10));
}

#[test]
fn a_text_dies_where_nothing_can_follow_and_says_what_could() {
    let push = Witness::of_literal(b"git push --force", false, Tail::Any);
    let approach = push.approach(b"git push -f", 0).unwrap();
    assert_eq!(
        (approach.at, approach.rest.as_slice(), approach.closeness),
        (10, &b"-force"[..], 62)
    );
    assert!(push.accepts(b"git push --force-with-lease"));
}

#[test]
fn a_literal_is_found_again_after_a_false_start() {
    let anywhere = Witness::of_literal(b"aab", true, Tail::Any);
    assert!(anywhere.accepts(b"xaaab") && anywhere.accepts(b"aabx") && !anywhere.accepts(b"aaxab"));
    let end = Witness::of_literal(b"aab", true, Tail::End);
    assert!(end.accepts(b"aabaab") && !end.accepts(b"aabx"));
    let below = Witness::of_literal(b"/srv/app", false, Tail::Below(b'/'));
    assert!(
        below.accepts(b"/srv/app") && below.accepts(b"/srv/app/x") && !below.accepts(b"/srv/app2")
    );
}

#[test]
fn a_pattern_that_can_always_still_fit_fails_where_it_came_closest() {
    let pattern = regex(r"git\s+push\s+.*--force");
    let approach = pattern
        .witness()
        .unwrap()
        .approach(b"git push -f origin", 0)
        .unwrap();
    assert_eq!(
        (approach.at, approach.rest.as_slice()),
        (10, &b"-force"[..])
    );
    // One that came no closer before can simply go on.
    let pattern = regex(r"/etc/.*\.conf");
    assert_eq!(
        pattern
            .witness()
            .unwrap()
            .approach(b"/etc/passwd", 0)
            .unwrap()
            .at,
        11
    );
}

#[test]
fn the_witness_of_a_pattern_accepts_what_the_pattern_does() {
    for pattern in [
        r"a(b|c)*d",
        r"(?i)drop\s+table",
        r"\bx\b",
        r"[^/]+/.*",
        r".{0,3}",
    ] {
        let pattern = regex(pattern);
        for text in [
            "",
            "ad",
            "abcd",
            "abx",
            "DROP  Table",
            "x",
            "xx",
            "a/b",
            "a/",
            "\n\n\n",
            "abcd/",
        ] {
            let witness = pattern.witness().unwrap();
            assert_eq!(
                witness.accepts(text.as_bytes()),
                pattern.matches(text),
                "{pattern:?} on {text:?}"
            );
        }
    }
}

#[test]
fn a_pattern_whose_automaton_is_too_large_has_no_witness() {
    let pattern = regex("[ab]*a[ab]{13}");
    assert!(pattern.matches("babbbbbbbbbbbbb"));
    assert!(pattern.witness().is_none());
}
