//! ETW sessions, by the functions of evntrace.h.

use windows::Win32::Foundation::{ERROR_SUCCESS, ERROR_WMI_INSTANCE_NOT_FOUND, WIN32_ERROR};
use windows::Win32::System::Diagnostics::Etw::{
    CONTROLTRACE_HANDLE, ControlTraceW, EVENT_CONTROL_CODE_ENABLE_PROVIDER, EVENT_TRACE_CONTROL,
    EVENT_TRACE_CONTROL_QUERY, EVENT_TRACE_CONTROL_STOP, EVENT_TRACE_FLAG, EVENT_TRACE_PROPERTIES,
    EnableTraceEx2, StartTraceW, WNODE_FLAG_TRACED_GUID,
};
use windows::core::{GUID, HSTRING, PCWSTR};

use super::Windows;
use crate::error::{CaptureError, Result};
use crate::machine::{Etw, Running};
use crate::sessions::Session;

/// Characters for a session's or a file's name: ETW's own limit, with the NUL.
const NAME: usize = 1024;

/// EVENT_TRACE_PROPERTIES with room behind it for the two names that ETW reads and writes there.
#[repr(C)]
struct Properties {
    head: EVENT_TRACE_PROPERTIES,
    session: [u16; NAME],
    file: [u16; NAME],
}

impl Properties {
    fn new() -> Self {
        let mut all = Self { head: EVENT_TRACE_PROPERTIES::default(), session: [0; NAME], file: [0; NAME] };
        all.head.Wnode.BufferSize = size(size_of::<Self>());
        all.head.Wnode.Flags = WNODE_FLAG_TRACED_GUID;
        all.head.LoggerNameOffset = size(std::mem::offset_of!(Self, session));
        all.head.LogFileNameOffset = size(std::mem::offset_of!(Self, file));
        all
    }

    fn running(&self) -> Running {
        let end = self.file.iter().position(|u| *u == 0).unwrap_or(NAME);
        Running {
            file: String::from_utf16_lossy(self.file.get(..end).unwrap_or_default()),
            events_lost: self.head.EventsLost,
            buffers_lost: self.head.LogBuffersLost,
            buffers_written: self.head.BuffersWritten,
        }
    }
}

fn size(bytes: usize) -> u32 {
    u32::try_from(bytes).unwrap_or_default()
}

fn check(session: &str, what: &'static str, code: WIN32_ERROR) -> Result<()> {
    if code == ERROR_SUCCESS {
        return Ok(());
    }
    Err(CaptureError::Etw { session: session.into(), what, code: code.0 })
}

/// `{xxxxxxxx-xxxx-…}` as a GUID. The tables' GUIDs are held to that form by a test.
fn guid(text: &str) -> GUID {
    let digits: String = text.chars().filter(char::is_ascii_hexdigit).collect();
    GUID::from_u128(u128::from_str_radix(&digits, 16).unwrap_or_default())
}

fn control(name: &str, code: EVENT_TRACE_CONTROL, what: &'static str) -> Result<Option<Running>> {
    let mut properties = Properties::new();
    let session = HSTRING::from(name);
    // SAFETY: the properties have room for both names where the offsets say, and outlive the call.
    let result = unsafe {
        ControlTraceW(CONTROLTRACE_HANDLE::default(), PCWSTR(session.as_ptr()), &mut properties.head, code)
    };
    if result == ERROR_WMI_INSTANCE_NOT_FOUND {
        return Ok(None);
    }
    check(name, what, result).map(|()| Some(properties.running()))
}

impl Etw for Windows {
    fn start(&self, session: &Session, file: &str) -> Result<()> {
        let mut properties = Properties::new();
        let path: Vec<u16> = self.expand(file).encode_utf16().collect();
        let Some(room) = properties.file.get_mut(..path.len()).filter(|_| path.len() < NAME) else {
            return Err(CaptureError::Usage(format!("{file}: the path is too long for a trace file")));
        };
        room.copy_from_slice(&path);
        let head = &mut properties.head;
        head.Wnode.Guid = guid(session.guid);
        head.Wnode.ClientContext = 1; // QPC, as the AutoLogger's ClockType
        head.BufferSize = session.buffer_kb;
        head.MinimumBuffers = session.min_buffers;
        head.MaximumBuffers = session.max_buffers;
        head.MaximumFileSize = session.max_file_mb;
        head.LogFileMode = session.mode;
        head.FlushTimer = 1;
        head.EnableFlags = EVENT_TRACE_FLAG(session.kernel_flags);
        let name = HSTRING::from(session.name);
        let mut handle = CONTROLTRACE_HANDLE::default();
        // SAFETY: as in `control`.
        let code = unsafe { StartTraceW(&mut handle, PCWSTR(name.as_ptr()), &mut properties.head) };
        check(session.name, "start", code)?;
        for provider in session.providers {
            let id = guid(provider.guid);
            let enable = EVENT_CONTROL_CODE_ENABLE_PROVIDER.0;
            // SAFETY: the GUID outlives the call; no parameters are passed.
            let code =
                unsafe { EnableTraceEx2(handle, &id, enable, provider.level, provider.keywords, 0, 0, None) };
            check(session.name, "enable a provider in", code)?;
        }
        Ok(())
    }

    fn stop(&self, name: &str) -> Result<Option<Running>> {
        match self.offline {
            Some(_) => Ok(None),
            None => control(name, EVENT_TRACE_CONTROL_STOP, "stop"),
        }
    }

    fn query(&self, name: &str) -> Result<Option<Running>> {
        match self.offline {
            Some(_) => Ok(None),
            None => control(name, EVENT_TRACE_CONTROL_QUERY, "query"),
        }
    }
}
