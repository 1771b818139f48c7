//! What a line has set so far: variables, and the directory.
//!
//! Changes are kept in a log, so that what happens in a subshell can be undone and what may or may not have happened
//! can be made unknown, both at the cost of the changes alone.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::cell::Cell;

use compact_str::CompactString;

use super::names::{ANY_NAME, MOST_NAMES, Names};
use super::programs::names::Patterns;
use super::text::Text;
use crate::path;

/// A directory that a command may run in.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Place {
    /// An absolute path in normal form, but for a `..` behind a name that the kernel follows ([`path::walk_of`]).
    At(Arc<str>),
    /// Where the line starts, which nobody stated.
    Start,
    Unknown,
}

/// So many variables are followed.
const MOST_VARIABLES: usize = 256;

/// So many functions are known by name.
const MOST_FUNCTIONS: usize = 256;

/// A longer value, in bytes, is not followed.
const LONGEST_VALUE: usize = 8 << 10;

/// So many directories are remembered by `pushd`; what lies below them is unknown.
const MOST_PUSHED: usize = 64;

/// More places than that are one unknown place.
const MOST_PLACES: usize = 4;

/// Where commands run.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Where {
    now: Arc<[Place]>,
    /// `None` = unknown.
    before: Option<Arc<[Place]>>,
    pushed: Vec<Arc<[Place]>>,
}

#[derive(Debug)]
enum Change {
    Variable(CompactString, Option<Text>),
    Where(Where),
    Assigned,
    /// A function was defined, or is one no longer.
    Function(CompactString, bool),
}

/// A moment to go back to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mark(usize);

/// Variables and directories at one moment of a line.
#[derive(Debug)]
pub(super) struct State<'a> {
    /// What the line has set; a name that is not here has the value of the environment, which nobody knows.
    variables: BTreeMap<CompactString, Text>,
    place: Where,
    /// Somebody asked where the line is or was, as `$PWD` does.
    told_place: Cell<bool>,
    start: Arc<[Place]>,
    /// Functions that are defined for certain.
    functions: BTreeSet<CompactString>,
    /// Those that may be, whatever became of them: no subshell undoes it. When the list is full any name is one.
    defined: BTreeSet<CompactString>,
    /// Variables whose values are not those that are assigned: arithmetic, letter case, another name for them, read-only.
    /// For good: no subshell undoes it.
    lost: BTreeSet<CompactString>,
    /// Something may set and move at any time, such as a trap.
    unsteady: bool,
    /// How often anything was set, moved or forgotten, undone or not.
    activity: usize,
    /// The names that are assigned so far.
    assigned: Vec<Arc<str>>,
    /// As the host wrote it.
    home: Option<&'a str>,
    log: Vec<Change>,
}

impl<'a> State<'a> {
    pub(super) fn new(start: Arc<[Place]>, home: Option<&'a str>) -> Self {
        let place = Where {
            now: Arc::clone(&start),
            before: None,
            pushed: Vec::new(),
        };
        Self {
            variables: BTreeMap::new(),
            place,
            told_place: Cell::new(false),
            start,
            functions: BTreeSet::new(),
            defined: BTreeSet::new(),
            lost: BTreeSet::new(),
            unsteady: false,
            activity: 0,
            assigned: Vec::new(),
            home,
            log: Vec::new(),
        }
    }

    /// Returns a variable's value.
    pub(super) fn variable(&self, name: &str) -> Text {
        if self.unsteady {
            return Text::Unknown;
        }
        if let Some(text) = self.variables.get(name) {
            return text.clone();
        }
        let place = |places: &[Place]| {
            let mut paths = places.iter().map(|place| match place {
                Place::At(path) => Some(path::normalize(path)),
                _ => None,
            });
            let first = paths.next().flatten();
            match first.filter(|first| paths.all(|path| path.as_ref() == Some(first))) {
                Some(path) => Text::Exact(path.into()),
                None => Text::Unknown,
            }
        };
        match name {
            "HOME" => self.home.map_or(Text::Unknown, |home| {
                Text::Exact(path::normalize(home).into())
            }),
            "PWD" | "OLDPWD" => {
                self.told_place.set(true);
                place(match name {
                    "PWD" => &self.place.now,
                    _ => self.places_before(),
                })
            }
            _ => Text::Unknown,
        }
    }

