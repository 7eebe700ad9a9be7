//! Process Monitor's XML: `<procmon><processlist><process>…</processlist><eventlist><event>…</eventlist></procmon>`, an
//! element a column (`Process_Name`, `Time_of_Day`), optionally a stack in each event and modules in each process.
//!
//! No export was at hand: the names are those that public readers of such files use. Elements are told by their letters
//! alone, and one that is not known is passed over.

use std::ops::Range;

use quick_xml::{Reader, escape::resolve_predefined_entity, events::Event};

use super::{row::Fields, rows::Starts, units::Units};
use crate::{COLUMNS, Column, FileTime};

/// Processes that a list may have; Process Monitor's own lists have some hundred.
const MAX_PROCESSES: usize = 1 << 16;

/// A process of the list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ImportProcess {
    /// The number that events name.
    pub index: u32,
    /// Process id.
    pub pid: u32,
    /// Parent's process id.
    pub parent_pid: u32,
    /// The parent's number.
    pub parent_index: Option<u32>,
    /// Start, UTC.
    pub start: Option<FileTime>,
    /// End, UTC.
    pub end: Option<FileTime>,
    /// File name of the image.
    pub name: String,
    /// Path of the image.
    pub image_path: String,
    /// Command line.
    pub command_line: String,
    /// Account.
    pub user: String,
    /// Company of the image.
    pub company: String,
}

/// How the events of a file are found.
#[derive(Debug)]
pub(crate) struct Xml {
    units: Units,
    /// `<event>` as it stands in the file.
    opening: Vec<u8>,
    /// The elements of an event, by name, as the first event has them.
    columns: Vec<(String, Option<Column>)>,
}

impl Starts for Xml {
    /// `<` stands for nothing else in XML, so no text can look like the beginning of an event.
    fn starts<'b>(&'b self, bytes: &'b [u8], range: Range<usize>) -> Box<dyn Iterator<Item = usize> + 'b> {
        let end = range.end.saturating_add(self.opening.len() - 1).min(bytes.len());
        let part = bytes.get(range.start..end).unwrap_or_default();
        let found = memchr::memmem::find_iter(part, &self.opening).map(move |at| range.start + at);
        let width = self.units.width();
        Box::new(found.filter(move |at| at % width == 0 || width == 1))
    }
}

impl Xml {
    pub(crate) fn new(units: Units) -> Self {
        Self { units, opening: units.ascii("<event>"), columns: Vec::new() }
    }

    pub(crate) fn columns(&self) -> impl Iterator<Item = Column> {
        self.columns.iter().filter_map(|(_, column)| *column)
    }

    /// Takes the names of the elements from an event.
    pub(crate) fn learn(&mut self, text: &str) {
        let mut columns = Vec::new();
        let _ = walk(text, |depth, name, _| {
            if depth == 1 && columns.len() < 64 && !columns.iter().any(|(known, _)| *known == name) {
                columns.push((name.to_owned(), column(name)));
            }
        });
        self.columns = columns;
    }

    /// The texts of an event's columns, one after the other, and the number of its process.
    ///
    /// # Errors
    /// What is wrong with it, and at which byte.
    pub(crate) fn read(&self, text: &str, fields: &mut Fields) -> Result<(String, Option<u32>), XmlDamage> {
        let mut out = String::with_capacity(text.len() / 2);
        let mut process = None;
        let mut next = 0;
        walk(text, |depth, name, value| {
            if depth != 1 {
                return;
            }
            let expected = self.columns.get(next).filter(|(known, _)| known == name);
            next += 1;
            let known = expected.or_else(|| self.columns.iter().find(|(known, _)| known == name));
            match known.map_or_else(|| column(name), |(_, column)| *column) {
                Some(column) => {
                    let start = out.len();
                    out.push_str(value);
                    fields.set(column, start..out.len(), false);
                }
                None if name == "ProcessIndex" => process = value.trim().parse().ok(),
                None => {}
            }
        })?;
        Ok((out, process))
    }

    /// The processes before the first event, and what is wrong with the list.
    pub(crate) fn processes(&self, bytes: &[u8]) -> (Vec<ImportProcess>, Option<XmlDamage>) {
        let text = self.units.decode(bytes);
        let text = text.trim_start_matches('\u{feff}');
        let mut list = Vec::new();
        let mut process = ImportProcess::default();
        let damage = walk(text, |depth, name, value| {
            if depth == 3 {
                process.take(name, value);
            } else if depth == 2 && name == "process" && list.len() < MAX_PROCESSES {
                list.push(std::mem::take(&mut process));
            }
        });
        // The list ends where the events begin, in the middle of the file.
        (list, damage.err().filter(|damage| !damage.open))
    }
}

impl ImportProcess {
    fn take(&mut self, name: &str, value: &str) {
        let number = || value.trim().parse::<u32>().ok();
        let moment = || value.trim().parse().ok().filter(|ticks| *ticks != 0).map(FileTime);
        match name {
            "ProcessIndex" => self.index = number().unwrap_or_default(),
            "ProcessId" => self.pid = number().unwrap_or_default(),
            "ParentProcessId" => self.parent_pid = number().unwrap_or_default(),
            "ParentProcessIndex" => self.parent_index = number(),
            "CreateTime" => self.start = moment(),
            "FinishTime" => self.end = moment(),
            "ProcessName" => value.clone_into(&mut self.name),
            "ImagePath" => value.clone_into(&mut self.image_path),
            "CommandLine" => value.clone_into(&mut self.command_line),
            "Owner" => value.clone_into(&mut self.user),
            "CompanyName" => value.clone_into(&mut self.company),
            _ => {}
        }
    }
}

/// The column that an element's name stands for: the same letters as its heading.
fn column(name: &str) -> Option<Column> {
    let letters = |text: &str| -> String {
        text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
    };
    let name = letters(name);
    COLUMNS.iter().find(|(_, heading)| letters(heading) == name).map(|(column, _)| *column)
}

/// What stopped the reading of a piece of XML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct XmlDamage {
    /// At which byte of the piece.
    pub(crate) at: u64,
    /// It ended within an element.
    open: bool,
}

/// Walks the first element of `text` and tells of each element that ends: how deep it lies, its name, its own text.
fn walk(text: &str, mut ended: impl FnMut(usize, &str, &str)) -> Result<(), XmlDamage> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut depth = 0usize;
    let mut value = String::new();
    loop {
        let at = reader.buffer_position();
        match reader.read_event() {
            Ok(Event::Start(_)) => {
                depth += 1;
                value.clear();
            }
            Ok(Event::End(tag)) => {
                depth = depth.saturating_sub(1);
                ended(depth, tag.name().into_inner(), &value);
                value.clear();
                if depth == 0 {
                    return Ok(());
                }
            }
            Ok(Event::Text(text)) => value.push_str(&text),
            Ok(Event::CData(text)) => value.push_str(&text),
            Ok(Event::GeneralRef(reference)) => match reference.resolve_char_ref() {
                Ok(Some(character)) => value.push(character),
                _ => value.push_str(resolve_predefined_entity(&reference).unwrap_or("\u{fffd}")),
            },
            Ok(Event::Eof) => return Err(XmlDamage { at, open: true }),
            Ok(_) => {}
            Err(_) => return Err(XmlDamage { at: reader.error_position(), open: false }),
        }
    }
}
