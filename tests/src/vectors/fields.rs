//! Reads one TOML table key by key and reports what is wrong or left over.

use toml::{Table, Value};

/// A table being read; every key taken is removed, what remains at the end is a problem.
pub(super) struct Fields<'a> {
    table: Table,
    place: String,
    problems: &'a mut Vec<String>,
}

impl<'a> Fields<'a> {
    /// Begins to read `table`; `place` names it in problems.
    pub(super) fn new(table: Table, place: String, problems: &'a mut Vec<String>) -> Self {
        Self {
            table,
            place,
            problems,
        }
    }

    /// Notes a problem with this table.
    pub(super) fn problem(&mut self, text: impl AsRef<str>) {
        self.problems
            .push(format!("{}: {}", self.place, text.as_ref()));
    }

    /// Names this table in the problems from here on.
    pub(super) fn rename(&mut self, place: String) {
        self.place = place;
    }

    /// Takes a key's value as it is.
    pub(super) fn value(&mut self, key: &str) -> Option<Value> {
        self.table.remove(key)
    }

    fn typed<T>(
        &mut self,
        key: &str,
        kind: &str,
        read: impl FnOnce(Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.table.remove(key)?;
        let read = read(value);
        if read.is_none() {
            self.problem(format!("`{key}` must be {kind}"));
        }
        read
    }

    /// Takes a text.
    pub(super) fn text(&mut self, key: &str) -> Option<String> {
        self.typed(key, "a text", |value| value.as_str().map(str::to_owned))
    }

    /// Takes a text that must be there.
    pub(super) fn required(&mut self, key: &str) -> String {
        if !self.table.contains_key(key) {
            self.problem(format!("`{key}` is missing"));
        }
        self.text(key).unwrap_or_default()
    }

    /// Takes a flag.
    pub(super) fn flag(&mut self, key: &str) -> Option<bool> {
        self.typed(key, "true or false", |value| value.as_bool())
    }

    /// Takes an integer of 0 or more.
    pub(super) fn count(&mut self, key: &str) -> Option<u64> {
        self.typed(key, "an integer of 0 or more", |value| {
            value
                .as_integer()
                .and_then(|number| u64::try_from(number).ok())
        })
    }

    /// Takes a list of texts.
    pub(super) fn texts(&mut self, key: &str) -> Option<Vec<String>> {
        self.typed(key, "a list of texts", |value| {
            value
                .as_array()?
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect()
        })
    }

    /// Takes a table.
    pub(super) fn table(&mut self, key: &str) -> Option<Table> {
        self.typed(key, "a table", |value| value.as_table().cloned())
    }

    /// Takes a list of tables.
    pub(super) fn tables(&mut self, key: &str) -> Option<Vec<Table>> {
        self.typed(key, "a list of tables", |value| {
            value
                .as_array()?
                .iter()
                .map(|item| item.as_table().cloned())
                .collect()
        })
    }

    /// Reports every key that nobody took.
    pub(super) fn finish(self) {
        for key in self.table.keys() {
            self.problems
                .push(format!("{}: unknown key `{key}`", self.place));
        }
    }
}
