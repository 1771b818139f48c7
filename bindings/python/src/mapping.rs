//! Requests read in place, from a `Mapping` of the caller's.
//!
//! Every value becomes one event of [`RequestBuilder`], which alone knows the limits. The caller's objects may run
//! code while they are read (a `Mapping` in Python) and may change what is being read; each container is therefore
//! read so that a change can at most be missed or seen.

use doorward::{Request, RequestBuilder, RequestError, RequestErrorKind};
use pyo3::exceptions::{PyOverflowError, PyUnicodeEncodeError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyIterator, PyList, PyString, PyTuple, PyType};

use crate::errors::request_error;

/// A request together with how much text it holds.
pub(crate) struct Reading {
    pub(crate) request: Request,
    /// Bytes of all keys and texts.
    pub(crate) text_bytes: usize,
}

/// Reads `value` as a request; `index` is its place in a batch.
///
/// # Errors
///
/// `RequestError` for what no request can hold, with the path of keys that leads there. An exception that a method
/// of the caller's raises is passed on as it is.
pub(crate) fn read(value: &Bound<'_, PyAny>, index: Option<usize>) -> PyResult<Reading> {
    let mut reader = Reader {
        builder: RequestBuilder::new(),
        text_bytes: 0,
        open: Vec::new(),
        entries: Vec::new(),
    };
    let failure = match reader.document(value) {
        Ok(()) => match reader.builder.finish() {
            Ok(request) => {
                return Ok(Reading {
                    request,
                    text_bytes: reader.text_bytes,
                });
            }
            Err(error) => Failure::Request(error),
        },
        Err(failure) => failure,
    };
    let path = || rendered(index, &reader.open);
    Err(match failure {
        Failure::Python(error) => error,
        Failure::Request(error) => request_error(value.py(), &error, path()),
        Failure::Unsupported(what) => {
            let path = path();
            let place = path
                .as_ref()
                .map_or_else(|| "the top".to_owned(), |path| format!("`{path}`"));
            let kind = RequestErrorKind::UnsupportedType {
                what: format!("the {what} at {place}"),
            };
            request_error(value.py(), &RequestError::new(kind), path)
        }
    })
}

/// Returns the exception for a text that is not Unicode.
pub(crate) fn lone_surrogate(py: Python<'_>) -> PyErr {
    request_error(
        py,
        &RequestError::new(RequestErrorKind::LoneSurrogate),
        None,
    )
}

enum Failure {
    /// An exception of the caller's own objects.
    Python(PyErr),
    Request(RequestError),
    /// What no request can hold, such as "`set`".
    Unsupported(String),
}

impl From<RequestError> for Failure {
    fn from(error: RequestError) -> Self {
        Self::Request(error)
    }
}

impl From<PyErr> for Failure {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

/// Walks without recursion: what a caller's `Mapping` does while it is read comes on top of this stack.
struct Reader<'py> {
    builder: RequestBuilder,
    text_bytes: usize,
    open: Vec<Open<'py>>,
    /// What is left of the open dicts, the innermost last and its first entry at the end.
    entries: Vec<(Bound<'py, PyAny>, Bound<'py, PyAny>)>,
}

/// A container of which a part is read.
enum Open<'py> {
    /// A plain dict. Its entries were copied before any other code could run, so it may change as it likes.
    Dict {
        base: usize,
        key: Option<Bound<'py, PyString>>,
    },
    /// Any other `Mapping` (subclasses of dict too, they may have their own `items`), one item at a time.
    Mapping {
        items: Bound<'py, PyIterator>,
        key: Option<Bound<'py, PyString>>,
    },
    /// A list. Its length is asked anew each time, because reading an element may have changed it.
    List {
        list: Bound<'py, PyList>,
        next: usize,
    },
    Tuple {
        tuple: Bound<'py, PyTuple>,
        next: usize,
    },
}

impl<'py> Reader<'py> {
    fn document(&mut self, root: &Bound<'py, PyAny>) -> Result<(), Failure> {
        self.value(root)?;
        while let Some(open) = self.open.last_mut() {
            let next = match open {
                Open::Dict { base, key } => {
                    let entry = if self.entries.len() > *base {
                        self.entries.pop()
                    } else {
                        None
                    };
                    match entry {
                        Some(entry) => {
                            Some(named(entry, key, &mut self.builder, &mut self.text_bytes)?)
                        }
                        None => None,
                    }
                }
                Open::Mapping { items, key } => match items.next() {
                    Some(item) => {
                        let entry = item?.extract::<(Bound<'py, PyAny>, Bound<'py, PyAny>)>()?;
                        Some(named(entry, key, &mut self.builder, &mut self.text_bytes)?)
                    }
                    None => None,
                },
                Open::List { list, next } => {
                    let index = *next;
                    *next += 1;
                    if index < list.len() {
                        Some(list.get_item(index)?)
                    } else {
                        None
                    }
                }
                Open::Tuple { tuple, next } => {
                    let index = *next;
                    *next += 1;
                    if index < tuple.len() {
                        Some(tuple.get_item(index)?)
                    } else {
                        None
                    }
                }
            };
            match next {
                Some(value) => self.value(&value)?,
                None => match self.open.pop() {
                    Some(Open::Dict { .. } | Open::Mapping { .. }) => self.builder.end_table()?,
                    Some(Open::List { .. } | Open::Tuple { .. }) => self.builder.end_list()?,
                    None => {}
                },
            }
        }
        Ok(())
    }

