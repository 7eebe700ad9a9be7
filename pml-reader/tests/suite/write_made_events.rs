//! Events of the builders print what was put in, in both pointer sizes.

use std::io::Cursor;

use pml_reader::{
    EventClass, FileTime, PmlEvent, PmlFile, PmlText, RawProcess,
    detail::{
        filesystem::{self, CreateFile, OpenResult},
        process::{self, Ended},
        registry,
    },
    registry_operation,
    write::{
        EventRecord, Machine, PmlWriter,
        encode::{
            AllInformation, BasicInformation, DirectoryEntry, FileEvent, FileOperation as F, KeyInformation,
            Layout, Listing, Lock, NetworkEvent, NetworkOpen, NetworkOperation, NewProcess, Payload,
            ProcessEvent, ProfilingEvent, QueryInformation as Q, RegistryEvent, RegistryOperation as R,
            RenameForm, SetInformation as S, StandardInformation, StreamEntry, Transfer, Value,
            VolumeInformation as V,
        },
    },
};

const MACHINE: Machine<'_> = Machine {
    version: 9,
    is_64bit: true,
    computer_name: "MADE",
    system_root: r"C:\Windows",
    service_pack: "",
    os: (10, 0),
    build: 17763,
    processors: 4,
    memory: 8 << 30,
};

/// A log of these events, read back.
fn log(machine: Machine<'_>, payloads: &[Payload]) -> PmlFile {
    let mut writer = PmlWriter::new(Cursor::new(Vec::new()), &machine.header()).unwrap();
    let name = writer.string(PmlText::Bytes(b"TiWorker.exe")).unwrap();
    writer.process(RawProcess { index: 3, pid: 7, name, ..RawProcess::default() }, &[]).unwrap();
    for (payload, sequence) in payloads.iter().zip(0..) {
        let time = FileTime(u64::from(sequence));
        writer
            .event(&EventRecord { process_index: 3, tid: 11, sequence, time, ..EventRecord::of(payload) })
            .unwrap();
    }
    let file = PmlFile::from_vec(writer.finish().unwrap().into_inner()).unwrap();
    assert!(file.problems().is_empty(), "{:?}", file.problems());
    assert_eq!(file.len(), payloads.len());
    file
}

/// Both pointer sizes.
fn machines() -> [Machine<'static>; 2] {
    [MACHINE, Machine { is_64bit: false, ..MACHINE }]
}

fn shown(event: &PmlEvent<'_>) -> [String; 3] {
    if let Some(error) = event.detail_error() {
        panic!("{} does not read back: {error}", event.operation().name());
    }
    [event.operation().name().to_owned(), event.path(), event.detail()]
}

const FILE: &str = r"C:\Windows\System32\drivers\cpu.sys";
/// 2020-07-12 01:18:10 UTC.
const TIME: FileTime = FileTime(132_389_902_900_000_000);
const BASIC: BasicInformation =
    BasicInformation { creation: TIME, last_access: TIME, last_write: TIME, change: TIME, attributes: 0x20 };
const TIMES: &str = "CreationTime: 7/12/2020 1:18:10 AM, LastAccessTime: 7/12/2020 1:18:10 AM, \
                     LastWriteTime: 7/12/2020 1:18:10 AM, ChangeTime: 7/12/2020 1:18:10 AM";
const STANDARD: StandardInformation = StandardInformation {
    allocation: 8192,
    end_of_file: 5000,
    links: 2,
    delete_pending: true,
    directory: false,
};
const SYSTEM_SID: &[u8] = &[1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0];

