//! Commands: which word is another than the one that a rule names.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::super::gates::{near, subcommand_of, typo, words};
use super::super::miss::Missing;
use super::{Change, Found, Place, seen_text};
use crate::automaton::witness::{EDIT, SEPARATOR, cost};
use crate::command::{Call, CommandPattern, Fit, Word};
use crate::condition::command::CommandCondition;
use crate::shown::Shown;

/// What a word of a flag or option may differ by to be taken for it, in half edits.
const FLAG_TYPO: usize = 4;

/// A change to the words of a command.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Edit {
    Replace(usize, String),
    Remove(usize),
    /// At the end, before a `--`.
    Add(String),
}

/// How a command differs from what a rule names.
#[derive(Debug)]
struct Difference {
    edits: Vec<Edit>,
    /// The word at which it fails first, and the byte in it; `None` for behind the last one.
    at: Option<(usize, usize)>,
    expected: String,
    /// In percent of the rule's text; `None` for options.
    closeness: Option<u8>,
    close: bool,
}

/// Where a command first differs from a text.
struct Failure {
    at: Option<(usize, usize)>,
    expected: String,
    /// How many bytes of the text were there.
    had: usize,
}

impl Place<'_> {
    pub(super) fn describe_command(&self, condition: &CommandCondition, missing: Missing) -> Found {
        let Some(words) = words(condition, &self.scene) else {
            return Found {
                missing,
                close: false,
            };
        };
        let mut missing = Missing {
            seen: Some(seen_text(&self.scene.leaf.text())),
            ..missing
        };
        let call = self.scene.leaf.call.as_deref();
        let Some(difference) = difference(condition, words, call) else {
            // What a command touches, where it goes, who runs it: the leaf has it, and no text says how far off it is.
            let close = condition.is_on_effects();
            return Found { missing, close };
        };
        let places = self.places(words);
        missing.at = places.and_then(|places| match difference.at {
            Some((word, byte)) => {
                let place = places.get(word)?;
                // A word that is quoted is written otherwise than it reads.
                let plain = words.get(word)?.as_exact()? == words.get(word)?.written();
                Some(place.start + if plain { byte } else { 0 })
            }
            None => places.last().map(|place| place.end),
        });
        missing.expected = Some(difference.expected);
        missing.closeness = difference.closeness;
        Found {
            missing,
            close: difference.close,
        }
    }

    pub(super) fn mend_command(&self, condition: &CommandCondition) -> Vec<Change> {
        let change = || {
            let words = words(condition, &self.scene)?;
            let difference = difference(condition, words, self.scene.leaf.call.as_deref())?;
            let places = self.places(words)?;
            let (field, text) = self.source()?;
            let text = edited(text, words, &places, &difference.edits)?;
            Some((field.clone(), Shown::Text(text)))
        };
        change().into_iter().collect()
    }

    /// Returns where the words of this leaf's command stand in the field that it was read from.
    fn places(&self, words: &[Word]) -> Option<Vec<Range<usize>>> {
        let (_, text) = self.source()?;
        let mut from = self.scene.leaf.start;
        let mut places = Vec::new();
        for word in words {
            let found = find_word(text, word.written(), from)?;
            from = found.end;
            places.push(found);
        }
        Some(places)
    }
}

/// Returns where a word stands by itself, from `from` on.
fn find_word(text: &str, word: &str, from: usize) -> Option<Range<usize>> {
    let ends = |c: char| {
        c.is_whitespace()
            || matches!(
                c,
                ';' | '|' | '&' | '(' | ')' | '{' | '}' | '<' | '>' | '`' | '\'' | '"'
            )
    };
    let mut from = from;
    loop {
        let start = from + text.get(from..)?.find(word)?;
        let end = start + word.len();
        let before = text.get(..start)?.chars().next_back();
        let after = text.get(end..)?.chars().next();
        if before.is_none_or(ends) && after.is_none_or(ends) && !word.is_empty() {
            return Some(start..end);
        }
        from = start + text.get(start..)?.chars().next()?.len_utf8();
    }
}

