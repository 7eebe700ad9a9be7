//! Reading only what some failures need tells the same of them as reading everything.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use etl_reader::names::{Glimpse, Item, KERNEL_FILE, KERNEL_REGISTRY, Trace};
use etl_reader::write::{EtlWriter, NewRecord, Session, encode};
use etl_reader::{EtlFile, EventId, FileTime, PointerWidth, Value};

/// What a trace tells of the operations with a status, and of damage.
fn failures(trace: &Trace, file: &EtlFile<'_>, status: u32) -> Vec<String> {
    let may_want = |glimpse| match glimpse {
        Glimpse::File(_, known) => known == Some(status),
        Glimpse::Registry(known) => known.is_none_or(|known| known == status),
        Glimpse::Record => false,
        Glimpse::Damaged => true,
    };
    let mut told = Vec::new();
    let _ = trace.visit::<()>(&[file], 0..trace.len(), may_want, |_, item| {
        match item {
            Item::Operation(operation) if operation.status == Some(status) => told.push(format!(
                "{operation:?} {} {:?} {:?} {:?}",
                operation.path(),
                operation.path_source(),
                operation.value_name().map(|name| name.to_string()),
                operation.target().map(|target| target.to_string()),
            )),
            Item::Damaged(error) => told.push(error.to_string()),
            Item::Operation(_) | Item::Record { .. } => {}
        }
        ControlFlow::Continue(())
    });
    // The names are all those of the trace, and too long to compare.
    told.into_iter().map(|line| line.split("names: ").next().unwrap().to_owned() + tail(&line)).collect()
}

fn tail(line: &str) -> &str {
    line.rsplit_once("payload: ").map_or("", |(_, tail)| tail)
}

fn statuses(trace: &Trace, file: &EtlFile<'_>) -> BTreeSet<u32> {
    let mut statuses = BTreeSet::new();
    let _ = trace.operations::<()>(&[file], |operation| {
        statuses.extend(operation.status.filter(|status| *status != 0));
        ControlFlow::Continue(())
    });
    statuses
}

/// Compares the failures of each status; how many there are.
fn compare(bytes: &[u8], about: &str) -> usize {
    let file = EtlFile::from_bytes(bytes).unwrap();
    let whole = Trace::read(&[&file]);
    let mut failed = 0;
    for status in statuses(&whole, &file) {
        let may_want = |glimpse| match glimpse {
            Glimpse::File(_, known) | Glimpse::Registry(known) => known == Some(status),
            Glimpse::Record | Glimpse::Damaged => false,
        };
        let Some((part, others)) = Trace::read_wanted(&[&file], &may_want) else { continue };
        let expected = failures(&whole, &file, status);
        assert_eq!(failures(&part, &file, status), expected, "{about}, status {status:#x}");
        assert!(part.len() <= whole.len(), "{about}");
        assert!(others > 0 || part.len() == whole.len(), "{about}: rows that were left out are counted");
        assert_eq!(
            (part.records(), part.damaged(), part.messages()),
            (whole.records(), whole.damaged(), whole.messages()),
            "{about}"
        );
        assert_eq!(part.names().processes(), whole.names().processes(), "{about}");
        failed += expected.len();
    }
    failed
}

/// Numbers that look random, and are the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_f42d_4c95_7f2d).wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) % limit
    }
}