fn create(result: Option<OpenResult>, impersonating: &'static [u8]) -> F<'static> {
    F::Create(CreateFile {
        desired_access: 0x12_0089,
        disposition: 3,
        options: 0x60,
        attributes: 0x80,
        share: 5,
        allocation: 0x1_0000_1000,
        impersonating,
        result,
    })
}

#[test]
#[rustfmt::skip]
fn file_operations_print_what_was_put_in() {
    let named = format!("{TIMES}, FileAttributes: A");
    let both = [
        DirectoryEntry { name: ".", attributes: 0x10, size: 0, time: TIME },
        DirectoryEntry { name: "日本.inf", attributes: 0x20, size: 77, time: TIME },
        DirectoryEntry { name: "cpu.inf", attributes: 0x20, size: 5000, time: TIME },
    ];
    let all = AllInformation { basic: BASIC, standard: STANDARD, index_number: 0x17, ea_size: 3, access: 0x12_0089, position: -1, mode: 0x20, alignment: 1, name: r"\Windows" };
    let streams = [StreamEntry { name: "::$DATA", size: 5000, allocation: 8192 }, StreamEntry { name: ":x:$DATA", size: 1, allocation: 8 }];
    let transfer = Transfer { offset: 0x1_0000_0000, length: 4096, done: Some(904), flags: 0x43, priority: 3 };
    let cases: Vec<(F<'_>, &str, String)> = vec![
        (create(Some(OpenResult::Created), b""), "CreateFile", "Desired Access: Generic Read, Disposition: OpenIf, Options: Synchronous IO Non-Alert, Non-Directory File, Attributes: N, ShareMode: Read, Delete, AllocationSize: 4,294,971,392, OpenResult: Created".into()),
        (create(None, SYSTEM_SID), "CreateFile", r"Desired Access: Generic Read, Disposition: OpenIf, Options: Synchronous IO Non-Alert, Non-Directory File, Attributes: N, ShareMode: Read, Delete, AllocationSize: 4,294,971,392, Impersonating: NT AUTHORITY\SYSTEM".into()),
        (F::Read(transfer), "ReadFile", "Offset: 4,294,967,296, Length: 904, I/O Flags: Non-cached, Paging I/O, Synchronous Paging I/O, Priority: Normal".into()),
        (F::Write(Transfer { done: None, flags: 0, priority: 0, ..transfer }), "WriteFile", "Offset: 4,294,967,296, Length: 4,096".into()),
        (F::MdlRead(Transfer { offset: 5, length: 6, ..Transfer::default() }), "ReadFile", "Offset: 5, Length: 6".into()),
        (F::PrepareMdlWrite(Transfer { offset: 5, length: 6, ..Transfer::default() }), "WriteFile", "Offset: 5, Length: 6".into()),
        (F::QueryOpen(Some(NetworkOpen { basic: BASIC, allocation: 8192, end_of_file: 5000 })), "QueryOpen", format!("{TIMES}, AllocationSize: 8,192, EndOfFile: 5,000, FileAttributes: A")),
        (F::QueryOpen(None), "QueryOpen", String::new()),
        (F::Query(Q::Basic(Some(BASIC))), "QueryBasicInformationFile", named.clone()),
        (F::Query(Q::Basic(None)), "QueryBasicInformationFile", String::new()),
        (F::Query(Q::Standard(Some(STANDARD))), "QueryStandardInformationFile", "AllocationSize: 8,192, EndOfFile: 5,000, NumberOfLinks: 2, DeletePending: True, Directory: False".into()),
        (F::Query(Q::Internal(Some(0x17))), "QueryFileInternalInformationFile", "IndexNumber: 0x17".into()),
        (F::Query(Q::Ea(Some(3))), "QueryEaInformationFile", "EaSize: 3".into()),
        (F::Query(Q::Name(Some(r"\Windows\é"))), "QueryNameInformationFile", r"Name: \Windows\é".into()),
        (F::Query(Q::Position(Some(-4))), "QueryPositionInformationFile", "Position: -4".into()),
        (F::Query(Q::All(Some(all))), "QueryAllInformationFile", format!("{named}, AllocationSize: 8,192, EndOfFile: 5,000, NumberOfLinks: 2, DeletePending: True, Directory: False, IndexNumber: 0x17, EaSize: 3, Access: Generic Read, Position: -1, Mode: Synchronous IO Non-Alert, AlignmentRequirement: Word")),
        (F::Query(Q::Streams(Some(&streams))), "QueryStreamInformationFile", "0: ::$DATA, 1: :x:$DATA".into()),
        (F::Query(Q::NetworkOpen(Some(NetworkOpen { basic: BASIC, allocation: 1, end_of_file: 2 }))), "QueryNetworkOpenInformationFile", format!("{TIMES}, AllocationSize: 1, EndOfFile: 2, FileAttributes: A")),
        (F::Query(Q::AttributeTag(Some((0x420, 0xA000_0003)))), "QueryAttributeTagFile", "Attributes: ARP, ReparseTag: 0xa0000003".into()),
        (F::Query(Q::Other(0x30)), "QueryNormalizedNameInformationFile", String::new()),
        (F::Set(S::Basic(BASIC)), "SetBasicInformationFile", named.clone()),
        (F::Set(S::Rename { form: RenameForm::Rename, flags: 1, target: r"C:\a\b.txt" }), "SetRenameInformationFile", r"ReplaceIfExists: True, FileName: C:\a\b.txt".into()),
        (F::Set(S::Rename { form: RenameForm::RenameEx, flags: 2, target: r"C:\ü" }), "SetRenameInformationEx", r"ReplaceIfExists: False, FileName: C:\ü".into()),
        (F::Set(S::Rename { form: RenameForm::RenameExBypass, flags: 3, target: r"C:\u" }), "SetRenameInformationExBypassAccessCheck", r"ReplaceIfExists: True, FileName: C:\u".into()),
        (F::Set(S::Rename { form: RenameForm::Link, flags: 0, target: r"C:\l" }), "SetLinkInformationFile", r"ReplaceIfExists: False, FileName: C:\l".into()),
        (F::Set(S::Rename { form: RenameForm::LinkEx, flags: 1, target: r"C:\l" }), "SetLinkInformationEx", r"ReplaceIfExists: True, FileName: C:\l".into()),
        (F::Set(S::Disposition { delete: true }), "SetDispositionInformationFile", "Delete: True".into()),
        (F::Set(S::DispositionEx(3)), "SetDispositionInformationEx", "Flags: FILE_DISPOSITION_DELETE, FILE_DISPOSITION_POSIX_SEMANTICS".into()),
        (F::Set(S::Position(9)), "SetPositionInformationFile", "Position: 9".into()),
        (F::Set(S::Allocation(1 << 40)), "SetAllocationInformationFile", "AllocationSize: 1,099,511,627,776".into()),
        (F::Set(S::EndOfFile(0)), "SetEndOfFileInformationFile", "EndOfFile: 0".into()),
        (F::Set(S::ValidDataLength(7)), "SetValidDataLengthInformationFile", "ValidDataLength: 7".into()),
        (F::Set(S::Other(0x17, &[1, 0, 0, 0])), "SetPipeInformation", String::new()),
        (F::QueryVolume(V::Volume(Some((TIME, 0xA85A_5719, true, "System")))), "QueryInformationVolume", "VolumeCreationTime: 7/12/2020 1:18:10 AM, VolumeSerialNumber: A85A-5719, SupportsObjects: True, VolumeLabel: System".into()),
        (F::QueryVolume(V::Size(Some((7_706_623, 1_777_949, 8, 512)))), "QuerySizeInformationVolume", "TotalAllocationUnits: 7,706,623, AvailableAllocationUnits: 1,777,949, SectorsPerAllocationUnit: 8, BytesPerSector: 512".into()),
        (F::QueryVolume(V::Attribute(Some((0xC, 255, "NTFS")))), "QueryAttributeInformationVolume", "FileSystemAttributes: Unicode, ACLs, MaximumComponentNameLength: 255, FileSystemName: NTFS".into()),
        (F::QueryVolume(V::FullSize(Some((3, 2, 1, 8, 512)))), "QueryFullSizeInformationVolume", "TotalAllocationUnits: 3, CallerAvailableAllocationUnits: 2, ActualAvailableAllocationUnits: 1, SectorsPerAllocationUnit: 8, BytesPerSector: 512".into()),
        (F::QueryVolume(V::ObjectId(Some([0xAB; 16]))), "QueryObjectIdInformationVolume", format!("ObjectId: {}", "AB".repeat(16))),
        (F::QueryVolume(V::Other(4)), "QueryDeviceInformationVolume", String::new()),
        (F::QueryDirectory { listing: Listing::IdBoth, filter: "", entries: Some(&both) }, "QueryDirectory", "FileInformationClass: FileIdBothDirectoryInformation, 0: ., 1: 日本.inf, 2: cpu.inf".into()),
        (F::QueryDirectory { listing: Listing::IdFull, filter: "", entries: Some(&both[1..]) }, "QueryDirectory", "FileInformationClass: FileIdFullDirectoryInformation, 0: 日本.inf, 1: cpu.inf".into()),
        (F::QueryDirectory { listing: Listing::Directory, filter: "", entries: Some(&both[1..]) }, "QueryDirectory", "FileInformationClass: FileDirectoryInformation, 0: 日本.inf, 1: cpu.inf".into()),
        (F::QueryDirectory { listing: Listing::Full, filter: "", entries: Some(&both[1..]) }, "QueryDirectory", "FileInformationClass: FileFullDirectoryInformation, 0: 日本.inf, 1: cpu.inf".into()),
        (F::QueryDirectory { listing: Listing::Names, filter: "", entries: Some(&both[1..]) }, "QueryDirectory", "FileInformationClass: FileNamesInformation, 0: 日本.inf, 1: cpu.inf".into()),
        (F::NotifyChangeDirectory(0x11), "NotifyChangeDirectory", "Filter: FILE_NOTIFY_CHANGE_FILE_NAME, FILE_NOTIFY_CHANGE_LAST_WRITE".into()),
        (F::FileSystemControl { code: 0x9_0028, output: 8, input_length: 0, input: b"" }, "FileSystemControl", "Control: FSCTL_IS_VOLUME_MOUNTED".into()),
        (F::FileSystemControl { code: 0x11_9FF8, output: 8, input_length: 77, input: b"" }, "FileSystemControl", "Control: FSCTL_PIPE_INTERNAL_WRITE, Length: 77".into()),
        (F::DeviceControl { code: 0x7_0000, output: 24, input_length: 0 }, "DeviceIoControl", "Control: IOCTL_DISK_GET_DRIVE_GEOMETRY".into()),
        (F::Lock(Lock { offset: 124, length: -1, exclusive: true, fail_immediately: false }), "LockFile", "Exclusive: True, Offset: 124, Length: -1, Fail Immediately: False".into()),
        (F::Lock(Lock { offset: 1, length: 2, exclusive: false, fail_immediately: true }), "LockFile", "Exclusive: False, Offset: 1, Length: 2, Fail Immediately: True".into()),
        (F::UnlockSingle { offset: 124, length: 1 }, "UnlockFileSingle", "Offset: 124, Length: 1".into()),
        (F::QuerySecurity(5), "QuerySecurityFile", "Information: Owner, DACL".into()),
        (F::SetSecurity(4), "SetSecurityFile", "Information: DACL".into()),
        (F::CreateFileMapping { sync_type: 1, protection: 0x10 }, "CreateFileMapping", "SyncType: SyncTypeCreateSection, PageProtection: PAGE_EXECUTE".into()),
        (F::AcquireForModWrite { ending_offset: 4096 }, "FASTIO_ACQUIRE_FOR_MOD_WRITE", "EndingOffset: 4,096".into()),
        (F::MdlComplete { write: false, mdl: 0x8000_1000 }, "FASTIO_MDL_READ_COMPLETE", "MDL: 0x80001000".into()),
        (F::MdlComplete { write: true, mdl: 0x10 }, "FASTIO_MDL_WRITE_COMPLETE", "MDL: 0x10".into()),
        (F::Plain(38), "CloseFile", String::new()),
    ];
    for machine in machines() {
        for path in [FILE, r"C:\Users\שלום\日本.txt"] {
            let payloads: Vec<Payload> = cases.iter().map(|(operation, ..)| {
                FileEvent { path, operation: *operation, fast_io: false }.encode(Layout::of(&machine.header())).unwrap()
            }).collect();
            let file = log(machine, &payloads);
            for (event, (_, name, detail)) in file.events().zip(&cases) {
                assert_eq!(shown(&event.unwrap()), [*name, path, detail.as_str()]);
            }
        }
    }
}

#[test]
fn a_directory_filter_shows_in_path_and_detail() {
    let entries = [DirectoryEntry { name: "cpu.inf", attributes: 0x20, size: 1, time: TIME }];
    for machine in machines() {
        let operation =
            F::QueryDirectory { listing: Listing::Both, filter: "*.inf", entries: Some(&entries) };
        let event = FileEvent { path: r"C:\Windows\INF", operation, fast_io: false };
        let file = log(machine, &[event.encode(Layout::of(&machine.header())).unwrap()]);
        assert_eq!(
            shown(&file.event(0).unwrap()),
            [
                "QueryDirectory",
                r"C:\Windows\INF\*.inf",
                "Filter: *.inf, FileInformationClass: FileBothDirectoryInformation, 1: cpu.inf"
            ]
        );
    }
}

#[test]
#[rustfmt::skip]
fn registry_operations_print_what_was_put_in() {
    let cases: Vec<(R<'_>, &str, &str)> = vec![
        (R::OpenKey { desired: 0x20019, granted: Some(0x20019) }, "RegOpenKey", "Desired Access: Read"),
        (R::OpenKey { desired: 0x200_0000, granted: Some(0xF003F) }, "RegOpenKey", "Desired Access: Maximum Allowed, Granted Access: All Access"),
        (R::OpenKey { desired: 1, granted: None }, "RegOpenKey", "Desired Access: Query Value"),
        (R::CreateKey { desired: 0xF003F, granted: Some((0xF003F, true)) }, "RegCreateKey", "Desired Access: All Access, Disposition: REG_CREATED_NEW_KEY"),
        (R::CreateKey { desired: 0xF003F, granted: Some((0xF003F, false)) }, "RegCreateKey", "Desired Access: All Access, Disposition: REG_OPENED_EXISTING_KEY"),
        (R::QueryKey { class: 3, length: 384, answer: Some(KEY_NAME) }, "RegQueryKey", "Query: Name"),
        (R::QueryKey { class: 7, length: 4, answer: Some(KeyInformation::HandleTags(0x100)) }, "RegQueryKey", "Query: HandleTags, HandleTags: 0x100"),
        (R::QueryKey { class: 5, length: 12, answer: Some(KeyInformation::Flags(2)) }, "RegQueryKey", "Query: Flags, UserFlags: 0x2"),
        (R::QueryKey { class: 4, length: 512, answer: Some(KeyInformation::Cached { sub_keys: 3, values: 4 }) }, "RegQueryKey", "Query: Cached, SubKeys: 3, Values: 4"),
        (R::QueryKey { class: 2, length: 512, answer: Some(KeyInformation::Full { sub_keys: 5, values: 6 }) }, "RegQueryKey", "Query: Full, SubKeys: 5, Values: 6"),
        (R::QueryKey { class: 2, length: 512, answer: None }, "RegQueryKey", "Query: Full, Length: 512"),
        (R::EnumKey { index: 1000, class: 0, length: 288, answer: Some(KeyInformation::Basic { name: "AppXSvc" }) }, "RegEnumKey", "Index: 1,000, Name: AppXSvc"),
        (R::EnumKey { index: 0, class: 1, length: 288, answer: Some(KeyInformation::Node { name: "é" }) }, "RegEnumKey", "Index: 0, Name: é"),
        (R::EnumKey { index: 2, class: 0, length: 288, answer: None }, "RegEnumKey", "Index: 2, Length: 288"),
        (R::QueryValue { class: 2, length: 16, answer: Some(Value::Dword(4)) }, "RegQueryValue", "Type: REG_DWORD, Length: 4, Data: 4"),
        (R::QueryValue { class: 2, length: 144, answer: Some(Value::Sz("poqexec")) }, "RegQueryValue", "Type: REG_SZ, Length: 16, Data: poqexec"),
        (R::QueryValue { class: 1, length: 144, answer: Some(Value::ExpandSz("%x%")) }, "RegQueryValue", "Type: REG_EXPAND_SZ, Length: 8, Data: %x%"),
        (R::QueryValue { class: 2, length: 144, answer: Some(Value::MultiSz(&["a", "bé"])) }, "RegQueryValue", "Type: REG_MULTI_SZ, Length: 12, Data: a, bé"),
        (R::QueryValue { class: 2, length: 144, answer: Some(Value::Qword(1 << 40)) }, "RegQueryValue", "Type: REG_QWORD, Length: 8, Data: 1099511627776"),
        (R::QueryValue { class: 2, length: 144, answer: Some(Value::Binary(&[0xAB; 40])) }, "RegQueryValue", "Type: REG_BINARY, Length: 40, Data: AB AB AB AB AB AB AB AB AB AB AB AB AB AB AB AB"),
        (R::QueryValue { class: 0, length: 144, answer: Some(Value::Dword(4)) }, "RegQueryValue", "Type: REG_DWORD"),
        (R::QueryValue { class: 2, length: 144, answer: None }, "RegQueryValue", "Length: 144"),
        (R::EnumValue { index: 3, class: 1, length: 220, answer: Some(("Identity", Value::Sz("x"))) }, "RegEnumValue", "Index: 3, Name: Identity, Type: REG_SZ, Length: 4, Data: x"),
        (R::SetValue(Value::Dword(2)), "RegSetValue", "Type: REG_DWORD, Length: 4, Data: 2"),
        (R::SetValue(Value::Sz("cpu.inf")), "RegSetValue", "Type: REG_SZ, Length: 16, Data: cpu.inf"),
        (R::SetValue(Value::Binary(&[1; 17])), "RegSetValue", "Type: REG_BINARY, Length: 17, Data: 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01 01"),
        (R::SetValue(Value::Other(0, b"")), "RegSetValue", "Type: REG_NONE, Length: 0"),
        (R::SetInfoKey { class: 5, data: &[4, 0, 0, 0] }, "RegSetInfoKey", "KeySetInformationClass: KeySetHandleTagsInformation, Length: 4, HandleTags: 0x4"),
        (R::LoadKey { hive: r"\??\C:\Windows\System32\config\COMPONENTS" }, "RegLoadKey", r"Hive Path: \??\C:\Windows\System32\config\COMPONENTS"),
        (R::RenameKey { name: "neu" }, "RegRenameKey", "New Name: neu"),
        (R::Plain(registry_operation::CLOSE_KEY), "RegCloseKey", ""),
        (R::Plain(registry_operation::DELETE_VALUE), "RegDeleteValue", ""),
    ];
    for machine in machines() {
        for path in [r"HKLM\System\CurrentControlSet\Services\AppXSvc\Start", r"HKLM\Software\日本"] {
            let payloads: Vec<Payload> = cases.iter().map(|(operation, ..)| {
                RegistryEvent { path, operation: *operation }.encode(Layout::of(&machine.header())).unwrap()
            }).collect();
            let file = log(machine, &payloads);
            for (event, (_, name, detail)) in file.events().zip(&cases) {
                assert_eq!(shown(&event.unwrap()), [*name, path, detail]);
            }
        }
    }
}

const KEY_NAME: KeyInformation<'_> = KeyInformation::Name(r"\REGISTRY\MACHINE\SOFTWARE");

const ENDED: Ended = Ended {
    status: 0xC000_0022,
    kernel: 10_000_001,
    user: 5,
    working_set: (4096, 8192),
    private: (1_000, 2_000),
};

const NEW: NewProcess<'_> = NewProcess {
    index: 650,
    pid: 3212,
    parent_index: 3,
    parent_pid: 7,
    session: 1,
    is_64bit: true,
    time: TIME,
    authentication_id: 0x3E7,
    virtualized: 1,
    user_sid: SYSTEM_SID,
    integrity_sid: &[1, 1, 0, 0, 0, 0, 0, 16, 0, 64, 0, 0],
    image_path: r"C:\Windows\System32\poqexec.exe",
    command_line: r"poqexec.exe /display_progress \??\C:\Windows\WinSxS\pending.xml",
};

