//! A record as a block of labelled lines: what Event Viewer copies, and what `Get-WinEvent | Format-List` prints.

use super::{ListedEvent, message, stamp};
use crate::event_log::EventRecord;
use crate::text::{decode, lines};

/// What a labelled line gives.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Field {
    Log,
    Source,
    Date,
    Id,
    Computer,
    Message,
    /// A line that belongs to the block, and is not used.
    Other,
}
use Field as F;

/// The labels, in lower case: English, then German, Russian, Chinese and Japanese, all seen in published records; then
/// French, Spanish and Portuguese, which are recalled and not verified. The last rows are PowerShell's.
const LABELS: &[(&str, Field)] = &[
    ("log name", F::Log),
    ("logname", F::Log),
    ("source", F::Source),
    ("date", F::Date),
    ("event id", F::Id),
    ("task category", F::Other),
    ("level", F::Other),
    ("keywords", F::Other),
    ("user", F::Other),
    ("computer", F::Computer),
    ("description", F::Message),
    ("protokollname", F::Log),
    ("quelle", F::Source),
    ("datum", F::Date),
    ("ereignis-id", F::Id),
    ("beschreibung", F::Message),
    ("имя журнала", F::Log),
    ("источник", F::Source),
    ("дата", F::Date),
    ("код события", F::Id),
    ("компьютер", F::Computer),
    ("описание", F::Message),
    ("日志名称", F::Log),
    ("来源", F::Source),
    ("日期", F::Date),
    ("事件 id", F::Id),
    ("计算机", F::Computer),
    ("描述", F::Message),
    ("ログの名前", F::Log),
    ("ソース", F::Source),
    ("日付", F::Date),
    ("イベント id", F::Id),
    ("コンピューター", F::Computer),
    ("説明", F::Message),
    ("nom du journal", F::Log),
    ("id de l’événement", F::Id),
    ("id de l'événement", F::Id),
    ("ordinateur", F::Computer),
    ("nombre de registro", F::Log),
    ("origen", F::Source),
    ("fecha", F::Date),
    ("id. del evento", F::Id),
    ("equipo", F::Computer),
    ("descripción", F::Message),
    ("nome do log", F::Log),
    ("fonte", F::Source),
    ("data", F::Date),
    ("identificação do evento", F::Id),
    ("computador", F::Computer),
    ("descrição", F::Message),
    ("timecreated", F::Date),
    ("providername", F::Source),
    ("id", F::Id),
    ("machinename", F::Computer),
    ("message", F::Message),
];

/// Lines of a block within which its source and its number stand.
const BLOCK: usize = 8;

/// Whether a line is the first of a block.
pub(crate) fn starts_block(line: &[u8]) -> bool {
    labelled(&decode(line)).is_some_and(|(field, _)| field == F::Log)
}

/// Whether the first lines with labels are those of a record.
pub(super) fn is_list(text: &[u8]) -> bool {
    let mut fields = lines(text).take(64).filter_map(|(_, line)| {
        let text = decode(line.bytes);
        let (field, value) = labelled(&text)?;
        (field != F::Id || number(value).is_some()).then_some(field)
    });
    let first: Vec<Field> = fields.by_ref().take(BLOCK).collect();
    first.contains(&F::Id)
        && first.contains(&F::Source)
        && [F::Log, F::Date, F::Message].iter().any(|field| first.contains(field))
}

pub(super) fn read(text: &[u8], visit: &mut impl FnMut(ListedEvent)) {
    let mut block = Block::default();
    for (number, line) in lines(text) {
        let text = decode(line.bytes);
        let found = labelled(&text);
        // A message may hold lines of the form of a label; only the first label of a block ends it.
        if found.is_some_and(|(field, _)| block.begins_anew(field)) {
            std::mem::take(&mut block).end(visit);
        }
        match found {
            Some((field, value)) if !block.in_message => block.take(number, field, value),
            _ if block.in_message => block.more(&text),
            _ => {}
        }
    }
    block.end(visit);
}

#[derive(Default)]
struct Block {
    line: u64,
    source: String,
    date: String,
    id: Option<u32>,
    computer: String,
    message: String,
    first: Option<Field>,
    in_message: bool,
    /// The XML of the record follows: it says the same.
    in_xml: bool,
}

impl Block {
    /// Whether a field belongs to the next record.
    fn begins_anew(&self, field: Field) -> bool {
        self.first == Some(field) && self.id.is_some()
    }

    fn take(&mut self, line: u64, field: Field, value: &str) {
        if self.first.is_none() {
            (self.first, self.line) = (Some(field), line);
        }
        match field {
            F::Source => value.clone_into(&mut self.source),
            F::Date => value.clone_into(&mut self.date),
            F::Id => self.id = number(value),
            F::Computer => value.clone_into(&mut self.computer),
            F::Message => {
                value.clone_into(&mut self.message);
                self.in_message = true;
            }
            F::Log | F::Other => {}
        }
    }

    fn more(&mut self, text: &str) {
        let text = bare(text);
        self.in_xml |= text.starts_with("<Event ") || text.eq_ignore_ascii_case("event xml:");
        if self.in_xml || text.is_empty() || self.message.len() > message::MAX_MESSAGE {
            return;
        }
        if !self.message.is_empty() {
            self.message.push('\n');
        }
        self.message.push_str(text);
    }

    fn end(self, visit: &mut impl FnMut(ListedEvent)) {
        let Some(id) = self.id.filter(|_| !self.source.is_empty()) else { return };
        let values = message::values(&self.source, id, &self.message);
        let record = EventRecord {
            record_id: self.line,
            provider: self.source,
            event_id: id,
            computer: self.computer,
            values,
            ..EventRecord::default()
        };
        visit(ListedEvent { record, local: stamp::local(&self.date), line: self.line });
    }
}

/// A line in label and value.
fn labelled(text: &str) -> Option<(Field, &str)> {
    let text = bare(text);
    let (label, value) = text.split_once([':', '：'])?;
    let label = label.trim_end_matches(['*', ' ', '\u{a0}']).to_lowercase();
    let (_, field) = LABELS.iter().find(|(name, _)| *name == label)?;
    Some((*field, value.trim_matches([' ', '*', '\t', '\u{a0}'])))
}

/// A line without its indent and the marks of a quotation.
fn bare(text: &str) -> &str {
    text.trim_start_matches(['>', ' ', '\t', '*', '\u{a0}'])
        .trim_end_matches(['\\', ' ', '\t', '\r', '\u{a0}'])
}

fn number(value: &str) -> Option<u32> {
    value.parse().ok()
}
