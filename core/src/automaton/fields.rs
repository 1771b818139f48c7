//! Rules by the texts of a request: one look at each field that some rule hangs off.
//!
//! Each field has its own tables, one a kind of test, because a field is short and a table over all of them would be
//! large. A table leads to **atoms**: one test on one field, shared by every rule that asks it. Each atom has the list of
//! the rules that hang off it, which is short, since a rule hangs off the rarest of its own.

use alloc::string::String;
use alloc::vec::Vec;
use core::sync::atomic::AtomicUsize;

use hashbrown::HashMap;

use super::Hang;
use super::access::{FieldKey, FieldName, address};
use super::exact::Exact;
use super::literal::plain;
use super::near::TOUCHED;
use super::scan::{Marks, Needle, Scan};
use super::scratch::{FieldState, Room};
use super::trie::{Direction, Trie, position};
use crate::catalogue::{Expected, FieldPath};
use crate::condition::Scene;
use crate::hash::{LONGEST_HASHED, hash_of, join};
use crate::value::Value;

/// All fields that a rule hangs off.
#[derive(Debug, Default)]
pub(super) struct Fields {
    fields: Vec<Field>,
    /// Combinations of exact values, by the fields that they are of.
    shapes: Vec<Shape>,
}

/// One field and its tables.
#[derive(Debug)]
struct Field {
    /// `None` for the action.
    path: Option<FieldPath>,
    /// Where the last request had it.
    hint: AtomicUsize,
    exact: Exact,
    prefix: Trie,
    suffix: Trie,
    scan: Scan,
    /// The atom of each needle of the scan.
    needle_atoms: Vec<u32>,
    /// The rules of each atom, as a range of `hangs`.
    atoms: Vec<(u32, u32)>,
    hangs: Vec<Hang>,
}

/// Rules that ask for equal values of the same fields.
#[derive(Debug)]
struct Shape {
    /// Positions in [`Fields::fields`].
    fields: Vec<u32>,
    table: Exact,
    all: Vec<u32>,
}

/// Which rules hang off a condition of which nobody can tell whether it is true.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// All of them can hold.
    Everything,
    /// None of them has it.
    Nothing,
}

/// What a field is in a request, with its text.
#[derive(Clone, Copy)]
enum Seen<'a> {
    /// A text that conditions read, and its hash if it is short.
    Text(&'a str, u64),
    /// Every condition that a table holds is false.
    False,
    /// Nobody can tell: missing, too long or of another type.
    Unknown,
}

impl Fields {
    pub(super) fn warm(&self) {
        self.fields.iter().for_each(|field| field.scan.warm());
    }

    /// Adds the rules that the request leads to.
    pub(super) fn find(
        &self,
        scene: &Scene<'_>,
        doubt: Doubt,
        room: &mut Room,
        out: &mut Vec<Hang>,
    ) {
        room.states.clear();
        let notes = doubt == Doubt::Everything;
        if notes {
            room.brushed.clear();
        }
        for field in &self.fields {
            let seen = field.look(scene);
            room.states.push(match seen {
                Seen::Text(text, hash) if text.len() <= LONGEST_HASHED => FieldState::Text(hash),
                Seen::Text(text, _) if self.shapes.is_empty() => {
                    FieldState::Text(u64::try_from(text.len()).unwrap_or_default())
                }
                Seen::Text(text, _) => FieldState::Text(hash_of(text.as_bytes())),
                Seen::False => FieldState::False,
                Seen::Unknown => FieldState::Unknown,
            });
            match seen {
                Seen::Text(text, hash) => {
                    field.find(text, hash, out, &mut room.marks);
                    for needle in room.marks.brushed.iter().filter(|_| notes) {
                        let atom = field.needle_atoms.get(*needle as usize);
                        let hangs = atom.map_or(&[][..], |atom| field.hangs_of(*atom));
                        room.brushed.extend(hangs.iter().map(|hang| hang.rule));
                    }
                }
                Seen::False => {}
                Seen::Unknown if doubt == Doubt::Nothing => {}
                Seen::Unknown => out.extend(field.hangs.iter().map(|hang| Hang {
                    known: None,
                    ..*hang
                })),
            }
        }
        for shape in &self.shapes {
            shape.find(&room.states, doubt, out);
        }
    }

    /// Calls `found` with each rule that hangs off a field which `reads` takes; with some more than once.
    pub(super) fn hung_off(&self, reads: impl Fn(&FieldPath) -> bool, found: &mut impl FnMut(u32)) {
        let read: Vec<bool> = self
            .fields
            .iter()
            .map(|field| field.path.as_ref().is_some_and(&reads))
            .collect();
        for (field, _) in self.fields.iter().zip(&read).filter(|(_, read)| **read) {
            field.hangs.iter().for_each(|hang| found(hang.rule));
        }
        for shape in &self.shapes {
            let is_read = |field: &u32| read.get(*field as usize) == Some(&true);
            if shape.fields.iter().any(is_read) {
                shape.all.iter().copied().for_each(&mut *found);
            }
        }
    }

