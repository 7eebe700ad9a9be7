//! A program and all that it starts, to be ended together. Process Monitor unpacks itself and starts the result.

use std::io;
use std::os::windows::io::AsRawHandle;
use std::os::windows::process::CommandExt;
use std::process::{Child, Command};

use windows::Win32::Foundation::{CloseHandle, ERROR_NOT_FOUND, HANDLE};
use windows::Win32::System::Diagnostics::ToolHelp::{
    CreateToolhelp32Snapshot, TH32CS_SNAPTHREAD, THREADENTRY32, Thread32First, Thread32Next,
};
use windows::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectBasicAccountingInformation, JobObjectExtendedLimitInformation, QueryInformationJobObject,
    SetInformationJobObject, TerminateJobObject,
};
use windows::Win32::System::Threading::{
    CREATE_NO_WINDOW, CREATE_SUSPENDED, OpenThread, ResumeThread, THREAD_SUSPEND_RESUME,
};
use windows::core::PCWSTR;

/// Starts a program in a job of its own. It does not run before it is in the job: what it starts is in it too.
pub(crate) fn start(command: &mut Command) -> io::Result<(Child, Option<Group>)> {
    start_after(command, |_, _| ())
}

/// As [`start`]; what `before` does is done last before the program runs.
fn start_after(
    command: &mut Command,
    before: impl FnOnce(&Child, &Group),
) -> io::Result<(Child, Option<Group>)> {
    let mut child = command.creation_flags(CREATE_NO_WINDOW.0 | CREATE_SUSPENDED.0).spawn()?;
    if let Some(group) = Group::of(&child) {
        before(&child, &group);
        if resume(child.id()).is_ok() {
            return Ok((child, Some(group)));
        }
    }
    let _ = child.kill();
    let _ = child.wait();
    Err(io::Error::other("it could not be put into a job"))
}

/// Lets the threads of a process run. A process without threads is an error.
fn resume(process: u32) -> windows::core::Result<()> {
    // SAFETY: the snapshot and the threads are closed; the entry says its own size and outlives the calls.
    unsafe {
        let snapshot = CreateToolhelp32Snapshot(TH32CS_SNAPTHREAD, 0)?;
        let length = u32::try_from(size_of::<THREADENTRY32>()).unwrap_or_default();
        let mut entry = THREADENTRY32 { dwSize: length, ..THREADENTRY32::default() };
        let mut next = Thread32First(snapshot, &mut entry);
        let mut result = Err(ERROR_NOT_FOUND.into());
        while next.is_ok() {
            if entry.th32OwnerProcessID == process {
                result = OpenThread(THREAD_SUSPEND_RESUME, false, entry.th32ThreadID).and_then(|thread| {
                    let failed = ResumeThread(thread) == u32::MAX;
                    let error = windows::core::Error::from_thread();
                    let _ = CloseHandle(thread);
                    if failed { Err(error) } else { Ok(()) }
                });
            }
            next = Thread32Next(snapshot, &mut entry);
        }
        let _ = CloseHandle(snapshot);
        result
    }
}

/// A job object.
#[derive(Debug)]
pub(crate) struct Group(HANDLE);

impl Group {
    fn of(child: &Child) -> Option<Self> {
        // SAFETY: the child's handle is open as long as the child; the limits are what their class of information
        // wants and outlive the call; the job is closed when the group goes.
        unsafe {
            let group = Self(CreateJobObjectW(None, PCWSTR::null()).ok()?);
            // Where bootrace is killed, what it started goes with it.
            let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
            limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
            let size = u32::try_from(size_of_val(&limits)).unwrap_or_default();
            SetInformationJobObject(
                group.0,
                JobObjectExtendedLimitInformation,
                (&raw const limits).cast(),
                size,
            )
            .ok()?;
            AssignProcessToJobObject(group.0, HANDLE(child.as_raw_handle())).ok()?;
            Some(group)
        }
    }

    /// Whether nothing of it runs any more; also where the system does not tell.
    pub(crate) fn is_empty(&self) -> bool {
        let mut counts = JOBOBJECT_BASIC_ACCOUNTING_INFORMATION::default();
        let size = u32::try_from(size_of_val(&counts)).unwrap_or_default();
        // SAFETY: the structure is the one that this class of information fills, and outlives the call.
        let told = unsafe {
            QueryInformationJobObject(
                Some(self.0),
                JobObjectBasicAccountingInformation,
                (&raw mut counts).cast(),
                size,
                None,
            )
        };
        told.is_err() || counts.ActiveProcesses == 0
    }

    /// Ends all of it.
    pub(crate) fn end(self) {
        // SAFETY: the job is open. What has ended by itself is no concern.
        let _ = unsafe { TerminateJobObject(self.0, 1) };
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        // SAFETY: created by `of`, closed once.
        let _ = unsafe { CloseHandle(self.0) };
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

    use std::path::Path;
    use std::thread::sleep;
    use std::time::Duration;

    use windows::Win32::System::JobObjects::IsProcessInJob;
    use windows::core::BOOL;

    use super::*;

    /// An example program replaces Process Monitor here: it writes a file when it runs. cargo builds it with the tests.
    fn stand_in(folder: &Path) -> Command {
        let own = std::env::current_exe().unwrap();
        let program = own.parent().and_then(Path::parent).unwrap().join(r"examples\stand_in_procmon.exe");
        assert!(program.is_file(), "{} is missing: run the whole package's tests", program.display());
        std::fs::write(folder.join("stand-in"), "works").unwrap();
        let mut command = Command::new(program);
        command.arg("/AcceptEula").env("TEMP", folder);
        command
    }

    fn is_in(child: &Child, group: &Group) -> bool {
        let mut within = BOOL::default();
        // SAFETY: both handles are open; the answer outlives the call.
        let told = unsafe { IsProcessInJob(HANDLE(child.as_raw_handle()), Some(group.0), &mut within) };
        told.is_ok() && within.as_bool()
    }

    #[test]
    fn a_program_is_in_its_job_before_it_runs() {
        let folder = tempfile::tempdir().unwrap();
        let told = folder.path().join("told");
        // What is wrong is told at the end: a test that ends before would leave the program waiting for ever.
        let (mut joined, mut ran) = (None, None);
        let (mut child, _group) = start_after(&mut stand_in(folder.path()), |child, group| {
            joined = Some(is_in(child, group));
            // Long enough for it to have written its file, were it running.
            sleep(Duration::from_secs(1));
            ran = Some(told.exists());
        })
        .unwrap();
        let status = child.wait().unwrap();
        assert_eq!(joined, Some(true), "before it runs, it is not in its job");
        assert_eq!(ran, Some(false), "it ran before it was in its job");
        assert!(status.success() && told.exists(), "it never ran");
    }

    #[test]
    fn a_process_without_threads_is_not_resumed() {
        // Ids of processes are multiples of four.
        assert!(resume(u32::MAX).is_err());
    }
}
