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
mod part;
pub(crate) mod split;

pub use builder::RequestBuilder;
pub use digest::digest;
pub(crate) use digest::{digest_of, sha256_hex};

use alloc::collections::BTreeMap;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::sync::atomic::AtomicUsize;

use crate::catalogue::{FieldPath, Root};
use crate::error::RequestError;
use crate::limits::Limits;
use crate::value::Value;
pub(crate) use part::{Part, Stated};
use part::{Parts, short_hash};

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
    parts: Arc<Parts>,
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
        Self {
            parts: Arc::new(Parts::new(fields)),
        }
    }

    /// Returns the action's name as the host sent it.
    pub fn action(&self) -> Option<&str> {
        self.parts.action.as_ref().and_then(Value::as_text)
    }

    /// Returns the catalogue's name of the action; none when the request names none.
    pub(crate) fn catalogue_action(&self) -> Option<&str> {
        self.action()
            .filter(|name| !name.is_empty())
            .map(|name| self.parts.canonical.unwrap_or(name))
    }

    /// Returns the catalogue's name of the action, with its hash.
    pub(crate) fn hashed_action(&self) -> Option<(&str, u64)> {
        self.catalogue_action()
            .map(|name| (name, self.parts.action_hash))
    }

    /// Returns the text at a field named by its path, such as `input.command`, if there is one.
    pub fn text(&self, field: &str) -> Option<&str> {
        self.get(&FieldPath::parse(field)?)?.as_text()
    }

    /// Returns this request with `facts.<name>` set to `value` where the host did not supply it, for doors that know
    /// the clock and the working directory.
    #[must_use]
    pub fn with_default_fact(self, name: &str, value: Value) -> Self {
        if self.fact(name).is_some() {
            return self;
        }
        let parts = Arc::try_unwrap(self.parts).unwrap_or_else(|shared| (*shared).clone());
        Self {
            parts: Arc::new(parts.with_fact(name, value)),
        }
    }

    /// Returns this request with each of these fields set to a value; what is no table on the way to one becomes one.
    pub(crate) fn with_fields<'v>(
        &self,
        values: impl IntoIterator<Item = (&'v FieldPath, Value)>,
    ) -> Self {
        let mut fields = self.parts.to_fields();
        for (path, value) in values {
            let root = fields.entry(path.root().as_str().into());
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
        Self::from_fields(fields)
    }

    /// Returns the value at `path`, null counting as absent. Costs a look at the hashes of that part's keys.
    pub(crate) fn get(&self, path: &FieldPath) -> Option<&Value> {
        let (first, below) = path.keys().split_first()?;
        let part = self.parts.tables.get(path.root() as usize)?;
        let value = part.find(first, path.first())?;
        below.iter().try_fold(value, |value, key| value.get(key))
    }

    /// Returns the value at `path` as [`Request::get`] does, and its hash when it is a short text, else 0.
    /// `hint` is kept for that path.
    #[inline]
    pub(crate) fn get_hashed(&self, path: &FieldPath, hint: &AtomicUsize) -> Option<(&Value, u64)> {
        match path.keys() {
            [key] => self.part(path.root()).find_hashed(key, path.first(), hint),
            _ => self.get(path).map(|value| (value, short_hash(value))),
        }
    }

    /// Returns the fact `facts.<name>`, null counting as absent.
    pub fn fact(&self, name: &str) -> Option<&Value> {
        self.part(Root::Facts).get(name)
    }

    /// Returns one of the four parts that hold fields; empty when the request has no such table.
    pub(crate) fn part(&self, root: Root) -> &Part {
        self.parts
            .tables
            .get(root as usize)
            .unwrap_or(const { &Part::EMPTY })
    }

    /// Returns what `~` and relative paths are resolved against, as stated.
    pub(crate) fn stated(&self) -> &Stated {
        &self.parts.stated
    }
}
