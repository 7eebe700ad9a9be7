//! A program and all that it starts, to be ended together. Process Monitor unpacks itself and starts the result.

use std::os::windows::io::AsRawHandle;
use std::os::windows::process::CommandExt;
use std::process::{Child, Command};

use windows::Win32::Foundation::{CloseHandle, HANDLE};
use windows::Win32::System::JobObjects::{
    AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE,
    JOBOBJECT_BASIC_ACCOUNTING_INFORMATION, JOBOBJECT_EXTENDED_LIMIT_INFORMATION,
    JobObjectBasicAccountingInformation, JobObjectExtendedLimitInformation, QueryInformationJobObject,
    SetInformationJobObject, TerminateJobObject,
};
use windows::Win32::System::Threading::CREATE_NO_WINDOW;
use windows::core::PCWSTR;

pub(crate) fn prepare(command: &mut Command) {
    command.creation_flags(CREATE_NO_WINDOW.0);
}

/// A job object.
#[derive(Debug)]
pub(crate) struct Group(HANDLE);

impl Group {
    /// Puts a program that has just started into a job; what it starts is in it too.
    pub(crate) fn of(child: &Child) -> Option<Self> {
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