    /// Calls `found` with rules that hang off a beginning or an end which a text of the request nearly has.
    pub(super) fn touched(&self, scene: &Scene<'_>, room: &mut Room, mut found: impl FnMut(u32)) {
        for field in &self.fields {
            if let Seen::Text(text, _) = field.look(scene) {
                for (trie, direction) in [
                    (&field.prefix, Direction::Forward),
                    (&field.suffix, Direction::Backward),
                ] {
                    trie.touched(text.as_bytes(), direction, TOUCHED, &mut room.way, |atom| {
                        field
                            .hangs_of(atom)
                            .iter()
                            .for_each(|hang| found(hang.rule));
                    });
                }
            }
        }
    }
}

impl Field {
    fn look<'a>(&self, scene: &Scene<'a>) -> Seen<'a> {
        let text = |text: &'a str, hash: u64| {
            if text.len() > scene.limits.text_bytes {
                Seen::Unknown
            } else {
                Seen::Text(text, hash)
            }
        };
        let Some(path) = &self.path else {
            return match scene.request.hashed_action() {
                Some((action, hash)) => text(action, hash),
                None => Seen::Unknown,
            };
        };
        let found = scene.request.get_hashed(path, &self.hint);
        match (scene.expected(path), found) {
            (Expected::NotAField, _) => Seen::False,
            (_, Some((Value::Text(value), hash))) => text(value, hash),
            (_, Some(_)) => Seen::Unknown,
            (Expected::Optional | Expected::Stray, None) => Seen::False,
            (Expected::Required, None) => Seen::Unknown,
        }
    }

    /// Returns the rules that hang off an atom.
    fn hangs_of(&self, atom: u32) -> &[Hang] {
        let range = self.atoms.get(atom as usize).copied().unwrap_or_default();
        let hangs = self.hangs.get(range.0 as usize..range.1 as usize);
        hangs.unwrap_or_default()
    }

    fn find(&self, text: &str, hash: u64, out: &mut Vec<Hang>, marks: &mut Marks) {
        let mut add = |atom: u32| out.extend_from_slice(self.hangs_of(atom));
        if !self.exact.is_empty() {
            self.exact
                .get_text(text, hash)
                .iter()
                .for_each(|atom| add(*atom));
        }
        self.prefix
            .walk(text.as_bytes(), Direction::Forward, &mut add);
        self.suffix
            .walk(text.as_bytes(), Direction::Backward, &mut add);
        self.scan.run(text, marks, |needle| {
            if let Some(atom) = self.needle_atoms.get(needle as usize) {
                add(*atom);
            }
        });
    }
}

impl Shape {
    fn find(&self, states: &[FieldState], doubt: Doubt, out: &mut Vec<Hang>) {
        let mut hash = 0;
        let mut known = true;
        for field in &self.fields {
            match states.get(*field as usize) {
                Some(FieldState::Text(value)) => hash = join(hash, *value),
                // One false condition settles it, whatever the others are.
                Some(FieldState::False) => return,
                Some(FieldState::Unknown) | None => known = false,
            }
        }
        let rules = match (known, doubt) {
            (true, _) => self.table.get(hash),
            (false, Doubt::Everything) => &self.all,
            (false, Doubt::Nothing) => return,
        };
        out.extend(rules.iter().map(|rule| Hang {
            rule: *rule,
            known: None,
        }));
    }
}

