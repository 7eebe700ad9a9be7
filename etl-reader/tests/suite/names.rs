//! Operations and names, from synthetic traces and from real ones.

use crate::support;

use std::ops::ControlFlow;

use etl_reader::names::{KERNEL_FILE, KERNEL_REGISTRY, OperationClass, PathSource, Tally, Trace};
use etl_reader::write::{EtlWriter, NewRecord, Session, encode};
use etl_reader::{EtlFile, EventId, FileTime, PointerWidth, RecordKind, Value};

const MILLISECOND: i64 = 10_000;

fn start() -> FileTime {
    Session::default().start
}

/// A time in milliseconds after the start of the session.
fn at(milliseconds: i64) -> FileTime {
    FileTime(start().0 + milliseconds * MILLISECOND)
}

fn kernel(group: u8, opcode: u8, version: u16) -> EventId {
    EventId::Kernel { group, opcode, version }
}

fn provider(provider: etl_reader::Guid, id: u16, version: u8) -> EventId {
    EventId::Provider { provider, id, version, channel: 16, level: 4, opcode: 0, task: id, keyword: 0 }
}

struct Made {
    writer: EtlWriter,
    width: PointerWidth,
}

impl Made {
    fn new(width: PointerWidth) -> Made {
        Made { writer: EtlWriter::new(Session { width, ..Session::default() }).unwrap(), width }
    }

