//! Stacks that look like those of a real log: filter manager and kernel first, then the way down to the thread's
//! start. Offsets are invented, within their modules. Equal calls of a process have equal stacks, as call sites do.

use std::collections::HashMap;

use crate::{recorder::Actor, rng::Rng};

/// A module of a process.
#[derive(Debug, Clone)]
pub(crate) struct Module {
    pub(crate) name: String,
    pub(crate) path: String,
    pub(crate) base: u64,
    pub(crate) size: u32,
    pub(crate) company: String,
    pub(crate) description: &'static str,
    pub(crate) version: String,
    pub(crate) stamp: u32,
    pub(crate) loaded: u64,
}

/// What kind of call an event is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Call {
    File,
    Registry,
    Process,
    /// Sampled by Process Monitor itself: no stack.
    None,
}

/// Modules and how many frames are in each, from the calling one down.
type Frames = &'static [(&'static str, usize)];

/// Frames at the top.
const FILE: Frames = &[("FLTMGR.SYS", 3), ("ntoskrnl.exe", 3)];
const REGISTRY: Frames = &[("ntoskrnl.exe", 3)];
const PROCESS: Frames = &[("ntoskrnl.exe", 4)];
/// Frames above those of a driver that makes the call on a thread which is at another one; after them, the driver's.
const BY_DRIVER: Frames = &[("FLTMGR.SYS", 3), ("ntoskrnl.exe", 2), ("CI.dll", 1), ("ntoskrnl.exe", 1)];
/// Frames below those of a driver.
const UNDER_DRIVER: Frames = &[("FLTMGR.SYS", 3), ("ntoskrnl.exe", 3)];
/// Frames at the bottom of a thread that COM called in the servicing worker.
const COM: Frames = &[("rpcrt4.dll", 1), ("combase.dll", 2), ("rpcrt4.dll", 2)];
/// Frames at the bottom of a Win32 thread: BaseThreadInitThunk, RtlUserThreadStart.
const THREAD: Frames = &[("ntdll.dll", 1), ("kernel32.dll", 1), ("ntdll.dll", 1)];

/// From `ntdll.dll` down to COM, by the module for which the servicing worker calls. wcp.dll, CbsCore.dll and
/// wdscore.dll are as in a real log of it, with fewer frames each. The others are inferred from their purpose.
const SERVICING: &[(&str, Frames)] = &[
    ("wcp.dll", &[("wcp.dll", 4), ("CbsCore.dll", 3)]),
    ("CbsCore.dll", &[("KernelBase.dll", 2), ("CbsCore.dll", 4)]),
    ("wdscore.dll", &[("KernelBase.dll", 1), ("wdscore.dll", 3), ("CbsCore.dll", 3)]),
    ("drupdate.dll", &[("KernelBase.dll", 1), ("drvstore.dll", 3), ("drupdate.dll", 2), ("CbsCore.dll", 3)]),
    ("smiengine.dll", &[("smiengine.dll", 3), ("wcp.dll", 2), ("CbsCore.dll", 3)]),
    ("wer.dll", &[("KernelBase.dll", 1), ("wer.dll", 3), ("CbsCore.dll", 3)]),
];
/// Below the frames of an advanced installer's library.
const UNDER_INSTALLER: Frames = &[("wcp.dll", 2), ("CbsCore.dll", 3)];

/// Call sites that a process has for each kind of call.
const SITES: u64 = 3;

/// The stacks of a log, each kept once.
pub(crate) struct Stacks {
    pool: Vec<Vec<u64>>,
    known: HashMap<(Actor, Call, u64), usize>,
}

impl Default for Stacks {
    fn default() -> Self {
        Self { pool: vec![Vec::new()], known: HashMap::new() }
    }
}

impl Stacks {
    pub(crate) fn frames(&self, stack: usize) -> &[u64] {
        self.pool.get(stack).map_or(&[], Vec::as_slice)
    }

    /// The stack of a call of `actor`, with the modules of System and of its process.
    pub(crate) fn of(&mut self, actor: Actor, call: Call, [kernel, own]: [&[Module]; 2], rng: &Rng) -> usize {
        let find = |modules: &[Module], name: &str| {
            modules.iter().find(|m| m.name.eq_ignore_ascii_case(name)).map(|m| (m.base, m.size))
        };
        // Before ntdll.dll is loaded there is nothing yet to call from.
        let started = actor.process == 0 || find(own, "ntdll.dll").is_some();
        if call == Call::None || find(kernel, "FLTMGR.SYS").is_none() || !started {
            return 0;
        }
        let key = (actor, call, rng.clone().below(SITES));
        if let Some(stack) = self.known.get(&key) {
            return *stack;
        }
        let has = |name: &str| find(own, name).is_some();
        let mut path: Vec<(&str, usize)> = Vec::new();
        if !actor.driver.is_empty() {
            path.extend(BY_DRIVER.iter().chain(&[(actor.driver, 2)]).chain(UNDER_DRIVER));
        } else {
            path.extend(match call {
                Call::File => FILE,
                Call::Registry => REGISTRY,
                Call::Process | Call::None => PROCESS,
            });
        }
        if actor.process != 0 {
            path.push(("ntdll.dll", 1));
            let program = own.first().map_or("", |m| m.name.as_str());
            match SERVICING.iter().find(|(caller, _)| *caller == actor.caller) {
                Some((_, frames)) => path.extend(frames.iter().chain(COM)),
                None if has(actor.caller) => {
                    path.extend([("KernelBase.dll", 1), (actor.caller, 3)]);
                    path.extend(UNDER_INSTALLER.iter().chain(COM));
                }
                None => path.extend([("KernelBase.dll", 1), (program, 2)]),
            }
            path.extend(THREAD);
        }
        let path = path.iter().flat_map(|(name, frames)| std::iter::repeat_n(*name, *frames));
        let mut offsets = rng.fork(&format!("{key:?}"));
        // What is not loaded is not on the way.
        let places = path.filter_map(|name| find(own, name).or_else(|| find(kernel, name)));
        self.pool.push(places.map(|(base, size)| base + offsets.between(0x1000, size.into())).collect());
        self.known.insert(key, self.pool.len() - 1);
        self.pool.len() - 1
    }
}
