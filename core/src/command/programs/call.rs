//! A command as rules see it: its words, and what each of them is.

use alloc::vec::Vec;

use super::Programs;
use super::effects::{CODE, Effects};
use super::entry::{Entry, Role, Str};
use super::invocation::{Flag, Invocation, Value};
use crate::command::text::{Fit, Text, Word};

/// What is known of the words of a command.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Call {
    /// The table knows the program.
    pub(crate) known: bool,
    /// The options, each with its value.
    flags: Vec<(Flag, Option<Value>)>,
    /// Where the operands stand, the names of subcommands first.
    operands: Vec<usize>,
    /// How many of them are subcommands that the table knows.
    subs: usize,
    /// From this operand on it is not known which place a word has.
    loose: Option<usize>,
    /// A word that is not known may be an option.
    doubt: bool,
    /// It has an option that the table does not list.
    unlisted: bool,
    /// What an allow must name.
    pub(crate) named: Vec<Str>,
    /// A word that is not known may be an option that an allow must name.
    pub(crate) unsure: bool,
    /// Everything that it does to files is known from its words.
    pub(crate) open: bool,
}

impl Call {
    pub(crate) fn new(invocation: &Invocation<'_>, words: &[Word], effects: &Effects) -> Self {
        let mut call = Self::default();
        call.refill(invocation, words, effects);
        call
    }

    /// Makes this what [`Call::new`] returns; it keeps its room.
    pub(crate) fn refill(
        &mut self,
        invocation: &Invocation<'_>,
        words: &[Word],
        effects: &Effects,
    ) {
        let entry = invocation.entry();
        let variable = || {
            let mut roles = invocation.operand_roles().iter();
            roles.any(|operand| matches!(operand.role, Role::Variable))
        };
        self.known = entry.is_some();
        self.flags.clear();
        let uses = invocation.uses.iter();
        self.flags
            .extend(uses.map(|used| (used.flag.clone(), used.value)));
        self.operands.clear();
        self.operands.extend(&invocation.operands);
        if let Some((at, _)) = invocation.rest {
            self.operands.extend(at..words.len());
        }
        self.subs = invocation.subs;
        self.loose = invocation.loose;
        self.doubt = invocation.doubt;
        self.unlisted = entry.is_none() || invocation.unlisted;
        self.named.clear();
        self.named.extend(effects.named.iter().cloned());
        self.unsure =
            invocation.doubt && !none_named(invocation) || effects.assigns_any && variable();
        self.open = entry.is_some_and(|entry| !entry.stdin && entry.operands.is_some());
    }

