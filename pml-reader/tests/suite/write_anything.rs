//! Any log that the writer accepts comes out of the reader as it was. The writer refuses what a log cannot hold.

use std::io::{self, Cursor, Seek, SeekFrom, Write};

use pml_reader::{
    FileTime, NETWORK_SEQUENCE, PmlError, PmlFile, PmlIcon, PmlText, RawModule, RawProcess,
    write::{
        EventRecord, Machine, PmlWriter,
        encode::{FileEvent, FileOperation, Layout, Payload, SetInformation},
        write_subset,
    },
};
use proptest::{collection::vec, prelude::*};

/// An event as it is put in.
#[derive(Debug, Clone)]
struct Made {
    numbers: (u32, u32, u64, u32, u32),
    step: u32,
    frames: Vec<u64>,
    payload: Payload,
}

#[derive(Debug, Clone)]
struct MadeProcess {
    numbers: (u32, u32, u64, u64, u32),
    texts: [String; 8],
    icon: Vec<u8>,
    modules: Vec<(u64, u32, [String; 4], u64, u32)>,
}

fn event() -> impl Strategy<Value = Made> {
    let payload =
        (0..8u32, 0..50u16, vec(any::<u8>(), 0..200), proptest::option::of(vec(any::<u8>(), 0..400)))
            .prop_map(|(class, operation, detail, extra)| Payload { class, operation, detail, extra });
    (any::<(u32, u32, u64, u32, u32)>(), any::<u32>(), vec(any::<u64>(), 0..20), payload)
        .prop_map(|(numbers, step, frames, payload)| Made { numbers, step, frames, payload })
}

fn process() -> impl Strategy<Value = MadeProcess> {
    let text = || "[a-z]{0,3}|[^\0]{0,12}";
    let texts = [text(), text(), text(), text(), text(), text(), text(), text()];
    let module = (any::<u64>(), any::<u32>(), [text(), text(), text(), text()], any::<u64>(), any::<u32>());
    (any::<(u32, u32, u64, u64, u32)>(), texts, vec(any::<u8>(), 0..40), vec(module, 0..6))
        .prop_map(|(numbers, texts, icon, modules)| MadeProcess { numbers, texts, icon, modules })
}

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// Addresses as a log of this pointer size can hold them.
fn address(machine: Machine<'_>, address: u64) -> u64 {
    if machine.is_64bit { address } else { address & 0xFFFF_FFFF }
}

fn write(machine: Machine<'_>, events: &[Made], processes: &[MadeProcess]) -> PmlFile {
    let mut writer = PmlWriter::new(Cursor::new(Vec::new()), &machine.header()).unwrap();
    let mut time = 0;
    for made in events {
        time += u64::from(made.step);
        let (process_index, tid, duration, status, sequence) = made.numbers;
        let frames: Vec<u64> = made.frames.iter().map(|f| address(machine, *f)).collect();
        let (time, payload) = (FileTime(time), &made.payload);
        let record =
            EventRecord { process_index, tid, time, duration, status, sequence, frames: &frames, payload };
        writer.event(&record).unwrap();
    }
    for (made, index) in processes.iter().zip(1..) {
        let texts = made.texts.each_ref().map(|t| writer.string(PmlText::Utf16(&utf16(t))).unwrap());
        let [integrity, user, name, image_path, command_line, company, version, description] = texts;
        let icon = writer.icon(PmlIcon { pixels: 16, image: &made.icon }).unwrap();
        let modules: Vec<RawModule> = made
            .modules
            .iter()
            .map(|(base, size, texts, loaded, stamp)| {
                let texts = texts.each_ref().map(|t| writer.string(PmlText::Utf16(&utf16(t))).unwrap());
                let [path, version, company, description] = texts;
                RawModule {
                    loaded_low: loaded & 0xFFFF_FFFF,
                    base: address(machine, *base),
                    size: *size,
                    path,
                    version,
                    company,
                    description,
                    time_date_stamp: *stamp,
                    unknown: [0; 3],
                    size_of_image: *size,
                    unknown2: 0,
                    loaded_high: (loaded >> 32) as u32,
                }
            })
            .collect();
        let (pid, parent_pid, authentication_id, start, session) = made.numbers;
        let raw = RawProcess {
            index,
            pid,
            parent_pid,
            authentication_id,
            start,
            session,
            integrity,
            user,
            name,
            image_path,
            command_line,
            company,
            version,
            description,
            small_icon: icon,
            ..RawProcess::default()
        };
        writer.process(raw, &modules).unwrap();
    }
    PmlFile::from_vec(writer.finish().unwrap().into_inner()).unwrap()
}