    /// Whether the line has set a variable, to whatever value.
    pub(super) fn is_set(&self, name: &str) -> bool {
        self.variables.contains_key(name)
    }

    pub(super) fn home(&self) -> Text {
        self.variable("HOME")
    }

    pub(super) fn set(&mut self, name: &str, value: Text) {
        self.activity += 1;
        // A name that is not followed has an unknown value, as one of the environment has.
        if self.variables.len() >= MOST_VARIABLES && !self.variables.contains_key(name) {
            return;
        }
        let value = match value {
            Text::Exact(text) if text.len() > LONGEST_VALUE => Text::Unknown,
            Text::OneOf(texts) if texts.iter().any(|text| text.len() > LONGEST_VALUE) => {
                Text::Unknown
            }
            _ if self.lost.contains(name) || OF_THE_SHELL.fit(name) => Text::Unknown,
            value => value,
        };
        match self.variables.get_mut(name) {
            // What was unknown stays so: nothing to undo.
            Some(Text::Unknown) if value == Text::Unknown => {}
            Some(own) => {
                let before = core::mem::replace(own, value);
                self.log.push(Change::Variable(name.into(), Some(before)));
            }
            None => {
                self.variables.insert(name.into(), value);
                self.log.push(Change::Variable(name.into(), None));
            }
        }
    }

    /// Returns a number that grows whenever something is set, moved or forgotten.
    pub(super) fn activity(&self) -> usize {
        self.activity
    }

    /// Notes that a variable will not have the values that are assigned to it.
    pub(super) fn lose(&mut self, name: &str) {
        self.fix(name);
        self.set(name, Text::Unknown);
    }

    /// Notes that a variable keeps its value: what is assigned to it from here on may come to nothing.
    pub(super) fn fix(&mut self, name: &str) {
        if self.lost.len() >= MOST_VARIABLES {
            self.unsteady = true;
        } else {
            self.lost.insert(name.into());
        }
    }

    /// Notes that from here on something may set variables and move at any time.
    pub(super) fn unsettle(&mut self) {
        self.unsteady = true;
        self.perhaps_at(&[Place::Unknown]);
    }

    /// Notes that a name was assigned, which may reach any command after it.
    pub(super) fn assign(&mut self, name: &str, value: Text) {
        self.set(name, value);
        self.assigned(name);
    }

    /// Notes that the shell's own variable was set: one that no program knows reaches none, unless it is exported.
    pub(super) fn keep(&mut self, name: &str, value: Text) {
        self.set(name, value);
        if !is_of_the_shell(name) {
            self.assigned(name);
        }
    }

    /// Notes that a name is assigned from here on.
    pub(super) fn assigned(&mut self, name: &str) {
        let name = if self.assigned.len() >= MOST_NAMES {
            ANY_NAME
        } else {
            name
        };
        if !self.assigned.iter().any(|own| **own == *name) {
            self.assigned.push(name.into());
            self.log.push(Change::Assigned);
        }
    }

    /// Whether a variable that says where the line is or was has been read.
    pub(super) fn told_place(&self) -> bool {
        self.told_place.get()
    }

    /// Whether commands run elsewhere by now than where the line starts.
    pub(super) fn has_moved(&self) -> bool {
        self.place.now != self.start
    }

    /// Returns how many names are assigned by now.
    pub(super) fn assigned_count(&self) -> usize {
        self.assigned.len()
    }

    /// Returns the names that are assigned by now, without the first ones.
    pub(super) fn names_from(&self, first: usize) -> Names {
        Names::new(self.assigned.get(first..).unwrap_or_default())
    }

    /// Returns the names that are assigned by now.
    pub(super) fn names(&self) -> Names {
        Names::new(&self.assigned)
    }

    /// Makes the value of every name for which `test` holds unknown.
    pub(super) fn forget(&mut self, test: impl Fn(&str) -> bool) {
        self.activity += 1;
        for (name, value) in &mut self.variables {
            if *value != Text::Unknown && test(name) {
                let before = core::mem::replace(value, Text::Unknown);
                self.log.push(Change::Variable(name.clone(), Some(before)));
            }
        }
    }

    /// Whether a name is that of a function for certain: its call runs no program of that name.
    pub(super) fn is_function(&self, name: &str) -> bool {
        self.functions.contains(name)
    }

