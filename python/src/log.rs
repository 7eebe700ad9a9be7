//! `bootrace.open` and `bootrace.Log`: a trace of events.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex, OnceLock},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use pyo3::{exceptions::PyValueError, prelude::*, types::PyDict};
use reports::export::{Field, count};
use timeline::{
    Case, FileTime, Process, Timeline,
    query::{Filter, column_name},
};

use crate::{
    error::{Error, must_exist, nothing_read},
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
        processes.iter().map(|process| dict(py, process)).collect()
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

fn dict<'py>(py: Python<'py>, process: &Process) -> PyResult<Bound<'py, PyDict>> {
    let dict = PyDict::new(py);
    dict.set_item("pid", process.known_pid())?;
    dict.set_item("parent_pid", process.known_parent_pid())?;
    dict.set_item("name", &process.name)?;
    dict.set_item("image_path", &process.image_path)?;
    dict.set_item("command_line", &process.command_line)?;
    dict.set_item("user", &process.user)?;
    dict.set_item("company", &process.company)?;
    dict.set_item("start", process.start.and_then(time))?;
    dict.set_item("end", process.end.and_then(time))?;
    dict.set_item("exit_status", process.exit_status)?;
    dict.set_item("events", process.events)?;
    dict.set_item("failures", process.failures)?;
    Ok(dict)
}

/// A time as Python's datetime takes it; `None` where no year of Python holds it.
fn time(time: FileTime) -> Option<SystemTime> {
    const TO_1970: Duration = Duration::from_secs(11_644_473_600);
    /// 9999-12-31T23:59:59Z in seconds since 1601.
    const LAST: u64 = 265_046_774_399;
    let (seconds, ticks) = (time.0 / 10_000_000, time.0 % 10_000_000);
    let since = Duration::new(seconds, u32::try_from(ticks * 100).ok()?);
    if seconds > LAST {
        return None;
    }
    match since.checked_sub(TO_1970) {
        Some(after) => UNIX_EPOCH.checked_add(after),
        None => UNIX_EPOCH.checked_sub(TO_1970 - since),
    }
}
