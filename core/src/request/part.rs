//! A request as conditions read it: each part's fields in a row, ready to be found.
//!
//! A policy looks for the same few fields in every request, and it has well under a microsecond. So whoever reads a
//! request once does what every decision would otherwise do again: it keeps each key as a number and the hash of each
//! short text, and works out the places that paths begin at. A part is small, so finding a key is a walk over a row of
//! numbers; a large one is searched by halves, since its keys are sorted.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;
use core::sync::atomic::{AtomicUsize, Ordering};

use crate::catalogue::{Root, shipped_name};
use crate::command::Place;
use crate::hash::{LONGEST_HASHED, Packed, hash_of};
use crate::path;
use crate::value::Value;

/// The fields of one part of a request, sorted by key.
#[derive(Clone, Debug, Default)]
pub(crate) struct Part {
    /// Each entry's key.
    keys: Vec<Packed>,
    entries: Vec<Entry>,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    key: String,
    value: Value,
    /// The hash of the value, when that is a text of at most [`LONGEST_HASHED`] bytes.
    value_hash: u64,
}

/// Up to so many keys are looked at one by one.
const FEW: usize = 32;

impl PartialEq for Part {
    fn eq(&self, other: &Self) -> bool {
        self.entries == other.entries
    }
}

impl Part {
    pub(crate) const EMPTY: Self = Self {
        keys: Vec::new(),
        entries: Vec::new(),
    };

    fn new(table: BTreeMap<String, Value>) -> Self {
        let entry = |(key, value): (String, Value)| Entry {
            value_hash: short_hash(&value),
            key,
            value,
        };
        let entries: Vec<Entry> = table.into_iter().map(entry).collect();
        Self {
            keys: entries
                .iter()
                .map(|entry| Packed::new(&entry.key))
                .collect(),
            entries,
        }
    }

    /// Returns the value below `key` when there is one and it is not null.
    pub(crate) fn get(&self, key: &str) -> Option<&Value> {
        self.find(key, Packed::new(key))
    }

    /// Returns the value below `key`, which comes packed too, when there is one and it is not null.
    pub(super) fn find(&self, key: &str, packed: Packed) -> Option<&Value> {
        let entry = self.entries.get(self.position(key, packed)?)?;
        Some(&entry.value).filter(|value| !matches!(value, Value::Null))
    }

    /// Returns the value below `key` as [`Part::find`] does, and its hash when it is a short text.
    ///
    /// `hint` is where it was last time: requests of one host tend to look alike.
    #[inline]
    pub(crate) fn find_hashed(
        &self,
        key: &str,
        packed: Packed,
        hint: &AtomicUsize,
    ) -> Option<(&Value, u64)> {
        let last = hint.load(Ordering::Relaxed);
        let entry = match self.keys.get(last) {
            Some(have) if *have == packed && packed.is_exact() => self.entries.get(last)?,
            _ => {
                let at = self.position(key, packed)?;
                hint.store(at, Ordering::Relaxed);
                self.entries.get(at)?
            }
        };
        let value = &entry.value;
        (!matches!(value, Value::Null)).then_some((value, entry.value_hash))
    }

    /// Returns the text at a place among the entries, if there is one.
    pub(super) fn text_at(&self, at: usize) -> Option<&str> {
        self.entries.get(at)?.value.as_text()
    }

    fn position(&self, key: &str, packed: Packed) -> Option<usize> {
        if self.keys.len() <= FEW {
            let same = |at: usize| self.entries.get(at).is_some_and(|entry| entry.key == key);
            let mut keys = self.keys.iter().enumerate();
            let hit = |(at, have): (usize, &Packed)| {
                (*have == packed && (packed.is_exact() || same(at))).then_some(at)
            };
            keys.find_map(hit)
        } else {
            self.entries
                .binary_search_by(|entry| entry.key.as_str().cmp(key))
                .ok()
        }
    }

    /// Returns every key with its value, in byte order of the keys.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.entries
            .iter()
            .map(|entry| (entry.key.as_str(), &entry.value))
    }

    fn set(&mut self, key: &str, value: Value) {
        let table = self.entries.drain(..).map(|entry| (entry.key, entry.value));
        let mut table: BTreeMap<String, Value> = table.collect();
        table.insert(key.into(), value);
        *self = Self::new(table);
    }
}

/// Returns the hash of a short text, 0 of anything else.
pub(super) fn short_hash(value: &Value) -> u64 {
    match value {
        Value::Text(text) if text.len() <= LONGEST_HASHED => hash_of(text.as_bytes()),
        _ => 0,
    }
}

