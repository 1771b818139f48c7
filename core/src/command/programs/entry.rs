//! What the table says of one program, and how that is written.
//!
//! This file is compiled twice: into the core, which reads a policy's `[programs]` with it, and into the build script,
//! which reads `data/programs.toml` with it. So it depends on nothing but `alloc`, and [`super::options`].

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::options::{Options, beginning};

/// A text that is compiled in or comes from a policy.
pub(crate) type Str = Cow<'static, str>;

/// A list that is compiled in or comes from a policy.
pub(crate) type List<T> = Cow<'static, [T]>;

/// What becomes of a word: of an operand, or of the value of an option.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// Nothing that a rule would ask about.
    Plain,
    /// Nobody knows: what looks like a path or a URL may be read, written, deleted or fetched.
    Any,
    Read,
    /// Read with everything below it.
    ReadTree,
    Write,
    WriteTree,
    Prefix,
    Beside,
    /// Read and written.
    Edit,
    EditTree,
    Delete,
    DeleteTree,
    /// Read and deleted.
    Move,
    /// Written, and where it is a directory the operands before it are written into it.
    Into,
    /// A URL, with or without its scheme.
    Fetch,
    /// A host, with or without who signs in and a port.
    Host,
    /// `host:port:place`: what is asked of the host goes to the place.
    Reroute,
    /// An image of a container.
    Image,
    /// A URL, `host:path`, or a path that is read with everything below it.
    Source,
    /// A URL, `host:path`, or a path that is written with everything below it.
    Target,
    /// A URL that is fetched, a path that is read with everything below it, or a name.
    Package,
    /// `@file` and `<file` are read, also behind `name=`; everything else is text.
    Data,
    /// `path:where` or `source=path,..`: the path is read and written with everything below it.
    Mount,
    /// It is, or names, something that runs.
    Run,
    /// A file that is read, and runs or decides what runs.
    Load,
    /// A script for a shell; as operands, the words from here on, joined by spaces.
    Script,
    /// From here on a command, word for word.
    Command,
    /// A command up to a word `;` or `+`, or up to the end.
    Until,
    /// The text of a command line without a shell: its words come before the operands.
    Split,
    /// Stands in the command for words that come from elsewhere.
    Replaced,
    /// `NAME=value`: the environment of what runs.
    Assign,
    /// `NAME=value`, or something that is nothing to a rule.
    Variable,
    /// The directory in which it all happens.
    Dir,
    /// The directory that the operands are relative to.
    Base,
    /// A program in the language of awk.
    Awk,
    /// A program in the language of sed.
    Sed,
    /// Statements for a database.
    Sql,
    /// `name=value`, where the names of the table's settings say that the value runs.
    Setting,
}

impl Role {
    /// Every role with the word that the table has for it.
    pub(crate) const NAMES: [(&'static str, Self); 38] = [
        ("plain", Self::Plain),
        ("any", Self::Any),
        ("read", Self::Read),
        ("read-tree", Self::ReadTree),
        ("write", Self::Write),
        ("write-tree", Self::WriteTree),
        ("prefix", Self::Prefix),
        ("beside", Self::Beside),
        ("edit", Self::Edit),
        ("edit-tree", Self::EditTree),
        ("delete", Self::Delete),
        ("delete-tree", Self::DeleteTree),
        ("move", Self::Move),
        ("into", Self::Into),
        ("fetch", Self::Fetch),
        ("host", Self::Host),
        ("reroute", Self::Reroute),
        ("image", Self::Image),
        ("source", Self::Source),
        ("target", Self::Target),
        ("package", Self::Package),
        ("data", Self::Data),
        ("mount", Self::Mount),
        ("run", Self::Run),
        ("load", Self::Load),
        ("script", Self::Script),
        ("command", Self::Command),
        ("until", Self::Until),
        ("split", Self::Split),
        ("replaced", Self::Replaced),
        ("assign", Self::Assign),
        ("variable", Self::Variable),
        ("dir", Self::Dir),
        ("base", Self::Base),
        ("awk", Self::Awk),
        ("sed", Self::Sed),
        ("sql", Self::Sql),
        ("setting", Self::Setting),
    ];

    /// Reads a role.
    pub(crate) fn parse(word: &str) -> Result<Self, String> {
        let found = Self::NAMES.iter().find(|(name, _)| *name == word);
        found.map(|(_, role)| *role).ok_or_else(|| {
            let names: Vec<&str> = Self::NAMES.iter().map(|(name, _)| *name).collect();
            format!("`{word}` is no role; roles are `{}`", names.join("`, `"))
        })
    }

    /// Whether a file is written or deleted.
    pub(crate) fn changes(self) -> bool {
        matches!(
            self,
            Self::Write
                | Self::WriteTree
                | Self::Prefix
                | Self::Beside
                | Self::Edit
                | Self::EditTree
                | Self::Delete
                | Self::DeleteTree
                | Self::Move
                | Self::Into
                | Self::Target
                | Self::Mount
        )
    }

    /// Whether a command, or the text of one, begins here.
    pub(crate) fn runs_inner(self) -> bool {
        matches!(
            self,
            Self::Command | Self::Until | Self::Script | Self::Split
        )
    }
}

/// Whether an option takes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Takes {
    Nothing,
    /// In the same word or in the next one.
    Value,
    /// In the same word, if at all.
    Attached,
}

