//! `bootrace.open` and `bootrace.Log`: a trace of events.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
    time::Duration,
};

use pml_reader::TICKS_PER_SECOND;
use pyo3::{
    exceptions::PyValueError,
    prelude::*,
    types::{PyDateTime, PyDict, PyTzInfo},
};
use reports::export::{Field, count};
use timeline::{
    Case, FileTime, Process, Timeline,
    query::{Filter, column_name},
};

use crate::{
    error::{must_exist, nothing_read},
    events::Events,
    stream::{Plan, traces},
};

/// A trace of events. Of a folder or an archive it is all traces, one after the other.
#[pyclass(frozen, module = "bootrace")]
pub(crate) struct Log {
    path: String,
    case: Arc<Case>,
    processes: OnceLock<Vec<Process>>,
    events: OnceLock<u64>,
}

/// Expressions of a filter: one, or several.
#[derive(FromPyObject)]
enum Expressions {
    One(String),
    Several(Vec<String>),
}

/// Opens a trace: a log or an export of Process Monitor, an ETW trace, or a folder or an archive with such.
#[pyfunction]
#[pyo3(signature = (path, /))]
pub(crate) fn open(py: Python<'_>, path: PathBuf) -> PyResult<Log> {
    must_exist(std::slice::from_ref(&path))?;
    let case = py.detach(|| Case::open(std::slice::from_ref(&path)));
    let path = path.display().to_string();
    if traces(&case).is_empty() {
        let what = case.inputs.first().map_or_else(
            || format!("{path} holds no trace of events (.pml, .etl)"),
            |log| {
                format!("{path} holds no trace of events but {}; bootrace.report reads it", log.source.kind())
            },
        );
        return Err(nothing_read(&case, &what));
    }
    Ok(Log { path, case: Arc::new(case), processes: OnceLock::new(), events: OnceLock::new() })
}

#[pymethods]
impl Log {
    /// How many events can be read.
    fn __len__(&self, py: Python<'_>) -> usize {
        let events = py.detach(|| self.events.get_or_init(|| count(&traces(&self.case), &Filter::default())));
        usize::try_from(*events).unwrap_or(usize::MAX)
    }

    /// The events that a filter wants, with some columns or all.
    #[pyo3(signature = (filter=None, columns=None))]
    fn events(&self, filter: Option<Expressions>, columns: Option<Vec<String>>) -> PyResult<Events> {
        let expressions = match filter {
            None => Vec::new(),
            Some(Expressions::One(one)) => vec![one],
            Some(Expressions::Several(several)) => several,
        };
        let filter = Filter::parse(&expressions).map_err(wrong)?;
        for column in filter.columns() {
            if !traces(&self.case).iter().any(|trace| trace.has_column(column)) {
                let (path, name) = (&self.path, column_name(column));
                return Err(wrong(format!("{path} has no column {name}, so no filter can look at it")));
            }
        }
        let fields = match columns {
            None => Field::all().collect(),
            Some(names) => {
                names.iter().map(|name| Field::named(name).map_err(wrong)).collect::<PyResult<Vec<_>>>()?
            }
        };
        if fields.is_empty() {
            return Err(wrong("columns names no column"));
        }
        Ok(Events(Arc::new(Plan { case: Arc::clone(&self.case), filter, fields, done: Mutex::new(None) })))
    }

    /// The processes, as dicts.
    #[getter]
    fn processes<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyDict>>> {
        let processes = py.detach(|| self.processes.get_or_init(|| Timeline::new(&self.case).processes));
        let epoch = epoch(py)?;
        processes.iter().map(|process| dict(&epoch, process)).collect()
    }

    /// What could not be read beside records, in words.
    #[getter]
    fn problems(&self) -> Vec<String> {
        let unreadable = self.case.unreadable.iter().map(ToString::to_string);
        let inputs = self.case.inputs.iter().filter(|input| input.source.is_trace());
        let problems = inputs.flat_map(|input| {
            let problems = input.source.problems().into_iter();
            problems.map(|problem| format!("{}: {}", input.path, problem.what))
        });
        unreadable.chain(problems).collect()
    }

    fn __repr__(&self) -> String {
        format!("<bootrace.Log {}>", self.path)
    }
}

fn wrong(error: impl ToString) -> PyErr {
    PyValueError::new_err(error.to_string())
}

fn dict<'py>(epoch: &Bound<'py, PyDateTime>, process: &Process) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(epoch.py());
    dict.set_item("pid", process.known_pid())?;
    dict.set_item("parent_pid", process.known_parent_pid())?;
    dict.set_item("name", &process.name)?;
    dict.set_item("image_path", &process.image_path)?;
    dict.set_item("command_line", &process.command_line)?;
    dict.set_item("user", &process.user)?;
    dict.set_item("company", &process.company)?;
    dict.set_item("start", process.start.and_then(|start| time(epoch, start)))?;
    dict.set_item("end", process.end.and_then(|end| time(epoch, end)))?;
    dict.set_item("exit_status", process.exit_status)?;
    dict.set_item("events", process.events)?;
    dict.set_item("failures", process.failures)?;
    Ok(dict)
}

/// The first moment of FILETIME.
fn epoch(py: Python<'_>) -> PyResult<Bound<'_, PyDateTime>> {
    PyDateTime::new(py, 1601, 1, 1, 0, 0, 0, 0, Some(&PyTzInfo::utc(py)?.to_owned()))
}

/// A time as a datetime; `None` where no year of Python holds it.
fn time<'py>(epoch: &Bound<'py, PyDateTime>, time: FileTime) -> Option<Bound<'py, PyAny>> {
    let nanoseconds = u32::try_from(time.0 % TICKS_PER_SECOND * 100).ok()?;
    epoch.add(Duration::new(time.0 / TICKS_PER_SECOND, nanoseconds)).ok()
}