    /// Reads a plain value, or opens a container.
    fn value(&mut self, value: &Bound<'py, PyAny>) -> Result<(), Failure> {
        if let Ok(text) = value.cast::<PyString>() {
            let text = utf8(text)?;
            self.text_bytes += text.len();
            self.builder.text(text)?;
        } else if value.is_none() {
            self.builder.null()?;
        } else if let Ok(boolean) = value.cast::<PyBool>() {
            self.builder.boolean(boolean.is_true())?;
        } else if let Ok(integer) = value.cast::<PyInt>() {
            self.builder.integer(small(integer)?)?;
        } else if let Ok(float) = value.cast::<PyFloat>() {
            self.builder.float(float.value())?;
        } else if let Ok(dict) = value.cast_exact::<PyDict>() {
            self.builder.begin_table()?;
            let base = self.entries.len();
            self.entries.extend(dict.iter());
            if let Some(own) = self.entries.get_mut(base..) {
                own.reverse();
            }
            self.open.push(Open::Dict { base, key: None });
        } else if let Ok(list) = value.cast::<PyList>() {
            self.builder.begin_list()?;
            self.open.push(Open::List {
                list: list.clone(),
                next: 0,
            });
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            self.builder.begin_list()?;
            self.open.push(Open::Tuple {
                tuple: tuple.clone(),
                next: 0,
            });
        } else if value.is_instance(mapping_type(value.py())?)? {
            self.builder.begin_table()?;
            let items = value
                .call_method0(intern!(value.py(), "items"))?
                .try_iter()?;
            self.open.push(Open::Mapping { items, key: None });
        } else {
            return Err(unsupported("", value));
        }
        Ok(())
    }
}

/// Returns the value of `entry` and leaves its key in `current`, so that an error can name it.
fn named<'py>(
    entry: (Bound<'py, PyAny>, Bound<'py, PyAny>),
    current: &mut Option<Bound<'py, PyString>>,
    builder: &mut RequestBuilder,
    text_bytes: &mut usize,
) -> Result<Bound<'py, PyAny>, Failure> {
    *current = None;
    let (key, value) = entry;
    let key = key
        .cast_into::<PyString>()
        .map_err(|error| unsupported("key of type ", &error.into_inner()))?;
    let name = utf8(&key)?;
    *text_bytes += name.len();
    builder.key(name)?;
    *current = Some(key);
    Ok(value)
}

fn mapping_type(py: Python<'_>) -> PyResult<&Bound<'_, PyType>> {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    TYPE.import(py, "collections.abc", "Mapping")
}

fn utf8<'a>(text: &'a Bound<'_, PyString>) -> Result<&'a str, Failure> {
    text.to_str().map_err(|error| {
        if error.is_instance_of::<PyUnicodeEncodeError>(text.py()) {
            RequestError::new(RequestErrorKind::LoneSurrogate).into()
        } else {
            Failure::Python(error)
        }
    })
}

fn small(integer: &Bound<'_, PyInt>) -> Result<i64, Failure> {
    integer.extract().map_err(|error: PyErr| {
        if error.is_instance_of::<PyOverflowError>(integer.py()) {
            RequestError::new(RequestErrorKind::NumberOutOfRange).into()
        } else {
            Failure::Python(error)
        }
    })
}

fn unsupported(role: &str, value: &Bound<'_, PyAny>) -> Failure {
    let name = value
        .get_type()
        .fully_qualified_name()
        .map(|name| name.to_string());
    Failure::Unsupported(format!(
        "{role}`{}`",
        shortened(name.as_deref().unwrap_or("object"), 80)
    ))
}

/// Returns the place that is being read as Python would write it, such as `input.files[2]["odd key"]`; `None` for the
/// request as a whole.
fn rendered(index: Option<usize>, open: &[Open<'_>]) -> Option<String> {
    let mut path = index.map(|index| format!("[{index}]")).unwrap_or_default();
    for container in open {
        match container {
            Open::List { next, .. } | Open::Tuple { next, .. } => {
                if let Some(index) = next.checked_sub(1) {
                    path.push_str(&format!("[{index}]"));
                }
            }
            Open::Dict { key, .. } | Open::Mapping { key, .. } => {
                let Some(Ok(key)) = key.as_ref().map(|key| key.to_str()) else {
                    continue;
                };
                if !is_plain(key) {
                    path.push_str(&format!("[{:?}]", shortened(key, 60)));
                } else if path.is_empty() {
                    path.push_str(key);
                } else {
                    path.push('.');
                    path.push_str(key);
                }
            }
        }
    }
    (!path.is_empty()).then(|| shortened(&path, 200))
}

fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && key.len() <= 60
        && key
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Returns `text` with its middle left out when it has more than `limit` characters.
fn shortened(text: &str, limit: usize) -> String {
    let count = text.chars().count();
    if count <= limit {
        return text.to_owned();
    }
    let head = text.chars().take(limit / 2);
    head.chain(['…'])
        .chain(text.chars().skip(count - limit / 2))
        .collect()
}