    /// Whether a name may be that of a function: its call runs what the function does, or a program of that name.
    pub(super) fn may_be_function(&self, name: &str) -> bool {
        self.defined.len() >= MOST_FUNCTIONS || self.defined.contains(name)
    }

    /// Notes a function. The call of one that is not kept is judged like the call of a program, too.
    pub(super) fn define(&mut self, name: &str) {
        if self.defined.len() < MOST_FUNCTIONS {
            self.defined.insert(name.into());
        }
        if self.functions.len() < MOST_FUNCTIONS && self.functions.insert(name.into()) {
            self.log.push(Change::Function(name.into(), true));
        }
    }

    /// Notes that the names for which `test` holds need not be functions from here on.
    pub(super) fn undefine(&mut self, test: impl Fn(&str) -> bool) {
        let names: Vec<CompactString> = self
            .functions
            .iter()
            .filter(|name| test(name))
            .cloned()
            .collect();
        for name in names {
            self.functions.remove(&name);
            self.log.push(Change::Function(name, false));
        }
    }

    pub(super) fn places(&self) -> Arc<[Place]> {
        Arc::clone(&self.place.now)
    }

    pub(super) fn places_before(&self) -> &[Place] {
        self.place.before.as_deref().unwrap_or(&[Place::Unknown])
    }

    /// Returns where `cd -` leads to; `None` when nobody knows.
    pub(super) fn before(&self) -> Option<Arc<[Place]>> {
        self.place.before.clone()
    }

    /// Moves to one of `places`.
    pub(super) fn go(&mut self, places: &[Place]) {
        self.name_place();
        let before = Some(self.place.now.clone());
        self.change(Where {
            now: few(places),
            before,
            pushed: self.place.pushed.clone(),
        });
    }

    /// Notes that the line is at one of `places`, and came to none of them by moving now.
    pub(super) fn at(&mut self, places: &[Place]) {
        let now = few(places);
        if now != self.place.now {
            self.change(Where {
                now,
                ..self.place.clone()
            });
        }
    }

    /// Moves to one of `places` and remembers where it was.
    pub(super) fn push(&mut self, places: &[Place]) {
        self.name_place();
        let mut pushed = self.place.pushed.clone();
        if pushed.len() >= MOST_PUSHED {
            pushed.remove(0);
        }
        pushed.push(self.place.now.clone());
        let before = Some(self.place.now.clone());
        self.change(Where {
            now: few(places),
            before,
            pushed,
        });
    }

    /// Moves back to where the last [`State::push`] came from.
    pub(super) fn pop(&mut self) {
        self.name_place();
        let mut pushed = self.place.pushed.clone();
        let now = pushed.pop().unwrap_or_else(|| [Place::Unknown].into());
        let before = Some(self.place.now.clone());
        self.change(Where {
            now,
            before,
            pushed,
        });
    }

    /// Adds places that `cd -` may lead to as well; `None` for one that nobody knows.
    pub(super) fn perhaps_before(&mut self, places: Option<&[Place]>) {
        let places = places.unwrap_or(&[Place::Unknown]);
        let before: Vec<Place> = self.places_before().iter().chain(places).cloned().collect();
        let before = Some(few(&before));
        if before != self.place.before {
            self.change(Where {
                before,
                ..self.place.clone()
            });
        }
    }

    /// Adds places that commands may run in as well.
    pub(super) fn perhaps_at(&mut self, places: &[Place]) {
        if places.iter().all(|place| self.place.now.contains(place)) {
            return;
        }
        let now: Vec<Place> = self.place.now.iter().chain(places).cloned().collect();
        let now = few(&now);
        if now != self.place.now {
            self.change(Where {
                now,
                ..self.place.clone()
            });
        }
    }

    pub(super) fn mark(&self) -> Mark {
        Mark(self.log.len())
    }

