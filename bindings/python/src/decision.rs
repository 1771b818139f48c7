//! The class `doorward.Decision`.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::OnceLock;

use doorward::Effect;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyString, PyType};

use crate::errors::guarded;

/// The answer to one request: an effect, its basis, and what would have changed it.
///
/// Everything but `effect` and `allowed` is made when it is first asked for. Two decisions are equal when their
/// canonical JSON is.
#[pyclass(frozen, module = "doorward")]
pub(crate) struct Decision {
    effect: Effect,
    body: Body,
    details: PyOnceLock<Py<PyAny>>,
}

enum Body {
    Decided {
        decision: Box<doorward::Decision>,
        text: OnceLock<String>,
    },
    /// Unpickled or copied: the canonical JSON is all there is.
    Restored(String),
}

impl From<doorward::Decision> for Decision {
    fn from(decision: doorward::Decision) -> Self {
        Self {
            effect: decision.effect(),
            body: Body::Decided {
                decision: Box::new(decision),
                text: OnceLock::new(),
            },
            details: PyOnceLock::new(),
        }
    }
}

/// Returns the decision that `text`, its canonical JSON, describes; what `pickle` and `copy` call.
///
/// Raises `ValueError` when the text is not a decision.
#[pyfunction]
#[pyo3(name = "_restore_decision")]
pub(crate) fn restore_decision(py: Python<'_>, text: String) -> PyResult<Decision> {
    let details = new_details(py, &text)?;
    let name: String = details.getattr(intern!(py, "effect"))?.extract()?;
    let effect = [Effect::Deny, Effect::Ask, Effect::Allow, Effect::Pass]
        .into_iter()
        .find(|effect| effect.as_str() == name)
        .ok_or_else(|| PyValueError::new_err("not the JSON of a decision"))?;
    let cell = PyOnceLock::new();
    cell.get_or_init(py, || details.unbind());
    Ok(Decision {
        effect,
        body: Body::Restored(text),
        details: cell,
    })
}

fn new_details<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    TYPE.import(py, "doorward._decision", "Details")?
        .call1((text,))
}

impl Decision {
    fn text(&self) -> &str {
        match &self.body {
            Body::Decided { decision, text } => text.get_or_init(|| decision.to_json()),
            Body::Restored(text) => text,
        }
    }

    fn detail<'py>(
        &self,
        py: Python<'py>,
        name: &Bound<'py, PyString>,
    ) -> PyResult<Bound<'py, PyAny>> {
        guarded(|| {
            let details = self.details.get_or_try_init(py, || {
                Ok::<_, PyErr>(new_details(py, self.text())?.unbind())
            })?;
            details.bind(py).getattr(name)
        })
    }
}

#[pymethods]
impl Decision {
    /// `"deny"`, `"ask"`, `"allow"` or `"pass"`.
    #[getter]
    fn effect<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        PyString::intern(py, self.effect.as_str())
    }

    /// Whether the request may proceed: True for `allow` alone.
    #[getter]
    fn allowed(&self) -> bool {
        self.effect == Effect::Allow
    }

    /// Why this effect won: a rule, or a gap because no rule matched.
    #[getter]
    fn basis<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.detail(py, intern!(py, "basis"))
    }

    /// The id of the policy that decided.
    #[getter]
    fn policy<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.detail(py, intern!(py, "policy"))
    }

    /// Every rule that fired, once, by name.
    #[getter]
    fn matched<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.detail(py, intern!(py, "matched"))
    }

    /// The rules that would have given a better effect, with what was missing.
    #[getter]
    fn near<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.detail(py, intern!(py, "near"))
    }

    /// On an allowed request: the stricter rules that nearly fired.
    #[getter]
    fn close_calls<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.detail(py, intern!(py, "close_calls"))
    }

    /// Whether what is missing can be had without changing the request: an approval, a fresh sign-in, time.
    #[getter]
    fn can_wait<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.detail(py, intern!(py, "can_wait"))
    }

    /// The fields that decided rules could not know, sorted.
    #[getter]
    fn unknown<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.detail(py, intern!(py, "unknown"))
    }

    /// The things that the request would do, in source order, when there is more than one.
    #[getter]
    fn leaves<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.detail(py, intern!(py, "leaves"))
    }

    /// The rules in shadow mode that would have fired.
    #[getter]
    fn shadow<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.detail(py, intern!(py, "shadow"))
    }

    /// What the caller must do before acting on the decision.
    #[getter]
    fn obligations<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        self.detail(py, intern!(py, "obligations"))
    }

    /// Returns the canonical JSON, the same bytes as every other door gives.
    fn to_json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        guarded(|| Ok(PyString::new(py, self.text())))
    }

    fn __bool__(&self) -> PyResult<bool> {
        Err(PyTypeError::new_err(
            "a Decision is neither true nor false, so that a deny cannot pass for a yes; use `.allowed` or `.effect`",
        ))
    }

    fn __eq__(&self, other: &Self) -> PyResult<bool> {
        guarded(|| Ok(self.text() == other.text()))
    }

    fn __hash__(&self) -> PyResult<u64> {
        guarded(|| {
            let mut hasher = DefaultHasher::new();
            self.text().hash(&mut hasher);
            Ok(hasher.finish())
        })
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let basis = self.detail(py, intern!(py, "basis"))?;
        let rule = basis.getattr(intern!(py, "rule"))?;
        let (kind, name) = if rule.is_none() {
            ("gap", basis.getattr(intern!(py, "gap"))?)
        } else {
            ("rule", rule)
        };
        Ok(format!(
            "<doorward.Decision {}, {kind} {}>",
            self.effect.as_str(),
            name.repr()?
        ))
    }

    fn __reduce__<'py>(
        &self,
        py: Python<'py>,
    ) -> PyResult<(Bound<'py, PyAny>, (Bound<'py, PyString>,))> {
        let restore = py
            .import(intern!(py, "doorward._core"))?
            .getattr(intern!(py, "_restore_decision"))?;
        Ok((restore, (self.to_json(py)?,)))
    }
}
