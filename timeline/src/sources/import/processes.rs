//! The processes of an export. XML lists them. For CSV they are derived from the columns that are equal in every row
//! of a process, and from the rows of its beginning and end.

use std::collections::{BTreeMap, HashMap};

use pml_reader::{
    Column, EventClass,
    import::{ImportFile, ImportRow},
    process_operation as operation,
};
use rayon::prelude::*;

use crate::model::{FileTime, Process, ProcessId, Role, inherit_roles};

/// Processes that an export may have; real logs have some hundreds.
const MAX_PROCESSES: usize = 1 << 16;
/// Beginnings and ends of processes that are looked at.
const MAX_LIVES: usize = 1 << 18;

/// Columns that together tell one process from another.
const COLUMNS: [Column; 6] = [
    Column::ProcessName,
    Column::Pid,
    Column::ParentPid,
    Column::ImagePath,
    Column::CommandLine,
    Column::User,
];

/// How the process of a row is found.
#[derive(Debug, Default)]
pub(crate) struct Known {
    /// By what the columns say: from which row on it is which process. Of two processes that say the same, the second
    /// begins where one of them ended and another started.
    by_columns: HashMap<Box<str>, Vec<(u64, u32)>>,
    /// By number in the list that XML has.
    by_index: HashMap<u32, u32>,
    /// Processes beyond the limit: their rows have none.
    pub(crate) left_out: u64,
    /// Processes of which no row says when they started.
    pub(crate) without_start: u64,
}

/// The process of the last row that a thread saw: neighbours often share it.
#[derive(Debug, Default)]
pub(crate) struct Memory {
    key: String,
    last: String,
    slots: Option<Vec<(u64, u32)>>,
}

fn push_key(row: &ImportRow<'_>, key: &mut String) {
    key.clear();
    for column in COLUMNS {
        key.push_str(row.raw(column));
        // No text of a column has it.
        key.push('\0');
    }
}

fn slot_at(slots: &[(u64, u32)], row: u64) -> Option<usize> {
    let at = slots.partition_point(|(first, _)| *first <= row);
    slots.get(at.saturating_sub(1)).map(|(_, slot)| *slot as usize)
}

/// The position of a process that is added, where one may be.
fn free_slot(list: &[Process]) -> Option<u32> {
    u32::try_from(list.len()).ok().filter(|_| list.len() < MAX_PROCESSES)
}

impl Known {
    /// Position of a row's process.
    #[inline]
    pub(crate) fn slot(&self, row: &ImportRow<'_>, memory: &mut Memory) -> Option<usize> {
        if let Some(slot) = row.process_index().and_then(|index| self.by_index.get(&index)) {
            return Some(*slot as usize);
        }
        push_key(row, &mut memory.key);
        if memory.slots.is_none() || memory.key != memory.last {
            memory.slots = self.by_columns.get(memory.key.as_str()).cloned();
            std::mem::swap(&mut memory.key, &mut memory.last);
        }
        slot_at(memory.slots.as_ref()?, row.index())
    }

    /// The processes of an export, and the way to them.
    pub(crate) fn of(file: &ImportFile) -> (Self, Vec<Process>) {
        let mut known = Self::default();
        let mut list = known.listed(file);
        let seen = (0..file.parts())
            .into_par_iter()
            .fold(Seen::default, |mut seen, part| {
                seen.part(file, part, &known.by_index);
                seen
            })
            .reduce(Seen::default, Seen::join);
        known.left_out = seen.left_out;
        let mut firsts: Vec<(u64, Box<str>)> = seen.first.into_iter().map(|(key, row)| (row, key)).collect();
        firsts.sort_unstable();
        let listed = list.len();
        for (row, key) in firsts {
            let Some(slot) = free_slot(&list) else {
                known.left_out += 1;
                continue;
            };
            if let Ok(first) = file.row(row) {
                known.by_columns.insert(key, vec![(row, slot)]);
                list.push(process(&first));
            }
        }
        let mut lives = seen.lives;
        lives.sort_by_key(|life| life.row);
        known.follow(&lives, &mut list);
        known.relate(&lives, &mut list, listed);
        known.without_start = list.iter().filter(|p| p.start.is_none()).count() as u64;
        inherit_roles(&mut list);
        (known, list)
    }

