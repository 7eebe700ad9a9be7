//! A worker: a process that analyses one case after another, and may die of one.

use std::{
    cell::RefCell,
    io::{self, BufRead as _, Write},
    panic::{self, AssertUnwindSafe},
    path::Path,
    process,
    sync::mpsc,
    thread,
};

use diagnosis::Rules;
use reports::model::Report;
use serde_json::Value;
use timeline::{Case, Timeline};

use crate::{
    FleetError, digest,
    limits::bound_memory,
    protocol::{About, Answer, Request},
    schema,
};

/// Answers the cases that come over standard input until it ends, within so many bytes of memory.
///
/// # Errors
/// The limit cannot be set, or standard output is gone.
pub fn serve(memory: u64) -> Result<(), FleetError> {
    bound_memory(memory).map_err(FleetError::io("limit of memory"))?;
    let (send, requests) = mpsc::channel::<String>();
    // Where the program is gone, its workers go too, also those that are busy.
    thread::spawn(move || {
        for line in io::stdin().lock().lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
        process::exit(0);
    });
    catch_panics();
    let rules = Rules::built_in();
    let mut stdout = io::stdout().lock();
    for line in requests {
        let answer = answer(&serde_json::from_str(&line)?, &rules);
        let mut line = serde_json::to_vec(&answer)?;
        line.push(b'\n');
        stdout.write_all(&line).and_then(|()| stdout.flush()).map_err(FleetError::io("standard output"))?;
    }
    Ok(())
}

thread_local! {
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps what a panic says and where it was, instead of printing it.
fn catch_panics() {
    panic::set_hook(Box::new(|info| {
        let said = info.payload_as_str().unwrap_or("without words");
        let place = info.location().map(|l| format!(" at {}:{}", l.file(), l.line())).unwrap_or_default();
        PANIC.with(|kept| *kept.borrow_mut() = format!("{said}{place}"));
        // A panic of another thread is told by the one that waits for it, without its words.
        eprintln!("panic: {said}{place}");
    }));
}

fn answer(request: &Request, rules: &Rules) -> Answer {
    let result = panic::catch_unwind(AssertUnwindSafe(|| {
        #[cfg(debug_assertions)]
        crate::faults::strike(&request.path);
        analyse(&request.path, rules)
    }));
    let report = match result {
        Ok(Ok(report)) => report,
        Ok(Err(reason)) => return Answer::Failed { kind: "unreadable".into(), reason },
        Err(_) => return Answer::Failed { kind: "panic".into(), reason: PANIC.with(RefCell::take) },
    };
    match rows(report, request) {
        Ok(answer) => answer,
        Err(error) => Answer::Failed { kind: "unreadable".into(), reason: error.to_string() },
    }
}

/// The report of a case, with the hashes of its inputs.
fn analyse(path: &Path, rules: &Rules) -> Result<Report, String> {
    let case = Case::open(&[path.to_owned()]);
    if case.inputs.is_empty() {
        let said: Vec<String> = case.unreadable.iter().take(3).map(ToString::to_string).collect();
        return Err(if said.is_empty() {
            "it holds nothing that bootrace reads".into()
        } else {
            said.join("; ")
        });
    }
    let timeline = Timeline::new(&case);
    let diagnosis = diagnosis::diagnose(&timeline, rules);
    let mut report = reports::report(&timeline, &diagnosis);
    for (input, of) in report.inputs.iter_mut().zip(&case.inputs) {
        input.sha256 = of.sha256();
    }
    // No table holds them.
    report.evidence.clear();
    report.failures.clear();
    report.graph = None;
    report.histogram = None;
    Ok(report)
}

fn rows(mut report: Report, request: &Request) -> Result<Answer, serde_json::Error> {
    let mut left_out = report.omitted.iter().filter(|o| o.section == "candidates");
    let cut = left_out.next().and_then(|o| Some(o.total?.saturating_sub(o.shown?))).unwrap_or(0);
    let mut about = About { candidates_left_out: cut, ..request.about.clone() };
    if let Some(salt) = &request.salt {
        report = redacted(&report, salt, &request.path)?;
        about.name = stand_in_of_case(salt, &about.name);
    }
    let rows = schema::rows(&serde_json::to_value(about)?, &serde_json::to_value(&report)?);
    Ok(Answer::Rows(rows))
}

/// What a redacted case is called.
pub(crate) fn stand_in_of_case(salt: &str, name: &str) -> String {
    format!("case-{}", digest::salted(salt, name))
}

/// The report with salted hashes for names. What the case is called may name its machine, so no input is called after it.
fn redacted(report: &Report, salt: &str, path: &Path) -> Result<Report, serde_json::Error> {
    let redacted =
        reports::redact_as(report, &|kind, name| format!("{kind}-{}", digest::salted(salt, name)))?;
    let names = [path.to_string_lossy(), path.file_name().unwrap_or_default().to_string_lossy()];
    let renamed = |old: &str| {
        let rest = names.iter().find_map(|name| old.strip_prefix(&**name))?;
        (rest.is_empty() || rest.starts_with(['/', '\\'])).then(|| format!("case{rest}"))
    };
    let renamed: Vec<(&str, String)> = redacted
        .inputs
        .iter()
        .filter_map(|input| Some((input.path.as_str(), renamed(&input.path)?)))
        .collect();
    let mut value = serde_json::to_value(&redacted)?;
    replace(&mut value, &renamed);
    serde_json::from_value(value)
}

/// Replaces names of inputs. In prose only those are replaced that no other word looks like.
fn replace(value: &mut Value, renamed: &[(&str, String)]) {
    match value {
        Value::String(text) => {
            for (old, new) in renamed {
                if text == old || (old.contains(['/', '\\', '.']) && text.contains(old)) {
                    *text = text.replace(old, new);
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, renamed)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, renamed)),
        _ => {}
    }
}
