//! Whose operation it is.

use std::sync::Arc;

use timeline::{Module, Process};

use super::{
    frames::{Run, Runs},
    modules::{Kind, Part},
};

/// Who asked for an operation of a servicing process.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Issuer {
    /// Nothing in the stack says that it was another than servicing.
    #[default]
    Servicing,
    /// A driver that was called about the thread's own operation, and started this one.
    Driver(Arc<Module>),
    /// A library of another product within the process.
    Library(Arc<Module>),
}

impl Issuer {
    /// The module that asked, if it was not servicing.
    #[must_use]
    pub fn outsider(&self) -> Option<&Arc<Module>> {
        match self {
            Self::Servicing => None,
            Self::Driver(module) | Self::Library(module) => Some(module),
        }
    }

    pub(super) fn of(runs: &Runs, process: &Process) -> Self {
        if let Some(run) = starter(&runs.kernel) {
            return Self::Driver(Arc::clone(&run.module));
        }
        match caller(&runs.user, process) {
            Some(run) => Self::Library(Arc::clone(&run.module)),
            None => Self::Servicing,
        }
    }
}

/// A driver that hands a request on goes through the I/O manager once, in at most two frames. One that opens or reads by
/// itself calls a system service: in a real log that took three frames and more.
const HANDED_ON: usize = 2;

/// The driver that started the operation, if one did. The filter manager calls a minifilter and goes on when that
/// returns. Whatever runs inside the call is the minifilter's own. The kernel calls other drivers to hand the request
/// on, or to notify them. There Windows' own drivers work for the caller. Only other products work for themselves.
fn starter(kernel: &[Run]) -> Option<&Run> {
    let is_driver = |run: &Run| !matches!(run.kind, Kind::Kernel | Kind::FilterManager);
    kernel.iter().enumerate().find_map(|(at, run)| {
        let inside = kernel.get(..at)?;
        // Without a frame of the kernel inside of it, it was only there when the operation was recorded.
        if !is_driver(run) || !inside.iter().any(|other| !is_driver(other)) {
            return None;
        }
        let is_callback = kernel.get(at + 1).is_some_and(|outer| outer.kind == Kind::FilterManager);
        let since_filters = inside.iter().rev().take_while(|other| other.kind != Kind::FilterManager);
        let is_service = since_filters.map(|other| other.frames).sum::<usize>() > HANDED_ON;
        (is_callback || run.kind.is_outsider() && is_service).then_some(run)
    })
}

/// The library of another product that asked, if one did.
fn caller<'r>(user: &'r [Run], process: &Process) -> Option<&'r Run> {
    let own = |run: &Run| run.module.path.eq_ignore_ascii_case(&process.image_path);
    let at = user.iter().position(|run| {
        own(run) || matches!(run.kind, Kind::Servicing(_)) || run.kind.is_outsider() && !is_hook(user, run)
    })?;
    let run = user.get(at).filter(|run| run.kind.is_outsider() && !own(run))?;
    // Drivers bring installers of their own: what the driver queue calls is part of its work.
    let asked_by = user.get(at + 1..)?.iter().find_map(|outer| match outer.kind {
        Kind::Servicing(part) => Some(part),
        _ => None,
    });
    (asked_by != Some(Part::DriverQueue)).then_some(run)
}

/// Whether a library is between Windows' own libraries and the system call. There it sees every call and hands it on.
fn is_hook(user: &[Run], run: &Run) -> bool {
    let Some(at) = user.iter().position(|other| std::ptr::eq(other, run)) else { return false };
    let inside = user.get(..at).unwrap_or_default();
    let is_last = inside.iter().all(|other| makes_system_calls(&other.module));
    let is_between = user.get(at + 1).is_some_and(|outer| outer.kind == Kind::Windows);
    is_last && is_between
}

/// Libraries that make the system calls of a process; those of a 32-bit process go through WOW64.
const SYSTEM_CALLS: &[&str] = &["ntdll.dll", "wow64.dll", "wow64cpu.dll"];

fn makes_system_calls(module: &Module) -> bool {
    SYSTEM_CALLS.iter().any(|name| module.name().eq_ignore_ascii_case(name))
}
