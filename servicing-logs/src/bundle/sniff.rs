//! Recognises each file by its first bytes.

use crate::cbs;
use crate::cbs::Component;
use crate::dism::{PackageIdentity, is_dism_output};
use crate::event_list::{is_event_list, starts_block};
use crate::filters;
use crate::text::{LogText, decode, leading_hex, lines};
use crate::{setupapi_excerpt, update_log};

/// What a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Kind {
    /// No bytes.
    Empty,
    /// Process Monitor's log, PML.
    Pml,
    /// Process Monitor's boot log as its driver writes it, PMB. It has no signature, so this is a likeness.
    Pmb,
    /// Process Monitor's CSV export.
    ProcmonCsv,
    /// Process Monitor's XML export.
    ProcmonXml,
    /// An event trace log.
    Etl,
    /// An event log.
    Evtx,
    /// Records of an event log as text or XML.
    EventList,
    /// WindowsUpdate.log or ReportingEvents.log.
    UpdateLog,
    /// A registry hive.
    Hive,
    /// A hive's transaction log.
    HiveLog,
    /// A registry export.
    RegExport,
    /// A zip archive.
    Zip,
    /// A cabinet.
    Cab,
    /// CBS.log or a CbsPersist log.
    CbsLog,
    /// dism.log
    DismLog,
    /// A log of Windows Setup: setupact.log, setuperr.log.
    WindowsSetupLog,
    /// The output of `dism /get-packages` or of the cmdlet Get-WindowsPackage.
    PackageList,
    /// The output of `fltmc filters`.
    FilterList,
    /// The output of another dism command.
    DismOutput,
    /// setupapi.dev.log
    SetupApiLog,
    /// poqexec.log
    PoqexecLog,
    /// pending.xml
    PendingXml,
    /// sessions.xml
    SessionsXml,
    /// Other XML.
    Xml,
    /// A trace of the kind WPP that was turned into text without the symbols that its messages need.
    UndecodedTrace,
    /// An archive or a disk image of a kind that is not opened, by name.
    Packed(&'static str),
    /// The stand-in that Git LFS leaves for a file it did not fetch.
    GitLfsPointer,
    /// Text of no kind above.
    Text,
    /// Anything else.
    Unknown,
}

/// Bytes of the start of a file that [`sniff`] looks at.
pub const SNIFF_BYTES: usize = 64 * 1024;

/// Recognises a file by its first bytes, [`SNIFF_BYTES`] of them or all.
#[must_use]
pub fn sniff(head: &[u8]) -> Kind {
    let head = head.get(..head.len().min(SNIFF_BYTES)).unwrap_or_default();
    if head.is_empty() {
        return Kind::Empty;
    }
    if let Some((_, kind)) = SIGNATURES.iter().find(|(signature, _)| head.starts_with(signature)) {
        return match kind {
            // Type 0 is the hive itself; 1, 2 and 6 are its logs.
            Kind::Hive if crate::bytes::u32_at(head, 0x1C).is_some_and(|kind| kind != 0) => Kind::HiveLog,
            kind => *kind,
        };
    }
    let inner = |(at, signature, _): &&(usize, &[u8], Kind)| {
        head.get(*at..).is_some_and(|rest| rest.starts_with(signature))
    };
    if let Some((.., kind)) = INNER_SIGNATURES.iter().find(inner) {
        return *kind;
    }
    if is_etl(head) {
        return Kind::Etl;
    }
    if is_pmb(head) {
        return Kind::Pmb;
    }
    text_kind(head)
}

const SIGNATURES: &[(&[u8], Kind)] = &[
    (b"PML_", Kind::Pml),
    (b"ElfFile\0", Kind::Evtx),
    (b"regf", Kind::Hive),
    (b"PK\x03\x04", Kind::Zip),
    (b"PK\x05\x06", Kind::Zip),
    (b"MSCF", Kind::Cab),
    (b"version https://git-lfs.github.com/spec/", Kind::GitLfsPointer),
    (b"REGEDIT4", Kind::RegExport),
    (b"7z\xBC\xAF\x27\x1C", Kind::Packed("7-Zip archive")),
    (b"Rar!\x1A\x07", Kind::Packed("RAR archive")),
    (b"\x1F\x8B", Kind::Packed("gzip file")),
    (b"\xFD7zXZ\0", Kind::Packed("xz file")),
    (b"BZh", Kind::Packed("bzip2 file")),
    (b"\x28\xB5\x2F\xFD", Kind::Packed("Zstandard file")),
    (b"MSWIM\0\0\0", Kind::Packed("WIM image")),
    (b"vhdxfile", Kind::Packed("VHDX disk image")),
    (b"conectix", Kind::Packed("VHD disk image")),
    (b"KDMV", Kind::Packed("VMDK disk image")),
    (b"QFI\xFB", Kind::Packed("QCOW disk image")),
    (b"EVF\t\r\n\xFF\0", Kind::Packed("E01 disk image")),
];

