//! The modules that a Process Monitor log lists, and the stacks that they resolve.

use std::sync::{Arc, OnceLock};

use pml_reader::{PmlEvent, PmlFile, PmlProcess, PmlText, RawModule};

use crate::model::{FileTime, Frame, Module, Stack};

/// PID of the System process, whose modules are those of the kernel.
const SYSTEM_PID: u32 = 4;
/// Modules that are kept of a process. Real logs list at most 290 drivers.
const MAX_MODULES: usize = 4096;
/// Frames of a stack that are resolved; Process Monitor's driver takes at most 150.
const MAX_FRAMES: usize = 512;
/// UTF-16 units of a text that are kept. Many modules of a damaged log can share one long text.
const MAX_TEXT: usize = 1024;
/// Modules at and below an address that may hold it. Lists of loaded images do not overlap but where one was unloaded.
const MAX_OVERLAP: usize = 8;

/// The modules of all processes of a log.
#[derive(Debug)]
pub(super) struct ModuleLists {
    /// By the process's slot, each in order of base address.
    lists: Vec<Vec<Listed>>,
    system: Option<usize>,
}

#[derive(Debug)]
struct Listed {
    base: u64,
    size: u32,
    texts: [u32; 3],
    loaded: FileTime,
    module: OnceLock<Arc<Module>>,
}

impl Listed {
    fn new(raw: &RawModule) -> Self {
        Self {
            base: raw.base,
            size: raw.size,
            texts: [raw.path, raw.company, raw.version],
            loaded: FileTime(u64::from(raw.loaded_high) << 32 | raw.loaded_low & 0xFFFF_FFFF),
            module: OnceLock::new(),
        }
    }

    /// Where in the module an address lies.
    fn offset_of(&self, address: u64) -> Option<u64> {
        address.checked_sub(self.base).filter(|offset| *offset < u64::from(self.size))
    }

    fn module(&self, file: &PmlFile) -> Arc<Module> {
        let text = |index| file.string(index).map_or_else(|_| String::new(), cut);
        let [path, company, version] = self.texts;
        let make = || Module { path: text(path), company: text(company), version: text(version) };
        Arc::clone(self.module.get_or_init(|| Arc::new(make())))
    }
}

/// A text, cut where it is too long for a path.
fn cut(text: PmlText<'_>) -> String {
    match text {
        PmlText::Bytes(bytes) => PmlText::Bytes(bytes.get(..MAX_TEXT).unwrap_or(bytes)),
        PmlText::Utf16(bytes) => PmlText::Utf16(bytes.get(..MAX_TEXT * 2).unwrap_or(bytes)),
    }
    .to_string()
}

impl ModuleLists {
    pub(super) fn new(file: &PmlFile) -> Self {
        let list = |process: PmlProcess<'_>| {
            let mut list: Vec<Listed> = process.raw_modules().map(|raw| Listed::new(&raw)).collect();
            list.sort_by_key(|listed| (listed.base, listed.loaded));
            list
        };
        let is_system = |process: &PmlProcess<'_>| process.raw.pid == SYSTEM_PID;
        Self {
            system: file.processes().find(is_system).map(|process| process.slot()),
            lists: file.processes().map(list).collect(),
        }
    }

    fn list(&self, slot: Option<usize>) -> &[Listed] {
        slot.and_then(|slot| self.lists.get(slot)).map_or(&[], Vec::as_slice)
    }

    /// The modules of the kernel.
    pub(super) fn drivers(&self, file: &PmlFile) -> Vec<Arc<Module>> {
        self.system.map_or_else(Vec::new, |slot| self.of(file, slot))
    }

    /// The modules of the process in this slot.
    pub(super) fn of(&self, file: &PmlFile, slot: usize) -> Vec<Arc<Module>> {
        self.list(Some(slot)).iter().take(MAX_MODULES).map(|listed| listed.module(file)).collect()
    }

    /// The stack of an event; `None` where none was recorded.
    pub(super) fn stack(&self, file: &PmlFile, event: &PmlEvent<'_>) -> Option<Stack> {
        let kernel = self.list(self.system);
        let user = self.list(file.process_slot(event.process_index()));
        let time = FileTime::from(event.time());
        let highest = file.header().max_user_address;
        let frame = |address| {
            let is_kernel = address > highest;
            let listed = find(if is_kernel { kernel } else { user }, address, time);
            Frame { address, is_kernel, module: listed.map(|(listed, offset)| (listed.module(file), offset)) }
        };
        let frames: Vec<Frame> = event.frames().take(MAX_FRAMES).map(frame).collect();
        (!frames.is_empty()).then_some(Stack {
            frames,
            has_user_modules: !user.is_empty(),
            has_kernel_modules: !kernel.is_empty(),
        })
    }
}

/// The module that holds an address at a time. Where one was loaded over another, the one that was loaded last.
fn find(list: &[Listed], address: u64, time: FileTime) -> Option<(&Listed, u64)> {
    let end = list.partition_point(|listed| listed.base <= address);
    let near = list.get(..end)?.iter().rev().take(MAX_OVERLAP);
    let holding = near.filter_map(|listed| Some((listed, listed.offset_of(address)?)));
    // A time of loading after the event says that another image lay there before, unless nothing else did.
    holding.max_by_key(|(listed, _)| {
        if listed.loaded <= time {
            (true, listed.loaded)
        } else {
            (false, FileTime(u64::MAX - listed.loaded.0))
        }
    })
}
