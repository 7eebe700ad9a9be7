//! The installer that failed first: the lines of level Error that were written while it ran.

use status_codes::{HResult, Win32Error};
use timeline::{Fact, LogLine, Place, SourceId, Timeline};

use super::kin::is_win32_of;
use crate::faults::{FaultKind, Faults};

/// The lines of level Error that were written while the installer ran that failed first.
pub(super) struct FailedRun {
    source: SourceId,
    lines: Vec<u64>,
    win32: u32,
}

impl FailedRun {
    /// `None` if no installer failed first, or if its failure has no Win32 error.
    pub(super) fn first(timeline: &Timeline<'_>, faults: &Faults) -> Option<Self> {
        let fault = faults.first().filter(|fault| fault.kind == FaultKind::Installer)?;
        let Place::Line { source, line: end } = fault.place else { return None };
        let lines = &timeline.scans.get(usize::from(source.0))?.lines;
        let runs = lines.iter().filter_map(|line| match &line.fact {
            Fact::Installer(run) if run.decisive && run.name == fault.item => Some((line.line, &run.errors)),
            _ => None,
        });
        // The error summary names the installer again. A run and its failure have the same line; the run knows the errors.
        let (_, errors) = runs.min_by_key(|(line, errors)| (line.abs_diff(end), errors.is_empty()))?;
        let numbered = lines.iter().filter(|line| errors.contains(&line.line));
        let numbers: Vec<_> = numbered.filter_map(|line| Some((line.line, number_of(&line.text)?))).collect();
        let others = outside_of_the_last_chain(&numbers);
        let lines = errors.iter().copied().filter(|line| !others.contains(line)).collect();
        Some(Self { source, lines, win32: fault.win32()? })
    }

    /// Whether a line is one of them, and has the code with which the installer failed.
    pub(super) fn holds(&self, line: &LogLine) -> bool {
        line.source == self.source
            && self.lines.contains(&line.line)
            && line.code.is_some_and(|code| {
                let same = |Win32Error(win32)| win32 == self.win32;
                let code = HResult(code);
                code.win32().is_some_and(same)
                    || code.ntstatus().is_some_and(|status| is_win32_of(status.0, self.win32))
            })
    }
}

/// The number that CSI gives to an error: `STATUS_ACCESS_DENIED #13367681# from ...`. Each caller that hands the error on
/// writes a line with the next lower number. Seen in real logs: 4475159, 4475158, 4475157, 4475156.
fn number_of(text: &str) -> Option<u64> {
    let (before, _) = text.split_once("# from ")?;
    before.rsplit_once('#')?.1.parse().ok()
}

/// The lines whose error was not handed on, where the last error in the run was: that one ended it. `numbers` are lines with
/// their errors' numbers, in order of lines.
fn outside_of_the_last_chain(numbers: &[(u64, u64)]) -> Vec<u64> {
    let Some((&(last, mut lowest), earlier)) = numbers.split_last() else { return Vec::new() };
    let mut chain = vec![last];
    for (line, number) in earlier.iter().rev() {
        if lowest.checked_add(1) == Some(*number) {
            lowest = *number;
            chain.push(*line);
        }
    }
    let is_handed_on = chain.len() > 1;
    let others = numbers.iter().map(|(line, _)| *line).filter(|line| !chain.contains(line));
    others.filter(|_| is_handed_on).collect()
}

#[cfg(test)]
mod tests {
    use super::{number_of, outside_of_the_last_chain};

    #[test]
    fn an_error_has_a_number() {
        let line =
            "(F) STATUS_ACCESS_DENIED #13367681# from Windows::Rtl::SysCreateFile(flags = 0)[gle=0xd0000022]";
        assert_eq!(number_of(line), Some(13_367_681));
        for other in ["#5# of 6", "STATUS_ACCESS_DENIED ## from a", "STATUS #x# from a", ""] {
            assert_eq!(number_of(other), None, "{other}");
        }
    }

    #[test]
    fn the_error_that_was_handed_on_last_ended_the_run() {
        let two = [(10, 500), (11, 900), (12, 899), (13, 898)];
        assert_eq!(outside_of_the_last_chain(&two), [10]);
        let first = [(10, 500), (11, 900), (12, 499), (13, 498)];
        assert_eq!(outside_of_the_last_chain(&first), [11]);
        let none_handed_on = [(10, 500), (11, 900)];
        assert!(outside_of_the_last_chain(&none_handed_on).is_empty());
        assert!(outside_of_the_last_chain(&[]).is_empty());
    }
}
