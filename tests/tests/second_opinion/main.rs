//! The reader of commands against a second opinion: `rable`, a parser of bash that others wrote.
//!
//! The scripts are those that the referee runs, from the same seeds, those of [`RARE`] and every `input.command` of the
//! vectors. Compared is (a) whether a script is one at all, where `bash -n` settles a dispute, and (b) the simple
//! commands: each that `rable` finds must be one of the leaves. Every difference needs its line in [`SYNTAX`] or
//! [`COMMANDS`]; a line that explains nothing fails the test too.
//!
//! Other scripts: `DOORWARD_REFEREE_SEED=1000000`, the first seed; more: `DOORWARD_REFEREE_SCRIPTS=100000`.
//! A long run may show a kind of difference that has no line yet.

#![expect(
    clippy::panic,
    clippy::expect_used,
    reason = "a test fails by panicking"
)]

mod child;
mod kinds;

use child::{Opinion, Rable};
use doorward::{Decision, Policy};
use doorward_tests::referee::judge;
use doorward_tests::referee::script::{Style, compose};
use doorward_tests::vectors::{Corpus, folder};
use kinds::{COMMANDS, Dispute, Missing, RARE, SYNTAX};
use serde_json::Value;
use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// How many scripts of the referee are compared when nothing else is asked for.
const SCRIPTS: u64 = 1_000;

/// What the reader says of a line that is no shell.
const NO_SCRIPT: &str = "it is no script that a shell would take";

/// What the reader says of a line that it does not read to its end.
const TOO_LONG: &str = "it is longer or nests deeper than is read";

/// How the reader decides a script. Leaves are only listed where there is more than one, so `:` stands before it.
fn decide(script: &str) -> Decision {
    static POLICY: LazyLock<Policy> = LazyLock::new(|| judge::policy(judge::ALLOW));
    POLICY.decide(&judge::request(&format!(":\n{script}")))
}

fn is_opaque(decision: &Decision, why: &str) -> bool {
    decision
        .leaves()
        .iter()
        .any(|leaf| leaf.opaque == Some(why))
}

fn is_script(decision: &Decision) -> bool {
    !is_opaque(decision, NO_SCRIPT)
}

/// Whether bash takes a script; `None` without a bash, or where a script cannot be given to it.
fn bash_takes(script: &str) -> Option<bool> {
    Command::new("bash")
        .args(["-n", "-c", script])
        .stdin(Stdio::null())
        .output()
        .ok()
        .map(|output| output.status.success())
}

fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// Every script once, with its origin.
fn scripts() -> BTreeMap<String, String> {
    let first = number("DOORWARD_REFEREE_SEED", 0);
    let count = number("DOORWARD_REFEREE_SCRIPTS", SCRIPTS);
    let mut scripts = BTreeMap::new();
    for seed in first..first + count {
        let script = match seed % 4 {
            0 => compose::broken(seed),
            1 => compose::control(seed, seed % 8 == 1).write(Style::FULL),
            _ => compose::attack(seed).write(Style::FULL),
        };
        scripts.insert(script, format!("seed {seed}"));
    }
    for script in RARE {
        scripts.insert((*script).to_owned(), "rare".to_owned());
    }
    let corpus = Corpus::read(&folder()).unwrap_or_else(|error| panic!("{error}"));
    for vector in &corpus.vectors {
        let request: Option<Value> = serde_json::from_slice(&vector.request).ok();
        let command = request.as_ref().and_then(|it| it.pointer("/input/command"));
        if let Some(script) = command.and_then(Value::as_str) {
            scripts.insert(script.to_owned(), vector.name.clone());
        }
    }
    scripts
}

/// The differences found, by kind, and those of no kind.
#[derive(Default)]
struct Differences {
    explained: BTreeMap<&'static str, usize>,
    unexplained: Vec<String>,
}

impl Differences {
    fn note(&mut self, why: Option<&'static str>, what: impl FnOnce() -> String) {
        match why {
            Some(why) => *self.explained.entry(why).or_insert(0) += 1,
            None => self.unexplained.push(what()),
        }
    }
}

/// Whether a word means itself, so that a leaf shows it as it is written.
fn is_literal(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "_-./:,+@%^".contains(c);
    !word.is_empty() && word.chars().all(plain)
}

/// Returns the command that `command` and `exec` run.
fn runs(words: &[String]) -> Option<&[String]> {
    match words {
        [name, run @ ..] if name == "command" || name == "exec" => {
            Some(run).filter(|run| run.first().is_some_and(|name| !name.starts_with('-')))
        }
        _ => None,
    }
}

