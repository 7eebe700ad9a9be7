//! Reading only what some failures need tells the same of them as reading everything.

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use etl_reader::names::{
    Glimpse, Item, KERNEL_FILE, KERNEL_REGISTRY, Names, Operation, OperationName, Trace, Wants,
};
use etl_reader::write::{EtlWriter, NewRecord, Session, encode};
use etl_reader::{EtlFile, EventId, FileTime, PointerWidth, Value};

/// What a trace tells of the operations with a status, and of damage.
fn failures(trace: &Trace, file: &EtlFile<'_>, status: u32) -> Vec<String> {
    let may_want = |glimpse| match glimpse {
        Glimpse::File(_, known) => known == Some(status),
        Glimpse::Registry(_, known) => known.is_none_or(|known| known == status),
        Glimpse::Begun(_) | Glimpse::Record => false,
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
            Glimpse::Begun(_) => true,
            Glimpse::File(_, known) | Glimpse::Registry(_, known) => known == Some(status),
            Glimpse::Record | Glimpse::Damaged => false,
        };
        let (part, others) = Trace::read_wanted(&[&file], &Wants::of(&may_want)).unwrap();
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
        (record.pid, record.tid) = (Some(4 * (1 + name as u32 / 2)), Some(name as u32));
        writer.write(&record).unwrap();
    }
    writer.finish()
}

#[test]
fn failures_of_made_traces() {
    let failed: usize = (0..150).map(|seed| compare(&made(seed), &format!("seed {seed}"))).sum();
    assert!(failed > 1_500, "{failed}");
}

/// The operations of a trace that `is_wanted`, as texts, and damage.
fn operations(trace: &Trace, file: &EtlFile<'_>, is_wanted: &dyn Fn(&Operation<'_>) -> bool) -> Vec<String> {
    let mut told = Vec::new();
    let _ = trace.visit::<()>(
        &[file],
        0..trace.len(),
        |_| true,
        |_, item| {
            match item {
                Item::Operation(o) if is_wanted(o) => told.push(format!(
                    "{} {} {:?} {:?} {:?} {:?} {:?} {:?} {} {:?} {:?} {:?}",
                    o.record,
                    o.name,
                    o.time,
                    o.duration,
                    o.pid,
                    o.tid,
                    o.status,
                    o.info_class,
                    o.path(),
                    o.path_source(),
                    o.value_name().map(|name| name.to_string()),
                    o.target().map(|target| target.to_string()),
                )),
                Item::Damaged(error) => told.push(error.to_string()),
                Item::Operation(_) | Item::Record { .. } => {}
            }
            ControlFlow::Continue(())
        },
    );
    told
}

/// Compares what is read for a filter with the whole trace; how many operations are wanted, and how many rows were read.
fn compare_wanted(
    bytes: &[u8],
    wants: &Wants<'_>,
    is_wanted: &dyn Fn(&Operation<'_>) -> bool,
    about: &str,
) -> (usize, usize) {
    let file = EtlFile::from_bytes(bytes).unwrap();
    let whole = Trace::read(&[&file]);
    let (part, others) = Trace::read_wanted(&[&file], wants).unwrap();
    let expected = operations(&whole, &file, is_wanted);
    assert_eq!(operations(&part, &file, is_wanted), expected, "{about}");
    assert!(others > 0 || part.len() == whole.len(), "{about}");
    assert_eq!(
        (part.records(), part.damaged(), part.messages(), part.names().span()),
        (whole.records(), whole.damaged(), whole.messages(), whole.names().span()),
        "{about}"
    );
    (expected.len(), part.len())
}

#[test]
fn operations_by_path_process_name_and_result() {
    let names: Vec<OperationName> = OperationName::all().collect();
    let any = |glimpse| !matches!(glimpse, Glimpse::Record);
    let (mut found, mut rows, mut all) = (0, 0, 0);
    for seed in 0..120 {
        let bytes = made(seed);
        let mut check = |wants: &Wants<'_>, is_wanted: &dyn Fn(&Operation<'_>) -> bool, about: &str| {
            let (some, read) = compare_wanted(&bytes, wants, is_wanted, &format!("seed {seed}, {about}"));
            (found, rows, all) = (found + some, rows + read, all + 600);
        };
        let path = |o: &Operation<'_>| match o.value_name() {
            Some(value) => format!("{}\\{value}", o.path()),
            None => o.path().to_string(),
        };
        for piece in ["f1", "b", "registry", "nowhere"] {
            let path_has = [piece.to_owned()];
            let wants = Wants { path_has: &path_has, ..Wants::of(&any) };
            check(&wants, &|o| path(o).to_lowercase().contains(piece), piece);
        }
        let two = ["f2".to_owned(), "f3".to_owned()];
        let wants = Wants { path_has: &two, ..Wants::of(&any) };
        check(&wants, &|o| two.iter().any(|piece| path(o).to_lowercase().contains(piece)), "two paths");
        let of_process = |_: &Names, pid: Option<u32>| pid == Some(8);
        let wants = Wants { process: Some(&of_process), ..Wants::of(&any) };
        check(&wants, &|o| o.pid == Some(8), "process");
        let name = names[seed as usize % names.len()];
        let named = |glimpse| match glimpse {
            Glimpse::Begun(known) | Glimpse::File(known, _) | Glimpse::Registry(Some(known), _) => {
                known == name
            }
            Glimpse::Registry(None, _) | Glimpse::Damaged => true,
            Glimpse::Record => false,
        };
        check(&Wants::of(&named), &|o| o.name == name, name.text());
        let failed = |glimpse| match glimpse {
            Glimpse::File(_, status) => status.is_some_and(|status| status != 0),
            Glimpse::Registry(_, status) => status != Some(0),
            _ => true,
        };
        let wants = Wants { process: Some(&of_process), ..Wants::of(&failed) };
        let has_failed = |o: &Operation<'_>| o.status.is_some_and(|status| status != 0);
        check(&wants, &|o| o.pid == Some(8) && has_failed(o), "failures of a process");
        check(&Wants::of(&failed), &has_failed, "failures");
        let succeeded = |glimpse| match glimpse {
            Glimpse::File(_, status) => status == Some(0),
            Glimpse::Registry(_, status) => status.is_none_or(|status| status == 0),
            _ => true,
        };
        let path_has = ["f1".to_owned()];
        let wants = Wants { path_has: &path_has, ..Wants::of(&succeeded) };
        check(&wants, &|o| o.status == Some(0) && path(o).contains("f1"), "successes on a path");
    }
    assert!(found > 20_000, "{found}");
    assert!(rows < all / 2, "{rows} of {all}");
}

#[test]
fn what_is_written_for_a_root_is_looked_for_among_all_rows() {
    let bytes = made(3);
    let file = EtlFile::from_bytes(&bytes).unwrap();
    let path_has = ["hkl".to_owned()];
    let wants = Wants { path_has: &path_has, ..Wants::of(&|_| true) };
    let (part, _) = Trace::read_wanted(&[&file], &wants).unwrap();
    assert_eq!(part.len(), Trace::read(&[&file]).len());
}

#[test]
fn where_every_row_may_be_wanted_the_whole_trace_is_read() {
    let bytes = made(1);
    let file = EtlFile::from_bytes(&bytes).unwrap();
    assert!(Trace::read_wanted(&[&file], &Wants::of(&|_| true)).is_none());
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
