//! How each action takes the absence of each field, and what it comes to without a rule, worked out once.
//!
//! Whether an absent field is false or unknown follows from what the action declares, which takes several looks into the
//! catalogue; so does the default of an action. A policy asks the same for every request, so it numbers the fields that
//! its conditions read and keeps the answers of an action when it is first seen. An action that never comes costs nothing.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::vec::Vec;

use hashbrown::{HashMap, HashTable};
use once_cell::race::OnceBox;

use crate::catalogue::{ActionSpec, Catalogue, Expected, FieldPath, FieldType, Verb};
use crate::hash::hash_of;
use crate::rule::{Defaults, Effect, Rule};

/// The fields that a policy's conditions read, and what each action is known to expect of them.
#[derive(Debug)]
pub(crate) struct Expectations {
    /// By number.
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

/// The answers for one action.
#[derive(Debug)]
pub(crate) struct Row {
    /// By the number of the field; `None` where it depends on the request.
    expected: Vec<Option<Expected>>,
    /// What the action declares; `None` for one that nobody declared.
    pub(crate) spec: Option<ActionSpec>,
    /// The field whose text is the command line that the action runs, when that is all it does.
    pub(crate) line: Option<FieldPath>,
    /// What the action comes to without a rule; `None` for the many actions that nobody declared.
    pub(crate) default: Option<Effect>,
}

impl Expectations {
    /// Numbers the fields that conditions read and prepares answers about them for every action of the catalogue.
    pub(crate) fn new(catalogue: &Catalogue, rules: &mut [Rule]) -> Self {
        let mut numbers: HashMap<FieldPath, usize, foldhash::fast::FixedState> = HashMap::default();
        for rule in rules {
            let conditions = rule.when.iter_mut().chain(&mut rule.require);
            for condition in conditions.chain(&mut rule.unless) {
                condition.each_field(&mut |path| {
                    let next = numbers.len();
                    let number = *numbers.entry_ref(&*path).or_insert(next);
                    path.set_number(number);
                });
            }
        }
        let mut fields: Vec<(usize, FieldPath)> = numbers
            .into_iter()
            .map(|(field, number)| (number, field))
            .collect();
        fields.sort_unstable_by_key(|(number, _)| *number);
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
            fields: fields.into_iter().map(|(_, field)| field).collect(),
            actions,
            undeclared: OnceBox::new(),
        }
    }

    /// Returns the answers for an action, which are worked out when it is seen first. An action comes with its hash.
    pub(crate) fn of(
        &self,
        catalogue: &Catalogue,
        defaults: &Defaults,
        action: Option<(&str, u64)>,
    ) -> &Row {
        let declared = action.and_then(|(name, hash)| {
            let same = |action: &Action| action.hash == hash && action.name == name;
            self.actions.find(hash, same)
        });
        match declared {
            Some(Action { name, row, .. }) => row.get_or_init(|| {
                let default = Some(defaults.effect(Some(name)));
                Box::new(self.row(catalogue, catalogue.action(name), default))
            }),
            None => {
                let undeclared = || Box::new(self.row(catalogue, None, None));
                self.undeclared.get_or_init(undeclared)
            }
        }
    }

    fn row(
        &self,
        catalogue: &Catalogue,
        spec: Option<&ActionSpec>,
        default: Option<Effect>,
    ) -> Row {
        let fields = self.fields.iter();
        Row {
            expected: fields
                .map(|field| catalogue.always_expected(spec, field))
                .collect(),
            spec: spec.cloned(),
            line: spec.and_then(line_of),
            default,
        }
    }
}

/// Returns the field whose text is the command line that an action runs, when that is all it does.
fn line_of(spec: &ActionSpec) -> Option<FieldPath> {
    let [(Verb::Run, field)] = spec.does.as_slice() else {
        return None;
    };
    let kind = spec.fields.get(field.as_str()).map(|field| field.kind);
    (kind != Some(FieldType::Patch)).then(|| field.clone())
}

impl Row {
    /// Returns how a condition takes the absence of a field, where that does not depend on the request.
    #[inline]
    pub(crate) fn expected(&self, field: &FieldPath) -> Option<Expected> {
        self.expected.get(field.number()?).copied().flatten()
    }
}
