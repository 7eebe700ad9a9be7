//! Call stacks in logs of Process Monitor: whose operation it is, and drivers of other companies.

use std::{
    collections::BTreeMap,
    io::Cursor,
    path::{Path, PathBuf},
};

use diagnosis::{Call, Diagnosis, Driver, Issuer, Part, Rules, diagnose};
use pml_reader::{
    FileTime, PmlText, RawModule, RawProcess,
    write::{
        EventRecord, Machine, PmlWriter,
        encode::{Layout, RegistryEvent, RegistryOperation},
    },
};
use timeline::{Case, Event, EventId, Role, SourceId, Timeline};

/// A real log, unpacked into `folder`; `None` if it is not there.
fn real(name: &str, folder: &Path) -> Option<PathBuf> {
    let path = folder.join(name);
    std::fs::write(&path, test_data::bytes(&format!("pml/{name}"))?).unwrap();
    Some(path)
}

fn id(index: u64) -> EventId {
    EventId { source: SourceId(0), index }
}

/// The events of servicing with what their stacks say, from the first event to the last.
fn calls(timeline: &Timeline<'_>) -> Vec<(Event, Option<Call>)> {
    let events = (0..).map_while(|index| timeline.event(id(index)));
    let of_servicing = events.filter(|e| timeline.process_of(e).is_some_and(|p| p.role.services_updates()));
    of_servicing.map(|event| (event.clone(), Call::of(timeline, &event))).collect()
}

#[test]
fn defenders_operations_on_the_threads_of_the_worker_are_told_apart() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = real("LogFileUTC64Filesystem.PML", folder.path()) else { return };
    let case = Case::open(&[path]);
    let timeline = Timeline::new(&case);
    let mut told: BTreeMap<(Role, &str, String), usize> = BTreeMap::new();
    let mut parts: BTreeMap<Option<Part>, usize> = BTreeMap::new();
    let mut of_worker = 0;
    for (event, call) in calls(&timeline) {
        let role = timeline.process_of(&event).unwrap().role;
        of_worker += usize::from(role == Role::TiWorker);
        let Some(call) = call else { continue };
        let has_filter = call.stack.frames.iter().any(|frame| frame.to_string().starts_with("WdFilter.sys+"));
        assert_eq!(call.issuer.outsider().is_some(), has_filter, "event {}", event.id.index);
        assert_eq!(call.interferers, [], "event {}", event.id.index);
        match call.issuer.outsider() {
            Some(module) => *told.entry((role, event.name, module.described())).or_default() += 1,
            None => *parts.entry(call.part).or_default() += 1,
        }
    }
    assert_eq!(of_worker, 5_368);
    let filter = "WdFilter.sys (Microsoft Corporation, 4.18.2006.10 (WinBuild.160101.0800))".to_owned();
    assert_eq!(told.into_iter().collect::<Vec<_>>(), [((Role::TiWorker, "QueryEAFile", filter), 987)]);
    let of_servicing = [
        (None, 166),
        (Some(Part::Cbs), 1_246),
        (Some(Part::Primitives), 1_225),
        (Some(Part::Smi), 27),
        (Some(Part::Reporting), 775),
    ];
    assert_eq!(parts.into_iter().collect::<Vec<_>>(), of_servicing);
}

#[test]
fn drivers_of_other_companies_come_from_the_modules_of_system() {
    let folder = tempfile::tempdir().unwrap();
    let Some(path) = real("LogFileUTC64Filesystem.PML", folder.path()) else { return };
    let case = Case::open(&[path]);
    let found = diagnose(&Timeline::new(&case), &Rules::built_in());
    let companies = found.drivers.iter().fold(BTreeMap::<&str, usize>::new(), |mut all, driver| {
        *all.entry(driver.company.as_str()).or_default() += 1;
        all
    });
    let expected = [
        ("Intel Corporation", 1),
        ("Sysinternals - www.sysinternals.com", 1),
        ("VMware, Inc.", 9),
        ("VirtualKD-Redux", 1),
    ];
    assert_eq!(companies.into_iter().collect::<Vec<_>>(), expected);
    assert!(found.drivers.iter().all(|driver| !driver.version.is_empty()), "{:?}", found.drivers);
}

