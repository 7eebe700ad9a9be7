//! A Process Monitor log as the driver would have written it raw: `Procmon.pmb`.
//!
//! The layout is the public description's (openprocmon, MIT). No real file was at hand to compare it with. An
//! operation is a record when it begins and a record when it ends. Texts are UTF-16 in NT form. Nothing else is in
//! the file: no header, no tables, no network events.

use std::collections::HashSet;

use pml_reader::{
    EventClass, PmlEvent, PmlFile, STATUS_PENDING, file_operation as file, process_operation as process,
    registry_operation as registry,
};

/// The NT name of the volume that a made raw log has for C:.
pub const SYSTEM_VOLUME: &str = r"\Device\HarddiskVolume3";
/// The user whose keys HKCU means.
pub const USER_KEYS: &str = r"\REGISTRY\USER\S-1-5-21-1000-2000-3000-1001";

/// Process Monitor's names of registry roots, and the kernel's.
const ROOTS: &[(&str, &str)] = &[
    (r"HKLM\System\CurrentControlSet", r"\REGISTRY\MACHINE\SYSTEM\ControlSet001"),
    ("HKLM", r"\REGISTRY\MACHINE"),
    ("HKCR", r"\REGISTRY\MACHINE\SOFTWARE\Classes"),
    ("HKCU", USER_KEYS),
    ("HKU", r"\REGISTRY\USER"),
];

/// A record that is written when its time comes.
struct Record {
    time: u64,
    bytes: Vec<u8>,
}

/// The log's events as a raw boot log. Processes whose beginning is not among the events get a Process Defined record
/// each, as the driver writes when it starts. Events that cannot be in a boot log (network) are left out.
#[must_use]
pub fn write(log: &PmlFile) -> Vec<u8> {
    let created: HashSet<u32> = log
        .events()
        .flatten()
        .filter(|e| e.class() == Some(EventClass::Process) && e.raw_operation() == process::CREATE)
        .filter_map(|e| pml_reader::detail::process::created(&e).ok().map(|c| c.index))
        .collect();
    let mut records = Vec::new();
    for p in log.processes().filter(|p| !created.contains(&p.raw.index)) {
        records.push(defined(log, &p));
    }
    // Operations that ended are written as they began, and again when they end.
    for event in log.events().flatten() {
        if matches!(event.class(), Some(EventClass::Network | EventClass::Ipc) | None) {
            continue;
        }
        let extra = event.raw_extra().unwrap_or_default();
        let at_once = event.status() == STATUS_PENDING || (event.raw_duration() == 0 && extra.is_empty());
        let status = if at_once { event.status() } else { STATUS_PENDING };
        records.push(record(&event, event.raw_class(), status, event.time().0, &data(&event)));
        if !at_once {
            let end = event.time().0 + event.raw_duration();
            records.push(record(&event, 0, event.status(), end, extra));
        }
    }
    records.sort_by_key(|r| r.time);
    records.into_iter().flat_map(|r| r.bytes).collect()
}

fn record(event: &PmlEvent<'_>, class: u32, status: u32, time: u64, data: &[u8]) -> Record {
    let wide = event.file().header().wide();
    let frames: Vec<u64> = if class == 0 { Vec::new() } else { event.frames().collect() };
    let mut bytes = head(event.process_index(), event.tid(), class, event.raw_operation(), event.sequence());
    finish(&mut bytes, time, status, &frames, data, wide);
    Record { time, bytes }
}

fn head(process: u32, tid: u32, class: u32, operation: u16, sequence: u32) -> Vec<u8> {
    let mut bytes = Vec::new();
    bytes.extend(process.to_le_bytes());
    bytes.extend(tid.to_le_bytes());
    bytes.extend(class.to_le_bytes());
    bytes.extend(operation.to_le_bytes());
    bytes.extend([0; 2]);
    bytes.extend(sequence.to_le_bytes());
    bytes
}

