//! poqexec.log: what poqexec itself noted about primitives that failed. No line of a real one is public. So a field
//! is read as what it seems to be only if that is plain.

use servicing_logs::{LogText, cbs::Object, poqexec};

use super::{Fact, LogLine, cut};
use crate::{
    model::{FileTime, SourceId},
    scan::Scan,
};

/// What an argument names. A `;` comes before the first one.
fn object(argument: impl AsRef<str>) -> Object<String> {
    Object::Path(argument.as_ref().trim_start_matches(';').trim().to_owned())
}

pub(crate) fn read(bytes: &[u8], source: SourceId) -> Scan {
    let text = LogText::new(bytes);
    let mut scan = Scan::default();
    let counts = poqexec::read(&text, |line| {
        let operation = line.operation.as_deref().unwrap_or_default();
        let what = [operation, &line.arguments.join(" -> ")].join(" ");
        scan.lines.push(LogLine {
            source,
            line: line.line,
            local: None,
            // Of the run; the line itself has no time.
            time: line.run_start.map(|t| FileTime(t.0)),
            text: cut(&line.raw),
            // HRESULT_FROM_NT.
            code: line.status.map(|status| status | 0x1000_0000),
            failed: line.status.is_some(),
            fact: Fact::Primitive {
                what: cut(what.trim()),
                objects: line.arguments.iter().map(object).collect(),
            },
        });
    });
    scan.events = counts.lines;
    scan
}
