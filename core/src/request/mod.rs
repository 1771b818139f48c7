//! A request: who wants to do what to which thing, with which input, and what the host knows.
//!
//! Every door reads a request through the same [`RequestBuilder`], whether it comes as JSON text or as a mapping of
//! the host language read in place, so that all doors refuse the same things. Reading is strict because readers of
//! JSON disagree exactly where an attacker wants them to: which of two equal keys counts, what half a surrogate pair
//! is, what an integer beyond 2^53 rounds to. A request that any of them could read differently is an error.

mod builder;
mod digest;
mod json;
pub(crate) mod leaf;
pub(crate) mod split;

pub use builder::RequestBuilder;
pub use digest::digest;
pub(crate) use digest::{digest_of, sha256_hex};

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};

use crate::catalogue::{FieldPath, Root};
use crate::error::RequestError;
use crate::limits::Limits;
use crate::value::Value;

/// One request, read and ready to be decided.
///
/// ```
/// use doorward::Request;
///
/// let request = Request::from_json(br#"{"action":"Read","input":{"file_path":"/etc/hosts"}}"#)?;
/// assert_eq!(request.action(), Some("Read"));
/// let twice = Request::from_json(br#"{"action":"Read","action":"Bash"}"#).unwrap_err();
/// assert_eq!((twice.code(), twice.offset()), ("duplicate-key", Some(17)));
/// # Ok::<(), doorward::RequestError>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    fields: BTreeMap<String, Value>,
}

impl Request {
    /// Reads a request from strict JSON, within the default [`Limits`].
    ///
    /// Costs one pass over `bytes`.
    ///
    /// # Errors
    ///
    /// Malformed input only: not UTF-8, not JSON, not an object, a duplicate key, a lone surrogate, a number out of
    /// range, too deep, too large. An unknown key or a value of an unexpected type is no error; conditions see it as
    /// design section 4 says.
    pub fn from_json(bytes: &[u8]) -> Result<Self, RequestError> {
        Self::from_json_with(bytes, &Limits::default())
    }

    /// Reads a request from strict JSON within `limits`.
    ///
    /// # Errors
    ///
    /// As [`Request::from_json`].
    pub fn from_json_with(bytes: &[u8], limits: &Limits) -> Result<Self, RequestError> {
        json::read(bytes, limits)
    }

    pub(crate) fn from_fields(fields: BTreeMap<String, Value>) -> Self {
        Self { fields }
    }

    /// Returns the action's name as the host sent it.
    pub fn action(&self) -> Option<&str> {
        self.fields.get("action").and_then(Value::as_text)
    }

    /// Returns the text at a field named by its path, such as `input.command`, if there is one.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.get(&FieldPath::parse(field)?)?.as_text()
    }

    /// Returns this request with `facts.<name>` set to `value` where the host did not supply it, for doors that know
    /// the clock and the working directory.
    #[must_use]
    pub fn with_default_fact(mut self, name: &str, value: Value) -> Self {
        let facts = self.fields.entry("facts".into()).or_insert(Value::Null);
        if *facts == Value::Null {
            *facts = Value::Table(BTreeMap::new());
        }
        if let Value::Table(facts) = facts {
            let slot = facts.entry(name.into()).or_insert(Value::Null);
            if *slot == Value::Null {
                *slot = value;
            }
        }
        self
    }

    /// Returns this request with each of these fields set to a value; what is no table on the way to one becomes one.
    pub(crate) fn with_fields<'v>(
        &self,
        values: impl IntoIterator<Item = (&'v FieldPath, Value)>,
    ) -> Self {
        let mut changed = self.clone();
        for (path, value) in values {
            let root = changed.fields.entry(path.root().as_str().into());
            let mut slot = root.or_insert(Value::Null);
            for key in path.keys() {
                if !matches!(slot, Value::Table(_)) {
                    *slot = Value::Table(BTreeMap::new());
                }
                let Value::Table(table) = slot else { break };
                slot = table.entry(key.to_string()).or_insert(Value::Null);
            }
            *slot = value;
        }
        changed
    }

    /// Returns the value at `path`, null counting as absent.
    pub(crate) fn get(&self, path: &FieldPath) -> Option<&Value> {
        let root = self.fields.get(path.root().as_str())?;
        path.keys()
            .iter()
            .try_fold(root, |value, key| value.get(key))
    }

    /// Returns the fact `facts.<name>`, null counting as absent.
    pub fn fact(&self, name: &str) -> Option<&Value> {
        self.fields.get("facts")?.get(name)
    }

    /// Returns one of the five parts, null counting as absent.
    pub(crate) fn part(&self, root: Root) -> Option<&Value> {
        self.fields
            .get(root.as_str())
            .filter(|value| **value != Value::Null)
    }
}