/// The rest of a record: its data is aligned to four bytes.
fn finish(bytes: &mut Vec<u8>, time: u64, status: u32, frames: &[u64], data: &[u8], wide: bool) {
    let length = data.len().next_multiple_of(4);
    bytes.extend([0; 8]);
    bytes.extend(time.to_le_bytes());
    bytes.extend(status.to_le_bytes());
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the log's record counts its frames in 16 bits, too"
    )]
    bytes.extend((frames.len() as u16).to_le_bytes());
    bytes.extend([0; 2]);
    bytes.extend(u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes());
    bytes.extend([0; 4]);
    for frame in frames {
        bytes.extend(frame.to_le_bytes().iter().take(if wide { 8 } else { 4 }));
    }
    let end = bytes.len() + length;
    bytes.extend(data);
    bytes.resize(end, 0);
}

/// The number of a text's units, and the text: as much of it as 16 bits can count.
fn announced(text: &str) -> (Vec<u8>, Vec<u8>) {
    let units: Vec<u16> = text.encode_utf16().take(u16::MAX.into()).collect();
    let count = u16::try_from(units.len()).unwrap_or(u16::MAX);
    (count.to_le_bytes().to_vec(), units.into_iter().flat_map(u16::to_le_bytes).collect())
}

fn nt_file(path: &str) -> String {
    match path.get(..2) {
        Some("C:" | "c:") => format!("{SYSTEM_VOLUME}{}", &path[2..]),
        _ if path.starts_with(r"\\") => format!(r"\Device\Mup\{}", &path[2..]),
        _ => path.to_owned(),
    }
}

fn nt_key(path: &str) -> String {
    let under = |(name, root): &(&str, &str)| {
        let head = path.get(..name.len()).filter(|head| head.eq_ignore_ascii_case(name))?;
        let rest = &path[head.len()..];
        (rest.is_empty() || rest.starts_with('\\')).then(|| format!("{root}{rest}"))
    };
    ROOTS.iter().find_map(under).unwrap_or_else(|| path.to_owned())
}

fn defined(log: &PmlFile, p: &pml_reader::PmlProcess<'_>) -> Record {
    // The records of the driver's start stand ahead of all others.
    let time = log.first_time().0.saturating_sub(1);
    let mut bytes = head(4, 8, 1, process::DEFINED, 0);
    let image = nt_file(&p.image_path().to_string());
    let raw = &p.raw;
    let mut data = Vec::new();
    for value in [raw.index, raw.pid, raw.parent_index, raw.parent_pid, raw.session, raw.is_64bit] {
        data.extend(value.to_le_bytes());
    }
    data.extend(raw.start.to_le_bytes());
    data.extend(raw.authentication_id.to_le_bytes());
    data.extend(raw.virtualized.to_le_bytes());
    let (image, command) = (announced(&image), announced(&p.command_line().to_string()));
    data.extend([0, 0]);
    data.extend([image.0, command.0, vec![0; 2], image.1, command.1].concat());
    finish(&mut bytes, time, 0, &[], &data, log.header().wide());
    Record { time, bytes }
}

/// What the driver wrote when the operation began.
fn data(event: &PmlEvent<'_>) -> Vec<u8> {
    let detail = event.raw_detail();
    let wide = event.file().header().wide();
    let rewritten = match event.class() {
        Some(EventClass::FileSystem) => file_data(event, detail, wide),
        Some(EventClass::Registry) => registry_data(event, detail),
        Some(EventClass::Process) => process_data(event, detail, wide),
        _ => None,
    };
    rewritten.unwrap_or_else(|| detail.to_vec())
}

/// A text of a PML's detail at `at`, and where it ends. Bit 15 of its head says one byte a character.
fn text_at(detail: &[u8], info: u16, at: usize) -> Option<(String, usize)> {
    let units = usize::from(info & 0x7FFF);
    if info & 0x8000 != 0 {
        let bytes = detail.get(at..at + units)?;
        return Some((bytes.iter().map(|b| char::from(*b)).collect(), at + units));
    }
    let bytes = detail.get(at..at + units * 2)?;
    let units: Vec<u16> = bytes.as_chunks().0.iter().copied().map(u16::from_le_bytes).collect();
    Some((String::from_utf16_lossy(&units), at + bytes.len()))
}

