//! What each word of a command is: a subcommand, an option, the value of one, or an operand.

use alloc::string::String;
use alloc::vec::Vec;

use compact_str::CompactString;

use super::Programs;
use super::effects::Name;
use super::entry::{Entry, List, Operand, Opt, Role, Str, Style, Takes};
use super::options::Options;
use crate::command::text::{Fit, Text, Word};

/// A value of an option: a word, or what follows so many bytes of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Value {
    pub(crate) word: usize,
    pub(crate) from: usize,
}

impl Value {
    /// Returns what the command names by it.
    pub(super) fn name(self, words: &[Word]) -> Name {
        match words.get(self.word) {
            Some(word) if self.from == 0 && !word.many => Name::Word(self.word),
            Some(word) => Name::Made(word.text.clone().without(self.from)),
            None => Name::Made(Text::Unknown),
        }
    }

    /// Returns what is known of it.
    pub(crate) fn text(self, words: &[Word]) -> Text {
        self.name(words).text(words)
    }
}

/// How an option is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Flag {
    /// All spellings that the table has for it.
    Listed(List<Str>),
    /// A name that the table does not list: so many bytes of a word.
    Long { word: usize, bytes: usize },
    /// A letter that the table does not list.
    Letter(char),
}

impl Flag {
    /// Whether it is the option of this name.
    pub(crate) fn is(&self, name: &str, words: &[Word]) -> bool {
        match self {
            Self::Listed(names) => names.iter().any(|own| own == name),
            Self::Long { word, bytes } => {
                let text = words.get(*word).and_then(Word::beginning);
                text.and_then(|text| text.get(..*bytes)) == Some(name)
            }
            Self::Letter(letter) => {
                let mut letters = name.strip_prefix('-').unwrap_or_default().chars();
                letters.next() == Some(*letter) && letters.next().is_none()
            }
        }
    }
}

/// An option that a command uses.
#[derive(Clone, Debug)]
pub(crate) struct Use<'p> {
    pub(crate) flag: Flag,
    /// What the table says of it.
    pub(crate) opt: Option<&'p Opt>,
    pub(crate) value: Option<Value>,
}

/// A command, taken apart.
#[derive(Clone, Debug, Default)]
pub(crate) struct Invocation<'p> {
    /// The program and its subcommands; empty for a program that the table does not know.
    pub(crate) entries: Vec<&'p Entry>,
    pub(crate) uses: Vec<Use<'p>>,
    /// Where the operands stand, the names of subcommands first.
    pub(crate) operands: Vec<usize>,
    /// How many of the operands are subcommands that the table knows.
    pub(crate) subs: usize,
    /// From this operand on it is not known which place a word has.
    pub(crate) loose: Option<usize>,
    /// A word that is not known may be an option.
    pub(crate) doubt: bool,
    /// Where a command begins that is run, word for word.
    pub(crate) rest: Option<(usize, Role)>,
    /// Something was found that the table does not list, before the command that is run: it may begin elsewhere.
    pub(crate) unlisted: bool,
    /// The listed options among the uses, each once: a line can use one any number of times.
    given: Vec<&'p Opt>,
    /// What is otherwise because of them.
    variants: Vec<&'p Entry>,
    /// One of them stands for the first operand.
    instead: bool,
}

impl<'p> Invocation<'p> {
    /// Takes a command apart.
    pub(crate) fn read(programs: &'p Programs, words: &[Word]) -> Self {
        let program = words.first().and_then(Word::as_exact).unwrap_or_default();
        let mut invocation = Self::default();
        invocation.refill(programs.get(program), words);
        invocation
    }

    /// Makes this what [`Invocation::read`] returns for a program that the table has this about; it keeps its room.
    pub(crate) fn refill(&mut self, entry: Option<&'p Entry>, words: &[Word]) {
        self.clear();
        self.entries.extend(entry);
        let mut reading = Reading {
            words,
            at: 1,
            found: self,
            options: true,
        };
        reading.dashless();
        while reading.found.rest.is_none() && reading.at < words.len() {
            reading.step();
        }
    }

