//! `bootrace.Events`: the events of a log that a filter wants, for whatever takes an Arrow stream.

use std::sync::Arc;

use arrow_array::ffi_stream::FFI_ArrowArrayStream;
use arrow_schema::ffi::FFI_ArrowSchema;
use pyo3::{prelude::*, types::PyCapsule};
use reports::export::Exported;

use crate::{
    error::Error,
    stream::{Plan, Stream},
};

/// Events of a log. Each program that takes them reads the log anew.
#[pyclass(frozen, module = "bootrace")]
pub(crate) struct Events(pub(crate) Arc<Plan>);

impl Events {
    /// Something of what the last stream found that was read to its end.
    fn found<T>(&self, what: impl FnOnce(&Exported) -> T) -> Option<T> {
        self.0.done.lock().ok()?.as_ref().map(what)
    }
}

#[pymethods]
impl Events {
    /// The columns as an Arrow schema.
    fn __arrow_c_schema__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyCapsule>> {
        let schema = FFI_ArrowSchema::try_from(self.0.schema().as_ref());
        let schema = schema.map_err(|error| Error::new_err(error.to_string()))?;
        PyCapsule::new_with_value(py, schema, c"arrow_schema")
    }

    /// The events as an Arrow stream. The schema asked for is a wish, and the stream keeps its own.
    #[pyo3(signature = (requested_schema=None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        let _ = requested_schema;
        let stream = Stream::new(Arc::clone(&self.0));
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(stream)), c"arrow_array_stream")
    }

    /// The names of the columns.
    #[getter]
    fn columns(&self) -> Vec<String> {
        self.0.fields.iter().map(|field| field.name()).collect()
    }

    /// How many damaged records the last reader met that read to the end.
    #[getter]
    fn damaged(&self) -> Option<u64> {
        self.found(|done| done.damaged)
    }

    /// The first of them, in words.
    #[getter]
    fn first_damage(&self) -> Option<String> {
        self.found(|done| done.first_damage.clone()).flatten()
    }

    fn __repr__(&self) -> String {
        format!("<bootrace.Events with {}>", self.columns().join(", "))
    }
}