fn u16_at(detail: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(detail.get(at..at + 2)?.try_into().ok()?))
}

fn file_data(event: &PmlEvent<'_>, detail: &[u8], wide: bool) -> Option<Vec<u8>> {
    let at = 16 + if wide { 48 } else { 28 };
    let (path, end) = text_at(detail, u16_at(detail, at)?, at + 4)?;
    let (units, path) = announced(&nt_file(&path));
    let mut tail = detail.get(end..)?.to_vec();
    match (event.raw_operation(), event.raw_sub_operation()) {
        // The filter of a listing is a text too.
        (file::DIRECTORY_CONTROL, 1) => {
            let (filter, end) = text_at(&tail, u16_at(&tail, 0)?, 2)?;
            let (units, filter) = announced(&filter);
            tail = [&units, &filter, tail.get(end..)?].concat();
        }
        // Process Monitor puts the target in its own form behind the structure; the driver has the NT form alone.
        (file::SET_INFORMATION, 0x0A | 0x41 | 0x42) => {
            let length = u32::from_le_bytes(detail.get(16..20)?.try_into().ok()?) as usize;
            tail.truncate(length);
        }
        _ => {}
    }
    Some([detail.get(..at)?, &units, detail.get(at + 2..at + 4)?, &path, &tail].concat())
}

fn registry_data(event: &PmlEvent<'_>, detail: &[u8]) -> Option<Vec<u8>> {
    let second = matches!(event.raw_operation(), registry::LOAD_KEY | registry::RENAME_KEY);
    let fixed = match event.raw_operation() {
        registry::LOAD_KEY | registry::RENAME_KEY => 2,
        registry::OPEN_KEY | registry::CREATE_KEY => 6,
        registry::QUERY_KEY | registry::QUERY_VALUE => 10,
        registry::ENUM_KEY | registry::ENUM_VALUE | registry::SET_INFO_KEY | registry::SET_VALUE => 14,
        _ => 0,
    };
    let (path, end) = text_at(detail, u16_at(detail, 0)?, 2 + fixed)?;
    let (units, path) = announced(&nt_key(&path));
    if second {
        let (name, end) = text_at(detail, u16_at(detail, 2)?, end)?;
        let (name_units, name) = announced(&name);
        return Some([&units, &name_units, &path, &name, detail.get(end..)?].concat());
    }
    Some([&units, detail.get(2..2 + fixed)?, &path, detail.get(end..)?].concat())
}

fn process_data(event: &PmlEvent<'_>, detail: &[u8], wide: bool) -> Option<Vec<u8>> {
    match event.raw_operation() {
        process::CREATE | process::DEFINED => {
            let sids = usize::from(*detail.get(44)?) + usize::from(*detail.get(45)?);
            let (image, end) = text_at(detail, u16_at(detail, 46)?, 52 + sids)?;
            let (units, image) = announced(&nt_file(&image));
            Some([detail.get(..46)?, &units, detail.get(48..52 + sids)?, &image, detail.get(end..)?].concat())
        }
        process::LOAD_IMAGE => {
            let at = if wide { 12 } else { 8 };
            let (path, _) = text_at(detail, u16_at(detail, at)?, at + 4)?;
            let (units, path) = announced(&nt_file(&path));
            Some([detail.get(..at)?, &units, detail.get(at + 2..at + 4)?, &path].concat())
        }
        // Sizes of memory have a pointer's size in the driver.
        process::EXIT | process::STATISTICS if !wide => {
            let (times, sizes) = detail.get(..52)?.split_at_checked(20)?;
            let sizes = sizes.as_chunks().0.iter().flat_map(|[a, b, c, d, _, _, _, _]| [*a, *b, *c, *d]);
            Some(times.iter().copied().chain(sizes).collect())
        }
        _ => None,
    }
}