    fn clear(&mut self) {
        self.entries.clear();
        self.uses.clear();
        self.operands.clear();
        self.given.clear();
        self.variants.clear();
        (self.subs, self.loose, self.rest) = (0, None, None);
        (self.doubt, self.unlisted, self.instead) = (false, false, false);
    }

    /// Returns the program with its subcommands, as far as the table knows them.
    pub(crate) fn entry(&self) -> Option<&'p Entry> {
        self.entries.last().copied()
    }

    /// Returns what is otherwise because of the options that are given.
    pub(crate) fn variants(&self) -> impl Iterator<Item = &'p Entry> {
        self.variants.iter().copied()
    }

    /// Whether an option says what the first operand would say otherwise.
    pub(crate) fn has_instead(&self) -> bool {
        self.instead
    }

    /// Notes what follows from the program, its subcommands and the options that are given by now.
    fn settle(&mut self) {
        let variants = self.entry().map_or(&[][..], |entry| &entry.variants);
        let given = |variant: &&Entry| self.given.iter().any(|opt| opt.is_called(&variant.name));
        self.variants.clear();
        self.variants.extend(variants.iter().filter(given));
        self.instead = self.given.iter().any(|opt| self.option(opt).instead);
    }

    /// Returns what the operands behind the subcommand are.
    pub(crate) fn operand_roles(&self) -> &'p [Operand] {
        const ANY: &[Operand] = &[Operand {
            role: Role::Any,
            many: true,
        }];
        let mut roles = self.entry().and_then(|entry| entry.operands.as_deref());
        for variant in self.variants() {
            roles = variant.operands.as_deref().or(roles);
        }
        roles.unwrap_or(ANY)
    }

    /// Returns an option as a variant has it, or as it is.
    pub(crate) fn option(&self, opt: &'p Opt) -> &'p Opt {
        let same = |other: &&'p Opt| opt.names.iter().any(|name| other.is_called(name));
        let mut options = self.variants().flat_map(|variant| variant.options.iter());
        options.find(same).unwrap_or(opt)
    }

    /// Returns every option that could be given here.
    pub(crate) fn options(&self) -> impl Iterator<Item = &'p Opt> {
        options(&self.entries)
    }

    /// Returns the role of the operand at `at` of those behind the subcommand, when there are `count`.
    pub(crate) fn role(roles: &[Operand], at: usize, count: usize) -> Option<Role> {
        let star = roles.iter().position(|operand| operand.many);
        let Some(star) = star else {
            return roles.get(at).map(|operand| operand.role);
        };
        let behind = roles.len() - star - 1;
        // The repeated one takes at least one, then those behind it take theirs.
        let ends = count.saturating_sub(behind).max(star + 1);
        let place = match at {
            at if at < star => at,
            at if at < ends => star,
            at => star + 1 + (at - ends),
        };
        roles.get(place).map(|operand| operand.role)
    }
}

/// Returns every option that a program with these subcommands takes.
fn options<'e, 'p: 'e>(entries: &'e [&'p Entry]) -> impl Iterator<Item = &'p Opt> + use<'e, 'p> {
    let last = entries.len().saturating_sub(1);
    entries
        .iter()
        .enumerate()
        .rev()
        .flat_map(move |(at, entry)| {
            let own: &'p [Opt] = if at == last { &entry.options } else { &[] };
            let below: &'p [Opt] = if at == last { &[] } else { &entry.below };
            own.iter().chain(below).chain(entry.everywhere.iter())
        })
}

struct Reading<'w, 'p, 'i> {
    words: &'w [Word],
    at: usize,
    found: &'i mut Invocation<'p>,
    options: bool,
}

impl<'p> Reading<'_, 'p, '_> {
    fn style(&self) -> Style {
        let styles = self.found.entries.iter().rev().map(|entry| entry.style);
        styles.flatten().next().unwrap_or(Style::Gnu)
    }

    /// Returns what is found first in the options that could be given here.
    fn find(&self, look: impl Fn(&'p Options) -> Option<&'p Opt>) -> Option<&'p Opt> {
        let last = self.found.entries.len().saturating_sub(1);
        let mut entries = self.found.entries.iter().enumerate().rev();
        entries.find_map(|(at, entry)| {
            let own = if at == last {
                &entry.options
            } else {
                &entry.below
            };
            look(own).or_else(|| look(&entry.everywhere))
        })
    }

