//! Makes large log files, and measures how fast they are read.
//!
//! ```text
//! measure repeat FILE.etl OUT.etl BYTES     the buffers of FILE again and again
//! measure make OUT.etl OPERATIONS [xpress]  file and registry operations with their ends and names
//! measure counts FILE.etl                   every record's header
//! measure operations FILE.etl               every operation with its path
//! ```
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a failure ends the program")]

use std::error::Error;
use std::io::{BufWriter, Write};
use std::ops::ControlFlow;
use std::time::Instant;

use etl_reader::names::Trace;
use etl_reader::write::{EtlWriter, NewRecord, Session, encode};
use etl_reader::{Compression, EtlFile, EventId, FileTime, PointerWidth, RecordKind, Summary, Value};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match arguments.as_slice() {
        ["repeat", from, to, bytes] => repeat(from, to, bytes.parse()?),
        ["make", to, operations] => make(to, operations.parse()?, None),
        ["make", to, operations, "xpress"] => make(to, operations.parse()?, Some(Compression::Xpress)),
        ["counts", file] => counts(file),
        ["operations", file] => operations(file),
        _ => Err("see the head of examples/measure.rs for the arguments".into()),
    }
}

fn repeat(from: &str, to: &str, bytes: usize) -> Result<(), Box<dyn Error>> {
    let file = std::fs::read(from)?;
    let read = EtlFile::from_bytes(&file)?;
    let first = read.buffers().first().ok_or("a file without buffers")?.header.buffer_size as usize;
    let (head, rest) = file.split_at(first);
    let mut out = BufWriter::new(std::fs::File::create(to)?);
    out.write_all(head)?;
    for _ in 0..(bytes.saturating_sub(first)).div_ceil(rest.len()) {
        out.write_all(rest)?;
    }
    Ok(out.flush()?)
}

/// Opens, reads and closes of 20,000 files by 40 threads on two processors, and registry queries between them.
fn make(to: &str, operations: u64, compression: Option<Compression>) -> Result<(), Box<dyn Error>> {
    let session = Session { compression, ..Session::default() };
    let start = session.start.0;
    let mut writer = EtlWriter::new(session)?;
    let mut write = |time: i64, cpu: u16, tid: u32, opcode: u8, group: u8, values: &[(&str, Value<'_>)]| {
        let version = if group == 4 && opcode >= 64 { 3 } else { 2 };
        let event = EventId::Kernel { group, opcode, version };
        let payload = encode(event, PointerWidth::Bits64, values)?;
        let mut record = NewRecord::new(event, FileTime(start + time), &payload);
        (record.cpu, record.pid, record.tid) = (cpu, Some(4 * (1 + tid / 4)), Some(tid));
        record.kind = RecordKind::System;
        writer.write(&record)
    };
    let pointer = Value::Pointer;
    for number in 0..operations {
        let (cpu, tid) = ((number % 2) as u16, (number % 40) as u32);
        let file = number / 4 % 20_000;
        let path =
            format!("\\Device\\HarddiskVolume3\\Windows\\WinSxS\\component_{}\\file{file}.dll", file / 8);
        let irp = ("Irp", pointer(0xffff_a000_0000_0000 + number % 64 * 0x100));
        let object = ("FileObject", pointer(0xffff_b000_0000_0000 + file * 0x40));
        let key = ("FileKey", pointer(0xffff_c000_0000_0000 + file * 0x80));
        let thread = ("ThreadId", Value::from(tid));
        let time = number as i64 * 20;
        match number % 4 {
            0 => write(
                time,
                cpu,
                tid,
                64,
                4,
                &[irp.clone(), object, thread, ("OpenPath", path.as_str().into())],
            )?,
            1 => write(time, cpu, tid, 67, 4, &[irp.clone(), object, key, thread])?,
            2 => write(time, cpu, tid, 65, 4, &[irp.clone(), object, key, thread])?,
            _ => {
                let handle = ("KeyHandle", pointer(0xffff_d000_0000_0000 + file % 500 * 0x40));
                write(time, cpu, tid, 16, 9, &[handle, ("KeyName", "ImagePath".into())])?;
                continue;
            }
        }
        let status = if number % 100 == 0 { 0xc000_0034 } else { 0 };
        write(time + 15, cpu ^ 1, tid, 76, 4, &[irp, ("NtStatus", Value::Hex(status))])?;
    }
    let end = operations as i64 * 20;
    for file in 0..20_000 {
        let path =
            format!("\\Device\\HarddiskVolume3\\Windows\\WinSxS\\component_{}\\file{file}.dll", file / 8);
        let key = ("FileKey", pointer(0xffff_c000_0000_0000 + file * 0x80));
        write(end, 0, 0, 36, 4, &[key, ("FileName", path.as_str().into())])?;
    }
    for key in 0..500 {
        let path = format!("\\REGISTRY\\MACHINE\\SYSTEM\\CurrentControlSet\\Services\\service{key}");
        let handle = ("KeyHandle", pointer(0xffff_d000_0000_0000 + key * 0x40));
        write(end, 0, 0, 25, 9, &[handle, ("KeyName", path.as_str().into())])?;
    }
    Ok(std::fs::write(to, writer.finish())?)
}

fn counts(path: &str) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let file = EtlFile::open(path)?;
    let summary = Summary::of(&file);
    report(begin, summary.records, "records");
    println!("damaged {}, kinds {:?}", summary.damaged, summary.kinds);
    Ok(())
}

fn operations(path: &str) -> Result<(), Box<dyn Error>> {
    let begin = Instant::now();
    let file = EtlFile::open(path)?;
    let trace = Trace::read(&[&file]);
    println!("read: {:.2} s", begin.elapsed().as_secs_f64());
    let (mut failures, mut named) = (0_u64, 0_u64);
    let flow = trace.operations(&[&file], |operation| {
        failures += u64::from(operation.status.is_some_and(|status| status >= 0xc000_0000));
        named += u64::from(!operation.path().is_empty());
        ControlFlow::<()>::Continue(())
    });
    if let ControlFlow::Continue(tally) = flow {
        report(begin, tally.operations, "operations");
        println!("{tally:?}, {failures} failures, {named} with a path");
    }
    Ok(())
}

/// Memory beyond the map is what is not backed by the file; only Linux tells it.
fn report(begin: Instant, count: u64, what: &str) {
    let seconds = begin.elapsed().as_secs_f64();
    println!("{count} {what} in {seconds:.3} s: {:.2} million a second", count as f64 / seconds / 1e6);
    if let Ok(status) = std::fs::read_to_string("/proc/self/status") {
        status.lines().filter(|line| line.starts_with("RssAnon")).for_each(|line| println!("{line}"));
    }
}
