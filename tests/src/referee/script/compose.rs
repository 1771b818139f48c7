//! Trees from seeds.

use super::calls::{Call, DRESSES, Dress, WRAPPED, WRITERS, WRITES, Word, forms_for};
use super::dice::Dice;
use super::forms::{CARRIERS, Form, Kind, LISTS, NAMED, NESTS, PROLOGUES, REAL_NESTS};
use super::{Piece, Style};

/// Commands that a policy forbids; the first word of each is its program.
pub const PAYLOADS: &[&[&str]] = &[
    &["rm", "-rf", "build"],
    &["rm", "a.o"],
    &["rm", "-r", "-f", "two words"],
    &["git", "push", "-f"],
    &["git", "push", "origin", "main"],
    &["curl", "-d", "@notes.txt", "http://example.test/x"],
];

/// Commands that stand beside them.
pub const FILLERS: &[&[&str]] = &[
    &["ls", "-l"],
    &["make", "test"],
    &["echo", "done"],
    &["npm", "run", "build"],
    &["cat", "notes.txt"],
    &["true"],
];

/// Commands that some rule has to allow.
const SERIOUS: &[&[&str]] = &[&["ls", "-l"], &["make", "test"]];

/// A script that is to run a payload, unless its place keeps bash from it.
#[must_use]
pub fn attack(seed: u64) -> Piece {
    let mut dice = Dice::new(seed);
    let payload = call(PAYLOADS, true, &mut dice);
    let mut piece = payload;
    let depth = dice.pick(&[0, 1, 1, 1, 2, 2, 2, 3, 3, 4]);
    for _ in 0..depth {
        piece = around(piece, &mut dice);
    }
    piece
}

/// Files that a policy forbids to write.
const TARGETS: &[&str] = &[
    "build/new",
    "new",
    "notes.txt",
    "build/a.o",
    "src/main.rs",
    "two words",
    ".env",
];

/// A script that is to run a payload or to write a file, and whether it needs the place with real programs.
#[must_use]
pub fn script(seed: u64) -> (Piece, bool) {
    let mut dice = Dice::new(seed ^ 0x5c4_1947);
    let real = dice.chance(30);
    let mut piece = match (dice.below(10), real) {
        (0..=4, true) => written(WRITERS, &mut dice),
        (_, true) => {
            let mut piece = call(REAL_PAYLOADS, true, &mut dice);
            if let Piece::Call(call) = &mut piece
                && dice.chance(60)
            {
                let words: Vec<&str> = call.words.iter().map(|word| word.text.as_str()).collect();
                call.dress = Some(dice.choose(WRAPPED)).filter(|dress| fits(dress, &words));
            }
            piece
        }
        (0..=3, false) => written(WRITES, &mut dice),
        _ => call(PAYLOADS, true, &mut dice),
    };
    let depth = dice.pick(&[0, 1, 1, 1, 2, 2, 2, 3, 3, 4]);
    for _ in 0..depth {
        piece = match dice.below(10) {
            0 | 1 => beside(piece, &mut dice),
            2 => nest(dice.choose(PROLOGUES), vec![piece], &mut dice),
            3 | 4 => nest(dice.choose(NAMED), vec![piece], &mut dice),
            5 | 6 if real => nest(dice.choose(REAL_NESTS), vec![piece], &mut dice),
            _ => nest(dice.choose(NESTS), vec![piece], &mut dice),
        };
    }
    if dice.chance(20) {
        piece = nest(dice.choose(PROLOGUES), vec![piece], &mut dice);
    }
    (piece, real)
}

/// Payloads whose programs are stubs in every place.
const REAL_PAYLOADS: &[&[&str]] = &[
    &["git", "push", "-f"],
    &["git", "push", "origin", "main"],
    &["curl", "-d", "@notes.txt", "http://example.test/x"],
    &["curl", "two words"],
];

/// A file written in one of these ways.
fn written(ways: &'static [Dress], dice: &mut Dice) -> Piece {
    let mut call = Call::plain(&[dice.pick(TARGETS)]);
    call.seed = dice.seed();
    call.dress = Some(dice.choose(ways));
    if let Some(word) = call.words.first_mut()
        && dice.chance(40)
    {
        // A redirect takes one word.
        let mut fitting = forms_for(&word.text, false);
        fitting.retain(|form| form.name != "brace with an empty end");
        word.form = Some(dice.pick(&fitting));
    }
    Piece::Call(call)
}

/// A simple command, and the same behind a wrapper.
#[must_use]
pub fn wrapped(seed: u64) -> (String, String) {
    let mut dice = Dice::new(seed ^ 0x9_9999);
    let bare = call(PAYLOADS, false, &mut dice).write(Style::PLAIN);
    let wrapped = dice.pick(super::wrappers::WRAPPERS).replace("%c", &bare);
    (bare, wrapped)
}

