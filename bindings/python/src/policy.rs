//! The class `doorward.Policy`.

use std::path::PathBuf;

use doorward::{Layer, PolicyError, Request, Source, Value, wire};
use pyo3::exceptions::{PyTypeError, PyUnicodeEncodeError, PyValueError};
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBytes, PyDict, PyString, PyTuple, PyType};

use crate::decision::Decision;
use crate::errors::{diagnostics, guarded, policy_error, request_error};
use crate::mapping;

/// From this much text on, deciding lets other threads run. Below it, waiting to get the interpreter back from a
/// busy thread would cost more than the decision.
const DETACH_BYTES: usize = 16 * 1024;

/// A compiled policy: immutable, shared by any number of threads.
#[pyclass(frozen, module = "doorward")]
pub(crate) struct Policy(doorward::Policy);

/// Compiles with the interpreter free for other threads.
fn compiled<F>(py: Python<'_>, compile: F) -> PyResult<Policy>
where
    F: FnOnce() -> Result<doorward::Policy, PolicyError> + Send,
{
    guarded(|| {
        py.detach(compile)
            .map(Policy)
            .map_err(|error| policy_error(py, &error))
    })
}

#[pymethods]
impl Policy {
    /// Compiles one policy text, of layer `user`.
    ///
    /// Raises `PolicyError` with every problem of the text.
    #[staticmethod]
    fn from_toml(py: Python<'_>, text: &str) -> PyResult<Self> {
        compiled(py, || doorward::Policy::from_toml(text))
    }

    /// Compiles policy files, and all `*.toml` of directories, as one policy of layer `user`.
    ///
    /// Raises `PolicyError` with every problem of every file.
    #[staticmethod]
    #[pyo3(signature = (*paths))]
    fn load(py: Python<'_>, paths: Vec<PathBuf>) -> PyResult<Self> {
        compiled(py, || doorward_host::load(&paths))
    }

    /// Compiles the policy in force in the directory `cwd`, by default the current one: managed, user, auto and
    /// project files.
    ///
    /// Raises `PolicyError` with every problem of every file, or when no file is found.
    #[staticmethod]
    #[pyo3(signature = (cwd = None))]
    fn discover(py: Python<'_>, cwd: Option<PathBuf>) -> PyResult<Self> {
        let cwd = cwd.unwrap_or_else(|| PathBuf::from("."));
        compiled(py, || doorward_host::discover(&cwd))
    }

    /// Compiles an iterable of `Source`, texts with the layer that each belongs to.
    ///
    /// Raises `PolicyError` with every problem of every text, `ValueError` for an unknown layer.
    #[staticmethod]
    fn from_sources(py: Python<'_>, sources: &Bound<'_, PyAny>) -> PyResult<Self> {
        let mut builder = doorward::Policy::builder();
        for source in sources.try_iter()? {
            builder = builder.source(read_source(&source?)?);
        }
        compiled(py, || builder.build())
    }

    /// Decides one request, any mapping with the keys `actor`, `action`, `resource`, `input` and `facts`.
    ///
    /// Raises `RequestError` for what no request can hold.
    fn decide(&self, py: Python<'_>, request: &Bound<'_, PyAny>) -> PyResult<Decision> {
        guarded(|| {
            let mapping::Reading {
                request,
                text_bytes,
            } = mapping::read(request, None)?;
            let decision = if text_bytes < DETACH_BYTES {
                self.0.decide(&request)
            } else {
                py.detach(|| self.0.decide(&request))
            };
            Ok(decision.into())
        })
    }

    /// Decides one request given as JSON text and returns the decision's canonical JSON.
    ///
    /// Raises `RequestError` when the text is not a request.
    fn decide_json(&self, py: Python<'_>, request: &Bound<'_, PyAny>) -> PyResult<String> {
        guarded(|| {
            let bytes = json_bytes(request)?;
            let answer = if bytes.len() < DETACH_BYTES {
                wire::decide_json(&self.0, bytes)
            } else {
                py.detach(|| wire::decide_json(&self.0, bytes))
            };
            answer.map_err(|error| request_error(py, &error, None))
        })
    }

    /// Decides an iterable of requests in order; other threads run meanwhile.
    ///
    /// All requests are read before the first is decided. Raises `RequestError` for the first that cannot be read,
    /// its `path` starting with the place in the batch.
    fn decide_many(&self, py: Python<'_>, requests: &Bound<'_, PyAny>) -> PyResult<Vec<Decision>> {
        guarded(|| {
            let mut read: Vec<Request> = Vec::new();
            for (index, request) in requests.try_iter()?.enumerate() {
                read.push(mapping::read(&request?, Some(index))?.request);
            }
            Ok(py.detach(|| {
                read.iter()
                    .map(|request| self.0.decide(request).into())
                    .collect()
            }))
        })
    }

    /// Returns the absolute paths that deciding a request looks at, sorted: what links should be resolved of.
    ///
    /// Raises `RequestError` for what no request can hold.
    fn paths(&self, request: &Bound<'_, PyAny>) -> PyResult<Vec<String>> {
        guarded(|| Ok(self.0.paths(&mapping::read(request, None)?.request)))
    }

    /// Returns where the paths of a request lead on this machine, for the request's `facts["resolved"]`.
    ///
    /// The request's facts should hold `cwd`, `home` and `project`. Links are read, no file is opened. Raises
    /// `RequestError` for what no request can hold.
    fn resolve<'py>(
        &self,
        py: Python<'py>,
        request: &Bound<'py, PyAny>,
    ) -> PyResult<Bound<'py, PyDict>> {
        guarded(|| {
            let request = mapping::read(request, None)?.request;
            let found = py.detach(|| doorward_host::resolved(&self.0, &request));
            let resolved = PyDict::new(py);
            for (path, leads) in found {
                match leads {
                    Value::List(places) => {
                        let places: Vec<&str> = places.iter().filter_map(Value::as_text).collect();
                        resolved.set_item(path, places)?;
                    }
                    place => resolved.set_item(path, place.as_text())?,
                }
            }
            Ok(resolved)
        })
    }

    /// The hash of what the policy says, `dw1-` and 32 hex digits.
    #[getter]
    fn id(&self) -> &str {
        self.0.id()
    }

    /// What the policy's author should look at.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        diagnostics(py, self.0.warnings())
    }

    /// How many rules the policy has.
    #[getter]
    fn rule_count(&self) -> usize {
        self.0.rule_count()
    }

    /// Runs the policy's own `[[test]]` entries.
    fn run_tests<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
        guarded(|| {
            let report = py.detach(|| self.0.run_tests());
            let failures = diagnostics(py, &report.failures)?;
            TYPE.import(py, "doorward._policy", "TestReport")?
                .call1((report.ran, failures))
        })
    }

    fn __repr__(&self) -> String {
        format!(
            "<doorward.Policy {}, rules: {}>",
            self.0.id(),
            self.0.rule_count()
        )
    }
}