#[test]
#[rustfmt::skip]
fn process_profiling_and_network_events_print_what_was_put_in() {
    let start = ProcessEvent::Start { parent_pid: 7, command_line: "a b", directory: r"C:\é\", environment: &["X=1", "Y=ü"] };
    let ended = "Exit Status: -1073741790, User Time: 0.0000005 seconds, Kernel Time: 1.0000001 seconds, Private Bytes: 1,000, Peak Private Bytes: 2,000, Working Set: 4,096, Peak Working Set: 8,192";
    let created = r"PID: 3212, Command line: poqexec.exe /display_progress \??\C:\Windows\WinSxS\pending.xml";
    let v4 = NetworkEvent { operation: NetworkOperation::Connect, tcp: true, source: "192.168.0.7:49948".parse().unwrap(), target: "10.0.0.1:443".parse().unwrap(), length: 0, values: &[("mss", "1460"), ("seqnum", "0")] };
    let v6 = NetworkEvent { operation: NetworkOperation::Send, tcp: false, source: "[fe80::1]:5355".parse().unwrap(), target: "[ff02::1:3]:5355".parse().unwrap(), length: 33, values: &[] };
    for machine in machines() {
        let layout = Layout::of(&machine.header());
        let cases = [
            (ProcessEvent::Create(NEW).encode(layout), "Process Create", NEW.image_path, created),
            (ProcessEvent::Defined(NEW).encode(layout), "Process Defined", NEW.image_path, created),
            (start.encode(layout), "Process Start", "", "Parent PID: 7, Command line: a b, Current directory: C:\\é\\, Environment: X=1; Y=ü"),
            (start.encode(Layout { version: 7, ..layout }), "Process Start", "", "Parent PID: 7"),
            (ProcessEvent::Exit(ENDED).encode(layout), "Process Exit", "", ended),
            (ProcessEvent::Statistics(ENDED).encode(layout), "Process Statistics", "", ended),
            (ProcessEvent::ThreadCreate { tid: 6740 }.encode(layout), "Thread Create", "", "Thread ID: 6740"),
            (ProcessEvent::ThreadExit { status: 0, kernel: 2, user: 10_000_000 }.encode(layout), "Thread Exit", "", "Thread ID: 11, User Time: 1.0000000, Kernel Time: 0.0000002"),
            (ProcessEvent::LoadImage { base: 0x7713_0000, size: 0x4_1000, path: r"C:\Windows\System32\ntdll.dll" }.encode(layout), "Load Image", r"C:\Windows\System32\ntdll.dll", "Image Base: 0x77130000, Image Size: 0x41000"),
            (ProfilingEvent::Thread { user: 1, kernel: 2, context_switches: 3 }.encode(layout), "Thread Profiling", "Thread 11", "User Time: 0.0000001, Kernel Time: 0.0000002, Context Switches: 3"),
            (ProfilingEvent::Process { user: 1, kernel: 2, working_set: 3, private: 4_000 }.encode(layout), "Process Profiling", "", "User Time: 0.0000001 seconds, Kernel Time: 0.0000002 seconds, Private Bytes: 4,000, Working Set: 3"),
            (ProfilingEvent::DebugOutput("here é").encode(layout), "Debug Output Profiling", "", "Output: here é"),
            (v4.encode(layout), "TCP Connect", "192.168.0.7:49948 -> 10.0.0.1:443", "Length: 0, mss: 1460, seqnum: 0"),
            (v6.encode(layout), "UDP Send", "fe80:0:0:0:0:0:0:1:5355 -> ff02:0:0:0:0:0:1:3:5355", "Length: 33"),
        ];
        let payloads: Vec<Payload> = cases.iter().map(|(payload, ..)| payload.as_ref().unwrap().clone()).collect();
        let file = log(machine, &payloads);
        for (event, (_, name, path, detail)) in file.events().zip(&cases) {
            assert_eq!(shown(&event.unwrap()), [*name, path, detail]);
        }
    }
}

#[test]
fn the_typed_views_give_back_what_was_put_in() {
    for machine in machines() {
        let layout = Layout::of(&machine.header());
        let file_event =
            |operation| FileEvent { path: FILE, operation, fast_io: true }.encode(layout).unwrap();
        let set = RegistryEvent { path: r"HKLM\X\Start", operation: R::SetValue(Value::Dword(2)) };
        let payloads = [
            ProcessEvent::Create(NEW).encode(layout).unwrap(),
            ProcessEvent::Exit(ENDED).encode(layout).unwrap(),
            file_event(create(Some(OpenResult::Opened), SYSTEM_SID)),
            file_event(F::Set(S::Rename { form: RenameForm::Rename, flags: 1, target: r"C:\t" })),
            set.encode(layout).unwrap(),
            Payload { class: EventClass::Ipc as u32, ..file_event(F::Plain(21)) },
        ];
        let file = log(machine, &payloads);
        let event = |i| file.event(i).unwrap();
        let created = process::created(&event(0)).unwrap();
        assert_eq!((created.index, created.pid, created.parent_index, created.parent_pid), (650, 3212, 3, 7));
        assert_eq!((created.session, created.is_64bit, created.time), (1, true, TIME));
        assert_eq!((created.authentication_id, created.virtualized), (0x3E7, 1));
        assert_eq!((created.user_sid, created.integrity_sid), (NEW.user_sid, NEW.integrity_sid));
        let ended = process::ended(&event(1)).unwrap();
        assert_eq!((ended.status, ended.kernel, ended.user), (ENDED.status, ENDED.kernel, ENDED.user));
        assert_eq!((ended.working_set, ended.private), (ENDED.working_set, ENDED.private));
        let create = filesystem::create_file(&event(2)).unwrap();
        assert_eq!((create.result, create.impersonating), (Some(OpenResult::Opened), SYSTEM_SID));
        let rename = filesystem::rename_target(&event(3)).unwrap();
        assert_eq!((rename.replace, rename.path.to_string()), (true, r"C:\t".to_owned()));
        assert_eq!(registry::value(&event(4)).unwrap().number(), Some(2));
        assert_eq!((event(5).class(), event(5).operation().name()), (Some(EventClass::Ipc), "CreatePipe"));
    }
}
