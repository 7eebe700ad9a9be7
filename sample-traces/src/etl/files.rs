//! File operations: a start, and an end that shares its request packet.

use std::collections::BTreeMap;

use anyhow::Result;
use etl_reader::{Value, names::KERNEL_FILE};
use pml_reader::{
    PmlEvent,
    detail::filesystem::{self, CreateFile, OpenResult},
    file_operation as file,
};

use super::{FILE_IO, Opened, Tape, Who, end_of, nt_path};

/// IRP_MN_QUERY_DIRECTORY.
const QUERY_DIRECTORY: u8 = 1;
/// Information classes: links, and what both forms have events of their own for.
const LINKS: &[u8] = &[0x0B, 0x39, 0x48, 0x49];
const RENAMES: &[u8] = &[0x0A, 0x38, 0x41, 0x42];
const DELETES: &[u8] = &[0x0D, 0x40];

/// What an event of the file system has, apart from who, when and what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Shape {
    Plain,
    Transfer,
    Information(u32),
    Directory,
}

/// Kernel type, number at the provider, shape.
type Event = (u8, u16, Shape);

/// The start of an operation. If the number is 0, the form has no event for it.
fn start(event: &PmlEvent<'_>) -> Option<Event> {
    let operation = event.operation();
    let class = u32::from(operation.sub);
    Some(match operation.code {
        file::CLEANUP => (65, 13, Shape::Plain),
        file::CLOSE => (66, 14, Shape::Plain),
        file::READ => (67, 15, Shape::Transfer),
        file::WRITE => (68, 16, Shape::Transfer),
        file::SET_INFORMATION if DELETES.contains(&operation.sub) => (70, 18, Shape::Information(class)),
        file::SET_INFORMATION if RENAMES.contains(&operation.sub) => (71, 19, Shape::Information(class)),
        file::SET_INFORMATION => (69, 17, Shape::Information(class)),
        file::DIRECTORY_CONTROL if operation.sub == QUERY_DIRECTORY => (72, 20, Shape::Directory),
        file::DIRECTORY_CONTROL => (77, 25, Shape::Directory),
        file::FLUSH => (73, 21, Shape::Plain),
        file::QUERY_INFORMATION => (74, 22, Shape::Information(class)),
        file::FILE_SYSTEM_CONTROL => {
            (75, 23, Shape::Information(filesystem::control_code(event).unwrap_or(0)))
        }
        file::SET_SECURITY => (0, 31, Shape::Information(0)),
        file::QUERY_SECURITY => (0, 32, Shape::Information(0)),
        file::SET_EA => (0, 33, Shape::Information(0)),
        file::QUERY_EA => (0, 34, Shape::Information(0)),
        _ => return None,
    })
}

/// Objects, and keys for files.
#[derive(Debug, Default)]
pub(super) struct Files {
    opened: Opened,
    /// By path in lower case: the key, and the path.
    keys: BTreeMap<String, (u64, String)>,
}

impl Files {
    /// Adds the records of an operation. False if the form has no event for it.
    pub(super) fn event(&mut self, event: &PmlEvent<'_>, who: Who, tape: &mut Tape) -> Result<bool> {
        let path = nt_path(&event.path_text().to_string());
        if event.operation().code == file::CREATE {
            let Ok(create) = filesystem::create_file(event) else { return Ok(false) };
            self.create(event, who, &path, &create, tape)?;
            return Ok(true);
        }
        let Some((kernel, id, shape)) = start(event).filter(|(kernel, ..)| tape.form.of(*kernel > 0, true))
        else {
            return Ok(false);
        };
        let key = self.key(&path, tape);
        let object = match event.operation().code {
            file::CLEANUP => self.opened.close(who, &path),
            _ => self.opened.get(who, &path),
        };
        let object = object.unwrap_or_else(|| tape.addresses.next());
        let irp = tape.addresses.next();
        let mut values = vec![
            ("Irp", Value::Pointer(irp)),
            ("FileObject", Value::Pointer(object)),
            ("FileKey", Value::Pointer(key)),
            (tape.form.of("ThreadId", "IssuingThreadId"), who.tid.into()),
        ];
        let detail = event.detail();
        match shape {
            Shape::Plain => {}
            Shape::Transfer => {
                values.push((tape.form.of("Offset", "ByteOffset"), field(&detail, "Offset: ").into()));
                values.push((tape.form.of("IoSize", "IOSize"), field(&detail, "Length: ").into()));
            }
            Shape::Information(class) => values.push(("InfoClass", class.into())),
            Shape::Directory => values.push(("FileName", "".into())),
        }
        let time = event.time().0;
        put(tape, time, (kernel, id), who, &values)?;
        let target = filesystem::rename_target(event).ok().map(|target| nt_path(&target.path.to_string()));
        let class = event.operation().sub;
        let second = match shape {
            Shape::Information(_) if event.operation().code != file::SET_INFORMATION => None,
            _ if DELETES.contains(&class) => Some((79, 26, path.clone())),
            _ if RENAMES.contains(&class) => target.clone().map(|target| (80, 27, target)),
            // The kernel logger has no event with a link's name.
            _ if LINKS.contains(&class) => target.clone().map(|target| (0, 28, target)),
            _ => None,
        };
        if let Some((kernel, id, second)) = second.filter(|(kernel, ..)| tape.form.of(*kernel > 0, true)) {
            values.push(("FilePath", second.as_str().into()));
            put(tape, time, (kernel, id), who, &values)?;
        }
        if RENAMES.contains(&class)
            && event.operation().code == file::SET_INFORMATION
            && event.status() == 0
            && let Some(target) = target
        {
            // The key stands for the file, whatever its name.
            self.keys.remove(&path.to_ascii_lowercase());
            self.keys.insert(target.to_ascii_lowercase(), (key, target));
        }
        self.end(event, who, irp, 0, tape)?;
        Ok(true)
    }

