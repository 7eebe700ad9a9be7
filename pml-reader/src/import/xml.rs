//! Process Monitor's XML: `<procmon><processlist><process>…</processlist><eventlist><event>…</eventlist></procmon>`.
//! Each column is an element (`Process_Name`, `Time_of_Day`). An event may have a stack, and a process may have
//! modules.
//!
//! Seen in exports of Process Monitor 3 and 4. The letters of an element's name decide which column it is. The reader
//! skips an unknown element.

use std::ops::Range;

use quick_xml::{Reader, escape::resolve_predefined_entity, events::Event};

use super::{
    fields::Fields,
    listed::{ELEMENTS, ImportProcess},
    rows::Starts,
    units::Units,
};
use crate::{COLUMNS, Column};

/// Processes that a list may have; Process Monitor's own lists have some hundred.
const MAX_PROCESSES: usize = 1 << 16;

/// The element of an event that names its process in the list.
const PROCESS_INDEX: &str = "ProcessIndex";

/// How the events of a file are found.
#[derive(Debug)]
pub(crate) struct Xml {
    units: Units,
    /// `<event>` as it is in the file.
    opening: Vec<u8>,
    /// The elements of an event, by name, as the first event has them.
    columns: Vec<(String, Option<Column>)>,
    /// Whether events name their process in the list.
    names_process: bool,
    /// The columns that the list of processes fills.
    listed: Vec<Column>,
}

impl Starts for Xml {
    /// `<` has no other meaning in XML, so no text can look like the beginning of an event.
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
        Self {
            units,
            opening: units.ascii("<event>"),
            columns: Vec::new(),
            names_process: false,
            listed: Vec::new(),
        }
    }

    pub(crate) fn columns(&self) -> impl Iterator<Item = Column> {
        let own = self.columns.iter().filter_map(|(_, column)| *column);
        let listed = self.listed.iter().copied().filter(|_| self.names_process);
        let is_own = |column: &Column| self.columns.iter().any(|(_, own)| own.as_ref() == Some(column));
        own.chain(listed.filter(move |column| !is_own(column)))
    }

    /// Takes the names of the elements from an event.
    pub(crate) fn learn(&mut self, text: &str) {
        let mut columns = Vec::new();
        let _ = walk(text, |depth, name, _| {
            if depth == 1 && columns.len() < 64 && !columns.iter().any(|(known, _)| *known == name) {
                columns.push((name.to_owned(), column(name)));
            }
        });
        self.names_process = columns.iter().any(|(name, _)| name == PROCESS_INDEX);
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
                None if name == PROCESS_INDEX => process = value.trim().parse().ok(),
                None => {}
            }
        })?;
        Ok((out, process))
    }

    /// The processes before the first event, and what is wrong with the list. The columns that the list fills join those
    /// of the events.
    pub(crate) fn processes(&mut self, bytes: &[u8]) -> (Vec<ImportProcess>, Option<XmlDamage>) {
        let text = self.units.decode(bytes);
        let text = text.trim_start_matches('\u{feff}');
        let mut list = Vec::new();
        let mut process = ImportProcess::default();
        let columns = &mut self.listed;
        let damage = walk(text, |depth, name, value| {
            if depth == 3 {
                process.set(name, value);
                let column =
                    ELEMENTS.iter().find(|(known, _)| *known == name).and_then(|(_, column)| *column);
                columns.extend(column.filter(|column| !columns.contains(column)));
            } else if depth == 2 && name == "process" && list.len() < MAX_PROCESSES {
                list.push(std::mem::take(&mut process));
            }
        });
        // The list ends where the events begin, in the middle of the file.
        (list, damage.err().filter(|damage| !damage.open))
    }
}

/// The column that an element's name means: the same letters as its heading.
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

/// Walks the first element of `text`. For each element that ends, it reports the depth, the name and its own text.
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