/// Returns the SHA-256 in hex that an approval with `bound = [fields..]` must carry for this request.
///
/// None when a value in it is a float, which languages write differently, or a name is no field of a request. Raises
/// `RequestError` for what no request can hold.
#[pyfunction]
pub(crate) fn digest(
    request: &Bound<'_, PyAny>,
    fields: &Bound<'_, PyAny>,
) -> PyResult<Option<String>> {
    guarded(|| {
        if fields.is_instance_of::<PyString>() {
            return Err(PyTypeError::new_err(
                "fields is an iterable of str, not one str",
            ));
        }
        let names: Vec<String> = fields
            .try_iter()?
            .map(|name| name?.extract())
            .collect::<PyResult<_>>()?;
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        Ok(doorward::digest(
            &mapping::read(request, None)?.request,
            &names,
        ))
    })
}

fn json_bytes<'a>(request: &'a Bound<'_, PyAny>) -> PyResult<&'a [u8]> {
    let py = request.py();
    if let Ok(text) = request.cast::<PyString>() {
        text.to_str().map(str::as_bytes).map_err(|error| {
            if error.is_instance_of::<PyUnicodeEncodeError>(py) {
                mapping::lone_surrogate(py)
            } else {
                error
            }
        })
    } else if let Ok(bytes) = request.cast::<PyBytes>() {
        Ok(bytes.as_bytes())
    } else {
        Err(PyTypeError::new_err(
            "decide_json takes str or bytes; decide takes a mapping",
        ))
    }
}

fn read_source(source: &Bound<'_, PyAny>) -> PyResult<Source> {
    static TYPE: PyOnceLock<Py<PyType>> = PyOnceLock::new();
    let py = source.py();
    if !source.is_instance(TYPE.import(py, "doorward._policy", "Source")?)? {
        return Err(PyTypeError::new_err(
            "from_sources takes an iterable of Source",
        ));
    }
    let name: String = source.getattr(intern!(py, "name"))?.extract()?;
    let layer: String = source.getattr(intern!(py, "layer"))?.extract()?;
    let text: String = source.getattr(intern!(py, "text"))?.extract()?;
    let trusted: bool = source.getattr(intern!(py, "trusted"))?.extract()?;
    let layer: Layer = layer
        .parse()
        .map_err(|error| PyValueError::new_err(format!("{error}")))?;
    Ok(Source::new(name, layer, text).trusted(trusted))
}
