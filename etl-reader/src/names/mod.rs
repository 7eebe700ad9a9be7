//! Names for what events record as numbers: files, registry keys, processes, services. Operations are put together
//! from their start and their end.
//!
//! [`Trace::read`] goes once through the files. It collects every event that states a name, because the rundown comes
//! at the end of a trace and names the files that were open all along. It finds which records make an operation. What
//! an operation says is read from its records on demand. So parts of a trace can be visited in parallel.

mod bits;
mod buffers;
mod by_buffer;
mod chosen;
mod doers;
mod facts;
mod glimpse;
mod guids;
mod history;
mod job;
mod key_objects;
mod learnt;
mod meaning;
mod operation;
mod paths;
mod pending;
mod piece;
mod processes;
mod resolver;
mod rounds;
mod rows;
mod shape;
mod sieve;
mod steps;
mod survey;
mod table;
mod trace;
mod volumes;

pub use glimpse::{Glimpse, MayWant, MayWantOf, Wants};
pub use guids::{KERNEL_FILE, KERNEL_PROCESS, KERNEL_REGISTRY};
pub use meaning::OperationName;
pub use operation::{CreateParameters, NtPath, Operation, OperationClass, ValueData};
pub use processes::{Process, Service};
pub use resolver::Tally;
pub use rows::PathSource;
pub use table::Names;
pub use trace::{Item, Trace};
pub use volumes::{VolumeMap, registry_path};
