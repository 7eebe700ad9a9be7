//! An explanation as lines for a terminal.

use std::fmt;

use crate::explain::{Explanation, NtStatusForm, Reading};
use crate::space::Space;
use crate::{Evidence, HResult, NtStatus, ProcmonResult, Verified, Win32Error, procmon_result_text};

/// Columns of a line, as terminals mostly have at least.
const WIDTH: usize = 100;
/// Columns of the labels before the text.
const LABEL: usize = 14;

impl fmt::Display for Explanation {
    /// A headline, then a block for each reading. Every line ends with `\n`, except the last.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.input)?;
        if self.readings.len() > 1 {
            write!(f, " can be read in {} ways, the likeliest first", self.readings.len())?;
        }
        for (at, reading) in self.readings.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            let mut block = Block(Vec::new());
            reading_lines(reading, &mut block);
            for line in &block.0 {
                write!(f, "\n{line}")?;
            }
        }
        Ok(())
    }
}

/// The lines of a reading, under a label each.
struct Block(Vec<String>);

impl Block {
    /// `text` after `label`, wrapped. The label is on its first line only.
    fn add(&mut self, label: &str, text: &str) {
        for (at, line) in wrapped(text, WIDTH - LABEL - 2).into_iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            self.0.push(format!("  {label:LABEL$}{line}"));
        }
    }

    /// Rows of cells, aligned. The label is on the first row.
    fn table(&mut self, label: &str, rows: &[[String; 3]]) {
        let width = |column: usize| {
            let cells = rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let (first, second) = (width(0), width(1));
        for (at, [a, b, c]) in rows.iter().enumerate() {
            let label = if at == 0 { label } else { "" };
            let line = format!("  {label:LABEL$}{a:first$}  {b:second$}  {c}");
            self.0.push(line.trim_end().to_owned());
        }
    }
}

fn reading_lines(reading: &Reading, block: &mut Block) {
    let number = number(reading.space, reading.code);
    let mut head = format!("{} {number}", reading.space.as_str());
    if let Some(name) = reading.names.first() {
        head.push_str(&format!("  {name}"));
    } else if let Some(spelled) = reading.hresults.iter().find_map(|form| form.spelled.as_deref())
        && reading.space == Space::HResult
    {
        head.push_str(&format!("  {spelled}"));
    } else {
        head.push_str("  no name known");
    }
    if let Some(how) = &reading.how {
        head.push_str(&format!("  ({how})"));
    }
    block.0.push(head);
    let own =
        reading.hresults.iter().filter(|form| reading.space == Space::HResult && form.code.0 == reading.code);
    let spelled = own.filter_map(|form| form.spelled.as_deref());
    let all: Vec<&str> = reading.names.iter().copied().chain(spelled).collect();
    if let Some((_, others)) = all.split_first().filter(|split| !split.1.is_empty()) {
        block.add("Also named", &others.join(", "));
    }
    if let Some(text) = decoded(reading) {
        block.add("Says", &text);
    }
    forms(reading, block);
    if let Some(message) = reading.win32.iter().find_map(|form| form.code.chinese_message()) {
        let checked = if message.seen { "" } else { " (from older lists; not checked on a Chinese Windows)" };
        block.add("In Chinese", &format!("{}{checked}", message.text));
    }
    if let Some(text) = reading.meaning {
        block.add("Meaning", text);
    }
    if let Some(text) = reading.servicing {
        block.add("In servicing", text);
    }
    verification(reading, block);
}

fn number(space: Space, code: u32) -> String {
    match space {
        Space::NtStatus => NtStatus(code).to_string(),
        Space::HResult => HResult(code).to_string(),
        Space::Win32 if code > 0xFFFF => Win32Error(code).to_string(),
        Space::Win32 => format!("{code} (0x{code:X})"),
    }
}

/// Severity and facility.
fn decoded(reading: &Reading) -> Option<String> {
    let severity = reading.severity?.as_str();
    Some(match reading.facility {
        Some((0, _)) => severity.to_owned(),
        Some((number, Some(name))) => format!("{severity}, facility {number} ({name})"),
        Some((number, None)) => format!("{severity}, facility {number}"),
        None => format!("{severity}, an NTSTATUS as HRESULT"),
    })
}

