//! A process of the log, with its names and modules.

use binrw::BinRead;

use crate::{FileTime, PmlFile, PmlText, RawModule, RawProcess, cursor::Cursor};

impl PmlFile {
    /// The processes, in the table's order.
    #[must_use]
    pub fn processes(&self) -> impl ExactSizeIterator<Item = PmlProcess<'_>> {
        // Every position below `len` is filled.
        (0..self.process_table().len()).map(|slot| match self.process_at(slot) {
            Some(process) => process,
            None => unreachable!("slots are dense"),
        })
    }

    /// The process with this process index.
    #[inline]
    #[must_use]
    pub fn process(&self, index: u32) -> Option<PmlProcess<'_>> {
        self.process_at(self.process_table().slot(index)?)
    }

    /// The process at this position of the process table.
    #[must_use]
    pub fn process_at(&self, slot: usize) -> Option<PmlProcess<'_>> {
        let entry = self.process_table().get(slot)?;
        let (modules_at, module_count) = (entry.modules_at, entry.module_count);
        Some(PmlProcess { file: self, raw: entry.raw, slot, modules_at, module_count })
    }

    /// Position in the process table of the process with this process index.
    #[inline]
    #[must_use]
    pub fn process_slot(&self, index: u32) -> Option<usize> {
        self.process_table().slot(index)
    }
}

/// A process of the log.
#[derive(Debug, Clone, Copy)]
pub struct PmlProcess<'a> {
    file: &'a PmlFile,
    /// The entry as it is in the file.
    pub raw: RawProcess,
    slot: usize,
    modules_at: u64,
    module_count: u32,
}

impl<'a> PmlProcess<'a> {
    /// Position in the process table, from 0.
    #[must_use]
    pub fn slot(&self) -> usize {
        self.slot
    }
    /// The text of one of the entry's string indexes; empty if the string table does not hold it
    /// (such an index is among [`PmlFile::problems`]).
    fn text(&self, index: u32) -> PmlText<'a> {
        self.file.string(index).unwrap_or(PmlText::EMPTY)
    }
    /// File name of the image.
    #[must_use]
    pub fn name(&self) -> PmlText<'a> {
        self.text(self.raw.name)
    }
    /// Full path of the image.
    #[must_use]
    pub fn image_path(&self) -> PmlText<'a> {
        self.text(self.raw.image_path)
    }
    /// Command line.
    #[must_use]
    pub fn command_line(&self) -> PmlText<'a> {
        self.text(self.raw.command_line)
    }
    /// Account, `DOMAIN\user`.
    #[must_use]
    pub fn user(&self) -> PmlText<'a> {
        self.text(self.raw.user)
    }
    /// Integrity level.
    #[must_use]
    pub fn integrity(&self) -> PmlText<'a> {
        self.text(self.raw.integrity)
    }
    /// Company in the image's version resource.
    #[must_use]
    pub fn company(&self) -> PmlText<'a> {
        self.text(self.raw.company)
    }
    /// Version in the image's version resource.
    #[must_use]
    pub fn version(&self) -> PmlText<'a> {
        self.text(self.raw.version)
    }
    /// Description in the image's version resource.
    #[must_use]
    pub fn description(&self) -> PmlText<'a> {
        self.text(self.raw.description)
    }
    /// Start, if known.
    #[must_use]
    pub fn start(&self) -> Option<FileTime> {
        (self.raw.start != 0).then_some(FileTime(self.raw.start))
    }
    /// End, if the process ended within the log.
    #[must_use]
    pub fn end(&self) -> Option<FileTime> {
        (self.raw.end != 0).then_some(FileTime(self.raw.end))
    }
    /// Modules announced by the entry.
    #[must_use]
    pub fn module_count(&self) -> u32 {
        self.module_count
    }
    /// The modules, sorted by base address in files of Process Monitor. Ends at the first that cannot be read.
    pub fn modules(&self) -> impl Iterator<Item = PmlModule<'a>> + use<'a> {
        let file = self.file;
        self.raw_modules().map(move |raw| PmlModule::of(raw, file))
    }
    /// The modules as they are in the file.
    pub fn raw_modules(&self) -> impl Iterator<Item = RawModule> + use<'a> {
        let wide = self.file.header().wide();
        let cursor =
            Cursor::over(self.file.table_bytes(), self.modules_at, self.file.process_table().end(), "module")
                .ok();
        let mut bytes = std::io::Cursor::new(cursor.map_or(&[][..], |c| c.rest()));
        (0..self.module_count).map_while(move |_| RawModule::read_args(&mut bytes, (wide,)).ok())
    }
}

/// A module of a process: a loaded image.
#[derive(Debug, Clone, Copy)]
pub struct PmlModule<'a> {
    /// When it was loaded. 0 if unknown. Its two halves are apart in the file.
    pub loaded: FileTime,
    /// Base address.
    pub base: u64,
    /// Bytes mapped.
    pub size: u32,
    /// Image path.
    pub path: PmlText<'a>,
    /// File version.
    pub version: PmlText<'a>,
    /// Company.
    pub company: PmlText<'a>,
    /// Description.
    pub description: PmlText<'a>,
    /// PE header time stamp; may be 0.
    pub time_date_stamp: u32,
    /// PE header SizeOfImage; may be 0.
    pub size_of_image: u32,
}

impl<'a> PmlModule<'a> {
    fn of(raw: RawModule, file: &'a PmlFile) -> Self {
        let text = |index| file.string(index).unwrap_or(PmlText::EMPTY);
        Self {
            loaded: FileTime(u64::from(raw.loaded_high) << 32 | raw.loaded_low & 0xFFFF_FFFF),
            base: raw.base,
            size: raw.size,
            path: text(raw.path),
            version: text(raw.version),
            company: text(raw.company),
            description: text(raw.description),
            time_date_stamp: raw.time_date_stamp,
            size_of_image: raw.size_of_image,
        }
    }

    /// Whether `address` lies in the module.
    #[must_use]
    pub fn contains(&self, address: u64) -> bool {
        address.checked_sub(self.base).is_some_and(|o| o < u64::from(self.size))
    }
}
