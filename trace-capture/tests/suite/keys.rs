//! A validator of AutoLogger keys, by Microsoft's documentation and the layouts that other tools write (golang-etw and
//! rustinel for event-id filters): what the plan writes is valid, and each kind of mistake is found.

use trace_capture::facts::Facts;
use trace_capture::plan::{Action, Options, build};
use trace_capture::sessions::{FILE_MODE_CIRCULAR, FILE_MODE_SEQUENTIAL, SYSTEM_LOGGER_MODE};
use trace_capture::tree::{Data, Tree, kind};

/// `EVENT_TRACE_USE_PAGED_MEMORY`, which the system logger does not take.
const PAGED: u32 = 0x0100_0000;
/// Limits of ETW: BufferSize in KB, FileMax, bytes of EnableKernelFlags, ids in a filter.
const BUFFER_KB: u32 = 16 * 1024;
const FILE_MAX: u32 = 16;
const KERNEL_FLAGS: usize = 40;
const FILTER_IDS: usize = 64;

const SESSION: &[(&str, u32)] = &[
    ("Guid", kind::SZ),
    ("FileName", kind::SZ),
    ("LogFileMode", kind::DWORD),
    ("ClockType", kind::DWORD),
    ("BufferSize", kind::DWORD),
    ("MinimumBuffers", kind::DWORD),
    ("MaximumBuffers", kind::DWORD),
    ("FlushTimer", kind::DWORD),
    ("MaxFileSize", kind::DWORD),
    ("FileMax", kind::DWORD),
    ("EnableKernelFlags", kind::BINARY),
    ("Start", kind::DWORD),
];
const PROVIDER: &[(&str, u32)] = &[
    ("Enabled", kind::DWORD),
    ("EnableLevel", kind::DWORD),
    ("MatchAnyKeyword", kind::QWORD),
    ("MatchAllKeyword", kind::QWORD),
];
const FILTERS: &[(&str, u32)] =
    &[("Enabled", kind::DWORD), ("EventIdFilterIn", kind::DWORD), ("EventIds", kind::BINARY)];

fn values(tree: &Tree, known: &[(&str, u32)], least: usize) -> Result<(), String> {
    for (name, data) in &tree.values {
        let (_, kind) =
            known.iter().find(|(n, _)| n == name).ok_or(format!("{name} is not a value's name"))?;
        let size = match data.kind {
            kind::DWORD => Some(4),
            kind::QWORD => Some(8),
            _ => None,
        };
        if data.kind != *kind || size.is_some_and(|s| s != data.bytes.len()) {
            return Err(format!("{name} has the wrong type"));
        }
    }
    (tree.values.len() >= least).then_some(()).ok_or("a value is missing".into())
}

fn guid(text: &str) -> Result<(), String> {
    let inner =
        text.strip_prefix('{').and_then(|t| t.strip_suffix('}')).ok_or(format!("{text}: no braces"))?;
    let parts: Vec<_> = inner.split('-').map(str::len).collect();
    let hex = inner.chars().all(|c| c.is_ascii_hexdigit() || c == '-');
    (parts == [8, 4, 4, 4, 12] && hex).then_some(()).ok_or(format!("{text} is no GUID"))
}

fn ensure(holds: bool, what: &str) -> Result<(), String> {
    if holds { Ok(()) } else { Err(what.into()) }
}

