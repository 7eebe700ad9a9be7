//! Small logs with events of every class, and a walk that asks an open log for everything.

use std::{hint::black_box, io::Cursor, ops::Range};

use pml_reader::{
    COLUMNS, FileTime, PmlFile, PmlIcon, PmlText, RawModule, RawProcess, Style,
    detail::{
        filesystem::{CreateFile, OpenResult},
        process::Ended,
    },
    registry_operation,
    write::{
        EventRecord, Machine, PmlWriter,
        encode::{
            BasicInformation, DirectoryEntry, FileEvent, FileOperation as F, KeyInformation, Layout, Listing,
            Lock, NetworkEvent, NetworkOpen, NetworkOperation, NewProcess, Payload, ProcessEvent,
            ProfilingEvent, QueryInformation as Q, RegistryEvent, RegistryOperation as R, RenameForm,
            SetInformation as S, StreamEntry, Transfer, Value, VolumeInformation as V,
        },
    },
};

const TIME: FileTime = FileTime(132_389_902_900_000_000);
const BASIC: BasicInformation =
    BasicInformation { creation: TIME, last_access: TIME, last_write: TIME, change: TIME, attributes: 0x20 };
const SYSTEM_SID: &[u8] = &[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];

/// One event of each shape that a detail has.
#[rustfmt::skip]
fn payloads(layout: Layout) -> Vec<Payload> {
    let entries = [
        DirectoryEntry { name: ".", attributes: 0x10, size: 0, time: TIME },
        DirectoryEntry { name: "日本.inf", attributes: 0x20, size: 77, time: TIME },
    ];
    let streams = [StreamEntry { name: "::$DATA", size: 5000, allocation: 8192 }, StreamEntry { name: ":x:$DATA", size: 1, allocation: 8 }];
    let listing = |listing| F::QueryDirectory { listing, filter: "", entries: Some(&entries) };
    let files = [
        F::Create(CreateFile { desired_access: 0x12_0089, disposition: 3, options: 0x60, attributes: 0x80, share: 5, allocation: 4096, impersonating: SYSTEM_SID, result: Some(OpenResult::Opened) }),
        F::Read(Transfer { offset: 1 << 32, length: 4096, done: Some(904), flags: 0x43, priority: 3 }),
        F::QueryOpen(Some(NetworkOpen { basic: BASIC, allocation: 8192, end_of_file: 5000 })),
        F::Query(Q::Basic(Some(BASIC))),
        F::Query(Q::Name(Some(r"\Windows\é"))),
        F::Query(Q::Streams(Some(&streams))),
        F::Set(S::Basic(BASIC)),
        F::Set(S::Rename { form: RenameForm::RenameEx, flags: 2, target: r"C:\ü" }),
        F::Set(S::DispositionEx(3)),
        F::QueryVolume(V::Volume(Some((TIME, 7, true, "System")))),
        F::QueryVolume(V::Attribute(Some((0xC, 255, "NTFS")))),
        F::QueryVolume(V::ObjectId(Some([0xAB; 16]))),
        listing(Listing::IdBoth),
        listing(Listing::Names),
        F::QueryDirectory { listing: Listing::Both, filter: "*.inf", entries: Some(&entries) },
        F::NotifyChangeDirectory(0x11),
        F::FileSystemControl { code: 0x11_9FF8, output: 8, input_length: 77, input: b"" },
        F::DeviceControl { code: 0x7_0000, output: 24, input_length: 0 },
        F::Lock(Lock { offset: 124, length: -1, exclusive: true, fail_immediately: false }),
        F::SetSecurity(4),
        F::CreateFileMapping { sync_type: 1, protection: 0x10 },
        F::MdlComplete { write: true, mdl: 0x10 },
    ];
    let registry = [
        R::OpenKey { desired: 0x200_0000, granted: Some(0xF003F) },
        R::CreateKey { desired: 0xF003F, granted: Some((0xF003F, true)) },
        R::QueryKey { class: 3, length: 384, answer: Some(KeyInformation::Name(r"\REGISTRY\MACHINE")) },
        R::QueryKey { class: 2, length: 512, answer: Some(KeyInformation::Full { sub_keys: 5, values: 6 }) },
        R::EnumKey { index: 1000, class: 0, length: 288, answer: Some(KeyInformation::Basic { name: "AppXSvc" }) },
        R::QueryValue { class: 2, length: 16, answer: Some(Value::Dword(4)) },
        R::QueryValue { class: 1, length: 144, answer: Some(Value::ExpandSz("%x%")) },
        R::QueryValue { class: 2, length: 144, answer: Some(Value::MultiSz(&["a", "bé"])) },
        R::QueryValue { class: 2, length: 144, answer: Some(Value::Binary(&[0xAB; 40])) },
        R::EnumValue { index: 3, class: 1, length: 220, answer: Some(("Identity", Value::Sz("x"))) },
        R::SetValue(Value::Qword(2)),
        R::SetInfoKey { class: 5, data: &[4, 0, 0, 0] },
        R::LoadKey { hive: r"\??\C:\Windows\System32\config\COMPONENTS" },
        R::Plain(registry_operation::CLOSE_KEY),
    ];
    let new = NewProcess {
        index: 650, pid: 3212, parent_index: 3, parent_pid: 7, session: 1, is_64bit: true, time: TIME, authentication_id: 0x3E7, virtualized: 1,
        user_sid: SYSTEM_SID, integrity_sid: &[1, 1, 0, 0, 0, 0, 0, 16, 0, 64, 0, 0],
        image_path: r"C:\Windows\poqexec.exe", command_line: "poqexec.exe /x",
    };
    let processes = [
        ProcessEvent::Create(new),
        ProcessEvent::Start { parent_pid: 7, command_line: "a b", directory: r"C:\é\", environment: &["X=1", "Y=ü"] },
        ProcessEvent::Exit(Ended { status: 0xC000_0022, kernel: 10_000_001, user: 5, working_set: (4096, 8192), private: (1_000, 2_000) }),
        ProcessEvent::ThreadExit { status: 0, kernel: 2, user: 10_000_000 },
        ProcessEvent::LoadImage { base: 0x7713_0000, size: 0x4_1000, path: r"C:\Windows\System32\ntdll.dll" },
    ];
    let profiling = [
        ProfilingEvent::Thread { user: 1, kernel: 2, context_switches: 3 },
        ProfilingEvent::Process { user: 1, kernel: 2, working_set: 3, private: 4_000 },
        ProfilingEvent::DebugOutput("here é"),
    ];
    let network = NetworkEvent { operation: NetworkOperation::Connect, tcp: true, source: "192.168.0.7:49948".parse().unwrap(), target: "[fe80::1]:443".parse().unwrap(), length: 0, values: &[("mss", "1460")] };
    let file = |(i, operation)| FileEvent { path: [r"C:\a.sys", r"C:\日本.txt"][i % 2], operation, fast_io: i % 3 == 0 }.encode(layout);
    let value = |operation| RegistryEvent { path: r"HKLM\System\Start", operation }.encode(layout);
    files.into_iter().enumerate().map(file)
        .chain(registry.into_iter().map(value))
        .chain(processes.iter().map(|e| e.encode(layout)))
        .chain(profiling.iter().map(|e| e.encode(layout)))
        .chain([network.encode(layout)])
        .map(|payload| payload.unwrap())
        .collect()
}

/// A log of these events, with two processes, modules, an icon, a host and a port.
fn log(machine: Machine<'_>, payloads: &[Payload]) -> Vec<u8> {
    let mut writer = PmlWriter::new(Cursor::new(Vec::new()), &machine.header()).unwrap();
    let name = writer.string(PmlText::Bytes(b"TiWorker.exe")).unwrap();
    let path = writer.string(PmlText::Bytes(br"C:\Windows\TiWorker.exe")).unwrap();
    let icon = writer.icon(PmlIcon { pixels: 16, image: b"icon" }).unwrap();
    let module = RawModule { base: 0x1000, size: 0x1000, path, loaded_low: 1, ..RawModule::default() };
    for index in [3, 650] {
        let process =
            RawProcess { index, pid: 7, name, image_path: path, small_icon: icon, ..RawProcess::default() };
        writer.process(process, &[module, RawModule { base: 0x9000, ..module }]).unwrap();
    }
    writer.host([10, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0], PmlText::Bytes(b"gate")).unwrap();
    writer.port(443, true, PmlText::Bytes(b"https")).unwrap();
    for (payload, sequence) in payloads.iter().zip(0..) {
        let time = FileTime(TIME.0 + u64::from(sequence));
        let event = EventRecord { process_index: 3, tid: 11, sequence, time, ..EventRecord::of(payload) };
        writer
            .event(&EventRecord { frames: &[0x1010, 0x9010], status: sequence % 2 * 0xC000_0022, ..event })
            .unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Logs of both versions and pointer sizes that hold every shape of event together, `events` in each.
pub(crate) fn logs(events: usize) -> Vec<Vec<u8>> {
    let mut logs = Vec::new();
    for (is_64bit, version) in [(true, 9), (false, 9), (true, 7)] {
        let machine = Machine { is_64bit, version, computer_name: "MADE", ..Machine::default() };
        let payloads = payloads(Layout::of(&machine.header()));
        logs.extend(payloads.chunks(events).map(|chunk| log(machine, chunk)));
    }
    logs
}

/// One log of `count` events, every shape in turn.
#[allow(dead_code, reason = "only tests/hostile.rs cuts a long log")]
pub(crate) fn long_log(count: usize) -> Vec<u8> {
    let machine = Machine { is_64bit: true, version: 9, computer_name: "MADE", ..Machine::default() };
    let shapes = payloads(Layout::of(&machine.header()));
    let payloads: Vec<Payload> = shapes.iter().cycle().take(count).cloned().collect();
    log(machine, &payloads)
}

/// Asks `file` for everything about the events `range` and about its tables. Returns how many events could be read.
pub(crate) fn walk(file: &PmlFile, range: Range<usize>) -> usize {
    let styles = [Style::default(), Style::procmon(60)];
    let mut text = String::new();
    let mut read = 0;
    for event in range.filter_map(|i| file.event(i).ok()) {
        read += 1;
        for (column, _) in COLUMNS {
            for style in styles {
                text.clear();
                style.push(&event, column, &mut text);
            }
        }
        black_box((event.detail_error(), event.path_text(), event.raw_record(), event.frames().count()));
    }
    for process in file.processes() {
        black_box(process.modules().filter(|m| m.contains(0x1010)).count());
        let raw = process.raw;
        black_box((file.icon(raw.small_icon).ok(), file.icon(raw.big_icon).ok(), process.user()));
        black_box(file.process(raw.index).map(|p| p.slot()));
    }
    black_box((file.hosts().count(), file.ports().count()));
    black_box((0..file.string_count()).filter(|i| file.string(*i).is_ok()).count());
    read
}

/// Marsaglia's xorshift: numbers that are the same in every run.
pub(crate) struct Numbers(pub u64);

impl Numbers {
    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}
