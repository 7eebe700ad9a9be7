//! Norms: failures that servicing meets on healthy machines, counted in real traces. The table is made by `trials learn`.

use std::{collections::HashMap, sync::LazyLock};

use timeline::{Event, Kind, Role};

use crate::path_class::path_class;

/// Role, operation, NTSTATUS and class of path.
type Key = (&'static str, &'static str, u32, &'static str);

/// How often it was met, and how often the thread went on with its work.
struct Counts {
    events: u64,
    carried_on: u64,
}

/// The class of paths that may name what is installed on one machine. It is no kind of object.
const OTHER: &str = "other";
/// Of so many events in a hundred the thread must have gone on.
const PERCENT: u64 = 90;

static NORMS: LazyLock<HashMap<Key, Counts>> =
    LazyLock::new(|| include_str!("../../data/norms.tsv").lines().filter_map(row).collect());

fn row(line: &'static str) -> Option<(Key, Counts)> {
    let [role, operation, status, class, _traces, _machines, events, _healed, carried_on] =
        line.split('\t').collect::<Vec<_>>().try_into().ok()?;
    let status = u32::from_str_radix(status.strip_prefix("0x")?, 16).ok()?;
    let counts = Counts { events: events.parse().ok()?, carried_on: carried_on.parse().ok()? };
    Some(((role, operation, status, class), counts))
}

/// Whether healthy machines meet this failure, and servicing goes on after it.
pub(super) fn is_norm(role: Role, event: &Event) -> bool {
    let is_value = matches!(event.kind, Kind::ValueQuery | Kind::ValueSet | Kind::ValueDelete);
    let (role, class) = (format!("{role:?}"), path_class(&event.path, is_value));
    let met = NORMS.iter().find(|((of, operation, status, path), _)| {
        (*operation, *status) == (event.name, event.status) && *of == role && *path == class
    });
    met.is_some_and(|(key, counts)| key.3 != OTHER && counts.carried_on * 100 >= counts.events * PERCENT)
}

#[cfg(test)]
mod tests {
    use super::{NORMS, row};

    #[test]
    fn every_line_of_the_table_is_read() {
        let lines = include_str!("../../data/norms.tsv").lines();
        let rows = lines.filter(|line| !line.starts_with('#') && !line.starts_with("role\t"));
        assert!(rows.clone().count() > 100);
        for line in rows {
            let (key, counts) = row(line).unwrap_or_else(|| panic!("{line}"));
            assert!(counts.carried_on <= counts.events, "{line}");
            assert!(NORMS.contains_key(&key));
        }
    }
}