    fn named(&self, name: &str) -> Option<&'p Opt> {
        self.find(|options| options.named(name).map(|(_, opt)| opt))
    }

    /// Returns the option that is called by several letters behind one dash.
    fn joined(&self, name: &str) -> Option<&'p Opt> {
        self.find(|options| {
            let found = options.joined.then(|| options.named(name)).flatten();
            found.map(|(_, opt)| opt)
        })
    }

    fn letter(&self, letter: char) -> Option<&'p Opt> {
        self.find(|options| options.letter(letter))
    }

    /// Reads a first operand that is a cluster of letters: `tar czf x`.
    fn dashless(&mut self) {
        if !self.found.entries.iter().any(|entry| entry.dashless) {
            return;
        }
        let Some(letters) = self.words.get(1).and_then(Word::as_exact) else {
            return;
        };
        if letters.is_empty() || !letters.chars().all(|c| c.is_ascii_alphanumeric()) {
            return;
        }
        self.at = 2;
        // The values stand behind the cluster, in the order of their letters.
        for letter in letters.chars() {
            let opt = self.letter(letter);
            let takes = opt.is_some_and(|opt| opt.takes == Takes::Value);
            let value = takes.then(|| self.take()).flatten();
            self.push(opt, Flag::Letter(letter), value);
        }
    }

    fn push(&mut self, opt: Option<&'p Opt>, flag: Flag, value: Option<Value>) {
        let flag = opt.map_or(flag, |opt| Flag::Listed(opt.names.clone()));
        if opt.is_some_and(|opt| opt.last) {
            self.options = false;
        }
        for _ in 0..opt.map_or(0, |opt| opt.more) {
            self.take();
        }
        if let Some(opt) = opt
            && !self
                .found
                .given
                .iter()
                .any(|given| core::ptr::eq(*given, opt))
        {
            self.found.given.push(opt);
            self.found.settle();
        }
        self.found.uses.push(Use { flag, opt, value });
    }

    /// Takes the next word as a value.
    fn take(&mut self) -> Option<Value> {
        let word = self.at;
        let next = self.words.get(word)?;
        if next.many {
            // It may be no word at all, and then another one is the value.
            self.found.loose.get_or_insert(self.found.operands.len());
            self.found.doubt |= next.is_option() != Fit::No;
        }
        self.at += 1;
        Some(Value { word, from: 0 })
    }

    fn step(&mut self) {
        let Some(word) = self.words.get(self.at) else {
            return;
        };
        let Some(text) = word.as_exact() else {
            if self.options && self.begins(word) {
                if word.many {
                    // More words may follow that it becomes.
                    self.found.loose.get_or_insert(self.found.operands.len());
                    self.found.doubt |= word.loose;
                }
                return;
            }
            if self.options && word.is_option() != Fit::No {
                self.found.doubt = true;
                self.found.loose.get_or_insert(self.found.operands.len());
            }
            if word.many {
                self.found.loose.get_or_insert(self.found.operands.len());
            }
            self.operand();
            return;
        };
        if !self.options {
            self.operand();
        } else if text == "--" {
            self.at += 1;
            let role = self
                .found
                .entries
                .iter()
                .rev()
                .find_map(|entry| entry.dashes);
            match role {
                Some(role) => self.found.rest = Some((self.at, role)),
                // Behind it `find` still reads its expression.
                None => self.options = self.style() == Style::Single,
            }
        } else if text.len() > 1 && text.starts_with('-') {
            self.at += 1;
            self.option(text, false);
        } else if text == "-"
            && let Some(opt) = self.named("-")
        {
            self.at += 1;
            self.push(Some(opt), Flag::Letter('-'), None);
        } else if !self.keyed(text) {
            self.operand();
        }
    }

    /// Reads the options that a word certainly begins with: `--output=$x`, `-o$x`, `of=$x`.
    fn begins(&mut self, word: &Word) -> bool {
        if let Text::OneOf(texts) = &word.text {
            // Each of them counts, though only one stands here.
            let at = self.at;
            let keyed = |text: &CompactString| {
                self.at = at;
                self.keyed(text)
            };
            if texts
                .iter()
                .map(keyed)
                .fold(false, |one, other| one | other)
            {
                self.at = at + 1;
                return true;
            }
        }
        let Some(beginning) = word.text.beginning() else {
            return false;
        };
        if !beginning.starts_with('-') {
            return self.keyed(&beginning);
        }
        let single = self.style() == Style::Single;
        let long = beginning.starts_with("--") || single;
        // Which option it is must be known, and that its value goes on in the same word.
        let certain = match long {
            true => beginning.contains('='),
            false => beginning.chars().skip(1).any(|letter| {
                let opt = self.letter(letter);
                opt.is_some_and(|opt| opt.takes != Takes::Nothing)
            }),
        };
        if certain {
            self.at += 1;
            self.option(&beginning, true);
        }
        certain
    }

    /// Reads an option without a dash: `if=x`, `+cmd`.
    fn keyed(&mut self, text: &str) -> bool {
        let fits =
            |name: &str| (name.ends_with('=') || name.starts_with('+')) && text.starts_with(name);
        let opt = self.find(|options| match options.keyed {
            true => options
                .iter()
                .find(|opt| opt.names.iter().any(|name| fits(name))),
            false => None,
        });
        let Some(opt) = opt else {
            return false;
        };
        let from = opt
            .names
            .iter()
            .find(|name| fits(name))
            .map_or(0, |name| name.len());
        let value = Value {
            word: self.at,
            from,
        };
        self.at += 1;
        self.push(Some(opt), Flag::Letter('='), Some(value));
        true
    }

    /// Reads an option, whose word is taken; `open` if the word goes on in a way that is not known.
    fn option(&mut self, text: &str, open: bool) {
        let word = self.at - 1;
        let style = self.style();
        let single = style == Style::Single;
        if !single && !text.starts_with("--") {
            self.cluster(text, word, open);
            return;
        }
        let (name, attached) = match text.split_once('=') {
            Some((name, _)) => (name, Some(name.len() + 1)),
            None => (text, None),
        };
        let one_dash = name.strip_prefix('-').unwrap_or(name);
        let mut opt = self.find(|options| {
            let own = options.named(name);
            let other = single.then(|| options.named(one_dash)).flatten();
            let first = own.into_iter().chain(other).min_by_key(|(at, _)| *at);
            first.map(|(_, opt)| opt)
        });
        if opt.is_none() && style == Style::Gnu && name.len() > 2 {
            opt = self.find(|options| options.beginning_with(name));
        }
        let mut attached = attached;
        if opt.is_none() && single {
            // `-ofile`
            let begins = |own: &str| own.len() == 2 && text.starts_with(own);
            let takes =
                |opt: &&Opt| opt.takes != Takes::Nothing && opt.names.iter().any(|own| begins(own));
            opt = self.find(|options| options.iter().find(takes));
            attached = opt.map(|_| 2).or(attached);
        }
        self.found.unlisted |= opt.is_none();
        let until = opt.is_some_and(|opt| opt.role == Role::Until);
        let value = match (attached, opt.map(|opt| opt.takes)) {
            (Some(from), _) => Some(Value { word, from }),
            (None, Some(Takes::Value)) if until => Some(self.until()),
            (None, Some(Takes::Value)) => self.take(),
            _ => None,
        };
        let bytes = name.len();
        self.push(opt, Flag::Long { word, bytes }, value);
    }

    /// Takes a command up to the word that ends it, which is taken too.
    fn until(&mut self) -> Value {
        let word = self.at;
        let words = self.words.get(word..).unwrap_or_default();
        let Until { length, doubt } = Until::read(words);
        self.at = word + words.len().min(length + 1);
        self.found.doubt |= doubt;
        Value { word, from: 0 }
    }

    fn cluster(&mut self, text: &str, word: usize, open: bool) {
        if text.len() > 2
            && !open
            && let Some(opt) = self.joined(text)
        {
            let value = if opt.takes == Takes::Value {
                self.take()
            } else {
                None
            };
            self.push(Some(opt), Flag::Letter('-'), value);
            return;
        }
        let number = text.bytes().skip(1).all(|byte| byte.is_ascii_digit());
        for (at, letter) in text.char_indices().skip(1) {
            let behind = at + letter.len_utf8();
            let opt = self.letter(letter);
            self.found.unlisted |= opt.is_none() && !number;
            let takes = opt.map_or(Takes::Nothing, |opt| opt.takes);
            let until = opt.is_some_and(|opt| opt.role == Role::Until);
            let from = match text.get(behind..) {
                Some(rest) if rest.starts_with('=') => behind + 1,
                _ => behind,
            };
            let value = match takes {
                Takes::Nothing => None,
                _ if behind < text.len() => Some(Value { word, from }),
                _ if open => {
                    // What goes on may be nothing, and then the next word is the value.
                    self.found.doubt = true;
                    self.found.loose.get_or_insert(self.found.operands.len());
                    Some(Value { word, from })
                }
                Takes::Value if until => Some(self.until()),
                Takes::Value => self.take(),
                Takes::Attached => None,
            };
            let ends = takes != Takes::Nothing;
            self.push(opt, Flag::Letter(letter), value);
            if ends || letter == '=' {
                return;
            }
        }
    }

    /// Reads an operand, or the name of a subcommand.
    fn operand(&mut self) {
        let at = self.at;
        let behind = self.found.operands.len() - self.found.subs;
        let entry = self.found.entry();
        if behind == 0
            && let Some(entry) = entry
            && let Some(name) = self.words.get(at).and_then(Word::as_exact)
            && let Some(sub) = entry.sub(name)
        {
            self.found.entries.push(sub);
            self.found.operands.push(at);
            self.found.subs += 1;
            self.found.settle();
            self.at += 1;
            return;
        }
        if let Some(entry) = entry {
            let skip = usize::from(self.found.instead);
            let roles = self.found.operand_roles();
            let role = Invocation::role(roles, behind + skip, usize::MAX);
            // An assignment before the command is no command yet.
            let (role, next) = match role {
                Some(Role::Assign) if self.is_assignment(at) => (None, false),
                Some(Role::Assign) => (Some(Role::Command), true),
                role => (role, false),
            };
            if let Some(role @ (Role::Command | Role::Script)) = role
                && (next || Invocation::begins(roles, behind + skip))
            {
                self.found.rest = Some((at, role));
                return;
            }
            self.options = self.options && !entry.stops;
        }
        self.found.operands.push(at);
        self.at += 1;
    }

    fn is_assignment(&self, at: usize) -> bool {
        let text = self.words.get(at).and_then(Word::beginning);
        text.is_some_and(|text| text.contains('=') && !text.starts_with('='))
    }
}