    /// Returns the operands, the names of subcommands first.
    fn operands<'w>(&self, words: &'w [Word]) -> impl Iterator<Item = &'w Word> {
        self.operands.iter().filter_map(move |at| words.get(*at))
    }

    /// Whether a command has an option, up to the word `--`, in whichever spelling.
    pub(crate) fn has_flag(&self, name: &str, words: &[Word]) -> Fit {
        let same = |(flag, _): &(Flag, Option<Value>)| flag.is(name, words);
        if self.flags.iter().any(same) || self.is_named(name) {
            return Fit::Yes;
        }
        if !self.known {
            return naive_flag(words, name);
        }
        if self.doubt { Fit::Perhaps } else { Fit::No }
    }

    /// Whether an operand may be any number of words.
    pub(crate) fn is_loose(&self) -> bool {
        self.loose.is_some()
    }

    /// Whether two names are those of one option that the command uses.
    pub(crate) fn same_flag(&self, one: &str, other: &str, words: &[Word]) -> bool {
        let both = |(flag, _): &(Flag, Option<Value>)| flag.is(one, words) && flag.is(other, words);
        self.flags.iter().any(both)
    }

    /// Whether an allow must name an option, and this is a name of it.
    fn is_named(&self, name: &str) -> bool {
        self.named.iter().any(|named| named == name)
    }

    /// Returns every argument that is no option: operands behind the subcommand, and values of options.
    pub(crate) fn arguments(&self, words: &[Word]) -> Vec<(Text, bool)> {
        let mut arguments = Vec::new();
        if self.known {
            for word in self.operands(words).skip(self.subs) {
                arguments.push((word.text.clone(), word.many));
            }
            let values = self.flags.iter().filter_map(|(_, value)| *value);
            arguments.extend(values.map(|value| (value.text(words), false)));
        } else {
            let behind = words.iter().skip(1);
            arguments.extend(behind.map(|word| (word.text.clone(), word.many)));
        }
        arguments
    }

    /// Whether a command does what the text of a rule says: the operands of the text are its first ones, and it has the
    /// text's options, with their values.
    pub(crate) fn fits(
        &self,
        words: &[Word],
        wanted: &Self,
        wanted_words: &[Word],
        restricts: bool,
    ) -> Fit {
        if !self.known && !restricts && !self.begins_alike(words, wanted, wanted_words) {
            return Fit::No;
        }
        let mut fit = self.operands_fit(words, wanted, wanted_words);
        if fit == Fit::No
            && restricts
            && self.unlisted
            && self.may_skip(words, wanted, wanted_words)
        {
            fit = Fit::Perhaps;
        }
        for (flag, value) in &wanted.flags {
            if fit == Fit::No {
                break;
            }
            fit = fit.and(self.has(words, flag, *value, wanted_words));
        }
        fit
    }

    /// Whether the operands of the text are found when some behind an option are taken for its value: nobody knows what
    /// that option takes.
    fn may_skip(&self, words: &[Word], wanted: &Self, wanted_words: &[Word]) -> bool {
        let mut own = self.operands.iter().peekable();
        for at in &wanted.operands {
            let text = wanted_words.get(*at).and_then(Word::as_exact).unwrap_or("");
            loop {
                let Some(at) = own.next() else { return false };
                let fits = words
                    .get(*at)
                    .is_some_and(|word| word.text.is(text) != Fit::No);
                let before = at.checked_sub(1).and_then(|at| words.get(at));
                let behind = before.is_some_and(|word| word.is_option() != Fit::No);
                if fits {
                    break;
                }
                if !behind {
                    return false;
                }
            }
        }
        true
    }

    fn operands_fit(&self, words: &[Word], wanted: &Self, wanted_words: &[Word]) -> Fit {
        let mut fit = Fit::Yes;
        let mut own = self.operands.iter().enumerate();
        for at in &wanted.operands {
            let Some(text) = wanted_words.get(*at).and_then(Word::as_exact) else {
                return Fit::No;
            };
            if text == CODE && self.is_named(CODE) {
                continue;
            }
            let next = own.next();
            let loose = self.loose.is_some_and(|loose| match next {
                Some((index, _)) => loose <= index,
                None => true,
            });
            fit = fit.and(match next.and_then(|(_, at)| words.get(*at)) {
                _ if loose => Fit::Perhaps,
                Some(word) => word.text.is(text),
                None => return Fit::No,
            });
            if fit == Fit::No {
                return Fit::No;
            }
        }
        fit
    }

    /// Whether the options of a program that nobody knows stand where the text has them, so that none of them takes an
    /// operand of the text for its value.
    fn begins_alike(&self, words: &[Word], wanted: &Self, wanted_words: &[Word]) -> bool {
        let operands = wanted.operands.len();
        let last = self.operands.get(operands.saturating_sub(1));
        let end = match (operands, last) {
            (0, _) => return wanted_words.len() == 1 || begins(words, wanted_words),
            (_, Some(last)) => *last,
            (_, None) => return false,
        };
        // Nothing but the words of the text up to its last operand.
        end < wanted_words.len() && words.get(1..=end) == wanted_words.get(1..=end)
            || begins(words, wanted_words)
    }

    fn has(
        &self,
        words: &[Word],
        wanted: &Flag,
        value: Option<Value>,
        wanted_words: &[Word],
    ) -> Fit {
        let same = |flag: &Flag| match (flag, wanted) {
            (Flag::Listed(own), Flag::Listed(wanted)) => own == wanted,
            (Flag::Letter(own), Flag::Letter(wanted)) => own == wanted,
            (flag, Flag::Long { word, bytes }) => {
                let text = wanted_words.get(*word).and_then(Word::as_exact);
                text.and_then(|text| text.get(..*bytes))
                    .is_some_and(|name| flag.is(name, words))
            }
            _ => false,
        };
        let mut fit = Fit::No;
        for (flag, own) in self.flags.iter().filter(|(flag, _)| same(flag)) {
            let wanted = value.map(|value| value.text(wanted_words));
            let _ = flag;
            fit = fit.or(match (wanted, own) {
                (None, _) => Fit::Yes,
                (Some(Text::Exact(wanted)), Some(own)) => own.text(words).is(&wanted),
                _ => Fit::No,
            });
        }
        if fit == Fit::No && self.doubt {
            Fit::Perhaps
        } else {
            fit
        }
    }
}

/// Whether no option that could be given is one that an allow must name. Without subcommands that the table knows, any of
/// the program's could follow.
fn none_named(invocation: &Invocation<'_>) -> bool {
    invocation.entry().is_some_and(|entry| {
        let below = |entry: &Entry| {
            let mut subs = entry.subs.iter();
            subs.any(|sub| sub.options.iter().any(|opt| opt.named))
        };
        let early =
            invocation.subs == 0 && (below(entry) || entry.below.iter().any(|opt| opt.named));
        !early && !invocation.options().any(|opt| opt.named)
    })
}

fn begins(words: &[Word], wanted: &[Word]) -> bool {
    let texts = |words: &[Word], count: usize| -> Option<Vec<Text>> {
        let words = words.get(1..count)?;
        words
            .iter()
            .map(|word| (!word.many).then(|| word.text.clone()))
            .collect()
    };
    let count = wanted.len();
    texts(words, count).is_some_and(|own| Some(own) == texts(wanted, count))
}

/// Whether a command of a program that nobody knows has an option: as a word, with `=value`, or as a letter of a cluster.
fn naive_flag(words: &[Word], flag: &str) -> Fit {
    let letter = flag
        .strip_prefix('-')
        .filter(|letter| letter.chars().count() == 1 && *letter != "-");
    let is_flag = |text: &str| {
        let value = text
            .strip_prefix(flag)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with('='));
        let cluster = text
            .strip_prefix('-')
            .filter(|letters| !letters.starts_with('-'));
        value
            || letter.is_some_and(|letter| cluster.is_some_and(|letters| letters.contains(letter)))
    };
    let begins = |beginning: &str| match beginning.starts_with('-') || beginning.is_empty() {
        _ if is_flag(beginning) => Fit::Yes,
        true => Fit::Perhaps,
        false => Fit::No,
    };
    let arguments = words
        .iter()
        .skip(1)
        .take_while(|word| word.as_exact() != Some("--"));
    arguments.fold(Fit::No, |fit, word| {
        let found = word.text.fit(is_flag, begins);
        // One of several words may be an option even where the first is none.
        fit.or(if word.many && found == Fit::No {
            word.is_option().and(Fit::Perhaps)
        } else {
            found
        })
    })
}

/// Takes a command apart, for a rule's text.
pub(crate) fn call(programs: &Programs, words: &[Word]) -> Call {
    let invocation = Invocation::read(programs, words);
    let effects = Effects::of(&invocation, words);
    Call::new(&invocation, words, &effects)
}