fn validate(tree: &Tree) -> Result<(), String> {
    values(tree, SESSION, SESSION.len() - 1)?;
    let number = |name: &str| tree.value(name).and_then(Data::as_dword).ok_or(format!("{name} is missing"));
    guid(&tree.value("Guid").unwrap().as_texts().concat())?;
    ensure(tree.value("Guid").unwrap().bytes.ends_with(&[0, 0]), "a text ends with NUL")?;
    let mode = number("LogFileMode")?;
    let both = FILE_MODE_SEQUENTIAL | FILE_MODE_CIRCULAR;
    ensure(mode & both == FILE_MODE_SEQUENTIAL, "a boot's file is sequential")?;
    ensure(mode & SYSTEM_LOGGER_MODE == 0 || mode & PAGED == 0, "the system logger takes no paged memory")?;
    ensure((4..=BUFFER_KB).contains(&number("BufferSize")?), "BufferSize")?;
    ensure((2..=number("MaximumBuffers")?).contains(&number("MinimumBuffers")?), "MinimumBuffers")?;
    ensure(number("FlushTimer")? >= 30, "each tick writes a buffer for each CPU")?;
    ensure((5..=FILE_MAX).contains(&number("FileMax")?), "FileMax")?;
    ensure(tree.values.last().is_some_and(|(name, _)| name == "Start"), "Start comes last")?;
    if let Some(flags) = tree.value("EnableKernelFlags") {
        let whole = flags.bytes.len() <= KERNEL_FLAGS && flags.bytes.len() % 4 == 0;
        ensure(whole && mode & SYSTEM_LOGGER_MODE != 0, "EnableKernelFlags")?;
    }
    tree.keys.iter().try_for_each(|(name, below)| {
        guid(name)?;
        values(below, PROVIDER, 3)?;
        below.keys.iter().try_for_each(|(name, filters)| {
            ensure(name == "Filters" && filters.keys.is_empty(), "only Filters is known below a provider")?;
            values(filters, FILTERS, 3)?;
            let ids = &filters.value("EventIds").unwrap().bytes;
            ensure(!ids.is_empty() && ids.len() % 2 == 0 && ids.len() / 2 <= FILTER_IDS, "EventIds")
        })
    })
}

fn planned() -> Vec<Tree> {
    let options = Options { kernel: true, boots: 15, ..Options::default() };
    let steps = build(&options, &Facts::default()).unwrap().steps;
    let trees = steps.into_iter().filter_map(|s| match s.action {
        Action::WriteKey { tree, .. } => Some(tree),
        _ => None,
    });
    trees.collect()
}

#[test]
fn every_planned_key_is_valid() {
    let trees = planned();
    assert_eq!(trees.len(), 4);
    for tree in trees {
        assert_eq!(validate(&tree), Ok(()));
    }
}

#[test]
fn the_validator_finds_each_mistake() {
    type Mistake = fn(&mut Tree);
    fn set(tree: &mut Tree, name: &str, data: Data) {
        tree.values.iter_mut().find(|(n, _)| n == name).unwrap().1 = data;
    }
    let mistakes: &[(&str, Mistake)] = &[
        ("braces", |t| set(t, "Guid", Data::text("5d1c2a7e-3b64-4f0a-9d2e-6a1f0c8b7e02"))),
        ("NUL", |t| set(t, "Guid", Data { kind: kind::SZ, bytes: Data::text("{x}").bytes[..6].to_vec() })),
        ("type", |t| set(t, "FlushTimer", Data::qword(30))),
        ("name", |t| t.values[3].0 = "Clock".into()),
        ("missing", |t| drop(t.values.remove(5))),
        ("circular", |t| set(t, "LogFileMode", Data::dword(3))),
        ("buffer", |t| set(t, "BufferSize", Data::dword(BUFFER_KB + 1))),
        ("buffers", |t| set(t, "MinimumBuffers", Data::dword(9999))),
        ("tick", |t| set(t, "FlushTimer", Data::dword(1))),
        ("files", |t| set(t, "FileMax", Data::dword(17))),
        ("one file", |t| set(t, "FileMax", Data::dword(2))),
        ("order", |t| t.values.rotate_right(1)),
        ("provider", |t| t.keys[0].0 = "Microsoft-Windows-Kernel-File".into()),
        ("keyword", |t| t.keys[0].1.values[2].1 = Data::dword(0x1CF0)),
        ("filter", |t| t.keys[0].1.keys[0].0 = "Filter".into()),
        ("ids", |t| t.keys[0].1.keys[0].1.values[2].1 = Data::binary(vec![15])),
    ];
    for (what, mistake) in mistakes {
        let mut tree = planned().remove(1);
        mistake(&mut tree);
        assert!(validate(&tree).is_err(), "{what}");
    }
}
