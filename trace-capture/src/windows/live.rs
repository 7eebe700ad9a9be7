//! A live session around a command.
//!
//! ferrisetw runs the session: it reads the events while ETW writes them to the file, so that a provider that gives
//! nothing is known at once. A session of `Etw::start` writes blindly, and is for what outlives this process.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread;

use ferrisetw::provider::{Provider, TraceFlags};
use ferrisetw::trace::{DumpFileLoggingMode, DumpFileParams, TraceProperties, TraceTrait, UserTrace};

use super::Windows;
use crate::error::{CaptureError, Result};
use crate::live::{Lived, SESSION, providers};
use crate::machine::Etw;

/// Size of the trace file, MB.
const MAX_FILE_MB: u32 = 4096;

/// Traces while `command` (a program and its arguments) runs, into `file`, which must not exist.
///
/// # Errors
/// The program is not found, the session does not start.
pub fn live(command: &[String], file: &Path) -> Result<Lived> {
    let machine = Windows::open(None)?;
    let Some((program, args)) = command.split_first() else {
        return Err(CaptureError::Usage(
            "live: name the command after --, such as: live -- dism /online /cleanup-image /restorehealth"
                .into(),
        ));
    };
    let program = resolve(program)?;
    let shown = file.display().to_string();
    if file.exists() {
        return Err(CaptureError::io("create", shown)(std::io::ErrorKind::AlreadyExists.into()));
    }
    machine.stop(SESSION)?;
    let mut builder = UserTrace::new()
        .named(SESSION.to_owned())
        .set_trace_properties(TraceProperties {
            buffer_size: 256,
            min_buffer: 64,
            max_buffer: 256,
            ..TraceProperties::default()
        })
        .set_etl_dump_file(DumpFileParams {
            file_path: file.to_owned(),
            file_logging_mode: DumpFileLoggingMode::EVENT_TRACE_FILE_MODE_SEQUENTIAL,
            max_size: Some(MAX_FILE_MB),
        });
    let mut counts = Vec::new();
    for provider in providers() {
        let count = Arc::new(AtomicU64::new(0));
        counts.push((provider.name.to_owned(), Arc::clone(&count)));
        let counted = Provider::by_guid(provider.guid.trim_matches(['{', '}']))
            .any(provider.keywords)
            .level(provider.level)
            .trace_flags(TraceFlags::empty())
            .add_callback(move |_, _| {
                count.fetch_add(1, Ordering::Relaxed);
            })
            .build();
        builder = builder.enable(counted);
    }
    let failed = |error| CaptureError::System {
        what: "start the live trace",
        why: format!("{error:?}"),
        advice: "run as administrator; `logman query -ets` lists what runs, and another tool may hold too many sessions",
    };
    let (trace, handle) = builder.start().map_err(failed)?;
    // Ends when the session is stopped.
    let reader = thread::spawn(move || UserTrace::process_from_handle(handle));
    let status = Command::new(&program).args(args).status();
    let running = machine.query(SESSION)?;
    trace.stop().map_err(failed)?;
    drop(reader.join());
    let status =
        status.map_err(|source| CaptureError::Start { program: program.display().to_string(), source })?;
    Ok(Lived {
        exit_code: status.code().unwrap_or(-1),
        bytes: std::fs::metadata(file).map_or(0, |m| m.len()),
        file: shown,
        events: counts.into_iter().map(|(name, count)| (name, count.load(Ordering::Relaxed))).collect(),
        events_lost: running.map_or(0, |r| r.events_lost),
    })
}

/// A bare name is a program of System32, nothing else; a path must be whole.
fn resolve(program: &str) -> Result<PathBuf> {
    let path = PathBuf::from(program);
    if path.is_absolute() {
        return Ok(path);
    }
    if path.components().count() > 1 {
        return Err(CaptureError::Usage(format!(
            "live: {program}: give the program's whole path; nothing is run from the current folder"
        )));
    }
    let mut path = super::windows_folder()?.join("System32").join(path);
    if path.extension().is_none() {
        path.set_extension("exe");
    }
    Ok(path)
}