    fn listed(&mut self, file: &ImportFile) -> Vec<Process> {
        let listed = file.processes();
        self.by_index = (0..).zip(listed).map(|(slot, p)| (p.index, slot)).collect();
        (0..)
            .zip(listed)
            .map(|(slot, p)| Process {
                pid: p.pid,
                parent_pid: p.parent_pid,
                parent: p
                    .parent_index
                    .and_then(|index| self.by_index.get(&index))
                    .filter(|parent| **parent != slot)
                    .map(|parent| ProcessId(*parent)),
                role: Role::of_name(&p.name),
                name: p.name.clone(),
                image_path: p.image_path.clone(),
                command_line: p.command_line.clone(),
                user: p.user.clone(),
                company: p.company.clone(),
                start: p.start.map(FileTime::from),
                end: p.end.map(FileTime::from),
                exit_status: None,
                events: 0,
                failures: 0,
            })
            .collect()
    }

    /// Tells processes apart whose rows say the same: one ended, and then one started.
    fn follow(&mut self, lives: &[Life], list: &mut Vec<Process>) {
        let mut ended: HashMap<&str, u64> = HashMap::new();
        for life in lives {
            let Some(slots) = self.by_columns.get_mut(&life.key) else { continue };
            match &life.what {
                What::Exit => {
                    ended.insert(&life.key, life.row);
                }
                What::Start { .. } => {
                    let again = ended.remove(&*life.key).is_some();
                    let Some(slot) = slots.last().map(|(_, slot)| *slot as usize) else { continue };
                    let Some(process) = list.get(slot) else { continue };
                    if let (true, Some(free)) = (again, free_slot(list)) {
                        slots.push((life.row, free));
                        let (start, end, parent) = (None, None, None);
                        list.push(Process { start, end, parent, ..process.clone() });
                    }
                }
                What::Create { .. } => {}
            }
        }
    }

    /// Fills in what rows of other processes, and the rows of beginnings and ends, tell; then the parents. Those that the
    /// file lists, the first ones, are complete.
    fn relate(&mut self, lives: &[Life], list: &mut Vec<Process>, listed: usize) {
        let mut by_pid: BTreeMap<(u32, u64), u32> = BTreeMap::new();
        for (first, slot) in self.by_columns.values().flatten() {
            if let Some(process) = list.get(*slot as usize) {
                by_pid.insert((process.pid, *first), *slot);
            }
        }
        for life in lives {
            let own = self.by_columns.get(&life.key).and_then(|slots| slot_at(slots, life.row));
            match &life.what {
                What::Start { parent, command } => {
                    let Some(process) = own.and_then(|slot| list.get_mut(slot)) else { continue };
                    process.start = Some(life.time);
                    process.parent_pid = *parent;
                    if process.command_line.is_empty() {
                        process.command_line.clone_from(command);
                    }
                }
                What::Exit => {
                    if let Some(process) = own.and_then(|slot| list.get_mut(slot)) {
                        process.end = Some(life.time);
                    }
                }
                What::Create { pid, command, image } => {
                    let creator = own.and_then(|slot| list.get(slot)).map(|parent| parent.pid);
                    let next = by_pid.range((*pid, life.row)..).next();
                    let found = next.filter(|((p, _), _)| p == pid).map(|(_, slot)| *slot);
                    let slot = match (found, free_slot(list)) {
                        (Some(slot), _) => slot,
                        (None, Some(free)) if listed == 0 => {
                            by_pid.insert((*pid, life.row), free);
                            list.push(created(*pid, image));
                            free
                        }
                        (None, _) => continue,
                    };
                    let Some(process) = list.get_mut(slot as usize) else { continue };
                    process.parent = own.filter(|parent| *parent != slot as usize).map(ProcessId::at);
                    process.parent_pid = creator.unwrap_or(process.parent_pid);
                    process.start = process.start.or(Some(life.time));
                    if process.command_line.is_empty() {
                        process.command_line.clone_from(command);
                    }
                    if process.image_path.is_empty() {
                        process.image_path.clone_from(image);
                    }
                }
            }
        }
        let parents: Vec<(u32, u32)> = by_pid
            .iter()
            .filter_map(|((_, first), slot)| {
                let child = list.get(*slot as usize).filter(|p| p.parent.is_none() && p.parent_pid != 0)?;
                let before = by_pid.range((child.parent_pid, 0)..=(child.parent_pid, *first)).next_back();
                // A process that was there before the log began may have its first row after its child's.
                let later = || {
                    let own = by_pid.range((child.parent_pid, *first)..=(child.parent_pid, u64::MAX)).next();
                    own.filter(|(_, slot)| list.get(**slot as usize).is_some_and(|p| p.start.is_none()))
                };
                let parent = *before.or_else(later)?.1;
                (parent != *slot).then_some((*slot, parent))
            })
            .collect();
        for (child, parent) in parents {
            if let Some(process) = list.get_mut(child as usize) {
                process.parent = Some(ProcessId(parent));
            }
        }
    }
}

