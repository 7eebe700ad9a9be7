//! The Python module `bootrace`: traces as Arrow, reports as dicts. Nothing is read or analysed here; the crates below do.
#![deny(unsafe_code)]

mod columns;
mod error;
mod events;
mod log;
mod report;
mod shared_texts;
mod stream;

use pyo3::prelude::*;

#[pymodule]
mod bootrace {
    #[pymodule_export]
    use super::{
        error::Error,
        events::Events,
        log::{Log, open},
        report::report,
    };

    use pyo3::{prelude::*, types::PyTuple};
    use reports::export::Field;

    #[pymodule_init]
    fn init(module: &Bound<'_, PyModule>) -> PyResult<()> {
        let names: Vec<String> = Field::all().map(Field::name).collect();
        module.add("COLUMNS", PyTuple::new(module.py(), names)?)?;
        module.add("__version__", env!("CARGO_PKG_VERSION"))
    }
}
