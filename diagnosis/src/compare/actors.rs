//! Who does something, identified by program and command line: the same part in two boots, whatever its process id.

use std::collections::{HashMap, HashSet};

use super::normalise::normalise;
use timeline::{Process, ProcessId, Role, Timeline};

/// A part that processes play.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Actor {
    /// Name of the image, as first seen.
    pub(super) name: String,
    /// The part in servicing.
    pub(super) role: Role,
    /// The command line with what varies masked; empty if a boot does not record command lines.
    pub(super) command: String,
}

/// The parts in several boots, and who plays them.
#[derive(Debug, Default)]
pub(super) struct Actors {
    pub(super) list: Vec<Actor>,
    /// By boot: the actor of each of its processes.
    of: Vec<Vec<u32>>,
}

impl Actors {
    /// The actors of these boots together.
    pub(super) fn of(boots: &[&Timeline<'_>]) -> Self {
        let told: Vec<HashSet<String>> =
            boots.iter().map(|boot| with_command_lines(&boot.processes)).collect();
        let mut actors = Self::default();
        let mut known: HashMap<(String, String), u32> = HashMap::new();
        for boot in boots {
            let mut of = Vec::with_capacity(boot.processes.len());
            for process in &boot.processes {
                let name = process.name.to_ascii_lowercase();
                let command = if told.iter().all(|names| names.contains(&name)) {
                    arguments(process)
                } else {
                    String::new()
                };
                let next = u32::try_from(actors.list.len()).unwrap_or(u32::MAX);
                let number = *known.entry((name, command.clone())).or_insert_with(|| {
                    actors.list.push(Actor { name: process.name.clone(), role: process.role, command });
                    next
                });
                of.push(number);
            }
            actors.of.push(of);
        }
        actors
    }

    /// The actor of a process of a boot.
    pub(super) fn get(&self, boot: usize, process: ProcessId) -> Option<u32> {
        self.of.get(boot)?.get(process.0 as usize).copied()
    }

    pub(super) fn actor(&self, number: u32) -> Option<&Actor> {
        self.list.get(number as usize)
    }

    /// Whether some process of a boot plays this part.
    pub(super) fn plays(&self, boot: usize, actor: u32) -> bool {
        self.of.get(boot).is_some_and(|of| of.contains(&actor))
    }
}

/// Programs whose command line a boot records.
fn with_command_lines(processes: &[Process]) -> HashSet<String> {
    let told = processes.iter().filter(|p| !p.command_line.is_empty());
    told.map(|p| p.name.to_ascii_lowercase()).collect()
}

/// The command line after the program, masked.
fn arguments(process: &Process) -> String {
    let line = process.command_line.trim();
    let behind = match line.strip_prefix('"') {
        Some(quoted) => quoted.split_once('"').map_or("", |(_, behind)| behind),
        None => line.split_once(char::is_whitespace).map_or("", |(_, behind)| behind),
    };
    normalise(behind.trim(), process.pid).text
}
