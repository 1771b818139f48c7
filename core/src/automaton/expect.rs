//! How each action takes the absence of each field, worked out once.
//!
//! Whether an absent field is false or unknown follows from what the action declares, which takes several looks into the
//! catalogue. A policy asks about the same fields for every request, so the answers for an action are kept when it is
//! first seen; an action that never comes costs nothing.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::HashTable;
use once_cell::race::OnceBox;

use crate::catalogue::{ActionSpec, Catalogue, Expected, FieldPath};
use crate::hash::hash_of;
use crate::request::Request;

/// The fields that a policy's conditions read, and what each action is known to expect of them.
#[derive(Debug)]
pub(crate) struct Expectations {
    fields: Vec<FieldPath>,
    actions: HashTable<Action>,
    undeclared: OnceBox<Row>,
}

#[derive(Debug)]
struct Action {
    hash: u64,
    name: String,
    row: OnceBox<Row>,
}

/// The answers for one action, by field.
#[derive(Debug, Default)]
pub(crate) struct Row {
    answers: HashTable<(u64, FieldPath, Expected)>,
}

impl Expectations {
    /// Prepares answers about `fields` for every action of the catalogue.
    pub(crate) fn new(catalogue: &Catalogue, mut fields: Vec<FieldPath>) -> Self {
        fields.sort_unstable();
        fields.dedup();
        let mut actions = HashTable::new();
        for name in catalogue.action_names() {
            let hash = hash_of(name.as_bytes());
            let action = Action {
                hash,
                name: name.into(),
                row: OnceBox::new(),
            };
            actions.insert_unique(hash, action, |action| action.hash);
        }
        Self {
            fields,
            actions,
            undeclared: OnceBox::new(),
        }
    }

    /// Returns the answers for an action and what it declares; it is worked out when an action is seen first.
    pub(crate) fn of<'a>(
        &'a self,
        catalogue: &'a Catalogue,
        action: Option<&str>,
    ) -> (Option<&'a ActionSpec>, &'a Row) {
        let declared = action.and_then(|name| {
            let hash = hash_of(name.as_bytes());
            self.actions
                .find(hash, |action| action.hash == hash && action.name == name)
        });
        match declared {
            Some(action) => {
                let spec = catalogue.action(&action.name);
                let row = action
                    .row
                    .get_or_init(|| Box::new(self.row(catalogue, spec)));
                (spec, row)
            }
            None => {
                let row = self
                    .undeclared
                    .get_or_init(|| Box::new(self.row(catalogue, None)));
                (None, row)
            }
        }
    }

    fn row(&self, catalogue: &Catalogue, spec: Option<&ActionSpec>) -> Row {
        let mut answers = HashTable::new();
        for field in &self.fields {
            if let Some(expected) = catalogue.always_expected(spec, field) {
                let answer = (field.hash(), field.clone(), expected);
                answers.insert_unique(field.hash(), answer, |answer| answer.0);
            }
        }
        Row { answers }
    }
}

impl Row {
    /// Returns how a condition takes the absence of `field` in `request`.
    pub(crate) fn expected(
        &self,
        catalogue: &Catalogue,
        spec: Option<&ActionSpec>,
        field: &FieldPath,
        request: &Request,
    ) -> Expected {
        let found = self.answers.find(field.hash(), |answer| {
            answer.0 == field.hash() && answer.1 == *field
        });
        match found {
            Some((_, _, expected)) => *expected,
            // Below an optional table it depends on whether the request has that table.
            None => catalogue.expected(spec, field, |path| request.get(path).is_some()),
        }
    }
}
