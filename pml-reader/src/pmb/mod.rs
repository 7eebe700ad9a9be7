//! Turns the raw boot log of Process Monitor's driver, `%SystemRoot%\Procmon.pmb`, into a PML.
//!
//! **No such file was at hand.** The layout is known only from openprocmon's reverse-engineered driver (MIT). Records
//! are like those of a PML, without header, tables or index. An operation's end is a record of its own. So the reader
//! compares what it reads with that description, and refuses a file that contradicts it.

mod details;
mod paths;
mod records;
mod texts;

use std::{
    collections::HashMap,
    io::{Seek, Write},
};

use crate::{
    PmlError, STATUS_PENDING,
    pmb::{paths::Paths, records::Records},
    recover::Gap,
    write::{Machine, PmlWriter},
};

/// What was found in a raw boot log.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Pmb {
    /// Whether it is of a 64-bit system. How its records follow each other shows that.
    pub is_64bit: bool,
    /// Operations.
    pub operations: u64,
    /// Ends of operations that were joined to their beginning.
    pub joined: u64,
    /// Ends of operations whose beginning is not in the log.
    pub ends_alone: u64,
    /// Operations that had not ended.
    pub pending: u64,
    /// Records that lie behind newer ones. They are from before the driver began the file anew, because the disk was
    /// full.
    pub older: u64,
    /// Bytes that are no record, the first places of them.
    pub gaps: Vec<Gap>,
    /// All bytes that are no record.
    pub gap_bytes: u64,
    /// Volumes by their NT name, with the drive that the log shows them to be.
    pub drives: Vec<(String, char)>,
    /// Whether a drive is the system's only by convention. The log does not say that Windows is on C:.
    pub assumed_drive: bool,
    /// Operations whose path stays in NT form, because nothing shows the drive of their volume.
    pub nt_paths: u64,
}

/// An operation: where its record lies, and that of its end.
#[derive(Clone, Copy)]
struct Operation {
    time: u64,
    at: u64,
    end: Option<u64>,
}

/// Writes the operations of a raw boot log as a PML in order of time, without tables, like a log that was not closed
/// cleanly. [`crate::PmlFile`] opens it and rebuilds the names.
///
/// # Errors
/// [`PmlError::NotPmb`] if the bytes contradict the description of the format; those of [`PmlWriter`].
pub fn convert<W: Write + Seek>(log: &[u8], out: W) -> Result<(W, Pmb), PmlError> {
    let records = Records::open(log)?;
    let wide = records.wide();
    let mut pmb = Pmb { is_64bit: wide, ..Pmb::default() };
    let operations = join(&records, &mut pmb)?;
    let mut paths = Paths::learn(&records, operations.iter().map(|o| o.at));
    let machine = Machine { is_64bit: wide, os: (0, 0), system_root: "", ..Machine::default() };
    let mut writer = PmlWriter::new(out, &machine.header())?;
    let mut record = Vec::new();
    for operation in &operations {
        let Some(begin) = records.at(operation.at) else { continue };
        let end = operation.end.and_then(|at| records.at(at));
        let mut head = begin.head;
        if let Some(end) = &end {
            head.duration = end.head.time.saturating_sub(head.time);
            head.status = end.head.status;
        }
        let detail = details::convert(&head, begin.data, wide, &mut paths);
        head.detail = u32::try_from(detail.len()).unwrap_or(u32::MAX);
        record.clear();
        head.push(&mut record);
        record.extend(begin.frames);
        record.extend(detail.iter());
        let most = usize::from(u16::MAX);
        let extra = end.map(|end| end.data.get(..end.data.len().min(most)).unwrap_or_default());
        writer.raw_event(&record, extra.filter(|extra| !extra.is_empty()))?;
    }
    pmb.nt_paths = paths.left_in_nt_form();
    (pmb.drives, pmb.assumed_drive) = paths.drives();
    Ok((writer.leave_unclean()?, pmb))
}

/// Joins the ends of operations to their beginnings, by sequence number. Returns the operations in order of time.
fn join(records: &Records<'_>, pmb: &mut Pmb) -> Result<Vec<Operation>, PmlError> {
    let mut operations: Vec<Operation> = Vec::new();
    let mut open: HashMap<u32, usize> = HashMap::new();
    // An end may be flushed ahead of its beginning, from the buffer of another processor.
    let mut early: HashMap<u32, u64> = HashMap::new();
    let (mut newest, mut last, mut falling, mut older) = (0, 0, 0u64, false);
    for found in records.walk() {
        let record = match found {
            Ok(record) => record,
            Err(gap) => {
                pmb.gap_bytes += gap.bytes;
                if pmb.gaps.len() < records::GAPS_KEPT {
                    pmb.gaps.push(gap);
                }
                continue;
            }
        };
        let head = &record.head;
        // Behind its newest records lies what the file held before it was begun anew; numbers may be used again there.
        if !older && head.time + records::ANEW < newest {
            older = true;
            open.clear();
            early.clear();
        }
        newest = newest.max(head.time);
        pmb.older += u64::from(older);
        if head.class == 0 {
            match open.remove(&head.sequence) {
                Some(index) => {
                    if let Some(operation) = operations.get_mut(index)
                        && operation.time <= head.time
                    {
                        operation.end = Some(record.at);
                        pmb.joined += 1;
                    }
                }
                None => {
                    early.insert(head.sequence, record.at);
                }
            }
            continue;
        }
        falling += u64::from(head.sequence < last);
        last = head.sequence;
        let end = early.remove(&head.sequence);
        pmb.joined += u64::from(end.is_some());
        if end.is_none() && head.status == STATUS_PENDING {
            open.insert(head.sequence, operations.len());
        }
        operations.push(Operation { time: head.time, at: record.at, end });
    }
    pmb.operations = operations.len() as u64;
    pmb.ends_alone = (records.ends() as u64).saturating_sub(pmb.joined);
    pmb.pending = open.len() as u64;
    if falling * 2 > pmb.operations {
        return Err(PmlError::NotPmb {
            what: "the sequence numbers of its records do not rise",
            offset: 0x10,
        });
    }
    operations.sort_by_key(|o| (o.time, o.at));
    Ok(operations)
}
