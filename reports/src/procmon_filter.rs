//! The filter with which Process Monitor shows the rows of a report's evidence, and the highlighting of the failing
//! one.

use pml_reader::{Column, PmcRule, write_pmc};

use crate::model::{EvidenceRow, Operation, Report};

/// A Process Monitor configuration. It shows the paths and the processes of the evidence, and highlights the failing
/// operation. Without evidence in a trace it shows everything.
///
/// Process Monitor joins rules of one column by *or* and columns by *and*. So it shows all operations of these
/// processes on these paths. The evidence is a part of them.
pub fn pmc(report: &Report) -> Vec<u8> {
    let events: Vec<&EvidenceRow> = report.evidence.iter().filter(|row| row.line.is_none()).collect();
    let failing = report.verdict.failing_operation.as_ref();
    let mut filter = Vec::new();
    let mut show = |column, value: &str| {
        let rule = PmcRule::include(column, value);
        if !value.is_empty() && !filter.contains(&rule) {
            filter.push(rule);
        }
    };
    let pid = |pid: Option<u32>| pid.map_or_else(String::new, |pid| pid.to_string());
    for row in &events {
        show(Column::Pid, &pid(row.pid));
    }
    for row in &events {
        show(Column::Path, &row.path);
    }
    if let Some(operation) = failing {
        show(Column::Pid, &pid(operation.pid));
        show(Column::Path, &operation.path);
    }
    write_pmc(&filter, &failing.map(highlight).unwrap_or_default())
}

fn highlight(operation: &Operation) -> Vec<PmcRule> {
    let values = [
        (Column::Path, operation.path.clone()),
        (Column::Operation, operation.operation.clone()),
        (Column::Result, operation.result.clone()),
        (Column::Pid, operation.pid.map_or_else(String::new, |pid| pid.to_string())),
    ];
    let values = values.into_iter().filter(|(_, value)| !value.is_empty());
    values.map(|(column, value)| PmcRule::include(column, value)).collect()
}
