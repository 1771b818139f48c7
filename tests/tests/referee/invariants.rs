//! The invariants that need a script and what bash did with it.

use super::places::Places;
use doorward::{Effect, Policy};
use doorward_tests::referee::judge::{self, effect, strictness};
use doorward_tests::referee::script::{Piece, Spelling, Style, compose};
use doorward_tests::referee::{Executed, Run};
use std::collections::BTreeSet;
use std::fmt::Write;
use std::sync::OnceLock;

/// Programs that may run without an allow: filters that only turn standard input into standard output.
const NEUTRAL: &[&str] = &[
    "cat", "head", "tail", "grep", "sort", "uniq", "cut", "tr", "wc", "jq",
];

/// Programs without a leaf of their own: what they run has one.
const TRANSPARENT: &[&str] = &[
    "env", "nice", "nohup", "timeout", "setsid", "stdbuf", "xargs", "time",
];

/// I11: what bash executes is a subset of the leaves.
///
/// Each program executed is denied by its name, by its name in its directory and by exactly its words: each of these rules must fire. And where
/// everything but one of the commands is allowed, the script is not.
pub(super) fn i11(script: &str, run: &Run) -> Option<String> {
    let mut denies = Denies::default();
    let seen = (run.executed.iter()).filter(|one| !TRANSPARENT.contains(&one.name()));
    for one in seen {
        let name = one.name().to_owned();
        denies.add(format!("when.command = {}", quoted(&name)));
        // The folder of programs has two names, one of which is a link.
        if !one.directory.starts_with("/usr") {
            denies.add(format!(
                "when.command = {}\nwhen.cwd = {{ is = {} }}",
                quoted(&name),
                quoted(&one.directory)
            ));
        }
        if let Some(words) = exact_words(one) {
            let text = judge::command_text(&words);
            denies.add(format!("when.command = {{ exact = {} }}", quoted(&text)));
        }
    }
    if let Some(silent) = denies.silent(script) {
        return Some(format!(
            "I11: bash does what this deny is about, and it does not fire:\n{silent}\n{script:?}"
        ));
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

/// I12: what bash opens for writing is a subset of the write leaves.
///
/// Each file written is denied by its path: the rule must fire. Where `real` programs write too, that is all. Otherwise bash alone wrote, and
/// where every command may run and everything but that file may be written, the script is not allowed.
pub(super) fn i12(script: &str, run: &Run, real: bool) -> Option<String> {
    let written: Vec<&String> = (run.written.iter())
        .filter(|path| !is_temporary(path, script, run))
        .collect();
    let mut denies = Denies::default();
    for path in &written {
        denies.add(format!(
            "when.op = [\"file.write\", \"file.delete\"]\nwhen.path = {}",
            if real {
                // What stands above a new file is made with it.
                quoted(path)
            } else {
                judge::path_shape(path)
            }
        ));
    }
    if let Some(silent) = denies.silent(script) {
        return Some(format!(
            "I12: a script writes what this deny is about, and it does not fire:\n{silent}\n{script:?}"
        ));
    }
    if real {
        return None;
    }
    for path in &written {
        let others: Vec<&str> = (written.iter())
            .filter(|other| other != &path)
            .map(|other| other.as_str())
            .collect();
        let policy = judge::writing_only(&others)?;
        if effect(&policy, script) == Effect::Allow {
            return Some(format!(
                "I12: bash opens {path:?} for writing, which no rule allows; the answer is allow\n{script:?}"
            ));
        }
    }
    None
}

/// What bash or a program writes for itself, under a name that it makes up: the text of a here-document, a file that takes another's place.
fn is_temporary(path: &str, script: &str, run: &Run) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let gone = !run.changed.iter().any(|changed| changed == path);
    path.starts_with("/tmp/sh-thd")
        || gone && name.chars().all(|c| c == '0')
        || gone && !script.contains(name) && !is_furniture(path)
}

fn is_furniture(path: &str) -> bool {
    const NAMES: &[&str] = &["README.md", "a.o", "main.rs", "notes.txt", "build", "src"];
    NAMES.iter().any(|name| path.ends_with(name))
}

/// Denies that must fire for a script.
#[derive(Default)]
struct Denies(BTreeSet<String>);

impl Denies {
    fn add(&mut self, when: String) {
        self.0.insert(when);
    }

    /// The first that does not fire, with everything else allowed.
    fn silent(&self, script: &str) -> Option<String> {
        if self.0.is_empty() {
            return None;
        }
        let mut text = judge::ALLOW.to_owned();
        for (index, when) in self.0.iter().enumerate() {
            let _ = write!(
                text,
                "[[rule]]\nname = \"d{index}\"\neffect = \"deny\"\n{when}\n"
            );
        }
        let policy = judge::loaded(&text)
            .unwrap_or_else(|| panic!("a policy does not load:\n{text}\nfor {script:?}"));
        let decision = policy.decide(&judge::request(script));
        let fired: BTreeSet<&str> = decision.matched().iter().map(|one| &*one.rule).collect();
        let silent = (self.0.iter().enumerate())
            .find(|(index, _)| !fired.contains(format!("d{index}").as_str()))
            .map(|(_, when)| when.clone());
        silent.or_else(|| {
            (strictness(decision.effect()) < strictness(Effect::Ask))
                .then(|| format!("(all fire, and the answer is {})", decision.effect()))
        })
    }
}

/// The words of a command as a rule can state them; `None` for what no command text can hold.
fn exact_words(one: &Executed) -> Option<Vec<String>> {
    let mut words = one.words();
    // A name that the program was given (`exec -a`) is not the program.
    if let Some(program) = words.first_mut() {
        *program = one.name().to_owned();
    }
    let fits = |word: &String| word.chars().all(|c| !c.is_control() && c != '\u{fffd}');
    words.iter().all(fits).then_some(words)
}

fn quoted(text: &str) -> String {
    // A JSON text is a TOML text too.
    serde_json::Value::from(text).to_string()
}

/// The words, the program without its folder.
fn tail(words: &[String]) -> (&str, &[String]) {
    let (program, rest) = words
        .split_first()
        .map_or(("", words), |(first, rest)| (first.as_str(), rest));
    (program.rsplit('/').next().unwrap_or(program), rest)
}

/// I7: padding never raises.
pub(super) fn i7(places: &mut Places, piece: &Piece, real: bool, seed: u64) -> Option<String> {
    let bare = Style {
        padding: false,
        ..Style::FULL
    };
    let (simple, changed) = (piece.write(bare), piece.write(Style::FULL));
    never_raises(places, real, "I7", (&simple, &changed), seed)
}

/// I9: a wrapper never raises.
pub(super) fn i9(seed: u64) -> Option<String> {
    let (bare, wrapped) = compose::wrapped(seed);
    let policy = one_of_various(seed);
    let before = effect(policy, &bare);
    let after = effect(policy, &wrapped);
    (strictness(after) < strictness(before) && !changes_nothing(&bare))
        .then(|| format!("I9: {before} for {bare:?}\nbut {after} for {wrapped:?}"))
}

/// I10: respelling a word never raises.
pub(super) fn i10(places: &mut Places, piece: &Piece, real: bool, seed: u64) -> Option<String> {
    let exact = Style {
        spelling: Spelling::Exact,
        padding: false,
    };
    let (simple, changed) = (piece.write(Style::PLAIN), piece.write(exact));
    never_raises(places, real, "I10", (&simple, &changed), seed)
}

/// `changed` is never judged less strictly than `simple`, when bash does the same for both.
fn never_raises(
    places: &mut Places,
    real: bool,
    invariant: &str,
    (simple, changed): (&str, &str),
    seed: u64,
) -> Option<String> {
    if simple == changed {
        return None;
    }
    let policy = one_of_various(seed);
    let before = effect(policy, simple);
    let after = effect(policy, changed);
    // A script that changes nothing needs no allow beside another command, and alone gets the default.
    if strictness(after) >= strictness(before) || changes_nothing(simple) {
        return None;
    }
    // What a shell may run of a text that is not followed is looked for in each text as it stands.
    if after == Effect::Ask && has_opaque(policy, simple) {
        return None;
    }
    let did = |run: Run| {
        let mut argvs: Vec<_> = run.executed.iter().map(Executed::words).collect();
        argvs.sort();
        (argvs, run.changed)
    };
    if did(places.run(real, simple)) != did(places.run(real, changed)) {
        return None;
    }
    Some(format!(
        "{invariant}: {before} for {simple:?}\nbut {after} for {changed:?}"
    ))
}

/// Whether a script runs something that nobody can read.
pub(super) fn has_opaque(policy: &Policy, script: &str) -> bool {
    let decision = policy.decide(&judge::request(script));
    let several = decision.leaves().iter().any(|leaf| leaf.opaque.is_some());
    several || decision.leaves().is_empty()
}

/// Policies of several kinds, one for each script.
pub(super) fn one_of_various(seed: u64) -> &'static Policy {
    static POLICIES: OnceLock<Vec<Policy>> = OnceLock::new();
    let policies = POLICIES.get_or_init(judge::various);
    let at = usize::try_from(seed / 7).unwrap_or_default() % policies.len().max(1);
    policies.get(at).expect("there are some")
}

/// Whether a script is nothing but neutral commands: beside an allowed command it needs no allow.
pub(super) fn changes_nothing(script: &str) -> bool {
    let policy = judge::loaded(
        "doorward = 1\n[[rule]]\nname = 'one'\neffect = 'allow'\nwhen.command = 'xyzzy'\n",
    );
    let policy = policy.expect("a policy");
    effect(&policy, &format!("xyzzy\n{{ {script}\n}}")) == Effect::Allow
}
