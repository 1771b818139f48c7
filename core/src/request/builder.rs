//! Builds a request from events, enforcing what makes one malformed.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::Request;
use crate::error::{RequestError, RequestErrorKind};
use crate::limits::Limits;
use crate::value::Value;

/// The largest integer that every front end holds exactly: 2^53 - 1.
const LARGEST: i64 = (1 << 53) - 1;

/// Builds a [`Request`] from the events of a walk over some value, such as a mapping of the host language.
///
/// Enforces depth, size (counted as compact JSON), the range of numbers and unique keys. After an error the builder
/// is of no further use.
///
/// ```
/// let mut builder = doorward::RequestBuilder::new();
/// builder.begin_table()?;
/// builder.key("action")?;
/// builder.text("Read")?;
/// builder.end_table()?;
/// assert_eq!(builder.finish()?.action(), Some("Read"));
/// # Ok::<(), doorward::RequestError>(())
/// ```
#[derive(Debug)]
pub struct RequestBuilder {
    open: Vec<Open>,
    done: Option<Value>,
    bytes: usize,
    /// What the size is counted against: nothing when the text's own length was checked before.
    most_bytes: usize,
    limits: Limits,
}

#[derive(Debug)]
enum Open {
    List(Vec<Value>),
    Table(BTreeMap<String, Value>, Option<String>),
}

impl Default for RequestBuilder {
    fn default() -> Self {
        Self::new()
    }
}

impl RequestBuilder {
    /// Returns an empty builder with the default [`Limits`].
    pub fn new() -> Self {
        Self::with_limits(&Limits::default())
    }

    /// Returns an empty builder with `limits`.
    pub fn with_limits(limits: &Limits) -> Self {
        Self {
            open: Vec::new(),
            done: None,
            bytes: 0,
            most_bytes: limits.request_bytes,
            limits: limits.clone(),
        }
    }

    /// Returns a builder that leaves the size to a reader which has checked it.
    pub(super) fn unsized_with(limits: &Limits) -> Self {
        Self {
            most_bytes: usize::MAX,
            ..Self::with_limits(limits)
        }
    }

    /// Returns how many containers are open.
    pub fn depth(&self) -> usize {
        self.open.len()
    }

    /// Adds null, which counts as absent.
    ///
    /// # Errors
    ///
    /// `too-large`; `syntax` where no value may stand. So for every value below.
    pub fn null(&mut self) -> Result<(), RequestError> {
        self.count(5)?;
        self.put(Value::Null)
    }

    /// Adds a boolean.
    ///
    /// # Errors
    ///
    /// As [`RequestBuilder::null`].
    pub fn boolean(&mut self, value: bool) -> Result<(), RequestError> {
        self.count(5)?;
        self.put(Value::Bool(value))
    }

    /// Adds an integer.
    ///
    /// # Errors
    ///
    /// `number-out-of-range` beyond plus or minus (2^53 - 1); else as [`RequestBuilder::null`].
    pub fn integer(&mut self, value: i64) -> Result<(), RequestError> {
        if !(-LARGEST..=LARGEST).contains(&value) {
            return Err(RequestError::new(RequestErrorKind::NumberOutOfRange));
        }
        self.count(2)?;
        self.put(Value::Integer(value))
    }

    /// Adds a float.
    ///
    /// # Errors
    ///
    /// `not-finite` for NaN and infinities; else as [`RequestBuilder::null`].
    pub fn float(&mut self, value: f64) -> Result<(), RequestError> {
        if !value.is_finite() {
            return Err(RequestError::new(RequestErrorKind::NotFinite));
        }
        self.count(4)?;
        self.put(Value::Float(value))
    }

    /// Adds a text.
    ///
    /// # Errors
    ///
    /// As [`RequestBuilder::null`].
    pub fn text(&mut self, value: &str) -> Result<(), RequestError> {
        self.count(value.len().saturating_add(3))?;
        self.put(Value::Text(value.into()))
    }

