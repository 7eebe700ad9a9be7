//! An explanation as lines for a terminal.

use std::fmt;

use crate::explain::{Explanation, NtStatusForm, Reading};
use crate::said::{Said, said};
use crate::space::Space;
use crate::{Evidence, HResult, NtStatus, ProcmonResult, Verified, Win32Error, procmon_result_text};

/// Columns of a line, as terminals mostly have at least.
const WIDTH: usize = 100;
/// Columns of the labels before the text.
const LABEL: usize = 14;

const WAYS: Said = said(" can be read in {} ways, the likeliest first", " 有 {} 种解读，最可能的在前");
const NO_NAME: Said = said("no name known", "名称未知");
const ALSO_NAMED: Said = said("Also named", "其他名称");
const SAYS: Said = said("Says", "解析");
const CHINESE: Said = said("In Chinese", "中文消息");
const NOT_CHECKED: Said = said(
    " (from older lists; not checked on a Chinese Windows)",
    "（来自旧版列表，未在中文版 Windows 上核对）",
);
const MEANING: Said = said("Meaning", "含义");
const SERVICING: Said = said("In servicing", "服务堆栈中");
const FACILITY: Said = said(", facility {}", "，设施 {}");
const NT_AS_HRESULT: Said = said(", an NTSTATUS as HRESULT", "，以 HRESULT 表示的 NTSTATUS");
const OLDER: Said = said("in older Windows", "旧版 Windows");
const NOT_EXPORTED: Said = said(" (not seen in an export)", "（未在导出中见到）");
const AND_OLDER: Said = said("; in older Windows", "；旧版 Windows");
const MAPPED: Said = said("{} map to it:", "有 {} 个状态映射到它：");
const WITHOUT_TEXT: Said = said("and, without a text in Procmon: ", "另有（Procmon 中没有文本）：");
const EMPTY_RESULT: Said = said("an empty result", "结果为空");
const OR: Said = said(" or ", " 或 ");
const VERIFIED: Said = said("Verified", "核实情况");
const NAME: Said = said("name", "名称");
const LIST: Said = said(", ", "、");
const FACT: Said = said("{}: {}, {}", "{}：{}，{}");

impl fmt::Display for Explanation {
    /// A headline, then a block for each reading. Every line ends with `\n`, except the last.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text(false))
    }
}

impl Explanation {
    /// The same text in Chinese.
    #[must_use]
    pub fn chinese(&self) -> String {
        self.text(true)
    }

    fn text(&self, chinese: bool) -> String {
        let mut text = self.input.clone();
        if self.readings.len() > 1 {
            text.push_str(&filled(WAYS.get(chinese), &[&self.readings.len().to_string()]));
        }
        for (at, reading) in self.readings.iter().enumerate() {
            if at > 0 {
                text.push('\n');
            }
            let mut block = Block { lines: Vec::new(), chinese };
            reading_lines(reading, &mut block);
            for line in &block.lines {
                text.push('\n');
                text.push_str(line);
            }
        }
        text
    }
}

/// A text with its places filled in their order.
fn filled(text: &str, values: &[&str]) -> String {
    let mut parts = text.split("{}");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for (part, value) in parts.zip(values) {
        filled.push_str(value);
        filled.push_str(part);
    }
    filled
}

/// The lines of a reading, under a label each.
struct Block {
    lines: Vec<String>,
    chinese: bool,
}

impl Block {
    fn say(&self, text: Said) -> &'static str {
        if self.chinese { text.zh } else { text.en }
    }

    /// `text` after `label`, wrapped. The label is on its first line only.
    fn add(&mut self, label: &str, text: &str) {
        for (at, line) in wrapped(text, WIDTH - LABEL - 2).into_iter().enumerate() {
            let label = padded(if at == 0 { label } else { "" });
            self.lines.push(format!("  {label}{line}"));
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
            let label = padded(if at == 0 { label } else { "" });
            let line = format!("  {label}{a:first$}  {b:second$}  {c}");
            self.lines.push(line.trim_end().to_owned());
        }
    }
}

/// A label as wide as all of them.
fn padded(label: &str) -> String {
    let used: usize = label.chars().map(columns).sum();
    format!("{label}{}", " ".repeat(LABEL.saturating_sub(used)))
}

/// Columns of a character in a terminal.
fn columns(c: char) -> usize {
    if is_wide(c) { 2 } else { 1 }
}

