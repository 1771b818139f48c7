//! Errors of the core as the exceptions of the package.

use std::panic::{AssertUnwindSafe, catch_unwind};

use doorward::{Diagnostic, PolicyError, RequestError, Severity};
use pyo3::exceptions::PyRuntimeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyTuple, PyType};

const MODULE: &str = "doorward._errors";

/// Returns what `work` returns; a panic becomes a `RuntimeError`, which `except Exception` sees.
///
/// The core does not panic. Should it ever, a server must not lose its worker to a `BaseException`.
pub(crate) fn guarded<T>(work: impl FnOnce() -> PyResult<T>) -> PyResult<T> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|_| {
        Err(PyRuntimeError::new_err(
            "doorward failed inside; nothing was decided",
        ))
    })
}

/// Returns `doorward.PolicyError` for `error`.
pub(crate) fn policy_error(py: Python<'_>, error: &PolicyError) -> PyErr {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let exception = diagnostics(py, error.diagnostics()).and_then(|list| {
        TYPE.import(py, MODULE, "PolicyError")?
            .call1((error.to_string(), list))
    });
    exception.map_or_else(|failed| failed, PyErr::from_value)
}

/// Returns `doorward.RequestError` for `error`; `path` is the place in a mapping.
pub(crate) fn request_error(py: Python<'_>, error: &RequestError, path: Option<String>) -> PyErr {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    TYPE.import(py, MODULE, "RequestError")
        .and_then(|class| class.call1((error.to_string(), error.code(), error.offset(), path)))
        .map_or_else(|failed| failed, PyErr::from_value)
}

/// Returns a tuple of `doorward.Diagnostic`.
pub(crate) fn diagnostics<'py>(
    py: Python<'py>,
    list: &[Diagnostic],
) -> PyResult<Bound<'py, PyTuple>> {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let class = TYPE.import(py, MODULE, "Diagnostic")?;
    let converted = list.iter().map(|diagnostic| {
        let severity = match diagnostic.severity {
            Severity::Error => intern!(py, "error"),
            Severity::Warning => intern!(py, "warning"),
        };
        class.call1((
            severity,
            diagnostic.code,
            &diagnostic.message,
            &diagnostic.file,
            diagnostic.line,
            diagnostic.column,
            diagnostic.hint.as_deref(),
        ))
    });
    PyTuple::new(py, converted.collect::<PyResult<Vec<_>>>()?)
}