/// A script in which a payload's words stand only as text. `plain`: without expansions, substitutions and variables.
#[must_use]
pub fn control(seed: u64, plain: bool) -> Piece {
    let mut dice = Dice::new(seed ^ 0xc0_4740);
    let mut piece = attack(dice.seed());
    let carriers: Vec<&Form> = CARRIERS
        .iter()
        .filter(|form| !plain || form.kind == Kind::PlainData)
        .collect();
    piece = nest(dice.pick(&carriers), vec![piece], &mut dice);
    let calm: Vec<&Form> = NESTS
        .iter()
        .filter(|form| PLAIN_NESTS.contains(&form.text))
        .collect();
    for _ in 0..dice.below(3) {
        piece = if dice.chance(40) {
            beside(piece, &mut dice)
        } else if plain {
            nest(dice.pick(&calm), vec![piece], &mut dice)
        } else {
            nest(dice.choose(NESTS), vec![piece], &mut dice)
        };
    }
    piece
}

/// The nests of a plain control.
const PLAIN_NESTS: &[&str] = &[
    "{ %t }",
    "( %c )",
    "if :; then %t fi",
    "if %t then :; fi",
    "while :; do %t break; done",
    "case a in a) %t ;; esac",
    "! %g",
    "time %g",
];

/// Two scripts that leave nothing behind, each with something to decide in it.
#[must_use]
pub fn two_stateless(seed: u64) -> (Piece, Piece) {
    let mut dice = Dice::new(seed ^ 0x2_2222);
    let mut one = || {
        let words = if dice.chance(50) { PAYLOADS } else { SERIOUS };
        let mut piece = call(words, false, &mut dice);
        let nests: Vec<&Form> = NESTS.iter().filter(|form| form.stateless).collect();
        for _ in 0..dice.below(3) {
            piece = nest(dice.pick(&nests), vec![piece], &mut dice);
        }
        piece
    };
    (one(), one())
}

fn around(piece: Piece, dice: &mut Dice) -> Piece {
    if dice.chance(25) {
        beside(piece, dice)
    } else {
        nest(dice.choose(NESTS), vec![piece], dice)
    }
}

/// A list with fillers in the other places.
fn beside(piece: Piece, dice: &mut Dice) -> Piece {
    let form = dice.choose(LISTS);
    let holes = holes(form);
    let place = dice.below(holes);
    let mut piece = Some(piece);
    let parts = (0..holes)
        .map(|at| match piece.take_if(|_| at == place) {
            Some(piece) => piece,
            None => call(FILLERS, false, dice),
        })
        .collect();
    Piece::Nest {
        form,
        parts,
        seed: dice.seed(),
    }
}

fn nest(form: &'static Form, parts: Vec<Piece>, dice: &mut Dice) -> Piece {
    let mut parts = parts;
    while parts.len() < holes(form) {
        parts.push(call(FILLERS, false, dice));
    }
    Piece::Nest {
        form,
        parts,
        seed: dice.seed(),
    }
}

fn holes(form: &Form) -> usize {
    ["%c", "%t", "%g", "%l", "%e", "%h", "%S", "%F"]
        .iter()
        .map(|hole| form.text.matches(hole).count())
        .sum()
}

fn call(from: &'static [&'static [&'static str]], respelled: bool, dice: &mut Dice) -> Piece {
    let words = dice.pick(from);
    let mut call = Call::plain(words);
    call.seed = dice.seed();
    if respelled {
        for (at, word) in call.words.iter_mut().enumerate() {
            if dice.chance(if at == 0 { 40 } else { 20 }) {
                let fitting = forms_for(&word.text, at == 0);
                *word = Word {
                    form: Some(dice.pick(&fitting)),
                    ..word.clone()
                };
            }
        }
        if dice.chance(35) {
            call.dress = Some(dice.choose(DRESSES)).filter(|dress: &&Dress| fits(dress, words));
        }
    }
    Piece::Call(call)
}

/// Whether the dress executes just those words: splitting and braces need simple ones.
fn fits(dress: &Dress, words: &[&str]) -> bool {
    let simple = words.iter().all(|word| !word.contains([' ', ',']));
    let splits = ["%b", "%s", "[*]", "$*"]
        .iter()
        .any(|part| dress.text.contains(part));
    !splits || simple && words.len() > 1
}

/// A script damaged in one or two places; often no longer well-formed.
#[must_use]
pub fn broken(seed: u64) -> String {
    let mut dice = Dice::new(seed ^ 0xb_40_4e);
    let bare = Style {
        padding: false,
        ..Style::FULL
    };
    let mut script = attack(dice.seed()).write(bare);
    for _ in 0..=dice.below(2) {
        let places: Vec<usize> = script.char_indices().map(|(at, _)| at).collect();
        if places.is_empty() {
            break;
        }
        let at = dice.pick(&places);
        match dice.below(4) {
            0 => script.truncate(at),
            1 => drop(script.remove(at)),
            _ => script.insert_str(at, dice.pick(DAMAGE)),
        }
    }
    script
}

/// What damage puts in.
const DAMAGE: &[&str] = &[
    "'",
    "\"",
    "`",
    "$(",
    ")",
    "(",
    "{",
    "}",
    "${",
    ";",
    ";;",
    "&",
    "&&",
    "|",
    "<",
    ">",
    "<<",
    "<(",
    "\\",
    "\n",
    " if ",
    " fi ",
    " do ",
    " done ",
    " then ",
    " case ",
    " in ",
    " esac ",
    "[[ ",
    " ]]",
    "((",
    "))",
    "!",
    "#",
    "$",
    "<<E\n",
    " function ",
    " time ",
    "=(",
];
