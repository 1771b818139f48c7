//! What the reader promises whatever the line: it ends, it does not panic, it stays within a small stack.

use std::string::String;
use std::vec::Vec;

use super::{Place, Programs, Step, Surroundings, read};
use crate::path::Anchors;

fn steps(line: &str) -> Vec<Step> {
    let start = [Place::At("/p".into())].into();
    read(
        line,
        &Surroundings {
            anchors: Anchors {
                cwd: Some("/p"),
                home: Some("/h"),
                project: Some("/p"),
            },
            start: &start,
            programs: &Programs::default(),
        },
    )
}

/// A small generator of numbers (xorshift), so that a failing line can be made again from its seed.
struct Random(u64);

impl Random {
    fn below(&mut self, most: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % 1_000_003).unwrap_or(0) % most
    }
}

const PARTS: &[&str] = &[
    " ",
    "\n",
    ";",
    "&",
    "&&",
    "|",
    "||",
    "(",
    ")",
    "((",
    "))",
    "{ ",
    "}",
    "{",
    ",",
    "..",
    "[",
    "]",
    "[[ ",
    " ]]",
    "<",
    ">",
    "<(",
    ">(",
    "<<E\n",
    "<<-'E'\n",
    "\nE\n",
    "<<<",
    "$(",
    "$((",
    "${",
    "$x",
    "$'",
    "'",
    "\"",
    "`",
    "\\",
    "#",
    "!",
    "=",
    "x=",
    "a[",
    "if ",
    "then ",
    "fi",
    "for i in ",
    "do ",
    "done",
    "case x in ",
    "esac",
    ";;",
    "while ",
    "f() ",
    "function f ",
    "rm ",
    "git ",
    "eval ",
    "trap ",
    "bash -c ",
    "cd ",
    "pushd ",
    "declare ",
    "é",
    "\u{202e}",
    "\0",
    "@P",
    ":-",
    "~",
    "*",
    "?",
    "1",
];

fn line(random: &mut Random) -> String {
    (0..random.below(40))
        .map(|_| PARTS[random.below(PARTS.len())])
        .collect()
}

#[test]
fn any_line_is_read_without_a_panic() {
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..30_000 {
        let line = line(&mut random);
        let steps = steps(&line);
        assert!(steps.len() <= 64 * line.len() + 1, "{line:?}");
    }
}

#[test]
fn deep_and_long_lines_fit_a_small_stack() {
    let reader = || {
        for part in [
            "(",
            "((",
            "$(",
            "${x:-",
            "<(",
            "{ ",
            "`",
            "\"$(",
            "if ",
            "while ",
            "case x in x) ",
            "f() ",
            "[[ ",
            "eval '",
            "{a,",
            "a[",
        ] {
            for count in [10, 63, 64, 65, 1000, 100_000] {
                steps(&part.repeat(count));
            }
        }
    };
    let thread = std::thread::Builder::new()
        .stack_size(576 * 1024)
        .spawn(reader)
        .unwrap();
    thread.join().unwrap();
}

#[test]
fn time_grows_with_the_line_and_no_faster() {
    // Work, not time: the number of steps and of bytes in them.
    for part in [
        "a;",
        "$(a)",
        "x=1;",
        "{a,b} ",
        "`a` ",
        "<<E\nE\n",
        "cd a;",
        "for i in a; do b; done;",
        "((1));",
        "f() { a; };",
    ] {
        let size = |count: usize| steps(&part.repeat(count)).len();
        let (one, two) = (size(200), size(400));
        assert!(two <= 2 * one + 2, "{part}: {one} {two}");
    }
}

#[test]
fn the_short_cut_gives_what_the_reader_gives() {
    let mut random = Random(0x2545_f491_4f6c_dd1d);
    let words = [
        "git", "status", "-sb", "cd", "a/b", "--x=y", "x=1", "if", "eval", "rm", "bash", "-c",
        "export", "..", "/bin/rm",
    ];
    for _ in 0..5_000 {
        let line: Vec<&str> = (0..random.below(6))
            .map(|_| words[random.below(words.len())])
            .collect();
        let line = line.join(" ");
        if super::plain::words(&line).is_none() {
            continue;
        }
        // A comment makes the reader read it all.
        // Where reading stopped is a place in another text.
        let known = |steps: Vec<Step>| -> Vec<Option<Step>> {
            let known = |step| {
                if matches!(step, Step::Unread { .. }) {
                    None
                } else {
                    Some(step)
                }
            };
            steps.into_iter().map(known).collect()
        };
        let commented = line.clone() + " #";
        assert_eq!(known(steps(&line)), known(steps(&commented)), "{line:?}");
    }
}