fn forms(reading: &Reading, block: &mut Block) {
    let older = |older: bool| if older { "in older Windows" } else { "" }.to_owned();
    let hresults: Vec<[String; 3]> = reading
        .hresults
        .iter()
        .filter(|form| reading.space != Space::HResult || form.code.0 != reading.code)
        .map(|form| {
            let names: Vec<&str> =
                form.spelled.as_deref().into_iter().chain(form.names.iter().copied()).collect();
            let names = if names.is_empty() { "no name known".to_owned() } else { names.join(", ") };
            [form.code.to_string(), names, String::new()]
        })
        .collect();
    block.table("HRESULT", &hresults);
    let win32: Vec<[String; 3]> = reading
        .win32
        .iter()
        .filter(|form| reading.space != Space::Win32 || form.code.0 != reading.code)
        .map(|form| {
            let name = form.names.first().copied().unwrap_or("no name known");
            [number(Space::Win32, form.code.0), name.to_owned(), older(form.older_windows)]
        })
        .collect();
    block.table("Win32", &win32);
    if reading.space == Space::NtStatus {
        block.add("Procmon", &procmon(ProcmonResult(reading.code)));
        return;
    }
    ntstatuses(reading, block);
}

/// The statuses that map to a code. Those that Process Monitor has a text for are a table, the rest a list of names.
fn ntstatuses(reading: &Reading, block: &mut Block) {
    let has_text = |form: &&NtStatusForm| procmon_result_text(form.code.0).is_some();
    let listed = |form: &NtStatusForm| {
        let alone = reading.ntstatuses.len() == 1;
        let text = if alone { procmon(form.procmon) } else { form.procmon.to_string() };
        let mut last = format!("Procmon: {text}");
        if !alone && form.procmon.evidence().verified != Verified::Yes {
            last.push_str(" (not seen in an export)");
        }
        if form.older_windows {
            last.push_str("; in older Windows");
        }
        [form.code.to_string(), form.name.unwrap_or("no name known").to_owned(), last]
    };
    let (mut shown, mut rest): (Vec<&NtStatusForm>, Vec<&NtStatusForm>) =
        reading.ntstatuses.iter().partition(has_text);
    if shown.is_empty() {
        let few = rest.len().min(3);
        shown = rest.drain(..few).collect();
    }
    let label = if reading.ntstatuses.len() > 1 {
        block.add("NTSTATUS", &format!("{} map to it:", reading.ntstatuses.len()));
        ""
    } else {
        "NTSTATUS"
    };
    block.table(label, &shown.into_iter().map(listed).collect::<Vec<_>>());
    if !rest.is_empty() {
        let names: Vec<String> = rest
            .into_iter()
            .map(|form| form.name.map_or_else(|| form.code.to_string(), str::to_owned))
            .collect();
        block.add("", &format!("and, without a text in Procmon: {}", names.join(", ")));
    }
}

fn procmon(result: ProcmonResult) -> String {
    let text = match procmon_result_text(result.0) {
        Some("") => "an empty result".to_owned(),
        _ => result.to_string(),
    };
    match result.other_text() {
        Some((other, table)) => format!("{text} or {other} ({table})"),
        None => text,
    }
}

/// How the facts above are known, those that are not verified in full first.
fn verification(reading: &Reading, block: &mut Block) {
    let mut facts = vec![("name", reading.evidence)];
    // What a code is by definition needs no word but for a status, whose Win32 code is always looked up.
    let plain = |evidence: &Evidence| reading.space != Space::NtStatus && evidence.verified == Verified::Yes;
    let win32 = reading.win32.iter().map(|form| form.evidence).filter(|evidence| !plain(evidence));
    facts.extend(win32.map(|evidence| ("Win32", evidence)));
    if reading.space != Space::NtStatus {
        facts.extend(reading.ntstatuses.iter().map(|form| ("NTSTATUS", form.evidence)));
    }
    if let [status] = reading.ntstatuses.as_slice() {
        facts.push(("Procmon", status.procmon.evidence()));
    }
    facts.sort_by_key(|(what, evidence)| (std::cmp::Reverse(evidence.verified), *what, evidence.source));
    facts.dedup();
    for (at, (what, evidence)) in facts.iter().enumerate() {
        let label = if at == 0 { "Verified" } else { "" };
        block.add(label, &format!("{what}: {}, {}", evidence.verified.as_str(), evidence.source));
    }
}

/// `text` in lines of at most `width` characters, broken at blanks. A longer word has a line of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        match lines.last_mut() {
            Some(line) if used + 1 + length <= width => {
                line.push(' ');
                line.push_str(word);
                used += 1 + length;
            }
            _ => {
                lines.push(word.to_owned());
                used = length;
            }
        }
    }
    lines
}