fn assert_holds(machine: Machine<'_>, file: &PmlFile, events: &[Made], processes: &[MadeProcess]) {
    assert!(file.problems().is_empty(), "{:?}", file.problems());
    assert_eq!(file.len(), events.len());
    let mut time = 0;
    for (read, made) in file.events().map(Result::unwrap).zip(events) {
        time += u64::from(made.step);
        assert_eq!(read.time(), FileTime(time));
        let numbers = (read.process_index(), read.tid(), read.raw_duration(), read.status(), read.sequence());
        assert_eq!(numbers, made.numbers);
        assert!(read.frames().eq(made.frames.iter().map(|f| address(machine, *f))));
        assert_eq!((read.raw_class(), read.raw_operation()), (made.payload.class, made.payload.operation));
        assert_eq!(read.raw_detail(), made.payload.detail);
        assert_eq!(read.raw_extra(), made.payload.extra.as_deref());
    }
    assert_eq!(file.processes().len(), processes.len());
    for (read, made) in file.processes().zip(processes) {
        let r = read.raw;
        assert_eq!((r.pid, r.parent_pid, r.authentication_id, r.start, r.session), made.numbers);
        let texts = [
            read.integrity(),
            read.user(),
            read.name(),
            read.image_path(),
            read.command_line(),
            read.company(),
            read.version(),
            read.description(),
        ];
        assert_eq!(texts.map(|t| t.to_string()), made.texts);
        assert_eq!(file.icon(r.small_icon).unwrap(), PmlIcon { pixels: 16, image: &made.icon });
        let modules: Vec<_> = read
            .modules()
            .map(|m| {
                let texts = [m.path, m.version, m.company, m.description].map(|t| t.to_string());
                (m.base, m.size, texts, m.loaded.0, m.time_date_stamp)
            })
            .collect();
        let expected: Vec<_> = made
            .modules
            .iter()
            .map(|(base, size, texts, loaded, stamp)| {
                (address(machine, *base), *size, texts.clone(), *loaded, *stamp)
            })
            .collect();
        assert_eq!(modules, expected);
    }
}

proptest! {
    #[test]
    fn what_is_put_in_comes_out(
        is_64bit: bool,
        new in any::<bool>(),
        events in vec(event(), 0..20),
        processes in vec(process(), 0..5),
    ) {
        let machine = Machine { is_64bit, version: if new { 9 } else { 7 }, ..Machine::default() };
        let file = write(machine, &events, &processes);
        assert_holds(machine, &file, &events, &processes);
        // And a copy of it says the same of the events.
        let (copy, subset) = write_subset(&file, 0..file.len(), Cursor::new(Vec::new())).unwrap();
        prop_assert_eq!(subset.events, events.len());
        let copy = PmlFile::from_vec(copy.into_inner()).unwrap();
        for (ours, theirs) in copy.events().map(Result::unwrap).zip(file.events().map(Result::unwrap)) {
            prop_assert_eq!(ours.raw_record().get(..0x30), theirs.raw_record().get(..0x30));
            prop_assert_eq!(ours.raw_detail(), theirs.raw_detail());
            prop_assert_eq!(ours.raw_extra(), theirs.raw_extra());
        }
    }

    #[test]
    fn any_path_comes_back(path in "[^\0]{0,60}", end in any::<i64>(), is_64bit: bool) {
        let machine = Machine { is_64bit, ..Machine::default() };
        let operation = FileOperation::Set(SetInformation::EndOfFile(end));
        let payload = FileEvent { path: &path, operation, fast_io: false }.encode(Layout::of(&machine.header())).unwrap();
        let mut writer = PmlWriter::new(Cursor::new(Vec::new()), &machine.header()).unwrap();
        writer.event(&EventRecord { sequence: NETWORK_SEQUENCE, ..EventRecord::of(&payload) }).unwrap();
        let file = PmlFile::from_vec(writer.finish().unwrap().into_inner()).unwrap();
        prop_assert_eq!(file.event(0).unwrap().path(), path);
    }
}

/// An output that keeps nothing but its length.
#[derive(Default)]
struct Sink(u64);

impl Write for Sink {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len() as u64;
        Ok(bytes.len())
    }
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Seek for Sink {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(self.0)
    }
}

fn payload(detail: usize, extra: Option<usize>) -> Payload {
    Payload { class: 3, operation: 20, detail: vec![0; detail], extra: extra.map(|n| vec![0; n]) }
}