    fn create(
        &mut self,
        event: &PmlEvent<'_>,
        who: Who,
        path: &str,
        create: &CreateFile<'_>,
        tape: &mut Tape,
    ) -> Result<()> {
        let (irp, object) = (tape.addresses.next(), tape.addresses.next());
        let options = u32::from(create.disposition) << 24 | create.options;
        let values = [
            ("Irp", Value::Pointer(irp)),
            ("FileObject", Value::Pointer(object)),
            (tape.form.of("ThreadId", "IssuingThreadId"), who.tid.into()),
            ("CreateOptions", options.into()),
            (tape.form.of("FileAttributes", "CreateAttributes"), u32::from(create.attributes).into()),
            ("ShareAccess", u32::from(create.share).into()),
            (tape.form.of("OpenPath", "FileName"), path.into()),
        ];
        put(tape, event.time().0, (64, 12), who, &values)?;
        if create.result == Some(OpenResult::Created) {
            put(tape, event.time().0, (0, 30), who, &values)?;
        }
        if event.status() == 0 {
            self.opened.add(who, path, object);
        }
        self.end(event, who, irp, create.result.map_or(0, |result| result as u64), tape)
    }

    fn end(&self, event: &PmlEvent<'_>, who: Who, irp: u64, information: u64, tape: &mut Tape) -> Result<()> {
        let Some(end) = end_of(event) else { return Ok(()) };
        let values = [
            ("Irp", Value::Pointer(irp)),
            ("ExtraInformation", Value::Pointer(information)),
            (tape.form.of("NtStatus", "Status"), event.status().into()),
        ];
        put(tape, end, (76, 24), who, &values)
    }

    fn key(&mut self, path: &str, tape: &mut Tape) -> u64 {
        let known = self.keys.entry(path.to_ascii_lowercase());
        known.or_insert_with(|| (tape.addresses.next(), path.to_owned())).0
    }

    /// The names of the files. The kernel writes them when a trace ends, and the provider when it begins.
    pub(super) fn finish(self, tape: &mut Tape) -> Result<()> {
        let who = Who { pid: 4, tid: 8, process: 0 };
        let time = tape.form.of(tape.last, tape.first);
        for (key, path) in self.keys.into_values() {
            let values = [("FileKey", Value::Pointer(key)), ("FileName", path.as_str().into())];
            match tape.form.of(true, false) {
                true => tape.kernel(time, (FILE_IO, 36, 2), who, &values)?,
                false => tape.provider(time, (KERNEL_FILE, 10, 0), who, &values)?,
            }
        }
        Ok(())
    }
}

/// Adds a record in the tape's form. The number 0 means that it has no event.
fn put(
    tape: &mut Tape,
    time: u64,
    (kernel, id): (u8, u16),
    who: Who,
    values: &[(&str, Value<'_>)],
) -> Result<()> {
    match tape.form.of(u16::from(kernel), id) {
        0 => Ok(()),
        id if tape.form == super::EtlForm::Manifest => {
            // Ends have one version only.
            let version = u8::from(id != 24);
            tape.provider(time, (KERNEL_FILE, id, version), who, values)
        }
        _ => tape.kernel(time, (FILE_IO, kernel, 3), who, values),
    }
}

/// The number for a word of the Detail column.
fn field(detail: &str, word: &str) -> u64 {
    let Some((_, text)) = detail.split_once(word) else { return 0 };
    let digits = text.chars().take_while(|c| c.is_ascii_digit() || *c == ',').filter(char::is_ascii_digit);
    digits.collect::<String>().parse().unwrap_or(0)
}
