//! The signature of a cause: what it has in common on all machines, and a short name for that.
//!
//! A signature consists of parts. Each part says whether it *contributes* to the id, and why. Two machines with the same
//! cause get the same id, although their paths, versions, users and logs differ.
//!
//! The id begins with its version. Version 1 is the only one. A version is a function from the facts to the parts that
//! contribute. So a case can have an id of each version.

mod facts;
mod fault;
mod identity;
mod lack;
mod object;
mod operation;
mod parts;
mod why;

pub(crate) use facts::Facts;
pub(crate) use fault::{Item, code, item_of, program};
pub use identity::{PartName, SIGNATURE_VERSION, Signature, SignaturePart};
pub(crate) use object::{component as component_name, name as object_name};
pub(crate) use operation::operation as operation_name;
use parts::Parts;

/// The signature of a failure. `None` if nothing failed, or if the inputs do not show what did.
pub(crate) fn of(facts: &Facts<'_>) -> Option<Signature> {
    let mut parts = Parts::default();
    if let Some(failing) = facts.failing {
        operation::parts(facts, failing, &mut parts);
    } else if facts.failed() {
        let explained = lack::parts(facts, &mut parts);
        fault::parts(facts, explained, &mut parts);
    } else {
        return None;
    }
    Some(Signature::new(SIGNATURE_VERSION, parts.0))
}
