//! A trace around a command: its exit code comes through, and what is counted is the file after the session's end.

use std::cell::Cell;

use etl_reader::write::{EtlWriter, NewRecord, Session};
use etl_reader::{EventId, FileTime};
use trace_capture::error::CaptureError;
use trace_capture::live::{SESSION, trace};
use trace_capture::machine::Etw;
use trace_capture::sessions::STANDARD;

use super::fake::Fake;

/// A fake whose trace folder is a real one: the session's file is written by the command.
fn etl(events: u32) -> Vec<u8> {
    let session = Session::default();
    let start = session.start;
    let mut writer = EtlWriter::new(session).unwrap();
    let provider = STANDARD[1].providers[0].guid.trim_matches(['{', '}']).parse().unwrap();
    for number in 0..events {
        let event = EventId::Provider {
            provider,
            id: 12,
            version: 1,
            channel: 0,
            level: 4,
            opcode: 0,
            task: 0,
            keyword: 0,
        };
        writer.write(&NewRecord::new(event, FileTime(start.0 + i64::from(number)), &[0; 8])).unwrap();
    }
    writer.finish()
}

#[test]
fn the_exit_code_is_kept_and_the_file_is_counted_after_the_session_has_stopped() {
    let fake = Fake::new();
    let folder = tempfile::tempdir().unwrap();
    fake.put_folder(&folder.path().display().to_string());
    let file = folder.path().join("live.etl");
    let ran = Cell::new(false);
    let lived = trace(&fake, &file, &|| {
        assert!(fake.query(SESSION).unwrap().is_some(), "the session runs while the command runs");
        std::fs::write(&file, etl(7)).unwrap();
        ran.set(true);
        Ok(-2_146_498_529)
    })
    .unwrap();
    assert!(ran.get() && fake.query(SESSION).unwrap().is_none());
    assert_eq!(lived.exit_code, -2_146_498_529);
    let counted: Vec<_> = lived.events.iter().filter(|(_, n)| *n > 0).collect();
    assert_eq!(counted, [&("Microsoft-Windows-Kernel-File".to_owned(), 7)]);
    assert_eq!(fake.states.borrow().len(), 2, "the processes before and at the end");
    assert!(lived.bytes > 0 && lived.notes.is_empty(), "{lived}");
}

#[test]
fn a_command_that_does_not_start_leaves_no_session_behind() {
    let fake = Fake::new();
    let folder = tempfile::tempdir().unwrap();
    fake.put_folder(&folder.path().display().to_string());
    let error =
        trace(&fake, &folder.path().join("live.etl"), &|| Err(CaptureError::Usage("no such program".into())));
    assert_eq!(error.unwrap_err().to_string(), "no such program");
    assert!(fake.query(SESSION).unwrap().is_none());
    std::fs::write(folder.path().join("there.etl"), b"x").unwrap();
    let error = trace(&fake, &folder.path().join("there.etl"), &|| Ok(0)).unwrap_err();
    assert!(matches!(error, CaptureError::Io { .. }), "{error}");
}