/// Notes each command with a literal name that is no leaf, and returns how many commands were compared. What stands
/// twice in a script must be two leaves; where all words are literal, they must be the leaf's words.
fn compare(
    script: &str,
    commands: &[Vec<String>],
    functions: &[String],
    decision: &Decision,
    differences: &mut Differences,
) -> usize {
    let mut leaves: Vec<String> = (decision.leaves().iter().skip(1))
        // A leaf shows a word of the shell's grammar in quotes.
        .map(|leaf| leaf.text.replace('\'', ""))
        .collect();
    let all_literal = |words: &[String]| words.iter().all(|word| is_literal(word));
    // What `command` and `exec` run is never a function.
    let run = (commands.iter()).filter_map(|words| Some((runs(words)?, [].as_slice())));
    let mut named: Vec<(&[String], &[String])> = (commands.iter())
        .map(|words| (words.as_slice(), functions))
        .chain(run)
        .filter(|(words, _)| words.first().is_some_and(|name| is_literal(name)))
        .collect();
    // The more is known of a command, the earlier it takes its leaf.
    named.sort_by_key(|(words, _)| !all_literal(words));
    for (words, functions) in &named {
        let exact = words.join(" ");
        let is_it = |leaf: &String| match all_literal(words) {
            true => *leaf == exact,
            false => leaf.split(' ').next() == words.first().map(String::as_str),
        };
        if let Some(index) = leaves.iter().position(is_it) {
            leaves.swap_remove(index);
            continue;
        }
        let missing = Missing {
            script,
            words,
            functions,
            decision,
        };
        let kind = COMMANDS.iter().find(|kind| (kind.explains)(&missing));
        differences.note(kind.map(|kind| kind.why), || {
            format!(
                "no leaf {words:?} in {script:.800?}; left are {leaves:?} of {}",
                decision.leaves().len()
            )
        });
    }
    named.len()
}

#[test]
fn rable_finds_no_script_and_no_command_that_the_reader_does_not() {
    let mut rable = Rable::start();
    let mut differences = Differences::default();
    let (mut none, mut settled, mut unsettled, mut commands_compared) = (0, 0, 0, 0);
    let scripts = scripts();
    for (script, origin) in &scripts {
        let decision = decide(script);
        let taken = is_script(&decision);
        match rable.opinion(script) {
            Opinion::None => none += 1,
            _ if is_opaque(&decision, TOO_LONG) => none += 1,
            Opinion::Script {
                commands,
                functions,
            } if taken => {
                commands_compared +=
                    compare(script, &commands, &functions, &decision, &mut differences);
            }
            Opinion::Error if !taken => {}
            _ => match bash_takes(script) {
                None => unsettled += 1,
                Some(takes) if takes == taken => settled += 1,
                Some(_) => {
                    let dispute = Dispute { script, taken };
                    let kind = SYNTAX.iter().find(|kind| (kind.explains)(&dispute));
                    differences.note(kind.map(|kind| kind.why), || {
                        let who = if taken {
                            "the reader"
                        } else {
                            "bash and rable"
                        };
                        format!("{origin}: only {who} takes {script:?}")
                    });
                }
            },
        }
    }
    let _ = writeln!(
        std::io::stderr(),
        "second opinion: {} scripts, {commands_compared} commands compared, no opinion on {none}; \
         bash settled {settled} our way, not {unsettled}; explained: {:#?}",
        scripts.len(),
        differences.explained
    );
    let shown: Vec<_> = differences.unexplained.iter().take(10).cloned().collect();
    assert!(
        shown.is_empty(),
        "{} unexplained differences\n{}",
        differences.unexplained.len(),
        shown.join("\n")
    );
    assert!(commands_compared > 1_000, "too few commands");
    // Without bash no syntax is settled; other scripts need not show every kind.
    let syntax = (SYNTAX.iter().map(|kind| kind.why)).filter(|_| unsettled == 0);
    let unused: Vec<_> = (COMMANDS.iter().map(|kind| kind.why))
        .chain(syntax)
        .filter(|why| !differences.explained.contains_key(why))
        .collect();
    assert!(unused.is_empty(), "explains nothing: {unused:#?}");
}

#[test]
fn rable_gives_no_opinion_on_what_kills_it_and_then_goes_on() {
    let mut rable = Rable::start();
    let deep = "$(".repeat(20_000);
    assert!(matches!(rable.opinion(&deep), Opinion::None));
    assert!(matches!(rable.opinion("ls"), Opinion::Script { .. }));
    assert!(matches!(rable.opinion("if"), Opinion::Error));
}