/// Whether a character is Chinese, or punctuation of Chinese.
fn is_wide(c: char) -> bool {
    matches!(c, '\u{2E80}'..='\u{9FFF}' | '\u{FF00}'..='\u{FF60}')
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
        head.push_str(&format!("  {}", block.say(NO_NAME)));
    }
    if let Some(how) = &reading.how {
        head.push_str(&format!("  ({})", how.get(block.chinese)));
    }
    block.lines.push(head);
    let own =
        reading.hresults.iter().filter(|form| reading.space == Space::HResult && form.code.0 == reading.code);
    let spelled = own.filter_map(|form| form.spelled.as_deref());
    let all: Vec<&str> = reading.names.iter().copied().chain(spelled).collect();
    if let Some((_, others)) = all.split_first().filter(|split| !split.1.is_empty()) {
        block.add(block.say(ALSO_NAMED), &others.join(", "));
    }
    if let Some(text) = decoded(reading, block) {
        block.add(block.say(SAYS), &text);
    }
    forms(reading, block);
    if let Some(message) = reading.win32.iter().find_map(|form| form.code.chinese_message()) {
        let checked = if message.seen { "" } else { block.say(NOT_CHECKED) };
        block.add(block.say(CHINESE), &format!("{}{checked}", message.text));
    }
    if let Some(text) = reading.meaning {
        block.add(block.say(MEANING), block.say(text));
    }
    if let Some(text) = reading.servicing {
        block.add(block.say(SERVICING), block.say(text));
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
fn decoded(reading: &Reading, block: &Block) -> Option<String> {
    let severity = block.say(reading.severity?.said());
    let facility = |number: u16, name: &str| {
        format!("{severity}{}{name}", filled(block.say(FACILITY), &[&number.to_string()]))
    };
    Some(match reading.facility {
        Some((0, _)) => severity.to_owned(),
        Some((number, Some(name))) => facility(number, &format!(" ({name})")),
        Some((number, None)) => facility(number, ""),
        None => format!("{severity}{}", block.say(NT_AS_HRESULT)),
    })
}

fn forms(reading: &Reading, block: &mut Block) {
    let (no_name, in_older) = (block.say(NO_NAME), block.say(OLDER));
    let older = |older: bool| if older { in_older } else { "" }.to_owned();
    let hresults: Vec<[String; 3]> = reading
        .hresults
        .iter()
        .filter(|form| reading.space != Space::HResult || form.code.0 != reading.code)
        .map(|form| {
            let names: Vec<&str> =
                form.spelled.as_deref().into_iter().chain(form.names.iter().copied()).collect();
            let names = if names.is_empty() { no_name.to_owned() } else { names.join(", ") };
            [form.code.to_string(), names, String::new()]
        })
        .collect();
    block.table("HRESULT", &hresults);
    let win32: Vec<[String; 3]> = reading
        .win32
        .iter()
        .filter(|form| reading.space != Space::Win32 || form.code.0 != reading.code)
        .map(|form| {
            let name = form.names.first().copied().unwrap_or(no_name);
            [number(Space::Win32, form.code.0), name.to_owned(), older(form.older_windows)]
        })
        .collect();
    block.table("Win32", &win32);
    if reading.space == Space::NtStatus {
        block.add("Procmon", &procmon(ProcmonResult(reading.code), block.chinese));
        return;
    }
    ntstatuses(reading, block);
}

/// The statuses that map to a code. Those that Process Monitor has a text for are a table, the rest a list of names.
fn ntstatuses(reading: &Reading, block: &mut Block) {
    let chinese = block.chinese;
    let has_text = |form: &&NtStatusForm| procmon_result_text(form.code.0).is_some();
    let listed = |form: &NtStatusForm| {
        let alone = reading.ntstatuses.len() == 1;
        let text = if alone { procmon(form.procmon, chinese) } else { form.procmon.to_string() };
        let mut last = format!("Procmon: {text}");
        if !alone && form.procmon.evidence().verified != Verified::Yes {
            last.push_str(NOT_EXPORTED.get(chinese));
        }
        if form.older_windows {
            last.push_str(AND_OLDER.get(chinese));
        }
        [
            form.code.to_string(),
            form.name.unwrap_or(if chinese { NO_NAME.zh } else { NO_NAME.en }).to_owned(),
            last,
        ]
    };
    let (mut shown, mut rest): (Vec<&NtStatusForm>, Vec<&NtStatusForm>) =
        reading.ntstatuses.iter().partition(has_text);
    if shown.is_empty() {
        let few = rest.len().min(3);
        shown = rest.drain(..few).collect();
    }
    let label = if reading.ntstatuses.len() > 1 {
        let mapped = filled(MAPPED.get(chinese), &[&reading.ntstatuses.len().to_string()]);
        block.add("NTSTATUS", &mapped);
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
        block.add("", &format!("{}{}", WITHOUT_TEXT.get(chinese), names.join(LIST.get(chinese))));
    }
}

fn procmon(result: ProcmonResult, chinese: bool) -> String {
    let text = match procmon_result_text(result.0) {
        Some("") => EMPTY_RESULT.get(chinese).to_owned(),
        _ => result.to_string(),
    };
    match result.other_text() {
        Some((other, table)) => format!("{text}{}{other} ({table})", OR.get(chinese)),
        None => text,
    }
}

/// How the facts above are known, those that are not verified in full first.
fn verification(reading: &Reading, block: &mut Block) {
    let mut facts = vec![(block.say(NAME), reading.evidence)];
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
        let label = if at == 0 { block.say(VERIFIED) } else { "" };
        let (verified, source) = if block.chinese {
            (evidence.verified.chinese(), evidence.source_zh)
        } else {
            (evidence.verified.as_str(), evidence.source)
        };
        block.add(label, &filled(block.say(FACT), &[what, verified, source]));
    }
}

/// `text` in lines of at most `width` columns, broken at blanks and beside Chinese characters. A longer word has a line
/// of its own.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut used = 0;
    for (word, gap) in pieces(text) {
        let length: usize = word.chars().map(columns).sum();
        let gap = usize::from(gap);
        match lines.last_mut() {
            Some(line) if used + gap + length <= width => {
                line.push_str(&" ".repeat(gap));
                line.push_str(word);
                used += gap + length;
            }
            _ => {
                lines.push(word.to_owned());
                used = length;
            }
        }
    }
    lines
}

/// The pieces between which a line may end, and whether a blank is before each. Punctuation stays at its word.
fn pieces(text: &str) -> Vec<(&str, bool)> {
    let mut pieces = Vec::new();
    for word in text.split_whitespace() {
        let mut start = 0;
        let mut before = None;
        for (at, c) in word.char_indices() {
            let closes = "，。；：、？！）”》".contains(c);
            let opened = before.is_some_and(|before| "（“《".contains(before));
            let apart = is_wide(c) || before.is_some_and(is_wide);
            if at > 0 && apart && !closes && !opened {
                pieces.push((word.get(start..at).unwrap_or_default(), start == 0));
                start = at;
            }
            before = Some(c);
        }
        pieces.push((word.get(start..).unwrap_or_default(), start == 0));
    }
    pieces
}