/// Signatures further inside a file: the header of a tar member, the volume descriptor of an ISO image.
const INNER_SIGNATURES: &[(usize, &[u8], Kind)] =
    &[(257, b"ustar", Kind::Packed("tar archive")), (0x8001, b"CD001", Kind::Packed("ISO image"))];

/// The first buffer of a trace. Its type is 4. After its header of 0x48 bytes comes the first record, of kind SYSTEM
/// with 32 or 64 bits, group 0 and type 0.
fn is_etl(head: &[u8]) -> bool {
    let kind = crate::bytes::u16_at(head, 0x36);
    let marker = crate::bytes::u32_at(head, 0x48);
    let hook = crate::bytes::u16_at(head, 0x4E);
    kind == Some(4) && marker.is_some_and(|marker| matches!(marker >> 16, 0xC001 | 0xC002)) && hook == Some(0)
}

/// Records of 0x34 bytes and more follow each other without a header. The first three must have a known monitor type,
/// a FILETIME of this century, and a length that leads to the next. This is known from public source, not from a
/// file.
fn is_pmb(head: &[u8]) -> bool {
    const RECORD: usize = 0x34;
    const YEARS: std::ops::Range<u64> = 125_911_584_000_000_000..157_469_184_000_000_000;
    [4usize, 8].into_iter().any(|pointer| {
        let mut at = 0;
        (0..3).all(|seen| {
            // A record that is longer than what is looked at, or a log that is cut off, shows fewer.
            let Some(record) = head.get(at..).filter(|rest| rest.len() >= RECORD) else { return seen > 0 };
            let half = |offset| crate::bytes::u16_at(record, offset).unwrap_or(u16::MAX);
            let time = crate::bytes::u64_at(record, 0x1C).unwrap_or_default();
            let frames = usize::from(half(0x28));
            let data = crate::bytes::u32_at(record, 0x2C).unwrap_or(u32::MAX) as usize;
            at = at.saturating_add(RECORD + frames * pointer).saturating_add(data);
            half(8) <= 4 && half(10) == 0 && YEARS.contains(&time) && frames <= 256 && data <= 0x2_0000
        })
    })
}

/// Kinds whose lines no other file has by chance.
const LOGS: [Kind; 5] =
    [Kind::CbsLog, Kind::DismLog, Kind::WindowsSetupLog, Kind::SetupApiLog, Kind::ProcmonCsv];

/// Which log has lines of the form of CBS.log, by what most of its first lines have as their component. dism.log has
/// lines of CBS too.
#[derive(Default)]
struct Components {
    cbs: usize,
    dism: usize,
    other: usize,
}

impl Components {
    fn count(&mut self, component: Component) {
        match component {
            Component::Dism => self.dism += 1,
            Component::Other => self.other += 1,
            _ => self.cbs += 1,
        }
    }

    fn kind(&self) -> Option<Kind> {
        match (self.cbs, self.dism, self.other) {
            (0, 0, 0) => None,
            (cbs, dism, other) if dism > 0 && dism >= cbs && dism >= other => Some(Kind::DismLog),
            // Windows Setup writes lines of the store too.
            (cbs, _, other) if cbs > other => Some(Kind::CbsLog),
            _ => Some(Kind::WindowsSetupLog),
        }
    }
}