/// Returns the text of a field with the words of one command in it changed.
fn edited(text: &str, words: &[Word], places: &[Range<usize>], edits: &[Edit]) -> Option<String> {
    let mut changes: Vec<(Range<usize>, String)> = Vec::new();
    let end = words
        .iter()
        .position(|word| word.as_exact() == Some("--"))
        .unwrap_or(words.len());
    let behind = places.get(end.checked_sub(1)?)?.end;
    for edit in edits {
        match edit {
            Edit::Replace(at, word) => {
                changes.push((places.get(*at)?.clone(), plain(word)?.into()));
            }
            Edit::Remove(at) => {
                let start = places.get(at.checked_sub(1)?)?.end;
                changes.push((start..places.get(*at)?.end, String::new()));
            }
            Edit::Add(word) => changes.push((behind..behind, format!(" {}", plain(word)?))),
        }
    }
    changes.sort_by_key(|(place, _)| (place.start, place.end));
    let mut edited = String::new();
    let mut done = 0;
    for (place, word) in changes {
        edited.push_str(text.get(done..place.start)?);
        edited.push_str(&word);
        done = place.end;
    }
    edited.push_str(text.get(done..)?);
    Some(edited)
}

/// Returns a word that a shell takes as it is.
fn plain(word: &str) -> Option<&str> {
    let is_plain = |c: char| c.is_alphanumeric() || "_-./:,+@%=^".contains(c);
    (!word.is_empty() && word.chars().all(is_plain)).then_some(word)
}

/// Returns how a command differs from what a condition names, by the closest of its texts.
fn difference(
    condition: &CommandCondition,
    words: &[Word],
    call: Option<&Call>,
) -> Option<Difference> {
    let texts = condition
        .run
        .iter()
        .map(|text| (text, false))
        .chain(condition.exact.iter().map(|text| (text, true)));
    let best = texts
        .filter_map(|(text, exact)| by_text(text, exact, words, condition.carried))
        .max_by_key(|difference| {
            (
                difference.close,
                difference.closeness,
                core::cmp::Reverse(difference.edits.len()),
            )
        });
    if best.is_some() {
        return best;
    }
    if !condition.any_flag.is_empty() {
        let flags = condition.any_flag.iter().map(|flag| by_flag(flag, words));
        return flags.max_by_key(|difference| difference.closeness);
    }
    if !condition.all_flags.is_empty() {
        return by_flags(&condition.all_flags, words, call);
    }
    by_no_flag(&condition.no_flag, words)
}

/// Holds a command against one text of a rule, word by word: an option may stand anywhere, other words in order.
fn by_text(
    text: &CommandPattern,
    exact: bool,
    words: &[Word],
    carried: bool,
) -> Option<Difference> {
    let wanted = text.words();
    let total: usize =
        wanted.iter().map(String::len).sum::<usize>() + wanted.len().checked_sub(1)?;
    let mut used = alloc::vec![false; words.len()];
    let mut edits = Vec::new();
    let mut first: Option<Failure> = None;
    let mut had = 0;
    let mut spent = 0;
    let mut last = 0;
    for (index, word) in wanted.iter().enumerate() {
        let place = if index == 0 {
            Some(0)
        } else if word.starts_with('-') {
            option_at(word, words, &used)
        } else if index == 1 {
            subcommand_of(words, word, FLAG_TYPO)
                .map(|(at, _)| at)
                .or_else(|| operand_at(words, &used, last))
        } else {
            operand_at(words, &used, last)
        };
        let before = had + usize::from(index > 0);
        had = before + word.len();
        let Some(at) = place else {
            spent += SEPARATOR + EDIT * word.len();
            edits.push(Edit::Add(word.clone()));
            first.get_or_insert(Failure {
                at: None,
                expected: word.clone(),
                had: before,
            });
            continue;
        };
        if let Some(used) = used.get_mut(at) {
            *used = true;
        }
        if !word.starts_with('-') {
            last = at;
        }
        let seen = words.get(at)?.as_exact()?;
        let same = seen == word
            || (index == 0 && carried && seen.rsplit('/').next() == Some(word.as_str()));
        if same {
            continue;
        }
        let common = common(seen, word);
        spent += cost(seen.as_bytes(), word.as_bytes()).unwrap_or(usize::MAX / 4);
        edits.push(Edit::Replace(at, word.clone()));
        let rest = word.get(common..).unwrap_or_default().into();
        first.get_or_insert(Failure {
            at: Some((at, common)),
            expected: rest,
            had: before + common,
        });
    }
    if exact {
        for at in (0..words.len()).filter(|at| used.get(*at) == Some(&false)) {
            spent += SEPARATOR + EDIT * words.get(at)?.written().len();
            edits.push(Edit::Remove(at));
            first.get_or_insert(Failure {
                at: Some((at, 0)),
                expected: String::new(),
                had: total,
            });
        }
    }
    let Failure { at, expected, had } = first?;
    let closeness = u8::try_from((had * 100).checked_div(total)?).unwrap_or(100);
    let gate = typo(text, words, carried).is_some();
    Some(Difference {
        edits,
        at,
        expected,
        closeness: Some(closeness),
        close: gate && (closeness >= 50 || spent <= (2 * total / 3).max(4)),
    })
}