/// One option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Opt {
    /// Its spellings.
    pub(crate) names: List<Str>,
    pub(crate) takes: Takes,
    /// What becomes of its value.
    pub(crate) role: Role,
    /// So many more values follow, which are nothing to a rule.
    pub(crate) more: u8,
    /// An allow must name it.
    pub(crate) named: bool,
    /// With it the program only tells about itself.
    pub(crate) informs: bool,
    /// No option follows it.
    pub(crate) last: bool,
    /// It says what an operand would say otherwise: the first operand is not there.
    pub(crate) instead: bool,
}

impl Opt {
    /// Reads an option as the table writes it: `-o --output =write !`.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let mut names = Vec::new();
        let mut opt = Self {
            names: Cow::Borrowed(&[]),
            takes: Takes::Nothing,
            role: Role::Plain,
            more: 0,
            named: false,
            informs: false,
            last: false,
            instead: false,
        };
        for word in text.split(' ').filter(|word| !word.is_empty()) {
            match word {
                "!" => opt.named = true,
                "." => opt.informs = true,
                "$" => opt.last = true,
                "^" => opt.instead = true,
                _ => {
                    let attached = word
                        .strip_prefix("[=")
                        .and_then(|role| role.strip_suffix(']'));
                    let value = attached.or_else(|| word.strip_prefix('='));
                    match value {
                        Some("") if opt.takes != Takes::Nothing => {
                            opt.more = opt.more.saturating_add(1);
                        }
                        Some(role) => {
                            opt.takes = match attached {
                                Some(_) => Takes::Attached,
                                None => Takes::Value,
                            };
                            if !role.is_empty() {
                                opt.role = Role::parse(role)?;
                            }
                        }
                        None if word.starts_with(['-', '+']) || word.ends_with('=') => {
                            names.push(Cow::Owned(word.into()));
                        }
                        None => {
                            return Err(format!(
                                "`{word}` in `{text}` is no option; write it with its dashes"
                            ));
                        }
                    }
                }
            }
        }
        if names.is_empty() {
            return Err(format!("`{text}` names no option"));
        }
        // A script that nobody would see, and what an option runs, are never covered by the program's name alone.
        opt.named = opt.named
            || matches!(
                opt.role,
                Role::Run | Role::Load | Role::Script | Role::Until | Role::Setting
            );
        opt.names = Cow::Owned(names);
        Ok(opt)
    }

    pub(crate) fn is_called(&self, name: &str) -> bool {
        self.names.iter().any(|own| own == name)
    }

    /// Whether it is called `-x`, for a letter `x`.
    pub(crate) fn is_letter(&self, letter: char) -> bool {
        self.names
            .iter()
            .any(|own| match (own.as_bytes(), u8::try_from(letter)) {
                ([b'-', own], Ok(letter)) if letter.is_ascii() => *own == letter,
                (_, Ok(letter)) if letter.is_ascii() => false,
                _ => {
                    let mut letters = own.strip_prefix('-').unwrap_or_default().chars();
                    letters.next() == Some(letter) && letters.next().is_none()
                }
            })
    }
}