/// Everything in a request.
#[derive(Clone, Debug)]
pub(super) struct Parts {
    pub(super) action: Option<Value>,
    /// The catalogue's name of the action, where that is not the host's.
    pub(super) canonical: Option<&'static str>,
    /// The hash of the action's name in the catalogue.
    pub(super) action_hash: u64,
    /// In the order of [`Root`].
    pub(super) tables: [Part; 4],
    /// What stands at the top and is read by nobody.
    others: BTreeMap<String, Value>,
    pub(super) stated: Stated,
}

impl PartialEq for Parts {
    fn eq(&self, other: &Self) -> bool {
        (&self.action, &self.tables, &self.others) == (&other.action, &other.tables, &other.others)
    }
}

impl Parts {
    pub(super) fn new(mut fields: BTreeMap<String, Value>) -> Self {
        let mut table = |root: Root| match fields.remove(root.as_str()) {
            Some(Value::Table(table)) => Part::new(table),
            Some(other) => {
                fields.insert(root.as_str().into(), other);
                Part::EMPTY
            }
            None => Part::EMPTY,
        };
        let tables = Root::ALL.map(&mut table);
        let action = fields.remove("action");
        let name = action.as_ref().and_then(Value::as_text);
        let canonical = name.and_then(shipped_name);
        let action_hash = hash_of(canonical.or(name).unwrap_or_default().as_bytes());
        let [.., facts] = &tables;
        let stated = Stated::new(facts);
        Self {
            action,
            canonical,
            action_hash,
            tables,
            others: fields,
            stated,
        }
    }

    /// Returns everything as it was sent.
    pub(super) fn to_fields(&self) -> BTreeMap<String, Value> {
        let mut fields = self.others.clone();
        for (root, part) in Root::ALL.into_iter().zip(&self.tables) {
            if !part.entries.is_empty() {
                let entries = part.iter();
                let table = entries.map(|(key, value)| (key.into(), value.clone()));
                fields.insert(root.as_str().into(), Value::Table(table.collect()));
            }
        }
        fields.extend(self.action.clone().map(|action| ("action".into(), action)));
        fields
    }

    /// Returns this with one more fact. What is no table is replaced only if it is null.
    pub(super) fn with_fact(mut self, name: &str, value: Value) -> Self {
        let other = self.others.get(Root::Facts.as_str());
        if other.is_some_and(|facts| *facts != Value::Null) {
            return self;
        }
        self.others.remove(Root::Facts.as_str());
        let [.., facts] = &mut self.tables;
        facts.set(name, value);
        self.stated = Stated::new(facts);
        self
    }
}

/// The places that a request states, checked and in normal form.
#[derive(Clone, Debug)]
pub(crate) struct Stated {
    /// `facts.now`.
    pub(crate) now: Option<i64>,
    /// Where `facts.cwd`, `facts.home`, `facts.project` stand among the facts, each if it names a place.
    pub(crate) cwd: Option<usize>,
    pub(crate) home: Option<usize>,
    pub(crate) project: Option<usize>,
    /// Whether `facts.resolved` says where paths lead.
    pub(crate) resolves: bool,
    /// Where a command line starts: the directory, or [`Place::Start`] when none is stated.
    pub(crate) start: Arc<[Place]>,
    /// Whether that is one of the kernel's directories, from which a path may lead elsewhere.
    pub(crate) near_doors: bool,
    /// `facts.home` and `facts.project` in normal form.
    pub(crate) home_path: Option<Arc<str>>,
    pub(crate) project_path: Option<Arc<str>>,
}

impl Stated {
    fn new(facts: &Part) -> Self {
        let place = |name: &str| {
            let at = facts.position(name, Packed::new(name))?;
            facts.text_at(at).filter(|path| path::is_place(path))?;
            Some(at)
        };
        let normal = |at: Option<usize>| {
            let path = at.and_then(|at| facts.text_at(at))?;
            Some(Arc::from(path::normalize(path)))
        };
        let (cwd, home, project) = (place("cwd"), place("home"), place("project"));
        let start: Option<Arc<str>> = normal(cwd);
        Self {
            now: facts.get("now").and_then(Value::as_integer),
            cwd,
            home,
            project,
            resolves: facts.get("resolved").is_some(),
            home_path: normal(home),
            project_path: normal(project),
            near_doors: start.as_ref().is_some_and(|start| {
                path::is_within(start, "/proc") || path::is_within(start, "/dev")
            }),
            start: match start {
                Some(cwd) => [Place::At(cwd)].into(),
                None => [Place::Start].into(),
            },
        }
    }
}
