//! Inputs of another machine. A case is about one machine, and the inputs of others are set aside.

use crate::{case::Input, logs::Known, model::SourceId, notes::Notes, scan::Scan};

/// Sets aside what the scans of other machines say. The case's machine is that of the first trace that names one, or else
/// of the first input; inputs that name none belong to it.
pub(crate) fn set_aside(inputs: &[Input], scans: &mut [Scan]) -> Vec<SourceId> {
    let hosts: Vec<Option<String>> = inputs.iter().zip(scans.iter()).map(|(i, s)| host(i, s)).collect();
    let named = || inputs.iter().zip(&hosts).filter_map(|(input, host)| Some((input, host.as_ref()?)));
    let traced = named().find(|(input, _)| input.source.is_trace());
    let Some(own) = traced.or_else(|| named().next()).map(|(_, host)| host.clone()) else {
        return Vec::new();
    };
    let mut strangers = Vec::new();
    for (number, (scan, host)) in scans.iter_mut().zip(&hosts).enumerate() {
        if host.as_ref().is_some_and(|host| *host != own) {
            scan.forget();
            strangers.push(SourceId::at(number));
        }
    }
    strangers
}

/// The name of the machine that an input is of.
pub(crate) fn host(input: &Input, scan: &Scan) -> Option<String> {
    let traced = input.source.machine().and_then(|machine| machine.host());
    traced.or_else(|| scan.known.machine.as_ref()?.host())
}

impl Scan {
    /// Keeps what was read, and nothing of what it says.
    fn forget(&mut self) {
        let (machine, problems) = (self.known.machine.take(), std::mem::take(&mut self.known.problems));
        self.known = Known { machine, problems, ..Known::default() };
        self.processes.clear();
        self.failures.clear();
        self.lines.clear();
        self.kept.clear();
        self.spans.clear();
        self.silences.clear();
        self.notes = Notes::default();
    }
}