/// What makes two tests on a field the same atom.
#[derive(PartialEq, Eq, Hash)]
enum AtomKey<'r> {
    Is(&'r str),
    InSet(u64),
    Prefix(&'r str),
    Suffix(&'r str),
    Contains(&'r str),
    Pattern(&'r str, bool),
}

/// Gathers the rules of each field before its tables are built.
#[derive(Default)]
pub(super) struct Builder<'r> {
    positions: HashMap<FieldName<'r>, usize, foldhash::fast::FixedState>,
    fields: Vec<FieldBuilder<'r>>,
    shapes: HashMap<Vec<u32>, ShapeBuilder, foldhash::fast::FixedState>,
}

struct FieldBuilder<'r> {
    name: FieldName<'r>,
    atoms: HashMap<AtomKey<'r>, u32, foldhash::fast::FixedState>,
    hangs: Vec<(u32, Hang)>,
    exact: Vec<(u64, u32)>,
    long: bool,
    prefix: Vec<(Vec<u8>, u32)>,
    suffix: Vec<(Vec<u8>, u32)>,
    needles: Vec<(Needle, super::literal::Choice)>,
    needle_atoms: Vec<u32>,
}

#[derive(Default)]
struct ShapeBuilder {
    keys: Vec<(u64, u32)>,
    all: Vec<u32>,
}

impl<'r> Builder<'r> {
    fn field(&mut self, name: FieldName<'r>) -> usize {
        *self.positions.entry(name).or_insert_with(|| {
            self.fields.push(FieldBuilder {
                name,
                atoms: HashMap::default(),
                hangs: Vec::new(),
                exact: Vec::new(),
                long: false,
                prefix: Vec::new(),
                suffix: Vec::new(),
                needles: Vec::new(),
                needle_atoms: Vec::new(),
            });
            self.fields.len() - 1
        })
    }

    /// Files a rule under one key of one field.
    pub(super) fn add(&mut self, name: FieldName<'r>, key: FieldKey<'r>, hang: Hang) {
        let at = self.field(name);
        if let Some(field) = self.fields.get_mut(at) {
            field.add(key, hang);
        }
    }

    /// Files a rule under the values of several fields, which are sorted.
    pub(super) fn add_together(&mut self, values: Vec<(FieldName<'r>, &'r str)>, rule: u32) {
        let mut keyed: Vec<(u32, u64)> = values
            .into_iter()
            .map(|(field, value)| (position(self.field(field)), hash_of(value.as_bytes())))
            .collect();
        keyed.sort_unstable();
        let hash = keyed.iter().fold(0, |hash, (_, value)| join(hash, *value));
        let fields = keyed.into_iter().map(|(field, _)| field).collect();
        let shape = self.shapes.entry(fields).or_default();
        shape.keys.push((hash, rule));
        if shape.all.last() != Some(&rule) {
            shape.all.push(rule);
        }
    }

    pub(super) fn build(self) -> Fields {
        let mut shapes: Vec<Shape> = self
            .shapes
            .into_iter()
            .map(|(fields, shape)| Shape {
                fields,
                table: Exact::build(shape.keys, false),
                all: shape.all,
            })
            .collect();
        shapes.sort_by(|a, b| a.fields.cmp(&b.fields));
        Fields {
            fields: self.fields.into_iter().map(FieldBuilder::build).collect(),
            shapes,
        }
    }
}

impl<'r> FieldBuilder<'r> {
    fn add(&mut self, key: FieldKey<'r>, hang: Hang) {
        let next = position(self.atoms.len());
        let atom_key = match &key {
            FieldKey::Is(text) => AtomKey::Is(text),
            FieldKey::InSet(set) => AtomKey::InSet(address(set)),
            FieldKey::Prefix(text) => AtomKey::Prefix(text),
            FieldKey::Suffix(text) => AtomKey::Suffix(text),
            FieldKey::Contains(text) => AtomKey::Contains(text),
            FieldKey::Pattern(pattern, _) => {
                let (expression, fold) = pattern.expression();
                AtomKey::Pattern(expression, fold)
            }
        };
        let atom = *self.atoms.entry(atom_key).or_insert(next);
        self.hangs.push((atom, hang));
        if atom != next {
            return;
        }
        match key {
            FieldKey::Is(text) => self.exact(text, atom),
            FieldKey::InSet(set) => {
                for text in set.iter().filter_map(Value::as_text) {
                    self.exact(text, atom);
                }
            }
            FieldKey::Prefix(text) => self.prefix.push((text.as_bytes().to_vec(), atom)),
            FieldKey::Suffix(text) => self.suffix.push((text.as_bytes().to_vec(), atom)),
            FieldKey::Contains(text) => {
                let needle = Needle::Contains(String::from(text));
                self.needle(needle, alloc::vec![plain(text)], atom);
            }
            FieldKey::Pattern(pattern, choice) => {
                self.needle(Needle::Pattern(pattern.clone()), choice.clone(), atom);
            }
        }
    }

    fn exact(&mut self, text: &str, atom: u32) {
        self.long = self.long || text.len() > LONGEST_HASHED;
        self.exact.push((hash_of(text.as_bytes()), atom));
    }

    fn needle(&mut self, needle: Needle, choice: super::literal::Choice, atom: u32) {
        self.needles.push((needle, choice));
        self.needle_atoms.push(atom);
    }

    fn build(self) -> Field {
        let mut hangs = self.hangs;
        hangs.sort_by_key(|(atom, hang)| (*atom, hang.rule));
        let mut atoms = alloc::vec![(0, 0); self.atoms.len()];
        for (at, (atom, _)) in hangs.iter().enumerate() {
            if let Some(range) = atoms.get_mut(*atom as usize) {
                if range.1 == 0 {
                    range.0 = position(at);
                }
                range.1 = position(at + 1);
            }
        }
        Field {
            path: match self.name {
                FieldName::Action => None,
                FieldName::Path(path) => Some(path.clone()),
            },
            hint: AtomicUsize::new(0),
            exact: Exact::build(self.exact, self.long),
            prefix: Trie::build(self.prefix, Direction::Forward),
            suffix: Trie::build(self.suffix, Direction::Backward),
            scan: Scan::build(self.needles),
            needle_atoms: self.needle_atoms,
            atoms,
            hangs: hangs.into_iter().map(|(_, hang)| hang).collect(),
        }
    }
}
