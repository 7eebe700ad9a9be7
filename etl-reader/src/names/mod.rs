//! Names for what events record as numbers: files, registry keys, processes, services, and the operations put
//! together from their start and their end.
//!
//! [`Trace::read`] goes once through the files: it collects every event that tells a name, because the rundown that
//! names the files open all along comes at the end of a trace, and it finds which records make an operation. What an
//! operation says is read from its records when it is asked for, so parts of a trace can be visited in parallel.

mod buffers;
mod by_buffer;
mod facts;
mod guids;
mod history;
mod key_objects;
mod meaning;
mod operation;
mod paths;
mod pending;
mod processes;
mod resolver;
mod rounds;
mod rows;
mod shape;
mod steps;
mod table;
mod trace;
mod volumes;

pub use guids::{KERNEL_FILE, KERNEL_PROCESS, KERNEL_REGISTRY};
pub use meaning::OperationName;
pub use operation::{CreateParameters, NtPath, Operation, OperationClass, ValueData};
pub use processes::{Process, Service};
pub use resolver::Tally;
pub use rows::PathSource;
pub use table::Names;
pub use trace::{Item, Trace};
pub use volumes::{VolumeMap, registry_path};