fn text_kind(head: &[u8]) -> Kind {
    let text = LogText::new(head);
    let bytes = text.bytes().trim_ascii_start();
    if cbs::is_setup_diag(bytes) {
        return Kind::WindowsSetupLog;
    }
    // A line of a log may begin with `<DateTime>`, where its date was.
    let quoted = lines(bytes).next().is_some_and(|(_, line)| cbs::component(line.bytes).is_some());
    let client = bytes.starts_with(b"<![LOG[");
    if bytes.starts_with(b"<") && !quoted && !client {
        return xml_kind(bytes);
    }
    if bytes.starts_with(b"Windows Registry Editor Version") || bytes.starts_with(b"REGEDIT4") {
        return Kind::RegExport;
    }
    // A log that was being written when the power went has blocks of NUL where its text should be.
    let damaged = bytes.contains(&0);
    let mut shown = 0;
    let mut components = Components::default();
    for (_, line) in lines(bytes).take(400) {
        let line = line.bytes.trim_ascii();
        if line.is_empty() {
            continue;
        }
        shown += 1;
        if let Some(component) = cbs::component(line) {
            components.count(component);
            continue;
        }
        // A message of CBS without its head, as posts have it, is one of CBS.log.
        if cbs::is_bare(line) {
            components.count(Component::Cbs);
            continue;
        }
        // The lines that follow a header are its record's.
        if components.kind().is_some() {
            continue;
        }
        let kind = line_kind(line, shown == 1);
        if let Some(kind) = kind.filter(|kind| !damaged || LOGS.contains(kind)) {
            return kind;
        }
    }
    if let Some(kind) = components.kind() {
        return kind;
    }
    if damaged {
        return Kind::Unknown;
    }
    if contains(bytes, "(No Format Information found)") {
        return Kind::UndecodedTrace;
    }
    if is_event_list(bytes) {
        return Kind::EventList;
    }
    if is_dism_output(bytes) {
        return Kind::DismOutput;
    }
    let control = bytes.iter().filter(|byte| byte.is_ascii_control() && !byte.is_ascii_whitespace()).count();
    if control * 20 > bytes.len() { Kind::Unknown } else { Kind::Text }
}

fn line_kind(line: &[u8], first: bool) -> Option<Kind> {
    if cbs::is_check_line(line) {
        return Some(Kind::CbsLog);
    }
    if first
        && line.starts_with(b"\"")
        && ["\"Process Name\"", "\"Operation\""].iter().all(|name| contains(line, name))
    {
        return Some(Kind::ProcmonCsv);
    }
    if line.starts_with(b">>>  [")
        || line == b"[Device Install Log]"
        || line.starts_with(b"[Boot Session: ")
        || setupapi_excerpt::is_line(line)
    {
        return Some(Kind::SetupApiLog);
    }
    if update_log::is_line(line) {
        return Some(Kind::UpdateLog);
    }
    if starts_block(line) {
        return Some(Kind::EventList);
    }
    // `1d988d8e5214400: 832, c0000034, …`
    if let Some((_, 14..=16)) = leading_hex(line)
        && contains(line, ": ")
        && contains(line, ",")
    {
        return Some(Kind::PoqexecLog);
    }
    if filters::is_rule(line) {
        return Some(Kind::FilterList);
    }
    let text = decode(line);
    let identity = |part: &str| PackageIdentity::parse(part.trim()).is_some();
    let in_list = text.split_once(':').is_some_and(|(_, value)| identity(value));
    let in_table = text.split_once('|').is_some_and(|(value, _)| identity(value));
    (in_list || in_table).then_some(Kind::PackageList)
}

fn contains(line: &[u8], text: &str) -> bool {
    memchr::memmem::find(line, text.as_bytes()).is_some()
}

/// The kind of an XML file by its root element, the first tag that is no declaration, comment or DOCTYPE.
fn xml_kind(bytes: &[u8]) -> Kind {
    for at in memchr::memchr_iter(b'<', bytes).take(64) {
        let tag = bytes.get(at + 1..).unwrap_or_default();
        if tag.first().is_none_or(|byte| !byte.is_ascii_alphabetic()) {
            continue;
        }
        let length = tag.iter().take(64).take_while(|byte| byte.is_ascii_alphanumeric()).count();
        return match tag.get(..length).unwrap_or_default() {
            name if name.eq_ignore_ascii_case(b"PendingTransaction") => Kind::PendingXml,
            name if name.eq_ignore_ascii_case(b"Sessions") => Kind::SessionsXml,
            b"Events" | b"Event" => Kind::EventList,
            name if name.eq_ignore_ascii_case(b"procmon") => Kind::ProcmonXml,
            _ => Kind::Xml,
        };
    }
    Kind::Xml
}
