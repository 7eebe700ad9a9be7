//! What is raised where a file cannot be read.

use std::path::PathBuf;

use pyo3::{create_exception, exceptions::PyException, prelude::*};
use timeline::Case;

create_exception!(bootrace, Error, PyException, "A file cannot be read, or nothing in it.");

/// Raises what the system says of a file that is not there.
pub(crate) fn must_exist(paths: &[PathBuf]) -> PyResult<()> {
    for path in paths {
        if let Err(error) = path.metadata() {
            let path = path.display();
            return Err(std::io::Error::new(error.kind(), format!("{path}: {error}")).into());
        }
    }
    Ok(())
}

/// What is wrong with the files of a case that gives nothing.
pub(crate) fn nothing_read(case: &Case, otherwise: &str) -> PyErr {
    let unreadable = case.unreadable.iter().map(ToString::to_string);
    let others = case.not_understood.iter().map(|(path, what)| format!("{path}: {}", what.en));
    let all: Vec<String> = unreadable.chain(others).collect();
    Error::new_err(if all.is_empty() { otherwise.to_owned() } else { all.join("\n") })
}