/// The operands at one place, or from one place on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Operand {
    pub(crate) role: Role,
    /// Any number of them.
    pub(crate) many: bool,
}

impl Operand {
    /// Reads an operand as the table writes it: `read`, or `read*` for any number.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let (word, many) = match text.strip_suffix('*') {
            Some(word) => (word, true),
            None => (text, false),
        };
        Ok(Self {
            role: Role::parse(word)?,
            many,
        })
    }
}

/// How a program reads its options.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Style {
    /// Clusters of letters behind one dash, names behind two, which may be cut short.
    Gnu,
    /// The same, but names are never cut short.
    Exact,
    /// Names behind one dash or two.
    Single,
}

impl Style {
    pub(crate) fn parse(word: &str) -> Result<Self, String> {
        match word {
            "gnu" => Ok(Self::Gnu),
            "exact" => Ok(Self::Exact),
            "single" => Ok(Self::Single),
            _ => Err(format!(
                "`{word}` is no style; styles are `gnu`, `exact`, `single`"
            )),
        }
    }
}

/// What is known of a program, of a subcommand, or of a program when a certain option is given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// The program's name, the subcommand's, or the option's.
    pub(crate) name: Str,
    /// `None` = as the program around it.
    pub(crate) style: Option<Style>,
    /// Options end at the first operand.
    pub(crate) stops: bool,
    /// It has no leaf of its own: what it runs does.
    pub(crate) transparent: bool,
    /// It changes nothing, and no rule need allow it as long as it touches no file.
    pub(crate) neutral: bool,
    /// Without operands it runs what it reads from its standard input.
    pub(crate) stdin: bool,
    /// Without a command it runs the script that it reads from its standard input.
    pub(crate) shell: bool,
    /// The command it runs gets more words from its standard input.
    pub(crate) appends: bool,
    /// Its first operand may be a cluster of letters without a dash.
    pub(crate) dashless: bool,
    /// Options before the subcommand, or all there are.
    pub(crate) options: Options,
    /// Options before and behind the subcommand.
    pub(crate) everywhere: Options,
    /// Options behind any subcommand.
    pub(crate) below: Options,
    /// `None` = nothing is known of the operands.
    pub(crate) operands: Option<List<Operand>>,
    /// What becomes of the words behind `--`, where that is something else.
    pub(crate) dashes: Option<Role>,
    /// The operand that is meant when there is none.
    pub(crate) otherwise: Option<Str>,
    /// Subcommands, sorted by name.
    pub(crate) subs: List<Entry>,
    /// How the names of the subcommands begin, in step with them.
    pub(crate) sub_names: List<u64>,
    /// What is otherwise when an option is given.
    pub(crate) variants: List<Entry>,
}

impl Entry {
    /// Returns an entry that says nothing.
    pub(crate) const fn new(name: Str) -> Self {
        Self {
            name,
            style: None,
            stops: false,
            transparent: false,
            neutral: false,
            stdin: false,
            shell: false,
            appends: false,
            dashless: false,
            options: Options::NONE,
            everywhere: Options::NONE,
            below: Options::NONE,
            operands: None,
            dashes: None,
            otherwise: None,
            subs: Cow::Borrowed(&[]),
            sub_names: Cow::Borrowed(&[]),
            variants: Cow::Borrowed(&[]),
        }
    }

    /// Returns what a subcommand of this name is.
    pub(crate) fn sub(&self, name: &str) -> Option<&Self> {
        let wanted = beginning(name);
        let from = self.sub_names.partition_point(|begins| *begins < wanted);
        let found = self.subs.iter().zip(self.sub_names.iter()).skip(from);
        found
            .take_while(|(_, begins)| **begins == wanted)
            .find_map(|(sub, _)| (sub.name == name).then_some(sub))
    }

    /// Sets a key that holds a flag; false when there is none of this name.
    pub(crate) fn set_flag(&mut self, key: &str, value: bool) -> bool {
        let place = match key {
            "stops" => &mut self.stops,
            "transparent" => &mut self.transparent,
            "neutral" => &mut self.neutral,
            "stdin" => &mut self.stdin,
            "shell" => &mut self.shell,
            "appends" => &mut self.appends,
            "dashless" => &mut self.dashless,
            _ => return false,
        };
        *place = value;
        true
    }

