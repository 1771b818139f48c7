//! The program table: what programs do with their words.
//!
//! A program is an [`Entry`](entry::Entry): its options, its subcommands, and what becomes of its operands. The data is
//! `core/data/programs.toml`, whose head says how it is written; it is compiled in at build time. A policy's `[programs]`
//! adds to it. One interpreter reads them all: [`invocation`] finds out what each word of a command is, [`effects`] and
//! [`roles`] what the command therefore runs, reads, writes, deletes and fetches. Reading errs on the side of finding
//! something: a name that is cut short, and a letter in a cluster, count as the option that they could be.

pub(crate) mod call;
pub(crate) mod effects;
pub(crate) mod entry;
pub(crate) mod invocation;
mod locator;
pub(crate) mod names;
pub(crate) mod options;
mod remote;
mod roles;
mod setting;
mod snippet;

use alloc::borrow::Cow;
use alloc::vec::Vec;

use entry::{Entry, Operand, Opt, Role, Style, Takes};
use names::Patterns;
use options::Options;

include!(concat!(env!("OUT_DIR"), "/programs.rs"));

/// Whether an allow covers a command that a variable of this name is set for.
pub(super) fn is_safe_name(name: &str) -> bool {
    SAFE_NAMES.fit(name)
}

/// What the value of a variable is to the shells and programs that see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Held {
    /// Text.
    Nothing,
    /// A prompt of a shell, which expands it.
    Prompt,
    /// A file that a shell reads commands from, or a command that it runs.
    Source,
    /// A command line that some program runs.
    Script,
}

/// Returns what a variable of this name holds.
pub(super) fn held_by(name: &str) -> Held {
    match name {
        "PS0" | "PS1" | "PS2" | "PS3" | "PS4" => Held::Prompt,
        "PROMPT_COMMAND" | "BASH_ENV" | "ENV" | "BASH_ALIASES" | "BASH_CMDS" => Held::Source,
        name if name.starts_with("BASH_FUNC_") => Held::Source,
        name if RUN_NAMES.fit(name) => Held::Script,
        _ => Held::Nothing,
    }
}

/// What is known of programs: what is compiled in, and what a policy adds.
#[derive(Clone, Debug, Default)]
pub(crate) struct Programs {
    /// Sorted by name; these come first.
    added: Vec<Entry>,
}

/// What is known of one program.
#[derive(Clone, Copy, Debug)]
pub(super) enum Known<'p> {
    /// It is compiled in.
    Shipped(&'static Entry),
    /// A policy says it.
    Added(&'p Entry),
}

impl Programs {
    /// Returns what is known of a program by its name, or by its path.
    pub(crate) fn get(&self, program: &str) -> Option<&Entry> {
        Some(match self.find(program)? {
            Known::Shipped(entry) => entry,
            Known::Added(entry) => entry,
        })
    }

    /// As [`Programs::get`], and who knows it.
    pub(super) fn find(&self, program: &str) -> Option<Known<'_>> {
        let name = base_name(program);
        let version = |c: char| c.is_ascii_digit() || matches!(c, '.' | '-');
        self.named(name).or_else(|| {
            let plain = name.trim_end_matches(version);
            (plain.len() < name.len())
                .then(|| self.named(plain))
                .flatten()
        })
    }

    fn named(&self, name: &str) -> Option<Known<'_>> {
        match find(&self.added, name) {
            Some(entry) => Some(Known::Added(entry)),
            None => shipped(name).map(Known::Shipped),
        }
    }

    /// Whether a program of this name is compiled in.
    pub(crate) fn ships(&self, name: &str) -> bool {
        shipped(name).is_some()
    }

    /// Takes over what a policy says of programs.
    pub(crate) fn add(&mut self, entry: Entry) {
        match self.added.binary_search_by(|own| own.name.cmp(&entry.name)) {
            Ok(at) => {
                if let Some(own) = self.added.get_mut(at) {
                    *own = entry;
                }
            }
            Err(at) => self.added.insert(at, entry),
        }
    }
}

/// Returns a program that is compiled in: a look at its slot, and at the ones behind where several share it.
fn shipped(name: &str) -> Option<&'static Entry> {
    let first = entry::slot(name, SLOTS.len());
    let slots = (0..SLOTS.len()).map(|behind| (first + behind) % SLOTS.len());
    for slot in slots {
        // INVARIANT: a slot holds a position and one more; nothing stands behind an empty one.
        let at = usize::from(*SLOTS.get(slot)?).checked_sub(1)?;
        let entry = PROGRAMS.get(at)?;
        if entry.name == name {
            return Some(entry);
        }
    }
    None
}

fn find<'e>(entries: &'e [Entry], name: &str) -> Option<&'e Entry> {
    let at = entries
        .binary_search_by(|entry| (*entry.name).cmp(name))
        .ok()?;
    entries.get(at)
}

/// Returns the last part of a program's path.
pub(crate) fn base_name(program: &str) -> &str {
    let slash = program.bytes().rposition(|byte| byte == b'/');
    slash.map_or(program, |slash| {
        program.get(slash + 1..).unwrap_or_default()
    })
}
