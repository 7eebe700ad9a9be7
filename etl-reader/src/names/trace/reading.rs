//! How a trace is read: all of it, its first rows, or the rows that a filter may want.

use std::sync::OnceLock;

use super::Trace;
use crate::decode::{Decoder, Descriptions};
use crate::file::EtlFile;
use crate::merge::Budget;
use crate::names::chosen::{Chosen, Follows};
use crate::names::glimpse::Wants;
use crate::names::resolver::Resolved;
use crate::names::rounds::{self, Pass, Reads};
use crate::names::sieve::Sieve;
use crate::names::survey::{self, Asked, Survey};
use crate::names::table::Names;

impl Trace {
    /// Reads every record of some files once, in parallel. The files should be of the same boot: keys and ids of
    /// another one mean something else.
    #[must_use]
    pub fn read(files: &[&EtlFile<'_>]) -> Trace {
        let budget = Budget::new(files);
        let pass = rounds::run(files, &budget, Reads::All);
        Trace::of(files, budget, pass, None)
    }

    /// Reads files until there are so many rows, which are the first ones. Those that follow them are not the trace's.
    #[must_use]
    pub fn read_first(files: &[&EtlFile<'_>], rows: usize) -> Trace {
        let budget = Budget::new(files);
        let pass = rounds::run(files, &budget, Reads::Until(rows));
        Trace::of(files, budget, pass, None)
    }

    /// Reads of some files the rows that may be wanted, and few others; also about how many there are beside them.
    /// Nothing where any row may be: [`Trace::read`] is cheaper then. The tally is of the rows that are read.
    #[must_use]
    pub fn read_wanted(files: &[&EtlFile<'_>], wants: &Wants<'_>) -> Option<(Trace, u64)> {
        let budget = Budget::new(files);
        let failures = Asked::failures(wants.glimpse);
        if !Sieve::is_useful(wants, failures.is_some()) {
            return None;
        }
        let mut known = None;
        if let Some(asked) = &failures {
            let sample = survey::sample(files, &budget, asked);
            if sample.is_none_or(|sample| sample.found.is_little(asked)) {
                let survey = survey::run(files, &budget, asked);
                if survey.found.is_little(asked) {
                    return Some(Trace::read_failures(files, budget, survey, asked));
                }
                known = Some(survey.found.learnt.names());
            }
        } else if let Some(of_process) = wants.process {
            let (names, descriptions) = survey::learn(files, &budget).names();
            let asked = Asked::processes(wants.glimpse);
            let found = |mut survey: Survey| {
                let doers = survey.find(&names, of_process);
                survey.found.is_little(&asked).then_some((survey, doers))
            };
            let sample = survey::sample(files, &budget, &asked);
            let may_be_little = sample.is_none_or(|sample| found(sample).is_some());
            let little = may_be_little.then(|| found(survey::run(files, &budget, &asked))).flatten();
            if let Some((survey, doers)) = little {
                let chosen = Chosen::new(&survey, Some(&doers), asked.records, Follows::Objects);
                let pass = rounds::run(files, &budget, Reads::Chosen(&chosen));
                // Many files of a process are those of others too: following all their keys would read most of the trace.
                if !chosen.lacks_keys(&pass.resolved.file_operations) {
                    drop(chosen);
                    return Some(Trace::of_chosen(files, budget, survey, pass, Some((names, descriptions))));
                }
            }
            known = Some((names, descriptions));
        }
        if known.is_none() && Sieve::needs_names(wants) {
            known = Some(survey::learn(files, &budget).names());
        }
        let sieve = Sieve::new(*wants, known.as_ref().map(|(names, _)| names));
        let pass = rounds::run(files, &budget, Reads::Sifted(&sieve, known.is_none()));
        let left_out = pass.left_out;
        drop(sieve);
        Some((Trace::of(files, budget, pass, known), left_out))
    }

    fn read_failures(
        files: &[&EtlFile<'_>],
        budget: Budget,
        survey: Survey,
        asked: &Asked<'_>,
    ) -> (Trace, u64) {
        let read = |follows| {
            let chosen = Chosen::new(&survey, None, asked.records, follows);
            let pass = rounds::run(files, &budget, Reads::Chosen(&chosen));
            let lacks_keys = chosen.lacks_keys(&pass.resolved.file_operations);
            (pass, lacks_keys)
        };
        let (mut pass, lacks_keys) = read(Follows::Objects);
        if lacks_keys {
            drop(pass);
            pass = read(Follows::Keys).0;
        }
        let statuses = survey.found.statuses();
        let (trace, others) = Trace::of_chosen(files, budget, survey, pass, None);
        (Trace { statuses, ..trace }, others)
    }

    /// What was chosen of a trace that was looked at before, and how many rows there are beside it.
    fn of_chosen(
        files: &[&EtlFile<'_>],
        budget: Budget,
        survey: Survey,
        pass: Pass,
        known: Option<(Names, Descriptions)>,
    ) -> (Trace, u64) {
        let found = survey.found;
        let rows = (pass.resolved.rows.len() as u64).saturating_sub(pass.resolved.tally.damaged);
        let (learnt, records, messages, damaged) =
            (found.learnt, found.records, found.messages, found.damaged);
        let pass = Pass { learnt, records, messages, damaged, ..pass };
        (Trace::of(files, budget, pass, known), found.rows.saturating_sub(rows))
    }

    /// `known` are the names and descriptions, where they were known before the pass.
    fn of(files: &[&EtlFile<'_>], budget: Budget, pass: Pass, known: Option<(Names, Descriptions)>) -> Trace {
        let (names, descriptions) = known.unwrap_or_else(|| pass.learnt.names());
        let mut decoder = Decoder::new();
        decoder.take(descriptions);
        let Resolved {
            mut paths, mut rows, mut file_operations, mut mets, rare, mut keyed, keys, tally, ..
        } = pass.resolved;
        let most = files.iter().map(|file| usize::try_from(file.size()).unwrap_or(usize::MAX)).sum();
        let key_paths = keys.paths(&names, &mut paths, most);
        rows.shrink_to_fit();
        file_operations.shrink_to_fit();
        mets.shrink_to_fit();
        keyed.shrink_to_fit();
        let (records, messages, damaged) = (pass.records, pass.messages, pass.damaged);
        Trace {
            names,
            decoder,
            paths,
            rows,
            file_operations,
            mets,
            rare,
            keyed,
            key_paths,
            by_buffer: OnceLock::new(),
            budget,
            tally,
            records,
            messages,
            damaged,
            statuses: None,
        }
    }
}