/// A log of one process, TiWorker.exe, that asks for a key again and again.
struct Log {
    /// Modules of System: name, company, base address.
    kernel: Vec<(&'static str, &'static str, u64)>,
    /// Modules of TiWorker.exe.
    user: Vec<(&'static str, &'static str, u64)>,
    /// The stack of each event.
    stacks: Vec<Vec<u64>>,
}

impl Log {
    fn look(&self, look: impl FnOnce(&Timeline<'_>, &Diagnosis)) {
        let machine = Machine { computer_name: "PC", system_root: r"C:\Windows", ..Machine::default() };
        let mut writer = PmlWriter::new(Cursor::new(Vec::new()), &machine.header()).unwrap();
        let text =
            |text: &str, writer: &mut PmlWriter<_>| writer.string(PmlText::Bytes(text.as_bytes())).unwrap();
        for (index, pid, name, modules) in
            [(1, 4, "System", &self.kernel), (2, 900, "TiWorker.exe", &self.user)]
        {
            let modules: Vec<RawModule> = modules
                .iter()
                .map(|(name, company, base)| RawModule {
                    base: *base,
                    size: 0x1000,
                    path: text(&format!(r"C:\Windows\System32\{name}"), &mut writer),
                    company: text(company, &mut writer),
                    version: text("10.0", &mut writer),
                    ..RawModule::default()
                })
                .collect();
            let name = text(name, &mut writer);
            let process = RawProcess { index, pid, name, is_64bit: 1, ..RawProcess::default() };
            writer.process(process, &modules).unwrap();
        }
        let layout = Layout::of(&machine.header());
        for (number, frames) in (1..).zip(&self.stacks) {
            let path = format!(r"HKLM\COMPONENTS\DerivedData\Components\c{number}");
            let query = RegistryOperation::QueryValue { class: 2, length: 16, answer: None };
            let payload = RegistryEvent { path: &path, operation: query }.encode(layout).unwrap();
            let record = EventRecord {
                process_index: 2,
                tid: 12,
                time: FileTime(133_000_000_000_000_000 + u64::from(number) * 10_000_000),
                sequence: number,
                status: 0xC000_0022,
                frames,
                ..EventRecord::of(&payload)
            };
            writer.event(&record).unwrap();
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("boot.pml");
        std::fs::write(&path, writer.finish().unwrap().into_inner()).unwrap();
        let case = Case::open(&[path]);
        let timeline = Timeline::new(&case);
        look(&timeline, &diagnose(&timeline, &Rules::built_in()));
    }
}

const KERNEL: u64 = 0xFFFF_F800_0000_0000;
const FILTER: u64 = 0xFFFF_F800_0010_0000;
const NTDLL: u64 = 0x7FF8_0000_0000;
const WCP: u64 = 0x7FF8_0010_0000;

fn log(stacks: &[&[u64]]) -> Log {
    Log {
        kernel: vec![
            ("ntoskrnl.exe", "Microsoft Corporation", KERNEL),
            ("nlflt.sys", "Nordlys Security", FILTER),
            ("dump_nl.sys", "", FILTER + 0x10_0000),
        ],
        user: vec![("ntdll.dll", "Microsoft Corporation", NTDLL), ("wcp.dll", "Microsoft Corporation", WCP)],
        stacks: stacks.iter().map(|stack| stack.to_vec()).collect(),
    }
}

#[test]
fn candidates_carry_their_stacks() {
    let own = [KERNEL + 1, KERNEL + 2, KERNEL + 3, NTDLL + 0x10, WCP + 0x20];
    let others = [KERNEL + 1, KERNEL + 2, KERNEL + 3, FILTER + 8, KERNEL + 4, NTDLL + 0x10, WCP + 0x20];
    log(&[&own, &others]).look(|timeline, found| {
        let call =
            |index| found.candidates.iter().find(|c| c.event.id == id(index)).unwrap().call.as_ref().unwrap();
        let frames: Vec<String> = call(0).stack.frames.iter().map(ToString::to_string).collect();
        let expected =
            ["ntoskrnl.exe+0x1", "ntoskrnl.exe+0x2", "ntoskrnl.exe+0x3", "ntdll.dll+0x10", "wcp.dll+0x20"];
        assert_eq!(frames, expected);
        assert_eq!((&call(0).issuer, call(0).part), (&Issuer::Servicing, Some(Part::Primitives)));
        assert_eq!(call(1).issuer.outsider().unwrap().name(), "nlflt.sys");
        let objects =
            |index| found.candidates.iter().find(|c| c.event.id == id(index)).unwrap().objections.clone();
        assert!(!objects(0).contains(&diagnosis::Objection::NotServicing));
        assert!(objects(1).contains(&diagnosis::Objection::NotServicing));
        let driver = Driver {
            path: r"C:\Windows\System32\nlflt.sys".to_owned(),
            company: "Nordlys Security".to_owned(),
            version: "10.0".to_owned(),
            candidates: 1,
            loaded: true,
            ..Driver::default()
        };
        assert_eq!(found.drivers, [driver]);
        assert_eq!(timeline.stack(id(7)), None);
    });
}

#[test]
fn lists_that_are_missing_are_named() {
    let stack = [KERNEL + 1, FILTER + 8, NTDLL + 0x10, WCP + 0x20];
    let mut log = log(&[&stack, &[]]);
    (log.kernel, log.user) = (Vec::new(), Vec::new());
    log.look(|timeline, found| {
        let stack = timeline.stack(id(0)).unwrap();
        assert!(!stack.has_kernel_modules && !stack.has_user_modules);
        assert_eq!(stack.frames[3].to_string(), "0x7ff800100020");
        assert_eq!(timeline.stack(id(1)), None);
        let [lists] = found.stack_lists[..] else { panic!("{:?}", found.stack_lists) };
        assert_eq!((lists.stacks, lists.without_stack, lists.without_user_modules), (1, 1, 1));
        assert!(!lists.has_kernel_modules && !lists.names_companies);
        assert_eq!(found.drivers, []);
    });
}

#[test]
fn odd_stacks_and_lists_are_read_as_far_as_they_go() {
    // Addresses at the edges, between modules, and more frames than any driver takes.
    let deep = vec![u64::MAX; 60_000];
    let edges = [0, 1, u64::MAX, KERNEL - 1, KERNEL + 0x1000, WCP + 0xFFF, WCP + 0x1000, NTDLL];
    let mut log = log(&[&deep, &edges]);
    // Modules at the end of the addresses, over each other, and without a name.
    log.kernel.push(("", "", u64::MAX - 4));
    log.user.extend([("first.dll", "A", 0x5000), ("second.dll", "B", 0x5000), ("third.dll", "C", 0x5800)]);
    log.stacks.push(vec![0x5001, 0x5900, 0x67FF]);
    log.look(|timeline, found| {
        assert_eq!(timeline.stack(id(0)).unwrap().frames.len(), 512);
        let texts = |index| -> Vec<String> {
            timeline.stack(id(index)).unwrap().frames.iter().map(ToString::to_string).collect()
        };
        assert_eq!(
            texts(1),
            [
                "0x0",
                "0x1",
                "+0x4",
                "0xfffff7ffffffffff",
                "0xfffff80000001000",
                "wcp.dll+0xfff",
                "0x7ff800101000",
                "ntdll.dll+0x0"
            ]
        );
        assert_eq!(texts(2).last().unwrap(), "third.dll+0xfff");
        assert_eq!(found.drivers.len(), 1);
    });
}
