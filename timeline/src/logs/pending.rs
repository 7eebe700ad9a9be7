//! pending.xml: the plan that poqexec carries out.

use servicing_logs::pending::{self, PendingItem};

use crate::scan::Scan;

pub(crate) fn read(bytes: &[u8]) -> Scan {
    let mut scan = Scan::default();
    let summary = pending::read(bytes, |item| {
        let PendingItem::Primitive(primitive) = item else { return };
        let name = primitive.kind.name();
        for (path, is_source) in [(&primitive.source, true), (&primitive.destination, false)] {
            if let Some(path) = path {
                scan.known.plan.add(path, primitive.index, name, is_source);
            }
        }
    });
    scan.events = summary.primitives;
    if let Some(error) = summary.stopped {
        scan.bad = 1;
        scan.first_bad = Some(error.to_string());
    }
    scan
}