    /// Returns the variables whose value was known at `mark` and has been set since.
    pub(super) fn changed_since(&self, mark: Mark) -> Vec<CompactString> {
        let mut first = BTreeMap::new();
        for change in self.log.iter().skip(mark.0) {
            if let Change::Variable(name, before) = change {
                first.entry(name).or_insert(before);
            }
        }
        let followed = |name: &str, before: &Option<Text>| match before {
            Some(before) => *before != Text::Unknown,
            None => matches!(name, "HOME" | "PWD" | "OLDPWD"),
        };
        first
            .into_iter()
            .filter(|(name, before)| followed(name, before))
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Undoes everything since `mark`: it happened in a subshell.
    pub(super) fn undo(&mut self, mark: Mark) {
        while self.log.len() > mark.0 {
            match self.log.pop() {
                Some(Change::Variable(name, Some(before))) => {
                    drop(self.variables.insert(name, before))
                }
                Some(Change::Variable(name, None)) => drop(self.variables.remove(&name)),
                Some(Change::Where(before)) => self.place = before,
                Some(Change::Assigned) => drop(self.assigned.pop()),
                Some(Change::Function(name, true)) => drop(self.functions.remove(&name)),
                Some(Change::Function(name, false)) => drop(self.functions.insert(name)),
                None => break,
            }
        }
    }

    /// Makes everything since `mark` uncertain: it may have happened, or not.
    pub(super) fn doubt(&mut self, mark: Mark) {
        let mut names = Vec::new();
        let mut places = Vec::new();
        let mut befores = Vec::new();
        let mut functions = BTreeSet::new();
        for change in self.log.iter().skip(mark.0) {
            match change {
                Change::Variable(name, _) => names.push(name.clone()),
                Change::Where(before) => {
                    places.extend(before.now.iter().cloned());
                    befores.extend(
                        before
                            .before
                            .iter()
                            .flat_map(|places| places.iter().cloned()),
                    );
                }
                Change::Function(name, _) => drop(functions.insert(name.clone())),
                Change::Assigned => {}
            }
        }
        self.undefine(|name| functions.contains(name));
        names.sort();
        names.dedup();
        for name in names {
            self.set(&name, Text::Unknown);
        }
        if !places.is_empty() {
            self.perhaps_at(&places);
            self.perhaps_before(Some(&befores));
        }
    }

    fn change(&mut self, mut place: Where) {
        self.activity += 1;
        if self.unsteady && !place.now.contains(&Place::Unknown) {
            let now = place.now.iter().cloned().chain([Place::Unknown]);
            place.now = few(&now.collect::<Vec<_>>());
        }
        let before = core::mem::replace(&mut self.place, place);
        self.log.push(Change::Where(before));
    }

    /// Gives the variables back to the shell which say where it is: whatever they were set to, they say so again.
    fn name_place(&mut self) {
        for name in PLACE_NAMES {
            if !self.lost.contains(name)
                && let Some(before) = self.variables.remove(name)
            {
                self.log.push(Change::Variable(name.into(), Some(before)));
            }
        }
    }
}

/// Variables that the shell gives values to, whatever is assigned to them.
static OF_THE_SHELL: Patterns = Patterns::new(
    &[
        "BASHPID",
        "BASH_ALIASES",
        "BASH_ARGV0",
        "BASH_CMDS",
        "BASH_COMMAND",
        "BASH_REMATCH",
        "BASH_SUBSHELL",
        "COPROC",
        "DIRSTACK",
        "EPOCHREALTIME",
        "EPOCHSECONDS",
        "EUID",
        "FUNCNAME",
        "GROUPS",
        "LINENO",
        "MAPFILE",
        "OPTARG",
        "OPTIND",
        "PIPESTATUS",
        "PPID",
        "RANDOM",
        "REPLY",
        "SECONDS",
        "SRANDOM",
        "UID",
    ],
    &[],
);

/// The variables that say where a line is and was.
pub(super) const PLACE_NAMES: [&str; 2] = ["PWD", "OLDPWD"];

/// Returns `places` without repeats, the first one first; one unknown place for too many.
pub(super) fn few(places: &[Place]) -> Arc<[Place]> {
    match places {
        [] => return Arc::default(),
        [_] => return places.into(),
        _ => {}
    }
    let mut kept: Vec<Place> = Vec::new();
    for place in places {
        if !kept.contains(place) {
            kept.push(place.clone());
        }
        if kept.len() > MOST_PLACES {
            return [Place::Unknown].into();
        }
    }
    kept.into()
}

/// Whether a name is one that people give to variables of a line: with a lower-case letter in it, and none of those by
/// which programs are told something all the same.
pub(super) fn is_of_the_shell(name: &str) -> bool {
    let told = name.ends_with("_proxy") || name.starts_with("npm_");
    !told && name.chars().any(|c| c.is_ascii_lowercase())
}
