//! One file a command.

pub(crate) mod capture;
mod choice;
pub(crate) mod completions;
pub(crate) mod convert;
pub(crate) mod diff;
pub(crate) mod events;
pub(crate) mod explain;
pub(crate) mod man;
mod part;
pub(crate) mod report;
pub(crate) mod slice;

/// Whether an error is the reader of our output having gone away.
pub(crate) fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|e| {
        e.downcast_ref::<std::io::Error>().is_some_and(|io| io.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

/// What to say of a log that had to be recovered.
pub(crate) fn recovered(file: &pml_reader::PmlFile) -> Option<String> {
    let recovered = file.recovered()?;
    let mut text = match &recovered.reason {
        Some(reason) => format!("recovered {} events: {reason}", recovered.events),
        None => "its tables are damaged".to_owned(),
    };
    let lost = recovered.gap_bytes + recovered.tail.map_or(0, |tail| tail.bytes);
    if lost > 0 {
        text.push_str(&format!("; {lost} bytes are no record"));
    }
    if let Some(names) = recovered.names {
        let all = names.of_table + names.of_events + names.inferred + names.unknown;
        text.push_str(&format!(
            "; {} of {all} processes, of which are {} events, have no name",
            names.unknown, names.unknown_events
        ));
    }
    Some(text)
}
