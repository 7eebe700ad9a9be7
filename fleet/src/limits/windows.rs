//! Windows: a job object. `win32job` bounds working sets only, which stops no allocation.
#![allow(unsafe_code)]

use std::io;

use windows::Win32::System::{
    JobObjects::{
        AssignProcessToJobObject, CreateJobObjectW, JOB_OBJECT_LIMIT_PROCESS_MEMORY,
        JOBOBJECT_EXTENDED_LIMIT_INFORMATION, JobObjectExtendedLimitInformation, SetInformationJobObject,
    },
    Threading::GetCurrentProcess,
};
use windows::core::PCWSTR;

/// Bounds the memory of this process. An allocation beyond it fails, which ends the process.
pub(crate) fn bound_memory(bytes: u64) -> io::Result<()> {
    let mut limits = JOBOBJECT_EXTENDED_LIMIT_INFORMATION::default();
    limits.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_PROCESS_MEMORY;
    limits.ProcessMemoryLimit = usize::try_from(bytes).unwrap_or(usize::MAX);
    let size = u32::try_from(size_of_val(&limits)).unwrap_or_default();
    // SAFETY: the limits are what their class of information wants, and outlive the call. The job stays open for as long as
    // the process runs.
    unsafe {
        let job = CreateJobObjectW(None, PCWSTR::null())?;
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, (&raw const limits).cast(), size)?;
        AssignProcessToJobObject(job, GetCurrentProcess())?;
    }
    Ok(())
}
