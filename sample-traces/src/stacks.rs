//! Stacks that look like those of a real log: filter manager and kernel first, then the way down to the thread's start.
//! Offsets are made up, within their modules; equal calls of a process have equal stacks, as call sites do.

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

/// Frames at the top, by module.
const FILE: &[&str] =
    &["FLTMGR.SYS", "FLTMGR.SYS", "FLTMGR.SYS", "ntoskrnl.exe", "ntoskrnl.exe", "ntoskrnl.exe"];
const REGISTRY: &[&str] = &["ntoskrnl.exe", "ntoskrnl.exe", "ntoskrnl.exe"];
const PROCESS: &[&str] = &["ntoskrnl.exe", "ntoskrnl.exe", "ntoskrnl.exe", "ntoskrnl.exe"];
/// Frames at the bottom of a Win32 thread: BaseThreadInitThunk, RtlUserThreadStart.
const THREAD: &[&str] = &["kernel32.dll", "ntdll.dll"];

/// Call sites that a process has for each kind of call.
const SITES: u64 = 3;

/// The stacks of a log, each kept once.
pub(crate) struct Stacks {
    pool: Vec<Vec<u64>>,
    known: HashMap<(usize, &'static str, Call, u64), usize>,
}

impl Default for Stacks {
    fn default() -> Self {
        Self { pool: vec![Vec::new()], known: HashMap::new() }
    }
}

impl Stacks {
    pub(crate) fn frames(&self, stack: usize) -> &[u64] {
        &self.pool[stack]
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
        let key = (actor.process, actor.caller, call, rng.clone().below(SITES));
        if let Some(stack) = self.known.get(&key) {
            return *stack;
        }
        let mut path: Vec<&str> = match call {
            Call::File => FILE.to_vec(),
            Call::Registry => REGISTRY.to_vec(),
            Call::Process | Call::None => PROCESS.to_vec(),
        };
        if actor.process != 0 {
            let has = |name: &&str| find(own, name).is_some();
            let program = own.first().map_or("", |m| m.name.as_str());
            path.push("ntdll.dll");
            path.extend(Some("KernelBase.dll").filter(has));
            if has(&actor.caller) {
                path.extend([actor.caller; 3]);
                path.extend(["CbsCore.dll"; 2].iter().filter(|c| has(c) && **c != actor.caller));
                path.extend(Some("rpcrt4.dll").filter(has));
            } else {
                path.extend([program; 2]);
            }
            path.extend(THREAD.iter().filter(|t| has(t)));
        }
        let mut offsets = rng.fork(&format!("{key:?}"));
        let places = path.iter().filter_map(|name| find(own, name).or_else(|| find(kernel, name)));
        self.pool.push(places.map(|(base, size)| base + offsets.between(0x1000, size.into())).collect());
        self.known.insert(key, self.pool.len() - 1);
        self.pool.len() - 1
    }
}