/// A trace in which request packets, objects and keys are used again and again.
fn made(seed: u64) -> Vec<u8> {
    let mut random = Random(seed);
    let session = Session { buffer_size: 0x1000, ..Session::default() };
    let mut time = session.start.0;
    let mut writer = EtlWriter::new(session).unwrap();
    for _ in 0..600 {
        // Now and then an operation waits so long that it is given up.
        time += if random.below(60) == 0 { 4_000_000_000 } else { 1_000 };
        let pools = [random.below(24), random.below(20), random.below(12), random.below(4)];
        let [packet, object, key, name] = pools;
        // Failures are few, so most of the trace is left out.
        let status = if random.below(6) == 0 { 0xc000_0000 + random.below(40) as u32 } else { 0 };
        let path = format!("\\f{name}");
        let pointer = |name, value| (name, Value::Pointer(value));
        let file = [pointer("Irp", packet), pointer("FileObject", object), pointer("FileKey", key)];
        let class = ("InfoClass", Value::from(10_u32));
        let kernel = |opcode, version| EventId::Kernel { group: 4, opcode, version };
        let provider = |provider, id, version| EventId::Provider {
            provider,
            id,
            version,
            channel: 16,
            level: 4,
            opcode: 0,
            task: id,
            keyword: 0,
        };
        let keys = |base, object| [pointer("BaseObject", base), pointer("KeyObject", object)];
        let relative = if name == 0 { "\\REGISTRY\\A" } else { "B" };
        let opening = [("Status", status.into()), ("RelativeName", relative.into())];
        let (event, values) = match random.below(16) {
            0 | 1 => {
                let path = if name == 0 { "".into() } else { path.as_str().into() };
                (kernel(64, 3), [&file[..2], &[("OpenPath", path)]].concat())
            }
            2 => (provider(KERNEL_FILE, 30, 1), [&file[..2], &[("FileName", path.as_str().into())]].concat()),
            3 => (kernel(66, 3), file.to_vec()),
            4 => (kernel(67, 3), file.to_vec()),
            5 => (provider(KERNEL_FILE, 19, 1), [file.as_slice(), &[class]].concat()),
            6 => {
                let target = ("FilePath", path.as_str().into());
                (provider(KERNEL_FILE, 27, 1), [file.as_slice(), &[class, target]].concat())
            }
            7 => (kernel(36, 2), vec![file[2].clone(), ("FileName", path.as_str().into())]),
            8..=11 => (kernel(76, 3), vec![file[0].clone(), ("NtStatus", Value::Hex(status.into()))]),
            12 => (provider(KERNEL_REGISTRY, 1, 0), [keys(object, packet), opening.clone()].concat()),
            13 => (provider(KERNEL_REGISTRY, 13, 0), vec![pointer("KeyObject", packet), opening[0].clone()]),
            14 => (provider(KERNEL_REGISTRY, 5, 0), vec![pointer("KeyObject", object), opening[0].clone()]),
            _ => {
                let handle = [pointer("KeyHandle", key), ("KeyName", path.as_str().into())];
                (EventId::Kernel { group: 9, opcode: 11, version: 2 }, [&handle, &opening[..1]].concat())
            }
        };
        let mut payload = encode(event, PointerWidth::Bits64, &values).unwrap();
        if random.below(100) == 0 {
            payload.truncate(3);
        }
        let mut record = NewRecord::new(event, FileTime(time), &payload);
        record.cpu = random.below(2) as u16;
        (record.pid, record.tid) = (Some(4), Some(name as u32));
        writer.write(&record).unwrap();
    }
    writer.finish()
}

#[test]
fn failures_of_made_traces() {
    let failed: usize = (0..150).map(|seed| compare(&made(seed), &format!("seed {seed}"))).sum();
    assert!(failed > 1_500, "{failed}");
}

#[test]
fn many_failures_need_the_whole_trace() {
    let bytes = made(1);
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let failed = |glimpse| matches!(glimpse, Glimpse::File(_, Some(1..)) | Glimpse::Registry(Some(1..)));
    assert!(Trace::read_wanted(&[&file], &failed).is_none());
}

#[test]
fn what_succeeded_needs_the_whole_trace() {
    let bytes = made(1);
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let succeeded = |glimpse| matches!(glimpse, Glimpse::File(_, Some(0)));
    let without_end = |glimpse| matches!(glimpse, Glimpse::File(_, None));
    let keys = |glimpse| matches!(glimpse, Glimpse::Registry(Some(0)));
    assert!(Trace::read_wanted(&[&file], &succeeded).is_none());
    assert!(Trace::read_wanted(&[&file], &without_end).is_none());
    assert!(Trace::read_wanted(&[&file], &keys).is_none());
}

#[test]
fn the_first_rows_are_those_of_the_whole_trace() {
    for seed in 0..20 {
        let bytes = made(seed);
        let file = EtlFile::from_bytes(&bytes).unwrap();
        let times = |trace: &Trace, rows| {
            let mut times = Vec::new();
            let _ = trace.visit::<()>(
                &[&file],
                0..rows,
                |_| true,
                |_, item| {
                    if let Item::Operation(operation) = item {
                        times.push((operation.time, operation.record));
                    }
                    ControlFlow::Continue(())
                },
            );
            times
        };
        let expected = times(&Trace::read(&[&file]), 20);
        assert!(expected.len() > 10);
        assert_eq!(times(&Trace::read_first(&[&file], 20), 20), expected, "seed {seed}");
    }
}