    /// Sets a key that holds a text.
    pub(crate) fn set_text(&mut self, key: &str, value: &str) -> Result<bool, String> {
        match key {
            "style" => self.style = Some(Style::parse(value)?),
            "dashes" => self.dashes = Some(Role::parse(value)?),
            "otherwise" => self.otherwise = Some(Cow::Owned(value.into())),
            _ => return Ok(false),
        }
        Ok(true)
    }

    /// Adds to a key that holds a list.
    pub(crate) fn add(&mut self, key: &str, items: &[&str]) -> Result<bool, String> {
        let options = match key {
            "options" => &mut self.options,
            "everywhere" => &mut self.everywhere,
            "below" => &mut self.below,
            "operands" => {
                let operands: Result<Vec<Operand>, String> =
                    items.iter().map(|item| Operand::parse(item)).collect();
                self.operands = Some(Cow::Owned(operands?));
                return Ok(true);
            }
            _ => return Ok(false),
        };
        let items = items.iter().flat_map(|item| item.split(','));
        let added: Result<Vec<Opt>, String> = items.map(Opt::parse).collect();
        *options = Options::of([options.to_vec(), added?].concat());
        Ok(true)
    }
}

/// Returns the slot of `count` that a program of this name stands in, or in front of where it stands.
pub(crate) fn slot(name: &str, count: usize) -> usize {
    // FNV-1a: short names, and the same in the build script and here.
    let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mixed = hash ^ hash >> 32;
    usize::try_from(mixed & 0xffff).unwrap_or(0) % count.max(1)
}

/// The keys of an entry.
pub(crate) const KEYS: [&str; 16] = [
    "also",
    "like",
    "style",
    "stops",
    "transparent",
    "neutral",
    "stdin",
    "shell",
    "appends",
    "dashless",
    "options",
    "everywhere",
    "below",
    "operands",
    "dashes",
    "otherwise",
];

/// Splits the name of a table into the program, its subcommands, and the option of a variant: `git branch -D`.
pub(crate) fn split_name(name: &str) -> Result<(Vec<&str>, Option<&str>), String> {
    let mut words: Vec<&str> = name.split(' ').collect();
    let option = words
        .last()
        .is_some_and(|word| word.starts_with('-') && words.len() > 1);
    let variant = if option { words.pop() } else { None };
    let good = |word: &&str| !word.is_empty() && !word.starts_with('-') && !word.contains('/');
    if words.iter().all(good) {
        Ok((words, variant))
    } else {
        Err(format!(
            "`{name}` is not the name of a program with its subcommands"
        ))
    }
}

/// Puts an entry into the tree of programs, sorted; `false` when something of that name is there.
pub(crate) fn place(
    programs: &mut Vec<Entry>,
    path: &[&str],
    variant: Option<&str>,
    mut entry: Entry,
) -> bool {
    let Some((first, rest)) = path.split_first() else {
        return false;
    };
    let at = match programs.binary_search_by(|own| (*own.name).cmp(first)) {
        Ok(at) => at,
        Err(at) => {
            programs.insert(at, Entry::new(Cow::Owned((*first).into())));
            at
        }
    };
    let Some(own) = programs.get_mut(at) else {
        return false;
    };
    match (rest, variant) {
        ([], None) => {
            let known = own.operands.is_some() || !own.options.is_empty();
            if known {
                return false;
            }
            entry.name = own.name.clone();
            entry.subs = core::mem::take(&mut own.subs);
            entry.sub_names = core::mem::take(&mut own.sub_names);
            entry.variants = core::mem::take(&mut own.variants);
            *own = entry;
            true
        }
        ([], Some(option)) => {
            if own.variants.iter().any(|variant| variant.name == option) {
                return false;
            }
            entry.name = Cow::Owned(option.into());
            own.variants.to_mut().push(entry);
            true
        }
        (rest, variant) => {
            let placed = place(own.subs.to_mut(), rest, variant, entry);
            own.sub_names = own.subs.iter().map(|sub| beginning(&sub.name)).collect();
            placed
        }
    }
}