    fn add(&mut self, time: FileTime, cpu: u16, event: EventId, values: &[(&str, Value<'_>)]) {
        self.add_of(time, cpu, event, RecordKind::System, Some((4, 8)), values);
    }

    fn add_of(
        &mut self,
        time: FileTime,
        cpu: u16,
        event: EventId,
        kind: RecordKind,
        ids: Option<(u32, u32)>,
        values: &[(&str, Value<'_>)],
    ) {
        let payload = encode(event, self.width, values).unwrap();
        let mut record = NewRecord::new(event, time, &payload);
        record.cpu = cpu;
        record.kind = kind;
        record.width = self.width;
        record.pid = ids.map(|ids| ids.0);
        record.tid = ids.map(|ids| ids.1);
        self.writer.write(&record).unwrap();
    }

    fn lines(self) -> (Vec<String>, Tally) {
        let bytes = self.writer.finish();
        let file = EtlFile::from_bytes(&bytes).unwrap();
        let trace = Trace::read(&[&file]);
        lines(&trace, &file)
    }
}

/// One line an operation: milliseconds, duration, process, thread, name, path, how it is known, status.
fn lines(trace: &Trace, file: &EtlFile<'_>) -> (Vec<String>, Tally) {
    let mut lines = Vec::new();
    let flow = trace.operations(&[file], |operation| {
        let mut line = format!(
            "{} {} {:?} {:?} {} {} {:?}",
            operation.time.since(file.header().start_time) / MILLISECOND,
            operation.duration.map_or("-".into(), |d| (d / MILLISECOND).to_string()),
            operation.pid.map_or(-1, i64::from),
            operation.tid.map_or(-1, i64::from),
            operation.name,
            operation.path(),
            operation.path_source(),
        );
        if let Some(value) = operation.value_name() {
            line += &format!(" value {value}");
        }
        if let Some(target) = operation.target() {
            line += &format!(" to {target}");
        }
        line += &operation.status.map_or(" -".into(), |status| format!(" {status:#x}"));
        lines.push(line);
        ControlFlow::<()>::Continue(())
    });
    match flow {
        ControlFlow::Continue(tally) => (lines, tally),
        ControlFlow::Break(()) => unreachable!("nothing breaks"),
    }
}

fn pointer(name: &str, value: u64) -> (&str, Value<'static>) {
    (name, Value::Pointer(value))
}

#[test]
fn kernel_file_operations_of_both_widths() {
    for width in [PointerWidth::Bits32, PointerWidth::Bits64] {
        let mut trace = Made::new(width);
        let end = |status: u64| [pointer("Irp", 1), ("NtStatus", Value::Hex(status))];
        // The thread is told by an event without header ids; its process by the rundown at the end.
        let open = |path: &'static str| {
            [
                pointer("Irp", 1),
                pointer("FileObject", 0x10),
                ("ThreadId", Value::from(77_u32)),
                ("CreateOptions", Value::Hex(0x0100_0021)),
                ("OpenPath", Value::from(path)),
            ]
        };
        let perf = RecordKind::PerfInfo;
        trace.add_of(at(1), 0, kernel(4, 64, 3), perf, None, &open("\\Device\\A\\missing.dll"));
        trace.add_of(at(3), 1, kernel(4, 76, 3), perf, None, &end(0xc000_0034));
        // The packet and the object are used again for another file.
        trace.add_of(at(10), 0, kernel(4, 64, 3), perf, None, &open("\\Device\\A\\there.dll"));
        trace.add_of(at(14), 1, kernel(4, 76, 3), perf, None, &end(0));
        let read = [pointer("Irp", 1), pointer("FileObject", 0x10), pointer("FileKey", 0x20)];
        trace.add(at(20), 0, kernel(4, 67, 3), &read);
        trace.add(at(21), 0, kernel(4, 76, 3), &end(0xc000_0011));
        // Opened before the trace: the rundown at its end names the key, and not the one it had earlier.
        let key = [pointer("Irp", 2), pointer("FileObject", 0x99), pointer("FileKey", 0x30)];
        trace.add(at(30), 0, kernel(4, 66, 3), &key);
        trace.add(at(31), 1, kernel(4, 35, 2), &[pointer("FileKey", 0x30), ("FileName", "\\old".into())]);
        trace.add(at(32), 0, kernel(4, 65, 3), &key);
        let name = [pointer("FileKey", 0x30), ("FileName", "\\new".into())];
        trace.add(at(90), 0, kernel(4, 36, 2), &name);
        let thread = [("ProcessId", Value::from(500_u32)), ("TThreadId", Value::from(77_u32))];
        trace.add(at(99), 0, kernel(5, 4, 3), &thread);
        let (lines, tally) = trace.lines();
        assert_eq!(
            lines,
            [
                "1 2 500 77 CreateFile \\Device\\A\\missing.dll Recorded 0xc0000034",
                "10 4 500 77 CreateFile \\Device\\A\\there.dll Recorded 0x0",
                "20 1 4 8 ReadFile \\Device\\A\\there.dll Opened 0xc0000011",
                // The second start with the packet tells that the first will have no end.
                "30 - 4 8 IRP_MJ_CLOSE \\old Key -",
                "32 - 4 8 CloseFile \\new Key -",
            ]
        );
        assert_eq!(tally, Tally { operations: 5, without_end: 2, without_start: 0, damaged: 0 });
    }
}

#[test]
fn information_classes_paths_and_renames() {
    let mut trace = Made::new(PointerWidth::Bits64);
    let file = [pointer("Irp", 5), pointer("FileObject", 6), pointer("FileKey", 7)];
    let with = |class: u32, path: Option<&'static str>| {
        let mut values = file.to_vec();
        values.push(("InfoClass", class.into()));
        values.extend(path.map(|path| ("FilePath", path.into())));
        values
    };
    let end = [pointer("Irp", 5), ("Status", Value::from(0_u32))];
    trace.add(at(0), 0, provider(KERNEL_FILE, 10, 0), &[pointer("FileKey", 7), ("FileName", "\\a".into())]);
    // An information class, asked and set; a deletion with its path.
    for (time, id, values) in [
        (1, 22, with(4, None)),
        (2, 17, with(20, None)),
        (3, 18, with(64, None)),
        (4, 26, with(64, Some("\\A"))),
    ] {
        trace.add(at(time), 0, provider(KERNEL_FILE, id, 1), &values);
        if id != 18 {
            trace.add(at(time), 0, provider(KERNEL_FILE, 24, 0), &end);
        }
    }
    // A rename: the event with the new name follows the one without.
    trace.add(at(5), 0, provider(KERNEL_FILE, 19, 1), &with(10, None));
    trace.add(at(6), 0, provider(KERNEL_FILE, 27, 1), &with(10, Some("\\b")));
    trace.add(at(8), 1, provider(KERNEL_FILE, 24, 0), &end);
    trace.add(at(9), 0, provider(KERNEL_FILE, 21, 1), &file);
    trace.add(at(9), 0, provider(KERNEL_FILE, 24, 0), &end);
    let (lines, tally) = trace.lines();
    assert_eq!(
        lines,
        [
            "1 0 4 8 QueryBasicInformationFile \\a Key 0x0",
            "2 0 4 8 SetEndOfFileInformationFile \\a Key 0x0",
            "3 1 4 8 SetDispositionInformationEx \\A Recorded 0x0",
            "5 3 4 8 SetRenameInformationFile \\a Key to \\b 0x0",
            "9 0 4 8 FlushBuffersFile \\b Opened 0x0",
        ]
    );
    assert_eq!(tally.operations, 5);
}

#[test]
fn operations_without_an_end_are_given_up() {
    let mut trace = Made::new(PointerWidth::Bits64);
    let file = |irp| [pointer("Irp", irp), pointer("FileObject", irp), pointer("FileKey", irp)];
    trace.add(at(0), 0, kernel(4, 65, 3), &file(1));
    trace.add(at(1), 0, kernel(4, 77, 3), &file(2));
    trace.add(at(500_000), 0, kernel(4, 65, 3), &file(3));
    trace.add(at(900_000), 0, kernel(4, 65, 3), &file(4));
    trace.add(at(900_001), 0, kernel(4, 76, 3), &[pointer("Irp", 2)]);
    trace.add(at(900_002), 0, kernel(4, 76, 3), &[pointer("Irp", 4)]);
    let (lines, tally) = trace.lines();
    assert_eq!(
        lines,
        [
            "1 - 4 8 NotifyChangeDirectory  Unknown -",
            "900000 2 4 8 CloseFile  Unknown 0x0",
            "0 - 4 8 CloseFile  Unknown -",
            "500000 - 4 8 CloseFile  Unknown -",
        ]
    );
    assert_eq!(tally, Tally { operations: 4, without_end: 3, without_start: 1, damaged: 0 });
}

#[test]
fn kernel_registry_operations() {
    for width in [PointerWidth::Bits32, PointerWidth::Bits64] {
        let mut trace = Made::new(width);
        // A call's begin is recorded as a raw time; the default session counts units of 100 ns.
        let began =
            |milliseconds| Value::Signed(Session::default().first_ticks.0 + milliseconds * MILLISECOND);
        let key = |began: Value<'static>, status: u64, key: u64, name: &'static str| {
            let status = ("Status", Value::Hex(status));
            [("InitialTime", began), status, pointer("KeyHandle", key), ("KeyName", name.into())]
        };
        let none = Value::Signed(0);
        let machine = "\\REGISTRY\\MACHINE";
        trace.add(at(5), 0, kernel(9, 22, 2), &key(none.clone(), 0, 0x100, "\\REGISTRY\\MACHINE\\SYSTEM"));
        trace.add(at(12), 1, kernel(9, 11, 2), &key(began(10), 0xc000_0034, 0x100, "Select\\Missing"));
        trace.add(at(14), 0, kernel(9, 16, 2), &key(began(13), 0xc000_0034, 0x100, "Current"));
        trace.add(at(16), 0, kernel(9, 10, 2), &key(began(15), 0, 0, "\\Registry\\Machine\\Software"));
        trace.add(at(20), 0, kernel(9, 27, 2), &key(began(20), 0, 0x200, ""));
        trace.add(at(21), 0, kernel(9, 11, 2), &key(began(20), 0, 0x300, "Unknown"));
        trace.add(at(90), 0, kernel(9, 25, 2), &key(none, 0, 0x200, machine));
        let (lines, _) = trace.lines();
        assert_eq!(
            lines,
            [
                "10 2 4 8 RegOpenKey \\REGISTRY\\MACHINE\\SYSTEM\\Select\\Missing Key 0xc0000034",
                "13 1 4 8 RegQueryValue \\REGISTRY\\MACHINE\\SYSTEM Key value Current 0xc0000034",
                "15 1 4 8 RegCreateKey \\Registry\\Machine\\Software Recorded 0x0",
                "20 0 4 8 RegCloseKey \\REGISTRY\\MACHINE Key 0x0",
                "20 1 4 8 RegOpenKey Unknown Relative 0x0",
            ]
        );
    }
}

#[test]
fn registry_provider_operations() {
    let mut trace = Made::new(PointerWidth::Bits64);
    let reg = |id| provider(KERNEL_REGISTRY, id, 0);
    let open = |base: u64, key: u64, status: u32, base_name: &'static str, relative: &'static str| {
        [
            pointer("BaseObject", base),
            pointer("KeyObject", key),
            ("Status", status.into()),
            ("BaseName", base_name.into()),
            ("RelativeName", relative.into()),
        ]
    };
    let value = |key: u64, status: u32, name: &'static str| {
        [pointer("KeyObject", key), ("Status", status.into()), ("ValueName", name.into())]
    };
    trace.add(at(1), 0, reg(2), &open(0, 0x10, 0, "", "\\REGISTRY\\MACHINE\\SOFTWARE"));
    trace.add(at(2), 0, reg(1), &open(0x10, 0x20, 0, "", "Microsoft"));
    trace.add(at(3), 1, reg(5), &value(0x20, 0xc000_0022, "Version"));
    trace.add(at(4), 0, reg(13), &[pointer("KeyObject", 0x20), ("Status", 0_u32.into())]);
    trace.add(at(5), 0, reg(6), &value(0x20, 0, ""));
    let (lines, tally) = trace.lines();
    assert_eq!(
        lines,
        [
            "1 - 4 8 RegOpenKey \\REGISTRY\\MACHINE\\SOFTWARE Recorded 0x0",
            "2 - 4 8 RegCreateKey \\REGISTRY\\MACHINE\\SOFTWARE\\Microsoft Opened 0x0",
            "3 - 4 8 RegSetValue \\REGISTRY\\MACHINE\\SOFTWARE\\Microsoft Opened value Version 0xc0000022",
            "4 - 4 8 RegCloseKey \\REGISTRY\\MACHINE\\SOFTWARE\\Microsoft Opened 0x0",
            "5 - 4 8 RegDeleteValue  Unknown value  0x0",
        ]
    );
    assert_eq!(tally.operations, 5);
}

#[test]
fn services_by_thread() {
    let mut trace = Made::new(PointerWidth::Bits64);
    let thread = [
        ("ProcessId", Value::from(900_u32)),
        ("TThreadId", Value::from(31_u32)),
        ("SubProcessTag", Value::from(12_u32)),
    ];
    trace.add(at(1), 0, kernel(5, 1, 3), &thread);
    for (tag, name) in [(11_u32, "Dnscache"), (12, "wuauserv")] {
        let service = [
            ("ProcessId", Value::from(900_u32)),
            ("ServiceState", Value::from(4_u32)),
            ("SubProcessTag", Value::from(tag)),
            ("ServiceName", name.into()),
        ];
        trace.add(at(90), 0, kernel(11, 15, 3), &service);
    }
    let bytes = trace.writer.finish();
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let trace = Trace::read(&[&file]);
    let names = trace.names();
    let service = names.service_of_thread(31, at(50)).unwrap();
    assert_eq!((service.name.as_str(), service.state), ("wuauserv", 4));
    assert_eq!(names.process_of_thread(31, at(50)), Some(900));
    // Before the thread began its id meant nothing.
    assert!(names.service_of_thread(31, at(0)).is_none());
    assert_eq!(names.services().len(), 2);
}

/// The processes that ended when a real machine shut down.
#[test]
fn processes_of_a_real_shutdown() {
    let Some(bytes) = support::bytes("ShutdownPerfDiagLogger-18362.etl") else { return };
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let trace = Trace::read(&[&file]);
    let names = trace.names();
    let ended = |name: &str| {
        let of_name = |process: &&etl_reader::names::Process| process.image_name.eq_ignore_ascii_case(name);
        names.processes().iter().filter(of_name).find(|process| process.end.is_some()).unwrap()
    };
    assert_eq!(names.processes().iter().filter(|process| process.end.is_some()).count(), 60);
    for name in ["TiWorker.exe", "TrustedInstaller.exe"] {
        let process = ended(name);
        assert!(process.exit_status.is_some(), "{process:?}");
        assert_eq!(process.user.as_deref(), Some("S-1-5-18"), "{process:?}");
        let path = process.image_path.as_deref().unwrap();
        assert!(path.starts_with("\\Device\\HarddiskVolume3\\Windows\\"), "{path}");
    }
    let tag = "wsappx";
    assert!(names.processes().iter().any(|process| {
        process.end.is_some() && process.command_line.as_ref().is_some_and(|line| line.contains(tag))
    }));
    let operations = lines(&trace, &file).1.operations;
    assert_eq!(operations, 0, "the session recorded processes, threads and images only");
}

/// A merged file: names of files by key, drive letters, services.
#[test]
fn names_of_a_real_merged_file() {
    let Some(bytes) = support::bytes("net.4.5.2.x64-9200-compressed.etl") else { return };
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let trace = Trace::read(&[&file]);
    let names = trace.names();
    let volumes: Vec<_> = names.volumes().devices().collect();
    assert!(volumes.contains(&("\\Device\\HarddiskVolume2", "C:")), "{volumes:?}");
    assert_eq!(names.volumes().dos_path("\\SystemRoot\\x"), "C:\\Windows\\x");
    assert_eq!(names.services().len(), 157);
    let running = names.services().iter().find(|service| service.name == "EventLog").unwrap();
    assert_eq!(running.state, 4);
    let (mut opened, mut with_path) = (0, 0);
    let flow = trace.operations(&[&file], |operation| {
        assert_eq!((operation.class, operation.name.text()), (OperationClass::File, "CreateFile"));
        opened += 1;
        let path = names.volumes().dos_path(&operation.path().to_string()).into_owned();
        with_path += u32::from(operation.path_source() == PathSource::Recorded && path.contains('\\'));
        assert!(operation.create.unwrap().disposition <= 5, "{operation:?}");
        assert!(operation.pid.is_some_and(|pid| names.process_at(pid, operation.time).is_some()));
        ControlFlow::<()>::Continue(())
    });
    assert!(matches!(flow, ControlFlow::Continue(Tally { operations: 562, damaged: 0, .. })), "{flow:?}");
    assert_eq!((opened, with_path), (562, 562));
}

/// Kernel events as a tool wrote them: by class, from a 32-bit machine.
#[test]
fn processes_of_class_events() {
    let Some(bytes) = support::bytes("process_data_32_v3-7600.etl") else { return };
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let trace = Trace::read(&[&file]);
    let names = trace.names();
    let found = names.processes().iter().map(|process| (process.image_name.as_str(), process.exit_status));
    let wanted = [("Idle", None), ("System", None), ("smss.exe", None), ("notepad.exe", Some(0))];
    assert_eq!(found.collect::<Vec<_>>(), wanted);
    let notepad = &names.processes()[3];
    assert_eq!(notepad.command_line.as_deref(), Some("\"C:\\Windows\\system32\\notepad.exe\" "));
    assert_eq!((notepad.parent, notepad.session), (Some(988), Some(1)));
    let lived = notepad.end.unwrap().since(notepad.start.unwrap());
    assert_eq!(lived / MILLISECOND, 1_000);
}