#[test]
fn a_log_of_more_than_4_gib_is_refused() {
    let mut writer = PmlWriter::new(Sink::default(), &Machine::default().header()).unwrap();
    let large = payload(128 << 20, None);
    for _ in 0..31 {
        writer.event(&EventRecord::of(&large)).unwrap();
    }
    let refused = writer.event(&EventRecord::of(&large)).unwrap_err();
    assert!(
        matches!(refused, PmlError::TooLarge { size: 0x1_0000_0000.., limit: 0xFFFF_FFFF, .. }),
        "{refused}"
    );
    assert!(refused.to_string().contains("keep fewer events"), "{refused}");
    // What was written before stays whole.
    assert_eq!(writer.event_count(), 31);
    assert!(writer.finish().is_ok());
}

#[test]
fn what_does_not_fit_its_field_is_refused() {
    let mut writer = PmlWriter::new(Cursor::new(Vec::new()), &Machine::default().header()).unwrap();
    writer.event(&EventRecord::of(&payload(0, Some(0xFFFF)))).unwrap();
    let refused = writer.event(&EventRecord::of(&payload(0, Some(0x1_0000)))).unwrap_err();
    assert!(matches!(refused, PmlError::TooLarge { what: "completion data (bytes)", .. }), "{refused}");
    let frames = vec![0; 0x1_0000];
    let refused =
        writer.event(&EventRecord { frames: &frames, ..EventRecord::of(&payload(0, None)) }).unwrap_err();
    assert!(matches!(refused, PmlError::TooLarge { what: "a stack (frames)", .. }), "{refused}");
    let layout = Layout { wide: false, version: 9 };
    let long = "x".repeat(0x8000);
    let open = FileEvent { path: &long, operation: FileOperation::Plain(38), fast_io: false };
    assert!(matches!(open.encode(layout), Err(PmlError::TooLarge { limit: 0x7FFF, .. })));
    let mdl = FileEvent {
        path: "",
        operation: FileOperation::MdlComplete { write: true, mdl: 1 << 32 },
        fast_io: true,
    };
    assert!(matches!(mdl.encode(layout), Err(PmlError::TooLarge { .. })));
    assert_eq!(writer.event_count(), 1);
}

#[test]
fn what_would_make_a_log_that_cannot_be_opened_is_refused() {
    let header = Machine { version: 8, ..Machine::default() }.header();
    assert!(matches!(
        PmlWriter::new(Cursor::new(Vec::new()), &header),
        Err(PmlError::Version { version: 8 })
    ));
    let mut writer = PmlWriter::new(Cursor::new(Vec::new()), &Machine::default().header()).unwrap();
    let process = RawProcess { index: 1, ..RawProcess::default() };
    writer.process(process, &[]).unwrap();
    let refused = writer.process(process, &[]).unwrap_err();
    assert!(matches!(refused, PmlError::Value { what: "process index", value: 1, .. }), "{refused}");
    let refused = writer.process(RawProcess { index: 2, name: 1, ..process }, &[]).unwrap_err();
    assert!(matches!(refused, PmlError::Value { what: "string index", value: 1, .. }), "{refused}");
    let refused = writer.process(RawProcess { index: 2, big_icon: 1, ..process }, &[]).unwrap_err();
    assert!(matches!(refused, PmlError::Value { what: "icon index", value: 1, .. }), "{refused}");
    let now = payload(0, None);
    writer.event(&EventRecord { time: FileTime(5), ..EventRecord::of(&now) }).unwrap();
    let refused = writer.event(&EventRecord { time: FileTime(4), ..EventRecord::of(&now) }).unwrap_err();
    assert!(matches!(refused, PmlError::Value { what: "start of an event", value: 4, .. }), "{refused}");
}

#[test]
fn an_unfinished_log_reads_as_one_that_was_not_closed() {
    let mut out = Cursor::new(Vec::new());
    drop(PmlWriter::new(&mut out, &Machine::default().header()).unwrap());
    let file = PmlFile::from_vec(out.into_inner()).unwrap();
    assert!(matches!(file.recovered().unwrap().reason, Some(PmlError::Unclean { .. })));
}

#[test]
fn a_log_can_begin_anywhere_in_its_output() {
    let mut out = Cursor::new(b"ahead".to_vec());
    out.seek(SeekFrom::End(0)).unwrap();
    let out = PmlWriter::new(out, &Machine::default().header()).unwrap().finish().unwrap().into_inner();
    assert!(out.starts_with(b"ahead"));
    assert!(PmlFile::from_vec(out[5..].to_vec()).unwrap().is_empty());
}