impl Invocation<'_> {
    /// Whether the command that a program runs begins at this operand.
    fn begins(roles: &[Operand], at: usize) -> bool {
        roles
            .iter()
            .position(|operand| operand.role.runs_inner())
            .is_some_and(|place| place <= at)
    }
}

/// Where a command ends that another program's words go on behind: at `;`, and at `+` behind `{}`.
pub(super) struct Until {
    /// How many words it has.
    pub(super) length: usize,
    /// It may go on: what stands before the `+` is not known.
    doubt: bool,
}

impl Until {
    pub(super) fn read(words: &[Word]) -> Until {
        let mut before = Some("");
        for (length, word) in words.iter().enumerate() {
            let now = word.as_exact();
            match (before, now) {
                (Some("{}"), Some("+")) | (_, Some(";")) => {
                    return Until {
                        length,
                        doubt: false,
                    };
                }
                (None, Some("+")) => {
                    return Until {
                        length,
                        doubt: true,
                    };
                }
                _ => before = now,
            }
        }
        Until {
            length: words.len(),
            doubt: false,
        }
    }
}

/// Returns what an unquoted text is when it is split at blanks; `None` when that takes more than splitting.
pub(super) fn split_plain(text: &str) -> Option<Vec<String>> {
    let special = |c: char| matches!(c, '$' | '\\' | '"' | '\'' | '#' | '`');
    (!text.contains(special)).then(|| text.split_ascii_whitespace().map(String::from).collect())
}