    /// Opens a list.
    ///
    /// # Errors
    ///
    /// `too-deep`; else as [`RequestBuilder::null`].
    pub fn begin_list(&mut self) -> Result<(), RequestError> {
        self.begin(Open::List(Vec::new()))
    }

    /// Closes the list opened last.
    ///
    /// # Errors
    ///
    /// `syntax` when no list is open.
    pub fn end_list(&mut self) -> Result<(), RequestError> {
        match self.open.pop() {
            Some(Open::List(items)) => self.put(Value::List(items)),
            _ => Err(misuse("a list to end")),
        }
    }

    /// Opens a table.
    ///
    /// # Errors
    ///
    /// `too-deep`; else as [`RequestBuilder::null`].
    pub fn begin_table(&mut self) -> Result<(), RequestError> {
        self.begin(Open::Table(BTreeMap::new(), None))
    }

    /// Adds a key to the table opened last; its value is the next event.
    ///
    /// # Errors
    ///
    /// `duplicate-key`; `too-large`; `syntax` outside of a table.
    pub fn key(&mut self, key: &str) -> Result<(), RequestError> {
        self.count(key.len().saturating_add(3))?;
        match self.open.last_mut() {
            Some(Open::Table(entries, pending @ None)) => {
                if entries.contains_key(key) {
                    return Err(RequestError::new(RequestErrorKind::DuplicateKey {
                        key: cut(key),
                    }));
                }
                *pending = Some(key.into());
                Ok(())
            }
            _ => Err(misuse("a table")),
        }
    }

    /// Closes the table opened last.
    ///
    /// # Errors
    ///
    /// `syntax` when no table is open or its last key has no value.
    pub fn end_table(&mut self) -> Result<(), RequestError> {
        match self.open.pop() {
            Some(Open::Table(entries, None)) => self.put(Value::Table(entries)),
            _ => Err(misuse("a table to end")),
        }
    }

    /// Returns the request.
    ///
    /// # Errors
    ///
    /// `not-an-object` when the value is not a table; `truncated` when it is not complete.
    pub fn finish(self) -> Result<Request, RequestError> {
        match (self.done, self.open.is_empty()) {
            (Some(Value::Table(fields)), true) => Ok(Request::from_fields(fields)),
            (Some(_), true) => Err(RequestError::new(RequestErrorKind::NotAnObject)),
            _ => Err(RequestError::new(RequestErrorKind::Truncated {
                expected: "a value",
            })),
        }
    }

    fn begin(&mut self, open: Open) -> Result<(), RequestError> {
        self.count(3)?;
        if self.open.len() >= self.limits.request_depth {
            return Err(RequestError::new(RequestErrorKind::TooDeep {
                limit: self.limits.request_depth,
            }));
        }
        self.open.push(open);
        Ok(())
    }

    fn put(&mut self, value: Value) -> Result<(), RequestError> {
        match self.open.last_mut() {
            Some(Open::List(items)) => items.push(value),
            Some(Open::Table(entries, pending)) => {
                let key = pending.take().ok_or_else(|| misuse("a key"))?;
                entries.insert(key, value);
            }
            None if self.done.is_none() => self.done = Some(value),
            None => return Err(RequestError::new(RequestErrorKind::TrailingData)),
        }
        Ok(())
    }

    fn count(&mut self, bytes: usize) -> Result<(), RequestError> {
        self.bytes = self.bytes.saturating_add(bytes);
        if self.bytes > self.most_bytes {
            return Err(RequestError::new(RequestErrorKind::TooLarge {
                limit: self.limits.request_bytes,
            }));
        }
        Ok(())
    }
}

fn misuse(expected: &'static str) -> RequestError {
    RequestError::new(RequestErrorKind::Syntax { expected })
}

/// Cuts `key` at 64 bytes, on a character boundary, so that an error stays short.
fn cut(key: &str) -> String {
    key.char_indices()
        .take_while(|(start, c)| start + c.len_utf8() <= 64)
        .map(|(_, c)| c)
        .collect()
}
