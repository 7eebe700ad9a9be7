//! Processes as a tree: children under their parents, in order of their begin.

use crate::model::Process;

/// Levels that are indented. Deeper ones are on the last.
const MAX_DEPTH: usize = 12;

/// A process and its depth in the tree.
#[derive(Debug)]
pub(super) struct Branch<'a> {
    pub(super) depth: usize,
    pub(super) process: &'a Process,
}

/// The processes in the order of the tree.
pub(super) fn tree(processes: &[Process]) -> Vec<Branch<'_>> {
    let parents: Vec<Option<usize>> = (0..processes.len()).map(|child| parent(processes, child)).collect();
    let mut children: Vec<Vec<usize>> = vec![Vec::new(); processes.len()];
    for (child, parent) in parents.iter().enumerate() {
        if let Some(siblings) = parent.and_then(|parent| children.get_mut(parent)) {
            siblings.push(child);
        }
    }
    let mut branches = Vec::with_capacity(processes.len());
    let roots =
        parents.iter().enumerate().filter(|(_, parent)| parent.is_none()).map(|(child, _)| (0, child));
    let mut open: Vec<(usize, usize)> = roots.collect();
    open.reverse();
    while let Some((depth, number)) = open.pop() {
        let Some(process) = processes.get(number) else { continue };
        branches.push(Branch { depth, process });
        let below = children.get(number).into_iter().flatten().rev();
        open.extend(below.map(|child| ((depth + 1).min(MAX_DEPTH), *child)));
    }
    branches
}

/// The last process with the parent's id that began before the child. A parent always has the earlier place in the
/// order of begin and then of the list. So no process is its own ancestor.
fn parent(processes: &[Process], child: usize) -> Option<usize> {
    let process = processes.get(child)?;
    let order = |number: usize| processes.get(number).map(|process| (process.start, number));
    let candidates = (0..processes.len()).filter(|number| {
        processes.get(*number).is_some_and(|other| other.pid.is_some() && other.pid == process.parent)
    });
    candidates.filter(|number| order(*number) < order(child)).max_by_key(|number| order(*number))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Time;

    fn process(name: &str, pid: u32, parent: u32, start: u64) -> Process {
        let start = (start > 0).then(|| Time::from_filetime(start));
        Process { name: name.into(), pid: Some(pid), parent: Some(parent), start, ..Process::default() }
    }

    #[test]
    fn children_follow_the_parent_that_lived_when_they_began() {
        let processes = [
            process("system", 4, 0, 0),
            process("first", 8, 4, 10),
            process("child of first", 20, 8, 15),
            process("second", 8, 4, 30),
            process("child of second", 24, 8, 31),
            process("orphan", 99, 77, 5),
            process("own parent", 50, 50, 0),
        ];
        let order: Vec<_> =
            tree(&processes).iter().map(|branch| (branch.depth, branch.process.name.as_str())).collect();
        let expected = [
            (0, "system"),
            (1, "first"),
            (2, "child of first"),
            (1, "second"),
            (2, "child of second"),
            (0, "orphan"),
            (0, "own parent"),
        ];
        assert_eq!(order, expected);
    }
}