/// Returns where the word stands that is nearest to an option and not taken for another.
fn option_at(option: &str, words: &[Word], used: &[bool]) -> Option<usize> {
    let free = words.iter().enumerate().skip(1).filter(|(at, word)| {
        let text = word.as_exact().unwrap_or_default();
        used.get(*at) == Some(&false) && text.starts_with('-') && text != "--"
    });
    free.max_by_key(|(at, word)| {
        let text = word.as_exact().unwrap_or_default();
        (
            text == option,
            common(text, option),
            core::cmp::Reverse(*at),
        )
    })
    .map(|(at, _)| at)
}

/// Returns the first word behind `last` that is no option and not taken yet.
fn operand_at(words: &[Word], used: &[bool], last: usize) -> Option<usize> {
    words
        .iter()
        .enumerate()
        .skip(last + 1)
        .find(|(at, word)| {
            let option = word.as_exact().is_some_and(|text| text.starts_with('-'));
            !option && used.get(*at) == Some(&false)
        })
        .map(|(at, _)| at)
}

/// Says what it takes to give a command an option.
fn by_flag(flag: &str, words: &[Word]) -> Difference {
    let slip = words.iter().enumerate().skip(1).find_map(|(at, word)| {
        let text = word.as_exact()?;
        // One letter behind a dash is an option of its own, and no slip of another.
        let long = flag.len() > 2 && text.starts_with('-');
        (long && near(text, flag, FLAG_TYPO).is_some()).then_some((at, text))
    });
    match slip {
        Some((at, text)) => {
            let common = common(text, flag);
            let closeness = (common * 100).checked_div(flag.len()).unwrap_or(0);
            Difference {
                edits: alloc::vec![Edit::Replace(at, flag.into())],
                at: Some((at, common)),
                expected: flag.get(common..).unwrap_or_default().into(),
                closeness: u8::try_from(closeness).ok(),
                close: true,
            }
        }
        None => Difference {
            edits: alloc::vec![Edit::Add(flag.into())],
            at: None,
            expected: flag.into(),
            closeness: None,
            close: true,
        },
    }
}

fn by_flags(flags: &[String], words: &[Word], call: Option<&Call>) -> Option<Difference> {
    let missing = flags
        .iter()
        .filter(|flag| call.is_none_or(|call| call.has_flag(flag, words) != Fit::Yes));
    let mut each = missing.map(|flag| by_flag(flag, words));
    let mut first = each.next()?;
    for more in each {
        first.edits.extend(more.edits);
    }
    Some(first)
}

fn by_no_flag(flags: &[String], words: &[Word]) -> Option<Difference> {
    let forbidden = |word: &Word| {
        let text = word.as_exact();
        text.is_some_and(|text| {
            flags.iter().any(|flag| {
                let value = text.strip_prefix(flag.as_str());
                value.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
            })
        })
    };
    let places: Vec<usize> = (1..words.len())
        .filter(|at| words.get(*at).is_some_and(forbidden))
        .collect();
    // An option spelled in another way is there all the same, and nobody says which word it is.
    Some(Difference {
        at: places.first().map(|first| (*first, 0)),
        edits: places.iter().map(|at| Edit::Remove(*at)).collect(),
        expected: String::new(),
        closeness: None,
        close: true,
    })
}

/// Returns how many bytes two words have in common at their beginning, whole characters only.
fn common(a: &str, b: &str) -> usize {
    let same = a
        .char_indices()
        .zip(b.chars())
        .take_while(|((_, a), b)| a == b);
    same.map(|((at, c), _)| at + c.len_utf8())
        .last()
        .unwrap_or(0)
}