/// A process as the columns of one of its rows tell it.
fn process(row: &ImportRow<'_>) -> Process {
    let text = |column| row.get(column).unwrap_or_default().into_owned();
    let name = text(Column::ProcessName);
    Process {
        pid: row.number(Column::Pid).unwrap_or(0),
        parent_pid: row.number(Column::ParentPid).unwrap_or(0),
        parent: None,
        role: Role::of_name(&name),
        name,
        image_path: text(Column::ImagePath),
        command_line: text(Column::CommandLine),
        user: text(Column::User),
        company: text(Column::Company),
        start: None,
        end: None,
        exit_status: None,
        events: 0,
        failures: 0,
    }
}

/// A process of which there is only the row of the one that created it.
fn created(pid: u32, image: &str) -> Process {
    let name = image.rsplit('\\').next().unwrap_or_default().to_owned();
    Process {
        pid,
        parent_pid: 0,
        parent: None,
        role: Role::of_name(&name),
        name,
        image_path: image.to_owned(),
        command_line: String::new(),
        user: String::new(),
        company: String::new(),
        start: None,
        end: None,
        exit_status: None,
        events: 0,
        failures: 0,
    }
}

/// What a row tells of a process's life.
#[derive(Debug)]
struct Life {
    row: u64,
    time: FileTime,
    /// The process whose row it is.
    key: Box<str>,
    what: What,
}

#[derive(Debug)]
enum What {
    Create { pid: u32, command: String, image: String },
    Start { parent: u32, command: String },
    Exit,
}

/// What one thread saw of processes.
#[derive(Debug, Default)]
struct Seen {
    first: HashMap<Box<str>, u64>,
    lives: Vec<Life>,
    left_out: u64,
}

impl Seen {
    fn part(&mut self, file: &ImportFile, part: usize, listed: &HashMap<u32, u32>) {
        let (mut key, mut last) = (String::new(), String::new());
        for (index, row) in file.part(part) {
            let Ok(row) = row else { continue };
            if row.process_index().is_some_and(|index| listed.contains_key(&index)) {
                continue;
            }
            push_key(&row, &mut key);
            if key != last {
                if !self.first.contains_key(key.as_str()) {
                    if self.first.len() < MAX_PROCESSES {
                        self.first.insert(key.as_str().into(), index);
                    } else {
                        self.left_out += 1;
                    }
                }
                std::mem::swap(&mut key, &mut last);
            }
            if let (true, Some(life)) = (self.lives.len() < MAX_LIVES, life(&row, &last)) {
                self.lives.push(life);
            }
        }
    }

    fn join(mut self, later: Self) -> Self {
        for (key, row) in later.first {
            let room = self.first.len() < MAX_PROCESSES;
            match self.first.get_mut(&key) {
                Some(first) => *first = row.min(*first),
                None if room => {
                    self.first.insert(key, row);
                }
                None => self.left_out += 1,
            }
        }
        let room = MAX_LIVES.saturating_sub(self.lives.len());
        self.lives.extend(later.lives.into_iter().take(room));
        self.left_out += later.left_out;
        self
    }
}

fn life(row: &ImportRow<'_>, key: &str) -> Option<Life> {
    if !row.raw(Column::Operation).starts_with("Process ") || row.status()? != 0 {
        return None;
    }
    let operation = row.operation();
    if EventClass::from_raw(operation.class) != Some(EventClass::Process) {
        return None;
    }
    let what = match operation.code {
        operation::CREATE => {
            let (pid, command) = row.created()?;
            What::Create { pid, command, image: row.get(Column::Path).unwrap_or_default().into_owned() }
        }
        operation::START => {
            let (parent, command) = row.started()?;
            What::Start { parent, command }
        }
        operation::EXIT => What::Exit,
        _ => return None,
    };
    Some(Life { row: row.index(), time: row.time()?.into(), key: key.into(), what })
}
