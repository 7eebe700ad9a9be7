//! Turns details from the driver's form into that of a PML: texts marked, paths as Process Monitor shows them. A
//! detail that contradicts its layout stays as it is, and shows as damaged.

use std::borrow::Cow;

use crate::{
    PmlText,
    operation::{EventClass, file, process, registry},
    pmb::{
        paths::Paths,
        texts::{CREATED, cursor, image_and_command, text},
    },
    record::Head,
};

/// Information classes that name a target in NT form: renames.
const RENAMES: [u8; 3] = [0x0A, 0x41, 0x42];

/// The detail of an operation as a PML has it.
pub(super) fn convert<'a>(head: &Head, data: &'a [u8], wide: bool, paths: &mut Paths) -> Cow<'a, [u8]> {
    let converted = match EventClass::from_raw(head.class) {
        Some(EventClass::FileSystem) => file_detail(head, data, wide, paths),
        Some(EventClass::Registry) => registry_detail(head, data),
        Some(EventClass::Process) => process_detail(head, data, wide, paths),
        // Sizes of memory have a pointer's size in the driver, and eight bytes in a PML.
        Some(EventClass::Profiling) if head.operation == 1 && !wide => widened(data, 16, 2),
        _ => None,
    };
    converted.map_or(Cow::Borrowed(data), Cow::Owned)
}

/// The u16 that announces a text, and the text. ASCII text has one byte a character.
fn announced(text: &str) -> Option<(u16, Vec<u8>)> {
    if text.is_ascii() {
        let units = u16::try_from(text.len()).ok().filter(|units| *units < 0x8000)?;
        return Some((units | 0x8000, text.into()));
    }
    let bytes: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let units = u16::try_from(bytes.len() / 2).ok().filter(|units| *units < 0x8000)?;
    Some((units, bytes))
}

fn file_detail(head: &Head, data: &[u8], wide: bool, paths: &mut Paths) -> Option<Vec<u8>> {
    let mut c = cursor(data);
    let frame = c.take(16 + if wide { 48 } else { 28 }).ok()?;
    let units = c.u16().ok()?;
    let padding = c.take(2).ok()?;
    let (info, path) = announced(&paths.file(&text(units, &mut c)?.to_string()))?;
    let tail = c.rest();
    let mut out = Vec::with_capacity(data.len());
    out.extend(frame);
    out.extend(info.to_le_bytes());
    out.extend(padding);
    out.extend(path);
    let renames = head.operation == file::SET_INFORMATION && RENAMES.contains(frame.first()?);
    match renames.then(|| renamed(frame, tail, wide, paths)).flatten() {
        Some(target) => out.extend(target),
        None => out.extend(tail),
    }
    Some(out)
}

/// The structure of a rename, and after it the target as Process Monitor puts it there.
fn renamed(frame: &[u8], tail: &[u8], wide: bool, paths: &mut Paths) -> Option<Vec<u8>> {
    let mut c = cursor(frame);
    c.skip(16).ok()?;
    let length = usize::try_from(c.u32().ok()?).ok()?;
    let structure = tail.get(..length)?;
    let mut c = cursor(structure);
    c.skip(if wide { 16 } else { 8 }).ok()?;
    let bytes = usize::try_from(c.u32().ok()?).ok()?;
    let name = PmlText::Utf16(c.take(bytes).ok()?).to_string();
    let (info, text) = announced(&paths.file(&name))?;
    Some([structure, &info.to_le_bytes(), &text].concat())
}

fn registry_detail(head: &Head, data: &[u8]) -> Option<Vec<u8>> {
    // What stands between the length of the path and the path.
    let fixed = match head.operation {
        registry::LOAD_KEY | registry::RENAME_KEY => 2,
        registry::OPEN_KEY | registry::CREATE_KEY => 6,
        registry::QUERY_KEY | registry::QUERY_VALUE => 10,
        registry::ENUM_KEY | registry::ENUM_VALUE | registry::SET_INFO_KEY | registry::SET_VALUE => 14,
        _ => 0,
    };
    let mut c = cursor(data);
    let units = c.u16().ok()?;
    let fixed = c.take(fixed).ok()?;
    let (info, path) = announced(&Paths::registry(&text(units, &mut c)?.to_string()))?;
    Some([&info.to_le_bytes(), fixed, &path, c.rest()].concat())
}

fn process_detail(head: &Head, data: &[u8], wide: bool, paths: &mut Paths) -> Option<Vec<u8>> {
    let mut c = cursor(data);
    match head.operation {
        process::DEFINED | process::CREATE => {
            let (image, _) = image_and_command(data)?;
            let path: Vec<u8> =
                paths.file(&image.to_string()).encode_utf16().flat_map(u16::to_le_bytes).collect();
            let units = u16::try_from(path.len() / 2).ok().filter(|units| *units < 0x8000)?;
            let before = c.take(CREATED - 6).ok()?;
            let image_units = c.u16().ok()?;
            let after = c.take(4).ok()?;
            let [.., user, level] = before else { return None };
            let sids = c.take(usize::from(*user) + usize::from(*level)).ok()?;
            text(image_units, &mut c)?;
            Some([before, &units.to_le_bytes(), after, sids, &path, c.rest()].concat())
        }
        process::LOAD_IMAGE => {
            let before = c.take(if wide { 12 } else { 8 }).ok()?;
            let units = c.u16().ok()?;
            let padding = c.take(2).ok()?;
            let (info, path) = announced(&paths.file(&text(units, &mut c)?.to_string()))?;
            Some([before, &info.to_le_bytes(), padding, &path].concat())
        }
        process::EXIT | process::STATISTICS if !wide => widened(data, 20, 4),
        _ => None,
    }
}

/// `data` with `count` numbers of four bytes after the first `ahead` bytes made eight bytes long. `None` if it has
/// them so already.
fn widened(data: &[u8], ahead: usize, count: usize) -> Option<Vec<u8>> {
    if data.len() != ahead + count * 4 {
        return None;
    }
    let (ahead, numbers) = data.split_at_checked(ahead)?;
    let numbers = numbers.as_chunks::<4>().0.iter();
    Some(ahead.iter().copied().chain(numbers.flat_map(|n| [n[0], n[1], n[2], n[3], 0, 0, 0, 0])).collect())
}
